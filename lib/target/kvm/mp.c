// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPUs that userspace stops, suspends and resumes, and that turn themselves off.
 */
#include "lib/target/kvm/vm.h"

static bool is_wakeup(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_SYSTEM_EVENT &&
	       run->system_event.type == KVM_SYSTEM_EVENT_WAKEUP;
}

/* The only ioctl that its thread is in is KVM_RUN, which sleeps in a wait alone. */
static int run_until_woken(struct target_vcpu *v)
{
	int err;

	do
		err = ioctl(v->kvm.fd, KVM_RUN, NULL) ? errno : 0;
	while (err == EINTR && !__atomic_load_n(&v->lane->woken, __ATOMIC_ACQUIRE));
	return err;
}

static void await(struct target_vcpu *v, struct op_result *res)
{
	int err;

	v->lane->woken = 0;
	v->lane->waits = GUEST_WAITS;
	err = wait_run(v, run_until_woken);
	v->lane->waits = 0;
	vgic_result(res, err && err != EINTR ? -err : 0);
	if (res->status != OP_DONE)
		return;
	TEST_ASSERT(err || is_wakeup(v->kvm.run), "vCPU %u: exit reason %u", v->kvm.id,
		    v->kvm.run->exit_reason);
	res->val[res->nr_vals++] = err == EINTR;
}

static void set_state(struct target_vcpu *v, u64 state, struct op_result *res)
{
	struct kvm_mp_state mp = { .mp_state = (u32)state };

	vgic_result(res, ioctl(v->kvm.fd, KVM_SET_MP_STATE, &mp) ? -errno : 0);
	if (res->status == OP_DONE)
		v->parked = state != PROG_MP_RUNNABLE;
}

static void get_state(const struct target_vcpu *v, struct op_result *res)
{
	struct kvm_mp_state mp = { 0 };

	vgic_result(res, ioctl(v->kvm.fd, KVM_GET_MP_STATE, &mp) ? -errno : 0);
	if (res->status == OP_DONE)
		res->val[res->nr_vals++] = mp.mp_state;
}

/**
 * mp_went_off() - is this where CPU_OFF has led?
 * @v: a vCPU whose KVM_RUN a signal has ended
 *
 * It sleeps in KVM_RUN, whose end nobody but the host decides.  Then the operation is
 * done, and the vCPU parked; whoever makes it runnable but by CPU_ON starts it anew.
 *
 * Return: whether.
 */
bool mp_went_off(struct target_vcpu *v)
{
	struct op_result res = { .status = OP_NO_OBJECT };

	if (!__atomic_load_n(&v->lane->woken, __ATOMIC_ACQUIRE))
		return false;
	get_state(v, &res);
	if (res.status != OP_DONE || res.val[0] != PROG_MP_STOPPED)
		return false;
	v->lane->waits = 0;
	v->lane->done++;
	v->parked = true;
	v->lost = true;
	return true;
}

/**
 * mp_perform() - perform an operation on the state of a vCPU
 * @vm:  the VM
 * @v:   the vCPU
 * @op:  OP_SET_MP_STATE, OP_GET_MP_STATE or OP_AWAIT
 * @res: receives the outcome
 */
void mp_perform(struct target_vm *vm, struct target_vcpu *v, const struct op *op,
		struct op_result *res)
{
	int err;

	*res = (struct op_result){ .status = OP_NO_OBJECT };
	if (v->held || (op->id == OP_AWAIT && !v->parked))
		return;
	if (op->id == OP_GET_MP_STATE) {
		get_state(v, res);
		return;
	}
	/* Getting ready initialises the vCPU anew, with its state. */
	err = guest_prepare(vm, v);
	if (err)
		*res = (struct op_result){ .status = OP_FAILED, .err = err };
	else if (op->id == OP_AWAIT)
		await(v, res);
	else
		set_state(v, op_arg(op, ARG_SET_MP_STATE_state), res);
}

/**
 * mp_prepare_others() - make ready whom operations turn on
 * @vm:  the VM
 * @ops: numbers of operations of one vCPU in the program
 * @nr:  of them
 *
 * Each has a lane then, and registers that CPU_ON resets.
 */
void mp_prepare_others(struct target_vm *vm, const size_t *ops, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct op *op = &vm->prog->op[ops[i]];
		struct target_vcpu *v = NULL;

		if (op->id == OP_GUEST_CPU_ON)
			v = find_vcpu(vm, op_arg(op, ARG_GUEST_CPU_ON_of));
		/* In a VM that is dead nobody gets as far as to turn it on. */
		if (v && !v->held)
			(void)guest_prepare(vm, v);
	}
}

/**
 * mp_follow() - what an operation of one vCPU did to another
 * @vm:  the VM
 * @op:  any
 * @res: its result
 */
void mp_follow(const struct target_vm *vm, const struct op *op, const struct op_result *res)
{
	struct target_vcpu *v;

	if (op->id != OP_GUEST_CPU_ON || res->status != OP_DONE || res->val[0] != PROG_PSCI_SUCCESS)
		return;
	v = find_vcpu(vm, op_arg(op, ARG_GUEST_CPU_ON_of));
	if (v)
		v->parked = false;
}
