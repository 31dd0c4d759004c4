// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timers of vCPUs on a host with VHE, whose guests have both: the hardware, whose
 * counter stands still while any vCPU goes on, and what KVM's timer tells the vGIC of it.
 */
#include "own.h"
#include "vgic/vgic.h"

#define CTL_ENABLE BIT(0)
#define CTL_IMASK BIT(1)
#define CTL_ISTATUS BIT(2)
#define COUNTER (1ULL << 32)

/* What the API has for CNTV_CVAL_EL0: the encoding of CNTVCT_EL0 (api.rst). */
#define ONE_REG_SYSREG 0x6030000000130000ULL
#define ONE_REG_CVAL 0xdf02

static const struct {
	unsigned int host_irq;
	u32 intid;
	u32 ctl, cval, tval; /* encodings */
	u32 api_cval;
} timers[SHIM_NR_TIMERS] = {
	{ 4, 27, 0xdf19, 0xdf1a, 0xdf18, ONE_REG_CVAL },
	{ 5, 30, 0xdf11, 0xdf12, 0xdf10, 0xdf12 },
};

static u64 now(const struct kvm_vcpu *vcpu)
{
	return COUNTER + vcpu->kvm->ticks;
}

static bool is_met(const struct kvm_vcpu *vcpu, unsigned int i)
{
	return vcpu->timer[i].cval <= now(vcpu);
}

static bool output(const struct kvm_vcpu *vcpu, unsigned int i)
{
	return (vcpu->timer[i].ctl & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE && is_met(vcpu, i);
}

/* The vGIC does not say whose timer it asks about. */
static bool timer_level(int vintid)
{
	struct kvm_vcpu *vcpu = kvm_get_running_vcpu();

	if (!vcpu) {
		shim_report(
			"WARNING at arch/arm64/kvm/arch_timer.c: kvm_arch_timer_get_input_level");
		return false;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++) {
		if (timers[i].intid == (u32)vintid)
			return output(vcpu, i);
	}
	return false;
}

#if SHIM_VERSION >= 6019
static int map_timer(struct kvm_vcpu *vcpu, unsigned int host_irq, u32 intid)
{
	static const struct irq_ops ops = { .get_input_level = timer_level };

	kvm_vgic_set_irq_ops(vcpu, intid, &ops);
	return kvm_vgic_map_phys_irq(vcpu, host_irq, intid);
}
#elif SHIM_VERSION < 5015
static int map_timer(struct kvm_vcpu *vcpu, unsigned int host_irq, u32 intid)
{
	return kvm_vgic_map_phys_irq(vcpu, host_irq, intid, timer_level);
}
#else
static int map_timer(struct kvm_vcpu *vcpu, unsigned int host_irq, u32 intid)
{
	static struct irq_ops ops = { .get_input_level = timer_level };

	return kvm_vgic_map_phys_irq(vcpu, host_irq, intid, &ops);
}
#endif

/* Before 6.7 a vCPU is named by its vcpu_id where its number is asked for. */
static void inject(struct kvm_vcpu *vcpu, unsigned int i, bool level)
{
	struct shim_timer *owner = &vcpu->timer[i];
#if SHIM_VERSION < 6007
	int ret = kvm_vgic_inject_irq(vcpu->kvm, vcpu->vcpu_id, timers[i].intid, level, owner);
#else
	int ret = kvm_vgic_inject_irq(vcpu->kvm, vcpu, timers[i].intid, level, owner);
#endif

	if (ret)
		shim_report("WARNING at arch/arm64/kvm/arch_timer.c: kvm_timer_update_irq");
}

/**
 * shim_timer_enable() - what kvm_timer_enable() does to the vGIC
 * @vcpu: before its first run
 *
 * Return: 0 or a negative errno.
 */
int shim_timer_enable(struct kvm_vcpu *vcpu)
{
	int ret = 0;

	if (!irqchip_in_kernel(vcpu->kvm))
		return 0;
	if (!vgic_initialized(vcpu->kvm))
		return -ENODEV;
	for (unsigned int i = 0; i < ARRAY_SIZE(timers) && !ret; i++) {
		if (kvm_vgic_set_owner(vcpu, timers[i].intid, &vcpu->timer[i]))
			return -EINVAL;
		ret = map_timer(vcpu, timers[i].host_irq, timers[i].intid);
	}
	return ret;
}

/**
 * shim_timer_load() - the processor gets the timers of a vCPU
 * @vcpu: about to run
 *
 * The host must see no interrupt that the guest has already.
 */
void shim_timer_load(struct kvm_vcpu *vcpu)
{
	if (!irqchip_in_kernel(vcpu->kvm))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++) {
		bool level = output(vcpu, i);

		inject(vcpu, i, level);
		irq_set_irqchip_state(timers[i].host_irq, IRQCHIP_STATE_ACTIVE,
				      level || kvm_vgic_map_is_active(vcpu, timers[i].intid));
	}
}

static bool interrupts_host(const struct kvm_vcpu *vcpu, unsigned int i)
{
	bool is_active = true;

	irq_get_irqchip_state(timers[i].host_irq, IRQCHIP_STATE_ACTIVE, &is_active);
	return output(vcpu, i) && !is_active;
}

