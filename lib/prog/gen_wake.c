// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs about interrupts that are signalled: taken as exceptions, and
 * ending a WFI, among the accesses of the other suites; and the guest's memory.
 */
#include "lib/prog/gen.h"

static u64 cpuif_base(const struct gen *g)
{
	return g->p->gic == GIC_V2 ? GEN_CPUIF_BASE : 0;
}

static unsigned int any_number(struct gen *g)
{
	return (unsigned int)rng_below(&g->r, g->nr_vcpus);
}

static void add_take(struct gen *g, unsigned int n)
{
	struct op *op = prog_add(g->p, OP_GUEST_TAKE);

	op_set_arg(op, ARG_GUEST_TAKE_vcpu, g->vcpu[n]);
	op_set_arg(op, ARG_GUEST_TAKE_at, cpuif_base(g));
}

static void add_wfi(struct gen *g, unsigned int n)
{
	op_set_arg(prog_add(g->p, OP_GUEST_WFI), ARG_GUEST_WFI_vcpu, g->vcpu[n]);
}

static void add_idle(struct gen *g, unsigned int n)
{
	struct op *op = prog_add(g->p, OP_GUEST_IDLE);

	op_set_arg(op, ARG_GUEST_IDLE_vcpu, g->vcpu[n]);
	op_set_arg(op, ARG_GUEST_IDLE_at, cpuif_base(g));
}

static void add_eoi(struct gen *g, unsigned int n)
{
	struct op *op = prog_add(g->p, OP_GUEST_EOI);

	op_set_arg(op, ARG_GUEST_EOI_vcpu, g->vcpu[n]);
	op_set_arg(op, ARG_GUEST_EOI_at, cpuif_base(g));
}

static void add_serve(struct gen *g, unsigned int n)
{
	struct op *op = prog_add(g->p, OP_GUEST_SERVE);

	op_set_arg(op, ARG_GUEST_SERVE_vcpu, g->vcpu[n]);
	op_set_arg(op, ARG_GUEST_SERVE_at, cpuif_base(g));
}

static void act_take(struct gen *g)
{
	add_take(g, any_number(g));
}

static void act_wfi(struct gen *g)
{
	add_wfi(g, any_number(g));
}

/* As an interrupt handler does it: nothing else comes in between. */
static void act_take_and_end(struct gen *g)
{
	unsigned int n = any_number(g);

	if (gen_once_in(g, 4))
		add_idle(g, n);
	else
		add_take(g, n);
	add_eoi(g, n);
}

static void pend_any(struct gen *g, unsigned int n)
{
	gen_pend(g, n, gen_hot_between(g, 0, g->nr_irqs - 1));
}

/* Of what is pending already, or of some more as well. */
static void act_serve(struct gen *g)
{
	unsigned int n = any_number(g);

	for (u64 i = rng_below(&g->r, 4); i; i--)
		pend_any(g, gen_once_in(g, 4) ? any_number(g) : n);
	add_serve(g, n);
}

/* What decides about the signal changes without an exit, then the vCPU waits. */
static void act_open_and_wait(struct gen *g)
{
	static const enum reg_id opens[2][3] = {
		{ REG_ICC_PMR, REG_ICC_IGRPEN1, REG_ICC_PMR },
		{ REG_GICC_PMR, REG_GICC_CTLR, REG_GICC_PMR },
	};
	unsigned int n = any_number(g);
	enum reg_id reg = opens[g->p->gic == GIC_V2][rng_below(&g->r, 3)];

	gen_write(g, n, reg, 0, gen_once_in(g, 2) && reg != REG_GICC_CTLR ? 0xff : 0);
	if (gen_once_in(g, 3))
		add_eoi(g, n);
	add_wfi(g, n);
	if (gen_once_in(g, 2))
		add_take(g, n);
}

/* One that becomes pending while the vCPU is out of its guest, or by another one. */
static void act_pend_and_wait(struct gen *g)
{
	unsigned int n = any_number(g), intid = gen_hot_between(g, 0, g->nr_irqs - 1);

	gen_pend(g, gen_once_in(g, 2) ? n : any_number(g), intid);
	if (gen_once_in(g, 2))
		add_wfi(g, n);
	add_take(g, n);
	if (gen_once_in(g, 2))
		add_eoi(g, n);
}

