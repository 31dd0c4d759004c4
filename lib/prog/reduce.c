// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a reduction.  Candidates are proposed as if each one before them
 * did not fail; when one does, all that were proposed after it are dropped, and
 * the next ones begin with that one.
 */
#include "lib/prog/reduce.h"

#include <stdlib.h>

#include "lib/prog/alloc.h"
#include "lib/prog/reduce_pass.h"

#define WINDOW 64 /* candidates that may be under way */

enum answer { UNANSWERED, FAILS, PASSES };

struct pending {
	u64 ticket;
	u64 hash;
	struct prog p; /* its comments are those of the original */
	struct cursor after;
	enum answer answer;
};

/* Candidates that are known not to fail. */
struct hash_set {
	u64 *slot; /* 0 is empty */
	size_t nr, max; /* max is a power of 2 */
};

struct reducer {
	const struct prog *original;
	struct prog best;
	u64 best_hash;
	struct cursor cursor;
	bool changed; /* in this round */
	bool done;
	struct pending queue[WINDOW];
	unsigned int nr;
	u64 next_ticket;
	struct hash_set passing;
};

static u64 *find_slot(const struct hash_set *s, u64 hash)
{
	size_t i = hash & (s->max - 1);

	while (s->slot[i] && s->slot[i] != hash)
		i = (i + 1) & (s->max - 1);
	return &s->slot[i];
}

static bool set_has(const struct hash_set *s, u64 hash)
{
	return s->max && *find_slot(s, hash);
}

static void set_add(struct hash_set *s, u64 hash)
{
	if (2 * s->nr >= s->max) {
		struct hash_set bigger = { .max = s->max ? 2 * s->max : 256, .nr = s->nr };

		bigger.slot = xcalloc(bigger.max, sizeof(*bigger.slot));
		for (size_t i = 0; i < s->max; i++) {
			if (s->slot[i])
				*find_slot(&bigger, s->slot[i]) = s->slot[i];
		}
		free(s->slot);
		*s = bigger;
	}
	*find_slot(s, hash) = hash;
	s->nr++;
}

/* The original with the operations of another one, whose memory it takes over. */
static struct prog with_ops(const struct prog *original)
{
	struct prog p = *original;

	p.op = NULL;
	p.nr_ops = 0;
	p.max_ops = 0;
	return p;
}

/**
 * reducer_create() - begin to reduce a program
 * @p: one that fails; it must outlive the reducer, which uses its comments
 *
 * Return: the reducer, to be released by reducer_destroy().
 */
struct reducer *reducer_create(const struct prog *p)
{
	struct reducer *r = xcalloc(1, sizeof(*r));

	r->original = p;
	r->best = with_ops(p);
	for (size_t i = 0; i < p->nr_ops; i++)
		*prog_add(&r->best, p->op[i].id) = p->op[i];
	r->best_hash = reduce_hash(p);
	return r;
}

static void drop(struct reducer *r, unsigned int from)
{
	for (unsigned int i = from; i < r->nr; i++)
		free(r->queue[i].p.op);
	r->nr = from;
}

/**
 * reducer_destroy() - release a reducer and its candidates
 * @r: the reducer, or NULL
 */
void reducer_destroy(struct reducer *r)
{
	if (!r)
		return;
	drop(r, 0);
	free(r->passing.slot);
	free(r->best.op);
	free(r);
}

static bool is_new(const struct reducer *r, u64 hash)
{
	for (unsigned int i = 0; i < r->nr; i++) {
		if (r->queue[i].hash == hash)
			return false;
	}
	return hash != r->best_hash && !set_has(&r->passing, hash);
}

/* What candidates are made of: the last one that is known to fail. */
static const struct prog *base(const struct reducer *r)
{
	for (unsigned int i = r->nr; i--;) {
		if (r->queue[i].answer == FAILS)
			return &r->queue[i].p;
	}
	return &r->best;
}

