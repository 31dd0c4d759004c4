// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the mutator inserts: single operations, operations that belong together,
 * and slices of what the suites generate.
 *
 * An interrupt that is raised, signalled, taken and ended, or commands that are
 * put into the queue of an ITS before GITS_CWRITER says so, are unlikely to come
 * together one by one.
 */
#include <string.h>

#include "lib/prog/mutate_part.h"

#define MAX_SLICE 12
#define MAX_COMMANDS 4

static u64 any_vcpu(struct gen *g)
{
	return g->vcpu[rng_below(&g->r, g->nr_vcpus)];
}

static unsigned int any_number(struct gen *g)
{
	return (unsigned int)rng_below(&g->r, g->nr_vcpus);
}

/* An operation whose arguments are what the program uses, mostly. */
static struct op *add_picked(struct gen *g, enum op_id id)
{
	struct op *op = prog_add(g->p, id);

	for (unsigned int k = 0; k < op_nr_args(id); k++)
		op->arg[k] = mutate_pick(mutator_of(g), op, k);
	return op;
}

static void add_of_vcpu(struct gen *g, enum op_id id, u64 vcpu)
{
	struct op *op = add_picked(g, id);

	/* The vCPU that performs it comes first. */
	op->arg[0] = vcpu;
}

static void add_store(struct gen *g, unsigned int n, enum reg_id reg, unsigned int index, u64 value)
{
	struct op *op = prog_add(g->p, OP_GUEST_WRITE);
	u64 base = mutate_frame_base(mutator_of(g), reg_desc(reg)->frame, n);

	op_set_arg(op, ARG_GUEST_WRITE_vcpu, g->vcpu[n]);
	op_set_arg(op, ARG_GUEST_WRITE_reg, reg_place(reg, index));
	op_set_arg(op, ARG_GUEST_WRITE_at, base);
	op_set_arg(op, ARG_GUEST_WRITE_value, value);
}

/* Any act of the suites about interrupts. */
static void act_usual(struct gen *g)
{
	gen_usual_act(g);
}

static void act_end(struct gen *g)
{
	u64 vcpu = any_vcpu(g);

	add_of_vcpu(g, OP_GUEST_ACK, vcpu);
	add_of_vcpu(g, OP_GUEST_EOI, vcpu);
	if (gen_once_in(g, 3))
		add_of_vcpu(g, OP_GUEST_DEACTIVATE, vcpu);
}

static void act_take(struct gen *g)
{
	unsigned int n = any_number(g);

	gen_pend(g, n, gen_hot_between(g, 0, g->nr_irqs - 1));
	if (gen_once_in(g, 2))
		add_of_vcpu(g, OP_GUEST_WFI, g->vcpu[n]);
	if (gen_once_in(g, 4)) {
		add_of_vcpu(g, OP_GUEST_SERVE, g->vcpu[n]);
		return;
	}
	add_of_vcpu(g, gen_once_in(g, 3) ? OP_GUEST_IDLE : OP_GUEST_TAKE, g->vcpu[n]);
	add_of_vcpu(g, OP_GUEST_EOI, g->vcpu[n]);
	if (gen_once_in(g, 3))
		add_of_vcpu(g, OP_GUEST_DEACTIVATE, g->vcpu[n]);
}

/* What lets interrupts through to a vCPU. */
static void act_open(struct gen *g)
{
	static const enum reg_id regs[2][4] = {
		{ REG_ICC_PMR, REG_ICC_IGRPEN1, REG_GICD_CTLR, REG_GICR_ISENABLER0 },
		{ REG_GICC_PMR, REG_GICC_CTLR, REG_GICD2_CTLR, REG_GICD2_ISENABLER },
	};
	unsigned int n = any_number(g);

	for (size_t i = 0; i < ARRAY_SIZE(regs[0]); i++) {
		if (!gen_once_in(g, 4))
			gen_write(g, n, regs[g->p->gic == GIC_V2][i], 0,
				  gen_once_in(g, 2) ? 0xff : 0);
	}
}

static void act_hold(struct gen *g)
{
	u64 vcpu = any_vcpu(g);

	add_of_vcpu(g, OP_HOLD, vcpu);
	for (u64 i = 1 + rng_below(&g->r, 3); i; i--)
		gen_usual_act(g);
	add_of_vcpu(g, OP_RELEASE, vcpu);
}

static void act_side_by_side(struct gen *g)
{
	size_t first = g->p->nr_ops;

	for (u64 i = 2 + rng_below(&g->r, 2); i; i--)
		gen_usual_act(g);
	for (size_t i = first + 1; i < g->p->nr_ops; i++)
		g->p->op[i].par = true;
	prog_mend_par(g->p);
}

