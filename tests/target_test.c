// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which programs no target is given, because of where they put frames or what
 * their guests would access.
 */
#include "lib/target/target.h"

#include "tests/programs.h"
#include "tests/unit.h"

static bool any_program(const struct prog *prog, char *reason, size_t bytes)
{
	(void)prog;
	(void)reason;
	(void)bytes;
	return true;
}

static const struct target willing = { .name = "willing", .can_run = any_program };
static const struct target_info able = { .has_gicv3 = true, .max_ipa_bits = 48 };

#define COVERED "a frame would cover the guest's memory"
#define REACHED "a guest access would reach what the guest runs on"

static const struct {
	const char *text, *reason; /* or NULL */
} rows[] = {
	{ "set_addr v3_dist base=0x40000000", COVERED },
	{ "set_addr v3_dist base=0x50000000", NULL },
	{ "set_addr v3_dist base=0x50000000\ncreate_its", COVERED },
	{ "set_addr v3_dist base=0x500f0000\nmem read at=0x50000000 size=1", COVERED },
	{ "set_addr v3_dist base=0x50100000\nmem read at=0x50000000 size=1", NULL },
	{ "redist_region index=0 base=0x4ffe0000 count=1\ncreate_its", NULL },
	{ "redist_region index=0 base=0x4ffe0000 count=2\ncreate_its", COVERED },
	{ "redist_region index=0 base=0x4ffe0000 count=2", NULL },
	{ "set_its_addr base=0x40000000", COVERED },
	{ "set_its_addr base=0x50000000", NULL },
	{ "create_its\nset_its_addr base=0x4fff0000", COVERED },
	{ "create_its\nset_its_addr base=0x4ffe0000", NULL },
	{ "guest vcpu=0 read GITS_TYPER at=0x50000000", NULL },
	{ "create_its\nguest vcpu=0 read GITS_TYPER at=0x50000000", REACHED },
	{ "create_its\nguest vcpu=0 write GITS_CTLR at=0x500ff000 value=0x0", REACHED },
	{ "create_its\nguest vcpu=0 write GITS_CTLR at=0x50100000 value=0x0", NULL },
	{ "create_its\nguest vcpu=0 write ICC_PMR_EL1 value=0x0", NULL },
	{ "guest vcpu=0 walk at=0x4ffe0000", NULL },
	{ "create_its\nguest vcpu=0 walk at=0x4ffe0000", REACHED },
	{ "create_its\nguest vcpu=0 walk at=0x4f800000", NULL },
	{ "create_its\nguest vcpu=0 walk at=0x50100000", NULL },
};

static void memory_is_kept_free(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[256], reason[TARGET_TEXT_BYTES] = "";
		struct prog p;

		snprintf(text, sizeof(text), "vm gicv3\n%s\n", rows[i].text);
		if (!program_parse(t, text, &p))
			continue;
		EXPECT_EQ(t, target_can_run(&willing, &able, &p, reason, sizeof(reason)),
			  !rows[i].reason);
		EXPECT_STR(t, reason, rows[i].reason ? rows[i].reason : "");
		prog_free(&p);
	}
}

static void failures_need_a_target_that_makes_them(struct unit *t)
{
	static const struct target able_to_fail = { .name = "failing", .makes_fail = true };
	char reason[TARGET_TEXT_BYTES];
	struct prog p;

	if (!program_parse(t, "vm gicv3\nfail alloc=1\n", &p))
		return;
	EXPECT_TRUE(t, target_can_run(&able_to_fail, &able, &p, reason, sizeof(reason)));
	EXPECT_TRUE(t, !target_can_run(&willing, &able, &p, reason, sizeof(reason)));
	EXPECT_STR(t, reason, "only target hosted can make memory or accesses fail");
	prog_free(&p);
}

static const struct unit_test tests[] = {
	{ "target_can_run.memory_is_kept_free", memory_is_kept_free },
	{ "target_can_run.failures_need_a_target_that_makes_them",
	  failures_need_a_target_that_makes_them },
};

UNIT_MAIN(tests)
