// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reduction of an input that fails, as the program that it holds.  What comes
 * before the program stays: it says how the program is run.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/input.h"
#include "lib/prog/alloc.h"
#include "lib/prog/reduce.h"

static size_t encode(const struct fuzz_form *form, const u8 *head, const struct prog *p, u8 **to)
{
	size_t bytes = form->head + prog_encode(p, NULL, 0);

	*to = xcalloc(1, bytes);
	memcpy(*to, head, form->head);
	return form->head + prog_encode(p, *to + form->head, bytes - form->head);
}

static bool candidate_fails(const struct fuzz_form *form, const u8 *head, const struct prog *p,
			    input_fails_fn *fails, void *context)
{
	struct input in;
	u8 *data;
	bool result;

	in.bytes = encode(form, head, p, &data);
	in.data = data;
	result = fails(&in, context);
	free(data);
	return result;
}

/**
 * input_reduce() - make an input that fails small and plain
 * @form:    of the fuzzer's inputs
 * @in:      one that fails, and holds a program
 * @fails:   does an input fail in the same way?
 * @context: for @fails
 * @to:      receives the reduced input, for free()
 *
 * Return: bytes of the reduced input.
 */
size_t input_reduce(const struct fuzz_form *form, const struct input *in, input_fails_fn *fails,
		    void *context, u8 **to)
{
	const struct prog *candidate;
	struct reducer *r;
	struct prog p;
	size_t bytes;
	u64 ticket;

	input_decode(form, in, &p);
	r = reducer_create(&p);
	while ((candidate = reducer_propose(r, &ticket)))
		reducer_answer(r, ticket,
			       candidate_fails(form, in->data, candidate, fails, context));
	bytes = encode(form, in->data, reducer_best(r), to);
	reducer_destroy(r);
	prog_free(&p);
	return bytes;
}
