/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers that break one rule, to show that the judge names it.
 */
#ifndef LIB_JUDGE_ALTER_H
#define LIB_JUDGE_ALTER_H

#include "lib/judge/judge.h"

/* What of an answer is wrong. */
enum alteration { ALTER_OUTCOME, ALTER_VALUE, ALTER_COUNT, NR_ALTERATIONS };

bool expect_alter(const struct expect *want, enum rule_id rule, enum alteration how,
		  struct op_result *res);
bool judge_sees(const struct judge *j, const struct prog *p, const struct op_result *results,
		size_t op, enum rule_id rule);

#endif /* LIB_JUDGE_ALTER_H */
