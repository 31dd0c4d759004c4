// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck fuzz`: runs random programs for as long as it is told, and keeps,
 * sorts and reduces what they show.
 */
#include "harness/fuzz.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ci/vm/sync.h"
#include "lib/prog/alloc.h"

static const char usage[] =
	"usage: vgicheck fuzz [options]\n"
	"\n"
	"Makes random programs, runs and judges them. Of each difference that no entry of\n"
	"corpora/known names, and of each crash and hang, the first program is reduced, and\n"
	"some are kept. The same seed gives the same programs everywhere.\n"
	"\n"
	"  --time S         go on for so many seconds (60, unless there is a --count)\n"
	"  --count N        make so many programs\n"
	"  --seed N         of the programs\n"
	"  --weights NAME=N,...  only these suites, each so often compared with the others\n"
	"  --op-weights WORD=N,...  these operations so often compared with the others' 1\n"
	"  --resume         go on with the campaign in the output folder, after a crash or not\n"
	"  --target NAME    what performs programs: kvm, hosted or qtest\n"
	"  --hazards        run programs that are known to crash the kernel under test\n"
	"  --jobs N         worker processes\n"
	"  --timeout S      seconds until a program counts as hanging\n"
	"  --out DIR        where findings and the state of the campaign are kept\n"
	"  --corpora DIR    known divergences\n"
	"\n"
	"In the output folder: findings/NAME.vgic is a finding, reduced; findings/NAME/N.vgic\n"
	"are programs that showed it; state is what --resume goes on from.\n"
	"\n"
	"Exit status: 0 nothing new found, 1 something found, 2 usage, 4 nothing could be\n"
	"tested, 99 the harness itself failed, 130 interrupted.\n";

#define DEFAULT_TIME_S 60
#define GRACE_S 60 /* for reductions after the time is over */
#define STATUS_S 10 /* between lines that tell how far it is */
#define SAVE_S 2
#define TICK_MS 100
#define SUSPECT_RUNS 3
#define HEAD_LINES 3 /* of a finding's file, for the summary */
#define LINE_BYTES 1024
#define RTC "/sys/class/rtc/rtc0/since_epoch"

/* A campaign while it goes on; all times are of seconds(). */
struct campaign {
	struct fuzz f;
	const struct options *o;
	u64 submitted; /* programs below were submitted, or are left out */
	u64 *under_way; /* numbers of those that are */
	unsigned int nr_under_way;
	u64 left_out[FUZZ_MAX_SUSPECTS]; /* numbers of those that were when the machine died */
	unsigned int nr_left_out;
	u64 start, used_before, programs_before;
	u64 last_status, last_save, last_tick_ms;
	bool failed; /* to keep its state */
};

static u64 milliseconds(void)
{
	return clock_ns() / 1000000;
}

/*
 * Time as people have it.  The clocks of a QEMU machine that counts instructions
 * do not show that; its RTC does.
 */
static u64 seconds(void)
{
	FILE *f = getenv("VGICHECK_OUT") ? fopen(RTC, "re") : NULL;
	unsigned long long s;
	bool found = f && fscanf(f, "%llu", &s) == 1;

	if (f)
		fclose(f);
	return found ? s : milliseconds() / 1000;
}

static u64 time_used(const struct campaign *c)
{
	return c->used_before + (seconds() - c->start);
}

static void save(struct campaign *c)
{
	struct fuzz_state *st = c->f.st;

	st->seconds = time_used(c);
	st->next = c->submitted;
	for (unsigned int i = 0; i < c->nr_under_way; i++) {
		if (c->under_way[i] < st->next)
			st->next = c->under_way[i];
	}
	c->last_save = st->seconds;
	c->failed |= fuzz_state_save(st, c->o->out) != 0;
}

static void tell_status(struct campaign *c)
{
	const struct fuzz_state *st = c->f.st;
	u64 s = st->seconds - c->used_before, nr = st->programs - c->programs_before;

	c->last_status = st->seconds;
	fprintf(stderr,
		"fuzz: %" PRIu64 " programs, %" PRIu64 "/s, %" PRIu64
		" operations, %u findings, %u known, %" PRIu64 " s\n",
		st->programs, s ? nr / s : nr, st->operations, st->nr_findings, st->nr_known,
		st->seconds);
}

