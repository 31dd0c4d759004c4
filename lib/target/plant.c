// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults of targets that tests ask for.  Where they are depends on programs alone,
 * so that each is there again when a program is run once more.
 */
#include "lib/target/plant.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/rng.h"

static u64 sleeps_every; /* 0: no fault is planted */

/**
 * plant_parse() - plant a fault
 * @text: "sleep=N": of N WFIs that an interrupt would end one is not ended by it
 *
 * Return: 0 or -EINVAL.
 */
int plant_parse(const char *text)
{
	static const char name[] = "sleep=";
	char *end;

	if (strncmp(text, name, strlen(name)) != 0 || text[strlen(name)] == '-')
		return -EINVAL;
	sleeps_every = strtoull(text + strlen(name), &end, 10);
	return text[strlen(name)] && !*end && sleeps_every ? 0 : -EINVAL;
}

/**
 * plant_oversleeps() - is this a WFI that nothing but the host ends?
 * @p:  the program that is performed
 * @op: one of its operations
 *
 * Return: whether; never if no fault is planted.
 */
bool plant_oversleeps(const struct prog *p, const struct op *op)
{
	u64 key = (u64)(op - p->op);

	if (!sleeps_every || !op_waits(op->id))
		return false;
	for (const char *c = p->name; *c; c++)
		key = rng_mix(key, (u64)*c);
	return !(key % sleeps_every);
}
