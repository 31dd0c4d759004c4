// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU interface of a PE: acknowledge, priority drop, deactivation, priority
 * masking and preemption.  ICC_* system registers (IHI 0069H
 * 4.8, 12.2) and the GICC_* frame (IHI 0048B 3.3, 4.4).
 */
#include <string.h>

#include "lib/model/state.h"

/* Implemented bits of a priority. */
static unsigned int priority_bits(const struct model *m)
{
	if (m->config.icc_ctlr && m->config.gic == GIC_V3)
		return (unsigned int)reg_field_get(FIELD_ICC_CTLR_PRIbits, m->config.icc_ctlr) + 1;
	return param(m, PARAM_CPU_PRI_BITS);
}

/* Those that decide about preemption: all that there are, but 7 at most. */
static unsigned int preemption_bits(const struct model *m)
{
	unsigned int bits = priority_bits(m);

	return bits > 7 ? 7 : bits;
}

/* The lowest binary point; that of group 1 is one more (IHI 0069H 4.8.2). */
static u8 bpr_min(const struct model *m, unsigned int group)
{
	return (u8)(7 - preemption_bits(m) + group);
}

static u8 bpr_value(const struct model_cpuif *c, unsigned int group)
{
	if (group && c->cbpr)
		return c->bpr[0] < 7 ? c->bpr[0] + 1 : 7;
	return c->bpr[group];
}

/* The part of a priority that decides whether it preempts. */
static u8 group_priority(const struct model_cpuif *c, unsigned int group, u8 prio)
{
	/* With a common binary point group 1 uses that of group 0 as it is. */
	unsigned int point = group && !c->cbpr ? c->bpr[1] - 1u : c->bpr[0];

	return prio & (u8)(0xffu << (point + 1));
}

/* Number of the highest preemption level that is active in a group, or 128. */
static unsigned int highest_level(const struct model_cpuif *c, unsigned int group)
{
	if (c->ap[group][0])
		return (unsigned int)__builtin_ctzll(c->ap[group][0]);
	if (c->ap[group][1])
		return 64 + (unsigned int)__builtin_ctzll(c->ap[group][1]);
	return MAX_ACTIVE;
}

static u8 running_priority(const struct model *m, const struct model_cpuif *c)
{
	unsigned int level[2] = { highest_level(c, 0), highest_level(c, 1) };
	unsigned int highest = level[0] < level[1] ? level[0] : level[1];

	if (highest == MAX_ACTIVE)
		return PRIORITY_IDLE;
	return (u8)(highest << (8 - preemption_bits(m)));
}

enum preempts { PREEMPTS_NOT, PREEMPTS_MAYBE, PREEMPTS };

/*
 * May an interrupt be signalled now?  Not said is what the mask's bits do that
 * userspace wrote and the host has not, and how priorities compare that were
 * grouped by different binary points.
 */
static enum preempts may_preempt(const struct model *m, const struct model_cpuif *c,
				 unsigned int group, u8 prio)
{
	u8 running = running_priority(m, c), own = group_priority(c, group, prio);
	enum preempts result = PREEMPTS;

	if (prio == c->pmr && c->pmr_has_more)
		result = PREEMPTS_MAYBE;
	else if (prio >= c->pmr)
		return PREEMPTS_NOT;
	if (running == PRIORITY_IDLE)
		return result;
	if (own >= running)
		return PREEMPTS_NOT;
	return own < group_priority(c, group, running) ? result : PREEMPTS_MAYBE;
}

static unsigned int group_of(const struct model *m, const struct model_vcpu *v, unsigned int intid)
{
	if (intid_is_lpi(intid))
		return 1;
	return irq_bank_of(m, v, intid)->group >> intid % 32 & 1;
}

/* The preemption level that an interrupt has as one of a group. */
static unsigned int level_of(const struct model *m, const struct model_vcpu *v, unsigned int intid,
			     unsigned int group)
{
	u8 prio = irq_bank_of(m, v, intid)->prio[intid % 32];

	return (unsigned int)group_priority(&v->cpuif, group, prio) >> (8 - preemption_bits(m));
}

