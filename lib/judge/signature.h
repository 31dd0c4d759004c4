/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a failure is about, so that two programs can be said to show the same.
 */
#ifndef LIB_JUDGE_SIGNATURE_H
#define LIB_JUDGE_SIGNATURE_H

#include "lib/judge/judge.h"

#define SIGNATURE_NAME_BYTES 160
#define SIGNATURE_KIND_BYTES 64

struct signature {
	enum rule_id rule; /* that is broken; NR_RULES if no rule is */
	const struct known *known; /* the entry that names the difference, or NULL */
	int reg; /* that shows it, an enum reg_id, or -1 */
	enum op_id op; /* that shows it if no register does; NR_OPS for the kernel log */
	char kind[SIGNATURE_KIND_BYTES]; /* of what was got: without numbers */
};

void signature_of_diff(const struct prog *p, const struct judge_diff *d, struct signature *sig);
bool signature_is_same(const struct signature *a, const struct signature *b);
void signature_name(const struct signature *sig, char *buf, size_t bytes);
const struct judge_diff *signature_find(const struct signature *sig, const struct prog *p,
					const struct verdict *v);

#endif /* LIB_JUDGE_SIGNATURE_H */
