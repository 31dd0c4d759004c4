/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernel code takes for granted: types, attributes, arithmetic, bits,
 * messages.  Names and meanings are the kernel's.
 *
 * Nothing of the C library is included, because its headers use some of the same
 * names; what the shim calls of it is declared in libc.h.
 */
#ifndef SHIM_BASIC_H
#define SHIM_BASIC_H

typedef signed char s8;
typedef unsigned char u8;
typedef short s16;
typedef unsigned short u16;
typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;

typedef s8 __s8;
typedef u8 __u8;
typedef s16 __s16;
typedef u16 __u16;
typedef s32 __s32;
typedef u32 __u32;
typedef s64 __s64;
typedef u64 __u64;
typedef unsigned __int128 __u128;
typedef u16 __le16, __be16;
typedef u32 __le32, __be32;
typedef u64 __le64, __be64;

typedef unsigned long size_t, uintptr_t, ulong, irq_hw_number_t, kernel_ulong_t;
typedef long ssize_t, ptrdiff_t;
typedef unsigned int uint, gfp_t, fmode_t, umode_t;
typedef unsigned char uint8_t;
typedef unsigned int uint32_t;
typedef unsigned long uint64_t;
typedef u64 phys_addr_t, dma_addr_t, resource_size_t;
typedef long long loff_t;
typedef _Bool bool;
typedef __builtin_va_list va_list;
typedef int (*cmp_func_t)(const void *a, const void *b);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *priv);

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define true 1
#define false 0
#define NULL ((void *)0)

/* Attributes; sparse's and the linker's mean nothing here. */
#define __bitwise
#define __user
#define __iomem
#define __rcu
#define __percpu
#define __force
#define __init
#define __exit
#define __initconst
#define __ro_after_init
#define __read_mostly
#define __hyp_text
#define __private
#define __releases(x)
#define __acquires(x)
#define __must_hold(x)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)
#define __must_check
#define __nonnull_args(...)
#define noinstr
#define typecheck_pointer(x) ((void)0)
#define typecheck(type, x) 1
#define __no_context_analysis
#define __context_unsafe(...)
#define __maybe_unused __attribute__((unused))
#define __used __attribute__((used))
#define __packed __attribute__((packed))
#define __aligned(x) __attribute__((aligned(x)))
#define __always_inline inline __attribute__((always_inline))
#define noinline __attribute__((noinline))
#define __weak __attribute__((weak))
#define __compiletime_error(text)
#define __printf(a, b) __attribute__((format(printf, a, b)))
#define __attribute_const__ __attribute__((const))
#define __pure __attribute__((pure))
#define __malloc __attribute__((malloc))
#define __cold
#define __no_kasan_or_inline
#define _IOC_TYPECHECK(t) sizeof(t)
#define __cleanup(f) __attribute__((cleanup(f)))
#define __assume_aligned(...)
#define __no_sanitize_address
#define __counted_by(x)
#define ____cacheline_aligned
#define __randomize_layout
#define __DECLARE_FLEX_ARRAY(type, name) \
	struct {                         \
		struct {                 \
		} unused_##name;         \
		type name[];             \
	}
#define DECLARE_FLEX_ARRAY(type, name) __DECLARE_FLEX_ARRAY(type, name)
#define fallthrough __attribute__((fallthrough))
#define asmlinkage
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
#define EXPORT_SYMBOL_FOR_KVM_INTERNAL(x)
#define NOKPROBE_SYMBOL(x)
#define MODULE_LICENSE(x)

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define unreachable() __builtin_unreachable()
#define barrier() __asm__ volatile("" ::: "memory")
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) (*(volatile __typeof__(x) *)&(x) = (val))
#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define mb() barrier()
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic() barrier()
#define smp_store_release(p, v) WRITE_ONCE(*(p), v)
#define smp_load_acquire(p) READ_ONCE(*(p))
#define smp_store_mb(x, v) WRITE_ONCE(x, v)
#define isb() barrier()
#define dsb(x) barrier()
#define dmb(x) barrier()
#define gsb_sys() barrier()
#define gsb_ack() barrier()
#define cpu_relax() barrier()
#define data_race(x) (x)

