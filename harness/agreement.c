// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares two targets' results of one program.  What may differ is for the model to
 * say: a difference is a choice if it allows both results, each after those before.
 */
#include "harness/agreement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"

#define LINE_BYTES 1024

static const char *const names[] = {
	[AGREE_SAME] = "same", [AGREE_CHOICE] = "choice",	    [AGREE_CHANCE] = "chance",
	[AGREE_HOST] = "host", [AGREE_UNPREDICTED] = "unpredicted", [AGREE_DIFFERENT] = "different",
};

/**
 * agreement_name() - a word for it
 * @agreement: below NR_AGREEMENTS
 *
 * Return: the word.
 */
const char *agreement_name(enum agreement agreement)
{
	return names[agreement];
}

/**
 * agreement_is_left_out() - does the user take it for the same?
 * @agreement: below NR_AGREEMENTS
 * @o:         the options
 *
 * Return: whether.
 */
bool agreement_is_left_out(enum agreement agreement, const struct options *o)
{
	return agreement == AGREE_SAME || (agreement == AGREE_CHOICE && o->choices) ||
	       (agreement == AGREE_CHANCE && o->chance) || (agreement == AGREE_HOST && o->host) ||
	       (agreement == AGREE_UNPREDICTED && o->unpredicted);
}

static bool results_are_same(const struct op_result *a, const struct op_result *b)
{
	if (a->status != b->status || a->nr_vals != b->nr_vals)
		return false;
	if (a->status == OP_FAILED && a->err != b->err)
		return false;
	return !memcmp(a->val, b->val, a->nr_vals * sizeof(a->val[0]));
}

static void judge_side(const struct pair *pair, struct side *s, struct model *model)
{
	struct judge j = session_judge(s->session, model);

	judge_prog(&j, pair->p, s->rec.result, &s->verdict);
	if (s->rec.log)
		judge_kernel_log(&j, pair->p, s->rec.result, s->rec.log, &s->verdict);
}

/* The worst of an operation's differences counts. */
enum wrong { NOT_WRONG, WRONG_BY_CHANCE, WRONG_BY_HOST, WRONG };

static enum wrong wrong_by(const struct known *k)
{
	if (k && k->host & HOST_HARDWARE)
		return WRONG_BY_HOST;
	return k && k->chance ? WRONG_BY_CHANCE : WRONG;
}

/* Does the result of an operation break a rule, and is that the kernel's doing? */
static enum wrong how_wrong(const struct verdict *v, size_t op)
{
	enum wrong wrong = NOT_WRONG;

	/* Of more differences than are kept nobody knows where they are. */
	if (v->nr_diffs > JUDGE_MAX_DIFFS && op > v->diff[JUDGE_MAX_DIFFS - 1].op)
		return WRONG;
	for (size_t i = 0; i < v->nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
		enum wrong by = wrong_by(v->diff[i].known);

		if (v->diff[i].op == op && by > wrong)
			wrong = by;
	}
	return wrong;
}

static enum agreement why_different(const struct pair *pair, size_t op)
{
	const struct verdict *a = &pair->side[0].verdict, *b = &pair->side[1].verdict;
	enum wrong how[2], worst;

	if (!pair->p || op >= pair->nr)
		return AGREE_DIFFERENT;
	how[0] = how_wrong(a, op);
	how[1] = how_wrong(b, op);
	worst = how[0] > how[1] ? how[0] : how[1];
	if (worst != NOT_WRONG)
		return worst == WRONG	      ? AGREE_DIFFERENT :
		       worst == WRONG_BY_HOST ? AGREE_HOST :
						AGREE_CHANCE;
	if (op >= a->unjudged || op >= b->unjudged)
		return AGREE_UNPREDICTED;
	return AGREE_CHOICE;
}

/* Marks what differs, not yet why.  Return: does anything? */
static bool find_differences(struct pair *pair)
{
	const struct record *a = &pair->side[0].rec, *b = &pair->side[1].rec;
	bool any = !a->log != !b->log;

	pair->op[pair->nr] = any ? AGREE_DIFFERENT : AGREE_SAME;
	for (size_t i = 0; i < pair->nr; i++) {
		bool same =
			i < a->nr && i < b->nr && results_are_same(&a->result[i], &b->result[i]);

		pair->op[i] = same ? AGREE_SAME : AGREE_DIFFERENT;
		any |= !same;
	}
	return any;
}

/**
 * pair_compare() - what of two targets' results is the same, and why not
 * @pair:  with a name, perhaps a program, and both sides' sessions and records; the
 *         rest is filled in, to be released by pair_free()
 * @model: for its use
 */
void pair_compare(struct pair *pair, struct model *model)
{
	struct side *a = &pair->side[0], *b = &pair->side[1];

	pair->nr = a->rec.nr > b->rec.nr ? a->rec.nr : b->rec.nr;
	pair->op = xcalloc(pair->nr + 1, sizeof(*pair->op));
	pair->worst = AGREE_SAME;
	if (!a->rec.died != !b->rec.died)
		pair->worst = AGREE_DIFFERENT;
	if (!find_differences(pair) || pair->worst == AGREE_DIFFERENT)
		return;
	/* A record of another program's length is none of this one. */
	if (pair->p && (a->rec.nr != pair->p->nr_ops || b->rec.nr != pair->p->nr_ops))
		pair->p = NULL;
	if (pair->p) {
		judge_side(pair, a, model);
		judge_side(pair, b, model);
	}
	for (size_t i = 0; i <= pair->nr; i++) {
		if (pair->op[i] != AGREE_SAME)
			pair->op[i] = why_different(pair, i);
		if (pair->op[i] > pair->worst)
			pair->worst = pair->op[i];
	}
}

