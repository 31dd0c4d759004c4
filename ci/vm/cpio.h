/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * newc cpio archives, the form that the kernel takes as initrd.
 */
#ifndef CI_VM_CPIO_H
#define CI_VM_CPIO_H

#include "ci/vm/util.h"

/* An archive being written; zero-initialised is empty. */
struct cpio {
	struct vm_buf out;
	u32 nr_entries;
};

void cpio_add_dir(struct cpio *c, const char *path);
void cpio_add_char_device(struct cpio *c, const char *path, u32 major, u32 minor);
void cpio_add_symlink(struct cpio *c, const char *path, const char *target);
void cpio_add_bytes(struct cpio *c, const char *path, u32 mode, const void *data, size_t bytes);
int cpio_add_file(struct cpio *c, const char *path, u32 mode, const char *host_path) __must_check;
int cpio_add_tree(struct cpio *c, const char *path, const char *host_path) __must_check;
void cpio_finish(struct cpio *c);
int cpio_extract(const char *data, size_t bytes, const char *root) __must_check;

#endif /* CI_VM_CPIO_H */
