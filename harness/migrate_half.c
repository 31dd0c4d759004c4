// SPDX-License-Identifier: GPL-2.0-only
/*
 * One kernel's half of a migration.  It is performed in a child, so that a kernel
 * that takes its process along costs no more.
 */
#include "harness/migrate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/vm/util.h"
#include "harness/child.h"
#include "harness/results.h"
#include "lib/prog/alloc.h"

#define TEXT_BYTES 8192

/* A half, with what its child and its parent share. */
struct half {
	const struct options *o;
	const struct prog *p;
	struct session session;
	struct target_part part;
	struct vmstate state; /* that it ends or begins with */
	struct op_result *results; /* one for each operation, and one that says that all is done */
	char log[KMSG_TEXT_BYTES]; /* what the kernel told */
};

/* The operation that the program is split at, or its end. */
static size_t split_of(const struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (p->op[i].id == OP_MIGRATE)
			return i;
	}
	return p->nr_ops;
}

static bool open_results(struct half *h)
{
	size_t bytes = (h->p->nr_ops + 1) * sizeof(*h->results);
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED) {
		fputs("vgicheck: out of memory\n", stderr);
		return false;
	}
	h->results = map;
	for (size_t i = 0; i <= h->p->nr_ops; i++)
		h->results[i].status = OP_NOT_RUN;
	return true;
}

static void close_results(struct half *h)
{
	munmap(h->results, (h->p->nr_ops + 1) * sizeof(*h->results));
}

/* Return: an exit status. */
static int say_failure(const struct half *h, int ret)
{
	char op[128];

	op_print(&h->part.failure.op, op, sizeof(op));
	printf("!! the VM cannot be %s: %s: %s\n", h->part.failed, op, strerror(-ret));
	fflush(stdout);
	return TAP_EXIT_DIFFERENT;
}

static int write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");
	int err = errno;

	if (f) {
		err = fputs(text, f) < 0 ? errno : 0;
		err = fclose(f) ? errno : err;
	}
	if (!err)
		return TAP_EXIT_OK;
	fprintf(stderr, "vgicheck: cannot write '%s': %s\n", path, strerror(err));
	return TAP_EXIT_HARNESS;
}

static int save_in_child(struct half *h)
{
	int ret = h->session.target->run_part(h->p, &h->part, h->results);
	char *text;

	if (ret)
		return say_failure(h, ret);
	text = vmstate_print(&h->state);
	ret = write_text(h->o->save, text);
	free(text);
	vmstate_free(&h->state);
	return ret;
}

static void print_difference(void *arg, const char *line, const char *allowed)
{
	(void)arg;
	if (allowed)
		printf(" ~ %s (%s)\n", line, allowed);
	else
		printf("!! %s\n", line);
}

static int restore_in_child(struct half *h)
{
	struct vmstate again = { 0 };
	size_t nr;
	int ret;

	h->part.again = &again;
	ret = h->session.target->run_part(h->p, &h->part, h->results);
	if (ret)
		return say_failure(h, ret);
	h->results[h->p->nr_ops].status = OP_DONE;
	nr = vmstate_compare(&h->state, &again, print_difference, NULL);
	printf("the state restored differs from that saved in %zu place%s\n", nr,
	       nr == 1 ? "" : "s");
	fflush(stdout);
	vmstate_free(&again);
	return nr ? TAP_EXIT_DIFFERENT : TAP_EXIT_OK;
}

/* Return: the exit status. */
static int run_in_child(struct half *h, int (*work)(struct half *h))
{
	struct kmsg *kmsg = kmsg_open(h->session.target);
	int wstatus;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(work(h));
	wstatus = pid > 0 ? child_wait(pid) : 0;
	if (pid > 0 && kmsg_find(kmsg, pid, h->log))
		kmsg_account(kmsg, h->log);
	kmsg_close(kmsg);
	if (h->log[0])
		printf(" ~ the kernel told: %s\n", h->log);
	if (pid > 0 && WIFEXITED(wstatus))
		return WEXITSTATUS(wstatus);
	fprintf(stderr, "vgicheck: the process of target %s died of signal %d\n",
		h->session.target->name, WTERMSIG(wstatus));
	return TAP_EXIT_HARNESS;
}

/* Return: 0, or an exit status after a message. */
static int begin(struct half *h)
{
	char reason[256];
	int status = session_begin(&h->session, h->o);

	if (status)
		return status;
	if (!h->session.target->run_part) {
		fprintf(stderr, "vgicheck: target %s cannot save a VM\n", h->session.target->name);
		status = TAP_EXIT_USAGE;
	} else if (!target_can_run(h->session.target, &h->session.info, h->p, reason,
				   sizeof(reason))) {
		printf("skipped: %s\n", reason);
		status = TAP_EXIT_SKIPPED;
	} else if (!open_results(h)) {
		status = TAP_EXIT_HARNESS;
	}
	if (status)
		session_close(&h->session);
	return status;
}

static void end(struct half *h)
{
	close_results(h);
	session_close(&h->session);
}

