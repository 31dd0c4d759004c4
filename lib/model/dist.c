// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of the distributor and the redistributors: IHI 0069H 12.9 and 12.11
 * (GICv3), IHI 0048B 4.3 (GICv2), arm-vgic.rst and arm-vgic-v3.rst for what
 * userspace sees of them.
 */
#include <errno.h>

#include "lib/model/state.h"

/* The first interrupt of a register that holds @per_irq bits for each. */
static unsigned int first_intid(const struct access *a, unsigned int per_irq)
{
	return a->at.index * (32 / per_irq);
}

/*
 * With affinity routing the distributor does not show SGIs and PPIs, whose
 * registers are in the redistributors (IHI 0069H GICD_ISENABLER<n>).
 */
static bool is_hidden(const struct access *a, unsigned int intid)
{
	return intid < NR_PRIVATE && reg_desc((enum reg_id)a->at.reg)->frame == FRAME_GICD;
}

/* The bank behind a register, or NULL if none of its interrupts exists. */
static const struct model_bank *bank_to_read(const struct model *m, const struct access *a,
					     unsigned int intid)
{
	if (is_hidden(a, intid) || !irq_implemented(m, intid & ~31u))
		return NULL;
	return irq_bank_of(m, &m->vcpu[a->vcpu], intid);
}

static struct model_bank *bank_to_write(struct model *m, const struct access *a, unsigned int intid)
{
	if (is_hidden(a, intid) || !irq_implemented(m, intid & ~31u))
		return NULL;
	return irq_bank(m, &m->vcpu[a->vcpu], intid);
}

/* A register with a bit for each interrupt. */
static void read_bits(const struct model *m, const struct access *a, u32 bits, enum rule_id rule,
		      struct expect_val *val)
{
	unsigned int intid = first_intid(a, 1);

	val->value = bits & irq_implemented(m, intid);
	val->known = ~0ULL;
	val->rule = is_hidden(a, intid)			    ? RULE_DIST_PRIVATE :
		    irq_implemented(m, intid) != 0xffffffff ? RULE_DIST_NR_IRQS :
							      rule;
	if (val->rule == RULE_DIST_NR_IRQS && irq_implemented(m, intid))
		expect_part(val, irq_implemented(m, intid), rule);
}

/* Some GICv2 have SGIs that cannot be disabled. */
static u32 always_enabled(const struct model *m, const struct access *a)
{
	bool sgis = m->config.gic == GIC_V2 && !first_intid(a, 1);

	return sgis && chosen(m, CHOICE_SGI_ALWAYS_ENABLED) ? 0xffff : 0;
}

static u32 bits_to_write(const struct model *m, const struct access *a, u64 value)
{
	return (u32)value & irq_implemented(m, first_intid(a, 1));
}

/*
 * What a write that KVM looks at does to DEVIATION_NOT_QUEUED: nothing is queued
 * while the distributor is disabled.
 */
static void look_at(const struct model *m, struct model_bank *b, u32 bits)
{
	if (m->dist_enable[0] || m->dist_enable[1])
		irq_seen(b, bits);
}

/* An interrupt's delivery changed by a write that KVM does not look at. */
static void not_looked_at(struct model_bank *b, u32 bits)
{
	b->unseen |= bank_pending(b) & b->enable & bits;
}

/* No interrupt is looked at. */
static void none_looked_at(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		not_looked_at(&m->vcpu[i].irqs, ~0u);
	for (unsigned int i = 0; i < NR_SPI_BANKS; i++)
		not_looked_at(&m->spi[i], ~0u);
}

/* What is made pending while a level-sensitive interrupt is active may be lost. */
static void latch_was_written(const struct model *m, struct model_bank *b, u32 bits)
{
	irq_pending_is_known(b, bits);
	b->soft &= ~bits;
	if (deviates(m, DEVIATION_LEVEL_LATCH))
		b->soft |= bits & b->latch & (b->active | b->stuck) & ~b->edge;
}

