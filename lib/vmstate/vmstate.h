/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a VM as userspace saves it: operations that make another VM of it.
 * It neither performs nor judges them.
 */
#ifndef LIB_VMSTATE_VMSTATE_H
#define LIB_VMSTATE_VMSTATE_H

#include "lib/prog/prog.h"

#define VMSTATE_MAX_ACKED 128 /* of a vCPU: guest_code/abi.h */
#define VMSTATE_MAX_ENDED 64
#define VMSTATE_LINE_BYTES 512

/* What made a VM, as who runs it remembers. */
struct vmstate_history {
	bool has_registers; /* the vGIC was initialised, so that it has them */
	struct prog prog; /* operations that succeeded and that a new VM needs, in their order */
};

/*
 * What the guest of a vCPU that has entered it remembers of interrupts, the latest
 * last: those that it has yet to end, those that it has yet to deactivate.
 */
struct vmstate_guest {
	u64 vcpu; /* vcpu_id */
	u32 nr_acked, nr_ended;
	u32 acked[VMSTATE_MAX_ACKED];
	u32 ended[VMSTATE_MAX_ENDED];
};

struct vmstate {
	struct prog prog; /* in the documented order */
	struct vmstate_guest *guest;
	size_t nr_guests;
};

/* How operations and memory of a VM are reached. */
struct vmstate_port {
	void *vm;
	void (*perform)(void *vm, const struct op *op, struct op_result *res);
	/* The guest's memory, PROG_MEM_BYTES at PROG_MEM_BASE; NULL if the VM has none. */
	void (*read_mem)(void *vm, u64 at, void *to, size_t bytes);
	bool has_mp_state; /* it performs OP_GET_MP_STATE and OP_SET_MP_STATE */
};

/* The operation that ended saving or restoring. */
struct vmstate_failure {
	struct op op;
	int err; /* errno, positive */
};

/* history.c */
void vmstate_history_init(struct vmstate_history *h, const struct prog *prog);
void vmstate_history_free(struct vmstate_history *h);
void vmstate_note(struct vmstate_history *h, const struct op *op, const struct op_result *res);
bool vmstate_has_op(const struct op *op);

/* save.c */
__must_check int vmstate_save(const struct vmstate_port *port, const struct vmstate_history *h,
			      enum migrate_order order, struct vmstate *s,
			      struct vmstate_failure *failure);
void vmstate_free(struct vmstate *s);
struct vmstate_guest *vmstate_add_guest(struct vmstate *s, u64 vcpu);
const struct vmstate_guest *vmstate_guest_of(const struct vmstate *s, u64 vcpu);

/* regs.c */
bool vmstate_reg_clears(int reg);
bool vmstate_reg_is_saved(const struct reg_desc *r);
bool vmstate_reg_is_restored(const struct reg_at *at);
void vmstate_add_registers(struct vmstate *s, enum frame_id frame, u64 vcpu, unsigned int its,
			   u64 nr_irqs, bool is_first);

/* restore.c */
void vmstate_sort(struct prog *p, enum migrate_order order);
__must_check int vmstate_restore(const struct vmstate_port *port, struct vmstate *s,
				 enum migrate_order order, struct vmstate_failure *failure);

/* compare.c */
/* @allowed: the rule that allows it, or NULL. */
typedef void vmstate_differ_fn(void *arg, const char *line, const char *allowed);

size_t vmstate_compare(const struct vmstate *was, const struct vmstate *is,
		       vmstate_differ_fn *report, void *arg);

/* text.c */
char *vmstate_print(const struct vmstate *s);
__must_check int vmstate_parse(struct vmstate *s, const char *text, size_t bytes,
			       struct prog_error *err);

#endif /* LIB_VMSTATE_VMSTATE_H */
