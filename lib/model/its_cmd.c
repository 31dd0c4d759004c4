// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue of an ITS and what its commands do (IHI 0069H 5.3).  A command
 * in error is skipped (CHOICE_COMMAND_ERRORS_SKIPPED); an ITS that stalls, or that
 * takes it for another, is not followed.
 */
#include "lib/regs/its_cmd.h"
#include "lib/model/state.h"
#include "lib/regs/its_table.h"

#define MAX_EVENT_BITS 16 /* GITS_TYPER.ID_bits, plus one */

/* The fields of a command, which each has at the same place as the others. */
struct its_cmd {
	enum its_cmd_id id;
	unsigned int by; /* number of the PE whose write has it performed, or of none */
	u32 device, event;
	u64 intid;
	u16 icid;
	int pe[2]; /* number of RDbase or RDbase1, and of RDbase2, or -1 */
	bool doubtful; /* a deviation finds other PEs, or none */
	bool is_other; /* it finds others */
	bool valid;
	unsigned int event_bits;
	u64 itt; /* gpa, bytes */
};

/* What is wrong with a command. */
enum wrong { NOTHING, DEVICE, SIZE, EVENT, INTID, COLLECTION, FROM, PE, NR_WRONGS };

static const enum rule_id rules[NR_ITS_CMDS][NR_WRONGS] = {
	[ITS_CMD_MAPD] = { RULE_CMD_MAPD, [DEVICE] = RULE_CMD_MAPD_DEVICE,
			   [SIZE] = RULE_CMD_MAPD_SIZE },
	[ITS_CMD_MAPC] = { RULE_CMD_MAPC, [COLLECTION] = RULE_CMD_MAPC_COLLECTION,
			   [PE] = RULE_CMD_MAPC_PE },
	[ITS_CMD_MAPTI] = { RULE_CMD_MAPTI, [DEVICE] = RULE_CMD_MAPTI_DEVICE,
			    [EVENT] = RULE_CMD_MAPTI_EVENT, [INTID] = RULE_CMD_MAPTI_INTID,
			    [COLLECTION] = RULE_CMD_MAPTI_COLLECTION },
	[ITS_CMD_MAPI] = { RULE_CMD_MAPI, [DEVICE] = RULE_CMD_MAPI_DEVICE,
			   [EVENT] = RULE_CMD_MAPI_EVENT, [INTID] = RULE_CMD_MAPI_INTID,
			   [COLLECTION] = RULE_CMD_MAPI_COLLECTION },
	[ITS_CMD_MOVI] = { RULE_CMD_MOVI, [EVENT] = RULE_CMD_MOVI_EVENT,
			   [FROM] = RULE_CMD_MOVI_FROM, [COLLECTION] = RULE_CMD_MOVI_COLLECTION },
	[ITS_CMD_MOVALL] = { RULE_CMD_MOVALL, [PE] = RULE_CMD_MOVALL_PE },
	[ITS_CMD_INT] = { RULE_CMD_INT, [EVENT] = RULE_CMD_INT_EVENT, [FROM] = RULE_CMD_INT_FROM },
	[ITS_CMD_CLEAR] = { RULE_CMD_CLEAR, [EVENT] = RULE_CMD_CLEAR_EVENT },
	[ITS_CMD_DISCARD] = { RULE_CMD_DISCARD, [EVENT] = RULE_CMD_DISCARD_EVENT,
			      [FROM] = RULE_CMD_DISCARD_FROM },
	[ITS_CMD_INV] = { RULE_CMD_INV, [EVENT] = RULE_CMD_INV_EVENT },
	[ITS_CMD_INVALL] = { RULE_CMD_INVALL, [COLLECTION] = RULE_CMD_INVALL_COLLECTION },
	[ITS_CMD_SYNC] = { RULE_CMD_SYNC, [PE] = RULE_CMD_SYNC_PE },
};

/*
 * The number of the PE that an RDbase names, or -1 (CHOICE_RDBASE_IS_NUMBER).  Where
 * DEVIATION_RDBASE_IS_INDEX finds another, neither is followed but for collections.
 */
