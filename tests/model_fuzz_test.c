// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `make fuzz TARGET=model` does, a few thousand times and always the same:
 * on any bytes, and on programs of corpora with some bytes changed.  Whatever
 * does not hold ends the test's process.
 */
#include "fuzz/model_fuzz.h"

#include "lib/prog/rng.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define MAX_BYTES 1024
#define NR_RANDOM 2000
#define NR_CHANGED 40 /* of each program */

static void fill(u8 *buf, size_t bytes, struct rng *rng)
{
	for (size_t i = 0; i < bytes; i++)
		buf[i] = (u8)rng_next(rng);
}

static void any_bytes_are_a_program(struct unit *t)
{
	struct rng rng = { .state = 1 };
	u8 buf[MAX_BYTES];

	for (unsigned int i = 0; i < NR_RANDOM; i++) {
		size_t bytes = rng_below(&rng, sizeof(buf));

		fill(buf, bytes, &rng);
		model_fuzz(buf, bytes);
	}
	EXPECT_TRUE(t, true);
}

static void changed_programs_are_programs(struct unit *t)
{
	struct rng rng = { .state = 2 };
	u8 buf[MAX_BYTES];
	struct corpus c;

	if (!corpus_load(t, "scenarios", &c))
		return;
	for (size_t i = 0; i < c.nr * NR_CHANGED; i++) {
		size_t bytes = prog_encode(&c.prog[i % c.nr], buf + MODEL_FUZZ_HEAD,
					   sizeof(buf) - MODEL_FUZZ_HEAD);

		bytes += MODEL_FUZZ_HEAD;
		if (!EXPECT_TRUE(t, bytes <= sizeof(buf)))
			break;
		fill(buf, MODEL_FUZZ_HEAD, &rng);
		for (size_t k = i / c.nr / 4; k; k--)
			buf[rng_below(&rng, bytes)] = (u8)rng_next(&rng);
		model_fuzz(buf, bytes);
	}
	corpus_free(&c);
}

static const struct unit_test tests[] = {
	{ "model_fuzz.any_bytes_are_a_program", any_bytes_are_a_program },
	{ "model_fuzz.changed_programs_are_programs", changed_programs_are_programs },
};

UNIT_MAIN(tests)
