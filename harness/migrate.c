// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck migrate`: a program's VM is saved on one kernel and restored on another.
 */
#include "harness/migrate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/vm/util.h"
#include "ci/vm/vm.h"
#include "harness/child.h"
#include "lib/prog/alloc.h"

static const char usage[] =
	"usage: vgicheck migrate PROGRAM --from KERNEL --to KERNEL [options]\n"
	"       vgicheck migrate PROGRAM --save FILE [--results FILE] [options]\n"
	"       vgicheck migrate PROGRAM --restore FILE [--first FILE] [options]\n"
	"\n"
	"Performs a program up to its first `migrate`, or its end, on one kernel, saves the\n"
	"VM as the documents of the kernel say, restores it on another one, saves it there\n"
	"once more and names each register, table entry and word of memory that differs.\n"
	"Then it performs the rest of the program and judges it by the model.\n"
	"\n"
	"  --from KERNEL    with --target kvm as `vgicheck vm --kernel` takes it, in a QEMU\n"
	"  --to KERNEL      machine each; else what follows --target hosted:\n"
	"  --target NAME    kvm or hosted; of a half as `vgicheck run` takes it\n"
	"  --save FILE      only the first half, here: write the state to FILE\n"
	"  --restore FILE   only the second half, here: read it from there\n"
	"  --results FILE   what the operations of the first half gave, ...\n"
	"  --first FILE     ... from which the rest is judged; else it is not\n"
	"  --strict         known divergences are differences\n"
	"  --corpora DIR    known divergences\n"
	"\n"
	"Exit status: 0 the same, 1 something differs, 2 usage, 4 the program cannot be\n"
	"performed, 99 the harness itself failed.\n";

/* The files between the halves. */
struct files {
	char dir[32];
	char *state, *results;
};

static int files_open(struct files *f)
{
	snprintf(f->dir, sizeof(f->dir), "/tmp/vgicheck-migrate-XXXXXX");
	if (!mkdtemp(f->dir)) {
		fprintf(stderr, "vgicheck: cannot write to /tmp: %s\n", strerror(errno));
		return -EIO;
	}
	f->state = vm_asprintf("%s/state", f->dir);
	f->results = vm_asprintf("%s/results", f->dir);
	return 0;
}

static void files_close(struct files *f)
{
	unlink(f->state);
	unlink(f->results);
	rmdir(f->dir);
	free(f->state);
	free(f->results);
}

/* One half in a QEMU machine.  Return: the exit status of the command in it. */
static int half_in_vm(const struct options *o, const struct files *f, bool is_first)
{
	struct vm_strv args = { 0 };
	int status;

	vm_strv_add(&args, "vm");
	vm_strv_add(&args, "--kernel");
	vm_strv_add(&args, "%s", is_first ? o->from : o->to);
	vm_strv_add(&args, "--");
	vm_strv_add(&args, "migrate");
	vm_strv_add(&args, is_first ? "--save" : "--restore");
	vm_strv_add(&args, "%s", f->state);
	vm_strv_add(&args, is_first ? "--results" : "--first");
	vm_strv_add(&args, "%s", f->results);
	if (o->strict)
		vm_strv_add(&args, "--strict");
	vm_strv_add(&args, "%s", o->args[0]);
	status = vm_main((int)args.nr, args.v);
	vm_strv_free(&args);
	return status;
}

/* One half on a hosted kernel. */
static int half_here(const struct options *o, const struct files *f, const struct prog *p,
		     bool is_first)
{
	char *target = vm_asprintf("hosted:%s", is_first ? o->from : o->to);
	struct options half = *o;
	int status;

	half.target = target;
	half.save = half.restore = f->state;
	half.results = half.first = f->results;
	status = is_first ? migrate_save_half(&half, p) : migrate_restore_half(&half, p);
	free(target);
	return status;
}

/* In a process of its own: a target is one kernel.  Return: the exit status. */
static int run_half(const struct options *o, const struct files *f, const struct prog *p,
		    bool is_first)
{
	bool in_vm = !strcmp(o->target, "kvm");
	int wstatus, status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		status = in_vm ? half_in_vm(o, f, is_first) : half_here(o, f, p, is_first);
		fflush(NULL);
		_exit(status);
	}
	wstatus = pid > 0 ? child_wait(pid) : -1;
	return pid > 0 && WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : TAP_EXIT_HARNESS;
}

static int both_halves(const struct options *o, const struct prog *p)
{
	int status = TAP_EXIT_OK;
	struct files f;

	if (files_open(&f))
		return TAP_EXIT_HARNESS;
	for (unsigned int i = 0; i < 2 && !status; i++)
		status = run_half(o, &f, p, !i);
	files_close(&f);
	return status;
}

/* Return: 0, or -EINVAL after a message. */
static int check_options(const struct options *o)
{
	unsigned int ways = (o->from && o->to) + !!o->save + !!o->restore;
	const char *wrong = NULL;

	if (!o->args[0] || o->args[1])
		wrong = "one program";
	else if (ways != 1 || !o->from != !o->to)
		wrong = "--from and --to, --save, or --restore";
	else if (o->from && strcmp(o->target, "kvm") != 0 && strcmp(o->target, "hosted") != 0)
		wrong = "--target kvm or --target hosted with --from and --to";
	if (!wrong)
		return 0;
	fprintf(stderr, "vgicheck: migrate takes %s\n", wrong);
	return -EINVAL;
}

/**
 * migrate_main() - the subcommand `migrate`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int migrate_main(int argc, char **argv)
{
	struct options o;
	int ret = options_parse(&o, "migrate", usage, argc, argv);
	int status;
	struct prog p;

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (check_options(&o) || program_load(&p, o.args[0]))
		return TAP_EXIT_USAGE;
	if (o.from)
		status = both_halves(&o, &p);
	else
		status = o.save ? migrate_save_half(&o, &p) : migrate_restore_half(&o, &p);
	prog_free(&p);
	return status;
}
