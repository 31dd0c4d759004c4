// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that are withdrawn between their exception and its handler's
 * acknowledge.
 *
 * A take is two moments: the exception is taken, and later its handler reads
 * ICC_IAR<n>_EL1 or GICC_IAR.  What another agent does in between may disable the
 * interrupt, or send it elsewhere, and the register says 1023 (IHI 0069H 2.2.1,
 * special INTIDs; IHI 0048B 3.2.3).  So an exception without an interrupt is no
 * difference where one was signalled at first and none can be acknowledged later.
 */
#include "lib/judge/step.h"

/**
 * answer_is_withdrawn() - did an exception come without an interrupt?
 * @op:  any operation
 * @res: its result
 *
 * Return: whether, of an operation that takes one interrupt.
 */
bool answer_is_withdrawn(const struct op *op, const struct op_result *res)
{
	if (op->id != OP_GUEST_TAKE && op->id != OP_GUEST_IDLE)
		return false;
	return res->status == OP_DONE && res->nr_vals == 1 &&
	       (res->val[0] == (PROG_TOOK_IRQ | PROG_TOOK_NONE) ||
		res->val[0] == (PROG_TOOK_FIQ | PROG_TOOK_NONE));
}

/**
 * judge_was_signalled() - may the exception of such an answer come now?
 * @m:   the model, which does not change
 * @op:  the operation
 * @res: its result, that answer_is_withdrawn() is true of
 *
 * Return: whether the rules allow an interrupt that is taken by the same exception.
 */
bool judge_was_signalled(const struct model *m, const struct op *op, const struct op_result *res)
{
	u64 exception = res->val[0] & ~(u64)PROG_TOOK_VALUE;
	struct expect want;

	model_expect(m, op, &want);
	if (want.unpredicted || !want.nr_vals)
		return false;
	for (unsigned int i = 0; i < want.nr_one_of; i++) {
		if ((want.one_of[i] & ~PROG_TOOK_VALUE) == exception)
			return true;
	}
	return !want.nr_one_of && (want.val[0].value & ~(u64)PROG_TOOK_VALUE) == exception;
}

/**
 * judge_withdrawn() - judge the handler's acknowledge of such an answer
 * @j: what is judged, of the operation; the model and the verdict change
 *
 * The handler of a GICv3 reads the register of the exception's group, and an
 * interrupt of the other one may be signalled meanwhile.  That of a GICv2 asks for
 * both.
 *
 * Return: as judge_step().
 */
bool judge_withdrawn(const struct judging *j)
{
	const struct op *op = &j->prog->op[j->op];
	bool fiq = j->results[j->op].val[0] & PROG_TOOK_FIQ;
	const struct op_result none = { .status = OP_DONE,
					.nr_vals = 1,
					.val = { PROG_TOOK_NONE } };
	struct op ack = { .id = OP_GUEST_ACK };
	struct judging step = *j;

	step.res = &none;
	if (j->prog->gic == GIC_V3) {
		op_set_arg(&ack, ARG_GUEST_ACK_vcpu, (u64)op_vcpu(op));
		op_set_arg(&ack, ARG_GUEST_ACK_group, !fiq);
		op_set_arg(&ack, ARG_GUEST_ACK_at, op_cpuif_at(op));
		step.as = &ack;
	}
	return judge_result(&step);
}
