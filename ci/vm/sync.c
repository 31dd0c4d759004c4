// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command's side of the machine's output folder.
 */
#include "ci/vm/sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/**
 * vm_sync() - wait until every complete file of the output folder is with the host
 *
 * For whoever is about to do what may crash the kernel. Complete are files that
 * were closed after writing, or renamed into place, before the call. Outside of
 * the machine there is nothing to wait for.
 */
void vm_sync(void)
{
	const char *path = getenv("VGICHECK_SYNC");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char end;
	int fd;

	if (!path || strlen(path) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (!connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		while (read(fd, &end, 1) < 0 && errno == EINTR)
			;
	}
	close(fd);
}
