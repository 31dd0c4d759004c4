// SPDX-License-Identifier: GPL-2.0-only
/*
 * What operations store into the guest's memory: bytes, and commands for an ITS.
 */
#include "lib/prog/mem.h"

#include <string.h>

/* The command that an operation writes, if it writes one. */
struct cmd_of_op {
	bool is_cmd;
	enum its_cmd_id cmd;
	enum op_arg_id at;
};

static const struct cmd_of_op cmds[NR_OPS] = {
	[OP_MAPD] = { true, ITS_CMD_MAPD, ARG_MAPD_at },
	[OP_MAPC] = { true, ITS_CMD_MAPC, ARG_MAPC_at },
	[OP_MAPTI] = { true, ITS_CMD_MAPTI, ARG_MAPTI_at },
	[OP_MAPI] = { true, ITS_CMD_MAPI, ARG_MAPI_at },
	[OP_MOVI] = { true, ITS_CMD_MOVI, ARG_MOVI_at },
	[OP_MOVALL] = { true, ITS_CMD_MOVALL, ARG_MOVALL_at },
	[OP_INV] = { true, ITS_CMD_INV, ARG_INV_at },
	[OP_INVALL] = { true, ITS_CMD_INVALL, ARG_INVALL_at },
	[OP_INT] = { true, ITS_CMD_INT, ARG_INT_at },
	[OP_CLEAR] = { true, ITS_CMD_CLEAR, ARG_CLEAR_at },
	[OP_DISCARD] = { true, ITS_CMD_DISCARD, ARG_DISCARD_at },
	[OP_SYNC] = { true, ITS_CMD_SYNC, ARG_SYNC_at },
};

static const struct {
	enum op_arg_id arg;
	enum its_field_id field;
} fields[] = {
	{ ARG_MAPD_device, ITS_FIELD_MAPD_DeviceID },
	{ ARG_MAPD_itt, ITS_FIELD_MAPD_ITT_addr },
	{ ARG_MAPD_size, ITS_FIELD_MAPD_Size },
	{ ARG_MAPD_valid, ITS_FIELD_MAPD_V },
	{ ARG_MAPC_icid, ITS_FIELD_MAPC_ICID },
	{ ARG_MAPC_rdbase, ITS_FIELD_MAPC_RDbase },
	{ ARG_MAPC_valid, ITS_FIELD_MAPC_V },
	{ ARG_MAPTI_device, ITS_FIELD_MAPTI_DeviceID },
	{ ARG_MAPTI_event, ITS_FIELD_MAPTI_EventID },
	{ ARG_MAPTI_intid, ITS_FIELD_MAPTI_pINTID },
	{ ARG_MAPTI_icid, ITS_FIELD_MAPTI_ICID },
	{ ARG_MAPI_device, ITS_FIELD_MAPI_DeviceID },
	{ ARG_MAPI_event, ITS_FIELD_MAPI_EventID },
	{ ARG_MAPI_icid, ITS_FIELD_MAPI_ICID },
	{ ARG_MOVI_device, ITS_FIELD_MOVI_DeviceID },
	{ ARG_MOVI_event, ITS_FIELD_MOVI_EventID },
	{ ARG_MOVI_icid, ITS_FIELD_MOVI_ICID },
	{ ARG_MOVALL_from, ITS_FIELD_MOVALL_RDbase1 },
	{ ARG_MOVALL_to, ITS_FIELD_MOVALL_RDbase2 },
	{ ARG_INV_device, ITS_FIELD_INV_DeviceID },
	{ ARG_INV_event, ITS_FIELD_INV_EventID },
	{ ARG_INVALL_icid, ITS_FIELD_INVALL_ICID },
	{ ARG_INT_device, ITS_FIELD_INT_DeviceID },
	{ ARG_INT_event, ITS_FIELD_INT_EventID },
	{ ARG_CLEAR_device, ITS_FIELD_CLEAR_DeviceID },
	{ ARG_CLEAR_event, ITS_FIELD_CLEAR_EventID },
	{ ARG_DISCARD_device, ITS_FIELD_DISCARD_DeviceID },
	{ ARG_DISCARD_event, ITS_FIELD_DISCARD_EventID },
	{ ARG_SYNC_rdbase, ITS_FIELD_SYNC_RDbase },
};

/**
 * op_its_command() - the command for an ITS that an operation writes
 * @op:  any
 * @cmd: filled in, if it writes one
 *
 * Return: whether it writes one.
 */
bool op_its_command(const struct op *op, u64 cmd[ITS_CMD_WORDS])
{
	if (op->id == OP_COMMAND) {
		for (size_t i = 0; i < ITS_CMD_WORDS; i++)
			cmd[i] = op->arg[1 + i]; /* in the order of its arguments */
		return true;
	}
	if (!cmds[op->id].is_cmd)
		return false;
	its_cmd_begin(cmd, cmds[op->id].cmd);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (op_arg_slots[fields[i].arg].op == op->id)
			its_cmd_put(cmd, fields[i].field, op_arg(op, fields[i].arg));
	}
	return true;
}

static void put_le(u8 *bytes, size_t nr, u64 value)
{
	for (size_t i = 0; i < nr; i++)
		bytes[i] = (u8)(value >> 8 * i);
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
	       cmds[op->id].is_cmd;
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