static int write_results(const struct half *h)
{
	char *record = results_print(h->p, h->results, "");
	FILE *f = fopen(h->o->results, "we");
	int status = TAP_EXIT_HARNESS;

	if (f) {
		results_begin(f, &h->session);
		results_put(f, h->p, record);
		status = fclose(f) ? TAP_EXIT_HARNESS : TAP_EXIT_OK;
	}
	if (status)
		fprintf(stderr, "vgicheck: cannot write '%s': %s\n", h->o->results,
			strerror(errno));
	free(record);
	return status;
}

/**
 * migrate_save_half() - perform a program up to its migration, and save the VM
 * @o: the options: target, files
 * @p: the program
 *
 * Return: the exit status.
 */
int migrate_save_half(const struct options *o, const struct prog *p)
{
	struct half h = { .o = o, .p = p };
	int status = begin(&h);

	if (status)
		return status;
	h.part.end = split_of(p);
	h.part.to = &h.state;
	status = run_in_child(&h, save_in_child);
	if (!status && o->results)
		status = write_results(&h);
	if (!status)
		printf("saved before op %zu on %s %s\n", h.part.end + 1, h.session.target->name,
		       h.session.info.kernel);
	end(&h);
	return status;
}

static int load_state(struct half *h)
{
	struct vm_buf b = { 0 };
	struct prog_error err;
	int ret = vm_read_file(h->o->restore, &b);

	if (ret) {
		fprintf(stderr, "vgicheck: cannot read '%s': %s\n", h->o->restore, strerror(-ret));
	} else {
		ret = vmstate_parse(&h->state, (const char *)b.data, b.bytes, &err);
		if (ret && err.line)
			fprintf(stderr, "vgicheck: %s:%u:%u: %s\n", h->o->restore, err.line,
				err.column, err.text);
		else if (ret)
			fprintf(stderr, "vgicheck: %s: %s\n", h->o->restore, err.text);
	}
	vm_buf_free(&b);
	if (!ret && (h->state.prog.gic != h->p->gic || h->state.prog.ipa_bits != h->p->ipa_bits)) {
		fprintf(stderr, "vgicheck: '%s' is of another VM than the program's\n",
			h->o->restore);
		vmstate_free(&h->state);
		ret = -EINVAL;
	}
	return ret;
}

/* The rest of the program, by what the documents say of the VM that was saved. */
static int judge_rest(struct half *h, const struct session *first)
{
	struct model *model = model_create();
	struct judge j = session_judge(&h->session, model);
	const struct judge_before before = { .config = first->config,
					     .of = first->of,
					     .end = h->part.first - 1 };
	char text[TEXT_BYTES];
	struct verdict v;

	if (!model)
		return TAP_EXIT_HARNESS;
	j.before = &before;
	judge_prog(&j, h->p, h->results, &v);
	if (h->log[0])
		judge_kernel_log(&j, h->p, h->results, h->log, &v);
	judge_explain(h->p, &v, text, sizeof(text));
	printf("%sthe rest of the program: %zu differences, %zu of them known\n", text, v.nr_diffs,
	       v.nr_diffs - v.nr_unknown);
	model_destroy(model);
	return v.nr_unknown || (h->o->strict && v.nr_diffs) ? TAP_EXIT_DIFFERENT : TAP_EXIT_OK;
}

/* What the first half gave is what the model follows. */
static int judge_with_first(struct half *h)
{
	const struct results_index *at;
	struct results_file file;
	struct session first;
	struct record rec = { 0 };
	int status = TAP_EXIT_USAGE;

	if (results_open(&file, h->o->first, h->o->first))
		return TAP_EXIT_USAGE;
	at = results_find(&file, h->p->name);
	if (!at || at->hash != results_hash(h->p) || results_read(&file, at, &rec) ||
	    rec.nr != h->p->nr_ops) {
		fprintf(stderr, "vgicheck: '%s' has no results of this program\n", h->o->first);
	} else if (!session_begin_for(&first, h->o, &file.info)) {
		memcpy(h->results, rec.result, (h->part.first - 1) * sizeof(*h->results));
		h->results[h->part.first - 1] = (struct op_result){ .status = OP_DONE };
		status = judge_rest(h, &first);
		session_close(&first);
	}
	record_free(&rec);
	results_close(&file);
	return status;
}

/**
 * migrate_restore_half() - restore a VM, compare it, and perform the rest of its program
 * @o: the options: target, files
 * @p: the program
 *
 * Return: the exit status.
 */
int migrate_restore_half(const struct options *o, const struct prog *p)
{
	struct half h = { .o = o, .p = p };
	size_t split = split_of(p);
	bool rest = o->first && split < p->nr_ops;
	int status, judged;

	if (load_state(&h))
		return TAP_EXIT_USAGE;
	status = begin(&h);
	if (status) {
		vmstate_free(&h.state);
		return status;
	}
	h.part.first = split < p->nr_ops ? split + 1 : split;
	h.part.end = p->nr_ops;
	h.part.from = &h.state;
	printf("restored on %s %s\n", h.session.target->name, h.session.info.kernel);
	status = run_in_child(&h, restore_in_child);
	/* What follows a restore that failed is of a VM that nobody knows. */
	if (rest && h.results[p->nr_ops].status == OP_DONE) {
		judged = judge_with_first(&h);
		status = judged ? judged : status;
	}
	vmstate_free(&h.state);
	end(&h);
	return status;
}
