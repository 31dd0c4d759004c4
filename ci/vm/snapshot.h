/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Snapshots of booted machines, in the cache folder.
 */
#ifndef CI_VM_SNAPSHOT_H
#define CI_VM_SNAPSHOT_H

#include <stdbool.h>

#include "ci/vm/options.h"
#include "ci/vm/plan.h"

/**
 * struct snapshot - one snapshot, there or not
 * @path:	its file
 * @making:	the file while it is being made, or NULL
 * @fd:		the open file, or -1
 */
struct snapshot {
	char *path;
	char *making;
	int fd;
};

int snapshot_find(struct snapshot *s, const struct vm_options *o,
		  const struct vm_plan *p) __must_check;
bool snapshot_open(struct snapshot *s);
int snapshot_begin(struct snapshot *s) __must_check;
int snapshot_finish(struct snapshot *s) __must_check;
void snapshot_remove(struct snapshot *s);
void snapshot_close(struct snapshot *s);

#endif /* CI_VM_SNAPSHOT_H */
