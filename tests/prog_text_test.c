// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text that is no program is refused with one line that says what and where;
 * unusual text that is one is taken.
 *
 * Each row holds a text and the message, the line and the column that a person
 * would want. A line and a column of 0 say that the whole text is meant.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/prog.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define V3 "vm gicv3\n"
#define V2 "vm gicv2\n"

struct malformed {
	const char *text;
	unsigned int line, column;
	const char *message;
};

static void expect_refused(struct unit *t, const struct malformed *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct malformed *row = &rows[i];
		struct prog_error err;
		struct prog p;
		bool ok;

		ok = EXPECT_EQ(t, prog_parse(&p, row->text, strlen(row->text), &err), -EINVAL);
		ok &= EXPECT_STR(t, err.text, row->message);
		ok &= EXPECT_EQ(t, err.line, row->line);
		ok &= EXPECT_EQ(t, err.column, row->column);
		if (!ok)
			printf("#   text: %s\n", row->text);
	}
}

#define EXPECT_REFUSED(t, rows) expect_refused((t), (rows), ARRAY_SIZE(rows))

static void vm_line_must_come_first(struct unit *t)
{
	static const struct malformed rows[] = {
		{ "", 0, 0, "there is no 'vm' line: this is not a program" },
		{ "\n\n# nothing\n", 0, 0, "there is no 'vm' line: this is not a program" },
		{ "create_vgic\n", 1, 1, "a program begins with 'vm gicv2' or 'vm gicv3'" },
		{ "# c\n\n  run vcpu=0\nvm gicv3\n", 3, 1,
		  "a program begins with 'vm gicv2' or 'vm gicv3'" },
		{ "#!/bin/sh\nset -e\n", 2, 1, "a program begins with 'vm gicv2' or 'vm gicv3'" },
		{ "\177ELF\2\1\1\n", 1, 1, "a program begins with 'vm gicv2' or 'vm gicv3'" },
		{ "VM gicv3\n", 1, 1, "a program begins with 'vm gicv2' or 'vm gicv3'" },
	};

	EXPECT_REFUSED(t, rows);
}

static void vm_line_must_be_right(struct unit *t)
{
	static const struct malformed rows[] = {
		{ "vm\n", 1, 1, "'vm' needs gicv2 or gicv3" },
		{ "vm gicv4\n", 1, 4, "'gicv4' is neither gicv2 nor gicv3" },
		{ "vm ipa=40 gicv3\n", 1, 4, "'ipa=40' is neither gicv2 nor gicv3" },
		{ "vm gicv3 ipa=39\n", 1, 14, "ipa=39 is not one of 36, 40, 48" },
		{ "vm gicv3 ipa=\n", 1, 14, "a number is missing" },
		{ "vm gicv3 ipa=4o\n", 1, 14, "'4o' is not a number" },
		{ "vm gicv3 ipa=4294967336\n", 1, 14, "ipa=4294967336 is not one of 36, 40, 48" },
		{ "vm gicv3 ipa=18446744073709551656\n", 1, 14,
		  "'18446744073709551656' does not fit 64 bits" },
		{ "vm gicv3 vcpus=3\n", 1, 10, "'vcpus=3' means nothing here" },
		{ "vm gicv3 ipa=40 ipa=40\n", 1, 17, "'ipa=40' means nothing here" },
		{ "vm gicv3 gicv3\n", 1, 10, "'gicv3' means nothing here" },
		{ V3 "vm gicv3\n", 2, 1, "'vm' is not a user operation" },
	};

	EXPECT_REFUSED(t, rows);
}

