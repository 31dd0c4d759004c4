// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPUs that execute WFI, each in a thread of its own that this one watches.
 *
 * A vCPU that KVM has put to sleep is told from one that will go on by itself
 * without a clock: its guest says that it is about to wait, and the kernel says
 * that its thread is off the processor, in an ioctl, in a sleep that a signal ends.
 * Nothing between the guest's note and the end of the instruction sleeps so but
 * KVM's wait for an interrupt, and nothing else happens to the VM that would end
 * it.  A signal then does: KVM completes the instruction and KVM_RUN returns.
 *
 * A timer that expires ends it, too, and KVM has one of the kernel's for it, on the
 * processor that the vCPU left.  So nobody is ended before the counter has gone on by
 * the longest TVAL of the program since all were found asleep, and each processor has
 * expired a timer that comes later than KVM's.  No time is too long for that.
 *
 * One whose timer has expired, but whose interrupt is not signalled, does not rest:
 * KVM has it woken at once, and finds each time that it has to sleep on.  It may
 * never be found off the processor; that it went there again and again is counted.
 */
#include "lib/target/kvm/vm.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#define NS_PER_S 1000000000ULL

/* More wake-ups in one WFI than anything but such a timer gives. */
#define RESTLESS 64

/* A vCPU in KVM_RUN, in a thread of its own. */
struct watched {
	struct target_vcpu *vcpu;
	wait_run_fn *run;
	pthread_barrier_t known; /* passed when tid is set, and when its files are open */
	pid_t tid;
	int err; /* of run(), or -1 while it has not ended; atomic */
};

static void *run_thread(void *arg)
{
	struct watched *w = arg;

	w->tid = (pid_t)syscall(SYS_gettid);
	pthread_barrier_wait(&w->known);
	pthread_barrier_wait(&w->known);
	__atomic_store_n(&w->err, w->run(w->vcpu), __ATOMIC_RELEASE);
	return NULL;
}

static void end_sleep(int signal)
{
	(void)signal;
}

static int open_task(pid_t tid, const char *file)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/%s", tid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	TEST_ASSERT(fd >= 0, "cannot open '%s': %s", path, strerror(errno));
	return fd;
}

static void read_task(int fd, char *text, size_t bytes)
{
	ssize_t n = pread(fd, text, bytes - 1, 0);

	text[n > 0 ? n : 0] = '\0';
}

/* The number of its system call is there only of a thread that is off the processor. */
static bool is_off_in_ioctl(int syscall_fd)
{
	char text[256], *end;
	long number;

	read_task(syscall_fd, text, sizeof(text));
	number = strtol(text, &end, 10);
	return end != text && number == SYS_ioctl;
}

/* "TID (NAME) STATE ...": S for a sleep that signals end. */
static bool is_interruptible(int stat_fd)
{
	char text[256];
	const char *end;

	read_task(stat_fd, text, sizeof(text));
	end = strrchr(text, ')');
	return end && !strncmp(end, ") S", 3);
}

/* How often a thread has left the processor to sleep. */
static u64 count_sleeps(int status_fd)
{
	static const char name[] = "\nvoluntary_ctxt_switches:";
	char text[4096];
	const char *at;

	read_task(status_fd, text, sizeof(text));
	at = strstr(text, name);
	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/**
 * wait_open() - look at a thread that will be in KVM_RUN
 * @w:    filled in, to be released by wait_close()
 * @lane: of the vCPUs that it enters, or NULL if wait_sleeps() is not asked for
 * @tid:  of the thread, which must not have ended
 *
 * wait_end() sends the process's threads SIGUSR1 from then on.
 */
void wait_open(struct wait_thread *w, struct guest_lane *lane, pid_t tid)
{
	const struct sigaction action = { .sa_handler = end_sleep };

	TEST_ASSERT(!sigaction(SIGUSR1, &action, NULL), "sigaction");
	w->lane = lane;
	w->is_in_wfi = false;
	w->syscall_fd = open_task(tid, "syscall");
	w->stat_fd = open_task(tid, "stat");
	w->status_fd = open_task(tid, "status");
}

/**
 * wait_close() - stop looking
 * @w: from wait_open()
 */
void wait_close(const struct wait_thread *w)
{
	close(w->status_fd);
	close(w->stat_fd);
	close(w->syscall_fd);
}

/**
 * wait_is_interruptible() - does a thread sleep in an ioctl, until a signal comes?
 * @w: from wait_open()
 *
 * Return: whether.
 */
bool wait_is_interruptible(const struct wait_thread *w)
{
	return is_off_in_ioctl(w->syscall_fd) && is_interruptible(w->stat_fd);
}

/* Has it gone to sleep again and again since it was first found in this WFI? */
static bool is_restless(struct wait_thread *w)
{
	u32 done = __atomic_load_n(&w->lane->done, __ATOMIC_ACQUIRE);
	u64 sleeps = count_sleeps(w->status_fd);

	if (!w->is_in_wfi || w->done != done) {
		w->is_in_wfi = true;
		w->done = done;
		w->slept = sleeps;
	}
	return sleeps >= w->slept + RESTLESS;
}

/**
 * wait_sleeps() - is a vCPU asleep in a WFI that nothing has ended yet?
 * @w: from wait_open()
 *
 * Return: whether; then it goes on sleeping if nothing happens to the VM.
 */
bool wait_sleeps(struct wait_thread *w)
{
	const struct guest_lane *lane = w->lane;
	u32 waits = __atomic_load_n(&lane->waits, __ATOMIC_ACQUIRE);

	if (waits == GUEST_WAITS)
		waits = (wait_is_interruptible(w) || is_restless(w)) &&
			__atomic_load_n(&lane->waits, __ATOMIC_ACQUIRE);
	return waits && !__atomic_load_n(&lane->woken, __ATOMIC_ACQUIRE);
}

static u64 read_counter(void)
{
	u64 val;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(val) : : "memory");
	return val;
}

