// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function that `make fuzz TARGET=prog` runs holds on a few thousand inputs,
 * the same each time: bytes at random, and both forms of the corpora's programs,
 * whole and with bytes changed.  It aborts where it does not, which fails the
 * test's process.
 */
#include "fuzz/prog_fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/rng.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define MAX_BYTES 300
#define NR_RANDOM 4000
#define NR_CHANGED 30 /* of each form of each program */

/* Of exactly this size, so that a sanitizer sees a byte too many. */
static void fuzz_exactly(const u8 *data, size_t bytes)
{
	u8 *buf = xcalloc(1, bytes + !bytes);

	memcpy(buf, data, bytes);
	prog_fuzz(buf, bytes);
	free(buf);
}

/* Small bytes are operations and spaces more often. */
static void any_bytes_hold(struct unit *t)
{
	struct rng rng = { .state = 1 };
	u8 buf[MAX_BYTES] = { 0 };

	for (unsigned int i = 0; i < NR_RANDOM; i++) {
		size_t bytes = rng_below(&rng, sizeof(buf));
		u8 mask = i & 2 ? 0xff : 0x8f;

		for (size_t k = 0; k < bytes; k++)
			buf[k] = (u8)(rng_next(&rng) & mask);
		fuzz_exactly(buf, bytes);
	}
	EXPECT_TRUE(t, true);
}

/* Bytes of a text are mostly changed to what a text consists of. */
static u8 changed_byte(struct rng *rng)
{
	static const char often[] = " \t\n#={}0x-1par";

	return rng_below(rng, 3) ? (u8)often[rng_below(rng, sizeof(often))] : (u8)rng_next(rng);
}

static void changed_forms_hold(const struct prog *p, struct rng *rng)
{
	char *text = prog_print(p);
	const size_t len[2] = {
		[PROG_FUZZ_TEXT] = strlen(text), [PROG_FUZZ_BINARY] = prog_encode(p, NULL, 0)
	};
	u8 *buf = xcalloc(1, PROG_FUZZ_HEAD + len[0] + len[1]);

	for (unsigned int i = 0; i < 2 * NR_CHANGED; i++) {
		size_t bytes = len[i % 2];

		buf[0] = i % 2;
		if (i % 2 == PROG_FUZZ_BINARY)
			(void)!prog_encode(p, buf + PROG_FUZZ_HEAD, bytes);
		else
			memcpy(buf + PROG_FUZZ_HEAD, text, bytes);
		for (unsigned int k = i / 10; k; k--)
			buf[PROG_FUZZ_HEAD + rng_below(rng, bytes)] = changed_byte(rng);
		fuzz_exactly(buf, PROG_FUZZ_HEAD + bytes);
	}
	free(buf);
	free(text);
}

static void changed_programs_hold(struct unit *t)
{
	static const char *const folders[] = { "scenarios", "regress" };
	struct rng rng = { .state = 2 };

	for (size_t d = 0; d < ARRAY_SIZE(folders); d++) {
		struct corpus c;

		if (!corpus_load(t, folders[d], &c))
			return;
		for (size_t i = 0; i < c.nr; i++)
			changed_forms_hold(&c.prog[i], &rng);
		corpus_free(&c);
	}
}

static const struct unit_test tests[] = {
	{ "prog_fuzz.any_bytes_hold", any_bytes_hold },
	{ "prog_fuzz.changed_programs_hold", changed_programs_hold },
};

UNIT_MAIN(tests)
