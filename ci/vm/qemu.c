// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator's process. It runs in a process group of its own, so that
 * Ctrl-C reaches the harness only, and dies with the harness.
 */
#include "ci/vm/qemu.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/vm/qmp.h"

#define BASE_APPEND                                                                                 \
	"console=ttyAMA0 quiet panic=-1 rcupdate.rcu_expedited=1 printk.devkmsg=on log_buf_len=4M " \
	"sysctl.debug.exception-trace=1"

/* Options whose words are the same for every machine. */
static const char *const common_options[] = {
	"-display",
	"none",
	"-monitor",
	"none",
	"-serial",
	"stdio",
	"-nic",
	"none",
	"-no-reboot",
	/* Only the master of the memory can be part of a snapshot. */
	"-device",
	"ivshmem-plain,memdev=shm,master=on",
};

static void add_control(struct vm_strv *v, int fd)
{
	if (fd < 0)
		return;
	vm_strv_add(v, "-chardev");
	vm_strv_add(v, "socket,id=control,fd=%d", fd);
	vm_strv_add(v, "-mon");
	vm_strv_add(v, "chardev=control,mode=control");
}

/* Virtual time, unless the processors are to run side by side. */
static void add_clock(struct vm_strv *v, const struct qemu_setup *s)
{
	if (s->opt->parallel)
		return;
	vm_strv_add(v, "-icount");
	if (!s->rr) {
		vm_strv_add(v, "shift=0,sleep=off");
		return;
	}
	vm_strv_add(v, "shift=0,rr=%s,rrfile=/proc/self/fd/%d", s->rr, s->events_fd);
	vm_strv_add(v, "-rtc");
	vm_strv_add(v, "base=2024-01-01,clock=vm");
}

static void add_debugger(struct vm_strv *v, unsigned int port)
{
	if (!port)
		return;
	vm_strv_add(v, "-gdb");
	vm_strv_add(v, "tcp:127.0.0.1:%u", port);
	vm_strv_add(v, "-S");
}

static void make_command_line(struct vm_strv *v, const struct qemu *q, const struct qemu_setup *s,
			      int control)
{
	const struct vm_options *o = s->opt;

	vm_strv_add(v, "%s", o->qemu);
	vm_strv_add(v, "-M");
	vm_strv_add(v, "virt,virtualization=on,%s", o->host->machine);
	vm_strv_add(v, "-cpu");
	vm_strv_add(v, "%s", o->host->cpu);
	vm_strv_add(v, "-smp");
	vm_strv_add(v, "%u", o->smp);
	vm_strv_add(v, "-m");
	vm_strv_add(v, "%s", o->mem);
	add_clock(v, s);
	for (unsigned int i = 0; i < o->host->nr_edu; i++) {
		vm_strv_add(v, "-device");
		vm_strv_add(v, "edu");
	}
	add_debugger(v, o->gdb_port);
	add_control(v, control);
	if (s->state_fd >= 0) {
		vm_strv_add(v, "-incoming");
		vm_strv_add(v, "defer");
	}
	vm_strv_add(v, "-object");
	vm_strv_add(v, "memory-backend-file,id=shm,share=on,mem-path=/proc/self/fd/%d,size=%zu",
		    q->shm_fd, q->shm_bytes);
	for (size_t i = 0; i < ARRAY_SIZE(common_options); i++)
		vm_strv_add(v, "%s", common_options[i]);
	vm_strv_add(v, "-kernel");
	vm_strv_add(v, "%s", s->kernel);
	vm_strv_add(v, "-initrd");
	vm_strv_add(v, "/proc/self/fd/%d", q->initrd_fd);
	vm_strv_add(v, "-append");
	vm_strv_add(v, BASE_APPEND " %s %s", o->host->append, o->append);
}

static int make_shm(struct qemu *q, const struct qemu_setup *s)
{
	struct shm_header *hdr;

	q->shm_bytes = s->mode == SHM_MODE_ONE_WAY ? SHM_ONE_WAY_BYTES : SHM_BYTES;
	q->shm_fd = memfd_create("vgicheck-shm", 0);
	if (q->shm_fd < 0 || ftruncate(q->shm_fd, (off_t)q->shm_bytes))
		return -errno;
	q->shm = mmap(NULL, q->shm_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, q->shm_fd, 0);
	if (q->shm == MAP_FAILED) {
		q->shm = NULL;
		return -errno;
	}
	hdr = q->shm;
	hdr->magic = SHM_MAGIC;
	hdr->mode = s->mode;
	return 0;
}

/* The kernel takes several archives for one. */
static int make_initrd(struct qemu *q, const struct qemu_setup *s)
{
	int err = 0;

	q->initrd_fd = memfd_create("vgicheck-initrd", 0);
	if (q->initrd_fd < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(s->initrd) && s->initrd[i] && !err; i++)
		err = vm_write_all(q->initrd_fd, s->initrd[i]->data, s->initrd[i]->bytes);
	return err;
}

