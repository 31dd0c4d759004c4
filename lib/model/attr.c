// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers, line levels and numbers through the device API: arm-vgic.rst,
 * arm-vgic-v3.rst, api.rst.  Where several rules are broken at once, the errno of
 * each of them is allowed.
 */
#include <errno.h>

#include "lib/model/state.h"

/* Groups of attributes for registers, by frame. */
enum reg_group { GROUP_NONE, GROUP_DIST, GROUP_REDIST, GROUP_CPU };

static enum reg_group group_of_frame(enum frame_id frame)
{
	switch (frame) {
	case FRAME_GICD:
	case FRAME_GICD2:
		return GROUP_DIST;
	case FRAME_GICR:
		return GROUP_REDIST;
	case FRAME_GICC:
	case FRAME_ICC:
		return GROUP_CPU;
	case FRAME_GICH:
	case FRAME_GICV:
	case FRAME_GITS:
	case FRAME_ICH:
	case FRAME_CNTP:
	case FRAME_CNTV:
	case NR_FRAMES:
		break;
	}
	return GROUP_NONE;
}

/* The vCPU that an attribute names: a GICv2's has eight bits for it. */
static u64 named_vcpu(const struct model *m, u64 vcpu_id)
{
	return m->config.gic == GIC_V2 ? vcpu_id & 0xff : vcpu_id;
}

/* Faults of an access to registers that do not depend on the register. */
static void expect_reg_group(const struct model *m, enum reg_group group, u64 vcpu_id,
			     struct expect *want)
{
	const struct model_vcpu *v = model_vcpu(m, named_vcpu(m, vcpu_id));

	if (m->config.gic == GIC_V3 && !m->initialised)
		allow_usual_error(m, want, EBUSY, RULE_REGS_BEFORE_INIT);
	if (vcpu_any_held(m))
		allow_error(want, EBUSY, RULE_REGS_RUNNING);
	/* The distributor of a GICv3 ignores the affinity, but is of some vCPU. */
	if (!v && (m->config.gic == GIC_V2 || group != GROUP_DIST || !m->nr_vcpus))
		allow_usual_error(m, want, EINVAL, RULE_REGS_MPIDR);
}

static bool is_word(u64 where)
{
	return frame_desc(place_frame(where))->kind == FRAME_KIND_SYSREG ||
	       !(place_offset(where) % 4);
}

/* Registers of a GICv2's CPU interface that exist, but not in the API. */
static bool is_cpuif_without_attr(const struct access *a)
{
	const struct reg_desc *r = a->at.reg < 0 ? NULL : reg_desc((enum reg_id)a->at.reg);

	return r && r->frame == FRAME_GICC && (r->user == USER_NONE || r->user == USER_RAZ_WI);
}

/* May the API do without this register? */
static bool may_be_unsupported(const struct model *m, const struct access *a)
{
	const struct reg_desc *r = a->at.reg < 0 ? NULL : reg_desc((enum reg_id)a->at.reg);
	const struct reg_behaviour *b = reg_behaviour_of(a->at.reg);

	return !r || !b || r->user == USER_NONE || a->at.reg == REG_GICR_INVLPIR ||
	       a->at.reg == REG_GICR_INVALLR || is_cpuif_without_attr(a) ||
	       (r->frame == FRAME_GICC && r->user == USER_RAZ_WI) ||
	       (r->frame == FRAME_ICC && !cpuif_implements(m, a));
}

/*
 * Registers that the document of 7.x allows to be accessed before the
 * initialisation; older ones say nothing of them.
 */
static bool may_be_early(const struct model *m, u64 where)
{
	u32 offset = place_offset(where);

	return m->config.gic == GIC_V3 && !m->initialised && m->nr_vcpus &&
	       place_frame(where) == FRAME_GICD &&
	       (offset == place_offset(reg_place(REG_GICD_IIDR, 0)) ||
		offset == place_offset(reg_place(REG_GICD_TYPER2, 0)));
}

static struct access user_access(const struct model *m, const struct op *op)
{
	bool write = op->id == OP_USER_WRITE;
	u64 where = op_arg(op, write ? ARG_USER_WRITE_reg : ARG_USER_READ_reg);
	struct access a = {
		.vcpu = vcpu_number(m, named_vcpu(m, (u64)op_vcpu(op))),
		.its = op_its(op),
		.user = true,
	};

