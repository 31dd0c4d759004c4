/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Storms of LPIs: what a target is asked for, and the accounts that it brings back.
 */
#ifndef LIB_TARGET_STORM_H
#define LIB_TARGET_STORM_H

#include <stdbool.h>

#include "guest_code/storm.h"

#define STORM_TEXT_BYTES 256
#define STORM_MAX_EVENTS_KEPT 256

/* What a test makes go wrong: every N-th send of a device, without telling the account. */
enum storm_plant {
	STORM_PLANT_NONE,
	STORM_PLANT_DROP, /* is not made */
	STORM_PLANT_TWICE, /* is made once more when it has been delivered */
	STORM_PLANT_REFUSE, /* is not made, and counts as refused */
	STORM_PLANT_LATE, /* is made when the vCPUs have been found asleep */
};

struct storm_setup {
	unsigned int nr_vcpus, nr_devices, nr_events;
	u64 sends; /* of each device */
	unsigned int burst; /* of an LPI, at most, until it must have been delivered */
	bool eager; /* half of a device's LPIs do not wait for that */
	u64 seed;
	u32 commands; /* a bit for each enum storm_command */
	bool wfi; /* vCPUs wait for LPIs by WFI */
	bool irqfd; /* devices of odd numbers send by irqfd */
	enum storm_plant plant;
	u64 plant_every;
};

/* The account of one LPI. */
struct storm_lpi {
	u32 sent, accepted, blocked, dropped, delivered;
	u32 last; /* the last send that was accepted, 0 if none was */
	u32 phase_last, phase_end; /* of storm_commanded when that one began, and now */
	u32 command, op; /* the last one that removed it */
	u32 seen; /* storm_taken */
	bool parked; /* it was disabled when it was sent last */
	bool was_pending; /* in the saved pending tables then */
	bool is_pending; /* in them at the end */
};

/* What was wrong at once: of a handler, or of a send. */
enum storm_event_kind {
	STORM_EVENT_AGAIN = STORM_AGAIN,
	STORM_EVENT_ECHO = STORM_ECHO,
	STORM_EVENT_DISCARDED = STORM_DISCARDED,
	STORM_EVENT_CLEARED = STORM_CLEARED,
	STORM_EVENT_CLEARED_OWN = STORM_CLEARED_OWN,
	STORM_EVENT_INTID = STORM_INTID,
	STORM_EVENT_REFUSED = NR_STORM_WRONGS, /* though it was mapped all the time */
	STORM_EVENT_TRANSLATED, /* though it was not mapped at any time */
	STORM_EVENT_FAILED, /* with an errno */
	STORM_EVENT_ASLEEP, /* had been made, and its vCPU sleeps */
	NR_STORM_EVENTS,
};

struct storm_event {
	enum storm_event_kind kind;
	u32 lpi, send, limit;
	u32 vcpu; /* of a handler's */
	u32 op; /* how many commands there had been */
	int err;
};

struct storm_result {
	char error[STORM_TEXT_BYTES]; /* why it was not performed to the end, or empty */
	struct storm_lpi lpi[STORM_MAX_LPIS];
	u64 nr_event[NR_STORM_EVENTS]; /* all of them, and the first ones: */
	struct storm_event event[STORM_MAX_EVENTS_KEPT];
	unsigned int nr_events;
	u64 nr_commands[NR_STORM_COMMANDS];
	u64 exceptions, nudges, waits;
	u64 ns_sending; /* until the last send has been made */
	u64 ns_all; /* until nothing is signalled any more */
};

int kvm_storm(const struct storm_setup *setup, struct storm_result *result);

#endif /* LIB_TARGET_STORM_H */
