// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices of a storm of LPIs: a thread for each, which sends the LPIs of its
 * events by KVM_SIGNAL_MSI, or by irqfd, and keeps its side of their accounts.
 *
 * A device sends an LPI in bursts.  Between two of them it leaves the LPI alone
 * until the last send of the first has been covered by an acknowledge, or may have
 * been dropped by a command: an LPI that is lost is thus not made good by the next
 * send, but stays uncovered to the end.
 */
#include "lib/target/kvm/storm.h"

#include <errno.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "lib/prog/alloc.h"

#define FRUITLESS_PASSES 64 /* over all LPIs, until vCPUs are asked to leave and enter */
#define FRUITLESS_NUDGES 64 /* until the device gives up: the accounts are settled anyway */
#define PASSES_AT_REST 8 /* until an LPI that rests while others are sent is looked at again */
#define TRANSLATER 0x10040

#define ALWAYS_INLINE __attribute__((__always_inline__)) inline
#define LOAD(at) __atomic_load_n((at), __ATOMIC_ACQUIRE)
#define STORE(at, value) __atomic_store_n((at), (value), __ATOMIC_RELEASE)

static u32 random_below(struct storm_injector *in, u32 n)
{
	in->random ^= in->random << 13;
	in->random ^= in->random >> 7;
	in->random ^= in->random << 17;
	return (u32)((in->random >> 32) * n >> 32);
}

static u32 lpi_of(const struct storm_injector *in, const struct storm_source *src)
{
	return in->first + (u32)(src - in->source);
}

static void add_event(struct storm_injector *in, enum storm_event_kind kind,
		      const struct storm_source *src, int err)
{
	const struct storm *s = in->storm;
	struct storm_event *e = &in->event[in->nr_events];

	in->nr_event[kind]++;
	if (in->nr_events == ARRAY_SIZE(in->event))
		return;
	*e = (struct storm_event){
		.kind = kind,
		.lpi = lpi_of(in, src),
		.send = src->number,
		.op = LOAD(&s->control->ops),
		.err = err,
	};
	in->nr_events++;
}

/* ioctl() itself: a rate of injections is measured, and a library takes its share. */
static ALWAYS_INLINE int raw_ioctl(int fd, unsigned long request, const void *arg)
{
	register long x0 __asm__("x0") = fd;
	register unsigned long x1 __asm__("x1") = request;
	register const void *x2 __asm__("x2") = arg;
	register long x8 __asm__("x8") = SYS_ioctl;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x8) : "memory", "cc");
	return (int)x0;
}

/* Return: 1 delivered to the guest, 0 blocked, or a negative errno. */
static ALWAYS_INLINE int transmit(const struct storm_injector *in, const struct storm_source *src)
{
	if (src->fd < 0)
		return raw_ioctl(in->vm_fd, KVM_SIGNAL_MSI, &src->msi);
	return eventfd_write(src->fd, 1) ? -errno : 1;
}

/* The same, unless a planted fault is due. */
static int transmit_planted(struct storm_injector *in, struct storm_source *src)
{
	const struct storm_setup *setup = in->storm->setup;

	if (!--in->until_plant) {
		in->until_plant = setup->plant_every;
		if (setup->plant == STORM_PLANT_DROP)
			return 1;
		if (setup->plant == STORM_PLANT_REFUSE)
			return 0;
		if (setup->plant == STORM_PLANT_LATE) {
			src->late = true;
			return 1;
		}
		src->unsent = true;
	}
	return transmit(in, src);
}

/*
 * Was the answer to a send right?  While an event was mapped from before it until
 * after it, it must be taken, and while it was discarded, it must not.  What comes of
 * an irqfd is not told, and may come later.
 */
static void check_answer(struct storm_injector *in, const struct storm_source *src, int ret,
			 u32 before, u32 after)
{
	u32 phase = before & STORM_PHASE_MASK;

	if (ret < 0)
		add_event(in, STORM_EVENT_FAILED, src, -ret);
	if (ret < 0 || src->fd >= 0 || before != after)
		return;
	if (!ret && (phase == STORM_PHASE_MAPPED || phase == STORM_PHASE_CLEARING))
		add_event(in, STORM_EVENT_REFUSED, src, 0);
	if (ret && phase == STORM_PHASE_DISCARDED)
		add_event(in, STORM_EVENT_TRANSLATED, src, 0);
}

