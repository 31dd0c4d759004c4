// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest does, by the library's calls: step by step what guest_code/interp.c
 * does at EL1, so that results are the same.  Exceptions that the processor takes
 * before KVM sees anything are taken here.
 */
#include "lib/target/hosted/hosted.h"

#include <string.h>

#include "lib/prog/mem.h"
#include "lib/target/plant.h"

/* Syndromes, DDI 0487 ESR_EL1: the exception class, IL, and what it says of a data abort. */
#define ESR_UNKNOWN 0x02000000ULL
#define ESR_ADDRESS_SIZE 0x96000000ULL
#define ESR_ALIGNMENT 0x96000021ULL
#define ESR_WRITE (1ULL << 6)

/* One operation of a guest, as struct guest_lane has it. */
struct guest {
	struct hosted_machine *m;
	struct hosted_vcpu *v;
	const struct op *op;
	bool no_device; /* an access has exited to userspace */
	u64 esr, far; /* of the last exception; esr is 0 if none came */
};

static void begin(struct guest *g)
{
	g->no_device = false;
	g->esr = 0;
}

/* ELR_EL1 would be an address in code that is not there. */
static void set_abort(const struct guest *g, struct op_result *res)
{
	res->status = OP_ABORT;
	res->nr_vals = 3;
	res->val[0] = g->esr;
	res->val[1] = 0;
	res->val[2] = g->far;
}

static void set_done(struct op_result *res)
{
	res->status = OP_DONE;
	res->nr_vals = 0;
}

static void set_value(struct op_result *res, u64 val)
{
	set_done(res);
	res->val[res->nr_vals++] = val;
}

/* Return: whether the access was performed. */
static bool finish(const struct guest *g, struct op_result *res, u64 val, bool has_val)
{
	set_done(res);
	if (g->esr)
		set_abort(g, res);
	else if (g->no_device)
		res->status = OP_NO_DEVICE;
	else if (has_val)
		set_value(res, val);
	return res->status == OP_DONE;
}

static void take_exception(struct guest *g, u64 esr, u64 far)
{
	g->esr = esr;
	g->far = far;
}

static bool is_within(u64 gpa, u64 base, u64 bytes)
{
	return gpa - base < bytes;
}

static bool is_memory(const struct hosted_machine *m, u64 gpa)
{
	return is_within(gpa, PROG_RAM_BASE, GUEST_DOORBELL_OFFSET) ||
	       (m->has_mem && is_within(gpa, PROG_MEM_BASE, PROG_MEM_BYTES));
}

/* @val is 0 after a load that was not performed; bytes beyond @bytes are 0. */
static void access_memory(const struct guest *g, u64 gpa, unsigned int bytes, bool write, u64 *val)
{
	const struct hosted_kernel *k = g->m->kernel;
	u8 byte[8] = { 0 };

	for (unsigned int i = 0; write && i < bytes; i++)
		byte[i] = (u8)(*val >> 8 * i);
	if (write)
		(void)k->mem_write(g->m->vm, gpa, byte, bytes);
	else
		(void)k->mem_read(g->m->vm, gpa, byte, bytes);
	*val = 0;
	for (unsigned int i = 0; i < bytes; i++)
		*val |= (u64)byte[i] << 8 * i;
}

/* A load or a store of an aligned device's or of memory.  Return: what was loaded. */
static u64 access_at(struct guest *g, u64 gpa, unsigned int bytes, bool write, u64 value)
{
	u64 mask = bits_mask(8 * bytes - 1, 0);
	unsigned long long val = value & mask;

	if (gpa % bytes) {
		take_exception(g, ESR_ALIGNMENT | (write ? ESR_WRITE : 0), gpa);
		return 0;
	}
	if (gpa >> g->m->prog->ipa_bits) {
		take_exception(g, ESR_ADDRESS_SIZE | (write ? ESR_WRITE : 0), gpa);
		return 0;
	}
	if (is_memory(g->m, gpa)) {
		access_memory(g, gpa, bytes, write, &value);
		return value;
	}
	switch (g->m->kernel->mmio(g->m->vm, g->v->number, gpa, bytes, write, &val)) {
	case HOSTED_DONE:
		return val & mask;
	case HOSTED_NO_DEVICE:
		g->no_device = true;
		break;
	case HOSTED_UNDEF:
		take_exception(g, ESR_UNKNOWN, 0);
		break;
	}
	return 0;
}

