// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of the ITS's commands, made from its_cmd.def, and the accessors of
 * their fields.
 */
#include "lib/regs/its_cmd.h"

static const struct its_cmd_desc cmds[] = {
#define ITS_CMD(name, number, source) [ITS_CMD_##name] = { #name, number, source },
#define ITS_FIELD(...)
#include "lib/regs/its_cmd.def"
#undef ITS_CMD
#undef ITS_FIELD
};

static const struct its_field_desc fields[] = {
#define ITS_CMD(...)
#define ITS_FIELD(cmd, name, ...) \
	[ITS_FIELD_##cmd##_##name] = { ITS_CMD_##cmd, #name, __VA_ARGS__ },
#include "lib/regs/its_cmd.def"
#undef ITS_CMD
#undef ITS_FIELD
};

/**
 * its_cmd_desc() - the row of a command
 * @id: below NR_ITS_CMDS
 *
 * Return: the row; never NULL.
 */
const struct its_cmd_desc *its_cmd_desc(enum its_cmd_id id)
{
	return &cmds[id];
}

/**
 * its_field_desc() - the row of a command's field
 * @id: below NR_ITS_FIELDS
 *
 * Return: the row; never NULL.
 */
const struct its_field_desc *its_field_desc(enum its_field_id id)
{
	return &fields[id];
}

/**
 * its_cmd_find() - which command is this?
 * @dw0: its first doubleword
 *
 * Return: the command, or NR_ITS_CMDS if the table has none of that number.
 */
enum its_cmd_id its_cmd_find(u64 dw0)
{
	unsigned int i = 0;

	while (i < NR_ITS_CMDS && cmds[i].number != bits_get(dw0, ITS_CMD_NUMBER_MSB, 0))
		i++;
	return (enum its_cmd_id)i;
}

/**
 * its_cmd_begin() - a command whose fields are all zero
 * @cmd: filled in
 * @id:  below NR_ITS_CMDS
 */
void its_cmd_begin(u64 cmd[ITS_CMD_WORDS], enum its_cmd_id id)
{
	cmd[0] = cmds[id].number;
	for (unsigned int i = 1; i < ITS_CMD_WORDS; i++)
		cmd[i] = 0;
}
