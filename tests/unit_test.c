// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit test framework notices what is wrong: planted failures of each kind.
 *
 * Each row runs a table of one test in a child and reads what it reported.
 */
#include "tests/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void passes(struct unit *t)
{
	EXPECT_TRUE(t, true);
	EXPECT_EQ(t, 7, 7);
	EXPECT_STR(t, "a", "a");
	EXPECT_CONTAINS(t, "abc", "bc");
}

static void wrong_condition(struct unit *t)
{
	EXPECT_TRUE(t, 1 > 2);
}

static void wrong_number(struct unit *t)
{
	if (EXPECT_EQ(t, 1, -1))
		return;
	puts("# went on");
}

static void wrong_string(struct unit *t)
{
	EXPECT_STR(t, "a\n", NULL);
}

static void wrong_part(struct unit *t)
{
	EXPECT_CONTAINS(t, "abc", "ac");
}

static void crashes(struct unit *t)
{
	(void)t;
	raise(SIGKILL);
}

static void hangs(struct unit *t)
{
	(void)t;
	for (;;)
		pause();
}

static void exits_early(struct unit *t)
{
	(void)t;
	exit(0);
}

static void skips(struct unit *t)
{
	unit_skip(t, "no %s", "KVM");
}

static void fails_then_skips(struct unit *t)
{
	EXPECT_TRUE(t, false);
	unit_skip(t, "too late");
}

/* Runs one test under the framework; @report gets its output. Returns its exit status. */
static int run(void (*test)(struct unit *t), const char *pattern, char *report, size_t bytes)
{
	const struct unit_test table[] = { { "x.y", test } };
	char *argv[] = { (char[]){ "test" }, (char[]){ "x.*" }, NULL };
	size_t used = 0;
	ssize_t got = 1;
	int status = -1;
	int fd[2];
	pid_t pid;

	if (pipe(fd))
		return -1;
	(void)fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fd[1], STDOUT_FILENO);
		close(fd[0]);
		close(fd[1]);
		setenv("UNIT_TIMEOUT", "1", 1);
		argv[1] = pattern ? strdup(pattern) : argv[1];
		status = unit_main(2, argv, table, 1);
		(void)fflush(stdout);
		_exit(status);
	}
	close(fd[1]);
	while (got > 0) {
		got = read(fd[0], report + used, bytes - 1 - used);
		used += got > 0 ? (size_t)got : 0;
	}
	report[used] = '\0';
	close(fd[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void each_outcome_is_reported(struct unit *t)
{
	static const struct {
		void (*test)(struct unit *t);
		int status;
		const char *report;
	} rows[] = {
		{ passes, 0, "KTAP version 1\n1..1\nok 1 x.y\n" },
		{ wrong_condition, 1, ": 1 > 2\nnot ok 1 x.y\n" },
		{ wrong_number, 1, "#   want 0xffffffffffffffff (-1)\n# went on\nnot ok 1 x.y\n" },
		{ wrong_string, 1, "#   got  \"a\\n\"\n#   want NULL\nnot ok 1 x.y\n" },
		{ wrong_part, 1, "#   want part of \"ac\"\nnot ok 1 x.y\n" },
		{ crashes, 1, "not ok 1 x.y # ERROR Killed\n" },
		{ hangs, 1, "not ok 1 x.y # TIMEOUT 1 seconds\n" },
		{ exits_early, 1, "not ok 1 x.y # ERROR exit status 0\n" },
		{ skips, 0, "ok 1 x.y # SKIP no KVM\n" },
		{ fails_then_skips, 1, "not ok 1 x.y\n" },
	};
	char report[1000];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(t, run(rows[i].test, NULL, report, sizeof(report)), rows[i].status);
		EXPECT_CONTAINS(t, report, rows[i].report);
	}
}

static void tests_are_listed_and_selected_by_name(struct unit *t)
{
	char report[1000];

	EXPECT_EQ(t, run(passes, "--list", report, sizeof(report)), 0);
	EXPECT_STR(t, report, "x.y\n");
	EXPECT_EQ(t, run(passes, "z*", report, sizeof(report)), 2);
	EXPECT_STR(t, report, "");
}

static const struct unit_test tests[] = {
	{ "unit.each_outcome_is_reported", each_outcome_is_reported },
	{ "unit.tests_are_listed_and_selected_by_name", tests_are_listed_and_selected_by_name },
};

UNIT_MAIN(tests)
