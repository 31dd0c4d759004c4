/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be done with an expectation where there is no target: answer as one
 * that keeps all rules would, and name the rules.
 */
#ifndef LIB_JUDGE_ANSWER_H
#define LIB_JUDGE_ANSWER_H

#include "lib/model/model.h"
#include "lib/prog/rng.h"

unsigned int expect_usual_alt(const struct expect *want);
void expect_answer(const struct expect *want, unsigned int alt, struct rng *rng,
		   struct op_result *res);
bool expect_follow(const struct expect *want, unsigned int alt, struct rng *rng, struct model *m,
		   const struct op *op, struct op_result *res);
bool expect_returns_values(const struct expect *want);
u64 expect_own_bits(const struct expect_val *val);
void expect_mark_rules(const struct expect *want, bool reached[NR_RULES]);

#endif /* LIB_JUDGE_ANSWER_H */
