// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU interface of a PE: priority drop, deactivation, the mask, binary points
 * and active priorities.  ICC_* system registers (IHI 0069H
 * 4.8, 12.2) and the GICC_* frame (IHI 0048B 3.3, 4.4).
 */
#include <string.h>

#include "lib/model/state.h"

/**
 * cpuif_intid() - the INTID field of an acknowledge or end of interrupt register
 * @m:     the model
 * @value: of the register
 *
 * Return: the INTID.
 */
u64 cpuif_intid(const struct model *m, u64 value)
{
	return m->config.gic == GIC_V2 ? value & 0x3ff : value & 0xffffff;
}

/**
 * intid_is_special() - does it stand for no interrupt? (IHI 0069H 2.2.1)
 * @intid: any
 *
 * Return: whether.
 */
bool intid_is_special(u64 intid)
{
	return intid >= 1020 && intid <= INTID_NONE;
}

/* What a first entry loses: what is not as after reset, or may not be in the processor. */
static u8 lost_at_entry(const struct model *m, const struct model_vcpu *v)
{
	u8 lost = v->cpuif.written;

	if (m->config.gic != GIC_V2 || !deviates(m, DEVIATION_V2_LOST_AT_ENTRY))
		return 0;
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		lost |= m->vcpu[i].has_run ? m->vcpu[i].cpuif.written : 0;
	return lost;
}

/**
 * cpuif_unloaded() - the registers that may have what the processor had
 * @m: the model
 * @a: an access, which may be the first that its vCPU makes
 *
 * Return: a set of CPUIF_*.
 */
u8 cpuif_unloaded(const struct model *m, const struct access *a)
{
	const struct model_vcpu *v = &m->vcpu[a->vcpu];

	if (v->has_run)
		return v->cpuif.unloaded;
	return a->user ? 0 : lost_at_entry(m, v);
}

/**
 * cpuif_expect_unloaded() - the deviation may have changed all of a register
 * @m:   the model
 * @a:   an access to it
 * @reg: of CPUIF_*
 * @val: the value that is expected
 */
void cpuif_expect_unloaded(const struct model *m, const struct access *a, u8 reg,
			   struct expect_val *val)
{
	if (!(cpuif_unloaded(m, a) & reg))
		return;
	val->doubtful = bits_mask(31, 0);
	val->doubt = DEVIATION_V2_LOST_AT_ENTRY;
}

/**
 * cpuif_written() - a register of a GICv2's CPU interface has a value of software
 * @v:        whose it is
 * @reg:      of CPUIF_*
 * @is_reset: it is the value after reset
 */
void cpuif_written(struct model_vcpu *v, u8 reg, bool is_reset)
{
	v->cpuif.unloaded &= (u8)~reg;
	if (!is_reset)
		v->cpuif.written |= reg;
	else if (!v->has_run)
		v->cpuif.written &= (u8)~reg;
}

/**
 * cpuif_enter() - a vCPU enters its guest
 * @m: the model
 * @v: the vCPU, whose has_run is that of before
 */
void cpuif_enter(struct model *m, struct model_vcpu *v)
{
	if (!v->has_run)
		v->cpuif.unloaded = lost_at_entry(m, v);
}

static void drop_priority(struct model_cpuif *c, unsigned int group)
{
	if (c->ap[group][0])
		c->ap[group][0] &= c->ap[group][0] - 1;
	else
		c->ap[group][1] &= c->ap[group][1] - 1;
}

/* Drops the priority of an interrupt that was acknowledged in a group. */
static void drop_priority_of(const struct model *m, struct model_vcpu *v, unsigned int intid,
			     unsigned int group)
{
	struct model_cpuif *c = &v->cpuif;
	unsigned int now = prio_group_of(m, v, intid);

	if (now != group && deviates(m, DEVIATION_V2_DROPS_GROUP_OF_NOW)) {
		c->misdropped = true;
		group = now;
	}
	drop_priority(c, group);
	c->misdropped &= prio_running(m, c) != PRIORITY_IDLE;
}

/* The group of the highest active priority, if there is one. */
static unsigned int highest_group(const struct model_cpuif *c)
{
	unsigned int word = !c->ap[0][0] && !c->ap[1][0];
	u64 group0 = c->ap[0][word], group1 = c->ap[1][word];

	return !group0 || (group1 && (group1 & -group1) <= (group0 & -group0));
}

/* It has no effect (IHI 0069H ICC_EOIR1_EL1, IHI 0048B GICC_EOIR). */
static void end_special(const struct model *m, struct model_cpuif *c)
{
	if (m->config.gic != GIC_V3 || !deviates(m, DEVIATION_EOI_SPECIAL_DROPS) ||
	    prio_running(m, c) == PRIORITY_IDLE)
		return;
	drop_priority(c, highest_group(c));
	c->special_dropped = true;
}

