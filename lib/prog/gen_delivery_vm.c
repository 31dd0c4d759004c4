// SPDX-License-Identifier: GPL-2.0-only
/*
 * The matrix of deliveries: its VMs, and what is done to the interrupt in each.
 */
#include "lib/prog/gen_delivery.h"

#define NR_IRQS 128

#define ITS_BASE 0x8080000ULL
#define QUEUE_AT 0x50000000ULL
#define COMMAND_BYTES 32
#define DEVICES_AT 0x50010000ULL
#define COLLECTIONS_AT 0x50020000ULL
#define ITT_AT 0x50030000ULL
#define CONFIG_AT 0x50040000ULL
#define PENDING_AT 0x50050000ULL /* 0x10000 bytes for each PE */
#define VALID (1ULL << 63)
#define PAGES_64K 0x200
#define ID_BITS 0xd
#define GSI_OF_MSI 5

static const unsigned int intids[NR_DELIVERY_KINDS] = {
	[KIND_SGI] = 3,	   [KIND_PPI] = 20,	      [KIND_SPI] = 40,
	[KIND_LPI] = 8192, [KIND_VIRTUAL_TIMER] = 27, [KIND_PHYSICAL_TIMER] = 30,
};

/* Of those in a distributor, of those in a redistributor, and of a GICv2. */
static const enum reg_id bit_regs[][3] = {
	[SET_PENDING] = { REG_GICD_ISPENDR, REG_GICR_ISPENDR0, REG_GICD2_ISPENDR },
	[CLEAR_PENDING] = { REG_GICD_ICPENDR, REG_GICR_ICPENDR0, REG_GICD2_ICPENDR },
	[SET_ENABLE] = { REG_GICD_ISENABLER, REG_GICR_ISENABLER0, REG_GICD2_ISENABLER },
	[CLEAR_ENABLE] = { REG_GICD_ICENABLER, REG_GICR_ICENABLER0, REG_GICD2_ICENABLER },
	[CLEAR_ACTIVE] = { REG_GICD_ICACTIVER, REG_GICR_ICACTIVER0, REG_GICD2_ICACTIVER },
};

static bool is_v2(const struct delivery *d)
{
	return d->at[AXIS_GIC] == IN_GICV2;
}

/* A store by the @vcpu-th vCPU created, or an MSR if @at is 0. */
static void store(struct delivery *d, unsigned int vcpu, u64 place, u64 at, u64 value)
{
	add_guest_write(d->p, d->vcpu[vcpu], place, at, value);
}

static void store_dist(struct delivery *d, enum reg_id reg, unsigned int index, u64 value)
{
	store(d, d->target, reg_place(reg, index), GEN_DIST_BASE, value);
}

static void store_its(struct delivery *d, enum reg_id reg, unsigned int index, u64 value)
{
	store(d, d->target, reg_place(reg, index), ITS_BASE, value);
}

/* To a CPU interface: of a GICv3 or of a GICv2. */
static void store_cpuif(struct delivery *d, unsigned int vcpu, enum reg_id v3, enum reg_id v2,
			u64 value)
{
	store(d, vcpu, reg_place(is_v2(d) ? v2 : v3, 0), is_v2(d) ? GEN_CPUIF_BASE : 0, value);
}

static void user_write(struct delivery *d, u64 place, u64 value)
{
	struct op *op = prog_add(d->p, OP_USER_WRITE);

	op_set_arg(op, ARG_USER_WRITE_reg, place);
	op_set_arg(op, ARG_USER_WRITE_vcpu, d->vcpu[d->target]);
	op_set_arg(op, ARG_USER_WRITE_value, value);
}

static void mem_write(struct delivery *d, u64 at, u64 size, u64 value)
{
	struct op *op = prog_add(d->p, OP_MEM_WRITE);

	op_set_arg(op, ARG_MEM_WRITE_at, at);
	op_set_arg(op, ARG_MEM_WRITE_size, size);
	op_set_arg(op, ARG_MEM_WRITE_value, value);
}

