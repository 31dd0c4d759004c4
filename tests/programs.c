// SPDX-License-Identifier: GPL-2.0-only
/*
 * What several tests need of programs.
 */
#include "tests/programs.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"

static int is_program(const struct dirent *d)
{
	return !fnmatch("*.vgic", d->d_name, 0);
}

/* All programs of a folder of corpora, by name; a folder without any fails @t. */
bool corpus_load(struct unit *t, const char *dir, struct corpus *c)
{
	struct dirent **names = NULL;
	char path[4096];
	int n;

	snprintf(path, sizeof(path), "%s/corpora/%s", VGICHECK_SRCDIR, dir);
	n = scandir(path, &names, is_program, alphasort);
	*c = (struct corpus){ 0 };
	if (!EXPECT_TRUE(t, n > 0))
		return false;
	c->prog = xcalloc((size_t)n, sizeof(*c->prog));
	for (int i = 0; i < n; i++) {
		struct prog_error err;

		snprintf(path, sizeof(path), "%s/corpora/%s/%s", VGICHECK_SRCDIR, dir,
			 names[i]->d_name);
		if (!EXPECT_EQ(t, prog_load(&c->prog[c->nr], path, &err), 0))
			printf("#   %s:%u: %s\n", names[i]->d_name, err.line, err.text);
		else
			c->nr++;
		free(names[i]);
	}
	free(names);
	return c->nr == (size_t)n;
}

void corpus_free(struct corpus *c)
{
	for (size_t i = 0; i < c->nr; i++)
		prog_free(&c->prog[i]);
	free(c->prog);
	*c = (struct corpus){ 0 };
}

/* A program from a string; one that does not parse fails @t. */
bool program_parse(struct unit *t, const char *text, struct prog *p)
{
	struct prog_error err;

	if (EXPECT_EQ(t, prog_parse(p, text, strlen(text), &err), 0))
		return true;
	printf("#   line %u: %s\n", err.line, err.text);
	return false;
}

/* The suite of that name, or NULL. */
const struct suite *suite_find(const char *name)
{
	const struct suite *s;

	for (unsigned int i = 0; (s = suite_by_number(i)); i++) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Are they, comments included, but for their names? */
bool programs_are_equal(const struct prog *a, const struct prog *b)
{
	bool same = a->gic == b->gic && a->ipa_bits == b->ipa_bits && a->nr_ops == b->nr_ops &&
		    same_text(a->above, b->above) && same_text(a->beside, b->beside) &&
		    same_text(a->below, b->below);

	for (size_t i = 0; same && i < a->nr_ops; i++) {
		const struct op *x = &a->op[i], *y = &b->op[i];

		same = x->id == y->id && x->par == y->par &&
		       !memcmp(x->arg, y->arg, sizeof(x->arg)) && same_text(x->above, y->above) &&
		       same_text(x->beside, y->beside);
	}
	return same;
}
