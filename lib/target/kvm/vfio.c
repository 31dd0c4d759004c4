// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes PCI devices from the host by vfio (driver vfio-pci, a container of type 1)
 * and has their MSI signal an eventfd.  Nothing of their memory or DMA is used but a
 * register of BAR 0 that raises the interrupt.
 */
#include "lib/target/kvm/vfio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PCI_DEVICES "/sys/bus/pci/devices"
#define VFIO_DRIVER "vfio-pci"
#define PCI_COMMAND 4
#define PCI_COMMAND_MEMORY_AND_MASTER 6
#define PATH_BYTES 256
#define ID_BYTES sizeof("0000:0000")

/* What failed, and at which device. */
struct trouble {
	char *reason;
	size_t bytes;
	const char *address;
};

/* Something that only other arguments mend. */
static int refuse(const struct trouble *t, const char *what)
{
	snprintf(t->reason, t->bytes, "device %s: %s", t->address, what);
	return -EINVAL;
}

static int fail(const struct trouble *t, const char *what)
{
	int err = errno;

	snprintf(t->reason, t->bytes, "device %s: %s: %s", t->address, what, strerror(err));
	return err ? -err : -EIO;
}

static bool read_word(const char *address, const char *file, char *word, size_t bytes)
{
	char path[PATH_BYTES];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", address, file);
	f = fopen(path, "re");
	ok = f && fgets(word, (int)bytes, f);
	if (f)
		fclose(f);
	if (ok)
		word[strcspn(word, "\n")] = '\0';
	return ok;
}

/* VENDOR:DEVICE, as direct_kind_find() takes it.  Return: false if there is no such device. */
static bool read_id(const char *address, char id[ID_BYTES])
{
	char vendor[16], device[16];

	if (!read_word(address, "vendor", vendor, sizeof(vendor)) ||
	    !read_word(address, "device", device, sizeof(device)))
		return false;
	/* Without the 0x of either. */
	snprintf(id, ID_BYTES, "%.4s:%.4s", vendor + 2, device + 2);
	return true;
}

static bool write_word(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, word, strlen(word)) == (ssize_t)strlen(word);
	int err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
	return ok;
}

/* The last part of what a link of a device names, or nothing. */
static bool link_name(const char *address, const char *link, char *name, size_t bytes)
{
	char path[PATH_BYTES], to[PATH_BYTES];
	const char *last;
	ssize_t n;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", address, link);
	n = readlink(path, to, sizeof(to) - 1);
	if (n < 0)
		return false;
	to[n] = '\0';
	last = strrchr(to, '/');
	snprintf(name, bytes, "%.*s", (int)bytes - 1, last ? last + 1 : to);
	return true;
}

/* A device that another driver has is that driver's: only the user may take it away. */
static int bind_to_vfio(const struct vfio_source *s, const struct trouble *t)
{
	char path[PATH_BYTES], driver[64] = "";

	if (link_name(s->address, "driver", driver, sizeof(driver))) {
		if (!strcmp(driver, VFIO_DRIVER))
			return 0;
		errno = EBUSY;
		return fail(t, "it is another driver's; unbind it first");
	}
	snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver_override", s->address);
	if (!write_word(path, VFIO_DRIVER) || !write_word("/sys/bus/pci/drivers_probe", s->address))
		return fail(t, "cannot be given to " VFIO_DRIVER);
	if (link_name(s->address, "driver", driver, sizeof(driver)))
		return 0;
	errno = ENODEV;
	return fail(t, "no driver " VFIO_DRIVER);
}

