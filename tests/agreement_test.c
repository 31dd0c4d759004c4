// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparing two targets: what differs is a choice only if the model says so.
 */
#include "harness/agreement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "lib/prog/alloc.h"
#include "tests/programs.h"

/* Two SGIs of the same priority, of which either may come first. */
static const char text[] = "vm gicv3\n"
			   "create_vgic\n"
			   "create_vcpu id=0\n"
			   "set_addr v3_dist base=0x8000000\n"
			   "redist_region index=0 base=0x20000000 count=1\n"
			   "init_vgic\n"
			   "guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x12\n"
			   "guest vcpu=0 write ICC_PMR_EL1 value=0xff\n"
			   "guest vcpu=0 write ICC_IGRPEN1_EL1 value=1\n"
			   "guest vcpu=0 write GICR_IGROUPR0 at=0x20000000 value=0xffffffff\n"
			   "guest vcpu=0 write GICR_ISENABLER0 at=0x20000000 value=0xff\n"
			   "guest vcpu=0 write GICR_ISPENDR0 at=0x20000000 value=0x6\n"
			   "guest vcpu=0 ack group=1\n"
			   "guest vcpu=0 eoi\n"
			   "guest vcpu=0 read GICR_TYPER at=0x20000000\n";

enum { OP_INIT = 4, OP_ACK = 11, OP_EOI, OP_READ };

/* The program with right results on both sides, which are the same. */
struct fixture {
	struct options options;
	struct session session;
	struct known_list known;
	struct model *model;
	struct prog p;
	struct pair pair;
};

static bool fixture_open(struct unit *t, struct fixture *f)
{
	struct op_result *res;
	struct expect want;

	*f = (struct fixture){ .model = model_create() };
	if (!EXPECT_TRUE(t, f->model) || !program_parse(t, text, &f->p))
		return false;
	f->session = (struct session){
		.options = &f->options,
		.of = { IMPL_KVM, 7002 },
		.config = { .max_vcpus = 512,
			    .icc_ctlr = HARNESS_USUAL_ICC_CTLR,
			    .profile = profile_for_kernel(7002) },
	};
	f->pair = (struct pair){ .name = "p", .p = &f->p };
	for (unsigned int i = 0; i < 2; i++) {
		struct judge j = session_judge(&f->session, f->model);
		struct side *s = &f->pair.side[i];

		s->name = i ? "right" : "left";
		s->session = &f->session;
		s->rec.nr = f->p.nr_ops;
		s->rec.result = res = xcalloc(f->p.nr_ops, sizeof(*res));
		j.config.gic = f->p.gic;
		model_reset_for(f->model, &j.config, &f->p);
		for (size_t n = 0; n < f->p.nr_ops; n++) {
			model_expect(f->model, &f->p.op[n], &want);
			expect_follow(&want, expect_usual_alt(&want), NULL, f->model, &f->p.op[n],
				      &res[n]);
		}
	}
	return true;
}

static struct op_result *right(struct fixture *f, size_t op)
{
	return &f->pair.side[1].rec.result[op];
}

static void fixture_close(struct fixture *f)
{
	pair_free(&f->pair);
	prog_free(&f->p);
	model_destroy(f->model);
}

static void same_is_same(struct unit *t)
{
	struct fixture f;

	if (!fixture_open(t, &f))
		return;
	pair_compare(&f.pair, f.model);
	EXPECT_EQ(t, f.pair.worst, AGREE_SAME);
	fixture_close(&f);
}

/* One acknowledges SGI 1 and the other SGI 2, and each ends its own. */
static void either_of_equal_priority_is_a_choice(struct unit *t)
{
	struct fixture f;

	if (!fixture_open(t, &f))
		return;
	right(&f, OP_ACK)->val[0] ^= 3;
	right(&f, OP_EOI)->val[0] ^= 3;
	pair_compare(&f.pair, f.model);
	EXPECT_EQ(t, f.pair.op[OP_ACK], AGREE_CHOICE);
	EXPECT_EQ(t, f.pair.op[OP_EOI], AGREE_CHOICE);
	EXPECT_EQ(t, f.pair.op[OP_READ], AGREE_SAME);
	EXPECT_EQ(t, f.pair.worst, AGREE_CHOICE);
	fixture_close(&f);
}

