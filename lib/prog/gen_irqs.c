// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs about interrupts: guests, userspace and devices work on the
 * same few interrupts, most of which can be delivered.
 */
#include "lib/prog/gen.h"

/* SPIs at the edges of the registers that hold 32 or 16 or 4 of them. */
static const u16 edges[] = { 32, 33, 47, 48, 63, 64, 65, 95, 96, 127, 128 };

static u64 any_vcpu(struct gen *g)
{
	if (!g->mmio && gen_once_in(g, 256))
		return rng_below(&g->r, 32);
	return g->vcpu[rng_below(&g->r, g->nr_vcpus)];
}

static u64 cpuif_base(const struct gen *g)
{
	return g->p->gic == GIC_V2 ? GEN_CPUIF_BASE : 0;
}

static void act_dist(struct gen *g)
{
	gen_guest_access(g, g->p->gic == GIC_V2 ? FRAME_GICD2 : FRAME_GICD);
}

static void act_redist(struct gen *g)
{
	gen_guest_access(g, FRAME_GICR);
}

static void act_cpuif(struct gen *g)
{
	gen_guest_access(g, g->p->gic == GIC_V2 ? FRAME_GICC : FRAME_ICC);
}

static void act_user_dist(struct gen *g)
{
	gen_user_access(g, g->p->gic == GIC_V2 ? FRAME_GICD2 : FRAME_GICD);
}

static void act_user_redist(struct gen *g)
{
	gen_user_access(g, FRAME_GICR);
}

static void act_user_cpuif(struct gen *g)
{
	gen_user_access(g, g->p->gic == GIC_V2 ? FRAME_GICC : FRAME_ICC);
}

static void act_rough(struct gen *g)
{
	if (g->rough && gen_once_in(g, 3))
		gen_rough_access(g);
	else
		act_cpuif(g);
}

static void add_ack(struct gen *g, u64 vcpu)
{
	struct op *op = prog_add(g->p, OP_GUEST_ACK);
	bool usual = !gen_once_in(g, 4), v2 = g->p->gic == GIC_V2;

	op_set_arg(op, ARG_GUEST_ACK_vcpu, vcpu);
	op_set_arg(op, ARG_GUEST_ACK_group, v2 ? !usual && g->aliases : usual);
	op_set_arg(op, ARG_GUEST_ACK_at, cpuif_base(g));
}

static void add_eoi(struct gen *g, u64 vcpu)
{
	struct op *op = prog_add(g->p, OP_GUEST_EOI);

	op_set_arg(op, ARG_GUEST_EOI_vcpu, vcpu);
	op_set_arg(op, ARG_GUEST_EOI_at, cpuif_base(g));
}

static void add_deactivate(struct gen *g, u64 vcpu, u64 of)
{
	struct op *op = prog_add(g->p, OP_GUEST_DEACTIVATE);

	op_set_arg(op, ARG_GUEST_DEACTIVATE_vcpu, vcpu);
	op_set_arg(op, ARG_GUEST_DEACTIVATE_of, of);
	op_set_arg(op, ARG_GUEST_DEACTIVATE_at, cpuif_base(g));
}

static void add_line(struct gen *g, u64 vcpu, unsigned int intid, u64 level)
{
	struct op *op = prog_add(g->p, OP_IRQ_LINE);

	/* PPIs from 25 on have devices of their own. */
	if (intid >= 25 && intid < 32)
		intid = 24;
	op_set_arg(op, ARG_IRQ_LINE_type, intid < 32 ? LINE_PPI : LINE_SPI);
	if (intid < 32)
		op_set_arg(op, ARG_IRQ_LINE_vcpu, vcpu);
	op_set_arg(op, ARG_IRQ_LINE_intid, intid);
	op_set_arg(op, ARG_IRQ_LINE_level, level);
}

static void act_ack(struct gen *g)
{
	add_ack(g, any_vcpu(g));
}

static void act_eoi(struct gen *g)
{
	add_eoi(g, any_vcpu(g));
}

static void act_deactivate(struct gen *g)
{
	u64 vcpu = any_vcpu(g);

	add_deactivate(g, vcpu, gen_once_in(g, 4) ? any_vcpu(g) : vcpu);
}

