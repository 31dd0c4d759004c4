// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs about the device API: every call, in any order, with arguments
 * that are right, nearly right, or wrong.
 */
#include "lib/prog/gen.h"

static const u16 vcpu_ids[] = { 0, 0, 0, 1, 1, 2, 3, 7, 8, 16, 17, 255, 511, 512, 1023 };

/* Frames that touch, overlap, or end where guest physical addresses do. */
static const u64 bases[] = {
	GEN_DIST_BASE,
	GEN_CPUIF_BASE,
	GEN_REDIST_BASE,
	0x80c0000,
	0x8001000,
	0x8000800,
	0,
	(1ULL << 40) - 0x20000,
	(1ULL << 40) - 0x1000,
	1ULL << 40,
	0xfffffffff0000,
};

static const u16 intids[] = { 0, 15, 16, 24, 31, 32, 33, 63, 64, 255, 256, 991, 1019, 1020, 1023 };
static const u32 counts[] = { 0, 32, 63, 64, 64, 96, 100, 256, 992, 1024, 1025, 1056, UINT32_MAX };

static u64 any_id(struct gen *g)
{
	return PICK(&g->r, vcpu_ids);
}

static bool is_v2(const struct gen *g)
{
	return g->p->gic == GIC_V2;
}

/* An offset in a frame: of a register, or anything. */
static u64 any_offset(struct gen *g, enum frame_id frame)
{
	enum reg_id first = frame_desc(frame)->first;
	enum reg_id end = frame + 1 < NR_FRAMES ? frame_desc(frame + 1)->first : NR_REGS;
	enum reg_id reg = (enum reg_id)(first + rng_below(&g->r, end - first));

	if (gen_once_in(g, 8))
		return rng_below(&g->r, frame_desc(frame)->bytes);
	return place_offset(reg_place(reg, (unsigned int)rng_below(&g->r, reg_desc(reg)->count)));
}

/* Numbers of the KVM device API's groups, and the frame whose offsets they take. */
static const struct group {
	unsigned int number;
	int frame[2]; /* of a GICv2 and of a GICv3, or -1 */
} groups[] = {
	{ 0, { -1, -1 } },
	{ 1, { FRAME_GICD2, FRAME_GICD } },
	{ 2, { FRAME_GICC, FRAME_ICC } },
	{ 3, { -1, -1 } },
	{ 4, { -1, -1 } },
	{ 5, { FRAME_GICD2, FRAME_GICR } },
	{ 6, { FRAME_GICC, FRAME_ICC } },
	{ 7, { -1, -1 } },
	{ 8, { -1, -1 } },
	{ 9, { -1, -1 } },
	{ 15, { -1, -1 } },
};

/* Mostly the first of 32. */
static u64 any_intid(struct gen *g)
{
	u64 intid = PICK(&g->r, intids);

	return gen_once_in(g, 4) ? intid : intid & ~31u;
}

/**
 * gen_has_attr() - append has_attr
 * @g: the generator
 */
void gen_has_attr(struct gen *g)
{
	const struct group *group = &PICK(&g->r, groups);
	struct op *op = prog_add(g->p, OP_HAS_ATTR);
	int frame = group->frame[is_v2(g) ? 0 : 1];
	u64 attr = rng_below(&g->r, 7);

	if (frame >= 0)
		attr = any_offset(g, (enum frame_id)frame);
	else if (group->number == 7)
		attr = any_intid(g);
	/* A vCPU: by MPIDR of a GICv3, by number of a GICv2. */
	if (gen_once_in(g, 4))
		attr |= gen_affinity(any_id(g)) << 32;
	if (gen_once_in(g, 16))
		attr = rng_next(&g->r);
	op_set_arg(op, ARG_HAS_ATTR_group, group->number);
	op_set_arg(op, ARG_HAS_ATTR_attr, attr);
}

static void add_level(struct gen *g, u64 vcpu, u64 intid, u64 info)
{
	struct op *op;

	if (gen_once_in(g, 2)) {
		op = prog_add(g->p, OP_READ_LEVEL);
		op_set_arg(op, ARG_READ_LEVEL_vcpu, vcpu);
		op_set_arg(op, ARG_READ_LEVEL_intid, intid);
		op_set_arg(op, ARG_READ_LEVEL_info, info);
		return;
	}
	op = prog_add(g->p, OP_WRITE_LEVEL);
	op_set_arg(op, ARG_WRITE_LEVEL_vcpu, vcpu);
	op_set_arg(op, ARG_WRITE_LEVEL_intid, intid);
	op_set_arg(op, ARG_WRITE_LEVEL_info, info);
	op_set_arg(op, ARG_WRITE_LEVEL_value,
		   rng_next(&g->r) & gen_hot_bits(g, (unsigned int)intid / 32));
}

