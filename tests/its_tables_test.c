// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of an ITS by implementations that choose otherwise than KVM where the
 * document leaves it open.
 */
#include <errno.h>

#include "lib/judge/answer.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define READY                                                                          \
	"vm gicv3\ncreate_vgic\ncreate_vcpu id=0\nset_addr v3_dist base=0x8000000\n"   \
	"set_addr v3_redist base=0x80a0000\ncreate_its\nset_its_addr base=0x8080000\n" \
	"init_vgic\ninit_its\nwrite GICR_PROPBASER vcpu=0 value=0x5004000d\n"          \
	"write GICR_PENDBASER vcpu=0 value=0x50050000\n"                               \
	"write GITS_CBASER vcpu=0 value=0x8000000050000000\n"                          \
	"write GITS_BASER0 vcpu=0 value=0x8000000050010200\n"                          \
	"write GITS_BASER1 vcpu=0 value=0x8000000050020200\n"
#define WORD(at, value) "mem write at=" at " size=8 value=" value "\n"
#define CTE WORD("0x50020000", "0x8000000000000000")
#define DTE WORD("0x50010000", "0x800000000a006001")
#define RESTORE "restore_tables\n"

/* What the last operation of a program may answer without a choice of KVM's. */
static void expect_last(struct unit *t, enum profile_choice without, const char *text,
			struct expect *want)
{
	struct profile profile = *profile_for_kernel(6012);
	struct model_config config = { .max_vcpus = 512, .profile = &profile };
	struct model *m = model_create();
	struct prog p;

	profile.chosen[without] = false;
	*want = (struct expect){ .nr_alts = 0 };
	if (EXPECT_TRUE(t, m) && program_parse(t, text, &p)) {
		model_reset_for(m, &config, &p);
		for (size_t i = 0; i < p.nr_ops; i++) {
			struct op_result seen;

			model_expect(m, &p.op[i], want);
			expect_answer(want, expect_usual_alt(want), NULL, &seen);
			model_commit(m, &p.op[i], &seen);
		}
		prog_free(&p);
	}
	model_destroy(m);
}

static bool allows(const struct expect *want, enum op_status status, int err)
{
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		if (want->alt[i].status == status && want->alt[i].err == err)
			return true;
	}
	return false;
}

/* Programs that end with a restore, and whether it may succeed and may be EINVAL. */
static const struct {
	enum profile_choice without;
	const char *text;
	bool done, invalid;
} restores[] = {
	/* Entries that agree with each other. */
	{ CHOICE_ITS_TABLES_BY_NEXT,
	  READY CTE WORD("0x50010000", "0x800400000a006001") WORD(
		  "0x50010010", "0x800000000a008001") WORD("0x50030000", "0x1000020000000")
		  WORD("0x50030008", "0x2000020010000") WORD("0x50030018", "0x20020000") RESTORE,
	  true, false },
	/* An offset that skips one, that leads to none, and no last one. */
	{ CHOICE_ITS_TABLES_BY_NEXT,
	  READY CTE DTE WORD("0x50030000", "0x2000020000000") WORD("0x50030008", "0x20010000")
		  WORD("0x50030010", "0x20020000") RESTORE,
	  true, true },
	{ CHOICE_ITS_TABLES_BY_NEXT,
	  READY CTE DTE WORD("0x50030000", "0x1000020000000") WORD("0x50030010", "0x20020000")
		  RESTORE,
	  true, true },
	{ CHOICE_ITS_TABLES_BY_NEXT, READY CTE WORD("0x50010000", "0x800200000a006001") RESTORE,
	  true, true },
	/* What follows an entry that is not valid. */
	{ CHOICE_COLLECTIONS_END, READY CTE WORD("0x50020010", "0x8000000000010001") RESTORE, false,
	  true },
	{ CHOICE_COLLECTIONS_END, READY CTE WORD("0x50020010", "0x8000000000000001") RESTORE, true,
	  false },
	{ CHOICE_COLLECTIONS_END,
	  READY CTE WORD("0x50020010", "0x8000000000000001") DTE WORD("0x50030000", "0x20000001")
		  RESTORE,
	  true, false },
	/* Collections that are not mapped. */
	{ CHOICE_EVENTS_NEED_COLLECTIONS, READY CTE DTE WORD("0x50030000", "0x20000001") RESTORE,
	  true, true },
	{ CHOICE_UNMAPPED_IS_PE, READY CTE WORD("0x50020008", "0x8000ffffffff0001") RESTORE, false,
	  true },
	/* A device beyond a table of one page of 4 KiB is not looked for. */
	{ CHOICE_ITS_PAGES_64K,
	  READY "write GITS_BASER0 vcpu=0 value=0x8000000050010000\n" CTE WORD(
		  "0x50011000", "0x800000000a006010") RESTORE,
	  true, false },
	{ CHOICE_ITS_PAGES_64K,
	  READY "write GITS_BASER0 vcpu=0 value=0x8000000050010000\n" CTE WORD(
		  "0x50010ff8", "0x800000000a006010") RESTORE,
	  false, true },
};