static void read_group(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	const struct model_bank *b = bank_to_read(m, a, first_intid(a, 1));

	(void)want;
	read_bits(m, a, b ? b->group : 0, RULE_DIST_GROUP, val);
}

static void write_group(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_bank *b = bank_to_write(m, a, first_intid(a, 1));

	(void)mask;
	if (a->user && m->config.gic == GIC_V2 && !m->groups_writable)
		return;
	if (!b)
		return;
	b->changed |= (b->group ^ bits_to_write(m, a, value)) & b->active;
	b->group = bits_to_write(m, a, value);
	look_at(m, b, ~0u);
}

static void read_enable(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	const struct model_bank *b = bank_to_read(m, a, first_intid(a, 1));

	(void)want;
	read_bits(m, a, b ? b->enable : 0, RULE_DIST_ENABLE, val);
}

static void write_enable_set(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_bank *b = bank_to_write(m, a, first_intid(a, 1));

	(void)mask;
	if (!b)
		return;
	b->enable |= bits_to_write(m, a, value);
	look_at(m, b, bits_to_write(m, a, value));
}

static void write_enable_clear(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_bank *b = bank_to_write(m, a, first_intid(a, 1));

	(void)mask;
	if (b)
		b->enable &= ~bits_to_write(m, a, value) | always_enabled(m, a);
}

static void read_pending(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	const struct model_bank *b = bank_to_read(m, a, first_intid(a, 1));

	(void)want;
	if (a->user && m->config.gic == GIC_V3)
		read_bits(m, a, b ? b->latch : 0, RULE_USER_LATCH, val);
	else
		read_bits(m, a, b ? bank_pending(b) : 0, RULE_DIST_PENDING, val);
	if (!b)
		return;
	val->known &= ~(u64)b->open;
	val->doubtful = b->soft;
	val->doubt = DEVIATION_LEVEL_LATCH;
}

/* Once it is not active any more, what a read returns settles the doubt. */
static void pending_was_read(struct model *m, const struct access *a, u64 seen)
{
	struct model_bank *b = bank_to_write(m, a, first_intid(a, 1));
	u32 settled = b ? b->soft & ~b->active & ~b->stuck & ~b->line : 0;

	if (!settled || (a->user && m->config.gic == GIC_V3 && a->at.reg != REG_GICD_ISPENDR &&
			 a->at.reg != REG_GICR_ISPENDR0))
		return;
	b->latch = (b->latch & ~settled) | ((u32)seen & settled);
	b->soft &= ~settled;
}

/* SGIs of a GICv2 are made pending by GICD_SGIR and GICD_SPENDSGIR<n> only. */
static u32 without_v2_sgis(const struct model *m, const struct access *a, u32 bits)
{
	if (m->config.gic == GIC_V2 && !first_intid(a, 1))
		bits &= ~0xffffu;
	return bits;
}

static void set_v2_sgis(struct model *m, const struct access *a, u32 bits, bool pending)
{
	struct model_vcpu *v = &m->vcpu[a->vcpu];

	for (unsigned int i = 0; i < NR_SGIS; i++) {
		if (!(bits & 1u << i))
			continue;
		/* No document says which source; this is what must be pending. */
		if (pending)
			v->sgi_source[i] |= (u8)(1u << sgi_v2_cpu(m, a->vcpu));
		else
			v->sgi_source[i] = 0;
	}
}

static void write_pending_set(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_bank *b = bank_to_write(m, a, first_intid(a, 1));
	u32 bits = bits_to_write(m, a, value);

	(void)mask;
	if (!b)
		return;
	if (a->user && m->config.gic == GIC_V3) {
		/* The latch itself: arm-vgic-v3.rst, accesses to GICD_ISPENDR. */
		b->latch = bits;
		latch_was_written(m, b, ~0u);
		look_at(m, b, bits);
		return;
	}
	if (a->user && !first_intid(a, 1))
		set_v2_sgis(m, a, bits & 0xffff, true);
	else
		bits = without_v2_sgis(m, a, bits);
	b->latch |= bits;
	latch_was_written(m, b, bits);
	look_at(m, b, bits);
}

