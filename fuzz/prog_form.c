// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inputs of prog_fuzz(), as the engines of fuzzers mutate them.
 */
#include "fuzz/form.h"
#include "fuzz/prog_fuzz.h"

static bool is_binary(const u8 *head)
{
	return (head[0] & 1) == PROG_FUZZ_BINARY;
}

const struct fuzz_form fuzz_form = { .head = PROG_FUZZ_HEAD, .is_program = is_binary };
