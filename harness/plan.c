// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which programs a run is made of: the files of corpora, and suites whole or
 * sampled.
 */
#include "harness/harness.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/prog/alloc.h"

static const char *const groups[] = { "scenarios", "regress" };

static struct item *plan_add(struct plan *plan)
{
	if (plan->nr == plan->max) {
		plan->max = plan->max ? 2 * plan->max : 256;
		plan->item = xrealloc(plan->item, plan->max * sizeof(*plan->item));
	}
	plan->item[plan->nr] = (struct item){ 0 };
	return &plan->item[plan->nr++];
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/**
 * plan_name() - the name of a program
 * @plan:  the plan
 * @i:     below its nr
 * @buf:   receives the name, terminated
 * @bytes: of @buf
 */
void plan_name(const struct plan *plan, size_t i, char *buf, size_t bytes)
{
	const struct item *it = &plan->item[i];
	const char *base;
	size_t len;

	if (it->suite) {
		suite_name(it->suite, it->index, plan->seed, buf, bytes);
		return;
	}
	base = base_name(it->path);
	len = strlen(base);
	if (len > 5 && !strcmp(base + len - 5, ".vgic"))
		len -= 5;
	snprintf(buf, bytes, "%s%s%.*s", it->group ? it->group : "", it->group ? "/" : "", (int)len,
		 base);
}

/**
 * plan_load() - the program itself
 * @plan: the plan
 * @i:    below its nr
 * @p:    filled in, to be released by prog_free() after success
 * @err:  says what is wrong with a file, after a failure
 *
 * Return: 0, or a negative errno.
 */
int plan_load(const struct plan *plan, size_t i, struct prog *p, struct prog_error *err)
{
	const struct item *it = &plan->item[i];
	int ret;

	if (it->suite) {
		suite_make(it->suite, it->index, plan->seed, p);
		return 0;
	}
	ret = prog_load(p, it->path, err);
	if (!ret)
		plan_name(plan, i, p->name, sizeof(p->name));
	return ret;
}

/*
 * A path as it was typed: the QEMU machine has what was typed under another
 * name, and says so in the environment.
 */
static const char *typed_path(const char *path)
{
	char name[32];
	const char *typed = NULL;
	unsigned int n;

	if (sscanf(path, "/in/%u/", &n) == 1) {
		snprintf(name, sizeof(name), "VGICHECK_IN_%u", n);
		typed = getenv(name);
	}
	return typed ? typed : path;
}

/**
 * program_load() - read a program file
 * @p:    filled in, to be released by prog_free()
 * @path: the file
 *
 * Return: 0, or a negative errno after a message.
 */
int program_load(struct prog *p, const char *path)
{
	const char *shown = typed_path(path);
	struct prog_error err;
	int ret = prog_load(p, path, &err);

	if (ret && err.line)
		fprintf(stderr, "vgicheck: %s:%u:%u: %s\n", shown, err.line, err.column, err.text);
	else if (ret)
		fprintf(stderr, "vgicheck: %s: %s\n", shown, err.text);
	return ret;
}

/**
 * programs_check() - are these program files?
 * @paths: ended by NULL
 *
 * So that a malformed one is reported before anything runs.
 *
 * Return: 0, or a negative errno after a message.
 */
int programs_check(char *const *paths)
{
	int ret = 0;

	for (; *paths && !ret; paths++) {
		struct prog p;

		ret = program_load(&p, *paths);
		if (!ret)
			prog_free(&p);
	}
	return ret;
}

/**
 * plan_add_file() - append a program file
 * @plan:  the plan
 * @group: what names it beside its own name, or NULL
 * @path:  to load
 *
 * The file is read now, so that a malformed one is reported before anything
 * runs.
 *
 * Return: 0, or a negative errno after a message.
 */
int plan_add_file(struct plan *plan, const char *group, const char *path)
{
	struct item *it;
	struct prog p;
	int ret = program_load(&p, path);

	if (ret)
		return ret;
	prog_free(&p);
	it = plan_add(plan);
	it->path = xstrndup(path, strlen(path));
	it->group = group ? xstrndup(group, strlen(group)) : NULL;
	return 0;
}

static int is_program_file(const struct dirent *d)
{
	return !fnmatch("*.vgic", d->d_name, 0);
}

static int add_folder(struct plan *plan, const char *group, const char *dir)
{
	char path[2 * HARNESS_PATH_BYTES];
	struct dirent **names;
	int n = scandir(dir, &names, is_program_file, alphasort), ret = 0;

	if (n < 0) {
		int err = errno;

		fprintf(stderr, "vgicheck: cannot read '%s': %s\n", dir, strerror(err));
		return -err;
	}
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		if (!ret)
			ret = plan_add_file(plan, group, path);
		free(names[i]);
	}
	free(names);
	return ret;
}

/**
 * plan_add_path() - append a program file, or those of a folder
 * @plan: the plan
 * @path: of either
 *
 * Return: 0, or a negative errno after a message.
 */
