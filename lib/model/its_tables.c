// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_DEV_ARM_ITS_SAVE_TABLES, KVM_DEV_ARM_ITS_RESTORE_TABLES and
 * KVM_DEV_ARM_ITS_CTRL_RESET (arm-vgic-its.rst).  How tables are read is in
 * its_restore.c.
 */
#include <errno.h>
#include <string.h>

#include "lib/model/its_image.h"

#define MAX_RULES 6 /* of inconsistent tables that are told apart in one expectation */

/**
 * its_table_taken() - a table is an ITS's own from now on
 * @m:     the model
 * @at:    gpa
 * @bytes: its size; what of it is not in the program's memory does not matter
 */
void its_table_taken(struct model *m, u64 at, u64 bytes)
{
	u64 end = at + bytes;

	if (chosen(m, CHOICE_ITS_TABLES_ONLY_SAVED) || end <= PROG_MEM_BASE ||
	    at >= PROG_MEM_BASE + PROG_MEM_BYTES)
		return;
	if (at < PROG_MEM_BASE)
		at = PROG_MEM_BASE;
	if (end > PROG_MEM_BASE + PROG_MEM_BYTES)
		end = PROG_MEM_BASE + PROG_MEM_BYTES;
	mem_forget(m, at, end - at);
}

static void unmapped_at(struct model *m, u64 at)
{
	if (chosen(m, CHOICE_ITS_TABLES_ONLY_SAVED) && mem_is_program(at, ITS_ENTRY_BYTES))
		mem_put_u64(m, at, 0, ~0ULL);
}

/**
 * its_device_unmapped() - the entry of a device is not valid any more
 * @m:   the model
 * @its: of it
 * @id:  DeviceID
 */
void its_device_unmapped(struct model *m, const struct model_its *its, u32 id)
{
	u64 at;

	if (its_find_entry(m, its, id, &at) == ITS_PLACE_KNOWN)
		unmapped_at(m, at);
}

/**
 * its_event_unmapped() - the entry of an event is not valid any more
 * @m:   the model
 * @its: of it
 * @nr:  place in the list
 */
void its_event_unmapped(struct model *m, const struct model_its *its, unsigned int nr)
{
	const struct model_event *e = &m->event[nr];

	unmapped_at(m,
		    its->device[its_find_device(its, e->device)].itt + e->event * ITS_ENTRY_BYTES);
}

static const struct model_its *its_of_op(const struct model *m, const struct op *op)
{
	return &m->its[op_its(op)];
}

/* Return: whether the ITS may do it: there is one, and no vCPU runs. */
static bool expect_ctrl(const struct model *m, const struct op *op, struct expect *want)
{
	if (op_its(op) >= m->nr_its)
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
	else if (vcpu_any_held(m))
		allow_error(want, EBUSY, RULE_ITS_CTRL_RUNNING);
	return !want->nr_alts;
}

/* What must have been configured before is not said. */
static bool is_early(const struct model *m, const struct model_its *its)
{
	return its->base == ADDR_UNSET || !its->initialised || !m->initialised;
}

/* Success, which has the rule that says why it may be an error, too, if there is one. */
static void expect_done(const struct model *m, const struct model_its *its, enum rule_id rule,
			struct expect *want)
{
	allow_done(want, is_early(m, its) ? RULE_ITS_CTRL_EARLY : rule);
}

static void expect_early(const struct model *m, const struct model_its *its, struct expect *want)
{
	if (is_early(m, its))
		allow_error(want, ENXIO, RULE_ITS_CTRL_EARLY);
}

/* Not tables that the model does not know the place of, nor what a deviation kept. */
static bool is_followed(const struct model *m, const struct op *op)
{
	return chosen(m, CHOICE_ITS_TWO_TABLES) && !its_keeps_any(its_of_op(m, op));
}

static void expect_not_followed(struct expect *want, enum rule_id rule)
{
	allow_done(want, rule);
	allow_error(want, EXPECT_ANY_ERRNO, rule);
}

/**
 * expect_reset_its() - KVM_DEV_ARM_ITS_CTRL_RESET
 * @m:    the model
 * @op:   OP_RESET_ITS
 * @want: filled in
 */
void expect_reset_its(const struct model *m, const struct op *op, struct expect *want)
{
	if (!expect_ctrl(m, op, want))
		return;
	expect_done(m, its_of_op(m, op), RULE_ITS_RESET, want);
	expect_early(m, its_of_op(m, op), want);
}

/**
 * its_unmap_devices() - an ITS has no device any more, and nothing is said of each
 * @m:   of a VM with an ITS
 * @its: the ITS
 */
