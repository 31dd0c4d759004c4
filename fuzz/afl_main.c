// SPDX-License-Identifier: GPL-2.0-only
/*
 * AFL++'s persistent mode, over the function that libFuzzer calls.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/engine.h"
#include "lib/prog/alloc.h"

#define RUNS 10000 /* of a process */

/* Of exactly this size, so that a sanitizer sees a byte too many. */
static void run_exactly(const u8 *data, size_t bytes)
{
	u8 *buf = xcalloc(1, bytes + !bytes);

	memcpy(buf, data, bytes);
	LLVMFuzzerTestOneInput(buf, bytes);
	free(buf);
}

#ifdef __AFL_FUZZ_TESTCASE_LEN
#include <unistd.h>

__AFL_FUZZ_INIT();

static void run_all(void)
{
	const u8 *data;

	__AFL_INIT();
	data = __AFL_FUZZ_TESTCASE_BUF;
	while (__AFL_LOOP(RUNS))
		run_exactly(data, (size_t)__AFL_FUZZ_TESTCASE_LEN);
}
#else
#include <stdio.h>

/* Built by another compiler: what comes from standard input, once. */
static void run_all(void)
{
	static u8 buf[1 << 20];

	run_exactly(buf, fread(buf, 1, sizeof(buf), stdin));
}
#endif

int main(int argc, char **argv)
{
	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	run_all();
	return 0;
}
