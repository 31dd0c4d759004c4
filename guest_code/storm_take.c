// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest of a storm of LPIs: its interrupt handler, which takes LPIs and keeps the
 * account of each that says whether its delivery was due (guest_code/storm.h).
 */
#include "guest_code/storm_guest.h"

/* What handlers on several vCPUs publish never goes down. */
GUEST_INLINE static void raise(u32 *to, u32 value)
{
	u32 old = LOAD(to);

	while (old < value && !__atomic_compare_exchange_n(to, &old, value, true, __ATOMIC_RELEASE,
							   __ATOMIC_RELAXED))
		;
}

/* The same of storm_taken.settled, whose former value moves up. */
GUEST_INLINE static void settle(u64 *to, u32 ended)
{
	u64 old = LOAD(to), new;

	do {
		u32 now = STORM_SETTLED(old) > ended ? STORM_SETTLED(old) : ended;

		new = (u64)STORM_SETTLED(old) << 32 | now;
	} while (!__atomic_compare_exchange_n(to, &old, new, true, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
}

/* What is known of an LPI before it is acknowledged. */
struct before {
	u32 intid; /* 0: nothing is known */
	u32 ended, removed;
	u64 settled;
	bool by_clear; /* else by DISCARD */
};

GUEST_FN static void note(struct storm_vcpu *v, enum storm_wrong wrong, u32 lpi, u32 begun,
			  u32 limit)
{
	struct storm_note *n = &v->note[v->nr_notes];

	if (++v->nr_wrong[wrong] > STORM_MAX_NOTES)
		return;
	n->wrong = wrong;
	n->lpi = lpi;
	n->begun = begun;
	n->limit = limit;
	n->op = control()->ops;
	v->nr_notes++;
}

/*
 * What is wrong with an LPI that comes after CLEAR.  vCPU 0 gives that one, and leaves its
 * guest to do so; what is not moved it alone has had.
 */
GUEST_INLINE static enum storm_wrong wrong_after_clear(const struct storm_vcpu *v)
{
	const struct storm_control *c = control();
	u32 moves = 1u << STORM_MOVI | 1u << STORM_MOVALL | 1u << STORM_DISCARD;

	return v->index || (c->nr_vcpus > 1 && c->commands & moves) ? STORM_CLEARED :
								      STORM_CLEARED_OWN;
}

/*
 * An LPI has been acknowledged.  Of all sends that can have caused it the last one
 * has a number up to @begun, because each was published before it was made.  None
 * can whose number was published, as ended, before an acknowledge or a removal that
 * had been published itself before this acknowledge.
 *
 * A send may be latched again while the LPI is on its way to the vCPU and not
 * acknowledged yet: then both are delivered.  But two deliveries need two sends.
 */
GUEST_INLINE static void account(struct storm_vcpu *v, u32 lpi, const struct before *b)
{
	struct storm_sent *sent = at(STORM_SENT_OFFSET);
	struct storm_taken *taken = at(STORM_TAKEN_OFFSET);
	u32 *delivered = at(STORM_DELIVERED_OFFSET + v->index * (u64)sizeof(u32[STORM_MAX_LPIS]));
	u32 begun = LOAD(&sent[lpi].begun);

	delivered[lpi]++;
	v->delivered++;
	if (b->intid) {
		if (begun < STORM_SETTLED_BEFORE(b->settled) + 2 &&
		    begun <= STORM_SETTLED(b->settled))
			note(v, STORM_AGAIN, lpi, begun, STORM_SETTLED_BEFORE(b->settled));
		else if (begun <= STORM_SETTLED(b->settled))
			note(v, STORM_ECHO, lpi, begun, STORM_SETTLED(b->settled));
		else if (begun <= b->removed)
			note(v, b->by_clear ? wrong_after_clear(v) : STORM_DISCARDED, lpi, begun,
			     b->removed);
		settle(&taken[lpi].settled, b->ended);
	}
	raise(&taken[lpi].seen, begun);
}

/* Return: whether there may be another one. */
GUEST_INLINE static bool take(struct storm_vcpu *v, u32 nr)
{
	struct before b = { 0 };
	u64 hppi, intid;

	MRS(ICC_HPPIR1, hppi);
	if (hppi - GUEST_INTID_SPECIAL < 4)
		return false;
	if (hppi - STORM_FIRST_LPI < nr) {
		u32 lpi = (u32)hppi - STORM_FIRST_LPI;
		struct storm_sent *sent = at(STORM_SENT_OFFSET);
		struct storm_taken *taken = at(STORM_TAKEN_OFFSET);
		struct storm_commanded *command = at(STORM_COMMAND_OFFSET);

		b.settled = LOAD(&taken[lpi].settled);
		b.removed = LOAD(&command[lpi].removed);
		b.by_clear = LOAD(&command[lpi].last) == STORM_CLEAR;
		b.ended = LOAD(&sent[lpi].ended);
	}
	/* The loads are before the acknowledge, and what follows is after it. */
	DSB();
	MRS(ICC_IAR1, intid);
	ISB();
	if (intid - GUEST_INTID_SPECIAL < 4)
		return true;
	b.intid = hppi == intid ? (u32)intid : 0;
	/* What wakes it has no account: whoever waits goes on, and looks what is wanted. */
	if (intid - STORM_FIRST_LPI < nr)
		account(v, (u32)intid - STORM_FIRST_LPI, &b);
	else if (intid != STORM_WAKE_SPI + v->index)
		note(v, STORM_INTID, (u32)intid, 0, 0);
	MSR(ICC_EOIR1, intid);
	ISB();
	return true;
}

/**
 * storm_take_all() - take what is signalled, until nothing is
 * @v: this vCPU, its interrupts masked
 */
GUEST_FN void storm_take_all(struct storm_vcpu *v)
{
	u32 nr = nr_lpis();

	while (take(v, nr))
		;
}

/**
 * storm_interrupt() - the handler of IRQs
 * @v: this vCPU
 *
 * It takes one, as operating systems do; the next one is an exception of its own.
 */
GUEST_FN void storm_interrupt(struct storm_vcpu *v)
{
	v->exceptions++;
	(void)take(v, nr_lpis());
}
