// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: where the state of each is kept, whether it is pending, and which
 * one a PE should take next.
 */
#include "lib/model/state.h"

/**
 * irq_bank() - the state of an interrupt and its neighbours
 * @m:     the model
 * @v:     the PE whose SGIs and PPIs are meant
 * @intid: below MODEL_MAX_IRQS
 *
 * Return: the bank; the interrupt is bit @intid % 32 of it.
 */
struct model_bank *irq_bank(struct model *m, struct model_vcpu *v, unsigned int intid)
{
	return intid < NR_PRIVATE ? &v->irqs : &m->spi[intid / 32 - 1];
}

/**
 * irq_bank_of() - the same, to look at
 * @m:     the model
 * @v:     the PE whose SGIs and PPIs are meant
 * @intid: below MODEL_MAX_IRQS
 *
 * Return: the bank.
 */
const struct model_bank *irq_bank_of(const struct model *m, const struct model_vcpu *v,
				     unsigned int intid)
{
	return intid < NR_PRIVATE ? &v->irqs : &m->spi[intid / 32 - 1];
}

/**
 * irq_implemented() - the interrupts of a bank that exist
 * @m:     the model
 * @intid: first of the bank, a multiple of 32
 *
 * INTIDs 1020 to 1023 are special and are no interrupts (IHI 0069H 2.2.1).
 *
 * Return: a bit for each.
 */
u32 irq_implemented(const struct model *m, unsigned int intid)
{
	if (intid >= m->nr_irqs)
		return 0;
	return intid == 992 ? 0x0fffffff : 0xffffffff;
}

/**
 * irq_exists() - is there such an interrupt?
 * @m:     the model
 * @intid: any
 *
 * Return: whether.
 */
bool irq_exists(const struct model *m, u64 intid)
{
	return intid < MODEL_MAX_IRQS &&
	       (irq_implemented(m, (unsigned int)intid & ~31u) & (u32)BIT_ULL(intid % 32));
}

/**
 * bank_pending() - which interrupts are pending
 * @b: a bank
 *
 * A level-sensitive interrupt is pending while its line is high or software has
 * made it pending, an edge-triggered one since an edge (IHI 0069H GICD_ISPENDR).
 *
 * Return: a bit for each.
 */
u32 bank_pending(const struct model_bank *b)
{
	return b->latch | (b->line & ~b->edge);
}

struct search {
	const struct model *m;
	const struct model_vcpu *v;
	struct candidates *c;
	bool deviant;
	const bool *slips; /* groups that interrupts may slip through of, if deviant */
	unsigned int above; /* the lowest number of a priority */
};

/* Does an SPI go to this PE?  (GICD_IROUTER, GICD_ITARGETSR) */
static bool spi_targets(const struct search *s, unsigned int intid)
{
	const struct model *m = s->m;
	const struct model_vcpu *v = s->v;
	u32 route = m->route[intid];

	if (m->config.gic == GIC_V3 && s->deviant && deviates(m, DEVIATION_RESET_ROUTE) &&
	    !(m->spi[intid / 32 - 1].routed & 1u << intid % 32))
		return v == m->vcpu;
	if (m->config.gic == GIC_V3)
		return route == v->affinity;
	/* With one CPU the registers are RAZ/WI and all SPIs go to it. */
	if (m->nr_vcpus == 1)
		return true;
	/* Of several targets one takes it: which one is the implementation's choice. */
	if (chosen(m, CHOICE_LOWEST_TARGET))
		route &= ~route + 1;
	if (!route && s->deviant && deviates(m, DEVIATION_V2_NO_TARGET_IS_CPU0))
		route = 1;
	return route & 1u << (v - m->vcpu) % 8;
}

/**
 * irq_doubt() - the deviation that casts doubt on interrupts
 * @m:    the model
 * @b:    their bank
 * @bits: a bit for each
 *
 * Return: the deviation, or NR_DEVIATIONS.
 */
enum deviation_id irq_doubt(const struct model *m, const struct model_bank *b, u32 bits)
{
	if (b->loose & bits)
		return m->loosened_by;
	if (b->stuck & bits)
		return (enum deviation_id)b->stuck_by[__builtin_ctz(b->stuck & bits)];
	if (b->soft & bits)
		return DEVIATION_LEVEL_LATCH;
	return ((b->unseen | b->moved) & bits) ? DEVIATION_NOT_QUEUED : NR_DEVIATIONS;
}

