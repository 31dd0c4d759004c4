// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that are performed side by side: a thread for each vCPU, one for
 * devices and one for userspace.  They start together, vCPUs from within their
 * guests.
 */
#include "lib/target/kvm/vm.h"

#include <sched.h>
#include <sys/syscall.h>
#include <time.h>

#include "lib/prog/alloc.h"
#include "lib/prog/mem.h"

/* Operations of one agent, in the order of the program. */
struct track {
	struct block *block;
	enum op_agent agent; /* memory is userspace's */
	struct target_vcpu *vcpu; /* of AGENT_GUEST */
	size_t *op; /* numbers in the program */
	size_t nr_ops;
	struct track *after; /* the vCPU that has the same lane and performs next */
	bool follows; /* is another's after */
	bool meets_inside; /* its vCPU can enter the guest */
	pthread_t thread;
	pid_t tid; /* set by the thread; atomic, and so is this: */
	bool ended;
	u32 done; /* how far its lane was when it was last looked at */
	struct wait_thread watched; /* of a thread that enters guests */
};

struct block {
	struct target_vm *vm;
	struct op_result *results; /* of the whole program */
	struct track *track;
	size_t nr_tracks;
	bool waits; /* some vCPU executes WFI */
	struct guest_meeting *meeting;
	struct guest_meeting own_meeting; /* if no guest takes part */
};

static struct track *track_of(struct block *b, enum op_agent agent, struct target_vcpu *vcpu)
{
	size_t i = 0;

	while (i < b->nr_tracks && (b->track[i].agent != agent || b->track[i].vcpu != vcpu))
		i++;
	if (i == b->nr_tracks)
		b->track[b->nr_tracks++] =
			(struct track){ .block = b, .agent = agent, .vcpu = vcpu };
	return &b->track[i];
}

static void add_op(struct block *b, size_t number)
{
	const struct op *op = &b->vm->prog->op[number];
	enum op_agent agent = op_desc(op->id)->agent;
	struct target_vcpu *v = NULL;
	struct track *t;

	if (agent == AGENT_GUEST) {
		v = find_vcpu(b->vm, (u64)op_vcpu(op));
		if (!v || v->held || v->parked) {
			b->results[number].status = OP_NO_OBJECT;
			return;
		}
	}
	t = track_of(b, agent == AGENT_MEM ? AGENT_USER : agent, v);
	t->op = xrealloc(t->op, (t->nr_ops + 1) * sizeof(*t->op));
	t->op[t->nr_ops++] = number;
	b->waits |= op_waits(op->id);
}

/* vCPUs with the same lane take turns.  Return: how many tracks start at once. */
static u32 chain_lanes(struct block *b)
{
	struct track *last[GUEST_LANES] = { NULL };
	u32 nr = 0;

	for (size_t i = 0; i < b->nr_tracks; i++) {
		struct track *t = &b->track[i];

		t->meets_inside = t->vcpu && !guest_prepare(b->vm, t->vcpu);
		if (t->meets_inside) {
			u32 lane = t->vcpu->lane_number;

			t->follows = last[lane];
			if (t->follows)
				last[lane]->after = t;
			last[lane] = t;
			t->vcpu->lane->waits = 0;
		}
		nr += !t->follows;
	}
	return nr;
}

static void arrive(struct guest_meeting *m)
{
	__atomic_add_fetch(&m->arrived, 1, __ATOMIC_ACQ_REL);
}

static void meet(struct guest_meeting *m)
{
	arrive(m);
	while (__atomic_load_n(&m->arrived, __ATOMIC_ACQUIRE) < m->expected)
		sched_yield();
}

/* Enters the guest, where the vCPU meets the others.  Return: operations that have a result. */
static size_t start_inside(const struct track *t)
{
	const struct block *b = t->block;
	const struct guest_op op = {
		.code = GUEST_MEET,
		.addr = PROG_RAM_BASE + GUEST_MEETING_OFFSET,
	};
	struct guest_lane *lane = t->vcpu->lane;
	u32 number = lane->posted;
	size_t nr = t->nr_ops < GUEST_RING_OPS ? t->nr_ops : GUEST_RING_OPS - 1;

	guest_post(t->vcpu, &op);
	nr = guest_perform(b->vm, t->vcpu, t->op, nr, b->results);
	/* It could not enter. */
	if (__atomic_load_n(&lane->done, __ATOMIC_ACQUIRE) == number)
		meet(b->meeting);
	return nr;
}

static void perform_track(const struct track *t, size_t from)
{
	const struct block *b = t->block;

	while (from < t->nr_ops) {
		size_t left = t->nr_ops - from;

		if (t->vcpu) {
			from += guest_perform(b->vm, t->vcpu, t->op + from,
					      left < GUEST_RING_OPS ? left : GUEST_RING_OPS,
					      b->results);
		} else {
			perform_op(b->vm, &b->vm->prog->op[t->op[from]], &b->results[t->op[from]]);
			from++;
		}
	}
}

