// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads what ci/kernel/modules.sh put beside the kernel's image, in the order that
 * its file `order` has.  A module that cannot be loaded is no reason to stop: the
 * kernel may have it built in, and whoever needs it says that it is missing.
 */
#include "ci/vm/modules.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ci/vm/util.h"

static void load(const char *name)
{
	char *path = vm_asprintf(MODULES_DIR "/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		(void)syscall(SYS_finit_module, fd, "", 0);
		close(fd);
	}
	free(path);
}

/**
 * modules_load() - load the modules that are there, if any
 *
 * Context: in the machine's init.
 */
void modules_load(void)
{
	struct vm_buf order = { 0 };
	char *rest;

	if (vm_read_file(MODULES_DIR "/order", &order)) {
		vm_buf_free(&order);
		return;
	}
	vm_buf_append(&order, "", 1);
	for (char *name = strtok_r(order.data, "\n", &rest); name;
	     name = strtok_r(NULL, "\n", &rest))
		load(name);
	vm_buf_free(&order);
}
