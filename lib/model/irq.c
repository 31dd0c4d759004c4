// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: where the state of each is kept, whether it is pending, and what
 * makes it active and inactive.
 */
#include "lib/model/state.h"

/**
 * irq_bank() - the state of an interrupt and its neighbours
 * @m:     the model
 * @v:     the PE whose SGIs and PPIs are meant
 * @intid: below MODEL_MAX_IRQS
 *
 * Return: the bank; the interrupt is bit @intid % 32 of it.
 */
struct model_bank *irq_bank(struct model *m, struct model_vcpu *v, unsigned int intid)
{
	return intid < NR_PRIVATE ? &v->irqs : &m->spi[intid / 32 - 1];
}

/**
 * irq_bank_of() - the same, to look at
 * @m:     the model
 * @v:     the PE whose SGIs and PPIs are meant
 * @intid: below MODEL_MAX_IRQS
 *
 * Return: the bank.
 */
const struct model_bank *irq_bank_of(const struct model *m, const struct model_vcpu *v,
				     unsigned int intid)
{
	return intid < NR_PRIVATE ? &v->irqs : &m->spi[intid / 32 - 1];
}

/**
 * irq_implemented() - the interrupts of a bank that exist
 * @m:     the model
 * @intid: first of the bank, a multiple of 32
 *
 * INTIDs 1020 to 1023 are special and are no interrupts (IHI 0069H 2.2.1).
 *
 * Return: a bit for each.
 */
u32 irq_implemented(const struct model *m, unsigned int intid)
{
	if (intid >= m->nr_irqs)
		return 0;
	return intid == 992 ? 0x0fffffff : 0xffffffff;
}

/**
 * irq_exists() - is there such an interrupt?
 * @m:     the model
 * @intid: any
 *
 * Return: whether.
 */
bool irq_exists(const struct model *m, u64 intid)
{
	return intid < MODEL_MAX_IRQS &&
	       (irq_implemented(m, (unsigned int)intid & ~31u) & (u32)BIT_ULL(intid % 32));
}

/**
 * irq_doubt() - the deviation that casts doubt on interrupts
 * @m:    the model
 * @b:    their bank
 * @bits: a bit for each
 *
 * Return: the deviation, or NR_DEVIATIONS.
 */
enum deviation_id irq_doubt(const struct model *m, const struct model_bank *b, u32 bits)
{
	if (b->loose & bits)
		return m->loosened_by;
	if (b->stuck & bits)
		return (enum deviation_id)b->stuck_by[__builtin_ctz(b->stuck & bits)];
	if (b->soft & bits)
		return DEVIATION_LEVEL_LATCH;
	if (bank_back(b) & bits)
		return DEVIATION_ICPENDR_UNDONE;
	return ((b->unseen | b->moved) & bits) ? DEVIATION_NOT_QUEUED : NR_DEVIATIONS;
}

/**
 * irq_made_by() - the deviation without which an interrupt would not be signalled
 * @m:     the model
 * @v:     the PE
 * @intid: that exists
 *
 * Return: the deviation, or NR_DEVIATIONS.
 */
enum deviation_id irq_made_by(const struct model *m, const struct model_vcpu *v, unsigned int intid)
{
	const struct model_bank *b = irq_bank_of(m, v, intid);
	u32 made = (b->loose & b->active) | (b->soft & ~bank_pending(b)) | bank_back(b);

	if (b->slipped & 1u << intid % 32)
		return DEVIATION_SLIPS_THROUGH;
	return (made & 1u << intid % 32) ? irq_doubt(m, b, 1u << intid % 32) : NR_DEVIATIONS;
}

/**
 * irq_timers() - the interrupts of a bank that are the lines of a vCPU's timers
 * @intid: first of the bank, a multiple of 32
 *
 * Those of Documentation/virt/kvm/devices/vcpu.rst, KVM_ARM_VCPU_TIMER_CTRL, by default.
 * Whether what software or userspace makes of one stays so is for its timer to say,
 * which KVM ties to an interrupt of the host: no document says how.  They are vague
 * from then on.
 *
 * Return: a bit for each.
 */
u32 irq_timers(unsigned int intid)
{
	return intid ? 0 : 1u << 26 | 1u << 27 | 1u << 28 | 1u << 30;
}

/**
 * irq_pending_is_known() - the latch was set or cleared
 * @b:     the bank
 * @intid: first of it
 * @bits:  a bit for each interrupt
 *
 * That of a timer is not known, once it was set.
 */
void irq_pending_is_known(struct model_bank *b, unsigned int intid, u32 bits)
{
	u32 timers = irq_timers(intid);

	b->vague |= b->latch & bits & timers;
	b->open &= ~bits | timers;
	b->open |= b->vague;
}

/**
 * irq_seen() - something happened to interrupts that makes KVM look at them
 * @b:    their bank
 * @bits: a bit for each
 */
void irq_seen(struct model_bank *b, u32 bits)
{
	b->unseen &= ~bits;
}

static void irq_set_active_on(struct model *m, unsigned int intid, unsigned int vcpu)
{
	m->active_on[intid] = vcpu < ACTIVE_ON_NONE ? (u8)vcpu : ACTIVE_ON_NONE;
}

/**
 * irq_make_active() - software made an interrupt active
 * @m:     the model
 * @v:     the PE whose SGIs and PPIs are meant
 * @intid: of an interrupt that exists
 *
 * It is of the PE that it would be sent to.  That of a timer is not known any more.
 */
