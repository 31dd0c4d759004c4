// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the words of a state's memory are: entries of the tables that its registers
 * lead to.
 */
#include "lib/vmstate/tables.h"

#include <stdlib.h>

#include "lib/prog/alloc.h"
#include "lib/regs/its_table.h"

/* Bytes of a page by GITS_BASER<n>.Page_Size; the last is reserved. */
static const u64 page_bytes[] = { 0x1000, 0x4000, 0x10000, 0x10000 };

static void add_area(struct vmstate_tables *t, enum vmstate_table kind, u64 base, u64 bytes,
		     u64 owner, u64 first)
{
	struct vmstate_area *a;

	t->area = xrealloc(t->area, (t->nr + 1) * sizeof(*t->area));
	a = &t->area[t->nr++];
	*a = (struct vmstate_area){ kind, base, bytes, owner, first, 0 };
}

/* KVM's tables of 64 KiB pages have bits 51:48 of the address in bits 15:12. */
static void add_baser(struct vmstate_tables *t, u64 its, u64 baser)
{
	u64 page = page_bytes[reg_field_get(FIELD_GITS_BASER_Page_Size, baser)];
	u64 base = baser & reg_field_mask(FIELD_GITS_BASER_Physical_Address) & ~(page - 1);
	u64 bytes = (reg_field_get(FIELD_GITS_BASER_Size, baser) + 1) * page;
	u64 type = reg_field_get(FIELD_GITS_BASER_Type, baser);
	bool two_levels = reg_field_get(FIELD_GITS_BASER_Indirect, baser);

	if (!reg_field_get(FIELD_GITS_BASER_Valid, baser))
		return;
	if (type == VMSTATE_ITS_COLLECTIONS)
		add_area(t, TABLE_COLLECTIONS, base, bytes, its, 0);
	else if (type == VMSTATE_ITS_DEVICES)
		add_area(t, two_levels ? TABLE_LEVEL1 : TABLE_DEVICES, base, bytes, its, 0);
	if (two_levels && t->nr)
		t->area[t->nr - 1].page = page;
}

static void add_register(struct vmstate_tables *t, const struct op *op)
{
	u64 value = op_arg(op, ARG_USER_WRITE_value);
	u64 vcpu = op_arg(op, ARG_USER_WRITE_vcpu);
	struct reg_at at;

	reg_find_at(op_arg(op, ARG_USER_WRITE_reg), &at);
	if (at.reg == REG_GITS_BASER)
		add_baser(t, op_arg(op, ARG_USER_WRITE_its), value);
	if (at.reg == REG_GICR_PENDBASER)
		add_area(t, TABLE_PENDING,
			 value & reg_field_mask(FIELD_GICR_PENDBASER_Physical_Address), 0x2000,
			 vcpu, 0);
}

/* The word at the start of @op's place, if that is an entry of a table of @kind. */
static const struct vmstate_area *area_of(const struct vmstate_tables *t, const struct op *op,
					  enum vmstate_table kind)
{
	const struct vmstate_area *a;

	if (op->id != OP_MEM_WRITE)
		return NULL;
	a = vmstate_area_at(t, op_arg(op, ARG_MEM_WRITE_at));
	return a && a->kind == kind ? a : NULL;
}

static void add_levels(struct vmstate_tables *t, const struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct vmstate_area *a = area_of(t, &p->op[i], TABLE_LEVEL1);
		u64 entry = a ? op_arg(&p->op[i], ARG_MEM_WRITE_value) : 0, nr;

		if (!a || !its_entry_get(ITS_ENTRY_L1E_V, entry))
			continue;
		nr = (op_arg(&p->op[i], ARG_MEM_WRITE_at) - a->base) / 8;
		add_area(t, TABLE_DEVICES,
			 its_entry_get(ITS_ENTRY_L1E_Address, entry) & ~(a->page - 1), a->page,
			 a->owner, nr * a->page / ITS_ENTRY_BYTES);
	}
}

static void add_itts(struct vmstate_tables *t, const struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct vmstate_area *a = area_of(t, &p->op[i], TABLE_DEVICES);
		u64 entry = a ? op_arg(&p->op[i], ARG_MEM_WRITE_value) : 0;
		u64 device;

		if (!a || !its_entry_get(ITS_ENTRY_DTE_V, entry))
			continue;
		device = a->first + (op_arg(&p->op[i], ARG_MEM_WRITE_at) - a->base) / 8;
		add_area(t, TABLE_EVENTS, its_entry_get(ITS_ENTRY_DTE_ITT_addr, entry),
			 ITS_ENTRY_BYTES << (its_entry_get(ITS_ENTRY_DTE_Size, entry) + 1),
			 a->owner, device);
	}
}

