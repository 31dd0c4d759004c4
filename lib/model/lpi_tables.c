// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a redistributor takes out of its tables when LPIs are enabled, and what of
 * it is saved (IHI 0069H 5.1; arm-vgic-v3.rst KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES).
 */
#include <string.h>

#include "lib/model/state.h"

#define PENDING_FIRST_BYTE (FIRST_LPI / 8) /* of a pending table; also what is before it */
#define MAX_ID_BITS 15 /* GICD_TYPER.IDbits of a VM with an ITS */
#define MIN_ID_BITS 13 /* GICR_PROPBASER.IDbits, less one, with which there are LPIs */

static u64 pending_table(const struct model_vcpu *v)
{
	return v->lpi_table[PENDBASER] & reg_field_mask(FIELD_GICR_PENDBASER_Physical_Address);
}

static unsigned int id_bits(const struct model_vcpu *v)
{
	u64 bits = reg_field_get(FIELD_GICR_PROPBASER_IDbits, v->lpi_table[PROPBASER]);

	return bits > MAX_ID_BITS ? MAX_ID_BITS : (unsigned int)bits;
}

/**
 * lpi_is_in_range() - is an INTID that of an LPI?
 * @m:     the model
 * @intid: any
 * @vcpu:  number of the PE that it would go to, or -1
 *
 * GICR_PROPBASER.IDbits says how many there are (IHI 0069H MAPTI: pINTID).
 *
 * Return: whether, or -1 if it is not known.
 */
int lpi_is_in_range(const struct model *m, u64 intid, int vcpu)
{
	u64 field = reg_field_mask(FIELD_GICR_PROPBASER_IDbits);

	if (intid < FIRST_LPI || intid >= 2ULL << MAX_ID_BITS)
		return 0;
	if (vcpu < 0 && m->nr_vcpus && chosen(m, CHOICE_PROPBASER_SHARED))
		vcpu = 0;
	if (vcpu < 0 || m->lpi.propbaser_reset || field & ~m->vcpu[vcpu].lpi_table_known[PROPBASER])
		return -1;
	if (intid < 2ULL << id_bits(&m->vcpu[vcpu]))
		return 1;
	return chosen(m, CHOICE_MAPTI_CHECKS_PROPBASER) ? 0 : -1;
}

static u64 pending_table_bytes(const struct model_vcpu *v)
{
	return (2ULL << id_bits(v)) / 8;
}

/**
 * lpi_stored_bit() - a bit of a PE's pending table
 * @m:   of a VM with an ITS
 * @v:   the PE
 * @lpi: number from FIRST_LPI
 *
 * Return: 0, 1, or -1 if it is not known.
 */
int lpi_stored_bit(const struct model *m, const struct model_vcpu *v, unsigned int lpi)
{
	u64 at = pending_table(v) + (FIRST_LPI + lpi) / 8;
	u8 bit = (u8)(1u << lpi % 8), known, byte;

	if (!mem_is_program(at, 1))
		return -1;
	byte = mem_byte(m, at, &known);
	return (known & bit) ? !!(byte & bit) : -1;
}

/**
 * lpi_store_bit() - the same, changed
 * @m:     of a VM with an ITS
 * @v:     the PE
 * @lpi:   number from FIRST_LPI
 * @value: 0, 1, or -1 if it is not known
 */
void lpi_store_bit(struct model *m, const struct model_vcpu *v, unsigned int lpi, int value)
{
	u64 at = pending_table(v) + (FIRST_LPI + lpi) / 8;
	u8 bit = (u8)(1u << lpi % 8), known, byte;

	if (!mem_is_program(at, 1)) {
		m->lost = true;
		return;
	}
	byte = mem_byte(m, at, &known);
	byte = value > 0 ? byte | bit : byte & (u8)~bit;
	known = value < 0 ? known & (u8)~bit : known | bit;
	mem_put(m, at, byte, known);
}

/**
 * lpi_table_is_zero() - does a PE's pending table count as zero?
 * @v: the PE
 *
 * GICR_PENDBASER.PTZ says so (IHI 0069H GICR_PENDBASER.PTZ).
 *
 * Return: whether.
 */
bool lpi_table_is_zero(const struct model_vcpu *v)
{
	return reg_field_get(FIELD_GICR_PENDBASER_PTZ, v->lpi_table[PENDBASER]);
}

/* The bits of 64 LPIs from @lpi on in a PE's pending table, which is in memory. */
static u64 stored_word(const struct model *m, const struct model_vcpu *v, unsigned int lpi,
		       u64 *known)
{
	return mem_u64(m, pending_table(v) + (FIRST_LPI + lpi) / 8, known);
}

/* Of 64 LPIs from @lpi on, those that are of a PE. */
static u64 lpis_of(const struct model *m, unsigned int vcpu, unsigned int lpi)
{
	u64 bits = 0;

	for (unsigned int i = 0; i < 64; i++)
		bits |= (u64)(its_vcpu_of(m, lpi + i) == (int)vcpu) << i;
	return bits;
}

