// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of lib/regs are sound, each row is found, and what is derived from
 * them agrees with the documents.
 *
 * The layouts are written out once more below, from IHI 0069, IHI 0048B and
 * arm-vgic-v3.rst, so that a slip of the pen in a .def file shows. The checker
 * of the tables is itself checked on rows with planted faults.
 */
#include "lib/regs/regs.h"

#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/rng.h"
#include "tests/unit.h"

static void tables_have_no_fault(struct unit *t)
{
	EXPECT_EQ(t, regs_check(stdout), 0);
}

static void frames_are_those_of_the_documents(struct unit *t)
{
	static const struct {
		enum frame_id id;
		const char *prefix;
		u32 bytes, align;
	} rows[] = {
		{ FRAME_GICD2, "GICD", 0x1000, 0x1000 },
		{ FRAME_GICC, "GICC", 0x2000, 0x1000 },
		{ FRAME_GICD, "GICD", 0x10000, 0x10000 },
		{ FRAME_GICR, "GICR", 0x20000, 0x10000 },
	};

	EXPECT_EQ(t, ARRAY_SIZE(rows), NR_FRAMES);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct frame_desc *f = frame_desc(rows[i].id);

		EXPECT_STR(t, f->prefix, rows[i].prefix);
		EXPECT_EQ(t, f->bytes, rows[i].bytes);
		EXPECT_EQ(t, f->align, rows[i].align);
	}
	EXPECT_EQ(t, GICR_BYTES, 0x20000);
	EXPECT_EQ(t, GICR_ALIGN, 0x10000);
}

static void registers_are_those_of_the_documents(struct unit *t)
{
	static const struct {
		enum reg_id id;
		u32 offset;
		unsigned int width;
		enum gic_version since;
	} rows[] = {
		{ REG_GICD2_TYPER, 0x4, 32, GIC_V2 },
		{ REG_GICR_TYPER, 0x8, 64, GIC_V3 },
		{ REG_GICR_PIDR2, 0xffe8, 32, GIC_V3 },
	};

	EXPECT_EQ(t, ARRAY_SIZE(rows), NR_REGS);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct reg_desc *r = reg_desc(rows[i].id);

		EXPECT_EQ(t, r->offset, rows[i].offset);
		EXPECT_EQ(t, r->width, rows[i].width);
		EXPECT_EQ(t, r->since, rows[i].since);
		EXPECT_EQ(t, r->access, ACCESS_RO);
	}
	EXPECT_EQ(t, GICR_TYPER_OFFSET, 0x8);
}

static const struct {
	enum field_id id;
	u64 mask;
} masks[] = {
	{ FIELD_GICD2_TYPER_RES0_31_16, 0xffff0000 },
	{ FIELD_GICD2_TYPER_LSPI, 0xf800 },
	{ FIELD_GICD2_TYPER_SecurityExtn, 0x400 },
	{ FIELD_GICD2_TYPER_RES0_9_8, 0x300 },
	{ FIELD_GICD2_TYPER_CPUNumber, 0xe0 },
	{ FIELD_GICD2_TYPER_ITLinesNumber, 0x1f },
	{ FIELD_GICR_TYPER_Affinity_Value, 0xffffffff00000000 },
	{ FIELD_GICR_TYPER_PPInum, 0xf8000000 },
	{ FIELD_GICR_TYPER_VSGI, 0x4000000 },
	{ FIELD_GICR_TYPER_CommonLPIAff, 0x3000000 },
	{ FIELD_GICR_TYPER_Processor_Number, 0xffff00 },
	{ FIELD_GICR_TYPER_RVPEID, 0x80 },
	{ FIELD_GICR_TYPER_MPAM, 0x40 },
	{ FIELD_GICR_TYPER_DPGS, 0x20 },
	{ FIELD_GICR_TYPER_Last, 0x10 },
	{ FIELD_GICR_TYPER_DirectLPI, 0x8 },
	{ FIELD_GICR_TYPER_Dirty, 0x4 },
	{ FIELD_GICR_TYPER_VLPIS, 0x2 },
	{ FIELD_GICR_TYPER_PLPIS, 0x1 },
	{ FIELD_GICR_PIDR2_RES0_31_8, 0xffffff00 },
	{ FIELD_GICR_PIDR2_ArchRev, 0xf0 },
	{ FIELD_GICR_PIDR2_IMPDEF, 0xf },
};