/**
 * gen_level() - append read_level or write_level at a program's interrupts
 * @g: the generator, of a program that has some
 */
void gen_level(struct gen *g)
{
	u64 intid = gen_hot_between(g, 0, g->nr_irqs - 1) & ~31u;

	add_level(g, g->vcpu[rng_below(&g->r, g->nr_vcpus)], intid, 0);
}

static void act_level(struct gen *g)
{
	u64 vcpu, intid;

	if (is_v2(g)) {
		gen_has_attr(g);
		return;
	}
	vcpu = any_id(g);
	intid = any_intid(g);
	add_level(g, vcpu, intid, gen_once_in(g, 4));
}

static void act_create_vgic(struct gen *g)
{
	prog_add(g->p, OP_CREATE_VGIC);
}

static void act_create_vcpu(struct gen *g)
{
	add_create_vcpu(g->p, any_id(g));
}

static enum addr_type any_addr(struct gen *g)
{
	if (gen_once_in(g, 8))
		return (enum addr_type)rng_below(&g->r, NR_ADDR_TYPES);
	return (enum addr_type)((is_v2(g) ? ADDR_V2_DIST : ADDR_V3_DIST) + rng_below(&g->r, 2));
}

static void act_set_addr(struct gen *g)
{
	enum addr_type type = any_addr(g);

	add_set_addr(g->p, type, PICK(&g->r, bases));
}

static void act_get_addr(struct gen *g)
{
	op_set_arg(prog_add(g->p, OP_GET_ADDR), ARG_GET_ADDR_type, any_addr(g));
}

static void act_region(struct gen *g)
{
	u64 index = gen_once_in(g, 4) ? rng_below(&g->r, 3) : 0;
	u64 base = PICK(&g->r, bases) & ~0xffffULL;

	add_region(g->p, index, base, rng_below(&g->r, 4));
}

static void act_get_region(struct gen *g)
{
	op_set_arg(prog_add(g->p, OP_GET_REDIST_REGION), ARG_GET_REDIST_REGION_index,
		   rng_below(&g->r, 2));
}

static void act_init(struct gen *g)
{
	prog_add(g->p, OP_INIT_VGIC);
}

static void act_run(struct gen *g)
{
	add_run(g->p, any_id(g));
}

static void act_set_nr_irqs(struct gen *g)
{
	op_set_arg(prog_add(g->p, OP_SET_NR_IRQS), ARG_SET_NR_IRQS_count, PICK(&g->r, counts));
}

static void act_get_nr_irqs(struct gen *g)
{
	prog_add(g->p, OP_GET_NR_IRQS);
}

static void act_save(struct gen *g)
{
	prog_add(g->p, OP_SAVE_PENDING_TABLES);
}

static u64 any_place(struct gen *g)
{
	static const enum frame_id v2[] = { FRAME_GICD2, FRAME_GICC };
	static const enum frame_id v3[] = { FRAME_GICD, FRAME_GICR, FRAME_ICC };
	enum frame_id frame = is_v2(g) ? PICK(&g->r, v2) : PICK(&g->r, v3);

	return place(frame, (u32)any_offset(g, frame));
}

static void act_user_read(struct gen *g)
{
	struct op *op = prog_add(g->p, OP_USER_READ);

	op_set_arg(op, ARG_USER_READ_reg, any_place(g));
	op_set_arg(op, ARG_USER_READ_vcpu, any_id(g));
}

static void act_user_write(struct gen *g)
{
	struct op *op = prog_add(g->p, OP_USER_WRITE);
	u64 reg = any_place(g);
	/* Bits of interrupts that KVM's own devices drive stay as they are. */
	u64 value;

	op_set_arg(op, ARG_USER_WRITE_reg, reg);
	op_set_arg(op, ARG_USER_WRITE_vcpu, any_id(g));
	value = rng_next(&g->r) & 0x01ffffff;
	/* Group 0 without group 1 hangs QEMU as a host: docs/findings.md. */
	if (reg == reg_place(REG_ICC_IGRPEN0, 0))
		value &= ~reg_field_mask(FIELD_ICC_IGRPEN0_Enable);
	op_set_arg(op, ARG_USER_WRITE_value, value);
}