static bool tables_are_known(const struct model_vcpu *v)
{
	const u64 known[2] = { reg_field_mask(FIELD_GICR_PROPBASER_Physical_Address) |
				       reg_field_mask(FIELD_GICR_PROPBASER_IDbits),
			       reg_field_mask(FIELD_GICR_PENDBASER_Physical_Address) |
				       reg_field_mask(FIELD_GICR_PENDBASER_PTZ) };

	return !(known[PROPBASER] & ~v->lpi_table_known[PROPBASER]) &&
	       !(known[PENDBASER] & ~v->lpi_table_known[PENDBASER]);
}

/**
 * lpi_tables_may_be_reset() - a deviation may have reset GICR_PROPBASER
 * @m: of a VM with an ITS
 *
 * What LPIs that are enabled read from elsewhere then is not followed.
 */
void lpi_tables_may_be_reset(struct model *m)
{
	m->lpi.propbaser_reset = true;
	m->lost |= lpi_any_enabled(m);
}

/*
 * Are the tables of a PE where the model follows them, apart from those of other
 * PEs, and is the configuration table that of the others?
 */
static bool tables_are_good(const struct model *m, const struct model_vcpu *v)
{
	u64 id_bits_written = reg_field_get(FIELD_GICR_PROPBASER_IDbits, v->lpi_table[PROPBASER]);
	u64 fields = reg_field_mask(FIELD_GICR_PROPBASER_Physical_Address) |
		     reg_field_mask(FIELD_GICR_PROPBASER_IDbits);

	if (m->lpi.propbaser_reset || !tables_are_known(v) || id_bits_written < MIN_ID_BITS ||
	    (id_bits_written > MAX_ID_BITS && !chosen(m, CHOICE_NO_LPI_FEATURES)) ||
	    !mem_is_program(v->lpi_table[PROPBASER] &
				    reg_field_mask(FIELD_GICR_PROPBASER_Physical_Address),
			    MODEL_MAX_LPIS) ||
	    !mem_is_program(pending_table(v), pending_table_bytes(v)))
		return false;
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		const struct model_vcpu *o = &m->vcpu[i];

		if (o == v || !o->lpis_enabled)
			continue;
		if (((o->lpi_table[PROPBASER] ^ v->lpi_table[PROPBASER]) & fields) ||
		    ranges_overlap(pending_table(v), pending_table_bytes(v), pending_table(o),
				   pending_table_bytes(o)))
			return false;
	}
	return true;
}

/* Of 64 LPIs from @lpi on, those that DEVIATION_MOVALL_TAKES_TARGET may have at another PE. */
static u64 strayed(const struct model *m, unsigned int lpi)
{
	u64 bits = m->lpi.stray[lpi / 64];

	for (unsigned int i = 0; i < 64; i++)
		bits |= (u64)(m->lpi.stray_to[lpi + i] >= 0) << i;
	return bits;
}

static void load_pending(struct model *m, struct model_vcpu *v)
{
	unsigned int vcpu = (unsigned int)(v - m->vcpu);
	struct model_lpi_bits *b = &m->lpis[vcpu];
	struct model_lpi_bits before = *b;
	u64 rest = PENDING_FIRST_BYTE + MODEL_MAX_LPIS / 8;

	memset(b, 0, sizeof(*b));
	memcpy(b->unended, before.unended, sizeof(b->unended));
	memcpy(b->changed, before.changed, sizeof(b->changed));
	memcpy(b->listed, before.listed, sizeof(b->listed));
	memcpy(b->moving, before.moving, sizeof(b->moving));
	/* What was moved here while LPIs were disabled may be pending or not. */
	memcpy(b->open, before.undue, sizeof(b->open));
	if (lpi_table_is_zero(v)) {
		/* What a deviation took out of a table that counts as zero stays. */
		memcpy(b->taken, before.taken, sizeof(b->taken));
		return;
	}
	m->lost |= !mem_is_zero_from(m, pending_table(v) + rest, pending_table_bytes(v) - rest);
	for (unsigned int n = 0; n < ARRAY_SIZE(b->pending); n++) {
		u64 known, stored = stored_word(m, v, 64 * n, &known), was_there;
		u64 here = (stored | ~known) ? lpis_of(m, vcpu, 64 * n) : 0;

		b->taken[n] = before.taken[n] & ~known;
		/* It was there until a deviation took it. */
		was_there = b->taken[n] & ~before.open[n];
		stored |= was_there;
		b->pending[n] = stored & here;
		/* What no ITS makes an LPI of this PE need not arrive before one does. */
		b->open[n] |= (~known & ~was_there) | (stored & ~here);
		b->open[n] &= ~b->pending[n];
		b->listed[n] |= b->pending[n] | b->open[n];
		m->lpi.stray[n] |= (b->pending[n] | b->open[n]) & strayed(m, 64 * n);
	}
}

/**
 * lpi_enable() - GICR_CTLR.EnableLPIs is set
 * @m: the model
 * @v: the PE, whose LPIs are disabled
 */
