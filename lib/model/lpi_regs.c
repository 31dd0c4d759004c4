// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of a redistributor for LPIs: GICR_CTLR, where their tables are, and
 * what makes it read a configuration again (IHI 0069H 12.11).
 */
#include "lib/model/state.h"

/* Fields of GICR_PROPBASER and GICR_PENDBASER that read as written. */
static u64 lpi_table_fields(const struct model *m, const struct access *a)
{
	u64 fields;

	if (a->at.reg == REG_GICR_PROPBASER)
		fields = reg_field_mask(FIELD_GICR_PROPBASER_OuterCache) |
			 reg_field_mask(FIELD_GICR_PROPBASER_Physical_Address) |
			 reg_field_mask(FIELD_GICR_PROPBASER_Shareability) |
			 reg_field_mask(FIELD_GICR_PROPBASER_InnerCache) |
			 reg_field_mask(FIELD_GICR_PROPBASER_IDbits);
	else
		fields = reg_field_mask(FIELD_GICR_PENDBASER_OuterCache) |
			 reg_field_mask(FIELD_GICR_PENDBASER_Physical_Address) |
			 reg_field_mask(FIELD_GICR_PENDBASER_Shareability) |
			 reg_field_mask(FIELD_GICR_PENDBASER_InnerCache);
	/* Memory attributes may be fixed; the fields are at the same places in both. */
	if (m->nr_its)
		fields &= ~(reg_field_mask(FIELD_GICR_PROPBASER_OuterCache) |
			    reg_field_mask(FIELD_GICR_PROPBASER_Shareability) |
			    reg_field_mask(FIELD_GICR_PROPBASER_InnerCache));
	return fields;
}

/* Of an implementation that has LPIs, with or without an ITS. */
static void read_kept_lpi_table(const struct model *m, const struct access *a,
				struct expect_val *val)
{
	unsigned int n = a->at.reg == REG_GICR_PENDBASER;
	u64 ptz = n ? reg_field_mask(FIELD_GICR_PENDBASER_PTZ) : 0;

	val->known = (m->vcpu[a->vcpu].lpi_table_known[n] & lpi_table_fields(m, a)) | ptz;
	val->value = m->vcpu[a->vcpu].lpi_table[n] & lpi_table_fields(m, a);
	val->doubtful = deviates(m, DEVIATION_PTZ_READABLE) ? ptz : 0;
	val->doubt = DEVIATION_PTZ_READABLE;
	if (n == PENDBASER || !m->nr_its || !m->lpi.propbaser_reset)
		return;
	val->doubtful = val->known;
	val->doubt = DEVIATION_PROPBASER_RESET;
}

/* Without LPIs the registers of their tables do not exist. */
static void read_lpi_table(const struct model *m, const struct access *a, struct expect *want,
			   struct expect_val *val)
{
	(void)want;
	val->rule = RULE_REDIST_LPI_TABLES;
	if (m->nr_its || chosen(m, CHOICE_LPIS_WITHOUT_ITS))
		return read_kept_lpi_table(m, a, val);
	/* Whether there are LPIs is the implementation's choice. */
	val->known = chosen(m, CHOICE_NO_LPI_FEATURES) ? ~0ULL : 0;
	val->doubtful = deviates(m, DEVIATION_LPI_TABLES) ? ~0ULL : 0;
	val->doubt = DEVIATION_LPI_TABLES;
}

static void put_lpi_table(struct model_vcpu *v, unsigned int n, u64 value, u64 mask)
{
	v->lpi_table[n] = (v->lpi_table[n] & ~mask) | (value & mask);
	v->lpi_table_known[n] |= mask;
}

/* A write while LPIs are enabled is UNPREDICTABLE. */
static void write_lpi_table(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_vcpu *v = &m->vcpu[a->vcpu];
	unsigned int n = a->at.reg == REG_GICR_PENDBASER;

	if (v->lpis_enabled && chosen(m, CHOICE_LPI_TABLES_FIXED))
		return;
	m->lost |= m->nr_its && v->lpis_enabled;
	/* Of the other half of a register that may be reset nothing is known any more. */
	for (unsigned int i = 0;
	     n == PROPBASER && m->nr_its && m->lpi.propbaser_reset && i < m->nr_vcpus; i++)
		m->vcpu[i].lpi_table_known[n] &= mask;
	m->lpi.propbaser_reset &= !m->nr_its || n != PROPBASER;
	if (n == PROPBASER && chosen(m, CHOICE_PROPBASER_SHARED)) {
		/* Those whose LPIs are enabled must not see it change. */
		m->lost |= lpi_any_enabled(m) && (v->lpi_table[n] ^ value) & mask;
		for (unsigned int i = 0; i < m->nr_vcpus; i++)
			put_lpi_table(&m->vcpu[i], n, value, mask);
		return;
	}
	put_lpi_table(v, n, value, mask);
	if (v->lpis_enabled)
		v->lpi_table_known[n] &= ~mask;
}

