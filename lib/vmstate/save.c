// SPDX-License-Identifier: GPL-2.0-only
/*
 * Saving: what made the VM, and what its devices and its memory hold.
 */
#include "lib/vmstate/vmstate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/regs/its_cmd.h"

#define PAGE_BYTES 4096

/* Saving in progress. */
struct saving {
	const struct vmstate_port *port;
	const struct vmstate_history *history;
	struct vmstate *state;
	struct vmstate_failure *failure;
};

static int fail(const struct saving *s, const struct op *op, int err)
{
	*s->failure = (struct vmstate_failure){ .op = *op, .err = err };
	s->failure->op.above = NULL;
	s->failure->op.beside = NULL;
	return -err;
}

/* Performs an operation that must succeed. */
static int perform(const struct saving *s, const struct op *op, struct op_result *res)
{
	*res = (struct op_result){ .status = OP_NO_OBJECT };
	s->port->perform(s->port->vm, op, res);
	return res->status == OP_DONE ? 0 :
					fail(s, op, res->status == OP_FAILED ? res->err : ENODEV);
}

static int perform_id(const struct saving *s, enum op_id id, unsigned int its, u64 *value)
{
	struct op op = { .id = id };
	struct op_result res;
	int ret;

	if (op_nr_args(id))
		op.arg[0] = its;
	ret = perform(s, &op, &res);
	if (!ret && value)
		*value = res.val[0];
	return ret;
}

static bool history_has(const struct saving *s, enum op_id id, unsigned int its)
{
	for (size_t i = 0; i < s->history->prog.nr_ops; i++) {
		const struct op *op = &s->history->prog.op[i];

		if (op->id == id && op_its(op) == its)
			return true;
	}
	return false;
}

static unsigned int count_its(const struct saving *s)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < s->history->prog.nr_ops; i++)
		nr += s->history->prog.op[i].id == OP_CREATE_ITS;
	return nr <= PROG_LAST_ITS ? nr : PROG_LAST_ITS + 1;
}

/* Tables go to the guest's memory, which is saved after them. */
static int save_tables(const struct saving *s, enum migrate_order order)
{
	int ret = 0;

	if (s->history->prog.gic == GIC_V3 && order != MIGRATE_NO_PENDING_TABLES)
		ret = perform_id(s, OP_SAVE_PENDING_TABLES, 0, NULL);
	for (unsigned int i = 0; !ret && order != MIGRATE_NO_TABLES && i < count_its(s); i++) {
		if (history_has(s, OP_INIT_ITS, i))
			ret = perform_id(s, OP_SAVE_TABLES, i, NULL);
	}
	return ret;
}

/* The number of interrupts has to be set before the initialisation, whatever the default is. */
static int save_history(const struct saving *s, u64 *nr_irqs)
{
	const struct prog *from = &s->history->prog;
	bool is_set = history_has(s, OP_SET_NR_IRQS, 0);
	int ret = 0;

	if (s->history->has_registers)
		ret = perform_id(s, OP_GET_NR_IRQS, 0, nr_irqs);
	for (size_t i = 0; !ret && i < from->nr_ops; i++) {
		struct op *op = prog_add(&s->state->prog, from->op[i].id);

		memcpy(op->arg, from->op[i].arg, sizeof(op->arg));
		if (op->id == OP_CREATE_VGIC && s->history->has_registers && !is_set) {
			op = prog_add(&s->state->prog, OP_SET_NR_IRQS);
			op_set_arg(op, ARG_SET_NR_IRQS_count, *nr_irqs);
		}
	}
	return ret;
}

static void add_level(const struct saving *s, u64 vcpu, u64 intid)
{
	struct op *op = prog_add(&s->state->prog, OP_WRITE_LEVEL);

	op_set_arg(op, ARG_WRITE_LEVEL_vcpu, vcpu);
	op_set_arg(op, ARG_WRITE_LEVEL_intid, intid);
}

