// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes into the machine and what comes back. Arguments that name files of
 * the host are rewritten to their places in the machine; names of result files
 * are remembered so that the results land where the user said.
 */
#include "ci/vm/plan.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ci/vm/modules.h"

#ifndef VGICHECK_SRCDIR
#define VGICHECK_SRCDIR "."
#endif

/* What the value of an option is. */
enum value_kind {
	VALUE_INPUT, /* a file or directory to take along, if there is one */
	VALUE_TEXT, /* never a path, whatever files the host has */
	VALUE_RESULT, /* a file that the command writes */
	VALUE_DIR, /* the directory for all its other results */
};

/* Options whose value is not an input; any other word may name a file. */
static const struct {
	const char *name;
	enum value_kind kind;
} option_values[] = {
	{ "--commands", VALUE_TEXT }, { "--count", VALUE_TEXT },     { "--filter", VALUE_TEXT },
	{ "--jobs", VALUE_TEXT },     { "--json", VALUE_RESULT },    { "--junit", VALUE_RESULT },
	{ "--out", VALUE_DIR },	      { "--results", VALUE_RESULT }, { "--save", VALUE_RESULT },
	{ "--seed", VALUE_TEXT },     { "--target", VALUE_TEXT },    { "--timeout", VALUE_TEXT },
};

static int harness_error(const char *what, const char *name, const char *why)
{
	fprintf(stderr, "vm: %s '%s': %s\n", what, name, why);
	return -ENOENT;
}

static enum value_kind value_kind(const char *option, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_values); i++) {
		const char *name = option_values[i].name;

		if (strlen(name) == len && !strncmp(name, option, len))
			return option_values[i].kind;
	}
	return VALUE_INPUT;
}

/* A version, as opposed to a path: digits and dots only. */
static bool is_version(const char *s)
{
	return s[strspn(s, "0123456789.")] == '\0';
}

/* QEMU boots an arm64 Image, plain or compressed by gzip, and nothing else. */
static int check_image(const char *path)
{
	unsigned char head[64] = { 0 };
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f)
		return harness_error("cannot open kernel", path, strerror(errno));
	n = fread(head, 1, sizeof(head), f);
	fclose(f);
	if (head[0] == 0x1f && head[1] == 0x8b)
		return 0;
	if (n == sizeof(head) && !memcmp(head + 56, "ARM\x64", 4))
		return 0;
	if (!memcmp(head + 4, "zimg", 4))
		return harness_error("cannot boot kernel", path,
				     "an EFI zboot image; give the plain arch/arm64/boot/Image");
	return harness_error("cannot boot kernel", path, "not an arm64 Image");
}

static int find_kernel(struct vm_plan *p, const char *kernel)
{
	if (!is_version(kernel) || vm_is_file(kernel)) {
		p->kernel = vm_asprintf("%s", kernel);
		return check_image(p->kernel);
	}
	p->kernel = vm_cache_path("kernel/%s/Image", kernel);
	if (vm_is_file(p->kernel))
		return check_image(p->kernel);
	fprintf(stderr, "vm: no kernel %s at '%s'; 'make kernel KERNEL=%s' fetches it\n", kernel,
		p->kernel, kernel);
	return -ENOENT;
}

/* The static arm64 build stands beside the running one, in arm64/. */
static int add_harness(struct cpio *c)
{
	char exe[PATH_MAX] = "";
	char *path;
	int err;

	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0)
		return harness_error("cannot find", "/proc/self/exe", strerror(errno));
	path = vm_asprintf("%.*s/arm64/vgicheck", (int)(vm_basename(exe) - exe - 1), exe);
#ifdef __aarch64__
	if (!vm_is_file(path)) {
		free(path);
		path = vm_asprintf("%s", exe);
	}
#endif
	err = cpio_add_file(c, "init", 0755, path);
	if (err)
		err = harness_error("cannot read the arm64 build", path, "run 'make'");
	free(path);
	cpio_add_symlink(c, PLAN_HARNESS, "init");
	return err;
}

/* Those that ci/kernel/modules.sh put beside the image, for a host with devices. */
static int add_modules(struct cpio *c, const char *kernel, const struct vm_host *host)
{
	char *dir = vm_asprintf("%.*s/modules", (int)(vm_basename(kernel) - kernel), kernel);
	int err = 0;

	if (host && host->nr_edu && vm_is_dir(dir))
		err = cpio_add_tree(c, MODULES_DIR + 1, dir);
	if (err)
		err = harness_error("cannot read", dir, strerror(-err));
	free(dir);
	return err;
}

static int add_corpora(struct cpio *c)
{
	const char *dir = vm_is_dir("corpora") ? "corpora" : VGICHECK_SRCDIR "/corpora";
	int err;

	if (!vm_is_dir(dir))
		return 0;
	err = cpio_add_tree(c, "corpora", dir);
	if (err)
		return harness_error("cannot read", dir, strerror(-err));
	return 0;
}

