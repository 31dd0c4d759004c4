// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator's control channel. QMP sends one JSON object a line; what is
 * needed here can be told by a word in the line, so that nothing is parsed.
 */
#include "ci/vm/qmp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Takes the next line. Return: 0, -EPIPE at the end of the channel, or a negative errno. */
static int read_line(struct qmp *q, char *line, size_t room)
{
	char *end;

	while (!(end = q->in.bytes ? memchr(q->in.data, '\n', q->in.bytes) : NULL)) {
		char chunk[4096];
		ssize_t n = read(q->fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EPIPE;
		vm_buf_append(&q->in, chunk, (size_t)n);
	}
	*end++ = '\0';
	strncpy(line, q->in.data, room - 1);
	line[room - 1] = '\0';
	q->in.bytes -= (size_t)(end - q->in.data);
	memmove(q->in.data, end, q->in.bytes);
	return 0;
}

/* Return: 0, -EIO if the emulator refuses, or a negative error. */
static int read_answer(struct qmp *q)
{
	char line[4096];
	int err;

	while (!(err = read_line(q, line, sizeof(line)))) {
		if (!strncmp(line, "{\"return\"", 9))
			return 0;
		if (!strncmp(line, "{\"error\"", 8))
			return -EIO;
	}
	return err;
}

/**
 * qmp_do() - give one command and wait for its answer
 * @q:		channel
 * @command:	JSON
 *
 * Errors:
 *   -EIO     it was refused
 *   -EPIPE   the emulator has ended
 * Return: 0 or a negative error.
 */
int qmp_do(struct qmp *q, const char *command)
{
	int err = vm_write_all(q->fd, command, strlen(command));

	return err ? err : read_answer(q);
}

/**
 * qmp_give_fd() - give the emulator a file
 * @q:		channel
 * @fd:		descriptor of the file
 * @name:	what it is called from then on
 *
 * Return: 0 or a negative error, as qmp_do().
 */
int qmp_give_fd(struct qmp *q, int fd, const char *name)
{
	char *command =
		vm_asprintf("{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"%s\"}}", name);
	struct iovec data = { .iov_base = command, .iov_len = strlen(command) };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct msghdr msg = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int err = 0;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(q->fd, &msg, 0) != (ssize_t)data.iov_len)
		err = -EPIPE;
	free(command);
	return err ? err : read_answer(q);
}

/**
 * qmp_open() - begin to talk to the emulator
 * @q:	filled in, to be released by qmp_close()
 * @fd:	our end of the channel
 *
 * Return: 0 or a negative error, as qmp_do().
 */
int qmp_open(struct qmp *q, int fd)
{
	*q = (struct qmp){ .fd = fd };
	return qmp_do(q, "{\"execute\":\"qmp_capabilities\"}");
}

/**
 * qmp_wait_migrated() - wait until a migration is over
 * @q:	channel of an emulator that tells of migration events
 *
 * Errors:
 *   -EIO     it failed
 *   -EPIPE   the emulator has ended
 * Return: 0 or a negative error.
 */
int qmp_wait_migrated(struct qmp *q)
{
	char line[4096];
	int err;

	while (!(err = read_line(q, line, sizeof(line)))) {
		if (!strstr(line, "\"MIGRATION\""))
			continue;
		if (strstr(line, "\"completed\""))
			return 0;
		if (strstr(line, "\"failed\""))
			return -EIO;
	}
	return err;
}

/**
 * qmp_close() - free what the channel holds; the descriptor stays open
 * @q:	channel, or zero-initialised
 */
void qmp_close(struct qmp *q)
{
	vm_buf_free(&q->in);
}
