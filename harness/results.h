/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of raw results: what each program gave on a target, operation by operation,
 * to be compared with what it gives on another.
 *
 *     vgicheck results 1
 *     target hosted
 *     kernel 6.12.94
 *     ...                      more of what the model depends on
 *
 *     program scenarios/name 1f2e3d4c5b6a7988
 *     done
 *     done 10 ffff             values, hexadecimal
 *     EBUSY
 *     abort                    without values: they are not the same everywhere
 *     log WARNING ...          what the kernel told, if it did
 *     end
 */
#ifndef HARNESS_RESULTS_H
#define HARNESS_RESULTS_H

#include <stdio.h>

#include "harness/harness.h"

/* Which programs a file has, and where. */
struct results_index {
	const char *name;
	size_t at; /* of the line after its name */
	u64 hash; /* of the program's text */
};

struct results_file {
	char target[TARGET_TEXT_BYTES];
	struct target_info info; /* as far as the model depends on it */
	char *text;
	struct results_index *program; /* sorted by name */
	size_t nr;
	bool cut; /* it ends within a program, which is left out */
};

/* One program of a file. */
struct record {
	struct op_result *result;
	size_t nr;
	char *log; /* what the kernel told, or NULL */
	char *died; /* how its process ended, if it did; then there are no results; or NULL */
};

void results_begin(FILE *f, const struct session *s);
void results_put(FILE *f, const struct prog *p, const char *record);
void results_report(FILE *f, const struct plan *plan, size_t i, const struct outcome *o);
char *results_print(const struct prog *p, const struct op_result *results, const char *log);
char *results_print_death(const char *reason);

__must_check int results_open(struct results_file *r, const char *path, const char *name);
__must_check int results_scan(struct results_file *r, char *text, char *error, size_t bytes);
const struct results_index *results_find(const struct results_file *r, const char *name);
__must_check int results_read(const struct results_file *r, const struct results_index *program,
			      struct record *rec);
void record_free(struct record *rec);
void results_close(struct results_file *r);

u64 results_hash(const struct prog *p);

#endif /* HARNESS_RESULTS_H */
