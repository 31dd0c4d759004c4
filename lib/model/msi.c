// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSIs that userspace sends (api.rst KVM_SIGNAL_MSI).
 */
#include <errno.h>

#include "lib/model/state.h"

#define DOORBELL GITS_TRANSLATER_OFFSET
#define MSI_VALID_DEVID 1 /* KVM_MSI_VALID_DEVID */

/* The event that an MSI is of: its place in the list, or the length of the list. */
static unsigned int event_of_msi(const struct model *m, const struct op *op)
{
	return its_find_event(m, &m->its[0], op_arg(op, ARG_SIGNAL_MSI_devid),
			      op_arg(op, ARG_SIGNAL_MSI_data));
}

/* The number of the PE that an event goes to. */
static unsigned int vcpu_of(const struct model *m, unsigned int event)
{
	return (unsigned int)its_vcpu_of(m, m->event[event].intid - FIRST_LPI);
}

/* Errors of an MSI itself, whatever the guest has set up. */
static void expect_msi_errors(const struct model *m, const struct op *op, struct expect *want)
{
	u64 flags = op_arg(op, ARG_SIGNAL_MSI_flags);

	if (m->its[0].base == ADDR_UNSET ||
	    op_arg(op, ARG_SIGNAL_MSI_at) != m->its[0].base + DOORBELL)
		allow_usual_error(m, want, EINVAL, RULE_MSI_ADDRESS);
	if (!(flags & MSI_VALID_DEVID) || flags & ~(u64)MSI_VALID_DEVID)
		allow_usual_error(m, want, EINVAL, RULE_MSI_DEVID);
	/* No ITS is where it could be looked for. */
	if (m->its[0].base == ADDR_UNSET)
		allow_usual_error(m, want, ENODEV, RULE_MSI_ADDRESS);
}

/* Return: whether deviations take an MSI that is to fail, which is not allowed then. */
static bool expect_msi_deviation(const struct model *m, const struct op *op, struct expect *want)
{
	u64 at = op_arg(op, ARG_SIGNAL_MSI_at), flags = op_arg(op, ARG_SIGNAL_MSI_flags);
	unsigned int event = event_of_msi(m, op);
	bool elsewhere = at != m->its[0].base + DOORBELL;
	bool cached = event < m->nr_events && m->event[event].arrived;
	enum deviation_id d = DEVIATION_MSI_ANY_ADDRESS;

	if (!flags)
		d = elsewhere ? DEVIATION_MSI_DEVID_ANYWHERE : DEVIATION_MSI_DEVID_IGNORED;
	if (m->its[0].base == ADDR_UNSET || at - m->its[0].base >= GITS_BYTES ||
	    (flags && flags != MSI_VALID_DEVID) || (!flags && !cached) || !deviates(m, d))
		return false;
	want->nr_alts = 0;
	expect_deviation(want, d);
	return true;
}

/**
 * expect_signal_msi() - KVM_SIGNAL_MSI
 * @m:    the model
 * @op:   OP_SIGNAL_MSI
 * @want: filled in: a value above 0 if it is delivered, 0 if the guest blocks it
 */
void expect_signal_msi(const struct model *m, const struct op *op, struct expect *want)
{
	unsigned int event;

	if (!m->nr_its) {
		/* Only an ITS takes MSIs. */
		allow_usual_error(m, want, EINVAL, RULE_MSI_NO_ITS);
		if (m->has_vgic)
			allow_usual_error(m, want, ENODEV, RULE_MSI_NO_ITS);
		return;
	}
	expect_msi_errors(m, op, want);
	if (want->nr_alts && !expect_msi_deviation(m, op, want))
		return;
	event = m->its[0].enabled ? event_of_msi(m, op) : m->nr_events;
	if (event < m->nr_events && m->vcpu[vcpu_of(m, event)].lpis_enabled) {
		allow_done(want, RULE_MSI);
		expect_value(want, 1, ~0ULL, RULE_MSI);
		return;
	}
	allow_done(want, RULE_MSI_BLOCKED);
	expect_value(want, 0, ~0ULL, RULE_MSI_BLOCKED);
	/* What is turned off as a whole may be an error. */
	if (!m->its[0].enabled || event < m->nr_events)
		allow_usual_error(m, want, EBUSY, RULE_MSI_BLOCKED);
}

/**
 * commit_signal_msi() - an MSI was taken
 * @m:    the model
 * @op:   OP_SIGNAL_MSI
 * @seen: what came
 */
void commit_signal_msi(struct model *m, const struct op *op, const struct op_result *seen)
{
	unsigned int event = m->nr_its && m->its[0].enabled ? event_of_msi(m, op) : m->nr_events;

	if (event == m->nr_events)
		return;
	m->event[event].arrived |= seen->nr_vals && seen->val[0];
	lpi_set_pending(m, m->event[event].intid - FIRST_LPI, vcpu_of(m, event), true);
}
