/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layout of the memory that the host and the QEMU machine share (ivshmem-plain).
 *
 * One page of header, the programs in flight, what the command of a machine that
 * was resumed needs, and a ring of records that only the guest writes and only
 * the host reads; the ring takes all that is left, so that both sides know its
 * size from that of the memory. Everything is little-endian, and the host treats
 * all of it as data from outside: a guest kernel that goes wrong may write
 * anything anywhere.
 */
#ifndef CI_VM_SHM_H
#define CI_VM_SHM_H

#include "lib/regs/bits.h"

#define SHM_BYTES (32u << 20)
/* In a machine that is recorded nothing is ever taken out of the ring. */
#define SHM_ONE_WAY_BYTES (256u << 20)
#define SHM_MAGIC 0x56474943u /* "VGIC" */

/* Programs in flight: a slot is a u32 length, 0 when empty, then that much text. */
#define SHM_INFLIGHT_OFFSET (1u << 20)
#define SHM_INFLIGHT_SLOTS 16u
#define SHM_INFLIGHT_SLOT_BYTES (64u << 10)
#define SHM_INFLIGHT_BYTES (SHM_INFLIGHT_SLOTS * SHM_INFLIGHT_SLOT_BYTES)

/* A u64 length, then that much of a cpio archive. */
#define SHM_INPUT_OFFSET (2u << 20)
#define SHM_INPUT_BYTES (14u << 20)

#define SHM_RING_OFFSET (16u << 20)

/* What machine it is, in shm_header.mode: written by the host before the start. */
enum shm_mode {
	SHM_MODE_RUN, /* the command is in the initrd */
	SHM_MODE_WAIT, /* wait for SHM_REQUEST_RUN: a snapshot is taken meanwhile */
	SHM_MODE_ONE_WAY, /* as RUN, but the host never writes: it is recorded */
};

/* What the host asks of the machine's init, in shm_header.request. */
enum shm_request {
	SHM_REQUEST_NONE,
	SHM_REQUEST_RUN, /* unpack the input and run the command */
	SHM_REQUEST_STOP, /* interrupt the command, bring its files back */
};

/**
 * struct shm_header - start of the shared memory
 * @magic:	SHM_MAGIC, written by the host before the machine starts
 * @request:	enum shm_request, written by the host
 * @mode:	enum shm_mode
 * @head:	bytes the guest has ever put into the ring
 * @tail:	bytes the host has ever taken out of it
 */
struct shm_header {
	u32 magic;
	u32 request;
	u32 mode;
	u32 reserved;
	u64 reserved0[6];
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
	SHM_REC_READY, /* init waits; no payload */
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
