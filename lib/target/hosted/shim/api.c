// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library's face: struct hosted_kernel (abi.h).
 */
#include "own.h"

struct hosted_vm {
	struct kvm kvm;
};

static struct kvm *kvm_of(struct hosted_vm *vm)
{
	return &vm->kvm;
}

static struct kvm_vcpu *vcpu_of(struct hosted_vm *vm, int vcpu)
{
	return kvm_get_vcpu(kvm_of(vm), vcpu);
}

static int boot(const struct hosted_host *host)
{
	int ret;

	if (shim_host.gic)
		return -EBUSY;
	if (host->gic != 3 || !host->nr_lr || host->nr_lr > 16 || host->pri_bits < 5 ||
	    host->pri_bits > 7 || host->max_ipa_bits < 32 || host->max_ipa_bits > 48)
		return -EINVAL;
	shim_host = *host;
	ret = shim_boot();
	shim_quiesce(false);
	shim_forget_allocs();
	return ret;
}

static struct hosted_vm *create_vm(unsigned int ipa_bits)
{
	if (ipa_bits < 32 || ipa_bits > shim_host.max_ipa_bits)
		return NULL;
	return (struct hosted_vm *)(void *)shim_create_vm(ipa_bits);
}

static void destroy_vm(struct hosted_vm *vm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm_of(vm)) if (vcpu->loaded) shim_leave(vcpu);
	shim_destroy_vm(kvm_of(vm));
	shim_report_leaks();
	shim_reset_cpuif();
	shim_reset_irqs();
}

static long vm_ioctl(struct hosted_vm *vm, unsigned long cmd, void *arg)
{
	struct kvm *kvm = kvm_of(vm);
	struct kvm_msi *msi = arg;

	if (kvm->vm_dead)
		return -EIO;
	shim_set_running(NULL);
	switch (cmd) {
	case KVM_CREATE_VCPU:
		return shim_create_vcpu(kvm, (unsigned long)arg);
	case KVM_CREATE_DEVICE:
		return shim_create_device(kvm, arg);
	case KVM_IRQ_LINE:
		return shim_irq_line(kvm, arg);
	case KVM_SET_GSI_ROUTING:
		return shim_set_gsi_routing(kvm, arg);
	case KVM_IRQFD:
		return shim_irqfd(kvm, arg);
	case KVM_SIGNAL_MSI:
		return kvm_send_userspace_msi(kvm, msi);
	default:
		return -ENOTTY;
	}
}

static long device_ioctl(struct hosted_vm *vm, int fd, unsigned long cmd, void *arg)
{
	struct kvm *kvm = kvm_of(vm);
	struct kvm_device_attr attr = *(struct kvm_device_attr *)arg;
	struct kvm_device *dev;
	long ret;

	if (fd < 0 || (unsigned int)fd >= kvm->nr_fds)
		return -EBADF;
	if (kvm->vm_dead)
		return -EIO;
	shim_set_running(NULL);
	dev = kvm->fd[fd];
	/* No attribute has more; a sanitizer knows how much of it is there. */
	shim_user_range((void *)(uintptr_t)attr.addr, sizeof(u64));
	if (cmd == KVM_SET_DEVICE_ATTR)
		ret = dev->ops->set_attr(dev, &attr);
	else if (cmd == KVM_GET_DEVICE_ATTR)
		ret = dev->ops->get_attr(dev, &attr);
	else if (cmd == KVM_HAS_DEVICE_ATTR)
		ret = dev->ops->has_attr(dev, &attr);
	else
		ret = -ENOTTY;
	shim_user_range(NULL, 0);
	return ret;
}

static unsigned long long mpidr(struct hosted_vm *vm, int vcpu)
{
	return vcpu_of(vm, vcpu)->arch.mpidr;
}

static long one_reg(struct hosted_vm *vm, int vcpu, unsigned long long id, int is_write,
		    unsigned long long *val)
{
	u64 value = *val;
	long ret;

	if (kvm_of(vm)->vm_dead)
		return -EIO;
	shim_set_running(NULL);
	ret = shim_timer_one_reg(vcpu_of(vm, vcpu), id, is_write, &value);
	*val = value;
	return ret;
}

static int enter(struct hosted_vm *vm, int vcpu)
{
	return shim_enter(vcpu_of(vm, vcpu));
}

static void leave(struct hosted_vm *vm, int vcpu)
{
	shim_leave(vcpu_of(vm, vcpu));
}

static enum hosted_outcome mmio(struct hosted_vm *vm, int vcpu, unsigned long long gpa,
				unsigned int bytes, int is_write, unsigned long long *val)
{
	return shim_mmio(vcpu_of(vm, vcpu), gpa, bytes, is_write, val);
}

static enum hosted_outcome sysreg(struct hosted_vm *vm, int vcpu, unsigned int encoding,
				  int is_write, unsigned long long *val)
{
	return shim_sysreg(vcpu_of(vm, vcpu), encoding << 5, is_write, val);
}

static unsigned int signalled(struct hosted_vm *vm, int vcpu)
{
	return shim_guest_signalled(vcpu_of(vm, vcpu));
}

static int wakes(struct hosted_vm *vm, int vcpu)
{
	return shim_wakes(vcpu_of(vm, vcpu));
}

static int pass_time(struct hosted_vm *vm, unsigned long long ticks)
{
	return shim_timer_pass(kvm_of(vm), ticks);
}

static int add_memory(struct hosted_vm *vm, unsigned long long gpa, unsigned long bytes)
{
	return kvm_of(vm)->vm_dead ? -EIO : shim_add_memory(kvm_of(vm), gpa, bytes);
}

static int mem_read(struct hosted_vm *vm, unsigned long long gpa, void *to, unsigned long bytes)
{
	return shim_access_memory(kvm_of(vm), gpa, to, bytes, false);
}

static int mem_write(struct hosted_vm *vm, unsigned long long gpa, const void *from,
		     unsigned long bytes)
{
	return shim_access_memory(kvm_of(vm), gpa, (void *)(uintptr_t)from, bytes, true);
}

/*
 * A guest is not disturbed: its list registers stay as they are, and grace periods
 * end while it runs.
 */
static void quiesce(struct hosted_vm *vm)
{
	const struct kvm_vcpu *vcpu = kvm_get_running_vcpu();

	shim_quiesce(vcpu && vcpu->in_guest);
}

__attribute__((visibility("default"))) const struct hosted_kernel hosted_kernel = {
	.abi = HOSTED_ABI,
	.version = SHIM_VERSION,
	.release = SHIM_RELEASE,
	.boot = boot,
	.create_vm = create_vm,
	.destroy_vm = destroy_vm,
	.vm_ioctl = vm_ioctl,
	.device_ioctl = device_ioctl,
	.mpidr = mpidr,
	.one_reg = one_reg,
	.enter = enter,
	.leave = leave,
	.mmio = mmio,
	.sysreg = sysreg,
	.signalled = signalled,
	.wakes = wakes,
	.pass_time = pass_time,
	.add_memory = add_memory,
	.mem_read = mem_read,
	.mem_write = mem_write,
	.quiesce = quiesce,
	.fail = shim_set_fail,
	.counted = shim_counted,
};
