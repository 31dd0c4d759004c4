// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck diff-kernels`: the same programs on two kernels of the hosted target,
 * side by side.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ci/vm/util.h"
#include "harness/agreement.h"
#include "harness/child.h"
#include "lib/prog/alloc.h"

static const char usage[] =
	"usage: vgicheck diff-kernels [options] PROGRAM... KERNEL KERNEL\n"
	"\n"
	"Performs programs on the vGICs of two kernels, which `make hosted` has built, and\n"
	"prints operations with both results, marks those that differ, and says what the\n"
	"model says to each.  A PROGRAM is a file, a folder of them, or a pattern for names,\n"
	"as `vgicheck run --filter` takes it; of several only those that differ are printed.\n"
	"A KERNEL is what follows --target hosted: such as 6.12 or 7.2,lr=2.\n"
	"\n"
	"  --choices        leave out differences where the model allows both results\n"
	"  --unpredicted    and those where it does not know the state any more\n"
	"  --count N        programs to sample of each suite that a pattern names\n"
	"  --seed N         of samples and random programs\n"
	"  --jobs N         worker processes\n"
	"  --timeout S      seconds until a program counts as hanging\n"
	"  --out DIR        where programs in flight are kept\n"
	"  --corpora DIR    scenarios, regressions and known divergences\n"
	"\n"
	"Exit status: 0 the same, 1 not, 2 usage, 4 no program can be performed, 99 the\n"
	"harness itself failed, 130 interrupted.\n";

#define MAX_OP_COLUMNS 48
#define MAX_RESULT_COLUMNS 24
#define LINE_BYTES 1024

static const char *const marks[] = {
	[AGREE_SAME] = "",   [AGREE_CHOICE] = " ~",	 [AGREE_CHANCE] = " c",
	[AGREE_HOST] = " h", [AGREE_UNPREDICTED] = " ?", [AGREE_DIFFERENT] = "!!",
};

/* One kernel. */
struct kernel {
	const char *name;
	char path[64]; /* of its results */
	struct results_file file;
	struct session session;
};

struct diff {
	const struct options *options;
	struct plan plan;
	struct kernel kernel[2];
	struct model *model;
	size_t nr[NR_AGREEMENTS];
	size_t nr_skipped, nr_bad;
};

/* What a process writes that performs all programs on one kernel. */
struct performance {
	const struct plan *plan;
	FILE *out;
};

static void report(void *arg, size_t i, const struct outcome *o)
{
	const struct performance *p = arg;

	results_report(p->out, p->plan, i, o);
}

/* In a process of its own: a target is one kernel.  Return: the exit status. */
static int perform(const struct diff *d, const struct kernel *k)
{
	char target[HARNESS_PATH_BYTES];
	struct options o = *d->options;
	struct performance p = { .plan = &d->plan, .out = fopen(k->path, "we") };
	struct session s;
	int status;

	snprintf(target, sizeof(target), "hosted:%s", k->name);
	o.target = target;
	o.results = k->path;
	status = p.out ? session_begin(&s, &o) : TAP_EXIT_HARNESS;
	if (status)
		return status;
	results_begin(p.out, &s);
	work_interrupt_on_signals();
	if (work_run(&s, &d->plan, report, &p) || fclose(p.out))
		status = TAP_EXIT_HARNESS;
	session_close(&s);
	return work_is_interrupted() ? HARNESS_EXIT_INTERRUPTED : status;
}

/* Return: 0, or an exit status after a message. */
static int kernel_run(struct diff *d, struct kernel *k)
{
	int fd, wstatus, status;
	pid_t pid;

	snprintf(k->path, sizeof(k->path), "/tmp/vgicheck-diff-XXXXXX");
	fd = mkstemp(k->path);
	if (fd < 0) {
		fprintf(stderr, "vgicheck: cannot write to /tmp: %s\n", strerror(errno));
		return TAP_EXIT_HARNESS;
	}
	close(fd);
	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(perform(d, k));
	wstatus = pid > 0 ? child_wait(pid) : -1;
	status = WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : TAP_EXIT_HARNESS;
	if (!status && results_open(&k->file, k->path, k->name))
		status = TAP_EXIT_HARNESS;
	if (!status)
		status = session_begin_for(&k->session, d->options, &k->file.info);
	unlink(k->path);
	return status;
}

static void kernel_close(struct kernel *k)
{
	session_close(&k->session);
	results_close(&k->file);
}

static int at_most(size_t len, int max)
{
	return len > (size_t)max ? max : (int)len;
}

/* How wide the columns of a program are. */
struct columns {
	int op, result;
};

static struct columns measure(const struct pair *pair)
{
	struct columns c = { .op = 9, .result = 8 };
	char text[LINE_BYTES];

	for (size_t i = 0; i < pair->nr; i++) {
		int len = at_most(op_print(&pair->p->op[i], text, sizeof(text)), MAX_OP_COLUMNS);

		c.op = len > c.op ? len : c.op;
		side_print_short(&pair->side[0], i, text, sizeof(text));
		len = at_most(strlen(text), MAX_RESULT_COLUMNS);
		c.result = len > c.result ? len : c.result;
	}
	return c;
}

static void print_row(const struct pair *pair, const struct columns *c, size_t i)
{
	char op[LINE_BYTES], result[2][LINE_BYTES], verdict[LINE_BYTES];

	if (i < pair->nr)
		op_print(&pair->p->op[i], op, sizeof(op));
	else
		snprintf(op, sizeof(op), "kernel log");
	for (unsigned int k = 0; k < 2; k++)
		side_print_short(&pair->side[k], i, result[k], sizeof(result[k]));
	printf("%2s %5zu  %-*s  %-*s  %s\n", marks[pair->op[i]], i + 1, c->op, op, c->result,
	       result[0], result[1]);
	for (unsigned int k = 0; k < 2 && pair->op[i] != AGREE_SAME; k++) {
		side_print(pair, k, i, result[k], sizeof(result[k]));
		side_print_verdict(pair, k, i, verdict, sizeof(verdict));
		printf("             %s: %s (%s)\n", pair->side[k].name, result[k], verdict);
	}
}

