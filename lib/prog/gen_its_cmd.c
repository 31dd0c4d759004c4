// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands for ITSes that random programs hold.  What a command maps is noted, unless
 * one of its fields was put at a boundary: what comes of that is for the model to say.
 */
#include <string.h>

#include "lib/prog/gen_its.h"
#include "lib/prog/mem.h"
#include "lib/regs/its_cmd.h"

#define RARELY 24 /* once in so many commands a field is at a boundary */

static const u64 edge_devices[] = { 0, 1, 4, 8191, 8192, 65535, 65536, UINT32_MAX };
static const u64 edge_events[] = { 3, 4, 7, 8, 15, 16, 31, 32, 255, 256, 65535, 65536, UINT32_MAX };
static const u64 edge_intids[] = { 0,	  1,	 31,	1020,  1023,	 8191,	    8192 + 254,
				   16383, 16384, 65535, 65536, 1u << 24, UINT32_MAX };
static const u64 edge_icids[] = { 3, 4, 8191, 8192, 65535 };
static const u64 edge_sizes[] = { 0, 1, 4, 13, 14, 15, 16, 17, 31 };
static const u64 edge_rdbases[] = { 0, 1, 2, 3, 4, 0x80a, 0xffff, 0xfffffffff };
/* Over other tables, at the end of memory, and where there is none. */
static const u64 edge_itts[] = {
	ITS_BLOCK(0),		ITS_BLOCK(1), ITS_BLOCK(2), ITS_BLOCK(3),    ITS_CONFIG_AT,
	ITS_BLOCK(15) + 0xff00, 0x60000000,   0x8080000,    0xfffffffffff00,
};

static const struct edges {
	const char *name; /* of the argument */
	const u64 *value;
	size_t nr;
} edges[] = {
	{ "device", edge_devices, ARRAY_SIZE(edge_devices) },
	{ "event", edge_events, ARRAY_SIZE(edge_events) },
	{ "intid", edge_intids, ARRAY_SIZE(edge_intids) },
	{ "icid", edge_icids, ARRAY_SIZE(edge_icids) },
	{ "size", edge_sizes, ARRAY_SIZE(edge_sizes) },
	{ "rdbase", edge_rdbases, ARRAY_SIZE(edge_rdbases) },
	{ "from", edge_rdbases, ARRAY_SIZE(edge_rdbases) },
	{ "to", edge_rdbases, ARRAY_SIZE(edge_rdbases) },
	{ "itt", edge_itts, ARRAY_SIZE(edge_itts) },
};

/* Rarely puts one field where its range ends. Return: whether. */
static bool at_an_edge(struct gen *g, struct op *op)
{
	const struct edges *e = &PICK(&g->r, edges);
	unsigned int first = op_desc(op->id)->first_arg;

	if (!gen_once_in(g, RARELY / 3))
		return false;
	for (unsigned int n = 0; n < OP_MAX_ARGS && op_arg_desc(first + n)->op == op->id; n++) {
		if (strcmp(op_arg_desc(first + n)->name, e->name) != 0)
			continue;
		op->arg[n] = e->value[rng_below(&g->r, e->nr)];
		return true;
	}
	return false;
}

/**
 * gen_its_perform() - append a write of GITS_CWRITER
 * @g:   the generator
 * @its: number of the ITS
 */
void gen_its_perform(struct gen *g, unsigned int its)
{
	struct its_unit *u = &its_gen(g)->unit[its];

	if (gen_once_in(g, 16))
		gen_its_user_write(g, its, reg_place(REG_GITS_CWRITER, 0), u->queue);
	else
		gen_its_store(g, gen_its_any_vcpu(g), REG_GITS_CWRITER, gen_its_at(its), u->queue);
	if (u->enabled)
		u->waiting = 0;
}

/* At once, or together with those that follow. */
static void perform_soon(struct gen *g, unsigned int its)
{
	if (!gen_once_in(g, 4))
		gen_its_perform(g, its);
}

/* A command, of which the place in the queue is the first argument of all. */
static struct op *add_command(struct gen *g, unsigned int its, enum op_id id)
{
	struct its_unit *u = &its_gen(g)->unit[its];
	struct op *op;

