// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reducer, with failures of known causes: all that is not the cause goes, and
 * how fast which candidate is answered changes nothing.
 */
#include "lib/prog/reduce.h"

#include <stdlib.h>
#include <string.h>

#include "harness/reduction.h"
#include "lib/judge/alter.h"
#include "lib/judge/answer.h"
#include "lib/prog/alloc.h"
#include "lib/prog/suite.h"
#include "tests/judges.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define MAX_UNDER_WAY 16

/* Does a program fail? */
typedef bool fails_fn(void *arg, const struct prog *p);

struct cause {
	fails_fn *fails;
	void *arg;
	unsigned int under_way; /* candidates at a time; answered in any order */
	unsigned int tried;
};

struct candidate {
	u64 ticket;
	bool fails;
};

static unsigned int propose_all(struct reducer *r, struct cause *c, struct candidate *way,
				unsigned int nr)
{
	const struct prog *p;
	u64 ticket;

	while (nr < c->under_way && (p = reducer_propose(r, &ticket))) {
		way[nr++] = (struct candidate){ ticket, c->fails(c->arg, p) };
		c->tried++;
	}
	return nr;
}

/* The text of what is left of a program, for free(). */
static char *reduced(const struct prog *p, struct cause *c)
{
	struct candidate way[MAX_UNDER_WAY];
	struct reducer *r = reducer_create(p);
	struct rng rng = { .state = 1 };
	unsigned int nr = 0;
	char *text;

	while ((nr = propose_all(r, c, way, nr))) {
		unsigned int i = (unsigned int)rng_below(&rng, nr);

		reducer_answer(r, way[i].ticket, way[i].fails);
		way[i] = way[--nr];
	}
	text = reducer_is_done(r) ? prog_print(reducer_best(r)) : NULL;
	reducer_destroy(r);
	return text;
}

static void expect_reduced(struct unit *t, const char *text, fails_fn *fails, const char *want)
{
	struct cause c = { .fails = fails, .under_way = 4 };
	struct prog p;
	char *got;

	if (!program_parse(t, text, &p))
		return;
	got = reduced(&p, &c);
	EXPECT_STR(t, got, want);
	free(got);
	prog_free(&p);
}

static unsigned int count_ops(const struct prog *p, enum op_id id)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < p->nr_ops; i++)
		nr += p->op[i].id == id;
	return nr;
}

static bool saves_after_reading(void *arg, const struct prog *p)
{
	bool read = false;

	(void)arg;
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (read && p->op[i].id == OP_SAVE_PENDING_TABLES)
			return true;
		read |= p->op[i].id == OP_GET_NR_IRQS;
	}
	return false;
}

static void make_random(struct prog *p, u64 index)
{
	suite_make(suite_find("gicv3-random"), index, 1, p);
	prog_add(p, OP_GET_NR_IRQS);
	for (unsigned int i = 0; i < 50; i++)
		add_run(p, i);
	prog_add(p, OP_SAVE_PENDING_TABLES);
	for (unsigned int i = 0; i < 50; i++)
		add_run(p, i);
}

static void only_the_cause_is_left(struct unit *t)
{
	for (u64 i = 0; i < 5; i++) {
		struct cause c = { .fails = saves_after_reading, .under_way = 1 };
		struct prog p;
		char *got;

		make_random(&p, i);
		got = reduced(&p, &c);
		EXPECT_STR(t, got, "vm gicv3\nget_nr_irqs\nsave_pending_tables\n");
		EXPECT_TRUE(t, c.tried < 200);
		free(got);
		prog_free(&p);
	}
}

static bool hash_says(void *arg, const struct prog *p)
{
	u64 hash = p->nr_ops;

	/* Anything that depends on all of the program. */
	for (size_t i = 0; i < p->nr_ops; i++)
		hash = rng_mix(hash, (u64)p->op[i].id);
	return hash % 3 == 0 && count_ops(p, OP_GUEST_READ) >= *(unsigned int *)arg;
}