static void add_vcpu_registers(const struct saving *s, u64 vcpu, u64 nr_irqs, bool is_first)
{
	bool is_v2 = s->history->prog.gic == GIC_V2;

	if (is_v2 || is_first)
		vmstate_add_registers(s->state, is_v2 ? FRAME_GICD2 : FRAME_GICD, vcpu, 0, nr_irqs,
				      is_first);
	if (!is_v2)
		vmstate_add_registers(s->state, FRAME_GICR, vcpu, 0, 0, true);
	vmstate_add_registers(s->state, is_v2 ? FRAME_GICC : FRAME_ICC, vcpu, 0, 0, true);
	for (u64 intid = 0; !is_v2 && intid < (is_first ? nr_irqs : 32); intid += 32)
		add_level(s, vcpu, intid);
}

/* They are the vCPU's, whatever its vGIC is. */
static void add_timers(const struct saving *s)
{
	const struct prog *from = &s->history->prog;

	for (size_t i = 0; i < from->nr_ops; i++) {
		if (from->op[i].id != OP_CREATE_VCPU)
			continue;
		for (enum frame_id frame = FRAME_CNTP; frame <= FRAME_CNTV; frame++)
			vmstate_add_registers(s->state, frame,
					      op_arg(&from->op[i], ARG_CREATE_VCPU_id), 0, 0, true);
	}
}

/* All that userspace can read, still without values. */
static void add_registers(const struct saving *s, u64 nr_irqs)
{
	const struct prog *from = &s->history->prog;
	bool is_first = true;

	for (size_t i = 0; i < from->nr_ops; i++) {
		if (from->op[i].id != OP_CREATE_VCPU)
			continue;
		add_vcpu_registers(s, op_arg(&from->op[i], ARG_CREATE_VCPU_id), nr_irqs, is_first);
		is_first = false;
	}
}

/* Those of an ITS can be read before anything is initialised. */
static void add_its_registers(const struct saving *s)
{
	for (unsigned int i = 0; i < count_its(s); i++)
		vmstate_add_registers(s->state, FRAME_GITS, 0, i, 0, true);
}

static void add_restore_tables(const struct saving *s)
{
	for (unsigned int i = 0; i < count_its(s); i++) {
		if (history_has(s, OP_INIT_ITS, i))
			op_set_arg(prog_add(&s->state->prog, OP_RESTORE_TABLES),
				   ARG_RESTORE_TABLES_its, i);
	}
}

static void reading_op(const struct op *write, struct op *read)
{
	*read = (struct op){ .id = OP_READ_LEVEL };
	if (write->id == OP_USER_WRITE) {
		read->id = OP_USER_READ;
		op_set_arg(read, ARG_USER_READ_reg, op_arg(write, ARG_USER_WRITE_reg));
		op_set_arg(read, ARG_USER_READ_vcpu, op_arg(write, ARG_USER_WRITE_vcpu));
		op_set_arg(read, ARG_USER_READ_its, op_arg(write, ARG_USER_WRITE_its));
	} else {
		op_set_arg(read, ARG_READ_LEVEL_vcpu, op_arg(write, ARG_WRITE_LEVEL_vcpu));
		op_set_arg(read, ARG_READ_LEVEL_intid, op_arg(write, ARG_WRITE_LEVEL_intid));
	}
}

/* Registers that a kernel or a host may be without (arm-vgic-v3.rst). */
static bool is_unsupported(const struct op *op, const struct op_result *res)
{
	if (res->status != OP_FAILED || op->id != OP_USER_READ)
		return false;
	if (place_is_of_timer(op_arg(op, ARG_USER_READ_reg)))
		return res->err == ENOENT;
	return res->err == ENXIO ||
	       (res->err == EINVAL && place_frame(op_arg(op, ARG_USER_READ_reg)) == FRAME_ICC);
}

/* A register that clears has the bits that are not set; what a counter decides is no state. */
static u64 value_of(u64 where, u64 read)
{
	struct reg_at at;

	reg_find_at(where, &at);
	if (at.reg == REG_CNTP_CTL || at.reg == REG_CNTV_CTL)
		return read & ~reg_field_mask(FIELD_CNTV_CTL_ISTATUS);
	return vmstate_reg_clears(at.reg) ? ~read & bits_mask(31, 0) : read;
}

