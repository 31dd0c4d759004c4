/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model's state, private to lib/model: what the documents name, in one
 * block.
 */
#ifndef LIB_MODEL_STATE_H
#define LIB_MODEL_STATE_H

#include "lib/model/model.h"

#define MODEL_MAX_VCPUS 1024 /* vcpu_ids of the language */
#define MODEL_MAX_REGIONS 4096 /* 12 bits of region index */
#define ADDR_UNSET (~0ULL)

#define NR_SGIS 16
#define NR_PRIVATE 32 /* SGIs and PPIs */
#define MODEL_MAX_IRQS 1024
#define NR_SPI_BANKS (MODEL_MAX_IRQS / 32 - 1)
#define MAX_ACTIVE 128 /* levels of preemption */
#define SGI_FROM_NONE 0xff /* software made it active */
#define ACTIVE_ON_NONE 0xff /* no PE: it has no target */
#define MODEL_MAX_LPIS 256 /* from FIRST_LPI; a program that uses others is not followed */
#define FIRST_LPI 8192
#define MAX_LPI_CONFIGS 4 /* that may be cached of an LPI */
#define MAX_ITS_DEVICES 16
#define MAX_ITS_COLLECTIONS 16
#define MAX_ITS_EVENTS 256 /* of all ITSs */
#define MEM_PAGE_BYTES 512
#define MEM_PAGE_WORDS (MEM_PAGE_BYTES / 8)
#define NR_MEM_PAGES (PROG_MEM_BYTES / MEM_PAGE_BYTES)
#define MAX_MEM_PAGES 254 /* that are written to */
#define MAX_ENDED 64 /* that a guest remembers: guest_code/abi.h */

#define INTID_GROUP1 1022 /* of another group, GICv2 only */
#define INTID_NONE 1023
#define PRIORITY_IDLE 0xff
#define TARGET_NONE 0xffffffff /* no such affinity */

/*
 * Thirty-two interrupts, a bit each, lowest INTID first (IHI 0069H 4.1.2
 * Interrupt states; GICD_I*R).  The pending state of a level-sensitive one is
 * the latch, which software writes, or the line.
 */
struct model_bank {
	u32 group, enable, latch, line, active;
	u32 edge; /* config: 1 is edge-triggered */
	u32 routed; /* software has written the route */
	u32 raised; /* what devices gave last, whether the line counts or not */
	/*
	 * What known deviations may have made of them: pending and not looked at, moved
	 * away from a PE that has not run since, active still, pending or not pending
	 * against the latch, not active any more, signalled although disabled, not
	 * counted among those that another PE may deactivate, pending again although
	 * they were cleared.
	 */
	u32 unseen, moved, stuck, soft, loose, slipped, uncounted, back;
	u32 forced; /* software made them active, and has not made them inactive */
	u32 open; /* pending or not: configured while enabled, which is UNPREDICTABLE */
	/*
	 * Of timers, whose interrupts are open, too: that software or userspace has made
	 * pending or active; whose outputs the PE may not have seen since it left its
	 * guest last, and others not since it entered it last.
	 */
	u32 vague, fresh, late;
	u8 prio[32];
	u8 stuck_by[32]; /* the deviation */
};

/* An interrupt that was acknowledged and whose priority has not been dropped. */
struct model_ack {
	u16 intid;
	u8 source; /* CPU that sent it, GICv2 SGIs */
	u8 group;
	u8 level; /* of preemption */
};

/* What the guest has kept of an acknowledge, whatever became of the interrupt since. */
struct model_remembered {
	u32 value : 24; /* that was read */
	u32 group : 1; /* of the register */
};

/* Registers of a GICv2's CPU interface that a first entry may lose. */
enum {
	CPUIF_CTLR = 1 << 0,
	CPUIF_PMR = 1 << 1,
	CPUIF_BPR = 1 << 2,
	CPUIF_ABPR = 1 << 3,
	CPUIF_ALL = CPUIF_CTLR | CPUIF_PMR | CPUIF_BPR | CPUIF_ABPR,
};

/* CPU interface of a PE: ICC_* or GICC_* (IHI 0069H 4.8, IHI 0048B 4.4). */
struct model_cpuif {
	u8 pmr;
	u8 pmr_low; /* bits that are not implemented but kept all the same */
	bool pmr_has_more; /* userspace wrote bits that are not implemented */
	u8 bpr[2]; /* by group */
	u8 bpr1_right; /* what bpr[1] would be without deviations, GICv3 */
	u8 abpr_below; /* value below the minimum that an emulated GICV_ABPR may have, or 0 */
	bool enable[2]; /* ICC_IGRPEN<n>, GICC_CTLR.EnableGrp<n> */
	bool cbpr, eoimode;
	bool ackctl, fiqen; /* GICv2 */
	u8 written; /* CPUIF_* that had another value than after reset */
	u8 unloaded; /* CPUIF_* that have what the processor had, by a deviation */
	u8 user_pri_bits, user_id_bits; /* of ICC_CTLR_EL1, as userspace restored them */
	bool misdropped; /* a deviation dropped the priority of another group */
	bool special_dropped; /* a deviation dropped one at the end of a special INTID */
	u8 nr_acks;
	struct model_ack ack[MAX_ACTIVE]; /* the latest last */
	u64 ap[2][2]; /* active priorities by group, a bit for each preemption level */
};

