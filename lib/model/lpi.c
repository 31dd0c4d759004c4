// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which LPIs a PE has pending (IHI 0069H 5.1).  Their configuration is in
 * lpi_config.c, the tables that it is saved in in lpi_tables.c, their registers in
 * lpi_regs.c.  Which LPI an event is, and of which PE, is in its.c.
 */
#include <string.h>

#include "lib/model/state.h"

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

/**
 * lpi_reset() - a VM has LPIs from now on, because it has an ITS
 * @m: the model
 */
void lpi_reset(struct model *m)
{
	memset(&m->lpi, 0, sizeof(m->lpi));
	memset(m->lpis, 0, m->nr_vcpus * sizeof(m->lpis[0]));
	memset(m->lpi.vcpu_of, 0xff, sizeof(m->lpi.vcpu_of));
	memset(m->lpi.stray_to, 0xff, sizeof(m->lpi.stray_to));
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

/* DEVIATION_QUEUED_WHILE_DISABLED may signal it now if it was pending before. */
static void looked_at_while_disabled(struct model *m, unsigned int lpi, unsigned int vcpu)
{
	struct model_lpi_bits *b = &m->lpis[vcpu];

	lpi_put_bit(b->queued, lpi, lpi_bit(b->queued, lpi) || lpi_bit(b->open, lpi));
}

/**
 * lpi_invalidate() - what a PE has cached of an LPI's configuration is dropped
 * @m:    of a VM with an ITS
 * @lpi:  number from FIRST_LPI
 * @vcpu: number of the PE
 */
void lpi_invalidate(struct model *m, unsigned int lpi, unsigned int vcpu)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (i != vcpu && !m->vcpu[i].lpis_enabled)
			looked_at_while_disabled(m, lpi, i);
	}
	if (!m->vcpu[vcpu].lpis_enabled) {
		looked_at_while_disabled(m, lpi, vcpu);
		return;
	}
	/* Another PE, which has it pending, may go on with what it has cached. */
	if (lpi_is_elsewhere(m, lpi, vcpu) || m->lpi.stray_to[lpi] >= 0)
		lpi_add_config(m, lpi);
	else
		lpi_renew_config(m, lpi);
	lpi_put_bit(m->lpis[vcpu].unseen, lpi, false);
	lpi_put_bit(m->lpis[vcpu].changed, lpi, lpi_bit(m->lpis[vcpu].unended, lpi));
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
		lpi_put_bit(b->changed, lpi, lpi_bit(b->unended, lpi));
}

static bool is_kept_at(const struct model *m, unsigned int lpi, unsigned int vcpu)
{
	const struct model_lpi_bits *b = &m->lpis[vcpu];

	return lpi_bit(b->left, lpi) || ((lpi_bit(b->kept, lpi) || lpi_bit(b->unended, lpi)) &&
					 deviates(m, DEVIATION_DISCARD_KEEPS_PENDING));
}

/*
 * What was pending when its event was unmapped, and is so in the pending table, is
 * pending: whoever has kept it does not look there, and others do.
 */
static bool is_kept_and_stored(const struct model *m, unsigned int lpi, unsigned int vcpu)
{
	return is_kept_at(m, lpi, vcpu) && !lpi_bit(m->lpis[vcpu].unended, lpi) &&
	       lpi_stored_bit(m, &m->vcpu[vcpu], lpi) > 0;
}

/*
 * May a PE have an LPI still, from before its event was unmapped?  By
 * DEVIATION_DISCARD_KEEPS_PENDING it then stays as it was: at another PE than the
 * one that it is mapped to now, and without a look at the pending table.
 */
static bool is_kept_elsewhere(const struct model *m, unsigned int lpi, unsigned int vcpu)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (i != vcpu && (is_kept_at(m, lpi, i) || lpi_bit(m->lpis[i].pending, lpi)))
			return true;
		if (i == vcpu && is_kept_at(m, lpi, i) && !is_kept_and_stored(m, lpi, i) &&
		    lpi_stored_bit(m, &m->vcpu[i], lpi))
			return true;
	}
	return false;
}

/* One that a PE has not is mapped to none yet. */
static void map_config(struct model *m, unsigned int lpi, bool is_new)
{
	if (chosen(m, CHOICE_LPI_CONFIG_READ_WHEN_MAPPED) && is_new)
		lpi_renew_config(m, lpi);
	else
		lpi_add_config(m, lpi);
}

