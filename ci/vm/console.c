// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's serial console. It recognises the kernel's reports about
 * itself by their text and collects the lines of each; it prints nothing.
 */
#include "ci/vm/console.h"

#include <stdlib.h>
#include <string.h>

#include "ci/vm/accounted.h"

#define WARNING_KIND "warning"
#define CUT_HERE "[ cut here ]"
#define MAX_SPLAT_LINES 120
/* A report without an end of its own is over when the console is quiet. */
#define SPLAT_QUIET_MS 500
/* How long the command has to say that a report is in its results. */
#define ACCOUNT_MS 10000

/* What the kernel prints when something is wrong: the first match names it. */
static const struct {
	const char *text;
	const char *kind;
	bool fatal;
} signs[] = {
	{ "Kernel panic - not syncing", "panic", true },
	{ "HYP panic", "hypervisor panic", true },
	{ "hyp panic", "hypervisor panic", true },
	{ "kernel BUG at", "BUG", false },
	{ "Unable to handle kernel", "oops", false },
	{ "Internal error:", "oops", false },
	{ "BUG: KASAN", "KASAN report", false },
	{ "BUG: ", "BUG", false },
	{ "UBSAN: ", "UBSAN report", false },
	{ "WARNING: possible circular locking", "lockdep report", false },
	{ "WARNING: possible recursive locking", "lockdep report", false },
	{ "WARNING: inconsistent lock state", "lockdep report", false },
	{ "WARNING: suspicious RCU usage", "lockdep report", false },
	{ "WARNING: ", WARNING_KIND, false },
	{ "detected stall", "RCU stall", false },
	{ "self-detected stall", "RCU stall", false },
	{ "detected expedited stall", "RCU stall", false },
	{ "blocked for more than", "hung task", false },
};

/* The lines that end a report. */
static const char *const ends[] = {
	"---[ end trace",
	"---[ end Kernel panic",
};

static void add_line(struct console *c, const char *line)
{
	struct splat *s = &c->splats[c->nr_splats - 1];

	if (s->nr_lines++ < MAX_SPLAT_LINES) {
		vm_buf_append(&s->text, line, strlen(line));
		vm_buf_append(&s->text, "\n", 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (strstr(line, ends[i]))
			c->open = false;
	}
}

/*
 * Were two warnings raised at the same place?  It stands behind "at"; since 6.19
 * a comma, the processor and the process follow it.
 */
static bool is_same_place(const char *a, const char *b)
{
	const char *at_a = strstr(a, " at ");
	const char *at_b = strstr(b, " at ");
	size_t len;

	a = at_a ? at_a : a;
	b = at_b ? at_b : b;
	len = strcspn(a, ",");
	return len == strcspn(b, ",") && !strncmp(a, b, len);
}

/* A warning that comes again and again is told of once. */
static bool is_repeated(const struct console *c, const char *kind, const char *line)
{
	for (unsigned int i = 0; i < c->nr_splats; i++) {
		const struct splat *s = &c->splats[i];

		if (!strcmp(kind, WARNING_KIND) && !strcmp(s->kind, WARNING_KIND) &&
		    is_same_place(s->first, line))
			return true;
	}
	return false;
}

static void begin_splat(struct console *c, const char *kind, bool fatal, const char *line)
{
	struct splat *s;

	c->open = false;
	if (is_repeated(c, kind, line))
		return;
	if (c->nr_splats == CONSOLE_MAX_SPLATS) {
		c->nr_dropped++;
		return;
	}
	s = &c->splats[c->nr_splats++];
	*s = (struct splat){
		.kind = kind, .fatal = fatal, .first = vm_asprintf("%s", line), .at_ms = c->last_ms
	};
	c->open = true;
	if (c->before && strstr(c->before, CUT_HERE))
		add_line(c, c->before);
	add_line(c, line);
}

/* The command says that it has the reports of one place in its results. */
static void account(struct console *c, const char *place)
{
	for (unsigned int i = 0; i < c->nr_splats; i++) {
		struct splat *s = &c->splats[i];

		if (!s->fatal && s->text.data && strstr(s->text.data, place))
			s->accounted = true;
	}
}

/* Only a warning of another place, or a panic, can begin inside a report. */
static bool goes_on(const struct console *c, const char *kind, bool fatal)
{
	return c->open && !fatal && strcmp(kind, WARNING_KIND) != 0;
}

static void take_line(struct console *c, const char *line)
{
	const char *note = strstr(line, KMSG_ACCOUNTED);

	if (strstr(line, CONSOLE_MARK)) {
		c->started = true;
		return;
	}
	if (note) {
		account(c, note + strlen(KMSG_ACCOUNTED));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		if (!strstr(line, signs[i].text))
			continue;
		if (goes_on(c, signs[i].kind, signs[i].fatal))
			break;
		if (c->started || signs[i].fatal)
			begin_splat(c, signs[i].kind, signs[i].fatal, line);
		return;
	}
	if (c->open)
		add_line(c, line);
}

/**
 * console_feed() - take bytes of the console
 * @c:		console, zero-initialised at first
 * @data:	the bytes
 * @bytes:	how many
 * @now_ms:	the time
 */
void console_feed(struct console *c, const char *data, size_t bytes, u64 now_ms)
{
	vm_buf_append(&c->text, data, bytes);
	c->last_ms = now_ms;
	for (size_t i = 0; i < bytes; i++) {
		if (data[i] == '\r' || data[i] == '\0')
			continue;
		if (data[i] != '\n') {
			vm_buf_append(&c->line, &data[i], 1);
			continue;
		}
		vm_buf_append(&c->line, "", 0);
		take_line(c, c->line.data);
		free(c->before);
		c->before = vm_asprintf("%s", c->line.data);
		c->line.bytes = 0;
	}
}

/**
 * console_settle() - close the report that is going on, if it seems complete
 * @c:		console
 * @now_ms:	the time; UINT64_MAX if nothing more can come
 */
void console_settle(struct console *c, u64 now_ms)
{
	if (c->open && now_ms - c->last_ms >= SPLAT_QUIET_MS)
		c->open = false;
}

/**
 * console_next_to_tell() - a complete report that the user should hear of
 * @c:		console
 * @now_ms:	the time; UINT64_MAX if nothing more can come
 *
 * A report waits for a while, because the command may have it in its results.
 *
 * Return: the report, once, or NULL.
 */
const struct splat *console_next_to_tell(struct console *c, u64 now_ms)
{
	while (c->nr_told + c->open < c->nr_splats) {
		const struct splat *s = &c->splats[c->nr_told];

		if (!s->fatal && !s->accounted && now_ms - s->at_ms < ACCOUNT_MS)
			return NULL;
		c->nr_told++;
		if (!s->accounted)
			return s;
	}
	return NULL;
}

/**
 * console_has_trouble() - is there a report that no result accounts for?
 * @c:	console
 *
 * Return: whether.
 */
bool console_has_trouble(const struct console *c)
{
	for (unsigned int i = 0; i < c->nr_splats; i++) {
		if (!c->splats[i].accounted)
			return true;
	}
	return c->nr_dropped;
}

/**
 * console_free() - free what a console holds
 * @c:	console
 */
void console_free(struct console *c)
{
	vm_buf_free(&c->text);
	vm_buf_free(&c->line);
	free(c->before);
	for (unsigned int i = 0; i < c->nr_splats; i++) {
		free(c->splats[i].first);
		vm_buf_free(&c->splats[i].text);
	}
	*c = (struct console){ 0 };
}
