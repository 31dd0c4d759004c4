/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A storm of LPIs, private to lib/target/kvm.
 */
#ifndef LIB_TARGET_KVM_STORM_H
#define LIB_TARGET_KVM_STORM_H

/* kvm_util first: it defines the same helper names as lib/regs/bits.h. */
#include <kvm_util.h>

#include <pthread.h>

#include "lib/target/kvm/vm.h"
#include "lib/target/storm.h"

/* What one vCPU's thread knows of it. */
struct storm_runner {
	struct storm *storm;
	struct kvm_vcpu kvm;
	u32 index;
	size_t run_bytes;
	struct storm_vcpu *guest; /* its half, in the guest's memory */
	pthread_t thread;
	pid_t tid;
	struct wait_thread watched; /* if vCPUs wait by WFI */
	bool started, failed;
};

/* What a device knows of one of its LPIs. */
struct storm_source {
	u32 number; /* of the last send */
	u32 burst_end; /* number of the last one of this burst */
	u32 last; /* that was accepted */
	u32 phase_last; /* when that one began */
	const u32 *phase, *seen;
	struct storm_sent *sent;
	struct kvm_msi msi;
	u32 blocked, dropped;
	u32 accepted_before; /* this burst */
	bool rests; /* until this burst is covered */
	bool unsent; /* a planted fault is due */
	bool late; /* so is this one, once all vCPUs have been found asleep */
	u32 asleep; /* the last send that was not taken when they were */
	u32 wait_for; /* deliveries, after one; 0 for none */
	int fd; /* of its irqfd, or -1 */
};

/* What one device's thread knows. */
struct storm_injector {
	struct storm *storm;
	u32 device, first; /* number of its first LPI */
	u64 random;
	u64 until_plant; /* 0: none is */
	int vm_fd;
	u32 nr_resting;
	u32 pass; /* over all LPIs */
	struct storm_source *source;
	u64 nr_event[NR_STORM_EVENTS];
	struct storm_event event[STORM_MAX_EVENTS_KEPT / STORM_MAX_DEVICES];
	unsigned int nr_events;
	pthread_t thread;
};

struct storm {
	const struct storm_setup *setup;
	struct storm_result *result;
	struct kvm_vm *kvm;
	int vgic, its;
	char *ram;
	struct storm_control *control;
	struct storm_sent *sent;
	struct storm_taken *taken;
	struct storm_commanded *commanded;
	struct storm_runner runner[STORM_MAX_VCPUS];
	struct storm_injector injector[STORM_MAX_DEVICES];
	pthread_barrier_t begin, end; /* of a step */
	pthread_barrier_t sending; /* all devices are there */
	pthread_mutex_t waking; /* an edge is made of two calls */
	bool finished; /* no step follows */
	bool failed; /* some vCPU cannot go on; atomic */
};

u64 storm_now_ns(void);

/* storm_inject.c */
int injectors_set_up(struct storm *s);
u64 injectors_run(struct storm *s);
void injectors_send_once(struct storm *s);
void injectors_look_at_sleepers(struct storm *s);
void injectors_close(struct storm *s);

/* storm_wfi.c */
void storm_wake(struct storm *s);
bool storm_sleeps(const struct storm *s);
bool storm_vcpu_sleeps(const struct storm *s, u32 index);
void storm_await_sleep(const struct storm *s);

#endif /* LIB_TARGET_KVM_STORM_H */