static void operation_must_exist(struct unit *t)
{
	static const struct malformed rows[] = {
		{ V3 "create_vgc\n", 2, 1, "'create_vgc' is not a user operation" },
		{ V3 "\tuser create\n", 2, 7, "'create' is not a user operation" },
		{ V3 "# c\n\nguest vcpu=0 wlak at=0x0\n", 4, 14,
		  "'wlak' is not a guest operation" },
		{ V3 "guest vcpu=0 create_vgic\n", 2, 14,
		  "'create_vgic' is not a guest operation, but a user one" },
		{ V3 "user walk vcpu=0 at=0x0\n", 2, 6,
		  "'walk' is not a user operation, but a guest one" },
		{ V3 "irq_line spi intid=40 level=1\n", 2, 1,
		  "'irq_line' is not a user operation, but a dev one" },
		{ V3 "guest vcpu=0 irq_line spi intid=40 level=1\n", 2, 14,
		  "'irq_line' is not a guest operation, but a dev one" },
		{ V3 "dev hold vcpu=0\n", 2, 5, "'hold' is not a dev operation, but a user one" },
		{ V3 "dev read GICR_TYPER vcpu=0\n", 2, 5,
		  "'read' is not a dev operation, but a user one" },
		{ V3 "dev\n", 2, 1, "an operation is missing" },
		{ V3 "dev guest vcpu=0 walk at=0x0\n", 2, 5, "'guest' is not a dev operation" },
		{ V3 "user guest read\n", 2, 6, "'guest' is not a user operation" },
		{ V3 "user\n", 2, 1, "an operation is missing" },
		{ V3 "guest vcpu=0\n", 2, 1, "an operation is missing" },
		{ V3 "id=0\n", 2, 1, "an operation is missing" },
		{ V3 "CREATE_VGIC\n", 2, 1, "'CREATE_VGIC' is not a user operation" },
		{ V3 "create_vgic;\n", 2, 1, "'create_vgic;' is not a user operation" },
		{ V3 "\x01\xff\n", 2, 1, "'\?\?' is not a user operation" },
		{ V2 "read_level vcpu=0 intid=0\n", 2, 1,
		  "'read_level' is not an operation of a gicv2 VM" },
		{ V2 "guest vcpu=0 walk at=0x20000000\n", 2, 14,
		  "'walk' is not an operation of a gicv2 VM" },
	};

	EXPECT_REFUSED(t, rows);
}

static void arguments_must_be_there(struct unit *t)
{
	static const struct malformed rows[] = {
		{ V3 "create_vcpu\n", 2, 1, "'create_vcpu' needs id=" },
		{ V3 "create_vcpu 0\n", 2, 1, "'create_vcpu' needs id=" },
		{ V3 "create_vcpu ID=0\n", 2, 1, "'create_vcpu' needs id=" },
		{ V3 "create_vcpu =0\n", 2, 1, "'create_vcpu' needs id=" },
		{ V3 "create_vcpu vcpu=0\n", 2, 1, "'create_vcpu' needs id=" },
		{ V3 "create_vcpu # id=0\n", 2, 1, "'create_vcpu' needs id=" },
		{ V3 "set_addr base=0x0\n", 2, 1, "'set_addr' needs type" },
		{ V3 "set_addr v3_dist\n", 2, 1, "'set_addr' needs base=" },
		{ V3 "redist_region index=0 count=1\n", 2, 1, "'redist_region' needs base=" },
		{ V3 "guest read GICR_TYPER at=0x0\n", 2, 1, "'read' needs vcpu=" },
		{ V3 "guest vcpu=0 walk\n", 2, 1, "'walk' needs at=" },
		{ V3 "user read vcpu=0\n", 2, 1, "'read' needs reg" },
		{ V3 "user write GICR_TYPER vcpu=0\n", 2, 1, "'write' needs value=" },
		{ V3 "guest vcpu=0 read GICR_TYPER\n", 2, 1, "'read' needs at=" },
		{ V3 "guest vcpu=0 read GICD+0x34 size=4\n", 2, 1, "'read' needs at=" },
		{ V3 "guest vcpu=0 write GICR_TYPER value=0x0\n", 2, 1, "'write' needs at=" },
		{ V3 "guest vcpu=0 write ICC+0xc660\n", 2, 1, "'write' needs value=" },
		{ V3 "dev irq_line intid=40 level=1\n", 2, 1, "'irq_line' needs type" },
		{ V3 "dev irq_line spi level=1\n", 2, 1, "'irq_line' needs intid=" },
		{ V3 "dev irq_line spi intid=40\n", 2, 1, "'irq_line' needs level=" },
		{ V3 "dev signal_msi at=0x8090040\n", 2, 1, "'signal_msi' needs data=" },
	};

	EXPECT_REFUSED(t, rows);
}