static void find_candidates(const struct model *m, const struct model_vcpu *v,
			    const bool *dist_enable, bool deviant, unsigned int above,
			    struct candidates *c)
{
	bool enable[2] = { dist_enable[0] && v->cpuif.enable[0],
			   dist_enable[1] && v->cpuif.enable[1] };

	irq_candidates(m, v, enable, deviant ? v->cpuif.enable : NULL, above, c);
}

/* An acknowledge or highest-pending register, and whom it serves. */
struct ack_view {
	bool hppir; /* reads without acknowledging, whatever masks it */
	bool both; /* shows both groups: GICC_IAR with AckCtl */
	unsigned int group; /* else that it shows */
	bool v2;
	bool emulated; /* follow the deviations of an emulated GICV */
	bool few_lrs; /* too few for interrupts of disabled groups, which come last */
};

/* Values that a view may show, each once. */
struct answers {
	unsigned int nr;
	u32 value[EXPECT_MAX_ONE_OF];
};

static void add_answer(struct answers *answers, u32 value)
{
	for (unsigned int i = 0; i < answers->nr; i++) {
		if (answers->value[i] == value)
			return;
	}
	answers->value[answers->nr++] = value;
}

/* An interrupt that is shown, once for each CPU that sent it. */
static void add_shown(const struct model_vcpu *v, const struct ack_view *view, unsigned int intid,
		      struct answers *answers)
{
	if (intid_is_lpi(intid)) {
		/* One that may have several priorities comes more than once. */
		add_answer(answers, intid);
		return;
	}
	if (!view->v2 || intid >= NR_SGIS) {
		/* Candidates differ from each other, so there is nothing to compare. */
		answers->value[answers->nr++] = intid;
		return;
	}
	for (unsigned int source = 0; source < 8; source++) {
		if (v->sgi_source[intid] & 1u << source)
			answers->value[answers->nr++] = source << 10 | intid;
	}
}

/*
 * An emulated GICV looks at the mask first, whatever is read, then at the group,
 * and at the running priority last.
 */
static void add_emulated(const struct model *m, const struct model_vcpu *v,
			 const struct ack_view *view, u8 prio, unsigned int intid,
			 struct answers *answers)
{
	bool hidden = !view->hppir && prio >= running_priority(m, &v->cpuif);
	bool other_group = !view->both && group_of(m, v, intid) != view->group;

	if (prio >= v->cpuif.pmr || (hidden && !other_group))
		add_answer(answers, INTID_NONE);
	else if (other_group)
		add_answer(answers, INTID_GROUP1);
	else if (view->hppir)
		add_answer(answers, intid);
	else
		add_shown(v, view, intid, answers);
}

static void add_candidate(const struct model *m, const struct model_vcpu *v,
			  const struct ack_view *view, u8 prio, unsigned int intid,
			  struct answers *answers)
{
	unsigned int group = group_of(m, v, intid);
	enum preempts preempts = view->hppir ? PREEMPTS : may_preempt(m, &v->cpuif, group, prio);

	if (view->emulated)
		return add_emulated(m, v, view, prio, intid, answers);
	if (preempts != PREEMPTS)
		add_answer(answers, INTID_NONE);
	if (preempts == PREEMPTS_NOT)
		return;
	if (!view->both && group != view->group)
		add_answer(answers, view->v2 && group ? INTID_GROUP1 : INTID_NONE);
	else
		add_shown(v, view, intid, answers);
}

static void add_candidates(const struct model *m, const struct model_vcpu *v,
			   const struct ack_view *view, const struct candidates *c,
			   struct answers *answers)
{
	for (unsigned int i = 0; i < c->nr; i++)
		add_candidate(m, v, view, c->prio, c->intid[i], answers);
	if (!c->nr)
		add_answer(answers, INTID_NONE);
}