/* Takes @path along and gives its place in the machine in *@inner. */
static int add_input(struct vm_plan *p, const char *path, char **inner)
{
	char real[PATH_MAX];
	u32 n = p->inputs.nr_entries;
	char *dir = vm_asprintf("in/%u", n);
	char *place;
	int err;

	if (!realpath(path, real)) {
		free(dir);
		return harness_error("cannot read", path, strerror(errno));
	}
	cpio_add_dir(&p->inputs, dir);
	place = vm_asprintf("%s/%s", dir, vm_basename(real));
	err = cpio_add_tree(&p->inputs, place, real);
	if (err)
		err = harness_error("cannot read", path, strerror(-err));
	*inner = vm_asprintf("/%s", place);
	/* So that messages from inside can name it as it was typed. */
	vm_strv_add(&p->env, "VGICHECK_IN_%u=%s", n, path);
	free(place);
	free(dir);
	return err;
}

static char *add_result(struct vm_plan *p, const char *path)
{
	vm_strv_add(&p->inner, "@%zu-%s", p->inner.nr, vm_basename(path));
	vm_strv_add(&p->outer, "%s", path);
	return vm_asprintf(PLAN_OUT "/%s", p->inner.v[p->inner.nr - 1]);
}

/* One value as the machine sees it, in *@inner, to be freed. */
static int map_value(struct vm_plan *p, enum value_kind kind, const char *value, char **inner)
{
	switch (kind) {
	case VALUE_RESULT:
		*inner = add_result(p, value);
		return 0;
	case VALUE_DIR:
		free(p->out);
		p->out = vm_asprintf("%s", value);
		*inner = vm_asprintf(PLAN_OUT);
		return 0;
	case VALUE_INPUT:
		if (vm_is_file(value) || vm_is_dir(value))
			return add_input(p, value, inner);
		break;
	case VALUE_TEXT:
		break;
	}
	*inner = vm_asprintf("%s", value);
	return 0;
}

static int map_args(struct vm_plan *p, char **args)
{
	enum value_kind next = VALUE_INPUT;

	for (; *args; args++) {
		const char *arg = *args;
		const char *eq = strncmp(arg, "--", 2) ? NULL : strchr(arg, '=');
		enum value_kind kind = next;
		char *inner = NULL;
		int err;

		next = VALUE_INPUT;
		if (eq)
			kind = value_kind(arg, (size_t)(eq - arg));
		else if (arg[0] == '-')
			next = value_kind(arg, strlen(arg));
		err = map_value(p, kind, eq ? eq + 1 : arg, &inner);
		if (!err && eq)
			vm_strv_add(&p->args, "%.*s%s", (int)(eq + 1 - arg), arg, inner);
		else if (!err)
			vm_strv_add(&p->args, "%s", inner);
		free(inner);
		if (err)
			return err;
	}
	return 0;
}

static int add_command(struct vm_plan *p, const char *command)
{
	char *place;
	int err;

	p->own_harness = !strchr(command, '/');
	if (p->own_harness) {
		vm_strv_add(&p->args, PLAN_HARNESS);
		vm_strv_add(&p->args, "%s", command);
		return 0;
	}
	place = vm_asprintf("cmd/%s", vm_basename(command));
	cpio_add_dir(&p->inputs, "cmd");
	err = cpio_add_file(&p->inputs, place, 0755, command);
	if (err)
		err = harness_error("cannot read", command, strerror(-err));
	vm_strv_add(&p->args, "/%s", place);
	free(place);
	return err;
}

/*
 * The arguments file: settings, an empty string, then the arguments, each with its NUL.
 * With @again the command is told that it has been at work before.
 */
static void add_args_file(const struct vm_plan *p, struct cpio *c, bool again)
{
	static const char resume[] = "VGICHECK_RESUME=1";
	struct vm_buf b = { 0 };

	for (size_t i = 0; i < p->env.nr; i++)
		vm_buf_append(&b, p->env.v[i], strlen(p->env.v[i]) + 1);
	if (again)
		vm_buf_append(&b, resume, sizeof(resume));
	vm_buf_append(&b, "", 1);
	for (size_t i = 0; i < p->args.nr; i++)
		vm_buf_append(&b, p->args.v[i], strlen(p->args.v[i]) + 1);
	cpio_add_bytes(c, PLAN_ARGS, 0644, b.data, b.bytes);
	vm_buf_free(&b);
}

/* A directory may come more than once: only the first makes it. */
static void add_dirs_to(struct cpio *c, const char *path)
{
	char *p = vm_asprintf("%s", path);

	for (char *s = strchr(p, '/'); s; s = strchr(s + 1, '/')) {
		*s = '\0';
		cpio_add_dir(c, p);
		*s = '/';
	}
	free(p);
}

