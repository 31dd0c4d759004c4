// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSIs that userspace sends, at once or by a route (api.rst KVM_SIGNAL_MSI,
 * KVM_SET_GSI_ROUTING, KVM_IRQFD).
 */
#include <errno.h>

#include "lib/model/state.h"

#define DOORBELL GITS_TRANSLATER_OFFSET
#define MSI_VALID_DEVID 1 /* KVM_MSI_VALID_DEVID */

static struct model_msi msi_of(const struct op *op)
{
	return (struct model_msi){
		.at = op_arg(op, ARG_SIGNAL_MSI_at),
		.data = (u32)op_arg(op, ARG_SIGNAL_MSI_data),
		.devid = (u32)op_arg(op, ARG_SIGNAL_MSI_devid),
		.flags = (u8)op_arg(op, ARG_SIGNAL_MSI_flags),
	};
}

/* The ITS whose frame an address is in, or NULL. */
static const struct model_its *its_at(const struct model *m, u64 at)
{
	for (unsigned int i = 0; i < m->nr_its; i++) {
		if (m->its[i].base != ADDR_UNSET && at - m->its[i].base < GITS_BYTES)
			return &m->its[i];
	}
	return NULL;
}

static bool any_its_is_placed(const struct model *m)
{
	for (unsigned int i = 0; i < m->nr_its; i++) {
		if (m->its[i].base != ADDR_UNSET)
			return true;
	}
	return false;
}

/* The event that an MSI is of: its place in the list, or the length of the list. */
static unsigned int event_of(const struct model *m, const struct model_msi *msi)
{
	const struct model_its *its = its_at(m, msi->at);

	return its ? its_find_event(m, its, msi->devid, msi->data) : m->nr_events;
}

/* The same, but none that the ITS does not translate, or that goes to no PE. */
static unsigned int translated(const struct model *m, const struct model_msi *msi)
{
	unsigned int event = event_of(m, msi);

	if (event < m->nr_events &&
	    (!its_at(m, msi->at)->enabled || its_event_vcpu(m, &m->event[event]) < 0))
		return m->nr_events;
	return event;
}

/* Is it made pending, whatever has been cached? */
static bool is_taken(const struct model *m, unsigned int event)
{
	return event < m->nr_events && m->vcpu[its_event_vcpu(m, &m->event[event])].lpis_enabled;
}

static bool is_at_doorbell(const struct model *m, const struct model_msi *msi)
{
	const struct model_its *its = its_at(m, msi->at);

	return its && msi->at == its->base + DOORBELL;
}

/* Errors of an MSI itself, whatever the guest has set up. */
static void expect_msi_errors(const struct model *m, const struct model_msi *msi,
			      struct expect *want)
{
	if (!is_at_doorbell(m, msi))
		allow_usual_error(m, want, EINVAL, RULE_MSI_ADDRESS);
	if (msi->flags != MSI_VALID_DEVID)
		allow_usual_error(m, want, EINVAL, RULE_MSI_DEVID);
	/* No ITS is where it could be looked for. */
	if (!any_its_is_placed(m))
		allow_usual_error(m, want, ENODEV, RULE_MSI_ADDRESS);
}

/* The deviation that takes an MSI that is to fail, or NR_DEVIATIONS. */
static enum deviation_id msi_deviation(const struct model *m, const struct model_msi *msi)
{
	unsigned int event = event_of(m, msi);
	bool cached = event < m->nr_events && m->event[event].arrived;
	enum deviation_id d = DEVIATION_MSI_ANY_ADDRESS;

	if (!msi->flags)
		d = is_at_doorbell(m, msi) ? DEVIATION_MSI_DEVID_IGNORED :
					     DEVIATION_MSI_DEVID_ANYWHERE;
	if (!its_at(m, msi->at) || (msi->flags && msi->flags != MSI_VALID_DEVID) ||
	    (!msi->flags && !cached) || !deviates(m, d))
		return NR_DEVIATIONS;
	return d;
}

/* The deviation that takes an MSI that the guest blocks, as it was translated before. */
static enum deviation_id cached_by(const struct model *m, const struct model_msi *msi)
{
	unsigned int event = event_of(m, msi);
	enum deviation_id d;

	if (event == m->nr_events || !m->event[event].arrived)
		return NR_DEVIATIONS;
	d = m->event[event].orphan ? DEVIATION_RESTORE_KEEPS_CACHE : DEVIATION_MAPC_KEEPS_CACHE;
	return deviates(m, d) ? d : NR_DEVIATIONS;
}

