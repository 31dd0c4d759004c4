// SPDX-License-Identifier: GPL-2.0-only
/*
 * LPIs that go to another PE: MOVI, MOVALL and MAPC take their pending state along
 * (IHI 0069H 5.3).  KVM has one pending state and one target for each, whichever PE
 * it was moved from, and a list for each PE that only the PE takes it from.
 */
#include "lib/model/state.h"

/**
 * lpi_is_elsewhere() - may an LPI be pending at another PE than its own?
 * @m:    of a VM with an ITS
 * @lpi:  number from FIRST_LPI
 * @vcpu: number of its PE
 *
 * Return: whether, since MOVALL.
 */
bool lpi_is_elsewhere(const struct model *m, unsigned int lpi, unsigned int vcpu)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		const struct model_lpi_bits *b = &m->lpis[i];

		if (i != vcpu &&
		    (lpi_bit(b->pending, lpi) || lpi_bit(b->open, lpi) || lpi_bit(b->undue, lpi)))
			return true;
	}
	return false;
}

/**
 * lpi_moved_by() - the rule by which an LPI is pending where it is
 * @m:         the model
 * @intid:     any
 * @otherwise: the rule for all that has not moved
 *
 * Return: that of MOVI, MOVALL or MAPC, or @otherwise.
 */
enum rule_id lpi_moved_by(const struct model *m, u64 intid, enum rule_id otherwise)
{
	u64 lpi = intid - FIRST_LPI;

	return m->nr_its && lpi < MODEL_MAX_LPIS && m->lpi.moved_by[lpi] ?
		       (enum rule_id)m->lpi.moved_by[lpi] :
		       otherwise;
}

/* Takes a bit from one PE to another, where it may be already. */
static bool take_bit(u64 *from, u64 *to, unsigned int lpi)
{
	bool was = lpi_bit(from, lpi);

	lpi_put_bit(from, lpi, false);
	lpi_put_bit(to, lpi, was || lpi_bit(to, lpi));
	return was;
}

/* Which PE has it on its list, until it runs? */
static void move_list(struct model *m, unsigned int lpi, unsigned int from, unsigned int to)
{
	bool moving = lpi_bit(m->lpis[from].moving, lpi);
	unsigned int on = moving ? m->lpi.moved_from[lpi] : from;

	lpi_put_bit(m->lpis[from].moving, lpi, false);
	if (on == to || !lpi_bit(m->lpis[on].listed, lpi))
		return;
	lpi_put_bit(m->lpis[to].moving, lpi, true);
	m->lpi.moved_from[lpi] = (u16)on;
}

/*
 * By DEVIATION_HOST_LPI_ACTIVE a PE that an LPI is taken away from has it, and what
 * comes of it next, until it ends it.
 */
static void leave_active(struct model *m, unsigned int lpi, unsigned int from)
{
	m->lost |= lpi_bit(m->lpis[from].unended, lpi) && deviates(m, DEVIATION_HOST_LPI_ACTIVE);
}

/*
 * The pending state of an LPI goes to another PE.  What becomes of it at one whose LPIs
 * are disabled is not said.
 */
static void move_pending(struct model *m, unsigned int lpi, unsigned int from, unsigned int to,
			 enum rule_id by)
{
	struct model_lpi_bits *a = &m->lpis[from], *b = &m->lpis[to];
	bool pending = lpi_bit(a->pending, lpi), open = lpi_bit(a->open, lpi);
	bool maybe = lpi_bit(a->taken, lpi) || lpi_bit(a->queued, lpi) || lpi_bit(a->undue, lpi);
	bool back = lpi_bit(a->back, lpi);

	if (from == to)
		return;
	leave_active(m, lpi, from);
	lpi_put_bit(a->pending, lpi, false);
	lpi_put_bit(a->open, lpi, false);
	/* What DEVIATION_TABLE_READ_WHEN_MAPPED may have lost is in doubt there, too. */
	take_bit(a->taken, b->taken, lpi);
	lpi_put_bit(a->queued, lpi, false);
	lpi_put_bit(a->undue, lpi, false);
	take_bit(a->unseen, b->unseen, lpi);
	take_bit(a->left, b->left, lpi);
	take_bit(a->kept, b->kept, lpi);
	take_bit(a->back, b->back, lpi);
	lpi_put_bit(b->unended, lpi, lpi_bit(b->unended, lpi) || lpi_bit(a->unended, lpi));
	move_list(m, lpi, from, to);
	if (!m->vcpu[to].lpis_enabled) {
		lpi_put_bit(b->undue, lpi,
			    pending || open || maybe || back || lpi_bit(b->undue, lpi));
		return;
	}
	lpi_put_bit(b->pending, lpi, pending || lpi_bit(b->pending, lpi));
	lpi_put_bit(b->open, lpi,
		    (open || maybe || lpi_bit(b->open, lpi)) && !lpi_bit(b->pending, lpi));
	if (pending || open)
		m->lpi.moved_by[lpi] = (u16)by;
}