	/* What is not banked is the same whoever is named. */
	if (a.vcpu == m->nr_vcpus)
		a.vcpu = 0;
	a.by = a.vcpu;
	reg_find_at(where, &a.at);
	return a;
}

/* Return: whether the access reaches a register, or may do so. */
static bool expect_user_reach(const struct model *m, const struct op *op, u64 where,
			      struct expect *want)
{
	enum reg_group group = group_of_frame(place_frame(where));
	struct access a;

	if (place_is_of_timer(where))
		return timer_expect_reach(m, op, want);
	if (place_frame(where) == FRAME_GITS)
		return expect_its_reach(m, op_its(op), where, want);
	if (!m->has_vgic || group == GROUP_NONE) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return false;
	}
	expect_reg_group(m, group, (u64)op_vcpu(op), want);
	a = user_access(m, op);
	if (!is_word(where)) {
		/* What an offset within a word names is not said. */
		if (!want->nr_alts)
			allow_done(want, RULE_REGS_UNALIGNED);
		allow_error(want, ENXIO, RULE_REGS_UNALIGNED);
		return true;
	}
	if (is_cpuif_without_attr(&a) && deviates(m, DEVIATION_V2_UNSUPPORTED_RAZ)) {
		if (want->nr_alts)
			return false;
		allow_done(want, RULE_REGS_UNSUPPORTED);
		expect_deviation(want, DEVIATION_V2_UNSUPPORTED_RAZ);
		return true;
	}
	if (may_be_unsupported(m, &a)) {
		bool refused = want->nr_alts;

		allow_error(want, ENXIO, RULE_REGS_UNSUPPORTED);
		/* Active priorities registers that this host has not. */
		if (a.at.reg >= 0 && reg_behaviour_of(a.at.reg) && !cpuif_implements(m, &a))
			allow_error(want, EINVAL, RULE_SYSREG_VALUE);
		/* "Not yet supported" may come to be supported. */
		if (refused || place_frame(where) == FRAME_ICC)
			return false;
		allow_done(want, RULE_MMIO_RESERVED);
		return true;
	}
	return !want->nr_alts || may_be_early(m, where);
}

/* Why an access succeeds. */
static enum rule_id reached_rule(u64 where, enum rule_id of_vgic)
{
	if (place_is_of_timer(where))
		return RULE_TIMER_USER;
	return place_frame(where) == FRAME_GITS ? RULE_ITS_REGS : of_vgic;
}

/**
 * expect_user_read() - a register through the device API
 * @m:    the model
 * @op:   OP_USER_READ
 * @want: filled in
 */
void expect_user_read(const struct model *m, const struct op *op, struct expect *want)
{
	u64 where = op_arg(op, ARG_USER_READ_reg);
	struct access a;

	if (!expect_user_reach(m, op, where, want))
		return;
	if (!want->nr_alts || may_be_early(m, where))
		allow_done(want, reached_rule(where, RULE_REGS_READ));
	a = user_access(m, op);
	if (want->deviation == DEVIATION_V2_UNSUPPORTED_RAZ)
		expect_value(want, 0, ~0ULL, RULE_REGS_UNSUPPORTED);
	else if (is_word(where) && !may_be_unsupported(m, &a))
		reg_expect_read(m, &a, place_size(where), want);
	else
		expect_value(want, 0, a.at.reg < 0 && is_word(where) ? ~0ULL : 0,
			     RULE_MMIO_RESERVED);
}

/**
 * expect_user_write() - the same, written
 * @m:    the model
 * @op:   OP_USER_WRITE
 * @want: filled in
 */
void expect_user_write(const struct model *m, const struct op *op, struct expect *want)
{
	u64 where = op_arg(op, ARG_USER_WRITE_reg);
	const struct reg_behaviour *b;
	unsigned int faults;
	struct access a;

	if (!expect_user_reach(m, op, where, want))
		return;
	faults = want->nr_alts;
	a = user_access(m, op);
	b = may_be_unsupported(m, &a) ? NULL : reg_behaviour_of(a.at.reg);
	if (b && b->check && is_word(where))
		b->check(m, &a, op_arg(op, ARG_USER_WRITE_value), want);
	if (!want->nr_alts || (want->nr_alts == faults && may_be_early(m, where)))
		allow_done(want, reached_rule(where, RULE_REGS_WRITE));
}

