// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the calls of lib/target/vgic_device.c reach the kernel: raw ioctls.
 */
#include "lib/target/kvm/vm.h"

#include <errno.h>
#include <sys/eventfd.h>

#define UAPI(id, name, value, source) \
	_Static_assert((name) == VGIC_##id, #name " is not as " source " has it");
#include "lib/target/vgic_uapi.def"
#undef UAPI

static long result_of(int ret)
{
	return ret < 0 ? -errno : ret;
}

static long vm_call(void *vm, unsigned long cmd, void *arg)
{
	return result_of(ioctl(((const struct target_vm *)vm)->kvm->fd, cmd, arg));
}

static long device_call(void *vm, int device, unsigned long cmd, void *arg)
{
	(void)vm;
	return result_of(ioctl(device, cmd, arg));
}

/* Untying waits until what was signalled has been injected. */
static long irqfd(void *vm, unsigned int gsi)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	struct kvm_irqfd tie = { .fd = (u32)fd, .gsi = gsi };
	long ret;

	TEST_ASSERT(fd >= 0, "no eventfd: errno %d", errno);
	ret = vm_call(vm, KVM_IRQFD, &tie);
	if (!ret) {
		TEST_ASSERT(!eventfd_write(fd, 1), "eventfd: errno %d", errno);
		tie.flags = KVM_IRQFD_FLAG_DEASSIGN;
		ret = vm_call(vm, KVM_IRQFD, &tie);
	}
	close(fd);
	return ret;
}

static long tie_resampler(struct target_vm *vm, struct resampler *r, unsigned int gsi)
{
	struct kvm_irqfd tie = { .gsi = gsi, .flags = KVM_IRQFD_FLAG_RESAMPLE };
	long ret;

	r->fd = eventfd(0, EFD_CLOEXEC);
	r->resamplefd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	TEST_ASSERT(r->fd >= 0 && r->resamplefd >= 0, "no eventfd: errno %d", errno);
	tie.fd = (u32)r->fd;
	tie.resamplefd = (u32)r->resamplefd;
	ret = vm_call(vm, KVM_IRQFD, &tie);
	r->is_tied = !ret;
	if (ret) {
		close(r->fd);
		close(r->resamplefd);
	}
	return ret;
}

/* A line is raised by whoever writes. */
static long resample(void *vm, unsigned int gsi)
{
	struct resampler *r = &((struct target_vm *)vm)->resampler[gsi];
	long ret = r->is_tied ? 0 : tie_resampler(vm, r, gsi);

	if (!ret)
		TEST_ASSERT(!eventfd_write(r->fd, 1), "eventfd: errno %d", errno);
	return ret;
}

static long resampled(void *vm, unsigned int gsi)
{
	const struct resampler *r = &((struct target_vm *)vm)->resampler[gsi];
	eventfd_t nr;

	return r->is_tied && !eventfd_read(r->resamplefd, &nr) ? (long)nr : 0;
}

/**
 * device_close_resamplers() - untie the eventfds of a VM that ends
 * @vm: the VM
 */
void device_close_resamplers(struct target_vm *vm)
{
	for (size_t i = 0; i < ARRAY_SIZE(vm->resampler); i++) {
		if (!vm->resampler[i].is_tied)
			continue;
		close(vm->resampler[i].fd);
		close(vm->resampler[i].resamplefd);
		vm->resampler[i].is_tied = false;
	}
}

static void close_device(void *vm, int device)
{
	(void)vm;
	close(device);
}

_Static_assert(VGIC_ONE_REG_CNTV_CVAL == KVM_REG_ARM_TIMER_CVAL &&
		       (VGIC_ONE_REG_SYSREG | CNTV_CTL_OFFSET) == KVM_REG_ARM_TIMER_CTL &&
		       (VGIC_ONE_REG_SYSREG | CNTP_CTL_OFFSET) == KVM_REG_ARM_PTIMER_CTL &&
		       (VGIC_ONE_REG_SYSREG | CNTP_CVAL_OFFSET) == KVM_REG_ARM_PTIMER_CVAL,
	       "registers of timers are not as api.rst has them");

/* What is written must not be reset again by what makes the vCPU ready for its guest. */
static long one_reg(void *of, u64 vcpu_id, u64 id, bool write, u64 *value)
{
	struct target_vm *vm = of;
	struct target_vcpu *v = find_vcpu(vm, vcpu_id);
	struct kvm_one_reg reg = { .id = id, .addr = (u64)(uintptr_t)value };
	int err;

	if (!v || v->held || vm->side_by_side)
		return 1;
	err = write ? guest_prepare(vm, v) : 0;
	if (err)
		return -err;
	return result_of(ioctl(v->kvm.fd, write ? KVM_SET_ONE_REG : KVM_GET_ONE_REG, &reg));
}

static bool affinity(const void *vm, u64 vcpu_id, u64 *to)
{
	const struct target_vcpu *v = find_vcpu(vm, vcpu_id);

	if (v)
		*to = v->affinity;
	return v;
}

const struct vgic_port kvm_port = {
	.vm_ioctl = vm_call,
	.device_ioctl = device_call,
	.irqfd = irqfd,
	.resample = resample,
	.resampled = resampled,
	.close_device = close_device,
	.one_reg = one_reg,
	.affinity = affinity,
};
