/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small unit test framework: a table of named claims, one process for each.
 *
 *     static void adds_up(struct unit *t)
 *     {
 *             struct sum *s = sum_create();
 *
 *             if (!EXPECT_TRUE(t, s))
 *                     return;
 *             EXPECT_EQ(t, sum_add(s, 1, 2), 3);
 *     }
 *
 *     static const struct unit_test tests[] = {
 *             { "sum.adds_up", adds_up },
 *     };
 *     UNIT_MAIN(tests)
 *
 * An EXPECT that does not hold prints both values and the test goes on; a test
 * that cannot go on returns. It does not use lib/tap, which it also tests.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <stdbool.h>

#include "lib/regs/bits.h"

struct unit;

struct unit_test {
	const char *name; /* a claim: component.behaviour */
	void (*run)(struct unit *t);
};

/* Where an expectation stands and what its text is. */
struct unit_site {
	const char *file;
	int line;
	const char *text;
};

bool unit_true(struct unit *t, struct unit_site site, bool got);
bool unit_eq(struct unit *t, struct unit_site site, u64 got, u64 want);
bool unit_str(struct unit *t, struct unit_site site, const char *got, const char *want);
bool unit_contains(struct unit *t, struct unit_site site, const char *got, const char *want);
void unit_skip(struct unit *t, const char *fmt, ...) __printf(2, 3);
int unit_main(int argc, char **argv, const struct unit_test *tests, unsigned int nr_tests);

#define UNIT_SITE(text) ((struct unit_site){ __FILE__, __LINE__, (text) })

/* Each is true if the expectation holds. */
#define EXPECT_TRUE(t, cond) unit_true((t), UNIT_SITE(#cond), (cond))
#define EXPECT_EQ(t, got, want) unit_eq((t), UNIT_SITE(#got), (u64)(got), (u64)(want))
#define EXPECT_STR(t, got, want) unit_str((t), UNIT_SITE(#got), (got), (want))
#define EXPECT_CONTAINS(t, got, want) unit_contains((t), UNIT_SITE(#got), (got), (want))

#define UNIT_MAIN(table)                                                \
	int main(int argc, char **argv)                                 \
	{                                                               \
		return unit_main(argc, argv, table, ARRAY_SIZE(table)); \
	}

#endif /* TESTS_UNIT_H */
