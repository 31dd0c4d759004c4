// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random accesses to registers.  Registers that hold the state of interrupts come
 * up most, at the interrupts that the program is about; every other register and
 * every offset of a frame comes up, too.
 */
#include "lib/prog/gen.h"

/* What an access is for. */
struct aim {
	bool user, write;
	unsigned int vcpu; /* number of the one that accesses, or that userspace names */
	unsigned int intid; /* of an interrupt that the register may hold */
};

/* A register and what is written to it. */
struct reg_weight {
	enum reg_id reg;
	unsigned int weight;
	unsigned int bits; /* for each interrupt; 0 if it holds none */
	u64 (*value)(struct gen *g, const struct aim *a);
};

/* KVM's own timers and PMU drive these, so software must leave their state alone. */
#define OWN_PPIS 0xfe000000ULL

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

static u64 value_any(struct gen *g, const struct aim *a)
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
	static const u8 usual[] = { 3, 3, 3, 2, 2, 1, 0 };

	return gen_once_in(g, 32) ? value_any(g, a) : PICK(&g->r, usual);
}

/* KVM's own, of each revision that it can be set to, and of some that it cannot. */
static u64 value_dist_iidr(struct gen *g, const struct aim *a)
{
	static const u8 revisions[] = { 3, 3, 3, 2, 2, 1, 0, 4 };

	if (gen_once_in(g, 16))
		return value_any(g, a);
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

	(void)a;
	return reg_field_put(FIELD_GICD2_SGIR_TargetListFilter, PICK(&g->r, filters)) |
	       reg_field_put(FIELD_GICD2_SGIR_CPUTargetList, cpu_set(g)) |
	       reg_field_put(FIELD_GICD2_SGIR_NSATT, gen_once_in(g, 8)) |
	       reg_field_put(FIELD_GICD2_SGIR_SGIINTID, gen_hot_between(g, 0, 15));
}

/* SGI0R, SGI1R and ASGI1R have the same fields. */
static u64 value_icc_sgi(struct gen *g, const struct aim *a)
{
	u64 affinity = gen_affinity(g->vcpu[rng_below(&g->r, g->nr_vcpus)]);
	u64 list = BIT_ULL(affinity & 15);

	(void)a;
	if (!rng_below(&g->r, 4))
		list |= rng_below(&g->r, 0x10000);
	return reg_field_put(FIELD_ICC_SGI1R_Aff3, gen_once_in(g, 64)) |
	       reg_field_put(FIELD_ICC_SGI1R_Aff2, gen_once_in(g, 64)) |
	       reg_field_put(FIELD_ICC_SGI1R_Aff1, affinity >> 8) |
	       reg_field_put(FIELD_ICC_SGI1R_IRM, gen_once_in(g, 8)) |
	       reg_field_put(FIELD_ICC_SGI1R_INTID, gen_hot_between(g, 0, 15)) |
	       reg_field_put(FIELD_ICC_SGI1R_TargetList, list);
}

static u64 value_mask(struct gen *g, const struct aim *a)
{
	static const u8 masks[] = { 0xff, 0xff, 0xff, 0xf8, 0xf0, 0xf0, 0xa8, 0xa0, 0x80, 0 };
	u64 mask = gen_once_in(g, 8) ? rng_below(&g->r, 256) : PICK(&g->r, masks);

	/* Userspace has five bits of the GICv2's. */
	return a->user && g->p->gic == GIC_V2 ? mask >> 3 : mask;
}

static u64 value_binary_point(struct gen *g, const struct aim *a)
{
	return gen_once_in(g, 16) ? value_any(g, a) : rng_below(&g->r, 8);
}

static u64 value_enable(struct gen *g, const struct aim *a)
{
	return gen_once_in(g, 32) ? value_any(g, a) : !gen_once_in(g, 4);
}

static u64 value_icc_ctlr(struct gen *g, const struct aim *a)
{
	/* PRIbits, IDbits, SEIS and A3V as userspace has to write them back. */
	static const u64 fixed[] = { 0x400, 0x8400, 0x8600, 0xc400 };
	u64 value = gen_once_in(g, 16) ? value_any(g, a) : rng_below(&g->r, 4);

	return a->user ? value | PICK(&g->r, fixed) : value;
}

