/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory: of the kernel, of userspace, and of devices.
 */
#ifndef SHIM_MEM_H
#define SHIM_MEM_H

#define GFP_KERNEL 1u
#define GFP_ATOMIC 2u
#define GFP_NOWAIT 2u
#define GFP_KERNEL_ACCOUNT GFP_KERNEL
#define __GFP_ACCOUNT 0u
#define __GFP_ZERO 4u
#define __GFP_NOWARN 0u
#define __GFP_NOFAIL 0u
#define __GFP_HIGH 0u
#define __GFP_BITS_SHIFT 3
#define GFP_ZONEMASK 0u
#define gfpflags_allow_blocking(flags) (((flags)&GFP_KERNEL) != 0)
#define might_alloc(flags)                          \
	do {                                        \
		if (gfpflags_allow_blocking(flags)) \
			shim_might_sleep(HERE);     \
	} while (0)

/* NULL if it is made to fail.  @where is kept for who forgets to free it. */
void *shim_alloc(size_t bytes, gfp_t flags, const char *where);
void *shim_realloc(void *p, size_t bytes, gfp_t flags, const char *where);
void kfree(const void *p);

static inline size_t size_mul(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_mul_overflow(a, b, &bytes) ? ~0UL : bytes;
}

static inline size_t size_add(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_add_overflow(a, b, &bytes) ? ~0UL : bytes;
}

#define struct_size(p, member, n) size_add(sizeof(*(p)), size_mul(sizeof(*(p)->member), n))
#define array_size size_mul
#define kmalloc(bytes, flags) shim_alloc(bytes, flags, HERE)
#define kzalloc(bytes, flags) shim_alloc(bytes, (flags) | __GFP_ZERO, HERE)
#define kcalloc(n, bytes, flags) kzalloc(size_mul(n, bytes), flags)
#define kmalloc_array(n, bytes, flags) kmalloc(size_mul(n, bytes), flags)
#define krealloc(p, bytes, flags) shim_realloc(p, bytes, flags, HERE)
#define kvzalloc kzalloc
#define kvcalloc kcalloc
#define kvmalloc kmalloc
#define kvfree kfree
#define vmalloc(bytes) kmalloc(bytes, GFP_KERNEL)
#define vzalloc(bytes) kzalloc(bytes, GFP_KERNEL)
#define vfree kfree
#define kfree_sensitive kfree
#define __first_arg(a, ...) a
#define __flags_or_kernel(...) __first_arg(__VA_ARGS__ __VA_OPT__(, ) GFP_KERNEL)
#define kmalloc_obj(obj, ...) \
	((__typeof__(obj) *)kmalloc(sizeof(obj), __flags_or_kernel(__VA_ARGS__)))
#define kzalloc_obj(obj, ...) \
	((__typeof__(obj) *)kzalloc(sizeof(obj), __flags_or_kernel(__VA_ARGS__)))
#define kzalloc_objs(obj, n, ...) \
	((__typeof__(obj) *)kcalloc(n, sizeof(obj), __flags_or_kernel(__VA_ARGS__)))
#define kzalloc_flex(obj, member, n, ...)                                            \
	((__typeof__(obj) *)kzalloc(struct_size((__typeof__(obj) *)NULL, member, n), \
				    __flags_or_kernel(__VA_ARGS__)))

struct kmem_cache {
	size_t bytes;
};
struct list_lru;
#define kmem_cache_alloc(c, flags) shim_alloc((c)->bytes, (flags) | __GFP_ZERO, HERE)
#define kmem_cache_alloc_lru(c, lru, flags) kmem_cache_alloc(c, flags)
#define kmem_cache_free(c, p) kfree(p)

/* Nodes of xarrays. */
extern struct kmem_cache *radix_tree_node_cachep;
void radix_tree_node_rcu_free(struct rcu_head *head);

/* Userspace: what is valid is one range that shim_user_range() names. */
void shim_user_range(void *base, size_t bytes);
unsigned long copy_from_user(void *to, const void __user *from, size_t bytes);
unsigned long copy_to_user(void __user *to, const void *from, size_t bytes);
#define access_ok(p, bytes) true
#define get_user(x, p) (copy_from_user(&(x), (const void *)(p), sizeof(*(p))) ? -EFAULT : 0)
#define __get_user get_user
#define put_user(x, p)                                                      \
	({                                                                  \
		__typeof__(*(p)) __v = (__typeof__(*(p)))(x);               \
		copy_to_user((void *)(p), &__v, sizeof(__v)) ? -EFAULT : 0; \
	})
#define u64_to_user_ptr(x) ((void __user *)(uintptr_t)(x))

/* Frames of the host's GIC, which is in host.c. */
u32 shim_readl(const volatile void __iomem *addr);
void shim_writel(u32 val, volatile void __iomem *addr);
#define readl shim_readl
#define readl_relaxed shim_readl
#define writel shim_writel
#define writel_relaxed shim_writel
#define readl_relaxed_poll_timeout_atomic(addr, val, cond, delay, timeout) \
	((val) = readl(addr), (cond) ? 0 : -ETIMEDOUT)
#define iounmap(p) ((void)(p))

#endif /* SHIM_MEM_H */