#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)
#define __PASTE_1(a, b) a##b
#define __PASTE(a, b) __PASTE_1(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(unique_, prefix), __COUNTER__)
#define ___PASTE(a, b) __PASTE(a, b)
#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define __is_constexpr(x) __builtin_constant_p(x)
#define const_true(x) 0 /* what must not be so is for the kernel's own build */
#define statically_true(x) (__builtin_constant_p(x) && (x))
#define offsetof(type, member) __builtin_offsetof(type, member)
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define typeof_member(type, member) __typeof__(((type *)0)->member)
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))
#define container_of_const(ptr, type, member) container_of(ptr, type, member)

#define static_assert(x, ...) _Static_assert(x, #x)
#define BUILD_BUG_ON_ZERO(x) ((int)sizeof(struct { int : (-!!(x)); }))
#define BUILD_BUG_ON_MSG(x, msg) ((void)0)
#define BUILD_BUG_ON(x) ((void)BUILD_BUG_ON_ZERO(x))
#define BUILD_BUG() ((void)0)
#define __BUILD_BUG_ON_NOT_POWER_OF_2(n) ((void)0)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) ((void)0)
#define __must_be_array(a) 0
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define __const_hweight8(w) __builtin_popcount((u8)(w))

/* Only what this architecture and the vGIC's files ask for is configured. */
#define IS_ENABLED(option) __is_defined(option)
#define IS_BUILTIN(option) __is_defined(option)
#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(ignored, val, ...) val
#define __is_defined(x) ___is_defined(x)
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define ____is_defined(junk) __take_second_arg(junk 1, 0)

#define CONFIG_HAVE_KVM_IRQ_ROUTING 1
#define CONFIG_HAVE_KVM_IRQCHIP 1
#define CONFIG_XARRAY_MULTI 1
#define CONFIG_64BIT 1
#define CONFIG_KVM 1
#define CONFIG_LOCKDEP 1
#define CONFIG_BASE_SMALL 0
#define CONFIG_ARM64_PA_BITS 48
#define BITS_PER_LONG 64
#define BITS_PER_LONG_LONG 64
#define __BITS_PER_LONG 64
#define __BITS_PER_LONG_LONG 64
#define BITS_PER_BYTE 8
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define NR_CPUS 1
#define HZ 250
#define USEC_PER_MSEC 1000L
#define L1_CACHE_BYTES 64

#define SZ_1 1
#define SZ_64 0x40
#define SZ_128 0x80
#define SZ_256 0x100
#define SZ_512 0x200
#define SZ_1K 0x400
#define SZ_2K 0x800
#define SZ_4K 0x1000
#define SZ_8K 0x2000
#define SZ_16K 0x4000
#define SZ_32K 0x8000
#define SZ_64K 0x10000
#define SZ_128K 0x20000
#define SZ_1M 0x100000
#define SZ_2M 0x200000

#define U8_MAX 0xffu
#define U16_MAX 0xffffu
#define U32_MAX 0xffffffffu
#define U64_MAX 0xffffffffffffffffULL
#define INT_MAX 0x7fffffff
#define UINT_MAX 0xffffffffu
#define LONG_MAX 0x7fffffffffffffffL
#define ULONG_MAX 0xffffffffffffffffUL

/* Numbers of generic errors are the same on all architectures that matter here. */
enum {
	EPERM = 1,
	ENOENT = 2,
	EINTR = 4,
	EIO = 5,
	ENXIO = 6,
	E2BIG = 7,
	ENOEXEC = 8,
	EBADF = 9,
	EAGAIN = 11,
	EWOULDBLOCK = 11,
	ENOMEM = 12,
	EACCES = 13,
	EFAULT = 14,
	EBUSY = 16,
	EEXIST = 17,
	ENODEV = 19,
	EINVAL = 22,
	EMFILE = 24,
	ENOTTY = 25,
	ENOSPC = 28,
	ERANGE = 34,
	EOVERFLOW = 75,
	ETIMEDOUT = 110,
	EOPNOTSUPP = 95,
};
#define MAX_ERRNO 4095

#define __min_max(op, a, b)              \
	({                               \
		__typeof__(a) __a = (a); \
		__typeof__(b) __b = (b); \
		__a op __b ? __a : __b;  \
	})
