// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suites: the same number gives the same program, and "region-orders" holds
 * every order exactly once.
 *
 * The enumeration is counted once more here, by walking through it rather than
 * by a formula. Since all its programs differ, each belongs to the space that is
 * counted, and there are as many, none is missing.
 */
#include "lib/prog/suite.h"

#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define MAX_VCPUS 4
#define MAX_REGIONS 3

/* Ways to order @n things, by choosing the first one and ordering the others. */
static u64 orders(unsigned int n)
{
	u64 sum = 0;

	if (!n)
		return 1;
	for (unsigned int first = 0; first < n; first++)
		sum += orders(n - 1);
	return sum;
}

/* Ways to merge two sequences, step by step. */
static u64 merges(unsigned int a, unsigned int b)
{
	return a && b ? merges(a - 1, b) + merges(a, b - 1) : 1;
}

/* Each region has one of two sizes, and each but the first may follow a gap. */
static u64 shapes_of_regions(unsigned int regions)
{
	u64 n = 2;

	for (unsigned int i = 1; i < regions; i++)
		n *= 4;
	return n;
}

static u64 orders_of_shape(unsigned int vcpus, unsigned int regions)
{
	return orders(vcpus) * merges(vcpus, regions) * orders(regions) *
	       shapes_of_regions(regions);
}

static void count_is_that_of_all_orders(struct unit *t)
{
	u64 sum = 0;

	for (unsigned int v = 1; v <= MAX_VCPUS; v++) {
		for (unsigned int r = 1; r <= MAX_REGIONS; r++)
			sum += orders_of_shape(v, r);
	}
	EXPECT_EQ(t, suite_count(suite_find("region-orders")), sum);
	/* One vCPU and one region: two orders and two sizes. */
	EXPECT_EQ(t, orders_of_shape(1, 1), 4);
	EXPECT_EQ(t, orders_of_shape(2, 2), 192);
}

/* The order that a program of the enumeration shows. */
struct shown {
	unsigned int nr_vcpus, nr_regions;
	u64 id[MAX_VCPUS]; /* in creation order */
	u64 base[MAX_REGIONS], count[MAX_REGIONS]; /* by index */
	u64 steps; /* a bit for each step, from the lowest: is it a region? */
	bool well_formed;
};

static struct shown shown_by(const struct prog *p)
{
	struct shown s = { .well_formed = p->gic == GIC_V3 };

	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];
		unsigned int step = s.nr_vcpus + s.nr_regions;

		if (op->id == OP_CREATE_VCPU && s.nr_vcpus < MAX_VCPUS) {
			s.id[s.nr_vcpus++] = op_arg(op, ARG_CREATE_VCPU_id);
		} else if (op->id == OP_REDIST_REGION && s.nr_regions < MAX_REGIONS) {
			s.well_formed &= op_arg(op, ARG_REDIST_REGION_index) == s.nr_regions &&
					 !op_arg(op, ARG_REDIST_REGION_flags);
			s.base[s.nr_regions] = op_arg(op, ARG_REDIST_REGION_base);
			s.count[s.nr_regions++] = op_arg(op, ARG_REDIST_REGION_count);
			s.steps |= 1ULL << step;
		} else if (op->id == OP_CREATE_VCPU || op->id == OP_REDIST_REGION) {
			s.well_formed = false;
		}
	}
	return s;
}

/* Are the ids a permutation, the counts 1 or 2, and neighbours adjacent or one frame apart? */
static bool is_in_the_space(const struct shown *s)
{
	unsigned int ids = 0, tops = 0;

	for (unsigned int i = 0; i < s->nr_vcpus; i++)
		ids |= s->id[i] < MAX_VCPUS ? 1u << s->id[i] : 1u << 31;
	for (unsigned int i = 0; i < s->nr_regions; i++) {
		u64 end = s->base[i] + s->count[i] * GICR_BYTES;
		unsigned int overlapping = 0;
		bool above = false;

		if (s->count[i] != 1 && s->count[i] != 2)
			return false;
		for (unsigned int k = 0; k < s->nr_regions; k++) {
			above |= s->base[k] == end || s->base[k] == end + GICR_BYTES;
			overlapping += s->base[k] < end &&
				       s->base[k] + s->count[k] * GICR_BYTES > s->base[i];
		}
		if (overlapping != 1)
			return false;
		tops += !above;
	}
	return s->well_formed && ids == (1u << s->nr_vcpus) - 1 && tops == 1;
}

/* A number that differs for orders that differ: FNV-1a. */
static u64 key_of(const struct shown *s)
{
	u64 h = 0xcbf29ce484222325ULL;
	const u64 words[] = { s->nr_vcpus, s->nr_regions, s->steps };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		h = (h ^ words[i]) * 0x100000001b3ULL;
	for (unsigned int i = 0; i < s->nr_vcpus; i++)
		h = (h ^ s->id[i]) * 0x100000001b3ULL;
	for (unsigned int i = 0; i < s->nr_regions; i++)
		h = (h ^ s->base[i] ^ s->count[i]) * 0x100000001b3ULL;
	return rng_mix(h, s->base[0]);
}