static void read_pending_clear(const struct model *m, const struct access *a, struct expect *want,
			       struct expect_val *val)
{
	if (a->user && m->config.gic == GIC_V3)
		read_bits(m, a, 0, RULE_USER_ICPENDR, val);
	else
		read_pending(m, a, want, val);
}

static void write_pending_clear(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_bank *b = bank_to_write(m, a, first_intid(a, 1));
	u32 bits = bits_to_write(m, a, value);

	(void)mask;
	if (!b || (a->user && m->config.gic == GIC_V3))
		return;
	if (a->user && !first_intid(a, 1))
		set_v2_sgis(m, a, bits & 0xffff, false);
	else
		bits = without_v2_sgis(m, a, bits);
	b->latch &= ~bits;
	b->soft &= ~bits;
	irq_pending_is_known(b, bits);
}

static void read_active(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	const struct model_bank *b = bank_to_read(m, a, first_intid(a, 1));

	(void)want;
	read_bits(m, a, b ? b->active : 0, RULE_DIST_ACTIVE, val);
	if (!b)
		return;
	val->doubtful = b->stuck | b->loose;
	val->doubt = irq_doubt(m, b, b->stuck | b->loose);
	if (!(b->forced & ~b->active))
		return;
	val->doubtful |= b->forced & ~b->active;
	val->doubt = DEVIATION_V2_FORCED_STAYS_ACTIVE;
}

/* What a read returns settles the doubt. */
static void active_was_read(struct model *m, const struct access *a, u64 seen)
{
	struct model_bank *b = bank_to_write(m, a, first_intid(a, 1));

	if (!b)
		return;
	b->active = (b->active | (b->stuck & (u32)seen)) & ~(b->loose & ~(u32)seen);
	b->stuck = 0;
	b->loose &= b->active;
}

static void write_active_set(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_bank *b = bank_to_write(m, a, first_intid(a, 1));

	(void)mask;
	if (b && first_intid(a, 1) && deviates(m, DEVIATION_V2_FORCED_STAYS_ACTIVE))
		b->forced |= bits_to_write(m, a, value);
	for (u32 bits = b ? bits_to_write(m, a, value) : 0; bits; bits &= bits - 1)
		irq_make_active(m, &m->vcpu[a->vcpu],
				first_intid(a, 1) + (unsigned int)__builtin_ctz(bits));
}

static void write_active_clear(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_bank *b = bank_to_write(m, a, first_intid(a, 1));

	(void)mask;
	if (!b)
		return;
	b->active &= ~bits_to_write(m, a, value);
	b->stuck &= ~bits_to_write(m, a, value);
	b->forced &= ~bits_to_write(m, a, value);
	b->loose &= ~bits_to_write(m, a, value);
	b->changed &= ~bits_to_write(m, a, value);
}

static void read_priority(const struct model *m, const struct access *a, struct expect *want,
			  struct expect_val *val)
{
	unsigned int intid = first_intid(a, 8);
	const struct model_bank *b = bank_to_read(m, a, intid);

	(void)want;
	val->known = ~0ULL;
	val->rule = is_hidden(a, intid) ? RULE_DIST_PRIVATE :
		    b			? RULE_DIST_PRIORITY :
					  RULE_DIST_NR_IRQS;
	for (unsigned int i = 0; b && i < 4; i++) {
		if (irq_exists(m, intid + i))
			val->value |= bits_put(b->prio[(intid + i) % 32], 8 * i + 7, 8 * i);
	}
}