/* What the pending table had of it when LPIs were enabled holds now at the latest. */
static void map_pending(struct model *m, unsigned int lpi, unsigned int vcpu)
{
	struct model_vcpu *v = &m->vcpu[vcpu];
	struct model_lpi_bits *b = &m->lpis[vcpu];
	bool kept = is_kept_and_stored(m, lpi, vcpu);
	int stored;

	if (lpi_bit(b->pending, lpi) || (lpi_bit(b->left, lpi) && !kept))
		return;
	stored = lpi_stored_bit(m, v, lpi);
	if (!v->lpis_enabled) {
		if (!stored || !deviates(m, DEVIATION_TABLE_READ_WHEN_MAPPED))
			return;
		lpi_put_bit(b->taken, lpi, true);
		if (stored < 0)
			lpi_put_bit(b->open, lpi, true);
		lpi_store_bit(m, v, lpi, -1);
		return;
	}
	lpi_put_bit(b->pending, lpi, kept || (stored > 0 && lpi_bit(b->open, lpi)));
	lpi_put_bit(b->open, lpi, stored && !lpi_bit(b->pending, lpi));
	if (kept) {
		lpi_put_bit(b->left, lpi, false);
		lpi_put_bit(b->kept, lpi, false);
	}
	lpi_put_bit(b->listed, lpi, lpi_bit(b->listed, lpi) || stored);
	/* It has been taken over, and may be there still or not. */
	if (stored > 0)
		lpi_store_bit(m, v, lpi, -1);
}

/**
 * lpi_mapped() - an event was made an LPI
 * @m:         of a VM with an ITS
 * @intid:     the LPI
 * @vcpu:      number of the PE that it is of, or -1
 * @is_shared: another event is the same LPI
 *
 * Those from FIRST_LPI + MODEL_MAX_LPIS on must not be pending.
 */
void lpi_mapped(struct model *m, u32 intid, int vcpu, bool is_shared)
{
	unsigned int lpi = intid - FIRST_LPI;

	if (lpi >= MODEL_MAX_LPIS) {
		m->lost |= !lpi_has_config(m, lpi) ||
			   (vcpu >= 0 && lpi_stored_bit(m, &m->vcpu[vcpu], lpi));
		return;
	}
	if (is_shared) {
		map_config(m, lpi, false);
		return;
	}
	m->lpi.vcpu_of[lpi] = (int16_t)vcpu;
	m->lost |= is_kept_elsewhere(m, lpi, vcpu < 0 ? m->nr_vcpus : (unsigned int)vcpu);
	m->lpi.stray_to[lpi] = -1;
	map_config(m, lpi, vcpu < 0 || !is_kept_at(m, lpi, (unsigned int)vcpu));
	if (vcpu >= 0)
		map_pending(m, lpi, (unsigned int)vcpu);
}

static void put_pending(struct model *m, unsigned int lpi, unsigned int vcpu, bool pending)
{
	struct model_lpi_bits *b = &m->lpis[vcpu];

	lpi_put_bit(b->pending, lpi, pending);
	lpi_put_bit(b->open, lpi, false);
	lpi_put_bit(b->unseen, lpi, false);
	lpi_put_bit(b->kept, lpi, false);
	lpi_put_bit(b->left, lpi, false);
	lpi_put_bit(b->taken, lpi, false);
	lpi_put_bit(b->undue, lpi, false);
	lpi_put_bit(b->back, lpi, false);
	lpi_put_bit(b->listed, lpi, lpi_bit(b->listed, lpi) || pending);
	m->lpi.moved_by[lpi] = 0;
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
	/* DEVIATION_MOVALL_TAKES_TARGET has the one pending state of an LPI elsewhere. */
	if (its_vcpu_of(m, lpi) == (int)vcpu && m->lpi.stray_to[lpi] >= 0)
		lpi_put_bit(m->lpi.stray, lpi, true);
	if (m->vcpu[vcpu].lpis_enabled)
		put_pending(m, lpi, vcpu, pending);
}

/* May it be, by the rules or by a deviation that leaves it with its event? */
static bool may_be_pending(const struct model_lpi_bits *b, unsigned int lpi)
{
	return lpi_bit(b->pending, lpi) || lpi_bit(b->open, lpi) || lpi_bit(b->undue, lpi) ||
	       lpi_bit(b->back, lpi);
}

/**
 * lpi_cleared() - CLEAR takes the pending state of an LPI away
 * @m:    of a VM with an ITS
 * @lpi:  number from FIRST_LPI
 * @vcpu: number of the PE that it is of
 * @by:   number of the PE whose write has the ITS perform it, or that of none
 *
 * By DEVIATION_CLEAR_UNDONE that is the ITS's copy of it alone, and what a PE in its
 * guest has in a list register comes back.  One that moves is on another PE's list.
 */