/* Timers of a PE (DDI 0487, the Generic Timer in AArch64 state). */
enum { TIMER_PHYSICAL, TIMER_VIRTUAL, NR_TIMERS };

/* What is known of a condition that a write of TVAL has set. */
enum { TVAL_OPEN, TVAL_COMES, TVAL_MET };

struct model_timer {
	u64 ctl, ctl_known; /* CNTV_CTL_EL0, CNTP_CTL_EL0, but for ISTATUS */
	u64 cval;
	bool cval_known;
	u8 tval; /* if not: TVAL_* */
};

enum { PROPBASER, PENDBASER }; /* in model_vcpu.lpi_table: GICR_PROPBASER, GICR_PENDBASER */

struct model_vcpu {
	u16 id;
	bool has_run;
	u8 mp_state; /* as KVM_GET_MP_STATE tells it */
	bool starts; /* CPU_ON has turned it on, and it has not run since */
	bool sleeps; /* GICR_WAKER.ProcessorSleep */
	bool lpis_enabled; /* GICR_CTLR.EnableLPIs */
	u64 lpi_table[2], lpi_table_known[2]; /* by PROPBASER and PENDBASER */
	bool held; /* in its guest until it is released */
	bool has_frame; /* of a redistributor */
	u16 region, slot; /* if so */
	u32 affinity;
	u8 sgi_source[NR_SGIS]; /* CPUs whose SGI is pending, GICv2 */
	u8 sgi_active[NR_SGIS]; /* CPU whose SGI is active, GICv2, or SGI_FROM_NONE */
	u32 sgi_resent; /* active SGIs that software has made active again, GICv2 */
	struct model_bank irqs; /* SGIs and PPIs */
	struct model_timer timer[NR_TIMERS];
	bool inside; /* has entered its guest, and nothing made it leave since */
	struct model_cpuif cpuif;
	/*
	 * Interrupts that the guest has yet to end, and that it ended with EOImode 1
	 * and has yet to deactivate; the latest last.
	 */
	u8 nr_remembered, nr_ended;
	struct model_remembered remembered[MAX_ACTIVE];
	struct model_remembered ended[MAX_ENDED];
};

/* LPIs of a PE, a bit for each from FIRST_LPI (IHI 0069H 5.1.2 LPI Pending tables). */
struct model_lpi_bits {
	u64 pending[MODEL_MAX_LPIS / 64];
	u64 open[MODEL_MAX_LPIS / 64]; /* pending or not: no document says */
	/*
	 * What known deviations may have made of them: pending and not looked at,
	 * pending although their event was discarded, taken out of the table too
	 * early, acknowledged and not ended, with a new priority perhaps, looked at
	 * while LPIs are disabled.
	 */
	u64 unseen[MODEL_MAX_LPIS / 64], kept[MODEL_MAX_LPIS / 64];
	u64 taken[MODEL_MAX_LPIS / 64], unended[MODEL_MAX_LPIS / 64];
	u64 changed[MODEL_MAX_LPIS / 64], queued[MODEL_MAX_LPIS / 64];
	/* Pending or not: its event was unmapped with its device. */
	u64 left[MODEL_MAX_LPIS / 64];
	/*
	 * On the list of the PE until it runs; moved to it, but on the list of another;
	 * moved to it although LPIs are disabled; pending when it was ended, and in a list
	 * register until the PE runs anew, whatever else is disabled; pending again
	 * although CLEAR took that away.
	 */
	u64 listed[MODEL_MAX_LPIS / 64], moving[MODEL_MAX_LPIS / 64];
	u64 undue[MODEL_MAX_LPIS / 64], slipped[MODEL_MAX_LPIS / 64];
	u64 back[MODEL_MAX_LPIS / 64];
};

/*
 * What a redistributor may have of an LPI's entry in the configuration table: one
 * of these, priority in bits 7:2 and enable in bit 0 (IHI 0069H 5.1.1).
 */
struct model_lpi_config {
	u8 nr;
	u8 byte[MAX_LPI_CONFIGS];
};

/* What all redistributors share of LPIs, by number from FIRST_LPI. */
struct model_lpis {
	bool propbaser_reset; /* a deviation may have reset GICR_PROPBASER */
	u64 indexed[MODEL_MAX_LPIS / 64]; /* that were those of an event in its_index() */
	int16_t vcpu_of[MODEL_MAX_LPIS]; /* number of the PE, or -1 */
	/* The PE that MOVALL has taken it to and the deviation sends it to, or -1. */
	int16_t stray_to[MODEL_MAX_LPIS];
	u64 stray[MODEL_MAX_LPIS / 64]; /* whose pending state may be at any PE for that */
	u16 moved_from[MODEL_MAX_LPIS]; /* number of the PE that has it on its list */
	u16 moved_by[MODEL_MAX_LPIS]; /* the rule by which it is pending where it is, or 0 */
	struct model_lpi_config config[MODEL_MAX_LPIS];
};

/* An event of a device, which is an LPI of a collection. */
struct model_event {
	u8 its; /* number */
	bool arrived; /* and nothing made the ITS forget how it was translated */
	bool orphan; /* of no collection: it was unmapped */
	u16 icid;
	u32 device, event;
	u32 intid;
};