void its_unmap_devices(struct model *m, struct model_its *its)
{
	for (unsigned int i = m->nr_events; i--;) {
		unsigned int lpi = its_lpi_of(&m->event[i]);

		if (m->event[i].its != its - m->its)
			continue;
		its_remove_event(m, i);
		if (lpi < MODEL_MAX_LPIS)
			lpi_unmapped(m, lpi);
	}
	if (its->nr_devices)
		its_forget_own(m, its);
	its->nr_devices = 0;
}

static void unmap_all(struct model *m, struct model_its *its)
{
	its_unmap_devices(m, its);
	its->nr_collections = 0;
	its->nr_listed = 0;
}

/**
 * commit_reset_its() - an ITS was reset (arm-vgic-its.rst, ITS Reset State)
 * @m:    the model
 * @op:   OP_RESET_ITS
 * @seen: what came
 */
void commit_reset_its(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct model_its *its = &m->its[op_its(op)];

	(void)seen;
	unmap_all(m, its);
	its->enabled = false;
	its->cbaser = 0;
	its->cbaser_written = false;
	its->creadr = 0;
	its->last_rule = 0;
	its->cwriter = 0;
	its->cwriter_known = true;
	for (unsigned int i = 0; i < NR_ITS_TABLES; i++) {
		its->baser[i] &= ~reg_field_mask(FIELD_GITS_BASER_Valid);
		its->baser_known[i] = 0;
	}
}

/* The rule that says why a save that may succeed need not, or that of all saves. */
static enum rule_id rule_of_save(const struct its_saving *s)
{
	if (s->no_entry)
		return RULE_ITS_SAVE_PAGE;
	return s->orphan ? RULE_ITS_SAVE_ORPHAN : RULE_ITS_SAVE;
}

/**
 * expect_save_tables() - KVM_DEV_ARM_ITS_SAVE_TABLES
 * @m:    the model
 * @op:   OP_SAVE_TABLES
 * @want: filled in
 */
void expect_save_tables(const struct model *m, const struct op *op, struct expect *want)
{
	struct its_saving s = { .m = m };

	if (!expect_ctrl(m, op, want))
		return;
	if (!is_followed(m, op)) {
		expect_not_followed(want, RULE_ITS_SAVE);
		return;
	}
	s.its = its_of_op(m, op);
	its_save(&s);
	if (s.no_memory)
		allow_error(want, EFAULT, RULE_ITS_SAVE_MEMORY);
	else
		expect_done(m, s.its, rule_of_save(&s), want);
	if (s.orphan)
		allow_usual_error(m, want, EINVAL, RULE_ITS_SAVE_ORPHAN);
	if (s.open)
		allow_error(want, EFAULT, RULE_ITS_SAVE_MEMORY);
	/* Its entry has nowhere to go: it is left out, or an error. */
	if (s.no_entry) {
		allow_error(want, EFAULT, RULE_ITS_SAVE_PAGE);
		allow_usual_error(m, want, EINVAL, RULE_ITS_SAVE_PAGE);
	}
	expect_early(m, s.its, want);
}

/**
 * commit_save_tables() - the tables of an ITS were saved
 * @m:    the model
 * @op:   OP_SAVE_TABLES
 * @seen: what came
 */
void commit_save_tables(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct its_saving s = { .m = m, .to = m, .its = its_of_op(m, op) };

	(void)seen;
	its_save(&s);
	m->its[op_its(op)].saved = true;
	m->lost |= s.open || s.no_entry || s.doubtful || !is_followed(m, op);
}

static void expect_defects(const struct its_image *img, struct expect *want)
{
	for (unsigned int i = 0; i < NR_ITS_DEFECTS && want->nr_alts < MAX_RULES; i++) {
		if (img->defects & 1u << i)
			allow_error(want, its_defect_errno((enum its_defect)i),
				    its_defect_rule((enum its_defect)i));
	}
}

static bool is_doubtful(const struct its_image *img)
{
	return img->open || img->doubtful || img->shared;
}

static bool is_again(const struct model_its *its)
{
	return its->enabled || its->nr_devices || its->nr_listed;
}

/* What no document says whether it is taken. */
static void expect_doubtful(const struct model *m, const struct model_its *its,
			    const struct its_image *img, struct expect *want)
{
	if (img->open || img->may_fault)
		allow_error(want, EFAULT, RULE_ITS_RESTORE_MEMORY);
	if (is_doubtful(img))
		allow_error(want, EINVAL, RULE_ITS_RESTORE_DOUBTFUL);
	if (its->enabled)
		allow_usual_error(m, want, EBUSY, RULE_ITS_RESTORE_AGAIN);
	if (its->nr_devices && !img->again)
		allow_usual_error(m, want, EEXIST, RULE_ITS_RESTORE_AGAIN);
}

