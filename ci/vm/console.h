/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's serial console: the kernel's messages, and which of them mean
 * that something is wrong.
 */
#ifndef CI_VM_CONSOLE_H
#define CI_VM_CONSOLE_H

#include <stdbool.h>

#include "ci/vm/util.h"

/* The line that init writes when the command is about to start. */
#define CONSOLE_MARK "vgicheck-init: started"

/**
 * struct splat - one report of the kernel about itself
 * @kind:	what it is: "panic", "oops", "warning", ...
 * @fatal:	the machine cannot go on
 * @accounted:	the command has it in its results
 * @first:	the line that it was recognised by
 * @at_ms:	when that line came
 * @text:	all its lines
 * @nr_lines:	number of lines in @text
 */
struct splat {
	const char *kind;
	bool fatal;
	bool accounted;
	char *first;
	u64 at_ms;
	struct vm_buf text;
	unsigned int nr_lines;
};

/* Reports beyond these are counted and dropped. */
#define CONSOLE_MAX_SPLATS 16

/**
 * struct console - the console's text, and what was recognised in it
 * @text:	everything, as it came
 * @line:	the line that is not complete
 * @before:	the previous line: a report's "cut here" belongs to it
 * @started:	init has started the command; earlier reports do not count
 * @open:	the last splat is still going on
 * @last_ms:	when the last line came
 * @splats:	the reports, in order
 * @nr_splats:	how many are in @splats
 * @nr_dropped:	how many more there were
 * @nr_told:	how many of @splats were told to the user or need not be
 */
struct console {
	struct vm_buf text;
	struct vm_buf line;
	char *before;
	bool started;
	bool open;
	u64 last_ms;
	struct splat splats[CONSOLE_MAX_SPLATS];
	unsigned int nr_splats;
	unsigned int nr_dropped;
	unsigned int nr_told;
};

void console_feed(struct console *c, const char *data, size_t bytes, u64 now_ms);
void console_settle(struct console *c, u64 now_ms);
const struct splat *console_next_to_tell(struct console *c, u64 now_ms);
bool console_has_trouble(const struct console *c);
void console_free(struct console *c);

#endif /* CI_VM_CONSOLE_H */
