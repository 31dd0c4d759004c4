/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strings, buffers and files for the host side of the QEMU machine. Running
 * out of memory ends the process with one message: nothing could go on.
 */
#ifndef CI_VM_UTIL_H
#define CI_VM_UTIL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/regs/bits.h"

/* Bytes that grow; zero-initialised is empty. */
struct vm_buf {
	char *data;
	size_t bytes;
	size_t room;
};

/* A growing list of strings it owns; @v always ends with NULL once used. */
struct vm_strv {
	char **v;
	size_t nr;
};

void vm_buf_append(struct vm_buf *b, const void *data, size_t bytes);
void vm_buf_free(struct vm_buf *b);
void vm_strv_add(struct vm_strv *s, const char *fmt, ...) __printf(2, 3);
void vm_strv_free(struct vm_strv *s);
char *vm_asprintf(const char *fmt, ...) __printf(1, 2);
const char *vm_basename(const char *path);
bool vm_is_file(const char *path);
bool vm_is_dir(const char *path);
int vm_mkdir_for(const char *path) __must_check;
int vm_read_file(const char *path, struct vm_buf *b) __must_check;
int vm_check_writable(const char *path) __must_check;
int vm_write_file(const char *path, const void *data, size_t bytes) __must_check;
int vm_write_all(int fd, const void *data, size_t bytes) __must_check;
char *vm_cache_path(const char *fmt, ...) __printf(1, 2);
u64 vm_now_ms(void);

#endif /* CI_VM_UTIL_H */
