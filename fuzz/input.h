/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inputs of fuzzers, mutated as the programs that they hold.
 */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include "fuzz/form.h"
#include "lib/prog/mutate.h"

#define INPUT_MAX_OPS 300 /* of programs that were mutated */

/* Bytes that hold an input. */
struct input {
	const u8 *data;
	size_t bytes;
};

bool input_is_program(const struct fuzz_form *form, const struct input *in);
void input_decode(const struct fuzz_form *form, const struct input *in, struct prog *p);
size_t input_mutate(struct mutator *m, const struct fuzz_form *form, const struct input *in,
		    const struct input *other, u8 *to, size_t max_bytes);
size_t input_cross(struct mutator *m, const struct fuzz_form *form, const struct input *a,
		   const struct input *b, u8 *to, size_t max_bytes);

/* fuzz/input_reduce.c */
typedef bool input_fails_fn(const struct input *in, void *context);

size_t input_reduce(const struct fuzz_form *form, const struct input *in, input_fails_fn *fails,
		    void *context, u8 **to);

#endif /* FUZZ_INPUT_H */
