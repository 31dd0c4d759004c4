// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command line of `vgicheck vm`: parsed and checked here, acted on elsewhere.
 */
#include "ci/vm/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_KERNEL "6.12"
#define DEFAULT_TIMEOUT_S 120
#define MAX_TIMEOUT_S (7 * 24 * 3600)
#define DEFAULT_GDB_PORT "1234"
#define MAX_RESTARTS 1000000
#define DEFAULT_SMP 2
#define MAX_SMP 64
#define DEFAULT_HOST "gicv3"

enum option_kind { FLAG, TEXT, NUMBER };

/* An option, and the member of struct vm_options that it sets. */
struct option_desc {
	const char *name;
	enum option_kind kind;
	size_t member; /* where: a bool, a const char * or an unsigned int */
	unsigned int min, max; /* of a number */
	const char *usual; /* its value if none is given; NULL if one must be */
};

#define FIRST_VALUE 256 /* no character is a value, but for the 'h' of help */
#define SETS(k, m) .kind = (k), .member = offsetof(struct vm_options, m)

static const struct option_desc descs[] = {
	{ .name = "kernel", SETS(TEXT, kernel) },
	{ .name = "append", SETS(TEXT, append) },
	{ .name = "host", SETS(TEXT, host_name) },
	{ .name = "gic", SETS(NUMBER, gic), .min = 2, .max = 4 },
	{ .name = "smp", SETS(NUMBER, smp), .min = 1, .max = MAX_SMP },
	{ .name = "mem", SETS(TEXT, mem) },
	{ .name = "timeout", SETS(NUMBER, timeout_s), .min = 1, .max = MAX_TIMEOUT_S },
	{ .name = "parallel", SETS(FLAG, parallel) },
	{ .name = "snapshot", SETS(FLAG, snapshot) },
	{ .name = "record", SETS(TEXT, record) },
	{ .name = "replay", SETS(TEXT, replay) },
	{ .name = "gdb",
	  SETS(NUMBER, gdb_port),
	  .min = 1,
	  .max = 65535,
	  .usual = DEFAULT_GDB_PORT },
	{ .name = "restart", SETS(NUMBER, restart), .max = MAX_RESTARTS },
	{ .name = "resume", SETS(FLAG, resume) },
	{ .name = "out", SETS(TEXT, out) },
	{ .name = "qemu", SETS(TEXT, qemu) },
};

#define NR_LISTED (ARRAY_SIZE(descs) + 2) /* with help and the end */

/**
 * vm_options_usage() - print what `vgicheck vm` takes
 */
void vm_options_usage(void)
{
	fputs("usage: vgicheck vm [OPTION...] [--] COMMAND [ARG...]\n"
	      "\n"
	      "Run one command in a QEMU machine with EL2 and its own kernel. COMMAND is a\n"
	      "subcommand of vgicheck, or the path of a static aarch64 executable. Files and\n"
	      "directories named by ARGs go into the machine; what --json, --junit,\n"
	      "--results and --out name comes back.\n"
	      "\n"
	      "  --kernel VERSION|IMAGE  5.10, 6.1, 6.12, 7.2, 7.3 or an arm64 Image (" DEFAULT_KERNEL
	      ")\n"
	      "  --append WORDS          more words for the kernel's command line\n"
	      "  --host NAME             what the machine is, and has to prove to be: see\n"
	      "                          'vgicheck list hosts' (" DEFAULT_HOST ")\n"
	      "  --gic 2|3|4             the same as host gicv2, gicv3 or gicv4, but it proves\n"
	      "                          nothing, so that --append may make another of it\n"
	      "  --smp N                 processors (2)\n"
	      "  --mem SIZE              memory, such as 512M or 1G (512M)\n"
	      "  --timeout SECONDS       report a hang after that long without output (120)\n"
	      "  --parallel              run the processors in parallel, in real time\n"
	      "  --snapshot              start from a snapshot of the booted machine, in a second;\n"
	      "                          the first time makes it, in the cache folder; not with\n"
	      "                          devices behind an IOMMU, or --smp 1\n"
	      "  --record DIR            keep in DIR all that is needed to run it again, exactly;\n"
	      "                          the machine has one processor\n"
	      "  --replay DIR            run the machine of --record DIR once more; no COMMAND.\n"
	      "                          Exit status 99 if it does something else\n"
	      "  --gdb[=PORT]            wait for gdb at localhost:PORT (1234) before the kernel\n"
	      "                          starts; nothing counts as hanging then\n"
	      "  --restart N             start the machine again, up to N times, when it ends\n"
	      "                          before COMMAND does (0): its files are put back, and\n"
	      "                          VGICHECK_RESUME=1 is in its environment\n"
	      "  --resume                begin as after a restart, with the files in --out DIR\n"
	      "  --out DIR               where files from the machine go (out)\n"
	      "  --qemu PATH             the emulator (qemu-system-aarch64)\n"
	      "\n"
	      "Exit status: that of COMMAND; 1 if the kernel warned, crashed or hung; 2 wrong\n"
	      "usage; 99 the machine could not do its work; 130 interrupted.\n",
	      stdout);
}

static int parse_number(const char *option, const char *text, unsigned int min, unsigned int max,
			unsigned int *value)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno || v < min || v > max) {
		fprintf(stderr, "vm: --%s takes a number from %u to %u, not '%s'\n", option, min,
			max, text);
		return -EINVAL;
	}
	*value = (unsigned int)v;
	return 0;
}

