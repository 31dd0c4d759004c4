/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Worker processes: what the two pools of them (work.c, trial.c) do alike.
 */
#ifndef HARNESS_CHILD_H
#define HARNESS_CHILD_H

#include <sys/types.h>

#include "harness/harness.h"

/* A worker, as its parent sees it. */
struct child {
	pid_t pid;
	int err_fd; /* a file that collects its standard error */
	struct kmsg *kmsg; /* from its start on; NULL if the log may not be read */
	bool hung; /* killed because its program did not end */
};

__must_check int child_open(struct child *c);
__must_check pid_t child_fork(struct child *c, const struct target *target);
int child_wait(pid_t pid);
void child_close(struct child *c);

__must_check bool child_read(int fd, void *data, size_t bytes);

#endif /* HARNESS_CHILD_H */
