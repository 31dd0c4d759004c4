// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns an answer that is allowed into one that breaks a given rule and no
 * other, and asks the judge which rule that was.
 */
#include "lib/judge/alter.h"

#include <errno.h>

#include "lib/judge/answer.h"

static bool is_allowed(const struct expect *want, const struct op_result *res)
{
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		const struct expect_alt *a = &want->alt[i];

		if (a->status == res->status &&
		    (a->status != OP_FAILED || a->err == res->err || a->err == EXPECT_ANY_ERRNO))
			return true;
	}
	return false;
}

/* The judge blames the first of the rules that answers come from. */
static bool alter_outcome(const struct expect *want, enum rule_id rule, struct op_result *res)
{
	static const struct op_result others[] = {
		{ .status = OP_FAILED, .err = EXDEV },
		{ .status = OP_DONE },
		{ .status = OP_NO_DEVICE },
		{ .status = OP_ABORT },
	};

	for (size_t i = 0; want->alt[0].rule == rule && i < ARRAY_SIZE(others); i++) {
		if (is_allowed(want, &others[i]))
			continue;
		/* The values that it would have, so that only the outcome is wrong. */
		res->status = others[i].status;
		res->err = others[i].err;
		res->nr_vals = want->nr_vals;
		for (unsigned int k = 0; k < want->nr_vals; k++)
			res->val[k] = want->val[k].value;
		return true;
	}
	return false;
}

/* The known bits of a value that a rule fixes. */
static u64 bits_of_rule(const struct expect_val *val, enum rule_id rule)
{
	u64 bits = val->rule == rule ? expect_own_bits(val) : 0;

	for (unsigned int i = 0; i < val->nr_parts; i++) {
		if (val->part[i].rule == rule)
			bits |= val->part[i].mask & val->known;
	}
	return bits;
}

static bool alter_value(const struct expect *want, enum rule_id rule, struct op_result *res)
{
	for (unsigned int i = 0; i < res->nr_vals && i < want->nr_vals; i++) {
		u64 bits = bits_of_rule(&want->val[i], rule);

		if (!bits)
			continue;
		/* None of several values has the highest bit. */
		res->val[i] ^= !i && want->nr_one_of ? BIT_ULL(63) : bits & -bits;
		return true;
	}
	return false;
}

/* Beyond a frame that is not predicted, nothing is: RULE_RAM. */
static bool alter_count(const struct expect *want, enum rule_id rule, struct op_result *res)
{
	if (want->vals_rule != rule || rule == RULE_RAM || !expect_returns_values(want) ||
	    !op_returns_values(res->status))
		return false;
	if (res->nr_vals)
		res->nr_vals--;
	else
		res->nr_vals++;
	return true;
}

/**
 * expect_alter() - make an answer wrong
 * @want: an expectation that predicts
 * @rule: that is to be broken
 * @how:  what is to be wrong
 * @res:  an answer that @want allows; changed if it can be
 *
 * Return: whether an answer can break the rule in this way.
 */
bool expect_alter(const struct expect *want, enum rule_id rule, enum alteration how,
		  struct op_result *res)
{
	switch (how) {
	case ALTER_OUTCOME:
		return alter_outcome(want, rule, res);
	case ALTER_VALUE:
		return alter_value(want, rule, res);
	case ALTER_COUNT:
		return alter_count(want, rule, res);
	case NR_ALTERATIONS:
		break;
	}
	return false;
}

/**
 * judge_sees() - does the judge name a rule as broken at an operation?
 * @j:       the model
 * @p:       the program
 * @results: one for each operation
 * @op:      number in the program, from 0
 * @rule:    that is broken there
 *
 * Return: whether, and no difference comes before it.
 */
bool judge_sees(const struct judge *j, const struct prog *p, const struct op_result *results,
		size_t op, enum rule_id rule)
{
	struct verdict v;

	judge_prog(j, p, results, &v);
	return v.nr_diffs && v.diff[0].op == op && v.diff[0].rule == rule;
}
