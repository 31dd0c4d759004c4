// SPDX-License-Identifier: GPL-2.0-only
/*
 * The enumeration "region-refused": short orders of vCPUs and regions with one
 * call put in that the API refuses, or should, at every place.  What follows it
 * shows whether the call left anything behind.
 *
 * It does not say that a call is refused: that is the model's.
 */
#include "lib/prog/suite.h"

#define MAX_VCPUS 3
#define NR_REGIONS 2
#define BASE 0x20000000ULL
#define DIST_BASE 0x8000000ULL
#define NEXT 0xffff /* the index that would be right */
#define IPA_END (1ULL << PROG_DEFAULT_IPA_BITS)

/* A region that stands out; index NEXT is replaced by the right one. */
#define BAD_REGION(i, b, c, f)                                \
	{                                                     \
		.id = OP_REDIST_REGION, .arg = { i, b, c, f } \
	}
#define BAD_ADDR(type, base)                                    \
	{                                                       \
		.id = OP_SET_ADDR, .arg = { ADDR_##type, base } \
	}

static const struct op bad_ops[] = {
	BAD_REGION(NEXT + 1, 0x30000000, 1, 0), /* leaves a gap: see index_of() */
	BAD_REGION(0, 0x30000000, 1, 0),
	BAD_REGION(255, 0x30000000, 1, 0),
	BAD_REGION(256, 0x30000000, 1, 0), /* does an 8-bit index take it for 0? */
	BAD_REGION(257, 0x30000000, 1, 0),
	BAD_REGION(4095, 0x30000000, 1, 0),
	BAD_REGION(NEXT, 0x30000000, 0, 0),
	BAD_REGION(NEXT, 0x30000000, 1, 1),
	BAD_REGION(NEXT, 0x30000000, 1, 15),
	BAD_REGION(NEXT, 0x80000000, 4095, 0), /* the widest count, 512 MiB of frames */
	BAD_REGION(NEXT, BASE, 1, 0),
	BAD_REGION(NEXT, BASE + GICR_BYTES / 2, 1, 0),
	BAD_REGION(NEXT, BASE - GICR_BYTES / 2, 1, 0),
	BAD_REGION(NEXT, BASE - GICR_BYTES, 2, 0),
	BAD_REGION(NEXT, IPA_END - GICR_BYTES, 1, 0), /* the last frame that fits */
	BAD_REGION(NEXT, IPA_END - GICR_BYTES, 2, 0),
	BAD_REGION(NEXT, IPA_END - GICR_BYTES / 2, 1, 0),
	BAD_REGION(NEXT, IPA_END, 1, 0),
	BAD_REGION(NEXT, 0xfffffffff0000, 4095, 0),
	BAD_REGION(NEXT, DIST_BASE, 1, 0),
	BAD_REGION(NEXT, DIST_BASE - GICR_BYTES, 2, 0),
	BAD_ADDR(V3_REDIST, 0x30000000),
	BAD_ADDR(V3_REDIST, 0x30001000),
	BAD_ADDR(V3_REDIST, BASE),
	BAD_ADDR(V3_REDIST, DIST_BASE),
	BAD_ADDR(V3_REDIST, IPA_END),
	BAD_ADDR(V3_REDIST, IPA_END - GICR_BYTES),
	BAD_ADDR(V3_DIST, BASE),
	BAD_ADDR(V3_DIST, DIST_BASE + 0x1000),
	BAD_ADDR(V3_DIST, IPA_END),
	BAD_ADDR(V3_DIST, IPA_END - GICD_BYTES),
	BAD_ADDR(V3_DIST, 0xffffffffffff0000),
	BAD_ADDR(V2_DIST, DIST_BASE),
	BAD_ADDR(V2_CPUIF, DIST_BASE),
	{ .id = OP_GET_REDIST_REGION, .arg = { 1 } },
	{ .id = OP_GET_REDIST_REGION, .arg = { 256 } },
	{ .id = OP_GET_ADDR, .arg = { ADDR_V3_REDIST } },
	{ .id = OP_GET_ADDR, .arg = { ADDR_V2_CPUIF } },
	{ .id = OP_CREATE_VCPU, .arg = { 0 } },
	{ .id = OP_CREATE_VCPU, .arg = { 1023 } },
	{ .id = OP_CREATE_VGIC },
	{ .id = OP_INIT_VGIC },
	{ .id = OP_USER_READ, .arg = { (u64)FRAME_GICR << 32 | GICR_TYPER_OFFSET, 0 } },
	{ .id = OP_USER_READ, .arg = { (u64)FRAME_GICR << 32 | GICR_TYPER_OFFSET, 9 } },
	{ .id = OP_RUN, .arg = { 0 } },
};

#define NR_STEPS (MAX_VCPUS + NR_REGIONS + 4)
#define NR_INTERLEAVINGS 10 /* of 3 vCPUs and 2 regions */

/* Where the regions stand among the steps 0..4; the vCPUs take the others. */
static const unsigned int region_steps[NR_INTERLEAVINGS][NR_REGIONS] = {
	{ 0, 1 }, { 0, 2 }, { 0, 3 }, { 0, 4 }, { 1, 2 },
	{ 1, 3 }, { 1, 4 }, { 2, 3 }, { 2, 4 }, { 3, 4 },
};

/**
 * gen_refused_count() - the size of the enumeration
 *
 * Return: programs.
 */
u64 gen_refused_count(void)
{
	return ARRAY_SIZE(bad_ops) * NR_INTERLEAVINGS * NR_STEPS;
}

/* Appends a bad call.  Return: whether it takes the place of the next region. */
static void add_bad(struct prog *p, const struct op *bad, unsigned int next_index)
{
	struct op *op = prog_add(p, bad->id);
	u64 index;

	for (unsigned int i = 0; i < OP_MAX_ARGS; i++)
		op->arg[i] = bad->arg[i];
	if (op->id != OP_REDIST_REGION)
		return;
	index = op_arg(op, ARG_REDIST_REGION_index);
	if (index >= NEXT)
		op_set_arg(op, ARG_REDIST_REGION_index, next_index + (index - NEXT));
}

static void add_step(struct prog *p, const unsigned int *regions, unsigned int step)
{
	static const unsigned int ids[MAX_VCPUS] = { 0, 2, 1 };
	unsigned int before = 0;

	for (unsigned int i = 0; i < NR_REGIONS; i++) {
		if (regions[i] == step) {
			/* Adjacent, in descending order of addresses. */
			add_region(p, i, BASE + (NR_REGIONS - 1 - i) * 2ULL * GICR_BYTES, 2);
			return;
		}
		before += regions[i] < step;
	}
	add_create_vcpu(p, ids[step - before]);
}

/**
 * gen_refused() - a program of the enumeration
 * @index: below gen_refused_count()
 * @recipe: not used
 * @p:     initialised; operations are appended
 */
void gen_refused(u64 index, const struct recipe *recipe, struct prog *p)
{
	const struct op *bad = &bad_ops[index % ARRAY_SIZE(bad_ops)];
	u64 rest = index / ARRAY_SIZE(bad_ops);
	const unsigned int *regions = region_steps[rest % NR_INTERLEAVINGS];
	u64 spot = rest / NR_INTERLEAVINGS;
	unsigned int next_index = 0;

	(void)recipe;
	prog_add(p, OP_CREATE_VGIC);
	for (unsigned int step = 0; step < NR_STEPS; step++) {
		if (step == spot)
			add_bad(p, bad, next_index);
		if (step < MAX_VCPUS + NR_REGIONS) {
			add_step(p, regions, step);
			next_index += step == regions[0] || step == regions[1];
		} else if (step == MAX_VCPUS + NR_REGIONS) {
			add_set_addr(p, ADDR_V3_DIST, DIST_BASE);
		} else if (step == MAX_VCPUS + NR_REGIONS + 1) {
			prog_add(p, OP_INIT_VGIC);
		} else if (step == MAX_VCPUS + NR_REGIONS + 2) {
			add_guest_walk(p, 1, BASE);
		}
	}
	for (unsigned int i = 0; i < MAX_VCPUS; i++)
		add_user_read(p, REG_GICR_TYPER, i);
	for (unsigned int i = 0; i <= NR_REGIONS; i++)
		op_set_arg(prog_add(p, OP_GET_REDIST_REGION), ARG_GET_REDIST_REGION_index, i);
	add_guest_walk(p, 2, BASE);
}
