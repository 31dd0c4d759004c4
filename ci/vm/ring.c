// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record ring between the QEMU machine and its host: one writer, one
 * reader, no locks. It does not know what the records mean.
 */
#include "ci/vm/ring.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A record's own header in the ring. */
struct record_header {
	u32 type;
	u32 bytes;
};

static u64 record_room(u32 bytes)
{
	return sizeof(struct record_header) + (((u64)bytes + 7) & ~7ULL);
}

static void copy_in(struct ring *r, u64 pos, const void *src, u32 bytes)
{
	u64 at = pos % r->bytes;
	u64 first = bytes < r->bytes - at ? bytes : r->bytes - at;

	memcpy(r->data + at, src, first);
	memcpy(r->data, (const u8 *)src + first, bytes - first);
}

static void copy_out(const struct ring *r, u64 pos, void *dst, u32 bytes)
{
	u64 at = pos % r->bytes;
	u64 first = bytes < r->bytes - at ? bytes : r->bytes - at;

	memcpy(dst, r->data + at, first);
	memcpy((u8 *)dst + first, r->data, bytes - first);
}

/**
 * ring_attach() - use a block of shared memory as a ring
 * @r:		ring to set up
 * @shm:	shared memory, zero-filled before first use
 * @shm_bytes:	its size, more than SHM_RING_OFFSET
 * @one_way:	the host must not write to it
 */
void ring_attach(struct ring *r, void *shm, size_t shm_bytes, bool one_way)
{
	*r = (struct ring){
		.hdr = shm,
		.data = (u8 *)shm + SHM_RING_OFFSET,
		.bytes = shm_bytes - SHM_RING_OFFSET,
		.one_way = one_way,
	};
}

/**
 * ring_try_write() - append one record, guest side
 * @r:		ring
 * @type:	kind of record
 * @data:	payload
 * @bytes:	length of @data, at most SHM_RECORD_MAX
 *
 * Return: false if the ring has no room at present.
 */
bool ring_try_write(struct ring *r, enum shm_record type, const void *data, u32 bytes)
{
	const struct record_header rh = { .type = type, .bytes = bytes };
	u64 head = r->hdr->head;
	u64 tail = __atomic_load_n(&r->hdr->tail, __ATOMIC_ACQUIRE);

	if (head - tail + record_room(bytes) > r->bytes)
		return false;
	copy_in(r, head, &rh, sizeof(rh));
	copy_in(r, head + sizeof(rh), data, bytes);
	/* The payload must be visible before the head that announces it. */
	__atomic_store_n(&r->hdr->head, head + record_room(bytes), __ATOMIC_RELEASE);
	return true;
}

/**
 * ring_write() - append one record, guest side, when there is room for it
 * @r:		ring
 * @type:	kind of record
 * @data:	payload
 * @bytes:	length of @data, at most SHM_RECORD_MAX
 *
 * The host empties the ring as long as it lives; a ring of one way is full for
 * ever, and drops what would come after a record that it has no room for.
 */
void ring_write(struct ring *r, enum shm_record type, const void *data, u32 bytes)
{
	while (!r->lost && !ring_try_write(r, type, data, bytes)) {
		if (r->one_way)
			r->lost = true;
		else
			usleep(1000);
	}
}

/**
 * ring_read() - take the oldest record, host side
 * @r:		ring
 * @rec:	filled with the record
 *
 * Errors:
 *   -EBADMSG  the guest wrote something that is no record
 * Return: 1 if there was a record, 0 if the ring is empty, or a negative error.
 */
int ring_read(struct ring *r, struct ring_record *rec)
{
	u64 head = __atomic_load_n(&r->hdr->head, __ATOMIC_ACQUIRE);
	u64 tail = r->taken;
	struct record_header rh;

	if (head == tail)
		return 0;
	if (head - tail > r->bytes || head - tail < sizeof(rh))
		return -EBADMSG;
	copy_out(r, tail, &rh, sizeof(rh));
	if (rh.bytes > SHM_RECORD_MAX || record_room(rh.bytes) > head - tail)
		return -EBADMSG;
	rec->type = rh.type;
	rec->bytes = rh.bytes;
	copy_out(r, tail + sizeof(rh), rec->data, rh.bytes);
	r->taken = tail + record_room(rh.bytes);
	/* The guest may reuse the space as soon as the tail moves. */
	if (!r->one_way)
		__atomic_store_n(&r->hdr->tail, r->taken, __ATOMIC_RELEASE);
	return 1;
}
