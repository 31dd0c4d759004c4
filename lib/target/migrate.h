/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Saving the VM of a program and restoring it into a new one: what targets with the
 * KVM API have in common.
 */
#ifndef LIB_TARGET_MIGRATE_H
#define LIB_TARGET_MIGRATE_H

#include "guest_code/abi.h"
#include "lib/target/target.h"

struct migrate_vcpu {
	u64 id; /* vcpu_id */
	bool held;
	struct guest_lists *lists; /* NULL if it has not entered its guest */
};

struct migrate_port {
	struct vmstate_port state; /* read_mem is NULL unless the program uses memory */
	/* Return: false if there are not so many vCPUs. */
	bool (*vcpu)(void *vm, size_t i, struct migrate_vcpu *vcpu);
	/* Makes it as if it had entered its guest before.  Return: its lists, or NULL. */
	struct guest_lists *(*prepare)(void *vm, size_t i);
	/* Ends the VM, and begins a new one. */
	void (*renew)(void *vm);
};

__must_check int migrate_save(const struct migrate_port *port, const struct vmstate_history *h,
			      enum migrate_order order, struct vmstate *s,
			      struct vmstate_failure *failure);
__must_check int migrate_restore(const struct migrate_port *port, enum migrate_order order,
				 struct vmstate *s, struct vmstate_failure *failure);
__must_check int migrate_begin(const struct migrate_port *port, struct vmstate_history *h,
			       struct target_part *part);
__must_check int migrate_end(const struct migrate_port *port, const struct vmstate_history *h,
			     struct target_part *part);
void migrate_perform(const struct migrate_port *port, const struct vmstate_history *h,
		     enum migrate_order order, struct op_result *res);

#endif /* LIB_TARGET_MIGRATE_H */
