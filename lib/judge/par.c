// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations side by side: is there an order of them that explains all results?
 *
 * Two orders may explain a block and leave different states behind, of which
 * what comes later refutes one.  So the judge goes several ways at once: each is
 * a model and a verdict.  A block makes of each way those that its orders lead
 * to; an operation that differs on some ways only ends those.
 *
 * It compares nothing itself: that is judge_step().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "lib/judge/step.h"
#include "lib/prog/alloc.h"

#define MAX_WAYS JUDGE_MAX_STATES
#define MAX_WRONG 3 /* unknown differences of a block that are sought to be fewest */
#define SEEN_SLOTS (1u << 15)

_Static_assert(SEEN_SLOTS > 2 * JUDGE_MAX_PAR_STEPS, "half of the slots stay free");

/* One order of everything so far. */
struct way {
	struct way *next; /* of those that are not in use */
	struct model *model;
	struct verdict v;
	bool ended; /* the model could not follow: v.unjudged says from where on */
	u64 hash; /* of the model, unless it ended */
	size_t *order; /* numbers of the operations so far, or NULL if nobody asks */
};

struct ways {
	struct way *way[MAX_WAYS];
	unsigned int nr;
	bool cut; /* there was no room for all */
};

struct par {
	const struct judging *j;
	struct ways now;
	struct way *unused;
	/* The verdict if something is unexplained, once not all ways were gone. */
	bool cut;
	struct verdict at_cut;
};

/* The orders of one block. */
struct search {
	struct par *par;
	size_t first, end; /* the block's operations */
	size_t next[JUDGE_MAX_PAR_OPS]; /* by number of the lane; end if it has no more */
	size_t after[JUDGE_MAX_PAR_OPS]; /* next operation of the same lane, or end */
	unsigned int lane[JUDGE_MAX_PAR_OPS]; /* number of the lane of each operation */
	unsigned int nr_lanes;
	bool signalled[JUDGE_MAX_PAR_OPS]; /* by lane: the next one's exception came already */
	size_t path[JUDGE_MAX_PAR_OPS];
	size_t wrong; /* unknown differences that an order may have */
	unsigned int nr_steps;
	bool cut; /* more steps would have been needed */
	struct ways found;
	u64 seen[SEEN_SLOTS]; /* keys, 0 for none */
};

static struct way *way_get(struct par *par, const struct way *from)
{
	struct way *w = par->unused;

	if (w) {
		par->unused = w->next;
		model_copy(w->model, from->model);
	} else {
		w = xcalloc(1, sizeof(*w));
		w->model = model_clone(from->model);
		if (par->j->judge->order)
			w->order = xcalloc(par->j->prog->nr_ops, sizeof(*w->order));
	}
	if (!w->model) {
		fputs("vgicheck: out of memory\n", stderr);
		exit(99);
	}
	w->v = from->v;
	w->ended = from->ended;
	w->hash = from->hash;
	return w;
}

static void way_put(struct par *par, struct way *w)
{
	w->next = par->unused;
	par->unused = w;
}

/* Is @a the better explanation? */
static bool way_is_better(const struct way *a, const struct way *b)
{
	if (a->v.nr_unknown != b->v.nr_unknown)
		return a->v.nr_unknown < b->v.nr_unknown;
	if (a->ended != b->ended)
		return b->ended;
	if (a->v.nr_diffs != b->v.nr_diffs)
		return a->v.nr_diffs < b->v.nr_diffs;
	return a->v.unjudged > b->v.unjudged;
}

/* Do both allow the same from here on?  One that ended allows anything. */
static bool ways_are_alike(const struct way *a, const struct way *b)
{
	return a->ended == b->ended && (a->ended || a->hash == b->hash);
}

