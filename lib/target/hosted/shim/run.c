// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_RUN: entering and leaving the guest in the order of kvm_arch_vcpu_ioctl_run()
 * on a host with VHE, and what the guest does in between.
 */
#include "own.h"
#include "sys_regs.h"
#include "vgic/vgic.h"

static struct kvm_vcpu *running;

struct kvm_vcpu *kvm_get_running_vcpu(void)
{
	return running;
}

struct kvm_vcpu *__percpu *kvm_get_running_vcpus(void)
{
	return &running;
}

/* One that is in its guest leaves it and enters again before the guest goes on. */
void kvm_vcpu_kick(struct kvm_vcpu *vcpu)
{
	if (vcpu->loaded)
		vcpu->kicked = true;
}

bool kvm_make_all_cpus_request(struct kvm *kvm, unsigned int req)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm)
	{
		kvm_make_request(req, vcpu);
		kvm_vcpu_kick(vcpu);
	}
	return true;
}

static void exit_guest(struct kvm_vcpu *vcpu)
{
	running = vcpu;
	kvm_vgic_sync_hwstate(vcpu);
	vcpu->in_guest = false;
	local_irq_enable();
	preempt_enable();
}

static void serve_requests(struct kvm_vcpu *vcpu)
{
	kvm_check_request(KVM_REQ_IRQ_PENDING, vcpu);
#if SHIM_VERSION >= 6019
	if (kvm_check_request(KVM_REQ_VGIC_PROCESS_UPDATE, vcpu))
		kvm_vgic_process_async_update(vcpu);
#endif
}

static void enter_guest(struct kvm_vcpu *vcpu)
{
	running = vcpu;
	vcpu->kicked = false;
	serve_requests(vcpu);
	preempt_disable();
	local_irq_disable();
	kvm_vgic_flush_hwstate(vcpu);
	vcpu->in_guest = true;
}

/* Leaves the guest for good or for the time of something that the kernel does. */
static void pause_guest(struct kvm_vcpu *vcpu)
{
	if (vcpu->in_guest)
		exit_guest(vcpu);
}

/*
 * Of several vCPUs in their guests the one that acts has the processor; the
 * others are preempted meanwhile, as vcpu_put() and vcpu_load() do it.
 */
static void preempt_out(struct kvm_vcpu *vcpu)
{
	pause_guest(vcpu);
	preempt_disable();
	shim_timer_put(vcpu);
	kvm_vgic_put(vcpu);
	preempt_enable();
	running = NULL;
}

static void load(struct kvm_vcpu *vcpu)
{
	running = vcpu;
	preempt_disable();
	kvm_vgic_load(vcpu);
	shim_timer_load(vcpu);
	preempt_enable();
}

/**
 * shim_set_running() - give the processor to a vCPU
 * @vcpu: in KVM_RUN, or NULL for none: an ioctl is about to be done
 */
void shim_set_running(struct kvm_vcpu *vcpu)
{
	if (running == vcpu)
		return;
	if (running)
		preempt_out(running);
	if (vcpu)
		load(vcpu);
}

static int first_run(struct kvm_vcpu *vcpu)
{
	struct kvm *kvm = vcpu->kvm;
	int ret = 0;

	if (vcpu->arch.has_run_once)
		return 0;
	if (irqchip_in_kernel(kvm))
		ret = kvm_vgic_map_resources(kvm);
	if (!ret)
		ret = shim_timer_enable(vcpu);
	if (!ret)
		vcpu->arch.has_run_once = true;
	return ret;
}

/**
 * shim_enter() - KVM_RUN, up to the guest
 * @vcpu: not in KVM_RUN
 *
 * Errors: as kvm_arch_vcpu_run_pid_change() has them; -EIO after one that has
 * ended the VM; -EINTR if another thread is in KVM_RUN of it.
 */
int shim_enter(struct kvm_vcpu *vcpu)
{
	int ret;

	if (vcpu->kvm->vm_dead)
		return -EIO;
	shim_set_running(NULL);
	if (!mutex_trylock(&vcpu->mutex))
		return -EINTR;
	ret = first_run(vcpu);
	if (ret) {
		mutex_unlock(&vcpu->mutex);
		return ret;
	}
	vcpu->loaded = true;
	/* Held as long as the guest runs, by a thread that operations in between are not of. */
	shim_context.locks--;
	load(vcpu);
	enter_guest(vcpu);
	preempt_out(vcpu);
	return 0;
}