/* Gives each of them its value, and leaves out those that are not there. */
static int read_registers(const struct saving *s, size_t first)
{
	struct prog *p = &s->state->prog;
	size_t nr = first;

	for (size_t i = first; i < p->nr_ops; i++) {
		struct op op = p->op[i], read;
		struct op_result res;

		reading_op(&op, &read);
		if (perform(s, &read, &res)) {
			if (is_unsupported(&read, &res))
				continue;
			return -s->failure->err;
		}
		if (op.id == OP_USER_WRITE)
			op_set_arg(&op, ARG_USER_WRITE_value,
				   value_of(op_arg(&op, ARG_USER_WRITE_reg), res.val[0]));
		else
			op_set_arg(&op, ARG_WRITE_LEVEL_value, res.val[0]);
		p->op[nr++] = op;
	}
	p->nr_ops = nr;
	return 0;
}

/* GICD_ICFGR<n> of a GICv2 as it was read: is an interrupt edge-triggered? */
static bool is_edge(const struct prog *p, u64 vcpu, u64 intid)
{
	u64 where = reg_place(REG_GICD2_ICFGR, (unsigned int)intid / 16);

	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];

		if (op->id == OP_USER_WRITE && op_arg(op, ARG_USER_WRITE_reg) == where &&
		    (intid >= 32 || op_arg(op, ARG_USER_WRITE_vcpu) == vcpu))
			return op_arg(op, ARG_USER_WRITE_value) >> (2 * (intid % 16) + 1) & 1;
	}
	return false;
}

/* Raising an edge-triggered line once more would make another edge. */
static void drop_edges(struct prog *p)
{
	size_t nr = 0;

	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];

		if (op->id != OP_IRQ_LINE ||
		    (op_arg(op, ARG_IRQ_LINE_level) &&
		     !is_edge(p, op_arg(op, ARG_IRQ_LINE_vcpu), op_arg(op, ARG_IRQ_LINE_intid))))
			p->op[nr++] = *op;
	}
	p->nr_ops = nr;
}

static u64 word_of(const u8 *byte)
{
	u64 value = 0;

	for (unsigned int k = 0; k < 8; k++)
		value |= (u64)byte[k] << 8 * k;
	return value;
}

/* Where the last 32 bytes begin no shorter access can (lib/prog/ops.def), but one of 32. */
static void fill_mem_op(struct op *op, u64 at, const u8 *byte)
{
	*op = (struct op){ .id = at < PROG_MEM_LAST ? OP_MEM_WRITE : OP_COMMAND, .arg = { at, 8 } };
	for (unsigned int i = 0; op->id == OP_COMMAND && i < ITS_CMD_WORDS; i++)
		op->arg[i + 1] = word_of(&byte[8UL * i]);
	if (op->id == OP_MEM_WRITE)
		op_set_arg(op, ARG_MEM_WRITE_value, word_of(byte));
}

static bool stores_zero(const struct op *op)
{
	unsigned int first = op->id == OP_COMMAND ? 1 : 2;

	for (unsigned int i = first; i < op_nr_args(op->id); i++) {
		if (op->arg[i])
			return false;
	}
	return true;
}

static int save_page(const struct saving *s, u64 at, const u8 *page)
{
	for (u64 i = 0; i < PAGE_BYTES && at + i <= PROG_MEM_LAST; i += 8) {
		struct op op;

		fill_mem_op(&op, at + i, page + i);
		if (stores_zero(&op))
			continue;
		if (s->state->prog.nr_ops == PROG_MAX_OPS)
			return fail(s, &op, E2BIG);
		*prog_add(&s->state->prog, op.id) = op;
	}
	return 0;
}

/* Pages that are not zero, by their words that are not. */
static int save_mem(const struct saving *s)
{
	static const u8 zero[PAGE_BYTES];
	u8 page[PAGE_BYTES];
	int ret = 0;

	for (u64 i = 0; !ret && s->port->read_mem && i < PROG_MEM_BYTES; i += PAGE_BYTES) {
		s->port->read_mem(s->port->vm, PROG_MEM_BASE + i, page, sizeof(page));
		if (memcmp(page, zero, sizeof(page)) != 0)
			ret = save_page(s, PROG_MEM_BASE + i, page);
	}
	return ret;
}

