// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program tests of the vGIC's devices and of a VM's interrupt ioctls: raw
 * calls, with the errno as the result.  Commands for an ITS are not here, because
 * they are written to the guest's memory.
 */
#include "lib/target/vgic_device.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>

/**
 * vgic_result() - the result of a call that returns no values
 * @res: filled in
 * @ret: 0 or more, or a negative errno
 */
void vgic_result(struct op_result *res, long ret)
{
	res->status = ret < 0 ? OP_FAILED : OP_DONE;
	res->err = ret < 0 ? (int)-ret : 0;
	res->nr_vals = 0;
}

/* A device that no operation can name is closed: @device is NULL then, or in use. */
static void create_device(struct vgic_devices *d, u32 type, int *device, struct op_result *res)
{
	struct kvm_create_device dev = { .type = type };

	vgic_result(res, d->port->vm_ioctl(d->vm, KVM_CREATE_DEVICE, &dev));
	if (res->status != OP_DONE)
		return;
	if (device && *device < 0)
		*device = (int)dev.fd;
	else if (d->port->close_device)
		d->port->close_device(d->vm, (int)dev.fd);
}

static long device_attr(const struct vgic_devices *d, int device, unsigned long cmd, u32 group,
			u64 attr, void *value)
{
	struct kvm_device_attr a = {
		.group = group,
		.attr = attr,
		.addr = (u64)(uintptr_t)value,
	};

	return d->port->device_ioctl(d->vm, device, cmd, &a);
}

static void attr_set(const struct vgic_devices *d, int device, u32 group, u64 attr, void *value,
		     struct op_result *res)
{
	vgic_result(res, device_attr(d, device, KVM_SET_DEVICE_ATTR, group, attr, value));
}

static void attr_set_u64(const struct vgic_devices *d, int device, u32 group, u64 attr, u64 value,
			 struct op_result *res)
{
	attr_set(d, device, group, attr, &value, res);
}

/* @value goes in, for attributes that look at it. */
static void attr_get_u64(const struct vgic_devices *d, int device, u32 group, u64 attr, u64 value,
			 struct op_result *res)
{
	vgic_result(res, device_attr(d, device, KVM_GET_DEVICE_ATTR, group, attr, &value));
	if (res->status == OP_DONE)
		res->val[res->nr_vals++] = value;
}

static void set_u64(const struct vgic_devices *d, u32 group, u64 attr, u64 value,
		    struct op_result *res)
{
	attr_set_u64(d, d->vgic, group, attr, value, res);
}

static void set_u32(const struct vgic_devices *d, u32 group, u64 attr, u32 value,
		    struct op_result *res)
{
	attr_set(d, d->vgic, group, attr, &value, res);
}

static void get_u64(const struct vgic_devices *d, u32 group, u64 attr, u64 value,
		    struct op_result *res)
{
	attr_get_u64(d, d->vgic, group, attr, value, res);
}

static void get_u32(const struct vgic_devices *d, u32 group, u64 attr, struct op_result *res)
{
	u32 value = 0;

	vgic_result(res, device_attr(d, d->vgic, KVM_GET_DEVICE_ATTR, group, attr, &value));
	if (res->status == OP_DONE)
		res->val[res->nr_vals++] = value;
}

/*
 * For a vcpu_id that was not created, it is the affinity that KVM would give it,
 * so that the access names no vCPU.
 */
static u64 affinity_of(const struct vgic_devices *d, u64 vcpu_id)
{
	u64 affinity;

	if (d->port->affinity(d->vm, vcpu_id, &affinity))
		return affinity;
	return (vcpu_id & 0xf) | (vcpu_id >> 4 & 0xff) << 8;
}

