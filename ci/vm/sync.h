/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a command in the QEMU machine makes sure that its files have left it.
 */
#ifndef CI_VM_SYNC_H
#define CI_VM_SYNC_H

/* In the machine: connecting here and reading until the end is what vm_sync() does. */
#define SYNC_SOCKET "/sync"

void vm_sync(void);

#endif /* CI_VM_SYNC_H */
