// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of an ITS: the table is sound, and operations write the bytes that the
 * specification draws.
 */
#include "lib/prog/mem.h"

#include <string.h>

#include "tests/programs.h"
#include "tests/unit.h"

static void commands_have_numbers_of_their_own(struct unit *t)
{
	for (unsigned int i = 0; i < NR_ITS_CMDS; i++) {
		const struct its_cmd_desc *d = its_cmd_desc((enum its_cmd_id)i);
		u64 cmd[ITS_CMD_WORDS];

		EXPECT_TRUE(t, d->source[0]);
		its_cmd_begin(cmd, (enum its_cmd_id)i);
		EXPECT_EQ(t, cmd[0], d->number);
		EXPECT_EQ(t, cmd[1] | cmd[2] | cmd[3], 0);
		EXPECT_EQ(t, its_cmd_find(cmd[0]), i);
		/* What is above the number is no part of it. */
		EXPECT_EQ(t, its_cmd_find(cmd[0] | ~0xffULL), i);
	}
	EXPECT_EQ(t, its_cmd_find(0x00), NR_ITS_CMDS);
	EXPECT_EQ(t, its_cmd_find(0xff), NR_ITS_CMDS);
}

static void fields_do_not_overlap(struct unit *t)
{
	for (unsigned int i = 0; i < NR_ITS_FIELDS; i++) {
		const struct its_field_desc *f = its_field_desc((enum its_field_id)i);

		EXPECT_TRUE(t, f->source[0] && f->dw < ITS_CMD_WORDS && f->msb < 64 &&
				       f->lsb <= f->msb && f->unit_bits <= f->lsb);
		EXPECT_TRUE(t, f->dw || f->lsb > ITS_CMD_NUMBER_MSB);
		for (unsigned int k = 0; k < i; k++) {
			const struct its_field_desc *g = its_field_desc((enum its_field_id)k);

			if (g->cmd == f->cmd && g->dw == f->dw)
				EXPECT_EQ(t, bits_mask(f->msb, f->lsb) & bits_mask(g->msb, g->lsb),
					  0);
		}
	}
}

static void a_field_holds_what_was_put(struct unit *t)
{
	for (unsigned int i = 0; i < NR_ITS_FIELDS; i++) {
		enum its_field_id id = (enum its_field_id)i;
		const struct its_field_desc *f = its_field_desc(id);
		u64 most = bits_mask(f->msb - f->lsb, 0) << f->unit_bits;
		u64 cmd[ITS_CMD_WORDS] = { ~0ULL, ~0ULL, ~0ULL, ~0ULL };

		EXPECT_EQ(t, its_cmd_get(cmd, id), most);
		its_cmd_put(cmd, id, 0);
		EXPECT_EQ(t, its_cmd_get(cmd, id), 0);
		EXPECT_EQ(t, cmd[f->dw], ~bits_mask(f->msb, f->lsb));
		its_cmd_put(cmd, id, ~0ULL);
		EXPECT_EQ(t, its_cmd_get(cmd, id), most);
		EXPECT_EQ(t, cmd[f->dw], ~0ULL);
	}
}

