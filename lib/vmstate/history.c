// SPDX-License-Identifier: GPL-2.0-only
/*
 * What made a VM, remembered while its program is performed.
 */
#include "lib/vmstate/vmstate.h"

#include <string.h>

/**
 * vmstate_history_init() - begin to remember what makes a VM
 * @h:    filled in, to be released by vmstate_history_free()
 * @prog: the program that the VM performs
 */
void vmstate_history_init(struct vmstate_history *h, const struct prog *prog)
{
	*h = (struct vmstate_history){ 0 };
	prog_init(&h->prog, prog->gic, prog->ipa_bits);
}

/**
 * vmstate_history_free() - forget it
 * @h: from vmstate_history_init()
 */
void vmstate_history_free(struct vmstate_history *h)
{
	prog_free(&h->prog);
}

/**
 * vmstate_has_op() - may an operation be part of a state?
 * @op: any
 *
 * Return: whether.
 */
bool vmstate_has_op(const struct op *op)
{
	switch (op->id) {
	case OP_CREATE_VGIC:
	case OP_CREATE_VCPU:
	case OP_SET_ADDR:
	case OP_REDIST_REGION:
	case OP_SET_NR_IRQS:
	case OP_INIT_VGIC:
	case OP_CREATE_ITS:
	case OP_SET_ITS_ADDR:
	case OP_INIT_ITS:
	case OP_ROUTE_MSI:
	case OP_IRQ_LINE:
	case OP_USER_WRITE:
	case OP_WRITE_LEVEL:
	case OP_MEM_WRITE:
	case OP_COMMAND:
	case OP_RESTORE_TABLES:
	case OP_SET_MP_STATE:
		return true;
	default:
		return false;
	}
}

/* Does a new VM need it, too? */
static bool makes_vm(const struct vmstate_history *h, const struct op *op)
{
	switch (op->id) {
	case OP_USER_WRITE:
		/* What may be written before the initialisation, and only then. */
		return h->prog.gic == GIC_V3 && !h->has_registers &&
		       place_frame(op_arg(op, ARG_USER_WRITE_reg)) == FRAME_GICD;
	case OP_IRQ_LINE:
		/* A GICv2 has no attribute for them. */
		return h->prog.gic == GIC_V2;
	case OP_WRITE_LEVEL:
	case OP_MEM_WRITE:
	case OP_COMMAND:
	case OP_RESTORE_TABLES:
	case OP_SET_MP_STATE:
		/* What it writes is saved where it is then. */
		return false;
	default:
		return vmstate_has_op(op);
	}
}

/* Is it what an earlier one has set already? */
static bool sets_the_same(const struct op *op, const struct op *earlier)
{
	return op->id == OP_IRQ_LINE && earlier->id == OP_IRQ_LINE &&
	       op_arg(op, ARG_IRQ_LINE_type) == op_arg(earlier, ARG_IRQ_LINE_type) &&
	       op_arg(op, ARG_IRQ_LINE_vcpu) == op_arg(earlier, ARG_IRQ_LINE_vcpu) &&
	       op_arg(op, ARG_IRQ_LINE_intid) == op_arg(earlier, ARG_IRQ_LINE_intid);
}

static bool has_vgic(const struct vmstate_history *h)
{
	for (size_t i = 0; i < h->prog.nr_ops; i++) {
		if (h->prog.op[i].id == OP_CREATE_VGIC)
			return true;
	}
	return false;
}

/* A GICv2 need not be told: it is initialised when it is first used (arm-vgic.rst). */
static bool initialises(const struct vmstate_history *h, const struct op *op,
			const struct op_result *res)
{
	if (op->id == OP_INIT_VGIC)
		return true;
	if (op_desc(op->id)->agent == AGENT_GUEST || op->id == OP_RUN || op->id == OP_HOLD)
		return has_vgic(h);
	return h->prog.gic == GIC_V2 && res->status == OP_DONE &&
	       (op->id == OP_USER_READ || op->id == OP_USER_WRITE || op->id == OP_IRQ_LINE);
}

static u64 nr_irqs_of(const struct vmstate_history *h)
{
	/* By default there are more than routes lead to. */
	u64 nr = 32 + PROG_LAST_GSI + 1;

	for (size_t i = 0; i < h->prog.nr_ops; i++) {
		if (h->prog.op[i].id == OP_SET_NR_IRQS)
			nr = op_arg(&h->prog.op[i], ARG_SET_NR_IRQS_count);
	}
	return nr;
}

/* The line that an eventfd of a GICv2 raises: GSI n is SPI 32 + n, as there are no routes. */
static bool raises_line(const struct vmstate_history *h, const struct op *op, struct op *line)
{
	u64 intid;

	if (op->id != OP_IRQFD || h->prog.gic != GIC_V2 || !h->has_registers)
		return false;
	intid = 32 + op_arg(op, ARG_IRQFD_gsi);
	*line = (struct op){ .id = OP_IRQ_LINE };
	op_set_arg(line, ARG_IRQ_LINE_type, LINE_SPI);
	op_set_arg(line, ARG_IRQ_LINE_intid, intid);
	op_set_arg(line, ARG_IRQ_LINE_level, 1);
	return intid < nr_irqs_of(h);
}

/**
 * vmstate_note() - remember an operation if a new VM needs it
 * @h:   what made the VM so far
 * @op:  an operation that was performed
 * @res: its result
 */
void vmstate_note(struct vmstate_history *h, const struct op *op, const struct op_result *res)
{
	struct op *to = NULL, line;

	if (res->status == OP_FAILED || res->status == OP_NO_OBJECT || res->status == OP_NOT_RUN)
		return;
	if (raises_line(h, op, &line))
		op = &line;
	if (makes_vm(h, op)) {
		for (size_t i = 0; i < h->prog.nr_ops && !to; i++)
			to = sets_the_same(op, &h->prog.op[i]) ? &h->prog.op[i] : NULL;
		to = to ? to : prog_add(&h->prog, op->id);
		memcpy(to->arg, op->arg, sizeof(to->arg));
	}
	h->has_registers |= initialises(h, op, res);
}
