// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program tests of the vGIC's device and of a VM's interrupt ioctls: raw
 * calls, with the errno as the result.
 */
#include "lib/target/kvm/vm.h"

static int device_attr(int fd, unsigned long cmd, u32 group, u64 attr, void *value)
{
	struct kvm_device_attr a = {
		.group = group,
		.attr = attr,
		.addr = (u64)(uintptr_t)value,
	};

	return ioctl(fd, cmd, &a);
}

/**
 * attr_set() - set an attribute of a device
 * @fd:    the device
 * @group: of the attribute
 * @attr:  in the group
 * @value: what it points to, or NULL
 * @res:   receives the outcome
 */
void attr_set(int fd, u32 group, u64 attr, void *value, struct op_result *res)
{
	result_of_ioctl(res, device_attr(fd, KVM_SET_DEVICE_ATTR, group, attr, value));
}

/**
 * attr_set_u64() - set an attribute of 64 bits
 * @fd:    the device
 * @group: of the attribute
 * @attr:  in the group
 * @value: to set
 * @res:   receives the outcome
 */
void attr_set_u64(int fd, u32 group, u64 attr, u64 value, struct op_result *res)
{
	attr_set(fd, group, attr, &value, res);
}

static void set_u64(const struct target_vm *vm, u32 group, u64 attr, u64 value,
		    struct op_result *res)
{
	attr_set_u64(vm->vgic_fd, group, attr, value, res);
}

static void set_u32(const struct target_vm *vm, u32 group, u64 attr, u32 value,
		    struct op_result *res)
{
	attr_set(vm->vgic_fd, group, attr, &value, res);
}

/**
 * attr_get_u64() - get an attribute of 64 bits
 * @fd:    the device
 * @group: of the attribute
 * @attr:  in the group
 * @value: goes in, for attributes that look at it
 * @res:   receives the outcome and the value
 */
void attr_get_u64(int fd, u32 group, u64 attr, u64 value, struct op_result *res)
{
	result_of_ioctl(res, device_attr(fd, KVM_GET_DEVICE_ATTR, group, attr, &value));
	if (res->status == OP_DONE)
		res->val[res->nr_vals++] = value;
}

static void get_u64(const struct target_vm *vm, u32 group, u64 attr, u64 value,
		    struct op_result *res)
{
	attr_get_u64(vm->vgic_fd, group, attr, value, res);
}

static void get_u32(const struct target_vm *vm, u32 group, u64 attr, struct op_result *res)
{
	u32 value = 0;

	result_of_ioctl(res, device_attr(vm->vgic_fd, KVM_GET_DEVICE_ATTR, group, attr, &value));
	if (res->status == OP_DONE)
		res->val[res->nr_vals++] = value;
}

/*
 * For a vcpu_id that was not created, it is the affinity that KVM would give it,
 * so that the access names no vCPU.
 */
static u64 affinity_of(const struct target_vm *vm, u64 vcpu_id)
{
	const struct target_vcpu *v = find_vcpu(vm, vcpu_id);

	return v ? v->affinity : (vcpu_id & 0xf) | (vcpu_id >> 4 & 0xff) << 8;
}

/* The groups of attributes that are registers; 0 for frames that have none. */
static u32 reg_group(enum frame_id frame)
{
	static const u32 groups[NR_FRAMES] = {
		[FRAME_GICD2] = KVM_DEV_ARM_VGIC_GRP_DIST_REGS,
		[FRAME_GICC] = KVM_DEV_ARM_VGIC_GRP_CPU_REGS,
		[FRAME_GICD] = KVM_DEV_ARM_VGIC_GRP_DIST_REGS,
		[FRAME_GICR] = KVM_DEV_ARM_VGIC_GRP_REDIST_REGS,
		[FRAME_ICC] = KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS,
	};

	return groups[frame];
}

