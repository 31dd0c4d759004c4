// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck rules`: the rules, choices and profiles, and which rules the programs
 * of a run would reach.  It needs no target: the model's own answers lead it
 * through each program.
 */
#include "harness/harness.h"

#include <stdlib.h>
#include <string.h>

#include "lib/judge/alter.h"
#include "lib/judge/answer.h"
#include "lib/prog/alloc.h"

static const char usage[] =
	"usage: vgicheck rules\n"
	"       vgicheck rules --coverage [--profile NAME] [--seed N] [--count N] [--all]\n"
	"                      [--filter GLOB] [--corpora DIR] [PATH...]\n"
	"\n"
	"Prints every rule with its source, every choice and number that is left to\n"
	"implementations, every profile with its versions, and every break of a rule that the\n"
	"model can follow. With --coverage: how many programs reach each rule, of those that\n"
	"`vgicheck run` with the same options runs or of the given files and folders, and the\n"
	"first of them; and how many show that an answer which breaks the rule is noticed.\n"
	"Nothing is performed. Exit status 1 if a rule is not reached.\n";

/**
 * list_rules() - print every rule
 * @o: not used
 *
 * Return: the exit status.
 */
int list_rules(const struct options *o)
{
	(void)o;
	for (unsigned int i = 0; i < NR_RULES; i++) {
		const struct rule_desc *r = rule_desc((enum rule_id)i);

		printf("%s: %s [%s]\n", r->name, r->sentence, r->source);
	}
	return TAP_EXIT_OK;
}

/**
 * list_choices() - print every choice that an implementation has
 * @o: not used
 *
 * Return: the exit status.
 */
int list_choices(const struct options *o)
{
	(void)o;
	for (unsigned int i = 0; i < NR_CHOICES; i++) {
		const struct choice_desc *c = choice_desc((enum profile_choice)i);

		printf("%s: %s [%s]\n", c->name, c->what, c->freedom);
	}
	return TAP_EXIT_OK;
}

/**
 * list_numbers() - print every number that an implementation chooses
 * @o: not used
 *
 * Return: the exit status.
 */
int list_numbers(const struct options *o)
{
	(void)o;
	for (unsigned int i = 0; i < NR_PARAMS; i++) {
		const struct param_desc *p = param_desc((enum profile_param)i);

		printf("%s: %s [%s]\n", p->name, p->what, p->freedom);
	}
	return TAP_EXIT_OK;
}

/**
 * list_deviations() - print every break of a rule that the model can follow
 * @o: not used
 *
 * Return: the exit status.
 */
int list_deviations(const struct options *o)
{
	(void)o;
	for (unsigned int i = 0; i < NR_DEVIATIONS; i++) {
		const struct deviation_desc *d = deviation_desc((enum deviation_id)i);

		printf("%s: %s; breaks %s\n", d->name, d->what, rule_desc(d->rule)->name);
	}
	return TAP_EXIT_OK;
}

static void print_chosen(const struct profile *p)
{
	for (unsigned int i = 0; i < NR_CHOICES; i++) {
		if (profile_has(p, (enum profile_choice)i))
			printf(" %s", choice_desc((enum profile_choice)i)->name);
	}
	for (unsigned int i = 0; i < NR_PARAMS; i++)
		printf(" %s=0x%x", param_desc((enum profile_param)i)->name, p->param[i]);
}

/**
 * list_profiles() - print every profile
 * @o: not used
 *
 * Return: the exit status.
 */
int list_profiles(const struct options *o)
{
	static const char *const versions_of[] = { [IMPL_KVM] = "kernels", [IMPL_QEMU] = "QEMU" };
	const struct profile *p;

	(void)o;
	for (unsigned int i = 0; (p = profile_by_number(i)); i++) {
		if (p == profile_architecture()) {
			printf("%s: no implementation, all is open\n", p->name);
			continue;
		}
		printf("%s: %s ", p->name, versions_of[p->implementation]);
		print_versions(p->from, p->to);
		putchar(';');
		print_chosen(p);
		putchar('\n');
	}
	return TAP_EXIT_OK;
}

/* What a pass over programs has reached. */
struct coverage {
	const struct plan *plan;
	struct model_config config;
	struct model *model;
	struct judge judge; /* with a model of its own */
	struct op_result *answer; /* grown as needed, for free() */
	struct rng rng;
	u64 programs[NR_RULES]; /* that reached it */
	u64 altered[NR_RULES]; /* of them, those that fail when an answer is altered */
	size_t first[NR_RULES]; /* of them, in the plan */
};

/* Mostly the answer that gets furthest; each of the others has its turn. */
static unsigned int pick_alt(const struct expect *want, struct rng *rng)
{
	if (rng_below(rng, 4))
		return expect_usual_alt(want);
	return (unsigned int)rng_below(rng, want->nr_alts);
}

/* Does the judge see an answer to the last operation that breaks the rule? */
static bool sees_altered(const struct coverage *c, const struct prog *p, const struct expect *want,
			 enum rule_id rule)
{
	struct op_result *last = &c->answer[p->nr_ops - 1], right = *last;
	bool seen = false;

	for (unsigned int how = 0; how < NR_ALTERATIONS && !seen; how++) {
		if (expect_alter(want, rule, (enum alteration)how, last))
			seen = judge_sees(&c->judge, p, c->answer, p->nr_ops - 1, rule);
		*last = right;
	}
	return seen;
}

