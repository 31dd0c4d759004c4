// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests of the kvm target: their memory, their translation tables, and entering
 * them to perform operations.
 */
#include "lib/target/kvm/vm.h"

#include <errno.h>
#include <processor.h>

#include "lib/prog/mem.h"
#include "lib/target/plant.h"

#define BLOCK_1G_SHIFT 30
#define BLOCK_2M_SHIFT 21
#define L0_SHIFT 39
#define GVA_BITS 48
#define TABLE_BYTES 0x1000u

#define PTE_VALID_TABLE 3ULL
#define PTE_VALID_BLOCK 1ULL
#define PTE_ATTR(index) ((u64)(index) << 2)
#define PTE_INNER_SHAREABLE (3ULL << 8)
#define PTE_ACCESSED (1ULL << 10)
#define SCTLR_A (1ULL << 1)
#define MT_DEVICE 0 /* nGnRnE in kvm_util's MAIR_EL1 */

#define DEVICE_BLOCK (PTE_VALID_BLOCK | PTE_ATTR(MT_DEVICE) | PTE_ACCESSED)
#define NORMAL_BLOCK (PTE_VALID_BLOCK | PTE_ATTR(MT_NORMAL) | PTE_INNER_SHAREABLE | PTE_ACCESSED)

/* Encodings: DDI 0487 C6.2 MRS, MSR (register), LDRB and STRB (immediate), RET, DC, DSB, ISB. */
#define INSN_MRS_X0 0xd5200000u
#define INSN_MSR_X0 0xd5000000u
#define INSN_SYSREG_SHIFT 5
#define INSN_LDRB_W0_X1 0x39400020u
#define INSN_STRB_W0_X1 0x39000020u
#define INSN_SIZE_SHIFT 30
#define INSN_RET 0xd65f03c0u
#define INSN_DC_CIVAC_X1 0xd50b7e21u
#define INSN_DSB_SY 0xd5033f9fu
#define INSN_ISB 0xd5033fdfu
#define INSN_WFE 0xd503205f

struct tables {
	char *hva; /* of GUEST_TABLE_OFFSET */
	bool mem; /* there is memory at PROG_MEM_BASE */
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

/* The 512 GiB around @gva, if it can be mapped: one to one, as device memory. */
static void map_around(struct tables *t, u64 gva)
{
	u64 first = gva >> L0_SHIFT << L0_SHIFT;
	u64 *l0, *l1;
	u32 offset;

	if (gva >> GVA_BITS)
		return;
	l0 = &table_at(t, 0)[gva >> L0_SHIFT];
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
		if (t->mem)
			l2[(PROG_MEM_BASE - giga) >> BLOCK_2M_SHIFT] = PROG_MEM_BASE | NORMAL_BLOCK;
	}
}

static void map_operands(struct tables *t, const struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];

		if (op_cpuif_at(op) != OP_NO_CPUIF) {
			map_around(t, op_cpuif_at(op));
			/* The frame may cross into the next 512 GiB. */
			map_around(t, op_cpuif_at(op) + GICC_DIR_OFFSET);
		}
		if (op->id == OP_GUEST_READ && op_is_in_memory(op))
			map_around(t, op_arg(op, ARG_GUEST_READ_at) +
					      place_offset(op_arg(op, ARG_GUEST_READ_reg)));
		if (op->id == OP_GUEST_WRITE && op_is_in_memory(op))
			map_around(t, op_arg(op, ARG_GUEST_WRITE_at) +
					      place_offset(op_arg(op, ARG_GUEST_WRITE_reg)));
		if (op->id == OP_GUEST_WALK) {
			u64 at = op_arg(op, ARG_GUEST_WALK_at);

			map_around(t, at);
			/* A walk may cross into the next 512 GiB. */
			map_around(t, at + OP_MAX_VALS * (u64)GICR_BYTES);
		}
	}
}

/* Of the memory that guest_ram() returns: slots that hold an instruction. */
static u32 slots_used;

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
	struct tables t = { .used = TABLE_BYTES, .mem = vm->mem };
	struct kvm_userspace_memory_region slot = {
		.guest_phys_addr = PROG_RAM_BASE,
		.memory_size = GUEST_DOORBELL_OFFSET,
		.userspace_addr = (u64)(uintptr_t)guest_ram(),
	};

	vm_ioctl(vm->kvm, KVM_SET_USER_MEMORY_REGION, &slot);
	vm->ram = guest_ram();
	t.hva = vm->ram + GUEST_TABLE_OFFSET;
	memset(t.hva, 0, TABLE_BYTES);
	map_around(&t, PROG_RAM_BASE);
	map_operands(&t, vm->prog);
}

