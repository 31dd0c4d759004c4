// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small unit test framework: a table of named claims, one process for each.
 *
 * A crash, a sanitizer report, a leak or a hang is the failure of one test and
 * hides no other; so is one that takes longer than 300 s or UNIT_TIMEOUT. The
 * child tells its verdict by its exit status only, so whatever it prints
 * goes straight to the report.
 */
#include "tests/unit.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 300U

/* Exit statuses of a test's process; unlike any that a sanitizer uses. */
enum unit_verdict {
	UNIT_PASSED = 70,
	UNIT_FAILED = 71,
	UNIT_SKIPPED = 72,
};

/* Shared by a test's process and its parent. */
struct unit {
	enum unit_verdict verdict;
	char skip_reason[200];
};

/* Seconds that a test may take: UNIT_TIMEOUT of the environment, for slow machines. */
static unsigned int unit_timeout(void)
{
	const char *text = getenv("UNIT_TIMEOUT");
	unsigned long seconds = text ? strtoul(text, NULL, 10) : 0;

	return seconds && seconds < UINT_MAX ? (unsigned int)seconds : TIMEOUT_SECONDS;
}

static bool unit_verdict(struct unit *t, struct unit_site site, bool ok)
{
	if (!ok) {
		t->verdict = UNIT_FAILED;
		printf("# %s:%d: %s\n", site.file, site.line, site.text);
	}
	return ok;
}

/* Prints @text as it would stand in C, so that every difference is visible. */
static void print_quoted(const char *label, const char *text)
{
	printf("#   %s ", label);
	if (!text) {
		puts("NULL");
		return;
	}
	putchar('"');
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", stdout);
		else if ((u8)*text < 0x20 || (u8)*text >= 0x7f)
			printf("\\%03o", (u8)*text);
		else
			putchar(*text);
	}
	puts("\"");
}

/* Expects a condition. */
bool unit_true(struct unit *t, struct unit_site site, bool got)
{
	return unit_verdict(t, site, got);
}

/* Expects two numbers to be equal; they are shown as signed too. */
bool unit_eq(struct unit *t, struct unit_site site, u64 got, u64 want)
{
	bool ok = unit_verdict(t, site, got == want);

	if (!ok) {
		printf("#   got  0x%" PRIx64 " (%" PRId64 ")\n", got, (s64)got);
		printf("#   want 0x%" PRIx64 " (%" PRId64 ")\n", want, (s64)want);
	}
	return ok;
}

/* Expects two strings to be equal; NULL equals only NULL. */
bool unit_str(struct unit *t, struct unit_site site, const char *got, const char *want)
{
	bool same = got && want ? !strcmp(got, want) : got == want;

	if (!unit_verdict(t, site, same)) {
		print_quoted("got ", got);
		print_quoted("want", want);
	}
	return same;
}

/* Expects @want to occur in @got. */
bool unit_contains(struct unit *t, struct unit_site site, const char *got, const char *want)
{
	bool found = got && strstr(got, want);

	if (!unit_verdict(t, site, found)) {
		print_quoted("got         ", got);
		print_quoted("want part of", want);
	}
	return found;
}

/* Ends as a skip unless something failed; the test returns after it. */
void unit_skip(struct unit *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(t->skip_reason, sizeof(t->skip_reason), fmt, ap);
	va_end(ap);
	if (t->verdict == UNIT_PASSED)
		t->verdict = UNIT_SKIPPED;
}

/* Runs one test in this process, which then ends. */
static _Noreturn void unit_child(struct unit *t, const struct unit_test *test)
{
	/* A group of its own, so that what the test leaves behind can be ended. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(unit_timeout());
	test->run(t);
	exit((int)t->verdict);
}

/* Prints the result line of a test whose process ended with wait status @status. */
static bool unit_print(const struct unit *t, unsigned int number, const char *name, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	bool ok = code == UNIT_PASSED || code == UNIT_SKIPPED;

	printf("%s %u %s", ok ? "ok" : "not ok", number, name);
	if (code == UNIT_SKIPPED)
		printf(" # SKIP %s", t->skip_reason);
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		printf(" # TIMEOUT %u seconds", unit_timeout());
	else if (WIFSIGNALED(status))
		printf(" # ERROR %s", strsignal(WTERMSIG(status)));
	else if (!ok && code != UNIT_FAILED)
		printf(" # ERROR exit status %d", code);
	putchar('\n');
	fflush(stdout);
	return ok;
}

/* Runs one test in its own process; false if it fails. */
static bool unit_run(struct unit *t, unsigned int number, const struct unit_test *test)
{
	int status = 0;
	pid_t pid;

	*t = (struct unit){ .verdict = UNIT_PASSED };
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		printf("not ok %u %s # ERROR fork: %s\n", number, test->name, strerror(errno));
		return false;
	}
	if (!pid)
		unit_child(t, test);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	kill(-pid, SIGKILL);
	return unit_print(t, number, test->name, status);
}

/* Is @test wanted by the patterns on the command line? None wants all. */
static bool unit_selected(const struct unit_test *test, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!fnmatch(argv[i], test->name, 0))
			return true;
	}
	return argc <= 1;
}

/**
 * unit_main() - run the tests of a table and print KTAP
 * @argc:     of main()
 * @argv:     of main(): "--list", or shell patterns of test names
 * @tests:    the table
 * @nr_tests: rows in @tests
 *
 * Return: exit status: 0, 1 if a test failed, 2 if no test has such a name.
 */
int unit_main(int argc, char **argv, const struct unit_test *tests, unsigned int nr_tests)
{
	bool list = argc == 2 && !strcmp(argv[1], "--list");
	unsigned int nr_selected = 0;
	unsigned int number = 0;
	unsigned int failed = 0;
	struct unit *t;
	unsigned int i;

	for (i = 0; i < nr_tests; i++) {
		if (list)
			puts(tests[i].name);
		else
			nr_selected += unit_selected(&tests[i], argc, argv);
	}
	if (list)
		return 0;
	if (!nr_selected) {
		fprintf(stderr, "no test is named '%s'\n", argc > 1 ? argv[1] : "");
		return 2;
	}
	t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t == MAP_FAILED) {
		perror("cannot share memory with tests");
		return 1;
	}
	printf("KTAP version 1\n1..%u\n", nr_selected);
	for (i = 0; i < nr_tests; i++) {
		if (unit_selected(&tests[i], argc, argv))
			failed += !unit_run(t, ++number, &tests[i]);
	}
	return failed ? 1 : 0;
}
