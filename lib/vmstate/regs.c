// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which registers are part of a VM's state: rows of lib/regs that userspace can
 * access, but for second views of what another one holds.
 */
#include "lib/vmstate/vmstate.h"

/**
 * vmstate_reg_clears() - does a register clear what is written as 1?
 * @reg: an enum reg_id, or -1
 *
 * Its counterpart sets the same state (IHI 0069H 12.9, IHI 0048B 4.3), which need not
 * be zero in a new VM.  So both are part of the state, this one with the bits that
 * are 0.
 *
 * Return: whether.
 */
bool vmstate_reg_clears(int reg)
{
	switch (reg) {
	case REG_GICD_ICENABLER:
	case REG_GICD_ICPENDR:
	case REG_GICD_ICACTIVER:
	case REG_GICD2_ICENABLER:
	case REG_GICD2_ICPENDR:
	case REG_GICD2_ICACTIVER:
	case REG_GICD2_CPENDSGIR:
	case REG_GICR_ICENABLER0:
	case REG_GICR_ICPENDR0:
	case REG_GICR_ICACTIVER0:
		return true;
	default:
		return false;
	}
}

/**
 * vmstate_reg_is_saved() - is a register part of the state?
 * @r: a register
 *
 * Return: whether; read-only ones are, for those who compare.
 */
bool vmstate_reg_is_saved(const struct reg_desc *r)
{
	return r->user != USER_NONE && r->user != USER_RAZ_WI && r->access != ACCESS_WO;
}

/**
 * vmstate_reg_is_restored() - is a register written to restore it?
 * @at: a register that is saved
 *
 * Writes of read-only ones are ignored, but for those that say what the others
 * mean (arm-vgic-v3.rst, arm-vgic-its.rst).  So are a GICv2's targets of SGIs and
 * PPIs (IHI 0048B GICD_ITARGETSRn).
 *
 * Return: whether.
 */
bool vmstate_reg_is_restored(const struct reg_at *at)
{
	const struct reg_desc *r = reg_desc((enum reg_id)at->reg);

	if (at->reg == REG_GICD2_ITARGETSR && at->index < 8)
		return false;
	return r->access != ACCESS_RO || r->user == USER_MATCH || r->user == USER_STATE;
}

/* Of a register of a distributor's array, how many interrupts it holds; else 0. */
static unsigned int irqs_of(const struct reg_desc *r)
{
	bool is_dist = r->frame == FRAME_GICD || r->frame == FRAME_GICD2;

	return is_dist && r->count >= 32 ? 1024 / (r->count + r->first) : 0;
}

static void add_register(struct vmstate *s, u64 where, u64 vcpu, unsigned int its)
{
	struct op *op = prog_add(&s->prog, OP_USER_WRITE);

	op_set_arg(op, ARG_USER_WRITE_reg, where);
	op_set_arg(op, ARG_USER_WRITE_vcpu, vcpu);
	op_set_arg(op, ARG_USER_WRITE_its, its);
}

/* Of a GICv2's distributor, what each CPU has for itself: SGIs and PPIs. */
static bool is_banked(const struct reg_desc *r, unsigned int index)
{
	unsigned int irqs = irqs_of(r);

	return r->frame == FRAME_GICD2 &&
	       (irqs ? index * irqs < 32 :
		       r == reg_desc(REG_GICD2_SPENDSGIR) || r == reg_desc(REG_GICD2_CPENDSGIR));
}

static void add_array(struct vmstate *s, enum reg_id reg, u64 vcpu, unsigned int its, u64 nr_irqs,
		      bool is_first)
{
	const struct reg_desc *r = reg_desc(reg);
	unsigned int irqs = irqs_of(r);

	for (unsigned int i = 0; i < r->count; i++) {
		if (irqs && (u64)(r->first + i) * irqs >= nr_irqs)
			break;
		if (is_first || is_banked(r, i))
			add_register(s, reg_place(reg, i), vcpu, its);
	}
}

/*
 * When a register of a frame is restored: what an interrupt is like before what has
 * become of it, so that nothing is configured while it is enabled (IHI 0069H
 * GICD_ICFGR<n>).  What makes a redistributor or an ITS use its tables comes last, and
 * what enables a timer.
 * GICD_CTLR comes first, as with other users of KVM: no document says when.
 */
static unsigned int stage_of(int reg)
{
	switch (reg) {
	case REG_GICD_ISENABLER:
	case REG_GICD_ICENABLER:
	case REG_GICD_ISPENDR:
	case REG_GICD_ISACTIVER:
	case REG_GICD_ICACTIVER:
	case REG_GICD2_ISENABLER:
	case REG_GICD2_ICENABLER:
	case REG_GICD2_ISPENDR:
	case REG_GICD2_ICPENDR:
	case REG_GICD2_SPENDSGIR:
	case REG_GICD2_CPENDSGIR:
	case REG_GICD2_ISACTIVER:
	case REG_GICD2_ICACTIVER:
	case REG_GICR_ISENABLER0:
	case REG_GICR_ICENABLER0:
	case REG_GICR_ISPENDR0:
	case REG_GICR_ISACTIVER0:
	case REG_GICR_ICACTIVER0:
		return 1;
	case REG_GICR_CTLR:
	case REG_GITS_CTLR:
	case REG_CNTP_CTL:
	case REG_CNTV_CTL:
		return 2;
	default:
		return 0;
	}
}

/**
 * vmstate_add_registers() - add those of a frame to the state, without values
 * @s:        the state
 * @frame:    the frame
 * @vcpu:     vcpu_id of the vCPU whose it is
 * @its:      number of the ITS whose it is
 * @nr_irqs:  of a distributor: SGIs, PPIs and SPIs
 * @is_first: add those that are not banked by vCPU, too
 */
void vmstate_add_registers(struct vmstate *s, enum frame_id frame, u64 vcpu, unsigned int its,
			   u64 nr_irqs, bool is_first)
{
	for (unsigned int stage = 0; stage < 3; stage++) {
		for (int reg = frame_desc(frame)->first;
		     reg < NR_REGS && reg_desc((enum reg_id)reg)->frame == frame; reg++) {
			if (stage_of(reg) == stage &&
			    vmstate_reg_is_saved(reg_desc((enum reg_id)reg)))
				add_array(s, (enum reg_id)reg, vcpu, its, nr_irqs, is_first);
		}
	}
}
