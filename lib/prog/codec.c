// SPDX-License-Identifier: GPL-2.0-only
/*
 * The binary form of programs, which fuzzers mutate: any bytes decode to a valid
 * program.  It is no file format: its numbers change with the operation table,
 * and comments are not in it.
 *
 * A byte for the vm line, then for each operation a byte and its arguments, each
 * as LEB128 of the number of units above the lowest value.  All of them are
 * taken modulo the size of their range.  The top bit of an operation's byte says
 * that it is performed beside the one before it; where that may not be, it says
 * nothing.
 */
#include "lib/prog/prog.h"

#define PAR_BIT 0x80

_Static_assert(NR_OPS <= PAR_BIT, "an operation and its bit in one byte");

static const unsigned int ipa_choices[] = { 40, 36, 48 };

struct writer {
	u8 *buf;
	size_t bytes;
	size_t len; /* as if @bytes were endless */
};

struct reader {
	const u8 *p, *end;
};

static void put_byte(struct writer *w, u8 byte)
{
	if (w->len < w->bytes)
		w->buf[w->len] = byte;
	w->len++;
}

static void put_number(struct writer *w, u64 value)
{
	for (; value > 0x7f; value >>= 7)
		put_byte(w, (u8)(value | 0x80));
	put_byte(w, (u8)value);
}

/* Past the end of the bytes everything is zero. */
static u8 get_byte(struct reader *r)
{
	return r->p < r->end ? *r->p++ : 0;
}

static u64 get_number(struct reader *r)
{
	u64 value = 0;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		u8 byte = get_byte(r);

		value |= (u64)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			break;
	}
	return value;
}

/* At least 1. */
static unsigned int nr_frames(enum gic_version gic)
{
	unsigned int nr = 1;

	while (prog_frame(gic, nr) != NR_FRAMES)
		nr++;
	return nr;
}

/* Rows of registers are sorted by frame, and frames by the kind of vGIC. */
enum {
#define FRAME(name, prefix, kind, version, ...) GIC_OF_##name = GIC_##version,
#include "lib/regs/frame.def"
#undef FRAME
	NR_V2_REGS = 0
#define REG(frame, ...) +(GIC_OF_##frame == GIC_V2)
#define FIELD(...)
#include "lib/regs/gic.def"
#undef REG
	,
	NR_ANY_REGS = 0
#define REG(frame, ...) +(GIC_OF_##frame == GIC_ANY)
#include "lib/regs/gic.def"
#undef REG
#undef FIELD
};

static unsigned int nr_regs(enum gic_version gic)
{
	return gic == GIC_V2 ? NR_V2_REGS + NR_ANY_REGS : NR_REGS - NR_V2_REGS;
}

/*
 * How many registers of the other version the number of one leaves out; @which is either,
 * the register or its number.  Those of any vGIC come last in the table; a GICv2 has them
 * after its own.
 */
static unsigned int others_before(enum gic_version gic, unsigned int which)
{
	if (gic != GIC_V2)
		return NR_V2_REGS;
	return which < NR_V2_REGS ? 0 : NR_REGS - NR_ANY_REGS - NR_V2_REGS;
}

static enum reg_id numbered_reg(enum gic_version gic, unsigned int number)
{
	return (enum reg_id)(number + others_before(gic, number));
}

static unsigned int number_of_reg(enum gic_version gic, unsigned int reg)
{
	return reg - others_before(gic, reg);
}

/*
 * A place in one number.  Even ones are the starts of registers, numbered by
 * the table and then within their array, because most offsets are reserved and
 * a fuzzer would seldom find the others; odd ones are offsets in a frame.
 */
static u64 place_to_number(enum gic_version gic, u64 value)
{
	unsigned int number = 0;
	struct reg_at at;

	reg_find_at(value, &at);
	if (at.reg >= 0 && !at.byte)
		return 2 * ((u64)number_of_reg(gic, (unsigned int)at.reg) +
			    (u64)at.index * nr_regs(gic));
	while (prog_frame(gic, number) != place_frame(value))
		number++;
	return 2 * (number + (u64)place_offset(value) * nr_frames(gic)) + 1;
}

