// SPDX-License-Identifier: GPL-2.0-only
/*
 * lib/tap prints what happened, in KTAP, JSON and JUnit, and exits accordingly.
 *
 * JSON is parsed by a small strict checker below, XML by python3 where there is
 * one. Nothing here needs KVM.
 */
#include "lib/tap/tap.h"

#include <errno.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/tap/json.h"
#include "lib/tap/junit.h"
#include "lib/tap/stream.h"
#include "tests/unit.h"

static const struct tap_result pass = { .name = "a/pass", .status = TAP_PASS, .ns = 1500000000 };
static const struct tap_result fail = {
	.name = "a/fail",
	.status = TAP_FAIL,
	.reason = "op 9: got 1, allowed 0",
	.diag = "op 9: read\nrule redist.last",
};
static const struct tap_result skip = {
	.name = "b/skip",
	.status = TAP_SKIP,
	.reason = "no GICv4",
};
static const struct tap_result xfail = {
	.name = "b/xfail",
	.status = TAP_XFAIL,
	.reason = "last-5.10",
};
static const struct tap_result xpass = {
	.name = "b/xpass",
	.status = TAP_XPASS,
	.reason = "last-5.10",
};
static const struct tap_result error = {
	.name = "error",
	.status = TAP_ERROR,
	.reason = "/dev/kvm vanished",
};

static const struct tap_meta meta[] = {
	{ "seed", "0x1f2e" },
	{ "kernel", "6.1 \"a\\b\" <&>" },
};

/* KTAP of a run of @nr results under a plan of @plan, in a caller-freed string. */
static char *run(const struct tap_result *const *results, unsigned int nr, unsigned int plan,
		 enum tap_exit *status)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	struct tap *t = tap_open(f, f);
	unsigned int i;

	tap_begin(t, plan);
	for (i = 0; i < nr; i++) {
		tap_report(t, results[i]);
		tap_progress(t, i, nr, 0);
	}
	*status = tap_end(t);
	tap_close(t);
	(void)fclose(f);
	return text;
}

static void prints_one_line_a_result(struct unit *t)
{
	const struct tap_result *const all[] = { &pass, &fail, &skip, &skip, &xfail, &error };
	enum tap_exit status;
	char *got = run(all, 6, 6, &status);

	EXPECT_STR(t, got,
		   "KTAP version 1\n1..6\n"
		   "ok 1 a/pass\n"
		   "not ok 2 a/fail # op 9: got 1, allowed 0\n"
		   "# op 9: read\n# rule redist.last\n"
		   "ok 3 b/skip # SKIP no GICv4\n"
		   "ok 4 b/skip # SKIP no GICv4\n"
		   "ok 5 b/xfail # XFAIL last-5.10\n"
		   "not ok 6 error # ERROR /dev/kvm vanished\n"
		   "# Failed:\n"
		   "#   a/fail: op 9: got 1, allowed 0\n"
		   "#   error: /dev/kvm vanished\n"
		   "# Skipped:\n#   2: no GICv4\n"
		   "# Known:\n#   1: last-5.10\n"
		   "# Totals: pass:1 fail:1 xfail:1 xpass:0 skip:2 error:1\n");
	EXPECT_EQ(t, status, TAP_EXIT_DIFFERENT);
	free(got);
}

static void leaves_out_an_unknown_plan(struct unit *t)
{
	const struct tap_result *const one[] = { &pass };
	enum tap_exit status;
	char *got = run(one, 1, 0, &status);

	EXPECT_STR(t, got,
		   "KTAP version 1\nok 1 a/pass\n"
		   "# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0\n");
	EXPECT_EQ(t, status, TAP_EXIT_OK);
	free(got);
}

static void keeps_names_and_reasons_on_their_line(struct unit *t)
{
	const struct tap_result nasty = {
		.name = "a#b\nok 9 forged",
		.status = TAP_FAIL,
		.reason = "one\x1b[31m\nok 9 forged",
		.diag = "x\ty\n\nok 9 forged\n",
	};
	const struct tap_result *const one[] = { &nasty };
	enum tap_exit status;
	char *got = run(one, 1, 1, &status);

	EXPECT_CONTAINS(t, got, "\nnot ok 1 a?b # one?[31m\n# x\ty\n# \n# ok 9 forged\n# Failed:");
	EXPECT_TRUE(t, !strstr(got, "\nok"));
	free(got);
}

