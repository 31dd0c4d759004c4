// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an ITS writes into its tables in the guest's memory when it is saved
 * (arm-vgic-its.rst, ITS Table ABI REV0).
 */
#include "lib/model/its_image.h"

static bool is_in_ram(u64 at, u64 bytes)
{
	return ranges_overlap(at, bytes, PROG_RAM_BASE, PROG_RAM_BYTES);
}

/* Tables may lie over each other, and no document says what is written last. */
static void put_entry(struct its_saving *s, u64 at, u64 entry, u64 known)
{
	u64 nr = (at - PROG_MEM_BASE) / ITS_ENTRY_BYTES, was, was_known;
	u64 l1 = its_table_at(s->m, s->its->baser[ITS_DEVICES]);

	if (!mem_is_program(at, ITS_ENTRY_BYTES)) {
		s->open |= is_in_ram(at, ITS_ENTRY_BYTES);
		s->no_memory |= !is_in_ram(at, ITS_ENTRY_BYTES);
		return;
	}
	s->open |= reg_field_get(FIELD_GITS_BASER_Indirect, s->its->baser[ITS_DEVICES]) &&
		   at - l1 < its_table_bytes(s->m, s->its->baser[ITS_DEVICES]);
	if (!s->to)
		return;
	was = mem_u64(s->m, at, &was_known);
	if (s->written[nr / 8] >> nr % 8 & 1)
		known &= was_known & ~(was ^ entry);
	s->written[nr / 8] |= (u8)(1u << nr % 8);
	mem_put_u64(s->to, at, entry, s->forget ? 0 : known);
	lpi_memory_written(s->to, at, ITS_ENTRY_BYTES);
}

/**
 * its_find_entry() - where the entry of a device is
 * @m:   the model
 * @its: the ITS
 * @id:  DeviceID
 * @at:  receives the gpa, in bytes, if it is known
 *
 * Return: whether it is, and why not.
 */
enum its_place its_find_entry(const struct model *m, const struct model_its *its, u64 id, u64 *at)
{
	u64 baser = its->baser[ITS_DEVICES], page = its_page_bytes(m, baser), entry, known;
	u64 per_page = page / ITS_ENTRY_BYTES, table = its_table_at(m, baser);

	bool two_levels = reg_field_get(FIELD_GITS_BASER_Indirect, baser);

	/* Of a device that was mapped when the table was larger. */
	if ((two_levels ? id / per_page : id) >= its_table_bytes(m, baser) / ITS_ENTRY_BYTES)
		return ITS_PLACE_NO_ENTRY;
	if (!two_levels) {
		*at = table + id * ITS_ENTRY_BYTES;
		return ITS_PLACE_KNOWN;
	}
	table += id / per_page * ITS_ENTRY_BYTES;
	if (!mem_is_program(table, ITS_ENTRY_BYTES))
		return is_in_ram(table, ITS_ENTRY_BYTES) ? ITS_PLACE_OPEN : ITS_PLACE_NO_MEMORY;
	entry = mem_u64(m, table, &known);
	if (~known)
		return ITS_PLACE_OPEN;
	*at = (its_entry_get(ITS_ENTRY_L1E_Address, entry) & ~(page - 1)) +
	      id % per_page * ITS_ENTRY_BYTES;
	return its_entry_get(ITS_ENTRY_L1E_V, entry) ? ITS_PLACE_KNOWN : ITS_PLACE_NO_ENTRY;
}

/* The device with the lowest DeviceID from @id on, or NULL. */
static const struct model_its_device *next_device(const struct model_its *its, u64 id)
{
	const struct model_its_device *next = NULL;

	for (unsigned int i = 0; i < its->nr_devices; i++) {
		const struct model_its_device *d = &its->device[i];

		if (d->id >= id && (!next || d->id < next->id))
			next = d;
	}
	return next;
}

/*
 * The events are in order.  What has no collection any more has no entry that would say
 * so, and whether the one before leads there is open (CHOICE_MAPC_LEAVES_ORPHANS).
 */