static void find_deviants(const struct model *m, const struct model_vcpu *v,
			  const struct ack_view *view, const bool *dist_enable, unsigned int above,
			  struct candidates *c)
{
	const bool either[2] = { true, true };

	if (view->emulated && !view->few_lrs)
		irq_candidates(m, v, dist_enable, either, above, c);
	else
		find_candidates(m, v, dist_enable, true, above, c);
}

/* The deviation that shows this value, @otherwise if it is not one that made it pending. */
static enum deviation_id shown_by(const struct model *m, const struct model_vcpu *v, u32 value,
				  enum deviation_id otherwise)
{
	u64 intid = cpuif_intid(m, value);
	enum deviation_id made = NR_DEVIATIONS;

	if (irq_exists(m, intid))
		made = irq_made_by(m, v, (unsigned int)intid);
	else if (intid_is_lpi(intid))
		made = lpi_made_by(m, v, intid);
	return made == NR_DEVIATIONS ? otherwise : made;
}

/*
 * What the implementation's deviations make of it: interrupts that it did not
 * look at, or has no room for, are passed over.
 */
static void add_deviants(const struct model *m, const struct model_vcpu *v,
			 const struct ack_view *view, struct expect *want)
{
	bool enable[2],
		no_room = deviates(m, DEVIATION_ACTIVE_FILL_LRS) && irq_lrs_may_be_taken(m, v);
	enum deviation_id d = dist_group_enables(m, enable);
	struct answers answers = { .nr = 0 };
	struct candidates c = { .prio = 0 };
	unsigned int above = 0, hidden_from = sgi_v2_hides_from(m, v);

	if (view->emulated && !v->cpuif.enable[0] && !v->cpuif.enable[1])
		return;
	if (view->emulated)
		d = view->hppir ? DEVIATION_HOST_HPPIR : DEVIATION_HOST_EITHER_ENABLE;
	else if (d == NR_DEVIATIONS)
		d = m->config.gic == GIC_V2 ? DEVIATION_V2_NO_TARGET_IS_CPU0 :
					      DEVIATION_RESET_ROUTE;
	do {
		find_deviants(m, v, view, enable, above, &c);
		above = c.prio + 1u;
		if (c.nr && c.prio >= hidden_from)
			expect_deviant(want, INTID_NONE, DEVIATION_V2_SGI_FILTER);
		add_candidates(m, v, view, &c, &answers);
		for (unsigned int i = 0; i < answers.nr; i++)
			expect_deviant(want, answers.value[i], shown_by(m, v, answers.value[i], d));
		answers.nr = 0;
		/* What comes below is seen only if all of these may be passed over. */
		if (no_room)
			d = DEVIATION_ACTIVE_FILL_LRS;
		else if (c.all_open)
			continue;
		else if (c.all_doubtful && deviates(m, c.doubt))
			d = c.doubt;
		else
			break;
	} while (c.nr);
}

/* What depends on the running priority is not what the rules say any more. */
static void expect_misdropped(const struct model *m, const struct access *a, struct expect *want)
{
	if (m->vcpu[a->vcpu].cpuif.misdropped)
		expect_deviation(want, DEVIATION_V2_DROPS_GROUP_OF_NOW);
}

static void read_view(const struct model *m, const struct access *a, const struct ack_view *view,
		      struct expect *want, struct expect_val *val)
{
	const struct model_vcpu *v = &m->vcpu[a->vcpu];
	struct answers answers = { .nr = 0 };
	unsigned int above = 0;
	struct candidates c;

