// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck run`: runs programs on a target, judges them and reports.
 */
#include "harness/harness.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ci/vm/sync.h"
#include "harness/results.h"
#include "lib/prog/alloc.h"
#include "lib/tap/json.h"
#include "lib/tap/junit.h"
#include "lib/target/plant.h"

static const char usage[] =
	"usage: vgicheck run [options]\n"
	"\n"
	"Runs the programs of corpora and a seeded sample of each suite on a target and\n"
	"judges every result by the model.  `vgicheck list` names them.\n"
	"\n"
	"  --all            whole enumerations instead of samples\n"
	"  --count N        programs to sample of each suite\n"
	"  --fail WHAT      run each program once to count, and once more for each failure\n"
	"                   of an operation: of an alloc, of a copy from or to userspace,\n"
	"                   of an access to the guest's memory, or of all; target hosted\n"
	"  --filter GLOB    only programs whose name matches; from whole enumerations\n"
	"  --migrate        run each program once, and once more for each place at which it\n"
	"                   can be migrated, migrated there\n"
	"  --hazards        run programs that are known to crash the kernel under test\n"
	"  --seed N         of samples and random programs\n"
	"  --target NAME    what performs them: kvm, hosted[:KERNEL,OPTION=N,...] or qtest\n"
	"  --strict         known divergences are failures\n"
	"  --jobs N         worker processes\n"
	"  --timeout S      seconds until a program counts as hanging\n"
	"  --json FILE      write results as JSON\n"
	"  --junit FILE     write results as JUnit XML\n"
	"  --results FILE   write what each operation gave, for `vgicheck compare`\n"
	"  --out DIR        where programs that failed are kept\n"
	"  --plant sleep=N  for tests: one WFI in N is not ended by an interrupt\n"
	"  --corpora DIR    scenarios, regressions and known divergences\n"
	"\n"
	"Exit status: 0 all as expected, 1 differences found, 2 usage, 4 all skipped,\n"
	"99 the harness itself failed, 130 interrupted.\n";

struct run {
	const struct session *session;
	const struct plan *plan;
	struct tap *tap;
	struct json *json;
	struct junit *junit;
	FILE *results;
	unsigned int fails;
	u64 nr_ops, nr_judged, nr_failures;
	struct judge_waits waits;
};

static bool is_bad(enum tap_status status)
{
	return status == TAP_FAIL || status == TAP_XPASS || status == TAP_ERROR;
}

/* Leaves a file that replays the program.  Return: whether. */
static bool keep_program(const struct run *r, size_t i, const char *path, const char *name,
			 const struct outcome *o)
{
	struct prog_error err;
	struct prog p;
	char *text;
	FILE *f;

	if (plan_load(r->plan, i, &p, &err))
		return false;
	failure_add(&p, &o->failure);
	mkdir(r->session->options->out, 0755);
	f = fopen(path, "we");
	if (!f) {
		int e = errno;

		fprintf(stderr, "vgicheck: cannot write '%s': %s\n", path, strerror(e));
		prog_free(&p);
		return false;
	}
	text = prog_print(&p);
	fprintf(f, "# %s on kernel %s, target %s: %s\n%s", name, r->session->info.kernel,
		r->session->target->name, o->reason ? o->reason : "failed", text);
	free(text);
	prog_free(&p);
	if (fclose(f))
		return false;
	vm_sync();
	return true;
}

static void report(void *arg, size_t i, const struct outcome *o)
{
	struct run *r = arg;
	const struct session *s = r->session;
	char name[PROG_NAME_BYTES], path[HARNESS_PATH_BYTES];
	char shown[HARNESS_PATH_BYTES], diag[3 * HARNESS_PATH_BYTES];
	struct tap_result result = {
		.name = name,
		.status = o->status,
		.reason = o->reason,
		.diag = o->diag,
		.ns = o->ns,
	};

	plan_name(r->plan, i, name, sizeof(name));
	if (is_bad(o->status)) {
		r->fails++;
		snprintf(path, sizeof(path), "%s/%04zu.vgic", s->options->out, i + 1);
		snprintf(shown, sizeof(shown), "%s/%04zu.vgic", options_out_name(s->options),
			 i + 1);
		if (keep_program(r, i, path, name, o)) {
			snprintf(diag, sizeof(diag),
				 "%s%skernel %s  target %s  seed 0x%" PRIx64
				 "  replay: vgicheck replay %s\n",
				 o->diag ? o->diag : "",
				 o->diag && !strchr(o->diag, '\n') ? "\n" : "", s->info.kernel,
				 s->target->name, r->plan->seed, shown);
			result.diag = diag;
		}
	}
	/* What is known needs no explanation at every place where it shows. */
	if (o->status == TAP_XFAIL)
		result.diag = NULL;
	r->nr_ops += o->nr_ops;
	r->nr_judged += o->nr_judged;
	r->waits.nr += o->waits.nr;
	r->waits.ended += o->waits.ended;
	r->waits.spurious += o->waits.spurious;
	if (r->results)
		results_report(r->results, r->plan, i, o);
	r->nr_failures += o->nr_failures;
	tap_report(r->tap, &result);
	json_report(r->json, &result);
	junit_report(r->junit, &result);
	tap_progress(r->tap, (unsigned int)i + 1, (unsigned int)r->plan->nr, r->fails);
}

