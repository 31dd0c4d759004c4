// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads corpora/known and finds the entry for a difference.  An entry names the
 * rules, the operations and what they get, so that it hides nothing else.
 */
#include "lib/judge/known.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"

#define MAX_ERRNO 4096 /* above all that Linux has */

static bool set_text(char to[KNOWN_TEXT_BYTES], const char *value)
{
	return snprintf(to, KNOWN_TEXT_BYTES, "%s", value) < KNOWN_TEXT_BYTES;
}

static bool add_rule(struct known *k, const char *value)
{
	int rule = rule_find(value);

	if (rule < 0 || k->nr_rules == KNOWN_MAX_RULES)
		return false;
	k->rule[k->nr_rules++] = (enum rule_id)rule;
	return true;
}

/* "5.10..5.12", "6.1.." or "7.2". */
static bool set_versions(struct known *k, enum implementation implementation, const char *value)
{
	unsigned int a, b, c, d;
	int n = 0;

	if (sscanf(value, "%u.%u..%u.%u%n", &a, &b, &c, &d, &n) == 4 && !value[n]) {
		k->to = c * 1000 + d;
	} else if (sscanf(value, "%u.%u%n", &a, &b, &n) == 2 && !strcmp(value + n, "..")) {
		k->to = ~0u;
	} else if (sscanf(value, "%u.%u%n", &a, &b, &n) == 2 && !value[n]) {
		k->to = a * 1000 + b;
	} else {
		return false;
	}
	k->implementation = implementation;
	k->from = a * 1000 + b;
	return k->from <= k->to;
}

/* "user read" or "guest walk". */
static enum op_id op_of_words(const char *value)
{
	for (unsigned int i = 0; i < NR_OPS; i++) {
		const struct op_desc *d = op_desc((enum op_id)i);
		const char *agent = op_agent_word(d->agent);
		size_t n = strlen(agent);

		if (!strncmp(value, agent, n) && value[n] == ' ' && !strcmp(value + n + 1, d->word))
			return (enum op_id)i;
	}
	return NR_OPS;
}

static bool add_op(struct known *k, const char *value)
{
	enum op_id op = op_of_words(value);

	/* Beside operations there is one more place to look at. */
	if (op == NR_OPS && strcmp(value, "kernel log") != 0)
		return false;
	k->shown_by[op] = true;
	k->nr_ops++;
	return true;
}

static bool add_got(struct known *k, const char *value)
{
	return k->nr_got < KNOWN_MAX_GOT && set_text(k->got[k->nr_got++], value);
}

static bool is_errno_name(const char *name)
{
	for (int err = 1; err < MAX_ERRNO; err++) {
		const char *known = strerrorname_np(err);

		if (known && !strcmp(known, name))
			return true;
	}
	return false;
}

/* "user create_vcpu got EEXIST". */
static bool set_after(struct known *k, const char *value)
{
	const char *got = strstr(value, " got ");
	char op[KNOWN_TEXT_BYTES];

	if (!got)
		return false;
	snprintf(op, sizeof(op), "%.*s", (int)(got - value), value);
	k->after_op = op_of_words(op);
	got += strlen(" got ");
	return k->after_op != NR_OPS && is_errno_name(got) && set_text(k->after_got, got);
}

/* What an entry's condition asks of an argument. */
struct when {
	char name[32];
	char relation; /* '<' and '>' include equality */
	u64 bound;
};

/* "base>=0x1000", "index<=3" or "index=1". */
static bool parse_when(const char *text, struct when *w)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz_");
	char *end;

	if (!n || n >= sizeof(w->name))
		return false;
	memcpy(w->name, text, n);
	w->name[n] = '\0';
	w->relation = text[n];
	if (w->relation != '=' && (!w->relation || !strchr("<>", w->relation) || text[++n] != '='))
		return false;
	if (!isdigit((unsigned char)text[++n]))
		return false;
	errno = 0;
	w->bound = strtoull(text + n, &end, 0);
	return !errno && !*end;
}

static bool set_when(struct known *k, const char *value)
{
	struct when w;

	if (!parse_when(value, &w))
		return false;
	for (unsigned int i = 0; i < NR_OP_ARGS; i++) {
		if (!strcmp(op_arg_desc(i)->name, w.name))
			return set_text(k->when, value);
	}
	return false;
}

