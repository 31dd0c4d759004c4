// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs about LPIs: a GICv3 with an ITS, whose commands and tables are
 * well formed for the most part, and SGIs and an SPI that compete.
 */
#include "lib/prog/gen.h"

#define MAX_VCPUS 3
#define NR_LPIS 8 /* four events of each of two devices, an LPI each */
#define EVENTS_OF_DEVICE 4
#define FIRST_INTID 8192
#define SPI 40
#define MAX_PROG_OPS 160

#define ITS_BASE 0x8080000ULL
#define DOORBELL (ITS_BASE + GITS_TRANSLATER_OFFSET)
#define QUEUE_AT 0x50000000ULL
#define QUEUE_BYTES 0x1000
#define COMMAND_BYTES 32
#define DEVICES_AT 0x50010000ULL
#define COLLECTIONS_AT 0x50020000ULL
#define ITT_AT 0x50030000ULL /* 0x1000 bytes for each device */
#define CONFIG_AT 0x50040000ULL
#define PENDING_AT 0x50050000ULL /* 0x10000 bytes for each PE */
#define PENDING_LPIS (FIRST_INTID / 8)
#define VALID (1ULL << 63)
#define PAGES_64K 0x200
#define ID_BITS 0xd

/* The generator's knowledge of the guest, after what all generators have. */
struct lpi_gen {
	struct gen g; /* first, for acts */
	u64 queue; /* offset of the next command */
	bool mapped[NR_LPIS], was_mapped[NR_LPIS];
	unsigned int vcpu[NR_LPIS]; /* that it was mapped to last */
};

_Static_assert(sizeof(struct lpi_gen) <= GEN_MAX_BYTES, "what gen_act() saves");

/* Configurations: priorities that may be the same, and disabled ones. */
static const u8 configs[] = { 0xa3, 0xa3, 0xa3, 0xb3, 0x81, 0xc3, 0xa7, 0xf3, 0xa2, 0xb2 };

static struct lpi_gen *lpi_gen(struct gen *g)
{
	return (struct lpi_gen *)g;
}

static unsigned int any_vcpu(struct gen *g)
{
	return (unsigned int)rng_below(&g->r, g->nr_vcpus);
}

static unsigned int any_lpi(struct gen *g)
{
	return (unsigned int)rng_below(&g->r, NR_LPIS);
}

/* An LPI that an event is, or one that none is if there is no other. */
static unsigned int any_mapped(struct gen *g)
{
	unsigned int lpi = any_lpi(g);

	for (unsigned int i = 0; i < NR_LPIS && !lpi_gen(g)->mapped[lpi]; i++)
		lpi = (lpi + 1) % NR_LPIS;
	return lpi;
}

static void store_reg(struct gen *g, unsigned int vcpu, enum reg_id reg, u64 at, u64 value)
{
	add_guest_write(g->p, vcpu, reg_place(reg, 0), at, value);
}

static void mem_write(struct gen *g, u64 at, u64 size, u64 value)
{
	struct op *op = prog_add(g->p, OP_MEM_WRITE);

	op_set_arg(op, ARG_MEM_WRITE_at, at);
	op_set_arg(op, ARG_MEM_WRITE_size, size);
	op_set_arg(op, ARG_MEM_WRITE_value, value);
}

static void mem_read(struct gen *g, u64 at, u64 size)
{
	struct op *op = prog_add(g->p, OP_MEM_READ);

	op_set_arg(op, ARG_MEM_READ_at, at);
	op_set_arg(op, ARG_MEM_READ_size, size);
}

/* All commands have their place in the queue as the first argument. */
static struct op *add_command(struct gen *g, enum op_id id)
{
	struct op *op = prog_add(g->p, id);

	op->arg[0] = QUEUE_AT + lpi_gen(g)->queue;
	lpi_gen(g)->queue = (lpi_gen(g)->queue + COMMAND_BYTES) % QUEUE_BYTES;
	return op;
}

static void add_event_command(struct gen *g, enum op_id id, unsigned int lpi)
{
	struct op *op = add_command(g, id);

	/* DeviceID and EventID follow in all that have them. */
	op->arg[1] = lpi / EVENTS_OF_DEVICE;
	op->arg[2] = lpi % EVENTS_OF_DEVICE;
}

static void perform_commands(struct gen *g)
{
	store_reg(g, any_vcpu(g), REG_GITS_CWRITER, ITS_BASE, lpi_gen(g)->queue);
}

