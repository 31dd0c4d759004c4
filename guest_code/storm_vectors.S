/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry point and exception vectors of the guest of a storm of LPIs.  An IRQ is
 * handled and the guest goes on; any other exception ends the vCPU.
 *
 * The host enters at storm_entry with x0 = gva of struct storm_vcpu and the MMU on;
 * the stack is below it.
 */
#include "guest_code/frame.h"
#include "guest_code/storm.h"

	.section guest, "ax"

	vector_table storm_vectors, fault, irq, fault, fault, fault
irq:
	handle_irq storm_interrupt
fault:
	note_exception STORM_VCPU_ESR, STORM_VCPU_ELR, STORM_VCPU_FAR
	mov	w1, #STORM_RING_FAULT
1:	bl	storm_ring
	b	1b

	.globl	storm_entry
	.type	storm_entry, %function
storm_entry:
	msr	tpidr_el1, x0
	mov	sp, x0
	adr	x1, storm_vectors
	msr	vbar_el1, x1
	isb
1:	mrs	x0, tpidr_el1
	bl	storm_step
	mov	w1, w0
	bl	storm_ring
	b	1b
	.size	storm_entry, . - storm_entry

	/* w1 = value.  The host has ended KVM_RUN and entered again when it returns. */
	.globl	storm_ring
	.type	storm_ring, %function
storm_ring:
	mov	x0, #STORM_DOORBELL
	/* All that was written is visible before the host is told. */
	dsb	sy
	str	w1, [x0]
	isb
	ret
	.size	storm_ring, . - storm_ring
