// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the operations of a program have in common: its vCPUs, where its frames
 * are, the queue of its ITS.  Operations of another program are adapted to them.
 */
#include <string.h>

#include "lib/prog/mem.h"
#include "lib/prog/mutate_part.h"

#define QUEUE_PAGE 0x1000u /* what GITS_CBASER.Size counts */

static const u64 usual_bases[NR_VM_FRAMES] = {
	[VM_DIST] = GEN_DIST_BASE,
	[VM_CPUIF] = GEN_CPUIF_BASE,
	[VM_REDIST] = GEN_REDIST_BASE,
	[VM_ITS] = MUTATE_ITS_BASE,
};

static const u64 frame_bytes[NR_VM_FRAMES] = {
	[VM_DIST] = GICD_BYTES,
	[VM_CPUIF] = GICC_BYTES,
	[VM_REDIST] = (u64)GEN_MAX_VCPUS * GICR_BYTES,
	[VM_ITS] = GITS_BYTES,
};

/**
 * vm_map_usual() - where the generators place what they make
 * @like: whose vCPUs they are told of
 * @vm:   filled in
 */
void vm_map_usual(const struct vm_map *like, struct vm_map *vm)
{
	*vm = *like;
	memcpy(vm->base, usual_bases, sizeof(vm->base));
}

static void map_vcpu(struct vm_map *vm, u64 id)
{
	for (unsigned int i = 0; i < vm->nr_vcpus; i++) {
		if (vm->vcpu[i] == id)
			return;
	}
	if (vm->nr_vcpus < GEN_MAX_VCPUS)
		vm->vcpu[vm->nr_vcpus++] = id;
}

static void map_addr(struct vm_map *vm, u64 type, u64 base)
{
	static const u8 frames[NR_ADDR_TYPES] = {
		[ADDR_V2_DIST] = VM_DIST,
		[ADDR_V2_CPUIF] = VM_CPUIF,
		[ADDR_V3_DIST] = VM_DIST,
		[ADDR_V3_REDIST] = VM_REDIST,
	};

	vm->base[frames[type]] = base;
}

/**
 * vm_map_of() - the vCPUs and frames of a program
 * @p:  the program
 * @vm: filled in; what the program does not have is as usual
 */
void vm_map_of(const struct prog *p, struct vm_map *vm)
{
	static const struct vm_map none;

	vm_map_usual(&none, vm);
	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];

		if (op->id == OP_CREATE_VCPU)
			map_vcpu(vm, op_arg(op, ARG_CREATE_VCPU_id));
		else if (op->id == OP_SET_ADDR)
			map_addr(vm, op_arg(op, ARG_SET_ADDR_type), op_arg(op, ARG_SET_ADDR_base));
		else if (op->id == OP_SET_ITS_ADDR)
			vm->base[VM_ITS] = op_arg(op, ARG_SET_ITS_ADDR_base);
		else if (op->id == OP_REDIST_REGION && !op_arg(op, ARG_REDIST_REGION_index))
			vm->base[VM_REDIST] = op_arg(op, ARG_REDIST_REGION_base);
	}
	if (!vm->nr_vcpus)
		vm->vcpu[vm->nr_vcpus++] = 0;
}

static void add_hot(struct gen *g, u64 intid)
{
	for (unsigned int i = 0; i < g->nr_hot; i++) {
		if (g->hot[i] == intid)
			return;
	}
	if (g->nr_hot < GEN_MAX_HOT && intid < 1020)
		g->hot[g->nr_hot++] = (unsigned int)intid;
}

/* The interrupt that the lowest bit of a register stands for. */
static void add_hot_of_reg(struct gen *g, u64 where, u64 value)
{
	struct reg_at at;

	reg_find_at(where, &at);
	if (at.reg < 0 || !value || gen_reg((enum reg_id)at.reg).bits != 1)
		return;
	add_hot(g, 32 * (at.index + reg_desc((enum reg_id)at.reg)->first) +
			   (unsigned int)__builtin_ctzll(value) % 32);
}

