// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control and identification registers of the distributor and the
 * redistributors: IHI 0069H 12.9 and 12.11 (GICv3), IHI 0048B 4.3 (GICv2),
 * arm-vgic.rst and arm-vgic-v3.rst for what userspace sees of them.
 */
#include <errno.h>

#include "lib/model/state.h"

static void read_ctlr(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	bool missing = deviates(m, DEVIATION_V3_NO_GROUP0_ENABLE) && m->dist_enable[0];

	(void)a;
	val->known = ~0ULL;
	val->rule = RULE_DIST_CTLR;
	val->value = reg_field_mask(FIELD_GICD_CTLR_DS) | reg_field_mask(FIELD_GICD_CTLR_ARE) |
		     reg_field_put(FIELD_GICD_CTLR_nASSGIreq, m->nassgireq);
	if (missing)
		expect_deviation(want, DEVIATION_V3_NO_GROUP0_ENABLE);
	expect_bits(val,
		    reg_field_put(FIELD_GICD_CTLR_EnableGrp0, m->dist_enable[0] && !missing) |
			    reg_field_put(FIELD_GICD_CTLR_EnableGrp1, m->dist_enable[1]),
		    reg_field_mask(FIELD_GICD_CTLR_EnableGrp0) |
			    reg_field_mask(FIELD_GICD_CTLR_EnableGrp1),
		    RULE_DIST_CTLR_ENABLE);
}

/* SGIs lose or get their active state while no group is enabled. */
static void write_nassgireq(struct model *m, const struct access *a, u64 value)
{
	bool req = reg_field_get(FIELD_GICD_CTLR_nASSGIreq, value);
	bool enabled = m->dist_enable[0] || m->dist_enable[1];

	if (!m->nassgicap || req == m->nassgireq)
		return;
	if (!enabled || a->user)
		m->nassgireq = req;
	else if (!reg_field_get(FIELD_GICD_CTLR_EnableGrp0, value) &&
		 !reg_field_get(FIELD_GICD_CTLR_EnableGrp1, value))
		m->lost = true; /* the groups are disabled by the same write */
}

static void write_ctlr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	write_nassgireq(m, a, value);
	dist_none_forwarded(m);
	m->dist_enable[0] = reg_field_get(FIELD_GICD_CTLR_EnableGrp0, value);
	m->dist_enable[1] = reg_field_get(FIELD_GICD_CTLR_EnableGrp1, value);
	dist_none_looked_at(m);
}

static void read_v2_ctlr(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	bool missing = deviates(m, DEVIATION_V2_NO_GROUP1_ENABLE) && m->dist_enable[1];

	(void)a;
	val->known = ~0ULL;
	val->rule = RULE_DIST_CTLR;
	if (missing)
		expect_deviation(want, DEVIATION_V2_NO_GROUP1_ENABLE);
	expect_bits(
		val,
		reg_field_put(FIELD_GICD2_CTLR_EnableGrp0, m->dist_enable[0]) |
			reg_field_put(FIELD_GICD2_CTLR_EnableGrp1, m->dist_enable[1] && !missing),
		reg_field_mask(FIELD_GICD2_CTLR_EnableGrp0) |
			reg_field_mask(FIELD_GICD2_CTLR_EnableGrp1),
		RULE_DIST_CTLR_ENABLE);
}

static void write_v2_ctlr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)a;
	(void)mask;
	dist_none_forwarded(m);
	m->dist_enable[0] = reg_field_get(FIELD_GICD2_CTLR_EnableGrp0, value);
	m->dist_enable[1] = reg_field_get(FIELD_GICD2_CTLR_EnableGrp1, value);
	dist_none_looked_at(m);
}

static void read_typer(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	u64 implementation =
		reg_field_mask(FIELD_GICD_TYPER_IDbits) | reg_field_mask(FIELD_GICD_TYPER_MBIS) |
		reg_field_mask(FIELD_GICD_TYPER_num_LPIs) |
		reg_field_mask(FIELD_GICD_TYPER_CPUNumber) |
		reg_field_mask(FIELD_GICD_TYPER_ESPI_range) | reg_field_mask(FIELD_GICD_TYPER_No1N);
	u64 id_bits = m->nr_its ? 15 : 9;

	(void)a;
	val->known = ~implementation;
	val->rule = RULE_DIST_TYPER;
	if (chosen(m, CHOICE_NO_LPI_FEATURES)) {
		val->known = ~reg_field_mask(FIELD_GICD_TYPER_No1N);
		val->value |= reg_field_put(FIELD_GICD_TYPER_IDbits, id_bits) |
			      reg_field_put(FIELD_GICD_TYPER_LPIS, !!m->nr_its);
	} else {
		val->known &= ~(reg_field_mask(FIELD_GICD_TYPER_LPIS) |
				reg_field_mask(FIELD_GICD_TYPER_A3V) |
				reg_field_mask(FIELD_GICD_TYPER_NMI));
	}
	expect_bits(val, reg_field_put(FIELD_GICD_TYPER_ITLinesNumber, m->nr_irqs / 32 - 1),
		    reg_field_mask(FIELD_GICD_TYPER_ITLinesNumber), RULE_DIST_NR_IRQS);
	if (!chosen(m, CHOICE_NO_1_OF_N))
		return;
	if (deviates(m, DEVIATION_NO1N_CLEAR))
		expect_deviation(want, DEVIATION_NO1N_CLEAR);
	expect_bits(val, reg_field_put(FIELD_GICD_TYPER_No1N, !deviates(m, DEVIATION_NO1N_CLEAR)),
		    reg_field_mask(FIELD_GICD_TYPER_No1N), RULE_DIST_TYPER_NO1N);
}

