// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timers of a PE and their outputs, which are the lines of PPIs: DDI 0487, the
 * Generic Timer in AArch64 state.  No clock is asked: of most values nobody knows when
 * the counter has reached them, of two kinds it has from the start or never will.  What
 * a small TVAL sets comes: it is met when a WFI has slept until the end, which a target
 * puts off until the counter is there, and before at any time or not.
 */
#include <errno.h>

#include "lib/model/state.h"

#define CTL_ENABLE 1u
#define CTL_IMASK 2u
#define CTL_ISTATUS 4u
#define CTL_RES0 (~(u64)(CTL_ENABLE | CTL_IMASK | CTL_ISTATUS))
#define CVAL_NEVER (1ULL << 63) /* and above: some centuries at 1 GHz */

enum level { LOW, HIGH, EITHER };

static const u8 intids[] = { [TIMER_PHYSICAL] = 30, [TIMER_VIRTUAL] = 27 };

static u32 bit_of(unsigned int timer)
{
	return 1u << intids[timer];
}

/**
 * timer_irqs() - the interrupts of a bank whose lines are outputs of the PE's timers
 * @intid: first of the bank, a multiple of 32
 *
 * Return: a bit for each.
 */
u32 timer_irqs(unsigned int intid)
{
	return intid ? 0 : bit_of(TIMER_PHYSICAL) | bit_of(TIMER_VIRTUAL);
}

/* "Might never meet its timer condition" of values close to the last is never here. */
static enum level condition(const struct model_timer *t)
{
	if (t->cval_known ? !t->cval : t->tval == TVAL_MET)
		return HIGH;
	return t->cval_known && t->cval >= CVAL_NEVER ? LOW : EITHER;
}

static enum level output(const struct model_timer *t)
{
	if (t->ctl_known & ~t->ctl & CTL_ENABLE || t->ctl_known & t->ctl & CTL_IMASK)
		return LOW;
	if (condition(t) == LOW)
		return LOW;
	return (t->ctl_known & CTL_ENABLE) && (t->ctl_known & CTL_IMASK) ? condition(t) : EITHER;
}

static bool output_comes(const struct model_timer *t)
{
	return !t->cval_known && t->tval == TVAL_COMES && t->ctl_known & t->ctl & CTL_ENABLE &&
	       t->ctl_known & ~t->ctl & CTL_IMASK;
}

/**
 * timer_coming() - the timers whose output rises by itself
 * @v: the PE
 *
 * Return: a bit for the interrupt of each.
 */
u32 timer_coming(const struct model_vcpu *v)
{
	u32 coming = 0;

	for (unsigned int i = 0; i < NR_TIMERS; i++)
		coming |= output_comes(&v->timer[i]) ? bit_of(i) : 0;
	return coming;
}

/* Makes the line what the output is. */
static void drive(struct model *m, struct model_vcpu *v, unsigned int timer)
{
	enum level level = output(&v->timer[timer]);
	struct model_bank *b = &v->irqs;
	u32 bit = bit_of(timer);
	bool was = b->line & bit;
	bool only_rises = output_comes(&v->timer[timer]) && !((b->line | b->open) & bit);

	if (!m->has_vgic || (level != EITHER && was == (level == HIGH) && !(b->open & bit)))
		return;
	b->line = level == HIGH ? b->line | bit : b->line & ~bit;
	/* Which edges an edge-triggered one has seen is not followed. */
	b->vague |= b->edge & bit;
	b->late |= bit;
	if (v->inside && !only_rises)
		b->fresh |= bit;
	if (v->inside || level == EITHER || b->vague & bit)
		b->open |= bit;
	else
		b->open &= ~bit;
	if (level == HIGH && (m->dist_enable[0] || m->dist_enable[1]))
		irq_seen(b, bit);
}

