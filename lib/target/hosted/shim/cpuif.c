// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU interface that a guest reaches without KVM: registers ICV_* on the
 * list registers, and the parts of them that gicv.c shows to GICv2 guests.
 *
 * Spec: IHI 0069H 12.2 (ICV_*), 4.8 (priorities), 6.3 (list registers)
 */
#include "own.h"

#define FIRST_LPI 8192u
#define INTID_MASK 0xffffffu
#define HCR_EOICOUNT_ONE (1u << HCR_EOICOUNT_SHIFT)

static bool is_special(u32 id)
{
	return id >= 1020 && id <= NO_INTID;
}

static u8 prio_of(int lr)
{
	return (u8)(shim_cpuif.lr[lr] >> 48);
}

static bool group1_of(int lr)
{
	return shim_cpuif.lr[lr] & LR_GROUP1;
}

/**
 * shim_acknowledge() - make the interrupt of a list register active
 * @lr:     its number; pending
 * @active: which active priorities note it: those of its group, or of group 1 for
 *          both in memory mapped operation
 *
 * An LPI has no active state, but in QEMU.
 */
void shim_acknowledge(int lr, u32 active[4])
{
	unsigned int level =
		shim_group_priority(prio_of(lr), group1_of(lr)) >> (8 - shim_host.pri_bits);

	active[level / 32] |= 1u << level % 32;
	shim_cpuif.lr[lr] &= ~LR_STATE;
	if ((u32)shim_cpuif.lr[lr] < FIRST_LPI || shim_host.like_qemu)
		shim_cpuif.lr[lr] |= LR_ACTIVE;
}

/**
 * shim_drop_priority() - clear the highest active priority
 *
 * Return: it, or 0xff if nothing was active.
 */
u8 shim_drop_priority(void)
{
	for (unsigned int i = 0; i < 4; i++) {
		u32 *ap0 = &shim_cpuif.ap[0][i], *ap1 = &shim_cpuif.ap[1][i];
		u32 bit = (*ap0 | *ap1) & -(*ap0 | *ap1);

		if (!bit)
			continue;
		*(*ap0 & bit ? ap0 : ap1) &= ~bit;
		return (u8)((32 * i + (unsigned int)__builtin_ctz(bit))
			    << (8 - shim_host.pri_bits));
	}
	return 0xff;
}

/**
 * shim_find_active() - the list register of an active interrupt
 * @id:   as it was read when it was acknowledged
 * @mask: of the bits that are its number
 *
 * Return: its number, or -1.
 */
int shim_find_active(u32 id, u32 mask)
{
	for (unsigned int i = 0; i < shim_host.nr_lr; i++) {
		if ((shim_cpuif.lr[i] & LR_ACTIVE) && ((u32)shim_cpuif.lr[i] & mask) == id)
			return (int)i;
	}
	return -1;
}

/**
 * shim_deactivate() - end the active state
 * @lr: number of a list register, or -1 if none has the interrupt
 *
 * Without one the kernel is told how many there were.  One that belongs to an
 * interrupt of the host ends that one, too.
 */
void shim_deactivate(int lr)
{
	u64 *v;

	if (lr < 0) {
		shim_cpuif.hcr += HCR_EOICOUNT_ONE;
		return;
	}
	v = &shim_cpuif.lr[lr];
	*v &= ~LR_ACTIVE;
	if (*v & LR_HW)
		irq_set_irqchip_state((u32)(*v >> 32) & 0x3ff, IRQCHIP_STATE_ACTIVE, false);
}

static u64 read_iar(bool group1)
{
	int lr = shim_best_lr();
	u32 id;

	if (!shim_may_signal(lr) || group1_of(lr) != group1)
		return NO_INTID;
	id = (u32)shim_cpuif.lr[lr];
	shim_acknowledge(lr, shim_cpuif.ap[group1]);
	return id;
}

static u64 read_hppir(bool group1)
{
	int lr = shim_best_lr();

	return lr < 0 || group1_of(lr) != group1 ? NO_INTID : (u32)shim_cpuif.lr[lr];
}

static void write_eoir(bool group1, u64 val)
{
	u32 id = (u32)val & INTID_MASK;
	bool split = shim_cpuif.vmcr & VMCR_EOIM;
	u8 dropped;
	int lr;

	if (is_special(id))
		return;
	dropped = shim_drop_priority();
	if (dropped == 0xff)
		return;
	lr = shim_find_active(id, ~0u);
	if (lr < 0 ? id < FIRST_LPI && (!split || shim_host.like_qemu) :
		     (!split || id >= FIRST_LPI) && group1_of(lr) == group1 &&
			     shim_group_priority(prio_of(lr), group1) == dropped)
		shim_deactivate(lr);
}

static void write_dir(bool group1, u64 val)
{
	u32 id = (u32)val & INTID_MASK;

	if (id < 1020 && (shim_cpuif.vmcr & VMCR_EOIM))
		shim_deactivate(shim_find_active(id, ~0u));
}

static u64 read_bpr(bool group1)
{
	unsigned int bpr0 = shim_cpuif.vmcr >> 21 & 7;

	if (!group1)
		return bpr0;
	return shim_cpuif.vmcr & VMCR_CBPR ? min(bpr0 + 1, 7u) : shim_cpuif.vmcr >> 18 & 7;
}