static u64 value_gicc_ctlr(struct gen *g, const struct aim *a)
{
	static const u8 enables[] = { 3, 3, 3, 1, 1, 2, 0 };

	if (gen_once_in(g, 32))
		return value_any(g, a);
	return PICK(&g->r, enables) | reg_field_put(FIELD_GICC_CTLR_EOImode, rng_below(&g->r, 2)) |
	       reg_field_put(FIELD_GICC_CTLR_CBPR, gen_once_in(g, 4)) |
	       reg_field_put(FIELD_GICC_CTLR_AckCtl, gen_once_in(g, 4)) |
	       reg_field_put(FIELD_GICC_CTLR_FIQEn, gen_once_in(g, 8));
}

/* INTIDs that end nothing: those of the others must match an acknowledge. */
static u64 value_special_intid(struct gen *g, const struct aim *a)
{
	(void)a;
	return 1020 + rng_below(&g->r, 4);
}

static u64 value_sre(struct gen *g, const struct aim *a)
{
	return gen_once_in(g, 4) ? value_any(g, a) : 7;
}

static const struct reg_weight gicd2_weights[] = {
	{ REG_GICD2_CTLR, 6, 0, value_dist_ctlr },
	{ REG_GICD2_IIDR, 3, 0, value_dist_iidr },
	{ REG_GICD2_IGROUPR, 8, 1, value_bits },
	{ REG_GICD2_ISENABLER, 12, 1, value_bits },
	{ REG_GICD2_ICENABLER, 6, 1, value_bits },
	{ REG_GICD2_ISPENDR, 14, 1, value_bits },
	{ REG_GICD2_ICPENDR, 8, 1, value_bits },
	{ REG_GICD2_ISACTIVER, 8, 1, value_bits },
	{ REG_GICD2_ICACTIVER, 8, 1, value_bits },
	{ REG_GICD2_IPRIORITYR, 8, 8, value_priorities },
	{ REG_GICD2_ITARGETSR, 8, 8, value_cpu_sets },
	{ REG_GICD2_ICFGR, 6, 2, value_config },
	{ REG_GICD2_SGIR, 10, 0, value_sgir },
	{ REG_GICD2_CPENDSGIR, 4, 8, value_cpu_sets },
	{ REG_GICD2_SPENDSGIR, 6, 8, value_cpu_sets },
};

static const struct reg_weight gicc_weights[] = {
	{ REG_GICC_CTLR, 6, 0, value_gicc_ctlr },
	{ REG_GICC_PMR, 8, 0, value_mask },
	{ REG_GICC_BPR, 4, 0, value_binary_point },
	{ REG_GICC_ABPR, 4, 0, value_binary_point },
	{ REG_GICC_RPR, 8, 0, value_any },
	{ REG_GICC_HPPIR, 12, 0, value_any },
	{ REG_GICC_AHPPIR, 8, 0, value_any },
	{ REG_GICC_EOIR, 1, 0, value_special_intid },
	{ REG_GICC_AEOIR, 1, 0, value_special_intid },
};

static const struct reg_weight gicd_weights[] = {
	{ REG_GICD_CTLR, 6, 0, value_dist_ctlr },
	{ REG_GICD_IIDR, 2, 0, value_dist_iidr },
	{ REG_GICD_SETSPI_NSR, 1, 0, value_intid },
	{ REG_GICD_CLRSPI_NSR, 1, 0, value_intid },
	{ REG_GICD_IGROUPR, 8, 1, value_bits },
	{ REG_GICD_ISENABLER, 12, 1, value_bits },
	{ REG_GICD_ICENABLER, 6, 1, value_bits },
	{ REG_GICD_ISPENDR, 14, 1, value_bits },
	{ REG_GICD_ICPENDR, 8, 1, value_bits },
	{ REG_GICD_ISACTIVER, 8, 1, value_bits },
	{ REG_GICD_ICACTIVER, 8, 1, value_bits },
	{ REG_GICD_IPRIORITYR, 8, 8, value_priorities },
	{ REG_GICD_ICFGR, 6, 2, value_config },
	{ REG_GICD_IROUTER, 8, 64, value_route },
	{ REG_GICD_ITARGETSR, 1, 8, value_cpu_sets },
};