static void notes_are_diagnostic_lines(struct unit *t)
{
	char *got = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&got, &bytes);
	struct tap *tap = tap_open(f, NULL);

	tap_note(tap, "%s", "first\nok 1 second\n");
	tap_meta(tap, meta, 1);
	tap_close(tap);
	(void)fclose(f);
	EXPECT_STR(t, got, "# first\n# ok 1 second\n# seed: 0x1f2e\n");
	free(got);
}

/* Which results give which status; each planted wrong one must be noticed. */
static void exit_status_tells_the_outcome(struct unit *t)
{
	static const struct {
		const struct tap_result *results[2];
		unsigned int plan;
		enum tap_exit want;
	} rows[] = {
		{ { &pass, &pass }, 2, TAP_EXIT_OK },
		{ { &pass, &xfail }, 2, TAP_EXIT_OK },
		{ { &pass, &skip }, 2, TAP_EXIT_OK },
		{ { &xfail, &skip }, 2, TAP_EXIT_OK },
		{ { &pass, &fail }, 2, TAP_EXIT_DIFFERENT },
		{ { &xpass, &pass }, 2, TAP_EXIT_DIFFERENT },
		{ { &skip, &fail }, 2, TAP_EXIT_DIFFERENT },
		{ { &fail, &error }, 2, TAP_EXIT_DIFFERENT },
		{ { &skip, &skip }, 2, TAP_EXIT_SKIPPED },
		{ { &pass, &error }, 2, TAP_EXIT_HARNESS },
		{ { &skip, &error }, 2, TAP_EXIT_HARNESS },
		{ { &pass, &pass }, 3, TAP_EXIT_HARNESS },
		{ { &pass, &pass }, 1, TAP_EXIT_HARNESS },
		{ { &pass, &fail }, 3, TAP_EXIT_DIFFERENT },
	};
	enum tap_exit status;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		free(run(rows[i].results, 2, rows[i].plan, &status));
		if (!EXPECT_EQ(t, status, rows[i].want))
			printf("#   row %zu\n", i);
	}
	free(run(NULL, 0, 0, &status));
	EXPECT_EQ(t, status, TAP_EXIT_SKIPPED);
}

static void a_lost_report_is_a_harness_error(struct unit *t)
{
	FILE *full = fopen("/dev/full", "w");
	struct tap *tap;

	if (!full) {
		unit_skip(t, "no /dev/full");
		return;
	}
	tap = tap_open(full, NULL);
	tap_begin(tap, 1);
	tap_report(tap, &pass);
	EXPECT_EQ(t, tap_end(tap), TAP_EXIT_HARNESS);
	tap_close(tap);
	(void)fclose(full);
}

/* A pseudo-terminal: the slave is drawn on, the master tells what was drawn. */
static void progress_is_drawn_on_a_terminal_and_cleared(struct unit *t)
{
	static const char want[] = "\r3/9 done, 1 failed\033[K\r\033[K";
	char drawn[200] = { 0 };
	struct tap *tap;
	ssize_t got = 1;
	FILE *null;
	FILE *term;
	int master;
	int slave;
	int i;

	if (openpty(&master, &slave, NULL, NULL, NULL)) {
		unit_skip(t, "no pseudo-terminal");
		return;
	}
	term = fdopen(slave, "w");
	null = fopen("/dev/null", "w");
	if (!EXPECT_TRUE(t, term) || !EXPECT_TRUE(t, null))
		return;
	tap = tap_open(null, term);
	for (i = 0; i < 1000; i++)
		tap_progress(tap, 3, 9, 1);
	tap_report(tap, &pass);
	tap_close(tap);
	while (strlen(drawn) < strlen(want) && got > 0) {
		got = read(master, drawn + strlen(drawn), sizeof(drawn) - 1 - strlen(drawn));
	}
	EXPECT_STR(t, drawn, want);
	(void)fclose(term);
	(void)fclose(null);
	close(master);
}

/* The content of a file, in a caller-freed string; "" if it cannot be read. */
static char *slurp(const char *path)
{
	char *text = calloc(1, 65536);
	FILE *f = fopen(path, "r");

	if (f) {
		(void)!fread(text, 1, 65535, f);
		(void)fclose(f);
	}
	return text;
}

/* A name for a file that a test writes and unlinks. */
static bool scratch_file(char *path, size_t bytes)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	(void)snprintf(path, bytes, "%s/tap_test.XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(path);
	return fd >= 0 && !close(fd);
}

