// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's interpreter at EL1: performs a batch of operations and stores to
 * the doorbell.  It judges nothing.
 *
 * All of it is in section "guest", which the host copies into the VM: there is
 * no data, no constant pool and no call out of the section.
 */
#include "guest_code/abi.h"
#include "lib/regs/regs.h"

#define GUEST_FN __attribute__((__section__("guest"), __noinline__))

void guest_main(struct guest_batch *batch);

/* Plain LDR: KVM can emulate it from the syndrome alone. */
GUEST_FN static u64 load(u64 addr, u32 bytes)
{
	u64 val;

	if (bytes == 4)
		__asm__ volatile("ldr %w0, [%1]" : "=r"(val) : "r"(addr) : "memory");
	else
		__asm__ volatile("ldr %0, [%1]" : "=r"(val) : "r"(addr) : "memory");
	return val;
}

GUEST_FN static enum guest_status checked_load(volatile struct guest_batch *batch, u64 addr,
					       u32 bytes, u64 *val)
{
	batch->no_device = 0;
	batch->esr = 0;
	*val = load(addr, bytes);
	/* The syndrome and the host's mark are in memory before the load completes. */
	__asm__ volatile("dsb sy" : : : "memory");
	if (batch->esr) {
		*val = batch->esr;
		return GUEST_ABORT;
	}
	return batch->no_device ? GUEST_NO_DEVICE : GUEST_DONE;
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
		if (checked_load(batch, frame + GICR_PIDR2_OFFSET, 4, &val) != GUEST_DONE)
			return;
		val = bits_get(val, 7, 4);
		if (val != 3 && val != 4)
			return;
		if (checked_load(batch, frame + GICR_TYPER_OFFSET, 8, &val) != GUEST_DONE)
			return;
		res->val[res->nr_vals] = val;
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
	u64 val = 0;

	if (op->code == GUEST_LOAD) {
		enum guest_status status = checked_load(batch, op->addr, op->bytes, &val);

		res->val[0] = val;
		res->nr_vals = status == GUEST_NO_DEVICE ? 0 : 1;
		res->status = status;
	} else if (op->code == GUEST_WALK) {
		walk(batch, op->addr, res);
	} else {
		res->nr_vals = 0;
		res->status = GUEST_DONE;
	}
}

/**
 * guest_main() - perform batches for ever
 * @batch: the guest's view of the batch
 */
GUEST_FN void guest_main(struct guest_batch *batch)
{
	u64 doorbell = (u64)batch - GUEST_BATCH_OFFSET + GUEST_DOORBELL_OFFSET;

	for (;;) {
		volatile struct guest_batch *b = batch;

		for (u32 i = 0; i < b->nr_ops; i++)
			perform(b, i);
		/* All results are visible before the host is told. */
		__asm__ volatile("dsb sy\n\tstr wzr, [%0]" : : "r"(doorbell) : "memory");
	}
}
