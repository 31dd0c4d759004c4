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
};

/**
 * struct direct_options - which devices, and how they raise their interrupt
 * @device:	  their PCI addresses, such as 0000:00:02.0
 * @nr_devices:	  of @device; 0 for all of QEMU's edu devices
 * @raise, @ack:  what they are written to raise an interrupt and to end it; of edu
 *		  devices it is known
 * @has_raise, @has_ack: are given
 */
struct direct_options {
	const char *device[DIRECT_MAX_DEVICES];
	unsigned int nr_devices;
	struct direct_poke raise, ack;
	bool has_raise, has_ack;
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
};

__must_check int direct_open(const struct direct_options *o, char *reason, size_t bytes);
void direct_run(const struct prog *prog, struct op_result *results,
		struct direct_evidence *evidence);

#endif /* LIB_TARGET_DIRECT_H */
