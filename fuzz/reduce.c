// SPDX-License-Identifier: GPL-2.0-only
/*
 * NAME_reduce FUZZER INPUT TO: an input that fails, made small and plain, and its
 * program as text in TO.vgic.  FUZZER is run once for each candidate, which is its
 * argument and its standard input.
 *
 * What fails ends with another status than 0, and says why in one of the ways
 * below; a candidate has to say the same.
 *
 * Exit status: 0, 1 if the input does not fail, 2 if used wrongly, 99.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/input.h"
#include "lib/prog/alloc.h"

#define MAX_LOG (1u << 20)
#define MAX_SECONDS 60 /* of the processor: a candidate that needs more fails otherwise */

/* What comes before the reason, the most telling first. */
static const char *const reasons[] = { "finding: ", "does not hold: ", "SUMMARY: " };

struct job {
	const char *fuzzer;
	char try[PATH_MAX], log[PATH_MAX]; /* names of files */
	char reason[256];
	unsigned int runs;
};

static void __attribute__((noreturn)) give_up(const char *what, const char *path)
{
	fprintf(stderr, "reduce: cannot %s '%s': %s\n", what, path, strerror(errno));
	exit(99);
}

static void write_file(const char *path, const void *data, size_t bytes)
{
	FILE *f = fopen(path, "we");

	if (!f || fwrite(data, 1, bytes, f) != bytes || fclose(f))
		give_up("write", path);
}

static size_t read_file(const char *path, u8 **data)
{
	FILE *f = fopen(path, "re");
	size_t bytes;

	if (!f)
		give_up("read", path);
	*data = xcalloc(1, MAX_LOG + 1);
	bytes = fread(*data, 1, MAX_LOG, f);
	(void)fclose(f);
	return bytes;
}

static void __attribute__((noreturn)) become_fuzzer(const struct job *j)
{
	const struct rlimit limit = { MAX_SECONDS, MAX_SECONDS };
	int in = open(j->try, O_RDONLY);
	int out = open(j->log, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	setrlimit(RLIMIT_CPU, &limit);
	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(99);
	execl(j->fuzzer, j->fuzzer, j->try, (char *)NULL);
	_exit(99);
}

/* The first line that gives a reason, or what there is of one. */
static bool find_reason(const char *log, char *reason, size_t bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		const char *at = strstr(log, reasons[i]);

		if (!at)
			continue;
		at += strlen(reasons[i]);
		snprintf(reason, bytes, "%.*s", (int)strcspn(at, "\n"), at);
		return true;
	}
	return false;
}

static bool run(struct job *j, const struct input *in, char *reason, size_t bytes)
{
	int status;
	pid_t pid;
	u8 *log;
	bool fails;

	write_file(j->try, in->data, in->bytes);
	j->runs++;
	pid = fork();
	if (pid < 0)
		give_up("fork for", j->fuzzer);
	if (!pid)
		become_fuzzer(j);
	if (waitpid(pid, &status, 0) != pid)
		give_up("wait for", j->fuzzer);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return false;
	read_file(j->log, &log);
	fails = find_reason((const char *)log, reason, bytes);
	free(log);
	return fails;
}

static bool fails_alike(const struct input *in, void *context)
{
	struct job *j = context;
	char reason[sizeof(j->reason)];

	return run(j, in, reason, sizeof(reason)) && !strcmp(reason, j->reason);
}

static void write_program(const struct input *in, const char *to)
{
	char path[PATH_MAX], *text;
	struct prog p;

	snprintf(path, sizeof(path), "%s.vgic", to);
	input_decode(&fuzz_form, in, &p);
	text = prog_print(&p);
	write_file(path, text, strlen(text));
	printf("reduce: %zu operations are left: %s\n", p.nr_ops, path);
	free(text);
	prog_free(&p);
}

int main(int argc, char **argv)
{
	struct job j = { 0 };
	struct input in, best;
	u8 *data, *reduced;

	if (argc != 4) {
		fprintf(stderr, "usage: %s FUZZER INPUT TO\n", argv[0]);
		return 2;
	}
	j.fuzzer = argv[1];
	snprintf(j.try, sizeof(j.try), "%s.try", argv[3]);
	snprintf(j.log, sizeof(j.log), "%s.log", argv[3]);
	in.bytes = read_file(argv[2], &data);
	in.data = data;
	if (!run(&j, &in, j.reason, sizeof(j.reason))) {
		fprintf(stderr, "reduce: '%s' does not fail, or gives no reason\n", argv[2]);
		free(data);
		return 1;
	}
	printf("reduce: fails: %s\n", j.reason);
	write_file(argv[3], in.data, in.bytes);
	if (input_is_program(&fuzz_form, &in)) {
		best.bytes = input_reduce(&fuzz_form, &in, fails_alike, &j, &reduced);
		best.data = reduced;
		write_file(argv[3], best.data, best.bytes);
		write_program(&best, argv[3]);
		/* What is printed of it is of the reduced one. */
		run(&j, &best, j.reason, sizeof(j.reason));
		free(reduced);
	}
	unlink(j.try);
	free(data);
	return 0;
}
