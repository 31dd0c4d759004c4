// SPDX-License-Identifier: GPL-2.0-only
/*
 * States of VMs: their text form, the order of their operations, and what two of them
 * differ in.  The VM is one that holds what is written.
 */
#include "lib/vmstate/vmstate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "tests/unit.h"

#define HEAD "vmstate 1\n"
#define VM "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\ncreate_its\ninit_vgic\ninit_its\n"
#define GUEST "guest vcpu=0 acked=0x1b,0x80000021 ended=0x20\n"
#define BASERS                                                     \
	"user write GITS_BASER0 vcpu=0 value=0x8107000050010000\n" \
	"user write GITS_BASER1 vcpu=0 value=0x8407000050020000\n"

static const struct {
	const char *text, *error;
	unsigned int line;
} wrong[] = {
	{ "", "this is no state of a VM: it begins with 'vmstate 1'", 1 },
	{ "vm gicv3\n", "this is no state of a VM: it begins with 'vmstate 1'", 1 },
	{ HEAD, "there is no 'vm' line: this is not a program", 0 },
	{ HEAD "guest vcpu=x\nvm gicv3\n",
	  "'guest vcpu=x' is not 'guest vcpu=N acked=... ended=...'", 2 },
	{ HEAD GUEST GUEST "vm gicv3\n", "a second line of the guest of vcpu 0", 3 },
	{ HEAD "guest vcpu=0 acked=27 ended=\nvm gicv3\n",
	  "'27 ended=' is no list of interrupts such as acked=0x1b,0x21", 2 },
	{ HEAD "guest vcpu=0 acked=0x1b,\nvm gicv3\n",
	  "',' is no list of interrupts such as acked=0x1b,0x21", 2 },
	{ HEAD "vm gicv3\nfoo\n", "'foo' is not a user operation", 3 },
	{ HEAD "vm gicv3\ncreate_vgic\nguest vcpu=0 eoi\n",
	  "operation 2, 'guest vcpu=0 eoi', is none that restores a VM", 0 },
};

static void text_that_is_wrong_is_told_of(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct prog_error err;
		struct vmstate s;

		if (!EXPECT_EQ(t, vmstate_parse(&s, wrong[i].text, strlen(wrong[i].text), &err),
			       -EINVAL))
			continue;
		EXPECT_STR(t, err.text, wrong[i].error);
		EXPECT_EQ(t, err.line, wrong[i].line);
	}
}

static bool parse(struct unit *t, struct vmstate *s, const char *text)
{
	struct prog_error err;

	if (EXPECT_EQ(t, vmstate_parse(s, text, strlen(text), &err), 0))
		return true;
	printf("#   %u: %s\n", err.line, err.text);
	return false;
}

static void text_is_printed_as_it_was_parsed(struct unit *t)
{
	static const char text[] = HEAD GUEST
		"guest vcpu=7 acked= ended=\n" VM BASERS
		"mem write at=0x50000000 size=8 value=0x11\n"
		"user write GICD_CTLR vcpu=0 value=0x12\nwrite_level vcpu=0 intid=32 value=0x1\n"
		"restore_tables\nset_mp_state vcpu=0 state=5\n";
	struct vmstate s;
	char *again;

	if (!parse(t, &s, text))
		return;
	EXPECT_EQ(t, s.nr_guests, 2);
	EXPECT_EQ(t, vmstate_guest_of(&s, 0)->acked[1], 0x80000021);
	EXPECT_TRUE(t, !vmstate_guest_of(&s, 1));
	again = vmstate_print(&s);
	EXPECT_STR(t, again, text);
	free(again);
	vmstate_free(&s);
}

/* Place of the first operation whose text begins so, or the number of operations. */
static size_t find(const struct prog *p, const char *text)
{
	char op[128];

	for (size_t i = 0; i < p->nr_ops; i++) {
		op_print(&p->op[i], op, sizeof(op));
		if (!strncmp(op, text, strlen(text)))
			return i;
	}
	return p->nr_ops;
}

/* In the documented order each of these is before the next one. */
static const char *const documented[] = {
	"create_vcpu",
	"init_vgic",
	"mem write",
	"user write GICD_IIDR",
	"user write GICD_CTLR",
	"user write GICR_CTLR",
	"set_its_addr",
	"user write GITS_CBASER",
	"user write GITS_BASER0",
	"restore_tables",
	"user write GITS_CTLR",
	"dev route_msi",
	"set_mp_state",
};

static const char unsorted[] =
	HEAD VM "user write GITS_CTLR vcpu=0 value=0x1\nrestore_tables\n"
		"dev route_msi gsi=1 at=0x8090040 data=1\nuser write GICR_CTLR vcpu=0 value=0x1\n"
		"user write GITS_BASER0 vcpu=0 value=0x0\nuser write GITS_CBASER vcpu=0 value=0x0\n"
		"set_its_addr base=0x8080000\nuser write GICD_CTLR vcpu=0 value=0x12\n"
		"user write GICD_IIDR vcpu=0 value=0x43b\n"
		"set_mp_state vcpu=0 state=5\nmem write at=0x50000000 size=8 value=0x1\n";

