// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS, as far as LPIs need one: its device, its registers, its commands in
 * well-formed use and MSIs (IHI 0069H 5.2, 5.3, 12.19; arm-vgic-its.rst; api.rst
 * KVM_SIGNAL_MSI).  What is malformed or beyond that is not followed.
 */
#include <errno.h>
#include <string.h>

#include "lib/model/state.h"
#include "lib/regs/its_cmd.h"

#define ITS_ENTRY_BYTES 8ULL /* of all its tables (arm-vgic-its.rst, ITS Table ABI) */
#define MAX_EVENT_BITS 16
#define QUEUE_PAGE_BYTES 4096
#define DOORBELL GITS_TRANSLATER_OFFSET
#define ID_REGISTERS 0xffd0 /* to the end of the control frame (IHI 0069H ITS register map) */
#define MSI_VALID_DEVID 1 /* KVM_MSI_VALID_DEVID */

enum { DEVICES, COLLECTIONS, NR_ITS_TABLES }; /* in model_its.baser */

/**
 * its_reset() - a VM has an ITS from now on (arm-vgic-its.rst, ITS Reset State)
 * @m: the model
 */
void its_reset(struct model *m)
{
	memset(&m->its, 0, sizeof(m->its));
	memset(m->lpis, 0, m->nr_vcpus * sizeof(m->lpis[0]));
	/* Registers that did not exist are as after reset, which is not said of these. */
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		memset(m->vcpu[i].lpi_table_known, 0, sizeof(m->vcpu[i].lpi_table_known));
	m->its.base = ADDR_UNSET;
	m->its.cwriter_known = true;
}

/**
 * its_vcpu_of() - the PE that an LPI goes to
 * @m:   of a VM with an ITS
 * @lpi: number from FIRST_LPI
 *
 * Return: its number, or -1 if no event is this LPI.
 */
int its_vcpu_of(const struct model *m, unsigned int lpi)
{
	const struct model_event *e = &m->its.event[lpi];

	for (unsigned int i = 0; e->mapped && i < m->its.nr_collections; i++) {
		if (m->its.collection[i].icid == e->icid)
			return m->its.collection[i].vcpu;
	}
	return -1;
}

/**
 * its_forget_translations() - what the ITS has cached of translations is dropped
 * @m: of a VM with an ITS
 */
void its_forget_translations(struct model *m)
{
	for (unsigned int lpi = 0; lpi < MODEL_MAX_LPIS; lpi++)
		m->its.event[lpi].arrived = false;
}

/* The LPI of an event, or MODEL_MAX_LPIS. */
static unsigned int lpi_of(const struct model *m, u64 device, u64 event)
{
	unsigned int lpi = 0;

	while (lpi < MODEL_MAX_LPIS &&
	       !(m->its.event[lpi].mapped && m->its.event[lpi].device == device &&
		 m->its.event[lpi].event == event))
		lpi++;
	return lpi;
}

static unsigned int find_device(const struct model *m, u64 id)
{
	unsigned int i = 0;

	while (i < m->its.nr_devices && m->its.device[i].id != id)
		i++;
	return i;
}

static unsigned int find_collection(const struct model *m, u64 icid)
{
	unsigned int i = 0;

	while (i < m->its.nr_collections && m->its.collection[i].icid != icid)
		i++;
	return i;
}

static bool has_events(const struct model *m, bool of_device, u64 id)
{
	for (unsigned int lpi = 0; lpi < MODEL_MAX_LPIS; lpi++) {
		const struct model_event *e = &m->its.event[lpi];

		if (e->mapped && (of_device ? e->device : e->icid) == id)
			return true;
	}
	return false;
}

/* Bytes of a table, in pages of the size that was written. */
static u64 table_bytes(u64 baser)
{
	static const u64 page_bytes[] = { 0x1000, 0x4000, 0x10000, 0 };

	return (reg_field_get(FIELD_GITS_BASER_Size, baser) + 1) *
	       page_bytes[reg_field_get(FIELD_GITS_BASER_Page_Size, baser)];
}

