// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge takes what some order of operations side by side explains, and
 * nothing else.
 *
 * Hand-made programs have few orders, so that it is plain which results each of
 * them gives; programs of the suites are answered in an order taken at random.
 * Which values single registers have is for other tests to say.
 */
#include "lib/judge/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "lib/prog/alloc.h"
#include "lib/prog/suite.h"
#include "tests/judges.h"
#include "tests/programs.h"
#include "tests/raced.h"
#include "tests/unit.h"

#define READ(vcpu) "guest vcpu=" #vcpu " read GICD_ISENABLER1 at=0x8000000\n"
#define SET(vcpu, value) \
	"guest vcpu=" #vcpu " write GICD_ISENABLER1 at=0x8000000 value=" #value "\n"
#define CLEAR(vcpu, value) \
	"guest vcpu=" #vcpu " write GICD_ICENABLER1 at=0x8000000 value=" #value "\n"

static bool is_permutation(const struct raced *r)
{
	char *seen = xcalloc(r->prog.nr_ops, 1);
	bool ok = true;

	for (size_t i = 0; i < r->prog.nr_ops; i++) {
		ok &= r->order[i] < r->prog.nr_ops && !seen[r->order[i]];
		if (ok)
			seen[r->order[i]] = 1;
	}
	free(seen);
	return ok;
}