/* Goes on until there is a candidate that was not tried. */
static bool find_candidate(struct reducer *r, struct pending *q)
{
	const struct prog *from = base(r);

	for (;;) {
		q->p = with_ops(r->original);
		q->p.ipa_bits = from->ipa_bits;
		if (reduce_next(from, &r->cursor, &q->p)) {
			q->hash = reduce_hash(&q->p);
			if (is_new(r, q->hash))
				return true;
			free(q->p.op);
			continue;
		}
		free(q->p.op);
		/* Another round, but not before it is known what this one changed. */
		if (r->nr)
			return false;
		r->done = !r->changed;
		if (r->done)
			return false;
		r->changed = false;
		r->cursor = (struct cursor){ 0 };
	}
}

/**
 * reducer_propose() - the next candidate
 * @r:      the reducer
 * @ticket: receives what names it in reducer_answer()
 *
 * Return: the candidate, valid as reducer_candidate() says; NULL if there is none,
 * or none before one of those under way is answered.
 */
const struct prog *reducer_propose(struct reducer *r, u64 *ticket)
{
	struct pending q = { 0 };

	if (r->done || r->nr == WINDOW || !find_candidate(r, &q))
		return NULL;
	q.ticket = ++r->next_ticket;
	q.after = r->cursor;
	r->queue[r->nr] = q;
	*ticket = q.ticket;
	return &r->queue[r->nr++].p;
}

static int find_ticket(const struct reducer *r, u64 ticket)
{
	for (unsigned int i = 0; i < r->nr; i++) {
		if (r->queue[i].ticket == ticket)
			return (int)i;
	}
	return -1;
}

/**
 * reducer_candidate() - a candidate that was proposed
 * @r:      the reducer
 * @ticket: of reducer_propose()
 *
 * Return: the candidate, valid until the next reducer_answer(); NULL if its answer
 * does not matter any more.
 */
const struct prog *reducer_candidate(const struct reducer *r, u64 ticket)
{
	int i = find_ticket(r, ticket);

	return i >= 0 && r->queue[i].answer == UNANSWERED ? &r->queue[i].p : NULL;
}

static void leave_queue(struct reducer *r)
{
	r->nr--;
	for (unsigned int i = 0; i < r->nr; i++)
		r->queue[i] = r->queue[i + 1];
}

/* Those that follow were made of it. */
static void take_first(struct reducer *r)
{
	free(r->best.op);
	r->best = r->queue[0].p;
	r->best_hash = r->queue[0].hash;
	r->changed = true;
	leave_queue(r);
}

static void forget_first(struct reducer *r)
{
	set_add(&r->passing, r->queue[0].hash);
	free(r->queue[0].p.op);
	leave_queue(r);
}

/**
 * reducer_answer() - what came of a candidate
 * @r:      the reducer
 * @ticket: of reducer_propose(); of one that does not matter any more nothing comes
 * @fails:  does it fail as the original does?
 */
void reducer_answer(struct reducer *r, u64 ticket, bool fails)
{
	int i = find_ticket(r, ticket);

	if (i < 0)
		return;
	r->queue[i].answer = fails ? FAILS : PASSES;
	if (fails) {
		drop(r, (unsigned int)i + 1);
		r->cursor = r->queue[i].after;
	}
	while (r->nr && r->queue[0].answer != UNANSWERED) {
		if (r->queue[0].answer == FAILS)
			take_first(r);
		else
			forget_first(r);
	}
}

/**
 * reducer_is_done() - is there nothing left to try?
 * @r: the reducer, after reducer_propose() returned NULL
 *
 * Return: whether.
 */
bool reducer_is_done(const struct reducer *r)
{
	return r->done;
}

/**
 * reducer_best() - the smallest program so far that fails
 * @r: the reducer
 *
 * Return: the program, with the comments of the operations that are left; valid
 * until the next reducer_answer().
 */
const struct prog *reducer_best(const struct reducer *r)
{
	return &r->best;
}
