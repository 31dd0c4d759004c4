/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The halves of `vgicheck migrate`: each runs on one kernel.
 */
#ifndef HARNESS_MIGRATE_H
#define HARNESS_MIGRATE_H

#include "harness/harness.h"

__must_check int migrate_save_half(const struct options *o, const struct prog *p);
__must_check int migrate_restore_half(const struct options *o, const struct prog *p);

#endif /* HARNESS_MIGRATE_H */
