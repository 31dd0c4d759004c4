// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suites that are matrices: what they hold, and that all of it is judged.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "lib/prog/alloc.h"
#include "lib/prog/gen_matrix.h"
#include "tests/judges.h"
#include "tests/programs.h"
#include "tests/unit.h"

struct matrix_suite {
	const char *name;
	struct matrix *(*matrix)(void);
	u64 size;
};

static const struct matrix_suite matrix_suites[] = {
	{ "delivery", gen_delivery_matrix, 9318 },
	{ "delivery-all", gen_delivery_all_matrix, 46953 },
	{ "wfi", gen_wfi_matrix, 5300 },
	{ "wfi-all", gen_wfi_all_matrix, 63360 },
};

static void sizes_are_those_that_documents_say(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(matrix_suites); i++)
		EXPECT_EQ(t, suite_count(suite_find(matrix_suites[i].name)), matrix_suites[i].size);
}

/* Of each axis the values that occur, a bit each. */
static void every_value_of_every_axis_occurs(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(matrix_suites); i++) {
		struct matrix *m = matrix_suites[i].matrix();
		u64 seen[MATRIX_MAX_AXES] = { 0 };
		u8 at[MATRIX_MAX_AXES];

		for (u64 k = 0; k < matrix_count(m); k++) {
			matrix_at(m, k, at);
			for (unsigned int a = 0; a < m->nr_axes; a++)
				seen[a] |= BIT_ULL(at[a]);
		}
		for (unsigned int a = 0; a < m->nr_axes; a++)
			EXPECT_EQ(t, seen[a], BIT_ULL(m->axis[a].nr) - 1);
	}
}

static bool is_in(const struct matrix *m, const struct matrix_hole *hole, const u8 *at)
{
	const struct matrix one = {
		.axis = m->axis, .nr_axes = m->nr_axes, .hole = hole, .nr_holes = 1
	};

	return matrix_hole_at(&one, at);
}

/* The only row that leaves a combination out, or none. */
static const struct matrix_hole *only_hole(const struct matrix *m, const u8 *at)
{
	const struct matrix_hole *first = matrix_hole_at(m, at);

	for (const struct matrix_hole *h = first; h && ++h < m->hole + m->nr_holes;) {
		if (is_in(m, h, at))
			return NULL;
	}
	return first;
}

/* Goes to the next combination of the whole product, as an odometer does. */
static bool next_of_product(const struct matrix *m, u8 *at)
{
	for (unsigned int i = m->nr_axes; i--; at[i] = 0) {
		if (++at[i] < m->axis[i].nr)
			return true;
	}
	return false;
}

static void every_row_leaves_out_what_no_other_does(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(matrix_suites); i++) {
		const struct matrix *m = matrix_suites[i].matrix();
		bool *needed = xcalloc(m->nr_holes, sizeof(*needed));
		u8 at[MATRIX_MAX_AXES] = { 0 };

		do {
			const struct matrix_hole *h = only_hole(m, at);

			if (h)
				needed[h - m->hole] = true;
		} while (next_of_product(m, at));
		for (unsigned int k = 0; k < m->nr_holes; k++)
			EXPECT_STR(t, needed[k] ? "" : m->hole[k].why, "");
		free(needed);
	}
}

/* A number that differs for programs that differ: FNV-1a of what is after the comment. */
static u64 key_of(const char *text)
{
	const char *vm = strstr(text, "\nvm ");
	u64 h = 0xcbf29ce484222325ULL;

	for (const char *c = vm ? vm : text; *c; c++)
		h = (h ^ (u8)*c) * 0x100000001b3ULL;
	return h;
}

static int compare_u64(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void every_program_differs(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(matrix_suites); i++) {
		const struct suite *s = suite_find(matrix_suites[i].name);
		u64 count = suite_count(s), *keys = xcalloc(count, sizeof(*keys)), same = 0;

		for (u64 k = 0; k < count; k++) {
			struct prog p;
			char *text;

			suite_make(s, k, 0, &p);
			text = prog_print(&p);
			keys[k] = key_of(text);
			free(text);
			prog_free(&p);
		}
		qsort(keys, count, sizeof(*keys), compare_u64);
		for (u64 k = 1; k < count; k++)
			same += keys[k] == keys[k - 1];
		EXPECT_EQ(t, same, 0);
		free(keys);
	}
}

static void programs_are_parsed_as_they_were_made(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(matrix_suites); i++) {
		const struct suite *s = suite_find(matrix_suites[i].name);

		/* A prime number of steps, so that all axes move. */
		for (u64 k = 0; k < suite_count(s); k += 37) {
			struct prog p, parsed;
			char *text;

			suite_make(s, k, 0, &p);
			text = prog_print(&p);
			if (program_parse(t, text, &parsed)) {
				EXPECT_TRUE(t, programs_are_equal(&p, &parsed));
				prog_free(&parsed);
			}
			free(text);
			prog_free(&p);
		}
	}
}

/* Return: how many operations the model follows, if all answer as is usual. */
static size_t nr_followed(const struct judge *j, const struct prog *p)
{
	size_t i;

	model_reset_for(j->model, &j->config, p);
	for (i = 0; i < p->nr_ops; i++) {
		struct op_result seen;
		struct expect want;

		model_expect(j->model, &p->op[i], &want);
		if (want.unpredicted || !expect_follow(&want, expect_usual_alt(&want), NULL,
						       j->model, &p->op[i], &seen))
			break;
	}
	return i;
}

static void every_program_is_judged_to_its_end(struct unit *t)
{
	struct judge j = judge_of_kvm(6012);

	if (!EXPECT_TRUE(t, j.model))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(matrix_suites); i++) {
		const struct suite *s = suite_find(matrix_suites[i].name);
		u64 given_up = 0;

		for (u64 k = 0; k < suite_count(s); k++) {
			struct prog p;

			suite_make(s, k, 0, &p);
			if (nr_followed(&j, &p) < p.nr_ops && !given_up++)
				printf("# %s is the first\n", p.name);
			prog_free(&p);
		}
		EXPECT_EQ(t, given_up, 0);
	}
	model_destroy(j.model);
}

static const struct unit_test tests[] = {
	{ "matrix_suites.sizes_are_those_that_documents_say", sizes_are_those_that_documents_say },
	{ "matrix_suites.every_value_of_every_axis_occurs", every_value_of_every_axis_occurs },
	{ "matrix_suites.every_row_leaves_out_what_no_other_does",
	  every_row_leaves_out_what_no_other_does },
	{ "matrix_suites.every_program_differs", every_program_differs },
	{ "matrix_suites.programs_are_parsed_as_they_were_made",
	  programs_are_parsed_as_they_were_made },
	{ "matrix_suites.every_program_is_judged_to_its_end", every_program_is_judged_to_its_end },
};

UNIT_MAIN(tests)
