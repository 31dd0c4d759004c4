// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checker of the tables of lib/regs finds a fault in each row that is
 * planted with one, and none in sound rows.
 */
#include "lib/regs/regs.h"

#include <string.h>

#include "tests/unit.h"

/* Rows without a fault, which each row of the tables below spoils in one place. */
struct planted {
	struct frame_desc frame[3];
	struct reg_desc reg[4];
	struct field_desc field[6];
	struct attr_field_desc attr[3];
};

enum { F, G, S };
enum { A, B, C, D };

static const struct planted sound = {
	.frame = {
		{ "F", "F", FRAME_KIND_MMIO, GIC_V2, 0x1000, 0x1000, (enum reg_id)A, "s" },
		{ "G", "G", FRAME_KIND_MMIO, GIC_V3, 0x2000, 0x1000, (enum reg_id)C, "s" },
		{ "S", "S", FRAME_KIND_SYSREG, GIC_V3, 0x10000, 0x1000, (enum reg_id)D, "s" },
	},
	.reg = {
		{ "A", (enum frame_id)F, 0x0, 1, 0, 0, 32, 4, ACCESS_RO, USER_SAME, 0x0, 0x0,
		  SINCE_V2, "s" },
		{ "B<n>", (enum frame_id)F, 0x10, 4, 1, 4, 32, 1 | 4, ACCESS_RW, USER_SAME, 0x1,
		  0x1, SINCE_V2, "s" },
		{ "C", (enum frame_id)G, 0x1ff8, 1, 0, 0, 64, 4 | 8, ACCESS_RO, USER_SAME, 0x0,
		  ~0ULL, SINCE_V3, "s" },
		{ "D<n>", (enum frame_id)S, 0xfff0, 16, 0, 1, 64, 8, ACCESS_WO, USER_NONE, 0x0,
		  0x0, SINCE_V3_1, "s" },
	},
	.field = {
		{ (enum reg_id)A, "a1", 31, 8, ACCESS_RO, "s" },
		{ (enum reg_id)A, "a0", 7, 0, ACCESS_RO, "s" },
		{ (enum reg_id)B, "b0", 31, 0, ACCESS_W1S, "s" },
		{ (enum reg_id)C, "c1", 63, 63, ACCESS_RO, "s" },
		{ (enum reg_id)C, "c0", 62, 0, ACCESS_RES0, "s" },
		{ (enum reg_id)D, "d0", 63, 0, ACCESS_WO, "s" },
	},
	.attr = {
		{ "L", "hi", 63, 12, 0, "s" },
		{ "L", "lo", 11, 0, 0, "s" },
		{ "M", "all", 63, 0, 0, "s" },
	},
};

/* How many faults the checker finds; what it says is in @text. */
static int check_planted(const struct planted *p, char *text, size_t bytes)
{
	const struct regs_rows rows = {
		.frame = p->frame,
		.nr_frames = ARRAY_SIZE(p->frame),
		.reg = p->reg,
		.nr_regs = ARRAY_SIZE(p->reg),
		.field = p->field,
		.nr_fields = ARRAY_SIZE(p->field),
		.attr = p->attr,
		.nr_attrs = ARRAY_SIZE(p->attr),
	};
	FILE *out = fmemopen(text, bytes, "w");
	int bad;

	memset(text, 0, bytes);
	if (!out)
		return -1;
	bad = regs_check_rows(&rows, out);
	(void)fclose(out);
	return bad;
}

static void overlap_of_registers(struct planted *p)
{
	p->reg[B].offset = 0x0;
}

static void overlap_by_the_last_of_an_array(struct planted *p)
{
	p->reg[C].frame = (enum frame_id)F;
	p->reg[C].since = SINCE_V2;
	p->reg[C].offset = 0x18;
}

static void unsorted_registers(struct planted *p)
{
	p->reg[A].offset = 0x20;
}

static void unsorted_frames(struct planted *p)
{
	p->reg[A].frame = (enum frame_id)G;
	p->reg[A].since = SINCE_V3;
}

static void misaligned_offset(struct planted *p)
{
	p->reg[C].offset = 0x1ff4;
}

static void offset_past_the_frame(struct planted *p)
{
	p->reg[C].offset = 0x2000;
}

static void offset_that_wraps(struct planted *p)
{
	p->reg[C].offset = 0xfffffff8;
}

static void array_past_the_frame(struct planted *p)
{
	p->reg[B].count = 0x400;
}

static void array_that_wraps(struct planted *p)
{
	p->reg[B].count = 0x80000001;
	p->reg[B].stride = 0x80000000;
}

static void encoding_of_17_bits(struct planted *p)
{
	p->reg[D].offset = 0x10000;
}

static void encodings_past_16_bits(struct planted *p)
{
	p->reg[D].count = 17;
}

static void array_of_none(struct planted *p)
{
	p->reg[B].count = 0;
}

static void array_of_one(struct planted *p)
{
	p->reg[B].count = 1;
}

