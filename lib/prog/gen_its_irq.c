// SPDX-License-Identifier: GPL-2.0-only
/*
 * LPIs in random programs about ITSes: how they come, are configured, kept in
 * pending tables, and taken.
 */
#include "lib/prog/gen_its.h"

#define MSI_VALID_DEVID 1 /* KVM_MSI_VALID_DEVID */
#define FIRST_GSI 3 /* any will do */

/* What a device sends. */
struct message {
	u64 at; /* gpa */
	u64 data; /* EventID */
	u64 flags, devid;
};

/* Of an event that is mapped, for the most part, and rarely of what is none. */
static struct message any_message(struct gen *g, const struct its_event *e)
{
	static const u64 frames[] = { 0, GEN_DIST_BASE, GEN_REDIST_BASE };
	static const u32 odd[] = { 4, 31, 8191, 8192, 65535, 65536, UINT32_MAX };
	const struct its_gen *i = its_gen(g);
	struct message m = { .at = gen_its_at(e->its) + GITS_TRANSLATER_OFFSET,
			     .data = gen_its_event_id(i, e),
			     .flags = MSI_VALID_DEVID,
			     .devid = i->unit[e->its].device[e->device].id };

	switch (rng_below(&g->r, 96)) {
	case 0:
		m.at += 4;
		break;
	case 1:
		m.flags = rng_below(&g->r, 4);
		break;
	case 2:
		m.devid = PICK(&g->r, odd);
		break;
	case 3:
		m.data = PICK(&g->r, odd);
		break;
	case 4: /* frames that have no doorbell */
		m.at = PICK(&g->r, frames) + GITS_TRANSLATER_OFFSET;
		break;
	case 5: /* of an ITS that may not be there */
		m.at = gen_its_at((unsigned int)rng_below(&g->r, ITS_MAX)) + GITS_TRANSLATER_OFFSET;
		break;
	default:
		break;
	}
	return m;
}

/**
 * gen_its_act_msi() - a device sends an MSI
 * @g: the generator
 */
void gen_its_act_msi(struct gen *g)
{
	struct op *op = prog_add(g->p, OP_SIGNAL_MSI);
	struct its_event e;
	struct message m;

	gen_its_find_event(g, &e);
	m = any_message(g, &e);
	op_set_arg(op, ARG_SIGNAL_MSI_at, m.at);
	op_set_arg(op, ARG_SIGNAL_MSI_data, m.data);
	op_set_arg(op, ARG_SIGNAL_MSI_flags, m.flags);
	op_set_arg(op, ARG_SIGNAL_MSI_devid, m.devid);
}

static void add_route(struct gen *g, unsigned int number)
{
	struct op *op = prog_add(g->p, OP_ROUTE_MSI);
	struct its_event e;
	struct message m;

	gen_its_find_event(g, &e);
	m = any_message(g, &e);
	op_set_arg(op, ARG_ROUTE_MSI_gsi, FIRST_GSI + number);
	op_set_arg(op, ARG_ROUTE_MSI_at, m.at);
	op_set_arg(op, ARG_ROUTE_MSI_data, m.data);
	op_set_arg(op, ARG_ROUTE_MSI_flags, m.flags);
	op_set_arg(op, ARG_ROUTE_MSI_devid, m.devid);
	its_gen(g)->routed[number] = true;
}

/**
 * gen_its_act_route() - userspace routes an interrupt to an MSI
 * @g: the generator
 */
void gen_its_act_route(struct gen *g)
{
	add_route(g, (unsigned int)rng_below(&g->r, ITS_ROUTES));
}

/**
 * gen_its_act_irqfd() - an eventfd that is tied to a route is signalled
 * @g: the generator
 */
void gen_its_act_irqfd(struct gen *g)
{
	unsigned int number = (unsigned int)rng_below(&g->r, ITS_ROUTES);

	if (!its_gen(g)->routed[number] && !gen_once_in(g, 16))
		add_route(g, number);
	op_set_arg(prog_add(g->p, OP_IRQFD), ARG_IRQFD_gsi, FIRST_GSI + number);
}

/**
 * gen_its_act_translater() - the guest itself writes GITS_TRANSLATER
 * @g: the generator
 */
void gen_its_act_translater(struct gen *g)
{
	struct its_event e;

	gen_its_find_event(g, &e);
	gen_its_store(g, gen_its_any_vcpu(g), REG_GITS_TRANSLATER, gen_its_at(e.its),
		      gen_its_event_id(its_gen(g), &e));
}

/**
 * gen_its_act_ack() - a guest acknowledges an interrupt
 * @g: the generator
 */
void gen_its_act_ack(struct gen *g)
{
	struct op *op = prog_add(g->p, OP_GUEST_ACK);

	op_set_arg(op, ARG_GUEST_ACK_vcpu, gen_its_any_id(g));
	op_set_arg(op, ARG_GUEST_ACK_group, 1);
}

/**
 * gen_its_act_eoi() - a guest ends an interrupt
 * @g: the generator
 */