/* The bytes in the order of their addresses, by the figures of IHI 0069H section 5.3. */
static const struct {
	const char *text;
	u8 byte[ITS_CMD_BYTES];
} drawn[] = {
	{ "mem mapd at=0x50000000 device=0x12345678 itt=0xabcdef1234500 size=17 valid=1",
	  { 0x08, 0x00, 0x00, 0x00, 0x78, 0x56, 0x34, 0x12, 0x11, 0x00, 0x00,
	    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x45, 0x23, 0xf1, 0xde, 0xbc,
	    0x0a, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ "mem mapd at=0x50000000 device=0x1 itt=0x0 size=0 valid=0",
	  { 0x08, 0x00, 0x00, 0x00, 0x01 } },
	{ "mem mapc at=0x500fffe0 icid=0x1234 rdbase=0xabcdef123 valid=1",
	  { 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	    0x00, 0x00, 0x00, 0x00, 0x00, 0x34, 0x12, 0x23, 0xf1, 0xde, 0xbc,
	    0x0a, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	{ "mem mapti at=0x50000000 device=0x89abcdef event=0x76543210 intid=0x2001 icid=0xfffe",
	  { 0x0a, 0x00, 0x00, 0x00, 0xef, 0xcd, 0xab, 0x89, 0x10, 0x32, 0x54,
	    0x76, 0x01, 0x20, 0x00, 0x00, 0xfe, 0xff, 0x00, 0x00, 0x00, 0x00 } },
	{ "mem inv at=0x50000000 device=0x89abcdef event=0x76543210",
	  { 0x0c, 0x00, 0x00, 0x00, 0xef, 0xcd, 0xab, 0x89, 0x10, 0x32, 0x54, 0x76 } },
	{ "mem invall at=0x50000000 icid=0x8001",
	  { 0x0d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	    0x00, 0x00, 0x01, 0x80 } },
	{ "mem int at=0x50000000 device=0x1 event=0x2",
	  { 0x03, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02 } },
	{ "mem clear at=0x50000000 device=0x1 event=0x2",
	  { 0x04, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02 } },
	{ "mem discard at=0x50000000 device=0x1 event=0x2",
	  { 0x0f, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02 } },
	{ "mem sync at=0x50000000 rdbase=0xfffffffff",
	  { 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
	    0x0f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 } },
};

/* A program of one operation, which must be well-formed. */
static bool parse_one(struct unit *t, const char *text, struct prog *p)
{
	char buf[256];

	snprintf(buf, sizeof(buf), "vm gicv3\n%s\n", text);
	return program_parse(t, buf, p);
}

static void commands_are_written_as_drawn(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(drawn); i++) {
		struct mem_store store = { 0 };
		struct prog p;

		if (!parse_one(t, drawn[i].text, &p))
			continue;
		EXPECT_TRUE(t, op_mem_store(&p.op[0], &store));
		EXPECT_EQ(t, store.at, p.op[0].arg[0]);
		EXPECT_EQ(t, store.nr, ITS_CMD_BYTES);
		for (size_t k = 0; k < ITS_CMD_BYTES; k++)
			EXPECT_EQ(t, store.byte[k], drawn[i].byte[k]);
		EXPECT_TRUE(t, prog_uses_mem(&p));
		prog_free(&p);
	}
}

static void bytes_are_written_little_endian(struct unit *t)
{
	static const u8 byte[] = { 0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01 };

	for (size_t nr = 1; nr <= sizeof(byte); nr++) {
		struct mem_store store = { 0 };
		char text[128];
		struct prog p;

		snprintf(text, sizeof(text), "mem write at=0x500fffe0 size=%zu %s", nr,
			 "value=0x123456789abcdef");
		if (!parse_one(t, text, &p))
			continue;
		EXPECT_TRUE(t, op_mem_store(&p.op[0], &store));
		EXPECT_EQ(t, store.at, 0x500fffe0);
		EXPECT_EQ(t, store.nr, nr);
		EXPECT_TRUE(t, !memcmp(store.byte, byte, nr));
		prog_free(&p);
	}
}

static void other_operations_store_nothing(struct unit *t)
{
	static const struct {
		const char *text;
		bool uses;
	} rows[] = {
		{ "create_its", true },
		{ "mem read at=0x50000000 size=8", true },
		{ "create_vgic", false },
		{ "set_its_addr base=0x8080000", false },
		{ "guest vcpu=0 write GITS_CWRITER at=0x8080000 value=0x20", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct mem_store store;
		struct prog p;

		if (!parse_one(t, rows[i].text, &p))
			continue;
		EXPECT_TRUE(t, !op_mem_store(&p.op[0], &store));
		EXPECT_EQ(t, prog_uses_mem(&p), rows[i].uses);
		prog_free(&p);
	}
}

static const struct unit_test tests[] = {
	{ "its_cmd.commands_have_numbers_of_their_own", commands_have_numbers_of_their_own },
	{ "its_cmd.fields_do_not_overlap", fields_do_not_overlap },
	{ "its_cmd.a_field_holds_what_was_put", a_field_holds_what_was_put },
	{ "op_mem_store.commands_are_written_as_drawn", commands_are_written_as_drawn },
	{ "op_mem_store.bytes_are_written_little_endian", bytes_are_written_little_endian },
	{ "op_mem_store.other_operations_store_nothing", other_operations_store_nothing },
};

UNIT_MAIN(tests)
