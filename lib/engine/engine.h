/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event engine: one thread that drives many event file descriptors, by chains of
 * requests of which each begins when the one before it is complete.  Two engines do
 * the same: one on an io_uring ring, and a plain one on ppoll(), read() and write()
 * for where there is none.  It knows nothing of KVM.
 */
#ifndef LIB_ENGINE_ENGINE_H
#define LIB_ENGINE_ENGINE_H

#include "lib/regs/bits.h"

#define ENGINE_MAX_CHAIN 32

enum engine_kind { ENGINE_RING, ENGINE_POLL };
#define ENGINE_NR_KINDS 2

enum engine_what {
	ENGINE_WRITE, /* a value to an eventfd that does not block */
	ENGINE_READ, /* the count of an eventfd that blocks, once it is not 0 */
	ENGINE_PAUSE, /* nothing for a while */
};

struct engine_request {
	enum engine_what what;
	int fd;
	u64 value; /* written */
	u64 ns; /* how long to pause; of a read, how long to wait for it, 0 for ever */
};

/* How a chain ended. */
struct engine_event {
	u64 tag;
	int err; /* 0, ETIME of a read that took too long, or another errno; no later request ran */
	unsigned int at; /* the request that failed, or the last one, from 0 */
	u64 value; /* what the last read gave */
};

struct engine;

__must_check struct engine *engine_open(enum engine_kind kind, unsigned int max_chains, char *why,
					size_t bytes);
void engine_close(struct engine *e);
const char *engine_name(const struct engine *e);
u64 engine_calls(const struct engine *e);
__must_check int engine_chain(struct engine *e, const struct engine_request *request,
			      unsigned int nr, u64 tag);
__must_check int engine_wait(struct engine *e, struct engine_event *events, unsigned int max);

#endif /* LIB_ENGINE_ENGINE_H */
