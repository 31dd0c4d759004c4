// SPDX-License-Identifier: GPL-2.0-only
/*
 * LPIs in the redistributors: their configuration and pending tables in memory,
 * what of these may be cached (IHI 0069H 5.1).  Their registers are in lpi_regs.c.  Which LPI an event is, and of which PE, is in its.c.
 */
#include <string.h>

#include "lib/model/state.h"

#define PENDING_FIRST_BYTE (FIRST_LPI / 8) /* of a pending table; also what is before it */
#define MIN_ID_BITS 13 /* GICR_PROPBASER.IDbits, less one, with which there are LPIs */
#define MAX_ID_BITS 15 /* GICD_TYPER.IDbits of a VM with an ITS */

/**
 * intid_is_lpi() - is it an LPI? (IHI 0069H 2.2 INTIDs)
 * @intid: any
 *
 * Return: whether.
 */
bool intid_is_lpi(u64 intid)
{
	return intid >= FIRST_LPI;
}

static bool has_bit(const u64 *bits, unsigned int lpi)
{
	return bits[lpi / 64] >> lpi % 64 & 1;
}

static void set_bit(u64 *bits, unsigned int lpi, bool set)
{
	bits[lpi / 64] &= ~BIT_ULL(lpi % 64);
	bits[lpi / 64] |= (u64)set << lpi % 64;
}

/**
 * lpi_reset() - a VM has LPIs from now on, because it has an ITS
 * @m: the model
 */
void lpi_reset(struct model *m)
{
	memset(&m->lpi, 0, sizeof(m->lpi));
	memset(m->lpis, 0, m->nr_vcpus * sizeof(m->lpis[0]));
	its_index(m);
	/* Registers that did not exist are as after reset, which is not said of these. */
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		memset(m->vcpu[i].lpi_table_known, 0, sizeof(m->vcpu[i].lpi_table_known));
}

/**
 * lpi_any_enabled() - are LPIs enabled anywhere?
 * @m: the model
 *
 * Return: whether a PE has GICR_CTLR.EnableLPIs set.
 */
bool lpi_any_enabled(const struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (m->vcpu[i].lpis_enabled)
			return true;
	}
	return false;
}

/* Those that share a configuration table must agree, so that any will do; 0 without a PE. */
static u64 config_table(const struct model *m)
{
	unsigned int i = 0;

	while (i < m->nr_vcpus && !m->vcpu[i].lpis_enabled)
		i++;
	if (!m->nr_vcpus)
		return 0;
	if (i == m->nr_vcpus)
		i = 0;
	return m->vcpu[i].lpi_table[PROPBASER] &
	       reg_field_mask(FIELD_GICR_PROPBASER_Physical_Address);
}

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
 * lpi_is_in_range() - does a PE have an LPI of this INTID?
 * @m:    the model
 * @lpi:  number from FIRST_LPI
 * @vcpu: number of the PE
 *
 * GICR_PROPBASER.IDbits says how many there are (IHI 0069H MAPTI: pINTID).
 *
 * Return: whether it surely has.
 */
bool lpi_is_in_range(const struct model *m, u64 lpi, unsigned int vcpu)
{
	const struct model_vcpu *v = &m->vcpu[vcpu];
	u64 field = reg_field_mask(FIELD_GICR_PROPBASER_IDbits);

	return !m->lpi.propbaser_reset && !(field & ~v->lpi_table_known[PROPBASER]) &&
	       FIRST_LPI + lpi < 2ULL << id_bits(v);
}

static u64 pending_table_bytes(const struct model_vcpu *v)
{
	return (2ULL << id_bits(v)) / 8;
}

/*
 * The configuration of an LPI in memory.  The priority has as many bits as all
 * others (IHI 0069H 4.8), six at most.
 */
static u8 config_bits(const struct model *m)
{
	return ((u8)bits_mask(7, 8 - param(m, PARAM_DIST_PRI_BITS)) & 0xfc) | 1;
}

