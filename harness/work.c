// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the programs of a plan in worker processes, so that a kvm_util assertion,
 * a crash or a hang costs one program, and reports their outcomes in the order
 * of the plan.
 */
#include "harness/harness.h"

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

#define REASON_BYTES 256
#define STDERR_BYTES 2048
#define POLL_MS 200
#define JOBS_PER_CPU 4

/* What workers and their parent share. */
struct slot {
	u64 running; /* number in the plan plus one, 0 if it rests */
	u64 since_ns; /* CLOCK_MONOTONIC */
	struct failure failure; /* that is made */
};

struct shared {
	u64 next;
	struct slot slot[];
};

/* What a worker sends for each program; reason, diag and record follow. */
struct message {
	u64 i;
	u64 ns;
	u64 status; /* 64 bits, so that no padding is sent */
	u64 nr_ops, nr_judged, nr_failures;
	struct judge_waits waits;
	struct failure failure;
	u64 reason_len, diag_len, record_len;
};

struct worker {
	struct child child;
	int fd; /* messages come here; -1 if there is no worker */
};

struct work {
	const struct session *session;
	const struct plan *plan;
	struct shared *shared;
	size_t shared_bytes;
	struct inflight *inflight;
	struct worker *worker;
	unsigned int nr_workers;
	struct outcome *done; /* by number in the plan */
	bool *is_done;
	size_t reported;
	work_report_fn *report;
	void *arg;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

/**
 * work_interrupt_on_signals() - stop at SIGINT and SIGTERM, losing nothing
 */
void work_interrupt_on_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/**
 * work_is_interrupted() - has a signal come?
 *
 * Return: whether.
 */
bool work_is_interrupted(void)
{
	return interrupted;
}

static u64 length(const char *text)
{
	return text ? strlen(text) : 0;
}

static void worker_send(int fd, size_t i, const struct outcome *o)
{
	struct message m = {
		.i = i,
		.ns = o->ns,
		.status = o->status,
		.nr_ops = o->nr_ops,
		.nr_judged = o->nr_judged,
		.nr_failures = o->nr_failures,
		.waits = o->waits,
		.failure = o->failure,
		.reason_len = length(o->reason),
		.diag_len = length(o->diag),
		.record_len = length(o->record),
	};

	if (vm_write_all(fd, &m, sizeof(m)) || vm_write_all(fd, o->reason, m.reason_len) ||
	    vm_write_all(fd, o->diag, m.diag_len) || vm_write_all(fd, o->record, m.record_len))
		_exit(TAP_EXIT_HARNESS);
}

static void outcome_free(struct outcome *o)
{
	free(o->reason);
	free(o->diag);
	free(o->record);
	*o = (struct outcome){ 0 };
}

static void worker_main(struct work *w, unsigned int number, int fd)
{
	struct slot *slot = &w->shared->slot[number];
	struct inflight_slot slot_in_flight = { w->inflight, number };
	struct judging_context c = {
		.model = model_create(),
		.kmsg = kmsg_open(w->session->target),
		.started = inflight_started,
		.arg = &slot_in_flight,
		.failure = &slot->failure,
		.since_ns = &slot->since_ns,
	};
	u64 start;

	if (!c.model)
		_exit(TAP_EXIT_HARNESS);
	for (;;) {
		u64 i = __atomic_fetch_add(&w->shared->next, 1, __ATOMIC_RELAXED);
		struct outcome o = { 0 };

		if (i >= w->plan->nr)
			break;
		start = clock_ns();
		slot->failure = (struct failure){ 0 };
		__atomic_store_n(&slot->since_ns, start, __ATOMIC_RELEASE);
		__atomic_store_n(&slot->running, i + 1, __ATOMIC_RELEASE);
		if (ftruncate(w->worker[number].child.err_fd, 0))
			_exit(TAP_EXIT_HARNESS);
		judge_one(w->session, w->plan, i, &c, &o);
		o.ns = clock_ns() - start;
		inflight_put(w->inflight, number, NULL);
		worker_send(fd, i, &o);
		__atomic_store_n(&slot->running, 0, __ATOMIC_RELEASE);
		outcome_free(&o);
	}
	_exit(0);
}

static int worker_start(struct work *w, unsigned int number)
{
	struct worker *k = &w->worker[number];
	int fds[2], err;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	w->shared->slot[number].running = 0;
	pid = child_fork(&k->child, w->session->target);
	err = errno;
	if (!pid) {
		close(fds[0]);
		worker_main(w, number, fds[1]);
	}
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return -err;
	}
	k->fd = fds[0];
	return 0;
}

