/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mutation of programs, operation by operation, for fuzzers: it knows what a
 * program uses, and which operations belong together.  Any program that comes
 * out is valid; whether it is of use, the fuzzer finds out.
 *
 * The same seed, and the same calls after it, give the same programs everywhere.
 */
#ifndef LIB_PROG_MUTATE_H
#define LIB_PROG_MUTATE_H

#include "lib/prog/prog.h"

enum mutation {
	MUTATE_INSERT_OP, /* any operation, its arguments mostly what the program uses */
	MUTATE_INSERT_GROUP, /* operations that belong together */
	MUTATE_INSERT_SLICE, /* some of a program of a suite */
	MUTATE_DELETE, /* one operation */
	MUTATE_DELETE_RANGE,
	MUTATE_DUPLICATE, /* a few operations, elsewhere */
	MUTATE_SWAP, /* two operations */
	MUTATE_MOVE, /* a few operations */
	MUTATE_RETARGET, /* another register */
	MUTATE_VALUE, /* another value of an argument */
	MUTATE_VCPU, /* another vCPU */
	MUTATE_VM, /* the vm line */
	MUTATE_PAR, /* what is performed side by side */
	MUTATE_QUEUE, /* commands of the ITS follow each other, and CWRITER them */
	MUTATE_SPLICE, /* some of another program */
	NR_MUTATIONS
};

struct mutator;

struct mutator *mutator_create(u64 seed, size_t max_ops);
void mutator_seed(struct mutator *m, u64 seed);
void mutator_destroy(struct mutator *m);
u64 mutator_below(struct mutator *m, u64 bound);

void mutate(struct mutator *m, struct prog *p, const struct prog *other);
bool mutate_by(struct mutator *m, enum mutation kind, struct prog *p, const struct prog *other);
const char *mutation_name(enum mutation kind);

/* lib/prog/mutate_cross.c */
void mutate_cross(struct mutator *m, const struct prog *a, const struct prog *b, struct prog *to);

/*
 * Trimming: what does as much with fewer operations, as somebody else says.
 *
 *     while ((p = trimmer_propose(t)))
 *             trimmer_answer(t, does_as_much(p));
 */
struct trimmer;

struct trimmer *trimmer_create(const struct prog *p);
void trimmer_destroy(struct trimmer *t);
const struct prog *trimmer_propose(struct trimmer *t);
void trimmer_answer(struct trimmer *t, bool does_as_much);
const struct prog *trimmer_best(const struct trimmer *t);

#endif /* LIB_PROG_MUTATE_H */