/* Software may have let another PE take what this one acknowledged. */
static bool active_elsewhere(const struct model *m, const struct model_vcpu *v, u64 intid)
{
	return intid >= NR_PRIVATE && intid < MODEL_MAX_IRQS && irq_exists(m, intid) &&
	       m->active_on[intid] != v - m->vcpu;
}

/* May an active interrupt be in no list register of this PE? */
static bool may_have_no_lr(const struct model *m, const struct model_vcpu *v, u64 intid)
{
	return active_elsewhere(m, v, intid) || irq_lrs_may_be_taken(m, v) ||
	       sgi_v2_hides_active(m, v, intid);
}

/* Does the deviation take reserved bits for a part of the INTID? */
static bool is_misread(const struct model *m, u64 value)
{
	return m->config.gic == GIC_V3 && value & bits_mask(31, 24) &&
	       deviates(m, DEVIATION_EOI_RESERVED);
}

/* An end of interrupt finds its list register by what it was when acknowledged. */
static enum deviation_id deactivation_lost_by(const struct model *m, const struct model_vcpu *v,
					      const struct model_ack *ack, u64 value)
{
	bool changed;

	if (intid_is_lpi(ack->intid))
		return NR_DEVIATIONS;
	if (is_misread(m, value))
		return DEVIATION_EOI_RESERVED;
	changed = prio_group_of(m, v, ack->intid) != ack->group ||
		  prio_level_of(m, v, ack->intid, ack->group) != ack->level;
	if (changed && deviates(m, DEVIATION_CHANGED_WHILE_ACTIVE))
		return DEVIATION_CHANGED_WHILE_ACTIVE;
	if (active_elsewhere(m, v, ack->intid) && deviates(m, DEVIATION_ENDED_ELSEWHERE))
		return DEVIATION_ENDED_ELSEWHERE;
	if (!may_have_no_lr(m, v, ack->intid))
		return NR_DEVIATIONS;
	if (deviates(m, DEVIATION_DEACTIVATION_LOST))
		return DEVIATION_DEACTIVATION_LOST;
	return deviates(m, DEVIATION_ENDS_ANOTHER) ? DEVIATION_ENDS_ANOTHER : NR_DEVIATIONS;
}

/*
 * The write must name the interrupt of the latest acknowledge that has not been
 * ended, or the behaviour is UNPREDICTABLE (IHI 0069H ICC_EOIR1_EL1).
 */
static void end_of_interrupt(struct model *m, const struct access *a, u64 value, unsigned int group)
{
	struct model_vcpu *v = &m->vcpu[a->vcpu];
	struct model_cpuif *c = &v->cpuif;
	enum deviation_id counted = c->eoimode ? DEVIATION_DROP_IS_COUNTED : DEVIATION_ENDS_ANOTHER;
	const struct model_ack *last;
	u64 intid = cpuif_intid(m, value);

	if (intid_is_special(intid)) {
		end_special(m, c);
		return;
	}
	last = c->nr_acks ? &c->ack[c->nr_acks - 1] : NULL;
	if (!last || last->intid != intid || last->group != group ||
	    (m->config.gic == GIC_V2 && last->source != (value >> 10 & 7))) {
		m->lost = true;
		return;
	}
	/* Whether it deactivates is for GICC_CTLR to say. */
	m->lost |= (c->unloaded & CPUIF_CTLR) != 0;
	/* What is dropped next is not what was acknowledged last. */
	m->lost |= c->special_dropped;
	c->nr_acks--;
	drop_priority_of(m, v, (unsigned int)intid, group);
	if (deviates(m, counted) && irq_lrs_may_be_taken(m, v))
		irq_loosen(m, v, counted);
	if (c->eoimode)
		return;
	lpi_ended(m, v, intid);
	irq_deactivate(m, v, intid, deactivation_lost_by(m, v, last, value));
}

static void write_eoir0(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	end_of_interrupt(m, a, value, 0);
}

static void write_eoir1(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	end_of_interrupt(m, a, value, 1);
}

static void write_v2_aeoir(struct model *m, const struct access *a, u64 value, u64 mask)
{
	if (!deviates(m, DEVIATION_HOST_NO_ALIASES))
		write_eoir1(m, a, value, mask);
}

static void write_v2_eoir(struct model *m, const struct access *a, u64 value, u64 mask)
{
	const struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;
	unsigned int group = c->ackctl && c->nr_acks ? c->ack[c->nr_acks - 1].group : 0;

	(void)mask;
	end_of_interrupt(m, a, value, group);
}

static enum deviation_id dir_lost_by(const struct model *m, const struct model_vcpu *v, u64 value)
{
	u64 intid = cpuif_intid(m, value);
	bool on_none = intid >= NR_PRIVATE && intid < MODEL_MAX_IRQS && irq_exists(m, intid) &&
		       m->active_on[intid] == ACTIVE_ON_NONE;