static size_t lane_offset(u32 number)
{
	return GUEST_LANES_OFFSET + (size_t)number * GUEST_LANE_BYTES + GUEST_LANE_STACK;
}

static void take_lane(struct target_vm *vm, struct target_vcpu *v)
{
	v->lane_number = vm->nr_runnable++ % GUEST_LANES;
	v->lane = (struct guest_lane *)(void *)(vm->ram + lane_offset(v->lane_number));
	v->lane->ram = PROG_RAM_BASE;
}

/* Puts a vCPU at the start of the guest's code.  A VM that is dead refuses, and KVM_RUN too. */
static void vcpu_restart(struct target_vcpu *v)
{
	u64 entry = PROG_RAM_BASE + GUEST_CODE_OFFSET + code_offset(guest_entry);

	(void)__vcpu_set_reg(&v->kvm, ARM64_CORE_REG(regs.pc), entry);
	(void)__vcpu_set_reg(&v->kvm, ARM64_CORE_REG(regs.regs[0]),
			     PROG_RAM_BASE + lane_offset(v->lane_number));
	/* What the lost one had not performed is not the next one's. */
	v->lane->posted = v->lane->done;
	v->lost = false;
}

/*
 * An unaligned access to device memory takes an alignment fault, on emulators too
 * that check only when SCTLR_EL1.A says so.
 */
static void check_alignment(struct target_vcpu *v)
{
	u64 sctlr = 0;

	TEST_ASSERT(!__vcpu_get_reg(&v->kvm, KVM_ARM64_SYS_REG(SYS_SCTLR_EL1), &sctlr),
		    "vCPU %u: SCTLR_EL1", v->kvm.id);
	vcpu_set_reg(&v->kvm, KVM_ARM64_SYS_REG(SYS_SCTLR_EL1), sctlr | SCTLR_A);
}

/**
 * guest_lists_of() - what the guest of a vCPU remembers of interrupts
 * @vm:   the VM, with a guest
 * @vcpu: the vCPU
 *
 * Return: the lists, in the guest's memory.
 */
struct guest_lists *guest_lists_of(const struct target_vm *vm, const struct target_vcpu *vcpu)
{
	TEST_ASSERT(vcpu->index < GUEST_MAX_VCPUS, "more vCPUs than KVM has");
	return (struct guest_lists *)(void *)(vm->ram + GUEST_LISTS_OFFSET) + vcpu->index;
}

/**
 * vcpu_add_features() - what KVM_ARM_VCPU_INIT is asked for, each time
 * @v:    the vCPU
 * @init: from KVM_ARM_PREFERRED_TARGET
 */
void vcpu_add_features(const struct target_vcpu *v, struct kvm_vcpu_init *init)
{
	init->features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (v->parked)
		init->features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
}

static bool vcpu_set_up(struct target_vm *vm, struct target_vcpu *v)
{
	struct kvm_vcpu_init init = { 0 };

	/* A VM that a failed first run has killed refuses even this. */
	if (__vm_ioctl(vm->kvm, KVM_ARM_PREFERRED_TARGET, &init) && errno == EIO)
		return false;
	vcpu_add_features(v, &init);
	v->run_bytes = (size_t)ioctl(vm->kvm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);
	v->kvm.run = mmap(NULL, v->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, v->kvm.fd, 0);
	TEST_ASSERT(v->kvm.run != MAP_FAILED, "mmap of struct kvm_run");
	aarch64_vcpu_setup(&v->kvm, &init);
	/* The tables are ours: where kvm_util keeps its own differs between trees. */
	vcpu_set_reg(&v->kvm, KVM_ARM64_SYS_REG(SYS_TTBR0_EL1), table_gpa(0));
	check_alignment(v);
	guest_lists_of(vm, v)->nr_acked = 0;
	guest_lists_of(vm, v)->nr_ended = 0;
	guest_lists_of(vm, v)->ended_lock = 0;
	take_lane(vm, v);
	vcpu_restart(v);
	v->runnable = true;
	return true;
}

/**
 * guest_prepare() - make a vCPU ready to enter the guest
 * @vm:   the VM
 * @vcpu: the vCPU, not held
 *
 * Return: 0 or an errno, positive.
 */