static u64 table_at(u64 baser)
{
	return baser & reg_field_mask(FIELD_GITS_BASER_Physical_Address);
}

/*
 * Does a flat table in memory have an entry of this number?  If all pages are of
 * 64 KiB, bits 15:12 of its address are bits 51:48 (IHI 0069H GITS_BASER<n>).
 */
static bool table_holds(u64 baser, u64 number)
{
	return reg_field_get(FIELD_GITS_BASER_Valid, baser) && !(baser & bits_mask(15, 12)) &&
	       !reg_field_get(FIELD_GITS_BASER_Indirect, baser) &&
	       mem_is_program(table_at(baser), table_bytes(baser)) &&
	       number < table_bytes(baser) / ITS_ENTRY_BYTES;
}

static bool map_device(struct model *m, const u64 *cmd)
{
	u64 id = its_cmd_get(cmd, ITS_FIELD_MAPD_DeviceID);
	u64 bits = its_cmd_get(cmd, ITS_FIELD_MAPD_Size) + 1;
	u64 itt = its_cmd_get(cmd, ITS_FIELD_MAPD_ITT_addr);
	unsigned int i = find_device(m, id);

	if (!table_holds(m->its.baser[DEVICES], id) || has_events(m, true, id))
		return false;
	if (!its_cmd_get(cmd, ITS_FIELD_MAPD_V)) {
		if (i < m->its.nr_devices)
			m->its.device[i] = m->its.device[--m->its.nr_devices];
		return true;
	}
	if (bits > MAX_EVENT_BITS || i < m->its.nr_devices || i == MAX_ITS_DEVICES ||
	    !mem_is_program(itt, ITS_ENTRY_BYTES << bits))
		return false;
	mem_forget(m, itt, ITS_ENTRY_BYTES << bits);
	m->its.device[m->its.nr_devices++] =
		(struct model_its_device){ .id = (u32)id, .nr_events = 1u << bits };
	return true;
}

static bool map_collection(struct model *m, const u64 *cmd)
{
	u64 icid = its_cmd_get(cmd, ITS_FIELD_MAPC_ICID);
	u64 vcpu = its_cmd_get(cmd, ITS_FIELD_MAPC_RDbase);
	unsigned int i = find_collection(m, icid);
	bool known = i < m->its.nr_collections;

	if (!table_holds(m->its.baser[COLLECTIONS], icid))
		return false;
	if (!its_cmd_get(cmd, ITS_FIELD_MAPC_V)) {
		if (has_events(m, false, icid))
			return false;
		if (known)
			m->its.collection[i] = m->its.collection[--m->its.nr_collections];
		return true;
	}
	/* The number of a PE is its vcpu_id (CHOICE_PROCNUM_IS_ID). */
	if (vcpu >= m->nr_vcpus || m->vcpu[vcpu].id != vcpu || i == MAX_ITS_COLLECTIONS ||
	    (known && m->its.collection[i].vcpu != vcpu && has_events(m, false, icid)))
		return false;
	m->its.collection[i] = (struct model_collection){ .icid = (u16)icid, .vcpu = (u16)vcpu };
	m->its.nr_collections += !known;
	return true;
}

static bool map_event(struct model *m, const u64 *cmd)
{
	u64 device = its_cmd_get(cmd, ITS_FIELD_MAPTI_DeviceID);
	u64 event = its_cmd_get(cmd, ITS_FIELD_MAPTI_EventID);
	u64 icid = its_cmd_get(cmd, ITS_FIELD_MAPTI_ICID);
	u64 lpi = its_cmd_get(cmd, ITS_FIELD_MAPTI_pINTID) - FIRST_LPI;
	unsigned int d = find_device(m, device), c = find_collection(m, icid);

	if (d == m->its.nr_devices || event >= m->its.device[d].nr_events ||
	    c == m->its.nr_collections || lpi >= MODEL_MAX_LPIS || m->its.event[lpi].mapped ||
	    lpi_of(m, device, event) < MODEL_MAX_LPIS ||
	    !lpi_is_in_range(m, lpi, m->its.collection[c].vcpu))
		return false;
	m->its.event[lpi] = (struct model_event){
		.mapped = true,
		.icid = (u16)icid,
		.device = (u32)device,
		.event = (u32)event,
	};
	m->lost |= lpi_is_kept(m, (unsigned int)lpi, m->its.collection[c].vcpu);
	lpi_mapped(m, (unsigned int)lpi, m->its.collection[c].vcpu);
	return true;
}