/**
 * vmstate_tables_find() - where the tables of a state are
 * @t: filled in, to be released by vmstate_tables_free()
 * @p: the operations of the state
 */
void vmstate_tables_find(struct vmstate_tables *t, const struct prog *p)
{
	*t = (struct vmstate_tables){ 0 };
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (p->op[i].id == OP_USER_WRITE)
			add_register(t, &p->op[i]);
	}
	add_levels(t, p);
	add_itts(t, p);
}

/**
 * vmstate_tables_free() - release what was found
 * @t: from vmstate_tables_find()
 */
void vmstate_tables_free(struct vmstate_tables *t)
{
	free(t->area);
	*t = (struct vmstate_tables){ 0 };
}

/**
 * vmstate_area_at() - the table that has an address
 * @t:  from vmstate_tables_find()
 * @at: gpa
 *
 * Return: the table, the first of those that overlap there, or NULL.
 */
const struct vmstate_area *vmstate_area_at(const struct vmstate_tables *t, u64 at)
{
	for (size_t i = 0; i < t->nr; i++) {
		if (at - t->area[i].base < t->area[i].bytes)
			return &t->area[i];
	}
	return NULL;
}

static void print_entry(const struct vmstate_area *a, u64 entry, char *buf, size_t bytes)
{
	unsigned long long e = entry;

	if (a->kind == TABLE_DEVICES && its_entry_get(ITS_ENTRY_DTE_V, entry))
		snprintf(buf, bytes, "itt=0x%llx size=%llu next=%llu",
			 (unsigned long long)its_entry_get(ITS_ENTRY_DTE_ITT_addr, entry),
			 (unsigned long long)its_entry_get(ITS_ENTRY_DTE_Size, entry),
			 (unsigned long long)its_entry_get(ITS_ENTRY_DTE_next, entry));
	else if (a->kind == TABLE_COLLECTIONS && its_entry_get(ITS_ENTRY_CTE_V, entry))
		snprintf(buf, bytes, "rdbase=0x%llx",
			 (unsigned long long)its_entry_get(ITS_ENTRY_CTE_RDBase, entry));
	else if (a->kind == TABLE_EVENTS && its_entry_get(ITS_ENTRY_ITE_pINTID, entry))
		snprintf(buf, bytes, "intid=%llu icid=%llu next=%llu",
			 (unsigned long long)its_entry_get(ITS_ENTRY_ITE_pINTID, entry),
			 (unsigned long long)its_entry_get(ITS_ENTRY_ITE_ICID, entry),
			 (unsigned long long)its_entry_get(ITS_ENTRY_ITE_next, entry));
	else if (a->kind == TABLE_PENDING || entry)
		snprintf(buf, bytes, "0x%llx", e);
	else
		snprintf(buf, bytes, "none");
}

static void print_place(const struct vmstate_area *a, u64 at, u64 entry, char *buf, size_t bytes)
{
	unsigned long long owner = a->owner, nr = (at - a->base) / ITS_ENTRY_BYTES;

	switch (a->kind) {
	case TABLE_DEVICES:
		snprintf(buf, bytes, "its %llu device 0x%llx", owner,
			 (unsigned long long)a->first + nr);
		break;
	case TABLE_EVENTS:
		snprintf(buf, bytes, "its %llu device 0x%llx event %llu", owner,
			 (unsigned long long)a->first, nr);
		break;
	case TABLE_COLLECTIONS:
		snprintf(buf, bytes, "its %llu collection %llu", owner,
			 (unsigned long long)its_entry_get(ITS_ENTRY_CTE_ICID, entry));
		break;
	case TABLE_LEVEL1:
		snprintf(buf, bytes, "its %llu devices from 0x%llx", owner,
			 nr * (unsigned long long)(a->page / ITS_ENTRY_BYTES));
		break;
	case TABLE_PENDING:
		snprintf(buf, bytes, "vcpu %llu pending LPIs from %llu", owner, nr * 64);
		break;
	}
}

/**
 * vmstate_print_entry() - a table's entry in words
 * @a:     the table
 * @at:    gpa of the entry
 * @was:   the entry, or 0 for none
 * @is:    what it is instead
 * @buf:   receives the text
 * @bytes: of @buf
 */
void vmstate_print_entry(const struct vmstate_area *a, u64 at, u64 was, u64 is, char *buf,
			 size_t bytes)
{
	char what[64], before[96], after[96];

	print_place(a, at, was ? was : is, what, sizeof(what));
	print_entry(a, was, before, sizeof(before));
	print_entry(a, is, after, sizeof(after));
	snprintf(buf, bytes, "%s: was %s, is %s", what, before, after);
}
