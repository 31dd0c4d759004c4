/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deviations: breaks of a rule that the model can follow, so that what comes
 * after one is still judged.  Which implementation has one is for corpora/known
 * to say; each answer that deviates is reported as the known divergence it is.
 */
#ifndef LIB_MODEL_DEVIATION_H
#define LIB_MODEL_DEVIATION_H

#include <stdbool.h>

#include "lib/model/rules.h"
#include "lib/regs/bits.h"

enum deviation_id {
#define DEVIATION(id, ...) DEVIATION_##id,
#include "lib/model/deviation.def"
#undef DEVIATION
	NR_DEVIATIONS
};

struct deviation_desc {
	const char *name;
	enum rule_id rule; /* that is broken */
	const char *what; /* happens instead */
};

struct deviation_set {
	u64 word[(NR_DEVIATIONS + 63) / 64];
};

static inline bool deviation_has(const struct deviation_set *set, enum deviation_id id)
{
	return set->word[id / 64] >> id % 64 & 1;
}

static inline void deviation_add(struct deviation_set *set, enum deviation_id id)
{
	set->word[id / 64] |= 1ULL << id % 64;
}

const struct deviation_desc *deviation_desc(enum deviation_id id);
bool deviation_any(const struct deviation_set *set);
int deviation_find(const char *name);

#endif /* LIB_MODEL_DEVIATION_H */