static void what_breaks_a_rule_is_different(struct unit *t)
{
	struct fixture f;
	char buf[256];

	if (!fixture_open(t, &f))
		return;
	right(&f, OP_READ)->val[0] ^= 0x10;
	pair_compare(&f.pair, f.model);
	EXPECT_EQ(t, f.pair.op[OP_READ], AGREE_DIFFERENT);
	EXPECT_EQ(t, f.pair.worst, AGREE_DIFFERENT);
	side_print(&f.pair, 0, OP_READ, buf, sizeof(buf));
	EXPECT_STR(t, buf, "0x10 Last=1");
	side_print_short(&f.pair.side[1], OP_READ, buf, sizeof(buf));
	EXPECT_STR(t, buf, "0x0");
	side_print_verdict(&f.pair, 0, OP_READ, buf, sizeof(buf));
	EXPECT_STR(t, buf, "as allowed");
	side_print_verdict(&f.pair, 1, OP_READ, buf, sizeof(buf));
	EXPECT_CONTAINS(t, buf, "breaks redist.last.");
	fixture_close(&f);
}

/* After a refusal that the model cannot follow nothing is a choice any more. */
static void beyond_what_is_judged_is_unpredicted(struct unit *t)
{
	struct fixture f;

	if (!fixture_open(t, &f))
		return;
	*right(&f, OP_INIT) = (struct op_result){ .status = OP_FAILED, .err = ENXIO };
	right(&f, OP_ACK)->val[0] ^= 3;
	pair_compare(&f.pair, f.model);
	EXPECT_EQ(t, f.pair.op[OP_INIT], AGREE_DIFFERENT);
	EXPECT_EQ(t, f.pair.op[OP_ACK], AGREE_UNPREDICTED);
	fixture_close(&f);
}

/* What only the hardware below a kernel does wrong is told apart from what the kernel does. */
static void known_hardware_is_told_apart(struct unit *t)
{
	static struct known entry = {
		.id = "entry",
		.implementation = IMPL_KVM,
		.to = VERSION_NO_END,
		.host = HOST_QEMU_VIRT,
		.rule = { RULE_LAST_TOP_FULL },
		.nr_rules = 1,
		.shown_by = { [OP_GUEST_READ] = true },
		.nr_ops = 1,
		.got = { "*" },
		.nr_got = 1,
		.after_op = NR_OPS,
		.deviation = -1,
	};
	struct fixture f;

	for (unsigned int i = 0; i < 2; i++) {
		if (!fixture_open(t, &f))
			return;
		entry.host = i ? HOST_ANY : HOST_QEMU_VIRT;
		f.session.known = (struct known_list){ .known = &entry, .nr = 1 };
		f.session.of.hosts = HOST_QEMU_VIRT;
		right(&f, OP_READ)->val[0] ^= 0x10;
		pair_compare(&f.pair, f.model);
		EXPECT_EQ(t, f.pair.op[OP_READ], i ? AGREE_DIFFERENT : AGREE_HOST);
		fixture_close(&f);
	}
}

static void unknown_program_has_no_choices(struct unit *t)
{
	struct fixture f;

	if (!fixture_open(t, &f))
		return;
	f.pair.p = NULL;
	right(&f, OP_ACK)->val[0] ^= 3;
	pair_compare(&f.pair, f.model);
	EXPECT_EQ(t, f.pair.op[OP_ACK], AGREE_DIFFERENT);
	fixture_close(&f);
}

static void kernel_log_of_one_is_different(struct unit *t)
{
	struct fixture f;

	if (!fixture_open(t, &f))
		return;
	f.pair.side[1].rec.log = xstrndup("WARNING", 7);
	pair_compare(&f.pair, f.model);
	EXPECT_EQ(t, f.pair.op[f.pair.nr], AGREE_DIFFERENT);
	EXPECT_EQ(t, f.pair.worst, AGREE_DIFFERENT);
	fixture_close(&f);
}

static void death_of_one_is_different(struct unit *t)
{
	struct fixture f;

	if (!fixture_open(t, &f))
		return;
	record_free(&f.pair.side[1].rec);
	f.pair.side[1].rec.died = xstrndup("signal", 6);
	pair_compare(&f.pair, f.model);
	EXPECT_EQ(t, f.pair.worst, AGREE_DIFFERENT);
	fixture_close(&f);
}

static const struct unit_test tests[] = {
	{ "agreement.same_is_same", same_is_same },
	{ "agreement.either_of_equal_priority_is_a_choice", either_of_equal_priority_is_a_choice },
	{ "agreement.what_breaks_a_rule_is_different", what_breaks_a_rule_is_different },
	{ "agreement.beyond_what_is_judged_is_unpredicted", beyond_what_is_judged_is_unpredicted },
	{ "agreement.known_hardware_is_told_apart", known_hardware_is_told_apart },
	{ "agreement.unknown_program_has_no_choices", unknown_program_has_no_choices },
	{ "agreement.kernel_log_of_one_is_different", kernel_log_of_one_is_different },
	{ "agreement.death_of_one_is_different", death_of_one_is_different },
};

UNIT_MAIN(tests)
