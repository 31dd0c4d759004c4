// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs about ITSes: mostly commands, tables and registers as software
 * uses them, so that what comes after has something to work on, and at times a
 * field at one of its boundaries or past it.
 */
#include "lib/prog/gen_its.h"

#define MAX_VCPUS 3
#define MAX_PROG_OPS 240
#define ID_BITS 0xd /* INTIDs up to 16383 */
#define BIG_BITS 14 /* EventIDs, of a device that has INTIDs as such */

/*
 * Where the queue, the devices and the collections of each ITS are, in blocks.  The
 * last ITS has what is else for a third PE, and the spare ones.
 */
static const u8 blocks[ITS_MAX][3] = { { 0, 1, 2 }, { 8, 9, 10 }, { 11, 12, 13 }, { 7, 14, 15 } };

/* Configurations: priorities that may be the same, and disabled ones. */
static const u8 configs[] = { 0xa3, 0xa3, 0xa3, 0xb3, 0x81, 0xc3, 0xa7, 0xf3, 0xa2, 0xb2, 0x81 };

/**
 * gen_its_at() - where an ITS is
 * @its: its number
 *
 * Return: the base of its frames, gpa.
 */
u64 gen_its_at(unsigned int its)
{
	return its ? 0x8200000ULL + its * (u64)GITS_BYTES : 0x8080000ULL;
}

/**
 * gen_its_block() - where an ITS has its queue or a table
 * @its:  its number
 * @what: ITS_QUEUE, ITS_DEVICE_TABLE or ITS_COLLECTION_TABLE
 *
 * Return: the address that programs begin with, gpa.
 */
u64 gen_its_block(unsigned int its, unsigned int what)
{
	return ITS_BLOCK(blocks[its][what]);
}

/**
 * gen_its_itt() - where a device has its table of events
 * @i:      the generator
 * @its:    number of the ITS
 * @device: number of the device
 *
 * Return: its address, gpa.
 */
u64 gen_its_itt(const struct its_gen *i, unsigned int its, unsigned int device)
{
	if (i->big && !its && device == ITS_DEVICES - 1)
		return ITS_SPARE_AT;
	return ITS_BLOCK(3) + 0x4000ULL * its + 0x1000ULL * device;
}

/**
 * gen_its_intid() - the INTID of an LPI
 * @lpi: below ITS_LPIS
 *
 * Return: the first ones, and the last that the model follows.
 */
u64 gen_its_intid(unsigned int lpi)
{
	return lpi == ITS_LPIS - 1 ? ITS_FIRST_INTID + 255 : ITS_FIRST_INTID + lpi;
}

/**
 * gen_its_event_id() - the EventID of an event
 * @i: the generator
 * @e: the event
 *
 * Return: the first ones of its device, and the last.
 */
u64 gen_its_event_id(const struct its_gen *i, const struct its_event *e)
{
	const struct its_device *d = &i->unit[e->its].device[e->device];

	if (i->big && !e->its && e->device == ITS_DEVICES - 1)
		return ITS_FIRST_INTID + e->event;
	return e->event == ITS_EVENTS - 1 ? (1u << d->bits) - 1 : e->event;
}

/**
 * gen_its_any_vcpu() - a PE
 * @g: the generator
 *
 * Return: its number.
 */
unsigned int gen_its_any_vcpu(struct gen *g)
{
	return (unsigned int)rng_below(&g->r, g->nr_vcpus);
}

/**
 * gen_its_any_id() - a PE, by its vcpu_id
 * @g: the generator
 *
 * Return: the id, which is what RDbase names a PE by.
 */
u64 gen_its_any_id(struct gen *g)
{
	return g->vcpu[gen_its_any_vcpu(g)];
}

/**
 * gen_its_any() - an ITS, more often the first one
 * @g: the generator
 *
 * Return: its number.
 */
unsigned int gen_its_any(struct gen *g)
{
	return gen_once_in(g, 2) ? 0 : (unsigned int)rng_below(&g->r, its_gen(g)->nr_its);
}

/**
 * gen_its_store() - append a store to a register
 * @g:     the generator
 * @vcpu:  that stores
 * @reg:   the register
 * @at:    base of its frame, gpa, or 0
 * @value: to write
 */
void gen_its_store(struct gen *g, unsigned int vcpu, enum reg_id reg, u64 at, u64 value)
{
	add_guest_write(g->p, g->vcpu[vcpu], reg_place(reg, 0), at, value);
}

/**
 * gen_its_store_baser() - append a store to GITS_BASER<n>
 * @g:     the generator
 * @its:   number of the ITS
 * @table: ITS_DEVICE_TABLE or ITS_COLLECTION_TABLE
 * @value: to write
 */
