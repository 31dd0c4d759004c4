// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pool of worker processes that run and judge one program after another.  What
 * a program is and what came of it is in memory that a worker shares with its
 * parent, so that nothing is lost with the worker; a byte through a pipe tells
 * that there is something to do, or that it is done.
 */
#include "harness/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/vm/util.h"
#include "harness/child.h"
#include "lib/prog/alloc.h"

#define POLL_MS 200
#define MAX_PROGRAMS 2000 /* of a worker, so that what leaks in one does not add up */

/* What a worker and its parent share. */
struct desk {
	char name[PROG_NAME_BYTES];
	enum gic_version gic;
	unsigned int ipa_bits;
	size_t nr_ops;
	u64 since_ns; /* when the program was submitted, CLOCK_MONOTONIC */
	struct trial trial;
	struct op op[PROG_MAX_OPS]; /* without comments; untouched pages cost nothing */
	struct op_result result[PROG_MAX_OPS];
};

struct worker {
	struct child child;
	struct desk *desk;
	int work_fd; /* a byte for each program; -1 if there is no worker */
	int done_fd; /* a byte for each that was tried */
	unsigned int nr_programs; /* it was given */
	bool busy;
};

struct trials {
	const struct session *session;
	struct inflight *inflight;
	struct worker *worker;
	unsigned int nr_workers;
};

/* One program, in the worker. */
static void try_one(const struct trials *t, struct desk *d, struct judging_context *c)
{
	char above[PROG_NAME_BYTES + 4];
	struct prog p = {
		.gic = d->gic,
		.ipa_bits = d->ipa_bits,
		.op = d->op,
		.nr_ops = d->nr_ops,
		.max_ops = d->nr_ops,
		.above = above,
	};
	struct trial *trial = &d->trial;
	enum judged how;

	/* What is found in flight says where it comes from. */
	snprintf(above, sizeof(above), "# %s\n", d->name);
	memcpy(p.name, d->name, sizeof(p.name));
	how = judge_run(t->session, &p, c, d->result, &trial->verdict, trial->reason,
			sizeof(trial->reason));
	trial->end = how == JUDGED ? TRIAL_JUDGED : TRIAL_SKIPPED;
}

static void __attribute__((__noreturn__))
worker_main(const struct trials *t, unsigned int number, int work_fd, int done_fd)
{
	struct worker *k = &t->worker[number];
	struct inflight_slot slot = { t->inflight, number };
	struct judging_context c = {
		.model = model_create(),
		.kmsg = kmsg_open(t->session->target),
		.started = inflight_started,
		.arg = &slot,
	};
	char byte;

	while (c.model && child_read(work_fd, &byte, 1)) {
		if (ftruncate(k->child.err_fd, 0))
			_exit(TAP_EXIT_HARNESS);
		try_one(t, k->desk, &c);
		inflight_put(t->inflight, number, NULL);
		if (vm_write_all(done_fd, "", 1))
			break;
	}
	_exit(c.model ? 0 : TAP_EXIT_HARNESS);
}

/* Descriptors of the parent that a new worker must not keep from ending. */
static void close_others(const struct trials *t)
{
	for (unsigned int i = 0; i < t->nr_workers; i++) {
		if (t->worker[i].work_fd >= 0)
			close(t->worker[i].work_fd);
	}
}

static int worker_start(struct trials *t, unsigned int number)
{
	struct worker *k = &t->worker[number];
	int work[2], done[2], err;
	pid_t pid;

	if (pipe2(work, O_CLOEXEC))
		return -errno;
	if (pipe2(done, O_CLOEXEC)) {
		err = errno;
		close(work[0]);
		close(work[1]);
		return -err;
	}
	k->busy = false;
	k->nr_programs = 0;
	pid = child_fork(&k->child, t->session->target);
	err = errno;
	if (!pid) {
		close(work[1]);
		close(done[0]);
		close_others(t);
		worker_main(t, number, work[0], done[1]);
	}
	close(work[0]);
	close(done[1]);
	if (pid < 0) {
		close(work[1]);
		close(done[0]);
		return -err;
	}
	k->work_fd = work[1];
	k->done_fd = done[0];
	return 0;
}

/* Return: how it ended, as of waitpid(). */
static int worker_stop(struct worker *k)
{
	close(k->work_fd);
	close(k->done_fd);
	k->work_fd = -1;
	k->done_fd = -1;
	return child_wait(k->child.pid);
}

