// SPDX-License-Identifier: GPL-2.0-only
/*
 * An exception whose interrupt is withdrawn before its handler acknowledges is
 * explained by what happens in between, and by nothing else.
 */
#include "lib/judge/judge.h"

#include "lib/prog/prog.h"
#include "tests/raced.h"
#include "tests/unit.h"

/* SPI 40 in group 1, SPI 41 in group 0, both edge and to vCPU 0, which has both groups enabled. */
#define SIGNALS                                                                   \
	TWO_VCPUS "guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x13\n"        \
		  "guest vcpu=0 write GICD_IGROUPR1 at=0x8000000 value=0x100\n"   \
		  "guest vcpu=0 write GICD_ISENABLER1 at=0x8000000 value=0x300\n" \
		  "guest vcpu=0 write ICC_PMR_EL1 value=0xf8\n"                   \
		  "guest vcpu=0 write ICC_IGRPEN0_EL1 value=0x1\n"                \
		  "guest vcpu=0 write ICC_IGRPEN1_EL1 value=0x1\n"
#define SETUP (FIRST + 6)
#define PEND(bits) "guest vcpu=0 write GICD_ISPENDR1 at=0x8000000 value=" #bits "\n"
#define DISABLE "guest vcpu=1 write GICD_ICENABLER1 at=0x8000000 value=0x100\n"
#define DISABLE_0 "guest vcpu=1 write GICD_ICENABLER1 at=0x8000000 value=0x200\n"
#define PEND_OTHER "guest vcpu=1 write GICD_ISPENDR1 at=0x8000000 value=0x100\n"
#define UNPEND "guest vcpu=1 write GICD_ICPENDR1 at=0x8000000 value=0x100\n"

#define IRQ_WITHOUT (PROG_TOOK_IRQ | PROG_TOOK_NONE)
#define FIQ_WITHOUT (PROG_TOOK_FIQ | PROG_TOOK_NONE)

static void what_is_withdrawn_in_between_is_explained(struct unit *t)
{
	static const struct {
		const char *pend, *block;
		u64 value; /* of the operation that takes an interrupt */
		bool wrong;
	} rows[] = {
		{ PEND(0x100), "guest vcpu=0 take\n" DISABLE, IRQ_WITHOUT, false },
		{ PEND(0x100), "guest vcpu=0 idle\n" DISABLE, IRQ_WITHOUT, false },
		{ PEND(0x100), DISABLE "guest vcpu=0 take\n", IRQ_WITHOUT, false },
		{ PEND(0x100), "guest vcpu=0 take\n" UNPEND, IRQ_WITHOUT, false },
		{ PEND(0x100), "guest vcpu=0 take\n" DISABLE, PROG_TOOK_IRQ | 40, false },
		{ PEND(0x100), "guest vcpu=0 take\n" DISABLE, PROG_TOOK_NONE, false },
		/* It comes as the exception of its group. */
		{ PEND(0x100), "guest vcpu=0 take\n" DISABLE, FIQ_WITHOUT, true },
		{ PEND(0x200), "guest vcpu=0 take\n" DISABLE_0, FIQ_WITHOUT, false },
		/* That of the other group is not what the handler asks for. */
		{ PEND(0x200), "guest vcpu=0 take\n" PEND_OTHER DISABLE_0, FIQ_WITHOUT, false },
		/* Something else was withdrawn, or nothing was. */
		{ PEND(0x100), "guest vcpu=0 take\n" DISABLE_0, IRQ_WITHOUT, true },
		{ PEND(0x100), "guest vcpu=0 take\nguest vcpu=0 isb\n", IRQ_WITHOUT, true },
		{ "", "guest vcpu=0 take\n" DISABLE, IRQ_WITHOUT, true },
		/* It was withdrawn before the exception. */
		{ PEND(0x100) DISABLE, "guest vcpu=0 take\n" UNPEND, IRQ_WITHOUT, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[2048];
		struct raced r;

		snprintf(text, sizeof(text), "%s%spar {\n%s}\n", SIGNALS, rows[i].pend,
			 rows[i].block);
		if (!raced_init(t, &r, text))
			return;
		for (size_t op = SETUP; op < r.prog.nr_ops; op++) {
			if (r.prog.op[op].id == OP_GUEST_TAKE || r.prog.op[op].id == OP_GUEST_IDLE)
				raced_set_value(&r, op, rows[i].value);
		}
		raced_judge(&r);
		if (!EXPECT_EQ(t, r.v.nr_diffs > 0, rows[i].wrong) ||
		    !EXPECT_TRUE(t, rows[i].wrong || r.v.unjudged == r.prog.nr_ops))
			printf("#   row %zu\n", i);
		raced_free(&r);
	}
}

/* Nobody acts beside it. */
static void alone_nothing_is_withdrawn(struct unit *t)
{
	struct raced r;

	if (!raced_init(t, &r, SIGNALS PEND(0x100) "guest vcpu=0 take\n"))
		return;
	raced_set_value(&r, r.prog.nr_ops - 1, IRQ_WITHOUT);
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_unknown, 1);
	raced_free(&r);
}