void gen_its_store_baser(struct gen *g, unsigned int its, unsigned int table, u64 value)
{
	add_guest_write(g->p, g->vcpu[gen_its_any_vcpu(g)],
			reg_place(REG_GITS_BASER, table - ITS_DEVICE_TABLE), gen_its_at(its),
			value);
}

/**
 * gen_its_user_write() - append a write of an ITS's register by userspace
 * @g:     the generator
 * @its:   number of the ITS
 * @where: place of the register
 * @value: to write
 */
void gen_its_user_write(struct gen *g, unsigned int its, u64 where, u64 value)
{
	struct op *op = prog_add(g->p, OP_USER_WRITE);

	op_set_arg(op, ARG_USER_WRITE_reg, where);
	op_set_arg(op, ARG_USER_WRITE_its, its);
	op_set_arg(op, ARG_USER_WRITE_value, value);
}

/**
 * gen_its_mem_write() - append a write of memory
 * @g:     the generator
 * @at:    gpa
 * @size:  bytes
 * @value: to write
 */
void gen_its_mem_write(struct gen *g, u64 at, u64 size, u64 value)
{
	struct op *op = prog_add(g->p, OP_MEM_WRITE);

	op_set_arg(op, ARG_MEM_WRITE_at, at);
	op_set_arg(op, ARG_MEM_WRITE_size, size);
	op_set_arg(op, ARG_MEM_WRITE_value, value);
}

/**
 * gen_its_mem_read() - append a read of memory
 * @g:    the generator
 * @at:   gpa
 * @size: bytes
 */
void gen_its_mem_read(struct gen *g, u64 at, u64 size)
{
	struct op *op = prog_add(g->p, OP_MEM_READ);

	op_set_arg(op, ARG_MEM_READ_at, at);
	op_set_arg(op, ARG_MEM_READ_size, size);
}

/**
 * gen_its_baser() - the usual GITS_BASER<n> of a table
 * @i:     the generator
 * @its:   number of the ITS
 * @table: ITS_DEVICE_TABLE or ITS_COLLECTION_TABLE
 *
 * Return: what to write.
 */
u64 gen_its_baser(const struct its_gen *i, unsigned int its, unsigned int table)
{
	bool moved = i->unit[its].moved[table - ITS_DEVICE_TABLE];
	u64 at = moved ? ITS_BLOCK(13 + table) : gen_its_block(its, table);

	if (table == ITS_DEVICE_TABLE && !its && i->indirect)
		at |= ITS_INDIRECT;
	return ITS_VALID | ITS_PAGES_64K | at;
}

/**
 * gen_its_forget() - the ITS has lost all that was mapped
 * @g:   the generator
 * @its: number of the ITS
 */
void gen_its_forget(struct gen *g, unsigned int its)
{
	struct its_gen *i = its_gen(g);
	struct its_unit *u = &i->unit[its];

	for (unsigned int d = 0; d < ITS_DEVICES; d++) {
		for (unsigned int e = 0; e < ITS_EVENTS; e++) {
			if (u->device[d].lpi[e])
				i->lpi_used[u->device[d].lpi[e] - 1] = false;
			u->device[d].lpi[e] = 0;
		}
		u->device[d].mapped = false;
	}
	for (unsigned int c = 0; c < ITS_COLLECTIONS; c++)
		u->vcpu[c] = 0;
}

/* What is in the ITS, and how it is named. */
static void choose_unit(struct gen *g, struct its_unit *u)
{
	static const u32 devices[] = { 0, 0, 1, 2, 3, 7, 16, 255, 8190, 8191 };
	static const u16 icids[] = { 0, 0, 0, 1, 4, 255, 8188, 8188 };
	static const u8 bits[] = { 2, 4, 5, 5, 5, 8, 3, 2 };
	u32 first = PICK(&g->r, devices);
	u16 icid = PICK(&g->r, icids);

	u->queue_bytes = 0x1000;
	for (unsigned int d = 0; d < ITS_DEVICES; d++) {
		u->device[d].id = (first + d) % 8192;
		u->device[d].bits = PICK(&g->r, bits);
	}
	for (unsigned int c = 0; c < ITS_COLLECTIONS; c++)
		u->icid[c] = (u16)(icid + c);
}

