// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables made from the .def files, and the look-ups on them.  It holds no fact
 * of its own.
 */
#include "lib/regs/regs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct frame_desc frame_descs[NR_FRAMES] = {
#define FRAME(nm, pre, knd, version, size, algn, fst, src) \
	[FRAME_##nm] = {                                   \
		.name = #nm,                               \
		.prefix = (pre),                           \
		.kind = FRAME_KIND_##knd,                  \
		.gic = GIC_##version,                      \
		.bytes = (size),                           \
		.align = (algn),                           \
		.first = REG_##nm##_##fst,                 \
		.source = (src),                           \
	},
#include "lib/regs/frame.def"
#undef FRAME
};

const struct reg_desc reg_descs[NR_REGS] = {
#define REG(fr, nm, spell, off, cnt, fst, strd, wid, sz, acc, usr, rst, known, ver, src) \
	[REG_##fr##_##nm] = {                                                            \
		.name = (spell),                                                         \
		.frame = FRAME_##fr,                                                     \
		.offset = (off),                                                         \
		.count = (cnt),                                                          \
		.first = (fst),                                                          \
		.stride = (strd),                                                        \
		.width = (wid),                                                          \
		.sizes = (sz),                                                           \
		.access = ACCESS_##acc,                                                  \
		.user = USER_##usr,                                                      \
		.reset = (rst),                                                          \
		.reset_known = (known),                                                  \
		.since = SINCE_##ver,                                                    \
		.source = (src),                                                         \
	},
#define FIELD(...)
#include "lib/regs/gic.def"
#undef REG
#undef FIELD
};

/* Of the rows above and nothing else, so that a search stays in few cache lines. */
static const u32 offsets[] = {
#define REG(frame, name, spelling, offset, ...) [REG_##frame##_##name] = (offset),
#define FIELD(...)
#include "lib/regs/gic.def"
#undef REG
#undef FIELD
};

static const struct field_desc fields[] = {
#define REG(...)
#define FIELD(fr, rg, nm, hi, lo, acc, src) \
	[FIELD_##fr##_##rg##_##nm] = { REG_##fr##_##rg, #nm, hi, lo, ACCESS_##acc, src },
#include "lib/regs/gic.def"
#undef REG
#undef FIELD
};

enum attr_field_id {
#define ATTR_FIELD(layout, name, ...) ATTR_##layout##_##name,
#include "lib/regs/attr.def"
#undef ATTR_FIELD
	NR_ATTR_FIELDS
};

static const struct attr_field_desc attr_fields[] = {
#define ATTR_FIELD(layout, name, ...) [ATTR_##layout##_##name] = { #layout, #name, __VA_ARGS__ },
#include "lib/regs/attr.def"
#undef ATTR_FIELD
};

/**
 * reg_field_desc() - the row of a field
 * @id: below NR_FIELDS
 *
 * Return: the row; never NULL.
 */
const struct field_desc *reg_field_desc(enum field_id id)
{
	return &fields[id];
}

/**
 * reg_first_field() - the field that holds a register's top bit
 * @reg: below NR_REGS
 *
 * Return: the row, or NULL for a register without field rows.
 */
const struct field_desc *reg_first_field(enum reg_id reg)
{
	size_t low = 0, high = ARRAY_SIZE(fields);

	/* Fields are sorted by register. */
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (fields[mid].reg < reg)
			low = mid + 1;
		else
			high = mid;
	}
	return low < ARRAY_SIZE(fields) && fields[low].reg == reg ? &fields[low] : NULL;
}

/**
 * reg_next_field() - the field below another one of the same register
 * @field: a row from reg_first_field() or this function
 *
 * Return: the row, or NULL after the lowest one.
 */
const struct field_desc *reg_next_field(const struct field_desc *field)
{
	const struct field_desc *next = field + 1;

	if (next == fields + ARRAY_SIZE(fields) || next->reg != field->reg)
		return NULL;
	return next;
}

/**
 * reg_span() - how many offsets one register takes
 * @r:    its row
 * @kind: of its frame
 *
 * Return: the number.
 */
u32 reg_span(const struct reg_desc *r, enum frame_kind kind)
{
	return kind == FRAME_KIND_SYSREG ? 1 : r->width / 8;
}

/* The last register of the frame at or below an offset, or -1. */
static int reg_at_or_below(enum frame_id frame, u32 offset)
{
	int low = (int)frame_descs[frame].first;
	int nr = (frame + 1 < NR_FRAMES ? (int)frame_descs[frame + 1].first : NR_REGS) - low;

	/* Rows of a frame are sorted by offset. */
	while (nr > 1) {
		int half = nr / 2;

		low = offsets[low + half] <= offset ? low + half : low;
		nr -= half;
	}
	return offsets[low] <= offset ? low : -1;
}