/* What was fresh is as it is. */
static void settle(struct model_vcpu *v)
{
	struct model_bank *b = &v->irqs;

	for (unsigned int i = 0; i < NR_TIMERS; i++) {
		if (output(&v->timer[i]) != EITHER)
			b->open &= ~(bit_of(i) & b->fresh & ~b->vague);
	}
	b->fresh = 0;
}

/**
 * timer_reset() - timers of a new PE
 * @v: the PE
 */
void timer_reset(struct model_vcpu *v)
{
	for (unsigned int i = 0; i < NR_TIMERS; i++)
		v->timer[i] = (struct model_timer){ .ctl_known = CTL_ENABLE };
}

static void leave(struct model *m, struct model_vcpu *v)
{
	if (!v->inside)
		return;
	v->inside = false;
	m->nr_inside--;
	settle(v);
}

static void enter(struct model *m, struct model_vcpu *v)
{
	if (v->inside)
		return;
	if (v->starts)
		timer_reset(v);
	for (unsigned int i = 0; i < NR_TIMERS; i++)
		drive(m, v, i);
	v->irqs.late = 0;
	v->inside = true;
	m->nr_inside++;
}

static void leave_all(struct model *m, unsigned int but)
{
	if (m->nr_inside <= (but < m->nr_vcpus && m->vcpu[but].inside))
		return;
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (i != but && !m->vcpu[i].held)
			leave(m, &m->vcpu[i]);
	}
}

/**
 * timer_migrated() - the timers of a PE are new ones, with what was saved
 * @m: the model
 * @v: the PE
 */
void timer_migrated(struct model *m, struct model_vcpu *v)
{
	leave(m, v);
	/* Of the counter that a TVAL was added to nothing is saved. */
	for (unsigned int i = 0; i < NR_TIMERS; i++)
		v->timer[i].tval = TVAL_OPEN;
	if (chosen(m, CHOICE_PHYSICAL_TIMER_SHOWN))
		return;
	v->timer[TIMER_PHYSICAL] = (struct model_timer){
		.ctl_known = chosen(m, CHOICE_PHYSICAL_TIMER_HIDDEN) ? CTL_ENABLE : 0,
	};
	/* Its line was restored, and the timer is new: whose word counts is not said. */
	v->irqs.vague |= (v->irqs.line | v->irqs.late) & bit_of(TIMER_PHYSICAL);
	v->irqs.open |= v->irqs.vague;
}

/**
 * timer_turned_on() - CPU_ON has another PE begin anew
 * @m: the model
 * @v: the PE
 *
 * Its timers are disabled once it does; until then nobody knows them.  Whether an
 * interrupt of theirs that was active stays so is not said.
 */
void timer_turned_on(struct model *m, struct model_vcpu *v)
{
	v->irqs.vague |= v->irqs.active & timer_irqs(0);
	for (unsigned int i = 0; i < NR_TIMERS; i++)
		v->timer[i] = (struct model_timer){ 0 };
	timer_drive_all(m, v);
}

/**
 * timer_drive_all() - lines of a PE are what the outputs of its timers are
 * @m: the model
 * @v: the PE
 */
void timer_drive_all(struct model *m, struct model_vcpu *v)
{
	for (unsigned int i = 0; i < NR_TIMERS; i++)
		drive(m, v, i);
}

/**
 * timer_deactivated() - interrupts are not active any more
 * @b:     their bank
 * @intid: first of it
 * @bits:  a bit for each
 *
 * That of a timer, if its line is high, comes again once the host's has: KVM lets
 * the guest deactivate both.
 */
void timer_deactivated(struct model_bank *b, unsigned int intid, u32 bits)
{
	bits &= timer_irqs(intid) & b->line;
	b->fresh |= bits;
	b->late |= bits;
	b->open |= bits;
}

/**
 * timer_before() - an operation is about to be followed: who is in its guest?
 * @m:    the model
 * @vcpu: number of the vCPU that performs it in its guest, or that of none
 *
 * While operations are side by side nobody knows who leaves.
 */
