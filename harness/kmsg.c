// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel log while programs run: a warning or an oops of the kernel under
 * test is a result of the program whose process it names.
 */
#include "harness/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/prog/alloc.h"

#define RECORD_BYTES 8192

struct kmsg {
	const struct target *target; /* has its own log, or NULL */
	int fd; /* -1 if the target has */
	char trouble[KMSG_TEXT_BYTES]; /* seen, but not yet whose it is */
};

/* How the kernel begins to tell of trouble. */
static const char *const troubles[] = {
	"WARNING: ",
	"BUG: ",
	"kernel BUG at ",
	"Internal error: ",
	"Unable to handle kernel ",
	"UBSAN: ",
	"INFO: task ",
	"rcu: INFO: ",
	"WARNING: possible ",
};

static struct kmsg *log_of(const struct target *target, int fd)
{
	struct kmsg *k = xcalloc(1, sizeof(*k));

	k->target = target;
	k->fd = fd;
	return k;
}

/**
 * kmsg_open() - watch the kernel log from now on
 * @target: what programs run on, which may have a log of its own
 *
 * Return: the log, or NULL if this process may not read it.
 */
struct kmsg *kmsg_open(const struct target *target)
{
	int fd;

	if (target->trouble)
		return log_of(target, -1);
	fd = open("/dev/kmsg", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	lseek(fd, 0, SEEK_END);
	return log_of(NULL, fd);
}

/**
 * kmsg_close() - stop watching
 * @k: from kmsg_open(), or NULL
 */
void kmsg_close(struct kmsg *k)
{
	if (!k)
		return;
	if (!k->target)
		close(k->fd);
	free(k);
}

static const char *trouble_in(const char *text)
{
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
		const char *at = strstr(text, troubles[i]);

		if (at)
			return at;
	}
	return NULL;
}

/* "PID: 86 Comm: ..." of older kernels, "CPU#0: comm/86" of newer ones. */
static long pid_in(const char *text)
{
	const char *at = strstr(text, "PID: ");
	const char *cpu = strstr(text, "CPU#");

	if (at)
		return strtol(at + strlen("PID: "), NULL, 10);
	at = cpu ? strrchr(cpu, '/') : NULL;
	return at ? strtol(at + 1, NULL, 10) : -1;
}

/* Without numbers that differ from run to run: processor, process, offset. */
static void describe(const char *text, char *to)
{
	const char *at = strstr(text, " at ");
	const char *plus;
	size_t len;

	if (!strncmp(text, "WARNING: ", 9) && at && strstr(text, "PID: "))
		snprintf(to, KMSG_TEXT_BYTES, "WARNING at %s", at + 4);
	else
		snprintf(to, KMSG_TEXT_BYTES, "%s", text);
	plus = strstr(to, "+0x");
	len = plus ? (size_t)(plus - to) : strcspn(to, "\n");
	to[len] = '\0';
}

/* A record of the log.  Return: whether it ends trouble of this process. */
static bool take_record(struct kmsg *k, const char *text, long pid)
{
	const char *trouble = trouble_in(text);
	const char *pc = strstr(text, "pc : ");
	long whose = pid_in(text);

	if (trouble && !k->trouble[0])
		describe(trouble, k->trouble);
	if (!k->trouble[0])
		return false;
	if (whose >= 0 && pid != KMSG_ANY_PID && whose != pid)
		k->trouble[0] = '\0';
	if (whose >= 0 && k->trouble[0] && !strncmp(k->trouble, "WARNING", 7))
		return true;
	/* Of an oops, the place is what matters. */
	if (pc && k->trouble[0]) {
		char where[KMSG_TEXT_BYTES];

		describe(pc + strlen("pc : "), where);
		snprintf(k->trouble, KMSG_TEXT_BYTES, "oops at %.100s", where);
		return true;
	}
	return false;
}

/**
 * kmsg_find() - has the kernel told of trouble with a process?
 * @k:    the log, or NULL
 * @pid:  of the process, or KMSG_ANY_PID
 * @text: receives the first trouble, KMSG_TEXT_BYTES
 *
 * Reads all that has been logged since the call before.
 *
 * Return: how many times it has.
 */
unsigned int kmsg_find(struct kmsg *k, long pid, char *text)
{
	char record[RECORD_BYTES];
	unsigned int found = 0;

	if (!k)
		return 0;
	if (k->target)
		return k->target->trouble(pid, text, KMSG_TEXT_BYTES);
	k->trouble[0] = '\0';
	for (;;) {
		ssize_t n = read(k->fd, record, sizeof(record) - 1);
		const char *body;

		/* EPIPE: records were overwritten before they were read. */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return found;
		record[n] = '\0';
		body = strchr(record, ';');
		if (!body || !take_record(k, body + 1, pid))
			continue;
		if (!found++)
			snprintf(text, KMSG_TEXT_BYTES, "%s", k->trouble);
		k->trouble[0] = '\0';
	}
}

/**
 * kmsg_account() - leave a note in the log that its trouble is in the results
 * @k:    the log, or NULL
 * @text: of kmsg_find()
 *
 * Whoever watches the kernel's console need not report it again.  A note that is
 * lost only makes the watcher do so.
 */
void kmsg_account(struct kmsg *k, const char *text)
{
	const char *at = strstr(text, " at ");
	char note[2 * KMSG_TEXT_BYTES];
	int n;

	if (!k || k->target)
		return;
	/* KERN_WARNING, so that it reaches the console where warnings do. */
	n = snprintf(note, sizeof(note), "<4>%s%s", KMSG_ACCOUNTED, at ? at + 4 : text);
	if (write(k->fd, note, (size_t)n) < 0)
		return;
}
