// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge sees every planted wrong answer, at its operation and with its rule,
 * and sees none in right answers.
 *
 * Right answers come from the model itself: of what it allows one is taken at
 * random, and random bits where it leaves them open. Then one answer at a time
 * is altered: every status, other errnos, every known bit of every value, one
 * value more or less.
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
#include "tests/unit.h"

#define NR_GENERATED 300

/* A program, right answers to it, and what the model allows at each operation. */
struct planted {
	struct judge judge;
	const struct prog *prog;
	struct op_result *right;
	struct op_result *results; /* handed to the judge: one differs */
	struct expect *want;
	size_t nr_predicted;
	unsigned int nr_altered;
};

static void answer_all(struct planted *p, u64 seed)
{
	struct rng rng = { .state = seed };
	struct model *m = p->judge.model;

	model_reset_for(m, &p->judge.config, p->prog);
	for (size_t i = 0; i < p->prog->nr_ops; i++) {
		struct expect *want = &p->want[i];

		model_expect(m, &p->prog->op[i], want);
		if (want->unpredicted)
			break;
		if (!expect_follow(want, (unsigned int)rng_below(&rng, want->nr_alts), &rng, m,
				   &p->prog->op[i], &p->right[i])) {
			/* The log goes on with what is not predicted. */
			p->right[i].val[p->right[i].nr_vals++] = PROG_TOOK_NONE;
			break;
		}
		p->nr_predicted++;
	}
	memcpy(p->results, p->right, p->prog->nr_ops * sizeof(*p->right));
}

static bool planted_init(struct planted *p, const struct prog *prog, unsigned int kernel, u64 seed)
{
	*p = (struct planted){
		.judge = judge_of_kvm(kernel),
		.prog = prog,
		.right = xcalloc(prog->nr_ops, sizeof(*p->right)),
		.results = xcalloc(prog->nr_ops, sizeof(*p->results)),
		.want = xcalloc(prog->nr_ops, sizeof(*p->want)),
	};
	if (p->judge.model)
		answer_all(p, seed);
	return p->judge.model;
}

static void planted_free(struct planted *p)
{
	model_destroy(p->judge.model);
	free(p->right);
	free(p->results);
	free(p->want);
}

static bool report(const struct planted *p, size_t op, const char *what, bool ok)
{
	char text[200];

	op_print(&p->prog->op[op], text, sizeof(text));
	if (!ok)
		printf("#   %s, operation %zu (%s): %s\n", p->prog->name, op + 1, text, what);
	return ok;
}

/*
 * Puts an answer that is not allowed at operation @op. The judge must report it
 * there, with @rule, and must call it unknown. If @alone, the answer leaves the
 * same state behind, so that nothing else may differ.
 */
static bool plant(struct unit *t, struct planted *p, size_t op, const struct op_result *wrong,
		  enum rule_id rule, bool alone)
{
	struct verdict v;
	bool ok;

	p->results[op] = *wrong;
	judge_prog(&p->judge, p->prog, p->results, &v);
	p->results[op] = p->right[op];
	p->nr_altered++;
	if (!EXPECT_TRUE(t, v.nr_diffs > 0))
		return false;
	ok = EXPECT_EQ(t, v.diff[0].op, op);
	ok &= EXPECT_STR(t, rule_desc(v.diff[0].rule)->name, rule_desc(rule)->name);
	ok &= EXPECT_EQ(t, v.nr_unknown, v.nr_diffs);
	ok &= EXPECT_TRUE(t, strcmp(v.diff[0].got, v.diff[0].allowed) != 0);
	if (alone) {
		ok &= EXPECT_EQ(t, v.nr_diffs, 1);
		ok &= EXPECT_EQ(t, v.unjudged, p->nr_predicted);
	}
	return ok;
}

static bool is_allowed(const struct expect *want, enum op_status status, int err)
{
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		const struct expect_alt *a = &want->alt[i];

		if (a->status == status &&
		    (status != OP_FAILED || a->err == EXPECT_ANY_ERRNO || a->err == err))
			return true;
	}
	return false;
}

