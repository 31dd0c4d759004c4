/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What host and guest of a run of events share: the layout of the guest's memory,
 * its interrupts, and how the two keep step.  It decides nothing.
 *
 * The guest of one vCPU performs steps.  In each it comes to a moment, which is one
 * of a few ways to be found by an interrupt, and says so by a store to EVENTS_MARK,
 * an ioeventfd.  The host then injects by irqfds, and last of all the sentinel, whose
 * priority is below all others': when the guest has taken it, it has taken all that
 * were injected before it, and the step is over.  It counts what it takes, by
 * interrupt.  The mark of the next step tells the host that the counts are complete.
 *
 * A level is taken once in a step, if at all.  When it is taken again, because its line
 * was not lowered when its handler ended, the handler lets KVM look before it ends for
 * the second time: a kernel that sees only interrupts that are active when it looks does
 * not keep the guest in handlers for ever.
 *
 * The host sets shared.next before it injects the sentinel of the step before, and
 * shared.release once all of a step is injected, for the moments that wait for it.
 */
#ifndef GUEST_CODE_EVENTS_H
#define GUEST_CODE_EVENTS_H

#include "guest_code/abi.h"

/* Where things are for the guest. */
#define EVENTS_RAM_BASE 0x40000000
#define EVENTS_RAM_BYTES 0x40000
#define EVENTS_DIST_BASE 0x08000000
#define EVENTS_REDIST_BASE 0x080a0000
#define EVENTS_MARK 0x0a000000 /* no memory and no device behind these */
#define EVENTS_DOORBELL 0x0a001000 /* a store here ends KVM_RUN */

/* Offsets into its memory. */
#define EVENTS_MMU_OFFSET 0x10000
#define EVENTS_STACK_OFFSET 0x20000
#define EVENTS_SHARED_OFFSET 0x30000 /* the stack is below it */

/* What is stored to the doorbell. */
#define EVENTS_RING_DONE 1
#define EVENTS_RING_FAULT 2 /* shared.esr, elr and far say which */

/* Its SPIs.  The first ones are of edges, those behind them of levels, resampled. */
#define EVENTS_FIRST_INTID 40
#define EVENTS_NR_EDGES 8
#define EVENTS_NR_LEVELS 4
#define EVENTS_TRIGGER 12 /* an edge, in whose handler the guest waits for others */
#define EVENTS_SENTINEL 13 /* an edge, too */
#define EVENTS_NR_IRQS 14

#define EVENTS_IS_LEVEL(irq) ((irq)-EVENTS_NR_EDGES < EVENTS_NR_LEVELS) /* of an unsigned one */

/* struct events_shared, for the vectors. */
#define EVENTS_SHARED_ESR 0
#define EVENTS_SHARED_ELR 8
#define EVENTS_SHARED_FAR 16

#ifndef __ASSEMBLER__

enum events_moment {
	EVENTS_BLOCKED, /* in WFI; interrupts come through between one WFI and the next */
	EVENTS_RUNNING, /* spinning, with interrupts unmasked */
	EVENTS_MASKED, /* spinning, with interrupts masked until the release */
	EVENTS_HANDLER, /* in the handler of the trigger, until the release */
	EVENTS_END, /* not at all any more */
};
#define EVENTS_NR_MOMENTS 4

struct events_shared {
	u64 esr, elr, far; /* of an exception that ended the guest */
	/* Set by the host. */
	u32 next; /* enum events_moment of the step to come */
	u32 release; /* the last step that may go on */
	u32 unused[8];
	/* Set by the guest. */
	u32 step; /* that is performed, from 1 */
	u32 handling; /* the trigger's handler is to wait */
	u32 waits; /* times that WFI was executed */
	u32 spurious; /* times that nothing was acknowledged */
	u32 stray; /* times that it was an interrupt that nobody sends */
	u32 stray_intid;
	u32 taken[EVENTS_NR_IRQS];
	u32 last[EVENTS_NR_IRQS]; /* the step in which it was taken */
};

_Static_assert(offsetof(struct events_shared, esr) == EVENTS_SHARED_ESR, "used by the vectors");
_Static_assert(offsetof(struct events_shared, elr) == EVENTS_SHARED_ELR, "used by the vectors");
_Static_assert(offsetof(struct events_shared, far) == EVENTS_SHARED_FAR, "used by the vectors");
_Static_assert(EVENTS_TRIGGER == EVENTS_NR_EDGES + EVENTS_NR_LEVELS, "is behind them");

/* In section "guest". */
extern const char events_entry[];

#endif /* __ASSEMBLER__ */
#endif /* GUEST_CODE_EVENTS_H */