static void cover_prog(struct coverage *c, size_t i, const struct prog *p)
{
	bool reached[NR_RULES] = { false }, altered[NR_RULES] = { false };
	struct prog done = *p; /* up to an operation */
	struct expect want;

	c->answer = xrealloc(c->answer, (p->nr_ops + 1) * sizeof(*c->answer));
	model_reset_for(c->model, &c->config, p);
	for (size_t n = 0; n < p->nr_ops; n++) {
		bool here[NR_RULES] = { false };

		model_expect(c->model, &p->op[n], &want);
		if (want.unpredicted)
			break;
		expect_mark_rules(&want, here);
		if (!expect_follow(&want, pick_alt(&want, &c->rng), &c->rng, c->model, &p->op[n],
				   &c->answer[n]))
			break;
		done.nr_ops = n + 1;
		for (unsigned int r = 0; r < NR_RULES; r++) {
			reached[r] |= here[r];
			if (here[r] && !altered[r])
				altered[r] = sees_altered(c, &done, &want, (enum rule_id)r);
		}
	}
	for (unsigned int r = 0; r < NR_RULES; r++) {
		if (reached[r] && !c->programs[r]++)
			c->first[r] = i;
		c->altered[r] += altered[r];
	}
}

/* Of the rules that no answer can break: why. */
static const char *why_unbreakable(unsigned int rule)
{
	if (rule == RULE_KERNEL_LOG)
		return "the judge's own";
	return rule == RULE_REG_UNKNOWN ? "allows any value" : NULL;
}

static int print_coverage(const struct coverage *c)
{
	unsigned int nr_missing = 0;
	char name[PROG_NAME_BYTES];

	printf("%-32s %10s %10s  %s\n", "rule", "programs", "altered", "first");
	for (unsigned int i = 0; i < NR_RULES; i++) {
		const char *rule = rule_desc((enum rule_id)i)->name;

		if (c->programs[i]) {
			plan_name(c->plan, c->first[i], name, sizeof(name));
			printf("%-32s %10llu %10llu  %s\n", rule,
			       (unsigned long long)c->programs[i],
			       (unsigned long long)c->altered[i], name);
		} else if (why_unbreakable(i)) {
			printf("%-32s %10s %10s  %s\n", rule, "-", "-", why_unbreakable(i));
		} else {
			printf("%-32s %10s %10s\n", rule, "0", "0");
			nr_missing++;
		}
	}
	printf("%zu programs, profile %s: %u rules not reached\n", c->plan->nr,
	       c->config.profile->name, nr_missing);
	for (unsigned int i = 0; i < NR_RULES; i++) {
		if (!c->programs[i] && !why_unbreakable(i))
			printf("not reached: %s\n", rule_desc((enum rule_id)i)->name);
	}
	return nr_missing ? TAP_EXIT_DIFFERENT : TAP_EXIT_OK;
}

static void coverage_free(struct coverage *c)
{
	model_destroy(c->model);
	model_destroy(c->judge.model);
	free(c->answer);
}

static int cover_plan(const struct plan *plan, const struct options *o)
{
	static const struct known_list nothing_known;
	struct model_config config = { .max_vcpus = HARNESS_USUAL_MAX_VCPUS,
				       .icc_ctlr = HARNESS_USUAL_ICC_CTLR,
				       .profile = o->profile };
	struct coverage c = {
		.plan = plan,
		.config = config,
		.model = model_create(),
		.judge = { .model = model_create(), .config = config, .known = &nothing_known },
		.rng = { .state = o->seed },
	};
	int status;

	if (!c.model || !c.judge.model) {
		fputs("vgicheck: out of memory\n", stderr);
		coverage_free(&c);
		return TAP_EXIT_HARNESS;
	}
	for (size_t i = 0; i < plan->nr; i++) {
		struct prog_error err;
		struct prog p;

		/* It was loaded once already, so only a file that changed can fail. */
		if (plan_load(plan, i, &p, &err)) {
			fprintf(stderr, "vgicheck: %s: %s\n", plan->item[i].path, err.text);
			coverage_free(&c);
			return TAP_EXIT_USAGE;
		}
		cover_prog(&c, i, &p);
		prog_free(&p);
	}
	status = print_coverage(&c);
	coverage_free(&c);
	return status;
}

static int cover(const struct options *o)
{
	struct plan plan = { 0 };
	int ret = 0, status = TAP_EXIT_USAGE;

	if (!o->args[0])
		ret = plan_make(&plan, o);
	for (char **path = o->args; *path && !ret; path++)
		ret = plan_add_path(&plan, *path);
	if (!ret)
		status = cover_plan(&plan, o);
	plan_free(&plan);
	return status;
}

static const struct {
	const char *title;
	int (*print)(const struct options *o);
} tables[] = {
	{ "Rules", list_rules },	   { "Choices", list_choices },
	{ "Numbers", list_numbers },	   { "Profiles", list_profiles },
	{ "Deviations", list_deviations },
};

/**
 * rules_main() - the subcommand `rules`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int rules_main(int argc, char **argv)
{
	struct options o;
	int ret = options_parse(&o, "rules", usage, argc, argv);

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (o.coverage)
		return cover(&o);
	if (o.args[0]) {
		fprintf(stderr, "vgicheck: '%s' means nothing to rules without --coverage\n",
			o.args[0]);
		return TAP_EXIT_USAGE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		printf("%s%s\n\n", i ? "\n" : "", tables[i].title);
		tables[i].print(&o);
	}
	return TAP_EXIT_OK;
}
