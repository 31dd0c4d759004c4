// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inputs of hosted_fuzz(), as the engines of fuzzers mutate them.
 */
#include "fuzz/form.h"

const struct fuzz_form fuzz_form = { .head = 0 };
