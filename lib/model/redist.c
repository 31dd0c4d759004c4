// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redistributor frames: which vCPU's redistributor is where, what GICR_TYPER
 * says there, and what a guest meets that walks the frames.  Setting up regions
 * is in uapi.c.
 */
#include <errno.h>

#include "lib/model/state.h"

/**
 * ranges_overlap() - do two ranges of addresses share a byte?
 * @base:        first address of one
 * @bytes:       its size
 * @other_base:  first address of the other
 * @other_bytes: its size
 *
 * Return: whether; an empty range within another one counts as sharing.
 */
bool ranges_overlap(u64 base, u64 bytes, u64 other_base, u64 other_bytes)
{
	return base < other_base + other_bytes && other_base < base + bytes;
}

/**
 * model_vcpu() - a vCPU by vcpu_id
 * @m:       the model
 * @vcpu_id: any
 *
 * Return: the vCPU, or NULL.
 */
const struct model_vcpu *model_vcpu(const struct model *m, u64 vcpu_id)
{
	/* Most programs create them in the order of their ids. */
	if (vcpu_id < m->nr_vcpus && m->vcpu[vcpu_id].id == vcpu_id)
		return &m->vcpu[vcpu_id];
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (m->vcpu[i].id == vcpu_id)
			return &m->vcpu[i];
	}
	return NULL;
}

/**
 * region_bytes() - the size of a region
 * @m:          the model
 * @r:          one of its regions
 * @more_vcpus: vCPUs to count beyond those that exist
 *
 * The single region has no count: it is as large as its vCPUs need.
 *
 * Return: bytes.
 */
u64 region_bytes(const struct model *m, const struct model_region *r, unsigned int more_vcpus)
{
	return (r->count ? r->count : (u64)m->nr_vcpus + more_vcpus) * GICR_BYTES;
}

/**
 * vcpu_number() - where a vCPU is in the order of creation
 * @m:       the model
 * @vcpu_id: any
 *
 * Return: its number, or that of the vCPU that would come next.
 */
unsigned int vcpu_number(const struct model *m, u64 vcpu_id)
{
	const struct model_vcpu *v = model_vcpu(m, vcpu_id);

	return v ? (unsigned int)(v - m->vcpu) : m->nr_vcpus;
}

/**
 * vcpu_any_held() - is a vCPU in its guest?
 * @m: the model
 *
 * Return: whether one is, until it is released.
 */
bool vcpu_any_held(const struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (m->vcpu[i].held)
			return true;
	}
	return false;
}

/**
 * redist_base() - where a redistributor's frame is
 * @m: the model
 * @v: a vCPU that has a frame
 *
 * Return: gpa, bytes.
 */
u64 redist_base(const struct model *m, const struct model_vcpu *v)
{
	return m->region[v->region].base + v->slot * (u64)GICR_BYTES;
}

static bool region_has_room(const struct model_region *r)
{
	return !r->count || r->used < r->count;
}

static void redist_place(struct model *m, struct model_vcpu *v)
{
	for (unsigned int i = 0; i < m->nr_regions; i++) {
		if (!region_has_room(&m->region[i]))
			continue;
		v->has_frame = true;
		v->region = (u16)i;
		v->slot = m->region[i].used++;
		return;
	}
}

/**
 * redist_place_all() - give a frame to each vCPU that has none and can have one
 * @m: the model
 *
 * In the order of creation, and in the lowest region with room
 * (arm-vgic-v3.rst, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION).
 */
void redist_place_all(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (!m->vcpu[i].has_frame)
			redist_place(m, &m->vcpu[i]);
	}
}

/**
 * model_affinity() - the affinity that KVM gives to a vCPU
 * @vcpu_id: any
 *
 * CHOICE_AFFINITY_FROM_ID.
 *
 * Return: Aff3.Aff2.Aff1.Aff0, eight bits each.
 */
u32 model_affinity(u64 vcpu_id)
{
	u64 aff0 = bits_get(vcpu_id, 3, 0);
	u64 aff1 = bits_get(vcpu_id, 11, 4);
	u64 aff2 = bits_get(vcpu_id, 19, 12);

	return (u32)(aff2 << 16 | aff1 << 8 | aff0);
}

/* Does a redistributor's frame begin at this address? */
static const struct model_vcpu *redist_at(const struct model *m, u64 gpa)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		const struct model_vcpu *v = &m->vcpu[i];

		if (v->has_frame && redist_base(m, v) == gpa)
			return v;
	}
	return NULL;
}

/*
 * "The highest-numbered Redistributor in a series of contiguous Redistributor
 * pages": the address decides, whatever vCPU it belongs to and in whatever
 * order regions were registered.  Two regions that touch are one series.
 */
static bool redist_is_last(const struct model *m, const struct model_vcpu *v, enum rule_id *rule)
{
	const struct model_region *r = &m->region[v->region];
	u64 end = r->base + (v->slot + 1) * (u64)GICR_BYTES;

	if (v->slot + 1 < r->used) {
		*rule = RULE_LAST_FRAME_ABOVE;
		return false;
	}
	if (redist_at(m, end)) {
		*rule = RULE_LAST_ADJACENT;
		return false;
	}
	*rule = region_has_room(r) ? RULE_LAST_TOP_PARTIAL : RULE_LAST_TOP_FULL;
	return true;
}

