/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry point and exception vectors of the guest.  An exception is a result: it
 * is noted in the batch, the faulting instruction is skipped, and the
 * interpreter goes on.  Interrupts stay masked, as they are after KVM_ARM_VCPU_INIT:
 * they pend in the CPU interface until the program acknowledges them.
 *
 * The host enters at guest_entry with x0 = gva of the batch and the MMU on.
 */
#include "guest_code/abi.h"

	.section guest, "ax"
	.balign 2048
vectors:
	.rept 16
	.balign 128
	b	exception
	.endr

	.balign 128
exception:
	stp	x0, x1, [sp, #-16]!
	mrs	x0, tpidr_el1
	mrs	x1, esr_el1
	str	x1, [x0, #GUEST_BATCH_ESR]
	mrs	x1, elr_el1
	add	x1, x1, #4
	msr	elr_el1, x1
	ldp	x0, x1, [sp], #16
	eret

	.globl	guest_entry
	.type	guest_entry, %function
guest_entry:
	/* An access that waits for the host when pc is set completes by a step of pc. */
	nop
	msr	tpidr_el1, x0
	adr	x1, vectors
	msr	vbar_el1, x1
	/* The vectors are in place before the first access that may abort. */
	isb
	/*
	 * All vCPUs use one stack and one batch in turn, so nothing but
	 * tpidr_el1 lives across the doorbell.
	 */
next_batch:
	mrs	x0, tpidr_el1
	mov	sp, x0
	bl	guest_main
doorbell:
	mrs	x0, tpidr_el1
	add	x0, x0, #(GUEST_DOORBELL_OFFSET - GUEST_BATCH_OFFSET)
	/* All results are visible before the host is told. */
	dsb	sy
	str	wzr, [x0]
	b	next_batch
	.size	guest_entry, . - guest_entry

/*
 * x0 = gva of a struct guest_hold.  Does not return: other vCPUs use the stack
 * in the meantime.
 */
	.globl	guest_hold
	.type	guest_hold, %function
guest_hold:
	mov	w1, #1
	str	w1, [x0, #GUEST_HOLD_RUNNING]
1:	yield
	ldr	w1, [x0, #GUEST_HOLD_RELEASE]
	cbz	w1, 1b
	b	doorbell
	.size	guest_hold, . - guest_hold
