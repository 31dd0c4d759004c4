// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which operations of a program one KVM_RUN performs.
 */
#include "lib/target/entry.h"

/**
 * op_enters_guest() - is it performed in a guest, and ends there?
 * @op: any
 *
 * Return: whether.
 */
bool op_enters_guest(const struct op *op)
{
	return op->id == OP_RUN || op_desc(op->id)->agent == AGENT_GUEST;
}

/* Is the room for its values in the lane, where there is one? */
static bool has_many_values(const struct op *op)
{
	return op->id == OP_GUEST_WALK || op->id == OP_GUEST_SERVE;
}

/* Must the guest be entered anew between the two?  A run is an entry of its own. */
static bool is_between_entries(const struct op *before, const struct op *op)
{
	/* CPU_OFF does not return. */
	return has_many_values(before) || before->id == OP_GUEST_CPU_OFF || before->id == OP_RUN ||
	       op->id == OP_RUN;
}

/**
 * entry_length() - how many operations one entry of a guest performs
 * @p:     the program
 * @first: number of the first of them, for which op_enters_guest()
 * @max:   that can be performed, at least 1
 *
 * Return: the number, at least 1; those after @first are in no par block.
 */
size_t entry_length(const struct prog *p, size_t first, size_t max)
{
	size_t nr = 1;

	while (first + nr < p->nr_ops && nr < max) {
		const struct op *op = &p->op[first + nr];

		if (!op_enters_guest(op) || op_vcpu(op) != op_vcpu(&p->op[first]) ||
		    is_between_entries(op - 1, op) || prog_par_end(p, first + nr) != first + nr + 1)
			break;
		nr++;
	}
	return nr;
}
