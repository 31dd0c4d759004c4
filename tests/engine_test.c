// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event engines, on eventfds: what holds of one holds of the other.  Where
 * io_uring cannot be used the tests of the ring are skipped.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/engine/engine.h"
#include "lib/prog/rng.h"
#include "tests/unit.h"

#define MAX_CHAINS 8
#define MS 1000000ULL
#define LONG_NS (20000 * MS)
#define NR_FDS 6
#define NR_ROUNDS 300

static struct engine *open_or_skip(struct unit *t, enum engine_kind kind)
{
	char why[128] = "";
	struct engine *e = engine_open(kind, MAX_CHAINS, why, sizeof(why));

	if (!e && kind == ENGINE_RING)
		unit_skip(t, "%s", why);
	else
		EXPECT_TRUE(t, e);
	return e;
}

static int to_write(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static int to_read(void)
{
	return eventfd(0, EFD_CLOEXEC);
}

/* What an eventfd has counted, which is 0 for one that was not written to. */
static u64 count_of(int fd)
{
	u64 value = 0;

	return read(fd, &value, sizeof(value)) == sizeof(value) ? value : 0;
}

/* One chain, to its end. */
static struct engine_event perform(struct unit *t, struct engine *e,
				   const struct engine_request *request, unsigned int nr)
{
	struct engine_event event = { 0 };

	EXPECT_EQ(t, engine_chain(e, request, nr, 77), 0);
	EXPECT_EQ(t, engine_wait(e, &event, 1), 1);
	EXPECT_EQ(t, event.tag, 77);
	return event;
}

static void performs_chains(struct unit *t, enum engine_kind kind)
{
	struct engine *e = open_or_skip(t, kind);
	int a = to_write(), b = to_read();
	const struct engine_request chain[] = {
		{ .what = ENGINE_WRITE, .fd = a, .value = 5 },
		{ .what = ENGINE_WRITE, .fd = a, .value = 6 },
		{ .what = ENGINE_PAUSE, .ns = MS },
		{ .what = ENGINE_WRITE, .fd = b, .value = 9 },
		{ .what = ENGINE_READ, .fd = b, .ns = LONG_NS },
		{ .what = ENGINE_WRITE, .fd = a, .value = 7 },
	};
	struct engine_event event;

	if (!e)
		return;
	event = perform(t, e, chain, ARRAY_SIZE(chain));
	EXPECT_EQ(t, event.err, 0);
	EXPECT_EQ(t, event.at, ARRAY_SIZE(chain) - 1);
	EXPECT_EQ(t, event.value, 9);
	EXPECT_EQ(t, count_of(a), 18);
	engine_close(e);
}

static void deadlines_end_reads(struct unit *t, enum engine_kind kind)
{
	struct engine *e = open_or_skip(t, kind);
	int a = to_write(), b = to_read();
	const struct engine_request chain[] = {
		{ .what = ENGINE_WRITE, .fd = a, .value = 1 },
		{ .what = ENGINE_READ, .fd = b, .ns = 2 * MS },
		{ .what = ENGINE_WRITE, .fd = a, .value = 1 },
	};
	struct engine_event event;

	if (!e)
		return;
	event = perform(t, e, chain, ARRAY_SIZE(chain));
	EXPECT_EQ(t, event.err, ETIME);
	EXPECT_EQ(t, event.at, 1);
	EXPECT_EQ(t, count_of(a), 1);
	/* It is not read any more. */
	EXPECT_EQ(t, eventfd_write(b, 3), 0);
	EXPECT_EQ(t, count_of(b), 3);
	engine_close(e);
}

static void failures_end_chains(struct unit *t, enum engine_kind kind)
{
	struct engine *e = open_or_skip(t, kind);
	int a = to_write();
	const struct engine_request chain[] = {
		{ .what = ENGINE_WRITE, .fd = a, .value = 1 },
		{ .what = ENGINE_WRITE, .fd = -1, .value = 1 },
		{ .what = ENGINE_WRITE, .fd = a, .value = 1 },
		{ .what = ENGINE_PAUSE, .ns = MS },
	};
	struct engine_event event;

	if (!e)
		return;
	event = perform(t, e, chain, ARRAY_SIZE(chain));
	EXPECT_EQ(t, event.err, EBADF);
	EXPECT_EQ(t, event.at, 1);
	EXPECT_EQ(t, count_of(a), 1);
	engine_close(e);
}

/* A read that waits does not keep others from their end; who writes later ends it. */
static void chains_do_not_wait_for_each_other(struct unit *t, enum engine_kind kind)
{
	struct engine *e = open_or_skip(t, kind);
	int a = to_read();
	const struct engine_request read_a = { .what = ENGINE_READ, .fd = a, .ns = LONG_NS };
	const struct engine_request write_a = { .what = ENGINE_WRITE, .fd = a, .value = 4 };
	const struct engine_request later[] = { { .what = ENGINE_PAUSE, .ns = MS }, write_a };
	struct engine_event events[2];

	if (!e)
		return;
	EXPECT_EQ(t, engine_chain(e, &read_a, 1, 1), 0);
	EXPECT_EQ(t, engine_chain(e, later, ARRAY_SIZE(later), 2), 0);
	for (int nr = 0, ret; nr < 2; nr += ret) {
		ret = engine_wait(e, events + nr, (unsigned int)(2 - nr));
		if (!EXPECT_TRUE(t, ret > 0))
			return;
	}
	EXPECT_EQ(t, events[0].tag + events[1].tag, 3);
	EXPECT_EQ(t, events[events[1].tag == 1].value, 4);
	engine_close(e);
}

static void too_much_is_refused(struct unit *t, enum engine_kind kind)
{
	struct engine *e = open_or_skip(t, kind);
	struct engine_request many[ENGINE_MAX_CHAIN + 1] = { { .what = ENGINE_PAUSE } };

	if (!e)
		return;
	EXPECT_EQ(t, engine_chain(e, many, 0, 0), -EINVAL);
	EXPECT_EQ(t, engine_chain(e, many, ARRAY_SIZE(many), 0), -EINVAL);
	for (int i = 0; i < MAX_CHAINS; i++)
		EXPECT_EQ(t, engine_chain(e, many, 1, 0), 0);
	EXPECT_EQ(t, engine_chain(e, many, 1, 0), -EBUSY);
	engine_close(e);
}

/* Random chains of writes and reads, each on eventfds of its own. */
static void next_chain(struct unit *t, struct rng *r, struct engine *e, const int fds[NR_FDS],
		       u64 tag)
{
	struct engine_request chain[ENGINE_MAX_CHAIN];
	unsigned int nr = 0;

	for (u64 n = rng_below(r, 8); n; n--)
		chain[nr++] = (struct engine_request){ .what = ENGINE_WRITE,
						       .fd = fds[rng_below(r, NR_FDS - 1)],
						       .value = 1 + rng_below(r, 9) };
	if (!rng_below(r, 4))
		chain[nr++] = (struct engine_request){ .what = ENGINE_PAUSE,
						       .ns = rng_below(r, MS / 50) };
	chain[nr++] = (struct engine_request){ .what = ENGINE_WRITE,
					       .fd = fds[NR_FDS - 1],
					       .value = 1 + rng_below(r, 99) };
	chain[nr++] = (struct engine_request){ .what = ENGINE_READ,
					       .fd = fds[NR_FDS - 1],
					       .ns = rng_below(r, 2) * LONG_NS };
	EXPECT_EQ(t, engine_chain(e, chain, nr, tag), 0);
}

/* Return: a sum over all that was read, which no order changes. */
static u64 play(struct unit *t, enum engine_kind kind)
{
	struct engine *e = open_or_skip(t, kind);
	int fds[MAX_CHAINS][NR_FDS];
	struct rng r[MAX_CHAINS];
	unsigned int left[MAX_CHAINS];
	u64 sum = 0;

	if (!e)
		return 0;
	for (unsigned int i = 0; i < MAX_CHAINS; i++) {
		for (unsigned int k = 0; k < NR_FDS; k++)
			fds[i][k] = k + 1 < NR_FDS ? to_write() : to_read();
		r[i] = (struct rng){ rng_mix(3, i) };
		left[i] = NR_ROUNDS;
		next_chain(t, &r[i], e, fds[i], i);
	}
	for (unsigned int running = MAX_CHAINS; running;) {
		struct engine_event events[3];
		int nr = engine_wait(e, events, ARRAY_SIZE(events));

		if (!EXPECT_TRUE(t, nr > 0))
			return 0;
		for (int k = 0; k < nr; k++) {
			u64 i = events[k].tag;

			EXPECT_EQ(t, events[k].err, 0);
			sum += rng_mix(rng_mix(i, left[i]), events[k].value);
			if (--left[i])
				next_chain(t, &r[i], e, fds[i], i);
			else
				running--;
		}
	}
	for (unsigned int i = 0; i < MAX_CHAINS; i++) {
		for (unsigned int k = 0; k + 1 < NR_FDS; k++)
			sum += rng_mix(i * NR_FDS + k, count_of(fds[i][k]));
	}
	EXPECT_TRUE(t, engine_calls(e) > 0);
	engine_close(e);
	return sum;
}

static void both_do_the_same(struct unit *t)
{
	u64 ring = play(t, ENGINE_RING);

	if (ring)
		EXPECT_EQ(t, play(t, ENGINE_POLL), ring);
}

/* Makes the kernel forbid io_uring to this process, as containers do. */
static bool forbid_io_uring(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { .len = ARRAY_SIZE(code), .filter = code };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

static void says_why_there_is_no_ring(struct unit *t)
{
	char why[128] = "";
	struct engine *e;

	if (!forbid_io_uring()) {
		unit_skip(t, "no seccomp filters here: %s", strerror(errno));
		return;
	}
	EXPECT_TRUE(t, !engine_open(ENGINE_RING, MAX_CHAINS, why, sizeof(why)));
	EXPECT_STR(t, why, "io_uring cannot be used: Operation not permitted");
	e = engine_open(ENGINE_POLL, MAX_CHAINS, why, sizeof(why));
	if (EXPECT_TRUE(t, e))
		EXPECT_STR(t, engine_name(e), "poll");
	engine_close(e);
}

#define OF_BOTH(what)                           \
	static void ring_##what(struct unit *t) \
	{                                       \
		what(t, ENGINE_RING);           \
	}                                       \
	static void poll_##what(struct unit *t) \
	{                                       \
		what(t, ENGINE_POLL);           \
	}

OF_BOTH(performs_chains)
OF_BOTH(deadlines_end_reads)
OF_BOTH(failures_end_chains)
OF_BOTH(chains_do_not_wait_for_each_other)
OF_BOTH(too_much_is_refused)

static const struct unit_test tests[] = {
	{ "engine.ring_performs_chains", ring_performs_chains },
	{ "engine.poll_performs_chains", poll_performs_chains },
	{ "engine.ring_deadlines_end_reads", ring_deadlines_end_reads },
	{ "engine.poll_deadlines_end_reads", poll_deadlines_end_reads },
	{ "engine.ring_failures_end_chains", ring_failures_end_chains },
	{ "engine.poll_failures_end_chains", poll_failures_end_chains },
	{ "engine.ring_chains_do_not_wait_for_each_other", ring_chains_do_not_wait_for_each_other },
	{ "engine.poll_chains_do_not_wait_for_each_other", poll_chains_do_not_wait_for_each_other },
	{ "engine.ring_refuses_too_much", ring_too_much_is_refused },
	{ "engine.poll_refuses_too_much", poll_too_much_is_refused },
	{ "engine.both_do_the_same", both_do_the_same },
	{ "engine.says_why_there_is_no_ring", says_why_there_is_no_ring },
};
UNIT_MAIN(tests)