static const struct reg_weight gicr_weights[] = {
	{ REG_GICR_WAKER, 1, 0, value_any },	   { REG_GICR_TYPER, 2, 0, value_any },
	{ REG_GICR_IGROUPR0, 8, 1, value_bits },   { REG_GICR_ISENABLER0, 12, 1, value_bits },
	{ REG_GICR_ICENABLER0, 6, 1, value_bits }, { REG_GICR_ISPENDR0, 14, 1, value_bits },
	{ REG_GICR_ICPENDR0, 8, 1, value_bits },   { REG_GICR_ISACTIVER0, 8, 1, value_bits },
	{ REG_GICR_ICACTIVER0, 8, 1, value_bits }, { REG_GICR_IPRIORITYR, 8, 8, value_priorities },
	{ REG_GICR_ICFGR0, 2, 0, value_config },   { REG_GICR_ICFGR1, 5, 0, value_config },
};

static const struct reg_weight icc_weights[] = {
	{ REG_ICC_PMR, 8, 0, value_mask },
	{ REG_ICC_BPR0, 4, 0, value_binary_point },
	{ REG_ICC_BPR1, 4, 0, value_binary_point },
	{ REG_ICC_CTLR, 3, 0, value_icc_ctlr },
	{ REG_ICC_SRE, 1, 0, value_sre },
	{ REG_ICC_IGRPEN0, 4, 0, value_enable },
	{ REG_ICC_IGRPEN1, 4, 0, value_enable },
	{ REG_ICC_RPR, 8, 0, value_any },
	{ REG_ICC_HPPIR0, 8, 0, value_any },
	{ REG_ICC_HPPIR1, 12, 0, value_any },
	{ REG_ICC_SGI1R, 16, 0, value_icc_sgi },
	{ REG_ICC_SGI0R, 5, 0, value_icc_sgi },
	{ REG_ICC_ASGI1R, 5, 0, value_icc_sgi },
	{ REG_ICC_EOIR0, 1, 0, value_special_intid },
	{ REG_ICC_EOIR1, 1, 0, value_special_intid },
};

struct frame_weights {
	const struct reg_weight *row;
	size_t nr;
	u64 base; /* gpa, of the first vCPU's */
};

static const struct frame_weights frames[NR_FRAMES] = {
	[FRAME_GICD2] = { gicd2_weights, ARRAY_SIZE(gicd2_weights), GEN_DIST_BASE },
	[FRAME_GICC] = { gicc_weights, ARRAY_SIZE(gicc_weights), GEN_CPUIF_BASE },
	[FRAME_GICD] = { gicd_weights, ARRAY_SIZE(gicd_weights), GEN_DIST_BASE },
	[FRAME_GICR] = { gicr_weights, ARRAY_SIZE(gicr_weights), GEN_REDIST_BASE },
	[FRAME_ICC] = { icc_weights, ARRAY_SIZE(icc_weights), 0 },
};

/*
 * What is UNPREDICTABLE unless it matches what was acknowledged, or hides from the
 * guest what it has to end.  After one of these little can be judged.
 */
struct apart {
	enum reg_id reg;
	bool write;
	bool special; /* harmless with INTIDs 1020 to 1023 */
};

static const struct apart aparts[] = {
	{ REG_ICC_IAR0, false, false },	  { REG_ICC_IAR1, false, false },
	{ REG_ICC_NMIAR1, false, false }, { REG_ICC_EOIR0, true, true },
	{ REG_ICC_EOIR1, true, true },	  { REG_ICC_DIR, true, false },
	{ REG_ICC_AP0R, true, false },	  { REG_ICC_AP1R, true, false },
	{ REG_GICC_IAR, false, false },	  { REG_GICC_AIAR, false, false },
	{ REG_GICC_EOIR, true, true },	  { REG_GICC_AEOIR, true, true },
	{ REG_GICC_DIR, true, false },	  { REG_GICC_APR, true, false },
	{ REG_GICC_NSAPR, true, false },
};