struct model_its_device {
	u32 id;
	u8 event_bits;
	bool kept; /* by DEVIATION_TABLE_CHANGE_KEEPS */
	u64 itt; /* gpa, bytes */
};

struct model_collection {
	u16 icid;
	u16 vcpu; /* number */
	bool doubtful; /* DEVIATION_RDBASE_IS_INDEX has another, or none */
	bool kept; /* by DEVIATION_TABLE_CHANGE_KEEPS */
};

enum its_table { ITS_DEVICES, ITS_COLLECTIONS, NR_ITS_TABLES }; /* in model_its.baser */

/* Has a table an entry of a number? */
enum its_entry {
	ITS_ENTRY_THERE,
	ITS_ENTRY_NONE, /* it is beyond the table, or in no part of it that is valid */
	ITS_ENTRY_UNFOLLOWED, /* what comes of it the model does not say */
};

struct model_its {
	u64 base; /* gpa, bytes, or ADDR_UNSET */
	bool initialised;
	bool enabled;
	bool cwriter_known;
	bool saved; /* its tables are in memory as KVM_DEV_ARM_ITS_SAVE_TABLES wrote them */
	bool cbaser_written;
	u32 creadr, cwriter; /* bytes */
	enum rule_id last_rule; /* of the command that was performed last */
	u64 cbaser, baser[NR_ITS_TABLES];
	u64 baser_known[NR_ITS_TABLES]; /* bits that were written */
	unsigned int nr_devices, nr_collections;
	struct model_its_device device[MAX_ITS_DEVICES];
	struct model_collection collection[MAX_ITS_COLLECTIONS];
	/* ICIDs by their order in a collection table: those, and others that events named. */
	unsigned int nr_listed;
	u16 listed[MAX_ITS_COLLECTIONS];
};

/* An MSI that a route is of. */
struct model_msi {
	u64 at; /* gpa, bytes */
	u32 data, devid;
	u8 flags;
};

/* A piece of the guest's memory that was written to. */
struct model_mem_page {
	u64 word[MEM_PAGE_WORDS], known[MEM_PAGE_WORDS];
};

/* Which piece is where: MEM_ZERO, MEM_UNKNOWN, or its number and MEM_FIRST. */
enum { MEM_ZERO, MEM_UNKNOWN, MEM_FIRST };

struct model_region {
	u64 base; /* gpa, bytes */
	u16 count; /* redistributors; 0 for the single region, which has room for all */
	u16 used;
};

struct model {
	struct model_config config;
	bool has_vgic;
	bool initialised; /* a GICv2 may be so by its first use: it reads as after reset before, too */
	bool mapped; /* the first run placed the frames */
	bool map_failed; /* a first run could not place them */
	enum deviation_id loosened_by; /* the last deviation that did */
	bool any_slipped, any_moved; /* in any bank */
	bool crowded; /* a PE had more in flight than list registers when it was last entered */
	u16 crowded_on; /* number of that PE */
	u16 nr_inside; /* vCPUs that are in their guests */
	bool side_by_side; /* operations of one par block follow */
	bool lost; /* software did what makes the state UNPREDICTABLE */
	u8 failing; /* what has failed within the operation now: a bit for each kind */
	u64 addr[NR_ADDR_TYPES]; /* gpa, bytes, or ADDR_UNSET */
	unsigned int nr_irqs; /* SGIs and PPIs included */
	bool nr_irqs_set; /* by userspace or by initialisation */
	unsigned int nr_its; /* that operations name */
	unsigned int nr_events;
	bool routes_are_set; /* by userspace, since the vGIC was initialised */
	u64 routes; /* that userspace has set: a bit for each GSI */
	u64 resampling; /* those tied to an eventfd with a resamplefd */
	u8 resampled[PROG_LAST_GSI + 1]; /* how often its resamplefd was signalled */
	bool mem_used; /* mem_page_of says what is where; else all is zero */
	unsigned int nr_mem_pages;
	u8 iidr_rev; /* GICD_IIDR.Revision */
	bool groups_writable; /* userspace has written GICD_IIDR of a GICv2 */
	bool dist_enable[2]; /* GICD_CTLR.EnableGrp<n> */
	bool nassgicap, nassgireq; /* GICD_TYPER2, GICD_CTLR: SGIs without an active state */
	struct model_bank spi[NR_SPI_BANKS]; /* from INTID 32 */
	u8 active_on[MODEL_MAX_IRQS]; /* number of the PE that an active SPI is of */
	u8 moved_from[MODEL_MAX_IRQS]; /* number of that PE */
	u32 route[MODEL_MAX_IRQS]; /* affinity (GICv3) or CPU targets (GICv2) of SPIs, by INTID */
	unsigned int nr_vcpus;
	unsigned int nr_regions;
	struct model_vcpu vcpu[MODEL_MAX_VCPUS]; /* in creation order */
	struct model_region region[MODEL_MAX_REGIONS]; /* by index */
	/* What few VMs have, last, for model_copy(). */
	struct model_its its[PROG_LAST_ITS + 1]; /* in order of creation */
	struct model_event event[MAX_ITS_EVENTS]; /* in order of ITS, device and event */
	struct model_msi msi_route[PROG_LAST_GSI + 1]; /* by GSI */
	struct model_lpis lpi;
	struct model_lpi_bits lpis[MODEL_MAX_VCPUS]; /* by number of the PE */
	u8 mem_page_of[NR_MEM_PAGES];
	struct model_mem_page mem_page[MAX_MEM_PAGES];
};