static void write_priority(struct model *m, const struct access *a, u64 value, u64 mask)
{
	unsigned int intid = first_intid(a, 8);
	struct model_bank *b = bank_to_write(m, a, intid);
	u8 implemented = (u8)bits_mask(7, 8 - param(m, PARAM_DIST_PRI_BITS));

	for (unsigned int i = 0; b && i < 4; i++) {
		u8 *prio = &b->prio[(intid + i) % 32];
		u8 new = (u8)bits_get(value, 8 * i + 7, 8 * i) & implemented;

		if (!bits_get(mask, 8 * i + 7, 8 * i) || !irq_exists(m, intid + i))
			continue;
		if (*prio != new)
			b->changed |= b->active & 1u << (intid + i) % 32;
		*prio = new;
	}
}

/* GICR_ICFGR1 is a register of its own; all others are arrays. */
static unsigned int config_intid(const struct access *a)
{
	return a->at.reg == REG_GICR_ICFGR1 ? NR_SGIS : first_intid(a, 2);
}

/* Two bits for each interrupt, of which the upper one says edge-triggered. */
static void read_config(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	unsigned int intid = config_intid(a);
	const struct model_bank *b = bank_to_read(m, a, intid);

	(void)want;
	/* GICv2 leaves the lower bits of the 1-N model to the implementation. */
	val->known = m->config.gic == GIC_V2 && b ? ~0x55555555ULL : ~0ULL;
	val->rule = is_hidden(a, intid) ? RULE_DIST_PRIVATE :
		    b			? RULE_DIST_CONFIG :
					  RULE_DIST_NR_IRQS;
	for (unsigned int i = 0; b && i < 16; i++) {
		if (irq_exists(m, intid + i) && b->edge & 1u << (intid + i) % 32)
			val->value |= 2ULL << 2 * i;
	}
}

static void write_config(struct model *m, const struct access *a, u64 value, u64 mask)
{
	unsigned int intid = config_intid(a);
	struct model_bank *b = bank_to_write(m, a, intid);
	u32 edge = b ? b->edge : 0;

	(void)mask;
	if (!b || intid < NR_SGIS || (intid < NR_PRIVATE && chosen(m, CHOICE_PPI_CONFIG_FIXED)))
		return;
	for (unsigned int i = 0; i < 16; i++) {
		u32 bit = 1u << (intid + i) % 32;

		if (irq_exists(m, intid + i))
			edge = value & 2ULL << 2 * i ? edge | bit : edge & ~bit;
	}
	/* The configuration of an enabled interrupt is not to be changed. */
	b->open |= (edge ^ b->edge) & b->enable;
	if (deviates(m, DEVIATION_LEVEL_LATCH))
		b->soft |= b->edge & ~edge & b->latch & (b->active | b->stuck);
	b->edge = edge;
	not_looked_at(b, 0xffffu << intid % 32);
}

static unsigned int router_intid(const struct access *a)
{
	return reg_desc((enum reg_id)a->at.reg)->first + a->at.index;
}

static void read_router(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	unsigned int intid = router_intid(a);
	bool exists = irq_exists(m, intid);

	(void)want;
	val->rule = exists ? RULE_DIST_ROUTER : RULE_DIST_NR_IRQS;
	val->known = ~0ULL;
	if (exists && !chosen(m, CHOICE_RES0_RAZ_WI))
		val->known &= ~(reg_field_mask(FIELD_GICD_IROUTER_RES0_63_40) |
				reg_field_mask(FIELD_GICD_IROUTER_RES0_30_24));
	if (exists && !chosen(m, CHOICE_NO_1_OF_N))
		val->known &= ~reg_field_mask(FIELD_GICD_IROUTER_Interrupt_Routing_Mode);
	if (exists)
		val->value = reg_field_put(FIELD_GICD_IROUTER_Aff3, m->route[intid] >> 24) |
			     (m->route[intid] & 0xffffff);
}