static bool plant_statuses(struct unit *t, struct planted *p, size_t op)
{
	static const enum op_status statuses[] = {
		OP_DONE, OP_NO_DEVICE, OP_ABORT, OP_NO_LAST, OP_NO_OBJECT, OP_NOT_RUN,
	};
	const struct expect *want = &p->want[op];
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		/* The values go with it, so that only the status is wrong. */
		struct op_result wrong = p->right[op];

		wrong.status = statuses[i];
		wrong.nr_vals = want->nr_vals;
		for (unsigned int k = 0; k < want->nr_vals; k++)
			wrong.val[k] = want->val[k].value;
		if (!is_allowed(want, statuses[i], 0))
			ok &= report(p, op, op_status_name(statuses[i]),
				     plant(t, p, op, &wrong, want->alt[0].rule, false));
	}
	return ok;
}

static bool plant_errnos(struct unit *t, struct planted *p, size_t op)
{
	static const int errnos[] = { EPERM,  ENOENT, EIO,    ENXIO,  E2BIG, ENOMEM, EFAULT, EBUSY,
				      EEXIST, ENODEV, EINVAL, ENOSPC, 4095,  1,	     0 };
	const struct expect *want = &p->want[op];
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++) {
		const struct op_result wrong = { .status = OP_FAILED, .err = errnos[i] };

		if (!is_allowed(want, OP_FAILED, errnos[i]))
			ok &= report(p, op, "errno",
				     plant(t, p, op, &wrong, want->alt[0].rule,
					   p->right[op].status == OP_FAILED));
	}
	return ok;
}

static enum rule_id rule_of_bit(const struct expect_val *val, u64 bit)
{
	for (unsigned int i = 0; i < val->nr_parts; i++) {
		if (val->part[i].mask & bit)
			return val->part[i].rule;
	}
	return val->rule;
}

static bool writes_timer(const struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		enum frame_id frame;

		if (p->op[i].id != OP_GUEST_WRITE)
			continue;
		frame = place_frame(op_arg(&p->op[i], ARG_GUEST_WRITE_reg));
		if (frame == FRAME_CNTV || frame == FRAME_CNTP)
			return true;
	}
	return false;
}

/*
 * Does the state that an operation leaves depend on the value that it returned?  A vCPU
 * that slept in a WFI has left its guest, so that more is known of its timers from there on.
 */
static bool value_decides(const struct prog *p, const struct op *op)
{
	static const enum reg_id acknowledge[] = { REG_ICC_IAR0, REG_ICC_IAR1, REG_GICC_IAR,
						   REG_GICC_AIAR };
	struct reg_at at;

	if (op_waits(op->id) && writes_timer(p))
		return true;
	if (op->id != OP_GUEST_READ)
		return op->id == OP_GUEST_ACK || op->id == OP_GUEST_TAKE ||
		       op->id == OP_GUEST_IDLE || op->id == OP_GUEST_SERVE ||
		       op->id == OP_GUEST_CPU_ON || op->id == OP_GUEST_CPU_OFF;
	reg_find_at(op_arg(op, ARG_GUEST_READ_reg), &at);
	for (size_t i = 0; i < ARRAY_SIZE(acknowledge); i++) {
		if (at.reg == (int)acknowledge[i])
			return true;
	}
	return false;
}

static bool is_one_of(const struct expect *want, u64 value)
{
	for (unsigned int i = 0; i < want->nr_one_of; i++) {
		if (want->one_of[i] == value)
			return true;
	}
	return false;
}

static bool plant_bits(struct unit *t, struct planted *p, size_t op)
{
	bool alone = !value_decides(p->prog, &p->prog->op[op]);
	const struct expect *want = &p->want[op];
	unsigned int nr_vals = p->right[op].nr_vals;
	bool ok = true;

	/* What a log has beyond its first value: see serve_test.c. */
	if (p->prog->op[op].id == OP_GUEST_SERVE && nr_vals)
		nr_vals = 1;
	for (unsigned int n = 0; n < 64 * nr_vals; n++) {
		const struct expect_val *val = &want->val[n / 64];
		struct op_result altered = p->right[op];
		u64 bit = 1ULL << n % 64;
		struct verdict v;

		altered.val[n / 64] ^= bit;
		if (n < 64 && is_one_of(want, altered.val[0]))
			continue;
		if (val->known & bit) {
			ok &= report(p, op, "value",
				     plant(t, p, op, &altered, rule_of_bit(val, bit), alone));
			continue;
		}
		p->results[op] = altered;
		judge_prog(&p->judge, p->prog, p->results, &v);
		p->results[op] = p->right[op];
		if (op_waits(p->prog->op[op].id) && !alone && v.nr_diffs)
			ok &= report(p, op, "unknown bit", EXPECT_TRUE(t, v.diff[0].op > op));
		else
			ok &= report(p, op, "unknown bit", EXPECT_EQ(t, v.nr_diffs, 0));
	}
	return ok;
}

