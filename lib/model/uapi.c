// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KVM device API: creation, addresses, initialisation, entering a guest.  Where
 * several rules are broken at once, no document says which one is reported, so
 * the errno of each of them is allowed.
 */
#include <errno.h>

#include "lib/model/state.h"

#define GICV2_MAX_VCPUS 8

static u64 ipa_end(const struct model *m)
{
	return 1ULL << m->config.ipa_bits;
}

static bool beyond_ipa(const struct model *m, u64 base, u64 bytes)
{
	return base >= ipa_end(m) || bytes > ipa_end(m) - base;
}

static bool redists_overlap(const struct model *m, u64 base, u64 bytes, unsigned int more_vcpus)
{
	for (unsigned int i = 0; i < m->nr_regions; i++) {
		const struct model_region *r = &m->region[i];

		if (ranges_overlap(base, bytes, r->base, region_bytes(m, r, more_vcpus)))
			return true;
	}
	return false;
}

/* Do the fixed frames overlap each other or the redistributors? */
static bool fixed_frames_overlap(const struct model *m, unsigned int more_vcpus)
{
	if (m->config.gic == GIC_V2)
		return m->addr[ADDR_V2_DIST] != ADDR_UNSET &&
		       m->addr[ADDR_V2_CPUIF] != ADDR_UNSET &&
		       ranges_overlap(m->addr[ADDR_V2_DIST], GICD2_BYTES, m->addr[ADDR_V2_CPUIF],
				      GICC_BYTES);
	return m->addr[ADDR_V3_DIST] != ADDR_UNSET &&
	       redists_overlap(m, m->addr[ADDR_V3_DIST], GICD_BYTES, more_vcpus);
}

static bool redists_beyond_ipa(const struct model *m, unsigned int more_vcpus)
{
	for (unsigned int i = 0; i < m->nr_regions; i++) {
		const struct model_region *r = &m->region[i];

		if (beyond_ipa(m, r->base, region_bytes(m, r, more_vcpus)))
			return true;
	}
	return false;
}

/* Does a vCPU have a vcpu_id that a GICv2 has no CPU of? */
static bool any_id_is_no_v2_cpu(const struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (m->vcpu[i].id >= GICV2_MAX_VCPUS)
			return true;
	}
	return false;
}

/**
 * expect_create_vgic() - KVM_CREATE_DEVICE
 * @m:    the model
 * @op:   OP_CREATE_VGIC
 * @want: filled in
 */
void expect_create_vgic(const struct model *m, const struct op *op, struct expect *want)
{
	bool has_run = false;

	(void)op;
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		has_run |= m->vcpu[i].has_run;
	if (m->has_vgic)
		allow_error(want, EEXIST, RULE_VGIC_EXISTS);
	if (has_run)
		allow_usual_error(m, want, EBUSY, RULE_VGIC_AFTER_RUN);
	if (m->config.gic == GIC_V2 && m->nr_vcpus > GICV2_MAX_VCPUS)
		allow_usual_error(m, want, E2BIG, RULE_VGIC_TOO_MANY_VCPUS);
	if (want->nr_alts)
		return;
	allow_done(want, RULE_CREATE_VGIC);
	/* Such a vCPU cannot be created any more; what becomes of one that exists is not said. */
	if (m->config.gic == GIC_V2 && any_id_is_no_v2_cpu(m))
		allow_usual_error(m, want, EINVAL, RULE_VCPU_ID_RANGE);
}

/**
 * expect_create_vcpu() - KVM_CREATE_VCPU
 * @m:    the model
 * @op:   OP_CREATE_VCPU
 * @want: filled in
 */
