// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck bench`: a stub until the target can be timed.
 */
#include "harness/harness.h"

int bench_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return TAP_EXIT_SKIPPED;
}
