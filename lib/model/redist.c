// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redistributor frames: which vCPU's redistributor is where, what GICR_TYPER
 * says there, and what a guest meets that reads or walks the frames.  Setting
 * up regions is in uapi.c.
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

		if (v->has_frame && m->region[v->region].base + v->slot * (u64)GICR_BYTES == gpa)
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

static void expect_typer(const struct model *m, const struct model_vcpu *v, struct expect *want)
{
	enum rule_id last_rule = RULE_LAST_NO_FRAME;
	bool last_is_known = v->has_frame || chosen(m, CHOICE_NO_FRAME_LAST_CLEAR);
	bool last = v->has_frame && redist_is_last(m, v, &last_rule);
	struct expect_val *val = expect_value(want, 0, 0, RULE_TYPER_FEATURES);

	val->reg = REG_GICR_TYPER;
	if (last_is_known) {
		val->known |= reg_field_mask(FIELD_GICR_TYPER_Last);
		val->value |= reg_field_put(FIELD_GICR_TYPER_Last, last);
		expect_part(val, reg_field_mask(FIELD_GICR_TYPER_Last), last_rule);
	}
	if (chosen(m, CHOICE_AFFINITY_FROM_ID)) {
		val->known |= reg_field_mask(FIELD_GICR_TYPER_Affinity_Value);
		val->value |= reg_field_put(FIELD_GICR_TYPER_Affinity_Value, model_affinity(v->id));
		expect_part(val, reg_field_mask(FIELD_GICR_TYPER_Affinity_Value),
			    RULE_TYPER_AFFINITY);
	}
	if (chosen(m, CHOICE_PROCNUM_IS_ID)) {
		val->known |= reg_field_mask(FIELD_GICR_TYPER_Processor_Number);
		val->value |= reg_field_put(FIELD_GICR_TYPER_Processor_Number, v->id);
		expect_part(val, reg_field_mask(FIELD_GICR_TYPER_Processor_Number),
			    RULE_TYPER_PROCNUM);
	}
	if (chosen(m, CHOICE_NO_LPI_FEATURES))
		val->known |= mask_of_features();
}

static void expect_pidr2(const struct model *m, struct expect *want)
{
	u64 archrev = reg_field_mask(FIELD_GICR_PIDR2_ArchRev);
	struct expect_val *val =
		expect_value(want, 0, reg_field_mask(FIELD_GICR_PIDR2_RES0_31_8), RULE_PIDR2_REST);

	val->reg = REG_GICR_PIDR2;
	/* 3 is GICv3 and 4 is GICv4: the top bit of the field is clear in both. */
	if (chosen(m, CHOICE_ARCHREV_IS_3)) {
		val->known |= archrev;
		val->value |= reg_field_put(FIELD_GICR_PIDR2_ArchRev, 3);
	} else {
		val->known |= reg_field_put(FIELD_GICR_PIDR2_ArchRev, 8);
	}
	expect_part(val, archrev, RULE_PIDR2_ARCHREV);
}

static void expect_redist_reg(const struct model *m, const struct model_vcpu *v, enum reg_id reg,
			      struct expect *want)
{
	switch (reg) {
	case REG_GICR_TYPER:
		expect_typer(m, v, want);
		break;
	case REG_GICR_PIDR2:
		expect_pidr2(m, want);
		break;
	default: /* not predicted yet */
		break;
	}
}

static enum reg_id reg_of_place(u64 place)
{
	struct reg_at at;

	reg_find_at(place, &at);
	return at.reg < 0 ? NR_REGS : (enum reg_id)at.reg;
}

/**
 * expect_user_read() - a redistributor register through the device API
 * @m:    the model
 * @op:   OP_USER_READ
 * @want: filled in
 */
void expect_user_read(const struct model *m, const struct op *op, struct expect *want)
{
	const struct model_vcpu *v = model_vcpu(m, op_arg(op, ARG_USER_READ_vcpu));

	if (!m->has_vgic) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	if (!m->initialised)
		allow_usual_error(m, want, EBUSY, RULE_REGS_BEFORE_INIT);
	if (!v)
		allow_usual_error(m, want, EINVAL, RULE_REGS_MPIDR);
	if (want->nr_alts)
		return;
	allow_done(want, RULE_REGS_READ);
	expect_redist_reg(m, v, reg_of_place(op_arg(op, ARG_USER_READ_reg)), want);
}