/**
 * commit_user_read() - an access to a register succeeded
 * @m:    the model
 * @op:   OP_USER_READ or OP_USER_WRITE
 * @seen: what came
 *
 * A GICv2 is initialised by it if it was not.
 */
void commit_user_read(struct model *m, const struct op *op, const struct op_result *seen)
{
	u64 where;

	(void)seen;
	if (m->config.gic == GIC_V2 && op_user_place(op, &where) && !place_is_of_timer(where))
		model_initialise(m);
}

/**
 * commit_user_write() - a write of a register succeeded
 * @m:    the model
 * @op:   OP_USER_WRITE
 * @seen: what came
 */
void commit_user_write(struct model *m, const struct op *op, const struct op_result *seen)
{
	u64 where = op_arg(op, ARG_USER_WRITE_reg);
	struct access a = user_access(m, op);
	const struct reg_behaviour *b = reg_behaviour_of(a.at.reg);
	unsigned int size = place_size(where);
	u64 mask = bits_mask(8 * size - 1, 0) << 8 * a.at.byte;

	commit_user_read(m, op, seen);
	m->lost |= !is_word(where);
	/* What is not supported does nothing if it does not fail, but an SGI is sent. */
	if (may_be_unsupported(m, &a) && a.at.reg != REG_GICD2_SGIR)
		return;
	if (b && b->write)
		b->write(m, &a, (op_arg(op, ARG_USER_WRITE_value) << 8 * a.at.byte) & mask, mask);
}

/* Line levels of the 32 interrupts from @intid on, as the API shows them. */
static u32 level_bits(const struct model *m, unsigned int intid)
{
	u32 bits = irq_implemented(m, intid);

	return intid ? bits : bits & ~0xffffu;
}

/**
 * expect_level() - KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO
 * @m:    the model
 * @op:   OP_READ_LEVEL or OP_WRITE_LEVEL
 * @want: filled in
 */
void expect_level(const struct model *m, const struct op *op, struct expect *want)
{
	bool write = op->id == OP_WRITE_LEVEL;
	u64 intid = op_arg(op, write ? ARG_WRITE_LEVEL_intid : ARG_READ_LEVEL_intid);
	const struct model_vcpu *v = model_vcpu(m, (u64)op_vcpu(op));
	const struct model_bank *b;
	struct expect_val *val;
	u32 bits, open;

	if (!m->has_vgic) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	expect_reg_group(m, GROUP_CPU, (u64)op_vcpu(op), want);
	if (intid % 32 || op_arg(op, write ? ARG_WRITE_LEVEL_info : ARG_READ_LEVEL_info))
		allow_error(want, EINVAL, RULE_LEVEL_INFO_ARGS);
	if (want->nr_alts)
		return;
	allow_done(want, RULE_LEVEL_INFO);
	if (write)
		return;
	b = irq_bank_of(m, v, (unsigned int)intid);
	bits = level_bits(m, (unsigned int)intid);
	/* Whether an edge-triggered interrupt's line has a level is not said. */
	open = chosen(m, CHOICE_EDGE_LINE_NOT_KEPT) ? b->edge & bits : 0;
	open |= (b->open | b->late) & irq_timers((unsigned int)intid);
	val = expect_value(want, b->line & bits, ~(u64)open, RULE_LEVEL_INFO);
	if (!intid)
		timer_expect_level(m, v, val);
}

/**
 * commit_write_level() - line levels were written
 * @m:    the model
 * @op:   OP_WRITE_LEVEL
 * @seen: what came
 */
void commit_write_level(struct model *m, const struct op *op, const struct op_result *seen)
{
	unsigned int intid = (unsigned int)op_arg(op, ARG_WRITE_LEVEL_intid);
	unsigned int vcpu = vcpu_number(m, op_arg(op, ARG_WRITE_LEVEL_vcpu));
	struct model_bank *b = irq_bank(m, &m->vcpu[vcpu], intid);
	u32 bits = level_bits(m, intid);

	(void)seen;
	if (intid >= NR_PRIVATE)
		irq_move_some(m, intid, bits);
	b->line = (b->line & ~bits) | ((u32)op_arg(op, ARG_WRITE_LEVEL_value) & bits);
	b->vague |= b->line & irq_timers(intid);
	b->open |= b->vague;
}

