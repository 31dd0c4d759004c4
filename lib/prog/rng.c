// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reproducible random numbers by the splitmix64 recurrence.
 */
#include "lib/prog/rng.h"

/**
 * rng_next() - 64 random bits
 * @r: seeded by its member state; any value will do
 *
 * Return: the bits.
 */
u64 rng_next(struct rng *r)
{
	u64 z = r->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/**
 * rng_below() - a random number below a bound
 * @r:     seeded
 * @bound: at least 1; the slight bias of a large one does not matter here
 *
 * Return: 0 to @bound - 1.
 */
u64 rng_below(struct rng *r, u64 bound)
{
	return rng_next(r) % bound;
}

/**
 * rng_mix() - a seed from two numbers
 * @a: one
 * @b: other
 *
 * Return: a number that looks unrelated to both.
 */
u64 rng_mix(u64 a, u64 b)
{
	struct rng r = { .state = a };

	r.state = rng_next(&r) ^ b;
	return rng_next(&r);
}
