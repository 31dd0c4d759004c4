// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's interpreter at EL1: performs a batch of operations.  It judges
 * nothing.
 *
 * All of it is in section "guest", which the host copies into the VM: there is
 * no data, no constant pool and no call out of the section.
 */
#include "guest_code/abi.h"
#include "lib/regs/regs.h"

#define GUEST_FN __attribute__((__section__("guest"), __noinline__))

void guest_main(struct guest_batch *batch);
void guest_hold(u64 addr);

/*
 * Calls the slot that the host has filled, perhaps since this vCPU last fetched
 * from it.  The barriers put the effects of all instructions under test in
 * program order, for system registers too.
 */
GUEST_FN static u64 call_slot(u64 slot, u64 value, u64 addr)
{
	register u64 x0 __asm__("x0") = value;
	register u64 x1 __asm__("x1") = addr;

	__asm__ volatile("dc cvau, %2\n\t"
			 "dsb ish\n\t"
			 "ic ivau, %2\n\t"
			 "dsb sy\n\t"
			 "isb\n\t"
			 "blr %2\n\t"
			 "dsb sy\n\t"
			 "isb"
			 : "+r"(x0)
			 : "r"(x1), "r"(slot)
			 : "x30", "memory");
	return x0;
}

/* What became of an access, from what the host and the vectors noted. */
GUEST_FN static enum guest_status status_of(volatile struct guest_batch *batch)
{
	if (batch->esr)
		return GUEST_ABORT;
	return batch->no_device ? GUEST_NO_DEVICE : GUEST_DONE;
}

GUEST_FN static void begin(volatile struct guest_batch *batch)
{
	batch->no_device = 0;
	batch->esr = 0;
}

/* Return: whether the access was performed. */
GUEST_FN static bool finish(volatile struct guest_batch *batch, volatile struct guest_res *res,
			    u64 val, bool has_val)
{
	enum guest_status status = status_of(batch);

	res->val = status == GUEST_ABORT ? batch->esr : val;
	res->nr_vals = status == GUEST_ABORT || (status == GUEST_DONE && has_val);
	res->status = status;
	return status == GUEST_DONE;
}

GUEST_FN static void access(volatile struct guest_batch *batch, const volatile struct guest_op *op,
			    volatile struct guest_res *res)
{
	u64 slots = (u64)batch - GUEST_BATCH_OFFSET + GUEST_SLOT_OFFSET;
	u64 val;

	begin(batch);
	val = call_slot(slots + op->slot * sizeof(struct guest_slot), op->value, op->addr);
	finish(batch, res, val, op->code == GUEST_READ);
}

/* Plain LDR: KVM can emulate it from the syndrome alone. */
GUEST_FN static bool load(volatile struct guest_batch *batch, u64 addr, u32 bytes, u64 *val)
{
	begin(batch);
	if (bytes == 4)
		__asm__ volatile("ldr %w0, [%1]" : "=r"(*val) : "r"(addr) : "memory");
	else
		__asm__ volatile("ldr %0, [%1]" : "=r"(*val) : "r"(addr) : "memory");
	/* The syndrome and the host's mark are in memory before they are looked at. */
	__asm__ volatile("dsb sy" : : : "memory");
	return status_of(batch) == GUEST_DONE;
}

/*
 * As an operating system looks for its redistributor: the architecture version
 * first, then GICR_TYPER, until Last.
 */
GUEST_FN static void walk(volatile struct guest_batch *batch, u64 frame,
			  volatile struct guest_res *res)
{
	u64 val;

	for (res->nr_vals = 0; res->nr_vals < GUEST_MAX_VALS; frame += GICR_BYTES) {
		res->status = GUEST_NO_LAST;
		if (!load(batch, frame + GICR_PIDR2_OFFSET, 4, &val))
			return;
		val = bits_get(val, 7, 4);
		if (val != 3 && val != 4)
			return;
		if (!load(batch, frame + GICR_TYPER_OFFSET, 8, &val))
			return;
		batch->walk_val[res->nr_vals] = val;
		res->nr_vals = res->nr_vals + 1;
		if (bits_get(val, 4, 4)) {
			res->status = GUEST_DONE;
			return;
		}
	}
}

/* System registers by their encodings, for assemblers that know no GIC. */
#define ICC_IAR0 "S3_0_C12_C8_0"
#define ICC_EOIR0 "S3_0_C12_C8_1"
#define ICC_DIR "S3_0_C12_C11_1"
#define ICC_IAR1 "S3_0_C12_C12_0"
#define ICC_EOIR1 "S3_0_C12_C12_1"
#define ICC_CTLR "S3_0_C12_C12_4"

/* Between barriers, as the slots are. */
#define ACCESS(insn) "dsb sy\n\tisb\n\t" insn "\n\tdsb sy\n\tisb"
#define MRS(name, val) __asm__ volatile(ACCESS("mrs %0, " name) : "+r"(val) : : "memory")
#define MSR(name, val) __asm__ volatile(ACCESS("msr " name ", %0") : : "r"(val) : "memory")

GUEST_FN static u64 load_word(u64 addr)
{
	u64 val = 0;

	__asm__ volatile(ACCESS("ldr %w0, [%1]") : "+r"(val) : "r"(addr) : "memory");
	return val;
}

GUEST_FN static void store_word(u64 addr, u64 val)
{
	__asm__ volatile(ACCESS("str %w0, [%1]") : : "r"(val), "r"(addr) : "memory");
}