static bool plant_counts(struct unit *t, struct planted *p, size_t op)
{
	bool alone = !value_decides(p->prog, &p->prog->op[op]);
	const struct expect *want = &p->want[op];
	struct op_result wrong = p->right[op];
	bool ok = true;

	if (!op_returns_values(wrong.status))
		return true;
	/* Beyond a frame that is not predicted, nothing is. */
	if (want->vals_rule == RULE_RAM)
		return true;
	if (wrong.nr_vals) {
		wrong.nr_vals--;
		ok &= report(p, op, "a value less",
			     plant(t, p, op, &wrong, want->vals_rule, alone));
	}
	wrong.nr_vals = p->right[op].nr_vals + 1;
	if (wrong.nr_vals <= OP_MAX_VALS)
		ok &= report(p, op, "a value more",
			     plant(t, p, op, &wrong, want->vals_rule, alone));
	return ok;
}

/* All wrong answers at all places of a program. */
static bool plant_everywhere(struct unit *t, const struct prog *prog, unsigned int kernel, u64 seed)
{
	struct planted p;
	struct verdict v;
	bool ok;

	if (!EXPECT_TRUE(t, planted_init(&p, prog, kernel, seed)))
		return false;
	judge_prog(&p.judge, prog, p.results, &v);
	ok = EXPECT_EQ(t, v.nr_diffs, 0) && EXPECT_EQ(t, v.unjudged, p.nr_predicted);
	for (size_t i = 0; ok && i < p.nr_predicted; i++)
		ok = plant_statuses(t, &p, i) && plant_errnos(t, &p, i) && plant_bits(t, &p, i) &&
		     plant_counts(t, &p, i);
	EXPECT_TRUE(t, p.nr_altered > 0 || !p.nr_predicted);
	planted_free(&p);
	return ok;
}

static const unsigned int kernels[] = { 6012, 5010, 5015, 4019 };

static void wrong_answers_to_scenarios_are_seen(struct unit *t)
{
	struct corpus c;
	bool ok = true;

	if (!corpus_load(t, "scenarios", &c))
		return;
	for (size_t i = 0; ok && i < c.nr * ARRAY_SIZE(kernels); i++) {
		const struct prog *p = &c.prog[i / ARRAY_SIZE(kernels)];

		/* What is wrong in one order may be right in another: see par_test.c. */
		if (!prog_has_par(p))
			ok = plant_everywhere(t, p, kernels[i % ARRAY_SIZE(kernels)], i);
	}
	corpus_free(&c);
}

static void expect_suite_judged(struct unit *t, const struct suite *s)
{
	bool ok = true;

	for (u64 i = 0; ok && i < NR_GENERATED / 3; i++) {
		struct prog p;

		suite_make(s, suite_sample(s, 8, i), 8, &p);
		ok = plant_everywhere(t, &p, kernels[i % ARRAY_SIZE(kernels)], i);
		prog_free(&p);
	}
}

static void wrong_answers_to_region_orders_are_seen(struct unit *t)
{
	expect_suite_judged(t, suite_by_number(0));
}

static void wrong_answers_to_refused_calls_are_seen(struct unit *t)
{
	expect_suite_judged(t, suite_by_number(1));
}

static void wrong_answers_to_random_programs_are_seen(struct unit *t)
{
	expect_suite_judged(t, suite_by_number(2));
}

