// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding and loading a library with a kernel's vGIC.
 */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/target/hosted/hosted.h"

const char *__asan_default_options(void);

/**
 * __asan_default_options() - what AddressSanitizer does if this is linked with it
 *
 * Where memory was allocated the library's reports say themselves.  VMs come and go
 * so fast that what was freed need not be kept for long.
 *
 * Return: as ASAN_OPTIONS has it, which goes before.
 */
const char *__asan_default_options(void)
{
	return "malloc_context_size=2:quarantine_size_mb=8";
}

/* Next to the running program, as make puts it. */
static int path_of(const char *name, char *path, size_t bytes)
{
	char self[HOSTED_PATH_BYTES];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n < 0)
		return -errno;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	return (size_t)snprintf(path, bytes, "%s/hosted/%s/vgic.so", self, name) < bytes ?
		       0 :
		       -ENAMETOOLONG;
}

#ifdef VGICHECK_STATIC
/* Return: the symbol of the library, or NULL with a @reason. */
static const struct hosted_kernel *open_library(const char *path, char *reason, size_t bytes)
{
	snprintf(reason, bytes, "this build is static, so that it cannot load '%s'", path);
	return NULL;
}
#else
static const struct hosted_kernel *open_library(const char *path, char *reason, size_t bytes)
{
	const struct hosted_kernel *kernel = NULL;
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (library)
		kernel = dlsym(library, HOSTED_SYMBOL);
	if (!kernel)
		snprintf(reason, bytes, "%s", dlerror());
	return kernel;
}
#endif

/**
 * hosted_load() - load a library
 * @kernel: receives what it offers; it stays loaded
 * @name:   of a kernel, or the path of a library, which has a slash
 * @reason: receives what is wrong
 * @bytes:  of @reason
 *
 * Return: 0 or a negative errno.
 */
int hosted_load(const struct hosted_kernel **kernel, const char *name, char *reason, size_t bytes)
{
	char path[HOSTED_PATH_BYTES + TARGET_TEXT_BYTES];
	bool is_path = strchr(name, '/');
	int ret = 0;

	if (is_path)
		snprintf(path, sizeof(path), "%s", name);
	else
		ret = path_of(name, path, sizeof(path));
	if (!ret && access(path, R_OK))
		ret = -errno;
	if (ret && is_path)
		snprintf(reason, bytes, "cannot load '%s': %s", name, strerror(-ret));
	else if (ret)
		snprintf(reason, bytes,
			 "there is no library of kernel %s: `make hosted KERNEL=%s` builds it",
			 name, name);
	if (ret)
		return ret;
	*kernel = open_library(path, reason, bytes);
	if (!*kernel)
		return -ENOEXEC;
	if ((*kernel)->abi == HOSTED_ABI)
		return 0;
	snprintf(reason, bytes, "'%s' was built for another vgicheck: abi %u instead of %u", path,
		 (*kernel)->abi, HOSTED_ABI);
	return -ENOEXEC;
}