/* It may be cached, beside what may be so already. */
static void cache_config(struct model *m, unsigned int lpi, u8 config)
{
	struct model_lpi_config *c = &m->lpi.config[lpi];

	for (unsigned int i = 0; i < c->nr; i++) {
		if (c->byte[i] == config)
			return;
	}
	if (c->nr == MAX_LPI_CONFIGS)
		m->lost = true;
	else
		c->byte[c->nr++] = config;
}

static void add_config(struct model *m, unsigned int lpi)
{
	u8 bits = config_bits(m), known = 0, byte = 0;
	u64 at = config_table(m) + lpi;

	if (mem_is_program(at, 1))
		byte = mem_byte(m, at, &known);
	if (bits & ~known)
		m->lost = true;
	else
		cache_config(m, lpi, byte & bits);
}

static void renew_config(struct model *m, unsigned int lpi)
{
	m->lpi.config[lpi].nr = 0;
	add_config(m, lpi);
}

/**
 * lpi_memory_written() - entries of the configuration table may have changed
 * @m:     of a VM with an ITS
 * @at:    gpa that was written
 * @bytes: how many
 *
 * Until it is invalidated, the old configuration may be in force or the new one
 * (IHI 0069H 5.1.1 LPI Configuration tables).
 */
void lpi_memory_written(struct model *m, u64 at, u64 bytes)
{
	u64 table = config_table(m);

	for (u64 i = 0; i < bytes; i++) {
		u64 lpi = at + i - table;

		if (lpi < MODEL_MAX_LPIS && m->lpi.config[lpi].nr)
			add_config(m, (unsigned int)lpi);
	}
}

/* DEVIATION_QUEUED_WHILE_DISABLED may signal it now if it was pending before. */
static void looked_at_while_disabled(struct model *m, unsigned int lpi, unsigned int vcpu)
{
	struct model_lpi_bits *b = &m->lpis[vcpu];

	set_bit(b->queued, lpi, has_bit(b->queued, lpi) || has_bit(b->open, lpi));
}

/**
 * lpi_invalidate() - what a PE has cached of an LPI's configuration is dropped
 * @m:    of a VM with an ITS
 * @lpi:  number from FIRST_LPI
 * @vcpu: number of the PE
 */
void lpi_invalidate(struct model *m, unsigned int lpi, unsigned int vcpu)
{
	if (!m->vcpu[vcpu].lpis_enabled) {
		looked_at_while_disabled(m, lpi, vcpu);
		return;
	}
	renew_config(m, lpi);
	set_bit(m->lpis[vcpu].unseen, lpi, false);
	set_bit(m->lpis[vcpu].changed, lpi, has_bit(m->lpis[vcpu].unended, lpi));
}

/* A bit of a PE's pending table: 0, 1, or -1 if it is not known. */
static int stored_bit(const struct model *m, const struct model_vcpu *v, unsigned int lpi)
{
	u64 at = pending_table(v) + (FIRST_LPI + lpi) / 8;
	u8 bit = (u8)(1u << lpi % 8), known, byte;

	if (!mem_is_program(at, 1))
		return -1;
	byte = mem_byte(m, at, &known);
	return (known & bit) ? !!(byte & bit) : -1;
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

static void store_bit(struct model *m, const struct model_vcpu *v, unsigned int lpi, int value)
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

static bool is_kept_at(const struct model *m, unsigned int lpi, unsigned int vcpu)
{
	const struct model_lpi_bits *b = &m->lpis[vcpu];

	return (has_bit(b->kept, lpi) || has_bit(b->unended, lpi)) &&
	       deviates(m, DEVIATION_DISCARD_KEEPS_PENDING);
}

/**
 * lpi_is_kept() - may a PE have an LPI still, from before its event was discarded?
 * @m:    of a VM with an ITS
 * @lpi:  number from FIRST_LPI
 * @vcpu: number of the PE that it is mapped to now
 *
 * By DEVIATION_DISCARD_KEEPS_PENDING it then stays as it was: at another PE, and
 * without a look at the pending table.
 *
 * Return: whether, other than at @vcpu with nothing in its pending table.
 */
bool lpi_is_kept(const struct model *m, unsigned int lpi, unsigned int vcpu)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (is_kept_at(m, lpi, i) && (i != vcpu || stored_bit(m, &m->vcpu[vcpu], lpi)))
			return true;
	}
	return false;
}

