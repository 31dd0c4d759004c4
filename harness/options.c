// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of all subcommands that run or judge programs.
 */
#include "harness/harness.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "lib/target/events.h"
#include "lib/target/storm.h"

#define DEFAULT_COUNT 1000
#define DEFAULT_TIMEOUT_S 60
#define MAX_JOBS 256
#define MAX_REPEATS 10000
#define MAX_TIMEOUT_S 86400
#define MAX_TIME_S 31622400 /* a leap year */
#define FIRST_VALUE 256 /* no character, such as the '?' of an error, is a value */

static int number(const char *option, const char *text, u64 lo, u64 hi, u64 *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (text[0] == '-' || !text[0] || *end || errno || *value < lo || *value > hi) {
		fprintf(stderr, "vgicheck: --%s takes a number from %llu to %llu, not '%s'\n",
			option, (unsigned long long)lo, (unsigned long long)hi, text);
		return -EINVAL;
	}
	return 0;
}

/* A folder that was named must be there; that of the source tree need not be. */
static int set_corpora(struct options *o, const char *path)
{
	DIR *dir = opendir(path);
	int err = errno;

	if (!dir) {
		fprintf(stderr, "vgicheck: cannot read corpora '%s': %s\n", path, strerror(err));
		return -EINVAL;
	}
	closedir(dir);
	o->corpora = path;
	return 0;
}

static int set_profile(struct options *o, const char *name)
{
	for (unsigned int i = 0; (o->profile = profile_by_number(i)); i++) {
		if (!strcmp(o->profile->name, name))
			return 0;
	}
	fprintf(stderr, "vgicheck: there is no profile '%s'; see `vgicheck list profiles`\n", name);
	return -EINVAL;
}

static int set_fail(struct options *o, const char *what)
{
	return failures_parse(&o->fail, what);
}

static int set_rule(struct options *o, const char *name)
{
	for (unsigned int i = 0; i < NR_RULES; i++) {
		o->rule = rule_desc((enum rule_id)i)->name;
		if (!strcmp(o->rule, name))
			return 0;
	}
	fprintf(stderr, "vgicheck: there is no rule '%s'; see `vgicheck list rules`\n", name);
	return -EINVAL;
}

static int add_lpi_stress(struct options *o, const char *path)
{
	if (o->nr_lpi_stress == MAX_LPI_STRESS) {
		fprintf(stderr, "vgicheck: --lpi-stress can be given %u times, not for '%s', too\n",
			MAX_LPI_STRESS, path);
		return -EINVAL;
	}
	o->lpi_stress[o->nr_lpi_stress++] = path;
	return 0;
}

static const struct profile *newest_kvm(void)
{
	const struct profile *newest = profile_architecture(), *p;

	for (unsigned int i = 0; (p = profile_by_number(i)); i++) {
		if (p->implementation == IMPL_KVM && p->from > newest->from)
			newest = p;
	}
	return newest;
}

enum option_kind { FLAG, TEXT, NUMBER, LONG_NUMBER, OTHER, HELP };

/* An option, and the member of struct options that it sets. */
struct option_desc {
	const char *name;
	enum option_kind kind;
	size_t member; /* where: a bool, a const char *, an unsigned int or a u64 */
	u64 lo, hi; /* of a number */
	int (*set)(struct options *o, const char *arg); /* of the others */
};

#define SETS(k, m) .kind = (k), .member = offsetof(struct options, m)