/* Every answer that is allowed passes, whichever alternatives come. */
static void right_answers_are_never_different(struct unit *t)
{
	const struct suite *s;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		for (u64 i = 0; i < 500; i++) {
			struct planted p;
			struct verdict v;
			struct prog prog;

			suite_make(s, suite_sample(s, 9, i), 9, &prog);
			if (!EXPECT_TRUE(t, planted_init(&p, &prog, kernels[i % 4], i)))
				return;
			judge_prog(&p.judge, &prog, p.results, &v);
			if (!EXPECT_EQ(t, v.nr_diffs, 0))
				printf("#   %s\n", prog.name);
			planted_free(&p);
			prog_free(&prog);
		}
	}
}

static const char two_regions[] = "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\ncreate_vcpu id=1\n"
				  "redist_region index=0 base=0x20000000 count=1\n"
				  "redist_region index=1 base=0x20020000 count=1\n"
				  "set_addr v3_dist base=0x8000000\ninit_vgic\n"
				  "read GICR_TYPER vcpu=0\nread GICR_TYPER vcpu=1\n"
				  "guest vcpu=0 walk at=0x20000000\n";

static void explanation_names_operation_values_and_rule(struct unit *t)
{
	struct planted p;
	struct verdict v;
	struct prog prog;
	char text[2000];

	if (!program_parse(t, two_regions, &prog) ||
	    !EXPECT_TRUE(t, planted_init(&p, &prog, 6012, 0)))
		return;
	p.results[7].val[0] |= 0x10;
	p.results[9].nr_vals = 1;
	judge_prog(&p.judge, &prog, p.results, &v);
	judge_explain(&prog, &v, text, sizeof(text));
	EXPECT_STR(t, text,
		   "op 8: user read GICR_TYPER vcpu=0: got Last=1, allowed Last=0\n"
		   "rule redist.last.adjacent-region: Last is set only on the final frame of a run "
		   "of adjacent regions, so it is clear on the top of a full region that a "
		   "redistributor of the adjacent region follows [IHI 0069H GICR_TYPER.Last]\n"
		   "op 10: guest vcpu=0 walk at=0x20000000: got 1 values, allowed 2 values\n"
		   "rule redist.walk.until-last: a walk from a frame upwards meets every "
		   "redistributor of the run and ends at its Last [IHI 0069H GICR_TYPER.Last]\n");
	planted_free(&p);
	prog_free(&prog);
}

/* After a success that should have been a failure the model does not know the state. */
static void judging_stops_where_the_state_is_unknown(struct unit *t)
{
	struct planted p;
	struct verdict v;
	struct prog prog;
	char text[2000];

	if (!program_parse(t, two_regions, &prog) ||
	    !EXPECT_TRUE(t, planted_init(&p, &prog, 6012, 0)))
		return;
	p.results[4] = (struct op_result){ .status = OP_FAILED, .err = EINVAL };
	p.results[8].val[0] = 0;
	judge_prog(&p.judge, &prog, p.results, &v);
	EXPECT_EQ(t, v.nr_diffs, 1);
	EXPECT_EQ(t, v.unjudged, 5);
	EXPECT_STR(t, v.diff[0].got, "EINVAL");
	EXPECT_STR(t, v.diff[0].allowed, "success");
	judge_explain(&prog, &v, text, sizeof(text));
	EXPECT_CONTAINS(t, text, "operations from 6 on were not judged\n");
	planted_free(&p);
	prog_free(&prog);
}

static void judging_goes_on_after_a_wrong_value(struct unit *t)
{
	struct planted p;
	struct verdict v;
	struct prog prog;

	if (!program_parse(t, two_regions, &prog) ||
	    !EXPECT_TRUE(t, planted_init(&p, &prog, 6012, 0)))
		return;
	p.results[7].val[0] ^= 0x100000010;
	p.results[8].val[0] ^= 0x10;
	judge_prog(&p.judge, &prog, p.results, &v);
	EXPECT_EQ(t, v.nr_diffs, 3);
	EXPECT_EQ(t, v.unjudged, prog.nr_ops);
	EXPECT_EQ(t, v.diff[0].rule, RULE_LAST_ADJACENT);
	EXPECT_EQ(t, v.diff[1].rule, RULE_TYPER_AFFINITY);
	EXPECT_STR(t, v.diff[1].got, "Affinity_Value=1");
	EXPECT_STR(t, v.diff[1].allowed, "Affinity_Value=0");
	EXPECT_EQ(t, v.diff[2].op, 8);
	planted_free(&p);
	prog_free(&prog);
}

