// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first process of the QEMU machine: it prepares the file system, runs one
 * command, passes its output and its files to the host through the shared
 * memory, and powers off. The console carries nothing of the command: it is
 * slow, and the kernel's messages are there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/vm/console.h"
#include "ci/vm/cpio.h"
#include "ci/vm/host.h"
#include "ci/vm/modules.h"
#include "ci/vm/outbox.h"
#include "ci/vm/plan.h"
#include "ci/vm/ring.h"
#include "ci/vm/sync.h"
#include "ci/vm/timers.h"
#include "ci/vm/vm.h"

#define IVSHMEM_VENDOR 0x1af4
#define IVSHMEM_DEVICE 0x1110
#define PCI_DEVICES "/sys/bus/pci/devices"

/* Another name of the shared memory, without the colons of PCI addresses. */
#define SHM_LINK "/dev/vgicheck-shm"

/* Kernel messages up to warnings reach the console from here on. */
#define CONSOLE_LEVEL 5
#define KLOG_CONSOLE_LEVEL 8
/* Takes all that is there of them, and gives how much there can be. */
#define KLOG_READ_ALL 3
#define KLOG_SIZE 10

/* How often the host's requests are looked at, in the machine's time. */
#define REQUEST_POLL_MS 50
#define CRASH_BYTES 4000 /* of the kernel's words on it: its registers */

/**
 * struct guest - the state of the machine's init
 * @ring:	records to the host
 * @args:	the arguments file: settings, an empty string, arguments
 * @argv:	the command
 * @child:	its process
 * @out:	read ends of its standard output and error, -1 when closed
 * @outbox:	the folder whose files go to the host
 * @stopping:	the host has asked to stop
 */
struct guest {
	struct ring ring;
	struct vm_buf args;
	char **argv;
	pid_t child;
	int out[2];
	struct outbox outbox;
	bool stopping;
};

static const struct {
	const char *type;
	const char *dir;
	bool needed;
} mounts[] = {
	{ "proc", "/proc", true },
	{ "sysfs", "/sys", true },
	{ "devtmpfs", "/dev", true },
	{ "tmpfs", "/tmp", false },
	{ "debugfs", "/sys/kernel/debug", false },
	{ "tracefs", "/sys/kernel/tracing", false },
};

static void say(const char *what)
{
	int fd = open("/dev/console", O_WRONLY | O_NOCTTY);

	if (fd < 0)
		return;
	dprintf(fd, "%s\n", what);
	close(fd);
}

static void __attribute__((__noreturn__)) power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* Nothing can be told to the host but by the console. */
static void __attribute__((__noreturn__)) give_up(const char *what, int err)
{
	char line[256];

	snprintf(line, sizeof(line), "vgicheck-init: %s: %s", what, strerror(err));
	say(line);
	power_off();
}

static void mount_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0, NULL) &&
		    mounts[i].needed && errno != EBUSY)
			give_up(mounts[i].dir, errno);
	}
	mkdir("/dev/shm", 01777);
}

/* The number in a file of sysfs, or 0. */
static unsigned long sysfs_number(const char *dir, const char *name)
{
	char *path = vm_asprintf(PCI_DEVICES "/%s/%s", dir, name);
	struct vm_buf b = { 0 };
	unsigned long v = 0;

	if (!vm_read_file(path, &b) && b.data)
		v = strtoul(b.data, NULL, 0);
	vm_buf_free(&b);
	free(path);
	return v;
}

/* The name of the shared memory's PCI device, to be freed, or NULL. */
static char *find_ivshmem(void)
{
	DIR *d = opendir(PCI_DEVICES);
	struct dirent *e;
	char *found = NULL;

	while (d && !found && (e = readdir(d))) {
		if (sysfs_number(e->d_name, "vendor") == IVSHMEM_VENDOR &&
		    sysfs_number(e->d_name, "device") == IVSHMEM_DEVICE)
			found = vm_asprintf("%s", e->d_name);
	}
	if (d)
		closedir(d);
	return found;
}

static void map_shared_memory(struct guest *g)
{
	const struct shm_header *hdr;
	struct stat st;
	char *device = find_ivshmem();
	char *enable, *resource;
	void *shm;
	int fd;

	if (!device)
		give_up("no ivshmem device", ENODEV);
	enable = vm_asprintf(PCI_DEVICES "/%s/enable", device);
	/* Without this the device does not decode its memory on 5.10 and 6.1. */
	if (vm_write_file(enable, "1", 1))
		give_up(enable, EIO);
	resource = vm_asprintf(PCI_DEVICES "/%s/resource2_wc", device);
	if (symlink(resource, SHM_LINK))
		give_up(SHM_LINK, errno);
	fd = open(SHM_LINK, O_RDWR | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		give_up(resource, errno);
	shm = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shm == MAP_FAILED)
		give_up(resource, errno);
	close(fd);
	free(resource);
	free(enable);
	free(device);
	hdr = shm;
	if (hdr->magic != SHM_MAGIC || st.st_size < SHM_BYTES)
		give_up("shared memory", EBADMSG);
	ring_attach(&g->ring, shm, (size_t)st.st_size, hdr->mode == SHM_MODE_ONE_WAY);
}