static int pe_of(const struct model *m, u64 rdbase, struct its_cmd *c)
{
	unsigned int vcpu, index;

	/* Numbers have 16 bits, and it is not said what those above them do. */
	if (chosen(m, CHOICE_COMMAND_RES0_IGNORED))
		rdbase &= 0xffffffff;
	vcpu = vcpu_number(m, rdbase);
	index = rdbase < m->nr_vcpus ? (unsigned int)rdbase : m->nr_vcpus;
	if (index != vcpu && deviates(m, DEVIATION_RDBASE_IS_INDEX)) {
		c->doubtful = true;
		c->is_other |= index < m->nr_vcpus;
	}
	return vcpu < m->nr_vcpus ? (int)vcpu : -1;
}

/* Has a command no bit set that is of none of its fields? */
static bool is_res0_clear(const u64 *cmd, enum its_cmd_id id)
{
	u64 fields[ITS_CMD_WORDS] = { bits_mask(ITS_CMD_NUMBER_MSB, 0) }, other = 0;

	for (unsigned int i = 0; i < NR_ITS_FIELDS; i++) {
		const struct its_field_desc *d = its_field_desc((enum its_field_id)i);

		if (d->cmd == id)
			fields[d->dw] |= bits_mask(d->msb, d->lsb);
	}
	for (unsigned int i = 0; i < ITS_CMD_WORDS; i++)
		other |= cmd[i] & ~fields[i];
	return !other;
}

/* Return: whether it is a command, none of whose bits is set that must not be. */
static bool decode(const struct model *m, const u64 *cmd, struct its_cmd *c)
{
	*c = (struct its_cmd){
		.id = its_cmd_find(cmd[0]),
		.device = (u32)its_cmd_get(cmd, ITS_FIELD_MAPTI_DeviceID),
		.event = (u32)its_cmd_get(cmd, ITS_FIELD_MAPTI_EventID),
		.icid = (u16)its_cmd_get(cmd, ITS_FIELD_MAPTI_ICID),
		.valid = its_cmd_get(cmd, ITS_FIELD_MAPD_V),
		.event_bits = (unsigned int)its_cmd_get(cmd, ITS_FIELD_MAPD_Size) + 1,
		.itt = its_cmd_get(cmd, ITS_FIELD_MAPD_ITT_addr),
	};
	c->pe[0] = pe_of(m, its_cmd_get(cmd, ITS_FIELD_MAPC_RDbase), c);
	c->pe[1] = c->id == ITS_CMD_MOVALL ?
			   pe_of(m, its_cmd_get(cmd, ITS_FIELD_MOVALL_RDbase2), c) :
			   -1;
	c->intid = c->id == ITS_CMD_MAPI ? c->event : its_cmd_get(cmd, ITS_FIELD_MAPTI_pINTID);
	return c->id == NR_ITS_CMDS || chosen(m, CHOICE_COMMAND_RES0_IGNORED) ||
	       is_res0_clear(cmd, c->id);
}

static bool is_event_of(const struct model *m, const struct model_its *its, unsigned int nr,
			u64 device)
{
	return m->event[nr].its == its - m->its && m->event[nr].device == device;
}

static bool is_event_in(const struct model *m, const struct model_its *its, unsigned int nr,
			u64 icid)
{
	return m->event[nr].its == its - m->its && m->event[nr].icid == icid &&
	       !m->event[nr].orphan;
}

/* An ITS may leave it to software that memory of its own is zero (IHI 0069H MAPD). */
static void take_itt(struct model *m, const struct its_cmd *c)
{
	u64 at = c->itt, end = at + (ITS_ENTRY_BYTES << c->event_bits);

	m->lost |= !chosen(m, CHOICE_ITT_NOT_READ) ||
		   ranges_overlap(at, end - at, PROG_RAM_BASE, PROG_RAM_BYTES);
	its_table_taken(m, at, end - at);
}

