/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deviations: breaks of a rule that the model can follow, so that what comes
 * after one is still judged.  Which implementation has one is for corpora/known
 * to say; each answer that deviates is reported as the known divergence it is.
 */
#ifndef LIB_MODEL_DEVIATION_H
#define LIB_MODEL_DEVIATION_H

#include "lib/model/rules.h"

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

const struct deviation_desc *deviation_desc(enum deviation_id id);
int deviation_find(const char *name);

#endif /* LIB_MODEL_DEVIATION_H */
