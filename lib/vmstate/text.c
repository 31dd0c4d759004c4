// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text form of a state: lines of what guests remember, then a program that
 * makes the VM, from its vm line on.
 *
 *     vmstate 1
 *     guest vcpu=0 acked=0x1b,0x80000021 ended=
 *     vm gicv3
 *     ...
 */
#include "lib/vmstate/vmstate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"

#define FIRST_LINE "vmstate 1"

static size_t put_list(char *to, size_t at, size_t bytes, const char *name, const u32 *value,
		       u32 nr)
{
	at += (size_t)snprintf(to + at, bytes - at, " %s=", name);
	for (u32 i = 0; i < nr; i++)
		at += (size_t)snprintf(to + at, bytes - at, "%s0x%x", i ? "," : "", value[i]);
	return at;
}

/* Each number takes 11 characters at most. */
#define GUEST_LINE_BYTES (64 + 11 * (VMSTATE_MAX_ACKED + VMSTATE_MAX_ENDED))

/**
 * vmstate_print() - a state as text
 * @s: the state
 *
 * Return: the text, terminated, for free().
 */
char *vmstate_print(const struct vmstate *s)
{
	char *prog = prog_print(&s->prog);
	size_t bytes = sizeof(FIRST_LINE) + 1 + strlen(prog) + s->nr_guests * GUEST_LINE_BYTES;
	char *text = xcalloc(1, bytes);
	size_t at = (size_t)snprintf(text, bytes, "%s\n", FIRST_LINE);

	for (size_t i = 0; i < s->nr_guests; i++) {
		const struct vmstate_guest *g = &s->guest[i];

		at += (size_t)snprintf(text + at, bytes - at, "guest vcpu=%llu",
				       (unsigned long long)g->vcpu);
		at = put_list(text, at, bytes, "acked", g->acked, g->nr_acked);
		at = put_list(text, at, bytes, "ended", g->ended, g->nr_ended);
		at += (size_t)snprintf(text + at, bytes - at, "\n");
	}
	snprintf(text + at, bytes - at, "%s", prog);
	free(prog);
	return text;
}

static int __attribute__((format(printf, 2, 3))) fail(struct prog_error *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return -EINVAL;
}

/* Skips @word.  Return: whether it was there. */
static bool skip(const char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len) != 0)
		return false;
	*at += len;
	return true;
}

/* "0x1b,0x21" up to a blank or the end of the line. */
static bool parse_list(const char **at, u32 *value, u32 max, u32 *nr)
{
	*nr = 0;
	while (**at && **at != ' ') {
		char *end;
		unsigned long v = strtoul(*at, &end, 16);

		if (!skip(at, "0x") || end == *at || v > UINT32_MAX || *nr == max)
			return false;
		value[(*nr)++] = (u32)v;
		*at = end;
		if (**at == ',' && at[0][1] != '0')
			return false;
		skip(at, ",");
	}
	return true;
}

static int parse_guest(struct vmstate *s, const char *line, struct prog_error *err)
{
	const char *at = line;
	struct vmstate_guest *g;
	char *end;
	u64 vcpu;

	if (!skip(&at, "guest vcpu=") || *at < '0' || *at > '9')
		return fail(err, "'%.40s' is not 'guest vcpu=N acked=... ended=...'", line);
	vcpu = strtoull(at, &end, 10);
	at = end;
	if (vmstate_guest_of(s, vcpu))
		return fail(err, "a second line of the guest of vcpu %llu",
			    (unsigned long long)vcpu);
	g = vmstate_add_guest(s, vcpu);
	if (!skip(&at, " acked=") || !parse_list(&at, g->acked, VMSTATE_MAX_ACKED, &g->nr_acked) ||
	    !skip(&at, " ended=") || !parse_list(&at, g->ended, VMSTATE_MAX_ENDED, &g->nr_ended) ||
	    *at)
		return fail(err, "'%.40s' is no list of interrupts such as acked=0x1b,0x21", at);
	return 0;
}

/* One line of the head.  Return: 1 if it is the first one of the program. */
static int parse_head(struct vmstate *s, const char *line, struct prog_error *err)
{
	if (err->line == 1)
		return strcmp(line, FIRST_LINE) ?
			       fail(err, "this is no state of a VM: it begins with '%s'",
				    FIRST_LINE) :
			       0;
	if (!strncmp(line, "guest vcpu=", 11))
		return parse_guest(s, line, err);
	return 1;
}

/* Operations that no state has: they would do something else than make a VM. */
static int check_ops(const struct vmstate *s, struct prog_error *err)
{
	for (size_t i = 0; i < s->prog.nr_ops; i++) {
		char op[64];

		if (vmstate_has_op(&s->prog.op[i]))
			continue;
		*err = (struct prog_error){ 0 };
		op_print(&s->prog.op[i], op, sizeof(op));
		return fail(err, "operation %zu, '%s', is none that restores a VM", i + 1, op);
	}
	return 0;
}

/**
 * vmstate_parse() - a state from its text
 * @s:     filled in, to be released by vmstate_free() after success
 * @text:  anything; need not be terminated
 * @bytes: of @text
 * @err:   says what is wrong and where, after a failure
 *
 * Return: 0, or -EINVAL.
 */
int vmstate_parse(struct vmstate *s, const char *text, size_t bytes, struct prog_error *err)
{
	unsigned int nr_head = 0;
	int ret = 0;

	*s = (struct vmstate){ 0 };
	*err = (struct prog_error){ .line = 1, .column = 1 };
	while (!ret) {
		const char *eol = memchr(text, '\n', bytes);
		size_t len = eol ? (size_t)(eol - text) : bytes;
		char *line = xstrndup(text, len);

		err->line = nr_head + 1;
		ret = parse_head(s, line, err);
		free(line);
		if (ret)
			break;
		nr_head++;
		text += eol ? len + 1 : len;
		bytes -= eol ? len + 1 : len;
		if (!bytes)
			break;
	}
	if (ret >= 0) {
		ret = prog_parse(&s->prog, text, bytes, err);
		err->line += err->line ? nr_head : 0;
	}
	if (!ret)
		ret = check_ops(s, err);
	if (ret)
		vmstate_free(s);
	return ret;
}
