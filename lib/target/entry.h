/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which operations of a program one KVM_RUN performs: the same ones on each target
 * that has it.
 */
#ifndef LIB_TARGET_ENTRY_H
#define LIB_TARGET_ENTRY_H

#include "lib/prog/prog.h"

bool op_enters_guest(const struct op *op);
size_t entry_length(const struct prog *p, size_t first, size_t max);

#endif /* LIB_TARGET_ENTRY_H */