/* A register that a guest or userspace writes, as it reads it and as the other does. */
static void act_look(struct gen *g)
{
	const struct op *op = add_picked(g, OP_GUEST_WRITE);
	u64 vcpu = op_arg(op, ARG_GUEST_WRITE_vcpu), reg = op_arg(op, ARG_GUEST_WRITE_reg);
	u64 at = op_arg(op, ARG_GUEST_WRITE_at), value = op_arg(op, ARG_GUEST_WRITE_value);
	struct op *look;

	if (gen_once_in(g, 2)) {
		g->p->nr_ops--;
		look = prog_add(g->p, OP_USER_WRITE);
		op_set_arg(look, ARG_USER_WRITE_reg, reg);
		op_set_arg(look, ARG_USER_WRITE_vcpu, vcpu);
		op_set_arg(look, ARG_USER_WRITE_value, value);
	}
	look = prog_add(g->p, OP_USER_READ);
	op_set_arg(look, ARG_USER_READ_reg, reg);
	op_set_arg(look, ARG_USER_READ_vcpu, vcpu);
	look = prog_add(g->p, OP_GUEST_READ);
	op_set_arg(look, ARG_GUEST_READ_vcpu, vcpu);
	op_set_arg(look, ARG_GUEST_READ_reg, reg);
	op_set_arg(look, ARG_GUEST_READ_at, at);
}

/* Where the commands are in the queue, mutate_queue() says. */
static void perform_commands(struct gen *g)
{
	add_store(g, any_number(g), REG_GITS_CWRITER, 0, 0);
}

static void act_commands(struct gen *g)
{
	static const enum op_id ids[] = { OP_MAPD, OP_MAPC, OP_MAPTI, OP_MAPTI,	  OP_INV, OP_INVALL,
					  OP_INT,  OP_INT,  OP_CLEAR, OP_DISCARD, OP_SYNC };

	for (u64 i = 1 + rng_below(&g->r, MAX_COMMANDS); i; i--)
		add_picked(g, PICK(&g->r, ids));
	perform_commands(g);
}

static void add_event(struct gen *g, enum op_id id, u64 device, u64 event)
{
	struct op *op = add_picked(g, id);

	/* After the place in the queue, in all that have them. */
	op->arg[1] = device;
	op->arg[2] = event;
}

/* An event that is mapped, comes, and is acknowledged. */
static void act_map(struct gen *g)
{
	u64 device = rng_below(&g->r, 2), event = rng_below(&g->r, 4), icid = any_number(g);
	struct op *op = add_picked(g, OP_MAPD);

	op_set_arg(op, ARG_MAPD_device, device);
	op_set_arg(op, ARG_MAPD_itt, 0x50030000 + 0x1000 * device);
	op_set_arg(op, ARG_MAPD_size, 4);
	op_set_arg(op, ARG_MAPD_valid, !gen_once_in(g, 16));
	op = add_picked(g, OP_MAPC);
	op_set_arg(op, ARG_MAPC_icid, icid);
	op_set_arg(op, ARG_MAPC_rdbase, icid);
	op_set_arg(op, ARG_MAPC_valid, !gen_once_in(g, 16));
	op = prog_add(g->p, OP_MAPTI);
	op_set_arg(op, ARG_MAPTI_device, device);
	op_set_arg(op, ARG_MAPTI_event, event);
	op_set_arg(op, ARG_MAPTI_intid, 8192 + rng_below(&g->r, 8));
	op_set_arg(op, ARG_MAPTI_icid, icid);
	if (gen_once_in(g, 2))
		add_event(g, OP_INT, device, event);
	perform_commands(g);
	if (gen_once_in(g, 2))
		add_picked(g, OP_SIGNAL_MSI);
	if (gen_once_in(g, 2))
		act_end(g);
}

/* A configuration that changes, and becomes known. */
static void act_configure(struct gen *g)
{
	static const u8 configs[] = { 0xa3, 0xa3, 0xa2, 0x81, 0xf3, 0x01 };
	u64 lpi = rng_below(&g->r, 8);
	struct op *op = prog_add(g->p, OP_MEM_WRITE);

	op_set_arg(op, ARG_MEM_WRITE_at, 0x50040000 + lpi);
	op_set_arg(op, ARG_MEM_WRITE_size, 1);
	op_set_arg(op, ARG_MEM_WRITE_value, PICK(&g->r, configs));
	switch (rng_below(&g->r, 4)) {
	case 0:
		add_store(g, any_number(g), REG_GICR_INVLPIR, 0, 8192 + lpi);
		return;
	case 1:
		add_store(g, any_number(g), REG_GICR_INVALLR, 0, 0);
		return;
	case 2:
		add_picked(g, OP_INVALL);
		break;
	default:
		add_event(g, OP_INV, lpi / 4, lpi % 4);
		break;
	}
	perform_commands(g);
}

