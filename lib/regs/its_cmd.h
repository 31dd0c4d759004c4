/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the commands of an ITS are laid out in memory, for who writes them and who
 * reads them.  It does not say what a command does.
 */
#ifndef LIB_REGS_ITS_CMD_H
#define LIB_REGS_ITS_CMD_H

#include "lib/regs/bits.h"

#define ITS_CMD_BYTES 32
#define ITS_CMD_WORDS 4 /* doublewords */
#define ITS_CMD_NUMBER_MSB 7

enum its_cmd_id {
#define ITS_CMD(name, ...) ITS_CMD_##name,
#define ITS_FIELD(...)
#include "lib/regs/its_cmd.def"
#undef ITS_CMD
#undef ITS_FIELD
	NR_ITS_CMDS
};

enum its_field_id {
#define ITS_CMD(...)
#define ITS_FIELD(cmd, name, ...) ITS_FIELD_##cmd##_##name,
#include "lib/regs/its_cmd.def"
#undef ITS_CMD
#undef ITS_FIELD
	NR_ITS_FIELDS
};

struct its_cmd_desc {
	const char *name;
	u8 number;
	const char *source;
};

struct its_field_desc {
	enum its_cmd_id cmd;
	const char *name;
	unsigned int dw; /* doubleword, 0 to 3 */
	unsigned int msb, lsb;
	unsigned int unit_bits; /* the field holds the value shifted right by these */
	const char *source;
};

const struct its_cmd_desc *its_cmd_desc(enum its_cmd_id id);
const struct its_field_desc *its_field_desc(enum its_field_id id);
enum its_cmd_id its_cmd_find(u64 dw0);
void its_cmd_begin(u64 cmd[ITS_CMD_WORDS], enum its_cmd_id id);
void its_cmd_put(u64 cmd[ITS_CMD_WORDS], enum its_field_id id, u64 value);
u64 its_cmd_get(const u64 cmd[ITS_CMD_WORDS], enum its_field_id id);

#endif /* LIB_REGS_ITS_CMD_H */