static void order_of_answers_does_not_matter(struct unit *t)
{
	unsigned int reads = 3;

	for (u64 i = 0; i < 5; i++) {
		char *first = NULL;

		for (unsigned int n = 1; n <= MAX_UNDER_WAY; n *= 4) {
			struct cause c = { .fails = hash_says, .arg = &reads, .under_way = n };
			struct prog p;
			char *got;

			make_random(&p, i);
			got = reduced(&p, &c);
			if (first)
				EXPECT_STR(t, got, first);
			else
				first = xstrndup(got, strlen(got));
			free(got);
			prog_free(&p);
		}
		free(first);
	}
}

static bool has_big_values(void *arg, const struct prog *p)
{
	bool line = false, value = false;

	(void)arg;
	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];

		line |= op->id == OP_IRQ_LINE && op_arg(op, ARG_IRQ_LINE_intid) > 40;
		value |= op->id == OP_USER_WRITE && (op_arg(op, ARG_USER_WRITE_value) & 0x10400);
	}
	return line && value;
}

static void values_become_plain(struct unit *t)
{
	expect_reduced(t,
		       "vm gicv3 ipa=36\n"
		       "dev irq_line ppi vcpu=3 intid=999 level=1\n"
		       "user write GICD_ISENABLER7 vcpu=9 value=0xffffffff\n",
		       has_big_values,
		       "vm gicv3\n"
		       "dev irq_line ppi intid=41 level=0\n"
		       "user write GICD_ISENABLER0 vcpu=0 value=0x400\n");
}

/* A vCPU that reads the second frame of a region. */
static bool reads_other_frame(void *arg, const struct prog *p)
{
	u64 vcpu = UINT64_MAX, frame = UINT64_MAX;

	(void)arg;
	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];

		if (op->id == OP_CREATE_VCPU)
			vcpu = op_arg(op, ARG_CREATE_VCPU_id);
		if (op->id == OP_REDIST_REGION && op_arg(op, ARG_REDIST_REGION_count) > 1)
			frame = op_arg(op, ARG_REDIST_REGION_base) + GICR_BYTES;
		if (op->id == OP_GUEST_READ && op_arg(op, ARG_GUEST_READ_at) == frame &&
		    op_arg(op, ARG_GUEST_READ_vcpu) == vcpu)
			return true;
	}
	return false;
}

/* What belongs together is changed together. */
static void names_and_addresses_change_everywhere(struct unit *t)
{
	expect_reduced(t,
		       "vm gicv3\n"
		       "create_vcpu id=5\n"
		       "redist_region index=3 base=0x20000000 count=7\n"
		       "create_vcpu id=7\n"
		       "guest vcpu=7 read GICR_TYPER at=0x20020000\n"
		       "guest vcpu=5 read GICR_TYPER at=0x20020000\n",
		       reads_other_frame,
		       "vm gicv3\n"
		       "create_vcpu id=0\n"
		       "redist_region index=0 base=0x80a0000 count=2\n"
		       "guest vcpu=0 read GICR_TYPER at=0x80c0000\n");
}

static bool writes_a_line_twice(void *arg, const struct prog *p)
{
	(void)arg;
	return count_ops(p, OP_IRQ_LINE) >= 2 && count_ops(p, OP_IRQ_LINE) % 2 == 0;
}

static void pairs_go_together(struct unit *t)
{
	expect_reduced(t,
		       "vm gicv3\n"
		       "dev irq_line cpu intid=0 level=0\n"
		       "dev irq_line spi intid=32 level=0\n"
		       "init_vgic\n"
		       "dev irq_line cpu intid=0 level=0\n"
		       "dev irq_line spi intid=32 level=0\n",
		       writes_a_line_twice,
		       "vm gicv3\n"
		       "dev irq_line cpu intid=0 level=0\n"
		       "dev irq_line spi intid=0 level=0\n");
}

