// SPDX-License-Identifier: GPL-2.0-only
/*
 * A campaign of `vgicheck fuzz`: its programs come from the seed and the weights
 * alone, its state survives in a file, and what a program shows is sorted.
 */
#include "harness/fuzz.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/prog/alloc.h"
#include "tests/unit.h"

static char out_dir[] = "/tmp/vgicheck-fuzz-XXXXXX";

/* The path of a file in the output folder, which is made when it is first asked for. */
static const char *in_out(const char *name)
{
	static char path[PATH_MAX];
	static bool made;

	if (!made && !mkdtemp(out_dir))
		abort();
	made = true;
	snprintf(path, sizeof(path), "%s/%s", out_dir, name);
	return path;
}

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(in_out(name), "we");

	if (!f)
		abort();
	fputs(text, f);
	fclose(f);
}

/* For free(). */
static char *read_file(const char *name)
{
	char *text = xcalloc(1, 4096);
	FILE *f = fopen(in_out(name), "re");

	if (!f || !fread(text, 1, 4095, f))
		abort();
	fclose(f);
	return text;
}

static char *text_of(const struct fuzz_mix *mix, u64 index)
{
	struct prog p;
	char *text;

	fuzz_mix_program(mix, index, &p);
	text = prog_print(&p);
	prog_free(&p);
	return text;
}

static void seed_and_number_decide_programs(struct unit *t)
{
	struct fuzz_mix a, b;
	unsigned int same = 0;

	if (!EXPECT_EQ(t, fuzz_mix_make(&a, NULL, NULL, 7), 0) ||
	    !EXPECT_EQ(t, fuzz_mix_make(&b, NULL, NULL, 8), 0))
		return;
	for (u64 i = 40; i--;) {
		char *once = text_of(&a, i), *again = text_of(&a, i), *other = text_of(&b, i);

		EXPECT_STR(t, once, again);
		same += !strcmp(once, other);
		free(once);
		free(again);
		free(other);
	}
	/* Whole enumerations have programs that do not depend on the seed. */
	EXPECT_TRUE(t, same < 5);
	fuzz_mix_free(&a);
	fuzz_mix_free(&b);
}

static void weights_choose_suites(struct unit *t)
{
	char text[FUZZ_WEIGHTS_BYTES];
	unsigned int lpi = 0;
	struct fuzz_mix mix;

	if (!EXPECT_EQ(t,
		       fuzz_mix_make(&mix, "lpi-random=3,gicv2-random=1,gicv3-random=0", NULL, 1),
		       0))
		return;
	fuzz_mix_print(&mix, text, sizeof(text));
	EXPECT_CONTAINS(t, text, "gicv2-random=1");
	EXPECT_CONTAINS(t, text, "lpi-random=3");
	for (u64 i = 0; i < 200; i++) {
		char end[32];
		struct prog p;

		fuzz_mix_program(&mix, i, &p);
		snprintf(end, sizeof(end), "-%u#%u", (unsigned int)i, (unsigned int)i);
		EXPECT_CONTAINS(t, p.name, end);
		lpi += !strncmp(p.name, "lpi-random/", 11);
		EXPECT_TRUE(t, p.name[0] == 'l' || p.name[0] == 'g');
		prog_free(&p);
	}
	EXPECT_TRUE(t, lpi > 120 && lpi < 180);
	fuzz_mix_free(&mix);
}

/* What 50 programs of a suite hold. */
static unsigned int count_ops(struct unit *t, const char *suite, const char *op_weights,
			      unsigned int nr[NR_OPS])
{
	unsigned int all = 0;
	struct fuzz_mix mix;
	struct prog p;

	if (!EXPECT_EQ(t, fuzz_mix_make(&mix, suite, op_weights, 1), 0))
		return 0;
	for (u64 i = 0; i < 50; i++) {
		fuzz_mix_program(&mix, i, &p);
		for (size_t op = 0; op < p.nr_ops; op++)
			nr[p.op[op].id]++;
		all += (unsigned int)p.nr_ops;
		prog_free(&p);
	}
	fuzz_mix_free(&mix);
	return all;
}