/* Of each vCPU whose state is not that of its creation. */
static int save_mp_states(const struct saving *s)
{
	const struct prog *from = &s->history->prog;

	for (size_t i = 0; s->port->has_mp_state && i < from->nr_ops; i++) {
		const struct op *create = &from->op[i];
		u64 usual = PROG_MP_RUNNABLE;
		struct op op = { .id = OP_GET_MP_STATE };
		struct op_result res;

		if (create->id != OP_CREATE_VCPU)
			continue;
		if (op_arg(create, ARG_CREATE_VCPU_off))
			usual = PROG_MP_STOPPED;
		op_set_arg(&op, ARG_GET_MP_STATE_vcpu, op_arg(create, ARG_CREATE_VCPU_id));
		if (perform(s, &op, &res)) {
			/* Nothing of a VM goes on that its first run has killed. */
			if (s->failure->err == EIO && !s->history->has_registers)
				continue;
			return -s->failure->err;
		}
		if (res.val[0] == usual)
			continue;
		op = (struct op){ .id = OP_SET_MP_STATE };
		op_set_arg(&op, ARG_SET_MP_STATE_vcpu, op_arg(create, ARG_CREATE_VCPU_id));
		op_set_arg(&op, ARG_SET_MP_STATE_state, res.val[0]);
		*prog_add(&s->state->prog, op.id) = op;
	}
	return 0;
}

/**
 * vmstate_save() - save a VM
 * @port:    the VM, none of whose vCPUs runs
 * @h:       what made it
 * @order:   what is left out; else all that the documents name is saved
 * @s:       receives the state, to be released by vmstate_free()
 * @failure: receives what failed
 *
 * Saving writes tables to the guest's memory.
 *
 * Return: 0, or a negative errno.
 */
int vmstate_save(const struct vmstate_port *port, const struct vmstate_history *h,
		 enum migrate_order order, struct vmstate *s, struct vmstate_failure *failure)
{
	const struct saving saving = { .port = port, .history = h, .state = s, .failure = failure };
	u64 nr_irqs = 0;
	size_t first;
	int ret;

	*s = (struct vmstate){ 0 };
	prog_init(&s->prog, h->prog.gic, h->prog.ipa_bits);
	ret = save_history(&saving, &nr_irqs);
	first = s->prog.nr_ops;
	if (!ret) {
		if (h->has_registers)
			add_registers(&saving, nr_irqs);
		add_its_registers(&saving);
		add_timers(&saving);
		ret = read_registers(&saving, first);
		drop_edges(&s->prog);
	}
	if (!ret && h->has_registers)
		ret = save_tables(&saving, order);
	if (!ret && h->has_registers)
		add_restore_tables(&saving);
	if (!ret)
		ret = save_mem(&saving);
	if (!ret)
		ret = save_mp_states(&saving);
	if (ret)
		vmstate_free(s);
	else
		vmstate_sort(&s->prog, MIGRATE_DOCUMENTED);
	return ret;
}

/**
 * vmstate_free() - release a state
 * @s: from vmstate_save() or vmstate_parse()
 */
void vmstate_free(struct vmstate *s)
{
	prog_free(&s->prog);
	free(s->guest);
	*s = (struct vmstate){ 0 };
}

/**
 * vmstate_add_guest() - add what the guest of a vCPU remembers
 * @s:    the state
 * @vcpu: vcpu_id of a vCPU that has entered its guest
 *
 * Return: to be filled in; nothing is remembered yet.
 */
struct vmstate_guest *vmstate_add_guest(struct vmstate *s, u64 vcpu)
{
	struct vmstate_guest *g;

	s->guest = xrealloc(s->guest, (s->nr_guests + 1) * sizeof(*s->guest));
	g = &s->guest[s->nr_guests++];
	*g = (struct vmstate_guest){ .vcpu = vcpu };
	return g;
}

/**
 * vmstate_guest_of() - what the guest of a vCPU remembers
 * @s:    the state
 * @vcpu: vcpu_id
 *
 * Return: that, or NULL if it has not entered its guest.
 */
const struct vmstate_guest *vmstate_guest_of(const struct vmstate *s, u64 vcpu)
{
	for (size_t i = 0; i < s->nr_guests; i++) {
		if (s->guest[i].vcpu == vcpu)
			return &s->guest[i];
	}
	return NULL;
}
