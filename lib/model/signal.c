// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a PE does with the interrupt that its CPU interface signals: the operations
 * take, serve and wfi.  Which one is signalled is in ack.c.
 */
#include "lib/model/state.h"

#include <errno.h>

static bool is_none(const struct model *m, u64 value)
{
	return intid_is_special(cpuif_intid(m, value));
}

/* Of an interrupt that may be signalled. */
static unsigned int group_of(const struct model *m, const struct model_vcpu *v, u32 value)
{
	return prio_group_of(m, v, (unsigned int)cpuif_intid(m, value));
}

/*
 * A GICv2 without AckCtl says 1022 in GICC_IAR for group 1, and the handler turns to
 * GICC_AIAR.
 */
static bool uses_alias(const struct model *m, const struct model_vcpu *v, u32 value)
{
	return m->config.gic == GIC_V2 && !v->cpuif.ackctl && !is_none(m, value) &&
	       group_of(m, v, value);
}

/* What the handler reads, and the exception that it handles. */
static u32 as_taken(const struct model *m, const struct model_vcpu *v, u32 value)
{
	bool fiq;

	if (is_none(m, value))
		return value;
	fiq = !group_of(m, v, value) && (m->config.gic == GIC_V3 || v->cpuif.fiqen);
	return value | (fiq ? PROG_TOOK_FIQ : PROG_TOOK_IRQ);
}

/* A host whose GICV has no aliases: what the handler makes of it is not followed. */
static bool needs_absent_alias(const struct model *m, const struct model_vcpu *v,
			       const struct expect *want)
{
	bool needs = !want->nr_one_of && uses_alias(m, v, (u32)want->val[0].value);

	if (!deviates(m, DEVIATION_HOST_NO_ALIASES))
		return false;
	for (unsigned int i = 0; i < want->nr_one_of; i++)
		needs |= uses_alias(m, v, want->one_of[i]);
	for (unsigned int i = 0; i < want->nr_deviants; i++)
		needs |= uses_alias(m, v, want->deviant[i].value);
	return needs;
}

/*
 * An exit of the vCPU puts right what slips through: if it comes between the exception
 * and the acknowledge, such as for the first fetch from the vectors, nothing is there.
 */
static void expect_put_right(struct expect *want)
{
	for (unsigned int i = 0, nr = want->nr_deviants; i < nr; i++) {
		const struct expect_deviant *d = &want->deviant[i];

		if (d->deviation == DEVIATION_SLIPS_THROUGH && d->value & ~PROG_TOOK_VALUE)
			expect_deviant(want, (d->value & ~PROG_TOOK_VALUE) | PROG_TOOK_NONE,
				       d->deviation);
	}
}

/*
 * The exception of an interrupt that is withdrawn before its acknowledge, which then
 * returns that there is none (IHI 0069H 2.2.1, INTID 1023).
 */
static void expect_withdrawn(const struct model *m, const struct model_vcpu *v, u32 value,
			     struct expect *want)
{
	u32 exception = as_taken(m, v, value) & ~PROG_TOOK_VALUE;

	if (is_none(m, value) || !timer_may_be_withdrawn(v, cpuif_intid(m, value)))
		return;
	for (unsigned int i = 0; i < want->nr_one_of; i++) {
		if (want->one_of[i] == (exception | INTID_NONE))
			return;
	}
	expect_one_of(want, exception | INTID_NONE);
}

