/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM as the vGIC's files see it: VMs and vCPUs with the members that they use,
 * memory, the I/O bus, requests, and what they ask of the host's interrupt
 * controller driver.
 */
#ifndef SHIM_KVM_H
#define SHIM_KVM_H

enum kvm_bus { KVM_MMIO_BUS, KVM_NR_BUSES };
enum kvm_mode { KVM_MODE_DEFAULT, KVM_MODE_PROTECTED, KVM_MODE_NV, KVM_MODE_NONE };

/* What a vCPU may be asked for. */
enum {
	KVM_REQ_IRQ_PENDING,
	KVM_REQ_RELOAD_GICv4,
	KVM_REQ_VGIC_PROCESS_UPDATE,
	KVM_REQ_RELOAD_PMU,
	KVM_REQ_VM_DEAD,
	KVM_REQ_GUEST_HYP_IRQ_PENDING,
};

struct kvm_s2_mmu {
	unsigned int phys_bits;
};

struct kvm_vcpu_stat {
	struct {
		u64 halt_wakeup;
	} generic;
};

struct kvm_vcpu_fault_info {
	u64 esr_el2, hpfar_el2, far_el2;
};

/* System registers of a vCPU that the vGIC's files name, for guests that are hypervisors. */
enum vcpu_sysreg {
	SHIM_NO_SYSREG,
	HCR_EL2,
	SCTLR_EL1,
	HFGRTR_EL2,
	HFGWTR_EL2,
	ICH_HCR_EL2,
	ICH_VMCR_EL2,
	ICH_AP0R0_EL2,
	ICH_AP0R1_EL2,
	ICH_AP0R2_EL2,
	ICH_AP0R3_EL2,
	ICH_AP1R0_EL2,
	ICH_AP1R1_EL2,
	ICH_AP1R2_EL2,
	ICH_AP1R3_EL2,
	ICH_LR0_EL2,
	ICH_LR1_EL2,
	ICH_LR2_EL2,
	ICH_LR3_EL2,
	ICH_LR4_EL2,
	ICH_LR5_EL2,
	ICH_LR6_EL2,
	ICH_LR7_EL2,
	ICH_LR8_EL2,
	ICH_LR9_EL2,
	ICH_LR10_EL2,
	ICH_LR11_EL2,
	ICH_LR12_EL2,
	ICH_LR13_EL2,
	ICH_LR14_EL2,
	ICH_LR15_EL2,
	NR_SYS_REGS
};

struct kvm_vcpu_arch {
	u64 sysreg[NR_SYS_REGS];
	struct vgic_cpu vgic_cpu;
	struct kvm_vcpu_fault_info fault;
	struct kvm_s2_mmu *hw_mmu;
	u64 regs[31], pc, mpidr;
	u64 hcr_el2;
	unsigned long flags;
	bool has_run_once;
	bool initialized;
	unsigned int wfe;
};

enum { SHIM_NR_TIMERS = 2 };

struct shim_timer {
	u64 ctl, cval;
	u64 status; /* of CTL, when its vCPU left the processor last */
};

struct kvm_vcpu {
	struct kvm *kvm;
	int vcpu_id;
	int vcpu_idx;
	int cpu, mode;
	struct mutex mutex;
	unsigned long requests;
	struct rcuwait wait;
	struct kvm_vcpu_stat stat;
	struct kvm_vcpu_arch arch;
	/* The shim's own. */
	bool loaded; /* in KVM_RUN */
	bool in_guest; /* and its guest has the processor */
	bool kicked; /* it is to leave the guest, and may enter again */
	struct shim_timer timer[SHIM_NR_TIMERS]; /* the virtual and the physical one of EL1 */
};

struct kvm_memslots {
	int generation;
};

struct kvm_io_range {
	gpa_t addr;
	int len;
	struct kvm_io_device *dev;
};

#define SHIM_MAX_VCPUS 512
#define SHIM_MAX_SLOTS 4
#define SHIM_MAX_FDS 512

struct shim_slot {
	gpa_t base;
	unsigned long bytes;
	int pool; /* number of the memory (guest.c) */
};