/* To unmap a device that has events is UNPREDICTABLE. */
static void unmap_device(struct model *m, struct model_its *its, unsigned int device)
{
	u64 id = its->device[device].id;

	its->device[device] = its->device[--its->nr_devices];
	for (unsigned int i = m->nr_events; i--;) {
		unsigned int lpi = its_lpi_of(&m->event[i]);

		if (!is_event_of(m, its, i, id))
			continue;
		m->lost |= !chosen(m, CHOICE_MAPD_UNMAPS_EVENTS);
		its_remove_event(m, i);
		if (lpi < MODEL_MAX_LPIS)
			lpi_unmapped(m, lpi);
	}
	its_forget_own(m, its);
}

static enum wrong map_device(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	enum its_entry entry = its_entry(m, its, ITS_DEVICES, c->device);
	unsigned int i = its_find_device(its, c->device);

	m->lost |= entry == ITS_ENTRY_UNFOLLOWED;
	if (entry == ITS_ENTRY_NONE)
		return DEVICE;
	if (c->valid && c->event_bits > MAX_EVENT_BITS)
		return SIZE;
	if (i < its->nr_devices)
		unmap_device(m, its, i);
	if (!c->valid) {
		its_device_unmapped(m, its, c->device);
		return NOTHING;
	}
	m->lost |= its->nr_devices == MAX_ITS_DEVICES;
	take_itt(m, c);
	if (!m->lost)
		its->device[its->nr_devices++] = (struct model_its_device){
			.id = c->device, .event_bits = (u8)c->event_bits, .itt = c->itt
		};
	return NOTHING;
}

/* To unmap a collection that has events is UNPREDICTABLE. */
static void unmap_collection(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	unsigned int nr = its_find_collection(its, c->icid);

	if (nr < its->nr_collections)
		its->collection[nr] = its->collection[--its->nr_collections];
	its_unlist_collection(its, c->icid);
	for (unsigned int i = 0; i < m->nr_events; i++) {
		if (!is_event_in(m, its, i, c->icid))
			continue;
		m->lost |= !chosen(m, CHOICE_MAPC_LEAVES_ORPHANS);
		m->event[i].orphan = true;
	}
	its_index(m);
	its_forget_own(m, its);
}

/* Whether LPIs that are pending go with their collection is not said: MOVALL takes them. */
static void move_collection(struct model *m, const struct model_its *its, const struct its_cmd *c)
{
	for (unsigned int i = 0; i < m->nr_events; i++) {
		unsigned int lpi = its_lpi_of(&m->event[i]);

		if (!is_event_in(m, its, i, c->icid) || lpi == MODEL_MAX_LPIS)
			continue;
		m->lost |= its_vcpu_of(m, lpi) >= 0 && its_vcpu_of(m, lpi) != c->pe[0] &&
			   !chosen(m, CHOICE_MAPC_MOVES_PENDING);
		lpi_retargeted(m, lpi, (unsigned int)c->pe[0], RULE_CMD_MAPC);
	}
}

static enum wrong map_collection(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	enum its_entry entry = its_entry(m, its, ITS_COLLECTIONS, c->icid);
	unsigned int i = its_find_collection(its, c->icid);
	int from = i < its->nr_collections ? its->collection[i].vcpu : -1;

	if (!c->valid) {
		m->lost |= c->doubtful && chosen(m, CHOICE_MAPC_UNMAP_CHECKS_PE);
		if (c->pe[0] < 0 && chosen(m, CHOICE_MAPC_UNMAP_CHECKS_PE))
			return PE;
		unmap_collection(m, its, c);
		return entry == ITS_ENTRY_NONE ? COLLECTION : NOTHING;
	}
	/* Events that it has are of another PE now, and where there is none, of this one still. */
	m->lost |= c->is_other || (c->doubtful && (from >= 0 || c->pe[0] < 0));
	if (c->pe[0] < 0)
		return PE;
	m->lost |= entry == ITS_ENTRY_UNFOLLOWED || i == MAX_ITS_COLLECTIONS;
	if (entry == ITS_ENTRY_NONE)
		return COLLECTION;
	if (m->lost)
		return NOTHING;
	its->collection[i] = (struct model_collection){
		.icid = c->icid,
		.vcpu = (u16)c->pe[0],
		.doubtful = c->doubtful,
	};
	its->nr_collections += from < 0;
	its_list_collection(m, its, c->icid);
	move_collection(m, its, c);
	its_index(m);
	return NOTHING;
}