int plan_add_path(struct plan *plan, const char *path)
{
	size_t len = strlen(path);
	struct stat st;
	char *dir;
	int ret;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return plan_add_file(plan, NULL, path);
	while (len > 1 && path[len - 1] == '/')
		len--;
	dir = xstrndup(path, len);
	ret = add_folder(plan, base_name(dir), dir);
	free(dir);
	return ret;
}

/**
 * plan_add_suite() - append a suite, whole or sampled as options say
 * @plan: the plan
 * @o:    the options
 * @s:    the suite
 */
void plan_add_suite(struct plan *plan, const struct options *o, const struct suite *s)
{
	u64 whole = suite_count(s);
	bool in_order = s->count && (o->all || o->filter);
	u64 nr = in_order || o->count > whole ? whole : o->count;

	/* A suite without end has no whole: of it, the sample is all there is. */
	if (!s->count)
		nr = o->count;
	for (u64 i = 0; i < nr; i++) {
		struct item *it = plan_add(plan);

		it->suite = s;
		it->index = in_order ? i : suite_sample(s, o->seed, i);
	}
}

static void keep_matching(struct plan *plan, const char *filter)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->nr; i++) {
		char name[PROG_NAME_BYTES];

		plan_name(plan, i, name, sizeof(name));
		if (!fnmatch(filter, name, 0)) {
			plan->item[kept++] = plan->item[i];
		} else {
			free(plan->item[i].path);
			free(plan->item[i].group);
		}
	}
	plan->nr = kept;
}

/**
 * plan_make() - the programs that options ask for
 * @plan: filled in, to be released by plan_free()
 * @o:    the options
 *
 * Return: 0, or a negative errno after a message.
 */
int plan_make(struct plan *plan, const struct options *o)
{
	const struct suite *s;

	*plan = (struct plan){ .seed = o->seed };
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		char dir[HARNESS_PATH_BYTES];
		int ret;

		snprintf(dir, sizeof(dir), "%s/%s", o->corpora, groups[i]);
		ret = add_folder(plan, groups[i], dir);
		if (ret)
			return ret;
	}
	for (unsigned int i = 0; (s = suite_by_number(i)); i++) {
		struct options few = *o;

		if (s->heavy && !o->filter)
			few.count /= s->heavy;
		if (o->filter || !s->on_request)
			plan_add_suite(plan, &few, s);
	}
	if (o->filter)
		keep_matching(plan, o->filter);
	if (plan->nr)
		return 0;
	fprintf(stderr, "vgicheck: no program's name matches '%s'\n", o->filter ? o->filter : "*");
	return -ENOENT;
}

/**
 * plan_add_matching() - append the programs that options ask for
 * @plan: the plan, of the same seed
 * @o:    the options, with a filter
 *
 * Return: 0, or a negative errno after a message.
 */
int plan_add_matching(struct plan *plan, const struct options *o)
{
	struct plan more;
	int ret = plan_make(&more, o);

	for (size_t i = 0; i < more.nr && !ret; i++) {
		*plan_add(plan) = more.item[i];
		more.item[i] = (struct item){ 0 };
	}
	plan_free(&more);
	return ret;
}

/* "gicv3-random/0x1-27" or "region-orders/000012" */
static bool make_by_name(const char *name, struct prog *p)
{
	size_t len = strcspn(name, "/");
	const struct suite *s;
	u64 seed = 0, index;
	int end = -1;

	for (unsigned int i = 0; (s = suite_by_number(i)); i++) {
		if (strlen(s->name) == len && !strncmp(s->name, name, len))
			break;
	}
	if (!s || !name[len])
		return false;
	if (s->seeded)
		sscanf(name + len, "/0x%" SCNx64 "-%" SCNu64 "%n", &seed, &index, &end);
	else
		sscanf(name + len, "/%" SCNu64 "%n", &index, &end);
	if (end < 0 || name[len + (size_t)end] || index >= suite_count(s))
		return false;
	suite_make(s, index, seed, p);
	return true;
}

/**
 * program_by_name() - the program that plan_name() names
 * @o:    the options, which say where corpora are
 * @name: of a suite's program or one of corpora
 * @p:    filled in, to be released by prog_free() after success
 *
 * Return: 0, or -ENOENT without a message.
 */
int program_by_name(const struct options *o, const char *name, struct prog *p)
{
	char path[HARNESS_PATH_BYTES];
	struct prog_error err;

	if (make_by_name(name, p))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		size_t len = strlen(groups[i]);

		if (strncmp(name, groups[i], len) != 0 || name[len] != '/' ||
		    strchr(name + len + 1, '/'))
			continue;
		snprintf(path, sizeof(path), "%s/%s.vgic", o->corpora, name);
		if (prog_load(p, path, &err))
			continue;
		snprintf(p->name, sizeof(p->name), "%s", name);
		return 0;
	}
	return -ENOENT;
}

/**
 * plan_free() - release a plan
 * @plan: made, or all zero
 */
void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->nr; i++) {
		free(plan->item[i].path);
		free(plan->item[i].group);
	}
	free(plan->item);
	*plan = (struct plan){ 0 };
}
