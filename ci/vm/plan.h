/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes into the machine and what comes back: the initrd, and the names
 * that files have inside and outside.
 */
#ifndef CI_VM_PLAN_H
#define CI_VM_PLAN_H

#include "ci/vm/cpio.h"
#include "ci/vm/options.h"
#include "ci/vm/util.h"

/* In the machine: the harness, the arguments file, where results go. */
#define PLAN_HARNESS "/vgicheck"
#define PLAN_ARGS "/args"
#define PLAN_OUT "/out"
/* Has the machine's init keep a VM. */
#define VM_KEEP_ENV "VGICHECK_KEEP_VM"

/**
 * struct vm_plan - the machine's files and names
 * @kernel:	path of the Image
 * @args:	the command line as the machine runs it
 * @env:	NAME=VALUE settings for it
 * @system:	archive of what is the same for every command
 * @inputs:	archive, not ended, of what this command needs
 * @out:	directory of the host for what appears below PLAN_OUT
 * @inner:	names below PLAN_OUT that go elsewhere ...
 * @outer:	... and where: same index
 * @own_harness: the command is a subcommand of vgicheck
 */
struct vm_plan {
	char *kernel;
	struct vm_strv args;
	struct vm_strv env;
	struct cpio system;
	struct cpio inputs;
	char *out;
	struct vm_strv inner;
	struct vm_strv outer;
	bool own_harness;
};

int vm_plan_make(struct vm_plan *p, const struct vm_options *o) __must_check;
void vm_plan_start(const struct vm_plan *p, const struct vm_strv *back, bool again,
		   struct vm_buf *b);
char *vm_plan_host_path(const struct vm_plan *p, const char *inner);
void vm_plan_free(struct vm_plan *p);

#endif /* CI_VM_PLAN_H */