/* Adds a way that differs from the others, or takes the place of one that is worse. */
static void ways_add(struct par *par, struct ways *list, struct way *w)
{
	struct way **same = NULL;

	w->hash = w->ended ? 0 : model_hash(w->model);
	for (unsigned int i = 0; i < list->nr && !same; i++) {
		if (ways_are_alike(list->way[i], w))
			same = &list->way[i];
	}
	if (!same && list->nr < MAX_WAYS) {
		list->way[list->nr++] = w;
		return;
	}
	list->cut |= !same;
	if (same && way_is_better(w, *same)) {
		way_put(par, *same);
		*same = w;
	} else {
		way_put(par, w);
	}
}

static const struct way *ways_best(const struct ways *list)
{
	const struct way *best = list->way[0];

	for (unsigned int i = 1; i < list->nr; i++) {
		if (way_is_better(list->way[i], best))
			best = list->way[i];
	}
	return best;
}

/* Not all ways are gone any more: what is unexplained later has not been judged. */
static void cut_here(struct par *par, const struct verdict *v, size_t unjudged)
{
	if (par->cut)
		return;
	par->cut = true;
	par->at_cut = *v;
	par->at_cut.too_many_orders = true;
	if (par->at_cut.unjudged > unjudged)
		par->at_cut.unjudged = unjudged;
}

static bool step_by(bool (*judge)(const struct judging *), struct par *par, struct way *w,
		    size_t op)
{
	struct judging j = *par->j;

	j.model = w->model;
	j.v = &w->v;
	j.op = op;
	w->ended = !judge(&j);
	return !w->ended;
}

static bool step(struct par *par, struct way *w, size_t op)
{
	return step_by(judge_step, par, w, op);
}

/* The unknown differences of @w from number @from on are those of every order. */
static void mark_no_order(struct way *w, size_t from)
{
	for (size_t i = from; i < w->v.nr_diffs && i < JUDGE_MAX_DIFFS; i++)
		w->v.diff[i].no_order |= !w->v.diff[i].known;
}

/* Makes the model that of a VM with the vCPU of a guest's operation in its guest. */
static bool model_enters(struct model *m, const struct op *guest)
{
	static const struct op_result done = { .status = OP_DONE };
	struct op hold = { .id = OP_HOLD };
	struct expect want;

	op_set_arg(&hold, ARG_HOLD_vcpu, (u64)op_vcpu(guest));
	model_expect(m, &hold, &want);
	if (want.unpredicted || want.alt[expect_usual_alt(&want)].status != OP_DONE)
		return false;
	model_commit(m, &hold, &done);
	return true;
}

/* Does a guest of the block enter?  Of a vCPU that there is not, none does. */
static bool some_guest_enters(const struct search *s, struct model *m)
{
	for (size_t op = s->first; op < s->end; op++) {
		const struct op *o = &s->par->j->prog->op[op];

		if (op_desc(o->id)->agent == AGENT_GUEST && model_enters(m, o))
			return true;
	}
	return false;
}

/* Might it be refused because a vCPU is in its guest meanwhile? */
static bool may_be_busy(const struct search *s, size_t op)
{
	const struct op_result *res = &s->par->j->results[op];

	return op_desc(s->par->j->prog->op[op].id)->agent == AGENT_USER &&
	       res->status == OP_FAILED && res->err == EBUSY;
}

/*
 * One operation further.  What is refused because a vCPU is in its guest, which
 * the model says of one that is held, changes nothing.
 */
static struct way *search_step(struct search *s, const struct way *from, size_t op)
{
	struct way *w = way_get(s->par, from);

	step_by(s->signalled[s->lane[op - s->first]] ? judge_withdrawn : judge_step, s->par, w, op);
	if (w->v.nr_unknown == from->v.nr_unknown || !may_be_busy(s, op))
		return w;
	way_put(s->par, w);
	w = way_get(s->par, from);
	if (some_guest_enters(s, w->model) && step(s->par, w, op) &&
	    w->v.nr_unknown == from->v.nr_unknown) {
		model_copy(w->model, from->model);
		return w;
	}
	way_put(s->par, w);
	w = way_get(s->par, from);
	step(s->par, w, op);
	return w;
}