static void read_v2_typer(const struct model *m, const struct access *a, struct expect *want,
			  struct expect_val *val)
{
	(void)a;
	(void)want;
	val->known = ~reg_field_mask(FIELD_GICD2_TYPER_LSPI);
	val->rule = RULE_DIST_TYPER;
	expect_bits(val, reg_field_put(FIELD_GICD2_TYPER_ITLinesNumber, m->nr_irqs / 32 - 1),
		    reg_field_mask(FIELD_GICD2_TYPER_ITLinesNumber), RULE_DIST_NR_IRQS);
	expect_bits(val, reg_field_put(FIELD_GICD2_TYPER_CPUNumber, m->nr_vcpus - 1),
		    reg_field_mask(FIELD_GICD2_TYPER_CPUNumber), RULE_V2_CPUNUMBER);
}

/* Revision is at the same place in all IIDR registers. */
#define IIDR_REVISION reg_field_mask(FIELD_GICD_IIDR_Revision)

static void read_iidr(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	u32 rev;

	(void)a;
	(void)want;
	val->rule = RULE_DIST_IIDR;
	val->known = ~0xffffffffULL;
	if (!param(m, PARAM_IIDR))
		return;
	val->known = ~0ULL;
	/* Before the initialisation it is the newest, unless userspace chose one. */
	rev = m->iidr_rev ? m->iidr_rev : param(m, PARAM_IIDR_REV);
	val->value = param(m, PARAM_IIDR) | reg_field_put(FIELD_GICD_IIDR_Revision, rev);
}

static void read_redist_iidr(const struct model *m, const struct access *a, struct expect *want,
			     struct expect_val *val)
{
	(void)a;
	(void)want;
	val->rule = RULE_DIST_IIDR;
	val->known = param(m, PARAM_IIDR) ? ~0ULL : ~0xffffffffULL;
	val->value = param(m, PARAM_IIDR);
}

static void check_iidr(const struct model *m, const struct access *a, u64 value,
		       struct expect *want)
{
	u64 rev = reg_field_get(FIELD_GICD_IIDR_Revision, value);
	u64 newest = param(m, PARAM_IIDR_REV);

	(void)a;
	/* Revisions are those that this implementation or an older one had. */
	if ((value ^ param(m, PARAM_IIDR)) & ~IIDR_REVISION & 0xffffffff || rev > newest || rev < 2)
		allow_error(want, EINVAL, RULE_USER_IIDR);
}

static void write_iidr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	if (!a->user)
		return;
	m->iidr_rev = (u8)reg_field_get(FIELD_GICD_IIDR_Revision, value);
	m->groups_writable = true;
}

static void read_typer2(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	(void)a;
	(void)want;
	val->known = ~0ULL;
	val->value = reg_field_put(FIELD_GICD_TYPER2_nASSGIcap, m->nassgicap);
	val->rule = RULE_DIST_TYPER2;
}

/* Userspace may take the capability away until the vGIC is initialised. */
static bool takes_typer2(const struct model *m, u64 value)
{
	return !m->initialised && m->config.sgis_without_active &&
	       !((u32)value & ~reg_field_mask(FIELD_GICD_TYPER2_nASSGIcap));
}

static void check_typer2(const struct model *m, const struct access *a, u64 value,
			 struct expect *want)
{
	(void)a;
	if ((u32)value == reg_field_put(FIELD_GICD_TYPER2_nASSGIcap, m->nassgicap) ||
	    takes_typer2(m, value))
		return;
	allow_done(want, RULE_USER_TYPER2);
	allow_error(want, EBUSY, RULE_USER_TYPER2);
	if (!m->initialised)
		allow_error(want, EINVAL, RULE_USER_TYPER2);
}

