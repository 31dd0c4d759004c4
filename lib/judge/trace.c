// SPDX-License-Identifier: GPL-2.0-only
/*
 * The annotated trace of a run: what each operation meant, what came, what was
 * allowed and by which rule.  It decides nothing: the verdict is the judge's.
 */
#include "lib/judge/trace.h"

#include <inttypes.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "lib/prog/mem.h"

#define COLUMNS 100
#define INDENT 13 /* of what stands after a label */
#define LINE_BYTES 1024

struct trace {
	const struct prog *prog;
	const struct op_result *results;
	const struct verdict *verdict;
	bool told[NR_RULES]; /* the sentence stands above already */
	FILE *out;
};

/* A labelled line, continued below its text as far as needed. */
static void put(const struct trace *t, const char *label, const char *text)
{
	size_t col = INDENT;

	fprintf(t->out, "    %-8s", label);
	while (*text) {
		size_t len = strcspn(text, " ");

		if (col > INDENT && col + 1 + len > COLUMNS) {
			fprintf(t->out, "\n%*s", INDENT - 1, "");
			col = INDENT;
		}
		fprintf(t->out, " %.*s", (int)len, text);
		col += 1 + len;
		text += len;
		text += strspn(text, " ");
	}
	putc('\n', t->out);
}

static void put_rule(struct trace *t, enum rule_id rule)
{
	const struct rule_desc *r = rule_desc(rule);
	char text[LINE_BYTES];

	if (t->told[rule])
		snprintf(text, sizeof(text), "%s", r->name);
	else
		snprintf(text, sizeof(text), "%s: %s [%s]", r->name, r->sentence, r->source);
	t->told[rule] = true;
	put(t, "rule", text);
}

/* The command that an operation puts into memory, field by field. */
static void put_command(const struct trace *t, const u64 cmd[ITS_CMD_WORDS])
{
	enum its_cmd_id id = its_cmd_find(cmd[0]);
	char text[LINE_BYTES];
	size_t at;

	at = (size_t)snprintf(text, sizeof(text), "%s", its_cmd_desc(id)->name);
	for (unsigned int i = 0; i < NR_ITS_FIELDS && at < sizeof(text); i++) {
		const struct its_field_desc *f = its_field_desc((enum its_field_id)i);

		if (f->cmd == id)
			at += (size_t)snprintf(text + at, sizeof(text) - at, " %s=0x%" PRIx64,
					       f->name, its_cmd_get(cmd, (enum its_field_id)i));
	}
	if (at < sizeof(text))
		snprintf(text + at, sizeof(text) - at,
			 " (0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 ")", cmd[0],
			 cmd[1], cmd[2], cmd[3]);
	put(t, "command", text);
}

/* What goes to a register, if the place is the start of one that has fields. */
static void put_written(const struct trace *t, u64 place, u64 value)
{
	char text[LINE_BYTES];
	struct reg_at at;

	reg_find_at(place, &at);
	if (at.reg < 0 || at.byte || !reg_first_field((enum reg_id)at.reg))
		return;
	reg_print((enum reg_id)at.reg, value, 0, text, sizeof(text));
	put(t, "writes", text);
}

static void put_meaning(const struct trace *t, const struct op *op)
{
	u64 cmd[ITS_CMD_WORDS];

	if (op_its_command(op, cmd))
		put_command(t, cmd);
	else if (op->id == OP_GUEST_WRITE)
		put_written(t, op_arg(op, ARG_GUEST_WRITE_reg), op_arg(op, ARG_GUEST_WRITE_value));
	else if (op->id == OP_USER_WRITE)
		put_written(t, op_arg(op, ARG_USER_WRITE_reg), op_arg(op, ARG_USER_WRITE_value));
}

static void print_value(const struct expect *want, const struct op_result *res, unsigned int i,
			char *buf, size_t bytes)
{
	const struct expect_val *v = want && i < want->nr_vals ? &want->val[i] : NULL;

	if (v && v->reg >= 0)
		reg_print((enum reg_id)v->reg, res->val[i], judge_shown_bits(v), buf, bytes);
	else
		snprintf(buf, bytes, "0x%" PRIx64, res->val[i]);
}

static void put_got(const struct trace *t, const struct op_result *res, const struct expect *want)
{
	const char *name = res->status == OP_FAILED ? strerrorname_np(res->err) : NULL;
	char text[LINE_BYTES];

	if (res->status == OP_FAILED)
		put(t, "got", name ? name : "an errno without a name");
	else if (res->status != OP_DONE || !res->nr_vals)
		put(t, "got", op_status_name(res->status));
	for (unsigned int i = 0; i < res->nr_vals; i++) {
		print_value(want, res, i, text, sizeof(text));
		put(t, i ? "" : "got", text);
	}
}

