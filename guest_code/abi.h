/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What host and guest share: the layout of the guest's memory, and the rings that
 * operations and results go through.  Used by both sides; it decides nothing.
 *
 * The protocol.  Each vCPU that enters its guest has a lane: two rings of the same
 * length, a stack, and a note of the last exception.  The host composes operations
 * in op[] behind those that it has posted, and then counts lane.posted up.  The
 * guest performs them in order; for each it fills the same place of res[] and
 * counts lane.done up, also when the operation takes an exception.  Both counts
 * run freely and name the place by their remainder, so lane.posted - lane.done
 * operations are outstanding, at most GUEST_RING_OPS.  When none is, the guest
 * stores to the doorbell, which ends its KVM_RUN; the next KVM_RUN goes on with
 * whatever was posted meanwhile.  One KVM_RUN thus performs as many operations as
 * the ring holds, and more if another thread keeps posting.
 *
 * Nothing in a lane but the counts lives across the doorbell, so several vCPUs may
 * have the same lane if they perform in turn.  The n-th vCPU to enter a guest has
 * lane n modulo GUEST_LANES: vCPUs that perform at the same time must differ in it.
 * One that is held leaves its lane alone until it is released.  Those that are to
 * start together meet first: each counts itself, and spins until all have come.
 *
 * A vCPU that CPU_ON has turned on begins at guest_start, without an MMU, with what
 * its caller has left there for it.  CPU_OFF does not return, so the host counts it.
 *
 * An access is guarded: an exception that it takes is noted in the lane, the
 * instruction is skipped, and the operation ends with GUEST_ABORT.  So it does
 * after any other exception, wherever that came: then the guest drops what it was
 * doing and goes on with the next operation on a fresh stack.
 *
 * Interrupts are masked but for the moment in which GUEST_TAKE lets one through, while
 * GUEST_IDLE waits for one, and while GUEST_SERVE handles all that are signalled.
 *
 * Instructions under test are in slots that all vCPUs share, one for each different
 * instruction.  They are apart from everything that is written often: emulators
 * translate a page's instructions anew after each store to it.
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
#define GUEST_MEETING_OFFSET 0xb000
#define GUEST_START_OFFSET 0xc000
#define GUEST_LISTS_OFFSET 0x10000
#define GUEST_LANES_OFFSET 0x80000
#define GUEST_TABLE_OFFSET 0x100000 /* translation tables */
#define GUEST_TABLE_ROOM 0xe0000
#define GUEST_DOORBELL_OFFSET 0x1f0000 /* no memory behind it: a store here ends KVM_RUN */
#define GUEST_RAM_ALIGN 0x200000

#define GUEST_LANES 48
#define GUEST_LANE_BYTES 0x2800
#define GUEST_LANE_STACK 0x800 /* the first bytes of each; struct guest_lane is behind them */

/* Offsets into struct guest_lane and struct guest_hold that the vectors use. */
#define GUEST_LANE_RAM 0
#define GUEST_LANE_GUARDED 8
#define GUEST_LANE_ESR 16
#define GUEST_LANE_ELR 24
#define GUEST_LANE_FAR 32
#define GUEST_HOLD_RUNNING 0
#define GUEST_HOLD_RELEASE 4

/* What the handler of interrupts is told, and what it may answer: PSTATE.I and F. */
#define GUEST_IRQ 0
#define GUEST_FIQ 1
#define GUEST_PSTATE_IF 0xc0

#ifndef __ASSEMBLER__

#define GUEST_RING_OPS 128 /* a power of two */
#define GUEST_MAX_SLOTS 512
#define GUEST_MAX_VCPUS 512 /* of a VM of KVM */
#define GUEST_MAX_VALS 64
#define GUEST_NO_LISTS 0xffffffff
#define GUEST_MAX_ACKED 128
#define GUEST_MAX_ENDED 64
#define GUEST_INTID_SPECIAL 1020 /* the first of those that name no interrupt */
#define GUEST_INTID_GROUP1 1022
#define GUEST_INTID_NONE 1023

enum guest_op_code {
	GUEST_NOP, /* succeeds */
	GUEST_READ, /* the slot's instruction, which leaves a value in x0 */
	GUEST_WRITE, /* the slot's instruction, which takes its value from x0 */
	GUEST_WALK, /* redistributor frames from addr upwards until Last; the last that is posted */
	GUEST_ACK, /* the interrupt goes onto the vCPU's lists */
	GUEST_EOI, /* of the interrupt that was acknowledged last */
	GUEST_DEACTIVATE, /* the interrupt that was ended last */
	GUEST_TAKE, /* an interrupt is taken, if one is signalled; it goes onto the lists */
	GUEST_SERVE, /* interrupts are handled until none is signalled; the last that is posted */
	GUEST_WFI, /* the value is 1 if the host had to end it */
	GUEST_WFIT, /* the same, until the virtual counter has this value */
	GUEST_IDLE, /* WFI with interrupts unmasked, until one is taken as by GUEST_TAKE */
	GUEST_SUSPEND, /* as GUEST_WFI, by CPU_SUSPEND of PSCI; else the value is what that returned */
	GUEST_CPU_OFF, /* the value is 1, unless it returns; the last that is posted */
	GUEST_CPU_ON, /* of the affinity in slot, to enter at addr with value in x0 */
	GUEST_OVERSLEEP, /* a planted fault: only the host ends it, after which it has this value */
	GUEST_HOLD, /* spin at the words at addr until released; the last that is posted */
	GUEST_MEET, /* spin at the words at addr until all that are expected have come */
};

