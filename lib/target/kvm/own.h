/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMs of runs that perform no program: guests with code of their own, few pages and
 * an identity map that kvm_util does not make, private to lib/target/kvm.
 */
#ifndef LIB_TARGET_KVM_OWN_H
#define LIB_TARGET_KVM_OWN_H

/* kvm_util first: it defines the same helper names as lib/regs/bits.h. */
#include <kvm_util.h>

#include "lib/regs/bits.h"

/* The guest's memory, which begins with its code; below it are devices. */
struct own_layout {
	u64 base; /* gpa: 0x40000000, where the tables map it */
	size_t bytes;
	size_t code_bytes; /* room for the code */
	size_t mmu_offset; /* of the tables: two pages, three if in_pieces */
	bool in_pieces; /* of 2 MiB, and no more than there is; else 1 GiB is mapped */
};

/* Where the text of a failure goes. */
struct own_error {
	char *text;
	size_t bytes;
};

/* Where a vCPU begins, and with what in x0. */
struct own_start {
	u32 id;
	const char *entry; /* in the guest's code */
	u64 argument;
};

int own_give_up(struct own_error e, const char *what, int err);
struct kvm_vm *own_vm_create(void);
__must_check int own_memory(const struct kvm_vm *kvm, const struct own_layout *l, char **ram,
			    struct own_error e);
__must_check int own_vcpu(struct kvm_vm *kvm, const struct own_layout *l,
			  const struct own_start *start, struct kvm_vcpu *v, size_t *run_bytes,
			  struct own_error e);
__must_check int own_device(const struct kvm_vm *kvm, u32 type, int *fd);
__must_check int own_device_set(int fd, u32 group, u64 attr, u64 value);

#endif /* LIB_TARGET_KVM_OWN_H */
