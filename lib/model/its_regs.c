// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of an ITS and where its tables are (IHI 0069H 12.19; arm-vgic-its.rst).
 */
#include <errno.h>

#include "lib/model/state.h"

#define ENTRY_BYTES 8ULL /* of all its tables (arm-vgic-its.rst, ITS Table ABI) */

static bool is_valid(u64 baser)
{
	return reg_field_get(FIELD_GITS_BASER_Valid, baser);
}

/*
 * A flat table in memory is the ITS's own while it is enabled; the first level of one
 * of two is software's.
 */
static void take_table(struct model *m, u64 baser)
{
	if (!reg_field_get(FIELD_GITS_BASER_Indirect, baser))
		its_table_taken(m, its_table_at(m, baser), its_table_bytes(m, baser));
}

/* To enable an ITS that lacks its queue or a table is UNPREDICTABLE. */
static bool enable_its(struct model *m, struct model_its *its)
{
	if (!reg_field_get(FIELD_GITS_CBASER_Valid, its->cbaser) ||
	    !is_valid(its->baser[ITS_DEVICES]) || !is_valid(its->baser[ITS_COLLECTIONS])) {
		m->lost |= !chosen(m, CHOICE_ITS_NEEDS_TABLES);
		return false;
	}
	m->lost |= !its->cwriter_known || its->cwriter >= its_queue_bytes(its) ||
		   (its_queue_at(its) & bits_mask(15, 12) && !chosen(m, CHOICE_QUEUE_ALIGNED));
	for (unsigned int i = 0; i < NR_ITS_TABLES; i++)
		take_table(m, its->baser[i]);
	return true;
}

static void read_ctlr(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	const struct model_its *its = &m->its[a->its];
	u64 quiescent = reg_field_mask(FIELD_GITS_CTLR_Quiescent);
	bool empty = its->cwriter_known && its->creadr == its->cwriter;

	(void)want;
	val->rule = RULE_ITS_CTLR;
	val->known = ~(quiescent | reg_field_mask(FIELD_GITS_CTLR_UMSIirq) |
		       reg_field_mask(FIELD_GITS_CTLR_ITS_Number) |
		       reg_field_mask(FIELD_GITS_CTLR_ImDe));
	/* What is of GICv4 and of optional features. */
	if (chosen(m, CHOICE_ARCHREV_IS_3))
		val->known |= reg_field_mask(FIELD_GITS_CTLR_ITS_Number) |
			      reg_field_mask(FIELD_GITS_CTLR_ImDe);
	if (chosen(m, CHOICE_ITS_16_BITS))
		val->known |= reg_field_mask(FIELD_GITS_CTLR_UMSIirq);
	val->value = reg_field_put(FIELD_GITS_CTLR_Enabled, its->enabled);
	if (chosen(m, CHOICE_QUIESCENT_IS_EMPTY) ||
	    (!its->enabled && empty && chosen(m, CHOICE_ITS_SYNCHRONOUS)))
		expect_bits(val, empty ? quiescent : 0, quiescent, RULE_ITS_QUIESCENT);
}

/* The model does not follow an ITS that does its work some time later. */
static void write_ctlr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its[a->its];
	bool enable = reg_field_get(FIELD_GITS_CTLR_Enabled, value);

	(void)mask;
	m->lost |= !chosen(m, CHOICE_ITS_SYNCHRONOUS) ||
		   (!its->initialised && !chosen(m, CHOICE_ITS_INIT_NOT_NEEDED));
	if (!enable)
		its_forget_own(m, its);
	its->enabled = enable && (its->enabled || enable_its(m, its));
	its_run_commands(m, its, access_by(m, a));
}

static void read_typer(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	(void)a;
	(void)want;
	val->rule = RULE_ITS_TYPER;
	val->known = reg_field_mask(FIELD_GITS_TYPER_Physical);
	val->value = reg_field_mask(FIELD_GITS_TYPER_Physical);
	if (chosen(m, CHOICE_RDBASE_IS_NUMBER))
		val->known |= reg_field_mask(FIELD_GITS_TYPER_PTA);
	if (!chosen(m, CHOICE_ITS_16_BITS))
		return;
	val->known = ~reg_field_mask(FIELD_GITS_TYPER_IMPDEF);
	val->value |= reg_field_put(FIELD_GITS_TYPER_Devbits, 15) |
		      reg_field_put(FIELD_GITS_TYPER_ID_bits, 15);
	expect_bits(val, reg_field_put(FIELD_GITS_TYPER_ITT_entry_size, ENTRY_BYTES - 1),
		    reg_field_mask(FIELD_GITS_TYPER_ITT_entry_size), RULE_ITS_ENTRY_SIZE);
}

