// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck vm`: one command in a QEMU machine, from the start of the emulator
 * to its end. It watches three things at once: what the command prints, what
 * the kernel says about itself, and whether anything moves.
 */
#include "ci/vm/vm.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/vm/console.h"
#include "ci/vm/options.h"
#include "ci/vm/plan.h"
#include "ci/vm/qemu.h"
#include "ci/vm/record.h"
#include "ci/vm/results.h"
#include "ci/vm/ring.h"
#include "ci/vm/snapshot.h"

/* The ring has no interrupt: it is looked at this often. */
#define POLL_MS 5
/* After the command's end the machine powers off in a fraction of this. */
#define POWER_OFF_MS 10000
/* A machine made of a snapshot goes on at once, or never. */
#define RESUME_MS 20000
/* An interrupted command has this long to end by itself. */
#define STOP_MS 5000

/* Why the machine is no longer watched. */
enum ending {
	ENDING_NONE,
	ENDING_POWER_OFF, /* the emulator ended */
	ENDING_HANG,
	ENDING_INTERRUPT,
	ENDING_READY, /* booted, and waiting for its snapshot to be taken */
};

/**
 * struct machine - one run, of one machine or of several after each other
 * @opt:		what the user asked for
 * @plan:		what goes in and out
 * @snapshot:		what it may start from; unused without a path
 * @recording:		that it makes or replays
 * @resumed:		it was made of the snapshot
 * @start:		the archive of this start
 * @qemu:		the emulator
 * @ring:		records from the machine
 * @console:		the kernel's messages
 * @results:		what has come back
 * @messages:		the emulator's own messages
 * @ending:		why the run is over
 * @moved_ms:		when a record last came
 * @exit_ms:		when the command's exit was seen, or 0
 * @nr_restarts:	how often the machine was started again
 * @stop_ms:		when the machine was asked to stop, or 0
 */
struct machine {
	struct vm_options *opt;
	struct vm_plan plan;
	struct snapshot snapshot;
	struct recording recording;
	bool resumed;
	struct vm_buf start;
	struct qemu qemu;
	struct ring ring;
	struct console console;
	struct results results;
	struct vm_buf messages;
	enum ending ending;
	u64 moved_ms;
	u64 exit_ms;
	u64 stop_ms;
	unsigned int nr_restarts;
};

static volatile sig_atomic_t nr_signals;