/* MRS or MSR.  Return: what was read. */
static u64 access_sysreg(struct guest *g, u32 encoding, bool write, u64 value)
{
	unsigned long long val = value;

	if (g->m->kernel->sysreg(g->m->vm, g->v->number, encoding, write, &val) == HOSTED_DONE)
		return val;
	take_exception(g, ESR_UNKNOWN, 0);
	return 0;
}

static void access_reg(struct guest *g, u64 reg, u64 at, u64 size, const u64 *value,
		       struct op_result *res)
{
	u64 val = value ? *value : 0;

	begin(g);
	if (frame_desc(place_frame(reg))->kind == FRAME_KIND_SYSREG)
		val = access_sysreg(g, place_offset(reg), value, val);
	else
		val = access_at(g, at + place_offset(reg), op_access_size(reg, size), value, val);
	finish(g, res, val, !value);
}

static void read_reg(struct guest *g, struct op_result *res)
{
	access_reg(g, op_arg(g->op, ARG_GUEST_READ_reg), op_arg(g->op, ARG_GUEST_READ_at),
		   op_arg(g->op, ARG_GUEST_READ_size), NULL, res);
}

static void write_reg(struct guest *g, struct op_result *res)
{
	u64 value = op_arg(g->op, ARG_GUEST_WRITE_value);

	access_reg(g, op_arg(g->op, ARG_GUEST_WRITE_reg), op_arg(g->op, ARG_GUEST_WRITE_at),
		   op_arg(g->op, ARG_GUEST_WRITE_size), &value, res);
}

static void load(struct guest *g, struct op_result *res)
{
	u64 val;

	begin(g);
	val = access_at(g, op_arg(g->op, ARG_GUEST_LOAD_at),
			op_mem_size(op_arg(g->op, ARG_GUEST_LOAD_size)), false, 0);
	finish(g, res, val, true);
}

static void store(struct guest *g, struct op_result *res)
{
	begin(g);
	access_at(g, op_arg(g->op, ARG_GUEST_STORE_at),
		  op_mem_size(op_arg(g->op, ARG_GUEST_STORE_size)), true,
		  op_arg(g->op, ARG_GUEST_STORE_value));
	finish(g, res, 0, false);
}

/* Return: whether it was performed. */
static bool load_frame(struct guest *g, u64 gpa, unsigned int bytes, u64 *val)
{
	begin(g);
	*val = access_at(g, gpa, bytes, false, 0);
	return !g->esr && !g->no_device;
}

/* As an operating system looks for its redistributor. */
static void walk(struct guest *g, struct op_result *res)
{
	u64 frame = op_arg(g->op, ARG_GUEST_WALK_at), val;

	for (res->nr_vals = 0; res->nr_vals < GUEST_MAX_VALS; frame += GICR_BYTES) {
		res->status = OP_NO_LAST;
		if (!load_frame(g, frame + GICR_PIDR2_OFFSET, 4, &val))
			return;
		val = bits_get(val, 7, 4);
		if (val != 3 && val != 4)
			return;
		if (!load_frame(g, frame + GICR_TYPER_OFFSET, 8, &val))
			return;
		res->val[res->nr_vals++] = val;
		if (bits_get(val, 4, 4)) {
			res->status = OP_DONE;
			return;
		}
	}
}

static bool is_v2(const struct guest *g)
{
	return g->m->prog->gic == GIC_V2;
}

/* A register of the CPU interface, in the frame of a GICv2 or a system register. */
static u64 access_cpuif(struct guest *g, u32 offset, u32 encoding, bool write, u64 value)
{
	if (is_v2(g))
		return access_at(g, op_cpuif_at(g->op) + offset, 4, write, value);
	return access_sysreg(g, encoding, write, value);
}

static u64 read_iar(struct guest *g, bool group1)
{
	if (group1)
		return access_cpuif(g, GICC_AIAR_OFFSET, ICC_IAR1_OFFSET, false, 0);
	return access_cpuif(g, GICC_IAR_OFFSET, ICC_IAR0_OFFSET, false, 0);
}

