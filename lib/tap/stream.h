/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A result file that is complete after every record, and UTF-8 validation.
 *
 * It knows nothing of JSON or XML: the writers supply the text and the footer.
 */
#ifndef LIB_TAP_STREAM_H
#define LIB_TAP_STREAM_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/regs/bits.h"

struct stream {
	FILE *f;
	bool seekable;
	int error; /* first failure, negative errno */
};

int stream_open(struct stream *s, const char *path) __must_check;
void stream_commit(struct stream *s, const char *footer);
int stream_close(struct stream *s, const char *footer) __must_check;

unsigned int utf8_bytes(const char *text);

#endif /* LIB_TAP_STREAM_H */
