/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two targets' results of one program, operation by operation.
 */
#ifndef HARNESS_AGREEMENT_H
#define HARNESS_AGREEMENT_H

#include "harness/results.h"

enum agreement {
	AGREE_SAME,
	AGREE_CHOICE, /* the model allows both */
	AGREE_CHANCE, /* one is known to be wrong at times */
	AGREE_HOST, /* one is known to be wrong for the hardware below its kernel */
	AGREE_UNPREDICTED, /* the model has lost the state of one of them */
	AGREE_DIFFERENT,
	NR_AGREEMENTS
};

/* One of the two. */
struct side {
	const char *name;
	const struct session *session; /* what its results are judged by */
	struct record rec;
	struct verdict verdict; /* if all of @p is known and anything differs */
};

/* A program and both sides of it. */
struct pair {
	const char *name;
	const struct prog *p; /* NULL if it is not to be had: then nothing is a choice */
	struct side side[2];
	size_t nr; /* operations */
	enum agreement *op; /* for each, and one more for the kernel log */
	enum agreement worst;
};

void pair_compare(struct pair *pair, struct model *model);
void pair_free(struct pair *pair);

void side_print_short(const struct side *s, size_t op, char *buf, size_t bytes);
void side_print(const struct pair *pair, unsigned int side, size_t op, char *buf, size_t bytes);
void side_print_verdict(const struct pair *pair, unsigned int side, size_t op, char *buf,
			size_t bytes);
void pair_print_op(const struct pair *pair, size_t op, FILE *out);
bool agreement_is_left_out(enum agreement agreement, const struct options *o);
const char *agreement_name(enum agreement agreement);

#endif /* HARNESS_AGREEMENT_H */