/* Which two of them an order turns round. */
static const struct {
	enum migrate_order order;
	const char *first, *second;
} orders[] = {
	{ MIGRATE_MEMORY_LAST, "restore_tables", "mem write" },
	{ MIGRATE_REDISTS_LAST, "user write GITS_CTLR", "user write GICR_CTLR" },
	{ MIGRATE_ITS_CTLR_FIRST, "user write GITS_CTLR", "restore_tables" },
	{ MIGRATE_TABLES_FIRST, "restore_tables", "user write GITS_BASER0" },
	{ MIGRATE_CBASER_LAST, "user write GITS_BASER0", "user write GITS_CBASER" },
	{ MIGRATE_IIDR_LAST, "user write GICR_CTLR", "user write GICD_IIDR" },
};

static void operations_are_sorted_into_an_order(struct unit *t)
{
	struct vmstate s;
	size_t nr;

	if (!parse(t, &s, unsorted))
		return;
	nr = s.prog.nr_ops;
	vmstate_sort(&s.prog, MIGRATE_DOCUMENTED);
	EXPECT_EQ(t, s.prog.nr_ops, nr);
	for (size_t i = 1; i < ARRAY_SIZE(documented); i++)
		EXPECT_TRUE(t, find(&s.prog, documented[i - 1]) < find(&s.prog, documented[i]));
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		EXPECT_TRUE(t, find(&s.prog, orders[i].second) < find(&s.prog, orders[i].first));
		vmstate_sort(&s.prog, orders[i].order);
		EXPECT_EQ(t, s.prog.nr_ops, nr);
		EXPECT_TRUE(t, find(&s.prog, orders[i].first) < find(&s.prog, orders[i].second));
		vmstate_sort(&s.prog, MIGRATE_DOCUMENTED);
	}
	vmstate_free(&s);
}

struct told {
	char text[1024];
	unsigned int nr_allowed;
};

static void tell(void *arg, const char *line, const char *allowed)
{
	struct told *told = arg;
	size_t at = strlen(told->text);

	told->nr_allowed += !!allowed;
	snprintf(told->text + at, sizeof(told->text) - at, "%s\n", line);
}

static const struct {
	const char *was, *is, *told;
	unsigned int nr_bad;
} differences[] = {
	{ "user write GICD_ISENABLER1 vcpu=0 value=0x3\n",
	  "user write GICD_ISENABLER1 vcpu=0 value=0x1\n",
	  "GICD_ISENABLER1: was 0x3 Set_enable_bits=3, is 0x1 Set_enable_bits=1\n", 1 },
	{ "user write GICR_WAKER vcpu=0 value=0x0\n", "",
	  "vcpu 0 GICR_WAKER: was 0x0, is no register\n", 1 },
	{ "user write GICD_TYPER vcpu=0 value=0x1\n", "user write GICD_TYPER vcpu=0 value=0x3\n",
	  "GICD_TYPER: was 0x1 ITLinesNumber=1, is 0x3 ITLinesNumber=3\n", 0 },
	{ "user write GICR_PROPBASER vcpu=0 value=0x0\n",
	  "user write GICR_PROPBASER vcpu=0 value=0x180\n",
	  "vcpu 0 GICR_PROPBASER: was 0x0 InnerCache=0, is 0x180 InnerCache=3\n", 0 },
	{ "user write GICR_PROPBASER vcpu=0 value=0x0\n",
	  "user write GICR_PROPBASER vcpu=0 value=0x181\n",
	  "vcpu 0 GICR_PROPBASER: was 0x0 InnerCache=0 IDbits=0, is 0x181 InnerCache=3 IDbits=1\n",
	  1 },
	{ "write_level vcpu=0 intid=32 value=0x1\n", "write_level vcpu=0 intid=32 value=0x0\n",
	  "was 'write_level vcpu=0 intid=32 value=0x1', is 'write_level vcpu=0 intid=32 value=0x0'\n",
	  1 },
	{ "set_mp_state vcpu=0 state=5\n", "set_mp_state vcpu=0 state=10\n",
	  "was 'set_mp_state vcpu=0 state=5', is 'set_mp_state vcpu=0 state=10'\n", 1 },
	{ "mem write at=0x50000000 size=8 value=0x11\n", "",
	  "memory at 0x50000000: was 0x11, is 0x0\n", 1 },
	/* Device 2, its event 1, and two collections in any order. */
	{ BASERS "mem write at=0x50010010 size=8 value=0x800000000a006003\n"
		 "mem write at=0x50030008 size=8 value=0x20030001\n",
	  BASERS "mem write at=0x50010010 size=8 value=0x800000000a006003\n",
	  "its 0 device 0x2 event 1: was intid=8195 icid=1 next=0, is none\n", 1 },
	{ BASERS, BASERS "mem write at=0x50010010 size=8 value=0x800000000a006003\n",
	  "its 0 device 0x2: was none, is itt=0x50030000 size=3 next=0\n", 1 },
	{ BASERS "mem write at=0x50020000 size=8 value=0x8000000000000001\n"
		 "mem write at=0x50020008 size=8 value=0x8000000000010002\n",
	  BASERS "mem write at=0x50020000 size=8 value=0x8000000000010002\n"
		 "mem write at=0x50020008 size=8 value=0x8000000000000001\n",
	  "", 0 },
	{ BASERS "mem write at=0x50020000 size=8 value=0x8000000000000001\n",
	  BASERS "mem write at=0x50020000 size=8 value=0x8000000000010001\n",
	  "its 0 collection 1: was rdbase=0x0, is none\n"
	  "its 0 collection 1: was none, is rdbase=0x1\n",
	  2 },
};