/* The ITS with its tables and its queue, or some of it once more. */
static void act_its(struct gen *g)
{
	unsigned int n = any_number(g);

	if (gen_once_in(g, 2)) {
		prog_add(g->p, OP_CREATE_ITS);
		op_set_arg(prog_add(g->p, OP_SET_ITS_ADDR), ARG_SET_ITS_ADDR_base,
			   mutator_of(g)->vm.base[VM_ITS]);
		prog_add(g->p, OP_INIT_ITS);
	}
	add_store(g, n, REG_GITS_BASER, 0, 0x8000000050010200);
	add_store(g, n, REG_GITS_BASER, 1, 0x8000000050020200);
	add_store(g, n, REG_GITS_CBASER, 0, 0x8000000050000000);
	add_store(g, n, REG_GITS_CTLR, 0, !gen_once_in(g, 8));
}

/* The tables of a redistributor, and LPIs on and off. */
static void act_lpis(struct gen *g)
{
	unsigned int n = any_number(g);

	if (gen_once_in(g, 2)) {
		add_store(g, n, REG_GICR_PROPBASER, 0, 0x5004000d);
		add_store(g, n, REG_GICR_PENDBASER, 0, 0x50050000 + 0x10000 * (u64)n);
	}
	add_store(g, n, REG_GICR_CTLR, 0, !gen_once_in(g, 3));
	if (gen_once_in(g, 4))
		prog_add(g->p, OP_SAVE_PENDING_TABLES);
}

static const struct act v3_groups[] = {
	{ 24, act_usual }, { 8, act_end },	    { 8, act_take }, { 4, act_open },
	{ 2, act_hold },   { 2, act_side_by_side }, { 8, act_look }, { 16, act_commands },
	{ 10, act_map },   { 6, act_configure },    { 3, act_its },  { 4, act_lpis },
};

static const struct act v2_groups[] = {
	{ 24, act_usual }, { 8, act_end },	    { 8, act_take }, { 4, act_open },
	{ 2, act_hold },   { 2, act_side_by_side }, { 8, act_look },
};

/**
 * mutate_make_op() - any operation
 * @m: the mutator, which knows the program
 */
void mutate_make_op(struct mutator *m)
{
	enum op_id id;

	do
		id = (enum op_id)rng_below(&m->g.r, NR_OPS);
	while (op_desc(id)->gic && op_desc(id)->gic != (int)m->of->gic);
	add_picked(&m->g, id);
}

/**
 * mutate_make_group() - operations that belong together
 * @m: the mutator, which knows the program
 *
 * They are where generators have the frames of a VM, or where the program has.
 */
void mutate_make_group(struct mutator *m)
{
	struct vm_map usual;

	vm_map_usual(&m->vm, &usual);
	if (m->of->gic == GIC_V2)
		gen_act(&m->g, v2_groups, ARRAY_SIZE(v2_groups));
	else
		gen_act(&m->g, v3_groups, ARRAY_SIZE(v3_groups));
	for (size_t i = 0; i < m->fresh.nr_ops; i++)
		mutate_adapt(m, &usual, &m->fresh.op[i]);
}

static const struct suite *pick_suite(struct mutator *m)
{
	const struct suite *picked = NULL, *s;
	unsigned int nr = 0;

	for (unsigned int i = 0; (s = suite_by_number(i)); i++) {
		if (s->seeded && !s->on_request && gen_once_in(&m->g, ++nr))
			picked = s;
	}
	return picked;
}

/**
 * mutate_make_slice() - some operations of a program of a suite
 * @m: the mutator, which knows the program; the slice may be of nothing, if the
 *     suite's programs are for another kind of vGIC
 */
void mutate_make_slice(struct mutator *m)
{
	struct prog p;
	struct vm_map from;
	size_t first, nr;

	suite_make(pick_suite(m), rng_next(&m->g.r), m->g.r.state, &p);
	if (p.gic == m->of->gic && p.nr_ops) {
		vm_map_of(&p, &from);
		first = rng_below(&m->g.r, p.nr_ops);
		nr = 1 + rng_below(&m->g.r, MAX_SLICE);
		for (size_t i = first; i < p.nr_ops && i < first + nr; i++) {
			struct op *op = prog_add(&m->fresh, p.op[i].id);

			*op = p.op[i];
			mutate_adapt(m, &from, op);
		}
	}
	prog_free(&p);
}
