// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timers of a machine that is saved and goes on elsewhere. QEMU 7.2 saves
 * the registers of the EL2 physical timer, which a VHE kernel runs on, but not
 * that it is ticking: the interrupt that a processor waits for never comes, and
 * the kernel has no reason to program the timer again. It does so on every
 * processor that has a timer of the wall clock which a step of that clock makes
 * expire.
 */
#include "ci/vm/timers.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* The year 2100: later than any time that the machine may believe in. */
#define FAR_AWAY_S 4102444800

/* Runs @fn on every processor, up to @max of them, in turn. */
static void on_processors(int max, void (*fn)(struct timers *t), struct timers *t)
{
	cpu_set_t all;

	if (sched_getaffinity(0, sizeof(all), &all))
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE && max; cpu++) {
		cpu_set_t one;

		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!CPU_ISSET(cpu, &all) || sched_setaffinity(0, sizeof(one), &one))
			continue;
		fn(t);
		max--;
	}
	sched_setaffinity(0, sizeof(all), &all);
}

/* A timer stays where it was made. */
static void make_timer(struct timers *t)
{
	const struct itimerspec when = { .it_value.tv_sec = FAR_AWAY_S };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);

	if (fd < 0)
		return;
	timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL);
	t->fds[t->nr++] = fd;
}

static void step_clock(struct timers *t)
{
	const struct timespec later = { .tv_sec = FAR_AWAY_S + 1 };
	struct timespec now;

	(void)t;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_settime(CLOCK_REALTIME, &later);
	clock_settime(CLOCK_REALTIME, &now);
}

/**
 * timers_prepare() - give every processor a timer that a step of the clock ends
 * @t:	filled in
 *
 * Before the machine is saved.
 */
void timers_prepare(struct timers *t)
{
	*t = (struct timers){ .fds = calloc(CPU_SETSIZE, sizeof(*t->fds)) };
	if (t->fds)
		on_processors(CPU_SETSIZE, make_timer, t);
}

/**
 * timers_start_again() - have the kernel program the timer of every processor
 * @t:	prepared; empty afterwards
 *
 * As the first thing in a machine that was saved. The processor that steps the
 * clock tells the others only: another one does it once more.
 */
void timers_start_again(struct timers *t)
{
	on_processors(2, step_clock, t);
	while (t->nr)
		close(t->fds[--t->nr]);
	free(t->fds);
	t->fds = NULL;
}