/* Commands that name an event: INT, CLEAR, INV and DISCARD have it at the same place. */
static bool command_event(struct model *m, const u64 *cmd, enum its_cmd_id id)
{
	unsigned int lpi = lpi_of(m, its_cmd_get(cmd, ITS_FIELD_INT_DeviceID),
				  its_cmd_get(cmd, ITS_FIELD_INT_EventID));
	unsigned int vcpu;

	if (lpi == MODEL_MAX_LPIS)
		return false;
	vcpu = (unsigned int)its_vcpu_of(m, lpi);
	if (id == ITS_CMD_INV)
		lpi_invalidate(m, lpi, vcpu);
	else if (id == ITS_CMD_DISCARD)
		lpi_discarded(m, lpi, vcpu);
	else
		lpi_set_pending(m, lpi, vcpu, id == ITS_CMD_INT);
	m->its.event[lpi].mapped = id != ITS_CMD_DISCARD;
	m->its.event[lpi].arrived |= id == ITS_CMD_INT && m->vcpu[vcpu].lpis_enabled;
	if (id == ITS_CMD_DISCARD)
		its_forget_translations(m);
	return true;
}

static bool invalidate_collection(struct model *m, const u64 *cmd)
{
	u64 icid = its_cmd_get(cmd, ITS_FIELD_INVALL_ICID);
	unsigned int c = find_collection(m, icid);

	if (c == m->its.nr_collections)
		return false;
	for (unsigned int lpi = 0; lpi < MODEL_MAX_LPIS; lpi++) {
		if (m->its.event[lpi].mapped && m->its.event[lpi].icid == icid)
			lpi_invalidate(m, lpi, m->its.collection[c].vcpu);
	}
	return true;
}

/* Return: whether the command is one that the model follows. */
static bool do_command(struct model *m, const u64 *cmd)
{
	enum its_cmd_id id = its_cmd_find(cmd[0]);

	switch (id) {
	case ITS_CMD_MAPD:
		return map_device(m, cmd);
	case ITS_CMD_MAPC:
		return map_collection(m, cmd);
	case ITS_CMD_MAPTI:
		return map_event(m, cmd);
	case ITS_CMD_INT:
	case ITS_CMD_CLEAR:
	case ITS_CMD_INV:
	case ITS_CMD_DISCARD:
		return command_event(m, cmd, id);
	case ITS_CMD_INVALL:
		return invalidate_collection(m, cmd);
	case ITS_CMD_SYNC:
		return its_cmd_get(cmd, ITS_FIELD_SYNC_RDbase) < m->nr_vcpus;
	default: /* those of a complete ITS */
		return false;
	}
}

static u64 queue_at(const struct model *m)
{
	return m->its.cbaser & reg_field_mask(FIELD_GITS_CBASER_Physical_Address);
}

static u64 queue_bytes(const struct model *m)
{
	return (reg_field_get(FIELD_GITS_CBASER_Size, m->its.cbaser) + 1) * QUEUE_PAGE_BYTES;
}

/* Performs what is between GITS_CREADR and GITS_CWRITER. */
static void run_commands(struct model *m)
{
	struct model_its *its = &m->its;

	while (!m->lost && its->enabled && its->creadr != its->cwriter) {
		u64 cmd[ITS_CMD_WORDS], known = ~0ULL, word_known;

		for (unsigned int i = 0; i < ITS_CMD_WORDS; i++) {
			cmd[i] = mem_u64(m, queue_at(m) + its->creadr + 8ULL * i, &word_known);
			known &= word_known;
		}
		m->lost |= ~known || !do_command(m, cmd);
		its->creadr = (u32)((its->creadr + ITS_CMD_BYTES) % queue_bytes(m));
	}
}

