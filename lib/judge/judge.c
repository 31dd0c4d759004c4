// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares what a target returned with what the model allows.  It decides no
 * rule itself.
 */
#include "lib/judge/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "lib/judge/step.h"

static __printf(4, 5) void append(char *buf, size_t bytes, size_t *at, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (*at >= bytes)
		return;
	va_start(ap, fmt);
	n = vsnprintf(buf + *at, bytes - *at, fmt, ap);
	va_end(ap);
	*at += n < 0 ? 0 : (size_t)n;
}

static const char *error_name(int err)
{
	const char *name = strerrorname_np(err);

	return name ? name : "an errno without a name";
}

static void print_outcome(enum op_status status, int err, char *buf, size_t bytes)
{
	if (status != OP_FAILED)
		snprintf(buf, bytes, "%s", op_status_name(status));
	else if (err == EXPECT_ANY_ERRNO)
		snprintf(buf, bytes, "any errno");
	else
		snprintf(buf, bytes, "%s", error_name(err));
}

/**
 * judge_print_alts() - the answers that are allowed
 * @want:  an expectation
 * @buf:   receives the text, terminated
 * @bytes: of @buf
 */
void judge_print_alts(const struct expect *want, char *buf, size_t bytes)
{
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		char one[64];
		bool seen = false;

		for (unsigned int k = 0; k < i; k++)
			seen |= want->alt[k].status == want->alt[i].status &&
				want->alt[k].err == want->alt[i].err;
		if (seen)
			continue;
		print_outcome(want->alt[i].status, want->alt[i].err, one, sizeof(one));
		append(buf, bytes, &at, "%s%s", i ? " or " : "", one);
	}
}

/**
 * judge_shown_bits() - the bits of a value that are worth showing even if zero
 * @val: a value that is expected
 *
 * Return: those that have a rule of their own.
 */
u64 judge_shown_bits(const struct expect_val *val)
{
	u64 mask = 0;

	for (unsigned int i = 0; i < val->nr_parts; i++)
		mask |= val->part[i].mask;
	return mask & val->known;
}

/**
 * judge_print_val() - a value that is expected
 * @val:   the value
 * @buf:   receives the text, terminated
 * @bytes: of @buf
 */
void judge_print_val(const struct expect_val *val, char *buf, size_t bytes)
{
	if (!val->known)
		snprintf(buf, bytes, "any value");
	else if (val->reg >= 0)
		reg_print((enum reg_id)val->reg, val->value, judge_shown_bits(val), buf, bytes);
	else
		snprintf(buf, bytes, "0x%" PRIx64, val->value);
}

static void add_known_diff(const struct judging *j, enum rule_id rule, const char *got,
			   const char *allowed, const struct known *known)
{
	const struct judge_before *before = j->judge->before;
	struct verdict *v = j->v;
	struct judge_diff *d;

	if (before && j->op < before->end)
		return;
	v->nr_unknown += !known;
	/* Of more differences than there is room for, the unknown ones stay. */
	if (v->nr_diffs++ < JUDGE_MAX_DIFFS)
		d = &v->diff[v->nr_diffs - 1];
	else if (!known)
		d = &v->diff[JUDGE_MAX_DIFFS - 1];
	else
		return;
	d->op = j->op;
	d->value = j->value;
	d->rule = rule;
	d->known = known;
	d->no_order = false;
	snprintf(d->got, sizeof(d->got), "%s", got);
	snprintf(d->allowed, sizeof(d->allowed), "%s", allowed);
}

static void add_diff(const struct judging *j, enum rule_id rule, const char *got,
		     const char *allowed)
{
	add_known_diff(
		j, rule, got, allowed,
		known_find(j->judge->known, j->judge->of, rule, got, j->prog, j->results, j->op));
}

/* The answer was not what the rule says, but what the deviation does. */
static void add_deviation(const struct judging *j, enum deviation_id deviation)
{
	const struct deviation_desc *d = deviation_desc(deviation);
	const struct judge *judge = j->judge;
	const struct known *known = known_find_deviation(judge->known, judge->of, deviation);
	const struct op_result *res = j->res;
	char got[JUDGE_TEXT_BYTES];

	if (!known && judge->before)
		known = known_find_deviation(judge->known, judge->before->of, deviation);
	if (res->status == OP_DONE && res->nr_vals)
		snprintf(got, sizeof(got), "0x%" PRIx64 " (%s)", res->val[0], d->what);
	else
		snprintf(got, sizeof(got), "%s", d->what);
	add_known_diff(j, d->rule, got, "what the rule says", known);
}

