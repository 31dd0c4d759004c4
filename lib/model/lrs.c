// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM may have in the list registers of a PE: interrupts that are active or
 * wait, that moved away since the PE ran, or that a deviation keeps there.
 */
#include "lib/model/state.h"

/*
 * What became active while it had no target may be on the list of the PE that is
 * its target by now; what software made active before the PE that it moved away
 * from has run is on the list of that one.
 */
static bool may_be_active_on(const struct model *m, unsigned int intid, unsigned int vcpu)
{
	const struct model_bank *b = &m->spi[intid / 32 - 1];
	unsigned int on = m->active_on[intid];

	return on == vcpu || (on == ACTIVE_ON_NONE && irq_target(m, intid) == vcpu) ||
	       (b->moved & 1u << intid % 32 && m->moved_from[intid] == vcpu);
}

/* Those of a bank of SPIs that may be active on a PE. */
static u32 spis_active_on(const struct model *m, unsigned int first, unsigned int vcpu)
{
	const struct model_bank *b = &m->spi[first / 32 - 1];
	u32 on = 0;

	for (u32 active = b->active | b->stuck; active; active &= active - 1) {
		unsigned int i = (unsigned int)__builtin_ctz(active);

		if (may_be_active_on(m, first + i, vcpu))
			on |= 1u << i;
	}
	return on;
}

static u32 may_pend(const struct model_bank *b)
{
	return bank_pending(b) | b->open | b->soft | b->back;
}

/* Those that may be pending, and are enabled and may not be active. */
static u32 may_wait(const struct model_bank *b)
{
	return may_pend(b) & b->enable & ~b->active;
}

/**
 * irq_in_flight() - how many interrupts a PE may have active, or pending and enabled
 * @m: the model
 * @v: the PE
 *
 * Return: the number, whatever their groups.
 */
unsigned int irq_in_flight(const struct model *m, const struct model_vcpu *v)
{
	/* Whether one of a timer's that was made active still is, is not known. */
	u32 private = v->irqs.active | v->irqs.stuck | may_wait(&v->irqs) |
		      (v->irqs.vague & irq_timers(0));
	unsigned int nr = (unsigned int)__builtin_popcount(private);

	for (unsigned int n = 32; n < m->nr_irqs; n += 32) {
		const struct model_bank *b = &m->spi[n / 32 - 1];
		u32 ready = may_wait(b), active;

		if (!(ready | b->active | b->stuck)) /* which is usual */
			continue;
		active = spis_active_on(m, n, (unsigned int)(v - m->vcpu));
		ready &= ~active;
		nr += (unsigned int)__builtin_popcount(active);
		for (; ready; ready &= ready - 1)
			nr += spi_targets(m, v, n + (unsigned int)__builtin_ctz(ready), true);
	}
	if (m->nr_its)
		nr += lpi_in_flight(m, v);
	return nr;
}

/* SPIs that a PE may have in its list: those that are active, or pending and forwarded. */
static u32 listed(const struct model *m, const struct model_bank *b)
{
	bool forwards[2];

	dist_group_enables(m, forwards);
	return b->active | b->stuck | (forwards[0] || forwards[1] ? may_pend(b) & b->enable : 0);
}

/**
 * irq_moves() - an SPI is about to get other targets, or not to be forwarded any more
 * @m:     the model
 * @intid: of an SPI that exists
 *
 * KVM takes it from the list of the PE that had it when that PE runs.
 */
void irq_moves(struct model *m, unsigned int intid)
{
	struct model_bank *b = &m->spi[intid / 32 - 1];
	u32 bit = 1u << intid % 32;
	unsigned int from = (b->active & bit) ? m->active_on[intid] : irq_target(m, intid);

	if (!(listed(m, b) & bit) || b->moved & bit || from >= m->nr_vcpus)
		return;
	b->moved |= bit;
	m->any_moved = true;
	m->moved_from[intid] = (u8)from;
}

/**
 * irq_move_some() - the same of several
 * @m:     the model
 * @intid: first of a bank of SPIs
 * @bits:  a bit for each
 */
void irq_move_some(struct model *m, unsigned int intid, u32 bits)
{
	for (bits &= listed(m, &m->spi[intid / 32 - 1]); bits; bits &= bits - 1)
		irq_moves(m, intid + (unsigned int)__builtin_ctz(bits));
}

/**
 * irq_moved() - a PE ran: what moved away from it has arrived
 * @m:    the model
 * @vcpu: its number
 */