/**
 * expect_set_nr_irqs() - KVM_DEV_ARM_VGIC_GRP_NR_IRQS
 * @m:    the model
 * @op:   OP_SET_NR_IRQS
 * @want: filled in
 */
void expect_set_nr_irqs(const struct model *m, const struct op *op, struct expect *want)
{
	u64 count = op_arg(op, ARG_SET_NR_IRQS_count);

	if (!m->has_vgic) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	if (count < 64 || count > 1024 || count % 32)
		allow_error(want, EINVAL, RULE_NR_IRQS_RANGE);
	if (m->nr_irqs_set)
		allow_error(want, EBUSY, RULE_NR_IRQS_ONCE);
	if (!want->nr_alts)
		allow_done(want, RULE_NR_IRQS);
}

/**
 * expect_get_nr_irqs() - the same, read
 * @m:    the model
 * @op:   OP_GET_NR_IRQS
 * @want: filled in
 */
void expect_get_nr_irqs(const struct model *m, const struct op *op, struct expect *want)
{
	(void)op;
	if (!m->has_vgic) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	allow_done(want, RULE_NR_IRQS);
	/* What it is before it is set is not said. */
	expect_value(want, m->nr_irqs, m->nr_irqs_set ? ~0ULL : 0, RULE_NR_IRQS);
}

/**
 * expect_save_pending_tables() - KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES
 * @m:    the model
 * @op:   OP_SAVE_PENDING_TABLES
 * @want: filled in
 */
void expect_save_pending_tables(const struct model *m, const struct op *op, struct expect *want)
{
	(void)op;
	if (!m->has_vgic) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	if (m->config.gic == GIC_V2) {
		allow_error(want, ENXIO, RULE_ATTR_UNKNOWN);
		return;
	}
	if (vcpu_any_held(m))
		allow_error(want, EBUSY, RULE_REGS_RUNNING);
	else
		allow_done(want, RULE_SAVE_PENDING);
	if (!m->initialised)
		allow_error(want, ENXIO, RULE_SAVE_PENDING);
	if (m->nr_its && !lpi_can_be_saved(m))
		allow_error(want, EFAULT, RULE_SAVE_PENDING);
}

/**
 * commit_save_pending_tables() - pending state was saved
 * @m:    the model
 * @op:   OP_SAVE_PENDING_TABLES
 * @seen: what came
 */
void commit_save_pending_tables(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)op;
	(void)seen;
	if (m->nr_its)
		lpi_save(m);
}

enum has { HAS_NOT, HAS, HAS_MAYBE };

struct attr_row {
	unsigned int group;
	u64 attr;
};

/* Numbers of include/uapi/linux/kvm.h, which the documents name. */
#define GRP_ADDR 0
#define GRP_DIST_REGS 1
#define GRP_CPU_REGS 2
#define GRP_NR_IRQS 3
#define GRP_CTRL 4
#define GRP_REDIST_REGS 5
#define GRP_CPU_SYSREGS 6
#define GRP_LEVEL_INFO 7
#define GRP_ITS_REGS 8

static const struct attr_row v2_attrs[] = {
	{ GRP_ADDR, 0 }, /* KVM_VGIC_V2_ADDR_TYPE_DIST */
	{ GRP_ADDR, 1 }, /* KVM_VGIC_V2_ADDR_TYPE_CPU */
	{ GRP_CTRL, 0 }, /* KVM_DEV_ARM_VGIC_CTRL_INIT */
};

static const struct attr_row v3_attrs[] = {
	{ GRP_ADDR, 2 }, /* KVM_VGIC_V3_ADDR_TYPE_DIST */
	{ GRP_ADDR, 3 }, /* KVM_VGIC_V3_ADDR_TYPE_REDIST */
	{ GRP_ADDR, 5 }, /* KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION */
	{ GRP_CTRL, 0 }, /* KVM_DEV_ARM_VGIC_CTRL_INIT */
	{ GRP_CTRL, 3 }, /* KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES */
};

static enum has has_row(const struct attr_row *rows, size_t nr, u64 group, u64 attr)
{
	for (size_t i = 0; i < nr; i++) {
		if (rows[i].group == group && rows[i].attr == attr)
			return HAS;
	}
	return HAS_NOT;
}

/*
 * Are the interrupts of one of the distributor's registers sure to exist?  Its
 * arrays are of all INTIDs below 1024, or are short and of none.  How many there
 * are before userspace or the initialisation sets it is not said.
 */
