// SPDX-License-Identifier: GPL-2.0-only
/*
 * The enumeration "region-orders": 1 to 4 vCPUs and 1 to 3 regions, and every
 *   - order in which the vCPU ids are created,
 *   - interleaving of vCPU creation and region registration,
 *   - order of the regions' addresses against their indices,
 *   - choice of a gap or none between neighbours,
 *   - choice of one or two redistributors for each region.
 *
 * Where the vGIC is created, the distributor placed and the vGIC initialised is
 * picked by the number, because these multiply the whole and matter less.
 */
#include "lib/prog/suite.h"

#define MAX_VCPUS 4
#define MAX_REGIONS 3
#define FIRST_REGION_BASE 0x20000000ULL
#define GAP_BYTES GICR_BYTES
#define DIST_BASE 0x8000000ULL

struct order {
	unsigned int nr_vcpus, nr_regions;
	unsigned int id[MAX_VCPUS]; /* in creation order */
	bool region_next[MAX_VCPUS + MAX_REGIONS]; /* the interleaving, step by step */
	u64 base[MAX_REGIONS]; /* by index */
	u64 count[MAX_REGIONS];
	u64 walk_from[MAX_REGIONS]; /* lowest addresses of runs */
	unsigned int nr_runs;
	struct rng rng; /* for what is picked by the number */
};

static u64 factorial(unsigned int n)
{
	return n < 2 ? 1 : n * factorial(n - 1);
}

static u64 choose(unsigned int n, unsigned int k)
{
	return factorial(n) / (factorial(k) * factorial(n - k));
}

static u64 count_of_shape(unsigned int nr_vcpus, unsigned int nr_regions)
{
	return factorial(nr_vcpus) * choose(nr_vcpus + nr_regions, nr_regions) *
	       factorial(nr_regions) * (1u << (nr_regions - 1)) * (1u << nr_regions);
}

/**
 * gen_orders_count() - the size of the enumeration
 *
 * Return: programs.
 */
u64 gen_orders_count(void)
{
	u64 sum = 0;

	for (unsigned int v = 1; v <= MAX_VCPUS; v++) {
		for (unsigned int r = 1; r <= MAX_REGIONS; r++)
			sum += count_of_shape(v, r);
	}
	return sum;
}

/* Takes the lowest digit of a number with mixed bases. */
static u64 digit(u64 *number, u64 base)
{
	u64 d = *number % base;

	*number /= base;
	return d;
}

/* The permutation of 0..n-1 that has this number. */
static void permutation(u64 number, unsigned int n, unsigned int *out)
{
	bool used[MAX_VCPUS] = { false };

	for (unsigned int i = 0; i < n; i++) {
		u64 skip = digit(&number, n - i);
		unsigned int k = 0;

		while (used[k] || skip)
			skip -= !used[k++];
		used[k] = true;
		out[i] = k;
	}
}

/* The way to put @regions regions among @vcpus vCPUs that has this number. */
static void interleaving(u64 number, unsigned int vcpus, unsigned int regions, bool *out)
{
	while (vcpus + regions) {
		u64 if_region = regions ? choose(vcpus + regions - 1, regions - 1) : 0;

		*out = number < if_region;
		if (*out) {
			regions--;
		} else {
			number -= if_region;
			vcpus--;
		}
		out++;
	}
}

static void place_regions(struct order *o, const unsigned int *by_address, u64 gaps)
{
	u64 next = FIRST_REGION_BASE;

	o->nr_runs = 0;
	for (unsigned int i = 0; i < o->nr_regions; i++) {
		unsigned int index = by_address[i];
		bool gap = i && (gaps >> (i - 1) & 1);

		if (gap)
			next += GAP_BYTES;
		if (gap || !i)
			o->walk_from[o->nr_runs++] = next;
		o->base[index] = next;
		next += o->count[index] * GICR_BYTES;
	}
}