int guest_prepare(struct target_vm *vm, struct target_vcpu *vcpu)
{
	if (!vm->ram)
		guest_set_up(vm);
	if (!vcpu->runnable && !vcpu_set_up(vm, vcpu))
		return EIO;
	if (vcpu->lost)
		vcpu_restart(vcpu);
	return 0;
}

static u32 memory_insn(unsigned int bytes, bool write)
{
	return (write ? INSN_STRB_W0_X1 : INSN_LDRB_W0_X1) | (u32)__builtin_ctz(bytes)
								     << INSN_SIZE_SHIFT;
}

/* The instruction that performs an access, with the value in x0, the address in x1. */
static u32 access_insn(u64 reg, unsigned int bytes, bool write)
{
	if (frame_desc(place_frame(reg))->kind == FRAME_KIND_SYSREG)
		return (write ? INSN_MSR_X0 : INSN_MRS_X0) | place_offset(reg) << INSN_SYSREG_SHIFT;
	return memory_insn(bytes, write);
}

/* A slot with this instruction; there is room for one. */
static u32 slot_of(struct target_vm *vm, u32 insn)
{
	struct guest_slot *slots = (struct guest_slot *)(void *)(vm->ram + GUEST_SLOT_OFFSET);
	u32 i = 0;

	while (i < slots_used && slots[i].insn != insn)
		i++;
	if (i == slots_used) {
		slots[i] = (struct guest_slot){ insn, INSN_RET };
		slots_used++;
	}
	return i;
}

static void put_access(struct target_vm *vm, struct guest_op *to, u64 reg, u64 at, u64 size,
		       bool write)
{
	unsigned int bytes = op_access_size(reg, size);

	to->code = write ? GUEST_WRITE : GUEST_READ;
	to->slot = slot_of(vm, access_insn(reg, bytes, write));
	to->addr = at + place_offset(reg);
}

/* An instruction that is no access to a register. */
static void put_insn(struct target_vm *vm, struct guest_op *to, u32 insn, const struct op *op)
{
	to->code = op->id == OP_GUEST_LOAD ? GUEST_READ : GUEST_WRITE;
	to->slot = slot_of(vm, insn);
	(void)op_guest_mem(op, &to->addr);
}

/* @of is the vCPU whose lists it uses; one that has not entered its guest has none. */
static void put_cpuif(const struct target_vm *vm, struct guest_op *to, const struct op *op,
		      enum guest_op_code code, u64 of)
{
	const struct target_vcpu *v = find_vcpu(vm, of);

	to->code = code;
	to->slot = v && v->runnable ? (u32)v->index : GUEST_NO_LISTS;
	to->addr = op_cpuif_at(op);
	to->value = vm->prog->gic == GIC_V2 ? GUEST_GICV2 : 0;
}

/* Its lane is where the other one begins; who has none is not there. */
static void put_cpu_on(const struct target_vm *vm, struct guest_op *to, u64 of)
{
	const struct target_vcpu *v = find_vcpu(vm, of);

	to->code = GUEST_CPU_ON;
	to->slot = (u32)(v ? v->affinity : (of & 0xf) | (of >> 4 & 0xff) << 8 | of >> 12 << 16);
	to->addr = PROG_RAM_BASE + GUEST_CODE_OFFSET + code_offset(guest_start);
	to->value = v ? PROG_RAM_BASE + lane_offset(v->lane_number) : 0;
}