static void act_line(struct gen *g)
{
	u64 vcpu = any_vcpu(g);
	unsigned int intid = gen_hot_between(g, 16, g->nr_irqs - 1);

	add_line(g, vcpu, intid, rng_below(&g->r, 2));
}

static enum reg_id register_to_pend(struct gen *g, unsigned int intid)
{
	bool v2 = g->p->gic == GIC_V2;

	if (intid < 16 && gen_once_in(g, 2))
		return v2 ? REG_GICD2_SGIR : REG_ICC_SGI1R;
	if (v2)
		return intid < 16 ? REG_GICD2_SPENDSGIR : REG_GICD2_ISPENDR;
	return intid < 32 ? REG_GICR_ISPENDR0 : REG_GICD_ISPENDR;
}

/**
 * gen_pend() - make an interrupt pending
 * @g:     the generator
 * @n:     number of the vCPU that does it, or whose PPI's line it is
 * @intid: of the interrupt
 */
void gen_pend(struct gen *g, unsigned int n, unsigned int intid)
{
	if (intid >= 16 && gen_once_in(g, 2))
		add_line(g, g->vcpu[n], intid, !gen_once_in(g, 4));
	else
		gen_write(g, n, register_to_pend(g, intid), intid, 0);
}

/* The life of an interrupt, of which any step may fail or come to another one. */
static void act_deliver(struct gen *g)
{
	unsigned int n = (unsigned int)rng_below(&g->r, g->nr_vcpus);
	unsigned int intid = gen_hot_between(g, 0, g->nr_irqs - 1);
	bool line = intid >= 16 && gen_once_in(g, 2);

	if (line)
		add_line(g, g->vcpu[n], intid, 1);
	else
		gen_write(g, n, register_to_pend(g, intid), intid, 0);
	while (gen_once_in(g, 3))
		act_cpuif(g);
	add_ack(g, g->vcpu[n]);
	while (gen_once_in(g, 3))
		act_cpuif(g);
	if (line && !gen_once_in(g, 4))
		add_line(g, g->vcpu[n], intid, 0);
	if (!gen_once_in(g, 4))
		add_eoi(g, g->vcpu[n]);
	if (gen_once_in(g, 4))
		add_deactivate(g, g->vcpu[n], g->vcpu[n]);
}

static void act_run(struct gen *g)
{
	add_run(g->p, any_vcpu(g));
}

static void act_walk(struct gen *g)
{
	add_guest_walk(g->p, any_vcpu(g), GEN_REDIST_BASE);
}

static void act_numbers(struct gen *g)
{
	static const u16 counts[] = { 0, 32, 64, 96, 256, 992, 1024 };

	if (gen_once_in(g, 2))
		prog_add(g->p, OP_GET_NR_IRQS);
	else
		op_set_arg(prog_add(g->p, OP_SET_NR_IRQS), ARG_SET_NR_IRQS_count,
			   PICK(&g->r, counts));
}

/* What belongs before the first run, once more. */
static void act_late(struct gen *g)
{
	switch (rng_below(&g->r, 4)) {
	case 0:
		prog_add(g->p, OP_INIT_VGIC);
		break;
	case 1:
		add_create_vcpu(g->p, rng_below(&g->r, 32));
		break;
	case 2:
		prog_add(g->p, OP_CREATE_VGIC);
		break;
	default:
		prog_add(g->p, OP_SAVE_PENDING_TABLES);
		break;
	}
}

static const struct act while_held[] = {
	{ 4, act_user_dist }, { 4, act_user_cpuif }, { 1, act_numbers },
	{ 1, act_late },      { 1, gen_has_attr },   { 4, act_line },
};

static void act_hold(struct gen *g)
{
	u64 vcpu = any_vcpu(g);

	op_set_arg(prog_add(g->p, OP_HOLD), ARG_HOLD_vcpu, vcpu);
	for (u64 i = 1 + rng_below(&g->r, 3); i; i--)
		gen_act(g, while_held, ARRAY_SIZE(while_held));
	op_set_arg(prog_add(g->p, OP_RELEASE), ARG_RELEASE_vcpu, vcpu);
}