static void tables_are_read_by_the_choices(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(restores); i++) {
		struct expect want;

		expect_last(t, restores[i].without, restores[i].text, &want);
		if (!EXPECT_EQ(t, allows(&want, OP_DONE, 0), restores[i].done) ||
		    !EXPECT_EQ(t, allows(&want, OP_FAILED, EINVAL), restores[i].invalid))
			printf("#   row %zu\n", i);
	}
}

static void collections_may_be_in_any_order(struct unit *t)
{
	struct expect want;

	expect_last(t, CHOICE_COLLECTIONS_IN_ORDER,
		    READY CTE WORD("0x50020008", "0x8000000000000001") RESTORE
		    "save_tables\nmem read at=0x50020000 size=8\n",
		    &want);
	EXPECT_EQ(t, want.val[0].known, 1ULL << 63);
	EXPECT_EQ(t, want.val[0].value, 1ULL << 63);
	expect_last(t, CHOICE_COLLECTIONS_IN_ORDER,
		    READY CTE RESTORE "save_tables\nmem read at=0x50020000 size=8\n", &want);
	EXPECT_EQ(t, want.val[0].known, ~0ULL);
}

static void tables_may_be_written_at_any_time(struct unit *t)
{
	static const char enabled[] = READY DTE "write GITS_CTLR vcpu=0 value=0x1\n"
						"mem read at=0x50010000 size=8\n";
	struct expect want;

	expect_last(t, CHOICE_ITS_TABLES_ONLY_SAVED, enabled, &want);
	EXPECT_EQ(t, want.val[0].known, 0);
	expect_last(t, CHOICE_UNMAPPED_IS_PE, enabled, &want);
	EXPECT_EQ(t, want.val[0].known, ~0ULL);
}

static void failed_restore_may_leave_anything(struct unit *t)
{
	static const char failed[] =
		READY WORD("0x50020000", "0x8000000000010000") RESTORE "save_tables\n";
	struct expect want;

	expect_last(t, CHOICE_FAILED_RESTORE_IS_EMPTY, failed, &want);
	EXPECT_TRUE(t, want.unpredicted);
	expect_last(t, CHOICE_UNMAPPED_IS_PE, failed, &want);
	EXPECT_TRUE(t, !want.unpredicted);
}

static const struct unit_test tests[] = {
	{ "its_tables.tables_are_read_by_the_choices", tables_are_read_by_the_choices },
	{ "its_tables.collections_may_be_in_any_order", collections_may_be_in_any_order },
	{ "its_tables.tables_may_be_written_at_any_time", tables_may_be_written_at_any_time },
	{ "its_tables.failed_restore_may_leave_anything", failed_restore_may_leave_anything },
};

UNIT_MAIN(tests)
