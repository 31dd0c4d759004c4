// SPDX-License-Identifier: GPL-2.0-only
/*
 * The matrices "wfi" and "wfi-all": what decides whether a WFI ends.
 *
 * vCPU 0 waits once with the gates as the combination says, after what becomes of
 * its interrupt as it says; then the gates open, another interrupt follows that
 * must end a second WFI, and all that pends is taken.  vCPU 1 does what others do.
 */
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/gen_wfi.h"

#define SGI_RUNNING 1
#define SGI_SENTINEL 2
#define ITS_BASE 0x8080000ULL
#define QUEUE_AT 0x50000000ULL
#define DEVICES_AT 0x50010000ULL
#define COLLECTIONS_AT 0x50020000ULL
#define ITT_AT 0x50030000ULL
#define CONFIG_AT 0x50040000ULL
#define PENDING_AT 0x50050000ULL /* 0x10000 bytes for each PE */
#define COMMAND_BYTES 32
#define FIRST_LPI 8192
#define VALID (1ULL << 63)
#define PAGES_64K 0x200
#define ID_BITS 0xd

#define PRIORITY 0x80u /* of the interrupt that is waited for */
#define SENTINEL_PRIORITY 0xa0u
#define PMR_OPEN 0xf8u

struct wfi_gen {
	struct prog *p;
	u8 at[MATRIX_MAX_AXES];
	u64 queue; /* offset of the next command */
};

/* The registers of a GIC whose values say the same. */
struct gic_regs {
	enum reg_id dist, mask, group, mode;
	u64 cpuif_base;
	u64 dist_on, dist_off, group_on, mode_split;
};

static const struct gic_regs gic_regs[] = {
	[IS_V3] = { REG_GICD_CTLR, REG_ICC_PMR, REG_ICC_IGRPEN1, REG_ICC_CTLR, 0, 0x12, 0x10, 1,
		    2 },
	[IS_V2] = { REG_GICD2_CTLR, REG_GICC_PMR, REG_GICC_CTLR, REG_GICC_CTLR, GEN_CPUIF_BASE, 1,
		    0, 1, 0x200 },
};

static bool is_v2(const struct wfi_gen *w)
{
	return w->at[GIC] == IS_V2;
}

static const struct gic_regs *regs_of(const struct wfi_gen *w)
{
	return &gic_regs[w->at[GIC]];
}

static unsigned int intid_of(const struct wfi_gen *w)
{
	static const unsigned int intids[] = {
		[SGI] = 3,	   [PPI] = 20,		 [SPI] = 40,
		[LPI] = FIRST_LPI, [VIRTUAL_TIMER] = 27, [PHYSICAL_TIMER] = 30,
	};

	return intids[w->at[KIND]];
}

static bool has_line(const struct wfi_gen *w)
{
	return w->at[CAUSE] == EDGE_LINE || w->at[CAUSE] == LEVEL_LINE;
}

static bool is_level(const struct wfi_gen *w)
{
	return w->at[CAUSE] == LEVEL_LATCH || w->at[CAUSE] == LEVEL_LINE;
}

static struct op *store(const struct wfi_gen *w, unsigned int vcpu, u64 place, u64 at, u64 value)
{
	return add_guest_write(w->p, vcpu, place, at, value);
}

static void store_reg(const struct wfi_gen *w, unsigned int vcpu, enum reg_id reg, u64 at,
		      u64 value)
{
	store(w, vcpu, reg_place(reg, 0), at, value);
}

/* Banks of interrupts' bits are where GICv3 and GICv2 agree; a GICv3's private ones are apart. */
#define PRIVATE_OFFSET (GICR_ISENABLER0_OFFSET - GICD_ISENABLER_OFFSET)

/* Writes an element of a bank: @bits of interrupt @intid of vCPU @of, in a byte or a word. */
static void store_irq(const struct wfi_gen *w, unsigned int by, unsigned int of, u32 bank,
		      unsigned int intid, unsigned int bits, u64 value)
{
	bool private = intid < 32 && !is_v2(w);
	u32 offset = bank + (private ? (u32)PRIVATE_OFFSET : 0) + intid * bits / 8;
	enum frame_id frame = is_v2(w) ? FRAME_GICD2 : private ? FRAME_GICR : FRAME_GICD;
	u32 into = bits == 8 ? 0 : offset % 4 * 8 + intid * bits % 8;
	struct op *op = store(w, is_v2(w) && intid < 32 ? of : by,
			      place(frame, bits == 8 ? offset : offset & ~3u),
			      private ? gen_redist_at(of) : GEN_DIST_BASE, value << into);

	if (bits == 8)
		op_set_arg(op, ARG_GUEST_WRITE_size, 1);
}

