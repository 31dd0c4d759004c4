// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an ITS knows: devices, collections and events (IHI 0069H 5.2).  Its commands
 * are in its_cmd.c, its registers in its_regs.c, its device in its_uapi.c, MSIs in
 * msi.c.
 */
#include <string.h>

#include "lib/model/state.h"

/**
 * its_reset() - an ITS is as it was created (arm-vgic-its.rst, ITS Reset State)
 * @its: one without events
 */
void its_reset(struct model_its *its)
{
	memset(its, 0, sizeof(*its));
	its->base = ADDR_UNSET;
	its->cwriter_known = true;
}

/**
 * its_event_vcpu() - the PE that an event goes to
 * @m: the model
 * @e: the event
 *
 * Return: its number, or -1 if its collection is not mapped.
 */
int its_event_vcpu(const struct model *m, const struct model_event *e)
{
	const struct model_its *its = &m->its[e->its];
	unsigned int c = its_find_collection(its, e->icid);

	return e->orphan || c == its->nr_collections ? -1 : its->collection[c].vcpu;
}

/**
 * its_is_doubtful() - may a deviation have an event at another PE?
 * @m: the model
 * @e: the event
 *
 * Return: whether DEVIATION_RDBASE_IS_INDEX may, or at none.
 */
bool its_is_doubtful(const struct model *m, const struct model_event *e)
{
	const struct model_its *its = &m->its[e->its];
	unsigned int c = its_find_collection(its, e->icid);

	return c < its->nr_collections && its->collection[c].doubtful;
}

/**
 * its_event_is_kept() - is an event mapped by DEVIATION_TABLE_CHANGE_KEEPS alone?
 * @m: the model
 * @e: the event
 *
 * Return: whether its device or its collection is.
 */
bool its_event_is_kept(const struct model *m, const struct model_event *e)
{
	const struct model_its *its = &m->its[e->its];
	unsigned int d = its_find_device(its, e->device), c = its_find_collection(its, e->icid);

	return (d < its->nr_devices && its->device[d].kept) ||
	       (c < its->nr_collections && its->collection[c].kept);
}

/**
 * its_keeps_any() - is anything mapped by DEVIATION_TABLE_CHANGE_KEEPS alone?
 * @its: the ITS
 *
 * Return: whether.
 */
bool its_keeps_any(const struct model_its *its)
{
	bool any = false;

	for (unsigned int i = 0; i < its->nr_devices; i++)
		any |= its->device[i].kept;
	for (unsigned int i = 0; i < its->nr_collections; i++)
		any |= its->collection[i].kept;
	return any;
}

/**
 * its_lpi_of() - the LPI that an event is
 * @e: the event
 *
 * Return: number from FIRST_LPI, or MODEL_MAX_LPIS for all that are not followed
 * beyond their mapping.
 */
unsigned int its_lpi_of(const struct model_event *e)
{
	return e->intid - FIRST_LPI < MODEL_MAX_LPIS ? e->intid - FIRST_LPI : MODEL_MAX_LPIS;
}

/**
 * its_index() - bring its_vcpu_of() up to date
 * @m: of a VM with an ITS, whose events or collections have changed
 *
 * An LPI goes where it was mapped or moved last, which is where its event goes.  Of
 * several events that are one LPI all must be of one PE: else it is UNPREDICTABLE
 * (IHI 0069H 5.2, restrictions for INTID mapping).
 */
void its_index(struct model *m)
{
	bool follows = chosen(m, CHOICE_LPI_MOVES_AS_ONE);
	u64 seen[MODEL_MAX_LPIS / 64] = { 0 };

	for (unsigned int i = 0; i < m->nr_events; i++) {
		unsigned int lpi = its_lpi_of(&m->event[i]);

		if (lpi == MODEL_MAX_LPIS)
			continue;
		m->lost |= lpi_bit(seen, lpi) && !follows &&
			   m->lpi.vcpu_of[lpi] != its_event_vcpu(m, &m->event[i]);
		lpi_put_bit(seen, lpi, true);
	}
	for (unsigned int n = 0; n < ARRAY_SIZE(seen); n++) {
		for (u64 gone = m->lpi.indexed[n] & ~seen[n]; gone; gone &= gone - 1) {
			unsigned int lpi = 64 * n + (unsigned int)__builtin_ctzll(gone);

			m->lpi.vcpu_of[lpi] = -1;
			m->lpi.stray_to[lpi] = -1;
		}
		m->lpi.indexed[n] = seen[n];
	}
}

/**
 * its_forget_translations() - what the ITSs have cached of translations is dropped
 * @m: of a VM with an ITS
 */
void its_forget_translations(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_events; i++)
		m->event[i].arrived = false;
}

/**
 * its_forget_own() - what an ITS has cached of translations is dropped
 * @m:   the model
 * @its: of it
 *
 * All share a cache where DEVIATION_MSI_DEVID_ANYWHERE is not, which came with one
 * for each.
 */
