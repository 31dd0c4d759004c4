// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control of the CPU interface: its control, enable, identification and active
 * priorities registers, ICC_* (IHI 0069H 12.2) and GICC_* (IHI 0048B 4.4).
 */
#include <errno.h>

#include "lib/model/state.h"

/* Fields of ICC_CTLR_EL1 that are the host's. */
static u64 ctlr_of_host(void)
{
	return reg_field_mask(FIELD_ICC_CTLR_PRIbits) | reg_field_mask(FIELD_ICC_CTLR_IDbits) |
	       reg_field_mask(FIELD_ICC_CTLR_SEIS) | reg_field_mask(FIELD_ICC_CTLR_A3V);
}

static void read_ctlr(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	const struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;
	u64 restored =
		reg_field_mask(FIELD_ICC_CTLR_PRIbits) | reg_field_mask(FIELD_ICC_CTLR_IDbits);
	u64 host = m->config.icc_ctlr;

	(void)want;
	val->rule = RULE_CPUIF_CTLR;
	val->known = reg_field_mask(FIELD_ICC_CTLR_RES0_63_20) |
		     reg_field_mask(FIELD_ICC_CTLR_RES0_17_16) |
		     reg_field_mask(FIELD_ICC_CTLR_RES0_7) |
		     reg_field_mask(FIELD_ICC_CTLR_RES0_5_2);
	expect_bits(val,
		    reg_field_put(FIELD_ICC_CTLR_CBPR, c->cbpr) |
			    reg_field_put(FIELD_ICC_CTLR_EOImode, c->eoimode),
		    reg_field_mask(FIELD_ICC_CTLR_CBPR) | reg_field_mask(FIELD_ICC_CTLR_EOImode),
		    RULE_CPUIF_CTLR);
	if (!host)
		return;
	if (a->user)
		host = (host & ~restored) |
		       reg_field_put(FIELD_ICC_CTLR_PRIbits, c->user_pri_bits) |
		       reg_field_put(FIELD_ICC_CTLR_IDbits, c->user_id_bits);
	expect_bits(val, host, ctlr_of_host(), RULE_CPUIF_CTLR_HOST);
}

/*
 * What a VM was restored with may be less than the host has, but not more, and
 * features must be the same (arm-vgic-v3.rst, GRP_CPU_SYSREGS: invalid value).
 */
static void check_ctlr(const struct model *m, const struct access *a, u64 value,
		       struct expect *want)
{
	const struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;
	u64 fixed = reg_field_mask(FIELD_ICC_CTLR_SEIS) | reg_field_mask(FIELD_ICC_CTLR_A3V);

	if (!m->config.icc_ctlr) {
		allow_done(want, RULE_REGS_WRITE);
		allow_error(want, EINVAL, RULE_SYSREG_VALUE);
	} else if (reg_field_get(FIELD_ICC_CTLR_PRIbits, value) > c->user_pri_bits ||
		   reg_field_get(FIELD_ICC_CTLR_IDbits, value) > c->user_id_bits ||
		   (value ^ m->config.icc_ctlr) & fixed) {
		allow_error(want, EINVAL, RULE_SYSREG_VALUE);
	}
}

static void write_ctlr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;

	(void)mask;
	c->cbpr = reg_field_get(FIELD_ICC_CTLR_CBPR, value);
	c->eoimode = reg_field_get(FIELD_ICC_CTLR_EOImode, value);
	if (!a->user)
		return;
	c->user_pri_bits = (u8)reg_field_get(FIELD_ICC_CTLR_PRIbits, value);
	c->user_id_bits = (u8)reg_field_get(FIELD_ICC_CTLR_IDbits, value);
}

static void read_v2_ctlr(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	const struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;

	(void)want;
	val->known = ~0ULL;
	val->rule = RULE_CPUIF_CTLR;
	val->value = reg_field_put(FIELD_GICC_CTLR_EnableGrp0, c->enable[0]) |
		     reg_field_put(FIELD_GICC_CTLR_EnableGrp1, c->enable[1]) |
		     reg_field_put(FIELD_GICC_CTLR_AckCtl, c->ackctl) |
		     reg_field_put(FIELD_GICC_CTLR_FIQEn, c->fiqen) |
		     reg_field_put(FIELD_GICC_CTLR_CBPR, c->cbpr) |
		     reg_field_put(FIELD_GICC_CTLR_EOImode, c->eoimode);
	cpuif_expect_unloaded(m, a, CPUIF_CTLR, val);
}

static void write_v2_ctlr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;

	(void)mask;
	c->enable[0] = reg_field_get(FIELD_GICC_CTLR_EnableGrp0, value);
	c->enable[1] = reg_field_get(FIELD_GICC_CTLR_EnableGrp1, value);
	c->ackctl = reg_field_get(FIELD_GICC_CTLR_AckCtl, value);
	c->fiqen = reg_field_get(FIELD_GICC_CTLR_FIQEn, value);
	c->cbpr = reg_field_get(FIELD_GICC_CTLR_CBPR, value);
	c->eoimode = reg_field_get(FIELD_GICC_CTLR_EOImode, value);
	cpuif_written(&m->vcpu[a->vcpu], CPUIF_CTLR,
		      !c->enable[0] && !c->enable[1] && !c->ackctl && !c->fiqen && !c->cbpr &&
			      !c->eoimode);
}

static void read_igrpen(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	(void)want;
	val->known = ~0ULL;
	val->rule = RULE_CPUIF_IGRPEN;
	val->value = m->vcpu[a->vcpu].cpuif.enable[a->at.reg == REG_ICC_IGRPEN1];
}

