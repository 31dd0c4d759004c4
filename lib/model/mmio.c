// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses to registers: which frame an address is in, which register an access
 * reaches with which bytes, and system registers.  What a register does is in
 * dist.c, distctl.c, sgi.c, cpuif.c and cpuctl.c.
 */
#include "lib/model/state.h"

/* What is at an address, in a VM whose frames are mapped. */
enum target_kind { NOTHING, RAM, REGISTERS };

struct target_at {
	enum target_kind kind;
	enum frame_id frame;
	u32 offset; /* in the frame */
	unsigned int vcpu; /* number of the PE that banks it */
	unsigned int its; /* number of the ITS whose frame it is */
};

/* What an access to memory names; another frame may be there. */
struct named {
	u64 where;
	struct reg_at at;
	unsigned int size; /* of the access, bytes */
};

static void find_named(u64 where, u64 size, struct named *n)
{
	n->where = where;
	reg_find_at(where, &n->at);
	n->size = size ? (unsigned int)size : reg_at_size(&n->at);
}

static void find_reached(const struct named *n, const struct target_at *t, struct reg_at *at)
{
	u64 reached = place(t->frame, t->offset);

	if (reached == n->where)
		*at = n->at;
	else
		reg_find_at(reached, at);
}

static bool in_frame(u64 gpa, u64 base, enum frame_id frame, struct target_at *t)
{
	if (base == ADDR_UNSET || gpa < base || gpa - base >= frame_desc(frame)->bytes)
		return false;
	t->kind = REGISTERS;
	t->frame = frame;
	t->offset = (u32)(gpa - base);
	return true;
}

static bool is_ram(u64 gpa)
{
	return gpa >= PROG_RAM_BASE && gpa < PROG_RAM_BASE + PROG_RAM_BYTES;
}

/* @by is the number of the PE that performs the access. */
static void target_find(const struct model *m, u64 gpa, unsigned int by, struct target_at *t)
{
	*t = (struct target_at){ .kind = NOTHING, .vcpu = by };
	if (is_ram(gpa)) {
		t->kind = RAM;
		return;
	}
	if (!m->has_vgic)
		return;
	for (unsigned int i = 0; i < NR_ADDR_TYPES; i++) {
		const struct addr_type_desc *d = addr_type_desc((enum addr_type)i);

		if (m->addr[i] != ADDR_UNSET && d->gic == m->config.gic && d->frame != FRAME_GICR &&
		    in_frame(gpa, m->addr[i], d->frame, t))
			return;
	}
	for (unsigned int i = 0; i < m->nr_its; i++) {
		if (in_frame(gpa, m->its[i].base, FRAME_GITS, t)) {
			t->its = i;
			return;
		}
	}
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		const struct model_vcpu *v = &m->vcpu[i];

		if (v->has_frame && in_frame(gpa, redist_base(m, v), FRAME_GICR, t)) {
			t->vcpu = i;
			return;
		}
	}
}

/* Each knows the registers of its file. */
static const struct reg_behaviour *(*const behaviour_fns[])(enum reg_id reg) = {
	dist_behaviour, distctl_behaviour, ack_behaviour, cpuif_behaviour, cpuctl_behaviour,
	sgi_behaviour,	lpi_behaviour,	   its_behaviour, timer_behaviour,
};

/**
 * reg_behaviour_of() - what a register does
 * @reg: an enum reg_id, or -1
 *
 * Return: the row, or NULL if it holds no state: reserved, or an optional
 * register that the model knows of no implementation of.
 */
const struct reg_behaviour *reg_behaviour_of(int reg)
{
	const struct reg_behaviour *b = NULL;

	for (size_t i = 0; reg >= 0 && !b && i < ARRAY_SIZE(behaviour_fns); i++)
		b = behaviour_fns[i]((enum reg_id)reg);
	return b;
}

/* Registers whose value is the implementation's: ID registers and the like. */
static bool is_impdef(enum frame_id frame, u32 offset)
{
	u32 id_space = frame_desc(frame)->bytes == GICD2_BYTES ? 0xfd0 : 0xffd0;

	if (frame == FRAME_GICD || frame == FRAME_GICR || frame == FRAME_GITS)
		return (offset & 0xffff) >= 0xc000;
	return offset >= id_space;
}

/* Keeps the bytes that an access takes of a register. */
static void cut_value(struct expect_val *val, unsigned int byte, unsigned int size)
{
	unsigned int shift = 8 * byte;
	u64 mask = bits_mask(8 * size - 1, 0);

	val->value = val->value >> shift & mask;
	val->known = val->known >> shift & mask;
	val->doubtful = val->doubtful >> shift & mask;
	for (unsigned int i = 0; i < val->nr_parts; i++)
		val->part[i].mask = val->part[i].mask >> shift & mask;
	if (byte || size < reg_desc((enum reg_id)val->reg)->width / 8)
		val->reg = -1;
	/* Bits that the access does not return are not set in the result. */
	val->known |= ~mask;
}

