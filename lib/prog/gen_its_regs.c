// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of ITSes in random programs: read, and written in the order that they
 * are meant to be and in others.
 */
#include "lib/prog/gen_its.h"

#define RETRY 1 /* GITS_CWRITER, GITS_CREADR.Stalled */
#define QUEUE_PAGE_BYTES 0x1000u

static void set_ctlr(struct gen *g, unsigned int its, bool enable)
{
	struct its_unit *u = &its_gen(g)->unit[its];

	if (gen_once_in(g, 8))
		gen_its_user_write(g, its, reg_place(REG_GITS_CTLR, 0), enable);
	else
		gen_its_store(g, gen_its_any_vcpu(g), REG_GITS_CTLR, gen_its_at(its), enable);
	u->enabled = enable;
	/* What GITS_CWRITER has passed is performed. */
	if (enable)
		gen_its_perform(g, its);
}

/**
 * gen_its_act_ctlr() - turn an ITS off, for a short time mostly, or write that it is on
 * @g: the generator
 */
void gen_its_act_ctlr(struct gen *g)
{
	static void (*const meanwhile[])(struct gen * g) = { gen_its_act_msi, gen_its_act_event,
							     gen_its_act_map, gen_its_act_irqfd,
							     gen_its_act_look };
	unsigned int its = gen_its_any(g);

	set_ctlr(g, its, !its_gen(g)->unit[its].enabled || gen_once_in(g, 4));
	if (its_gen(g)->unit[its].enabled)
		return;
	for (u64 n = rng_below(&g->r, 4); n; n--)
		PICK(&g->r, meanwhile)(g);
	if (!gen_once_in(g, 8))
		set_ctlr(g, its, true);
}

/* A part of a GITS_BASER<n> that is other than usual. */
static u64 odd_baser(struct gen *g, u64 usual)
{
	static const u64 tables[] = { ITS_BLOCK(0), ITS_BLOCK(1), ITS_BLOCK(2), ITS_CONFIG_AT };
	u64 page_sizes = bits_mask(9, 8), address = bits_mask(47, 12);

	switch (rng_below(&g->r, 8)) {
	case 0: /* pages of 4 KiB, of 16 KiB */
		return usual & ~page_sizes;
	case 1:
		return (usual & ~page_sizes) | 0x100;
	case 2:
		return usual ^ ITS_INDIRECT;
	case 3:
		return usual & ~ITS_VALID;
	case 4: /* more pages, beyond the program's memory perhaps */
		return usual | rng_below(&g->r, 256);
	case 5:
		return (usual & ~address) | ITS_NO_MEMORY_AT;
	case 6: /* over another table */
		return (usual & ~address) | PICK(&g->r, tables);
	default: /* memory attributes, and what is read only */
		return usual | (rng_next(&g->r) & ~(address | bits_mask(9, 0) | ITS_INDIRECT));
	}
}

/* What an ITS has mapped goes with the table that it is in. */
static void forget_table(struct gen *g, unsigned int its, unsigned int table)
{
	struct its_unit *u = &its_gen(g)->unit[its];

	if (table == ITS_DEVICE_TABLE) {
		u8 vcpu[ITS_COLLECTIONS];

		for (unsigned int c = 0; c < ITS_COLLECTIONS; c++)
			vcpu[c] = u->vcpu[c];
		gen_its_forget(g, its);
		for (unsigned int c = 0; c < ITS_COLLECTIONS; c++)
			u->vcpu[c] = vcpu[c];
		return;
	}
	for (unsigned int c = 0; c < ITS_COLLECTIONS; c++)
		u->vcpu[c] = 0;
}

/**
 * gen_its_act_basers() - write a GITS_BASER<n>, while the ITS is disabled for the most part
 * @g: the generator
 */
void gen_its_act_basers(struct gen *g)
{
	struct its_gen *i = its_gen(g);
	unsigned int its = gen_its_any(g);
	unsigned int table = gen_once_in(g, 2) ? ITS_DEVICE_TABLE : ITS_COLLECTION_TABLE;
	bool disable = !gen_once_in(g, 8), other = gen_once_in(g, 2);

	if (disable)
		set_ctlr(g, its, false);
	if (other && !i->spare_used && i->nr_its < ITS_MAX && disable) {
		i->unit[its].moved[table - ITS_DEVICE_TABLE] ^= true;
		i->spare_used = true;
		forget_table(g, its, table);
	} else if (gen_once_in(g, 3)) {
		gen_its_store_baser(g, its, table, odd_baser(g, gen_its_baser(i, its, table)));
		if (disable)
			forget_table(g, its, table);
	}
	gen_its_store_baser(g, its, table, gen_its_baser(i, its, table));
	if (disable)
		set_ctlr(g, its, true);
	if (disable && other)
		gen_its_map_all(g, its);
}

