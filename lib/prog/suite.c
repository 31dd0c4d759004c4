// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of suites, and what their generators share.
 */
#include "lib/prog/suite.h"

#include <inttypes.h>

static const struct suite suites[] = {
	{
		.name = "region-orders",
		.doc = "every interleaving of up to 4 vCPUs and 3 redistributor regions",
		.count = gen_orders_count,
		.make = gen_orders,
	},
	{
		.name = "region-refused",
		.doc = "one call that the API refuses, at every place of an order",
		.count = gen_refused_count,
		.make = gen_refused,
	},
	{
		.name = "region-random",
		.doc = "random calls on vCPUs, addresses, regions and GICR_TYPER",
		.seeded = true,
		.make = gen_random,
	},
	{
		.name = "gicv3-random",
		.doc = "random accesses and interrupts on a GICv3, by guests, userspace and devices",
		.seeded = true,
		.heavy = 10,
		.make = gen_gicv3,
	},
	{
		.name = "gicv2-random",
		.doc = "random accesses and interrupts on a GICv2, by guests, userspace and devices",
		.seeded = true,
		.heavy = 10,
		.make = gen_gicv2,
	},
	{
		.name = "device-random",
		.doc = "random calls of the whole device API, in any order",
		.seeded = true,
		.heavy = 10,
		.make = gen_device,
	},
	{
		.name = "mmio3-random",
		.doc = "random loads, stores and lines on a GICv3: no API, no CPU interface",
		.seeded = true,
		.on_request = true,
		.make = gen_mmio3,
	},
	{
		.name = "mmio2-random",
		.doc = "random loads, stores and lines on a GICv2 of one CPU: no API",
		.seeded = true,
		.on_request = true,
		.make = gen_mmio2,
	},
	{
		.name = "lpi-random",
		.doc = "random LPIs of an ITS on a GICv3, with their tables and commands in memory",
		.seeded = true,
		.heavy = 10,
		.make = gen_lpi,
	},
	{
		.name = "its-random",
		.doc = "random commands, registers and MSIs of up to four ITSes on a GICv3",
		.seeded = true,
		.heavy = 10,
		.make = gen_its,
	},
	{
		.name = "its-tables-random",
		.doc = "ITSes that are saved, reset and restored, and tables that anybody may have written",
		.seeded = true,
		.heavy = 10,
		.make = gen_its_tables,
	},
	{
		.name = "wfi",
		.doc = "what decides whether a WFI ends, two gates at a time",
		.count = gen_wfi_count,
		.heavy = 10,
		.make = gen_wfi,
	},
	{
		.name = "wfi-all",
		.doc = "every combination of what decides whether a WFI ends",
		.on_request = true,
		.count = gen_wfi_all_count,
		.make = gen_wfi_all,
	},
	{
		.name = "wake3-random",
		.doc = "random interrupts that a GICv3 signals: taken as exceptions, ending a WFI, racing",
		.seeded = true,
		.heavy = 10,
		.make = gen_wake3,
	},
	{
		.name = "wake2-random",
		.doc = "random interrupts that a GICv2 signals: taken as exceptions, ending a WFI, racing",
		.seeded = true,
		.heavy = 10,
		.make = gen_wake2,
	},
	{
		.name = "delivery",
		.doc = "SGIs, PPIs, timers, SPIs and LPIs by each path, in each situation",
		.heavy = 10,
		.count = gen_delivery_count,
		.make = gen_delivery,
	},
	{
		.name = "delivery-all",
		.doc = "the same with all combinations of endings, vCPUs, exits and migrations",
		.on_request = true,
		.count = gen_delivery_all_count,
		.make = gen_delivery_all,
	},
};

/**
 * suite_by_number() - the suites, one by one
 * @i: from 0
 *
 * Return: a suite, or NULL after the last one.
 */
const struct suite *suite_by_number(unsigned int i)
{
	return i < ARRAY_SIZE(suites) ? &suites[i] : NULL;
}

/**
 * suite_count() - how many programs a suite has
 * @s: the suite
 *
 * Return: the number, or UINT64_MAX if there is no end.
 */
u64 suite_count(const struct suite *s)
{
	return s->count ? s->count() : UINT64_MAX;
}

/**
 * suite_name() - the name of a program
 * @s:     the suite
 * @index: below suite_count()
 * @seed:  of the run
 * @buf:   receives the name, terminated
 * @bytes: of @buf
 */
void suite_name(const struct suite *s, u64 index, u64 seed, char *buf, size_t bytes)
{
	if (s->seeded)
		snprintf(buf, bytes, "%s/0x%" PRIx64 "-%" PRIu64, s->name, seed, index);
	else
		snprintf(buf, bytes, "%s/%06" PRIu64, s->name, index);
}

/**
 * suite_make() - a program of a suite
 * @s:     the suite
 * @index: below suite_count()
 * @seed:  of the run; only a seeded suite's programs depend on it
 * @p:     filled in, to be released by prog_free()
 */
void suite_make(const struct suite *s, u64 index, u64 seed, struct prog *p)
{
	const struct recipe usual = { .seed = seed };

	suite_make_by(s, index, &usual, p);
}

