// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge follows the log of a serve value by value: nothing in it may be wrong,
 * missing or too much.
 *
 * What the log of a program is, the tests say themselves; that made-up ones are
 * right is for the programs of the suites to show.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "lib/judge/judge.h"
#include "lib/prog/alloc.h"
#include "lib/prog/suite.h"
#include "tests/judges.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define KERNEL 6012
#define IRQ(intid) (PROG_TOOK_IRQ + (intid))
#define FIQ(intid) (PROG_TOOK_FIQ + (intid))
#define NONE PROG_TOOK_NONE

#define VM                                                                           \
	"vm gicv3\ncreate_vgic\ncreate_vcpu id=0\nset_addr v3_dist base=0x8000000\n" \
	"set_addr v3_redist base=0x80a0000\ninit_vgic\n"                             \
	"guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x13\n"                     \
	"guest vcpu=0 write ICC_PMR_EL1 value=0xf8\n"                                \
	"guest vcpu=0 write ICC_IGRPEN1_EL1 value=0x1\n"
#define PRIORITIES                                                         \
	"guest vcpu=0 write ICC_IGRPEN0_EL1 value=0x1\n"                   \
	"guest vcpu=0 write GICR_IGROUPR0 at=0x80a0000 value=0xfffffffd\n" \
	"guest vcpu=0 write GICR_IPRIORITYR0 at=0x80a0000 value=0x204060\n"
#define PEND(bits) "guest vcpu=0 write GICR_ISPENDR0 at=0x80a0000 value=" #bits "\n"
#define SERVE "guest vcpu=0 serve\n"
#define BY_PRIORITY VM PRIORITIES PEND(0x7) SERVE
#define LINE                                                               \
	VM "guest vcpu=0 write GICD_ICFGR2 at=0x8000000 value=0x0\n"       \
	   "guest vcpu=0 write GICD_ISENABLER1 at=0x8000000 value=0x100\n" \
	   "dev irq_line spi intid=40 level=1\n" SERVE

/* A program whose last operation is a serve, with right answers to all of it. */
struct served {
	struct judge judge;
	struct prog prog;
	struct op_result *results;
	struct op_result *log; /* of these the last one */
	struct verdict v;
};

static bool answer_all(struct served *s, struct rng *rng)
{
	struct expect want;

	model_reset_for(s->judge.model, &s->judge.config, &s->prog);
	for (size_t i = 0; i < s->prog.nr_ops; i++) {
		const struct op *op = &s->prog.op[i];

		model_expect(s->judge.model, op, &want);
		if (want.unpredicted || !expect_follow(&want, expect_usual_alt(&want), rng,
						       s->judge.model, op, &s->results[i]))
			return false;
	}
	return true;
}

static bool served_init(struct unit *t, struct served *s, const char *text)
{
	*s = (struct served){ .judge = judge_of_kvm(KERNEL) };
	if (!EXPECT_TRUE(t, s->judge.model) || !program_parse(t, text, &s->prog))
		return false;
	s->results = xcalloc(s->prog.nr_ops, sizeof(*s->results));
	s->log = &s->results[s->prog.nr_ops - 1];
	return EXPECT_TRUE(t, answer_all(s, NULL));
}

static void served_free(struct served *s)
{
	model_destroy(s->judge.model);
	prog_free(&s->prog);
	free(s->results);
}

static void judge_log(struct served *s, const u64 *val, unsigned int nr)
{
	s->log->nr_vals = nr;
	memcpy(s->log->val, val, nr * sizeof(val[0]));
	judge_prog(&s->judge, &s->prog, s->results, &s->v);
}

/* The only difference is of this value of the log, and the text says so. */
static bool expect_diff(struct unit *t, const struct served *s, unsigned int value)
{
	char text[1000], label[64];
	bool ok;

	ok = EXPECT_EQ(t, s->v.nr_diffs, 1) && EXPECT_EQ(t, s->v.diff[0].op, s->prog.nr_ops - 1) &&
	     EXPECT_EQ(t, s->v.diff[0].value, value);
	if (!ok)
		return false;
	judge_explain(&s->prog, &s->v, text, sizeof(text));
	snprintf(label, sizeof(label), "guest vcpu=0 serve: value %u: got ", value);
	return EXPECT_TRUE(t, strstr(text, label));
}

static void a_log_by_priority_is_right(struct unit *t)
{
	static const u64 log[] = { IRQ(2), FIQ(1), IRQ(0), NONE };
	struct served s;

	if (served_init(t, &s, BY_PRIORITY)) {
		/* Made up by the model, it is the same. */
		EXPECT_EQ(t, s.log->nr_vals, ARRAY_SIZE(log));
		EXPECT_TRUE(t, !memcmp(s.log->val, log, sizeof(log)));
		judge_log(&s, log, ARRAY_SIZE(log));
		EXPECT_EQ(t, s.v.nr_diffs, 0);
		EXPECT_EQ(t, s.v.unjudged, s.prog.nr_ops);
	}
	served_free(&s);
}

