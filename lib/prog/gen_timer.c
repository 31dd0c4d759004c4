// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers in generated programs: a vCPU raises and lowers the output of its own.
 */
#include "lib/prog/gen_delivery.h"

#define CTL_ON 1
#define CTL_MASKED 3
#define CVAL_REACHED 0
#define CVAL_NEVER (1ULL << 63)

/*
 * TVAL: longer than a vCPU takes to its WFI, mostly, and short enough for hundreds of
 * programs, at 1 GHz and at some MHz.
 */
#define TVAL_SOON (1u << 14)

static void store(struct prog *p, u64 vcpu, enum reg_id reg, u64 value)
{
	struct op *op = prog_add(p, OP_GUEST_WRITE);

	op_set_arg(op, ARG_GUEST_WRITE_vcpu, vcpu);
	op_set_arg(op, ARG_GUEST_WRITE_reg, reg_place(reg, 0));
	op_set_arg(op, ARG_GUEST_WRITE_value, value);
}

/**
 * gen_raise_timer() - a vCPU has its timer's condition met
 * @p:       the program
 * @vcpu:    vcpu_id
 * @virtual: the virtual timer, else the physical one
 */
void gen_raise_timer(struct prog *p, u64 vcpu, bool virtual)
{
	store(p, vcpu, virtual ? REG_CNTV_CVAL : REG_CNTP_CVAL, CVAL_REACHED);
	store(p, vcpu, virtual ? REG_CNTV_CTL : REG_CNTP_CTL, CTL_ON);
}

/**
 * gen_arm_timer() - a vCPU has its timer's condition met soon
 * @p:       the program
 * @vcpu:    vcpu_id
 * @virtual: the virtual timer, else the physical one
 */
void gen_arm_timer(struct prog *p, u64 vcpu, bool virtual)
{
	store(p, vcpu, virtual ? REG_CNTV_TVAL : REG_CNTP_TVAL, TVAL_SOON);
	store(p, vcpu, virtual ? REG_CNTV_CTL : REG_CNTP_CTL, CTL_ON);
}

/**
 * gen_lower_timer() - a vCPU lowers its timer's output
 * @p:       the program
 * @vcpu:    vcpu_id
 * @virtual: the virtual timer, which it masks as Linux does; else the physical one,
 *           whose condition it has met no more
 */
void gen_lower_timer(struct prog *p, u64 vcpu, bool virtual)
{
	if (virtual)
		store(p, vcpu, REG_CNTV_CTL, CTL_MASKED);
	else
		store(p, vcpu, REG_CNTP_CVAL, CVAL_NEVER);
}

static bool is_virtual(const struct delivery *d)
{
	return d->at[AXIS_KIND] == KIND_VIRTUAL_TIMER;
}

/**
 * delivery_raise_timer() - a timer's interrupt is sent
 * @d: the program
 *
 * The vCPU leaves its guest, after which the interrupt must have come.
 */
void delivery_raise_timer(struct delivery *d)
{
	gen_raise_timer(d->p, d->vcpu[d->target], is_virtual(d));
	add_run(d->p, d->vcpu[d->target]);
}

/**
 * delivery_lower_timer() - its line falls
 * @d: the program
 */
void delivery_lower_timer(struct delivery *d)
{
	gen_lower_timer(d->p, d->vcpu[d->target], is_virtual(d));
	if (d->at[AXIS_HANDLING] != STAYS_IN)
		add_run(d->p, d->vcpu[d->target]);
}