static void write_bpr(bool group1, u64 val)
{
	if (!group1)
		shim_write_vmcr(7u << 21, (u32)val << 21);
	else if (!(shim_cpuif.vmcr & VMCR_CBPR))
		shim_write_vmcr(7u << 18, (u32)val << 18);
}

static u64 read_pmr(bool group1)
{
	return shim_cpuif.vmcr >> 24;
}

static void write_pmr(bool group1, u64 val)
{
	shim_write_vmcr(0xffu << 24, (u32)val << 24);
}

static u64 read_igrpen(bool group1)
{
	return !!(shim_cpuif.vmcr & (group1 ? VMCR_ENG1 : VMCR_ENG0));
}

static void write_igrpen(bool group1, u64 val)
{
	shim_write_vmcr(group1 ? VMCR_ENG1 : VMCR_ENG0, val & 1 ? ~0u : 0);
}

#define CTLR_CBPR BIT(0)
#define CTLR_EOIM BIT(1)
#define CTLR_24_BITS BIT(11) /* of INTIDs */
#define CTLR_A3V BIT(15)

static u64 read_ctlr(bool group1)
{
	return (shim_cpuif.vmcr & VMCR_CBPR ? CTLR_CBPR : 0) |
	       (shim_cpuif.vmcr & VMCR_EOIM ? CTLR_EOIM : 0) | (u64)(shim_host.pri_bits - 1) << 8 |
	       CTLR_24_BITS | CTLR_A3V;
}

static void write_ctlr(bool group1, u64 val)
{
	shim_write_vmcr(VMCR_CBPR | VMCR_EOIM,
			(val & CTLR_CBPR ? VMCR_CBPR : 0) | (val & CTLR_EOIM ? VMCR_EOIM : 0));
}

static u64 read_rpr(bool group1)
{
	return shim_running_priority();
}

static const struct {
	u32 encoding;
	bool group1;
	u64 (*read)(bool group1); /* NULL: write-only */
	void (*write)(bool group1, u64 val); /* NULL: read-only */
} regs[] = {
	{ SYS_ICC_PMR_EL1, false, read_pmr, write_pmr },
	{ SYS_ICC_IAR0_EL1, false, read_iar, NULL },
	{ SYS_ICC_EOIR0_EL1, false, NULL, write_eoir },
	{ SYS_ICC_HPPIR0_EL1, false, read_hppir, NULL },
	{ SYS_ICC_BPR0_EL1, false, read_bpr, write_bpr },
	{ SYS_ICC_DIR_EL1, false, NULL, write_dir },
	{ SYS_ICC_RPR_EL1, false, read_rpr, NULL },
	{ SYS_ICC_IAR1_EL1, true, read_iar, NULL },
	{ SYS_ICC_EOIR1_EL1, true, NULL, write_eoir },
	{ SYS_ICC_HPPIR1_EL1, true, read_hppir, NULL },
	{ SYS_ICC_BPR1_EL1, true, read_bpr, write_bpr },
	{ SYS_ICC_CTLR_EL1, false, read_ctlr, write_ctlr },
	{ SYS_ICC_IGRPEN0_EL1, false, read_igrpen, write_igrpen },
	{ SYS_ICC_IGRPEN1_EL1, true, read_igrpen, write_igrpen },
};

/* The active priorities of a register ICV_AP0R<n> or AP1R<n>, which has CRm and op2 of its own. */
static u32 *active_priorities(u32 encoding, unsigned int *n)
{
	u32 base = encoding & ~sys_reg(0, 0, 0, 0, 3);

	*n = sys_reg_Op2(encoding) & 3;
	if (base == SYS_ICC_AP0R0_EL1)
		return shim_cpuif.ap[0];
	return base == SYS_ICC_AP1R0_EL1 ? shim_cpuif.ap[1] : NULL;
}

static enum shim_hw access_active_priorities(u32 *ap, unsigned int n, bool write, u64 *val)
{
	if (n >= 1u << (shim_host.pri_bits - 5))
		return SHIM_HW_UNDEF;
	if (write)
		ap[n] = (u32)*val;
	else
		*val = ap[n];
	return SHIM_HW_DONE;
}

/**
 * shim_icv_is_undefined() - does the processor lack a register?
 * @encoding: as sys_reg() makes it
 *
 * Return: whether an access is undefined even if KVM traps others like it.
 */
bool shim_icv_is_undefined(u32 encoding)
{
	unsigned int n;

	return active_priorities(encoding, &n) && n >= 1u << (shim_host.pri_bits - 5);
}

/**
 * shim_icv_access() - MRS or MSR of the guest
 * @encoding: as sys_reg() makes it
 * @write:    MSR
 * @val:      to write, or receives what is read
 *
 * Return: SHIM_HW_TRAP if it is no register of the virtual CPU interface.
 */
enum shim_hw shim_icv_access(u32 encoding, bool write, u64 *val)
{
	unsigned int n;
	u32 *ap = active_priorities(encoding, &n);

	if (ap)
		return access_active_priorities(ap, n, write, val);
	for (unsigned int i = 0; i < ARRAY_SIZE(regs); i++) {
		if (regs[i].encoding != encoding)
			continue;
		if (write ? !regs[i].write : !regs[i].read)
			return SHIM_HW_UNDEF;
		if (write)
			regs[i].write(regs[i].group1, *val);
		else
			*val = regs[i].read(regs[i].group1);
		return SHIM_HW_DONE;
	}
	return SHIM_HW_TRAP;
}
