// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of raw results, written and read.
 */
#include "harness/results.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ci/vm/util.h"
#include "lib/prog/alloc.h"

#define MAGIC "vgicheck results 1\n"
#define MAX_ERRNO 4095

/* Statuses but OP_FAILED, which is the name of its errno. */
static const char *const words[] = {
	[OP_DONE] = "done",	  [OP_NO_DEVICE] = "no-device", [OP_ABORT] = "abort",
	[OP_NO_LAST] = "no-last", [OP_NO_OBJECT] = "no-object", [OP_NOT_RUN] = "not-run",
};

/* Numbers of struct target_info that the model depends on. */
static const struct {
	const char *name;
	size_t at, bytes;
	u64 max;
} numbers[] = {
#define NUMBER(member, max)                                               \
	{                                                                 \
#member, offsetof(struct target_info, member),            \
			sizeof(((struct target_info *)NULL)->member), max \
	}
	NUMBER(gic, TARGET_GIC_QEMU),	NUMBER(version, VERSION_NO_END),
	NUMBER(is_qemu_virt, 1),	NUMBER(icc_ctlr, UINT64_MAX),
	NUMBER(sgis_without_active, 1), NUMBER(max_vcpus, UINT16_MAX),
	NUMBER(is_protected, 1),	NUMBER(is_trapped, 1),
#undef NUMBER
};

/* Both are little-endian, as all hosts that this is built for. */
static u64 number_get(const struct target_info *info, size_t i)
{
	u64 value = 0;

	memcpy(&value, (const char *)info + numbers[i].at, numbers[i].bytes);
	return value;
}

static void number_set(struct target_info *info, size_t i, u64 value)
{
	memcpy((char *)info + numbers[i].at, &value, numbers[i].bytes);
}

/**
 * results_hash() - a number for what a program does
 * @p: the program
 *
 * Return: the same for programs of the same text.
 */
u64 results_hash(const struct prog *p)
{
	char *text = prog_print(p);
	u64 hash = 0xcbf29ce484222325ULL;

	for (const char *c = text; *c; c++)
		hash = (hash ^ (u8)*c) * 0x100000001b3ULL;
	free(text);
	return hash;
}

/**
 * results_begin() - what stands before all programs of a file
 * @f: the file
 * @s: the session that performs them
 */
void results_begin(FILE *f, const struct session *s)
{
	fprintf(f, MAGIC "target %s\nkernel %s\n", s->target->name, s->info.kernel);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		fprintf(f, "%s %" PRIx64 "\n", numbers[i].name, number_get(&s->info, i));
}

/**
 * results_put() - append a program
 * @f:      the file
 * @p:      the program
 * @record: of results_print() or results_print_death()
 */
void results_put(FILE *f, const struct prog *p, const char *record)
{
	fprintf(f, "\nprogram %s %016" PRIx64 "\n%send\n", p->name, results_hash(p), record);
	fflush(f);
}

static void print_result(FILE *f, const struct op_result *res)
{
	const char *name =
		res->status == OP_FAILED ? strerrorname_np(res->err) : words[res->status];

	if (name)
		fputs(name, f);
	else
		fprintf(f, "E%d", res->err);
	for (unsigned int i = 0; op_returns_values(res->status) && i < res->nr_vals; i++)
		fprintf(f, " %" PRIx64, res->val[i]);
	putc('\n', f);
}

static FILE *open_text(char **text, size_t *bytes)
{
	FILE *f = open_memstream(text, bytes);

	if (f)
		return f;
	fputs("vgicheck: out of memory\n", stderr);
	exit(TAP_EXIT_HARNESS);
}

/* A line of a file: whatever ends lines must not be in it. */
static void print_line(FILE *f, const char *word, const char *text)
{
	fprintf(f, "%s %.*s\n", word, (int)strcspn(text, "\n"), text);
}

/**
 * results_print() - a program's results as a file has them
 * @p:       the program
 * @results: one for each operation
 * @log:     what the kernel told meanwhile, or an empty string
 *
 * Return: the text, for free().
 */
char *results_print(const struct prog *p, const struct op_result *results, const char *log)
{
	char *text = NULL;
	size_t bytes;
	FILE *f = open_text(&text, &bytes);

	for (size_t i = 0; i < p->nr_ops; i++)
		print_result(f, &results[i]);
	if (log[0])
		print_line(f, "log", log);
	fclose(f);
	return text;
}