/* What JSON or JUnit holds after @nr results, closed or as a killed harness leaves it. */
static char *write_json(const struct tap_result *const *results, unsigned int nr, bool closed)
{
	char path[256];
	struct json *j;
	unsigned int i;
	char *text;

	if (!scratch_file(path, sizeof(path)) || json_open(&j, path, meta, ARRAY_SIZE(meta)))
		return NULL;
	for (i = 0; i < nr; i++)
		json_report(j, results[i]);
	text = closed ? NULL : slurp(path);
	if (json_close(j)) {
		free(text);
		return NULL;
	}
	text = text ? text : slurp(path);
	unlink(path);
	return text;
}

static char *write_junit(const struct tap_result *const *results, unsigned int nr, char *path,
			 size_t bytes)
{
	struct junit *j;
	unsigned int i;

	if (!scratch_file(path, bytes) || junit_open(&j, path, meta, ARRAY_SIZE(meta)))
		return NULL;
	for (i = 0; i < nr; i++)
		junit_report(j, results[i]);
	return junit_close(j) ? NULL : slurp(path);
}

static const char *json_value(const char *s);

static const char *json_space(const char *s)
{
	return s ? s + strspn(s, " \t\r\n") : NULL;
}

/* The text after a JSON string at @s, or NULL if there is none. */
static const char *json_string(const char *s)
{
	unsigned int bytes;

	if (*s++ != '"')
		return NULL;
	while (*s != '"') {
		bytes = utf8_bytes(s);
		if (!bytes || (u8)*s < 0x20)
			return NULL;
		if (*s == '\\' && s[1] == 'u' && strspn(s + 2, "0123456789abcdef") < 4)
			return NULL;
		if (*s == '\\' && (!s[1] || !strchr("\"\\/bfnrtu", s[1])))
			return NULL;
		s += *s == '\\' ? 2 : bytes;
	}
	return s + 1;
}

/* The text after a JSON object or array, whose opening bracket is at @s. */
static const char *json_container(const char *s)
{
	char close = *s == '{' ? '}' : ']';

	s = json_space(s + 1);
	if (*s == close)
		return s + 1;
	for (;;) {
		if (close == '}') {
			s = json_space(json_string(s));
			if (!s || *s++ != ':')
				return NULL;
		}
		s = json_space(json_value(json_space(s)));
		if (!s || (*s != ',' && *s != close))
			return NULL;
		if (*s == close)
			return s + 1;
		s = json_space(s + 1);
	}
}

/* The text after a JSON value at @s; only the kinds that lib/tap writes. */
static const char *json_value(const char *s)
{
	size_t digits = strspn(s, "0123456789");

	if (*s == '{' || *s == '[')
		return json_container(s);
	if (digits)
		return *s == '0' && digits > 1 ? NULL : s + digits;
	return json_string(s);
}

static bool json_is_valid(const char *text)
{
	const char *end = text ? json_space(json_value(json_space(text))) : NULL;

	return end && !*end;
}

static void json_checker_rejects_broken_documents(struct unit *t)
{
	/* clang-format off */
	static const char *const broken[] = {
		"", "{", "{\"a\": 1,}", "{\"a\" 1}", "[1 2]", "[1,]", "\"\n\"", "\"\\x\"",
		"\"\\u12\"", "\"\xff\"", "{} extra", "{\"a\": 01}",
	};
	/* clang-format on */
	size_t i;

	for (i = 0; i < ARRAY_SIZE(broken); i++)
		EXPECT_TRUE(t, !json_is_valid(broken[i]));
	EXPECT_TRUE(t, json_is_valid(" {\"a\": [1, \"\\u00e9\", {}], \"b\": [] }\n"));
}

static void json_is_the_documented_text(struct unit *t)
{
	const struct tap_result *const two[] = { &fail, &pass };
	char *got = write_json(two, 2, true);

	EXPECT_STR(t, got,
		   "{\n\"run\": {\"seed\": \"0x1f2e\", \"kernel\": \"6.1 \\\"a\\\\b\\\" <&>\"},\n"
		   "\"results\": [\n"
		   "{\"n\": 1, \"name\": \"a/fail\", \"status\": \"fail\", "
		   "\"reason\": \"op 9: got 1, allowed 0\", "
		   "\"diag\": \"op 9: read\\nrule redist.last\", \"ns\": 0},\n"
		   "{\"n\": 2, \"name\": \"a/pass\", \"status\": \"pass\", \"reason\": \"\", "
		   "\"diag\": \"\", \"ns\": 1500000000}\n"
		   "],\n"
		   "\"totals\": {\"pass\": 1, \"fail\": 1, \"skip\": 0, \"xfail\": 0, "
		   "\"xpass\": 0, \"error\": 0}\n}\n");
	EXPECT_TRUE(t, json_is_valid(got));
	free(got);
}