/**
 * suite_make_by() - the same with other weights of operations
 * @s:      the suite
 * @index:  below suite_count()
 * @recipe: of the run
 * @p:      filled in, to be released by prog_free()
 */
void suite_make_by(const struct suite *s, u64 index, const struct recipe *recipe, struct prog *p)
{
	prog_init(p, GIC_V3, PROG_DEFAULT_IPA_BITS);
	s->make(index, recipe, p);
	suite_name(s, index, recipe->seed, p->name, sizeof(p->name));
}

static u64 gcd(u64 a, u64 b)
{
	while (b) {
		u64 rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/**
 * suite_sample() - the programs of a seeded sample, one by one
 * @s:    the suite
 * @seed: of the run
 * @i:    from 0, below suite_count()
 *
 * Walks the whole suite with a stride that the seed picks and that shares no
 * factor with its size, so that no program comes twice.
 *
 * Return: an index.
 */
u64 suite_sample(const struct suite *s, u64 seed, u64 i)
{
	u64 count = suite_count(s);
	u64 stride;

	if (!s->count || count < 2)
		return i % count;
	stride = rng_mix(seed, 1) % count | 1;
	while (gcd(stride, count) != 1)
		stride = stride % (count - 1) + 1;
	return (rng_mix(seed, 2) % count + i % count * stride) % count;
}

/**
 * add_create_vcpu() - append create_vcpu
 * @p:  the program
 * @id: vcpu_id
 */
void add_create_vcpu(struct prog *p, u64 id)
{
	op_set_arg(prog_add(p, OP_CREATE_VCPU), ARG_CREATE_VCPU_id, id);
}

/**
 * add_set_addr() - append set_addr
 * @p:    the program
 * @type: which address
 * @base: gpa, bytes
 */
void add_set_addr(struct prog *p, enum addr_type type, u64 base)
{
	struct op *op = prog_add(p, OP_SET_ADDR);

	op_set_arg(op, ARG_SET_ADDR_type, type);
	op_set_arg(op, ARG_SET_ADDR_base, base);
}

/**
 * add_region() - append redist_region
 * @p:     the program
 * @index: of the region
 * @base:  gpa, bytes
 * @count: redistributors
 */
void add_region(struct prog *p, u64 index, u64 base, u64 count)
{
	struct op *op = prog_add(p, OP_REDIST_REGION);

	op_set_arg(op, ARG_REDIST_REGION_index, index);
	op_set_arg(op, ARG_REDIST_REGION_base, base);
	op_set_arg(op, ARG_REDIST_REGION_count, count);
}

/**
 * add_user_read() - append a read by userspace
 * @p:    the program
 * @reg:  the register
 * @vcpu: vcpu_id
 */
void add_user_read(struct prog *p, enum reg_id reg, u64 vcpu)
{
	struct op *op = prog_add(p, OP_USER_READ);

	op_set_arg(op, ARG_USER_READ_reg, reg_place(reg, 0));
	op_set_arg(op, ARG_USER_READ_vcpu, vcpu);
}

/**
 * add_guest_read() - append a load by a guest
 * @p:    the program
 * @vcpu: vcpu_id
 * @reg:  the register
 * @at:   base of the frame, gpa, bytes
 */
void add_guest_read(struct prog *p, u64 vcpu, enum reg_id reg, u64 at)
{
	struct op *op = prog_add(p, OP_GUEST_READ);

	op_set_arg(op, ARG_GUEST_READ_vcpu, vcpu);
	op_set_arg(op, ARG_GUEST_READ_reg, reg_place(reg, 0));
	op_set_arg(op, ARG_GUEST_READ_at, at);
}

/**
 * add_guest_write() - append a store by a guest, or an MSR
 * @p:     the program
 * @vcpu:  vcpu_id
 * @place: what it writes
 * @at:    base of the frame, gpa, bytes; 0 for a system register
 * @value: to write
 *
 * Return: the operation, until another one is appended.
 */
struct op *add_guest_write(struct prog *p, u64 vcpu, u64 place, u64 at, u64 value)
{
	struct op *op = prog_add(p, OP_GUEST_WRITE);

	op_set_arg(op, ARG_GUEST_WRITE_vcpu, vcpu);
	op_set_arg(op, ARG_GUEST_WRITE_reg, place);
	op_set_arg(op, ARG_GUEST_WRITE_at, at);
	op_set_arg(op, ARG_GUEST_WRITE_value, value);
	return op;
}

/**
 * add_guest_walk() - append a walk by a guest
 * @p:    the program
 * @vcpu: vcpu_id
 * @at:   first frame, gpa, bytes
 */
void add_guest_walk(struct prog *p, u64 vcpu, u64 at)
{
	struct op *op = prog_add(p, OP_GUEST_WALK);

	op_set_arg(op, ARG_GUEST_WALK_vcpu, vcpu);
	op_set_arg(op, ARG_GUEST_WALK_at, at);
}

/**
 * add_run() - append run
 * @p:    the program
 * @vcpu: vcpu_id
 */
void add_run(struct prog *p, u64 vcpu)
{
	op_set_arg(prog_add(p, OP_RUN), ARG_RUN_vcpu, vcpu);
}
