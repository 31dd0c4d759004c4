/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the harness writes to the kernel log for each warning or oops that is in
 * its own results, and what the watcher of the console looks for.
 */
#ifndef CI_VM_ACCOUNTED_H
#define CI_VM_ACCOUNTED_H

#define KMSG_ACCOUNTED_TEXT "vgicheck: in the results"
/* KERN_WARNING, so that it reaches the console where warnings do. */
#define KMSG_ACCOUNTED "<4>" KMSG_ACCOUNTED_TEXT

#endif /* CI_VM_ACCOUNTED_H */
