// SPDX-License-Identifier: GPL-2.0-only
/*
 * Injects a run of events: keeps step with the guest of each VM (guest_code/events.h)
 * and hands chains of writes to an event engine.  It runs no guest.
 *
 * A chain ends with a read of the guest's mark, so that one request to the engine
 * carries a VM from one moment to the next.  Deadlines judge nothing: a guest that
 * does not come is reported as one that hangs.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#include "lib/prog/alloc.h"
#include "lib/target/events.h"

#define NS_PER_S 1000000000ULL

/* Where a VM is. */
enum stage {
	TO_MARK, /* its chain ends with the mark of the next step */
	TO_HANDLER, /* with that of the trigger's handler */
	TO_RELEASE, /* with the last write before the guest is released */
	OVER,
};

struct lane {
	struct events_vm *vm;
	unsigned int number; /* of the VM */
	enum stage stage;
	u64 step_number; /* from 1; 0 before the first mark */
	struct events_step step, next;
	bool dropped[EVENTS_MAX_BURST]; /* of step */
	u64 left; /* injections that no step has */
	u64 injected; /* and those that have one */
};

/* One engine, and the VMs that it drives. */
struct drive {
	const struct events_setup *setup;
	struct engine *engine;
	struct lane *lane;
	unsigned int nr_lanes, running;
	u64 cpu_ns; /* that it took the thread */
	int err;
};

/* Requests of a chain that is composed. */
struct chain {
	struct engine_request request[ENGINE_MAX_CHAIN];
	unsigned int nr;
};

_Static_assert(2 * EVENTS_MAX_BURST + 2 <= ENGINE_MAX_CHAIN, "a step is one chain");

static u64 clock_now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (u64)ts.tv_sec * NS_PER_S + (u64)ts.tv_nsec;
}

static void add_write(struct chain *c, const struct lane *l, u32 irq)
{
	c->request[c->nr++] =
		(struct engine_request){ .what = ENGINE_WRITE, .fd = l->vm->irq[irq], .value = 1 };
}

static void add_mark(struct chain *c, const struct drive *d, const struct lane *l)
{
	c->request[c->nr++] = (struct engine_request){ .what = ENGINE_READ,
						       .fd = l->vm->mark,
						       .ns = d->setup->deadline_ns };
}

/* The step's interrupts, and the sentinel behind them. */
static void add_burst(struct chain *c, const struct lane *l)
{
	for (unsigned int i = 0; i < l->step.nr; i++) {
		if (l->step.pause_ns[i])
			c->request[c->nr++] = (struct engine_request){ .what = ENGINE_PAUSE,
								       .ns = l->step.pause_ns[i] };
		if (!l->dropped[i])
			add_write(c, l, l->step.irq[i]);
	}
	add_write(c, l, EVENTS_SENTINEL);
}

static void send(struct drive *d, struct lane *l, enum stage stage, const struct chain *c)
{
	l->stage = stage;
	d->err = engine_chain(d->engine, c->request, c->nr, l->number);
}

/* Takes the next step out of the plan, and tells the guest of the one after it. */
static void advance(struct drive *d, struct lane *l)
{
	l->step = l->next;
	l->step_number++;
	l->left -= l->step.nr;
	events_plan(&l->next, d->setup, l->number, l->step_number + 1, l->left);
	for (unsigned int i = 0; i < l->step.nr; i++)
		l->dropped[i] = events_is_dropped(d->setup, l->number, l->injected++);
	__atomic_store_n(&l->vm->shared->next, l->next.moment, __ATOMIC_RELEASE);
}

static void begin_step(struct drive *d, struct lane *l)
{
	struct chain c = { .nr = 0 };

	advance(d, l);
	events_expect(&l->vm->account, &l->step, l->dropped);
	if (l->step.moment == EVENTS_HANDLER) {
		add_write(&c, l, EVENTS_TRIGGER);
		add_mark(&c, d, l);
		send(d, l, TO_HANDLER, &c);
		return;
	}
	add_burst(&c, l);
	if (l->step.moment == EVENTS_MASKED) {
		send(d, l, TO_RELEASE, &c);
		return;
	}
	add_mark(&c, d, l);
	send(d, l, TO_MARK, &c);
}

