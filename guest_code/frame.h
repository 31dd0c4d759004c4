/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Macros of exception vectors and of what a handler must keep.  It is for assembler
 * only, which clang-format does not know.
 */
/* clang-format off */
#ifndef GUEST_CODE_FRAME_H
#define GUEST_CODE_FRAME_H

#ifdef __ASSEMBLER__

	.macro vector to
	.balign 128
	b	\to
	.endm

	/*
	 * A table for VBAR_EL1, each four: synchronous, IRQ, FIQ, SError.  Those of EL1
	 * with a stack of its own have a handler each, all others one.
	 */
	.macro vector_table name, sync, irq, fiq, serror, other
	.balign 2048
\name:
	.rept 4		/* with the stack of EL0 */
	vector \other
	.endr
	vector \sync
	vector \irq
	vector \fiq
	vector \serror
	.rept 8		/* from EL0 */
	vector \other
	.endr
	.endm

	/*
	 * x0 = TPIDR_EL1, at whose offsets it notes the exception.  The stack is not used:
	 * it may be what is wrong.
	 */
	.macro note_exception esr, elr, far
	mrs	x0, tpidr_el1
	mrs	x1, esr_el1
	str	x1, [x0, #\esr]
	mrs	x1, elr_el1
	str	x1, [x0, #\elr]
	mrs	x1, far_el1
	str	x1, [x0, #\far]
	.endm

	/* What a function may change, to the stack by stp or from it by ldp: 160 bytes. */
	.macro each_pair op
	\op	x0, x1, [sp]
	\op	x2, x3, [sp, #16]
	\op	x4, x5, [sp, #32]
	\op	x6, x7, [sp, #48]
	\op	x8, x9, [sp, #64]
	\op	x10, x11, [sp, #80]
	\op	x12, x13, [sp, #96]
	\op	x14, x15, [sp, #112]
	\op	x16, x17, [sp, #128]
	\op	x18, x30, [sp, #144]
	.endm

	/*
	 * An IRQ that a function handles, whose argument is TPIDR_EL1.  IRQs stay masked until
	 * the return: ELR and SPSR are not lost.
	 */
	.macro handle_irq to
	sub	sp, sp, #160
	each_pair stp
	mrs	x0, tpidr_el1
	bl	\to
	each_pair ldp
	add	sp, sp, #160
	eret
	.endm

#endif /* __ASSEMBLER__ */
#endif /* GUEST_CODE_FRAME_H */
