// SPDX-License-Identifier: GPL-2.0-only
/*
 * What engines call to mutate inputs: the bytes before a program stay, or one of
 * them changes; the program is another valid one; and there is never a byte more
 * than there is room for.  Both engines' adapters are called as the engines do.
 */
#include "fuzz/input.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/engine.h"
#include "lib/prog/alloc.h"
#include "lib/prog/reduce_pass.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define HEAD 3
#define MAX_BYTES 400
#define ROUNDS 2000

/* The lowest bit of the first byte says that a program follows. */
static bool says_program(const u8 *head)
{
	return head[0] & 1;
}

const struct fuzz_form fuzz_form = { .head = HEAD, .is_program = says_program };

static const char text[] = "vm gicv3\n"
			   "create_vgic\n"
			   "create_vcpu id=0\n"
			   "set_addr v3_dist base=0x8000000\n"
			   "redist_region index=0 base=0x80a0000 count=1\n"
			   "init_vgic\n"
			   "guest vcpu=0 write ICC_PMR_EL1 value=0xf8\n"
			   "guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x12\n"
			   "dev irq_line spi intid=40 level=1\n"
			   "guest vcpu=0 ack group=1\n"
			   "guest vcpu=0 eoi\n";

/* Bytes changed by nobody: one is appended, so that a call is seen. */
size_t LLVMFuzzerMutate(u8 *data, size_t bytes, size_t max_bytes)
{
	if (bytes < max_bytes)
		data[bytes++] = 0;
	return bytes;
}

static size_t make_input(struct unit *t, u8 *buf)
{
	static const u8 head[HEAD] = { 0x71, 0x22, 0x33 };
	struct prog p;
	size_t bytes;

	if (!program_parse(t, text, &p))
		return 0;
	memcpy(buf, head, HEAD);
	bytes = HEAD + prog_encode(&p, buf + HEAD, MAX_BYTES - HEAD);
	prog_free(&p);
	return bytes;
}

static unsigned int head_bytes_changed(const u8 *a, const u8 *b)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < HEAD; i++)
		nr += a[i] != b[i];
	return nr;
}

/* Is it an input of a program that encodes to just that? */
static bool is_exact(struct unit *t, const u8 *data, size_t bytes)
{
	const struct input in = { data, bytes };
	u8 *again = xcalloc(1, bytes);
	struct prog p;
	bool ok;

	if (!EXPECT_TRUE(t, input_is_program(&fuzz_form, &in))) {
		free(again);
		return false;
	}
	input_decode(&fuzz_form, &in, &p);
	ok = EXPECT_EQ(t, HEAD + prog_encode(&p, again + HEAD, bytes - HEAD), bytes) &&
	     EXPECT_TRUE(t, !memcmp(again + HEAD, data + HEAD, bytes - HEAD));
	prog_free(&p);
	free(again);
	return ok;
}

static void mutants_are_inputs(struct unit *t)
{
	struct mutator *m = mutator_create(1, INPUT_MAX_OPS);
	u8 buf[MAX_BYTES], to[MAX_BYTES];
	const struct input in = { buf, make_input(t, buf) };
	unsigned int heads = 0, same = 0;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		size_t room = i % 2 ? sizeof(to) : in.bytes - i % 40;
		size_t bytes = input_mutate(m, &fuzz_form, &in, i % 3 ? &in : NULL, to, room);

		if (!EXPECT_TRUE(t, bytes > HEAD && bytes <= room) || !is_exact(t, to, bytes))
			break;
		EXPECT_TRUE(t, head_bytes_changed(to, buf) <= 1);
		heads += head_bytes_changed(to, buf);
		same += bytes == in.bytes && !memcmp(to + HEAD, buf + HEAD, bytes - HEAD);
	}
	EXPECT_TRUE(t, heads > ROUNDS / 20 && heads < ROUNDS / 4);
	EXPECT_TRUE(t, same < ROUNDS / 20);
	mutator_destroy(m);
}

static void other_inputs_are_left_alone(struct unit *t)
{
	struct mutator *m = mutator_create(2, INPUT_MAX_OPS);
	u8 buf[MAX_BYTES], to[MAX_BYTES];
	struct input in = { buf, make_input(t, buf) };

	EXPECT_EQ(t, input_mutate(m, &fuzz_form, &in, NULL, to, HEAD), 0);
	memset(buf, 0, 1);
	EXPECT_EQ(t, input_mutate(m, &fuzz_form, &in, NULL, to, sizeof(to)), 0);
	EXPECT_EQ(t, input_cross(m, &fuzz_form, &in, &in, to, sizeof(to)), 0);
	in.bytes = HEAD - 1;
	EXPECT_EQ(t, input_mutate(m, &fuzz_form, &in, NULL, to, sizeof(to)), 0);
	mutator_destroy(m);
}

