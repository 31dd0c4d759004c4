// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine on an io_uring ring, by liburing.  A chain is one of linked requests:
 * the kernel begins each when the one before it is complete, and many chains are
 * handed over by one system call.
 */
#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/engine/part.h"

#define NS_PER_S 1000000000ULL
#define MIN_ENTRIES (2 * ENGINE_MAX_CHAIN) /* one chain, each with a deadline */
#define MAX_ENTRIES 4096

/* What a completion is about, in its user_data: a slot, and which of its requests. */
#define REQUEST_BITS 8
#define DEADLINE ((1u << REQUEST_BITS) - 1) /* of the read before it */

_Static_assert(ENGINE_MAX_CHAIN < DEADLINE, "fits its bits");

/* Of each slot, beside it. */
struct links {
	struct __kernel_timespec ts[ENGINE_MAX_CHAIN]; /* of pauses and deadlines */
	unsigned int left; /* completions to come */
	bool late; /* a deadline passed */
	int err; /* of the first request that failed */
	unsigned int at;
};

struct ringer {
	struct io_uring ring;
	struct links *links;
};

static const int needed[] = { IORING_OP_READ, IORING_OP_WRITE, IORING_OP_TIMEOUT,
			      IORING_OP_LINK_TIMEOUT };

/* A kernel of 6.1 and later has the flags: completions are then seen to when waited for. */
static int set_up(struct io_uring *ring, unsigned int entries)
{
	int ret = io_uring_queue_init(entries, ring,
				      IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);

	return ret == -EINVAL ? io_uring_queue_init(entries, ring, 0) : ret;
}

static bool can_do_all(struct io_uring *ring)
{
	struct io_uring_probe *probe = io_uring_get_probe_ring(ring);
	bool can = probe;

	for (size_t i = 0; i < ARRAY_SIZE(needed) && can; i++)
		can = io_uring_opcode_supported(probe, needed[i]);
	io_uring_free_probe(probe);
	return can;
}

static int ring_open(struct engine *e, char *why, size_t bytes)
{
	struct ringer *r = calloc(1, sizeof(*r));
	unsigned int entries = e->max_chains * ENGINE_MAX_CHAIN;
	int ret;

	if (!r)
		return -ENOMEM;
	r->links = calloc(e->max_chains, sizeof(*r->links));
	if (entries < MIN_ENTRIES)
		entries = MIN_ENTRIES;
	if (entries > MAX_ENTRIES)
		entries = MAX_ENTRIES;
	ret = r->links ? set_up(&r->ring, entries) : -ENOMEM;
	if (!ret && !can_do_all(&r->ring)) {
		io_uring_queue_exit(&r->ring);
		ret = -EOPNOTSUPP;
	}
	if (!ret) {
		e->own = r;
		return 0;
	}
	snprintf(why, bytes, "io_uring cannot be used: %s", strerror(-ret));
	free(r->links);
	free(r);
	return ret;
}

static void ring_close(struct engine *e)
{
	struct ringer *r = e->own;

	io_uring_queue_exit(&r->ring);
	free(r->links);
	free(r);
}

static struct __kernel_timespec timespec_of(u64 ns)
{
	return (struct __kernel_timespec){ .tv_sec = (long long)(ns / NS_PER_S),
					   .tv_nsec = (long long)(ns % NS_PER_S) };
}

static void put_deadline(struct ringer *r, struct __kernel_timespec *ts, u64 user, bool last)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&r->ring);

	io_uring_prep_link_timeout(sqe, ts, 0);
	io_uring_sqe_set_flags(sqe, last ? 0 : IOSQE_IO_LINK);
	sqe->user_data = user;
}