	if (on_none && deviates(m, DEVIATION_ACTIVE_ON_NONE))
		return DEVIATION_ACTIVE_ON_NONE;
	if (deviates(m, DEVIATION_DEACTIVATION_LOST) && may_have_no_lr(m, v, intid))
		return DEVIATION_DEACTIVATION_LOST;
	if (active_elsewhere(m, v, intid) &&
	    irq_bank_of(m, v, (unsigned int)intid)->uncounted & (u32)BIT_ULL(intid % 32))
		return DEVIATION_SPI_UNCOUNTED;
	if (intid < NR_SGIS && v->sgi_resent & 1u << intid)
		return DEVIATION_V2_ISACTIVER_RESENDS;
	if (reg_field_get(FIELD_GICC_DIR_RES0_31_13, value) && m->config.gic == GIC_V2 &&
	    deviates(m, DEVIATION_V2_DIR_RESERVED))
		return DEVIATION_V2_DIR_RESERVED;
	return is_misread(m, value) ? DEVIATION_EOI_RESERVED : NR_DEVIATIONS;
}

/* Deactivation may come from any PE and in any order (IHI 0069H ICC_DIR_EL1). */
static void write_dir(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_vcpu *v = &m->vcpu[a->vcpu];
	u64 intid = cpuif_intid(m, value);

	(void)mask;
	m->lost |= (v->cpuif.unloaded & CPUIF_CTLR) != 0;
	if (!v->cpuif.eoimode) {
		/* GICv2 leaves it UNPREDICTABLE, GICv3 ignores it. */
		m->lost |= m->config.gic == GIC_V2;
		return;
	}
	lpi_ended(m, v, intid);
	m->lost |= m->config.gic == GIC_V2 && !sgi_v2_matches(v, value);
	irq_deactivate(m, v, intid, dir_lost_by(m, v, value));
}

static void read_pmr(const struct model *m, const struct access *a, struct expect *want,
		     struct expect_val *val)
{
	(void)want;
	val->known = ~0ULL;
	val->rule = RULE_CPUIF_PMR;
	val->value = m->vcpu[a->vcpu].cpuif.pmr;
	/* Userspace has the field of GICH_VMCR (arm-vgic.rst, GRP_CPU_REGS). */
	if (a->user && m->config.gic == GIC_V2)
		val->value >>= 3;
	/* What becomes of bits that userspace writes but the host has not is not said. */
	else if (a->user || m->vcpu[a->vcpu].cpuif.pmr_has_more)
		val->known = ~(BIT_ULL(8 - prio_bits(m)) - 1);
	val->doubtful = m->vcpu[a->vcpu].cpuif.pmr_low;
	val->doubt = DEVIATION_PMR_ALL_BITS;
	cpuif_expect_unloaded(m, a, CPUIF_PMR, val);
}

static void write_pmr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;
	bool keeps;

	(void)mask;
	if (a->user && m->config.gic == GIC_V2)
		value <<= 3;
	c->pmr = (u8)(value & bits_mask(7, 8 - prio_bits(m)));
	c->pmr_has_more = a->user && (u8)value != c->pmr;
	keeps = !a->user && m->config.gic == GIC_V3 && deviates(m, DEVIATION_PMR_ALL_BITS);
	c->pmr_low = keeps ? (u8)value & (u8)~c->pmr : 0;
	cpuif_written(&m->vcpu[a->vcpu], CPUIF_PMR, !c->pmr);
}

/*
 * Whether userspace sees a value below the minimum before the hardware has
 * raised it is not said.
 */
static u64 known_bpr(const struct model *m, const struct access *a, unsigned int group)
{
	return a->user && m->vcpu[a->vcpu].cpuif.bpr[group] == prio_bpr_min(m, group) ? ~7ULL :
											~0ULL;
}

static void read_bpr0(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	(void)want;
	val->known = known_bpr(m, a, 0);
	val->rule = RULE_CPUIF_BPR;
	val->value = m->vcpu[a->vcpu].cpuif.bpr[0];
	cpuif_expect_unloaded(m, a, CPUIF_BPR, val);
}

static void read_bpr1(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	const struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;

	val->known = known_bpr(m, a, c->cbpr ? 0 : 1);
	val->rule = c->cbpr ? RULE_CPUIF_CBPR : RULE_CPUIF_BPR;
	val->value = prio_bpr(c, 1);
	if (!c->cbpr && c->bpr[1] != c->bpr1_right && m->config.gic == GIC_V3)
		expect_deviation(want, DEVIATION_BPR1_CBPR_OF_VALUE);
}