/* Everything here is done a hundred thousand times a second. */
static ALWAYS_INLINE void send_lpi(struct storm_injector *in, struct storm_source *src)
{
	u32 before = LOAD(src->phase), after, n = ++src->number;
	int ret;

	STORE(&src->sent->begun, n);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	ret = in->until_plant ? transmit_planted(in, src) : transmit(in, src);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* By an irqfd it may be under way still: covered() says when it is not. */
	if (src->fd < 0)
		STORE(&src->sent->ended, n);
	after = LOAD(src->phase);
	if (ret != 1 || before != after || before & STORM_PHASE_MASK)
		check_answer(in, src, ret, before, after);
	if (ret > 0) {
		src->last = n;
		src->phase_last = before;
	} else {
		src->blocked++;
	}
}

/* Has what was accepted last been covered?  Or else, may it have been dropped? */
static bool covered(const struct storm_source *src)
{
	if (LOAD(src->seen) < src->last)
		return false;
	if (src->fd >= 0)
		STORE(&src->sent->ended, src->last);
	return true;
}

static bool droppable(const struct storm_source *src)
{
	u32 phase = LOAD(src->phase);
	u32 last = src->phase_last;

	return !(phase & STORM_PHASE_MASK) && (phase != last || last & STORM_PHASE_MASK);
}

/*
 * An LPI's burst has come to its end.  Return: whether it may be sent nevertheless,
 * because as many others rest already.
 */
static bool is_eager(struct storm_injector *in, struct storm_source *src)
{
	const struct storm_setup *setup = in->storm->setup;

	if (src->rests || src->fd >= 0 || !setup->eager)
		return false;
	if (in->nr_resting < (setup->nr_events + 1) / 2) {
		src->rests = true;
		in->nr_resting++;
		return false;
	}
	return true;
}

/* How many of the sends of the burst nothing covers. */
static u32 uncovered(const struct storm_source *src, u32 seen)
{
	u32 accepted = src->number - src->blocked - src->accepted_before;

	return src->last - seen < accepted ? src->last - seen : accepted;
}

static u32 delivered(const struct storm *s, u32 lpi)
{
	const u32 *delivered = (const u32 *)(const void *)(s->ram + STORM_DELIVERED_OFFSET);
	u32 sum = 0;

	for (u32 i = 0; i < s->setup->nr_vcpus; i++)
		sum += LOAD(&delivered[i * STORM_MAX_LPIS + lpi]);
	return sum;
}

/*
 * A planted send that no account has, once all others have been delivered.  Return:
 * whether it is under way.
 */
static bool send_unsent(const struct storm_injector *in, struct storm_source *src)
{
	if (src->unsent) {
		src->unsent = false;
		src->wait_for = delivered(in->storm, lpi_of(in, src)) + 1;
		(void)raw_ioctl(in->vm_fd, KVM_SIGNAL_MSI, &src->msi);
	}
	return src->wait_for > delivered(in->storm, lpi_of(in, src));
}

/*
 * May an LPI, whose burst has come to its end, be sent again?  Then the next one
 * begins.
 */
static bool begin_burst(struct storm_injector *in, struct storm_source *src)
{
	if (!is_eager(in, src)) {
		if (!covered(src)) {
			if (!droppable(src))
				return false;
			src->dropped += uncovered(src, LOAD(src->seen));
		} else if (send_unsent(in, src)) {
			return false;
		}
		in->nr_resting -= src->rests;
		src->rests = false;
		src->accepted_before = src->number - src->blocked;
	}
	src->burst_end =
		src->number + (src->fd < 0 ? 1 + random_below(in, in->storm->setup->burst) : 1);
	return true;
}

static inline bool may_send(struct storm_injector *in, struct storm_source *src)
{
	if (src->number != src->burst_end)
		return true;
	if (src->rests && in->pass % PASSES_AT_REST)
		return false;
	return begin_burst(in, src);
}

/*
 * Did the vCPU that has an LPI sleep in WFI?  Where none is moved, it is known which
 * one that is.  When all sleep none gives commands, either.
 */
static bool slept(const struct storm *s, u32 lpi, bool all)
{
	return all || (!s->setup->commands && storm_vcpu_sleeps(s, lpi % s->setup->nr_vcpus));
}

/*
 * What was accepted before a vCPU was found asleep must have been taken.  What is sent
 * by irqfd may be under way until it is untied.
 */
