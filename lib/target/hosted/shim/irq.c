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
#define WITHOUT_GICV4(type, name, ...)                              \
	type name(__VA_ARGS__)                                      \
	{                                                           \
		shim_die("%s() on a host without GICv4", __func__); \
	}

WITHOUT_GICV4(int, its_alloc_vcpu_irqs, struct its_vm *vm)
WITHOUT_GICV4(void, its_free_vcpu_irqs, struct its_vm *vm)
WITHOUT_GICV4(int, its_make_vpe_resident, struct its_vpe *vpe, bool g0en, bool g1en)
WITHOUT_GICV4(int, its_make_vpe_non_resident, struct its_vpe *vpe, bool db)
WITHOUT_GICV4(int, its_commit_vpe, struct its_vpe *vpe)
WITHOUT_GICV4(int, its_invall_vpe, struct its_vpe *vpe)
WITHOUT_GICV4(int, its_map_vlpi, int irq, struct its_vlpi_map *map)
WITHOUT_GICV4(int, its_get_vlpi, int irq, struct its_vlpi_map *map)
#if SHIM_VERSION >= 6014
WITHOUT_GICV4(void, its_unmap_vlpi, int irq)
#else
WITHOUT_GICV4(int, its_unmap_vlpi, int irq)
#endif
WITHOUT_GICV4(int, its_prop_update_vlpi, int irq, u8 config, bool inv)
WITHOUT_GICV4(int, its_prop_update_vsgi, int irq, u8 priority, bool group)
WITHOUT_GICV4(int, request_irq, unsigned int irq, irq_handler_t handler, unsigned long flags,
	      const char *name, void *dev)
WITHOUT_GICV4(void, free_irq, unsigned int irq, void *dev)
WITHOUT_GICV4(void, disable_irq_nosync, unsigned int irq)
WITHOUT_GICV4(int, irq_set_affinity, unsigned int irq, const struct cpumask *mask)
WITHOUT_GICV4(void, irq_set_status_flags, unsigned int irq, unsigned long set)
WITHOUT_GICV4(void, irq_clear_status_flags, unsigned int irq, unsigned long clear)
WITHOUT_GICV4(unsigned int, irq_find_mapping, struct irq_domain *domain, unsigned long hwirq)
WITHOUT_GICV4(int, irq_domain_activate_irq, struct irq_data *data, bool early)
WITHOUT_GICV4(void, irq_domain_deactivate_irq, struct irq_data *data)
WITHOUT_GICV4(void *, page_address, const struct page *page)

bool gic_cpuif_has_vsgi(void)
{
	return false;
}

/* Kernel parameters are not given. */
int kstrtobool(const char *s, bool *res)
{
	return -EINVAL;
}