static void fields_are_those_of_the_documents(struct unit *t)
{
	EXPECT_EQ(t, ARRAY_SIZE(masks), NR_FIELDS);
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		if (!EXPECT_EQ(t, reg_field_mask(masks[i].id), masks[i].mask))
			printf("#   field %s\n", reg_field_desc(masks[i].id)->name);
	}
}

static void every_register_is_found_by_name_and_version(struct unit *t)
{
	for (unsigned int i = 0; i < NR_REGS; i++) {
		const struct reg_desc *r = reg_desc((enum reg_id)i);
		enum gic_version other = r->since == GIC_V2 ? GIC_V3 : GIC_V2;
		char name[64];

		snprintf(name, sizeof(name), "%s_%s", frame_desc(r->frame)->prefix, r->name);
		EXPECT_EQ(t, reg_find_name(name, r->since), i);
		EXPECT_TRUE(t, reg_find_name(name, other) != (int)i);
		name[strlen(name) - 1] = '\0';
		EXPECT_EQ(t, reg_find_name(name, r->since), -1);
	}
}

static void other_names_are_no_registers(struct unit *t)
{
	static const char *const names[] = {
		"",
		"_",
		"GICR",
		"GICR_",
		"TYPER",
		"gicr_typer",
		"GICR_TYPER ",
		"GICRTYPER",
		"GICRX_TYPER",
		"GICR_TYPER2",
		"GICD2_TYPER",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(t, reg_find_name(names[i], GIC_V3), -1);
		EXPECT_EQ(t, reg_find_name(names[i], GIC_V2), -1);
	}
	EXPECT_EQ(t, reg_find_name("GICR_TYPER", GIC_V2), -1);
	EXPECT_EQ(t, reg_find_name("GICD_TYPER", GIC_V3), -1);
}

static void every_field_round_trips(struct unit *t)
{
	struct rng rng = { .state = 1 };

	for (unsigned int i = 0; i < NR_FIELDS; i++) {
		enum field_id id = (enum field_id)i;
		u64 top = reg_field_get(id, ~0ULL);

		EXPECT_EQ(t, reg_field_put(id, ~0ULL), reg_field_mask(id));
		EXPECT_EQ(t, reg_field_put(id, top), reg_field_mask(id));
		EXPECT_EQ(t, reg_field_put(id, 0), 0);
		EXPECT_EQ(t, reg_field_get(id, ~reg_field_mask(id)), 0);
		EXPECT_EQ(t, top, reg_field_mask(id) / (reg_field_mask(id) & -reg_field_mask(id)));
		for (int n = 0; n < 100; n++) {
			u64 word = rng_next(&rng);
			u64 value = reg_field_get(id, word);

			EXPECT_TRUE(t, value <= top);
			EXPECT_EQ(t, reg_field_put(id, value), word & reg_field_mask(id));
			EXPECT_EQ(t, reg_field_get(id, reg_field_put(id, word)), word & top);
		}
	}
}

static void fields_cover_each_register_once(struct unit *t)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < NR_REGS; i++) {
		enum reg_id reg = (enum reg_id)i;
		const struct field_desc *f = reg_first_field(reg);
		u64 covered = 0;

		for (; f; f = reg_next_field(f), nr++) {
			u64 mask = bits_mask(f->msb, f->lsb);

			EXPECT_EQ(t, f->reg, reg);
			EXPECT_EQ(t, covered & mask, 0);
			covered |= mask;
		}
		EXPECT_EQ(t, covered, reg_desc(reg)->width == 64 ? ~0ULL : 0xffffffffULL);
	}
	EXPECT_EQ(t, nr, NR_FIELDS);
}