static void json_is_complete_after_every_result(struct unit *t)
{
	const struct tap_result *const all[] = { &pass, &fail, &skip, &xfail, &xpass, &error };
	unsigned int i;
	char *got;

	for (i = 0; i <= ARRAY_SIZE(all); i++) {
		got = write_json(all, i, false);
		EXPECT_TRUE(t, json_is_valid(got));
		EXPECT_TRUE(t, got && !strstr(got, "totals"));
		free(got);
	}
}

static void json_escapes_control_characters(struct unit *t)
{
	const struct tap_result nasty = {
		.name = "\"\\/\x01\x1f\x7f\t\r\n",
		.diag = "\xc3\xa9 \xf0\x9f\x90\x9b",
	};
	const struct tap_result *const one[] = { &nasty };
	char *got = write_json(one, 1, true);

	EXPECT_CONTAINS(t, got, "\"name\": \"\\\"\\\\/\\u0001\\u001f\x7f\\t\\u000d\\n\"");
	EXPECT_CONTAINS(t, got, "\"diag\": \"\xc3\xa9 \xf0\x9f\x90\x9b\"");
	EXPECT_TRUE(t, json_is_valid(got));
	free(got);
}

static void json_replaces_invalid_utf8(struct unit *t)
{
	/* A lone continuation, a cut sequence, an overlong '/', a surrogate, above the range. */
	const struct tap_result nasty = {
		.name = "\x80|\xe2\x82|\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80|\xff",
	};
	const struct tap_result *const one[] = { &nasty };
	char *got = write_json(one, 1, true);

	EXPECT_CONTAINS(t, got,
			"\"\\ufffd|\\ufffd\\ufffd|\\ufffd\\ufffd|\\ufffd\\ufffd\\ufffd|"
			"\\ufffd\\ufffd\\ufffd\\ufffd|\\ufffd\"");
	EXPECT_TRUE(t, json_is_valid(got));
	free(got);
}

static void utf8_length_is_that_of_the_sequence(struct unit *t)
{
	EXPECT_EQ(t, utf8_bytes(""), 0);
	EXPECT_EQ(t, utf8_bytes("a"), 1);
	EXPECT_EQ(t, utf8_bytes("\xc2\x80"), 2);
	EXPECT_EQ(t, utf8_bytes("\xdf\xbf"), 2);
	EXPECT_EQ(t, utf8_bytes("\xe0\xa0\x80"), 3);
	EXPECT_EQ(t, utf8_bytes("\xe0\x9f\xbf"), 0);
	EXPECT_EQ(t, utf8_bytes("\xed\x9f\xbf"), 3);
	EXPECT_EQ(t, utf8_bytes("\xef\xbf\xbf"), 3);
	EXPECT_EQ(t, utf8_bytes("\xf0\x90\x80\x80"), 4);
	EXPECT_EQ(t, utf8_bytes("\xf0\x8f\xbf\xbf"), 0);
	EXPECT_EQ(t, utf8_bytes("\xf4\x8f\xbf\xbf"), 4);
	EXPECT_EQ(t, utf8_bytes("\xf5\x80\x80\x80"), 0);
}

static void junit_counts_and_escapes(struct unit *t)
{
	const struct tap_result nasty = {
		.name = "<x>&\"\n\x01\xff\xef\xbf\xbf/y/z",
		.status = TAP_FAIL,
		.reason = "a < b",
		.diag = "]]>\n\x1b",
	};
	const struct tap_result *const all[] = { &pass, &nasty, &skip, &xfail, &xpass, &error };
	char path[256];
	char *got = write_junit(all, 6, path, sizeof(path));

	unlink(path);
	EXPECT_CONTAINS(t, got,
			"<testsuite name=\"vgicheck\" tests=\"6\" failures=\"2\" skipped=\"2\" "
			"errors=\"1\" time=\"1.500000\" ");
	EXPECT_CONTAINS(t, got, "<property name=\"seed\" value=\"0x1f2e\"/>\n");
	EXPECT_CONTAINS(t, got,
			"<testcase classname=\"a\" name=\"pass\" time=\"1.500000\">"
			"</testcase>\n");
	EXPECT_CONTAINS(
		t, got,
		"<testcase classname=\"&#60;x&#62;&#38;&#34;&#10;&#65533;&#65533;&#65533;/y\" "
		"name=\"z\" time=\"0.000000\"><failure type=\"fail\" message=\"a &#60; b\">"
		"]]&#62;&#10;&#65533;</failure></testcase>\n");
	EXPECT_CONTAINS(t, got, "<skipped type=\"xfail\" message=\"last-5.10\"></skipped>");
	EXPECT_CONTAINS(t, got, "<testcase name=\"error\" time=\"0.000000\"><error type=\"error\"");
	free(got);
}

