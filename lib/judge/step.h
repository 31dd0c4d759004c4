/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A step of the judge: what judge.c and par.c share.
 */
#ifndef LIB_JUDGE_STEP_H
#define LIB_JUDGE_STEP_H

#include "lib/judge/judge.h"

/* One program under judgement, and the operation that it has come to. */
struct judging {
	const struct judge *judge;
	struct model *model; /* in the state before the operation */
	const struct prog *prog;
	const struct op_result *results;
	size_t op;
	const struct op_result *res; /* within judge_step(): its result, or a value of its log */
	const struct op *as; /* what the operation's result is judged as, or NULL: as itself */
	unsigned int value; /* number of that value, from 1, or 0 */
	struct verdict *v;
};

bool judge_step(const struct judging *j);
bool judge_result(const struct judging *j);
bool answer_is_withdrawn(const struct op *op, const struct op_result *res);
bool judge_was_signalled(const struct model *m, const struct op *op, const struct op_result *res);
bool judge_withdrawn(const struct judging *j);
void judge_in_some_order(const struct judging *j);

#endif /* LIB_JUDGE_STEP_H */