static void value_is_printed_with_its_fields(struct unit *t)
{
	static const struct {
		enum reg_id reg;
		u64 value, shown;
		const char *want;
	} rows[] = {
		{ REG_GICR_TYPER, 0x10, 0x10, "0x10 Last=1" },
		{ REG_GICR_TYPER, 0x0, 0x10, "0x0 Last=0" },
		{ REG_GICR_TYPER, 0x10, 0x0, "0x10 Last=1" },
		{ REG_GICR_TYPER, 0x0000010200001210, 0xffffffff00ffff10,
		  "0x10200001210 Affinity_Value=0x102 Processor_Number=0x12 Last=1" },
		{ REG_GICR_TYPER, 0x900, 0xffff00, "0x900 Processor_Number=9" },
		{ REG_GICR_TYPER, 0xa00, 0xffff00, "0xa00 Processor_Number=0xa" },
		{ REG_GICR_TYPER, 0, 0, "0x0" },
		{ REG_GICR_TYPER, 0, 0xffff00, "0x0 Processor_Number=0" },
		{ REG_GICR_PIDR2, 0x3b, 0xffffffff, "0x3b ArchRev=3 IMPDEF=0xb" },
		{ REG_GICR_PIDR2, 0x30, 0xffffffff, "0x30 ArchRev=3 IMPDEF=0" },
		{ REG_GICR_PIDR2, 0x130, 0xf0, "0x130 RES0_31_8=1 ArchRev=3" },
		{ REG_GICD2_TYPER, 0xe0, 0xe0, "0xe0 CPUNumber=7" },
	};
	char text[200];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		reg_print(rows[i].reg, rows[i].value, rows[i].shown, text, sizeof(text));
		EXPECT_STR(t, text, rows[i].want);
	}
}

static void printed_value_is_cut_to_its_buffer(struct unit *t)
{
	char whole[400];

	reg_print(REG_GICR_TYPER, ~0ULL, ~0ULL, whole, sizeof(whole));
	for (size_t bytes = 1; bytes <= strlen(whole) + 2; bytes++) {
		/* Of exactly this size, so that a sanitizer sees a byte too many. */
		char *text = xcalloc(1, bytes);

		reg_print(REG_GICR_TYPER, ~0ULL, ~0ULL, text, bytes);
		EXPECT_TRUE(t, !strncmp(text, whole, bytes - 1));
		EXPECT_TRUE(t, strlen(text) < bytes);
		free(text);
	}
}

/* arm-vgic-v3.rst: count 63:52, base 51:16 as address bits, flags 15:12, index 11:0. */
static u64 region_word(u64 count, u64 base, u64 flags, u64 index)
{
	return count << 52 | (base & 0x000fffffffff0000ULL) | flags << 12 | index;
}

static void expect_region(struct unit *t, const struct redist_region_attr *a)
{
	u64 word = region_word(a->count, a->base, a->flags, a->index);
	struct redist_region_attr back = { 0 };

	EXPECT_EQ(t, redist_region_attr_pack(a), word);
	redist_region_attr_unpack(word, &back);
	EXPECT_EQ(t, back.count, a->count);
	EXPECT_EQ(t, back.base, a->base);
	EXPECT_EQ(t, back.flags, a->flags);
	EXPECT_EQ(t, back.index, a->index);
}

static void region_packs_at_the_field_limits(struct unit *t)
{
	static const u32 counts[] = { 0, 1, 4095 }, flags[] = { 0, 1, 15 };
	static const u64 bases[] = { 0, 0x10000, 0x8000000000000, 0xfffffffff0000 };

	for (size_t i = 0; i < 108; i++) {
		const struct redist_region_attr a = {
			.count = counts[i % 3],
			.flags = flags[i / 3 % 3],
			.index = counts[i / 9 % 3],
			.base = bases[i / 27],
		};

		expect_region(t, &a);
	}
}

