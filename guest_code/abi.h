/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What host and guest share: the layout of the guest's memory, and batches of
 * operations with their results.  Used by both sides; it decides nothing.
 */
#ifndef GUEST_CODE_ABI_H
#define GUEST_CODE_ABI_H

#ifndef __ASSEMBLER__
#include "lib/regs/bits.h"
#endif

/* Offsets into the guest's memory, bytes. */
#define GUEST_CODE_OFFSET 0x0
#define GUEST_CODE_BYTES 0xe000
#define GUEST_STACK_OFFSET 0x10000 /* its top: it grows down */
#define GUEST_BATCH_OFFSET 0x10000
#define GUEST_BATCH_ROOM 0x10000
#define GUEST_TABLE_OFFSET 0x100000 /* translation tables */
#define GUEST_TABLE_ROOM 0xe0000
#define GUEST_DOORBELL_OFFSET 0x1f0000 /* no memory behind it: a store here ends a batch */

/* Offsets into struct guest_batch that the vectors use. */
#define GUEST_BATCH_ESR 8
#define GUEST_BATCH_FAR 16

#ifndef __ASSEMBLER__

#define GUEST_MAX_OPS 32
#define GUEST_MAX_VALS 64

enum guest_op_code {
	GUEST_NOP, /* succeeds */
	GUEST_LOAD, /* of bytes at addr */
	GUEST_WALK, /* redistributor frames from addr upwards until Last */
};

enum guest_status {
	GUEST_PENDING, /* not performed yet */
	GUEST_DONE,
	GUEST_NO_DEVICE, /* the load went to the host */
	GUEST_ABORT, /* the load took an exception; val[0] is ESR_EL1 */
	GUEST_NO_LAST, /* the walk met something else than a redistributor */
};

struct guest_op {
	u32 code; /* enum guest_op_code */
	u32 bytes; /* access size: 4 or 8 */
	u64 addr; /* gpa, which is also the gva */
};

struct guest_res {
	u32 status; /* enum guest_status */
	u32 nr_vals;
	u64 val[GUEST_MAX_VALS];
};

/* The host fills nr_ops and op[]; the guest fills res[] and stores to the doorbell. */
struct guest_batch {
	u32 nr_ops;
	u32 no_device; /* set by the host when a load has exited to it */
	u64 esr; /* set by the vectors; 0 if there was no exception */
	u64 far;
	struct guest_op op[GUEST_MAX_OPS];
	struct guest_res res[GUEST_MAX_OPS];
};

_Static_assert(sizeof(struct guest_op) == 16, "shared with the guest");
_Static_assert(sizeof(struct guest_res) == 8 + 8 * GUEST_MAX_VALS, "shared with the guest");
_Static_assert(offsetof(struct guest_batch, esr) == GUEST_BATCH_ESR, "used by the vectors");
_Static_assert(offsetof(struct guest_batch, far) == GUEST_BATCH_FAR, "used by the vectors");
_Static_assert(sizeof(struct guest_batch) <= GUEST_BATCH_ROOM, "fits its room");

/* Section "guest" of the harness, copied into each VM at GUEST_CODE_OFFSET. */
extern const char __start_guest[], __stop_guest[];
extern const char guest_entry[];

#endif /* __ASSEMBLER__ */
#endif /* GUEST_CODE_ABI_H */
