// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storms of LPIs on /dev/kvm: the VM, and a thread for each vCPU, which performs
 * one step of the guest's program at a time (guest_code/storm.h).  Judging is not
 * done here, but what must hold for it is: that nothing is in flight any more when
 * the accounts are closed.
 *
 * Nothing is, after the devices' last call has returned and the commander's last
 * command is performed, when twice in a row all vCPUs have left KVM_RUN, entered it
 * and taken all that was signalled, and nothing was.  For when a vCPU leaves, KVM
 * gives what is no more its own to the vCPU that it now belongs to, and when one
 * enters, KVM puts what is pending, enabled and its own into list registers, at least
 * one if there is any: the first time everything has got to the vCPU that it belongs
 * to, and the second time it would have been taken.
 */
#include "lib/target/kvm/storm.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>

#include "lib/target/kvm/own.h"

#define NS_PER_S 1000000000ULL

u64 storm_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NS_PER_S + (u64)ts.tv_nsec;
}

static const struct own_layout layout = {
	.base = STORM_RAM_BASE,
	.bytes = STORM_RAM_BYTES,
	.code_bytes = GUEST_CODE_BYTES,
	.mmu_offset = STORM_MMU_OFFSET,
	.in_pieces = true,
};

static struct own_error error_of(const struct storm *s)
{
	return (struct own_error){ s->result->error, sizeof(s->result->error) };
}

static int give_up(const struct storm *s, const char *what, int err)
{
	return own_give_up(error_of(s), what, err);
}

static int set_up_memory(struct storm *s)
{
	int ret = own_memory(s->kvm, &layout, &s->ram, error_of(s));

	if (ret)
		return ret;
	s->control = (struct storm_control *)(void *)(s->ram + STORM_CONTROL_OFFSET);
	s->sent = (struct storm_sent *)(void *)(s->ram + STORM_SENT_OFFSET);
	s->taken = (struct storm_taken *)(void *)(s->ram + STORM_TAKEN_OFFSET);
	s->commanded = (struct storm_commanded *)(void *)(s->ram + STORM_COMMAND_OFFSET);
	s->control->nr_vcpus = s->setup->nr_vcpus;
	s->control->nr_devices = s->setup->nr_devices;
	s->control->nr_events = s->setup->nr_events;
	s->control->commands = s->setup->commands;
	s->control->wfi = s->setup->wfi;
	/* Never 0, which a shift register does not leave. */
	s->control->seed = s->setup->seed * 2 + 1;
	return 0;
}

/* After the vCPUs, which must be there when the vGIC is initialised. */
static int set_up_gic(struct storm *s)
{
	const struct {
		const int *fd;
		u32 group;
		u64 attr, value;
	} calls[] = {
		{ &s->vgic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST,
		  STORM_DIST_BASE },
		{ &s->vgic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST,
		  STORM_REDIST_BASE },
		{ &s->vgic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0 },
		{ &s->its, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, STORM_ITS_BASE },
		{ &s->its, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0 },
	};
	int ret = own_device(s->kvm, KVM_DEV_TYPE_ARM_VGIC_ITS, &s->its);

	if (ret)
		return give_up(s, "the kernel gives no ITS to guests", -ret);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		ret = own_device_set(*calls[i].fd, calls[i].group, calls[i].attr, calls[i].value);
		if (ret)
			return give_up(s, "the vGIC or the ITS cannot be set up", -ret);
	}
	return 0;
}

static int set_up_vcpu(struct storm *s, u32 index)
{
	u64 stack = STORM_VCPUS_OFFSET + index * (u64)STORM_VCPU_BYTES + STORM_VCPU_STACK;
	const struct own_start start = { .id = index,
					 .entry = storm_entry,
					 .argument = STORM_RAM_BASE + stack };
	struct storm_runner *r = &s->runner[index];

	r->storm = s;
	r->index = index;
	r->guest = (struct storm_vcpu *)(void *)(s->ram + stack);
	r->guest->index = index;
	return own_vcpu(s->kvm, &layout, &start, &r->kvm, &r->run_bytes, error_of(s));
}

static int set_up_vm(struct storm *s)
{
	int ret;

	s->kvm = own_vm_create();
	ret = set_up_memory(s);
	if (ret)
		return ret;
	ret = own_device(s->kvm, KVM_DEV_TYPE_ARM_VGIC_V3, &s->vgic);
	if (ret)
		return give_up(s, "the kernel gives no GICv3 to guests", -ret);
	for (u32 i = 0; i < s->setup->nr_vcpus && !ret; i++)
		ret = set_up_vcpu(s, i);
	ret = ret ? ret : set_up_gic(s);
	if (!ret && injectors_set_up(s))
		ret = give_up(s, "irqfds of MSIs cannot be set up", errno);
	return ret;
}

