// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs about LPIs: an ITS with its tables in the guest's memory, a
 * few mapped events, and everything that makes them pending, lets them through,
 * hides them or forgets them.
 */
#include "lib/prog/gen.h"

#define ITS_BASE 0x8080000ULL
#define ITS_DOORBELL (ITS_BASE + 0x10040)
#define QUEUE_BASE PROG_MEM_BASE
#define QUEUE_BYTES 0x1000 /* one page, of 128 commands */
#define DEVICES_BASE (PROG_MEM_BASE + 0x10000)
#define COLLECTIONS_BASE (PROG_MEM_BASE + 0x20000)
#define ITT_BASE(device) (PROG_MEM_BASE + 0x30000 + 0x1000 * (device))
#define PROPERTIES_BASE (PROG_MEM_BASE + 0x40000)
#define PENDING_BASE(vcpu) (PROG_MEM_BASE + 0x50000 + 0x10000 * (vcpu))

#define FIRST_LPI 8192
#define ID_BITS 14
#define MAX_DEVICES 2
#define EVENTS 4 /* mapped, of each device */
#define EVENT_BITS 4
#define MAX_GROUP 6 /* commands that one write of GITS_CWRITER hands over */

/* A program about LPIs; its struct gen is what acts are called with. */
struct lpi_gen {
	struct gen g;
	u64 queue; /* offset of the next command, bytes */
	unsigned int nr_devices;
	unsigned int nr_written; /* commands since GITS_CWRITER was written */
};

static struct lpi_gen *lpi_gen(struct gen *g)
{
	return (struct lpi_gen *)((char *)g - offsetof(struct lpi_gen, g));
}

static u64 pick_vcpu(struct gen *g)
{
	return rng_below(&g->r, g->nr_vcpus);
}

static u64 redist_base(u64 vcpu)
{
	return GEN_REDIST_BASE + vcpu * GICR_BYTES;
}

static void guest_write(struct gen *g, u64 vcpu, u64 place, u64 at, u64 value)
{
	struct op *op = prog_add(g->p, OP_GUEST_WRITE);

	op_set_arg(op, ARG_GUEST_WRITE_vcpu, vcpu);
	op_set_arg(op, ARG_GUEST_WRITE_reg, place);
	op_set_arg(op, ARG_GUEST_WRITE_at, at);
	op_set_arg(op, ARG_GUEST_WRITE_value, value);
}

static void write_its(struct gen *g, enum reg_id reg, unsigned int n, u64 value)
{
	guest_write(g, pick_vcpu(g), reg_place(reg, n), ITS_BASE, value);
}

static void write_redist(struct gen *g, u64 vcpu, enum reg_id reg, u64 value)
{
	guest_write(g, gen_once_in(g, 4) ? pick_vcpu(g) : vcpu, reg_place(reg, 0),
		    redist_base(vcpu), value);
}

static void mem_write(struct gen *g, u64 at, u64 size, u64 value)
{
	struct op *op = prog_add(g->p, OP_MEM_WRITE);

	op_set_arg(op, ARG_MEM_WRITE_at, at);
	op_set_arg(op, ARG_MEM_WRITE_size, size);
	op_set_arg(op, ARG_MEM_WRITE_value, value);
}

/* The next command, whose first argument is where it is. */
static struct op *command(struct gen *g, enum op_id id)
{
	struct lpi_gen *l = lpi_gen(g);
	struct op *op = prog_add(g->p, id);

	op->arg[0] = QUEUE_BASE + l->queue;
	l->queue = (l->queue + 32) % QUEUE_BYTES;
	l->nr_written++;
	return op;
}

static void add_sync(struct gen *g, u64 vcpu)
{
	op_set_arg(command(g, OP_SYNC), ARG_SYNC_rdbase, vcpu);
}

/* Their effects are there once a SYNC of each redistributor is performed. */
static void hand_over(struct gen *g)
{
	struct lpi_gen *l = lpi_gen(g);

	if (!l->nr_written)
		return;
	for (u64 i = 0; i < g->nr_vcpus; i++)
		add_sync(g, i);
	l->nr_written = 0;
	write_its(g, REG_GITS_CWRITER, 0, l->queue);
}

struct event {
	u64 device, id, intid;
};

static struct event event_of(u64 device, u64 id)
{
	return (struct event){ device, id, FIRST_LPI + device * EVENTS + id };
}

