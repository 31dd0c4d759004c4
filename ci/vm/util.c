// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strings, buffers and files for the host side of the QEMU machine.
 */
#include "ci/vm/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ci/vm/vm.h"

static void out_of_memory(void)
{
	fputs("vm: out of memory\n", stderr);
	exit(VM_EXIT_HARNESS);
}

static void *grow(void *old, size_t bytes)
{
	void *p = realloc(old, bytes);

	if (!p)
		out_of_memory();
	return p;
}

/**
 * vm_buf_append() - append bytes, keeping a NUL after them
 * @b:		buffer
 * @data:	bytes to append
 * @bytes:	how many
 */
void vm_buf_append(struct vm_buf *b, const void *data, size_t bytes)
{
	if (b->bytes + bytes + 1 > b->room) {
		b->room = (b->bytes + bytes + 1) * 2;
		b->data = grow(b->data, b->room);
	}
	if (bytes)
		memcpy(b->data + b->bytes, data, bytes);
	b->bytes += bytes;
	b->data[b->bytes] = '\0';
}

/**
 * vm_buf_free() - free a buffer's bytes and leave it empty
 * @b:	buffer
 */
void vm_buf_free(struct vm_buf *b)
{
	free(b->data);
	*b = (struct vm_buf){ 0 };
}

static char *format(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		out_of_memory();
	return s;
}

/**
 * vm_strv_add() - append a formatted string
 * @s:		list
 * @fmt:	printf format
 */
void vm_strv_add(struct vm_strv *s, const char *fmt, ...)
{
	va_list ap;

	s->v = grow(s->v, (s->nr + 2) * sizeof(*s->v));
	va_start(ap, fmt);
	s->v[s->nr++] = format(fmt, ap);
	va_end(ap);
	s->v[s->nr] = NULL;
}

/**
 * vm_strv_free() - free a list and its strings
 * @s:	list
 */
void vm_strv_free(struct vm_strv *s)
{
	for (size_t i = 0; i < s->nr; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct vm_strv){ 0 };
}

/**
 * vm_asprintf() - format into memory of its own
 * @fmt:	printf format
 *
 * Return: a string to free(), never NULL.
 */
char *vm_asprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = format(fmt, ap);
	va_end(ap);
	return s;
}

/**
 * vm_basename() - last component of a path
 * @path:	path without a trailing slash
 *
 * Return: a pointer into @path.
 */
const char *vm_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/**
 * vm_is_file() - does @path name an existing regular file?
 * @path:	any string
 */
bool vm_is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/**
 * vm_is_dir() - does @path name an existing directory?
 * @path:	any string
 */
bool vm_is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/**
 * vm_mkdir_for() - create the directories that a file's path names
 * @path:	path of the file
 *
 * Return: 0 or a negative errno.
 */
int vm_mkdir_for(const char *path)
{
	char *p = vm_asprintf("%s", path);
	int err = 0;

	for (char *s = *p ? strchr(p + 1, '/') : NULL; s && !err; s = strchr(s + 1, '/')) {
		*s = '\0';
		if (mkdir(p, 0777) && errno != EEXIST)
			err = -errno;
		*s = '/';
	}
	free(p);
	return err;
}

/**
 * vm_read_file() - append a whole file to a buffer
 * @path:	file
 * @b:		buffer
 *
 * Return: 0 or a negative errno.
 */
int vm_read_file(const char *path, struct vm_buf *b)
{
	char chunk[65536];
	ssize_t n;
	int err = 0;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		vm_buf_append(b, chunk, (size_t)n);
	if (n < 0)
		err = -errno;
	close(fd);
	return err;
}

/**
 * vm_check_writable() - see now whether a file can be written later
 * @path:	file; the directories to it are created, it itself is not touched
 *
 * Return: 0 or a negative errno.
 */
int vm_check_writable(const char *path)
{
	int err = vm_mkdir_for(path);
	bool is_new;
	int fd;

	if (err)
		return err;
	is_new = access(path, F_OK) != 0;
	/* Who reads a pipe or a terminal would notice. */
	if (!is_new && !vm_is_file(path))
		return vm_is_dir(path) ? -EISDIR : 0;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	close(fd);
	if (is_new)
		unlink(path);
	return 0;
}

/**
 * vm_write_file() - create a file, and the directories to it, with some bytes
 * @path:	file; replaced if it exists
 * @data:	bytes
 * @bytes:	how many
 *
 * Return: 0 or a negative errno.
 */
int vm_write_file(const char *path, const void *data, size_t bytes)
{
	int err = vm_mkdir_for(path);
	int fd;

	if (err)
		return err;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	err = vm_write_all(fd, data, bytes);
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/**
 * vm_write_all() - write all bytes, however many calls it takes
 * @fd:		file descriptor
 * @data:	bytes
 * @bytes:	how many
 *
 * Return: 0 or a negative errno.
 */
int vm_write_all(int fd, const void *data, size_t bytes)
{
	const char *p = data;

	while (bytes) {
		ssize_t n = write(fd, p, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		bytes -= (size_t)n;
	}
	return 0;
}

/**
 * vm_cache_path() - a path in the cache folder; see ci/kernel/common.sh
 * @fmt:	printf format of the path below it
 *
 * Return: a string to free(), never NULL.
 */
char *vm_cache_path(const char *fmt, ...)
{
	const char *cache = getenv("VGICHECK_CACHE");
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	char *below, *path;
	va_list ap;

	va_start(ap, fmt);
	below = format(fmt, ap);
	va_end(ap);
	if (cache && *cache)
		path = vm_asprintf("%s/%s", cache, below);
	else if (xdg && *xdg)
		path = vm_asprintf("%s/vgicheck/%s", xdg, below);
	else
		path = vm_asprintf("%s/.cache/vgicheck/%s", home ? home : "", below);
	free(below);
	return path;
}

/**
 * vm_now_ms() - monotonic clock
 *
 * Return: milliseconds since some fixed moment.
 */
u64 vm_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000 + (u64)ts.tv_nsec / 1000000;
}
