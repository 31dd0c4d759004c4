// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck bisect-run`: one program on one kernel, with the exit statuses that
 * `git bisect run` wants. It runs `replay --strict` in the QEMU machine, because a
 * difference that is known is still one to look for, and reads what that prints.
 */
#include "harness/harness.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/vm/util.h"
#include "ci/vm/vm.h"
#include "harness/child.h"
#include "lib/model/rules.h"

#define MAX_REPEAT 1000

/* What `git bisect run` makes of a commit; any other status would be "bad", too. */
enum bisect_status {
	BISECT_GOOD = 0,
	BISECT_BAD = 1,
	BISECT_SKIP = 125,
};

static const char usage[] =
	"usage: vgicheck bisect-run [--rule RULE] [--repeat N] PROGRAM KERNEL [-- VM-OPTION...]\n"
	"\n"
	"Runs a program in the QEMU machine on KERNEL, an arm64 Image or a version, for\n"
	"`git bisect run`; docs/debugging.md has a recipe. A kernel that crashes or hangs once\n"
	"the program runs breaks a rule, too. VM-OPTIONs are those of `vgicheck vm`. On the\n"
	"kernel that runs, `vgicheck replay --strict PROGRAM` does the same.\n"
	"\n"
	"  --rule RULE   only a difference from this rule counts\n"
	"  --repeat N    perform the program N times (1): once is enough for what always\n"
	"                happens, and one hit of many is a difference\n"
	"\n"
	"Exit status: 0 no difference; 1 a difference, known or not; 125 nothing is known: the\n"
	"kernel does not boot, the program is skipped, or something is wrong here.\n";

/**
 * struct bisect - what was asked for, and what came
 * @rule:	the only rule that counts, or NULL
 * @repeat:	how often the program is performed
 * @program:	its file
 * @kernel:	Image or version
 * @vm_options:	more options of `vgicheck vm`, NULL-terminated
 * @broken:	a rule that counts was broken
 * @ended:	the machine ended without the kernel's saying why
 */
struct bisect {
	const char *rule;
	unsigned int repeat;
	const char *program;
	const char *kernel;
	char **vm_options;
	bool broken;
	bool ended;
};

/* The lines of `replay` and `vm` that matter here. */
static void read_line(struct bisect *b, const char *line)
{
	static const char rule[] = "rule ";
	size_t len = strlen(rule);

	if (!strncmp(line, rule, len)) {
		size_t name = strcspn(line + len, ":");

		if (!b->rule || (strlen(b->rule) == name && !strncmp(b->rule, line + len, name)))
			b->broken = true;
	}
	if (strstr(line, "the machine ended before the command did"))
		b->ended = true;
}

/* Return: the exit status of the machine, or -1 after a message. */
static int run_machine(struct bisect *b, struct vm_strv *args)
{
	char line[4096];
	int ends[2], wstatus;
	FILE *from;
	pid_t pid;

	if (pipe(ends))
		return -1;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		wstatus = vm_main((int)args->nr, args->v);
		fflush(NULL);
		_exit(wstatus);
	}
	close(ends[1]);
	from = fdopen(ends[0], "r");
	while (from && fgets(line, sizeof(line), from)) {
		fputs(line, stdout);
		read_line(b, line);
	}
	if (from)
		fclose(from);
	wstatus = pid > 0 ? child_wait(pid) : 0;
	return pid > 0 && WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : -1;
}

/* A machine's status of 1 without a broken rule is a warning, a crash or a hang. */
static enum bisect_status judge(const struct bisect *b, int status)
{
	if (b->broken)
		return BISECT_BAD;
	if (status == 0)
		return BISECT_GOOD;
	if (status != VM_EXIT_TROUBLE || b->ended)
		return BISECT_SKIP;
	/* Another rule was broken, which is not what was asked for. */
	return b->rule ? BISECT_GOOD : BISECT_BAD;
}

static enum bisect_status bisect(struct bisect *b)
{
	static const char *const verdicts[] = {
		[BISECT_GOOD] = "no difference",
		[BISECT_BAD] = "a difference",
	};
	struct vm_strv args = { 0 };
	enum bisect_status status;

	vm_strv_add(&args, "vm");
	vm_strv_add(&args, "--kernel");
	vm_strv_add(&args, "%s", b->kernel);
	for (char **o = b->vm_options; *o; o++)
		vm_strv_add(&args, "%s", *o);
	vm_strv_add(&args, "--");
	vm_strv_add(&args, "replay");
	vm_strv_add(&args, "--strict");
	for (unsigned int i = 0; i < b->repeat; i++)
		vm_strv_add(&args, "%s", b->program);
	status = judge(b, run_machine(b, &args));
	vm_strv_free(&args);
	printf("bisect-run: %s on %s: %s\n", b->program, b->kernel,
	       status == BISECT_SKIP ? "nothing is known" : verdicts[status]);
	return status;
}

static int complain(const char *what, const char *word)
{
	fprintf(stderr, "vgicheck: bisect-run: %s '%s'\n", what, word);
	return -EINVAL;
}

static int set_option(struct bisect *b, int c, const char *arg)
{
	unsigned long n;
	char *end;

	if (c == 'r') {
		b->rule = arg;
		return rule_find(arg) >= 0 ? 0 : complain("there is no rule", arg);
	}
	if (c != 'n')
		return -EINVAL;
	n = strtoul(arg, &end, 10);
	if (!isdigit((unsigned char)arg[0]) || *end || n < 1 || n > MAX_REPEAT)
		return complain("--repeat takes a number from 1 to 1000, not", arg);
	b->repeat = (unsigned int)n;
	return 0;
}

/* Return: 1 if help was asked for, 0, or a negative errno after a message. */
static int parse(struct bisect *b, int argc, char **argv)
{
	static const struct option options[] = {
		{ "rule", required_argument, NULL, 'r' },
		{ "repeat", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int err = 0;
	int c;

	*b = (struct bisect){ .repeat = 1 };
	optind = 1;
	while (!err && (c = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		if (c == 'h')
			return 1;
		err = set_option(b, c, optarg);
	}
	if (err)
		return err;
	if (argc - optind < 2) {
		fputs("vgicheck: bisect-run needs a program and a kernel\n", stderr);
		return -EINVAL;
	}
	b->program = argv[optind];
	b->kernel = argv[optind + 1];
	b->vm_options = argv + optind + 2;
	if (*b->vm_options && strcmp(*b->vm_options++, "--") != 0)
		return complain("expected '--' and options of vm, not", argv[optind + 2]);
	/* The machine would take any other word for a command of replay's. */
	if (access(b->program, R_OK))
		return complain("cannot read", b->program);
	return 0;
}

/**
 * bisect_main() - the subcommand `bisect-run`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status, one of enum bisect_status: what is wrong with the
 * command says nothing about a commit.
 */
int bisect_main(int argc, char **argv)
{
	struct bisect b;
	int ret = parse(&b, argc, argv);

	if (ret > 0)
		fputs(usage, stdout);
	if (ret)
		return ret > 0 ? BISECT_GOOD : BISECT_SKIP;
	return bisect(&b);
}
