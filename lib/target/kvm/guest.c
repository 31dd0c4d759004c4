// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests of the kvm target: their memory, their translation tables, and entering
 * them with a batch of operations.
 */
#include "lib/target/kvm/vm.h"

#include <errno.h>
#include <processor.h>

#define BLOCK_1G_SHIFT 30
#define BLOCK_2M_SHIFT 21
#define L0_SHIFT 39
#define TABLE_BYTES 0x1000u

#define PTE_VALID_TABLE 3ULL
#define PTE_VALID_BLOCK 1ULL
#define PTE_ATTR(index) ((u64)(index) << 2)
#define PTE_INNER_SHAREABLE (3ULL << 8)
#define PTE_ACCESSED (1ULL << 10)
#define MT_DEVICE 0 /* nGnRnE in kvm_util's MAIR_EL1 */

#define DEVICE_BLOCK (PTE_VALID_BLOCK | PTE_ATTR(MT_DEVICE) | PTE_ACCESSED)
#define NORMAL_BLOCK (PTE_VALID_BLOCK | PTE_ATTR(MT_NORMAL) | PTE_INNER_SHAREABLE | PTE_ACCESSED)

struct tables {
	char *hva; /* of GUEST_TABLE_OFFSET */
	u32 used; /* bytes */
};

static u64 table_gpa(u32 offset)
{
	return PROG_RAM_BASE + GUEST_TABLE_OFFSET + offset;
}

static u64 *table_at(const struct tables *t, u32 offset)
{
	return (u64 *)(void *)(t->hva + offset);
}

static u32 table_new(struct tables *t)
{
	u32 offset = t->used;

	TEST_ASSERT(offset + TABLE_BYTES <= GUEST_TABLE_ROOM, "out of translation tables");
	t->used += TABLE_BYTES;
	return offset;
}

/* Where guest code is in the memory of guests, counted from its start. */
static size_t code_offset(const char *at)
{
	return (uintptr_t)at - (uintptr_t)__start_guest;
}

/* The 512 GiB around @gva, mapped one to one as device memory. */
static void map_around(struct tables *t, u64 gva)
{
	u64 first = gva >> L0_SHIFT << L0_SHIFT;
	u64 *l0 = &table_at(t, 0)[gva >> L0_SHIFT];
	u64 *l1;
	u32 offset;

	if (*l0)
		return;
	offset = table_new(t);
	*l0 = table_gpa(offset) | PTE_VALID_TABLE;
	l1 = table_at(t, offset);
	for (u64 i = 0; i < TABLE_BYTES / sizeof(*l1); i++)
		l1[i] = (first + (i << BLOCK_1G_SHIFT)) | DEVICE_BLOCK;
	if (first == PROG_RAM_BASE >> L0_SHIFT << L0_SHIFT) {
		u64 giga = PROG_RAM_BASE >> BLOCK_1G_SHIFT << BLOCK_1G_SHIFT;
		u64 *l2;

		offset = table_new(t);
		l1[(giga - first) >> BLOCK_1G_SHIFT] = table_gpa(offset) | PTE_VALID_TABLE;
		l2 = table_at(t, offset);
		for (u64 i = 0; i < TABLE_BYTES / sizeof(*l2); i++)
			l2[i] = (giga + (i << BLOCK_2M_SHIFT)) | DEVICE_BLOCK;
		l2[(PROG_RAM_BASE - giga) >> BLOCK_2M_SHIFT] = PROG_RAM_BASE | NORMAL_BLOCK;
	}
}

static void map_operands(struct tables *t, const struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];

		if (op->id == OP_GUEST_READ)
			map_around(t, op_arg(op, ARG_GUEST_READ_at));
		if (op->id == OP_GUEST_WALK) {
			u64 at = op_arg(op, ARG_GUEST_WALK_at);

			map_around(t, at);
			/* A walk may cross into the next 512 GiB, if there is one. */
			at += OP_MAX_VALS * (u64)GICR_BYTES;
			if (!(at >> 48))
				map_around(t, at);
		}
	}
}

/*
 * Memory of this process that every VM in turn uses, with the code in place.
 * The VM's memory is not kvm_util's, because that deletes it by an ioctl which
 * a VM that a failed first run has killed refuses.
 */
static char *guest_ram(void)
{
	static char *ram;

	if (ram)
		return ram;
	ram = mmap(NULL, GUEST_DOORBELL_OFFSET, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		   -1, 0);
	TEST_ASSERT(ram != MAP_FAILED, "mmap of the guest's memory");
	TEST_ASSERT(code_offset(__stop_guest) <= GUEST_CODE_BYTES, "guest code is too large");
	memcpy(ram + GUEST_CODE_OFFSET, __start_guest, code_offset(__stop_guest));
	__builtin___clear_cache(ram, ram + GUEST_CODE_BYTES);
	return ram;
}

/* Memory, tables and code, when a program first needs a guest. */
static void guest_set_up(struct target_vm *vm)
{
	struct tables t = { .used = TABLE_BYTES };
	char *ram = guest_ram();
	struct kvm_userspace_memory_region slot = {
		.guest_phys_addr = PROG_RAM_BASE,
		.memory_size = GUEST_DOORBELL_OFFSET,
		.userspace_addr = (u64)(uintptr_t)ram,
	};

	vm_ioctl(vm->kvm, KVM_SET_USER_MEMORY_REGION, &slot);
	t.hva = ram + GUEST_TABLE_OFFSET;
	memset(t.hva, 0, TABLE_BYTES);
	map_around(&t, PROG_RAM_BASE);
	map_operands(&t, vm->prog);
	vm->batch = (struct guest_batch *)(void *)(ram + GUEST_BATCH_OFFSET);
}