static void arguments_must_be_meant(struct unit *t)
{
	static const struct malformed rows[] = {
		{ V3 "create_vcpu id=0 id=0\n", 2, 18, "'id=0' means nothing here" },
		{ V3 "create_vcpu id=0 id=1\n", 2, 18, "'id=1' means nothing here" },
		{ V3 "create_vcpu id=0 now\n", 2, 18, "'now' means nothing here" },
		{ V3 "create_vgic create_vgic\n", 2, 13, "'create_vgic' means nothing here" },
		{ V3 "get_addr v3_dist v3_dist\n", 2, 18, "'v3_dist' means nothing here" },
		{ V3 "init_vgic\x0b\x0c run\n", 2, 1, "'init_vgic\?\?' is not a user operation" },
		{ V3 "redist_region index=0 base=0x0 count=1 flags=0 flags=0\n", 2, 48,
		  "'flags=0' means nothing here" },
		{ V3 "redist_region index=0 base=0x0 count=1 flags=0 a b c d\n", 2, 54,
		  "too many words" },
		{ V3 "a b c d e f g h i j k l m n o p\n", 2, 17, "too many words" },
	};

	EXPECT_REFUSED(t, rows);
}

static void numbers_must_be_numbers(struct unit *t)
{
	static const struct malformed rows[] = {
		{ V3 "create_vcpu id=\n", 2, 16, "a number is missing" },
		{ V3 "create_vcpu id=-1\n", 2, 16, "'-1' is not a number" },
		{ V3 "create_vcpu id=+1\n", 2, 16, "'+1' is not a number" },
		{ V3 "create_vcpu id=1.0\n", 2, 16, "'1.0' is not a number" },
		{ V3 "create_vcpu id=0x\n", 2, 16, "'0x' is not a number" },
		{ V3 "create_vcpu id=0X1\n", 2, 16, "'0X1' is not a number" },
		{ V3 "create_vcpu id=1f\n", 2, 16, "'1f' is not a number" },
		{ V3 "create_vcpu id=0xg\n", 2, 16, "'0xg' is not a number" },
		{ V3 "create_vcpu id==1\n", 2, 16, "'=1' is not a number" },
		{ V3 "create_vcpu id=\"1\"\n", 2, 16, "'\"1\"' is not a number" },
		{ V3 "set_addr v3_dist base=18446744073709551616\n", 2, 23,
		  "'18446744073709551616' does not fit 64 bits" },
		{ V3 "set_addr v3_dist base=0x10000000000000000\n", 2, 23,
		  "'0x10000000000000000' does not fit 64 bits" },
		{ V3 "set_addr v3_dist base=99999999999999999999999999999999999999999999999\n", 2,
		  23, "'9999999999999999999999999999999999999999' does not fit 64 bits" },
	};

	EXPECT_REFUSED(t, rows);
}

static void values_must_be_in_range(struct unit *t)
{
	static const struct malformed rows[] = {
		{ V3 "create_vcpu id=1024\n", 2, 16, "id=0x400 is outside 0x0..0x3ff" },
		{ V3 "create_vcpu id=18446744073709551615\n", 2, 16,
		  "id=0xffffffffffffffff is outside 0x0..0x3ff" },
		{ V3 "redist_region index=4096 base=0x0 count=1\n", 2, 21,
		  "index=0x1000 is outside 0x0..0xfff" },
		{ V3 "redist_region index=0 base=0x0 count=4096\n", 2, 38,
		  "count=0x1000 is outside 0x0..0xfff" },
		{ V3 "redist_region index=0 base=0x0 count=1 flags=16\n", 2, 46,
		  "flags=0x10 is outside 0x0..0xf" },
		{ V3 "redist_region index=0 base=0x10000000000000 count=1\n", 2, 28,
		  "base=0x10000000000000 is outside 0x0..0xfffffffff0000" },
		{ V3 "redist_region index=0 base=0x20001000 count=1\n", 2, 28,
		  "base=0x20001000 is not a multiple of 0x10000" },
		{ V3 "guest vcpu=0 walk at=0x8000\n", 2, 22,
		  "at=0x8000 is not a multiple of 0x10000" },
		{ V3 "guest vcpu=0 read GICR_TYPER at=0x20000008\n", 2, 33,
		  "at=0x20000008 is not a multiple of 0x1000" },
		{ V3 "guest vcpu=0 read GICR_TYPER at=0x1000000000000\n", 2, 33,
		  "at=0x1000000000000 is outside 0x0..0xfffffffff000" },
		{ V3 "dev irq_line spi intid=40 level=2\n", 2, 33,
		  "level=0x2 is outside 0x0..0x1" },
		{ V3 "dev irq_line spi intid=65536 level=1\n", 2, 24,
		  "intid=0x10000 is outside 0x0..0xffff" },
		{ V3 "dev signal_msi at=0x0 data=4294967296\n", 2, 28,
		  "data=0x100000000 is outside 0x0..0xffffffff" },
		{ V3 "write_level vcpu=0 intid=32 value=0x100000000\n", 2, 35,
		  "value=0x100000000 is outside 0x0..0xffffffff" },
	};

	EXPECT_REFUSED(t, rows);
}