void lpi_cleared(struct model *m, unsigned int lpi, unsigned int vcpu, unsigned int by)
{
	struct model_lpi_bits *b = &m->lpis[vcpu];
	unsigned int from = lpi_bit(b->moving, lpi) ? m->lpi.moved_from[lpi] : vcpu;
	bool loaded = irq_may_be_loaded(m, vcpu, by) || irq_may_be_loaded(m, from, by);
	bool back = m->vcpu[vcpu].lpis_enabled && may_be_pending(b, lpi) && loaded;

	lpi_set_pending(m, lpi, vcpu, false);
	lpi_put_bit(b->back, lpi, back && deviates(m, DEVIATION_CLEAR_UNDONE));
}

/**
 * lpi_unmapped() - an event was unmapped with its device
 * @m:   of a VM with an ITS
 * @lpi: number from FIRST_LPI
 *
 * Whether the LPI is pending still is not said.
 */
void lpi_unmapped(struct model *m, unsigned int lpi)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		struct model_lpi_bits *b = &m->lpis[i];
		bool may_be = may_be_pending(b, lpi) || lpi_bit(b->taken, lpi);

		lpi_put_bit(b->left, lpi, may_be);
		lpi_put_bit(b->open, lpi, may_be);
		lpi_put_bit(b->pending, lpi, false);
		lpi_put_bit(b->back, lpi, false);
	}
}

/**
 * lpi_sent_while_disabled() - a deviation made an LPI pending at a PE without LPIs
 * @m:    of a VM with an ITS
 * @lpi:  number from FIRST_LPI
 * @vcpu: number of the PE
 */
void lpi_sent_while_disabled(struct model *m, unsigned int lpi, unsigned int vcpu)
{
	lpi_put_bit(m->lpis[vcpu].undue, lpi, true);
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
	bool was_pending = may_be_pending(b, lpi) || lpi_bit(b->kept, lpi);

	lpi_set_pending(m, lpi, vcpu, false);
	lpi_put_bit(b->kept, lpi, was_pending && deviates(m, DEVIATION_DISCARD_KEEPS_PENDING));
}

/* One that became pending while it was active is signalled even if it was disabled since. */
static bool host_may_have(const struct model *m, const struct model_lpi_bits *b, unsigned int lpi)
{
	return (lpi_bit(b->unended, lpi) || lpi_bit(b->slipped, lpi)) &&
	       deviates(m, DEVIATION_HOST_LPI_ACTIVE);
}

/* May a deviation signal what it took out of the pending table? */
static bool may_signal_taken(const struct model_vcpu *v)
{
	return !v->lpis_enabled || lpi_table_is_zero(v);
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
	if (may_signal_taken(v) && lpi_bit(b->taken, lpi))
		return DEVIATION_TABLE_READ_WHEN_MAPPED;
	if (!v->lpis_enabled && lpi_bit(b->undue, lpi))
		return DEVIATION_MOVED_WHILE_DISABLED;
	if (lpi_bit(m->lpi.stray, lpi) && !lpi_bit(b->pending, lpi) && !lpi_bit(b->open, lpi))
		return DEVIATION_MOVALL_TAKES_TARGET;
	if (!v->lpis_enabled && lpi_bit(b->queued, lpi))
		return DEVIATION_QUEUED_WHILE_DISABLED;
	if (lpi_bit(b->kept, lpi) && !lpi_bit(b->pending, lpi) && !lpi_bit(b->open, lpi))
		return DEVIATION_DISCARD_KEEPS_PENDING;
	if (lpi_bit(b->back, lpi) && !lpi_bit(b->pending, lpi) && !lpi_bit(b->open, lpi))
		return DEVIATION_CLEAR_UNDONE;
	if (host_may_have(m, b, lpi) && (!lpi_may_be_enabled(m, lpi) || !m->dist_enable[1]))
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
	if (lpi_bit(b->unended, (unsigned int)lpi) && lpi_bit(b->pending, (unsigned int)lpi) &&
	    !m->dist_enable[1] && deviates(m, DEVIATION_HOST_LPI_ACTIVE)) {
		lpi_put_bit(b->slipped, (unsigned int)lpi, true);
		m->any_slipped = true;
	}
	/* What has no list register, or one with another priority, stays as it was. */
	if (!irq_lrs_may_be_taken(m, v) && !lpi_bit(b->changed, (unsigned int)lpi))
		lpi_put_bit(b->unended, (unsigned int)lpi, false);
}

/**
 * lpi_lrs_filled() - list registers were filled anew
 * @m: of a VM with an ITS
 */