	/* What may be pending or not comes first or does not. */
	do {
		find_candidates(m, v, m->dist_enable, false, above, &c);
		add_candidates(m, v, view, &c, &answers);
		above = c.prio + 1u;
	} while (c.nr && c.all_open);
	want->decides = !view->hppir;
	val->known = ~0ULL;
	val->value = answers.value[0];
	if (answers.nr > 1)
		val->rule = RULE_CPUIF_EQUAL_PRIORITY;
	else if (view->hppir)
		val->rule = RULE_CPUIF_HPPIR;
	else if (val->value == INTID_NONE || val->value == INTID_GROUP1)
		val->rule = RULE_CPUIF_SPURIOUS;
	else
		val->rule = RULE_CPUIF_ACK;
	for (unsigned int i = 0; answers.nr > 1 && i < answers.nr; i++)
		expect_one_of(want, answers.value[i]);
	if (view->v2 && (val->value & 0x3ff) < NR_SGIS && sgi_v2_cpus_differ(m))
		expect_deviation(want, DEVIATION_V2_CPU_IS_VCPU_ID);
	if (!view->hppir)
		expect_misdropped(m, a, want);
	if (m->config.deviations)
		add_deviants(m, v, view, want);
	if (view->v2 &&
	    deviates(m, view->hppir ? DEVIATION_HOST_HPPIR : DEVIATION_HOST_EITHER_ENABLE)) {
		struct ack_view emulated = *view;

		emulated.emulated = true;
		add_deviants(m, v, &emulated, want);
		emulated.few_lrs = irq_lrs_may_be_taken(m, v);
		if (emulated.few_lrs)
			add_deviants(m, v, &emulated, want);
	}
}

static void read_iar0(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	read_view(m, a, &(struct ack_view){ .group = 0 }, want, val);
}

static void read_iar1(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	read_view(m, a, &(struct ack_view){ .group = 1 }, want, val);
}

static void read_hppir0(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	read_view(m, a, &(struct ack_view){ .hppir = true, .group = 0 }, want, val);
}

static void read_hppir1(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	read_view(m, a, &(struct ack_view){ .hppir = true, .group = 1 }, want, val);
}

static void read_v2_iar(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	bool both = m->vcpu[a->vcpu].cpuif.ackctl;

	read_view(m, a, &(struct ack_view){ .v2 = true, .both = both }, want, val);
}

/* The registers of group 1, which a host's GICV may do without. */
static void read_alias(const struct model *m, const struct access *a, const struct ack_view *view,
		       struct expect *want, struct expect_val *val)
{
	read_view(m, a, view, want, val);
	if (!deviates(m, DEVIATION_HOST_NO_ALIASES))
		return;
	want->nr_deviants = 0;
	expect_deviant(want, 0, DEVIATION_HOST_NO_ALIASES);
}

static void read_v2_aiar(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	read_alias(m, a, &(struct ack_view){ .v2 = true, .group = 1 }, want, val);
}

static void read_v2_hppir(const struct model *m, const struct access *a, struct expect *want,
			  struct expect_val *val)
{
	bool both = m->vcpu[a->vcpu].cpuif.ackctl;

	read_view(m, a, &(struct ack_view){ .v2 = true, .hppir = true, .both = both }, want, val);
}

static void read_v2_ahppir(const struct model *m, const struct access *a, struct expect *want,
			   struct expect_val *val)
{
	read_alias(m, a, &(struct ack_view){ .v2 = true, .hppir = true, .group = 1 }, want, val);
}

/* One source of a GICv2 SGI was acknowledged; others may still be pending. */
static void take_v2_sgi(struct model_vcpu *v, unsigned int sgi, unsigned int source)
{
	v->sgi_source[sgi] &= (u8) ~(1u << source);
	v->sgi_active[sgi] = (u8)source;
	v->sgi_resent &= ~(1u << sgi);
	if (v->sgi_source[sgi])
		v->irqs.latch |= 1u << sgi;
}

/* The priority that an acknowledge makes active.  Return: whether there is one. */
static bool taken_priority(struct model *m, const struct model_vcpu *v, unsigned int intid,
			   u8 *prio)
{
	if (irq_exists(m, intid)) {
		*prio = irq_bank_of(m, v, intid)->prio[intid % 32];
		return true;
	}
	if (!intid_is_lpi(intid))
		return false;
	if (lpi_ack_priority(m, intid, prio))
		return true;
	m->lost = true;
	return false;
}

