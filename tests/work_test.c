// SPDX-License-Identifier: GPL-2.0-only
/*
 * Worker processes and outcomes, on a target that does what the program's first
 * vcpu_id says: answer rightly, answer wrongly, die, hang, give up, wait.  No KVM.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/harness.h"
#include "lib/prog/alloc.h"
#include "tests/programs.h"

enum deed { RIGHT, WRONG, ASSERTS, CRASHES, HANGS, GIVES_UP, LOOKS_FOR_ITSELF, WAITS, NR_DEEDS };

#define MAX_PROGRAMS 8
#define ASSERT_STATUS 254 /* what kvm_util's assertions exit with */

#define OUT_TEMPLATE "/tmp/vgicheck-work-XXXXXX"

static char out_dir[] = OUT_TEMPLATE;
static enum deed deeds[MAX_PROGRAMS];

/* What it waits for, and what it answers: how each wait ended. */
static const struct {
	enum op_id id;
	bool signalled; /* an SGI pends before */
	u64 value;
} waits[] = {
	{ OP_GUEST_WFI, false, 0 }, /* without a reason */
	{ OP_GUEST_WFI, false, 1 }, /* slept */
	{ OP_GUEST_WFI, false, 1 },
	{ OP_GUEST_IDLE, false, PROG_TOOK_NONE },
	{ OP_GUEST_IDLE, false, PROG_IDLE_ENDED },
	{ OP_GUEST_WFI, true, 0 },
	{ OP_GUEST_IDLE, true, PROG_TOOK_IRQ },
};

static void make_waits(struct prog *p)
{
	bool signalled = false;

	add_create_vcpu(p, WAITS);
	prog_add(p, OP_CREATE_VGIC);
	add_set_addr(p, ADDR_V3_DIST, 0x8000000);
	add_set_addr(p, ADDR_V3_REDIST, 0x80a0000);
	prog_add(p, OP_INIT_VGIC);
	add_guest_write(p, WAITS, reg_place(REG_GICD_CTLR, 0), 0x8000000, 0x12);
	add_guest_write(p, WAITS, reg_place(REG_ICC_PMR, 0), 0, 0xf8);
	add_guest_write(p, WAITS, reg_place(REG_ICC_IGRPEN1, 0), 0, 1);
	for (size_t i = 0; i < ARRAY_SIZE(waits); i++) {
		if (waits[i].signalled && !signalled)
			add_guest_write(p, WAITS, reg_place(REG_GICR_ISPENDR0, 0), 0x80a0000, 1);
		signalled |= waits[i].signalled;
		prog_add(p, waits[i].id)->arg[0] = WAITS;
	}
}

static void wait_as_said(const struct prog *prog, struct op_result *results)
{
	size_t nr = 0;

	for (size_t i = 0; i < prog->nr_ops; i++) {
		if (op_waits(prog->op[i].id))
			results[i] =
				(struct op_result){ .nr_vals = 1, .val = { waits[nr++].value } };
	}
}

static void make_program(u64 index, const struct recipe *recipe, struct prog *p)
{
	(void)recipe;
	if (deeds[index] == WAITS) {
		make_waits(p);
		return;
	}
	add_create_vcpu(p, deeds[index]);
	prog_add(p, OP_CREATE_VGIC);
	add_create_vcpu(p, deeds[index]);
}

static u64 count_programs(void)
{
	return MAX_PROGRAMS;
}

static const struct suite suite = {
	.name = "deeds", .doc = "", .count = count_programs, .make = make_program
};

/* Is the program's text where it is found if the kernel dies now? */
static bool is_in_flight(const struct prog *prog)
{
	char path[PATH_MAX], *text = prog_print(prog);
	static char file[1 << 20];
	bool found = false;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/inflight", out_dir);
	f = fopen(path, "re");
	n = f ? fread(file, 1, sizeof(file), f) : 0;
	for (size_t at = 0; at + 4 + strlen(text) <= n && !found; at += 65536)
		found = !memcmp(file + at + 4, text, strlen(text));
	if (f)
		fclose(f);
	free(text);
	return found;
}

/* Until it is killed. */
static void hang(void)
{
	for (;;)
		pause();
}

static void perform(const struct prog *prog, struct op_result *results)
{
	enum deed deed = (enum deed)op_arg(&prog->op[0], ARG_CREATE_VCPU_id);

	for (size_t i = 0; i < prog->nr_ops; i++)
		results[i] = (struct op_result){ .status = OP_DONE };
	if (deed == WAITS) {
		wait_as_said(prog, results);
		return;
	}
	results[2] = (struct op_result){ .status = OP_FAILED, .err = EEXIST };
	if (deed == WRONG)
		results[2].err = EINVAL;
	if (deed == ASSERTS) {
		fputs("==== Test Assertion Failure ====\n", stderr);
		_exit(ASSERT_STATUS);
	}
	if (deed == CRASHES) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (deed == HANGS)
		hang();
	if (deed == GIVES_UP)
		results[1].status = OP_NOT_RUN;
	if (deed == LOOKS_FOR_ITSELF && !is_in_flight(prog))
		_exit(1);
}

