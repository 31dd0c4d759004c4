// SPDX-License-Identifier: GPL-2.0-only
/*
 * The plain engine: ppoll(), read() and write().
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/engine/part.h"

#define NS_PER_S 1000000000ULL
#define FOR_EVER UINT64_MAX

/* Where a chain is. */
struct step {
	unsigned int at; /* the request that has not been completed */
	bool waits; /* it has begun, and is a read or a pause */
	u64 until; /* the pause's end, or the read's deadline */
};

struct poller {
	struct step *step; /* of each slot */
	struct pollfd *fds; /* the same; an fd below 0 is not looked at */
};

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NS_PER_S + (u64)ts.tv_nsec;
}

static int poll_open(struct engine *e, char *why, size_t bytes)
{
	struct poller *p = calloc(1, sizeof(*p));

	(void)why;
	(void)bytes;
	if (!p)
		return -ENOMEM;
	p->step = calloc(e->max_chains, sizeof(*p->step));
	p->fds = calloc(e->max_chains, sizeof(*p->fds));
	e->own = p;
	for (unsigned int i = 0; p->fds && i < e->max_chains; i++)
		p->fds[i].fd = -1;
	return p->step && p->fds ? 0 : -ENOMEM;
}

static void poll_close(struct engine *e)
{
	struct poller *p = e->own;

	free(p->step);
	free(p->fds);
	free(p);
}

/* It begins with the next wait, together with the others. */
/* cppcheck-suppress constParameter ; the type of the function is given */
static int poll_chain(struct engine *e, struct engine_slot *slot)
{
	struct poller *p = e->own;

	p->step[slot - e->slot] = (struct step){ 0 };
	return 0;
}

/* Return: 0, or an errno, positive. */
static int transfer(struct engine *e, const struct engine_request *r, u64 *value)
{
	ssize_t n;
	int err;

	do {
		n = r->what == ENGINE_READ ? read(r->fd, value, sizeof(*value)) :
					     write(r->fd, &r->value, sizeof(r->value));
		err = errno;
		e->nr_calls++;
	} while (n < 0 && err == EINTR);
	if (n < 0)
		return err;
	return n == sizeof(*value) ? 0 : EIO;
}

static void begin_wait(struct poller *p, unsigned int i, const struct engine_request *r)
{
	p->step[i].waits = true;
	p->step[i].until = r->what == ENGINE_READ && !r->ns ? FOR_EVER : now_ns() + r->ns;
	p->fds[i].fd = r->what == ENGINE_READ ? r->fd : -1;
	p->fds[i].events = POLLIN;
	p->fds[i].revents = 0;
}

/* The request at which a chain waits is complete, or failed. */
static void end_wait(struct engine *e, unsigned int i, int err)
{
	struct poller *p = e->own;

	p->step[i].waits = false;
	p->fds[i].fd = -1;
	if (err)
		engine_done(e, &e->slot[i], err, p->step[i].at);
	else
		p->step[i].at++;
}

/* Performs what can be performed without waiting. */
static void advance(struct engine *e, unsigned int i)
{
	struct poller *p = e->own;
	struct engine_slot *slot = &e->slot[i];
	struct step *s = &p->step[i];

	for (; s->at < slot->nr; s->at++) {
		const struct engine_request *r = &slot->request[s->at];
		int err;

		if (r->what != ENGINE_WRITE) {
			begin_wait(p, i, r);
			return;
		}
		err = transfer(e, r, NULL);
		if (err) {
			engine_done(e, slot, err, s->at);
			return;
		}
	}
	engine_done(e, slot, 0, slot->nr - 1);
}

/* Has what this chain waits for happened?  A read that can be done is in time. */
static void look_at(struct engine *e, unsigned int i, u64 now)
{
	struct poller *p = e->own;
	struct engine_slot *slot = &e->slot[i];
	const struct engine_request *r = &slot->request[p->step[i].at];

	if (r->what == ENGINE_READ && p->fds[i].revents)
		end_wait(e, i, transfer(e, r, &slot->value));
	else if (p->step[i].until <= now)
		end_wait(e, i, r->what == ENGINE_READ ? ETIME : 0);
}

static u64 earliest(const struct engine *e)
{
	const struct poller *p = e->own;
	u64 first = FOR_EVER;

	for (unsigned int i = 0; i < e->max_chains; i++) {
		if (p->step[i].waits && p->step[i].until < first)
			first = p->step[i].until;
	}
	return first;
}

static int wait_for_any(struct engine *e)
{
	struct poller *p = e->own;
	u64 until = earliest(e), now = until == FOR_EVER ? 0 : now_ns();
	u64 ns = until > now ? until - now : 0;
	const struct timespec ts = { .tv_sec = (time_t)(ns / NS_PER_S),
				     .tv_nsec = (long)(ns % NS_PER_S) };

	e->nr_calls++;
	if (ppoll(p->fds, e->max_chains, until == FOR_EVER ? NULL : &ts, NULL) < 0 &&
	    errno != EINTR)
		return -errno;
	now = now_ns();
	for (unsigned int i = 0; i < e->max_chains; i++) {
		if (p->step[i].waits)
			look_at(e, i, now);
	}
	return 0;
}

static int poll_wait(struct engine *e)
{
	const struct poller *p = e->own;

	for (unsigned int i = 0; i < e->max_chains; i++) {
		if (e->slot[i].nr && !p->step[i].waits && !e->slot[i].done)
			advance(e, i);
	}
	return e->nr_done ? 0 : wait_for_any(e);
}

const struct engine_ops engine_poll = {
	.name = "poll",
	.open = poll_open,
	.close = poll_close,
	.chain = poll_chain,
	.wait = poll_wait,
};
