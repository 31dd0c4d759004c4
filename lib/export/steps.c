// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follows the model through a program by its own answers.  Where it leaves a
 * choice, several followers choose differently, and only what holds for all of
 * them may be asserted.
 */
#include "lib/export/steps.h"

#include <stdlib.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "lib/prog/alloc.h"

/* As many as the values that one choice may have, if each is to be followed. */
#define NR_FOLLOWERS 16

struct follower {
	struct model *model;
	struct rng rng;
	unsigned int nr_choices; /* made so far */
};

static void add_errno(struct export_step *s, int err)
{
	for (unsigned int i = 0; i < s->nr_errs; i++) {
		if (s->err[i] == err)
			return;
	}
	if (s->nr_errs < EXPECT_MAX_ALTS)
		s->err[s->nr_errs++] = err;
}

static void add_alt(struct export_step *s, const struct expect_alt *alt)
{
	s->sure &= alt->status == s->status;
	s->may_abort |= alt->status == OP_ABORT;
	s->may_fail |= alt->status == OP_FAILED;
	s->may_leave |= alt->status == OP_NO_DEVICE;
	if (alt->status == OP_FAILED)
		add_errno(s, alt->err);
}

static void take_alts(struct export_step *s, const struct expect *want, unsigned int alt)
{
	s->status = want->alt[alt].status;
	s->rule = want->alt[alt].rule;
	s->sure = true;
	for (unsigned int i = 0; i < want->nr_alts; i++)
		add_alt(s, &want->alt[i]);
}

static void take_val(struct export_val *to, const struct expect_val *from)
{
	u64 own = expect_own_bits(from);

	to->value = from->value & from->known;
	to->known = from->known;
	to->reg = from->reg;
	to->nr_parts = from->nr_parts;
	memcpy(to->part, from->part, from->nr_parts * sizeof(to->part[0]));
	if (own)
		to->part[to->nr_parts++] = (struct expect_part){ own, from->rule };
}

static void add_one_of(struct export_step *s, u32 value)
{
	for (unsigned int i = 0; i < s->nr_one_of; i++) {
		if (s->one_of[i] == value)
			return;
	}
	s->one_of = xrealloc(s->one_of, (s->nr_one_of + 1) * sizeof(s->one_of[0]));
	s->one_of[s->nr_one_of++] = value;
}

static void take(struct export_step *s, const struct expect *want, unsigned int alt)
{
	take_alts(s, want, alt);
	if (!op_returns_values(s->status) || !want->nr_vals)
		return;
	s->nr_vals = want->nr_vals;
	s->val = xcalloc(s->nr_vals, sizeof(s->val[0]));
	for (unsigned int i = 0; i < s->nr_vals; i++)
		take_val(&s->val[i], &want->val[i]);
	for (unsigned int i = 0; i < want->nr_one_of; i++)
		add_one_of(s, want->one_of[i]);
}

/*
 * What is acknowledged may depend on what was acknowledged before: then it is one
 * of what the followers expect.
 */
static void narrow_one_of(struct export_step *s, const struct expect *want)
{
	bool differ = want->decides && s->val[0].value != want->val[0].value;
	unsigned int nr = s->nr_one_of;

	if (!s->nr_one_of && (want->nr_one_of || differ))
		add_one_of(s, (u32)s->val[0].value);
	if (s->nr_one_of && !want->nr_one_of)
		add_one_of(s, (u32)want->val[0].value);
	for (unsigned int i = 0; i < want->nr_one_of; i++)
		add_one_of(s, want->one_of[i]);
	s->loose |= nr != s->nr_one_of || nr != want->nr_one_of;
}

