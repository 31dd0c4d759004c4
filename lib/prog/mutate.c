// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kinds of mutation, and how often each comes.  Those that change the list
 * of operations are here.
 */
#include "lib/prog/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/mutate_part.h"
#include "lib/prog/reduce_pass.h"

#define MAX_MOVED 8 /* operations that are moved or duplicated together */
#define MAX_STEPS 6 /* mutations of a program at once */
#define MAX_TRIES 16 /* to change anything */

/* Return: whether it did anything. */
typedef bool mutation_fn(struct mutator *m, struct prog *p, const struct prog *other);

/**
 * mutator_create() - a mutator
 * @seed:    any
 * @max_ops: that a program has afterwards, at least 1, at most PROG_MAX_OPS
 *
 * Return: the mutator, to be released by mutator_destroy().
 */
struct mutator *mutator_create(u64 seed, size_t max_ops)
{
	struct mutator *m = xcalloc(1, sizeof(*m));

	m->max_ops = max_ops;
	m->g.r.state = seed;
	mutate_classify(m);
	return m;
}

/**
 * mutator_seed() - begin anew
 * @m:    the mutator
 * @seed: what it does from here on depends on nothing else
 */
void mutator_seed(struct mutator *m, u64 seed)
{
	m->g.r.state = seed;
}

/**
 * mutator_destroy() - release a mutator
 * @m: the mutator, or NULL
 */
void mutator_destroy(struct mutator *m)
{
	if (!m)
		return;
	prog_free(&m->fresh);
	free(m);
}

/**
 * mutator_below() - a random number of the mutator's
 * @m:     the mutator
 * @bound: at least 1
 *
 * Return: 0 to @bound - 1.
 */
u64 mutator_below(struct mutator *m, u64 bound)
{
	return rng_below(&m->g.r, bound);
}

/**
 * mutate_begin_fresh() - there is nothing to insert yet
 * @m: the mutator, which knows the program
 */
void mutate_begin_fresh(struct mutator *m)
{
	prog_free(&m->fresh);
	prog_init(&m->fresh, m->of->gic, m->of->ipa_bits);
}

static size_t room(const struct mutator *m, const struct prog *p)
{
	return p->nr_ops < m->max_ops ? m->max_ops - p->nr_ops : 0;
}

static bool has_commands(const struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (op_desc(p->op[i].id)->agent == AGENT_MEM)
			return true;
	}
	return false;
}

/* Commands that are anywhere in the queue would mostly not be performed. */
static void mend(struct mutator *m, struct prog *p, bool commands)
{
	prog_mend_par(p);
	if (commands && !gen_once_in(&m->g, 8))
		mutate_queue(p);
}

/**
 * mutate_insert() - insert the operations that were made
 * @m:  the mutator
 * @p:  changed; what it has no room for is left out
 * @at: number of the operation that they come before
 */
void mutate_insert(struct mutator *m, struct prog *p, size_t at)
{
	size_t nr = m->fresh.nr_ops, old = p->nr_ops;

	nr = nr < room(m, p) ? nr : room(m, p);
	for (size_t i = 0; i < nr; i++)
		prog_add(p, m->fresh.op[i].id);
	memmove(&p->op[at + nr], &p->op[at], (old - at) * sizeof(*p->op));
	for (size_t i = 0; i < nr; i++) {
		p->op[at + i] = m->fresh.op[i];
		mutate_fit(p, &p->op[at + i]);
	}
	mend(m, p, has_commands(&m->fresh));
}

/**
 * mutate_remove() - leave out operations
 * @p:     changed
 * @first: number of the first one
 * @nr:    of them
 */
void mutate_remove(struct prog *p, size_t first, size_t nr)
{
	memmove(&p->op[first], &p->op[first + nr], (p->nr_ops - first - nr) * sizeof(*p->op));
	p->nr_ops -= nr;
	prog_mend_par(p);
}

/* Mostly where the VM is made already, or little would come of it. */
static size_t pick_place_for(struct mutator *m, const struct prog *p)
{
	size_t first = gen_once_in(&m->g, 6) ? 0 : prog_setup_end(p);

	return first + rng_below(&m->g.r, p->nr_ops - first + 1);
}

static bool insert_fresh(struct mutator *m, struct prog *p)
{
	if (!m->fresh.nr_ops || !room(m, p))
		return false;
	mutate_insert(m, p, pick_place_for(m, p));
	return true;
}

static bool insert_op(struct mutator *m, struct prog *p, const struct prog *other)
{
	(void)other;
	mutate_make_op(m);
	return insert_fresh(m, p);
}

