// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the kernel, which is made to fail at will and must be given back,
 * and of userspace, of which one range exists.
 */
#include "libc.h"
#include "own.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
void __asan_poison_memory_region(void const volatile *addr, size_t bytes);
void __asan_unpoison_memory_region(void const volatile *addr, size_t bytes);
#define hide(p) __asan_poison_memory_region(p, sizeof(*(p)))
#define show(p) __asan_unpoison_memory_region(p, sizeof(*(p)))
#endif
#endif
#ifdef hide
#define KEEPS_BLOCKS false
#else
#define KEEPS_BLOCKS true
#define hide(p) ((void)(p))
#define show(p) ((void)(p))
#endif

/* In front of each allocation.  No kernel code may touch it. */
struct block {
	struct block *next, *prev;
	const char *where;
	size_t bytes;
};

static struct block *blocks; /* not given back, youngest first */

static struct {
	unsigned long count, nth;
} fails[NR_HOSTED_FAILS];

/**
 * shim_set_fail() - make something fail, and count it anew
 * @what: kind of call
 * @nth:  which of them fails, from 1 on, or 0 for none
 */
void shim_set_fail(enum hosted_fail what, unsigned long nth)
{
	fails[what].count = 0;
	fails[what].nth = nth;
}

/**
 * shim_counted() - how often a kind of call was made
 * @what: kind of call
 *
 * Return: how often since shim_set_fail().
 */
unsigned long shim_counted(enum hosted_fail what)
{
	return fails[what].count;
}

/**
 * shim_fails() - count a call
 * @what: kind of call
 *
 * Return: whether it is the one that fails.
 */
bool shim_fails(enum hosted_fail what)
{
	return ++fails[what].count == fails[what].nth;
}

static void link_block(struct block *b)
{
	b->prev = NULL;
	b->next = blocks;
	if (blocks) {
		show(blocks);
		blocks->prev = b;
		hide(blocks);
	}
	blocks = b;
}

static void unlink_block(const struct block *b)
{
	if (b->next) {
		show(b->next);
		b->next->prev = b->prev;
		hide(b->next);
	}
	if (b->prev) {
		show(b->prev);
		b->prev->next = b->next;
		hide(b->prev);
	} else {
		blocks = b->next;
	}
}

/*
 * Without a sanitizer, blocks that were given back are kept by size, because VMs
 * come and go with always the same.  With one they are the C library's, so that a
 * use after the end is seen.
 */
#define SIZE_STEP 64ul
#define MAX_KEPT 0x10000ul

static struct block *kept[MAX_KEPT / SIZE_STEP + 1];

static size_t class_of(size_t bytes)
{
	return (bytes + SIZE_STEP - 1) / SIZE_STEP;
}

static struct block *block_get(size_t bytes)
{
	struct block *b = NULL;

	if (!KEEPS_BLOCKS || bytes > MAX_KEPT)
		return malloc(sizeof(*b) + bytes);
	b = kept[class_of(bytes)];
	if (!b)
		return malloc(sizeof(*b) + class_of(bytes) * SIZE_STEP);
	kept[class_of(bytes)] = b->next;
	return b;
}

static void block_put(struct block *b)
{
	if (!KEEPS_BLOCKS || b->bytes > MAX_KEPT) {
		free(b);
		return;
	}
	b->next = kept[class_of(b->bytes)];
	kept[class_of(b->bytes)] = b;
}

/**
 * shim_alloc() - what kmalloc() and its relatives are
 * @bytes: any; a product that overflowed is too much
 * @flags: GFP_*
 * @where: caller
 *
 * Return: memory, or NULL if there is none, or it is made to fail.
 */
void *shim_alloc(size_t bytes, gfp_t flags, const char *where)
{
	struct block *b;

	if (gfpflags_allow_blocking(flags))
		shim_might_sleep(where);
	if (shim_fails(HOSTED_FAIL_ALLOC) || bytes > 1UL << 30)
		return NULL;
	b = block_get(bytes);
	if (!b)
		shim_die("out of memory");
	if (flags & __GFP_ZERO)
		memset(b + 1, 0, bytes);
	b->where = where;
	b->bytes = bytes;
	link_block(b);
	hide(b);
	return b + 1;
}

/**
 * kfree() - give memory back
 * @p: of shim_alloc(), or NULL
 */
void kfree(const void *p)
{
	struct block *b;

	if (!p)
		return;
	b = (struct block *)(void *)(uintptr_t)p - 1;
	show(b);
	unlink_block(b);
	block_put(b);
}

/**
 * shim_realloc() - what krealloc() is
 * @p:     memory, or NULL
 * @bytes: of the new memory
 * @flags: GFP_*
 * @where: caller
 *
 * Return: memory that begins as @p does, or NULL, and then @p stays.
 */
void *shim_realloc(void *p, size_t bytes, gfp_t flags, const char *where)
{
	void *to = shim_alloc(bytes, flags, where);

	if (to && p) {
		struct block *b = (struct block *)p - 1;
		size_t old;

		show(b);
		old = b->bytes;
		hide(b);
		memcpy(to, p, min(old, bytes));
		kfree(p);
	}
	return to;
}

/**
 * shim_forget_allocs() - what was allocated so far is no leak
 */
void shim_forget_allocs(void)
{
	blocks = NULL;
}

/**
 * shim_report_leaks() - report and forget what was not given back
 */
void shim_report_leaks(void)
{
	while (blocks) {
		struct block *b = blocks;

		show(b);
		shim_report("leak: %zu bytes allocated at %s", b->bytes, b->where);
		unlink_block(b);
		free(b);
	}
}

static struct kmem_cache node_cache = { sizeof(struct xa_node) };
struct kmem_cache *radix_tree_node_cachep = &node_cache;

void radix_tree_node_rcu_free(struct rcu_head *head)
{
	kfree(container_of(head, struct xa_node, rcu_head));
}

static struct {
	char *base;
	size_t bytes;
} user;

/**
 * shim_user_range() - what userspace has mapped
 * @base:  first byte, or NULL for nothing
 * @bytes: how many
 */
void shim_user_range(void *base, size_t bytes)
{
	user.base = base;
	user.bytes = base ? bytes : 0;
}

/* Return: whether an access to userspace can be done. */
static bool user_can(const char *at, size_t bytes)
{
	might_fault();
	return !shim_fails(HOSTED_FAIL_COPY) && at >= user.base &&
	       at + bytes <= user.base + user.bytes && bytes <= user.bytes;
}

/**
 * copy_from_user() - read the memory of userspace
 * @to:    where to
 * @from:  in the range of shim_user_range(), or it faults
 * @bytes: how many
 *
 * Return: 0, or how many were not copied.
 */
unsigned long copy_from_user(void *to, const void __user *from, size_t bytes)
{
	if (!user_can(from, bytes)) {
		memset(to, 0, bytes);
		return bytes;
	}
	memcpy(to, from, bytes);
	return 0;
}

/**
 * copy_to_user() - write the memory of userspace
 * @to:    in the range of shim_user_range(), or it faults
 * @from:  where from
 * @bytes: how many
 *
 * Return: 0, or how many were not copied.
 */
unsigned long copy_to_user(void __user *to, const void *from, size_t bytes)
{
	if (!user_can(to, bytes))
		return bytes;
	memcpy(to, from, bytes);
	return 0;
}