/* The memory attributes of GITS_CBASER and GITS_BASER<n>, which are at the same places. */
#define ATTRIBUTES                                     \
	(reg_field_mask(FIELD_GITS_BASER_InnerCache) | \
	 reg_field_mask(FIELD_GITS_BASER_OuterCache) | \
	 reg_field_mask(FIELD_GITS_BASER_Shareability))

static u64 with_attributes(const struct model *m, u64 value)
{
	static const u8 inner[] = { 3, 3, 2, 3, 4, 5, 6, 7 }, outer[8] = { 0, 1 };
	static const u8 shared[] = { 0, 1, 1, 3 };

	if (!chosen(m, CHOICE_ITS_CACHED))
		return value;
	return (value & ~ATTRIBUTES) |
	       reg_field_put(FIELD_GITS_BASER_InnerCache,
			     inner[reg_field_get(FIELD_GITS_BASER_InnerCache, value)]) |
	       reg_field_put(FIELD_GITS_BASER_OuterCache,
			     outer[reg_field_get(FIELD_GITS_BASER_OuterCache, value)]) |
	       reg_field_put(FIELD_GITS_BASER_Shareability,
			     shared[reg_field_get(FIELD_GITS_BASER_Shareability, value)]);
}

/* Bits of a register that need not be implemented: what was written to them may be lost. */
static u64 attributes_unknown(const struct model *m)
{
	return chosen(m, CHOICE_ITS_CACHED) ? 0 : ATTRIBUTES;
}

static u64 upper_unknown(const struct model *m, unsigned int top)
{
	if (chosen(m, CHOICE_ITS_52_BITS) || m->config.ipa_bits > top)
		return 0;
	return bits_mask(top, m->config.ipa_bits);
}

#define CBASER_RES0                                     \
	(reg_field_mask(FIELD_GITS_CBASER_RES0_62) |    \
	 reg_field_mask(FIELD_GITS_CBASER_RES0_58_56) | \
	 reg_field_mask(FIELD_GITS_CBASER_RES0_52) | reg_field_mask(FIELD_GITS_CBASER_RES0_9_8))

static void read_cbaser(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	const struct model_its *its = &m->its[a->its];
	u64 open = CBASER_RES0 | upper_unknown(m, 51);

	(void)want;
	val->rule = RULE_ITS_CBASER;
	if (!chosen(m, CHOICE_QUEUE_ALIGNED))
		open |= bits_mask(15, 12);
	/* Where zero was written, zero is read. */
	val->known = ~(its->cbaser & open);
	if (its->cbaser_written)
		val->known &= ~attributes_unknown(m);
	val->value = its->cbaser & val->known;
}

static void write_cbaser(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its[a->its];

	if (its->enabled && chosen(m, CHOICE_ITS_REGS_FIXED))
		return;
	m->lost |= its->enabled; /* which is UNPREDICTABLE */
	its->cbaser = with_attributes(m, (its->cbaser & ~mask) | (value & mask));
	if (chosen(m, CHOICE_QUEUE_ALIGNED))
		its->cbaser &= ~bits_mask(15, 12);
	its->cbaser_written = true;
	its->creadr = 0;
	its->last_rule = 0;
	if (chosen(m, CHOICE_CBASER_CLEARS_CWRITER)) {
		its->cwriter = 0;
		its->cwriter_known = true;
	}
	its->cwriter_known &= !its->cwriter;
}

static void read_cwriter(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	const struct model_its *its = &m->its[a->its];

	(void)want;
	val->rule = RULE_ITS_CWRITER;
	val->known = its->cwriter_known ? ~0ULL : ~reg_field_mask(FIELD_GITS_CWRITER_Offset);
	if (!chosen(m, CHOICE_RES0_RAZ_WI))
		val->known &= ~reg_field_mask(FIELD_GITS_CWRITER_Retry);
	val->value = its->cwriter;
}

static void write_cwriter(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its[a->its];
	u64 offset = reg_field_mask(FIELD_GITS_CWRITER_Offset);

	if (!(mask & offset))
		return;
	if ((value & offset) >= its_queue_bytes(its)) {
		m->lost |= !chosen(m, CHOICE_CWRITER_IN_QUEUE);
		return;
	}
	its->cwriter = (u32)(value & offset);
	its->cwriter_known = true;
	m->lost |= !chosen(m, CHOICE_ITS_SYNCHRONOUS);
	its_run_commands(m, its, access_by(m, a));
}