/* What MOVALL took away is pending there, or by DEVIATION_MOVALL_TAKES_TARGET here. */
static void settle(struct model *m, unsigned int lpi, unsigned int vcpu)
{
	int stray_to = m->lpi.stray_to[lpi];

	if (stray_to < 0)
		return;
	if (stray_to != (int)vcpu) {
		leave_active(m, lpi, (unsigned int)stray_to);
		take_bit(m->lpis[stray_to].kept, m->lpis[vcpu].kept, lpi);
		move_list(m, lpi, (unsigned int)stray_to, vcpu);
	}
	if (lpi_is_elsewhere(m, lpi, vcpu))
		lpi_put_bit(m->lpi.stray, lpi, true);
	m->lpi.stray_to[lpi] = -1;
}

/**
 * lpi_retargeted() - the event of an LPI goes to another PE, and what is pending of it
 * @m:   of a VM with an ITS
 * @lpi: number from FIRST_LPI
 * @to:  number of the PE; it may be the one that it has
 * @by:  the rule that says so
 */
void lpi_retargeted(struct model *m, unsigned int lpi, unsigned int to, enum rule_id by)
{
	int from = its_vcpu_of(m, lpi);

	if (from >= 0)
		move_pending(m, lpi, (unsigned int)from, to, by);
	settle(m, lpi, to);
	m->lpi.vcpu_of[lpi] = (int16_t)to;
}

/* MOVALL takes all LPIs of a PE for which it comes first; what comes of the next is open. */
static void take_target(struct model *m, unsigned int lpi, unsigned int from, unsigned int to)
{
	int vcpu = its_vcpu_of(m, lpi), target = m->lpi.stray_to[lpi];

	if (target < 0)
		target = vcpu;
	if (vcpu < 0 || target != (int)from || !deviates(m, DEVIATION_MOVALL_TAKES_TARGET))
		return;
	if (m->lpi.stray_to[lpi] >= 0)
		lpi_put_bit(m->lpi.stray, lpi, true);
	m->lpi.stray_to[lpi] = (int16_t)(vcpu == (int)to ? -1 : (int)to);
}

/**
 * lpi_moved_all() - all LPIs that a PE has pending go to another
 * @m:    of a VM with an ITS
 * @from: number of the PE that has them
 * @to:   number of another PE, which gets them
 */
void lpi_moved_all(struct model *m, unsigned int from, unsigned int to)
{
	for (unsigned int lpi = 0; lpi < MODEL_MAX_LPIS; lpi++) {
		move_pending(m, lpi, from, to, RULE_CMD_MOVALL);
		take_target(m, lpi, from, to);
	}
}

/**
 * lpi_arrived() - a PE ran: what was moved away from it is on the list of its new one
 * @m:    of a VM with an ITS
 * @vcpu: its number
 */
void lpi_arrived(struct model *m, unsigned int vcpu)
{
	struct model_lpi_bits *own = &m->lpis[vcpu];

	for (unsigned int n = 0; n < ARRAY_SIZE(own->listed); n++) {
		u64 gone = own->listed[n];

		if (!gone)
			continue;
		own->listed[n] &= own->pending[n] | own->open[n] | own->kept[n] | own->back[n] |
				  own->undue[n] | m->lpi.stray[n];
		for (unsigned int i = 0; i < m->nr_vcpus; i++) {
			for (u64 bits = m->lpis[i].moving[n] & gone; bits; bits &= bits - 1) {
				unsigned int lpi = 64 * n + (unsigned int)__builtin_ctzll(bits);

				if (m->lpi.moved_from[lpi] != vcpu)
					continue;
				lpi_put_bit(m->lpis[i].moving, lpi, false);
				lpi_put_bit(own->listed, lpi, false);
				lpi_put_bit(m->lpis[i].listed, lpi, true);
			}
		}
	}
}