/*
 * A snapshot is taken while this waits: in every machine that is made of it the
 * shared memory is a new one, with the command and its files.
 */
static void take_command(struct guest *g)
{
	const char *input = (const char *)g->ring.hdr + SHM_INPUT_OFFSET;
	struct timers timers;
	u64 bytes;
	int err;

	timers_prepare(&timers);
	ring_write(&g->ring, SHM_REC_READY, "", 0);
	/* No sleep: what would end it may be what timers_start_again() repairs. */
	while (__atomic_load_n(&g->ring.hdr->request, __ATOMIC_ACQUIRE) == SHM_REQUEST_NONE)
		sched_yield();
	timers_start_again(&timers);
	memcpy(&bytes, input, sizeof(bytes));
	err = bytes > SHM_INPUT_BYTES - sizeof(bytes) ?
		      -EBADMSG :
		      cpio_extract(input + sizeof(bytes), bytes, "");
	if (err)
		give_up("input", -err);
}

static void read_args(struct guest *g)
{
	const char *p, *end;
	size_t nr = 0;
	int err = vm_read_file(PLAN_ARGS, &g->args);

	if (err)
		give_up(PLAN_ARGS, -err);
	end = g->args.data + g->args.bytes;
	for (p = g->args.data; p < end && *p; p += strlen(p) + 1)
		putenv((char *)p);
	g->argv = calloc(g->args.bytes + 1, sizeof(*g->argv));
	if (!g->argv)
		give_up(PLAN_ARGS, ENOMEM);
	for (p++; p < end; p += strlen(p) + 1)
		g->argv[nr++] = (char *)p;
	putenv(vm_asprintf("VGICHECK_INFLIGHT=" SHM_LINK ":%u:%u", SHM_INFLIGHT_OFFSET,
			   SHM_INFLIGHT_BYTES));
}

static void raise_console_level(void)
{
	struct vm_buf b = { 0 };

	if (vm_read_file("/proc/sys/kernel/printk", &b) || !b.data || atoi(b.data) < CONSOLE_LEVEL)
		klogctl(KLOG_CONSOLE_LEVEL, NULL, CONSOLE_LEVEL);
	vm_buf_free(&b);
}

/*
 * The harness reads the log itself, and a warning in each entry of a vCPU would keep
 * the console busy for minutes: of what it makes the kernel say the console shows the
 * lines with a level of their own, a warning's first and last among them.  The
 * registers and the trace between them have the default level, the second number.
 */
static void keep_traces_off_console(const struct guest *g)
{
	static const char levels[] = "5 6\n";

	if (g->argv[0] && !strcmp(g->argv[0], PLAN_HARNESS) &&
	    vm_write_file("/proc/sys/kernel/printk", levels, strlen(levels)))
		say("the levels of the console cannot be set");
}

/* What the kernel has said since it started, to be freed. */
static char *kernel_messages(void)
{
	int bytes = klogctl(KLOG_SIZE, NULL, 0);
	char *log = calloc(1, (size_t)(bytes > 0 ? bytes : 0) + 1);

	if (!log || klogctl(KLOG_READ_ALL, log, bytes) < 0)
		give_up("the kernel's messages", errno);
	return log;
}

/* Results of another host than the one asked for would be taken for its own. */
static void check_host(struct guest *g)
{
	const struct shm_exit e = { .status = VM_EXIT_HARNESS };
	const char *name = getenv(VM_HOST_ENV);
	const struct vm_host *host = name ? vm_host_find(name) : NULL;
	char *log, *why, *line;

	if (!host)
		return;
	log = kernel_messages();
	why = vm_host_denied(host, log);
	free(log);
	if (!why)
		return;
	line = vm_asprintf("vm: the machine is no host %s: %s\n", name, why);
	ring_write(&g->ring, SHM_REC_STDERR, line, (u32)strlen(line));
	ring_write(&g->ring, SHM_REC_EXIT, &e, sizeof(e));
	power_off();
}

/*
 * A VM that is there from before the command until the machine ends.  KVM's hooks into the
 * scheduler are behind a static key, which the first VM switches on and the last one off:
 * kernel code is patched each time.  In QEMU 7.2 whose processors run in parallel a vCPU
 * is sometimes not put when its thread leaves the processor, as if one of them went on with
 * what was there before: its registers stay under another thread.  While there is a VM
 * nothing is patched, and that has not been seen (docs/findings.md).
 */
static void keep_vm(void)
{
	int kvm, vm;

	if (!getenv(VM_KEEP_ENV))
		return;
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		return; /* the command will say so, if it needs it */
	/* The smallest addresses, which every host has. */
	vm = ioctl(kvm, KVM_CREATE_VM, KVM_VM_TYPE_ARM_IPA_SIZE(32));
	if (vm < 0)
		say("vgicheck-init: no VM can be kept");
	close(kvm);
}