/* The ITS performs a DISCARD last, after something else, and nothing is out of place. */
static bool discards_at_last(void *arg, const struct prog *p)
{
	const struct op *end = &p->op[p->nr_ops - 1];

	(void)arg;
	for (size_t i = 0; i < p->nr_ops && end->id == OP_GUEST_WRITE; i++) {
		const struct op *op = &p->op[i];
		u64 at = op->id == OP_DISCARD ? op_arg(op, ARG_DISCARD_at) : 0;

		if (at > 0x50000000 && count_ops(p, OP_MAPD) &&
		    (at & 0xfff) + 0x20 <= op_arg(end, ARG_GUEST_WRITE_value) &&
		    op_arg(end, ARG_GUEST_WRITE_value) / 0x20 == p->nr_ops - 1)
			return true;
	}
	return false;
}

static void commands_leave_the_queue(struct unit *t)
{
	expect_reduced(t,
		       "vm gicv3\n"
		       "mem mapd at=0x50000000 device=0 itt=0x50030000 size=0 valid=0\n"
		       "mem inv at=0x50000020 device=0 event=0\n"
		       "mem sync at=0x50000040 rdbase=0x0\n"
		       "mem discard at=0x50000060 device=0 event=0\n"
		       "mem inv at=0x50000080 device=0 event=0\n"
		       "guest vcpu=0 write GITS_CWRITER at=0x8080000 value=0xa0\n",
		       discards_at_last,
		       "vm gicv3\n"
		       "mem mapd at=0x50000000 device=0 itt=0x50030000 size=0 valid=0\n"
		       "mem discard at=0x50000020 device=0 event=0\n"
		       "guest vcpu=0 write GITS_CWRITER at=0x8080000 value=0x40\n");
}

static bool races(void *arg, const struct prog *p)
{
	(void)arg;
	for (size_t i = 1; i < p->nr_ops; i++) {
		if (p->op[i].par && p->op[i].id == OP_IRQ_LINE && p->op[i - 1].id == OP_GUEST_READ)
			return true;
	}
	return false;
}

static void blocks_lose_what_does_not_race(struct unit *t)
{
	static const char text[] = "vm gicv3\n"
				   "par {\n"
				   "  guest vcpu=0 read GICD_TYPER at=0x8000000\n"
				   "  guest vcpu=1 read GICD_TYPER at=0x8000000\n"
				   "}\n"
				   "par {\n"
				   "  guest vcpu=1 eoi\n"
				   "  guest vcpu=0 read GICD_CTLR at=0x8000000\n"
				   "  dev irq_line cpu intid=0 level=0\n"
				   "  guest vcpu=2 eoi\n"
				   "}\n";
	struct cause c = { .fails = races, .under_way = 4 };
	struct prog p, left;
	char *got;

	if (!program_parse(t, text, &p))
		return;
	got = reduced(&p, &c);
	if (EXPECT_TRUE(t, got) && program_parse(t, got, &left)) {
		EXPECT_EQ(t, left.nr_ops, 2);
		EXPECT_TRUE(t, races(NULL, &left));
		prog_free(&left);
	}
	free(got);
	prog_free(&p);
}

static void comments_stay_with_their_operations(struct unit *t)
{
	expect_reduced(t,
		       "# What it shows.\n"
		       "vm gicv3\n"
		       "# Not needed.\n"
		       "init_vgic\n"
		       "# Needed.\n"
		       "get_nr_irqs  # first\n"
		       "save_pending_tables\n"
		       "# The end.\n",
		       saves_after_reading,
		       "# What it shows.\n"
		       "vm gicv3\n"
		       "# Needed.\n"
		       "get_nr_irqs  # first\n"
		       "save_pending_tables\n"
		       "# The end.\n");
}

/* A failure that shows in three of ten runs, looked for as often as that needs. */
static bool shows_at_times(void *arg, const struct prog *p)
{
	unsigned int repeats = reduction_repeats((struct hits){ .runs = 10, .shown = 3 });
	bool shown = false;

	for (unsigned int i = 0; i < repeats; i++)
		shown |= rng_below(arg, 10) < 3;
	return shown && saves_after_reading(NULL, p);
}