static const struct act gicv3_acts[] = {
	{ 60, act_dist },      { 60, act_redist },	{ 70, act_cpuif },	{ 30, act_ack },
	{ 16, act_deliver },   { 40, act_eoi },		{ 10, act_deactivate }, { 36, act_line },
	{ 20, act_user_dist }, { 16, act_user_redist }, { 14, act_user_cpuif }, { 8, gen_level },
	{ 4, act_rough },      { 2, act_run },		{ 1, act_walk },	{ 1, act_numbers },
	{ 1, act_late },       { 1, gen_has_attr },	{ 1, act_hold },
};

static const struct act gicv2_acts[] = {
	{ 100, act_dist },	{ 40, act_cpuif },	{ 30, act_ack },  { 16, act_deliver },
	{ 40, act_eoi },	{ 10, act_deactivate }, { 36, act_line }, { 34, act_user_dist },
	{ 14, act_user_cpuif }, { 4, act_rough },	{ 2, act_run },	  { 1, act_numbers },
	{ 1, act_late },	{ 1, gen_has_attr },	{ 1, act_hold },
};

/**
 * gen_usual_act() - any of the acts of gicv3-random or gicv2-random
 * @g: the generator
 */
void gen_usual_act(struct gen *g)
{
	if (g->p->gic == GIC_V2)
		gen_act(g, gicv2_acts, ARRAY_SIZE(gicv2_acts));
	else
		gen_act(g, gicv3_acts, ARRAY_SIZE(gicv3_acts));
}

static const struct act mmio3_acts[] = {
	{ 50, act_dist },
	{ 50, act_redist },
	{ 20, act_line },
};

static const struct act mmio2_acts[] = {
	{ 100, act_dist }, { 30, act_cpuif },	   { 30, act_ack },  { 16, act_deliver },
	{ 40, act_eoi },   { 10, act_deactivate }, { 30, act_line },
};

static void add_hot(struct gen *g, u64 intid)
{
	g->hot[g->nr_hot++] = (unsigned int)intid;
}

/* A few interrupts of each kind, so that they meet each other. */
static void pick_hot(struct gen *g)
{
	unsigned int last = g->nr_irqs < 1020 ? g->nr_irqs - 1 : 1019;

	for (u64 i = 1 + rng_below(&g->r, 2); i; i--)
		add_hot(g, rng_below(&g->r, 16));
	for (u64 i = 1 + rng_below(&g->r, 2); i; i--)
		add_hot(g, 16 + rng_below(&g->r, 9));
	for (u64 i = 3 + rng_below(&g->r, 3); i; i--) {
		unsigned int edge = PICK(&g->r, edges);

		add_hot(g, edge <= last ? edge : last);
	}
	add_hot(g, gen_once_in(g, 2) ? last : 32 + rng_below(&g->r, last - 31));
}

static void pick_vcpus(struct gen *g, unsigned int most)
{
	bool in_order = g->mmio || !gen_once_in(g, 16);
	u64 used = 0;

	g->nr_vcpus = 1 + (unsigned int)rng_below(&g->r, most);
	for (unsigned int i = 0; i < g->nr_vcpus; i++) {
		u64 id;

		/* From 16 on ids differ in Aff1; a GICv2 has 8 CPUs. */
		do
			id = in_order ? i : rng_below(&g->r, most == 8 ? 8 : 21);
		while (used & BIT_ULL(id));
		used |= BIT_ULL(id);
		g->vcpu[i] = id;
	}
}