static int compare_u64(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void every_order_occurs_once(struct unit *t)
{
	const struct suite *s = suite_find("region-orders");
	u64 count = suite_count(s), nr[MAX_VCPUS + 1][MAX_REGIONS + 1] = { 0 };
	u64 *keys = xcalloc(count, sizeof(*keys));
	bool ok = true;

	for (u64 i = 0; ok && i < count; i++) {
		struct shown order;
		struct prog p;

		suite_make(s, i, 0, &p);
		order = shown_by(&p);
		prog_free(&p);
		ok = EXPECT_TRUE(t, is_in_the_space(&order));
		nr[order.nr_vcpus][order.nr_regions]++;
		keys[i] = key_of(&order);
	}
	qsort(keys, count, sizeof(*keys), compare_u64);
	for (u64 i = 1; ok && i < count; i++)
		ok = EXPECT_TRUE(t, keys[i] != keys[i - 1]);
	for (unsigned int v = 1; v <= MAX_VCPUS; v++) {
		for (unsigned int r = 1; r <= MAX_REGIONS; r++)
			EXPECT_EQ(t, nr[v][r], orders_of_shape(v, r));
	}
	free(keys);
}

/* Of 4 vCPUs and 3 regions, each order of ids and each merge with the regions. */
static void every_permutation_and_interleaving_occurs(struct unit *t)
{
	const struct suite *s = suite_find("region-orders");
	bool ids[256] = { false }, steps[128] = { false };
	unsigned int nr_ids = 0, nr_steps = 0;

	for (u64 i = suite_count(s) - orders_of_shape(4, 3); i < suite_count(s); i += 1) {
		struct shown order;
		struct prog p;
		u64 id;

		suite_make(s, i, 0, &p);
		order = shown_by(&p);
		prog_free(&p);
		if (!EXPECT_EQ(t, order.nr_vcpus, 4) || !EXPECT_EQ(t, order.nr_regions, 3))
			return;
		id = order.id[0] | order.id[1] << 2 | order.id[2] << 4 | order.id[3] << 6;
		nr_ids += !ids[id & 255];
		nr_steps += !steps[order.steps & 127];
		ids[id & 255] = true;
		steps[order.steps & 127] = true;
	}
	EXPECT_EQ(t, nr_ids, 24);
	EXPECT_EQ(t, nr_steps, 35);
}

static void initialisation_comes_early_and_late(struct unit *t)
{
	const struct suite *s = suite_find("region-orders");
	unsigned int before_region = 0, before_dist = 0, vgic_first = 0;

	for (u64 i = 0; i < 1000; i++) {
		bool init = false, early = false, dist_late = false;
		struct prog p;

		suite_make(s, suite_sample(s, 1, i), 1, &p);
		for (size_t k = 0; k < p.nr_ops; k++) {
			early |= init && p.op[k].id == OP_REDIST_REGION;
			dist_late |= init && p.op[k].id == OP_SET_ADDR;
			init |= p.op[k].id == OP_INIT_VGIC;
		}
		EXPECT_TRUE(t, init);
		before_region += early;
		before_dist += dist_late;
		vgic_first += p.op[0].id == OP_CREATE_VGIC;
		prog_free(&p);
	}
	EXPECT_TRUE(t, before_region > 100 && before_region < 900);
	EXPECT_TRUE(t, before_dist > 100 && before_dist < 900);
	EXPECT_TRUE(t, vgic_first > 100 && vgic_first < 900);
}

static char *text_of(const struct suite *s, u64 index, u64 seed)
{
	struct prog p;
	char *text;

	suite_make(s, index, seed, &p);
	text = prog_print(&p);
	prog_free(&p);
	return text;
}

static void same_number_and_seed_give_the_same_program(struct unit *t)
{
	const struct suite *s;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		for (u64 i = 0; i < 500; i++) {
			u64 seed = i % 5, index = suite_sample(s, seed, i);
			char *a = text_of(s, index, seed), *b = text_of(s, index, seed);

			EXPECT_STR(t, a, b);
			free(a);
			free(b);
		}
	}
}

/* How many of 500 programs are the same with another seed. */
static unsigned int same_with_another_seed(const struct suite *s)
{
	unsigned int same = 0;

	for (u64 i = 0; i < 500; i++) {
		char *a = text_of(s, i, 1), *b = text_of(s, i, 2);

		same += !strcmp(a, b);
		free(a);
		free(b);
	}
	return same;
}

static void seed_changes_the_programs_of_seeded_suites_only(struct unit *t)
{
	const struct suite *s;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		if (s->seeded)
			EXPECT_TRUE(t, same_with_another_seed(s) < 50);
		else
			EXPECT_EQ(t, same_with_another_seed(s), 500);
	}
}

static void whole_sample_is_the_whole_suite(struct unit *t)
{
	static const u64 seeds[] = { 0, 1, 2, 3, 0x1f2e, ~0ULL };
	const struct suite *s;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		u64 count = suite_count(s);

		if (count == ~0ULL)
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(seeds); k++) {
			bool *seen = xcalloc(count, 1);
			u64 repeats = 0;

			for (u64 i = 0; i < count; i++) {
				u64 index = suite_sample(s, seeds[k], i);

				if (!EXPECT_TRUE(t, index < count))
					break;
				repeats += seen[index];
				seen[index] = true;
			}
			EXPECT_EQ(t, repeats, 0);
			free(seen);
		}
	}
}

