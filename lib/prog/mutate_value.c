// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of mutated operations: values that the program uses already, values
 * at which something happens, and any others; all of them in their range.
 */
#include <string.h>

#include "lib/prog/mutate_part.h"

#define ADDRESS_BITS 30 /* fields of registers that are wider hold addresses */
#define MAX_TRIES 8 /* to find an operation or a value that will do */

static const struct {
	const char *name;
	enum arg_class class;
} class_names[] = {
	{ "vcpu", CLASS_VCPU },	      { "id", CLASS_VCPU },	{ "of", CLASS_VCPU },
	{ "rdbase", CLASS_VCPU },     { "intid", CLASS_INTID }, { "device", CLASS_DEVICE },
	{ "devid", CLASS_DEVICE },    { "event", CLASS_EVENT }, { "data", CLASS_EVENT },
	{ "icid", CLASS_COLLECTION }, { "at", CLASS_FRAME },	{ "base", CLASS_FRAME },
	{ "itt", CLASS_MEMORY },      { "value", CLASS_VALUE }, { "attr", CLASS_VALUE },
};

/* Values at which something happens, of each class. */
static const u64 some_numbers[] = { 0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 64, 255, 256, 992, 1024 };
static const u64 some_vcpus[] = { 0, 1, 2, 3, 7, 8, 15, 16, 17, 255, 511, 512 };
static const u64 some_intids[] = { 0,	 1,    15,   16,   24,	 31,	32,    33,   63,   64,
				   95,	 255,  256,  991,  992,	 1019,	1020,  1023, 1024, 4095,
				   8191, 8192, 8193, 8199, 8200, 16383, 16384, 65535 };
static const u64 some_devices[] = { 0, 0, 1, 1, 2, 0xff, 0xffff, 0x10000 };
static const u64 some_events[] = { 0, 0, 1, 1, 2, 3, 15, 16, 31, 32, 0xffff, 0x10000 };
static const u64 some_collections[] = { 0, 0, 1, 1, 2, 0xff, 0xffff };
static const u64 some_frames[] = {
	GEN_DIST_BASE,
	GEN_CPUIF_BASE,
	GEN_REDIST_BASE,
	GEN_REDIST_BASE + GICR_BYTES,
	MUTATE_ITS_BASE,
	MUTATE_ITS_BASE + 0x10040,
	PROG_RAM_BASE,
	PROG_MEM_BASE,
	0,
	(1ULL << 36) - 0x20000,
	(1ULL << 40) - 0x20000,
	1ULL << 40,
};
/* Where the generators and the corpora have queues and tables. */
static const u64 some_memory[] = {
	0x50000000, 0x50000020, 0x50000fe0, 0x50010000, 0x50020000, 0x50030000,	   0x50031000,
	0x50040000, 0x50040001, 0x50050000, 0x50050400, 0x50060400, PROG_MEM_LAST,
};
static const u64 some_values[] = {
	0,
	1,
	2,
	3,
	0x12,
	0x80,
	0xa1,
	0xa3,
	0xf8,
	0xff,
	0xffffffff,
	1ULL << 63,
	UINT64_MAX,
	0x50040000 | 0xd,
	0x50050000,
	0x8000000050000000,
	0x8000000050010200,
	0x8000000050020200,
};

static const struct {
	const u64 *value;
	size_t nr;
} some_of[NR_ARG_CLASSES] = {
	[CLASS_NUMBER] = { some_numbers, ARRAY_SIZE(some_numbers) },
	[CLASS_VCPU] = { some_vcpus, ARRAY_SIZE(some_vcpus) },
	[CLASS_INTID] = { some_intids, ARRAY_SIZE(some_intids) },
	[CLASS_DEVICE] = { some_devices, ARRAY_SIZE(some_devices) },
	[CLASS_EVENT] = { some_events, ARRAY_SIZE(some_events) },
	[CLASS_COLLECTION] = { some_collections, ARRAY_SIZE(some_collections) },
	[CLASS_FRAME] = { some_frames, ARRAY_SIZE(some_frames) },
	[CLASS_MEMORY] = { some_memory, ARRAY_SIZE(some_memory) },
	[CLASS_VALUE] = { some_values, ARRAY_SIZE(some_values) },
};

