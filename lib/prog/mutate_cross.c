// SPDX-License-Identifier: GPL-2.0-only
/*
 * Crossover: a program that begins as one, and goes on as two.  The VM is that
 * of the first, with what the second one's operations need and it has not.
 */
#include <string.h>

#include "lib/prog/mutate_part.h"

#define MAX_RUN 4 /* operations of one program before those of the other */

/* How the operations of both come together. */
enum mix { MIX_TAIL, MIX_INSERT, MIX_REPLACE, MIX_TURNS, NR_MIXES };

struct cross {
	const struct prog *a;
	size_t at; /* of @a, up to which it stays */
	enum mix mix;
};

static bool has_op(const struct prog *p, enum op_id id)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (p->op[i].id == id)
			return true;
	}
	return false;
}

static void take_from(struct mutator *m, const struct vm_map *from, const struct prog *b, size_t i)
{
	struct op op = b->op[i];

	op.above = NULL;
	op.beside = NULL;
	if (b->gic != m->fresh.gic && !mutate_to_gic(&op, m->fresh.gic))
		return;
	mutate_adapt(m, from, &op);
	*prog_add(&m->fresh, op.id) = op;
}

/* Operations of @b, after those that make what @a does not have: an ITS, say. */
static void take_slice(struct mutator *m, const struct prog *a, const struct prog *b, size_t most)
{
	size_t setup = prog_setup_end(b), first, nr, end;
	struct vm_map from;

	vm_map_of(b, &from);
	first = gen_once_in(&m->g, 6) || setup == b->nr_ops ? 0 : setup;
	first += rng_below(&m->g.r, b->nr_ops - first);
	nr = b->nr_ops - first;
	end = first + 1 + rng_below(&m->g.r, nr < most ? nr : most);
	for (size_t i = 0; i < end; i++) {
		bool setup_op = op_is_setup(&b->op[i]);

		if (setup_op ? !has_op(a, b->op[i].id) : i >= first)
			take_from(m, &from, b, i);
	}
	/* All of it was there already: then what comes after it, or so be it. */
	if (!m->fresh.nr_ops)
		take_from(m, &from, b, first < setup && setup < b->nr_ops ? setup : first);
}

static void add_copy(struct prog *to, const struct op *op)
{
	struct op *copy = prog_add(to, op->id);

	*copy = *op;
	copy->above = NULL;
	copy->beside = NULL;
	mutate_fit(to, copy);
}

/* Up to a few operations of a list that follow. */
static void add_few(struct mutator *m, const struct prog *of, size_t *next, struct prog *to)
{
	for (u64 nr = 1 + rng_below(&m->g.r, MAX_RUN); nr && *next < of->nr_ops; nr--)
		add_copy(to, &of->op[(*next)++]);
}

static void add_turns(struct mutator *m, const struct cross *x, struct prog *to)
{
	size_t of_a = x->at, of_b = 0;

	while (of_a < x->a->nr_ops || of_b < m->fresh.nr_ops) {
		add_few(m, &m->fresh, &of_b, to);
		add_few(m, x->a, &of_a, to);
	}
}

static void add_all(struct mutator *m, const struct cross *x, struct prog *to)
{
	size_t go_on = x->a->nr_ops;

	if (x->mix == MIX_INSERT)
		go_on = x->at;
	else if (x->mix == MIX_REPLACE && x->at + m->fresh.nr_ops < x->a->nr_ops)
		go_on = x->at + m->fresh.nr_ops;
	for (size_t i = 0; i < x->at; i++)
		add_copy(to, &x->a->op[i]);
	if (x->mix == MIX_TURNS) {
		add_turns(m, x, to);
		return;
	}
	for (size_t i = 0; i < m->fresh.nr_ops; i++)
		add_copy(to, &m->fresh.op[i]);
	for (size_t i = go_on; i < x->a->nr_ops; i++)
		add_copy(to, &x->a->op[i]);
}

/* Where the first program ends or is interrupted; there is something of it before. */
static size_t pick_cut(struct mutator *m, const struct prog *a)
{
	size_t setup = prog_setup_end(a), first = 1;

	if (!a->nr_ops)
		return 0;
	if (setup && !gen_once_in(&m->g, 6))
		first = setup;
	return first + rng_below(&m->g.r, a->nr_ops - first + 1);
}

/**
 * mutate_cross() - a program of two
 * @m:  the mutator
 * @a:  the first one, whose VM it gets
 * @b:  the other one, whose operations are adapted to that VM
 * @to: filled in, to be released by prog_free(); if both have operations, so has
 *      it of both, unless this kind of vGIC has nothing like those that were picked
 */
void mutate_cross(struct mutator *m, const struct prog *a, const struct prog *b, struct prog *to)
{
	struct cross x = { .a = a, .mix = (enum mix)rng_below(&m->g.r, NR_MIXES) };
	size_t most = m->max_ops;

	mutate_survey(m, a);
	mutate_begin_fresh(m);
	x.at = pick_cut(m, a);
	/* Neither of them takes all the room. */
	if (x.at >= most)
		x.at = most - 1;
	if (b->nr_ops && most > x.at)
		take_slice(m, a, b, most - x.at);
	prog_init(to, a->gic, a->ipa_bits);
	add_all(m, &x, to);
	if (to->nr_ops > most)
		to->nr_ops = most;
	prog_mend_par(to);
	if (!gen_once_in(&m->g, 4))
		mutate_queue(to);
	m->of = NULL;
}
