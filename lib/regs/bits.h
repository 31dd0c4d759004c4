/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixed-width types and bit-field helpers for every layer, the guest included.
 *
 * The macros are guarded because lib/target/kvm also sees the kernel's own
 * tools/include, which defines the same names with the same meaning.
 */
#ifndef LIB_REGS_BITS_H
#define LIB_REGS_BITS_H

#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#ifndef __must_check
#define __must_check __attribute__((__warn_unused_result__))
#endif

#ifndef __printf
#define __printf(fmt, args) __attribute__((__format__(__printf__, fmt, args)))
#endif

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#ifndef BIT_ULL
#define BIT_ULL(n) (1ULL << (n))
#endif

/* A mask of bits @msb down to @lsb, 63 >= @msb >= @lsb >= 0. */
static inline u64 bits_mask(unsigned int msb, unsigned int lsb)
{
	return (~0ULL >> (63 - msb)) & (~0ULL << lsb);
}

/* Bits @msb down to @lsb of @word, right-aligned. */
static inline u64 bits_get(u64 word, unsigned int msb, unsigned int lsb)
{
	return (word & bits_mask(msb, lsb)) >> lsb;
}

/* @value placed at bits @msb down to @lsb; excess bits of @value are dropped. */
static inline u64 bits_put(u64 value, unsigned int msb, unsigned int lsb)
{
	return (value << lsb) & bits_mask(msb, lsb);
}

#endif /* LIB_REGS_BITS_H */
