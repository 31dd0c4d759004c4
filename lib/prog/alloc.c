// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocation for tools, which have nothing better to do without memory than to
 * say so.
 */
#include "lib/prog/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_HARNESS_ERROR 99

static void *insist(void *p)
{
	if (!p) {
		fputs("vgicheck: out of memory\n", stderr);
		exit(EXIT_HARNESS_ERROR);
	}
	return p;
}

/**
 * xrealloc() - realloc() that does not return NULL
 * @old:   or NULL
 * @bytes: at least 1
 *
 * Return: the memory; the process exits with 99 if there is none.
 */
void *xrealloc(void *old, size_t bytes)
{
	return insist(realloc(old, bytes));
}

/**
 * xcalloc() - calloc() that does not return NULL
 * @nr:    elements, at least 1
 * @bytes: of each, at least 1
 *
 * Return: zeroed memory; the process exits with 99 if there is none.
 */
void *xcalloc(size_t nr, size_t bytes)
{
	return insist(calloc(nr, bytes));
}

/**
 * xstrndup() - a terminated copy of some bytes
 * @text:  to copy from
 * @bytes: to copy at most; less if a NUL comes before
 *
 * Return: the copy; the process exits with 99 if there is no memory.
 */
char *xstrndup(const char *text, size_t bytes)
{
	return insist(strndup(text, bytes));
}
