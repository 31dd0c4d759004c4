// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM that is saved and restored into a new one: the new one behaves as the old
 * one, but for what no register, level or table holds.
 */
#include <errno.h>
#include <string.h>

#include "lib/model/its_image.h"

static bool knows_device(const struct model_its *its, u32 id)
{
	return its_find_device(its, id) < its->nr_devices;
}

/* Where events of a device would be looked for when it is restored. */
static bool is_in_memory(const struct model_its_device *d)
{
	return mem_is_program(d->itt, ITS_ENTRY_BYTES << d->event_bits);
}

/* Is what one table is saved as part of another, so that both are read there? */
static bool tables_overlap(const struct model *m, const struct model_its *its)
{
	u64 at[NR_ITS_TABLES], bytes[NR_ITS_TABLES];

	for (unsigned int i = 0; i < NR_ITS_TABLES; i++) {
		at[i] = its_table_at(m, its->baser[i]);
		bytes[i] = its_table_bytes(m, its->baser[i]);
	}
	if (ranges_overlap(at[0], bytes[0], at[1], bytes[1]))
		return true;
	for (unsigned int i = 0; i < its->nr_devices; i++) {
		u64 events = ITS_ENTRY_BYTES << its->device[i].event_bits;

		for (unsigned int k = 0; k < NR_ITS_TABLES; k++) {
			if (ranges_overlap(at[k], bytes[k], its->device[i].itt, events))
				return true;
		}
	}
	return false;
}

/*
 * Do the tables in memory have anything but what the ITS has saved there, such as what
 * a guest wrote?  It is restored like the rest.
 */
static bool has_more(const struct model *m, const struct model_its *its,
		     const struct its_image *img)
{
	for (unsigned int i = 0; i < its->nr_devices; i++) {
		if (!is_in_memory(&its->device[i]))
			return true;
	}
	for (unsigned int i = 0; i < img->nr_devices; i++) {
		if (!knows_device(its, img->device[i].id))
			return true;
	}
	for (unsigned int i = 0; i < img->nr_events; i++) {
		const struct model_event *e = &img->event[i];

		if (its_find_event(m, its, e->device, e->event) == m->nr_events)
			return true;
	}
	return img->defects || img->open || img->doubtful || img->may_fault || img->shared ||
	       img->beyond_model || tables_overlap(m, its);
}

/* Errors that saving the tables of an ITS may end with.  Return: whether it may succeed. */
static bool expect_saved(const struct model *m, unsigned int its, struct expect *want)
{
	struct op save = { .id = OP_SAVE_TABLES };
	struct expect of = { .deviation = NR_DEVIATIONS };
	bool may_succeed = false;

	op_set_arg(&save, ARG_SAVE_TABLES_its, its);
	expect_save_tables(m, &save, &of);
	for (unsigned int i = 0; i < of.nr_alts; i++) {
		if (of.alt[i].status == OP_FAILED)
			allow_error(want, of.alt[i].err, of.alt[i].rule);
		else
			may_succeed = true;
	}
	return may_succeed;
}

/* Why a VM that may be saved may be restored, too. */
static enum rule_id restore_rule(const struct model *m, const struct op *op)
{
	enum rule_id rule = RULE_MIGRATE;
	struct its_image img;

	if (m->initialised && op_arg(op, ARG_MIGRATE_order))
		return RULE_MIGRATE_ORDER;
	for (unsigned int i = 0; m->initialised && i < m->nr_its; i++) {
		if (!m->its[i].initialised)
			continue;
		its_read_image(m, &m->its[i], &img);
		if (has_more(m, &m->its[i], &img))
			rule = RULE_MIGRATE_TABLES;
	}
	return rule;
}

/**
 * expect_migrate() - what OP_MIGRATE may answer
 * @m:    the model
 * @op:   OP_MIGRATE
 * @want: filled in
 *
 * A VM that userspace has configured can be saved, and what was read can be
 * written.  Of an order that the documents do not give nothing is promised, not
 * even that it fails.
 */