static void read_creadr(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	const struct model_its *its = &m->its[a->its];

	(void)want;
	val->rule = its->last_rule ? its->last_rule : RULE_ITS_QUEUE;
	val->known = ~0ULL;
	val->value = its->creadr;
}

/* A guest cannot write it; what userspace restores is where the queue goes on. */
static void write_creadr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its[a->its];

	if (!a->user)
		return;
	(void)mask;
	its->creadr = (u32)(value & reg_field_mask(FIELD_GITS_CREADR_Offset));
	m->lost |= its->enabled || its->creadr >= its_queue_bytes(its);
}

/* Fields that are the same whatever is written. */
static u64 fixed_fields(const struct model *m, unsigned int table)
{
	u64 fields =
		reg_field_mask(FIELD_GITS_BASER_Type) | reg_field_mask(FIELD_GITS_BASER_Entry_Size);

	if (chosen(m, CHOICE_ITS_PAGES_64K))
		fields |= reg_field_mask(FIELD_GITS_BASER_Page_Size);
	if (table == ITS_COLLECTIONS && chosen(m, CHOICE_ITS_DEVICES_INDIRECT))
		fields |= reg_field_mask(FIELD_GITS_BASER_Indirect);
	return fields;
}

/* Which tables there are is IMPLEMENTATION DEFINED; the memory attributes may be fixed. */
static void read_baser(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	const struct model_its *its = &m->its[a->its];
	static const u64 types[NR_ITS_TABLES] = { [ITS_DEVICES] = 1, [ITS_COLLECTIONS] = 4 };
	unsigned int table = a->at.index;

	(void)want;
	val->rule = RULE_ITS_BASER;
	if (!chosen(m, CHOICE_ITS_TWO_TABLES))
		return;
	if (table >= NR_ITS_TABLES) {
		val->rule = RULE_ITS_BASER_NONE;
		val->known = ~0ULL;
		return;
	}
	val->known = its->baser_known[table] | reg_field_mask(FIELD_GITS_BASER_Valid);
	val->known &= ~(attributes_unknown(m) | upper_unknown(m, 47));
	if (!chosen(m, CHOICE_ITS_DEVICES_INDIRECT))
		val->known &= ~reg_field_mask(FIELD_GITS_BASER_Indirect);
	if (!chosen(m, CHOICE_ITS_PAGES_64K))
		val->known &= ~(reg_field_mask(FIELD_GITS_BASER_Page_Size) | bits_mask(15, 12));
	val->value = its->baser[table] & val->known;
	expect_bits(val,
		    reg_field_put(FIELD_GITS_BASER_Type, types[table]) |
			    reg_field_put(FIELD_GITS_BASER_Entry_Size, ENTRY_BYTES - 1) |
			    reg_field_put(FIELD_GITS_BASER_Page_Size, 2),
		    fixed_fields(m, table), RULE_ITS_BASER_FIXED);
}

/* Is a table new, and its memory zero, as software must have made it? */
static bool is_fresh(const struct model *m, u64 old, u64 baser)
{
	u64 at = its_table_at(m, baser), bytes = its_table_bytes(m, baser);

	return is_valid(baser) && mem_is_program(at, bytes) && mem_is_zero_from(m, at, bytes) &&
	       !(is_valid(old) &&
		 ranges_overlap(at, bytes, its_table_at(m, old), its_table_bytes(m, old)));
}

/* What was mapped is in the memory of the table before, which the ITS has no more. */
static void unmap_table(struct model *m, struct model_its *its, enum its_table table)
{
	if (table == ITS_DEVICES) {
		its_unmap_devices(m, its);
		return;
	}
	for (unsigned int i = 0; i < m->nr_events; i++) {
		if (m->event[i].its != its - m->its)
			continue;
		m->lost |= !chosen(m, CHOICE_MAPC_LEAVES_ORPHANS);
		m->event[i].orphan = true;
	}
	its->nr_collections = 0;
	its->nr_listed = 0;
	its_index(m);
	its_forget_own(m, its);
}

static void keep_table(struct model_its *its, enum its_table table)
{
	for (unsigned int i = 0; table == ITS_DEVICES && i < its->nr_devices; i++)
		its->device[i].kept = true;
	for (unsigned int i = 0; table == ITS_COLLECTIONS && i < its->nr_collections; i++)
		its->collection[i].kept = true;
}

