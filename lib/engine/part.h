/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between lib/engine/engine.c and the engines, private to lib/engine.
 */
#ifndef LIB_ENGINE_PART_H
#define LIB_ENGINE_PART_H

#include <stdbool.h>

#include "lib/engine/engine.h"

/* A chain that has not been told of. */
struct engine_slot {
	struct engine_request request[ENGINE_MAX_CHAIN];
	u64 value; /* what the last read gave */
	unsigned int nr; /* requests; 0 if the slot is free */
	u64 tag;
	bool done; /* and then: */
	int err; /* of the request at */
	unsigned int at;
};

/* One kind of engine.  Functions return 0 or a negative errno. */
struct engine_ops {
	const char *name;
	/* After a failure @why says what is missing. */
	int (*open)(struct engine *e, char *why, size_t bytes);
	void (*close)(struct engine *e);
	/* Takes a chain, which may begin at once or with the next wait. */
	int (*chain)(struct engine *e, struct engine_slot *slot);
	/* Goes on until some chains are at their ends: engine_done() was called for each. */
	int (*wait)(struct engine *e);
};

struct engine {
	const struct engine_ops *ops;
	void *own; /* the engine's */
	struct engine_slot *slot;
	unsigned int max_chains, nr_done;
	unsigned int *done; /* numbers of slots */
	u64 nr_calls; /* system calls */
};

extern const struct engine_ops engine_ring, engine_poll;

void engine_done(struct engine *e, struct engine_slot *slot, int err, unsigned int at);

#endif /* LIB_ENGINE_PART_H */
