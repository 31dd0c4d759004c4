// SPDX-License-Identifier: GPL-2.0-only
/*
 * What operations store into the guest's memory: bytes, and commands for an ITS.
 */
#include "lib/prog/mem.h"

#include <endian.h>
#include <string.h>

/* A field of a command, and the argument that says it. */
struct field_of_arg {
	enum op_arg_id arg;
	enum its_field_id field;
};

#define MAX_FIELDS 4

/* The command that an operation writes, if it writes one. */
struct cmd_of_op {
	enum its_cmd_id cmd;
	enum op_arg_id at;
	unsigned int nr; /* of fields: 0 if it writes none */
	struct field_of_arg field[MAX_FIELDS];
};

#define IN(op, arg, name)                                 \
	{                                                 \
		ARG_##op##_##arg, ITS_FIELD_##op##_##name \
	}
#define COMMAND(op, nr, ...) [OP_##op] = { ITS_CMD_##op, ARG_##op##_at, nr, { __VA_ARGS__ } }

static const struct cmd_of_op cmds[NR_OPS] = {
	COMMAND(MAPD, 4, IN(MAPD, device, DeviceID), IN(MAPD, itt, ITT_addr), IN(MAPD, size, Size),
		IN(MAPD, valid, V)),
	COMMAND(MAPC, 3, IN(MAPC, icid, ICID), IN(MAPC, rdbase, RDbase), IN(MAPC, valid, V)),
	COMMAND(MAPTI, 4, IN(MAPTI, device, DeviceID), IN(MAPTI, event, EventID),
		IN(MAPTI, intid, pINTID), IN(MAPTI, icid, ICID)),
	COMMAND(MAPI, 3, IN(MAPI, device, DeviceID), IN(MAPI, event, EventID),
		IN(MAPI, icid, ICID)),
	COMMAND(MOVI, 3, IN(MOVI, device, DeviceID), IN(MOVI, event, EventID),
		IN(MOVI, icid, ICID)),
	COMMAND(MOVALL, 2, IN(MOVALL, from, RDbase1), IN(MOVALL, to, RDbase2)),
	COMMAND(INV, 2, IN(INV, device, DeviceID), IN(INV, event, EventID)),
	COMMAND(INVALL, 1, IN(INVALL, icid, ICID)),
	COMMAND(INT, 2, IN(INT, device, DeviceID), IN(INT, event, EventID)),
	COMMAND(CLEAR, 2, IN(CLEAR, device, DeviceID), IN(CLEAR, event, EventID)),
	COMMAND(DISCARD, 2, IN(DISCARD, device, DeviceID), IN(DISCARD, event, EventID)),
	COMMAND(SYNC, 1, IN(SYNC, rdbase, RDbase)),
};

#undef IN
#undef COMMAND

/**
 * op_its_command() - the command for an ITS that an operation writes
 * @op:  any
 * @cmd: filled in, if it writes one
 *
 * Return: whether it writes one.
 */
bool op_its_command(const struct op *op, u64 cmd[ITS_CMD_WORDS])
{
	const struct cmd_of_op *c = &cmds[op->id];

	if (op->id == OP_COMMAND) {
		for (size_t i = 0; i < ITS_CMD_WORDS; i++)
			cmd[i] = op->arg[1 + i]; /* in the order of its arguments */
		return true;
	}
	if (!c->nr)
		return false;
	its_cmd_begin(cmd, c->cmd);
	for (unsigned int i = 0; i < c->nr; i++)
		its_cmd_put(cmd, c->field[i].field, op_arg(op, c->field[i].arg));
	return true;
}

static void put_le(u8 *bytes, size_t nr, u64 value)
{
	value = htole64(value);
	memcpy(bytes, &value, nr);
}

/**
 * op_mem_size() - the size of an access by the guest to the program's memory
 * @size: the operation's argument
 *
 * Return: bytes: 1, 2, 4 or 8.
 */
unsigned int op_mem_size(u64 size)
{
	return size ? (unsigned int)size : 8;
}

/**
 * op_mem_store() - what an operation stores into the guest's memory
 * @op:    any
 * @store: filled in, if it stores
 *
 * Return: whether it stores.
 */
bool op_mem_store(const struct op *op, struct mem_store *store)
{
	u64 cmd[ITS_CMD_WORDS];

	if (op->id == OP_GUEST_STORE) {
		store->at = op_arg(op, ARG_GUEST_STORE_at);
		store->nr = op_mem_size(op_arg(op, ARG_GUEST_STORE_size));
		put_le(store->byte, store->nr, op_arg(op, ARG_GUEST_STORE_value));
		return true;
	}
	if (op->id == OP_MEM_WRITE) {
		store->at = op_arg(op, ARG_MEM_WRITE_at);
		store->nr = op_arg(op, ARG_MEM_WRITE_size);
		put_le(store->byte, store->nr, op_arg(op, ARG_MEM_WRITE_value));
		return true;
	}
	if (!op_its_command(op, cmd))
		return false;
	store->at = op->id == OP_COMMAND ? op_arg(op, ARG_COMMAND_at) : op_arg(op, cmds[op->id].at);
	store->nr = ITS_CMD_BYTES;
	for (size_t i = 0; i < ITS_CMD_WORDS; i++)
		put_le(store->byte + 8 * i, 8, cmd[i]);
	return true;
}

/**
 * op_is_on_mem() - does userspace do nothing but access the guest's memory?
 * @op: any
 *
 * Return: whether; if it does not store, it is OP_MEM_READ.
 */
bool op_is_on_mem(const struct op *op)
{
	return op->id == OP_MEM_READ || op->id == OP_MEM_WRITE || op->id == OP_COMMAND ||
	       cmds[op->id].nr;
}

/**
 * op_guest_mem() - where a guest accesses the program's memory
 * @op: any
 * @at: receives the gpa, if it does
 *
 * Return: whether it does.
 */
bool op_guest_mem(const struct op *op, u64 *at)
{
	switch (op->id) {
	case OP_GUEST_LOAD:
		*at = op_arg(op, ARG_GUEST_LOAD_at);
		return true;
	case OP_GUEST_STORE:
		*at = op_arg(op, ARG_GUEST_STORE_at);
		return true;
	case OP_GUEST_CLEAN:
		*at = op_arg(op, ARG_GUEST_CLEAN_at);
		return true;
	default:
		return false;
	}
}

/**
 * prog_uses_mem() - does a program use the memory at PROG_MEM_BASE?
 * @p: the program
 *
 * Return: whether userspace or a guest accesses it, or it creates an ITS, which may.
 */
bool prog_uses_mem(const struct prog *p)
{
	u64 at;

	for (size_t i = 0; i < p->nr_ops; i++) {
		if (p->op[i].id == OP_CREATE_ITS || op_is_on_mem(&p->op[i]) ||
		    op_guest_mem(&p->op[i], &at))
			return true;
	}
	return false;
}
