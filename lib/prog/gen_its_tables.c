// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of ITSes in memory: saved, restored in the order of arm-vgic-its.rst and in
 * others, and changed in between by whoever may write to the guest's memory.
 */
#include "lib/prog/gen_its.h"
#include "lib/regs/its_table.h"

static u64 table_at(const struct its_gen *i, unsigned int its, unsigned int table)
{
	if (table == ITS_DEVICE_TABLE && !its && i->indirect)
		return ITS_SPARE_AT;
	return gen_its_baser(i, its, table) & bits_mask(47, 16);
}

static u64 dte_at(const struct its_gen *i, unsigned int its, unsigned int device)
{
	return table_at(i, its, ITS_DEVICE_TABLE) +
	       ITS_ENTRY_BYTES * i->unit[its].device[device].id;
}

static u64 cte_at(const struct its_gen *i, unsigned int its, unsigned int number)
{
	return table_at(i, its, ITS_COLLECTION_TABLE) + ITS_ENTRY_BYTES * number;
}

static u64 ite_at(const struct its_gen *i, const struct its_event *e)
{
	return gen_its_itt(i, e->its, e->device) + ITS_ENTRY_BYTES * gen_its_event_id(i, e);
}

static void add_save(struct gen *g, unsigned int its)
{
	op_set_arg(prog_add(g->p, OP_SAVE_TABLES), ARG_SAVE_TABLES_its, its);
}

static void add_restore(struct gen *g, unsigned int its)
{
	op_set_arg(prog_add(g->p, OP_RESTORE_TABLES), ARG_RESTORE_TABLES_its, its);
}

static void add_reset(struct gen *g, unsigned int its)
{
	op_set_arg(prog_add(g->p, OP_RESET_ITS), ARG_RESET_ITS_its, its);
}

/* What was saved of something that is mapped, or not. */
static void read_entry(struct gen *g, unsigned int its)
{
	const struct its_gen *i = its_gen(g);
	struct its_event e;

	gen_its_event_of(g, its, &e);
	switch (rng_below(&g->r, 4)) {
	case 0:
		gen_its_mem_read(g, dte_at(i, its, e.device), ITS_ENTRY_BYTES);
		break;
	case 1:
		gen_its_mem_read(
			g, cte_at(i, its, (unsigned int)rng_below(&g->r, ITS_COLLECTIONS + 1)),
			ITS_ENTRY_BYTES);
		break;
	default:
		gen_its_mem_read(g, ite_at(i, &e), ITS_ENTRY_BYTES);
		break;
	}
}

/**
 * gen_its_act_save() - save the tables of an ITS, and look at them
 * @g: the generator
 */
void gen_its_act_save(struct gen *g)
{
	unsigned int its = gen_its_any(g);

	if (its_gen(g)->unit[its].waiting)
		gen_its_perform(g, its);
	add_save(g, its);
	for (unsigned int n = 0; n < 4; n++)
		read_entry(g, its);
}

static void user_write_baser(struct gen *g, unsigned int its, unsigned int table)
{
	gen_its_user_write(g, its, reg_place(REG_GITS_BASER, table - ITS_DEVICE_TABLE),
			   gen_its_baser(its_gen(g), its, table));
}

/* The registers of a reset ITS, up to its tables (arm-vgic-its.rst, ITS Restore Sequence). */
static void restore_registers(struct gen *g, unsigned int its)
{
	const struct its_unit *u = &its_gen(g)->unit[its];
	u64 cbaser = ITS_VALID | gen_its_block(its, ITS_QUEUE) | (u->queue_bytes / 0x1000 - 1);

	gen_its_user_write(g, its, reg_place(REG_GITS_CBASER, 0), cbaser);
	gen_its_user_write(g, its, reg_place(REG_GITS_CREADR, 0), u->queue);
	gen_its_user_write(g, its, reg_place(REG_GITS_CWRITER, 0), u->queue);
	user_write_baser(g, its, ITS_DEVICE_TABLE);
	user_write_baser(g, its, ITS_COLLECTION_TABLE);
}

static void restore_ctlr(struct gen *g, unsigned int its)
{
	gen_its_user_write(g, its, reg_place(REG_GITS_CTLR, 0), its_gen(g)->unit[its].enabled);
}

