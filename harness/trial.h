/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trials: programs that are run and judged in worker processes, several at a
 * time, so that each may die or hang without harm.
 */
#ifndef HARNESS_TRIAL_H
#define HARNESS_TRIAL_H

#include "harness/harness.h"

#define TRIAL_REASON_BYTES 256

enum trial_end {
	TRIAL_JUDGED,
	TRIAL_SKIPPED, /* it cannot be run here, or not be judged: reason says why */
	TRIAL_DIED, /* its process ended: reason says how, the verdict what the kernel logged */
	TRIAL_HUNG, /* its process was killed after the time-out */
};

struct trial {
	u64 token; /* of trials_submit() */
	enum trial_end end;
	u64 ns; /* it took */
	size_t nr_ops; /* of the program */
	struct verdict verdict; /* no difference unless it was judged or died */
	char reason[TRIAL_REASON_BYTES]; /* empty if it was judged */
	const struct op_result *results; /* if it was judged; until the next call for the pool */
};

struct trials;

__must_check struct trials *trials_open(const struct session *s, unsigned int nr_workers);
unsigned int trials_idle(const struct trials *t);
unsigned int trials_under_way(const struct trials *t);
void trials_submit(struct trials *t, const struct prog *p, u64 token);
__must_check bool trials_next(struct trials *t, struct trial *trial);
void trials_close(struct trials *t);

#endif /* HARNESS_TRIAL_H */