/**
 * reg_expect_read() - the value that an access to a register returns
 * @m:    the model
 * @a:    the access
 * @size: bytes that it takes from the register
 * @want: receives the value
 */
void reg_expect_read(const struct model *m, const struct access *a, unsigned int size,
		     struct expect *want)
{
	const struct reg_behaviour *b = reg_behaviour_of(a->at.reg);
	struct expect_val *val;

	if (!b || !b->read) {
		expect_value(want, 0, ~0ULL, RULE_MMIO_RESERVED);
		return;
	}
	val = expect_value(want, 0, 0, RULE_REG_UNKNOWN);
	val->reg = a->at.reg;
	b->read(m, a, want, val);
	val->value &= val->known;
	for (unsigned int i = 0; i < val->nr_parts; i++)
		val->part[i].mask &= val->known;
	cut_value(val, a->at.byte, size);
}

/* May this access reach the register at all? */
static bool size_is_taken(const struct reg_at *at, unsigned int size)
{
	const struct reg_desc *r;

	if (at->reg < 0)
		return true;
	r = reg_desc((enum reg_id)at->reg);
	return r->sizes & size && at->byte + size <= r->width / 8;
}

static void expect_frame_read(const struct model *m, const struct target_at *t, unsigned int by,
			      const struct named *n, struct expect *want)
{
	struct access a = { .vcpu = t->vcpu, .by = by, .its = t->its };
	unsigned int size = n->size;

	find_reached(n, t, &a.at);
	allow_done(want, RULE_ACCESS_REACHES);
	if (!size_is_taken(&a.at, size)) {
		bool known = chosen(m, CHOICE_WRONG_SIZE_RAZ_WI) && t->frame != FRAME_GICC;

		expect_value(want, 0, known ? ~0ULL : 0, RULE_MMIO_SIZE);
	} else if (is_impdef(t->frame, t->offset) && !reg_behaviour_of(a.at.reg)) {
		expect_value(want, 0, 0, RULE_REG_UNKNOWN);
	} else {
		reg_expect_read(m, &a, size, want);
	}
}

/* Adds what a guest's load or store meets before it reaches a register. */
static bool expect_reach(const struct model *m, u64 gpa, unsigned int size, struct target_at *t,
			 unsigned int by, struct expect *want)
{
	if (gpa % size) {
		/* Frames are Device memory. */
		allow(want, OP_ABORT, 0, RULE_GUEST_ALIGNMENT);
		return false;
	}
	if (gpa >> m->config.ipa_bits) {
		allow(want, OP_ABORT, 0, RULE_BEYOND_IPA);
		return false;
	}
	target_find(m, gpa, by, t);
	if (t->kind == NOTHING)
		allow(want, OP_NO_DEVICE, 0, RULE_NO_FRAME);
	if (t->kind == RAM) {
		allow_done(want, RULE_RAM);
		expect_value(want, 0, 0, RULE_RAM);
	}
	return t->kind == REGISTERS;
}

/* @value is that of a write, else NULL. */
static void expect_sysreg(const struct model *m, u64 where, unsigned int by, const u64 *value,
			  struct expect *want)
{
	struct access a = { .vcpu = by, .by = by };
	const struct reg_behaviour *b;

	bool is_timer = place_is_of_timer(where);

	reg_find_at(where, &a.at);
	b = reg_behaviour_of(a.at.reg);
	if ((!m->has_vgic && !is_timer) || a.at.reg < 0) {
		allow(want, OP_ABORT, 0, RULE_SYSREG_OTHER);
		allow_done(want, RULE_SYSREG_OTHER);
		if (!value)
			expect_value(want, 0, 0, RULE_SYSREG_OTHER);
		return;
	}
	if (!b || (value ? !b->write : !b->read) || !cpuif_implements(m, &a)) {
		allow(want, OP_ABORT, 0, RULE_SYSREG_UNDEFINED);
		return;
	}
	allow_done(want, is_timer ? RULE_TIMER_ACCESS : RULE_SYSREG_ACCESS);
	if (value)
		sgi_expect_write(m, &a, *value, want);
	else
		reg_expect_read(m, &a, 8, want);
}

/**
 * expect_guest_read() - a load by the guest, or MRS
 * @m:    the model
 * @op:   OP_GUEST_READ
 * @want: filled in
 */
void expect_guest_read(const struct model *m, const struct op *op, struct expect *want)
{
	u64 where = op_arg(op, ARG_GUEST_READ_reg);
	u64 gpa = op_arg(op, ARG_GUEST_READ_at) + place_offset(where);
	unsigned int by = vcpu_number(m, op_arg(op, ARG_GUEST_READ_vcpu));
	struct target_at t;
	struct named n;

	if (!expect_entry(m, op_arg(op, ARG_GUEST_READ_vcpu), want))
		return;
	if (!place_is_in_memory(where)) {
		expect_sysreg(m, where, by, NULL, want);
		return;
	}
	find_named(where, op_arg(op, ARG_GUEST_READ_size), &n);
	if (expect_reach(m, gpa, n.size, &t, by, want))
		expect_frame_read(m, &t, by, &n, want);
}