/**
 * lpi_mapped() - an event was made an LPI
 * @m:    of a VM with an ITS
 * @lpi:  number from FIRST_LPI
 * @vcpu: number of the PE that it is of
 *
 * What the pending table had of it when LPIs were enabled holds from now on at
 * the latest.
 */
void lpi_mapped(struct model *m, unsigned int lpi, unsigned int vcpu)
{
	struct model_vcpu *v = &m->vcpu[vcpu];
	struct model_lpi_bits *b = &m->lpis[vcpu];
	int stored;

	if (chosen(m, CHOICE_LPI_CONFIG_READ_WHEN_MAPPED) && !is_kept_at(m, lpi, vcpu))
		renew_config(m, lpi);
	else
		add_config(m, lpi);
	if (has_bit(b->pending, lpi))
		return;
	stored = stored_bit(m, v, lpi);
	if (!v->lpis_enabled) {
		if (!stored || !deviates(m, DEVIATION_TABLE_READ_WHEN_MAPPED))
			return;
		set_bit(b->taken, lpi, true);
		if (stored < 0)
			set_bit(b->open, lpi, true);
		store_bit(m, v, lpi, -1);
		return;
	}
	set_bit(b->pending, lpi, stored > 0 && has_bit(b->open, lpi));
	set_bit(b->open, lpi, stored && !has_bit(b->pending, lpi));
	/* It has been taken over, and may be there still or not. */
	if (stored > 0)
		store_bit(m, v, lpi, -1);
}

/**
 * lpi_set_pending() - the pending state of an LPI changes
 * @m:       of a VM with an ITS
 * @lpi:     number from FIRST_LPI
 * @vcpu:    number of the PE
 * @pending: whether it is from now on
 *
 * Ignored while LPIs are disabled (IHI 0069H GICR_CTLR.EnableLPIs).
 */
void lpi_set_pending(struct model *m, unsigned int lpi, unsigned int vcpu, bool pending)
{
	struct model_lpi_bits *b = &m->lpis[vcpu];

	if (!m->vcpu[vcpu].lpis_enabled)
		return;
	set_bit(b->pending, lpi, pending);
	set_bit(b->open, lpi, false);
	set_bit(b->unseen, lpi, false);
	set_bit(b->kept, lpi, false);
	set_bit(b->taken, lpi, false);
}

/**
 * lpi_discarded() - an event was discarded, and with it its pending state
 * @m:    of a VM with an ITS
 * @lpi:  number from FIRST_LPI
 * @vcpu: number of the PE that it was of
 */
void lpi_discarded(struct model *m, unsigned int lpi, unsigned int vcpu)
{
	struct model_lpi_bits *b = &m->lpis[vcpu];
	bool was_pending =
		has_bit(b->pending, lpi) || has_bit(b->open, lpi) || has_bit(b->kept, lpi);

	lpi_set_pending(m, lpi, vcpu, false);
	set_bit(b->kept, lpi, was_pending && deviates(m, DEVIATION_DISCARD_KEEPS_PENDING));
}

/* One that became pending while it was active is signalled even if it was disabled since. */
static bool host_may_have(const struct model *m, const struct model_lpi_bits *b, unsigned int lpi)
{
	return has_bit(b->unended, lpi) && deviates(m, DEVIATION_HOST_LPI_ACTIVE);
}