/**
 * gen_its_act_cbaser() - give an ITS another queue, while it is disabled
 * @g: the generator
 */
void gen_its_act_cbaser(struct gen *g)
{
	static const u64 attributes[] = { 0, 0, 1ULL << 59, 7ULL << 53, 3ULL << 10 };
	unsigned int its = gen_its_any(g), pages = (unsigned int)rng_below(&g->r, 3);
	struct its_unit *u = &its_gen(g)->unit[its];
	u64 value = ITS_VALID | gen_its_block(its, ITS_QUEUE) | pages;

	/* While it is enabled, or without one, nothing is said of what comes of it. */
	if (gen_once_in(g, 16))
		gen_its_store(g, gen_its_any_vcpu(g), REG_GITS_CBASER, gen_its_at(its), value);
	set_ctlr(g, its, false);
	if (gen_once_in(g, 16)) {
		gen_its_store(g, 0, REG_GITS_CBASER, gen_its_at(its), value & ~ITS_VALID);
		gen_its_store(g, 0, REG_GITS_CTLR, gen_its_at(its), 1);
		gen_its_store(g, 0, REG_GITS_CTLR, gen_its_at(its), 0);
	}
	value |= PICK(&g->r, attributes);
	if (gen_once_in(g, 4))
		gen_its_user_write(g, its, reg_place(REG_GITS_CBASER, 0), value);
	else
		gen_its_store(g, gen_its_any_vcpu(g), REG_GITS_CBASER, gen_its_at(its), value);
	u->queue_bytes = (pages + 1) * QUEUE_PAGE_BYTES;
	u->queue = 0;
	u->waiting = 0;
	/* GITS_CWRITER may be anywhere in the queue that was. */
	gen_its_store(g, gen_its_any_vcpu(g), REG_GITS_CWRITER, gen_its_at(its), 0);
	set_ctlr(g, its, true);
}

/**
 * gen_its_act_cwriter() - GITS_CWRITER at the end of the queue, past it, between commands
 * @g: the generator
 */
void gen_its_act_cwriter(struct gen *g)
{
	unsigned int its = gen_its_any(g);
	struct its_unit *u = &its_gen(g)->unit[its];
	u64 value = u->queue;

	switch (rng_below(&g->r, 6)) {
	case 0:
		value = u->queue_bytes;
		break;
	case 1:
		value = u->queue_bytes + ITS_COMMAND_BYTES;
		break;
	case 2:
		value = bits_mask(19, 5);
		break;
	case 3:
		value |= RETRY;
		break;
	case 4:
		value |= bits_mask(4, 1) | bits_mask(63, 20);
		break;
	default: /* performs once more all that is in the queue */
		value = (value + u->queue_bytes - ITS_COMMAND_BYTES) % u->queue_bytes;
		break;
	}
	gen_its_store(g, gen_its_any_vcpu(g), REG_GITS_CWRITER, gen_its_at(its), value);
	gen_its_perform(g, its);
}

/**
 * gen_its_act_creadr() - write GITS_CREADR: userspace may, while the ITS is disabled
 * @g: the generator
 */
void gen_its_act_creadr(struct gen *g)
{
	unsigned int its = gen_its_any(g);
	struct its_unit *u = &its_gen(g)->unit[its];
	const u32 values[] = { 0,
			       ITS_COMMAND_BYTES,
			       u->queue,
			       u->queue_bytes - ITS_COMMAND_BYTES,
			       u->queue_bytes,
			       u->queue | 0x1f };
	u64 value = PICK(&g->r, values);

	if (gen_once_in(g, 4)) {
		gen_its_store(g, gen_its_any_vcpu(g), REG_GITS_CREADR, gen_its_at(its), value);
		return;
	}
	gen_its_user_write(g, its, reg_place(REG_GITS_CREADR, 0), value);
	if (!u->enabled)
		gen_its_user_write(g, its, reg_place(REG_GITS_CREADR, 0), u->queue);
}

static enum reg_id any_register(struct gen *g)
{
	enum reg_id first = frame_desc(FRAME_GITS)->first, end = first;

