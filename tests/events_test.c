// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs of events: plan, injection and account, on guests that are played by a thread
 * each, with eventfds for interrupts.  No KVM.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "lib/prog/alloc.h"
#include "lib/target/events.h"
#include "tests/unit.h"

#define NR_VMS 5
#define INJECTIONS 600
#define LONG_NS 20000000000ULL
#define SHORT_NS 500000000ULL
#define NOBODY NR_VMS

/* What one of the guests does wrong, in one step. */
enum misdeed { NONE, LOSES, REPEATS, TAKES_AGAIN, IS_LATE, FORGETS_RESAMPLE, HANGS, ENDS };

struct actor {
	struct events_vm *vm;
	enum misdeed misdeed;
	u32 owed; /* a delivery that is late, and of which interrupt */
	u32 owed_irq;
	bool did_it;
	pthread_t thread;
};

static struct events_shared shared[NR_VMS];

#define LOAD(at) __atomic_load_n((at), __ATOMIC_ACQUIRE)

static void mark(const struct actor *a)
{
	(void)eventfd_write(a->vm->mark, 1);
}

/* A write to it, or many, that were not seen yet. */
static bool pends(const struct actor *a, u32 irq)
{
	eventfd_t nr;

	return !eventfd_read(a->vm->irq[irq], &nr);
}

static void wait_for(const struct actor *a, u32 irq)
{
	struct pollfd p = { .fd = a->vm->irq[irq], .events = POLLIN };

	while (poll(&p, 1, -1) != 1)
		;
}

/* Is it the time for the misdeed, which this interrupt allows? */
static bool errs(struct actor *a, enum misdeed what, u32 irq)
{
	if (a->misdeed != what || a->did_it || a->vm->shared->step < 3)
		return false;
	if (what == REPEATS)
		a->did_it = !EVENTS_IS_LEVEL(irq);
	else
		a->did_it = EVENTS_IS_LEVEL(irq) || what == LOSES || what == IS_LATE;
	return a->did_it;
}

static void take(struct actor *a, u32 irq)
{
	struct events_shared *s = a->vm->shared;
	u32 times = 1;

	if (errs(a, LOSES, irq))
		times = 0;
	if (errs(a, REPEATS, irq) || errs(a, TAKES_AGAIN, irq))
		times = 2;
	if (errs(a, IS_LATE, irq)) {
		times = 0;
		a->owed = 1;
		a->owed_irq = irq;
	}
	__atomic_store_n(&s->taken[irq], s->taken[irq] + times, __ATOMIC_RELEASE);
	if (EVENTS_IS_LEVEL(irq) && !errs(a, FORGETS_RESAMPLE, irq))
		(void)eventfd_write(a->vm->resampled, 1);
}

/* Once the sentinel has come, all others have. */
static void take_all(struct actor *a)
{
	u32 late = a->owed;

	wait_for(a, EVENTS_SENTINEL);
	for (u32 i = 0; i < EVENTS_SENTINEL; i++) {
		if (pends(a, i))
			take(a, i);
	}
	a->vm->shared->taken[a->owed_irq] += late;
	a->owed -= late;
	if (pends(a, EVENTS_SENTINEL))
		a->vm->shared->taken[EVENTS_SENTINEL]++;
}

static void perform(struct actor *a, u32 moment)
{
	struct events_shared *s = a->vm->shared;

	mark(a);
	if (moment == EVENTS_HANDLER) {
		wait_for(a, EVENTS_TRIGGER);
		pends(a, EVENTS_TRIGGER);
		s->taken[EVENTS_TRIGGER]++;
		mark(a);
	}
	if (moment == EVENTS_MASKED || moment == EVENTS_HANDLER) {
		while (LOAD(&s->release) < s->step)
			sched_yield();
	}
	take_all(a);
}

