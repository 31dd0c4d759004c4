// SPDX-License-Identifier: GPL-2.0-only
/*
 * What random programs do with registers: how often each comes up, and what is
 * written to it.  Registers that hold the state of interrupts come up most, at
 * the interrupts that the program is about.
 */
#include "lib/prog/gen.h"

static bool half(struct gen *g)
{
	return rng_next(&g->r) & 1;
}

/**
 * gen_hot_bits() - the interrupts of 32 that a program is about
 * @g:    the generator
 * @bank: number of the 32
 *
 * Return: a bit for each.
 */
u64 gen_hot_bits(const struct gen *g, unsigned int bank)
{
	u64 bits = 0;

	for (unsigned int i = 0; i < g->nr_hot; i++) {
		if (g->hot[i] / 32 == bank)
			bits |= BIT_ULL(g->hot[i] % 32);
	}
	return bits;
}

/**
 * gen_hot_between() - one of the interrupts that a program is about
 * @g:  the generator
 * @lo: lowest INTID that will do
 * @hi: highest one
 *
 * Return: its INTID, or any in the range if there is none.
 */
unsigned int gen_hot_between(struct gen *g, unsigned int lo, unsigned int hi)
{
	unsigned int from = (unsigned int)rng_below(&g->r, g->nr_hot);

	for (unsigned int i = 0; i < g->nr_hot; i++) {
		unsigned int intid = g->hot[(from + i) % g->nr_hot];

		if (intid >= lo && intid <= hi && !gen_once_in(g, 32))
			return intid;
	}
	return lo + (unsigned int)rng_below(&g->r, hi - lo + 1);
}

/**
 * gen_affinity() - the affinity of a vCPU of a GICv3 machine
 * @vcpu_id: its number in the device API
 *
 * Return: Aff3 to Aff0, a byte each.
 */
u64 gen_affinity(u64 vcpu_id)
{
	return vcpu_id >> 4 << 8 | (vcpu_id & 15);
}

static u64 priority(struct gen *g)
{
	static const u8 priorities[] = {
		0x00, 0x08, 0x20, 0x40, 0x80, 0x88, 0xa0, 0xa0, 0xa0, 0xc0, 0xf0, 0xf8,
	};

	return gen_once_in(g, 16) ? rng_below(&g->r, 256) : PICK(&g->r, priorities);
}

static u64 four_bytes(struct gen *g, u64 (*byte)(struct gen *g))
{
	u64 word = 0;

	for (unsigned int i = 0; i < 4; i++)
		word = word << 8 | byte(g);
	return word;
}

static u64 value_bits(struct gen *g, const struct aim *a)
{
	u64 bit = BIT_ULL(a->intid % 32), hot = gen_hot_bits(g, a->intid / 32);

	switch (rng_below(&g->r, 16)) {
	case 0:
		return 0;
	case 1:
		return 0xffffffff;
	case 2:
		return rng_next(&g->r) & 0xffffffff;
	case 3:
		return hot | bit;
	case 4:
	case 5:
	case 6:
		return (rng_next(&g->r) & hot) | bit;
	default:
		return bit;
	}
}

static u64 value_active(struct gen *g, const struct aim *a)
{
	u64 hot = gen_hot_bits(g, a->intid / 32), bit = BIT_ULL(a->intid % 32);

	/* Many that stay active would leave nothing else to happen. */
	if (gen_once_in(g, 32))
		return value_bits(g, a);
	return gen_once_in(g, 4) ? hot & rng_next(&g->r) : bit;
}

/*
 * The interrupts that may be in group 0 of a GICv3.  While it is disabled they are
 * no more than list registers: with more of them pending, and as many active ones
 * as list registers, kernels from 6.19 never let the vCPU run on.
 */
static u64 may_be_group0(const struct gen *g, unsigned int bank)
{
	u64 bits = 0;

	if (g->mmio || g->group0)
		return 0xffffffff;
	for (unsigned int i = 0; i < g->nr_hot && i < 4; i++) {
		if (g->hot[i] / 32 == bank)
			bits |= BIT_ULL(g->hot[i] % 32);
	}
	return bits;
}

/* Mostly one group for all and the other for a few. */
static u64 value_groups(struct gen *g, const struct aim *a)
{
	u64 few = rng_next(&g->r) & gen_hot_bits(g, a->intid / 32);
	u64 value;

	few &= rng_next(&g->r);
	value = g->p->gic == GIC_V3 ? ~few & 0xffffffff : few;
	if (gen_once_in(g, 8))
		value = value_bits(g, a);
	if (g->p->gic == GIC_V3)
		value |= ~may_be_group0(g, a->intid / 32) & 0xffffffff;
	return value;
}

static u64 value_priorities(struct gen *g, const struct aim *a)
{
	(void)a;
	return four_bytes(g, priority);
}

