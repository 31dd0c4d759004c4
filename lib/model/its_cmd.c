// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue of an ITS and what its commands do (IHI 0069H 5.3).
 */
#include "lib/regs/its_cmd.h"
#include "lib/model/state.h"
#include "lib/regs/its_table.h"

#define MAX_EVENT_BITS 16

/* Is anything in the list an event of a device, or of a collection? */
static bool has_events(const struct model *m, const struct model_its *its, bool of_device, u64 id)
{
	for (unsigned int i = 0; i < m->nr_events; i++) {
		const struct model_event *e = &m->event[i];

		if (e->its == its - m->its && (of_device ? e->device : e->icid) == id)
			return true;
	}
	return false;
}

static bool map_device(struct model *m, struct model_its *its, const u64 *cmd)
{
	u64 id = its_cmd_get(cmd, ITS_FIELD_MAPD_DeviceID);
	u64 bits = its_cmd_get(cmd, ITS_FIELD_MAPD_Size) + 1;
	u64 itt = its_cmd_get(cmd, ITS_FIELD_MAPD_ITT_addr);
	unsigned int i = its_find_device(its, id);

	if (its_entry(m, its, ITS_DEVICES, id) != ITS_ENTRY_THERE || has_events(m, its, true, id))
		return false;
	if (!its_cmd_get(cmd, ITS_FIELD_MAPD_V)) {
		if (i < its->nr_devices)
			its->device[i] = its->device[--its->nr_devices];
		its_entry_unmapped(m,
				   its_table_at(m, its->baser[ITS_DEVICES]) + id * ITS_ENTRY_BYTES);
		return true;
	}
	if (bits > MAX_EVENT_BITS || i < its->nr_devices || i == MAX_ITS_DEVICES ||
	    !mem_is_program(itt, ITS_ENTRY_BYTES << bits))
		return false;
	its_table_taken(m, itt, ITS_ENTRY_BYTES << bits);
	its->device[its->nr_devices++] =
		(struct model_its_device){ .id = (u32)id, .event_bits = (u8)bits, .itt = itt };
	return true;
}

static bool map_collection(struct model *m, struct model_its *its, const u64 *cmd)
{
	u64 icid = its_cmd_get(cmd, ITS_FIELD_MAPC_ICID);
	u64 vcpu = its_cmd_get(cmd, ITS_FIELD_MAPC_RDbase);
	unsigned int i = its_find_collection(its, icid);
	bool known = i < its->nr_collections;

	if (its_entry(m, its, ITS_COLLECTIONS, icid) != ITS_ENTRY_THERE)
		return false;
	if (!its_cmd_get(cmd, ITS_FIELD_MAPC_V)) {
		if (has_events(m, its, false, icid))
			return false;
		if (known)
			its->collection[i] = its->collection[--its->nr_collections];
		its_unlist_collection(its, (u16)icid);
		return true;
	}
	/* The number of a PE is its vcpu_id (CHOICE_PROCNUM_IS_ID). */
	if (vcpu >= m->nr_vcpus || m->vcpu[vcpu].id != vcpu || i == MAX_ITS_COLLECTIONS ||
	    (known && its->collection[i].vcpu != vcpu && has_events(m, its, false, icid)))
		return false;
	its->collection[i] = (struct model_collection){ .icid = (u16)icid, .vcpu = (u16)vcpu };
	its->nr_collections += !known;
	its_list_collection(m, its, (u16)icid);
	return true;
}

static bool map_event(struct model *m, struct model_its *its, const u64 *cmd)
{
	u64 device = its_cmd_get(cmd, ITS_FIELD_MAPTI_DeviceID);
	u64 event = its_cmd_get(cmd, ITS_FIELD_MAPTI_EventID);
	u64 icid = its_cmd_get(cmd, ITS_FIELD_MAPTI_ICID);
	u64 lpi = its_cmd_get(cmd, ITS_FIELD_MAPTI_pINTID) - FIRST_LPI;
	unsigned int d = its_find_device(its, device), c = its_find_collection(its, icid);

	if (d == its->nr_devices || event >> its->device[d].event_bits ||
	    c == its->nr_collections || lpi >= MODEL_MAX_LPIS ||
	    its_vcpu_of(m, (unsigned int)lpi) >= 0 ||
	    its_find_event(m, its, device, event) < m->nr_events ||
	    !lpi_is_in_range(m, lpi, its->collection[c].vcpu))
		return false;
	its_list_collection(m, its, (u16)icid);
	its_add_event(m, &(struct model_event){
				 .its = (u8)(its - m->its),
				 .icid = (u16)icid,
				 .device = (u32)device,
				 .event = (u32)event,
				 .intid = (u32)(FIRST_LPI + lpi),
			 });
	m->lost |= lpi_is_kept(m, (unsigned int)lpi, its->collection[c].vcpu);
	lpi_mapped(m, (unsigned int)lpi, its->collection[c].vcpu);
	return true;
}