static void in_handler(struct drive *d, struct lane *l)
{
	struct chain c = { .nr = 0 };

	add_burst(&c, l);
	send(d, l, TO_RELEASE, &c);
}

static void release(struct drive *d, struct lane *l)
{
	struct chain c = { .nr = 0 };

	__atomic_store_n(&l->vm->shared->release, (u32)l->step_number, __ATOMIC_RELEASE);
	add_mark(&c, d, l);
	send(d, l, TO_MARK, &c);
}

static void end(struct drive *d, struct lane *l)
{
	const struct events_shared *s = l->vm->shared;
	eventfd_t nr = 0;

	/* Levels that were ended are told of before the mark that follows. */
	if (!eventfd_read(l->vm->resampled, &nr))
		l->vm->nr_resampled = nr;
	l->vm->waits = s->waits;
	l->vm->spurious = s->spurious;
	l->vm->stray = s->stray;
	l->vm->stray_intid = s->stray_intid;
	events_close_account(&l->vm->account);
	l->stage = OVER;
	d->running--;
}

static void at_mark(struct drive *d, struct lane *l)
{
	if (l->step_number)
		events_check(&l->vm->account, &l->step, l->step_number, l->vm->shared);
	if (l->next.moment == EVENTS_END)
		end(d, l);
	else
		begin_step(d, l);
}

static void fail(struct drive *d, struct lane *l, const struct engine_event *event)
{
	static const char *const where[] = {
		[EVENTS_BLOCKED] = "in WFI",
		[EVENTS_RUNNING] = "running",
		[EVENTS_MASKED] = "masked",
		[EVENTS_HANDLER] = "in a handler",
	};

	/* The one who saw it end says why. */
	if (event->err == ETIME)
		snprintf(l->vm->failure, sizeof(l->vm->failure),
			 "the guest hangs: no mark within %llu s after step %llu, %s",
			 (unsigned long long)(d->setup->deadline_ns / NS_PER_S),
			 (unsigned long long)l->step_number,
			 l->step_number ? where[l->step.moment] : "its start");
	else if (event->err)
		d->err = -event->err;
	end(d, l);
}

static void go_on(struct drive *d, const struct engine_event *event)
{
	struct lane *l = d->lane;

	while (l->number != event->tag)
		l++;
	if (event->err || __atomic_load_n(&l->vm->ended, __ATOMIC_ACQUIRE)) {
		fail(d, l, event);
		return;
	}
	switch (l->stage) {
	case TO_MARK:
		at_mark(d, l);
		break;
	case TO_HANDLER:
		in_handler(d, l);
		break;
	case TO_RELEASE:
		release(d, l);
		break;
	case OVER:
		break;
	}
}

static void drive(struct drive *d)
{
	struct engine_event events[EVENTS_MAX_VMS];
	u64 start = clock_now(CLOCK_THREAD_CPUTIME_ID);

	d->running = d->nr_lanes;
	for (unsigned int i = 0; i < d->nr_lanes && !d->err; i++) {
		struct chain c = { .nr = 0 };

		add_mark(&c, d, &d->lane[i]);
		send(d, &d->lane[i], TO_MARK, &c);
	}
	while (d->running && !d->err) {
		int nr = engine_wait(d->engine, events, EVENTS_MAX_VMS);

		d->err = nr < 0 ? nr : 0;
		for (int i = 0; i < nr && !d->err; i++)
			go_on(d, &events[i]);
	}
	d->cpu_ns = clock_now(CLOCK_THREAD_CPUTIME_ID) - start;
}

/* The first VMs get what cannot be dealt evenly. */
static u64 share_of(const struct events_setup *s, unsigned int vm)
{
	return s->injections / s->nr_vms + (vm < s->injections % s->nr_vms);
}

static void add_lane(struct drive *d, struct events_result *r, unsigned int vm)
{
	struct lane *l = &d->lane[d->nr_lanes++];

	*l = (struct lane){ .vm = &r->vm[vm], .number = vm, .left = share_of(d->setup, vm) };
	events_plan(&l->next, d->setup, vm, 1, l->left);
}