static void write_router(struct model *m, const struct access *a, u64 value, u64 mask)
{
	u64 kept = reg_field_mask(FIELD_GICD_IROUTER_Aff3) | 0xffffff;
	unsigned int intid = router_intid(a);
	struct access read = *a;
	struct expect_val old = { 0 };

	if (!irq_exists(m, intid))
		return;
	if (chosen(m, CHOICE_NO_AFF3))
		kept = 0xffffff;
	read_router(m, &read, NULL, &old);
	value = ((old.value & ~mask) | (value & mask)) & kept;
	irq_moves(m, intid);
	m->route[intid] = (u32)(reg_field_get(FIELD_GICD_IROUTER_Aff3, value) << 24) |
			  (u32)(value & 0xffffff);
	/* The upper word holds Aff3 only. */
	if (mask & 0xffffff)
		m->spi[intid / 32 - 1].routed |= 1u << intid % 32;
	not_looked_at(&m->spi[intid / 32 - 1], 1u << intid % 32);
}

/* CPUs that exist, a bit each (IHI 0048B GICD_ITARGETSR<n>). */
static u32 v2_cpus(const struct model *m)
{
	return (u32)bits_mask(m->nr_vcpus > 8 ? 7 : m->nr_vcpus - 1, 0);
}

static void read_targets(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	bool by_id = deviates(m, DEVIATION_V2_OWN_TARGET_IS_VCPU_ID);
	unsigned int own = by_id ? m->vcpu[a->vcpu].id % 8 : a->vcpu;
	unsigned int intid = first_intid(a, 8);

	val->rule = RULE_DIST_TARGET;
	val->known = ~0ULL;
	for (unsigned int i = 0; i < 4; i++) {
		u32 targets = intid < NR_PRIVATE ? 1u << own : m->route[intid + i];

		if (irq_exists(m, intid + i))
			val->value |= bits_put(targets, 8 * i + 7, 8 * i);
	}
	if (!irq_implemented(m, intid & ~31u))
		val->rule = RULE_DIST_NR_IRQS;
	if (intid < NR_PRIVATE && own != a->vcpu)
		expect_deviation(want, DEVIATION_V2_OWN_TARGET_IS_VCPU_ID);
	/* With one CPU there is nothing to choose: RAZ/WI. */
	if (m->nr_vcpus > 1 || !val->value)
		return;
	if (deviates(m, DEVIATION_V2_UNIPROCESSOR_TARGETS))
		expect_deviation(want, DEVIATION_V2_UNIPROCESSOR_TARGETS);
	else
		val->value = 0;
}

static void write_targets(struct model *m, const struct access *a, u64 value, u64 mask)
{
	unsigned int intid = first_intid(a, 8);

	for (unsigned int i = 0; intid >= NR_PRIVATE && i < 4; i++) {
		if (!bits_get(mask, 8 * i + 7, 8 * i) || !irq_exists(m, intid + i))
			continue;
		irq_moves(m, intid + i);
		m->route[intid + i] = (u32)bits_get(value, 8 * i + 7, 8 * i) & v2_cpus(m);
		not_looked_at(&m->spi[intid / 32 - 1], 1u << (intid + i) % 32);
	}
}

static void read_ctlr(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	bool missing = deviates(m, DEVIATION_V3_NO_GROUP0_ENABLE) && m->dist_enable[0];

	(void)a;
	val->known = ~0ULL;
	val->rule = RULE_DIST_CTLR;
	val->value = reg_field_mask(FIELD_GICD_CTLR_DS) | reg_field_mask(FIELD_GICD_CTLR_ARE);
	if (missing)
		expect_deviation(want, DEVIATION_V3_NO_GROUP0_ENABLE);
	expect_bits(val,
		    reg_field_put(FIELD_GICD_CTLR_EnableGrp0, m->dist_enable[0] && !missing) |
			    reg_field_put(FIELD_GICD_CTLR_EnableGrp1, m->dist_enable[1]),
		    reg_field_mask(FIELD_GICD_CTLR_EnableGrp0) |
			    reg_field_mask(FIELD_GICD_CTLR_EnableGrp1),
		    RULE_DIST_CTLR_ENABLE);
}