/**
 * expect_signal_msi() - KVM_SIGNAL_MSI
 * @m:    the model
 * @op:   OP_SIGNAL_MSI
 * @want: filled in: a value above 0 if it is delivered, 0 if the guest blocks it
 */
void expect_signal_msi(const struct model *m, const struct op *op, struct expect *want)
{
	const struct model_msi msi = msi_of(op);
	struct expect_val *val;
	enum deviation_id d;
	unsigned int event;

	if (!m->nr_its) {
		/* Only an ITS takes MSIs. */
		allow_usual_error(m, want, EINVAL, RULE_MSI_NO_ITS);
		if (m->has_vgic)
			allow_usual_error(m, want, ENODEV, RULE_MSI_NO_ITS);
		return;
	}
	expect_msi_errors(m, &msi, want);
	if (want->nr_alts) {
		d = msi_deviation(m, &msi);
		if (d == NR_DEVIATIONS)
			return;
		want->nr_alts = 0;
		expect_deviation(want, d);
	}
	event = translated(m, &msi);
	if (is_taken(m, event)) {
		allow_done(want, RULE_MSI);
		val = expect_value(want, 1, ~0ULL, RULE_MSI);
		val->doubtful = its_is_doubtful(m, &m->event[event]);
		val->doubt = DEVIATION_RDBASE_IS_INDEX;
		if (its_event_is_kept(m, &m->event[event]))
			expect_deviation(want, DEVIATION_TABLE_CHANGE_KEEPS);
		return;
	}
	allow_done(want, RULE_MSI_BLOCKED);
	val = expect_value(want, 0, ~0ULL, RULE_MSI_BLOCKED);
	/* What is turned off as a whole may be an error. */
	if (event < m->nr_events || !its_at(m, msi.at)->enabled)
		allow_usual_error(m, want, EBUSY, RULE_MSI_BLOCKED);
	d = cached_by(m, &msi);
	if (d == NR_DEVIATIONS)
		return;
	val->doubtful = 1;
	val->doubt = d;
}

/**
 * commit_signal_msi() - an MSI was taken
 * @m:    the model
 * @op:   OP_SIGNAL_MSI
 * @seen: what came
 */
void commit_signal_msi(struct model *m, const struct op *op, const struct op_result *seen)
{
	const struct model_msi msi = msi_of(op);
	unsigned int event = translated(m, &msi), lpi;

	if (is_taken(m, event)) {
		its_send(m, event);
		return;
	}
	/* It was taken all the same: by a deviation, or the answer is wrong. */
	if (!seen->nr_vals || !seen->val[0] || cached_by(m, &msi) == NR_DEVIATIONS)
		return;
	if (event == m->nr_events) {
		m->lost = true;
		return;
	}
	lpi = its_lpi_of(&m->event[event]);
	if (lpi < MODEL_MAX_LPIS)
		lpi_sent_while_disabled(m, lpi, (unsigned int)its_event_vcpu(m, &m->event[event]));
}

/**
 * expect_route_msi() - KVM_SET_GSI_ROUTING with an MSI and the routes before it
 * @m:    the model
 * @op:   OP_ROUTE_MSI
 * @want: filled in
 */
void expect_route_msi(const struct model *m, const struct op *op, struct expect *want)
{
	if (op_arg(op, ARG_ROUTE_MSI_flags) & ~(u64)MSI_VALID_DEVID) {
		allow_usual_error(m, want, EINVAL, RULE_ROUTE_FLAGS);
		return;
	}
	allow_done(want, RULE_ROUTE);
	/* Whether there can be routes to no vGIC is not said. */
	if (!m->has_vgic)
		allow_error(want, EXPECT_ANY_ERRNO, RULE_ROUTE);
}

/**
 * commit_route_msi() - routes were set
 * @m:    the model
 * @op:   OP_ROUTE_MSI
 * @seen: what came
 */
void commit_route_msi(struct model *m, const struct op *op, const struct op_result *seen)
{
	u64 gsi = op_arg(op, ARG_ROUTE_MSI_gsi);

	(void)seen;
	m->routes_are_set = true;
	m->routes |= BIT_ULL(gsi);
	m->msi_route[gsi] = (struct model_msi){
		.at = op_arg(op, ARG_ROUTE_MSI_at),
		.data = (u32)op_arg(op, ARG_ROUTE_MSI_data),
		.devid = (u32)op_arg(op, ARG_ROUTE_MSI_devid),
		.flags = (u8)op_arg(op, ARG_ROUTE_MSI_flags),
	};
}