static void run_child(char *const *argv, int out, int err)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	if (dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		_exit(VM_EXIT_HARNESS);
	execv(argv[0], argv);
	fprintf(stderr, "vm: cannot run '%s': %s\n", argv[0], strerror(errno));
	_exit(VM_EXIT_HARNESS);
}

static void start_command(struct guest *g)
{
	int out[2], err[2];

	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		give_up("pipe", errno);
	/* Only our ends: the command must see blocking files. */
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	outbox_open(&g->outbox, &g->ring);
	if (g->outbox.sync >= 0)
		setenv("VGICHECK_SYNC", SYNC_SOCKET, 1);
	g->child = fork();
	if (g->child < 0)
		give_up("fork", errno);
	if (!g->child)
		run_child(g->argv, out[1], err[1]);
	setpgid(g->child, g->child);
	close(out[1]);
	close(err[1]);
	g->out[0] = out[0];
	g->out[1] = err[0];
}

/* Passes on what is in one stream; false when nothing more is there now. */
static bool forward(struct guest *g, unsigned int stream)
{
	static const enum shm_record types[] = { SHM_REC_STDOUT, SHM_REC_STDERR };
	static char chunk[SHM_RECORD_MAX];
	ssize_t n;

	if (g->out[stream] < 0)
		return false;
	n = read(g->out[stream], chunk, sizeof(chunk));
	if (n > 0)
		ring_write(&g->ring, types[stream], chunk, (u32)n);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(g->out[stream]);
		g->out[stream] = -1;
	}
	return n > 0;
}

/* Like Ctrl-C on a terminal: the whole process group of the command gets it. */
static void obey_request(struct guest *g)
{
	u32 request = __atomic_load_n(&g->ring.hdr->request, __ATOMIC_ACQUIRE);

	if (request != SHM_REQUEST_STOP || g->stopping)
		return;
	g->stopping = true;
	kill(-g->child, SIGINT);
}

static void on_child(int sig)
{
	(void)sig;
}

/* Collects orphans too. Return: true when the command itself has ended. */
static bool reap(struct guest *g, int *status)
{
	bool ended = false;
	pid_t pid;
	int st;

	while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
		if (pid == g->child) {
			*status = st;
			ended = true;
		}
	}
	return ended;
}

/* SIGCHLD is blocked but in ppoll(), so that no end goes unnoticed. */
static int serve(struct guest *g)
{
	const struct timespec tick = { .tv_nsec = REQUEST_POLL_MS * 1000000L };
	sigset_t none;
	int status = 0;

	sigemptyset(&none);
	while (!reap(g, &status)) {
		struct pollfd fds[] = {
			{ .fd = g->out[0], .events = POLLIN },
			{ .fd = g->out[1], .events = POLLIN },
			{ .fd = g->outbox.watch, .events = POLLIN },
			{ .fd = g->outbox.sync, .events = POLLIN },
		};

		if (ppoll(fds, ARRAY_SIZE(fds), &tick, &none) > 0) {
			forward(g, 0);
			forward(g, 1);
			outbox_pass_complete(&g->outbox);
			outbox_answer(&g->outbox);
		}
		obey_request(g);
	}
	return status;
}

/* Where a command that a signal ends was, as the kernel has it: the last words of its log. */
static void tell_where(struct guest *g)
{
	char *log = kernel_messages(), *at = strstr(log, "unhandled exception: ");
	size_t bytes;

	if (at) {
		while (at != log && at[-1] != '\n')
			at--;
		bytes = strnlen(at, CRASH_BYTES);
		ring_write(&g->ring, SHM_REC_STDERR, at, (u32)bytes);
	}
	free(log);
}

static void finish(struct guest *g, int status)
{
	struct shm_exit e = { 0 };

	if (WIFSIGNALED(status))
		e.signal = WTERMSIG(status);
	else
		e.status = WEXITSTATUS(status);
	kill(-1, SIGKILL);
	while (forward(g, 0) || forward(g, 1))
		;
	outbox_pass_all(&g->outbox);
	if (e.signal)
		tell_where(g);
	ring_write(&g->ring, SHM_REC_EXIT, &e, sizeof(e));
	if (g->ring.lost)
		say("vgicheck-init: more results than the shared memory has room for");
}

/**
 * vm_init_main() - be the first process of the QEMU machine
 *
 * Powers the machine off when the command has ended, or when it cannot run.
 *
 * Context: only as process 1.
 * Return: never.
 */
int vm_init_main(void)
{
	struct sigaction sa = { .sa_handler = on_child };
	struct guest g = { .out = { -1, -1 } };
	sigset_t child;

	mount_all();
	map_shared_memory(&g);
	if (g.ring.hdr->mode == SHM_MODE_WAIT)
		take_command(&g);
	read_args(&g);
	raise_console_level();
	keep_traces_off_console(&g);
	say(CONSOLE_MARK);
	ring_write(&g.ring, SHM_REC_START, "", 0);
	check_host(&g);
	modules_load();
	keep_vm();
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	sigaction(SIGCHLD, &sa, NULL);
	start_command(&g);
	finish(&g, serve(&g));
	power_off();
}