static void choose_vm(struct gen *g)
{
	static const u8 its[] = { 1, 1, 1, 1, 2, 2, 3, 4 };
	struct its_gen *i = its_gen(g);
	unsigned int gap;

	i->nr_its = PICK(&g->r, its);
	g->nr_vcpus = 1 + (unsigned int)rng_below(&g->r, i->nr_its == ITS_MAX ? 2 : MAX_VCPUS);
	/* Sometimes with gaps between the ids. */
	gap = gen_once_in(g, 12) ? 1 + (unsigned int)rng_below(&g->r, 2) : 0;
	for (unsigned int n = 0; n < g->nr_vcpus; n++)
		g->vcpu[n] = (u64)n * (1 + gap);
	for (unsigned int n = 0; n < i->nr_its; n++)
		choose_unit(g, &i->unit[n]);
	if (i->nr_its == ITS_MAX)
		return;
	/* One of those that want the spare blocks. */
	i->big = gen_once_in(g, 3);
	i->indirect = !i->big && gen_once_in(g, 8);
	i->spare_used = i->big || i->indirect;
	if (i->big)
		i->unit[0].device[ITS_DEVICES - 1].bits = BIG_BITS;
}

static void add_its_addr(struct gen *g, unsigned int its, u64 base)
{
	struct op *op = prog_add(g->p, OP_SET_ITS_ADDR);

	op_set_arg(op, ARG_SET_ITS_ADDR_its, its);
	op_set_arg(op, ARG_SET_ITS_ADDR_base, base);
}

static void add_devices(struct gen *g)
{
	struct its_gen *i = its_gen(g);

	prog_add(g->p, OP_CREATE_VGIC);
	for (unsigned int n = 0; n < g->nr_vcpus; n++)
		add_create_vcpu(g->p, g->vcpu[n]);
	add_set_addr(g->p, ADDR_V3_DIST, GEN_DIST_BASE);
	add_region(g->p, 0, GEN_REDIST_BASE, g->nr_vcpus);
	for (unsigned int n = 0; n < i->nr_its; n++) {
		prog_add(g->p, OP_CREATE_ITS);
		add_its_addr(g, n, gen_its_at(n));
	}
	prog_add(g->p, OP_INIT_VGIC);
	for (unsigned int n = 0; n < i->nr_its; n++)
		op_set_arg(prog_add(g->p, OP_INIT_ITS), ARG_INIT_ITS_its, n);
}

/**
 * gen_its_set_up() - append what gives an ITS its tables and enables it
 * @g:   the generator
 * @its: number of the ITS
 */
void gen_its_set_up(struct gen *g, unsigned int its)
{
	struct its_gen *i = its_gen(g);

	if (!its && i->indirect)
		gen_its_mem_write(g, gen_its_block(0, ITS_DEVICE_TABLE), 8,
				  ITS_VALID | ITS_SPARE_AT);
	gen_its_store_baser(g, its, ITS_DEVICE_TABLE, gen_its_baser(i, its, ITS_DEVICE_TABLE));
	gen_its_store_baser(g, its, ITS_COLLECTION_TABLE,
			    gen_its_baser(i, its, ITS_COLLECTION_TABLE));
	gen_its_store(g, 0, REG_GITS_CBASER, gen_its_at(its),
		      ITS_VALID | gen_its_block(its, ITS_QUEUE));
	gen_its_store(g, 0, REG_GITS_CTLR, gen_its_at(its), 1);
	i->unit[its].enabled = true;
}

static u64 any_config(struct gen *g)
{
	u64 config = PICK(&g->r, configs);

	return its_gen(g)->calm ? config | 1 : config;
}

/* Of eight LPIs that follow each other. */
static void add_configs(struct gen *g, unsigned int first)
{
	u64 eight = 0;

	for (unsigned int n = 0; n < 8; n++)
		eight = eight << 8 | any_config(g);
	gen_its_mem_write(g, ITS_CONFIG_AT + first, 8, eight);
}

/**
 * gen_its_configure() - append a write of the configuration of an LPI
 * @g:   the generator
 * @lpi: below ITS_LPIS
 */
void gen_its_configure(struct gen *g, unsigned int lpi)
{
	u64 at = ITS_CONFIG_AT + gen_its_intid(lpi) - ITS_FIRST_INTID;

	gen_its_mem_write(g, at, 1, any_config(g));
}

/* Tables of all PEs, with something pending in some of them. */
static void add_tables(struct gen *g)
{
	for (unsigned int lpi = 0; lpi < ITS_LPIS - 1; lpi += 8)
		add_configs(g, lpi);
	gen_its_configure(g, ITS_LPIS - 1);
	for (unsigned int n = 0; n < g->nr_vcpus; n++) {
		gen_its_store(g, n, REG_ICC_PMR, 0, 0xf8);
		gen_its_store(g, n, REG_ICC_IGRPEN1, 0, 1);
		gen_its_store(g, n, REG_GICR_PROPBASER, gen_redist_at(n), ITS_CONFIG_AT | ID_BITS);
		gen_its_store(g, n, REG_GICR_PENDBASER, gen_redist_at(n), ITS_PENDING_AT(n));
		if (gen_once_in(g, 8))
			gen_its_mem_write(g, ITS_PENDING_AT(n) + ITS_FIRST_PENDING_BYTE, 1,
					  1u << rng_below(&g->r, 8));
	}
}

