// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file that a campaign goes on from: a line for each fact, a word that says
 * which it is first.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/fuzz.h"

#define LINE_BYTES 1024
#define VERSION 1

/* The numbers of a campaign. */
static const struct {
	const char *word;
	size_t member;
} numbers[] = {
	{ "seed", offsetof(struct fuzz_state, seed) },
	{ "next", offsetof(struct fuzz_state, next) },
	{ "seconds", offsetof(struct fuzz_state, seconds) },
	{ "programs", offsetof(struct fuzz_state, programs) },
	{ "operations", offsetof(struct fuzz_state, operations) },
	{ "skipped", offsetof(struct fuzz_state, skipped) },
	{ "restarts", offsetof(struct fuzz_state, restarts) },
	{ "more", offsetof(struct fuzz_state, more) },
};

static void print_state(const struct fuzz_state *st, FILE *f)
{
	fprintf(f, "version %d\nweights %s\n", VERSION, st->weights);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const u64 *n = (const void *)((const char *)st + numbers[i].member);

		fprintf(f, "%s %" PRIu64 "\n", numbers[i].word, *n);
	}
	for (unsigned int i = 0; i < st->nr_findings; i++) {
		const struct finding *d = &st->finding[i];

		fprintf(f, "finding %d %" PRIu64 " %" PRIu64 " %u %u %u %" PRIu64 " %s\n",
			(int)d->state, d->index, d->count, d->kept, d->hits.shown, d->hits.runs,
			d->nr_ops, d->name);
	}
	for (unsigned int i = 0; i < st->nr_known; i++)
		fprintf(f, "known %" PRIu64 " %s\n", st->known[i].count, st->known[i].id);
	for (unsigned int i = 0; i < st->nr_suspects; i++)
		fprintf(f, "suspect %d %s\n", (int)st->suspect[i].state, st->suspect[i].file);
}

/**
 * fuzz_state_save() - keep what is known of a campaign
 * @st:  the campaign
 * @out: the output folder
 *
 * The file is complete whenever the machine dies.
 *
 * Return: 0, or a negative errno after a message.
 */
int fuzz_state_save(const struct fuzz_state *st, const char *out)
{
	char path[HARNESS_PATH_BYTES], draft[HARNESS_PATH_BYTES];
	bool ok;
	FILE *f;

	snprintf(path, sizeof(path), "%s/state", out);
	snprintf(draft, sizeof(draft), "%s/.state", out);
	f = fopen(draft, "we");
	if (f) {
		print_state(st, f);
		ok = !ferror(f) && !fflush(f) && !fsync(fileno(f));
		ok = !fclose(f) && ok;
		if (ok && !rename(draft, path))
			return 0;
	}
	fprintf(stderr, "vgicheck: cannot write '%s': %s\n", path, strerror(errno));
	return -EIO;
}

static bool parse_finding(struct fuzz_state *st, const char *text)
{
	struct finding d = { .state = FINDING_NEW };
	int state;

	if (sscanf(text, "%d %" SCNu64 " %" SCNu64 " %u %u %u %" SCNu64 " %159s", &state, &d.index,
		   &d.count, &d.kept, &d.hits.shown, &d.hits.runs, &d.nr_ops, d.name) != 8 ||
	    state < FINDING_NEW || state > FINDING_DONE || st->nr_findings == FUZZ_MAX_FINDINGS)
		return false;
	d.state = (enum finding_state)state;
	st->finding[st->nr_findings++] = d;
	return true;
}

static bool parse_known(struct fuzz_state *st, const char *text)
{
	struct known_count k = { 0 };

	if (sscanf(text, "%" SCNu64 " %159s", &k.count, k.id) != 2 ||
	    st->nr_known == FUZZ_MAX_KNOWN)
		return false;
	st->known[st->nr_known++] = k;
	return true;
}

static bool parse_suspect(struct fuzz_state *st, const char *text)
{
	struct suspect s = { 0 };
	int state;

	if (sscanf(text, "%d %63s", &state, s.file) != 2 || state < SUSPECT_NEW ||
	    state > SUSPECT_GUILTY || st->nr_suspects == FUZZ_MAX_SUSPECTS)
		return false;
	s.state = (enum suspect_state)state;
	st->suspect[st->nr_suspects++] = s;
	return true;
}

static bool parse_number(struct fuzz_state *st, const char *word, const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		u64 *n = (void *)((char *)st + numbers[i].member);
		char *end;

		if (strcmp(numbers[i].word, word) != 0)
			continue;
		*n = strtoull(text, &end, 10);
		return end != text && !*end;
	}
	return false;
}

static bool parse_line(struct fuzz_state *st, char *line)
{
	char *text = strchr(line, ' ');

	line[strcspn(line, "\n")] = '\0';
	if (!text)
		return false;
	*text++ = '\0';
	if (!strcmp(line, "version"))
		return strtol(text, NULL, 10) == VERSION;
	if (!strcmp(line, "finding"))
		return parse_finding(st, text);
	if (!strcmp(line, "known"))
		return parse_known(st, text);
	if (!strcmp(line, "suspect"))
		return parse_suspect(st, text);
	if (strcmp(line, "weights") != 0)
		return parse_number(st, line, text);
	snprintf(st->weights, sizeof(st->weights), "%s", text);
	return true;
}

