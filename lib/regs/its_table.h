/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the entries of an ITS's tables are laid out in memory when they are saved, for
 * who writes them and who reads them.  It does not say what an ITS makes of them.
 */
#ifndef LIB_REGS_ITS_TABLE_H
#define LIB_REGS_ITS_TABLE_H

#include "lib/regs/bits.h"

#define ITS_ENTRY_BYTES 8ULL /* of each, whatever its table */

enum its_entry_id {
#define ITS_ENTRY(name, ...) ITS_ENTRY_##name,
#define ITS_ENTRY_FIELD(...)
#include "lib/regs/its_table.def"
#undef ITS_ENTRY
#undef ITS_ENTRY_FIELD
	NR_ITS_ENTRIES
};

enum its_entry_field_id {
#define ITS_ENTRY(...)
#define ITS_ENTRY_FIELD(entry, name, ...) ITS_ENTRY_##entry##_##name,
#include "lib/regs/its_table.def"
#undef ITS_ENTRY
#undef ITS_ENTRY_FIELD
	NR_ITS_ENTRY_FIELDS
};

struct its_entry_desc {
	const char *name;
	const char *source;
};

struct its_entry_field_desc {
	enum its_entry_id entry;
	const char *name;
	unsigned int msb, lsb;
	unsigned int unit_bits; /* the field holds the value shifted right by these */
	const char *source;
};

const struct its_entry_desc *its_entry_desc(enum its_entry_id id);
const struct its_entry_field_desc *its_entry_field_desc(enum its_entry_field_id id);
u64 its_entry_mask(enum its_entry_field_id id);
u64 its_entry_most(enum its_entry_field_id id);
u64 its_entry_put(enum its_entry_field_id id, u64 value);
u64 its_entry_get(enum its_entry_field_id id, u64 entry);

#endif /* LIB_REGS_ITS_TABLE_H */
