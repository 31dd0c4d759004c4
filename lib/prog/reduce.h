/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reduction of a program that fails: smaller and plainer candidates, of which
 * somebody else says whether they fail, too.
 *
 *     while (!reducer_is_done(r)) {
 *             while ((p = reducer_propose(r, &ticket)))
 *                     start(p, ticket);
 *             reducer_answer(r, ticket_of_one_that_ended, whether_it_failed);
 *     }
 *
 * Several candidates may be under way.  Of those that fail the one that was
 * proposed first counts, so that the result does not depend on which is faster.
 */
#ifndef LIB_PROG_REDUCE_H
#define LIB_PROG_REDUCE_H

#include "lib/prog/prog.h"

struct reducer;

struct reducer *reducer_create(const struct prog *p);
void reducer_destroy(struct reducer *r);
const struct prog *reducer_propose(struct reducer *r, u64 *ticket);
const struct prog *reducer_candidate(const struct reducer *r, u64 ticket);
void reducer_answer(struct reducer *r, u64 ticket, bool fails);
bool reducer_is_done(const struct reducer *r);
const struct prog *reducer_best(const struct reducer *r);

#endif /* LIB_PROG_REDUCE_H */
