// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engines' entry to hosted_fuzz().
 */
#include <stdlib.h>

#include "fuzz/engine.h"
#include "fuzz/hosted_fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (hosted_fuzz_open())
		exit(EXIT_FAILURE);
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	hosted_fuzz(data, bytes);
	return 0;
}
