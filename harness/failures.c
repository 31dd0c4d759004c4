// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program and all its failures: it is run once to count what its operations
 * could miss, and then once for each of that.  Or once for each place at which it
 * can be migrated.
 */
#include "harness/harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/prog/alloc.h"
#include "lib/prog/rng.h"

/* Of one kind in one operation; of more, all of the first half and as many others. */
#define MAX_OF_OP 64
#define REASON_BYTES 256

static const struct {
	const char *name;
	enum op_arg_id arg;
} kinds[NR_FAILS] = {
	[FAIL_ALLOC] = { "alloc", ARG_FAIL_alloc },
	[FAIL_COPY] = { "copy", ARG_FAIL_copy },
	[FAIL_GUEST] = { "guest", ARG_FAIL_guest },
};

/* One program under examination. */
struct failing {
	const struct session *s;
	const struct prog *prog;
	struct prog with; /* a failure; its operations are copies without comments of their own */
	struct judging_context *c;
	struct outcome *outcome;
	unsigned int nr_bad; /* failures that something is wrong with */
};

/**
 * failures_parse() - which kinds of failures an option names
 * @to:   receives a bit for each
 * @text: a kind, or "all"
 *
 * Return: 0, or -EINVAL after a message.
 */
int failures_parse(unsigned int *to, const char *text)
{
	unsigned int bits = !strcmp(text, "all") ? (1U << NR_FAILS) - 1 : 0;

	for (unsigned int i = 0; i < NR_FAILS; i++)
		bits |= !strcmp(text, kinds[i].name) ? 1U << i : 0;
	*to = bits;
	if (bits)
		return 0;
	fprintf(stderr, "vgicheck: --fail takes alloc, copy, guest or all, not '%s'\n", text);
	return -EINVAL;
}

static struct op op_of(const struct failure *f)
{
	struct op op = { .id = f->kind == FAIL_BY_MIGRATING ? OP_MIGRATE : OP_FAIL };

	if (f->kind != FAIL_BY_MIGRATING)
		op_set_arg(&op, kinds[f->kind].arg, f->nth);
	return op;
}

/**
 * failure_add() - put a failure into a program
 * @p: the program
 * @f: the failure; if it is none, nothing is done
 */
void failure_add(struct prog *p, const struct failure *f)
{
	struct op op;

	if (!f->nth)
		return;
	prog_add(p, OP_FAIL);
	op = op_of(f);
	memmove(&p->op[f->op + 1], &p->op[f->op], (p->nr_ops - 1 - f->op) * sizeof(op));
	p->op[f->op] = op;
}

/**
 * failure_explain() - say what was made to fail, before what came of it
 * @f:      the failure, or none
 * @reason: from malloc(), or NULL; it is replaced
 */
void failure_explain(const struct failure *f, char **reason)
{
	char text[REASON_BYTES];

	if (!f->nth || !*reason)
		return;
	if (f->kind == FAIL_BY_MIGRATING)
		snprintf(text, sizeof(text), "migrated before op %zu: %s", f->op + 1, *reason);
	else
		snprintf(text, sizeof(text), "with %s %llu of op %zu failing: %s",
			 kinds[f->kind].name, (unsigned long long)f->nth, f->op + 1, *reason);
	free(*reason);
	*reason = xstrndup(text, sizeof(text));
}

/* Whether an operation stands alone, or the program ends there. */
static bool can_fail(const struct prog *p, size_t i)
{
	return i == p->nr_ops || (!p->op[i].par && prog_par_end(p, i) == i + 1);
}

/* The program that only counts.  Return: where the OP_FAIL of each operation is, or 0. */
static size_t *make_counting(const struct prog *p, struct prog *to)
{
	size_t *at = xcalloc(p->nr_ops + 1, sizeof(*at));

	to->nr_ops = 0;
	for (size_t i = 0; i <= p->nr_ops; i++) {
		if (can_fail(p, i)) {
			at[i] = to->nr_ops + 1;
			to->op[to->nr_ops++] = (struct op){ .id = OP_FAIL };
		}
		if (i < p->nr_ops)
			to->op[to->nr_ops++] = p->op[i];
	}
	return at;
}

static void make_failing(struct failing *f, const struct failure *failure)
{
	struct op *op = f->with.op;

	memcpy(op, f->prog->op, failure->op * sizeof(*op));
	op[failure->op] = op_of(failure);
	memcpy(op + failure->op + 1, f->prog->op + failure->op,
	       (f->prog->nr_ops - failure->op) * sizeof(*op));
	f->with.nr_ops = f->prog->nr_ops + 1;
}

static bool is_worse(enum tap_status status, const struct outcome *than)
{
	return status != TAP_PASS &&
	       (than->status == TAP_PASS || (than->status == TAP_XFAIL && status != TAP_XFAIL));
}