/* Is it pending?  Yes, it will be before the PE that waits goes on, or nobody knows. */
enum pends { PENDS, PENDS_LATER, PENDS_MAYBE };

/* Interrupts of one priority, any of which may come first. */
struct candidates {
	u8 prio;
	bool waits; /* asked for a PE that waits: what its timers signal comes while it does */
	unsigned int nr;
	bool all_doubtful;
	bool all_open;
	bool all_late; /* each is open, or comes while the PE waits */
	enum deviation_id doubt; /* the deviation that casts it */
	u16 intid[MODEL_MAX_IRQS + MAX_LPI_CONFIGS * MODEL_MAX_LPIS];
};

/* An access to a register, as its behaviour sees it. */
struct access {
	struct reg_at at;
	unsigned int vcpu; /* number, in creation order, of the PE that banks it */
	unsigned int by; /* number of the PE that performs it */
	unsigned int its; /* number of the ITS whose register it is */
	bool user; /* through the device API */
};

/*
 * What a register does.  Values are of the whole register; mask holds the bits
 * that a write reaches.
 */
struct reg_behaviour {
	/* Adds to a value of which nothing is known yet. */
	void (*read)(const struct model *m, const struct access *a, struct expect *want,
		     struct expect_val *val);
	/* Errors that userspace may get for a write. */
	void (*check)(const struct model *m, const struct access *a, u64 value,
		      struct expect *want);
	void (*write)(struct model *m, const struct access *a, u64 value, u64 mask);
	/* What a read that returned this changed. */
	void (*taken)(struct model *m, const struct access *a, u64 seen);
};

/**
 * bank_pending() - which interrupts are pending
 * @b: a bank
 *
 * A level-sensitive interrupt is pending while its line is high or software has
 * made it pending, an edge-triggered one since an edge (IHI 0069H GICD_ISPENDR).
 *
 * Return: a bit for each.
 */
static inline u32 bank_pending(const struct model_bank *b)
{
	return b->latch | (b->line & ~b->edge);
}

/* The number of the PE that an access is of, or of none if it is userspace's. */
static inline unsigned int access_by(const struct model *m, const struct access *a)
{
	return a->user ? m->nr_vcpus : a->by;
}

/* Those that are pending by DEVIATION_ICPENDR_UNDONE alone, a bit for each. */
static inline u32 bank_back(const struct model_bank *b)
{
	return b->back & ~bank_pending(b);
}

static inline bool lpi_bit(const u64 *bits, unsigned int lpi)
{
	return bits[lpi / 64] >> lpi % 64 & 1;
}

static inline void lpi_put_bit(u64 *bits, unsigned int lpi, bool set)
{
	bits[lpi / 64] &= ~BIT_ULL(lpi % 64);
	bits[lpi / 64] |= (u64)set << lpi % 64;
}

/* Did the implementation under test make this choice? */
static inline bool chosen(const struct model *m, enum profile_choice choice)
{
	return profile_has(m->config.profile, choice);
}

/* Does the implementation under test break a rule in this way? */
static inline bool deviates(const struct model *m, enum deviation_id deviation)
{
	return deviation_has(&m->config.deviations, deviation);
}

/* A number that the implementation chose, or what the architecture gives if it fixes one. */
static inline u32 param(const struct model *m, enum profile_param param)
{
	return m->config.profile->param[param];
}

/* Forgets what values an answer may have, and what decides that. */
static inline void expect_no_values(struct expect *want)
{
	want->nr_vals = 0;
	want->nr_one_of = 0;
	want->nr_deviants = 0;
	want->deviation = NR_DEVIATIONS;
	want->decides = false;
}

/*
 * The number of the PE that an LPI goes to, or -1 if no event is this LPI, or none of
 * a collection yet.  @m is of a VM with an ITS, @lpi the number from FIRST_LPI.
 */
static inline int its_vcpu_of(const struct model *m, unsigned int lpi)
{
	return m->lpi.vcpu_of[lpi];
}

/* irq.c */
struct model_bank *irq_bank(struct model *m, struct model_vcpu *v, unsigned int intid);
const struct model_bank *irq_bank_of(const struct model *m, const struct model_vcpu *v,
				     unsigned int intid);
u32 irq_implemented(const struct model *m, unsigned int intid);
bool irq_exists(const struct model *m, u64 intid);
enum deviation_id irq_doubt(const struct model *m, const struct model_bank *b, u32 bits);
enum deviation_id irq_made_by(const struct model *m, const struct model_vcpu *v,
			      unsigned int intid);
u32 irq_timers(unsigned int intid);
void irq_pending_is_known(struct model_bank *b, unsigned int intid, u32 bits);
void irq_resample(struct model *m, unsigned int intid, bool in_doubt);
void irq_seen(struct model_bank *b, u32 bits);
void irq_make_active(struct model *m, struct model_vcpu *v, unsigned int intid);
void irq_activate(struct model *m, struct model_vcpu *v, unsigned int intid);
void irq_deactivate(struct model *m, struct model_vcpu *v, u64 intid, enum deviation_id lost_by);
void irq_set_line(struct model *m, struct model_vcpu *v, unsigned int intid, bool level);

