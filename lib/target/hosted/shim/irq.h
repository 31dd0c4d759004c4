/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's interrupts and what describes them.
 */
#ifndef SHIM_IRQ_H
#define SHIM_IRQ_H

enum irqreturn { IRQ_NONE, IRQ_HANDLED };
typedef enum irqreturn irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *data);

struct resource {
	resource_size_t start, end;
};

static inline resource_size_t resource_size(const struct resource *r)
{
	return r->end - r->start + 1;
}

typedef struct cpumask {
	unsigned long bits;
} cpumask_t;

#define IRQ_NOAUTOEN 0
#define IRQ_NO_BALANCING 0
#define IRQ_DISABLE_UNLAZY 0

/* Interrupts of the host; that they are counted is all that happens. */
enum irqchip_irq_state {
	IRQCHIP_STATE_PENDING,
	IRQCHIP_STATE_ACTIVE,
	IRQCHIP_STATE_MASKED,
	IRQCHIP_STATE_LINE_LEVEL,
};
struct irq_data {
	unsigned long hwirq;
	struct irq_data *parent_data;
	unsigned int irq;
};
struct irq_desc {
	struct irq_data irq_data;
};
struct irq_domain;
struct fwnode_handle;
struct page;
struct irq_desc *irq_to_desc(unsigned int irq);
#define irq_desc_get_irq_data(desc) (&(desc)->irq_data)
#define irq_data_to_desc(d) container_of(d, struct irq_desc, irq_data)
#define irqd_irq_disabled(d) false
int irq_get_irqchip_state(unsigned int irq, enum irqchip_irq_state which, bool *state);
int irq_set_irqchip_state(unsigned int irq, enum irqchip_irq_state which, bool state);
#define request_percpu_irq(irq, handler, name, dev) ((void)(handler), 0)
#define free_percpu_irq(irq, dev) ((void)0)
#define CPUHP_AP_KVM_ARM_VGIC_INIT_STARTING 0
#define cpuhp_setup_state(state, name, startup, teardown) ((void)(teardown), (startup)(0))
#define enable_irq(irq) ((void)(irq))
#define enable_percpu_irq(irq, type) ((void)0)
#define disable_percpu_irq(irq) ((void)0)
#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define cpumask_of(cpu) NULL

int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name,
		void *dev);
void free_irq(unsigned int irq, void *dev);
void disable_irq_nosync(unsigned int irq);
int irq_set_affinity(unsigned int irq, const struct cpumask *mask);
void irq_set_status_flags(unsigned int irq, unsigned long set);
void irq_clear_status_flags(unsigned int irq, unsigned long clear);
unsigned int irq_find_mapping(struct irq_domain *domain, unsigned long hwirq);
int irq_domain_activate_irq(struct irq_data *data, bool early);
void irq_domain_deactivate_irq(struct irq_data *data);
void *page_address(const struct page *page);
bool gic_cpuif_has_vsgi(void);

#endif /* SHIM_IRQ_H */