/**
 * cpuif_take() - an interrupt was acknowledged (IHI 0069H 4.1.1, step 3)
 * @m:    the model
 * @a:    the access that did it
 * @seen: what the register returned; special INTIDs change nothing
 */
void cpuif_take(struct model *m, const struct access *a, u64 seen)
{
	struct model_vcpu *v = &m->vcpu[a->vcpu];
	struct model_cpuif *c = &v->cpuif;
	unsigned int intid = (unsigned int)(m->config.gic == GIC_V2 ? seen & 0x3ff : seen);
	unsigned int source = seen >> 10 & 7;
	unsigned int group, level;
	u8 prio;

	if (c->nr_acks == MAX_ACTIVE || !taken_priority(m, v, intid, &prio))
		return;
	group = group_of(m, v, intid);
	level = group_priority(c, group, prio);
	level >>= 8 - preemption_bits(m);
	c->ap[group][level / 64] |= BIT_ULL(level % 64);
	c->ack[c->nr_acks++] = (struct model_ack){ (u16)intid, (u8)source, (u8)group, (u8)level };
	if (intid_is_lpi(intid)) {
		lpi_acknowledged(m, v, intid);
		return;
	}
	irq_activate(m, v, intid);
	if (m->config.gic == GIC_V2 && intid < NR_SGIS)
		take_v2_sgi(v, intid, source);
}

static void take_alias(struct model *m, const struct access *a, u64 seen)
{
	if (!deviates(m, DEVIATION_HOST_NO_ALIASES))
		cpuif_take(m, a, seen);
}

/**
 * cpuif_intid() - the INTID field of an acknowledge or end of interrupt register
 * @m:     the model
 * @value: of the register
 *
 * Return: the INTID.
 */
u64 cpuif_intid(const struct model *m, u64 value)
{
	return m->config.gic == GIC_V2 ? value & 0x3ff : value & 0xffffff;
}

/**
 * intid_is_special() - does it stand for no interrupt? (IHI 0069H 2.2.1)
 * @intid: any
 *
 * Return: whether.
 */
bool intid_is_special(u64 intid)
{
	return intid >= 1020 && intid <= INTID_NONE;
}

static void drop_priority(struct model_cpuif *c, unsigned int group)
{
	if (c->ap[group][0])
		c->ap[group][0] &= c->ap[group][0] - 1;
	else
		c->ap[group][1] &= c->ap[group][1] - 1;
}

/* Drops the priority of an interrupt that was acknowledged in a group. */
static void drop_priority_of(const struct model *m, struct model_vcpu *v, unsigned int intid,
			     unsigned int group)
{
	struct model_cpuif *c = &v->cpuif;
	unsigned int now = group_of(m, v, intid);

	if (now != group && deviates(m, DEVIATION_V2_DROPS_GROUP_OF_NOW)) {
		c->misdropped = true;
		group = now;
	}
	drop_priority(c, group);
	c->misdropped &= running_priority(m, c) != PRIORITY_IDLE;
}

/* Software may have let another PE take what this one acknowledged. */
static bool active_elsewhere(const struct model *m, const struct model_vcpu *v, u64 intid)
{
	return irq_exists(m, intid) && intid >= NR_PRIVATE && m->active_on[intid] != v - m->vcpu;
}

/* May an active interrupt be in no list register of this PE? */
static bool may_have_no_lr(const struct model *m, const struct model_vcpu *v, u64 intid)
{
	return active_elsewhere(m, v, intid) || irq_lrs_may_be_taken(m, v) ||
	       sgi_v2_hides_active(m, v, intid);
}

