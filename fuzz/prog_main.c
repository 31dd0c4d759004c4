// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's entry to prog_fuzz().
 */
#include "fuzz/engine.h"
#include "fuzz/prog_fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	prog_fuzz(data, bytes);
	return 0;
}