static void enable_its(struct model *m)
{
	struct model_its *its = &m->its;

	if (!reg_field_get(FIELD_GITS_CBASER_Valid, its->cbaser) || !its->cwriter_known ||
	    its->cwriter >= queue_bytes(m) || queue_at(m) & bits_mask(15, 12) ||
	    !mem_is_program(queue_at(m), queue_bytes(m)) || !table_holds(its->baser[DEVICES], 0) ||
	    !table_holds(its->baser[COLLECTIONS], 0)) {
		m->lost = true;
		return;
	}
	its->enabled = true;
	for (unsigned int i = 0; i < NR_ITS_TABLES; i++)
		mem_forget(m, table_at(its->baser[i]), table_bytes(its->baser[i]));
	run_commands(m);
}

static void read_ctlr(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	(void)a;
	(void)want;
	val->rule = RULE_ITS_CTLR;
	/* Whether it is quiescent while commands wait is not said. */
	val->known = reg_field_mask(FIELD_GITS_CTLR_Enabled) |
		     reg_field_mask(FIELD_GITS_CTLR_RES0_30_9) |
		     reg_field_mask(FIELD_GITS_CTLR_RES0_3_2) | ~0xffffffffULL;
	val->value = reg_field_put(FIELD_GITS_CTLR_Enabled, m->its.enabled);
	if (m->its.enabled || m->its.creadr != m->its.cwriter || !chosen(m, CHOICE_ITS_SYNCHRONOUS))
		return;
	val->known |= reg_field_mask(FIELD_GITS_CTLR_Quiescent);
	val->value |= reg_field_mask(FIELD_GITS_CTLR_Quiescent);
}

/* The model does not follow an ITS that does its work some time later. */
static void write_ctlr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	bool enable = reg_field_get(FIELD_GITS_CTLR_Enabled, value);

	(void)a;
	(void)mask;
	m->lost |= !m->its.initialised || !chosen(m, CHOICE_ITS_SYNCHRONOUS);
	if (enable && !m->its.enabled)
		enable_its(m);
	else if (!enable)
		its_forget_translations(m);
	m->its.enabled = enable;
}

static void read_typer(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	(void)a;
	(void)want;
	val->rule = RULE_ITS_TYPER;
	val->known = reg_field_mask(FIELD_GITS_TYPER_Physical);
	val->value = reg_field_mask(FIELD_GITS_TYPER_Physical);
	if (chosen(m, CHOICE_RDBASE_IS_NUMBER))
		val->known |= reg_field_mask(FIELD_GITS_TYPER_PTA);
}

/* Bits of an address that need not be implemented, or must be zero. */
#define ODD_ADDRESS_BITS (bits_mask(51, 48) | bits_mask(15, 12))

/* Its memory attributes may be fixed. */
static void read_cbaser(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	(void)a;
	(void)want;
	val->rule = RULE_ITS_CBASER;
	val->known = reg_field_mask(FIELD_GITS_CBASER_Valid) |
		     reg_field_mask(FIELD_GITS_CBASER_Physical_Address) |
		     reg_field_mask(FIELD_GITS_CBASER_Size);
	val->known &= ~(m->its.cbaser & ODD_ADDRESS_BITS);
	val->value = m->its.cbaser & val->known;
}

static void write_cbaser(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its;

	(void)a;
	m->lost |= its->enabled; /* which is UNPREDICTABLE */
	its->cbaser = (its->cbaser & ~mask) | (value & mask);
	its->creadr = 0;
	its->cwriter_known &= !its->cwriter;
}

