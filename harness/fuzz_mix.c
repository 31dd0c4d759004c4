// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which programs a campaign of `vgicheck fuzz` is made of: those of suites, mixed
 * by weights.  The seed and a number decide what a program is, and nothing else.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/fuzz.h"
#include "lib/prog/alloc.h"

#define HEAVY_WEIGHT 4 /* of suites whose programs are long, and meet more */
#define LIGHT_WEIGHT 1
#define MAX_WEIGHT 1000
#define MAX_OP_WEIGHT 100
#define SAMPLE 16 /* programs that say whether a target can run a suite */
#define SALT 0x6d6978u /* the choice of suites is not what programs are made of */

static struct fuzz_suite *find_suite(const struct fuzz_mix *mix, const char *name, size_t len)
{
	for (unsigned int i = 0; i < mix->nr; i++) {
		const char *n = mix->suite[i].suite->name;

		if (strlen(n) == len && !strncmp(n, name, len))
			return &mix->suite[i];
	}
	return NULL;
}

/* A list "NAME=N,NAME=N", taken apart. */
struct weights {
	const char *option; /* for messages */
	const char *what; /* the names are of */
	unsigned long most;
	const char *at; /* what is left of the list */
};

/* Of the name that comes next, bytes. */
static size_t name_length(const struct weights *w)
{
	return strcspn(w->at, "=,");
}

static int no_such_name(const struct weights *w)
{
	fprintf(stderr, "vgicheck: %s: there is no %s '%.*s'\n", w->option, w->what,
		(int)name_length(w), w->at);
	return -EINVAL;
}

/* Takes a name and its number. */
static int take_weight(struct weights *w, unsigned long *weight)
{
	int len = (int)name_length(w);
	const char *name = w->at, *number = name + len + 1;
	char *end = NULL;

	if (name[len] == '=' && number[0] >= '0' && number[0] <= '9')
		*weight = strtoul(number, &end, 10);
	if (!end || *weight > w->most || (*end && *end != ',')) {
		fprintf(stderr, "vgicheck: %s: a number from 0 to %lu must follow '%.*s='\n",
			w->option, w->most, len, name);
		return -EINVAL;
	}
	w->at = end + (*end == ',');
	return 0;
}

/* What is not named is left out. */
static int parse_weights(struct fuzz_mix *mix, const char *text)
{
	struct weights w = { "--weights", "suite", MAX_WEIGHT, text };

	for (unsigned int i = 0; i < mix->nr; i++)
		mix->suite[i].weight = 0;
	while (*w.at) {
		struct fuzz_suite *s = find_suite(mix, w.at, name_length(&w));
		unsigned long weight = 0;

		if (!s)
			return no_such_name(&w);
		if (take_weight(&w, &weight))
			return -EINVAL;
		s->weight = weight;
	}
	return 0;
}

/* All operations of a word.  Return: whether there is one. */
static bool set_op_weight(struct fuzz_mix *mix, const char *word, size_t len, unsigned long weight)
{
	bool found = false;

	for (unsigned int i = 0; i < NR_OPS; i++) {
		const char *w = op_desc((enum op_id)i)->word;

		if (strlen(w) == len && !strncmp(w, word, len)) {
			mix->op_weight[i] = (u8)weight;
			found = true;
		}
	}
	return found;
}

/* What is not named is as usual. */
static int parse_op_weights(struct fuzz_mix *mix, const char *text)
{
	struct weights w = { "--op-weights", "operation", MAX_OP_WEIGHT, text };

	memset(mix->op_weight, 1, sizeof(mix->op_weight));
	while (*w.at) {
		const char *word = w.at;
		size_t len = name_length(&w);
		unsigned long weight = 0;

		if (!set_op_weight(mix, word, len, 1))
			return no_such_name(&w);
		if (take_weight(&w, &weight))
			return -EINVAL;
		set_op_weight(mix, word, len, weight);
	}
	return 0;
}

/**
 * fuzz_mix_make() - the suites and their weights
 * @mix:        filled in, to be released by fuzz_mix_free()
 * @weights:    of suites, as they were given, or NULL for the usual
 * @op_weights: of operations, the same
 * @seed:       of the campaign
 *
 * Return: 0, or a negative errno after a message.
 */