static const struct apart *find_apart(int reg, bool write)
{
	for (size_t i = 0; i < ARRAY_SIZE(aparts); i++) {
		if ((int)aparts[i].reg == reg && aparts[i].write == write)
			return &aparts[i];
	}
	return NULL;
}

static const struct reg_weight *pick_row(struct gen *g, const struct frame_weights *f)
{
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

/* The row of a register, or what serves for those that have none. */
static struct reg_weight row_of(enum reg_id reg)
{
	const struct frame_weights *f = &frames[reg_desc(reg)->frame];

	for (size_t i = 0; i < f->nr; i++) {
		if (f->row[i].reg == reg)
			return f->row[i];
	}
	return (struct reg_weight){ .reg = reg, .value = value_any };
}

static struct reg_weight any_register(struct gen *g, enum frame_id frame)
{
	enum reg_id first = frame_desc(frame)->first;
	enum reg_id end = frame + 1 < NR_FRAMES ? frame_desc(frame + 1)->first : NR_REGS;

	return row_of((enum reg_id)(first + rng_below(&g->r, end - first)));
}

/* The INTIDs whose state a frame holds for the vCPU that accesses it. */
static unsigned int aim_at_intid(struct gen *g, enum frame_id frame)
{
	if (frame == FRAME_GICR)
		return gen_hot_between(g, 0, 24);
	if (frame == FRAME_GICD && !gen_once_in(g, 16))
		return gen_hot_between(g, 32, g->nr_irqs - 1);
	return gen_hot_between(g, 0, g->nr_irqs - 1);
}

/* Where in its array the register of an interrupt is, and which byte of it. */
static u64 place_of_intid(struct gen *g, const struct reg_weight *row, unsigned int intid)
{
	const struct reg_desc *d = reg_desc(row->reg);
	unsigned int number = row->bits ? intid * row->bits / d->width : 0;
	unsigned int index = number - d->first;

	/* SPENDSGIR and CPENDSGIR have SGIs only; IROUTER has SPIs only. */
	if (!row->bits || index >= d->count)
		index = (unsigned int)rng_below(&g->r, d->count);
	return reg_place(row->reg, index);
}

/* What is at a place in the part of the frame where a guest may try. */
static u64 any_place(struct gen *g, enum frame_id frame)
{
	static const u32 op2_of[] = {
		SYSREG_ENC(3, 0, 12, 8, 0),
		SYSREG_ENC(3, 0, 12, 9, 0),
		SYSREG_ENC(3, 0, 12, 11, 0),
		SYSREG_ENC(3, 0, 12, 12, 0),
	};

	/* Other encodings are registers that the guest needs for itself. */
	if (frame_desc(frame)->kind == FRAME_KIND_SYSREG)
		return place(frame, PICK(&g->r, op2_of) + (u32)rng_below(&g->r, 8));
	return place(frame, (u32)rng_below(&g->r, frame_desc(frame)->bytes / 4) * 4);
}

/* An access of a guest or of userspace, before it is an operation. */
struct access {
	u64 where;
	unsigned int size; /* 0: the place's own */
	u64 value;
};

static u64 spare_own_ppis(const struct reg_at *at, u64 value)
{
	static const enum reg_id regs[] = {
		REG_GICR_ISENABLER0, REG_GICR_ICENABLER0, REG_GICR_ISPENDR0,   REG_GICR_ICPENDR0,
		REG_GICR_ISACTIVER0, REG_GICR_ICACTIVER0, REG_GICD2_ISENABLER, REG_GICD2_ICENABLER,
		REG_GICD2_ISPENDR,   REG_GICD2_ICPENDR,	  REG_GICD2_ISACTIVER, REG_GICD2_ICACTIVER,
	};

	for (size_t i = 0; i < ARRAY_SIZE(regs); i++) {
		if ((int)regs[i] == at->reg && !at->index)
			return value & ~OWN_PPIS;
	}
	return value;
}

/* A part of the register that an access may take, and at times one that it may not. */
static void pick_part(struct gen *g, const struct aim *a, const struct reg_weight *row,
		      struct access *x)
{
	const struct reg_desc *d = reg_desc(row->reg);
	unsigned int width = d->width / 8, byte = 0;

	if (frame_desc(d->frame)->kind == FRAME_KIND_SYSREG)
		return;
	if (!g->mmio && d->frame != FRAME_GICC && gen_once_in(g, 64)) {
		byte = (unsigned int)rng_below(&g->r, width);
		x->size = a->user ? 0 : 1u << rng_below(&g->r, 4);
	} else if (a->user) {
		byte = width == 8 && gen_once_in(g, 4) ? 4 : 0;
	} else if (d->sizes & (d->sizes - 1) && half(g)) {
		x->size = d->sizes & -d->sizes;
		byte = row->bits == 8 ? a->intid % 4 : (unsigned int)rng_below(&g->r, width);
		byte &= ~(x->size - 1);
	}
	x->where += byte;
	x->value >>= 8 * byte;
}

static void cut_to_width(struct access *x)
{
	unsigned int bytes = x->size ? x->size : place_size(x->where);

	x->value &= bits_mask(8 * bytes - 1, 0);
}

/* Makes an access to a register; false if it is one of those that stand apart. */
static bool aim_at_register(struct gen *g, struct aim *a, const struct reg_weight *row,
			    struct access *x)
{
	const struct apart *apart = find_apart((int)row->reg, a->write);
	struct reg_at at;

	if (apart && !apart->special)
		return false;
	x->where = place_of_intid(g, row, a->intid);
	if (a->write) {
		reg_find_at(x->where, &at);
		x->value = spare_own_ppis(&at, row->value(g, a));
	}
	pick_part(g, a, row, x);
	return true;
}

/* The same to any place, whatever it is. */
static bool aim_at_place(struct gen *g, const struct aim *a, enum frame_id frame, struct access *x)
{
	struct reg_at at;

	x->where = any_place(g, frame);
	reg_find_at(x->where, &at);
	if (find_apart(at.reg, a->write))
		return false;
	x->value = a->write ? spare_own_ppis(&at, value_any(g, a)) : 0;
	return true;
}

static bool is_written(struct gen *g, const struct reg_weight *row)
{
	switch (reg_desc(row->reg)->access) {
	case ACCESS_RO:
		return gen_once_in(g, 16);
	case ACCESS_WO:
		return !gen_once_in(g, 16);
	default:
		return rng_below(&g->r, 8) < 5;
	}
}

static void pick_access(struct gen *g, struct aim *a, enum frame_id frame, struct access *x)
{
	bool found;

	do {
		u64 kind = rng_below(&g->r, 64);
		struct reg_weight row =
			kind < 4 ? any_register(g, frame) : *pick_row(g, &frames[frame]);

		*x = (struct access){ 0 };
		a->intid = aim_at_intid(g, frame);
		a->write = is_written(g, &row);
		found = kind ? aim_at_register(g, a, &row, x) : aim_at_place(g, a, frame, x);
	} while (!found);
	cut_to_width(x);
}

static u64 base_of(enum frame_id frame, unsigned int vcpu)
{
	return frames[frame].base + (frame == FRAME_GICR ? (u64)vcpu * GICR_BYTES : 0);
}

static void add_user_access(struct gen *g, const struct aim *a, const struct access *x)
{
	struct op *op = prog_add(g->p, a->write ? OP_USER_WRITE : OP_USER_READ);
	u64 vcpu = gen_once_in(g, 128) ? rng_below(&g->r, 32) : g->vcpu[a->vcpu];

	op_set_arg(op, a->write ? ARG_USER_WRITE_reg : ARG_USER_READ_reg, x->where);
	op_set_arg(op, a->write ? ARG_USER_WRITE_vcpu : ARG_USER_READ_vcpu, vcpu);
	if (a->write)
		op_set_arg(op, ARG_USER_WRITE_value, x->value);
}

static void add_guest_access(struct gen *g, const struct aim *a, const struct access *x,
			     unsigned int by)
{
	struct op *op = prog_add(g->p, a->write ? OP_GUEST_WRITE : OP_GUEST_READ);
	u64 base = base_of(place_frame(x->where), a->vcpu);

	op_set_arg(op, a->write ? ARG_GUEST_WRITE_vcpu : ARG_GUEST_READ_vcpu, g->vcpu[by]);
	op_set_arg(op, a->write ? ARG_GUEST_WRITE_reg : ARG_GUEST_READ_reg, x->where);
	op_set_arg(op, a->write ? ARG_GUEST_WRITE_at : ARG_GUEST_READ_at, base);
	op_set_arg(op, a->write ? ARG_GUEST_WRITE_size : ARG_GUEST_READ_size, x->size);
	if (a->write)
		op_set_arg(op, ARG_GUEST_WRITE_value, x->value);
}

/* Accesses of a GICv2 come from the only CPU that a target without vCPUs has. */
static unsigned int pick_vcpu(struct gen *g)
{
	if (g->mmio && g->p->gic == GIC_V2)
		return 0;
	return (unsigned int)rng_below(&g->r, g->nr_vcpus);
}

/**
 * gen_guest_access() - append a load or store, or MRS or MSR
 * @g:     the generator
 * @frame: to be accessed
 */
void gen_guest_access(struct gen *g, enum frame_id frame)
{
	struct aim a = { .vcpu = pick_vcpu(g) };
	unsigned int by = a.vcpu;
	struct access x;

	/* A redistributor may be accessed from elsewhere. */
	if (frame == FRAME_GICR && gen_once_in(g, 4))
		by = pick_vcpu(g);
	pick_access(g, &a, frame, &x);
	add_guest_access(g, &a, &x, by);
}

/**
 * gen_user_access() - append an access through the device API
 * @g:     the generator
 * @frame: to be accessed
 */
void gen_user_access(struct gen *g, enum frame_id frame)
{
	struct aim a = { .user = true, .vcpu = pick_vcpu(g) };
	struct access x;

	pick_access(g, &a, frame, &x);
	add_user_access(g, &a, &x);
}

/**
 * gen_write() - append a write of a register, mostly by a guest
 * @g:     the generator
 * @vcpu:  number of the vCPU that writes, or whose registers are written
 * @reg:   the register, of a row
 * @intid: an interrupt that it holds, if it holds any
 * @value: to write; 0 for one of the usual
 */
void gen_write(struct gen *g, unsigned int vcpu, enum reg_id reg, unsigned int intid, u64 value)
{
	enum frame_id frame = reg_desc(reg)->frame;
	struct aim a = { .write = true, .vcpu = vcpu, .intid = intid };
	struct reg_weight row = row_of(reg);
	struct access x = { .where = place_of_intid(g, &row, intid) };

	/* Userspace has other values for what is in a CPU interface. */
	a.user = !g->mmio && frame != FRAME_GICC && frame != FRAME_ICC && gen_once_in(g, 8);
	x.value = value ? value : row.value(g, &a);
	cut_to_width(&x);
	if (a.user)
		add_user_access(g, &a, &x);
	else
		add_guest_access(g, &a, &x, vcpu);
}

/**
 * gen_rough_access() - append an access that may be UNPREDICTABLE
 * @g: the generator, of a program that may hold some
 */
void gen_rough_access(struct gen *g)
{
	const struct apart *apart;
	struct aim a = { .vcpu = pick_vcpu(g), .intid = gen_hot_between(g, 0, g->nr_irqs - 1) };
	struct access x = { 0 };

	do
		apart = &PICK(&g->r, aparts);
	while (frame_desc(reg_desc(apart->reg)->frame)->gic != g->p->gic);
	a.write = apart->write;
	x.where =
		reg_place(apart->reg, (unsigned int)rng_below(&g->r, reg_desc(apart->reg)->count));
	if (a.write)
		x.value = reg_desc(apart->reg)->count > 1 ? rng_next(&g->r) : a.intid;
	if (reg_desc(apart->reg)->frame == FRAME_GICC && gen_once_in(g, 8))
		x.size = 1u << rng_below(&g->r, 4);
	cut_to_width(&x);
	if (gen_once_in(g, 4))
		add_user_access(g, &a, &x);
	else
		add_guest_access(g, &a, &x, a.vcpu);
}
