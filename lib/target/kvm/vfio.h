/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCI devices whose MSI is an eventfd, by vfio, and what the host counts of it.
 */
#ifndef LIB_TARGET_KVM_VFIO_H
#define LIB_TARGET_KVM_VFIO_H

#include "lib/target/direct.h"

#define VFIO_ADDRESS_BYTES 16

struct vfio_source {
	char address[VFIO_ADDRESS_BYTES]; /* on the PCI bus */
	int group, device, event;
	volatile u32 *bar;
	const char *kind; /* its name, or NULL if only the options say how */
	const struct direct_poke *how; /* by direct_poke_id */
};

struct vfio {
	int container;
	struct vfio_source source[DIRECT_MAX_DEVICES];
	unsigned int nr_sources;
};

__must_check int vfio_open(struct vfio *v, const struct direct_options *o, char *reason,
			   size_t bytes);
void vfio_raise(const struct vfio_source *s);
u64 vfio_count(const struct vfio_source *s);
u64 vfio_count_doorbells(void);

#endif /* LIB_TARGET_KVM_VFIO_H */