static void act_line(struct gen *g)
{
	struct op *op = prog_add(g->p, OP_IRQ_LINE);
	u64 intid = gen_once_in(g, 16) ? rng_below(&g->r, 65536) : PICK(&g->r, intids);

	op_set_arg(op, ARG_IRQ_LINE_type, rng_below(&g->r, NR_LINE_TYPES));
	op_set_arg(op, ARG_IRQ_LINE_vcpu, gen_once_in(g, 32) ? 4095 : any_id(g));
	op_set_arg(op, ARG_IRQ_LINE_intid, gen_once_in(g, 8) ? rng_below(&g->r, 2) : intid);
	op_set_arg(op, ARG_IRQ_LINE_level, rng_below(&g->r, 2));
}

static void act_msi(struct gen *g)
{
	struct op *op = prog_add(g->p, OP_SIGNAL_MSI);

	op_set_arg(op, ARG_SIGNAL_MSI_at, PICK(&g->r, bases) + 0x10040);
	op_set_arg(op, ARG_SIGNAL_MSI_data, rng_below(&g->r, 64));
	op_set_arg(op, ARG_SIGNAL_MSI_flags, rng_below(&g->r, 3));
	op_set_arg(op, ARG_SIGNAL_MSI_devid, rng_below(&g->r, 4));
}

static const struct act acts[] = {
	{ 4, act_create_vgic }, { 14, act_create_vcpu }, { 12, act_set_addr },
	{ 5, act_get_addr },	{ 8, act_region },	 { 3, act_get_region },
	{ 8, act_init },	{ 5, act_run },		 { 6, act_set_nr_irqs },
	{ 4, act_get_nr_irqs }, { 3, act_save },	 { 12, act_user_read },
	{ 10, act_user_write }, { 10, act_level },	 { 10, gen_has_attr },
	{ 12, act_line },	{ 2, act_msi },
};

static void act_hold(struct gen *g)
{
	u64 vcpu = any_id(g);

	op_set_arg(prog_add(g->p, OP_HOLD), ARG_HOLD_vcpu, vcpu);
	for (u64 i = rng_below(&g->r, 4); i; i--)
		gen_act(g, acts, ARRAY_SIZE(acts));
	op_set_arg(prog_add(g->p, OP_RELEASE), ARG_RELEASE_vcpu, vcpu);
}

static void step_vcpus(struct gen *g)
{
	for (u64 i = 0, nr = 1 + rng_below(&g->r, 3); i < nr; i++)
		add_create_vcpu(g->p, i);
}

static void step_dist(struct gen *g)
{
	add_set_addr(g->p, is_v2(g) ? ADDR_V2_DIST : ADDR_V3_DIST, GEN_DIST_BASE);
}

static void step_cpus(struct gen *g)
{
	if (is_v2(g))
		add_set_addr(g->p, ADDR_V2_CPUIF, GEN_CPUIF_BASE);
	else if (gen_once_in(g, 2))
		add_set_addr(g->p, ADDR_V3_REDIST, GEN_REDIST_BASE);
	else
		add_region(g->p, 0, GEN_REDIST_BASE, 1 + rng_below(&g->r, 4));
}

/* What makes a VM that works; each is left out at times. */
static void (*const steps[])(struct gen *g) = {
	act_create_vgic, step_vcpus, step_dist, step_cpus, act_init,
};

static void do_something(struct gen *g)
{
	if (gen_once_in(g, 16))
		act_hold(g);
	else
		gen_act(g, acts, ARRAY_SIZE(acts));
}

/**
 * gen_device() - a random program of calls of the device API
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_device(u64 index, const struct recipe *recipe, struct prog *p)
{
	struct gen g = {
		.r = { .state = rng_mix(recipe->seed, index) },
		.p = p,
		.op_weight = recipe->op_weight,
	};
	u64 nr = 5 + rng_below(&g.r, 36);

	p->gic = rng_below(&g.r, 3) ? GIC_V3 : GIC_V2;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		while (gen_once_in(&g, 3))
			do_something(&g);
		if (!gen_once_in(&g, 8))
			steps[i](&g);
	}
	while (p->nr_ops < nr)
		do_something(&g);
}
