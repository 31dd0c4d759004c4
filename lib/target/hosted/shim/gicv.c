// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GICV frame of a GICv3 host: the CPU interface that a GICv2 guest sees in
 * memory, on the same list registers.  It is hardware, so nothing of KVM is
 * behind it.
 *
 * Spec: IHI 0048B.b 5.5 (GIC virtual CPU interface), IHI 0069H 12.9 and 6.3
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

/* EnableGrp0 and 1, AckCtl, FIQEn, CBPR, EOImode: as in ICH_VMCR_EL2. */
#define CTLR_BITS (VMCR_ENG0 | VMCR_ENG1 | VMCR_ACKCTL | VMCR_FIQEN | VMCR_CBPR | VMCR_EOIM)
#define OTHER_GROUP 1022
/* The source CPU of an SGI belongs to the number. */
#define ID_MASK 0x1fffu
/*
 * A list register is found by its VirtualID alone, which is unique (IHI 0048B
 * GICH_LR<n>.VirtualID): the source of an SGI is no part of it.
 */
#define VIRTUAL_ID_MASK 0x3ffu
/* Architecture version 2, implementer Arm. */
#define IIDR_VALUE 0x0002043bu

static u32 id_of(int lr)
{
	return (u32)shim_cpuif.lr[lr] & ID_MASK;
}

/* What a read through the registers of @group1 may see of the best pending interrupt. */
static u32 visible_id(int lr, bool group1)
{
	bool is_group1;

	if (lr < 0)
		return NO_INTID;
	is_group1 = shim_cpuif.lr[lr] & LR_GROUP1;
	if (group1)
		return is_group1 ? id_of(lr) : NO_INTID;
	return is_group1 && !(shim_cpuif.vmcr & VMCR_ACKCTL) ? OTHER_GROUP : id_of(lr);
}

static u32 acknowledge(bool group1)
{
	int lr = shim_best_lr();
	u32 id = shim_may_signal(lr) ? visible_id(lr, group1) : NO_INTID;

	if (id != NO_INTID && id != OTHER_GROUP)
		shim_acknowledge(lr, shim_cpuif.ap[1]);
	return id;
}

static void end(u32 id)
{
	if ((id & 0x3ff) >= 1020)
		return;
	shim_drop_priority();
	if (!(shim_cpuif.vmcr & VMCR_EOIM))
		shim_deactivate(shim_find_active(id & VIRTUAL_ID_MASK, VIRTUAL_ID_MASK));
}

static u32 read_reg(u32 offset)
{
	switch (offset) {
	case GICV_CTLR:
		return shim_cpuif.vmcr & CTLR_BITS;
	case GICV_PMR:
		return shim_cpuif.vmcr >> 24;
	case GICV_BPR:
		return shim_cpuif.vmcr >> 21 & 7;
	case GICV_ABPR:
		return shim_cpuif.vmcr >> 18 & 7;
	case GICV_IAR:
		return acknowledge(false);
	case GICV_AIAR:
		return acknowledge(true);
	case GICV_RPR:
		return shim_running_priority();
	case GICV_HPPIR:
		return visible_id(shim_best_lr(), false);
	case GICV_AHPPIR:
		return visible_id(shim_best_lr(), true);
	case GICV_APR0:
		return shim_cpuif.ap[1][0];
	case GICV_IIDR:
		return IIDR_VALUE;
	default:
		return 0;
	}
}

static void write_reg(u32 offset, u32 val)
{
	switch (offset) {
	case GICV_CTLR:
		shim_write_vmcr(CTLR_BITS, val);
		break;
	case GICV_PMR:
		shim_write_vmcr(0xffu << 24, val << 24);
		break;
	case GICV_BPR:
		shim_write_vmcr(7u << 21, val << 21);
		break;
	case GICV_ABPR:
		shim_write_vmcr(7u << 18, val << 18);
		break;
	case GICV_EOIR:
	case GICV_AEOIR:
		end(val);
		break;
	case GICV_DIR:
		if (shim_cpuif.vmcr & VMCR_EOIM)
			shim_deactivate(shim_find_active(val & VIRTUAL_ID_MASK, VIRTUAL_ID_MASK));
		break;
	case GICV_APR0:
		shim_cpuif.ap[1][0] = val;
		break;
	default:
		break;
	}
}

/**
 * shim_gicv_access() - a load or store in the frame
 * @offset: in the frame
 * @bytes:  of the access; registers have words only
 * @write:  a store
 * @val:    to store
 *
 * Return: what is loaded; 0 where there is no register.
 */
u32 shim_gicv_access(u32 offset, unsigned int bytes, bool write, u32 val)
{
	if (bytes != 4)
		return 0;
	if (!write)
		return read_reg(offset);
	write_reg(offset, val);
	return 0;
}