/**
 * reg_find_at() - what is at a place?
 * @place: in any frame
 * @at:    filled in
 */
void reg_find_at(u64 place, struct reg_at *at)
{
	enum frame_id frame = place_frame(place);
	int reg = reg_at_or_below(frame, place_offset(place));
	const struct reg_desc *r = &reg_descs[reg < 0 ? 0 : reg];
	u32 delta = place_offset(place) - r->offset;
	/* Strides are powers of two. */
	u32 index = r->stride ? delta >> __builtin_ctz(r->stride) : 0;
	u32 byte = delta - index * r->stride;

	*at = (struct reg_at){ .reg = -1 };
	if (reg < 0 || index >= r->count || byte >= reg_span(r, frame_descs[frame].kind))
		return;
	*at = (struct reg_at){ .reg = reg, .index = index, .byte = byte };
}

/**
 * reg_place() - where a register is
 * @reg:   below NR_REGS
 * @index: in its array, below its count
 *
 * Return: a place.
 */
u64 reg_place(enum reg_id reg, unsigned int index)
{
	return place(reg_descs[reg].frame, reg_descs[reg].offset + index * reg_descs[reg].stride);
}

/**
 * reg_match_name() - is this a name of a register?
 * @r:    its row
 * @name: without the frame's prefix
 * @len:  of @name
 *
 * Return: the register's place in the array, from 0, or -1 if it is not.
 */
int reg_match_name(const struct reg_desc *r, const char *name, size_t len)
{
	const char *hole = strstr(r->name, "<n>");
	size_t before, after;
	unsigned int n = 0;

	if (!hole)
		return strlen(r->name) == len && !memcmp(r->name, name, len) ? 0 : -1;
	before = (size_t)(hole - r->name);
	after = strlen(hole + 3);
	if (len < before + 1 + after || len > before + 4 + after ||
	    memcmp(r->name, name, before) != 0 || memcmp(hole + 3, name + len - after, after) != 0)
		return -1;
	/* One spelling for one register: no leading zeros. */
	if (name[before] == '0' && len - before - after > 1)
		return -1;
	for (size_t i = before; i < len - after; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		n = 10 * n + (unsigned int)(name[i] - '0');
	}
	return n >= r->first && n - r->first < r->count ? (int)(n - r->first) : -1;
}

static bool parse_offset(const char *text, u32 *offset)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (end == text || *end || *text < '0' || *text > '9' || value > UINT32_MAX)
		return false;
	*offset = (u32)value;
	return true;
}

/**
 * place_parse() - a place by name
 * @name:    "GICD_ISENABLER3", "GICR_TYPER+4" for an offset in bytes within a
 *           register, or "GICD+0x34" for one from the start of a frame
 * @version: of the GIC, because GICv2 and GICv3 name different registers alike
 * @place:   filled in
 *
 * Return: whether there is such a place.
 */
bool place_parse(const char *name, enum gic_version version, u64 *place_found)
{
	const char *plus = strchr(name, '+');
	size_t len = plus ? (size_t)(plus - name) : strlen(name);
	u32 offset = 0;

	if (plus && !parse_offset(plus + 1, &offset))
		return false;
	for (unsigned int i = 0; plus && i < NR_FRAMES; i++) {
		if (frame_is_of((enum frame_id)i, version) &&
		    strlen(frame_descs[i].prefix) == len &&
		    !memcmp(frame_descs[i].prefix, name, len) && offset < frame_descs[i].bytes) {
			*place_found = place((enum frame_id)i, offset);
			return true;
		}
	}
	for (unsigned int i = 0; i < NR_REGS; i++) {
		const struct frame_desc *fr = &frame_descs[reg_descs[i].frame];
		size_t n = strlen(fr->prefix);
		int index;

		if (!frame_is_of(reg_descs[i].frame, version) || len <= n ||
		    memcmp(name, fr->prefix, n) != 0 || name[n] != '_')
			continue;
		index = reg_match_name(&reg_descs[i], name + n + 1, len - n - 1);
		if (index < 0 || (plus && offset >= reg_descs[i].width / 8) ||
		    (plus && fr->kind == FRAME_KIND_SYSREG))
			continue;
		*place_found = reg_place((enum reg_id)i, (unsigned int)index) + offset;
		return true;
	}
	return false;
}

/**
 * reg_spell() - the name of a register
 * @r:     its row
 * @index: in its array, from 0
 * @buf:   receives the name without the frame's prefix, terminated
 * @bytes: of @buf
 */
