/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What several tests need of programs: those of the corpora, those in a string
 * and those of a suite.
 */
#ifndef TESTS_PROGRAMS_H
#define TESTS_PROGRAMS_H

#include "lib/prog/suite.h"
#include "tests/unit.h"

struct corpus {
	struct prog *prog; /* each named after its file */
	size_t nr;
};

__must_check bool corpus_load(struct unit *t, const char *dir, struct corpus *c);
void corpus_free(struct corpus *c);

__must_check bool program_parse(struct unit *t, const char *text, struct prog *p);
const struct suite *suite_find(const char *name);
__must_check bool programs_are_equal(const struct prog *a, const struct prog *b);

#endif /* TESTS_PROGRAMS_H */