/* One request, tied to the next one unless it is the last. */
static void put_request(struct ringer *r, struct engine_slot *slot, unsigned int number,
			unsigned int i)
{
	const struct engine_request *q = &slot->request[i];
	struct __kernel_timespec *ts = &r->links[number].ts[i];
	u64 user = (u64)number << REQUEST_BITS;
	struct io_uring_sqe *sqe = io_uring_get_sqe(&r->ring);
	bool has_deadline = q->what == ENGINE_READ && q->ns, last = i + 1 == slot->nr;
	unsigned int link = IOSQE_IO_LINK;

	*ts = timespec_of(q->ns);
	switch (q->what) {
	case ENGINE_WRITE:
		io_uring_prep_write(sqe, q->fd, &q->value, sizeof(q->value), 0);
		break;
	case ENGINE_READ:
		io_uring_prep_read(sqe, q->fd, &slot->value, sizeof(slot->value), 0);
		break;
	case ENGINE_PAUSE:
		io_uring_prep_timeout(sqe, ts, 0, 0);
		/* One that has run out is an error to the kernel, which must not end the chain. */
		link = IOSQE_IO_HARDLINK;
		break;
	}
	sqe->user_data = user | i;
	if (!last || has_deadline)
		io_uring_sqe_set_flags(sqe, link);
	if (has_deadline)
		put_deadline(r, ts, user | DEADLINE, last);
	r->links[number].left += 1 + has_deadline;
}

static int submit(struct engine *e, unsigned int wait_for)
{
	struct ringer *r = e->own;
	int ret;

	do {
		ret = io_uring_submit_and_wait(&r->ring, wait_for);
		e->nr_calls++;
	} while (ret == -EINTR);
	return ret < 0 ? ret : 0;
}

/* Links end where what is handed over ends: a chain is handed over in one piece. */
static int ring_chain(struct engine *e, struct engine_slot *slot)
{
	struct ringer *r = e->own;
	unsigned int number = (unsigned int)(slot - e->slot);
	int ret = 0;

	if (io_uring_sq_space_left(&r->ring) < 2 * slot->nr)
		ret = submit(e, 0);
	if (ret)
		return ret;
	r->links[number] = (struct links){ .at = slot->nr };
	for (unsigned int i = 0; i < slot->nr; i++)
		put_request(r, slot, number, i);
	return 0;
}

/* Those behind a request that failed are cancelled, perhaps before it says so. */
static void note_failure(struct links *l, unsigned int at, int err)
{
	if (at < l->at) {
		l->at = at;
		l->err = err;
	}
}

static void complete(struct engine *e, u64 user, int res)
{
	struct ringer *r = e->own;
	unsigned int number = (unsigned int)(user >> REQUEST_BITS);
	unsigned int i = user & DEADLINE;
	struct engine_slot *slot = &e->slot[number];
	struct links *l = &r->links[number];

	if (i == DEADLINE)
		l->late |= res == -ETIME;
	else if (slot->request[i].what == ENGINE_PAUSE ? res && res != -ETIME : res < 0)
		note_failure(l, i, -res);
	else if (slot->request[i].what != ENGINE_PAUSE && res != sizeof(u64))
		note_failure(l, i, EIO);
	if (--l->left)
		return;
	/* The read that its deadline ended says only that something did. */
	if (l->late && (l->err == ECANCELED || l->err == EINTR))
		l->err = ETIME;
	engine_done(e, slot, l->err, l->err ? l->at : slot->nr - 1);
}

static int ring_wait(struct engine *e)
{
	struct ringer *r = e->own;
	struct io_uring_cqe *cqe;
	unsigned int head, nr = 0;
	int ret = submit(e, 1);

	/* The kernel takes nothing while it has completions that are not looked at. */
	if (ret && ret != -EBUSY && ret != -EAGAIN)
		return ret;
	io_uring_for_each_cqe(&r->ring, head, cqe)
	{
		complete(e, cqe->user_data, cqe->res);
		nr++;
	}
	io_uring_cq_advance(&r->ring, nr);
	return 0;
}

const struct engine_ops engine_ring = {
	.name = "ring",
	.open = ring_open,
	.close = ring_close,
	.chain = ring_chain,
	.wait = ring_wait,
};
