// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts as the distributor and the redistributors show them: IHI 0069H 12.9 and 12.11
 * (GICv3), IHI 0048B 4.3 (GICv2), arm-vgic.rst and arm-vgic-v3.rst for what
 * userspace sees of them.
 */
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
	b->unseen |= (bank_pending(b) | b->soft | b->back | b->open) & b->enable & bits;
}

/* Interrupts of a register that may stop being pending and enabled. */
static void not_forwarded(struct model *m, const struct access *a, u32 bits)
{
	if (first_intid(a, 1) >= NR_PRIVATE)
		irq_move_some(m, first_intid(a, 1), bits);
}

/**
 * dist_none_forwarded() - the distributor may be about to be disabled
 * @m: the model
 */
void dist_none_forwarded(struct model *m)
{
	for (unsigned int n = NR_PRIVATE; n < m->nr_irqs; n += 32)
		irq_move_some(m, n, ~0u);
}

/**
 * dist_none_looked_at() - a write after which no interrupt may be looked at
 * @m: the model
 */
void dist_none_looked_at(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		not_looked_at(&m->vcpu[i].irqs, ~0u);
	for (unsigned int i = 0; i < NR_SPI_BANKS; i++)
		not_looked_at(&m->spi[i], ~0u);
	if (m->nr_its)
		lpi_none_looked_at(m);
}

/* What is made pending while a level-sensitive interrupt is active may be lost. */
static void latch_was_written(const struct model *m, struct model_bank *b, unsigned int intid,
			      u32 bits)
{
	irq_pending_is_known(b, intid, bits);
	b->soft &= ~bits;
	b->back &= ~bits;
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
	if (!b)
		return;
	not_forwarded(m, a, bits_to_write(m, a, value));
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
	irq_expect_loaded(m, a, first_intid(a, 1), val);
	if (!(a->user && m->config.gic == GIC_V3))
		timer_expect_line(m, a, first_intid(a, 1), val);
}

/* Once it is not active, or in a list register, any more, what a read returns settles the doubt. */
static void pending_was_read(struct model *m, const struct access *a, u64 seen)
{
	struct model_bank *b = bank_to_write(m, a, first_intid(a, 1));
	u32 settled = b ? b->soft & ~b->active & ~b->stuck & ~b->line : 0;

	settled |= b ? bank_back(b) & ~irq_loaded(m, a, first_intid(a, 1)) : 0;
	if (!settled || (a->user && m->config.gic == GIC_V3 && a->at.reg != REG_GICD_ISPENDR &&
			 a->at.reg != REG_GICR_ISPENDR0))
		return;
	b->latch = (b->latch & ~settled) | ((u32)seen & settled);
	b->soft &= ~settled;
	b->back &= ~settled;
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
		not_forwarded(m, a, ~bits);
		b->latch = bits;
		latch_was_written(m, b, first_intid(a, 1), ~0u);
		look_at(m, b, bits);
		return;
	}
	if (a->user && !first_intid(a, 1))
		set_v2_sgis(m, a, bits & 0xffff, true);
	else
		bits = without_v2_sgis(m, a, bits);
	b->latch |= bits;
	latch_was_written(m, b, first_intid(a, 1), bits);
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
	not_forwarded(m, a, bits);
	b->back = (b->back & ~bits) | irq_comes_back(m, a, first_intid(a, 1), bits);
	b->latch &= ~bits;
	b->soft &= ~bits;
	irq_pending_is_known(b, first_intid(a, 1), bits);
}

static void read_active(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	const struct model_bank *b = bank_to_read(m, a, first_intid(a, 1));

	(void)want;
	read_bits(m, a, b ? b->active : 0, RULE_DIST_ACTIVE, val);
	if (!b)
		return;
	val->known &= ~(u64)b->vague;
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
	timer_deactivated(b, first_intid(a, 1), b->active & bits_to_write(m, a, value));
	b->active &= ~bits_to_write(m, a, value);
	b->stuck &= ~bits_to_write(m, a, value);
	b->forced &= ~bits_to_write(m, a, value);
	b->loose &= ~bits_to_write(m, a, value);
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
			edge = (value & 2ULL << 2 * i) ? edge | bit : edge & ~bit;
	}
	/* The configuration of an enabled interrupt is not to be changed. */
	b->open |= (edge ^ b->edge) & b->enable;
	b->vague |= b->open & irq_timers(intid & ~31u);
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
	[REG_GICD_ICFGR] = { .read = read_config, .write = write_config },
	[REG_GICD_IROUTER] = { .read = read_router, .write = write_router },
	[REG_GICR_ICFGR0] = { .read = read_config, .write = write_config },
	[REG_GICR_ICFGR1] = { .read = read_config, .write = write_config },
	[REG_GICD2_ICFGR] = { .read = read_config, .write = write_config },
	[REG_GICD2_ITARGETSR] = { .read = read_targets, .write = write_targets },
};

/**
 * dist_behaviour() - what a register with a field for each interrupt does
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