static void sizes_and_addresses_must_fit_the_place(struct unit *t)
{
	static const struct malformed rows[] = {
		{ V3 "guest vcpu=0 read GICR_TYPER at=0x0 size=3\n", 2, 42,
		  "size=3 is not 1, 2, 4 or 8" },
		{ V3 "guest vcpu=0 read GICR_TYPER at=0x0 size=0\n", 2, 42,
		  "size=0 is not 1, 2, 4 or 8" },
		{ V3 "guest vcpu=0 read GICR_TYPER at=0x0 size=16\n", 2, 42,
		  "size=16 is not 1, 2, 4 or 8" },
		{ V3 "guest vcpu=0 write GICR_TYPER at=0x0 size=6 value=0x0\n", 2, 43,
		  "size=6 is not 1, 2, 4 or 8" },
		{ V3 "user read GICR_TYPER vcpu=0 size=4\n", 2, 29, "'size=4' means nothing here" },
		{ V3 "user read GICR_TYPER vcpu=0 at=0x0\n", 2, 29, "'at=0x0' means nothing here" },
		{ V3 "guest vcpu=0 read ICC+0xc660 at=0x0\n", 2, 33,
		  "a system register has no address" },
		{ V3 "guest vcpu=0 read at=0x8000000 ICC_IAR1_EL1\n", 2, 22,
		  "a system register has no address" },
		{ V3 "guest vcpu=0 write ICC_PMR_EL1 size=4 value=0xf0\n", 2, 37,
		  "a system register is accessed as a whole" },
		{ V3 "guest vcpu=0 read ICC+0xc660 size=8\n", 2, 35,
		  "a system register is accessed as a whole" },
		{ V3 "guest vcpu=0 write ICC+0xc660 at=0x0 value=0x0\n", 2, 34,
		  "a system register has no address" },
	};

	EXPECT_REFUSED(t, rows);
}

