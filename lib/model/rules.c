// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rule table made from rules.def.
 */
#include "lib/model/rules.h"

#include <string.h>

static const struct rule_desc rules[] = {
#define RULE(id, name, sentence, source) [RULE_##id] = { name, sentence, source },
#include "lib/model/rules.def"
#undef RULE
};

/**
 * rule_desc() - the row of a rule
 * @id: below NR_RULES
 *
 * Return: the row; never NULL.
 */
const struct rule_desc *rule_desc(enum rule_id id)
{
	return &rules[id];
}

/**
 * rule_find() - a rule by name
 * @name: such as "redist.last.adjacent-region"
 *
 * Return: an enum rule_id, or -1.
 */
int rule_find(const char *name)
{
	for (int i = 0; i < NR_RULES; i++) {
		if (!strcmp(rules[i].name, name))
			return i;
	}
	return -1;
}
