/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults of targets that tests ask for: what a judge that sees nothing would miss.
 */
#ifndef LIB_TARGET_PLANT_H
#define LIB_TARGET_PLANT_H

#include "lib/prog/prog.h"

__must_check int plant_parse(const char *text);
bool plant_oversleeps(const struct prog *p, const struct op *op);

#endif /* LIB_TARGET_PLANT_H */