static bool insert_group(struct mutator *m, struct prog *p, const struct prog *other)
{
	(void)other;
	mutate_make_group(m);
	return insert_fresh(m, p);
}

static bool insert_slice(struct mutator *m, struct prog *p, const struct prog *other)
{
	(void)other;
	mutate_make_slice(m);
	return insert_fresh(m, p);
}

static bool delete_op(struct mutator *m, struct prog *p, const struct prog *other)
{
	(void)other;
	if (!p->nr_ops)
		return false;
	mutate_remove(p, rng_below(&m->g.r, p->nr_ops), 1);
	return true;
}

/* A few operations that follow each other. */
static size_t pick_range(struct mutator *m, const struct prog *p, size_t most, size_t *first)
{
	size_t left;

	*first = rng_below(&m->g.r, p->nr_ops);
	left = p->nr_ops - *first;
	return 1 + rng_below(&m->g.r, left < most ? left : most);
}

static bool delete_range(struct mutator *m, struct prog *p, const struct prog *other)
{
	size_t first, nr;

	(void)other;
	if (p->nr_ops < 2)
		return false;
	nr = pick_range(m, p, p->nr_ops / 2, &first);
	mutate_remove(p, first, nr);
	return true;
}

static void copy_to_fresh(struct mutator *m, const struct prog *p, size_t first, size_t nr)
{
	for (size_t i = first; i < first + nr; i++)
		*prog_add(&m->fresh, p->op[i].id) = p->op[i];
}

static bool duplicate(struct mutator *m, struct prog *p, const struct prog *other)
{
	size_t first, nr;

	(void)other;
	if (!p->nr_ops)
		return false;
	nr = pick_range(m, p, MAX_MOVED, &first);
	copy_to_fresh(m, p, first, nr);
	if (!room(m, p))
		return false;
	mutate_insert(m, p, gen_once_in(&m->g, 2) ? first + nr : pick_place_for(m, p));
	return true;
}

static bool swap(struct mutator *m, struct prog *p, const struct prog *other)
{
	size_t a, b;
	struct op op;

	(void)other;
	if (p->nr_ops < 2)
		return false;
	a = rng_below(&m->g.r, p->nr_ops);
	b = gen_once_in(&m->g, 2) ? (a + 1) % p->nr_ops : rng_below(&m->g.r, p->nr_ops);
	op = p->op[a];
	p->op[a] = p->op[b];
	p->op[b] = op;
	mend(m, p, op_desc(op.id)->agent == AGENT_MEM);
	return a != b;
}

static bool move(struct mutator *m, struct prog *p, const struct prog *other)
{
	size_t first, nr;

	(void)other;
	if (p->nr_ops < 2)
		return false;
	nr = pick_range(m, p, MAX_MOVED, &first);
	copy_to_fresh(m, p, first, nr);
	mutate_remove(p, first, nr);
	mutate_insert(m, p, rng_below(&m->g.r, p->nr_ops + 1));
	return true;
}

static bool retarget(struct mutator *m, struct prog *p, const struct prog *other)
{
	(void)other;
	return mutate_retarget(m, p);
}

static bool change_value(struct mutator *m, struct prog *p, const struct prog *other)
{
	(void)other;
	return mutate_value(m, p);
}

static bool change_vcpu(struct mutator *m, struct prog *p, const struct prog *other)
{
	(void)other;
	return mutate_vcpu(m, p);
}

/* What the other kind of vGIC has nothing like is left out. */
static void change_gic(struct prog *p)
{
	size_t nr = 0;

	p->gic = p->gic == GIC_V2 ? GIC_V3 : GIC_V2;
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (!mutate_to_gic(&p->op[i], p->gic))
			continue;
		mutate_fit(p, &p->op[i]);
		p->op[nr++] = p->op[i];
	}
	p->nr_ops = nr;
	prog_mend_par(p);
}

static bool change_vm(struct mutator *m, struct prog *p, const struct prog *other)
{
	static const u8 ipa_bits[] = { 36, 40, 48 };
	unsigned int old = p->ipa_bits;

	(void)other;
	if (gen_once_in(&m->g, 4)) {
		change_gic(p);
		return true;
	}
	p->ipa_bits = PICK(&m->g.r, ipa_bits);
	return p->ipa_bits != old;
}

/* Some operations begin to be side by side, or cease to. */
static bool change_par(struct mutator *m, struct prog *p, const struct prog *other)
{
	bool par = !gen_once_in(&m->g, 3), changed = false;
	size_t first, nr;

	(void)other;
	if (!p->nr_ops)
		return false;
	nr = pick_range(m, p, 4, &first);
	for (size_t i = first + 1; i < first + nr; i++) {
		bool was = p->op[i].par;

		p->op[i].par = par && op_can_par(p->op[i].id) && op_can_par(p->op[i - 1].id);
		changed |= p->op[i].par != was;
	}
	return changed;
}

