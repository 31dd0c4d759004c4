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

/**
 * shim_irqfd() - tie an eventfd to a route, signal it, and untie it
 * @kvm: the VM
 * @gsi: number of the route
 *
 * As KVM_IRQFD twice, with a write in between: without the resampling of lines.
 *
 * Errors: EAGAIN without a vGIC that is initialised.
 */
int shim_irqfd(struct kvm *kvm, u32 gsi)
{
	struct kvm_kernel_irq_routing_entry route;
	unsigned long flags;
	int idx, ret;

	if (!vgic_initialized(kvm))
		return -EAGAIN;
	idx = srcu_read_lock(&kvm->irq_srcu);
	route_of(kvm, gsi, &route);
	local_irq_save(flags);
	ret = kvm_arch_set_irq_inatomic(&route, kvm, KVM_USERSPACE_IRQ_SOURCE_ID, 1, false);
	local_irq_restore(flags);
	srcu_read_unlock(&kvm->irq_srcu, idx);
	if (ret != -EWOULDBLOCK)
		return 0;
	kvm_set_irq(kvm, KVM_USERSPACE_IRQ_SOURCE_ID, gsi, 1, false);
	kvm_set_irq(kvm, KVM_USERSPACE_IRQ_SOURCE_ID, gsi, 0, false);
	return 0;
}