static void read_cwriter(const struct model *m, const struct access *a, struct expect *want,
			 struct expect_val *val)
{
	(void)a;
	(void)want;
	val->rule = RULE_ITS_QUEUE;
	val->known = ~(reg_field_mask(FIELD_GITS_CWRITER_Retry) |
		       (m->its.cwriter_known ? 0 : reg_field_mask(FIELD_GITS_CWRITER_Offset)));
	val->value = m->its.cwriter;
}

/* An offset beyond the queue is UNPREDICTABLE. */
static void write_cwriter(struct model *m, const struct access *a, u64 value, u64 mask)
{
	struct model_its *its = &m->its;
	u64 offset = reg_field_mask(FIELD_GITS_CWRITER_Offset);

	(void)a;
	if (!(mask & offset))
		return;
	its->cwriter = (u32)(value & offset);
	its->cwriter_known = true;
	m->lost |= !chosen(m, CHOICE_ITS_SYNCHRONOUS) || its->cwriter >= queue_bytes(m);
	run_commands(m);
}

static void read_creadr(const struct model *m, const struct access *a, struct expect *want,
			struct expect_val *val)
{
	(void)a;
	(void)want;
	val->rule = RULE_ITS_QUEUE;
	val->known = ~0ULL;
	val->value = m->its.creadr;
}

/* A guest cannot write it; what userspace restores is where the queue goes on. */
static void write_creadr(struct model *m, const struct access *a, u64 value, u64 mask)
{
	if (!a->user)
		return;
	(void)mask;
	m->its.creadr = (u32)(value & reg_field_mask(FIELD_GITS_CREADR_Offset));
	m->lost |= m->its.enabled || m->its.creadr >= queue_bytes(m);
}

/* Which tables there are is IMPLEMENTATION DEFINED; the memory attributes may be fixed. */
static void read_baser(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	static const u64 types[NR_ITS_TABLES] = { [DEVICES] = 1, [COLLECTIONS] = 4 };
	u64 baser;

	(void)want;
	val->rule = RULE_ITS_BASER;
	if (!chosen(m, CHOICE_ITS_TWO_TABLES))
		return;
	if (a->at.index >= NR_ITS_TABLES) {
		val->known = ~0ULL;
		return;
	}
	baser = m->its.baser[a->at.index];
	val->known = reg_field_mask(FIELD_GITS_BASER_Valid) |
		     reg_field_mask(FIELD_GITS_BASER_Type) |
		     reg_field_mask(FIELD_GITS_BASER_Entry_Size) |
		     reg_field_mask(FIELD_GITS_BASER_Size) | bits_mask(47, 16);
	val->value = baser & (reg_field_mask(FIELD_GITS_BASER_Valid) |
			      reg_field_mask(FIELD_GITS_BASER_Size) | bits_mask(47, 16));
	val->value |= reg_field_put(FIELD_GITS_BASER_Type, types[a->at.index]) |
		      reg_field_put(FIELD_GITS_BASER_Entry_Size, ITS_ENTRY_BYTES - 1);
	/* A table whose register says that it is not there has no size. */
	if (!reg_field_get(FIELD_GITS_BASER_Valid, baser))
		val->known &= ~(reg_field_mask(FIELD_GITS_BASER_Size) | bits_mask(47, 16));
}

static void write_baser(struct model *m, const struct access *a, u64 value, u64 mask)
{
	u64 *baser;

	m->lost |= m->its.enabled || !chosen(m, CHOICE_ITS_TWO_TABLES);
	if (a->at.index >= NR_ITS_TABLES)
		return;
	baser = &m->its.baser[a->at.index];
	m->lost |= (*baser ^ value) & mask && (m->its.nr_devices || m->its.nr_collections);
	*baser = (*baser & ~mask) | (value & mask);
}

static void read_pidr2(const struct model *m, const struct access *a, struct expect *want,
		       struct expect_val *val)
{
	(void)a;
	(void)want;
	redist_read_pidr2(m, val);
}

static void read_iidr(const struct model *m, const struct access *a, struct expect *want,
		      struct expect_val *val)
{
	(void)m;
	(void)a;
	(void)want;
	val->rule = RULE_DIST_IIDR;
}

