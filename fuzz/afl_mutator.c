// SPDX-License-Identifier: GPL-2.0-only
/*
 * AFL++'s custom mutator, a library that afl-fuzz loads, over the mutator of
 * programs.  Inputs that hold no program are left to afl-fuzz.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/engine.h"
#include "fuzz/input.h"
#include "lib/prog/alloc.h"

#define MUTANTS 256 /* of an input, each time that its turn comes */
#define CROSSED 4 /* one of so many is a crossover */

struct afl {
	struct mutator *m;
	u8 *out; /* what afl-fuzz was given last */
	size_t max_out;
	/* Trimming: of an input whose size no candidate may exceed. */
	struct trimmer *trimmer;
	u8 *head;
	size_t trimmed_bytes;
	const struct prog *candidate; /* NULL after the last one */
};

void *afl_custom_init(void *state, unsigned int seed)
{
	struct afl *a = xcalloc(1, sizeof(*a));

	(void)state;
	a->m = mutator_create(seed, INPUT_MAX_OPS);
	return a;
}

void afl_custom_deinit(void *data)
{
	struct afl *a = data;

	mutator_destroy(a->m);
	trimmer_destroy(a->trimmer);
	free(a->head);
	free(a->out);
	free(a);
}

unsigned int afl_custom_fuzz_count(void *data, const u8 *buf, size_t bytes)
{
	const struct input in = { buf, bytes };

	(void)data;
	return input_is_program(&fuzz_form, &in) ? MUTANTS : 0;
}

static void make_room(struct afl *a, size_t bytes)
{
	if (bytes <= a->max_out)
		return;
	a->out = xrealloc(a->out, bytes);
	a->max_out = bytes;
}

size_t afl_custom_fuzz(void *data, u8 *buf, size_t bytes, u8 **out, u8 *add_buf, size_t add_bytes,
		       size_t max_bytes)
{
	const struct input in = { buf, bytes }, other = { add_buf, add_bytes };
	struct afl *a = data;
	size_t made = 0;

	make_room(a, max_bytes);
	if (add_buf && !mutator_below(a->m, CROSSED))
		made = input_cross(a->m, &fuzz_form, &in, &other, a->out, max_bytes);
	if (!made)
		made = input_mutate(a->m, &fuzz_form, &in, add_buf ? &other : NULL, a->out,
				    max_bytes);
	*out = made ? a->out : buf;
	return made ? made : bytes;
}

/* Steps are not counted: 0 as long as there is another one, then 1. */
int afl_custom_init_trim(void *data, u8 *buf, size_t bytes)
{
	const struct input in = { buf, bytes };
	struct afl *a = data;
	struct prog p;

	if (!input_is_program(&fuzz_form, &in))
		return 0;
	trimmer_destroy(a->trimmer);
	input_decode(&fuzz_form, &in, &p);
	a->trimmer = trimmer_create(&p);
	prog_free(&p);
	a->head = xrealloc(a->head, fuzz_form.head + 1);
	memcpy(a->head, buf, fuzz_form.head);
	a->trimmed_bytes = bytes;
	a->candidate = trimmer_propose(a->trimmer);
	return a->candidate != NULL;
}

size_t afl_custom_trim(void *data, u8 **out)
{
	struct afl *a = data;
	size_t bytes;

	make_room(a, a->trimmed_bytes);
	*out = a->out;
	memcpy(a->out, a->head, fuzz_form.head);
	bytes = fuzz_form.head + prog_encode(a->candidate, a->out + fuzz_form.head,
					     a->trimmed_bytes - fuzz_form.head);
	/* Bytes that are cut short can stand for more than they hold: no bytes fail. */
	return bytes <= a->trimmed_bytes ? bytes : 0;
}

int afl_custom_post_trim(void *data, u8 success)
{
	struct afl *a = data;

	trimmer_answer(a->trimmer, success);
	a->candidate = trimmer_propose(a->trimmer);
	return !a->candidate;
}