int fuzz_mix_make(struct fuzz_mix *mix, const char *weights, const char *op_weights, u64 seed)
{
	const struct suite *s;

	*mix = (struct fuzz_mix){ .seed = seed };
	while (suite_by_number(mix->nr))
		mix->nr++;
	mix->suite = xcalloc(mix->nr, sizeof(*mix->suite));
	mix->chosen = weights;
	for (unsigned int i = 0; (s = suite_by_number(i)); i++) {
		mix->suite[i].suite = s;
		if (!s->on_request)
			mix->suite[i].weight = s->heavy ? HEAVY_WEIGHT : LIGHT_WEIGHT;
	}
	mix->op_weights = op_weights;
	if (weights && parse_weights(mix, weights))
		return -EINVAL;
	return op_weights ? parse_op_weights(mix, op_weights) : 0;
}

static bool can_run_any(const struct fuzz_mix *mix, const struct suite *suite,
			const struct session *s)
{
	bool any = false;

	for (u64 i = 0; i < SAMPLE && !any; i++) {
		char reason[TARGET_TEXT_BYTES];
		struct prog p;

		suite_make(suite, suite_sample(suite, mix->seed, i), mix->seed, &p);
		any = target_can_run(s->target, &s->info, &p, reason, sizeof(reason));
		prog_free(&p);
	}
	return any;
}

static void leave_out_what_cannot_run(struct fuzz_mix *mix, const struct session *s)
{
	for (unsigned int i = 0; i < mix->nr; i++) {
		struct fuzz_suite *suite = &mix->suite[i];

		if (suite->weight && !can_run_any(mix, suite->suite, s))
			suite->weight = 0;
	}
}

/**
 * fuzz_mix_fit() - leave out what the target cannot run
 * @mix: the suites
 * @s:   the session
 *
 * Suites that are only run on request are for targets that can run no other.
 */
void fuzz_mix_fit(struct fuzz_mix *mix, const struct session *s)
{
	leave_out_what_cannot_run(mix, s);
	if (mix->chosen || !fuzz_mix_is_empty(mix))
		return;
	for (unsigned int i = 0; i < mix->nr; i++)
		mix->suite[i].weight = mix->suite[i].suite->on_request;
	leave_out_what_cannot_run(mix, s);
}

/**
 * fuzz_mix_print() - the weights as fuzz_mix_make() takes them
 * @mix:   the suites
 * @buf:   receives the text, terminated
 * @bytes: of @buf
 */
void fuzz_mix_print(const struct fuzz_mix *mix, char *buf, size_t bytes)
{
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < mix->nr && at < bytes; i++) {
		if (!mix->suite[i].weight)
			continue;
		at += (size_t)snprintf(buf + at, bytes - at, "%s%s=%" PRIu64, at ? "," : "",
				       mix->suite[i].suite->name, mix->suite[i].weight);
	}
	if (mix->op_weights && at < bytes)
		snprintf(buf + at, bytes - at, " --op-weights %s", mix->op_weights);
}

static u64 sum_of(const struct fuzz_mix *mix)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < mix->nr; i++)
		sum += mix->suite[i].weight;
	return sum;
}

/**
 * fuzz_mix_is_empty() - is there nothing to run?
 * @mix: the suites
 *
 * Return: whether.
 */
bool fuzz_mix_is_empty(const struct fuzz_mix *mix)
{
	return !sum_of(mix);
}

/**
 * fuzz_mix_program() - a program of a campaign
 * @mix:   the suites, not empty
 * @index: from 0
 * @p:     filled in, to be released by prog_free(); its name ends in the index
 */
void fuzz_mix_program(const struct fuzz_mix *mix, u64 index, struct prog *p)
{
	struct rng r = { .state = rng_mix(mix->seed ^ SALT, index) };
	u64 ticket = rng_below(&r, sum_of(mix));
	const struct fuzz_suite *s = mix->suite;
	const struct recipe recipe = {
		.seed = mix->seed,
		.op_weight = mix->op_weights ? mix->op_weight : NULL,
	};
	size_t len;

	for (; ticket >= s->weight; s++)
		ticket -= s->weight;
	suite_make_by(s->suite, suite_sample(s->suite, mix->seed, index), &recipe, p);
	len = strlen(p->name);
	snprintf(p->name + len, sizeof(p->name) - len, "#%" PRIu64, index);
}

/**
 * fuzz_mix_free() - release a mix
 * @mix: made, or all zero
 */
void fuzz_mix_free(struct fuzz_mix *mix)
{
	free(mix->suite);
	*mix = (struct fuzz_mix){ 0 };
}