static void add_of_vcpu(const struct wfi_gen *w, enum op_id id, unsigned int vcpu)
{
	struct op *op = prog_add(w->p, id);

	/* Its vCPU is the first argument of each, and then its CPU interface of some. */
	op->arg[0] = vcpu;
	if (op_cpuif_at(op) != OP_NO_CPUIF)
		op->arg[op_nr_args(id) - 1] = regs_of(w)->cpuif_base;
	if (id == OP_GUEST_DEACTIVATE)
		op_set_arg(op, ARG_GUEST_DEACTIVATE_of, vcpu);
}

static void send_sgi(const struct wfi_gen *w, unsigned int by, unsigned int to, unsigned int sgi)
{
	if (is_v2(w))
		store_reg(w, by, REG_GICD2_SGIR, GEN_DIST_BASE, 1ULL << (16 + to) | sgi);
	else
		store_reg(w, by, REG_ICC_SGI1R, 0, (u64)sgi << 24 | 1ULL << to);
}

static void set_mask(const struct wfi_gen *w, unsigned int vcpu, u64 value)
{
	store_reg(w, vcpu, regs_of(w)->mask, regs_of(w)->cpuif_base, value);
}

static u64 mode_bits(const struct wfi_gen *w)
{
	return w->at[ACTIVE] ? regs_of(w)->mode_split : 0;
}

/* A GICv2 has the group's enable and the mode in one register. */
static void set_group(const struct wfi_gen *w, unsigned int vcpu, bool on)
{
	const struct gic_regs *r = regs_of(w);
	u64 mode = r->group == r->mode ? mode_bits(w) : 0;

	store_reg(w, vcpu, r->group, r->cpuif_base, (on ? r->group_on : 0) | mode);
}

static void set_dist(const struct wfi_gen *w, bool on)
{
	store_reg(w, 1, regs_of(w)->dist, GEN_DIST_BASE,
		  on ? regs_of(w)->dist_on : regs_of(w)->dist_off);
}

/* All commands have their place in the queue as the first argument. */
static struct op *add_command(struct wfi_gen *w, enum op_id id)
{
	struct op *op = prog_add(w->p, id);

	op->arg[0] = QUEUE_AT + w->queue;
	w->queue += COMMAND_BYTES;
	return op;
}

static void perform_commands(const struct wfi_gen *w)
{
	store_reg(w, 1, REG_GITS_CWRITER, ITS_BASE, w->queue);
}

static void configure_lpi(struct wfi_gen *w, bool on)
{
	struct op *op = prog_add(w->p, OP_MEM_WRITE);

	op_set_arg(op, ARG_MEM_WRITE_at, CONFIG_AT);
	op_set_arg(op, ARG_MEM_WRITE_size, 1);
	op_set_arg(op, ARG_MEM_WRITE_value, PRIORITY | 2 | on);
}

static void set_enable(struct wfi_gen *w, bool on)
{
	if (w->at[KIND] == LPI) {
		configure_lpi(w, on);
		add_command(w, OP_INV);
		perform_commands(w);
		return;
	}
	for (unsigned int of = 0; of < (w->at[KIND] == SPI ? 1 : 2); of++)
		store_irq(w, 1, of, on ? GICD_ISENABLER_OFFSET : GICD_ICENABLER_OFFSET, intid_of(w),
			  1, 1);
}

static bool is_timer(const struct wfi_gen *w)
{
	return w->at[KIND] == VIRTUAL_TIMER || w->at[KIND] == PHYSICAL_TIMER;
}

/* What vCPU 0 did to its timer is seen when it has left its guest. */
static void leave_if_timer(const struct wfi_gen *w)
{
	if (is_timer(w))
		add_run(w->p, 0);
}