static void look_at_sleepers(struct storm_injector *in)
{
	struct storm_source *end = in->source + in->storm->setup->nr_events;
	bool all = storm_sleeps(in->storm);

	for (struct storm_source *src = in->source; src != end; src++) {
		if (src->fd >= 0 || src->asleep == src->last || droppable(src) || covered(src) ||
		    !slept(in->storm, lpi_of(in, src), all) || covered(src))
			continue;
		src->asleep = src->last;
		add_event(in, STORM_EVENT_ASLEEP, src, 0);
		if (src->late)
			(void)raw_ioctl(in->vm_fd, KVM_SIGNAL_MSI, &src->msi);
		src->late = false;
	}
}

/* Until each vCPU has left its guest and entered it again, or one cannot. */
static void nudge(struct storm *s)
{
	u32 number = __atomic_add_fetch(&s->control->nudge, 1, __ATOMIC_ACQ_REL);

	storm_wake(s);
	for (u32 i = 0; i < s->setup->nr_vcpus; i++) {
		while ((s32)(LOAD(&s->runner[i].guest->nudged) - number) < 0 && !LOAD(&s->failed))
			sched_yield();
	}
}

static void *inject(void *arg)
{
	struct storm_injector *in = arg;
	struct storm *s = in->storm;
	const struct storm_source *end = in->source + s->setup->nr_events;
	unsigned int passes = 0, nudges = 0;

	pthread_barrier_wait(&in->storm->sending);
	for (u64 left = s->setup->sends; left && nudges < FRUITLESS_NUDGES && !LOAD(&s->failed);) {
		u64 was_left = left;

		in->pass++;
		for (struct storm_source *src = in->source; src != end && left; src++) {
			if (!may_send(in, src))
				continue;
			send_lpi(in, src);
			left--;
		}
		if (left != was_left) {
			passes = 0;
			nudges = 0;
			continue;
		}
		sched_yield();
		if (++passes == FRUITLESS_PASSES) {
			passes = 0;
			nudges++;
			if (s->setup->wfi)
				look_at_sleepers(in);
			nudge(s);
		}
	}
	return NULL;
}

/* A route and an eventfd for each event of the devices with odd numbers. */
static int set_up_irqfds(struct storm *s)
{
	u32 nr = s->setup->nr_devices * s->setup->nr_events, used = 0;
	struct kvm_irq_routing *routes =
		xcalloc(1, sizeof(*routes) + nr * sizeof(struct kvm_irq_routing_entry));
	int ret;

	for (u32 lpi = 0; lpi < nr; lpi++) {
		if (!(lpi / s->setup->nr_events % 2))
			continue;
		routes->entries[used++] = (struct kvm_irq_routing_entry){
			.gsi = lpi,
			.type = KVM_IRQ_ROUTING_MSI,
			.flags = KVM_MSI_VALID_DEVID,
			.u.msi = { .address_lo = STORM_ITS_BASE + TRANSLATER,
				   .data = lpi % s->setup->nr_events,
				   .devid = lpi / s->setup->nr_events },
		};
	}
	routes->nr = used;
	ret = ioctl(s->kvm->fd, KVM_SET_GSI_ROUTING, routes);
	for (u32 i = 0; i < used && !ret; i++) {
		u32 lpi = routes->entries[i].gsi;
		struct storm_injector *in = &s->injector[lpi / s->setup->nr_events];
		struct kvm_irqfd tie = { .fd = (u32)eventfd(0, EFD_CLOEXEC), .gsi = lpi };

		ret = ioctl(s->kvm->fd, KVM_IRQFD, &tie);
		in->source[lpi % s->setup->nr_events].fd = (int)tie.fd;
	}
	free(routes);
	return ret;
}

static struct kvm_msi msi_of(const struct storm_injector *in, u32 i)
{
	return (struct kvm_msi){
		.address_lo = STORM_ITS_BASE + TRANSLATER,
		.data = i,
		.devid = in->device,
		.flags = KVM_MSI_VALID_DEVID,
	};
}

/**
 * injectors_set_up() - make the devices of a storm
 * @s: the storm, whose VM is there
 *
 * Return: 0 or a negative errno.
 */
