/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The judge: steps the model beside the results of a target and explains each
 * difference.
 */
#ifndef LIB_JUDGE_JUDGE_H
#define LIB_JUDGE_JUDGE_H

#include "lib/judge/known.h"
#include "lib/model/model.h"

#define JUDGE_MAX_DIFFS 16
#define JUDGE_TEXT_BYTES 192

/* Of what is side by side: operations in a block, steps to find its order, states after it. */
#define JUDGE_MAX_PAR_OPS 256
#define JUDGE_MAX_PAR_STEPS 10000
#define JUDGE_MAX_STATES 8

struct judge_diff {
	size_t op; /* number in the program, from 0; one past the last is the kernel log */
	unsigned int value; /* number of the value in the operation's log, from 1, or 0 */
	enum rule_id rule; /* that is broken */
	char got[JUDGE_TEXT_BYTES];
	char allowed[JUDGE_TEXT_BYTES];
	const struct known *known; /* the entry that names it, or NULL */
	bool no_order; /* other orders of what was side by side were tried, too */
};

struct verdict {
	struct judge_diff diff[JUDGE_MAX_DIFFS];
	size_t nr_diffs; /* may exceed JUDGE_MAX_DIFFS: those are not kept */
	size_t nr_unknown; /* differences that no entry names */
	/*
	 * First operation that could not be judged, because the difference
	 * before it left the target in a state that the model does not know;
	 * the number of operations if all were judged.
	 */
	size_t unjudged;
	struct judge_waits {
		u64 nr; /* WFIs that ended */
		u64 ended; /* from outside, since nothing else did */
		u64 spurious; /* by themselves, although nothing was signalled */
	} waits;
	bool too_many_orders; /* it is so because not all orders of a par block were tried */
};

/* A program whose first operations were performed by another implementation. */
struct judge_before {
	struct model_config config; /* of that */
	struct release of; /* that it is; what it did may show later */
	size_t end; /* number of the first operation of the one under test: its OP_MIGRATE */
};

struct judge {
	struct model *model;
	struct model_config config; /* its gic and ipa_bits come from each program */
	const struct known_list *known;
	struct release of; /* what is under test */
	const struct judge_before *before; /* whose differences are not told; NULL for none */
	/*
	 * Receives the numbers of the program's operations in the order that
	 * explains their results, or fewest differences; NULL if nobody asks.
	 */
	size_t *order;
};

void judge_prog(const struct judge *j, const struct prog *p, const struct op_result *results,
		struct verdict *v);
void judge_kernel_log(const struct judge *j, const struct prog *p, const struct op_result *results,
		      const char *text, struct verdict *v);
void judge_print_alts(const struct expect *want, char *buf, size_t bytes);
u64 judge_shown_bits(const struct expect_val *val);
void judge_print_val(const struct expect_val *val, char *buf, size_t bytes);
size_t judge_explain(const struct prog *p, const struct verdict *v, char *buf, size_t bytes);

#endif /* LIB_JUDGE_JUDGE_H */