/* What a load finds at an address, in a VM whose frames are mapped. */
enum target_frame { NOTHING, RAM, REDIST_RD, DIST_V2, FRAME_UNPREDICTED };

static enum target_frame frame_at(const struct model *m, u64 gpa, const struct model_vcpu **v)
{
	enum addr_type dist = m->config.gic == GIC_V2 ? ADDR_V2_DIST : ADDR_V3_DIST;

	if (gpa >= PROG_RAM_BASE && gpa < PROG_RAM_BASE + PROG_RAM_BYTES)
		return RAM;
	if (!m->has_vgic)
		return NOTHING;
	*v = redist_at(m, gpa);
	if (*v)
		return REDIST_RD;
	if (m->config.gic == GIC_V2 && gpa == m->addr[ADDR_V2_DIST])
		return DIST_V2;
	if (ranges_overlap(gpa, 1, m->addr[dist], frame_desc(addr_type_desc(dist)->frame)->bytes))
		return FRAME_UNPREDICTED;
	if (m->config.gic == GIC_V2 && ranges_overlap(gpa, 1, m->addr[ADDR_V2_CPUIF], GICC_BYTES))
		return FRAME_UNPREDICTED;
	for (unsigned int i = 0; i < m->nr_regions; i++) {
		if (ranges_overlap(gpa, 1, m->region[i].base, m->region[i].used * (u64)GICR_BYTES))
			return FRAME_UNPREDICTED;
	}
	return NOTHING;
}

static void expect_v2_typer(const struct model *m, struct expect *want)
{
	struct expect_val *val = expect_value(want, 0, 0, RULE_V2_CPUNUMBER);

	val->reg = REG_GICD2_TYPER;
	val->known = reg_field_mask(FIELD_GICD2_TYPER_CPUNumber);
	val->value = reg_field_put(FIELD_GICD2_TYPER_CPUNumber, m->nr_vcpus - 1);
}

/* The width of an unpredicted load does not matter: no bit of it is known. */
static void expect_unknown(struct expect *want, enum rule_id rule)
{
	allow_done(want, rule);
	expect_value(want, 0, 0, rule);
}

/**
 * expect_guest_read() - a load by the guest
 * @m:    the model
 * @op:   OP_GUEST_READ
 * @want: filled in
 */
void expect_guest_read(const struct model *m, const struct op *op, struct expect *want)
{
	enum reg_id reg = reg_of_place(op_arg(op, ARG_GUEST_READ_reg));
	u64 at = op_arg(op, ARG_GUEST_READ_at);
	const struct model_vcpu *v = NULL;

	if (!expect_entry(m, op_arg(op, ARG_GUEST_READ_vcpu), want))
		return;
	if (at >> m->config.ipa_bits) {
		allow(want, OP_ABORT, 0, RULE_BEYOND_IPA);
		return;
	}
	switch (frame_at(m, at, &v)) {
	case NOTHING:
		allow(want, OP_NO_DEVICE, 0, RULE_NO_FRAME);
		break;
	case RAM:
		expect_unknown(want, RULE_RAM);
		break;
	case REDIST_RD:
		allow_done(want, RULE_ACCESS_REACHES);
		expect_redist_reg(m, v, reg, want);
		break;
	case DIST_V2:
		allow_done(want, RULE_ACCESS_REACHES);
		expect_v2_typer(m, want);
		break;
	case FRAME_UNPREDICTED:
		expect_unknown(want, RULE_ACCESS_REACHES);
		break;
	}
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
		const struct model_vcpu *v = NULL;
		enum target_frame frame = NOTHING;

		if (!(at >> m->config.ipa_bits))
			frame = frame_at(m, at, &v);
		if (frame == NOTHING) {
			allow(want, OP_NO_LAST, 0, RULE_NO_FRAME);
			return;
		}
		if (frame != REDIST_RD) {
			/* What it meets in memory or in another frame is not predicted. */
			allow_done(want, RULE_RAM);
			allow(want, OP_NO_LAST, 0, RULE_RAM);
			want->vals_rule = RULE_RAM;
			return;
		}
		expect_typer(m, v, want);
		if (redist_is_last(m, v, &rule)) {
			allow_done(want, RULE_WALK);
			return;
		}
	}
	allow(want, OP_NO_LAST, 0, RULE_WALK);
}
