/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM of the kvm target, private to lib/target/kvm.
 */
#ifndef LIB_TARGET_KVM_VM_H
#define LIB_TARGET_KVM_VM_H

/* kvm_util first: it defines the same helper names as lib/regs/bits.h. */
#include <kvm_util.h>

#include "guest_code/abi.h"
#include "lib/prog/prog.h"

struct target_vcpu {
	struct kvm_vcpu kvm; /* of kvm_util, not on its list of vCPUs */
	bool runnable; /* has its system registers and a run structure */
	size_t run_bytes; /* of the run structure, mapped */
};

struct target_vm {
	struct kvm_vm *kvm;
	const struct prog *prog;
	int vgic_fd; /* -1 if there is none */
	struct target_vcpu **vcpu;
	size_t nr_vcpus;
	struct guest_batch *batch; /* NULL until a guest is needed */
};

/* guest.c */
void guest_batch_run(struct target_vm *vm, struct target_vcpu *vcpu, size_t first, size_t nr,
		     struct op_result *results);

#endif /* LIB_TARGET_KVM_VM_H */