struct kvm_arch {
	struct vgic_dist vgic;
	struct mutex config_lock;
	struct kvm_s2_mmu mmu;
#if SHIM_VERSION < 5016
	int max_vcpus; /* later in struct kvm */
#endif
};

struct kvm {
	unsigned int phys_bits; /* where kernels before 6.8 look for it */
	struct mutex lock, slots_lock, irq_lock;
	struct srcu_struct srcu, irq_srcu;
	struct kvm_irq_routing_table *irq_routing;
	struct xarray vcpu_array;
	struct kvm_vcpu *vcpu[SHIM_MAX_VCPUS]; /* what vcpu_array has, found at once */
	struct list_head devices;
	atomic_t online_vcpus;
	unsigned int created_vcpus;
	int max_vcpus;
	bool vm_dead;
	gpa_t gicv_bytes; /* of a GICv2's CPU interface that its guest reaches without an exit */
	struct dentry *debugfs_dentry;
	struct kvm_arch arch;
	/* The shim's own. */
	struct shim_slot slot[SHIM_MAX_SLOTS];
	unsigned int nr_slots;
	struct kvm_io_range *dev; /* sorted by addr */
	unsigned int nr_devs;
	bool bus_is_gone;
	struct kvm_device *fd[SHIM_MAX_FDS];
	unsigned int nr_fds;
	u64 resampling; /* GSIs below 64 that are tied to an eventfd with a resamplefd */
	u32 resampled[64]; /* how often each was signalled */
	u64 ticks; /* of the counter, that have passed */
};

struct kvm_device {
	const struct kvm_device_ops *ops;
	struct kvm *kvm;
	void *private;
	struct list_head vm_node;
};

struct kvm_device_ops {
	const char *name;
	int (*create)(struct kvm_device *dev, u32 type);
	void (*init)(struct kvm_device *dev);
	void (*destroy)(struct kvm_device *dev);
	void (*release)(struct kvm_device *dev);
	int (*set_attr)(struct kvm_device *dev, struct kvm_device_attr *attr);
	int (*get_attr)(struct kvm_device *dev, struct kvm_device_attr *attr);
	int (*has_attr)(struct kvm_device *dev, struct kvm_device_attr *attr);
};

int kvm_register_device_ops(const struct kvm_device_ops *ops, u32 type);
void kvm_unregister_device_ops(u32 type);

extern struct kvm_device_ops kvm_arm_vgic_v2_ops, kvm_arm_vgic_v3_ops, kvm_arm_vgic_v5_ops;

#define kvm_err(...) ((void)0)
#define kvm_info(...) ((void)0)
#define kvm_debug(...) ((void)0)
#define vcpu_err(...) ((void)0)

static inline struct kvm_vcpu *kvm_get_vcpu(struct kvm *kvm, int i)
{
	if (i >= 0 && i < atomic_read(&kvm->online_vcpus))
		return kvm->vcpu[i];
	/* An array before 5.17, whose index array_index_nospec() makes 0 if it is too large. */
	return SHIM_VERSION < 5017 ? kvm->vcpu[0] : NULL;
}

#define kvm_for_each_vcpu(i, vcpu, kvm)                                              \
	for ((i) = 0; (i) < (unsigned long)atomic_read(&(kvm)->online_vcpus); (i)++) \
		if (!((vcpu) = kvm_get_vcpu(kvm, (int)(i)))) {                       \
		} else

static inline struct kvm_vcpu *kvm_get_vcpu_by_id(struct kvm *kvm, int id)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm) if (vcpu->vcpu_id == id) return vcpu;
	return NULL;
}

struct kvm_vcpu *kvm_mpidr_to_vcpu(struct kvm *kvm, unsigned long mpidr);
struct kvm_vcpu *kvm_get_running_vcpu(void);
struct kvm_vcpu *__percpu *kvm_get_running_vcpus(void);
void kvm_vcpu_kick(struct kvm_vcpu *vcpu);
bool kvm_make_all_cpus_request(struct kvm *kvm, unsigned int req);
void kvm_arm_halt_guest(struct kvm *kvm);
void kvm_arm_resume_guest(struct kvm *kvm);
int kvm_trylock_all_vcpus(struct kvm *kvm);
void kvm_unlock_all_vcpus(struct kvm *kvm);
bool lock_all_vcpus(struct kvm *kvm);
void unlock_all_vcpus(struct kvm *kvm);
void kvm_vm_dead(struct kvm *kvm);

