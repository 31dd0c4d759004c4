// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck list`: names programs, operations, rules, profiles and known
 * divergences.
 */
#include "harness/harness.h"

#include <inttypes.h>
#include <string.h>

#include "ci/vm/host.h"

static const char usage[] =
	"usage: vgicheck list [options] [programs | suites | operations | rules | choices |\n"
	"                                numbers | profiles | deviations | known | hosts]\n"
	"\n"
	"Names the programs that `vgicheck run` with the same options runs (--all,\n"
	"--count N, --filter GLOB, --seed N, --corpora DIR), or one of the tables.\n";

static int list_programs(const struct options *o)
{
	struct plan plan;
	char name[PROG_NAME_BYTES];

	if (plan_make(&plan, o)) {
		plan_free(&plan);
		return TAP_EXIT_USAGE;
	}
	for (size_t i = 0; i < plan.nr; i++) {
		plan_name(&plan, i, name, sizeof(name));
		puts(name);
	}
	plan_free(&plan);
	return TAP_EXIT_OK;
}

static int list_suites(const struct options *o)
{
	const struct suite *s;

	(void)o;
	for (unsigned int i = 0; (s = suite_by_number(i)); i++) {
		if (s->count)
			printf("%-16s %8" PRIu64 "  %s\n", s->name, suite_count(s), s->doc);
		else
			printf("%-16s %8s  %s\n", s->name, "no end", s->doc);
	}
	return TAP_EXIT_OK;
}

/* The values that an argument may have. */
static void print_range(const struct op_arg_desc *a)
{
	switch (a->kind) {
	case ARG_KIND_PLACE:
		printf("a register");
		break;
	case ARG_KIND_SIZE:
		printf("1, 2, 4 or 8");
		break;
	case ARG_KIND_ADDR_TYPE:
		for (unsigned int i = 0; i < NR_ADDR_TYPES; i++)
			printf("%s%s", i ? ", " : "", addr_type_desc((enum addr_type)i)->word);
		break;
	case ARG_KIND_LINE_TYPE:
		for (unsigned int i = 0; i < NR_LINE_TYPES; i++)
			printf("%s%s", i ? ", " : "", line_type_desc((enum line_type)i)->word);
		break;
	case ARG_KIND_DEC:
	case ARG_KIND_HEX:
	case ARG_KIND_OPT:
	case ARG_KIND_OPTHEX:
	case ARG_KIND_AT:
		printf("0x%" PRIx64 "..0x%" PRIx64, a->lo, a->hi);
		break;
	}
}

static int list_operations(const struct options *o)
{
	(void)o;
	for (unsigned int i = 0; i < NR_OPS; i++) {
		const struct op_desc *d = op_desc((enum op_id)i);

		printf("%s %s: %s\n", op_agent_word(d->agent), d->word, d->doc);
		for (unsigned int k = 0; k < op_nr_args((enum op_id)i); k++) {
			const struct op_arg_desc *a = op_arg_desc(d->first_arg + k);

			printf("    %-6s ", a->name);
			print_range(a);
			printf("  %s\n", a->doc);
		}
	}
	return TAP_EXIT_OK;
}

/**
 * print_versions() - a range of versions in words
 * @from: major * 1000 + minor
 * @to:   the same, included; VERSION_NO_END or more if there is no end
 */
void print_versions(unsigned int from, unsigned int to)
{
	if (!from && to >= VERSION_NO_END) {
		printf("of any version");
		return;
	}
	printf("%u.%u", from / 1000, from % 1000);
	if (to >= VERSION_NO_END)
		printf(" and later");
	else if (to != from)
		printf(" to %u.%u", to / 1000, to % 1000);
}

static int list_known(const struct options *o)
{
	char dir[HARNESS_PATH_BYTES], error[HARNESS_PATH_BYTES];
	struct known_list list;

	snprintf(dir, sizeof(dir), "%s/known", o->corpora);
	if (known_load_dir(&list, dir, error, sizeof(error))) {
		fprintf(stderr, "vgicheck: %s\n", error);
		known_list_free(&list);
		return TAP_EXIT_USAGE;
	}
	for (size_t i = 0; i < list.nr; i++) {
		const struct known *k = &list.known[i];

		printf("%s: %s ", k->id, k->implementation == IMPL_QEMU ? "QEMU" : "kernels");
		print_versions(k->from, k->to);
		printf(", %s, shown by %s; %s\n",
		       rule_desc(k->deviation < 0 ?
					 k->rule[0] :
					 deviation_desc((enum deviation_id)k->deviation)->rule)
			       ->name,
		       k->program, k->upstream);
	}
	known_list_free(&list);
	return TAP_EXIT_OK;
}

static int list_hosts(const struct options *o)
{
	const struct vm_host *h;

	(void)o;
	for (unsigned int i = 0; (h = vm_host_by_number(i)); i++)
		printf("%-14s %s\n", h->name, h->doc);
	return TAP_EXIT_OK;
}

static const struct {
	const char *name;
	int (*list)(const struct options *o);
} tables[] = {
	{ "programs", list_programs },	   { "suites", list_suites },
	{ "operations", list_operations }, { "rules", list_rules },
	{ "choices", list_choices },	   { "numbers", list_numbers },
	{ "profiles", list_profiles },	   { "deviations", list_deviations },
	{ "known", list_known },	   { "hosts", list_hosts },
};

/**
 * list_main() - the subcommand `list`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int list_main(int argc, char **argv)
{
	const char *what;
	struct options o;
	int ret = options_parse(&o, "list", usage, argc, argv);

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (o.args[0] && o.args[1]) {
		fprintf(stderr, "vgicheck: cannot list '%s' beside '%s'\n", o.args[1], o.args[0]);
		return TAP_EXIT_USAGE;
	}
	what = o.args[0] ? o.args[0] : "programs";
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (!strcmp(tables[i].name, what))
			return tables[i].list(&o);
	}
	fprintf(stderr, "vgicheck: cannot list '%s'; see `vgicheck list --help`\n", what);
	return TAP_EXIT_USAGE;
}