static void libfuzzer_mutates_programs(struct unit *t)
{
	u8 buf[MAX_BYTES], to[MAX_BYTES], again[MAX_BYTES];
	size_t bytes = make_input(t, buf), n, k;

	for (unsigned int seed = 0; seed < ROUNDS; seed++) {
		memcpy(to, buf, bytes);
		n = LLVMFuzzerCustomMutator(to, bytes, sizeof(to), seed);
		EXPECT_TRUE(t, n > HEAD && n <= sizeof(to));
		memcpy(again, buf, bytes);
		k = LLVMFuzzerCustomMutator(again, bytes, sizeof(again), seed);
		EXPECT_EQ(t, k, n);
		EXPECT_TRUE(t, !memcmp(again, to, n));
		n = LLVMFuzzerCustomCrossOver(buf, bytes, again, k, to, sizeof(to), seed);
		if (!EXPECT_TRUE(t, n > HEAD && n <= sizeof(to)) || !is_exact(t, to, n))
			break;
	}
	/* Nothing but libFuzzer's own. */
	buf[0] = 0;
	EXPECT_EQ(t, LLVMFuzzerCustomMutator(buf, 10, sizeof(buf), 1), 11);
}

static void afl_mutates_programs(struct unit *t)
{
	void *afl = afl_custom_init(NULL, 3);
	u8 buf[MAX_BYTES], other[MAX_BYTES], *out;
	size_t bytes = make_input(t, buf), n;

	memcpy(other, buf, bytes);
	EXPECT_TRUE(t, afl_custom_fuzz_count(afl, buf, bytes) > 0);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		n = afl_custom_fuzz(afl, buf, bytes, &out, i % 2 ? other : NULL, i % 2 * bytes,
				    MAX_BYTES);
		if (!EXPECT_TRUE(t, n > HEAD && n <= MAX_BYTES) || !is_exact(t, out, n))
			break;
	}
	buf[0] = 0;
	EXPECT_EQ(t, afl_custom_fuzz_count(afl, buf, bytes), 0);
	afl_custom_deinit(afl);
}

static bool has_ack(const u8 *data, size_t bytes)
{
	const struct input in = { data, bytes };
	bool has = false;
	struct prog p;

	input_decode(&fuzz_form, &in, &p);
	for (size_t i = 0; i < p.nr_ops; i++)
		has |= p.op[i].id == OP_GUEST_ACK;
	prog_free(&p);
	return has;
}

/* As afl-fuzz trims: what does as much is the input from there on. */
static void afl_trims_to_what_is_needed(struct unit *t)
{
	void *afl = afl_custom_init(NULL, 4);
	u8 buf[MAX_BYTES], *out;
	size_t bytes = make_input(t, buf), n;
	int steps = afl_custom_init_trim(afl, buf, bytes), step = 0;

	EXPECT_TRUE(t, steps > 0);
	while (step < steps) {
		bool does;

		n = afl_custom_trim(afl, &out);
		EXPECT_TRUE(t, n <= bytes);
		does = n && has_ack(out, n);
		if (does) {
			memcpy(buf, out, n);
			bytes = n;
		}
		step = afl_custom_post_trim(afl, does);
	}
	is_exact(t, buf, bytes);
	/* The vm line and one operation of three small arguments. */
	EXPECT_EQ(t, bytes, HEAD + 1 + 4);
	EXPECT_EQ(t, buf[1], 0x22);
	afl_custom_deinit(afl);
}

/* Bytes that end in an operation stand for all its arguments: trimming may not grow. */
static void afl_trims_no_input_longer(struct unit *t)
{
	void *afl = afl_custom_init(NULL, 5);
	u8 buf[HEAD + 2] = { 1, 0, 0, 0, OP_HAS_ATTR }, *out;
	int steps = afl_custom_init_trim(afl, buf, sizeof(buf)), step = 0;

	while (step < steps) {
		EXPECT_TRUE(t, afl_custom_trim(afl, &out) <= sizeof(buf));
		step = afl_custom_post_trim(afl, false);
	}
	buf[0] = 0;
	EXPECT_EQ(t, afl_custom_init_trim(afl, buf, sizeof(buf)), 0);
	afl_custom_deinit(afl);
}

static bool acks(const struct input *in, void *runs)
{
	++*(unsigned int *)runs;
	return in->data[1] == 0x22 && has_ack(in->data, in->bytes);
}

static void reduction_leaves_what_is_needed(struct unit *t)
{
	u8 buf[MAX_BYTES], *to;
	const struct input in = { buf, make_input(t, buf) };
	unsigned int runs = 0;
	size_t bytes = input_reduce(&fuzz_form, &in, acks, &runs, &to);

	is_exact(t, to, bytes);
	EXPECT_EQ(t, bytes, HEAD + 1 + 4);
	EXPECT_TRUE(t, !memcmp(to, buf, HEAD));
	EXPECT_TRUE(t, runs > 5 && runs < 100);
	free(to);
}

static const struct unit_test tests[] = {
	{ "fuzz_input.mutants_are_inputs", mutants_are_inputs },
	{ "fuzz_input.other_inputs_are_left_alone", other_inputs_are_left_alone },
	{ "fuzz_input.libfuzzer_mutates_programs", libfuzzer_mutates_programs },
	{ "fuzz_input.afl_mutates_programs", afl_mutates_programs },
	{ "fuzz_input.afl_trims_to_what_is_needed", afl_trims_to_what_is_needed },
	{ "fuzz_input.afl_trims_no_input_longer", afl_trims_no_input_longer },
	{ "fuzz_input.reduction_leaves_what_is_needed", reduction_leaves_what_is_needed },
};

UNIT_MAIN(tests)
