// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of direct injection without devices: that each row is a program, and what
 * its lines become.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/direct.h"
#include "lib/target/direct.h"
#include "tests/unit.h"

static void rows_are_programs(struct unit *t)
{
	const struct direct_test *row;

	for (unsigned int i = 0; (row = direct_test_by_number(i)); i++) {
		struct direct_program p;
		size_t wants = 0;

		if (EXPECT_EQ(t, direct_make(&p, row), 0)) {
			for (size_t k = 0; k < p.prog.nr_ops; k++)
				wants += !!p.want[k];
			EXPECT_TRUE(t, wants > 0);
		} else {
			printf("#   %s\n", row->name);
		}
		direct_free(&p);
	}
}

static void names_are_of_one_row(struct unit *t)
{
	const struct direct_test *a, *b;

	for (unsigned int i = 0; (a = direct_test_by_number(i)); i++) {
		for (unsigned int k = 0; k < i && (b = direct_test_by_number(k)); k++)
			EXPECT_TRUE(t, strcmp(a->name, b->name) != 0);
	}
}

static const struct direct_test example = {
	.name = "example",
	.vcpus = 1,
	.times = 2,
	.once = "route 1 3\nqueue inv device=0 event=3\n",
	.text = "its int device=0 event=3\nraise 1\nguest vcpu=0 serve => 8195 1023\n"
		"untie 1\nperform 0\n",
};

static void short_forms_become_operations(struct unit *t)
{
	static const enum op_id ops[] = {
		OP_ROUTE_MSI,	OP_INV,		OP_INT,		OP_GUEST_WRITE, OP_IRQFD,
		OP_GUEST_SERVE, OP_ROUTE_MSI,	OP_GUEST_WRITE, OP_INT,		OP_GUEST_WRITE,
		OP_IRQFD,	OP_GUEST_SERVE, OP_ROUTE_MSI,	OP_GUEST_WRITE,
	};
	struct direct_program p;
	size_t first;

	if (!EXPECT_EQ(t, direct_make(&p, &example), 0))
		return;
	first = p.prog.nr_ops - ARRAY_SIZE(ops);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		EXPECT_EQ(t, p.prog.op[first + i].id, ops[i]);
		EXPECT_EQ(t, !!p.want[first + i], ops[i] == OP_GUEST_SERVE);
	}
	EXPECT_STR(t, p.want[p.prog.nr_ops - 3], "8195 1023");
	EXPECT_EQ(t, op_arg(&p.prog.op[first], ARG_ROUTE_MSI_data), 3);
	EXPECT_EQ(t, op_arg(&p.prog.op[first + 4], ARG_IRQFD_gsi), 1);
	EXPECT_EQ(t, op_arg(&p.prog.op[first + 6], ARG_ROUTE_MSI_at), 0);
	/* What was queued before is performed with what comes after it. */
	EXPECT_EQ(t, op_arg(&p.prog.op[first + 2], ARG_INT_at),
		  op_arg(&p.prog.op[first + 1], ARG_INV_at) + 32);
	EXPECT_EQ(t, op_arg(&p.prog.op[first + 13], ARG_GUEST_WRITE_value),
		  op_arg(&p.prog.op[first + 9], ARG_GUEST_WRITE_value));
	direct_free(&p);
}

static void results_are_as_tests_write_them(struct unit *t)
{
	static const struct {
		enum op_id id;
		struct op_result res;
		const char *text;
	} rows[] = {
		{ OP_GUEST_SERVE,
		  { .status = OP_DONE, .nr_vals = 2, .val = { 0x1002000, 1023 } },
		  "8192 1023" },
		{ OP_GUEST_WFI, { .status = OP_DONE, .nr_vals = 1, .val = { 1 } }, "1" },
		{ OP_SAVE_TABLES, { .status = OP_FAILED, .err = 13 }, "EACCES" },
		{ OP_IRQFD, { .status = OP_DONE }, "success" },
		{ OP_GUEST_SERVE, { .status = OP_NOT_RUN }, "not performed" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct op op = { .id = rows[i].id };
		char got[64];

		direct_print_result(&op, &rows[i].res, got, sizeof(got));
		EXPECT_CONTAINS(t, got, rows[i].text);
	}
}

/* A device is told only what its kind is known to take. */
static void kinds_are_found_by_their_ids(struct unit *t)
{
	const struct direct_kind *k;

	for (unsigned int i = 0; (k = direct_kind_by_number(i)); i++) {
		EXPECT_TRUE(t, direct_kind_find(k->id) == k);
		EXPECT_EQ(t, strlen(k->id), strlen("1234:11e8"));
		EXPECT_TRUE(t, k->how[DIRECT_RAISE].is_set);
		for (unsigned int id = 0; id < NR_DIRECT_POKES; id++)
			EXPECT_EQ(t, k->how[id].offset % 4, 0);
	}
	EXPECT_TRUE(t, !direct_kind_find("1234:11e9"));
	EXPECT_TRUE(t, !direct_kind_find(""));
}

static const struct unit_test tests[] = {
	{ "direct_test.rows_are_programs", rows_are_programs },
	{ "direct_test.names_are_of_one_row", names_are_of_one_row },
	{ "direct_text.short_forms_become_operations", short_forms_become_operations },
	{ "direct_kinds.kinds_are_found_by_their_ids", kinds_are_found_by_their_ids },
	{ "direct_text.results_are_as_tests_write_them", results_are_as_tests_write_them },
};

UNIT_MAIN(tests)
