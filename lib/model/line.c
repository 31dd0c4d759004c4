// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines that userspace raises and lowers: api.rst, KVM_IRQ_LINE.  Where several
 * rules are broken at once, the errno of each of them is allowed.
 */
#include <errno.h>

#include "lib/model/state.h"

/* Number of the PE of a PPI, or that of none. */
static unsigned int line_vcpu(const struct model *m, const struct op *op)
{
	u64 id = op_arg(op, ARG_IRQ_LINE_vcpu);

	if (!deviates(m, DEVIATION_LINE_VCPU_IS_INDEX))
		return vcpu_number(m, id);
	/* The call looks its vCPU up so, and the vGIC looks that one up once more. */
	if (id < m->nr_vcpus) {
		id = m->vcpu[id].id;
		if (id >= m->nr_vcpus && deviates(m, DEVIATION_LINE_ABSENT_IS_FIRST))
			id = 0;
	}
	return id < m->nr_vcpus ? (unsigned int)id : m->nr_vcpus;
}

/* Does the second look-up find no vCPU, and takes the first? */
static bool is_absent(const struct model *m, const struct op *op)
{
	u64 id = op_arg(op, ARG_IRQ_LINE_vcpu);

	return id < m->nr_vcpus && m->vcpu[id].id >= m->nr_vcpus &&
	       deviates(m, DEVIATION_LINE_ABSENT_IS_FIRST);
}

static void expect_line_with_vgic(const struct model *m, const struct op *op, struct expect *want)
{
	u64 intid = op_arg(op, ARG_IRQ_LINE_intid);
	enum line_type type = (enum line_type)op_arg(op, ARG_IRQ_LINE_type);

	if (type == LINE_CPU) {
		allow_usual_error(m, want, ENXIO, RULE_LINE_TYPE);
		return;
	}
	if (type == LINE_PPI && line_vcpu(m, op) == m->nr_vcpus)
		allow_usual_error(m, want, EINVAL, RULE_LINE_VCPU);
	if (type == LINE_PPI && line_vcpu(m, op) != vcpu_number(m, op_arg(op, ARG_IRQ_LINE_vcpu)))
		expect_deviation(want, is_absent(m, op) ? DEVIATION_LINE_ABSENT_IS_FIRST :
							  DEVIATION_LINE_VCPU_IS_INDEX);
	if (type == LINE_PPI ? intid < NR_SGIS || intid >= NR_PRIVATE :
			       intid < NR_PRIVATE || (m->initialised && !irq_exists(m, intid)))
		allow_usual_error(m, want, EINVAL, RULE_LINE_INTID);
	/* Before there are interrupts: whether it fails or does nothing is not said. */
	if (!want->nr_alts)
		allow_done(want, m->initialised ? RULE_LINE : RULE_LINE_BEFORE_INIT);
	if (!m->initialised)
		allow_usual_error(m, want, EBUSY, RULE_LINE_BEFORE_INIT);
	if (!m->initialised && type == LINE_SPI && intid >= 64)
		allow_usual_error(m, want, EINVAL, RULE_LINE_BEFORE_INIT);
}

/* Without a vGIC: does the line of a vCPU itself exist? */
static bool cpu_line_exists(const struct model *m, const struct op *op, struct expect *want)
{
	u64 id = op_arg(op, ARG_IRQ_LINE_vcpu);
	bool exists = model_vcpu(m, id);

	if (!deviates(m, DEVIATION_LINE_VCPU_IS_INDEX) || exists == (id < m->nr_vcpus))
		return exists;
	expect_deviation(want, DEVIATION_LINE_VCPU_IS_INDEX);
	return !exists;
}

/**
 * expect_irq_line() - KVM_IRQ_LINE
 * @m:    the model
 * @op:   OP_IRQ_LINE
 * @want: filled in
 */
void expect_irq_line(const struct model *m, const struct op *op, struct expect *want)
{
	enum line_type type = (enum line_type)op_arg(op, ARG_IRQ_LINE_type);

	if (type == LINE_RESERVED) {
		allow_usual_error(m, want, EINVAL, RULE_LINE_TYPE);
		return;
	}
	if (m->has_vgic) {
		expect_line_with_vgic(m, op, want);
		return;
	}
	if (type != LINE_CPU) {
		allow_usual_error(m, want, ENXIO, RULE_LINE_TYPE);
		return;
	}
	if (!cpu_line_exists(m, op, want))
		allow_usual_error(m, want, EINVAL, RULE_LINE_VCPU);
	/* 0 is the vCPU's IRQ, 1 its FIQ. */
	if (op_arg(op, ARG_IRQ_LINE_intid) > 1)
		allow_usual_error(m, want, EINVAL, RULE_LINE_INTID);
	if (!want->nr_alts)
		allow_done(want, RULE_LINE);
}

/**
 * commit_irq_line() - a line was raised or lowered
 * @m:    the model
 * @op:   OP_IRQ_LINE
 * @seen: what came
 */
void commit_irq_line(struct model *m, const struct op *op, const struct op_result *seen)
{
	u64 intid = op_arg(op, ARG_IRQ_LINE_intid);
	unsigned int vcpu = 0;

	(void)seen;
	if (!m->has_vgic)
		return;
	/* A GICv2 is initialised by the first injection. */
	if (m->config.gic == GIC_V2)
		model_initialise(m);
	if (op_arg(op, ARG_IRQ_LINE_type) == LINE_PPI)
		vcpu = line_vcpu(m, op);
	if (m->initialised && irq_exists(m, intid))
		irq_set_line(m, &m->vcpu[vcpu], (unsigned int)intid,
			     op_arg(op, ARG_IRQ_LINE_level));
}
