// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a program maps to QEMU's machine.  The machine is fixed: what sets up a vGIC
 * is nothing to do if it describes exactly that machine, and cannot be done if it
 * describes another.  Frames are where QEMU has them, whatever a program says.
 */
#include <string.h>

#include "lib/target/qtest/qtest.h"

#define FIRST_PPI 16
#define NR_SGIS 16 /* a byte for each in GICD_SPENDSGIR<n> */
#define FIRST_SPI 32

static const u64 machine_base[NR_ADDR_TYPES] = {
	[ADDR_V2_DIST] = QTEST_DIST_BASE,
	[ADDR_V2_CPUIF] = QTEST_CPUIF_BASE,
	[ADDR_V3_DIST] = QTEST_DIST_BASE,
	[ADDR_V3_REDIST] = QTEST_REDIST_BASE,
};

static u64 bytes_of(const struct qtest_layout *l, enum addr_type type)
{
	u64 bytes = frame_desc(addr_type_desc(type)->frame)->bytes;

	return type == ADDR_V3_REDIST ? bytes * l->nr_vcpus : bytes;
}

/**
 * qtest_translate() - where QEMU has what is at an address of the program
 * @l:     the program's frames
 * @addr:  in the program
 * @bytes: of the access
 * @at:    receives the address in QEMU's machine
 *
 * Return: whether the access lies in one frame of the program.
 */
bool qtest_translate(const struct qtest_layout *l, u64 addr, u64 bytes, u64 *at)
{
	for (unsigned int i = 0; i < NR_ADDR_TYPES; i++) {
		u64 end = l->base[i] + bytes_of(l, (enum addr_type)i);

		if (l->placed[i] && addr >= l->base[i] && addr < end && end - addr >= bytes) {
			*at = machine_base[i] + (addr - l->base[i]);
			return true;
		}
	}
	return false;
}

/* How far a program has come in setting up its machine. */
struct setup {
	const struct prog *prog;
	struct qtest_layout *l;
	unsigned int nr_vcpus; /* created so far */
	bool created, initialised;
};

/* Return: NULL if the operation can be performed, or why not. */
typedef const char *check_fn(struct setup *s, const struct op *op);

static const char *check_create_vgic(struct setup *s, const struct op *op)
{
	(void)op;
	if (s->created)
		return "the machine has one GIC";
	s->created = true;
	return NULL;
}

static const char *check_create_vcpu(struct setup *s, const struct op *op)
{
	if (s->initialised)
		return "the machine has all its vCPUs from the start";
	if (op_arg(op, ARG_CREATE_VCPU_id) != s->nr_vcpus++)
		return "the machine's vCPUs are 0, 1, 2 and so on";
	return NULL;
}

static const char *place_frames(struct setup *s, enum addr_type type, u64 base)
{
	if (!s->created)
		return "there is no vGIC yet";
	if (addr_type_desc(type)->gic != s->prog->gic)
		return "the machine's GIC has no such frame";
	if (s->l->placed[type])
		return "it has an address already";
	if (base % frame_desc(addr_type_desc(type)->frame)->align)
		return "the address is not aligned";
	s->l->placed[type] = true;
	s->l->base[type] = base;
	return NULL;
}

static const char *check_set_addr(struct setup *s, const struct op *op)
{
	return place_frames(s, (enum addr_type)op_arg(op, ARG_SET_ADDR_type),
			    op_arg(op, ARG_SET_ADDR_base));
}

static const char *check_redist_region(struct setup *s, const struct op *op)
{
	if (op_arg(op, ARG_REDIST_REGION_index) || op_arg(op, ARG_REDIST_REGION_flags) ||
	    op_arg(op, ARG_REDIST_REGION_count) != s->l->nr_vcpus)
		return "the machine has one region, with a redistributor for each vCPU";
	return place_frames(s, ADDR_V3_REDIST, op_arg(op, ARG_REDIST_REGION_base));
}

static const char *check_init_vgic(struct setup *s, const struct op *op)
{
	(void)op;
	if (!s->created || s->initialised || s->nr_vcpus != s->l->nr_vcpus)
		return "the machine is initialised once, complete with its vCPUs";
	s->initialised = true;
	return NULL;
}

static bool is_complete(const struct setup *s)
{
	for (unsigned int i = 0; i < NR_ADDR_TYPES; i++) {
		if (addr_type_desc((enum addr_type)i)->gic == s->prog->gic && !s->l->placed[i])
			return false;
	}
	return s->initialised;
}