void reg_spell(const struct reg_desc *r, unsigned int index, char *buf, size_t bytes)
{
	const char *hole = strstr(r->name, "<n>");

	if (hole)
		snprintf(buf, bytes, "%.*s%u%s", (int)(hole - r->name), r->name, r->first + index,
			 hole + 3);
	else
		snprintf(buf, bytes, "%s", r->name);
}

/**
 * place_print() - the name of a place, as place_parse() takes it
 * @place: any
 * @buf:   receives the text, always terminated
 * @bytes: of @buf, at least 1; a text that does not fit is cut
 */
void place_print(u64 place, char *buf, size_t bytes)
{
	const struct frame_desc *fr = &frame_descs[place_frame(place)];
	char name[32];
	struct reg_at at;

	reg_find_at(place, &at);
	if (at.reg < 0) {
		snprintf(buf, bytes, "%s+0x%x", fr->prefix, place_offset(place));
		return;
	}
	reg_spell(&reg_descs[at.reg], at.index, name, sizeof(name));
	if (at.byte)
		snprintf(buf, bytes, "%s_%s+%u", fr->prefix, name, at.byte);
	else
		snprintf(buf, bytes, "%s_%s", fr->prefix, name);
}

/**
 * place_size() - the size of an access that does not say its own
 * @place: any
 *
 * Return: bytes: of the whole register at its start, else 4.
 */
unsigned int place_size(u64 place)
{
	struct reg_at at;

	reg_find_at(place, &at);
	return reg_at_size(&at);
}

/**
 * reg_print() - a register's value with its fields named
 * @reg:   below NR_REGS
 * @value: to print
 * @shown: fields that reach into this mask are printed even if they are zero
 * @buf:   receives the text, always terminated
 * @bytes: of @buf, at least 1; a text that does not fit is cut
 */
void reg_print(enum reg_id reg, u64 value, u64 shown, char *buf, size_t bytes)
{
	const struct field_desc *f;
	size_t at;
	int n;

	n = snprintf(buf, bytes, "0x%" PRIx64, value);
	at = n < 0 ? 0 : (size_t)n;
	for (f = reg_first_field(reg); f && at < bytes; f = reg_next_field(f)) {
		u64 part = bits_get(value, f->msb, f->lsb);

		if (!part && !(shown & bits_mask(f->msb, f->lsb)))
			continue;
		if (f->access == ACCESS_RES0 && !part)
			continue;
		n = snprintf(buf + at, bytes - at, " %s=%s%" PRIx64, f->name, part > 9 ? "0x" : "",
			     part);
		at += n < 0 ? 0 : (size_t)n;
	}
}

static u64 attr_put(enum attr_field_id id, u64 value)
{
	const struct attr_field_desc *f = &attr_fields[id];

	return bits_put(value >> f->unit_bits, f->msb, f->lsb);
}

static u64 attr_get(enum attr_field_id id, u64 word)
{
	const struct attr_field_desc *f = &attr_fields[id];

	return bits_get(word, f->msb, f->lsb) << f->unit_bits;
}

/**
 * redist_region_attr_pack() - the attribute value of a redistributor region
 * @attr: each member within its field
 *
 * Return: the u64 that KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION takes.
 */
u64 redist_region_attr_pack(const struct redist_region_attr *attr)
{
	return attr_put(ATTR_REDIST_REGION_count, attr->count) |
	       attr_put(ATTR_REDIST_REGION_base, attr->base) |
	       attr_put(ATTR_REDIST_REGION_flags, attr->flags) |
	       attr_put(ATTR_REDIST_REGION_index, attr->index);
}

/**
 * redist_region_attr_unpack() - the inverse of redist_region_attr_pack()
 * @word: what the kernel returned
 * @attr: filled in
 */
void redist_region_attr_unpack(u64 word, struct redist_region_attr *attr)
{
	attr->count = (u32)attr_get(ATTR_REDIST_REGION_count, word);
	attr->base = attr_get(ATTR_REDIST_REGION_base, word);
	attr->flags = (u32)attr_get(ATTR_REDIST_REGION_flags, word);
	attr->index = (u32)attr_get(ATTR_REDIST_REGION_index, word);
}

/**
 * regs_all_rows() - the tables as a whole
 *
 * Return: the rows; never NULL.
 */
const struct regs_rows *regs_all_rows(void)
{
	static const struct regs_rows rows = {
		.frame = frame_descs,
		.nr_frames = ARRAY_SIZE(frame_descs),
		.reg = reg_descs,
		.nr_regs = ARRAY_SIZE(reg_descs),
		.field = fields,
		.nr_fields = ARRAY_SIZE(fields),
		.attr = attr_fields,
		.nr_attrs = ARRAY_SIZE(attr_fields),
	};

	return &rows;
}
