/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM of the kvm target, private to lib/target/kvm.
 */
#ifndef LIB_TARGET_KVM_VM_H
#define LIB_TARGET_KVM_VM_H

/* kvm_util first: it defines the same helper names as lib/regs/bits.h. */
#include <kvm_util.h>

#include <pthread.h>

#include "guest_code/abi.h"
#include "lib/prog/prog.h"
#include "lib/target/migrate.h"
#include "lib/target/vgic_device.h"

struct target_vcpu {
	struct kvm_vcpu kvm; /* of kvm_util, not on its list of vCPUs */
	struct target_vm *vm;
	size_t index; /* in order of creation */
	u64 affinity; /* Aff3.Aff2.Aff1.Aff0 */
	bool runnable; /* has its system registers and a run structure */
	bool lost; /* KVM_RUN failed, perhaps in the middle of an operation */
	u32 lane_number; /* once it is runnable */
	struct guest_lane *lane; /* of this number, in vm->ram */
	size_t run_bytes; /* of the run structure, mapped */
	bool parked; /* not runnable, as KVM_SET_MP_STATE or CPU_OFF said, or from its creation */
	bool held; /* thread is in KVM_RUN, where any other ioctl of the vCPU waits */
	pthread_t thread;
	int thread_err; /* errno of its KVM_RUN, 0, or -1 while it has not ended; atomic */
};

struct direct;

/* Eventfds that are tied to a route. */
struct resampler {
	bool is_tied;
	int fd, resamplefd;
};

struct target_vm {
	struct kvm_vm *kvm;
	const struct prog *prog;
	struct vgic_devices devices;
	struct resampler resampler[PROG_LAST_GSI + 1];
	struct target_vcpu **vcpu;
	size_t nr_vcpus;
	char *ram; /* the guest's memory; NULL until a guest is needed */
	struct direct *direct; /* the devices that raise its MSIs, or NULL */
	bool side_by_side; /* performing a block, whose vCPUs are watched together */
	bool is_debugged; /* tell a debugger which operation it is: one at a time */
	u32 nr_runnable; /* vCPUs that have entered the guest, or tried */
	u64 timer_ticks; /* that a timer takes at most which is to expire within the program */
	struct vmstate_history *history; /* NULL if nobody asks */
	u8 *mem; /* what is at PROG_MEM_BASE; NULL if the program does not use it */
};

void vm_open(struct target_vm *vm);
void vm_close(struct target_vm *vm);
struct target_vcpu *find_vcpu(const struct target_vm *vm, u64 vcpu_id);
void perform_op(struct target_vm *vm, const struct op *op, struct op_result *res);
void perform_all(struct target_vm *vm, struct op_result *results);

/* migrate.c */
struct migrate_port vm_migrate_port(struct target_vm *vm);

/* device.c */
extern const struct vgic_port kvm_port;
void device_close_resamplers(struct target_vm *vm);

/* mem.c */
void mem_set_up(struct target_vm *vm);
void mem_perform(struct target_vm *vm, const struct op *op, struct op_result *res);

/* guest.c */
struct guest_lists *guest_lists_of(const struct target_vm *vm, const struct target_vcpu *vcpu);
void vcpu_add_features(const struct target_vcpu *v, struct kvm_vcpu_init *init);
int guest_prepare(struct target_vm *vm, struct target_vcpu *vcpu);
void guest_post(struct target_vcpu *vcpu, const struct guest_op *op);
int guest_enter(struct target_vcpu *vcpu);
size_t guest_perform(struct target_vm *vm, struct target_vcpu *vcpu, const size_t *ops, size_t nr,
		     struct op_result *results);
bool guest_make_room(size_t nr);
bool guest_reserve_slots(struct target_vm *vm, size_t first, size_t end);

/* par.c */
bool par_perform(struct target_vm *vm, size_t first, size_t end, struct op_result *results);

/* wait.c */
struct wait_thread {
	struct guest_lane *lane;
	int syscall_fd, stat_fd, status_fd; /* what the kernel tells of the thread */
	bool is_in_wfi; /* it was found in one, and nothing of what follows is older */
	u32 done; /* operations, when it was first found in that WFI */
	u64 slept; /* how often it had slept then */
};

void wait_open(struct wait_thread *w, struct guest_lane *lane, pid_t tid);
void wait_close(const struct wait_thread *w);
bool wait_sleeps(struct wait_thread *w);
bool wait_is_interruptible(const struct wait_thread *w);
void wait_timers(const struct target_vm *vm);
bool wait_rests(struct wait_thread *w, const struct target_vm *vm);
void wait_end(const struct wait_thread *w, pthread_t thread);
/* Enters a vCPU.  Return: 0 or errno, positive. */
typedef int wait_run_fn(struct target_vcpu *vcpu);
int wait_run(struct target_vcpu *vcpu, wait_run_fn *run);
int guest_enter_watched(struct target_vcpu *vcpu);

/* mp.c */
bool mp_went_off(struct target_vcpu *v);
void mp_prepare_others(struct target_vm *vm, const size_t *ops, size_t nr);
void mp_follow(const struct target_vm *vm, const struct op *op, const struct op_result *res);
void mp_perform(struct target_vm *vm, struct target_vcpu *v, const struct op *op,
		struct op_result *res);

/* direct.c */
void direct_catch_up(struct target_vm *vm);
void direct_settle(const struct target_vm *vm);

/* hold.c */
void vcpu_hold(struct target_vm *vm, struct target_vcpu *v, struct op_result *res);
void vcpu_release(struct target_vm *vm, struct target_vcpu *v, struct op_result *res);

#endif /* LIB_TARGET_KVM_VM_H */
