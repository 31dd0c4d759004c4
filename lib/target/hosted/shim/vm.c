// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs, vCPUs and devices as kvm_main.c and arch/arm64/kvm/arm.c make and end
 * them, and interrupt lines.
 */
#include "own.h"
#include "sys_regs.h"
#include "vgic/vgic.h"

#define MAX_VCPU_IDS SHIM_MAX_VCPUS

static const struct kvm_device_ops *device_ops[KVM_DEV_TYPE_MAX];

int kvm_register_device_ops(const struct kvm_device_ops *ops, u32 type)
{
	if (type >= ARRAY_SIZE(device_ops))
		return -ENOSPC;
	if (device_ops[type])
		return -EEXIST;
	device_ops[type] = ops;
	return 0;
}

void kvm_unregister_device_ops(u32 type)
{
	device_ops[type] = NULL;
}

void kvm_vm_dead(struct kvm *kvm)
{
	kvm->vm_dead = true;
}

/* vCPUs that are in KVM_RUN hold their mutex. */
static bool trylock_all(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i, last;

	lockdep_assert_held(&kvm->lock);
	kvm_for_each_vcpu(i, vcpu, kvm)
	{
		if (mutex_trylock(&vcpu->mutex))
			continue;
		for (last = i; last > 0; last--)
			mutex_unlock(&kvm_get_vcpu(kvm, (int)last - 1)->mutex);
		return false;
	}
	return true;
}

static void unlock_all(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	lockdep_assert_held(&kvm->lock);
	kvm_for_each_vcpu(i, vcpu, kvm) mutex_unlock(&vcpu->mutex);
}

/* Before 6.4 they were the vGIC's own. */
#if SHIM_VERSION >= 6004
bool lock_all_vcpus(struct kvm *kvm)
{
	return trylock_all(kvm);
}

void unlock_all_vcpus(struct kvm *kvm)
{
	unlock_all(kvm);
}
#endif

int kvm_trylock_all_vcpus(struct kvm *kvm)
{
	return trylock_all(kvm) ? 0 : -EBUSY;
}

void kvm_unlock_all_vcpus(struct kvm *kvm)
{
	unlock_all(kvm);
}

struct kvm_vcpu *kvm_mpidr_to_vcpu(struct kvm *kvm, unsigned long mpidr)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	mpidr &= MPIDR_HWID_BITMASK;
	kvm_for_each_vcpu(i, vcpu, kvm)
	{
		if (kvm_vcpu_get_mpidr_aff(vcpu) == mpidr)
			return vcpu;
	}
	return NULL;
}

static int *max_vcpus(struct kvm *kvm)
{
#if SHIM_VERSION < 5016
	return &kvm->arch.max_vcpus;
#else
	return &kvm->max_vcpus;
#endif
}

/**
 * shim_create_vm() - KVM_CREATE_VM
 * @ipa_bits: size of the guest's physical address space
 *
 * Return: the VM, or NULL if there is no memory for it.
 */
struct kvm *shim_create_vm(unsigned int ipa_bits)
{
	struct kvm *kvm = kzalloc(sizeof(*kvm), GFP_KERNEL);

	if (!kvm)
		return NULL;
	xa_init(&kvm->vcpu_array);
	INIT_LIST_HEAD(&kvm->devices);
	kvm->phys_bits = ipa_bits;
	kvm->arch.mmu.phys_bits = ipa_bits;
	*max_vcpus(kvm) = kvm_vgic_get_max_vcpus();
#if SHIM_VERSION >= 6010
	if (kvm_init_irq_routing(kvm)) {
		kfree(kvm);
		return NULL;
	}
#endif
	kvm_vgic_early_init(kvm);
	return kvm;
}

static void destroy_vcpu(struct kvm_vcpu *vcpu)
{
	kvm_vgic_vcpu_destroy(vcpu);
	kfree(vcpu);
}

static void destroy_devices(struct kvm *kvm)
{
	struct kvm_device *dev, *next;

	mutex_lock(&kvm->lock);
	list_for_each_entry_safe(dev, next, &kvm->devices, vm_node)
	{
		list_del(&dev->vm_node);
		dev->ops->destroy(dev);
	}
	mutex_unlock(&kvm->lock);
}

