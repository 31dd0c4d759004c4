// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tables of an ITS in the guest's memory say when they are restored
 * (arm-vgic-its.rst, ITS Table ABI REV0).  A guest may have written anything there.
 */
#include <errno.h>
#include <string.h>

#include "lib/model/its_image.h"

#define DEVICE_BITS 16 /* GITS_TYPER.Devbits, plus one */
#define EVENT_BITS 16 /* GITS_TYPER.ID_bits, plus one */

static const struct {
	int err;
	enum rule_id rule;
} defects[NR_ITS_DEFECTS] = {
	[ITS_DEFECT_ICID_TWICE] = { EINVAL, RULE_ITS_RESTORE_ICID_TWICE },
	[ITS_DEFECT_PE] = { EINVAL, RULE_ITS_RESTORE_PE },
	[ITS_DEFECT_ICID] = { EINVAL, RULE_ITS_RESTORE_ICID },
	[ITS_DEFECT_DEVICE] = { EINVAL, RULE_ITS_RESTORE_DEVICE },
	[ITS_DEFECT_SIZE] = { EINVAL, RULE_ITS_RESTORE_SIZE },
	[ITS_DEFECT_NEXT_DEVICE] = { EINVAL, RULE_ITS_RESTORE_NEXT_DEVICE },
	[ITS_DEFECT_NEXT_EVENT] = { EINVAL, RULE_ITS_RESTORE_NEXT_EVENT },
	[ITS_DEFECT_NO_LPI] = { EINVAL, RULE_ITS_RESTORE_NO_LPI },
	[ITS_DEFECT_RANGE] = { EINVAL, RULE_ITS_RESTORE_RANGE },
	[ITS_DEFECT_COLLECTION] = { EINVAL, RULE_ITS_RESTORE_COLLECTION },
	[ITS_DEFECT_MEMORY] = { EFAULT, RULE_ITS_RESTORE_MEMORY },
};

/* A table that is read, entry by entry. */
struct walk {
	const struct model *m;
	const struct model_its *its;
	struct its_image *img;
	u64 base; /* of the table, or of its first level */
	u64 nr; /* entries */
	u64 per_piece; /* that are in one piece of memory */
	u64 valid; /* bits of an entry of which a valid one has any */
	enum its_entry_field_id next;
	enum its_defect beyond; /* that an offset past the end is */
	/*
	 * Where an entry is.  Return: false if it is nowhere, or not known; then @skip
	 * says how many entries there are not, if it is not 0.
	 */
	bool (*locate)(const struct walk *w, u64 id, u64 *at, u64 *skip);
	void (*add)(const struct walk *w, u64 id, u64 entry);
	u32 device; /* DeviceID of which the events are */
};

/**
 * its_defect_errno() - how a restore fails
 * @defect: below NR_ITS_DEFECTS
 *
 * Return: errno, positive.
 */
int its_defect_errno(enum its_defect defect)
{
	return defects[defect].err;
}

/**
 * its_defect_rule() - why a restore fails
 * @defect: below NR_ITS_DEFECTS
 *
 * Return: the rule.
 */
enum rule_id its_defect_rule(enum its_defect defect)
{
	return defects[defect].rule;
}

static void add_defect(struct its_image *img, enum its_defect defect)
{
	img->defects |= 1u << defect;
}

/*
 * Of an entry none of whose @valid bits is set, nothing else matters.
 * Return: whether the entry is in memory, and it is known.
 */
static bool read_entry(const struct model *m, struct its_image *img, u64 at, u64 valid, u64 *entry)
{
	u64 known;

	*entry = 0;
	/* The guest's code is no concern of the model. */
	if (ranges_overlap(at, ITS_ENTRY_BYTES, PROG_RAM_BASE, PROG_RAM_BYTES)) {
		img->open = true;
		return false;
	}
	if (!mem_is_program(at, ITS_ENTRY_BYTES)) {
		add_defect(img, ITS_DEFECT_MEMORY);
		return false;
	}
	*entry = mem_u64(m, at, &known);
	if (!(*entry & valid) && !(valid & ~known)) {
		*entry = 0;
		return true;
	}
	img->open |= ~known != 0;
	return !~known;
}