/* Return: false if the vCPU does not reach its CPU interface. */
static bool expect_taken(const struct model *m, const struct op *op, struct expect *want)
{
	u64 vcpu_id = (u64)op_vcpu(op);
	struct access a = { .vcpu = vcpu_number(m, vcpu_id) };
	const struct model_vcpu *v;

	if (!expect_interface(m, vcpu_id, op_cpuif_at(op), want))
		return false;
	v = &m->vcpu[a.vcpu];
	a.by = a.vcpu;
	allow_done(want, RULE_CPUIF_TAKE);
	ack_expect_signalled(m, &a, op->id == OP_GUEST_IDLE, want);
	want->unpredicted |= needs_absent_alias(m, v, want) || cpuif_unloaded(m, &a);
	if (!want->nr_one_of && timer_may_be_withdrawn(v, cpuif_intid(m, want->val[0].value)))
		expect_one_of(want, (u32)want->val[0].value);
	want->val[0].value = as_taken(m, v, (u32)want->val[0].value);
	for (unsigned int i = 0, nr = want->nr_one_of; i < nr; i++)
		expect_withdrawn(m, v, want->one_of[i], want);
	for (unsigned int i = 0; i < want->nr_one_of; i++)
		want->one_of[i] = as_taken(m, v, want->one_of[i]);
	for (unsigned int i = 0; i < want->nr_deviants; i++)
		want->deviant[i].value = as_taken(m, v, want->deviant[i].value);
	expect_put_right(want);
	return true;
}

/**
 * expect_guest_take() - an interrupt is taken, if one is signalled
 * @m:    the model
 * @op:   OP_GUEST_TAKE
 * @want: filled in
 */
void expect_guest_take(const struct model *m, const struct op *op, struct expect *want)
{
	expect_taken(m, op, want);
}

/**
 * expect_guest_serve() - interrupts are taken until none is signalled
 * @m:    the model
 * @op:   OP_GUEST_SERVE
 * @want: filled in: the next value of the log, which is what a take would give now
 */
void expect_guest_serve(const struct model *m, const struct op *op, struct expect *want)
{
	if (expect_taken(m, op, want))
		want->vals_rule = RULE_CPUIF_SERVE;
}

/* Return: whether one was taken; @group is that of the register it was acknowledged by. */
static bool commit_taken(struct model *m, const struct access *a, u32 value, unsigned int *group)
{
	const struct model_vcpu *v = &m->vcpu[a->vcpu];

	if (is_none(m, value))
		return false;
	if (!irq_exists(m, cpuif_intid(m, value)) && !intid_is_lpi(cpuif_intid(m, value))) {
		m->lost = true;
		return false;
	}
	*group = m->config.gic == GIC_V2 ? uses_alias(m, v, value) : group_of(m, v, value);
	cpuif_take(m, a, value);
	return true;
}

/**
 * commit_guest_take() - an interrupt was taken, or none
 * @m:    the model
 * @op:   OP_GUEST_TAKE or OP_GUEST_IDLE
 * @seen: what came
 */
void commit_guest_take(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct access a = { .vcpu = vcpu_number(m, (u64)op_vcpu(op)) };
	u32 value = seen->val[0] & PROG_TOOK_VALUE;
	unsigned int group;

	if (commit_taken(m, &a, value, &group))
		cpuif_remember(&m->vcpu[a.vcpu], value, group);
}

/**
 * commit_guest_serve() - an interrupt was taken, ended and deactivated, or none
 * @m:    the model
 * @op:   OP_GUEST_SERVE
 * @seen: one value of its log
 */
void commit_guest_serve(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct access a = { .vcpu = vcpu_number(m, op_arg(op, ARG_GUEST_SERVE_vcpu)) };
	u32 value = seen->val[0] & PROG_TOOK_VALUE;
	unsigned int group;

	if (commit_taken(m, &a, value, &group))
		cpuif_end(m, &a, value, group);
}

/* The deviation that keeps the implementation from signalling, or NR_DEVIATIONS. */
static enum deviation_id silenced_by(const struct model *m, const struct expect *want)
{
	for (unsigned int i = 0; i < want->nr_deviants; i++) {
		if (is_none(m, want->deviant[i].value))
			return want->deviant[i].deviation;
	}
	return NR_DEVIATIONS;
}

/* Is something signalled, whatever is left open? */
static bool must_wake(const struct model *m, const struct expect *want)
{
	for (unsigned int i = 0; i < want->nr_one_of; i++) {
		if (is_none(m, want->one_of[i]))
			return false;
	}
	return want->nr_one_of || !is_none(m, want->val[0].value);
}

