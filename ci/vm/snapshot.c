// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snapshots of booted machines, in the cache folder. Their names are hashes of
 * all that went into them, so that one of another kernel, emulator, vgicheck or
 * option is never taken for this one; one that turns out to be of no use is made
 * again. They are made under another name first: a snapshot is complete or not
 * there.
 */
#include "ci/vm/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ci/vm/hash.h"

/* Each is as large as what the machine has touched of its memory: about 100 MB. */
#define MAX_SNAPSHOTS 6

#define MAKING_PREFIX "making-"

/* The file that execvp() would start, to be freed, or NULL. */
static char *find_program(const char *name)
{
	const char *dirs = getenv("PATH");

	if (strchr(name, '/'))
		return vm_asprintf("%s", name);
	while (dirs && *dirs) {
		size_t len = strcspn(dirs, ":");
		char *path = vm_asprintf("%.*s/%s", (int)len, dirs, name);

		if (!access(path, X_OK))
			return path;
		free(path);
		dirs += len + (dirs[len] == ':');
	}
	return NULL;
}

/* A program of the same place, size and time is the same: asking its version takes longer. */
static int add_program(struct vm_hash *h, const char *name)
{
	char *path = find_program(name);
	struct stat st;
	int err = path && !stat(path, &st) ? 0 : -ENOENT;

	if (!err) {
		const s64 identity[] = { st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec };

		vm_hash_string(h, path);
		vm_hash_add(h, identity, sizeof(identity));
	}
	free(path);
	return err;
}

/**
 * snapshot_find() - name the snapshot of a machine
 * @s:	filled in, to be released by snapshot_close()
 * @o:	the machine's options
 * @p:	what it boots with
 *
 * Return: 0, or a negative errno if the kernel or the emulator cannot be read.
 */
int snapshot_find(struct snapshot *s, const struct vm_options *o, const struct vm_plan *p)
{
	const u32 numbers[] = { o->smp, o->parallel };
	struct vm_hash h = { 0 };
	int err;

	*s = (struct snapshot){ .fd = -1 };
	vm_hash_add(&h, numbers, sizeof(numbers));
	vm_hash_string(&h, o->host->name);
	vm_hash_string(&h, o->mem);
	vm_hash_string(&h, o->append);
	/* With the harness in it, and so with the options that are not asked for. */
	vm_hash_add(&h, p->system.out.data, p->system.out.bytes);
	err = add_program(&h, o->qemu);
	if (!err)
		err = vm_hash_file(&h, p->kernel);
	if (!err)
		s->path = vm_cache_path("snapshot/%016llx%016llx", (unsigned long long)h.a,
					(unsigned long long)h.b);
	return err;
}

static void close_file(struct snapshot *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/**
 * snapshot_open() - open a snapshot to go on from
 * @s:	named
 *
 * Return: false if it is not there.
 */
bool snapshot_open(struct snapshot *s)
{
	s->fd = open(s->path, O_RDONLY | O_CLOEXEC);
	/* The one that was used last stays longest. */
	return s->fd >= 0 && !utimensat(AT_FDCWD, s->path, NULL, 0);
}

/**
 * snapshot_begin() - make the file of a new snapshot
 * @s:		named, not open
 *
 * Return: 0 or a negative errno.
 */
int snapshot_begin(struct snapshot *s)
{
	int err;

	s->making = vm_cache_path("snapshot/" MAKING_PREFIX "%d", (int)getpid());
	err = vm_mkdir_for(s->making);
	if (err)
		return err;
	s->fd = open(s->making, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return s->fd < 0 ? -errno : 0;
}

struct found {
	char *path;
	struct timespec used;
};

static int by_age(const void *a, const void *b)
{
	const struct timespec *x = &((const struct found *)a)->used;
	const struct timespec *y = &((const struct found *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

/* Was this being made by a process that is no more? */
static bool is_left_over(const char *name)
{
	size_t len = strlen(MAKING_PREFIX);

	return !strncmp(name, MAKING_PREFIX, len) && kill(atoi(name + len), 0) && errno == ESRCH;
}

/* Those unused for longest go; machines that run from them keep their files. */
static void remove_old(void)
{
	char *top = vm_cache_path("snapshot");
	struct dirent **entries;
	int nr = scandir(top, &entries, NULL, NULL);
	struct found *found = calloc(nr > 0 ? (size_t)nr : 1, sizeof(*found));
	size_t nr_found = 0;

	for (int i = 0; found && i < nr; i++) {
		const char *name = entries[i]->d_name;
		char *path = vm_asprintf("%s/%s", top, name);
		struct stat st;

		if (is_left_over(name))
			unlink(path);
		else if (name[0] != '.' &&
			 strncmp(name, MAKING_PREFIX, strlen(MAKING_PREFIX)) != 0 &&
			 !stat(path, &st))
			found[nr_found++] = (struct found){ vm_asprintf("%s", path), st.st_mtim };
		free(path);
	}
	if (found)
		qsort(found, nr_found, sizeof(*found), by_age);
	for (size_t i = 0; i < nr_found; i++) {
		if (i >= MAX_SNAPSHOTS)
			unlink(found[i].path);
		free(found[i].path);
	}
	for (int i = 0; i < nr; i++)
		free(entries[i]);
	if (nr >= 0)
		free(entries);
	free(found);
	free(top);
}

/**
 * snapshot_finish() - give a snapshot that is complete its name
 * @s:	begun
 *
 * Return: 0 or a negative errno.
 */
int snapshot_finish(struct snapshot *s)
{
	int err = rename(s->making, s->path) ? -errno : 0;

	close_file(s);
	free(s->making);
	s->making = NULL;
	remove_old();
	return err;
}

/**
 * snapshot_remove() - forget a snapshot that is of no use
 * @s:	named
 */
void snapshot_remove(struct snapshot *s)
{
	close_file(s);
	unlink(s->path);
}

/**
 * snapshot_close() - free what a snapshot holds; one that was not finished goes away
 * @s:	named, or all members zero and the descriptor -1
 */
void snapshot_close(struct snapshot *s)
{
	close_file(s);
	if (s->making)
		unlink(s->making);
	free(s->making);
	free(s->path);
	s->making = NULL;
	s->path = NULL;
}