static const char *check_vcpu(const struct setup *s, const struct op *op)
{
	if (!is_complete(s))
		return "the machine is complete from the start, and the program's is not yet";
	if (op_vcpu(op) >= (int)s->l->nr_vcpus)
		return "there is no such vCPU";
	return NULL;
}

static const char *check_run(struct setup *s, const struct op *op)
{
	return check_vcpu(s, op);
}

static const char *check_access(const struct setup *s, const struct op *op, u64 reg, u64 base,
				u64 size)
{
	unsigned int bytes = op_access_size(reg, size);
	u64 addr = base + place_offset(reg);
	const char *why = check_vcpu(s, op);
	u64 at;

	if (why)
		return why;
	if (!op_is_in_memory(op))
		return "system registers are of a running vCPU, and none runs";
	if (addr % bytes)
		return "an access that is not aligned ends in the vCPU";
	if (!qtest_translate(s->l, addr, bytes, &at))
		return "it is outside all frames";
	return NULL;
}

static const char *check_guest_read(struct setup *s, const struct op *op)
{
	return check_access(s, op, op_arg(op, ARG_GUEST_READ_reg), op_arg(op, ARG_GUEST_READ_at),
			    op_arg(op, ARG_GUEST_READ_size));
}

/*
 * A byte of GICD_SPENDSGIR<n> that is written as 0 changes nothing (IHI 0048B), but
 * QEMU makes the SGI pending from no CPU, and ends when it is acknowledged.
 */
static bool sends_from_nowhere(const struct setup *s, const struct op *op)
{
	u64 reg = op_arg(op, ARG_GUEST_WRITE_reg), value = op_arg(op, ARG_GUEST_WRITE_value);
	u64 addr = op_arg(op, ARG_GUEST_WRITE_at) + place_offset(reg);
	unsigned int bytes = op_access_size(reg, op_arg(op, ARG_GUEST_WRITE_size));
	u64 offset = addr - s->l->base[ADDR_V2_DIST] - GICD2_SPENDSGIR_OFFSET;

	if (s->prog->gic != GIC_V2 || offset >= NR_SGIS)
		return false;
	for (unsigned int i = 0; i < bytes; i++) {
		if (!bits_get(value, 8 * i + 7, 8 * i))
			return true;
	}
	return false;
}

static const char *check_guest_write(struct setup *s, const struct op *op)
{
	const char *why =
		check_access(s, op, op_arg(op, ARG_GUEST_WRITE_reg), op_arg(op, ARG_GUEST_WRITE_at),
			     op_arg(op, ARG_GUEST_WRITE_size));

	if (!why && sends_from_nowhere(s, op))
		return "QEMU ends when it acknowledges an SGI that GICD_SPENDSGIR<n> sent from no CPU";
	return why;
}

static const char *check_guest_walk(struct setup *s, const struct op *op)
{
	u64 offset = op_arg(op, ARG_GUEST_WALK_at) - s->l->base[ADDR_V3_REDIST];
	const char *why = check_vcpu(s, op);

	if (why)
		return why;
	if (offset % GICR_BYTES || offset >= bytes_of(s->l, ADDR_V3_REDIST))
		return "it begins outside the redistributors";
	return NULL;
}

static const char *check_irq_line(struct setup *s, const struct op *op)
{
	u64 intid = op_arg(op, ARG_IRQ_LINE_intid);
	const char *why = check_vcpu(s, op);

	if (why)
		return why;
	switch ((enum line_type)op_arg(op, ARG_IRQ_LINE_type)) {
	case LINE_SPI:
		if (intid >= FIRST_SPI && intid < FIRST_SPI + QTEST_NR_SPIS)
			return NULL;
		return "the machine's SPIs are 32 to 287";
	case LINE_PPI:
		if (intid >= FIRST_PPI && intid < FIRST_SPI)
			return NULL;
		return "PPIs are 16 to 31";
	case LINE_CPU:
	case LINE_RESERVED:
	case NR_LINE_TYPES:
		break;
	}
	return "the machine's GIC has no such input";
}

/* Only of a GICv2 is the CPU interface in memory. */
static const char *check_interface(const struct setup *s, const struct op *op, u64 at)
{
	const char *why = check_vcpu(s, op);

	if (why)
		return why;
	if (s->prog->gic != GIC_V2)
		return "system registers are of a running vCPU, and none runs";
	return at == s->l->base[ADDR_V2_CPUIF] ? NULL : "the CPU interface is elsewhere";
}

