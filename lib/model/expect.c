// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building expectations: alternatives, values and the rules they come from.
 */
#include <assert.h>

#include "lib/model/state.h"

/**
 * allow() - add an answer to those that are allowed
 * @want:   with less than EXPECT_MAX_ALTS answers
 * @status: how the operation ends
 * @err:    errno, positive, or EXPECT_ANY_ERRNO, if @status is OP_FAILED
 * @rule:   why
 */
void allow(struct expect *want, enum op_status status, int err, enum rule_id rule)
{
	assert(want->nr_alts < EXPECT_MAX_ALTS);
	want->alt[want->nr_alts++] = (struct expect_alt){ status, err, rule };
}

/**
 * allow_done() - success is allowed
 * @want: the expectation
 * @rule: why; it also says how many values there are
 */
void allow_done(struct expect *want, enum rule_id rule)
{
	allow(want, OP_DONE, 0, rule);
	want->vals_rule = rule;
}

/**
 * allow_error() - a documented errno is allowed
 * @want: the expectation
 * @err:  errno, positive
 * @rule: why
 */
void allow_error(struct expect *want, int err, enum rule_id rule)
{
	allow(want, OP_FAILED, err, rule);
}

/**
 * allow_usual_error() - a failure whose errno no document names is allowed
 * @m:     the model, whose profile may have fixed the errno
 * @want:  the expectation
 * @usual: the errno that CHOICE_USUAL_ERRNOS says, positive
 * @rule:  why it fails
 */
void allow_usual_error(const struct model *m, struct expect *want, int usual, enum rule_id rule)
{
	allow_error(want, chosen(m, CHOICE_USUAL_ERRNOS) ? usual : EXPECT_ANY_ERRNO, rule);
}

/**
 * expect_value() - add a value to those that success returns
 * @want:  with less than OP_MAX_VALS values
 * @value: what is expected
 * @known: the bits of it that are fixed
 * @rule:  that fixes them
 *
 * Return: the value, for expect_part().
 */
struct expect_val *expect_value(struct expect *want, u64 value, u64 known, enum rule_id rule)
{
	struct expect_val *val;

	assert(want->nr_vals < OP_MAX_VALS);
	val = &want->val[want->nr_vals++];
	val->value = value & known;
	val->known = known;
	val->reg = -1;
	val->rule = rule;
	val->nr_parts = 0;
	val->doubtful = 0;
	val->doubt = NR_DEVIATIONS;
	return val;
}

/**
 * expect_part() - some known bits come from a rule of their own
 * @val:  with less than EXPECT_MAX_PARTS parts
 * @mask: the bits
 * @rule: that fixes them
 */
void expect_part(struct expect_val *val, u64 mask, enum rule_id rule)
{
	assert(val->nr_parts < EXPECT_MAX_PARTS);
	val->part[val->nr_parts++] = (struct expect_part){ mask, rule };
}

/**
 * expect_deviation() - the answer is that of a deviation, not of the rule
 * @want:      the expectation
 * @deviation: below NR_DEVIATIONS
 */
void expect_deviation(struct expect *want, enum deviation_id deviation)
{
	want->deviation = deviation;
}

/**
 * expect_bits() - some bits of a value are fixed, by a rule of their own
 * @val:   with less than EXPECT_MAX_PARTS parts
 * @value: of the bits
 * @mask:  which bits
 * @rule:  that fixes them
 */
void expect_bits(struct expect_val *val, u64 value, u64 mask, enum rule_id rule)
{
	val->value = (val->value & ~mask) | (value & mask);
	val->known |= mask;
	if (rule != val->rule)
		expect_part(val, mask, rule);
}

/**
 * expect_one_of() - the first value may be this one
 * @want:  with less than EXPECT_MAX_ONE_OF alternatives
 * @value: allowed
 */
void expect_one_of(struct expect *want, u32 value)
{
	assert(want->nr_one_of < EXPECT_MAX_ONE_OF);
	want->one_of[want->nr_one_of++] = value;
}

/**
 * expect_deviant() - a deviation may give this first value
 * @want:      with less than EXPECT_MAX_DEVIANTS of them
 * @value:     that it gives
 * @deviation: below NR_DEVIATIONS
 */
void expect_deviant(struct expect *want, u32 value, enum deviation_id deviation)
{
	assert(want->nr_deviants < EXPECT_MAX_DEVIANTS);
	want->deviant[want->nr_deviants++] = (struct expect_deviant){ value, deviation };
}
