/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What operations store into the guest's memory.
 */
#ifndef LIB_PROG_MEM_H
#define LIB_PROG_MEM_H

#include "lib/prog/prog.h"
#include "lib/regs/its_cmd.h"

struct mem_store {
	u64 at; /* gpa; at + nr is not above PROG_MEM_BASE + PROG_MEM_BYTES */
	size_t nr; /* bytes, 1 to ITS_CMD_BYTES */
	u8 byte[ITS_CMD_BYTES];
};

bool op_its_command(const struct op *op, u64 cmd[ITS_CMD_WORDS]);
bool op_mem_store(const struct op *op, struct mem_store *store);
bool op_is_on_mem(const struct op *op);
unsigned int op_mem_size(u64 size);
bool op_guest_mem(const struct op *op, u64 *at);
bool prog_uses_mem(const struct prog *p);

#endif /* LIB_PROG_MEM_H */