/**
 * expect_irqfd() - an eventfd that KVM_IRQFD ties to a route is signalled
 * @m:    the model
 * @op:   OP_IRQFD or OP_RESAMPLE
 * @want: filled in
 *
 * What comes of the interrupt nobody is told.
 */
void expect_irqfd(const struct model *m, const struct op *op, struct expect *want)
{
	(void)op;
	allow_done(want, RULE_IRQFD);
	/* What must have been done before is not said. */
	if (!m->initialised)
		allow_error(want, EXPECT_ANY_ERRNO, RULE_IRQFD);
}

/* The SPI of a route that the vGIC has set for itself. */
static void raise_spi(struct model *m, u64 gsi)
{
	if (!irq_exists(m, NR_PRIVATE + gsi))
		return;
	m->lost |= !chosen(m, CHOICE_IRQFD_RAISES_LINE);
	irq_set_line(m, &m->vcpu[0], NR_PRIVATE + (unsigned int)gsi, true);
}

/**
 * commit_irqfd() - an eventfd was signalled
 * @m:    the model
 * @op:   OP_IRQFD
 * @seen: what came
 */
void commit_irqfd(struct model *m, const struct op *op, const struct op_result *seen)
{
	u64 gsi = op_arg(op, ARG_IRQFD_gsi);
	const struct model_msi *msi = &m->msi_route[gsi];
	unsigned int event;

	(void)seen;
	if (!m->initialised)
		return;
	if (!m->routes_are_set) {
		raise_spi(m, gsi);
		return;
	}
	if (!(m->routes & BIT_ULL(gsi)) || !m->nr_its)
		return;
	event = translated(m, msi);
	if (is_at_doorbell(m, msi) && msi->flags == MSI_VALID_DEVID) {
		m->lost |= !is_taken(m, event) && cached_by(m, msi) != NR_DEVIATIONS;
		if (is_taken(m, event))
			its_send(m, event);
		return;
	}
	/* Whether a deviation has taken it nobody is told. */
	m->lost |= event < m->nr_events && msi_deviation(m, msi) != NR_DEVIATIONS;
}

/**
 * commit_resample() - an eventfd with a resamplefd was signalled
 * @m:    the model
 * @op:   OP_RESAMPLE
 * @seen: what came
 *
 * What becomes of routes that userspace has set is not followed.
 */
void commit_resample(struct model *m, const struct op *op, const struct op_result *seen)
{
	u64 gsi = op_arg(op, ARG_RESAMPLE_gsi);

	(void)seen;
	if (!m->initialised)
		return;
	m->lost |= m->routes_are_set;
	m->resampling |= BIT_ULL(gsi);
	raise_spi(m, gsi);
}

/**
 * irq_resample() - an SPI is not active any more
 * @m:        the model
 * @intid:    of the SPI
 * @in_doubt: may it be active still, by a deviation, or not active since earlier?
 *
 * Of an edge-triggered one nothing is said.
 */
void irq_resample(struct model *m, unsigned int intid, bool in_doubt)
{
	unsigned int gsi = intid - NR_PRIVATE;

	if (gsi > PROG_LAST_GSI || !(m->resampling & BIT_ULL(gsi)))
		return;
	if (irq_bank(m, &m->vcpu[0], intid)->edge & 1u << intid % 32 || in_doubt) {
		m->lost = true;
		return;
	}
	m->resampled[gsi]++;
	irq_set_line(m, &m->vcpu[0], intid, false);
}

/**
 * expect_resampled() - how often a resamplefd was signalled
 * @m:    the model
 * @op:   OP_RESAMPLED
 * @want: filled in
 */
void expect_resampled(const struct model *m, const struct op *op, struct expect *want)
{
	u64 nr = m->resampled[op_arg(op, ARG_RESAMPLED_gsi)];
	struct expect_val *val;

	allow_done(want, RULE_RESAMPLED);
	val = expect_value(want, nr, ~0ULL, RULE_RESAMPLED);
	if (deviates(m, DEVIATION_RESAMPLE_UNSEEN)) {
		val->doubtful = nr;
		val->doubt = DEVIATION_RESAMPLE_UNSEEN;
	}
}

/**
 * commit_resampled() - it was asked
 * @m:    the model
 * @op:   OP_RESAMPLED
 * @seen: what came
 */
void commit_resampled(struct model *m, const struct op *op, const struct op_result *seen)
{
	u8 *nr = &m->resampled[op_arg(op, ARG_RESAMPLED_gsi)];

	/* By the deviation the line is high then, and the next end may be seen. */
	m->lost |= deviates(m, DEVIATION_RESAMPLE_UNSEEN) && seen->val[0] != *nr;
	*nr = 0;
}