/* timer.c */
const struct reg_behaviour *timer_behaviour(enum reg_id reg);
void timer_reset(struct model_vcpu *v);
bool timer_expect_reach(const struct model *m, const struct op *op, struct expect *want);
void timer_deactivated(struct model_bank *b, unsigned int intid, u32 bits);
void timer_expect_line(const struct model *m, const struct access *a, unsigned int intid,
		       struct expect_val *val);
void timer_expect_level(const struct model *m, const struct model_vcpu *v, struct expect_val *val);
u32 timer_lost_lines(const struct model *m, const struct model_vcpu *v);
u32 timer_irqs(unsigned int intid);
u32 timer_coming(const struct model_vcpu *v);
void timer_acknowledged(struct model *m, struct model_vcpu *v, unsigned int intid);
bool timer_may_be_withdrawn(const struct model_vcpu *v, u64 intid);
void timer_turned_on(struct model *m, struct model_vcpu *v);
void timer_migrated(struct model *m, struct model_vcpu *v);
void timer_drive_all(struct model *m, struct model_vcpu *v);
void timer_before(struct model *m, unsigned int vcpu);
void timer_after(struct model *m, const struct op *op, const struct op_result *seen);

/* migrate.c */
void expect_migrate(const struct model *m, const struct op *op, struct expect *want);
void commit_migrate(struct model *m, const struct op *op, const struct op_result *seen);

/* fail.c */
void expect_fail(const struct model *m, const struct op *op, struct expect *want);
void commit_fail(struct model *m, const struct op *op, const struct op_result *seen);
void expect_failing(const struct model *m, const struct op *op, struct expect *want);
void end_failing(struct model *m, const struct op *op, const struct op_result *seen);

/* search.c */
bool spi_targets(const struct model *m, const struct model_vcpu *v, unsigned int intid,
		 bool deviant);
unsigned int irq_target(const struct model *m, unsigned int intid);
void irq_add_candidate(struct candidates *c, unsigned int intid, u8 prio, enum pends pends,
		       enum deviation_id doubt);
void irq_candidates(const struct model *m, const struct model_vcpu *v, const bool *enable,
		    const bool *slips, unsigned int above, struct candidates *c);

/* lrs.c */
unsigned int irq_in_flight(const struct model *m, const struct model_vcpu *v);
void irq_moves(struct model *m, unsigned int intid);
void irq_move_some(struct model *m, unsigned int intid, u32 bits);
void irq_moved(struct model *m, unsigned int vcpu);
u8 irq_lowest_active(const struct model *m, const struct model_vcpu *v);
bool irq_lrs_may_be_taken(const struct model *m, const struct model_vcpu *v);
void irq_lrs_kept(struct model *m, unsigned int vcpu);
void irq_slip(struct model *m, struct model_vcpu *v, unsigned int intid);
void irq_lrs_filled(struct model *m);
bool irq_may_be_loaded(const struct model *m, unsigned int vcpu, unsigned int by);
u32 irq_loaded(const struct model *m, const struct access *a, unsigned int intid);
void irq_expect_loaded(const struct model *m, const struct access *a, unsigned int intid,
		       struct expect_val *val);
u32 irq_comes_back(const struct model *m, const struct access *a, unsigned int intid, u32 bits);
void irq_loosen(struct model *m, struct model_vcpu *v, enum deviation_id by);

/* lpi.c */
bool intid_is_lpi(u64 intid);
void lpi_lrs_filled(struct model *m);
void lpi_candidates(const struct model *m, const struct model_vcpu *v, bool enabled, bool deviant,
		    unsigned int above, struct candidates *c);
enum deviation_id lpi_made_by(const struct model *m, const struct model_vcpu *v, u64 intid);
void lpi_reset(struct model *m);
void lpi_cleared(struct model *m, unsigned int lpi, unsigned int vcpu, unsigned int by);
void lpi_discarded(struct model *m, unsigned int lpi, unsigned int vcpu);
void lpi_ended(struct model *m, struct model_vcpu *v, u64 intid);
unsigned int lpi_in_flight(const struct model *m, const struct model_vcpu *v);
void lpi_acknowledged(struct model *m, const struct model_vcpu *v, unsigned int intid);
void lpi_none_looked_at(struct model *m);
void lpi_mapped(struct model *m, u32 intid, int vcpu, bool is_shared);
bool lpi_tables_reach(const struct model *m, u64 lpi, unsigned int vcpu);
void lpi_set_pending(struct model *m, unsigned int lpi, unsigned int vcpu, bool pending);
void lpi_invalidate(struct model *m, unsigned int lpi, unsigned int vcpu);
bool lpi_any_enabled(const struct model *m);
void lpi_invalidated_elsewhere(struct model *m, unsigned int lpi, unsigned int vcpu);
void lpi_unmapped(struct model *m, unsigned int lpi);
void lpi_sent_while_disabled(struct model *m, unsigned int lpi, unsigned int vcpu);

