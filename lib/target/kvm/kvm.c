// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kvm target: performs programs on the in-kernel vGIC of /dev/kvm.
 *
 * kvm_util sets up what a program needs but does not test, and ends the process
 * when that fails.  What a program tests goes through raw ioctls, so that each
 * errno becomes a result.  Running the guest is in guest.c.
 */
#include "lib/target/kvm/vm.h"

#include <errno.h>
#include <sys/utsname.h>

#include <processor.h>

#include "lib/prog/alloc.h"
#include "lib/target/kvm/costs.h"
#include "lib/target/target.h"

static void result_of_ioctl(struct op_result *res, int ret)
{
	int err = errno;

	res->status = ret < 0 ? OP_FAILED : OP_DONE;
	res->err = ret < 0 ? err : 0;
	res->nr_vals = 0;
}

static u32 vgic_device_type(enum gic_version gic)
{
	return gic == GIC_V2 ? KVM_DEV_TYPE_ARM_VGIC_V2 : KVM_DEV_TYPE_ARM_VGIC_V3;
}

static void create_vgic(struct target_vm *vm, struct op_result *res)
{
	struct kvm_create_device dev = { .type = vgic_device_type(vm->prog->gic) };

	result_of_ioctl(res, ioctl(vm->kvm->fd, KVM_CREATE_DEVICE, &dev));
	if (res->status == OP_DONE && vm->vgic_fd < 0)
		vm->vgic_fd = (int)dev.fd;
	else if (res->status == OP_DONE)
		close((int)dev.fd);
}

static struct target_vcpu *find_vcpu(const struct target_vm *vm, int vcpu_id)
{
	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		if ((int)vm->vcpu[i]->kvm.id == vcpu_id)
			return vm->vcpu[i];
	}
	return NULL;
}

static void create_vcpu(struct target_vm *vm, const struct op *op, struct op_result *res)
{
	u64 id = op_arg(op, ARG_CREATE_VCPU_id);
	struct kvm_vcpu_init init = { 0 };
	struct target_vcpu *v;
	int fd = ioctl(vm->kvm->fd, KVM_CREATE_VCPU, id);

	result_of_ioctl(res, fd);
	if (fd < 0)
		return;
	v = xcalloc(1, sizeof(*v));
	v->kvm.id = (u32)id;
	v->kvm.fd = fd;
	v->kvm.vm = vm->kvm;
	vm->vcpu = xrealloc(vm->vcpu, (vm->nr_vcpus + 1) * sizeof(struct target_vcpu *));
	vm->vcpu[vm->nr_vcpus++] = v;
	/* MPIDR_EL1, which names the redistributor, is set by this. */
	vm_ioctl(vm->kvm, KVM_ARM_PREFERRED_TARGET, &init);
	vcpu_ioctl(&v->kvm, KVM_ARM_VCPU_INIT, &init);
}

static int device_attr(const struct target_vm *vm, unsigned long cmd, u32 group, u64 attr,
		       void *value)
{
	struct kvm_device_attr a = {
		.group = group,
		.attr = attr,
		.addr = (u64)(uintptr_t)value,
	};

	return ioctl(vm->vgic_fd, cmd, &a);
}

static void set_addr(const struct target_vm *vm, u64 attr, u64 value, struct op_result *res)
{
	result_of_ioctl(
		res, device_attr(vm, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, attr, &value));
}

static void get_addr(const struct target_vm *vm, u64 attr, u64 value, struct op_result *res)
{
	result_of_ioctl(
		res, device_attr(vm, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, attr, &value));
	if (res->status == OP_DONE)
		res->val[res->nr_vals++] = value;
}

/*
 * Aff3.Aff2.Aff1.Aff0 of the vCPU.  For a vcpu_id that was not created, it is
 * the affinity that KVM would give it, so that the access names no vCPU.
 */
static u64 affinity_of(const struct target_vm *vm, u64 vcpu_id)
{
	struct target_vcpu *v = find_vcpu(vm, (int)vcpu_id);
	u64 mpidr;

	if (!v)
		return (vcpu_id & 0xf) | (vcpu_id >> 4 & 0xff) << 8;
	/* After a failed first run every ioctl fails: any name will do then. */
	if (__vcpu_get_reg(&v->kvm, KVM_ARM64_SYS_REG(SYS_MPIDR_EL1), &mpidr))
		return 0;
	return (mpidr & 0xffffff) | (mpidr >> 32 & 0xff) << 24;
}