/* What is withdrawn was not taken: it is not active, and the next one that comes is. */
static void what_was_withdrawn_is_not_active(struct unit *t)
{
	struct raced r;

	if (!raced_init(t, &r,
			SIGNALS PEND(0x100) "par {\nguest vcpu=0 take\n" DISABLE "}\n"
					    "guest vcpu=0 read GICD_ISACTIVER1 at=0x8000000\n"
					    "guest vcpu=0 read GICD_ISPENDR1 at=0x8000000\n"))
		return;
	raced_set_value(&r, SETUP + 1, IRQ_WITHOUT);
	raced_set_value(&r, SETUP + 3, 0);
	raced_set_value(&r, SETUP + 4, 0x100);
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_diffs, 0);
	raced_set_value(&r, SETUP + 3, 0x100);
	raced_judge(&r);
	EXPECT_EQ(t, r.v.nr_unknown, 1);
	raced_free(&r);
}

#define ACTIVE_AND_PENDING                                                \
	SIGNALS PEND(0x100) "guest vcpu=0 take\n" PEND(                   \
		0x100) "guest vcpu=0 write GICD_ICENABLER1 at=0x8000000 " \
		       "value=0x100\n"
#define TAKEN_FIRST (SETUP + 1)

/*
 * KVM is known to let a disabled interrupt through at the end of its last handling; where an
 * exit comes before the acknowledge, only the exception is seen of it.
 */
static void what_slips_through_may_be_withdrawn(struct unit *t)
{
	static const struct {
		const char *then;
		unsigned int nr_known;
	} rows[] = {
		{ "guest vcpu=0 eoi\nguest vcpu=0 take\n", 1 },
		{ "guest vcpu=0 eoi\nguest vcpu=0 idle\n", 1 },
		/* It is active yet. */
		{ "guest vcpu=0 isb\nguest vcpu=0 take\n", 0 },
	};
	struct known known = {
		.implementation = IMPL_KVM,
		.to = ~0U,
		.after_op = NR_OPS,
		.deviation = DEVIATION_SLIPS_THROUGH,
	};
	const struct known_list list = { &known, 1 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[2048];
		struct raced r;

		snprintf(text, sizeof(text), "%s%s", ACTIVE_AND_PENDING, rows[i].then);
		if (!raced_init(t, &r, text))
			return;
		r.judge.known = &list;
		deviation_add(&r.judge.config.deviations, DEVIATION_SLIPS_THROUGH);
		raced_set_value(&r, TAKEN_FIRST, PROG_TOOK_IRQ | 40);
		if (r.prog.op[r.prog.nr_ops - 2].id == OP_GUEST_EOI)
			raced_set_value(&r, r.prog.nr_ops - 2, 40);
		raced_set_value(&r, r.prog.nr_ops - 1, IRQ_WITHOUT);
		raced_judge(&r);
		if (!EXPECT_EQ(t, r.v.nr_diffs - r.v.nr_unknown, rows[i].nr_known) ||
		    !EXPECT_EQ(t, r.v.nr_unknown, !rows[i].nr_known))
			printf("#   row %zu\n", i);
		raced_free(&r);
	}
}

static const struct unit_test tests[] = {
	{ "withdrawn.what_is_withdrawn_in_between_is_explained",
	  what_is_withdrawn_in_between_is_explained },
	{ "withdrawn.alone_nothing_is_withdrawn", alone_nothing_is_withdrawn },
	{ "withdrawn.what_was_withdrawn_is_not_active", what_was_withdrawn_is_not_active },
	{ "withdrawn.what_slips_through_may_be_withdrawn", what_slips_through_may_be_withdrawn },
};

UNIT_MAIN(tests)
