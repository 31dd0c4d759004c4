/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the shim's files know of each other, and kernel code does not.
 */
#ifndef SHIM_OWN_H
#define SHIM_OWN_H

#include "abi.h"

extern struct hosted_host shim_host;

/* alloc.c */
void shim_forget_allocs(void);
void shim_report_leaks(void);
bool shim_fails(enum hosted_fail what);
void shim_set_fail(enum hosted_fail what, unsigned long nth);
unsigned long shim_counted(enum hosted_fail what);

/* lock.c */
void shim_quiesce(void);

/* guest.c */
int shim_add_memory(struct kvm *kvm, gpa_t gpa, unsigned long bytes);
void shim_free_memory(struct kvm *kvm);
int shim_access_memory(struct kvm *kvm, gpa_t gpa, void *buf, unsigned long bytes, bool write);
int shim_bus_access(struct kvm_vcpu *vcpu, gpa_t gpa, int bytes, bool write, void *val);
void shim_free_bus(struct kvm *kvm);

/* host.c */
int shim_boot(void);
void shim_reset_cpuif(void);
bool shim_maintenance(void);
u32 shim_best_pending(bool *group1, u8 *prio, int *lr);
unsigned int shim_signalled(void);

/* irq.c */
void shim_reset_irqs(void);

/* gicv.c */
u32 shim_gicv_access(u32 offset, unsigned int bytes, bool write, u32 val);

/* vm.c */
struct kvm *shim_create_vm(unsigned int ipa_bits);
void shim_destroy_vm(struct kvm *kvm);
int shim_create_vcpu(struct kvm *kvm, unsigned long id);
int shim_create_device(struct kvm *kvm, struct kvm_create_device *cd);
int shim_irq_line(struct kvm *kvm, const struct kvm_irq_level *line);

/* run.c */
int shim_enter(struct kvm_vcpu *vcpu);
void shim_leave(struct kvm_vcpu *vcpu);
enum hosted_outcome shim_mmio(struct kvm_vcpu *vcpu, gpa_t gpa, unsigned int bytes, bool write,
			      u64 *val);
enum hosted_outcome shim_sysreg(struct kvm_vcpu *vcpu, u32 encoding, bool write, u64 *val);
bool shim_wakes(struct kvm_vcpu *vcpu);
unsigned int shim_guest_signalled(struct kvm_vcpu *vcpu);
void shim_set_running(struct kvm_vcpu *vcpu);

#endif /* SHIM_OWN_H */
