/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways to make a program smaller or plainer, one candidate after another.
 */
#ifndef LIB_PROG_REDUCE_PASS_H
#define LIB_PROG_REDUCE_PASS_H

#include "lib/prog/prog.h"

/* Where in the passes a reduction is; all zero at their beginning. */
struct cursor {
	unsigned int pass;
	bool begun;
	size_t a, b, c; /* of the pass */
};

bool reduce_next(const struct prog *p, struct cursor *c, struct prog *to);
bool reduce_shorten(const struct prog *p, struct cursor *c, struct prog *to);
u64 reduce_hash(const struct prog *p);

/* lib/prog/reduce_value.c */
bool reduce_value(const struct op *op, unsigned int arg, size_t n, u64 *value, bool *more);

#endif /* LIB_PROG_REDUCE_PASS_H */
