/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facts about frames, registers, fields and device-attribute layouts, looked up
 * by number, name or offset.  It does not say what an access does.
 */
#ifndef LIB_REGS_REGS_H
#define LIB_REGS_REGS_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/regs/bits.h"

enum frame_id {
#define FRAME(name, ...) FRAME_##name,
#include "lib/regs/frame.def"
#undef FRAME
	NR_FRAMES
};

enum frame_bytes {
#define FRAME(name, prefix, bytes, align, source) name##_BYTES = (bytes), name##_ALIGN = (align),
#include "lib/regs/frame.def"
#undef FRAME
};

enum reg_id {
#define REG(frame, name, ...) REG_##frame##_##name,
#define FIELD(...)
#include "lib/regs/gic.def"
#undef REG
#undef FIELD
	NR_REGS
};

/* Byte offsets, usable in freestanding guest code: GICR_TYPER_OFFSET. */
enum reg_offset {
#define REG(frame, name, offset, ...) frame##_##name##_OFFSET = (offset),
#define FIELD(...)
#include "lib/regs/gic.def"
#undef REG
#undef FIELD
};

enum field_id {
#define REG(...)
#define FIELD(frame, reg, name, ...) FIELD_##frame##_##reg##_##name,
#include "lib/regs/gic.def"
#undef REG
#undef FIELD
	NR_FIELDS
};

enum reg_access { ACCESS_RO, ACCESS_RES0 };
enum gic_version { GIC_V2 = 2, GIC_V3 = 3 };

struct frame_desc {
	const char *name;
	const char *prefix; /* of its registers' names */
	u32 bytes;
	u32 align; /* bytes */
	const char *source;
};

struct reg_desc {
	const char *name; /* as the specification spells it */
	enum frame_id frame;
	u32 offset; /* bytes */
	unsigned int width; /* bits: 32 or 64 */
	enum reg_access access;
	u64 reset;
	u64 reset_known;
	enum gic_version since;
	const char *source;
};

struct field_desc {
	enum reg_id reg;
	const char *name;
	unsigned int msb, lsb;
	enum reg_access access;
	const char *source;
};

/* A field of a value that the KVM device API packs into a u64. */
struct attr_field_desc {
	const char *layout;
	const char *name;
	unsigned int msb, lsb;
	unsigned int unit_bits; /* the field holds the value shifted right by these */
	const char *source;
};

/* All rows, as the checker takes them; enum values are row numbers. */
struct regs_rows {
	const struct frame_desc *frame;
	size_t nr_frames;
	const struct reg_desc *reg;
	size_t nr_regs;
	const struct field_desc *field;
	size_t nr_fields;
	const struct attr_field_desc *attr;
	size_t nr_attrs;
};

const struct frame_desc *frame_desc(enum frame_id id);
const struct reg_desc *reg_desc(enum reg_id id);
const struct field_desc *reg_field_desc(enum field_id id);
const struct field_desc *reg_first_field(enum reg_id reg);
const struct field_desc *reg_next_field(const struct field_desc *field);

u64 reg_field_mask(enum field_id id);
u64 reg_field_get(enum field_id id, u64 word);
u64 reg_field_put(enum field_id id, u64 value);

int reg_find_name(const char *name, enum gic_version version);
void reg_print(enum reg_id reg, u64 value, u64 shown, char *buf, size_t bytes);

/* The characteristics of a redistributor region, unpacked. */
struct redist_region_attr {
	u32 count; /* redistributors, 0..4095 */
	u64 base; /* bytes, bits 51:16 only */
	u32 flags; /* 0..15 */
	u32 index; /* 0..4095 */
};

u64 redist_region_attr_pack(const struct redist_region_attr *attr);
void redist_region_attr_unpack(u64 word, struct redist_region_attr *attr);

const struct regs_rows *regs_all_rows(void);
__must_check int regs_check_rows(const struct regs_rows *rows, FILE *out);
__must_check int regs_check(FILE *out);
void regs_print_markdown(FILE *out);

#endif /* LIB_REGS_REGS_H */