static void report_done(struct work *w)
{
	while (w->reported < w->plan->nr && w->is_done[w->reported]) {
		struct outcome *o = &w->done[w->reported];

		w->report(w->arg, w->reported, o);
		outcome_free(o);
		w->reported++;
	}
}

static void set_done(struct work *w, size_t i, const struct outcome *o)
{
	w->done[i] = *o;
	w->is_done[i] = true;
	report_done(w);
}

static char *read_text(int fd, u64 len)
{
	char *text;

	if (!len)
		return NULL;
	text = xcalloc(1, len + 1);
	if (!child_read(fd, text, len)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Return: false if the worker is gone. */
static bool worker_receive(struct work *w, struct worker *k)
{
	struct outcome o = { 0 };
	struct message m;

	if (!child_read(k->fd, &m, sizeof(m)) || m.i >= w->plan->nr)
		return false;
	o.status = (enum tap_status)m.status;
	o.ns = m.ns;
	o.nr_ops = m.nr_ops;
	o.nr_judged = m.nr_judged;
	o.nr_failures = m.nr_failures;
	o.waits = m.waits;
	o.failure = m.failure;
	o.reason = read_text(k->fd, m.reason_len);
	o.diag = read_text(k->fd, m.diag_len);
	o.record = read_text(k->fd, m.record_len);
	set_done(w, m.i, &o);
	return true;
}

/* What became of the program that a worker died of. */
static void worker_post_mortem(struct work *w, unsigned int number, int wstatus)
{
	struct worker *k = &w->worker[number];
	u64 running = w->shared->slot[number].running;
	const struct failure failure = w->shared->slot[number].failure;
	char reason[REASON_BYTES];
	struct outcome o = { .status = TAP_ERROR, .failure = failure };
	char log[KMSG_TEXT_BYTES];
	unsigned int nr_logged;
	ssize_t n;

	if (!running || w->is_done[running - 1])
		return;
	nr_logged = kmsg_find(k->child.kmsg, k->child.pid, log);
	if (nr_logged && !k->child.hung) {
		o.status = TAP_PASS;
		judge_oops(w->session, w->plan, running - 1, log, &failure, &o);
		failure_explain(&failure, &o.reason);
		kmsg_account(k->child.kmsg, log);
		set_done(w, running - 1, &o);
		return;
	}
	if (k->child.hung) {
		o.status = TAP_FAIL;
		snprintf(reason, sizeof(reason), "hang: no end after %u s",
			 w->session->options->timeout_s);
	} else if (WIFSIGNALED(wstatus)) {
		snprintf(reason, sizeof(reason), "the harness process died of signal %d",
			 WTERMSIG(wstatus));
	} else {
		snprintf(reason, sizeof(reason), "the harness process ended with status %d",
			 WEXITSTATUS(wstatus));
	}
	o.reason = xstrndup(reason, sizeof(reason));
	failure_explain(&failure, &o.reason);
	o.diag = xcalloc(1, STDERR_BYTES);
	n = pread(k->child.err_fd, o.diag, STDERR_BYTES - 1, 0);
	o.diag[n > 0 ? n : 0] = '\0';
	set_done(w, running - 1, &o);
}

static void worker_reap(struct work *w, unsigned int number)
{
	struct worker *k = &w->worker[number];

	close(k->fd);
	k->fd = -1;
	worker_post_mortem(w, number, child_wait(k->child.pid));
	if (w->shared->next < w->plan->nr && !interrupted && worker_start(w, number))
		fprintf(stderr, "vgicheck: cannot start a worker\n");
}

static void kill_hung_workers(struct work *w)
{
	u64 limit = w->session->options->timeout_s * NS_PER_S;

	for (unsigned int i = 0; i < w->nr_workers; i++) {
		const struct slot *s = &w->shared->slot[i];
		struct worker *k = &w->worker[i];
		u64 since = __atomic_load_n(&s->since_ns, __ATOMIC_ACQUIRE);

		/* The time is taken after the start that it is compared with. */
		if (k->fd < 0 || !__atomic_load_n(&s->running, __ATOMIC_ACQUIRE) ||
		    clock_ns() - since < limit)
			continue;
		k->child.hung = true;
		kill(k->child.pid, SIGKILL);
	}
}

/* A program that no worker has begun by then is never begun, and not reported. */
static void begin_no_more_if_late(struct work *w)
{
	if (w->plan->until_ns && clock_ns() >= w->plan->until_ns)
		__atomic_store_n(&w->shared->next, w->plan->nr, __ATOMIC_RELAXED);
}

static void work_loop(struct work *w)
{
	struct pollfd *fds = xcalloc(w->nr_workers, sizeof(*fds));
	unsigned int alive;

	do {
		alive = 0;
		for (unsigned int i = 0; i < w->nr_workers; i++) {
			fds[i] = (struct pollfd){ .fd = w->worker[i].fd, .events = POLLIN };
			alive += w->worker[i].fd >= 0;
		}
		if (!alive || poll(fds, w->nr_workers, POLL_MS) < 0)
			continue;
		for (unsigned int i = 0; i < w->nr_workers; i++) {
			if (fds[i].revents && !worker_receive(w, &w->worker[i]))
				worker_reap(w, i);
		}
		kill_hung_workers(w);
		begin_no_more_if_late(w);
	} while (alive && !interrupted);
	free(fds);
	for (unsigned int i = 0; i < w->nr_workers; i++) {
		if (w->worker[i].fd < 0)
			continue;
		kill(w->worker[i].child.pid, SIGKILL);
		child_wait(w->worker[i].child.pid);
		close(w->worker[i].fd);
	}
}

/**
 * work_default_jobs() - how many workers suit this machine
 *
 * Return: at least 1.
 */
unsigned int work_default_jobs(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	/* Creating a VM is mostly waiting for RCU: more workers than processors. */
	return (unsigned int)(cpus > 0 ? cpus : 1) * JOBS_PER_CPU;
}

static unsigned int pick_jobs(const struct session *s, const struct plan *plan)
{
	unsigned int jobs = s->options->jobs ? s->options->jobs : work_default_jobs();

	return jobs < plan->nr ? jobs : (unsigned int)plan->nr;
}

static int work_open(struct work *w)
{
	int ret = 0;

	w->inflight = inflight_open(w->session->options->out, w->session->target);
	if (!w->inflight)
		return -EIO;
	w->nr_workers = pick_jobs(w->session, w->plan);
	w->shared_bytes = sizeof(struct shared) + w->nr_workers * sizeof(struct slot);
	w->shared = mmap(NULL, w->shared_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			 -1, 0);
	if (w->shared == MAP_FAILED)
		return -ENOMEM;
	w->worker = xcalloc(w->nr_workers, sizeof(*w->worker));
	w->done = xcalloc(w->plan->nr, sizeof(*w->done));
	w->is_done = xcalloc(w->plan->nr, sizeof(*w->is_done));
	for (unsigned int i = 0; i < w->nr_workers; i++) {
		w->worker[i].fd = -1;
		w->worker[i].child.err_fd = -1;
	}
	for (unsigned int i = 0; !ret && i < w->nr_workers; i++)
		ret = child_open(&w->worker[i].child);
	return ret;
}

static void work_close(struct work *w)
{
	for (unsigned int i = 0; w->worker && i < w->nr_workers; i++)
		child_close(&w->worker[i].child);
	for (size_t i = w->reported; w->done && i < w->plan->nr; i++)
		outcome_free(&w->done[i]);
	free(w->worker);
	free(w->done);
	free(w->is_done);
	inflight_close(w->inflight);
	if (w->shared && w->shared != MAP_FAILED)
		munmap(w->shared, w->shared_bytes);
}

/**
 * work_run() - run and judge all programs of a plan
 * @s:      the session
 * @plan:   with at least one program
 * @report: called for each program, in the order of the plan
 * @arg:    passed to @report
 *
 * After a signal the programs that did not end are not reported, and neither are
 * those that did not begin in the plan's time.
 *
 * Return: 0, or a negative errno after a message if workers cannot be had.
 */
int work_run(const struct session *s, const struct plan *plan, work_report_fn *report, void *arg)
{
	struct work w = { .session = s, .plan = plan, .report = report, .arg = arg };
	int ret = work_open(&w);

	for (unsigned int i = 0; !ret && i < w.nr_workers; i++)
		ret = worker_start(&w, i);
	if (!ret)
		work_loop(&w);
	/* Who failed to keep programs in flight has said so. */
	else if (w.inflight)
		fprintf(stderr, "vgicheck: cannot run programs: %s\n", strerror(-ret));
	work_close(&w);
	return ret;
}
