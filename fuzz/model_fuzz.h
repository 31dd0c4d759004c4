/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model and the judge on any bytes.
 */
#ifndef FUZZ_MODEL_FUZZ_H
#define FUZZ_MODEL_FUZZ_H

#include <stddef.h>

#include "lib/regs/bits.h"

/* Bytes before those of the program: see model_fuzz(). */
#define MODEL_FUZZ_HEAD 4

void model_fuzz(const u8 *data, size_t bytes);

#endif /* FUZZ_MODEL_FUZZ_H */
