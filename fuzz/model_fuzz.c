// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the program that some bytes stand for through the model, with answers
 * that are allowed, and then through the judge, with some that are not.  What
 * does not hold aborts; it knows no rule of the model.
 */
#include "fuzz/model_fuzz.h"

#include <stdlib.h>
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#include <malloc.h>
#include <sanitizer/msan_interface.h>
#endif
#endif

#include "lib/judge/answer.h"
#include "lib/judge/judge.h"
#include "lib/prog/alloc.h"

#define MAX_VCPUS 512

/* ICC_CTLR_EL1 of a host with 5 bits of priority, such as KVM has seen. */
#define HOST_ICC_CTLR 0x8400

/* Stops where a debugger and a fuzzer see it, with the program's operation. */
#define MUST(f, cond)                        \
	do {                                 \
		if (!(cond))                 \
			give_up((f), #cond); \
	} while (0)

/* A model that was used is as good as one that was not: what it holds is nothing. */
static void forget_state(struct model *m)
{
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
	__msan_poison(m, malloc_usable_size(m));
#endif
#endif
	(void)m;
}

struct fuzz {
	struct model_config config;
	struct model *model, *copy;
	struct rng rng;
	unsigned int wrong; /* one answer in so many is not allowed; 0 for none */
	struct prog prog;
	struct op_result *answer;
	size_t nr; /* of operations that are predicted */
	bool deviated; /* some answer is that of a deviation */
};

static void __attribute__((noreturn)) give_up(const struct fuzz *f, const char *what)
{
	char *text = prog_print(&f->prog);
	char op[128] = "the end";

	if (f->nr < f->prog.nr_ops)
		op_print(&f->prog.op[f->nr], op, sizeof(op));
	fprintf(stderr, "%s\nprofile %s, operation %zu (%s): does not hold: %s\n", text ? text : "",
		f->config.profile->name, f->nr, op, what);
	abort();
}

static const struct profile *pick_profile(u8 byte)
{
	unsigned int nr = 1;

	while (profile_by_number(nr))
		nr++;
	return profile_by_number(byte % nr);
}

static void check_value(const struct fuzz *f, const struct expect_val *v)
{
	u64 parts = 0;

	/* Of one that nothing is known of, it is what a target might say. */
	MUST(f, !v->known || !(v->value & ~v->known));
	MUST(f, v->rule < NR_RULES);
	MUST(f, v->reg < (int)NR_REGS);
	MUST(f, v->nr_parts <= EXPECT_MAX_PARTS);
	for (unsigned int i = 0; i < v->nr_parts; i++) {
		MUST(f, !(v->part[i].mask & ~v->known));
		MUST(f, !(v->part[i].mask & parts));
		MUST(f, v->part[i].rule < NR_RULES);
		parts |= v->part[i].mask;
	}
}

static void check_one_of(const struct fuzz *f, const struct expect *want)
{
	MUST(f, want->nr_one_of <= EXPECT_MAX_ONE_OF);
	MUST(f, want->nr_one_of != 1);
	MUST(f, !want->nr_one_of || want->nr_vals);
	for (unsigned int i = 1; i < want->nr_one_of && i < 8; i++)
		MUST(f, want->one_of[i] != want->one_of[i - 1]);
}

static void check_expect(const struct fuzz *f, const struct expect *want)
{
	MUST(f, want->nr_alts > 0 && want->nr_alts <= EXPECT_MAX_ALTS);
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		MUST(f, want->alt[i].status < OP_NOT_RUN);
		MUST(f, want->alt[i].status == OP_FAILED || !want->alt[i].err);
		MUST(f, want->alt[i].rule < NR_RULES);
	}
	MUST(f, want->nr_vals <= OP_MAX_VALS);
	MUST(f, want->vals_rule < NR_RULES);
	MUST(f, want->deviation <= NR_DEVIATIONS);
	MUST(f, want->nr_deviants <= EXPECT_MAX_DEVIANTS);
	for (unsigned int i = 0; i < want->nr_deviants; i++)
		MUST(f, want->deviant[i].deviation <= NR_DEVIATIONS);
	for (unsigned int i = 0; i < want->nr_vals; i++)
		check_value(f, &want->val[i]);
	check_one_of(f, want);
}

/*
 * A copy goes the way that the model goes, and a log at once as value by value.
 * Return: false if not all of the answer is predicted.
 */