static void a_wrong_value_anywhere_is_seen(struct unit *t)
{
	static const u64 log[] = { IRQ(2), FIQ(1), IRQ(0), NONE };
	struct served s;

	if (!served_init(t, &s, BY_PRIORITY)) {
		served_free(&s);
		return;
	}
	for (unsigned int n = 0; n < 64 * ARRAY_SIZE(log); n++) {
		u64 wrong[ARRAY_SIZE(log)];

		memcpy(wrong, log, sizeof(log));
		wrong[n / 64] ^= BIT_ULL(n % 64);
		judge_log(&s, wrong, ARRAY_SIZE(log));
		if (!expect_diff(t, &s, n / 64 + 1))
			printf("#   bit %u of value %u\n", n % 64, n / 64 + 1);
	}
	served_free(&s);
}

static void a_value_less_or_more_is_seen(struct unit *t)
{
	static const struct {
		u64 log[5];
		unsigned int nr, value;
	} rows[] = {
		{ { IRQ(2), FIQ(1), IRQ(0) }, 3, 4 }, /* it does not say that none is left */
		{ { IRQ(2), FIQ(1), NONE }, 3, 3 }, /* one was not taken */
		{ { IRQ(2), FIQ(1) }, 2, 3 },
		{ { NONE }, 1, 1 },
		{ { IRQ(2), IRQ(0), NONE }, 3, 2 },
		{ { IRQ(2), IRQ(2), FIQ(1), IRQ(0), NONE }, 5, 2 }, /* it was ended */
		{ { IRQ(2), FIQ(1), IRQ(0), IRQ(0), NONE }, 5, 4 },
		{ { IRQ(2), FIQ(1), IRQ(0), NONE, NONE }, 5, 5 },
		{ { IRQ(2), FIQ(1), IRQ(0), IRQ(NONE), NONE }, 5, 4 }, /* spurious */
	};
	struct served s;

	if (served_init(t, &s, BY_PRIORITY)) {
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
			judge_log(&s, rows[i].log, rows[i].nr);
			if (!expect_diff(t, &s, rows[i].value))
				printf("#   row %zu\n", i);
		}
		judge_log(&s, rows[0].log, 0);
		EXPECT_EQ(t, s.v.nr_diffs, 1);
	}
	served_free(&s);
}

static void nothing_signalled_is_a_log_that_says_so(struct unit *t)
{
	static const u64 none[] = { NONE }, one[] = { IRQ(2), NONE };
	struct served s;

	if (served_init(t, &s, VM SERVE)) {
		judge_log(&s, none, 1);
		EXPECT_EQ(t, s.v.nr_diffs, 0);
		judge_log(&s, one, 2);
		expect_diff(t, &s, 1);
	}
	served_free(&s);
}

/* A line that stays high. */
static void a_full_log_ends_by_itself(struct unit *t)
{
	u64 log[OP_MAX_VALS];
	struct served s;

	for (unsigned int i = 0; i < OP_MAX_VALS; i++)
		log[i] = IRQ(40);
	if (served_init(t, &s, LINE)) {
		EXPECT_EQ(t, s.log->nr_vals, OP_MAX_VALS);
		judge_log(&s, log, OP_MAX_VALS);
		EXPECT_EQ(t, s.v.nr_diffs, 0);
		judge_log(&s, log, OP_MAX_VALS - 1);
		expect_diff(t, &s, OP_MAX_VALS);
		log[OP_MAX_VALS - 1] = NONE;
		judge_log(&s, log, OP_MAX_VALS);
		expect_diff(t, &s, OP_MAX_VALS);
	}
	served_free(&s);
}

static void any_of_equal_priority_comes_first(struct unit *t)
{
	static const u64 up[] = { IRQ(2), IRQ(5), NONE }, down[] = { IRQ(5), IRQ(2), NONE };
	static const u64 twice[] = { IRQ(5), IRQ(5), NONE };
	struct served s;

	if (served_init(t, &s, VM PEND(0x24) SERVE)) {
		judge_log(&s, up, 3);
		EXPECT_EQ(t, s.v.nr_diffs, 0);
		judge_log(&s, down, 3);
		EXPECT_EQ(t, s.v.nr_diffs, 0);
		judge_log(&s, twice, 3);
		expect_diff(t, &s, 2);
	}
	served_free(&s);
}

