// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GICV frame of a GICv3 host: the CPU interface that a GICv2 guest sees in
 * memory, on the same list registers.  It is hardware, so nothing of KVM is
 * behind it.
 *
 * Spec: IHI 0048B.b 5.5 (GIC virtual CPU interface), IHI 0069H 12.10 and 6.3
 */
#include "own.h"

#define GICV_CTLR 0x00
#define GICV_PMR 0x04
#define GICV_BPR 0x08
#define GICV_IAR 0x0c
#define GICV_EOIR 0x10
#define GICV_RPR 0x14
#define GICV_HPPIR 0x18
#define GICV_ABPR 0x1c
#define GICV_AIAR 0x20
#define GICV_AEOIR 0x24
#define GICV_AHPPIR 0x28
#define GICV_APR0 0xd0
#define GICV_IIDR 0xfc
#define GICV_DIR 0x1000

u32 shim_gicv_access(u32 offset, unsigned int bytes, bool write, u32 val)
{
	(void)offset;
	(void)bytes;
	(void)write;
	return val;
}