static enum arg_class class_of(const struct op_arg_desc *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(class_names); i++) {
		if (!strcmp(class_names[i].name, d->name))
			return d->lo == PROG_MEM_BASE ? CLASS_MEMORY : class_names[i].class;
	}
	return CLASS_NUMBER;
}

/**
 * mutate_classify() - what the arguments of all operations mean
 * @m: the mutator, which then knows it
 */
void mutate_classify(struct mutator *m)
{
	for (unsigned int i = 0; i < NR_OP_ARGS; i++)
		m->class[i] = (u8)class_of(op_arg_desc(i));
}

static u64 fit_number(const struct op_arg_desc *d, u64 value)
{
	u64 range = d->hi - d->lo;

	if (range == UINT64_MAX)
		return value - value % d->unit;
	if (value < d->lo || value > d->hi)
		value = d->lo + value % (range + 1);
	return value - (value - d->lo) % d->unit;
}

/**
 * mutate_fit() - bring the arguments of an operation into their ranges
 * @p:  the program that it is in
 * @op: changed where it is not valid
 */
void mutate_fit(const struct prog *p, struct op *op)
{
	for (unsigned int k = 0; k < op_nr_args(op->id); k++) {
		const struct op_arg_desc *d = op_arg_desc(op_desc(op->id)->first_arg + k);
		u64 *v = &op->arg[k];

		switch (d->kind) {
		case ARG_KIND_PLACE:
			if (*v >> 32 >= NR_FRAMES || !frame_is_of(place_frame(*v), p->gic) ||
			    place_offset(*v) >= frame_desc(place_frame(*v))->bytes)
				*v = place(prog_frame(p->gic, 0), 0);
			break;
		case ARG_KIND_AT:
			*v = op_is_in_memory(op) ? fit_number(d, *v) : 0;
			break;
		case ARG_KIND_SIZE:
			if (*v & (*v - 1) || *v > d->hi || !op_is_in_memory(op))
				*v = 0;
			break;
		default:
			*v = fit_number(d, *v);
			break;
		}
	}
}

/* Which argument is the operation's place, or -1. */
static int place_arg(const struct op *op)
{
	for (unsigned int k = 0; k < op_nr_args(op->id); k++) {
		if (op_arg_desc(op_desc(op->id)->first_arg + k)->kind == ARG_KIND_PLACE)
			return (int)k;
	}
	return -1;
}

/**
 * mutate_frame_base() - where the program has a frame
 * @m:     the mutator, which knows the program
 * @frame: the frame
 * @n:     number of the vCPU whose redistributor it is, if it is one
 *
 * Return: gpa; 0 of system registers.
 */
u64 mutate_frame_base(const struct mutator *m, enum frame_id frame, unsigned int n)
{
	switch (frame) {
	case FRAME_GICD:
	case FRAME_GICD2:
		return m->vm.base[VM_DIST];
	case FRAME_GICC:
		return m->vm.base[VM_CPUIF];
	case FRAME_GICR:
		return m->vm.base[VM_REDIST] + n * (u64)GICR_BYTES;
	case FRAME_GITS:
		return m->vm.base[VM_ITS];
	default:
		return 0;
	}
}

/* What an argument of the same class has somewhere in the program. */
static bool pick_used(struct mutator *m, enum arg_class class, u64 *value)
{
	for (unsigned int tries = MAX_TRIES; tries && m->of->nr_ops; tries--) {
		const struct op *op = &m->of->op[rng_below(&m->g.r, m->of->nr_ops)];

		for (unsigned int k = 0; k < op_nr_args(op->id); k++) {
			if (m->class[op_desc(op->id)->first_arg + k] != class)
				continue;
			*value = op->arg[k];
			return true;
		}
	}
	return false;
}