/**
 * results_print_death() - what a file has of a program whose process ended
 * @reason: how
 *
 * Return: the text, for free().
 */
char *results_print_death(const char *reason)
{
	char *text = NULL;
	size_t bytes;
	FILE *f = open_text(&text, &bytes);

	print_line(f, "died", reason);
	fclose(f);
	return text;
}

/**
 * results_report() - append a program of a plan, unless it was skipped
 * @f:    the file
 * @plan: the plan
 * @i:    number of the program
 * @o:    how it ended, with a record if its process lived on
 */
void results_report(FILE *f, const struct plan *plan, size_t i, const struct outcome *o)
{
	struct prog_error err;
	char *record;
	struct prog p;

	if (o->status == TAP_SKIP || plan_load(plan, i, &p, &err))
		return;
	if (o->record)
		record = xstrndup(o->record, strlen(o->record));
	else
		record = results_print_death(o->reason ? o->reason : "for no reason");
	results_put(f, &p, record);
	free(record);
	prog_free(&p);
}

static bool parse_hex(const char *text, u64 *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 16);
	return *text && !*end && !errno;
}

/* Return: the line at @at, ended there; @at moves behind it.  NULL at the end. */
static char *next_line(char *text, size_t *at)
{
	char *line = text + *at;
	size_t len = strcspn(line, "\n");

	if (!line[len])
		return NULL;
	line[len] = '\0';
	*at += len + 1;
	return line;
}

static bool set_header(struct results_file *r, char *line)
{
	char *value = strchr(line, ' ');
	u64 number;

	if (!value)
		return false;
	*value++ = '\0';
	if (!strcmp(line, "target"))
		snprintf(r->target, sizeof(r->target), "%s", value);
	else if (!strcmp(line, "kernel"))
		snprintf(r->info.kernel, sizeof(r->info.kernel), "%s", value);
	if (!strcmp(line, "target") || !strcmp(line, "kernel"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(numbers[i].name, line) != 0)
			continue;
		if (!parse_hex(value, &number) || number > numbers[i].max)
			return false;
		number_set(&r->info, i, number);
		return true;
	}
	return false;
}

/* "program NAME HASH", and where the line after it is. */
static bool add_program(struct results_file *r, size_t *max, char *line, size_t at)
{
	char *name = line + strlen("program ");
	char *hash = strrchr(name, ' ');
	struct results_index *p;
	u64 number;

	if (strncmp(line, "program ", strlen("program ")) != 0 || !hash || hash <= name ||
	    !parse_hex(hash + 1, &number))
		return false;
	*hash = '\0';
	if (r->nr == *max) {
		*max = *max ? 2 * *max : 256;
		r->program = xrealloc(r->program, *max * sizeof(*r->program));
	}
	p = &r->program[r->nr++];
	*p = (struct results_index){ .name = name, .at = at, .hash = number };
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct results_index *)a)->name,
		      ((const struct results_index *)b)->name);
}

/* What a line is depends on those before it. */
enum part { PART_HEADER, PART_BETWEEN, PART_PROGRAM };

static bool scan_line(struct results_file *r, enum part *part, size_t *max, char *line, size_t at)
{
	switch (*part) {
	case PART_HEADER:
		if (!line[0])
			*part = PART_BETWEEN;
		return !line[0] || set_header(r, line);
	case PART_BETWEEN:
		*part = line[0] ? PART_PROGRAM : PART_BETWEEN;
		return !line[0] || add_program(r, max, line, at);
	case PART_PROGRAM:
		if (!strcmp(line, "end"))
			*part = PART_BETWEEN;
		return true;
	}
	return true;
}

/**
 * results_scan() - find the programs of a file
 * @r:     filled in, to be released by results_close()
 * @text:  of the file, terminated; @r owns it, also after a failure
 * @error: receives what is wrong
 * @bytes: of @error
 *
 * Return: 0 or -EINVAL.
 */
int results_scan(struct results_file *r, char *text, char *error, size_t bytes)
{
	size_t at = strlen(MAGIC), max = 0;
	enum part part = PART_HEADER;
	unsigned int nr = 1;
	char *line;

	*r = (struct results_file){ .text = text };
	if (strncmp(text, MAGIC, at) != 0) {
		snprintf(error, bytes, "is no file of results");
		return -EINVAL;
	}
	while ((line = next_line(text, &at))) {
		nr++;
		if (!scan_line(r, &part, &max, line, at)) {
			snprintf(error, bytes, "line %u is not understood: '%.80s'", nr, line);
			return -EINVAL;
		}
	}
	r->cut = part == PART_PROGRAM || text[at];
	/* Which may be that of the last program as well: its name is not to be trusted. */
	if (part == PART_PROGRAM)
		r->nr--;
	if (r->nr)
		qsort(r->program, r->nr, sizeof(*r->program), by_name);
	return 0;
}

