/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hosts: what the QEMU machine can be for KVM, by name.
 */
#ifndef CI_VM_HOST_H
#define CI_VM_HOST_H

#include <stdbool.h>

#include "lib/regs/bits.h"

#define VM_HOST_MAX_PROOFS 4
/* What tells the machine's init which host it has to be. */
#define VM_HOST_ENV "VGICHECK_HOST"

/**
 * struct vm_host_proof - something that shows which host a machine is
 * @pattern:	extended regular expression, of a line of the kernel's messages; NULL after
 *		the last proof of a row
 * @absent:	no line fits it
 */
struct vm_host_proof {
	const char *pattern;
	bool absent;
};

/**
 * struct vm_host - a row of the table
 * @name:	as a user types it
 * @doc:	what is special about it
 * @machine:	its options of QEMU's machine virt
 * @cpu:	its processor
 * @append:	words for the kernel's command line, or ""
 * @nr_edu:	educational PCI devices, behind an IOMMU; their state cannot be saved
 * @max_smp:	processors that its GIC takes
 * @proofs:	what holds once its kernel runs
 */
struct vm_host {
	const char *name;
	const char *doc;
	const char *machine;
	const char *cpu;
	const char *append;
	unsigned int nr_edu;
	unsigned int max_smp;
	struct vm_host_proof proofs[VM_HOST_MAX_PROOFS];
};

const struct vm_host *vm_host_find(const char *name);
const struct vm_host *vm_host_by_number(unsigned int i);
char *vm_host_denied(const struct vm_host *host, const char *log);

#endif /* CI_VM_HOST_H */
