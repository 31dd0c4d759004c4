// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets one kvm_util serve kernels from 5.10 on. The library creates memory slots
 * by KVM_SET_USER_MEMORY_REGION2 only, which kernels before 6.8 do not have; the
 * program is linked with --wrap=ioctl, so that every ioctl comes through here.
 * Slots with guest_memfd are not translated: an older kernel has none.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <sys/ioctl.h>

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

/* Does the kernel behind @fd, /dev/kvm or a VM, lack the newer call? */
static int lacks_region2(int fd)
{
	static int has = -1;

	if (has < 0)
		has = __real_ioctl(fd, KVM_CHECK_EXTENSION, KVM_CAP_USER_MEMORY2);
	return has == 0;
}

static int set_region(int fd, const struct kvm_userspace_memory_region2 *region2)
{
	struct kvm_userspace_memory_region region = {
		.slot = region2->slot,
		.flags = region2->flags,
		.guest_phys_addr = region2->guest_phys_addr,
		.memory_size = region2->memory_size,
		.userspace_addr = region2->userspace_addr,
	};

	if (region2->flags & KVM_MEM_GUEST_MEMFD) {
		errno = EINVAL;
		return -1;
	}
	return __real_ioctl(fd, KVM_SET_USER_MEMORY_REGION, &region);
}

/**
 * __wrap_ioctl() - ioctl() as the linker makes everyone call it
 * @fd:		file descriptor
 * @request:	request, one argument at most
 *
 * On a kernel without KVM_CAP_USER_MEMORY2 it answers as if the capability
 * were there and translates KVM_SET_USER_MEMORY_REGION2; every other request
 * passes unchanged.
 *
 * Return: what ioctl() returns, with errno.
 */
int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (request == KVM_CHECK_EXTENSION && (unsigned long)arg == KVM_CAP_USER_MEMORY2)
		return 1;
	if (request == KVM_SET_USER_MEMORY_REGION2 && lacks_region2(fd))
		return set_region(fd, arg);
	return __real_ioctl(fd, request, arg);
}
