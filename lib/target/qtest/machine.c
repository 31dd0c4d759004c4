// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU whose processors never run: started, reset, given commands.  It dies
 * with the process that started it.
 *
 * Commands go through a socket, because a write to it can fail without a signal;
 * answers come through a pipe, which holds those of a whole batch: neither side
 * ever waits for the other with its own channel full.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/target/qtest/qtest.h"

#define DEFAULT_QEMU "qemu-system-aarch64"
#define CMD_BYTES 128
#define NR_APRS 8 /* GICC_APR<n> and GICC_NSAPR<n> */
#define QMP_REPLY_BYTES 16384
#define ISPENDR_OFFSET 0x200 /* IHI 0069H and IHI 0048B GICD_ISPENDR<n> */

static __printf(3, 4) int failed(struct qtest_machine *m, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->error, sizeof(m->error), fmt, ap);
	va_end(ap);
	return err;
}

/* The first line of what QEMU said before it ended. */
static void last_words(const struct qtest_machine *m, char *buf, size_t bytes)
{
	ssize_t n = pread(m->messages, buf, bytes - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
	/* GLib opens what it has to say by a line of stars. */
	if (!strncmp(buf, "**\n", 3))
		memmove(buf, buf + 3, strlen(buf + 3) + 1);
	buf[strcspn(buf, "\n")] = '\0';
}

static int has_ended(struct qtest_machine *m)
{
	char words[96];
	int wstatus = 0;

	while (waitpid(m->pid, &wstatus, 0) < 0 && errno == EINTR)
		;
	m->pid = 0;
	last_words(m, words, sizeof(words));
	return failed(m, -EIO, "QEMU ended with %s %d: %s",
		      WIFSIGNALED(wstatus) ? "signal" : "status",
		      WIFSIGNALED(wstatus) ? WTERMSIG(wstatus) : WEXITSTATUS(wstatus),
		      words[0] ? words : "it said nothing");
}

static int send_all(struct qtest_machine *m, int fd, const char *text, size_t bytes)
{
	while (bytes) {
		ssize_t n = send(fd, text, bytes, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return has_ended(m);
		text += n;
		bytes -= (size_t)n;
	}
	return 0;
}

static int next_line(struct qtest_machine *m, int fd, struct qtest_lines *l, char **line)
{
	while (!(*line = qtest_lines_next(l))) {
		char *at;
		size_t room = qtest_lines_room(l, &at);
		ssize_t n = room ? read(fd, at, room) : 0;

		if (!room)
			return failed(m, -EPROTO, "QEMU sends a line without an end");
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return has_ended(m);
		l->to += (size_t)n;
	}
	return 0;
}

/* Runs a QMP command; @event is one more thing to wait for, or NULL. */
static int qmp(struct qtest_machine *m, const char *command, const char *event, char *reply,
	       size_t bytes)
{
	bool has_returned = false, has_event = !event;
	int err = send_all(m, m->qmp, command, strlen(command));

	while (!err && !(has_returned && has_event)) {
		char *line;

		err = next_line(m, m->qmp, &m->from_qmp, &line);
		if (err)
			break;
		if (strstr(line, "\"error\""))
			return failed(m, -EPROTO, "QEMU refuses: %.100s", line);
		if (event && strstr(line, event)) {
			has_event = true;
		} else if (strstr(line, "\"return\"")) {
			has_returned = true;
			snprintf(reply, bytes, "%s", line);
		}
	}
	return err;
}

static int make_channel(int fds[2], bool is_socket)
{
	return is_socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) :
			   pipe2(fds, O_CLOEXEC);
}

/* The ends of the new process. */
struct qemu_ends {
	int commands, replies, qmp;
};

static void exec_qemu(const struct qtest_machine *m, const struct qemu_ends *e,
		      enum gic_version gic, unsigned int nr_vcpus)
{
	const char *qemu = getenv("VGICHECK_QEMU");
	char machine[64], smp[16], chardev[64];

	snprintf(machine, sizeof(machine), "virt,gic-version=%d,virtualization=on,its=off", gic);
	snprintf(smp, sizeof(smp), "%u", nr_vcpus);
	snprintf(chardev, sizeof(chardev), "socket,id=qmp,fd=%d", e->qmp);
	if (dup2(e->commands, STDIN_FILENO) < 0 || dup2(e->replies, STDOUT_FILENO) < 0 ||
	    dup2(m->messages, STDERR_FILENO) < 0 || fcntl(e->qmp, F_SETFD, 0))
		return;
	execlp(qemu ? qemu : DEFAULT_QEMU, DEFAULT_QEMU, "-M", machine, "-cpu", "max", "-smp", smp,
	       "-m", "64M", "-accel", "tcg", "-S", "-qtest", "stdio", "-qtest-log", "/dev/null",
	       "-no-user-config", "-nodefaults", "-display", "none", "-serial", "none", "-monitor",
	       "none", "-chardev", chardev, "-mon", "chardev=qmp,mode=control", NULL);
}

/* Reports through @report, by errno, that QEMU cannot be executed. */
static void run_child(const struct qtest_machine *m, const struct qemu_ends *e, int report,
		      enum gic_version gic, unsigned int nr_vcpus, pid_t parent)
{
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	exec_qemu(m, e, gic, nr_vcpus);
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

static int spawn(struct qtest_machine *m, enum gic_version gic, unsigned int nr_vcpus)
{
	int commands[2], replies[2], monitor[2], report[2];
	pid_t parent = getpid();
	struct qemu_ends ends;
	int err = 0;

	m->messages = memfd_create("qemu-messages", MFD_CLOEXEC);
	if (m->messages < 0 || make_channel(commands, true) || make_channel(replies, false) ||
	    make_channel(monitor, true) || make_channel(report, false))
		return -errno;
	m->commands = commands[0];
	m->replies = replies[0];
	m->qmp = monitor[0];
	ends = (struct qemu_ends){ commands[1], replies[1], monitor[1] };
	m->pid = fork();
	if (!m->pid)
		run_child(m, &ends, report[1], gic, nr_vcpus, parent);
	if (m->pid < 0) {
		err = -errno;
		m->pid = 0;
	}
	close(ends.commands);
	close(ends.replies);
	close(ends.qmp);
	close(report[1]);
	if (!err && read(report[0], &err, sizeof(err)) > 0)
		err = -err;
	close(report[0]);
	return err;
}

static int find_gic(struct qtest_machine *m, enum gic_version gic)
{
	char reply[QMP_REPLY_BYTES];
	char *line;
	int err = next_line(m, m->qmp, &m->from_qmp, &line);

	if (!err && !qtest_greeting_parse(line, &m->version))
		return failed(m, -EPROTO, "QEMU does not greet: %.100s", line);
	if (!err)
		err = qmp(m, "{\"execute\": \"qmp_capabilities\"}\n", NULL, reply, sizeof(reply));
	if (!err)
		err = qmp(m,
			  "{\"execute\": \"qom-list\", "
			  "\"arguments\": {\"path\": \"/machine/unattached\"}}\n",
			  NULL, reply, sizeof(reply));
	if (!err && !qtest_find_gic(reply, gic, m->gic, sizeof(m->gic)))
		return failed(m, -ENODEV, "QEMU's machine has no GICv%d", gic);
	return err;
}

static int line_reaches(struct qtest_machine *m, unsigned int spi)
{
	const unsigned int intid = 32 + spi;
	const u64 at = QTEST_DIST_BASE + ISPENDR_OFFSET + intid / 32 * 4ULL;
	struct qtest_cmd cmd[] = {
		{ .verb = QTEST_LINE, .at = spi, .value = 1 },
		{ .verb = QTEST_READ, .bytes = 4, .at = at },
		{ .verb = QTEST_LINE, .at = spi, .value = 0 },
		{ .verb = QTEST_READ, .bytes = 4, .at = at },
	};
	int err = qtest_machine_do(m, cmd, ARRAY_SIZE(cmd));

	if (!err && (cmd[1].value != 1U << intid % 32 || cmd[3].value))
		err = failed(m, -ENODEV, "input %u of '%s' is not the line of INTID %u", spi,
			     m->gic, intid);
	return err;
}

/*
 * Is it the machine that programs are mapped to?  GICD_TYPER is no help: that of
 * QEMU 7.2's GICv3 tells of 32 SPIs too few.
 */
static int check_lines(struct qtest_machine *m)
{
	int err = line_reaches(m, 0);

	return err ? err : line_reaches(m, QTEST_NR_SPIS - 1);
}

/**
 * qtest_machine_start() - start QEMU
 * @m:        filled in; qtest_machine_stop() frees it whatever this returns
 * @gic:      of the machine
 * @nr_vcpus: of the machine, 1 to QTEST_MAX_VCPUS
 *
 * Return: 0, or a negative errno with a message in @m->error.
 */
int qtest_machine_start(struct qtest_machine *m, enum gic_version gic, unsigned int nr_vcpus)
{
	const char *qemu = getenv("VGICHECK_QEMU");
	int err;

	*m = (struct qtest_machine){
		.gic_version = gic, .commands = -1, .replies = -1, .qmp = -1, .messages = -1
	};
	err = spawn(m, gic, nr_vcpus);
	if (err == -ENOENT)
		return failed(m, err, "cannot start '%s': not found; 'make setup' installs it",
			      qemu ? qemu : DEFAULT_QEMU);
	if (err)
		return failed(m, err, "cannot start '%s': %s", qemu ? qemu : DEFAULT_QEMU,
			      strerror(-err));
	err = find_gic(m, gic);
	return err ? err : check_lines(m);
}

static int get_replies(struct qtest_machine *m, struct qtest_cmd *cmd, size_t nr)
{
	for (size_t i = 0; i < nr;) {
		char text[CMD_BYTES];
		char *line;
		int ret = next_line(m, m->replies, &m->from_qtest, &line);

		if (ret)
			return ret;
		ret = qtest_reply_parse(line, &cmd[i]);
		if (ret < 0) {
			text[qtest_cmd_print(&cmd[i], m->gic, text, sizeof(text)) - 1] = '\0';
			return failed(m, ret, "QEMU answers '%s' by '%.60s'", text, line);
		}
		i += (size_t)ret;
	}
	return 0;
}

/**
 * qtest_machine_do() - perform commands
 * @m:   the machine
 * @cmd: the commands; those that read receive their values
 * @nr:  of them, QTEST_MAX_BATCH at most
 *
 * Return: 0, or a negative errno with a message in @m->error.
 */
int qtest_machine_do(struct qtest_machine *m, struct qtest_cmd *cmd, size_t nr)
{
	char text[QTEST_MAX_BATCH * CMD_BYTES];
	size_t bytes = 0;
	int err;

	for (size_t i = 0; i < nr; i++)
		bytes += qtest_cmd_print(&cmd[i], m->gic, text + bytes, CMD_BYTES);
	err = send_all(m, m->commands, text, bytes);
	return err ? err : get_replies(m, cmd, nr);
}

/*
 * QEMU's GICv2 keeps the active priorities through a reset, and the running
 * priority comes back with the next end of interrupt (IHI 0048B GICC_APR<n>:
 * reset to 0).
 */
static int clear_active_priorities(struct qtest_machine *m)
{
	struct qtest_cmd cmd[NR_APRS];

	for (unsigned int i = 0; i < NR_APRS; i++)
		cmd[i] = (struct qtest_cmd){
			.verb = QTEST_WRITE,
			.bytes = 4,
			.at = QTEST_CPUIF_BASE + GICC_APR_OFFSET + 4ULL * i,
		};
	return qtest_machine_do(m, cmd, NR_APRS);
}

/**
 * qtest_machine_reset() - bring the machine to the state after its start
 * @m: the machine
 *
 * Its memory keeps what is in it, but nothing that a program does reaches that.
 *
 * Return: 0, or a negative errno with a message in @m->error.
 */
int qtest_machine_reset(struct qtest_machine *m)
{
	char reply[CMD_BYTES];
	int err;

	/* The answer may come first; the event comes when all devices are reset. */
	err = qmp(m, "{\"execute\": \"system_reset\"}\n", "\"RESET\"", reply, sizeof(reply));
	return !err && m->gic_version == GIC_V2 ? clear_active_priorities(m) : err;
}

/**
 * qtest_machine_stop() - end QEMU and free what it held
 * @m: the machine, started or not
 */
void qtest_machine_stop(struct qtest_machine *m)
{
	const int fds[] = { m->commands, m->replies, m->qmp, m->messages };

	if (m->pid) {
		kill(m->pid, SIGKILL);
		while (waitpid(m->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	m->pid = 0;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}
