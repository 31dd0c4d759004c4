// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the machine gives back. Records are data from outside: a length, a name
 * or a type that makes no sense is reported and dropped.
 */
#include "ci/vm/results.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fail(struct results *r, const char *what, const char *name, const char *why)
{
	r->failed = true;
	fprintf(stderr, "vm: %s '%s': %s\n", what, name, why);
}

static void forward(struct results *r, int fd, const struct ring_record *rec)
{
	int err = vm_write_all(fd, rec->data, rec->bytes);

	if (err && !r->failed)
		fail(r, "cannot write to", fd == STDOUT_FILENO ? "stdout" : "stderr",
		     strerror(-err));
	if (fd == STDOUT_FILENO && rec->bytes)
		r->mid_line = rec->data[rec->bytes - 1] != '\n';
}

static void drop_file(struct results *r)
{
	free(r->file_path);
	free(r->file_name);
	r->file_path = NULL;
	r->file_name = NULL;
	vm_buf_free(&r->file);
}

static void begin_file(struct results *r, const struct ring_record *rec)
{
	char *inner = vm_asprintf("%.*s", (int)rec->bytes, (const char *)rec->data);

	drop_file(r);
	r->file_path = vm_plan_host_path(r->plan, inner);
	r->file_name = inner;
	if (!r->file_path)
		fail(r, "dropped file from the machine", inner, "bad name");
}

static void remember(struct results *r, const char *name)
{
	for (size_t i = 0; i < r->names.nr; i++) {
		if (!strcmp(r->names.v[i], name))
			return;
	}
	vm_strv_add(&r->names, "%s", name);
}

static void end_file(struct results *r)
{
	int err;

	if (!r->file_path)
		return;
	err = vm_write_file(r->file_path, r->file.data, r->file.bytes);
	if (err)
		fail(r, "cannot write", r->file_path, strerror(-err));
	else
		remember(r, r->file_name);
	drop_file(r);
}

static void take_record(struct results *r, const struct ring_record *rec)
{
	switch (rec->type) {
	case SHM_REC_START:
		r->started = true;
		break;
	case SHM_REC_READY:
		r->ready = true;
		break;
	case SHM_REC_STDOUT:
		forward(r, STDOUT_FILENO, rec);
		break;
	case SHM_REC_STDERR:
		forward(r, STDERR_FILENO, rec);
		break;
	case SHM_REC_FILE:
		begin_file(r, rec);
		break;
	case SHM_REC_FILE_DATA:
		if (r->file_path)
			vm_buf_append(&r->file, rec->data, rec->bytes);
		break;
	case SHM_REC_FILE_END:
		end_file(r);
		break;
	case SHM_REC_EXIT:
		r->exited = rec->bytes == sizeof(r->exit);
		if (r->exited)
			memcpy(&r->exit, rec->data, sizeof(r->exit));
		break;
	default:
		fail(r, "bad record from", "the machine", "unknown type");
	}
}

/**
 * results_drain() - take everything that is in the ring
 * @r:		results
 * @ring:	ring of the machine
 *
 * Return: true if there was anything.
 */
bool results_drain(struct results *r, struct ring *ring)
{
	static struct ring_record rec;
	bool any = false;
	int got;

	while ((got = ring_read(ring, &rec)) > 0) {
		take_record(r, &rec);
		any = true;
	}
	if (got < 0 && !r->failed)
		fail(r, "bad record from", "the machine", "shared memory overwritten");
	return any;
}

/**
 * results_save_inflight() - save the programs that are running at this moment
 * @r:		results
 * @shm:	the shared memory
 *
 * Each becomes a file inflight-N.vgic and is named on standard output.
 */
void results_save_inflight(struct results *r, const void *shm)
{
	for (u32 i = 0; i < SHM_INFLIGHT_SLOTS; i++) {
		const char *slot = (const char *)shm + SHM_INFLIGHT_OFFSET +
				   (size_t)i * SHM_INFLIGHT_SLOT_BYTES;
		char *name, *path;
		u32 bytes;
		int err;

		memcpy(&bytes, slot, sizeof(bytes));
		if (!bytes || bytes > SHM_INFLIGHT_SLOT_BYTES - sizeof(bytes))
			continue;
		name = vm_asprintf("inflight-%u.vgic", r->nr_inflight++);
		path = vm_asprintf("%s/%s", r->plan->out, name);
		err = vm_write_file(path, slot + sizeof(bytes), bytes);
		if (err) {
			fail(r, "cannot write", path, strerror(-err));
		} else {
			results_say(r, "# in flight: %s", path);
			remember(r, name);
		}
		free(path);
		free(name);
	}
}

/**
 * results_say() - print one line of ours between the command's lines
 * @r:		results
 * @fmt:	printf format, without the newline
 */
void results_say(struct results *r, const char *fmt, ...)
{
	va_list ap;

	if (r->mid_line)
		putchar('\n');
	r->mid_line = false;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

/* What is in a directory, whose name ends with a slash, or in all of them if it is empty. */
static int find_files(struct results *r, const char *dir)
{
	char *host = vm_asprintf("%s/%s", r->plan->out, dir);
	DIR *d = opendir(host);
	int err = d ? 0 : -errno;
	struct dirent *e;

	if (err)
		fprintf(stderr, "vm: cannot read '%s': %s\n", host, strerror(-err));
	while (d && !err && (e = readdir(d))) {
		bool is_dir = e->d_type == DT_DIR;
		char *name;

		/* Nothing of ours. */
		if (e->d_name[0] == '.')
			continue;
		name = vm_asprintf("%s%s%s", dir, e->d_name, is_dir ? "/" : "");
		if (is_dir)
			err = find_files(r, name);
		else
			vm_strv_add(&r->names, "%s", name);
		free(name);
	}
	if (d)
		closedir(d);
	free(host);
	return err;
}

/**
 * results_resume() - what another machine brought back is here
 * @r: results, of which none has come
 *
 * Return: 0, or a negative errno after a message.
 */
int results_resume(struct results *r)
{
	return find_files(r, "");
}

/**
 * results_restart() - the machine starts once more: what is here stays
 * @r:	results
 */
void results_restart(struct results *r)
{
	drop_file(r);
	r->started = false;
	r->ready = false;
	r->exited = false;
}

/**
 * results_free() - free what the results hold; files stay on disk
 * @r:	results
 */
void results_free(struct results *r)
{
	drop_file(r);
	vm_strv_free(&r->names);
}