static void on_signal(int sig)
{
	(void)sig;
	nr_signals++;
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	/* A reader that went away shows as EPIPE, so that the rest is saved. */
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

/* Reads what is there; false at the end of the stream. */
static bool read_console(struct machine *m)
{
	char chunk[4096];
	ssize_t n = read(m->qemu.serial, chunk, sizeof(chunk));

	if (n > 0)
		console_feed(&m->console, chunk, (size_t)n, vm_now_ms());
	return n > 0 || (n < 0 && errno == EINTR);
}

static bool read_messages(struct machine *m)
{
	char chunk[4096];
	ssize_t n = read(m->qemu.messages, chunk, sizeof(chunk));

	if (n > 0)
		vm_buf_append(&m->messages, chunk, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Prints every line of @b to standard error as a KTAP comment. */
static void print_quoted(const char *prefix, const struct vm_buf *b)
{
	const char *s = b->data;

	while (s && *s) {
		size_t len = strcspn(s, "\n");

		fprintf(stderr, "# %s%.*s\n", prefix, (int)len, s);
		s += len + (s[len] == '\n');
	}
}

/* May this machine be followed by another? */
static bool may_restart(const struct machine *m)
{
	return m->nr_restarts < m->opt->restart && !m->stop_ms;
}

/* What a line begins with that tells of the machine's end. */
static const char *end_mark(const struct machine *m)
{
	return may_restart(m) ? "#" : "Bail out!";
}

static void tell_splat(struct machine *m, const struct splat *s)
{
	results_say(&m->results, "%s kernel %s: %s", s->fatal ? end_mark(m) : "#", s->kind,
		    s->first);
	fprintf(stderr, "# vm: kernel %s\n", s->kind);
	print_quoted("kernel: ", &s->text);
	results_save_inflight(&m->results, m->qemu.shm);
}

/* Tells of each complete report of the kernel, once. */
static void tell_splats(struct machine *m, u64 now_ms)
{
	const struct splat *s;

	while ((s = console_next_to_tell(&m->console, now_ms)))
		tell_splat(m, s);
}

/* Takes what the machine has for us, for POLL_MS at most. */
static void take_input(struct machine *m)
{
	struct pollfd fds[] = {
		{ .fd = m->qemu.serial, .events = POLLIN },
		{ .fd = m->qemu.messages, .events = POLLIN },
	};

	if (poll(fds, ARRAY_SIZE(fds), POLL_MS) > 0) {
		if (fds[0].revents & POLLIN)
			read_console(m);
		if (fds[1].revents & POLLIN)
			read_messages(m);
	}
	if (results_drain(&m->results, &m->ring))
		m->moved_ms = vm_now_ms();
	console_settle(&m->console, vm_now_ms());
	tell_splats(m, vm_now_ms());
}

static void check_signals(struct machine *m, u64 now)
{
	if (!nr_signals)
		return;
	if (!m->stop_ms) {
		m->stop_ms = now;
		if (!m->ring.one_way)
			__atomic_store_n(&m->ring.hdr->request, SHM_REQUEST_STOP, __ATOMIC_RELEASE);
	}
	/* Before init runs nothing is there to stop; twice means at once. */
	if (!m->results.started || m->ring.one_way || nr_signals > 1 || now - m->stop_ms > STOP_MS)
		m->ending = ENDING_INTERRUPT;
}

static void check_progress(struct machine *m, u64 now)
{
	u64 patience = (u64)m->opt->timeout_s * 1000;

	if (m->resumed && !m->results.started && patience > RESUME_MS)
		patience = RESUME_MS;
	if (m->results.exited && !m->exit_ms)
		m->exit_ms = now;
	/* Whoever debugs it stops it for as long as he likes. */
	if (m->opt->gdb_port)
		return;
	if (m->exit_ms ? now - m->exit_ms > POWER_OFF_MS : now - m->moved_ms > patience)
		m->ending = ENDING_HANG;
}

static void watch(struct machine *m)
{
	m->moved_ms = vm_now_ms();
	m->ending = ENDING_NONE;
	m->exit_ms = 0;
	while (m->ending == ENDING_NONE) {
		u64 now;

		take_input(m);
		now = vm_now_ms();
		if (qemu_has_ended(&m->qemu))
			m->ending = ENDING_POWER_OFF;
		else if (m->results.ready)
			m->ending = ENDING_READY;
		else
			check_progress(m, now);
		if (m->ending == ENDING_NONE)
			check_signals(m, now);
	}
}

/* After the end: take the rest. Killing first bounds the reads. */
static void take_rest(struct machine *m)
{
	if (m->qemu.pid) {
		/* The log of events is complete only if the emulator ends by itself. */
		kill(m->qemu.pid, m->opt->record ? SIGTERM : SIGKILL);
		waitpid(m->qemu.pid, &m->qemu.status, 0);
		m->qemu.pid = 0;
	}
	while (read_console(m))
		;
	while (read_messages(m))
		;
	results_drain(&m->results, &m->ring);
	console_settle(&m->console, UINT64_MAX);
	tell_splats(m, UINT64_MAX);
	if (m->console.nr_dropped)
		results_say(&m->results, "# %u more kernel reports not shown",
			    m->console.nr_dropped);
}

static bool saw_fatal(const struct console *c)
{
	for (unsigned int i = 0; i < c->nr_splats; i++) {
		if (c->splats[i].fatal)
			return true;
	}
	return false;
}

static void save_console(struct machine *m)
{
	char *path = m->nr_restarts ?
			     vm_asprintf("%s/console-%u.log", m->plan.out, m->nr_restarts) :
			     vm_asprintf("%s/console.log", m->plan.out);
	int err = vm_write_file(path, m->console.text.data, m->console.text.bytes);

	if (err)
		fprintf(stderr, "vm: cannot write '%s': %s\n", path, strerror(-err));
	else
		results_say(&m->results, "# kernel log: %s", path);
	free(path);
}

/* The emulator or the kernel did not get as far as our init. */
static int tell_no_start(struct machine *m)
{
	print_quoted("qemu: ", &m->messages);
	/* A panic has been told with its text. */
	if (!m->console.nr_splats)
		print_quoted("kernel: ", &m->console.text);
	if (m->ending == ENDING_HANG)
		fprintf(stderr, "vm: kernel '%s' did not start within %u s\n", m->plan.kernel,
			m->opt->timeout_s);
	else
		fprintf(stderr, "vm: kernel '%s' did not start%s\n", m->plan.kernel,
			m->console.text.bytes ? "; its last words are above" : "");
	return VM_EXIT_HARNESS;
}

static int tell_no_exit(struct machine *m)
{
	if (m->ending == ENDING_HANG)
		results_say(&m->results, "%s the machine hangs: no output for %u s", end_mark(m),
			    m->opt->timeout_s);
	else if (!saw_fatal(&m->console))
		results_say(&m->results, "%s the machine ended before the command did",
			    end_mark(m));
	print_quoted("qemu: ", &m->messages);
	if (!saw_fatal(&m->console))
		results_save_inflight(&m->results, m->qemu.shm);
	return VM_EXIT_TROUBLE;
}

static int command_status(struct machine *m)
{
	const struct shm_exit *e = &m->results.exit;

	if (!e->signal)
		return e->status & 0xff;
	fprintf(stderr, "vm: the command was ended by signal %d (%s)\n", e->signal,
		strsignal(e->signal));
	results_save_inflight(&m->results, m->qemu.shm);
	return m->plan.own_harness ? VM_EXIT_HARNESS : 128 + e->signal;
}

static int conclude(struct machine *m)
{
	int status;

	if (m->stop_ms) {
		results_save_inflight(&m->results, m->qemu.shm);
		return VM_EXIT_INTERRUPTED;
	}
	if (!m->results.started)
		return tell_no_start(m);
	status = m->results.exited ? command_status(m) : tell_no_exit(m);
	if (m->results.exited && m->ending == ENDING_HANG)
		results_say(&m->results, "# the machine did not power off");
	if (!m->results.exited || m->ending == ENDING_HANG || console_has_trouble(&m->console)) {
		save_console(m);
		return VM_EXIT_TROUBLE;
	}
	return m->results.failed ? VM_EXIT_HARNESS : status;
}

/* Forgets what the emulator and the kernel said, for another start. */
static void forget_machine(struct machine *m)
{
	results_restart(&m->results);
	console_free(&m->console);
	m->console = (struct console){ 0 };
	vm_buf_free(&m->messages);
}

static int start_and_watch(struct machine *m, const struct qemu_setup *s)
{
	int err = qemu_start(&m->qemu, s);

	if (err)
		return err;
	m->resumed = s->state_fd >= 0;
	ring_attach(&m->ring, m->qemu.shm, m->qemu.shm_bytes, s->mode == SHM_MODE_ONE_WAY);
	watch(m);
	return 0;
}

/* Boots a machine without a command and keeps what it is then. */
static int make_snapshot(struct machine *m)
{
	struct snapshot *s = &m->snapshot;
	int err = snapshot_begin(s);

	if (!err) {
		const struct qemu_setup setup = {
			.opt = m->opt,
			.kernel = m->plan.kernel,
			.initrd = { &m->plan.system.out },
			.mode = SHM_MODE_WAIT,
			.controlled = true,
			.state_fd = -1,
		};

		err = start_and_watch(m, &setup);
		if (!err && m->ending == ENDING_READY)
			err = qemu_save(&m->qemu, s->fd);
		else if (!err)
			err = -EIO;
		qemu_stop(&m->qemu);
	}
	return err ? err : snapshot_finish(s);
}

/* Return: did the command start, or was the run interrupted? */
static bool resume_once(struct machine *m)
{
	const struct qemu_setup setup = {
		.opt = m->opt,
		.kernel = m->plan.kernel,
		.state_fd = m->snapshot.fd,
		.input = &m->start,
	};

	if (start_and_watch(m, &setup))
		return false;
	take_rest(m);
	return m->results.started || m->stop_ms;
}

/*
 * Runs the command in a machine made of a snapshot. One that is of no use is made
 * again, once.
 *
 * Return: false if the command did not start, for whatever reason.
 */
static bool resume(struct machine *m)
{
	struct snapshot *s = &m->snapshot;

	if (m->start.bytes > SHM_INPUT_BYTES - sizeof(u64))
		return false;
	for (int tries = 0; tries < 2; tries++) {
		if (!snapshot_open(s) && (make_snapshot(m) || m->stop_ms || !snapshot_open(s)))
			return m->stop_ms;
		forget_machine(m);
		if (resume_once(m))
			return true;
		qemu_stop(&m->qemu);
		snapshot_remove(s);
	}
	return false;
}

static int boot(struct machine *m)
{
	const char *rr = m->opt->record ? "record" : m->opt->replay ? "replay" : NULL;
	struct qemu_setup setup = {
		.opt = m->opt,
		.kernel = m->plan.kernel,
		.initrd = { &m->plan.system.out, &m->start },
		.mode = rr ? SHM_MODE_ONE_WAY : SHM_MODE_RUN,
		.state_fd = -1,
		.rr = rr,
	};
	int err = 0;

	if (m->opt->record)
		err = recording_make(&m->recording, m->opt, &m->plan, &m->start);
	setup.events_fd = m->recording.events;
	if (!err)
		err = start_and_watch(m, &setup);
	if (!err)
		take_rest(m);
	return err;
}

/* Return: 0, or VM_EXIT_HARNESS if the recording is none or was not followed. */
static int end_recording(struct machine *m)
{
	int err = 0;

	if (m->opt->record && !m->stop_ms)
		err = recording_keep_outcome(&m->recording, &m->ring, &m->console);
	if (m->opt->replay && !m->stop_ms)
		err = recording_check_outcome(&m->recording, &m->ring, &m->console);
	return err ? VM_EXIT_HARNESS : 0;
}

/* One machine from its start to its end. */
static int run_once(struct machine *m)
{
	int status = VM_EXIT_HARNESS;
	bool ran = false;

	if (!m->opt->replay)
		vm_plan_start(&m->plan, &m->results.names, m->opt->resume || m->nr_restarts,
			      &m->start);
	if (m->snapshot.path) {
		ran = resume(m);
		if (!ran) {
			fprintf(stderr, "vm: no snapshot can be used: the machine boots\n");
			qemu_stop(&m->qemu);
			forget_machine(m);
		}
	}
	if (ran || !boot(m)) {
		int broken = end_recording(m);

		status = conclude(m);
		status = broken ? broken : status;
	}
	qemu_stop(&m->qemu);
	vm_buf_free(&m->start);
	return status;
}

/* Makes the machine as new if there is a reason to start it again. */
static bool start_again(struct machine *m)
{
	if (!m->results.started || m->results.exited || !may_restart(m))
		return false;
	m->nr_restarts++;
	results_say(&m->results, "# the machine starts again, %u of %u", m->nr_restarts,
		    m->opt->restart);
	forget_machine(m);
	return true;
}

/* Decides what the machine boots with. */
static int prepare(struct machine *m)
{
	int err;

	if (m->opt->replay)
		return recording_load(&m->recording, m->opt, &m->plan);
	err = vm_plan_make(&m->plan, m->opt);
	if (!err && m->opt->resume)
		err = results_resume(&m->results);
	/* Without a name there is no snapshot, and booting says what is wrong. */
	if (!err && m->opt->snapshot && snapshot_find(&m->snapshot, m->opt, &m->plan))
		snapshot_close(&m->snapshot);
	return err;
}

static int run_machine(struct vm_options *o)
{
	struct machine m = { .opt = o };
	int status = VM_EXIT_HARNESS;

	m.results.plan = &m.plan;
	qemu_init(&m.qemu);
	m.snapshot = (struct snapshot){ .fd = -1 };
	m.recording.events = -1;
	if (!prepare(&m)) {
		fflush(stdout);
		catch_signals();
		do {
			status = run_once(&m);
		} while (start_again(&m));
	}
	/* A machine that went down is a result, whatever its successor says. */
	if (m.nr_restarts && (status == 0 || status == VM_EXIT_SKIPPED))
		status = VM_EXIT_TROUBLE;
	snapshot_close(&m.snapshot);
	recording_free(&m.recording);
	console_free(&m.console);
	results_free(&m.results);
	vm_buf_free(&m.messages);
	vm_plan_free(&m.plan);
	return status;
}

/**
 * vm_main() - the subcommand `vgicheck vm`
 * @argc:	number of arguments
 * @argv:	arguments; the first is "vm"
 *
 * Return: the exit status; see enum vm_exit.
 */
int vm_main(int argc, char **argv)
{
	struct vm_options o;
	int err = vm_options_parse(&o, argc, argv);

	if (err < 0)
		return VM_EXIT_USAGE;
	if (err > 0) {
		vm_options_usage();
		return 0;
	}
	return run_machine(&o);
}