static void array_without_numbers(struct planted *p)
{
	p->reg[B].name = "B";
}

static void stride_of_no_array(struct planted *p)
{
	p->reg[A].stride = 4;
}

static void first_number_of_no_array(struct planted *p)
{
	p->reg[A].first = 1;
}

static void stride_below_the_width(struct planted *p)
{
	p->reg[B].stride = 2;
}

static void stride_no_power_of_two(struct planted *p)
{
	p->reg[B].stride = 12;
}

static void width_of_16(struct planted *p)
{
	p->reg[B].width = 16;
}

static void no_access_size(struct planted *p)
{
	p->reg[B].sizes = 0;
}

static void access_wider_than_the_register(struct planted *p)
{
	p->reg[B].sizes = 4 | 8;
}

static void access_of_16_bytes(struct planted *p)
{
	p->reg[C].sizes = 8 | 16;
}

static void system_register_in_halves(struct planted *p)
{
	p->reg[D].sizes = 4 | 8;
}

static void access_kind_of_a_field(struct planted *p)
{
	p->reg[B].access = ACCESS_W1S;
}

static void reset_outside_the_width(struct planted *p)
{
	p->reg[B].reset_known = 0x100000001;
}

static void reset_of_unknown_bits(struct planted *p)
{
	p->reg[B].reset = 0x3;
}

static void reset_of_reserved_bits(struct planted *p)
{
	p->reg[C].reset = 0x1;
}

static void register_newer_than_its_frame(struct planted *p)
{
	p->reg[A].since = SINCE_V3;
}

static void register_older_than_its_frame(struct planted *p)
{
	p->reg[C].since = SINCE_V2;
}

static void register_without_source(struct planted *p)
{
	p->reg[B].source = "";
}

static void two_registers_of_one_name(struct planted *p)
{
	p->frame[S].prefix = "G";
	p->reg[C].name = "D7";
}

static void two_arrays_that_share_numbers(struct planted *p)
{
	p->frame[S].prefix = "G";
	p->reg[C].name = "D<n>";
	p->reg[C].offset = 0x1000;
	p->reg[C].count = 2;
	p->reg[C].first = 15;
	p->reg[C].stride = 8;
}

static void gap_at_the_top(struct planted *p)
{
	p->field[0].msb = 30;
}

static void gap_between_fields(struct planted *p)
{
	p->field[1].msb = 6;
}

static void gap_at_the_bottom(struct planted *p)
{
	p->field[1].lsb = 1;
}

static void overlap_of_fields(struct planted *p)
{
	p->field[1].msb = 8;
}

static void field_above_the_width(struct planted *p)
{
	p->field[2].msb = 32;
}

static void field_upside_down(struct planted *p)
{
	p->field[3].lsb = 64;
}

static void field_writable_in_a_read_only_register(struct planted *p)
{
	p->field[0].access = ACCESS_RW;
}

static void field_readable_in_a_write_only_register(struct planted *p)
{
	p->field[5].access = ACCESS_RO;
}

static void field_without_source(struct planted *p)
{
	p->field[4].source = "";
}

static void register_without_fields(struct planted *p)
{
	p->field[2].reg = (enum reg_id)C;
}

static void fields_apart(struct planted *p)
{
	const struct field_desc f = p->field[1];

	p->field[1] = p->field[2];
	p->field[2] = f;
}

static void gap_in_an_attribute(struct planted *p)
{
	p->attr[1].msb = 10;
}

static void overlap_in_an_attribute(struct planted *p)
{
	p->attr[1].msb = 12;
}

static void attribute_ends_early(struct planted *p)
{
	p->attr[1].lsb = 1;
}

static void last_attribute_ends_early(struct planted *p)
{
	p->attr[2].lsb = 1;
}

static void attribute_without_source(struct planted *p)
{
	p->attr[2].source = "";
}

static void frame_alignment_no_power_of_two(struct planted *p)
{
	p->frame[G].align = 0x1800;
}

static void frame_of_no_bytes(struct planted *p)
{
	p->frame[G].bytes = 0;
}

static void frame_of_other_encodings(struct planted *p)
{
	p->frame[S].bytes = 0x20000;
}

static void frame_without_source(struct planted *p)
{
	p->frame[F].source = "";
}

static void frame_that_begins_elsewhere(struct planted *p)
{
	p->frame[F].first = (enum reg_id)B;
}

static void frame_without_registers(struct planted *p)
{
	p->reg[C].frame = (enum frame_id)S;
	p->reg[C].name = "E";
}

#define FAULT(spoil, says)          \
	{                           \
#spoil, spoil, says \
	}