static bool may_be_enabled(const struct model *m, unsigned int lpi)
{
	const struct model_lpi_config *config = &m->lpi.config[lpi];

	for (unsigned int i = 0; i < config->nr; i++) {
		if (config->byte[i] & 1)
			return true;
	}
	return false;
}

/* PTZ says that the pending table is all zero (IHI 0069H GICR_PENDBASER.PTZ). */
static bool pending_table_is_zero(const struct model_vcpu *v)
{
	return reg_field_get(FIELD_GICR_PENDBASER_PTZ, v->lpi_table[PENDBASER]);
}

/* May a deviation signal what it took out of the pending table? */
static bool may_signal_taken(const struct model_vcpu *v)
{
	return !v->lpis_enabled || pending_table_is_zero(v);
}

/**
 * lpi_made_by() - the deviation without which an LPI would not be signalled
 * @m:     the model
 * @v:     the PE
 * @intid: any
 *
 * Return: the deviation, or NR_DEVIATIONS.
 */
enum deviation_id lpi_made_by(const struct model *m, const struct model_vcpu *v, u64 intid)
{
	const struct model_lpi_bits *b = &m->lpis[v - m->vcpu];
	unsigned int lpi = (unsigned int)(intid - FIRST_LPI);

	if (!m->nr_its || intid - FIRST_LPI >= MODEL_MAX_LPIS)
		return NR_DEVIATIONS;
	if (may_signal_taken(v) && has_bit(b->taken, lpi))
		return DEVIATION_TABLE_READ_WHEN_MAPPED;
	if (!v->lpis_enabled && has_bit(b->queued, lpi))
		return DEVIATION_QUEUED_WHILE_DISABLED;
	if (has_bit(b->kept, lpi) && !has_bit(b->pending, lpi) && !has_bit(b->open, lpi))
		return DEVIATION_DISCARD_KEEPS_PENDING;
	if (host_may_have(m, b, lpi) && !may_be_enabled(m, lpi))
		return DEVIATION_HOST_LPI_ACTIVE;
	return NR_DEVIATIONS;
}

/**
 * lpi_ended() - an LPI was ended with EOImode 0, or deactivated
 * @m:     the model
 * @v:     the PE
 * @intid: any
 */
void lpi_ended(struct model *m, struct model_vcpu *v, u64 intid)
{
	struct model_lpi_bits *b = &m->lpis[v - m->vcpu];
	u64 lpi = intid - FIRST_LPI;

	if (!m->nr_its || lpi >= MODEL_MAX_LPIS)
		return;
	/* What has no list register, or one with another priority, stays as it was. */
	if (!irq_lrs_may_be_taken(m, v) && !has_bit(b->changed, (unsigned int)lpi))
		set_bit(b->unended, (unsigned int)lpi, false);
}

/**
 * lpi_none_looked_at() - a write after which no LPI may be looked at
 * @m: of a VM with an ITS
 */
void lpi_none_looked_at(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		struct model_lpi_bits *b = &m->lpis[i];

		for (unsigned int n = 0; n < ARRAY_SIZE(b->unseen); n++)
			b->unseen[n] = b->pending[n] | b->open[n];
	}
}

/* The deviation that casts doubt on an LPI, or NR_DEVIATIONS. */
static enum deviation_id doubt_of(const struct model *m, const struct model_lpi_bits *b,
				  unsigned int lpi)
{
	if (host_may_have(m, b, lpi))
		return DEVIATION_HOST_LPI_ACTIVE;
	if (has_bit(b->kept, lpi))
		return DEVIATION_DISCARD_KEEPS_PENDING;
	if (has_bit(b->taken, lpi))
		return DEVIATION_TABLE_READ_WHEN_MAPPED;
	if (has_bit(b->queued, lpi))
		return DEVIATION_QUEUED_WHILE_DISABLED;
	return has_bit(b->unseen, lpi) && deviates(m, DEVIATION_NOT_QUEUED) ? DEVIATION_NOT_QUEUED :
									      NR_DEVIATIONS;
}

