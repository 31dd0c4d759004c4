// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck replay`: runs program files and prints, for each operation, what
 * it means, what came and what was allowed by which rule.
 */
#include "harness/harness.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/child.h"
#include "lib/judge/trace.h"
#include "lib/prog/alloc.h"

static const char usage[] =
	"usage: vgicheck replay [--strict] [--target NAME] [--corpora DIR] FILE...\n"
	"\n"
	"Runs program files and prints each operation with what came and what was allowed.\n"
	"Exit status as of `vgicheck run`.\n";

/*
 * Performs a program in a child, because kvm_util ends the process when set-up
 * fails.  @log receives what the kernel told meanwhile.
 * Return: false, after a message, if the child did not end well.
 */
static bool run_in_child(const struct session *s, const struct prog *p, struct op_result *results,
			 char *log)
{
	struct kmsg *kmsg = kmsg_open(s->target);
	int wstatus;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		s->target->run(p, results);
		_exit(0);
	}
	wstatus = pid > 0 ? child_wait(pid) : 0;
	if (pid > 0 && kmsg_find(kmsg, pid, log))
		kmsg_account(kmsg, log);
	kmsg_close(kmsg);
	if (pid > 0 && WIFEXITED(wstatus) && !WEXITSTATUS(wstatus))
		return true;
	if (pid > 0 && WIFSIGNALED(wstatus))
		fprintf(stderr, "vgicheck: the program's process died of signal %d\n",
			WTERMSIG(wstatus));
	else
		fputs("vgicheck: the program could not be performed\n", stderr);
	return false;
}

static void judge_and_trace(struct judge *j, const struct prog *p, const struct op_result *results,
			    struct verdict *v)
{
	j->order = xcalloc(p->nr_ops + 1, sizeof(*j->order));
	judge_prog(j, p, results, v);
	judge_trace(j, p, results, v, stdout);
	free(j->order);
}

static int replay_file(const struct session *s, struct model *model, const char *path)
{
	struct judge j = session_judge(s, model);
	struct op_result *results;
	char text[8192], log[KMSG_TEXT_BYTES] = "";
	bool bad, ended;
	struct verdict v;
	struct prog p;
	size_t bytes;

	if (program_load(&p, path))
		return TAP_EXIT_USAGE;
	printf("%s\n", p.name);
	if (!target_can_run(s->target, &s->info, &p, text, sizeof(text))) {
		printf("skipped: %s\n", text);
		prog_free(&p);
		return TAP_EXIT_SKIPPED;
	}
	bytes = (p.nr_ops + 1) * sizeof(*results);
	results = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ended = results != MAP_FAILED && run_in_child(s, &p, results, log);
	if (!ended && !log[0]) {
		prog_free(&p);
		return TAP_EXIT_HARNESS;
	}
	if (ended)
		judge_and_trace(&j, &p, results, &v);
	if (ended && log[0])
		judge_kernel_log(&j, &p, results, log, &v);
	else if (!ended)
		judge_died(s, &p, log, &v);
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
	struct session session;
	struct model *model;
	struct options o;
	int ret = options_parse(&o, "replay", usage, argc, argv);
	int status;

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (!o.args[0]) {
		fputs("vgicheck: replay needs a program file\n", stderr);
		return TAP_EXIT_USAGE;
	}
	if (programs_check(o.args))
		return TAP_EXIT_USAGE;
	status = session_begin(&session, &o);
	if (status)
		return status;
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
