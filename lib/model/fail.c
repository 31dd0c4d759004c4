// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations within which an allocation or an access to memory was made to fail.
 */
#include <errno.h>

#include "lib/model/state.h"

/* What can fail, in the order of the values of OP_FAIL. */
static const struct {
	enum op_arg_id arg; /* which of them fails, 0 for none */
	int err;
	enum rule_id rule;
} kinds[] = {
	{ ARG_FAIL_alloc, ENOMEM, RULE_FAIL_ALLOC },
	{ ARG_FAIL_copy, EFAULT, RULE_FAIL_COPY },
	{ ARG_FAIL_guest, EFAULT, RULE_FAIL_GUEST },
};

enum { KIND_ALLOC, KIND_COPY, KIND_GUEST };

/**
 * expect_fail() - what OP_FAIL may answer
 * @m:    the model
 * @op:   OP_FAIL
 * @want: filled in
 */
void expect_fail(const struct model *m, const struct op *op, struct expect *want)
{
	(void)m;
	allow_done(want, RULE_FAIL);
	/* Who has no target to ask may take it that each failure takes place. */
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		expect_value(want, 0, 0, RULE_FAIL)->value = op_arg(op, kinds[i].arg);
}

/**
 * commit_fail() - what will have failed within the next operation
 * @m:    the model
 * @op:   OP_FAIL
 * @seen: how many calls of each kind there were
 */
void commit_fail(struct model *m, const struct op *op, const struct op_result *seen)
{
	m->failing = 0;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		u64 nth = op_arg(op, kinds[i].arg);

		/* Of what was not counted it may have taken place. */
		if (nth && (i >= seen->nr_vals || seen->val[i] >= nth))
			m->failing |= (u8)(1u << i);
	}
}

static void drop_success(struct expect *want)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < want->nr_alts; i++) {
		if (want->alt[i].status != OP_DONE)
			want->alt[nr++] = want->alt[i];
	}
	want->nr_alts = nr;
	expect_no_values(want);
}

/* Does nothing but an error tell of it, so that the call must not succeed? */
static bool must_be_told(const struct model *m, const struct op *op)
{
	return m->failing & 1u << KIND_COPY ||
	       (m->failing & 1u << KIND_GUEST &&
		(op->id == OP_SAVE_PENDING_TABLES || op->id == OP_SAVE_TABLES ||
		 op->id == OP_RESTORE_TABLES));
}

/**
 * expect_failing() - what an operation may answer within which something failed
 * @m:    the model
 * @op:   the operation
 * @want: what it may answer else
 *
 * Without memory a call may still succeed, such as one that fills a cache.
 */
void expect_failing(const struct model *m, const struct op *op, struct expect *want)
{
	if (want->alt[0].status == OP_NO_OBJECT || op->id == OP_FAIL)
		return;
	if (must_be_told(m, op))
		drop_success(want);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (m->failing & 1u << i)
			allow_error(want, kinds[i].err, kinds[i].rule);
	}
}

/* Does an access have two halves, the first of which may have been done? */
static bool has_halves(u64 reg)
{
	return place_size(reg) == 8 &&
	       (place_frame(reg) == FRAME_GICD || place_frame(reg) == FRAME_GICR);
}

/*
 * Is it open what was done before the failure, or instead of what failed?  Guests
 * are told of nothing, nor is who writes a register that makes the ITS or a
 * redistributor access memory; and some of the tables may have been written.
 */
static bool leaves_doubt(const struct model *m, const struct op *op)
{
	bool only_copy = m->failing == 1u << KIND_COPY;
	u64 reg;

	if (op_user_place(op, &reg))
		return op->id == OP_USER_WRITE &&
		       (has_halves(reg) || (!only_copy && (place_frame(reg) == FRAME_GITS ||
							   place_frame(reg) == FRAME_GICR)));
	return op_desc(op->id)->agent == AGENT_GUEST || op->id == OP_SAVE_PENDING_TABLES ||
	       op->id == OP_SAVE_TABLES || op->id == OP_RESTORE_TABLES;
}

/* May a cache be without what it would have held?  Whoever looks there shows it. */
static bool may_lack_cache(const struct model *m, const struct op *op, const struct op_result *seen)
{
	if (!(m->failing & 1u << KIND_ALLOC) || seen->status != OP_DONE)
		return false;
	return op->id == OP_CREATE_ITS ||
	       (m->nr_its && (op->id == OP_INIT_VGIC || op->id == OP_SIGNAL_MSI));
}

/*
 * Was the redistributor of a vCPU that is refused to be taken off the I/O bus again?
 * Without memory for a smaller bus KVM removes the whole bus, which it logs.
 */
static bool may_lose_bus(const struct model *m, const struct op *op, const struct op_result *seen)
{
	return m->failing & 1u << KIND_ALLOC && op->id == OP_CREATE_VCPU &&
	       seen->status == OP_FAILED && seen->err != ENOMEM;
}

/**
 * end_failing() - something has failed within an operation
 * @m:    the model, before it follows the operation
 * @op:   the operation
 * @seen: how it ended
 */
void end_failing(struct model *m, const struct op *op, const struct op_result *seen)
{
	m->lost |= leaves_doubt(m, op) || may_lack_cache(m, op, seen) || may_lose_bus(m, op, seen);
	m->failing = 0;
}