/**
 * fuzz_state_load() - what is known of a campaign that is to go on
 * @st:  filled in
 * @out: the output folder
 *
 * Return: 0; -ENOENT if there is none; -EINVAL after a message.
 */
int fuzz_state_load(struct fuzz_state *st, const char *out)
{
	char path[HARNESS_PATH_BYTES], line[LINE_BYTES];
	unsigned int number = 0;
	bool ok = true;
	FILE *f;

	*st = (struct fuzz_state){ 0 };
	snprintf(path, sizeof(path), "%s/state", out);
	f = fopen(path, "re");
	if (!f)
		return -ENOENT;
	while (ok && fgets(line, sizeof(line), f)) {
		number++;
		ok = parse_line(st, line);
	}
	fclose(f);
	if (ok && number)
		return 0;
	fprintf(stderr, "vgicheck: %s:%u: not the state of a campaign\n", path, number);
	return -EINVAL;
}

/**
 * fuzz_state_find() - a finding by the name of its signature
 * @st:   the campaign
 * @name: of the signature
 *
 * Return: the finding, a new one if need be; NULL if there are too many.
 */
struct finding *fuzz_state_find(struct fuzz_state *st, const char *name)
{
	struct finding *d = st->finding;

	for (; d < &st->finding[st->nr_findings]; d++) {
		if (!strcmp(d->name, name))
			return d;
	}
	if (st->nr_findings == FUZZ_MAX_FINDINGS)
		return NULL;
	*d = (struct finding){ .state = FINDING_NEW };
	snprintf(d->name, sizeof(d->name), "%s", name);
	st->nr_findings++;
	return d;
}

/**
 * fuzz_state_count_known() - a program showed a known divergence
 * @st: the campaign
 * @id: of its entry
 */
void fuzz_state_count_known(struct fuzz_state *st, const char *id)
{
	for (unsigned int i = 0; i < st->nr_known; i++) {
		if (!strcmp(st->known[i].id, id)) {
			st->known[i].count++;
			return;
		}
	}
	if (st->nr_known == FUZZ_MAX_KNOWN)
		return;
	snprintf(st->known[st->nr_known].id, sizeof(st->known[0].id), "%s", id);
	st->known[st->nr_known++].count = 1;
}

static int was_in_flight(const struct dirent *d)
{
	return !fnmatch("inflight-*.vgic", d->d_name, 0) && strlen(d->d_name) < FUZZ_FILE_BYTES;
}

static bool is_listed(const struct fuzz_state *st, const char *file)
{
	for (unsigned int i = 0; i < st->nr_suspects; i++) {
		if (!strcmp(st->suspect[i].file, file))
			return true;
	}
	return false;
}

static FILE *open_suspect(const struct suspect *s, const char *out)
{
	char path[HARNESS_PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s", out, s->file);
	return fopen(path, "re");
}

static bool is_same_text(const struct suspect *a, const struct suspect *b, const char *out)
{
	FILE *fa = open_suspect(a, out), *fb = open_suspect(b, out);
	int ca = 0, cb = 0;

	while (fa && fb && ca == cb && ca != EOF) {
		ca = getc(fa);
		cb = getc(fb);
	}
	if (fa)
		fclose(fa);
	if (fb)
		fclose(fb);
	return fa && fb && ca == cb;
}

/* A machine that dies in steps leaves the same programs more than once. */
static bool has_same_text(const struct fuzz_state *st, const struct suspect *s, const char *out)
{
	for (unsigned int i = 0; i < st->nr_suspects; i++) {
		if (is_same_text(&st->suspect[i], s, out))
			return true;
	}
	return false;
}

/**
 * fuzz_state_add_suspects() - list the programs that were in flight at the end
 * @st:  a campaign that goes on
 * @out: the output folder
 *
 * If one was being tried alone, it is the one that the machine died of, and what
 * is new is the same program.
 */
void fuzz_state_add_suspects(struct fuzz_state *st, const char *out)
{
	enum suspect_state state = SUSPECT_NEW;
	struct dirent **names;
	int n = scandir(out, &names, was_in_flight, versionsort);

	for (unsigned int i = 0; i < st->nr_suspects; i++) {
		if (st->suspect[i].state == SUSPECT_TRYING) {
			st->suspect[i].state = SUSPECT_GUILTY;
			state = SUSPECT_CLEARED;
		}
	}
	for (int i = 0; i < n; i++) {
		struct suspect *s = &st->suspect[st->nr_suspects];

		if (st->nr_suspects < FUZZ_MAX_SUSPECTS && !is_listed(st, names[i]->d_name)) {
			snprintf(s->file, sizeof(s->file), "%.63s", names[i]->d_name);
			s->state = has_same_text(st, s, out) ? SUSPECT_CLEARED : state;
			st->nr_suspects++;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}