static void *track_thread(void *arg)
{
	struct track *first = arg;
	const struct track *t = first;

	__atomic_store_n(&first->tid, (pid_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
	if (t->meets_inside) {
		perform_track(t, start_inside(t));
	} else {
		meet(t->block->meeting);
		perform_track(t, 0);
	}
	for (t = t->after; t; t = t->after)
		perform_track(t, 0);
	__atomic_store_n(&first->ended, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool has_ended(const struct track *t)
{
	return t->follows || __atomic_load_n(&t->ended, __ATOMIC_ACQUIRE);
}

static u32 done_of(const struct track *t)
{
	return __atomic_load_n(&t->watched.lane->done, __ATOMIC_ACQUIRE);
}

/* Notes how far each track is.  Return: whether all that have not ended sleep. */
static bool all_sleep(struct block *b)
{
	for (size_t i = 0; i < b->nr_tracks; i++) {
		struct track *t = &b->track[i];

		if (has_ended(t))
			continue;
		if (!t->meets_inside || !wait_sleeps(&t->watched))
			return false;
		t->done = done_of(t);
	}
	return true;
}

/*
 * A track that sleeps although nothing is left that could wake it.  One that is
 * found in the same WFI after all others were found asleep, and what their timers
 * do has come, was in it when they were.
 */
static const struct track *find_stuck(struct block *b)
{
	const struct track *stuck = NULL;

	if (!all_sleep(b))
		return NULL;
	wait_timers(b->vm);
	for (size_t i = 0; i < b->nr_tracks; i++) {
		struct track *t = &b->track[i];

		if (has_ended(t))
			continue;
		if (!wait_sleeps(&t->watched) || t->done != done_of(t))
			return NULL;
		if (!stuck)
			stuck = t;
	}
	return stuck;
}

static bool all_have_ended(const struct block *b)
{
	for (size_t i = 0; i < b->nr_tracks; i++) {
		if (!has_ended(&b->track[i]))
			return false;
	}
	return true;
}

/* Ends each WFI that nothing else will end.  The threads have not met yet. */
static void watch_tracks(struct block *b)
{
	const struct timespec pause = { .tv_nsec = 10000 };

	for (size_t i = 0; i < b->nr_tracks; i++) {
		struct track *t = &b->track[i];

		while (!t->follows && !__atomic_load_n(&t->tid, __ATOMIC_ACQUIRE))
			nanosleep(&pause, NULL);
		if (t->meets_inside && !t->follows)
			wait_open(&t->watched, t->vcpu->lane, t->tid);
	}
	arrive(b->meeting);
	while (!all_have_ended(b)) {
		const struct track *stuck = find_stuck(b);

		if (stuck && b->vm->direct) {
			direct_settle(b->vm);
			stuck = find_stuck(b);
		}
		if (stuck)
			wait_end(&stuck->watched, stuck->thread);
		nanosleep(&pause, NULL);
	}
	for (size_t i = 0; i < b->nr_tracks; i++) {
		if (b->track[i].meets_inside && !b->track[i].follows)
			wait_close(&b->track[i].watched);
	}
}

static void run_tracks(struct block *b)
{
	for (size_t i = 0; i < b->nr_tracks; i++) {
		struct track *t = &b->track[i];

		TEST_ASSERT(t->follows || !pthread_create(&t->thread, NULL, track_thread, t),
			    "pthread_create");
	}
	if (b->waits)
		watch_tracks(b);
	for (size_t i = 0; i < b->nr_tracks; i++) {
		struct track *t = &b->track[i];

		TEST_ASSERT(t->follows || !pthread_join(t->thread, NULL), "pthread_join");
		free(t->op);
	}
}

/**
 * par_perform() - perform operations side by side
 * @vm:      the VM
 * @first:   number of the first one in the program
 * @end:     number of the first one after them
 * @results: of the whole program
 *
 * Return: false if they need more different instructions than there are slots, so
 * that nothing was done.
 */
bool par_perform(struct target_vm *vm, size_t first, size_t end, struct op_result *results)
{
	struct block b = { .vm = vm, .results = results };
	u32 expected;

	b.track = xcalloc(end - first, sizeof(*b.track));
	for (size_t i = first; i < end; i++)
		add_op(&b, i);
	expected = chain_lanes(&b);
	if (vm->ram && !guest_reserve_slots(vm, first, end)) {
		for (size_t i = 0; i < b.nr_tracks; i++)
			free(b.track[i].op);
		free(b.track);
		return false;
	}
	b.meeting = vm->ram ? (struct guest_meeting *)(void *)(vm->ram + GUEST_MEETING_OFFSET) :
			      &b.own_meeting;
	/* The one who watches takes part. */
	*b.meeting = (struct guest_meeting){ .expected = expected + b.waits };
	vm->side_by_side = true;
	run_tracks(&b);
	vm->side_by_side = false;
	if (vm->direct)
		direct_catch_up(vm);
	free(b.track);
	return true;
}
