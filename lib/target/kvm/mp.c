// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPUs that userspace stops, suspends and resumes, and that turn themselves off.
 */
#include "lib/target/kvm/vm.h"

#include <sys/syscall.h>
#include <time.h>

/* A vCPU that waits in KVM_RUN, in a thread of its own. */
struct awaiting {
	struct target_vcpu *vcpu;
	pthread_barrier_t known; /* passed when tid is set, and when its files are open */
	pid_t tid;
	bool ended; /* atomic */
	int err; /* of KVM_RUN */
};

static bool is_wakeup(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_SYSTEM_EVENT &&
	       run->system_event.type == KVM_SYSTEM_EVENT_WAKEUP;
}

static void *run_thread(void *arg)
{
	struct awaiting *w = arg;
	struct guest_lane *lane = w->vcpu->lane;

	w->tid = (pid_t)syscall(SYS_gettid);
	pthread_barrier_wait(&w->known);
	pthread_barrier_wait(&w->known);
	do
		w->err = ioctl(w->vcpu->kvm.fd, KVM_RUN, NULL) ? errno : 0;
	while (w->err == EINTR && !__atomic_load_n(&lane->woken, __ATOMIC_ACQUIRE));
	__atomic_store_n(&w->ended, true, __ATOMIC_RELEASE);
	return NULL;
}

/* The only ioctl that the thread is in is KVM_RUN, which sleeps in a wait alone. */
static void watch(struct awaiting *w)
{
	const struct timespec pause = { .tv_nsec = 10000 };
	struct wait_thread t;

	pthread_barrier_wait(&w->known);
	wait_open(&t, w->vcpu->lane, w->tid);
	pthread_barrier_wait(&w->known);
	while (!__atomic_load_n(&w->ended, __ATOMIC_ACQUIRE)) {
		if (wait_rests(&t, w->vcpu->vm))
			wait_end(&t, w->vcpu->thread);
		nanosleep(&pause, NULL);
	}
	wait_close(&t);
}

static void await(struct target_vcpu *v, struct op_result *res)
{
	struct awaiting w = { .vcpu = v };

	v->lane->woken = 0;
	v->lane->waits = GUEST_WAITS;
	TEST_ASSERT(!pthread_barrier_init(&w.known, NULL, 2), "pthread_barrier_init");
	TEST_ASSERT(!pthread_create(&v->thread, NULL, run_thread, &w), "pthread_create");
	watch(&w);
	TEST_ASSERT(!pthread_join(v->thread, NULL), "pthread_join");
	pthread_barrier_destroy(&w.known);
	v->lane->waits = 0;
	vgic_result(res, w.err && w.err != EINTR ? -w.err : 0);
	if (res->status != OP_DONE)
		return;
	TEST_ASSERT(w.err || is_wakeup(v->kvm.run), "vCPU %u: exit reason %u", v->kvm.id,
		    v->kvm.run->exit_reason);
	res->val[res->nr_vals++] = w.err == EINTR;
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
