/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashes that tell files and outputs apart. The inputs are ours: nobody wants
 * them to collide.
 */
#ifndef CI_VM_HASH_H
#define CI_VM_HASH_H

#include <inttypes.h>

#include "ci/vm/util.h"

/* Of nothing when zero-initialised. */
struct vm_hash {
	u64 a, b;
};

/* For printf, with both members. */
#define VM_HASH_FORMAT "%016" PRIx64 "%016" PRIx64

void vm_hash_add(struct vm_hash *h, const void *data, size_t bytes);
void vm_hash_string(struct vm_hash *h, const char *s);
int vm_hash_file(struct vm_hash *h, const char *path) __must_check;

#endif /* CI_VM_HASH_H */
