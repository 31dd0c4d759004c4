/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The emulator's process: its command line, its start and its end.
 */
#ifndef CI_VM_QEMU_H
#define CI_VM_QEMU_H

#include <stdbool.h>
#include <sys/types.h>

#include "ci/vm/options.h"
#include "ci/vm/plan.h"
#include "ci/vm/util.h"

/**
 * struct qemu - a running emulator
 * @pid:	its process, 0 when there is none
 * @serial:	read end of the machine's serial console
 * @messages:	read end of the emulator's own messages
 * @shm:	the memory shared with the machine
 * @shm_fd:	file behind it
 * @initrd_fd:	file with the initrd
 * @status:	wait status, once it has ended
 */
struct qemu {
	pid_t pid;
	int serial;
	int messages;
	void *shm;
	int shm_fd;
	int initrd_fd;
	int status;
};

int qemu_start(struct qemu *q, const struct vm_options *o, const struct vm_plan *p,
	       const struct vm_buf *start) __must_check;
bool qemu_has_ended(struct qemu *q);
void qemu_stop(struct qemu *q);

#endif /* CI_VM_QEMU_H */