static void an_order_that_explains_is_found(struct unit *t)
{
	static const struct {
		u64 first, second; /* that vCPU 1 reads */
		size_t place; /* of its second read, among the four operations; 0 if none explains */
	} rows[] = {
		{ 0, 0, 1 }, { 0, 1, 2 }, { 1, 1, 2 }, { 1, 3, 3 }, { 0, 3, 3 }, { 3, 3, 3 },
		{ 1, 0, 0 }, { 3, 1, 0 }, { 3, 0, 0 }, { 2, 2, 0 }, { 2, 3, 0 }, { 0, 2, 0 },
	};
	struct raced r;

	if (!raced_init(t, &r, TWO_VCPUS "par {\n" SET(0, 0x1) SET(0, 0x2) READ(1) READ(1) "}\n"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool ok;

		raced_set_value(&r, FIRST + 2, rows[i].first);
		raced_set_value(&r, FIRST + 3, rows[i].second);
		raced_judge(&r);
		ok = EXPECT_EQ(t, r.v.nr_diffs > 0, !rows[i].place) &&
		     EXPECT_EQ(t, r.v.unjudged, r.prog.nr_ops) &&
		     EXPECT_TRUE(t, is_permutation(&r));
		if (rows[i].place)
			ok &= EXPECT_EQ(t, r.order[FIRST + rows[i].place], FIRST + 3);
		if (!ok)
			printf("#   row %zu\n", i);
	}
	raced_free(&r);
}

#define SIGNALLED                                                               \
	TWO_VCPUS "guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x12\n"      \
		  "guest vcpu=0 write ICC_PMR_EL1 value=0xf8\n"                 \
		  "guest vcpu=0 write ICC_IGRPEN1_EL1 value=0x1\n"              \
		  "guest vcpu=1 write ICC_PMR_EL1 value=0xf8\n"                 \
		  "guest vcpu=1 write ICC_IGRPEN1_EL1 value=0x1\n"              \
		  "guest vcpu=0 write GICR_ISENABLER0 at=0x80a0000 value=0x1\n" \
		  "guest vcpu=0 write GICR_ISENABLER0 at=0x80c0000 value=0x1\n"
#define SGI_TO_0 "guest vcpu=1 write ICC_SGI1R_EL1 value=0x1\n"
#define SGI_TO_1 "guest vcpu=0 write ICC_SGI1R_EL1 value=0x2\n"

/* What sleeps until all else is done has not been woken by any of it. */
static void a_wfi_that_had_to_be_ended_comes_last(struct unit *t)
{
	static const struct {
		const char *block;
		size_t nr; /* operations of it */
		u64 value[4]; /* of those that are WFIs */
		bool wrong;
	} rows[] = {
		{ "guest vcpu=0 wfi\n" SGI_TO_0, 2, { 0 }, false },
		{ "guest vcpu=0 wfi\n" SGI_TO_0, 2, { 1 }, true },
		{ SGI_TO_0 "guest vcpu=0 wfi\n", 2, { 0, 1 }, true },
		{ "guest vcpu=0 wfi\n" READ(1), 2, { 1 }, false },
		{ "guest vcpu=0 wfi\nguest vcpu=1 wfi\n", 2, { 1, 1 }, false },
		/* One is ended first, and wakes the other, or not. */
		{ "guest vcpu=0 wfi\nguest vcpu=1 wfi\n" SGI_TO_1, 3, { 1, 0 }, false },
		{ "guest vcpu=0 wfi\nguest vcpu=1 wfi\n" SGI_TO_1, 3, { 1, 1 }, false },
		{ "guest vcpu=0 wfi\nguest vcpu=1 wfi\n" SGI_TO_1, 3, { 0, 1 }, false },
		{ "guest vcpu=0 wfi\n" SGI_TO_0 "guest vcpu=1 wfi\n", 3, { 1, 0, 1 }, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[2048];
		struct raced r;

		snprintf(text, sizeof(text), "%spar {\n%s}\n", SIGNALLED, rows[i].block);
		if (!raced_init(t, &r, text))
			return;
		for (size_t k = 0; k < rows[i].nr; k++) {
			size_t op = FIRST + 7 + k;

			if (r.prog.op[op].id == OP_GUEST_WFI)
				raced_set_value(&r, op, rows[i].value[k]);
			else if (r.prog.op[op].id == OP_GUEST_READ)
				raced_set_value(&r, op, 0);
		}
		raced_judge(&r);
		if (!EXPECT_EQ(t, r.v.nr_diffs > 0, rows[i].wrong))
			printf("#   row %zu\n", i);
		raced_free(&r);
	}
}

static void what_no_order_explains_says_so(struct unit *t)
{
	char text[4096];
	struct raced r;

	if (!raced_init(t, &r, TWO_VCPUS "par {\n" SET(0, 0x1) READ(1) "}\n" READ(0)))
		return;
	raced_set_value(&r, FIRST + 1, 4);
	raced_set_value(&r, FIRST + 2, 1);
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_unknown, 1);
	EXPECT_EQ(t, r.v.diff[0].op, FIRST + 1);
	EXPECT_TRUE(t, r.v.diff[0].no_order);
	judge_explain(&r.prog, &r.v, text, sizeof(text));
	EXPECT_CONTAINS(t, text, "op 8: guest vcpu=1 read GICD_ISENABLER1 at=0x8000000: got ");
	EXPECT_CONTAINS(t, text, "no order of the par block of operations 7 to 8 explains it\n");
	raced_free(&r);
}

/* Both orders explain the block; which it was shows later, and stays. */
static void later_results_choose_between_orders(struct unit *t)
{
	char text[4096];
	struct raced r;

	if (!raced_init(t, &r, TWO_VCPUS "par {\n" SET(0, 0x1) CLEAR(1, 0x1) "}\n" READ(0) READ(1)))
		return;
	for (unsigned int i = 0; i < 4; i++) {
		raced_set_value(&r, FIRST + 2, i & 1);
		raced_set_value(&r, FIRST + 3, i >> 1);
		raced_judge(&r);
		EXPECT_EQ(t, r.v.nr_unknown, i == 1 || i == 2);
		EXPECT_EQ(t, r.order[FIRST], FIRST + !!(i & 1));
	}
	raced_set_value(&r, FIRST + 2, 2);
	raced_judge(&r);
	judge_explain(&r.prog, &r.v, text, sizeof(text));
	EXPECT_CONTAINS(t, text, "no order of the par blocks before it explains it\n");
	raced_free(&r);
}

/* Two blocks in a row: the first is done before the second begins. */
static void blocks_are_done_one_after_the_other(struct unit *t)
{
	struct raced r;

	if (!raced_init(t, &r,
			TWO_VCPUS "par {\n" SET(0, 0x1) READ(1) "}\npar {\n" SET(0, 0x2)
				READ(1) "}\n"))
		return;
	raced_set_value(&r, FIRST + 1, 0);
	raced_set_value(&r, FIRST + 3, 1);
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, 0);
	raced_set_value(&r, FIRST + 3, 0);
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_unknown, 1);
	raced_set_value(&r, FIRST + 1, 3);
	raced_set_value(&r, FIRST + 3, 3);
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_unknown, 1);
	EXPECT_EQ(t, r.v.diff[0].op, FIRST + 1);
	raced_free(&r);
}