/**
 * results_open() - read a file
 * @r:    filled in, to be released by results_close()
 * @path: of the file
 * @name: that messages have for it
 *
 * Return: 0, or a negative errno after a message.
 */
int results_open(struct results_file *r, const char *path, const char *name)
{
	struct vm_buf b = { 0 };
	char error[256];
	int ret = vm_read_file(path, &b);

	*r = (struct results_file){ 0 };
	if (ret) {
		fprintf(stderr, "vgicheck: cannot read '%s': %s\n", name, strerror(-ret));
		vm_buf_free(&b);
		return ret;
	}
	vm_buf_append(&b, "", 1);
	ret = results_scan(r, b.data, error, sizeof(error));
	if (ret)
		fprintf(stderr, "vgicheck: '%s' %s\n", name, error);
	else if (r->cut)
		fprintf(stderr, "vgicheck: '%s' ends within a program, which is left out\n", name);
	if (ret)
		results_close(r);
	return ret;
}

/**
 * results_find() - look a program up
 * @r:    the file
 * @name: of the program
 *
 * Return: where it is, or NULL.
 */
const struct results_index *results_find(const struct results_file *r, const char *name)
{
	const struct results_index key = { .name = name };

	if (!r->nr)
		return NULL;
	return bsearch(&key, r->program, r->nr, sizeof(*r->program), by_name);
}

static bool parse_status(const char *word, struct op_result *res)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		res->status = (enum op_status)i;
		if (words[i] && !strcmp(words[i], word))
			return true;
	}
	res->status = OP_FAILED;
	for (res->err = 1; res->err <= MAX_ERRNO; res->err++) {
		const char *name = strerrorname_np(res->err);

		if (name && !strcmp(name, word))
			return true;
	}
	res->err = word[0] == 'E' ? atoi(word + 1) : 0;
	return res->err > 0;
}

static bool parse_result(const char *line, struct op_result *res)
{
	char *text = xstrndup(line, strlen(line));
	char *save, *word = strtok_r(text, " ", &save);
	bool ok;

	*res = (struct op_result){ 0 };
	ok = word && parse_status(word, res);
	while (ok && (word = strtok_r(NULL, " ", &save)))
		ok = res->nr_vals < OP_MAX_VALS && parse_hex(word, &res->val[res->nr_vals++]);
	free(text);
	return ok;
}

/* A line of a program.  Return: false if it is none. */
static bool read_line(struct record *rec, size_t *max, const char *line)
{
	if (!strncmp(line, "log ", 4)) {
		rec->log = xstrndup(line + 4, strlen(line + 4));
		return true;
	}
	if (!strncmp(line, "died ", 5)) {
		rec->died = xstrndup(line + 5, strlen(line + 5));
		return true;
	}
	if (rec->nr == *max) {
		*max = *max ? 2 * *max : 64;
		rec->result = xrealloc(rec->result, *max * sizeof(*rec->result));
	}
	return parse_result(line, &rec->result[rec->nr++]);
}

/**
 * results_read() - the results of a program
 * @r:       the file
 * @program: one of it
 * @rec:     filled in, to be released by record_free()
 *
 * Return: 0, or -EINVAL after a message.
 */
int results_read(const struct results_file *r, const struct results_index *program,
		 struct record *rec)
{
	const char *line = r->text + program->at;
	size_t max = 0;

	*rec = (struct record){ 0 };
	for (; strcmp(line, "end") != 0; line += strlen(line) + 1) {
		if (read_line(rec, &max, line))
			continue;
		fprintf(stderr, "vgicheck: results of %s: '%.80s' is not understood\n",
			program->name, line);
		record_free(rec);
		return -EINVAL;
	}
	return 0;
}

/**
 * record_free() - release the results of a program
 * @rec: read, or all zero
 */
void record_free(struct record *rec)
{
	free(rec->result);
	free(rec->log);
	free(rec->died);
	*rec = (struct record){ 0 };
}

/**
 * results_close() - release a file
 * @r: the file
 */
void results_close(struct results_file *r)
{
	free(r->program);
	free(r->text);
	*r = (struct results_file){ 0 };
}