static void samples_of_two_seeds_differ(struct unit *t)
{
	const struct suite *s;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		unsigned int same = 0;

		for (u64 i = 0; i < 1000 && !s->seeded; i++)
			same += suite_sample(s, 1, i) == suite_sample(s, 2, i);
		EXPECT_TRUE(t, same < 100);
	}
}

static void sample_of_an_endless_suite_counts_up(struct unit *t)
{
	const struct suite *s = suite_find("region-random");

	for (u64 i = 0; i < 100; i++)
		EXPECT_EQ(t, suite_sample(s, i, i), i);
}

static void names_hold_the_number_and_the_seed_that_matters(struct unit *t)
{
	struct prog p;
	char name[64];

	suite_name(suite_find("region-orders"), 12, 0x1f2e, name, sizeof(name));
	EXPECT_STR(t, name, "region-orders/000012");
	suite_name(suite_find("region-refused"), 4049, 0, name, sizeof(name));
	EXPECT_STR(t, name, "region-refused/004049");
	suite_name(suite_find("region-random"), 7, 0x1f2e, name, sizeof(name));
	EXPECT_STR(t, name, "region-random/0x1f2e-7");
	suite_make(suite_find("region-random"), 7, 0x1f2e, &p);
	EXPECT_STR(t, p.name, "region-random/0x1f2e-7");
	prog_free(&p);
}

static void suites_are_told_apart_by_name(struct unit *t)
{
	const struct suite *s, *other;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		EXPECT_TRUE(t, s->doc[0] && s->name[0]);
		for (unsigned int k = 0; k < n && (other = suite_by_number(k)); k++)
			EXPECT_TRUE(t, strcmp(s->name, other->name) != 0);
	}
	EXPECT_TRUE(t, s == NULL);
}

/* A call that is refused stands at every place among those that are not. */
static void refused_calls_stand_at_every_place(struct unit *t)
{
	const struct suite *s = suite_find("region-refused");
	unsigned int places = 0;

	for (u64 i = 0; i < suite_count(s); i++) {
		struct prog p;

		suite_make(s, i, 0, &p);
		for (size_t k = 0; k < p.nr_ops && k < 16; k++) {
			if (p.op[k].id == OP_REDIST_REGION &&
			    op_arg(&p.op[k], ARG_REDIST_REGION_flags) == 15)
				places |= 1u << k;
		}
		EXPECT_TRUE(t, p.nr_ops > 10 && p.nr_ops < 24);
		prog_free(&p);
	}
	/* After create_vgic, and up to just before the last reads. */
	EXPECT_EQ(t, places, 0x3fe);
}

/* Published values of splitmix64, so that a seed means the same everywhere. */
static void random_numbers_are_those_of_splitmix64(struct unit *t)
{
	static const u64 want[] = {
		6457827717110365317ULL, 3203168211198807973ULL,	 9817491932198370423ULL,
		4593380528125082431ULL, 16408922859458223821ULL,
	};
	struct rng rng = { .state = 1234567 };

	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		EXPECT_EQ(t, rng_next(&rng), want[i]);
	for (u64 bound = 1; bound < 100; bound++)
		EXPECT_TRUE(t, rng_below(&rng, bound) < bound);
	EXPECT_TRUE(t, rng_mix(1, 2) != rng_mix(2, 1));
}

static const struct unit_test tests[] = {
	{ "suite_orders.count_is_that_of_all_orders", count_is_that_of_all_orders },
	{ "suite_orders.every_order_occurs_once", every_order_occurs_once },
	{ "suite_orders.every_permutation_and_interleaving_occurs",
	  every_permutation_and_interleaving_occurs },
	{ "suite_orders.initialisation_comes_early_and_late", initialisation_comes_early_and_late },
	{ "suite_refused.calls_stand_at_every_place", refused_calls_stand_at_every_place },
	{ "suite.same_number_and_seed_give_the_same_program",
	  same_number_and_seed_give_the_same_program },
	{ "suite.seed_changes_the_programs_of_seeded_suites_only",
	  seed_changes_the_programs_of_seeded_suites_only },
	{ "suite.are_told_apart_by_name", suites_are_told_apart_by_name },
	{ "suite_sample.whole_sample_is_the_whole_suite", whole_sample_is_the_whole_suite },
	{ "suite_sample.samples_of_two_seeds_differ", samples_of_two_seeds_differ },
	{ "suite_sample.of_an_endless_suite_counts_up", sample_of_an_endless_suite_counts_up },
	{ "suite_name.holds_the_number_and_the_seed_that_matters",
	  names_hold_the_number_and_the_seed_that_matters },
	{ "rng.numbers_are_those_of_splitmix64", random_numbers_are_those_of_splitmix64 },
};

UNIT_MAIN(tests)
