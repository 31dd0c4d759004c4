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
#define FRAME(name, prefix, kind, gic, bytes, align, first, source) \
	name##_BYTES = (bytes), name##_ALIGN = (align),
#include "lib/regs/frame.def"
#undef FRAME
};

/* The encoding of a system register, as KVM's attributes and place() have it. */
#define SYSREG_ENC(op0, op1, crn, crm, op2) \
	((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

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
#define REG(frame, name, spelling, offset, ...) frame##_##name##_OFFSET = (offset),
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

enum reg_access {
	ACCESS_RO,
	ACCESS_WO,
	ACCESS_RW,
	ACCESS_W1S, /* reads return the state, writes of 1 set it */
	ACCESS_W1C, /* reads return the state, writes of 1 clear it */
	ACCESS_RES0,
	ACCESS_RES1,
	ACCESS_IMPDEF,
};

/* What KVM's attributes for registers do (arm-vgic.rst, arm-vgic-v3.rst). */
enum reg_user {
	USER_NONE, /* there is no attribute for it: ENXIO */
	USER_SAME, /* as a guest's access */
	USER_STATE, /* the state itself, without what a guest's access does beside */
	USER_LATCH, /* the pending latch, not the line; writes set and clear it */
	USER_RAZ_WI,
	USER_MATCH, /* a write must agree with fields that cannot change, or fails */
	USER_SHIFTED, /* as a guest's access, the value shifted right by 3 */
};

/* GIC_ANY is of frames that are not the GIC's. */
enum gic_version { GIC_ANY = 1, GIC_V2 = 2, GIC_V3 = 3 };

/* Architecture versions that brought registers. */
enum gic_since { SINCE_V2, SINCE_V3, SINCE_V3_1, SINCE_V3_3, SINCE_V4, SINCE_V4_1 };

enum frame_kind { FRAME_KIND_MMIO, FRAME_KIND_SYSREG };

struct frame_desc {
	const char *name;
	const char *prefix; /* of its registers' names */
	enum frame_kind kind;
	enum gic_version gic;
	u32 bytes;
	u32 align; /* bytes */
	enum reg_id first; /* of its registers, which follow each other */
	const char *source;
};

struct reg_desc {
	const char *name; /* as the specification spells it, after the prefix */
	enum frame_id frame;
	u32 offset; /* of the first one, in bytes, or its encoding */
	unsigned int count; /* of an array, or 1 */
	unsigned int first; /* number, in the name of the array's first one */
	unsigned int stride; /* of an array, in units of offset */
	unsigned int width; /* bits: 32 or 64 */
	unsigned int sizes; /* of accesses that reach it: 1, 2, 4, 8 bytes joined */
	enum reg_access access;
	enum reg_user user;
	u64 reset;
	u64 reset_known;
	enum gic_since since;
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

extern const struct frame_desc frame_descs[NR_FRAMES];
extern const struct reg_desc reg_descs[NR_REGS];

/* The row of a frame, below NR_FRAMES. */
static inline const struct frame_desc *frame_desc(enum frame_id id)
{
	return &frame_descs[id];
}

/* The row of a register, below NR_REGS. */
static inline const struct reg_desc *reg_desc(enum reg_id id)
{
	return &reg_descs[id];
}

const struct field_desc *reg_field_desc(enum field_id id);
const struct field_desc *reg_first_field(enum reg_id reg);
const struct field_desc *reg_next_field(const struct field_desc *field);

/* The table stands here so that a look-up by a constant is one. */
static const struct {
	u8 msb, lsb;
} reg_field_bits[NR_FIELDS] = {
#define REG(...)
#define FIELD(frame, reg, name, msb, lsb, ...) [FIELD_##frame##_##reg##_##name] = { msb, lsb },
#include "lib/regs/gic.def"
#undef REG
#undef FIELD
};

/* The bits that field @id covers in its register, never 0. */
static inline u64 reg_field_mask(enum field_id id)
{
	return bits_mask(reg_field_bits[id].msb, reg_field_bits[id].lsb);
}

/* The value of field @id of the register's value @word, right-aligned. */
static inline u64 reg_field_get(enum field_id id, u64 word)
{
	return bits_get(word, reg_field_bits[id].msb, reg_field_bits[id].lsb);
}

/* @value at the place of field @id, all other bits zero; bits beyond its width are dropped. */
static inline u64 reg_field_put(enum field_id id, u64 value)
{
	return bits_put(value, reg_field_bits[id].msb, reg_field_bits[id].lsb);
}

/*
 * A place: what an access names.  It is an offset in a frame, whether there is a
 * register or not.
 */
static inline u64 place(enum frame_id frame, u32 offset)
{
	return (u64)frame << 32 | offset;
}

static inline enum frame_id place_frame(u64 place)
{
	return (enum frame_id)(place >> 32);
}

static inline u32 place_offset(u64 place)
{
	return (u32)place;
}

/* Is a frame there in a VM with this kind of vGIC? */
static inline bool frame_is_of(enum frame_id id, enum gic_version gic)
{
	return frame_desc(id)->gic == gic || frame_desc(id)->gic == GIC_ANY;
}

/* Is a place in a timer of a vCPU, which userspace reaches through the vCPU itself? */
static inline bool place_is_of_timer(u64 place)
{
	return place_frame(place) == FRAME_CNTP || place_frame(place) == FRAME_CNTV;
}

/* Is a place in memory, so that an access has an address?  A system register has none. */
static inline bool place_is_in_memory(u64 place)
{
	return frame_desc(place_frame(place))->kind == FRAME_KIND_MMIO;
}

/* What is at a place. */
struct reg_at {
	int reg; /* an enum reg_id, or -1 if the offset is reserved */
	unsigned int index; /* in its array, from 0: not the number in its name */
	unsigned int byte; /* of the register */
};

void reg_find_at(u64 place, struct reg_at *at);

/* The size of an access to it that does not say its own, as place_size() has it. */
static inline unsigned int reg_at_size(const struct reg_at *at)
{
	return at->reg >= 0 && !at->byte ? reg_desc((enum reg_id)at->reg)->width / 8 : 4;
}

u64 reg_place(enum reg_id reg, unsigned int index);
__must_check bool place_parse(const char *name, enum gic_version version, u64 *place);
void place_print(u64 place, char *buf, size_t bytes);
unsigned int place_size(u64 place);

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

/* Of a row, whichever table it is in. */
u32 reg_span(const struct reg_desc *r, enum frame_kind kind);
int reg_match_name(const struct reg_desc *r, const char *name, size_t len);
void reg_spell(const struct reg_desc *r, unsigned int index, char *buf, size_t bytes);

const struct regs_rows *regs_all_rows(void);
__must_check int regs_check_rows(const struct regs_rows *rows, FILE *out);
__must_check int regs_check(FILE *out);
void regs_print_markdown(FILE *out);

#endif /* LIB_REGS_REGS_H */
