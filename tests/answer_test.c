// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers made from an expectation are allowed by it, and its rules are named.
 */
#include "lib/judge/answer.h"

#include <errno.h>

#include "tests/unit.h"

static const struct expect two_ways = {
	.alt = { { OP_FAILED, EBUSY, RULE_REGS_BEFORE_INIT }, { OP_DONE, 0, RULE_REGS_READ } },
	.nr_alts = 2,
	.val = { {
		.value = 0x30,
		.known = 0xf0,
		.reg = -1,
		.rule = RULE_PIDR2_REST,
		.part = { { 0xf0, RULE_PIDR2_ARCHREV }, { 0xf, RULE_TYPER_AFFINITY } },
		.nr_parts = 2,
	} },
	.nr_vals = 1,
	.vals_rule = RULE_REGS_READ,
};

static void success_is_usual(struct unit *t)
{
	struct expect want = two_ways;

	EXPECT_EQ(t, expect_usual_alt(&want), 1);
	want.nr_alts = 1;
	EXPECT_EQ(t, expect_usual_alt(&want), 0);
}

static void failures_have_no_values(struct unit *t)
{
	struct rng rng = { 0 };
	struct op_result res;
	struct expect any = {
		.alt = { { OP_FAILED, EXPECT_ANY_ERRNO, RULE_INIT_AGAIN } },
		.nr_alts = 1,
	};

	expect_answer(&two_ways, 0, &rng, &res);
	EXPECT_EQ(t, res.status, OP_FAILED);
	EXPECT_EQ(t, res.err, EBUSY);
	EXPECT_EQ(t, res.nr_vals, 0);
	expect_answer(&any, 0, &rng, &res);
	EXPECT_TRUE(t, res.err > 0);
}

static void known_bits_stay_and_others_vary(struct unit *t)
{
	struct rng rng = { .state = 1 };
	struct op_result res;
	u64 ones = 0, zeros = 0;

	for (int i = 0; i < 200; i++) {
		expect_answer(&two_ways, 1, &rng, &res);
		EXPECT_EQ(t, res.nr_vals, 1);
		ones |= res.val[0];
		zeros |= ~res.val[0];
	}
	EXPECT_EQ(t, ones, ~0xc0ULL);
	EXPECT_EQ(t, zeros, ~0x30ULL);
	expect_answer(&two_ways, 1, NULL, &res);
	EXPECT_EQ(t, res.val[0], 0x30);
}

static void each_of_several_values_comes(struct unit *t)
{
	struct expect want = two_ways;
	struct rng rng = { .state = 1 };
	struct op_result res;
	bool seen[3] = { false };

	want.val[0].known = ~0ULL;
	want.nr_one_of = ARRAY_SIZE(seen);
	for (unsigned int i = 0; i < ARRAY_SIZE(seen); i++)
		want.one_of[i] = 40 + i;
	for (int i = 0; i < 200; i++) {
		expect_answer(&want, 1, &rng, &res);
		if (EXPECT_TRUE(t, res.val[0] >= 40 && res.val[0] < 43))
			seen[res.val[0] - 40] = true;
	}
	EXPECT_TRUE(t, seen[0] && seen[1] && seen[2]);
	expect_answer(&want, 1, NULL, &res);
	EXPECT_EQ(t, res.val[0], 40);
}

/* A part without known bits and a rule without own bits cannot be broken. */
static void rules_that_can_be_broken_are_marked(struct unit *t)
{
	static const enum rule_id rules[] = { RULE_REGS_BEFORE_INIT, RULE_REGS_READ,
					      RULE_PIDR2_ARCHREV };
	bool reached[NR_RULES] = { false };
	struct expect want = two_ways;
	unsigned int nr = 0;

	expect_mark_rules(&want, reached);
	for (unsigned int i = 0; i < NR_RULES; i++)
		nr += reached[i];
	EXPECT_EQ(t, nr, ARRAY_SIZE(rules));
	for (unsigned int i = 0; i < ARRAY_SIZE(rules); i++)
		EXPECT_TRUE(t, reached[rules[i]]);
	want.val[0].known = ~0ULL;
	expect_mark_rules(&want, reached);
	EXPECT_TRUE(t, reached[RULE_PIDR2_REST] && reached[RULE_TYPER_AFFINITY]);
}

static void values_of_failures_are_not_marked(struct unit *t)
{
	bool reached[NR_RULES] = { false };
	struct expect want = two_ways;

	want.nr_alts = 1;
	EXPECT_TRUE(t, !expect_returns_values(&want));
	expect_mark_rules(&want, reached);
	EXPECT_TRUE(t, reached[RULE_REGS_BEFORE_INIT]);
	EXPECT_TRUE(t, !reached[RULE_REGS_READ] && !reached[RULE_PIDR2_ARCHREV]);
}

static const struct unit_test tests[] = {
	{ "expect_answer.success_is_usual", success_is_usual },
	{ "expect_answer.failures_have_no_values", failures_have_no_values },
	{ "expect_answer.known_bits_stay_and_others_vary", known_bits_stay_and_others_vary },
	{ "expect_answer.each_of_several_values_comes", each_of_several_values_comes },
	{ "expect_mark_rules.rules_that_can_be_broken_are_marked",
	  rules_that_can_be_broken_are_marked },
	{ "expect_mark_rules.values_of_failures_are_not_marked",
	  values_of_failures_are_not_marked },
};

UNIT_MAIN(tests)
