// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `make fuzz TARGET=model` does, a few thousand times and always the same:
 * on any bytes, and on programs of corpora with some bytes changed or mutated as
 * programs.  Whatever does not hold ends the test's process.
 */
#include "fuzz/model_fuzz.h"

#include <string.h>

#include "lib/prog/mutate.h"
#include "lib/prog/rng.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define MAX_BYTES 1024
#define NR_RANDOM 2000
#define NR_CHANGED 40 /* of each program */
#define NR_MUTATED 4
#define MAX_OPS 60 /* of mutated ones */

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

static void fuzz_program(struct unit *t, const u8 *head, const struct prog *p)
{
	u8 buf[2 * MAX_BYTES];
	size_t bytes;

	memcpy(buf, head, MODEL_FUZZ_HEAD);
	bytes = MODEL_FUZZ_HEAD +
		prog_encode(p, buf + MODEL_FUZZ_HEAD, sizeof(buf) - MODEL_FUZZ_HEAD);
	if (EXPECT_TRUE(t, bytes <= sizeof(buf)))
		model_fuzz(buf, bytes);
}

static void mutated_programs_hold(struct unit *t)
{
	struct mutator *m = mutator_create(3, MAX_OPS);
	struct rng rng = { .state = 3 };
	u8 head[MODEL_FUZZ_HEAD];
	struct corpus c;

	if (!corpus_load(t, "scenarios", &c))
		return;
	for (size_t i = 0; i < c.nr * NR_MUTATED; i++) {
		fill(head, sizeof(head), &rng);
		mutate(m, &c.prog[i % c.nr], &c.prog[rng_below(&rng, c.nr)]);
		fuzz_program(t, head, &c.prog[i % c.nr]);
	}
	corpus_free(&c);
	mutator_destroy(m);
}

/* The answers are those of one order, with a deviation; the other one needs none. */
static void another_order_may_explain_a_block(struct unit *t)
{
	static const u8 head[MODEL_FUZZ_HEAD] = { 0x00, 0x80, 0x00, 0x02 };
	struct prog p;

	if (!program_parse(t,
			   "vm gicv2\n"
			   "create_vgic\n"
			   "create_vcpu id=0\n"
			   "set_addr v2_dist base=0x8000000\n"
			   "init_vgic\n"
			   "par {\n"
			   "	user read GICC_IAR vcpu=0\n"
			   "	guest vcpu=0 ack group=1 at=0x8010000\n"
			   "}\n",
			   &p))
		return;
	fuzz_program(t, head, &p);
	prog_free(&p);
}

static const struct unit_test tests[] = {
	{ "model_fuzz.any_bytes_are_a_program", any_bytes_are_a_program },
	{ "model_fuzz.changed_programs_are_programs", changed_programs_are_programs },
	{ "model_fuzz.mutated_programs_hold", mutated_programs_hold },
	{ "model_fuzz.another_order_may_explain_a_block", another_order_may_explain_a_block },
};

UNIT_MAIN(tests)
