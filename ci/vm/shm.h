/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layout of the memory that the host and the QEMU machine share (ivshmem-plain).
 *
 * One page of header, the programs in flight, and a ring of records that only
 * the guest writes and only the host reads. Everything is little-endian, and
 * the host treats all of it as data from outside: a guest kernel that goes
 * wrong may write anything anywhere.
 */
#ifndef CI_VM_SHM_H
#define CI_VM_SHM_H

#include "lib/regs/bits.h"

#define SHM_BYTES (16u << 20)
#define SHM_MAGIC 0x56474943u /* "VGIC" */

/* Programs in flight: a slot is a u32 length, 0 when empty, then that much text. */
#define SHM_INFLIGHT_OFFSET (1u << 20)
#define SHM_INFLIGHT_SLOTS 16u
#define SHM_INFLIGHT_SLOT_BYTES (64u << 10)
#define SHM_INFLIGHT_BYTES (SHM_INFLIGHT_SLOTS * SHM_INFLIGHT_SLOT_BYTES)

#define SHM_RING_OFFSET (2u << 20)
#define SHM_RING_BYTES (SHM_BYTES - SHM_RING_OFFSET)

/* What the host asks of the machine's init, in shm_header.request. */
enum shm_request {
	SHM_REQUEST_NONE,
	SHM_REQUEST_STOP, /* interrupt the command, bring its files back */
};

/**
 * struct shm_header - start of the shared memory
 * @magic:	SHM_MAGIC, written by the host before the machine starts
 * @request:	enum shm_request, written by the host
 * @head:	bytes the guest has ever put into the ring
 * @tail:	bytes the host has ever taken out of it
 */
struct shm_header {
	u32 magic;
	u32 request;
	u64 reserved0[7];
	u64 head;
	u64 reserved1[7];
	u64 tail;
};

/* Kinds of record; the payload follows the record header, padded to 8 bytes. */
enum shm_record {
	SHM_REC_START = 1, /* init runs; no payload */
	SHM_REC_STDOUT, /* bytes of the command's standard output */
	SHM_REC_STDERR, /* bytes of its standard error */
	SHM_REC_FILE, /* a file follows; payload is its path below /out */
	SHM_REC_FILE_DATA, /* next bytes of that file */
	SHM_REC_FILE_END, /* the file is complete */
	SHM_REC_EXIT, /* struct shm_exit: the command has ended */
};

/* Largest payload of one record, bytes. */
#define SHM_RECORD_MAX (32u << 10)

/**
 * struct shm_exit - how the command ended
 * @status:	exit status, when @signal is 0
 * @signal:	number of the signal that ended it, or 0
 */
struct shm_exit {
	s32 status;
	s32 signal;
};

#endif /* CI_VM_SHM_H */