void irq_make_active(struct model *m, struct model_vcpu *v, unsigned int intid)
{
	struct model_bank *b = irq_bank(m, v, intid);
	u32 bit = 1u << intid % 32;
	unsigned int vcpu;

	irq_seen(b, bit);
	if (irq_timers(intid & ~31u) & bit) {
		b->vague |= bit;
		b->open |= bit;
		return;
	}
	/* What is to become of an SGI that can have no active state is not said. */
	m->lost |= m->nassgireq && intid < NR_SGIS;
	if (intid < NR_SGIS && (b->active | b->stuck) & bit &&
	    deviates(m, DEVIATION_V2_ISACTIVER_RESENDS))
		v->sgi_resent |= bit;
	if (b->active & bit)
		return;
	b->active |= bit;
	if (intid < NR_SGIS)
		v->sgi_active[intid] = SGI_FROM_NONE;
	/* Its latch may be lost when it stops being active. */
	if (deviates(m, DEVIATION_LEVEL_LATCH))
		b->soft |= bit & b->latch & ~b->edge;
	if (intid < NR_PRIVATE)
		return;
	vcpu = irq_target(m, intid);
	irq_set_active_on(m, intid, vcpu < m->nr_vcpus ? vcpu : ACTIVE_ON_NONE);
}

/**
 * irq_activate() - an interrupt was acknowledged
 * @m:     the model
 * @v:     the PE
 * @intid: of an interrupt that exists
 *
 * Its latch is cleared; a line that is still high keeps it pending.  SGIs have
 * no active state while GICD_CTLR.nASSGIreq is set (IHI 0069H GICD_CTLR).
 */
void irq_activate(struct model *m, struct model_vcpu *v, unsigned int intid)
{
	struct model_bank *b = irq_bank(m, v, intid);
	u32 bit = 1u << intid % 32;

	if (b->latch & bit & ~b->edge && deviates(m, DEVIATION_LEVEL_LATCH))
		b->soft |= bit;
	if (!m->nassgireq || intid >= NR_SGIS)
		b->active |= bit;
	if (intid < NR_PRIVATE)
		timer_acknowledged(m, v, intid);
	b->latch &= ~bit;
	irq_pending_is_known(b, intid & ~31u, bit);
	b->stuck &= ~bit;
	b->loose &= ~bit;
	b->slipped &= ~bit;
	b->back &= ~bit;
	b->moved &= ~bit;
	irq_seen(b, bit);
	irq_set_active_on(m, intid, (unsigned int)(v - m->vcpu));
}

/*
 * With DEVIATION_SPI_UNCOUNTED: an SPI that stays pending when it is deactivated is
 * not counted any more, or another one instead.
 */
static void irq_uncount(struct model *m, struct model_bank *b, u32 bit)
{
	if (!deviates(m, DEVIATION_SPI_UNCOUNTED) || m->config.gic == GIC_V2)
		return;
	if (!(b->line & ~b->edge & bit)) {
		b->uncounted &= ~bit;
		return;
	}
	for (unsigned int i = 0; i < NR_SPI_BANKS; i++)
		m->spi[i].uncounted |= m->spi[i].active | bank_pending(&m->spi[i]);
}

/**
 * irq_deactivate() - an interrupt is no longer active
 * @m:       the model
 * @v:       the PE
 * @intid:   any
 * @lost_by: the deviation that may keep it active, or NR_DEVIATIONS
 */
void irq_deactivate(struct model *m, struct model_vcpu *v, u64 intid, enum deviation_id lost_by)
{
	struct model_bank *b;
	u32 bit = (u32)BIT_ULL(intid % 32);

	if (!irq_exists(m, intid))
		return;
	b = irq_bank(m, v, (unsigned int)intid);
	if (b->active & bit && lost_by != NR_DEVIATIONS) {
		b->stuck |= bit;
		b->stuck_by[intid % 32] = (u8)lost_by;
	}
	if (b->active & bit)
		irq_slip(m, v, (unsigned int)intid);
	if (b->active & bit && intid >= NR_PRIVATE) {
		irq_resample(m, (unsigned int)intid, lost_by != NR_DEVIATIONS || b->loose & bit);
		irq_uncount(m, b, bit);
	}
	if (b->active & bit)
		timer_deactivated(b, (unsigned int)intid & ~31u, bit);
	b->active &= ~bit;
	b->loose &= ~bit;
}

/**
 * irq_set_line() - a device changed its line
 * @m:     the model
 * @v:     the PE of a PPI
 * @intid: of a PPI or an SPI that exists
 * @level: of the line
 *
 * An edge-triggered interrupt becomes pending when the line rises.
 */
void irq_set_line(struct model *m, struct model_vcpu *v, unsigned int intid, bool level)
{
	struct model_bank *b = irq_bank(m, v, intid);
	u32 bit = 1u << intid % 32;
	bool changes = (b->edge & bit) ? level : level != !!(b->line & bit);
	bool rises = level && (!(b->line & bit) || chosen(m, CHOICE_EACH_RAISE_IS_AN_EDGE));

	b->raised = level ? b->raised | bit : b->raised & ~bit;
	if (intid >= NR_PRIVATE && !level)
		irq_moves(m, intid);
	if (b->edge & bit && rises)
		b->latch |= bit;
	if (changes && level && (m->dist_enable[0] || m->dist_enable[1]))
		irq_seen(b, bit);
	if (!(b->edge & bit) || !chosen(m, CHOICE_EDGE_LINE_NOT_KEPT))
		b->line = level ? b->line | bit : b->line & ~bit;
	if (!level)
		return;
	b->vague |= irq_timers(intid & ~31u) & bit;
	irq_pending_is_known(b, intid & ~31u, bit);
}