static void words_must_be_of_the_vm(struct unit *t)
{
	static const struct malformed rows[] = {
		{ V3 "user read GICR_TYPO vcpu=0\n", 2, 11,
		  "'GICR_TYPO' is not a register of gicv3" },
		{ V3 "user read GICC_PMR vcpu=0\n", 2, 11,
		  "'GICC_PMR' is not a register of gicv3" },
		{ V2 "user read ICC_PMR_EL1 vcpu=0\n", 2, 11,
		  "'ICC_PMR_EL1' is not a register of gicv2" },
		{ V2 "guest vcpu=0 read GICD_IROUTER32 at=0x0\n", 2, 19,
		  "'GICD_IROUTER32' is not a register of gicv2" },
		{ V3 "user read GICD_ISENABLER32 vcpu=0\n", 2, 11,
		  "'GICD_ISENABLER32' is not a register of gicv3" },
		{ V3 "user read GICD_ISENABLER03 vcpu=0\n", 2, 11,
		  "'GICD_ISENABLER03' is not a register of gicv3" },
		{ V3 "user read GICD_ISENABLER vcpu=0\n", 2, 11,
		  "'GICD_ISENABLER' is not a register of gicv3" },
		{ V3 "user read GICD_ISENABLER-1 vcpu=0\n", 2, 11,
		  "'GICD_ISENABLER-1' is not a register of gicv3" },
		{ V2 "guest vcpu=0 read GICR_TYPER at=0x0\n", 2, 19,
		  "'GICR_TYPER' is not a register of gicv2" },
		{ V2 "user read ICC+0xc660 vcpu=0\n", 2, 11,
		  "'ICC+0xc660' is not a register of gicv2" },
		{ V3 "user read GICC+0x4 vcpu=0\n", 2, 11,
		  "'GICC+0x4' is not a register of gicv3" },
		{ V3 "user read GICD+0x10000 vcpu=0\n", 2, 11,
		  "'GICD+0x10000' is not a register of gicv3" },
		{ V3 "user read GICR_TYPER+8 vcpu=0\n", 2, 11,
		  "'GICR_TYPER+8' is not a register of gicv3" },
		{ V3 "user read GICR_TYPER+ vcpu=0\n", 2, 11,
		  "'GICR_TYPER+' is not a register of gicv3" },
		{ V3 "user read GICR_TYPER0 vcpu=0\n", 2, 11,
		  "'GICR_TYPER0' is not a register of gicv3" },
		{ V3 "user read GICD vcpu=0\n", 2, 11, "'GICD' is not a register of gicv3" },
		{ V3 "user read gicr_typer vcpu=0\n", 2, 11,
		  "'gicr_typer' is not a register of gicv3" },
		{ V3 "dev irq_line sgi intid=1 level=1\n", 2, 14,
		  "'sgi' is not a type of interrupt" },
		{ V3 "dev irq_line SPI intid=40 level=1\n", 2, 14,
		  "'SPI' is not a type of interrupt" },
		{ V3 "get_addr v4_dist\n", 2, 10, "'v4_dist' is not an address attribute" },
		{ V3 "get_addr V3_DIST\n", 2, 10, "'V3_DIST' is not an address attribute" },
		{ V3
		  "user read "
		  "GICR_TYPERGICR_TYPERGICR_TYPERGICR_TYPERGICR_TYPERGICR_TYPERGICR_TYPER vcpu=0\n",
		  2, 11, "'GICR_TYPERGICR_TYPERGICR_TYPERGICR_TYPER' is not a register of gicv3" },
	};

	EXPECT_REFUSED(t, rows);
}

static void par_blocks_must_be_whole(struct unit *t)
{
	static const struct malformed rows[] = {
		{ "par {\n" V3 "}\n", 1, 1, "a program begins with 'vm gicv2' or 'vm gicv3'" },
		{ V3 "par\n", 2, 1, "'par' needs {" },
		{ V3 "par{\n", 2, 1, "'par{' is not a user operation" },
		{ V3 "user par {\n", 2, 6, "'par' is not a user operation" },
		{ V3 "  par { {\n", 2, 9, "'{' means nothing here" },
		{ V3 "par { guest vcpu=0 eoi }\n", 2, 7, "'guest' means nothing here" },
		{ V3 "  par {\nguest vcpu=0 eoi\n", 2, 3, "a par block without its '}'" },
		{ V3 "par {\n}\n", 3, 1, "no operation in the par block of line 2" },
		{ V3 "par {\n\n# c\n }\n", 5, 2, "no operation in the par block of line 2" },
		{ V3 "par {\nguest vcpu=0 eoi\npar {\n}\n}\n", 4, 1,
		  "a par block within that of line 2" },
		{ V3 "\t}\n", 2, 2, "'}' without a par block" },
		{ V3 "par {\nguest vcpu=0 eoi\n}\n}\n", 5, 1, "'}' without a par block" },
		{ V3 "par {\nguest vcpu=0 eoi\n} par {\n", 4, 3, "'par' means nothing here" },
		{ V3 "par {\nguest vcpu=0 eoi }\n}\n", 3, 18, "'}' means nothing here" },
	};

	EXPECT_REFUSED(t, rows);
}