/* Only what another follower expects, too, stays.  Return: whether they agree. */
static bool narrow(struct export_step *s, const struct expect *want, unsigned int alt)
{
	if (want->alt[alt].status != s->status)
		return false;
	for (unsigned int i = 0; i < want->nr_alts; i++)
		add_alt(s, &want->alt[i]);
	if (!s->nr_vals)
		return true;
	if (want->nr_vals != s->nr_vals)
		return false;
	narrow_one_of(s, want);
	for (unsigned int i = 0; i < s->nr_vals; i++) {
		struct export_val *v = &s->val[i];

		v->known &= want->val[i].known & ~(v->value ^ want->val[i].value);
		v->value &= v->known;
	}
	return true;
}

/* The outcome that came, if it is allowed, or else the one that gets furthest. */
static unsigned int pick_alt(const struct expect *want, const struct op_result *seen)
{
	for (unsigned int i = 0; seen && i < want->nr_alts; i++) {
		const struct expect_alt *alt = &want->alt[i];

		if (alt->status == seen->status &&
		    (alt->status != OP_FAILED || alt->err == seen->err))
			return i;
	}
	return expect_usual_alt(want);
}

/* Follower @number goes its own way wherever there is a choice. */
static void answer(struct follower *f, unsigned int number, const struct expect *want,
		   unsigned int alt, struct op_result *seen)
{
	expect_answer(want, alt, number ? &f->rng : NULL, seen);
	if (!want->nr_one_of || !seen->nr_vals)
		return;
	seen->val[0] = want->one_of[(number + f->nr_choices) % want->nr_one_of];
	f->nr_choices++;
}

/* Return: false if the model, or one of the followers, does not know what comes. */
static bool step_all(struct follower f[NR_FOLLOWERS], const struct op *op,
		     const struct op_result *came, struct expect *want, struct export_step *s)
{
	for (unsigned int i = 0; i < NR_FOLLOWERS; i++) {
		struct op_result seen;
		unsigned int alt;

		model_expect(f[i].model, op, want);
		if (want->unpredicted)
			return false;
		alt = pick_alt(want, came);
		if (!i)
			take(s, want, alt);
		else if (!narrow(s, want, alt))
			return false;
		answer(&f[i], i, want, alt, &seen);
		model_commit(f[i].model, op, &seen);
	}
	return true;
}

static void step_free(struct export_step *s)
{
	free(s->val);
	free(s->one_of);
}

/**
 * export_follow() - what a test may assert of each operation
 * @p: the program
 * @o: the profile and limits of the model
 * @s: filled in, to be released by export_steps_free(); its steps end where the
 *     model does not predict, or where what follows depends on a choice
 *
 * Return: false if there is no memory for the model.
 */
bool export_follow(const struct prog *p, const struct export_options *o, struct export_steps *s)
{
	struct model_config config = { .max_vcpus = o->max_vcpus, .profile = o->profile };
	struct expect *want = xcalloc(1, sizeof(*want));
	struct follower f[NR_FOLLOWERS];
	bool enough = true;

	*s = (struct export_steps){ 0 };
	for (unsigned int i = 0; i < NR_FOLLOWERS; i++) {
		f[i] = (struct follower){ .model = model_create(), .rng.state = i };
		enough &= f[i].model != NULL;
	}
	for (unsigned int i = 0; enough && i < NR_FOLLOWERS; i++)
		model_reset_for(f[i].model, &config, p);
	s->step = xcalloc(p->nr_ops + 1, sizeof(s->step[0]));
	while (enough && s->nr < p->nr_ops &&
	       step_all(f, &p->op[s->nr], o->results ? &o->results[s->nr] : NULL, want,
			&s->step[s->nr]))
		s->nr++;
	/* What the last one took before they disagreed. */
	step_free(&s->step[s->nr]);
	for (unsigned int i = 0; i < NR_FOLLOWERS; i++)
		model_destroy(f[i].model);
	free(want);
	return enough;
}

/**
 * export_steps_free() - release what export_follow() made
 * @s: the steps
 */
void export_steps_free(struct export_steps *s)
{
	for (size_t i = 0; i < s->nr; i++)
		step_free(&s->step[i]);
	free(s->step);
}
