// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results of a run as KTAP, the kernel's Test Anything Protocol, version 1.
 *
 * A parser that does not know a directive falls back to "ok" or "not ok", so
 * these two words say by themselves whether a result is as expected: XFAIL is
 * "ok" (as in kselftest), XPASS and ERROR are "not ok".
 *
 * The lines that explain a result follow it, so that a person reads the name
 * first; KTAP allows diagnostic lines anywhere.
 *
 * It is not thread-safe: a caller with several jobs reports from one of them.
 */
#include "lib/tap/tap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_INTERVAL_NS 100000000ULL

/* A line of the summary and how many results it stands for. */
struct tally {
	char *text;
	unsigned int nr;
};

struct tally_list {
	struct tally *rows;
	size_t nr;
	size_t room;
};

struct tap {
	FILE *out;
	FILE *term; /* a terminal that shows progress, or NULL */
	bool progress_shown;
	u64 progress_ns;
	unsigned int plan; /* 0 if unknown */
	unsigned int counts[TAP_NR_STATUS];
	struct tally_list unexpected; /* names of FAIL, XPASS and ERROR */
	struct tally_list skipped; /* by reason */
	struct tally_list known; /* XFAIL by reason */
	int error; /* the summary is incomplete: negative errno */
};

/* How each status looks on its result line and in the summary. */
static const struct {
	const char *name;
	const char *verdict;
	const char *directive;
} forms[TAP_NR_STATUS] = {
	[TAP_PASS] = { "pass", "ok", "" },
	[TAP_FAIL] = { "fail", "not ok", "" },
	[TAP_SKIP] = { "skip", "ok", "SKIP" },
	[TAP_XFAIL] = { "xfail", "ok", "XFAIL" },
	[TAP_XPASS] = { "xpass", "not ok", "XPASS" },
	[TAP_ERROR] = { "error", "not ok", "ERROR" },
};

static const char *nonnull(const char *text, const char *otherwise)
{
	return text && *text ? text : otherwise;
}

/* Prints @text up to its end or newline without what would spoil a KTAP line. */
static const char *put_line(FILE *out, const char *text, char forbidden)
{
	for (; *text && *text != '\n'; text++) {
		bool control = ((u8)*text < 0x20 && *text != '\t') || *text == 0x7f;

		(void)fputc(control || *text == forbidden ? '?' : *text, out);
	}
	return text;
}

/* Prints every line of @text as a diagnostic line. */
static void put_diag(FILE *out, const char *text)
{
	while (*text) {
		(void)fputs("# ", out);
		text = put_line(out, text, '\0');
		(void)fputc('\n', out);
		if (*text)
			text++;
	}
}

static void progress_clear(struct tap *t)
{
	if (!t->progress_shown)
		return;
	(void)fputs("\r\033[K", t->term);
	(void)fflush(t->term);
	t->progress_shown = false;
}

/* Appends a row with @text, of which the list becomes the owner. */
static int tally_append(struct tally_list *list, char *text)
{
	if (list->nr == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		struct tally *rows = realloc(list->rows, room * sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		list->rows = rows;
		list->room = room;
	}
	list->rows[list->nr++] = (struct tally){ .text = text, .nr = 1 };
	return 0;
}

/* Counts one result for "@name: @reason", or for @reason alone without @name. */
static int tally_add(struct tally_list *list, const char *name, const char *reason)
{
	size_t bytes = strlen(name) + strlen(reason) + 3;
	char *text;
	size_t i;
	int err;

	for (i = 0; !*name && i < list->nr; i++) {
		if (!strcmp(list->rows[i].text, reason)) {
			list->rows[i].nr++;
			return 0;
		}
	}
	text = malloc(bytes);
	if (!text)
		return -ENOMEM;
	(void)snprintf(text, bytes, "%s%s%s", name, *name && *reason ? ": " : "", reason);
	err = tally_append(list, text);
	if (err)
		free(text);
	return err;
}

static void tally_print(FILE *out, const char *title, const struct tally_list *list, bool counts)
{
	size_t i;

	if (!list->nr)
		return;
	(void)fprintf(out, "# %s:\n", title);
	for (i = 0; i < list->nr; i++) {
		(void)fputs("#   ", out);
		if (counts)
			(void)fprintf(out, "%u: ", list->rows[i].nr);
		(void)put_line(out, list->rows[i].text, '\0');
		(void)fputc('\n', out);
	}
}

static void tally_free(struct tally_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		free(list->rows[i].text);
	free(list->rows);
	*list = (struct tally_list){ 0 };
}

/**
 * tap_open() - prepare to report results
 * @out:  where KTAP goes; stays the caller's to close
 * @term: where tap_progress() draws if it is a terminal, or NULL for nowhere
 *
 * Return: the context, to be released by tap_close(); NULL without memory.
 */
struct tap *tap_open(FILE *out, FILE *term)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->out = out;
	if (term && isatty(fileno(term)))
		t->term = term;
	return t;
}

