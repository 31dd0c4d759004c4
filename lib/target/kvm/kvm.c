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
#include <sys/prctl.h>
#include <sys/utsname.h>

#include <processor.h>

#include "lib/prog/alloc.h"
#include "lib/prog/mem.h"
#include "lib/target/entry.h"
#include "lib/target/kvm/costs.h"
#include "lib/target/kvm/events.h"
#include "lib/target/kvm/mode.h"
#include "lib/target/storm.h"
#include "lib/target/target.h"

/**
 * find_vcpu() - a vCPU by its vcpu_id
 * @vm:      the VM
 * @vcpu_id: any
 *
 * Return: the vCPU, or NULL if it was not created.
 */
struct target_vcpu *find_vcpu(const struct target_vm *vm, u64 vcpu_id)
{
	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		if (vm->vcpu[i]->kvm.id == vcpu_id)
			return vm->vcpu[i];
	}
	return NULL;
}

/* Looked up once, because a vCPU that is held answers no ioctl. */
static u64 affinity_of_new(struct target_vcpu *v)
{
	u64 mpidr = 0;

	TEST_ASSERT(!__vcpu_get_reg(&v->kvm, KVM_ARM64_SYS_REG(SYS_MPIDR_EL1), &mpidr),
		    "vCPU %u: MPIDR_EL1", v->kvm.id);
	return (mpidr & 0xffffff) | (mpidr >> 32 & 0xff) << 24;
}

static void create_vcpu(struct target_vm *vm, const struct op *op, struct op_result *res)
{
	u64 id = op_arg(op, ARG_CREATE_VCPU_id);
	struct kvm_vcpu_init init = { 0 };
	struct target_vcpu *v;
	int fd = ioctl(vm->kvm->fd, KVM_CREATE_VCPU, id);

	vgic_result(res, fd < 0 ? -errno : fd);
	if (fd < 0)
		return;
	v = xcalloc(1, sizeof(*v));
	v->kvm.id = (u32)id;
	v->kvm.fd = fd;
	v->kvm.vm = vm->kvm;
	v->vm = vm;
	v->index = vm->nr_vcpus;
	vm->vcpu = xrealloc(vm->vcpu, (vm->nr_vcpus + 1) * sizeof(struct target_vcpu *));
	vm->vcpu[vm->nr_vcpus++] = v;
	/* MPIDR_EL1, which names the redistributor, is set by this. */
	vm_ioctl(vm->kvm, KVM_ARM_PREFERRED_TARGET, &init);
	v->parked = op_arg(op, ARG_CREATE_VCPU_off);
	vcpu_add_features(v, &init);
	vcpu_ioctl(&v->kvm, KVM_ARM_VCPU_INIT, &init);
	v->affinity = affinity_of_new(v);
}

static void perform_on_vcpu(struct target_vm *vm, const struct op *op, struct op_result *res)
{
	struct target_vcpu *v = find_vcpu(vm, (u64)op_vcpu(op));

	if (!v)
		res->status = OP_NO_OBJECT;
	else if (op->id == OP_HOLD)
		vcpu_hold(vm, v, res);
	else if (op->id == OP_RELEASE)
		vcpu_release(vm, v, res);
	else
		mp_perform(vm, v, op, res);
}

static void set_halt_poll(struct target_vm *vm, u64 ns, struct op_result *res)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_HALT_POLL, .args = { ns } };

	vgic_result(res, ioctl(vm->kvm->fd, KVM_ENABLE_CAP, &cap) ? -errno : 0);
}

static void migrate(struct target_vm *vm, enum migrate_order order, struct op_result *res)
{
	struct migrate_port port = vm_migrate_port(vm);

	migrate_perform(&port, vm->history, order, res);
}

/**
 * perform_op() - perform an operation that does not enter a guest to end there
 * @vm:  the VM
 * @op:  the operation
 * @res: receives the outcome
 */