/**
 * expect_guest_wfi() - a vCPU waits for an interrupt
 * @m:    the model
 * @op:   OP_GUEST_WFI, or OP_GUEST_SUSPEND, which is a WFI that KVM is asked for
 * @want: filled in: 1 if it had to be ended from outside, else 0
 *
 * It may end at any time, so only one that must not sleep can be wrong.
 */
void expect_guest_wfi(const struct model *m, const struct op *op, struct expect *want)
{
	u64 vcpu_id = (u64)op_vcpu(op);
	struct access a = { .vcpu = vcpu_number(m, vcpu_id) };
	enum deviation_id silenced = NR_DEVIATIONS;
	bool must = false;

	if (!expect_entry(m, vcpu_id, want))
		return;
	a.by = a.vcpu;
	if (m->has_vgic) {
		ack_expect_signalled(m, &a, true, want);
		must = must_wake(m, want);
		silenced = silenced_by(m, want);
	}
	expect_no_values(want);
	allow_done(want, must ? RULE_CPUIF_WAKE : RULE_CPUIF_SLEEP);
	/* Either of two values: all bits but the lowest are known. */
	expect_value(want, 0, must ? ~0ULL : ~1ULL, must ? RULE_CPUIF_WAKE : RULE_CPUIF_SLEEP);
	if (must && silenced != NR_DEVIATIONS)
		expect_deviant(want, 1, silenced);
}

/**
 * expect_guest_wfit() - a vCPU waits for an interrupt, or until some time
 * @m:    the model
 * @op:   OP_GUEST_WFIT
 * @want: filled in: 1 if it had to be ended from outside, else 0
 *
 * The counter has passed 0.  Of any other time it is not known, so that no more is
 * demanded than of a WFI.
 */
void expect_guest_wfit(const struct model *m, const struct op *op, struct expect *want)
{
	if (op_arg(op, ARG_GUEST_WFIT_until)) {
		expect_guest_wfi(m, op, want);
	} else if (expect_entry(m, (u64)op_vcpu(op), want)) {
		allow_done(want, RULE_CPUIF_WFIT);
		expect_value(want, 0, ~0ULL, RULE_CPUIF_WFIT);
	}
}

/**
 * expect_guest_idle() - a vCPU waits until an interrupt is taken
 * @m:    the model
 * @op:   OP_GUEST_IDLE
 * @want: filled in: as of a take; where that says that none comes, the WFI may have
 *        had to be ended from outside
 */
void expect_guest_idle(const struct model *m, const struct op *op, struct expect *want)
{
	if (!expect_taken(m, op, want))
		return;
	want->vals_rule = RULE_CPUIF_IDLE;
	if (!want->nr_one_of && is_none(m, want->val[0].value))
		want->val[0].known &= ~(u64)PROG_IDLE_ENDED_BIT;
	for (unsigned int i = 0, nr = want->nr_one_of; i < nr; i++) {
		if (is_none(m, want->one_of[i]) && !(want->one_of[i] & ~PROG_TOOK_VALUE))
			expect_one_of(want, PROG_IDLE_ENDED_BIT | want->one_of[i]);
	}
	for (unsigned int i = 0, nr = want->nr_deviants; i < nr; i++) {
		const struct expect_deviant *d = &want->deviant[i];

		if (d->value == PROG_TOOK_NONE)
			expect_deviant(want, PROG_IDLE_ENDED_BIT | d->value, d->deviation);
	}
}

/* Userspace can ask for the state of a vCPU that is not in its guest. */
static const struct model_vcpu *find_idle(const struct model *m, const struct op *op,
					  struct expect *want)
{
	const struct model_vcpu *v = model_vcpu(m, (u64)op_vcpu(op));

	if (v && !v->held)
		return v;
	allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
	return NULL;
}

/**
 * expect_set_mp_state() - KVM_SET_MP_STATE
 * @m:    the model
 * @op:   OP_SET_MP_STATE
 * @want: filled in
 */