static bool set_host(struct known *k, const char *value)
{
	static const struct {
		const char *name;
		enum host host;
	} hosts[] = {
		{ "qemu-virt", HOST_QEMU_VIRT },
		{ "gicv2-on-gicv3", HOST_GICV2_ON_GICV3 },
		{ "protected", HOST_PROTECTED },
		{ "trapped", HOST_TRAPPED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		if (strcmp(value, hosts[i].name) != 0)
			continue;
		k->host = hosts[i].host;
		return true;
	}
	return false;
}

static bool set_key(struct known *k, const char *key, const char *value)
{
	if (!strcmp(key, "rule"))
		return add_rule(k, value);
	if (!strcmp(key, "kernels"))
		return set_versions(k, IMPL_KVM, value);
	if (!strcmp(key, "qemu"))
		return set_versions(k, IMPL_QEMU, value);
	if (!strcmp(key, "host"))
		return set_host(k, value);
	if (!strcmp(key, "op"))
		return add_op(k, value);
	if (!strcmp(key, "got"))
		return add_got(k, value);
	if (!strcmp(key, "after"))
		return set_after(k, value);
	if (!strcmp(key, "hazard")) {
		k->hazard = true;
		return set_after(k, value);
	}
	if (!strcmp(key, "when"))
		return set_when(k, value);
	if (!strcmp(key, "deviation")) {
		k->deviation = deviation_find(value);
		return k->deviation >= 0;
	}
	if (!strcmp(key, "chance")) {
		k->chance = true;
		return value[0];
	}
	if (!strcmp(key, "program"))
		return set_text(k->program, value);
	if (!strcmp(key, "upstream"))
		return set_text(k->upstream, value);
	return false;
}

/* The model knows what a deviation does; of any other entry the symptom is needed. */
static int check_complete(const struct known *k, struct prog_error *err)
{
	bool common = k->from && k->upstream[0] && k->program[0];
	bool symptom = k->nr_rules && k->nr_ops && k->nr_got;

	if (common && (k->deviation < 0 ? symptom : !k->nr_rules && !k->nr_ops && !k->nr_got))
		return 0;
	snprintf(err->text, sizeof(err->text),
		 "kernels, program, upstream, and either deviation or rule, op, got are needed");
	return -EINVAL;
}

/**
 * known_parse() - an entry from its text
 * @k:    filled in, but for its id
 * @text: lines of "key: value" and "# comment", terminated
 * @err:  says what is wrong and where, after a failure
 *
 * Return: 0 or -EINVAL.
 */
int known_parse(struct known *k, const char *text, struct prog_error *err)
{
	unsigned int line = 0;

	*k = (struct known){ .after_op = NR_OPS, .deviation = -1 };
	*err = (struct prog_error){ 0 };
	while (*text) {
		size_t len = strcspn(text, "\n");
		char buf[512], *colon;

		line++;
		snprintf(buf, sizeof(buf), "%.*s", (int)len, text);
		text += len + (text[len] == '\n');
		colon = strstr(buf, ": ");
		if (!buf[0] || buf[0] == '#')
			continue;
		if (colon) {
			*colon = '\0';
			if (set_key(k, buf, colon + 2))
				continue;
			*colon = ':';
		}
		err->line = line;
		snprintf(err->text, sizeof(err->text), "'%.100s' is not understood", buf);
		return -EINVAL;
	}
	return check_complete(k, err);
}

/* Return: the number of bytes, at most @bytes, or a negative errno. */
static ssize_t read_entry(const char *path, char *text, size_t bytes)
{
	FILE *f = fopen(path, "re");
	ssize_t n;

	if (!f)
		return -errno;
	n = (ssize_t)fread(text, 1, bytes, f);
	if (ferror(f))
		n = -errno;
	fclose(f);
	return n;
}

static int load_one(struct known_list *list, const char *path, const char *name, char *error,
		    size_t bytes)
{
	struct prog_error err;
	struct known k;
	char text[8192];
	ssize_t n = read_entry(path, text, sizeof(text));

	if (n < 0 || n == sizeof(text)) {
		snprintf(error, bytes, "cannot read '%s': %s", path,
			 strerror(n < 0 ? (int)-n : EFBIG));
		return n < 0 ? (int)n : -EFBIG;
	}
	text[n] = '\0';
	if (known_parse(&k, text, &err)) {
		if (err.line)
			snprintf(error, bytes, "%s:%u: %s", path, err.line, err.text);
		else
			snprintf(error, bytes, "%s: %s", path, err.text);
		return -EINVAL;
	}
	snprintf(k.id, sizeof(k.id), "%.*s", (int)(strlen(name) - strlen(".known")), name);
	list->known = xrealloc(list->known, (list->nr + 1) * sizeof(k));
	list->known[list->nr++] = k;
	return 0;
}

static int is_known_file(const struct dirent *d)
{
	return !fnmatch("*.known", d->d_name, 0);
}

/**
 * known_load_dir() - all entries of a folder, in the order of their names
 * @list:  filled in, to be released by known_list_free()
 * @dir:   such as "corpora/known"; a folder that is not there has no entries
 * @error: receives one line after a failure
 * @bytes: of @error
 *
 * Return: 0, -EINVAL for an entry that is malformed, or the errno of reading.
 */
int known_load_dir(struct known_list *list, const char *dir, char *error, size_t bytes)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_known_file, alphasort);
	int ret = n < 0 && errno != ENOENT ? -errno : 0;

	*list = (struct known_list){ 0 };
	if (ret)
		snprintf(error, bytes, "cannot read '%s': %s", dir, strerror(-ret));
	for (int i = 0; i < n; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		if (!ret)
			ret = load_one(list, path, names[i]->d_name, error, bytes);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return ret;
}

