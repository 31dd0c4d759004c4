// SPDX-License-Identifier: GPL-2.0-only
/*
 * The annotated trace: what each operation meant, what came, and clear marks
 * where that differs.
 */
#include "lib/judge/trace.h"

#include <stdlib.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define MAX_OPS 8
#define COLUMNS 100

static const struct known_list nothing_known;

static const char text[] = "vm gicv3\n"
			   "create_vgic\n"
			   "create_vcpu id=0\n"
			   "redist_region index=0 base=0x20000000 count=1\n"
			   "set_addr v3_dist base=0x8000000\n"
			   "init_vgic\n"
			   "guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x12\n"
			   "guest vcpu=0 read GICR_TYPER at=0x20000000\n"
			   "mem mapd at=0x50000000 device=3 itt=0x50030000 size=4 valid=1\n";

/* Right answers but for bits of the value of operation @op.  Return: the trace, for free(). */
static char *trace(struct unit *t, size_t op, u64 flipped)
{
	struct judge j = {
		.model = model_create(),
		.config = { .max_vcpus = 512, .profile = profile_architecture() },
		.known = &nothing_known,
	};
	struct op_result results[MAX_OPS] = { 0 };
	struct verdict v;
	struct expect want;
	char *out = NULL;
	struct prog p;
	size_t bytes;
	FILE *f;

	if (!EXPECT_TRUE(t, j.model) || !EXPECT_TRUE(t, program_parse(t, text, &p)))
		return NULL;
	model_reset_for(j.model, &j.config, &p);
	for (size_t i = 0; i < p.nr_ops; i++) {
		model_expect(j.model, &p.op[i], &want);
		expect_follow(&want, expect_usual_alt(&want), NULL, j.model, &p.op[i], &results[i]);
	}
	results[op].val[0] ^= flipped;
	judge_prog(&j, &p, results, &v);
	f = open_memstream(&out, &bytes);
	judge_trace(&j, &p, results, &v, f);
	fclose(f);
	prog_free(&p);
	model_destroy(j.model);
	return out;
}

static void decodes(struct unit *t)
{
	char *out = trace(t, 6, 0);

	if (!out)
		return;
	EXPECT_CONTAINS(t, out,
			"op 1: create_vgic\n    got      success\n    rule     uapi.vgic.create: ");
	EXPECT_CONTAINS(t, out, "    writes   0x12 ARE=1 EnableGrp1=1\n");
	EXPECT_CONTAINS(
		t, out,
		"    command  MAPD DeviceID=0x3 Size=0x4 ITT_addr=0x50030000 V=0x1 (0x300000008 ");
	EXPECT_TRUE(t, !strstr(out, "!!"));
	free(out);
}

static void marks(struct unit *t)
{
	char *out = trace(t, 6, 0x10);

	if (!out)
		return;
	EXPECT_CONTAINS(t, out, "\n!! op 7: guest vcpu=0 read GICR_TYPER at=0x20000000\n");
	EXPECT_CONTAINS(t, out, "    got      0x0 Last=0\n    allowed  0x10 Last=1 in bits 0x10\n");
	EXPECT_CONTAINS(t, out,
			"    !!       got Last=0, allowed Last=1: redist.last.top-of-run\n");
	EXPECT_CONTAINS(t, out, "\nop 8: ");
	free(out);
}

/* Lines fit, and a sentence stands where its rule first appears only. */
static void reads_well(struct unit *t)
{
	char *out = trace(t, 6, 0);
	unsigned int told = 0;

	if (!out)
		return;
	for (const char *line = out; *line; line += strcspn(line, "\n") + 1)
		EXPECT_TRUE(t, strcspn(line, "\n") <= COLUMNS);
	for (const char *s = out; (s = strstr(s, "mmio.access.reaches-frame: ")); s++)
		told++;
	EXPECT_EQ(t, told, 1);
	free(out);
}

static const struct unit_test tests[] = {
	{ "trace.decodes_what_is_written", decodes },
	{ "trace.marks_what_differs", marks },
	{ "trace.reads_well", reads_well },
};
UNIT_MAIN(tests)
