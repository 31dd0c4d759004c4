// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vgicheck command: finds the subcommand and runs it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ci/vm/vm.h"
#include "harness/harness.h"
#include "lib/prog/vim.h"

static int print_page(int argc, char **argv, void (*print)(FILE *out))
{
	if (argc > 1) {
		fprintf(stderr, "vgicheck: '%s' means nothing to %s\n", argv[1], argv[0]);
		return TAP_EXIT_USAGE;
	}
	print(stdout);
	return TAP_EXIT_OK;
}

static int registers(int argc, char **argv)
{
	return print_page(argc, argv, regs_print_markdown);
}

static int syntax(int argc, char **argv)
{
	return print_page(argc, argv, prog_print_vim_syntax);
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *doc;
} commands[] = {
	{ "run", run_main, "run programs on a target and judge them" },
	{ "list", list_main, "name programs, operations, rules, known divergences" },
	{ "replay", replay_main, "run program files and explain each operation" },
	{ "compare", compare_main, "compare what two targets gave" },
	{ "diff-kernels", diff_kernels_main, "run programs on two hosted kernels, side by side" },
	{ "direct", direct_main, "interrupts of PCI devices, injected directly by a GICv4" },
	{ "migrate", migrate_main, "save a VM on one kernel and restore it on another" },
	{ "explain", explain_main, "print what the model allows to each operation of a program" },
	{ "reduce", reduce_main, "make a program that fails small and plain" },
	{ "export", export_main, "write a program as a KVM selftest, or a report of it" },
	{ "fuzz", fuzz_main, "run random programs, and keep and reduce what fails" },
	{ "rules", rules_main, "print rules, choices and profiles; count what programs reach" },
	{ "events", events_main, "inject at chosen moments into many VMs, and account for all" },
	{ "storm", storm_main, "LPIs in a storm of commands: is each one accounted for?" },
	{ "probe", probe_main, "say what can be tested here" },
	{ "vm", vm_main, "run a subcommand in a QEMU machine with its own kernel" },
	{ "bench", bench_main, "measure programs and bare ioctls" },
	{ "bisect-run", bisect_main, "run a program on a kernel, for `git bisect run`" },
	{ "registers", registers, "print docs/registers.md" },
	{ "syntax", syntax, "print editors/vim/syntax/vgic.vim" },
};

static void print_usage(void)
{
	puts("usage: vgicheck COMMAND [options]\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-12s %s\n", commands[i].name, commands[i].doc);
	puts("\n`vgicheck COMMAND --help` says more.");
}

/* Output that nobody gets is no success. */
static int flushed(int status)
{
	int failed = fflush(stdout) || ferror(stdout);
	int err = errno;

	if (!failed || status)
		return status;
	fprintf(stderr, "vgicheck: cannot write to standard output: %s\n", strerror(err));
	return TAP_EXIT_HARNESS;
}

int main(int argc, char **argv)
{
	/* In the QEMU machine this program is init. */
	if (getpid() == 1)
		return vm_init_main();
	if (argc < 2) {
		fputs("vgicheck: no command given; see `vgicheck --help`\n", stderr);
		return TAP_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		print_usage();
		return flushed(TAP_EXIT_OK);
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, argv[1]))
			return flushed(commands[i].run(argc - 1, argv + 1));
	}
	fprintf(stderr, "vgicheck: there is no command '%s'; see `vgicheck --help`\n", argv[1]);
	return TAP_EXIT_USAGE;
}
