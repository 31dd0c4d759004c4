// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs whose MSIs come from PCI devices.  A route ties the eventfd of its device
 * to the VM and stays so, because it is at that moment that KVM hands the interrupt
 * to a GICv4; then `irqfd` is the device's own interrupt.  A route to address 0
 * unties it.
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
	u32 owed; /* devices whose interrupt comes when the block has ended, a bit each */
	cpu_set_t processors; /* that the process had */
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

static bool goes_nowhere(const struct kvm_irq_routing_entry *route)
{
	return !route->u.msi.address_lo && !route->u.msi.address_hi;
}

/* Ties those that have a route to an ITS, or unties the others. */
static long tie_all(struct target_vm *vm, const struct kvm_irq_routing *routes, bool unties)
{
	long ret = 0;

	for (u32 i = 0; i < routes->nr && !ret; i++) {
		const struct kvm_irq_routing_entry *route = &routes->entries[i];

		if (has_device(vm, route->gsi) && goes_nowhere(route) == unties &&
		    vm->direct->tied[route->gsi] == unties)
			ret = tie(vm, route->gsi, unties ? KVM_IRQFD_FLAG_DEASSIGN : 0);
	}
	return ret;
}

static long direct_vm_ioctl(void *arg, unsigned long cmd, void *what)
{
	struct target_vm *vm = arg;
	long ret;

	if (cmd != KVM_SET_GSI_ROUTING)
		return (kvm_port.vm_ioctl)(vm, cmd, what);
	ret = tie_all(vm, what, true);
	if (!ret)
		ret = (kvm_port.vm_ioctl)(vm, cmd, what);
	if (!ret)
		ret = tie_all(vm, what, false);
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

/* Calls @act with each of the processors, one by one. */
static void each_processor(const cpu_set_t *all, void (*act)(const cpu_set_t *one, void *arg),
			   void *arg)
{
	cpu_set_t one;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		act(&one, arg);
	}
}

static void visit_processor(const cpu_set_t *one, void *arg)
{
	(void)arg;
	TEST_ASSERT(!sched_setaffinity(0, sizeof(*one), one), "sched_setaffinity");
}

/*
 * What was pending on a processor has been taken by the time that this thread runs
 * there.  Those who run there give way at once, if this thread may ask for it.
 */
static void visit_processors(const cpu_set_t *all)
{
	const struct sched_param urgent = { .sched_priority = 1 }, normal = { 0 };
	bool hurries = !sched_setscheduler(0, SCHED_FIFO, &urgent);
	cpu_set_t before;

	TEST_ASSERT(!sched_getaffinity(0, sizeof(before), &before), "sched_getaffinity");
	each_processor(all, visit_processor, NULL);
	visit_processor(&before, NULL);
	TEST_ASSERT(!hurries || !sched_setscheduler(0, SCHED_OTHER, &normal), "sched_setscheduler");
}

/*
 * An interrupt that came to the host may still have to be injected; untying waits
 * for that.  The next route or interrupt ties the device again.
 */
static long raise_and_count(struct target_vm *vm, unsigned int gsi)
{
	const struct vfio_source *s = &vm->direct->vfio->source[gsi];
	struct direct_evidence *e = vm->direct->evidence;
	u64 before = vfio_count(s), after;

	vfio_raise(s);
	visit_processors(&vm->direct->processors);
	after = vfio_count(s);
	e->nr_raised++;
	e->nr_host += after != before;
	return after != before ? tie(vm, gsi, KVM_IRQFD_FLAG_DEASSIGN) : 0;
}

/* Is it time to lose a doorbell? */
static bool is_planted(struct direct_evidence *e)
{
	if (!e->plant_every || !e->crowd || --e->until_plant)
		return false;
	e->until_plant = e->plant_every;
	e->nr_planted++;
	return true;
}

/*
 * A doorbell that is lost leaves the LPI pending and the vCPU asleep: as if the device
 * were told only after all have been found asleep.
 */
static long direct_irqfd(void *arg, unsigned int gsi)
{
	struct target_vm *vm = arg;
	struct direct_evidence *e = vm->direct->evidence;
	long ret = 0;

	if (!has_device(vm, gsi))
		return -ENODEV;
	if (!vm->direct->tied[gsi])
		ret = tie(vm, gsi, 0);
	if (ret)
		return ret;
	if (vm->side_by_side && is_planted(e)) {
		vm->direct->owed |= 1u << gsi;
		return 0;
	}
	if (vm->side_by_side && e->wait)
		wait_for_sleep(vm);
	note_forwarded(vm);
	return raise_and_count(vm, gsi);
}

/**
 * direct_settle() - have each processor take the doorbells that are pending there
 * @vm: a VM with devices
 */
void direct_settle(const struct target_vm *vm)
{
	visit_processors(&vm->direct->processors);
}

/**
 * direct_catch_up() - raise the interrupts whose doorbells were to be lost
 * @vm: a VM with devices, whose block has ended
 */
void direct_catch_up(struct target_vm *vm)
{
	for (unsigned int gsi = 0; gsi < vm->direct->vfio->nr_sources; gsi++) {
		if (vm->direct->owed & 1u << gsi)
			TEST_ASSERT(!raise_and_count(vm, gsi), "KVM_IRQFD");
	}
	vm->direct->owed = 0;
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

/* All threads from now on share the one that this one is on. */
static void keep_to_one_processor(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	TEST_ASSERT(!sched_setaffinity(0, sizeof(one), &one), "sched_setaffinity");
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
 * direct_print_device() - what a device is
 * @number: of it, below what direct_open() returned
 * @buf:    receives its address and kind
 * @bytes:  of @buf
 */
void direct_print_device(unsigned int number, char *buf, size_t bytes)
{
	const struct vfio_source *s = &devices.source[number];

	snprintf(buf, bytes, "%s %s", s->address, s->kind ? s->kind : "of no known kind");
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
	TEST_ASSERT(!sched_getaffinity(0, sizeof(d.processors), &d.processors),
		    "sched_getaffinity");
	if (evidence->crowd)
		each_processor(&d.processors, add_to_crowd, &crowd);
	if (evidence->one_processor)
		keep_to_one_processor();
	vm_open(&vm);
	vm.devices.port = &direct_port;
	perform_all(&vm, results);
	if (evidence->crowd)
		disperse_crowd(&crowd);
	/* They are counted as long as the VM lives. */
	evidence->nr_doorbells = (u32)(vfio_count_doorbells() - d.doorbells);
	vm_close(&vm);
}