/* Commands that name an event: INT, CLEAR, INV and DISCARD have it at the same place. */
static bool command_event(struct model *m, const struct model_its *its, const u64 *cmd,
			  enum its_cmd_id id)
{
	unsigned int nr = its_find_event(m, its, its_cmd_get(cmd, ITS_FIELD_INT_DeviceID),
					 its_cmd_get(cmd, ITS_FIELD_INT_EventID));
	unsigned int lpi, vcpu;

	if (nr == m->nr_events)
		return false;
	lpi = m->event[nr].intid - FIRST_LPI;
	vcpu = (unsigned int)its_vcpu_of(m, lpi);
	if (id == ITS_CMD_INV)
		lpi_invalidate(m, lpi, vcpu);
	else if (id == ITS_CMD_DISCARD)
		lpi_discarded(m, lpi, vcpu);
	else
		lpi_set_pending(m, lpi, vcpu, id == ITS_CMD_INT);
	m->event[nr].arrived |= id == ITS_CMD_INT && m->vcpu[vcpu].lpis_enabled;
	if (id == ITS_CMD_DISCARD) {
		its_entry_unmapped(m, its->device[its_find_device(its, m->event[nr].device)].itt +
					      m->event[nr].event * ITS_ENTRY_BYTES);
		its_remove_event(m, nr);
		its_forget_translations(m);
	}
	return true;
}

static bool invalidate_collection(struct model *m, const struct model_its *its, const u64 *cmd)
{
	u64 icid = its_cmd_get(cmd, ITS_FIELD_INVALL_ICID);
	unsigned int c = its_find_collection(its, icid);

	if (c == its->nr_collections)
		return false;
	for (unsigned int i = 0; i < m->nr_events; i++) {
		const struct model_event *e = &m->event[i];

		if (e->its == its - m->its && e->icid == icid)
			lpi_invalidate(m, e->intid - FIRST_LPI, its->collection[c].vcpu);
	}
	return true;
}

/* Return: whether the command is one that the model follows. */
static bool do_command(struct model *m, struct model_its *its, const u64 *cmd)
{
	enum its_cmd_id id = its_cmd_find(cmd[0]);

	switch (id) {
	case ITS_CMD_MAPD:
		return map_device(m, its, cmd);
	case ITS_CMD_MAPC:
		return map_collection(m, its, cmd);
	case ITS_CMD_MAPTI:
		return map_event(m, its, cmd);
	case ITS_CMD_INT:
	case ITS_CMD_CLEAR:
	case ITS_CMD_INV:
	case ITS_CMD_DISCARD:
		return command_event(m, its, cmd, id);
	case ITS_CMD_INVALL:
		return invalidate_collection(m, its, cmd);
	case ITS_CMD_SYNC:
		return its_cmd_get(cmd, ITS_FIELD_SYNC_RDbase) < m->nr_vcpus;
	default: /* those of a complete ITS */
		return false;
	}
}

/**
 * its_run_commands() - perform what is between GITS_CREADR and GITS_CWRITER
 * @m:   the model
 * @its: the ITS, which does nothing while it is disabled
 */
void its_run_commands(struct model *m, struct model_its *its)
{
	while (!m->lost && its->enabled && its->creadr != its->cwriter) {
		u64 cmd[ITS_CMD_WORDS], known = ~0ULL, word_known;

		for (unsigned int i = 0; i < ITS_CMD_WORDS; i++) {
			cmd[i] =
				mem_u64(m, its_queue_at(its) + its->creadr + 8ULL * i, &word_known);
			known &= word_known;
		}
		m->lost |= ~known || !do_command(m, its, cmd);
		its->creadr = (u32)((its->creadr + ITS_CMD_BYTES) % its_queue_bytes(its));
	}
}
