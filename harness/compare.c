// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck compare`: do two targets give the same?
 */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "ci/vm/util.h"
#include "harness/agreement.h"

static const char usage[] =
	"usage: vgicheck compare [options] FILE FILE\n"
	"\n"
	"Compares two files of `vgicheck run --results`, program by program and operation by\n"
	"operation, and prints the first operations whose results differ.  Nothing is left\n"
	"out but what these options name:\n"
	"\n"
	"  --choices        differences where the model allows both results\n"
	"  --chance         known divergences of one side, if their entry says that they\n"
	"                   come by chance\n"
	"  --host           differences that are known to be the doing of a side's hardware\n"
	"  --unpredicted    differences where the model does not know the state any more\n"
	"  --common         programs that only one of the files has\n"
	"  --filter GLOB    programs whose name does not match\n"
	"  --count N        operations to print of each program, 3 by default\n"
	"  --corpora DIR    scenarios, regressions and known divergences\n"
	"\n"
	"Exit status: 0 the same, 1 not, 2 usage, 4 they have no program in common, 99 the\n"
	"harness itself failed.\n";

#define DEFAULT_SHOWN 3

/* Two files. */
struct comparison {
	const struct options *options;
	const char *name[2];
	struct results_file file[2];
	struct session session[2];
	struct model *model;
	size_t nr[NR_AGREEMENTS]; /* programs, by the worst of them */
	size_t alone[2]; /* programs that only this one has */
};

static bool is_asked_for(const struct options *o, const char *name)
{
	return !o->filter || !fnmatch(o->filter, name, 0);
}

static void print_pair(const struct comparison *c, const struct pair *pair)
{
	u64 left = c->options->counted ? c->options->count : DEFAULT_SHOWN;

	printf("%s: %s\n", pair->name, agreement_name(pair->worst));
	for (unsigned int i = 0; i < 2; i++) {
		if (pair->side[i].rec.died)
			printf("    %s  %s\n", pair->side[i].name, pair->side[i].rec.died);
	}
	if (pair->side[0].rec.died || pair->side[1].rec.died)
		return;
	for (size_t i = 0; i <= pair->nr && left; i++) {
		if (agreement_is_left_out(pair->op[i], c->options))
			continue;
		pair_print_op(pair, i, stdout);
		left--;
	}
}

/* Return: 0, or a negative errno after a message. */
static int compare_program(struct comparison *c, const struct results_index *at[2])
{
	struct pair pair = { .name = at[0]->name };
	struct prog p;
	bool found;

	for (unsigned int i = 0; i < 2; i++) {
		pair.side[i].name = vm_basename(c->name[i]);
		pair.side[i].session = &c->session[i];
		if (results_read(&c->file[i], at[i], &pair.side[i].rec)) {
			record_free(&pair.side[0].rec);
			return -EINVAL;
		}
	}
	if (at[0]->hash != at[1]->hash) {
		fprintf(stderr, "vgicheck: %s is not the same program in both files\n", pair.name);
		record_free(&pair.side[0].rec);
		record_free(&pair.side[1].rec);
		return -EINVAL;
	}
	found = !program_by_name(c->options, pair.name, &p);
	/* It may have changed since. */
	if (found && results_hash(&p) == at[0]->hash)
		pair.p = &p;
	pair_compare(&pair, c->model);
	c->nr[pair.worst]++;
	if (!agreement_is_left_out(pair.worst, c->options))
		print_pair(c, &pair);
	pair_free(&pair);
	if (found)
		prog_free(&p);
	return 0;
}

static void print_alone(struct comparison *c, unsigned int side, const char *name)
{
	c->alone[side]++;
	if (!c->options->common)
		printf("%s: only in %s\n", name, c->name[side]);
}

static int compare_programs(struct comparison *c)
{
	int ret = 0;

	for (size_t i = 0; i < c->file[0].nr && !ret; i++) {
		const struct results_index *at[2] = { &c->file[0].program[i] };

		if (!is_asked_for(c->options, at[0]->name))
			continue;
		at[1] = results_find(&c->file[1], at[0]->name);
		if (at[1])
			ret = compare_program(c, at);
		else
			print_alone(c, 0, at[0]->name);
	}
	for (size_t i = 0; i < c->file[1].nr && !ret; i++) {
		const char *name = c->file[1].program[i].name;

		if (is_asked_for(c->options, name) && !results_find(&c->file[0], name))
			print_alone(c, 1, name);
	}
	return ret;
}

/* Return: the exit status. */
static int print_totals(const struct comparison *c)
{
	size_t alone = c->alone[0] + c->alone[1], all = 0, bad = 0;

	for (unsigned int i = 0; i < NR_AGREEMENTS; i++) {
		all += c->nr[i];
		if (!agreement_is_left_out((enum agreement)i, c->options))
			bad += c->nr[i];
	}
	printf("%zu programs: %zu agree, %zu but for choices, %zu but for chance, %zu but for "
	       "hardware, %zu but for what is not predicted, %zu differ; %zu only in %s, %zu only in %s\n",
	       all, c->nr[AGREE_SAME], c->nr[AGREE_CHOICE], c->nr[AGREE_CHANCE], c->nr[AGREE_HOST],
	       c->nr[AGREE_UNPREDICTED], c->nr[AGREE_DIFFERENT], c->alone[0], c->name[0],
	       c->alone[1], c->name[1]);
	if (bad || (alone && !c->options->common))
		return TAP_EXIT_DIFFERENT;
	return all ? TAP_EXIT_OK : TAP_EXIT_SKIPPED;
}

static int compare_files(struct comparison *c)
{
	unsigned int i, nr;
	int status;

	for (nr = 0; nr < 2; nr++) {
		if (results_open(&c->file[nr], c->name[nr], c->name[nr]))
			break;
		if (session_begin_for(&c->session[nr], c->options, &c->file[nr].info)) {
			results_close(&c->file[nr]);
			break;
		}
	}
	if (nr < 2 || compare_programs(c))
		status = TAP_EXIT_USAGE;
	else
		status = print_totals(c);
	for (i = 0; i < nr; i++) {
		session_close(&c->session[i]);
		results_close(&c->file[i]);
	}
	return status;
}

/**
 * compare_main() - the subcommand `compare`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int compare_main(int argc, char **argv)
{
	struct comparison c = { 0 };
	struct options o;
	int ret = options_parse(&o, "compare", usage, argc, argv);

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (!o.args[0] || !o.args[1] || o.args[2]) {
		fputs("vgicheck: compare needs two files of results\n", stderr);
		return TAP_EXIT_USAGE;
	}
	c.options = &o;
	c.name[0] = o.args[0];
	c.name[1] = o.args[1];
	c.model = model_create();
	if (!c.model)
		return TAP_EXIT_HARNESS;
	ret = compare_files(&c);
	model_destroy(c.model);
	return ret;
}