/**
 * expect_guest_write() - a store by the guest, or MSR
 * @m:    the model
 * @op:   OP_GUEST_WRITE
 * @want: filled in
 */
void expect_guest_write(const struct model *m, const struct op *op, struct expect *want)
{
	u64 where = op_arg(op, ARG_GUEST_WRITE_reg);
	u64 gpa = op_arg(op, ARG_GUEST_WRITE_at) + place_offset(where);
	unsigned int by = vcpu_number(m, op_arg(op, ARG_GUEST_WRITE_vcpu)), size;
	u64 value = op_arg(op, ARG_GUEST_WRITE_value);
	struct target_at t;

	if (!expect_entry(m, op_arg(op, ARG_GUEST_WRITE_vcpu), want))
		return;
	if (!place_is_in_memory(where)) {
		expect_sysreg(m, where, by, &value, want);
		return;
	}
	size = op_access_size(where, op_arg(op, ARG_GUEST_WRITE_size));
	if (expect_reach(m, gpa, size, &t, by, want))
		allow_done(want, RULE_ACCESS_REACHES);
}

/**
 * guest_access_exits() - does an access take the vCPU out of its guest?
 * @m:  the model
 * @op: OP_GUEST_READ or OP_GUEST_WRITE
 *
 * System registers and the CPU interface's frame of a GICv2 may be the hardware's,
 * and memory is.
 *
 * Return: whether it does on KVM.
 */
bool guest_access_exits(const struct model *m, const struct op *op)
{
	bool write = op->id == OP_GUEST_WRITE;
	u64 where = op_arg(op, write ? ARG_GUEST_WRITE_reg : ARG_GUEST_READ_reg);
	u64 at = op_arg(op, write ? ARG_GUEST_WRITE_at : ARG_GUEST_READ_at);
	struct target_at t;

	if (!place_is_in_memory(where))
		return false;
	/* A GICv3 has nothing else that does not exit. */
	if (m->config.gic == GIC_V3)
		return !is_ram(at + place_offset(where));
	target_find(m, at + place_offset(where), 0, &t);
	return t.kind == NOTHING || (t.kind == REGISTERS && t.frame != FRAME_GICC);
}

/* What an access changed, once it has reached its register. */
static void commit_reg(struct model *m, const struct access *a, bool write, unsigned int size,
		       u64 value)
{
	const struct reg_behaviour *b = reg_behaviour_of(a->at.reg);
	u64 mask = bits_mask(8 * size - 1, 0) << 8 * a->at.byte;

	if (b && write && b->write)
		b->write(m, a, (value << 8 * a->at.byte) & mask, mask);
	else if (b && !write && b->taken)
		b->taken(m, a, value);
}

static void commit_sysreg(struct model *m, u64 where, unsigned int by, bool write, u64 value)
{
	struct access a = { .vcpu = by, .by = by };

	reg_find_at(where, &a.at);
	m->lost |= write && a.at.reg < 0;
	if (m->has_vgic || place_is_of_timer(where))
		commit_reg(m, &a, write, 8, value);
}

/* Does a read of the register change the state? */
static bool acknowledges(const struct reg_at *at)
{
	return at->reg == REG_GICC_IAR || at->reg == REG_GICC_AIAR;
}

static void commit_memory(struct model *m, u64 gpa, unsigned int by, const struct named *n,
			  bool write, u64 value)
{
	struct access a = { .by = by };
	struct target_at t;

	target_find(m, gpa, by, &t);
	if (t.kind != REGISTERS)
		return;
	a.vcpu = t.vcpu;
	a.its = t.its;
	find_reached(n, &t, &a.at);
	if (size_is_taken(&a.at, n->size))
		commit_reg(m, &a, write, n->size, value);
	else if ((write || acknowledges(&a.at)) &&
		 (!chosen(m, CHOICE_WRONG_SIZE_RAZ_WI) || t.frame == FRAME_GICC))
		m->lost = true;
}

/**
 * commit_guest_access() - follow a guest's access that succeeded
 * @m:    the model
 * @op:   OP_GUEST_READ or OP_GUEST_WRITE
 * @seen: what came
 */
void commit_guest_access(struct model *m, const struct op *op, const struct op_result *seen)
{
	bool write = op->id == OP_GUEST_WRITE;
	u64 where = op_arg(op, write ? ARG_GUEST_WRITE_reg : ARG_GUEST_READ_reg);
	u64 at = op_arg(op, write ? ARG_GUEST_WRITE_at : ARG_GUEST_READ_at);
	u64 size = op_arg(op, write ? ARG_GUEST_WRITE_size : ARG_GUEST_READ_size);
	unsigned int by = vcpu_number(m, (u64)op_vcpu(op));
	u64 value = write ? op_arg(op, ARG_GUEST_WRITE_value) : seen->val[0];
	struct named n;

	if (!place_is_in_memory(where)) {
		commit_sysreg(m, where, by, write, value);
		return;
	}
	find_named(where, size, &n);
	commit_memory(m, at + place_offset(where), by, &n, write, value);
}
