/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the shim calls of the C library, whose headers it cannot include.
 */
#ifndef SHIM_LIBC_H
#define SHIM_LIBC_H

void *calloc(size_t n, size_t bytes);
void *malloc(size_t bytes);
void free(void *p);
void abort(void) __attribute__((noreturn));
int vsnprintf(char *to, size_t bytes, const char *format, va_list args);

#endif /* SHIM_LIBC_H */
