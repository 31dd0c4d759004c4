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
void shim_quiesce(bool in_guest);

/* guest.c */
int shim_add_memory(struct kvm *kvm, gpa_t gpa, unsigned long bytes);
void shim_free_memory(struct kvm *kvm);
int shim_access_memory(struct kvm *kvm, gpa_t gpa, void *buf, unsigned long bytes, bool write);
int shim_bus_access(struct kvm_vcpu *vcpu, gpa_t gpa, int bytes, bool write, void *val);
void shim_free_bus(struct kvm *kvm);

/*
 * host.c: the CPU interface of the host's one processor, for guests.  In memory
 * mapped operation (ICC_SRE_EL1.SRE 0) active priorities are all in ap[1].
 */
#define LR_STATE (3ULL << 62)
#define LR_PENDING (1ULL << 62)
#define LR_ACTIVE (2ULL << 62)
#define LR_HW (1ULL << 61)
#define LR_GROUP1 (1ULL << 60)
#define LR_EOI (1ULL << 41)

#define VMCR_ENG0 BIT(0)
#define VMCR_ENG1 BIT(1)
#define VMCR_ACKCTL BIT(2)
#define VMCR_FIQEN BIT(3)
#define VMCR_CBPR BIT(4)
#define VMCR_EOIM BIT(9)

#define HCR_EOICOUNT_SHIFT 27
#define HCR_TDIR BIT(14)
#define NO_INTID 1023

struct shim_cpuif {
	u64 lr[16];
	u32 ap[2][4]; /* of the groups */
	u32 hcr, vmcr;
	u32 sre_el1, sre_el2;
};

extern struct shim_cpuif shim_cpuif;

int shim_boot(void);
void shim_reset_cpuif(void);
void shim_write_vmcr(u32 mask, u32 bits);
bool shim_maintenance(void);
int shim_best_lr(void);
bool shim_may_signal(int lr);
u8 shim_running_priority(void);
u8 shim_group_priority(u8 prio, bool group1);
unsigned int shim_signalled(void);

/* cpuif.c */
enum shim_hw { SHIM_HW_DONE, SHIM_HW_UNDEF, SHIM_HW_TRAP };

void shim_acknowledge(int lr, u32 active[4]);
u8 shim_drop_priority(void);
int shim_find_active(u32 id, u32 mask);
void shim_deactivate(int lr);
bool shim_icv_is_undefined(u32 encoding);
enum shim_hw shim_icv_access(u32 encoding, bool write, u64 *val);

/* irq.c */
void shim_reset_irqs(void);

/* irqfd.c */
int shim_set_gsi_routing(struct kvm *kvm, const struct kvm_irq_routing *routing);
long shim_irqfd(struct kvm *kvm, const struct kvm_irqfd *irqfd);

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

/* timer.c */
int shim_timer_enable(struct kvm_vcpu *vcpu);
void shim_timer_load(struct kvm_vcpu *vcpu);
void shim_timer_put(struct kvm_vcpu *vcpu);
bool shim_timer_interrupts(const struct kvm_vcpu *vcpu);
void shim_timer_handle(struct kvm_vcpu *vcpu);
bool shim_timer_pass(struct kvm *kvm, u64 ticks);
bool shim_timer_pending(const struct kvm_vcpu *vcpu);
bool shim_timer_sysreg(struct kvm_vcpu *vcpu, u32 encoding, bool write, u64 *val);
long shim_timer_one_reg(struct kvm_vcpu *vcpu, u64 id, bool write, u64 *val);

#endif /* SHIM_OWN_H */
