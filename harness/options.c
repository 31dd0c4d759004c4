// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of run, replay, list, explain, rules and bench.
 */
#include "harness/harness.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_COUNT 1000
#define DEFAULT_TIMEOUT_S 60
#define MAX_JOBS 256

static const struct option long_options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "corpora", required_argument, NULL, 'c' },
	{ "count", required_argument, NULL, 'n' },
	{ "coverage", no_argument, NULL, 'C' },
	{ "filter", required_argument, NULL, 'f' },
	{ "hazards", no_argument, NULL, 'H' },
	{ "help", no_argument, NULL, 'h' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "json", required_argument, NULL, 'J' },
	{ "junit", required_argument, NULL, 'U' },
	{ "out", required_argument, NULL, 'o' },
	{ "profile", required_argument, NULL, 'p' },
	{ "seed", required_argument, NULL, 's' },
	{ "strict", no_argument, NULL, 'S' },
	{ "target", required_argument, NULL, 't' },
	{ "timeout", required_argument, NULL, 'T' },
	{ 0 },
};

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

static const struct profile *newest_kvm(void)
{
	const struct profile *newest = profile_architecture(), *p;

	for (unsigned int i = 0; (p = profile_by_number(i)); i++) {
		if (p->implementation == IMPL_KVM && p->from > newest->from)
			newest = p;
	}
	return newest;
}

static int set_option(struct options *o, int c, const char *arg)
{
	u64 value = 0;
	int ret = 0;

	switch (c) {
	case 'a':
		o->all = true;
		break;
	case 'c':
		ret = set_corpora(o, arg);
		break;
	case 'C':
		o->coverage = true;
		break;
	case 'n':
		ret = number("count", arg, 0, UINT32_MAX, &o->count);
		break;
	case 'f':
		o->filter = arg;
		break;
	case 'H':
		o->hazards = true;
		break;
	case 'j':
		ret = number("jobs", arg, 1, MAX_JOBS, &value);
		o->jobs = (unsigned int)value;
		break;
	case 'J':
		o->json = arg;
		break;
	case 'U':
		o->junit = arg;
		break;
	case 'o':
		o->out = arg;
		break;
	case 'p':
		ret = set_profile(o, arg);
		break;
	case 's':
		ret = number("seed", arg, 0, UINT64_MAX, &o->seed);
		break;
	case 'S':
		o->strict = true;
		break;
	case 't':
		o->target = arg;
		break;
	case 'T':
		ret = number("timeout", arg, 1, 86400, &value);
		o->timeout_s = (unsigned int)value;
		break;
	default:
		ret = -EINVAL;
	}
	return ret;
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

static const char *default_corpora(void)
{
	/* The QEMU machine has a copy in its root; elsewhere the tree's own is used. */
	return getenv("VGICHECK_OUT") ? "/corpora" : VGICHECK_SRCDIR "/corpora";
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
	const char *out = getenv("VGICHECK_OUT");
	int c;

	*o = (struct options){
		.target = "kvm",
		.out = out ? out : "out",
		.corpora = default_corpora(),
		.profile = newest_kvm(),
		.seed = HARNESS_DEFAULT_SEED,
		.count = DEFAULT_COUNT,
		.timeout_s = DEFAULT_TIMEOUT_S,
	};
	optind = 1;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return 1;
		}
		if (c == '?' || c == ':')
			return wrong_option(command, c == ':', argv[optind - 1]);
		if (set_option(o, c, optarg))
			return -EINVAL;
	}
	o->args = argv + optind;
	return 0;
}
