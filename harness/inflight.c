// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs in flight: the text of each program that is running, where it is
 * found after the kernel or the harness died: in a file below the output folder,
 * or in memory that the QEMU machine shares with its host.
 *
 * A slot is a u32 length, 0 when empty, then that much text.
 */
#include "harness/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/prog/alloc.h"

#define SLOT_BYTES 65536u
#define FILE_SLOTS 16u

struct inflight {
	char *map;
	size_t bytes;
	bool must_sync; /* a file, and a program may crash the kernel: it survives on disk only */
};

static struct inflight *map_at(const char *path, int flags, off_t offset, size_t bytes)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);
	struct inflight *f;
	void *map;

	if (fd < 0)
		return NULL;
	if ((flags & O_CREAT) && ftruncate(fd, (off_t)bytes)) {
		close(fd);
		return NULL;
	}
	map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	close(fd);
	if (map == MAP_FAILED)
		return NULL;
	f = xcalloc(1, sizeof(*f));
	f->map = map;
	f->bytes = bytes;
	return f;
}

/* VGICHECK_INFLIGHT=path:offset:bytes, set by the QEMU machine's init. */
static struct inflight *open_shared(const char *where)
{
	char path[HARNESS_PATH_BYTES];
	unsigned long long offset, bytes;

	if (sscanf(where, "%4095[^:]:%lli:%lli", path, (long long *)&offset, (long long *)&bytes) !=
	    3)
		return NULL;
	return map_at(path, O_RDWR, (off_t)offset, (size_t)bytes);
}

/**
 * inflight_open() - the place for programs in flight
 * @out:    the output folder, made if it is not there
 * @target: what they will be performed on
 *
 * Return: the place, or NULL after a message.
 */
struct inflight *inflight_open(const char *out, const struct target *target)
{
	const char *where = getenv("VGICHECK_INFLIGHT");
	char path[HARNESS_PATH_BYTES];
	struct inflight *f;
	int err;

	if (where) {
		f = open_shared(where);
		snprintf(path, sizeof(path), "%s", where);
	} else {
		mkdir(out, 0755);
		snprintf(path, sizeof(path), "%s/inflight", out);
		f = map_at(path, O_RDWR | O_CREAT, 0, (size_t)FILE_SLOTS * SLOT_BYTES);
	}
	err = errno;
	if (f)
		f->must_sync = !where && target == &target_kvm;
	if (!f)
		fprintf(stderr, "vgicheck: cannot keep programs in flight in '%s': %s\n", path,
			strerror(err));
	return f;
}

/**
 * inflight_put() - the program that a worker is about to run
 * @f:    the place
 * @slot: the worker's number; those beyond the last slot are not kept
 * @text: of the program, or NULL after it has ended
 */
void inflight_put(struct inflight *f, unsigned int slot, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	char *at = f->map + (size_t)slot * SLOT_BYTES;
	u32 stored;

	if (((size_t)slot + 1) * SLOT_BYTES > f->bytes)
		return;
	if (len > SLOT_BYTES - sizeof(stored))
		len = SLOT_BYTES - sizeof(stored);
	stored = (u32)len;
	/* The text is complete before its length says so. */
	__atomic_store_n((u32 *)(void *)at, 0, __ATOMIC_RELEASE);
	for (size_t i = 0; i < len; i++)
		((volatile char *)at)[sizeof(stored) + i] = text[i];
	__atomic_store_n((u32 *)(void *)at, stored, __ATOMIC_RELEASE);
	if (f->must_sync && text)
		msync(at, SLOT_BYTES, MS_SYNC);
}

/**
 * inflight_started() - the same, for judging_context.started
 * @slot: a struct inflight_slot
 * @text: of the program
 */
void inflight_started(void *slot, const char *text)
{
	const struct inflight_slot *s = slot;

	inflight_put(s->inflight, s->number, text);
}

static bool is_there(const char *path)
{
	return !access(path, F_OK);
}

static void write_slot(const char *out, const char *at)
{
	static const char name[] = "%s/inflight-%u.vgic";
	char path[HARNESS_PATH_BYTES];
	unsigned int n = 0;
	u32 len;
	FILE *f;

	memcpy(&len, at, sizeof(len));
	if (!len || len > SLOT_BYTES - sizeof(len))
		return;
	do
		snprintf(path, sizeof(path), name, out, n++);
	while (is_there(path));
	f = fopen(path, "we");
	if (!f)
		return;
	fwrite(at + sizeof(len), 1, len, f);
	fclose(f);
}

/**
 * inflight_recover() - what was in flight when a run ended
 * @out: the output folder
 *
 * Makes a file inflight-N.vgic of each program, as the host of the QEMU machine
 * does.  To be called before inflight_open().
 */
void inflight_recover(const char *out)
{
	char path[HARNESS_PATH_BYTES];
	struct inflight *f;

	snprintf(path, sizeof(path), "%s/inflight", out);
	if (!is_there(path))
		return;
	f = map_at(path, O_RDWR | O_CREAT, 0, (size_t)FILE_SLOTS * SLOT_BYTES);
	for (unsigned int i = 0; f && i < FILE_SLOTS; i++) {
		write_slot(out, f->map + (size_t)i * SLOT_BYTES);
		inflight_put(f, i, NULL);
	}
	inflight_close(f);
}

/**
 * inflight_close() - release the place
 * @f: from inflight_open(), or NULL
 */
void inflight_close(struct inflight *f)
{
	if (!f)
		return;
	munmap(f->map, f->bytes);
	free(f);
}