/* Of a GICv2 it keeps its own value, whatever CBPR says (IHI 0048B GICC_ABPR). */
static void read_v2_abpr(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	(void)want;
	val->known = known_bpr(m, a, 1);
	val->rule = RULE_CPUIF_BPR;
	val->value = m->vcpu[a->vcpu].cpuif.bpr[1];
	if (m->vcpu[a->vcpu].cpuif.abpr_below) {
		val->doubtful = val->value ^ m->vcpu[a->vcpu].cpuif.abpr_below;
		val->doubt = DEVIATION_HOST_ABPR_MIN;
	}
	cpuif_expect_unloaded(m, a, CPUIF_ABPR, val);
}

static void write_bpr(struct model *m, const struct access *a, u64 value, unsigned int group)
{
	struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;
	u8 point = (u8)(value & 7), min = prio_bpr_min(m, group);

	bool ignored = group && c->cbpr && m->config.gic == GIC_V3;
	bool by_value = group && !a->user && m->config.gic == GIC_V3 &&
			deviates(m, DEVIATION_BPR1_CBPR_OF_VALUE);

	if (group && !ignored)
		c->bpr1_right = point < min ? min : point;
	if (by_value ? bits_get(value, 4, 4) : ignored)
		return;
	c->bpr[group] = point < min ? min : point;
	cpuif_written(&m->vcpu[a->vcpu], group ? CPUIF_ABPR : CPUIF_BPR, c->bpr[group] == min);
	/* An emulated one keeps it until the vCPU is loaded again. */
	if (group && !a->user && m->config.gic == GIC_V2 && deviates(m, DEVIATION_HOST_ABPR_MIN))
		c->abpr_below = point < min ? (point ? point : 1) : 0;
}

static void write_bpr0(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	write_bpr(m, a, value, 0);
}

static void write_bpr1(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	write_bpr(m, a, value, 1);
}

static void read_rpr(const struct model *m, const struct access *a, struct expect *want,
		     struct expect_val *val)
{
	val->known = ~0ULL;
	val->rule = RULE_CPUIF_RPR;
	val->value = prio_running(m, &m->vcpu[a->vcpu].cpuif);
	prio_expect_misdropped(m, a, want);
}

static const struct reg_behaviour behaviours[NR_REGS] = {
	[REG_ICC_PMR] = { .read = read_pmr, .write = write_pmr },
	[REG_ICC_EOIR0] = { .write = write_eoir0 },
	[REG_ICC_EOIR1] = { .write = write_eoir1 },
	[REG_ICC_DIR] = { .write = write_dir },
	[REG_ICC_BPR0] = { .read = read_bpr0, .write = write_bpr0 },
	[REG_ICC_BPR1] = { .read = read_bpr1, .write = write_bpr1 },
	[REG_ICC_RPR] = { .read = read_rpr },
	[REG_GICC_PMR] = { .read = read_pmr, .write = write_pmr },
	[REG_GICC_BPR] = { .read = read_bpr0, .write = write_bpr0 },
	[REG_GICC_ABPR] = { .read = read_v2_abpr, .write = write_bpr1 },
	[REG_GICC_EOIR] = { .write = write_v2_eoir },
	[REG_GICC_AEOIR] = { .write = write_v2_aeoir },
	[REG_GICC_DIR] = { .write = write_dir },
	[REG_GICC_RPR] = { .read = read_rpr },
};

/**
 * cpuif_behaviour() - what a register of the CPU interface does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if the register is not modelled here.
 */
const struct reg_behaviour *cpuif_behaviour(enum reg_id reg)
{
	const struct reg_behaviour *b = &behaviours[reg];

	return b->read || b->write ? b : NULL;
}

/**
 * cpuif_implements() - does the CPU interface have this register of an array?
 * @m: the model
 * @a: an access to a register that cpuif_behaviour() knows
 *
 * How many active priorities registers there are depends on the bits of a
 * priority (IHI 0069H ICC_AP0R<n>_EL1).
 *
 * Return: whether.
 */
bool cpuif_implements(const struct model *m, const struct access *a)
{
	unsigned int levels = 1u << prio_preemption_bits(m);

	if (a->at.reg != REG_ICC_AP0R && a->at.reg != REG_ICC_AP1R && a->at.reg != REG_GICC_APR)
		return true;
	return a->at.index < (levels + 31) / 32;
}

/**
 * cpuif_reset() - a CPU interface after reset
 * @m: the model
 * @c: filled in
 */
void cpuif_reset(const struct model *m, struct model_cpuif *c)
{
	memset(c, 0, sizeof(*c));
	c->bpr[0] = prio_bpr_min(m, 0);
	c->bpr[1] = prio_bpr_min(m, 1);
	c->bpr1_right = c->bpr[1];
	c->user_pri_bits = (u8)reg_field_get(FIELD_ICC_CTLR_PRIbits, m->config.icc_ctlr);
	c->user_id_bits = (u8)reg_field_get(FIELD_ICC_CTLR_IDbits, m->config.icc_ctlr);
}