static void add_line(const struct wfi_gen *w, u64 level)
{
	struct op *op;

	if (is_timer(w)) {
		(level ? gen_raise_timer : gen_lower_timer)(w->p, 0, w->at[KIND] == VIRTUAL_TIMER);
		return;
	}
	op = prog_add(w->p, OP_IRQ_LINE);

	op_set_arg(op, ARG_IRQ_LINE_type, w->at[KIND] == SPI ? LINE_SPI : LINE_PPI);
	op_set_arg(op, ARG_IRQ_LINE_intid, intid_of(w));
	op_set_arg(op, ARG_IRQ_LINE_level, level);
}

static void add_msi(const struct wfi_gen *w)
{
	struct op *op = prog_add(w->p, OP_SIGNAL_MSI);

	op_set_arg(op, ARG_SIGNAL_MSI_at, ITS_BASE + GITS_TRANSLATER_OFFSET);
	op_set_arg(op, ARG_SIGNAL_MSI_flags, 1);
}

/* The interrupt becomes pending. */
static void pend(const struct wfi_gen *w)
{
	if (w->at[KIND] == LPI)
		add_msi(w);
	else if (w->at[KIND] == SGI)
		send_sgi(w, 1, 0, intid_of(w));
	else if (has_line(w))
		add_line(w, 1);
	else
		store_irq(w, 1, 0, GICD_ISPENDR_OFFSET, intid_of(w), 1, 1);
}

/* Where it goes to from now on.  The command of an LPI is in memory before. */
static void route_to(const struct wfi_gen *w, unsigned int vcpu)
{
	if (w->at[KIND] == LPI)
		perform_commands(w);
	else if (is_v2(w))
		store_irq(w, 1, 0, GICD2_ITARGETSR_OFFSET, intid_of(w), 8, 1u << vcpu);
	else
		store(w, 1, reg_place(REG_GICD_IROUTER, intid_of(w) - 32), GEN_DIST_BASE, vcpu);
}

static void prepare_route_to(struct wfi_gen *w, unsigned int vcpu)
{
	if (w->at[KIND] == LPI)
		op_set_arg(add_command(w, OP_MOVI), ARG_MOVI_icid, vcpu);
}

static void add_vm(const struct wfi_gen *w)
{
	prog_add(w->p, OP_CREATE_VGIC);
	add_create_vcpu(w->p, 0);
	add_create_vcpu(w->p, 1);
	if (is_v2(w)) {
		add_set_addr(w->p, ADDR_V2_DIST, GEN_DIST_BASE);
		add_set_addr(w->p, ADDR_V2_CPUIF, GEN_CPUIF_BASE);
	} else {
		add_set_addr(w->p, ADDR_V3_DIST, GEN_DIST_BASE);
		add_region(w->p, 0, GEN_REDIST_BASE, 2);
	}
	if (w->at[KIND] == LPI) {
		prog_add(w->p, OP_CREATE_ITS);
		op_set_arg(prog_add(w->p, OP_SET_ITS_ADDR), ARG_SET_ITS_ADDR_base, ITS_BASE);
	}
	prog_add(w->p, OP_INIT_VGIC);
	if (w->at[KIND] == LPI)
		prog_add(w->p, OP_INIT_ITS);
}

static void add_lpi(struct wfi_gen *w)
{
	struct op *op;

	configure_lpi(w, true);
	for (unsigned int i = 0; i < 2; i++) {
		store_reg(w, i, REG_GICR_PROPBASER, gen_redist_at(i), CONFIG_AT | ID_BITS);
		store_reg(w, i, REG_GICR_PENDBASER, gen_redist_at(i), PENDING_AT + 0x10000ULL * i);
		store_reg(w, i, REG_GICR_CTLR, gen_redist_at(i), 1);
	}
	store_reg(w, 1, REG_GITS_BASER, ITS_BASE, VALID | DEVICES_AT | PAGES_64K);
	store(w, 1, reg_place(REG_GITS_BASER, 1), ITS_BASE, VALID | COLLECTIONS_AT | PAGES_64K);
	store_reg(w, 1, REG_GITS_CBASER, ITS_BASE, VALID | QUEUE_AT);
	store_reg(w, 1, REG_GITS_CTLR, ITS_BASE, 1);
	op = add_command(w, OP_MAPD);
	op_set_arg(op, ARG_MAPD_itt, ITT_AT);
	op_set_arg(op, ARG_MAPD_size, 4);
	op_set_arg(op, ARG_MAPD_valid, 1);
	for (unsigned int i = 0; i < 2; i++) {
		op = add_command(w, OP_MAPC);
		op_set_arg(op, ARG_MAPC_icid, i);
		op_set_arg(op, ARG_MAPC_rdbase, i);
		op_set_arg(op, ARG_MAPC_valid, 1);
	}
	op_set_arg(add_command(w, OP_MAPTI), ARG_MAPTI_intid, FIRST_LPI);
	perform_commands(w);
}