#define min(a, b) __min_max(<, a, b)
#define max(a, b) __min_max(>, a, b)
#define min3(a, b, c) min(min(a, b), c)
#define min_t(type, a, b) __min_max(<, (type)(a), (type)(b))
#define max_t(type, a, b) __min_max(>, (type)(a), (type)(b))
#define clamp(x, lo, hi) min(max(x, lo), hi)
#define swap(a, b)                       \
	do {                             \
		__typeof__(a) __t = (a); \
		(a) = (b);               \
		(b) = __t;               \
	} while (0)
#define abs(x) ((x) < 0 ? -(x) : (x))
#define __ALIGN_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define ALIGN(x, a) __ALIGN_MASK(x, (__typeof__(x))(a)-1)
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a)-1)) == 0)
#define PAGE_ALIGNED(x) IS_ALIGNED(x, PAGE_SIZE)
#define PTR_ALIGN(p, a) ((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define DIV_ROUND_UP_ULL DIV_ROUND_UP
#define round_up(x, y) ((((x)-1) | ((__typeof__(x))(y)-1)) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))(y)-1))
#define roundup(x, y) ((((x) + ((y)-1)) / (y)) * (y))
#define type_max(type) ((type)(~0ULL >> (64 - 8 * sizeof(type)))) /* of unsigned ones */
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define lower_32_bits(n) ((u32)(n))
#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)
#define array_index_nospec(index, size) (index)

#define cpu_to_le16(x) (x)
#define cpu_to_le32(x) (x)
#define cpu_to_le64(x) (x)
#define le16_to_cpu(x) (x)
#define le32_to_cpu(x) (x)
#define le64_to_cpu(x) (x)
#define be16_to_cpu(x) __builtin_bswap16(x)
#define be32_to_cpu(x) __builtin_bswap32(x)
#define be64_to_cpu(x) __builtin_bswap64(x)
#define cpu_to_be16(x) __builtin_bswap16(x)
#define cpu_to_be32(x) __builtin_bswap32(x)
#define cpu_to_be64(x) __builtin_bswap64(x)

#define for_each_set_bit_from(bit, addr, size) \
	for (; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_set_bit(bit, addr, size) \
	for ((bit) = 0; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit(bit, addr, size) \
	for ((bit) = 0; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define BITS_TO_LONGS(nr) DIV_ROUND_UP(nr, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#define BITMAP_LAST_WORD_MASK(nbits) (~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)
#define hweight8(w) ((unsigned int)__builtin_popcount((u8)(w)))
#define hweight16(w) ((unsigned int)__builtin_popcount((u16)(w)))
#define hweight32(w) ((unsigned int)__builtin_popcount((u32)(w)))
#define hweight64(w) ((unsigned int)__builtin_popcountll((u64)(w)))
#define hweight_long(w) ((unsigned int)__builtin_popcountl(w))

static inline bool test_bit(unsigned long nr, const volatile unsigned long *addr)
{
	return addr[nr / BITS_PER_LONG] >> nr % BITS_PER_LONG & 1;
}

static inline void __set_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[nr / BITS_PER_LONG] |= 1UL << nr % BITS_PER_LONG;
}

static inline void __clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[nr / BITS_PER_LONG] &= ~(1UL << nr % BITS_PER_LONG);
}

static inline bool __test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool was = test_bit(nr, addr);

	__set_bit(nr, addr);
	return was;
}

static inline bool __test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool was = test_bit(nr, addr);

	__clear_bit(nr, addr);
	return was;
}

#define __assign_bit(nr, addr, val) ((val) ? __set_bit(nr, addr) : __clear_bit(nr, addr))
#define assign_bit __assign_bit
#define set_bit __set_bit
#define clear_bit __clear_bit
#define test_and_set_bit __test_and_set_bit
#define test_and_clear_bit __test_and_clear_bit

static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
					  unsigned long bit)
{
	while (bit < size && !test_bit(bit, addr))
		bit++;
	return bit;
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
					       unsigned long bit)
{
	while (bit < size && test_bit(bit, addr))
		bit++;
	return bit;
}

#define find_first_bit(addr, size) find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit(addr, size, 0)

