// SPDX-License-Identifier: GPL-2.0-only
/*
 * The account of a run of events: every interrupt that is sent is taken, or merges
 * into one that pends already.  Which of the two is known of each before it is sent,
 * because host and guest keep step:
 *
 * - At a mark nothing pends: the guest has taken the sentinel of the step before, and
 *   with it all that was injected before the sentinel.
 * - Where the guest takes interrupts while they are injected, each is sent once in a
 *   step.  Nothing of it pends, and it is taken once.
 * - Where it takes none until it is released, which is after all were injected, those
 *   of the same number merge into the first of them, and that is taken once.  So it is
 *   if it is active: its first one pends beside that.  A level that is high is raised
 *   no further, and is lowered only when its handler ends.
 *
 * A level that stays high when its handler ends is taken again.  That is not lost in the
 * rest of the account, but has its own place in it.
 */
#include "lib/target/events.h"

/**
 * events_expect() - book a step
 * @a:       the account
 * @step:    all that is sent in it, but for its sentinel and its trigger
 * @dropped: which of these will be left out
 */
void events_expect(struct events_account *a, const struct events_step *step, const bool *dropped)
{
	struct events_count *c = &a->moment[step->moment];
	u32 sent = 0, kept = 0;

	c->steps++;
	c->sent += step->nr;
	for (unsigned int i = 0; i < step->nr; i++) {
		u32 bit = 1u << step->irq[i];

		if (sent & bit)
			c->merged++;
		else
			a->wanted[step->irq[i]]++;
		sent |= bit;
		kept |= dropped[i] ? 0 : bit;
		a->dropped += dropped[i];
	}
	a->planted += (u64)__builtin_popcount(sent & ~kept);
	/* What leads is no part of what is counted by moment. */
	a->wanted[EVENTS_TRIGGER] += step->moment == EVENTS_HANDLER;
	a->wanted[EVENTS_SENTINEL]++;
}

static void note(struct events_account *a, const struct events_note *n)
{
	if (a->nr_notes < EVENTS_MAX_NOTES)
		a->note[a->nr_notes] = *n;
	a->nr_notes++;
}

/* How many are missing that were not before; those that were may have come. */
static void compare(struct events_account *a, const struct events_step *step, u64 number, u32 irq,
		    u64 taken)
{
	s64 before = a->behind[irq], behind = (s64)(a->wanted[irq] + a->again[irq] - taken);
	bool again = EVENTS_IS_LEVEL(irq) && behind < 0;

	if (again) {
		a->again[irq] += (u64)-behind;
		behind = 0;
	}
	a->behind[irq] = behind;
	if (behind == before && !again)
		return;
	if (behind < before && before > 0)
		a->late += (u64)(before - (behind > 0 ? behind : 0));
	note(a, &(struct events_note){ .step = number,
				       .moment = step->moment,
				       .irq = irq,
				       .wanted = a->wanted[irq],
				       .taken = taken });
}

/* What the guest takes counts as events_expect() booked it. */
static u64 taken_of_moments(const struct events_account *a)
{
	u64 taken = 0;

	for (unsigned int i = 0; i < EVENTS_NR_MOMENTS; i++)
		taken += a->moment[i].taken;
	return taken;
}

/**
 * events_check() - compare with the guest's counts, when a step is over
 * @a:      the account
 * @step:   the step
 * @number: of it
 * @shared: the guest's, which has come to its next mark
 */
void events_check(struct events_account *a, const struct events_step *step, u64 number,
		  const struct events_shared *shared)
{
	u64 leading = a->wanted[EVENTS_SENTINEL] + a->moment[EVENTS_HANDLER].steps, all = 0;

	for (u32 i = 0; i < EVENTS_NR_IRQS; i++) {
		u64 taken = __atomic_load_n(&shared->taken[i], __ATOMIC_ACQUIRE);

		compare(a, step, number, i, taken);
		all += taken - a->again[i];
	}
	a->moment[step->moment].taken += all - leading - taken_of_moments(a);
}

/**
 * events_close_account() - what did not come at all, or came without being sent
 * @a: the account, after its last events_check()
 */
void events_close_account(struct events_account *a)
{
	for (u32 i = 0; i < EVENTS_NR_IRQS; i++) {
		if (a->behind[i] > 0)
			a->lost += (u64)a->behind[i];
		else
			a->extra += (u64)-a->behind[i];
		a->repeated += a->again[i];
	}
}