static void write_igrpen(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	m->vcpu[a->vcpu].cpuif.enable[a->at.reg == REG_ICC_IGRPEN1] = value & 1;
}

static void read_sre(const struct model *m, const struct access *a, struct expect *want,
		     struct expect_val *val)
{
	(void)a;
	(void)want;
	val->rule = RULE_CPUIF_SRE;
	val->known = chosen(m, CHOICE_SRE_FIXED) ? ~0ULL : ~6ULL;
	val->value = 7 & val->known;
}

static void check_sre(const struct model *m, const struct access *a, u64 value, struct expect *want)
{
	(void)m;
	(void)a;
	if (!reg_field_get(FIELD_ICC_SRE_SRE, value))
		allow_error(want, EINVAL, RULE_SYSREG_VALUE);
}

static void ignore_write(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)m;
	(void)a;
	(void)value;
	(void)mask;
}

/* Product, revision and implementer are the implementation's. */
static void read_v2_iidr(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	(void)m;
	(void)a;
	(void)want;
	val->known = reg_field_mask(FIELD_GICC_IIDR_Architecture_version);
	val->value = reg_field_put(FIELD_GICC_IIDR_Architecture_version, 2);
	val->rule = RULE_CPUIF_IIDR;
}

static void read_ap(const struct model *m, const struct access *a, struct expect *want,
		    struct expect_val *val)
{
	const u64 *ap = m->vcpu[a->vcpu].cpuif.ap[a->at.reg == REG_ICC_AP1R];

	(void)want;
	val->known = ~0ULL;
	val->rule = RULE_CPUIF_AP;
	val->value = (u32)(ap[a->at.index / 2] >> 32 * (a->at.index % 2));
}

/* Anything but 0 and what was read is UNPREDICTABLE (IHI 0069H ICC_AP1R<n>_EL1). */
static void write_ap(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;
	unsigned int shift = 32 * (a->at.index % 2);
	u64 *ap = &c->ap[a->at.reg == REG_ICC_AP1R][a->at.index / 2];
	bool same = (u32)(*ap >> shift) == (u32)value;

	(void)mask;
	if (!same && (u32)value && !a->user) {
		m->lost = true;
		return;
	}
	*ap = (*ap & ~(0xffffffffULL << shift)) | (u64)(u32)value << shift;
	/* Which interrupts they belong to is not known any more. */
	if (!same)
		c->nr_acks = 0;
}

static void read_v2_apr(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	const struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;
	unsigned int shift = 32 * (a->at.index % 2);

	(void)want;
	val->known = ~0ULL;
	val->rule = RULE_CPUIF_AP;
	/* KVM's ABI shows both groups in one (arm-vgic.rst, GRP_CPU_REGS). */
	val->value = (u32)((c->ap[0][a->at.index / 2] | c->ap[1][a->at.index / 2]) >> shift);
	if (!a->user)
		val->known = 0;
}

/*
 * A guest must write what it read, or 0, whose layout is IMPLEMENTATION DEFINED
 * (IHI 0048B GICC_APR<n>); the API has a bit for each level, and those of levels
 * that there are not are RAZ/WI (arm-vgic.rst, GRP_CPU_REGS).
 */
static void write_v2_apr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;
	unsigned int shift = 32 * (a->at.index % 2), word = a->at.index / 2;
	u32 now = (u32)((c->ap[0][word] | c->ap[1][word]) >> shift);

	(void)mask;
	if (!cpuif_implements(m, a))
		return;
	if (!a->user && value) {
		m->lost = true;
		return;
	}
	if (now == (u32)value)
		return;
	for (unsigned int group = 0; group < 2; group++)
		c->ap[group][word] &= ~(0xffffffffULL << shift);
	c->ap[0][word] |= (u64)(u32)value << shift;
	/* Which interrupts they belong to is not known any more. */
	c->nr_acks = 0;
}

/* What it holds without the Security Extensions is not said (IHI 0048B GICC_NSAPR<n>). */
static void read_v2_nsapr(const struct model *m, const struct access *a, struct expect *want,
			  struct expect_val *val)
{
	(void)m;
	(void)a;
	(void)want;
	val->known = 0;
	val->rule = RULE_CPUIF_AP;
}

static void write_v2_nsapr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)value;
	(void)mask;
	m->lost |= !a->user;
}

static const struct reg_behaviour behaviours[NR_REGS] = {
	[REG_ICC_CTLR] = { .read = read_ctlr, .check = check_ctlr, .write = write_ctlr },
	[REG_ICC_SRE] = { .read = read_sre, .check = check_sre, .write = ignore_write },
	[REG_ICC_IGRPEN0] = { .read = read_igrpen, .write = write_igrpen },
	[REG_ICC_IGRPEN1] = { .read = read_igrpen, .write = write_igrpen },
	[REG_GICC_CTLR] = { .read = read_v2_ctlr, .write = write_v2_ctlr },
	[REG_GICC_IIDR] = { .read = read_v2_iidr, .write = ignore_write },
	[REG_ICC_AP0R] = { .read = read_ap, .write = write_ap },
	[REG_ICC_AP1R] = { .read = read_ap, .write = write_ap },
	[REG_GICC_APR] = { .read = read_v2_apr, .write = write_v2_apr },
	[REG_GICC_NSAPR] = { .read = read_v2_nsapr, .write = write_v2_nsapr },
};

/**
 * cpuctl_behaviour() - what a control register of the CPU interface does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if the register is not modelled here.
 */
const struct reg_behaviour *cpuctl_behaviour(enum reg_id reg)
{
	const struct reg_behaviour *b = &behaviours[reg];

	return b->read || b->write ? b : NULL;
}
