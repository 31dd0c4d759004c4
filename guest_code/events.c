// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest of a run of events: a driver of a GICv3 for one vCPU, which comes to the
 * moments that the host asks for and counts what it takes (guest_code/events.h).
 *
 * All of it is in section "guest", which the host copies into the VM: there is
 * no data, no constant pool and no call out of the section.
 */
#include "guest_code/events.h"
#include "lib/regs/regs.h"

#define GUEST_FN __attribute__((__section__("guest"), __noinline__))

void events_perform(struct events_shared *s);
void events_interrupt(struct events_shared *s);

/* By their encodings, for assemblers that know no GIC. */
#define ICC_PMR "S3_0_C4_C6_0"
#define ICC_IAR1 "S3_0_C12_C12_0"
#define ICC_EOIR1 "S3_0_C12_C12_1"
#define ICC_IGRPEN1 "S3_0_C12_C12_7"

#define MRS(name, val) __asm__ volatile("mrs %0, " name : "=r"(val) : : "memory")
#define MSR(name, val) __asm__ volatile("msr " name ", %0\n\tisb" : : "r"((u64)(val)) : "memory")
#define UNMASK_IRQ() __asm__ volatile("msr daifclr, #2\n\tisb" : : : "memory")
#define MASK_IRQ() __asm__ volatile("msr daifset, #2" : : : "memory")

#define LOAD(at) __atomic_load_n((at), __ATOMIC_ACQUIRE)
#define STORE(at, value) __atomic_store_n((at), (value), __ATOMIC_RELEASE)

#define PRIORITY 0xa0u
#define SENTINEL_PRIORITY 0xf0u /* taken after all others */
#define CTLR_GROUP1 3u /* EnableGrp0 and EnableGrp1 of a distributor of one security state */

/* A plain store: KVM can emulate it from the syndrome alone. */
GUEST_FN static void write32(u64 gva, u32 val)
{
	__asm__ volatile("dsb sy\n\tstr %w0, [%1]" : : "r"(val), "r"(gva) : "memory");
}

GUEST_FN static void write64(u64 gva, u64 val)
{
	__asm__ volatile("dsb sy\n\tstr %0, [%1]" : : "r"(val), "r"(gva) : "memory");
}

GUEST_FN static void write8(u64 gva, u32 val)
{
	__asm__ volatile("dsb sy\n\tstrb %w0, [%1]" : : "r"(val), "r"(gva) : "memory");
}

/* All that was counted is visible before the host is told. */
GUEST_FN static void mark(void)
{
	write32(EVENTS_MARK, 0);
}

/* Of group 1, to affinity 0, and an edge unless it is a level. */
GUEST_FN static void set_up(void)
{
	u64 dist = EVENTS_DIST_BASE;

	for (u32 intid = 32; intid < 64; intid += 16) {
		u32 edges = 0;

		for (u32 i = 0; i < 16; i++) {
			if (!EVENTS_IS_LEVEL(intid + i - EVENTS_FIRST_INTID))
				edges |= 2u << (2 * i);
		}
		write32(dist + GICD_ICFGR_OFFSET + intid / 4, edges);
	}
	write32(dist + GICD_IGROUPR_OFFSET + 4, ~0u);
	for (u32 i = 0; i < EVENTS_NR_IRQS; i++) {
		u64 intid = EVENTS_FIRST_INTID + i;

		/* GICD_IROUTER<n> has no register for the first 32. */
		write64(dist + GICD_IROUTER_OFFSET + 8 * (intid - 32), 0);
		write8(dist + GICD_IPRIORITYR_OFFSET + intid,
		       i == EVENTS_SENTINEL ? SENTINEL_PRIORITY : PRIORITY);
	}
	write32(dist + GICD_ISENABLER_OFFSET + 4, ((1u << EVENTS_NR_IRQS) - 1)
							  << (EVENTS_FIRST_INTID - 32));
	write32(dist + GICD_CTLR_OFFSET, CTLR_GROUP1);
	MSR(ICC_PMR, 0xff);
	MSR(ICC_IGRPEN1, 1);
}

GUEST_FN static void wait_for_release(const struct events_shared *s)
{
	while ((s32)(LOAD(&s->release) - s->step) < 0)
		__asm__ volatile("yield");
}

/* The step is over when the sentinel has been taken once more than before it. */
GUEST_FN static bool is_over(const struct events_shared *s, u32 sentinels)
{
	return LOAD(&s->taken[EVENTS_SENTINEL]) != sentinels;
}

/* A load that KVM emulates: it sees what is active now. */
GUEST_FN static void let_kvm_look(void)
{
	u32 unused;

	__asm__ volatile("ldr %w0, [%1]\n\tdsb sy"
			 : "=r"(unused)
			 : "r"(EVENTS_DIST_BASE + GICD_TYPER_OFFSET)
			 : "memory");
}

GUEST_FN static void count(struct events_shared *s, u32 irq)
{
	if (irq >= EVENTS_NR_IRQS) {
		s->stray_intid = irq + EVENTS_FIRST_INTID;
		STORE(&s->stray, s->stray + 1);
		return;
	}
	if (EVENTS_IS_LEVEL(irq) && s->last[irq] == s->step)
		let_kvm_look();
	s->last[irq] = s->step;
	STORE(&s->taken[irq], s->taken[irq] + 1);
}

/**
 * events_interrupt() - take one interrupt
 * @s: what is shared with the host
 */
GUEST_FN void events_interrupt(struct events_shared *s)
{
	u64 intid;
	u32 irq;

	MRS(ICC_IAR1, intid);
	if (intid >= GUEST_INTID_SPECIAL && intid <= GUEST_INTID_NONE) {
		STORE(&s->spurious, s->spurious + 1);
		return;
	}
	irq = (u32)intid - EVENTS_FIRST_INTID;
	count(s, irq);
	if (irq == EVENTS_TRIGGER && s->handling) {
		s->handling = 0;
		mark();
		wait_for_release(s);
	}
	MSR(ICC_EOIR1, intid);
}

/* One moment, until the step is over.  Interrupts are masked before and after. */
GUEST_FN static void perform(struct events_shared *s, u32 moment)
{
	u32 sentinels = s->taken[EVENTS_SENTINEL];

	s->handling = moment == EVENTS_HANDLER;
	if (moment == EVENTS_RUNNING || moment == EVENTS_HANDLER)
		UNMASK_IRQ();
	mark();
	if (moment == EVENTS_MASKED) {
		wait_for_release(s);
		UNMASK_IRQ();
	}
	while (!is_over(s, sentinels)) {
		if (moment != EVENTS_BLOCKED)
			continue;
		/* Masked interrupts end a WFI, too: none is missed between look and wait. */
		s->waits++;
		__asm__ volatile("dsb sy\n\twfi" : : : "memory");
		UNMASK_IRQ();
		MASK_IRQ();
	}
	MASK_IRQ();
}

/**
 * events_perform() - perform steps until the host asks for no more
 * @s: what is shared with the host
 */
GUEST_FN void events_perform(struct events_shared *s)
{
	u32 moment;

	set_up();
	for (moment = LOAD(&s->next); moment != EVENTS_END; moment = LOAD(&s->next)) {
		STORE(&s->step, s->step + 1);
		perform(s, moment);
	}
	mark();
}
