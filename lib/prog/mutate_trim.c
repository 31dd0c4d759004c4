// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trimming: operations are left out, large ranges first, in the ways of a
 * reduction, but each is tried once only.  Each candidate has fewer operations
 * than what it is made of, and the ways come to their ends, so trimming ends.
 */
#include <stdlib.h>

#include "lib/prog/alloc.h"
#include "lib/prog/mutate.h"
#include "lib/prog/reduce_pass.h"

struct trimmer {
	struct prog best, candidate; /* without comments */
	struct cursor cursor;
};

/**
 * trimmer_create() - begin to trim a program
 * @p: the program
 *
 * Return: the trimmer, to be released by trimmer_destroy().
 */
struct trimmer *trimmer_create(const struct prog *p)
{
	struct trimmer *t = xcalloc(1, sizeof(*t));

	prog_init(&t->best, p->gic, p->ipa_bits);
	for (size_t i = 0; i < p->nr_ops; i++) {
		struct op *op = prog_add(&t->best, p->op[i].id);

		*op = p->op[i];
		op->above = NULL;
		op->beside = NULL;
	}
	return t;
}

/**
 * trimmer_destroy() - release a trimmer
 * @t: the trimmer, or NULL
 */
void trimmer_destroy(struct trimmer *t)
{
	if (!t)
		return;
	prog_free(&t->best);
	prog_free(&t->candidate);
	free(t);
}

/**
 * trimmer_propose() - the next candidate
 * @t: the trimmer; the last candidate has its answer
 *
 * Return: a program of fewer operations, valid until the answer; NULL after the
 * last one.
 */
const struct prog *trimmer_propose(struct trimmer *t)
{
	prog_free(&t->candidate);
	prog_init(&t->candidate, t->best.gic, t->best.ipa_bits);
	return reduce_shorten(&t->best, &t->cursor, &t->candidate) ? &t->candidate : NULL;
}

/**
 * trimmer_answer() - what came of the candidate
 * @t:            the trimmer
 * @does_as_much: is it as good as what it was made of?
 */
void trimmer_answer(struct trimmer *t, bool does_as_much)
{
	if (!does_as_much)
		return;
	prog_free(&t->best);
	t->best = t->candidate;
	t->candidate = (struct prog){ 0 };
}

/**
 * trimmer_best() - the shortest program so far that does as much
 * @t: the trimmer
 *
 * Return: the program, valid until the next answer.
 */
const struct prog *trimmer_best(const struct trimmer *t)
{
	return &t->best;
}
