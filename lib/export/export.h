/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exports a program as a C file in the style of the kernel's KVM selftests.  What
 * it asserts comes from the model alone: no target is needed.
 */
#ifndef LIB_EXPORT_EXPORT_H
#define LIB_EXPORT_EXPORT_H

#include <stdio.h>

#include "lib/model/model.h"

#define EXPORT_ERROR_BYTES 256

struct export_options {
	const struct profile *profile;
	unsigned int max_vcpus; /* KVM_CAP_MAX_VCPU_ID */
	size_t only_op; /* the one operation to assert, from 1; 0 asserts all */
	size_t last_op; /* where the test ends, from 1; 0 for the whole program */
	const struct op_result *results; /* of a run, whose choices to follow, or NULL */
	bool old_kernels; /* the test is to run on kernels before 6.8, too */
};

__must_check int export_selftest(const struct prog *p, const struct export_options *o, FILE *out,
				 char error[EXPORT_ERROR_BYTES]);
void export_test_name(const char *prog, char *buf, size_t bytes);

#endif /* LIB_EXPORT_EXPORT_H */