#define kvm_make_request(req, vcpu) __set_bit(req, &(vcpu)->requests)
#define kvm_check_request(req, vcpu) __test_and_clear_bit(req, &(vcpu)->requests)
#define kvm_request_pending(vcpu) ((vcpu)->requests != 0)
#define vcpu_has_run_once(vcpu) ((vcpu)->arch.has_run_once)
#define kvm_vcpu_get_mpidr_aff(vcpu) ((vcpu)->arch.mpidr & MPIDR_HWID_BITMASK)
#define kvm_vcpu_get_esr(vcpu) ((vcpu)->arch.fault.esr_el2)
#define kvm_vcpu_sys_get_rt(vcpu) ((int)((vcpu)->arch.fault.esr_el2 >> 5 & 0x1f))
#define vcpu_get_reg(vcpu, r) ((r) == 31 ? 0 : (vcpu)->arch.regs[r])
#define vcpu_set_reg(vcpu, r, val)                    \
	do {                                          \
		if ((r) != 31)                        \
			(vcpu)->arch.regs[r] = (val); \
	} while (0)
#define __kvm_skip_instr(vcpu) ((vcpu)->arch.pc += 4)
#define __vcpu_assign_sys_reg(vcpu, r, val) ((vcpu)->arch.sysreg[r] = (val))
#define __vcpu_rmw_sys_reg(vcpu, r, op, val) ((vcpu)->arch.sysreg[r] op(val))
#define __vcpu_sys_reg(vcpu, r) ((vcpu)->arch.sysreg[r])
#define vcpu_mode_is_32bit(vcpu) false
#define vcpu_has_nv(vcpu) false
#define is_hyp_ctxt(vcpu) false
#define is_nested_ctxt(vcpu) false
#define vcpu_get_flag(vcpu, flag) false
#define kvm_has_nv(kvm) false
#define kvm_timer_init_vm(kvm) ((void)(kvm))
#define kvm_read_vm_id_reg(kvm, reg) 0ULL
#define kvm_set_vm_id_reg(kvm, reg, val) ((void)(val))
#define vcpu_load(vcpu) ((void)(vcpu))
#define vcpu_put(vcpu) ((void)(vcpu))
#define kvm_get_mode() KVM_MODE_DEFAULT
#define kern_hyp_va(p) (p)
#define kvm_call_hyp(f, ...) f(__VA_ARGS__)
#define kvm_call_hyp_nvhe(f, ...) f(__VA_ARGS__)
#define kvm_call_hyp_ret(f, ...) f(__VA_ARGS__)
#define kvm_arch_irqchip_in_kernel(kvm) irqchip_in_kernel(kvm)
bool kvm_arch_intc_initialized(struct kvm *kvm);
unsigned long kvm_mmio_read_buf(const void *buf, unsigned int len);
void kvm_mmio_write_buf(void *buf, unsigned int len, unsigned long data);
#define kvm_condition_valid(vcpu) true
#define KVM_BUG_ON(cond, kvm)               \
	({                                  \
		bool __bug = WARN_ON(cond); \
		if (__bug)                  \
			kvm_vm_dead(kvm);   \
		__bug;                      \
	})
#define kvm_pr_unimpl(...) ((void)0)

/* The part of the vGIC at EL2, as asm/kvm_hyp.h and asm/kvm_asm.h declare it. */
int __vgic_v3_perform_cpuif_access(struct kvm_vcpu *vcpu);
#if SHIM_VERSION >= 7003
bool __vgic_v3_get_gic_config(void);
#else
u64 __vgic_v3_get_gic_config(void);
#endif
void __vgic_v3_init_lrs(void);
void __vgic_v3_save_state(struct vgic_v3_cpu_if *cpu_if);
void __vgic_v3_restore_state(struct vgic_v3_cpu_if *cpu_if);
void __vgic_v3_activate_traps(struct vgic_v3_cpu_if *cpu_if);
void __vgic_v3_deactivate_traps(struct vgic_v3_cpu_if *cpu_if);
void __vgic_v3_save_vmcr_aprs(struct vgic_v3_cpu_if *cpu_if);
void __vgic_v3_restore_vmcr_aprs(struct vgic_v3_cpu_if *cpu_if);