static void check_iidr(const struct model *m, const struct access *a, u64 value,
		       struct expect *want)
{
	(void)m;
	(void)a;
	(void)value;
	/* Userspace may only confirm it, and what it is the model does not know. */
	allow_done(want, RULE_ITS_REGS);
	allow_error(want, EINVAL, RULE_ITS_REGS);
}

/*
 * It is to be restored after GITS_CBASER and before the ITS is enabled
 * (arm-vgic-its.rst).  What is beyond the queue may be refused.
 */
static void check_creadr(const struct model *m, const struct access *a, u64 value,
			 struct expect *want)
{
	bool beyond = (value & reg_field_mask(FIELD_GITS_CREADR_Offset)) >= queue_bytes(m);

	(void)a;
	if (!m->its.enabled && !beyond)
		return;
	allow_done(want, RULE_ITS_REGS);
	if (m->its.enabled)
		allow_usual_error(m, want, EBUSY, RULE_ITS_REGS);
	if (beyond)
		allow_usual_error(m, want, EINVAL, RULE_ITS_REGS);
}

/* Which device a guest's own store is of is IMPLEMENTATION DEFINED. */
static void write_translater(struct model *m, const struct access *a, u64 value, u64 mask)
{
	(void)a;
	(void)value;
	(void)mask;
	m->lost = true;
}

static const struct reg_behaviour behaviours[NR_REGS] = {
	[REG_GITS_CTLR] = { .read = read_ctlr, .write = write_ctlr },
	[REG_GITS_IIDR] = { .read = read_iidr, .check = check_iidr },
	[REG_GITS_TYPER] = { .read = read_typer },
	[REG_GITS_CBASER] = { .read = read_cbaser, .write = write_cbaser },
	[REG_GITS_CWRITER] = { .read = read_cwriter, .write = write_cwriter },
	[REG_GITS_CREADR] = { .read = read_creadr, .check = check_creadr, .write = write_creadr },
	[REG_GITS_BASER] = { .read = read_baser, .write = write_baser },
	[REG_GITS_PIDR2] = { .read = read_pidr2 },
	[REG_GITS_TRANSLATER] = { .write = write_translater },
};

/**
 * its_behaviour() - what a register of the ITS does
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL if the register is not modelled here.
 */
const struct reg_behaviour *its_behaviour(enum reg_id reg)
{
	const struct reg_behaviour *b = &behaviours[reg];

	return b->read || b->write ? b : NULL;
}

/**
 * its_overlaps() - is the ITS over another frame or over memory?
 * @m: the model
 *
 * What happens then is not followed.
 *
 * Return: whether.
 */
bool its_overlaps(const struct model *m)
{
	u64 base = m->its.base, dist = m->addr[ADDR_V3_DIST];

	if (!m->has_its || base == ADDR_UNSET)
		return false;
	for (unsigned int i = 0; i < m->nr_regions; i++) {
		if (ranges_overlap(base, GITS_BYTES, m->region[i].base,
				   region_bytes(m, &m->region[i], 0)))
			return true;
	}
	return (dist != ADDR_UNSET && ranges_overlap(base, GITS_BYTES, dist, GICD_BYTES)) ||
	       ranges_overlap(base, GITS_BYTES, PROG_RAM_BASE, PROG_RAM_BYTES) ||
	       ranges_overlap(base, GITS_BYTES, PROG_MEM_BASE, PROG_MEM_BYTES);
}

/**
 * expect_its_reach() - faults of userspace's access to a register of the ITS
 * @m:     the model
 * @where: the register's place
 * @want:  receives them
 *
 * Return: whether the access reaches a register.
 */