static void map_lpi(struct gen *g, unsigned int lpi)
{
	struct lpi_gen *l = lpi_gen(g);
	struct op *op;

	if (l->mapped[lpi])
		return;
	/* Elsewhere than before, what became of its pending state is rarely known. */
	if (!l->was_mapped[lpi] || gen_once_in(g, 16))
		l->vcpu[lpi] = any_vcpu(g);
	l->mapped[lpi] = true;
	l->was_mapped[lpi] = true;
	op = add_command(g, OP_MAPTI);
	op_set_arg(op, ARG_MAPTI_device, lpi / EVENTS_OF_DEVICE);
	op_set_arg(op, ARG_MAPTI_event, lpi % EVENTS_OF_DEVICE);
	op_set_arg(op, ARG_MAPTI_intid, FIRST_INTID + lpi);
	op_set_arg(op, ARG_MAPTI_icid, l->vcpu[lpi]);
}

static void act_map(struct gen *g)
{
	map_lpi(g, any_lpi(g));
	perform_commands(g);
}

static void act_command(struct gen *g)
{
	static const enum op_id ids[] = { OP_INT, OP_INT, OP_INT, OP_CLEAR, OP_INV };
	unsigned int lpi = any_mapped(g);

	/* Rarely of what is not mapped, which is an error. */
	if (lpi_gen(g)->mapped[lpi] || gen_once_in(g, 16))
		add_event_command(g, PICK(&g->r, ids), lpi);
	perform_commands(g);
}

static void act_discard(struct gen *g)
{
	unsigned int lpi = any_mapped(g);

	if (!lpi_gen(g)->mapped[lpi])
		return;
	add_event_command(g, OP_DISCARD, lpi);
	lpi_gen(g)->mapped[lpi] = false;
	perform_commands(g);
}

static void act_sync(struct gen *g)
{
	op_set_arg(add_command(g, OP_SYNC), ARG_SYNC_rdbase, any_vcpu(g));
	perform_commands(g);
}

static void act_msi(struct gen *g)
{
	unsigned int lpi = gen_once_in(g, 8) ? any_lpi(g) : any_mapped(g);
	struct op *op = prog_add(g->p, OP_SIGNAL_MSI);

	op_set_arg(op, ARG_SIGNAL_MSI_at, gen_once_in(g, 48) ? DOORBELL + 4 : DOORBELL);
	op_set_arg(op, ARG_SIGNAL_MSI_data, lpi % EVENTS_OF_DEVICE);
	op_set_arg(op, ARG_SIGNAL_MSI_flags, gen_once_in(g, 48) ? rng_below(&g->r, 4) : 1);
	op_set_arg(op, ARG_SIGNAL_MSI_devid, lpi / EVENTS_OF_DEVICE);
}

/* Changes a configuration, and makes it known in one way or none. */
static void act_configure(struct gen *g)
{
	unsigned int lpi = any_mapped(g);
	unsigned int vcpu = gen_once_in(g, 16) ? any_vcpu(g) : lpi_gen(g)->vcpu[lpi];

	mem_write(g, CONFIG_AT + lpi, 1, PICK(&g->r, configs));
	switch (rng_below(&g->r, 16)) {
	case 0:
		store_reg(g, vcpu, REG_GICR_INVLPIR, gen_redist_at(vcpu), FIRST_INTID + lpi);
		break;
	case 1:
		store_reg(g, vcpu, REG_GICR_INVALLR, gen_redist_at(vcpu), 0);
		break;
	case 2:
		op_set_arg(add_command(g, OP_INVALL), ARG_INVALL_icid, vcpu);
		perform_commands(g);
		break;
	case 3: /* the old one may be in force for some time */
		break;
	default:
		if (lpi_gen(g)->mapped[lpi])
			add_event_command(g, OP_INV, lpi);
		perform_commands(g);
		break;
	}
}

static void act_enable_lpis(struct gen *g)
{
	unsigned int vcpu = any_vcpu(g);

	store_reg(g, vcpu, REG_GICR_CTLR, gen_redist_at(vcpu), !gen_once_in(g, 3));
}

static void act_masks(struct gen *g)
{
	static const u8 masks[] = { 0xf8, 0xf8, 0xf8, 0xb0, 0xa0, 0x80 };
	unsigned int vcpu = any_vcpu(g);

	if (gen_once_in(g, 3))
		store_reg(g, vcpu, REG_ICC_IGRPEN1, 0, !gen_once_in(g, 4));
	else
		store_reg(g, vcpu, REG_ICC_PMR, 0, PICK(&g->r, masks));
}

