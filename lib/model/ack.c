// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an acknowledge and a read of the highest priority pending interrupt show,
 * and what an acknowledge does: ICC_IAR<n>_EL1, ICC_HPPIR<n>_EL1 (IHI 0069H 4.8,
 * 12.2), GICC_IAR, GICC_HPPIR and their aliases (IHI 0048B 3.3, 4.4).
 */
#include "lib/model/state.h"

enum preempts { PREEMPTS_NOT, PREEMPTS_MAYBE, PREEMPTS };

/*
 * May an interrupt be signalled now?  Not said is what the mask's bits do that
 * userspace wrote and the host has not, and how priorities compare that were
 * grouped by different binary points.
 */
static enum preempts may_preempt(const struct model *m, const struct model_cpuif *c, u8 mask,
				 unsigned int group, u8 prio)
{
	u8 running = prio_running(m, c), own = prio_in_group(c, group, prio);
	enum preempts result = PREEMPTS;

	if (prio == mask && c->pmr_has_more)
		result = PREEMPTS_MAYBE;
	else if (prio >= mask)
		return PREEMPTS_NOT;
	if (running == PRIORITY_IDLE)
		return result;
	if (own >= running)
		return PREEMPTS_NOT;
	return own < prio_in_group(c, group, running) ? result : PREEMPTS_MAYBE;
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
	bool signal; /* no register, but what is signalled to the PE, of both groups */
	unsigned int group; /* else that it shows */
	bool v2;
	bool emulated; /* follow the deviations of an emulated GICV */
	bool all_bits; /* the mask has the bits, too, that are not implemented */
	bool waits; /* the PE, until something is signalled or it is ended */
	bool few_lrs; /* too few for interrupts of disabled groups, which come last */
};

/* Values that a view may show, each once: to clear them takes longer than to find them. */
struct answers {
	unsigned int nr;
	u32 value[EXPECT_MAX_ONE_OF];
};

static bool has_answer(const struct answers *answers, u32 value)
{
	for (unsigned int i = 0; i < answers->nr; i++) {
		if (answers->value[i] == value)
			return true;
	}
	return false;
}

static void add_answer(struct answers *answers, u32 value)
{
	if (!has_answer(answers, value))
		answers->value[answers->nr++] = value;
}

static void drop_answer(struct answers *answers, u32 value)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < answers->nr; i++) {
		if (answers->value[i] != value)
			answers->value[nr++] = answers->value[i];
	}
	answers->nr = nr;
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
	bool hidden = !view->hppir && prio >= prio_running(m, &v->cpuif);
	bool other_group = !view->both && prio_group_of(m, v, intid) != view->group;
	/* It signals nothing if the group of the highest priority is disabled. */
	bool silent = view->signal && !v->cpuif.enable[prio_group_of(m, v, intid)];

	if (prio >= v->cpuif.pmr || (hidden && !other_group) || silent)
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
	unsigned int group = prio_group_of(m, v, intid);
	u8 mask = v->cpuif.pmr | (view->all_bits ? v->cpuif.pmr_low : 0);
	enum preempts preempts =
		view->hppir ? PREEMPTS : may_preempt(m, &v->cpuif, mask, group, prio);

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

/*
 * Is one of these signalled in the end, if nothing is before?  @answers is what they
 * and those of higher priorities give.
 */
static bool will_be_signalled(const struct candidates *c, const struct answers *answers)
{
	return c->all_late && !c->all_open && !has_answer(answers, INTID_NONE);
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
	struct answers answers;
	struct candidates c;
	unsigned int above = 0, hidden_from = sgi_v2_hides_from(m, v);
	bool sure = false;

	if (view->emulated && !v->cpuif.enable[0] && !v->cpuif.enable[1])
		return;
	c.waits = view->waits;
	if (view->emulated)
		d = view->hppir ? DEVIATION_HOST_HPPIR : DEVIATION_HOST_EITHER_ENABLE;
	else if (view->all_bits)
		d = DEVIATION_PMR_ALL_BITS;
	else if (d == NR_DEVIATIONS)
		d = m->config.gic == GIC_V2 ? DEVIATION_V2_NO_TARGET_IS_CPU0 :
					      DEVIATION_RESET_ROUTE;
	do {
		find_deviants(m, v, view, enable, above, &c);
		above = c.prio + 1u;
		if (c.nr && c.prio >= hidden_from)
			expect_deviant(want, INTID_NONE, DEVIATION_V2_SGI_FILTER);
		answers.nr = 0;
		add_candidates(m, v, view, &c, &answers);
		if (sure)
			drop_answer(&answers, INTID_NONE);
		for (unsigned int i = 0; i < answers.nr; i++)
			expect_deviant(want, answers.value[i], shown_by(m, v, answers.value[i], d));
		/* What comes below is seen only if all of these may be passed over. */
		if (no_room)
			d = DEVIATION_ACTIVE_FILL_LRS;
		else if (c.all_open)
			continue;
		else if (c.all_doubtful && deviates(m, c.doubt))
			d = c.doubt;
		else if (c.all_late)
			sure |= will_be_signalled(&c, &answers);
		else
			break;
	} while (c.nr);
}

/*
 * With a mask, enables and binary points that are not known, anything that is pending
 * may be shown, or nothing.
 */