#if SHIM_VERSION < 6010
u64 __vgic_v3_read_vmcr(void);
void __vgic_v3_write_vmcr(u32 vmcr);
void __vgic_v3_restore_aprs(struct vgic_v3_cpu_if *cpu_if);
#endif
#if SHIM_VERSION < 6010 || SHIM_VERSION >= 6015
void __vgic_v3_save_aprs(struct vgic_v3_cpu_if *cpu_if);
#endif
#if SHIM_VERSION >= 6015
u64 __gic_v3_get_lr(unsigned int lr);
void __gic_v3_set_lr(u64 val, int lr);
#endif
#if SHIM_VERSION >= 7000
struct vgic_v5_cpu_if;
void __vgic_v5_save_apr(struct vgic_v5_cpu_if *cpu_if);
void __vgic_v5_restore_vmcr_apr(struct vgic_v5_cpu_if *cpu_if);
void __vgic_v5_save_ppi_state(struct vgic_v5_cpu_if *cpu_if);
void __vgic_v5_restore_ppi_state(struct vgic_v5_cpu_if *cpu_if);
void __vgic_v5_save_state(struct vgic_v5_cpu_if *cpu_if);
void __vgic_v5_restore_state(struct vgic_v5_cpu_if *cpu_if);
#endif

/* What the processor keeps for the vCPU that it runs. */
struct kvm_host_data {
	struct vgic_irq *last_lr_irq;
#if SHIM_VERSION >= 7000
	struct {
		DECLARE_BITMAP(pendr, VGIC_V5_NR_PRIVATE_IRQS);
		DECLARE_BITMAP(activer_exit, VGIC_V5_NR_PRIVATE_IRQS);
	} vgic_v5_ppi_state;
#endif
};
extern struct kvm_host_data shim_host_data;
#if SHIM_VERSION < 5013
u64 __vgic_v3_get_ich_vtr_el2(void);
#endif
#define KVM_ARM64_VCPU_IN_WFI 0 /* in vcpu->arch.flags of old kernels, for GICv4 alone */
#define host_data_ptr(member) (&shim_host_data.member)

/* The stage 2 address space. */
#define kvm_phys_size(mmu) (1ULL << (mmu)->phys_bits)
#define kvm_phys_mask(mmu) (kvm_phys_size(mmu) - 1)
/* Only the GICV frame is, or what of it the kernel does not emulate. */
#define kvm_phys_addr_ioremap(kvm, guest_ipa, pa, bytes, writable) ((kvm)->gicv_bytes = (bytes), 0)
int create_hyp_io_mappings(phys_addr_t pa, size_t bytes, void __iomem **kaddr,
			   void __iomem **haddr);

/* Memory slots; reading and writing may sleep, as it does in KVM. */
int kvm_read_guest(struct kvm *kvm, gpa_t gpa, void *to, unsigned long bytes);
int kvm_write_guest(struct kvm *kvm, gpa_t gpa, const void *from, unsigned long bytes);
bool kvm_is_visible_gfn(struct kvm *kvm, gfn_t gfn);
#define kvm_vcpu_read_guest(v, gpa, to, n) kvm_read_guest((v)->kvm, gpa, to, n)
#define gpa_to_gfn(gpa) ((gfn_t)((gpa) >> PAGE_SHIFT))
#define gfn_to_gpa(gfn) ((gpa_t)(gfn) << PAGE_SHIFT)

static inline int kvm_read_guest_lock(struct kvm *kvm, gpa_t gpa, void *to, unsigned long bytes)
{
	int idx = srcu_read_lock(&kvm->srcu);
	int ret = kvm_read_guest(kvm, gpa, to, bytes);

	srcu_read_unlock(&kvm->srcu, idx);
	return ret;
}

static inline int kvm_write_guest_lock(struct kvm *kvm, gpa_t gpa, const void *from,
				       unsigned long bytes)
{
	int idx = srcu_read_lock(&kvm->srcu);
	int ret = kvm_write_guest(kvm, gpa, from, bytes);

	srcu_read_unlock(&kvm->srcu, idx);
	return ret;
}