/* Where the bits of the interrupt are, and what to write for it. */
struct bits_at {
	u64 place, base, value;
};

static struct bits_at bits_at(const struct delivery *d, enum delivery_bits what)
{
	bool private = d->intid < 32;
	enum reg_id reg = bit_regs[what][is_v2(d) ? 2 : private];

	/* Of SGIs a GICv2 keeps who sent them: a byte each, here the target itself. */
	if (is_v2(d) && d->intid < 16 && (what == SET_PENDING || what == CLEAR_PENDING)) {
		reg = what == SET_PENDING ? REG_GICD2_SPENDSGIR : REG_GICD2_CPENDSGIR;
		return (struct bits_at){ reg_place(reg, d->intid / 4), GEN_DIST_BASE,
					 1ULL << (d->intid % 4 * 8 + d->target) };
	}
	return (struct bits_at){ reg_place(reg, d->intid / 32),
				 !is_v2(d) && private ? gen_redist_at(d->target) : GEN_DIST_BASE,
				 1ULL << d->intid % 32 };
}

static void store_bit(struct delivery *d, unsigned int vcpu, enum delivery_bits what)
{
	struct bits_at b = bits_at(d, what);

	store(d, vcpu, b.place, b.base, b.value);
}

/* All commands have their place in the queue as the first argument. */
static struct op *add_command(struct delivery *d, enum op_id id)
{
	struct op *op = prog_add(d->p, id);

	op->arg[0] = QUEUE_AT + d->queue;
	d->queue += COMMAND_BYTES;
	return op;
}

/* About the event, which is the first one of the first device. */
static void perform_command(struct delivery *d, enum op_id id)
{
	add_command(d, id);
	store_its(d, REG_GITS_CWRITER, 0, d->queue);
}

static void configure_lpi(struct delivery *d, bool enabled)
{
	mem_write(d, CONFIG_AT, 1, DELIVERY_PRIORITY | 2 | enabled);
}

/**
 * delivery_enable() - enable or disable the interrupt
 * @d:  the program
 * @on: to enable it
 */
void delivery_enable(struct delivery *d, bool on)
{
	if (d->at[AXIS_KIND] != KIND_LPI) {
		store_bit(d, d->target, on ? SET_ENABLE : CLEAR_ENABLE);
		return;
	}
	configure_lpi(d, on);
	perform_command(d, OP_INV);
}

/**
 * delivery_unpend() - make the interrupt not pending, as far as it is a latch
 * @d: the program
 */
void delivery_unpend(struct delivery *d)
{
	if (d->at[AXIS_KIND] == KIND_LPI)
		perform_command(d, OP_CLEAR);
	else
		store_bit(d, d->target, CLEAR_PENDING);
}

/**
 * delivery_deactivate_by_bit() - deactivate the interrupt in the distributor
 * @d: the program
 */
void delivery_deactivate_by_bit(struct delivery *d)
{
	store_bit(d, d->target, CLEAR_ACTIVE);
}

/**
 * delivery_pend_spis() - make other SPIs pending
 * @d:    the program, made with fillers
 * @bits: a bit for each, from DELIVERY_FIRST_FILLER on
 */
void delivery_pend_spis(struct delivery *d, u64 bits)
{
	store_dist(d, is_v2(d) ? REG_GICD2_ISPENDR : REG_GICD_ISPENDR, DELIVERY_FIRST_FILLER / 32,
		   bits);
}

/**
 * delivery_move() - send the interrupt to the other vCPU from now on
 * @d: the program
 */
void delivery_move(struct delivery *d)
{
	if (d->at[AXIS_KIND] == KIND_LPI) {
		op_set_arg(add_command(d, OP_MOVI), ARG_MOVI_icid, d->vcpu[d->other]);
		store_its(d, REG_GITS_CWRITER, 0, d->queue);
	} else if (is_v2(d)) {
		store_dist(d, REG_GICD2_ITARGETSR, d->intid / 4, 1u << d->other);
	} else {
		store_dist(d, REG_GICD_IROUTER, d->intid - 32, gen_affinity(d->vcpu[d->other]));
	}
}