	if (u->waiting >= u->queue_bytes / ITS_COMMAND_BYTES - 2) {
		u->enabled = true;
		gen_its_store(g, 0, REG_GITS_CTLR, gen_its_at(its), 1);
		gen_its_perform(g, its);
	}
	op = prog_add(g->p, id);
	op->arg[0] = gen_its_block(its, ITS_QUEUE) + u->queue;
	u->queue = (u->queue + ITS_COMMAND_BYTES) % u->queue_bytes;
	u->waiting++;
	return op;
}

/* DeviceID and EventID follow in all that have them. */
static struct op *add_event_command(struct gen *g, enum op_id id, const struct its_event *e)
{
	const struct its_gen *i = its_gen(g);
	struct op *op = add_command(g, e->its, id);

	op->arg[1] = i->unit[e->its].device[e->device].id;
	op->arg[2] = gen_its_event_id(i, e);
	return op;
}

static struct its_device *device_of(struct gen *g, const struct its_event *e)
{
	return &its_gen(g)->unit[e->its].device[e->device];
}

/**
 * gen_its_event_of() - an event of an ITS, mapped or not
 * @g:   the generator
 * @its: number of the ITS
 * @e:   receives it
 */
void gen_its_event_of(struct gen *g, unsigned int its, struct its_event *e)
{
	e->its = (u8)its;
	e->device = (u8)rng_below(&g->r, ITS_DEVICES);
	e->event = (u8)rng_below(&g->r, ITS_EVENTS);
}

/**
 * gen_its_find_event() - an event that is mapped, or any if that is not found soon
 * @g: the generator
 * @e: receives it
 *
 * Return: whether it is mapped.
 */
bool gen_its_find_event(struct gen *g, struct its_event *e)
{
	for (unsigned int tries = 0; tries < 2 * ITS_DEVICES * ITS_EVENTS; tries++) {
		gen_its_event_of(g, gen_its_any(g), e);
		if (device_of(g, e)->lpi[e->event])
			return true;
	}
	return false;
}

static void forget_event(struct gen *g, struct its_device *d, unsigned int event)
{
	if (d->lpi[event])
		its_gen(g)->lpi_used[d->lpi[event] - 1] = false;
	d->lpi[event] = 0;
}

static void map_device(struct gen *g, unsigned int its, unsigned int device, bool valid)
{
	struct its_gen *i = its_gen(g);
	struct its_device *d = &i->unit[its].device[device];
	struct op *op = add_command(g, its, OP_MAPD);

	op_set_arg(op, ARG_MAPD_device, d->id);
	op_set_arg(op, ARG_MAPD_itt, gen_its_itt(i, its, device));
	op_set_arg(op, ARG_MAPD_size, d->bits - 1u);
	op_set_arg(op, ARG_MAPD_valid, valid);
	if (at_an_edge(g, op))
		return;
	for (unsigned int e = 0; e < ITS_EVENTS; e++)
		forget_event(g, d, e);
	d->mapped = valid;
}

static void map_collection(struct gen *g, unsigned int its, unsigned int c, unsigned int vcpu,
			   bool valid)
{
	struct its_unit *u = &its_gen(g)->unit[its];
	struct op *op = add_command(g, its, OP_MAPC);

	op_set_arg(op, ARG_MAPC_icid, u->icid[c]);
	op_set_arg(op, ARG_MAPC_rdbase, g->vcpu[vcpu]);
	op_set_arg(op, ARG_MAPC_valid, valid);
	if (!at_an_edge(g, op))
		u->vcpu[c] = valid ? (u8)(vcpu + 1) : 0;
}

/* A collection, of one PE if that is not 0, or any. */
static unsigned int find_collection(struct gen *g, unsigned int its, unsigned int vcpu)
{
	const struct its_unit *u = &its_gen(g)->unit[its];
	unsigned int c = 0;

	for (unsigned int tries = 0; tries < 2 * ITS_COLLECTIONS; tries++) {
		c = (unsigned int)rng_below(&g->r, ITS_COLLECTIONS);
		if (u->vcpu[c] && (!vcpu || u->vcpu[c] == vcpu))
			break;
	}
	return c;
}