static void put_op(struct target_vm *vm, struct guest_op *to, const struct op *op)
{
	switch (op->id) {
	case OP_GUEST_READ:
		put_access(vm, to, op_arg(op, ARG_GUEST_READ_reg), op_arg(op, ARG_GUEST_READ_at),
			   op_arg(op, ARG_GUEST_READ_size), false);
		break;
	case OP_GUEST_WRITE:
		put_access(vm, to, op_arg(op, ARG_GUEST_WRITE_reg), op_arg(op, ARG_GUEST_WRITE_at),
			   op_arg(op, ARG_GUEST_WRITE_size), true);
		to->value = op_arg(op, ARG_GUEST_WRITE_value);
		break;
	case OP_GUEST_WALK:
		to->code = GUEST_WALK;
		to->addr = op_arg(op, ARG_GUEST_WALK_at);
		break;
	case OP_GUEST_ACK:
		put_cpuif(vm, to, op, GUEST_ACK, op_arg(op, ARG_GUEST_ACK_vcpu));
		to->value |= op_arg(op, ARG_GUEST_ACK_group) ? GUEST_GROUP1 : 0;
		break;
	case OP_GUEST_EOI:
		put_cpuif(vm, to, op, GUEST_EOI, op_arg(op, ARG_GUEST_EOI_vcpu));
		break;
	case OP_GUEST_DEACTIVATE:
		put_cpuif(vm, to, op, GUEST_DEACTIVATE, op_arg(op, ARG_GUEST_DEACTIVATE_of));
		break;
	case OP_GUEST_TAKE:
		put_cpuif(vm, to, op, GUEST_TAKE, op_arg(op, ARG_GUEST_TAKE_vcpu));
		break;
	case OP_GUEST_SERVE:
		put_cpuif(vm, to, op, GUEST_SERVE, op_arg(op, ARG_GUEST_SERVE_vcpu));
		break;
	case OP_GUEST_WFI:
		to->code = GUEST_WFI;
		break;
	case OP_GUEST_WFIT:
		to->code = GUEST_WFIT;
		to->value = op_arg(op, ARG_GUEST_WFIT_until);
		break;
	case OP_GUEST_SUSPEND:
		to->code = GUEST_SUSPEND;
		break;
	case OP_GUEST_CPU_OFF:
		to->code = GUEST_CPU_OFF;
		break;
	case OP_GUEST_CPU_ON:
		put_cpu_on(vm, to, op_arg(op, ARG_GUEST_CPU_ON_of));
		break;
	case OP_GUEST_IDLE:
		put_cpuif(vm, to, op, GUEST_IDLE, op_arg(op, ARG_GUEST_IDLE_vcpu));
		break;
	case OP_GUEST_LOAD:
		put_insn(vm, to, memory_insn(op_mem_size(op_arg(op, ARG_GUEST_LOAD_size)), false),
			 op);
		break;
	case OP_GUEST_STORE:
		put_insn(vm, to, memory_insn(op_mem_size(op_arg(op, ARG_GUEST_STORE_size)), true),
			 op);
		to->value = op_arg(op, ARG_GUEST_STORE_value);
		break;
	case OP_GUEST_CLEAN:
		put_insn(vm, to, INSN_DC_CIVAC_X1, op);
		break;
	case OP_GUEST_DSB:
		put_insn(vm, to, INSN_DSB_SY, op);
		break;
	case OP_GUEST_WFE:
		put_insn(vm, to, INSN_WFE, op);
		break;
	case OP_GUEST_ISB:
		put_insn(vm, to, INSN_ISB, op);
		break;
	default:
		to->code = GUEST_NOP;
		break;
	}
}

/* Instead of a WFI the one that is planted. */
static void put_op_or_fault(struct target_vm *vm, struct guest_op *to, const struct op *op)
{
	if (!plant_oversleeps(vm->prog, op)) {
		put_op(vm, to, op);
		return;
	}
	to->code = GUEST_OVERSLEEP;
	to->value = op->id == OP_GUEST_IDLE ? PROG_IDLE_ENDED : 1;
}

/**
 * guest_post() - give a vCPU an operation
 * @vcpu: ready to enter the guest, with room in its ring
 * @op:   the operation
 */
void guest_post(struct target_vcpu *vcpu, const struct guest_op *op)
{
	struct guest_lane *lane = vcpu->lane;

	lane->op[lane->posted % GUEST_RING_OPS] = *op;
	__atomic_store_n(&lane->posted, lane->posted + 1, __ATOMIC_RELEASE);
}

/**
 * guest_make_room() - see to it that there are slots
 * @nr: of them, perhaps all different from those that are filled
 *
 * Slots stay as they are from program to program, as long as there are enough.
 *
 * Return: false if there cannot be so many.
 */
bool guest_make_room(size_t nr)
{
	if (slots_used + nr > GUEST_MAX_SLOTS)
		slots_used = 0;
	return nr <= GUEST_MAX_SLOTS;
}

/**
 * guest_reserve_slots() - fill the slots that operations will use
 * @vm:    the VM, with a guest
 * @first: number of the first operation in the program
 * @end:   number of the first one after them
 *
 * After it several threads may perform these operations.
 *
 * Return: false if they might be too many.
 */
bool guest_reserve_slots(struct target_vm *vm, size_t first, size_t end)
{
	if (!guest_make_room(end - first))
		return false;
	for (size_t i = first; i < end; i++) {
		struct guest_op unused = { 0 };

		put_op(vm, &unused, &vm->prog->op[i]);
	}
	return true;
}