static void order_from_index(u64 index, struct order *o)
{
	unsigned int by_address[MAX_VCPUS];
	u64 counts, gaps, ids, addresses, steps;

	o->rng.state = index;
	for (o->nr_vcpus = 1, o->nr_regions = 1;;) {
		u64 n = count_of_shape(o->nr_vcpus, o->nr_regions);

		if (index < n)
			break;
		index -= n;
		if (++o->nr_regions > MAX_REGIONS) {
			o->nr_regions = 1;
			o->nr_vcpus++;
		}
	}
	ids = digit(&index, factorial(o->nr_vcpus));
	steps = digit(&index, choose(o->nr_vcpus + o->nr_regions, o->nr_regions));
	addresses = digit(&index, factorial(o->nr_regions));
	gaps = digit(&index, 1u << (o->nr_regions - 1));
	counts = digit(&index, 1u << o->nr_regions);

	permutation(ids, o->nr_vcpus, o->id);
	interleaving(steps, o->nr_vcpus, o->nr_regions, o->region_next);
	permutation(addresses, o->nr_regions, by_address);
	for (unsigned int i = 0; i < o->nr_regions; i++)
		o->count[i] = 1 + (counts >> i & 1);
	place_regions(o, by_address, gaps);
}

static void add_user_reads(const struct order *o, struct prog *p)
{
	for (unsigned int i = 0; i < o->nr_vcpus; i++)
		add_user_read(p, REG_GICR_TYPER, i);
}

/* Returns whether the vGIC is initialised on the way. */
static bool add_steps(struct order *o, struct prog *p)
{
	bool vgic_first = rng_below(&o->rng, 2), init_early = rng_below(&o->rng, 2);
	unsigned int vcpu = 0, region = 0;
	bool initialised = false;

	if (vgic_first)
		prog_add(p, OP_CREATE_VGIC);
	for (unsigned int i = 0; i < o->nr_vcpus + o->nr_regions; i++) {
		if (!o->region_next[i]) {
			add_create_vcpu(p, o->id[vcpu++]);
			continue;
		}
		if (!vgic_first && !region)
			prog_add(p, OP_CREATE_VGIC);
		/* As early as can be, so that userspace sees each step that follows. */
		if (init_early && vcpu == o->nr_vcpus && !initialised) {
			prog_add(p, OP_INIT_VGIC);
			initialised = true;
			add_user_reads(o, p);
		}
		add_region(p, region, o->base[region], o->count[region]);
		region++;
		if (initialised)
			add_user_reads(o, p);
	}
	return initialised;
}

static void add_guest_checks(struct order *o, struct prog *p)
{
	u64 vcpu = o->id[rng_below(&o->rng, o->nr_vcpus)];

	for (unsigned int i = 0; i < o->nr_regions; i++) {
		for (u64 k = 0; k < o->count[i]; k++)
			add_guest_read(p, vcpu, REG_GICR_TYPER, o->base[i] + k * GICR_BYTES);
	}
	for (unsigned int i = 0; i < o->nr_runs; i++)
		add_guest_walk(p, vcpu, o->walk_from[i]);
}

/**
 * gen_orders() - a program of the enumeration
 * @index: below gen_orders_count()
 * @recipe: not used
 * @p:     initialised; operations are appended
 */
void gen_orders(u64 index, const struct recipe *recipe, struct prog *p)
{
	struct order o = { 0 };
	bool dist_first, initialised;
	u64 room = 0;

	(void)recipe;
	order_from_index(index, &o);
	for (unsigned int i = 0; i < o.nr_regions; i++)
		room += o.count[i];
	initialised = add_steps(&o, p);
	dist_first = rng_below(&o.rng, 2);
	if (dist_first)
		add_set_addr(p, ADDR_V3_DIST, DIST_BASE);
	if (!initialised) {
		prog_add(p, OP_INIT_VGIC);
		add_user_reads(&o, p);
	}
	if (!dist_first)
		add_set_addr(p, ADDR_V3_DIST, DIST_BASE);
	for (unsigned int i = 0; i < o.nr_regions; i++)
		op_set_arg(prog_add(p, OP_GET_REDIST_REGION), ARG_GET_REDIST_REGION_index, i);
	/* Without room for all, the first run fails and there is no more to see. */
	if (room < o.nr_vcpus)
		add_run(p, o.id[0]);
	else
		add_guest_checks(&o, p);
}