/**
 * shim_destroy_vm() - the last reference to a VM is dropped
 * @kvm: the VM, whose vCPUs are not in KVM_RUN
 *
 * In the order of kvm_destroy_vm() and kvm_arch_destroy_vm().
 */
void shim_destroy_vm(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_free_irq_routing(kvm);
	shim_free_bus(kvm);
	kvm_vgic_destroy(kvm);
	kvm_for_each_vcpu(i, vcpu, kvm)
	{
		destroy_vcpu(vcpu);
		xa_erase(&kvm->vcpu_array, i);
		kvm->vcpu[i] = NULL;
	}
	atomic_set(&kvm->online_vcpus, 0);
	xa_destroy(&kvm->vcpu_array);
	destroy_devices(kvm);
	shim_free_memory(kvm);
	kfree(kvm);
	shim_quiesce(false);
}

/* The affinity that reset_mpidr() gives to a vcpu_id, and RES1. */
static u64 mpidr_of(u64 id)
{
	return (id & 0xf) | (id >> 4 & 0xff) << 8 | (id >> 12 & 0xff) << 16 | 1ULL << 31;
}

static int precreate(struct kvm *kvm, unsigned long id)
{
	int ret = 0;

	mutex_lock(&kvm->lock);
	if (kvm->created_vcpus >= (unsigned int)*max_vcpus(kvm))
		ret = -EINVAL; /* NOLINT(bugprone-branch-clone): in the kernel's order */
	/* Since 7.3 a vcpu_id in use is refused before anything is made for it. */
	else if (SHIM_VERSION >= 7003 && kvm_get_vcpu_by_id(kvm, (int)id))
		ret = -EEXIST;
	else if (irqchip_in_kernel(kvm) && vgic_initialized(kvm))
		ret = -EBUSY;
	else if (id >= (unsigned long)*max_vcpus(kvm))
		ret = -EINVAL;
	else
		kvm->created_vcpus++;
	mutex_unlock(&kvm->lock);
	return ret;
}

static int add_vcpu(struct kvm *kvm, struct kvm_vcpu *vcpu)
{
	int ret = -EEXIST;

	mutex_lock(&kvm->lock);
	if (!kvm_get_vcpu_by_id(kvm, vcpu->vcpu_id)) {
		vcpu->vcpu_idx = atomic_read(&kvm->online_vcpus);
		ret = xa_insert(&kvm->vcpu_array, (unsigned long)vcpu->vcpu_idx, vcpu,
				GFP_KERNEL_ACCOUNT);
		if (!ret) {
			kvm->vcpu[vcpu->vcpu_idx] = vcpu;
			atomic_inc(&kvm->online_vcpus);
		}
	}
	mutex_unlock(&kvm->lock);
	return ret;
}

/**
 * shim_create_vcpu() - KVM_CREATE_VCPU, and KVM_ARM_VCPU_INIT
 * @kvm: the VM
 * @id:  vcpu_id
 *
 * Errors: as api.rst and kvm_main.c have them.
 * Return: the number of the vCPU in order of creation, or a negative errno.
 */
int shim_create_vcpu(struct kvm *kvm, unsigned long id)
{
	struct kvm_vcpu *vcpu;
	int ret;

	if (id >= MAX_VCPU_IDS)
		return -EINVAL;
	ret = precreate(kvm, id);
	if (ret)
		return ret;
	vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL);
	ret = vcpu ? 0 : -ENOMEM;
	if (vcpu) {
		vcpu->kvm = kvm;
		vcpu->vcpu_id = (int)id;
		vcpu->arch.hw_mmu = &kvm->arch.mmu;
		ret = kvm_vgic_vcpu_init(vcpu);
		/* Since 6.8 arm.c undoes it itself, before that it leaves it to nobody. */
		if (ret && SHIM_VERSION >= 6008)
			kvm_vgic_vcpu_destroy(vcpu);
		if (ret)
			kfree(vcpu);
	}
	if (!ret) {
		ret = add_vcpu(kvm, vcpu);
		if (ret)
			destroy_vcpu(vcpu);
	}
	if (ret) {
		mutex_lock(&kvm->lock);
		kvm->created_vcpus--;
		mutex_unlock(&kvm->lock);
		return ret;
	}
	vcpu->arch.mpidr = mpidr_of(id);
	return vcpu->vcpu_idx;
}