/* Is it the only answer that is allowed, to the last bit? */
static bool is_all_that_is_allowed(const struct expect *want, const struct op_result *res)
{
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		if (want->alt[i].status != res->status || want->alt[i].err != res->err)
			return false;
	}
	if (res->status != OP_DONE)
		return true;
	if (want->nr_one_of || want->nr_vals != res->nr_vals)
		return false;
	for (unsigned int i = 0; i < want->nr_vals; i++) {
		if (~want->val[i].known || want->val[i].value != res->val[i])
			return false;
	}
	return true;
}

/* "0x10 Last=1", and which bits are open. */
static void put_allowed_val(const struct trace *t, const struct expect_val *v, const char *label)
{
	char text[LINE_BYTES];
	size_t len;

	judge_print_val(v, text, sizeof(text));
	len = strlen(text);
	if (v->known && ~v->known && len < sizeof(text))
		snprintf(text + len, sizeof(text) - len, " in bits 0x%" PRIx64, v->known);
	put(t, label, text);
}

static void put_one_of(const struct trace *t, const struct expect *want)
{
	char text[LINE_BYTES] = "one of";
	size_t at = strlen(text);

	for (unsigned int i = 0; i < want->nr_one_of && at < sizeof(text) - 32; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, " %u", want->one_of[i]);
	put(t, "allowed", text);
}

static void put_allowed(const struct trace *t, const struct expect *want,
			const struct op_result *res)
{
	bool values = expect_returns_values(want) && want->nr_vals;
	char text[LINE_BYTES];

	/* Nothing to say if what came is all that may come. */
	if (is_all_that_is_allowed(want, res))
		return;
	judge_print_alts(want, text, sizeof(text));
	if (!values || want->nr_alts > 1 || res->status != want->alt[0].status)
		put(t, "allowed", text);
	if (values && want->nr_one_of)
		put_one_of(t, want);
	for (unsigned int i = want->nr_one_of ? 1 : 0; values && i < want->nr_vals; i++)
		put_allowed_val(t, &want->val[i], i ? "" : "allowed");
}

/* The rules that what came could have broken, each once. */
static void put_rules(struct trace *t, const struct expect *want)
{
	bool reached[NR_RULES] = { false };

	expect_mark_rules(want, reached);
	for (unsigned int i = 0; i < NR_RULES; i++) {
		if (reached[i])
			put_rule(t, (enum rule_id)i);
	}
}

static bool differs(const struct trace *t, size_t op)
{
	for (size_t i = 0; i < t->verdict->nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
		if (t->verdict->diff[i].op == op)
			return true;
	}
	return false;
}

/* What is wrong with an operation, and who knows. */
static void put_diffs(struct trace *t, size_t op)
{
	char text[LINE_BYTES];

	for (size_t i = 0; i < t->verdict->nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
		const struct judge_diff *d = &t->verdict->diff[i];

		if (d->op != op)
			continue;
		if (d->value)
			snprintf(text, sizeof(text), "value %u: got %s, allowed %s: %s", d->value,
				 d->got, d->allowed, rule_desc(d->rule)->name);
		else
			snprintf(text, sizeof(text), "got %s, allowed %s: %s", d->got, d->allowed,
				 rule_desc(d->rule)->name);
		put(t, "!!", text);
		if (!d->known)
			continue;
		snprintf(text, sizeof(text), "%s: %s", d->known->id, d->known->upstream);
		put(t, "known as", text);
	}
}

static void put_op(struct trace *t, size_t i, const struct expect *want)
{
	const struct op *op = &t->prog->op[i];
	char text[LINE_BYTES];

	op_print(op, text, sizeof(text));
	fprintf(t->out, "%sop %zu: %s\n", differs(t, i) ? "!! " : "", i + 1, text);
	put_meaning(t, op);
	put_got(t, &t->results[i], want);
	if (!want) {
		put(t, "allowed", "not judged");
		return;
	}
	put_allowed(t, want, &t->results[i]);
	put_diffs(t, i);
	put_rules(t, want);
}

/**
 * judge_trace() - print what came and what was allowed, operation by operation
 * @j:       the judge; its order says in which order those side by side were
 *           performed, if it has one
 * @p:       the program
 * @results: one for each operation
 * @v:       the verdict of judge_prog()
 * @out:     receives the trace
 *
 * The model goes through the program once more, as far as the verdict says.
 */
void judge_trace(const struct judge *j, const struct prog *p, const struct op_result *results,
		 const struct verdict *v, FILE *out)
{
	struct trace t = { .prog = p, .results = results, .verdict = v, .out = out };
	struct expect want;
	size_t end = 0;

	model_reset_for(j->model, &j->config, p);
	for (size_t n = 0; n < p->nr_ops; n++) {
		size_t i = j->order ? j->order[n] : n;

		if (n >= v->unjudged) {
			put_op(&t, i, NULL);
			continue;
		}
		if (n == end) {
			end = prog_par_end(p, n);
			model_side_by_side(j->model, end > n + 1);
		}
		model_expect(j->model, &p->op[i], &want);
		put_op(&t, i, &want);
		if (n + 1 < v->unjudged || v->unjudged == p->nr_ops)
			model_commit(j->model, &p->op[i], &results[i]);
	}
}