/* The deviation that gives this value instead of what is allowed, or NR_DEVIATIONS. */
static enum deviation_id find_deviant(const struct expect *want, u64 value)
{
	for (unsigned int i = 0; i < want->nr_deviants; i++) {
		if (want->deviant[i].value == value && want->deviant[i].deviation != NR_DEVIATIONS)
			return want->deviant[i].deviation;
	}
	return NR_DEVIATIONS;
}

/* The differing bits of one rule, as fields where the register has them. */
static void print_bits(int reg, u64 value, u64 differ, char *buf, size_t bytes)
{
	const struct field_desc *f = reg >= 0 ? reg_first_field((enum reg_id)reg) : NULL;
	u64 unnamed = differ;
	size_t at = 0;

	buf[0] = '\0';
	for (; f; f = reg_next_field(f)) {
		u64 part = bits_get(value, f->msb, f->lsb);

		unnamed &= ~bits_mask(f->msb, f->lsb);
		if (!(differ & bits_mask(f->msb, f->lsb)))
			continue;
		append(buf, bytes, &at, part > 9 ? "%s%s=0x%" PRIx64 : "%s%s=%" PRIu64,
		       at ? " " : "", f->name, part);
	}
	/* A register without fields, or bits above its width. */
	if (unnamed)
		append(buf, bytes, &at, "%s0x%" PRIx64, at ? " of " : "", value);
}

static void compare_bits(const struct judging *j, u64 got, const struct expect_val *val, u64 mask,
			 enum rule_id rule)
{
	u64 differ = (got ^ val->value) & val->known & mask;
	char got_text[JUDGE_TEXT_BYTES], allowed[JUDGE_TEXT_BYTES];

	if (!differ)
		return;
	print_bits(val->reg, got, differ, got_text, sizeof(got_text));
	print_bits(val->reg, val->value, differ, allowed, sizeof(allowed));
	add_diff(j, rule, got_text, allowed);
}

static void compare_val(const struct judging *j, u64 got, const struct expect_val *val)
{
	u64 doubtful = (got ^ val->value) & val->known & val->doubtful;
	u64 rest = ~0ULL;

	/* A deviation explains these bits, and no others. */
	if (doubtful) {
		add_deviation(j, val->doubt);
		got ^= doubtful;
	}

	for (unsigned int i = 0; i < val->nr_parts; i++) {
		compare_bits(j, got, val, val->part[i].mask, val->part[i].rule);
		rest &= ~val->part[i].mask;
	}
	compare_bits(j, got, val, rest, val->rule);
}

static void print_one_of(const struct expect *want, char *buf, size_t bytes)
{
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < want->nr_one_of; i++)
		append(buf, bytes, &at, "%s%u", i ? " or " : "", want->one_of[i]);
}

/* Is the first value what a rule allows? */
static bool is_allowed(const struct expect *want, u64 value)
{
	for (unsigned int i = 0; i < want->nr_one_of; i++) {
		if (want->one_of[i] == value)
			return true;
	}
	return !want->nr_one_of && !((value ^ want->val[0].value) & want->val[0].known);
}

/* Any of several values is allowed. */
static void compare_one_of(const struct judging *j, const struct expect *want)
{
	u64 value = j->res->val[0];
	char got[JUDGE_TEXT_BYTES], allowed[JUDGE_TEXT_BYTES];

	if (is_allowed(want, value))
		return;
	snprintf(got, sizeof(got), "%" PRIu64, value);
	print_one_of(want, allowed, sizeof(allowed));
	add_diff(j, want->val[0].rule, got, allowed);
}

static void compare_vals(const struct judging *j, const struct expect *want)
{
	const struct op_result *res = j->res;
	unsigned int nr = res->nr_vals < want->nr_vals ? res->nr_vals : want->nr_vals;
	char got[JUDGE_TEXT_BYTES], allowed[JUDGE_TEXT_BYTES];

	for (unsigned int i = 0; i < nr; i++) {
		enum deviation_id d = i ? NR_DEVIATIONS : find_deviant(want, res->val[0]);

		if (d != NR_DEVIATIONS && !is_allowed(want, res->val[0]))
			add_deviation(j, d);
		else if (!i && want->nr_one_of)
			compare_one_of(j, want);
		else
			compare_val(j, res->val[i], &want->val[i]);
	}
	/* Beyond a frame that is not predicted, nothing is. */
	if (want->vals_rule == RULE_RAM || res->nr_vals == want->nr_vals)
		return;
	snprintf(got, sizeof(got), "%u values", res->nr_vals);
	snprintf(allowed, sizeof(allowed), "%u values", want->nr_vals);
	add_diff(j, want->vals_rule, got, allowed);
}

