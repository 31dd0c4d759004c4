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

static void close_device(void *vm, int device)
{
	(void)vm;
	close(device);
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
	.close_device = close_device,
	.affinity = affinity,
};
