// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the tables are sound: what their rows must keep to for the look-ups.
 */
#include "lib/regs/regs.h"

#include <string.h>

/* One past the last offset of a register or an array. */
static u64 reg_end(const struct reg_desc *r, enum frame_kind kind)
{
	return r->offset + (u64)(r->count - 1) * r->stride + reg_span(r, kind);
}

static int check_frame(FILE *out, const struct frame_desc *fr)
{
	int bad = 0;

	if (!fr->align || fr->align & (fr->align - 1) || !fr->bytes || fr->bytes % fr->align)
		bad += fprintf(out, "%s: 0x%x bytes aligned to 0x%x\n", fr->name, fr->bytes,
			       fr->align) > 0;
	if (fr->kind == FRAME_KIND_SYSREG && fr->bytes != 0x10000)
		bad += fprintf(out, "%s: encodings have 16 bits\n", fr->name) > 0;
	if (!fr->source[0])
		bad += fprintf(out, "%s: no source\n", fr->name) > 0;
	return bad;
}

/* Look-ups take a frame's rows to be those from its first one to the next frame's. */
static int check_frame_regs(FILE *out, const struct regs_rows *rows, size_t frame)
{
	const struct frame_desc *fr = &rows->frame[frame];
	size_t first = 0;

	while (first < rows->nr_regs && rows->reg[first].frame != (enum frame_id)frame)
		first++;
	if (first == rows->nr_regs || first != fr->first)
		return fprintf(out, "%s: its first register is another\n", fr->name) > 0;
	return 0;
}

static int check_array(FILE *out, const struct frame_desc *fr, const struct reg_desc *r)
{
	bool array = strstr(r->name, "<n>");
	int bad = 0;

	if (array != (r->count > 1) || !r->count || (!array && (r->stride || r->first)))
		return fprintf(out, "%s_%s: neither an array nor one register\n", fr->prefix,
			       r->name) > 0;
	if (array && (r->stride < reg_span(r, fr->kind) || r->stride & (r->stride - 1)))
		bad += fprintf(out, "%s_%s: stride %u\n", fr->prefix, r->name, r->stride) > 0;
	return bad;
}

static int check_reset(FILE *out, const struct regs_rows *rows, const struct reg_desc *r)
{
	const char *prefix = rows->frame[r->frame].prefix;
	u64 res0 = 0;
	int bad = 0;

	for (size_t i = 0; i < rows->nr_fields; i++) {
		const struct field_desc *f = &rows->field[i];

		if (&rows->reg[f->reg] == r && f->access == ACCESS_RES0 && f->msb < 64 &&
		    f->lsb <= f->msb)
			res0 |= bits_mask(f->msb, f->lsb);
	}
	if ((r->reset | r->reset_known) & ~bits_mask(r->width - 1, 0))
		bad += fprintf(out, "%s_%s: reset wider than it\n", prefix, r->name) > 0;
	if (r->reset & ~r->reset_known)
		bad += fprintf(out, "%s_%s: reset sets unknown bits\n", prefix, r->name) > 0;
	if (r->reset & res0)
		bad += fprintf(out, "%s_%s: reset sets reserved bits\n", prefix, r->name) > 0;
	return bad;
}

static int check_reg(FILE *out, const struct regs_rows *rows, const struct reg_desc *r)
{
	const struct frame_desc *fr = &rows->frame[r->frame];
	int bad = 0;

	if (r->width != 32 && r->width != 64)
		return fprintf(out, "%s_%s: width %u\n", fr->prefix, r->name, r->width) > 0;
	bad += check_array(out, fr, r);
	if (reg_end(r, fr->kind) > fr->bytes ||
	    (fr->kind == FRAME_KIND_MMIO && r->offset % (r->width / 8)))
		bad += fprintf(out, "%s_%s: offset 0x%x\n", fr->prefix, r->name, r->offset) > 0;
	if (!r->sizes || r->sizes & ~(1U | 2 | 4 | 8) || r->sizes >= r->width / 4 ||
	    (fr->kind == FRAME_KIND_SYSREG && r->sizes != r->width / 8))
		bad += fprintf(out, "%s_%s: sizes 0x%x\n", fr->prefix, r->name, r->sizes) > 0;
	if (r->access > ACCESS_RW)
		bad += fprintf(out, "%s_%s: access of a field\n", fr->prefix, r->name) > 0;
	if ((r->since == SINCE_V2) != (fr->gic == GIC_V2) && fr->gic != GIC_ANY)
		bad += fprintf(out, "%s_%s: of another version than its frame\n", fr->prefix,
			       r->name) > 0;
	if (!r->source[0])
		bad += fprintf(out, "%s_%s: no source\n", fr->prefix, r->name) > 0;
	return bad + check_reset(out, rows, r);
}

