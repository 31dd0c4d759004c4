// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inputs of model_fuzz(), as the engines of fuzzers mutate them.
 */
#include "fuzz/form.h"
#include "fuzz/model_fuzz.h"

const struct fuzz_form fuzz_form = { .head = MODEL_FUZZ_HEAD };