static void write_ctlr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)a;
	(void)mask;
	m->dist_enable[0] = reg_field_get(FIELD_GICD_CTLR_EnableGrp0, value);
	m->dist_enable[1] = reg_field_get(FIELD_GICD_CTLR_EnableGrp1, value);
	none_looked_at(m);
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
	m->dist_enable[0] = reg_field_get(FIELD_GICD2_CTLR_EnableGrp0, value);
	m->dist_enable[1] = reg_field_get(FIELD_GICD2_CTLR_EnableGrp1, value);
	none_looked_at(m);
}

static void read_typer(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	u64 implementation =
		reg_field_mask(FIELD_GICD_TYPER_IDbits) | reg_field_mask(FIELD_GICD_TYPER_MBIS) |
		reg_field_mask(FIELD_GICD_TYPER_num_LPIs) |
		reg_field_mask(FIELD_GICD_TYPER_CPUNumber) |
		reg_field_mask(FIELD_GICD_TYPER_ESPI_range) | reg_field_mask(FIELD_GICD_TYPER_No1N);
	u64 id_bits = m->has_its ? 15 : 9;

	(void)a;
	val->known = ~implementation;
	val->rule = RULE_DIST_TYPER;
	if (chosen(m, CHOICE_NO_LPI_FEATURES)) {
		val->known = ~reg_field_mask(FIELD_GICD_TYPER_No1N);
		val->value |= reg_field_put(FIELD_GICD_TYPER_IDbits, id_bits) |
			      reg_field_put(FIELD_GICD_TYPER_LPIS, m->has_its);
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

/* Its only field that can be written, nASSGIcap, is for hosts that have it. */
static void check_typer2(const struct model *m, const struct access *a, u64 value,
			 struct expect *want)
{
	(void)a;
	if (!(u32)value)
		return;
	allow_done(want, RULE_USER_TYPER2);
	allow_error(want, EBUSY, RULE_USER_TYPER2);
	if (!m->initialised)
		allow_error(want, EINVAL, RULE_USER_TYPER2);
}

static void read_zero(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	(void)m;
	(void)a;
	(void)want;
	val->known = ~0ULL;
	val->rule = RULE_MMIO_RESERVED;
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

/* Fields of GICR_PROPBASER and GICR_PENDBASER that read as written. */
static u64 lpi_table_fields(const struct access *a)
{
	if (a->at.reg == REG_GICR_PROPBASER)
		return reg_field_mask(FIELD_GICR_PROPBASER_OuterCache) |
		       reg_field_mask(FIELD_GICR_PROPBASER_Physical_Address) |
		       reg_field_mask(FIELD_GICR_PROPBASER_Shareability) |
		       reg_field_mask(FIELD_GICR_PROPBASER_InnerCache) |
		       reg_field_mask(FIELD_GICR_PROPBASER_IDbits);
	return reg_field_mask(FIELD_GICR_PENDBASER_OuterCache) |
	       reg_field_mask(FIELD_GICR_PENDBASER_Physical_Address) |
	       reg_field_mask(FIELD_GICR_PENDBASER_Shareability) |
	       reg_field_mask(FIELD_GICR_PENDBASER_InnerCache);
}

/* Of an implementation that has LPIs, with or without an ITS. */
static void read_kept_lpi_table(const struct model *m, const struct access *a,
				struct expect_val *val)
{
	unsigned int n = a->at.reg == REG_GICR_PENDBASER;
	u64 ptz = n ? reg_field_mask(FIELD_GICR_PENDBASER_PTZ) : 0;

	val->known = (m->vcpu[a->vcpu].lpi_table_known[n] & lpi_table_fields(a)) | ptz;
	val->value = m->vcpu[a->vcpu].lpi_table[n] & lpi_table_fields(a);
	val->doubtful = deviates(m, DEVIATION_PTZ_READABLE) ? ptz : 0;
	val->doubt = DEVIATION_PTZ_READABLE;
}

/* Without LPIs the registers of their tables do not exist. */
static void read_lpi_table(const struct model *m, const struct access *a, struct expect *want,
			   struct expect_val *val)
{
	(void)want;
	val->rule = RULE_REDIST_LPI_TABLES;
	if (chosen(m, CHOICE_LPIS_WITHOUT_ITS))
		return read_kept_lpi_table(m, a, val);
	/* Whether there are LPIs is the implementation's choice. */
	val->known = chosen(m, CHOICE_NO_LPI_FEATURES) ? ~0ULL : 0;
	val->doubtful = deviates(m, DEVIATION_LPI_TABLES) ? ~0ULL : 0;
	val->doubt = DEVIATION_LPI_TABLES;
}

/* A write while LPIs are enabled is UNPREDICTABLE. */
static void write_lpi_table(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_vcpu *v = &m->vcpu[a->vcpu];
	unsigned int n = a->at.reg == REG_GICR_PENDBASER;

	v->lpi_table[n] = (v->lpi_table[n] & ~mask) | (value & mask);
	if (v->lpis_enabled)
		v->lpi_table_known[n] &= ~mask;
	else
		v->lpi_table_known[n] |= mask;
}

static void write_redist_ctlr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	if (chosen(m, CHOICE_LPIS_WITHOUT_ITS))
		m->vcpu[a->vcpu].lpis_enabled = reg_field_get(FIELD_GICR_CTLR_EnableLPIs, value);
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

static void read_redist_ctlr(const struct model *m, const struct access *a, struct expect *want,
			     struct expect_val *val)
{
	bool invalidates = m->iidr_rev >= 3;

	(void)want;
	val->rule = RULE_REDIST_CTLR;
	val->known = ~(reg_field_mask(FIELD_GICR_CTLR_CES) | reg_field_mask(FIELD_GICR_CTLR_IR));
	if (chosen(m, CHOICE_LPIS_WITHOUT_ITS)) {
		val->known |= reg_field_mask(FIELD_GICR_CTLR_CES);
		val->value =
			reg_field_put(FIELD_GICR_CTLR_CES, 1) |
			reg_field_put(FIELD_GICR_CTLR_EnableLPIs, m->vcpu[a->vcpu].lpis_enabled);
	}
	if (!param(m, PARAM_IIDR))
		return;
	val->known = ~0ULL;
	val->value = reg_field_put(FIELD_GICR_CTLR_CES, invalidates) |
		     reg_field_put(FIELD_GICR_CTLR_IR, invalidates);
}

#define BANK_BITS(reg, suffix)                                                                     \
	[REG_##reg##_IGROUPR##                                                                     \
		suffix] = { .read = read_group, .write = write_group },                            \
 [REG_##reg##_ISENABLER##suffix] = { .read = read_enable, .write = write_enable_set },             \
 [REG_##reg##_ICENABLER##suffix] = { .read = read_enable, .write = write_enable_clear },           \
 [REG_##reg##_ISPENDR##suffix] = { .read = read_pending,                                           \
				   .write = write_pending_set,                                     \
				   .taken = pending_was_read },                                    \
 [REG_##reg##_ICPENDR##suffix] = { .read = read_pending_clear,                                     \
				   .write = write_pending_clear,                                   \
				   .taken = pending_was_read },                                    \
 [REG_##reg##_ISACTIVER##                                                                          \
	 suffix] = { .read = read_active, .write = write_active_set, .taken = active_was_read },   \
 [REG_##reg##_ICACTIVER##                                                                          \
	 suffix] = { .read = read_active, .write = write_active_clear, .taken = active_was_read }, \
 [REG_##reg##_IPRIORITYR] = { .read = read_priority, .write = write_priority }

static const struct reg_behaviour behaviours[NR_REGS] = {
	BANK_BITS(GICD, ),
	BANK_BITS(GICR, 0),
	BANK_BITS(GICD2, ),
	[REG_GICD_CTLR] = { .read = read_ctlr, .write = write_ctlr },
	[REG_GICD_TYPER] = { .read = read_typer },
	[REG_GICD_IIDR] = { .read = read_iidr, .check = check_iidr, .write = write_iidr },
	[REG_GICD_TYPER2] = { .read = read_zero, .check = check_typer2 },
	[REG_GICD_STATUSR] = { .read = read_statusr },
	[REG_GICD_ICFGR] = { .read = read_config, .write = write_config },
	[REG_GICD_IROUTER] = { .read = read_router, .write = write_router },
	[REG_GICD_PIDR2] = { .read = read_pidr2 },
	[REG_GICR_CTLR] = { .read = read_redist_ctlr, .write = write_redist_ctlr },
	[REG_GICR_IIDR] = { .read = read_redist_iidr },
	[REG_GICR_TYPER] = { .read = read_redist_typer },
	[REG_GICR_STATUSR] = { .read = read_statusr },
	[REG_GICR_WAKER] = { .read = read_waker, .write = write_waker },
	[REG_GICR_PROPBASER] = { .read = read_lpi_table, .write = write_lpi_table },
	[REG_GICR_PENDBASER] = { .read = read_lpi_table, .write = write_lpi_table },
	[REG_GICR_PIDR2] = { .read = read_pidr2 },
	[REG_GICR_ICFGR0] = { .read = read_config, .write = write_config },
	[REG_GICR_ICFGR1] = { .read = read_config, .write = write_config },
	[REG_GICD2_CTLR] = { .read = read_v2_ctlr, .write = write_v2_ctlr },
	[REG_GICD2_TYPER] = { .read = read_v2_typer },
	[REG_GICD2_IIDR] = { .read = read_iidr, .check = check_iidr, .write = write_iidr },
	[REG_GICD2_ICFGR] = { .read = read_config, .write = write_config },
	[REG_GICD2_ITARGETSR] = { .read = read_targets, .write = write_targets },
};

/**
 * dist_behaviour() - what a register of the distributor or a redistributor does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if the register is not modelled here.
 */
const struct reg_behaviour *dist_behaviour(enum reg_id reg)
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

/**
 * dist_reset_vcpu() - SGIs and PPIs after reset
 * @m: the model
 * @v: filled in
 */
void dist_reset_vcpu(const struct model *m, struct model_vcpu *v)
{
	v->irqs = (struct model_bank){ .edge = 0xffff };
	if (chosen(m, CHOICE_SGI_ENABLE_AT_RESET) ||
	    (m->config.gic == GIC_V2 && chosen(m, CHOICE_SGI_ALWAYS_ENABLED)))
		v->irqs.enable = 0xffff;
	if (chosen(m, CHOICE_GROUP1_AT_RESET) && m->config.gic == GIC_V3)
		v->irqs.group = 0xffffffff;
	v->sleeps = m->config.gic == GIC_V3;
	v->lpis_enabled = false;
	for (unsigned int i = 0; i < ARRAY_SIZE(v->lpi_table); i++) {
		v->lpi_table[i] = 0;
		v->lpi_table_known[i] = 0;
	}
}

/**
 * dist_reset() - the distributor after reset
 * @m: the model
 */
void dist_reset(struct model *m)
{
	u32 edge = chosen(m, CHOICE_SPI_EDGE_AT_RESET) ? ~0u : 0;
	u32 group = chosen(m, CHOICE_GROUP1_AT_RESET) && m->config.gic == GIC_V3 ? ~0u : 0;

	for (unsigned int i = 0; i < NR_SPI_BANKS; i++)
		m->spi[i] = (struct model_bank){ .group = group, .edge = edge };
	/* Where SPIs go after reset is UNKNOWN: software sets it (GICD_IROUTER). */
	for (unsigned int i = 0; i < MODEL_MAX_IRQS; i++)
		m->route[i] = 0;
}
