/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's output folder: what the command writes there goes to the host.
 */
#ifndef CI_VM_OUTBOX_H
#define CI_VM_OUTBOX_H

#include "ci/vm/ring.h"
#include "ci/vm/util.h"

/**
 * struct outbox - the watched folder
 * @ring:	records to the host
 * @watch:	inotify descriptor, or -1
 * @sync:	socket where the command waits until its files are with the host, or -1
 * @dirs:	watched directories below the folder; the index is the watch descriptor
 */
struct outbox {
	struct ring *ring;
	int watch;
	int sync;
	struct vm_strv dirs;
};

void outbox_open(struct outbox *b, struct ring *ring);
void outbox_pass_complete(struct outbox *b);
void outbox_answer(struct outbox *b);
void outbox_pass_all(struct outbox *b);

#endif /* CI_VM_OUTBOX_H */