/* Saves all, resets the ITS, and has something done before it is restored. */
static void save_and_restore(struct gen *g, unsigned int its,
			     void (*meanwhile)(struct gen *g, unsigned int its))
{
	if (its_gen(g)->unit[its].waiting)
		gen_its_perform(g, its);
	if (!gen_once_in(g, 8))
		gen_its_take_all(g);
	if (!gen_once_in(g, 8))
		prog_add(g->p, OP_SAVE_PENDING_TABLES);
	add_save(g, its);
	if (meanwhile)
		meanwhile(g, its);
	add_reset(g, its);
	restore_registers(g, its);
	add_restore(g, its);
	restore_ctlr(g, its);
}

/**
 * gen_its_act_save_and_restore() - save an ITS and restore it, as it was
 * @g: the generator
 */
void gen_its_act_save_and_restore(struct gen *g)
{
	unsigned int its = gen_its_any(g);

	save_and_restore(g, its, NULL);
	read_entry(g, its);
	gen_its_act_msi(g);
}

static u64 odd_dte(struct gen *g, unsigned int its)
{
	static const u64 nexts[] = { 0, 1, 2, 3, 8191, 8192, 16383 };
	static const u64 itts[] = { 0,
				    ITS_BLOCK(0),
				    ITS_BLOCK(1),
				    ITS_BLOCK(3),
				    ITS_BLOCK(4),
				    ITS_BLOCK(15) + 0xff00,
				    ITS_NO_MEMORY_AT };
	static const u64 sizes[] = { 0, 1, 14, 15, 16, 31 };
	const struct its_gen *i = its_gen(g);
	unsigned int device = (unsigned int)rng_below(&g->r, ITS_DEVICES);
	u64 next = PICK(&g->r, nexts), itt = gen_its_itt(i, its, device);
	u64 size = i->unit[its].device[device].bits - 1u, valid = ITS_VALID;

	switch (rng_below(&g->r, 4)) {
	case 0:
		itt = PICK(&g->r, itts);
		break;
	case 1:
		size = PICK(&g->r, sizes);
		break;
	case 2:
		valid = 0;
		break;
	default:
		break;
	}
	return valid | its_entry_put(ITS_ENTRY_DTE_next, next) |
	       its_entry_put(ITS_ENTRY_DTE_ITT_addr, itt) | its_entry_put(ITS_ENTRY_DTE_Size, size);
}

static u64 odd_cte(struct gen *g, unsigned int its)
{
	static const u64 rdbases[] = { 0, 1, 2, 3, 4, 0xffff, UINT32_MAX, 0xfffffffff };
	const struct its_unit *u = &its_gen(g)->unit[its];
	u64 valid = gen_once_in(g, 4) ? 0 : ITS_VALID;
	u64 icid = gen_once_in(g, 8) ? 65535 : PICK(&g->r, u->icid);

	return valid | its_entry_put(ITS_ENTRY_CTE_RDBase, PICK(&g->r, rdbases)) | icid;
}

static u64 odd_ite(struct gen *g, unsigned int its)
{
	static const u64 nexts[] = { 0, 0, 0, 1, 2, 3, 31, 65535 };
	static const u64 intids[] = { 0, 1, 1019, 8191, 8192, 8193, 8195, 8192 + 255 };
	static const u64 far[] = { 16383, 16384, 65536, UINT32_MAX };
	const struct its_unit *u = &its_gen(g)->unit[its];
	u64 icid = gen_once_in(g, 8) ? 65535 : PICK(&g->r, u->icid);
	u64 next = PICK(&g->r, nexts), intid = PICK(&g->r, intids);

	/* Beyond what can be an LPI, or what its pending state is known of. */
	if (gen_once_in(g, 16))
		intid = PICK(&g->r, far);

	return its_entry_put(ITS_ENTRY_ITE_next, next) |
	       its_entry_put(ITS_ENTRY_ITE_pINTID, intid) | icid;
}

/* Writes an entry that no ITS need have saved, or any bytes. */
static void edit(struct gen *g, unsigned int its)
{
	const struct its_gen *i = its_gen(g);
	unsigned int number = (unsigned int)rng_below(&g->r, ITS_COLLECTIONS + 1);
	struct its_event e;

	gen_its_event_of(g, its, &e);
	switch (rng_below(&g->r, 9)) {
	case 0:
	case 1:
		gen_its_mem_write(g, dte_at(i, its, e.device), ITS_ENTRY_BYTES, odd_dte(g, its));
		break;
	case 2:
	case 3:
		gen_its_mem_write(g, cte_at(i, its, number), ITS_ENTRY_BYTES, odd_cte(g, its));
		break;
	case 4:
		gen_its_mem_write(g, ite_at(i, &e) + number, 1, rng_below(&g->r, 256));
		break;
	case 5: /* two entries of any kind */
		gen_its_mem_write(g, cte_at(i, its, 0), ITS_ENTRY_BYTES, odd_cte(g, its));
		gen_its_mem_write(g, ite_at(i, &e), ITS_ENTRY_BYTES, rng_next(&g->r));
		break;
	default:
		gen_its_mem_write(g, ite_at(i, &e), ITS_ENTRY_BYTES, odd_ite(g, its));
		break;
	}
}