static void *act(void *arg)
{
	struct actor *a = arg;
	struct events_shared *s = a->vm->shared;
	u32 moment;

	for (moment = LOAD(&s->next); moment != EVENTS_END; moment = LOAD(&s->next)) {
		s->step++;
		if (s->step == 4 && a->misdeed == HANGS)
			return NULL;
		if (s->step == 4 && a->misdeed == ENDS) {
			snprintf(a->vm->failure, sizeof(a->vm->failure), "it ended");
			__atomic_store_n(&a->vm->ended, true, __ATOMIC_RELEASE);
			break;
		}
		perform(a, moment);
	}
	mark(a);
	return NULL;
}

static void set_up_vm(struct events_vm *vm, struct events_shared *s)
{
	*s = (struct events_shared){ 0 };
	vm->shared = s;
	vm->mark = eventfd(0, EFD_CLOEXEC);
	vm->resampled = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (u32 i = 0; i < EVENTS_NR_IRQS; i++)
		vm->irq[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/* A run in which guest @which does something wrong. */
static struct events_result *run(struct unit *t, const struct events_setup *setup,
				 unsigned int which, enum misdeed misdeed)
{
	struct events_result *r = xcalloc(1, sizeof(*r));
	struct actor actors[NR_VMS] = { 0 };

	r->nr_vms = NR_VMS;
	for (unsigned int i = 0; i < NR_VMS; i++)
		set_up_vm(&r->vm[i], &shared[i]);
	events_prepare(setup, r);
	for (unsigned int i = 0; i < NR_VMS; i++) {
		actors[i].vm = &r->vm[i];
		actors[i].misdeed = i == which ? misdeed : NONE;
		EXPECT_EQ(t, pthread_create(&actors[i].thread, NULL, act, &actors[i]), 0);
	}
	EXPECT_EQ(t, events_inject(setup, r), 0);
	for (unsigned int i = 0; i < NR_VMS; i++)
		pthread_join(actors[i].thread, NULL);
	return r;
}

static const struct events_setup plain = {
	.nr_vms = NR_VMS,
	.injections = INJECTIONS,
	.seed = 5,
	.deadline_ns = LONG_NS,
	.way = EVENTS_BY_RING,
};

static u64 sent_of(const struct events_account *a)
{
	u64 sent = 0;

	for (unsigned int i = 0; i < EVENTS_NR_MOMENTS; i++) {
		const struct events_count *c = &a->moment[i];

		sent += c->sent == c->taken + c->merged ? c->sent : 0;
	}
	return sent;
}

static void all_is_accounted_for(struct unit *t)
{
	struct events_result *r = run(t, &plain, NOBODY, NONE);
	u64 sent = 0;

	for (unsigned int i = 0; i < NR_VMS; i++) {
		const struct events_account *a = &r->vm[i].account;

		sent += sent_of(a);
		EXPECT_EQ(t, a->lost + a->extra + a->late + a->nr_notes, 0);
		EXPECT_STR(t, r->vm[i].failure, "");
		EXPECT_TRUE(t, a->moment[EVENTS_MASKED].merged > 0);
		EXPECT_EQ(t, a->moment[EVENTS_RUNNING].merged, 0);
		EXPECT_TRUE(t, r->vm[i].nr_resampled > 0);
	}
	EXPECT_EQ(t, sent, INJECTIONS);
	free(r);
}

static void each_way_gives_the_same(struct unit *t)
{
	struct events_result *first = NULL;

	for (unsigned int i = 0; i < EVENTS_NR_WAYS; i++) {
		struct events_setup setup = plain;
		struct events_result *r;

		setup.way = (enum events_way)i;
		r = run(t, &setup, NOBODY, NONE);
		EXPECT_EQ(t, r->nr_threads, setup.way == EVENTS_BY_THREADS ? NR_VMS : 1);
		if (!first) {
			first = r;
			continue;
		}
		for (unsigned int k = 0; k < NR_VMS; k++) {
			EXPECT_EQ(t,
				  memcmp(&first->vm[k].account, &r->vm[k].account,
					 sizeof(r->vm[k].account)),
				  0);
			EXPECT_EQ(t, r->vm[k].nr_resampled, first->vm[k].nr_resampled);
		}
		free(r);
	}
	free(first);
}

/* What is known of guest 2 after its misdeed; all others are well. */
static const struct events_vm *only_one_differs(struct unit *t, const struct events_result *r)
{
	for (unsigned int i = 0; i < NR_VMS; i++) {
		const struct events_account *a = &r->vm[i].account;

		if (i == 2)
			continue;
		EXPECT_EQ(t, a->lost + a->extra + a->late, 0);
		EXPECT_STR(t, r->vm[i].failure, "");
	}
	return &r->vm[2];
}

static void sees_what_is_lost(struct unit *t)
{
	struct events_result *r = run(t, &plain, 2, LOSES);
	const struct events_account *a = &only_one_differs(t, r)->account;

	EXPECT_EQ(t, a->lost, 1);
	EXPECT_EQ(t, a->extra, 0);
	EXPECT_EQ(t, a->nr_notes, 1);
	EXPECT_EQ(t, a->note[0].step, 3);
	EXPECT_EQ(t, a->note[0].taken + 1, a->note[0].wanted);
	free(r);
}

static void sees_what_nobody_sent(struct unit *t)
{
	struct events_result *r = run(t, &plain, 2, REPEATS);
	const struct events_account *a = &only_one_differs(t, r)->account;

	EXPECT_EQ(t, a->lost, 0);
	EXPECT_EQ(t, a->extra, 1);
	EXPECT_EQ(t, a->nr_notes, 1);
	free(r);
}

static void sees_levels_that_stay_high(struct unit *t)
{
	struct events_result *r = run(t, &plain, 2, TAKES_AGAIN);
	const struct events_account *a = &only_one_differs(t, r)->account;

	EXPECT_EQ(t, a->lost + a->extra, 0);
	EXPECT_EQ(t, a->repeated, 1);
	EXPECT_EQ(t, a->nr_notes, 1);
	EXPECT_EQ(t, a->note[0].taken, a->note[0].wanted + 1);
	EXPECT_EQ(t, r->vm[1].account.repeated, 0);
	free(r);
}

static void late_is_not_lost(struct unit *t)
{
	struct events_result *r = run(t, &plain, 2, IS_LATE);
	const struct events_account *a = &only_one_differs(t, r)->account;

	EXPECT_EQ(t, a->lost + a->extra, 0);
	EXPECT_EQ(t, a->late, 1);
	EXPECT_EQ(t, a->nr_notes, 2);
	free(r);
}

static u64 levels_taken(const struct events_account *a)
{
	u64 nr = 0;

	for (u32 i = EVENTS_NR_EDGES; i < EVENTS_TRIGGER; i++)
		nr += a->wanted[i];
	return nr;
}

static void sees_that_a_resample_is_missing(struct unit *t)
{
	struct events_result *r = run(t, &plain, 2, FORGETS_RESAMPLE);
	const struct events_vm *vm = only_one_differs(t, r);

	EXPECT_EQ(t, vm->account.lost, 0);
	EXPECT_EQ(t, vm->nr_resampled + 1, levels_taken(&vm->account));
	EXPECT_EQ(t, r->vm[1].nr_resampled, levels_taken(&r->vm[1].account));
	free(r);
}

static void sees_what_is_left_out(struct unit *t)
{
	struct events_setup setup = plain;
	struct events_result *r;
	u64 dropped = 0, planted = 0, lost = 0;

	setup.drop = 20;
	r = run(t, &setup, NOBODY, NONE);
	for (unsigned int i = 0; i < NR_VMS; i++) {
		dropped += r->vm[i].account.dropped;
		planted += r->vm[i].account.planted;
		lost += r->vm[i].account.lost;
	}
	EXPECT_TRUE(t, dropped > INJECTIONS / 40);
	EXPECT_TRUE(t, planted && planted <= dropped);
	EXPECT_EQ(t, lost, planted);
	free(r);
}

/* The deadline bounds a hang; the other guests go on to their ends. */
static void names_who_hangs(struct unit *t)
{
	struct events_setup setup = plain;
	struct events_result *r;

	setup.deadline_ns = SHORT_NS;
	setup.way = EVENTS_BY_POLL;
	r = run(t, &setup, 2, HANGS);
	EXPECT_CONTAINS(t, r->vm[2].failure, "the guest hangs: no mark within ");
	free(r);
}

static void names_who_ends(struct unit *t)
{
	struct events_result *r = run(t, &plain, 2, ENDS);

	EXPECT_STR(t, only_one_differs(t, r)->failure, "it ended");
	free(r);
}

/* The rules that the account stands on. */
static void plans_are_sound(struct unit *t)
{
	bool seen[EVENTS_NR_MOMENTS][EVENTS_NR_IRQS] = { 0 };
	unsigned int nr_pauses = 0;

	for (u64 n = 1; n < 3000; n++) {
		struct events_step step, again;
		u32 used = 0;

		events_plan(&step, &plain, 1, n, 1000);
		events_plan(&again, &plain, 1, n, 1000);
		EXPECT_EQ(t, memcmp(&step, &again, sizeof(step)), 0);
		if (!EXPECT_TRUE(t, step.moment < EVENTS_END && step.nr <= EVENTS_MAX_BURST))
			return;
		for (unsigned int i = 0; i < step.nr; i++) {
			bool once = step.moment == EVENTS_BLOCKED || step.moment == EVENTS_RUNNING;

			EXPECT_TRUE(t, step.irq[i] < EVENTS_SENTINEL);
			EXPECT_TRUE(t, !once || !(used & 1u << step.irq[i]));
			used |= 1u << step.irq[i];
			seen[step.moment][step.irq[i]] = true;
			nr_pauses += step.pause_ns[i] > 0;
		}
	}
	for (unsigned int m = 0; m < EVENTS_NR_MOMENTS; m++) {
		for (u32 i = 0; i < EVENTS_TRIGGER; i++)
			EXPECT_TRUE(t, seen[m][i]);
		EXPECT_EQ(t, seen[m][EVENTS_TRIGGER], m == EVENTS_HANDLER);
	}
	EXPECT_TRUE(t, nr_pauses > 100);
}

static void plans_end_when_nothing_is_left(struct unit *t)
{
	struct events_step step;

	events_plan(&step, &plain, 0, 9, 0);
	EXPECT_EQ(t, step.moment, EVENTS_END);
	for (u64 n = 1; n < 100; n++) {
		events_plan(&step, &plain, 0, n, 1);
		EXPECT_EQ(t, step.nr, 1);
	}
}

static const struct unit_test tests[] = {
	{ "events.all_is_accounted_for", all_is_accounted_for },
	{ "events.each_way_gives_the_same", each_way_gives_the_same },
	{ "events.sees_what_is_lost", sees_what_is_lost },
	{ "events.sees_what_nobody_sent", sees_what_nobody_sent },
	{ "events.sees_levels_that_stay_high", sees_levels_that_stay_high },
	{ "events.late_is_not_lost", late_is_not_lost },
	{ "events.sees_that_a_resample_is_missing", sees_that_a_resample_is_missing },
	{ "events.sees_what_is_left_out", sees_what_is_left_out },
	{ "events.names_who_hangs", names_who_hangs },
	{ "events.names_who_ends", names_who_ends },
	{ "events.plans_are_sound", plans_are_sound },
	{ "events.plans_end_when_nothing_is_left", plans_end_when_nothing_is_left },
};
UNIT_MAIN(tests)