/* No vCPU goes on after it; who waits for one looks at failed. */
static void fail(struct storm_runner *r, const char *what, u64 value)
{
	struct storm *s = r->storm;

	r->failed = true;
	if (__atomic_exchange_n(&s->failed, true, __ATOMIC_ACQ_REL))
		return;
	snprintf(s->result->error, sizeof(s->result->error),
		 "vCPU %u: %s 0x%llx, ESR_EL1 0x%llx ELR_EL1 0x%llx FAR_EL1 0x%llx", r->index, what,
		 (unsigned long long)value, (unsigned long long)r->guest->esr,
		 (unsigned long long)r->guest->elr, (unsigned long long)r->guest->far);
}

/* Lets the guest perform a step. */
static void run_step(struct storm_runner *r)
{
	static const char *const rings[] = {
		[STORM_RING_FAULT] = "the guest took an exception",
		[STORM_RING_NO_FRAME] = "the guest found no redistributor or no table of the ITS",
		[STORM_RING_STALLED] = "the ITS stalled",
	};
	const struct kvm_run *run = r->kvm.run;

	while (!r->failed) {
		u32 ring;

		if (ioctl(r->kvm.fd, KVM_RUN, NULL)) {
			if (errno != EINTR)
				fail(r, "KVM_RUN failed with errno", (u64)errno);
			continue;
		}
		if (run->exit_reason != KVM_EXIT_MMIO || !run->mmio.is_write ||
		    run->mmio.phys_addr != STORM_DOORBELL) {
			fail(r, "an exit of KVM_RUN with reason", run->exit_reason);
			continue;
		}
		memcpy(&ring, run->mmio.data, sizeof(ring));
		if (ring == STORM_RING_DONE)
			return;
		if (ring < ARRAY_SIZE(rings) && rings[ring])
			fail(r, rings[ring], ring);
	}
}

static void *run_vcpu(void *arg)
{
	struct storm_runner *r = arg;

	r->tid = (pid_t)syscall(SYS_gettid);
	for (;;) {
		pthread_barrier_wait(&r->storm->begin);
		if (r->storm->finished)
			return NULL;
		run_step(r);
		pthread_barrier_wait(&r->storm->end);
	}
}

static void begin_step(struct storm *s, enum storm_step step)
{
	s->control->step = step;
	pthread_barrier_wait(&s->begin);
}

static void end_step(struct storm *s)
{
	pthread_barrier_wait(&s->end);
}

static void perform_step(struct storm *s, enum storm_step step)
{
	begin_step(s, step);
	end_step(s);
}

static u64 total_delivered(const struct storm *s)
{
	u64 sum = 0;

	for (u32 i = 0; i < s->setup->nr_vcpus; i++)
		sum += s->runner[i].guest->delivered;
	return sum;
}

/* Until nothing is in flight: see above. */
static void drain(struct storm *s)
{
	unsigned int clean = 0;

	while (clean < 2 && !s->failed) {
		u64 before = total_delivered(s);

		perform_step(s, STORM_DRAIN);
		clean = total_delivered(s) == before ? clean + 1 : 0;
	}
}

/* What pends, as KVM writes it into the guest's tables. */
static void save_pending(struct storm *s, bool parked)
{
	u32 nr = s->setup->nr_devices * s->setup->nr_events;
	int ret = own_device_set(s->vgic, KVM_DEV_ARM_VGIC_GRP_CTRL,
				 KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, 0);

	if (ret && !s->failed) {
		s->failed = true;
		give_up(s, "KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES", -ret);
	}
	for (u32 lpi = 0; lpi < nr; lpi++) {
		u32 bit = STORM_FIRST_LPI + lpi;
		bool pending = false;

		for (u32 i = 0; i < s->setup->nr_vcpus; i++)
			pending |= s->ram[STORM_PENDING_OFFSET + i * STORM_TABLE_BYTES + bit / 8] >>
					   bit % 8 &
				   1;
		if (parked)
			s->result->lpi[lpi].was_pending = pending;
		else
			s->result->lpi[lpi].is_pending = pending;
	}
}

static void storm_itself(struct storm *s)
{
	u64 start;

	begin_step(s, STORM_RUN);
	start = injectors_run(s);
	s->result->ns_sending = storm_now_ns() - start;
	__atomic_store_n(&s->control->stop_commands, 1, __ATOMIC_RELEASE);
	if (s->setup->wfi) {
		storm_await_sleep(s);
		injectors_look_at_sleepers(s);
	}
	__atomic_store_n(&s->control->stop, 1, __ATOMIC_RELEASE);
	storm_wake(s);
	end_step(s);
	drain(s);
	s->result->ns_all = storm_now_ns() - start;
}

/* What is sent to LPIs that are disabled pends in the tables, until they are enabled. */
static void park(struct storm *s)
{
	perform_step(s, STORM_PARK);
	injectors_send_once(s);
	drain(s);
	save_pending(s, true);
	perform_step(s, STORM_UNPARK);
	drain(s);
	save_pending(s, false);
}

