// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM of a library that performs one program: vCPUs, memory, and entering guests.
 */
#include "lib/target/hosted/hosted.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>

#include "lib/prog/alloc.h"
#include "lib/prog/mem.h"
#include "lib/target/entry.h"

static long vm_call(void *machine, unsigned long cmd, void *arg)
{
	const struct hosted_machine *m = machine;

	return m->kernel->vm_ioctl(m->vm, cmd, arg);
}

static long device_call(void *machine, int device, unsigned long cmd, void *arg)
{
	const struct hosted_machine *m = machine;

	return m->kernel->device_ioctl(m->vm, device, cmd, arg);
}

static bool affinity(const void *machine, u64 vcpu_id, u64 *to)
{
	const struct hosted_vcpu *v = hosted_find_vcpu(machine, vcpu_id);

	if (v)
		*to = v->affinity;
	return v;
}

static long irqfd(void *vm, unsigned int gsi)
{
	struct kvm_irqfd tie = { .gsi = gsi };

	return vm_call(vm, KVM_IRQFD, &tie);
}

static long resample(void *vm, unsigned int gsi)
{
	struct kvm_irqfd tie = { .gsi = gsi, .flags = KVM_IRQFD_FLAG_RESAMPLE };

	return vm_call(vm, KVM_IRQFD, &tie);
}

static long resampled(void *vm, unsigned int gsi)
{
	struct kvm_irqfd tie = {
		.gsi = gsi,
		.flags = KVM_IRQFD_FLAG_RESAMPLE | KVM_IRQFD_FLAG_DEASSIGN,
	};

	return vm_call(vm, KVM_IRQFD, &tie);
}

static long one_reg(void *machine, u64 vcpu_id, u64 id, bool write, u64 *value)
{
	struct hosted_machine *m = machine;
	const struct hosted_vcpu *v = hosted_find_vcpu(m, vcpu_id);
	unsigned long long val = *value;
	long ret;

	if (!v || v->held || m->side_by_side)
		return 1;
	ret = m->kernel->one_reg(m->vm, v->number, id, write, &val);
	*value = val;
	return ret;
}

static const struct vgic_port hosted_port = {
	.vm_ioctl = vm_call,
	.device_ioctl = device_call,
	.irqfd = irqfd,
	.resample = resample,
	.resampled = resampled,
	.one_reg = one_reg,
	.affinity = affinity,
};

/**
 * hosted_find_vcpu() - a vCPU by its vcpu_id
 * @m:       the machine
 * @vcpu_id: any
 *
 * Return: the vCPU, or NULL if it was not created.
 */
struct hosted_vcpu *hosted_find_vcpu(const struct hosted_machine *m, u64 vcpu_id)
{
	for (size_t i = 0; i < m->nr_vcpus; i++) {
		if (m->vcpu[i]->id == vcpu_id)
			return m->vcpu[i];
	}
	return NULL;
}

static void create_vcpu(struct hosted_machine *m, u64 id, struct op_result *res)
{
	/* The id itself is the argument, not where it is. */
	void *arg = (void *)(uintptr_t)id; /* NOLINT(performance-no-int-to-ptr) */
	long number = m->kernel->vm_ioctl(m->vm, KVM_CREATE_VCPU, arg);
	struct hosted_vcpu *v;
	u64 mpidr;

	vgic_result(res, number);
	if (number < 0)
		return;
	v = xcalloc(1, sizeof(*v));
	v->id = id;
	v->number = (int)number;
	mpidr = m->kernel->mpidr(m->vm, v->number);
	v->affinity = (mpidr & 0xffffff) | (mpidr >> 32 & 0xff) << 24;
	m->vcpu = xrealloc(m->vcpu, (m->nr_vcpus + 1) * sizeof(struct hosted_vcpu *));
	m->vcpu[m->nr_vcpus++] = v;
}

static void add_memory(const struct hosted_machine *m, u64 base, unsigned long bytes)
{
	int ret = m->kernel->add_memory(m->vm, base, bytes);

	if (!ret)
		return;
	fprintf(stderr, "hosted: no memory at 0x%llx: error %d\n", (unsigned long long)base, -ret);
	exit(EXIT_FAILURE);
}

/**
 * hosted_enter() - let a vCPU enter its guest
 * @m: the machine
 * @v: the vCPU, which is not in its guest
 *
 * Return: 0, or the negative errno that KVM_RUN fails with.
 */
int hosted_enter(struct hosted_machine *m, struct hosted_vcpu *v)
{
	int ret;

	/* Where the guests of the kvm target have their code: others may access it, too. */
	if (!m->has_ram)
		add_memory(m, PROG_RAM_BASE, GUEST_DOORBELL_OFFSET);
	m->has_ram = true;
	v->runnable = true;
	ret = m->kernel->enter(m->vm, v->number);
	v->inside = !ret;
	return ret;
}

/**
 * hosted_leave() - let a vCPU leave its guest
 * @m: the machine
 * @v: the vCPU
 */
