// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's custom mutator and crossover, over the mutator of programs.
 */
#include "fuzz/engine.h"
#include "fuzz/input.h"

/* Its own mutations know what comparisons met: once in so many times they do it. */
#define BYTES_CHANGE 16

static struct mutator *seeded(unsigned int seed)
{
	/* It only saves its making: a seed makes it as new. */
	static struct mutator *m;

	if (!m)
		m = mutator_create(seed, INPUT_MAX_OPS);
	mutator_seed(m, seed);
	return m;
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t bytes, size_t max_bytes, unsigned int seed)
{
	const struct input in = { data, bytes };
	struct mutator *m = seeded(seed);

	if (!input_is_program(&fuzz_form, &in))
		return LLVMFuzzerMutate(data, bytes, max_bytes);
	if (max_bytes > fuzz_form.head && !mutator_below(m, BYTES_CHANGE))
		return fuzz_form.head + LLVMFuzzerMutate(data + fuzz_form.head,
							 bytes - fuzz_form.head,
							 max_bytes - fuzz_form.head);
	return input_mutate(m, &fuzz_form, &in, NULL, data, max_bytes);
}

size_t LLVMFuzzerCustomCrossOver(const u8 *data1, size_t bytes1, const u8 *data2, size_t bytes2,
				 u8 *to, size_t max_bytes, unsigned int seed)
{
	const struct input a = { data1, bytes1 }, b = { data2, bytes2 };

	return input_cross(seeded(seed), &fuzz_form, &a, &b, to, max_bytes);
}