static u64 cpu_control(const struct delivery *d, bool on)
{
	bool split = d->at[AXIS_ENDING] != ENDED_AT_ONCE;

	return is_v2(d) ? (u64)split << 9 | on : (u64)split << 1;
}

/**
 * delivery_group() - enable or disable the interrupt's group in the CPU interface
 * @d:  the program
 * @on: to enable it
 */
void delivery_group(struct delivery *d, bool on)
{
	bool group_0 = d->at[AXIS_GROUP] == GROUP_0;

	store_cpuif(d, d->target, group_0 ? REG_ICC_IGRPEN0 : REG_ICC_IGRPEN1, REG_GICC_CTLR,
		    is_v2(d) ? cpu_control(d, on) : on);
}

/**
 * delivery_dist() - enable or disable the groups in the distributor
 * @d:  the program
 * @on: to enable them
 */
void delivery_dist(struct delivery *d, bool on)
{
	/* ARE is set whatever is written. */
	if (is_v2(d))
		store_dist(d, REG_GICD2_CTLR, 0, on);
	else
		store_dist(d, REG_GICD_CTLR, 0, on ? 0x13 : 0x10);
}

/**
 * delivery_mask() - set the mask of priorities
 * @d:        the program
 * @priority: that is not signalled, nor are lower ones
 */
void delivery_mask(struct delivery *d, u64 priority)
{
	store_cpuif(d, d->target, REG_ICC_PMR, REG_GICC_PMR, priority);
}

static void set_line(struct delivery *d, u64 level)
{
	bool ppi = d->at[AXIS_KIND] == KIND_PPI;
	struct op *op = prog_add(d->p, OP_IRQ_LINE);

	op_set_arg(op, ARG_IRQ_LINE_type, ppi ? LINE_PPI : LINE_SPI);
	if (ppi)
		op_set_arg(op, ARG_IRQ_LINE_vcpu, d->vcpu[d->target]);
	op_set_arg(op, ARG_IRQ_LINE_intid, d->intid);
	op_set_arg(op, ARG_IRQ_LINE_level, level);
}

static void set_level_info(struct delivery *d, u64 level)
{
	struct op *op = prog_add(d->p, OP_WRITE_LEVEL);

	op_set_arg(op, ARG_WRITE_LEVEL_vcpu, d->vcpu[d->target]);
	op_set_arg(op, ARG_WRITE_LEVEL_intid, d->intid & ~31u);
	op_set_arg(op, ARG_WRITE_LEVEL_value, level << d->intid % 32);
}

static void send_line(struct delivery *d)
{
	set_line(d, 1);
}

static void send_level_info(struct delivery *d)
{
	set_level_info(d, 1);
}

/* Initialisation routes GSI n to SPI 32 + n. */
static void send_irqfd(struct delivery *d)
{
	op_set_arg(prog_add(d->p, OP_IRQFD), ARG_IRQFD_gsi, d->intid - 32);
}

static void send_resampled(struct delivery *d)
{
	op_set_arg(prog_add(d->p, OP_RESAMPLE), ARG_RESAMPLE_gsi, d->intid - 32);
}

static void send_user_ispendr(struct delivery *d)
{
	struct bits_at b = bits_at(d, SET_PENDING);

	user_write(d, b.place, b.value);
}

static void send_guest_ispendr(struct delivery *d)
{
	store_bit(d, d->target, SET_PENDING);
}

static void send_others_ispendr(struct delivery *d)
{
	store_bit(d, d->other, SET_PENDING);
}

static void send_sgi(struct delivery *d, unsigned int from)
{
	bool group_0 = d->at[AXIS_GROUP] == GROUP_0;

	if (is_v2(d))
		store(d, from, reg_place(REG_GICD2_SGIR, 0), GEN_DIST_BASE,
		      1ULL << (16 + d->target) | d->intid);
	else
		store(d, from, reg_place(group_0 ? REG_ICC_SGI0R : REG_ICC_SGI1R, 0), 0,
		      (u64)d->intid << 24 | 1ULL << d->vcpu[d->target]);
}

