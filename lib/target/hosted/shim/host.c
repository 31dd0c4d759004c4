// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's GICv3 as far as virtual interrupts need it: the registers ICH_* and
 * ICC_SRE_* of the one processor, and what they signal to the guest.
 *
 * Spec: IHI 0069H 12.4 (ICH_*), 6.4 and 6.5 (list registers, maintenance)
 */
#include "own.h"
#include "vgic/vgic.h"

struct hosted_host shim_host;

extern int (*shim_param_early_group0_trap_cfg)(char *);
extern int (*shim_param_early_group1_trap_cfg)(char *);
extern int (*shim_param_early_common_trap_cfg)(char *);

struct kvm_host_data shim_host_data;

/* What the kernel would patch into its code, each after its callback. */
u32 shim_patched_kvm_compute_ich_hcr_trap_bits, shim_patched_kvm_patch_ich_vtr_el2;

#define HCR_EN BIT(0)
#define HCR_UIE BIT(1)
#define HCR_LRENPIE BIT(2)
#define HCR_NPIE BIT(3)
#define HCR_VGRP0EIE BIT(4)
#define HCR_VGRP0DIE BIT(5)
#define HCR_VGRP1EIE BIT(6)
#define HCR_VGRP1DIE BIT(7)
#define HCR_EOICOUNT GENMASK(31, 27)

#define VTR_24_BITS BIT(23) /* of INTIDs */
#define VTR_A3V BIT(21)
#define VTR_NV4 BIT(20)
#define VTR_TDS BIT(19)

struct shim_cpuif shim_cpuif;

/**
 * shim_reset_cpuif() - as after a reset
 */
void shim_reset_cpuif(void)
{
	memset(&shim_cpuif, 0, sizeof(shim_cpuif));
	shim_cpuif.sre_el1 = 1;
	shim_cpuif.sre_el2 = 0xf;
}

static u64 vtr(void)
{
	u64 bits = shim_host.pri_bits - 1;

	return bits << 29 | bits << 26 | VTR_24_BITS | VTR_A3V | VTR_NV4 | VTR_TDS |
	       (shim_host.nr_lr - 1);
}

/* Bits of LRs: what they hold is over, with a maintenance interrupt wanted or not. */
static u32 empty_lrs(bool wants_maintenance)
{
	u32 bits = 0;

	for (unsigned int i = 0; i < shim_host.nr_lr; i++) {
		u64 lr = shim_cpuif.lr[i];
		bool wants = !(lr & LR_HW) && (lr & LR_EOI);

		if (!(lr & LR_STATE) && wants == wants_maintenance)
			bits |= 1u << i;
	}
	return bits;
}

static u32 misr(void)
{
	unsigned int valid = 0, pending = 0;
	u32 h = shim_cpuif.hcr;

	if (!(h & HCR_EN))
		return 0;
	for (unsigned int i = 0; i < shim_host.nr_lr; i++) {
		valid += (shim_cpuif.lr[i] & LR_STATE) != 0;
		pending += (shim_cpuif.lr[i] & LR_STATE) == LR_PENDING;
	}
	return (empty_lrs(true) ? BIT(0) : 0) | ((h & HCR_UIE) && valid <= 1 ? BIT(1) : 0) |
	       ((h & HCR_LRENPIE) && (h & HCR_EOICOUNT) ? BIT(2) : 0) |
	       ((h & HCR_NPIE) && !pending ? BIT(3) : 0) |
	       ((h & HCR_VGRP0EIE) && (shim_cpuif.vmcr & VMCR_ENG0) ? BIT(4) : 0) |
	       ((h & HCR_VGRP0DIE) && !(shim_cpuif.vmcr & VMCR_ENG0) ? BIT(5) : 0) |
	       ((h & HCR_VGRP1EIE) && (shim_cpuif.vmcr & VMCR_ENG1) ? BIT(6) : 0) |
	       ((h & HCR_VGRP1DIE) && !(shim_cpuif.vmcr & VMCR_ENG1) ? BIT(7) : 0);
}

/**
 * shim_maintenance() - is the maintenance interrupt asserted?
 */
bool shim_maintenance(void)
{
	return misr() != 0;
}

/* Bits of a field of 8 that are no bits of a priority here. */
static u8 no_priority(void)
{
	return (u8)(0xff >> shim_host.pri_bits);
}

/* A binary point is not below its minimum. */
static u32 vmcr_of(u64 val)
{
	unsigned int min0 = 7 - shim_host.pri_bits, min1 = 8 - shim_host.pri_bits;
	u64 bpr0 = max(val >> 21 & 7, (u64)min0), bpr1 = max(val >> 18 & 7, (u64)min1);

	val = (val & 0xff00021f) | bpr1 << 18 | bpr0 << 21;
	return (u32)(shim_cpuif.sre_el1 & 1 ? val | VMCR_FIQEN : val);
}

