// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a run of events injects when, from its seed alone.
 */
#include "lib/prog/rng.h"
#include "lib/target/events.h"

#define US 1000ULL
#define NR_INJECTED (EVENTS_NR_EDGES + EVENTS_NR_LEVELS)

/*
 * How long to wait before an injection, so that a vCPU that waits is found on its way
 * into WFI, polling in KVM, or asleep.  What comes of it does not depend on that.
 */
static u64 pick_pause(struct rng *r, enum events_moment moment)
{
	if (moment == EVENTS_RUNNING)
		return rng_below(r, 2) * rng_below(r, 50 * US);
	if (moment != EVENTS_BLOCKED || rng_below(r, 2))
		return 0;
	return rng_below(r, 3) ? rng_below(r, 50 * US) : rng_below(r, 1000 * US);
}

/*
 * Where the guest takes interrupts while they are injected, one that is sent twice
 * may merge or not: there each is sent once.
 */
static u32 pick_irq(struct rng *r, enum events_moment moment, u32 *used)
{
	u32 irq = (u32)rng_below(r, NR_INJECTED);

	if (moment == EVENTS_MASKED)
		return irq;
	/* Pending again while it is active. */
	if (moment == EVENTS_HANDLER)
		return rng_below(r, 4) ? irq : EVENTS_TRIGGER;
	while (*used & 1u << irq)
		irq = (irq + 1) % NR_INJECTED;
	*used |= 1u << irq;
	return irq;
}

/**
 * events_plan() - what is injected in one step
 * @step:   filled in
 * @setup:  of the run
 * @vm:     from 0
 * @number: of the step, from 1
 * @left:   injections left for this VM; with none the step is the end
 */
void events_plan(struct events_step *step, const struct events_setup *setup, unsigned int vm,
		 u64 number, u64 left)
{
	struct rng r = { rng_mix(rng_mix(setup->seed, vm), number) };
	u32 used = 0;
	u64 nr;

	*step = (struct events_step){ .moment = EVENTS_END };
	if (!left)
		return;
	step->moment = (enum events_moment)rng_below(&r, EVENTS_NR_MOMENTS);
	nr = 1 + rng_below(&r, EVENTS_MAX_BURST);
	step->nr = (unsigned int)(nr < left ? nr : left);
	for (unsigned int i = 0; i < step->nr; i++) {
		step->irq[i] = pick_irq(&r, step->moment, &used);
		step->pause_ns[i] = pick_pause(&r, step->moment);
	}
}

/**
 * events_is_dropped() - is this injection left out?
 * @setup:  of the run
 * @vm:     from 0
 * @number: of the injection of this VM, from 0
 *
 * Return: whether.
 */
bool events_is_dropped(const struct events_setup *setup, unsigned int vm, u64 number)
{
	return setup->drop && !(rng_mix(rng_mix(~setup->seed, vm), number) % setup->drop);
}