static int open_results(struct run *r, const char *path)
{
	r->results = fopen(path, "we");
	if (!r->results)
		return -errno;
	results_begin(r->results, r->session);
	return 0;
}

static int open_files(struct run *r, const struct options *o, const struct tap_meta *meta,
		      unsigned int nr_meta)
{
	int ret = o->json ? json_open(&r->json, o->json, meta, nr_meta) : 0;
	const char *path = o->json;

	if (!ret && o->junit) {
		path = o->junit;
		ret = junit_open(&r->junit, path, meta, nr_meta);
	}
	if (!ret && o->results) {
		path = o->results;
		ret = open_results(r, path);
	}
	if (ret)
		fprintf(stderr, "vgicheck: cannot write '%s': %s\n", path, strerror(-ret));
	return ret;
}

static int close_results(struct run *r)
{
	int err = 0;

	if (r->results && ferror(r->results))
		err = -EIO;
	if (r->results && fclose(r->results) && !err)
		err = -errno;
	return err;
}

static int close_file(const char *path, int ret)
{
	if (ret)
		fprintf(stderr, "vgicheck: cannot write '%s': %s\n", path, strerror(-ret));
	return ret;
}

static int run_plan(struct run *r, const struct options *o)
{
	const struct session *s = r->session;
	char seed[32];
	const struct tap_meta meta[] = {
		{ "seed", seed },
		{ "kernel", s->info.kernel },
		{ "host", s->info.host_gic },
		{ "profile", s->config.profile->name },
		{ "target", s->target->name },
	};
	int status, ret;

	snprintf(seed, sizeof(seed), "0x%" PRIx64, o->seed);
	r->tap = tap_open(stdout, stderr);
	if (!r->tap || open_files(r, o, meta, ARRAY_SIZE(meta)))
		return TAP_EXIT_HARNESS;
	/* The QEMU machine passes standard error on to a terminal, if it has one. */
	if (getenv("VGICHECK_TTY"))
		tap_set_terminal(r->tap, stderr);
	tap_begin(r->tap, (unsigned int)r->plan->nr);
	tap_meta(r->tap, meta, ARRAY_SIZE(meta));
	work_interrupt_on_signals();
	ret = work_run(s, r->plan, report, r);
	tap_note(r->tap, "operations: %" PRIu64 " performed, %" PRIu64 " judged", r->nr_ops,
		 r->nr_judged);
	if (r->waits.nr)
		tap_note(r->tap,
			 "WFIs: %" PRIu64 ", of which %" PRIu64
			 " ended although nothing was signalled, and %" PRIu64
			 " slept until the end",
			 r->waits.nr, r->waits.spurious, r->waits.ended);
	if (o->fail || o->migrate)
		tap_note(r->tap, "%s made: %" PRIu64, o->fail ? "failures" : "migrations",
			 r->nr_failures);
	status = (int)tap_end(r->tap);
	tap_close(r->tap);
	if (close_file(o->json, json_close(r->json)) ||
	    close_file(o->junit, junit_close(r->junit)) || close_file(o->results, close_results(r)))
		status = TAP_EXIT_HARNESS;
	if (ret)
		return TAP_EXIT_HARNESS;
	if (work_is_interrupted()) {
		fputs("vgicheck: interrupted\n", stderr);
		return HARNESS_EXIT_INTERRUPTED;
	}
	return status;
}

/**
 * run_main() - the subcommand `run`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int run_main(int argc, char **argv)
{
	struct session session;
	struct options o;
	struct plan plan = { 0 };
	struct run r = { .session = &session, .plan = &plan };
	int ret = options_parse(&o, "run", usage, argc, argv);
	int status = TAP_EXIT_USAGE;

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (o.args[0]) {
		fprintf(stderr, "vgicheck: '%s' means nothing to run; see `vgicheck replay`\n",
			o.args[0]);
		return TAP_EXIT_USAGE;
	}
	if (o.plant && plant_parse(o.plant)) {
		fprintf(stderr, "vgicheck: --plant takes sleep=N, not '%s'\n", o.plant);
		return TAP_EXIT_USAGE;
	}
	/* What is wrong everywhere is told before what is missing here. */
	if (!plan_make(&plan, &o))
		status = session_begin(&session, &o);
	if (!status && o.fail && !session.target->makes_fail) {
		fprintf(stderr, "vgicheck: target %s can make nothing fail: --target hosted can\n",
			session.target->name);
		session_close(&session);
		status = TAP_EXIT_USAGE;
	}
	if (!status) {
		status = run_plan(&r, &o);
		session_close(&session);
	}
	plan_free(&plan);
	return status;
}