bool expect_its_reach(const struct model *m, u64 where, struct expect *want)
{
	bool is_id = place_offset(where) >= ID_REGISTERS && place_offset(where) % 4 == 0;
	struct reg_at at;

	if (!m->has_its) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return false;
	}
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (!m->vcpu[i].held)
			continue;
		allow_error(want, EBUSY, RULE_ITS_REGS_RUNNING);
		break;
	}
	reg_find_at(where, &at);
	if (at.reg < 0 || !its_behaviour((enum reg_id)at.reg) || at.byte ||
	    reg_desc((enum reg_id)at.reg)->user == USER_NONE) {
		/* Offsets are of 64 bits, but those of some registers are not. */
		if (is_id && !want->nr_alts)
			allow_done(want, RULE_ITS_REGS);
		if (place_offset(where) % 8)
			allow_error(want, EINVAL, RULE_ITS_REGS_UNALIGNED);
		allow_error(want, ENXIO, RULE_ITS_REGS_UNSUPPORTED);
		/* Which ID registers there are is IMPLEMENTATION DEFINED. */
		return want->alt[0].status == OP_DONE;
	}
	if (want->nr_alts)
		return false;
	/* Whether there are registers before there is an address is not said. */
	if (m->its.base == ADDR_UNSET) {
		allow_done(want, RULE_ITS_REGS_UNPLACED);
		allow_error(want, ENXIO, RULE_ITS_REGS_UNPLACED);
	}
	return true;
}

/**
 * expect_create_its() - KVM_CREATE_DEVICE of an ITS
 * @m:    the model
 * @op:   OP_CREATE_ITS
 * @want: filled in
 */
void expect_create_its(const struct model *m, const struct op *op, struct expect *want)
{
	(void)op;
	allow_done(want, RULE_ITS_CREATE);
	/* Without a vGIC, or with vCPUs that have run, it may fail. */
	if (!m->has_vgic || m->mapped)
		allow_error(want, EXPECT_ANY_ERRNO, RULE_ITS_CREATE);
}

/**
 * commit_create_its() - an ITS was created
 * @m:    the model
 * @op:   OP_CREATE_ITS
 * @seen: what came
 *
 * The operations name the first one; others have no address.
 */
void commit_create_its(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)op;
	(void)seen;
	m->lost |= !m->has_vgic;
	if (m->has_its) {
		if (deviates(m, DEVIATION_PROPBASER_RESET))
			lpi_tables_may_be_reset(m);
		return;
	}
	m->has_its = true;
	its_reset(m);
}

/**
 * expect_set_its_addr() - the address of the ITS
 * @m:    the model
 * @op:   OP_SET_ITS_ADDR
 * @want: filled in
 */
void expect_set_its_addr(const struct model *m, const struct op *op, struct expect *want)
{
	u64 base = op_arg(op, ARG_SET_ITS_ADDR_base), end = 1ULL << m->config.ipa_bits;

	if (!m->has_its) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	if (m->its.base != ADDR_UNSET)
		allow_error(want, EEXIST, RULE_ITS_ADDR_EXISTS);
	if (base % GITS_ALIGN)
		allow_error(want, EINVAL, RULE_ITS_ADDR_ALIGN);
	if (base >= end || GITS_BYTES > end - base)
		allow_error(want, E2BIG, RULE_ITS_ADDR_IPA);
	if (!want->nr_alts)
		allow_done(want, RULE_ITS_ADDR);
}

/**
 * commit_set_its_addr() - the ITS was placed
 * @m:    the model
 * @op:   OP_SET_ITS_ADDR
 * @seen: what came
 */
void commit_set_its_addr(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)seen;
	m->its.base = op_arg(op, ARG_SET_ITS_ADDR_base);
}

/**
 * expect_init_its() - KVM_DEV_ARM_VGIC_CTRL_INIT of the ITS
 * @m:    the model
 * @op:   OP_INIT_ITS
 * @want: filled in
 */
void expect_init_its(const struct model *m, const struct op *op, struct expect *want)
{
	(void)op;
	if (!m->has_its) {
		allow(want, OP_NO_OBJECT, 0, RULE_NO_OBJECT);
		return;
	}
	allow_done(want, RULE_ITS_INIT);
	/* What must have been done before is not said. */
	if (m->its.base == ADDR_UNSET || !m->initialised)
		allow_error(want, ENXIO, RULE_ITS_INIT);
	for (unsigned int i = 0; i < m->nr_vcpus; i++) {
		if (!m->vcpu[i].held)
			continue;
		allow_error(want, EBUSY, RULE_ITS_INIT);
		break;
	}
}

