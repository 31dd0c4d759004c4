// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPUs that stay in their guest, each in a thread of its own, while the program
 * goes on.
 */
#include "lib/target/kvm/vm.h"

#include <time.h>

static struct guest_hold *hold_words(const struct target_vm *vm, const struct target_vcpu *v)
{
	TEST_ASSERT(v->index < GUEST_MAX_VCPUS, "more vCPUs than KVM has");
	return (struct guest_hold *)(void *)(vm->ram + GUEST_HOLD_OFFSET) + v->index;
}

static void *run_thread(void *arg)
{
	struct target_vcpu *v = arg;

	__atomic_store_n(&v->thread_err, guest_enter(v), __ATOMIC_RELEASE);
	return NULL;
}

static void post_hold(const struct target_vm *vm, struct target_vcpu *v)
{
	const struct guest_op op = {
		.code = GUEST_HOLD,
		.addr = PROG_RAM_BASE + GUEST_HOLD_OFFSET + v->index * sizeof(struct guest_hold),
	};

	*hold_words(vm, v) = (struct guest_hold){ 0 };
	guest_post(v, &op);
}

/* Waits for the guest to run.  Return: false if KVM_RUN ended instead. */
static bool wait_for_guest(const struct guest_hold *words, const struct target_vcpu *v)
{
	const struct timespec pause = { .tv_nsec = 10000 };

	while (!__atomic_load_n(&words->running, __ATOMIC_ACQUIRE)) {
		if (__atomic_load_n(&v->thread_err, __ATOMIC_ACQUIRE) >= 0)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

static void join(struct target_vcpu *v, struct op_result *res)
{
	TEST_ASSERT(!pthread_join(v->thread, NULL), "pthread_join");
	v->held = false;
	*res = (struct op_result){ .status = v->thread_err ? OP_FAILED : OP_DONE };
	res->err = v->thread_err;
}

/**
 * vcpu_hold() - enter a vCPU that stays in its guest
 * @vm:  the VM
 * @v:   the vCPU
 * @res: receives OP_DONE when the guest runs
 */
void vcpu_hold(struct target_vm *vm, struct target_vcpu *v, struct op_result *res)
{
	int err;

	*res = (struct op_result){ .status = OP_NO_OBJECT };
	if (v->held || v->parked)
		return;
	err = guest_prepare(vm, v);
	if (err) {
		*res = (struct op_result){ .status = OP_FAILED, .err = err };
		return;
	}
	post_hold(vm, v);
	v->thread_err = -1;
	TEST_ASSERT(!pthread_create(&v->thread, NULL, run_thread, v), "pthread_create");
	v->held = true;
	if (wait_for_guest(hold_words(vm, v), v))
		*res = (struct op_result){ .status = OP_DONE };
	else
		join(v, res);
}

/**
 * vcpu_release() - let a vCPU that is held leave its guest
 * @vm:  the VM
 * @v:   the vCPU
 * @res: receives how its KVM_RUN ended
 */
void vcpu_release(struct target_vm *vm, struct target_vcpu *v, struct op_result *res)
{
	*res = (struct op_result){ .status = OP_NO_OBJECT };
	if (!v->held)
		return;
	__atomic_store_n(&hold_words(vm, v)->release, 1, __ATOMIC_RELEASE);
	join(v, res);
}