static u64 value_config(struct gen *g, const struct aim *a)
{
	u64 edge = 2ULL << a->intid % 16 * 2;

	switch (rng_below(&g->r, 8)) {
	case 0:
		return rng_next(&g->r) & 0xffffffff;
	case 1:
		return 0xaaaaaaaa;
	case 2:
	case 3:
	case 4:
		return rng_next(&g->r) & 0xaaaaaaaa & ~edge;
	default:
		return edge;
	}
}

static u64 value_route(struct gen *g, const struct aim *a)
{
	static const u64 others[] = { 0x80000000, 0x80000001, 0xff, 0x100, 0x100000000, 0x10000 };

	(void)a;
	if (gen_once_in(g, 16))
		return half(g) ? PICK(&g->r, others) : rng_next(&g->r);
	return gen_affinity(g->vcpu[rng_below(&g->r, g->nr_vcpus)]);
}

/* CPUs of a GICv2, a bit each: mostly one that exists. */
static u64 cpu_set(struct gen *g)
{
	if (gen_once_in(g, 8))
		return rng_below(&g->r, 256);
	return BIT_ULL(rng_below(&g->r, g->nr_vcpus));
}

static u64 value_cpu_sets(struct gen *g, const struct aim *a)
{
	(void)a;
	return four_bytes(g, cpu_set);
}

/**
 * gen_any_value() - what to write where nothing is known
 * @g: the generator
 * @a: what for
 *
 * Return: a value of 64 bits.
 */
u64 gen_any_value(struct gen *g, const struct aim *a)
{
	(void)a;
	switch (rng_below(&g->r, 4)) {
	case 0:
		return 0;
	case 1:
		return ~0ULL;
	case 2:
		return BIT_ULL(rng_below(&g->r, 64));
	default:
		return rng_next(&g->r);
	}
}

static u64 value_dist_ctlr(struct gen *g, const struct aim *a)
{
	static const u8 usual[] = { 3, 3, 3, 3, 3, 3, 2, 2, 1, 0 };

	return gen_once_in(g, 32) ? gen_any_value(g, a) : PICK(&g->r, usual);
}

/* KVM's own, of each revision that it can be set to, and of some that it cannot. */
static u64 value_dist_iidr(struct gen *g, const struct aim *a)
{
	static const u8 revisions[] = { 3, 3, 3, 2, 2, 1, 0, 4 };

	if (gen_once_in(g, 16))
		return gen_any_value(g, a);
	return 0x4b00043b | (u64)PICK(&g->r, revisions) << 12;
}

static u64 value_intid(struct gen *g, const struct aim *a)
{
	(void)g;
	return a->intid;
}

static u64 value_sgir(struct gen *g, const struct aim *a)
{
	static const u8 filters[] = { 0, 0, 0, 0, 1, 2, 3 };

	u64 value = reg_field_put(FIELD_GICD2_SGIR_TargetListFilter, PICK(&g->r, filters));

	(void)a;
	/* One after another: compilers evaluate operands in orders of their own. */
	value |= reg_field_put(FIELD_GICD2_SGIR_CPUTargetList, cpu_set(g));
	value |= reg_field_put(FIELD_GICD2_SGIR_NSATT, gen_once_in(g, 8));
	return value | reg_field_put(FIELD_GICD2_SGIR_SGIINTID, gen_hot_between(g, 0, 15));
}

/* SGI0R, SGI1R and ASGI1R have the same fields. */
static u64 value_icc_sgi(struct gen *g, const struct aim *a)
{
	u64 affinity = gen_affinity(g->vcpu[rng_below(&g->r, g->nr_vcpus)]);
	u64 list = BIT_ULL(affinity & 15), value;

	(void)a;
	if (!rng_below(&g->r, 4))
		list |= rng_below(&g->r, 0x10000);
	value = reg_field_put(FIELD_ICC_SGI1R_Aff3, gen_once_in(g, 64));
	value |= reg_field_put(FIELD_ICC_SGI1R_Aff2, gen_once_in(g, 64));
	value |= reg_field_put(FIELD_ICC_SGI1R_Aff1, affinity >> 8);
	value |= reg_field_put(FIELD_ICC_SGI1R_IRM, gen_once_in(g, 8));
	value |= reg_field_put(FIELD_ICC_SGI1R_INTID, gen_hot_between(g, 0, 15));
	return value | reg_field_put(FIELD_ICC_SGI1R_TargetList, list);
}

static u64 value_mask(struct gen *g, const struct aim *a)
{
	static const u8 masks[] = { 0xff, 0xff, 0xff, 0xff, 0xf8, 0xf8, 0xf0, 0xf0, 0xa8, 0x80 };
	u64 mask = gen_once_in(g, 8) ? rng_below(&g->r, 256) : PICK(&g->r, masks);

	/* Userspace has five bits of the GICv2's. */
	return a->user && g->p->gic == GIC_V2 ? mask >> 3 : mask;
}

