/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mode of a host's KVM.
 */
#ifndef LIB_TARGET_KVM_MODE_H
#define LIB_TARGET_KVM_MODE_H

#include <stdbool.h>

struct kvm_mode {
	bool is_protected; /* pKVM */
	bool is_trapped; /* each access of a guest to the CPU interface is emulated */
	unsigned int traps; /* of group 0, group 1 and common registers, a bit each */
};

struct kvm_mode kvm_mode_parse(char *cmdline);
struct kvm_mode kvm_mode_probe(void);

#endif /* LIB_TARGET_KVM_MODE_H */
