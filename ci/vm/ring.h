/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Both ends of the record ring in shared memory: see shm.h for the layout.
 */
#ifndef CI_VM_RING_H
#define CI_VM_RING_H

#include <stdbool.h>

#include "ci/vm/shm.h"
#include "lib/regs/bits.h"

/* One end of a ring; @hdr and @data point into the shared memory. */
struct ring {
	struct shm_header *hdr;
	u8 *data;
};

/**
 * struct ring_record - one record as the host reads it
 * @type:	enum shm_record, or any number from a guest gone wrong
 * @bytes:	length of @data
 * @data:	the payload
 */
struct ring_record {
	u32 type;
	u32 bytes;
	u8 data[SHM_RECORD_MAX];
};

void ring_attach(struct ring *r, void *shm);
bool ring_try_write(struct ring *r, enum shm_record type, const void *data, u32 bytes);
void ring_write(struct ring *r, enum shm_record type, const void *data, u32 bytes);
int ring_read(struct ring *r, struct ring_record *rec) __must_check;

#endif /* CI_VM_RING_H */