/* As if by an entry of corpora/known for one value of that register. */
static void known_differences_count_less_than_none(struct unit *t)
{
	struct known known = {
		.implementation = IMPL_KVM,
		.to = ~0U,
		.shown_by = { [OP_GUEST_READ] = true },
		.nr_ops = 1,
		.nr_rules = 1,
		.nr_got = 1,
		.got = { "*" },
		.after_op = NR_OPS,
		.deviation = -1,
	};
	const struct known_list list = { &known, 1 };
	struct raced r;

	if (!raced_init(t, &r, TWO_VCPUS "par {\n" SET(0, 0x1) READ(1) "}\n"))
		return;
	raced_set_value(&r, FIRST + 1, 4);
	raced_judge(&r);
	known.rule[0] = r.v.diff[0].rule;
	r.judge.known = &list;
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, 1);
	EXPECT_EQ(t, r.v.nr_unknown, 0);
	EXPECT_TRUE(t, r.v.diff[0].known == &known && !r.v.diff[0].no_order);
	raced_set_value(&r, FIRST + 1, 0);
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, 0);
	raced_free(&r);
}

static void attributes_may_find_a_vcpu_in_its_guest(struct unit *t)
{
	struct raced r;

	if (!raced_init(t, &r,
			TWO_VCPUS
			"par {\n" SET(0, 0x1) "user read GICD_ISENABLER1 vcpu=0\n}\n" READ(0)))
		return;
	raced_set_value(&r, FIRST + 2, 1);
	r.results[FIRST + 1] = (struct op_result){ .status = OP_FAILED, .err = EBUSY };
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, 0);
	EXPECT_EQ(t, r.v.unjudged, r.prog.nr_ops);
	r.results[FIRST + 1].err = EPERM;
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_unknown, 1);
	r.results[FIRST + 1].err = EBUSY;
	/* Nobody is in a guest whose vCPU there is not. */
	r.results[FIRST].status = OP_NO_OBJECT;
	raced_judge(&r);
	EXPECT_TRUE(t, r.v.nr_unknown > 0);
	r.results[FIRST].status = OP_DONE;
	r.prog.op[FIRST + 1].par = false;
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_unknown, 1);
	raced_free(&r);
}

static void attributes_find_no_vcpu_that_does_not_exist(struct unit *t)
{
	struct raced r;

	if (!raced_init(t, &r,
			TWO_VCPUS
			"par {\nguest vcpu=0 write GICD_ISENABLER1 at=0x8000000 value=0x1\n"
			"user read GICD_ISENABLER1 vcpu=0\nguest vcpu=9 eoi\n}\n"))
		return;
	r.results[FIRST + 1] = (struct op_result){ .status = OP_FAILED, .err = EBUSY };
	r.results[FIRST + 2].status = OP_NO_OBJECT;
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, 0);
	op_set_arg(&r.prog.op[FIRST], ARG_GUEST_WRITE_vcpu, 9);
	r.results[FIRST].status = OP_NO_OBJECT;
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_unknown, 1);
	raced_free(&r);
}

/* The priority that write @i of a crowd gives to an interrupt. */
#define WRITTEN(i) (8ULL * (i))

static void add_access(struct prog *p, enum op_id id, u64 vcpu, u64 value)
{
	bool write = id == OP_GUEST_WRITE;
	struct op *op = prog_add(p, id);

	op_set_arg(op, write ? ARG_GUEST_WRITE_vcpu : ARG_GUEST_READ_vcpu, vcpu);
	op_set_arg(op, write ? ARG_GUEST_WRITE_reg : ARG_GUEST_READ_reg,
		   reg_place(REG_GICD_IPRIORITYR, 8));
	op_set_arg(op, write ? ARG_GUEST_WRITE_at : ARG_GUEST_READ_at, 0x8000000);
	if (write)
		op_set_arg(op, ARG_GUEST_WRITE_value, value);
}

