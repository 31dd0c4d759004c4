// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs in memory: the operation table and the list of operations.  Text and
 * binary forms are in text.c and codec.c.
 */
#include "lib/prog/prog.h"

#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"

const struct addr_type_desc addr_type_descs[NR_ADDR_TYPES] = {
#define ADDR_TYPE(id, word, gic, frame, number, source) \
	[ADDR_##id] = { word, GIC_##gic, FRAME_##frame, number, source },
#include "lib/prog/addr_type.def"
#undef ADDR_TYPE
};

static const struct line_type_desc line_types[] = {
#define LINE_TYPE(id, word, number, source) [LINE_##id] = { word, number, source },
#include "lib/prog/line_type.def"
#undef LINE_TYPE
};

static const struct migrate_order_desc migrate_orders[] = {
#define MIGRATE_ORDER(id, doc, source) [MIGRATE_##id] = { doc, source },
#include "lib/prog/migrate_order.def"
#undef MIGRATE_ORDER
};

const struct op_arg_desc op_arg_descs[NR_OP_ARGS] = {
#define OP(...)
#define ARG(op, name, kind, lo, hi, unit, doc) \
	[ARG_##op##_##name] = { OP_##op, #name, ARG_KIND_##kind, lo, hi, unit, doc },
#include "lib/prog/ops.def"
#undef OP
#undef ARG
};

#define OP_GIC_ANY 0
#define OP_GIC_V3 GIC_V3

const struct op_desc op_descs[NR_OPS] = {
#define OP(id, agent, gic, word, doc) \
	[OP_##id] = { AGENT_##agent, OP_GIC_##gic, word, doc, FIRST_ARG_##id },
#define ARG(...)
#include "lib/prog/ops.def"
#undef OP
#undef ARG
};

/* Those for which the KVM selftests library has a VM mode with 4 KiB pages. */
static const unsigned int ipa_bits_supported[] = { 36, 40, 48 };

/**
 * op_agent_word() - how the text form calls an agent
 * @agent: below NR_AGENTS
 *
 * Return: the word; never NULL.
 */
const char *op_agent_word(enum op_agent agent)
{
	static const char *const words[NR_AGENTS] = {
		[AGENT_USER] = "user",
		[AGENT_GUEST] = "guest",
		[AGENT_DEV] = "dev",
		[AGENT_MEM] = "mem",
	};

	return words[agent];
}

/**
 * line_type_desc() - the row of an interrupt type
 * @type: below NR_LINE_TYPES
 *
 * Return: the row; never NULL.
 */
const struct line_type_desc *line_type_desc(enum line_type type)
{
	return &line_types[type];
}

/**
 * migrate_order_desc() - the row of an order of restoring
 * @order: below NR_MIGRATE_ORDERS
 *
 * Return: the row; never NULL.
 */
const struct migrate_order_desc *migrate_order_desc(enum migrate_order order)
{
	return &migrate_orders[order];
}

/**
 * op_access_size() - the size of an access
 * @place: what it names
 * @size:  its size argument
 *
 * Return: bytes: 1, 2, 4 or 8.
 */
unsigned int op_access_size(u64 place, u64 size)
{
	return size ? (unsigned int)size : place_size(place);
}

/**
 * op_is_in_memory() - does it name a place in memory, so that it has an address?
 * @op: an operation with a place
 *
 * Return: whether; a system register has none.
 */
bool op_is_in_memory(const struct op *op)
{
	for (unsigned int i = 0; i < op_nr_args(op->id); i++) {
		if (op_arg_desc(op_desc(op->id)->first_arg + i)->kind == ARG_KIND_PLACE)
			return place_is_in_memory(op->arg[i]);
	}
	return true;
}

/**
 * op_vcpu() - the vCPU that an operation acts on or is performed by
 * @op: an operation
 *
 * Return: a vcpu_id, or -1 if it concerns no existing vCPU.
 */
int op_vcpu(const struct op *op)
{
	static const int vcpu_arg[NR_OPS] = {
		[OP_RUN] = ARG_RUN_vcpu + 1,
		[OP_USER_READ] = ARG_USER_READ_vcpu + 1,
		[OP_USER_WRITE] = ARG_USER_WRITE_vcpu + 1,
		[OP_READ_LEVEL] = ARG_READ_LEVEL_vcpu + 1,
		[OP_WRITE_LEVEL] = ARG_WRITE_LEVEL_vcpu + 1,
		[OP_HOLD] = ARG_HOLD_vcpu + 1,
		[OP_RELEASE] = ARG_RELEASE_vcpu + 1,
		[OP_IRQ_LINE] = ARG_IRQ_LINE_vcpu + 1,
		[OP_GUEST_READ] = ARG_GUEST_READ_vcpu + 1,
		[OP_GUEST_WRITE] = ARG_GUEST_WRITE_vcpu + 1,
		[OP_GUEST_ACK] = ARG_GUEST_ACK_vcpu + 1,
		[OP_GUEST_EOI] = ARG_GUEST_EOI_vcpu + 1,
		[OP_GUEST_DEACTIVATE] = ARG_GUEST_DEACTIVATE_vcpu + 1,
		[OP_GUEST_WALK] = ARG_GUEST_WALK_vcpu + 1,
		[OP_GUEST_LOAD] = ARG_GUEST_LOAD_vcpu + 1,
		[OP_GUEST_STORE] = ARG_GUEST_STORE_vcpu + 1,
		[OP_GUEST_CLEAN] = ARG_GUEST_CLEAN_vcpu + 1,
		[OP_GUEST_DSB] = ARG_GUEST_DSB_vcpu + 1,
		[OP_GUEST_ISB] = ARG_GUEST_ISB_vcpu + 1,
		[OP_GUEST_TAKE] = ARG_GUEST_TAKE_vcpu + 1,
		[OP_GUEST_WFI] = ARG_GUEST_WFI_vcpu + 1,
		[OP_SET_MP_STATE] = ARG_SET_MP_STATE_vcpu + 1,
		[OP_GET_MP_STATE] = ARG_GET_MP_STATE_vcpu + 1,
		[OP_AWAIT] = ARG_AWAIT_vcpu + 1,
		[OP_GUEST_WFE] = ARG_GUEST_WFE_vcpu + 1,
		[OP_GUEST_WFIT] = ARG_GUEST_WFIT_vcpu + 1,
		[OP_GUEST_SUSPEND] = ARG_GUEST_SUSPEND_vcpu + 1,
		[OP_GUEST_CPU_OFF] = ARG_GUEST_CPU_OFF_vcpu + 1,
		[OP_GUEST_CPU_ON] = ARG_GUEST_CPU_ON_vcpu + 1,
		[OP_GUEST_IDLE] = ARG_GUEST_IDLE_vcpu + 1,
		[OP_GUEST_SERVE] = ARG_GUEST_SERVE_vcpu + 1,
	};

	if (vcpu_arg[op->id])
		return (int)op_arg(op, (enum op_arg_id)(vcpu_arg[op->id] - 1));
	return -1;
}

/**
 * op_can_par() - may an operation stand in a par block?
 * @id: below NR_OPS
 *
 * Return: whether; what makes, maps, holds or turns on and off the parts of a VM
 * cannot, and a walk or a serve, which is many accesses, cannot.
 */
bool op_can_par(enum op_id id)
{
	/* Operations of userspace that can, and others that cannot. */
	static const bool unlike_its_agent[NR_OPS] = {
		[OP_USER_READ] = true,	 [OP_USER_WRITE] = true,    [OP_READ_LEVEL] = true,
		[OP_WRITE_LEVEL] = true, [OP_GUEST_WALK] = true,    [OP_GUEST_SERVE] = true,
		[OP_ROUTE_MSI] = true,	 [OP_GUEST_CPU_OFF] = true, [OP_GUEST_CPU_ON] = true,
	};

	return (op_descs[id].agent != AGENT_USER) != unlike_its_agent[id];
}

/**
 * op_user_place() - the place that userspace accesses through a device attribute
 * @op:    any operation
 * @place: receives it
 *
 * Return: whether it is such an access.
 */
bool op_user_place(const struct op *op, u64 *place)
{
	if (op->id == OP_USER_READ)
		*place = op_arg(op, ARG_USER_READ_reg);
	else if (op->id == OP_USER_WRITE)
		*place = op_arg(op, ARG_USER_WRITE_reg);
	else
		return false;
	return true;
}

/**
 * op_its() - the ITS that an operation names
 * @op: any
 *
 * Return: its number, in order of creation; 0 if it names none.
 */
unsigned int op_its(const struct op *op)
{
	static const int its_arg[NR_OPS] = {
		[OP_USER_READ] = ARG_USER_READ_its,
		[OP_USER_WRITE] = ARG_USER_WRITE_its,
		[OP_SET_ITS_ADDR] = ARG_SET_ITS_ADDR_its,
		[OP_INIT_ITS] = ARG_INIT_ITS_its,
		[OP_RESET_ITS] = ARG_RESET_ITS_its,
		[OP_SAVE_TABLES] = ARG_SAVE_TABLES_its,
		[OP_RESTORE_TABLES] = ARG_RESTORE_TABLES_its,
	};

	return its_arg[op->id] ? (unsigned int)op_arg(op, (enum op_arg_id)its_arg[op->id]) : 0;
}

/**
 * op_lane() - who performs it, of those that are side by side
 * @op: an operation that can stand in a par block
 *
 * Return: below NR_LANES: the vcpu_id of its vCPU, LANE_DEV, or LANE_USER, which
 * accesses memory too.  Operations of one lane stay in their order.
 */
unsigned int op_lane(const struct op *op)
{
	enum op_agent agent = op_descs[op->id].agent;

	if (agent == AGENT_GUEST)
		return (unsigned int)op_vcpu(op);
	return agent == AGENT_DEV ? LANE_DEV : LANE_USER;
}

/**
 * op_cpuif_at() - where an operation expects a GICv2's CPU interface
 * @op: an operation
 *
 * Return: a gpa, or OP_NO_CPUIF if it is not one that acknowledges, ends or
 * deactivates interrupts.
 */
u64 op_cpuif_at(const struct op *op)
{
	switch (op->id) {
	case OP_GUEST_ACK:
		return op_arg(op, ARG_GUEST_ACK_at);
	case OP_GUEST_EOI:
		return op_arg(op, ARG_GUEST_EOI_at);
	case OP_GUEST_DEACTIVATE:
		return op_arg(op, ARG_GUEST_DEACTIVATE_at);
	case OP_GUEST_TAKE:
		return op_arg(op, ARG_GUEST_TAKE_at);
	case OP_GUEST_IDLE:
		return op_arg(op, ARG_GUEST_IDLE_at);
	case OP_GUEST_SERVE:
		return op_arg(op, ARG_GUEST_SERVE_at);
	default:
		return OP_NO_CPUIF;
	}
}

/**
 * op_waits() - does an operation execute WFI, or wait as that does?
 * @id: below NR_OPS
 *
 * Return: whether, so that it may have to be ended from outside.
 */
bool op_waits(enum op_id id)
{
	return id == OP_GUEST_WFI || id == OP_GUEST_IDLE || id == OP_GUEST_SUSPEND ||
	       id == OP_GUEST_WFIT;
}

/**
 * op_was_ended() - did a WFI sleep until it was ended from outside?
 * @op:  any operation
 * @res: its result
 *
 * Return: whether.
 */
bool op_was_ended(const struct op *op, const struct op_result *res)
{
	if (!op_waits(op->id) || res->status != OP_DONE || res->nr_vals != 1)
		return false;
	return res->val[0] == (op->id == OP_GUEST_IDLE ? PROG_IDLE_ENDED : 1);
}

/**
 * op_returns_values() - does an operation that ended so return values?
 * @status: how it ended
 *
 * Return: whether.
 */
bool op_returns_values(enum op_status status)
{
	return status == OP_DONE || status == OP_NO_LAST;
}

/**
 * op_log_goes_on() - does the log of OP_GUEST_SERVE have another value?
 * @value: the last one so far
 * @nr:    values so far, at least 1
 *
 * Return: whether; it ends with the value that says that no exception came, or when
 * it is full.
 */
bool op_log_goes_on(u64 value, unsigned int nr)
{
	return value != PROG_TOOK_NONE && nr < OP_MAX_VALS;
}

/**
 * op_status_name() - an outcome in words
 * @status: any
 *
 * Return: a short phrase for messages.
 */
const char *op_status_name(enum op_status status)
{
	static const char *const names[] = {
		[OP_DONE] = "success",
		[OP_FAILED] = "failure",
		[OP_NO_DEVICE] = "no device at the address",
		[OP_ABORT] = "an exception in the guest",
		[OP_NO_LAST] = "no Last before the end of the frames",
		[OP_NO_OBJECT] = "no such vCPU or device",
		[OP_NOT_RUN] = "not run",
	};

	return names[status];
}

/**
 * prog_ipa_bits_are_supported() - can a program ask for this address size?
 * @ipa_bits: width of guest physical addresses, bits
 *
 * Return: whether.
 */
bool prog_ipa_bits_are_supported(unsigned int ipa_bits)
{
	for (size_t i = 0; i < ARRAY_SIZE(ipa_bits_supported); i++) {
		if (ipa_bits_supported[i] == ipa_bits)
			return true;
	}
	return false;
}

/**
 * prog_init() - an empty program
 * @p:        filled in, to be released by prog_free()
 * @gic:      GIC_V2 or GIC_V3
 * @ipa_bits: a supported width
 */
void prog_init(struct prog *p, enum gic_version gic, unsigned int ipa_bits)
{
	*p = (struct prog){ .gic = gic, .ipa_bits = ipa_bits };
}

/**
 * prog_free() - release what a program holds
 * @p: initialised, or all zero
 */
void prog_free(struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		free(p->op[i].above);
		free(p->op[i].beside);
	}
	free(p->op);
	free(p->above);
	free(p->beside);
	free(p->below);
	*p = (struct prog){ 0 };
}

/**
 * prog_frame() - a frame of a kind of vGIC
 * @gic:    GIC_V2 or GIC_V3
 * @number: from 0
 *
 * Return: the frame, or NR_FRAMES after the last one.
 */
enum frame_id prog_frame(enum gic_version gic, unsigned int number)
{
	unsigned int i = 0;

	for (; i < NR_FRAMES; i++) {
		if (frame_is_of((enum frame_id)i, gic) && !number--)
			break;
	}
	return (enum frame_id)i;
}

static u64 prog_first_place(enum gic_version gic)
{
	return place(prog_frame(gic, 0), 0);
}

/**
 * prog_add() - append an operation
 * @p:  with less than PROG_MAX_OPS operations
 * @id: the operation
 *
 * Return: the operation, each argument at the lowest value of its range; valid
 * until the next call.
 */
struct op *prog_add(struct prog *p, enum op_id id)
{
	struct op *op;

	assert(p->nr_ops < PROG_MAX_OPS);
	if (p->nr_ops == p->max_ops) {
		p->max_ops = p->max_ops ? 2 * p->max_ops : 32;
		p->op = xrealloc(p->op, p->max_ops * sizeof(*p->op));
	}
	op = &p->op[p->nr_ops++];
	*op = (struct op){ .id = id };
	for (unsigned int i = 0; i < op_nr_args(id); i++) {
		const struct op_arg_desc *d = &op_arg_descs[op_descs[id].first_arg + i];

		op->arg[i] = d->kind == ARG_KIND_PLACE ? prog_first_place(p->gic) : d->lo;
	}
	return op;
}

/**
 * prog_par_end() - the end of the operations that are performed side by side
 * @p:     the program
 * @first: number of an operation that begins a block, or of one that is in none
 *
 * Return: the number of the first operation after them, at least @first + 1.
 */
size_t prog_par_end(const struct prog *p, size_t first)
{
	size_t end = first + 1;

	while (end < p->nr_ops && p->op[end].par)
		end++;
	return end;
}

/**
 * prog_has_op() - does a program have such an operation?
 * @p:  the program
 * @id: the operation
 *
 * Return: whether.
 */
bool prog_has_op(const struct prog *p, enum op_id id)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (p->op[i].id == id)
			return true;
	}
	return false;
}