/* What became of one that was mapped before is for the implementation, if it was pending. */
static unsigned int find_lpi(struct gen *g)
{
	const struct its_gen *i = its_gen(g);
	bool fresh = !gen_once_in(g, 12);
	unsigned int lpi = 0;

	for (unsigned int tries = 0; tries < 4 * ITS_LPIS; tries++) {
		lpi = (unsigned int)rng_below(&g->r, ITS_LPIS);
		if (!i->lpi_used[lpi] && !(fresh && i->home[lpi]))
			break;
	}
	return lpi;
}

static void map_event(struct gen *g, const struct its_event *e)
{
	struct its_gen *i = its_gen(g);
	struct its_device *d = device_of(g, e);
	u64 event = gen_its_event_id(i, e);
	bool is_intid = event >= ITS_FIRST_INTID && !gen_once_in(g, 3);
	unsigned int lpi = is_intid ? (unsigned int)(event - ITS_FIRST_INTID) : find_lpi(g);
	/* Elsewhere than before, what became of its pending state is rarely known. */
	unsigned int home = gen_once_in(g, 16) ? 0 : i->home[lpi];
	unsigned int c = find_collection(g, e->its, home);
	struct op *op = add_event_command(g, is_intid ? OP_MAPI : OP_MAPTI, e);

	op_set_arg(op, is_intid ? ARG_MAPI_icid : ARG_MAPTI_icid, i->unit[e->its].icid[c]);
	if (!is_intid)
		op_set_arg(op, ARG_MAPTI_intid, gen_its_intid(lpi));
	if (at_an_edge(g, op) || d->lpi[e->event] || !d->mapped || i->lpi_used[lpi])
		return;
	i->lpi_used[lpi] = true;
	d->lpi[e->event] = (u8)(lpi + 1);
	d->coll[e->event] = (u8)c;
	/* The first PE if it is of none yet, which need not be known. */
	i->home[lpi] = i->unit[e->its].vcpu[c] ? i->unit[e->its].vcpu[c] : 1;
}

/**
 * gen_its_map_all() - append commands that map devices, collections and events
 * @g:   the generator
 * @its: number of the ITS
 */
void gen_its_map_all(struct gen *g, unsigned int its)
{
	for (unsigned int d = 0; d < ITS_DEVICES; d++) {
		if (!d || !gen_once_in(g, 6))
			map_device(g, its, d, true);
	}
	for (unsigned int c = 0; c < ITS_COLLECTIONS; c++) {
		if (!c || !gen_once_in(g, 6))
			map_collection(g, its, c, gen_its_any_vcpu(g), true);
	}
	for (unsigned int n = 0; n < 6 / its_gen(g)->nr_its; n++) {
		struct its_event e;

		gen_its_event_of(g, its, &e);

		if (device_of(g, &e)->mapped && !device_of(g, &e)->lpi[e.event])
			map_event(g, &e);
	}
	gen_its_perform(g, its);
}

/**
 * gen_its_map_outside() - a device that the ITS has no other of, with an ITT in no memory
 * @g:   the generator
 * @its: number of the ITS
 */
void gen_its_map_outside(struct gen *g, unsigned int its)
{
	const struct its_unit *u = &its_gen(g)->unit[its];
	u64 id = (u->device[ITS_DEVICES - 1].id + 1) % 8192;
	struct op *op = add_command(g, its, OP_MAPD);

	op_set_arg(op, ARG_MAPD_device, id);
	op_set_arg(op, ARG_MAPD_itt, ITS_NO_MEMORY_AT);
	op_set_arg(op, ARG_MAPD_size, 4);
	op_set_arg(op, ARG_MAPD_valid, 1);
	op = add_command(g, its, OP_MAPTI);
	op_set_arg(op, ARG_MAPTI_device, id);
	op_set_arg(op, ARG_MAPTI_intid, gen_its_intid(0) + 100);
	op_set_arg(op, ARG_MAPTI_icid, u->icid[0]);
	gen_its_perform(g, its);
}

/**
 * gen_its_act_mapd() - map a device, or remove it
 * @g: the generator
 */
void gen_its_act_mapd(struct gen *g)
{
	unsigned int its = gen_its_any(g), device = (unsigned int)rng_below(&g->r, ITS_DEVICES);
	struct its_device *d = &its_gen(g)->unit[its].device[device];

	map_device(g, its, device, !d->mapped || gen_once_in(g, 2));
	perform_soon(g, its);
}