static void add_vm(struct gen *g)
{
	static const u16 counts[] = { 64, 96, 128, 160, 512, 992 };

	prog_add(g->p, OP_CREATE_VGIC);
	for (unsigned int i = 0; i < g->nr_vcpus; i++)
		add_create_vcpu(g->p, g->vcpu[i]);
	if (!g->mmio && gen_once_in(g, 3)) {
		g->nr_irqs = PICK(&g->r, counts);
		op_set_arg(prog_add(g->p, OP_SET_NR_IRQS), ARG_SET_NR_IRQS_count, g->nr_irqs);
	}
	if (g->p->gic == GIC_V2) {
		add_set_addr(g->p, ADDR_V2_DIST, GEN_DIST_BASE);
		add_set_addr(g->p, ADDR_V2_CPUIF, GEN_CPUIF_BASE);
	} else {
		add_set_addr(g->p, ADDR_V3_DIST, GEN_DIST_BASE);
		add_region(g->p, 0, GEN_REDIST_BASE, g->nr_vcpus);
	}
	/* The first run initialises a GICv2. */
	if (g->mmio || g->p->gic == GIC_V3 || !gen_once_in(g, 4))
		prog_add(g->p, OP_INIT_VGIC);
}

enum scope { ONCE, EACH_VCPU, EACH_PRIVATE, EACH_SPI };

/* What lets interrupts through; each step is left out at times. */
struct opening {
	enum reg_id reg;
	enum scope scope;
	u64 value; /* that opens; 0 if any usual one may do */
};

static const struct opening gicv3_opening[] = {
	{ REG_GICD_CTLR, ONCE, 3 },
	{ REG_ICC_PMR, EACH_VCPU, 0xff },
	{ REG_ICC_IGRPEN1, EACH_VCPU, 1 },
	{ REG_ICC_IGRPEN0, EACH_VCPU, 0 },
	{ REG_GICR_IGROUPR0, EACH_VCPU, 0xffffffff },
	{ REG_GICR_ISENABLER0, EACH_VCPU, 0x01ffffff },
	{ REG_GICR_IPRIORITYR, EACH_PRIVATE, 0 },
	{ REG_GICD_IGROUPR, EACH_SPI, 0xffffffff },
	{ REG_GICD_ISENABLER, EACH_SPI, 0 },
	{ REG_GICD_IPRIORITYR, EACH_SPI, 0 },
	{ REG_GICD_IROUTER, EACH_SPI, 0 },
};

static const struct opening gicv2_opening[] = {
	{ REG_GICD2_CTLR, ONCE, 3 },
	{ REG_GICC_CTLR, EACH_VCPU, 0 },
	{ REG_GICC_PMR, EACH_VCPU, 0xff },
	{ REG_GICD2_ISENABLER, EACH_VCPU, 0x01ffffff },
	{ REG_GICD2_IPRIORITYR, EACH_PRIVATE, 0 },
	{ REG_GICD2_ISENABLER, EACH_SPI, 0 },
	{ REG_GICD2_IPRIORITYR, EACH_SPI, 0 },
	{ REG_GICD2_ITARGETSR, EACH_SPI, 0 },
};

/* The acts of a suite, and how its programs begin. */
struct style {
	enum gic_version gic;
	bool mmio;
	unsigned int most_vcpus;
	const struct opening *opening;
	size_t nr_openings;
	const struct act *acts;
	size_t nr_acts;
};

static void open_step(struct gen *g, const struct style *s, const struct opening *o,
		      unsigned int vcpu, unsigned int intid)
{
	if (gen_once_in(g, 4))
		gen_act(g, s->acts, s->nr_acts);
	if (!gen_once_in(g, 24))
		gen_write(g, vcpu, o->reg, intid, gen_once_in(g, 12) ? 0 : o->value);
}

static void open_for_vcpus(struct gen *g, const struct style *s, const struct opening *o)
{
	for (unsigned int i = 0; i < g->nr_vcpus; i++) {
		if (o->scope == EACH_VCPU)
			open_step(g, s, o, i, 0);
		for (unsigned int k = 0; k < g->nr_hot && o->scope == EACH_PRIVATE; k++) {
			if (g->hot[k] < 32)
				open_step(g, s, o, i, g->hot[k]);
		}
	}
}

static void open_all(struct gen *g, const struct style *s)
{
	for (size_t i = 0; i < s->nr_openings; i++) {
		const struct opening *o = &s->opening[i];

		if (g->mmio && reg_desc(o->reg)->frame == FRAME_ICC)
			continue;
		if (o->scope == ONCE)
			open_step(g, s, o, 0, 0);
		open_for_vcpus(g, s, o);
		for (unsigned int k = 0; k < g->nr_hot && o->scope == EACH_SPI; k++) {
			if (g->hot[k] >= 32)
				open_step(g, s, o, 0, g->hot[k]);
		}
	}
}

