// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of the entries of an ITS's tables, made from its_table.def, and the
 * accessors of their fields.
 */
#include "lib/regs/its_table.h"

static const struct its_entry_desc entries[] = {
#define ITS_ENTRY(name, source) [ITS_ENTRY_##name] = { #name, source },
#define ITS_ENTRY_FIELD(...)
#include "lib/regs/its_table.def"
#undef ITS_ENTRY
#undef ITS_ENTRY_FIELD
};

static const struct its_entry_field_desc fields[] = {
#define ITS_ENTRY(...)
#define ITS_ENTRY_FIELD(entry, name, ...) \
	[ITS_ENTRY_##entry##_##name] = { ITS_ENTRY_##entry, #name, __VA_ARGS__ },
#include "lib/regs/its_table.def"
#undef ITS_ENTRY
#undef ITS_ENTRY_FIELD
};

/**
 * its_entry_desc() - the row of a kind of entry
 * @id: below NR_ITS_ENTRIES
 *
 * Return: the row; never NULL.
 */
const struct its_entry_desc *its_entry_desc(enum its_entry_id id)
{
	return &entries[id];
}

/**
 * its_entry_field_desc() - the row of an entry's field
 * @id: below NR_ITS_ENTRY_FIELDS
 *
 * Return: the row; never NULL.
 */
const struct its_entry_field_desc *its_entry_field_desc(enum its_entry_field_id id)
{
	return &fields[id];
}

/**
 * its_entry_mask() - the bits of a field
 * @id: below NR_ITS_ENTRY_FIELDS
 *
 * Return: the mask in the entry.
 */
u64 its_entry_mask(enum its_entry_field_id id)
{
	return bits_mask(fields[id].msb, fields[id].lsb);
}

/**
 * its_entry_most() - the highest value that a field holds
 * @id: below NR_ITS_ENTRY_FIELDS
 *
 * Return: the value, in the unit of what it says (an address in bytes).
 */
u64 its_entry_most(enum its_entry_field_id id)
{
	return its_entry_get(id, ~0ULL);
}

/**
 * its_entry_put() - an entry with nothing but this field
 * @id:    below NR_ITS_ENTRY_FIELDS
 * @value: in the unit of what it says (an address in bytes); bits that the field
 *         does not hold are dropped
 *
 * Return: the entry, to be combined with others by |.
 */
u64 its_entry_put(enum its_entry_field_id id, u64 value)
{
	return bits_put(value >> fields[id].unit_bits, fields[id].msb, fields[id].lsb);
}

/**
 * its_entry_get() - a field of an entry
 * @id:    below NR_ITS_ENTRY_FIELDS
 * @entry: that has the field
 *
 * Return: the value, an address in bytes.
 */
u64 its_entry_get(enum its_entry_field_id id, u64 entry)
{
	return bits_get(entry, fields[id].msb, fields[id].lsb) << fields[id].unit_bits;
}
