// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a campaign does with a program that shows something: known divergences are
 * counted; of anything else some programs are kept and the first is reduced.
 */
#include <string.h>
#include <sys/stat.h>

#include "ci/vm/sync.h"
#include "harness/fuzz.h"

#define FIRST_RUNS 10
#define MORE_RUNS 20 /* if those did not show it */
#define TELL_S 2
#define MAX_RUNS 3000 /* of a reduction, so that none takes up the campaign */

static void count_known(struct fuzz *f, const struct verdict *v)
{
	size_t nr = v->nr_diffs < JUDGE_MAX_DIFFS ? v->nr_diffs : JUDGE_MAX_DIFFS;

	for (size_t i = 0; i < nr; i++) {
		const struct known *k = v->diff[i].known;
		bool counted = !k;

		for (size_t n = 0; n < i; n++)
			counted |= v->diff[n].known == k;
		if (!counted)
			fuzz_state_count_known(f->st, k->id);
	}
}

static void finding_path(const struct fuzz *f, const struct finding *d, const char *end,
			 char path[HARNESS_PATH_BYTES])
{
	snprintf(path, HARNESS_PATH_BYTES, "%s/findings/%s%s", f->session->options->out, d->name,
		 end);
}

/* Return: whether the file could be written. */
static bool write_finding(const struct fuzz *f, const struct prog *p, const struct trial *t,
			  struct hits hits, const char *source, const char *path)
{
	const struct shown_program shown = {
		.session = f->session, .p = p, .source = source, .trial = t, .hits = hits
	};

	return !shown_program_write(&shown, path);
}

/* One of the programs that show it, as it was found. */
static void keep(const struct fuzz *f, struct finding *d, const struct prog *p,
		 const struct trial *t)
{
	char path[HARNESS_PATH_BYTES], end[32], source[2 * PROG_NAME_BYTES];

	finding_path(f, d, "", path);
	mkdir(path, 0755);
	snprintf(end, sizeof(end), "/%u.vgic", d->kept + 1);
	finding_path(f, d, end, path);
	snprintf(source, sizeof(source), "Found by vgicheck fuzz: %s", p->name);
	if (write_finding(f, p, t, (struct hits){ 1, 1 }, source, path))
		d->kept++;
}

/**
 * fuzz_take() - what came of a program
 * @f: the campaign
 * @p: the program
 * @t: its trial
 */
void fuzz_take(struct fuzz *f, const struct prog *p, const struct trial *t)
{
	char name[SIGNATURE_NAME_BYTES];
	struct fuzz_state *st = f->st;
	struct signature sig;
	struct finding *d;

	if (t->end == TRIAL_SKIPPED) {
		st->skipped++;
		return;
	}
	st->programs++;
	st->operations += t->nr_ops;
	count_known(f, &t->verdict);
	if (!trial_signature(p, t, &sig) || sig.known)
		return;
	signature_name(&sig, name, sizeof(name));
	d = fuzz_state_find(st, name);
	if (!d) {
		st->more++;
		return;
	}
	if (!d->count++)
		d->index = t->token;
	/* Each run of what hangs takes as long as that: it stays as it was found. */
	if (t->end == TRIAL_HUNG)
		d->state = FINDING_DONE;
	if (d->kept < FUZZ_MAX_KEPT)
		keep(f, d, p, t);
}

/* Runs the program again.  Return: whether it showed the finding. */
static bool show_again(struct fuzz *f, const struct prog *p, struct finding *d, unsigned int runs,
		       struct signature *sig, struct trial *shown)
{
	unsigned int submitted = 0;
	struct trial t;

	do {
		char name[SIGNATURE_NAME_BYTES];
		struct signature s;

		for (; submitted < runs && trials_idle(f->pool); submitted++)
			trials_submit(f->pool, p, submitted);
		if (!trials_next(f->pool, &t))
			break;
		d->hits.runs++;
		if (!trial_signature(p, &t, &s))
			continue;
		signature_name(&s, name, sizeof(name));
		if (strcmp(name, d->name) != 0)
			continue;
		d->hits.shown++;
		*sig = s;
		*shown = t;
	} while (submitted < runs || trials_under_way(f->pool));
	return d->hits.shown;
}

/* A reduction, and when it was last told how far it is. */
struct told {
	struct reduction r;
	u64 last_ns;
};

/* Who watches the machine takes long silence for a hang. */
static void tell_progress(const struct reduction *r, const struct prog *best)
{
	struct told *told = (struct told *)((char *)r - offsetof(struct told, r));
	u64 now = clock_ns();

	if (now < told->last_ns + TELL_S * NS_PER_S)
		return;
	if (told->last_ns)
		fprintf(stderr, "fuzz: %llu programs tried, %zu operations left\n",
			(unsigned long long)r->candidates, best->nr_ops);
	told->last_ns = now;
}

static void reduce_shown(struct fuzz *f, const struct prog *p, struct finding *d,
			 const struct signature *sig, struct trial *shown)
{
	struct told told = {
		.r = {
			.pool = f->pool,
			.sig = *sig,
			.repeat = reduction_repeats(d->hits),
			.max_runs = MAX_RUNS,
			.progress = tell_progress,
		},
	};
	char path[HARNESS_PATH_BYTES], source[2 * PROG_NAME_BYTES];
	struct reducer *reducer = reducer_create(p);
	const struct prog *best;
	struct hits hits;

	reduction_run(&told.r, reducer);
	best = reducer_best(reducer);
	hits = reduction_count(f->pool, best, sig, FIRST_RUNS, shown);
	d->nr_ops = best->nr_ops;
	snprintf(source, sizeof(source),
		 "Found by vgicheck fuzz: %s, which showed it in %u of %u runs; reduced from %zu "
		 "operations",
		 p->name, d->hits.shown, d->hits.runs, p->nr_ops);
	finding_path(f, d, ".vgic", path);
	if (!write_finding(f, best, shown, hits, source, path))
		d->nr_ops = 0;
	reducer_destroy(reducer);
}

/**
 * fuzz_reduce() - reduce the first program of a finding, as far as its effort goes
 * @f:       the campaign, with nothing under way
 * @finding: a new one
 */
void fuzz_reduce(struct fuzz *f, struct finding *finding)
{
	const char *out = f->session->options->out;
	struct trial shown = { .end = TRIAL_SKIPPED };
	struct signature sig = { 0 };
	struct prog p;

	finding->state = FINDING_REDUCING;
	if (fuzz_state_save(f->st, out))
		return;
	/* If the machine dies of a candidate, it must not try again. */
	vm_sync();
	fuzz_mix_program(f->mix, finding->index, &p);
	if (show_again(f, &p, finding, FIRST_RUNS, &sig, &shown) ||
	    show_again(f, &p, finding, MORE_RUNS, &sig, &shown))
		reduce_shown(f, &p, finding, &sig, &shown);
	prog_free(&p);
	/* What an interruption cut short can be done again. */
	finding->state = work_is_interrupted() ? FINDING_NEW : FINDING_DONE;
}
