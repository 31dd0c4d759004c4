// SPDX-License-Identifier: GPL-2.0-only
/*
 * The matrices "wfi" and "wfi-all": which combinations there are of what decides whether a
 * WFI ends.
 */
#include "lib/prog/gen_wfi.h"

static const char *const gics[] = { "GICv3", "GICv2" };
static const char *const kinds[] = {
	"SGI", "PPI", "SPI", "LPI", "virtual timer", "physical timer"
};
static const char *const causes[] = { "edge and latch", "edge and line", "level and latch",
				      "level and line" };
static const char *const whens[] = { "pending before", "queued before", "arrives",
				     "moved here meanwhile", "moved away meanwhile" };
static const char *const actives[] = { "", "is active" };
static const char *const runnings[] = { "", "a higher one runs", "an equal one runs",
					"a lower one runs" };
static const char *const masks[] = { "mask below its priority", "mask equal", "mask above" };
static const char *const moments[] = { "", "mask and group written last" };
static const char *const groups[] = { "", "group disabled" };
static const char *const dists[] = { "", "distributor disabled" };
static const char *const enables[] = { "", "disabled" };
static const char *const unmaskeds[] = { "", "PSTATE.I clear" };

#define AXIS(name, words)                      \
	{                                      \
		name, ARRAY_SIZE(words), words \
	}

static const struct matrix_axis axes[] = {
	[GIC] = AXIS("GIC", gics),
	[KIND] = AXIS("interrupt", kinds),
	[CAUSE] = AXIS("trigger and cause", causes),
	[WHEN] = AXIS("when it comes", whens),
	[ACTIVE] = AXIS("its active state", actives),
	[RUNNING] = AXIS("running priority", runnings),
	[MASK] = AXIS("priority mask", masks),
	[LATE] = AXIS("when the mask is written", moments),
	[GROUP] = AXIS("group in the CPU interface", groups),
	[DIST] = AXIS("group in the distributor", dists),
	[ENABLE] = AXIS("its enable", enables),
	[UNMASKED] = AXIS("PSTATE.I", unmaskeds),
};

#define TIMERS (IS(VIRTUAL_TIMER) | IS(PHYSICAL_TIMER))

static const struct matrix_hole holes[] = {
	{ "an SGI is an edge without a line", { [KIND] = IS(SGI), [CAUSE] = IS_NOT(EDGE_LATCH) } },
	{ "an LPI is an edge without a line", { [KIND] = IS(LPI), [CAUSE] = IS_NOT(EDGE_LATCH) } },
	{ "an LPI is never active", { [KIND] = IS(LPI), [ACTIVE] = IS(1) } },
	{ "a GICv2 has no LPIs", { [GIC] = IS(IS_V2), [KIND] = IS(LPI) } },
	{ "a timer has a line, which is level-sensitive",
	  { [KIND] = TIMERS, [CAUSE] = IS_NOT(LEVEL_LINE) } },
	{ "an SGI or a PPI does not move",
	  { [KIND] = IS(SGI) | IS(PPI) | TIMERS, [WHEN] = IS(MOVED_HERE) | IS(MOVED_AWAY) } },
	{ "only its own CPU writes the latch of a GICv2's PPI, and it waits",
	  { [GIC] = IS(IS_V2),
	    [KIND] = IS(PPI),
	    [CAUSE] = IS(EDGE_LATCH) | IS(LEVEL_LATCH),
	    [WHEN] = IS(DURING) } },
};

/* The gates, and what else the vCPU is in: few at a time matter. */
#define VARIED                                                                                \
	(IS(ACTIVE) | IS(RUNNING) | IS(MASK) | IS(LATE) | IS(GROUP) | IS(DIST) | IS(ENABLE) | \
	 IS(UNMASKED))

#define MATRIX \
	.axis = axes, .nr_axes = ARRAY_SIZE(axes), .hole = holes, .nr_holes = ARRAY_SIZE(holes)

static struct matrix all_waits = { MATRIX };
static struct matrix waits = { MATRIX, .varied = VARIED, .most_varied = 2 };

_Static_assert(ARRAY_SIZE(axes) <= MATRIX_MAX_AXES, "an element of each");

/**
 * gen_wfi_matrix() - the axes of "wfi", and what it leaves out
 *
 * Return: the matrix.
 */
struct matrix *gen_wfi_matrix(void)
{
	return &waits;
}

/**
 * gen_wfi_all_matrix() - the same of "wfi-all"
 *
 * Return: the matrix.
 */
struct matrix *gen_wfi_all_matrix(void)
{
	return &all_waits;
}

/**
 * gen_wfi_count() - the size of "wfi"
 *
 * Return: programs.
 */
u64 gen_wfi_count(void)
{
	return matrix_count(&waits);
}

/**
 * gen_wfi_all_count() - the size of "wfi-all"
 *
 * Return: programs.
 */
u64 gen_wfi_all_count(void)
{
	return matrix_count(&all_waits);
}