/* Reserved bits are not set: they end the emulator that QEMU is as a host. */
static u64 value_binary_point(struct gen *g, const struct aim *a)
{
	(void)a;
	return rng_below(&g->r, 8);
}

/*
 * Group 1 is not disabled again, and group 0 not enabled without it: QEMU as a
 * host then never lowers the maintenance interrupts that kernels from 6.19 ask
 * for, and hangs.  Nor is group 0 disabled again: see may_be_group0().
 */
static u64 value_enable0(struct gen *g, const struct aim *a)
{
	(void)a;
	return g->group0;
}

static u64 value_enable1(struct gen *g, const struct aim *a)
{
	(void)g;
	(void)a;
	return 1;
}

static u64 value_icc_ctlr(struct gen *g, const struct aim *a)
{
	/* PRIbits, IDbits, SEIS and A3V as userspace has to write them back. */
	static const u64 fixed[] = { 0x400, 0x8400, 0x8600, 0xc400 };
	u64 value = gen_once_in(g, 16) ? gen_any_value(g, a) : rng_below(&g->r, 4);

	return a->user ? value | PICK(&g->r, fixed) : value;
}

static u64 value_gicc_ctlr(struct gen *g, const struct aim *a)
{
	static const u8 enables[] = { 3, 3, 3, 3, 3, 1, 1, 2, 0 };
	u64 fixed =
		reg_field_mask(FIELD_GICC_CTLR_EOImode) | reg_field_mask(FIELD_GICC_CTLR_AckCtl);
	u64 value = PICK(&g->r, enables);

	value |= reg_field_put(FIELD_GICC_CTLR_CBPR, gen_once_in(g, 4));
	value |= reg_field_put(FIELD_GICC_CTLR_FIQEn, gen_once_in(g, 8));
	if (gen_once_in(g, 32))
		value = gen_any_value(g, a);
	/* What was acknowledged with other modes could not be ended any more. */
	if (g->rough && half(g))
		return value ^ (rng_next(&g->r) & fixed);
	return (value & ~fixed) | (g->gicc_modes & fixed);
}

/* INTIDs that end nothing: those of the others must match an acknowledge. */
static u64 value_special_intid(struct gen *g, const struct aim *a)
{
	(void)a;
	return 1020 + rng_below(&g->r, 4);
}

static u64 value_sre(struct gen *g, const struct aim *a)
{
	return gen_once_in(g, 4) ? gen_any_value(g, a) : 7;
}

static const struct reg_weight gicd2_weights[] = {
	{ REG_GICD2_CTLR, 3, 0, value_dist_ctlr },
	{ REG_GICD2_IIDR, 3, 0, value_dist_iidr },
	{ REG_GICD2_IGROUPR, 6, 1, value_groups },
	{ REG_GICD2_ISENABLER, 12, 1, value_bits },
	{ REG_GICD2_ICENABLER, 4, 1, value_bits },
	{ REG_GICD2_ISPENDR, 14, 1, value_bits },
	{ REG_GICD2_ICPENDR, 8, 1, value_bits },
	{ REG_GICD2_ISACTIVER, 3, 1, value_active },
	{ REG_GICD2_ICACTIVER, 10, 1, value_bits },
	{ REG_GICD2_IPRIORITYR, 8, 8, value_priorities },
	{ REG_GICD2_ITARGETSR, 8, 8, value_cpu_sets },
	{ REG_GICD2_ICFGR, 6, 2, value_config },
	{ REG_GICD2_SGIR, 10, 0, value_sgir },
	{ REG_GICD2_CPENDSGIR, 4, 8, value_cpu_sets },
	{ REG_GICD2_SPENDSGIR, 6, 8, value_cpu_sets },
};

static const struct reg_weight gicc_weights[] = {
	{ REG_GICC_CTLR, 4, 0, value_gicc_ctlr },      { REG_GICC_PMR, 5, 0, value_mask },
	{ REG_GICC_BPR, 4, 0, value_binary_point },    { REG_GICC_ABPR, 4, 0, value_binary_point },
	{ REG_GICC_RPR, 8, 0, gen_any_value },	       { REG_GICC_HPPIR, 12, 0, gen_any_value },
	{ REG_GICC_AHPPIR, 8, 0, gen_any_value },      { REG_GICC_EOIR, 1, 0, value_special_intid },
	{ REG_GICC_AEOIR, 1, 0, value_special_intid },
};