void timer_before(struct model *m, unsigned int vcpu)
{
	if (!m->side_by_side)
		leave_all(m, vcpu);
	if (vcpu < m->nr_vcpus)
		enter(m, &m->vcpu[vcpu]);
}

/**
 * timer_acknowledged() - a PE has acknowledged an interrupt
 * @m:     the model
 * @v:     the PE
 * @intid: of an SGI or a PPI
 *
 * If nothing but the output of a timer can have signalled it, its condition is met.
 */
void timer_acknowledged(struct model *m, struct model_vcpu *v, unsigned int intid)
{
	const struct model_bank *b = &v->irqs;

	for (unsigned int i = 0; i < NR_TIMERS; i++) {
		if (intids[i] != intid || !(timer_coming(v) & bit_of(i)) ||
		    (b->fresh | b->vague | b->latch | b->edge) & bit_of(i))
			continue;
		v->timer[i].tval = TVAL_MET;
		drive(m, v, i);
	}
}

/* A vCPU was ended from outside, before which the counter has reached what comes. */
static void pass_time(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus * NR_TIMERS; i++) {
		struct model_vcpu *v = &m->vcpu[i / NR_TIMERS];

		if (v->timer[i % NR_TIMERS].tval != TVAL_COMES)
			continue;
		v->timer[i % NR_TIMERS].tval = TVAL_MET;
		drive(m, v, i % NR_TIMERS);
	}
}

/* Did a WFI sleep, so that its vCPU was out of its guest? */
static bool has_slept(const struct op *op, const struct op_result *seen)
{
	if (op->id == OP_GUEST_IDLE)
		return seen->val[0] == PROG_IDLE_ENDED;
	return (op->id == OP_GUEST_WFI || op->id == OP_GUEST_WFIT || op->id == OP_GUEST_SUSPEND) &&
	       seen->val[0] == 1;
}

/**
 * timer_after() - an operation was followed
 * @m:    the model
 * @op:   the operation
 * @seen: what came, a success
 */
void timer_after(struct model *m, const struct op *op, const struct op_result *seen)
{
	unsigned int vcpu = vcpu_number(m, (u64)op_vcpu(op));
	bool runs = op->id == OP_RUN || op->id == OP_HOLD || op->id == OP_AWAIT;

	if (op->id == OP_GUEST_CPU_OFF && vcpu < m->nr_vcpus)
		leave(m, &m->vcpu[vcpu]);
	if (vcpu == m->nr_vcpus || (!runs && !has_slept(op, seen)))
		return;
	if (has_slept(op, seen) || (op->id == OP_AWAIT && seen->val[0] == 1))
		pass_time(m);
	leave(m, &m->vcpu[vcpu]);
	enter(m, &m->vcpu[vcpu]);
	if (op->id == OP_RUN)
		leave(m, &m->vcpu[vcpu]);
}

/**
 * model_side_by_side() - operations of one par block begin, or have ended
 * @m:      the model
 * @begins: which
 */
void model_side_by_side(struct model *m, bool begins)
{
	m->side_by_side = begins;
}

/**
 * timer_may_be_withdrawn() - may an interrupt be signalled, and its line low by its acknowledge?
 * @v:     the PE
 * @intid: of an interrupt that may be signalled
 *
 * Return: whether it is one of a timer whose output has fallen, or may fall.
 */
bool timer_may_be_withdrawn(const struct model_vcpu *v, u64 intid)
{
	const struct model_bank *b = &v->irqs;
	u32 only_rise = timer_coming(v) & ~b->fresh & ~b->vague;

	return intid < NR_PRIVATE &&
	       timer_irqs(0) & b->open & ~b->line & ~b->latch & ~only_rise & 1u << intid;
}

/**
 * timer_expect_reach() - userspace's access to a register of a timer
 * @m:    the model
 * @op:   OP_USER_READ or OP_USER_WRITE of one
 * @want: filled in, if it fails
 *
 * Return: whether it reaches the register.
 */