static void unpredicted_operation_is_the_first_unjudged(struct unit *t)
{
	static const char text[] =
		"vm gicv3\ncreate_vgic\ncreate_vcpu id=0\nrun vcpu=0\nrun vcpu=0\n";
	struct planted p;
	struct verdict v;
	struct prog prog;

	if (!program_parse(t, text, &prog) || !EXPECT_TRUE(t, planted_init(&p, &prog, 5010, 0)))
		return;
	judge_prog(&p.judge, &prog, p.results, &v);
	EXPECT_EQ(t, v.nr_diffs, 0);
	EXPECT_EQ(t, v.unjudged, 3);
	planted_free(&p);
	prog_free(&prog);
}

static void kernel_log_is_a_difference(struct unit *t)
{
	struct planted p;
	struct verdict v;
	struct prog prog;
	char text[2000];

	if (!program_parse(t, two_regions, &prog) ||
	    !EXPECT_TRUE(t, planted_init(&p, &prog, 6012, 0)))
		return;
	judge_prog(&p.judge, &prog, p.results, &v);
	judge_kernel_log(&p.judge, &prog, p.results, "WARNING: at vgic.c:1", &v);
	EXPECT_EQ(t, v.nr_diffs, 1);
	EXPECT_EQ(t, v.nr_unknown, 1);
	judge_explain(&prog, &v, text, sizeof(text));
	EXPECT_CONTAINS(t, text,
			"kernel log: got WARNING: at vgic.c:1, allowed nothing\n"
			"rule kernel.log: ");
	planted_free(&p);
	prog_free(&prog);
}

static void texts_are_cut_to_their_buffers(struct unit *t)
{
	struct planted p;
	struct verdict v;
	struct prog prog;
	char whole[2000];
	size_t len;

	if (!program_parse(t, two_regions, &prog) ||
	    !EXPECT_TRUE(t, planted_init(&p, &prog, 6012, 0)))
		return;
	p.results[7].val[0] ^= 0x10;
	judge_prog(&p.judge, &prog, p.results, &v);
	len = judge_explain(&prog, &v, whole, sizeof(whole));
	EXPECT_EQ(t, len, strlen(whole));
	for (size_t bytes = 1; bytes <= strlen(whole) + 1; bytes++) {
		char *text = xcalloc(1, bytes);

		len = judge_explain(&prog, &v, text, bytes);
		EXPECT_EQ(t, len, strlen(text));
		EXPECT_TRUE(t, !strncmp(text, whole, bytes - 1));
		free(text);
	}
	planted_free(&p);
	prog_free(&prog);
}

static const struct unit_test tests[] = {
	{ "judge_planted.wrong_answers_to_scenarios_are_seen",
	  wrong_answers_to_scenarios_are_seen },
	{ "judge_planted.wrong_answers_to_region_orders_are_seen",
	  wrong_answers_to_region_orders_are_seen },
	{ "judge_planted.wrong_answers_to_refused_calls_are_seen",
	  wrong_answers_to_refused_calls_are_seen },
	{ "judge_planted.wrong_answers_to_random_programs_are_seen",
	  wrong_answers_to_random_programs_are_seen },
	{ "judge.right_answers_are_never_different", right_answers_are_never_different },
	{ "judge.explanation_names_operation_values_and_rule",
	  explanation_names_operation_values_and_rule },
	{ "judge.stops_where_the_state_is_unknown", judging_stops_where_the_state_is_unknown },
	{ "judge.goes_on_after_a_wrong_value", judging_goes_on_after_a_wrong_value },
	{ "judge.unpredicted_operation_is_the_first_unjudged",
	  unpredicted_operation_is_the_first_unjudged },
	{ "judge.kernel_log_is_a_difference", kernel_log_is_a_difference },
	{ "judge.texts_are_cut_to_their_buffers", texts_are_cut_to_their_buffers },
};

UNIT_MAIN(tests)