void expect_create_vcpu(const struct model *m, const struct op *op, struct expect *want)
{
	u64 id = op_arg(op, ARG_CREATE_VCPU_id);
	u64 max = m->config.max_vcpus;
	bool refused;

	if (m->has_vgic && m->config.gic == GIC_V2 && max > GICV2_MAX_VCPUS)
		max = GICV2_MAX_VCPUS;
	if (m->has_vgic && m->initialised)
		allow_usual_error(m, want, EBUSY, RULE_VCPU_AFTER_INIT);
	if (id >= max || m->nr_vcpus >= max)
		allow_error(want, EINVAL, RULE_VCPU_ID_RANGE);
	if (model_vcpu(m, id))
		allow_usual_error(m, want, EEXIST, RULE_VCPU_EXISTS);
	refused = want->nr_alts;
	/* The new redistributor may show what the first run would refuse. */
	if (m->has_vgic && (fixed_frames_overlap(m, 1) || redists_beyond_ipa(m, 1)))
		allow_usual_error(m, want, EINVAL, RULE_ADDR_OVERLAP_EARLY);
	if (!refused)
		allow_done(want, RULE_CREATE_VCPU);
}

/**
 * vgic_has_attrs_of() - can the VM's vGIC have an attribute of this version?
 * @m:    the model
 * @gic:  the version
 * @want: receives what comes instead if it cannot
 *
 * Return: whether.
 */
bool vgic_has_attrs_of(const struct model *m, enum gic_version gic, struct expect *want)
{
	if (!m->has_vgic)
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
	else if (m->config.gic != gic)
		allow_error(want, ENXIO, RULE_ADDR_UNSUPPORTED);
	return !want->nr_alts;
}

/* The single region's own rules, beside those of every address. */
static u64 expect_single_region(const struct model *m, u64 base, struct expect *want)
{
	u64 bytes = m->nr_vcpus * (u64)GICR_BYTES;

	if (m->nr_regions && m->region[0].count)
		allow_error(want, EINVAL, RULE_REGION_MIXED);
	else if (m->nr_regions)
		allow_error(want, EEXIST, RULE_ADDR_EXISTS);
	if (redists_overlap(m, base, bytes, 0))
		allow_usual_error(m, want, EINVAL, RULE_ADDR_OVERLAP);
	return bytes;
}

/* Would this frame, at this address, overlap another kind of frame? */
static bool new_frame_overlaps(const struct model *m, enum addr_type type, u64 base, u64 bytes)
{
	static const enum addr_type other[NR_ADDR_TYPES] = {
		[ADDR_V2_DIST] = ADDR_V2_CPUIF,
		[ADDR_V2_CPUIF] = ADDR_V2_DIST,
		[ADDR_V3_DIST] = ADDR_V3_DIST,
		[ADDR_V3_REDIST] = ADDR_V3_DIST,
	};
	u64 other_base = m->addr[other[type]];

	if (type == ADDR_V3_DIST)
		return redists_overlap(m, base, bytes, 0);
	return other_base != ADDR_UNSET &&
	       ranges_overlap(base, bytes, other_base,
			      frame_desc(addr_type_desc(other[type])->frame)->bytes);
}

/**
 * expect_set_addr() - KVM_SET_DEVICE_ATTR of an address
 * @m:    the model
 * @op:   OP_SET_ADDR
 * @want: filled in
 */
void expect_set_addr(const struct model *m, const struct op *op, struct expect *want)
{
	enum addr_type type = (enum addr_type)op_arg(op, ARG_SET_ADDR_type);
	const struct addr_type_desc *t = addr_type_desc(type);
	const struct frame_desc *frame = frame_desc(t->frame);
	u64 base = op_arg(op, ARG_SET_ADDR_base);
	u64 bytes = frame->bytes;
	bool refused;

	if (!vgic_has_attrs_of(m, t->gic, want))
		return;
	if (type == ADDR_V3_REDIST)
		bytes = expect_single_region(m, base, want);
	else if (m->addr[type] != ADDR_UNSET)
		allow_error(want, EEXIST, RULE_ADDR_EXISTS);
	if (base % frame->align)
		allow_error(want, EINVAL, RULE_ADDR_ALIGN);
	if (beyond_ipa(m, base, bytes))
		allow_error(want, E2BIG, RULE_ADDR_IPA);
	refused = want->nr_alts;
	if (new_frame_overlaps(m, type, base, bytes))
		allow_usual_error(m, want, EINVAL, RULE_ADDR_OVERLAP_EARLY);
	if (!refused)
		allow_done(want, RULE_ADDR_SET);
}