/* Where the implementation stops looking, the entry of that deviation names it. */
static void a_deviation_ends_a_log(struct unit *t)
{
	static const u64 log[] = { NONE };
	struct served s;

	if (served_init(
		    t, &s,
		    "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\n"
		    "set_addr v3_dist base=0x8000000\n"
		    "set_addr v3_redist base=0x80a0000\ninit_vgic\n"
		    "guest vcpu=0 write ICC_PMR_EL1 value=0xf8\n"
		    "guest vcpu=0 write ICC_IGRPEN1_EL1 value=0x1\n" PEND(
			    0x4) "guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x12\n" SERVE)) {
		judge_log(&s, log, 1);
		expect_diff(t, &s, 1);
		EXPECT_EQ(t, s.v.diff[0].rule, RULE_CPUIF_TAKE);
		deviation_add(&s.judge.config.deviations, DEVIATION_NOT_QUEUED);
		judge_log(&s, log, 1);
		expect_diff(t, &s, 1);
		EXPECT_EQ(t, s.v.diff[0].rule, deviation_desc(DEVIATION_NOT_QUEUED)->rule);
	}
	served_free(&s);
}

/* What a handler takes and ends is what single operations do, and leaves the same behind. */
static void it_is_a_take_an_eoi_and_a_deactivate_each(struct unit *t)
{
	static const char *const ops[] = { "take", "eoi", "deactivate of=0" };
	static const char *const before =
		VM PRIORITIES "guest vcpu=0 write ICC_CTLR_EL1 value=0x2\n" PEND(0x7);
	char text[2000];
	struct served whole, parts;
	size_t at = (size_t)snprintf(text, sizeof(text), "%s", before);

	for (unsigned int i = 0; i < 10; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "guest vcpu=0 %s\n",
				       ops[i % 3]);
	if (served_init(t, &parts, text)) {
		snprintf(text, sizeof(text), "%s%s", before, SERVE);
		if (served_init(t, &whole, text)) {
			for (unsigned int i = 0; i < 4; i++)
				EXPECT_EQ(t, whole.log->val[i],
					  parts.results[whole.prog.nr_ops - 1 + (size_t)3 * i]
						  .val[0]);
			EXPECT_EQ(t, model_hash(whole.judge.model), model_hash(parts.judge.model));
		}
		served_free(&whole);
	}
	served_free(&parts);
}

/* Return: how many of the program's logs have more than their end. */
static unsigned int judge_made_up(struct unit *t, const struct suite *suite, u64 seed)
{
	struct served s = { .judge = judge_of_kvm(KERNEL) };
	struct rng rng = { .state = seed };
	unsigned int nr_logs = 0;

	suite_make(suite, seed, 8, &s.prog);
	for (size_t i = 0; i < s.prog.nr_ops; i++)
		s.prog.op[i].par = false;
	s.results = xcalloc(s.prog.nr_ops, sizeof(*s.results));
	if (EXPECT_TRUE(t, s.judge.model) && answer_all(&s, &rng)) {
		for (size_t i = 0; i < s.prog.nr_ops; i++)
			nr_logs += s.prog.op[i].id == OP_GUEST_SERVE && s.results[i].nr_vals > 1;
		judge_prog(&s.judge, &s.prog, s.results, &s.v);
		EXPECT_EQ(t, s.v.nr_diffs, 0);
	}
	served_free(&s);
	return nr_logs;
}

static void made_up_logs_are_right(struct unit *t)
{
	static const char *const suites[] = { "wake3-random", "wake2-random" };
	unsigned int nr_logs = 0;

	for (u64 n = 0; n < 200; n++)
		nr_logs += judge_made_up(t, suite_find(suites[n % 2]), n);
	EXPECT_TRUE(t, nr_logs > 20);
}

static const struct unit_test tests[] = {
	{ "serve.a_log_by_priority_is_right", a_log_by_priority_is_right },
	{ "serve.a_wrong_value_anywhere_is_seen", a_wrong_value_anywhere_is_seen },
	{ "serve.a_value_less_or_more_is_seen", a_value_less_or_more_is_seen },
	{ "serve.nothing_signalled_is_a_log_that_says_so",
	  nothing_signalled_is_a_log_that_says_so },
	{ "serve.a_full_log_ends_by_itself", a_full_log_ends_by_itself },
	{ "serve.any_of_equal_priority_comes_first", any_of_equal_priority_comes_first },
	{ "serve.a_deviation_ends_a_log", a_deviation_ends_a_log },
	{ "serve.it_is_a_take_an_eoi_and_a_deactivate_each",
	  it_is_a_take_an_eoi_and_a_deactivate_each },
	{ "serve.made_up_logs_are_right", made_up_logs_are_right },
};

UNIT_MAIN(tests)