/* Whatever else is equal, the same operations are still to come. */
static u64 search_key(const struct search *s, const struct way *w)
{
	const u64 odd = 0x9e3779b97f4a7c15ULL;
	u64 key = (model_hash(w->model) ^ (w->v.nr_unknown << 32 | w->v.nr_diffs)) * odd;

	for (unsigned int i = 0; i < s->nr_lanes; i++)
		key = (key ^ s->next[i] ^ (u64)s->signalled[i] << 32) * odd;
	return key ? key : 1;
}

/* Was nothing equal there before? */
static bool search_is_new(struct search *s, u64 key)
{
	size_t slot = (key >> 20) % SEEN_SLOTS;

	while (s->seen[slot] && s->seen[slot] != key)
		slot = (slot + 1) % SEEN_SLOTS;
	if (s->seen[slot])
		return false;
	s->seen[slot] = key;
	return true;
}

static bool is_taken(const struct search *s, size_t op)
{
	return op < s->next[s->lane[op - s->first]];
}

/* An order of the whole block, or of what the model could follow of it. */
static void search_found(struct search *s, const struct way *base, const struct way *at, size_t nr)
{
	struct way *w = way_get(s->par, at);
	size_t n = s->first;

	if (w->ended) {
		size_t last = s->path[nr - 1];
		size_t unjudged = w->v.unjudged == last ? last : s->end;

		for (size_t op = s->first; op < unjudged; op++) {
			if (!is_taken(s, op))
				unjudged = op;
		}
		w->v.unjudged = unjudged;
	}
	if (w->order) {
		memcpy(w->order, base->order, s->first * sizeof(*w->order));
		memcpy(w->order + n, s->path, nr * sizeof(*w->order));
		n += nr;
		for (size_t op = s->first; op < s->end; op++) {
			if (!is_taken(s, op))
				w->order[n++] = op;
		}
	}
	ways_add(s->par, &s->found, w);
}

/* Did the operation sleep until nothing was left that could wake it? */
static bool slept(const struct search *s, size_t op)
{
	return op_was_ended(&s->par->j->prog->op[op], &s->par->j->results[op]);
}

/*
 * May it come next?  A WFI that had to be ended is the last of its block, but for
 * others that were asleep as well and what is behind them.
 */
static bool may_come(const struct search *s, size_t op)
{
	if (!slept(s, op))
		return true;
	for (unsigned int lane = 0; lane < s->nr_lanes; lane++) {
		if (s->next[lane] != s->end && !op_waits(s->par->j->prog->op[s->next[lane]].id))
			return false;
	}
	return true;
}

/* May only the exception of the lane's next operation come, and its acknowledge later? */
static bool may_be_withdrawn(const struct search *s, const struct way *at, unsigned int lane)
{
	size_t op = s->next[lane];
	const struct op *o = &s->par->j->prog->op[op];
	const struct op_result *res = &s->par->j->results[op];

	return !s->signalled[lane] && answer_is_withdrawn(o, res) &&
	       judge_was_signalled(at->model, o, res);
}

static void search_from(struct search *s, const struct way *base, const struct way *at, size_t nr);

/* The exception, which changes nothing; its acknowledge is yet to come. */
static void search_signalled(struct search *s, const struct way *base, const struct way *at,
			     size_t nr, unsigned int lane)
{
	s->signalled[lane] = true;
	if (search_is_new(s, search_key(s, at)))
		search_from(s, base, at, nr);
	s->signalled[lane] = false;
}