void hosted_leave(struct hosted_machine *m, struct hosted_vcpu *v)
{
	unsigned long long nothing = 0;

	if (!v->inside)
		return;
	/*
	 * A guest leaves by a store, for which it is in the guest once more.  What KVM
	 * does at that exit counts: it moves interrupts to their new targets.
	 */
	(void)m->kernel->mmio(m->vm, v->number, PROG_RAM_BASE + GUEST_DOORBELL_OFFSET, 4, 1,
			      &nothing);
	m->kernel->leave(m->vm, v->number);
	v->inside = false;
}

static void hold(struct hosted_machine *m, struct hosted_vcpu *v, struct op_result *res)
{
	if (!v || v->held) {
		res->status = OP_NO_OBJECT;
		return;
	}
	vgic_result(res, hosted_enter(m, v));
	v->held = res->status == OP_DONE;
}

static void release(struct hosted_machine *m, struct hosted_vcpu *v, struct op_result *res)
{
	if (!v || !v->held) {
		res->status = OP_NO_OBJECT;
		return;
	}
	hosted_leave(m, v);
	v->held = false;
	vgic_result(res, 0);
}

static void perform_on_mem(const struct hosted_machine *m, const struct op *op,
			   struct op_result *res)
{
	struct mem_store store;
	u8 byte[8] = { 0 };
	u64 value = 0;
	int ret;

	if (op_mem_store(op, &store)) {
		vgic_result(res, m->kernel->mem_write(m->vm, store.at, store.byte, store.nr));
		return;
	}
	ret = m->kernel->mem_read(m->vm, op_arg(op, ARG_MEM_READ_at), byte,
				  op_arg(op, ARG_MEM_READ_size));
	for (size_t i = 0; i < sizeof(byte); i++)
		value |= (u64)byte[i] << 8 * i;
	vgic_result(res, ret);
	if (res->status == OP_DONE)
		res->val[res->nr_vals++] = value;
}

static void migrate(struct hosted_machine *m, enum migrate_order order, struct op_result *res)
{
	struct migrate_port port = hosted_migrate_port(m);

	migrate_perform(&port, m->history, order, res);
}

/**
 * hosted_perform_op() - perform an operation that does not enter a guest to end there
 * @m:   the machine
 * @op:  the operation
 * @res: receives the outcome
 */
void hosted_perform_op(struct hosted_machine *m, const struct op *op, struct op_result *res)
{
	switch (op->id) {
	case OP_MIGRATE:
		migrate(m, (enum migrate_order)op_arg(op, ARG_MIGRATE_order), res);
		break;
	case OP_CREATE_VCPU:
		create_vcpu(m, op_arg(op, ARG_CREATE_VCPU_id), res);
		break;
	case OP_HOLD:
		hold(m, hosted_find_vcpu(m, op_arg(op, ARG_HOLD_vcpu)), res);
		break;
	case OP_RELEASE:
		release(m, hosted_find_vcpu(m, op_arg(op, ARG_RELEASE_vcpu)), res);
		break;
	default:
		if (op_is_on_mem(op))
			perform_on_mem(m, op, res);
		else
			vgic_perform(&m->devices, op, res);
		break;
	}
	m->kernel->quiesce(m->vm);
}

/* Until end_failing(), what @op names fails. */
static void begin_failing(struct hosted_machine *m, const struct op *op, struct op_result *res)
{
	m->kernel->fail(HOSTED_FAIL_ALLOC, op_arg(op, ARG_FAIL_alloc));
	m->kernel->fail(HOSTED_FAIL_COPY, op_arg(op, ARG_FAIL_copy));
	m->kernel->fail(HOSTED_FAIL_GUEST, op_arg(op, ARG_FAIL_guest));
	vgic_result(res, 0);
	m->failing = res;
}

/* The result of OP_FAIL is how many there were of each. */
static void end_failing(struct hosted_machine *m)
{
	struct op_result *res = m->failing;

	m->failing = NULL;
	for (int what = 0; res && what < NR_HOSTED_FAILS; what++) {
		res->val[res->nr_vals++] = m->kernel->counted((enum hosted_fail)what);
		m->kernel->fail((enum hosted_fail)what, 0);
	}
}

/* One entry of a guest.  Return: how many operations have a result. */
static size_t perform_entry(struct hosted_machine *m, struct hosted_vcpu *v, size_t first,
			    struct op_result *results)
{
	size_t nr = m->failing ? 1 : entry_length(m->prog, first, GUEST_RING_OPS);
	int ret = hosted_enter(m, v);

	if (ret) {
		vgic_result(&results[first], ret);
		m->kernel->quiesce(m->vm);
		return 1;
	}
	for (size_t i = first; i < first + nr; i++) {
		hosted_report_from(i);
		hosted_guest_perform(m, v, &m->prog->op[i], &results[i]);
		m->kernel->quiesce(m->vm);
	}
	hosted_leave(m, v);
	m->kernel->quiesce(m->vm);
	return nr;
}