static void send_own_sgi(struct delivery *d)
{
	send_sgi(d, d->target);
}

static void send_others_sgi(struct delivery *d)
{
	send_sgi(d, d->other);
}

static void send_msi(struct delivery *d)
{
	struct op *op = prog_add(d->p, OP_SIGNAL_MSI);

	op_set_arg(op, ARG_SIGNAL_MSI_at, ITS_BASE + GITS_TRANSLATER_OFFSET);
	op_set_arg(op, ARG_SIGNAL_MSI_flags, 1);
}

static void send_irqfd_msi(struct delivery *d)
{
	op_set_arg(prog_add(d->p, OP_IRQFD), ARG_IRQFD_gsi, GSI_OF_MSI);
}

static void send_guest_int(struct delivery *d)
{
	perform_command(d, OP_INT);
}

static void send_user_int(struct delivery *d)
{
	add_command(d, OP_INT);
	user_write(d, reg_place(REG_GITS_CWRITER, 0), d->queue);
}

static void send_translater(struct delivery *d)
{
	store_its(d, REG_GITS_TRANSLATER, 0, 0);
}

/**
 * delivery_send() - make the interrupt pending by its path
 * @d: the program
 */
void delivery_send(struct delivery *d)
{
	static void (*const by[NR_DELIVERY_PATHS])(struct delivery * d) = {
		[BY_LINE] = send_line,
		[BY_LEVEL_INFO] = send_level_info,
		[BY_IRQFD] = send_irqfd,
		[BY_RESAMPLED] = send_resampled,
		[BY_USER_ISPENDR] = send_user_ispendr,
		[BY_GUEST_ISPENDR] = send_guest_ispendr,
		[BY_OTHERS_ISPENDR] = send_others_ispendr,
		[BY_OWN_SGI] = send_own_sgi,
		[BY_OTHERS_SGI] = send_others_sgi,
		[BY_MSI] = send_msi,
		[BY_IRQFD_MSI] = send_irqfd_msi,
		[BY_GUEST_INT] = send_guest_int,
		[BY_USER_INT] = send_user_int,
		[BY_TRANSLATER] = send_translater,
		[BY_TIMER] = delivery_raise_timer,
	};

	by[d->at[AXIS_PATH]](d);
}

/**
 * delivery_lower() - lower the line, if the path of the interrupt has one
 * @d: the program
 */
void delivery_lower(struct delivery *d)
{
	switch (d->at[AXIS_PATH]) {
	case BY_LINE:
	case BY_IRQFD:
		set_line(d, 0);
		break;
	case BY_LEVEL_INFO:
		set_level_info(d, 0);
		break;
	case BY_TIMER:
		delivery_lower_timer(d);
		break;
	default:
		break;
	}
}

/**
 * delivery_ended() - ask what became of the interrupt when it was ended
 * @d: the program
 */
void delivery_ended(struct delivery *d)
{
	if (d->at[AXIS_PATH] == BY_RESAMPLED)
		op_set_arg(prog_add(d->p, OP_RESAMPLED), ARG_RESAMPLED_gsi, d->intid - 32);
}

/* An SPI's route, and its priority. */
static void prepare_spi(struct delivery *d, unsigned int intid, u64 priority)
{
	/* Neighbours in a register of a GICv2 have the same target. */
	if (is_v2(d))
		store_dist(d, REG_GICD2_ITARGETSR, intid / 4, 0x01010101u << d->target);
	else
		store_dist(d, REG_GICD_IROUTER, intid - 32, gen_affinity(d->vcpu[d->target]));
	store(d, d->target,
	      reg_place(is_v2(d) ? REG_GICD2_IPRIORITYR : REG_GICD_IPRIORITYR, intid / 4) +
		      intid % 4,
	      GEN_DIST_BASE, priority);
	op_set_arg(&d->p->op[d->p->nr_ops - 1], ARG_GUEST_WRITE_size, 1);
}