enum guest_status {
	GUEST_DONE,
	GUEST_NO_DEVICE, /* the access went to the host */
	GUEST_ABORT, /* an exception; the values are ESR_EL1, ELR_EL1 and FAR_EL1 */
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
	u32 nr_vals; /* of a walk or a log the number of vals[] */
	u64 val[3];
};

/* Of a value of GUEST_TAKE or GUEST_SERVE: the exception, beside what the acknowledge returned. */
#define GUEST_TOOK_IRQ (1u << 24)
#define GUEST_TOOK_FIQ (2u << 24)

/* How a lane waits, if it does: until an interrupt comes, or for the host alone. */
#define GUEST_WAITS 1
#define GUEST_WAITS_FOR_HOST 2

/* The value of GUEST_IDLE that the host had to end. */
#define GUEST_IDLE_ENDED (4u << 24 | GUEST_INTID_NONE)

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
	u32 ended_lock; /* other vCPUs deactivate from the list */
	u32 acked[GUEST_MAX_ACKED];
	u32 ended[GUEST_MAX_ENDED];
};

/* Of one vCPU that is held. */
struct guest_hold {
	u32 running; /* set by the guest */
	u32 release; /* set by the host */
};

/* Of those, in guests or not, that start together. */
struct guest_meeting {
	u32 arrived; /* each counts itself */
	u32 expected; /* set by the host before */
};

/* Registers that a vCPU which CPU_ON has reset takes from the one that called it. */
struct guest_start {
	u64 ttbr0, tcr, mair, cpacr, sctlr;
};

/* What one vCPU performs, and what came of it. */
struct guest_lane {
	u64 ram; /* gva of the guest's memory; set by the host */
	u32 guarded; /* an exception is the result of the instruction that takes it */
	u32 no_device; /* set by the host when an access has exited to it */
	u64 esr, elr, far; /* of the last exception, set by the vectors; esr is 0 if none came */
	u32 waits; /* set by the guest from before a WFI until after it: one of these */
	u32 woken; /* set by the host that ends a WFI from outside; cleared before each */
	u32 taken; /* value of GUEST_TAKE or GUEST_IDLE, set by the handler */
	u32 logged; /* of GUEST_SERVE: values that the handler has put into vals[] */
	u32 spurious; /* of these the last ones, in a row, that name no interrupt */
	u32 posted; /* counted by the host */
	u32 done; /* counted by the guest */
	u64 vals[GUEST_MAX_VALS]; /* of the last walk or log */
	struct guest_op op[GUEST_RING_OPS];
	struct guest_res res[GUEST_RING_OPS];
};

_Static_assert(offsetof(struct guest_start, sctlr) == 32, "loaded in pairs");
_Static_assert(sizeof(struct guest_op) == 24, "shared with the guest");
_Static_assert(sizeof(struct guest_res) == 32, "shared with the guest");
_Static_assert(sizeof(struct guest_slot) == 8, "shared with the guest");
_Static_assert(offsetof(struct guest_lane, ram) == GUEST_LANE_RAM, "used by the vectors");
_Static_assert(offsetof(struct guest_lane, guarded) == GUEST_LANE_GUARDED, "used by the vectors");
_Static_assert(offsetof(struct guest_lane, esr) == GUEST_LANE_ESR, "used by the vectors");
_Static_assert(offsetof(struct guest_lane, elr) == GUEST_LANE_ELR, "used by the vectors");
_Static_assert(offsetof(struct guest_lane, far) == GUEST_LANE_FAR, "used by the vectors");
_Static_assert(offsetof(struct guest_hold, running) == GUEST_HOLD_RUNNING, "used by the vectors");
_Static_assert(offsetof(struct guest_hold, release) == GUEST_HOLD_RELEASE, "used by the vectors");
_Static_assert(!(GUEST_RING_OPS & (GUEST_RING_OPS - 1)), "counts run freely");
_Static_assert(sizeof(struct guest_lane) <= GUEST_LANE_BYTES - GUEST_LANE_STACK, "fits its room");
_Static_assert(GUEST_MAX_SLOTS * sizeof(struct guest_slot) <= GUEST_HOLD_OFFSET - GUEST_SLOT_OFFSET,
	       "fit their room");
_Static_assert(GUEST_MAX_VCPUS * sizeof(struct guest_hold) <=
		       GUEST_MEETING_OFFSET - GUEST_HOLD_OFFSET,
	       "fit their room");
_Static_assert(GUEST_MAX_VCPUS * sizeof(struct guest_lists) <=
		       GUEST_LANES_OFFSET - GUEST_LISTS_OFFSET,
	       "fit their room");
_Static_assert(GUEST_LANES_OFFSET + GUEST_LANES * GUEST_LANE_BYTES <= GUEST_TABLE_OFFSET,
	       "fit their room");

/* Section "guest" of the harness, copied into each VM at GUEST_CODE_OFFSET. */
extern const char __start_guest[], __stop_guest[];
extern const char guest_entry[], guest_start[];

#endif /* __ASSEMBLER__ */
#endif /* GUEST_CODE_ABI_H */
