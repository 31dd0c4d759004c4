/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests of the judge need of programs with par blocks: results that a test
 * makes up, and their verdict.
 */
#ifndef TESTS_RACED_H
#define TESTS_RACED_H

#include "lib/judge/judge.h"
#include "tests/unit.h"

#define KERNEL 6012

#define TWO_VCPUS_OF_VM                       \
	"create_vgic\n"                       \
	"create_vcpu id=0\n"                  \
	"create_vcpu id=1\n"                  \
	"set_addr v3_dist base=0x8000000\n"   \
	"set_addr v3_redist base=0x80a0000\n" \
	"init_vgic\n"
#define TWO_VCPUS "vm gicv3\n" TWO_VCPUS_OF_VM
#define FIRST 6 /* operation after these */

/* A program, and results that are all success without values until a test says more. */
struct raced {
	struct judge judge;
	struct prog prog;
	struct op_result *results;
	size_t *order;
	struct verdict v;
};

bool raced_init(struct unit *t, struct raced *r, const char *text);
void raced_free(struct raced *r);
void raced_set_value(struct raced *r, size_t op, u64 value);
void raced_judge(struct raced *r);

#endif /* TESTS_RACED_H */