static void print_table(const struct pair *pair)
{
	struct columns c = measure(pair);

	printf("%s: %s\n", pair->name, agreement_name(pair->worst));
	for (unsigned int k = 0; k < 2; k++) {
		if (pair->side[k].rec.died)
			printf("             %s: %s\n", pair->side[k].name, pair->side[k].rec.died);
	}
	if (pair->side[0].rec.died || pair->side[1].rec.died)
		return;
	printf("   %5s  %-*s  %-*s  %s\n", "op", c.op, "operation", c.result, pair->side[0].name,
	       pair->side[1].name);
	for (size_t i = 0; i < pair->nr; i++)
		print_row(pair, &c, i);
	if (pair->op[pair->nr] != AGREE_SAME)
		print_row(pair, &c, pair->nr);
}

/* Return: 0, or a negative errno after a message. */
static int diff_records(struct diff *d, const struct prog *p, const struct results_index *at[2])
{
	struct pair pair = { .name = p->name, .p = p };

	for (unsigned int k = 0; k < 2; k++) {
		pair.side[k].name = d->kernel[k].name;
		pair.side[k].session = &d->kernel[k].session;
		if (results_read(&d->kernel[k].file, at[k], &pair.side[k].rec)) {
			record_free(&pair.side[0].rec);
			return -EINVAL;
		}
	}
	pair_compare(&pair, d->model);
	d->nr[pair.worst]++;
	if (!agreement_is_left_out(pair.worst, d->options))
		d->nr_bad++;
	if (!agreement_is_left_out(pair.worst, d->options) || d->plan.nr == 1)
		print_table(&pair);
	pair_free(&pair);
	return 0;
}

static int diff_program(struct diff *d, size_t i)
{
	const struct results_index *at[2];
	u64 hash;
	struct prog_error err;
	struct prog p;
	int ret = plan_load(&d->plan, i, &p, &err);

	if (ret) {
		fprintf(stderr, "vgicheck: %s\n", err.text);
		return ret;
	}
	hash = results_hash(&p);
	for (unsigned int k = 0; k < 2; k++)
		at[k] = results_find(&d->kernel[k].file, p.name);
	if (!at[0] || !at[1]) {
		d->nr_skipped++;
		d->nr_bad += at[0] || at[1];
		printf("%s: skipped by %s\n", p.name,
		       at[0] ? d->kernel[1].name :
		       at[1] ? d->kernel[0].name :
			       "both");
	} else if (at[0]->hash != hash || at[1]->hash != hash) {
		fprintf(stderr, "vgicheck: two programs have the name '%s'\n", p.name);
		ret = -EINVAL;
	} else {
		ret = diff_records(d, &p, at);
	}
	prog_free(&p);
	return ret;
}

static int diff_programs(struct diff *d)
{
	for (size_t i = 0; i < d->plan.nr; i++) {
		if (diff_program(d, i))
			return TAP_EXIT_USAGE;
	}
	printf("%zu programs: %zu the same, %zu but for choices, %zu but for what is not "
	       "predicted, %zu differ, %zu skipped\n",
	       d->plan.nr, d->nr[AGREE_SAME], d->nr[AGREE_CHOICE], d->nr[AGREE_UNPREDICTED],
	       d->nr[AGREE_DIFFERENT], d->nr_skipped);
	if (d->nr_bad)
		return TAP_EXIT_DIFFERENT;
	return d->nr_skipped == d->plan.nr ? TAP_EXIT_SKIPPED : TAP_EXIT_OK;
}

/* Return: an exit status. */
static int diff_kernels(struct diff *d)
{
	int status = kernel_run(d, &d->kernel[0]);

	if (status)
		return status;
	status = kernel_run(d, &d->kernel[1]);
	if (!status) {
		status = diff_programs(d);
		kernel_close(&d->kernel[1]);
	}
	kernel_close(&d->kernel[0]);
	return status;
}

/* All but the last two arguments.  Return: 0, or a negative errno after a message. */
static int plan_args(struct diff *d, size_t nr)
{
	struct stat st;
	int ret = 0;

	d->plan.seed = d->options->seed;
	for (size_t i = 0; i < nr && !ret; i++) {
		struct options o = *d->options;

		o.filter = o.args[i];
		if (stat(o.filter, &st))
			ret = plan_add_matching(&d->plan, &o);
		else
			ret = plan_add_path(&d->plan, o.filter);
	}
	return ret;
}

/**
 * diff_kernels_main() - the subcommand `diff-kernels`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int diff_kernels_main(int argc, char **argv)
{
	struct diff d = { 0 };
	struct options o;
	int status = TAP_EXIT_USAGE;
	int ret = options_parse(&o, "diff-kernels", usage, argc, argv);
	size_t nr = 0;

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	while (o.args[nr])
		nr++;
	if (nr < 3) {
		fputs("vgicheck: diff-kernels needs a program and two kernels\n", stderr);
		return TAP_EXIT_USAGE;
	}
	d.options = &o;
	d.kernel[0].name = o.args[nr - 2];
	d.kernel[1].name = o.args[nr - 1];
	if (!plan_args(&d, nr - 2)) {
		d.model = model_create();
		status = d.model ? diff_kernels(&d) : TAP_EXIT_HARNESS;
		model_destroy(d.model);
	}
	plan_free(&d.plan);
	return status;
}
