/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What host and guest of a storm of LPIs share: the layout of the guest's memory,
 * the steps that the host asks for, and the account of each LPI.  It decides nothing.
 *
 * Each vCPU performs one step at a time: the host sets control.step and enters it,
 * the guest performs the step and stores to the doorbell, which ends KVM_RUN.
 *
 * The account.  Whoever injects numbers the sends of an LPI from 1 on, and publishes
 * sent.begun before each and sent.ended after it.  Who acknowledges the LPI publishes
 *
 *   taken.seen     the highest sent.begun that was read after an acknowledge
 *   taken.settled  the highest sent.ended that was read before an acknowledge, and
 *                  above it what was that at the acknowledge before
 *
 * so that send N has been covered if N <= seen, and can cause no other delivery if
 * N <= settled.  Who discards or clears it publishes
 *
 *   command.phase    which part of that is going on
 *   command.removed  the highest sent.ended that was read before a removal that has
 *                    been completed
 *
 * so that a delivery that begins later needs a send above it.
 */
#ifndef GUEST_CODE_STORM_H
#define GUEST_CODE_STORM_H

#include "guest_code/abi.h"

/* Where things are for the guest. */
#define STORM_RAM_BASE 0x40000000
#define STORM_RAM_BYTES 0x800000
#define STORM_DOORBELL 0x0a000000 /* no memory and no device behind it */
#define STORM_DIST_BASE 0x08000000
#define STORM_ITS_BASE 0x08080000
#define STORM_REDIST_BASE 0x080a0000

#define STORM_MAX_VCPUS 16
#define STORM_MAX_DEVICES 16
#define STORM_MAX_EVENTS 256
#define STORM_MAX_LPIS (STORM_MAX_DEVICES * STORM_MAX_EVENTS)
#define STORM_FIRST_LPI 8192
#define STORM_WAKE_SPI 32 /* and the vCPU's index: edges that end its WFI */

/* Offsets into its memory. */
#define STORM_MMU_OFFSET 0x10000
#define STORM_CONTROL_OFFSET 0x20000
#define STORM_VCPUS_OFFSET 0x30000
#define STORM_VCPU_BYTES 0x4000
#define STORM_VCPU_STACK 0x2000 /* the first bytes of each; struct storm_vcpu is behind them */
#define STORM_PROP_OFFSET 0x100000
#define STORM_QUEUE_OFFSET 0x110000
#define STORM_DEVICES_OFFSET 0x120000
#define STORM_COLLECTIONS_OFFSET 0x130000
#define STORM_PENDING_OFFSET 0x140000 /* a table for each vCPU */
#define STORM_ITTS_OFFSET 0x240000
#define STORM_ITT_BYTES 0x4000
#define STORM_SENT_OFFSET 0x300000
#define STORM_TAKEN_OFFSET 0x340000
#define STORM_COMMAND_OFFSET 0x380000
#define STORM_DELIVERED_OFFSET 0x3c0000 /* u32 [STORM_MAX_LPIS] for each vCPU */
#define STORM_TABLE_BYTES 0x10000

/* struct storm_vcpu, for the vectors. */
#define STORM_VCPU_ESR 0
#define STORM_VCPU_ELR 8
#define STORM_VCPU_FAR 16

/* What is stored to the doorbell. */
#define STORM_RING_DONE 1 /* the step is performed */
#define STORM_RING_NUDGED 2 /* enter again, it goes on */
#define STORM_RING_FAULT 3 /* storm_vcpu.esr, elr and far say which */
#define STORM_RING_NO_FRAME 4 /* no redistributor, table or command queue as needed */
#define STORM_RING_STALLED 5 /* the ITS does not take commands */

#ifndef __ASSEMBLER__

enum storm_step {
	STORM_SET_UP_CPU, /* the redistributor and the CPU interface of this vCPU */
	STORM_SET_UP_ITS, /* and all that is mapped: vCPU 0 */
	STORM_RUN, /* LPIs are taken until control.stop; the commander commands */
	STORM_DRAIN, /* what is signalled is taken */
	STORM_PARK, /* every STORM_PARKED-th LPI is disabled: vCPU 0 */
	STORM_UNPARK, /* and enabled */
};

#define STORM_PARKED 4
#define STORM_IS_PARKED(lpi) ((lpi) % STORM_PARKED == 1)

/* Commands of a storm. */
enum storm_command {
	STORM_MOVI,
	STORM_MOVALL,
	STORM_DISCARD, /* and MAPTI */
	STORM_INV,
	STORM_INVALL,
	STORM_CLEAR,
	NR_STORM_COMMANDS,
};

/* storm_command_of_lpi.phase in its lowest bits; above them it counts removals. */
#define STORM_PHASE_MASK 7u
#define STORM_PHASE_MAPPED 0u
#define STORM_PHASE_DISCARDING 1u
#define STORM_PHASE_DISCARDED 2u /* completed, and not mapped yet */
#define STORM_PHASE_MAPPING 3u
#define STORM_PHASE_CLEARING 4u
#define STORM_PHASE_NEXT 8u