/* The new process: never returns, reports a failing exec by errno through @report. */
static void run_child(char *const *argv, int serial, int messages, int report, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	if (dup2(null, STDIN_FILENO) >= 0 && dup2(serial, STDOUT_FILENO) >= 0 &&
	    dup2(messages, STDERR_FILENO) >= 0)
		execvp(argv[0], argv);
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

static int spawn(struct qemu *q, char *const *argv)
{
	int serial[2], messages[2], report[2];
	pid_t parent = getpid();
	int err = 0;

	if (pipe2(serial, O_CLOEXEC) || pipe2(messages, O_CLOEXEC) || pipe2(report, O_CLOEXEC))
		return -errno;
	q->pid = fork();
	if (q->pid == 0)
		run_child(argv, serial[1], messages[1], report[1], parent);
	if (q->pid < 0) {
		err = -errno;
		q->pid = 0;
	}
	close(serial[1]);
	close(messages[1]);
	close(report[1]);
	q->serial = serial[0];
	q->messages = messages[0];
	if (!err && read(report[0], &err, sizeof(err)) > 0) {
		waitpid(q->pid, NULL, 0);
		q->pid = 0;
		err = -err;
	}
	close(report[0]);
	return err;
}

/* Saves the machine to @state_fd, or loads it from there, whatever @verb says. */
static int migrate(int control, const char *verb, int state_fd)
{
	char *command =
		vm_asprintf("{\"execute\":\"%s\",\"arguments\":{\"uri\":\"fd:state\"}}", verb);
	struct qmp qmp;
	int err = qmp_open(&qmp, control);

	if (!err)
		err = qmp_do(&qmp,
			     "{\"execute\":\"migrate-set-capabilities\",\"arguments\":"
			     "{\"capabilities\":[{\"capability\":\"events\",\"state\":true}]}}");
	/* Unless told so the emulator takes its time, for the network's sake. */
	if (!err)
		err = qmp_do(&qmp, "{\"execute\":\"migrate-set-parameters\",\"arguments\":"
				   "{\"max-bandwidth\":100000000000}}");
	if (!err)
		err = qmp_give_fd(&qmp, state_fd, "state");
	if (!err)
		err = qmp_do(&qmp, command);
	if (!err)
		err = qmp_wait_migrated(&qmp);
	qmp_close(&qmp);
	free(command);
	return err;
}

/* Init waits and writes nothing meanwhile: the ring is as new for both sides. */
static void put_input(struct qemu *q, const struct vm_buf *input)
{
	char *place = (char *)q->shm + SHM_INPUT_OFFSET;
	struct shm_header *hdr = q->shm;
	u64 bytes = input->bytes;

	assert(hdr);
	hdr->head = 0;
	hdr->tail = 0;
	memcpy(place, &bytes, sizeof(bytes));
	memcpy(place + sizeof(bytes), input->data, input->bytes);
	__atomic_store_n(&hdr->request, SHM_REQUEST_RUN, __ATOMIC_RELEASE);
}

static void tell_start_failure(const char *qemu, int err)
{
	if (err == -ENOENT)
		fprintf(stderr, "vm: cannot start '%s': not found; 'make setup' installs it\n",
			qemu);
	else if (err)
		fprintf(stderr, "vm: cannot start '%s': %s\n", qemu, strerror(-err));
}

/* The emulator's end of the control channel, or -1 if none is needed. */
static int open_control(struct qemu *q, const struct qemu_setup *s)
{
	int ends[2];

	if ((!s->controlled && s->state_fd < 0) || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return -1;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	q->control = ends[0];
	return ends[1];
}

/**
 * qemu_init() - an emulator that was never started
 * @q:	filled in
 */
void qemu_init(struct qemu *q)
{
	*q = (struct qemu){
		.serial = -1,
		.messages = -1,
		.control = -1,
		.shm_fd = -1,
		.initrd_fd = -1,
	};
}

/**
 * qemu_start() - start the emulator
 * @q:	filled in; qemu_stop() frees it whatever this returns
 * @s:	how
 *
 * A machine that cannot be resumed ends, sooner or later, without a record.
 *
 * Return: 0 or a negative errno, with a message.
 */
int qemu_start(struct qemu *q, const struct qemu_setup *s)
{
	struct vm_strv argv = { 0 };
	int control, err;

	qemu_init(q);
	err = make_shm(q, s);
	if (!err)
		err = make_initrd(q, s);
	if (err) {
		fprintf(stderr, "vm: cannot make the machine's memory: %s\n", strerror(-err));
		return err;
	}
	control = open_control(q, s);
	make_command_line(&argv, q, s, control);
	err = spawn(q, argv.v);
	if (control >= 0)
		close(control);
	tell_start_failure(s->opt->qemu, err);
	vm_strv_free(&argv);
	if (err || s->state_fd < 0)
		return err;
	/* The shared memory is part of what is loaded. */
	if (migrate(q->control, "migrate-incoming", s->state_fd))
		kill(q->pid, SIGKILL);
	else
		put_input(q, s->input);
	return 0;
}

/**
 * qemu_save() - write the machine to a file, and end the emulator
 * @q:		started as one to be saved
 * @state_fd:	where to
 *
 * Return: 0 or a negative error.
 */
int qemu_save(struct qemu *q, int state_fd)
{
	int err = migrate(q->control, "migrate", state_fd);

	kill(q->pid, SIGKILL);
	return err;
}

/**
 * qemu_has_ended() - has the emulator's process ended?
 * @q:	started emulator
 *
 * Its wait status is in @q->status from then on.
 */
bool qemu_has_ended(struct qemu *q)
{
	if (q->pid && waitpid(q->pid, &q->status, WNOHANG) == q->pid)
		q->pid = 0;
	return !q->pid;
}

/**
 * qemu_stop() - end the emulator and free what it held
 * @q:	emulator, started or not; as after qemu_init() afterwards
 */
void qemu_stop(struct qemu *q)
{
	const int fds[] = { q->serial, q->messages, q->control, q->shm_fd, q->initrd_fd };

	if (q->pid) {
		kill(q->pid, SIGKILL);
		waitpid(q->pid, &q->status, 0);
		q->pid = 0;
	}
	if (q->shm)
		munmap(q->shm, q->shm_bytes);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	qemu_init(q);
}
