// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where an ITS has its tables and its queue, and whether a table has an entry of a
 * number (IHI 0069H 5.2, GITS_BASER<n>, GITS_CBASER).
 */
#include "lib/model/state.h"
#include "lib/regs/its_table.h"

#define QUEUE_PAGE_BYTES 4096
#define NR_NUMBERS 0x10000ULL /* CHOICE_ITS_16_BITS */

/**
 * its_page_bytes() - the size of a table's pages, and of a page of the second level
 * @m:     the model
 * @baser: GITS_BASER<n>
 *
 * Return: bytes, 0 for a size that is reserved.
 */
u64 its_page_bytes(const struct model *m, u64 baser)
{
	static const u64 bytes[] = { 0x1000, 0x4000, 0x10000, 0 };

	return chosen(m, CHOICE_ITS_PAGES_64K) ?
		       0x10000 :
		       bytes[reg_field_get(FIELD_GITS_BASER_Page_Size, baser)];
}

/**
 * its_table_bytes() - the size of a table, or of its first level
 * @m:     the model
 * @baser: GITS_BASER<n>
 *
 * Return: bytes.
 */
u64 its_table_bytes(const struct model *m, u64 baser)
{
	return (reg_field_get(FIELD_GITS_BASER_Size, baser) + 1) * its_page_bytes(m, baser);
}

/**
 * its_table_at() - where a table is, or its first level
 * @m:     the model
 * @baser: GITS_BASER<n>
 *
 * With pages of 64 KiB bits 15:12 are bits 51:48 of the address (IHI 0069H
 * GITS_BASER<n>.Physical_Address).
 *
 * Return: gpa, bytes.
 */
u64 its_table_at(const struct model *m, u64 baser)
{
	if (its_page_bytes(m, baser) != 0x10000)
		return baser & reg_field_mask(FIELD_GITS_BASER_Physical_Address);
	return (baser & bits_mask(47, 16)) | bits_get(baser, 15, 12) << 48;
}

/**
 * its_queue_at() - where the command queue is
 * @its: the ITS
 *
 * Return: gpa, bytes.
 */
u64 its_queue_at(const struct model_its *its)
{
	return its->cbaser & reg_field_mask(FIELD_GITS_CBASER_Physical_Address);
}

/**
 * its_queue_bytes() - how large the command queue is
 * @its: the ITS
 *
 * Return: bytes.
 */
u64 its_queue_bytes(const struct model_its *its)
{
	return (reg_field_get(FIELD_GITS_CBASER_Size, its->cbaser) + 1) * QUEUE_PAGE_BYTES;
}

/**
 * its_memory_at() - is there memory for an ITS to access?
 * @m:     the model
 * @at:    gpa, bytes, a multiple of @bytes
 * @bytes: of an entry or a command
 *
 * What it does to the guest's own code and stack is not followed.
 *
 * Return: whether it is there.
 */
enum its_entry its_memory_at(const struct model *m, u64 at, u64 bytes)
{
	if (mem_is_program(at, bytes))
		return ITS_ENTRY_THERE;
	if (ranges_overlap(at, bytes, PROG_RAM_BASE, PROG_RAM_BYTES) ||
	    !chosen(m, CHOICE_ITS_NO_MEMORY))
		return ITS_ENTRY_UNFOLLOWED;
	return ITS_ENTRY_NONE;
}

/* Where the page is that an entry of the first level names. */
static enum its_entry second_level(const struct model *m, u64 at, u64 page, u64 *second)
{
	u64 known, entry, address = bits_mask(51, 0) & ~(page - 1);
	enum its_entry there = its_memory_at(m, at, ITS_ENTRY_BYTES);

	if (there != ITS_ENTRY_THERE)
		return there;
	entry = mem_u64(m, at, &known);
	*second = entry & address;
	if (!its_entry_get(ITS_ENTRY_L1E_V, known))
		return ITS_ENTRY_UNFOLLOWED;
	if (!its_entry_get(ITS_ENTRY_L1E_V, entry))
		return ITS_ENTRY_NONE;
	return (address & ~known) ? ITS_ENTRY_UNFOLLOWED : ITS_ENTRY_THERE;
}

/**
 * its_entry() - has a table in memory an entry of this number?
 * @m:      the model
 * @its:    of it
 * @table:  ITS_DEVICES or ITS_COLLECTIONS
 * @number: of a device or of a collection
 *
 * The first level of a table of two is software's, and is looked at each time.
 *
 * Return: whether, or that the model does not follow such a table.
 */
enum its_entry its_entry(const struct model *m, const struct model_its *its, enum its_table table,
			 u64 number)
{
	u64 baser = its->baser[table], at = its_table_at(m, baser);
	u64 room = its_table_bytes(m, baser), page = its_page_bytes(m, baser);
	enum its_entry there;

	if (!reg_field_get(FIELD_GITS_BASER_Valid, baser) || !page ||
	    !chosen(m, CHOICE_ITS_16_BITS))
		return ITS_ENTRY_UNFOLLOWED;
	if (number >= NR_NUMBERS)
		return ITS_ENTRY_NONE;
	if (reg_field_get(FIELD_GITS_BASER_Indirect, baser)) {
		if (!chosen(m, CHOICE_ITS_DEVICES_INDIRECT))
			return ITS_ENTRY_UNFOLLOWED;
		if (number / (page / ITS_ENTRY_BYTES) >= room / ITS_ENTRY_BYTES)
			return ITS_ENTRY_NONE;
		there = second_level(m, at + number / (page / ITS_ENTRY_BYTES) * ITS_ENTRY_BYTES,
				     page, &at);
		if (there != ITS_ENTRY_THERE)
			return there;
		number %= page / ITS_ENTRY_BYTES;
		room = page;
	}
	if (number >= room / ITS_ENTRY_BYTES)
		return ITS_ENTRY_NONE;
	return its_memory_at(m, at + number * ITS_ENTRY_BYTES, ITS_ENTRY_BYTES);
}
