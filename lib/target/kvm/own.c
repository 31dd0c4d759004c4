// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs of runs that perform no program: their memory, vCPUs and devices.  Who runs
 * them, and what the guests do, is in events.c and storm.c.
 */
#include "lib/target/kvm/own.h"

#include <errno.h>
#include <processor.h>

#include "guest_code/abi.h"

#define PTE_TABLE 3ULL
#define PTE_BLOCK 1ULL
#define PTE_INNER_SHAREABLE (3ULL << 8)
#define PTE_ACCESSED (1ULL << 10)
#define PTE_NORMAL (PTE_BLOCK | (u64)MT_NORMAL << 2 | PTE_INNER_SHAREABLE | PTE_ACCESSED)
#define PTE_DEVICE (PTE_BLOCK | PTE_ACCESSED) /* nGnRnE in kvm_util's MAIR_EL1 */
#define PAGE 0x1000u
#define BLOCK_2M 0x200000u

/**
 * own_give_up() - say what failed
 * @e:    receives it
 * @what: that was to be done
 * @err:  errno, positive
 *
 * Return: the errno, negative.
 */
int own_give_up(struct own_error e, const char *what, int err)
{
	snprintf(e.text, e.bytes, "%s: %s", what, strerror(err));
	return -err;
}

/**
 * own_vm_create() - a VM without memory or vCPUs, of 40 bits of addresses or the most
 *
 * Return: the VM; never NULL.
 */
struct kvm_vm *own_vm_create(void)
{
	struct vm_shape shape = { .mode = VM_MODE_P40V48_4K };

	if (kvm_check_cap(KVM_CAP_ARM_VM_IPA_SIZE) < 40)
		shape.mode = VM_MODE_P36V48_4K;
	return ____vm_create(shape);
}

/* Its code, and what it sees: devices, and its memory. */
static void fill_memory(const struct own_layout *l, char *ram)
{
	u64 *table = (u64 *)(void *)(ram + l->mmu_offset);
	u64 *l1 = table + PAGE / sizeof(u64), *l2 = l1 + PAGE / sizeof(u64);
	u64 gpa = l->base + l->mmu_offset;
	size_t bytes = (uintptr_t)__stop_guest - (uintptr_t)__start_guest;

	TEST_ASSERT(bytes <= l->code_bytes, "guest code is too large");
	memcpy(ram, __start_guest, bytes);
	__builtin___clear_cache(ram, ram + bytes);
	table[0] = (gpa + PAGE) | PTE_TABLE;
	l1[0] = PTE_DEVICE;
	l1[1] = l->in_pieces ? (gpa + 2ULL * PAGE) | PTE_TABLE : l->base | PTE_NORMAL;
	for (u64 i = 0; l->in_pieces && i < l->bytes / BLOCK_2M; i++)
		l2[i] = (l->base + i * BLOCK_2M) | PTE_NORMAL;
}

/**
 * own_memory() - give a VM its memory, with the guest's code and its tables
 * @kvm: the VM
 * @l:   where
 * @ram: receives where it is, or MAP_FAILED
 * @e:   receives what failed
 *
 * Return: 0 or a negative errno.
 */
int own_memory(const struct kvm_vm *kvm, const struct own_layout *l, char **ram, struct own_error e)
{
	struct kvm_userspace_memory_region slot = {
		.guest_phys_addr = l->base,
		.memory_size = l->bytes,
	};

	*ram = mmap(NULL, l->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (*ram == MAP_FAILED)
		return own_give_up(e, "mmap of the guest's memory", errno);
	slot.userspace_addr = (u64)(uintptr_t)*ram;
	fill_memory(l, *ram);
	if (ioctl(kvm->fd, KVM_SET_USER_MEMORY_REGION, &slot))
		return own_give_up(e, "KVM_SET_USER_MEMORY_REGION", errno);
	return 0;
}

/**
 * own_vcpu() - create a vCPU that begins in the guest's code
 * @kvm:       the VM
 * @l:         of its memory
 * @start:     where, and with what
 * @v:         filled in: its fd is negative, or its run structure MAP_FAILED, if not
 * @run_bytes: receives the size of the run structure
 * @e:         receives what failed
 *
 * Return: 0 or a negative errno.
 */
int own_vcpu(struct kvm_vm *kvm, const struct own_layout *l, const struct own_start *start,
	     struct kvm_vcpu *v, size_t *run_bytes, struct own_error e)
{
	size_t entry = (uintptr_t)start->entry - (uintptr_t)__start_guest;
	struct kvm_vcpu_init init = { 0 };

	v->id = start->id;
	v->vm = kvm;
	v->fd = ioctl(kvm->fd, KVM_CREATE_VCPU, (unsigned long)start->id);
	if (v->fd < 0)
		return own_give_up(e, "KVM_CREATE_VCPU", errno);
	*run_bytes = (size_t)ioctl(kvm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);
	v->run = mmap(NULL, *run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, 0);
	if (v->run == MAP_FAILED)
		return own_give_up(e, "mmap of struct kvm_run", errno);
	vm_ioctl(kvm, KVM_ARM_PREFERRED_TARGET, &init);
	aarch64_vcpu_setup(v, &init);
	vcpu_set_reg(v, KVM_ARM64_SYS_REG(SYS_TTBR0_EL1), l->base + l->mmu_offset);
	vcpu_set_reg(v, ARM64_CORE_REG(regs.pc), l->base + entry);
	vcpu_set_reg(v, ARM64_CORE_REG(regs.regs[0]), start->argument);
	return 0;
}

/**
 * own_device() - create a device of a VM
 * @kvm:  the VM
 * @type: KVM_DEV_TYPE_*
 * @fd:   receives it
 *
 * Return: 0 or a negative errno.
 */
int own_device(const struct kvm_vm *kvm, u32 type, int *fd)
{
	struct kvm_create_device dev = { .type = type };

	if (ioctl(kvm->fd, KVM_CREATE_DEVICE, &dev))
		return -errno;
	*fd = (int)dev.fd;
	return 0;
}

/**
 * own_device_set() - set an attribute of a device
 * @fd:    of the device
 * @group: of the attribute
 * @attr:  its number
 * @value: for it
 *
 * Return: 0 or a negative errno.
 */
int own_device_set(int fd, u32 group, u64 attr, u64 value)
{
	const struct kvm_device_attr a = {
		.group = group,
		.attr = attr,
		.addr = (u64)(uintptr_t)&value,
	};

	return ioctl(fd, KVM_SET_DEVICE_ATTR, &a) ? -errno : 0;
}
