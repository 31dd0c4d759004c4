// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of an ITS and where its tables are (IHI 0069H 12.19; arm-vgic-its.rst).
 */
#include <errno.h>

#include "lib/model/state.h"

#define ENTRY_BYTES 8ULL /* of all its tables (arm-vgic-its.rst, ITS Table ABI) */
#define QUEUE_PAGE_BYTES 4096

/* Bytes of a table, in pages of the size that was written. */
static u64 table_bytes(u64 baser)
{
	static const u64 page_bytes[] = { 0x1000, 0x4000, 0x10000, 0 };

	return (reg_field_get(FIELD_GITS_BASER_Size, baser) + 1) *
	       page_bytes[reg_field_get(FIELD_GITS_BASER_Page_Size, baser)];
}

static u64 table_at(u64 baser)
{
	return baser & reg_field_mask(FIELD_GITS_BASER_Physical_Address);
}

/* Is a table where the model follows it: valid, flat and in the program's memory? */
static bool table_is_followed(u64 baser)
{
	/* If all pages are of 64 KiB, bits 15:12 are bits 51:48 (IHI 0069H GITS_BASER<n>). */
	return reg_field_get(FIELD_GITS_BASER_Valid, baser) && !(baser & bits_mask(15, 12)) &&
	       !reg_field_get(FIELD_GITS_BASER_Indirect, baser) &&
	       mem_is_program(table_at(baser), table_bytes(baser));
}

/**
 * its_entry() - has a table in memory an entry of this number?
 * @m:      the model
 * @its:    of it
 * @table:  ITS_DEVICES or ITS_COLLECTIONS
 * @number: of a device or of a collection
 *
 * Return: whether, or that the model does not follow such a table.
 */
enum its_entry its_entry(const struct model *m, const struct model_its *its, enum its_table table,
			 u64 number)
{
	u64 baser = its->baser[table];

	(void)m;
	if (!table_is_followed(baser))
		return ITS_ENTRY_UNFOLLOWED;
	return number < table_bytes(baser) / ENTRY_BYTES ? ITS_ENTRY_THERE : ITS_ENTRY_NONE;
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

static void enable_its(struct model *m, struct model_its *its)
{
	if (!reg_field_get(FIELD_GITS_CBASER_Valid, its->cbaser) || !its->cwriter_known ||
	    its->cwriter >= its_queue_bytes(its) || its_queue_at(its) & bits_mask(15, 12) ||
	    !mem_is_program(its_queue_at(its), its_queue_bytes(its)) ||
	    !table_is_followed(its->baser[ITS_DEVICES]) ||
	    !table_is_followed(its->baser[ITS_COLLECTIONS])) {
		m->lost = true;
		return;
	}
	its->enabled = true;
	for (unsigned int i = 0; i < NR_ITS_TABLES; i++)
		its_table_taken(m, table_at(its->baser[i]), table_bytes(its->baser[i]));
	its_run_commands(m, its);
}

static void read_ctlr(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	const struct model_its *its = &m->its[a->its];

	(void)want;
	val->rule = RULE_ITS_CTLR;
	/* Whether it is quiescent while commands wait is not said. */
	val->known = reg_field_mask(FIELD_GITS_CTLR_Enabled) |
		     reg_field_mask(FIELD_GITS_CTLR_RES0_30_9) |
		     reg_field_mask(FIELD_GITS_CTLR_RES0_3_2) | ~0xffffffffULL;
	val->value = reg_field_put(FIELD_GITS_CTLR_Enabled, its->enabled);
	if (its->enabled || its->creadr != its->cwriter || !chosen(m, CHOICE_ITS_SYNCHRONOUS))
		return;
	val->known |= reg_field_mask(FIELD_GITS_CTLR_Quiescent);
	val->value |= reg_field_mask(FIELD_GITS_CTLR_Quiescent);
}

/* The model does not follow an ITS that does its work some time later. */
static void write_ctlr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its[a->its];
	bool enable = reg_field_get(FIELD_GITS_CTLR_Enabled, value);

	(void)mask;
	m->lost |= !its->initialised || !chosen(m, CHOICE_ITS_SYNCHRONOUS);
	if (enable && !its->enabled)
		enable_its(m, its);
	else if (!enable)
		its_forget_translations(m);
	its->enabled = enable;
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
}

/* Bits of an address that need not be implemented, or must be zero. */
#define ODD_ADDRESS_BITS (bits_mask(51, 48) | bits_mask(15, 12))