static void write_redist_ctlr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_vcpu *v = &m->vcpu[a->vcpu];
	bool enable = reg_field_get(FIELD_GICR_CTLR_EnableLPIs, value);

	(void)mask;
	if (!m->nr_its) {
		if (chosen(m, CHOICE_LPIS_WITHOUT_ITS))
			v->lpis_enabled = enable;
		return;
	}
	if (enable && !v->lpis_enabled)
		lpi_enable(m, v);
	else if (!enable && v->lpis_enabled)
		lpi_disable(m, v);
}

static void read_redist_ctlr(const struct model *m, const struct access *a, struct expect *want,
			     struct expect_val *val)
{
	bool enabled = m->vcpu[a->vcpu].lpis_enabled;
	bool invalidates = m->iidr_rev >= 3;

	(void)want;
	val->rule = RULE_REDIST_CTLR;
	val->known = ~(reg_field_mask(FIELD_GICR_CTLR_CES) | reg_field_mask(FIELD_GICR_CTLR_IR));
	if (chosen(m, CHOICE_LPIS_WITHOUT_ITS)) {
		val->known |= reg_field_mask(FIELD_GICR_CTLR_CES);
		val->value = reg_field_put(FIELD_GICR_CTLR_CES, 1);
	}
	if (param(m, PARAM_IIDR)) {
		val->known = ~0ULL;
		val->value = reg_field_put(FIELD_GICR_CTLR_CES, invalidates) |
			     reg_field_put(FIELD_GICR_CTLR_IR, invalidates);
	}
	/* It is never set if there are no LPIs. */
	val->value |= reg_field_put(FIELD_GICR_CTLR_EnableLPIs, enabled);
	if (m->nr_its && !chosen(m, CHOICE_ITS_SYNCHRONOUS))
		val->known &= ~reg_field_mask(FIELD_GICR_CTLR_RWP);
}

/*
 * The registers that invalidate are there if IR says so; with virtual LPIs they
 * have more fields.  A write of the upper half alone does nothing.
 */
static bool is_invalidation(const struct model *m, u64 value, u64 mask)
{
	return m->nr_its && m->iidr_rev >= 3 && param(m, PARAM_IIDR) && (u32)mask &&
	       !(value & mask & reg_field_mask(FIELD_GICR_INVLPIR_V));
}

static void write_invlpir(struct model *m, const struct access *a, u64 value, u64 mask)
{
	u64 lpi = reg_field_get(FIELD_GICR_INVLPIR_INTID, value) - FIRST_LPI;
	int vcpu;

	if (!is_invalidation(m, value, mask) || lpi >= MODEL_MAX_LPIS)
		return;
	vcpu = its_vcpu_of(m, (unsigned int)lpi);
	if (vcpu == (int)a->vcpu)
		lpi_invalidate(m, (unsigned int)lpi, a->vcpu);
	else if (vcpu >= 0)
		lpi_invalidated_elsewhere(m, (unsigned int)lpi, (unsigned int)vcpu);
}

static void write_invallr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	for (unsigned int lpi = 0; is_invalidation(m, value, mask) && lpi < MODEL_MAX_LPIS; lpi++) {
		if (its_vcpu_of(m, lpi) == (int)a->vcpu)
			lpi_invalidate(m, lpi, a->vcpu);
	}
}

static const struct reg_behaviour behaviours[NR_REGS] = {
	[REG_GICR_CTLR] = { .read = read_redist_ctlr, .write = write_redist_ctlr },
	[REG_GICR_PROPBASER] = { .read = read_lpi_table, .write = write_lpi_table },
	[REG_GICR_PENDBASER] = { .read = read_lpi_table, .write = write_lpi_table },
	[REG_GICR_INVLPIR] = { .write = write_invlpir },
	[REG_GICR_INVALLR] = { .write = write_invallr },
};

/**
 * lpi_behaviour() - what a redistributor's register for LPIs does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if the register is not modelled here.
 */
const struct reg_behaviour *lpi_behaviour(enum reg_id reg)
{
	const struct reg_behaviour *b = &behaviours[reg];

	return b->read || b->write ? b : NULL;
}
