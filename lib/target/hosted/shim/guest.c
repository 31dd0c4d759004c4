// SPDX-License-Identifier: GPL-2.0-only
/*
 * The address space of a VM: memory slots and the I/O bus.
 */
#include "libc.h"
#include "own.h"

#define MAX_SLOT_PAGES 1024ul

/* The memory of slots that are not in use is kept, all zero. */
static struct {
	u8 *mem;
	unsigned long bytes;
	bool in_use;
} pool[SHIM_MAX_SLOTS];

/* Pages that were written to, and are cleared. */
static unsigned long touched[SHIM_MAX_SLOTS][BITS_TO_LONGS(MAX_SLOT_PAGES)];

static int take_pool(unsigned long bytes)
{
	for (int i = 0; i < SHIM_MAX_SLOTS; i++) {
		if (pool[i].in_use || (pool[i].mem && pool[i].bytes != bytes))
			continue;
		if (!pool[i].mem)
			pool[i].mem = calloc(1, bytes);
		if (!pool[i].mem)
			shim_die("out of memory");
		pool[i].bytes = bytes;
		pool[i].in_use = true;
		return i;
	}
	return -ENOMEM;
}

/**
 * shim_add_memory() - KVM_SET_USER_MEMORY_REGION
 * @kvm:   the VM
 * @gpa:   first address
 * @bytes: how many; at most 4 MiB
 *
 * Errors: -ENOMEM, -EINVAL.
 */
int shim_add_memory(struct kvm *kvm, gpa_t gpa, unsigned long bytes)
{
	int i;

	if (kvm->nr_slots == SHIM_MAX_SLOTS || !bytes || bytes > MAX_SLOT_PAGES * PAGE_SIZE ||
	    bytes % PAGE_SIZE || gpa % PAGE_SIZE)
		return -EINVAL;
	i = take_pool(bytes);
	if (i < 0)
		return i;
	kvm->slot[kvm->nr_slots++] = (struct shim_slot){ .base = gpa, .bytes = bytes, .pool = i };
	return 0;
}

/**
 * shim_free_memory() - take all memory from a VM
 * @kvm: the VM
 */
void shim_free_memory(struct kvm *kvm)
{
	for (unsigned int i = 0; i < kvm->nr_slots; i++) {
		int p = kvm->slot[i].pool;

		for (unsigned int w = 0; w < ARRAY_SIZE(touched[p]); w++) {
			for (; touched[p][w]; touched[p][w] &= touched[p][w] - 1)
				memset(pool[p].mem + ((unsigned long)w * BITS_PER_LONG +
						      __ffs(touched[p][w])) *
							     PAGE_SIZE,
				       0, PAGE_SIZE);
		}
		pool[p].in_use = false;
	}
	kvm->nr_slots = 0;
}

static const struct shim_slot *find_slot(const struct kvm *kvm, gpa_t gpa)
{
	for (unsigned int i = 0; i < kvm->nr_slots; i++) {
		if (gpa - kvm->slot[i].base < kvm->slot[i].bytes)
			return &kvm->slot[i];
	}
	return NULL;
}

/**
 * shim_access_memory() - read or write memory of the guest
 * @kvm:   the VM
 * @gpa:   first address
 * @buf:   to, or from
 * @bytes: how many
 * @write: to the guest
 *
 * As KVM does, it goes page by page, and what was done stays done.
 *
 * Errors: -EFAULT, some of it is not memory.
 */
int shim_access_memory(struct kvm *kvm, gpa_t gpa, void *buf, unsigned long bytes, bool write)
{
	while (bytes) {
		unsigned long part = min(bytes, (unsigned long)(PAGE_SIZE - gpa % PAGE_SIZE));
		const struct shim_slot *s = find_slot(kvm, gpa);
		gpa_t offset;

		if (!s)
			return -EFAULT;
		offset = gpa - s->base;
		if (write) {
			__set_bit(offset / PAGE_SIZE, touched[s->pool]);
			memcpy(pool[s->pool].mem + offset, buf, part);
		} else {
			memcpy(buf, pool[s->pool].mem + offset, part);
		}
		gpa += part;
		buf = (u8 *)buf + part;
		bytes -= part;
	}
	return 0;
}

int kvm_read_guest(struct kvm *kvm, gpa_t gpa, void *to, unsigned long bytes)
{
	might_fault();
	shim_assert(srcu_read_lock_held(&kvm->srcu) || kvm->slots_lock.held,
		    "memory slots are not protected", HERE);
	if (shim_fails(HOSTED_FAIL_GUEST))
		return -EFAULT;
	return shim_access_memory(kvm, gpa, to, bytes, false);
}

int kvm_write_guest(struct kvm *kvm, gpa_t gpa, const void *from, unsigned long bytes)
{
	might_fault();
	shim_assert(srcu_read_lock_held(&kvm->srcu) || kvm->slots_lock.held,
		    "memory slots are not protected", HERE);
	if (shim_fails(HOSTED_FAIL_GUEST))
		return -EFAULT;
	return shim_access_memory(kvm, gpa, (void *)(uintptr_t)from, bytes, true);
}