static const struct target fake = { .name = "fake", .run = perform };

struct seen {
	struct outcome outcome[MAX_PROGRAMS];
	size_t order[MAX_PROGRAMS];
	size_t nr;
};

static void see(void *arg, size_t i, const struct outcome *o)
{
	struct seen *s = arg;

	s->order[s->nr++] = i;
	s->outcome[i] = *o;
	s->outcome[i].reason = o->reason ? xstrndup(o->reason, strlen(o->reason)) : NULL;
	s->outcome[i].diag = o->diag ? xstrndup(o->diag, strlen(o->diag)) : NULL;
}

static void forget(struct seen *s)
{
	for (size_t i = 0; i < MAX_PROGRAMS; i++) {
		free(s->outcome[i].reason);
		free(s->outcome[i].diag);
	}
}

static struct options options = {
	.target = "fake", .out = out_dir, .jobs = 2, .timeout_s = 20, .count = MAX_PROGRAMS
};

/* Runs a program for each of @what that begins in time, with the divergences of @known. */
static void run_until(struct unit *t, const enum deed *what, size_t nr, struct known_list known,
		      u64 until_ns, struct seen *seen)
{
	struct session s = {
		.options = &options,
		.target = &fake,
		.info = { .version = 6012, .has_gicv3 = true, .max_ipa_bits = 48 },
		.of = { IMPL_KVM, 6012 },
		.known = known,
		.config = { .max_vcpus = 512, .profile = profile_for_kernel(6012) },
	};
	struct plan plan = { .until_ns = until_ns };
	char path[PATH_MAX];

	*seen = (struct seen){ 0 };
	snprintf(out_dir, sizeof(out_dir), "%s", OUT_TEMPLATE);
	if (!EXPECT_TRUE(t, mkdtemp(out_dir)))
		return;
	for (size_t i = 0; i < nr; i++)
		deeds[i] = what[i];
	options.all = true;
	plan_add_suite(&plan, &options, &suite);
	plan.nr = nr;
	EXPECT_EQ(t, work_run(&s, &plan, see, seen), 0);
	plan_free(&plan);
	snprintf(path, sizeof(path), "%s/inflight", out_dir);
	unlink(path);
	rmdir(out_dir);
	for (size_t i = 0; i < seen->nr; i++)
		EXPECT_EQ(t, seen->order[i], i);
}

static void run_deeds(struct unit *t, const enum deed *what, size_t nr, struct known_list known,
		      struct seen *seen)
{
	run_until(t, what, nr, known, 0, seen);
	EXPECT_EQ(t, seen->nr, nr);
}

static void assertions_and_crashes_cost_one_program(struct unit *t)
{
	static const enum deed what[] = { RIGHT, ASSERTS, RIGHT, CRASHES, RIGHT, RIGHT };
	struct known_list none = { 0 };
	struct seen seen;

	run_deeds(t, what, ARRAY_SIZE(what), none, &seen);
	for (size_t i = 0; i < ARRAY_SIZE(what); i++)
		EXPECT_EQ(t, seen.outcome[i].status, what[i] == RIGHT ? TAP_PASS : TAP_ERROR);
	EXPECT_CONTAINS(t, seen.outcome[1].reason, "254");
	EXPECT_CONTAINS(t, seen.outcome[1].diag, "Test Assertion Failure");
	EXPECT_CONTAINS(t, seen.outcome[3].reason, "signal");
	forget(&seen);
}

static void hanging_program_is_killed_and_fails(struct unit *t)
{
	static const enum deed what[] = { RIGHT, HANGS, RIGHT };
	struct known_list none = { 0 };
	struct seen seen;

	options.timeout_s = 1;
	run_deeds(t, what, ARRAY_SIZE(what), none, &seen);
	EXPECT_EQ(t, seen.outcome[0].status, TAP_PASS);
	EXPECT_EQ(t, seen.outcome[1].status, TAP_FAIL);
	EXPECT_CONTAINS(t, seen.outcome[1].reason, "hang");
	EXPECT_EQ(t, seen.outcome[2].status, TAP_PASS);
	forget(&seen);
}

/* The first ones may begin before anybody looks at the clock. */
static void program_is_not_begun_late(struct unit *t)
{
	static const enum deed what[] = { RIGHT, HANGS, RIGHT };
	struct known_list none = { 0 };
	struct seen seen;

	options.timeout_s = 1;
	options.jobs = 1;
	run_until(t, what, ARRAY_SIZE(what), none, 1, &seen);
	options.jobs = 2;
	EXPECT_TRUE(t, seen.nr < ARRAY_SIZE(what));
	forget(&seen);
}

static void wrong_answer_fails_and_giving_up_is_an_error(struct unit *t)
{
	static const enum deed what[] = { WRONG, GIVES_UP, RIGHT };
	struct known_list none = { 0 };
	struct seen seen;

	run_deeds(t, what, ARRAY_SIZE(what), none, &seen);
	EXPECT_EQ(t, seen.outcome[0].status, TAP_FAIL);
	EXPECT_STR(t, seen.outcome[0].reason, "uapi.vcpu.exists");
	EXPECT_CONTAINS(t, seen.outcome[0].diag,
			"op 3: create_vcpu id=1: got EINVAL, allowed EEXIST");
	EXPECT_EQ(t, seen.outcome[1].status, TAP_ERROR);
	EXPECT_EQ(t, seen.outcome[2].status, TAP_PASS);
	forget(&seen);
}