/* Adds an LPI with one of its configurations. */
static void add_lpi(const struct model *m, const struct model_lpi_bits *b, unsigned int lpi,
		    unsigned int nr, struct candidates *c)
{
	const struct model_lpi_config *config = &m->lpi.config[lpi];
	u8 prio = config->byte[nr] & 0xfe;
	bool open = has_bit(b->open, lpi);

	/* It may be disabled, or be of a lower priority. */
	for (unsigned int i = 0; i < config->nr; i++)
		open |= !(config->byte[i] & 1) || (config->byte[i] & 0xfe) > prio;
	irq_add_candidate(c, FIRST_LPI + lpi, prio, open, doubt_of(m, b, lpi));
}

/**
 * lpi_candidates() - the LPIs that a PE may take next
 * @m:       the model
 * @v:       the PE
 * @deviant: follow the implementation's deviations
 * @above:   leave out priorities below this number
 * @c:       with other interrupts; those of the highest priority are left
 */
void lpi_candidates(const struct model *m, const struct model_vcpu *v, bool deviant,
		    unsigned int above, struct candidates *c)
{
	const struct model_lpi_bits *b = &m->lpis[v - m->vcpu];

	for (unsigned int n = 0; (deviant || v->lpis_enabled) && n < ARRAY_SIZE(b->pending); n++) {
		u64 bits = v->lpis_enabled ? b->pending[n] | b->open[n] : 0;

		if (deviant)
			bits |= b->kept[n] | (v->lpis_enabled ? 0 : b->queued[n]) |
				(may_signal_taken(v) ? b->taken[n] : 0);

		for (; bits; bits &= bits - 1) {
			unsigned int lpi = 64 * n + (unsigned int)__builtin_ctzll(bits);
			const struct model_lpi_config *config = &m->lpi.config[lpi];

			for (unsigned int i = 0; i < config->nr; i++) {
				u8 prio = config->byte[i] & 0xfe;

				if ((config->byte[i] & 1 ||
				     (deviant && host_may_have(m, b, lpi))) &&
				    prio <= c->prio && prio >= above)
					add_lpi(m, b, lpi, i, c);
			}
		}
	}
}

/**
 * lpi_in_flight() - how many LPIs a PE has pending that may be enabled
 * @m: of a VM with an ITS
 * @v: the PE
 *
 * Return: the number.
 */
unsigned int lpi_in_flight(const struct model *m, const struct model_vcpu *v)
{
	const struct model_lpi_bits *b = &m->lpis[v - m->vcpu];
	unsigned int nr = 0;

	for (unsigned int n = 0; n < ARRAY_SIZE(b->pending); n++)
		nr += (unsigned int)__builtin_popcountll(
			b->pending[n] | b->open[n] | b->kept[n] |
			(deviates(m, DEVIATION_HOST_LPI_ACTIVE) ? b->unended[n] : 0));
	return nr;
}

/**
 * lpi_ack_priority() - the priority of an LPI that was acknowledged
 * @m:     the model
 * @intid: of an LPI
 * @prio:  receives it
 *
 * Return: whether it is known.
 */
bool lpi_ack_priority(const struct model *m, unsigned int intid, u8 *prio)
{
	const struct model_lpi_config *c;
	bool found = false;

	if (!m->nr_its || intid - FIRST_LPI >= MODEL_MAX_LPIS)
		return false;
	c = &m->lpi.config[intid - FIRST_LPI];
	for (unsigned int i = 0; i < c->nr; i++) {
		if (!(c->byte[i] & 1))
			continue;
		if (found && (c->byte[i] & 0xfe) != *prio)
			return false;
		found = true;
		*prio = c->byte[i] & 0xfe;
	}
	return found;
}

/**
 * lpi_acknowledged() - an LPI was acknowledged
 * @m:     of a VM with an ITS
 * @v:     the PE
 * @intid: of an LPI
 *
 * It is inactive then: an LPI has no active state (IHI 0069H 4.1.2).
 */
