/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the harness writes to the kernel log about a warning or an oops that is in
 * its own results; the place follows, such as "arch/arm64/kvm/arm.c:12 fn".
 * Whoever watches the console need not report that place again.
 */
#ifndef CI_VM_ACCOUNTED_H
#define CI_VM_ACCOUNTED_H

#define KMSG_ACCOUNTED "vgicheck has in its results: "

#endif /* CI_VM_ACCOUNTED_H */