/* An end of interrupt finds its list register by what it was when acknowledged. */
static enum deviation_id deactivation_lost_by(const struct model *m, const struct model_vcpu *v,
					      const struct model_ack *ack)
{
	bool changed;

	if (intid_is_lpi(ack->intid))
		return NR_DEVIATIONS;
	changed = group_of(m, v, ack->intid) != ack->group ||
		  level_of(m, v, ack->intid, ack->group) != ack->level;
	if (changed && deviates(m, DEVIATION_CHANGED_WHILE_ACTIVE))
		return DEVIATION_CHANGED_WHILE_ACTIVE;
	if (active_elsewhere(m, v, ack->intid) && deviates(m, DEVIATION_ENDED_ELSEWHERE))
		return DEVIATION_ENDED_ELSEWHERE;
	if (!may_have_no_lr(m, v, ack->intid))
		return NR_DEVIATIONS;
	if (deviates(m, DEVIATION_DEACTIVATION_LOST))
		return DEVIATION_DEACTIVATION_LOST;
	return deviates(m, DEVIATION_ENDS_ANOTHER) ? DEVIATION_ENDS_ANOTHER : NR_DEVIATIONS;
}

/*
 * The write must name the interrupt of the latest acknowledge that has not been
 * ended, or the behaviour is UNPREDICTABLE (IHI 0069H ICC_EOIR1_EL1).
 */
static void end_of_interrupt(struct model *m, const struct access *a, u64 value, unsigned int group)
{
	struct model_vcpu *v = &m->vcpu[a->vcpu];
	struct model_cpuif *c = &v->cpuif;
	enum deviation_id counted = c->eoimode ? DEVIATION_DROP_IS_COUNTED : DEVIATION_ENDS_ANOTHER;
	const struct model_ack *last;
	u64 intid = cpuif_intid(m, value);

	if (intid_is_special(intid))
		return;
	last = c->nr_acks ? &c->ack[c->nr_acks - 1] : NULL;
	if (!last || last->intid != intid || last->group != group ||
	    (m->config.gic == GIC_V2 && last->source != (value >> 10 & 7))) {
		m->lost = true;
		return;
	}
	c->nr_acks--;
	drop_priority_of(m, v, (unsigned int)intid, group);
	if (deviates(m, counted) && irq_lrs_may_be_taken(m, v))
		irq_loosen(m, v, counted);
	if (c->eoimode)
		return;
	lpi_ended(m, v, intid);
	irq_deactivate(m, v, intid, deactivation_lost_by(m, v, last));
}

static void write_eoir0(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	end_of_interrupt(m, a, value, 0);
}

static void write_eoir1(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	end_of_interrupt(m, a, value, 1);
}

static void write_v2_aeoir(struct model *m, const struct access *a, u64 value, u64 mask)
{
	if (!deviates(m, DEVIATION_HOST_NO_ALIASES))
		write_eoir1(m, a, value, mask);
}

static void write_v2_eoir(struct model *m, const struct access *a, u64 value, u64 mask)
{
	const struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;
	unsigned int group = c->ackctl && c->nr_acks ? c->ack[c->nr_acks - 1].group : 0;

	(void)mask;
	end_of_interrupt(m, a, value, group);
}

static enum deviation_id dir_lost_by(const struct model *m, const struct model_vcpu *v, u64 intid)
{
	bool on_none = irq_exists(m, intid) && intid >= NR_PRIVATE &&
		       m->active_on[intid] == ACTIVE_ON_NONE;

	if (on_none && deviates(m, DEVIATION_ACTIVE_ON_NONE))
		return DEVIATION_ACTIVE_ON_NONE;
	if (deviates(m, DEVIATION_DEACTIVATION_LOST) && may_have_no_lr(m, v, intid))
		return DEVIATION_DEACTIVATION_LOST;
	if (intid < NR_SGIS && v->sgi_resent & 1u << intid)
		return DEVIATION_V2_ISACTIVER_RESENDS;
	return NR_DEVIATIONS;
}