/* What makes MAPTI and MAPI an error, and whether the INTID is known to be none. */
static enum wrong check_mapping(struct model *m, const struct model_its *its,
				const struct its_cmd *c)
{
	const struct model_its_device *d = &its->device[its_find_device(its, c->device)];
	unsigned int nr = its_find_collection(its, c->icid);
	int vcpu = nr < its->nr_collections ? its->collection[nr].vcpu : -1, in_range;
	enum its_entry entry = its_entry(m, its, ITS_COLLECTIONS, c->icid);
	u64 at;

	if (d == its->device + its->nr_devices)
		return DEVICE;
	at = d->itt + ITS_ENTRY_BYTES * c->event;
	if (c->event >> d->event_bits)
		return EVENT;
	/* Where there is no memory there is no entry, or it is lost. */
	if (!mem_is_program(at, ITS_ENTRY_BYTES)) {
		m->lost |= !chosen(m, CHOICE_MAPTI_NEEDS_MEMORY);
		return EVENT;
	}
	in_range = lpi_is_in_range(m, c->intid, vcpu);
	m->lost |= in_range < 0;
	if (!in_range)
		return INTID;
	if (nr < its->nr_collections)
		return NOTHING;
	m->lost |= entry == ITS_ENTRY_UNFOLLOWED;
	return entry == ITS_ENTRY_NONE ? COLLECTION : NOTHING;
}

/*
 * Where DEVIATION_RDBASE_IS_INDEX has another PE for a new event, which pending table
 * is read then is not known, nor where an LPI goes that it shares.
 */
static bool is_doubtfully_mapped(const struct model *m, const struct model_event *new)
{
	unsigned int lpi = its_lpi_of(new);

	for (unsigned int i = 0; i < m->nr_events; i++) {
		const struct model_event *e = &m->event[i];

		if (e->intid == new->intid && its_is_doubtful(m, e) &&
		    (its_shares_lpi(m, e->intid) ||
		     (lpi < MODEL_MAX_LPIS && lpi_is_elsewhere(m, lpi, m->nr_vcpus))))
			return true;
	}
	return false;
}

static enum wrong map_event(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	const struct model_event new = {
		.its = (u8)(its - m->its),
		.icid = c->icid,
		.device = c->device,
		.event = c->event,
		.intid = (u32)c->intid,
	};
	enum wrong wrong = check_mapping(m, its, c);

	if (wrong != NOTHING || m->lost)
		return wrong;
	if (its_find_event(m, its, c->device, c->event) < m->nr_events) {
		/* To map it again is UNPREDICTABLE. */
		m->lost |= !chosen(m, CHOICE_MAPTI_AGAIN_IGNORED);
		return NOTHING;
	}
	its_list_collection(m, its, c->icid);
	its_add_event(m, &new);
	lpi_mapped(m, new.intid, its_event_vcpu(m, &new), its_shares_lpi(m, new.intid));
	m->lost |= is_doubtfully_mapped(m, &new);
	return NOTHING;
}

static enum wrong move_event(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	unsigned int i = its_find_event(m, its, c->device, c->event), lpi;
	unsigned int to = its_find_collection(its, c->icid);
	int from = i < m->nr_events ? its_event_vcpu(m, &m->event[i]) : -1;

	if (i == m->nr_events)
		return EVENT;
	if (from < 0)
		return FROM;
	if (to == its->nr_collections)
		return COLLECTION;
	m->lost |= its_is_doubtful(m, &m->event[i]) || its->collection[to].doubtful;
	m->event[i].icid = c->icid;
	lpi = its_lpi_of(&m->event[i]);
	if (lpi < MODEL_MAX_LPIS)
		lpi_retargeted(m, lpi, its->collection[to].vcpu, RULE_CMD_MOVI);
	its_index(m);
	its_forget_own(m, its);
	return NOTHING;
}