static const char *check_guest_ack(struct setup *s, const struct op *op)
{
	return check_interface(s, op, op_arg(op, ARG_GUEST_ACK_at));
}

static const char *check_guest_eoi(struct setup *s, const struct op *op)
{
	return check_interface(s, op, op_arg(op, ARG_GUEST_EOI_at));
}

static const char *check_guest_deactivate(struct setup *s, const struct op *op)
{
	return check_interface(s, op, op_arg(op, ARG_GUEST_DEACTIVATE_at));
}

static const char *check_create_its(struct setup *s, const struct op *op)
{
	(void)s;
	(void)op;
	return "QEMU's machine is started without an ITS";
}

static check_fn *const checks[NR_OPS] = {
	[OP_CREATE_VGIC] = check_create_vgic, [OP_CREATE_VCPU] = check_create_vcpu,
	[OP_SET_ADDR] = check_set_addr,	      [OP_REDIST_REGION] = check_redist_region,
	[OP_INIT_VGIC] = check_init_vgic,     [OP_RUN] = check_run,
	[OP_CREATE_ITS] = check_create_its,   [OP_GUEST_READ] = check_guest_read,
	[OP_GUEST_WRITE] = check_guest_write, [OP_GUEST_WALK] = check_guest_walk,
	[OP_IRQ_LINE] = check_irq_line,	      [OP_GUEST_ACK] = check_guest_ack,
	[OP_GUEST_EOI] = check_guest_eoi,     [OP_GUEST_DEACTIVATE] = check_guest_deactivate,
};

static unsigned int count_vcpus(const struct prog *prog)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < prog->nr_ops; i++)
		nr += prog->op[i].id == OP_CREATE_VCPU;
	return nr;
}

static bool frames_overlap(const struct qtest_layout *l)
{
	for (unsigned int i = 0; i < NR_ADDR_TYPES; i++) {
		u64 end = l->base[i] + bytes_of(l, (enum addr_type)i);

		for (unsigned int k = 0; k < NR_ADDR_TYPES; k++) {
			if (k != i && l->placed[i] && l->placed[k] && l->base[k] >= l->base[i] &&
			    l->base[k] < end)
				return true;
		}
	}
	return false;
}

static bool frames_fit(const struct setup *s)
{
	u64 limit = 1ULL << s->prog->ipa_bits;

	for (unsigned int i = 0; i < NR_ADDR_TYPES; i++) {
		if (s->l->placed[i] && (s->l->base[i] >= limit ||
					limit - s->l->base[i] < bytes_of(s->l, (enum addr_type)i)))
			return false;
	}
	return true;
}

static const char *check_whole(const struct setup *s)
{
	if (!s->l->nr_vcpus || s->l->nr_vcpus > QTEST_MAX_VCPUS)
		return "QEMU's machine is given 1 to 8 vCPUs";
	if (prog_has_par(s->prog))
		return "QEMU stands still, so it performs nothing side by side";
	/* It asks which vCPU accesses it, and an access of qtest has none. */
	if (s->prog->gic == GIC_V2 && s->l->nr_vcpus > 1)
		return "QEMU's GICv2 can be accessed without a vCPU only if there is one";
	return NULL;
}

/**
 * qtest_layout_make() - map a program to the machine, if it can be
 * @l:      filled in
 * @prog:   the program
 * @reason: receives why it cannot be
 * @bytes:  of @reason
 *
 * Return: whether it can be.
 */
bool qtest_layout_make(struct qtest_layout *l, const struct prog *prog, char *reason, size_t bytes)
{
	struct setup s = { .prog = prog, .l = l };
	const char *why;

	*l = (struct qtest_layout){ .nr_vcpus = count_vcpus(prog) };
	why = check_whole(&s);
	for (size_t i = 0; !why && i < prog->nr_ops; i++) {
		enum op_id id = prog->op[i].id;

		why = checks[id] ? checks[id](&s, &prog->op[i]) : "it is of KVM alone";
		if (!why)
			continue;
		/* No more of the operation: a run's skips are counted by their reason. */
		snprintf(reason, bytes, "%s: %s", op_desc(id)->word, why);
		return false;
	}
	if (!why && !is_complete(&s))
		why = "the program does not set up a whole machine";
	else if (!why && (frames_overlap(l) || !frames_fit(&s)))
		why = "the program's frames overlap or are beyond its address size";
	if (why)
		snprintf(reason, bytes, "%s", why);
	return !why;
}

