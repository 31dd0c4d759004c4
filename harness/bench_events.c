// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck bench events`: how long it takes to inject the same interrupts into the
 * same VMs by one thread with io_uring, by one without it, and by a thread for each
 * VM.  They take turns, so that all meet the same machine.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "harness/harness.h"
#include "lib/prog/alloc.h"
#include "lib/target/events.h"

#define NR_ROUNDS 5
#define MIDDLE 2 /* of them: a pause of the machine hits one or two */

/* What is measured of each run; all but the calls in seconds or to that of threads. */
enum measure { TIME, CPU, CALLS, TIME_RATIO, CPU_RATIO, NR_MEASURES };

struct row {
	const char *engine;
	unsigned int nr_threads;
	double value[NR_MEASURES][NR_ROUNDS];
};

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Return: 0 or a negative errno, after a message. */
static int perform(const struct session *s, const struct events_setup *setup, struct row *row,
		   unsigned int round)
{
	struct events_result *r = xcalloc(1, sizeof(*r));
	int ret = s->target->events(setup, r);

	if (ret)
		fprintf(stderr, "vgicheck: bench events: %s\n", r->error);
	row->engine = r->engine;
	row->nr_threads = r->nr_threads;
	row->value[TIME][round] = (double)r->ns / (double)NS_PER_S;
	row->value[CPU][round] = (double)r->cpu_ns / (double)NS_PER_S;
	row->value[CALLS][round] = (double)r->nr_calls;
	free(r);
	return ret;
}

static int perform_round(const struct session *s, struct events_setup *setup,
			 struct row rows[EVENTS_NR_WAYS], unsigned int round)
{
	const struct row *threads = &rows[EVENTS_BY_THREADS];

	for (unsigned int i = 0; i < EVENTS_NR_WAYS; i++) {
		int ret;

		setup->way = (enum events_way)i;
		ret = perform(s, setup, &rows[i], round);
		if (ret)
			return ret;
	}
	for (unsigned int i = 0; i < EVENTS_NR_WAYS; i++) {
		struct row *r = &rows[i];

		r->value[TIME_RATIO][round] = r->value[TIME][round] / threads->value[TIME][round];
		r->value[CPU_RATIO][round] = r->value[CPU][round] / threads->value[CPU][round];
	}
	return 0;
}

static void print_row(struct row *r)
{
	for (unsigned int i = 0; i < NR_MEASURES; i++)
		qsort(r->value[i], NR_ROUNDS, sizeof(r->value[i][0]), by_value);
	printf("%-10s %7u %9.3f %9.3f %8.0f %7.3f %9.3f\n", r->engine, r->nr_threads,
	       r->value[TIME][MIDDLE], r->value[CPU][MIDDLE], r->value[CALLS][MIDDLE],
	       r->value[TIME_RATIO][MIDDLE], r->value[CPU_RATIO][MIDDLE]);
}

/**
 * bench_events() - time injections into many VMs
 * @s: the session
 *
 * Return: 0, or a negative errno after a message.
 */
int bench_events(const struct session *s)
{
	struct row rows[EVENTS_NR_WAYS] = { 0 };
	struct events_setup setup;
	char reason[EVENTS_TEXT_BYTES];

	if (!events_can_run(s, reason, sizeof(reason))) {
		printf("\nevents: not here, %s\n", reason);
		return 0;
	}
	if (events_setup_of(&setup, s->options))
		return -EINVAL;
	printf("\n%" PRIu64 " injections into %u VMs by irqfds, the middle one of %u rounds\n",
	       setup.injections, setup.nr_vms, NR_ROUNDS);
	for (unsigned int round = 0; round < NR_ROUNDS; round++) {
		int ret = perform_round(s, &setup, rows, round);

		if (ret)
			return ret;
		/* For whoever looks whether the machine still does something. */
		printf("# round %u\n", round + 1);
		fflush(stdout);
	}
	printf("%-10s %7s %9s %9s %8s %7s %9s\n", "engine", "threads", "seconds", "of CPUs",
	       "calls", "ratio", "of CPUs");
	for (unsigned int i = 0; i < EVENTS_NR_WAYS; i++)
		print_row(&rows[i]);
	return 0;
}
