/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `vgicheck vm`: run one command in a QEMU machine with EL2, and the init that
 * runs it there.
 */
#ifndef CI_VM_VM_H
#define CI_VM_VM_H

/* Exit statuses of `vgicheck vm` beside those of the command. */
enum vm_exit {
	VM_EXIT_TROUBLE = 1, /* the kernel warned, crashed or hung */
	VM_EXIT_USAGE = 2,
	VM_EXIT_SKIPPED = 4, /* the command's: nothing was tested */
	VM_EXIT_HARNESS = 99, /* the machine could not do its work */
	VM_EXIT_INTERRUPTED = 130,
};

int vm_main(int argc, char **argv);
int vm_init_main(void);

#endif /* CI_VM_VM_H */
