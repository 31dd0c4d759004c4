// SPDX-License-Identifier: GPL-2.0-only
/*
 * Priorities in a CPU interface: implemented bits, binary points, groups and the
 * running priority (IHI 0069H 4.8, IHI 0048B 3.3).
 */
#include "lib/model/state.h"

/**
 * prio_bits() - the implemented bits of a priority
 * @m: the model
 *
 * Return: how many, 4 to 8.
 */
unsigned int prio_bits(const struct model *m)
{
	if (m->config.icc_ctlr)
		return (unsigned int)reg_field_get(FIELD_ICC_CTLR_PRIbits, m->config.icc_ctlr) + 1;
	return param(m, PARAM_CPU_PRI_BITS);
}

/**
 * prio_preemption_bits() - those that decide about preemption
 * @m: the model
 *
 * Return: how many: all that there are, but 7 at most.
 */
unsigned int prio_preemption_bits(const struct model *m)
{
	unsigned int bits = prio_bits(m);

	return bits > 7 ? 7 : bits;
}

/**
 * prio_bpr_min() - the lowest binary point
 * @m:     the model
 * @group: 0 or 1, whose lowest one is one more (IHI 0069H 4.8.2)
 *
 * Return: its value.
 */
u8 prio_bpr_min(const struct model *m, unsigned int group)
{
	return (u8)(7 - prio_preemption_bits(m) + group);
}

/**
 * prio_bpr() - the binary point as its register shows it
 * @c:     the CPU interface
 * @group: 0 or 1
 *
 * Return: its value.
 */
u8 prio_bpr(const struct model_cpuif *c, unsigned int group)
{
	if (group && c->cbpr)
		return c->bpr[0] < 7 ? c->bpr[0] + 1 : 7;
	return c->bpr[group];
}

/**
 * prio_in_group() - the part of a priority that decides whether it preempts
 * @c:     the CPU interface
 * @group: 0 or 1
 * @prio:  the priority
 *
 * Return: the group priority, its other bits zero.
 */
u8 prio_in_group(const struct model_cpuif *c, unsigned int group, u8 prio)
{
	/* With a common binary point group 1 uses that of group 0 as it is. */
	unsigned int point = group && !c->cbpr ? c->bpr[1] - 1u : c->bpr[0];

	return prio & (u8)(0xffu << (point + 1));
}

/* Number of the highest preemption level that is active in a group, or 128. */
static unsigned int highest_level(const struct model_cpuif *c, unsigned int group)
{
	if (c->ap[group][0])
		return (unsigned int)__builtin_ctzll(c->ap[group][0]);
	if (c->ap[group][1])
		return 64 + (unsigned int)__builtin_ctzll(c->ap[group][1]);
	return MAX_ACTIVE;
}

/**
 * prio_running() - the running priority (IHI 0069H ICC_RPR_EL1)
 * @m: the model
 * @c: the CPU interface
 *
 * Return: the highest of the active priorities, or PRIORITY_IDLE.
 */
u8 prio_running(const struct model *m, const struct model_cpuif *c)
{
	unsigned int level[2] = { highest_level(c, 0), highest_level(c, 1) };
	unsigned int highest = level[0] < level[1] ? level[0] : level[1];

	if (highest == MAX_ACTIVE)
		return PRIORITY_IDLE;
	return (u8)(highest << (8 - prio_preemption_bits(m)));
}

/**
 * prio_group_of() - the group of an interrupt; LPIs are in group 1
 * @m:     the model
 * @v:     the PE
 * @intid: of an interrupt that exists
 *
 * Return: 0 or 1.
 */
unsigned int prio_group_of(const struct model *m, const struct model_vcpu *v, unsigned int intid)
{
	if (intid_is_lpi(intid))
		return 1;
	return irq_bank_of(m, v, intid)->group >> intid % 32 & 1;
}

/**
 * prio_level_of() - the preemption level that an interrupt has as one of a group
 * @m:     the model
 * @v:     the PE
 * @intid: of an interrupt that exists and is no LPI
 * @group: 0 or 1
 *
 * Return: the level, the highest priority's is 0.
 */
unsigned int prio_level_of(const struct model *m, const struct model_vcpu *v, unsigned int intid,
			   unsigned int group)
{
	u8 prio = irq_bank_of(m, v, intid)->prio[intid % 32];

	return (unsigned int)prio_in_group(&v->cpuif, group, prio) >> (8 - prio_preemption_bits(m));
}

/**
 * prio_expect_misdropped() - a value may follow a priority drop that should not be
 * @m:    the model
 * @a:    the access that reads it
 * @want: receives the deviation, if one did that
 */
void prio_expect_misdropped(const struct model *m, const struct access *a, struct expect *want)
{
	if (m->vcpu[a->vcpu].cpuif.misdropped)
		expect_deviation(want, DEVIATION_V2_DROPS_GROUP_OF_NOW);
	if (m->vcpu[a->vcpu].cpuif.special_dropped)
		expect_deviation(want, DEVIATION_EOI_SPECIAL_DROPS);
}