static struct event pick_event(struct gen *g)
{
	struct event e =
		event_of(rng_below(&g->r, lpi_gen(g)->nr_devices), rng_below(&g->r, EVENTS));

	/* One that is not mapped. */
	if (gen_once_in(g, 40))
		e.id = EVENTS + 1;
	return e;
}

static void add_mapd(struct gen *g, u64 device)
{
	struct op *op = command(g, OP_MAPD);

	op_set_arg(op, ARG_MAPD_device, device);
	op_set_arg(op, ARG_MAPD_itt, ITT_BASE(device));
	op_set_arg(op, ARG_MAPD_size, EVENT_BITS - 1);
	op_set_arg(op, ARG_MAPD_valid, 1);
}

static void add_mapc(struct gen *g, u64 icid, u64 vcpu)
{
	struct op *op = command(g, OP_MAPC);

	op_set_arg(op, ARG_MAPC_icid, icid);
	op_set_arg(op, ARG_MAPC_rdbase, vcpu);
	op_set_arg(op, ARG_MAPC_valid, 1);
}

static void add_mapti(struct gen *g, const struct event *e)
{
	struct op *op = command(g, OP_MAPTI);

	op_set_arg(op, ARG_MAPTI_device, e->device);
	op_set_arg(op, ARG_MAPTI_event, e->id);
	op_set_arg(op, ARG_MAPTI_intid, e->intid);
	op_set_arg(op, ARG_MAPTI_icid, pick_vcpu(g));
}

/* The arguments of INV, INT, CLEAR and DISCARD are alike. */
static void add_of_event(struct gen *g, enum op_id id, const struct event *e)
{
	struct op *op = command(g, id);

	op->arg[1] = e->device;
	op->arg[2] = e->id;
}

static u64 pick_properties(struct gen *g)
{
	static const u8 priorities[] = { 0x00, 0x40, 0x80, 0xa0, 0xa0, 0xa0, 0xe8, 0xfc };

	/* Bit 1 is RES1, bit 0 enables. */
	return PICK(&g->r, priorities) | 2 | !gen_once_in(g, 5);
}

static void add_properties(struct gen *g, const struct event *e)
{
	mem_write(g, PROPERTIES_BASE + e->intid - FIRST_LPI, 1, pick_properties(g));
}

static void act_msi(struct gen *g)
{
	struct event e = pick_event(g);
	struct op *op = prog_add(g->p, OP_SIGNAL_MSI);

	op_set_arg(op, ARG_SIGNAL_MSI_at, ITS_DOORBELL);
	op_set_arg(op, ARG_SIGNAL_MSI_data, e.id);
	op_set_arg(op, ARG_SIGNAL_MSI_flags, 1);
	op_set_arg(op, ARG_SIGNAL_MSI_devid, e.device);
}

static void cmd_int(struct gen *g)
{
	struct event e = pick_event(g);

	add_of_event(g, OP_INT, &e);
}

static void cmd_clear(struct gen *g)
{
	struct event e = pick_event(g);

	add_of_event(g, OP_CLEAR, &e);
}

static void cmd_inv(struct gen *g)
{
	struct event e = pick_event(g);

	add_of_event(g, OP_INV, &e);
}

static void cmd_invall(struct gen *g)
{
	op_set_arg(command(g, OP_INVALL), ARG_INVALL_icid, pick_vcpu(g));
}

/* An event is mapped again once it is gone. */
static void cmd_remap(struct gen *g)
{
	struct event e = pick_event(g);

	add_of_event(g, OP_DISCARD, &e);
	if (e.id < EVENTS)
		add_mapti(g, &e);
}

static const struct act cmd_acts[] = {
	{ 8, cmd_int }, { 4, cmd_clear }, { 6, cmd_inv }, { 2, cmd_invall }, { 1, cmd_remap },
};

static void act_commands(struct gen *g)
{
	for (u64 i = 1 + rng_below(&g->r, MAX_GROUP); i; i--)
		gen_act(g, cmd_acts, ARRAY_SIZE(cmd_acts));
	hand_over(g);
}