/**
 * expect_restore_tables() - KVM_DEV_ARM_ITS_RESTORE_TABLES
 * @m:    the model
 * @op:   OP_RESTORE_TABLES
 * @want: filled in
 */
void expect_restore_tables(const struct model *m, const struct op *op, struct expect *want)
{
	const struct model_its *its;
	struct its_image img;

	if (!expect_ctrl(m, op, want))
		return;
	if (!is_followed(m, op)) {
		expect_not_followed(want, RULE_ITS_RESTORE);
		return;
	}
	its = its_of_op(m, op);
	its_read_image(m, its, &img);
	if (img.deviates)
		expect_deviation(want, DEVIATION_RDBASE_IS_INDEX);
	expect_defects(&img, want);
	if (img.again && chosen(m, CHOICE_RESTORE_ADDS))
		allow_usual_error(m, want, EEXIST, RULE_ITS_RESTORE_AGAIN);
	else if (!img.defects && is_again(its))
		expect_done(m, its, RULE_ITS_RESTORE_AGAIN, want);
	else if (!img.defects)
		expect_done(m, its,
			    is_doubtful(&img) ? RULE_ITS_RESTORE_DOUBTFUL : RULE_ITS_RESTORE, want);
	expect_doubtful(m, its, &img, want);
	expect_early(m, its, want);
}

static bool has_room(const struct model_its *its, const struct its_image *img)
{
	return its->nr_devices + img->nr_devices <= MAX_ITS_DEVICES &&
	       its->nr_listed + img->nr_listed <= MAX_ITS_COLLECTIONS;
}

static void take_image(struct model *m, struct model_its *its, const struct its_image *img)
{
	for (unsigned int i = 0; i < img->nr_devices; i++)
		its->device[its->nr_devices++] = img->device[i];
	for (unsigned int i = 0; i < img->nr_collections; i++)
		its->collection[its->nr_collections++] = img->collection[i];
	for (unsigned int i = 0; i < img->nr_listed; i++)
		its->listed[its->nr_listed++] = img->listed[i];
	for (unsigned int i = 0; i < img->nr_events; i++) {
		const struct model_event *e = &img->event[i];

		its_add_event(m, e);
		lpi_mapped(m, e->intid, its_event_vcpu(m, e), its_shares_lpi(m, e->intid));
	}
}

static bool has_device(const struct model_its *its, const struct model_its_device *d)
{
	const struct model_its_device *own = &its->device[its_find_device(its, d->id)];

	return own != its->device + its->nr_devices && own->event_bits == d->event_bits &&
	       own->itt == d->itt;
}

static bool has_collection(const struct model_its *its, const struct model_collection *c)
{
	const struct model_collection *own = &its->collection[its_find_collection(its, c->icid)];

	return own != its->collection + its->nr_collections && own->vcpu == c->vcpu;
}

static bool has_event(const struct model *m, const struct model_its *its,
		      const struct model_event *e)
{
	unsigned int nr = its_find_event(m, its, e->device, e->event);

	return nr < m->nr_events && m->event[nr].intid == e->intid && m->event[nr].icid == e->icid;
}

static unsigned int nr_events_of(const struct model *m, const struct model_its *its)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < m->nr_events; i++)
		nr += m->event[i].its == its - m->its;
	return nr;
}

/* Has an ITS nothing that tables would map once more? */
static bool can_add(const struct model *m, const struct model_its *its, const struct its_image *img)
{
	if (!its->nr_devices && !its->nr_listed)
		return true;
	for (unsigned int i = 0; i < img->nr_devices; i++) {
		if (its_find_device(its, img->device[i].id) < its->nr_devices)
			return false;
	}
	return !img->again && chosen(m, CHOICE_RESTORE_ADDS) && has_room(its, img);
}

/* Has an ITS mapped what tables say, and nothing else? */
static bool is_mapped_so(const struct model *m, const struct model_its *its,
			 const struct its_image *img)
{
	bool same = its->nr_devices == img->nr_devices && its->nr_listed == img->nr_listed &&
		    its->nr_collections == img->nr_collections &&
		    nr_events_of(m, its) == img->nr_events;

	for (unsigned int i = 0; same && i < img->nr_devices; i++)
		same = has_device(its, &img->device[i]);
	for (unsigned int i = 0; same && i < img->nr_collections; i++)
		same = has_collection(its, &img->collection[i]);
	for (unsigned int i = 0; same && i < img->nr_events; i++)
		same = has_event(m, its, &img->event[i]);
	return same;
}