/**
 * shim_create_device() - KVM_CREATE_DEVICE
 * @kvm: the VM
 * @cd:  as the ioctl has it; receives the number of the device
 *
 * Errors: as api.rst has them.
 */
int shim_create_device(struct kvm *kvm, struct kvm_create_device *cd)
{
	const struct kvm_device_ops *ops;
	struct kvm_device *dev;
	int ret;

	ops = cd->type < ARRAY_SIZE(device_ops) ? device_ops[cd->type] : NULL;
	if (!ops)
		return -ENODEV;
	if (cd->flags & KVM_CREATE_DEVICE_TEST)
		return 0;
	if (kvm->nr_fds == SHIM_MAX_FDS)
		return -EMFILE;
	dev = kzalloc(sizeof(*dev), GFP_KERNEL_ACCOUNT);
	if (!dev)
		return -ENOMEM;
	dev->ops = ops;
	dev->kvm = kvm;
	mutex_lock(&kvm->lock);
	ret = ops->create(dev, cd->type);
	if (ret < 0) {
		mutex_unlock(&kvm->lock);
		kfree(dev);
		return ret;
	}
	list_add(&dev->vm_node, &kvm->devices);
	mutex_unlock(&kvm->lock);
	if (ops->init)
		ops->init(dev);
	cd->fd = kvm->nr_fds;
	kvm->fd[kvm->nr_fds++] = dev;
	return 0;
}

/* Before 6.7 the number was that of creation (kvm_get_vcpu()). */
static struct kvm_vcpu *line_vcpu(struct kvm *kvm, unsigned int vcpu)
{
	if (SHIM_VERSION >= 6007)
		return kvm_get_vcpu_by_id(kvm, (int)vcpu);
	return vcpu < (unsigned int)atomic_read(&kvm->online_vcpus) ? kvm_get_vcpu(kvm, (int)vcpu) :
								      NULL;
}

static int inject(struct kvm *kvm, struct kvm_vcpu *vcpu, u32 intid, bool level)
{
#if SHIM_VERSION >= 6007
	return kvm_vgic_inject_irq(kvm, vcpu, intid, level, NULL);
#else
	return kvm_vgic_inject_irq(kvm, vcpu ? vcpu->vcpu_id : 0, intid, level, NULL);
#endif
}

/* Newer kernels (7.2, not 6.12) initialise a GICv2 before they look at what is injected. */
static int early_init(struct kvm *kvm)
{
	return SHIM_VERSION >= 7000 ? vgic_lazy_init(kvm) : 0;
}

/**
 * shim_irq_line() - KVM_IRQ_LINE
 * @kvm:  the VM
 * @line: as the ioctl has it
 *
 * Errors: as api.rst has them.
 */
int shim_irq_line(struct kvm *kvm, const struct kvm_irq_level *line)
{
	u32 type = line->irq >> KVM_ARM_IRQ_TYPE_SHIFT & KVM_ARM_IRQ_TYPE_MASK;
	u32 number = (line->irq >> KVM_ARM_IRQ_VCPU_SHIFT & KVM_ARM_IRQ_VCPU_MASK) +
		     (line->irq >> KVM_ARM_IRQ_VCPU2_SHIFT & KVM_ARM_IRQ_VCPU2_MASK) *
			     (KVM_ARM_IRQ_VCPU_MASK + 1);
	u32 intid = line->irq >> KVM_ARM_IRQ_NUM_SHIFT & KVM_ARM_IRQ_NUM_MASK;
	struct kvm_vcpu *vcpu;

	if (type != KVM_ARM_IRQ_TYPE_CPU && type <= KVM_ARM_IRQ_TYPE_PPI) {
		int ret = irqchip_in_kernel(kvm) ? early_init(kvm) : -ENXIO;

		if (ret)
			return ret;
	}
	switch (type) {
	case KVM_ARM_IRQ_TYPE_CPU:
		/* Only without an interrupt controller in the kernel, and then it does nothing here. */
		if (irqchip_in_kernel(kvm))
			return -ENXIO;
		return line_vcpu(kvm, number) && intid <= KVM_ARM_IRQ_CPU_FIQ ? 0 : -EINVAL;
	case KVM_ARM_IRQ_TYPE_PPI:
		vcpu = line_vcpu(kvm, number);
		if (!vcpu || intid < VGIC_NR_SGIS || intid >= VGIC_NR_PRIVATE_IRQS)
			return -EINVAL;
		return inject(kvm, vcpu, intid, line->level);
	case KVM_ARM_IRQ_TYPE_SPI:
		if (intid < VGIC_NR_PRIVATE_IRQS)
			return -EINVAL;
		return inject(kvm, NULL, intid, line->level);
	default:
		return -EINVAL;
	}
}

