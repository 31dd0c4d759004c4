// SPDX-License-Identifier: GPL-2.0-only
#include "tests/raced.h"

#include <stdlib.h>

#include "lib/prog/alloc.h"
#include "tests/judges.h"
#include "tests/programs.h"

/**
 * raced_init() - a program under judgement
 * @t:    the test
 * @r:    filled in, to be released by raced_free() if this succeeds
 * @text: of the program
 *
 * Return: whether there is a program.
 */
bool raced_init(struct unit *t, struct raced *r, const char *text)
{
	*r = (struct raced){ .judge = judge_of_kvm(KERNEL) };
	if (!EXPECT_TRUE(t, r->judge.model) || !program_parse(t, text, &r->prog)) {
		model_destroy(r->judge.model);
		return false;
	}
	r->results = xcalloc(r->prog.nr_ops, sizeof(*r->results));
	r->order = xcalloc(r->prog.nr_ops, sizeof(*r->order));
	r->judge.order = r->order;
	return true;
}

/**
 * raced_free() - release what raced_init() made
 * @r: the program
 */
void raced_free(struct raced *r)
{
	model_destroy(r->judge.model);
	prog_free(&r->prog);
	free(r->results);
	free(r->order);
}

/**
 * raced_set_value() - what an operation returned
 * @r:     the program
 * @op:    number of the operation
 * @value: the one that it returned
 */
void raced_set_value(struct raced *r, size_t op, u64 value)
{
	r->results[op] = (struct op_result){ .status = OP_DONE, .nr_vals = 1, .val = { value } };
}

/**
 * raced_judge() - judge the results
 * @r: the program; its verdict and order are filled in
 */
void raced_judge(struct raced *r)
{
	judge_prog(&r->judge, &r->prog, r->results, &r->v);
}
