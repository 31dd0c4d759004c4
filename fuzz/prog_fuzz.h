/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text form and the binary form of programs on any bytes.
 */
#ifndef FUZZ_PROG_FUZZ_H
#define FUZZ_PROG_FUZZ_H

#include <stddef.h>

#include "lib/regs/bits.h"

/* What the first byte says of the others, by its lowest bit. */
enum { PROG_FUZZ_TEXT, PROG_FUZZ_BINARY, PROG_FUZZ_HEAD = 1 };

void prog_fuzz(const u8 *data, size_t bytes);

#endif /* FUZZ_PROG_FUZZ_H */