/**
 * irq_made_by() - the deviation without which an interrupt would not be signalled
 * @m:     the model
 * @v:     the PE
 * @intid: that exists
 *
 * Return: the deviation, or NR_DEVIATIONS.
 */
enum deviation_id irq_made_by(const struct model *m, const struct model_vcpu *v, unsigned int intid)
{
	const struct model_bank *b = irq_bank_of(m, v, intid);
	u32 made = (b->loose & b->active) | (b->soft & ~bank_pending(b));

	if (b->slipped & 1u << intid % 32)
		return DEVIATION_SLIPS_THROUGH;
	return (made & 1u << intid % 32) ? irq_doubt(m, b, 1u << intid % 32) : NR_DEVIATIONS;
}

/**
 * irq_add_candidate() - one more interrupt that may come first
 * @c:     dropped if they have a lower priority
 * @intid: any
 * @prio:  not lower than that of @c
 * @open:  it may be pending or not
 * @doubt: the deviation that casts doubt on it, or NR_DEVIATIONS
 */
void irq_add_candidate(struct candidates *c, unsigned int intid, u8 prio, bool open,
		       enum deviation_id doubt)
{
	if (prio < c->prio || !c->nr) {
		c->nr = 0;
		c->all_doubtful = true;
		c->all_open = true;
		c->doubt = NR_DEVIATIONS;
	}
	c->all_open &= open;
	c->prio = prio;
	c->all_doubtful &= open || doubt != NR_DEVIATIONS;
	if (doubt != NR_DEVIATIONS)
		c->doubt = doubt;
	c->intid[c->nr++] = (u16)intid;
}

/* Does the PE that it was active on have an interrupt in a list register still? */
static bool slips_to(const struct search *s, const struct model_bank *b, unsigned int intid)
{
	return s->deviant && b->slipped & 1u << intid % 32 && intid < MODEL_MAX_IRQS &&
	       (intid < NR_PRIVATE || s->m->active_on[intid] == s->v - s->m->vcpu);
}

/* What moves away from a PE and comes back before it has run has not left its list. */
static enum deviation_id doubt_of(const struct search *s, const struct model_bank *b,
				  unsigned int intid)
{
	enum deviation_id doubt = irq_doubt(s->m, b, 1u << intid % 32);
	bool unseen = b->unseen & 1u << intid % 32;

	if (doubt == DEVIATION_NOT_QUEUED && !unseen &&
	    s->m->moved_from[intid] == s->v - s->m->vcpu)
		return NR_DEVIATIONS;
	return doubt;
}

static void search_bank(const struct search *s, unsigned int first, const struct model_bank *b,
			const bool *group_enable)
{
	u32 pending = bank_pending(b) | b->open | (s->deviant ? b->soft : 0);
	u32 ready = pending & b->enable & ~(b->active & ~(s->deviant ? b->loose : 0));

	ready &= (group_enable[0] ? ~b->group : 0) | (group_enable[1] ? b->group : 0);
	if (s->deviant)
		ready |= b->slipped & pending & ~b->active &
			 ((s->slips[0] ? ~b->group : 0) | (s->slips[1] ? b->group : 0));
	for (; ready; ready &= ready - 1) {
		unsigned int i = (unsigned int)__builtin_ctz(ready);
		bool slips = slips_to(s, b, first + i);

		if (b->prio[i] > s->c->prio || b->prio[i] < s->above ||
		    (first && !spi_targets(s, first + i) && !slips))
			continue;
		irq_add_candidate(s->c, first + i, b->prio[i], b->open & 1u << i,
				  slips ? DEVIATION_SLIPS_THROUGH : doubt_of(s, b, first + i));
	}
}

/**
 * irq_candidates() - the interrupts that a PE may take next
 * @m:       the model
 * @v:       the PE
 * @enable:  which groups are enabled
 * @slips:   follow the implementation's deviations, by which interrupts of these
 *           groups may slip through; NULL to follow the rules alone
 * @above:   leave out priorities below this number, 0 to 256
 * @c:       filled in: those of the highest priority that is left
 *
 * Of several with the same priority any may come first (IHI 0069H 4.8
 * Interrupt prioritization).
 */
