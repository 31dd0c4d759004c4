// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers that an expectation allows, and the rules that it consists of.  It
 * compares nothing.
 */
#include "lib/judge/answer.h"

#include <errno.h>

/**
 * expect_usual_alt() - the answer that gets furthest
 * @want: an expectation
 *
 * Return: the number of the first alternative that is a success, or else 0.
 */
unsigned int expect_usual_alt(const struct expect *want)
{
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		if (want->alt[i].status == OP_DONE)
			return i;
	}
	return 0;
}

/* The known bits of a value; of several that are allowed, one. */
static u64 value_of(const struct expect *want, unsigned int i, struct rng *rng)
{
	if (i || !want->nr_one_of)
		return want->val[i].value;
	return want->one_of[rng ? rng_below(rng, want->nr_one_of) : 0];
}

/**
 * expect_answer() - an answer of a target that keeps all rules
 * @want: an expectation that predicts
 * @alt:  which of its alternatives
 * @rng:  decides what is left open, or NULL for what is usual and the first of several
 * @res:  filled in
 */
void expect_answer(const struct expect *want, unsigned int alt, struct rng *rng,
		   struct op_result *res)
{
	const struct expect_alt *a = &want->alt[alt];

	*res = (struct op_result){ .status = a->status, .err = a->err };
	if (a->status == OP_FAILED && a->err == EXPECT_ANY_ERRNO)
		res->err = EPERM;
	if (!op_returns_values(a->status))
		return;
	res->nr_vals = want->nr_vals;
	for (unsigned int i = 0; i < want->nr_vals; i++) {
		const struct expect_val *v = &want->val[i];
		u64 open = rng ? rng_next(rng) : v->value;

		res->val[i] = (value_of(want, i, rng) & v->known) | (open & ~v->known);
	}
	/* A WFI that had to be ended would have to be the last of its par block. */
	if (want->vals_rule == RULE_CPUIF_SLEEP)
		res->val[0] = 0;
	if (want->vals_rule == RULE_CPUIF_IDLE)
		res->val[0] &= ~(u64)PROG_IDLE_ENDED_BIT;
}

/**
 * expect_follow() - answer as a target that keeps all rules, and follow it
 * @want: what @m allows of @op
 * @alt:  which of its alternatives
 * @rng:  as for expect_answer()
 * @m:    the model; it follows the answer
 * @op:   the operation
 * @res:  filled in; a log is complete, where expect_answer() gives its first value
 *
 * Return: false if the model does not predict a value of the log, so that it ends there.
 */
bool expect_follow(const struct expect *want, unsigned int alt, struct rng *rng, struct model *m,
		   const struct op *op, struct op_result *res)
{
	expect_answer(want, alt, rng, res);
	model_commit(m, op, res);
	if (op->id != OP_GUEST_SERVE || !res->nr_vals)
		return true;
	while (op_log_goes_on(res->val[res->nr_vals - 1], res->nr_vals)) {
		struct op_result one;
		struct expect next;

		model_expect(m, op, &next);
		if (next.unpredicted)
			return false;
		expect_answer(&next, expect_usual_alt(&next), rng, &one);
		model_commit(m, op, &one);
		res->val[res->nr_vals++] = one.val[0];
	}
	return true;
}

/**
 * expect_returns_values() - may the operation return values?
 * @want: an expectation
 *
 * Return: whether; if not, what the expectation says of values means nothing.
 */
bool expect_returns_values(const struct expect *want)
{
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		if (op_returns_values(want->alt[i].status))
			return true;
	}
	return false;
}

/**
 * expect_own_bits() - the bits that the rule of a value itself fixes
 * @val: a value that is expected
 *
 * Return: its known bits that are in no part.
 */
u64 expect_own_bits(const struct expect_val *val)
{
	u64 own = val->known;

	for (unsigned int i = 0; i < val->nr_parts; i++)
		own &= ~val->part[i].mask;
	return own;
}

/**
 * expect_mark_rules() - the rules that an answer to an operation could break
 * @want:    an expectation
 * @reached: those are set, by enum rule_id; the others are left as they are
 */
void expect_mark_rules(const struct expect *want, bool reached[NR_RULES])
{
	for (unsigned int i = 0; i < want->nr_alts; i++)
		reached[want->alt[i].rule] = true;
	if (!expect_returns_values(want))
		return;
	reached[want->vals_rule] = true;
	for (unsigned int i = 0; i < want->nr_vals; i++) {
		const struct expect_val *v = &want->val[i];

		reached[v->rule] |= expect_own_bits(v) != 0;
		for (unsigned int k = 0; k < v->nr_parts; k++)
			reached[v->part[k].rule] |= (v->part[k].mask & v->known) != 0;
	}
}
