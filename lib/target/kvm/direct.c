// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs whose MSIs come from PCI devices.  A route ties the eventfd of its device
 * to the VM and stays so, because it is at that moment that KVM hands the interrupt
 * to a GICv4; then `irqfd` is the device's own interrupt.
 *
 * Which way it took needs no clock: once this thread has run on each processor after
 * the device was told, whatever the host takes has been taken and counted.
 */
#include "lib/target/direct.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <time.h>

#include "lib/target/kvm/vfio.h"
#include "lib/target/kvm/vm.h"

#define PATH_BYTES 160
#define LINE_BYTES 256

struct direct {
	const struct vfio *vfio;
	bool tied[DIRECT_MAX_DEVICES]; /* by number of the route */
	u64 doorbells; /* of the host before the program */
	struct direct_evidence *evidence;
};

/* Threads that keep each processor busy. */
struct crowd {
	pthread_t thread[CPU_SETSIZE];
	unsigned int nr;
	bool stop; /* atomic */
};

static struct vfio devices;
static struct crowd crowd;
static struct vgic_port direct_port; /* kvm_port but for two calls */

static FILE *open_debugfs(const struct target_vm *vm, const char *file)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvm/%d-%d/%s", getpid(), vm->kvm->fd, file);
	return fopen(path, "re");
}

/* Of the letters that head a column of flags: where is this one? */
static int flag_place(const char *line)
{
	const char *flags = strstr(line, "PLA");
	const char *h = flags ? strchr(flags, 'H') : NULL;

	return h && h - flags < 8 ? (int)(h - flags) : -1;
}

/* LPIs that KVM has handed to the hardware. */
static u32 count_forwarded(const struct target_vm *vm)
{
	FILE *f = open_debugfs(vm, "vgic-state");
	char line[LINE_BYTES], flags[16];
	int column = -1, intid, target;
	u32 nr = 0;

	vm->direct->evidence->has_debugfs |= f != NULL;
	while (f && fgets(line, sizeof(line), f)) {
		if (column < 0)
			column = flag_place(line);
		else if (sscanf(line, " LPI %d %d %15s", &intid, &target, flags) == 3)
			nr += (size_t)column < strlen(flags) && flags[column] == '1';
	}
	if (f)
		fclose(f);
	return nr;
}

static void note_forwarded(const struct target_vm *vm)
{
	struct direct_evidence *e = vm->direct->evidence;
	u32 nr = count_forwarded(vm);

	if (nr > e->max_forwarded)
		e->max_forwarded = nr;
}

static long tie(struct target_vm *vm, u32 gsi, u32 flags)
{
	struct kvm_irqfd irqfd = { .gsi = gsi, .flags = flags };

	irqfd.fd = (u32)vm->direct->vfio->source[gsi].event;
	vm->direct->tied[gsi] = !flags;
	return (kvm_port.vm_ioctl)(vm, KVM_IRQFD, &irqfd);
}

static bool has_device(const struct target_vm *vm, u32 gsi)
{
	return gsi < vm->direct->vfio->nr_sources;
}

static long direct_vm_ioctl(void *arg, unsigned long cmd, void *what)
{
	const struct kvm_irq_routing *routes = what;
	struct target_vm *vm = arg;
	long ret = (kvm_port.vm_ioctl)(vm, cmd, what);

	for (u32 i = 0; cmd == KVM_SET_GSI_ROUTING && i < routes->nr && !ret; i++) {
		u32 gsi = routes->entries[i].gsi;

		if (has_device(vm, gsi) && !vm->direct->tied[gsi])
			ret = tie(vm, gsi, 0);
	}
	if (cmd == KVM_SET_GSI_ROUTING)
		note_forwarded(vm);
	return ret;
}

/* vCPUs that have something left to do, of those in a block. */
static u32 nr_busy(const struct target_vm *vm)
{
	u32 nr = 0;

	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		const struct target_vcpu *v = vm->vcpu[i];

		nr += v->runnable && !v->held &&
		      __atomic_load_n(&v->lane->posted, __ATOMIC_ACQUIRE) !=
			      __atomic_load_n(&v->lane->done, __ATOMIC_ACQUIRE);
	}
	return nr;
}

/* Those that KVM has put to sleep; all if that is not to be seen. */
static u32 nr_blocked(const struct target_vm *vm)
{
	FILE *f = open_debugfs(vm, "blocking");
	unsigned int nr = ~0u;

	if (f && fscanf(f, "%u", &nr) != 1)
		nr = ~0u;
	if (f)
		fclose(f);
	return nr;
}