static u64 translated(const struct qtest_layout *l, u64 addr, unsigned int bytes)
{
	u64 at = 0;

	/* qtest_layout_make() has refused programs for which this fails. */
	return qtest_translate(l, addr, bytes, &at) ? at : 0;
}

static size_t put_access(const struct qtest_layout *l, struct qtest_cmd *cmd, enum qtest_verb verb,
			 u64 addr, unsigned int bytes, u64 value)
{
	*cmd = (struct qtest_cmd){
		.verb = verb,
		.bytes = bytes,
		.at = translated(l, addr, bytes),
		.value = value,
	};
	return 1;
}

/* All frames from the first on; what stands behind Last is left out of the result. */
static size_t put_walk(const struct qtest_layout *l, struct qtest_cmd *cmd, u64 frame)
{
	u64 end = l->base[ADDR_V3_REDIST] + bytes_of(l, ADDR_V3_REDIST);
	size_t nr = 0;

	for (; frame < end; frame += GICR_BYTES) {
		nr += put_access(l, &cmd[nr], QTEST_READ, frame + GICR_PIDR2_OFFSET, 4, 0);
		nr += put_access(l, &cmd[nr], QTEST_READ, frame + GICR_TYPER_OFFSET, 8, 0);
	}
	return nr;
}

static size_t put_line(struct qtest_cmd *cmd, const struct op *op)
{
	u64 intid = op_arg(op, ARG_IRQ_LINE_intid);
	u64 ppis = QTEST_NR_SPIS + op_arg(op, ARG_IRQ_LINE_vcpu) * FIRST_SPI;
	bool is_spi = op_arg(op, ARG_IRQ_LINE_type) == LINE_SPI;

	*cmd = (struct qtest_cmd){
		.verb = QTEST_LINE,
		.at = is_spi ? intid - FIRST_SPI : ppis + intid,
		.value = op_arg(op, ARG_IRQ_LINE_level),
	};
	return 1;
}

static size_t put_interface(struct qtest_cmd *cmd, enum qtest_verb verb, u64 offset, u64 value)
{
	*cmd = (struct qtest_cmd){
		.verb = verb,
		.bytes = 4,
		.at = QTEST_CPUIF_BASE + offset,
		.value = value,
	};
	return 1;
}

static size_t put_ack(struct qtest_cmd *cmd, const struct op *op)
{
	bool group1 = op_arg(op, ARG_GUEST_ACK_group);

	return put_interface(cmd, QTEST_READ, group1 ? GICC_AIAR_OFFSET : GICC_IAR_OFFSET, 0);
}

/* GICC_CTLR tells whether a deactivation has to follow. */
static size_t put_eoi(struct qtest_cmd *cmd, const struct qtest_lists *lists)
{
	const struct qtest_acked *last;
	size_t nr;

	if (!lists->nr_acked)
		return 0;
	last = &lists->acked[lists->nr_acked - 1];
	nr = put_interface(cmd, QTEST_WRITE, last->group1 ? GICC_AEOIR_OFFSET : GICC_EOIR_OFFSET,
			   last->value);
	return nr + put_interface(&cmd[nr], QTEST_READ, GICC_CTLR_OFFSET, 0);
}

static size_t put_deactivate(struct qtest_cmd *cmd, const struct qtest_lists *lists,
			     const struct op *op)
{
	/* There is one vCPU, whose vcpu_id is 0. */
	if (op_arg(op, ARG_GUEST_DEACTIVATE_of) || !lists->nr_ended)
		return 0;
	return put_interface(cmd, QTEST_WRITE, GICC_DIR_OFFSET, lists->ended[lists->nr_ended - 1]);
}

/**
 * qtest_op_waits() - does an operation need what one before it returns?
 * @op:   the operation
 * @prev: one before it in the same batch
 *
 * Return: whether, so that @op has to be in another batch.
 */
bool qtest_op_waits(const struct op *op, const struct op *prev)
{
	if (op->id == OP_GUEST_EOI)
		return prev->id == OP_GUEST_ACK || prev->id == OP_GUEST_EOI;
	if (op->id == OP_GUEST_DEACTIVATE)
		return prev->id == OP_GUEST_EOI || prev->id == OP_GUEST_DEACTIVATE;
	return false;
}

/**
 * qtest_op_cmds() - what QEMU has to do for an operation
 * @l:   of the operation's program, which qtest_layout_make() accepted
 * @lists: what its guest remembers, up to date if @op needs it
 * @op:  the operation
 * @cmd: filled in, QTEST_MAX_CMDS_OF_OP at most
 *
 * Return: the number of commands; 0 if the machine is so already.
 */
