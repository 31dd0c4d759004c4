// SPDX-License-Identifier: GPL-2.0-only
/*
 * Restoring: the operations of a state, in the order that the documents give or in
 * one that they do not.
 */
#include "lib/vmstate/vmstate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/mem.h"

/* Parts of a state, each of which keeps its own order. */
enum part {
	PART_VM, /* vCPUs, devices, frames */
	PART_IIDR,
	PART_DIST,
	PART_REDIST, /* with the CPU interface and the levels */
	PART_LINES, /* of a GICv2, which has no levels */
	PART_MEMORY,
	PART_ITS_ADDR,
	PART_ITS_CBASER,
	PART_ITS_REGS,
	PART_ITS_TABLES,
	PART_ITS_CTLR,
	PART_REST, /* routes of MSIs, states of vCPUs */
	NR_PARTS
};

/* arm-vgic-its.rst ITS Restore Sequence; GICD_IIDR before others: arm-vgic-v3.rst. */
#define SEQUENCE_OF_GIC PART_IIDR, PART_DIST, PART_REDIST, PART_LINES
#define SEQUENCE_OF_ITS PART_ITS_CBASER, PART_ITS_REGS, PART_ITS_TABLES, PART_ITS_CTLR

static const u8 sequences[][NR_PARTS] = {
	[MIGRATE_DOCUMENTED] = { PART_VM, PART_MEMORY, SEQUENCE_OF_GIC, PART_ITS_ADDR,
				 SEQUENCE_OF_ITS, PART_REST },
	[MIGRATE_NO_PENDING_TABLES] = { PART_VM, PART_MEMORY, SEQUENCE_OF_GIC, PART_ITS_ADDR,
					SEQUENCE_OF_ITS, PART_REST },
	[MIGRATE_NO_TABLES] = { PART_VM, PART_MEMORY, SEQUENCE_OF_GIC, PART_ITS_ADDR,
				SEQUENCE_OF_ITS, PART_REST },
	[MIGRATE_MEMORY_LAST] = { PART_VM, SEQUENCE_OF_GIC, PART_ITS_ADDR, SEQUENCE_OF_ITS,
				  PART_REST, PART_MEMORY },
	[MIGRATE_REDISTS_LAST] = { PART_VM, PART_MEMORY, PART_IIDR, PART_DIST, PART_ITS_ADDR,
				   SEQUENCE_OF_ITS, PART_REST, PART_REDIST, PART_LINES },
	[MIGRATE_ITS_CTLR_FIRST] = { PART_VM, PART_MEMORY, SEQUENCE_OF_GIC, PART_ITS_ADDR,
				     PART_ITS_CBASER, PART_ITS_REGS, PART_ITS_CTLR, PART_ITS_TABLES,
				     PART_REST },
	[MIGRATE_TABLES_FIRST] = { PART_VM, PART_MEMORY, SEQUENCE_OF_GIC, PART_ITS_ADDR,
				   PART_ITS_TABLES, PART_ITS_CBASER, PART_ITS_REGS, PART_ITS_CTLR,
				   PART_REST },
	[MIGRATE_CBASER_LAST] = { PART_VM, PART_MEMORY, SEQUENCE_OF_GIC, PART_ITS_ADDR,
				  PART_ITS_REGS, PART_ITS_CBASER, PART_ITS_TABLES, PART_ITS_CTLR,
				  PART_REST },
	[MIGRATE_IIDR_LAST] = { PART_VM, PART_MEMORY, PART_DIST, PART_REDIST, PART_LINES,
				PART_ITS_ADDR, SEQUENCE_OF_ITS, PART_REST, PART_IIDR },
};

