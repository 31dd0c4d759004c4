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

/* "NAME=N,NAME=N": what is not named is left out. */
static int parse_weights(struct fuzz_mix *mix, const char *text)
{
	for (unsigned int i = 0; i < mix->nr; i++)
		mix->suite[i].weight = 0;
	while (*text) {
		size_t len = strcspn(text, "=,");
		struct fuzz_suite *s = find_suite(mix, text, len);
		unsigned long weight;
		char *end;

		if (!s) {
			fprintf(stderr, "vgicheck: --weights: there is no suite '%.*s'\n", (int)len,
				text);
			return -EINVAL;
		}
		text += len;
		weight = *text == '=' ? strtoul(text + 1, &end, 10) : MAX_WEIGHT + 1;
		if (weight > MAX_WEIGHT || end == text + 1 || (*end && *end != ',')) {
			fprintf(stderr,
				"vgicheck: --weights: a number from 0 to %d must follow '%s='\n",
				MAX_WEIGHT, s->suite->name);
			return -EINVAL;
		}
		s->weight = weight;
		text = end + (*end == ',');
	}
	return 0;
}

/**
 * fuzz_mix_make() - the suites and their weights
 * @mix:     filled in, to be released by fuzz_mix_free()
 * @weights: as they were given, or NULL for the usual
 * @seed:    of the campaign
 *
 * Return: 0, or a negative errno after a message.
 */
int fuzz_mix_make(struct fuzz_mix *mix, const char *weights, u64 seed)
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
	return weights ? parse_weights(mix, weights) : 0;
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
	size_t len;

	for (; ticket >= s->weight; s++)
		ticket -= s->weight;
	suite_make(s->suite, suite_sample(s->suite, mix->seed, index), mix->seed, p);
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