static const struct option_desc descs[] = {
	{ .name = "all", SETS(FLAG, all) },
	{ .name = "burst", SETS(NUMBER, burst), .lo = 1, .hi = 100000 },
	{ .name = "chance", SETS(FLAG, chance) },
	{ .name = "choices", SETS(FLAG, choices) },
	{ .name = "commands", SETS(TEXT, commands) },
	{ .name = "common", SETS(FLAG, common) },
	{ .name = "corpora", .kind = OTHER, .set = set_corpora },
	{ .name = "count", SETS(LONG_NUMBER, count), .hi = UINT32_MAX },
	{ .name = "coverage", SETS(FLAG, coverage) },
	{ .name = "devices", SETS(NUMBER, devices), .lo = 1, .hi = STORM_MAX_DEVICES },
	{ .name = "eager", SETS(FLAG, eager) },
	{ .name = "engine", SETS(TEXT, engine) },
	{ .name = "events", SETS(NUMBER, events), .lo = 1, .hi = STORM_MAX_EVENTS },
	{ .name = "fail", .kind = OTHER, .set = set_fail },
	{ .name = "filter", SETS(TEXT, filter) },
	{ .name = "first", SETS(TEXT, first) },
	{ .name = "from", SETS(TEXT, from) },
	{ .name = "hazards", SETS(FLAG, hazards) },
	{ .name = "help", .kind = HELP },
	{ .name = "host", SETS(FLAG, host) },
	{ .name = "irqfd", SETS(FLAG, irqfd) },
	{ .name = "jobs", SETS(NUMBER, jobs), .lo = 1, .hi = MAX_JOBS },
	{ .name = "json", SETS(TEXT, json) },
	{ .name = "junit", SETS(TEXT, junit) },
	{ .name = "known", SETS(TEXT, known) },
	{ .name = "lpi-stress", .kind = OTHER, .set = add_lpi_stress },
	{ .name = "migrate", SETS(FLAG, migrate) },
	{ .name = "old-kernels", SETS(FLAG, old_kernels) },
	{ .name = "op", SETS(LONG_NUMBER, op), .lo = 1, .hi = PROG_MAX_OPS },
	{ .name = "op-weights", SETS(TEXT, op_weights) },
	{ .name = "out", SETS(TEXT, out) },
	{ .name = "output", SETS(TEXT, output) },
	{ .name = "plant", SETS(TEXT, plant) },
	{ .name = "profile", .kind = OTHER, .set = set_profile },
	{ .name = "repeat", SETS(NUMBER, repeat), .lo = 1, .hi = MAX_REPEATS },
	{ .name = "report", SETS(FLAG, report) },
	{ .name = "reported-by", SETS(TEXT, reported_by) },
	{ .name = "results", SETS(TEXT, results) },
	{ .name = "restore", SETS(TEXT, restore) },
	{ .name = "resume", SETS(FLAG, resume) },
	{ .name = "rule", .kind = OTHER, .set = set_rule },
	{ .name = "save", SETS(TEXT, save) },
	{ .name = "seed", SETS(LONG_NUMBER, seed), .hi = UINT64_MAX },
	{ .name = "selftest", SETS(FLAG, selftest) },
	{ .name = "strict", SETS(FLAG, strict) },
	{ .name = "target", SETS(TEXT, target) },
	{ .name = "time", SETS(NUMBER, time_s), .lo = 1, .hi = MAX_TIME_S },
	{ .name = "timeout", SETS(NUMBER, timeout_s), .lo = 1, .hi = MAX_TIMEOUT_S },
	{ .name = "to", SETS(TEXT, to) },
	{ .name = "unpredicted", SETS(FLAG, unpredicted) },
	{ .name = "vcpus", SETS(NUMBER, vcpus), .lo = 1, .hi = STORM_MAX_VCPUS },
	{ .name = "vms", SETS(NUMBER, vms), .lo = 1, .hi = EVENTS_MAX_VMS },
	{ .name = "weights", SETS(TEXT, weights) },
	{ .name = "wfi", SETS(FLAG, wfi) },
};

static int set_number(struct options *o, const struct option_desc *d, const char *arg)
{
	void *member = (char *)o + d->member;
	u64 value;
	int ret = number(d->name, arg, d->lo, d->hi, &value);

	if (ret)
		return ret;
	if (d->kind == NUMBER)
		*(unsigned int *)member = (unsigned int)value;
	else
		*(u64 *)member = value;
	return 0;
}

static int set_option(struct options *o, const struct option_desc *d, const char *arg)
{
	void *member = (char *)o + d->member;

	switch (d->kind) {
	case FLAG:
		*(bool *)member = true;
		return 0;
	case TEXT:
		*(const char **)member = arg;
		return 0;
	case NUMBER:
	case LONG_NUMBER:
		return set_number(o, d, arg);
	case OTHER:
		return d->set(o, arg);
	case HELP:
		break;
	}
	return 0;
}