/* Deactivation may come from any PE and in any order (IHI 0069H ICC_DIR_EL1). */
static void write_dir(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_vcpu *v = &m->vcpu[a->vcpu];
	u64 intid = cpuif_intid(m, value);

	(void)mask;
	if (!v->cpuif.eoimode) {
		/* GICv2 leaves it UNPREDICTABLE, GICv3 ignores it. */
		m->lost |= m->config.gic == GIC_V2;
		return;
	}
	lpi_ended(m, v, intid);
	m->lost |= m->config.gic == GIC_V2 && !sgi_v2_matches(v, value);
	irq_deactivate(m, v, intid, dir_lost_by(m, v, intid));
}

static void read_pmr(const struct model *m, const struct access *a, struct expect *want,
		     struct expect_val *val)
{
	(void)want;
	val->known = ~0ULL;
	val->rule = RULE_CPUIF_PMR;
	val->value = m->vcpu[a->vcpu].cpuif.pmr;
	/* Userspace has the field of GICH_VMCR (arm-vgic.rst, GRP_CPU_REGS). */
	if (a->user && m->config.gic == GIC_V2)
		val->value >>= 3;
	/* What becomes of bits that userspace writes but the host has not is not said. */
	else if (a->user || m->vcpu[a->vcpu].cpuif.pmr_has_more)
		val->known = ~(BIT_ULL(8 - priority_bits(m)) - 1);
}

static void write_pmr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	if (a->user && m->config.gic == GIC_V2)
		value <<= 3;
	m->vcpu[a->vcpu].cpuif.pmr = (u8)(value & bits_mask(7, 8 - priority_bits(m)));
	m->vcpu[a->vcpu].cpuif.pmr_has_more = a->user && (u8)value != m->vcpu[a->vcpu].cpuif.pmr;
}

/*
 * Whether userspace sees a value below the minimum before the hardware has
 * raised it is not said.
 */
static u64 known_bpr(const struct model *m, const struct access *a, unsigned int group)
{
	return a->user && m->vcpu[a->vcpu].cpuif.bpr[group] == bpr_min(m, group) ? ~7ULL : ~0ULL;
}

static void read_bpr0(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	(void)want;
	val->known = known_bpr(m, a, 0);
	val->rule = RULE_CPUIF_BPR;
	val->value = m->vcpu[a->vcpu].cpuif.bpr[0];
}

static void read_bpr1(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	const struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;

	(void)want;
	val->known = known_bpr(m, a, c->cbpr ? 0 : 1);
	val->rule = c->cbpr ? RULE_CPUIF_CBPR : RULE_CPUIF_BPR;
	val->value = bpr_value(c, 1);
}

/* Of a GICv2 it keeps its own value, whatever CBPR says (IHI 0048B GICC_ABPR). */
static void read_v2_abpr(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	(void)want;
	val->known = known_bpr(m, a, 1);
	val->rule = RULE_CPUIF_BPR;
	val->value = m->vcpu[a->vcpu].cpuif.bpr[1];
	if (m->vcpu[a->vcpu].cpuif.abpr_below) {
		val->doubtful = val->value ^ m->vcpu[a->vcpu].cpuif.abpr_below;
		val->doubt = DEVIATION_HOST_ABPR_MIN;
	}
}

static void write_bpr(struct model *m, const struct access *a, u64 value, unsigned int group)
{
	struct model_cpuif *c = &m->vcpu[a->vcpu].cpuif;
	u8 point = (u8)(value & 7), min = bpr_min(m, group);

	if (group && c->cbpr && m->config.gic == GIC_V3)
		return;
	c->bpr[group] = point < min ? min : point;
	/* An emulated one keeps it until the vCPU is loaded again. */
	if (group && !a->user && m->config.gic == GIC_V2 && deviates(m, DEVIATION_HOST_ABPR_MIN))
		c->abpr_below = point < min ? (point ? point : 1) : 0;
}

