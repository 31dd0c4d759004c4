// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck export`: writes a program in the forms that others need.
 */
#include "harness/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/export/export.h"

static const char usage[] =
	"usage: vgicheck export --selftest [--output FILE.c] [--op N] [--profile NAME]\n"
	"                       [--old-kernels] FILE\n"
	"       vgicheck export --report [--output FILE] [--target NAME] [--corpora DIR]\n"
	"                       [--reported-by 'NAME <ADDRESS>'] FILE\n"
	"\n"
	"--selftest writes a program as one C file for tools/testing/selftests/kvm of a kernel tree, in\n"
	"which it compiles from 6.12 on and needs nothing of vgicheck. It asserts what the\n"
	"rules fix and names the rule that a kernel breaks. Nothing is performed.\n"
	"\n"
	"--op asserts the outcome of one operation alone, and of that all that is fixed.\n"
	"--profile names the implementation whose choices are known; the newest KVM is the\n"
	"default. --old-kernels adds what lets the selftests' library run on kernels before\n"
	"6.8, which lack an ioctl that it uses.\n"
	"\n"
	"--report runs the program and writes what differs as a mail to the kernel's\n"
	"developers, the selftest in it. The name at its end is that of --reported-by, or\n"
	"else git's user.name and user.email. Exit status 4 if nothing differs.\n";

static int save(const char *path, const char *text)
{
	FILE *f = path ? fopen(path, "we") : stdout;
	bool failed = !f || fputs(text, f) < 0;
	int err = errno;

	if (f && path && fclose(f) && !failed) {
		err = errno;
		failed = true;
	}
	if (!failed)
		return TAP_EXIT_OK;
	fprintf(stderr, "vgicheck: cannot write '%s': %s\n", path ? path : "standard output",
		strerror(err));
	return TAP_EXIT_HARNESS;
}

static int write_selftest(const struct options *o, const struct prog *p, FILE *out)
{
	struct export_options e = {
		.profile = o->profile,
		.max_vcpus = HARNESS_USUAL_MAX_VCPUS,
		.only_op = o->op,
		.old_kernels = o->old_kernels,
	};
	char error[EXPORT_ERROR_BYTES];

	if (!export_selftest(p, &e, out, error))
		return TAP_EXIT_OK;
	fprintf(stderr, "vgicheck: %s: %s\n", p->name, error);
	return TAP_EXIT_USAGE;
}

static int export_file(const struct options *o, const char *path)
{
	struct prog p;
	size_t bytes;
	char *text;
	FILE *f;
	int ret;

	if (program_load(&p, path))
		return TAP_EXIT_USAGE;
	f = open_memstream(&text, &bytes);
	ret = o->report ? export_report(o, &p, f) : write_selftest(o, &p, f);
	fclose(f);
	if (!ret)
		ret = save(o->output, text);
	free(text);
	prog_free(&p);
	return ret;
}

/**
 * export_main() - the subcommand `export`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int export_main(int argc, char **argv)
{
	struct options o;
	int ret = options_parse(&o, "export", usage, argc, argv);

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (o.selftest == o.report) {
		fputs("vgicheck: export needs --selftest or --report\n", stderr);
		return TAP_EXIT_USAGE;
	}
	if (!o.args[0] || o.args[1]) {
		fputs("vgicheck: export needs one program file\n", stderr);
		return TAP_EXIT_USAGE;
	}
	return export_file(&o, o.args[0]);
}