static void set_priority(const struct wfi_gen *w, unsigned int intid, u64 priority)
{
	for (unsigned int of = 0; of < (intid < 32 ? 2 : 1); of++)
		store_irq(w, 1, of, GICD_IPRIORITYR_OFFSET, intid, 8, priority);
}

/* The priority of the one that runs. */
static u64 running_priority(const struct wfi_gen *w)
{
	static const u64 priorities[] = { [NONE_RUNS] = PRIORITY,
					  [HIGHER_RUNS] = 0x40,
					  [EQUAL_RUNS] = PRIORITY,
					  [LOWER_RUNS] = 0xc0 };

	return priorities[w->at[RUNNING]];
}

/* All gates are open, and every interrupt is as the combination says. */
static void open_all(struct wfi_gen *w)
{
	const struct gic_regs *r = regs_of(w);

	set_dist(w, true);
	for (unsigned int i = 0; i < 2; i++) {
		set_mask(w, i, PMR_OPEN);
		set_group(w, i, true);
		if (mode_bits(w) && r->mode != r->group)
			store_reg(w, i, r->mode, r->cpuif_base, mode_bits(w));
	}
	set_priority(w, SGI_SENTINEL, SENTINEL_PRIORITY);
	if (w->at[RUNNING] != NONE_RUNS)
		set_priority(w, SGI_RUNNING, running_priority(w));
	if (w->at[KIND] == LPI) {
		add_lpi(w);
		return;
	}
	set_priority(w, intid_of(w), PRIORITY);
	if (w->at[KIND] != SGI)
		store_irq(w, 1, 0, GICD_ICFGR_OFFSET, intid_of(w), 2, is_level(w) ? 0 : 2);
	if (w->at[KIND] == SPI)
		route_to(w, 0);
	set_enable(w, true);
}

/* Active states, with no line high after that. */
static void make_active(const struct wfi_gen *w)
{
	if (w->at[ACTIVE]) {
		pend(w);
		leave_if_timer(w);
		add_of_vcpu(w, OP_GUEST_TAKE, 0);
		add_of_vcpu(w, OP_GUEST_EOI, 0);
		if (has_line(w))
			add_line(w, 0);
	}
	if (w->at[RUNNING] != NONE_RUNS) {
		send_sgi(w, 1, 0, SGI_RUNNING);
		add_of_vcpu(w, OP_GUEST_TAKE, 0);
	}
}

/* What the CPU interface of a vCPU decides with. */
static void set_cpuif(const struct wfi_gen *w, unsigned int vcpu)
{
	static const u64 values[] = {
		[MASK_LOWER] = 0x40, [MASK_EQUAL] = PRIORITY, [MASK_HIGHER] = 0xc8
	};

	set_group(w, vcpu, !w->at[GROUP]);
	set_mask(w, vcpu, values[w->at[MASK]]);
}

/* The opposite of it, which KVM sees when the vCPU leaves, and no later. */
static void set_cpuif_wrong(const struct wfi_gen *w)
{
	set_group(w, 0, w->at[GROUP]);
	set_mask(w, 0, w->at[MASK] == MASK_HIGHER ? 0 : PMR_OPEN);
}

static void close_gates(struct wfi_gen *w)
{
	if (w->at[ENABLE])
		set_enable(w, false);
	if (w->at[DIST])
		set_dist(w, false);
	if (w->at[WHEN] == MOVED_AWAY)
		set_cpuif(w, 1);
	if (w->at[LATE])
		set_cpuif_wrong(w);
	else
		set_cpuif(w, 0);
	add_run(w->p, 0);
}

