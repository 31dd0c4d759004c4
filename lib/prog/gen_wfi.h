/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The axes of the matrices "wfi" and "wfi-all", and their values.
 */
#ifndef LIB_PROG_GEN_WFI_H
#define LIB_PROG_GEN_WFI_H

#include "lib/prog/gen.h"
#include "lib/prog/gen_matrix.h"

enum { GIC, KIND, CAUSE, WHEN, ACTIVE, RUNNING, MASK, LATE, GROUP, DIST, ENABLE, UNMASKED };
enum { IS_V3, IS_V2 };
enum { SGI, PPI, SPI, LPI, VIRTUAL_TIMER, PHYSICAL_TIMER };
enum { EDGE_LATCH, EDGE_LINE, LEVEL_LATCH, LEVEL_LINE };
enum { BEFORE, QUEUED, DURING, MOVED_HERE, MOVED_AWAY };
enum { NONE_RUNS, HIGHER_RUNS, EQUAL_RUNS, LOWER_RUNS };
enum { MASK_HIGHER, MASK_EQUAL, MASK_LOWER };

#endif /* LIB_PROG_GEN_WFI_H */
