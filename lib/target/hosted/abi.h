/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a library with the vGIC of one kernel offers to the hosted target.
 *
 * This is the only header that both sides include: the shim, which is compiled
 * among the kernel's headers, and the target, which is compiled among those of
 * the C library.  So it includes nothing and uses the types of C alone.
 *
 * All of a library runs in one thread.  Integers are as the KVM API has them;
 * results are 0 or more, or a negative errno.
 */
#ifndef LIB_TARGET_HOSTED_ABI_H
#define LIB_TARGET_HOSTED_ABI_H

/* To be raised with each change of this file: a library that was built before is refused. */
#define HOSTED_ABI 6u

/* The symbol of struct hosted_kernel in each library. */
#define HOSTED_SYMBOL "hosted_kernel"

struct hosted_vm; /* the shim's own */

/* The host that the kernel finds. */
struct hosted_host {
	unsigned int gic; /* 3: its GIC, which gives GICv2 VMs, too */
	unsigned int nr_lr; /* list registers, 1 to 16 */
	unsigned int pri_bits; /* of virtual priorities, 5 to 7 */
	unsigned int max_ipa_bits; /* 32 to 48 */
	/* 1: traps the CPU interface, as kvm-arm.vgic_v3_{group0,group1,common}_trap make it. */
	unsigned int traps_cpuif;
	/* 1: what QEMU 7.2 makes of the virtual CPU interface where it departs from IHI 0069. */
	unsigned int like_qemu;
	/* What the checks find: a WARN, a lock, a leak.  One line each. */
	void (*report)(const char *text);
};

/* What can be made to fail. */
enum hosted_fail {
	HOSTED_FAIL_ALLOC, /* allocations of memory */
	HOSTED_FAIL_COPY, /* accesses to the memory of userspace */
	HOSTED_FAIL_GUEST, /* accesses to the memory of the guest */
	NR_HOSTED_FAILS
};

/* What became of what a guest did. */
enum hosted_outcome {
	HOSTED_DONE,
	HOSTED_NO_DEVICE, /* KVM exits to userspace with KVM_EXIT_MMIO */
	HOSTED_UNDEF, /* the guest takes an exception for an undefined instruction */
};

/* Exceptions that are signalled to a vCPU, as bits. */
#define HOSTED_IRQ 1u
#define HOSTED_FIQ 2u

struct hosted_kernel {
	unsigned int abi; /* HOSTED_ABI */
	unsigned int version; /* major * 1000 + minor */
	const char *release; /* as uname -r might print it */

	/* Prepares the host; before the first VM, and again whenever it is another one. */
	int (*boot)(const struct hosted_host *host);

	struct hosted_vm *(*create_vm)(unsigned int ipa_bits);
	/* Reports what is not freed. */
	void (*destroy_vm)(struct hosted_vm *vm);

	/*
	 * KVM_CREATE_DEVICE (fd is a number for device_ioctl()), KVM_IRQ_LINE,
	 * KVM_SIGNAL_MSI, KVM_SET_GSI_ROUTING, KVM_IRQFD (which ties, signals and unties
	 * at once; with KVM_IRQFD_FLAG_RESAMPLE it stays tied, and with
	 * KVM_IRQFD_FLAG_DEASSIGN, too, it returns how often it was resampled since it
	 * was asked), KVM_CREATE_VCPU (@arg is the vcpu_id itself; followed by
	 * KVM_ARM_VCPU_INIT), with arg as the ioctl has it.
	 * KVM_CREATE_VCPU returns a number for the calls below: 0, 1, ...
	 */
	long (*vm_ioctl)(struct hosted_vm *vm, unsigned long cmd, void *arg);
	/* KVM_SET_DEVICE_ATTR, KVM_GET_DEVICE_ATTR, KVM_HAS_DEVICE_ATTR: struct kvm_device_attr. */
	long (*device_ioctl)(struct hosted_vm *vm, int fd, unsigned long cmd, void *arg);
	/* MPIDR_EL1 */
	unsigned long long (*mpidr)(struct hosted_vm *vm, int vcpu);

	/* KVM_GET_ONE_REG or KVM_SET_ONE_REG of a register of a timer. */
	long (*one_reg)(struct hosted_vm *vm, int vcpu, unsigned long long id, int is_write,
			unsigned long long *val);

	/* KVM_RUN begins; a vCPU that has entered answers no device ioctl until it leaves. */
	int (*enter)(struct hosted_vm *vm, int vcpu);
	void (*leave)(struct hosted_vm *vm, int vcpu);

	/* What the guest of a vCPU that has entered does. */
	enum hosted_outcome (*mmio)(struct hosted_vm *vm, int vcpu, unsigned long long gpa,
				    unsigned int bytes, int is_write, unsigned long long *val);
	/* @encoding: op0 << 14 | op1 << 11 | CRn << 7 | CRm << 3 | op2 */
	enum hosted_outcome (*sysreg)(struct hosted_vm *vm, int vcpu, unsigned int encoding,
				      int is_write, unsigned long long *val);
	unsigned int (*signalled)(struct hosted_vm *vm, int vcpu);
	/* Would a WFI of this vCPU return?  KVM's decision as it blocks, not the hardware's. */
	int (*wakes)(struct hosted_vm *vm, int vcpu);
	/*
	 * Time passes, up to the first moment at which the condition of a timer is met, if
	 * that is within so many ticks of the counter.  Else it returns 0.
	 */
	int (*pass_time)(struct hosted_vm *vm, unsigned long long ticks);

	/* Memory of the guest, at most 4 MiB in all; all zero at first. */
	int (*add_memory)(struct hosted_vm *vm, unsigned long long gpa, unsigned long bytes);
	int (*mem_read)(struct hosted_vm *vm, unsigned long long gpa, void *to,
			unsigned long bytes);
	int (*mem_write)(struct hosted_vm *vm, unsigned long long gpa, const void *from,
			 unsigned long bytes);

	/* After each operation: grace periods end, work that was queued is done. */
	void (*quiesce)(struct hosted_vm *vm);

	/* Makes the @nth of what follows fail, counted from 1; 0 for none.  Counters start again. */
	void (*fail)(enum hosted_fail what, unsigned long nth);
	/* How many there were since fail(). */
	unsigned long (*counted)(enum hosted_fail what);
};

#endif /* LIB_TARGET_HOSTED_ABI_H */