void gen_its_act_eoi(struct gen *g)
{
	op_set_arg(prog_add(g->p, OP_GUEST_EOI), ARG_GUEST_EOI_vcpu, gen_its_any_id(g));
}

/**
 * gen_its_act_serve() - a guest takes and ends all that is signalled
 * @g: the generator
 */
void gen_its_act_serve(struct gen *g)
{
	op_set_arg(prog_add(g->p, OP_GUEST_SERVE), ARG_GUEST_SERVE_vcpu, gen_its_any_id(g));
}

/**
 * gen_its_take_all() - all PEs end what they have acknowledged, and take what is signalled
 * @g: the generator
 *
 * What is pending when its event goes away is rarely known afterwards.
 */
void gen_its_take_all(struct gen *g)
{
	for (unsigned int n = 0; n < g->nr_vcpus; n++) {
		op_set_arg(prog_add(g->p, OP_GUEST_EOI), ARG_GUEST_EOI_vcpu, g->vcpu[n]);
		op_set_arg(prog_add(g->p, OP_GUEST_SERVE), ARG_GUEST_SERVE_vcpu, g->vcpu[n]);
	}
}

/* The number of a command's event, and what renews its configuration. */
static void renew(struct gen *g, unsigned int vcpu, u64 intid)
{
	switch (rng_below(&g->r, 4)) {
	case 0:
		gen_its_store(g, vcpu, REG_GICR_INVLPIR, gen_redist_at(vcpu), intid);
		break;
	case 1:
		gen_its_store(g, vcpu, REG_GICR_INVALLR, gen_redist_at(vcpu), 0);
		break;
	default:
		break;
	}
}

/**
 * gen_its_act_configure() - the configuration of an LPI changes
 * @g: the generator
 */
void gen_its_act_configure(struct gen *g)
{
	unsigned int lpi = (unsigned int)rng_below(&g->r, ITS_LPIS);
	unsigned int home = its_gen(g)->home[lpi];
	struct its_event e;

	if (gen_its_find_event(g, &e))
		lpi = its_gen(g)->unit[e.its].device[e.device].lpi[e.event] - 1u;
	gen_its_configure(g, lpi);
	if (gen_once_in(g, 4))
		renew(g, home ? home - 1 : 0, gen_its_intid(lpi));
	else
		gen_its_invalidate(g, &e);
}

/**
 * gen_its_act_enable_lpis() - a PE turns LPIs on or off
 * @g: the generator
 */
void gen_its_act_enable_lpis(struct gen *g)
{
	unsigned int vcpu = gen_its_any_vcpu(g);

	gen_its_store(g, vcpu, REG_GICR_CTLR, gen_redist_at(vcpu), !gen_once_in(g, 3));
}

/**
 * gen_its_act_masks() - a PE masks interrupts, or no more
 * @g: the generator
 */
void gen_its_act_masks(struct gen *g)
{
	static const u8 masks[] = { 0xf8, 0xf8, 0xf8, 0xb0, 0xa0, 0x80 };
	unsigned int vcpu = gen_its_any_vcpu(g);

	if (gen_once_in(g, 3))
		gen_its_store(g, vcpu, REG_ICC_IGRPEN1, 0, !gen_once_in(g, 4));
	else
		gen_its_store(g, vcpu, REG_ICC_PMR, 0, PICK(&g->r, masks));
}

/**
 * gen_its_act_save_pending() - what is pending is saved, and looked at
 * @g: the generator
 */
void gen_its_act_save_pending(struct gen *g)
{
	u64 table = ITS_PENDING_AT(gen_its_any_vcpu(g));

	prog_add(g->p, OP_SAVE_PENDING_TABLES);
	gen_its_mem_read(g, table + ITS_FIRST_PENDING_BYTE, 8);
	gen_its_mem_read(g, table + ITS_FIRST_PENDING_BYTE + 31, 1);
	if (gen_once_in(g, 4))
		gen_its_mem_read(g, table, 8);
}

/**
 * gen_its_act_edit_pending() - a pending table is written, and read by its PE
 * @g: the generator
 */
void gen_its_act_edit_pending(struct gen *g)
{
	unsigned int vcpu = gen_its_any_vcpu(g);
	u64 at = ITS_PENDING_AT(vcpu) + ITS_FIRST_PENDING_BYTE, bits;

	if (!gen_once_in(g, 8))
		gen_its_take_all(g);
	gen_its_store(g, vcpu, REG_GICR_CTLR, gen_redist_at(vcpu), 0);
	/* Two LPIs, which have an event or not. */
	bits = 1ULL << rng_below(&g->r, ITS_LPIS);
	bits |= 1ULL << rng_below(&g->r, ITS_LPIS);
	gen_its_mem_write(g, at, 8, bits);
	if (gen_once_in(g, 8))
		gen_its_mem_write(g, ITS_PENDING_AT(vcpu), 8, rng_next(&g->r));
	gen_its_store(g, vcpu, REG_GICR_PENDBASER, gen_redist_at(vcpu), ITS_PENDING_AT(vcpu));
	gen_its_store(g, vcpu, REG_GICR_CTLR, gen_redist_at(vcpu), 1);
}
