/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reproducible random numbers: the same seed gives the same numbers on every
 * machine.  Not for secrets.
 */
#ifndef LIB_PROG_RNG_H
#define LIB_PROG_RNG_H

#include "lib/regs/bits.h"

struct rng {
	u64 state;
};

u64 rng_next(struct rng *r);
u64 rng_below(struct rng *r, u64 bound);
u64 rng_mix(u64 a, u64 b);

#endif /* LIB_PROG_RNG_H */