static const struct reg_weight gicd_weights[] = {
	{ REG_GICD_CTLR, 3, 0, value_dist_ctlr },
	{ REG_GICD_IIDR, 2, 0, value_dist_iidr },
	{ REG_GICD_SETSPI_NSR, 1, 0, value_intid },
	{ REG_GICD_CLRSPI_NSR, 1, 0, value_intid },
	{ REG_GICD_IGROUPR, 6, 1, value_groups },
	{ REG_GICD_ISENABLER, 12, 1, value_bits },
	{ REG_GICD_ICENABLER, 4, 1, value_bits },
	{ REG_GICD_ISPENDR, 14, 1, value_bits },
	{ REG_GICD_ICPENDR, 8, 1, value_bits },
	{ REG_GICD_ISACTIVER, 3, 1, value_active },
	{ REG_GICD_ICACTIVER, 10, 1, value_bits },
	{ REG_GICD_IPRIORITYR, 8, 8, value_priorities },
	{ REG_GICD_ICFGR, 6, 2, value_config },
	{ REG_GICD_IROUTER, 8, 64, value_route },
	{ REG_GICD_ITARGETSR, 1, 8, value_cpu_sets },
};

static const struct reg_weight gicr_weights[] = {
	{ REG_GICR_WAKER, 1, 0, gen_any_value },    { REG_GICR_TYPER, 2, 0, gen_any_value },
	{ REG_GICR_IGROUPR0, 6, 1, value_groups },  { REG_GICR_ISENABLER0, 12, 1, value_bits },
	{ REG_GICR_ICENABLER0, 4, 1, value_bits },  { REG_GICR_ISPENDR0, 14, 1, value_bits },
	{ REG_GICR_ICPENDR0, 8, 1, value_bits },    { REG_GICR_ISACTIVER0, 3, 1, value_active },
	{ REG_GICR_ICACTIVER0, 10, 1, value_bits }, { REG_GICR_IPRIORITYR, 8, 8, value_priorities },
	{ REG_GICR_ICFGR0, 2, 0, value_config },    { REG_GICR_ICFGR1, 5, 0, value_config },
};

static const struct reg_weight icc_weights[] = {
	{ REG_ICC_PMR, 5, 0, value_mask },
	{ REG_ICC_BPR0, 4, 0, value_binary_point },
	{ REG_ICC_BPR1, 4, 0, value_binary_point },
	{ REG_ICC_CTLR, 3, 0, value_icc_ctlr },
	{ REG_ICC_SRE, 1, 0, value_sre },
	{ REG_ICC_IGRPEN0, 2, 0, value_enable0 },
	{ REG_ICC_IGRPEN1, 2, 0, value_enable1 },
	{ REG_ICC_RPR, 8, 0, gen_any_value },
	{ REG_ICC_HPPIR0, 8, 0, gen_any_value },
	{ REG_ICC_HPPIR1, 12, 0, gen_any_value },
	{ REG_ICC_SGI1R, 16, 0, value_icc_sgi },
	{ REG_ICC_SGI0R, 5, 0, value_icc_sgi },
	{ REG_ICC_ASGI1R, 5, 0, value_icc_sgi },
	{ REG_ICC_EOIR0, 1, 0, value_special_intid },
	{ REG_ICC_EOIR1, 1, 0, value_special_intid },
};

struct frame_weights {
	const struct reg_weight *row;
	size_t nr;
};

static const struct frame_weights frames[NR_FRAMES] = {
	[FRAME_GICD2] = { gicd2_weights, ARRAY_SIZE(gicd2_weights) },
	[FRAME_GICC] = { gicc_weights, ARRAY_SIZE(gicc_weights) },
	[FRAME_GICD] = { gicd_weights, ARRAY_SIZE(gicd_weights) },
	[FRAME_GICR] = { gicr_weights, ARRAY_SIZE(gicr_weights) },
	[FRAME_ICC] = { icc_weights, ARRAY_SIZE(icc_weights) },
};

/**
 * gen_pick_reg() - a register of a frame, by weight
 * @g:     the generator
 * @frame: one that a suite is about
 *
 * Return: its row.
 */
const struct reg_weight *gen_pick_reg(struct gen *g, enum frame_id frame)
{
	const struct frame_weights *f = &frames[frame];
	unsigned int sum = 0;
	u64 ticket;

	for (size_t i = 0; i < f->nr; i++)
		sum += f->row[i].weight;
	ticket = rng_below(&g->r, sum);
	for (size_t i = 0;; i++) {
		if (ticket < f->row[i].weight)
			return &f->row[i];
		ticket -= f->row[i].weight;
	}
}

/**
 * gen_reg() - what to do with a register
 * @reg: any
 *
 * Return: its row, or what serves for those that have none.
 */
struct reg_weight gen_reg(enum reg_id reg)
{
	const struct frame_weights *f = &frames[reg_desc(reg)->frame];

	for (size_t i = 0; i < f->nr; i++) {
		if (f->row[i].reg == reg)
			return f->row[i];
	}
	return (struct reg_weight){ .reg = reg, .value = gen_any_value };
}