void its_forget_own(struct model *m, const struct model_its *its)
{
	bool own = deviates(m, DEVIATION_MSI_DEVID_ANYWHERE);

	for (unsigned int i = 0; i < m->nr_events; i++) {
		if (!own || m->event[i].its == its - m->its)
			m->event[i].arrived = false;
	}
}

/**
 * its_find_device() - look a device up
 * @its: the ITS
 * @id:  DeviceID
 *
 * Return: its place in the list, or the length of the list.
 */
unsigned int its_find_device(const struct model_its *its, u64 id)
{
	unsigned int i = 0;

	while (i < its->nr_devices && its->device[i].id != id)
		i++;
	return i;
}

/**
 * its_find_collection() - look a collection up
 * @its:  the ITS
 * @icid: its number
 *
 * Return: its place in the list, or the length of the list.
 */
unsigned int its_find_collection(const struct model_its *its, u64 icid)
{
	unsigned int i = 0;

	while (i < its->nr_collections && its->collection[i].icid != icid)
		i++;
	return i;
}

/**
 * its_is_listed() - is a collection named?
 * @its:  the ITS
 * @icid: its number
 *
 * Return: whether it has an entry in a saved table, mapped or not.
 */
bool its_is_listed(const struct model_its *its, u64 icid)
{
	for (unsigned int i = 0; i < its->nr_listed; i++) {
		if (its->listed[i] == icid)
			return true;
	}
	return false;
}

/**
 * its_list_collection() - a collection is named, and has an entry in a saved table
 * @m:    the model
 * @its:  of it
 * @icid: its number
 */
void its_list_collection(struct model *m, struct model_its *its, u16 icid)
{
	if (its_is_listed(its, icid))
		return;
	if (its->nr_listed == MAX_ITS_COLLECTIONS)
		m->lost = true;
	else
		its->listed[its->nr_listed++] = icid;
}

/**
 * its_unlist_collection() - a collection has no entry any more
 * @its:  the ITS
 * @icid: its number
 */
void its_unlist_collection(struct model_its *its, u16 icid)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < its->nr_listed; i++) {
		if (its->listed[i] != icid)
			its->listed[nr++] = its->listed[i];
	}
	its->nr_listed = nr;
}

/**
 * its_find_event() - look an event up
 * @m:      the model
 * @its:    of it
 * @device: DeviceID
 * @event:  EventID
 *
 * Return: its place in the list, or the length of the list if it is no LPI.
 */
unsigned int its_find_event(const struct model *m, const struct model_its *its, u64 device,
			    u64 event)
{
	unsigned int nr = (unsigned int)(its - m->its), i = 0;

	while (i < m->nr_events && !(m->event[i].its == nr && m->event[i].device == device &&
				     m->event[i].event == event))
		i++;
	return i;
}

static bool comes_before(const struct model_event *a, const struct model_event *b)
{
	if (a->its != b->its)
		return a->its < b->its;
	return a->device != b->device ? a->device < b->device : a->event < b->event;
}

/**
 * its_add_event() - an event becomes an LPI
 * @m:   of a VM with an ITS
 * @new: one that is none yet
 */
void its_add_event(struct model *m, const struct model_event *new)
{
	unsigned int i = m->nr_events;

	if (m->nr_events == MAX_ITS_EVENTS) {
		m->lost = true;
		return;
	}
	m->nr_events++;
	for (; i && comes_before(new, &m->event[i - 1]); i--)
		m->event[i] = m->event[i - 1];
	m->event[i] = *new;
	its_index(m);
}

/**
 * its_remove_event() - an event is no LPI any more
 * @m:  of a VM with an ITS
 * @nr: place in the list
 */
void its_remove_event(struct model *m, unsigned int nr)
{
	m->nr_events--;
	memmove(&m->event[nr], &m->event[nr + 1], (m->nr_events - nr) * sizeof(m->event[0]));
	its_index(m);
}

/**
 * its_shares_lpi() - is an LPI one of several events?
 * @m:     of a VM with an ITS
 * @intid: the LPI
 *
 * Return: whether.
 */
bool its_shares_lpi(const struct model *m, u32 intid)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < m->nr_events; i++)
		nr += m->event[i].intid == intid;
	return nr > 1;
}

/**
 * its_send() - an event happens: its LPI becomes pending
 * @m:  of a VM with an ITS
 * @nr: place in the list; of a collection that is mapped
 */
void its_send(struct model *m, unsigned int nr)
{
	unsigned int lpi = its_lpi_of(&m->event[nr]);
	int vcpu;

	if (!m->vcpu[its_event_vcpu(m, &m->event[nr])].lpis_enabled)
		return;
	m->event[nr].arrived = true;
	vcpu = lpi < MODEL_MAX_LPIS ? its_vcpu_of(m, lpi) : -1;
	if (vcpu < 0 || !m->vcpu[vcpu].lpis_enabled || its_is_doubtful(m, &m->event[nr]))
		m->lost = true;
	else
		lpi_set_pending(m, lpi, (unsigned int)vcpu, true);
}
