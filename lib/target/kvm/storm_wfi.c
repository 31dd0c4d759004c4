// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storms of LPIs whose vCPUs wait in WFI: who sleeps, and how one is woken that no LPI
 * wakes.
 *
 * That all vCPUs sleep at once is told without a clock.  Each guest counts before and
 * after its WFI, and the kernel tells whether the thread sleeps (wait.c).  A vCPU
 * that slept while another one was looked at may have gone on meanwhile, so that they
 * are looked at twice: if no count has moved, all of them slept in between.
 */
#include "lib/target/kvm/storm.h"

#include <sched.h>

/*
 * An interrupt for each vCPU, an edge: a level that is lowered again before the vCPU has
 * looked would wake nobody, and the PPIs of KVM are levels, whatever is written to
 * GICR_ICFGR1.
 */
static void wake(const struct storm *s, u32 index)
{
	struct kvm_irq_level line = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | (STORM_WAKE_SPI + index),
		.level = 1,
	};

	TEST_ASSERT(!ioctl(s->kvm->fd, KVM_IRQ_LINE, &line), "KVM_IRQ_LINE");
	line.level = 0;
	TEST_ASSERT(!ioctl(s->kvm->fd, KVM_IRQ_LINE, &line), "KVM_IRQ_LINE");
}

/**
 * storm_wake() - have vCPUs that wait look what is wanted
 * @s: the storm, where that has been published
 */
void storm_wake(struct storm *s)
{
	if (!s->setup->wfi)
		return;
	pthread_mutex_lock(&s->waking);
	for (u32 i = 0; i < s->setup->nr_vcpus; i++)
		wake(s, i);
	pthread_mutex_unlock(&s->waking);
}

/* Return: what a vCPU has counted, if it sleeps when it is looked at; or 0. */
static u32 look(const struct storm_runner *r)
{
	u32 waits = __atomic_load_n(&r->guest->waits, __ATOMIC_ACQUIRE);

	return waits % 2 && wait_is_interruptible(&r->watched) &&
			       __atomic_load_n(&r->guest->waits, __ATOMIC_ACQUIRE) == waits ?
		       waits :
		       0;
}

/* Return: what all have counted, if each sleeps when it is looked at; or 0. */
static u64 look_at_all(const struct storm *s)
{
	u64 sum = 0;

	for (u32 i = 0; i < s->setup->nr_vcpus; i++) {
		u32 waits = look(&s->runner[i]);

		if (!waits)
			return 0;
		sum += waits;
	}
	return sum;
}

/**
 * storm_sleeps() - are all vCPUs asleep in WFI at once?
 * @s: the storm
 *
 * Return: whether they were, since this was called.
 */
bool storm_sleeps(const struct storm *s)
{
	u64 waits = look_at_all(s);

	return waits && look_at_all(s) == waits;
}

/**
 * storm_vcpu_sleeps() - is a vCPU asleep in WFI?
 * @s:     the storm
 * @index: of the vCPU
 *
 * Return: whether it was, since this was called.
 */
bool storm_vcpu_sleeps(const struct storm *s, u32 index)
{
	return look(&s->runner[index]);
}

/**
 * storm_await_sleep() - wait until all vCPUs sleep in WFI, or one cannot go on
 * @s: the storm, whose devices and commander have ended
 */
void storm_await_sleep(const struct storm *s)
{
	while (!storm_sleeps(s) && !__atomic_load_n(&s->failed, __ATOMIC_ACQUIRE))
		sched_yield();
}
