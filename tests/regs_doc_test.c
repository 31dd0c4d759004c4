// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page that lib/regs writes, docs/registers.md, has every row of the tables.
 */
#include "lib/regs/regs.h"

#include <stdlib.h>

#include "lib/regs/its_cmd.h"
#include "tests/unit.h"

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
	for (unsigned int i = 0; i < NR_FIELDS; i++) {
		const struct field_desc *f = reg_field_desc((enum field_id)i);

		if (f->access != ACCESS_RES0)
			EXPECT_CONTAINS(t, text, f->name);
	}
	for (unsigned int i = 0; i < NR_FRAMES; i++)
		EXPECT_CONTAINS(t, text, frame_desc((enum frame_id)i)->source);
	for (unsigned int i = 0; i < NR_ITS_CMDS; i++)
		EXPECT_CONTAINS(t, text, its_cmd_desc((enum its_cmd_id)i)->source);
	EXPECT_CONTAINS(t, text,
			"| MAPD | 0x08 | 0 | 63:32 | DeviceID | `IHI 0069H 5.3 MAPD` |\n"
			"|  |  | 1 | 4:0 | Size | `IHI 0069H 5.3 MAPD` |\n");
	EXPECT_CONTAINS(t, text, "\n## GICD of GICv2\n");
	EXPECT_CONTAINS(
		t, text,
		"| `GICR_TYPER` | 0x0008 | 1 | 64 | 4, 8 | read-only | as guest | not fixed "
		"| GICv3 | `IHI 0069H GICR_TYPER` |\n");
	EXPECT_CONTAINS(t, text, "| `GICD_IROUTER<n>` | 0x6000 + 8n | 988 (n = 32 to 1019) | 64 |");
	EXPECT_CONTAINS(t, text,
			"| `ICC_AP0R<n>_EL1` | S3_0_C12_C8_4 to S3_0_C12_C8_7 | 4 (n = 0 to 3) |");
	EXPECT_CONTAINS(t, text,
			"| 4, 8 | read and write | as guest | 0x0 in 0x8000000000000000 |");
	EXPECT_CONTAINS(t, text, "| `GICR_TYPER` | 63:32 | Affinity_Value | read-only |\n");
	EXPECT_CONTAINS(t, text, "|  | 23:8 | Processor_Number | read-only |\n");
	EXPECT_CONTAINS(t, text, "|  | 9:8 |  | reserved, zero |\n");
	free(text);
}

static const struct unit_test tests[] = {
	{ "regs_doc.has_every_row", markdown_has_every_row },
};

UNIT_MAIN(tests)
