/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the machine gives back: streams, files, programs in flight.
 */
#ifndef CI_VM_RESULTS_H
#define CI_VM_RESULTS_H

#include <stdbool.h>

#include "ci/vm/plan.h"
#include "ci/vm/ring.h"

/**
 * struct results - what has come back
 * @plan:		where things go
 * @file_path:		path on the host of the file that is coming, or NULL
 * @file_name:		its name below PLAN_OUT
 * @file:		its bytes
 * @names:		names below PLAN_OUT of all files that are here, each once
 * @mid_line:		the last byte of standard output was no newline
 * @started:		the machine's init runs
 * @ready:		it waits for a snapshot to be taken
 * @exited:		the command has ended, as @exit says
 * @nr_inflight:	programs in flight saved
 * @failed:		something could not be written or was no record
 */
struct results {
	const struct vm_plan *plan;
	char *file_path;
	char *file_name;
	struct vm_buf file;
	struct vm_strv names;
	bool mid_line;
	bool started;
	bool ready;
	bool exited;
	struct shm_exit exit;
	unsigned int nr_inflight;
	bool failed;
};

bool results_drain(struct results *r, struct ring *ring);
void results_save_inflight(struct results *r, const void *shm);
__must_check int results_resume(struct results *r);
void results_restart(struct results *r);
void results_say(struct results *r, const char *fmt, ...) __printf(2, 3);
void results_free(struct results *r);

#endif /* CI_VM_RESULTS_H */