/* Performs an operation, or those of one entry.  Return: how many have a result. */
static size_t perform_alone(struct hosted_machine *m, size_t first, struct op_result *results)
{
	const struct op *op = &m->prog->op[first];
	struct hosted_vcpu *v;

	if (!op_enters_guest(op)) {
		hosted_perform_op(m, op, &results[first]);
		return 1;
	}
	v = hosted_find_vcpu(m, (u64)op_vcpu(op));
	if (v && !v->held)
		return perform_entry(m, v, first, results);
	results[first].status = OP_NO_OBJECT;
	return 1;
}

/* Performs operations from @first on.  Return: how many have a result. */
static size_t perform_some(struct hosted_machine *m, size_t first, struct op_result *results)
{
	const struct op *op = &m->prog->op[first];
	size_t end = prog_par_end(m->prog, first);
	bool in_block = end > first + 1;
	size_t nr;

	hosted_report_from(first);
	/* What is side by side does not fail: no one operation is the next one.  Nor do many. */
	if (in_block || op->id == OP_FAIL || op->id == OP_MIGRATE)
		end_failing(m);
	if (op->id == OP_FAIL) {
		begin_failing(m, op, &results[first]);
		return 1;
	}
	if (in_block) {
		m->side_by_side = true;
		hosted_par_perform(m, first, end, results);
		m->side_by_side = false;
		return end - first;
	}
	nr = perform_alone(m, first, results);
	end_failing(m);
	return nr;
}

static struct vgic_devices no_devices(struct hosted_machine *m)
{
	return (struct vgic_devices){
		.port = &hosted_port, .vm = m, .gic = m->prog->gic, .vgic = -1
	};
}

/**
 * hosted_open() - a new VM without vCPUs
 * @m: its kernel and its program are set
 */
void hosted_open(struct hosted_machine *m)
{
	m->devices = no_devices(m);
	m->vcpu = NULL;
	m->nr_vcpus = 0;
	m->has_ram = false;
	m->vm = m->kernel->create_vm(m->prog->ipa_bits);
	if (!m->vm) {
		fprintf(stderr, "hosted: no VM of %u bits of addresses\n", m->prog->ipa_bits);
		exit(EXIT_FAILURE);
	}
	m->has_mem = prog_uses_mem(m->prog);
	if (m->has_mem)
		add_memory(m, PROG_MEM_BASE, PROG_MEM_BYTES);
}

/**
 * hosted_close() - end a VM
 * @m: from hosted_open()
 */
void hosted_close(struct hosted_machine *m)
{
	for (size_t i = 0; i < m->nr_vcpus; i++)
		hosted_leave(m, m->vcpu[i]);
	m->kernel->destroy_vm(m->vm);
	for (size_t i = 0; i < m->nr_vcpus; i++)
		free(m->vcpu[i]);
	free(m->vcpu);
}

static void note(struct hosted_machine *m, size_t first, size_t nr, const struct op_result *results)
{
	for (size_t i = first; m->history && i < first + nr; i++)
		vmstate_note(m->history, &m->prog->op[i], &results[i]);
}

static int run_part(struct hosted_machine *m, struct target_part *part, struct op_result *results)
{
	struct migrate_port port = hosted_migrate_port(m);
	int ret = migrate_begin(&port, m->history, part);
	size_t nr;

	for (size_t i = part->first; !ret && i < part->end; i += nr) {
		nr = perform_some(m, i, results);
		note(m, i, nr, results);
	}
	return ret ? ret : migrate_end(&port, m->history, part);
}

/**
 * hosted_run_part() - perform operations of a program
 * @kernel:  a library that has been booted
 * @prog:    the program
 * @part:    which of its operations, on which VM
 * @results: one for each operation of the program
 *
 * Return: 0, or a negative errno if the VM could not be restored or saved.
 */
int hosted_run_part(const struct hosted_kernel *kernel, const struct prog *prog,
		    struct target_part *part, struct op_result *results)
{
	struct hosted_machine m = { .kernel = kernel, .prog = prog };
	struct vmstate_history history;
	int ret;

	if (part->from || part->to || prog_has_op(prog, OP_MIGRATE)) {
		vmstate_history_init(&history, prog);
		m.history = &history;
	}
	for (size_t i = part->first; i < part->end; i++)
		results[i].status = OP_NOT_RUN;
	hosted_open(&m);
	ret = run_part(&m, part, results);
	hosted_report_from(prog->nr_ops);
	hosted_close(&m);
	end_failing(&m);
	if (m.history)
		vmstate_history_free(m.history);
	return ret;
}

/**
 * hosted_run() - perform a program
 * @kernel:  a library that has been booted
 * @prog:    the program
 * @results: one for each operation
 */
void hosted_run(const struct hosted_kernel *kernel, const struct prog *prog,
		struct op_result *results)
{
	struct target_part all = { .end = prog->nr_ops };
	int ret = hosted_run_part(kernel, prog, &all, results);

	assert(!ret);
	(void)ret;
}