static void junit_is_well_formed(struct unit *t)
{
	const struct tap_result nasty = { .name = "\x01\xff<\"'&", .diag = "\xef\xbf\xbe\x0b" };
	const struct tap_result *const all[] = { &pass, &fail, &nasty };
	char path[256];
	char command[400];
	int status;

	if (system("python3 -c 'import xml.dom.minidom' 2>/dev/null")) {
		unit_skip(t, "no python3 to parse XML");
		return;
	}
	free(write_junit(all, 3, path, sizeof(path)));
	(void)snprintf(command, sizeof(command),
		       "python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' %s",
		       path);
	status = system(command);
	EXPECT_TRUE(t, WIFEXITED(status) && !WEXITSTATUS(status));
	unlink(path);
}

static void files_that_cannot_be_written_are_errors(struct unit *t)
{
	struct junit *junit = NULL;
	struct json *json = NULL;

	EXPECT_EQ(t, json_open(&json, "/nonexistent/x", NULL, 0), -ENOENT);
	EXPECT_EQ(t, junit_open(&junit, "/nonexistent/x", NULL, 0), -ENOENT);
	if (access("/dev/full", W_OK)) {
		unit_skip(t, "no /dev/full");
		return;
	}
	if (!EXPECT_EQ(t, json_open(&json, "/dev/full", NULL, 0), 0))
		return;
	EXPECT_EQ(t, json_close(json), -ENOSPC);
	if (!EXPECT_EQ(t, junit_open(&junit, "/dev/full", NULL, 0), 0))
		return;
	junit_report(junit, &pass);
	EXPECT_EQ(t, junit_close(junit), -ENOSPC);
}

static void a_pipe_gets_one_footer(struct unit *t)
{
	char path[64];
	char text[400] = { 0 };
	struct json *j;
	int fd[2];

	if (!EXPECT_EQ(t, pipe(fd), 0))
		return;
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fd[1]);
	if (!EXPECT_EQ(t, json_open(&j, path, meta, 1), 0))
		return;
	json_report(j, &pass);
	json_report(j, &skip);
	EXPECT_EQ(t, json_close(j), 0);
	EXPECT_TRUE(t, read(fd[0], text, sizeof(text) - 1) > 0);
	EXPECT_TRUE(t, json_is_valid(text));
	close(fd[0]);
	close(fd[1]);
}

static void absent_writers_do_nothing(struct unit *t)
{
	json_report(NULL, &pass);
	junit_report(NULL, &pass);
	tap_close(NULL);
	EXPECT_EQ(t, json_close(NULL), 0);
	EXPECT_EQ(t, junit_close(NULL), 0);
}

static const struct unit_test tests[] = {
	{ "tap.prints_one_line_a_result", prints_one_line_a_result },
	{ "tap.leaves_out_an_unknown_plan", leaves_out_an_unknown_plan },
	{ "tap.keeps_names_and_reasons_on_their_line", keeps_names_and_reasons_on_their_line },
	{ "tap.notes_are_diagnostic_lines", notes_are_diagnostic_lines },
	{ "tap.exit_status_tells_the_outcome", exit_status_tells_the_outcome },
	{ "tap.a_lost_report_is_a_harness_error", a_lost_report_is_a_harness_error },
	{ "tap.progress_is_drawn_on_a_terminal_and_cleared",
	  progress_is_drawn_on_a_terminal_and_cleared },
	{ "json.checker_rejects_broken_documents", json_checker_rejects_broken_documents },
	{ "json.is_the_documented_text", json_is_the_documented_text },
	{ "json.is_complete_after_every_result", json_is_complete_after_every_result },
	{ "json.escapes_control_characters", json_escapes_control_characters },
	{ "json.replaces_invalid_utf8", json_replaces_invalid_utf8 },
	{ "utf8.length_is_that_of_the_sequence", utf8_length_is_that_of_the_sequence },
	{ "junit.counts_and_escapes", junit_counts_and_escapes },
	{ "junit.is_well_formed", junit_is_well_formed },
	{ "stream.files_that_cannot_be_written_are_errors",
	  files_that_cannot_be_written_are_errors },
	{ "stream.a_pipe_gets_one_footer", a_pipe_gets_one_footer },
	{ "stream.absent_writers_do_nothing", absent_writers_do_nothing },
};

UNIT_MAIN(tests)