static void waits_are_counted_by_how_they_ended(struct unit *t)
{
	static const enum deed what[] = { WAITS, RIGHT, WAITS };
	struct known_list none = { 0 };
	struct seen seen;

	run_deeds(t, what, ARRAY_SIZE(what), none, &seen);
	for (size_t i = 0; i < ARRAY_SIZE(what); i++) {
		const struct judge_waits *w = &seen.outcome[i].waits;

		EXPECT_EQ(t, seen.outcome[i].status, TAP_PASS);
		EXPECT_EQ(t, w->nr, what[i] == WAITS ? ARRAY_SIZE(waits) : 0);
		EXPECT_EQ(t, w->spurious, what[i] == WAITS ? 2 : 0);
		EXPECT_EQ(t, w->ended, what[i] == WAITS ? 3 : 0);
	}
	forget(&seen);
}

static void program_is_in_flight_before_it_runs(struct unit *t)
{
	static const enum deed what[] = { LOOKS_FOR_ITSELF, LOOKS_FOR_ITSELF, LOOKS_FOR_ITSELF };
	struct known_list none = { 0 };
	struct seen seen;

	run_deeds(t, what, ARRAY_SIZE(what), none, &seen);
	for (size_t i = 0; i < ARRAY_SIZE(what); i++)
		EXPECT_EQ(t, seen.outcome[i].status, TAP_PASS);
	forget(&seen);
}

#define ENTRY                                                           \
	"rule: uapi.vcpu.exists\nkernels: 6.12\nop: user create_vcpu\n" \
	"upstream: nowhere\nprogram: deeds/000001\n"

static bool parse_known(struct unit *t, const char *text, struct known *k)
{
	struct prog_error err;

	if (!EXPECT_EQ(t, known_parse(k, text, &err), 0))
		return false;
	snprintf(k->id, sizeof(k->id), "entry");
	return true;
}

static void known_divergence_is_expected_and_missed(struct unit *t)
{
	static const enum deed what[] = { WRONG, RIGHT };
	struct known k;
	struct known_list list = { .known = &k, .nr = 1 };
	struct seen seen;

	if (!parse_known(t, ENTRY "got: EINVAL\n", &k))
		return;
	run_deeds(t, what, ARRAY_SIZE(what), list, &seen);
	EXPECT_EQ(t, seen.outcome[0].status, TAP_XFAIL);
	EXPECT_EQ(t, seen.outcome[1].status, TAP_XPASS);
	forget(&seen);
}

static void known_divergence_fails_if_strict(struct unit *t)
{
	static const enum deed what[] = { WRONG };
	struct known k;
	struct known_list list = { .known = &k, .nr = 1 };
	struct seen seen;

	options.strict = true;
	if (!parse_known(t, ENTRY "got: EINVAL\n", &k))
		return;
	run_deeds(t, what, ARRAY_SIZE(what), list, &seen);
	EXPECT_EQ(t, seen.outcome[0].status, TAP_FAIL);
	forget(&seen);
}

static void hazard_is_not_run_unless_asked_for(struct unit *t)
{
	static const enum deed what[] = { CRASHES };
	struct known k;
	struct known_list list = { .known = &k, .nr = 1 };
	struct seen seen;

	if (!parse_known(t, ENTRY "got: *\nhazard: user create_vcpu got EEXIST\n", &k))
		return;
	run_deeds(t, what, ARRAY_SIZE(what), list, &seen);
	EXPECT_EQ(t, seen.outcome[0].status, TAP_SKIP);
	EXPECT_CONTAINS(t, seen.outcome[0].reason, "entry");
	forget(&seen);
	options.hazards = true;
	run_deeds(t, what, ARRAY_SIZE(what), list, &seen);
	EXPECT_EQ(t, seen.outcome[0].status, TAP_ERROR);
	forget(&seen);
}

static const struct unit_test tests[] = {
	{ "work.assertions_and_crashes_cost_one_program", assertions_and_crashes_cost_one_program },
	{ "work.hanging_program_is_killed_and_fails", hanging_program_is_killed_and_fails },
	{ "work.program_is_not_begun_late", program_is_not_begun_late },
	{ "work.wrong_answer_fails_and_giving_up_is_an_error",
	  wrong_answer_fails_and_giving_up_is_an_error },
	{ "work.waits_are_counted_by_how_they_ended", waits_are_counted_by_how_they_ended },
	{ "work.program_is_in_flight_before_it_runs", program_is_in_flight_before_it_runs },
	{ "work.known_divergence_is_expected_and_missed", known_divergence_is_expected_and_missed },
	{ "work.known_divergence_fails_if_strict", known_divergence_fails_if_strict },
	{ "work.hazard_is_not_run_unless_asked_for", hazard_is_not_run_unless_asked_for },
};

UNIT_MAIN(tests)