static u64 reg_attr(const struct target_vm *vm, u64 vcpu_id, u64 reg)
{
	if (frame_desc(place_frame(reg))->gic == GIC_V2)
		return (vcpu_id << KVM_DEV_ARM_VGIC_CPUID_SHIFT & KVM_DEV_ARM_VGIC_CPUID_MASK) |
		       place_offset(reg);
	return affinity_of(vm, vcpu_id) << KVM_DEV_ARM_VGIC_V3_MPIDR_SHIFT | place_offset(reg);
}

/* 64-bit registers in memory are accessed by their lower and upper word (arm-vgic-v3.rst). */
static void user_read(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	u64 reg = op_arg(op, ARG_USER_READ_reg);
	u32 group = reg_group(place_frame(reg));
	u64 attr = reg_attr(vm, op_arg(op, ARG_USER_READ_vcpu), reg);
	u64 low;

	if (!group) {
		res->status = OP_NO_OBJECT;
		return;
	}
	if (group == KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS) {
		get_u64(vm, group, attr, 0, res);
		return;
	}
	get_u32(vm, group, attr, res);
	if (res->status != OP_DONE || place_size(reg) != 8)
		return;
	low = res->val[0];
	get_u32(vm, group, attr + 4, res);
	if (res->status == OP_DONE)
		res->val[0] = res->val[0] << 32 | low;
}

static void user_write(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	u64 reg = op_arg(op, ARG_USER_WRITE_reg);
	u32 group = reg_group(place_frame(reg));
	u64 attr = reg_attr(vm, op_arg(op, ARG_USER_WRITE_vcpu), reg);
	u64 value = op_arg(op, ARG_USER_WRITE_value);

	if (!group) {
		res->status = OP_NO_OBJECT;
		return;
	}
	if (group == KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS) {
		set_u64(vm, group, attr, value, res);
		return;
	}
	set_u32(vm, group, attr, (u32)value, res);
	if (res->status == OP_DONE && place_size(reg) == 8)
		set_u32(vm, group, attr + 4, (u32)(value >> 32), res);
}

static u64 level_attr(const struct target_vm *vm, u64 vcpu_id, u64 intid, u64 info)
{
	return affinity_of(vm, vcpu_id) << KVM_DEV_ARM_VGIC_V3_MPIDR_SHIFT |
	       info << KVM_DEV_ARM_VGIC_LINE_LEVEL_INFO_SHIFT | intid;
}

static void read_level(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	get_u32(vm, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO,
		level_attr(vm, op_arg(op, ARG_READ_LEVEL_vcpu), op_arg(op, ARG_READ_LEVEL_intid),
			   op_arg(op, ARG_READ_LEVEL_info)),
		res);
}

static void write_level(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	set_u32(vm, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO,
		level_attr(vm, op_arg(op, ARG_WRITE_LEVEL_vcpu), op_arg(op, ARG_WRITE_LEVEL_intid),
			   op_arg(op, ARG_WRITE_LEVEL_info)),
		(u32)op_arg(op, ARG_WRITE_LEVEL_value), res);
}

static u64 region_attr(const struct op *op)
{
	struct redist_region_attr attr = {
		.count = (u32)op_arg(op, ARG_REDIST_REGION_count),
		.base = op_arg(op, ARG_REDIST_REGION_base),
		.flags = (u32)op_arg(op, ARG_REDIST_REGION_flags),
		.index = (u32)op_arg(op, ARG_REDIST_REGION_index),
	};

	return redist_region_attr_pack(&attr);
}

static u64 addr_number(const struct op *op, enum op_arg_id arg)
{
	return addr_type_desc((enum addr_type)op_arg(op, arg))->number;
}

/**
 * perform_on_vgic() - perform an operation on the vGIC's device
 * @vm:  the VM, which has one
 * @op:  an operation of the user agent
 * @res: receives the outcome
 */
