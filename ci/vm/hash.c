// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hashes that tell files and outputs apart: two sums of multiply and fold with
 * different constants, a word at a time.
 */
#include "ci/vm/hash.h"

#include <string.h>

static void add_word(struct vm_hash *h, u64 word)
{
	h->a = (h->a ^ word) * 0x9e3779b97f4a7c15u;
	h->a ^= h->a >> 29;
	h->b = (h->b ^ word) * 0xc2b2ae3d27d4eb4fu;
	h->b ^= h->b >> 31;
}

/**
 * vm_hash_add() - add one input
 * @h:		hash
 * @data:	the input
 * @bytes:	its length, which counts too: the end of one input cannot move
 */
void vm_hash_add(struct vm_hash *h, const void *data, size_t bytes)
{
	const char *p = data;

	add_word(h, bytes);
	while (bytes) {
		size_t n = bytes < sizeof(u64) ? bytes : sizeof(u64);
		u64 word = 0;

		memcpy(&word, p, n);
		add_word(h, word);
		p += n;
		bytes -= n;
	}
}

/**
 * vm_hash_string() - add a string
 * @h:	hash
 * @s:	string
 */
void vm_hash_string(struct vm_hash *h, const char *s)
{
	vm_hash_add(h, s, strlen(s));
}

/**
 * vm_hash_file() - add what is in a file
 * @h:		hash
 * @path:	file
 *
 * Return: 0 or a negative errno.
 */
int vm_hash_file(struct vm_hash *h, const char *path)
{
	struct vm_buf b = { 0 };
	int err = vm_read_file(path, &b);

	if (!err)
		vm_hash_add(h, b.data, b.bytes);
	vm_buf_free(&b);
	return err;
}