static void add_hot_of_op(struct gen *g, const struct op *op)
{
	if (op->id == OP_IRQ_LINE)
		add_hot(g, op_arg(op, ARG_IRQ_LINE_intid));
	else if (op->id == OP_GUEST_WRITE)
		add_hot_of_reg(g, op_arg(op, ARG_GUEST_WRITE_reg),
			       op_arg(op, ARG_GUEST_WRITE_value));
	else if (op->id == OP_USER_WRITE)
		add_hot_of_reg(g, op_arg(op, ARG_USER_WRITE_reg), op_arg(op, ARG_USER_WRITE_value));
}

/**
 * mutate_survey() - find out what a program uses
 * @m: the mutator, which then knows it
 * @p: the program; it must stay until the next survey
 */
void mutate_survey(struct mutator *m, const struct prog *p)
{
	struct rng r = m->g.r;

	m->of = p;
	vm_map_of(p, &m->vm);
	m->g = (struct gen){
		.r = r,
		.p = &m->fresh,
		.rough = true,
		.group0 = true,
		.aliases = true,
		.nr_vcpus = m->vm.nr_vcpus,
		.nr_irqs = 256,
	};
	memcpy(m->g.vcpu, m->vm.vcpu, sizeof(m->g.vcpu));
	for (size_t i = 0; i < p->nr_ops; i++)
		add_hot_of_op(&m->g, &p->op[i]);
	/* One of each kind, at least. */
	add_hot(&m->g, rng_below(&m->g.r, 16));
	add_hot(&m->g, 16 + rng_below(&m->g.r, 9));
	add_hot(&m->g, 32 + rng_below(&m->g.r, 64));
}

static u64 adapt_vcpu(const struct mutator *m, const struct vm_map *from, u64 id)
{
	for (unsigned int i = 0; i < from->nr_vcpus; i++) {
		if (from->vcpu[i] == id)
			return m->vm.vcpu[i % m->vm.nr_vcpus];
	}
	return id;
}

static u64 adapt_frame(const struct mutator *m, const struct vm_map *from, u64 at)
{
	for (unsigned int i = 0; i < NR_VM_FRAMES; i++) {
		if (at >= from->base[i] && at - from->base[i] < frame_bytes[i])
			return m->vm.base[i] + (at - from->base[i]);
	}
	return at;
}

/**
 * mutate_adapt() - make an operation of another program one of this one
 * @m:    the mutator, which knows this program
 * @from: the other one's vCPUs and frames
 * @op:   changed
 */
void mutate_adapt(const struct mutator *m, const struct vm_map *from, struct op *op)
{
	for (unsigned int k = 0; k < op_nr_args(op->id); k++) {
		switch (m->class[op_desc(op->id)->first_arg + k]) {
		case CLASS_VCPU:
			op->arg[k] = adapt_vcpu(m, from, op->arg[k]);
			break;
		case CLASS_FRAME:
			op->arg[k] = adapt_frame(m, from, op->arg[k]);
			break;
		default:
			break;
		}
	}
}

/* The register of the same name that the other kind of vGIC has. */
static bool place_to_gic(u64 *where, enum gic_version gic)
{
	struct reg_at at;

	reg_find_at(*where, &at);
	for (unsigned int i = 0; i < NR_REGS && at.reg >= 0; i++) {
		const struct reg_desc *from = reg_desc((enum reg_id)at.reg);
		const struct reg_desc *to = reg_desc((enum reg_id)i);

		if (frame_desc(to->frame)->gic == gic && !strcmp(to->name, from->name) &&
		    !strcmp(frame_desc(to->frame)->prefix, frame_desc(from->frame)->prefix)) {
			*where = reg_place((enum reg_id)i, at.index % to->count);
			return true;
		}
	}
	return false;
}

/**
 * mutate_to_gic() - make an operation one of the other kind of vGIC
 * @op:  of a program of one kind; changed
 * @gic: the other kind
 *
 * Return: false if that kind has nothing like it.
 */
