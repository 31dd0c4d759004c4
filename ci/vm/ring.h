/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Both ends of the record ring in shared memory: see shm.h for the layout.
 */
#ifndef CI_VM_RING_H
#define CI_VM_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "ci/vm/shm.h"
#include "lib/regs/bits.h"

/**
 * struct ring - one end of a ring
 * @hdr:	start of the shared memory
 * @data:	the ring in it
 * @bytes:	size of the ring
 * @one_way:	the host never writes: it only remembers what it has taken
 * @taken:	bytes that this host has taken out
 * @lost:	this guest has dropped a record, and all after it
 */
struct ring {
	struct shm_header *hdr;
	u8 *data;
	u64 bytes;
	bool one_way;
	u64 taken;
	bool lost;
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

void ring_attach(struct ring *r, void *shm, size_t shm_bytes, bool one_way);
bool ring_try_write(struct ring *r, enum shm_record type, const void *data, u32 bytes);
void ring_write(struct ring *r, enum shm_record type, const void *data, u32 bytes);
int ring_read(struct ring *r, struct ring_record *rec) __must_check;

#endif /* CI_VM_RING_H */