/* The groups of attributes that are registers; 0 for frames that have none. */
static u32 reg_group(enum frame_id frame)
{
	static const u32 groups[NR_FRAMES] = {
		[FRAME_GICD2] = VGIC_GRP_DIST_REGS, [FRAME_GICC] = VGIC_GRP_CPU_REGS,
		[FRAME_GICD] = VGIC_GRP_DIST_REGS,  [FRAME_GICR] = VGIC_GRP_REDIST_REGS,
		[FRAME_ICC] = VGIC_GRP_CPU_SYSREGS,
	};

	return groups[frame];
}

static u64 reg_attr(const struct vgic_devices *d, u64 vcpu_id, u64 reg)
{
	if (frame_desc(place_frame(reg))->gic == GIC_V2)
		return (vcpu_id & 0xff) << VGIC_ATTR_CPUID_SHIFT | place_offset(reg);
	return affinity_of(d, vcpu_id) << VGIC_ATTR_MPIDR_SHIFT | place_offset(reg);
}

/* 64-bit registers in memory are accessed by their lower and upper word (arm-vgic-v3.rst). */
static void user_read(const struct vgic_devices *d, const struct op *op, struct op_result *res)
{
	u64 reg = op_arg(op, ARG_USER_READ_reg);
	u32 group = reg_group(place_frame(reg));
	u64 attr = reg_attr(d, op_arg(op, ARG_USER_READ_vcpu), reg);
	u64 low;

	if (!group) {
		res->status = OP_NO_OBJECT;
		return;
	}
	if (group == VGIC_GRP_CPU_SYSREGS) {
		get_u64(d, group, attr, 0, res);
		return;
	}
	get_u32(d, group, attr, res);
	if (res->status != OP_DONE || place_size(reg) != 8)
		return;
	low = res->val[0];
	get_u32(d, group, attr + 4, res);
	if (res->status == OP_DONE)
		res->val[0] = res->val[0] << 32 | low;
}

static void user_write(const struct vgic_devices *d, const struct op *op, struct op_result *res)
{
	u64 reg = op_arg(op, ARG_USER_WRITE_reg);
	u32 group = reg_group(place_frame(reg));
	u64 attr = reg_attr(d, op_arg(op, ARG_USER_WRITE_vcpu), reg);
	u64 value = op_arg(op, ARG_USER_WRITE_value);

	if (!group) {
		res->status = OP_NO_OBJECT;
		return;
	}
	if (group == VGIC_GRP_CPU_SYSREGS) {
		set_u64(d, group, attr, value, res);
		return;
	}
	set_u32(d, group, attr, (u32)value, res);
	if (res->status == OP_DONE && place_size(reg) == 8)
		set_u32(d, group, attr + 4, (u32)(value >> 32), res);
}

static u64 level_attr(const struct vgic_devices *d, u64 vcpu_id, u64 intid, u64 info)
{
	return affinity_of(d, vcpu_id) << VGIC_ATTR_MPIDR_SHIFT |
	       info << VGIC_ATTR_LEVEL_INFO_SHIFT | intid;
}

static void read_level(const struct vgic_devices *d, const struct op *op, struct op_result *res)
{
	get_u32(d, VGIC_GRP_LEVEL_INFO,
		level_attr(d, op_arg(op, ARG_READ_LEVEL_vcpu), op_arg(op, ARG_READ_LEVEL_intid),
			   op_arg(op, ARG_READ_LEVEL_info)),
		res);
}