void perform_op(struct target_vm *vm, const struct op *op, struct op_result *res)
{
	switch (op->id) {
	case OP_MIGRATE:
		migrate(vm, (enum migrate_order)op_arg(op, ARG_MIGRATE_order), res);
		break;
	case OP_CREATE_VCPU:
		create_vcpu(vm, op, res);
		break;
	case OP_HALT_POLL:
		set_halt_poll(vm, op_arg(op, ARG_HALT_POLL_ns), res);
		break;
	case OP_HOLD:
	case OP_RELEASE:
	case OP_SET_MP_STATE:
	case OP_GET_MP_STATE:
	case OP_AWAIT:
		perform_on_vcpu(vm, op, res);
		break;
	default:
		if (op_is_on_mem(op))
			mem_perform(vm, op, res);
		else
			vgic_perform(&vm->devices, op, res);
		break;
	}
}

/* Performs operations from @first on in turn.  Return: how many have a result. */
static size_t perform_in_turn(struct target_vm *vm, size_t first, struct op_result *results)
{
	const struct op *op = &vm->prog->op[first];
	size_t ops[GUEST_RING_OPS], nr;
	struct target_vcpu *v;

	if (!op_enters_guest(op)) {
		perform_op(vm, op, &results[first]);
		return 1;
	}
	v = find_vcpu(vm, (u64)op_vcpu(op));
	if (v && !v->held && !v->parked) {
		nr = entry_length(vm->prog, first, vm->is_debugged ? 1 : GUEST_RING_OPS);
		for (size_t i = 0; i < nr; i++)
			ops[i] = first + i;
		guest_make_room(nr);
		return guest_perform(vm, v, ops, nr, results);
	}
	results[first].status = OP_NO_OBJECT;
	return 1;
}

/* The same, side by side if they are in a block. */
static size_t perform_some(struct target_vm *vm, size_t first, struct op_result *results)
{
	size_t end = prog_par_end(vm->prog, first);

	if (end > first + 1 && par_perform(vm, first, end, results))
		return end - first;
	return perform_in_turn(vm, first, results);
}

/**
 * perform_all() - perform a program that neither begins nor ends elsewhere
 * @vm:      from vm_open()
 * @results: filled in, one for each operation
 */
void perform_all(struct target_vm *vm, struct op_result *results)
{
	for (size_t i = 0; i < vm->prog->nr_ops; i++)
		results[i].status = OP_NOT_RUN;
	for (size_t i = 0; i < vm->prog->nr_ops;)
		i += perform_some(vm, i, results);
}

static enum vm_guest_mode mode_of(unsigned int ipa_bits)
{
	if (ipa_bits == 36)
		return VM_MODE_P36V48_4K;
	return ipa_bits == 48 ? VM_MODE_P48V48_4K : VM_MODE_P40V48_4K;
}

/**
 * vm_open() - a new VM without vCPUs
 * @vm: its program is set
 */
void vm_open(struct target_vm *vm)
{
	struct vm_shape shape = { .mode = mode_of(vm->prog->ipa_bits) };

	vm->devices = (struct vgic_devices){
		.port = &kvm_port, .vm = vm, .gic = vm->prog->gic, .vgic = -1
	};
	vm->vcpu = NULL;
	vm->nr_vcpus = 0;
	vm->nr_runnable = 0;
	vm->ram = NULL;
	vm->timer_ticks = prog_timer_ticks(vm->prog);
	vm->kvm = ____vm_create(shape);
	if (prog_uses_mem(vm->prog))
		mem_set_up(vm);
}

/**
 * vm_close() - end a VM
 * @vm: from vm_open()
 */
void vm_close(struct target_vm *vm)
{
	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		struct target_vcpu *v = vm->vcpu[i];
		struct op_result unused;

		vcpu_release(vm, v, &unused);
		if (v->runnable)
			munmap(v->kvm.run, v->run_bytes);
		close(v->kvm.fd);
		free(v);
	}
	free(vm->vcpu);
	vgic_close(&vm->devices);
	device_close_resamplers(vm);
	kvm_vm_free(vm->kvm);
}

/* For who debugs the kernel: the task is called as the operation that it performs. */
static void name_task(size_t op)
{
	char name[32]; /* the kernel takes 15 characters of it */

	snprintf(name, sizeof(name), "op %zu", op + 1);
	prctl(PR_SET_NAME, name);
}