void irq_moved(struct model *m, unsigned int vcpu)
{
	u32 left = 0;

	if (m->nr_its && vcpu < m->nr_vcpus)
		lpi_arrived(m, vcpu);
	if (!m->any_moved)
		return;
	for (unsigned int n = 0; n < NR_SPI_BANKS; n++) {
		/* What is active stays where it is. */
		u32 bits = m->spi[n].moved & ~(m->spi[n].active | m->spi[n].stuck);

		for (; bits; bits &= bits - 1) {
			unsigned int i = (unsigned int)__builtin_ctz(bits);

			if (m->moved_from[32 * (n + 1) + i] == vcpu)
				m->spi[n].moved &= ~(1u << i);
		}
		left |= m->spi[n].moved;
	}
	m->any_moved = left;
}

static u8 lowest_of(const struct model_bank *b, u32 bits, u8 lowest)
{
	for (; bits; bits &= bits - 1) {
		unsigned int i = (unsigned int)__builtin_ctz(bits);

		if (b->prio[i] > lowest)
			lowest = b->prio[i];
	}
	return lowest;
}

/**
 * irq_lowest_active() - the lowest priority of what may be active on a PE
 * @m: the model
 * @v: the PE
 *
 * Return: its number, 0 if nothing is active.
 */
u8 irq_lowest_active(const struct model *m, const struct model_vcpu *v)
{
	u8 lowest = lowest_of(&v->irqs, v->irqs.active | v->irqs.stuck, 0);

	for (unsigned int n = 32; n < m->nr_irqs; n += 32)
		lowest = lowest_of(&m->spi[n / 32 - 1],
				   spis_active_on(m, n, (unsigned int)(v - m->vcpu)), lowest);
	return lowest;
}

static unsigned int list_regs(const struct model *m)
{
	return m->config.list_regs ? m->config.list_regs : param(m, PARAM_LIST_REGS);
}

/**
 * irq_lrs_may_be_taken() - may a PE have more in flight than list registers?
 * @m: the model
 * @v: the PE
 *
 * What is in flight now counts, and what was when they were filled.
 *
 * Return: whether that matters to the implementation under test and is so.
 */
bool irq_lrs_may_be_taken(const struct model *m, const struct model_vcpu *v)
{
	bool matters = deviates(m, DEVIATION_ACTIVE_FILL_LRS) ||
		       deviates(m, DEVIATION_DROP_IS_COUNTED) ||
		       deviates(m, DEVIATION_ENDS_ANOTHER);

	return matters &&
	       (irq_in_flight(m, v) > list_regs(m) || (m->crowded && m->crowded_on == v - m->vcpu));
}

/**
 * irq_lrs_kept() - a PE goes on with the list registers that it had
 * @m:    the model
 * @vcpu: its number
 *
 * Those that become free are not filled before the next exit.
 */
void irq_lrs_kept(struct model *m, unsigned int vcpu)
{
	if (vcpu >= m->nr_vcpus)
		return;
	if (m->crowded_on != vcpu)
		m->crowded = false;
	m->crowded_on = (u16)vcpu;
	m->crowded = irq_lrs_may_be_taken(m, &m->vcpu[vcpu]);
}

/* Is an interrupt that is pending forwarded to a PE? */
static bool is_forwarded(const struct model *m, const struct model_vcpu *v, unsigned int intid)
{
	const struct model_bank *b = irq_bank_of(m, v, intid);
	u32 bit = 1u << intid % 32;

	return b->enable & bit && m->dist_enable[!!(b->group & bit)] &&
	       (intid < NR_PRIVATE || spi_targets(m, v, intid, false));
}

/**
 * irq_slip() - an interrupt that was active and pending is pending only
 * @m:     the model
 * @v:     the PE
 * @intid: of an interrupt that exists
 *
 * If it is disabled or goes to another PE by now, a list register may still
 * hold it.
 */
void irq_slip(struct model *m, struct model_vcpu *v, unsigned int intid)
{
	struct model_bank *b = irq_bank(m, v, intid);

	if (!deviates(m, DEVIATION_SLIPS_THROUGH) || !(b->edge & b->latch & 1u << intid % 32) ||
	    (intid >= NR_PRIVATE && m->active_on[intid] != v - m->vcpu) ||
	    is_forwarded(m, v, intid))
		return;
	b->slipped |= 1u << intid % 32;
	m->any_slipped = true;
}

static void clear_slipped(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		m->vcpu[i].irqs.slipped = 0;
	for (unsigned int i = 0; i < NR_SPI_BANKS; i++)
		m->spi[i].slipped = 0;
	if (m->nr_its)
		lpi_lrs_filled(m);
	m->any_slipped = false;
}