/* The host's half of a vCPU's life. */
struct storm_control {
	u32 nr_vcpus, nr_devices, nr_events;
	u32 commands; /* of STORM_RUN, a bit for each */
	u64 seed;
	u32 step; /* enum storm_step */
	u32 wfi; /* vCPUs wait for LPIs by WFI, else in a loop */
	u32 unused[8];
	/* Read all the time. */
	u32 stop, stop_commands;
	u32 nudge; /* counted by the host: leave and enter, so that KVM looks at what pends */
	u32 unused2[13];
	/* Counted by the commander. */
	u32 nr_commands[NR_STORM_COMMANDS];
	u32 ops; /* all of them */
};

struct storm_sent {
	u32 begun, ended;
} __attribute__((aligned(64)));

struct storm_taken {
	u32 seen;
	u64 settled; /* STORM_SETTLED and STORM_SETTLED_BEFORE */
} __attribute__((aligned(64)));

#define STORM_SETTLED(word) ((u32)(word))
#define STORM_SETTLED_BEFORE(word) ((u32)((word) >> 32))

/*
 * Of each two LPIs one is never removed.  The other one is removed only when a send
 * after the last removal has been covered: what is lost must not be taken for dropped
 * in the end.
 */
#define STORM_IS_REMOVABLE(lpi) (!((lpi) % 2))

struct storm_commanded {
	u32 phase, removed;
	u32 begun; /* sent.begun when the last removal was completed */
	u32 last; /* enum storm_command that removed it last */
	u32 op; /* number of it */
} __attribute__((aligned(64)));

/* What a handler found wrong. */
enum storm_wrong {
	STORM_AGAIN, /* delivered, though no send is left for it */
	STORM_ECHO, /* delivered, though each send had ended before the last acknowledge */
	STORM_DISCARDED, /* delivered, though each had ended before it was discarded */
	STORM_CLEARED, /* the same, before it was cleared */
	STORM_CLEARED_OWN, /* that, by the vCPU that gave the CLEAR, and no other had it */
	STORM_INTID, /* one that nobody sent */
	NR_STORM_WRONGS,
};

struct storm_note {
	u32 wrong; /* enum storm_wrong */
	u32 lpi; /* from 0; of STORM_INTID the INTID */
	u32 begun, limit; /* the last send, which is not above it */
	u32 op; /* how many commands there had been */
};

#define STORM_MAX_NOTES 8 /* of each kind */

/* Of one vCPU, only written by it. */
struct storm_vcpu {
	u64 esr, elr, far; /* of an exception that ended it */
	u64 redist; /* its redistributor */
	u64 rdbase; /* the same as commands name it; set by vCPU 0 */
	u32 index;
	u32 number; /* GICR_TYPER.Processor_Number */
	u32 nudged; /* the last nudge after which it has entered */
	u32 queue; /* where the next command is, bytes */
	u32 waits; /* counted before each WFI and after it: odd in one */
	u64 random;
	u64 exceptions, delivered;
	u32 nr_wrong[NR_STORM_WRONGS];
	u32 nr_notes;
	struct storm_note note[NR_STORM_WRONGS * STORM_MAX_NOTES];
};

_Static_assert(offsetof(struct storm_vcpu, esr) == STORM_VCPU_ESR, "used by the vectors");
_Static_assert(offsetof(struct storm_vcpu, elr) == STORM_VCPU_ELR, "used by the vectors");
_Static_assert(offsetof(struct storm_vcpu, far) == STORM_VCPU_FAR, "used by the vectors");
_Static_assert(sizeof(struct storm_vcpu) <= STORM_VCPU_BYTES - STORM_VCPU_STACK, "fits its room");
_Static_assert(STORM_VCPUS_OFFSET + STORM_MAX_VCPUS * STORM_VCPU_BYTES <= STORM_PROP_OFFSET,
	       "fit their room");
_Static_assert(STORM_PENDING_OFFSET + STORM_MAX_VCPUS * STORM_TABLE_BYTES <= STORM_ITTS_OFFSET,
	       "fit their room");
_Static_assert(STORM_ITTS_OFFSET + STORM_MAX_DEVICES * STORM_ITT_BYTES <= STORM_SENT_OFFSET,
	       "fit their room");
_Static_assert(sizeof(struct storm_sent[STORM_MAX_LPIS]) <= STORM_TAKEN_OFFSET - STORM_SENT_OFFSET,
	       "fit their room");
_Static_assert(sizeof(struct storm_taken[STORM_MAX_LPIS]) <=
		       STORM_COMMAND_OFFSET - STORM_TAKEN_OFFSET,
	       "fit their room");
_Static_assert(sizeof(struct storm_commanded[STORM_MAX_LPIS]) <=
		       STORM_DELIVERED_OFFSET - STORM_COMMAND_OFFSET,
	       "fit their room");
_Static_assert(STORM_DELIVERED_OFFSET + sizeof(u32[STORM_MAX_VCPUS][STORM_MAX_LPIS]) <=
		       STORM_RAM_BYTES,
	       "fit their room");

/* In section "guest". */
extern const char storm_entry[];

#endif /* __ASSEMBLER__ */
#endif /* GUEST_CODE_STORM_H */