static void prepare_fillers(struct delivery *d)
{
	unsigned int first = DELIVERY_FIRST_FILLER;

	store_dist(d, is_v2(d) ? REG_GICD2_ICFGR : REG_GICD_ICFGR, first / 16, 0xaaaaaaaa);
	for (unsigned int i = 0; i < DELIVERY_NR_FILLERS; i++)
		prepare_spi(d, first + i, 0xf0 - 0x10 * i);
	prepare_spi(d, DELIVERY_URGENT, DELIVERY_PRIORITY / 2);
	prepare_spi(d, DELIVERY_EQUAL, DELIVERY_PRIORITY);
	store_dist(d, is_v2(d) ? REG_GICD2_ISENABLER : REG_GICD_ISENABLER, first / 32, 0xff);
}

static void prepare_private(struct delivery *d)
{
	u64 priority = (u64)DELIVERY_PRIORITY << d->intid % 4 * 8;

	if (is_v2(d)) {
		store_dist(d, REG_GICD2_IPRIORITYR, d->intid / 4, priority);
		return;
	}
	store(d, d->target, reg_place(REG_GICR_IPRIORITYR, d->intid / 4), gen_redist_at(d->target),
	      priority);
	if (d->at[AXIS_GROUP] == GROUP_0)
		store(d, d->target, reg_place(REG_GICR_IGROUPR0, 0), gen_redist_at(d->target), 0);
}

static void prepare_the_spi(struct delivery *d)
{
	u64 edge = d->at[AXIS_TRIGGER] == EDGE ? 2ULL << d->intid % 16 * 2 : 0;

	store_dist(d, is_v2(d) ? REG_GICD2_ICFGR : REG_GICD_ICFGR, d->intid / 16, edge);
	prepare_spi(d, d->intid, DELIVERY_PRIORITY);
	if (!is_v2(d) && d->at[AXIS_GROUP] == GROUP_0)
		store_dist(d, REG_GICD_IGROUPR, d->intid / 32, 0);
}

static void add_mappings(struct delivery *d)
{
	struct op *op = add_command(d, OP_MAPD);

	op_set_arg(op, ARG_MAPD_itt, ITT_AT);
	op_set_arg(op, ARG_MAPD_size, 4);
	op_set_arg(op, ARG_MAPD_valid, 1);
	for (unsigned int i = 0; i < d->nr_vcpus; i++) {
		op = add_command(d, OP_MAPC);
		op_set_arg(op, ARG_MAPC_icid, d->vcpu[i]);
		op_set_arg(op, ARG_MAPC_rdbase, d->vcpu[i]);
		op_set_arg(op, ARG_MAPC_valid, 1);
	}
	op = add_command(d, OP_MAPTI);
	op_set_arg(op, ARG_MAPTI_intid, d->intid);
	op_set_arg(op, ARG_MAPTI_icid, d->vcpu[d->target]);
	store_its(d, REG_GITS_CWRITER, 0, d->queue);
}

static void prepare_lpi(struct delivery *d)
{
	store_its(d, REG_GITS_BASER, 0, VALID | DEVICES_AT | PAGES_64K);
	store_its(d, REG_GITS_BASER, 1, VALID | COLLECTIONS_AT | PAGES_64K);
	store_its(d, REG_GITS_CBASER, 0, VALID | QUEUE_AT);
	store_its(d, REG_GITS_CTLR, 0, 1);
	configure_lpi(d, true);
	for (unsigned int i = 0; i < d->nr_vcpus; i++) {
		u64 base = gen_redist_at(i);

		store(d, i, reg_place(REG_GICR_PROPBASER, 0), base, CONFIG_AT | ID_BITS);
		store(d, i, reg_place(REG_GICR_PENDBASER, 0), base, PENDING_AT + 0x10000ULL * i);
		store(d, i, reg_place(REG_GICR_CTLR, 0), base, 1);
	}
	add_mappings(d);
	if (d->at[AXIS_PATH] == BY_IRQFD_MSI) {
		struct op *op = prog_add(d->p, OP_ROUTE_MSI);

		op_set_arg(op, ARG_ROUTE_MSI_gsi, GSI_OF_MSI);
		op_set_arg(op, ARG_ROUTE_MSI_at, ITS_BASE + GITS_TRANSLATER_OFFSET);
		op_set_arg(op, ARG_ROUTE_MSI_flags, 1);
	}
}

