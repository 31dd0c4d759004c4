/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The emulator's control channel: just what snapshots need of QMP.
 */
#ifndef CI_VM_QMP_H
#define CI_VM_QMP_H

#include "ci/vm/util.h"

/**
 * struct qmp - one channel
 * @fd:		our end
 * @in:		bytes that are not yet a whole line
 */
struct qmp {
	int fd;
	struct vm_buf in;
};

int qmp_open(struct qmp *q, int fd) __must_check;
int qmp_do(struct qmp *q, const char *command) __must_check;
int qmp_give_fd(struct qmp *q, int fd, const char *name) __must_check;
int qmp_wait_migrated(struct qmp *q) __must_check;
void qmp_close(struct qmp *q);

#endif /* CI_VM_QMP_H */
