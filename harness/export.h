/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The forms that `vgicheck export` writes.
 */
#ifndef HARNESS_EXPORT_H
#define HARNESS_EXPORT_H

#include "harness/harness.h"

__must_check int export_report(const struct options *o, const struct prog *p, FILE *out);

#endif /* HARNESS_EXPORT_H */