static void region_packs_random_values(struct unit *t)
{
	struct rng rng = { .state = 2 };

	for (int i = 0; i < 10000; i++) {
		u64 word = rng_next(&rng);
		struct redist_region_attr a;

		redist_region_attr_unpack(word, &a);
		EXPECT_EQ(t, redist_region_attr_pack(&a), word);
		expect_region(t, &a);
	}
}

/* Rows without a fault, which each row of the tables below spoils in one place. */
struct planted {
	struct frame_desc frame[2];
	struct reg_desc reg[3];
	struct field_desc field[5];
	struct attr_field_desc attr[3];
};

static const struct planted sound = {
	.frame = { { "F", "F", 0x1000, 0x1000, "s" }, { "G", "G", 0x2000, 0x1000, "s" } },
	.reg = {
		{ "A", FRAME_GICD2, 0x0, 32, ACCESS_RO, 0x0, 0x0, GIC_V2, "s" },
		{ "B", FRAME_GICD2, 0x4, 32, ACCESS_RO, 0x1, 0x1, GIC_V2, "s" },
		{ "C", FRAME_GICC, 0x1ff8, 64, ACCESS_RO, 0x0, ~0ULL, GIC_V2, "s" },
	},
	.field = {
		{ (enum reg_id)0, "a1", 31, 8, ACCESS_RO, "s" },
		{ (enum reg_id)0, "a0", 7, 0, ACCESS_RO, "s" },
		{ (enum reg_id)1, "b0", 31, 0, ACCESS_RO, "s" },
		{ (enum reg_id)2, "c1", 63, 63, ACCESS_RO, "s" },
		{ (enum reg_id)2, "c0", 62, 0, ACCESS_RES0, "s" },
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
	p->reg[1].offset = 0x0;
}

static void unsorted_registers(struct planted *p)
{
	p->reg[0].offset = 0x8;
}

static void unsorted_frames(struct planted *p)
{
	p->reg[0].frame = FRAME_GICC;
}

static void misaligned_offset(struct planted *p)
{
	p->reg[2].offset = 0x1ff4;
}

static void offset_past_the_frame(struct planted *p)
{
	p->reg[2].offset = 0x2000;
}

static void offset_that_wraps(struct planted *p)
{
	p->reg[2].offset = 0xfffffff8;
}

static void width_of_16(struct planted *p)
{
	p->reg[1].width = 16;
}

static void reset_outside_the_width(struct planted *p)
{
	p->reg[1].reset_known = 0x100000001;
}

static void reset_of_unknown_bits(struct planted *p)
{
	p->reg[1].reset = 0x3;
}

static void register_without_source(struct planted *p)
{
	p->reg[1].source = "";
}

static void two_registers_of_one_name(struct planted *p)
{
	p->reg[1].name = "A";
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

static void field_without_source(struct planted *p)
{
	p->field[4].source = "";
}

static void register_without_fields(struct planted *p)
{
	p->field[2].reg = (enum reg_id)2;
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

static void attribute_without_source(struct planted *p)
{
	p->attr[2].source = "";
}

static void frame_alignment_no_power_of_two(struct planted *p)
{
	p->frame[1].align = 0x1800;
}

static void frame_of_no_bytes(struct planted *p)
{
	p->frame[1].bytes = 0;
}

static void frame_without_source(struct planted *p)
{
	p->frame[0].source = "";
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
	FAULT(overlap_of_registers, "B: overlaps A"),
	FAULT(unsorted_registers, "B: overlaps A, or rows are not sorted"),
	FAULT(unsorted_frames, "B: overlaps A, or rows are not sorted"),
	FAULT(misaligned_offset, "G_C: offset 0x1ff4"),
	FAULT(offset_past_the_frame, "G_C: offset 0x2000"),
	FAULT(offset_that_wraps, "G_C: offset 0xfffffff8"),
	FAULT(width_of_16, "F_B: width 16"),
	FAULT(reset_outside_the_width, "F_B: reset wider than it"),
	FAULT(reset_of_unknown_bits, "F_B: reset sets unknown bits"),
	FAULT(register_without_source, "F_B: no source"),
	FAULT(two_registers_of_one_name, "A: two rows have this name"),
	FAULT(gap_at_the_top, "A.a1: gap or overlap at bit 30"),
	FAULT(gap_between_fields, "A.a0: gap or overlap at bit 6"),
	FAULT(gap_at_the_bottom, "A: bits below 1 have no field"),
	FAULT(overlap_of_fields, "A.a0: gap or overlap at bit 8"),
	FAULT(field_above_the_width, "B.b0: gap or overlap at bit 32"),
	FAULT(field_upside_down, "C.c1: gap or overlap at bit 63"),
	FAULT(field_without_source, "C.c0: no source"),
	FAULT(register_without_fields, "B: bits below 32 have no field"),
	FAULT(fields_apart, "A.a0: apart from the register's other fields"),
	FAULT(gap_in_an_attribute, "L.lo: gap or overlap"),
	FAULT(overlap_in_an_attribute, "L.lo: gap or overlap"),
	FAULT(attribute_ends_early, "M.all: gap or overlap"),
	FAULT(attribute_without_source, "M.all: no source"),
	FAULT(frame_alignment_no_power_of_two, "G: 0x2000 bytes aligned to 0x1800"),
	FAULT(frame_of_no_bytes, "G: 0x0 bytes aligned to 0x1000"),
	FAULT(frame_without_source, "F: no source"),
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

static void markdown_has_every_row(struct unit *t)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	if (!EXPECT_TRUE(t, out))
		return;
	regs_print_markdown(out);
	(void)fclose(out);
	for (unsigned int i = 0; i < NR_REGS; i++)
		EXPECT_CONTAINS(t, text, reg_desc((enum reg_id)i)->name);
	for (unsigned int i = 0; i < NR_FIELDS; i++)
		EXPECT_CONTAINS(t, text, reg_field_desc((enum field_id)i)->name);
	EXPECT_CONTAINS(t, text, "## GICR_TYPER (frame GICR)\n\nOffset 0x0008, 64 bits, GICv3");
	EXPECT_CONTAINS(t, text, "| 23:8 | Processor_Number | RO |\n");
	free(text);
}

static const struct unit_test tests[] = {
	{ "regs.tables_have_no_fault", tables_have_no_fault },
	{ "regs.frames_are_those_of_the_documents", frames_are_those_of_the_documents },
	{ "regs.registers_are_those_of_the_documents", registers_are_those_of_the_documents },
	{ "regs.fields_are_those_of_the_documents", fields_are_those_of_the_documents },
	{ "regs.every_register_is_found_by_name_and_version",
	  every_register_is_found_by_name_and_version },
	{ "regs.other_names_are_no_registers", other_names_are_no_registers },
	{ "regs.every_field_round_trips", every_field_round_trips },
	{ "regs.fields_cover_each_register_once", fields_cover_each_register_once },
	{ "regs.value_is_printed_with_its_fields", value_is_printed_with_its_fields },
	{ "regs.printed_value_is_cut_to_its_buffer", printed_value_is_cut_to_its_buffer },
	{ "regs.markdown_has_every_row", markdown_has_every_row },
	{ "regs_attr.region_packs_at_the_field_limits", region_packs_at_the_field_limits },
	{ "regs_attr.region_packs_random_values", region_packs_random_values },
	{ "regs_check.rejects_every_planted_fault", checker_rejects_every_planted_fault },
};

UNIT_MAIN(tests)