/* The configuration changes; the redistributor is told in one of several ways, or not. */
static void act_reconfigure(struct gen *g)
{
	struct event e = pick_event(g);
	u64 vcpu = pick_vcpu(g);

	add_properties(g, &e);
	switch (rng_below(&g->r, 5)) {
	case 0:
		add_of_event(g, OP_INV, &e);
		hand_over(g);
		break;
	case 1:
		op_set_arg(command(g, OP_INVALL), ARG_INVALL_icid, vcpu);
		hand_over(g);
		break;
	case 2:
		write_redist(g, vcpu, REG_GICR_INVLPIR, e.intid);
		add_guest_read(g->p, vcpu, REG_GICR_SYNCR, redist_base(vcpu));
		break;
	case 3:
		write_redist(g, vcpu, REG_GICR_INVALLR, 0);
		add_guest_read(g->p, vcpu, REG_GICR_SYNCR, redist_base(vcpu));
		break;
	default:
		break;
	}
}

static void act_enable(struct gen *g)
{
	u64 vcpu = pick_vcpu(g);

	write_redist(g, vcpu, REG_GICR_CTLR, 0);
	add_guest_read(g->p, vcpu, REG_GICR_CTLR, redist_base(vcpu));
	if (gen_once_in(g, 2))
		write_redist(g, vcpu, REG_GICR_PENDBASER, PENDING_BASE(vcpu) | BIT_ULL(62));
	while (gen_once_in(g, 3))
		act_msi(g);
	write_redist(g, vcpu, REG_GICR_CTLR, 1);
}

static void act_ack(struct gen *g)
{
	struct op *op = prog_add(g->p, OP_GUEST_ACK);

	op_set_arg(op, ARG_GUEST_ACK_vcpu, pick_vcpu(g));
	op_set_arg(op, ARG_GUEST_ACK_group, !gen_once_in(g, 12));
}

static void act_eoi(struct gen *g)
{
	op_set_arg(prog_add(g->p, OP_GUEST_EOI), ARG_GUEST_EOI_vcpu, pick_vcpu(g));
}

static void act_hppir(struct gen *g)
{
	add_guest_read(g->p, pick_vcpu(g), REG_ICC_HPPIR1, 0);
}

static void act_cpuif(struct gen *g)
{
	gen_guest_access(g, FRAME_ICC);
}

static void act_redist(struct gen *g)
{
	add_guest_read(g->p, pick_vcpu(g), gen_once_in(g, 2) ? REG_GICR_CTLR : REG_GICR_PROPBASER,
		       redist_base(pick_vcpu(g)));
}

/* Interrupts of other kinds that LPIs compete with. */
static void act_other(struct gen *g)
{
	unsigned int vcpu = (unsigned int)pick_vcpu(g);
	unsigned int intid = gen_hot_between(g, 0, 63);

	gen_write(g, vcpu, intid < 32 ? REG_GICR_ISPENDR0 : REG_GICD_ISPENDR, intid, 0);
}

static void act_save(struct gen *g)
{
	struct op *op;

	prog_add(g->p, OP_SAVE_PENDING_TABLES);
	op = prog_add(g->p, OP_MEM_READ);
	/* Before the bits of the first LPIs is what is not altered. */
	op_set_arg(op, ARG_MEM_READ_at,
		   PENDING_BASE(pick_vcpu(g)) + FIRST_LPI / 8 - (gen_once_in(g, 8) ? 8 : 0));
	op_set_arg(op, ARG_MEM_READ_size, 1 + rng_below(&g->r, 8));
}

static void act_its(struct gen *g)
{
	static const enum reg_id regs[] = { REG_GITS_CTLR,    REG_GITS_IIDR,  REG_GITS_TYPER,
					    REG_GITS_CBASER,  REG_GITS_BASER, REG_GITS_CREADR,
					    REG_GITS_CWRITER, REG_GITS_PIDR2 };
	enum reg_id reg = PICK(&g->r, regs);

	if (gen_once_in(g, 3))
		add_user_read(g->p, reg, pick_vcpu(g));
	else
		add_guest_read(g->p, pick_vcpu(g), reg, ITS_BASE);
}

static void act_run(struct gen *g)
{
	add_run(g->p, pick_vcpu(g));
}

static const struct act lpi_acts[] = {
	{ 30, act_msi },   { 10, act_commands }, { 10, act_reconfigure }, { 1, act_enable },
	{ 40, act_ack },   { 40, act_eoi },	 { 12, act_hppir },	  { 8, act_cpuif },
	{ 2, act_redist }, { 8, act_other },	 { 2, act_save },	  { 3, act_its },
	{ 2, act_run },
};