/**
 * commit_restore_tables() - the tables of an ITS were restored
 * @m:    the model
 * @op:   OP_RESTORE_TABLES
 * @seen: what came
 *
 * What becomes of what was mapped before is not said, but if it is the same.
 */
void commit_restore_tables(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct model_its *its = &m->its[op_its(op)];
	struct its_image img;

	(void)seen;
	its_read_image(m, its, &img);
	if (img.defects || img.open || img.doubtful || img.beyond_model || img.deviates ||
	    !is_followed(m, op))
		m->lost = true;
	else if (can_add(m, its, &img))
		take_image(m, its, &img);
	else
		m->lost |= !is_mapped_so(m, its, &img);
}

static void unmap_collections(struct model *m, struct model_its *its)
{
	for (unsigned int i = 0; i < m->nr_events; i++)
		m->event[i].orphan |= m->event[i].its == its - m->its;
	its->nr_collections = 0;
	its->nr_listed = 0;
	its_index(m);
	if (!deviates(m, DEVIATION_RESTORE_KEEPS_CACHE))
		its_forget_own(m, its);
}

/* Is an LPI of the tables in the pending table of any PE, or may it be? */
static bool any_stored(const struct model *m, const struct its_image *img)
{
	for (unsigned int i = 0; i < img->nr_events; i++) {
		unsigned int lpi = its_lpi_of(&img->event[i]);

		for (unsigned int n = 0; lpi < MODEL_MAX_LPIS && n < m->nr_vcpus; n++) {
			if (lpi_stored_bit(m, &m->vcpu[n], lpi))
				return true;
		}
	}
	return false;
}

/* The pending state of LPIs may have been taken out of the pending tables already. */
static void give_up_image(struct model *m, struct model_its *its)
{
	struct its_image img;
	unsigned int nr = 0;

	its_read_image(m, its, &img);
	m->lost |= img.open || img.deviates || !chosen(m, CHOICE_FAILED_RESTORE_IS_EMPTY) ||
		   (img.wide && any_stored(m, &img));
	if (m->lost)
		return;
	if (img.no_collections) {
		unmap_collections(m, its);
		return;
	}
	for (unsigned int i = 0; i < img.nr_events; i++) {
		if (its_lpi_of(&img.event[i]) < MODEL_MAX_LPIS)
			img.event[nr++] = img.event[i];
	}
	img.nr_events = nr;
	unmap_all(m, its);
	take_image(m, its, &img);
	unmap_all(m, its);
}

/**
 * its_tables_failed() - tables could not be saved or restored
 * @m:  the model
 * @op: OP_SAVE_TABLES or OP_RESTORE_TABLES
 *
 * Some may have been written; and some restored, but only a whole ITS is consistent.
 */
void its_tables_failed(struct model *m, const struct op *op)
{
	struct model_its *its = &m->its[op_its(op)];
	struct its_saving s = { .m = m, .to = m, .its = its };

	if (vcpu_any_held(m))
		return;
	if (op->id == OP_RESTORE_TABLES) {
		give_up_image(m, its);
		return;
	}
	m->lost |= !is_followed(m, op);
	s.forget = true;
	its_save(&s);
	m->lost |= s.open;
}

static bool is_within(u64 gpa, u64 at, u64 bytes)
{
	return gpa - at < bytes;
}

static bool is_table(const struct model *m, const struct model_its *its, unsigned int table,
		     u64 gpa)
{
	u64 baser = its->baser[table];

	return reg_field_get(FIELD_GITS_BASER_Valid, baser) &&
	       is_within(gpa, its_table_at(m, baser), its_table_bytes(m, baser));
}

/**
 * its_table_rule() - which rule fixes what a place in memory holds?
 * @m:   the model
 * @gpa: within the memory
 *
 * Return: that of the table that an ITS was saved into, or RULE_MEM.
 */
enum rule_id its_table_rule(const struct model *m, u64 gpa)
{
	for (unsigned int i = 0; i < m->nr_its; i++) {
		const struct model_its *its = &m->its[i];

		if (!its->saved)
			continue;
		if (is_table(m, its, ITS_COLLECTIONS, gpa))
			return RULE_ITS_TABLE_COLLECTIONS;
		if (is_table(m, its, ITS_DEVICES, gpa))
			return RULE_ITS_TABLE_DEVICES;
		for (unsigned int k = 0; k < its->nr_devices; k++) {
			if (is_within(gpa, its->device[k].itt,
				      ITS_ENTRY_BYTES << its->device[k].event_bits))
				return RULE_ITS_TABLE_EVENTS;
		}
	}
	return RULE_MEM;
}