static enum part part_of_reg(u64 where)
{
	switch (place_frame(where)) {
	case FRAME_GICD:
		return where == reg_place(REG_GICD_IIDR, 0) ? PART_IIDR : PART_DIST;
	case FRAME_GICD2:
		return where == reg_place(REG_GICD2_IIDR, 0) ? PART_IIDR : PART_DIST;
	case FRAME_GITS:
		if (where == reg_place(REG_GITS_CBASER, 0))
			return PART_ITS_CBASER;
		return where == reg_place(REG_GITS_CTLR, 0) ? PART_ITS_CTLR : PART_ITS_REGS;
	default:
		return PART_REDIST;
	}
}

static enum part part_of(const struct op *op)
{
	switch (op->id) {
	case OP_USER_WRITE:
		return part_of_reg(op_arg(op, ARG_USER_WRITE_reg));
	case OP_WRITE_LEVEL:
		return PART_REDIST;
	case OP_SET_ITS_ADDR:
		return PART_ITS_ADDR;
	case OP_RESTORE_TABLES:
		return PART_ITS_TABLES;
	case OP_ROUTE_MSI:
	case OP_SET_MP_STATE:
		return PART_REST;
	case OP_IRQ_LINE:
		return PART_LINES;
	default:
		return op_is_on_mem(op) ? PART_MEMORY : PART_VM;
	}
}

static size_t find_init(const struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (p->op[i].id == OP_INIT_VGIC)
			return i;
	}
	return p->nr_ops;
}

/*
 * What is written before the initialisation of a GICv3 is part of making the VM, and
 * so are routes, in whose place that puts others.
 */
static enum part part_at(const struct prog *p, size_t i, size_t init)
{
	const struct op *op = &p->op[i];
	bool makes_vm = op->id == OP_ROUTE_MSI ||
			(op->id == OP_USER_WRITE &&
			 place_frame(op_arg(op, ARG_USER_WRITE_reg)) == FRAME_GICD);

	return makes_vm && i < init ? PART_VM : part_of(op);
}

/**
 * vmstate_sort() - put the operations of a state into an order
 * @p:     them, in the order in which they were saved or in any of these
 * @order: the order
 */
void vmstate_sort(struct prog *p, enum migrate_order order)
{
	struct op *sorted = xcalloc(p->nr_ops + 1, sizeof(*sorted));
	size_t init = find_init(p), nr = 0;

	for (unsigned int k = 0; k < NR_PARTS; k++) {
		for (size_t i = 0; i < p->nr_ops; i++) {
			if (part_at(p, i, init) == sequences[order][k])
				sorted[nr++] = p->op[i];
		}
	}
	free(p->op);
	p->op = sorted;
	p->max_ops = nr + 1;
}

static bool is_restored(const struct op *op)
{
	struct reg_at at;

	if (op->id != OP_USER_WRITE)
		return true;
	reg_find_at(op_arg(op, ARG_USER_WRITE_reg), &at);
	return at.reg < 0 || vmstate_reg_is_restored(&at);
}

/**
 * vmstate_restore() - make a VM what another one was
 * @port:    a new VM, with memory if the state has any
 * @s:       the state; its operations are put into @order
 * @order:   the order
 * @failure: receives what failed
 *
 * Ends with the first operation that fails.
 *
 * Return: 0, or a negative errno.
 */
int vmstate_restore(const struct vmstate_port *port, struct vmstate *s, enum migrate_order order,
		    struct vmstate_failure *failure)
{
	vmstate_sort(&s->prog, order);
	for (size_t i = 0; i < s->prog.nr_ops; i++) {
		const struct op *op = &s->prog.op[i];
		struct op_result res = { .status = OP_NO_OBJECT };

		if (!is_restored(op))
			continue;
		port->perform(port->vm, op, &res);
		if (res.status == OP_DONE)
			continue;
		*failure = (struct vmstate_failure){ .err = res.status == OP_FAILED ? res.err :
										      ENODEV };
		failure->op.id = op->id;
		memcpy(failure->op.arg, op->arg, sizeof(op->arg));
		return -failure->err;
	}
	return 0;
}
