// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results of a run as a JUnit XML report (--junit), the form CI servers show.
 *
 * JUnit knows passed, failure, skipped and error only. XFAIL becomes skipped
 * and XPASS a failure, each with its name as the type. The counts stand in the
 * head of the suite, which is rewritten in place; on a pipe they are left out.
 */
#include "lib/tap/junit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tap/stream.h"

#define JUNIT_FOOTER "</testsuite>\n</testsuites>\n"

/* Room for the counts: five attributes and numbers of at most 20 digits. */
#define COUNTS_BYTES 160

struct junit {
	struct stream s;
	off_t counts_at;
	unsigned int counts[TAP_NR_STATUS];
	u64 ns;
};

/* The element that JUnit has for a status, or NULL for a pass. */
static const char *junit_element(enum tap_status status)
{
	switch (status) {
	case TAP_PASS:
		return NULL;
	case TAP_SKIP:
	case TAP_XFAIL:
		return "skipped";
	case TAP_FAIL:
	case TAP_XPASS:
		return "failure";
	case TAP_ERROR:
		return "error";
	}
	return NULL;
}

/* XML 1.0 has no way to write control characters, U+FFFE or U+FFFF. */
static bool xml_can_hold(const char *text, unsigned int bytes)
{
	if (bytes == 1)
		return (u8)*text >= 0x20 || *text == '\t' || *text == '\n' || *text == '\r';
	if (bytes == 3 && (!memcmp(text, "\xef\xbf\xbe", 3) || !memcmp(text, "\xef\xbf\xbf", 3)))
		return false;
	return bytes != 0;
}

/* Prints one character; white space is escaped too, for an attribute's sake. */
static void xml_put_char(FILE *f, char c)
{
	switch (c) {
	case '<':
	case '>':
	case '&':
	case '"':
	case '\t':
	case '\r':
	case '\n':
		(void)fprintf(f, "&#%d;", c);
		break;
	default: /* stands for itself */
		(void)fputc(c, f);
		break;
	}
}

/* Prints the first @max bytes of @text; what XML cannot hold becomes U+FFFD. */
static void xml_put(FILE *f, const char *text, size_t max)
{
	const char *end = text + strnlen(text, max);
	unsigned int bytes;

	while (text < end) {
		bytes = utf8_bytes(text);
		if (!xml_can_hold(text, bytes)) {
			(void)fputs("&#65533;", f);
			text += bytes ? bytes : 1;
			continue;
		}
		while (bytes--)
			xml_put_char(f, *text++);
	}
}

static void xml_put_attribute(FILE *f, const char *key, const char *text, size_t max)
{
	(void)fprintf(f, " %s=\"", key);
	xml_put(f, text, max);
	(void)fputc('"', f);
}

static void junit_put_seconds(FILE *f, u64 ns)
{
	(void)fprintf(f, " time=\"%" PRIu64 ".%06u\"", ns / 1000000000,
		      (unsigned int)(ns / 1000 % 1000000));
}

/* Fills the room in the suite's start tag with the counts so far. */
static void junit_put_counts(struct junit *j)
{
	const unsigned int *n = j->counts;
	unsigned int tests = 0;
	unsigned int i;
	off_t end;

	if (!j->s.seekable)
		return;
	for (i = 0; i < TAP_NR_STATUS; i++)
		tests += n[i];
	end = ftello(j->s.f);
	(void)fseeko(j->s.f, j->counts_at, SEEK_SET);
	(void)fprintf(j->s.f, " tests=\"%u\" failures=\"%u\" skipped=\"%u\" errors=\"%u\"", tests,
		      n[TAP_FAIL] + n[TAP_XPASS], n[TAP_SKIP] + n[TAP_XFAIL], n[TAP_ERROR]);
	junit_put_seconds(j->s.f, j->ns);
	(void)fseeko(j->s.f, end, SEEK_SET);
}

/**
 * junit_open() - create a JUnit file
 * @out:     set to the writer, to be released by junit_close()
 * @path:    file name; an existing file is replaced
 * @meta:    facts about the run, written as properties of the suite
 * @nr_meta: number of rows of @meta
 *
 * Return: 0 or a negative errno.
 */
int junit_open(struct junit **out, const char *path, const struct tap_meta *meta,
	       unsigned int nr_meta)
{
	struct junit *j = calloc(1, sizeof(*j));
	unsigned int i;
	FILE *f;
	int err;

	if (!j)
		return -ENOMEM;
	err = stream_open(&j->s, path);
	if (err) {
		free(j);
		return err;
	}
	f = j->s.f;
	(void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", f);
	(void)fputs("<testsuite name=\"vgicheck\"", f);
	j->counts_at = ftello(f);
	(void)fprintf(f, "%*s>\n<properties>\n", j->s.seekable ? COUNTS_BYTES : 0, "");
	for (i = 0; i < nr_meta; i++) {
		(void)fputs("<property", f);
		xml_put_attribute(f, "name", meta[i].key, SIZE_MAX);
		xml_put_attribute(f, "value", meta[i].value, SIZE_MAX);
		(void)fputs("/>\n", f);
	}
	(void)fputs("</properties>\n", f);
	junit_put_counts(j);
	stream_commit(&j->s, JUNIT_FOOTER);
	*out = j;
	return 0;
}

/* What the test case element holds: the outcome unless it is a pass, and the diagnosis. */
static void junit_put_outcome(FILE *f, const struct tap_result *r)
{
	const char *element = junit_element(r->status);

	if (!element && !r->diag)
		return;
	(void)fprintf(f, "<%s", element ? element : "system-out");
	if (element) {
		xml_put_attribute(f, "type", tap_status_name(r->status), SIZE_MAX);
		xml_put_attribute(f, "message", r->reason ? r->reason : "", SIZE_MAX);
	}
	(void)fputc('>', f);
	xml_put(f, r->diag ? r->diag : "", SIZE_MAX);
	(void)fprintf(f, "</%s>", element ? element : "system-out");
}

/**
 * junit_report() - append one result
 * @j: writer, or NULL to do nothing
 * @r: the result; its name up to the last '/' becomes the class name
 *
 * A write error is returned by junit_close().
 */
void junit_report(struct junit *j, const struct tap_result *r)
{
	const char *slash = strrchr(r->name, '/');
	FILE *f;

	if (!j)
		return;
	f = j->s.f;
	(void)fputs("<testcase", f);
	if (slash)
		xml_put_attribute(f, "classname", r->name, (size_t)(slash - r->name));
	xml_put_attribute(f, "name", slash ? slash + 1 : r->name, SIZE_MAX);
	junit_put_seconds(f, r->ns);
	(void)fputc('>', f);
	junit_put_outcome(f, r);
	(void)fputs("</testcase>\n", f);
	j->counts[r->status]++;
	j->ns += r->ns;
	junit_put_counts(j);
	stream_commit(&j->s, JUNIT_FOOTER);
}

/**
 * junit_close() - complete the report and close the file
 * @j: writer, or NULL to do nothing
 *
 * Return: 0, or the negative errno of the first write that failed.
 */
int junit_close(struct junit *j)
{
	int err;

	if (!j)
		return 0;
	err = stream_close(&j->s, JUNIT_FOOTER);
	free(j);
	return err;
}
