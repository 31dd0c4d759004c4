// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings. A folder holds the initrd, the emulator's log of events, the
 * machine's setup with the kernel's path and hash, and a hash of what came out.
 * The host must write nothing to a machine that is recorded but what is there at
 * its start: the ring is of one way, and Ctrl-C only kills.
 */
#include "ci/vm/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ci/vm/hash.h"

static char *path_in(const struct recording *r, const char *name)
{
	return vm_asprintf("%s/%s", r->dir, name);
}

static int tell(const char *what, const char *path, int err)
{
	fprintf(stderr, "vm: cannot %s '%s': %s\n", what, path, strerror(-err));
	return err;
}

static int put(const struct recording *r, const char *name, const void *data, size_t bytes)
{
	char *path = path_in(r, name);
	int err = vm_write_file(path, data, bytes);

	if (err)
		tell("write", path, err);
	free(path);
	return err;
}

static int get(const struct recording *r, const char *name, struct vm_buf *b)
{
	char *path = path_in(r, name);
	int err = vm_read_file(path, b);

	if (err)
		tell("read", path, err);
	/* So that text in it ends. */
	vm_buf_append(b, "", 1);
	b->bytes--;
	free(path);
	return err;
}

/* The emulator opens it by its descriptor, whatever is in its name. */
static int open_events(struct recording *r, int flags)
{
	char *path = path_in(r, "events");
	int err = 0;

	r->events = open(path, flags, 0644);
	if (r->events < 0)
		err = tell("open", path, -errno);
	free(path);
	return err;
}

/**
 * recording_make() - begin a recording
 * @r:		filled in, to be released by recording_free()
 * @o:		the machine's options; @o->record is the folder
 * @p:		what the machine boots with
 * @start:	the archive of its start
 *
 * Return: 0 or a negative errno, with a message.
 */
int recording_make(struct recording *r, const struct vm_options *o, const struct vm_plan *p,
		   const struct vm_buf *start)
{
	char *kernel = realpath(p->kernel, NULL);
	struct vm_buf initrd = { 0 };
	struct vm_hash h = { 0 };
	char *setup;
	int err;

	*r = (struct recording){ .dir = o->record, .events = -1 };
	vm_buf_append(&initrd, p->system.out.data, p->system.out.bytes);
	vm_buf_append(&initrd, start->data, start->bytes);
	err = kernel ? vm_hash_file(&h, kernel) : -errno;
	if (err)
		tell("read", p->kernel, err);
	setup = vm_asprintf("kernel %s\nhash " VM_HASH_FORMAT "\nhost %s\nmem %s\nappend %s\n",
			    kernel ? kernel : "", h.a, h.b, o->host->name, o->mem, o->append);
	if (!err)
		err = put(r, "setup", setup, strlen(setup));
	if (!err)
		err = put(r, "initrd", initrd.data, initrd.bytes);
	if (!err)
		err = open_events(r, O_RDWR | O_CREAT | O_TRUNC);
	vm_buf_free(&initrd);
	free(setup);
	free(kernel);
	return err;
}

/* The value of a line of the setup, to be freed, or NULL. */
static char *value_of(const struct vm_buf *setup, const char *key)
{
	size_t len = strlen(key);

	for (const char *s = setup->data; s && *s; s += strcspn(s, "\n"), s += *s == '\n') {
		if (!strncmp(s, key, len) && s[len] == ' ')
			return vm_asprintf("%.*s", (int)strcspn(s + len + 1, "\n"), s + len + 1);
	}
	return NULL;
}

static int check_kernel(const char *path, const char *recorded)
{
	struct vm_hash h = { 0 };
	int err = vm_hash_file(&h, path);
	char *hash;

	if (err)
		return tell("read", path, err);
	hash = vm_asprintf(VM_HASH_FORMAT, h.a, h.b);
	if (strcmp(hash, recorded) != 0) {
		fprintf(stderr, "vm: kernel '%s' is not the one that was recorded\n", path);
		err = -EINVAL;
	}
	free(hash);
	return err;
}

/**
 * recording_load() - read a recording
 * @r:	filled in, to be released by recording_free(), after @o is used
 * @o:	options that the recording decides are set
 * @p:	zero-initialised; filled in, without a command
 *
 * Return: 0 or a negative errno, with a message.
 */
int recording_load(struct recording *r, struct vm_options *o, struct vm_plan *p)
{
	struct vm_buf setup = { 0 };
	char *host, *hash;
	int err;

	*r = (struct recording){ .dir = o->replay, .events = -1 };
	err = get(r, "setup", &setup);
	p->out = vm_asprintf("%s", o->out);
	p->kernel = value_of(&setup, "kernel");
	r->mem = value_of(&setup, "mem");
	r->append = value_of(&setup, "append");
	host = value_of(&setup, "host");
	hash = value_of(&setup, "hash");
	o->host = host ? vm_host_find(host) : NULL;
	if (!err && (!p->kernel || !r->mem || !r->append || !o->host || !hash)) {
		fprintf(stderr, "vm: '%s/setup' is no setup of a recording\n", r->dir);
		err = -EINVAL;
	}
	if (!err)
		err = check_kernel(p->kernel, hash);
	if (!err)
		err = get(r, "initrd", &p->system.out);
	if (!err)
		err = open_events(r, O_RDONLY);
	if (!err) {
		o->mem = r->mem;
		o->append = r->append;
	}
	free(host);
	free(hash);
	vm_buf_free(&setup);
	return err;
}

/* Everything that left the machine: the ring of one way still has it all. */
static char *hash_outcome(const struct ring *ring, const struct console *c)
{
	u64 head = ring->hdr->head < ring->bytes ? ring->hdr->head : ring->bytes;
	struct vm_hash h = { 0 };

	vm_hash_add(&h, ring->data, head);
	vm_hash_add(&h, c->text.data, c->text.bytes);
	return vm_asprintf(VM_HASH_FORMAT "\n", h.a, h.b);
}

/**
 * recording_keep_outcome() - end a recording
 * @r:		begun
 * @ring:	results of the machine, which has ended
 * @c:		its console
 *
 * Return: 0 or a negative errno, with a message.
 */
int recording_keep_outcome(const struct recording *r, const struct ring *ring,
			   const struct console *c)
{
	char *hash = hash_outcome(ring, c);
	int err = put(r, "outcome", hash, strlen(hash));

	free(hash);
	return err;
}

/**
 * recording_check_outcome() - did the replay do what was recorded?
 * @r:		loaded
 * @ring:	results of the machine, which has ended
 * @c:		its console
 *
 * Errors, each with a message:
 *   -EINVAL  it did something else
 * Return: 0 or a negative errno.
 */
int recording_check_outcome(const struct recording *r, const struct ring *ring,
			    const struct console *c)
{
	char *hash = hash_outcome(ring, c);
	struct vm_buf recorded = { 0 };
	int err = get(r, "outcome", &recorded);

	if (!err && strcmp(hash, recorded.data) != 0) {
		fprintf(stderr, "vm: the replay differs from the recording '%s'\n", r->dir);
		err = -EINVAL;
	}
	vm_buf_free(&recorded);
	free(hash);
	return err;
}

/**
 * recording_free() - free what a recording holds; its files stay
 * @r:	recording
 */
void recording_free(struct recording *r)
{
	if (r->events >= 0)
		close(r->events);
	free(r->append);
	free(r->mem);
	*r = (struct recording){ .events = -1 };
}
