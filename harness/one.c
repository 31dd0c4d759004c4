// SPDX-License-Identifier: GPL-2.0-only
/*
 * One program: skipped, or run on the target and judged, with its outcome in
 * words.
 */
#include "harness/harness.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/results.h"
#include "lib/judge/answer.h"
#include "lib/prog/alloc.h"

#define DIAG_BYTES 8192
#define REASON_BYTES 256

static bool names_known(const struct verdict *v, const struct known *k)
{
	size_t nr = v->nr_diffs < JUDGE_MAX_DIFFS ? v->nr_diffs : JUDGE_MAX_DIFFS;

	for (size_t i = 0; i < nr; i++) {
		if (v->diff[i].known == k)
			return true;
	}
	return false;
}

/* An entry whose own program does not show it any more, on a kernel it names. */
static const struct known *stale_known(const struct session *s, const struct prog *p,
				       const struct verdict *v)
{
	for (size_t i = 0; i < s->known.nr; i++) {
		const struct known *k = &s->known.known[i];

		/* Whether a use after free crashes is chance, too. */
		if (!k->hazard && !k->chance && !strcmp(k->program, p->name) &&
		    known_concerns(k, s->of) && !names_known(v, k))
			return k;
	}
	return NULL;
}

/**
 * judge_verdict() - the outcome of a program that was judged
 * @s:       the session
 * @p:       the program
 * @v:       its verdict
 * @o:       filled in, to be released by the caller
 */
void judge_verdict(const struct session *s, const struct prog *p, const struct verdict *v,
		   struct outcome *o)
{
	const struct known *stale =
		s->options->fail || s->options->migrate ? NULL : stale_known(s, p, v);
	char reason[REASON_BYTES];

	o->nr_ops = p->nr_ops;
	o->nr_judged = v->unjudged < p->nr_ops ? v->unjudged : p->nr_ops;
	o->waits = v->waits;

	if (v->nr_unknown) {
		o->status = TAP_FAIL;
		snprintf(reason, sizeof(reason), "%s", rule_desc(v->diff[0].rule)->name);
		for (size_t i = 0; i < v->nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
			if (!v->diff[i].known) {
				snprintf(reason, sizeof(reason), "%s",
					 rule_desc(v->diff[i].rule)->name);
				break;
			}
		}
	} else if (stale) {
		o->status = TAP_XPASS;
		snprintf(reason, sizeof(reason), "known divergence %s is gone", stale->id);
	} else if (v->nr_diffs) {
		o->status = s->options->strict ? TAP_FAIL : TAP_XFAIL;
		snprintf(reason, sizeof(reason), "known divergence %s", v->diff[0].known->id);
	} else {
		o->status = TAP_PASS;
	}
	if (o->status == TAP_PASS && v->unjudged == p->nr_ops)
		return;
	if (o->status != TAP_PASS)
		o->reason = xstrndup(reason, sizeof(reason));
	o->diag = xcalloc(1, DIAG_BYTES);
	judge_explain(p, v, o->diag, DIAG_BYTES);
}

static bool all_were_run(const struct prog *p, const struct op_result *results)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (results[i].status == OP_NOT_RUN)
			return false;
	}
	return true;
}

/**
 * judge_run() - run a program, unless that is known to be of no use, and judge it
 * @s:       the session
 * @p:       the program
 * @c:       what to judge it with
 * @results: one for each operation, filled in if it is run
 * @v:       filled in if it is judged
 * @reason:  receives why it is not judged
 * @bytes:   of @reason
 *
 * Return: what was done.
 */
enum judged judge_run(const struct session *s, const struct prog *p, struct judging_context *c,
		      struct op_result *results, struct verdict *v, char *reason, size_t bytes)
{
	struct judge j = session_judge(s, c->model);
	unsigned int nr_logged;
	bool performed;
	char *text;

	c->log[0] = '\0';
	if (!target_can_run(s->target, &s->info, p, reason, bytes) ||
	    (!s->options->hazards && session_is_hazard(s, c->model, p, reason, bytes)))
		return JUDGED_SKIPPED;
	text = prog_print(p);
	c->started(c->arg, text);
	free(text);
	s->target->run(p, results);
	nr_logged = kmsg_find(c->kmsg, getpid(), c->log);
	performed = all_were_run(p, results);
	if (performed) {
		judge_prog(&j, p, results, v);
		if (nr_logged)
			judge_kernel_log(&j, p, results, c->log, v);
	} else {
		snprintf(reason, bytes, "the target gave up");
	}
	if (nr_logged)
		kmsg_account(c->kmsg, c->log);
	return performed ? JUDGED : JUDGED_GAVE_UP;
}

/**
 * judge_died() - judge a program whose process died in the kernel
 * @s:    the session
 * @p:    the program
 * @text: what the kernel logged
 * @v:    filled in
 */
void judge_died(const struct session *s, const struct prog *p, const char *text, struct verdict *v)
{
	struct judge j = session_judge(s, NULL);

	*v = (struct verdict){ .unjudged = p->nr_ops };
	judge_kernel_log(&j, p, NULL, text, v);
}

static bool load_or_explain(const struct plan *plan, size_t i, struct prog *p,
			    struct outcome *outcome)
{
	struct prog_error err;

	if (!plan_load(plan, i, p, &err))
		return true;
	outcome->status = TAP_ERROR;
	outcome->reason = xstrndup(err.text, sizeof(err.text));
	return false;
}

static void judge_once(const struct session *s, const struct prog *p, struct judging_context *c,
		       struct outcome *outcome)
{
	char reason[REASON_BYTES];
	struct verdict v;
	enum judged how;

	c->results = xrealloc(c->results, (p->nr_ops + 1) * sizeof(*c->results));
	how = judge_run(s, p, c, c->results, &v, reason, sizeof(reason));
	if (s->options->results && how != JUDGED_SKIPPED)
		outcome->record = results_print(p, c->results, c->log);
	switch (how) {
	case JUDGED:
		judge_verdict(s, p, &v, outcome);
		break;
	case JUDGED_SKIPPED:
		outcome->status = TAP_SKIP;
		outcome->reason = xstrndup(reason, sizeof(reason));
		break;
	case JUDGED_GAVE_UP:
		outcome->status = TAP_ERROR;
		outcome->reason = xstrndup(reason, sizeof(reason));
		break;
	}
}

/**
 * judge_one() - run a program of a plan and judge it
 * @s:       the session
 * @plan:    the plan
 * @i:       number of the program
 * @c:       what to judge it with
 * @outcome: filled in, to be released by the caller
 */
void judge_one(const struct session *s, const struct plan *plan, size_t i,
	       struct judging_context *c, struct outcome *outcome)
{
	struct prog p;

	if (!load_or_explain(plan, i, &p, outcome))
		return;
	if (s->options->fail || s->options->migrate)
		failures_judge(s, &p, c, outcome);
	else
		judge_once(s, &p, c, outcome);
	prog_free(&p);
}

/**
 * judge_oops() - the outcome of a program whose process died in the kernel
 * @s:       the session
 * @plan:    the plan
 * @i:       number of the program
 * @text:    what the kernel logged
 * @f:       what was made to fail
 * @outcome: filled in, to be released by the caller
 */
void judge_oops(const struct session *s, const struct plan *plan, size_t i, const char *text,
		const struct failure *f, struct outcome *outcome)
{
	struct verdict v;
	struct prog p;

	if (!load_or_explain(plan, i, &p, outcome))
		return;
	failure_add(&p, f);
	judge_died(s, &p, text, &v);
	judge_verdict(s, &p, &v, outcome);
	prog_free(&p);
}
