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

	vector_table events_vectors, fault, irq, fault, fault, fault
irq:
	handle_irq events_interrupt
fault:
	note_exception EVENTS_SHARED_ESR, EVENTS_SHARED_ELR, EVENTS_SHARED_FAR
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
