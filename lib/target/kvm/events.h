/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs of events on /dev/kvm.
 */
#ifndef LIB_TARGET_KVM_EVENTS_H
#define LIB_TARGET_KVM_EVENTS_H

#include "lib/target/events.h"

__must_check int kvm_events(const struct events_setup *setup, struct events_result *r);

#endif /* LIB_TARGET_KVM_EVENTS_H */
