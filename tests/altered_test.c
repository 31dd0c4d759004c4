// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each rule has a program that fails when the answer is altered: the judge names
 * the rule whenever an answer breaks it and nothing else, and there is no rule
 * that no program reaches.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/judge/alter.h"
#include "lib/judge/answer.h"
#include "lib/prog/alloc.h"
#include "lib/prog/suite.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define MAX_VCPUS 512
#define NR_SAMPLES 200 /* of each suite */
#define HOST_ICC_CTLR 0x8400 /* 5 bits of priority, Aff3 */
#define MAX_ALTERED 200 /* answers for each rule: enough is enough */

/* Rules that no answer can break, and why. */
static const struct {
	enum rule_id rule;
	const char *why;
} unalterable[] = {
	{ RULE_KERNEL_LOG, "comes from the kernel's log, not from an answer" },
	{ RULE_REG_UNKNOWN, "fixes no bit of a value" },
	{ RULE_FAIL_ALLOC, "allows success, too, whose rule a wrong answer breaks" },
};

struct altered {
	struct unit *t;
	struct judge judge;
	struct prog prog;
	struct op_result *answer;
	struct expect *want;
	size_t max; /* operations that they have room for */
	size_t nr; /* of operations that are predicted */
	unsigned int reached[NR_RULES], altered[NR_RULES];
};

static const struct known_list nothing_known;

/* The expectations as the judge will have them, with answers that are allowed. */
static void answer_all(struct altered *a, u64 seed)
{
	struct rng rng = { .state = seed };

	model_reset_for(a->judge.model, &a->judge.config, &a->prog);
	for (a->nr = 0; a->nr < a->prog.nr_ops; a->nr++) {
		struct expect *want = &a->want[a->nr];
		unsigned int alt;

		model_expect(a->judge.model, &a->prog.op[a->nr], want);
		if (want->unpredicted)
			break;
		alt = rng_below(&rng, 4) ? expect_usual_alt(want) :
					   (unsigned int)rng_below(&rng, want->nr_alts);
		if (!expect_follow(want, alt, &rng, a->judge.model, &a->prog.op[a->nr],
				   &a->answer[a->nr]))
			break;
	}
}

static void alter_one(struct altered *a, size_t op, enum rule_id rule, enum alteration how)
{
	struct op_result right = a->answer[op];
	char text[128];

	if (!expect_alter(&a->want[op], rule, how, &a->answer[op]))
		return;
	a->altered[rule]++;
	if (!EXPECT_TRUE(a->t, judge_sees(&a->judge, &a->prog, a->answer, op, rule))) {
		op_print(&a->prog.op[op], text, sizeof(text));
		printf("#   %s, operation %zu (%s), %s, alteration %d\n", a->prog.name, op + 1,
		       text, rule_desc(rule)->name, how);
	}
	a->answer[op] = right;
}

static void alter_op(struct altered *a, size_t op)
{
	bool reached[NR_RULES] = { false };

	expect_mark_rules(&a->want[op], reached);
	/* Rules of values that may be anything, too. */
	for (unsigned int i = 0; i < a->want[op].nr_vals; i++)
		reached[a->want[op].val[i].rule] = true;
	for (unsigned int i = 0; i < NR_RULES; i++) {
		if (!reached[i])
			continue;
		a->reached[i]++;
		for (unsigned int how = 0; how < NR_ALTERATIONS; how++) {
			if (a->altered[i] < MAX_ALTERED)
				alter_one(a, op, (enum rule_id)i, (enum alteration)how);
		}
	}
}

static void alter_prog(struct altered *a, u64 seed)
{
	size_t nr_ops = a->prog.nr_ops;
	const struct profile *profile;

	/* Of every other program's host the CPU interface is known. */
	a->judge.config.icc_ctlr = seed % 2 ? HOST_ICC_CTLR : 0;
	if (nr_ops > a->max) {
		a->max = nr_ops;
		a->answer = xrealloc(a->answer, a->max * sizeof(*a->answer));
		a->want = xrealloc(a->want, a->max * sizeof(*a->want));
	}
	for (unsigned int i = 0; (profile = profile_by_number(i)); i++) {
		a->judge.config.profile = profile;
		a->prog.nr_ops = nr_ops;
		answer_all(a, seed);
		/* What is not predicted is not judged. */
		a->prog.nr_ops = a->nr;
		for (size_t op = 0; op < a->nr; op++)
			alter_op(a, op);
	}
}

/* What is wrong in one order may be right in another: see par_test.c. */
static void cut_at_par(struct prog *p)
{
	size_t nr = 0;

	while (nr < p->nr_ops && !p->op[nr].par)
		nr++;
	/* The block begins before it. */
	p->nr_ops = nr < p->nr_ops && nr ? nr - 1 : nr;
}

static void alter_corpus(struct altered *a, const char *dir)
{
	struct corpus c;

	if (!corpus_load(a->t, dir, &c))
		return;
	for (size_t i = 0; i < c.nr; i++) {
		a->prog = c.prog[i];
		cut_at_par(&a->prog);
		alter_prog(a, i);
	}
	corpus_free(&c);
}

/* What suites reach seldom. */
static void alter_own(struct altered *a)
{
	static const char memory[] = "vm gicv3\ncreate_vcpu id=0\n"
				     "guest vcpu=0 read GICD_CTLR at=0x40000000\n";

	if (!program_parse(a->t, memory, &a->prog))
		return;
	alter_prog(a, 0);
	prog_free(&a->prog);
}

static void alter_suites(struct altered *a)
{
	const struct suite *s;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		for (u64 i = 0; i < NR_SAMPLES; i++) {
			struct prog p;

			suite_make(s, suite_sample(s, 1, i), 1, &p);
			a->prog = p;
			cut_at_par(&a->prog);
			alter_prog(a, i);
			prog_free(&p);
		}
	}
}

static const char *why_unalterable(unsigned int rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(unalterable); i++) {
		if ((unsigned int)unalterable[i].rule == rule)
			return unalterable[i].why;
	}
	return NULL;
}

static void every_rule_is_seen_to_be_broken(struct unit *t)
{
	struct altered a = {
		.t = t,
		.judge = {
			.model = model_create(),
			.config = { .max_vcpus = MAX_VCPUS },
			.known = &nothing_known,
		},
	};

	if (!EXPECT_TRUE(t, a.judge.model))
		return;
	alter_corpus(&a, "scenarios");
	alter_corpus(&a, "regress");
	alter_own(&a);
	alter_suites(&a);
	for (unsigned int i = 0; i < NR_RULES; i++) {
		const char *why = why_unalterable(i);

		EXPECT_TRUE(t, a.reached[i] || i == RULE_KERNEL_LOG);
		if (!EXPECT_EQ(t, a.altered[i] > 0, !why))
			printf("#   %s: %u expectations, %u altered answers%s%s\n",
			       rule_desc((enum rule_id)i)->name, a.reached[i], a.altered[i],
			       why ? ", but: " : "", why ? why : "");
	}
	model_destroy(a.judge.model);
	free(a.answer);
	free(a.want);
}

static const struct unit_test tests[] = {
	{ "rules.every_one_is_seen_to_be_broken", every_rule_is_seen_to_be_broken },
};

UNIT_MAIN(tests)