/**
 * irq_lrs_filled() - list registers were filled anew
 * @m: the model
 */
void irq_lrs_filled(struct model *m)
{
	m->crowded = false;
	if (m->any_slipped)
		clear_slipped(m);
}

/**
 * irq_may_be_loaded() - may a PE have interrupts in list registers that others do not see?
 * @m:    the model
 * @vcpu: number of the PE
 * @by:   number of the PE whose access it is, or that of none
 *
 * While it is held, and side by side, where nobody knows who is in its guest.  For an
 * access of its own it has left.
 *
 * Return: whether.
 */
bool irq_may_be_loaded(const struct model *m, unsigned int vcpu, unsigned int by)
{
	return vcpu < m->nr_vcpus && vcpu != by && (m->vcpu[vcpu].held || m->side_by_side);
}

/**
 * irq_loaded() - which interrupts may be in a list register where an access does not look
 * @m:     the model
 * @a:     the access, whose vCPU has the SGIs and PPIs that are meant
 * @intid: first of a bank
 *
 * Whether they are enabled does not count: they may have been when it was filled.
 *
 * Return: a bit for each of which that may be so if it is pending.
 */
u32 irq_loaded(const struct model *m, const struct access *a, unsigned int intid)
{
	unsigned int by = access_by(m, a);
	const struct model_bank *b;
	u32 loaded = 0;

	if (!m->nr_inside && !m->side_by_side) /* which is usual */
		return 0;
	if (intid < NR_PRIVATE)
		return irq_may_be_loaded(m, a->vcpu, by) ? ~0u : 0;
	b = &m->spi[intid / 32 - 1];
	for (u32 bits = b->latch | b->open | b->back; bits; bits &= bits - 1) {
		unsigned int i = (unsigned int)__builtin_ctz(bits), on = m->active_on[intid + i];

		if (!(b->active & 1u << i))
			on = irq_target(m, intid + i);
		if (irq_may_be_loaded(m, on, by) ||
		    (b->moved & 1u << i && irq_may_be_loaded(m, m->moved_from[intid + i], by)))
			loaded |= 1u << i;
	}
	return loaded;
}

/**
 * irq_expect_loaded() - a register shows whether interrupts are pending
 * @m:     the model
 * @a:     the access that reads it
 * @intid: the first of its interrupts
 * @val:   what it shows, but for what is said of list registers
 *
 * An edge-triggered interrupt has no latch while it is in one.
 */
void irq_expect_loaded(const struct model *m, const struct access *a, unsigned int intid,
		       struct expect_val *val)
{
	const struct model_bank *b = irq_bank_of(m, &m->vcpu[a->vcpu], intid);
	u32 hidden = b->latch & b->edge & irq_loaded(m, a, intid);

	if (!deviates(m, DEVIATION_PENDING_HIDDEN))
		hidden = 0;
	if (!(hidden | bank_back(b)))
		return;
	val->doubtful |= hidden | bank_back(b);
	val->doubt = hidden ? DEVIATION_PENDING_HIDDEN : DEVIATION_ICPENDR_UNDONE;
}

/**
 * irq_comes_back() - interrupts are about to have their pending state cleared
 * @m:     the model
 * @a:     the access that does it
 * @intid: the first of a bank
 * @bits:  a bit for each
 *
 * Return: those that DEVIATION_ICPENDR_UNDONE may have pending again.
 */
u32 irq_comes_back(const struct model *m, const struct access *a, unsigned int intid, u32 bits)
{
	const struct model_bank *b = irq_bank_of(m, &m->vcpu[a->vcpu], intid);

	if (!deviates(m, DEVIATION_ICPENDR_UNDONE))
		return 0;
	return bits & (b->latch | b->open | b->back) & b->edge & irq_loaded(m, a, intid);
}

/**
 * irq_loosen() - a deviation may have deactivated any interrupt of a PE
 * @m:  the model
 * @v:  the PE
 * @by: the deviation
 */
void irq_loosen(struct model *m, struct model_vcpu *v, enum deviation_id by)
{
	m->loosened_by = by;
	v->irqs.loose |= v->irqs.active;
	for (unsigned int n = 32; n < m->nr_irqs; n += 32) {
		struct model_bank *b = &m->spi[n / 32 - 1];

		for (u32 active = b->active; active; active &= active - 1) {
			unsigned int i = (unsigned int)__builtin_ctz(active);

			if (may_be_active_on(m, n + i, (unsigned int)(v - m->vcpu)))
				b->loose |= 1u << i;
		}
	}
}