static void add_unloaded(const struct model *m, const struct model_vcpu *v,
			 const struct ack_view *view, struct expect *want)
{
	static const bool either[2] = { true, true };
	struct answers answers;
	struct candidates c;
	unsigned int above = 0;
	bool enable[2];

	c.waits = view->waits;
	dist_group_enables(m, enable);
	answers.nr = 0;
	add_answer(&answers, INTID_NONE);
	add_answer(&answers, INTID_GROUP1);
	do {
		irq_candidates(m, v, enable, either, above, &c);
		for (unsigned int i = 0; i < c.nr; i++)
			add_shown(v, view, c.intid[i], &answers);
		above = c.prio + 1u;
	} while (c.nr);
	want->nr_deviants = 0;
	for (unsigned int i = 0; i < answers.nr; i++)
		expect_deviant(want, answers.value[i], DEVIATION_V2_LOST_AT_ENTRY);
}

static void read_view(const struct model *m, const struct access *a, const struct ack_view *view,
		      struct expect *want, struct expect_val *val)
{
	const struct model_vcpu *v = &m->vcpu[a->vcpu];
	struct answers answers;
	unsigned int above = 0;
	struct candidates c;
	bool sure = false;

	answers.nr = 0;
	answers.value[0] = INTID_NONE; /* clang-tidy does not see that there is always one */
	c.waits = view->waits;
	/* What may be pending or not comes first or does not. */
	do {
		find_candidates(m, v, m->dist_enable, false, above, &c);
		add_candidates(m, v, view, &c, &answers);
		sure |= will_be_signalled(&c, &answers);
		above = c.prio + 1u;
	} while (c.nr && c.all_late);
	if (sure)
		drop_answer(&answers, INTID_NONE);
	want->decides = !view->hppir;
	val->known = ~0ULL;
	val->value = answers.value[0];
	if (answers.nr > 1)
		val->rule = RULE_CPUIF_EQUAL_PRIORITY;
	else if (view->hppir)
		val->rule = RULE_CPUIF_HPPIR;
	else if (view->signal)
		val->rule = val->value == INTID_NONE ? RULE_CPUIF_NO_TAKE : RULE_CPUIF_TAKE;
	else if (val->value == INTID_NONE || val->value == INTID_GROUP1)
		val->rule = RULE_CPUIF_SPURIOUS;
	else
		val->rule = lpi_moved_by(m, val->value, RULE_CPUIF_ACK);
	for (unsigned int i = 0; answers.nr > 1 && i < answers.nr; i++)
		expect_one_of(want, answers.value[i]);
	if (view->v2 && (val->value & 0x3ff) < NR_SGIS && sgi_v2_cpus_differ(m))
		expect_deviation(want, DEVIATION_V2_CPU_IS_VCPU_ID);
	if (!view->hppir)
		prio_expect_misdropped(m, a, want);
	if (deviation_any(&m->config.deviations))
		add_deviants(m, v, view, want);
	if (v->cpuif.pmr_low) {
		struct ack_view all = *view;

		all.all_bits = true;
		add_deviants(m, v, &all, want);
	}
	if (view->v2 &&
	    deviates(m, view->hppir ? DEVIATION_HOST_HPPIR : DEVIATION_HOST_EITHER_ENABLE)) {
		struct ack_view emulated = *view;

		emulated.emulated = true;
		add_deviants(m, v, &emulated, want);
		emulated.few_lrs = irq_lrs_may_be_taken(m, v);
		if (emulated.few_lrs)
			add_deviants(m, v, &emulated, want);
	}
	if (cpuif_unloaded(m, a) & (view->hppir ? CPUIF_CTLR : CPUIF_ALL))
		add_unloaded(m, v, view, want);
}

/**
 * ack_expect_signalled() - the interrupt that the CPU interface signals to its PE
 * @m:     the model
 * @a:     whose vCPU is the PE
 * @waits: it waits until something is, or is ended from outside
 * @want:  receives the value that acknowledging it gives, 1023 if there is none
 */
void ack_expect_signalled(const struct model *m, const struct access *a, bool waits,
			  struct expect *want)
{
	const struct ack_view view = {
		.v2 = m->config.gic == GIC_V2, .both = true, .signal = true, .waits = waits
	};

	read_view(m, a, &view, want, expect_value(want, 0, 0, RULE_REG_UNKNOWN));
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
	/* At which level it is active is not known. */
	m->lost |= c->unloaded != 0;
	group = prio_group_of(m, v, intid);
	level = prio_in_group(c, group, prio);
	level >>= 8 - prio_preemption_bits(m);
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

static const struct reg_behaviour behaviours[NR_REGS] = {
	[REG_ICC_IAR0] = { .read = read_iar0, .taken = cpuif_take },
	[REG_ICC_IAR1] = { .read = read_iar1, .taken = cpuif_take },
	[REG_ICC_HPPIR0] = { .read = read_hppir0 },
	[REG_ICC_HPPIR1] = { .read = read_hppir1 },
	[REG_GICC_IAR] = { .read = read_v2_iar, .taken = cpuif_take },
	[REG_GICC_AIAR] = { .read = read_v2_aiar, .taken = take_alias },
	[REG_GICC_HPPIR] = { .read = read_v2_hppir },
	[REG_GICC_AHPPIR] = { .read = read_v2_ahppir },
};

/**
 * ack_behaviour() - what a register that shows the next interrupt does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if the register is not modelled here.
 */
const struct reg_behaviour *ack_behaviour(enum reg_id reg)
{
	const struct reg_behaviour *b = &behaviours[reg];

	return b->read || b->write ? b : NULL;
}
