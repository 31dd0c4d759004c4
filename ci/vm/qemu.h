/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The emulator's process: its command line, its start and its end.
 */
#ifndef CI_VM_QEMU_H
#define CI_VM_QEMU_H

#include <stdbool.h>
#include <sys/types.h>

#include "ci/vm/options.h"
#include "ci/vm/shm.h"
#include "ci/vm/util.h"

/**
 * struct qemu_setup - how to start
 * @opt:	what the user asked for
 * @kernel:	path of the Image
 * @initrd:	archives to boot with, one after the other; NULL for none
 * @mode:	what the machine's init is to do
 * @controlled:	the machine will be saved
 * @state_fd:	file of a machine that was saved and goes on now, or -1
 * @rr:	"record" or "replay", or NULL
 * @events_fd:	file of its events, with @rr
 * @input:	archive that such a machine finds in the shared memory
 */
struct qemu_setup {
	const struct vm_options *opt;
	const char *kernel;
	const struct vm_buf *initrd[2];
	enum shm_mode mode;
	bool controlled;
	int state_fd;
	const char *rr;
	int events_fd;
	const struct vm_buf *input;
};

/**
 * struct qemu - a running emulator
 * @pid:	its process, 0 when there is none
 * @serial:	read end of the machine's serial console
 * @messages:	read end of the emulator's own messages
 * @control:	our end of its control channel, or -1
 * @shm:	the memory shared with the machine
 * @shm_bytes:	its size
 * @shm_fd:	file behind it
 * @initrd_fd:	file with the initrd
 * @status:	wait status, once it has ended
 */
struct qemu {
	pid_t pid;
	int serial;
	int messages;
	int control;
	void *shm;
	size_t shm_bytes;
	int shm_fd;
	int initrd_fd;
	int status;
};

void qemu_init(struct qemu *q);
int qemu_start(struct qemu *q, const struct qemu_setup *s) __must_check;
int qemu_save(struct qemu *q, int state_fd) __must_check;
bool qemu_has_ended(struct qemu *q);
void qemu_stop(struct qemu *q);

#endif /* CI_VM_QEMU_H */
