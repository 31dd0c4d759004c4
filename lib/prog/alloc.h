/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocation for tools: it succeeds, or the process says so and exits with 99.
 * Never used by lib/model.
 */
#ifndef LIB_PROG_ALLOC_H
#define LIB_PROG_ALLOC_H

#include <stddef.h>

void *xrealloc(void *old, size_t bytes);
void *xcalloc(size_t nr, size_t bytes);
char *xstrndup(const char *text, size_t bytes);

#endif /* LIB_PROG_ALLOC_H */