/* To the register that belongs to the one it was acknowledged by. */
static void write_eoir(struct guest *g, u64 val, bool group1)
{
	if (group1)
		access_cpuif(g, GICC_AEOIR_OFFSET, ICC_EOIR1_OFFSET, true, val);
	else
		access_cpuif(g, GICC_EOIR_OFFSET, ICC_EOIR0_OFFSET, true, val);
}

static void write_dir(struct guest *g, u64 val)
{
	access_cpuif(g, GICC_DIR_OFFSET, ICC_DIR_OFFSET, true, val);
}

static bool reads_eoimode(struct guest *g)
{
	u64 val = access_cpuif(g, GICC_CTLR_OFFSET, ICC_CTLR_OFFSET, false, 0);

	return is_v2(g) ? bits_get(val, 9, 9) : bits_get(val, 1, 1);
}

static bool is_interrupt(u64 intid)
{
	return intid < GUEST_INTID_SPECIAL || intid > GUEST_INTID_NONE;
}

static u64 intid_of(const struct guest *g, u64 val)
{
	return is_v2(g) ? bits_get(val, 9, 0) : bits_get(val, 23, 0);
}

static void remember(struct guest *g, u64 val, bool group1)
{
	struct guest_lists *lists = &g->v->lists;

	if (!is_interrupt(intid_of(g, val)) || lists->nr_acked == GUEST_MAX_ACKED)
		return;
	lists->acked[lists->nr_acked++] =
		(u32)bits_get(val, 23, 0) | (group1 ? GUEST_ACKED_GROUP1 : 0);
}

static void ack(struct guest *g, struct op_result *res)
{
	bool group1 = op_arg(g->op, ARG_GUEST_ACK_group);
	u64 val;

	begin(g);
	val = read_iar(g, group1);
	if (finish(g, res, val, true))
		remember(g, val, group1);
}

static void eoi(struct guest *g, struct op_result *res)
{
	struct guest_lists *lists = &g->v->lists;
	u32 last, val;

	if (!lists->nr_acked) {
		set_value(res, GUEST_INTID_NONE);
		return;
	}
	last = lists->acked[lists->nr_acked - 1];
	val = last & ~GUEST_ACKED_GROUP1;
	begin(g);
	write_eoir(g, val, last & GUEST_ACKED_GROUP1);
	if (!finish(g, res, val, true))
		return;
	lists->nr_acked--;
	if (reads_eoimode(g) && lists->nr_ended < GUEST_MAX_ENDED)
		lists->ended[lists->nr_ended++] = val;
	if (g->esr)
		set_abort(g, res);
}

static void deactivate(struct guest *g, struct op_result *res)
{
	struct hosted_vcpu *of = hosted_find_vcpu(g->m, op_arg(g->op, ARG_GUEST_DEACTIVATE_of));
	u32 val;

	if (!of || !of->runnable || !of->lists.nr_ended) {
		set_value(res, GUEST_INTID_NONE);
		return;
	}
	val = of->lists.ended[of->lists.nr_ended - 1];
	begin(g);
	write_dir(g, val);
	if (finish(g, res, val, true))
		of->lists.nr_ended--;
}

/*
 * What is acknowledged in the exception that the vCPU takes now.
 * Return: the value, with the exception; PROG_TOOK_NONE if none is signalled.
 */
static u64 interrupt(struct guest *g, bool *group1)
{
	unsigned int signalled = g->m->kernel->signalled(g->m->vm, g->v->number);
	bool fiq = !(signalled & HOSTED_IRQ);
	u64 val;

	if (!signalled)
		return PROG_TOOK_NONE;
	*group1 = !is_v2(g) && !fiq;
	val = read_iar(g, *group1);
	/* Group 1 of a GICv2 without AckCtl is acknowledged by the alias. */
	if (is_v2(g) && intid_of(g, val) == GUEST_INTID_GROUP1) {
		*group1 = true;
		val = read_iar(g, true);
	}
	return bits_get(val, 23, 0) | (fiq ? PROG_TOOK_FIQ : PROG_TOOK_IRQ);
}

static void take(struct guest *g, struct op_result *res)
{
	bool group1;
	u64 val;

	begin(g);
	val = interrupt(g, &group1);
	if (val != PROG_TOOK_NONE)
		remember(g, bits_get(val, 23, 0), group1);
	finish(g, res, val, true);
}