static void write_level(const struct vgic_devices *d, const struct op *op, struct op_result *res)
{
	set_u32(d, VGIC_GRP_LEVEL_INFO,
		level_attr(d, op_arg(op, ARG_WRITE_LEVEL_vcpu), op_arg(op, ARG_WRITE_LEVEL_intid),
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

static void perform_on_vgic(const struct vgic_devices *d, const struct op *op,
			    struct op_result *res)
{
	switch (op->id) {
	case OP_SET_ADDR:
		set_u64(d, VGIC_GRP_ADDR, addr_number(op, ARG_SET_ADDR_type),
			op_arg(op, ARG_SET_ADDR_base), res);
		break;
	case OP_GET_ADDR:
		get_u64(d, VGIC_GRP_ADDR, addr_number(op, ARG_GET_ADDR_type), 0, res);
		break;
	case OP_REDIST_REGION:
		set_u64(d, VGIC_GRP_ADDR, VGIC_ADDR_REDIST_REGION, region_attr(op), res);
		break;
	case OP_GET_REDIST_REGION:
		get_u64(d, VGIC_GRP_ADDR, VGIC_ADDR_REDIST_REGION,
			op_arg(op, ARG_GET_REDIST_REGION_index), res);
		break;
	case OP_INIT_VGIC:
		attr_set(d, d->vgic, VGIC_GRP_CTRL, VGIC_CTRL_INIT, NULL, res);
		break;
	case OP_SAVE_PENDING_TABLES:
		attr_set(d, d->vgic, VGIC_GRP_CTRL, VGIC_CTRL_SAVE_PENDING_TABLES, NULL, res);
		break;
	case OP_USER_READ:
		user_read(d, op, res);
		break;
	case OP_USER_WRITE:
		user_write(d, op, res);
		break;
	case OP_READ_LEVEL:
		read_level(d, op, res);
		break;
	case OP_WRITE_LEVEL:
		write_level(d, op, res);
		break;
	case OP_SET_NR_IRQS:
		set_u32(d, VGIC_GRP_NR_IRQS, 0, (u32)op_arg(op, ARG_SET_NR_IRQS_count), res);
		break;
	case OP_GET_NR_IRQS:
		get_u32(d, VGIC_GRP_NR_IRQS, 0, res);
		break;
	case OP_HAS_ATTR:
		vgic_result(res, device_attr(d, d->vgic, KVM_HAS_DEVICE_ATTR,
					     (u32)op_arg(op, ARG_HAS_ATTR_group),
					     op_arg(op, ARG_HAS_ATTR_attr), NULL));
		break;
	default: /* not performed on the device */
		break;
	}
}

static void set_irq_line(const struct vgic_devices *d, const struct op *op, struct op_result *res)
{
	enum line_type type = (enum line_type)op_arg(op, ARG_IRQ_LINE_type);
	u64 vcpu = op_arg(op, ARG_IRQ_LINE_vcpu);
	struct kvm_irq_level line = {
		.irq = (u32)((vcpu >> 8) << VGIC_IRQ_VCPU2_SHIFT |
			     (u64)line_type_desc(type)->number << VGIC_IRQ_TYPE_SHIFT |
			     (vcpu & VGIC_IRQ_VCPU_MASK) << VGIC_IRQ_VCPU_SHIFT |
			     op_arg(op, ARG_IRQ_LINE_intid)),
		.level = (u32)op_arg(op, ARG_IRQ_LINE_level),
	};

	vgic_result(res, d->port->vm_ioctl(d->vm, KVM_IRQ_LINE, &line));
}

static void signal_msi(const struct vgic_devices *d, const struct op *op, struct op_result *res)
{
	struct kvm_msi msi = {
		.address_lo = (u32)op_arg(op, ARG_SIGNAL_MSI_at),
		.address_hi = (u32)(op_arg(op, ARG_SIGNAL_MSI_at) >> 32),
		.data = (u32)op_arg(op, ARG_SIGNAL_MSI_data),
		.flags = (u32)op_arg(op, ARG_SIGNAL_MSI_flags),
		.devid = (u32)op_arg(op, ARG_SIGNAL_MSI_devid),
	};
	long ret = d->port->vm_ioctl(d->vm, KVM_SIGNAL_MSI, &msi);

	vgic_result(res, ret);
	if (res->status == OP_DONE)
		res->val[res->nr_vals++] = (u64)ret;
}

/* The routes that a program has set so far are set anew with each one (api.rst), but for refused ones. */
static void route_msi(struct vgic_devices *d, const struct op *op, struct op_result *res)
{
	u32 gsi = (u32)op_arg(op, ARG_ROUTE_MSI_gsi);
	struct kvm_irq_routing_entry *route = d->route, before;
	unsigned int nr_before = d->nr_routes;
	struct kvm_irq_routing *all;

	while (route < d->route + d->nr_routes && route->gsi != gsi)
		route++;
	before = *route;
	d->nr_routes += route == d->route + d->nr_routes;
	*route = (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_MSI,
		.flags = (u32)op_arg(op, ARG_ROUTE_MSI_flags),
		.u.msi = {
			.address_lo = (u32)op_arg(op, ARG_ROUTE_MSI_at),
			.address_hi = (u32)(op_arg(op, ARG_ROUTE_MSI_at) >> 32),
			.data = (u32)op_arg(op, ARG_ROUTE_MSI_data),
			.devid = (u32)op_arg(op, ARG_ROUTE_MSI_devid),
		},
	};
	all = calloc(1, sizeof(*all) + d->nr_routes * sizeof(all->entries[0]));
	vgic_result(res, -ENOMEM);
	if (all) {
		all->nr = d->nr_routes;
		memcpy(all->entries, d->route, d->nr_routes * sizeof(all->entries[0]));
		vgic_result(res, d->port->vm_ioctl(d->vm, KVM_SET_GSI_ROUTING, all));
		free(all);
	}
	if (res->status == OP_DONE)
		return;
	*route = before;
	d->nr_routes = nr_before;
}

static bool op_is_on_its(const struct op *op)
{
	u64 reg;

	return op->id == OP_SET_ITS_ADDR || op->id == OP_INIT_ITS || op->id == OP_RESET_ITS ||
	       op->id == OP_SAVE_TABLES || op->id == OP_RESTORE_TABLES ||
	       (op_user_place(op, &reg) && place_frame(reg) == FRAME_GITS);
}

/* Attributes of the ITS's registers have 64 bits whatever the register has (arm-vgic-its.rst). */
static void its_user_write(const struct vgic_devices *d, int its, const struct op *op,
			   struct op_result *res)
{
	u64 reg = op_arg(op, ARG_USER_WRITE_reg);
	u64 value = op_arg(op, ARG_USER_WRITE_value);

	attr_set_u64(d, its, VGIC_GRP_ITS_REGS, place_offset(reg),
		     value & bits_mask(8 * place_size(reg) - 1, 0), res);
}

static u64 its_ctrl(enum op_id id)
{
	switch (id) {
	case OP_RESET_ITS:
		return VGIC_CTRL_RESET;
	case OP_SAVE_TABLES:
		return VGIC_CTRL_SAVE_TABLES;
	case OP_RESTORE_TABLES:
		return VGIC_CTRL_RESTORE_TABLES;
	default:
		return VGIC_CTRL_INIT;
	}
}

static void perform_on_its(const struct vgic_devices *d, const struct op *op, struct op_result *res)
{
	int its = d->its[op_its(op)];

	if (op_its(op) >= d->nr_its) {
		res->status = OP_NO_OBJECT;
		return;
	}
	switch (op->id) {
	case OP_SET_ITS_ADDR:
		attr_set_u64(d, its, VGIC_GRP_ADDR, VGIC_ADDR_ITS,
			     op_arg(op, ARG_SET_ITS_ADDR_base), res);
		break;
	case OP_USER_READ:
		attr_get_u64(d, its, VGIC_GRP_ITS_REGS, place_offset(op_arg(op, ARG_USER_READ_reg)),
			     0, res);
		break;
	case OP_USER_WRITE:
		its_user_write(d, its, op, res);
		break;
	default:
		attr_set(d, its, VGIC_GRP_CTRL, its_ctrl(op->id), NULL, res);
		break;
	}
}

static void create_its(struct vgic_devices *d, struct op_result *res)
{
	bool named = d->nr_its <= PROG_LAST_ITS;

	if (named)
		d->its[d->nr_its] = -1;
	create_device(d, KVM_DEV_TYPE_ARM_VGIC_ITS, named ? &d->its[d->nr_its] : NULL, res);
	d->nr_its += named && res->status == OP_DONE;
}

static u32 vgic_type(enum gic_version gic)
{
	return gic == GIC_V2 ? KVM_DEV_TYPE_ARM_VGIC_V2 : KVM_DEV_TYPE_ARM_VGIC_V3;
}

static void resampled(const struct vgic_devices *d, const struct op *op, struct op_result *res)
{
	long ret = d->port->resampled(d->vm, (unsigned int)op_arg(op, ARG_RESAMPLED_gsi));

	vgic_result(res, ret);
	if (ret >= 0)
		res->val[res->nr_vals++] = (u64)ret;
}

/**
 * vgic_timer_id() - the number that KVM has for a register of a timer
 * @place: of the register
 *
 * Return: the number, for KVM_GET_ONE_REG.
 */
u64 vgic_timer_id(u64 place)
{
	if (place == reg_place(REG_CNTV_CVAL, 0))
		return VGIC_ONE_REG_CNTV_CVAL;
	return VGIC_ONE_REG_SYSREG | place_offset(place);
}

static void access_timer(const struct vgic_devices *d, const struct op *op, u64 place,
			 struct op_result *res)
{
	bool write = op->id == OP_USER_WRITE;
	u64 value = write ? op_arg(op, ARG_USER_WRITE_value) : 0;
	long ret = d->port->one_reg(d->vm, (u64)op_vcpu(op), vgic_timer_id(place), write, &value);

	if (ret > 0) {
		res->status = OP_NO_OBJECT;
		return;
	}
	vgic_result(res, ret);
	if (!ret && !write)
		res->val[res->nr_vals++] = value;
}

/**
 * vgic_perform() - perform an operation on the vGIC's devices or an interrupt ioctl
 * @d:   the devices that the VM has so far
 * @op:  one of AGENT_USER or AGENT_DEV that neither creates nor enters a vCPU
 * @res: receives the outcome, OP_NO_OBJECT if there is no such device
 */
void vgic_perform(struct vgic_devices *d, const struct op *op, struct op_result *res)
{
	u64 where;

	switch (op->id) {
	case OP_CREATE_VGIC:
		create_device(d, vgic_type(d->gic), &d->vgic, res);
		break;
	case OP_CREATE_ITS:
		create_its(d, res);
		break;
	case OP_IRQ_LINE:
		set_irq_line(d, op, res);
		break;
	case OP_SIGNAL_MSI:
		signal_msi(d, op, res);
		break;
	case OP_ROUTE_MSI:
		route_msi(d, op, res);
		break;
	case OP_IRQFD:
		vgic_result(res, d->port->irqfd(d->vm, (unsigned int)op_arg(op, ARG_IRQFD_gsi)));
		break;
	case OP_RESAMPLE:
		vgic_result(res,
			    d->port->resample(d->vm, (unsigned int)op_arg(op, ARG_RESAMPLE_gsi)));
		break;
	case OP_RESAMPLED:
		resampled(d, op, res);
		break;
	default:
		if (op_user_place(op, &where) && place_is_of_timer(where))
			access_timer(d, op, where, res);
		else if (op_is_on_its(op))
			perform_on_its(d, op, res);
		else if (d->vgic < 0)
			res->status = OP_NO_OBJECT;
		else
			perform_on_vgic(d, op, res);
		break;
	}
}

/**
 * vgic_close() - close the devices
 * @d: of a VM that is about to end
 */
void vgic_close(struct vgic_devices *d)
{
	if (!d->port->close_device)
		return;
	for (unsigned int i = 0; i < d->nr_its; i++)
		d->port->close_device(d->vm, d->its[i]);
	if (d->vgic >= 0)
		d->port->close_device(d->vm, d->vgic);
}