/* How many entries from here on are in memory that is untouched, and so not valid? */
static u64 nr_untouched(const struct model *m, u64 at)
{
	return mem_is_program(at, ITS_ENTRY_BYTES) ? mem_untouched(m, at) / ITS_ENTRY_BYTES : 0;
}

static bool locate_in_a_row(const struct walk *w, u64 id, u64 *at, u64 *skip)
{
	*at = w->base + id * ITS_ENTRY_BYTES;
	*skip = nr_untouched(w->m, *at);
	return !*skip;
}

/* Two levels: a page that is not there has none of its entries. */
static bool locate_by_page(const struct walk *w, u64 id, u64 *at, u64 *skip)
{
	u64 page = its_page_bytes(w->m, w->its->baser[ITS_DEVICES]);
	u64 per_page = page / ITS_ENTRY_BYTES, entry;

	*at = w->base + id / per_page * ITS_ENTRY_BYTES;
	*skip = nr_untouched(w->m, *at) * per_page;
	if (!*skip && !read_entry(w->m, w->img, *at, its_entry_mask(ITS_ENTRY_L1E_V), &entry))
		return false;
	if (!*skip && !its_entry_get(ITS_ENTRY_L1E_V, entry))
		*skip = per_page;
	if (*skip) {
		*skip -= id % per_page;
		return false;
	}
	*at = (its_entry_get(ITS_ENTRY_L1E_Address, entry) & ~(page - 1)) +
	      id % per_page * ITS_ENTRY_BYTES;
	*skip = nr_untouched(w->m, *at);
	return !*skip;
}

/* Return: whether there surely is a valid entry; nothing is made of what cannot be read. */
static bool is_valid_at(const struct walk *w, u64 id)
{
	struct its_image img = { 0 };
	struct walk one = *w;
	u64 at, skip, entry;

	one.img = &img;
	return w->locate(&one, id, &at, &skip) && read_entry(w->m, &img, at, w->valid, &entry) &&
	       entry & w->valid;
}

/* Is the next entry elsewhere than an offset says that is not the largest one? */
static bool is_elsewhere(const struct walk *w, u64 id, u64 next)
{
	for (u64 i = 1; i < next; i++) {
		if (is_valid_at(w, id + i))
			return true;
	}
	return next < its_entry_most(w->next) && !is_valid_at(w, id + next);
}

/*
 * The first valid entry has to be looked for, and so has the one after an offset that
 * is as large as its field.  Of other offsets that do not say where the next valid
 * entry is, no document says that they must be found out.
 */
static void walk_table(const struct walk *w)
{
	bool loose = chosen(w->m, CHOICE_ITS_TABLES_BY_NEXT), any = false;
	u64 id = 0, next;

	for (; id < w->nr; id += next) {
		u64 at, entry;

		if (!w->locate(w, id, &at, &next)) {
			if (!next)
				return;
			continue;
		}
		if (!read_entry(w->m, w->img, at, w->valid, &entry))
			return;
		next = 1;
		if (!(entry & w->valid))
			continue;
		any = true;
		w->add(w, id, entry);
		next = its_entry_get(w->next, entry);
		if (!next)
			return;
		if (id + next >= w->nr) {
			add_defect(w->img, w->beyond);
			return;
		}
		w->img->doubtful |= !loose && is_elsewhere(w, id, next);
		/* What is in another piece is looked for from its beginning. */
		if (loose && id % w->per_piece + next > w->per_piece)
			next = w->per_piece - id % w->per_piece;
	}
	/* No entry was the last one. */
	w->img->doubtful |= any && !loose;
}

/* Is it an LPI, whose state is where it can be read? */
static void check_lpi(const struct model *m, struct its_image *img, u64 intid, int vcpu)
{
	int in_range = lpi_is_in_range(m, intid, vcpu);

	img->open |= in_range < 0;
	if (!in_range)
		add_defect(img, ITS_DEFECT_RANGE);
	else
		img->may_fault |=
			!lpi_tables_reach(m, intid - FIRST_LPI, vcpu < 0 ? 0 : (unsigned int)vcpu);
}