/**
 * shim_timer_interrupts() - would the timers of a guest interrupt the host now?
 * @vcpu: in its guest
 */
bool shim_timer_interrupts(const struct kvm_vcpu *vcpu)
{
	return irqchip_in_kernel(vcpu->kvm) &&
	       (interrupts_host(vcpu, 0) || interrupts_host(vcpu, 1));
}

/**
 * shim_timer_handle() - the host handles the interrupts of a guest's timers
 * @vcpu: just out of its guest
 *
 * They stay active for the guest to deactivate.
 */
void shim_timer_handle(struct kvm_vcpu *vcpu)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++) {
		if (!interrupts_host(vcpu, i))
			continue;
		irq_set_irqchip_state(timers[i].host_irq, IRQCHIP_STATE_ACTIVE, true);
		inject(vcpu, i, true);
	}
}

/**
 * shim_timer_pending() - has a vCPU a timer that lets it not block?
 * @vcpu: any
 */
bool shim_timer_pending(const struct kvm_vcpu *vcpu)
{
	return output(vcpu, 0) || output(vcpu, 1);
}

/**
 * shim_timer_pass() - the counter goes on until the condition of a timer is met
 * @kvm:   whose vCPUs wait all, or are in no guest
 * @ticks: that it goes on at most
 *
 * Return: false if none is met by then; the counter stays as it is.
 */
bool shim_timer_pass(struct kvm *kvm, u64 ticks)
{
	u64 least = ticks + 1;
	struct kvm_vcpu *vcpu;
	unsigned long n;

	kvm_for_each_vcpu(n, vcpu, kvm)
	{
		for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++) {
			if (!is_met(vcpu, i))
				least = min(least, vcpu->timer[i].cval - now(vcpu));
		}
	}
	if (least > ticks)
		return false;
	kvm->ticks += least;
	return true;
}

static u64 status(const struct kvm_vcpu *vcpu, unsigned int i)
{
	return is_met(vcpu, i) ? CTL_ISTATUS : 0;
}

static u64 read_ctl(const struct kvm_vcpu *vcpu, unsigned int i)
{
	return vcpu->timer[i].ctl | status(vcpu, i);
}

/**
 * shim_timer_put() - the processor's timers are those of another vCPU, or of none
 * @vcpu: that had it
 *
 * KVM stores their registers.
 */
void shim_timer_put(struct kvm_vcpu *vcpu)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++)
		vcpu->timer[i].status = status(vcpu, i);
}

static void write_ctl(struct shim_timer *t, u64 val)
{
	t->ctl = val & (CTL_ENABLE | CTL_IMASK);
}

/**
 * shim_timer_sysreg() - MRS or MSR of a timer's register, which does not exit
 * @vcpu:     in its guest
 * @encoding: of the register
 * @write:    MSR
 * @val:      to write, or receives what is read
 *
 * Return: whether it is one.
 */
bool shim_timer_sysreg(struct kvm_vcpu *vcpu, u32 encoding, bool write, u64 *val)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++) {
		struct shim_timer *t = &vcpu->timer[i];

		if (encoding == timers[i].ctl) {
			if (write)
				write_ctl(t, *val);
			else
				*val = read_ctl(vcpu, i);
			return true;
		}
		if (encoding == timers[i].cval) {
			if (write)
				t->cval = *val;
			else
				*val = t->cval;
			return true;
		}
		if (encoding == timers[i].tval) {
			if (write)
				t->cval = now(vcpu) + (u64)(s64)(s32)*val;
			else
				*val = (u32)(t->cval - now(vcpu));
			return true;
		}
	}
	return false;
}

/* KVM shows what it has stored, before 6.18 with what the counter makes of it. */
static void access_ctl(struct kvm_vcpu *vcpu, unsigned int i, bool write, u64 *val)
{
	struct shim_timer *t = &vcpu->timer[i];

	if (!write) {
		*val = (SHIM_VERSION >= 6018 ? t->ctl : read_ctl(vcpu, i)) | t->status;
		return;
	}
	write_ctl(t, *val);
	t->status = 0;
}

/**
 * shim_timer_one_reg() - KVM_GET_ONE_REG or KVM_SET_ONE_REG of a timer's register
 * @vcpu:  not in KVM_RUN
 * @id:    of the register
 * @write: KVM_SET_ONE_REG
 * @val:   to write, or receives what is read
 *
 * Errors: -ENOENT if it is none of the API.
 */
long shim_timer_one_reg(struct kvm_vcpu *vcpu, u64 id, bool write, u64 *val)
{
	/* The API got the physical one when offsets of the counters could be set. */
	for (unsigned int i = 0; i < (SHIM_VERSION >= 6004 ? SHIM_NR_TIMERS : 1); i++) {
		if (id == (ONE_REG_SYSREG | timers[i].ctl)) {
			access_ctl(vcpu, i, write, val);
			return 0;
		}
		if (id == (ONE_REG_SYSREG | timers[i].api_cval))
			return !shim_timer_sysreg(vcpu, timers[i].cval, write, val);
	}
	return -ENOENT;
}