static void write_typer2(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	if (a->user && takes_typer2(m, value))
		m->nassgicap = reg_field_get(FIELD_GICD_TYPER2_nASSGIcap, value);
}

static void read_statusr(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	bool ones = reg_desc((enum reg_id)a->at.reg)->frame == FRAME_GICD &&
		    deviates(m, DEVIATION_STATUSR_RAO);

	val->known = ones || chosen(m, CHOICE_NO_STATUSR) ? ~0ULL : ~0xfULL;
	val->rule = RULE_DIST_STATUSR;
	if (!ones)
		return;
	val->value = 0xffffffff;
	expect_deviation(want, DEVIATION_STATUSR_RAO);
}

static void read_waker(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	bool sleeps = m->vcpu[a->vcpu].sleeps;

	val->rule = RULE_REDIST_WAKER;
	val->known = ~(reg_field_mask(FIELD_GICR_WAKER_IMPDEF_31) |
		       reg_field_mask(FIELD_GICR_WAKER_IMPDEF_0));
	if (deviates(m, DEVIATION_WAKER_RAZ)) {
		if (sleeps)
			expect_deviation(want, DEVIATION_WAKER_RAZ);
		return;
	}
	val->value = reg_field_put(FIELD_GICR_WAKER_ProcessorSleep, sleeps) |
		     reg_field_put(FIELD_GICR_WAKER_ChildrenAsleep, sleeps);
}

static void write_waker(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	m->vcpu[a->vcpu].sleeps = reg_field_get(FIELD_GICR_WAKER_ProcessorSleep, value);
}

static void read_redist_typer(const struct model *m, const struct access *a, struct expect *want,
			      struct expect_val *val)
{
	(void)want;
	redist_read_typer(m, &m->vcpu[a->vcpu], val);
}

static void read_pidr2(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	(void)a;
	(void)want;
	redist_read_pidr2(m, val);
}

static const struct reg_behaviour behaviours[NR_REGS] = {
	[REG_GICD_CTLR] = { .read = read_ctlr, .write = write_ctlr },
	[REG_GICD_TYPER] = { .read = read_typer },
	[REG_GICD_IIDR] = { .read = read_iidr, .check = check_iidr, .write = write_iidr },
	[REG_GICD_TYPER2] = { .read = read_typer2, .check = check_typer2, .write = write_typer2 },
	[REG_GICD_STATUSR] = { .read = read_statusr },
	[REG_GICD_PIDR2] = { .read = read_pidr2 },
	[REG_GICR_IIDR] = { .read = read_redist_iidr },
	[REG_GICR_TYPER] = { .read = read_redist_typer },
	[REG_GICR_STATUSR] = { .read = read_statusr },
	[REG_GICR_WAKER] = { .read = read_waker, .write = write_waker },
	[REG_GICR_PIDR2] = { .read = read_pidr2 },
	[REG_GICD2_CTLR] = { .read = read_v2_ctlr, .write = write_v2_ctlr },
	[REG_GICD2_TYPER] = { .read = read_v2_typer },
	[REG_GICD2_IIDR] = { .read = read_iidr, .check = check_iidr, .write = write_iidr },
};

/**
 * distctl_behaviour() - what a control register of the distributor or a redistributor does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if the register is not modelled here.
 */
const struct reg_behaviour *distctl_behaviour(enum reg_id reg)
{
	const struct reg_behaviour *b = &behaviours[reg];

	return b->read || b->write ? b : NULL;
}

/**
 * dist_group_enables() - which groups the distributor forwards
 * @m:      the model
 * @enable: filled in, by group
 *
 * Return: the deviation that made it so, or NR_DEVIATIONS.
 */
enum deviation_id dist_group_enables(const struct model *m, bool *enable)
{
	enum deviation_id d = NR_DEVIATIONS;

	enable[0] = m->dist_enable[0];
	enable[1] = m->dist_enable[1];
	if (enable[0] == enable[1])
		return d;
	if (deviates(m, DEVIATION_V3_NO_GROUP0_ENABLE) && m->config.gic == GIC_V3) {
		d = DEVIATION_V3_NO_GROUP0_ENABLE;
		enable[0] = enable[1];
	} else if (deviates(m, DEVIATION_V2_NO_GROUP1_ENABLE) && m->config.gic == GIC_V2) {
		d = DEVIATION_V2_NO_GROUP1_ENABLE;
		enable[1] = enable[0];
	} else if (deviates(m, DEVIATION_V2_EITHER_ENABLE) && m->config.gic == GIC_V2) {
		d = DEVIATION_V2_EITHER_ENABLE;
		enable[0] = true;
		enable[1] = true;
	}
	return d;
}