static void change_table(struct model *m, struct model_its *its, enum its_table table, u64 old)
{
	u64 baser = its->baser[table];
	bool fresh;

	if (baser == old || !(table == ITS_DEVICES ? its->nr_devices : its->nr_collections))
		return;
	fresh = is_fresh(m, old, baser);
	if (fresh && deviates(m, DEVIATION_TABLE_CHANGE_KEEPS)) {
		keep_table(its, table);
		return;
	}
	if (is_valid(baser) && !fresh && chosen(m, CHOICE_TABLE_CHANGE_KEEPS))
		return;
	m->lost |= !fresh && !chosen(m, CHOICE_TABLE_CHANGE_UNMAPS) &&
		   !chosen(m, CHOICE_TABLE_CHANGE_KEEPS);
	unmap_table(m, its, table);
}

static void write_baser(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its[a->its];
	unsigned int table = a->at.index;
	u64 *baser, old;

	if (its->enabled && chosen(m, CHOICE_ITS_REGS_FIXED))
		return;
	m->lost |= its->enabled || !chosen(m, CHOICE_ITS_TWO_TABLES);
	if (table >= NR_ITS_TABLES)
		return;
	baser = &its->baser[table];
	old = *baser;
	*baser = with_attributes(m, (*baser & ~mask) | (value & mask)) & ~fixed_fields(m, table);
	its->baser_known[table] |= mask;
	change_table(m, its, (enum its_table)table, old);
}

static void read_pidr2(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	(void)a;
	(void)want;
	redist_read_pidr2(m, val);
}

/* Its Revision is that of the layout of its tables, of which there is one. */
static void read_iidr(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	(void)a;
	(void)want;
	val->rule = RULE_ITS_IIDR;
	if (!param(m, PARAM_IIDR))
		return;
	val->known = ~0ULL;
	val->value = param(m, PARAM_IIDR);
}

static void check_iidr(const struct model *m, const struct access *a, u64 value,
		       struct expect *want)
{
	(void)a;
	if (reg_field_get(FIELD_GITS_IIDR_Revision, value))
		allow_usual_error(m, want, EINVAL, RULE_ITS_REGS_IIDR);
}

/*
 * It is to be restored after GITS_CBASER and before the ITS is enabled
 * (arm-vgic-its.rst).  What is beyond the queue may be refused.
 */
static void check_creadr(const struct model *m, const struct access *a, u64 value,
			 struct expect *want)
{
	const struct model_its *its = &m->its[a->its];
	bool beyond = (value & reg_field_mask(FIELD_GITS_CREADR_Offset)) >= its_queue_bytes(its);

	if (!its->enabled && !beyond)
		return;
	if (!chosen(m, CHOICE_CREADR_CHECKED))
		allow_done(want, RULE_ITS_REGS);
	if (its->enabled)
		allow_usual_error(m, want, EBUSY, RULE_ITS_REGS_CREADR);
	if (beyond)
		allow_usual_error(m, want, EINVAL, RULE_ITS_REGS_CREADR);
}

/* Which device a guest's own store is of is IMPLEMENTATION DEFINED. */
static void write_translater(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)a;
	(void)value;
	(void)mask;
	m->lost |= !chosen(m, CHOICE_TRANSLATER_IGNORED);
}

static const struct reg_behaviour behaviours[NR_REGS] = {
	[REG_GITS_CTLR] = { .read = read_ctlr, .write = write_ctlr },
	[REG_GITS_IIDR] = { .read = read_iidr, .check = check_iidr },
	[REG_GITS_TYPER] = { .read = read_typer },
	[REG_GITS_CBASER] = { .read = read_cbaser, .write = write_cbaser },
	[REG_GITS_CWRITER] = { .read = read_cwriter, .write = write_cwriter },
	[REG_GITS_CREADR] = { .read = read_creadr, .check = check_creadr, .write = write_creadr },
	[REG_GITS_BASER] = { .read = read_baser, .write = write_baser },
	[REG_GITS_PIDR2] = { .read = read_pidr2 },
	[REG_GITS_TRANSLATER] = { .write = write_translater },
};

/**
 * its_behaviour() - what a register of the ITS does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if the register is not modelled here.
 */
const struct reg_behaviour *its_behaviour(enum reg_id reg)
{
	const struct reg_behaviour *b = &behaviours[reg];

	return b->read || b->write ? b : NULL;
}