/**
 * pair_free() - release what a comparison holds
 * @pair: compared
 */
void pair_free(struct pair *pair)
{
	free(pair->op);
	record_free(&pair->side[0].rec);
	record_free(&pair->side[1].rec);
}

/* The register that an operation accesses from its first byte on, or -1. */
static int reg_of(const struct op *op)
{
	struct reg_at at;

	for (unsigned int i = 0; i < op_nr_args(op->id); i++) {
		if (op_arg_desc(op_desc(op->id)->first_arg + i)->kind != ARG_KIND_PLACE)
			continue;
		reg_find_at(op->arg[i], &at);
		return at.byte ? -1 : at.reg;
	}
	return -1;
}

static const struct op_result *result_of(const struct side *s, size_t op)
{
	return op < s->rec.nr ? &s->rec.result[op] : NULL;
}

/* In a word: how it ended. */
static void print_end(const struct op_result *res, char *buf, size_t bytes)
{
	const char *name = res->status == OP_FAILED ? strerrorname_np(res->err) : NULL;

	if (res->status == OP_FAILED && !name)
		snprintf(buf, bytes, "errno %d", res->err);
	else
		snprintf(buf, bytes, "%s", name ? name : op_status_name(res->status));
}

/**
 * side_print_short() - a result as it is
 * @s:     the side
 * @op:    number of the operation; one more than there are is the kernel log
 * @buf:   receives the text, terminated
 * @bytes: of @buf
 */
void side_print_short(const struct side *s, size_t op, char *buf, size_t bytes)
{
	const struct op_result *res = result_of(s, op);
	size_t at;

	if (!res) {
		snprintf(buf, bytes, "%s", s->rec.log ? s->rec.log : "nothing");
		return;
	}
	print_end(res, buf, bytes);
	if (!op_returns_values(res->status) || !res->nr_vals)
		return;
	at = res->status == OP_DONE ? 0 : strlen(buf);
	for (unsigned int i = 0; i < res->nr_vals && at < bytes; i++)
		at += (size_t)snprintf(buf + at, bytes - at, "%s0x%" PRIx64, at ? " " : "",
				       res->val[i]);
}

/**
 * side_print() - a result with its register's fields
 * @pair:  the program
 * @side:  0 or 1
 * @op:    number of the operation
 * @buf:   receives the text, terminated
 * @bytes: of @buf
 */
void side_print(const struct pair *pair, unsigned int side, size_t op, char *buf, size_t bytes)
{
	const struct op_result *res = result_of(&pair->side[side], op);
	int reg = pair->p && op < pair->p->nr_ops ? reg_of(&pair->p->op[op]) : -1;

	if (res && res->status == OP_DONE && res->nr_vals == 1 && reg >= 0)
		reg_print((enum reg_id)reg, res->val[0], 0, buf, bytes);
	else
		side_print_short(&pair->side[side], op, buf, bytes);
}

/**
 * side_print_verdict() - what the model says to a result that differs
 * @pair:  the program
 * @side:  0 or 1
 * @op:    number of the operation
 * @buf:   receives the text, terminated
 * @bytes: of @buf
 */
void side_print_verdict(const struct pair *pair, unsigned int side, size_t op, char *buf,
			size_t bytes)
{
	const struct verdict *v = &pair->side[side].verdict;

	if (!pair->p) {
		snprintf(buf, bytes, "not judged");
		return;
	}
	for (size_t i = 0; i < v->nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
		const struct judge_diff *d = &v->diff[i];

		if (d->op != op)
			continue;
		snprintf(buf, bytes, "breaks %s, allowed %s%s%s", rule_desc(d->rule)->name,
			 d->allowed, d->known ? ", known as " : "", d->known ? d->known->id : "");
		return;
	}
	snprintf(buf, bytes, "%s",
		 how_wrong(v, op) || op >= v->unjudged ? "not judged" : "as allowed");
}

/**
 * pair_print_op() - an operation with both results and what the model says
 * @pair: the program
 * @op:   number of the operation; one more than there are is the kernel log
 * @out:  receives the lines
 */
void pair_print_op(const struct pair *pair, size_t op, FILE *out)
{
	char text[LINE_BYTES] = "", verdict[LINE_BYTES];
	size_t width = strlen(pair->side[0].name);

	if (strlen(pair->side[1].name) > width)
		width = strlen(pair->side[1].name);
	if (op >= pair->nr) {
		fprintf(out, "  kernel log");
	} else {
		if (pair->p)
			op_print(&pair->p->op[op], text, sizeof(text));
		fprintf(out, "  op %zu%s%s", op + 1, text[0] ? ": " : "", text);
	}
	fprintf(out, " [%s]\n", agreement_name(pair->op[op]));
	for (unsigned int i = 0; i < 2; i++) {
		side_print(pair, i, op, text, sizeof(text));
		side_print_verdict(pair, i, op, verdict, sizeof(verdict));
		fprintf(out, "    %-*s  %s (%s)\n", (int)width, pair->side[i].name, text, verdict);
	}
}
