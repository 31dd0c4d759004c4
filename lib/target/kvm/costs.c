// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the bare ioctls under a program cost, for `make bench`.  It judges
 * nothing and knows no program.
 */
#include "lib/target/kvm/costs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define MAX_VCPUS 4
#define REGION_BASE 0x20000000ULL
#define NS_PER_S 1000000000ULL

struct bare_vm {
	int kvm, vm, vgic;
	int vcpu[MAX_VCPUS];
	unsigned int nr_vcpus;
};

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NS_PER_S + (u64)ts.tv_nsec;
}

static bool vgic_attr(const struct bare_vm *b, unsigned long cmd, u32 group, u64 attr, u64 *value)
{
	struct kvm_device_attr a = {
		.group = group,
		.attr = attr,
		.addr = (u64)(uintptr_t)value,
	};

	return !ioctl(b->vgic, cmd, &a);
}

static bool bare_open(struct bare_vm *b, int kvm, unsigned int nr_vcpus, bool region)
{
	struct kvm_create_device dev = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	u64 attr = REGION_BASE | (u64)MAX_VCPUS << 52;

	*b = (struct bare_vm){ .kvm = kvm, .vgic = -1 };
	b->vm = ioctl(kvm, KVM_CREATE_VM, 0UL);
	if (b->vm < 0)
		return false;
	if (!nr_vcpus)
		return true;
	if (ioctl(b->vm, KVM_CREATE_DEVICE, &dev))
		return false;
	b->vgic = (int)dev.fd;
	for (; b->nr_vcpus < nr_vcpus; b->nr_vcpus++) {
		struct kvm_vcpu_init init = { 0 };
		int fd = ioctl(b->vm, KVM_CREATE_VCPU, (unsigned long)b->nr_vcpus);

		if (fd < 0 || ioctl(b->vm, KVM_ARM_PREFERRED_TARGET, &init) ||
		    ioctl(fd, KVM_ARM_VCPU_INIT, &init))
			return false;
		b->vcpu[b->nr_vcpus] = fd;
	}
	return !region || vgic_attr(b, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR,
				    KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, &attr);
}

static void bare_close(struct bare_vm *b)
{
	for (unsigned int i = 0; i < b->nr_vcpus; i++)
		close(b->vcpu[i]);
	if (b->vgic >= 0)
		close(b->vgic);
	if (b->vm >= 0)
		close(b->vm);
}

/* Return: nanoseconds each, or 0 if it cannot be done here. */
static u64 cost_of_vm(int kvm, unsigned int nr_vcpus, bool region, unsigned int times)
{
	u64 start = now_ns();

	for (unsigned int i = 0; i < times; i++) {
		struct bare_vm b;
		bool done = bare_open(&b, kvm, nr_vcpus, region);

		bare_close(&b);
		if (!done)
			return 0;
	}
	return (now_ns() - start) / times;
}

static u64 cost_of_reads(int kvm, u32 group, u64 attr, unsigned int times)
{
	struct bare_vm b;
	u64 value = 0, start;
	bool done = bare_open(&b, kvm, 1, true);

	done = done && vgic_attr(&b, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL,
				 KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
	start = now_ns();
	for (unsigned int i = 0; i < times && done; i++)
		done = vgic_attr(&b, KVM_GET_DEVICE_ATTR, group, attr, &value);
	bare_close(&b);
	return done ? (now_ns() - start) / times : 0;
}

/**
 * kvm_costs() - measure the bare ioctls
 * @costs: filled in
 * @max:   rows of @costs
 *
 * Return: rows filled in; 0 if /dev/kvm cannot be opened.
 */
unsigned int kvm_costs(struct target_cost *costs, unsigned int max)
{
	const u64 typer = 8;
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	const struct target_cost rows[] = {
		{ "VM created and closed", 100, cost_of_vm(kvm, 0, false, 100) },
		{ "the same with a vGICv3 and 1 vCPU", 100, cost_of_vm(kvm, 1, false, 100) },
		{ "the same with a vGICv3 and 4 vCPUs", 100, cost_of_vm(kvm, 4, false, 100) },
		{ "the same, 4 vCPUs and a region", 100, cost_of_vm(kvm, 4, true, 100) },
		{ "distributor address read", 10000,
		  cost_of_reads(kvm, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST,
				10000) },
		{ "GICR_TYPER, one word, read", 10000,
		  cost_of_reads(kvm, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, typer, 10000) },
	};
	unsigned int nr = ARRAY_SIZE(rows) < max ? ARRAY_SIZE(rows) : max;

	if (kvm < 0)
		return 0;
	close(kvm);
	memcpy(costs, rows, nr * sizeof(*costs));
	return nr;
}