size_t qtest_op_cmds(const struct qtest_layout *l, const struct qtest_lists *lists,
		     const struct op *op, struct qtest_cmd *cmd)
{
	u64 reg;

	switch (op->id) {
	case OP_GUEST_READ:
		reg = op_arg(op, ARG_GUEST_READ_reg);
		return put_access(l, cmd, QTEST_READ,
				  op_arg(op, ARG_GUEST_READ_at) + place_offset(reg),
				  op_access_size(reg, op_arg(op, ARG_GUEST_READ_size)), 0);
	case OP_GUEST_WRITE:
		reg = op_arg(op, ARG_GUEST_WRITE_reg);
		return put_access(l, cmd, QTEST_WRITE,
				  op_arg(op, ARG_GUEST_WRITE_at) + place_offset(reg),
				  op_access_size(reg, op_arg(op, ARG_GUEST_WRITE_size)),
				  op_arg(op, ARG_GUEST_WRITE_value));
	case OP_GUEST_WALK:
		return put_walk(l, cmd, op_arg(op, ARG_GUEST_WALK_at));
	case OP_IRQ_LINE:
		return put_line(cmd, op);
	case OP_GUEST_ACK:
		return put_ack(cmd, op);
	case OP_GUEST_EOI:
		return put_eoi(cmd, lists);
	case OP_GUEST_DEACTIVATE:
		return put_deactivate(cmd, lists, op);
	default:
		return 0;
	}
}

static bool is_redist(u64 pidr2)
{
	u64 revision = bits_get(pidr2, 7, 4);

	return revision == 3 || revision == 4;
}

static void get_walk(const struct qtest_cmd *cmd, size_t nr, struct op_result *res)
{
	res->status = OP_NO_LAST;
	for (size_t i = 0; i + 1 < nr && is_redist(cmd[i].value); i += 2) {
		u64 typer = cmd[i + 1].value;

		res->val[res->nr_vals++] = typer;
		if (reg_field_get(FIELD_GICR_TYPER_Last, typer)) {
			res->status = OP_DONE;
			return;
		}
	}
}

static void remember_ack(struct qtest_lists *lists, const struct op *op, u64 value)
{
	/* IHI 0048B GICC_IAR: the CPU that sent an SGI stands above the INTID. */
	if (bits_get(value, 9, 0) >= GUEST_INTID_SPECIAL || lists->nr_acked == GUEST_MAX_ACKED)
		return;
	lists->acked[lists->nr_acked++] = (struct qtest_acked){
		.value = (u32)value,
		.group1 = op_arg(op, ARG_GUEST_ACK_group),
	};
}

static u64 remember_eoi(struct qtest_lists *lists, u64 ctlr)
{
	u32 value = lists->acked[--lists->nr_acked].value;

	if (lists->nr_ended < GUEST_MAX_ENDED && reg_field_get(FIELD_GICC_CTLR_EOImode, ctlr))
		lists->ended[lists->nr_ended++] = value;
	return value;
}

/* Follows what the interpreter keeps of a guest's acknowledges: guest_code/interp.c. */
static u64 remember(struct qtest_lists *lists, const struct op *op, const struct qtest_cmd *cmd,
		    size_t nr)
{
	if (!nr)
		return GUEST_INTID_NONE;
	if (op->id == OP_GUEST_EOI)
		return remember_eoi(lists, cmd[1].value);
	if (op->id == OP_GUEST_DEACTIVATE)
		return lists->ended[--lists->nr_ended];
	remember_ack(lists, op, cmd->value);
	return cmd->value;
}

/**
 * qtest_op_result() - how an operation ended
 * @lists: what its guest remembers
 * @op:  the operation
 * @cmd: its commands, performed
 * @nr:  of them
 * @res: filled in
 */
void qtest_op_result(struct qtest_lists *lists, const struct op *op, const struct qtest_cmd *cmd,
		     size_t nr, struct op_result *res)
{
	res->status = OP_DONE;
	res->err = 0;
	res->nr_vals = 0;
	switch (op->id) {
	case OP_GUEST_WALK:
		get_walk(cmd, nr, res);
		break;
	case OP_GUEST_READ:
		res->val[res->nr_vals++] = cmd->value;
		break;
	case OP_GUEST_ACK:
	case OP_GUEST_EOI:
	case OP_GUEST_DEACTIVATE:
		res->val[res->nr_vals++] = remember(lists, op, cmd, nr);
		break;
	default:
		break;
	}
}
