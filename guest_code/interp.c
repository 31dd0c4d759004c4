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

GUEST_FN static void access(volatile struct guest_batch *batch, const volatile struct guest_op *op,
			    volatile struct guest_res *res)
{
	u64 slots = (u64)batch - GUEST_BATCH_OFFSET + GUEST_SLOT_OFFSET;
	enum guest_status status;
	u64 val;

	batch->no_device = 0;
	batch->esr = 0;
	val = call_slot(slots + op->slot * sizeof(struct guest_slot), op->value, op->addr);
	status = status_of(batch);
	res->val = status == GUEST_ABORT ? batch->esr : val;
	res->nr_vals = status == GUEST_ABORT || (status == GUEST_DONE && op->code == GUEST_READ);
	res->status = status;
}

/* Plain LDR: KVM can emulate it from the syndrome alone. */
GUEST_FN static bool load(volatile struct guest_batch *batch, u64 addr, u32 bytes, u64 *val)
{
	batch->no_device = 0;
	batch->esr = 0;
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