bool timer_expect_reach(const struct model *m, const struct op *op, struct expect *want)
{
	const struct model_vcpu *v = model_vcpu(m, (u64)op_vcpu(op));
	struct reg_at at;
	u64 where;

	if (!op_user_place(op, &where) || !v || v->held) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return false;
	}
	reg_find_at(where, &at);
	if (at.reg < 0 || reg_desc((enum reg_id)at.reg)->user == USER_NONE) {
		allow_error(want, ENOENT, RULE_TIMER_USER);
		allow_error(want, EINVAL, RULE_TIMER_USER);
		return false;
	}
	if (place_frame(where) == FRAME_CNTP) {
		if (!chosen(m, CHOICE_PHYSICAL_TIMER_HIDDEN))
			allow_done(want, RULE_TIMER_USER);
		if (!chosen(m, CHOICE_PHYSICAL_TIMER_SHOWN))
			allow_error(want, ENOENT, RULE_TIMER_USER);
		if (chosen(m, CHOICE_PHYSICAL_TIMER_HIDDEN))
			return false;
	}
	/* Whether the vCPU is in KVM_RUN then depends on what else there is in the block. */
	if (m->side_by_side) {
		if (!want->nr_alts)
			allow_done(want, RULE_TIMER_USER);
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
	}
	return true;
}

/**
 * timer_lost_lines() - lines of a PE's timers that a deviation may keep from the GIC
 * @m: the model
 * @v: the PE
 *
 * Return: a bit for each.
 */
u32 timer_lost_lines(const struct model *m, const struct model_vcpu *v)
{
	if (!deviates(m, DEVIATION_TIMER_VCPU_IS_INDEX) || v - m->vcpu == v->id)
		return 0;
	return (timer_irqs(0) & v->irqs.line) | timer_coming(v);
}

/**
 * timer_expect_level() - userspace is shown lines of timers, or what is pending by them
 * @m:   the model
 * @v:   the PE
 * @val: what it is shown, but for what is said of timers
 */
void timer_expect_level(const struct model *m, const struct model_vcpu *v, struct expect_val *val)
{
	u32 timers = timer_irqs(0) & v->irqs.line;

	expect_part(val, timers & val->known, RULE_TIMER_LINE);
	if (timers & v->irqs.active && deviates(m, DEVIATION_TIMER_SHOWN_LOW)) {
		val->doubtful = timers & v->irqs.active;
		val->doubt = DEVIATION_TIMER_SHOWN_LOW;
	}
	if (!(timer_lost_lines(m, v) & val->known))
		return;
	val->doubtful |= timer_lost_lines(m, v) & val->known;
	val->doubt = DEVIATION_TIMER_VCPU_IS_INDEX;
}

/**
 * timer_expect_line() - a register shows whether interrupts are pending by their lines
 * @m:     the model
 * @a:     the access that reads it
 * @intid: the first of its interrupts
 * @val:   what it shows, but for what is said of timers
 *
 * A PE that is in its guest sees an output later than it changes; of one that is not,
 * nobody knows it before it enters its guest.
 */
void timer_expect_line(const struct model *m, const struct access *a, unsigned int intid,
		       struct expect_val *val)
{
	const struct model_vcpu *v = &m->vcpu[a->vcpu];
	bool own = !a->user && a->by == a->vcpu;
	u32 timers = timer_irqs(0), lost;

	if (intid)
		return;
	val->known &= ~(u64)(own ? v->irqs.fresh : v->irqs.late);
	if (a->user) {
		timer_expect_level(m, v, val);
		return;
	}
	expect_part(val, timers & v->irqs.line, RULE_TIMER_LINE);
	lost = timer_lost_lines(m, v) & (u32)val->known;
	if (lost) {
		val->doubtful = lost;
		val->doubt = DEVIATION_TIMER_VCPU_IS_INDEX;
	}
	if (own || !deviates(m, DEVIATION_TIMER_OF_READER))
		return;
	lost = timers & ((v->irqs.line ^ m->vcpu[a->by].irqs.line) | m->vcpu[a->by].irqs.open);
	if (!lost)
		return;
	val->doubtful = lost;
	val->doubt = DEVIATION_TIMER_OF_READER;
}