/**
 * commit_init_its() - the ITS was initialised
 * @m:    the model
 * @op:   OP_INIT_ITS
 * @seen: what came
 */
void commit_init_its(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)op;
	(void)seen;
	m->its.initialised = true;
}

/* The LPI that an MSI is of, or MODEL_MAX_LPIS. */
static unsigned int lpi_of_msi(const struct model *m, const struct op *op)
{
	return lpi_of(m, op_arg(op, ARG_SIGNAL_MSI_devid), op_arg(op, ARG_SIGNAL_MSI_data));
}

/* Errors of an MSI itself, whatever the guest has set up. */
static void expect_msi_errors(const struct model *m, const struct op *op, struct expect *want)
{
	u64 flags = op_arg(op, ARG_SIGNAL_MSI_flags);

	if (m->its.base == ADDR_UNSET || op_arg(op, ARG_SIGNAL_MSI_at) != m->its.base + DOORBELL)
		allow_usual_error(m, want, EINVAL, RULE_MSI_ADDRESS);
	if (!(flags & MSI_VALID_DEVID) || flags & ~(u64)MSI_VALID_DEVID)
		allow_usual_error(m, want, EINVAL, RULE_MSI_DEVID);
	/* No ITS is where it could be looked for. */
	if (m->its.base == ADDR_UNSET)
		allow_usual_error(m, want, ENODEV, RULE_MSI_ADDRESS);
}

/* Return: whether deviations take an MSI that is to fail, which is not allowed then. */
static bool expect_msi_deviation(const struct model *m, const struct op *op, struct expect *want)
{
	u64 at = op_arg(op, ARG_SIGNAL_MSI_at), flags = op_arg(op, ARG_SIGNAL_MSI_flags);
	unsigned int lpi = lpi_of_msi(m, op);
	bool elsewhere = at != m->its.base + DOORBELL;
	bool cached = lpi < MODEL_MAX_LPIS && m->its.event[lpi].arrived;
	enum deviation_id d = DEVIATION_MSI_ANY_ADDRESS;

	if (!flags)
		d = elsewhere ? DEVIATION_MSI_DEVID_ANYWHERE : DEVIATION_MSI_DEVID_IGNORED;
	if (m->its.base == ADDR_UNSET || at - m->its.base >= GITS_BYTES ||
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
	unsigned int lpi;

	if (!m->has_its) {
		/* Only an ITS takes MSIs. */
		allow_usual_error(m, want, EINVAL, RULE_MSI_NO_ITS);
		if (m->has_vgic)
			allow_usual_error(m, want, ENODEV, RULE_MSI_NO_ITS);
		return;
	}
	expect_msi_errors(m, op, want);
	if (want->nr_alts && !expect_msi_deviation(m, op, want))
		return;
	lpi = m->its.enabled ? lpi_of_msi(m, op) : MODEL_MAX_LPIS;
	if (lpi < MODEL_MAX_LPIS && m->vcpu[its_vcpu_of(m, lpi)].lpis_enabled) {
		allow_done(want, RULE_MSI);
		expect_value(want, 1, ~0ULL, RULE_MSI);
		return;
	}
	allow_done(want, RULE_MSI_BLOCKED);
	expect_value(want, 0, ~0ULL, RULE_MSI_BLOCKED);
	/* What is turned off as a whole may be an error. */
	if (!m->its.enabled || lpi < MODEL_MAX_LPIS)
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
	unsigned int lpi = m->has_its && m->its.enabled ? lpi_of_msi(m, op) : MODEL_MAX_LPIS;

	if (lpi == MODEL_MAX_LPIS)
		return;
	m->its.event[lpi].arrived |= seen->nr_vals && seen->val[0];
	lpi_set_pending(m, lpi, (unsigned int)its_vcpu_of(m, lpi), true);
}
