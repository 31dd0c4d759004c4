/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run that was judged, operation by operation, for people.
 */
#ifndef LIB_JUDGE_TRACE_H
#define LIB_JUDGE_TRACE_H

#include <stdio.h>

#include "lib/judge/judge.h"

void judge_trace(const struct judge *j, const struct prog *p, const struct op_result *results,
		 const struct verdict *v, FILE *out);

#endif /* LIB_JUDGE_TRACE_H */