/* 64-bit registers are accessed by their lower and upper word (arm-vgic-v3.rst). */
static void user_read(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	u64 reg = op_arg(op, ARG_USER_READ_reg);
	u64 affinity = affinity_of(vm, op_arg(op, ARG_USER_READ_vcpu));
	u64 value = 0;

	for (u32 word = 0; word < place_size(reg) / 4; word++) {
		u32 half = 0;

		result_of_ioctl(res, device_attr(vm, KVM_GET_DEVICE_ATTR,
						 KVM_DEV_ARM_VGIC_GRP_REDIST_REGS,
						 affinity << 32 | (place_offset(reg) + 4 * word), &half));
		if (res->status != OP_DONE)
			return;
		value |= (u64)half << (32 * word);
	}
	res->val[res->nr_vals++] = value;
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

/* Operations on the vGIC's device, which exists. */
static void perform_on_vgic(struct target_vm *vm, const struct op *op, struct op_result *res)
{
	switch (op->id) {
	case OP_SET_ADDR:
		set_addr(vm, addr_number(op, ARG_SET_ADDR_type), op_arg(op, ARG_SET_ADDR_base),
			 res);
		break;
	case OP_GET_ADDR:
		get_addr(vm, addr_number(op, ARG_GET_ADDR_type), 0, res);
		break;
	case OP_REDIST_REGION:
		set_addr(vm, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, region_attr(op), res);
		break;
	case OP_GET_REDIST_REGION:
		get_addr(vm, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION,
			 op_arg(op, ARG_GET_REDIST_REGION_index), res);
		break;
	case OP_INIT_VGIC:
		result_of_ioctl(res, device_attr(vm, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL,
						 KVM_DEV_ARM_VGIC_CTRL_INIT, NULL));
		break;
	case OP_USER_READ:
		user_read(vm, op, res);
		break;
	default: /* not performed on the device */
		break;
	}
}

static void perform(struct target_vm *vm, const struct op *op, struct op_result *res)
{
	if (op->id == OP_CREATE_VGIC)
		create_vgic(vm, res);
	else if (op->id == OP_CREATE_VCPU)
		create_vcpu(vm, op, res);
	else if (vm->vgic_fd < 0)
		res->status = OP_NO_OBJECT;
	else
		perform_on_vgic(vm, op, res);
}

static bool op_enters_guest(const struct op *op)
{
	return op->id == OP_RUN || op_desc(op->id)->agent == AGENT_GUEST;
}

/* Performs operations from @first on; as many as one entry of a guest can do. */
static size_t perform_some(struct target_vm *vm, size_t first, struct op_result *results)
{
	const struct prog *p = vm->prog;
	int vcpu_id = op_vcpu(&p->op[first]);
	struct target_vcpu *v;
	size_t nr = 1;

	if (!op_enters_guest(&p->op[first])) {
		perform(vm, &p->op[first], &results[first]);
		return 1;
	}
	v = find_vcpu(vm, vcpu_id);
	if (!v) {
		results[first].status = OP_NO_OBJECT;
		return 1;
	}
	while (first + nr < p->nr_ops && nr < GUEST_MAX_OPS &&
	       op_enters_guest(&p->op[first + nr]) && op_vcpu(&p->op[first + nr]) == vcpu_id)
		nr++;
	guest_batch_run(vm, v, first, nr, &results[first]);
	/* A vCPU that did not enter performed nothing, and only the first was asked. */
	return results[first].status == OP_FAILED ? 1 : nr;
}

static enum vm_guest_mode mode_of(unsigned int ipa_bits)
{
	if (ipa_bits == 36)
		return VM_MODE_P36V48_4K;
	return ipa_bits == 48 ? VM_MODE_P48V48_4K : VM_MODE_P40V48_4K;
}

static void vm_close(struct target_vm *vm)
{
	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		struct target_vcpu *v = vm->vcpu[i];

		if (v->runnable)
			munmap(v->kvm.run, v->run_bytes);
		close(v->kvm.fd);
		free(v);
	}
	free(vm->vcpu);
	if (vm->vgic_fd >= 0)
		close(vm->vgic_fd);
	kvm_vm_free(vm->kvm);
}

static void kvm_run_prog(const struct prog *prog, struct op_result *results)
{
	struct vm_shape shape = { .mode = mode_of(prog->ipa_bits) };
	struct target_vm vm = { .prog = prog, .vgic_fd = -1 };

	for (size_t i = 0; i < prog->nr_ops; i++)
		results[i].status = OP_NOT_RUN;
	vm.kvm = ____vm_create(shape);
	for (size_t i = 0; i < prog->nr_ops;)
		i += perform_some(&vm, i, results);
	vm_close(&vm);
}

static bool can_create(int vm_fd, u32 type)
{
	struct kvm_create_device dev = { .type = type, .flags = KVM_CREATE_DEVICE_TEST };

	return !ioctl(vm_fd, KVM_CREATE_DEVICE, &dev);
}

static int open_kvm(struct target_info *info)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int err = errno;

	if (fd >= 0)
		return fd;
	snprintf(info->reason, sizeof(info->reason), "cannot open '/dev/kvm': %s%s", strerror(err),
		 err == EACCES ? " (are you in group kvm?)" : "");
	return -err;
}

static int kvm_probe(struct target_info *info)
{
	struct utsname name;
	unsigned int major = 0, minor = 0;
	int kvm_fd, vm_fd, err;

	*info = (struct target_info){ 0 };
	uname(&name);
	snprintf(info->kernel, sizeof(info->kernel), "%s", name.release);
	if (sscanf(name.release, "%u.%u", &major, &minor) == 2)
		info->version = major * 1000 + minor;
	kvm_fd = open_kvm(info);
	if (kvm_fd < 0)
		return kvm_fd;
	vm_fd = ioctl(kvm_fd, KVM_CREATE_VM, 0UL);
	err = errno;
	if (vm_fd < 0) {
		snprintf(info->reason, sizeof(info->reason), "KVM_CREATE_VM: %s", strerror(err));
		close(kvm_fd);
		return -err;
	}
	info->has_gicv2 = can_create(vm_fd, KVM_DEV_TYPE_ARM_VGIC_V2);
	info->has_gicv3 = can_create(vm_fd, KVM_DEV_TYPE_ARM_VGIC_V3);
	snprintf(info->host_gic, sizeof(info->host_gic), "%s%s%s", info->has_gicv2 ? "gicv2" : "",
		 info->has_gicv2 && info->has_gicv3 ? " " : "", info->has_gicv3 ? "gicv3" : "");
	info->max_ipa_bits =
		(unsigned int)ioctl(kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_ARM_VM_IPA_SIZE);
	info->max_vcpus = (unsigned int)ioctl(vm_fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID);
	close(vm_fd);
	close(kvm_fd);
	return 0;
}

const struct target target_kvm = {
	.name = "kvm",
	.doc = "the in-kernel vGIC of /dev/kvm",
	.probe = kvm_probe,
	.run = kvm_run_prog,
	.costs = kvm_costs,
};
