// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's entry to model_fuzz().
 */
#include "fuzz/engine.h"
#include "fuzz/model_fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	model_fuzz(data, bytes);
	return 0;
}
