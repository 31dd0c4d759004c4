// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations side by side, one after another: in an order that looks random and is
 * always the same for a program.  Operations of one lane stay in their order.  A
 * vCPU is in its guest from its first operation to its last one.
 */
#include "lib/target/hosted/hosted.h"

#include <stdlib.h>

#include "lib/prog/alloc.h"
#include "lib/prog/rng.h"

/* What one of those who are side by side does. */
struct lane {
	unsigned int number; /* op_lane() */
	struct hosted_vcpu *vcpu; /* of a guest */
	size_t *op; /* numbers in the program */
	size_t nr_ops, done;
};

struct block {
	struct hosted_machine *m;
	struct op_result *results; /* of the whole program */
	struct lane *lane;
	size_t nr_lanes;
	struct rng rng;
};

static struct lane *lane_of(struct block *b, unsigned int number)
{
	size_t i = 0;

	while (i < b->nr_lanes && b->lane[i].number != number)
		i++;
	if (i == b->nr_lanes)
		b->lane[b->nr_lanes++] = (struct lane){ .number = number };
	return &b->lane[i];
}

static void add_op(struct block *b, size_t i)
{
	const struct op *op = &b->m->prog->op[i];
	struct hosted_vcpu *v = NULL;
	struct lane *l;

	if (op_desc(op->id)->agent == AGENT_GUEST) {
		v = hosted_find_vcpu(b->m, (u64)op_vcpu(op));
		if (!v || v->held) {
			b->results[i].status = OP_NO_OBJECT;
			return;
		}
	}
	l = lane_of(b, op_lane(op));
	l->vcpu = v;
	l->op = xrealloc(l->op, (l->nr_ops + 1) * sizeof(*l->op));
	l->op[l->nr_ops++] = i;
}

/* A seed from all operations up to those of the block. */
static u64 seed_of(const struct prog *p, size_t end)
{
	u64 seed = 0;

	for (size_t i = 0; i < end; i++) {
		seed = rng_mix(seed, p->op[i].id);
		for (unsigned int k = 0; k < op_nr_args(p->op[i].id); k++)
			seed = rng_mix(seed, p->op[i].arg[k]);
	}
	return seed;
}

static const struct op *next_op(const struct block *b, const struct lane *l)
{
	return &b->m->prog->op[l->op[l->done]];
}

/* Would it sleep, so that the others come first? */
static bool is_asleep(const struct block *b, const struct lane *l)
{
	return l->vcpu && l->vcpu->inside && op_waits(next_op(b, l)->id) &&
	       hosted_guest_sleeps(b->m, l->vcpu, next_op(b, l));
}

/*
 * The lane that goes on, or NULL if none has anything left.  @rests: all that have are
 * asleep.
 */
static struct lane *pick(struct block *b, bool *rests)
{
	struct lane *picked = NULL, *asleep = NULL;
	u64 awake = 0;

	for (size_t i = 0; i < b->nr_lanes; i++) {
		struct lane *l = &b->lane[i];

		if (l->done == l->nr_ops)
			continue;
		if (is_asleep(b, l))
			asleep = asleep ? asleep : l;
		/* Each of those seen so far is picked with the same chance. */
		else if (!rng_below(&b->rng, ++awake))
			picked = l;
	}
	*rests = !picked && asleep;
	return picked ? picked : asleep;
}

/* Time passes while all are asleep. */
static struct lane *pick_in_time(struct block *b)
{
	struct lane *l;
	bool rests;

	do
		l = pick(b, &rests);
	while (rests && b->m->kernel->pass_time(b->m->vm, PROG_TIMER_SOON));
	return l;
}

static void perform_next(struct block *b, struct lane *l)
{
	const struct op *op = next_op(b, l);
	size_t number = l->op[l->done];
	int ret = 0;

	hosted_report_from(number);
	/* A lane that is still to enter does nothing else: others may go before it. */
	if (l->vcpu && !l->vcpu->inside) {
		ret = hosted_enter(b->m, l->vcpu);
		if (!ret)
			return;
	}
	l->done++;
	if (ret)
		vgic_result(&b->results[number], ret);
	else if (l->vcpu)
		hosted_guest_perform(b->m, l->vcpu, op, &b->results[number]);
	else
		hosted_perform_op(b->m, op, &b->results[number]);
	if (l->vcpu && l->done == l->nr_ops)
		hosted_leave(b->m, l->vcpu);
	b->m->kernel->quiesce(b->m->vm);
}

/**
 * hosted_par_perform() - perform operations that are side by side
 * @m:       the machine
 * @first:   number of the first one in the program
 * @end:     number of the first one after them
 * @results: of the whole program
 */
void hosted_par_perform(struct hosted_machine *m, size_t first, size_t end,
			struct op_result *results)
{
	struct block b = { .m = m, .results = results, .rng.state = seed_of(m->prog, end) };
	struct lane *l;

	b.lane = xcalloc(end - first, sizeof(*b.lane));
	for (size_t i = first; i < end; i++)
		add_op(&b, i);
	while ((l = pick_in_time(&b)))
		perform_next(&b, l);
	for (size_t i = 0; i < b.nr_lanes; i++)
		free(b.lane[i].op);
	free(b.lane);
}