GUEST_FN static u64 read_iar(const volatile struct guest_op *op)
{
	bool group1 = op->value & GUEST_GROUP1;
	u64 val = 0;

	if (op->value & GUEST_GICV2)
		val = load_word(op->addr + (group1 ? GICC_AIAR_OFFSET : GICC_IAR_OFFSET));
	else if (group1)
		MRS(ICC_IAR1, val);
	else
		MRS(ICC_IAR0, val);
	return val;
}

/* To the register that belongs to the one it was acknowledged by. */
GUEST_FN static void write_eoir(const volatile struct guest_op *op, u64 val, bool group1)
{
	if (op->value & GUEST_GICV2)
		store_word(op->addr + (group1 ? GICC_AEOIR_OFFSET : GICC_EOIR_OFFSET), val);
	else if (group1)
		MSR(ICC_EOIR1, val);
	else
		MSR(ICC_EOIR0, val);
}

GUEST_FN static void write_dir(const volatile struct guest_op *op, u64 val)
{
	if (op->value & GUEST_GICV2)
		store_word(op->addr + GICC_DIR_OFFSET, val);
	else
		MSR(ICC_DIR, val);
}

GUEST_FN static bool reads_eoimode(const volatile struct guest_op *op)
{
	u64 val = 0;

	if (op->value & GUEST_GICV2)
		return bits_get(load_word(op->addr + GICC_CTLR_OFFSET), 9, 9);
	MRS(ICC_CTLR, val);
	return bits_get(val, 1, 1);
}

GUEST_FN static volatile struct guest_lists *lists_of(volatile struct guest_batch *batch,
						      u32 number)
{
	volatile char *ram = (volatile char *)batch - GUEST_BATCH_OFFSET;

	return (volatile struct guest_lists *)(ram + GUEST_LISTS_OFFSET) + number;
}

/* There is nothing to end or to deactivate. */
GUEST_FN static void nothing_done(volatile struct guest_res *res)
{
	res->val = GUEST_INTID_NONE;
	res->nr_vals = 1;
	res->status = GUEST_DONE;
}

GUEST_FN static void ack(volatile struct guest_batch *batch, const volatile struct guest_op *op,
			 volatile struct guest_res *res)
{
	volatile struct guest_lists *lists = lists_of(batch, op->slot);
	u32 intid_msb = op->value & GUEST_GICV2 ? 9 : 23;
	u64 val, intid;

	begin(batch);
	val = read_iar(op);
	if (!finish(batch, res, val, true))
		return;
	intid = bits_get(val, intid_msb, 0);
	if ((intid >= GUEST_INTID_SPECIAL && intid <= GUEST_INTID_NONE) ||
	    lists->nr_acked == GUEST_MAX_ACKED)
		return;
	lists->acked[lists->nr_acked] =
		(u32)bits_get(val, 23, 0) | (op->value & GUEST_GROUP1 ? GUEST_ACKED_GROUP1 : 0);
	lists->nr_acked = lists->nr_acked + 1;
}

GUEST_FN static void eoi(volatile struct guest_batch *batch, const volatile struct guest_op *op,
			 volatile struct guest_res *res)
{
	volatile struct guest_lists *lists = lists_of(batch, op->slot);
	u32 last, val;

	if (!lists->nr_acked) {
		nothing_done(res);
		return;
	}
	last = lists->acked[lists->nr_acked - 1];
	val = last & ~GUEST_ACKED_GROUP1;
	begin(batch);
	write_eoir(op, val, last & GUEST_ACKED_GROUP1);
	if (!finish(batch, res, val, true))
		return;
	lists->nr_acked = lists->nr_acked - 1;
	if (lists->nr_ended < GUEST_MAX_ENDED && reads_eoimode(op)) {
		lists->ended[lists->nr_ended] = val;
		lists->nr_ended = lists->nr_ended + 1;
	}
}

GUEST_FN static void deactivate(volatile struct guest_batch *batch,
				const volatile struct guest_op *op, volatile struct guest_res *res)
{
	volatile struct guest_lists *lists = lists_of(batch, op->slot);
	u32 val;

	if (op->slot == GUEST_NO_LISTS || !lists->nr_ended) {
		nothing_done(res);
		return;
	}
	val = lists->ended[lists->nr_ended - 1];
	begin(batch);
	write_dir(op, val);
	if (finish(batch, res, val, true))
		lists->nr_ended = lists->nr_ended - 1;
}

GUEST_FN static void perform(volatile struct guest_batch *batch, u32 i)
{
	const volatile struct guest_op *op = &batch->op[i];
	volatile struct guest_res *res = &batch->res[i];

	switch (op->code) {
	case GUEST_READ:
	case GUEST_WRITE:
		access(batch, op, res);
		break;
	case GUEST_WALK:
		walk(batch, op->addr, res);
		break;
	case GUEST_ACK:
		ack(batch, op, res);
		break;
	case GUEST_EOI:
		eoi(batch, op, res);
		break;
	case GUEST_DEACTIVATE:
		deactivate(batch, op, res);
		break;
	case GUEST_HOLD:
		guest_hold(op->addr);
		break;
	default:
		res->nr_vals = 0;
		res->status = GUEST_DONE;
		break;
	}
}

/**
 * guest_main() - perform one batch
 * @batch: the guest's view of the batch
 */
GUEST_FN void guest_main(struct guest_batch *batch)
{
	volatile struct guest_batch *b = batch;

	for (u32 i = 0; i < b->nr_ops; i++)
		perform(b, i);
}