static int open_device(struct vfio *v, struct vfio_source *s, const struct trouble *t)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[PATH_BYTES], group[32];

	if (!link_name(s->address, "iommu_group", group, sizeof(group)))
		return fail(t, "it is behind no IOMMU");
	snprintf(path, sizeof(path), "/dev/vfio/%s", group);
	s->group = open(path, O_RDWR | O_CLOEXEC);
	if (s->group < 0)
		return fail(t, path);
	if (ioctl(s->group, VFIO_GROUP_GET_STATUS, &status))
		return fail(t, "VFIO_GROUP_GET_STATUS");
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
		errno = EBUSY;
		return fail(t, "its IOMMU group has devices of other drivers");
	}
	if (ioctl(s->group, VFIO_GROUP_SET_CONTAINER, &v->container))
		return fail(t, "VFIO_GROUP_SET_CONTAINER");
	if (s == v->source && ioctl(v->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return fail(t, "VFIO_SET_IOMMU");
	s->device = ioctl(s->group, VFIO_GROUP_GET_DEVICE_FD, s->address);
	return s->device < 0 ? fail(t, "VFIO_GROUP_GET_DEVICE_FD") : 0;
}

static int map_bar(struct vfio_source *s, const struct trouble *t)
{
	struct vfio_region_info bar = { .argsz = sizeof(bar), .index = VFIO_PCI_BAR0_REGION_INDEX };
	struct vfio_region_info config = { .argsz = sizeof(config),
					   .index = VFIO_PCI_CONFIG_REGION_INDEX };
	void *at;
	u16 command;

	if (ioctl(s->device, VFIO_DEVICE_GET_REGION_INFO, &bar) ||
	    ioctl(s->device, VFIO_DEVICE_GET_REGION_INFO, &config))
		return fail(t, "VFIO_DEVICE_GET_REGION_INFO");
	for (unsigned int i = 0; i < NR_DIRECT_POKES; i++) {
		if (s->how[i].is_set && s->how[i].offset + 4ULL > bar.size)
			return refuse(t, "its BAR 0 has no such offset");
	}
	if (pread(s->device, &command, sizeof(command), (off_t)config.offset + PCI_COMMAND) < 0)
		return fail(t, "configuration space");
	command |= PCI_COMMAND_MEMORY_AND_MASTER;
	if (pwrite(s->device, &command, sizeof(command), (off_t)config.offset + PCI_COMMAND) < 0)
		return fail(t, "configuration space");
	at = mmap(NULL, bar.size, PROT_READ | PROT_WRITE, MAP_SHARED, s->device, (off_t)bar.offset);
	if (at == MAP_FAILED)
		return fail(t, "mmap of BAR 0");
	s->bar = at;
	return 0;
}

static void poke(const struct vfio_source *s, enum direct_poke_id id)
{
	if (s->how[id].is_set)
		s->bar[s->how[id].offset / sizeof(*s->bar)] = s->how[id].value;
}

static int set_event(struct vfio_source *s, const struct trouble *t)
{
	struct {
		struct vfio_irq_set set;
		s32 event;
	} irqs = {
		.set = {
			.argsz = sizeof(irqs),
			.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			.index = VFIO_PCI_MSI_IRQ_INDEX,
			.count = 1,
		},
	};
	struct vfio_irq_info msi = { .argsz = sizeof(msi), .index = VFIO_PCI_MSI_IRQ_INDEX };

	if (ioctl(s->device, VFIO_DEVICE_GET_IRQ_INFO, &msi) || !msi.count)
		return refuse(t, "it has no MSI");
	s->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (s->event < 0)
		return fail(t, "eventfd");
	irqs.event = s->event;
	return ioctl(s->device, VFIO_DEVICE_SET_IRQS, &irqs) ? fail(t, "VFIO_DEVICE_SET_IRQS") : 0;
}

/* Of the options, or of the device's kind. */
static int find_how(struct vfio_source *s, const struct direct_options *o, const struct trouble *t)
{
	const struct direct_kind *kind;
	char id[ID_BYTES], what[PATH_BYTES];

	if (!read_id(s->address, id))
		return refuse(t, "no such PCI device");
	kind = direct_kind_find(id);
	s->kind = kind ? kind->name : NULL;
	s->how = o->how[DIRECT_RAISE].is_set || !kind ? o->how : kind->how;
	if (s->how[DIRECT_RAISE].is_set)
		return 0;
	snprintf(
		what, sizeof(what),
		"%s is of no known kind; --raise must say what makes it send its MSI, because an eventfd that vfio signals for it is not injected directly",
		id);
	return refuse(t, what);
}

static int open_source(struct vfio *v, const char *address, const struct direct_options *o,
		       const struct trouble *t)
{
	struct vfio_source *s = &v->source[v->nr_sources];
	int err;

	*s = (struct vfio_source){ .group = -1, .device = -1, .event = -1 };
	snprintf(s->address, sizeof(s->address), "%s", address);
	err = find_how(s, o, t);
	if (!err)
		err = bind_to_vfio(s, t);
	if (!err)
		err = open_device(v, s, t);
	if (!err)
		err = map_bar(s, t);
	if (!err)
		err = set_event(s, t);
	if (!err)
		poke(s, DIRECT_ENABLE);
	v->nr_sources += !err;
	return err;
}

static bool is_known(const char *address)
{
	char id[ID_BYTES];

	return read_id(address, id) && direct_kind_find(id);
}

/* All devices that are known to raise interrupts. */
static int open_known(struct vfio *v, const struct direct_options *o, struct trouble *t)
{
	struct dirent **names;
	int nr = scandir(PCI_DEVICES, &names, NULL, alphasort);
	int err = 0;

	for (int i = 0; i < nr; i++) {
		t->address = names[i]->d_name;
		if (!err && v->nr_sources < DIRECT_MAX_DEVICES && is_known(names[i]->d_name))
			err = open_source(v, names[i]->d_name, o, t);
		free(names[i]);
	}
	if (nr >= 0)
		free(names);
	return err;
}

/**
 * vfio_open() - take devices
 * @v:	    filled in; what it has is the process's until it ends
 * @o:	    which
 * @reason: receives what is missing, after a failure
 * @bytes:  of @reason
 *
 * Return: 0 or a negative errno.
 */
int vfio_open(struct vfio *v, const struct direct_options *o, char *reason, size_t bytes)
{
	struct trouble t = { .reason = reason, .bytes = bytes };
	int err = 0;

	*v = (struct vfio){ .container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC) };
	if (v->container < 0) {
		err = -errno;
		snprintf(reason, bytes, "cannot open '/dev/vfio/vfio': %s", strerror(-err));
		return err;
	}
	for (unsigned int i = 0; i < o->nr_devices && !err; i++) {
		t.address = o->device[i];
		err = open_source(v, o->device[i], o, &t);
	}
	if (!o->nr_devices)
		err = open_known(v, o, &t);
	if (!err && !v->nr_sources) {
		snprintf(reason, bytes, "no PCI device that raises interrupts when it is told to");
		err = -ENODEV;
	}
	return err;
}