/**
 * expect_get_addr() - KVM_GET_DEVICE_ATTR of an address
 * @m:    the model
 * @op:   OP_GET_ADDR
 * @want: filled in
 */
void expect_get_addr(const struct model *m, const struct op *op, struct expect *want)
{
	enum addr_type type = (enum addr_type)op_arg(op, ARG_GET_ADDR_type);
	const struct addr_type_desc *t = addr_type_desc(type);
	u64 known = ~0ULL, value = m->addr[type];

	if (!vgic_has_attrs_of(m, t->gic, want))
		return;
	if (type == ADDR_V3_REDIST && m->nr_regions) {
		value = m->region[0].base;
		/* Whether reading the single base mixes the two kinds is not said. */
		if (m->region[0].count) {
			allow_error(want, EINVAL, RULE_REGION_MIXED);
			known = 0;
		}
	}
	/* What an address reads as before it is set is not said. */
	if (value == ADDR_UNSET)
		known = 0;
	allow_done(want, RULE_ADDR_GET);
	expect_value(want, value, known, RULE_ADDR_GET);
}

/**
 * expect_redist_region() - KVM_SET_DEVICE_ATTR of a redistributor region
 * @m:    the model
 * @op:   OP_REDIST_REGION
 * @want: filled in
 */
void expect_redist_region(const struct model *m, const struct op *op, struct expect *want)
{
	u64 base = op_arg(op, ARG_REDIST_REGION_base);
	u64 bytes = op_arg(op, ARG_REDIST_REGION_count) * GICR_BYTES;
	bool refused;

	if (!vgic_has_attrs_of(m, GIC_V3, want))
		return;
	if (!op_arg(op, ARG_REDIST_REGION_count))
		allow_error(want, EINVAL, RULE_REGION_COUNT);
	if (op_arg(op, ARG_REDIST_REGION_flags))
		allow_error(want, EINVAL, RULE_REGION_FLAGS);
	if (m->nr_regions && !m->region[0].count)
		allow_error(want, EINVAL, RULE_REGION_MIXED);
	else if (op_arg(op, ARG_REDIST_REGION_index) != m->nr_regions)
		allow_error(want, EINVAL, RULE_REGION_ORDER);
	if (redists_overlap(m, base, bytes, 0))
		allow_usual_error(m, want, EINVAL, RULE_ADDR_OVERLAP);
	if (beyond_ipa(m, base, bytes))
		allow_error(want, E2BIG, RULE_ADDR_IPA);
	refused = want->nr_alts;
	/* An overlap that exists already may show now too: a vCPU gets a frame. */
	if (fixed_frames_overlap(m, 0) ||
	    (m->addr[ADDR_V3_DIST] != ADDR_UNSET &&
	     ranges_overlap(base, bytes, m->addr[ADDR_V3_DIST], GICD_BYTES)))
		allow_usual_error(m, want, EINVAL, RULE_ADDR_OVERLAP_EARLY);
	if (!refused)
		allow_done(want, RULE_REGION_SET);
}

/**
 * expect_get_redist_region() - KVM_GET_DEVICE_ATTR of a redistributor region
 * @m:    the model
 * @op:   OP_GET_REDIST_REGION
 * @want: filled in
 */
void expect_get_redist_region(const struct model *m, const struct op *op, struct expect *want)
{
	u64 index = op_arg(op, ARG_GET_REDIST_REGION_index);
	struct redist_region_attr attr = { .index = (u32)index };

	if (!vgic_has_attrs_of(m, GIC_V3, want))
		return;
	if (index >= m->nr_regions) {
		allow_error(want, ENOENT, RULE_REGION_MISSING);
		return;
	}
	if (!m->region[index].count) {
		/* The single region has no index: reading it mixes the two kinds. */
		allow_error(want, EINVAL, RULE_REGION_MIXED);
		allow_error(want, ENOENT, RULE_REGION_MISSING);
		allow_done(want, RULE_REGION_GET);
		expect_value(want, 0, 0, RULE_REGION_GET);
		return;
	}
	attr.base = m->region[index].base;
	attr.count = m->region[index].count;
	allow_done(want, RULE_REGION_GET);
	expect_value(want, redist_region_attr_pack(&attr), ~0ULL, RULE_REGION_GET);
}