static void wait(const struct wfi_gen *w, unsigned int vcpu)
{
	if (!vcpu && w->at[LATE])
		set_cpuif(w, 0);
	add_of_vcpu(w, w->at[UNMASKED] ? OP_GUEST_IDLE : OP_GUEST_WFI, vcpu);
}

static void come_and_wait(struct wfi_gen *w)
{
	unsigned int when = w->at[WHEN], to = when == MOVED_AWAY;
	size_t first;

	if (when == MOVED_HERE) {
		prepare_route_to(w, 1);
		route_to(w, 1);
	}
	if (when != DURING)
		pend(w);
	if (when == QUEUED)
		add_run(w->p, 0);
	if (when == MOVED_HERE || when == MOVED_AWAY)
		prepare_route_to(w, to);
	/* Only its own CPU writes a timer, which then waits for it. */
	if (when == DURING && is_timer(w))
		gen_arm_timer(w->p, 0, w->at[KIND] == VIRTUAL_TIMER);
	first = w->p->nr_ops;
	wait(w, 0);
	if (when == DURING && !is_timer(w))
		pend(w);
	if (when == MOVED_HERE || when == MOVED_AWAY)
		route_to(w, to);
	if (when == MOVED_AWAY)
		wait(w, 1);
	for (size_t i = first + 1; i < w->p->nr_ops && when >= DURING; i++)
		w->p->op[i].par = true;
}

/* Both at most: the one that was waited for, and the one that ran. */
static void end_all(const struct wfi_gen *w, unsigned int vcpu)
{
	for (unsigned int i = 0; i < 2; i++) {
		add_of_vcpu(w, OP_GUEST_EOI, vcpu);
		if (w->at[ACTIVE])
			add_of_vcpu(w, OP_GUEST_DEACTIVATE, vcpu);
	}
	/* It was active before. */
	if (w->at[ACTIVE])
		add_of_vcpu(w, OP_GUEST_DEACTIVATE, vcpu);
}

/* Nothing keeps the interrupt from being taken now, nor the one that follows it. */
static void open_and_wait(struct wfi_gen *w)
{
	unsigned int nr = w->at[WHEN] == MOVED_AWAY ? 2 : 1;

	leave_if_timer(w);
	for (unsigned int i = 0; i < nr; i++) {
		if (!w->at[UNMASKED])
			add_of_vcpu(w, OP_GUEST_TAKE, i);
		end_all(w, i);
	}
	if (w->at[DIST])
		set_dist(w, true);
	if (w->at[ENABLE])
		set_enable(w, true);
	for (unsigned int i = 0; i < nr; i++) {
		send_sgi(w, 1, i, SGI_SENTINEL);
		set_group(w, i, true);
		set_mask(w, i, PMR_OPEN);
		add_of_vcpu(w, OP_GUEST_WFI, i);
	}
	if (has_line(w))
		add_line(w, 0);
	leave_if_timer(w);
	add_of_vcpu(w, OP_GUEST_SERVE, 0);
	add_of_vcpu(w, OP_GUEST_SERVE, 1);
}

static void make(const struct matrix *m, struct wfi_gen *w)
{
	w->p->gic = is_v2(w) ? GIC_V2 : GIC_V3;
	matrix_comment(m, w->at, w->p);
	add_vm(w);
	open_all(w);
	make_active(w);
	close_gates(w);
	come_and_wait(w);
	open_and_wait(w);
}

/**
 * gen_wfi() - a program of "wfi"
 * @index:  below gen_wfi_count()
 * @recipe: not used
 * @p:      initialised; operations are appended
 */
void gen_wfi(u64 index, const struct recipe *recipe, struct prog *p)
{
	struct wfi_gen w = { .p = p };

	(void)recipe;
	matrix_at(gen_wfi_matrix(), index, w.at);
	make(gen_wfi_matrix(), &w);
}

/**
 * gen_wfi_all() - a program of "wfi-all"
 * @index:  below gen_wfi_all_count()
 * @recipe: not used
 * @p:      initialised; operations are appended
 */
void gen_wfi_all(u64 index, const struct recipe *recipe, struct prog *p)
{
	struct wfi_gen w = { .p = p };

	(void)recipe;
	matrix_at(gen_wfi_all_matrix(), index, w.at);
	make(gen_wfi_all_matrix(), &w);
}
