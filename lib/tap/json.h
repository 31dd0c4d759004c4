/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results of a run as one JSON document (--json).
 *
 * It writes JSON only; nothing here reads it.
 */
#ifndef LIB_TAP_JSON_H
#define LIB_TAP_JSON_H

#include "lib/tap/tap.h"

struct json;

int json_open(struct json **out, const char *path, const struct tap_meta *meta,
	      unsigned int nr_meta) __must_check;
void json_report(struct json *j, const struct tap_result *r);
int json_close(struct json *j) __must_check;

#endif /* LIB_TAP_JSON_H */