/* Now and then: the state, and a line for whoever waits. */
static void tick(struct campaign *c)
{
	u64 ms = milliseconds();

	if (ms - c->last_tick_ms < TICK_MS)
		return;
	c->last_tick_ms = ms;
	c->f.st->seconds = time_used(c);
	if (c->f.st->seconds >= c->last_save + SAVE_S)
		save(c);
	if (c->f.st->seconds >= c->last_status + STATUS_S)
		tell_status(c);
}

static bool is_over(const struct campaign *c)
{
	return c->failed || work_is_interrupted() ||
	       (c->o->counted && c->submitted >= c->o->count) ||
	       (c->o->time_s && c->f.st->seconds >= c->o->time_s);
}

static bool is_left_out(const struct campaign *c, u64 index)
{
	for (unsigned int i = 0; i < c->nr_left_out; i++) {
		if (c->left_out[i] == index)
			return true;
	}
	return false;
}

static void submit_some(struct campaign *c)
{
	while (trials_idle(c->f.pool) && !is_over(c)) {
		u64 index = c->submitted++;
		struct prog p;

		if (is_left_out(c, index))
			continue;
		fuzz_mix_program(c->f.mix, index, &p);
		trials_submit(c->f.pool, &p, index);
		prog_free(&p);
		c->under_way[c->nr_under_way++] = index;
	}
}

static void take(struct campaign *c, const struct trial *t)
{
	bool shows = t->verdict.nr_diffs || t->end == TRIAL_DIED || t->end == TRIAL_HUNG;
	struct prog p = { 0 };

	for (unsigned int i = 0; i < c->nr_under_way; i++) {
		if (c->under_way[i] == t->token)
			c->under_way[i] = c->under_way[--c->nr_under_way];
	}
	/* Most are not needed again. */
	if (shows)
		fuzz_mix_program(c->f.mix, t->token, &p);
	fuzz_take(&c->f, &p, t);
	prog_free(&p);
}

static struct finding *new_finding(struct campaign *c)
{
	struct fuzz_state *st = c->f.st;

	for (unsigned int i = 0; i < st->nr_findings; i++) {
		if (st->finding[i].state == FINDING_NEW)
			return &st->finding[i];
	}
	return NULL;
}

/* Once what is under way has come to its end; that may be new, too. */
static void reduce_new(struct campaign *c)
{
	struct finding *d;
	struct trial t;

	if (!new_finding(c))
		return;
	while (trials_next(c->f.pool, &t))
		take(c, &t);
	while (!work_is_interrupted() && (d = new_finding(c))) {
		if (c->o->time_s && time_used(c) >= c->o->time_s + GRACE_S)
			break;
		fprintf(stderr, "fuzz: reducing %s\n", d->name);
		fuzz_reduce(&c->f, d);
		save(c);
	}
	tell_status(c);
}

static void run_campaign(struct campaign *c)
{
	struct trial t;

	for (;;) {
		submit_some(c);
		if (!trials_next(c->f.pool, &t))
			break;
		take(c, &t);
		tick(c);
		reduce_new(c);
	}
	c->f.st->seconds = time_used(c);
}

/* One of the programs that were in flight, alone: if the machine dies now, it is why. */
static void try_suspect(struct campaign *c, struct suspect *s)
{
	char path[HARNESS_PATH_BYTES];
	struct prog_error err;
	struct trial t;
	struct prog p;

	snprintf(path, sizeof(path), "%s/%s", c->o->out, s->file);
	s->state = SUSPECT_CLEARED;
	if (prog_load(&p, path, &err))
		return;
	s->state = SUSPECT_TRYING;
	save(c);
	vm_sync();
	for (unsigned int i = 0; i < SUSPECT_RUNS; i++) {
		trials_submit(c->f.pool, &p, 0);
		if (!trials_next(c->f.pool, &t))
			break;
	}
	prog_free(&p);
	s->state = work_is_interrupted() ? SUSPECT_NEW : SUSPECT_CLEARED;
}

static void try_suspects(struct campaign *c)
{
	struct fuzz_state *st = c->f.st;

	for (unsigned int i = 0; i < st->nr_suspects && !work_is_interrupted(); i++) {
		if (st->suspect[i].state == SUSPECT_NEW)
			try_suspect(c, &st->suspect[i]);
	}
	if (st->nr_suspects)
		save(c);
}

