/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run of events: irqfds of many VMs, written to at chosen moments of their guests
 * by one thread, or by one for each VM, and an account of every interrupt.
 */
#ifndef LIB_TARGET_EVENTS_H
#define LIB_TARGET_EVENTS_H

#include <stdbool.h>

#include "guest_code/events.h"
#include "lib/engine/engine.h"

#define EVENTS_MAX_VMS 32 /* 16 file descriptors each, and those of KVM */
#define EVENTS_TEXT_BYTES 160
#define EVENTS_MAX_NOTES 8
#define EVENTS_MAX_BURST 8

/* Who injects. */
enum events_way {
	EVENTS_BY_RING, /* one thread for all VMs, by io_uring, or by poll if there is none */
	EVENTS_BY_POLL, /* one thread for all VMs, without it */
	EVENTS_BY_THREADS, /* a thread for each VM, without it */
};
#define EVENTS_NR_WAYS 3

struct events_setup {
	unsigned int nr_vms;
	u64 injections; /* of all VMs, sentinels and triggers not counted */
	u64 seed;
	u64 drop; /* leave out one injection in so many, for tests; 0 for none */
	u64 deadline_ns; /* until a guest that does not come to its moment counts as hanging */
	enum events_way way;
};

/* What is injected in one moment. */
struct events_step {
	enum events_moment moment;
	unsigned int nr;
	u32 irq[EVENTS_MAX_BURST]; /* below EVENTS_SENTINEL */
	u64 pause_ns[EVENTS_MAX_BURST]; /* before it */
};

void events_plan(struct events_step *step, const struct events_setup *setup, unsigned int vm,
		 u64 number, u64 left);
bool events_is_dropped(const struct events_setup *setup, unsigned int vm, u64 number);

/* Sent is taken, or merged into one that pended already. */
struct events_count {
	u64 steps, sent, merged;
	u64 taken; /* by the guest, levels once each time that they are raised */
};

/* A step after which an interrupt was not counted as often as it was to be. */
struct events_note {
	u64 step;
	enum events_moment moment;
	u32 irq;
	u64 wanted, taken; /* in all */
};

struct events_account {
	struct events_count moment[EVENTS_NR_MOMENTS];
	u64 wanted[EVENTS_NR_IRQS]; /* to be taken, so far */
	u64 again[EVENTS_NR_IRQS]; /* levels that were taken more often than they were raised */
	s64 behind[EVENTS_NR_IRQS]; /* at the last mark; below 0 if it was taken too often */
	u64 dropped, planted; /* left out, and how many of the deliveries that took away */
	u64 late; /* missing at a mark, and there at a later one */
	u64 lost, extra, repeated; /* at the end; levels that were taken again */
	u64 nr_notes;
	struct events_note note[EVENTS_MAX_NOTES];
};

void events_expect(struct events_account *a, const struct events_step *step, const bool *dropped);
void events_check(struct events_account *a, const struct events_step *step, u64 number,
		  const struct events_shared *shared);
void events_close_account(struct events_account *a);

/* One VM, as those that inject see it. */
struct events_vm {
	int irq[EVENTS_NR_IRQS]; /* eventfds that do not block: irqfds */
	int mark; /* one that blocks: the ioeventfd */
	int resampled; /* one that does not block: levels that were ended */
	struct events_shared *shared;
	bool ended; /* its guest runs no more, before its time; atomic, and then the mark is written */
	/* Filled in: */
	struct events_account account;
	u64 nr_resampled;
	u32 waits, spurious, stray, stray_intid; /* as in struct events_shared */
	char failure[EVENTS_TEXT_BYTES]; /* or empty */
};

struct events_result {
	unsigned int nr_vms;
	struct events_vm vm[EVENTS_MAX_VMS];
	const char *engine; /* that was used */
	char instead[EVENTS_TEXT_BYTES]; /* why it is not the one that was asked for, or empty */
	unsigned int nr_threads; /* that injected */
	u64 ns, cpu_ns,
		nr_calls; /* of injecting, all VMs: time, that of processors, system calls */
	/* What KVM says of the vCPUs, if it does. */
	bool has_stats;
	u64 wfi_exits, polled, slept; /* WFIs that KVM saw, ended while polling, after a sleep */
	char error[EVENTS_TEXT_BYTES]; /* of a failure */
};

void events_prepare(const struct events_setup *setup, struct events_result *r);
__must_check int events_inject(const struct events_setup *setup, struct events_result *r);

#endif /* LIB_TARGET_EVENTS_H */