static void par_blocks_hold_what_can_race(struct unit *t)
{
	static const struct malformed rows[] = {
		{ V3 "par {\n\tguest vcpu=0 walk at=0x0\n}\n", 3, 15,
		  "'walk' cannot stand in a par block" },
		{ V3 "par {\ncreate_vgic\n}\n", 3, 1, "'create_vgic' cannot stand in a par block" },
		{ V3 "par {\nguest vcpu=0 eoi\nuser hold vcpu=0\n}\n", 4, 6,
		  "'hold' cannot stand in a par block" },
	};
	char text[256];

	EXPECT_REFUSED(t, rows);
	for (unsigned int i = 0; i < NR_OPS; i++) {
		struct prog_error err;
		struct op op = { 0 };
		struct prog p;
		size_t len;

		prog_init(&p, GIC_V3, PROG_DEFAULT_IPA_BITS);
		op = *prog_add(&p, (enum op_id)i);
		prog_free(&p);
		len = (size_t)snprintf(text, sizeof(text), V3 "par {\n");
		len += op_print(&op, text + len, sizeof(text) - len);
		snprintf(text + len, sizeof(text) - len, "\n}\n");
		EXPECT_EQ(t, !prog_parse(&p, text, strlen(text), &err), op_can_par((enum op_id)i));
		prog_free(&p);
	}
}

static void a_nul_byte_is_refused_wherever_it_stands(struct unit *t)
{
	static const char text[] = "# c\nvm gicv3 # c\ncreate_vgic\n";

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		char buf[sizeof(text)];
		struct prog_error err;
		unsigned int line = 1, column = 1;
		struct prog p;

		memcpy(buf, text, sizeof(text));
		for (size_t k = 0; k < i; k++) {
			column = buf[k] == '\n' ? 1 : column + 1;
			line += buf[k] == '\n';
		}
		buf[i] = '\0';
		EXPECT_EQ(t, prog_parse(&p, buf, sizeof(text) - 1, &err), -EINVAL);
		EXPECT_STR(t, err.text, "a NUL byte: this is not a program");
		EXPECT_EQ(t, err.line, line);
		EXPECT_EQ(t, err.column, column);
	}
}