void expect_migrate(const struct model *m, const struct op *op, struct expect *want)
{
	enum rule_id rule = restore_rule(m, op);
	bool may_succeed = true;

	if (vcpu_any_held(m)) {
		allow(want, OP_NO_OBJECT, 0, RULE_MIGRATE_RUNNING);
		return;
	}
	for (unsigned int i = 0; m->initialised && i < m->nr_its; i++) {
		if (m->its[i].initialised)
			may_succeed &= expect_saved(m, i, want);
	}
	if (may_succeed || rule == RULE_MIGRATE_ORDER)
		allow_done(want, rule);
	if (rule == RULE_MIGRATE_ORDER)
		allow_error(want, EXPECT_ANY_ERRNO, rule);
	if (rule == RULE_MIGRATE_TABLES) {
		allow_error(want, EINVAL, rule);
		allow_error(want, EFAULT, rule);
	}
	/* What is left of a VM may be saved, or not. */
	if (m->map_failed)
		allow_error(want, EIO, RULE_VM_DEAD);
	if (m->initialised && m->nr_its && !lpi_can_be_saved(m))
		allow_error(want, EFAULT, RULE_SAVE_PENDING);
}

/*
 * Software made it active: GICD_ISACTIVER tells neither the PE that acknowledged it
 * nor, of a GICv2's SGI, the CPU that sent it.
 */
static void restore_active(struct model *m, struct model_vcpu *v, struct model_bank *b,
			   unsigned int first)
{
	u32 active = b->active;

	/* Of a timer's nothing but that is restored, which is not to say what it is. */
	b->active = active & timer_irqs(first);
	for (u32 bits = active & ~b->active; bits; bits &= bits - 1)
		irq_make_active(m, v, first + (unsigned int)__builtin_ctz(bits));
}

/*
 * A GICv2's GICD_ISPENDR does not tell the latch from the line.  Levels are its
 * devices' to raise again; an edge is not.  Of a GICv3 the line is saved if it is kept.
 * A timer's is raised by the timer, and whether it was a latch, too, is not followed.
 */
static void restore_bank(struct model *m, struct model_vcpu *v, struct model_bank *b,
			 unsigned int first)
{
	if (m->config.gic == GIC_V2) {
		b->vague |= (b->line | b->late) & timer_irqs(first);
		b->open |= b->vague;
		b->latch = bank_pending(b);
		b->line = b->raised & ~b->edge;
	} else if (chosen(m, CHOICE_EDGE_LINE_NOT_KEPT)) {
		b->line &= ~b->edge;
	}
	b->routed = ~0u;
	restore_active(m, v, b, first);
}

/*
 * While ICC_CTLR_EL1.CBPR is set, ICC_BPR1_EL1 reads as what ICC_BPR0_EL1 makes of it
 * (IHI 0069H ICC_BPR1_EL1), and that is what is restored.  A GICv2's active
 * priorities are of both groups in one register (arm-vgic.rst, GRP_CPU_REGS).
 */
static void restore_cpuif(const struct model *m, struct model_cpuif *c)
{
	if (m->config.gic == GIC_V2) {
		for (unsigned int i = 0; i < 2; i++) {
			c->nr_acks = c->ap[1][i] ? 0 : c->nr_acks;
			c->ap[0][i] |= c->ap[1][i];
			c->ap[1][i] = 0;
		}
	} else if (c->cbpr) {
		c->bpr[1] = prio_bpr(c, 1);
		c->bpr1_right = c->bpr[1];
	}
}

static void restore_vcpu(struct model *m, struct model_vcpu *v)
{
	restore_bank(m, v, &v->irqs, 0);
	timer_drive_all(m, v);
	restore_cpuif(m, &v->cpuif);
}

static unsigned int events_of(const struct model *m, unsigned int its)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < m->nr_events; i++)
		nr += m->event[i].its == its;
	return nr;
}

