/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reducing a program by trials: what `vgicheck reduce` does with one, and
 * `vgicheck fuzz` with each that it finds.
 */
#ifndef HARNESS_REDUCTION_H
#define HARNESS_REDUCTION_H

#include "harness/trial.h"
#include "lib/judge/signature.h"
#include "lib/prog/reduce.h"

/* How often something showed. */
struct hits {
	unsigned int runs, shown;
};

struct reduction {
	struct trials *pool;
	struct signature sig; /* that candidates have to show */
	unsigned int repeat; /* runs of each: one that shows it is enough */
	u64 max_runs; /* after which the best so far has to do; 0 for no end */
	u64 runs, candidates; /* so far */
	void (*progress)(const struct reduction *r, const struct prog *best); /* or NULL */
};

bool trial_signature(const struct prog *p, const struct trial *t, struct signature *sig);
bool trial_shows(const struct prog *p, const struct trial *t, const struct signature *sig);
struct hits reduction_count(struct trials *pool, const struct prog *p, const struct signature *sig,
			    unsigned int runs, struct trial *shown);
unsigned int reduction_repeats(struct hits hits);
void reduction_run(struct reduction *r, struct reducer *reducer);

/* A program that shows something, as it is kept. */
struct shown_program {
	const struct session *session;
	const struct prog *p;
	const char *source; /* where it comes from: a phrase */
	const struct trial *trial; /* that showed it */
	struct hits hits;
};

char *shown_program_text(const struct shown_program *shown);
__must_check int shown_program_write(const struct shown_program *shown, const char *path);

#endif /* HARNESS_REDUCTION_H */
