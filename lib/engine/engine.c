// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the event engines share: chains in flight, and those that have ended.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/engine/part.h"

static const struct engine_ops *const kinds[ENGINE_NR_KINDS] = {
	[ENGINE_RING] = &engine_ring,
	[ENGINE_POLL] = &engine_poll,
};

/**
 * engine_open() - make an engine
 * @kind:       which
 * @max_chains: that will be in flight at a time
 * @why:        receives what is missing, if it cannot be made
 * @bytes:      of @why
 *
 * Context: only the thread that opened an engine uses it.
 *
 * Return: the engine, to be released by engine_close(), or NULL.
 */
struct engine *engine_open(enum engine_kind kind, unsigned int max_chains, char *why, size_t bytes)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->ops = kinds[kind];
	e->max_chains = max_chains;
	e->slot = calloc(max_chains, sizeof(*e->slot));
	e->done = calloc(max_chains, sizeof(*e->done));
	if (e->slot && e->done && !e->ops->open(e, why, bytes))
		return e;
	free(e->done);
	free(e->slot);
	free(e);
	return NULL;
}

/**
 * engine_close() - release an engine; chains in flight come to no end
 * @e: the engine, or NULL
 */
void engine_close(struct engine *e)
{
	if (!e)
		return;
	e->ops->close(e);
	free(e->done);
	free(e->slot);
	free(e);
}

/**
 * engine_name() - what the engine is
 * @e: the engine
 *
 * Return: "ring" or "poll".
 */
const char *engine_name(const struct engine *e)
{
	return e->ops->name;
}

/**
 * engine_calls() - what it took
 * @e: the engine
 *
 * Return: system calls since it was opened.
 */
u64 engine_calls(const struct engine *e)
{
	return e->nr_calls;
}

/**
 * engine_chain() - begin a chain of requests
 * @e:       the engine
 * @request: copied
 * @nr:      of them, 1 to ENGINE_MAX_CHAIN
 * @tag:     any; its event has it
 *
 * Errors:
 *   -EINVAL  @nr is out of range (a caller bug)
 *   -EBUSY   max_chains are in flight (a caller bug)
 * Return: 0 or a negative errno, also of the system.
 */
int engine_chain(struct engine *e, const struct engine_request *request, unsigned int nr, u64 tag)
{
	struct engine_slot *slot = e->slot;

	if (!nr || nr > ENGINE_MAX_CHAIN)
		return -EINVAL;
	while (slot < e->slot + e->max_chains && slot->nr)
		slot++;
	if (slot == e->slot + e->max_chains)
		return -EBUSY;
	*slot = (struct engine_slot){ .nr = nr, .tag = tag };
	for (unsigned int i = 0; i < nr; i++)
		slot->request[i] = request[i];
	return e->ops->chain(e, slot);
}

/**
 * engine_done() - note that a chain is at its end, for engines
 * @e:    the engine
 * @slot: of the chain
 * @err:  0 or an errno, positive
 * @at:   the request that failed, or the last one
 */
void engine_done(struct engine *e, struct engine_slot *slot, int err, unsigned int at)
{
	slot->done = true;
	slot->err = err;
	slot->at = at;
	e->done[e->nr_done++] = (unsigned int)(slot - e->slot);
}

/**
 * engine_wait() - go on until chains have ended
 * @e:      the engine, with a chain in flight
 * @events: filled in
 * @max:    of @events, at least 1
 *
 * Return: how many, at least 1, or a negative errno.
 */
int engine_wait(struct engine *e, struct engine_event *events, unsigned int max)
{
	unsigned int nr = 0;

	while (!e->nr_done) {
		int ret = e->ops->wait(e);

		if (ret)
			return ret;
	}
	while (e->nr_done && nr < max) {
		struct engine_slot *slot = &e->slot[e->done[--e->nr_done]];

		events[nr++] = (struct engine_event){
			.tag = slot->tag,
			.err = slot->err,
			.at = slot->at,
			.value = slot->value,
		};
		slot->nr = 0;
	}
	return (int)nr;
}