static int wrong_option(const char *command, bool needs_value, const char *option)
{
	const char *why = "there is no option";

	if (needs_value)
		why = "a value must follow";
	else if (strchr(option, '='))
		why = "no value may follow";
	fprintf(stderr, "vgicheck: %s '%s'; see `vgicheck %s --help`\n", why, option, command);
	return -EINVAL;
}

/* What getopt_long() wants, its value being a number in descs[]. */
static void list_options(struct option list[ARRAY_SIZE(descs) + 1])
{
	for (size_t i = 0; i < ARRAY_SIZE(descs); i++) {
		bool plain = descs[i].kind == FLAG || descs[i].kind == HELP;

		list[i] = (struct option){ .name = descs[i].name,
					   .has_arg = plain ? no_argument : required_argument,
					   .val = FIRST_VALUE + (int)i };
	}
	list[ARRAY_SIZE(descs)] = (struct option){ 0 };
}

static const char *default_corpora(void)
{
	/* The QEMU machine has a copy in its root; elsewhere the tree's own is used. */
	return getenv("VGICHECK_OUT") ? "/corpora" : VGICHECK_SRCDIR "/corpora";
}

/**
 * options_out_name() - the output folder by the name that was typed
 * @o: the options
 *
 * In the QEMU machine the folder has another one.
 *
 * Return: the name, for messages.
 */
const char *options_out_name(const struct options *o)
{
	const char *inside = getenv("VGICHECK_OUT");
	const char *outside = getenv("VGICHECK_OUT_NAME");

	return inside && outside && !strcmp(inside, o->out) ? outside : o->out;
}

/**
 * options_parse() - read the options of a subcommand
 * @o:       filled in, defaults included
 * @command: its name, for messages
 * @usage:   printed for --help
 * @argc:    of main, from the subcommand's name on
 * @argv:    of main, from the subcommand's name on
 *
 * Return: 0; 1 after --help; -EINVAL, after a message, for a wrong option.
 */
int options_parse(struct options *o, const char *command, const char *usage, int argc, char **argv)
{
	struct option list[ARRAY_SIZE(descs) + 1];
	const char *out = getenv("VGICHECK_OUT");
	int c;

	*o = (struct options){
		.target = "kvm",
		.out = out ? out : "out",
		.corpora = default_corpora(),
		.profile = newest_kvm(),
		.seed = HARNESS_DEFAULT_SEED,
		.count = UINT64_MAX,
		.timeout_s = DEFAULT_TIMEOUT_S,
	};
	optind = 1;
	opterr = 0;
	list_options(list);
	while ((c = getopt_long(argc, argv, ":", list, NULL)) != -1) {
		if (c < FIRST_VALUE)
			return wrong_option(command, c == ':', argv[optind - 1]);
		if (descs[c - FIRST_VALUE].kind == HELP) {
			fputs(usage, stdout);
			return 1;
		}
		if (set_option(o, &descs[c - FIRST_VALUE], optarg))
			return -EINVAL;
	}
	o->args = argv + optind;
	o->counted = o->count != UINT64_MAX;
	if (!o->counted)
		o->count = DEFAULT_COUNT;
	return 0;
}

/**
 * options_parse_alone() - the same of a subcommand that takes nothing but options
 * @o:       filled in, defaults included
 * @command: its name, for messages
 * @usage:   printed for --help
 * @argc:    of main, from the subcommand's name on
 * @argv:    of main, from the subcommand's name on
 *
 * Return: as options_parse().
 */
int options_parse_alone(struct options *o, const char *command, const char *usage, int argc,
			char **argv)
{
	int ret = options_parse(o, command, usage, argc, argv);

	if (ret || !o->args[0])
		return ret;
	fprintf(stderr, "vgicheck: '%s' means nothing to %s; see `vgicheck %s --help`\n",
		o->args[0], command, command);
	return -EINVAL;
}
