/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results of a run as KTAP, the kernel's Test Anything Protocol, version 1.
 *
 * It counts and prints verdicts. It does not decide them, and it runs nothing.
 */
#ifndef LIB_TAP_TAP_H
#define LIB_TAP_TAP_H

#include <stdio.h>

#include "lib/regs/bits.h"

enum tap_status {
	TAP_PASS,
	TAP_FAIL,
	TAP_SKIP,
	TAP_XFAIL, /* a known divergence, seen as expected */
	TAP_XPASS, /* a known divergence that is gone */
	TAP_ERROR, /* the harness could not judge */
};
#define TAP_NR_STATUS 6

/* Exit statuses of a process that reports results. */
enum tap_exit {
	TAP_EXIT_OK = 0,
	TAP_EXIT_DIFFERENT = 1, /* a FAIL or an XPASS */
	TAP_EXIT_USAGE = 2,
	TAP_EXIT_SKIPPED = 4, /* nothing was judged; kselftest's code */
	TAP_EXIT_HARNESS = 99,
};

struct tap_result {
	const char *name;
	enum tap_status status;
	const char *reason; /* one line, or NULL */
	const char *diag; /* any number of lines, or NULL */
	u64 ns; /* duration; absent from KTAP, which must not differ between runs */
};

/* A fact about the run: seed, kernel, host GIC, profile, target, version. */
struct tap_meta {
	const char *key;
	const char *value;
};

struct tap;

struct tap *tap_open(FILE *out, FILE *term) __must_check;
void tap_set_terminal(struct tap *t, FILE *term);
void tap_begin(struct tap *t, unsigned int plan);
void tap_note(struct tap *t, const char *fmt, ...) __printf(2, 3);
void tap_meta(struct tap *t, const struct tap_meta *meta, unsigned int nr_meta);
void tap_report(struct tap *t, const struct tap_result *r);
void tap_progress(struct tap *t, unsigned int done, unsigned int total, unsigned int fails);
enum tap_exit tap_end(struct tap *t) __must_check;
void tap_close(struct tap *t);

unsigned int tap_count(const struct tap *t, enum tap_status status);
const char *tap_status_name(enum tap_status status);

#endif /* LIB_TAP_TAP_H */
