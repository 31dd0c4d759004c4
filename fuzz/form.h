/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the inputs of a fuzzer look like: some bytes of its own, then those of a
 * program.  Each fuzzer says so in its fuzz/NAME_form.c, for the engines.
 */
#ifndef FUZZ_FORM_H
#define FUZZ_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/regs/bits.h"

struct fuzz_form {
	size_t head; /* bytes before those of the program */
	/* Do these bytes say that a program in its binary form follows?  NULL: it does. */
	bool (*is_program)(const u8 *head);
};

extern const struct fuzz_form fuzz_form;

#endif /* FUZZ_FORM_H */