static bool follow_both(struct fuzz *f, const struct op *op, const struct expect *want,
			unsigned int alt, struct op_result *seen)
{
	bool predicted;

	model_copy(f->copy, f->model);
	MUST(f, model_hash(f->copy) == model_hash(f->model));
	predicted = expect_follow(want, alt, &f->rng, f->model, op, seen);
	model_commit(f->copy, op, seen);
	MUST(f, model_hash(f->copy) == model_hash(f->model));
	return predicted;
}

/* Mostly the answer that gets furthest. */
static unsigned int pick_alt(struct fuzz *f, const struct expect *want)
{
	if (rng_below(&f->rng, 4))
		return expect_usual_alt(want);
	return (unsigned int)rng_below(&f->rng, want->nr_alts);
}

static void answer_all(struct fuzz *f)
{
	struct expect want;

	forget_state(f->model);
	forget_state(f->copy);
	model_reset_for(f->model, &f->config, &f->prog);
	for (f->nr = 0; f->nr < f->prog.nr_ops; f->nr++) {
		const struct op *op = &f->prog.op[f->nr];

		model_expect(f->model, op, &want);
		if (want.unpredicted)
			break;
		check_expect(f, &want);
		f->deviated |= want.deviation != NR_DEVIATIONS;
		if (!follow_both(f, op, &want, pick_alt(f, &want), &f->answer[f->nr]))
			break;
	}
}

/* Another outcome, or another value. */
static void alter(struct fuzz *f, struct op_result *res)
{
	switch (rng_below(&f->rng, 5)) {
	case 0:
		res->status = (enum op_status)rng_below(&f->rng, OP_NOT_RUN);
		break;
	case 1:
		res->err = (int)rng_below(&f->rng, 40);
		break;
	case 2:
		res->nr_vals = (unsigned int)rng_below(&f->rng, 3);
		break;
	case 3:
		res->val[0] ^= BIT_ULL(rng_below(&f->rng, 64));
		break;
	default:
		res->val[0] = rng_below(&f->rng, 1100);
	}
}

static void judge_all(struct fuzz *f)
{
	static const struct known_list nothing_known;
	struct judge j = {
		.model = f->model,
		.config = f->config,
		.known = &nothing_known,
		.of = { .implementation = f->config.profile->implementation,
			.version = f->config.profile->from },
	};
	struct verdict v;

	f->prog.nr_ops = f->nr;
	judge_prog(&j, &f->prog, f->answer, &v);
	MUST(f, v.nr_diffs == 0 || f->deviated);
	/* Another order than that of the answers may need no deviation, but be followed less far. */
	MUST(f,
	     v.unjudged == f->nr || v.too_many_orders || (f->deviated && prog_has_par(&f->prog)));
	if (!f->wrong)
		return;
	for (size_t i = 0; i < f->nr; i++) {
		if (!rng_below(&f->rng, f->wrong))
			alter(f, &f->answer[i]);
	}
	forget_state(f->model);
	judge_prog(&j, &f->prog, f->answer, &v);
	MUST(f, v.nr_unknown == v.nr_diffs);
}

/* The top bit is all the others that there are. */
static void pick_deviations(struct deviation_set *set, u8 bits)
{
	for (unsigned int i = 0; i < NR_DEVIATIONS; i++) {
		if (bits >> (i < 7 ? i : 7) & 1)
			deviation_add(set, (enum deviation_id)i);
	}
}

/**
 * model_fuzz() - one input
 * @data:  a byte each for the profile (the top bit: the host is known), the
 *         deviations, the seed of the answers and how many of them are wrong;
 *         then a program's
 * @bytes: of @data
 */
void model_fuzz(const u8 *data, size_t bytes)
{
	/* They are large, and a reset makes them new. */
	static struct model *model, *copy;
	struct fuzz f = { 0 };

	if (!model)
		model = model_create();
	if (!copy)
		copy = model_create();
	f.model = model;
	f.copy = copy;
	if (bytes >= MODEL_FUZZ_HEAD && model && copy) {
		f.config.max_vcpus = MAX_VCPUS;
		f.config.profile = pick_profile(data[0] & 0x7f);
		f.config.icc_ctlr = data[0] & 0x80 ? HOST_ICC_CTLR : 0;
		pick_deviations(&f.config.deviations, data[1]);
		f.rng.state = data[2];
		f.wrong = data[3];
		prog_decode(&f.prog, data + MODEL_FUZZ_HEAD, bytes - MODEL_FUZZ_HEAD);
		f.answer = xcalloc(f.prog.nr_ops + 1, sizeof(*f.answer));
		answer_all(&f);
		judge_all(&f);
	}
	free(f.answer);
	prog_free(&f.prog);
}