/* As the kernel writes it: of the priority mask QEMU keeps all bits. */
static u32 vmcr_of_kernel(u64 val)
{
	return vmcr_of(shim_host.like_qemu ? val : val & ~((u64)no_priority() << 24));
}

/**
 * shim_write_vmcr() - change some of ICH_VMCR_EL2, by a register of the guest
 * @mask: bits that change
 * @bits: to what
 */
void shim_write_vmcr(u32 mask, u32 bits)
{
	bits &= ~((u32)no_priority() << 24);
	shim_cpuif.vmcr = vmcr_of((shim_cpuif.vmcr & ~mask) | (bits & mask));
}

/* LPIs have priorities of 6 bits, wherever they go. */
static u64 lr_of(u64 val)
{
	return val & ~((u64)no_priority() << 48);
}

/* Where a register lives that reads back as it was written; NULL for others. */
static u32 *plain_reg(u32 encoding)
{
	switch (encoding) {
	case SYS_ICH_HCR_EL2:
		return &shim_cpuif.hcr;
	case SYS_ICC_SRE_EL1:
		return &shim_cpuif.sre_el1;
	case SYS_ICC_SRE_EL2:
		return &shim_cpuif.sre_el2;
	case SYS_ICH_AP0R0_EL2:
	case SYS_ICH_AP0R1_EL2:
	case SYS_ICH_AP0R2_EL2:
	case SYS_ICH_AP0R3_EL2:
		return &shim_cpuif.ap[0][sys_reg_Op2(encoding)];
	case SYS_ICH_AP1R0_EL2:
	case SYS_ICH_AP1R1_EL2:
	case SYS_ICH_AP1R2_EL2:
	case SYS_ICH_AP1R3_EL2:
		return &shim_cpuif.ap[1][sys_reg_Op2(encoding)];
	default:
		return NULL;
	}
}

static bool is_lr(u32 encoding, unsigned int *n)
{
	*n = (sys_reg_CRm(encoding) & 1) * 8 + sys_reg_Op2(encoding);
	return encoding ==
	       SYS_ICH_LR0_EL2 + ((*n & 8) << (CRm_shift - 3)) + ((*n & 7) << Op2_shift);
}

/**
 * shim_read_sysreg() - MRS of the kernel
 * @encoding: as sys_reg() makes it
 *
 * Return: the value; 0 for registers that have nothing to do with the GIC.
 */
u64 shim_read_sysreg(u32 encoding)
{
	const u32 *reg = plain_reg(encoding);
	unsigned int n;

	if (reg)
		return *reg;
	if (is_lr(encoding, &n))
		return shim_cpuif.lr[n];
	switch (encoding) {
	case SYS_ICH_VTR_EL2:
		return vtr();
	case SYS_ICH_VMCR_EL2:
		return shim_cpuif.vmcr;
	case SYS_ICH_ELRSR_EL2:
		return empty_lrs(false);
	case SYS_ICH_EISR_EL2:
		return empty_lrs(true);
	case SYS_ICH_MISR_EL2:
		return misr();
	default:
		return 0;
	}
}

/**
 * shim_write_sysreg() - MSR of the kernel
 * @val:      to write
 * @encoding: as sys_reg() makes it
 */
void shim_write_sysreg(u64 val, u32 encoding)
{
	u32 *reg = plain_reg(encoding);
	unsigned int n;

	if (reg)
		*reg = (u32)val;
	else if (is_lr(encoding, &n))
		shim_cpuif.lr[n] = lr_of(val);
	else if (encoding == SYS_ICH_VMCR_EL2)
		shim_cpuif.vmcr = vmcr_of_kernel(val);
}

/**
 * shim_group_priority() - the bits of a priority that decide on preemption
 * @prio:   priority
 * @group1: of the interrupt
 *
 * Spec: IHI 0069H 4.8.3 (priority grouping), IHI 0048B.b 3.3.3
 */
u8 shim_group_priority(u8 prio, bool group1)
{
	unsigned int bpr = shim_cpuif.vmcr >> 21 & 7;

	/* In common to both groups, 7 lets nothing preempt in either. */
	if (!group1 || (shim_cpuif.vmcr & VMCR_CBPR))
		bpr++;
	else
		bpr = shim_cpuif.vmcr >> 18 & 7;
	return (u8)(prio & (0xff << bpr));
}

/**
 * shim_running_priority() - the highest active priority
 *
 * Return: of the groups together; 0xff if nothing is active.
 */
u8 shim_running_priority(void)
{
	unsigned int shift = 8 - shim_host.pri_bits;

	for (unsigned int i = 0; i < 4; i++) {
		u32 active = shim_cpuif.ap[0][i] | shim_cpuif.ap[1][i];

		if (active)
			return (u8)((32 * i + (unsigned int)__builtin_ctz(active)) << shift);
	}
	return 0xff;
}