static bool alt_matches(const struct expect_alt *alt, const struct op_result *res)
{
	if (alt->status != res->status)
		return false;
	return alt->status != OP_FAILED || alt->err == EXPECT_ANY_ERRNO || alt->err == res->err;
}

static bool has_status(const struct expect *want, enum op_status status)
{
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		if (want->alt[i].status == status)
			return true;
	}
	return false;
}

/* Is it what a rule allows, or what a deviation gives instead? */
static bool is_explained(const struct expect *want, const struct op_result *res)
{
	return res->nr_vals == want->nr_vals &&
	       (is_allowed(want, res->val[0]) || find_deviant(want, res->val[0]) != NR_DEVIATIONS);
}

/*
 * May the model follow the answer?  A failure is a failure and an entry an
 * entry, whatever came of it; but nobody knows what is active after an
 * acknowledge that nothing explains.
 */
static bool can_follow(const struct expect *want, const struct op_result *res, bool match)
{
	if (want->decides)
		return match && (res->status != OP_DONE || is_explained(want, res));
	return match || ((res->status == OP_FAILED) == has_status(want, OP_FAILED) &&
			 res->status != OP_NO_OBJECT && !has_status(want, OP_NO_OBJECT));
}

/* An implementation may end a WFI at any time: how often it does is no difference. */
static void count_wait(const struct judging *j, const struct expect *want)
{
	const struct op *op = &j->prog->op[j->op];
	struct judge_waits *w = &j->v->waits;
	const struct op_result *res = &j->results[j->op];

	if (!op_waits(op->id) || res->status != OP_DONE || res->nr_vals != 1)
		return;
	w->nr++;
	if (op_was_ended(op, res))
		w->ended++;
	else if (op->id == OP_GUEST_IDLE)
		w->spurious += res->val[0] == PROG_TOOK_NONE;
	else
		w->spurious += want->vals_rule == RULE_CPUIF_SLEEP;
}

/**
 * judge_result() - judge one result, of which the model predicts all
 * @j: what is judged; the model and the verdict change
 *
 * Return: as judge_step(), which sets j->res.
 */
bool judge_result(const struct judging *j)
{
	const struct op *op = j->as ? j->as : &j->prog->op[j->op];
	const struct op_result *res = j->res;
	char got[JUDGE_TEXT_BYTES], allowed[JUDGE_TEXT_BYTES];
	size_t before = j->v->nr_diffs;
	bool match = false;
	struct expect want;

	model_expect(j->model, op, &want);
	if (want.unpredicted) {
		j->v->unjudged = j->op;
		return false;
	}
	for (unsigned int i = 0; i < want.nr_alts && !match; i++)
		match = alt_matches(&want.alt[i], res);
	if (!match) {
		print_outcome(res->status, res->err, got, sizeof(got));
		judge_print_alts(&want, allowed, sizeof(allowed));
		add_diff(j, want.alt[0].rule, got, allowed);
	}
	/* Values say something only if returning values is allowed at all. */
	if (op_returns_values(res->status) && expect_returns_values(&want))
		compare_vals(j, &want);
	if (want.deviation != NR_DEVIATIONS && j->v->nr_diffs == before)
		add_deviation(j, want.deviation);
	if (!can_follow(&want, res, match)) {
		j->v->unjudged = j->op + 1;
		return false;
	}
	count_wait(j, &want);
	model_commit(j->model, op, res);
	return true;
}

static void add_log_diff(const struct judging *j, unsigned int nr, const char *allowed)
{
	char got[JUDGE_TEXT_BYTES];

	snprintf(got, sizeof(got), "a log of %u values", nr);
	add_diff(j, RULE_CPUIF_SERVE, got, allowed);
}

/*
 * Each value as if it came alone: the model follows the handler from one interrupt to
 * the next.
 */
static bool judge_log(const struct judging *j, const struct op_result *log)
{
	struct op_result one = { .status = OP_DONE, .nr_vals = 1 };
	struct judging at = *j;
	bool goes_on = true;

	at.res = &one;
	for (at.value = 1; goes_on && at.value <= log->nr_vals; at.value++) {
		one.val[0] = log->val[at.value - 1];
		if (!judge_result(&at))
			return false;
		goes_on = op_log_goes_on(one.val[0], at.value);
	}
	if (!goes_on && at.value > log->nr_vals)
		return true;
	add_log_diff(&at, log->nr_vals, goes_on ? "more of them" : "no more after the last one");
	j->v->unjudged = j->op + 1;
	return false;
}

/**
 * judge_step() - judge the result of an operation and follow it
 * @j: what is judged; the model and the verdict change
 *
 * Return: whether the model could follow; if not, v->unjudged is the operation
 * that it does not predict, or the one after that whose result it cannot follow.
 */
