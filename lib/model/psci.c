// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPUs that turn themselves off and each other on, by PSCI (ARM DEN 0022).  What they
 * are while they are off is in signal.c.
 */
#include "lib/model/state.h"

/**
 * expect_guest_cpu_off() - a vCPU calls CPU_OFF
 * @m:    the model
 * @op:   OP_GUEST_CPU_OFF
 * @want: filled in: 1 if it did not return, else what it returned
 *
 * Nobody has a reason to deny it: there is no trusted OS on this core.
 */
void expect_guest_cpu_off(const struct model *m, const struct op *op, struct expect *want)
{
	if (!expect_entry(m, (u64)op_vcpu(op), want))
		return;
	want->decides = true;
	allow_done(want, RULE_CPU_OFF);
	expect_value(want, 1, ~0ULL, RULE_CPU_OFF);
}

/**
 * commit_guest_cpu_off() - a vCPU has turned itself off
 * @m:    the model
 * @op:   OP_GUEST_CPU_OFF
 * @seen: what came
 */
void commit_guest_cpu_off(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)seen;
	m->vcpu[vcpu_number(m, (u64)op_vcpu(op))].mp_state = PROG_MP_STOPPED;
}

/**
 * expect_guest_cpu_on() - a vCPU calls CPU_ON
 * @m:    the model
 * @op:   OP_GUEST_CPU_ON
 * @want: filled in: what it returns, 32 bits
 */
void expect_guest_cpu_on(const struct model *m, const struct op *op, struct expect *want)
{
	const struct model_vcpu *of = model_vcpu(m, op_arg(op, ARG_GUEST_CPU_ON_of));

	if (!expect_entry(m, (u64)op_vcpu(op), want))
		return;
	want->decides = true;
	if (!of) {
		allow_done(want, RULE_CPU_ON_NONE);
		expect_value(want, PROG_PSCI_INVALID_PARAMETERS, ~0ULL, RULE_CPU_ON_NONE);
	} else if (of->mp_state == PROG_MP_STOPPED) {
		allow_done(want, RULE_CPU_ON);
		expect_value(want, PROG_PSCI_SUCCESS, ~0ULL, RULE_CPU_ON);
	} else {
		allow_done(want, RULE_CPU_ON_ALREADY);
		expect_value(want, PROG_PSCI_ALREADY_ON, ~0ULL, RULE_CPU_ON_ALREADY);
		if (of->starts) {
			expect_one_of(want, PROG_PSCI_ALREADY_ON);
			expect_one_of(want, PROG_PSCI_ON_PENDING);
		}
	}
}

static bool is_as_after_reset(const struct model *m, const struct model_cpuif *c)
{
	struct model_cpuif reset;

	cpuif_reset(m, &reset);
	return c->pmr == reset.pmr && c->enable[0] == reset.enable[0] &&
	       c->enable[1] == reset.enable[1] && c->bpr[0] == reset.bpr[0] &&
	       c->bpr[1] == reset.bpr[1] && !c->cbpr && !c->eoimode && !c->ackctl && !c->fiqen &&
	       prio_running(m, c) == PRIORITY_IDLE;
}

/**
 * commit_guest_cpu_on() - CPU_ON has returned
 * @m:    the model
 * @op:   OP_GUEST_CPU_ON
 * @seen: what came
 *
 * What the distributor, the redistributor and the ITS hold is not the core's.
 */
void commit_guest_cpu_on(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct model_vcpu *of;

	if (seen->val[0] != PROG_PSCI_SUCCESS)
		return;
	of = &m->vcpu[vcpu_number(m, op_arg(op, ARG_GUEST_CPU_ON_of))];
	of->mp_state = PROG_MP_RUNNABLE;
	of->starts = true;
	timer_turned_on(m, of);
	m->lost |= !chosen(m, CHOICE_CPU_ON_KEEPS_INTERFACE) && !is_as_after_reset(m, &of->cpuif);
}
