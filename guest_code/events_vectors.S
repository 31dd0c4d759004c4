/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry point and exception vectors of the guest of a run of events.  An IRQ is
 * handled and the guest goes on; any other exception ends it.
 *
 * The host enters at events_entry with x0 = gva of struct events_shared and the MMU
 * on; the stack is below it.
 */
#include "guest_code/events.h"
#include "guest_code/frame.h"

	.section guest, "ax"

	/* Each four: synchronous, IRQ, FIQ, SError. */
	.balign 2048
events_vectors:
	.rept 4		/* with the stack of EL0 */
	vector fault
	.endr
	vector fault
	vector irq
	vector fault
	vector fault
	.rept 8		/* from EL0 */
	vector fault
	.endr

	/* IRQs stay masked until the return: ELR and SPSR are not lost. */
irq:
	sub	sp, sp, #160
	each_pair stp
	mrs	x0, tpidr_el1
	bl	events_interrupt
	each_pair ldp
	add	sp, sp, #160
	eret

	/* The stack is not used: it may be what is wrong. */
fault:
	mrs	x0, tpidr_el1
	mrs	x1, esr_el1
	str	x1, [x0, #EVENTS_SHARED_ESR]
	mrs	x1, elr_el1
	str	x1, [x0, #EVENTS_SHARED_ELR]
	mrs	x1, far_el1
	str	x1, [x0, #EVENTS_SHARED_FAR]
	mov	w1, #EVENTS_RING_FAULT
	b	ring

	.globl	events_entry
	.type	events_entry, %function
events_entry:
	msr	tpidr_el1, x0
	mov	sp, x0
	adr	x1, events_vectors
	msr	vbar_el1, x1
	isb
	bl	events_perform
	mov	w1, #EVENTS_RING_DONE
	/* w1 = value.  The host does not enter again. */
ring:
	mov	x0, #EVENTS_DOORBELL & 0xffff0000
	movk	x0, #EVENTS_DOORBELL & 0xffff
	dsb	sy
	str	w1, [x0]
	b	ring
	.size	events_entry, . - events_entry
