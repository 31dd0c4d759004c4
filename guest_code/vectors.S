/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry point and exception vectors of the guest.  An exception is a result
 * (guest_code/abi.h): it is noted in the vCPU's lane, and the interpreter goes on.
 * Interrupts stay masked, as they are after KVM_ARM_VCPU_INIT: they pend in the
 * CPU interface until the program acknowledges them, or lets them through.
 *
 * The host enters at guest_entry with x0 = gva of the lane and the MMU on.
 */
#include "guest_code/abi.h"
#include "guest_code/frame.h"

/* EL1 with its own stack, interrupts and SErrors masked: PSTATE of the interpreter. */
#define PSTATE_EL1H_DAIF 0x3c5

	.section guest, "ax"

	vector_table vectors, sync, irq, fiq, stray, stray

	.balign 128
sync:
	/* Nothing here uses the thread registers of EL0 otherwise. */
	msr	tpidr_el0, x0
	msr	tpidrro_el0, x1
	note_exception GUEST_LANE_ESR, GUEST_LANE_ELR, GUEST_LANE_FAR
	ldr	w1, [x0, #GUEST_LANE_GUARDED]
	cbz	w1, unwind
	/* A second exception of the same access is a stray one. */
	str	wzr, [x0, #GUEST_LANE_GUARDED]
	mrs	x1, elr_el1
	add	x1, x1, #4
	msr	elr_el1, x1
	mrs	x1, tpidrro_el0
	mrs	x0, tpidr_el0
	eret

	/* What a function may change, and what an exception in the handler would. */
	.macro save
	sub	sp, sp, #176
	each_pair stp
	mrs	x0, elr_el1
	mrs	x1, spsr_el1
	stp	x0, x1, [sp, #160]
	.endm

irq:
	save
	mov	x1, #GUEST_IRQ
	b	interrupt
fiq:
	save
	mov	x1, #GUEST_FIQ
interrupt:
	mrs	x0, tpidr_el1
	bl	guest_interrupt
	/* Back to masked interrupts, unless the handler says that others may come. */
	mov	x2, x0
	ldp	x0, x1, [sp, #160]
	orr	x1, x1, x2
	/* One that comes after guest_idle has unmasked it takes the place of the WFI. */
	adr	x2, idle_first
	adr	x3, idle_last
	cmp	x0, x2
	ccmp	x0, x3, #2, hs
	csel	x0, x3, x0, ls
	msr	elr_el1, x0
	msr	spsr_el1, x1
	each_pair ldp
	add	sp, sp, #176
	eret

stray:
	note_exception GUEST_LANE_ESR, GUEST_LANE_ELR, GUEST_LANE_FAR
unwind:
	adr	x1, after_stray
	msr	elr_el1, x1
	mov	x1, #PSTATE_EL1H_DAIF
	msr	spsr_el1, x1
	eret

/* x0 = gva of a struct guest_start, for loads without an MMU, which go past the caches. */
	.globl	guest_leave_start
	.type	guest_leave_start, %function
guest_leave_start:
	mrs	x2, ttbr0_el1
	mrs	x3, tcr_el1
	mrs	x4, mair_el1
	mrs	x5, cpacr_el1
	mrs	x6, sctlr_el1
	stp	x2, x3, [x0]
	stp	x4, x5, [x0, #16]
	str	x6, [x0, #32]
	dc	civac, x0
	dsb	sy
	ret
	.size	guest_leave_start, . - guest_leave_start

/*
 * x0 = gpa of the lane.  CPU_ON enters here with all else as after reset: it takes what
 * its caller has left, the MMU last, and goes on as any other vCPU.
 */
	.globl	guest_start
	.type	guest_start, %function
guest_start:
	and	x1, x0, #~(GUEST_RAM_ALIGN - 1)
	add	x1, x1, #GUEST_START_OFFSET
	ldp	x2, x3, [x1]
	ldp	x4, x5, [x1, #16]
	ldr	x6, [x1, #32]
	msr	ttbr0_el1, x2
	msr	tcr_el1, x3
	msr	mair_el1, x4
	msr	cpacr_el1, x5
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el1, x6
	isb
	b	guest_entry
	.size	guest_start, . - guest_start

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
	/* Nothing but tpidr_el1 lives across the doorbell: vCPUs may share a lane. */
next:
	mrs	x0, tpidr_el1
	mov	sp, x0
	bl	guest_main
doorbell:
	mrs	x0, tpidr_el1
	ldr	x0, [x0, #GUEST_LANE_RAM]
	add	x0, x0, #GUEST_DOORBELL_OFFSET
	/* All results are visible before the host is told. */
	dsb	sy
	str	wzr, [x0]
	b	next

after_stray:
	mrs	x0, tpidr_el1
	mov	sp, x0
	bl	guest_stray
	b	next
	.size	guest_entry, . - guest_entry

/* Returns once an interrupt has been taken, which leaves others masked, or WFI has ended. */
	.globl	guest_idle
	.type	guest_idle, %function
guest_idle:
	msr	daifclr, #3
idle_first:
	/* What is signalled already is taken here at the latest. */
	isb
	wfi
idle_last:
	/* And here what has ended the WFI. */
	isb
	msr	daifset, #3
	ret
	.size	guest_idle, . - guest_idle

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