/* Return: does it name an interrupt, which is ended then? */
static bool end_taken(struct guest *g, u64 val, bool group1)
{
	if (!is_interrupt(intid_of(g, val)))
		return false;
	write_eoir(g, val, group1);
	if (reads_eoimode(g))
		write_dir(g, val);
	return true;
}

static void serve(struct guest *g, struct op_result *res)
{
	unsigned int nr = 0, spurious = 0;
	u64 log[GUEST_MAX_VALS];
	bool group1;

	begin(g);
	/* Neither a line that stays high nor a wrong signal may go on for ever. */
	while (nr < GUEST_MAX_VALS && spurious < 2) {
		log[nr] = interrupt(g, &group1);
		if (log[nr++] == PROG_TOOK_NONE)
			break;
		spurious = end_taken(g, bits_get(log[nr - 1], 23, 0), group1) ? 0 : spurious + 1;
	}
	if (!finish(g, res, 0, false))
		return;
	if (spurious == 2 && nr < GUEST_MAX_VALS)
		log[nr++] = PROG_TOOK_NONE;
	res->nr_vals = nr;
	memcpy(res->val, log, nr * sizeof(log[0]));
}

/**
 * hosted_guest_sleeps() - would a WFI of this vCPU sleep now?
 * @m:  the machine
 * @v:  a vCPU that has entered its guest
 * @op: the operation that executes it
 *
 * Return: whether nothing that has happened so far ends it.
 */
bool hosted_guest_sleeps(const struct hosted_machine *m, const struct hosted_vcpu *v,
			 const struct op *op)
{
	if (plant_oversleeps(m->prog, op))
		return true;
	/* The processor does not even trap to KVM while an interrupt is signalled. */
	return !m->kernel->signalled(m->vm, v->number) && !m->kernel->wakes(m->vm, v->number);
}

/**
 * hosted_guest_rests() - does a WFI of this vCPU sleep until it is ended from outside?
 * @m:  the machine, in which nobody else goes on
 * @v:  a vCPU that has entered its guest
 * @op: the operation that executes it
 *
 * Time passes while it sleeps.
 *
 * Return: whether.
 */
bool hosted_guest_rests(const struct hosted_machine *m, const struct hosted_vcpu *v,
			const struct op *op)
{
	while (hosted_guest_sleeps(m, v, op)) {
		if (!m->kernel->pass_time(m->vm, PROG_TIMER_SOON))
			return true;
	}
	return false;
}

static void idle(struct guest *g, struct op_result *res)
{
	if (hosted_guest_rests(g->m, g->v, g->op))
		set_value(res, PROG_IDLE_ENDED);
	else
		take(g, res);
}

/**
 * hosted_guest_perform() - perform an operation in the guest
 * @m:   the machine
 * @v:   a vCPU that has entered its guest
 * @op:  one of AGENT_GUEST, or OP_RUN
 * @res: receives the outcome
 */
void hosted_guest_perform(struct hosted_machine *m, struct hosted_vcpu *v, const struct op *op,
			  struct op_result *res)
{
	struct guest g = { .m = m, .v = v, .op = op };

	switch (op->id) {
	case OP_GUEST_READ:
		read_reg(&g, res);
		break;
	case OP_GUEST_WRITE:
		write_reg(&g, res);
		break;
	case OP_GUEST_WALK:
		walk(&g, res);
		break;
	case OP_GUEST_ACK:
		ack(&g, res);
		break;
	case OP_GUEST_EOI:
		eoi(&g, res);
		break;
	case OP_GUEST_DEACTIVATE:
		deactivate(&g, res);
		break;
	case OP_GUEST_TAKE:
		take(&g, res);
		break;
	case OP_GUEST_SERVE:
		serve(&g, res);
		break;
	case OP_GUEST_WFI:
		set_value(res, hosted_guest_rests(m, v, op));
		break;
	case OP_GUEST_IDLE:
		idle(&g, res);
		break;
	case OP_GUEST_LOAD:
		load(&g, res);
		break;
	case OP_GUEST_STORE:
		store(&g, res);
		break;
	default: /* barriers, caches and a run without operations */
		set_done(res);
		break;
	}
}