bool kvm_is_visible_gfn(struct kvm *kvm, gfn_t gfn)
{
	shim_assert(srcu_read_lock_held(&kvm->srcu) || kvm->slots_lock.held,
		    "memory slots are not protected", HERE);
	return find_slot(kvm, gfn_to_gpa(gfn)) != NULL;
}

/* As kvm_main.c limits it. */
#define MAX_DEVS 1000

/* Where a device belongs among those of the bus, which are sorted by address. */
static unsigned int bus_position(const struct kvm *kvm, gpa_t addr)
{
	unsigned int i = 0;

	while (i < kvm->nr_devs && kvm->dev[i].addr <= addr)
		i++;
	return i;
}

int kvm_io_bus_register_dev(struct kvm *kvm, enum kvm_bus bus, gpa_t addr, int len,
			    struct kvm_io_device *dev)
{
	unsigned int at = bus_position(kvm, addr);
	struct kvm_io_range *new;

	lockdep_assert_held(&kvm->slots_lock);
	if (kvm->bus_is_gone)
		return -ENOMEM;
	if (kvm->nr_devs >= MAX_DEVS)
		return -ENOSPC;
	new = kmalloc((kvm->nr_devs + 1) * sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	memcpy(new, kvm->dev, at * sizeof(*new));
	new[at] = (struct kvm_io_range){ .addr = addr, .len = len, .dev = dev };
	memcpy(new + at + 1, kvm->dev + at, (kvm->nr_devs - at) * sizeof(*new));
	kvm->nr_devs++;
	swap(kvm->dev, new);
	synchronize_srcu_expedited(&kvm->srcu);
	kfree(new);
	return 0;
}

/**
 * shim_free_bus() - what kvm_io_bus_destroy() does
 * @kvm: the VM
 */
void shim_free_bus(struct kvm *kvm)
{
	for (unsigned int i = 0; i < kvm->nr_devs; i++) {
		if (kvm->dev[i].dev->ops->destructor)
			kvm->dev[i].dev->ops->destructor(kvm->dev[i].dev);
	}
	kfree(kvm->dev);
	kvm->dev = NULL;
	kvm->nr_devs = 0;
	kvm->bus_is_gone = true;
}

int kvm_io_bus_unregister_dev(struct kvm *kvm, enum kvm_bus bus, struct kvm_io_device *dev)
{
	struct kvm_io_range *new;
	unsigned int i = 0;

	lockdep_assert_held(&kvm->slots_lock);
	while (i < kvm->nr_devs && kvm->dev[i].dev != dev)
		i++;
	if (i == kvm->nr_devs)
		return 0;
	new = kmalloc(kvm->nr_devs * sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new) {
		/* KVM does without the bus then, and all that is on it. */
		shim_free_bus(kvm);
		return -ENOMEM;
	}
	kvm->nr_devs--;
	memcpy(new, kvm->dev, i * sizeof(*new));
	memcpy(new + i, kvm->dev + i + 1, (kvm->nr_devs - i) * sizeof(*new));
	swap(kvm->dev, new);
	synchronize_srcu_expedited(&kvm->srcu);
	if (dev->ops->destructor)
		dev->ops->destructor(dev);
	kfree(new);
	return 0;
}

struct kvm_io_device *kvm_io_bus_get_dev(struct kvm *kvm, enum kvm_bus bus, gpa_t addr)
{
	struct kvm_io_device *dev = NULL;
	int idx = srcu_read_lock(&kvm->srcu);

	for (unsigned int i = 0; i < kvm->nr_devs && !dev; i++) {
		const struct kvm_io_range *r = &kvm->dev[i];

		if (addr >= r->addr && addr < r->addr + (unsigned int)r->len)
			dev = r->dev;
	}
	srcu_read_unlock(&kvm->srcu, idx);
	return dev;
}

/**
 * shim_bus_access() - an access of a guest that is no memory
 * @vcpu:  the vCPU
 * @gpa:   address
 * @bytes: size
 * @write: to the device
 * @val:   buffer of @bytes
 *
 * The device whose range contains the whole access is asked; one that refuses
 * leaves it to the next.
 *
 * Return: 0, or -EOPNOTSUPP if no device has done it.
 */
int shim_bus_access(struct kvm_vcpu *vcpu, gpa_t gpa, int bytes, bool write, void *val)
{
	struct kvm *kvm = vcpu->kvm;
	int idx = srcu_read_lock(&kvm->srcu);
	int ret = -EOPNOTSUPP;

	for (unsigned int i = 0; i < kvm->nr_devs && ret; i++) {
		const struct kvm_io_range *r = &kvm->dev[i];

		if (gpa < r->addr || gpa + (unsigned int)bytes > r->addr + (unsigned int)r->len)
			continue;
		ret = write ? kvm_iodevice_write(vcpu, r->dev, gpa, bytes, val) :
			      kvm_iodevice_read(vcpu, r->dev, gpa, bytes, val);
	}
	srcu_read_unlock(&kvm->srcu, idx);
	return ret ? -EOPNOTSUPP : 0;
}