/* Is another event the same LPI, of these tables or one that is mapped already? */
static bool is_shared(const struct walk *w, u64 id, u64 intid)
{
	for (unsigned int i = 0; i < w->img->nr_events; i++) {
		if (w->img->event[i].intid == intid)
			return true;
	}
	for (unsigned int i = 0; i < w->m->nr_events; i++) {
		const struct model_event *e = &w->m->event[i];

		if (e->intid == intid &&
		    !(e->its == w->its - w->m->its && e->device == w->device && e->event == id))
			return true;
	}
	return false;
}

static const struct model_collection *collection_of(const struct its_image *img, u64 icid)
{
	for (unsigned int i = 0; i < img->nr_collections; i++) {
		if (img->collection[i].icid == icid)
			return &img->collection[i];
	}
	return NULL;
}

static bool is_listed(const struct its_image *img, u64 icid)
{
	for (unsigned int i = 0; i < img->nr_listed; i++) {
		if (img->listed[i] == icid)
			return true;
	}
	return false;
}

/* The PE of a collection, of these or of those that are mapped already, or -1. */
static int pe_of(const struct walk *w, u64 icid)
{
	const struct model_collection *c = collection_of(w->img, icid);
	unsigned int nr = its_find_collection(w->its, icid);

	if (c)
		return c->vcpu;
	return nr < w->its->nr_collections ? w->its->collection[nr].vcpu : -1;
}

static void add_event(const struct walk *w, u64 id, u64 entry)
{
	u64 intid = its_entry_get(ITS_ENTRY_ITE_pINTID, entry);
	u64 icid = its_entry_get(ITS_ENTRY_ITE_ICID, entry);
	bool listed = is_listed(w->img, icid) || its_is_listed(w->its, icid);
	struct its_image *img = w->img;

	if (!intid_is_lpi(intid))
		add_defect(img, ITS_DEFECT_NO_LPI);
	else
		check_lpi(w->m, img, intid, pe_of(w, icid));
	/* What is not known may list it. */
	if (!listed && (img->open || img->nr_listed == MAX_ITS_COLLECTIONS))
		img->open = true;
	else if (!listed && chosen(w->m, CHOICE_EVENTS_NEED_COLLECTIONS))
		add_defect(img, ITS_DEFECT_COLLECTION);
	else if (!listed)
		img->doubtful = true;
	img->shared |= is_shared(w, id, intid);
	if (img->nr_events == MAX_ITS_EVENTS) {
		img->beyond_model = true;
		return;
	}
	img->event[img->nr_events++] = (struct model_event){
		.its = (u8)(w->its - w->m->its),
		.icid = (u16)icid,
		.device = w->device,
		.event = (u32)id,
		.intid = (u32)intid,
	};
}

static void add_device(const struct walk *w, u64 id, u64 entry)
{
	struct its_image *img = w->img;
	struct model_its_device device = {
		.id = (u32)id,
		.event_bits = (u8)(its_entry_get(ITS_ENTRY_DTE_Size, entry) + 1),
		.itt = its_entry_get(ITS_ENTRY_DTE_ITT_addr, entry),
	};
	struct walk events = *w;

	if (id >> DEVICE_BITS)
		add_defect(img, ITS_DEFECT_DEVICE);
	if (device.event_bits > EVENT_BITS) {
		add_defect(img, ITS_DEFECT_SIZE);
		return;
	}
	if (img->nr_devices == MAX_ITS_DEVICES)
		img->beyond_model = true;
	else
		img->device[img->nr_devices++] = device;
	events.base = device.itt;
	events.nr = BIT_ULL(device.event_bits);
	events.per_piece = events.nr;
	events.valid = its_entry_mask(ITS_ENTRY_ITE_pINTID);
	events.next = ITS_ENTRY_ITE_next;
	events.beyond = ITS_DEFECT_NEXT_EVENT;
	events.locate = locate_in_a_row;
	events.add = add_event;
	events.device = device.id;
	walk_table(&events);
}