/* Sets up an ITS anew, whatever it was, as its driver does. */
static void begin_again(struct gen *g, unsigned int its)
{
	struct its_gen *i = its_gen(g);
	struct its_unit *u = &i->unit[its];

	if (!gen_once_in(g, 8))
		gen_its_take_all(g);
	add_reset(g, its);
	gen_its_forget(g, its);
	u->queue = 0;
	u->queue_bytes = 0x1000;
	u->waiting = 0;
	gen_its_set_up(g, its);
	gen_its_map_all(g, its);
}

/**
 * gen_its_act_edit_and_restore() - restore tables that were written to
 * @g: the generator
 */
void gen_its_act_edit_and_restore(struct gen *g)
{
	unsigned int its = gen_its_any(g);

	save_and_restore(g, its, edit);
	gen_its_act_msi(g);
	if (gen_once_in(g, 2))
		gen_its_act_save(g);
	if (!gen_once_in(g, 8))
		begin_again(g, its);
}

/**
 * gen_its_act_restore_in_disorder() - restore an ITS in an order that is not documented
 * @g: the generator
 */
void gen_its_act_restore_in_disorder(struct gen *g)
{
	unsigned int its = gen_its_any(g);

	add_save(g, its);
	switch (rng_below(&g->r, 5)) {
	case 0: /* what is mapped is there still */
		add_restore(g, its);
		break;
	case 1: /* twice */
		add_reset(g, its);
		restore_registers(g, its);
		add_restore(g, its);
		add_restore(g, its);
		break;
	case 2: /* before there is a table */
		add_reset(g, its);
		add_restore(g, its);
		restore_registers(g, its);
		break;
	case 3: /* while it is enabled */
		add_reset(g, its);
		restore_registers(g, its);
		restore_ctlr(g, its);
		add_restore(g, its);
		break;
	default: /* without what was saved */
		add_reset(g, its);
		restore_registers(g, its);
		break;
	}
	restore_ctlr(g, its);
	gen_its_act_msi(g);
	begin_again(g, its);
}

/**
 * gen_its_act_reset() - reset an ITS, and begin again
 * @g: the generator
 */
void gen_its_act_reset(struct gen *g)
{
	unsigned int its = gen_its_any(g);

	add_reset(g, its);
	for (unsigned int n = 0; n < 3; n++)
		gen_its_act_look(g);
	gen_its_act_msi(g);
	begin_again(g, its);
}

/* The first level of a device table loses a page, which it has again later. */
static void save_without_page(struct gen *g)
{
	u64 at = gen_its_block(0, ITS_DEVICE_TABLE);

	gen_its_mem_write(g, at, ITS_ENTRY_BYTES, gen_once_in(g, 2) ? 0 : ITS_SPARE_AT);
	add_save(g, 0);
	gen_its_mem_write(g, at, ITS_ENTRY_BYTES, ITS_VALID | ITS_SPARE_AT);
	add_save(g, 0);
}

/**
 * gen_its_act_no_memory() - save and restore tables that are in no memory, or not there
 * @g: the generator
 */
void gen_its_act_no_memory(struct gen *g)
{
	unsigned int its = gen_its_any(g);
	unsigned int table = gen_once_in(g, 2) ? ITS_DEVICE_TABLE : ITS_COLLECTION_TABLE;
	u64 where = reg_place(REG_GITS_BASER, table - ITS_DEVICE_TABLE);

	switch (rng_below(&g->r, 4)) {
	case 0:
		gen_its_map_outside(g, its);
		add_save(g, its);
		break;
	case 1:
		if (its_gen(g)->indirect)
			save_without_page(g);
		return;
	case 2: /* a reset ITS has none */
		add_save(g, its);
		add_reset(g, its);
		add_save(g, its);
		add_restore(g, its);
		break;
	default:
		add_save(g, its);
		add_reset(g, its);
		restore_registers(g, its);
		gen_its_user_write(g, its, where, ITS_VALID | ITS_PAGES_64K | ITS_NO_MEMORY_AT);
		if (gen_once_in(g, 2))
			add_save(g, its);
		add_restore(g, its);
		break;
	}
	begin_again(g, its);
}