static u64 mask_of_features(void)
{
	return reg_field_mask(FIELD_GICR_TYPER_PPInum) | reg_field_mask(FIELD_GICR_TYPER_VSGI) |
	       reg_field_mask(FIELD_GICR_TYPER_CommonLPIAff) |
	       reg_field_mask(FIELD_GICR_TYPER_RVPEID) | reg_field_mask(FIELD_GICR_TYPER_MPAM) |
	       reg_field_mask(FIELD_GICR_TYPER_DPGS) | reg_field_mask(FIELD_GICR_TYPER_DirectLPI) |
	       reg_field_mask(FIELD_GICR_TYPER_Dirty) | reg_field_mask(FIELD_GICR_TYPER_VLPIS) |
	       reg_field_mask(FIELD_GICR_TYPER_PLPIS);
}

/**
 * redist_read_typer() - GICR_TYPER of a redistributor
 * @m:   the model
 * @v:   its vCPU
 * @val: of which nothing is known yet; filled in
 */
void redist_read_typer(const struct model *m, const struct model_vcpu *v, struct expect_val *val)
{
	enum rule_id last_rule = RULE_LAST_NO_FRAME;
	bool last_is_known = v->has_frame || chosen(m, CHOICE_NO_FRAME_LAST_CLEAR);
	bool last = v->has_frame && redist_is_last(m, v, &last_rule);

	val->rule = RULE_TYPER_FEATURES;
	if (last_is_known)
		expect_bits(val, reg_field_put(FIELD_GICR_TYPER_Last, last),
			    reg_field_mask(FIELD_GICR_TYPER_Last), last_rule);
	if (chosen(m, CHOICE_AFFINITY_FROM_ID))
		expect_bits(val,
			    reg_field_put(FIELD_GICR_TYPER_Affinity_Value, model_affinity(v->id)),
			    reg_field_mask(FIELD_GICR_TYPER_Affinity_Value), RULE_TYPER_AFFINITY);
	if (chosen(m, CHOICE_PROCNUM_IS_ID))
		expect_bits(val, reg_field_put(FIELD_GICR_TYPER_Processor_Number, v->id),
			    reg_field_mask(FIELD_GICR_TYPER_Processor_Number), RULE_TYPER_PROCNUM);
	if (chosen(m, CHOICE_NO_LPI_FEATURES)) {
		val->known |= mask_of_features();
		val->value |= reg_field_put(FIELD_GICR_TYPER_PLPIS, !!m->nr_its);
	}
}

/**
 * redist_read_pidr2() - GICD_PIDR2 and GICR_PIDR2
 * @m:   the model
 * @val: of which nothing is known yet; filled in
 */
void redist_read_pidr2(const struct model *m, struct expect_val *val)
{
	u64 archrev = reg_field_mask(FIELD_GICR_PIDR2_ArchRev);

	val->rule = RULE_PIDR2_REST;
	val->known = ~0xffULL;
	/* 3 is GICv3 and 4 is GICv4: the top bit of the field is clear in both. */
	if (chosen(m, CHOICE_ARCHREV_IS_3))
		expect_bits(val, reg_field_put(FIELD_GICR_PIDR2_ArchRev, 3), archrev,
			    RULE_PIDR2_ARCHREV);
	else
		expect_bits(val, 0, reg_field_put(FIELD_GICR_PIDR2_ArchRev, 8), RULE_PIDR2_ARCHREV);
}

/* Is an address inside a frame, but not at its start? */
static bool redist_covers(const struct model *m, u64 gpa)
{
	for (unsigned int i = 0; i < m->nr_regions; i++) {
		if (ranges_overlap(gpa, 1, m->region[i].base, m->region[i].used * (u64)GICR_BYTES))
			return true;
	}
	return false;
}

/* Is an address in the guest's memory or a frame where a walk is not predicted? */
static bool walk_is_unpredicted(const struct model *m, u64 gpa)
{
	for (unsigned int i = 0; i < m->nr_its; i++) {
		if (m->its[i].base != ADDR_UNSET &&
		    ranges_overlap(gpa, 1, m->its[i].base, GITS_BYTES))
			return true;
	}
	return (gpa >= PROG_RAM_BASE && gpa < PROG_RAM_BASE + PROG_RAM_BYTES) ||
	       (m->has_vgic && (ranges_overlap(gpa, 1, m->addr[ADDR_V3_DIST], GICD_BYTES) ||
				redist_covers(m, gpa)));
}

/**
 * expect_guest_walk() - frames visited upwards until Last
 * @m:    the model
 * @op:   OP_GUEST_WALK
 * @want: filled in: GICR_TYPER of each frame, in order
 */
void expect_guest_walk(const struct model *m, const struct op *op, struct expect *want)
{
	u64 at = op_arg(op, ARG_GUEST_WALK_at);
	enum rule_id rule;

	if (!expect_entry(m, op_arg(op, ARG_GUEST_WALK_vcpu), want))
		return;
	want->vals_rule = RULE_WALK;
	for (; want->nr_vals < OP_MAX_VALS; at += GICR_BYTES) {
		bool beyond = at >> m->config.ipa_bits;
		const struct model_vcpu *v = beyond || !m->has_vgic ? NULL : redist_at(m, at);
		struct expect_val *val;

		if (!v && !beyond && walk_is_unpredicted(m, at)) {
			/* What it meets in memory or in another frame is not predicted. */
			allow_done(want, RULE_RAM);
			allow(want, OP_NO_LAST, 0, RULE_RAM);
			want->vals_rule = RULE_RAM;
			return;
		}
		if (!v) {
			allow(want, OP_NO_LAST, 0, RULE_NO_FRAME);
			return;
		}
		val = expect_value(want, 0, 0, RULE_TYPER_FEATURES);
		val->reg = REG_GICR_TYPER;
		redist_read_typer(m, v, val);
		if (redist_is_last(m, v, &rule)) {
			allow_done(want, RULE_WALK);
			return;
		}
	}
	allow(want, OP_NO_LAST, 0, RULE_WALK);
}