/* For @nr VMs from @first on; the plain engine is always there. */
static int open_drive(struct drive *d, const struct events_setup *s, struct events_result *r,
		      unsigned int first, unsigned int nr)
{
	char unused[EVENTS_TEXT_BYTES];

	*d = (struct drive){ .setup = s, .lane = xcalloc(nr, sizeof(struct lane)) };
	if (s->way == EVENTS_BY_RING)
		d->engine = engine_open(ENGINE_RING, nr, r->instead, sizeof(r->instead));
	if (!d->engine)
		d->engine = engine_open(ENGINE_POLL, nr, unused, sizeof(unused));
	for (unsigned int i = 0; i < nr; i++)
		add_lane(d, r, first + i);
	return d->engine ? 0 : -ENOMEM;
}

static void close_drive(struct drive *d, struct events_result *r)
{
	if (d->engine)
		r->nr_calls += engine_calls(d->engine);
	r->cpu_ns += d->cpu_ns;
	engine_close(d->engine);
	free(d->lane);
	if (d->err)
		snprintf(r->error, sizeof(r->error), "the event engine '%s': %s", r->engine,
			 strerror(-d->err));
}

static int inject_by_one(const struct events_setup *s, struct events_result *r)
{
	struct drive d;
	int ret = open_drive(&d, s, r, 0, s->nr_vms);

	if (!ret) {
		r->engine = engine_name(d.engine);
		r->nr_threads = 1;
		r->ns = clock_now(CLOCK_MONOTONIC);
		drive(&d);
		r->ns = clock_now(CLOCK_MONOTONIC) - r->ns;
		ret = d.err;
	}
	close_drive(&d, r);
	return ret;
}

static void *thread(void *arg)
{
	drive(arg);
	return NULL;
}

static int inject_by_threads(const struct events_setup *s, struct events_result *r)
{
	struct drive *d = xcalloc(s->nr_vms, sizeof(*d));
	pthread_t threads[EVENTS_MAX_VMS];
	unsigned int nr = 0;
	int ret = 0;

	r->engine = "threads";
	for (unsigned int i = 0; i < s->nr_vms && !ret; i++)
		ret = open_drive(&d[i], s, r, i, 1);
	r->ns = clock_now(CLOCK_MONOTONIC);
	for (; nr < s->nr_vms && !ret; nr += !ret)
		ret = -pthread_create(&threads[nr], NULL, thread, &d[nr]);
	r->nr_threads = nr;
	while (nr)
		pthread_join(threads[--nr], NULL);
	r->ns = clock_now(CLOCK_MONOTONIC) - r->ns;
	for (unsigned int i = 0; i < s->nr_vms; i++) {
		ret = ret ? ret : d[i].err;
		close_drive(&d[i], r);
	}
	free(d);
	return ret;
}

/**
 * events_prepare() - tell each guest of its first moment, before it runs
 * @setup: of the run
 * @r:     has the VMs
 */
void events_prepare(const struct events_setup *setup, struct events_result *r)
{
	for (unsigned int i = 0; i < setup->nr_vms; i++) {
		struct events_step first;

		events_plan(&first, setup, i, 1, share_of(setup, i));
		__atomic_store_n(&r->vm[i].shared->next, first.moment, __ATOMIC_RELEASE);
	}
}

/**
 * events_inject() - inject all, and keep the account
 * @setup: of the run
 * @r:     its VMs, whose guests run since events_prepare(); the rest is filled in
 *
 * A VM whose guest hangs or has ended says so in its failure, and the others go on.
 *
 * Return: 0, or a negative errno with the reason in @r->error.
 */
int events_inject(const struct events_setup *setup, struct events_result *r)
{
	int ret = setup->way == EVENTS_BY_THREADS ? inject_by_threads(setup, r) :
						    inject_by_one(setup, r);

	if (ret && !r->error[0])
		snprintf(r->error, sizeof(r->error), "cannot inject: %s", strerror(-ret));
	return ret;
}