static enum wrong move_all(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	m->lost |= c->doubtful;
	if (c->pe[0] < 0 || c->pe[1] < 0)
		return PE;
	if (c->pe[0] == c->pe[1])
		return NOTHING;
	lpi_moved_all(m, (unsigned int)c->pe[0], (unsigned int)c->pe[1]);
	its_forget_own(m, its);
	return NOTHING;
}

static enum wrong make_pending(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	unsigned int i = its_find_event(m, its, c->device, c->event);

	if (i == m->nr_events)
		return EVENT;
	if (its_event_vcpu(m, &m->event[i]) < 0)
		return FROM;
	its_send(m, i);
	return NOTHING;
}

/* That of an orphan is of the PE that it was mapped to last (CHOICE_MAPC_LEAVES_ORPHANS). */
static enum wrong clear_event(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	unsigned int i = its_find_event(m, its, c->device, c->event), lpi;

	if (i == m->nr_events)
		return EVENT;
	lpi = its_lpi_of(&m->event[i]);
	if (lpi < MODEL_MAX_LPIS && its_vcpu_of(m, lpi) >= 0)
		lpi_cleared(m, lpi, (unsigned int)its_vcpu_of(m, lpi), c->by);
	return NOTHING;
}

static enum wrong discard_event(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	unsigned int i = its_find_event(m, its, c->device, c->event), lpi;
	int vcpu;

	if (i == m->nr_events)
		return EVENT;
	lpi = its_lpi_of(&m->event[i]);
	if (its_event_vcpu(m, &m->event[i]) < 0)
		return FROM;
	m->lost |= its_is_doubtful(m, &m->event[i]);
	vcpu = lpi < MODEL_MAX_LPIS ? its_vcpu_of(m, lpi) : -1;
	if (vcpu >= 0) {
		lpi_discarded(m, lpi, (unsigned int)vcpu);
		/* What another event is still, and is kept, goes where that one goes. */
		m->lost |= its_shares_lpi(m, m->event[i].intid) && lpi_bit(m->lpis[vcpu].kept, lpi);
	}
	its_event_unmapped(m, its, i);
	its_remove_event(m, i);
	its_forget_own(m, its);
	return NOTHING;
}

static enum wrong invalidate_event(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	unsigned int i = its_find_event(m, its, c->device, c->event), lpi;

	if (i == m->nr_events)
		return EVENT;
	lpi = its_lpi_of(&m->event[i]);
	if (lpi == MODEL_MAX_LPIS)
		return NOTHING;
	if (its_vcpu_of(m, lpi) < 0)
		lpi_add_config(m, lpi);
	else
		lpi_invalidate(m, lpi, (unsigned int)its_vcpu_of(m, lpi));
	return NOTHING;
}

/* A PE may read again what is of its other collections, too. */
static enum wrong invalidate_all(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	unsigned int nr = its_find_collection(its, c->icid);

	if (nr == its->nr_collections)
		return COLLECTION;
	for (unsigned int i = 0; i < m->nr_events; i++) {
		unsigned int lpi = its_lpi_of(&m->event[i]), vcpu = its->collection[nr].vcpu;

		if (lpi == MODEL_MAX_LPIS || its_vcpu_of(m, lpi) != (int)vcpu)
			continue;
		if (is_event_in(m, its, i, c->icid))
			lpi_invalidate(m, lpi, vcpu);
		else
			lpi_invalidated_elsewhere(m, lpi, vcpu);
	}
	return NOTHING;
}

static enum wrong synchronise(struct model *m, struct model_its *its, const struct its_cmd *c)
{
	(void)m;
	(void)its;
	return c->pe[0] < 0 ? PE : NOTHING;
}

