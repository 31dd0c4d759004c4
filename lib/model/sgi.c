// SPDX-License-Identifier: GPL-2.0-only
/*
 * Software-generated interrupts: ICC_SGI* (IHI 0069H 4.4.2, 12.2), GICD_SGIR and
 * the sources of a GICv2's (IHI 0048B 4.3.15 to 4.3.17).
 */
#include "lib/model/state.h"

/**
 * sgi_v2_cpu() - the number of a CPU of a GICv2
 * @m:    the model
 * @vcpu: number, in creation order, of the PE
 *
 * It is the place of its bit in a list of targets, and the same in
 * GICC_IAR.CPUID (IHI 0048B 2.1).
 *
 * Return: below 8.
 */
unsigned int sgi_v2_cpu(const struct model *m, unsigned int vcpu)
{
	return (deviates(m, DEVIATION_V2_CPU_IS_VCPU_ID) ? m->vcpu[vcpu].id : vcpu) % 8;
}

/**
 * sgi_v2_cpus_differ() - are CPUs numbered in two ways?
 * @m: the model
 *
 * Return: whether DEVIATION_V2_CPU_IS_VCPU_ID matters.
 */
bool sgi_v2_cpus_differ(const struct model *m)
{
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (sgi_v2_cpu(m, i) != i)
			return true;
	}
	return false;
}

/* Does an SGI wait for another one with its INTID, which has to be deactivated first? */
static bool waits(const struct model_vcpu *v, unsigned int sgi)
{
	bool active = (v->irqs.active | v->irqs.stuck) & 1u << sgi;
	u8 source = v->sgi_source[sgi];

	return active ? source : source & (source - 1);
}

/**
 * sgi_v2_hides_active() - may an SGI that waits keep active interrupts away?
 * @m:     the model
 * @v:     the PE
 * @intid: of an interrupt that cannot keep itself away, or INTID_NONE
 *
 * Active interrupts come before all others, in no order.  If an SGI among them
 * waits, the next one of lower priority and what comes behind it are kept away
 * (DEVIATION_V2_SGI_FILTER).
 *
 * Return: whether.
 */
bool sgi_v2_hides_active(const struct model *m, const struct model_vcpu *v, u64 intid)
{
	u32 active = v->irqs.active | v->irqs.stuck;

	for (unsigned int i = 0; i < NR_SGIS && deviates(m, DEVIATION_V2_SGI_FILTER); i++) {
		if (i != intid && active & 1u << i && waits(v, i) &&
		    irq_lowest_active(m, v) > v->irqs.prio[i])
			return true;
	}
	return false;
}

/**
 * sgi_v2_hides_from() - from which priority on SGIs that wait keep pending ones away
 * @m: the model
 * @v: the PE
 *
 * Return: the number of the priority, 256 if none.
 */
unsigned int sgi_v2_hides_from(const struct model *m, const struct model_vcpu *v)
{
	unsigned int from = PRIORITY_IDLE + 1;

	if (sgi_v2_hides_active(m, v, INTID_NONE))
		return 0;
	for (unsigned int i = 0; i < NR_SGIS && deviates(m, DEVIATION_V2_SGI_FILTER); i++) {
		if (waits(v, i) && v->irqs.prio[i] + 1u < from)
			from = v->irqs.prio[i] + 1u;
	}
	return from;
}

/**
 * sgi_v2_matches() - does a value name the CPU that sent the SGI that is active?
 * @v:     the PE
 * @value: of GICC_DIR
 *
 * If it does not, the interrupt that it names is not active and the write
 * UNPREDICTABLE (IHI 0048B GICC_DIR.CPUID).
 *
 * Return: whether, true if it names no active SGI.
 */
bool sgi_v2_matches(const struct model_vcpu *v, u64 value)
{
	u64 intid = value & 0x3ff;

	return intid >= NR_SGIS || !(v->irqs.active & 1u << intid) ||
	       v->sgi_active[intid] == (value >> 10 & 7);
}

static void raise_v2_sgi(struct model_vcpu *v, unsigned int sgi, unsigned int source)
{
	v->sgi_source[sgi] |= (u8)(1u << source);
	v->irqs.latch |= 1u << sgi;
}

static void write_sgir(struct model *m, const struct access *a, u64 value, u64 mask)
{
	u64 filter = reg_field_get(FIELD_GICD2_SGIR_TargetListFilter, value);
	u64 targets = reg_field_get(FIELD_GICD2_SGIR_CPUTargetList, value);
	unsigned int sgi = (unsigned int)reg_field_get(FIELD_GICD2_SGIR_SGIINTID, value);

	(void)mask;
	if (filter == 1)
		targets = 0xff & ~BIT_ULL(sgi_v2_cpu(m, a->by));
	else if (filter == 2)
		targets = BIT_ULL(sgi_v2_cpu(m, a->by));
	else if (filter == 3)
		targets = chosen(m, CHOICE_SGI_FILTER_3_IS_ALL) ? 0xff : 0;
	m->lost |= filter == 3 && !chosen(m, CHOICE_SGI_FILTER_3_IS_ALL) &&
		   !chosen(m, CHOICE_SGI_FILTER_3_IS_NONE);
	for (unsigned int i = 0; i < m->nr_vcpus && i < 8; i++) {
		if (targets & BIT_ULL(i))
			raise_v2_sgi(&m->vcpu[i], sgi, sgi_v2_cpu(m, a->by));
	}
}