/**
 * known_list_free() - release a list
 * @list: from known_load_dir(), or all zero
 */
void known_list_free(struct known_list *list)
{
	free(list->known);
	*list = (struct known_list){ 0 };
}

/**
 * known_concerns() - is an entry about this implementation and version?
 * @k:  the entry
 * @of: what is under test
 *
 * Return: whether.
 */
bool known_concerns(const struct known *k, struct release of)
{
	return of.implementation == k->implementation && of.version >= k->from &&
	       of.version <= k->to && (k->host == HOST_ANY || of.hosts & k->host);
}

/**
 * known_deviations() - the deviations that a kernel is known for
 * @list:   the entries
 * @of:     what is under test
 *
 * Return: the set of them.
 */
struct deviation_set known_deviations(const struct known_list *list, struct release of)
{
	struct deviation_set set = { 0 };

	for (size_t i = 0; i < list->nr; i++) {
		if (list->known[i].deviation >= 0 && known_concerns(&list->known[i], of))
			deviation_add(&set, (enum deviation_id)list->known[i].deviation);
	}
	return set;
}

/**
 * known_find_deviation() - the entry of a deviation
 * @list:      the entries
 * @of:        what is under test
 * @deviation: below NR_DEVIATIONS
 *
 * Return: the entry, or NULL.
 */
const struct known *known_find_deviation(const struct known_list *list, struct release of,
					 enum deviation_id deviation)
{
	for (size_t i = 0; i < list->nr; i++) {
		if (list->known[i].deviation == (int)deviation &&
		    known_concerns(&list->known[i], of))
			return &list->known[i];
	}
	return NULL;
}

/* Does the operation's argument meet the entry's condition? */
static bool when_holds(const struct known *k, const struct op *op)
{
	struct when w;

	if (!k->when[0])
		return true;
	if (!parse_when(k->when, &w))
		return false;
	for (unsigned int i = 0; i < op_nr_args(op->id); i++) {
		if (strcmp(op_arg_desc(op_desc(op->id)->first_arg + i)->name, w.name) != 0)
			continue;
		if (w.relation == '>')
			return op->arg[i] >= w.bound;
		if (w.relation == '<')
			return op->arg[i] <= w.bound;
		return op->arg[i] == w.bound;
	}
	return false;
}

static bool op_matches(const struct known *k, const struct prog *p, size_t op)
{
	if (op == p->nr_ops)
		return k->shown_by[NR_OPS] && !k->when[0];
	return k->shown_by[p->op[op].id] && when_holds(k, &p->op[op]);
}

static bool after_holds(const struct known *k, const struct prog *p,
			const struct op_result *results, size_t op)
{
	if (k->after_op == NR_OPS)
		return true;
	/* A process that died of a hazard left no results. */
	if (!results)
		return k->hazard;
	for (size_t i = 0; i < op; i++) {
		const char *name =
			results[i].status == OP_FAILED ? strerrorname_np(results[i].err) : NULL;

		if (p->op[i].id == k->after_op && name && !strcmp(name, k->after_got))
			return true;
	}
	return false;
}

static bool got_matches(const struct known *k, const char *got)
{
	for (unsigned int i = 0; i < k->nr_got; i++) {
		if (!fnmatch(k->got[i], got, 0))
			return true;
	}
	return false;
}

/**
 * known_find() - the entry that names a difference
 * @list:    to look in
 * @kernel:  under test, major * 1000 + minor
 * @rule:    that is broken
 * @got:     what was got, as the judge prints it
 * @p:       the program
 * @results: of all its operations, or NULL if the process died of them
 * @op:      number of the operation that shows it; that after the last one for
 *           the kernel log
 *
 * Return: the entry, or NULL.
 */
const struct known *known_find(const struct known_list *list, struct release of, enum rule_id rule,
			       const char *got, const struct prog *p,
			       const struct op_result *results, size_t op)
{
	for (size_t i = 0; i < list->nr; i++) {
		const struct known *k = &list->known[i];

		if (!known_concerns(k, of) || !op_matches(k, p, op) || !got_matches(k, got) ||
		    !after_holds(k, p, results, op))
			continue;
		for (unsigned int r = 0; r < k->nr_rules; r++) {
			if (k->rule[r] == rule)
				return k;
		}
	}
	return NULL;
}