void perform_on_vgic(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	switch (op->id) {
	case OP_SET_ADDR:
		set_u64(vm, KVM_DEV_ARM_VGIC_GRP_ADDR, addr_number(op, ARG_SET_ADDR_type),
			op_arg(op, ARG_SET_ADDR_base), res);
		break;
	case OP_GET_ADDR:
		get_u64(vm, KVM_DEV_ARM_VGIC_GRP_ADDR, addr_number(op, ARG_GET_ADDR_type), 0, res);
		break;
	case OP_REDIST_REGION:
		set_u64(vm, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION,
			region_attr(op), res);
		break;
	case OP_GET_REDIST_REGION:
		get_u64(vm, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION,
			op_arg(op, ARG_GET_REDIST_REGION_index), res);
		break;
	case OP_INIT_VGIC:
		attr_set(vm->vgic_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL,
			 res);
		break;
	case OP_SAVE_PENDING_TABLES:
		attr_set(vm->vgic_fd, KVM_DEV_ARM_VGIC_GRP_CTRL,
			 KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, NULL, res);
		break;
	case OP_USER_READ:
		user_read(vm, op, res);
		break;
	case OP_USER_WRITE:
		user_write(vm, op, res);
		break;
	case OP_READ_LEVEL:
		read_level(vm, op, res);
		break;
	case OP_WRITE_LEVEL:
		write_level(vm, op, res);
		break;
	case OP_SET_NR_IRQS:
		set_u32(vm, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, (u32)op_arg(op, ARG_SET_NR_IRQS_count),
			res);
		break;
	case OP_GET_NR_IRQS:
		get_u32(vm, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, res);
		break;
	case OP_HAS_ATTR:
		result_of_ioctl(res, device_attr(vm->vgic_fd, KVM_HAS_DEVICE_ATTR,
						 (u32)op_arg(op, ARG_HAS_ATTR_group),
						 op_arg(op, ARG_HAS_ATTR_attr), NULL));
		break;
	default: /* not performed on the device */
		break;
	}
}

/**
 * set_irq_line() - perform KVM_IRQ_LINE
 * @vm:  the VM
 * @op:  OP_IRQ_LINE
 * @res: receives the outcome
 */
void set_irq_line(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	enum line_type type = (enum line_type)op_arg(op, ARG_IRQ_LINE_type);
	u64 vcpu = op_arg(op, ARG_IRQ_LINE_vcpu);
	struct kvm_irq_level line = {
		.irq = (u32)((vcpu >> 8) << KVM_ARM_IRQ_VCPU2_SHIFT |
			     (u64)line_type_desc(type)->number << KVM_ARM_IRQ_TYPE_SHIFT |
			     (vcpu & KVM_ARM_IRQ_VCPU_MASK) << KVM_ARM_IRQ_VCPU_SHIFT |
			     op_arg(op, ARG_IRQ_LINE_intid)),
		.level = (u32)op_arg(op, ARG_IRQ_LINE_level),
	};

	result_of_ioctl(res, ioctl(vm->kvm->fd, KVM_IRQ_LINE, &line));
}

/**
 * signal_msi() - perform KVM_SIGNAL_MSI
 * @vm:  the VM
 * @op:  OP_SIGNAL_MSI
 * @res: receives the outcome, and what the ioctl returned as a value
 */
void signal_msi(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	struct kvm_msi msi = {
		.address_lo = (u32)op_arg(op, ARG_SIGNAL_MSI_at),
		.address_hi = (u32)(op_arg(op, ARG_SIGNAL_MSI_at) >> 32),
		.data = (u32)op_arg(op, ARG_SIGNAL_MSI_data),
		.flags = (u32)op_arg(op, ARG_SIGNAL_MSI_flags),
		.devid = (u32)op_arg(op, ARG_SIGNAL_MSI_devid),
	};
	int ret = ioctl(vm->kvm->fd, KVM_SIGNAL_MSI, &msi);

	result_of_ioctl(res, ret);
	if (res->status == OP_DONE)
		res->val[res->nr_vals++] = (u64)ret;
}