int injectors_set_up(struct storm *s)
{
	for (u32 d = 0; d < s->setup->nr_devices; d++) {
		struct storm_injector *in = &s->injector[d];

		in->storm = s;
		in->device = d;
		in->first = d * s->setup->nr_events;
		in->random = (s->setup->seed + 1) * 0x9e3779b97f4a7c15ULL + d;
		in->vm_fd = s->kvm->fd;
		in->until_plant = s->setup->plant == STORM_PLANT_NONE ? 0 : s->setup->plant_every;
		in->source = xcalloc(s->setup->nr_events, sizeof(*in->source));
		for (u32 i = 0; i < s->setup->nr_events; i++) {
			in->source[i].fd = -1;
			in->source[i].msi = msi_of(in, i);
			in->source[i].sent = &s->sent[in->first + i];
			in->source[i].phase = &s->commanded[in->first + i].phase;
			in->source[i].seen = &s->taken[in->first + i].seen;
		}
	}
	return s->setup->irqfd && set_up_irqfds(s) ? -errno : 0;
}

/* Untying waits until what was signalled has been injected. */
static void untie(const struct storm_injector *in, u32 i)
{
	struct storm_source *src = &in->source[i];
	struct kvm_irqfd tie = {
		.fd = (u32)src->fd,
		.gsi = in->first + i,
		.flags = KVM_IRQFD_FLAG_DEASSIGN,
	};

	if (src->fd < 0)
		return;
	(void)ioctl(in->storm->kvm->fd, KVM_IRQFD, &tie);
	close(src->fd);
	src->fd = -1;
	STORE(&src->sent->ended, src->number);
}

/**
 * injectors_run() - let all devices send what they are to, side by side
 * @s: the storm; its vCPUs run
 *
 * When it returns, nothing that was sent is under way.
 *
 * Return: when they began, as storm_now_ns() has it.
 */
u64 injectors_run(struct storm *s)
{
	u64 start;

	pthread_barrier_init(&s->sending, NULL, s->setup->nr_devices + 1);
	for (u32 d = 0; d < s->setup->nr_devices; d++)
		TEST_ASSERT(!pthread_create(&s->injector[d].thread, NULL, inject, &s->injector[d]),
			    "pthread_create");
	pthread_barrier_wait(&s->sending);
	start = storm_now_ns();
	for (u32 d = 0; d < s->setup->nr_devices; d++)
		pthread_join(s->injector[d].thread, NULL);
	pthread_barrier_destroy(&s->sending);
	for (u32 d = 0; d < s->setup->nr_devices; d++) {
		for (u32 i = 0; i < s->setup->nr_events; i++)
			untie(&s->injector[d], i);
	}
	return start;
}

/**
 * injectors_look_at_sleepers() - find LPIs that should have ended a WFI
 * @s: the storm; its devices have ended, and all its vCPUs sleep in WFI
 */
void injectors_look_at_sleepers(struct storm *s)
{
	for (u32 d = 0; d < s->setup->nr_devices; d++)
		look_at_sleepers(&s->injector[d]);
}

/**
 * injectors_send_once() - send each LPI once that is covered
 * @s: the storm
 */
void injectors_send_once(struct storm *s)
{
	for (u32 d = 0; d < s->setup->nr_devices; d++) {
		for (u32 i = 0; i < s->setup->nr_events; i++) {
			struct storm_injector *in = &s->injector[d];
			struct storm_source *src = &in->source[i];

			if (!begin_burst(in, src))
				continue;
			send_lpi(in, src);
			s->result->lpi[in->first + i].parked = STORM_IS_PARKED(in->first + i);
		}
	}
}

/* What they know goes into the result. */
static void report(const struct storm_injector *in, struct storm_result *r)
{
	for (u32 i = 0; i < in->storm->setup->nr_events; i++) {
		const struct storm_source *src = &in->source[i];
		struct storm_lpi *lpi = &r->lpi[in->first + i];

		lpi->sent = src->number;
		lpi->accepted = src->number - src->blocked;
		lpi->blocked = src->blocked;
		lpi->dropped = src->dropped;
		lpi->last = src->last;
		lpi->phase_last = src->phase_last;
	}
	for (unsigned int i = 0; i < NR_STORM_EVENTS; i++)
		r->nr_event[i] += in->nr_event[i];
	for (unsigned int i = 0; i < in->nr_events && r->nr_events < STORM_MAX_EVENTS_KEPT; i++)
		r->event[r->nr_events++] = in->event[i];
}

/**
 * injectors_close() - report what the devices know, and free them
 * @s: the storm
 */
void injectors_close(struct storm *s)
{
	for (u32 d = 0; d < s->setup->nr_devices; d++) {
		struct storm_injector *in = &s->injector[d];

		if (!in->source)
			continue;
		report(in, s->result);
		free(in->source);
	}
}