bool mutate_to_gic(struct op *op, enum gic_version gic)
{
	static const u8 addr_types[NR_ADDR_TYPES] = {
		[ADDR_V2_DIST] = ADDR_V3_DIST,
		[ADDR_V2_CPUIF] = ADDR_V3_REDIST,
		[ADDR_V3_DIST] = ADDR_V2_DIST,
		[ADDR_V3_REDIST] = ADDR_V2_CPUIF,
	};

	if (op_desc(op->id)->gic && op_desc(op->id)->gic != (int)gic)
		return false;
	for (unsigned int k = 0; k < op_nr_args(op->id); k++) {
		u64 *v = &op->arg[k];

		switch (op_arg_desc(op_desc(op->id)->first_arg + k)->kind) {
		case ARG_KIND_PLACE:
			if (frame_desc(place_frame(*v))->gic != gic && !place_to_gic(v, gic))
				return false;
			break;
		case ARG_KIND_ADDR_TYPE:
			if (addr_type_desc((enum addr_type) * v)->gic != gic)
				*v = addr_types[*v];
			break;
		case ARG_KIND_OPTHEX:
			/* Where a GICv2 has its CPU interface; a GICv3 has none there. */
			*v = gic == GIC_V2 ? GEN_CPUIF_BASE : 0;
			break;
		default:
			break;
		}
	}
	return true;
}

/**
 * op_is_setup() - does an operation make the VM?
 * @op: any
 *
 * Return: whether.
 */
bool op_is_setup(const struct op *op)
{
	static const bool setup[NR_OPS] = {
		[OP_CREATE_VGIC] = true, [OP_CREATE_VCPU] = true,   [OP_SET_ADDR] = true,
		[OP_INIT_VGIC] = true,	 [OP_REDIST_REGION] = true, [OP_SET_NR_IRQS] = true,
		[OP_CREATE_ITS] = true,	 [OP_SET_ITS_ADDR] = true,  [OP_INIT_ITS] = true,
	};

	return setup[op->id];
}

/**
 * prog_setup_end() - where a VM is made
 * @p: the program
 *
 * Return: the number of the first operation after all that make the VM.
 */
size_t prog_setup_end(const struct prog *p)
{
	size_t end = p->nr_ops;

	while (end && !op_is_setup(&p->op[end - 1]))
		end--;
	return end;
}

/* The value that an operation writes to a register, or NULL. */
static u64 *written_value(struct op *op, enum reg_id reg)
{
	struct reg_at at = { .reg = -1 };

	if (op->id == OP_GUEST_WRITE)
		reg_find_at(op_arg(op, ARG_GUEST_WRITE_reg), &at);
	else if (op->id == OP_USER_WRITE)
		reg_find_at(op_arg(op, ARG_USER_WRITE_reg), &at);
	if (at.reg != (int)reg || at.byte)
		return NULL;
	return &op->arg[op_nr_args(op->id) - 1];
}

/* The queue of an ITS, as a program has it so far. */
struct queue {
	u64 base, bytes; /* gpa */
	u64 end; /* offset of the next command */
};

static void begin_queue(struct queue *q, u64 cbaser)
{
	q->base = cbaser & reg_field_mask(FIELD_GITS_CBASER_Physical_Address);
	q->bytes = (reg_field_get(FIELD_GITS_CBASER_Size, cbaser) + 1) * QUEUE_PAGE;
	q->end = 0;
}

static bool put_in_queue(struct queue *q, u64 *at)
{
	u64 old = *at, next = q->base + q->end;

	if (next < PROG_MEM_BASE || next > PROG_MEM_LAST)
		return false;
	*at = next;
	q->end = (q->end + ITS_CMD_BYTES) % q->bytes;
	return *at != old;
}

/**
 * mutate_queue() - make the commands of a program follow each other
 * @p: each command of it comes after the one before it in the ITS's queue, and
 *     what is written to GITS_CWRITER is the end of those before it
 *
 * Return: whether anything changed.
 */
bool mutate_queue(struct prog *p)
{
	struct queue q = { .base = PROG_MEM_BASE, .bytes = QUEUE_PAGE };
	bool changed = false;

	for (size_t i = 0; i < p->nr_ops; i++) {
		struct op *op = &p->op[i];
		u64 cmd[ITS_CMD_WORDS], *value;

		if (op_its_command(op, cmd)) {
			/* All have their place as the first argument. */
			changed |= put_in_queue(&q, &op->arg[0]);
			continue;
		}
		value = written_value(op, REG_GITS_CBASER);
		if (value)
			begin_queue(&q, *value);
		value = written_value(op, REG_GITS_CWRITER);
		changed |= value && *value != q.end;
		if (value)
			*value = q.end;
	}
	return changed;
}
