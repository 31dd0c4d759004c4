// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's output folder. A file goes to the host when it is complete, that
 * is closed after writing or renamed into place, so that a panic does not take
 * it along; names that start with a dot are the command's own. It forgets
 * nothing at the host: a file that the command removes stays there.
 */
#include "ci/vm/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ci/vm/plan.h"
#include "ci/vm/sync.h"

#define WATCHED (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)

/* @name is the path below PLAN_OUT. */
static void send_file(struct outbox *b, const char *name)
{
	static char chunk[SHM_RECORD_MAX];
	char *path = vm_asprintf(PLAN_OUT "/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	free(path);
	if (fd < 0)
		return;
	ring_write(b->ring, SHM_REC_FILE, name, (u32)strlen(name));
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		ring_write(b->ring, SHM_REC_FILE_DATA, chunk, (u32)n);
	ring_write(b->ring, SHM_REC_FILE_END, "", 0);
	close(fd);
}

static void watch_dir(struct outbox *b, const char *path, const char *below)
{
	int wd = b->watch < 0 ? -1 : inotify_add_watch(b->watch, path, WATCHED);

	if (wd < 0)
		return;
	while (b->dirs.nr <= (size_t)wd)
		vm_strv_add(&b->dirs, "%s", "");
	free(b->dirs.v[wd]);
	b->dirs.v[wd] = vm_asprintf("%s", below);
}

/* @base in the directory @below, both below PLAN_OUT. */
static char *join(const char *below, const char *base)
{
	return vm_asprintf("%s%s%s", below, *below ? "/" : "", base);
}

/*
 * Watches the directory @below with all in it; with @send its files go to the
 * host. The watch comes first: what is not complete now is sent again.
 */
static void walk(struct outbox *b, const char *below, bool send)
{
	char *dir = vm_asprintf(PLAN_OUT "/%s", below);
	struct dirent **entries;
	int nr;

	watch_dir(b, dir, below);
	nr = scandir(dir, &entries, NULL, alphasort);
	for (int i = 0; i < nr; i++) {
		const char *base = entries[i]->d_name;
		char *name = join(below, base);
		char *path = vm_asprintf(PLAN_OUT "/%s", name);

		if (base[0] == '.')
			;
		else if (vm_is_dir(path))
			walk(b, name, send);
		else if (send && vm_is_file(path))
			send_file(b, name);
		free(path);
		free(name);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
	free(dir);
}

static void take_event(struct outbox *b, const struct inotify_event *e)
{
	char *name;

	if (e->mask & IN_Q_OVERFLOW) {
		walk(b, "", true);
		return;
	}
	if (!e->len || e->name[0] == '.' || e->wd < 0 || (size_t)e->wd >= b->dirs.nr)
		return;
	name = join(b->dirs.v[e->wd], e->name);
	if (e->mask & IN_ISDIR) {
		/* A directory that is only closed is not new. */
		if (e->mask & (IN_CREATE | IN_MOVED_TO))
			walk(b, name, true);
	} else if (e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) {
		send_file(b, name);
	}
	free(name);
}

static int listen_for_sync(void)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SYNC_SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) || listen(fd, 64)) {
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * outbox_open() - watch the output folder from now on
 * @b:		filled in
 * @ring:	where the files go
 *
 * What is in the folder already is known to the host.
 */
void outbox_open(struct outbox *b, struct ring *ring)
{
	*b = (struct outbox){ .ring = ring };
	b->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	b->sync = b->watch < 0 ? -1 : listen_for_sync();
	walk(b, "", false);
}

/**
 * outbox_pass_complete() - pass on every file that was completed until now
 * @b:	the folder
 */
void outbox_pass_complete(struct outbox *b)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n;

	while (b->watch >= 0 && (n = read(b->watch, events, sizeof(events))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *e = (const void *)(events + at);

			take_event(b, e);
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	}
}

/**
 * outbox_answer() - tell those who wait in vm_sync() that their files are out
 * @b:	the folder
 *
 * Closing a file has put its event into the queue before anybody could ask.
 */
void outbox_answer(struct outbox *b)
{
	int fd;

	while (b->sync >= 0 && (fd = accept4(b->sync, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		outbox_pass_complete(b);
		close(fd);
	}
}

/**
 * outbox_pass_all() - pass on all files, complete or not: the command has ended
 * @b:	the folder
 */
void outbox_pass_all(struct outbox *b)
{
	walk(b, "", true);
}
