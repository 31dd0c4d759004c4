// SPDX-License-Identifier: GPL-2.0-only
/*
 * What two states differ in.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/vmstate/tables.h"

#define TEXT_BYTES 192

/* Two states being compared, each sorted by what its operations are about. */
struct comparing {
	const struct op **side[2];
	size_t nr[2];
	struct vmstate_tables tables; /* of the first one */
	vmstate_differ_fn *report;
	void *arg;
	size_t nr_bad;
};

/* How many arguments say what an operation is about; the value follows. */
static unsigned int key_length(const struct op *op)
{
	switch (op->id) {
	case OP_USER_WRITE:
	case OP_WRITE_LEVEL:
	case OP_IRQ_LINE:
		return 3;
	case OP_MEM_WRITE:
		return 2;
	case OP_ROUTE_MSI:
	case OP_COMMAND:
	case OP_SET_MP_STATE:
		return 1;
	default:
		return op_nr_args(op->id);
	}
}

static int compare_keys(const struct op *a, const struct op *b)
{
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	for (unsigned int i = 0; i < key_length(a); i++) {
		if (a->arg[i] != b->arg[i])
			return a->arg[i] < b->arg[i] ? -1 : 1;
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	return compare_keys(*(const struct op *const *)a, *(const struct op *const *)b);
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

static void differ(struct comparing *c, const char *text, const char *allowed)
{
	c->nr_bad += !allowed;
	c->report(c->arg, text, allowed);
}

static u64 value_of(const struct op *op)
{
	return op && key_length(op) < op_nr_args(op->id) ? op->arg[key_length(op)] : 0;
}

/*
 * Attributes of memory: whether software can program them is IMPLEMENTATION DEFINED
 * (IHI 0069H GICR_PROPBASER, GICR_PENDBASER, GITS_CBASER, GITS_BASER<n>).
 */
static const enum field_id memory_attributes[] = {
	FIELD_GICR_PROPBASER_OuterCache,   FIELD_GICR_PROPBASER_Shareability,
	FIELD_GICR_PROPBASER_InnerCache,   FIELD_GICR_PENDBASER_OuterCache,
	FIELD_GICR_PENDBASER_Shareability, FIELD_GICR_PENDBASER_InnerCache,
	FIELD_GITS_CBASER_InnerCache,	   FIELD_GITS_CBASER_OuterCache,
	FIELD_GITS_CBASER_Shareability,	   FIELD_GITS_BASER_InnerCache,
	FIELD_GITS_BASER_OuterCache,	   FIELD_GITS_BASER_Shareability,
};

/* The rule that allows bits of a register to differ, or NULL. */
static const char *allowed_in(const struct reg_at *at, u64 changed)
{
	if (at->reg < 0)
		return NULL;
	if (!vmstate_reg_is_restored(at))
		return "read-only: writes are ignored";
	for (size_t i = 0; i < ARRAY_SIZE(memory_attributes); i++) {
		if ((int)reg_field_desc(memory_attributes[i])->reg == at->reg)
			changed &= ~reg_field_mask(memory_attributes[i]);
	}
	return changed ? NULL : "memory attributes may be fixed";
}

static void differ_in_register(struct comparing *c, const struct op *was, const struct op *is)
{
	const struct op *op = was ? was : is;
	u64 where = op_arg(op, ARG_USER_WRITE_reg), changed = value_of(was) ^ value_of(is);
	char name[64], what[96], text[2][TEXT_BYTES], line[VMSTATE_LINE_BYTES];
	enum frame_id frame = place_frame(where);
	struct reg_at at;

	reg_find_at(where, &at);
	place_print(where, name, sizeof(name));
	if (frame == FRAME_GITS)
		snprintf(what, sizeof(what), "its %u %s", op_its(op), name);
	else if (frame == FRAME_GICD)
		snprintf(what, sizeof(what), "%s", name);
	else
		snprintf(what, sizeof(what), "vcpu %d %s", op_vcpu(op), name);
	for (unsigned int i = 0; i < 2; i++) {
		const struct op *o = i ? is : was;

		if (!o)
			snprintf(text[i], sizeof(text[i]), "no register");
		else if (at.reg >= 0)
			reg_print((enum reg_id)at.reg, value_of(o), changed, text[i],
				  sizeof(text[i]));
	}
	snprintf(line, sizeof(line), "%s: was %s, is %s", what, text[0], text[1]);
	differ(c, line, was && is ? allowed_in(&at, changed) : NULL);
}

static void differ_in_memory(struct comparing *c, const struct op *was, const struct op *is)
{
	u64 at = op_arg(was ? was : is, ARG_MEM_WRITE_at);
	const struct vmstate_area *a = vmstate_area_at(&c->tables, at);
	char line[VMSTATE_LINE_BYTES];

	/* Collections are in no order: compare_collections(). */
	if (a && a->kind == TABLE_COLLECTIONS)
		return;
	if (a)
		vmstate_print_entry(a, at, value_of(was), value_of(is), line, sizeof(line));
	else
		snprintf(line, sizeof(line), "memory at 0x%llx: was 0x%llx, is 0x%llx",
			 (unsigned long long)at, (unsigned long long)value_of(was),
			 (unsigned long long)value_of(is));
	differ(c, line, NULL);
}

static void differ_in_op(struct comparing *c, const struct op *was, const struct op *is)
{
	char text[2][TEXT_BYTES] = { "nothing", "nothing" }, line[VMSTATE_LINE_BYTES];

	if (was)
		op_print(was, text[0], sizeof(text[0]));
	if (is)
		op_print(is, text[1], sizeof(text[1]));
	snprintf(line, sizeof(line), "was '%s', is '%s'", text[0], text[1]);
	differ(c, line, NULL);
}

/* One of them may be NULL: it is in one state only. */
static void compare_ops(struct comparing *c, const struct op *was, const struct op *is)
{
	const struct op *op = was ? was : is;

	if (!op || (was && is && !memcmp(was->arg, is->arg, sizeof(was->arg))))
		return;
	if (op->id == OP_USER_WRITE)
		differ_in_register(c, was, is);
	else if (op->id == OP_MEM_WRITE)
		differ_in_memory(c, was, is);
	else
		differ_in_op(c, was, is);
}

static size_t entries_in(const struct comparing *c, unsigned int side, const struct vmstate_area *a,
			 u64 **entry)
{
	size_t nr = 0;

	*entry = xcalloc(c->nr[side] + 1, sizeof(**entry));
	for (size_t i = 0; i < c->nr[side]; i++) {
		const struct op *op = c->side[side][i];

		if (op->id == OP_MEM_WRITE && op_arg(op, ARG_MEM_WRITE_at) - a->base < a->bytes)
			(*entry)[nr++] = value_of(op);
	}
	qsort(*entry, nr, sizeof(**entry), by_value);
	return nr;
}

/* Their entries are listed in no particular order (arm-vgic-its.rst). */
static void compare_collections(struct comparing *c, const struct vmstate_area *a)
{
	u64 *entry[2];
	size_t nr[2], at[2] = { 0 };

	for (unsigned int i = 0; i < 2; i++)
		nr[i] = entries_in(c, i, a, &entry[i]);
	while (at[0] < nr[0] || at[1] < nr[1]) {
		bool first =
			at[1] == nr[1] || (at[0] < nr[0] && entry[0][at[0]] <= entry[1][at[1]]);
		bool second =
			at[0] == nr[0] || (at[1] < nr[1] && entry[1][at[1]] <= entry[0][at[0]]);
		char line[VMSTATE_LINE_BYTES];

		if (first != second) {
			vmstate_print_entry(a, a->base, first ? entry[0][at[0]] : 0,
					    first ? 0 : entry[1][at[1]], line, sizeof(line));
			differ(c, line, NULL);
		}
		at[0] += first;
		at[1] += second;
	}
	free(entry[0]);
	free(entry[1]);
}

static void sort_side(struct comparing *c, unsigned int side, const struct prog *p)
{
	c->side[side] = xcalloc(p->nr_ops + 1, sizeof(struct op *));
	c->nr[side] = p->nr_ops;
	for (size_t i = 0; i < p->nr_ops; i++)
		c->side[side][i] = &p->op[i];
	qsort(c->side[side], p->nr_ops, sizeof(struct op *), by_key);
}

/**
 * vmstate_compare() - what two states differ in
 * @was:    one
 * @is:     the other, of what was restored from it
 * @report: receives each difference, as a line
 * @arg:    for @report
 *
 * Return: how many there are, but for those that the documents allow.
 */
size_t vmstate_compare(const struct vmstate *was, const struct vmstate *is,
		       vmstate_differ_fn *report, void *arg)
{
	struct comparing c = { .report = report, .arg = arg };
	size_t i = 0, k = 0;

	sort_side(&c, 0, &was->prog);
	sort_side(&c, 1, &is->prog);
	vmstate_tables_find(&c.tables, &was->prog);
	while (i < c.nr[0] || k < c.nr[1]) {
		int order = i == c.nr[0] ? 1 :
			    k == c.nr[1] ? -1 :
					   compare_keys(c.side[0][i], c.side[1][k]);

		compare_ops(&c, order <= 0 ? c.side[0][i] : NULL, order >= 0 ? c.side[1][k] : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	for (size_t n = 0; n < c.tables.nr; n++) {
		if (c.tables.area[n].kind == TABLE_COLLECTIONS)
			compare_collections(&c, &c.tables.area[n]);
	}
	vmstate_tables_free(&c.tables);
	free(c.side[0]);
	free(c.side[1]);
	return c.nr_bad;
}