static inline unsigned long __ffs(unsigned long w)
{
	return (unsigned long)__builtin_ctzl(w);
}

static inline unsigned long __fls(unsigned long w)
{
	return (unsigned long)(BITS_PER_LONG - 1 - __builtin_clzl(w));
}

static inline int ffs(int w)
{
	return __builtin_ffs(w);
}

static inline int fls(unsigned int w)
{
	return w ? 32 - __builtin_clz(w) : 0;
}

static inline int fls64(u64 w)
{
	return w ? 64 - __builtin_clzll(w) : 0;
}

#define __ffs64(w) __ffs(w)
#define ffz(w) __ffs(~(w))
#define ilog2(n) (fls64(n) - 1)
#define order_base_2(n) ((n) > 1 ? ilog2((n)-1) + 1 : 0)
#define is_power_of_2(n) ((n) != 0 && ((n) & ((n)-1)) == 0)
#define roundup_pow_of_two(n) (1UL << order_base_2(n))

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	__builtin_memset(map, 0, BITS_TO_LONGS(bits) * sizeof(*map));
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nr)
{
	while (nr--)
		__clear_bit(start++, map);
}

static inline unsigned long bitmap_read(const unsigned long *map, unsigned long start,
					unsigned long bits)
{
	unsigned long val = 0;

	for (unsigned long i = 0; i < bits; i++)
		val |= (unsigned long)test_bit(start + i, map) << i;
	return val;
}

static inline bool bitmap_and(unsigned long *to, const unsigned long *a, const unsigned long *b,
			      unsigned int bits)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		any |= to[i] = a[i] & b[i];
	return any != 0;
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	return find_first_bit(map, bits) == bits;
}

static inline bool bitmap_full(const unsigned long *map, unsigned int bits)
{
	return find_first_zero_bit(map, bits) == bits;
}

static inline void bitmap_fill(unsigned long *map, unsigned int bits)
{
	__builtin_memset(map, 0xff, BITS_TO_LONGS(bits) * sizeof(*map));
}

static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	__builtin_memcpy(to, from, BITS_TO_LONGS(bits) * sizeof(*to));
}

void *memset(void *to, int c, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *s);
int snprintf(char *to, size_t bytes, const char *format, ...) __printf(3, 4);

int kstrtobool(const char *s, bool *res);
#define strtobool kstrtobool

#define va_start __builtin_va_start
#define va_end __builtin_va_end

struct va_format {
	const char *fmt;
	va_list *va;
};

/* One line to whoever uses the library. */
void shim_report(const char *format, ...) __printf(1, 2);
/* The same, for what cannot go on. */
void shim_die(const char *format, ...) __printf(1, 2) __attribute__((noreturn));

/* In the words that the kernel log has. */
#define WARN(cond, ...)                                                                   \
	({                                                                                \
		bool __warn = !!(cond);                                                   \
		if (unlikely(__warn))                                                     \
			shim_report("WARNING at " __FILE__ ":%d %s", __LINE__, __func__); \
		__warn;                                                                   \
	})
#define WARN_ON(cond) WARN(cond, "")
#define WARN_ON_ONCE(cond) WARN(cond, "")
#define WARN_ONCE(cond, ...) WARN(cond, "")
#define WARN_RATELIMIT(cond, ...) WARN(cond, "")
#define VM_WARN_ON_ONCE(cond) WARN(cond, "")
#define BUG_ON(cond)                                                                      \
	do {                                                                              \
		if (unlikely(cond))                                                       \
			shim_die("kernel BUG at " __FILE__ ":%d %s", __LINE__, __func__); \
	} while (0)
#define BUG() BUG_ON(true)
#define dump_stack() ((void)0)

#define no_printk(...) ((void)0)
#define printk(...) ((void)0)
#define pr_err(...) ((void)0)
#define pr_err_ratelimited(...) ((void)0)
#define pr_warn(...) ((void)0)
#define pr_warn_once(...) ((void)0)
#define pr_warn_ratelimited(...) ((void)0)
#define pr_info(...) ((void)0)
#define pr_info_once(...) ((void)0)
#define pr_debug(...) ((void)0)
#define pr_cont(...) ((void)0)
#define add_taint(flag, ok) ((void)0)

#endif /* SHIM_BASIC_H */
