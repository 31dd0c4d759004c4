// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations ack, eoi and deactivate, which remember what was acknowledged
 * and stand for accesses to the CPU interface.  What the registers do is in
 * cpuif.c.
 */
#include "lib/model/state.h"

/*
 * The operations that remember what was acknowledged stand for accesses to
 * these registers.
 */
static enum reg_id ack_register(const struct model *m, u64 group)
{
	if (m->config.gic == GIC_V2)
		return group ? REG_GICC_AIAR : REG_GICC_IAR;
	return group ? REG_ICC_IAR1 : REG_ICC_IAR0;
}

static enum reg_id eoi_register(const struct model *m, u64 group)
{
	if (m->config.gic == GIC_V2)
		return group ? REG_GICC_AEOIR : REG_GICC_EOIR;
	return group ? REG_ICC_EOIR1 : REG_ICC_EOIR0;
}

static enum reg_id dir_register(const struct model *m)
{
	return m->config.gic == GIC_V2 ? REG_GICC_DIR : REG_ICC_DIR;
}

/**
 * expect_interface() - does a vCPU reach its CPU interface?
 * @m:       the model
 * @vcpu_id: any
 * @at:      where the program says that a GICv2's is, which is in memory
 * @want:    receives what comes instead if it does not
 *
 * Return: whether it does.
 */
bool expect_interface(const struct model *m, u64 vcpu_id, u64 at, struct expect *want)
{
	if (!expect_entry(m, vcpu_id, want))
		return false;
	if (!m->has_vgic || (m->config.gic == GIC_V2 && at != m->addr[ADDR_V2_CPUIF])) {
		/* No frame, another frame, memory: not what the operation is for. */
		want->unpredicted = true;
		allow_done(want, RULE_REG_UNKNOWN);
		return false;
	}
	return true;
}

/**
 * cpuif_remember() - the guest keeps what it acknowledged
 * @v:     its vCPU
 * @value: that was read, of an interrupt
 * @group: of the register, 0 or 1
 */
void cpuif_remember(struct model_vcpu *v, u64 value, unsigned int group)
{
	if (v->nr_remembered < MAX_ACTIVE)
		v->remembered[v->nr_remembered++] = (struct model_remembered){
			.value = value & 0xffffff,
			.group = group & 1,
		};
}

/* Between two accesses to the CPU interface, as between two operations. */
static void next_access(struct model *m, const struct access *a)
{
	irq_moved(m, a->vcpu);
	irq_lrs_kept(m, a->vcpu);
}

/**
 * cpuif_end() - the guest ends what it has just acknowledged, and deactivates it
 * @m:     the model
 * @a:     whose vCPU it is
 * @value: that was read, of an interrupt
 * @group: of the register, 0 or 1
 */
void cpuif_end(struct model *m, const struct access *a, u64 value, unsigned int group)
{
	next_access(m, a);
	cpuif_behaviour(eoi_register(m, group))->write(m, a, value, ~0ULL);
	if (!m->vcpu[a->vcpu].cpuif.eoimode)
		return;
	next_access(m, a);
	cpuif_behaviour(dir_register(m))->write(m, a, value, ~0ULL);
}

/**
 * expect_guest_ack() - an acknowledge
 * @m:    the model
 * @op:   OP_GUEST_ACK
 * @want: filled in
 */
void expect_guest_ack(const struct model *m, const struct op *op, struct expect *want)
{
	u64 vcpu_id = op_arg(op, ARG_GUEST_ACK_vcpu);
	struct access a = { .vcpu = vcpu_number(m, vcpu_id) };

	if (!expect_interface(m, vcpu_id, op_arg(op, ARG_GUEST_ACK_at), want))
		return;
	a.by = a.vcpu;
	a.at.reg = (int)ack_register(m, op_arg(op, ARG_GUEST_ACK_group));
	allow_done(want, RULE_SYSREG_ACCESS);
	reg_expect_read(m, &a, reg_desc((enum reg_id)a.at.reg)->width / 8, want);
}