/* Some vCPUs go to sleep while others, and devices, make interrupts pending. */
static void act_race(struct gen *g)
{
	size_t first = g->p->nr_ops;
	unsigned int n = any_number(g);

	if (gen_once_in(g, 2))
		gen_write(g, n, g->p->gic == GIC_V2 ? REG_GICC_PMR : REG_ICC_PMR, 0, 0xff);
	for (u64 i = 1 + rng_below(&g->r, 3); i; i--) {
		if (gen_once_in(g, 3)) {
			add_idle(g, n);
		} else {
			add_wfi(g, n);
			add_take(g, n);
		}
		if (gen_once_in(g, 2))
			add_eoi(g, n);
		/* Another vCPU mostly; if it is the same one, this comes after its sleep. */
		pend_any(g, any_number(g));
		if (gen_once_in(g, 3))
			n = any_number(g);
	}
	for (size_t i = first + 1; i < g->p->nr_ops; i++)
		g->p->op[i].par = true;
	prog_mend_par(g->p);
}

/* A few words of memory, aligned mostly. */
static u64 any_address(struct gen *g, u64 size)
{
	u64 at = rng_below(&g->r, 32);

	return PROG_MEM_BASE + (gen_once_in(g, 16) ? at : at & ~(size - 1));
}

static void act_memory(struct gen *g)
{
	static const enum op_id ids[] = { OP_GUEST_LOAD, OP_GUEST_STORE, OP_GUEST_CLEAN,
					  OP_MEM_READ,	 OP_MEM_WRITE,	 OP_GUEST_LOAD,
					  OP_GUEST_DSB,	 OP_GUEST_ISB,	 OP_GUEST_WFE };
	struct op *op = prog_add(g->p, PICK(&g->r, ids));
	u64 vcpu = g->vcpu[any_number(g)], size = 1ULL << rng_below(&g->r, 4);

	switch (op->id) {
	case OP_GUEST_LOAD:
		op_set_arg(op, ARG_GUEST_LOAD_vcpu, vcpu);
		op_set_arg(op, ARG_GUEST_LOAD_at, any_address(g, size));
		op_set_arg(op, ARG_GUEST_LOAD_size, size);
		break;
	case OP_GUEST_STORE:
		op_set_arg(op, ARG_GUEST_STORE_vcpu, vcpu);
		op_set_arg(op, ARG_GUEST_STORE_at, any_address(g, size));
		op_set_arg(op, ARG_GUEST_STORE_size, size);
		op_set_arg(op, ARG_GUEST_STORE_value, rng_next(&g->r));
		break;
	case OP_GUEST_CLEAN:
		op_set_arg(op, ARG_GUEST_CLEAN_vcpu, vcpu);
		op_set_arg(op, ARG_GUEST_CLEAN_at, any_address(g, 1));
		break;
	case OP_MEM_READ:
		op_set_arg(op, ARG_MEM_READ_at, any_address(g, 1));
		op_set_arg(op, ARG_MEM_READ_size, size);
		break;
	case OP_MEM_WRITE:
		op_set_arg(op, ARG_MEM_WRITE_at, any_address(g, 1));
		op_set_arg(op, ARG_MEM_WRITE_size, size);
		op_set_arg(op, ARG_MEM_WRITE_value, rng_next(&g->r));
		break;
	default:
		/* Barriers: their vCPU is their only argument. */
		op->arg[0] = vcpu;
		break;
	}
}

static const struct act acts[] = {
	{ 30, gen_usual_act },	  { 8, act_take },	    { 5, act_wfi },
	{ 10, act_take_and_end }, { 6, act_open_and_wait }, { 8, act_pend_and_wait },
	{ 3, act_memory },	  { 3, act_race },	    { 3, act_serve },
};

/**
 * gen_wake3() - a random program about interrupts that a GICv3 signals
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_wake3(u64 index, const struct recipe *recipe, struct prog *p)
{
	gen_irqs(GIC_V3, acts, ARRAY_SIZE(acts), index, recipe, p);
}

/**
 * gen_wake2() - a random program about interrupts that a GICv2 signals
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_wake2(u64 index, const struct recipe *recipe, struct prog *p)
{
	gen_irqs(GIC_V2, acts, ARRAY_SIZE(acts), index, recipe, p);
}