int kvm_io_bus_register_dev(struct kvm *kvm, enum kvm_bus bus, gpa_t addr, int len,
			    struct kvm_io_device *dev);
int kvm_io_bus_unregister_dev(struct kvm *kvm, enum kvm_bus bus, struct kvm_io_device *dev);
struct kvm_io_device *kvm_io_bus_get_dev(struct kvm *kvm, enum kvm_bus bus, gpa_t addr);

/* Routing; virt/kvm/irqchip.c works on it. */
#define KVM_IRQCHIP_NUM_PINS_MAX 1024
#define KVM_NR_IRQCHIPS 1
#define KVM_MAX_IRQ_ROUTES 4096
#define KVM_USERSPACE_IRQ_SOURCE_ID 0

struct kvm_kernel_irq_routing_entry {
	u32 gsi, type;
	int (*set)(struct kvm_kernel_irq_routing_entry *e, struct kvm *kvm, int source, int level,
		   bool line_status);
	union {
		struct {
			unsigned int irqchip, pin;
		} irqchip;
		struct {
			u32 address_lo, address_hi, data, flags, devid;
		} msi;
	};
	struct hlist_node link;
};

struct kvm_irq_routing_table {
	int chip[KVM_NR_IRQCHIPS][KVM_IRQCHIP_NUM_PINS_MAX];
	u32 nr_rt_entries;
	struct hlist_head map[];
};

struct kvm_kernel_irqfd;
int kvm_set_routing_entry(struct kvm *kvm, struct kvm_kernel_irq_routing_entry *e,
			  const struct kvm_irq_routing_entry *ue);
int kvm_set_irq_routing(struct kvm *kvm, const struct kvm_irq_routing_entry *entries,
			unsigned int nr, unsigned int flags);
int kvm_set_msi(struct kvm_kernel_irq_routing_entry *e, struct kvm *kvm, int source, int level,
		bool line_status);
int kvm_arch_set_irq_inatomic(struct kvm_kernel_irq_routing_entry *e, struct kvm *kvm, int source,
			      int level, bool line_status);
int kvm_send_userspace_msi(struct kvm *kvm, struct kvm_msi *msi);
int kvm_irq_map_gsi(struct kvm *kvm, struct kvm_kernel_irq_routing_entry *entries, int gsi);
int kvm_irq_map_chip_pin(struct kvm *kvm, unsigned int irqchip, unsigned int pin);
int kvm_set_irq(struct kvm *kvm, int source, u32 irq, int level, bool line_status);
int kvm_init_irq_routing(struct kvm *kvm);
void kvm_free_irq_routing(struct kvm *kvm);
void kvm_irq_routing_update(struct kvm *kvm);
#define kvm_arch_post_irq_routing_update(kvm) ((void)0)
void kvm_notify_acked_irq(struct kvm *kvm, unsigned int irqchip, unsigned int pin);

/* Features of the guest: a GICv3 system register interface, if the VM has a GICv3. */
#define kvm_has_feat(kvm, id, field, limit) \
	((kvm)->arch.vgic.vgic_model != KVM_DEV_TYPE_ARM_VGIC_V2)
#define ID_AA64PFR0_EL1_GIC_IMP_ 1
#define kvm_supports_32bit_el0() false
#define kvm_vcpu_has_pmu(vcpu) false

#define DEFINE_PER_CPU(type, name) type name
#define this_cpu_ptr(p) (p)
#define this_cpu_read(x) (x)
#define per_cpu_ptr(p, cpu) (p)

/* What is traced and shown is not needed. */
#define TRACE_EVENT(name, proto, args, ...)    \
	static inline void trace_##name(proto) \
	{                                      \
	}
#define TP_PROTO(args...) args
#define TP_ARGS(args...) args
#define TP_STRUCT__entry(args...)
#define TP_fast_assign(args...)
#define TP_printk(args...)
#define trace_kvm_set_irq(...) ((void)0)
#define trace_kvm_ack_irq(...) ((void)0)
#define trace_kvm_msi_set_irq(...) ((void)0)
#define early_param(name, function) int (*shim_param_##function)(char *) = (function)

#endif /* SHIM_KVM_H */