static void enable_lpis(struct gen *g)
{
	for (unsigned int n = 0; n < g->nr_vcpus; n++)
		gen_its_store(g, n, REG_GICR_CTLR, gen_redist_at(n), 1);
}

/**
 * gen_its_add_vm() - append a VM whose ITSes have something mapped
 * @g: the generator
 */
void gen_its_add_vm(struct gen *g)
{
	bool map_first;

	choose_vm(g);
	map_first = gen_once_in(g, 8);
	add_devices(g);
	gen_its_store(g, 0, REG_GICD_CTLR, GEN_DIST_BASE, 0x12);
	for (unsigned int n = 0; n < its_gen(g)->nr_its; n++)
		gen_its_set_up(g, n);
	add_tables(g);
	if (!map_first)
		enable_lpis(g);
	for (unsigned int n = 0; n < its_gen(g)->nr_its; n++)
		gen_its_map_all(g, n);
	if (map_first)
		enable_lpis(g);
}

static const struct act acts[] = {
	{ 24, gen_its_act_msi },	 { 6, gen_its_act_irqfd },
	{ 4, gen_its_act_route },	 { 1, gen_its_act_translater },
	{ 12, gen_its_act_map },	 { 12, gen_its_act_event },
	{ 6, gen_its_act_move },	 { 3, gen_its_act_move_all },
	{ 5, gen_its_act_discard },	 { 2, gen_its_act_mapd },
	{ 3, gen_its_act_mapc },	 { 3, gen_its_act_invall },
	{ 3, gen_its_act_sync },	 { 3, gen_its_act_raw },
	{ 8, gen_its_act_configure },	 { 30, gen_its_act_ack },
	{ 24, gen_its_act_eoi },	 { 3, gen_its_act_serve },
	{ 2, gen_its_act_masks },	 { 1, gen_its_act_enable_lpis },
	{ 2, gen_its_act_save_pending }, { 8, gen_its_act_look },
	{ 2, gen_its_act_ctlr },	 { 1, gen_its_act_basers },
	{ 1, gen_its_act_cbaser },	 { 1, gen_its_act_cwriter },
	{ 1, gen_its_act_creadr },	 { 1, gen_its_act_read_only },
	{ 1, gen_its_act_held },
};

/* The beginning of all programs about ITSes, and then what the suite is about. */
static void make(u64 index, const struct recipe *recipe, struct prog *p, const struct act *of,
		 size_t nr, bool calm)
{
	struct its_gen i = {
		.g = {
			.r = { .state = rng_mix(recipe->seed, index) },
			.p = p,
			.op_weight = recipe->op_weight,
			.bytes = sizeof(i),
		},
	};

	p->gic = GIC_V3;
	its_gen(&i.g)->calm = calm && !gen_once_in(&i.g, 8);
	gen_its_add_vm(&i.g);
	while (p->nr_ops < MAX_PROG_OPS)
		gen_act(&i.g, of, nr);
}

/**
 * gen_its() - a random program about ITSes, their commands and registers
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_its(u64 index, const struct recipe *recipe, struct prog *p)
{
	make(index, recipe, p, acts, ARRAY_SIZE(acts), false);
}

static const struct act table_acts[] = {
	{ 18, gen_its_act_msi },
	{ 3, gen_its_act_irqfd },
	{ 2, gen_its_act_route },
	{ 8, gen_its_act_map },
	{ 4, gen_its_act_event },
	{ 3, gen_its_act_move },
	{ 3, gen_its_act_discard },
	{ 2, gen_its_act_mapd },
	{ 2, gen_its_act_mapc },
	{ 2, gen_its_act_configure },
	{ 14, gen_its_act_ack },
	{ 12, gen_its_act_eoi },
	{ 2, gen_its_act_serve },
	{ 5, gen_its_act_save },
	{ 8, gen_its_act_save_and_restore },
	{ 8, gen_its_act_edit_and_restore },
	{ 1, gen_its_act_restore_in_disorder },
	{ 1, gen_its_act_reset },
	{ 1, gen_its_act_no_memory },
	{ 3, gen_its_act_save_pending },
	{ 2, gen_its_act_edit_pending },
	{ 3, gen_its_act_look },
};

/**
 * gen_its_tables() - a random program about the tables of ITSes in memory
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_its_tables(u64 index, const struct recipe *recipe, struct prog *p)
{
	make(index, recipe, p, table_acts, ARRAY_SIZE(table_acts), true);
}