/* All orders from @at on, after @nr operations of the block; the first lane first. */
static void search_from(struct search *s, const struct way *base, const struct way *at, size_t nr)
{
	for (unsigned int lane = 0; lane < s->nr_lanes && !s->cut && !s->found.cut; lane++) {
		size_t op = s->next[lane];
		bool signalled = s->signalled[lane];
		struct way *to;

		if (op == s->end || !may_come(s, op))
			continue;
		if (may_be_withdrawn(s, at, lane)) {
			search_signalled(s, base, at, nr, lane);
			continue;
		}
		s->cut = s->nr_steps++ == JUDGE_MAX_PAR_STEPS;
		if (s->cut)
			return;
		to = search_step(s, at, op);
		s->path[nr] = op;
		s->next[lane] = s->after[op - s->first];
		s->signalled[lane] = false;
		if (to->v.nr_unknown > base->v.nr_unknown + s->wrong)
			; /* too many for this search */
		else if (to->ended || nr + 1 == s->end - s->first)
			search_found(s, base, to, nr + 1);
		else if (search_is_new(s, search_key(s, to)))
			search_from(s, base, to, nr + 1);
		s->next[lane] = op;
		s->signalled[lane] = signalled;
		way_put(s->par, to);
	}
}

static void search_init(struct search *s, struct par *par, size_t first, size_t end)
{
	const struct op *ops = par->j->prog->op;
	int number[NR_LANES];
	size_t last[JUDGE_MAX_PAR_OPS];

	s->par = par;
	s->first = first;
	s->end = end;
	for (unsigned int i = 0; i < NR_LANES; i++)
		number[i] = -1;
	for (size_t op = first; op < end; op++) {
		int *lane = &number[op_lane(&ops[op])];

		if (*lane < 0) {
			*lane = (int)s->nr_lanes++;
			s->next[*lane] = op;
		} else {
			s->after[last[*lane] - first] = op;
		}
		s->after[op - first] = end;
		s->lane[op - first] = (unsigned int)*lane;
		last[*lane] = op;
	}
}

/* Orders with as many unknown differences as s->wrong says, of all ways. */
static void search_all(struct search *s)
{
	struct ways *now = &s->par->now;

	s->nr_steps = 0;
	memset(s->seen, 0, sizeof(s->seen));
	for (unsigned int i = 0; i < now->nr && !s->cut; i++) {
		if (!now->way[i]->ended)
			search_from(s, now->way[i], now->way[i], 0);
	}
}

/* Ways on which fewer is unexplained than on others; when something is, one of them. */
static void keep_best(struct par *par, size_t before)
{
	const struct way *best = ways_best(&par->now);
	unsigned int nr = 0;

	for (unsigned int i = 0; i < par->now.nr; i++) {
		struct way *w = par->now.way[i];

		if (w == best || (best->v.nr_unknown == before && w->v.nr_unknown == before))
			par->now.way[nr++] = w;
		else
			way_put(par, w);
	}
	par->now.nr = nr;
}

/* What happened first is open: as it stands in the program. */
static void way_in_program_order(struct way *w, size_t first, size_t end)
{
	for (size_t op = first; w->order && op < end; op++)
		w->order[op] = op;
}

/* Nothing explains it, so that any order is as good: the program's. */
static void go_in_program_order(struct search *s)
{
	const struct way *base = ways_best(&s->par->now);
	struct way *w = way_get(s->par, base);

	for (size_t op = s->first; op < s->end && step(s->par, w, op); op++)
		;
	if (w->order)
		memcpy(w->order, base->order, s->first * sizeof(*w->order));
	way_in_program_order(w, s->first, s->end);
	ways_add(s->par, &s->found, w);
}

/* A way that ended stays: it allows whatever comes, but nothing of it is judged. */
static void keep_ended(struct search *s)
{
	struct ways *now = &s->par->now;

	for (unsigned int i = 0; i < now->nr; i++) {
		struct way *w = now->way[i];

		way_in_program_order(w, s->first, s->end);
		if (w->ended)
			ways_add(s->par, &s->found, w);
		else
			way_put(s->par, w);
	}
	*now = s->found;
}

