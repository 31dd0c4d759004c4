// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where interrupts go, and which one a PE should take next.
 */
#include "lib/model/state.h"

struct search {
	const struct model *m;
	const struct model_vcpu *v;
	struct candidates *c;
	bool deviant;
	const bool *slips; /* groups that interrupts may slip through of, if deviant */
	unsigned int above; /* the lowest number of a priority */
};

/**
 * spi_targets() - does an SPI go to a PE?
 * @m:       the model
 * @v:       the PE
 * @intid:   of an SPI that exists
 * @deviant: follow the implementation's deviations
 *
 * GICD_IROUTER or GICD_ITARGETSR says so.
 *
 * Return: whether.
 */
bool spi_targets(const struct model *m, const struct model_vcpu *v, unsigned int intid,
		 bool deviant)
{
	u32 route = m->route[intid];

	if (m->config.gic == GIC_V3 && deviant && deviates(m, DEVIATION_RESET_ROUTE) &&
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
	if (!route && deviant && deviates(m, DEVIATION_V2_NO_TARGET_IS_CPU0))
		route = 1;
	return route & 1u << (v - m->vcpu) % 8;
}

/**
 * irq_target() - the first PE that an SPI goes to, the implementation's deviations included
 * @m:     the model
 * @intid: of an SPI that exists
 *
 * Return: its number, or that of none.
 */
unsigned int irq_target(const struct model *m, unsigned int intid)
{
	unsigned int vcpu = 0;

	while (vcpu < m->nr_vcpus && !spi_targets(m, &m->vcpu[vcpu], intid, true))
		vcpu++;
	return vcpu;
}

/**
 * irq_add_candidate() - one more interrupt that may come first
 * @c:     dropped if they have a lower priority
 * @intid: any
 * @prio:  not lower than that of @c
 * @pends: is it pending?
 * @doubt: the deviation that casts doubt on it, or NR_DEVIATIONS
 */
void irq_add_candidate(struct candidates *c, unsigned int intid, u8 prio, enum pends pends,
		       enum deviation_id doubt)
{
	if (prio < c->prio || !c->nr) {
		c->nr = 0;
		c->all_doubtful = true;
		c->all_open = true;
		c->all_late = true;
		c->doubt = NR_DEVIATIONS;
	}
	c->all_open &= pends == PENDS_MAYBE;
	c->all_late &= pends != PENDS;
	c->prio = prio;
	c->all_doubtful &= pends == PENDS_MAYBE || doubt != NR_DEVIATIONS;
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

	if (s->deviant && intid < NR_PRIVATE && timer_lost_lines(s->m, s->v) & 1u << intid)
		return DEVIATION_TIMER_VCPU_IS_INDEX;
	if (doubt == DEVIATION_NOT_QUEUED && !unseen &&
	    s->m->moved_from[intid] == s->v - s->m->vcpu)
		return NR_DEVIATIONS;
	return doubt;
}

/*
 * A PE that waits does so until its timer's output is high and the GIC has seen it,
 * and may be signalled another interrupt before.
 */
static enum pends pends(const struct search *s, unsigned int first, const struct model_bank *b,
			u32 bit)
{
	u32 later = first ? 0 : (timer_coming(s->v) | (b->fresh & b->line)) & ~b->vague & ~b->edge;

	if (!(b->open & bit))
		return PENDS;
	return s->c->waits && later & bit ? PENDS_LATER : PENDS_MAYBE;
}

static void search_bank(const struct search *s, unsigned int first, const struct model_bank *b,
			const bool *group_enable)
{
	u32 pending = bank_pending(b) | b->open | (s->deviant ? b->soft | b->back : 0);
	u32 ready = pending & b->enable & ~(b->active & ~(s->deviant ? b->loose : 0));

	if (!pending) /* which is usual */
		return;
	ready &= (group_enable[0] ? ~b->group : 0) | (group_enable[1] ? b->group : 0);
	if (s->deviant)
		ready |= b->slipped & pending & ~b->active &
			 ((s->slips[0] ? ~b->group : 0) | (s->slips[1] ? b->group : 0));
	for (; ready; ready &= ready - 1) {
		unsigned int i = (unsigned int)__builtin_ctz(ready);
		bool slips = slips_to(s, b, first + i);

		if (b->prio[i] > s->c->prio || b->prio[i] < s->above ||
		    (first && !spi_targets(s->m, s->v, first + i, s->deviant) && !slips))
			continue;
		irq_add_candidate(s->c, first + i, b->prio[i], pends(s, first, b, 1u << i),
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
	c->all_doubtful = false;
	c->all_open = false;
	c->all_late = false;
	c->doubt = NR_DEVIATIONS;
	search_bank(&s, 0, &v->irqs, enable);
	for (unsigned int n = 32; n < m->nr_irqs; n += 32)
		search_bank(&s, n, &m->spi[n / 32 - 1], enable);
	if (m->nr_its && (enable[1] || (slips && slips[1])))
		lpi_candidates(m, v, enable[1], slips, above, c);
}