/* The number at the end of the name that the first line of a program holds. */
static void leave_out(struct campaign *c, const char *file)
{
	char path[HARNESS_PATH_BYTES], line[LINE_BYTES];
	const char *hash;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", c->o->out, file);
	f = fopen(path, "re");
	if (!f)
		return;
	hash = fgets(line, sizeof(line), f) ? strrchr(line, '#') : NULL;
	if (hash && hash > line)
		c->left_out[c->nr_left_out++] = strtoull(hash + 1, NULL, 10);
	fclose(f);
}

/* Return: an exit status if the campaign that is there cannot go on. */
static int resume(struct campaign *c, const struct fuzz_state *fresh)
{
	struct fuzz_state *st = c->f.st;
	int ret = fuzz_state_load(st, c->o->out);

	if (ret == -EINVAL)
		return TAP_EXIT_USAGE;
	if (ret) {
		*st = *fresh;
		return TAP_EXIT_OK;
	}
	if (st->seed != fresh->seed || strcmp(st->weights, fresh->weights) != 0) {
		fprintf(stderr,
			"vgicheck: '%s/state' is of a campaign with --seed %" PRIu64
			" --weights %s\n",
			options_out_name(c->o), st->seed, st->weights);
		return TAP_EXIT_USAGE;
	}
	st->restarts++;
	for (unsigned int i = 0; i < st->nr_findings; i++) {
		if (st->finding[i].state == FINDING_REDUCING)
			st->finding[i].state = FINDING_DONE;
	}
	inflight_recover(c->o->out);
	fuzz_state_add_suspects(st, c->o->out);
	for (unsigned int i = 0; i < st->nr_suspects; i++)
		leave_out(c, st->suspect[i].file);
	return TAP_EXIT_OK;
}

static void print_head(const struct campaign *c, const struct finding *d)
{
	char path[HARNESS_PATH_BYTES], line[LINE_BYTES];
	FILE *f;

	snprintf(path, sizeof(path), "%s/findings/%s.vgic", c->o->out, d->name);
	f = fopen(path, "re");
	for (unsigned int i = 0; f && i < HEAD_LINES && fgets(line, sizeof(line), f); i++) {
		if (line[0] == '#')
			printf("    %s", line + 2);
	}
	if (f)
		fclose(f);
}

static void print_finding(const struct campaign *c, const struct finding *d)
{
	const char *out = options_out_name(c->o);

	printf("finding %s: %" PRIu64 " programs; ", d->name, d->count);
	if (d->nr_ops)
		printf("%u of %u runs; %" PRIu64 " operations: %s/findings/%s.vgic\n",
		       d->hits.shown, d->hits.runs, d->nr_ops, out, d->name);
	else if (d->hits.runs && !d->hits.shown)
		printf("not seen again in %u runs: %s/findings/%s/\n", d->hits.runs, out, d->name);
	else
		printf("not reduced: %s/findings/%s/\n", out, d->name);
	print_head(c, d);
}

static unsigned int count_guilty(const struct fuzz_state *st)
{
	unsigned int guilty = 0;

	for (unsigned int i = 0; i < st->nr_suspects; i++)
		guilty += st->suspect[i].state == SUSPECT_GUILTY;
	return guilty;
}

static void print_suspects(const struct campaign *c)
{
	const struct fuzz_state *st = c->f.st;
	unsigned int cleared = st->nr_suspects - count_guilty(st);

	for (unsigned int i = 0; i < st->nr_suspects; i++) {
		if (st->suspect[i].state == SUSPECT_GUILTY)
			printf("finding: the machine dies of %s/%s\n", options_out_name(c->o),
			       st->suspect[i].file);
	}
	if (cleared)
		printf("in flight when the machine died, and harmless alone: %u files of %s/inflight-*.vgic\n",
		       cleared, options_out_name(c->o));
}