/* Until each vCPU of the block either sleeps or has ended, whichever comes. */
static void wait_for_sleep(const struct target_vm *vm)
{
	const struct timespec pause = { .tv_nsec = 10000 };

	while (nr_blocked(vm) < nr_busy(vm))
		nanosleep(&pause, NULL);
}

/* Calls @act with each processor that this thread may run on, one by one. */
static void each_processor(void (*act)(const cpu_set_t *one, void *arg), void *arg)
{
	cpu_set_t all, one;

	TEST_ASSERT(!sched_getaffinity(0, sizeof(all), &all), "sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		act(&one, arg);
	}
	TEST_ASSERT(!sched_setaffinity(0, sizeof(all), &all), "sched_setaffinity");
}

/* What was pending there has been taken by the time that this thread runs there. */
static void visit_processor(const cpu_set_t *one, void *arg)
{
	(void)arg;
	TEST_ASSERT(!sched_setaffinity(0, sizeof(*one), one), "sched_setaffinity");
}

/*
 * An interrupt that came to the host may still have to be injected; untying waits
 * for that.  The next route or interrupt ties the device again.
 */
static long direct_irqfd(void *arg, unsigned int gsi)
{
	struct target_vm *vm = arg;
	struct direct_evidence *e = vm->direct->evidence;
	const struct vfio_source *s = &vm->direct->vfio->source[gsi];
	u64 before, after;
	long ret = 0;

	if (!has_device(vm, gsi))
		return -ENODEV;
	if (!vm->direct->tied[gsi])
		ret = tie(vm, gsi, 0);
	if (ret)
		return ret;
	if (vm->side_by_side && e->wait)
		wait_for_sleep(vm);
	note_forwarded(vm);
	before = vfio_count(s);
	vfio_raise(s);
	each_processor(visit_processor, NULL);
	after = vfio_count(s);
	e->nr_raised++;
	e->nr_host += after != before;
	return after != before ? tie(vm, gsi, KVM_IRQFD_FLAG_DEASSIGN) : 0;
}

/*
 * Alone on its processor a vCPU that LPIs are forwarded to may execute WFI there,
 * untrapped, so that no doorbell is needed; beside something that runs it may not.
 */
static void *run_beside(void *arg)
{
	const struct sched_param lowest = { .sched_priority = 0 };
	const bool *stop = arg;

	TEST_ASSERT(!sched_setscheduler(0, SCHED_IDLE, &lowest), "sched_setscheduler");
	while (!__atomic_load_n(stop, __ATOMIC_ACQUIRE))
		;
	return NULL;
}

static void add_to_crowd(const cpu_set_t *one, void *arg)
{
	struct crowd *c = arg;

	TEST_ASSERT(!pthread_create(&c->thread[c->nr], NULL, run_beside, &c->stop),
		    "pthread_create");
	TEST_ASSERT(!pthread_setaffinity_np(c->thread[c->nr++], sizeof(*one), one),
		    "pthread_setaffinity_np");
}

static void disperse_crowd(struct crowd *c)
{
	__atomic_store_n(&c->stop, true, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < c->nr; i++)
		TEST_ASSERT(!pthread_join(c->thread[i], NULL), "pthread_join");
}

/**
 * direct_open() - take hold of devices
 * @o:	    which
 * @reason: receives why not, after a failure
 * @bytes:  of @reason
 *
 * Return: their number, or a negative errno.
 */
int direct_open(const struct direct_options *o, char *reason, size_t bytes)
{
	int err = vfio_open(&devices, o, reason, bytes);

	return err ? err : (int)devices.nr_sources;
}

/**
 * direct_run() - perform a program with them
 * @prog:     the program
 * @results:  filled in, one for each operation
 * @evidence: which way interrupts went
 *
 * Context: after direct_open(); the process may end in it.
 */
void direct_run(const struct prog *prog, struct op_result *results,
		struct direct_evidence *evidence)
{
	struct direct d = { .vfio = &devices, .evidence = evidence };
	struct target_vm vm = { .prog = prog, .direct = &d };

	direct_port = kvm_port;
	direct_port.vm_ioctl = direct_vm_ioctl;
	direct_port.irqfd = direct_irqfd;
	d.doorbells = vfio_count_doorbells();
	if (evidence->crowd)
		each_processor(add_to_crowd, &crowd);
	vm_open(&vm);
	vm.devices.port = &direct_port;
	perform_all(&vm, results);
	if (evidence->crowd)
		disperse_crowd(&crowd);
	/* They are counted as long as the VM lives. */
	evidence->nr_doorbells = (u32)(vfio_count_doorbells() - d.doorbells);
	vm_close(&vm);
}
