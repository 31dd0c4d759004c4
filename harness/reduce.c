// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck reduce`: makes a program that fails small and plain, as long as the
 * same rule is broken at the same register.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "harness/reduction.h"
#include "lib/prog/alloc.h"

static const char usage[] =
	"usage: vgicheck reduce [options] FILE\n"
	"\n"
	"Makes the program of FILE small and plain: without all operations, arguments and\n"
	"vCPUs that its failure does not need. What is left breaks the same rule at the\n"
	"same register. By default that is the first difference that no entry of\n"
	"corpora/known names, or else the first.\n"
	"\n"
	"  --rule NAME      reduce the difference that breaks this rule\n"
	"  --known ID       reduce the one that this entry names\n"
	"  --repeat N       run the program so often at first, to see how often it fails\n"
	"  --target NAME    what performs programs: kvm, hosted or qtest\n"
	"  --jobs N         worker processes\n"
	"  --timeout S      seconds until a program counts as hanging\n"
	"  --hazards        run programs that are known to crash the kernel under test\n"
	"  --out DIR        where NAME-reduced.vgic is written\n"
	"  --corpora DIR    known divergences\n"
	"\n"
	"A failure that does not always come is looked for in each candidate as often as\n"
	"it takes to see it with 99% confidence.\n"
	"\n"
	"Exit status: 0 reduced, 2 usage, 4 the failure does not occur here, 99 the harness\n"
	"itself failed, 130 interrupted; what was reached until then is written.\n";

#define FIRST_RUNS 5
#define MORE_RUNS 20 /* if those did not show it */
#define PROGRESS_S 2

/* One reduction, from the file that is read to the one that is written. */
struct job {
	const struct session *session;
	struct reduction r;
	struct prog p;
	struct hits before, after;
	struct trial shown; /* by the program that is left */
	u64 since_ns;
	time_t last_told;
};

static double seconds_since(u64 since_ns)
{
	return (double)(clock_ns() - since_ns) / NS_PER_S;
}

/* The difference that was asked for, of a trial of the original. */
static bool wanted_signature(const struct job *job, const struct trial *t, struct signature *sig)
{
	const struct options *o = job->session->options;
	const struct verdict *v = &t->verdict;

	if (!o->rule && !o->known)
		return trial_signature(&job->p, t, sig);
	for (size_t i = 0; i < v->nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
		const struct judge_diff *d = &v->diff[i];

		if ((o->rule && strcmp(rule_desc(d->rule)->name, o->rule) != 0) ||
		    (o->known && (!d->known || strcmp(d->known->id, o->known) != 0)))
			continue;
		signature_of_diff(&job->p, d, sig);
		return true;
	}
	return false;
}

/* Runs the original.  Return: false if it does not fail as was asked for. */
static bool look(struct job *job, unsigned int runs, struct trial *last)
{
	unsigned int submitted = 0;

	do {
		for (; submitted < runs && trials_idle(job->r.pool); submitted++)
			trials_submit(job->r.pool, &job->p, submitted);
		if (!trials_next(job->r.pool, last))
			break;
		job->before.runs++;
		if (!job->before.shown)
			job->before.shown = wanted_signature(job, last, &job->r.sig);
		else
			job->before.shown += trial_shows(&job->p, last, &job->r.sig);
	} while (trials_under_way(job->r.pool) || submitted < runs);
	return job->before.shown;
}

static bool occurs(struct job *job)
{
	const struct options *o = job->session->options;
	struct trial last = { .reason = "interrupted" };

	if (look(job, o->repeat ? o->repeat : FIRST_RUNS, &last))
		return true;
	if (!o->repeat && last.end == TRIAL_JUDGED && look(job, MORE_RUNS, &last))
		return true;
	if (last.end == TRIAL_JUDGED)
		fprintf(stderr, "vgicheck: the failure does not occur here: not in %u runs\n",
			job->before.runs);
	else
		fprintf(stderr, "vgicheck: the failure does not occur here: %s\n", last.reason);
	return false;
}

