// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck replay`: runs program files and prints, for each operation, what
 * came and what was allowed by which rule.
 */
#include "harness/harness.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/prog/alloc.h"

static const char usage[] =
	"usage: vgicheck replay [--strict] [--target NAME] [--corpora DIR] FILE...\n"
	"\n"
	"Runs program files and prints each operation with what came and what was allowed.\n"
	"Exit status as of `vgicheck run`.\n";

#define LINE_BYTES 512

static void print_seen(const struct op_result *res, const struct expect *want)
{
	char text[LINE_BYTES];

	if (res->status == OP_FAILED)
		printf("    got      %s\n", strerrorname_np(res->err));
	else
		printf("    got      %s\n", op_status_name(res->status));
	for (unsigned int i = 0; i < res->nr_vals; i++) {
		int reg = i < want->nr_vals ? want->val[i].reg : -1;

		if (reg >= 0)
			reg_print((enum reg_id)reg, res->val[i], judge_shown_bits(&want->val[i]),
				  text, sizeof(text));
		else
			snprintf(text, sizeof(text), "0x%" PRIx64, res->val[i]);
		printf("             %s\n", text);
	}
}

/* Each rule once, however many values come from it. */
static void print_rule(enum rule_id rule, bool printed[NR_RULES])
{
	if (!printed[rule])
		printf("    rule     %s\n", rule_desc(rule)->name);
	printed[rule] = true;
}

static void print_allowed(const struct expect *want)
{
	bool printed[NR_RULES] = { false };
	char text[LINE_BYTES];

	judge_print_alts(want, text, sizeof(text));
	printf("    allowed  %s\n", text);
	for (unsigned int i = 0; i < want->nr_vals; i++) {
		judge_print_val(&want->val[i], text, sizeof(text));
		printf("             %s\n", text);
	}
	for (unsigned int i = 0; i < want->nr_alts; i++)
		print_rule(want->alt[i].rule, printed);
	for (unsigned int i = 0; i < want->nr_vals; i++) {
		for (unsigned int k = 0; k < want->val[i].nr_parts; k++)
			print_rule(want->val[i].part[k].rule, printed);
	}
}

/* The model once more, step by step, now that the verdict says how far it goes. */
static void print_trace(const struct session *s, struct model *m, const struct prog *p,
			const struct op_result *results, const struct verdict *v)
{
	model_reset_for(m, &s->config, p);
	for (size_t i = 0; i < p->nr_ops; i++) {
		struct expect want;
		char text[LINE_BYTES];

		op_print(&p->op[i], text, sizeof(text));
		printf("op %zu: %s\n", i + 1, text);
		if (i >= v->unjudged) {
			want = (struct expect){ 0 };
			print_seen(&results[i], &want);
			printf("    allowed  not judged\n");
			continue;
		}
		model_expect(m, &p->op[i], &want);
		print_seen(&results[i], &want);
		print_allowed(&want);
		if (i + 1 < v->unjudged || v->unjudged == p->nr_ops)
			model_commit(m, &p->op[i], &results[i]);
	}
}

/*
 * Performs a program in a child, because kvm_util ends the process when set-up
 * fails.  Return: false, after a message, if the child did not end well.
 */
static bool run_in_child(const struct session *s, const struct prog *p, struct op_result *results)
{
	int wstatus = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		s->target->run(p, results);
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, &wstatus, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(wstatus) && !WEXITSTATUS(wstatus))
		return true;
	if (pid > 0 && WIFSIGNALED(wstatus))
		fprintf(stderr, "vgicheck: the program's process died of signal %d\n",
			WTERMSIG(wstatus));
	else
		fputs("vgicheck: the program could not be performed\n", stderr);
	return false;
}

static int replay_file(const struct session *s, struct model *model, const char *path)
{
	struct judge j = session_judge(s, model);
	struct op_result *results;
	struct prog_error err;
	char text[8192];
	struct verdict v;
	struct prog p;
	size_t bytes;
	bool bad;

	/* It was loaded once already, so only a file that changed can fail. */
	if (prog_load(&p, path, &err)) {
		fprintf(stderr, "vgicheck: %s: %s\n", path, err.text);
		return TAP_EXIT_USAGE;
	}
	printf("%s\n", p.name);
	if (!target_can_run(s->target, &s->info, &p, text, sizeof(text))) {
		printf("skipped: %s\n", text);
		prog_free(&p);
		return TAP_EXIT_SKIPPED;
	}
	bytes = (p.nr_ops + 1) * sizeof(*results);
	results = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED || !run_in_child(s, &p, results)) {
		prog_free(&p);
		return TAP_EXIT_HARNESS;
	}
	judge_prog(&j, &p, results, &v);
	print_trace(s, model, &p, results, &v);
	judge_explain(&p, &v, text, sizeof(text));
	bad = v.nr_unknown || (s->options->strict && v.nr_diffs);
	printf("%s%zu differences, %zu of them known: %s\n", text, v.nr_diffs,
	       v.nr_diffs - v.nr_unknown, bad ? "different" : "as expected");
	munmap(results, bytes);
	prog_free(&p);
	return bad ? TAP_EXIT_DIFFERENT : TAP_EXIT_OK;
}

/**
 * replay_main() - the subcommand `replay`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status; of several files the first that is not 0.
 */
int replay_main(int argc, char **argv)
{
	struct plan plan = { 0 };
	struct session session;
	struct model *model;
	struct options o;
	int ret = options_parse(&o, "replay", usage, argc, argv);
	int status = TAP_EXIT_OK;

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (!o.args[0]) {
		fputs("vgicheck: replay needs a program file\n", stderr);
		return TAP_EXIT_USAGE;
	}
	for (char **path = o.args; *path && !ret; path++)
		ret = plan_add_file(&plan, NULL, *path);
	plan_free(&plan);
	if (ret)
		return TAP_EXIT_USAGE;
	ret = session_open(&session, &o);
	if (ret)
		return ret == -EINVAL ? TAP_EXIT_USAGE : TAP_EXIT_SKIPPED;
	model = model_create();
	for (char **path = o.args; *path && model; path++) {
		ret = replay_file(&session, model, *path);
		status = status ? status : ret;
	}
	if (!model)
		status = TAP_EXIT_HARNESS;
	model_destroy(model);
	session_close(&session);
	return status;
}
