// SPDX-License-Identifier: GPL-2.0-only
/*
 * The qtest target: its protocols as text, which programs it can run and where
 * their accesses go.  Only the tests of a machine need QEMU.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/target/qtest/qtest.h"
#include "tests/programs.h"

#define GIC_PATH "/machine/unattached/device[4]"

static void commands_are_printed(struct unit *t)
{
	static const struct {
		struct qtest_cmd cmd;
		const char *text;
	} rows[] = {
		{ { QTEST_READ, 1, 0x8000400, 0 }, "readb 0x8000400\n" },
		{ { QTEST_READ, 2, 0x8000002, 0 }, "readw 0x8000002\n" },
		{ { QTEST_READ, 4, 0x8000004, 0 }, "readl 0x8000004\n" },
		{ { QTEST_READ, 8, 0x80a0008, 0 }, "readq 0x80a0008\n" },
		{ { QTEST_WRITE, 1, 0x8000400, 0x1a0 }, "writeb 0x8000400 0xa0\n" },
		{ { QTEST_WRITE, 4, 0x8000104, 0x1ffffffffULL }, "writel 0x8000104 0xffffffff\n" },
		{ { QTEST_WRITE, 8, 0x8006100, ~0ULL }, "writeq 0x8006100 0xffffffffffffffff\n" },
		{ { QTEST_LINE, 0, 8, 1 }, "set_irq_in " GIC_PATH " unnamed-gpio-in 8 1\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[128];

		EXPECT_EQ(t, qtest_cmd_print(&rows[i].cmd, GIC_PATH, text, sizeof(text)),
			  strlen(rows[i].text));
		EXPECT_STR(t, text, rows[i].text);
	}
}

static void replies_are_understood(struct unit *t)
{
	static const struct {
		enum qtest_verb verb;
		unsigned int bytes;
		const char *line;
		int ret;
		u64 value;
	} rows[] = {
		{ QTEST_READ, 4, "OK 0x0000000000000100", 1, 0x100 },
		{ QTEST_READ, 8, "OK 0xffffffffffffffff", 1, ~0ULL },
		{ QTEST_READ, 8, "OK 0x1ffffffffffffffff", -EPROTO, 0 },
		{ QTEST_READ, 4, "OK 0x0000000100000000", -EPROTO, 0 },
		{ QTEST_READ, 4, "OK", -EPROTO, 0 },
		{ QTEST_READ, 4, "OK 0x", -EPROTO, 0 },
		{ QTEST_READ, 4, "OK 0x12 0x34", -EPROTO, 0 },
		{ QTEST_READ, 4, "FAIL Unknown command 'readl'", -EPROTO, 0 },
		{ QTEST_READ, 4, "IRQ raise 5", 0, 0 },
		{ QTEST_READ, 4, "", -EPROTO, 0 },
		{ QTEST_READ, 4, "\x01\xff", -EPROTO, 0 },
		{ QTEST_WRITE, 4, "OK", 1, 0 },
		{ QTEST_WRITE, 4, "OK 0x0", -EPROTO, 0 },
		{ QTEST_WRITE, 4, "FAIL", -EPROTO, 0 },
		{ QTEST_LINE, 0, "IRQ lower 0", 0, 0 },
		{ QTEST_LINE, 0, "FAIL Unknown device", -EPROTO, 0 },
		{ QTEST_LINE, 0, "OK", 1, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct qtest_cmd cmd = { .verb = rows[i].verb, .bytes = rows[i].bytes };

		EXPECT_EQ(t, qtest_reply_parse(rows[i].line, &cmd), rows[i].ret);
		EXPECT_EQ(t, cmd.value, rows[i].value);
	}
}

static void put(struct unit *t, struct qtest_lines *l, const char *text)
{
	char *at;
	size_t room = qtest_lines_room(l, &at);

	if (!EXPECT_TRUE(t, room >= strlen(text)))
		return;
	for (size_t i = 0; text[i]; i++)
		at[i] = text[i];
	l->to += strlen(text);
}

static void lines_arrive_in_pieces(struct unit *t)
{
	static struct qtest_lines l;

	EXPECT_TRUE(t, !qtest_lines_next(&l));
	put(t, &l, "OK 0x0");
	EXPECT_TRUE(t, !qtest_lines_next(&l));
	put(t, &l, "1\nOK\r\n\nIRQ");
	EXPECT_STR(t, qtest_lines_next(&l), "OK 0x01");
	EXPECT_STR(t, qtest_lines_next(&l), "OK");
	EXPECT_STR(t, qtest_lines_next(&l), "");
	EXPECT_TRUE(t, !qtest_lines_next(&l));
	put(t, &l, " raise 1\n");
	EXPECT_STR(t, qtest_lines_next(&l), "IRQ raise 1");
	EXPECT_TRUE(t, !qtest_lines_next(&l));
}

static void line_without_end_leaves_no_room(struct unit *t)
{
	static struct qtest_lines l;
	char *at;
	size_t room;

	while ((room = qtest_lines_room(&l, &at))) {
		memset(at, 'x', room);
		l.to += room;
		if (!EXPECT_TRUE(t, !qtest_lines_next(&l)))
			return;
	}
	EXPECT_EQ(t, l.to, sizeof(l.buf));
}

static void greeting_has_the_version(struct unit *t)
{
	static const char greeting[] =
		"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7},"
		" \"package\": \"Debian 1:7.2\"}, \"capabilities\": [\"oob\"]}}";
	struct qtest_version v;

	EXPECT_TRUE(t, qtest_greeting_parse(greeting, &v));
	EXPECT_EQ(t, v.major, 7);
	EXPECT_EQ(t, v.minor, 2);
	EXPECT_EQ(t, v.micro, 22);
	EXPECT_STR(t, v.package, "Debian 1:7.2");
	EXPECT_TRUE(t, !qtest_greeting_parse("{\"return\": {}}", &v));
	EXPECT_TRUE(t, !qtest_greeting_parse("", &v));
	EXPECT_TRUE(t, qtest_greeting_parse("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, "
					    "\"minor\": 1, \"major\": 10}, \"package\": \"\"}}}",
					    &v));
	EXPECT_STR(t, v.package, "");
}

static void gic_is_found_by_its_type(struct unit *t)
{
	static const struct {
		const char *reply;
		enum gic_version gic;
		const char *path;
	} rows[] = {
		{ "{\"return\": [{\"name\": \"device[0]\", \"type\": \"child<max-arm-cpu>\"}, "
		  "{\"name\": \"device[1]\", \"type\": \"child<arm-gicv3>\"}, "
		  "{\"name\": \"device[2]\", \"type\": \"child<pl011>\"}]}",
		  GIC_V3, "/machine/unattached/device[1]" },
		{ "{\"return\": [{\"type\": \"child<arm_gic>\", \"name\": \"device[12]\"}, "
		  "{\"type\": \"child<pl011>\", \"name\": \"device[13]\"}]}",
		  GIC_V2, "/machine/unattached/device[12]" },
		{ "{\"return\": [{\"name\": \"gic\", \"type\": \"child<arm-gicv3>\"}, "
		  "{\"name\": \"device[2]\", \"type\": \"child<pl011>\"}]}",
		  GIC_V3, NULL },
		{ "{\"return\": [{\"name\": \"device[1]\", \"type\": \"child<arm_gic>\"}]}", GIC_V3,
		  NULL },
		{ "{\"return\": []}", GIC_V3, NULL },
		{ "\"child<arm-gicv3>\"", GIC_V3, NULL },
		{ "", GIC_V2, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char path[64] = "";

		EXPECT_EQ(t, qtest_find_gic(rows[i].reply, rows[i].gic, path, sizeof(path)),
			  rows[i].path != NULL);
		EXPECT_STR(t, path, rows[i].path ? rows[i].path : "");
	}
}

#define SETUP_V3                                          \
	"vm gicv3\ncreate_vgic\n"                         \
	"create_vcpu id=0\ncreate_vcpu id=1\n"            \
	"set_addr v3_dist base=0x20000000\n"              \
	"redist_region index=0 base=0x30000000 count=2\n" \
	"init_vgic\n"
#define SETUP_V2                              \
	"vm gicv2\n"                          \
	"create_vcpu id=0\ncreate_vgic\n"     \
	"set_addr v2_dist base=0x20000000\n"  \
	"set_addr v2_cpuif base=0x30001000\n" \
	"init_vgic\n"

static void frames_are_where_qemu_has_them(struct unit *t)
{
	static const struct {
		const char *setup;
		u64 addr, bytes;
		u64 at; /* 0: nowhere */
	} rows[] = {
		{ SETUP_V3, 0x20000000, 4, 0x8000000 }, { SETUP_V3, 0x2000fffc, 4, 0x800fffc },
		{ SETUP_V3, 0x2000fffc, 8, 0 },		{ SETUP_V3, 0x20010000, 1, 0 },
		{ SETUP_V3, 0x1ffffffc, 4, 0 },		{ SETUP_V3, 0x30000008, 8, 0x80a0008 },
		{ SETUP_V3, 0x30030400, 1, 0x80d0400 }, { SETUP_V3, 0x3003fffc, 4, 0x80dfffc },
		{ SETUP_V3, 0x30040000, 4, 0 },		{ SETUP_V3, 0x8000000, 4, 0 },
		{ SETUP_V2, 0x20000ffc, 4, 0x8000ffc }, { SETUP_V2, 0x20001000, 4, 0 },
		{ SETUP_V2, 0x3000100c, 4, 0x801000c }, { SETUP_V2, 0x30002000, 4, 0x8011000 },
		{ SETUP_V2, 0x30003000, 4, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct qtest_layout l;
		char reason[256] = "";
		struct prog p;
		u64 at = 0;

		if (!program_parse(t, rows[i].setup, &p))
			return;
		EXPECT_TRUE(t, qtest_layout_make(&l, &p, reason, sizeof(reason)));
		EXPECT_STR(t, reason, "");
		EXPECT_EQ(t, qtest_translate(&l, rows[i].addr, rows[i].bytes, &at),
			  rows[i].at != 0);
		EXPECT_EQ(t, at, rows[i].at);
		prog_free(&p);
	}
}

