/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test may assert of each operation, private to lib/export.
 */
#ifndef LIB_EXPORT_STEPS_H
#define LIB_EXPORT_STEPS_H

#include "lib/export/export.h"

struct export_val {
	u64 value;
	u64 known; /* bits that are fixed, whatever was chosen before */
	int reg; /* an enum reg_id, or -1 */
	struct expect_part part[EXPECT_MAX_PARTS + 1]; /* the last is of the value's own rule */
	unsigned int nr_parts;
};

struct export_step {
	enum op_status status; /* with which the test goes on */
	bool sure; /* no other one is allowed */
	bool may_abort, may_fail, may_leave; /* what else is, if it is not sure */
	int err[EXPECT_MAX_ALTS]; /* if OP_FAILED; EXPECT_ANY_ERRNO if it does not matter */
	unsigned int nr_errs;
	enum rule_id rule; /* that allows it */
	struct export_val *val;
	unsigned int nr_vals;
	u32 *one_of; /* the values that the first may have, if there are some */
	unsigned int nr_one_of;
	bool loose; /* there may be more, because of choices before */
};

/* The steps of a program, as far as the model predicts them. */
struct export_steps {
	struct export_step *step;
	size_t nr;
};

__must_check bool export_follow(const struct prog *p, const struct export_options *o,
				struct export_steps *s);
void export_steps_free(struct export_steps *s);

#endif /* LIB_EXPORT_STEPS_H */
