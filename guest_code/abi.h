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
#define GUEST_CODE_BYTES 0x8000
#define GUEST_SLOT_OFFSET 0x8000 /* instructions that the host composes */
#define GUEST_HOLD_OFFSET 0xa000
#define GUEST_STACK_OFFSET 0x10000 /* its top: it grows down */
#define GUEST_BATCH_OFFSET 0x10000 /* at the top of the stack: the vectors rely on it */
#define GUEST_BATCH_ROOM 0x10000
#define GUEST_LISTS_OFFSET 0x20000
#define GUEST_TABLE_OFFSET 0x100000 /* translation tables */
#define GUEST_TABLE_ROOM 0xe0000
#define GUEST_DOORBELL_OFFSET 0x1f0000 /* no memory behind it: a store here ends a batch */

/* Offsets into struct guest_batch and struct guest_hold that the vectors use. */
#define GUEST_BATCH_ESR 8
#define GUEST_HOLD_RUNNING 0
#define GUEST_HOLD_RELEASE 4

#ifndef __ASSEMBLER__

#define GUEST_MAX_OPS 256
#define GUEST_MAX_SLOTS 512
#define GUEST_MAX_HOLDS 1024
#define GUEST_MAX_VALS 64
#define GUEST_MAX_LISTS 1024
#define GUEST_NO_LISTS 0xffffffff
#define GUEST_MAX_ACKED 128
#define GUEST_MAX_ENDED 64
#define GUEST_INTID_SPECIAL 1020 /* the first of those that name no interrupt */
#define GUEST_INTID_NONE 1023

enum guest_op_code {
	GUEST_NOP, /* succeeds */
	GUEST_READ, /* the slot's instruction, which leaves a value in x0 */
	GUEST_WRITE, /* the slot's instruction, which takes its value from x0 */
	GUEST_WALK, /* redistributor frames from addr upwards until Last; the last of its batch */
	GUEST_ACK, /* the interrupt goes onto the vCPU's lists */
	GUEST_EOI, /* of the interrupt that was acknowledged last */
	GUEST_DEACTIVATE, /* the interrupt that was ended last */
	GUEST_HOLD, /* spin at the words at addr until released; the only one of its batch */
};

enum guest_status {
	GUEST_PENDING, /* not performed yet */
	GUEST_DONE,
	GUEST_NO_DEVICE, /* the access went to the host */
	GUEST_ABORT, /* the access took an exception; val is ESR_EL1 */
	GUEST_NO_LAST, /* the walk met something else than a redistributor */
};

/* Bits of the value of an acknowledge, an end and a deactivation. */
#define GUEST_GROUP1 1u
#define GUEST_GICV2 2u /* the CPU interface is in memory at addr */

struct guest_op {
	u32 code; /* enum guest_op_code */
	u32 slot; /* or the number of the lists, or GUEST_NO_LISTS */
	u64 addr; /* gpa, which is also the gva; in x1 for the slot's instruction */
	u64 value; /* in x0 for the slot's instruction */
};

struct guest_res {
	u32 status; /* enum guest_status */
	u32 nr_vals; /* 0 or 1; of a walk the number of walk_val[] */
	u64 val;
};

/* One instruction of the program under test, then a return. */
struct guest_slot {
	u32 insn;
	u32 ret;
};

/*
 * The interrupts that one vCPU has acknowledged, with GUEST_ACKED_GROUP1 for
 * ICC_IAR1_EL1 and GICC_AIAR, and those that it has ended without deactivating
 * them; the latest last.  The host empties them.
 */
#define GUEST_ACKED_GROUP1 (1u << 31)

struct guest_lists {
	u32 nr_acked;
	u32 nr_ended;
	u32 acked[GUEST_MAX_ACKED];
	u32 ended[GUEST_MAX_ENDED];
};

/* Of one vCPU that is held. */
struct guest_hold {
	u32 running; /* set by the guest */
	u32 release; /* set by the host */
};

/*
 * The host fills nr_ops and op[]; the guest fills res[], walk_val[], and stores
 * to the doorbell.
 */
struct guest_batch {
	u32 nr_ops;
	u32 no_device; /* set by the host when an access has exited to it */
	u64 esr; /* set by the vectors; 0 if there was no exception */
	u64 walk_val[GUEST_MAX_VALS];
	struct guest_op op[GUEST_MAX_OPS];
	struct guest_res res[GUEST_MAX_OPS];
};

_Static_assert(sizeof(struct guest_op) == 24, "shared with the guest");
_Static_assert(sizeof(struct guest_res) == 16, "shared with the guest");
_Static_assert(sizeof(struct guest_slot) == 8, "shared with the guest");
_Static_assert(offsetof(struct guest_batch, esr) == GUEST_BATCH_ESR, "used by the vectors");
_Static_assert(offsetof(struct guest_hold, running) == GUEST_HOLD_RUNNING, "used by the vectors");
_Static_assert(offsetof(struct guest_hold, release) == GUEST_HOLD_RELEASE, "used by the vectors");
_Static_assert(sizeof(struct guest_batch) <= GUEST_BATCH_ROOM, "fits its room");
_Static_assert(GUEST_BATCH_OFFSET + GUEST_BATCH_ROOM <= GUEST_LISTS_OFFSET, "no overlap");
_Static_assert(GUEST_MAX_LISTS * sizeof(struct guest_lists) <=
		       GUEST_TABLE_OFFSET - GUEST_LISTS_OFFSET,
	       "fit their room");
_Static_assert(GUEST_MAX_SLOTS * sizeof(struct guest_slot) <= GUEST_HOLD_OFFSET - GUEST_SLOT_OFFSET,
	       "fit their room");
_Static_assert(GUEST_MAX_HOLDS * sizeof(struct guest_hold) <=
		       GUEST_STACK_OFFSET - GUEST_HOLD_OFFSET - 0x2000,
	       "leave room for the stack");

/* Section "guest" of the harness, copied into each VM at GUEST_CODE_OFFSET. */
extern const char __start_guest[], __stop_guest[];
extern const char guest_entry[];

#endif /* __ASSEMBLER__ */
#endif /* GUEST_CODE_ABI_H */
