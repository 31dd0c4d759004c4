// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random accesses to registers: by their weights, and now and then to any other
 * register or offset of a frame, in any size.
 */
#include "lib/prog/gen.h"

/* KVM's own timers and PMU drive these, so software must leave their state alone. */
#define OWN_PPIS 0xfe000000ULL

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

static struct reg_weight any_register(struct gen *g, enum frame_id frame)
{
	enum reg_id first = frame_desc(frame)->first;
	enum reg_id end = frame + 1 < NR_FRAMES ? frame_desc(frame + 1)->first : NR_REGS;

	return gen_reg((enum reg_id)(first + rng_below(&g->r, end - first)));
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
	if (frame_desc(frame)->kind == FRAME_KIND_SYSREG) {
		u32 first = PICK(&g->r, op2_of);

		return place(frame, first + (u32)rng_below(&g->r, 8));
	}
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
	if (!g->mmio && d->frame != FRAME_GICC && gen_once_in(g, a->user && a->write ? 512 : 64)) {
		byte = (unsigned int)rng_below(&g->r, width);
		x->size = a->user ? 0 : 1u << rng_below(&g->r, 4);
	} else if (a->user) {
		byte = width == 8 && gen_once_in(g, 4) ? 4 : 0;
	} else if (d->sizes & (d->sizes - 1) && gen_once_in(g, 2)) {
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
	if (find_apart(at.reg, a->write) || (a->user && !gen_once_in(g, 8)))
		return false;
	/* System registers take their own values only. */
	if (a->write && at.reg >= 0 && frame_desc(frame)->kind == FRAME_KIND_SYSREG)
		return false;
	x->value = a->write ? spare_own_ppis(&at, gen_any_value(g, a)) : 0;
	return true;
}

static bool is_pointless(struct gen *g, const struct aim *a, const struct reg_weight *row)
{
	/* The API has some registers only, and refuses the others alike. */
	if (a->user && reg_desc(row->reg)->user == USER_NONE)
		return !gen_once_in(g, 16);
	return !g->aliases && (row->reg == REG_GICC_AEOIR || row->reg == REG_GICC_AHPPIR);
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
		struct reg_weight row = kind < 4 ? any_register(g, frame) : *gen_pick_reg(g, frame);

		*x = (struct access){ 0 };
		a->intid = aim_at_intid(g, frame);
		a->write = is_written(g, &row);
		if (!kind)
			found = aim_at_place(g, a, frame, x);
		else
			found = !is_pointless(g, a, &row) && aim_at_register(g, a, &row, x);
	} while (!found);
	cut_to_width(x);
}

static u64 base_of(enum frame_id frame, unsigned int vcpu)
{
	switch (frame) {
	case FRAME_GICD:
	case FRAME_GICD2:
		return GEN_DIST_BASE;
	case FRAME_GICC:
		return GEN_CPUIF_BASE;
	case FRAME_GICR:
		return gen_redist_at(vcpu);
	default: /* system registers */
		return 0;
	}
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

static unsigned int pick_vcpu(struct gen *g)
{
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
	struct reg_weight row = gen_reg(reg);
	struct access x = { .where = place_of_intid(g, &row, intid) };
	struct reg_at at;

	/* Userspace has other values for what is in a CPU interface. */
	a.user = !g->mmio && frame != FRAME_GICC && frame != FRAME_ICC && gen_once_in(g, 8);
	reg_find_at(x.where, &at);
	x.value = spare_own_ppis(&at, value ? value : row.value(g, &a));
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
