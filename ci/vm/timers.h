/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timers of a machine that is saved and goes on elsewhere.
 */
#ifndef CI_VM_TIMERS_H
#define CI_VM_TIMERS_H

#include "ci/vm/util.h"

/* One timer for each processor; zero-initialised is none. */
struct timers {
	int *fds;
	size_t nr;
};

void timers_prepare(struct timers *t);
void timers_start_again(struct timers *t);

#endif /* CI_VM_TIMERS_H */
