/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the bare ioctls under a program cost.
 */
#ifndef LIB_TARGET_KVM_COSTS_H
#define LIB_TARGET_KVM_COSTS_H

#include "lib/target/target.h"

unsigned int kvm_costs(struct target_cost *costs, unsigned int max);

#endif /* LIB_TARGET_KVM_COSTS_H */