static unsigned int timer_of(const struct access *a)
{
	return reg_desc((enum reg_id)a->at.reg)->frame == FRAME_CNTV ? TIMER_VIRTUAL :
								       TIMER_PHYSICAL;
}

static void read_ctl(const struct model *m, const struct access *a, struct expect *want,
		     struct expect_val *val)
{
	const struct model_timer *t = &m->vcpu[a->vcpu].timer[timer_of(a)];
	bool is_on = t->ctl & t->ctl_known & CTL_ENABLE;
	enum deviation_id doubt;

	(void)want;
	val->value = t->ctl | (condition(t) == HIGH ? CTL_ISTATUS : 0);
	val->known = t->ctl_known;
	val->rule = RULE_TIMER_REG;
	if (!is_on || condition(t) == EITHER)
		return;
	val->known |= CTL_ISTATUS;
	expect_part(val, CTL_ISTATUS, t->cval_known ? RULE_TIMER_ISTATUS : RULE_TIMER_TVAL);
	doubt = condition(t) == HIGH ? DEVIATION_TIMER_STATUS_STORED : DEVIATION_TIMER_STATUS_KEPT;
	if (!a->user || !deviates(m, doubt))
		return;
	val->doubtful = CTL_ISTATUS;
	val->doubt = doubt;
}

static void write_ctl(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_timer *t = &m->vcpu[a->vcpu].timer[timer_of(a)];

	(void)mask;
	t->ctl = value & (CTL_ENABLE | CTL_IMASK);
	/* What becomes of RES0 bits that software sets is not said. */
	t->ctl_known = ~(u64)CTL_ISTATUS & ~(value & CTL_RES0);
	drive(m, &m->vcpu[a->vcpu], timer_of(a));
}

static void read_cval(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	const struct model_timer *t = &m->vcpu[a->vcpu].timer[timer_of(a)];

	(void)want;
	val->value = t->cval;
	val->known = t->cval_known ? ~0ULL : 0;
	val->rule = RULE_TIMER_REG;
}

static void write_cval(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_timer *t = &m->vcpu[a->vcpu].timer[timer_of(a)];

	(void)mask;
	t->cval = value;
	t->cval_known = true;
	t->tval = TVAL_OPEN;
	drive(m, &m->vcpu[a->vcpu], timer_of(a));
}

/* What it reads as depends on the counter. */
static void read_tval(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	(void)m;
	(void)a;
	(void)want;
	val->rule = RULE_TIMER_REG;
}

static void write_tval(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_timer *t = &m->vcpu[a->vcpu].timer[timer_of(a)];

	(void)mask;
	t->cval_known = false;
	t->tval = value <= PROG_TIMER_SOON ? TVAL_COMES : TVAL_OPEN;
	drive(m, &m->vcpu[a->vcpu], timer_of(a));
}

static const struct reg_behaviour behaviours[NR_REGS] = {
	[REG_CNTP_TVAL] = { .read = read_tval, .write = write_tval },
	[REG_CNTP_CTL] = { .read = read_ctl, .write = write_ctl },
	[REG_CNTP_CVAL] = { .read = read_cval, .write = write_cval },
	[REG_CNTV_TVAL] = { .read = read_tval, .write = write_tval },
	[REG_CNTV_CTL] = { .read = read_ctl, .write = write_ctl },
	[REG_CNTV_CVAL] = { .read = read_cval, .write = write_cval },
};

/**
 * timer_behaviour() - what a register of a timer does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if it is another register.
 */
const struct reg_behaviour *timer_behaviour(enum reg_id reg)
{
	return behaviours[reg].read ? &behaviours[reg] : NULL;
}