static int check_order(FILE *out, const struct regs_rows *rows, size_t i)
{
	const struct reg_desc *r = &rows->reg[i], *before = r - 1;

	if (i &&
	    (r->frame < before->frame || (r->frame == before->frame &&
					  r->offset < reg_end(before, rows->frame[r->frame].kind))))
		return fprintf(out, "%s: overlaps %s, or rows are not sorted\n", r->name,
			       before->name) > 0;
	return 0;
}

/* Is one of the names of a row a name of a row before it? */
static int check_names(FILE *out, const struct regs_rows *rows, size_t i)
{
	const struct reg_desc *r = &rows->reg[i];
	const struct frame_desc *fr = &rows->frame[r->frame];

	for (unsigned int index = 0; index < r->count; index++) {
		char name[32];

		reg_spell(r, index, name, sizeof(name));
		for (size_t k = 0; k < i; k++) {
			const struct frame_desc *other = &rows->frame[rows->reg[k].frame];

			if (fr->gic == other->gic && !strcmp(fr->prefix, other->prefix) &&
			    reg_match_name(&rows->reg[k], name, strlen(name)) >= 0)
				return fprintf(out, "%s: two rows have this name\n", name) > 0;
		}
	}
	return 0;
}

/* A guest can do nothing to a field that it cannot do to the register. */
static bool field_access_fits(enum reg_access field, enum reg_access reg)
{
	if (field == ACCESS_RES0 || field == ACCESS_RES1 || field == ACCESS_IMPDEF)
		return true;
	return reg == ACCESS_RW || field == reg;
}

static int check_field(FILE *out, const struct reg_desc *r, const struct field_desc *f)
{
	int bad = 0;

	if (!field_access_fits(f->access, r->access))
		bad += fprintf(out, "%s.%s: access\n", r->name, f->name) > 0;
	if (!f->source[0])
		bad += fprintf(out, "%s.%s: no source\n", r->name, f->name) > 0;
	return bad;
}

static int check_reg_fields(FILE *out, const struct regs_rows *rows, size_t reg)
{
	const struct reg_desc *r = &rows->reg[reg];
	unsigned int next = r->width;
	int bad = 0;

	for (size_t i = 0; i < rows->nr_fields; i++) {
		const struct field_desc *f = &rows->field[i];

		if (f->reg != reg)
			continue;
		if (f->msb + 1 != next || f->lsb > f->msb)
			bad += fprintf(out, "%s.%s: gap or overlap at bit %u\n", r->name, f->name,
				       f->msb) > 0;
		if (i && f->reg < rows->field[i - 1].reg)
			bad += fprintf(out, "%s.%s: fields are not sorted by register\n", r->name,
				       f->name) > 0;
		bad += check_field(out, r, f);
		next = f->lsb;
	}
	if (next != 0)
		bad += fprintf(out, "%s: bits below %u have no field\n", r->name, next) > 0;
	return bad;
}

static int check_attrs(FILE *out, const struct regs_rows *rows)
{
	unsigned int next = 64;
	int bad = 0;

	for (size_t i = 0; i < rows->nr_attrs; i++) {
		const struct attr_field_desc *f = &rows->attr[i];

		if (i && strcmp(f->layout, f[-1].layout) != 0)
			next = next ? next : 64;
		if (f->msb + 1 != next || f->lsb > f->msb)
			bad += fprintf(out, "%s.%s: gap or overlap\n", f->layout, f->name) > 0;
		if (!f->source[0])
			bad += fprintf(out, "%s.%s: no source\n", f->layout, f->name) > 0;
		next = f->lsb;
	}
	if (next != 0)
		bad += fprintf(out, "attributes: bits below %u have no field\n", next) > 0;
	return bad;
}

/**
 * regs_check_rows() - are these rows sound?
 * @rows: to check
 * @out:  receives a line for each fault
 *
 * Sorted, no overlap, within the frame, names that differ, fields from the top
 * bit down without gaps, resets within the width, sources present.
 *
 * Return: the number of faults, 0 if none.
 */
int regs_check_rows(const struct regs_rows *rows, FILE *out)
{
	int bad = check_attrs(out, rows);

	for (size_t i = 0; i < rows->nr_frames; i++) {
		bad += check_frame(out, &rows->frame[i]);
		bad += check_frame_regs(out, rows, i);
	}
	for (size_t i = 0; i < rows->nr_regs; i++) {
		int faults = check_reg(out, rows, &rows->reg[i]);

		/* Of an array without sense the rest would be nonsense, or endless. */
		if (!faults) {
			faults += check_order(out, rows, i);
			faults += check_names(out, rows, i);
		}
		bad += faults + check_reg_fields(out, rows, i);
	}
	return bad;
}

/**
 * regs_check() - are the tables sound?
 * @out: receives a line for each fault
 *
 * Return: the number of faults, 0 if none.
 */
int regs_check(FILE *out)
{
	return regs_check_rows(regs_all_rows(), out);
}