/* arm64's sys_regs.c finds a register in a table by its number in the API. */
static const struct sys_reg_desc *reg_by_id(u64 id, const struct sys_reg_desc table[],
					    unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		const struct sys_reg_desc *r = &table[i];

		if (id == ARM64_SYS_REG(r->Op0, r->Op1, r->CRn, r->CRm, r->Op2))
			return r;
	}
	return NULL;
}

#if SHIM_VERSION < 6000
const struct sys_reg_desc *find_reg_by_id(u64 id, struct sys_reg_params *params,
					  const struct sys_reg_desc table[], unsigned int nr)
{
	const struct sys_reg_desc *r = reg_by_id(ARM64_SYS_REG(0, 0, 0, 0, 0) | id, table, nr);

	if (r) {
		params->Op0 = r->Op0;
		params->Op1 = r->Op1;
		params->CRn = r->CRn;
		params->CRm = r->CRm;
		params->Op2 = r->Op2;
	}
	return r;
}
#else
const struct sys_reg_desc *get_reg_by_id(u64 id, const struct sys_reg_desc table[], unsigned int nr)
{
	return reg_by_id(id, table, nr);
}

/* One that the features of the vCPU do not hide. */
static const struct sys_reg_desc *find_user_reg(const struct kvm_vcpu *vcpu,
						const struct kvm_one_reg *reg,
						const struct sys_reg_desc *table, unsigned int nr)
{
	const struct sys_reg_desc *r = reg_by_id(reg->id, table, nr);

	return r && r->visibility && r->visibility(vcpu, r) & REG_HIDDEN ? NULL : r;
}

/* Without a register ENOENT, as get_reg_by_id() of sys_regs.c leads to. */
int kvm_sys_reg_get_user(struct kvm_vcpu *vcpu, const struct kvm_one_reg *reg,
			 const struct sys_reg_desc table[], unsigned int nr)
{
	const struct sys_reg_desc *r = find_user_reg(vcpu, reg, table, nr);
	u64 __user *uaddr = (u64 __user *)(unsigned long)reg->addr;
	u64 val = 0;
	int ret;

	if (!r || !r->get_user)
		return -ENOENT;
	ret = (r->get_user)(vcpu, r, &val);
	return ret ? ret : put_user(val, uaddr);
}

int kvm_sys_reg_set_user(struct kvm_vcpu *vcpu, const struct kvm_one_reg *reg,
			 const struct sys_reg_desc table[], unsigned int nr)
{
	const struct sys_reg_desc *r = find_user_reg(vcpu, reg, table, nr);
	const u64 __user *uaddr = (const u64 __user *)(unsigned long)reg->addr;
	u64 val;

	if (get_user(val, uaddr))
		return -EFAULT;
	if (!r || !r->set_user)
		return -ENOENT;
	return r->set_user(vcpu, r, val);
}
#endif

bool kvm_arch_intc_initialized(struct kvm *kvm)
{
	return vgic_initialized(kvm);
}

/* arch/arm64/kvm/mmio.c: the guest's bytes as a number, and back. */
unsigned long kvm_mmio_read_buf(const void *buf, unsigned int len)
{
	u64 val = 0;

	memcpy(&val, buf, len);
	return val;
}

void kvm_mmio_write_buf(void *buf, unsigned int len, unsigned long data)
{
	memcpy(buf, &data, len);
}

/* Nothing is shown in debugfs, and no irqfd looks for its route again. */
void vgic_debug_init(struct kvm *kvm)
{
}

void vgic_debug_destroy(struct kvm *kvm)
{
}

#if SHIM_VERSION >= 6013
int vgic_its_debug_init(struct kvm_device *dev)
{
	return 0;
}

void vgic_its_debug_destroy(struct kvm_device *dev)
{
}
#endif

void kvm_irq_routing_update(struct kvm *kvm)
{
}
