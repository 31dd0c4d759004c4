// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes of interrupts, and eventfds that are tied to them: what kvm_main.c and
 * eventfd.c do on the way to the vGIC.
 */
#include "own.h"

/**
 * shim_set_gsi_routing() - KVM_SET_GSI_ROUTING
 * @kvm:     the VM
 * @routing: with as many entries as it says
 *
 * Errors: as api.rst has them.
 */
int shim_set_gsi_routing(struct kvm *kvm, const struct kvm_irq_routing *routing)
{
	if (routing->nr > KVM_MAX_IRQ_ROUTES || routing->flags)
		return -EINVAL;
	return kvm_set_irq_routing(kvm, routing->entries, routing->nr, routing->flags);
}

/*
 * What the eventfd's waiter has of a route: only one that is alone, and an MSI,
 * may be injected from where it is signalled.
 */
static void route_of(struct kvm *kvm, u32 gsi, struct kvm_kernel_irq_routing_entry *route)
{
	struct kvm_kernel_irq_routing_entry entries[KVM_NR_IRQCHIPS];
	int nr = kvm_irq_map_gsi(kvm, entries, (int)gsi);

	memset(route, 0, sizeof(*route));
	if (nr == 1)
		*route = entries[0];
}

static void tie_and_signal(struct kvm *kvm, u32 gsi)
{
	struct kvm_kernel_irq_routing_entry route;
	bool stays = gsi < 64 && kvm->resampling & 1ULL << gsi;
	unsigned long flags;
	int idx, ret;

	idx = srcu_read_lock(&kvm->irq_srcu);
	route_of(kvm, gsi, &route);
	local_irq_save(flags);
	ret = kvm_arch_set_irq_inatomic(&route, kvm, KVM_USERSPACE_IRQ_SOURCE_ID, 1, false);
	local_irq_restore(flags);
	srcu_read_unlock(&kvm->irq_srcu, idx);
	if (ret != -EWOULDBLOCK)
		return;
	kvm_set_irq(kvm, KVM_USERSPACE_IRQ_SOURCE_ID, gsi, 1, false);
	if (!stays)
		kvm_set_irq(kvm, KVM_USERSPACE_IRQ_SOURCE_ID, gsi, 0, false);
}

/**
 * shim_irqfd() - tie an eventfd to a route, and signal it
 * @kvm:   the VM
 * @irqfd: as in abi.h
 *
 * As KVM_IRQFD with a write behind it, and, without a resamplefd, once more to untie it.
 *
 * Return: 0, or how often the resamplefd was signalled since that was asked.
 *
 * Errors: EAGAIN without a vGIC that is initialised, EINVAL of a route beyond the room
 * for resamplefds.
 */
long shim_irqfd(struct kvm *kvm, const struct kvm_irqfd *irqfd)
{
	bool resample = irqfd->flags & KVM_IRQFD_FLAG_RESAMPLE;
	u32 nr;

	if (resample && irqfd->gsi >= ARRAY_SIZE(kvm->resampled))
		return -EINVAL;
	if (resample && irqfd->flags & KVM_IRQFD_FLAG_DEASSIGN) {
		nr = kvm->resampled[irqfd->gsi];
		kvm->resampled[irqfd->gsi] = 0;
		return nr;
	}
	if (!vgic_initialized(kvm))
		return -EAGAIN;
	if (resample)
		kvm->resampling |= 1ULL << irqfd->gsi;
	tie_and_signal(kvm, irqfd->gsi);
	return 0;
}

/**
 * kvm_notify_acked_irq() - the guest ended an interrupt
 * @kvm:     the VM
 * @irqchip: 0
 * @pin:     of its route
 */
void kvm_notify_acked_irq(struct kvm *kvm, unsigned int irqchip, unsigned int pin)
{
	int idx = srcu_read_lock(&kvm->irq_srcu);
	int gsi = kvm_irq_map_chip_pin(kvm, irqchip, pin);

	srcu_read_unlock(&kvm->irq_srcu, idx);
	if (gsi < 0 || gsi >= (int)ARRAY_SIZE(kvm->resampled) || !(kvm->resampling & 1ULL << gsi))
		return;
	kvm_set_irq(kvm, KVM_USERSPACE_IRQ_SOURCE_ID, (u32)gsi, 0, false);
	kvm->resampled[gsi]++;
}
