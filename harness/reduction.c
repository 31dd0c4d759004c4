// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reduction by trials.  A failure that comes by chance is looked for as often as
 * it takes to see it with 99% confidence.
 */
#include "harness/reduction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DIAG_BYTES 8192
#define MAX_ASKED 128
#define MAX_REPEATS 200
#define MISSED 0.01 /* of the candidates that fail, this part may pass for one that does not */

/* A process that died or hung broke no rule: how it ended is what it shows. */
static void signature_of_end(const struct trial *t, struct signature *sig)
{
	*sig = (struct signature){ .rule = NR_RULES, .reg = -1, .op = NR_OPS };
	snprintf(sig->kind, sizeof(sig->kind), "%.*s", (int)strcspn(t->reason, ":"), t->reason);
}

/**
 * trial_signature() - what a trial shows
 * @p:   the program
 * @t:   its trial
 * @sig: filled in: the first difference that no entry names, or else the first
 *
 * Return: whether it shows anything.
 */
bool trial_signature(const struct prog *p, const struct trial *t, struct signature *sig)
{
	const struct verdict *v = &t->verdict;
	size_t nr = v->nr_diffs < JUDGE_MAX_DIFFS ? v->nr_diffs : JUDGE_MAX_DIFFS;
	size_t first = 0;

	if (!nr && t->end != TRIAL_DIED && t->end != TRIAL_HUNG)
		return false;
	if (!nr) {
		signature_of_end(t, sig);
		return true;
	}
	while (v->nr_unknown && first + 1 < nr && v->diff[first].known)
		first++;
	signature_of_diff(p, &v->diff[first], sig);
	return true;
}

/**
 * trial_shows() - does a trial show this?
 * @p:   the program
 * @t:   its trial
 * @sig: what to look for
 *
 * Return: whether.
 */
bool trial_shows(const struct prog *p, const struct trial *t, const struct signature *sig)
{
	struct signature other;

	if (sig->rule < NR_RULES)
		return signature_find(sig, p, &t->verdict);
	return trial_signature(p, t, &other) && signature_is_same(sig, &other);
}

/**
 * reduction_count() - how often does a program show something?
 * @pool:  with nothing under way
 * @p:     the program
 * @sig:   what to look for
 * @runs:  how often to run it
 * @shown: receives a trial that showed it, unless NULL
 *
 * Return: how often it was run, and showed it.
 */
struct hits reduction_count(struct trials *pool, const struct prog *p, const struct signature *sig,
			    unsigned int runs, struct trial *shown)
{
	struct hits hits = { 0 };
	unsigned int submitted = 0;
	struct trial t;

	do {
		for (; submitted < runs && trials_idle(pool); submitted++)
			trials_submit(pool, p, submitted);
		if (!trials_next(pool, &t))
			break;
		hits.runs++;
		if (!trial_shows(p, &t, sig))
			continue;
		hits.shown++;
		if (shown)
			*shown = t;
	} while (hits.runs < runs);
	return hits;
}

/**
 * reduction_repeats() - how often to run a candidate
 * @hits: of the original, shown at least once
 *
 * Return: so often that it is seen with 99% confidence, if it shows as often as
 * the original.
 */
unsigned int reduction_repeats(struct hits hits)
{
	double miss = 1.0 - (double)hits.shown / hits.runs, missed = miss;
	unsigned int repeats = 1;

	for (; missed > MISSED && repeats < MAX_REPEATS; repeats++)
		missed *= miss;
	return repeats;
}

/* A candidate that some runs were asked for. */
struct asked {
	u64 ticket;
	unsigned int started, done;
};

struct asking {
	struct reduction *r;
	struct reducer *reducer;
	struct asked asked[MAX_ASKED];
	unsigned int nr;
};

static void forget(struct asking *a, unsigned int i)
{
	a->nr--;
	memmove(&a->asked[i], &a->asked[i + 1], (a->nr - i) * sizeof(a->asked[0]));
}