/* lpi_move.c */
void lpi_retargeted(struct model *m, unsigned int lpi, unsigned int to, enum rule_id by);
enum rule_id lpi_moved_by(const struct model *m, u64 intid, enum rule_id otherwise);
void lpi_moved_all(struct model *m, unsigned int from, unsigned int to);
void lpi_arrived(struct model *m, unsigned int vcpu);
bool lpi_is_elsewhere(const struct model *m, unsigned int lpi, unsigned int vcpu);

/* lpi_config.c */
bool lpi_has_config(const struct model *m, unsigned int lpi);
void lpi_add_config(struct model *m, unsigned int lpi);
void lpi_renew_config(struct model *m, unsigned int lpi);
bool lpi_may_be_enabled(const struct model *m, unsigned int lpi);
void lpi_load_configs(struct model *m, bool are_there);
void lpi_memory_written(struct model *m, u64 at, u64 bytes);
bool lpi_ack_priority(const struct model *m, unsigned int lpi, u8 *prio);

/* lpi_tables.c */
int lpi_stored_bit(const struct model *m, const struct model_vcpu *v, unsigned int lpi);
void lpi_store_bit(struct model *m, const struct model_vcpu *v, unsigned int lpi, int value);
bool lpi_table_is_zero(const struct model_vcpu *v);
int lpi_is_in_range(const struct model *m, u64 intid, int vcpu);
void lpi_tables_may_be_reset(struct model *m);
void lpi_enable(struct model *m, struct model_vcpu *v);
void lpi_disable(struct model *m, struct model_vcpu *v);
bool lpi_can_be_saved(const struct model *m);
void lpi_save(struct model *m);

/* lpi_regs.c */
const struct reg_behaviour *lpi_behaviour(enum reg_id reg);

/* its.c */
void its_reset(struct model_its *its);
int its_event_vcpu(const struct model *m, const struct model_event *e);
bool its_event_is_kept(const struct model *m, const struct model_event *e);
bool its_keeps_any(const struct model_its *its);
unsigned int its_lpi_of(const struct model_event *e);
void its_index(struct model *m);
void its_forget_translations(struct model *m);
void its_forget_own(struct model *m, const struct model_its *its);
unsigned int its_find_device(const struct model_its *its, u64 id);
unsigned int its_find_collection(const struct model_its *its, u64 icid);
bool its_is_listed(const struct model_its *its, u64 icid);
void its_list_collection(struct model *m, struct model_its *its, u16 icid);
void its_unlist_collection(struct model_its *its, u16 icid);
unsigned int its_find_event(const struct model *m, const struct model_its *its, u64 device,
			    u64 event);
void its_add_event(struct model *m, const struct model_event *new);
void its_remove_event(struct model *m, unsigned int nr);
bool its_shares_lpi(const struct model *m, u32 intid);
void its_send(struct model *m, unsigned int nr);
bool its_is_doubtful(const struct model *m, const struct model_event *e);

/* its_cmd.c */
void its_run_commands(struct model *m, struct model_its *its, unsigned int by);

/* its_regs.c */
const struct reg_behaviour *its_behaviour(enum reg_id reg);

/* its_place.c */
u64 its_page_bytes(const struct model *m, u64 baser);
u64 its_table_bytes(const struct model *m, u64 baser);
u64 its_table_at(const struct model *m, u64 baser);
u64 its_queue_at(const struct model_its *its);
u64 its_queue_bytes(const struct model_its *its);
enum its_entry its_memory_at(const struct model *m, u64 at, u64 bytes);
enum its_entry its_entry(const struct model *m, const struct model_its *its, enum its_table table,
			 u64 number);

/* its_tables.c */
void its_unmap_devices(struct model *m, struct model_its *its);
enum rule_id its_table_rule(const struct model *m, u64 gpa);
void its_device_unmapped(struct model *m, const struct model_its *its, u32 id);
void its_event_unmapped(struct model *m, const struct model_its *its, unsigned int nr);
void its_table_taken(struct model *m, u64 at, u64 bytes);
void expect_reset_its(const struct model *m, const struct op *op, struct expect *want);
void expect_save_tables(const struct model *m, const struct op *op, struct expect *want);
void expect_restore_tables(const struct model *m, const struct op *op, struct expect *want);
void commit_reset_its(struct model *m, const struct op *op, const struct op_result *seen);
void commit_save_tables(struct model *m, const struct op *op, const struct op_result *seen);
void commit_restore_tables(struct model *m, const struct op *op, const struct op_result *seen);
void its_tables_failed(struct model *m, const struct op *op);

/* its_uapi.c */
bool its_overlaps(const struct model *m);
bool expect_its_reach(const struct model *m, unsigned int its, u64 where, struct expect *want);
void expect_create_its(const struct model *m, const struct op *op, struct expect *want);
void expect_set_its_addr(const struct model *m, const struct op *op, struct expect *want);
void expect_init_its(const struct model *m, const struct op *op, struct expect *want);
void commit_create_its(struct model *m, const struct op *op, const struct op_result *seen);
void commit_set_its_addr(struct model *m, const struct op *op, const struct op_result *seen);
void commit_init_its(struct model *m, const struct op *op, const struct op_result *seen);