static void unusual_text_is_taken(struct unit *t)
{
	static const struct {
		const char *text, *canonical;
	} rows[] = {
		{ "vm gicv3", "vm gicv3\n" },
		{ "vm gicv3 ipa=40\n", "vm gicv3\n" },
		{ "vm\tgicv2\tipa=0x24\n", "vm gicv2 ipa=36\n" },
		{ V3 "  user   create_vcpu\tid=0x3FF  ", V3 "create_vcpu id=1023\n" },
		{ V3 "create_vcpu id=0000000000000000000000000007", V3 "create_vcpu id=7\n" },
		{ V3 "redist_region count=1 flags=0 base=65536 index=0",
		  V3 "redist_region index=0 base=0x10000 count=1\n" },
		{ V3 "read vcpu=3 GICR_TYPER", V3 "user read GICR_TYPER vcpu=3\n" },
		{ V3 "guest walk at=0x0 vcpu=1", V3 "guest vcpu=1 walk at=0x0\n" },
		{ V3 "set_addr v3_dist base=0xffffffffffffffff",
		  V3 "set_addr v3_dist base=0xffffffffffffffff\n" },
		{ V3 "guest read at=131072 GICR+0x8 vcpu=1",
		  V3 "guest vcpu=1 read GICR_TYPER at=0x20000\n" },
		{ V3 "user read GICR_TYPER+0x4 vcpu=0", V3 "user read GICR_TYPER+4 vcpu=0\n" },
		{ V3 "guest vcpu=0 write size=0x1 value=7 GICD+52 at=0x8000000",
		  V3 "guest vcpu=0 write GICD+0x34 at=0x8000000 size=1 value=0x7\n" },
		{ V3 "guest read GICD+0x10c at=0x8000000 vcpu=0",
		  V3 "guest vcpu=0 read GICD_ISENABLER3 at=0x8000000\n" },
		{ V3 "guest vcpu=0 write GICD_IPRIORITYR8+0x3 at=0x8000000 size=1 value=160",
		  V3 "guest vcpu=0 write GICD_IPRIORITYR8+3 at=0x8000000 size=1 value=0xa0\n" },
		{ V3 "guest vcpu=0 read ICC+0xc660", V3 "guest vcpu=0 read ICC_IAR1_EL1\n" },
		{ V3 "guest vcpu=0 write ICC+0x1 value=7",
		  V3 "guest vcpu=0 write ICC+0x1 value=0x7\n" },
		{ V2 "write GICD_TYPER value=1 vcpu=7",
		  V2 "user write GICD_TYPER vcpu=7 value=0x1\n" },
		{ V3 "dev irq_line level=1 vcpu=0 intid=40 spi",
		  V3 "dev irq_line spi intid=40 level=1\n" },
		{ V3 "dev irq_line ppi vcpu=1 intid=27 level=0",
		  V3 "dev irq_line ppi vcpu=1 intid=27 level=0\n" },
		{ V3 "dev signal_msi devid=7 flags=1 data=0x10 at=134807616",
		  V3 "dev signal_msi at=0x8090040 data=16 flags=1 devid=7\n" },
		{ V3 "read_level info=0 intid=32 vcpu=0", V3 "read_level vcpu=0 intid=32\n" },
		{ V3 "create_vgic#c", V3 "create_vgic  #c\n" },
		{ "vm gicv3\r\n# c\r\n\r\ncreate_vgic\r\ncreate_vcpu id=0 # d\r\n",
		  "vm gicv3\n# c\n\ncreate_vgic\ncreate_vcpu id=0  # d\n" },
		{ V3 " par\t{\nguest vcpu=0 eoi\n dev irq_line spi intid=40 level=1\n } ",
		  V3 "par {\n\tguest vcpu=0 eoi\n\tdev irq_line spi intid=40 level=1\n}\n" },
		{ V3 "par {\nguest vcpu=0 eoi\n}\n", V3 "guest vcpu=0 eoi\n" },
		{ V3 "# a\npar { # b\n# c\nguest vcpu=0 eoi # d\n# e\nguest vcpu=1 eoi\n# f\n}#g\n",
		  V3 "# a\n# b\n# c\npar {\n\tguest vcpu=0 eoi  # d\n# e\n\tguest vcpu=1 eoi\n}\n"
		     "# f\n#g\n" },
		{ V3 "# \xc3\xa9 \xff\n", V3 "# \xc3\xa9 \xff\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prog p;
		char *text;

		if (!program_parse(t, rows[i].text, &p))
			continue;
		text = prog_print(&p);
		EXPECT_STR(t, text, rows[i].canonical);
		free(text);
		prog_free(&p);
	}
}

/* Exactly @bytes of text that is cut at any place: no byte beyond is read. */
static void a_cut_text_is_read_to_its_end_only(struct unit *t)
{
	static const char text[] = "# c\nvm gicv3 ipa=48  # vm\nguest vcpu=1 read GICR_TYPER "
				   "at=0x20000000  # c\nset_addr v3_dist base=0x10000\n";

	for (size_t bytes = 1; bytes < sizeof(text); bytes++) {
		char *cut = xcalloc(1, bytes);
		struct prog_error err;
		struct prog p;

		memcpy(cut, text, bytes);
		if (!prog_parse(&p, cut, bytes, &err))
			prog_free(&p);
		else
			EXPECT_TRUE(t, err.text[0]);
		free(cut);
	}
}

/* A program's first line and then @c up to @bytes. */
static char *filled(size_t bytes, char c)
{
	char *text = xcalloc(1, bytes + 1);

	memset(text, c, bytes);
	for (size_t i = 0; V3[i]; i++)
		text[i] = V3[i];
	return text;
}

static void lines_of_any_length_are_handled(struct unit *t)
{
	const size_t bytes = 100000;
	char *text = filled(sizeof(V3) + bytes, ' ');
	struct prog_error err;
	struct prog p;

	if (program_parse(t, text, &p)) {
		EXPECT_EQ(t, p.nr_ops, 0);
		prog_free(&p);
	}
	memset(text + strlen(V3), 'a', bytes);
	EXPECT_EQ(t, prog_parse(&p, text, strlen(text), &err), -EINVAL);
	EXPECT_STR(t, err.text,
		   "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is not a user operation");
	text[strlen(V3)] = '#';
	if (program_parse(t, text, &p)) {
		EXPECT_TRUE(t, p.below && strlen(p.below) >= bytes);
		prog_free(&p);
	}
	free(text);
}

static void a_huge_text_is_no_program(struct unit *t)
{
	char *text = filled(PROG_MAX_BYTES + 1, '\n');
	struct prog_error err;
	struct prog p;

	EXPECT_EQ(t, prog_parse(&p, text, PROG_MAX_BYTES + 1, &err), -EINVAL);
	EXPECT_STR(t, err.text, "larger than 8388608 bytes: this is not a program");
	EXPECT_EQ(t, err.line, 0);
	free(text);
}

static void operations_are_limited(struct unit *t)
{
	const size_t nr = PROG_MAX_OPS + 1, each = strlen("init_vgic\n");
	char *text = filled(strlen(V3) + nr * each, ' '), *at = text + strlen(V3);
	struct prog_error err;
	struct prog p;

	for (size_t i = 0; i < nr; i++, at += each)
		memcpy(at, "init_vgic\n", each);
	EXPECT_EQ(t, prog_parse(&p, text, strlen(text), &err), -EINVAL);
	EXPECT_STR(t, err.text, "more than 65536 operations");
	EXPECT_EQ(t, err.line, PROG_MAX_OPS + 2);
	EXPECT_EQ(t, err.column, 1);
	at[-(ptrdiff_t)each] = '\0';
	if (program_parse(t, text, &p)) {
		EXPECT_EQ(t, p.nr_ops, PROG_MAX_OPS);
		prog_free(&p);
	}
	free(text);
}

static void files_that_cannot_be_read_say_why(struct unit *t)
{
	struct prog_error err;
	struct prog p;

	EXPECT_EQ(t, prog_load(&p, "/nonexistent/x.vgic", &err), -ENOENT);
	EXPECT_STR(t, err.text, "cannot open it: No such file or directory");
	EXPECT_EQ(t, err.line, 0);
	EXPECT_EQ(t, prog_load(&p, "/", &err), -EISDIR);
	EXPECT_STR(t, err.text, "cannot read it: Is a directory");
	EXPECT_EQ(t, prog_load(&p, "/dev/null", &err), -EINVAL);
	EXPECT_STR(t, err.text, "there is no 'vm' line: this is not a program");
	EXPECT_EQ(t, prog_load(&p, "/dev/zero", &err), -EINVAL);
	EXPECT_STR(t, err.text, "larger than 8388608 bytes: this is not a program");
}

static void a_file_names_its_program(struct unit *t)
{
	struct prog_error err;
	struct prog p;

	if (!EXPECT_EQ(t,
		       prog_load(&p, VGICHECK_SRCDIR "/corpora/regress/0002-init-without-vcpu.vgic",
				 &err),
		       0))
		return;
	EXPECT_STR(t, p.name, "0002-init-without-vcpu");
	EXPECT_EQ(t, p.nr_ops, 2);
	prog_free(&p);
}

static const struct unit_test tests[] = {
	{ "prog_parse.vm_line_must_come_first", vm_line_must_come_first },
	{ "prog_parse.vm_line_must_be_right", vm_line_must_be_right },
	{ "prog_parse.operation_must_exist", operation_must_exist },
	{ "prog_parse.arguments_must_be_there", arguments_must_be_there },
	{ "prog_parse.arguments_must_be_meant", arguments_must_be_meant },
	{ "prog_parse.numbers_must_be_numbers", numbers_must_be_numbers },
	{ "prog_parse.values_must_be_in_range", values_must_be_in_range },
	{ "prog_parse.sizes_and_addresses_must_fit_the_place",
	  sizes_and_addresses_must_fit_the_place },
	{ "prog_parse.words_must_be_of_the_vm", words_must_be_of_the_vm },
	{ "prog_parse.par_blocks_must_be_whole", par_blocks_must_be_whole },
	{ "prog_parse.par_blocks_hold_what_can_race", par_blocks_hold_what_can_race },
	{ "prog_parse.a_nul_byte_is_refused_wherever_it_stands",
	  a_nul_byte_is_refused_wherever_it_stands },
	{ "prog_parse.unusual_text_is_taken", unusual_text_is_taken },
	{ "prog_parse.a_cut_text_is_read_to_its_end_only", a_cut_text_is_read_to_its_end_only },
	{ "prog_parse.lines_of_any_length_are_handled", lines_of_any_length_are_handled },
	{ "prog_parse.a_huge_text_is_no_program", a_huge_text_is_no_program },
	{ "prog_parse.operations_are_limited", operations_are_limited },
	{ "prog_load.files_that_cannot_be_read_say_why", files_that_cannot_be_read_say_why },
	{ "prog_load.a_file_names_its_program", a_file_names_its_program },
};

UNIT_MAIN(tests)
