// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries of an ITS's tables: the rows are sound, and entries have the bits that the
 * document draws.
 */
#include "lib/regs/its_table.h"

#include "tests/unit.h"

static void rows_have_sources(struct unit *t)
{
	for (unsigned int i = 0; i < NR_ITS_ENTRIES; i++) {
		const struct its_entry_desc *d = its_entry_desc((enum its_entry_id)i);

		EXPECT_TRUE(t, d->name[0] && d->source[0]);
	}
}

static void fields_do_not_overlap(struct unit *t)
{
	for (unsigned int i = 0; i < NR_ITS_ENTRY_FIELDS; i++) {
		const struct its_entry_field_desc *f =
			its_entry_field_desc((enum its_entry_field_id)i);

		EXPECT_TRUE(t, f->source[0] && f->msb < 64 && f->lsb <= f->msb &&
				       f->entry < NR_ITS_ENTRIES);
		for (unsigned int k = 0; k < i; k++) {
			if (its_entry_field_desc((enum its_entry_field_id)k)->entry == f->entry)
				EXPECT_EQ(t,
					  its_entry_mask((enum its_entry_field_id)i) &
						  its_entry_mask((enum its_entry_field_id)k),
					  0);
		}
	}
}

static void a_field_holds_what_was_put(struct unit *t)
{
	for (unsigned int i = 0; i < NR_ITS_ENTRY_FIELDS; i++) {
		enum its_entry_field_id id = (enum its_entry_field_id)i;
		const struct its_entry_field_desc *f = its_entry_field_desc(id);
		u64 least = BIT_ULL(f->unit_bits);

		EXPECT_EQ(t, its_entry_put(id, 0), 0);
		EXPECT_EQ(t, its_entry_put(id, ~0ULL), its_entry_mask(id));
		EXPECT_EQ(t, its_entry_put(id, its_entry_most(id)), its_entry_mask(id));
		EXPECT_EQ(t, its_entry_put(id, least), BIT_ULL(f->lsb));
		EXPECT_EQ(t, its_entry_get(id, BIT_ULL(f->lsb)), least);
		EXPECT_EQ(t, its_entry_get(id, ~its_entry_mask(id)), 0);
	}
}

static void fields_are_as_wide_as_drawn(struct unit *t)
{
	EXPECT_EQ(t, its_entry_most(ITS_ENTRY_DTE_next), (1 << 14) - 1);
	EXPECT_EQ(t, its_entry_most(ITS_ENTRY_DTE_ITT_addr), 0xfffffffffff00);
	EXPECT_EQ(t, its_entry_most(ITS_ENTRY_DTE_Size), 31);
	EXPECT_EQ(t, its_entry_most(ITS_ENTRY_CTE_RDBase), 0xfffffffff);
	EXPECT_EQ(t, its_entry_most(ITS_ENTRY_CTE_ICID), 0xffff);
	EXPECT_EQ(t, its_entry_most(ITS_ENTRY_ITE_next), 0xffff);
	EXPECT_EQ(t, its_entry_most(ITS_ENTRY_ITE_pINTID), 0xffffffff);
	EXPECT_EQ(t, its_entry_most(ITS_ENTRY_ITE_ICID), 0xffff);
	EXPECT_EQ(t, its_entry_most(ITS_ENTRY_L1E_Address), 0xffffffffff000);
}

/* By the figures of arm-vgic-its.rst, ITS Table ABI REV0, worked out by hand. */
static void entries_are_as_drawn(struct unit *t)
{
	EXPECT_EQ(t,
		  its_entry_put(ITS_ENTRY_DTE_V, 1) | its_entry_put(ITS_ENTRY_DTE_next, 0x1235) |
			  its_entry_put(ITS_ENTRY_DTE_ITT_addr, 0xabcdef1234500) |
			  its_entry_put(ITS_ENTRY_DTE_Size, 0x11),
		  0xa46b579bde2468b1);
	EXPECT_EQ(t,
		  its_entry_put(ITS_ENTRY_CTE_V, 1) | its_entry_put(ITS_ENTRY_CTE_RDBase, 3) |
			  its_entry_put(ITS_ENTRY_CTE_ICID, 0x1234),
		  0x8000000000031234);
	EXPECT_EQ(t,
		  its_entry_put(ITS_ENTRY_ITE_next, 0x8001) |
			  its_entry_put(ITS_ENTRY_ITE_pINTID, 8193) |
			  its_entry_put(ITS_ENTRY_ITE_ICID, 0xfffe),
		  0x800100002001fffe);
	EXPECT_EQ(t,
		  its_entry_put(ITS_ENTRY_L1E_V, 1) |
			  its_entry_put(ITS_ENTRY_L1E_Address, 0x50020000),
		  0x8000000050020000);
	EXPECT_EQ(t, its_entry_get(ITS_ENTRY_DTE_ITT_addr, 0x8000000010000e04), 0x80007000);
}

static const struct unit_test tests[] = {
	{ "its_table.rows_have_sources", rows_have_sources },
	{ "its_table.fields_do_not_overlap", fields_do_not_overlap },
	{ "its_table.a_field_holds_what_was_put", a_field_holds_what_was_put },
	{ "its_table.fields_are_as_wide_as_drawn", fields_are_as_wide_as_drawn },
	{ "its_table.entries_are_as_drawn", entries_are_as_drawn },
};

UNIT_MAIN(tests)
