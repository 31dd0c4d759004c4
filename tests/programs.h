/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What several tests need of programs: those of the corpora, those in a string,
 * and an answer that the model allows to an operation.
 */
#ifndef TESTS_PROGRAMS_H
#define TESTS_PROGRAMS_H

#include "lib/model/model.h"
#include "lib/prog/rng.h"
#include "tests/unit.h"

struct corpus {
	struct prog *prog; /* each named after its file */
	size_t nr;
};

__must_check bool corpus_load(struct unit *t, const char *dir, struct corpus *c);
void corpus_free(struct corpus *c);

__must_check bool program_parse(struct unit *t, const char *text, struct prog *p);
__must_check bool programs_are_equal(const struct prog *a, const struct prog *b);

void right_answer(const struct expect *want, unsigned int alt, struct rng *rng,
		  struct op_result *res);

#endif /* TESTS_PROGRAMS_H */