/**
 * commit_guest_ack() - an acknowledge returned
 * @m:    the model
 * @op:   OP_GUEST_ACK
 * @seen: what came
 */
void commit_guest_ack(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct access a = { .vcpu = vcpu_number(m, op_arg(op, ARG_GUEST_ACK_vcpu)) };
	struct model_vcpu *v = &m->vcpu[a.vcpu];

	ack_behaviour(ack_register(m, op_arg(op, ARG_GUEST_ACK_group)))->taken(m, &a, seen->val[0]);
	if (!intid_is_special(cpuif_intid(m, seen->val[0])))
		cpuif_remember(v, seen->val[0], (unsigned int)op_arg(op, ARG_GUEST_ACK_group));
}

/**
 * expect_guest_eoi() - the end of the interrupt that was acknowledged last
 * @m:    the model
 * @op:   OP_GUEST_EOI
 * @want: filled in: what is written to the register, 1023 if there is nothing to end
 */
void expect_guest_eoi(const struct model *m, const struct op *op, struct expect *want)
{
	u64 vcpu_id = op_arg(op, ARG_GUEST_EOI_vcpu);
	const struct model_vcpu *v;

	if (!expect_interface(m, vcpu_id, op_arg(op, ARG_GUEST_EOI_at), want))
		return;
	v = model_vcpu(m, vcpu_id);
	allow_done(want, RULE_PROG_REMEMBERS);
	expect_value(want,
		     v->nr_remembered ? v->remembered[v->nr_remembered - 1].value : INTID_NONE,
		     ~0ULL, RULE_PROG_REMEMBERS);
}

/**
 * commit_guest_eoi() - an interrupt was ended
 * @m:    the model
 * @op:   OP_GUEST_EOI
 * @seen: what came
 */
void commit_guest_eoi(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct access a = { .vcpu = vcpu_number(m, op_arg(op, ARG_GUEST_EOI_vcpu)) };
	struct model_vcpu *v = &m->vcpu[a.vcpu];
	struct model_remembered last;

	(void)seen;
	if (!v->nr_remembered)
		return;
	last = v->remembered[--v->nr_remembered];
	cpuif_behaviour(eoi_register(m, last.group))->write(m, &a, last.value, ~0ULL);
	if (v->cpuif.eoimode && v->nr_ended < MAX_ENDED)
		v->ended[v->nr_ended++] = last;
}

/**
 * expect_guest_deactivate() - deactivation of what was ended with EOImode 1
 * @m:    the model
 * @op:   OP_GUEST_DEACTIVATE
 * @want: filled in: what is written, 1023 if there is nothing to deactivate
 */
void expect_guest_deactivate(const struct model *m, const struct op *op, struct expect *want)
{
	const struct model_vcpu *of = model_vcpu(m, op_arg(op, ARG_GUEST_DEACTIVATE_of));

	if (!expect_interface(m, op_arg(op, ARG_GUEST_DEACTIVATE_vcpu),
			      op_arg(op, ARG_GUEST_DEACTIVATE_at), want))
		return;
	allow_done(want, RULE_PROG_REMEMBERS);
	expect_value(want, of && of->nr_ended ? of->ended[of->nr_ended - 1].value : INTID_NONE,
		     ~0ULL, RULE_PROG_REMEMBERS);
}

/**
 * commit_guest_deactivate() - an interrupt was deactivated
 * @m:    the model
 * @op:   OP_GUEST_DEACTIVATE
 * @seen: what came
 */
void commit_guest_deactivate(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct access a = { .vcpu = vcpu_number(m, op_arg(op, ARG_GUEST_DEACTIVATE_vcpu)) };
	unsigned int of = vcpu_number(m, op_arg(op, ARG_GUEST_DEACTIVATE_of));

	(void)seen;
	if (of < m->nr_vcpus && m->vcpu[of].nr_ended)
		cpuif_behaviour(dir_register(m))
			->write(m, &a, m->vcpu[of].ended[--m->vcpu[of].nr_ended].value, ~0ULL);
}