void irq_candidates(const struct model *m, const struct model_vcpu *v, const bool *enable,
		    const bool *slips, unsigned int above, struct candidates *c)
{
	struct search s = { m, v, c, slips, slips, above };

	c->nr = 0;
	c->prio = PRIORITY_IDLE;
	search_bank(&s, 0, &v->irqs, enable);
	for (unsigned int n = 32; n < m->nr_irqs; n += 32)
		search_bank(&s, n, &m->spi[n / 32 - 1], enable);
	if (m->has_its && enable[1])
		lpi_candidates(m, v, slips, above, c);
}

/* The first PE that an SPI goes to, the implementation's deviations included. */
static unsigned int irq_target(const struct model *m, unsigned int intid)
{
	struct search s = { .m = m, .deviant = true };
	unsigned int vcpu = 0;

	for (; vcpu < m->nr_vcpus; vcpu++) {
		s.v = &m->vcpu[vcpu];
		if (spi_targets(&s, intid))
			break;
	}
	return vcpu;
}

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

/* Those that may be pending, and are enabled and may not be active. */
static u32 may_wait(const struct model_bank *b)
{
	return (bank_pending(b) | b->open | b->soft) & b->enable & ~b->active;
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
	u32 private = v->irqs.active | v->irqs.stuck | may_wait(&v->irqs);
	unsigned int nr = (unsigned int)__builtin_popcount(private);
	struct search s = { .m = m, .v = v, .deviant = true };

	for (unsigned int n = 32; n < m->nr_irqs; n += 32) {
		u32 active = spis_active_on(m, n, (unsigned int)(v - m->vcpu));
		u32 ready = may_wait(&m->spi[n / 32 - 1]) & ~active;

		nr += (unsigned int)__builtin_popcount(active);
		for (; ready; ready &= ready - 1)
			nr += spi_targets(&s, n + (unsigned int)__builtin_ctz(ready));
	}
	if (m->has_its)
		nr += lpi_in_flight(m, v);
	return nr;
}

/**
 * irq_pending_is_known() - software has set or cleared the latch
 * @b:    the bank
 * @bits: a bit for each interrupt
 */
void irq_pending_is_known(struct model_bank *b, u32 bits)
{
	b->open &= ~bits;
}

/**
 * irq_seen() - something happened to interrupts that makes KVM look at them
 * @b:    their bank
 * @bits: a bit for each
 */
void irq_seen(struct model_bank *b, u32 bits)
{
	b->unseen &= ~bits;
}

static void irq_set_active_on(struct model *m, unsigned int intid, unsigned int vcpu)
{
	m->active_on[intid] = vcpu < ACTIVE_ON_NONE ? (u8)vcpu : ACTIVE_ON_NONE;
}

