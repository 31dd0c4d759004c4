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

/* The table stands here so that a look-up by a constant is one. */
static const struct {
	u8 dw, msb, lsb, unit_bits;
} its_field_bits[NR_ITS_FIELDS] = {
#define ITS_CMD(...)
#define ITS_FIELD(cmd, name, dw, msb, lsb, unit_bits, source) \
	[ITS_FIELD_##cmd##_##name] = { dw, msb, lsb, unit_bits },
#include "lib/regs/its_cmd.def"
#undef ITS_CMD
#undef ITS_FIELD
};

/*
 * Sets field @id of a command that has it.  @value is in the unit of what it says (an
 * address in bytes); bits that the field does not hold are dropped.
 */
static inline void its_cmd_put(u64 cmd[ITS_CMD_WORDS], enum its_field_id id, u64 value)
{
	u64 part = value >> its_field_bits[id].unit_bits, *word = &cmd[its_field_bits[id].dw];

	*word &= ~bits_mask(its_field_bits[id].msb, its_field_bits[id].lsb);
	*word |= bits_put(part, its_field_bits[id].msb, its_field_bits[id].lsb);
}

/* Field @id of a command that has it, an address in bytes. */
static inline u64 its_cmd_get(const u64 cmd[ITS_CMD_WORDS], enum its_field_id id)
{
	u64 word = cmd[its_field_bits[id].dw];

	return bits_get(word, its_field_bits[id].msb, its_field_bits[id].lsb)
	       << its_field_bits[id].unit_bits;
}

#endif /* LIB_REGS_ITS_CMD_H */
