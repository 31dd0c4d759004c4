/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzzing the vGIC of a kernel that was built as a library.
 */
#ifndef FUZZ_HOSTED_FUZZ_H
#define FUZZ_HOSTED_FUZZ_H

#include "lib/regs/bits.h"

#define HOSTED_FUZZ_MAX_OPS 512

int hosted_fuzz_open(void);
void hosted_fuzz(const u8 *data, size_t bytes);

#endif /* FUZZ_HOSTED_FUZZ_H */