/* SPIs that a PE may have in its list: those that are active, or pending and forwarded. */
static u32 listed(const struct model *m, const struct model_bank *b)
{
	bool forwards[2];

	dist_group_enables(m, forwards);
	return b->active | b->stuck |
	       (forwards[0] || forwards[1] ? (bank_pending(b) | b->open | b->soft) & b->enable : 0);
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

/**
 * irq_make_active() - software made an interrupt active
 * @m:     the model
 * @v:     the PE whose SGIs and PPIs are meant
 * @intid: of an interrupt that exists
 *
 * It is of the PE that it would be sent to.
 */
void irq_make_active(struct model *m, struct model_vcpu *v, unsigned int intid)
{
	struct model_bank *b = irq_bank(m, v, intid);
	u32 bit = 1u << intid % 32;
	unsigned int vcpu;

	irq_seen(b, bit);
	/* What is to become of an SGI that can have no active state is not said. */
	m->lost |= m->nassgireq && intid < NR_SGIS;
	if (intid < NR_SGIS && (b->active | b->stuck) & bit &&
	    deviates(m, DEVIATION_V2_ISACTIVER_RESENDS))
		v->sgi_resent |= bit;
	if (b->active & bit)
		return;
	b->active |= bit;
	if (intid < NR_SGIS)
		v->sgi_active[intid] = SGI_FROM_NONE;
	/* Its latch may be lost when it stops being active. */
	if (deviates(m, DEVIATION_LEVEL_LATCH))
		b->soft |= bit & b->latch & ~b->edge;
	if (intid < NR_PRIVATE)
		return;
	vcpu = irq_target(m, intid);
	irq_set_active_on(m, intid, vcpu < m->nr_vcpus ? vcpu : ACTIVE_ON_NONE);
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

/**
 * irq_activate() - an interrupt was acknowledged
 * @m:     the model
 * @v:     the PE
 * @intid: of an interrupt that exists
 *
 * Its latch is cleared; a line that is still high keeps it pending.  SGIs have
 * no active state while GICD_CTLR.nASSGIreq is set (IHI 0069H GICD_CTLR).
 */
void irq_activate(struct model *m, struct model_vcpu *v, unsigned int intid)
{
	struct model_bank *b = irq_bank(m, v, intid);
	u32 bit = 1u << intid % 32;

	if (b->latch & bit & ~b->edge && deviates(m, DEVIATION_LEVEL_LATCH))
		b->soft |= bit;
	if (!m->nassgireq || intid >= NR_SGIS)
		b->active |= bit;
	b->latch &= ~bit;
	b->open &= ~bit;
	b->stuck &= ~bit;
	b->loose &= ~bit;
	b->slipped &= ~bit;
	b->moved &= ~bit;
	irq_seen(b, bit);
	irq_set_active_on(m, intid, (unsigned int)(v - m->vcpu));
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

	return matters && (irq_in_flight(m, v) > param(m, PARAM_LIST_REGS) ||
			   (m->crowded && m->crowded_on == v - m->vcpu));
}

/**
 * irq_deactivate() - an interrupt is no longer active
 * @m:       the model
 * @v:       the PE
 * @intid:   any
 * @lost_by: the deviation that may keep it active, or NR_DEVIATIONS
 */
void irq_deactivate(struct model *m, struct model_vcpu *v, u64 intid, enum deviation_id lost_by)
{
	struct model_bank *b;
	u32 bit = (u32)BIT_ULL(intid % 32);

	if (!irq_exists(m, intid))
		return;
	b = irq_bank(m, v, (unsigned int)intid);
	if (b->active & bit && lost_by != NR_DEVIATIONS) {
		b->stuck |= bit;
		b->stuck_by[intid % 32] = (u8)lost_by;
	}
	if (b->active & bit)
		irq_slip(m, v, (unsigned int)intid);
	b->active &= ~bit;
	b->loose &= ~bit;
}

/* Is an interrupt that is pending forwarded to a PE? */
static bool is_forwarded(const struct model *m, const struct model_vcpu *v, unsigned int intid)
{
	const struct model_bank *b = irq_bank_of(m, v, intid);
	struct search s = { .m = m, .v = v };
	u32 bit = 1u << intid % 32;

	return b->enable & bit && m->dist_enable[!!(b->group & bit)] &&
	       (intid < NR_PRIVATE || spi_targets(&s, intid));
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

/**
 * irq_set_line() - a device changed its line
 * @m:     the model
 * @v:     the PE of a PPI
 * @intid: of a PPI or an SPI that exists
 * @level: of the line
 *
 * An edge-triggered interrupt becomes pending when the line rises.
 */
void irq_set_line(struct model *m, struct model_vcpu *v, unsigned int intid, bool level)
{
	struct model_bank *b = irq_bank(m, v, intid);
	u32 bit = 1u << intid % 32;
	bool changes = (b->edge & bit) ? level : level != !!(b->line & bit);
	bool rises = level && (!(b->line & bit) || chosen(m, CHOICE_EACH_RAISE_IS_AN_EDGE));

	if (intid >= NR_PRIVATE && !level)
		irq_moves(m, intid);
	if (b->edge & bit && rises)
		b->latch |= bit;
	if (level)
		b->open &= ~bit;
	if (changes && level && (m->dist_enable[0] || m->dist_enable[1]))
		irq_seen(b, bit);
	if (b->edge & bit && chosen(m, CHOICE_EDGE_LINE_NOT_KEPT))
		return;
	b->line = level ? b->line | bit : b->line & ~bit;
}