/**
 * shim_leave() - the guest has ended KVM_RUN
 * @vcpu: in KVM_RUN
 */
void shim_leave(struct kvm_vcpu *vcpu)
{
	if (running == vcpu)
		preempt_out(vcpu);
	vcpu->loaded = false;
	shim_context.locks++;
	mutex_unlock(&vcpu->mutex);
}

/* An interrupt of the host makes the guest exit. */
static void take_host_irqs(struct kvm_vcpu *vcpu)
{
	if (!shim_timer_interrupts(vcpu))
		return;
	pause_guest(vcpu);
	shim_timer_handle(vcpu);
	enter_guest(vcpu);
}

/* Makes @vcpu act: it has the processor, and its guest is entered. */
static void go(struct kvm_vcpu *vcpu)
{
	shim_set_running(vcpu);
	if (vcpu->kicked)
		pause_guest(vcpu);
	if (!vcpu->in_guest)
		enter_guest(vcpu);
	take_host_irqs(vcpu);
}

/* The maintenance interrupt makes the guest exit. */
static void after_instruction(struct kvm_vcpu *vcpu)
{
	if (vcpu->in_guest && (vcpu->kicked || shim_maintenance())) {
		pause_guest(vcpu);
		enter_guest(vcpu);
	}
	if (vcpu->in_guest)
		take_host_irqs(vcpu);
}

static bool is_gicv(const struct kvm_vcpu *vcpu, gpa_t gpa)
{
	const struct vgic_dist *d = &vcpu->kvm->arch.vgic;

	return d->vgic_model == KVM_DEV_TYPE_ARM_VGIC_V2 && d->ready &&
	       gpa - d->vgic_cpu_base < vcpu->kvm->gicv_bytes;
}

/* The frame is the hardware's: no exit. */
static enum hosted_outcome access_gicv(struct kvm_vcpu *vcpu, gpa_t gpa, unsigned int bytes,
				       bool write, u64 *val)
{
	u32 offset = (u32)(gpa - vcpu->kvm->arch.vgic.vgic_cpu_base);

	go(vcpu);
	*val = shim_gicv_access(offset, bytes, write, (u32)*val);
	after_instruction(vcpu);
	return HOSTED_DONE;
}

/**
 * shim_mmio() - a load or store of the guest that is not to memory
 * @vcpu:  in KVM_RUN
 * @gpa:   address, aligned to @bytes
 * @bytes: 1, 2, 4 or 8
 * @write: a store
 * @val:   to store, or receives what is loaded
 */
enum hosted_outcome shim_mmio(struct kvm_vcpu *vcpu, gpa_t gpa, unsigned int bytes, bool write,
			      u64 *val)
{
	u64 buf = *val;
	int ret;

	if (is_gicv(vcpu, gpa))
		return access_gicv(vcpu, gpa, bytes, write, val);
	go(vcpu);
	pause_guest(vcpu);
	ret = shim_bus_access(vcpu, gpa, (int)bytes, write, &buf);
	if (!write)
		*val = ret ? 0 : bytes == 8 ? buf : buf & ((1ULL << 8 * bytes) - 1);
	return ret ? HOSTED_NO_DEVICE : HOSTED_DONE;
}

/* What sys_regs.c does with what the code at EL2 has left to it. */
static enum hosted_outcome trap_sysreg(struct kvm_vcpu *vcpu, u32 encoding, bool write, u64 *val)
{
	pause_guest(vcpu);
	switch (encoding) {
	case SYS_ICC_SGI1R_EL1:
	case SYS_ICC_ASGI1R_EL1:
	case SYS_ICC_SGI0R_EL1:
		if (!write)
			return HOSTED_UNDEF;
		vgic_v3_dispatch_sgi(vcpu, *val, encoding == SYS_ICC_SGI1R_EL1);
		return HOSTED_DONE;
	case SYS_ICC_SRE_EL1:
		if (!write)
			*val = vcpu->arch.vgic_cpu.vgic_v3.vgic_sre;
		return HOSTED_DONE;
#if SHIM_VERSION >= 6019
	case SYS_ICC_DIR_EL1:
		if (!write)
			return HOSTED_UNDEF;
		vgic_v3_deactivate(vcpu, *val);
		return HOSTED_DONE;
#endif
	default:
		return HOSTED_UNDEF;
	}
}