/* Begins or ends to look at the vCPUs' threads. */
static void watch(struct storm *s, bool begins)
{
	for (u32 i = 0; s->setup->wfi && i < s->setup->nr_vcpus; i++) {
		if (begins)
			wait_open(&s->runner[i].watched, NULL, s->runner[i].tid);
		else
			wait_close(&s->runner[i].watched);
	}
}

static void perform(struct storm *s)
{
	u32 nr = s->setup->nr_vcpus;

	pthread_barrier_init(&s->begin, NULL, nr + 1);
	pthread_barrier_init(&s->end, NULL, nr + 1);
	pthread_mutex_init(&s->waking, NULL);
	for (u32 i = 0; i < nr; i++) {
		TEST_ASSERT(!pthread_create(&s->runner[i].thread, NULL, run_vcpu, &s->runner[i]),
			    "pthread_create");
	}
	perform_step(s, STORM_SET_UP_CPU);
	watch(s, true);
	perform_step(s, STORM_SET_UP_ITS);
	storm_itself(s);
	park(s);
	watch(s, false);
	s->finished = true;
	pthread_barrier_wait(&s->begin);
	for (u32 i = 0; i < nr; i++)
		pthread_join(s->runner[i].thread, NULL);
	pthread_mutex_destroy(&s->waking);
	pthread_barrier_destroy(&s->begin);
	pthread_barrier_destroy(&s->end);
}

static void report_vcpu(const struct storm *s, const struct storm_runner *r)
{
	const u32 *delivered = (const u32 *)(const void *)(s->ram + STORM_DELIVERED_OFFSET) +
			       (size_t)r->index * (size_t)STORM_MAX_LPIS;
	struct storm_result *to = s->result;

	for (u32 i = 0; i < s->setup->nr_devices * s->setup->nr_events; i++)
		to->lpi[i].delivered += delivered[i];
	for (unsigned int i = 0; i < NR_STORM_WRONGS; i++)
		to->nr_event[i] += r->guest->nr_wrong[i];
	to->exceptions += r->guest->exceptions;
	to->waits += r->guest->waits / 2;
	for (u32 i = 0; i < r->guest->nr_notes && to->nr_events < STORM_MAX_EVENTS_KEPT; i++) {
		const struct storm_note *n = &r->guest->note[i];

		to->event[to->nr_events++] = (struct storm_event){
			.kind = (enum storm_event_kind)n->wrong,
			.lpi = n->lpi,
			.send = n->begun,
			.limit = n->limit,
			.vcpu = r->index,
			.op = n->op,
		};
	}
}

static void report(const struct storm *s)
{
	struct storm_result *r = s->result;

	for (u32 i = 0; i < s->setup->nr_vcpus; i++)
		report_vcpu(s, &s->runner[i]);
	for (u32 i = 0; i < s->setup->nr_devices * s->setup->nr_events; i++) {
		r->lpi[i].seen = s->taken[i].seen;
		r->lpi[i].phase_end = s->commanded[i].phase;
		r->lpi[i].command = s->commanded[i].last;
		r->lpi[i].op = s->commanded[i].op;
	}
	for (unsigned int i = 0; i < NR_STORM_COMMANDS; i++)
		r->nr_commands[i] = s->control->nr_commands[i];
	r->nudges = s->control->nudge;
}

static void close_vm(struct storm *s)
{
	injectors_close(s);
	for (u32 i = 0; i < s->setup->nr_vcpus; i++) {
		if (s->runner[i].kvm.run && s->runner[i].kvm.run != MAP_FAILED)
			munmap(s->runner[i].kvm.run, s->runner[i].run_bytes);
		if (s->runner[i].kvm.fd > 0)
			close(s->runner[i].kvm.fd);
	}
	if (s->its >= 0)
		close(s->its);
	if (s->vgic >= 0)
		close(s->vgic);
	kvm_vm_free(s->kvm);
	munmap(s->ram, STORM_RAM_BYTES);
}

/**
 * kvm_storm() - perform a storm of LPIs
 * @setup:  what is wanted
 * @result: filled in
 *
 * Return: 0; a negative errno, with an error in @result, if it cannot be had here;
 * -EIO, the same, if it did not come to its end.
 */
int kvm_storm(const struct storm_setup *setup, struct storm_result *result)
{
	struct storm *s = calloc(1, sizeof(*s));
	int ret;

	TEST_ASSERT(s, "out of memory");
	*result = (struct storm_result){ 0 };
	s->setup = setup;
	s->result = result;
	s->vgic = -1;
	s->its = -1;
	ret = set_up_vm(s);
	if (!ret) {
		perform(s);
		report(s);
		ret = s->failed ? -EIO : 0;
	}
	close_vm(s);
	free(s);
	return ret;
}
