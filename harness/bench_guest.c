// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck bench guest`: what judging costs.  The same long programs of accesses
 * by guests are performed alone and performed and judged, by turns, so that both
 * meet the same machine.  It passes no verdict.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/harness.h"
#include "lib/prog/alloc.h"
#include "lib/prog/rng.h"

#define REASON_BYTES 256
#define NR_VCPUS 4
#define NR_SPIS 64
#define NR_ACCESSES 4096
#define MAX_STRETCH 128 /* accesses of one vCPU before the next one's turn */
#define NS_OF_A_ROW (6 * NS_PER_S)
#define MAX_RATIOS 256 /* programs of a worker whose ratio counts */
#define OWN_PPIS 0xfe000000ULL /* KVM's own timers and PMU drive these */
#define DIST_BASE 0x8000000ULL
#define REDIST_BASE 0x80a0000ULL

static const char set_up[] =
	"vm gicv3\ncreate_vgic\n"
	"create_vcpu id=0\ncreate_vcpu id=1\ncreate_vcpu id=2\ncreate_vcpu id=3\n"
	"set_addr v3_dist base=0x8000000\n"
	"redist_region index=0 base=0x80a0000 count=4\ninit_vgic\n"
	"guest vcpu=0 write GICD_CTLR at=0x8000000 value=2\n";

/* What is accessed, and how many bits of it belong to one interrupt. */
struct bench_reg {
	enum reg_id reg;
	unsigned int bits; /* 0: it is no array over interrupts, and only read */
};

static const struct bench_reg regs[] = {
	{ REG_GICD_CTLR, 0 },	    { REG_GICD_IGROUPR, 1 },	{ REG_GICD_ISENABLER, 1 },
	{ REG_GICD_ICENABLER, 1 },  { REG_GICD_ISPENDR, 1 },	{ REG_GICD_ICPENDR, 1 },
	{ REG_GICD_IPRIORITYR, 8 }, { REG_GICD_IROUTER, 64 },	{ REG_GICR_TYPER, 0 },
	{ REG_GICR_ISENABLER0, 1 }, { REG_GICR_ICENABLER0, 1 }, { REG_GICR_ISPENDR0, 1 },
	{ REG_GICR_ICPENDR0, 1 },   { REG_GICR_IPRIORITYR, 8 },
};

/* Of one worker, shared with its parent. */
struct bench_guest {
	u64 programs, bare_ns, judged_ns;
	u64 ops_unjudged, nr_diffs;
	double ratio[MAX_RATIOS]; /* of the first programs */
};

static u64 pick_place(struct rng *r, const struct bench_reg *b)
{
	const struct reg_desc *d = reg_desc(b->reg);
	bool dist = d->frame == FRAME_GICD;
	unsigned int intid = (unsigned int)(dist ? 32 + rng_below(r, NR_SPIS) : rng_below(r, 32));

	return reg_place(b->reg, b->bits ? intid * b->bits / d->width - d->first : 0);
}

static void add_access(struct rng *r, struct prog *p, u64 vcpu)
{
	const struct bench_reg *b = &regs[rng_below(r, ARRAY_SIZE(regs))];
	u64 at = reg_desc(b->reg)->frame == FRAME_GICD ?
			 DIST_BASE :
			 REDIST_BASE + rng_below(r, NR_VCPUS) * GICR_BYTES;
	u64 reg = pick_place(r, b), value = rng_next(r);
	struct op *op;

	if (!b->bits || rng_below(r, 2)) {
		op = prog_add(p, OP_GUEST_READ);
		op_set_arg(op, ARG_GUEST_READ_vcpu, vcpu);
		op_set_arg(op, ARG_GUEST_READ_reg, reg);
		op_set_arg(op, ARG_GUEST_READ_at, at);
		return;
	}
	op = prog_add(p, OP_GUEST_WRITE);
	op_set_arg(op, ARG_GUEST_WRITE_vcpu, vcpu);
	op_set_arg(op, ARG_GUEST_WRITE_reg, reg);
	op_set_arg(op, ARG_GUEST_WRITE_at, at);
	if (b->bits == 64)
		value = rng_below(r, NR_VCPUS);
	else
		value &= at == DIST_BASE || b->bits != 1 ? 0xffffffff : 0xffffffff & ~OWN_PPIS;
	op_set_arg(op, ARG_GUEST_WRITE_value, value);
}

/* Return: false after a message. */
static bool make_prog(struct prog *p, u64 seed)
{
	struct rng r = { rng_mix(seed, NR_ACCESSES) };
	struct prog_error err;

	if (prog_parse(p, set_up, strlen(set_up), &err)) {
		fprintf(stderr, "vgicheck: %u:%u: %s\n", err.line, err.column, err.text);
		return false;
	}
	for (u64 n = 0, left = 0, vcpu = 0; n < NR_ACCESSES; n++, left--) {
		if (!left) {
			left = 1 + rng_below(&r, MAX_STRETCH);
			vcpu = rng_below(&r, NR_VCPUS);
		}
		add_access(&r, p, vcpu);
	}
	return true;
}