static void operations_come_by_weight(struct unit *t)
{
	static const char *const suites[] = { "gicv3-random=1", "device-random=1", "lpi-random=1" };

	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		unsigned int usual[NR_OPS] = { 0 }, other[NR_OPS] = { 0 };
		unsigned int all = count_ops(t, suites[i], NULL, usual);
		unsigned int of = count_ops(t, suites[i], "irq_line=10,signal_msi=0", other);

		EXPECT_TRUE(t, other[OP_IRQ_LINE] * all > 2 * usual[OP_IRQ_LINE] * of);
		EXPECT_TRUE(t, 5 * other[OP_SIGNAL_MSI] <= usual[OP_SIGNAL_MSI]);
	}
}

static void state_survives(struct unit *t)
{
	struct fuzz_state *st = xcalloc(2, sizeof(*st)), *back = st + 1;
	char *saved, *again;

	*st = (struct fuzz_state){ .seed = UINT64_MAX,
				   .weights = "lpi-random=1",
				   .next = 17,
				   .seconds = 3,
				   .programs = 16,
				   .operations = 1600,
				   .more = 2 };
	*fuzz_state_find(st, "rule.a,GICD_CTLR,X") = (struct finding){
		.name = "rule.a,GICD_CTLR,X",
		.state = FINDING_REDUCING,
		.index = 5,
		.count = 2,
		.kept = 2,
		.hits = { .runs = 10, .shown = 4 },
		.nr_ops = 8,
	};
	fuzz_state_count_known(st, "level-latch");
	fuzz_state_count_known(st, "level-latch");
	write_file("inflight-0.vgic", "# lpi-random/0x1-17#17\nvm gicv3\n");
	fuzz_state_add_suspects(st, out_dir);
	EXPECT_EQ(t, fuzz_state_save(st, out_dir), 0);
	EXPECT_EQ(t, fuzz_state_load(back, out_dir), 0);
	saved = read_file("state");
	EXPECT_EQ(t, fuzz_state_save(back, out_dir), 0);
	again = read_file("state");
	EXPECT_STR(t, again, saved);
	free(saved);
	free(again);
	EXPECT_EQ(t, back->seed, UINT64_MAX);
	EXPECT_EQ(t, back->next, 17);
	EXPECT_EQ(t, fuzz_state_find(back, "rule.a,GICD_CTLR,X")->hits.shown, 4);
	EXPECT_EQ(t, back->known[0].count, 2);
	EXPECT_STR(t, back->suspect[0].file, "inflight-0.vgic");
	unlink(in_out("inflight-0.vgic"));
	unlink(in_out("state"));
	rmdir(out_dir);
	free(st);
}

static void damaged_state_is_refused(struct unit *t)
{
	static const char *const wrong[] = {
		"",
		"version 2\n",
		"version 1\nfrob 3\n",
		"version 1\nnext x\n",
		"version 1\nfinding 9 0 0 0 0 0 0 a\n",
		"version 1\nsuspect 0\n",
	};
	struct fuzz_state *st = xcalloc(1, sizeof(*st));

	in_out("");
	EXPECT_EQ(t, fuzz_state_load(st, out_dir), -ENOENT);
	/* Each is told in a line, which is not for this output. */
	if (!freopen("/dev/null", "w", stderr))
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		write_file("state", wrong[i]);
		EXPECT_EQ(t, fuzz_state_load(st, out_dir), -EINVAL);
	}
	unlink(in_out("state"));
	rmdir(out_dir);
	free(st);
}