/**
 * expect_init_vgic() - KVM_DEV_ARM_VGIC_CTRL_INIT
 * @m:    the model
 * @op:   OP_INIT_VGIC
 * @want: filled in
 */
void expect_init_vgic(const struct model *m, const struct op *op, struct expect *want)
{
	(void)op;
	if (!m->has_vgic) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	if (!m->nr_vcpus) {
		allow_error(want, ENODEV, RULE_INIT_NO_VCPU);
		return;
	}
	if (m->initialised && !chosen(m, CHOICE_INIT_AGAIN_SUCCEEDS))
		allow_error(want, EXPECT_ANY_ERRNO, RULE_INIT_AGAIN);
	allow_done(want, m->initialised ? RULE_INIT_AGAIN : RULE_INIT);
}

/* The faults that the first run of a GICv3 VM must report. */
static void expect_map_v3(const struct model *m, struct expect *want)
{
	bool no_redist = false;

	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		no_redist |= !m->vcpu[i].has_frame;
	if (no_redist)
		allow_usual_error(m, want, ENXIO, RULE_RUN_NO_REDIST);
	if (m->addr[ADDR_V3_DIST] == ADDR_UNSET)
		allow_usual_error(m, want, ENXIO, RULE_RUN_NO_ADDR);
	if (redists_beyond_ipa(m, 0))
		allow_usual_error(m, want, EINVAL, RULE_RUN_IPA);
	if (!m->initialised)
		allow_usual_error(m, want, EBUSY, RULE_RUN_NOT_INIT);
}

/**
 * expect_entry() - does a vCPU enter its guest?
 * @m:       the model
 * @vcpu_id: any
 * @want:    receives the answers that are allowed if it does not
 *
 * Return: whether it does; nothing was added to @want then.
 */
bool expect_entry(const struct model *m, u64 vcpu_id, struct expect *want)
{
	const struct model_vcpu *v = model_vcpu(m, vcpu_id);

	/* A held vCPU is in its guest already, and one that is not runnable stays out. */
	if (!v || v->held || v->mp_state != PROG_MP_RUNNABLE) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return false;
	}
	if (!m->has_vgic || m->mapped)
		return true;
	if (fixed_frames_overlap(m, 0))
		allow_usual_error(m, want, EINVAL, RULE_RUN_OVERLAP);
	if (m->config.gic == GIC_V3)
		expect_map_v3(m, want);
	else if (m->addr[ADDR_V2_DIST] == ADDR_UNSET || m->addr[ADDR_V2_CPUIF] == ADDR_UNSET)
		allow_usual_error(m, want, ENXIO, RULE_RUN_NO_ADDR);
	return !want->nr_alts;
}

/**
 * expect_run() - KVM_RUN of a guest that returns at once
 * @m:    the model
 * @op:   OP_RUN
 * @want: filled in
 */
void expect_run(const struct model *m, const struct op *op, struct expect *want)
{
	if (expect_entry(m, op_arg(op, ARG_RUN_vcpu), want))
		allow_done(want, RULE_RUN);
}

/**
 * expect_hold() - a vCPU enters its guest and stays there
 * @m:    the model
 * @op:   OP_HOLD
 * @want: filled in
 */
void expect_hold(const struct model *m, const struct op *op, struct expect *want)
{
	if (expect_entry(m, op_arg(op, ARG_HOLD_vcpu), want))
		allow_done(want, RULE_RUN);
}

/**
 * commit_hold() - a vCPU stays in its guest
 * @m:    the model
 * @op:   OP_HOLD
 * @seen: what came
 */
void commit_hold(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)seen;
	m->vcpu[vcpu_number(m, op_arg(op, ARG_HOLD_vcpu))].held = true;
}

/**
 * expect_release() - a held vCPU leaves its guest
 * @m:    the model
 * @op:   OP_RELEASE
 * @want: filled in
 */
void expect_release(const struct model *m, const struct op *op, struct expect *want)
{
	const struct model_vcpu *v = model_vcpu(m, op_arg(op, ARG_RELEASE_vcpu));

	if (v && v->held)
		allow_done(want, RULE_RUN);
	else
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
}
