// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator's process. It runs in a process group of its own, so that
 * Ctrl-C reaches the harness only, and dies with the harness.
 */
#include "ci/vm/qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/vm/shm.h"

#define BASE_APPEND \
	"console=ttyAMA0 quiet panic=-1 rcupdate.rcu_expedited=1 printk.devkmsg=on log_buf_len=4M"

/* What a machine with each GIC adds; the index is the version. */
static const struct {
	const char *machine;
	const char *device;
	const char *append;
} gic_machines[] = {
	[2] = { .machine = "gic-version=2" },
	[3] = { .machine = "gic-version=3" },
	[4] = {
		.machine = "gic-version=4,iommu=smmuv3",
		.device = "edu",
		.append = " kvm-arm.vgic_v4_enable=1",
	},
};

static void make_command_line(struct vm_strv *v, const struct qemu *q, const struct vm_options *o,
			      const struct vm_plan *p)
{
	const char *v4 = gic_machines[o->gic].append;

	vm_strv_add(v, "%s", o->qemu);
	vm_strv_add(v, "-M");
	vm_strv_add(v, "virt,virtualization=on,%s", gic_machines[o->gic].machine);
	/* Emulating pointer authentication doubles the time to boot. */
	vm_strv_add(v, "-cpu");
	vm_strv_add(v, "max,pauth=off");
	vm_strv_add(v, "-smp");
	vm_strv_add(v, "%u", o->smp);
	vm_strv_add(v, "-m");
	vm_strv_add(v, "%s", o->mem);
	if (!o->parallel) {
		vm_strv_add(v, "-icount");
		vm_strv_add(v, "shift=0,sleep=off");
	}
	vm_strv_add(v, "-display");
	vm_strv_add(v, "none");
	vm_strv_add(v, "-monitor");
	vm_strv_add(v, "none");
	vm_strv_add(v, "-serial");
	vm_strv_add(v, "stdio");
	vm_strv_add(v, "-nic");
	vm_strv_add(v, "none");
	vm_strv_add(v, "-no-reboot");
	if (gic_machines[o->gic].device) {
		vm_strv_add(v, "-device");
		vm_strv_add(v, "%s", gic_machines[o->gic].device);
	}
	vm_strv_add(v, "-object");
	vm_strv_add(v, "memory-backend-file,id=shm,share=on,mem-path=/proc/self/fd/%d,size=%u",
		    q->shm_fd, SHM_BYTES);
	vm_strv_add(v, "-device");
	vm_strv_add(v, "ivshmem-plain,memdev=shm");
	vm_strv_add(v, "-kernel");
	vm_strv_add(v, "%s", p->kernel);
	vm_strv_add(v, "-initrd");
	vm_strv_add(v, "/proc/self/fd/%d", q->initrd_fd);
	vm_strv_add(v, "-append");
	vm_strv_add(v, BASE_APPEND "%s %s", v4 ? v4 : "", o->append);
}

static int make_shm(struct qemu *q)
{
	q->shm_fd = memfd_create("vgicheck-shm", 0);
	if (q->shm_fd < 0 || ftruncate(q->shm_fd, SHM_BYTES))
		return -errno;
	q->shm = mmap(NULL, SHM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, q->shm_fd, 0);
	if (q->shm == MAP_FAILED) {
		q->shm = NULL;
		return -errno;
	}
	((struct shm_header *)q->shm)->magic = SHM_MAGIC;
	return 0;
}

/* The kernel takes several archives for one. */
static int make_initrd(struct qemu *q, const struct vm_buf *system, const struct vm_buf *start)
{
	int err;

	q->initrd_fd = memfd_create("vgicheck-initrd", 0);
	if (q->initrd_fd < 0)
		return -errno;
	err = vm_write_all(q->initrd_fd, system->data, system->bytes);
	return err ? err : vm_write_all(q->initrd_fd, start->data, start->bytes);
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

/**
 * qemu_start() - start the emulator
 * @q:	filled in; qemu_stop() frees it whatever this returns
 * @o:	what the user asked for
 * @p:	what the machine boots with
 * @start: the archive of this start
 *
 * Return: 0 or a negative errno, with a message.
 */
int qemu_start(struct qemu *q, const struct vm_options *o, const struct vm_plan *p,
	       const struct vm_buf *start)
{
	struct vm_strv argv = { 0 };
	int err;

	*q = (struct qemu){ .serial = -1, .messages = -1, .shm_fd = -1, .initrd_fd = -1 };
	err = make_shm(q);
	if (!err)
		err = make_initrd(q, &p->system.out, start);
	if (err) {
		fprintf(stderr, "vm: cannot make the machine's memory: %s\n", strerror(-err));
		return err;
	}
	make_command_line(&argv, q, o, p);
	err = spawn(q, argv.v);
	if (err == -ENOENT)
		fprintf(stderr, "vm: cannot start '%s': not found; 'make setup' installs it\n",
			o->qemu);
	else if (err)
		fprintf(stderr, "vm: cannot start '%s': %s\n", o->qemu, strerror(-err));
	vm_strv_free(&argv);
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
 * @q:	emulator, started or not
 */
void qemu_stop(struct qemu *q)
{
	const int fds[] = { q->serial, q->messages, q->shm_fd, q->initrd_fd };

	if (q->pid) {
		kill(q->pid, SIGKILL);
		waitpid(q->pid, &q->status, 0);
		q->pid = 0;
	}
	if (q->shm)
		munmap(q->shm, SHM_BYTES);
	q->shm = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}
