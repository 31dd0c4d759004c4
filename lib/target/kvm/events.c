// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs of events on /dev/kvm: VMs with a vGICv3 and one vCPU, whose SPIs are irqfds
 * and whose marks are an ioeventfd, and a thread for each vCPU, which does nothing
 * but enter it.  Who injects is lib/target/events_inject.c.
 */
#include "lib/target/kvm/vm.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "lib/target/kvm/events.h"
#include "lib/target/kvm/own.h"

#define MAX_STAT_BYTES 256

/* One VM, and the thread of its vCPU. */
struct event_vm {
	struct kvm_vm *kvm;
	struct kvm_vcpu vcpu;
	size_t run_bytes;
	int vgic;
	char *ram;
	struct events_vm *seen; /* as those that inject see it */
	pthread_t thread;
	bool has_thread;
	bool stop; /* the thread is to end; atomic */
};

static const struct own_layout layout = {
	.base = EVENTS_RAM_BASE,
	.bytes = EVENTS_RAM_BYTES,
	.code_bytes = EVENTS_MMU_OFFSET,
	.mmu_offset = EVENTS_MMU_OFFSET,
};

static struct own_error error_of(struct events_result *r)
{
	return (struct own_error){ r->error, sizeof(r->error) };
}

static int give_up(struct events_result *r, const char *what, int err)
{
	return own_give_up(error_of(r), what, err);
}

static int set_up_memory(struct event_vm *vm, struct events_result *r)
{
	int ret = own_memory(vm->kvm, &layout, &vm->ram, error_of(r));

	if (!ret)
		vm->seen->shared = (struct events_shared *)(void *)(vm->ram + EVENTS_SHARED_OFFSET);
	return ret;
}

static int set_up_vcpu(struct event_vm *vm, struct events_result *r)
{
	const struct own_start start = { .entry = events_entry,
					 .argument = EVENTS_RAM_BASE + EVENTS_SHARED_OFFSET };

	return own_vcpu(vm->kvm, &layout, &start, &vm->vcpu, &vm->run_bytes, error_of(r));
}

/* The device first, the rest after the vCPU, which the initialisation needs. */
static int create_gic(struct event_vm *vm, struct events_result *r)
{
	int ret = own_device(vm->kvm, KVM_DEV_TYPE_ARM_VGIC_V3, &vm->vgic);

	return ret ? give_up(r, "the kernel gives no GICv3 to guests", -ret) : 0;
}

