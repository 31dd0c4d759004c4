/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the guest of a storm share: instructions, and where things are.
 */
#ifndef GUEST_CODE_STORM_GUEST_H
#define GUEST_CODE_STORM_GUEST_H

#include <stdbool.h>

#include "guest_code/storm.h"

#define GUEST_FN __attribute__((__section__("guest"), __noinline__))
#define GUEST_INLINE __attribute__((__section__("guest"), __always_inline__)) inline

#define MRS(name, val) __asm__ volatile("mrs %0, " name : "=r"(val) : : "memory")
#define MSR(name, val) __asm__ volatile("msr " name ", %0" : : "r"((u64)(val)) : "memory")
#define DSB() __asm__ volatile("dsb sy" : : : "memory")
#define ISB() __asm__ volatile("isb" : : : "memory")
#define UNMASK_IRQ() __asm__ volatile("msr daifclr, #2\n\tisb" : : : "memory")
#define MASK_IRQ() __asm__ volatile("msr daifset, #2" : : : "memory")

#define LOAD(at) __atomic_load_n((at), __ATOMIC_RELAXED)
#define STORE(at, value) __atomic_store_n((at), (value), __ATOMIC_RELAXED)

/* By their encodings, for assemblers that know no GIC. */
#define ICC_PMR "S3_0_C4_C6_0"
#define ICC_IAR1 "S3_0_C12_C12_0"
#define ICC_EOIR1 "S3_0_C12_C12_1"
#define ICC_HPPIR1 "S3_0_C12_C12_2"
#define ICC_SRE "S3_0_C12_C12_5"
#define ICC_IGRPEN1 "S3_0_C12_C12_7"

GUEST_INLINE static void *at(u64 offset)
{
	return (void *)(STORM_RAM_BASE + offset); /* NOLINT(performance-no-int-to-ptr) */
}

GUEST_INLINE static struct storm_control *control(void)
{
	return at(STORM_CONTROL_OFFSET);
}

GUEST_INLINE static struct storm_vcpu *vcpu(u32 index)
{
	return at(STORM_VCPUS_OFFSET + index * STORM_VCPU_BYTES + STORM_VCPU_STACK);
}

GUEST_INLINE static u32 nr_lpis(void)
{
	return control()->nr_devices * control()->nr_events;
}

/* storm_take.c */
void storm_interrupt(struct storm_vcpu *v);
void storm_take_all(struct storm_vcpu *v);

/* storm.c */
u32 storm_step(struct storm_vcpu *v);

/* storm_vectors.S; no argument is its first one. */
void storm_ring(u64 unused, u32 value);

#endif /* GUEST_CODE_STORM_GUEST_H */