/* @want is NULL if the program can be run. */
static void expect_reason(struct unit *t, const char *text, const char *want)
{
	struct qtest_layout l;
	char reason[256] = "";
	struct prog p;

	if (!program_parse(t, text, &p))
		return;
	EXPECT_EQ(t, qtest_layout_make(&l, &p, reason, sizeof(reason)), !want);
	EXPECT_CONTAINS(t, reason, want ? want : "");
	prog_free(&p);
}

static void other_machines_are_refused(struct unit *t)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "vm gicv3\ncreate_vgic\n", "given 1 to 8 vCPUs" },
		{ "vm gicv3\ncreate_vgic\ncreate_vcpu id=1\n",
		  "create_vcpu: the machine's vCPUs are 0, 1, 2" },
		{ "vm gicv3\ncreate_vgic\ncreate_vgic\ncreate_vcpu id=0\n", "one GIC" },
		{ "vm gicv2\ncreate_vgic\ncreate_vcpu id=0\ncreate_vcpu id=1\n",
		  "only if there is one" },
		{ "vm gicv3\nset_addr v3_dist base=0\ncreate_vgic\ncreate_vcpu id=0\n",
		  "there is no vGIC yet" },
		{ "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\nset_addr v2_dist base=0\n",
		  "no such frame" },
		{ "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\nset_addr v3_dist base=0x1000\n",
		  "not aligned" },
		{ "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\nset_addr v3_redist base=0\n"
		  "set_addr v3_redist base=0\n",
		  "an address already" },
		{ "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\n"
		  "redist_region index=0 base=0x10000 count=2\n",
		  "one region, with a redistributor for each" },
		{ "vm gicv3\ncreate_vgic\ninit_vgic\ncreate_vcpu id=0\n",
		  "complete with its vCPUs" },
		{ "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\ninit_vgic\n",
		  "does not set up a whole machine" },
		{ "vm gicv3 ipa=36\ncreate_vgic\ncreate_vcpu id=0\ninit_vgic\n"
		  "set_addr v3_dist base=0xffffe0000\nset_addr v3_redist base=0xffffe0000\n",
		  "overlap" },
		{ "vm gicv3 ipa=36\ncreate_vgic\ncreate_vcpu id=0\ninit_vgic\n"
		  "set_addr v3_dist base=0\nset_addr v3_redist base=0xfffff0000\n",
		  "beyond its address size" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect_reason(t, rows[i].text, rows[i].reason);
}

