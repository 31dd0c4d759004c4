// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs: operations by weight, arguments mostly from a few values at
 * which something happens, so that frames meet and limits are hit.
 */
#include "lib/prog/suite.h"

#define MAX_OPS 24

struct weight {
	enum op_id id;
	unsigned int weight;
};

static const struct weight weights[] = {
	{ OP_CREATE_VCPU, 20 }, { OP_REDIST_REGION, 20 },
	{ OP_USER_READ, 14 },	{ OP_GUEST_READ, 10 },
	{ OP_GUEST_WALK, 8 },	{ OP_SET_ADDR, 8 },
	{ OP_INIT_VGIC, 5 },	{ OP_GET_REDIST_REGION, 4 },
	{ OP_GET_ADDR, 3 },	{ OP_CREATE_VGIC, 2 },
	{ OP_RUN, 2 },
};

/* Frames that touch, overlap, end at the end of memory, or are far apart. */
static const u64 bases[] = {
	0x0,
	0x8000000,
	0x8010000,
	0x20000000,
	0x20010000,
	0x20020000,
	0x20040000,
	0x20060000,
	0x20080000,
	0x200a0000,
	(1ULL << 36) - 0x20000,
	(1ULL << 36),
	(1ULL << 40) - 0x40000,
	(1ULL << 40) - 0x20000,
	(1ULL << 40) - 0x10000,
	(1ULL << 40),
	0xfffffffff0000,
};

static const u64 counts[] = { 0, 1, 1, 1, 2, 2, 2, 3, 4, 8, 4095 };
static const u64 indices[] = { 0, 0, 1, 1, 2, 3, 255, 256, 4095 };
static const u64 vcpu_ids[] = { 0, 0, 1, 1, 2, 3, 4, 7, 15, 16, 17, 511, 512, 1023 };
static const enum reg_id registers[] = { REG_GICR_TYPER, REG_GICR_TYPER, REG_GICR_PIDR2 };

static unsigned int weight_by(const struct recipe *recipe, const struct weight *w)
{
	return w->weight * (recipe->op_weight ? recipe->op_weight[w->id] : 1);
}

static enum op_id pick_op(struct rng *r, const struct recipe *recipe)
{
	unsigned int sum = 0;
	u64 ticket;

	for (size_t i = 0; i < ARRAY_SIZE(weights); i++)
		sum += weight_by(recipe, &weights[i]);
	if (!sum)
		return weights[0].id;
	ticket = rng_below(r, sum);
	for (size_t i = 0;; i++) {
		if (ticket < weight_by(recipe, &weights[i]))
			return weights[i].id;
		ticket -= weight_by(recipe, &weights[i]);
	}
}

static u64 any_value(struct rng *r, const struct op_arg_desc *d)
{
	u64 units = (d->hi - d->lo) / d->unit;

	/* The whole 64-bit range has no size that fits 64 bits. */
	if (units == UINT64_MAX)
		return rng_next(r);
	return d->lo + rng_below(r, units + 1) * d->unit;
}

static u64 address(struct rng *r, const struct op_arg_desc *d)
{
	u64 base = PICK(r, bases);

	return base > d->hi ? d->hi : base;
}

/* Mostly the index that comes next, or hardly a region would be registered. */
static u64 region_index(struct rng *r, const struct prog *p)
{
	u64 nr = 0;

	for (size_t i = 0; i + 1 < p->nr_ops; i++)
		nr += p->op[i].id == OP_REDIST_REGION;
	return rng_below(r, 3) ? nr : PICK(r, indices);
}

static u64 argument(struct rng *r, unsigned int id, const struct prog *p)
{
	const struct op_arg_desc *d = op_arg_desc(id);

	/* A vCPU that is off is for targets with a PSCI. */
	if (id == ARG_CREATE_VCPU_off)
		return 0;
	if (!rng_below(r, 64) && d->kind != ARG_KIND_PLACE && d->kind != ARG_KIND_SIZE)
		return any_value(r, d);
	switch ((enum op_arg_id)id) {
	case ARG_CREATE_VCPU_id:
	case ARG_RUN_vcpu:
	case ARG_USER_READ_vcpu:
	case ARG_GUEST_READ_vcpu:
	case ARG_GUEST_WALK_vcpu:
		return PICK(r, vcpu_ids);
	case ARG_SET_ADDR_type:
	case ARG_GET_ADDR_type:
		return rng_below(r, 8) ? ADDR_V3_DIST + rng_below(r, 2) :
					 rng_below(r, NR_ADDR_TYPES);
	case ARG_SET_ADDR_base:
	case ARG_REDIST_REGION_base:
	case ARG_GUEST_READ_at:
	case ARG_GUEST_WALK_at:
		return address(r, d);
	case ARG_REDIST_REGION_index:
		return region_index(r, p);
	case ARG_GET_REDIST_REGION_index:
		return PICK(r, indices);
	case ARG_REDIST_REGION_count:
		return PICK(r, counts);
	case ARG_REDIST_REGION_flags:
		return rng_below(r, 16) ? 0 : rng_below(r, 16);
	case ARG_USER_READ_reg:
	case ARG_GUEST_READ_reg:
		return reg_place(PICK(r, registers), 0);
	default: /* operations that it does not make */
		break;
	}
	return d->lo;
}

/**
 * gen_random() - a random program
 * @index:  any
 * @recipe: any; both together name the program
 * @p:      initialised; operations are appended
 */
void gen_random(u64 index, const struct recipe *recipe, struct prog *p)
{
	struct rng r = { .state = rng_mix(recipe->seed, index) };
	u64 nr = 1 + rng_below(&r, MAX_OPS);

	if (!rng_below(&r, 8))
		p->ipa_bits = 36;
	/* Most programs have a vGIC and a distributor, or nothing would follow. */
	if (rng_below(&r, 8))
		prog_add(p, OP_CREATE_VGIC);
	if (rng_below(&r, 4))
		add_set_addr(p, ADDR_V3_DIST, 0x8000000);
	if (rng_below(&r, 16))
		add_create_vcpu(p, PICK(&r, vcpu_ids));
	for (u64 i = 0; i < nr; i++) {
		enum op_id id = pick_op(&r, recipe);
		struct op *op = prog_add(p, id);

		for (unsigned int k = 0; k < op_nr_args(id); k++)
			op->arg[k] = argument(&r, op_desc(id)->first_arg + k, p);
	}
}
