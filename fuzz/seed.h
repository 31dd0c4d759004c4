/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First inputs of a fuzzer, made of program files.
 */
#ifndef FUZZ_SEED_H
#define FUZZ_SEED_H

#include "lib/prog/prog.h"

/* Writes the inputs that @p gives. */
typedef bool seed_fn(const char *folder, const struct prog *p);

bool seed_write(const char *folder, const char *name, const u8 *buf, size_t bytes);
int seed_main(int argc, char **argv, seed_fn *write);

#endif /* FUZZ_SEED_H */
