// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model's rules one by one: each claim of model_claims.def is a test, and no
 * rule is without a claim that names it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "lib/judge/judge.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define MAX_VCPUS 512

/* The rules of an expectation, each once, and how many of them its answers have. */
struct named {
	enum rule_id rule[64];
	unsigned int nr, nr_of_alts;
};

static void add_rule(struct named *n, enum rule_id rule)
{
	for (unsigned int i = 0; i < n->nr; i++) {
		if (n->rule[i] == rule)
			return;
	}
	n->rule[n->nr++] = rule;
}

static struct named rules_of(const struct expect *want)
{
	struct named n = { .nr = 0 };

	for (unsigned int i = 0; i < want->nr_alts; i++)
		add_rule(&n, want->alt[i].rule);
	n.nr_of_alts = n.nr;
	for (unsigned int i = 0; i < want->nr_vals && n.nr < 48; i++) {
		for (unsigned int k = 0; k < want->val[i].nr_parts; k++)
			add_rule(&n, want->val[i].part[k].rule);
		if (want->val[i].known)
			add_rule(&n, want->val[i].rule);
	}
	if (want->nr_vals)
		add_rule(&n, want->vals_rule);
	return n;
}

static bool names_rule(const char *text, enum rule_id rule)
{
	const char *name = rule_desc(rule)->name;
	size_t len = strlen(name);
	const char *at = text;

	while ((at = strstr(at, name))) {
		if (at[-1] == ' ' && (at[len] == ' ' || !at[len]))
			return true;
		at += len;
	}
	return false;
}

/* Are the rules of all answers named, and does the expectation have all that are? */
static bool rules_agree(const char *text, const struct expect *want)
{
	struct named n = rules_of(want);
	unsigned int nr_words = 0, nr_named = 0;

	for (const char *p = text; *p; p++)
		nr_words += *p == ' ';
	for (unsigned int i = 0; i < n.nr; i++) {
		bool is_named = names_rule(text, n.rule[i]);

		if (i < n.nr_of_alts && !is_named)
			return false;
		nr_named += is_named;
	}
	return nr_named == nr_words;
}

/* "EINVAL or success = 0x10/0x10 any", as claims have it. */
static void print_expect(const struct expect *want, char *buf, size_t bytes)
{
	size_t at;

	if (want->unpredicted) {
		snprintf(buf, bytes, "unpredicted");
		return;
	}
	judge_print_alts(want, buf, bytes);
	for (unsigned int i = 0; i < want->nr_vals; i++) {
		const struct expect_val *v = &want->val[i];

		at = strlen(buf);
		if (!v->known)
			snprintf(buf + at, bytes - at, "%sany", i ? " " : " = ");
		else if (~v->known)
			snprintf(buf + at, bytes - at, "%s0x%" PRIx64 "/0x%" PRIx64,
				 i ? " " : " = ", v->value, v->known);
		else
			snprintf(buf + at, bytes - at, "%s0x%" PRIx64, i ? " " : " = ", v->value);
	}
}

/* Compares an expectation with what stands beside the operation. */
static bool expect_claim(struct unit *t, const char *beside, const struct expect *want)
{
	const char *colon = strrchr(beside, ':');
	const char *claim = beside + (beside[1] == '!' ? 3 : 2);
	char text[500], claimed[500];
	struct named n = rules_of(want);
	bool ok;

	if (!EXPECT_TRUE(t, colon))
		return false;
	snprintf(claimed, sizeof(claimed), "%.*s", (int)(colon - claim), claim);
	print_expect(want, text, sizeof(text));
	ok = EXPECT_STR(t, text, claimed);
	if (!EXPECT_TRUE(t, rules_agree(colon + 1, want))) {
		ok = false;
		for (unsigned int i = 0; i < n.nr; i++)
			printf("#   has %s%s\n", rule_desc(n.rule[i])->name,
			       i < n.nr_of_alts ? " of an answer" : "");
	}
	return ok;
}

static void check_claim(struct unit *t, unsigned int kernel, const char *text)
{
	struct model *m = model_create();
	struct rng rng = { .state = kernel };
	unsigned int nr_claims = 0;
	struct model_config config = {
		.max_vcpus = MAX_VCPUS,
		.profile = kernel ? profile_for_kernel(kernel) : profile_architecture(),
	};
	struct prog p;

	if (!EXPECT_TRUE(t, m) || !program_parse(t, text, &p)) {
		model_destroy(m);
		return;
	}
	config.gic = p.gic;
	config.ipa_bits = p.ipa_bits;
	model_reset(m, &config);
	for (size_t i = 0; i < p.nr_ops; i++) {
		const char *beside = p.op[i].beside;
		struct op_result seen;
		struct expect want;
		char op[200];

		model_expect(m, &p.op[i], &want);
		op_print(&p.op[i], op, sizeof(op));
		if (beside && !expect_claim(t, beside, &want))
			printf("#   operation %zu: %s\n", i + 1, op);
		nr_claims += !!beside;
		expect_answer(&want, beside && beside[1] == '!' ? 0 : expect_usual_alt(&want), &rng,
			      &seen);
		model_commit(m, &p.op[i], &seen);
	}
	EXPECT_TRUE(t, nr_claims > 0);
	prog_free(&p);
	model_destroy(m);
}

#define CLAIM(component, claim, kernel, text)           \
	static void component##_##claim(struct unit *t) \
	{                                               \
		check_claim(t, (kernel), text);         \
	}
#include "tests/model_claims.def"
#undef CLAIM

static const char *const texts[] = {
#define CLAIM(component, claim, kernel, text) text,
#include "tests/model_claims.def"
#undef CLAIM
};

static bool is_claimed(enum rule_id rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		for (const char *at = texts[i]; (at = strchr(at, '#')); at++) {
			char line[600];

			snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
			if (strrchr(line, ':') && names_rule(strrchr(line, ':') + 1, rule))
				return true;
		}
	}
	return false;
}

static void every_one_has_a_claim(struct unit *t)
{
	for (unsigned int i = 0; i < NR_RULES; i++) {
		enum rule_id rule = (enum rule_id)i;

		/* No expectation has this one: it is the judge's. */
		if (rule == RULE_KERNEL_LOG)
			continue;
		if (!EXPECT_TRUE(t, is_claimed(rule)))
			printf("#   rule %s\n", rule_desc(rule)->name);
	}
}

static void names_are_found_and_differ(struct unit *t)
{
	for (unsigned int i = 0; i < NR_RULES; i++) {
		const struct rule_desc *d = rule_desc((enum rule_id)i);

		EXPECT_EQ(t, rule_find(d->name), i);
		EXPECT_TRUE(t, d->sentence[0] && d->source[0]);
		EXPECT_TRUE(t, d->name[strspn(d->name, "abcdefghijklmnopqrstuvwxyz0123456789.-")] ==
				       '\0');
	}
	EXPECT_EQ(t, rule_find("redist.last"), -1);
	EXPECT_EQ(t, rule_find(""), -1);
}

static const struct unit_test tests[] = {
#define CLAIM(component, claim, kernel, text) { #component "." #claim, component##_##claim },
#include "tests/model_claims.def"
#undef CLAIM
	{ "rules.every_one_has_a_claim", every_one_has_a_claim },
	{ "rules.names_are_found_and_differ", names_are_found_and_differ },
};

UNIT_MAIN(tests)
