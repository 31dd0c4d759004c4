/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command line of `vgicheck vm`.
 */
#ifndef CI_VM_OPTIONS_H
#define CI_VM_OPTIONS_H

#include <stdbool.h>

#include "ci/vm/host.h"
#include "lib/regs/bits.h"

/**
 * struct vm_options - what the user asked for
 * @kernel:	path of an Image, or a version that the cache may have
 * @append:	more words for the kernel's command line
 * @host:	what the machine is
 * @host_name:	as the user named it, which it then proves to be; or NULL
 * @gic:	2, 3 or 4: what the machine's GIC is, whatever the host is then; or 0
 * @smp:	processors of the machine
 * @mem:	its memory, in QEMU's notation
 * @timeout_s:	seconds without any output after which it counts as hanging
 * @parallel:	one host thread per processor instead of virtual time
 * @snapshot:	start from a snapshot of the booted machine, made if it is not there
 * @record:	folder to record the machine in, or NULL
 * @replay:	folder of the recording to replay, or NULL; then there is no command
 * @gdb_port:	where the emulator waits for a debugger, or 0
 * @restart:	how often a machine that ends before the command starts again
 * @resume:	the command gets the files in @out, as after a restart
 * @out:	directory of the host for files that come back
 * @qemu:	the emulator
 * @cmd:	command and its arguments, NULL-terminated
 */
struct vm_options {
	const char *kernel;
	const char *append;
	const struct vm_host *host;
	const char *host_name;
	unsigned int gic;
	unsigned int smp;
	const char *mem;
	unsigned int timeout_s;
	bool parallel;
	bool snapshot;
	const char *record;
	const char *replay;
	unsigned int gdb_port;
	unsigned int restart;
	bool resume;
	const char *out;
	const char *qemu;
	char **cmd;
};

int vm_options_parse(struct vm_options *o, int argc, char **argv) __must_check;
void vm_options_usage(void);

#endif /* CI_VM_OPTIONS_H */
