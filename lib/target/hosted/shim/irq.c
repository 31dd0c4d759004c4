// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's interrupts, of which only the timers' exist, and its ITS, which
 * has no virtual LPIs.
 */
#include "own.h"
#include "vgic/vgic.h"

/* Timers of the guest are mapped to these; their number is the INTID of the host. */
#define NR_HOST_IRQS 32

static struct irq_desc descs[NR_HOST_IRQS];
static bool states[NR_HOST_IRQS][IRQCHIP_STATE_LINE_LEVEL + 1];

struct irq_desc *irq_to_desc(unsigned int irq)
{
	if (irq >= NR_HOST_IRQS)
		return NULL;
	descs[irq].irq_data.hwirq = irq;
	descs[irq].irq_data.irq = irq;
	return &descs[irq];
}

int irq_get_irqchip_state(unsigned int irq, enum irqchip_irq_state which, bool *state)
{
	if (irq >= NR_HOST_IRQS)
		return -EINVAL;
	*state = states[irq][which];
	return 0;
}

int irq_set_irqchip_state(unsigned int irq, enum irqchip_irq_state which, bool state)
{
	if (irq >= NR_HOST_IRQS)
		return -EINVAL;
	states[irq][which] = state;
	return 0;
}

/**
 * shim_reset_irqs() - no interrupt of the host is in any state
 */
void shim_reset_irqs(void)
{
	memset(states, 0, sizeof(states));
}

/* The host's GICD and GICV are not in memory here: KVM does not access them by itself. */
u32 shim_readl(const volatile void __iomem *addr)
{
	shim_die("readl() of %p", addr);
}

void shim_writel(u32 val, volatile void __iomem *addr)
{
	shim_die("writel() of 0x%x to %p", val, addr);
}

int create_hyp_io_mappings(phys_addr_t pa, size_t bytes, void __iomem **kaddr, void __iomem **haddr)
{
	*kaddr = *haddr = NULL;
	return 0;
}

/* On a host without GICv4, which is what shim_boot() describes, nobody calls these. */
#define NOT_HERE(type, name, ...)                           \
	type name(__VA_ARGS__)                              \
	{                                                   \
		shim_die("%s() on a GICv3 host", __func__); \
	}

NOT_HERE(int, its_alloc_vcpu_irqs, struct its_vm *vm)
NOT_HERE(void, its_free_vcpu_irqs, struct its_vm *vm)
NOT_HERE(int, its_make_vpe_resident, struct its_vpe *vpe, bool g0en, bool g1en)
NOT_HERE(int, its_make_vpe_non_resident, struct its_vpe *vpe, bool db)
#if SHIM_VERSION >= 5011
NOT_HERE(int, its_commit_vpe, struct its_vpe *vpe)
#endif
NOT_HERE(int, its_invall_vpe, struct its_vpe *vpe)
NOT_HERE(int, its_map_vlpi, int irq, struct its_vlpi_map *map)
NOT_HERE(int, its_get_vlpi, int irq, struct its_vlpi_map *map)
#if SHIM_VERSION >= 6014
NOT_HERE(void, its_unmap_vlpi, int irq)
#else
NOT_HERE(int, its_unmap_vlpi, int irq)
#endif
NOT_HERE(int, its_prop_update_vlpi, int irq, u8 config, bool inv)
NOT_HERE(int, its_prop_update_vsgi, int irq, u8 priority, bool group)
NOT_HERE(int, request_irq, unsigned int irq, irq_handler_t handler, unsigned long flags,
	 const char *name, void *dev)
NOT_HERE(void, free_irq, unsigned int irq, void *dev)
NOT_HERE(void, disable_irq_nosync, unsigned int irq)
NOT_HERE(int, irq_set_affinity, unsigned int irq, const struct cpumask *mask)
NOT_HERE(void, irq_set_status_flags, unsigned int irq, unsigned long set)
NOT_HERE(void, irq_clear_status_flags, unsigned int irq, unsigned long clear)
NOT_HERE(unsigned int, irq_find_mapping, struct irq_domain *domain, unsigned long hwirq)
NOT_HERE(int, irq_domain_activate_irq, struct irq_data *data, bool early)
NOT_HERE(void, irq_domain_deactivate_irq, struct irq_data *data)
NOT_HERE(void *, page_address, const struct page *page)

#if SHIM_VERSION >= 7000
NOT_HERE(void, __vgic_v5_save_apr, struct vgic_v5_cpu_if *cpu_if)
NOT_HERE(void, __vgic_v5_restore_vmcr_apr, struct vgic_v5_cpu_if *cpu_if)
NOT_HERE(void, __vgic_v5_save_ppi_state, struct vgic_v5_cpu_if *cpu_if)
NOT_HERE(void, __vgic_v5_restore_ppi_state, struct vgic_v5_cpu_if *cpu_if)
NOT_HERE(void, __vgic_v5_save_state, struct vgic_v5_cpu_if *cpu_if)
NOT_HERE(void, __vgic_v5_restore_state, struct vgic_v5_cpu_if *cpu_if)
#endif

bool gic_cpuif_has_vsgi(void)
{
	return false;
}

/* Of the kernel's parameters, which set_parameters() of host.c gives. */
int kstrtobool(const char *s, bool *res)
{
	*res = s[0] == '1';
	return 0;
}