static bool change_queue(struct mutator *m, struct prog *p, const struct prog *other)
{
	(void)m;
	(void)other;
	return mutate_queue(p);
}

static bool splice(struct mutator *m, struct prog *p, const struct prog *other)
{
	struct prog to;

	if (!other || !other->nr_ops)
		return false;
	mutate_cross(m, p, other, &to);
	prog_free(p);
	*p = to;
	return true;
}

static const struct {
	const char *name;
	unsigned int weight;
	mutation_fn *fn;
} kinds[NR_MUTATIONS] = {
	[MUTATE_INSERT_OP] = { "insert an operation", 8, insert_op },
	[MUTATE_INSERT_GROUP] = { "insert a group", 16, insert_group },
	[MUTATE_INSERT_SLICE] = { "insert a slice", 3, insert_slice },
	[MUTATE_DELETE] = { "delete an operation", 8, delete_op },
	[MUTATE_DELETE_RANGE] = { "delete a range", 3, delete_range },
	[MUTATE_DUPLICATE] = { "duplicate", 5, duplicate },
	[MUTATE_SWAP] = { "swap", 4, swap },
	[MUTATE_MOVE] = { "move", 5, move },
	[MUTATE_RETARGET] = { "retarget a register", 8, retarget },
	[MUTATE_VALUE] = { "change a value", 24, change_value },
	[MUTATE_VCPU] = { "change a vCPU", 5, change_vcpu },
	[MUTATE_VM] = { "change the vm line", 1, change_vm },
	[MUTATE_PAR] = { "change what is side by side", 2, change_par },
	[MUTATE_QUEUE] = { "line commands up", 2, change_queue },
	[MUTATE_SPLICE] = { "splice", 6, splice },
};

/**
 * mutation_name() - a kind of mutation in words
 * @kind: below NR_MUTATIONS
 *
 * Return: a short phrase.
 */
const char *mutation_name(enum mutation kind)
{
	return kinds[kind].name;
}

/* Comments are about the program that it was. */
static void drop_comments(struct prog *p)
{
	free(p->above);
	free(p->beside);
	free(p->below);
	p->above = NULL;
	p->beside = NULL;
	p->below = NULL;
	for (size_t i = 0; i < p->nr_ops; i++) {
		free(p->op[i].above);
		free(p->op[i].beside);
		p->op[i].above = NULL;
		p->op[i].beside = NULL;
	}
}

static void begin(struct mutator *m, struct prog *p)
{
	drop_comments(p);
	if (p->nr_ops > m->max_ops)
		p->nr_ops = m->max_ops;
}

static bool step(struct mutator *m, enum mutation kind, struct prog *p, const struct prog *other)
{
	mutate_survey(m, p);
	mutate_begin_fresh(m);
	return kinds[kind].fn(m, p, other);
}

/**
 * mutate_by() - mutate a program in one way
 * @m:     the mutator
 * @kind:  the way
 * @p:     valid; it loses its comments, and what it has too many operations
 * @other: another one, or NULL, without which there is no MUTATE_SPLICE
 *
 * Return: whether there was anything to do; the program may be the same even so.
 */
bool mutate_by(struct mutator *m, enum mutation kind, struct prog *p, const struct prog *other)
{
	begin(m, p);
	return step(m, kind, p, other);
}

static enum mutation pick_kind(struct mutator *m)
{
	unsigned int sum = 0, i;
	u64 ticket;

	for (i = 0; i < NR_MUTATIONS; i++)
		sum += kinds[i].weight;
	ticket = rng_below(&m->g.r, sum);
	for (i = 0; ticket >= kinds[i].weight; i++)
		ticket -= kinds[i].weight;
	return (enum mutation)i;
}

/**
 * mutate() - mutate a program
 * @m:     the mutator
 * @p:     valid; it loses its comments, and what it has too many operations
 * @other: another one to take operations of, or NULL
 *
 * One mutation or a few, by chance, after which the program is another one in
 * almost all cases.
 */
void mutate(struct mutator *m, struct prog *p, const struct prog *other)
{
	u64 before = reduce_hash(p);
	unsigned int steps = 1;

	begin(m, p);
	while (steps < MAX_STEPS && gen_once_in(&m->g, 2))
		steps++;
	for (unsigned int tries = MAX_TRIES; tries && steps; tries--) {
		if (step(m, pick_kind(m), p, other) && (steps > 1 || reduce_hash(p) != before))
			steps--;
	}
}
