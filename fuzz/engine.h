/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the engines of fuzzers look for by name, or offer, without a header of their
 * own: libFuzzer in the program, afl-fuzz in the library of a custom mutator.
 */
#ifndef FUZZ_ENGINE_H
#define FUZZ_ENGINE_H

#include "lib/regs/bits.h"

/* What has to be there before a process forks, if the fuzzer has any. */
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));
int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes);
size_t LLVMFuzzerMutate(u8 *data, size_t bytes, size_t max_bytes);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t bytes, size_t max_bytes, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const u8 *data1, size_t bytes1, const u8 *data2, size_t bytes2,
				 u8 *to, size_t max_bytes, unsigned int seed);

void *afl_custom_init(void *state, unsigned int seed);
void afl_custom_deinit(void *data);
unsigned int afl_custom_fuzz_count(void *data, const u8 *buf, size_t bytes);
size_t afl_custom_fuzz(void *data, u8 *buf, size_t bytes, u8 **out, u8 *add_buf, size_t add_bytes,
		       size_t max_bytes);
int afl_custom_init_trim(void *data, u8 *buf, size_t bytes);
size_t afl_custom_trim(void *data, u8 **out);
int afl_custom_post_trim(void *data, u8 success);

#endif /* FUZZ_ENGINE_H */