/**
 * prog_timer_ticks() - how long the timers of a program take that are to expire within it
 * @p: the program
 *
 * Return: the largest TVAL up to PROG_TIMER_SOON that a guest writes, or 0.
 */
u64 prog_timer_ticks(const struct prog *p)
{
	u64 most = 0;

	for (size_t i = 0; i < p->nr_ops; i++) {
		struct reg_at at;
		u64 value;

		if (p->op[i].id != OP_GUEST_WRITE)
			continue;
		reg_find_at(op_arg(&p->op[i], ARG_GUEST_WRITE_reg), &at);
		if (at.reg != REG_CNTV_TVAL && at.reg != REG_CNTP_TVAL)
			continue;
		value = op_arg(&p->op[i], ARG_GUEST_WRITE_value);
		if (value <= PROG_TIMER_SOON && value > most)
			most = value;
	}
	return most;
}

/**
 * prog_has_par() - are any operations performed side by side?
 * @p: the program
 *
 * Return: whether.
 */
bool prog_has_par(const struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (p->op[i].par)
			return true;
	}
	return false;
}

/**
 * prog_mend_par() - make par blocks valid after operations came or went
 * @p: each operation that cannot stand beside the one before it begins anew
 */
void prog_mend_par(struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++)
		p->op[i].par &= i && op_can_par(p->op[i].id) && op_can_par(p->op[i - 1].id);
}