static void make(const struct style *s, u64 index, const struct recipe *recipe, struct prog *p)
{
	struct gen g = {
		.r = { .state = rng_mix(recipe->seed, index) },
		.op_weight = recipe->op_weight,
		.p = p,
		.mmio = s->mmio,
		.nr_irqs = 256,
	};
	u64 nr = 100 + rng_below(&g.r, 501);

	p->gic = s->gic;
	g.rough = !s->mmio && gen_once_in(&g, 10);
	g.aliases = gen_once_in(&g, 8);
	g.group0 = s->gic == GIC_V3 && !s->mmio && gen_once_in(&g, 2);
	g.gicc_modes = rng_next(&g.r);
	pick_vcpus(&g, s->most_vcpus);
	add_vm(&g);
	pick_hot(&g);
	/* Group 1 before group 0: see the values of ICC_IGRPEN0_EL1. */
	for (unsigned int i = 0; g.group0 && i < g.nr_vcpus; i++) {
		gen_write(&g, i, REG_ICC_IGRPEN1, 0, 1);
		gen_write(&g, i, REG_ICC_IGRPEN0, 0, 1);
	}
	open_all(&g, s);
	while (p->nr_ops < nr)
		gen_act(&g, s->acts, s->nr_acts);
}

/**
 * gen_irqs() - a random program about interrupts
 * @gic:     GIC_V2 or GIC_V3
 * @acts:    what it may do
 * @nr_acts: of them
 * @index:   any
 * @recipe:  any; both together name the program
 * @p:       initialised; operations are appended
 */
void gen_irqs(enum gic_version gic, const struct act *acts, size_t nr_acts, u64 index,
	      const struct recipe *recipe, struct prog *p)
{
	const struct style style = {
		.gic = gic,
		.most_vcpus = gic == GIC_V2 ? GEN_MAX_VCPUS : 4,
		.opening = gic == GIC_V2 ? gicv2_opening : gicv3_opening,
		.nr_openings =
			gic == GIC_V2 ? ARRAY_SIZE(gicv2_opening) : ARRAY_SIZE(gicv3_opening),
		.acts = acts,
		.nr_acts = nr_acts,
	};

	make(&style, index, recipe, p);
}

/**
 * gen_gicv3() - a random program about interrupts of a GICv3
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_gicv3(u64 index, const struct recipe *recipe, struct prog *p)
{
	gen_irqs(GIC_V3, gicv3_acts, ARRAY_SIZE(gicv3_acts), index, recipe, p);
}

/**
 * gen_gicv2() - a random program about interrupts of a GICv2
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_gicv2(u64 index, const struct recipe *recipe, struct prog *p)
{
	gen_irqs(GIC_V2, gicv2_acts, ARRAY_SIZE(gicv2_acts), index, recipe, p);
}

/**
 * gen_mmio3() - what memory and lines alone can do to a GICv3
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_mmio3(u64 index, const struct recipe *recipe, struct prog *p)
{
	static const struct style style = {
		.gic = GIC_V3,
		.mmio = true,
		.most_vcpus = 4,
		.opening = gicv3_opening,
		.nr_openings = ARRAY_SIZE(gicv3_opening),
		.acts = mmio3_acts,
		.nr_acts = ARRAY_SIZE(mmio3_acts),
	};

	make(&style, index, recipe, p);
}

/**
 * gen_mmio2() - what memory and lines alone can do to a GICv2
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_mmio2(u64 index, const struct recipe *recipe, struct prog *p)
{
	static const struct style style = {
		.gic = GIC_V2,
		.mmio = true,
		/* Its registers are banked by a CPU that such a target cannot name. */
		.most_vcpus = 1,
		.opening = gicv2_opening,
		.nr_openings = ARRAY_SIZE(gicv2_opening),
		.acts = mmio2_acts,
		.nr_acts = ARRAY_SIZE(mmio2_acts),
	};

	make(&style, index, recipe, p);
}