static bool vcpu_set_up(struct target_vm *vm, struct target_vcpu *v)
{
	u64 entry = PROG_RAM_BASE + GUEST_CODE_OFFSET + code_offset(guest_entry);
	struct kvm_vcpu_init init = { 0 };

	/* A VM that a failed first run has killed refuses even this. */
	if (__vm_ioctl(vm->kvm, KVM_ARM_PREFERRED_TARGET, &init) && errno == EIO)
		return false;
	v->run_bytes = (size_t)ioctl(vm->kvm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);
	v->kvm.run = mmap(NULL, v->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, v->kvm.fd, 0);
	TEST_ASSERT(v->kvm.run != MAP_FAILED, "mmap of struct kvm_run");
	aarch64_vcpu_setup(&v->kvm, &init);
	/* The tables are ours: where kvm_util keeps its own differs between trees. */
	vcpu_set_reg(&v->kvm, KVM_ARM64_SYS_REG(SYS_TTBR0_EL1), table_gpa(0));
	vcpu_set_reg(&v->kvm, ARM64_CORE_REG(regs.pc), entry);
	vcpu_set_reg(&v->kvm, ARM64_CORE_REG(sp_el1), PROG_RAM_BASE + GUEST_STACK_OFFSET);
	vcpu_set_reg(&v->kvm, ARM64_CORE_REG(regs.regs[0]), PROG_RAM_BASE + GUEST_BATCH_OFFSET);
	v->runnable = true;
	return true;
}

static void put_op(struct guest_op *to, const struct op *op)
{
	u64 reg;

	switch (op->id) {
	case OP_GUEST_READ:
		reg = op_arg(op, ARG_GUEST_READ_reg);
		to->code = GUEST_LOAD;
		to->bytes = op_access_size(reg, op_arg(op, ARG_GUEST_READ_size));
		to->addr = op_arg(op, ARG_GUEST_READ_at) + place_offset(reg);
		break;
	case OP_GUEST_WALK:
		to->code = GUEST_WALK;
		to->addr = op_arg(op, ARG_GUEST_WALK_at);
		break;
	default:
		to->code = GUEST_NOP;
		break;
	}
}

static void get_result(struct op_result *to, const struct guest_res *res)
{
	static const enum op_status status[] = {
		[GUEST_PENDING] = OP_NOT_RUN,	  [GUEST_DONE] = OP_DONE,
		[GUEST_NO_DEVICE] = OP_NO_DEVICE, [GUEST_ABORT] = OP_ABORT,
		[GUEST_NO_LAST] = OP_NO_LAST,
	};

	TEST_ASSERT(res->status < ARRAY_SIZE(status) && res->nr_vals <= GUEST_MAX_VALS,
		    "the guest's results are damaged: status %u, %u values", res->status,
		    res->nr_vals);
	to->status = status[res->status];
	to->nr_vals = res->nr_vals;
	memcpy(to->val, res->val, res->nr_vals * sizeof(to->val[0]));
}

/* Enters the guest until it rings the doorbell.  Return: 0, or errno of KVM_RUN. */
static int enter(struct target_vm *vm, struct target_vcpu *v)
{
	struct kvm_run *run = v->kvm.run;

	for (;;) {
		int ret = ioctl(v->kvm.fd, KVM_RUN, NULL);
		int err = errno;

		if (ret < 0 && err == EINTR)
			continue;
		if (ret < 0)
			return err;
		TEST_ASSERT(run->exit_reason == KVM_EXIT_MMIO, "vCPU %u: exit reason %u", v->kvm.id,
			    run->exit_reason);
		if (run->mmio.is_write) {
			TEST_ASSERT(run->mmio.phys_addr == PROG_RAM_BASE + GUEST_DOORBELL_OFFSET,
				    "vCPU %u: store to 0x%llx", v->kvm.id, run->mmio.phys_addr);
			return 0;
		}
		/* A load that no device in the kernel claimed. */
		memset(run->mmio.data, 0, sizeof(run->mmio.data));
		vm->batch->no_device = 1;
	}
}

/**
 * guest_batch_run() - perform operations in the guest
 * @vm:      the VM
 * @vcpu:    the vCPU that performs them
 * @first:   number of the first operation in the program
 * @nr:      operations, 1 to GUEST_MAX_OPS
 * @results: of @nr operations; only the first one is filled in if the vCPU
 *           cannot enter the guest
 */
void guest_batch_run(struct target_vm *vm, struct target_vcpu *vcpu, size_t first, size_t nr,
		     struct op_result *results)
{
	int err = 0;

	if (!vm->batch)
		guest_set_up(vm);
	if (!vcpu->runnable && !vcpu_set_up(vm, vcpu))
		err = EIO;
	vm->batch->nr_ops = (u32)nr;
	for (size_t i = 0; i < nr; i++) {
		put_op(&vm->batch->op[i], &vm->prog->op[first + i]);
		vm->batch->res[i].status = GUEST_PENDING;
		vm->batch->res[i].nr_vals = 0;
	}
	if (!err)
		err = enter(vm, vcpu);
	if (err) {
		results[0] = (struct op_result){ .status = OP_FAILED, .err = err };
		return;
	}
	for (size_t i = 0; i < nr; i++)
		get_result(&results[i], &vm->batch->res[i]);
}