static void save_events(struct its_saving *s, const struct model_its_device *d)
{
	for (unsigned int i = 0; i < s->m->nr_events; i++) {
		const struct model_event *e = &s->m->event[i], *after = e + 1;
		bool last = i + 1 == s->m->nr_events || after->its != e->its ||
			    after->device != e->device;
		u64 entry = its_entry_put(ITS_ENTRY_ITE_pINTID, e->intid) |
			    its_entry_put(ITS_ENTRY_ITE_ICID, e->icid);
		u64 known = ~0ULL;

		if (e->its != s->its - s->m->its || e->device != d->id)
			continue;
		if (!last)
			entry |= its_entry_put(ITS_ENTRY_ITE_next, after->event - e->event);
		s->orphan |= e->orphan;
		if (!last && after->orphan)
			known &= ~its_entry_mask(ITS_ENTRY_ITE_next);
		put_entry(s, d->itt + e->event * ITS_ENTRY_BYTES, entry, e->orphan ? 0 : known);
	}
}

static void save_devices(struct its_saving *s)
{
	u64 most = its_entry_most(ITS_ENTRY_DTE_next), at, next;
	enum its_place where;
	const struct model_its_device *d = next_device(s->its, 0), *after;

	if (!reg_field_get(FIELD_GITS_BASER_Valid, s->its->baser[ITS_DEVICES]))
		return;
	for (; d; d = after) {
		after = next_device(s->its, d->id + 1ULL);
		next = after ? after->id - d->id : 0;
		save_events(s, d);
		where = its_find_entry(s->m, s->its, d->id, &at);
		s->open |= where == ITS_PLACE_OPEN;
		s->no_entry |= where == ITS_PLACE_NO_ENTRY;
		s->no_memory |= where == ITS_PLACE_NO_MEMORY;
		if (where != ITS_PLACE_KNOWN)
			continue;
		put_entry(s, at,
			  its_entry_put(ITS_ENTRY_DTE_V, 1) |
				  its_entry_put(ITS_ENTRY_DTE_next, next < most ? next : most) |
				  its_entry_put(ITS_ENTRY_DTE_ITT_addr, d->itt) |
				  its_entry_put(ITS_ENTRY_DTE_Size, d->event_bits - 1ULL),
			  ~0ULL);
	}
}

/* The entry of a collection, which may be one that is not mapped.  Return: whether it has one. */
static bool collection_entry(const struct its_saving *s, u16 icid, u64 *entry)
{
	unsigned int nr = its_find_collection(s->its, icid);
	bool mapped = nr < s->its->nr_collections;
	u64 pe = mapped ? s->m->vcpu[s->its->collection[nr].vcpu].id : ITS_NO_PE;

	*entry = its_entry_put(ITS_ENTRY_CTE_V, 1) | its_entry_put(ITS_ENTRY_CTE_RDBase, pe) |
		 its_entry_put(ITS_ENTRY_CTE_ICID, icid);
	return mapped || chosen(s->m, CHOICE_UNMAPPED_IS_PE);
}

/* May DEVIATION_RDBASE_IS_INDEX have another list of collections? */
static bool is_list_doubtful(const struct model_its *its)
{
	for (unsigned int i = 0; i < its->nr_collections; i++) {
		if (its->collection[i].doubtful)
			return true;
	}
	return false;
}

/* The entries may be in any order. */
static void save_collections(struct its_saving *s)
{
	const struct model_its *its = s->its;
	u64 baser = its->baser[ITS_COLLECTIONS], at = its_table_at(s->m, baser), entry;
	bool in_order = its->nr_listed < 2 || chosen(s->m, CHOICE_COLLECTIONS_IN_ORDER);
	u64 known = in_order ? ~0ULL : its_entry_mask(ITS_ENTRY_CTE_V);
	u64 end = at + its_table_bytes(s->m, baser);

	if (!reg_field_get(FIELD_GITS_BASER_Valid, baser))
		return;
	s->doubtful = is_list_doubtful(its);
	for (unsigned int i = 0; i < its->nr_listed; i++) {
		if (!collection_entry(s, its->listed[i], &entry))
			continue;
		put_entry(s, at, entry, known);
		at += ITS_ENTRY_BYTES;
	}
	if (at < end)
		put_entry(s, at, 0, its_entry_mask(ITS_ENTRY_CTE_V));
}

/**
 * its_save() - write the tables of an ITS into memory
 * @s: whose, and into what; receives what is wrong
 */
void its_save(struct its_saving *s)
{
	save_devices(s);
	save_collections(s);
}