static void read_devices(const struct model *m, const struct model_its *its, struct its_image *img)
{
	u64 baser = its->baser[ITS_DEVICES];
	bool two_levels = reg_field_get(FIELD_GITS_BASER_Indirect, baser);
	struct walk w = {
		.m = m,
		.its = its,
		.img = img,
		.base = its_table_at(m, baser),
		.nr = its_table_bytes(m, baser) / ITS_ENTRY_BYTES,
		.valid = its_entry_mask(ITS_ENTRY_DTE_V),
		.next = ITS_ENTRY_DTE_next,
		.beyond = ITS_DEFECT_NEXT_DEVICE,
		.locate = two_levels ? locate_by_page : locate_in_a_row,
		.add = add_device,
	};

	w.per_piece = w.nr;
	if (two_levels) {
		w.per_piece = its_page_bytes(m, baser) / ITS_ENTRY_BYTES;
		w.nr *= w.per_piece;
	}
	if (reg_field_get(FIELD_GITS_BASER_Valid, baser))
		walk_table(&w);
}

static void add_collection(const struct model *m, const struct model_its *its,
			   struct its_image *img, u64 entry)
{
	u64 pe = its_entry_get(ITS_ENTRY_CTE_RDBase, entry);
	u64 icid = its_entry_get(ITS_ENTRY_CTE_ICID, entry);
	const struct model_vcpu *v = model_vcpu(m, pe);

	bool unmapped = pe == ITS_NO_PE && chosen(m, CHOICE_UNMAPPED_IS_PE);
	const struct model_vcpu *index = pe < m->nr_vcpus ? &m->vcpu[pe] : NULL;

	if (v != index && deviates(m, DEVIATION_RDBASE_IS_INDEX)) {
		img->deviates = true;
		v = index;
	}
	if (!v && !unmapped)
		add_defect(img, ITS_DEFECT_PE);
	img->wide |= pe > UINT32_MAX;
	if (icid >= its_table_bytes(m, its->baser[ITS_COLLECTIONS]) / ITS_ENTRY_BYTES)
		add_defect(img, ITS_DEFECT_ICID);
	img->again |= its_is_listed(its, icid);
	if (is_listed(img, icid)) {
		add_defect(img, ITS_DEFECT_ICID_TWICE);
		return;
	}
	if (img->nr_listed == MAX_ITS_COLLECTIONS) {
		img->beyond_model = true;
		return;
	}
	img->listed[img->nr_listed++] = (u16)icid;
	if (unmapped)
		return;
	img->collection[img->nr_collections++] = (struct model_collection){
		.icid = (u16)icid,
		.vcpu = (u16)(v ? v - m->vcpu : 0),
	};
}

static void read_collections(const struct model *m, const struct model_its *its,
			     struct its_image *img)
{
	u64 baser = its->baser[ITS_COLLECTIONS], entry, skip;
	u64 nr = its_table_bytes(m, baser) / ITS_ENTRY_BYTES;
	bool ends = chosen(m, CHOICE_COLLECTIONS_END);

	if (!reg_field_get(FIELD_GITS_BASER_Valid, baser))
		return;
	for (u64 i = 0; i < nr; i += skip) {
		u64 at = its_table_at(m, baser) + i * ITS_ENTRY_BYTES;

		skip = nr_untouched(m, at);
		if (!skip && !read_entry(m, img, at, its_entry_mask(ITS_ENTRY_CTE_V), &entry))
			return;
		if (!skip && its_entry_get(ITS_ENTRY_CTE_V, entry))
			add_collection(m, its, img, entry);
		else if (ends)
			return;
		skip += !skip;
	}
}

/**
 * its_read_image() - what the tables of an ITS in memory say
 * @m:   the model
 * @its: the ITS, whose registers say where they are
 * @img: filled in
 */
void its_read_image(const struct model *m, const struct model_its *its, struct its_image *img)
{
	memset(img, 0, sizeof(*img));
	read_collections(m, its, img);
	img->no_collections = img->defects || img->open || img->again;
	read_devices(m, its, img);
}