void expect_set_mp_state(const struct model *m, const struct op *op, struct expect *want)
{
	u64 state = op_arg(op, ARG_SET_MP_STATE_state);

	if (!find_idle(m, op, want))
		return;
	if (state == PROG_MP_RUNNABLE || state == PROG_MP_STOPPED || state == PROG_MP_SUSPENDED)
		allow_done(want, RULE_MP_STATE);
	else
		allow_usual_error(m, want, EINVAL, RULE_MP_STATE);
}

/**
 * commit_set_mp_state() - a vCPU has another state
 * @m:    the model
 * @op:   OP_SET_MP_STATE
 * @seen: what came
 */
void commit_set_mp_state(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)seen;
	m->vcpu[vcpu_number(m, (u64)op_vcpu(op))].mp_state = (u8)op_arg(op, ARG_SET_MP_STATE_state);
}

/**
 * expect_get_mp_state() - KVM_GET_MP_STATE
 * @m:    the model
 * @op:   OP_GET_MP_STATE
 * @want: filled in
 */
void expect_get_mp_state(const struct model *m, const struct op *op, struct expect *want)
{
	const struct model_vcpu *v = find_idle(m, op, want);

	if (!v)
		return;
	allow_done(want, RULE_MP_STATE);
	expect_value(want, v->mp_state, ~0ULL, RULE_MP_STATE);
}

/* Does the interrupt that is signalled wake a suspended vCPU?  It may where that is @open. */
static enum rule_id expect_wakeup(const struct model *m, const struct access *a,
				  struct expect *want, bool *open)
{
	*open = false;
	if (!m->has_vgic)
		return RULE_SUSPENDED_SLEEPS;
	ack_expect_signalled(m, a, true, want);
	if (must_wake(m, want))
		return RULE_SUSPENDED_WAKES;
	for (unsigned int i = 0; i < want->nr_one_of; i++)
		*open |= !is_none(m, want->one_of[i]);
	*open |= prio_running(m, &m->vcpu[a->vcpu].cpuif) != PRIORITY_IDLE;
	return RULE_SUSPENDED_SLEEPS;
}

/**
 * expect_await() - KVM_RUN of a vCPU that is stopped or suspended
 * @m:    the model
 * @op:   OP_AWAIT
 * @want: filled in: 0 if a wake-up event ended it, 1 if it was ended from outside
 *
 * Unlike a WFI this has two sides: the API says when there is such an event.
 */
void expect_await(const struct model *m, const struct op *op, struct expect *want)
{
	const struct model_vcpu *v = find_idle(m, op, want);
	struct access a = { .vcpu = vcpu_number(m, (u64)op_vcpu(op)) };
	enum deviation_id silenced = NR_DEVIATIONS;
	enum rule_id rule = RULE_STOPPED_SLEEPS;
	bool open = false;

	if (!v)
		return;
	if (v->mp_state == PROG_MP_RUNNABLE) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	/* What the first KVM_RUN of the VM does beside is not told from what the guest does. */
	want->unpredicted |= !v->has_run && !m->mapped;
	a.by = a.vcpu;
	if (v->mp_state == PROG_MP_SUSPENDED)
		rule = expect_wakeup(m, &a, want, &open);
	if (rule == RULE_SUSPENDED_WAKES)
		silenced = silenced_by(m, want);
	expect_no_values(want);
	allow_done(want, rule);
	expect_value(want, rule != RULE_SUSPENDED_WAKES, open ? ~1ULL : ~0ULL, rule);
	if (silenced != NR_DEVIATIONS)
		expect_deviant(want, 1, silenced);
}

/**
 * expect_halt_poll() - how long KVM polls before a vCPU sleeps
 * @m:    the model
 * @op:   OP_HALT_POLL
 * @want: filled in: nothing that a guest sees depends on it
 */
void expect_halt_poll(const struct model *m, const struct op *op, struct expect *want)
{
	(void)m;
	(void)op;
	allow_done(want, RULE_HALT_POLL);
}
