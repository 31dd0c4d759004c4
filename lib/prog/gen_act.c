// SPDX-License-Identifier: GPL-2.0-only
/*
 * How generators choose: by the weights of what they can do, and by those of
 * operations that a recipe may hold.
 */
#include <string.h>

#include "lib/prog/gen.h"

#define MAX_TRIES 64 /* to find what a recipe wants */

/**
 * gen_once_in() - a rare event
 * @g:     the generator
 * @times: how rare, at least 1
 *
 * Return: true once in so many times.
 */
bool gen_once_in(struct gen *g, u64 times)
{
	return !rng_below(&g->r, times);
}

static const struct act *pick_act(struct gen *g, const struct act *acts, size_t nr)
{
	unsigned int sum = 0;
	u64 ticket;

	for (size_t i = 0; i < nr; i++)
		sum += acts[i].weight;
	ticket = rng_below(&g->r, sum);
	for (; ticket >= acts->weight; acts++)
		ticket -= acts->weight;
	return acts;
}

/* Does the recipe want what begins with this operation? */
static bool is_wanted(struct gen *g, enum op_id first)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < NR_OPS; i++)
		most = g->op_weight[i] > most ? g->op_weight[i] : most;
	return most && rng_below(&g->r, most) < g->op_weight[first];
}

/*
 * Acts are taken back until there is one that the recipe wants.  One that wants
 * nothing that these acts do gets the last of them, or programs would not end.
 */
static void act_by_recipe(struct gen *g, const struct act *acts, size_t nr)
{
	size_t bytes = g->bytes ? g->bytes : sizeof(*g), before = g->p->nr_ops;
	char saved[GEN_MAX_BYTES];

	assert(bytes <= sizeof(saved));
	memcpy(saved, g, bytes);
	for (unsigned int tries = MAX_TRIES; tries; tries--) {
		struct rng r;

		pick_act(g, acts, nr)->make(g);
		if (g->p->nr_ops == before || is_wanted(g, g->p->op[before].id) || tries == 1)
			return;
		r = g->r;
		memcpy(g, saved, bytes);
		g->r = r;
		g->p->nr_ops = before;
	}
}

/**
 * gen_act() - do one thing of several, by weight
 * @g:    the generator
 * @acts: the things
 * @nr:   of them
 */
void gen_act(struct gen *g, const struct act *acts, size_t nr)
{
	if (g->op_weight)
		act_by_recipe(g, acts, nr);
	else
		pick_act(g, acts, nr)->make(g);
}