static u64 counter_hz(void)
{
	u64 val;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(val));
	return val & 0xffffffff;
}

static struct timespec moment_after(u64 ns)
{
	struct timespec now;

	TEST_ASSERT(!clock_gettime(CLOCK_MONOTONIC, &now), "clock_gettime");
	ns += (u64)now.tv_nsec;
	now.tv_sec += (time_t)(ns / NS_PER_S);
	now.tv_nsec = (long)(ns % NS_PER_S);
	return now;
}

/* The kernel keeps timers by processor, and expires the earlier ones of each first. */
static void sleep_everywhere(const struct timespec *until)
{
	cpu_set_t all;

	TEST_ASSERT(!sched_getaffinity(0, sizeof(all), &all), "sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		cpu_set_t one;

		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		/* One that is taken from the machine meanwhile leaves its timers to others. */
		if (!CPU_ISSET(cpu, &all) || sched_setaffinity(0, sizeof(one), &one))
			continue;
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, until, NULL) == EINTR)
			;
	}
	TEST_ASSERT(!sched_setaffinity(0, sizeof(all), &all), "sched_setaffinity");
}

/**
 * wait_timers() - wait until the timers of a VM that are to expire have
 * @vm: whose vCPUs have been found asleep, or have ended
 *
 * Their times are up to the program's longest from now.  The clock of the kernel's
 * timers may be corrected, by a tenth at most: twice as long is later.
 */
void wait_timers(const struct target_vm *vm)
{
	u64 since = read_counter();

	if (!vm->timer_ticks)
		return;
	do {
		struct timespec until =
			moment_after(2 * vm->timer_ticks * NS_PER_S / counter_hz() + 1);

		sleep_everywhere(&until);
	} while (read_counter() - since < vm->timer_ticks);
}

/**
 * wait_rests() - is a vCPU asleep in a WFI that nothing will end?
 * @w:  from wait_open()
 * @vm: its VM, of which nobody else does anything
 *
 * Return: whether.
 */
bool wait_rests(struct wait_thread *w, const struct target_vm *vm)
{
	u32 done;

	if (!wait_sleeps(w))
		return false;
	done = __atomic_load_n(&w->lane->done, __ATOMIC_ACQUIRE);
	if (!vm->timer_ticks)
		return true;
	wait_timers(vm);
	return wait_sleeps(w) && __atomic_load_n(&w->lane->done, __ATOMIC_ACQUIRE) == done;
}

/**
 * wait_end() - end the WFI of a vCPU that sleeps
 * @w:      from wait_open()
 * @thread: the one that it looks at
 */
void wait_end(const struct wait_thread *w, pthread_t thread)
{
	__atomic_store_n(&w->lane->woken, 1, __ATOMIC_RELEASE);
	pthread_kill(thread, SIGUSR1);
}

static void watch(struct watched *w)
{
	const struct timespec pause = { .tv_nsec = 10000 };
	struct wait_thread t;

	pthread_barrier_wait(&w->known);
	wait_open(&t, w->vcpu->lane, w->tid);
	pthread_barrier_wait(&w->known);
	while (__atomic_load_n(&w->err, __ATOMIC_ACQUIRE) < 0) {
		if (wait_rests(&t, w->vcpu->vm))
			wait_end(&t, w->vcpu->thread);
		nanosleep(&pause, NULL);
	}
	wait_close(&t);
}

/**
 * wait_run() - KVM_RUN of a vCPU that waits, and is ended from outside if nothing else does
 * @vcpu: ready to enter the guest, its lane saying whether it waits
 * @run:  has it enter, in a thread that signals end
 *
 * Return: what @run returned.
 */
int wait_run(struct target_vcpu *vcpu, wait_run_fn *run)
{
	struct watched w = { .vcpu = vcpu, .run = run, .err = -1 };

	TEST_ASSERT(!pthread_barrier_init(&w.known, NULL, 2), "pthread_barrier_init");
	TEST_ASSERT(!pthread_create(&vcpu->thread, NULL, run_thread, &w), "pthread_create");
	watch(&w);
	TEST_ASSERT(!pthread_join(vcpu->thread, NULL), "pthread_join");
	pthread_barrier_destroy(&w.known);
	return w.err;
}

/**
 * guest_enter_watched() - guest_enter() of a vCPU that executes WFI
 * @vcpu: ready to enter the guest
 *
 * Return: 0 when it has stored to the doorbell, or errno of KVM_RUN, positive.
 */
int guest_enter_watched(struct target_vcpu *vcpu)
{
	vcpu->lane->waits = 0;
	return wait_run(vcpu, guest_enter);
}