static u64 place_from_number(enum gic_version gic, u64 number)
{
	unsigned int nr = nr_regs(gic);
	bool is_offset = number & 1;
	enum frame_id frame;
	enum reg_id reg;

	number /= 2;
	if (!is_offset) {
		reg = numbered_reg(gic, (unsigned int)(number % nr));
		return reg_place(reg, (unsigned int)(number / nr % reg_desc(reg)->count));
	}
	nr = nr_frames(gic);
	frame = prog_frame(gic, (unsigned int)(number % nr));
	return place(frame, (u32)(number / nr % frame_desc(frame)->bytes));
}

static u64 arg_to_number(const struct prog *p, const struct op_arg_desc *d, u64 value)
{
	if (d->kind == ARG_KIND_PLACE)
		return place_to_number(p->gic, value);
	if (d->kind == ARG_KIND_SIZE)
		return (u64)__builtin_ffsll((long long)value);
	return (value - d->lo) / d->unit;
}

static u64 arg_from_number(const struct prog *p, const struct op *op, const struct op_arg_desc *d,
			   u64 number)
{
	u64 units = (d->hi - d->lo) / d->unit;

	if (d->kind == ARG_KIND_PLACE)
		return place_from_number(p->gic, number);
	/* Its place comes before them. */
	if ((d->kind == ARG_KIND_AT || d->kind == ARG_KIND_SIZE) && !op_is_in_memory(op))
		return 0;
	if (d->kind == ARG_KIND_SIZE)
		return number % 5 ? 1ULL << (number % 5 - 1) : 0;
	if (units != UINT64_MAX)
		number %= units + 1;
	return d->lo + number * d->unit;
}

/**
 * prog_encode() - the binary form of a program
 * @p:     the program
 * @buf:   receives the bytes
 * @bytes: of @buf
 *
 * Return: the length of the whole form; if it exceeds @bytes, it was cut.
 */
size_t prog_encode(const struct prog *p, u8 *buf, size_t bytes)
{
	struct writer w = { .buf = buf, .bytes = bytes };
	unsigned int ipa = 0;

	while (ipa + 1 < ARRAY_SIZE(ipa_choices) && ipa_choices[ipa] != p->ipa_bits)
		ipa++;
	put_byte(&w, (u8)((p->gic == GIC_V2) | ipa << 1));
	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];

		put_byte(&w, (u8)(op->id | (op->par ? PAR_BIT : 0)));
		for (unsigned int k = 0; k < op_nr_args(op->id); k++)
			put_number(&w, arg_to_number(p, op_arg_desc(op_desc(op->id)->first_arg + k),
						     op->arg[k]));
	}
	return w.len;
}

/**
 * prog_decode() - the program that some bytes stand for
 * @p:     filled in, to be released by prog_free()
 * @buf:   any bytes
 * @bytes: of @buf
 */
void prog_decode(struct prog *p, const u8 *buf, size_t bytes)
{
	struct reader r = { .p = buf, .end = buf + bytes };
	u8 vm = get_byte(&r);

	prog_init(p, vm & 1 ? GIC_V2 : GIC_V3, ipa_choices[(vm >> 1) % ARRAY_SIZE(ipa_choices)]);
	while (r.p < r.end && p->nr_ops < PROG_MAX_OPS) {
		u8 byte = get_byte(&r);
		enum op_id id = (enum op_id)(byte % PAR_BIT % NR_OPS);
		struct op *op;

		/* An operation that this vGIC does not have becomes the first one. */
		if (op_desc(id)->gic && op_desc(id)->gic != (int)p->gic)
			id = (enum op_id)0;
		op = prog_add(p, id);
		op->par = byte & PAR_BIT;
		for (unsigned int k = 0; k < op_nr_args(id); k++)
			op->arg[k] = arg_from_number(p, op, op_arg_desc(op_desc(id)->first_arg + k),
						     get_number(&r));
	}
	prog_mend_par(p);
}
