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
/* Of the host that claims about kernels are for: 5 bits of priority, A3V. */
#define HOST_ICC_CTLR 0x8400
/* Beside the kernel of a claim: the host gives SGIs without an active state. */
#define GICV4_1 (1u << 31)

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

static int compare_values(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* "0x20|0x21": the values of which one comes, in ascending order. */
static void print_one_of(const struct expect *want, char *buf, size_t bytes)
{
	u32 value[EXPECT_MAX_ONE_OF];
	size_t at = 0;

	memcpy(value, want->one_of, want->nr_one_of * sizeof(value[0]));
	qsort(value, want->nr_one_of, sizeof(value[0]), compare_values);
	for (unsigned int i = 0; i < want->nr_one_of && at < bytes; i++)
		at += (size_t)snprintf(buf + at, bytes - at, "%s0x%x", i ? "|" : "", value[i]);
}

/* "0x10/0x10", of 32 bits if the upper ones are zero; "0x10" or "any". */
static void print_value(const struct expect_val *v, char *buf, size_t bytes)
{
	u64 known = v->known;

	if (!(~known >> 32) && !(v->value >> 32))
		known &= 0xffffffff;
	if (!known)
		snprintf(buf, bytes, "any");
	else if (~v->known)
		snprintf(buf, bytes, "0x%" PRIx64 "/0x%" PRIx64, v->value, known);
	else
		snprintf(buf, bytes, "0x%" PRIx64, v->value);
}

static bool value_is_allowed(const struct expect *want, u32 value)
{
	for (unsigned int i = 0; i < want->nr_one_of; i++) {
		if (want->one_of[i] == value)
			return true;
	}
	return !want->nr_one_of && want->val[0].value == value;
}

/* What deviations make of it: " by NAME", " or 0x3ff by NAME", " or bits 0x1 by NAME". */
static void print_deviations(const struct expect *want, char *buf, size_t bytes)
{
	size_t at = 0;

	buf[0] = '\0';
	if (want->deviation != NR_DEVIATIONS)
		at = (size_t)snprintf(buf, bytes, " by %s", deviation_desc(want->deviation)->name);
	for (unsigned int i = 0; i < want->nr_deviants && at < bytes; i++) {
		const struct expect_deviant *d = &want->deviant[i];

		if (!value_is_allowed(want, d->value))
			at += (size_t)snprintf(buf + at, bytes - at, " or 0x%x by %s", d->value,
					       deviation_desc(d->deviation)->name);
	}
	if (want->nr_vals && want->val[0].doubtful && at < bytes)
		snprintf(buf + at, bytes - at, " or bits 0x%" PRIx64 " by %s",
			 want->val[0].doubtful, deviation_desc(want->val[0].doubt)->name);
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
		at = strlen(buf);
		at += (size_t)snprintf(buf + at, bytes - at, i ? " " : " = ");
		if (!i && want->nr_one_of)
			print_one_of(want, buf + at, bytes - at);
		else
			print_value(&want->val[i], buf + at, bytes - at);
	}
	at = strlen(buf);
	print_deviations(want, buf + at, bytes - at);
}

/* Compares an expectation with what stands beside the operation. */
static bool expect_claim(struct unit *t, const char *beside, const struct expect *want)
{
	const char *colon = strrchr(beside, ':');
	const char *claim = beside + (beside[1] == '!' ? 3 : 2);
	char text[1000], claimed[1000];
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

/* @deviation: the only one, or NR_DEVIATIONS */
static void check_claim(struct unit *t, unsigned int host, enum deviation_id deviation,
			const char *text)
{
	struct model *m = model_create();
	struct rng rng = { .state = host };
	unsigned int nr_claims = 0;
	unsigned int kernel = host & ~GICV4_1;
	struct model_config config = {
		.max_vcpus = MAX_VCPUS,
		.sgis_without_active = host & GICV4_1,
		.profile = kernel ? profile_for_kernel(kernel) : profile_architecture(),
		.icc_ctlr = kernel ? HOST_ICC_CTLR : 0,
	};
	struct prog p;

	if (!EXPECT_TRUE(t, m) || !program_parse(t, text, &p)) {
		model_destroy(m);
		return;
	}
	if (deviation != NR_DEVIATIONS)
		deviation_add(&config.deviations, deviation);
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
		expect_follow(&want, beside && beside[1] == '!' ? 0 : expect_usual_alt(&want), &rng,
			      m, &p.op[i], &seen);
	}
	EXPECT_TRUE(t, nr_claims > 0);
	prog_free(&p);
	model_destroy(m);
}

#define CLAIM(component, claim, kernel, text)                  \
	static void component##_##claim(struct unit *t)        \
	{                                                      \
		check_claim(t, (kernel), NR_DEVIATIONS, text); \
	}
#define DEVIANT(component, claim, deviation, text)                \
	static void component##_##claim(struct unit *t)           \
	{                                                         \
		check_claim(t, KVM, DEVIATION_##deviation, text); \
	}
#include "tests/model_claims.def"
#undef CLAIM
#undef DEVIANT

static const char *const texts[] = {
#define CLAIM(component, claim, kernel, text) text,
#define DEVIANT CLAIM
#include "tests/model_claims.def"
#undef CLAIM
#undef DEVIANT
};

static bool is_claimed(enum rule_id rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		for (const char *at = texts[i]; (at = strchr(at, '#')); at++) {
			char line[1200];

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
#define DEVIANT CLAIM
#include "tests/model_claims.def"
#undef CLAIM
#undef DEVIANT
	{ "rules.every_one_has_a_claim", every_one_has_a_claim },
	{ "rules.names_are_found_and_differ", names_are_found_and_differ },
};

UNIT_MAIN(tests)
