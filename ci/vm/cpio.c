// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writer of newc cpio archives. Paths are those in the archive, with or
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

/* Entries and payloads start at multiples of four bytes. */
static void pad(struct vm_buf *b)
{
	static const char zeros[4];

	vm_buf_append(b, zeros, -b->bytes & 3);
}

static void add_entry(struct cpio *c, const char *path, u32 mode, u32 major, u32 minor,
		      const void *data, size_t bytes)
{
	char header[6 + 13 * 8 + 1];

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
 * Files and directories whose names start with a dot stay behind, and so does
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
		return cpio_add_file(c, path, 0644, host_path);
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
	add_entry(c, "TRAILER!!!", 0, 0, 0, NULL, 0);
}
