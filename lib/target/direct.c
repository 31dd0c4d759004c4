// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct injection in a build that has no kvm target.
 */
#include "lib/target/direct.h"

#ifndef VGICHECK_HAVE_KVM
#include <errno.h>

/**
 * direct_open() - take hold of devices
 * @o:	    which
 * @reason: receives why not, after a failure
 * @bytes:  of @reason
 *
 * Return: their number, or a negative errno.
 */
int direct_open(const struct direct_options *o, char *reason, size_t bytes)
{
	(void)o;
	snprintf(reason, bytes, "this build has no kvm target: /dev/kvm of arm64 is needed");
	return -ENODEV;
}

/**
 * direct_run() - perform a program with them
 * @prog:     the program
 * @results:  filled in, one for each operation
 * @evidence: which way interrupts went
 */
void direct_run(const struct prog *prog, struct op_result *results,
		struct direct_evidence *evidence)
{
	(void)evidence;
	for (size_t i = 0; i < prog->nr_ops; i++)
		results[i] = (struct op_result){ .status = OP_NOT_RUN };
}

/**
 * direct_print_device() - what a device is
 * @number: of it, below what direct_open() returned
 * @buf:    receives its address and kind
 * @bytes:  of @buf
 */
void direct_print_device(unsigned int number, char *buf, size_t bytes)
{
	snprintf(buf, bytes, "%u", number);
}
#endif