static u64 pick_number(struct mutator *m, const struct op_arg_desc *d, enum arg_class class)
{
	struct rng *r = &m->g.r;
	u64 value;

	switch (rng_below(r, 8)) {
	case 0:
		return d->lo;
	case 1:
		return d->hi;
	case 2:
		return rng_next(r);
	case 3:
	case 4:
		return some_of[class].value[rng_below(r, some_of[class].nr)];
	default:
		if (class == CLASS_VCPU)
			return m->vm.vcpu[rng_below(r, m->vm.nr_vcpus)];
		if (class != CLASS_NUMBER && pick_used(m, class, &value))
			return value;
		return d->lo + rng_below(r, 4) * d->unit;
	}
}

static enum reg_id reg_end(enum frame_id frame)
{
	return frame + 1 < NR_FRAMES ? frame_desc(frame + 1)->first : NR_REGS;
}

static u64 pick_in_frame(struct mutator *m, enum frame_id frame)
{
	enum reg_id first = frame_desc(frame)->first, reg;

	if (gen_once_in(&m->g, 16))
		return place(frame, (u32)rng_below(&m->g.r, frame_desc(frame)->bytes));
	reg = (enum reg_id)(first + rng_below(&m->g.r, reg_end(frame) - first));
	return reg_place(reg, (unsigned int)rng_below(&m->g.r, reg_desc(reg)->count));
}

/* A place in a frame that a program of this kind of vGIC can reach. */
static u64 pick_place(struct mutator *m)
{
	static const enum frame_id v2[] = { FRAME_GICD2, FRAME_GICC };
	static const enum frame_id v3[] = { FRAME_GICD, FRAME_GICR, FRAME_GITS, FRAME_ICC };
	unsigned int nr = 0;

	if (!gen_once_in(&m->g, 32))
		return pick_in_frame(m,
				     m->of->gic == GIC_V2 ? PICK(&m->g.r, v2) : PICK(&m->g.r, v3));
	while (prog_frame(m->of->gic, nr) != NR_FRAMES)
		nr++;
	return pick_in_frame(m, prog_frame(m->of->gic, (unsigned int)rng_below(&m->g.r, nr)));
}

static const struct field_desc *pick_field(struct mutator *m, enum reg_id reg)
{
	const struct field_desc *field = NULL;
	unsigned int nr = 0;

	/* Each with the same chance, without counting them before. */
	for (const struct field_desc *f = reg_first_field(reg); f; f = reg_next_field(f)) {
		if (gen_once_in(&m->g, ++nr))
			field = f;
	}
	return field;
}

/* Another value of a field, at its boundaries mostly. */
static u64 field_value(struct mutator *m, unsigned int bits, u64 old)
{
	u64 max = bits_mask(bits - 1, 0);

	switch (rng_below(&m->g.r, 7)) {
	case 0:
		return 0;
	case 1:
		return 1;
	case 2:
		return max;
	case 3:
		return max - 1;
	case 4:
		return old + 1;
	case 5:
		return old - 1;
	default:
		return rng_next(&m->g.r);
	}
}

static u64 any_bits(struct mutator *m, u64 old)
{
	struct rng *r = &m->g.r;

	switch (rng_below(r, 6)) {
	case 0:
		return PICK(r, some_values);
	case 1:
		return rng_next(r) >> rng_below(r, 64);
	case 2:
		return old + 1;
	case 3:
		return old - 1;
	default:
		return old ^ BIT_ULL(rng_below(r, gen_once_in(&m->g, 2) ? 64 : 8));
	}
}

/* What is written to a register: one of the usual, or another value of a field. */
static u64 value_of_reg(struct mutator *m, enum reg_id reg, u64 old)
{
	struct reg_weight row = gen_reg(reg);
	const struct field_desc *f = pick_field(m, reg);
	struct aim aim = { .write = true };
	u64 value, mask;
	unsigned int bits;

	if (!f || gen_once_in(&m->g, row.value == gen_any_value ? 8 : 2)) {
		aim.intid = gen_hot_between(&m->g, 0, m->g.nr_irqs - 1);
		return row.value(&m->g, &aim);
	}
	bits = f->msb - f->lsb + 1;
	mask = bits_mask(f->msb, f->lsb);
	if (bits >= ADDRESS_BITS && pick_used(m, CLASS_MEMORY, &value))
		return (old & ~mask) | (value & mask);
	return (old & ~mask) | (field_value(m, bits, old >> f->lsb) << f->lsb & mask);
}

