/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry point and exception vectors of the guest.  An exception is a result: it
 * is noted in the batch, the faulting instruction is skipped, and the
 * interpreter goes on.
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
	mrs	x1, far_el1
	str	x1, [x0, #GUEST_BATCH_FAR]
	mrs	x1, elr_el1
	add	x1, x1, #4
	msr	elr_el1, x1
	ldp	x0, x1, [sp], #16
	eret

	.globl	guest_entry
	.type	guest_entry, %function
guest_entry:
	msr	tpidr_el1, x0
	adr	x1, vectors
	msr	vbar_el1, x1
	/* The vectors are in place before the first load that may abort. */
	isb
	b	guest_main
	.size	guest_entry, . - guest_entry
