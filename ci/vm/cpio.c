// SPDX-License-Identifier: GPL-2.0-only
/*
 * newc cpio archives: a writer, and a reader of what it writes. Paths are those in the archive, with or
 * without a leading slash; a directory comes before what is in it. It keeps
 * neither owners nor times: equal inputs give equal archives.
 */
#include "ci/vm/cpio.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A magic number and 13 fields of 8 digits. */
#define HEADER_BYTES (6 + 13 * 8)
/* The name of what stands at the end. */
#define TRAILER "TRAILER!!!"

/* Entries and payloads start at multiples of four bytes. */
static void pad(struct vm_buf *b)
{
	static const char zeros[4];

	vm_buf_append(b, zeros, -b->bytes & 3);
}

static void add_entry(struct cpio *c, const char *path, u32 mode, u32 major, u32 minor,
		      const void *data, size_t bytes)
{
	char header[HEADER_BYTES + 1];

	path += *path == '/';
	/* magic ino mode uid gid nlink mtime size dev dev rdev rdev namesize check */
	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", ++c->nr_entries,
		 mode, 0, 0, 1, 0, (u32)bytes, 0, 0, major, minor, (u32)strlen(path) + 1, 0);
	vm_buf_append(&c->out, header, sizeof(header) - 1);
	vm_buf_append(&c->out, path, strlen(path) + 1);
	pad(&c->out);
	vm_buf_append(&c->out, data, bytes);
	pad(&c->out);
}

/**
 * cpio_add_dir() - add a directory
 * @c:		archive
 * @path:	its path
 */
void cpio_add_dir(struct cpio *c, const char *path)
{
	add_entry(c, path, S_IFDIR | 0755, 0, 0, NULL, 0);
}

/**
 * cpio_add_char_device() - add a character device
 * @c:		archive
 * @path:	its path
 * @major:	device number
 * @minor:	device number
 */
void cpio_add_char_device(struct cpio *c, const char *path, u32 major, u32 minor)
{
	add_entry(c, path, S_IFCHR | 0600, major, minor, NULL, 0);
}

/**
 * cpio_add_symlink() - add a symbolic link
 * @c:		archive
 * @path:	its path
 * @target:	what it points to
 */
void cpio_add_symlink(struct cpio *c, const char *path, const char *target)
{
	add_entry(c, path, S_IFLNK | 0777, 0, 0, target, strlen(target));
}

/**
 * cpio_add_bytes() - add a regular file with given content
 * @c:		archive
 * @path:	its path
 * @mode:	permission bits
 * @data:	content
 * @bytes:	length of @data
 */
void cpio_add_bytes(struct cpio *c, const char *path, u32 mode, const void *data, size_t bytes)
{
	add_entry(c, path, S_IFREG | mode, 0, 0, data, bytes);
}

/**
 * cpio_add_file() - add a copy of a file of the host
 * @c:		archive
 * @path:	its path in the archive
 * @mode:	permission bits
 * @host_path:	the file to copy
 *
 * Return: 0 or a negative errno.
 */
int cpio_add_file(struct cpio *c, const char *path, u32 mode, const char *host_path)
{
	struct vm_buf b = { 0 };
	int err = vm_read_file(host_path, &b);

	if (!err && b.bytes > UINT32_MAX)
		err = -EFBIG;
	if (!err)
		cpio_add_bytes(c, path, mode, b.data, b.bytes);
	vm_buf_free(&b);
	return err;
}

static int skip_dot_files(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/**
 * cpio_add_tree() - add a copy of a file, or of a directory with all in it
 * @c:		archive
 * @path:	its path in the archive
 * @host_path:	the file or directory to copy
 *
 * Files that may be executed stay so. Those whose names start with a dot stay behind, and so does
 * what is neither file nor directory.
 *
 * Return: 0 or a negative errno.
 */
int cpio_add_tree(struct cpio *c, const char *path, const char *host_path)
{
	struct dirent **entries;
	int err = 0;
	int nr;

	if (vm_is_file(host_path))
		return cpio_add_file(c, path, access(host_path, X_OK) ? 0644 : 0755, host_path);
	if (!vm_is_dir(host_path))
		return 0;
	cpio_add_dir(c, path);
	nr = scandir(host_path, &entries, skip_dot_files, alphasort);
	if (nr < 0)
		return -errno;
	for (int i = 0; i < nr; i++) {
		char *in = vm_asprintf("%s/%s", path, entries[i]->d_name);
		char *from = vm_asprintf("%s/%s", host_path, entries[i]->d_name);

		if (!err)
			err = cpio_add_tree(c, in, from);
		free(from);
		free(in);
		free(entries[i]);
	}
	free(entries);
	return err;
}

/**
 * cpio_finish() - end the archive
 * @c:	archive; @c->out holds all of it afterwards
 */
void cpio_finish(struct cpio *c)
{
	add_entry(c, TRAILER, 0, 0, 0, NULL, 0);
}

/* An entry as it stands in the archive. */
struct entry {
	u32 mode;
	const char *path;
	const char *data;
	u32 bytes;
};

static u32 hex_field(const char *header, unsigned int i)
{
	char text[9] = { 0 };

	memcpy(text, header + 6 + (size_t)8 * i, 8);
	return (u32)strtoul(text, NULL, 16);
}

/* Reads the entry at @at. Return: where the next one is, or 0 if it makes no sense. */
static size_t read_entry(const char *data, size_t bytes, size_t at, struct entry *e)
{
	const char *header = data + at;
	size_t path = at + HEADER_BYTES;
	size_t content, name_bytes;

	if (path > bytes || memcmp(header, "070701", 6) != 0)
		return 0;
	name_bytes = hex_field(header, 11);
	content = (path + name_bytes + 3) & ~(size_t)3;
	*e = (struct entry){
		.mode = hex_field(header, 1),
		.path = data + path,
		.data = data + content,
		.bytes = hex_field(header, 6),
	};
	if (!name_bytes || content > bytes || e->bytes > bytes - content ||
	    data[path + name_bytes - 1])
		return 0;
	return (content + e->bytes + 3) & ~(size_t)3;
}

static int make_entry(const struct entry *e, const char *path)
{
	int err;

	if (S_ISDIR(e->mode))
		return mkdir(path, 0777) && errno != EEXIST ? -errno : 0;
	if (!S_ISREG(e->mode))
		return -EBADMSG;
	err = vm_write_file(path, e->data, e->bytes);
	if (!err && chmod(path, e->mode & 0777))
		err = -errno;
	return err;
}

/**
 * cpio_extract() - create the directories and regular files of an archive
 * @data:	the archive
 * @bytes:	its length, at most
 * @root:	directory to create them in
 *
 * Errors:
 *   -EBADMSG  it is no such archive, or holds something else
 * Return: 0 or a negative errno.
 */
int cpio_extract(const char *data, size_t bytes, const char *root)
{
	size_t at = 0;

	for (;;) {
		struct entry e;
		char *path;
		int err;

		at = read_entry(data, bytes, at, &e);
		if (!at || strstr(e.path, ".."))
			return -EBADMSG;
		if (!strcmp(e.path, TRAILER))
			return 0;
		path = vm_asprintf("%s/%s", root, e.path);
		err = make_entry(&e, path);
		free(path);
		if (err)
			return err;
	}
}