static void print_summary(const struct campaign *c)
{
	const struct session *s = c->f.session;
	const struct fuzz_state *st = c->f.st;

	printf("seed 0x%" PRIx64 "  kernel %s  host %s  target %s\nweights %s\n", st->seed,
	       s->info.kernel, s->info.host_gic, s->target->name, st->weights);
	printf("%" PRIu64 " programs in %" PRIu64 " s, %.1f a second; %" PRIu64
	       " operations; %" PRIu64 " programs skipped; %" PRIu64 " restarts\n",
	       st->programs, st->seconds,
	       (double)st->programs / (double)(st->seconds ? st->seconds : 1), st->operations,
	       st->skipped, st->restarts);
	for (unsigned int i = 0; i < st->nr_known; i++)
		printf("known %s: %" PRIu64 " programs\n", st->known[i].id, st->known[i].count);
	for (unsigned int i = 0; i < st->nr_findings; i++)
		print_finding(c, &st->finding[i]);
	print_suspects(c);
	if (st->more)
		printf("%" PRIu64 " programs showed something else, beyond %d findings\n", st->more,
		       FUZZ_MAX_FINDINGS);
	printf("%u findings\n", st->nr_findings + count_guilty(st));
}

static int exit_status(const struct campaign *c)
{
	const struct fuzz_state *st = c->f.st;

	if (c->failed)
		return TAP_EXIT_HARNESS;
	if (work_is_interrupted())
		return HARNESS_EXIT_INTERRUPTED;
	if (st->nr_findings || count_guilty(st))
		return TAP_EXIT_DIFFERENT;
	return st->programs ? TAP_EXIT_OK : TAP_EXIT_SKIPPED;
}

static void begin(struct campaign *c)
{
	c->submitted = c->f.st->next;
	c->used_before = c->f.st->seconds;
	c->programs_before = c->f.st->programs;
	c->last_status = c->used_before;
	c->last_save = c->used_before;
	c->start = seconds();
	work_interrupt_on_signals();
}

/* With the state of a campaign, new or not. */
static int go_on(struct campaign *c)
{
	unsigned int jobs = c->o->jobs ? c->o->jobs : work_default_jobs();
	int status = TAP_EXIT_HARNESS;

	begin(c);
	c->under_way = xcalloc(jobs, sizeof(*c->under_way));
	c->f.pool = trials_open(c->f.session, jobs);
	if (c->f.pool) {
		save(c);
		try_suspects(c);
		run_campaign(c);
		reduce_new(c);
		save(c);
		print_summary(c);
		status = exit_status(c);
	}
	trials_close(c->f.pool);
	free(c->under_way);
	return status;
}

static int fuzz_with(const struct session *s, struct fuzz_mix *mix)
{
	const struct options *o = s->options;
	struct fuzz_state *st = xcalloc(2, sizeof(*st)), *fresh = st + 1;
	struct campaign c = { .f = { .session = s, .mix = mix, .st = st }, .o = o };
	char path[HARNESS_PATH_BYTES];
	int status = TAP_EXIT_OK;

	fuzz_mix_fit(mix, s);
	if (fuzz_mix_is_empty(mix)) {
		fputs("vgicheck: the target can run none of these suites\n", stderr);
		free(st);
		return TAP_EXIT_SKIPPED;
	}
	mkdir(o->out, 0755);
	snprintf(path, sizeof(path), "%s/findings", o->out);
	mkdir(path, 0755);
	fresh->seed = o->seed;
	fuzz_mix_print(mix, fresh->weights, sizeof(fresh->weights));
	*st = *fresh;
	if (o->resume)
		status = resume(&c, fresh);
	if (!status)
		status = go_on(&c);
	free(st);
	return status;
}

/**
 * fuzz_main() - the subcommand `fuzz`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int fuzz_main(int argc, char **argv)
{
	struct fuzz_mix mix = { 0 };
	struct session session;
	struct options o;
	int ret = options_parse_alone(&o, "fuzz", usage, argc, argv);
	int status = TAP_EXIT_USAGE;

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (!o.counted && !o.time_s)
		o.time_s = DEFAULT_TIME_S;
	/* The QEMU machine says so when it was started again. */
	o.resume |= getenv("VGICHECK_RESUME") != NULL;
	if (!fuzz_mix_make(&mix, o.weights, o.op_weights, o.seed))
		status = session_begin(&session, &o);
	if (!status) {
		status = fuzz_with(&session, &mix);
		session_close(&session);
	}
	fuzz_mix_free(&mix);
	return status;
}