/* Three vCPUs that write one register @nr times each, and vCPU 0 that reads it there and after. */
static bool crowd_init(struct unit *t, struct raced *r, unsigned int nr)
{
	struct prog *p = &r->prog;

	if (!raced_init(t, r, "vm gicv3\ncreate_vcpu id=2\n" TWO_VCPUS_OF_VM))
		return false;
	for (unsigned int i = 0; i < 3 * nr; i++)
		add_access(p, OP_GUEST_WRITE, i % 3, WRITTEN(i));
	add_access(p, OP_GUEST_READ, 0, 0);
	for (size_t i = FIRST + 2; i < p->nr_ops; i++)
		p->op[i].par = true;
	add_access(p, OP_GUEST_READ, 0, 0);
	free(r->results);
	free(r->order);
	r->results = xcalloc(p->nr_ops, sizeof(*r->results));
	r->order = xcalloc(p->nr_ops, sizeof(*r->order));
	r->judge.order = r->order;
	return true;
}

/* 2 ** 24 ways to go, but few states at each place. */
static void orders_that_meet_are_gone_once(struct unit *t)
{
	struct raced r;
	size_t last;

	if (!crowd_init(t, &r, 8))
		return;
	last = r.prog.nr_ops - 1;
	raced_set_value(&r, last - 1, WRITTEN(21));
	raced_set_value(&r, last, WRITTEN(21));
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, 0);
	EXPECT_EQ(t, r.v.unjudged, r.prog.nr_ops);
	raced_set_value(&r, last - 1, WRITTEN(20));
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_unknown, 1);
	EXPECT_TRUE(t, !r.v.too_many_orders);
	raced_free(&r);
}

static void too_many_orders_are_not_a_pass(struct unit *t)
{
	char text[4096];
	struct raced r;
	size_t last;

	if (!crowd_init(t, &r, 40))
		return;
	last = r.prog.nr_ops - 1;
	/* What nothing explains, in the block: after so many steps nobody knows. */
	raced_set_value(&r, last - 1, 4);
	raced_set_value(&r, last, WRITTEN(119));
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, 0);
	EXPECT_EQ(t, r.v.unjudged, FIRST + 1);
	EXPECT_TRUE(t, r.v.too_many_orders);
	judge_explain(&r.prog, &r.v, text, sizeof(text));
	EXPECT_STR(t, text,
		   "operations from 8 on were not judged: a par block has more orders than are "
		   "tried\n");
	raced_free(&r);
}

static void a_block_may_be_too_long(struct unit *t)
{
	struct raced r;

	if (!crowd_init(t, &r, JUDGE_MAX_PAR_OPS / 3 + 1))
		return;
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, 0);
	EXPECT_EQ(t, r.v.unjudged, FIRST + 1);
	EXPECT_TRUE(t, r.v.too_many_orders && is_permutation(&r));
	raced_free(&r);
}

/* More states than are kept: an order that was dropped may be the right one. */
static void too_many_states_are_not_a_difference(struct unit *t)
{
	char text[4096];
	struct raced r;
	size_t at = 0;

	at += (size_t)snprintf(text, sizeof(text), TWO_VCPUS "par {\n");
	for (unsigned int i = 0; i < 5; i++)
		at += (size_t)snprintf(
			text + at, sizeof(text) - at,
			"guest vcpu=0 write GICD_ISENABLER%u at=0x8000000 value=0x1\n"
			"guest vcpu=1 write GICD_ICENABLER%u at=0x8000000 value=0x1\n",
			i % 2 + 1, i % 2 + 1);
	for (unsigned int i = 0; i < 5; i++)
		at += (size_t)snprintf(
			text + at, sizeof(text) - at,
			"guest vcpu=%u write GICD_IPRIORITYR8 at=0x8000000 value=0x%x\n", i & 1,
			8 * i + 8);
	snprintf(text + at, sizeof(text) - at, "}\n" READ(0));
	if (!raced_init(t, &r, text))
		return;
	raced_set_value(&r, r.prog.nr_ops - 1, 1);
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, 0);
	raced_set_value(&r, r.prog.nr_ops - 1, 2);
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, !r.v.too_many_orders);
	raced_free(&r);
}

/* Makes blocks of a program's operations where they may stand beside each other. */
static void make_blocks(struct prog *p, struct rng *rng)
{
	for (size_t i = 0; i < p->nr_ops; i++)
		p->op[i].par = rng_below(rng, 6) != 0;
	prog_mend_par(p);
}