bool judge_step(const struct judging *j)
{
	const struct judge_before *before = j->judge->before;
	struct judging step = *j;

	if (before && j->op == before->end)
		model_move(j->model, &j->judge->config);
	step.res = &j->results[j->op];
	if (j->prog->op[j->op].id == OP_GUEST_SERVE && step.res->status == OP_DONE &&
	    step.res->nr_vals)
		return judge_log(j, step.res);
	return judge_result(&step);
}

/**
 * judge_prog() - judge the results of a program
 * @j:       the model and what is known
 * @p:       the program
 * @results: one for each operation
 * @v:       filled in
 *
 * A value that differs leaves the model on the target's heels, so judging goes
 * on; after a call that succeeded and should have failed, or the reverse, or an
 * acknowledge of what no rule and no deviation gives, it cannot.  Of operations
 * side by side some order must explain all results: see judge_in_some_order().
 */
void judge_prog(const struct judge *j, const struct prog *p, const struct op_result *results,
		struct verdict *v)
{
	struct judging judging = {
		.judge = j, .model = j->model, .prog = p, .results = results, .v = v
	};

	v->nr_diffs = 0;
	v->nr_unknown = 0;
	v->waits = (struct judge_waits){ 0 };
	v->too_many_orders = false;
	v->unjudged = p->nr_ops;
	model_reset_for(j->model, j->before ? &j->before->config : &j->config, p);
	for (size_t i = 0; j->order && i < p->nr_ops; i++)
		j->order[i] = i;
	if (prog_has_par(p)) {
		judge_in_some_order(&judging);
		return;
	}
	while (judging.op < p->nr_ops && judge_step(&judging))
		judging.op++;
}

/**
 * judge_kernel_log() - the kernel told of trouble while a program ran
 * @j:       what is known
 * @p:       the program
 * @results: one for each operation
 * @text:    what it told
 * @v:       of judge_prog(); the difference is added
 */
void judge_kernel_log(const struct judge *j, const struct prog *p, const struct op_result *results,
		      const char *text, struct verdict *v)
{
	struct judging judging = {
		.judge = j, .prog = p, .results = results, .op = p->nr_ops, .v = v
	};

	add_diff(&judging, RULE_KERNEL_LOG, text, "nothing");
}

static void explain_no_order(const struct prog *p, size_t op, char *buf, size_t bytes, size_t *at)
{
	size_t first = op, end;

	while (p->op[first].par)
		first--;
	end = prog_par_end(p, first);
	if (end == first + 1)
		append(buf, bytes, at, "no order of the par blocks before it explains it\n");
	else
		append(buf, bytes, at,
		       "no order of the par block of operations %zu to %zu explains it\n",
		       first + 1, end);
}

/**
 * judge_explain() - the differences of a verdict in words
 * @p:     the program
 * @v:     its verdict
 * @buf:   receives the text, terminated
 * @bytes: of @buf; a text that does not fit is cut
 *
 * Return: the length of the text.
 */
size_t judge_explain(const struct prog *p, const struct verdict *v, char *buf, size_t bytes)
{
	size_t nr = v->nr_diffs < JUDGE_MAX_DIFFS ? v->nr_diffs : JUDGE_MAX_DIFFS;
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < nr; i++) {
		const struct judge_diff *d = &v->diff[i];
		const struct rule_desc *rule = rule_desc(d->rule);
		char text[JUDGE_TEXT_BYTES];

		if (d->op < p->nr_ops) {
			op_print(&p->op[d->op], text, sizeof(text));
			append(buf, bytes, &at, "op %zu: %s: ", d->op + 1, text);
			if (d->value)
				append(buf, bytes, &at, "value %u: ", d->value);
		} else {
			append(buf, bytes, &at, "kernel log: ");
		}
		append(buf, bytes, &at, "got %s, allowed %s\n", d->got, d->allowed);
		append(buf, bytes, &at, "rule %s: %s [%s]\n", rule->name, rule->sentence,
		       rule->source);
		if (d->no_order)
			explain_no_order(p, d->op, buf, bytes, &at);
		if (d->known)
			append(buf, bytes, &at, "known as %s: %s\n", d->known->id,
			       d->known->upstream);
	}
	if (nr < v->nr_diffs)
		append(buf, bytes, &at, "%zu more differences\n", v->nr_diffs - nr);
	if (v->unjudged < p->nr_ops)
		append(buf, bytes, &at, "operations from %zu on were not judged%s\n",
		       v->unjudged + 1,
		       v->too_many_orders ? ": a par block has more orders than are tried" : "");
	return at < bytes ? at : bytes - 1;
}