static void act_ack(struct gen *g)
{
	struct op *op = prog_add(g->p, OP_GUEST_ACK);

	op_set_arg(op, ARG_GUEST_ACK_vcpu, any_vcpu(g));
	op_set_arg(op, ARG_GUEST_ACK_group, 1);
}

static void act_eoi(struct gen *g)
{
	op_set_arg(prog_add(g->p, OP_GUEST_EOI), ARG_GUEST_EOI_vcpu, any_vcpu(g));
}

static void act_save(struct gen *g)
{
	u64 table = PENDING_AT + 0x10000ULL * any_vcpu(g);

	prog_add(g->p, OP_SAVE_PENDING_TABLES);
	mem_read(g, table + PENDING_LPIS, 2);
	mem_read(g, table, 8);
}

static void act_sgi(struct gen *g)
{
	/* SGI 1 to all but the one that sends it: IRM. */
	store_reg(g, any_vcpu(g), REG_ICC_SGI1R, 0, 1ULL << 40 | 1ULL << 24);
}

static void act_line(struct gen *g)
{
	struct op *op = prog_add(g->p, OP_IRQ_LINE);

	op_set_arg(op, ARG_IRQ_LINE_type, LINE_SPI);
	op_set_arg(op, ARG_IRQ_LINE_intid, SPI);
	op_set_arg(op, ARG_IRQ_LINE_level, rng_below(&g->r, 2));
}

static void act_look(struct gen *g)
{
	static const enum reg_id its[] = { REG_GITS_CTLR,    REG_GITS_TYPER,  REG_GITS_CBASER,
					   REG_GITS_CWRITER, REG_GITS_CREADR, REG_GITS_BASER,
					   REG_GITS_IIDR,    REG_GITS_PIDR2 };
	static const enum reg_id redist[] = { REG_GICR_CTLR, REG_GICR_PROPBASER, REG_GICR_PENDBASER,
					      REG_GICR_TYPER, REG_GICR_SYNCR };
	unsigned int vcpu = any_vcpu(g);

	switch (rng_below(&g->r, 5)) {
	case 0:
		add_guest_read(g->p, vcpu, PICK(&g->r, its), ITS_BASE);
		break;
	case 1:
		add_user_read(g->p, PICK(&g->r, its), vcpu);
		break;
	case 2:
		add_guest_read(g->p, vcpu, PICK(&g->r, redist), gen_redist_at(vcpu));
		break;
	case 3:
		add_guest_read(g->p, vcpu, REG_ICC_HPPIR1, 0);
		break;
	default:
		mem_read(g, CONFIG_AT + rng_below(&g->r, NR_LPIS), 1);
		break;
	}
}

static void act_held(struct gen *g)
{
	unsigned int vcpu = any_vcpu(g);

	op_set_arg(prog_add(g->p, OP_HOLD), ARG_HOLD_vcpu, vcpu);
	add_user_read(g->p, REG_GITS_CREADR, vcpu);
	act_msi(g);
	op_set_arg(prog_add(g->p, OP_RELEASE), ARG_RELEASE_vcpu, vcpu);
}

/* Offsets of no register, and of half a register. */
static void act_no_register(struct gen *g)
{
	static const u32 offsets[] = { 0x28, 0x84, 0x140, 0x10040 };
	struct op *op = prog_add(g->p, OP_USER_READ);

	op_set_arg(op, ARG_USER_READ_reg, place(FRAME_GITS, PICK(&g->r, offsets)));
}

static const struct act acts[] = {
	{ 24, act_msi },       { 14, act_command },    { 6, act_map },	 { 4, act_discard },
	{ 14, act_configure }, { 3, act_enable_lpis }, { 6, act_masks }, { 30, act_ack },
	{ 24, act_eoi },       { 5, act_save },	       { 4, act_sgi },	 { 4, act_line },
	{ 8, act_look },       { 2, act_sync },	       { 1, act_held },	 { 1, act_no_register },
};

static void add_its_addr(struct gen *g, u64 base)
{
	op_set_arg(prog_add(g->p, OP_SET_ITS_ADDR), ARG_SET_ITS_ADDR_base, base);
}