/* The attributes of GITS_CBASER may be others once it is written. */
static void restore_cbaser(struct model *m, unsigned int nr)
{
	struct access a = { .user = true, .its = nr };
	struct model_its *its = &m->its[nr];
	struct model_its was = *its;

	reg_find_at(reg_place(REG_GITS_CBASER, 0), &a.at);
	its->enabled = false;
	reg_behaviour_of(REG_GITS_CBASER)->write(m, &a, was.cbaser, ~0ULL);
	was.cbaser = its->cbaser;
	was.cbaser_written = its->cbaser_written;
	*its = was;
}

/* Of what its tables do not hold, or not so that all is told apart, nothing is promised. */
static void restore_its(struct model *m, unsigned int nr)
{
	const struct model_its *its = &m->its[nr];
	struct its_image img;

	its_read_image(m, its, &img);
	m->lost |= img.defects || img.open || img.doubtful || img.shared || img.beyond_model ||
		   img.nr_devices != its->nr_devices || img.nr_collections != its->nr_collections ||
		   img.nr_events != events_of(m, nr);
}

/*
 * The pending tables hold what LPIs are pending, and are the redistributors' own once
 * that is read; the configuration tables, how LPIs are configured, which is read anew.
 * What is no LPI of a PE is not saved.
 */
static void restore_lpis(struct model *m, unsigned int vcpu)
{
	struct model_lpi_bits *b = &m->lpis[vcpu];
	bool enabled = m->vcpu[vcpu].lpis_enabled;

	m->vcpu[vcpu].lpi_table[PENDBASER] &= ~reg_field_mask(FIELD_GICR_PENDBASER_PTZ);
	for (unsigned int lpi = 0; lpi < MODEL_MAX_LPIS; lpi++) {
		if (enabled && its_vcpu_of(m, lpi) == (int)vcpu) {
			if (lpi_bit(b->pending, lpi) || lpi_bit(b->open, lpi))
				lpi_store_bit(m, &m->vcpu[vcpu], lpi, -1);
			lpi_invalidate(m, lpi, vcpu);
		} else if (lpi_bit(b->pending, lpi)) {
			lpi_put_bit(b->pending, lpi, false);
			lpi_put_bit(b->open, lpi, true);
		}
	}
}

static void restore_all_its(struct model *m, const struct op_result *seen)
{
	commit_save_pending_tables(m, NULL, seen);
	for (unsigned int i = 0; i < m->nr_its; i++) {
		struct op save = { .id = OP_SAVE_TABLES };

		op_set_arg(&save, ARG_SAVE_TABLES_its, i);
		if (m->its[i].initialised)
			commit_save_tables(m, &save, seen);
	}
	for (unsigned int i = 0; i < m->nr_its; i++) {
		if (m->its[i].initialised)
			restore_its(m, i);
		else
			m->lost |= m->its[i].nr_devices || m->its[i].nr_collections;
	}
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		restore_lpis(m, i);
	its_forget_translations(m);
}

/**
 * commit_migrate() - the VM is a new one
 * @m:    the model
 * @op:   OP_MIGRATE
 * @seen: what came
 */
void commit_migrate(struct model *m, const struct op *op, const struct op_result *seen)
{
	m->lost |= m->map_failed;
	m->map_failed = false;
	m->mapped = false;
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		timer_migrated(m, &m->vcpu[i]);
		m->vcpu[i].has_run = false;
	}
	for (unsigned int i = 0; i < m->nr_its; i++) {
		if (m->its[i].base != ADDR_UNSET)
			restore_cbaser(m, i);
	}
	/* Eventfds are the device's, and what a GICv2's line is nobody can ask. */
	m->lost |= m->resampling && m->config.gic == GIC_V2;
	m->resampling = 0;
	memset(m->resampled, 0, sizeof(m->resampled));
	if (!m->initialised)
		return;
	/* Registers are reached through some vCPU. */
	m->lost |= op_arg(op, ARG_MIGRATE_order) || !m->nr_vcpus;
	m->groups_writable |= m->config.gic == GIC_V2;
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		restore_vcpu(m, &m->vcpu[i]);
	for (unsigned int i = 0; i < NR_SPI_BANKS; i++)
		restore_bank(m, m->vcpu, &m->spi[i], 32 * (i + 1));
	if (m->nr_its)
		restore_all_its(m, seen);
}
