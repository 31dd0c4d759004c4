/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel modules that the QEMU machine takes along.
 */
#ifndef CI_VM_MODULES_H
#define CI_VM_MODULES_H

#define MODULES_DIR "/modules"

void modules_load(void);

#endif /* CI_VM_MODULES_H */