/**
 * vfio_raise() - have a device send its MSI
 * @s: the device
 *
 * It has sent it on return: what a device sends comes before what it answers.
 */
void vfio_raise(const struct vfio_source *s)
{
	poke(s, DIRECT_RAISE);
	(void)s->bar[s->how[DIRECT_RAISE].offset / sizeof(*s->bar)];
	poke(s, DIRECT_ACK);
}

/* "NUMBER: COUNT COUNT ... CHIP ...": one count for each processor. */
static u64 sum_counts(const char *line)
{
	const char *p = strchr(line, ':');
	u64 sum = 0;

	for (p = p ? p + 1 : ""; *p;) {
		char *end;
		unsigned long long n = strtoull(p, &end, 10);

		if (end == p || (*end != ' ' && *end != '\n'))
			break;
		sum += n;
		p = end;
	}
	return sum;
}

/* Interrupts of the host in whose line all of @words are. */
static u64 count_lines(const char *const words[2])
{
	FILE *f = fopen("/proc/interrupts", "re");
	char *line = NULL; /* as long as there are processors */
	size_t bytes = 0;
	u64 sum = 0;

	while (f && getline(&line, &bytes, f) > 0) {
		if (strstr(line, words[0]) && strstr(line, words[1]))
			sum += sum_counts(line);
	}
	if (f)
		fclose(f);
	free(line);
	return sum;
}

/**
 * vfio_count() - how many interrupts of a device have come to the host's handler
 * @s: the device
 */
u64 vfio_count(const struct vfio_source *s)
{
	const char *const words[2] = { "vfio-msi", s->address };

	return count_lines(words);
}

/**
 * vfio_count_doorbells() - how many doorbells of vPEs the host has taken
 *
 * They are counted as long as their VM lives.
 */
u64 vfio_count_doorbells(void)
{
	const char *const words[2] = { "GICv4", "vcpu" };

	return count_lines(words);
}