/**
 * tap_set_terminal() - draw progress on what only the caller knows is a terminal
 * @t:    the context
 * @term: such as a pipe to a process that passes it on to a terminal
 */
void tap_set_terminal(struct tap *t, FILE *term)
{
	t->term = term;
}

/**
 * tap_begin() - print the version line and the plan
 * @t:    context
 * @plan: number of results to come, or 0 if unknown: then no plan is printed
 */
void tap_begin(struct tap *t, unsigned int plan)
{
	progress_clear(t);
	t->plan = plan;
	(void)fputs("KTAP version 1\n", t->out);
	if (plan)
		(void)fprintf(t->out, "1..%u\n", plan);
	(void)fflush(t->out);
}

/**
 * tap_note() - print a message as one or more diagnostic lines
 * @t:   context
 * @fmt: as for printf(); a final newline is not needed
 */
void tap_note(struct tap *t, const char *fmt, ...)
{
	char *text = NULL;
	size_t bytes = 0;
	va_list ap;
	FILE *f;

	progress_clear(t);
	f = open_memstream(&text, &bytes);
	if (!f) {
		t->error = -ENOMEM;
		return;
	}
	va_start(ap, fmt);
	(void)vfprintf(f, fmt, ap);
	va_end(ap);
	if (fclose(f))
		t->error = -ENOMEM;
	else
		put_diag(t->out, text);
	free(text);
	(void)fflush(t->out);
}

/**
 * tap_meta() - print the facts that identify a run, one a line
 * @t:       context
 * @meta:    rows of key and value
 * @nr_meta: number of rows
 */
void tap_meta(struct tap *t, const struct tap_meta *meta, unsigned int nr_meta)
{
	unsigned int i;

	for (i = 0; i < nr_meta; i++)
		tap_note(t, "%s: %s", meta[i].key, meta[i].value);
}

/* Keeps what tap_end() repeats. */
static int tap_remember(struct tap *t, const struct tap_result *r)
{
	switch (r->status) {
	case TAP_PASS:
		return 0;
	case TAP_SKIP:
		return tally_add(&t->skipped, "", nonnull(r->reason, "no reason given"));
	case TAP_XFAIL:
		return tally_add(&t->known, "", nonnull(r->reason, "no reason given"));
	case TAP_XPASS:
		return tally_add(&t->unexpected, r->name, nonnull(r->reason, "unexpected pass"));
	case TAP_FAIL:
	case TAP_ERROR:
		return tally_add(&t->unexpected, r->name, nonnull(r->reason, ""));
	}
	return -EINVAL;
}

/**
 * tap_report() - print and count one result
 * @t: context
 * @r: the result; nothing of it is kept by reference
 *
 * A character that KTAP does not allow in a name or a line is printed as '?'.
 */
