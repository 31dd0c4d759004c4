// SPDX-License-Identifier: GPL-2.0-only
/*
 * One program: skipped, or run on the target and judged, with its outcome in
 * words.
 */
#include "harness/harness.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

		if (!strcmp(k->program, p->name) && s->info.version >= k->from &&
		    s->info.version <= k->to && !names_known(v, k))
			return k;
	}
	return NULL;
}

static void outcome_of_verdict(const struct session *s, const struct prog *p,
			       const struct verdict *v, struct outcome *o)
{
	const struct known *stale = stale_known(s, p, v);
	char reason[REASON_BYTES];

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
		return;
	}
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
 * judge_one() - run a program of a plan and judge it
 * @s:       the session
 * @model:   of the caller, for this one judgement
 * @plan:    the plan
 * @i:       number of the program
 * @results: memory of the caller, grown as needed
 * @started: called with the program's text before it runs
 * @arg:     passed to @started
 * @outcome: filled in, to be released by the caller
 */
void judge_one(const struct session *s, struct model *model, const struct plan *plan, size_t i,
	       struct op_result **results, void (*started)(void *arg, const char *text), void *arg,
	       struct outcome *outcome)
{
	struct judge j = {
		.model = model,
		.config = s->config,
		.known = &s->known,
		.kernel = s->info.version,
	};
	char reason[REASON_BYTES];
	struct prog_error err;
	struct verdict v;
	struct prog p;
	char *text;

	if (plan_load(plan, i, &p, &err)) {
		outcome->status = TAP_ERROR;
		outcome->reason = xstrndup(err.text, sizeof(err.text));
		return;
	}
	if (!target_can_run(&s->info, &p, reason, sizeof(reason))) {
		outcome->status = TAP_SKIP;
		outcome->reason = xstrndup(reason, sizeof(reason));
		prog_free(&p);
		return;
	}
	text = prog_print(&p);
	started(arg, text);
	free(text);
	*results = xrealloc(*results, (p.nr_ops + 1) * sizeof(**results));
	s->target->run(&p, *results);
	if (all_were_run(&p, *results)) {
		judge_prog(&j, &p, *results, &v);
		outcome_of_verdict(s, &p, &v, outcome);
	} else {
		outcome->status = TAP_ERROR;
		outcome->reason = xstrndup("the target gave up", REASON_BYTES);
	}
	prog_free(&p);
}