	while (end < NR_REGS && reg_desc(end)->frame == FRAME_GITS)
		end++;
	return (enum reg_id)(first + rng_below(&g->r, end - first));
}

static void read_its(struct gen *g, unsigned int its, bool user)
{
	static const enum reg_id regs[] = { REG_GITS_CTLR,   REG_GITS_TYPER,  REG_GITS_CBASER,
					    REG_GITS_CREADR, REG_GITS_CREADR, REG_GITS_CWRITER,
					    REG_GITS_BASER,  REG_GITS_BASER,  REG_GITS_IIDR,
					    REG_GITS_PIDR2 };
	enum reg_id reg = gen_once_in(g, 8) ? any_register(g) : PICK(&g->r, regs);
	u64 where = reg_place(reg, reg == REG_GITS_BASER ? (unsigned int)rng_below(&g->r, 3) : 0);
	struct op *op = prog_add(g->p, user ? OP_USER_READ : OP_GUEST_READ);

	if (user) {
		op_set_arg(op, ARG_USER_READ_reg, where);
		op_set_arg(op, ARG_USER_READ_its, its);
		return;
	}
	op_set_arg(op, ARG_GUEST_READ_vcpu, gen_its_any_id(g));
	op_set_arg(op, ARG_GUEST_READ_reg, where);
	op_set_arg(op, ARG_GUEST_READ_at, gen_its_at(its));
	if (gen_once_in(g, 8))
		op_set_arg(op, ARG_GUEST_READ_size, 1ULL << rng_below(&g->r, 4));
}

/**
 * gen_its_act_look() - read registers, and the highest pending interrupt
 * @g: the generator
 */
void gen_its_act_look(struct gen *g)
{
	static const enum reg_id redist[] = { REG_GICR_CTLR, REG_GICR_PROPBASER,
					      REG_GICR_PENDBASER };
	unsigned int vcpu = gen_its_any_vcpu(g), its = gen_its_any(g);

	switch (rng_below(&g->r, 4)) {
	case 0:
	case 1:
		read_its(g, its, gen_once_in(g, 2));

		break;
	case 2:
		add_guest_read(g->p, g->vcpu[vcpu], PICK(&g->r, redist), gen_redist_at(vcpu));
		break;
	default:
		add_guest_read(g->p, g->vcpu[vcpu], REG_ICC_HPPIR1, 0);
		break;
	}
}

/**
 * gen_its_act_read_only() - write a register that the other acts do not
 * @g: the generator
 */
void gen_its_act_read_only(struct gen *g)
{
	unsigned int its = gen_its_any(g);
	enum reg_id reg = any_register(g);
	u64 value = rng_next(&g->r);

	switch (reg) {
	case REG_GITS_CTLR:
	case REG_GITS_CBASER:
	case REG_GITS_CREADR:
	case REG_GITS_CWRITER:
	case REG_GITS_TRANSLATER:
		return;
	case REG_GITS_BASER: /* there are two of a meaning */
		gen_its_user_write(g, its, reg_place(reg, 2 + (unsigned int)rng_below(&g->r, 6)),
				   value);
		return;
	default:
		break;
	}
	if (gen_once_in(g, 2))
		gen_its_user_write(g, its, reg_place(reg, 0), value);
	else
		gen_its_store(g, gen_its_any_vcpu(g), reg, gen_its_at(its), value);
}

/**
 * gen_its_act_held() - what fails while a vCPU is in its guest, and an MSI meanwhile
 * @g: the generator
 */
void gen_its_act_held(struct gen *g)
{
	unsigned int vcpu = gen_its_any_vcpu(g), its = gen_its_any(g);

	op_set_arg(prog_add(g->p, OP_HOLD), ARG_HOLD_vcpu, g->vcpu[vcpu]);
	switch (rng_below(&g->r, 4)) {
	case 0:
		op_set_arg(prog_add(g->p, OP_SAVE_TABLES), ARG_SAVE_TABLES_its, its);
		break;
	case 1:
		op_set_arg(prog_add(g->p, OP_RESTORE_TABLES), ARG_RESTORE_TABLES_its, its);
		break;
	case 2:
		op_set_arg(prog_add(g->p, OP_RESET_ITS), ARG_RESET_ITS_its, its);
		break;
	default:
		read_its(g, its, true);
		break;
	}
	gen_its_act_msi(g);
	op_set_arg(prog_add(g->p, OP_RELEASE), ARG_RELEASE_vcpu, g->vcpu[vcpu]);
}
