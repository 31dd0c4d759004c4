// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that programs read and write, in which an ITS has its commands and
 * tables.  The host accesses it through its own mapping.
 */
#include "lib/target/kvm/vm.h"

#include "lib/prog/mem.h"

#define MEM_SLOT 1 /* 0 is the memory of the guest's code */

/* Memory of this process that every VM in turn uses; all zero. */
static u8 *fresh_mem(void)
{
	static u8 *mem;

	if (!mem) {
		mem = mmap(NULL, PROG_MEM_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		TEST_ASSERT(mem != MAP_FAILED, "mmap of the program's memory");
	}
	/* Takes as long as there are pages that the last program used. */
	TEST_ASSERT(!madvise(mem, PROG_MEM_BYTES, MADV_DONTNEED), "madvise");
	return mem;
}

/**
 * mem_set_up() - give a VM the memory at PROG_MEM_BASE
 * @vm: a new VM, because one that a failed first run has killed refuses
 */
void mem_set_up(struct target_vm *vm)
{
	struct kvm_userspace_memory_region slot = {
		.slot = MEM_SLOT,
		.guest_phys_addr = PROG_MEM_BASE,
		.memory_size = PROG_MEM_BYTES,
	};

	vm->mem = fresh_mem();
	slot.userspace_addr = (u64)(uintptr_t)vm->mem;
	vm_ioctl(vm->kvm, KVM_SET_USER_MEMORY_REGION, &slot);
}

static void mem_read(const struct target_vm *vm, const struct op *op, struct op_result *res)
{
	const u8 *from = vm->mem + (op_arg(op, ARG_MEM_READ_at) - PROG_MEM_BASE);
	u64 value = 0;

	for (size_t i = 0; i < op_arg(op, ARG_MEM_READ_size); i++)
		value |= (u64)from[i] << 8 * i;
	res->val[res->nr_vals++] = value;
}

/**
 * mem_perform() - read or write the memory
 * @vm:  the VM, after mem_set_up()
 * @op:  an operation for which op_is_on_mem()
 * @res: receives the outcome, and the value of OP_MEM_READ
 */
void mem_perform(struct target_vm *vm, const struct op *op, struct op_result *res)
{
	struct mem_store store;

	*res = (struct op_result){ .status = OP_DONE };
	if (op_mem_store(op, &store))
		memcpy(vm->mem + (store.at - PROG_MEM_BASE), store.byte, store.nr);
	else
		mem_read(vm, op, res);
}
