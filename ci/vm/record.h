/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recordings: folders with all that is needed to run a machine again, exactly.
 */
#ifndef CI_VM_RECORD_H
#define CI_VM_RECORD_H

#include "ci/vm/console.h"
#include "ci/vm/options.h"
#include "ci/vm/plan.h"
#include "ci/vm/ring.h"

/**
 * struct recording - a recording that is made or replayed
 * @dir:	its folder
 * @events:	file of the emulator's events, or -1
 * @append:	words for the kernel's command line, when replayed
 * @mem:	memory of the machine, when replayed
 */
struct recording {
	const char *dir;
	int events;
	char *append;
	char *mem;
};

int recording_make(struct recording *r, const struct vm_options *o, const struct vm_plan *p,
		   const struct vm_buf *start) __must_check;
int recording_load(struct recording *r, struct vm_options *o, struct vm_plan *p) __must_check;
int recording_keep_outcome(const struct recording *r, const struct ring *ring,
			   const struct console *c) __must_check;
int recording_check_outcome(const struct recording *r, const struct ring *ring,
			    const struct console *c) __must_check;
void recording_free(struct recording *r);

#endif /* CI_VM_RECORD_H */