static enum wrong (*const performs[NR_ITS_CMDS])(struct model *m, struct model_its *its,
						 const struct its_cmd *c) = {
	[ITS_CMD_MAPD] = map_device,	   [ITS_CMD_MAPC] = map_collection,
	[ITS_CMD_MAPTI] = map_event,	   [ITS_CMD_MAPI] = map_event,
	[ITS_CMD_MOVI] = move_event,	   [ITS_CMD_MOVALL] = move_all,
	[ITS_CMD_INT] = make_pending,	   [ITS_CMD_CLEAR] = clear_event,
	[ITS_CMD_DISCARD] = discard_event, [ITS_CMD_INV] = invalidate_event,
	[ITS_CMD_INVALL] = invalidate_all, [ITS_CMD_SYNC] = synchronise,
};

/*
 * Does a command act on what is mapped by DEVIATION_TABLE_CHANGE_KEEPS alone?  It is
 * mapped anew by MAPD and by MAPC to the same PE; more is not followed.
 */
static bool acts_on_kept(const struct model *m, const struct model_its *its,
			 const struct its_cmd *c)
{
	const struct model_event e = {
		.its = (u8)(its - m->its), .icid = c->icid, .device = c->device, .event = c->event
	};
	unsigned int nr = its_find_collection(its, c->icid);
	unsigned int event = its_find_event(m, its, c->device, c->event);

	switch (c->id) {
	case ITS_CMD_MAPD:
	case ITS_CMD_MOVALL:
	case ITS_CMD_SYNC:
	case NR_ITS_CMDS:
		return false;
	case ITS_CMD_MAPC:
	case ITS_CMD_INVALL:
		return nr < its->nr_collections && its->collection[nr].kept &&
		       (c->id == ITS_CMD_INVALL || its->collection[nr].vcpu != c->pe[0]);
	default:
		return its_event_is_kept(m, &e) ||
		       (event < m->nr_events && its_event_is_kept(m, &m->event[event]));
	}
}

static void perform(struct model *m, struct model_its *its, unsigned int by, const u64 *cmd)
{
	enum rule_id rule = RULE_CMD_UNKNOWN;
	enum wrong wrong = PE;
	struct its_cmd c;

	if (!decode(m, cmd, &c)) {
		m->lost = true;
		return;
	}
	c.by = by;
	m->lost |= acts_on_kept(m, its, &c);
	if (c.id != NR_ITS_CMDS) {
		wrong = performs[c.id](m, its, &c);
		rule = rules[c.id][wrong];
	}
	m->lost |= wrong != NOTHING && !chosen(m, CHOICE_COMMAND_ERRORS_SKIPPED);
	its->last_rule = rule;
}

/* Return: whether there is one in memory, and it is known. */
static bool fetch(struct model *m, const struct model_its *its, u64 *cmd)
{
	u64 at = its_queue_at(its) + its->creadr, known = ~0ULL, word_known;
	enum its_entry there = its_memory_at(m, at, ITS_CMD_BYTES);

	m->lost |= there == ITS_ENTRY_UNFOLLOWED;
	if (there != ITS_ENTRY_THERE)
		return false;
	for (unsigned int i = 0; i < ITS_CMD_WORDS; i++) {
		cmd[i] = mem_u64(m, at + 8ULL * i, &word_known);
		known &= word_known;
	}
	m->lost |= ~known != 0;
	return !m->lost;
}

/**
 * its_run_commands() - perform what is between GITS_CREADR and GITS_CWRITER
 * @m:   the model
 * @its: the ITS, which does nothing while it is disabled
 * @by:  number of the PE whose write makes it, or that of none
 */
void its_run_commands(struct model *m, struct model_its *its, unsigned int by)
{
	while (!m->lost && its->enabled && its->creadr != its->cwriter) {
		u64 cmd[ITS_CMD_WORDS];

		its->last_rule = RULE_ITS_QUEUE;
		if (fetch(m, its, cmd))
			perform(m, its, by, cmd);
		its->creadr = (u32)((its->creadr + ITS_CMD_BYTES) % its_queue_bytes(its));
	}
}
