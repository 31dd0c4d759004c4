// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of QEMU's qtest and QMP protocols, as text.  No process is needed
 * here.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/target/qtest/qtest.h"

/* The protocol's letter for the width of an access. */
static char width_letter(unsigned int bytes)
{
	static const char letter[] = { [1] = 'b', [2] = 'w', [4] = 'l', [8] = 'q' };

	return letter[bytes];
}

/**
 * qtest_cmd_print() - a command as qtest takes it
 * @cmd:   the command
 * @gic:   path of the GIC in QEMU's object tree
 * @buf:   receives one line, terminated
 * @bytes: of @buf, at least 128
 *
 * Return: the length of the line.
 */
size_t qtest_cmd_print(const struct qtest_cmd *cmd, const char *gic, char *buf, size_t bytes)
{
	int n = 0;

	switch (cmd->verb) {
	case QTEST_READ:
		n = snprintf(buf, bytes, "read%c 0x%" PRIx64 "\n", width_letter(cmd->bytes),
			     cmd->at);
		break;
	case QTEST_WRITE:
		n = snprintf(buf, bytes, "write%c 0x%" PRIx64 " 0x%" PRIx64 "\n",
			     width_letter(cmd->bytes), cmd->at,
			     cmd->value & bits_mask(8 * cmd->bytes - 1, 0));
		break;
	case QTEST_LINE:
		n = snprintf(buf, bytes, "set_irq_in %s unnamed-gpio-in %" PRIu64 " %" PRIu64 "\n",
			     gic, cmd->at, cmd->value);
		break;
	}
	return (size_t)n;
}

/**
 * qtest_reply_parse() - understand one line from qtest
 * @line: without its end
 * @cmd:  the command that waits for an answer; receives what it read
 *
 * Return: 1 if the line answers the command, 0 if it is no answer but news of a
 * line, -EPROTO if it is neither or says that the command failed.
 */
int qtest_reply_parse(const char *line, struct qtest_cmd *cmd)
{
	char *end;
	u64 value;

	if (!strncmp(line, "IRQ ", 4))
		return 0;
	if (cmd->verb != QTEST_READ)
		return strcmp(line, "OK") ? -EPROTO : 1;
	if (strncmp(line, "OK 0x", 5) != 0)
		return -EPROTO;
	errno = 0;
	value = strtoull(line + 3, &end, 16);
	if (errno || end == line + 5 || *end || (value & ~bits_mask(8 * cmd->bytes - 1, 0)))
		return -EPROTO;
	cmd->value = value;
	return 1;
}

/**
 * qtest_lines_next() - take out a line
 * @l: what has arrived
 *
 * Return: the line, terminated, without its end, valid until the next call of
 * qtest_lines_room(); NULL if none is complete.
 */
char *qtest_lines_next(struct qtest_lines *l)
{
	char *line = l->buf + l->from;
	char *end = memchr(line, '\n', l->to - l->from);

	if (!end)
		return NULL;
	l->from = (size_t)(end + 1 - l->buf);
	if (end > line && end[-1] == '\r')
		end--;
	*end = '\0';
	return line;
}

/**
 * qtest_lines_room() - where to put what arrives
 * @l:  what has arrived; the caller adds to @l->to what it put there
 * @at: receives the place
 *
 * Return: bytes that fit; 0 if a line is longer than any that is known.
 */
size_t qtest_lines_room(struct qtest_lines *l, char **at)
{
	memmove(l->buf, l->buf + l->from, l->to - l->from);
	l->to -= l->from;
	l->from = 0;
	*at = l->buf + l->to;
	return sizeof(l->buf) - l->to;
}

static bool find_number(const char *text, const char *key, unsigned int *value)
{
	const char *at = strstr(text, key);

	return at && sscanf(at + strlen(key), ": %u", value) == 1;
}

/**
 * qtest_greeting_parse() - read the version in a QMP greeting
 * @line: the greeting
 * @v:    filled in
 *
 * Return: whether it is a greeting.
 */
bool qtest_greeting_parse(const char *line, struct qtest_version *v)
{
	const char *package = strstr(line, "\"package\"");

	*v = (struct qtest_version){ 0 };
	if (package)
		sscanf(package, "\"package\": \"%63[^\"]", v->package);
	return strstr(line, "\"QMP\"") && find_number(line, "\"major\"", &v->major) &&
	       find_number(line, "\"minor\"", &v->minor) &&
	       find_number(line, "\"micro\"", &v->micro);
}

/**
 * qtest_find_gic() - find the GIC among the objects that have no parent
 * @reply: QMP's answer to qom-list of /machine/unattached
 * @gic:   its kind
 * @path:  receives its path
 * @bytes: of @path
 *
 * Return: whether it is there.
 */
bool qtest_find_gic(const char *reply, enum gic_version gic, char *path, size_t bytes)
{
	const char *type = gic == GIC_V2 ? "\"child<arm_gic>\"" : "\"child<arm-gicv3>\"";
	const char *found = strstr(reply, type);
	const char *object = found;
	unsigned int number;

	while (object && object > reply && *object != '{')
		object--;
	object = object ? strstr(object, "\"device[") : NULL;
	/* The name may stand on either side of the type. */
	if (!object || memchr(found, '}', object > found ? (size_t)(object - found) : 0) ||
	    sscanf(object, "\"device[%u]\"", &number) != 1)
		return false;
	snprintf(path, bytes, "/machine/unattached/device[%u]", number);
	return true;
}