static void what_differs_is_named(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(differences); i++) {
		struct told told = { 0 };
		struct vmstate was, is;
		char text[1024];

		snprintf(text, sizeof(text), HEAD VM "%s", differences[i].was);
		if (!parse(t, &was, text))
			continue;
		snprintf(text, sizeof(text), HEAD VM "%s", differences[i].is);
		if (parse(t, &is, text)) {
			EXPECT_EQ(t, vmstate_compare(&was, &is, tell, &told),
				  differences[i].nr_bad);
			EXPECT_STR(t, told.text, differences[i].told);
			vmstate_free(&is);
		}
		vmstate_free(&was);
	}
}

/* vCPUs of a VM, by vcpu_id. */
static const struct {
	bool off; /* from its creation */
	u64 state;
	const char *saved;
} mp_states[] = {
	{ false, PROG_MP_RUNNABLE, NULL },
	{ false, PROG_MP_STOPPED, "set_mp_state vcpu=1 state=5" },
	{ true, PROG_MP_STOPPED, NULL },
	{ true, PROG_MP_RUNNABLE, "set_mp_state vcpu=3 state=0" },
	{ false, PROG_MP_SUSPENDED, "set_mp_state vcpu=4 state=10" },
};

static void tell_mp_state(void *vm, const struct op *op, struct op_result *res)
{
	const int *err = vm;

	/* It has no timers. */
	*res = (struct op_result){ .status = OP_FAILED, .err = ENOENT };
	if (op->id != OP_GET_MP_STATE)
		return;
	*res = (struct op_result){ .status = OP_DONE, .nr_vals = 1 };
	res->val[0] = mp_states[op_arg(op, ARG_GET_MP_STATE_vcpu)].state;
	if (*err)
		*res = (struct op_result){ .status = OP_FAILED, .err = *err };
}

/* Return: what saving did; @nr is how many states of vCPUs it told, all of them right. */
static int save_mp_states(struct unit *t, bool has_mp_state, int err, size_t *nr)
{
	const struct vmstate_port port = { .vm = &err,
					   .perform = tell_mp_state,
					   .has_mp_state = has_mp_state };
	const struct op_result done = { .status = OP_DONE };
	struct vmstate_failure failure;
	struct vmstate_history h;
	struct vmstate s;
	struct prog p;
	int ret;

	prog_init(&p, GIC_V3, 40);
	vmstate_history_init(&h, &p);
	for (size_t i = 0; i < ARRAY_SIZE(mp_states); i++) {
		struct op *op = prog_add(&p, OP_CREATE_VCPU);

		op_set_arg(op, ARG_CREATE_VCPU_id, i);
		op_set_arg(op, ARG_CREATE_VCPU_off, mp_states[i].off);
		vmstate_note(&h, op, &done);
	}
	ret = vmstate_save(&port, &h, MIGRATE_DOCUMENTED, &s, &failure);
	*nr = 0;
	for (size_t i = 0; !ret && i < ARRAY_SIZE(mp_states); i++)
		*nr += mp_states[i].saved && find(&s.prog, mp_states[i].saved) < s.prog.nr_ops;
	if (!ret) {
		EXPECT_EQ(t, s.prog.nr_ops, ARRAY_SIZE(mp_states) + *nr);
		vmstate_free(&s);
	}
	vmstate_history_free(&h);
	prog_free(&p);
	return ret;
}

static void states_of_vcpus_are_saved_unless_usual(struct unit *t)
{
	size_t nr;

	EXPECT_EQ(t, save_mp_states(t, true, 0, &nr), 0);
	EXPECT_EQ(t, nr, 3);
	EXPECT_EQ(t, save_mp_states(t, false, 0, &nr), 0);
	EXPECT_EQ(t, nr, 0);
	/* The VM is dead, or something is wrong. */
	EXPECT_EQ(t, save_mp_states(t, true, EIO, &nr), 0);
	EXPECT_EQ(t, nr, 0);
	EXPECT_EQ(t, save_mp_states(t, true, EINVAL, &nr), -EINVAL);
}

static const struct unit_test tests[] = {
	{ "vmstate.text_that_is_wrong_is_told_of", text_that_is_wrong_is_told_of },
	{ "vmstate.text_is_printed_as_it_was_parsed", text_is_printed_as_it_was_parsed },
	{ "vmstate.operations_are_sorted_into_an_order", operations_are_sorted_into_an_order },
	{ "vmstate.what_differs_is_named", what_differs_is_named },
	{ "vmstate.states_of_vcpus_are_saved_unless_usual",
	  states_of_vcpus_are_saved_unless_usual },
};

UNIT_MAIN(tests)