static void judge_block(struct par *par, size_t first, size_t end)
{
	struct search *s = xcalloc(1, sizeof(*s));
	const struct way *best = ways_best(&par->now);
	size_t before = best->v.nr_unknown, nr_diffs = best->v.nr_diffs;

	search_init(s, par, first, end);
	search_all(s);
	if (!s->found.nr && s->cut) {
		cut_here(par, &best->v, first);
		go_in_program_order(s);
	} else if (s->cut || s->found.cut) {
		cut_here(par, &ways_best(&s->found)->v, end);
	}
	while (!s->found.nr && s->wrong++ < MAX_WRONG) {
		s->cut = false;
		search_all(s);
	}
	if (!s->found.nr)
		go_in_program_order(s);
	if (ways_best(&s->found)->v.nr_unknown > before)
		mark_no_order((struct way *)ways_best(&s->found), nr_diffs);
	keep_ended(s);
	keep_best(par, before);
	free(s);
}

static void judge_alone(struct par *par, size_t op)
{
	struct ways old = par->now;
	size_t before = ways_best(&old)->v.nr_unknown;

	par->now = (struct ways){ 0 };
	for (unsigned int i = 0; i < old.nr; i++) {
		struct way *w = old.way[i];
		size_t nr_diffs = w->v.nr_diffs;

		way_in_program_order(w, op, op + 1);
		if (!w->ended)
			step(par, w, op);
		if (old.nr > 1)
			mark_no_order(w, nr_diffs);
		ways_add(par, &par->now, w);
	}
	keep_best(par, before);
}

static bool all_ended(const struct ways *list)
{
	for (unsigned int i = 0; i < list->nr; i++) {
		if (!list->way[i]->ended)
			return false;
	}
	return true;
}

static void all_side_by_side(const struct par *par, bool begins)
{
	for (unsigned int i = 0; i < par->now.nr; i++)
		model_side_by_side(par->now.way[i]->model, begins);
}

/* Return: false if it must be counted as not judged, as all of too long a block. */
static bool judge_next(struct par *par, size_t op, size_t end)
{
	if (end - op > JUDGE_MAX_PAR_OPS) {
		cut_here(par, &ways_best(&par->now)->v, op);
		return false;
	}
	if (end == op + 1) {
		judge_alone(par, op);
	} else {
		all_side_by_side(par, true);
		judge_block(par, op, end);
		all_side_by_side(par, false);
	}
	return !par->cut || ways_best(&par->now)->v.nr_unknown == par->at_cut.nr_unknown;
}

static void give_verdict(struct par *par, size_t nr)
{
	const struct judging *j = par->j;
	const struct way *best = ways_best(&par->now);

	*j->v = best->v;
	for (size_t i = 0; best->order && i < j->prog->nr_ops; i++)
		j->judge->order[i] = i < nr ? best->order[i] : i;
}

/**
 * judge_in_some_order() - judge a program with par blocks
 * @j: of a program of which nothing is judged
 *
 * Among orders that explain everything, the one with the fewest known differences
 * counts; if none does, one with the fewest unknown ones, and the difference says
 * so.  A block that would take more than JUDGE_MAX_PAR_STEPS steps, or leave more
 * than JUDGE_MAX_STATES states, may yet be explained; if not, what follows counts
 * as not judged.
 */
void judge_in_some_order(const struct judging *j)
{
	struct par par = { .j = j };
	struct way start = { .model = j->model, .v = *j->v };
	bool judged = true;
	size_t op = 0;

	par.now.way[par.now.nr++] = way_get(&par, &start);
	while (judged && op < j->prog->nr_ops && !all_ended(&par.now)) {
		size_t end = prog_par_end(j->prog, op);

		judged = judge_next(&par, op, end);
		op = judged ? end : op;
	}
	give_verdict(&par, op);
	if (!judged)
		*j->v = par.at_cut;
	for (unsigned int i = 0; i < par.now.nr; i++)
		way_put(&par, par.now.way[i]);
	while (par.unused) {
		struct way *w = par.unused;

		par.unused = w->next;
		model_destroy(w->model);
		free(w->order);
		free(w);
	}
}