static void write_bpr0(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	write_bpr(m, a, value, 0);
}

static void write_bpr1(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	write_bpr(m, a, value, 1);
}

static void read_rpr(const struct model *m, const struct access *a, struct expect *want,
		     struct expect_val *val)
{
	val->known = ~0ULL;
	val->rule = RULE_CPUIF_RPR;
	val->value = running_priority(m, &m->vcpu[a->vcpu].cpuif);
	expect_misdropped(m, a, want);
}

static const struct reg_behaviour behaviours[NR_REGS] = {
	[REG_ICC_PMR] = { .read = read_pmr, .write = write_pmr },
	[REG_ICC_IAR0] = { .read = read_iar0, .taken = cpuif_take },
	[REG_ICC_IAR1] = { .read = read_iar1, .taken = cpuif_take },
	[REG_ICC_HPPIR0] = { .read = read_hppir0 },
	[REG_ICC_HPPIR1] = { .read = read_hppir1 },
	[REG_ICC_EOIR0] = { .write = write_eoir0 },
	[REG_ICC_EOIR1] = { .write = write_eoir1 },
	[REG_ICC_DIR] = { .write = write_dir },
	[REG_ICC_BPR0] = { .read = read_bpr0, .write = write_bpr0 },
	[REG_ICC_BPR1] = { .read = read_bpr1, .write = write_bpr1 },
	[REG_ICC_RPR] = { .read = read_rpr },
	[REG_GICC_PMR] = { .read = read_pmr, .write = write_pmr },
	[REG_GICC_BPR] = { .read = read_bpr0, .write = write_bpr0 },
	[REG_GICC_ABPR] = { .read = read_v2_abpr, .write = write_bpr1 },
	[REG_GICC_IAR] = { .read = read_v2_iar, .taken = cpuif_take },
	[REG_GICC_AIAR] = { .read = read_v2_aiar, .taken = take_alias },
	[REG_GICC_HPPIR] = { .read = read_v2_hppir },
	[REG_GICC_AHPPIR] = { .read = read_v2_ahppir },
	[REG_GICC_EOIR] = { .write = write_v2_eoir },
	[REG_GICC_AEOIR] = { .write = write_v2_aeoir },
	[REG_GICC_DIR] = { .write = write_dir },
	[REG_GICC_RPR] = { .read = read_rpr },
};

/**
 * cpuif_behaviour() - what a register of the CPU interface does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if the register is not modelled here.
 */
const struct reg_behaviour *cpuif_behaviour(enum reg_id reg)
{
	const struct reg_behaviour *b = &behaviours[reg];

	return b->read || b->write ? b : NULL;
}

/**
 * cpuif_implements() - does the CPU interface have this register of an array?
 * @m: the model
 * @a: an access to a register that cpuif_behaviour() knows
 *
 * How many active priorities registers there are depends on the bits of a
 * priority (IHI 0069H ICC_AP0R<n>_EL1).
 *
 * Return: whether.
 */
bool cpuif_implements(const struct model *m, const struct access *a)
{
	unsigned int levels = 1u << preemption_bits(m);

	if (a->at.reg != REG_ICC_AP0R && a->at.reg != REG_ICC_AP1R && a->at.reg != REG_GICC_APR)
		return true;
	return a->at.index < (levels + 31) / 32;
}

/**
 * cpuif_reset() - a CPU interface after reset
 * @m: the model
 * @c: filled in
 */
void cpuif_reset(const struct model *m, struct model_cpuif *c)
{
	memset(c, 0, sizeof(*c));
	c->bpr[0] = bpr_min(m, 0);
	c->bpr[1] = bpr_min(m, 1);
	c->user_pri_bits = (u8)reg_field_get(FIELD_ICC_CTLR_PRIbits, m->config.icc_ctlr);
	c->user_id_bits = (u8)reg_field_get(FIELD_ICC_CTLR_IDbits, m->config.icc_ctlr);
}