static void create_vm(struct delivery *d)
{
	bool its = d->at[AXIS_KIND] == KIND_LPI;

	prog_add(d->p, OP_CREATE_VGIC);
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		add_create_vcpu(d->p, d->vcpu[i]);
	op_set_arg(prog_add(d->p, OP_SET_NR_IRQS), ARG_SET_NR_IRQS_count, NR_IRQS);
	if (is_v2(d)) {
		add_set_addr(d->p, ADDR_V2_DIST, GEN_DIST_BASE);
		add_set_addr(d->p, ADDR_V2_CPUIF, GEN_CPUIF_BASE);
	} else {
		add_set_addr(d->p, ADDR_V3_DIST, GEN_DIST_BASE);
		add_region(d->p, 0, GEN_REDIST_BASE, d->nr_vcpus);
	}
	if (its) {
		prog_add(d->p, OP_CREATE_ITS);
		op_set_arg(prog_add(d->p, OP_SET_ITS_ADDR), ARG_SET_ITS_ADDR_base, ITS_BASE);
	}
	prog_add(d->p, OP_INIT_VGIC);
	if (its)
		prog_add(d->p, OP_INIT_ITS);
}

static void open_cpuif(struct delivery *d, unsigned int vcpu)
{
	store_cpuif(d, vcpu, REG_ICC_PMR, REG_GICC_PMR, DELIVERY_MASK_NOTHING);
	store_cpuif(d, vcpu, REG_ICC_CTLR, REG_GICC_CTLR, cpu_control(d, true));
	if (is_v2(d))
		return;
	store(d, vcpu, reg_place(REG_ICC_IGRPEN1, 0), 0, 1);
	if (d->at[AXIS_GROUP] == GROUP_0)
		store(d, vcpu, reg_place(REG_ICC_IGRPEN0, 0), 0, 1);
}

/**
 * delivery_vm() - make the VM, ready for the interrupt to be delivered
 * @d:       the program
 * @fillers: are there other SPIs?
 */
void delivery_vm(struct delivery *d, bool fillers)
{
	d->intid = intids[d->at[AXIS_KIND]];
	d->nr_vcpus = d->at[AXIS_VCPUS] == ONE_VCPU ? 1 : 2;
	d->vcpu[0] = d->at[AXIS_VCPUS] == CREATED_FIRST;
	d->vcpu[1] = !d->vcpu[0];
	d->target = d->at[AXIS_VCPUS] == SECOND_OF_TWO;
	d->other = d->nr_vcpus - 1 - d->target;
	create_vm(d);
	delivery_dist(d, true);
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		open_cpuif(d, i);
	if (fillers)
		prepare_fillers(d);
	if (d->at[AXIS_KIND] == KIND_LPI) {
		prepare_lpi(d);
		return;
	}
	if (d->at[AXIS_KIND] == KIND_SPI)
		prepare_the_spi(d);
	else
		prepare_private(d);
	store_bit(d, d->target, SET_ENABLE);
}

/**
 * delivery_look() - read whether the interrupt is pending and active
 * @d: the program
 */
void delivery_look(struct delivery *d)
{
	static const enum delivery_bits what[] = { CLEAR_PENDING, CLEAR_ACTIVE };

	if (d->at[AXIS_KIND] == KIND_LPI)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(what); i++) {
		struct bits_at b = bits_at(d, what[i]);
		struct op *op = prog_add(d->p, OP_GUEST_READ);

		op_set_arg(op, ARG_GUEST_READ_vcpu, d->vcpu[d->target]);
		op_set_arg(op, ARG_GUEST_READ_reg, b.place);
		op_set_arg(op, ARG_GUEST_READ_at, b.base);
	}
}