static void what_cannot_be_reached_is_refused(struct unit *t)
{
	static const struct {
		const char *setup, *op, *reason; /* or NULL */
	} rows[] = {
		{ SETUP_V3, "run vcpu=1", NULL },
		{ SETUP_V3, "run vcpu=2", "no such vCPU" },
		{ SETUP_V3, "get_addr v3_dist", "of KVM alone" },
		{ SETUP_V3, "user read GICR_TYPER vcpu=0", "of KVM alone" },
		{ SETUP_V3, "create_its", "started without an ITS" },
		{ SETUP_V3, "mem read at=0x50000000 size=1", "of KVM alone" },
		{ SETUP_V3, "guest vcpu=1 read GICR_TYPER at=0x30000000", NULL },
		{ SETUP_V3, "guest vcpu=2 read GICR_TYPER at=0x30000000", "no such vCPU" },
		{ SETUP_V3, "guest vcpu=0 read GICR_TYPER at=0x30040000", "outside all frames" },
		{ SETUP_V3, "guest vcpu=0 read GICD+0x2 at=0x20000000", "not aligned" },
		{ SETUP_V3, "guest vcpu=0 walk at=0x30020000", NULL },
		{ SETUP_V3, "guest vcpu=0 walk at=0x30010000", "outside the redistributors" },
		{ SETUP_V3, "guest vcpu=0 walk at=0x20000000", "outside the redistributors" },
		{ SETUP_V3, "guest vcpu=0 walk at=0x30040000", "outside the redistributors" },
		{ SETUP_V3, "dev irq_line spi intid=31 level=1", "SPIs are 32 to 287" },
		{ SETUP_V3, "dev irq_line spi intid=32 level=1", NULL },
		{ SETUP_V3, "dev irq_line spi intid=287 level=1", NULL },
		{ SETUP_V3, "dev irq_line spi intid=288 level=1", "SPIs are 32 to 287" },
		{ SETUP_V3, "dev irq_line ppi vcpu=1 intid=16 level=1", NULL },
		{ SETUP_V3, "dev irq_line ppi vcpu=2 intid=16 level=1", "no such vCPU" },
		{ SETUP_V3, "dev irq_line ppi intid=15 level=1", "PPIs are 16 to 31" },
		{ SETUP_V3, "dev irq_line cpu intid=0 level=1", "no such input" },
		{ SETUP_V2, "guest vcpu=0 write GICC+0x1000 at=0x30001000 value=0x20", NULL },
		{ SETUP_V2, "create_vcpu id=1", "only if there is one" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[512];

		snprintf(text, sizeof(text), "%s%s\n", rows[i].setup, rows[i].op);
		expect_reason(t, text, rows[i].reason);
	}
}

/* Access before the machine of the program is whole. */
static void too_early_accesses_are_refused(struct unit *t)
{
	static const char text[] = "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\n"
				   "set_addr v3_dist base=0x20000000\ninit_vgic\n"
				   "guest vcpu=0 read GICD+0x4 at=0x20000000\n"
				   "set_addr v3_redist base=0x30000000\n";

	expect_reason(t, text, "read: the machine is complete");
}

static void operations_become_commands(struct unit *t)
{
	static const struct {
		const char *op;
		size_t nr;
		struct qtest_cmd last;
	} rows[] = {
		{ "run vcpu=0", 0, { 0 } },
		{ "guest vcpu=0 read GICR_TYPER at=0x30020000",
		  1,
		  { QTEST_READ, 8, 0x80c0008, 0 } },
		{ "guest vcpu=0 write GICD+0x420 at=0x20000000 size=1 value=0xa0",
		  1,
		  { QTEST_WRITE, 1, 0x8000420, 0xa0 } },
		{ "guest vcpu=0 walk at=0x30000000", 4, { QTEST_READ, 8, 0x80c0008, 0 } },
		{ "guest vcpu=0 walk at=0x30020000", 2, { QTEST_READ, 8, 0x80c0008, 0 } },
		{ "dev irq_line spi intid=40 level=1", 1, { QTEST_LINE, 0, 8, 1 } },
		{ "dev irq_line ppi vcpu=1 intid=27 level=0", 1, { QTEST_LINE, 0, 315, 0 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct qtest_cmd cmd[QTEST_MAX_CMDS_OF_OP] = { 0 };
		const struct qtest_lists lists = { 0 };
		struct qtest_layout l;
		char text[512], reason[256];
		struct prog p;
		size_t nr;

		snprintf(text, sizeof(text), SETUP_V3 "%s\n", rows[i].op);
		if (!program_parse(t, text, &p))
			return;
		EXPECT_TRUE(t, qtest_layout_make(&l, &p, reason, sizeof(reason)));
		nr = qtest_op_cmds(&l, &lists, &p.op[p.nr_ops - 1], cmd);
		if (EXPECT_EQ(t, nr, rows[i].nr) && nr) {
			EXPECT_EQ(t, cmd[nr - 1].verb, rows[i].last.verb);
			EXPECT_EQ(t, cmd[nr - 1].bytes, rows[i].last.bytes);
			EXPECT_EQ(t, cmd[nr - 1].at, rows[i].last.at);
			EXPECT_EQ(t, cmd[nr - 1].value, rows[i].last.value);
		}
		prog_free(&p);
	}
}

static void walk_ends_at_last(struct unit *t)
{
	static const struct {
		u64 value[4]; /* PIDR2 and TYPER of two frames */
		enum op_status status;
		unsigned int nr_vals;
	} rows[] = {
		{ { 0x3b, 0x1, 0x3b, 0x111 }, OP_DONE, 2 },
		{ { 0x3b, 0x11, 0x3b, 0x111 }, OP_DONE, 1 },
		{ { 0x4b, 0x1, 0x4b, 0x101 }, OP_NO_LAST, 2 },
		{ { 0x3b, 0x1, 0x0, 0x111 }, OP_NO_LAST, 1 },
		{ { 0x0, 0x11, 0x3b, 0x111 }, OP_NO_LAST, 0 },
	};
	const struct op op = { .id = OP_GUEST_WALK };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct op_result res = { .status = OP_NOT_RUN };
		struct qtest_lists lists = { 0 };
		struct qtest_cmd cmd[4];

		for (size_t k = 0; k < 4; k++)
			cmd[k] =
				(struct qtest_cmd){ .verb = QTEST_READ, .value = rows[i].value[k] };
		qtest_op_result(&lists, &op, cmd, 4, &res);
		EXPECT_EQ(t, res.status, rows[i].status);
		EXPECT_EQ(t, res.nr_vals, rows[i].nr_vals);
	}
}

/* The guest's part: an acknowledge, its end with EOImode 1, and the deactivation. */
static void acknowledges_are_remembered(struct unit *t)
{
	const struct op ack = { .id = OP_GUEST_ACK };
	const struct op eoi = { .id = OP_GUEST_EOI };
	const struct op dir = { .id = OP_GUEST_DEACTIVATE };
	const struct qtest_layout l = { .nr_vcpus = 1 };
	struct qtest_cmd cmd[QTEST_MAX_CMDS_OF_OP];
	struct qtest_lists lists = { 0 };
	struct op_result res;

	EXPECT_EQ(t, qtest_op_cmds(&l, &lists, &eoi, cmd), 0);
	qtest_op_result(&lists, &eoi, cmd, 0, &res);
	EXPECT_EQ(t, res.val[0], 1023);
	EXPECT_EQ(t, qtest_op_cmds(&l, &lists, &ack, cmd), 1);
	EXPECT_EQ(t, cmd[0].at, QTEST_CPUIF_BASE + 0xc);
	cmd[0].value = 0x3ff;
	qtest_op_result(&lists, &ack, cmd, 1, &res);
	EXPECT_EQ(t, lists.nr_acked, 0);
	cmd[0].value = 0xc05;
	qtest_op_result(&lists, &ack, cmd, 1, &res);
	EXPECT_EQ(t, qtest_op_cmds(&l, &lists, &eoi, cmd), 2);
	EXPECT_EQ(t, cmd[0].at, QTEST_CPUIF_BASE + 0x10);
	EXPECT_EQ(t, cmd[0].value, 0xc05);
	cmd[1].value = 1 << 9;
	qtest_op_result(&lists, &eoi, cmd, 2, &res);
	EXPECT_EQ(t, res.val[0], 0xc05);
	EXPECT_EQ(t, qtest_op_cmds(&l, &lists, &dir, cmd), 1);
	EXPECT_EQ(t, cmd[0].at, QTEST_CPUIF_BASE + 0x1000);
	qtest_op_result(&lists, &dir, cmd, 1, &res);
	EXPECT_EQ(t, qtest_op_cmds(&l, &lists, &dir, cmd), 0);
	EXPECT_TRUE(t, qtest_op_waits(&eoi, &ack));
	EXPECT_TRUE(t, !qtest_op_waits(&ack, &eoi));
}

#define MAX_OPS 64 /* of the programs below */

/* Return: whether QEMU is here; if not, the test is skipped. */
static bool has_qemu(struct unit *t)
{
	struct target_info info;

	if (!target_qtest.probe(&info))
		return true;
	unit_skip(t, "%s", info.reason);
	return false;
}

static void run_program(struct unit *t, const char *text, struct prog *p, struct op_result *res)
{
	char reason[256];

	memset(res, 0, MAX_OPS * sizeof(*res));
	if (!program_parse(t, text, p))
		return;
	if (!EXPECT_TRUE(t, target_qtest.can_run(p, reason, sizeof(reason))))
		EXPECT_STR(t, reason, "");
	else
		target_qtest.run(p, res);
}

static void expect_reads(struct unit *t, const struct prog *p, const struct op_result *res,
			 const u64 *want, size_t nr_want)
{
	size_t nr = 0;

	for (size_t i = 0; i < p->nr_ops; i++) {
		EXPECT_EQ(t, res[i].status, OP_DONE);
		if (p->op[i].id == OP_GUEST_READ && EXPECT_TRUE(t, nr < nr_want))
			EXPECT_EQ(t, res[i].val[0], want[nr++]);
	}
	EXPECT_EQ(t, nr, nr_want);
}

static void spi_of_gicv3_becomes_pending(struct unit *t)
{
	static const char text[] =
		SETUP_V3 "guest vcpu=0 write GICD+0x104 at=0x20000000 value=0x100\n"
			 "guest vcpu=1 read GICD+0x104 at=0x20000000\n"
			 "dev irq_line spi intid=40 level=1\n"
			 "guest vcpu=0 read GICD+0x204 at=0x20000000\n"
			 "dev irq_line ppi vcpu=1 intid=27 level=1\n"
			 "guest vcpu=0 read GICR+0x10200 at=0x30000000\n"
			 "guest vcpu=0 read GICR+0x10200 at=0x30020000\n"
			 "guest vcpu=0 walk at=0x30000000\n";
	static const u64 want[] = { 0x100, 0x100, 0, 1 << 27 };
	struct op_result res[MAX_OPS];
	struct prog p;

	if (!has_qemu(t))
		return;
	run_program(t, text, &p, res);
	expect_reads(t, &p, res, want, ARRAY_SIZE(want));
	EXPECT_EQ(t, res[p.nr_ops - 1].nr_vals, 2);
	prog_free(&p);
}

static void spi_of_gicv2_lives_its_life(struct unit *t)
{
	static const char text[] =
		SETUP_V2 "guest vcpu=0 write GICD+0x0 at=0x20000000 value=0x1\n"
			 "guest vcpu=0 write GICC+0x0 at=0x30001000 value=0x1\n"
			 "guest vcpu=0 write GICC+0x4 at=0x30001000 value=0xf0\n"
			 "guest vcpu=0 write GICD+0x104 at=0x20000000 value=0x100\n"
			 "dev irq_line spi intid=40 level=1\n"
			 "guest vcpu=0 read GICD+0x204 at=0x20000000\n"
			 "guest vcpu=0 read GICC+0xc at=0x30001000\n" /* IAR */
			 "guest vcpu=0 read GICD+0x304 at=0x20000000\n"
			 "dev irq_line spi intid=40 level=0\n"
			 "guest vcpu=0 write GICC+0x10 at=0x30001000 value=0x28\n" /* EOIR */
			 "guest vcpu=0 read GICD+0x304 at=0x20000000\n"
			 "guest vcpu=0 read GICC+0xc at=0x30001000\n";
	static const u64 want[] = { 0x100, 40, 0x100, 0, 1023 };
	struct op_result res[MAX_OPS];
	struct prog p;

	if (!has_qemu(t))
		return;
	run_program(t, text, &p, res);
	expect_reads(t, &p, res, want, ARRAY_SIZE(want));
	prog_free(&p);
}

static void read_words(struct unit *t, struct qtest_machine *m, u64 base, struct qtest_cmd *cmd,
		       size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		cmd[i] = (struct qtest_cmd){ QTEST_READ, 4, base + 4 * i, 0 };
	EXPECT_EQ(t, qtest_machine_do(m, cmd, nr), 0);
}

/* Leaves traces in the distributor, the frame after it, and on every line. */
static void stir(struct unit *t, struct qtest_machine *m, u64 second)
{
	struct qtest_cmd cmd[512];

	for (unsigned int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < ARRAY_SIZE(cmd); i++)
			cmd[i] = (struct qtest_cmd){ QTEST_WRITE, 4,
						     (pass ? second : QTEST_DIST_BASE) + 4 * i,
						     0x0f0f00ff };
		EXPECT_EQ(t, qtest_machine_do(m, cmd, ARRAY_SIZE(cmd)), 0);
	}
	for (size_t i = 0; i < QTEST_NR_SPIS; i++)
		cmd[i] = (struct qtest_cmd){ .verb = QTEST_LINE, .at = i, .value = 1 };
	EXPECT_EQ(t, qtest_machine_do(m, cmd, QTEST_NR_SPIS), 0);
}

static void compare_after_reset(struct unit *t, enum gic_version gic, u64 second, size_t nr)
{
	static struct qtest_machine m;
	struct qtest_cmd fresh[2][1000], now[1000];
	const u64 base[] = { QTEST_DIST_BASE, second };
	bool stirred = false;

	if (!EXPECT_EQ(t, qtest_machine_start(&m, gic, 1), 0))
		return;
	for (size_t b = 0; b < 2; b++)
		read_words(t, &m, base[b], fresh[b], nr);
	stir(t, &m, second);
	read_words(t, &m, QTEST_DIST_BASE, now, nr);
	for (size_t i = 0; i < nr; i++)
		stirred |= now[i].value != fresh[0][i].value;
	EXPECT_TRUE(t, stirred);
	EXPECT_EQ(t, qtest_machine_reset(&m), 0);
	for (size_t b = 0; b < 2; b++) {
		read_words(t, &m, base[b], now, nr);
		for (size_t i = 0; i < nr; i++)
			EXPECT_EQ(t, now[i].value, fresh[b][i].value);
	}
	qtest_machine_stop(&m);
}

static void reset_machine_is_like_a_new_one(struct unit *t)
{
	if (!has_qemu(t))
		return;
	compare_after_reset(t, GIC_V3, QTEST_REDIST_BASE + 0x10000, 1000);
	/* No read of a GICv2's interface before it is stirred: IAR and the like change it. */
	compare_after_reset(t, GIC_V2, QTEST_DIST_BASE, 1000);
}

static void refusal_names_the_command(struct unit *t)
{
	static struct qtest_machine m;
	struct qtest_cmd cmd = { .verb = QTEST_LINE, .at = 0, .value = 1 };

	if (!has_qemu(t))
		return;
	EXPECT_EQ(t, qtest_machine_start(&m, GIC_V3, 1), 0);
	snprintf(m.gic, sizeof(m.gic), "/machine/nowhere");
	EXPECT_EQ(t, qtest_machine_do(&m, &cmd, 1), -EPROTO);
	EXPECT_CONTAINS(t, m.error,
			"QEMU answers 'set_irq_in /machine/nowhere unnamed-gpio-in 0 1'");
	qtest_machine_stop(&m);
}

static void death_is_told(struct unit *t)
{
	static struct qtest_machine m;
	struct qtest_cmd cmd = { .verb = QTEST_LINE, .at = 1000000, .value = 1 };

	if (!has_qemu(t))
		return;
	EXPECT_EQ(t, qtest_machine_start(&m, GIC_V3, 1), 0);
	EXPECT_EQ(t, qtest_machine_do(&m, &cmd, 1), -EIO);
	EXPECT_CONTAINS(t, m.error, "QEMU ended with signal ");
	qtest_machine_stop(&m);
}

static void missing_emulator_is_named(struct unit *t)
{
	struct target_info info;

	setenv("VGICHECK_QEMU", "/nowhere/qemu", 1);
	EXPECT_TRUE(t, target_qtest.probe(&info) < 0);
	EXPECT_CONTAINS(t, info.reason, "cannot start '/nowhere/qemu': not found");
}

static void process_that_is_no_emulator_is_told(struct unit *t)
{
	struct target_info info;

	setenv("VGICHECK_QEMU", "false", 1);
	EXPECT_TRUE(t, target_qtest.probe(&info) < 0);
	EXPECT_CONTAINS(t, info.reason, "QEMU ended with status 1: it said nothing");
}

static const struct unit_test tests[] = {
	{ "qtest.commands_are_printed", commands_are_printed },
	{ "qtest.replies_are_understood", replies_are_understood },
	{ "qtest.lines_arrive_in_pieces", lines_arrive_in_pieces },
	{ "qtest.line_without_end_leaves_no_room", line_without_end_leaves_no_room },
	{ "qtest.greeting_has_the_version", greeting_has_the_version },
	{ "qtest.gic_is_found_by_its_type", gic_is_found_by_its_type },
	{ "qtest.frames_are_where_qemu_has_them", frames_are_where_qemu_has_them },
	{ "qtest.other_machines_are_refused", other_machines_are_refused },
	{ "qtest.what_cannot_be_reached_is_refused", what_cannot_be_reached_is_refused },
	{ "qtest.too_early_accesses_are_refused", too_early_accesses_are_refused },
	{ "qtest.operations_become_commands", operations_become_commands },
	{ "qtest.walk_ends_at_last", walk_ends_at_last },
	{ "qtest.acknowledges_are_remembered", acknowledges_are_remembered },
	{ "qtest.spi_of_gicv3_becomes_pending", spi_of_gicv3_becomes_pending },
	{ "qtest.spi_of_gicv2_lives_its_life", spi_of_gicv2_lives_its_life },
	{ "qtest.reset_machine_is_like_a_new_one", reset_machine_is_like_a_new_one },
	{ "qtest.refusal_names_the_command", refusal_names_the_command },
	{ "qtest.death_is_told", death_is_told },
	{ "qtest.missing_emulator_is_named", missing_emulator_is_named },
	{ "qtest.process_that_is_no_emulator_is_told", process_that_is_no_emulator_is_told },
};

UNIT_MAIN(tests)
