/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules that expectations come from.
 */
#ifndef LIB_MODEL_RULES_H
#define LIB_MODEL_RULES_H

enum rule_id {
#define RULE(id, ...) RULE_##id,
#include "lib/model/rules.def"
#undef RULE
	NR_RULES
};

struct rule_desc {
	const char *name;
	const char *sentence;
	const char *source;
};

const struct rule_desc *rule_desc(enum rule_id id);
int rule_find(const char *name);

#endif /* LIB_MODEL_RULES_H */