/* The first outcome that is not as expected stays; one that no entry names comes first. */
static void keep_outcome(struct failing *f, const struct failure *failure, struct outcome *o)
{
	f->outcome->nr_ops += o->nr_ops;
	f->outcome->nr_judged += o->nr_judged;
	f->nr_bad += o->status != TAP_PASS && o->status != TAP_XFAIL;
	if (!is_worse(o->status, f->outcome)) {
		free(o->reason);
		free(o->diag);
		return;
	}
	free(f->outcome->reason);
	free(f->outcome->diag);
	f->outcome->status = o->status;
	f->outcome->reason = o->reason;
	failure_explain(failure, &f->outcome->reason);
	f->outcome->diag = o->diag;
	f->outcome->failure = *failure;
}

/* Runs the program as it is in @f.  Return: false if it cannot be run at all. */
static bool run_one(struct failing *f, const struct failure *failure, struct op_result *results)
{
	struct outcome o = { .status = TAP_PASS };
	char reason[REASON_BYTES];
	enum judged how;
	struct verdict v;

	*f->c->failure = *failure;
	__atomic_store_n(f->c->since_ns, clock_ns(), __ATOMIC_RELEASE);
	how = judge_run(f->s, &f->with, f->c, results, &v, reason, sizeof(reason));
	if (how == JUDGED) {
		judge_verdict(f->s, &f->with, &v, &o);
	} else {
		o.status = how == JUDGED_SKIPPED ? TAP_SKIP : TAP_ERROR;
		o.reason = xstrndup(reason, sizeof(reason));
	}
	/* What only says that not all was judged is no news here. */
	if (o.status == TAP_PASS) {
		free(o.diag);
		o.diag = NULL;
	}
	/* One failure may lead to what is known to crash. */
	if (failure->nth && how == JUDGED_SKIPPED)
		free(o.reason);
	else
		keep_outcome(f, failure, &o);
	return how == JUDGED;
}

/* The failures of one kind in one operation. */
static void fail_op(struct failing *f, size_t op, unsigned int kind, u64 count)
{
	struct rng rng = { .state = rng_mix(f->s->options->seed, op) };
	u64 nr = count < MAX_OF_OP || f->s->options->all ? count : MAX_OF_OP;

	for (u64 i = 1; i <= nr; i++) {
		struct failure failure = { op, kind, i };

		if (nr < count && i > MAX_OF_OP / 2)
			failure.nth = MAX_OF_OP / 2 + 1 + rng_below(&rng, count - MAX_OF_OP / 2);
		make_failing(f, &failure);
		f->outcome->nr_failures++;
		run_one(f, &failure, f->c->results);
	}
}

static void fail_all(struct failing *f, const size_t *at, const struct op_result *counts)
{
	for (size_t i = 0; i <= f->prog->nr_ops; i++) {
		for (unsigned int kind = 0; kind < NR_FAILS; kind++) {
			if (at[i] && f->s->options->fail & 1U << kind)
				fail_op(f, i, kind, counts[at[i] - 1].val[kind]);
		}
	}
}

/* The migrations of a program that is as expected without any. */
static void migrate_all(struct failing *f)
{
	for (size_t i = 0; i < f->prog->nr_ops; i++) {
		struct failure failure = { i, FAIL_BY_MIGRATING, 1 };

		if (!can_fail(f->prog, i))
			continue;
		make_failing(f, &failure);
		f->outcome->nr_failures++;
		run_one(f, &failure, f->c->results);
	}
}

static void say_how_many(struct outcome *outcome, unsigned int nr_bad, const char *of_what)
{
	char *first = outcome->reason;

	outcome->reason = xcalloc(1, REASON_BYTES);
	snprintf(outcome->reason, REASON_BYTES, "%s; %u more %s", first, nr_bad - 1, of_what);
	free(first);
}

/**
 * failures_judge() - run a program with each failure of each operation
 * @s:       the session, whose options may ask for migrations instead
 * @p:       the program
 * @c:       what to judge it with
 * @outcome: filled in: the worst, of all of them
 */
void failures_judge(const struct session *s, const struct prog *p, struct judging_context *c,
		    struct outcome *outcome)
{
	size_t max = 2 * p->nr_ops + 1, *at = NULL;
	struct op_result *counts = xcalloc(max, sizeof(*counts));
	struct failing f = { .s = s, .prog = p, .with = *p, .c = c, .outcome = outcome };

	outcome->status = TAP_PASS;
	c->results = xrealloc(c->results, max * sizeof(*c->results));
	f.with.op = xcalloc(max, sizeof(*f.with.op));
	if (s->options->fail)
		at = make_counting(p, &f.with);
	else
		memcpy(f.with.op, p->op, p->nr_ops * sizeof(*p->op));
	if (run_one(&f, &(struct failure){ 0 }, counts)) {
		if (at)
			fail_all(&f, at, counts);
		else
			migrate_all(&f);
	}
	if (f.nr_bad > 1)
		say_how_many(outcome, f.nr_bad, s->options->fail ? "failures" : "migrations");
	free(at);
	free(counts);
	free(f.with.op);
}