static const struct {
	const char *name;
	void (*spoil)(struct planted *p);
	const char *says;
} faults[] = {
	FAULT(overlap_of_registers, "B<n>: overlaps A"),
	FAULT(overlap_by_the_last_of_an_array, "C: overlaps B<n>"),
	FAULT(unsorted_registers, "B<n>: overlaps A, or rows are not sorted"),
	FAULT(unsorted_frames, "B<n>: overlaps A, or rows are not sorted"),
	FAULT(misaligned_offset, "G_C: offset 0x1ff4"),
	FAULT(offset_past_the_frame, "G_C: offset 0x2000"),
	FAULT(offset_that_wraps, "G_C: offset 0xfffffff8"),
	FAULT(array_past_the_frame, "F_B<n>: offset 0x10"),
	FAULT(array_that_wraps, "F_B<n>: offset 0x10"),
	FAULT(encoding_of_17_bits, "S_D<n>: offset 0x10000"),
	FAULT(encodings_past_16_bits, "S_D<n>: offset 0xfff0"),
	FAULT(array_of_none, "F_B<n>: neither an array nor one register"),
	FAULT(array_of_one, "F_B<n>: neither an array nor one register"),
	FAULT(array_without_numbers, "F_B: neither an array nor one register"),
	FAULT(stride_of_no_array, "F_A: neither an array nor one register"),
	FAULT(first_number_of_no_array, "F_A: neither an array nor one register"),
	FAULT(stride_below_the_width, "F_B<n>: stride 2"),
	FAULT(stride_no_power_of_two, "F_B<n>: stride 12"),
	FAULT(width_of_16, "F_B<n>: width 16"),
	FAULT(no_access_size, "F_B<n>: sizes 0x0"),
	FAULT(access_wider_than_the_register, "F_B<n>: sizes 0xc"),
	FAULT(access_of_16_bytes, "G_C: sizes 0x18"),
	FAULT(system_register_in_halves, "S_D<n>: sizes 0xc"),
	FAULT(access_kind_of_a_field, "F_B<n>: access of a field"),
	FAULT(reset_outside_the_width, "F_B<n>: reset wider than it"),
	FAULT(reset_of_unknown_bits, "F_B<n>: reset sets unknown bits"),
	FAULT(reset_of_reserved_bits, "G_C: reset sets reserved bits"),
	FAULT(register_newer_than_its_frame, "F_A: of another version than its frame"),
	FAULT(register_older_than_its_frame, "G_C: of another version than its frame"),
	FAULT(register_without_source, "F_B<n>: no source"),
	FAULT(two_registers_of_one_name, "D7: two rows have this name"),
	FAULT(two_arrays_that_share_numbers, "D15: two rows have this name"),
	FAULT(gap_at_the_top, "A.a1: gap or overlap at bit 30"),
	FAULT(gap_between_fields, "A.a0: gap or overlap at bit 6"),
	FAULT(gap_at_the_bottom, "A: bits below 1 have no field"),
	FAULT(overlap_of_fields, "A.a0: gap or overlap at bit 8"),
	FAULT(field_above_the_width, "B<n>.b0: gap or overlap at bit 32"),
	FAULT(field_upside_down, "C.c1: gap or overlap at bit 63"),
	FAULT(field_writable_in_a_read_only_register, "A.a1: access"),
	FAULT(field_readable_in_a_write_only_register, "D<n>.d0: access"),
	FAULT(field_without_source, "C.c0: no source"),
	FAULT(register_without_fields, "B<n>: bits below 32 have no field"),
	FAULT(fields_apart, "A.a0: fields are not sorted by register"),
	FAULT(gap_in_an_attribute, "L.lo: gap or overlap"),
	FAULT(overlap_in_an_attribute, "L.lo: gap or overlap"),
	FAULT(attribute_ends_early, "M.all: gap or overlap"),
	FAULT(last_attribute_ends_early, "attributes: bits below 1 have no field"),
	FAULT(attribute_without_source, "M.all: no source"),
	FAULT(frame_alignment_no_power_of_two, "G: 0x2000 bytes aligned to 0x1800"),
	FAULT(frame_of_no_bytes, "G: 0x0 bytes aligned to 0x1000"),
	FAULT(frame_of_other_encodings, "S: encodings have 16 bits"),
	FAULT(frame_without_source, "F: no source"),
	FAULT(frame_that_begins_elsewhere, "F: its first register is another"),
	FAULT(frame_without_registers, "G: its first register is another"),
};

static void checker_rejects_every_planted_fault(struct unit *t)
{
	char text[1000];

	EXPECT_EQ(t, check_planted(&sound, text, sizeof(text)), 0);
	EXPECT_STR(t, text, "");
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		struct planted p = sound;
		bool ok;

		faults[i].spoil(&p);
		ok = EXPECT_TRUE(t, check_planted(&p, text, sizeof(text)) > 0);
		ok &= EXPECT_CONTAINS(t, text, faults[i].says);
		if (!ok)
			printf("#   planted: %s\n", faults[i].name);
	}
}

static const struct unit_test tests[] = {
	{ "regs_check.rejects_every_planted_fault", checker_rejects_every_planted_fault },
};

UNIT_MAIN(tests)
