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

#endif /* __ASSEMBLER__ */
#endif /* GUEST_CODE_FRAME_H */