static int open_worker(struct trials *t, unsigned int number)
{
	struct worker *k = &t->worker[number];
	void *map = mmap(NULL, sizeof(*k->desk), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int ret;

	if (map == MAP_FAILED)
		return -errno;
	k->desk = map;
	ret = child_open(&k->child);
	return ret ? ret : worker_start(t, number);
}

/**
 * trials_open() - start workers
 * @s:          the session, which must outlive the pool
 * @nr_workers: how many, or 0 for as many as suit this machine
 *
 * Return: the pool, or NULL after a message.
 */
struct trials *trials_open(const struct session *s, unsigned int nr_workers)
{
	struct trials *t = xcalloc(1, sizeof(*t));
	int ret = 0;

	t->session = s;
	t->nr_workers = nr_workers ? nr_workers : work_default_jobs();
	t->worker = xcalloc(t->nr_workers, sizeof(*t->worker));
	for (unsigned int i = 0; i < t->nr_workers; i++)
		t->worker[i] = (struct worker){ .work_fd = -1, .done_fd = -1, .child.err_fd = -1 };
	t->inflight = inflight_open(s->options->out, s->target);
	for (unsigned int i = 0; t->inflight && !ret && i < t->nr_workers; i++)
		ret = open_worker(t, i);
	if (t->inflight && !ret)
		return t;
	if (ret)
		fprintf(stderr, "vgicheck: cannot run programs: %s\n", strerror(-ret));
	trials_close(t);
	return NULL;
}

/**
 * trials_idle() - how many programs can be submitted now
 * @t: the pool
 *
 * Return: workers that have none.
 */
unsigned int trials_idle(const struct trials *t)
{
	unsigned int idle = 0;

	for (unsigned int i = 0; i < t->nr_workers; i++)
		idle += t->worker[i].work_fd >= 0 && !t->worker[i].busy;
	return idle;
}

/**
 * trials_under_way() - how many programs were submitted and not yet handed back
 * @t: the pool
 *
 * Return: the number.
 */
unsigned int trials_under_way(const struct trials *t)
{
	unsigned int busy = 0;

	for (unsigned int i = 0; i < t->nr_workers; i++)
		busy += t->worker[i].busy;
	return busy;
}

/**
 * trials_submit() - have a program tried
 * @t:     the pool, with a worker that is idle
 * @p:     the program, which is copied
 * @token: handed back with what comes of it
 */
void trials_submit(struct trials *t, const struct prog *p, u64 token)
{
	struct worker *k = t->worker;
	struct desk *d;

	while (k->work_fd < 0 || k->busy)
		k++;
	d = k->desk;
	memcpy(d->name, p->name, sizeof(d->name));
	d->gic = p->gic;
	d->ipa_bits = p->ipa_bits;
	d->nr_ops = p->nr_ops;
	for (size_t i = 0; i < p->nr_ops; i++) {
		d->op[i] = p->op[i];
		d->op[i].above = NULL;
		d->op[i].beside = NULL;
	}
	d->trial.token = token;
	d->trial.nr_ops = p->nr_ops;
	d->trial.reason[0] = '\0';
	d->trial.verdict = (struct verdict){ .unjudged = p->nr_ops };
	d->since_ns = clock_ns();
	k->busy = true;
	k->nr_programs++;
	/* That a worker is gone shows where it is waited for. */
	(void)!vm_write_all(k->work_fd, "", 1);
}

/* The last line of what a worker wrote, after its end was described. */
static void add_last_words(const struct worker *k, char *reason)
{
	char text[TRIAL_REASON_BYTES];
	off_t end = lseek(k->child.err_fd, 0, SEEK_END);
	off_t from = end > (off_t)sizeof(text) - 1 ? end - (off_t)sizeof(text) + 1 : 0;
	ssize_t n = pread(k->child.err_fd, text, sizeof(text) - 1, from);
	size_t len = strlen(reason);
	char *line;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	if (n <= 0)
		return;
	text[n] = '\0';
	line = strrchr(text, '\n');
	snprintf(reason + len, TRIAL_REASON_BYTES - len, ": %s", line ? line + 1 : text);
}

/* What became of the program that a worker died of. */
static void post_mortem(const struct trials *t, struct worker *k, const char *log, int wstatus)
{
	struct desk *d = k->desk;
	struct prog p = {
		.gic = d->gic, .ipa_bits = d->ipa_bits, .op = d->op, .nr_ops = d->nr_ops
	};
	struct trial *trial = &d->trial;

	trial->end = k->child.hung ? TRIAL_HUNG : TRIAL_DIED;
	trial->verdict = (struct verdict){ .unjudged = d->nr_ops };
	if (k->child.hung) {
		snprintf(trial->reason, sizeof(trial->reason), "hang: no end after %u s",
			 t->session->options->timeout_s);
	} else if (log) {
		judge_died(t->session, &p, log, &trial->verdict);
		snprintf(trial->reason, sizeof(trial->reason), "kernel log: %s", log);
	} else if (WIFSIGNALED(wstatus)) {
		snprintf(trial->reason, sizeof(trial->reason), "the process died of signal %d",
			 WTERMSIG(wstatus));
		add_last_words(k, trial->reason);
	} else {
		snprintf(trial->reason, sizeof(trial->reason), "the process ended with status %d",
			 WEXITSTATUS(wstatus));
		add_last_words(k, trial->reason);
	}
}

static void bury(struct trials *t, struct worker *k)
{
	char log[KMSG_TEXT_BYTES];
	unsigned int nr_logged;
	int wstatus, ret;
	bool was_busy = k->busy;

	nr_logged = kmsg_find(k->child.kmsg, k->child.pid, log);
	if (nr_logged)
		kmsg_account(k->child.kmsg, log);
	wstatus = worker_stop(k);
	if (was_busy)
		post_mortem(t, k, nr_logged ? log : NULL, wstatus);
	ret = worker_start(t, (unsigned int)(k - t->worker));
	if (ret)
		fprintf(stderr, "vgicheck: cannot start a worker: %s\n", strerror(-ret));
}

static void kill_if_hung(const struct trials *t, struct worker *k)
{
	u64 limit = t->session->options->timeout_s * NS_PER_S;

	if (!k->busy || k->child.hung || clock_ns() - k->desk->since_ns < limit)
		return;
	k->child.hung = true;
	kill(k->child.pid, SIGKILL);
}

static void hand_back(struct worker *k, struct trial *trial)
{
	*trial = k->desk->trial;
	trial->ns = clock_ns() - k->desk->since_ns;
	trial->results = trial->end == TRIAL_JUDGED ? k->desk->result : NULL;
	k->busy = false;
}

/* The next worker that is done or dead, or NULL if none is yet. */
static struct worker *poll_workers(struct trials *t)
{
	struct pollfd *fds = xcalloc(t->nr_workers, sizeof(*fds));
	struct worker *found = NULL;

	for (unsigned int i = 0; i < t->nr_workers; i++)
		fds[i] = (struct pollfd){ .fd = t->worker[i].done_fd, .events = POLLIN };
	if (poll(fds, t->nr_workers, POLL_MS) > 0) {
		for (unsigned int i = 0; i < t->nr_workers && !found; i++) {
			if (fds[i].revents)
				found = &t->worker[i];
		}
	}
	free(fds);
	return found;
}

/**
 * trials_next() - wait for a program that was submitted
 * @t:     the pool
 * @trial: filled in
 *
 * Return: true; false if none is under way, or the process is to end.
 */
bool trials_next(struct trials *t, struct trial *trial)
{
	while (trials_under_way(t) && !work_is_interrupted()) {
		struct worker *k = poll_workers(t);
		bool was_busy = k && k->busy;
		char byte;

		for (unsigned int i = 0; i < t->nr_workers; i++)
			kill_if_hung(t, &t->worker[i]);
		if (!k)
			continue;
		if (!child_read(k->done_fd, &byte, 1)) {
			bury(t, k);
		} else if (k->child.hung || k->nr_programs >= MAX_PROGRAMS) {
			/* If it hung, it was done just before it was killed. */
			k->busy = false;
			bury(t, k);
		}
		if (!was_busy)
			continue;
		hand_back(k, trial);
		return true;
	}
	return false;
}

/**
 * trials_close() - end the workers
 * @t: the pool, or NULL; programs that are under way are lost
 */
void trials_close(struct trials *t)
{
	if (!t)
		return;
	for (unsigned int i = 0; i < t->nr_workers; i++) {
		struct worker *k = &t->worker[i];

		if (k->work_fd >= 0) {
			kill(k->child.pid, SIGKILL);
			worker_stop(k);
		}
		child_close(&k->child);
		if (k->desk)
			munmap(k->desk, sizeof(*k->desk));
	}
	inflight_close(t->inflight);
	free(t->worker);
	free(t);
}