/**
 * gen_its_act_mapc() - map a collection, or remove it
 * @g: the generator
 */
void gen_its_act_mapc(struct gen *g)
{
	unsigned int its = gen_its_any(g), c = (unsigned int)rng_below(&g->r, ITS_COLLECTIONS);
	unsigned int vcpu = its_gen(g)->unit[its].vcpu[c];

	/* Where it is, elsewhere, or nowhere. */
	if (!vcpu || gen_once_in(g, 3))
		map_collection(g, its, c, gen_its_any_vcpu(g), true);
	else
		map_collection(g, its, c, vcpu - 1, gen_once_in(g, 2));
	perform_soon(g, its);
}

/**
 * gen_its_act_map() - map an event
 * @g: the generator
 */
void gen_its_act_map(struct gen *g)
{
	struct its_event e;

	for (unsigned int tries = 0; tries < 2 * ITS_EVENTS; tries++) {
		gen_its_event_of(g, gen_its_any(g), &e);
		if (device_of(g, &e)->mapped && !device_of(g, &e)->lpi[e.event])
			break;
	}
	if ((device_of(g, &e)->mapped && !device_of(g, &e)->lpi[e.event]) || gen_once_in(g, RARELY))
		map_event(g, &e);
	perform_soon(g, e.its);
}

/**
 * gen_its_act_move() - move an event to another collection
 * @g: the generator
 */
void gen_its_act_move(struct gen *g)
{
	struct its_gen *i = its_gen(g);
	struct its_event e;
	struct its_unit *u;
	unsigned int c;
	struct op *op;

	if (!gen_its_find_event(g, &e) && !gen_once_in(g, RARELY))
		return;
	u = &i->unit[e.its];
	c = find_collection(g, e.its, 0);
	op = add_event_command(g, OP_MOVI, &e);
	op_set_arg(op, ARG_MOVI_icid, u->icid[c]);
	if (!at_an_edge(g, op) && u->vcpu[c] && device_of(g, &e)->lpi[e.event]) {
		device_of(g, &e)->coll[e.event] = (u8)c;
		i->home[device_of(g, &e)->lpi[e.event] - 1] = u->vcpu[c];
	}
	perform_soon(g, e.its);
}

static void move_all(struct gen *g, unsigned int its, unsigned int from, unsigned int to)
{
	struct op *op = add_command(g, its, OP_MOVALL);

	op_set_arg(op, ARG_MOVALL_from, g->vcpu[from]);
	op_set_arg(op, ARG_MOVALL_to, g->vcpu[to]);
	at_an_edge(g, op);
}

/* What an operating system does that takes a collection to another PE. */
static void retarget(struct gen *g, unsigned int its, unsigned int c, unsigned int to)
{
	unsigned int from = its_gen(g)->unit[its].vcpu[c];

	map_collection(g, its, c, to, true);
	if (!from)
		return;
	op_set_arg(add_command(g, its, OP_SYNC), ARG_SYNC_rdbase, g->vcpu[from - 1]);
	move_all(g, its, from - 1, to);
	op_set_arg(add_command(g, its, OP_SYNC), ARG_SYNC_rdbase, g->vcpu[to]);
}

/**
 * gen_its_act_move_all() - move what is pending from one PE to another
 * @g: the generator
 */
void gen_its_act_move_all(struct gen *g)
{
	unsigned int its = gen_its_any(g), to = gen_its_any_vcpu(g);

	if (gen_once_in(g, 3))
		move_all(g, its, gen_its_any_vcpu(g), to);
	else
		retarget(g, its, (unsigned int)rng_below(&g->r, ITS_COLLECTIONS), to);

	gen_its_perform(g, its);
}

/**
 * gen_its_act_event() - a command that leaves an event mapped as it is
 * @g: the generator
 */
void gen_its_act_event(struct gen *g)
{
	static const enum op_id ids[] = { OP_INT, OP_INT, OP_INT, OP_CLEAR, OP_INV };
	struct its_event e;

	if (gen_its_find_event(g, &e) || gen_once_in(g, RARELY))
		at_an_edge(g, add_event_command(g, PICK(&g->r, ids), &e));
	perform_soon(g, e.its);
}

/**
 * gen_its_invalidate() - have the configuration of an event's LPI read anew
 * @g: the generator
 * @e: the event
 */