/* It dies of a program that is tried alone, and of no other. */
static void suspect_that_kills_again_is_guilty(struct unit *t)
{
	struct fuzz_state *st = xcalloc(1, sizeof(*st));

	for (unsigned int i = 0; i < 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "inflight-%u.vgic", i);
		write_file(name, i == 2 ? "vm gicv3\n" : i ? "vm gicv2\n" : "vm gicv3 ipa=36\n");
	}
	fuzz_state_add_suspects(st, out_dir);
	EXPECT_EQ(t, st->nr_suspects, 3);
	st->suspect[0].state = SUSPECT_CLEARED;
	st->suspect[1].state = SUSPECT_TRYING;
	write_file("inflight-3.vgic", "vm gicv3\n");
	fuzz_state_add_suspects(st, out_dir);
	EXPECT_EQ(t, st->nr_suspects, 4);
	EXPECT_EQ(t, st->suspect[1].state, SUSPECT_GUILTY);
	EXPECT_EQ(t, st->suspect[2].state, SUSPECT_NEW);
	EXPECT_EQ(t, st->suspect[3].state, SUSPECT_CLEARED);
	/* What is in flight twice is tried once. */
	st->suspect[1].state = SUSPECT_CLEARED;
	write_file("inflight-4.vgic", "vm gicv3 ipa=48\n");
	write_file("inflight-5.vgic", "vm gicv3 ipa=48\n");
	fuzz_state_add_suspects(st, out_dir);
	EXPECT_EQ(t, st->suspect[4].state, SUSPECT_NEW);
	EXPECT_EQ(t, st->suspect[5].state, SUSPECT_CLEARED);
	for (unsigned int i = 0; i < st->nr_suspects; i++)
		unlink(in_out(st->suspect[i].file));
	rmdir(out_dir);
	free(st);
}

/* Userspace read a register of a vGIC with one CPU wrongly. */
static void fail_read(struct prog *p, struct trial *t, enum reg_id reg, const char *got)
{
	prog_init(p, GIC_V3, PROG_DEFAULT_IPA_BITS);
	add_user_read(p, reg, 0);
	*t = (struct trial){ .end = TRIAL_JUDGED, .nr_ops = 1, .verdict.unjudged = 1 };
	t->verdict.nr_diffs = 1;
	t->verdict.nr_unknown = 1;
	t->verdict.diff[0].rule = RULE_LAST_ADJACENT;
	snprintf(t->verdict.diff[0].got, sizeof(t->verdict.diff[0].got), "%s", got);
}

static void same_failures_are_one_finding(struct unit *t)
{
	static const struct {
		enum reg_id reg;
		const char *got;
		unsigned int finding;
	} rows[] = {
		{ REG_GICR_TYPER, "Last=1", 0 },
		{ REG_GICR_TYPER, "Last=0", 0 },
		{ REG_GICR_TYPER, "Last=1 Other=0x1f", 1 },
		{ REG_GICR_CTLR, "Last=1", 2 },
		{ REG_GICR_CTLR, "EINVAL", 3 },
		{ REG_GICR_TYPER, "Last=1", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct signature first, sig;
		struct trial trial;
		struct prog p;

		for (size_t k = 0; k <= i; k++) {
			fail_read(&p, &trial, rows[i].reg, rows[i].got);
			EXPECT_TRUE(t, trial_signature(&p, &trial, &sig));
			prog_free(&p);
			fail_read(&p, &trial, rows[k].reg, rows[k].got);
			EXPECT_TRUE(t, trial_signature(&p, &trial, &first));
			EXPECT_EQ(t, signature_is_same(&sig, &first),
				  rows[i].finding == rows[k].finding);
			prog_free(&p);
		}
	}
}

static const struct unit_test tests[] = {
	{ "fuzz.seed_and_number_decide_programs", seed_and_number_decide_programs },
	{ "fuzz.weights_choose_suites", weights_choose_suites },
	{ "fuzz.operations_come_by_weight", operations_come_by_weight },
	{ "fuzz.state_survives", state_survives },
	{ "fuzz.damaged_state_is_refused", damaged_state_is_refused },
	{ "fuzz.suspect_that_kills_again_is_guilty", suspect_that_kills_again_is_guilty },
	{ "fuzz.same_failures_are_one_finding", same_failures_are_one_finding },
};

UNIT_MAIN(tests)