static void add_vm(struct gen *g)
{
	static const u64 wrong[] = { ITS_BASE + 0x1000, (1ULL << 40) - 0x10000, 1ULL << 41 };

	prog_add(g->p, OP_CREATE_VGIC);
	for (unsigned int i = 0; i < g->nr_vcpus; i++)
		add_create_vcpu(g->p, i);
	add_set_addr(g->p, ADDR_V3_DIST, GEN_DIST_BASE);
	add_region(g->p, 0, GEN_REDIST_BASE, g->nr_vcpus);
	prog_add(g->p, OP_CREATE_ITS);
	if (gen_once_in(g, 8))
		add_its_addr(g, PICK(&g->r, wrong));
	add_its_addr(g, ITS_BASE);
	if (gen_once_in(g, 8))
		add_its_addr(g, ITS_BASE);
	prog_add(g->p, OP_INIT_VGIC);
	prog_add(g->p, OP_INIT_ITS);
}

static void add_its(struct gen *g)
{
	store_reg(g, 0, REG_GITS_BASER, ITS_BASE, VALID | DEVICES_AT | PAGES_64K);
	add_guest_write(g->p, 0, reg_place(REG_GITS_BASER, 1), ITS_BASE,
			VALID | COLLECTIONS_AT | PAGES_64K);
	store_reg(g, 0, REG_GITS_CBASER, ITS_BASE, VALID | QUEUE_AT);
	store_reg(g, 0, REG_GITS_CTLR, ITS_BASE, 1);
}

/* Tables of all PEs, with something pending in some of them. */
static void add_tables(struct gen *g)
{
	for (unsigned int lpi = 0; lpi < NR_LPIS; lpi++)
		mem_write(g, CONFIG_AT + lpi, 1, PICK(&g->r, configs));
	for (unsigned int i = 0; i < g->nr_vcpus; i++) {
		u64 table = PENDING_AT + 0x10000ULL * i;

		store_reg(g, i, REG_ICC_PMR, 0, 0xf8);
		store_reg(g, i, REG_ICC_IGRPEN1, 0, 1);
		store_reg(g, i, REG_GICR_ISENABLER0, gen_redist_at(i), 2);
		store_reg(g, i, REG_GICR_PROPBASER, gen_redist_at(i), CONFIG_AT | ID_BITS);
		store_reg(g, i, REG_GICR_PENDBASER, gen_redist_at(i), table);
		if (gen_once_in(g, 4))
			mem_write(g, table + PENDING_LPIS, 1, rng_below(&g->r, 256));
	}
}

static void add_mappings(struct gen *g)
{
	for (unsigned int i = 0; i < NR_LPIS / EVENTS_OF_DEVICE; i++) {
		struct op *op = add_command(g, OP_MAPD);

		op_set_arg(op, ARG_MAPD_device, i);
		op_set_arg(op, ARG_MAPD_itt, ITT_AT + 0x1000ULL * i);
		op_set_arg(op, ARG_MAPD_size, 4);
		op_set_arg(op, ARG_MAPD_valid, 1);
	}
	for (unsigned int i = 0; i < g->nr_vcpus; i++) {
		struct op *op = add_command(g, OP_MAPC);

		op_set_arg(op, ARG_MAPC_icid, i);
		op_set_arg(op, ARG_MAPC_rdbase, i);
		op_set_arg(op, ARG_MAPC_valid, 1);
	}
	for (unsigned int lpi = 0; lpi < NR_LPIS; lpi++) {
		if (!gen_once_in(g, 3))
			map_lpi(g, lpi);
	}
	perform_commands(g);
}

static void enable_all(struct gen *g)
{
	for (unsigned int i = 0; i < g->nr_vcpus; i++)
		store_reg(g, i, REG_GICR_CTLR, gen_redist_at(i), 1);
}

/**
 * gen_lpi() - a random program about LPIs
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_lpi(u64 index, const struct recipe *recipe, struct prog *p)
{
	struct lpi_gen l = {
		.g = {
			.r = { .state = rng_mix(recipe->seed, index) },
			.p = p,
			.op_weight = recipe->op_weight,
			.bytes = sizeof(l),
		},
	};
	struct gen *g = &l.g;
	bool map_first;

	p->gic = GIC_V3;
	g->nr_vcpus = 1 + (unsigned int)rng_below(&g->r, MAX_VCPUS);
	add_vm(g);
	store_reg(g, 0, REG_GICD_CTLR, GEN_DIST_BASE, 0x12);
	add_guest_write(g->p, 0, place(FRAME_GICD, GICD_ISENABLER_OFFSET + 4), GEN_DIST_BASE,
			1u << (SPI - 32));
	add_its(g);
	add_tables(g);
	map_first = gen_once_in(g, 3);
	if (!map_first)
		enable_all(g);
	add_mappings(g);
	if (map_first)
		enable_all(g);
	while (p->nr_ops < MAX_PROG_OPS)
		gen_act(g, acts, ARRAY_SIZE(acts));
}
