/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of direct injection: their form, and programs made of it.
 */
#ifndef HARNESS_DIRECT_H
#define HARNESS_DIRECT_H

#include "lib/prog/prog.h"

#define DIRECT_MAX_LINES 2048
#define DIRECT_MAX_KNOWN 2

/* A difference that is known, where injection is direct. */
struct direct_known {
	unsigned int from, to; /* kernels, major * 1000 + minor, both included */
	const char *log; /* in what the kernel says; NULL if a result shows it */
	bool hazard; /* it breaks the host, too */
	const char *what; /* NULL if there is none */
};

/**
 * struct direct_test - a row of harness/direct_tests.def
 * @name:	of the test, a claim
 * @vcpus:	of its VM, from 1 to 4
 * @devices:	that it needs
 * @max_host:	interrupts that come to the host even on a GICv4
 * @times:	the text comes that often, after @once
 * @crowd:	processors have something else to run, so that KVM blocks a vCPU in WFI
 * @race:	interrupts do not wait until vCPUs are blocked
 * @one_processor: all of the program's threads share one, so that who raises preempts
 *		who runs a vCPU
 * @doorbells:	at least so many are taken, if injection is direct
 * @only_direct: results without direct injection are others
 * @known:	differences that are expected, each on kernels of its own
 * @once:	text before it
 * @text:	lines of a program, or of the short forms of harness/direct_text.c; an
 *		operation's result is expected after "=>", else it has to succeed
 */
struct direct_test {
	const char *name;
	unsigned int vcpus, devices, max_host, times, doorbells;
	bool crowd, race, one_processor, only_direct;
	struct direct_known known[DIRECT_MAX_KNOWN];
	const char *once;
	const char *text;
};

/* A program and what is expected of it. */
struct direct_program {
	struct prog prog;
	const char *want[DIRECT_MAX_LINES]; /* by operation; NULL for any success */
	char *text; /* what @want points into */
};

const struct direct_test *direct_test_by_number(unsigned int i);
__must_check int direct_make(struct direct_program *p, const struct direct_test *t);
void direct_free(struct direct_program *p);
void direct_print_result(const struct op *op, const struct op_result *res, char *buf, size_t bytes);

#endif /* HARNESS_DIRECT_H */