static void chance_does_not_add_operations(struct unit *t)
{
	unsigned int minimal = 0;

	for (u64 i = 0; i < 20; i++) {
		struct rng rng = { .state = i };
		struct cause c = { .fails = shows_at_times, .arg = &rng, .under_way = 8 };
		struct prog p;
		char *got;

		make_random(&p, i);
		got = reduced(&p, &c);
		minimal += !strcmp(got, "vm gicv3\nget_nr_irqs\nsave_pending_tables\n");
		free(got);
		prog_free(&p);
	}
	EXPECT_TRUE(t, minimal >= 18);
}

static void rarer_failures_are_looked_for_more_often(struct unit *t)
{
	EXPECT_EQ(t, reduction_repeats((struct hits){ .runs = 5, .shown = 5 }), 1);
	EXPECT_EQ(t, reduction_repeats((struct hits){ .runs = 10, .shown = 9 }), 2);
	EXPECT_EQ(t, reduction_repeats((struct hits){ .runs = 10, .shown = 5 }), 7);
	EXPECT_EQ(t, reduction_repeats((struct hits){ .runs = 10, .shown = 1 }), 44);
}

/* A GIC that breaks one rule wherever it can. */
struct broken_gic {
	struct judge judge;
	enum rule_id rule;
};

static bool breaks_rule(void *arg, const struct prog *p)
{
	const struct broken_gic *b = arg;
	struct op_result *results = xcalloc(p->nr_ops + 1, sizeof(*results));
	struct verdict v;
	struct expect want;

	model_reset_for(b->judge.model, &b->judge.config, p);
	for (size_t i = 0; i < p->nr_ops; i++) {
		model_expect(b->judge.model, &p->op[i], &want);
		if (want.unpredicted || !expect_follow(&want, expect_usual_alt(&want), NULL,
						       b->judge.model, &p->op[i], &results[i]))
			break;
		expect_alter(&want, b->rule, ALTER_VALUE, &results[i]);
	}
	judge_prog(&b->judge, p, results, &v);
	free(results);
	for (size_t i = 0; i < v.nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
		if (v.diff[i].rule == b->rule)
			return true;
	}
	return false;
}

static void judged_program_is_reduced(struct unit *t)
{
	struct broken_gic b = {
		.judge = judge_of_kvm(6012),
		.rule = RULE_TYPER_AFFINITY,
	};
	struct cause c = { .fails = breaks_rule, .arg = &b, .under_way = 4 };
	struct prog p;
	char *got;

	make_random(&p, 3);
	add_user_read(&p, REG_GICR_TYPER, op_arg(&p.op[1], ARG_CREATE_VCPU_id));
	EXPECT_TRUE(t, breaks_rule(&b, &p));
	got = reduced(&p, &c);
	EXPECT_STR(t, got,
		   "vm gicv3\n"
		   "create_vgic\n"
		   "create_vcpu id=0\n"
		   "init_vgic\n"
		   "user read GICR_TYPER vcpu=0\n");
	free(got);
	prog_free(&p);
	model_destroy(b.judge.model);
}

static const struct unit_test tests[] = {
	{ "reduce.only_the_cause_is_left", only_the_cause_is_left },
	{ "reduce.order_of_answers_does_not_matter", order_of_answers_does_not_matter },
	{ "reduce.values_become_plain", values_become_plain },
	{ "reduce.names_and_addresses_change_everywhere", names_and_addresses_change_everywhere },
	{ "reduce.pairs_go_together", pairs_go_together },
	{ "reduce.commands_leave_the_queue", commands_leave_the_queue },
	{ "reduce.blocks_lose_what_does_not_race", blocks_lose_what_does_not_race },
	{ "reduce.comments_stay_with_their_operations", comments_stay_with_their_operations },
	{ "reduce.chance_does_not_add_operations", chance_does_not_add_operations },
	{ "reduce.rarer_failures_are_looked_for_more_often",
	  rarer_failures_are_looked_for_more_often },
	{ "reduce.judged_program_is_reduced", judged_program_is_reduced },
};

UNIT_MAIN(tests)