/* What the code at EL2 emulates, if the host traps the CPU interface. */
static bool emulate(struct kvm_vcpu *vcpu, u32 encoding, bool write, u64 *val)
{
	vcpu->arch.regs[0] = write ? *val : 0;
	vcpu->arch.fault.esr_el2 =
		(u64)ESR_ELx_EC_SYS64 << ESR_ELx_EC_SHIFT | (u64)sys_reg_Op0(encoding) << 20 |
		(u64)sys_reg_Op2(encoding) << 17 | (u64)sys_reg_Op1(encoding) << 14 |
		(u64)sys_reg_CRn(encoding) << 10 | (u64)sys_reg_CRm(encoding) << 1 | !write;
	if (__vgic_v3_perform_cpuif_access(vcpu) != 1)
		return false;
	if (!write)
		*val = vcpu->arch.regs[0];
	return true;
}

/* DIR is trapped by a bit of its own. */
static bool is_trapped(const struct kvm_vcpu *vcpu, u32 encoding)
{
	return encoding == SYS_ICC_DIR_EL1 && (shim_cpuif.hcr & HCR_TDIR);
}

static bool access_timer(struct kvm_vcpu *vcpu, u32 encoding, bool write, u64 *val)
{
	go(vcpu);
	if (!shim_timer_sysreg(vcpu, encoding >> 5, write, val))
		return false;
	after_instruction(vcpu);
	return true;
}

/**
 * shim_sysreg() - MRS or MSR of the guest
 * @vcpu:     in KVM_RUN
 * @encoding: as sys_reg() makes it
 * @write:    MSR
 * @val:      to write, or receives what is read
 *
 * The CPU interface is the host's hardware, or KVM's emulation of it on the same
 * list registers if the host traps it (kvm-arm.vgic_v3_group0_trap and so on).
 */
enum hosted_outcome shim_sysreg(struct kvm_vcpu *vcpu, u32 encoding, bool write, u64 *val)
{
	enum hosted_outcome outcome = HOSTED_DONE;
	enum shim_hw hw = SHIM_HW_TRAP;

	if (access_timer(vcpu, encoding, write, val))
		return HOSTED_DONE;
	if (vcpu->kvm->arch.vgic.vgic_model != KVM_DEV_TYPE_ARM_VGIC_V3 ||
	    shim_icv_is_undefined(encoding))
		return HOSTED_UNDEF;
	go(vcpu);
	if (!shim_host.traps_cpuif && !is_trapped(vcpu, encoding))
		hw = shim_icv_access(encoding, write, val);
	else if (shim_host.traps_cpuif && emulate(vcpu, encoding, write, val))
		hw = SHIM_HW_DONE;
	if (hw == SHIM_HW_UNDEF)
		outcome = HOSTED_UNDEF;
	else if (hw == SHIM_HW_TRAP)
		outcome = trap_sysreg(vcpu, encoding, write, val);
	after_instruction(vcpu);
	return outcome;
}

/**
 * shim_wakes() - would a WFI return?
 * @vcpu: in KVM_RUN
 *
 * As kvm_vcpu_wfi() looks at it, after what the processor sees by itself.  A timer that
 * has expired has the vCPU scheduled, which tells the vGIC of it; in kernels before 6.1
 * it ends the wait.
 */
bool shim_wakes(struct kvm_vcpu *vcpu)
{
	bool pending;

	go(vcpu);
	if (shim_signalled())
		return true;
	preempt_out(vcpu);
	load(vcpu);
	preempt_out(vcpu);
	pending = kvm_vgic_vcpu_pending_irq(vcpu) ||
		  (SHIM_VERSION < 6001 && shim_timer_pending(vcpu));
	load(vcpu);
	return pending;
}

/**
 * shim_guest_signalled() - what is signalled to a guest
 * @vcpu: in KVM_RUN
 *
 * Return: as shim_signalled() has it.
 */
unsigned int shim_guest_signalled(struct kvm_vcpu *vcpu)
{
	go(vcpu);
	return shim_signalled();
}

/* All vCPUs stay out until they are resumed; here none runs meanwhile. */
void kvm_arm_halt_guest(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm) kvm_vcpu_kick(vcpu);
}

void kvm_arm_resume_guest(struct kvm *kvm)
{
}