void gen_its_invalidate(struct gen *g, const struct its_event *e)
{
	if (device_of(g, e)->lpi[e->event])
		add_event_command(g, OP_INV, e);
	gen_its_perform(g, e->its);
}

/**
 * gen_its_act_discard() - remove an event
 * @g: the generator
 */
void gen_its_act_discard(struct gen *g)
{
	struct its_event e;

	if (!gen_its_find_event(g, &e) && !gen_once_in(g, RARELY))
		return;
	if (!at_an_edge(g, add_event_command(g, OP_DISCARD, &e)))
		forget_event(g, device_of(g, &e), e.event);
	perform_soon(g, e.its);
}

/**
 * gen_its_act_invall() - have all configurations of a collection read anew
 * @g: the generator
 */
void gen_its_act_invall(struct gen *g)
{
	unsigned int its = gen_its_any(g), c = find_collection(g, its, 0);
	struct op *op;

	if (!its_gen(g)->unit[its].vcpu[c] && !gen_once_in(g, RARELY))
		return;
	op = add_command(g, its, OP_INVALL);
	op_set_arg(op, ARG_INVALL_icid, its_gen(g)->unit[its].icid[c]);
	at_an_edge(g, op);
	perform_soon(g, its);
}

/**
 * gen_its_act_sync() - wait for a PE
 * @g: the generator
 */
void gen_its_act_sync(struct gen *g)
{
	unsigned int its = gen_its_any(g);
	struct op *op = add_command(g, its, OP_SYNC);

	op_set_arg(op, ARG_SYNC_rdbase, gen_its_any_id(g));
	at_an_edge(g, op);
	perform_soon(g, its);
}

/* The bits of a doubleword that no field of the command has. */
static u64 reserved_bits(u64 dw0, unsigned int dw)
{
	u64 bits = dw ? ~0ULL : ~bits_mask(ITS_CMD_NUMBER_MSB, 0);

	for (unsigned int n = 0; n < NR_ITS_FIELDS; n++) {
		const struct its_field_desc *f = its_field_desc((enum its_field_id)n);

		if (f->cmd == its_cmd_find(dw0) && f->dw == dw)
			bits &= ~bits_mask(f->msb, f->lsb);
	}
	return bits;
}

/* An INT, CLEAR or INV with bits that are RES0. */
static void reserved_command(struct gen *g, const struct its_event *e)
{
	static const enum op_id ids[] = { OP_INT, OP_CLEAR, OP_INV };
	struct op *op = add_event_command(g, PICK(&g->r, ids), e);
	unsigned int dw = (unsigned int)rng_below(&g->r, ITS_CMD_WORDS);
	u64 cmd[ITS_CMD_WORDS], at = op->arg[0];

	op_its_command(op, cmd);
	cmd[dw] |= reserved_bits(cmd[0], dw) & rng_next(&g->r);
	op->id = OP_COMMAND;
	op->arg[0] = at;
	memcpy(&op->arg[1], cmd, sizeof(cmd));
}

/**
 * gen_its_act_raw() - a command that the ITS does not have, or with bits that are RES0
 * @g: the generator
 */
void gen_its_act_raw(struct gen *g)
{
	/* Of no command, and those of virtual interrupts (IHI 0069H 5.3). */
	static const u8 numbers[] = { 0x00, 0x02, 0x06, 0x07, 0x10, 0x21, 0x22, 0x23, 0x25,
				      0x29, 0x2a, 0x2b, 0x2d, 0x2e, 0x31, 0x80, 0xff };
	struct its_gen *i = its_gen(g);
	struct its_event e;
	struct op *op;

	if (gen_its_find_event(g, &e) && gen_once_in(g, 2)) {
		reserved_command(g, &e);
	} else {
		op = add_command(g, e.its, OP_COMMAND);
		op->arg[1] = PICK(&g->r, numbers) | (u64)device_of(g, &e)->id << 32;
		op->arg[2] = gen_its_event_id(i, &e) | gen_its_intid(0) << 32;
		op->arg[3] = (gen_once_in(g, 2) ? ITS_VALID : 0) | i->unit[e.its].icid[0];
		op->arg[4] = gen_once_in(g, 2) ? 0 : rng_next(&g->r);
	}
	perform_soon(g, e.its);
}
