// SPDX-License-Identifier: GPL-2.0-only
/*
 * Performs the program that some bytes stand for on the library that this process
 * is linked with, and judges it.  What no entry knows is a finding: the first of
 * each kind is reduced and written as a program, and fuzzing goes on.  What a
 * sanitizer finds ends the process, as a kernel that panics would.
 *
 * Environment: VGICHECK_HOSTED, options of the host (lr=1,trap=1);
 * VGICHECK_FINDINGS, the folder for findings; VGICHECK_CORPORA.
 */
#include "fuzz/hosted_fuzz.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/judge/session.h"
#include "lib/judge/signature.h"
#include "lib/prog/alloc.h"
#include "lib/prog/reduce.h"
#include "lib/target/hosted/abi.h"

#define TEXT_BYTES 8192
#define PATH_BYTES 1024
#define LOG_BYTES 160
#define MAX_CANDIDATES 3000 /* of a reduction, so that none takes up the run */

/* The library that the fuzzer is linked with, so that its edges are counted. */
extern const struct hosted_kernel hosted_kernel;

static struct {
	struct session session;
	struct model *model;
	struct op_result results[HOSTED_FUZZ_MAX_OPS];
	const char *folder;
	char target[PATH_BYTES];
} f;

static const char *setting(const char *name, const char *usual)
{
	const char *value = getenv(name);

	return value && *value ? value : usual;
}

/**
 * hosted_fuzz_open() - get ready
 *
 * Return: 0, or -1 after a message.
 */
int hosted_fuzz_open(void)
{
	const char *host = setting("VGICHECK_HOSTED", "");
	Dl_info info;
	char error[PATH_BYTES];

	/* Of its code: the linker may copy its data into the program. */
	if (!dladdr((const void *)hosted_kernel.create_vm, &info))
		return -1;
	/* A path is told from a name by its slash. */
	snprintf(f.target, sizeof(f.target), "hosted:%s%s%s%s",
		 strchr(info.dli_fname, '/') ? "" : "./", info.dli_fname, *host ? "," : "", host);
	f.folder = setting("VGICHECK_FINDINGS", "findings");
	if (session_open(&f.session, f.target, setting("VGICHECK_CORPORA", "corpora"), error,
			 sizeof(error))) {
		fprintf(stderr, "fuzz: %s\n", error);
		return -1;
	}
	f.model = model_create();
	if (mkdir(f.folder, 0755) && errno != EEXIST) {
		fprintf(stderr, "fuzz: cannot create '%s': %s\n", f.folder, strerror(errno));
		return -1;
	}
	return f.model ? 0 : -1;
}

/* Return: whether @p was performed; @v has what came of it. */
static bool perform(const struct prog *p, struct verdict *v)
{
	struct judge j = session_judge(&f.session, f.model);
	char log[LOG_BYTES] = "";

	if (p->nr_ops > HOSTED_FUZZ_MAX_OPS ||
	    !target_can_run(f.session.target, &f.session.info, p, log, sizeof(log)) ||
	    session_is_hazard(&f.session, f.model, p, log, sizeof(log)))
		return false;
	f.session.target->run(p, f.results);
	judge_prog(&j, p, f.results, v);
	if (f.session.target->trouble(getpid(), log, sizeof(log)))
		judge_kernel_log(&j, p, f.results, log, v);
	return true;
}

/* Return: the first difference that no entry knows, or NULL. */
static const struct judge_diff *unknown_diff(const struct verdict *v)
{
	for (size_t i = 0; i < v->nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
		if (!v->diff[i].known)
			return &v->diff[i];
	}
	return NULL;
}

static struct prog copy_of(const struct prog *p)
{
	struct prog copy;

	prog_init(&copy, p->gic, p->ipa_bits);
	for (size_t i = 0; i < p->nr_ops; i++)
		*prog_add(&copy, p->op[i].id) = p->op[i];
	return copy;
}

/* A program with which it still shows, and nothing that it does not need. */
static struct prog reduce(const struct prog *p, const struct signature *sig)
{
	struct reducer *r = reducer_create(p);
	struct prog best;

	for (unsigned int n = 0; n < MAX_CANDIDATES && !reducer_is_done(r); n++) {
		const struct prog *candidate;
		struct verdict v;
		u64 ticket;

		candidate = reducer_propose(r, &ticket);
		if (!candidate)
			break;
		reducer_answer(r, ticket,
			       perform(candidate, &v) && signature_find(sig, candidate, &v));
	}
	best = copy_of(reducer_best(r));
	reducer_destroy(r);
	return best;
}

static void write_finding(const char *path, const struct prog *p)
{
	char text[TEXT_BYTES] = "";
	struct verdict v = { 0 };
	char *program = prog_print(p);
	FILE *out = fopen(path, "wxe");

	perform(p, &v);
	judge_explain(p, &v, text, sizeof(text));
	if (!out) {
		fprintf(stderr, "fuzz: cannot create '%s': %s\n", path, strerror(errno));
	} else {
		fprintf(out, "# Found by fuzzing %s of kernel %s.\n", f.target,
			f.session.info.kernel);
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			fprintf(out, "#%s%s\n", *line == '#' ? "" : " ",
				*line == '#' ? line + 1 : line);
		fputs(program, out);
		fclose(out);
		fprintf(stderr, "finding: %s\n", path);
	}
	free(program);
}

/* The first of its kind is reduced; that its file is there says so to later processes. */
static void take_finding(const struct prog *p, const struct judge_diff *d)
{
	char name[SIGNATURE_NAME_BYTES], path[PATH_BYTES];
	struct signature sig;
	struct prog small;

	signature_of_diff(p, d, &sig);
	signature_name(&sig, name, sizeof(name));
	snprintf(path, sizeof(path), "%s/%s.vgic", f.folder, name);
	if (!access(path, F_OK))
		return;
	small = reduce(p, &sig);
	write_finding(path, &small);
	prog_free(&small);
}

/**
 * hosted_fuzz() - one input
 * @data:  a program
 * @bytes: of @data
 */
void hosted_fuzz(const u8 *data, size_t bytes)
{
	const struct judge_diff *d;
	struct verdict v = { 0 };
	struct prog p;

	prog_decode(&p, data, bytes);
	d = perform(&p, &v) ? unknown_diff(&v) : NULL;
	if (d)
		take_finding(&p, d);
	prog_free(&p);
}