void tap_report(struct tap *t, const struct tap_result *r)
{
	const char *reason = nonnull(r->reason, "");
	const char *directive = forms[r->status].directive;
	unsigned int number = 1;
	unsigned int i;
	int err;

	for (i = 0; i < TAP_NR_STATUS; i++)
		number += t->counts[i];
	t->counts[r->status]++;
	err = tap_remember(t, r);
	if (err)
		t->error = err;

	progress_clear(t);
	(void)fprintf(t->out, "%s %u ", forms[r->status].verdict, number);
	(void)put_line(t->out, r->name, '#');
	if (*directive || *reason)
		(void)fprintf(t->out, " # %s%s", directive, *directive && *reason ? " " : "");
	(void)put_line(t->out, reason, '\0');
	(void)fputc('\n', t->out);
	put_diag(t->out, nonnull(r->diag, ""));
	(void)fflush(t->out);
}

/**
 * tap_progress() - show on a terminal how far the run is
 * @t:     context
 * @done:  results so far
 * @total: results to come in all, or 0 if unknown
 * @fails: how many of @done are not as expected
 *
 * Draws at most ten times a second, so it may be called after every result.
 */
void tap_progress(struct tap *t, unsigned int done, unsigned int total, unsigned int fails)
{
	struct timespec ts;
	u64 now_ns;

	if (!t->term || clock_gettime(CLOCK_MONOTONIC, &ts))
		return;
	now_ns = (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
	if (t->progress_ns && now_ns - t->progress_ns < PROGRESS_INTERVAL_NS)
		return;
	t->progress_ns = now_ns;
	t->progress_shown = true;
	(void)fprintf(t->term, "\r%u", done);
	if (total)
		(void)fprintf(t->term, "/%u", total);
	(void)fprintf(t->term, " done, %u failed\033[K", fails);
	(void)fflush(t->term);
}

/* The status of the process; a difference outranks a harness error beside it. */
static enum tap_exit tap_exit_status(const struct tap *t)
{
	if (t->counts[TAP_FAIL] || t->counts[TAP_XPASS])
		return TAP_EXIT_DIFFERENT;
	if (t->counts[TAP_ERROR] || t->error)
		return TAP_EXIT_HARNESS;
	if (!t->counts[TAP_PASS] && !t->counts[TAP_XFAIL])
		return TAP_EXIT_SKIPPED;
	return TAP_EXIT_OK;
}

/**
 * tap_end() - print the summary
 * @t: context
 *
 * A run that reported fewer or more results than planned, and one whose output
 * could not be written, are harness errors.
 *
 * Return: the status with which the process should exit.
 */
enum tap_exit tap_end(struct tap *t)
{
	const unsigned int *n = t->counts;
	unsigned int nr = n[TAP_PASS] + n[TAP_FAIL] + n[TAP_SKIP] + n[TAP_XFAIL] + n[TAP_XPASS] +
			  n[TAP_ERROR];

	progress_clear(t);
	if (t->plan && t->plan != nr) {
		(void)fprintf(t->out, "# planned %u results, reported %u\n", t->plan, nr);
		t->error = -ERANGE;
	}
	tally_print(t->out, "Failed", &t->unexpected, false);
	tally_print(t->out, "Skipped", &t->skipped, true);
	tally_print(t->out, "Known", &t->known, true);
	(void)fprintf(t->out, "# Totals: pass:%u fail:%u xfail:%u xpass:%u skip:%u error:%u\n",
		      n[TAP_PASS], n[TAP_FAIL], n[TAP_XFAIL], n[TAP_XPASS], n[TAP_SKIP],
		      n[TAP_ERROR]);
	if (fflush(t->out) || ferror(t->out)) {
		(void)fputs("cannot write the results\n", stderr);
		t->error = -EIO;
	}
	return tap_exit_status(t);
}

/**
 * tap_close() - release a context
 * @t: context, or NULL
 */
void tap_close(struct tap *t)
{
	if (!t)
		return;
	progress_clear(t);
	tally_free(&t->unexpected);
	tally_free(&t->skipped);
	tally_free(&t->known);
	free(t);
}

/* How many results of @status were reported. */
unsigned int tap_count(const struct tap *t, enum tap_status status)
{
	return t->counts[status];
}

/* The lower-case name of @status, as in the totals. */
const char *tap_status_name(enum tap_status status)
{
	return forms[status].name;
}