void lpi_enable(struct model *m, struct model_vcpu *v)
{
	bool others = lpi_any_enabled(m);

	v->lpis_enabled = true;
	for (unsigned int i = 0; i < m->nr_events; i++)
		m->lost |= its_is_doubtful(m, &m->event[i]);
	if (!tables_are_good(m, v)) {
		m->lost = true;
		return;
	}
	load_pending(m, v);
	lpi_load_configs(m, others);
	if (!chosen(m, CHOICE_PENDING_TABLES_ONLY_SAVED))
		mem_forget(m, pending_table(v), pending_table_bytes(v));
}

/**
 * lpi_disable() - GICR_CTLR.EnableLPIs is cleared
 * @m: the model
 * @v: the PE, whose LPIs are enabled
 *
 * Whether pending state survives it, and where, is not said.
 */
void lpi_disable(struct model *m, struct model_vcpu *v)
{
	struct model_lpi_bits *b = &m->lpis[v - m->vcpu];

	v->lpis_enabled = false;
	its_forget_translations(m);
	m->lost |= !chosen(m, CHOICE_LPIS_CAN_BE_DISABLED);
	for (unsigned int n = 0; n < ARRAY_SIZE(b->pending); n++) {
		b->open[n] |= b->pending[n];
		/* What is on the list of another PE still is not dropped. */
		b->undue[n] |= b->open[n] & b->moving[n];
		b->pending[n] = 0;
		/* A host that has one active does not learn of its end then. */
		b->changed[n] |= b->unended[n];
	}
}

/**
 * lpi_tables_reach() - are the entries of an LPI in memory, where it is known?
 * @m:    of a VM with an ITS
 * @lpi:  number from FIRST_LPI
 * @vcpu: number of the PE
 *
 * Return: whether, for its configuration and for its pending state.
 */
bool lpi_tables_reach(const struct model *m, u64 lpi, unsigned int vcpu)
{
	const struct model_vcpu *v = &m->vcpu[vcpu];
	u64 config =
		v->lpi_table[PROPBASER] & reg_field_mask(FIELD_GICR_PROPBASER_Physical_Address);

	return !m->lpi.propbaser_reset && tables_are_known(v) && mem_is_program(config + lpi, 1) &&
	       mem_is_program(pending_table(v) + (FIRST_LPI + lpi) / 8, 1);
}

/* Can what a PE has be saved? @vcpu is its number, or -1 for none. */
static bool can_be_saved_at(const struct model *m, int vcpu)
{
	const struct model_vcpu *v = vcpu < 0 ? NULL : &m->vcpu[vcpu];

	return !v || (v->lpis_enabled && tables_are_known(v) &&
		      mem_is_program(pending_table(v), pending_table_bytes(v)));
}

/**
 * lpi_can_be_saved() - are the pending tables where they can be written?
 * @m: of a VM with an ITS
 *
 * Return: whether, for all PEs that have LPIs.
 */
bool lpi_can_be_saved(const struct model *m)
{
	for (unsigned int i = 0; i < m->nr_events; i++) {
		unsigned int lpi = its_lpi_of(&m->event[i]);

		if (!can_be_saved_at(m, its_event_vcpu(m, &m->event[i])))
			return false;
		if (lpi < MODEL_MAX_LPIS && !(can_be_saved_at(m, its_vcpu_of(m, lpi)) &&
					      can_be_saved_at(m, m->lpi.stray_to[lpi])))
			return false;
	}
	return true;
}

/* What is saved for a PE of 64 LPIs from @lpi on. */
static void save_word(struct model *m, const struct model_vcpu *v, unsigned int lpi)
{
	const struct model_lpi_bits *b = &m->lpis[v - m->vcpu];
	unsigned int n = lpi / 64;
	u64 known, stored = stored_word(m, v, lpi, &known);
	u64 here = lpis_of(m, (unsigned int)(v - m->vcpu), lpi);
	u64 saved = v->lpis_enabled ? here : 0;
	/* What a deviation may have made of it is not known either. */
	u64 doubtful =
		b->open[n] | b->kept[n] | b->back[n] | b->taken[n] | strayed(m, lpi) | b->undue[n];
	/* What is no LPI of this PE may stay as it was. */
	u64 open =
		(saved & doubtful) | (~saved & (here | doubtful | b->pending[n] | stored | ~known));

	if (open || saved)
		mem_put_u64(m, pending_table(v) + (FIRST_LPI + lpi) / 8, saved & b->pending[n],
			    ~open);
}

/**
 * lpi_save() - pending state was saved into the pending tables
 * @m: of a VM with an ITS
 */
void lpi_save(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		const struct model_vcpu *v = &m->vcpu[i];

		if (!mem_is_program(pending_table(v) + PENDING_FIRST_BYTE, MODEL_MAX_LPIS / 8))
			continue;
		for (unsigned int lpi = 0; lpi < MODEL_MAX_LPIS; lpi += 64)
			save_word(m, v, lpi);
	}
}