void lpi_acknowledged(struct model *m, const struct model_vcpu *v, unsigned int intid)
{
	lpi_set_pending(m, intid - FIRST_LPI, (unsigned int)(v - m->vcpu), false);
	set_bit(m->lpis[v - m->vcpu].taken, intid - FIRST_LPI, false);
	set_bit(m->lpis[v - m->vcpu].queued, intid - FIRST_LPI, false);
	set_bit(m->lpis[v - m->vcpu].unended, intid - FIRST_LPI, true);
	set_bit(m->lpis[v - m->vcpu].changed, intid - FIRST_LPI, false);
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

static void load_pending(struct model *m, struct model_vcpu *v)
{
	unsigned int vcpu = (unsigned int)(v - m->vcpu);
	struct model_lpi_bits *b = &m->lpis[vcpu];
	struct model_lpi_bits before = *b;
	u64 rest = PENDING_FIRST_BYTE + MODEL_MAX_LPIS / 8;

	memset(b, 0, sizeof(*b));
	memcpy(b->unended, before.unended, sizeof(b->unended));
	memcpy(b->changed, before.changed, sizeof(b->changed));
	if (pending_table_is_zero(v)) {
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
		b->open[n] = (~known & ~was_there) | (stored & ~here);
	}
}

/* The configurations that are cached from now on at the latest. */
static void load_configs(struct model *m, bool are_there)
{
	u8 bits = config_bits(m);
	u64 table = config_table(m), known = 0, word = 0;

	for (unsigned int lpi = 0; lpi < MODEL_MAX_LPIS; lpi++) {
		unsigned int shift = 8 * (lpi % 8);

		if (!shift)
			word = mem_u64(m, table + lpi, &known);
		if (!are_there && its_vcpu_of(m, lpi) < 0)
			m->lpi.config[lpi].nr = 0;
		m->lost |= bits & ~(known >> shift);
		cache_config(m, lpi, (u8)(word >> shift) & bits);
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
	if (!tables_are_good(m, v)) {
		m->lost = true;
		return;
	}
	load_pending(m, v);
	load_configs(m, others);
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
		b->pending[n] = 0;
		/* A host that has one active does not learn of its end then. */
		b->changed[n] |= b->unended[n];
	}
}

/**
 * lpi_can_be_saved() - are the pending tables where they can be written?
 * @m: of a VM with an ITS
 *
 * Return: whether, for all PEs that have LPIs.
 */
bool lpi_can_be_saved(const struct model *m)
{
	for (unsigned int lpi = 0; lpi < MODEL_MAX_LPIS; lpi++) {
		int vcpu = its_vcpu_of(m, lpi);

		if (vcpu >= 0 &&
		    (!m->vcpu[vcpu].lpis_enabled || !tables_are_known(&m->vcpu[vcpu]) ||
		     !mem_is_program(pending_table(&m->vcpu[vcpu]),
				     pending_table_bytes(&m->vcpu[vcpu]))))
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
	u64 doubtful = b->open[n] | b->kept[n] | b->taken[n];
	/* What is no LPI of this PE may stay as it was. */
	u64 open = (saved & doubtful) | (~saved & (here | doubtful | stored | ~known));

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

/**
 * lpi_invalidated_elsewhere() - another PE has to read an LPI's entry again
 * @m:    the model
 * @lpi:  from 0
 * @vcpu: number of the PE that has the LPI
 *
 * A PE may read an entry again at any time, so also then.
 */
void lpi_invalidated_elsewhere(struct model *m, unsigned int lpi, unsigned int vcpu)
{
	struct model_lpi_bits *b = &m->lpis[vcpu];

	if (!m->vcpu[vcpu].lpis_enabled)
		looked_at_while_disabled(m, lpi, vcpu);
	else
		set_bit(b->changed, lpi, has_bit(b->unended, lpi));
}