static bool is_memory_size(const char *s)
{
	size_t digits = strspn(s, "0123456789");

	return digits && (!s[digits] || (strchr("MG", s[digits]) && !s[digits + 1]));
}

static int set_option(struct vm_options *o, const struct option_desc *d, const char *arg)
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
		return parse_number(d->name, arg ? arg : d->usual, d->min, d->max, member);
	}
	return -EINVAL;
}

/* What getopt_long() wants, its value being a number in descs[]. */
static void list_options(struct option list[NR_LISTED])
{
	static const int arguments[] = {
		[FLAG] = no_argument,
		[TEXT] = required_argument,
		[NUMBER] = required_argument,
	};

	for (size_t i = 0; i < ARRAY_SIZE(descs); i++) {
		const struct option_desc *d = &descs[i];

		list[i] = (struct option){
			.name = d->name,
			.has_arg = d->usual ? optional_argument : arguments[d->kind],
			.val = FIRST_VALUE + (int)i,
		};
	}
	list[ARRAY_SIZE(descs)] = (struct option){ .name = "help", .val = 'h' };
	list[ARRAY_SIZE(descs) + 1] = (struct option){ 0 };
}

/* A machine that is recorded has one processor and nobody but the host to disturb it. */
static int check_recording(struct vm_options *o)
{
	const char *option = o->record ? "--record" : "--replay";
	const struct {
		bool given;
		const char *name;
	} others[] = {
		{ o->record && o->replay, "--replay" },
		{ o->parallel, "--parallel" },
		{ o->snapshot, "--snapshot" },
		{ o->restart, "--restart" },
		{ o->resume, "--resume" },
		{ o->smp > 1, "--smp above 1" },
	};

	if (!o->record && !o->replay)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (others[i].given) {
			fprintf(stderr, "vm: %s does not go with %s\n", option, others[i].name);
			return -EINVAL;
		}
	}
	if (o->replay && *o->cmd) {
		fprintf(stderr, "vm: --replay takes no command: '%s' is one\n", *o->cmd);
		return -EINVAL;
	}
	o->smp = 1;
	return 0;
}

/* Without a name or a GIC it is the usual one. */
static int choose_host(struct vm_options *o)
{
	char name[16] = DEFAULT_HOST;

	if (o->host_name && o->gic) {
		fprintf(stderr, "vm: --gic does not go with --host\n");
		return -EINVAL;
	}
	if (o->gic)
		snprintf(name, sizeof(name), "gicv%u", o->gic);
	o->host = vm_host_find(o->host_name ? o->host_name : name);
	if (o->host)
		return 0;
	fprintf(stderr, "vm: there is no host '%s'; see 'vgicheck list hosts'\n", o->host_name);
	return -EINVAL;
}

static int check_machine(const struct vm_options *o)
{
	if (o->smp > o->host->max_smp) {
		fprintf(stderr, "vm: host %s has %u processors at most, not %u\n", o->host->name,
			o->host->max_smp, o->smp);
		return -EINVAL;
	}
	if (o->snapshot && o->host->nr_edu) {
		fprintf(stderr,
			"vm: --snapshot does not go with host %s: the emulator cannot save "
			"its devices\n",
			o->host->name);
		return -EINVAL;
	}
	if (o->snapshot && o->smp < 2) {
		fprintf(stderr, "vm: --snapshot needs two processors, not --smp %u\n", o->smp);
		return -EINVAL;
	}
	return 0;
}

static int check_options(struct vm_options *o)
{
	if (check_recording(o))
		return -EINVAL;
	if (!o->smp)
		o->smp = DEFAULT_SMP;
	if (!*o->cmd && !o->replay) {
		fprintf(stderr, "vm: no command given; see 'vgicheck vm --help'\n");
		return -EINVAL;
	}
	if (choose_host(o) || check_machine(o))
		return -EINVAL;
	if (!is_memory_size(o->mem)) {
		fprintf(stderr, "vm: --mem takes a size such as 512M or 1G, not '%s'\n", o->mem);
		return -EINVAL;
	}
	if (!*o->out || !*o->kernel) {
		fprintf(stderr, "vm: --kernel and --out must not be empty\n");
		return -EINVAL;
	}
	return 0;
}

/**
 * vm_options_parse() - read the command line of `vgicheck vm`
 * @o:		filled in, defaults included
 * @argc:	number of arguments
 * @argv:	arguments; the first is the subcommand's name
 *
 * Errors, each with a message:
 *   -EINVAL  an option that does not exist or a value that is not possible
 * Return: 1 if help was asked for, 0 if @o is complete, or a negative error.
 */
int vm_options_parse(struct vm_options *o, int argc, char **argv)
{
	struct option list[NR_LISTED];
	int err = 0;
	int c;

	*o = (struct vm_options){
		.kernel = DEFAULT_KERNEL,
		.append = "",
		.mem = "512M",
		.timeout_s = DEFAULT_TIMEOUT_S,
		.out = "out",
		.qemu = "qemu-system-aarch64",
	};
	optind = 1;
	list_options(list);
	while (!err && (c = getopt_long(argc, argv, "+h", list, NULL)) != -1) {
		if (c == 'h')
			return 1;
		err = c < FIRST_VALUE ? -EINVAL : set_option(o, &descs[c - FIRST_VALUE], optarg);
	}
	if (err)
		return err;
	o->cmd = argv + optind;
	return check_options(o);
}
