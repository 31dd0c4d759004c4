// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS's device: raw calls, with the errno as the result.  Its commands are in
 * mem.c, because they are written to the guest's memory.
 */
#include "lib/target/kvm/vm.h"

/**
 * create_its() - perform OP_CREATE_ITS
 * @vm:  the VM; the first ITS is the one that other operations name
 * @res: receives the outcome
 */
void create_its(struct target_vm *vm, struct op_result *res)
{
	struct kvm_create_device dev = { .type = KVM_DEV_TYPE_ARM_VGIC_ITS };

	result_of_ioctl(res, ioctl(vm->kvm->fd, KVM_CREATE_DEVICE, &dev));
	if (res->status == OP_DONE && vm->its_fd < 0)
		vm->its_fd = (int)dev.fd;
	else if (res->status == OP_DONE)
		close((int)dev.fd);
}

/* The place that a user access names, if it is one. */
static bool user_place(const struct op *op, u64 *reg)
{
	if (op->id == OP_USER_READ)
		*reg = op_arg(op, ARG_USER_READ_reg);
	else if (op->id == OP_USER_WRITE)
		*reg = op_arg(op, ARG_USER_WRITE_reg);
	else
		return false;
	return true;
}

/**
 * op_is_on_its() - is it for perform_on_its()?
 * @op: any
 *
 * Return: whether it uses an attribute of the ITS's device.
 */
bool op_is_on_its(const struct op *op)
{
	u64 reg;

	return op->id == OP_SET_ITS_ADDR || op->id == OP_INIT_ITS ||
	       (user_place(op, &reg) && place_frame(reg) == FRAME_GITS);
}

/* Attributes of the ITS's registers have 64 bits whatever the register has (arm-vgic-its.rst). */
static void user_write(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	u64 reg = op_arg(op, ARG_USER_WRITE_reg);
	u64 value = op_arg(op, ARG_USER_WRITE_value);

	attr_set_u64(vm->its_fd, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, place_offset(reg),
		     value & bits_mask(8 * place_size(reg) - 1, 0), res);
}

/**
 * perform_on_its() - perform an operation on the ITS's device
 * @vm:  the VM
 * @op:  an operation for which op_is_on_its()
 * @res: receives the outcome, OP_NO_OBJECT if there is no ITS
 */
void perform_on_its(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	if (vm->its_fd < 0)
		res->status = OP_NO_OBJECT;
	else if (op->id == OP_SET_ITS_ADDR)
		attr_set_u64(vm->its_fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE,
			     op_arg(op, ARG_SET_ITS_ADDR_base), res);
	else if (op->id == OP_INIT_ITS)
		attr_set(vm->its_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL,
			 res);
	else if (op->id == OP_USER_READ)
		attr_get_u64(vm->its_fd, KVM_DEV_ARM_VGIC_GRP_ITS_REGS,
			     place_offset(op_arg(op, ARG_USER_READ_reg)), 0, res);
	else
		user_write(vm, op, res);
}
