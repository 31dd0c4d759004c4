// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starting and ending worker processes, and reading what they send.
 */
#include "harness/child.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * child_open() - what a worker needs before it is started for the first time
 * @c: filled in, to be released by child_close(), in either case
 *
 * Return: 0 or a negative errno.
 */
int child_open(struct child *c)
{
	*c = (struct child){ .err_fd = memfd_create("stderr", MFD_CLOEXEC) };
	return c->err_fd < 0 ? -errno : 0;
}

/**
 * child_fork() - start a worker, or start it again
 * @c:      a worker that does not run
 * @target: what its programs run on
 *
 * Return: as of fork(); in the worker, which ends with its parent and not by a
 * key that was meant for that, standard error goes to its file.
 */
pid_t child_fork(struct child *c, const struct target *target)
{
	int err;

	c->hung = false;
	kmsg_close(c->kmsg);
	c->kmsg = kmsg_open(target);
	fflush(NULL);
	c->pid = fork();
	err = errno;
	if (!c->pid) {
		/* A worker whose parent died would run on unseen. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, SIG_DFL);
		dup2(c->err_fd, STDERR_FILENO);
	}
	errno = err;
	return c->pid;
}

/**
 * child_wait() - wait for the end of a child
 * @pid: of the child
 *
 * Return: its status as of waitpid(), 0 if it is no child.
 */
int child_wait(pid_t pid)
{
	int wstatus = 0;

	while (waitpid(pid, &wstatus, 0) < 0 && errno == EINTR)
		;
	return wstatus;
}

/**
 * child_close() - release what child_open() made
 * @c: a worker that does not run
 */
void child_close(struct child *c)
{
	kmsg_close(c->kmsg);
	c->kmsg = NULL;
	if (c->err_fd >= 0)
		close(c->err_fd);
}

/**
 * child_read() - read from the pipe of a worker or of its parent
 * @fd:    where
 * @data:  filled in
 * @bytes: all of which are waited for
 *
 * Return: false if the other side is gone before they came.
 */
bool child_read(int fd, void *data, size_t bytes)
{
	char *p = data;

	while (bytes) {
		ssize_t n = read(fd, p, bytes);

		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		if (n > 0) {
			p += n;
			bytes -= (size_t)n;
		}
	}
	return true;
}
