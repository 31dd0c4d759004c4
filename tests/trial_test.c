// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pool of workers, on a target that does what the program's first vcpu_id
 * says: answer rightly, answer wrongly, die, hang, give up.  No KVM.
 */
#include "harness/trial.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit.h"

enum deed { RIGHT, WRONG, ASSERTS, CRASHES, HANGS, GIVES_UP, NR_DEEDS };

#define NR_WORKERS 3

static char out_dir[] = "/tmp/vgicheck-trial-XXXXXX";

static void perform(const struct prog *prog, struct op_result *results)
{
	enum deed deed = (enum deed)op_arg(&prog->op[0], ARG_CREATE_VCPU_id);

	for (size_t i = 0; i < prog->nr_ops; i++)
		results[i] = (struct op_result){ .status = OP_DONE };
	results[1] = (struct op_result){ .status = OP_FAILED, .err = EEXIST };
	switch (deed) {
	case WRONG:
		results[1].err = EINVAL;
		break;
	case ASSERTS:
		fputs("==== Test Assertion Failure ====\nof something\n", stderr);
		_exit(254);
	case CRASHES:
		abort();
	case HANGS:
		for (;;)
			pause();
	case GIVES_UP:
		results[1].status = OP_NOT_RUN;
		break;
	default:
		break;
	}
}

static const struct target fake = { .name = "fake", .run = perform };

static struct options options = { .target = "fake", .out = out_dir, .timeout_s = 1 };

static struct session session = {
	.options = &options,
	.target = &fake,
	.info = { .version = 6012, .has_gicv3 = true, .max_ipa_bits = 48 },
	.of = { IMPL_KVM, 6012 },
	.config = { .max_vcpus = 512 },
};

static struct trials *open_pool(void)
{
	if (!mkdtemp(out_dir))
		abort();
	session.config.profile = profile_for_kernel(6012);
	return trials_open(&session, NR_WORKERS);
}

static void close_pool(struct trials *t)
{
	char path[PATH_MAX];

	trials_close(t);
	snprintf(path, sizeof(path), "%s/inflight", out_dir);
	unlink(path);
	rmdir(out_dir);
}

static void submit(struct trials *t, enum deed deed, u64 token)
{
	struct prog p;

	prog_init(&p, GIC_V3, PROG_DEFAULT_IPA_BITS);
	add_create_vcpu(&p, deed);
	add_create_vcpu(&p, deed);
	trials_submit(t, &p, token);
	prog_free(&p);
}

/* Each deed once, with the deed as the token. */
static void try_all(struct unit *t, struct trial seen[NR_DEEDS])
{
	struct trials *pool = open_pool();
	unsigned int submitted = 0, nr = 0;
	struct trial trial;

	if (!EXPECT_TRUE(t, pool))
		return;
	do {
		while (submitted < NR_DEEDS && trials_idle(pool))
			submit(pool, (enum deed)submitted, submitted), submitted++;
		if (!EXPECT_TRUE(t, trials_next(pool, &trial)))
			break;
		seen[trial.token] = trial;
	} while (++nr < NR_DEEDS);
	EXPECT_EQ(t, trials_under_way(pool), 0);
	EXPECT_EQ(t, trials_idle(pool), NR_WORKERS);
	EXPECT_TRUE(t, !trials_next(pool, &trial));
	close_pool(pool);
}

static void each_end_is_told(struct unit *t)
{
	struct trial seen[NR_DEEDS] = { 0 };

	try_all(t, seen);
	EXPECT_EQ(t, seen[RIGHT].end, TRIAL_JUDGED);
	EXPECT_EQ(t, seen[RIGHT].verdict.nr_diffs, 0);
	EXPECT_EQ(t, seen[WRONG].end, TRIAL_JUDGED);
	EXPECT_EQ(t, seen[WRONG].verdict.nr_unknown, 1);
	EXPECT_STR(t, seen[WRONG].verdict.diff[0].got, "EINVAL");
	EXPECT_EQ(t, seen[ASSERTS].end, TRIAL_DIED);
	EXPECT_STR(t, seen[ASSERTS].reason, "the process ended with status 254: of something");
	EXPECT_EQ(t, seen[CRASHES].end, TRIAL_DIED);
	EXPECT_STR(t, seen[CRASHES].reason, "the process died of signal 6");
	EXPECT_EQ(t, seen[HANGS].end, TRIAL_HUNG);
	EXPECT_STR(t, seen[HANGS].reason, "hang: no end after 1 s");
	EXPECT_EQ(t, seen[GIVES_UP].end, TRIAL_SKIPPED);
	EXPECT_STR(t, seen[GIVES_UP].reason, "the target gave up");
}

/* A worker is used again, and one that died has a successor. */
static void workers_are_used_again(struct unit *t)
{
	struct trials *pool = open_pool();
	unsigned int right = 0, died = 0;
	struct trial trial;

	if (!EXPECT_TRUE(t, pool))
		return;
	for (unsigned int i = 0; i < 60; i++) {
		while (!trials_idle(pool) && trials_next(pool, &trial)) {
			right += trial.end == TRIAL_JUDGED;
			died += trial.end == TRIAL_DIED;
		}
		submit(pool, i % 3 ? RIGHT : ASSERTS, i);
	}
	while (trials_next(pool, &trial)) {
		right += trial.end == TRIAL_JUDGED && trial.results[1].err == EEXIST;
		died += trial.end == TRIAL_DIED;
	}
	EXPECT_EQ(t, right, 40);
	EXPECT_EQ(t, died, 20);
	close_pool(pool);
}

static void what_cannot_run_is_skipped(struct unit *t)
{
	struct trials *pool = open_pool();
	struct trial trial;
	struct prog p;

	if (!EXPECT_TRUE(t, pool))
		return;
	prog_init(&p, GIC_V2, PROG_DEFAULT_IPA_BITS);
	add_create_vcpu(&p, CRASHES);
	trials_submit(pool, &p, 7);
	prog_free(&p);
	EXPECT_TRUE(t, trials_next(pool, &trial));
	EXPECT_EQ(t, trial.token, 7);
	EXPECT_EQ(t, trial.end, TRIAL_SKIPPED);
	EXPECT_STR(t, trial.reason, "the host gives no vGICv2");
	close_pool(pool);
}

static const struct unit_test tests[] = {
	{ "trial.each_end_is_told", each_end_is_told },
	{ "trial.workers_are_used_again", workers_are_used_again },
	{ "trial.what_cannot_run_is_skipped", what_cannot_run_is_skipped },
};

UNIT_MAIN(tests)