static u64 pick_value(struct mutator *m, const struct op *op, u64 old)
{
	int k = place_arg(op);
	struct reg_at at = { .reg = -1 };
	u64 value;

	if (k >= 0)
		reg_find_at(op->arg[k], &at);
	if (at.reg >= 0 && !gen_once_in(&m->g, 8))
		return value_of_reg(m, (enum reg_id)at.reg, old);
	if (gen_once_in(&m->g, 4) && pick_used(m, CLASS_VALUE, &value))
		return value;
	return any_bits(m, old);
}

/* The number of the vCPU that an operation is about, or mostly so. */
static unsigned int pick_vcpu_number(struct mutator *m, const struct op *op)
{
	unsigned int any = (unsigned int)rng_below(&m->g.r, m->vm.nr_vcpus);

	for (unsigned int i = 0; i < m->vm.nr_vcpus; i++) {
		if ((int)m->vm.vcpu[i] == op_vcpu(op) && !gen_once_in(&m->g, 4))
			return i;
	}
	return any;
}

static u64 pick_frame(struct mutator *m, const struct op *op, const struct op_arg_desc *d)
{
	int k = place_arg(op);
	enum frame_id frame = k >= 0 ? place_frame(op->arg[k]) : FRAME_GICC;
	unsigned int n = pick_vcpu_number(m, op);

	/* Where a GICv2 has its CPU interface; a GICv3 has none. */
	if (d->kind == ARG_KIND_OPTHEX && m->of->gic != GIC_V2)
		return gen_once_in(&m->g, 32) ? m->vm.base[VM_DIST] : 0;
	if ((d->kind == ARG_KIND_AT || d->kind == ARG_KIND_OPTHEX) && !gen_once_in(&m->g, 16))
		return mutate_frame_base(m, frame, n);
	if (op->id == OP_SIGNAL_MSI && !gen_once_in(&m->g, 8))
		return m->vm.base[VM_ITS] + GITS_TRANSLATER_OFFSET;
	if (gen_once_in(&m->g, 2))
		return m->vm.base[rng_below(&m->g.r, NR_VM_FRAMES)] +
		       rng_below(&m->g.r, 4) * 0x10000;
	return pick_number(m, d, CLASS_FRAME);
}

/**
 * mutate_pick() - a value of an argument
 * @m:   the mutator, which knows the program
 * @op:  the operation, with the arguments before this one, and the old one
 * @arg: number of the argument
 *
 * Return: the value; mutate_fit() brings it into its range.
 */
u64 mutate_pick(struct mutator *m, const struct op *op, unsigned int arg)
{
	unsigned int id = op_desc(op->id)->first_arg + arg;
	const struct op_arg_desc *d = op_arg_desc(id);
	enum arg_class class = (enum arg_class)m->class[id];

	switch (d->kind) {
	case ARG_KIND_PLACE:
		return pick_place(m);
	case ARG_KIND_SIZE:
		return gen_once_in(&m->g, 8) ? BIT_ULL(rng_below(&m->g.r, 4)) : 0;
	case ARG_KIND_OPT:
		if (id == ARG_CREATE_VCPU_off)
			return 0;
		if (class == CLASS_NUMBER && !gen_once_in(&m->g, 4))
			return id == ARG_SIGNAL_MSI_flags;
		break;
	case ARG_KIND_ADDR_TYPE:
		if (!gen_once_in(&m->g, 16))
			return (m->of->gic == GIC_V2 ? ADDR_V2_DIST : ADDR_V3_DIST) +
			       rng_below(&m->g.r, 2);
		break;
	default:
		break;
	}
	if (class == CLASS_FRAME)
		return pick_frame(m, op, d);
	if (class == CLASS_VALUE)
		return pick_value(m, op, op->arg[arg]);
	return pick_number(m, d, class);
}