/* An operation that no other of its lane is before, of @nr from @first on. */
static size_t pick_next(const struct prog *p, size_t first, size_t end, const bool *done,
			struct rng *rng)
{
	for (;;) {
		size_t op = first + rng_below(rng, end - first);
		bool ready = !done[op];

		for (size_t k = first; k < op; k++)
			ready &= done[k] || op_lane(&p->op[k]) != op_lane(&p->op[op]);
		if (ready)
			return op;
	}
}

/* Answers in an order at random; false if the model does not predict all of it. */
static bool answer_block(struct raced *r, size_t first, size_t end, bool *done, struct rng *rng)
{
	struct expect want;

	for (size_t n = first; n < end; n++) {
		size_t op = end == first + 1 ? first : pick_next(&r->prog, first, end, done, rng);

		done[op] = true;
		model_expect(r->judge.model, &r->prog.op[op], &want);
		if (want.unpredicted)
			return false;
		if (!expect_follow(&want, expect_usual_alt(&want), rng, r->judge.model,
				   &r->prog.op[op], &r->results[op]))
			return false;
	}
	return true;
}

/*
 * Another order of commands to an ITS may be one that the model does not follow, after
 * which nothing is judged whatever order it was.
 */
static bool may_be_given_up(const struct raced *r, size_t first)
{
	return r->v.too_many_orders || (r->v.unjudged < first && !strncmp(r->prog.name, "its-", 4));
}

static void answered_at_random(struct unit *t, struct raced *r, struct rng *rng)
{
	bool *done = xcalloc(r->prog.nr_ops, sizeof(*done));
	size_t end = 0, first;

	r->results = xcalloc(r->prog.nr_ops, sizeof(*r->results));
	model_reset_for(r->judge.model, &r->judge.config, &r->prog);
	for (first = 0; first < r->prog.nr_ops; first = end) {
		end = prog_par_end(&r->prog, first);
		if (!answer_block(r, first, end, done, rng))
			break;
	}
	r->prog.nr_ops = first;
	raced_judge(r);
	if (!EXPECT_TRUE(t, r->v.nr_diffs == 0) ||
	    !EXPECT_TRUE(t, r->v.unjudged == first || may_be_given_up(r, first)))
		printf("#   %s\n", r->prog.name);
	free(done);
	free(r->results);
}

static void any_order_explains_itself(struct unit *t)
{
	struct rng rng = { .state = 5 };
	const struct suite *s;
	struct raced r;

	if (!raced_init(t, &r, TWO_VCPUS))
		return;
	raced_free(&r);
	r.judge.model = model_create();
	r.judge.order = NULL;
	for (unsigned int n = 0; r.judge.model && (s = suite_by_number(n)); n++) {
		for (unsigned int i = 0; i < 20; i++) {
			suite_make(s, suite_sample(s, 1, i), 1, &r.prog);
			make_blocks(&r.prog, &rng);
			answered_at_random(t, &r, &rng);
			prog_free(&r.prog);
		}
	}
	model_destroy(r.judge.model);
}

static const struct unit_test tests[] = {
	{ "par.an_order_that_explains_is_found", an_order_that_explains_is_found },
	{ "par.a_wfi_that_had_to_be_ended_comes_last", a_wfi_that_had_to_be_ended_comes_last },
	{ "par.what_no_order_explains_says_so", what_no_order_explains_says_so },
	{ "par.later_results_choose_between_orders", later_results_choose_between_orders },
	{ "par.blocks_are_done_one_after_the_other", blocks_are_done_one_after_the_other },
	{ "par.known_differences_count_less_than_none", known_differences_count_less_than_none },
	{ "par.attributes_may_find_a_vcpu_in_its_guest", attributes_may_find_a_vcpu_in_its_guest },
	{ "par.attributes_find_no_vcpu_that_does_not_exist",
	  attributes_find_no_vcpu_that_does_not_exist },
	{ "par.orders_that_meet_are_gone_once", orders_that_meet_are_gone_once },
	{ "par.too_many_orders_are_not_a_pass", too_many_orders_are_not_a_pass },
	{ "par.a_block_may_be_too_long", a_block_may_be_too_long },
	{ "par.too_many_states_are_not_a_difference", too_many_states_are_not_a_difference },
	{ "par.any_order_explains_itself", any_order_explains_itself },
};

UNIT_MAIN(tests)