/* The text of a program in flight, which is made for each that is judged. */
static void ignore_text(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static u64 time_bare(const struct session *s, struct prog *p, struct op_result *results,
		     struct bench_guest *b)
{
	u64 start = clock_ns();

	s->target->run(p, results);
	start = clock_ns() - start;
	b->bare_ns += start;
	return start;
}

static u64 time_judged(const struct session *s, struct prog *p, struct judging_context *c,
		       struct op_result *results, struct bench_guest *b)
{
	char reason[REASON_BYTES] = "";
	struct verdict v = { 0 };
	u64 start = clock_ns();
	enum judged how = judge_run(s, p, c, results, &v, reason, sizeof(reason));

	start = clock_ns() - start;
	b->judged_ns += start;
	b->ops_unjudged += p->nr_ops - (how == JUDGED ? v.unjudged : 0);
	b->nr_diffs += v.nr_unknown;
	if (how != JUDGED)
		fprintf(stderr, "vgicheck: bench guest: %s\n", reason);
	return start;
}

/* In a process of its own, which a failing target ends. */
static void bench_worker(const struct session *s, unsigned int number, struct bench_guest *b)
{
	struct judging_context c = {
		.model = model_create(),
		.kmsg = kmsg_open(s->target),
		.started = ignore_text,
	};
	u64 start = clock_ns();

	if (!c.model)
		_exit(TAP_EXIT_HARNESS);
	do {
		u64 bare = 0, judged;
		struct op_result *results;
		struct prog p;

		if (!make_prog(&p, rng_mix(s->options->seed, b->programs << 8 | number)))
			_exit(TAP_EXIT_HARNESS);
		results = xcalloc(p.nr_ops, sizeof(*results));
		/* Whoever comes second may find caches warm. */
		if (b->programs % 2)
			bare = time_bare(s, &p, results, b);
		judged = time_judged(s, &p, &c, results, b);
		if (!(b->programs % 2))
			bare = time_bare(s, &p, results, b);
		if (b->programs < MAX_RATIOS)
			b->ratio[b->programs] = (double)judged / (double)bare;
		b->programs++;
		free(results);
		prog_free(&p);
	} while (clock_ns() - start < NS_OF_A_ROW || b->programs % 2);
	_exit(0);
}

/* All workers at once.  Return: how many of them ended well. */
static unsigned int run_workers(const struct session *s, struct bench_guest *b, unsigned int jobs)
{
	unsigned int nr = 0, good = 0;
	int status;

	fflush(NULL);
	for (; nr < jobs; nr++) {
		pid_t pid = fork();

		if (!pid)
			bench_worker(s, nr, &b[nr]);
		if (pid < 0)
			break;
	}
	for (; nr; nr--)
		good += wait(&status) > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
	return good;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The middle one of all programs: a pause of the machine hits one of the two runs. */
static double median_ratio(const struct bench_guest *b, unsigned int jobs)
{
	double *all = xcalloc((size_t)jobs * MAX_RATIOS, sizeof(*all)), median;
	size_t nr = 0;

	for (unsigned int i = 0; i < jobs; i++) {
		for (u64 k = 0; k < b[i].programs && k < MAX_RATIOS; k++)
			all[nr++] = b[i].ratio[k];
	}
	qsort(all, nr, sizeof(*all), by_value);
	median = all[nr / 2];
	free(all);
	return median;
}

static void print_row(const struct bench_guest *b, unsigned int jobs)
{
	double bare = 0, judged = 0;
	u64 programs = 0, unjudged = 0, diffs = 0;

	for (unsigned int i = 0; i < jobs; i++) {
		double ops = (double)b[i].programs * NR_ACCESSES;

		programs += b[i].programs;
		unjudged += b[i].ops_unjudged;
		diffs += b[i].nr_diffs;
		bare += ops * 60 * NS_PER_S / (double)b[i].bare_ns;
		judged += ops * 60 * NS_PER_S / (double)b[i].judged_ns;
	}
	printf("%-16s %5u %9llu %11.0f %13.0f %7.3f\n", "guest MMIO", jobs,
	       (unsigned long long)programs, bare, judged, median_ratio(b, jobs));
	if (unjudged || diffs)
		printf("%llu operations were not judged, %llu differed\n",
		       (unsigned long long)unjudged, (unsigned long long)diffs);
}

static int bench_row(const struct session *s, unsigned int jobs)
{
	size_t bytes = jobs * sizeof(struct bench_guest);
	struct bench_guest *b =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ret = 0;

	if (b == MAP_FAILED)
		return -errno;
	if (run_workers(s, b, jobs) == jobs)
		print_row(b, jobs);
	else
		ret = -ECHILD;
	munmap(b, bytes);
	return ret;
}

/**
 * bench_guest() - time accesses by guests, performed and judged
 * @s: the session
 *
 * Return: 0, or a negative errno; a worker that failed has said why.
 */
int bench_guest(const struct session *s)
{
	unsigned int cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	int ret;

	if (!s->info.has_gicv3) {
		printf("\nguest MMIO: not here, the programs are for a vGICv3\n");
		return 0;
	}
	printf("\n%-16s %5s %9s %11s %13s %7s\n", "operations", "jobs", "programs", "bare a min",
	       "judged a min", "ratio");
	ret = bench_row(s, 1);
	return !ret && cpus > 1 ? bench_row(s, cpus) : ret;
}