void lpi_lrs_filled(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		memset(m->lpis[i].slipped, 0, sizeof(m->lpis[i].slipped));
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
	if (lpi_bit(b->kept, lpi))
		return DEVIATION_DISCARD_KEEPS_PENDING;
	if (lpi_bit(b->back, lpi))
		return DEVIATION_CLEAR_UNDONE;
	if (lpi_bit(b->taken, lpi))
		return DEVIATION_TABLE_READ_WHEN_MAPPED;
	if (lpi_bit(b->queued, lpi))
		return DEVIATION_QUEUED_WHILE_DISABLED;
	if (lpi_bit(b->undue, lpi))
		return DEVIATION_MOVED_WHILE_DISABLED;
	if (lpi_bit(m->lpi.stray, lpi))
		return DEVIATION_MOVALL_TAKES_TARGET;
	if (lpi_bit(b->moving, lpi) && deviates(m, DEVIATION_MOVE_WAITS))
		return DEVIATION_MOVE_WAITS;
	return lpi_bit(b->unseen, lpi) && deviates(m, DEVIATION_NOT_QUEUED) ? DEVIATION_NOT_QUEUED :
									      NR_DEVIATIONS;
}

/* Adds an LPI with one of its configurations. */
static void add_lpi(const struct model *m, const struct model_lpi_bits *b, unsigned int lpi,
		    unsigned int nr, struct candidates *c)
{
	const struct model_lpi_config *config = &m->lpi.config[lpi];
	u8 prio = config->byte[nr] & 0xfe;
	bool open = lpi_bit(b->open, lpi);

	/* It may be disabled, or be of a lower priority. */
	for (unsigned int i = 0; i < config->nr; i++)
		open |= !(config->byte[i] & 1) || (config->byte[i] & 0xfe) > prio;
	irq_add_candidate(c, FIRST_LPI + lpi, prio, open ? PENDS_MAYBE : PENDS,
			  doubt_of(m, b, lpi));
}

/**
 * lpi_candidates() - the LPIs that a PE may take next
 * @m:       the model
 * @v:       the PE
 * @enabled: the distributor forwards them
 * @deviant: follow the implementation's deviations
 * @above:   leave out priorities below this number
 * @c:       with other interrupts; those of the highest priority are left
 */
void lpi_candidates(const struct model *m, const struct model_vcpu *v, bool enabled, bool deviant,
		    unsigned int above, struct candidates *c)
{
	const struct model_lpi_bits *b = &m->lpis[v - m->vcpu];

	for (unsigned int n = 0; (deviant || v->lpis_enabled) && n < ARRAY_SIZE(b->pending); n++) {
		u64 bits = v->lpis_enabled ? b->pending[n] | b->open[n] : 0;

		if (deviant)
			bits |= b->kept[n] | b->back[n] | m->lpi.stray[n] |
				(v->lpis_enabled ? 0 : b->queued[n] | b->undue[n]) |
				(may_signal_taken(v) ? b->taken[n] : 0);

		for (; bits; bits &= bits - 1) {
			unsigned int lpi = 64 * n + (unsigned int)__builtin_ctzll(bits);
			const struct model_lpi_config *config = &m->lpi.config[lpi];

			for (unsigned int i = 0; i < config->nr; i++) {
				u8 prio = config->byte[i] & 0xfe;

				if (((enabled && config->byte[i] & 1) ||
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
	u64 active = deviates(m, DEVIATION_HOST_LPI_ACTIVE) ? ~0ULL : 0;
	unsigned int nr = 0;

	for (unsigned int n = 0; n < ARRAY_SIZE(b->pending); n++) {
		u64 word = b->pending[n] | b->open[n] | b->kept[n] | b->back[n] | m->lpi.stray[n] |
			   b->undue[n] | (b->unended[n] & active);

		if (word) /* which is rare */
			nr += (unsigned int)__builtin_popcountll(word);
	}
	return nr;
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
	unsigned int lpi = intid - FIRST_LPI, vcpu = (unsigned int)(v - m->vcpu);

	lpi_set_pending(m, lpi, vcpu, false);
	lpi_put_bit(m->lpis[vcpu].taken, lpi, false);
	lpi_put_bit(m->lpis[vcpu].back, lpi, false);
	lpi_put_bit(m->lpis[vcpu].queued, lpi, false);
	lpi_put_bit(m->lpis[vcpu].unended, lpi, true);
	lpi_put_bit(m->lpis[vcpu].changed, lpi, false);
	/* It is not pending anywhere, and where its event has it. */
	if (its_vcpu_of(m, lpi) == (int)vcpu && m->lpi.stray_to[lpi] < 0 &&
	    !lpi_is_elsewhere(m, lpi, vcpu))
		lpi_put_bit(m->lpi.stray, lpi, false);
}
