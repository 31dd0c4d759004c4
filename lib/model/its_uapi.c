// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device of an ITS: creation, address, initialisation, and which of its
 * registers userspace reaches (arm-vgic-its.rst).
 */
#include <errno.h>

#include "lib/model/state.h"

#define ID_REGISTERS 0xffd0 /* to the end of the control frame (IHI 0069H ITS register map) */

/* Is an ITS at an address over a frame, but for that of @own, or over memory? */
static bool overlaps(const struct model *m, const struct model_its *own, u64 base)
{
	u64 dist = m->addr[ADDR_V3_DIST];

	if (base == ADDR_UNSET)
		return false;
	for (unsigned int i = 0; i < m->nr_its; i++) {
		if (&m->its[i] != own && m->its[i].base != ADDR_UNSET &&
		    ranges_overlap(base, GITS_BYTES, m->its[i].base, GITS_BYTES))
			return true;
	}
	for (unsigned int i = 0; i < m->nr_regions; i++) {
		if (ranges_overlap(base, GITS_BYTES, m->region[i].base,
				   region_bytes(m, &m->region[i], 0)))
			return true;
	}
	return (dist != ADDR_UNSET && ranges_overlap(base, GITS_BYTES, dist, GICD_BYTES)) ||
	       ranges_overlap(base, GITS_BYTES, PROG_RAM_BASE, PROG_RAM_BYTES) ||
	       ranges_overlap(base, GITS_BYTES, PROG_MEM_BASE, PROG_MEM_BYTES);
}

/**
 * its_overlaps() - is an ITS over another frame or over memory?
 * @m: the model
 *
 * What happens then is not followed.
 *
 * Return: whether.
 */
bool its_overlaps(const struct model *m)
{
	for (unsigned int i = 0; i < m->nr_its; i++) {
		if (overlaps(m, &m->its[i], m->its[i].base))
			return true;
	}
	return false;
}

/**
 * expect_its_reach() - faults of userspace's access to a register of the ITS
 * @m:     the model
 * @its:   number of the ITS
 * @where: the register's place
 * @want:  receives them
 *
 * Return: whether the access reaches a register.
 */
bool expect_its_reach(const struct model *m, unsigned int its, u64 where, struct expect *want)
{
	bool is_id = place_offset(where) >= ID_REGISTERS && place_offset(where) % 4 == 0;
	struct reg_at at;

	if (its >= m->nr_its) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return false;
	}
	if (vcpu_any_held(m))
		allow_error(want, EBUSY, RULE_ITS_REGS_RUNNING);
	reg_find_at(where, &at);
	if (at.reg < 0 || !its_behaviour((enum reg_id)at.reg) || at.byte ||
	    reg_desc((enum reg_id)at.reg)->user == USER_NONE) {
		/* Offsets are of 64 bits, but those of some registers are not. */
		if (is_id && !want->nr_alts)
			allow_done(want, RULE_ITS_REGS);
		if (place_offset(where) % 8)
			allow_error(want, EINVAL, RULE_ITS_REGS_UNALIGNED);
		allow_error(want, ENXIO, RULE_ITS_REGS_UNSUPPORTED);
		/* Which ID registers there are is IMPLEMENTATION DEFINED. */
		return want->alt[0].status == OP_DONE;
	}
	if (want->nr_alts)
		return false;
	/* Whether there are registers before there is an address is not said. */
	if (m->its[its].base == ADDR_UNSET) {
		allow_done(want, RULE_ITS_REGS_UNPLACED);
		allow_error(want, ENXIO, RULE_ITS_REGS_UNPLACED);
	}
	return true;
}

/**
 * expect_create_its() - KVM_CREATE_DEVICE of an ITS
 * @m:    the model
 * @op:   OP_CREATE_ITS
 * @want: filled in
 */
void expect_create_its(const struct model *m, const struct op *op, struct expect *want)
{
	(void)op;
	allow_done(want, RULE_ITS_CREATE);
	/* Without a vGIC, or with vCPUs that have run, it may fail. */
	if (!m->has_vgic)
		allow_usual_error(m, want, ENXIO, RULE_ITS_CREATE);
	if (m->mapped)
		allow_usual_error(m, want, EBUSY, RULE_ITS_CREATE);
}

/**
 * commit_create_its() - an ITS was created
 * @m:    the model
 * @op:   OP_CREATE_ITS
 * @seen: what came
 *
 * Those that no operation can name have no address.
 */
void commit_create_its(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)op;
	(void)seen;
	if (!m->nr_its)
		lpi_reset(m);
	else if (deviates(m, DEVIATION_PROPBASER_RESET))
		lpi_tables_may_be_reset(m);
	if (m->nr_its <= PROG_LAST_ITS)
		its_reset(&m->its[m->nr_its++]);
}

/**
 * expect_set_its_addr() - the address of the ITS
 * @m:    the model
 * @op:   OP_SET_ITS_ADDR
 * @want: filled in
 */
void expect_set_its_addr(const struct model *m, const struct op *op, struct expect *want)
{
	u64 base = op_arg(op, ARG_SET_ITS_ADDR_base), end = 1ULL << m->config.ipa_bits;

	if (op_its(op) >= m->nr_its) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	if (m->its[op_its(op)].base != ADDR_UNSET)
		allow_error(want, EEXIST, RULE_ITS_ADDR_EXISTS);
	if (base % GITS_ALIGN)
		allow_error(want, EINVAL, RULE_ITS_ADDR_ALIGN);
	if (base >= end || GITS_BYTES > end - base)
		allow_error(want, E2BIG, RULE_ITS_ADDR_IPA);
	if (want->nr_alts)
		return;
	if (!overlaps(m, &m->its[op_its(op)], base)) {
		allow_done(want, RULE_ITS_ADDR);
		return;
	}
	allow_done(want, RULE_ITS_ADDR_OVERLAP);
	allow_usual_error(m, want, EINVAL, RULE_ITS_ADDR_OVERLAP);
}

/**
 * commit_set_its_addr() - the ITS was placed
 * @m:    the model
 * @op:   OP_SET_ITS_ADDR
 * @seen: what came
 */
void commit_set_its_addr(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)seen;
	m->its[op_its(op)].base = op_arg(op, ARG_SET_ITS_ADDR_base);
}

/**
 * expect_init_its() - KVM_DEV_ARM_VGIC_CTRL_INIT of the ITS
 * @m:    the model
 * @op:   OP_INIT_ITS
 * @want: filled in
 */
void expect_init_its(const struct model *m, const struct op *op, struct expect *want)
{
	if (op_its(op) >= m->nr_its) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	allow_done(want, RULE_ITS_INIT);
	/* What must have been done before is not said. */
	if (m->its[op_its(op)].base == ADDR_UNSET || !m->initialised)
		allow_error(want, ENXIO, RULE_ITS_INIT);
	if (vcpu_any_held(m))
		allow_error(want, EBUSY, RULE_ITS_INIT);
}

/**
 * commit_init_its() - the ITS was initialised
 * @m:    the model
 * @op:   OP_INIT_ITS
 * @seen: what came
 */
void commit_init_its(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)seen;
	m->its[op_its(op)].initialised = true;
}