/* msi.c */
void expect_signal_msi(const struct model *m, const struct op *op, struct expect *want);
void commit_signal_msi(struct model *m, const struct op *op, const struct op_result *seen);
void expect_route_msi(const struct model *m, const struct op *op, struct expect *want);
void commit_route_msi(struct model *m, const struct op *op, const struct op_result *seen);
void expect_irqfd(const struct model *m, const struct op *op, struct expect *want);
void commit_irqfd(struct model *m, const struct op *op, const struct op_result *seen);
void commit_resample(struct model *m, const struct op *op, const struct op_result *seen);
void expect_resampled(const struct model *m, const struct op *op, struct expect *want);
void commit_resampled(struct model *m, const struct op *op, const struct op_result *seen);

/* mem.c */
bool mem_is_program(u64 gpa, u64 bytes);
u8 mem_byte(const struct model *m, u64 gpa, u8 *known);
u64 mem_u64(const struct model *m, u64 gpa, u64 *known);
void mem_put(struct model *m, u64 gpa, u8 value, u8 known);
void mem_put_u64(struct model *m, u64 gpa, u64 value, u64 known);
void mem_forget(struct model *m, u64 gpa, u64 bytes);
u64 mem_untouched(const struct model *m, u64 gpa);
bool mem_is_zero_from(const struct model *m, u64 gpa, u64 bytes);
void expect_mem_read(const struct model *m, const struct op *op, struct expect *want);
void expect_mem_store(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_load(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_store(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_barrier(const struct model *m, const struct op *op, struct expect *want);
void commit_mem_store(struct model *m, const struct op *op, const struct op_result *seen);

/* dist.c, distctl.c, ack.c, cpuif.c, cpuctl.c, sgi.c: NULL for registers that are not theirs. */
const struct reg_behaviour *dist_behaviour(enum reg_id reg);
const struct reg_behaviour *distctl_behaviour(enum reg_id reg);
const struct reg_behaviour *ack_behaviour(enum reg_id reg);
const struct reg_behaviour *cpuif_behaviour(enum reg_id reg);
const struct reg_behaviour *cpuctl_behaviour(enum reg_id reg);
const struct reg_behaviour *sgi_behaviour(enum reg_id reg);
unsigned int sgi_v2_cpu(const struct model *m, unsigned int vcpu);
bool sgi_v2_cpus_differ(const struct model *m);
void sgi_expect_write(const struct model *m, const struct access *a, u64 value,
		      struct expect *want);
bool sgi_v2_matches(const struct model_vcpu *v, u64 value);
bool sgi_v2_hides_active(const struct model *m, const struct model_vcpu *v, u64 intid);
unsigned int sgi_v2_hides_from(const struct model *m, const struct model_vcpu *v);
void dist_none_forwarded(struct model *m);
void dist_none_looked_at(struct model *m);
void dist_reset(struct model *m);
void dist_reset_vcpu(const struct model *m, struct model_vcpu *v);
void ack_expect_signalled(const struct model *m, const struct access *a, bool waits,
			  struct expect *want);
void cpuif_take(struct model *m, const struct access *a, u64 seen);
u64 cpuif_intid(const struct model *m, u64 value);
bool intid_is_special(u64 intid);

/* prio.c */
unsigned int prio_bits(const struct model *m);
unsigned int prio_preemption_bits(const struct model *m);
u8 prio_bpr_min(const struct model *m, unsigned int group);
u8 prio_bpr(const struct model_cpuif *c, unsigned int group);
u8 prio_in_group(const struct model_cpuif *c, unsigned int group, u8 prio);
u8 prio_running(const struct model *m, const struct model_cpuif *c);
unsigned int prio_group_of(const struct model *m, const struct model_vcpu *v, unsigned int intid);
unsigned int prio_level_of(const struct model *m, const struct model_vcpu *v, unsigned int intid,
			   unsigned int group);
void prio_expect_misdropped(const struct model *m, const struct access *a, struct expect *want);

/* signal.c */
void expect_guest_serve(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_take(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_wfi(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_wfit(const struct model *m, const struct op *op, struct expect *want);
void expect_set_mp_state(const struct model *m, const struct op *op, struct expect *want);
void commit_set_mp_state(struct model *m, const struct op *op, const struct op_result *seen);
void expect_get_mp_state(const struct model *m, const struct op *op, struct expect *want);
void expect_halt_poll(const struct model *m, const struct op *op, struct expect *want);
void expect_await(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_idle(const struct model *m, const struct op *op, struct expect *want);
void commit_guest_serve(struct model *m, const struct op *op, const struct op_result *seen);
void commit_guest_take(struct model *m, const struct op *op, const struct op_result *seen);

/* psci.c */
void expect_guest_cpu_off(const struct model *m, const struct op *op, struct expect *want);
void commit_guest_cpu_off(struct model *m, const struct op *op, const struct op_result *seen);
void expect_guest_cpu_on(const struct model *m, const struct op *op, struct expect *want);
void commit_guest_cpu_on(struct model *m, const struct op *op, const struct op_result *seen);

/* remember.c */
void cpuif_end(struct model *m, const struct access *a, u64 value, unsigned int group);
bool expect_interface(const struct model *m, u64 vcpu_id, u64 at, struct expect *want);
void cpuif_remember(struct model_vcpu *v, u64 value, unsigned int group);
void expect_guest_ack(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_eoi(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_deactivate(const struct model *m, const struct op *op, struct expect *want);
void commit_guest_ack(struct model *m, const struct op *op, const struct op_result *seen);
void commit_guest_eoi(struct model *m, const struct op *op, const struct op_result *seen);
void commit_guest_deactivate(struct model *m, const struct op *op, const struct op_result *seen);
u8 cpuif_unloaded(const struct model *m, const struct access *a);
void cpuif_expect_unloaded(const struct model *m, const struct access *a, u8 reg,
			   struct expect_val *val);
void cpuif_written(struct model_vcpu *v, u8 reg, bool is_reset);
void cpuif_enter(struct model *m, struct model_vcpu *v);
bool cpuif_implements(const struct model *m, const struct access *a);
void cpuif_reset(const struct model *m, struct model_cpuif *c);
enum deviation_id dist_group_enables(const struct model *m, bool *enable);

/* mmio.c */
void reg_expect_read(const struct model *m, const struct access *a, unsigned int size,
		     struct expect *want);
const struct reg_behaviour *reg_behaviour_of(int reg);
void expect_guest_read(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_write(const struct model *m, const struct op *op, struct expect *want);
bool guest_access_exits(const struct model *m, const struct op *op);
void commit_guest_access(struct model *m, const struct op *op, const struct op_result *seen);

/* expect.c */
void expect_bits(struct expect_val *val, u64 value, u64 mask, enum rule_id rule);
void expect_one_of(struct expect *want, u32 value);
void expect_deviant(struct expect *want, u32 value, enum deviation_id deviation);
void expect_deviation(struct expect *want, enum deviation_id deviation);

void allow(struct expect *want, enum op_status status, int err, enum rule_id rule);
void allow_done(struct expect *want, enum rule_id rule);
void allow_error(struct expect *want, int err, enum rule_id rule);
void allow_usual_error(const struct model *m, struct expect *want, int usual, enum rule_id rule);
struct expect_val *expect_value(struct expect *want, u64 value, u64 known, enum rule_id rule);
void expect_part(struct expect_val *val, u64 mask, enum rule_id rule);

/* redist.c */
bool ranges_overlap(u64 base, u64 bytes, u64 other_base, u64 other_bytes);
const struct model_vcpu *model_vcpu(const struct model *m, u64 vcpu_id);
unsigned int vcpu_number(const struct model *m, u64 vcpu_id);
bool vcpu_any_held(const struct model *m);
u64 redist_base(const struct model *m, const struct model_vcpu *v);
void redist_read_typer(const struct model *m, const struct model_vcpu *v, struct expect_val *val);
void redist_read_pidr2(const struct model *m, struct expect_val *val);
u64 region_bytes(const struct model *m, const struct model_region *r, unsigned int more_vcpus);
void redist_place_all(struct model *m);
void expect_guest_walk(const struct model *m, const struct op *op, struct expect *want);

/* model.c */
void model_initialise(struct model *m);

/* attr.c: registers, levels and numbers through the device API. */
void expect_user_read(const struct model *m, const struct op *op, struct expect *want);
void expect_user_write(const struct model *m, const struct op *op, struct expect *want);
void expect_level(const struct model *m, const struct op *op, struct expect *want);
void expect_set_nr_irqs(const struct model *m, const struct op *op, struct expect *want);
void expect_get_nr_irqs(const struct model *m, const struct op *op, struct expect *want);
void expect_save_pending_tables(const struct model *m, const struct op *op, struct expect *want);
void expect_has_attr(const struct model *m, const struct op *op, struct expect *want);
void commit_save_pending_tables(struct model *m, const struct op *op, const struct op_result *seen);
void commit_user_read(struct model *m, const struct op *op, const struct op_result *seen);
void commit_user_write(struct model *m, const struct op *op, const struct op_result *seen);
void commit_write_level(struct model *m, const struct op *op, const struct op_result *seen);

/* line.c */
void expect_irq_line(const struct model *m, const struct op *op, struct expect *want);
void commit_irq_line(struct model *m, const struct op *op, const struct op_result *seen);

/* uapi.c */
bool vgic_has_attrs_of(const struct model *m, enum gic_version gic, struct expect *want);
void expect_create_vgic(const struct model *m, const struct op *op, struct expect *want);
void expect_create_vcpu(const struct model *m, const struct op *op, struct expect *want);
void expect_set_addr(const struct model *m, const struct op *op, struct expect *want);
void expect_get_addr(const struct model *m, const struct op *op, struct expect *want);
void expect_redist_region(const struct model *m, const struct op *op, struct expect *want);
void expect_get_redist_region(const struct model *m, const struct op *op, struct expect *want);
void expect_init_vgic(const struct model *m, const struct op *op, struct expect *want);
void expect_run(const struct model *m, const struct op *op, struct expect *want);
bool expect_entry(const struct model *m, u64 vcpu_id, struct expect *want);
void expect_hold(const struct model *m, const struct op *op, struct expect *want);
void expect_release(const struct model *m, const struct op *op, struct expect *want);
void commit_hold(struct model *m, const struct op *op, const struct op_result *seen);

#endif /* LIB_MODEL_STATE_H */