static void tell_progress(const struct reduction *r, const struct prog *best)
{
	struct job *job = (struct job *)((char *)r - offsetof(struct job, r));
	double s = seconds_since(job->since_ns);

	if ((time_t)s < job->last_told + PROGRESS_S)
		return;
	job->last_told = (time_t)s;
	fprintf(stderr, "reduce: %llu programs tried, %zu operations left, %.0f s\n",
		(unsigned long long)r->candidates, best->nr_ops, s);
}

static int write_program(const struct job *job, const struct prog *best)
{
	const struct options *o = job->session->options;
	char path[HARNESS_PATH_BYTES], source[PROG_NAME_BYTES + 32];
	const struct shown_program shown = {
		.session = job->session,
		.p = best,
		.source = source,
		.trial = &job->shown,
		.hits = job->after,
	};
	char *text;

	snprintf(source, sizeof(source), "Reduced from %s", job->p.name);
	mkdir(o->out, 0755);
	snprintf(path, sizeof(path), "%s/%s-reduced.vgic", o->out, job->p.name);
	if (shown_program_write(&shown, path))
		return TAP_EXIT_HARNESS;
	text = shown_program_text(&shown);
	fputs(text ? text : "", stdout);
	free(text);
	fprintf(stderr,
		"reduce: %zu of %zu operations left after %llu programs in %.1f s: %s/%s-reduced.vgic\n",
		best->nr_ops, job->p.nr_ops, (unsigned long long)job->r.candidates,
		seconds_since(job->since_ns), options_out_name(o), job->p.name);
	return TAP_EXIT_OK;
}

static int reduce_program(struct job *job)
{
	char name[SIGNATURE_NAME_BYTES];
	struct reducer *reducer;
	int status;

	if (!occurs(job))
		return work_is_interrupted() ? HARNESS_EXIT_INTERRUPTED : TAP_EXIT_SKIPPED;
	job->r.repeat = reduction_repeats(job->before);
	signature_name(&job->r.sig, name, sizeof(name));
	fprintf(stderr, "reduce: %s in %u of %u runs; each candidate is run %u times\n", name,
		job->before.shown, job->before.runs, job->r.repeat);
	reducer = reducer_create(&job->p);
	reduction_run(&job->r, reducer);
	job->after = reduction_count(job->r.pool, reducer_best(reducer), &job->r.sig,
				     job->before.runs, &job->shown);
	status = write_program(job, reducer_best(reducer));
	reducer_destroy(reducer);
	return work_is_interrupted() ? HARNESS_EXIT_INTERRUPTED : status;
}

static int reduce_with(const struct session *s, const struct plan *plan)
{
	struct job job = { .session = s, .r.progress = tell_progress };
	struct prog_error err;
	int status = TAP_EXIT_HARNESS;

	if (plan_load(plan, 0, &job.p, &err)) {
		fprintf(stderr, "vgicheck: %s\n", err.text);
		return TAP_EXIT_USAGE;
	}
	job.since_ns = clock_ns();
	work_interrupt_on_signals();
	job.r.pool = trials_open(s, s->options->jobs);
	if (job.r.pool)
		status = reduce_program(&job);
	trials_close(job.r.pool);
	prog_free(&job.p);
	return status;
}

/**
 * reduce_main() - the subcommand `reduce`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int reduce_main(int argc, char **argv)
{
	struct plan plan = { 0 };
	struct session session;
	struct options o;
	int ret = options_parse(&o, "reduce", usage, argc, argv);
	int status = TAP_EXIT_USAGE;

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (!o.args[0] || o.args[1]) {
		fputs("vgicheck: reduce takes one program file\n", stderr);
		return TAP_EXIT_USAGE;
	}
	if (!plan_add_file(&plan, NULL, o.args[0]))
		status = session_begin(&session, &o);
	if (!status) {
		status = reduce_with(&session, &plan);
		session_close(&session);
	}
	plan_free(&plan);
	return status;
}