static void note(const struct target_vm *vm, size_t first, size_t nr,
		 const struct op_result *results)
{
	for (size_t i = first; vm->history && i < first + nr; i++)
		vmstate_note(vm->history, &vm->prog->op[i], &results[i]);
}

static int run_part(struct target_vm *vm, struct target_part *part, struct op_result *results)
{
	struct migrate_port port = vm_migrate_port(vm);
	int ret = migrate_begin(&port, vm->history, part);
	size_t nr;

	for (size_t i = part->first; !ret && i < part->end; i += nr) {
		if (vm->is_debugged)
			name_task(i);
		nr = perform_some(vm, i, results);
		note(vm, i, nr, results);
	}
	return ret ? ret : migrate_end(&port, vm->history, part);
}

static int kvm_run_part(const struct prog *prog, struct target_part *part,
			struct op_result *results)
{
	struct target_vm vm = { .prog = prog };
	struct vmstate_history history;
	int ret;

	if (part->from || part->to || prog_has_op(prog, OP_MIGRATE)) {
		vmstate_history_init(&history, prog);
		vm.history = &history;
	}
	vm.is_debugged = getenv("VGICHECK_NAME_OPS");
	for (size_t i = part->first; i < part->end; i++)
		results[i].status = OP_NOT_RUN;
	vm_open(&vm);
	ret = run_part(&vm, part, results);
	vm_close(&vm);
	if (vm.history)
		vmstate_history_free(vm.history);
	return ret;
}

static void kvm_run_prog(const struct prog *prog, struct op_result *results)
{
	struct target_part all = { .end = prog->nr_ops };

	TEST_ASSERT(!kvm_run_part(prog, &all, results), "nothing is restored or saved");
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

/* The device tree's compatible strings, each terminated. */
static bool is_qemu_virt(void)
{
	static const char name[] = "linux,dummy-virt";
	FILE *f = fopen("/sys/firmware/devicetree/base/compatible", "re");
	char text[256] = "";
	size_t n;

	if (!f)
		return false;
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	return memmem(text, n, name, sizeof(name)) != NULL;
}

/* Asks a vCPU of a VM that nobody else uses. */
static bool guests_have_wfxt(int vm_fd)
{
	struct kvm_vcpu_init init = { 0 };
	u64 isar2 = 0;
	struct kvm_one_reg reg = {
		.id = KVM_ARM64_SYS_REG(SYS_ID_AA64ISAR2_EL1),
		.addr = (u64)(uintptr_t)&isar2,
	};
	int fd = ioctl(vm_fd, KVM_CREATE_VCPU, 0UL);
	bool known = fd >= 0 && !ioctl(vm_fd, KVM_ARM_PREFERRED_TARGET, &init) &&
		     !ioctl(fd, KVM_ARM_VCPU_INIT, &init) && !ioctl(fd, KVM_GET_ONE_REG, &reg);

	if (fd >= 0)
		close(fd);
	return known && bits_get(isar2, 3, 0);
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
	target_name_gics(info);
	info->is_qemu_virt = is_qemu_virt();
	info->is_protected = kvm_mode_probe().is_protected;
	info->is_trapped = info->has_gicv3 && kvm_mode_probe().is_trapped;
	info->max_ipa_bits =
		(unsigned int)ioctl(kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_ARM_VM_IPA_SIZE);
	info->has_suspended = ioctl(vm_fd, KVM_CHECK_EXTENSION, KVM_CAP_ARM_SYSTEM_SUSPEND) > 0;
	info->has_wfxt = guests_have_wfxt(vm_fd);
	info->max_vcpus = (unsigned int)ioctl(vm_fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID);
	close(vm_fd);
	close(kvm_fd);
	if (info->has_gicv3)
		target_probe_gicv3(&target_kvm, info);
	return 0;
}

const struct target target_kvm = {
	.name = "kvm",
	.doc = "the in-kernel vGIC of /dev/kvm",
	.probe = kvm_probe,
	.has_mp_state = true,
	.run = kvm_run_prog,
	.events = kvm_events,
	.storm = kvm_storm,
	.run_part = kvm_run_part,
	.costs = kvm_costs,
};