/* Puts @name, a name below PLAN_OUT, where the command had it; a file that is gone is left out. */
static void put_back(const struct vm_plan *p, struct cpio *c, const char *name)
{
	char *host = vm_plan_host_path(p, name);
	char *place = vm_asprintf("%s/%s", PLAN_OUT + 1, name);

	if (host && vm_is_file(host)) {
		add_dirs_to(c, place);
		if (cpio_add_file(c, place, 0644, host))
			fprintf(stderr, "vm: cannot put back '%s'\n", host);
	}
	free(place);
	free(host);
}

/**
 * vm_plan_start() - the archive of one start of the machine, beside @p->system
 * @p:		plan
 * @back:	names below PLAN_OUT of files that the host has and the command gets back
 * @again:	it is not the first start
 * @b:		empty; filled with the archive
 */
void vm_plan_start(const struct vm_plan *p, const struct vm_strv *back, bool again,
		   struct vm_buf *b)
{
	struct cpio c = { .nr_entries = p->inputs.nr_entries };

	vm_buf_append(&c.out, p->inputs.out.data, p->inputs.out.bytes);
	for (size_t i = 0; i < back->nr; i++)
		put_back(p, &c, back->v[i]);
	add_args_file(p, &c, again);
	cpio_finish(&c);
	*b = c.out;
}

static void add_env(struct vm_plan *p, const struct vm_options *o)
{
	vm_strv_add(&p->env, "PATH=/:/cmd");
	vm_strv_add(&p->env, "HOME=/tmp");
	vm_strv_add(&p->env, "VGICHECK_OUT=" PLAN_OUT);
	vm_strv_add(&p->env, "VGICHECK_OUT_NAME=%s", p->out);
	/* What is recorded may be debugged when it is replayed. */
	if (o->gdb_port || o->record)
		vm_strv_add(&p->env, "VGICHECK_NAME_OPS=1");
	if (o->host_name)
		vm_strv_add(&p->env, VM_HOST_ENV "=%s", o->host_name);
	if (o->parallel)
		vm_strv_add(&p->env, VM_KEEP_ENV "=1");
	if (isatty(STDERR_FILENO))
		vm_strv_add(&p->env, "VGICHECK_TTY=1");
}

/* A run of hours must not find at its end that its results have no place. */
static int check_results(const struct vm_plan *p)
{
	char *log = vm_asprintf("%s/console.log", p->out);
	bool is_new = !vm_is_dir(p->out);
	int err = vm_check_writable(log);

	free(log);
	if (is_new)
		rmdir(p->out);
	if (err)
		return harness_error("cannot write to", p->out, strerror(-err));
	for (size_t i = 0; i < p->outer.nr; i++) {
		err = vm_check_writable(p->outer.v[i]);
		if (err)
			return harness_error("cannot write", p->outer.v[i], strerror(-err));
	}
	return 0;
}

/**
 * vm_plan_make() - decide what the machine boots with
 * @p:	zero-initialised; filled in
 * @o:	what the user asked for
 *
 * Errors, each with a message:
 *   -ENOENT  the kernel, the arm64 build or an input cannot be read, or a
 *            result cannot be written
 * Return: 0 or a negative error.
 */
int vm_plan_make(struct vm_plan *p, const struct vm_options *o)
{
	static const char *const dirs[] = { "dev", "in", "out", "proc", "sys", "tmp" };
	int err;

	p->out = vm_asprintf("%s", o->out);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		cpio_add_dir(&p->system, dirs[i]);
	cpio_add_char_device(&p->system, "dev/console", 5, 1);
	err = find_kernel(p, o->kernel);
	if (!err)
		err = add_harness(&p->system);
	if (!err)
		err = add_modules(&p->system, p->kernel, o->host);
	if (!err)
		err = add_corpora(&p->inputs);
	if (!err)
		err = add_command(p, o->cmd[0]);
	if (!err)
		err = map_args(p, o->cmd + 1);
	if (!err)
		err = check_results(p);
	if (err)
		return err;
	add_env(p, o);
	cpio_finish(&p->system);
	return 0;
}

/**
 * vm_plan_host_path() - where a file of the machine goes
 * @p:		plan
 * @inner:	its path below PLAN_OUT, from the machine: any string
 *
 * Return: a path to free(), or NULL if @inner leads out of the directory.
 */
char *vm_plan_host_path(const struct vm_plan *p, const char *inner)
{
	for (size_t i = 0; i < p->inner.nr; i++) {
		if (!strcmp(p->inner.v[i], inner))
			return vm_asprintf("%s", p->outer.v[i]);
	}
	if (!*inner || *inner == '/' || strstr(inner, ".."))
		return NULL;
	return vm_asprintf("%s/%s", p->out, inner);
}

/**
 * vm_plan_free() - free what a plan holds
 * @p:	plan, or zero-initialised
 */
void vm_plan_free(struct vm_plan *p)
{
	free(p->kernel);
	free(p->out);
	vm_strv_free(&p->args);
	vm_strv_free(&p->env);
	vm_buf_free(&p->system.out);
	vm_buf_free(&p->inputs.out);
	vm_strv_free(&p->inner);
	vm_strv_free(&p->outer);
	*p = (struct vm_plan){ 0 };
}