/**
 * shim_best_lr() - the pending interrupt of highest priority
 *
 * Return: the number of its list register, or -1 if none is pending in a group
 * that is enabled.
 */
int shim_best_lr(void)
{
	u8 best = 0xff;
	int lr = -1;

	for (unsigned int i = 0; i < shim_host.nr_lr; i++) {
		u64 v = shim_cpuif.lr[i];
		u8 prio = (u8)(v >> 48);

		if ((v & LR_STATE) != LR_PENDING ||
		    !(shim_cpuif.vmcr & (v & LR_GROUP1 ? VMCR_ENG1 : VMCR_ENG0)) || prio >= best)
			continue;
		best = prio;
		lr = (int)i;
	}
	return lr;
}

/* With the binary point of now, which may not be that of the acknowledge. */
static bool preempts(u8 prio, bool group1)
{
	u8 running = shim_running_priority();

	return running == 0xff ||
	       shim_group_priority(prio, group1) < shim_group_priority(running, group1);
}

/**
 * shim_may_signal() - do the masks let it through?
 * @lr: number of its list register, or -1
 *
 * Return: whether its priority is above the priority mask and preempts.
 */
bool shim_may_signal(int lr)
{
	u64 v = lr < 0 ? 0 : shim_cpuif.lr[lr];
	u8 prio = (u8)(v >> 48);

	return lr >= 0 && prio < shim_cpuif.vmcr >> 24 && preempts(prio, v & LR_GROUP1);
}

/**
 * shim_signalled() - what the CPU interface signals to the guest
 *
 * Return: HOSTED_IRQ or HOSTED_FIQ, or 0.
 */
unsigned int shim_signalled(void)
{
	int lr = shim_best_lr();

	if (!(shim_cpuif.hcr & HCR_EN) || !shim_may_signal(lr))
		return 0;
	return !(shim_cpuif.lr[lr] & LR_GROUP1) && (shim_cpuif.vmcr & VMCR_FIQEN) ? HOSTED_FIQ :
										    HOSTED_IRQ;
}

/* Before the kernel goes on, as apply_boot_alternatives() does it. */
static void patch_all(void)
{
#if SHIM_VERSION >= 6019
	static const struct {
		void (*callback)(struct alt_instr *alt, __le32 *origptr, __le32 *updptr,
				 int nr_inst);
		u32 *patched;
	} patch[] = {
		{ kvm_compute_ich_hcr_trap_bits, &shim_patched_kvm_compute_ich_hcr_trap_bits },
#if SHIM_VERSION >= 7003
		{ kvm_patch_ich_vtr_el2, &shim_patched_kvm_patch_ich_vtr_el2 },
#endif
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(patch); i++) {
		u32 from[2] = { 0 }, to[2] = { 0 };

		patch[i].callback(NULL, from, to, ARRAY_SIZE(to));
		*patch[i].patched = to[0] | to[1];
	}
#endif
}

/* The kernel's command line. */
static void set_parameters(void)
{
	static char one[] = "1";

	if (!shim_host.traps_cpuif)
		return;
	shim_param_early_group0_trap_cfg(one);
	shim_param_early_group1_trap_cfg(one);
	shim_param_early_common_trap_cfg(one);
}

/* A GICV frame, which a GICv2 VM is given. */
#define GICV_BASE 0x8060000
#define GICV_BYTES 0x2000
#define MAINTENANCE_IRQ 25

/* What the driver of the host's GIC tells KVM. */
static const struct gic_kvm_info gic_info = {
	.type = GIC_V3,
	.vcpu = { .start = GICV_BASE, .end = GICV_BASE + GICV_BYTES - 1 },
	.maint_irq = MAINTENANCE_IRQ,
};

#if SHIM_VERSION < 5014
const struct gic_kvm_info *gic_get_kvm_info(void)
{
	return &gic_info;
}
#endif

/**
 * shim_boot() - the kernel finds its interrupt controller
 *
 * Errors: those of kvm_vgic_hyp_init().
 */
int shim_boot(void)
{
	int ret;

	shim_reset_cpuif();
	patch_all();
	set_parameters();
#if SHIM_VERSION >= 5014
	vgic_set_kvm_info(&gic_info);
#endif
	ret = kvm_vgic_hyp_init();
	if (ret)
		return ret;
	preempt_disable();
	kvm_vgic_init_cpu_hardware();
	preempt_enable();
	return 0;
}

/* Capabilities of the processor that this host has. */
bool shim_has_cap(const char *name)
{
	static const char *const caps[] = { "ARM64_HAS_ICH_HCR_EL2_TDIR", "ARM64_HAS_GICV3_CPUIF" };

	for (unsigned int i = 0; i < ARRAY_SIZE(caps); i++) {
		if (!__builtin_strcmp(name, caps[i]))
			return true;
	}
	return false;
}

#if SHIM_VERSION >= 6014
bool is_midr_in_range_list(const struct midr_range *ranges)
{
	return false;
}
#endif
