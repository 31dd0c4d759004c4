/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs whose MSIs come from real PCI devices, by vfio: the device of the number
 * of a route raises its interrupt where a program has `irqfd`, and with GICv4 it
 * reaches the guest without the host.  Everything else is as on target kvm.
 */
#ifndef LIB_TARGET_DIRECT_H
#define LIB_TARGET_DIRECT_H

#include "lib/prog/prog.h"

#define DIRECT_MAX_DEVICES 8

/* A word that a device is written, at an offset into its BAR 0. */
struct direct_poke {
	u32 offset, value;
	bool is_set; /* or nothing is written */
};

enum direct_poke_id {
	DIRECT_ENABLE, /* once, when its MSI is set up */
	DIRECT_RAISE, /* so that it sends its MSI */
	DIRECT_ACK, /* and then, so that it can send the next */
	NR_DIRECT_POKES,
};

/* How devices of one kind send an MSI. */
struct direct_kind {
	const char *name;
	const char *id; /* VENDOR:DEVICE */
	const char *what;
	struct direct_poke how[NR_DIRECT_POKES];
};

/**
 * struct direct_options - which devices, and how they raise their interrupt
 * @device:	their PCI addresses, such as 0000:00:02.0
 * @nr_devices:	of @device; 0 for all whose kind is known
 * @how:	what they are written, instead of what is known of their kind if
 *		DIRECT_RAISE is set
 */
struct direct_options {
	const char *device[DIRECT_MAX_DEVICES];
	unsigned int nr_devices;
	struct direct_poke how[NR_DIRECT_POKES];
};

/* What shows which way the interrupts of one program went. */
struct direct_evidence {
	u32 nr_raised; /* by devices */
	u32 nr_host; /* of these, that came to the host's handler */
	u32 nr_doorbells; /* interrupts of the host that wake a vCPU */
	u32 max_forwarded; /* LPIs with the hardware bit, at most; of debugfs */
	bool has_debugfs;
	bool crowd; /* set by the caller: each processor has something else to run, too */
	bool wait; /* set by the caller: an interrupt in a block waits until vCPUs sleep */
	bool one_processor; /* set by the caller: who raises preempts who runs a vCPU */
	u32 plant_every; /* set by the caller: a doorbell in so many is lost, none if 0 */
	u32 until_plant; /* set by the caller, and left for the next program */
	u32 nr_planted;
};

const struct direct_kind *direct_kind_by_number(unsigned int i);
const struct direct_kind *direct_kind_find(const char *id);

/* -EINVAL if it is @o that is wrong. */
__must_check int direct_open(const struct direct_options *o, char *reason, size_t bytes);
void direct_print_device(unsigned int number, char *buf, size_t bytes);
void direct_run(const struct prog *prog, struct op_result *results,
		struct direct_evidence *evidence);

#endif /* LIB_TARGET_DIRECT_H */
