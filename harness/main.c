// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vgicheck command: finds the subcommand and runs it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ci/vm/vm.h"
#include "harness/harness.h"

static int registers(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	regs_print_markdown(stdout);
	return TAP_EXIT_OK;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *doc;
} commands[] = {
	{ "run", run_main, "run programs on a target and judge them" },
	{ "list", list_main, "name programs, operations, rules, known divergences" },
	{ "replay", replay_main, "run program files and explain each operation" },
	{ "probe", probe_main, "say what can be tested here" },
	{ "vm", vm_main, "run a subcommand in a QEMU machine with its own kernel" },
	{ "bench", bench_main, "measure programs and bare ioctls" },
	{ "registers", registers, "print docs/registers.md" },
};

static void print_usage(FILE *out)
{
	fputs("usage: vgicheck COMMAND [options]\n\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].doc);
	fputs("\n`vgicheck COMMAND --help` says more.\n", out);
}

int main(int argc, char **argv)
{
	/* In the QEMU machine this program is init. */
	if (getpid() == 1)
		return vm_init_main();
	if (argc < 2) {
		print_usage(stderr);
		return TAP_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		print_usage(stdout);
		return TAP_EXIT_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, argv[1]))
			return commands[i].run(argc - 1, argv + 1);
	}
	fprintf(stderr, "vgicheck: there is no command '%s'; see `vgicheck --help`\n", argv[1]);
	return TAP_EXIT_USAGE;
}