/* Its memory attributes may be fixed. */
static void read_cbaser(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	const struct model_its *its = &m->its[a->its];

	(void)want;
	val->rule = RULE_ITS_CBASER;
	val->known = reg_field_mask(FIELD_GITS_CBASER_Valid) |
		     reg_field_mask(FIELD_GITS_CBASER_Physical_Address) |
		     reg_field_mask(FIELD_GITS_CBASER_Size);
	val->known &= ~(its->cbaser & ODD_ADDRESS_BITS);
	val->value = its->cbaser & val->known;
}

static void write_cbaser(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its[a->its];

	m->lost |= its->enabled; /* which is UNPREDICTABLE */
	its->cbaser = (its->cbaser & ~mask) | (value & mask);
	its->creadr = 0;
	its->last_rule = 0;
	its->cwriter_known &= !its->cwriter;
}

static void read_cwriter(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	const struct model_its *its = &m->its[a->its];

	(void)want;
	val->rule = RULE_ITS_QUEUE;
	val->known = ~(reg_field_mask(FIELD_GITS_CWRITER_Retry) |
		       (its->cwriter_known ? 0 : reg_field_mask(FIELD_GITS_CWRITER_Offset)));
	val->value = its->cwriter;
}

/* An offset beyond the queue is UNPREDICTABLE. */
static void write_cwriter(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its[a->its];
	u64 offset = reg_field_mask(FIELD_GITS_CWRITER_Offset);

	if (!(mask & offset))
		return;
	its->cwriter = (u32)(value & offset);
	its->cwriter_known = true;
	m->lost |= !chosen(m, CHOICE_ITS_SYNCHRONOUS) || its->cwriter >= its_queue_bytes(its);
	its_run_commands(m, its);
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

/* Which tables there are is IMPLEMENTATION DEFINED; the memory attributes may be fixed. */
static void read_baser(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	const struct model_its *its = &m->its[a->its];
	static const u64 types[NR_ITS_TABLES] = { [ITS_DEVICES] = 1, [ITS_COLLECTIONS] = 4 };
	u64 baser;

	(void)want;
	val->rule = RULE_ITS_BASER;
	if (!chosen(m, CHOICE_ITS_TWO_TABLES))
		return;
	if (a->at.index >= NR_ITS_TABLES) {
		val->known = ~0ULL;
		return;
	}
	baser = its->baser[a->at.index];
	val->known = reg_field_mask(FIELD_GITS_BASER_Valid) |
		     reg_field_mask(FIELD_GITS_BASER_Type) |
		     reg_field_mask(FIELD_GITS_BASER_Entry_Size) |
		     reg_field_mask(FIELD_GITS_BASER_Size) | bits_mask(47, 16);
	val->value = baser & (reg_field_mask(FIELD_GITS_BASER_Valid) |
			      reg_field_mask(FIELD_GITS_BASER_Size) | bits_mask(47, 16));
	val->value |= reg_field_put(FIELD_GITS_BASER_Type, types[a->at.index]) |
		      reg_field_put(FIELD_GITS_BASER_Entry_Size, ENTRY_BYTES - 1);
	/* A table whose register says that it is not there has no size. */
	if (!reg_field_get(FIELD_GITS_BASER_Valid, baser))
		val->known &= ~(reg_field_mask(FIELD_GITS_BASER_Size) | bits_mask(47, 16));
}

static void write_baser(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its[a->its];
	u64 *baser;

	m->lost |= its->enabled || !chosen(m, CHOICE_ITS_TWO_TABLES);
	if (a->at.index >= NR_ITS_TABLES)
		return;
	baser = &its->baser[a->at.index];
	m->lost |= (*baser ^ value) & mask && (its->nr_devices || its->nr_collections);
	*baser = (*baser & ~mask) | (value & mask);
}

static void read_pidr2(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	(void)a;
	(void)want;
	redist_read_pidr2(m, val);
}

static void read_iidr(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	(void)m;
	(void)a;
	(void)want;
	val->rule = RULE_DIST_IIDR;
}

static void check_iidr(const struct model *m, const struct access *a, u64 value,
		       struct expect *want)
{
	(void)m;
	(void)a;
	(void)value;
	/* Userspace may only confirm it, and what it is the model does not know. */
	allow_done(want, RULE_ITS_REGS);
	allow_error(want, EINVAL, RULE_ITS_REGS);
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
	allow_done(want, RULE_ITS_REGS);
	if (its->enabled)
		allow_usual_error(m, want, EBUSY, RULE_ITS_REGS);
	if (beyond)
		allow_usual_error(m, want, EINVAL, RULE_ITS_REGS);
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
