// SPDX-License-Identifier: GPL-2.0-only
/*
 * Matrices: all combinations but those that a table leaves out, each once.
 */
#include "lib/prog/gen_matrix.h"

#include <string.h>

#include "tests/unit.h"

enum { COLOUR, SIZE, SHAPE };
enum { RED, GREEN, BLUE };

static const char *const colours[] = { "red", "green", "blue" };
static const char *const sizes[] = { "", "large" };
static const char *const shapes[] = { "round", "square" };

static const struct matrix_axis axes[] = {
	[COLOUR] = { "colour", ARRAY_SIZE(colours), colours },
	[SIZE] = { "size", ARRAY_SIZE(sizes), sizes },
	[SHAPE] = { "shape", ARRAY_SIZE(shapes), shapes },
};

static const struct matrix_hole holes[] = {
	{ "red ones are small", { [COLOUR] = IS(RED), [SIZE] = IS(1) } },
	{ "only blue ones are square", { [COLOUR] = IS_NOT(BLUE), [SHAPE] = IS(1) } },
};

static struct matrix toys(unsigned int nr_holes)
{
	return (struct matrix){
		.axis = axes, .nr_axes = ARRAY_SIZE(axes), .hole = holes, nr_holes
	};
}

static void counts_what_is_there(struct unit *t)
{
	struct matrix all = toys(0), some = toys(2);

	EXPECT_EQ(t, matrix_count(&all), 12);
	/* Red: small and round. Green: round, of two sizes. Blue: all four. */
	EXPECT_EQ(t, matrix_count(&some), 7);
	matrix_forget(&all);
	matrix_forget(&some);
}

static void varies_some_axes_one_at_a_time(struct unit *t)
{
	struct matrix all = toys(0);

	all.varied = IS(COLOUR) | IS(SIZE);
	all.most_varied = 1;
	/* Small red, small green, small blue and large red ones, of two shapes. */
	EXPECT_EQ(t, matrix_count(&all), 8);
	matrix_forget(&all);
	all.most_varied = 2;
	EXPECT_EQ(t, matrix_count(&all), 12);
	matrix_forget(&all);
}

static void names_the_row_that_leaves_it_out(struct unit *t)
{
	struct matrix some = toys(2);
	static const u8 red_large[] = { RED, 1, 0 }, green_square[] = { GREEN, 0, 1 },
			blue_square[] = { BLUE, 1, 1 };

	EXPECT_TRUE(t, matrix_hole_at(&some, red_large) == &holes[0]);
	EXPECT_TRUE(t, matrix_hole_at(&some, green_square) == &holes[1]);
	EXPECT_TRUE(t, !matrix_hole_at(&some, blue_square));
}

static void numbers_each_once_and_in_order(struct unit *t)
{
	struct matrix some = toys(2);
	static const u8 want[][3] = {
		{ RED, 0, 0 },	{ GREEN, 0, 0 }, { GREEN, 1, 0 }, { BLUE, 0, 0 },
		{ BLUE, 0, 1 }, { BLUE, 1, 0 },	 { BLUE, 1, 1 },
	};
	u8 at[3];

	for (u64 i = 0; i < matrix_count(&some); i++) {
		matrix_at(&some, i, at);
		EXPECT_TRUE(t, !memcmp(at, want[i], sizeof(at)));
	}
	matrix_forget(&some);
}

static void describes_in_words(struct unit *t)
{
	static const u8 at[] = { GREEN, 0, 0 };
	struct matrix some = toys(2);
	char buf[64];

	matrix_describe(&some, at, buf, sizeof(buf));
	EXPECT_STR(t, buf, "green, round");
	matrix_describe(&some, at, buf, 9);
	EXPECT_STR(t, buf, "green, r");
}

static const struct unit_test tests[] = {
	{ "gen_matrix.counts_what_is_there", counts_what_is_there },
	{ "gen_matrix.varies_some_axes_one_at_a_time", varies_some_axes_one_at_a_time },
	{ "gen_matrix.names_the_row_that_leaves_it_out", names_the_row_that_leaves_it_out },
	{ "gen_matrix.numbers_each_once_and_in_order", numbers_each_once_and_in_order },
	{ "gen_matrix.describes_in_words", describes_in_words },
};

UNIT_MAIN(tests)