static void get_result(struct op_result *to, const struct guest_lane *lane, u32 number)
{
	static const enum op_status status[] = {
		[GUEST_DONE] = OP_DONE,
		[GUEST_NO_DEVICE] = OP_NO_DEVICE,
		[GUEST_ABORT] = OP_ABORT,
		[GUEST_NO_LAST] = OP_NO_LAST,
	};
	const struct guest_res *res = &lane->res[number % GUEST_RING_OPS];
	u32 code = lane->op[number % GUEST_RING_OPS].code;
	bool many = (code == GUEST_WALK || code == GUEST_SERVE) && res->status != GUEST_ABORT;
	const u64 *val = many ? lane->vals : res->val;
	size_t max = val == res->val ? ARRAY_SIZE(res->val) : GUEST_MAX_VALS;

	TEST_ASSERT(res->status < ARRAY_SIZE(status) && res->nr_vals <= max,
		    "the guest's results are damaged: status %u, %u values", res->status,
		    res->nr_vals);
	to->status = status[res->status];
	to->nr_vals = res->nr_vals;
	memcpy(to->val, val, res->nr_vals * sizeof(to->val[0]));
}

/**
 * guest_enter() - let a vCPU perform what it was given
 * @vcpu: ready to enter the guest
 *
 * Return: 0 when it has stored to the doorbell or turned itself off, or errno of
 * KVM_RUN, positive.
 */
int guest_enter(struct target_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->kvm.run;

	for (;;) {
		int ret = ioctl(vcpu->kvm.fd, KVM_RUN, NULL);
		int err = errno;

		if (ret < 0 && err == EINTR && mp_went_off(vcpu))
			return 0;
		if (ret < 0 && err == EINTR)
			continue;
		if (ret < 0) {
			vcpu->lost = true;
			return err;
		}
		TEST_ASSERT(run->exit_reason == KVM_EXIT_MMIO, "vCPU %u: exit reason %u",
			    vcpu->kvm.id, run->exit_reason);
		if (run->mmio.is_write &&
		    run->mmio.phys_addr == PROG_RAM_BASE + GUEST_DOORBELL_OFFSET)
			return 0;
		/* An access that no device in the kernel claimed; a load gives 0. */
		if (!run->mmio.is_write)
			memset(run->mmio.data, 0, sizeof(run->mmio.data));
		vcpu->lane->no_device = 1;
	}
}

static bool waits(const struct prog *p, const size_t *ops, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (op_waits(p->op[ops[i]].id) || p->op[ops[i]].id == OP_GUEST_CPU_OFF)
			return true;
	}
	return false;
}

/**
 * guest_perform() - perform operations in the guest
 * @vm:      the VM
 * @vcpu:    the vCPU that performs them
 * @ops:     their numbers in the program; only the last one may be a walk or a serve
 * @nr:      of @ops, at least 1; they fit into the ring
 * @results: of the whole program
 *
 * They follow what is posted already.
 *
 * Return: how many of them have a result; they end with the one that KVM_RUN
 * failed at.
 */
size_t guest_perform(struct target_vm *vm, struct target_vcpu *vcpu, const size_t *ops, size_t nr,
		     struct op_result *results)
{
	int err = guest_prepare(vm, vcpu);
	u32 first, done = 0;

	if (err) {
		results[ops[0]] = (struct op_result){ .status = OP_FAILED, .err = err };
		return 1;
	}
	mp_prepare_others(vm, ops, nr);
	first = vcpu->lane->posted;
	for (size_t i = 0; i < nr; i++) {
		struct guest_op op = { 0 };

		put_op_or_fault(vm, &op, &vm->prog->op[ops[i]]);
		guest_post(vcpu, &op);
	}
	err = !vm->side_by_side && waits(vm->prog, ops, nr) ? guest_enter_watched(vcpu) :
							      guest_enter(vcpu);
	/* It may have failed before it came to the first of these. */
	if (!err || vcpu->lane->done - first <= nr)
		done = vcpu->lane->done - first;
	TEST_ASSERT(err ? done < nr : done == nr, "the guest performed %u of %zu operations: %s",
		    done, nr, strerror(err));
	for (u32 i = 0; i < done; i++) {
		get_result(&results[ops[i]], vcpu->lane, first + i);
		mp_follow(vm, &vm->prog->op[ops[i]], &results[ops[i]]);
	}
	if (err)
		results[ops[done]] = (struct op_result){ .status = OP_FAILED, .err = err };
	return done + !!err;
}