static int set_up_gic(const struct event_vm *vm, struct events_result *r)
{
	static const struct {
		u32 group;
		u64 attr, value;
	} calls[] = {
		{ KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, EVENTS_DIST_BASE },
		{ KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, EVENTS_REDIST_BASE },
		{ KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		int ret = own_device_set(vm->vgic, calls[i].group, calls[i].attr, calls[i].value);

		if (ret)
			return give_up(r, "the vGIC cannot be set up", -ret);
	}
	return 0;
}

/* After the vGIC, whose initialisation makes the default routes: GSI n is SPI n. */
static int tie_irqs(const struct event_vm *vm, struct events_result *r)
{
	struct events_vm *seen = vm->seen;

	seen->resampled = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (u32 i = 0; i < EVENTS_NR_IRQS; i++) {
		struct kvm_irqfd tie = { .gsi = EVENTS_FIRST_INTID - 32 + i };

		seen->irq[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		tie.fd = (u32)seen->irq[i];
		if (i >= EVENTS_NR_EDGES && i < EVENTS_NR_EDGES + EVENTS_NR_LEVELS) {
			tie.flags = KVM_IRQFD_FLAG_RESAMPLE;
			tie.resamplefd = (u32)seen->resampled;
		}
		if (seen->resampled < 0 || seen->irq[i] < 0)
			return give_up(r, "eventfd", errno);
		if (ioctl(vm->kvm->fd, KVM_IRQFD, &tie))
			return give_up(r, "KVM_IRQFD", errno);
	}
	return 0;
}

static int tie_mark(const struct event_vm *vm, struct events_result *r)
{
	struct kvm_ioeventfd tie = { .addr = EVENTS_MARK, .len = sizeof(u32) };

	vm->seen->mark = eventfd(0, EFD_CLOEXEC);
	tie.fd = vm->seen->mark;
	if (tie.fd < 0)
		return give_up(r, "eventfd", errno);
	if (ioctl(vm->kvm->fd, KVM_IOEVENTFD, &tie))
		return give_up(r, "KVM_IOEVENTFD", errno);
	return 0;
}

static int set_up_vm(struct event_vm *vm, struct events_vm *seen, struct events_result *r)
{
	int ret;

	*vm = (struct event_vm){ .seen = seen, .vgic = -1, .vcpu.fd = -1 };
	seen->mark = -1;
	seen->resampled = -1;
	for (u32 i = 0; i < EVENTS_NR_IRQS; i++)
		seen->irq[i] = -1;
	vm->kvm = own_vm_create();
	ret = set_up_memory(vm, r);
	ret = ret ? ret : create_gic(vm, r);
	ret = ret ? ret : set_up_vcpu(vm, r);
	ret = ret ? ret : set_up_gic(vm, r);
	ret = ret ? ret : tie_irqs(vm, r);
	return ret ? ret : tie_mark(vm, r);
}

/* An eventfd that is closed is no irqfd any more. */
static void close_vm(const struct event_vm *vm)
{
	for (u32 i = 0; i < EVENTS_NR_IRQS; i++)
		close(vm->seen->irq[i]);
	close(vm->seen->mark);
	close(vm->seen->resampled);
	if (vm->run_bytes)
		munmap(vm->vcpu.run, vm->run_bytes);
	close(vm->vcpu.fd);
	close(vm->vgic);
	kvm_vm_free(vm->kvm);
	if (vm->ram && vm->ram != MAP_FAILED)
		munmap(vm->ram, EVENTS_RAM_BYTES);
}

/* Whoever injects finds out at the mark. */
static void tell_of_end(struct event_vm *vm, const char *what, u64 value)
{
	const struct events_shared *s = vm->seen->shared;

	snprintf(vm->seen->failure, sizeof(vm->seen->failure),
		 "%s 0x%llx in step %u, ESR_EL1 0x%llx ELR_EL1 0x%llx FAR_EL1 0x%llx", what,
		 (unsigned long long)value, s->step, (unsigned long long)s->esr,
		 (unsigned long long)s->elr, (unsigned long long)s->far);
	__atomic_store_n(&vm->seen->ended, true, __ATOMIC_RELEASE);
	(void)eventfd_write(vm->seen->mark, 1);
}

static void *run_vcpu(void *arg)
{
	struct event_vm *vm = arg;
	const struct kvm_run *run = vm->vcpu.run;
	u32 ring;

	while (ioctl(vm->vcpu.fd, KVM_RUN, NULL)) {
		if (errno != EINTR) {
			tell_of_end(vm, "KVM_RUN failed with errno", (u64)errno);
			return NULL;
		}
		if (__atomic_load_n(&vm->stop, __ATOMIC_ACQUIRE))
			return NULL;
	}
	memcpy(&ring, run->mmio.data, sizeof(ring));
	if (run->exit_reason != KVM_EXIT_MMIO || !run->mmio.is_write ||
	    run->mmio.phys_addr != EVENTS_DOORBELL)
		tell_of_end(vm, "an exit of KVM_RUN with reason", run->exit_reason);
	else if (ring != EVENTS_RING_DONE)
		tell_of_end(vm, "the guest took an exception and rang", ring);
	return NULL;
}

static void end_ioctl(int signal)
{
	(void)signal;
}

/* immediate_exit also ends a KVM_RUN that begins after the signal. */
static void stop_vcpu(struct event_vm *vm)
{
	if (!vm->has_thread)
		return;
	__atomic_store_n(&vm->stop, true, __ATOMIC_RELEASE);
	__atomic_store_n(&vm->vcpu.run->immediate_exit, 1, __ATOMIC_RELEASE);
	pthread_kill(vm->thread, SIGUSR1);
	pthread_join(vm->thread, NULL);
}

/* Adds what KVM counted under this name, if it did. */
static bool add_stat(int fd, const struct kvm_stats_header *h, const char *name, u64 *sum)
{
	char desc[sizeof(struct kvm_stats_desc) + MAX_STAT_BYTES];
	const struct kvm_stats_desc *d = (const struct kvm_stats_desc *)(const void *)desc;
	size_t bytes = sizeof(*d) + h->name_size;
	u64 value;

	for (u32 i = 0; i < h->num_desc && bytes <= sizeof(desc); i++) {
		if (pread(fd, desc, bytes, h->desc_offset + (off_t)(i * bytes)) != (ssize_t)bytes)
			return false;
		if (strncmp(d->name, name, h->name_size) != 0)
			continue;
		if (pread(fd, &value, sizeof(value), (off_t)h->data_offset + d->offset) !=
		    sizeof(value))
			return false;
		*sum += value;
		return true;
	}
	return false;
}

static bool add_stats(const struct event_vm *vm, struct events_result *r)
{
	struct kvm_stats_header h;
	int fd = ioctl(vm->vcpu.fd, KVM_GET_STATS_FD, NULL);
	bool has;

	if (fd < 0)
		return false;
	has = pread(fd, &h, sizeof(h), 0) == sizeof(h) &&
	      add_stat(fd, &h, "wfi_exit_stat", &r->wfi_exits) &&
	      add_stat(fd, &h, "halt_successful_poll", &r->polled) &&
	      add_stat(fd, &h, "halt_wakeup", &r->slept);
	close(fd);
	return has;
}

static int start_vcpus(struct event_vm *vm, unsigned int nr, struct events_result *r)
{
	const struct sigaction action = { .sa_handler = end_ioctl };

	TEST_ASSERT(!sigaction(SIGUSR1, &action, NULL), "sigaction");
	for (unsigned int i = 0; i < nr; i++) {
		int err = pthread_create(&vm[i].thread, NULL, run_vcpu, &vm[i]);

		if (err)
			return give_up(r, "pthread_create", err);
		vm[i].has_thread = true;
	}
	return 0;
}

/*
 * Those that inject run before vCPUs that spin, if they may: the scheduler would let a
 * vCPU go on until the next tick.  Threads inherit it.
 */
static void come_first(bool first)
{
	const struct sched_param param = { .sched_priority = first };

	(void)sched_setscheduler(0, first ? SCHED_FIFO : SCHED_OTHER, &param);
}

/* The guest's first moment is there before it runs; then it waits to be driven. */
static int perform(struct event_vm *vm, const struct events_setup *setup, struct events_result *r)
{
	int ret;

	events_prepare(setup, r);
	ret = start_vcpus(vm, setup->nr_vms, r);
	come_first(true);
	ret = ret ? ret : events_inject(setup, r);
	come_first(false);
	for (unsigned int i = 0; i < setup->nr_vms; i++)
		stop_vcpu(&vm[i]);
	r->has_stats = true;
	for (unsigned int i = 0; i < setup->nr_vms; i++)
		r->has_stats &= add_stats(&vm[i], r);
	return ret;
}

/**
 * kvm_events() - perform a run of events
 * @setup: what and how
 * @r:     filled in
 *
 * Return: 0 or a negative errno, with the reason in @r->error.
 */
int kvm_events(const struct events_setup *setup, struct events_result *r)
{
	struct event_vm vm[EVENTS_MAX_VMS];
	unsigned int nr = 0;
	int ret = 0;

	memset(r, 0, sizeof(*r));
	r->nr_vms = setup->nr_vms;
	for (; nr < setup->nr_vms && !ret; nr++)
		ret = set_up_vm(&vm[nr], &r->vm[nr], r);
	if (!ret)
		ret = perform(vm, setup, r);
	while (nr)
		close_vm(&vm[--nr]);
	return ret;
}
