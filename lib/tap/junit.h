/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results of a run as a JUnit XML report (--junit), the form CI servers show.
 *
 * It writes one test suite; it neither reads XML nor merges reports.
 */
#ifndef LIB_TAP_JUNIT_H
#define LIB_TAP_JUNIT_H

#include "lib/tap/tap.h"

struct junit;

int junit_open(struct junit **out, const char *path, const struct tap_meta *meta,
	       unsigned int nr_meta) __must_check;
void junit_report(struct junit *j, const struct tap_result *r);
int junit_close(struct junit *j) __must_check;

#endif /* LIB_TAP_JUNIT_H */