static void add_vm(struct gen *g)
{
	prog_add(g->p, OP_CREATE_VGIC);
	for (unsigned int i = 0; i < g->nr_vcpus; i++) {
		g->vcpu[i] = i;
		add_create_vcpu(g->p, i);
	}
	add_set_addr(g->p, ADDR_V3_DIST, GEN_DIST_BASE);
	add_region(g->p, 0, GEN_REDIST_BASE, g->nr_vcpus);
	prog_add(g->p, OP_CREATE_ITS);
	op_set_arg(prog_add(g->p, OP_SET_ITS_ADDR), ARG_SET_ITS_ADDR_base, ITS_BASE);
	prog_add(g->p, OP_INIT_VGIC);
	prog_add(g->p, OP_INIT_ITS);
}

/* A few SGIs and SPIs that can be delivered. */
static void open_others(struct gen *g)
{
	g->hot[g->nr_hot++] = 3;
	g->hot[g->nr_hot++] = 20;
	g->hot[g->nr_hot++] = 40;
	g->hot[g->nr_hot++] = 41;
	gen_write(g, 0, REG_GICD_CTLR, 0, 0x12);
	gen_write(g, 0, REG_GICD_ISENABLER, 40, BIT_ULL(8) | BIT_ULL(9));
	gen_write(g, 0, REG_GICD_IPRIORITYR, 40, 0xa0a0a0a0);
	for (unsigned int i = 0; i < g->nr_vcpus; i++) {
		gen_write(g, i, REG_ICC_PMR, 0, 0xf8);
		gen_write(g, i, REG_ICC_IGRPEN1, 0, 1);
		gen_write(g, i, REG_GICR_ISENABLER0, 0, BIT_ULL(3) | BIT_ULL(20));
	}
}

static void open_its(struct gen *g)
{
	u64 valid = BIT_ULL(63), page_64k = BIT_ULL(9);

	write_its(g, REG_GITS_BASER, 0, valid | DEVICES_BASE | page_64k);
	write_its(g, REG_GITS_BASER, 1, valid | COLLECTIONS_BASE | page_64k);
	write_its(g, REG_GITS_CBASER, 0, valid | QUEUE_BASE);
	write_its(g, REG_GITS_CTLR, 0, 1);
}

static void open_redists(struct gen *g)
{
	for (unsigned int i = 0; i < g->nr_vcpus; i++) {
		u64 ptz = gen_once_in(g, 2) ? BIT_ULL(62) : 0;

		/* What was pending before LPIs are enabled is so in the table. */
		if (gen_once_in(g, 4))
			mem_write(g, PENDING_BASE(i) + FIRST_LPI / 8, 1, rng_below(&g->r, 256));
		write_redist(g, i, REG_GICR_PROPBASER, PROPERTIES_BASE | (ID_BITS - 1));
		write_redist(g, i, REG_GICR_PENDBASER, PENDING_BASE(i) | ptz);
		write_redist(g, i, REG_GICR_CTLR, 1);
	}
}

static void map_all(struct gen *g)
{
	for (unsigned int i = 0; i < g->nr_vcpus; i++)
		add_mapc(g, i, i);
	for (unsigned int d = 0; d < lpi_gen(g)->nr_devices; d++) {
		add_mapd(g, d);
		for (unsigned int i = 0; i < EVENTS; i++) {
			struct event e = event_of(d, i);

			add_properties(g, &e);
			add_mapti(g, &e);
		}
	}
	hand_over(g);
}

/**
 * gen_lpi() - a random program about LPIs
 * @index: any
 * @seed:  any; both together name the program
 * @p:     initialised; operations are appended
 */
void gen_lpi(u64 index, u64 seed, struct prog *p)
{
	struct lpi_gen l = {
		.g = { .r = { .state = rng_mix(seed, index) }, .p = p, .nr_irqs = 256 },
	};
	struct gen *g = &l.g;
	u64 nr = 60 + rng_below(&g->r, 341);

	g->nr_vcpus = 1 + (unsigned int)rng_below(&g->r, 3);
	l.nr_devices = 1 + (unsigned int)rng_below(&g->r, MAX_DEVICES);
	add_vm(g);
	open_others(g);
	open_its(g);
	/* Events may be mapped before their LPIs are enabled, or after that. */
	if (gen_once_in(g, 8)) {
		map_all(g);
		open_redists(g);
	} else {
		open_redists(g);
		map_all(g);
	}
	while (p->nr_ops < nr)
		gen_act(g, lpi_acts, ARRAY_SIZE(lpi_acts));
}