/* Near the old value, or another one. */
static u64 change(struct mutator *m, const struct op *op, unsigned int arg)
{
	const struct op_arg_desc *d = op_arg_desc(op_desc(op->id)->first_arg + arg);
	u64 old = op->arg[arg];

	if (d->kind == ARG_KIND_PLACE || d->kind == ARG_KIND_SIZE)
		return mutate_pick(m, op, arg);
	switch (rng_below(&m->g.r, 8)) {
	case 0:
		return old + d->unit;
	case 1:
		return old - d->unit;
	case 2:
		return old ^ d->unit << rng_below(&m->g.r, 16);
	default:
		return mutate_pick(m, op, arg);
	}
}

static bool has_changed(const struct op *a, const struct op *b)
{
	return memcmp(a->arg, b->arg, sizeof(a->arg)) != 0;
}

/**
 * mutate_value() - change a value of an argument
 * @m: the mutator, which knows the program
 * @p: changed
 *
 * Return: whether it was.
 */
bool mutate_value(struct mutator *m, struct prog *p)
{
	for (unsigned int tries = MAX_TRIES; tries && p->nr_ops; tries--) {
		struct op *op = &p->op[rng_below(&m->g.r, p->nr_ops)], old = *op;
		unsigned int nr = op_nr_args(op->id), arg;

		if (!nr)
			continue;
		/* The value of a write, which comes last, has the most to say. */
		arg = gen_once_in(&m->g, 2) ? nr - 1 : (unsigned int)rng_below(&m->g.r, nr);
		op->arg[arg] = change(m, op, arg);
		mutate_fit(p, op);
		if (has_changed(op, &old))
			return true;
	}
	return false;
}

/**
 * mutate_vcpu() - let another vCPU do something, or be named
 * @m: the mutator, which knows the program
 * @p: changed
 *
 * Return: whether it was.
 */
bool mutate_vcpu(struct mutator *m, struct prog *p)
{
	for (unsigned int tries = MAX_TRIES; tries && p->nr_ops; tries--) {
		struct op *op = &p->op[rng_below(&m->g.r, p->nr_ops)], old = *op;

		for (unsigned int k = 0; k < op_nr_args(op->id); k++) {
			if (m->class[op_desc(op->id)->first_arg + k] == CLASS_VCPU)
				op->arg[k] = mutate_pick(m, op, k);
		}
		mutate_fit(p, op);
		if (has_changed(op, &old))
			return true;
	}
	return false;
}

static u64 other_place(struct mutator *m, u64 where)
{
	struct reg_at at;
	u64 next;

	reg_find_at(where, &at);
	switch (rng_below(&m->g.r, 8)) {
	case 0:
		return pick_place(m);
	case 1:
		next = where + (gen_once_in(&m->g, 2) ? 4 : (u64)-4);
		return place_frame(next) == place_frame(where) ? next : where;
	case 2:
	case 3:
		if (at.reg >= 0 && reg_desc((enum reg_id)at.reg)->count > 1)
			return reg_place((enum reg_id)at.reg,
					 (unsigned int)rng_below(
						 &m->g.r, reg_desc((enum reg_id)at.reg)->count));
		break;
	default:
		break;
	}
	return pick_in_frame(m, place_frame(where));
}

/**
 * mutate_retarget() - access another register, where the program has its frame
 * @m: the mutator, which knows the program
 * @p: changed
 *
 * Return: whether it was.
 */
bool mutate_retarget(struct mutator *m, struct prog *p)
{
	for (unsigned int tries = MAX_TRIES; tries && p->nr_ops; tries--) {
		struct op *op = &p->op[rng_below(&m->g.r, p->nr_ops)], old = *op;
		int k = place_arg(op);
		unsigned int at = (unsigned int)k + 1;

		if (k < 0)
			continue;
		op->arg[k] = other_place(m, op->arg[k]);
		mutate_fit(p, op);
		/* Its address follows the place. */
		if (place_frame(op->arg[k]) != place_frame(old.arg[k]) && at < op_nr_args(op->id) &&
		    op_arg_desc(op_desc(op->id)->first_arg + at)->kind == ARG_KIND_AT)
			op->arg[at] = mutate_pick(m, op, at);
		mutate_fit(p, op);
		if (has_changed(op, &old))
			return true;
	}
	return false;
}