static void read_sgi_sources(const struct model *m, const struct access *a, struct expect *want,
			     struct expect_val *val)
{
	const struct model_vcpu *v = &m->vcpu[a->vcpu];

	val->rule = RULE_DIST_SGI_SOURCES;
	val->known = ~0ULL;
	for (unsigned int i = 0; i < 4; i++)
		val->value |= bits_put(v->sgi_source[4 * a->at.index + i], 8 * i + 7, 8 * i);
	if (val->value && sgi_v2_cpus_differ(m))
		expect_deviation(want, DEVIATION_V2_CPU_IS_VCPU_ID);
}

static void change_sgi_sources(struct model *m, const struct access *a, u64 value, bool set)
{
	struct model_vcpu *v = &m->vcpu[a->vcpu];

	for (unsigned int i = 0; i < 4; i++) {
		unsigned int sgi = 4 * a->at.index + i;
		u8 sources = (u8)bits_get(value, 8 * i + 7, 8 * i);
		u32 bit = 1u << sgi;

		v->sgi_source[sgi] =
			set ? v->sgi_source[sgi] | sources : v->sgi_source[sgi] & (u8)~sources;
		v->irqs.latch = v->sgi_source[sgi] ? v->irqs.latch | bit : v->irqs.latch & ~bit;
	}
}

static void write_sgi_set(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	change_sgi_sources(m, a, value, true);
}

static void write_sgi_clear(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	change_sgi_sources(m, a, value, false);
}

static void raise_sgi(struct model_vcpu *v, unsigned int sgi, bool group1_too)
{
	u32 bit = 1u << sgi;

	/* One Security state: SGI0R and ASGI1R reach group 0 only (IHI 0069H 4.4.2). */
	if (group1_too || !(v->irqs.group & bit))
		v->irqs.latch |= bit;
}

static bool sgi_reaches(const struct model_vcpu *v, u64 value)
{
	u64 cluster = reg_field_get(FIELD_ICC_SGI1R_Aff3, value) << 24 |
		      reg_field_get(FIELD_ICC_SGI1R_Aff2, value) << 16 |
		      reg_field_get(FIELD_ICC_SGI1R_Aff1, value) << 8;
	u64 list = reg_field_get(FIELD_ICC_SGI1R_TargetList, value);
	u32 aff0 = v->affinity & 0xff;

	return (v->affinity & ~0xffu) == cluster && aff0 < 16 && list & BIT_ULL(aff0);
}

/* The PE that an SGI to all others does not reach. */
static unsigned int left_out(const struct model *m, unsigned int by)
{
	return deviates(m, DEVIATION_SGI_LEAVES_OUT_INDEX) ? m->vcpu[by].id : by;
}

/**
 * sgi_expect_write() - does an SGI reach others than it should?
 * @m:     the model
 * @a:     the access, any
 * @value: that is written
 * @want:  receives the deviation that matters
 */
void sgi_expect_write(const struct model *m, const struct access *a, u64 value, struct expect *want)
{
	bool sends = a->at.reg == REG_ICC_SGI1R || a->at.reg == REG_ICC_ASGI1R ||
		     a->at.reg == REG_ICC_SGI0R;

	if (sends && reg_field_get(FIELD_ICC_SGI1R_IRM, value) && left_out(m, a->by) != a->by)
		expect_deviation(want, DEVIATION_SGI_LEAVES_OUT_INDEX);
}

static void send_sgi(struct model *m, const struct access *a, u64 value, bool group1_too)
{
	unsigned int sgi = (unsigned int)reg_field_get(FIELD_ICC_SGI1R_INTID, value);
	bool all = reg_field_get(FIELD_ICC_SGI1R_IRM, value);

	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (all ? i != left_out(m, a->by) : sgi_reaches(&m->vcpu[i], value))
			raise_sgi(&m->vcpu[i], sgi, group1_too);
	}
}

static void write_sgi1r(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	send_sgi(m, a, value, true);
}

static void write_sgi0r(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)mask;
	send_sgi(m, a, value, false);
}

static const struct reg_behaviour behaviours[NR_REGS] = {
	[REG_GICD2_SGIR] = { .write = write_sgir },
	[REG_GICD2_SPENDSGIR] = { .read = read_sgi_sources, .write = write_sgi_set },
	[REG_GICD2_CPENDSGIR] = { .read = read_sgi_sources, .write = write_sgi_clear },
	[REG_ICC_SGI1R] = { .write = write_sgi1r },
	[REG_ICC_ASGI1R] = { .write = write_sgi0r },
	[REG_ICC_SGI0R] = { .write = write_sgi0r },
};

/**
 * sgi_behaviour() - what a register that sends SGIs or shows who sent them does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if the register is not modelled here.
 */
const struct reg_behaviour *sgi_behaviour(enum reg_id reg)
{
	const struct reg_behaviour *b = &behaviours[reg];

	return b->read || b->write ? b : NULL;
}