/* Those that the reducer has dropped need no more runs. */
static void forget_dropped(struct asking *a)
{
	for (unsigned int i = a->nr; i--;) {
		if (!reducer_candidate(a->reducer, a->asked[i].ticket))
			forget(a, i);
	}
}

/* The next one to run, the first that was proposed before the others. */
static struct asked *next_asked(struct asking *a)
{
	u64 ticket;

	for (unsigned int i = 0; i < a->nr; i++) {
		if (a->asked[i].started < a->r->repeat)
			return &a->asked[i];
	}
	if (a->nr == MAX_ASKED || !reducer_propose(a->reducer, &ticket))
		return NULL;
	a->r->candidates++;
	a->asked[a->nr] = (struct asked){ .ticket = ticket };
	return &a->asked[a->nr++];
}

static void submit_all(struct asking *a)
{
	struct reduction *r = a->r;
	struct asked *q;

	while (trials_idle(r->pool) && (!r->max_runs || r->runs < r->max_runs)) {
		q = next_asked(a);
		if (!q)
			return;
		trials_submit(r->pool, reducer_candidate(a->reducer, q->ticket), q->ticket);
		q->started++;
		r->runs++;
	}
}

static void take(struct asking *a, const struct trial *t)
{
	const struct prog *p = reducer_candidate(a->reducer, t->token);
	bool shows;

	for (unsigned int i = 0; p && i < a->nr; i++) {
		struct asked *q = &a->asked[i];

		if (q->ticket != t->token)
			continue;
		shows = trial_shows(p, t, &a->r->sig);
		/* What cannot be run now cannot be run later. */
		if (shows || t->end == TRIAL_SKIPPED || ++q->done == a->r->repeat)
			reducer_answer(a->reducer, t->token, shows);
		break;
	}
	forget_dropped(a);
}

/**
 * reduction_run() - reduce as far as it goes
 * @r:       what to look for and by what; nothing is under way in its pool
 * @reducer: of a program that shows it; what is left is in reducer_best()
 *
 * Stops early if the process is to end.
 */
void reduction_run(struct reduction *r, struct reducer *reducer)
{
	struct asking a = { .r = r, .reducer = reducer };
	struct trial t;

	submit_all(&a);
	while (trials_next(r->pool, &t)) {
		take(&a, &t);
		if (r->progress)
			r->progress(r, reducer_best(reducer));
		submit_all(&a);
	}
}

/**
 * shown_program_text() - a program under a comment that says what it shows
 * @shown: the program
 *
 * Return: the text, for free(); NULL without memory.
 */
char *shown_program_text(const struct shown_program *shown)
{
	const struct session *s = shown->session;
	char diag[DIAG_BYTES];
	char *text = NULL, *program, *line, *save = NULL;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	if (!f)
		return NULL;
	fprintf(f, "# %s.\n", shown->source);
	judge_explain(shown->p, &shown->trial->verdict, diag, sizeof(diag));
	if (shown->trial->reason[0])
		fprintf(f, "# %s\n", shown->trial->reason);
	for (line = strtok_r(diag, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		fprintf(f, "# %s\n", line);
	fprintf(f, "# kernel %s, target %s, in %u of %u runs\n", s->info.kernel, s->target->name,
		shown->hits.shown, shown->hits.runs);
	program = prog_print(shown->p);
	fputs(program, f);
	free(program);
	return fclose(f) ? NULL : text;
}

/**
 * shown_program_write() - the same into a file
 * @shown: the program
 * @path:  of the file
 *
 * Return: 0, or a negative errno after a message.
 */
int shown_program_write(const struct shown_program *shown, const char *path)
{
	char *text = shown_program_text(shown);
	FILE *f = fopen(path, "we");
	bool ok = f && text;
	int err = errno;

	if (ok && fputs(text, f) < 0) {
		err = errno;
		ok = false;
	}
	/* What does not fit may be noticed as late as this. */
	if (f && fclose(f) && ok) {
		err = errno;
		ok = false;
	}
	free(text);
	if (!ok)
		fprintf(stderr, "vgicheck: cannot write '%s': %s\n", path, strerror(err));
	return ok ? 0 : -EIO;
}
