// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of deviations made from deviation.def.
 */
#include "lib/model/deviation.h"

#include <string.h>

static const struct deviation_desc deviations[] = {
#define DEVIATION(id, name, rule, what) [DEVIATION_##id] = { name, RULE_##rule, what },
#include "lib/model/deviation.def"
#undef DEVIATION
};

/**
 * deviation_desc() - the row of a deviation
 * @id: below NR_DEVIATIONS
 *
 * Return: the row; never NULL.
 */
const struct deviation_desc *deviation_desc(enum deviation_id id)
{
	return &deviations[id];
}

/**
 * deviation_any() - is there any in a set?
 * @set: the set
 *
 * Return: whether.
 */
bool deviation_any(const struct deviation_set *set)
{
	u64 any = 0;

	for (size_t i = 0; i < ARRAY_SIZE(set->word); i++)
		any |= set->word[i];
	return any;
}

/**
 * deviation_find() - a deviation by name
 * @name: such as "dist.ctlr.group0-not-implemented"
 *
 * Return: an enum deviation_id, or -1.
 */
int deviation_find(const char *name)
{
	for (int i = 0; i < NR_DEVIATIONS; i++) {
		if (!strcmp(deviations[i].name, name))
			return i;
	}
	return -1;
}