static bool has_irqs(const struct model *m, const struct reg_at *at)
{
	const struct reg_desc *r = reg_desc((enum reg_id)at->reg);
	unsigned int nr = m->nr_irqs_set ? m->nr_irqs : NR_PRIVATE;

	if ((r->frame != FRAME_GICD && r->frame != FRAME_GICD2) || r->count < MODEL_MAX_IRQS / 32)
		return true;
	return (r->first + at->index) * (MODEL_MAX_IRQS / (r->first + r->count)) < nr;
}

/*
 * Registers: those with state are supported, others may be; the rest is not
 * words.  The attribute names a vCPU, which must exist.
 */
static enum has has_reg(const struct model *m, enum frame_id frame, u64 attr)
{
	struct access a = { .user = true };
	bool v2 = m->config.gic == GIC_V2;
	u64 who = attr >> 32;
	bool named = frame == FRAME_GICD && m->nr_vcpus;

	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		named |= who == (v2 ? m->vcpu[i].id : m->vcpu[i].affinity);
	if (!named || frame_desc(frame)->bytes <= (u32)attr)
		return HAS_MAYBE;
	reg_find_at(place(frame, (u32)attr), &a.at);
	if (frame_desc(frame)->kind == FRAME_KIND_MMIO && attr % 4)
		return HAS_NOT;
	if (may_be_unsupported(m, &a) || !has_irqs(m, &a.at) ||
	    (a.at.reg == REG_GICR_STATUSR && chosen(m, CHOICE_NO_STATUSR)))
		return HAS_MAYBE;
	return HAS;
}

static enum has has_attr_v2(const struct model *m, u64 group, u64 attr)
{
	switch (group) {
	case GRP_DIST_REGS:
		return has_reg(m, FRAME_GICD2, attr);
	case GRP_CPU_REGS:
		return has_reg(m, FRAME_GICC, attr);
	case GRP_NR_IRQS:
		return attr ? HAS_MAYBE : HAS;
	case GRP_ADDR:
	case GRP_CTRL:
		return has_row(v2_attrs, ARRAY_SIZE(v2_attrs), group, attr);
	case GRP_REDIST_REGS:
	case GRP_CPU_SYSREGS:
	case GRP_LEVEL_INFO:
	case GRP_ITS_REGS:
		return HAS_NOT;
	default: /* groups that newer kernels may add */
		return HAS_MAYBE;
	}
}

static enum has has_attr_v3(const struct model *m, u64 group, u64 attr)
{
	switch (group) {
	case GRP_DIST_REGS:
		return has_reg(m, FRAME_GICD, attr);
	case GRP_REDIST_REGS:
		return has_reg(m, FRAME_GICR, attr);
	case GRP_CPU_SYSREGS:
		return has_reg(m, FRAME_ICC, attr);
	case GRP_LEVEL_INFO:
		return attr < 1024 && attr % 32 == 0 ? HAS : HAS_MAYBE;
	case GRP_NR_IRQS:
		return attr ? HAS_MAYBE : HAS;
	case GRP_ADDR:
	case GRP_CTRL:
		return has_row(v3_attrs, ARRAY_SIZE(v3_attrs), group, attr);
	case GRP_CPU_REGS:
	case GRP_ITS_REGS:
		return HAS_NOT;
	default: /* groups that newer kernels may add */
		return HAS_MAYBE;
	}
}

/**
 * expect_has_attr() - KVM_HAS_DEVICE_ATTR
 * @m:    the model
 * @op:   OP_HAS_ATTR
 * @want: filled in
 */
void expect_has_attr(const struct model *m, const struct op *op, struct expect *want)
{
	u64 group = op_arg(op, ARG_HAS_ATTR_group), attr = op_arg(op, ARG_HAS_ATTR_attr);
	enum has has;

	if (!m->has_vgic) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	has = m->config.gic == GIC_V2 ? has_attr_v2(m, group, attr) : has_attr_v3(m, group, attr);
	if (has != HAS_NOT)
		allow_done(want, RULE_HAS_ATTR);
	if (has != HAS)
		allow_error(want, ENXIO, RULE_ATTR_UNKNOWN);
	/* An affinity that no vCPU has, or a vINTID that is no first one. */
	if (has == HAS_MAYBE)
		allow_error(want, EINVAL, RULE_ATTR_UNKNOWN);
}
