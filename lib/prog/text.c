// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of the text form of programs, driven by ops.def.  It knows no
 * operation by name.  The printer is in print.c.
 *
 *   # comment
 *   vm gicv3 ipa=40
 *   [user | guest | dev | mem] VERB [WORD] name=value ...   # comment
 *   par {
 *           operations that are performed side by side
 *   }
 */
#include "lib/prog/prog.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"

#define MAX_TOKENS (OP_MAX_ARGS + 3)

struct token {
	const char *at;
	size_t len;
	size_t name_len; /* before the '=', 0 for a bare word */
	bool used;
};

struct line {
	const char *text;
	unsigned int number;
	struct token token[MAX_TOKENS];
	unsigned int nr_tokens;
};

struct parser {
	struct prog *prog;
	struct prog_error *err;
	struct line line;
	bool have_vm;
	unsigned int par_line, par_column; /* where the block begins; 0 outside one */
	size_t par_first; /* number of its first operation */
	char *above; /* comment lines not yet given to anything */
	size_t above_len;
};

static __printf(3, 4) int fail(struct parser *ps, const char *at, const char *fmt, ...)
{
	va_list ap;

	ps->err->line = ps->line.number;
	ps->err->column = at ? (unsigned int)(at - ps->line.text) + 1 : 0;
	va_start(ap, fmt);
	vsnprintf(ps->err->text, sizeof(ps->err->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static bool token_is(const struct token *t, const char *word)
{
	return t->len == strlen(word) && !memcmp(t->at, word, t->len);
}

static bool token_has_name(const struct token *t, const char *name)
{
	return t->name_len && t->name_len == strlen(name) && !memcmp(t->at, name, t->name_len);
}

/* A printable stand-in for text that may be anything, long or binary. */
static const char *quoted(const char *at, size_t len, char buf[64])
{
	size_t n = 0;

	for (; n < len && n < 40; n++)
		buf[n] = isprint((unsigned char)at[n]) ? at[n] : '?';
	buf[n] = '\0';
	return buf;
}

static int parse_number(struct parser *ps, const char *at, size_t len, u64 *value)
{
	unsigned int base = 10;
	size_t i = 0;
	char buf[64];

	if (len > 2 && at[0] == '0' && at[1] == 'x') {
		base = 16;
		i = 2;
	}
	*value = 0;
	if (i == len)
		return fail(ps, at, "a number is missing");
	for (; i < len; i++) {
		unsigned int digit = 99;

		if (at[i] >= '0' && at[i] <= '9')
			digit = (unsigned int)(at[i] - '0');
		else if (at[i] >= 'a' && at[i] <= 'f')
			digit = (unsigned int)(at[i] - 'a') + 10;
		else if (at[i] >= 'A' && at[i] <= 'F')
			digit = (unsigned int)(at[i] - 'A') + 10;
		if (digit >= base)
			return fail(ps, at, "'%s' is not a number", quoted(at, len, buf));
		if (*value > (UINT64_MAX - digit) / base)
			return fail(ps, at, "'%s' does not fit 64 bits", quoted(at, len, buf));
		*value = *value * base + digit;
	}
	return 0;
}

static int check_range(struct parser *ps, const struct op_arg_desc *d, const char *at, u64 value)
{
	if (value < d->lo || value > d->hi)
		return fail(ps, at, "%s=0x%" PRIx64 " is outside 0x%" PRIx64 "..0x%" PRIx64,
			    d->name, value, d->lo, d->hi);
	if (value % d->unit)
		return fail(ps, at, "%s=0x%" PRIx64 " is not a multiple of 0x%" PRIx64, d->name,
			    value, d->unit);
	return 0;
}

static int parse_addr_type(struct parser *ps, const struct token *t, u64 *value)
{
	char buf[64];

	for (unsigned int i = 0; i < NR_ADDR_TYPES; i++) {
		if (token_is(t, addr_type_desc((enum addr_type)i)->word)) {
			*value = i;
			return 0;
		}
	}
	return fail(ps, t->at, "'%s' is not an address attribute", quoted(t->at, t->len, buf));
}

static int parse_line_type(struct parser *ps, const struct token *t, u64 *value)
{
	char buf[64];

	for (unsigned int i = 0; i < NR_LINE_TYPES; i++) {
		if (token_is(t, line_type_desc((enum line_type)i)->word)) {
			*value = i;
			return 0;
		}
	}
	return fail(ps, t->at, "'%s' is not a type of interrupt", quoted(t->at, t->len, buf));
}

static int parse_place(struct parser *ps, const struct token *t, u64 *value)
{
	char buf[64], name[64];

	if (t->len < sizeof(name)) {
		memcpy(name, t->at, t->len);
		name[t->len] = '\0';
		if (place_parse(name, ps->prog->gic, value))
			return 0;
	}
	return fail(ps, t->at, "'%s' is not a register of gicv%d", quoted(t->at, t->len, buf),
		    (int)ps->prog->gic);
}

static bool kind_is_word(enum op_arg_kind kind)
{
	return kind == ARG_KIND_PLACE || kind == ARG_KIND_ADDR_TYPE || kind == ARG_KIND_LINE_TYPE;
}

static int parse_word_arg(struct parser *ps, const struct op_arg_desc *d, const struct token *t,
			  u64 *value)
{
	if (d->kind == ARG_KIND_ADDR_TYPE)
		return parse_addr_type(ps, t, value);
	if (d->kind == ARG_KIND_LINE_TYPE)
		return parse_line_type(ps, t, value);
	return parse_place(ps, t, value);
}

static bool arg_may_be_absent(const struct op *op, const struct op_arg_desc *d)
{
	switch (d->kind) {
	case ARG_KIND_OPT:
	case ARG_KIND_OPTHEX:
	case ARG_KIND_SIZE:
		return true;
	case ARG_KIND_AT:
		return !op_is_in_memory(op);
	case ARG_KIND_DEC:
	case ARG_KIND_HEX:
	case ARG_KIND_PLACE:
	case ARG_KIND_ADDR_TYPE:
	case ARG_KIND_LINE_TYPE:
		break;
	}
	return false;
}

static int check_arg(struct parser *ps, const struct op *op, const struct op_arg_desc *d,
		     const char *at, u64 value)
{
	if (d->kind == ARG_KIND_AT && !op_is_in_memory(op))
		return fail(ps, at, "a system register has no address");
	if (d->kind == ARG_KIND_SIZE && !op_is_in_memory(op))
		return fail(ps, at, "a system register is accessed as a whole");
	if (d->kind == ARG_KIND_SIZE && (!value || value > d->hi || value & (value - 1)))
		return fail(ps, at, "%s=%" PRIu64 " is not 1, 2, 4 or 8", d->name, value);
	return check_range(ps, d, at, value);
}

static int parse_arg(struct parser *ps, struct op *op, unsigned int i)
{
	const struct op_arg_desc *d = op_arg_desc(op_desc(op->id)->first_arg + i);
	struct line *l = &ps->line;
	struct token *t = NULL;
	const char *at;
	int ret;

	for (unsigned int k = 0; k < l->nr_tokens && !t; k++) {
		struct token *c = &l->token[k];

		if (!c->used && (kind_is_word(d->kind) ? !c->name_len : token_has_name(c, d->name)))
			t = c;
	}
	if (!t && arg_may_be_absent(op, d))
		return 0;
	if (!t)
		return fail(ps, l->token[0].at, "'%s' needs %s%s", op_desc(op->id)->word, d->name,
			    kind_is_word(d->kind) ? "" : "=");
	t->used = true;
	if (kind_is_word(d->kind))
		return parse_word_arg(ps, d, t, &op->arg[i]);
	at = t->at + t->name_len + 1;
	ret = parse_number(ps, at, t->len - t->name_len - 1, &op->arg[i]);
	return ret ? ret : check_arg(ps, op, d, at, op->arg[i]);
}

static int check_all_used(struct parser *ps)
{
	char buf[64];

	for (unsigned int i = 0; i < ps->line.nr_tokens; i++) {
		const struct token *t = &ps->line.token[i];

		if (!t->used)
			return fail(ps, t->at, "'%s' means nothing here",
				    quoted(t->at, t->len, buf));
	}
	return 0;
}

static int split_tokens(struct parser *ps, const char *end)
{
	struct line *l = &ps->line;
	const char *p = l->text;

	l->nr_tokens = 0;
	for (;;) {
		struct token *t;
		const char *eq;

		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if (p == end)
			return 0;
		if (l->nr_tokens == MAX_TOKENS)
			return fail(ps, p, "too many words");
		t = &l->token[l->nr_tokens++];
		*t = (struct token){ .at = p };
		while (p < end && *p != ' ' && *p != '\t')
			p++;
		t->len = (size_t)(p - t->at);
		eq = memchr(t->at, '=', t->len);
		t->name_len = eq ? (size_t)(eq - t->at) : 0;
	}
}

static int parse_vm(struct parser *ps)
{
	struct line *l = &ps->line;
	struct prog *p = ps->prog;
	char buf[64];
	u64 ipa;
	int ret;

	if (!token_is(&l->token[0], "vm"))
		return fail(ps, l->text, "a program begins with 'vm gicv2' or 'vm gicv3'");
	l->token[0].used = true;
	if (l->nr_tokens < 2)
		return fail(ps, l->text, "'vm' needs gicv2 or gicv3");
	if (token_is(&l->token[1], "gicv2"))
		p->gic = GIC_V2;
	else if (token_is(&l->token[1], "gicv3"))
		p->gic = GIC_V3;
	else
		return fail(ps, l->token[1].at, "'%s' is neither gicv2 nor gicv3",
			    quoted(l->token[1].at, l->token[1].len, buf));
	l->token[1].used = true;
	if (l->nr_tokens > 2 && token_has_name(&l->token[2], "ipa")) {
		struct token *t = &l->token[2];

		t->used = true;
		ret = parse_number(ps, t->at + 4, t->len - 4, &ipa);
		if (ret)
			return ret;
		if (ipa > 64 || !prog_ipa_bits_are_supported((unsigned int)ipa))
			return fail(ps, t->at + 4, "ipa=%" PRIu64 " is not one of 36, 40, 48", ipa);
		p->ipa_bits = (unsigned int)ipa;
	}
	ps->have_vm = true;
	return check_all_used(ps);
}

/* No operation of @agent has this verb. */
static int fail_verb(struct parser *ps, enum op_agent agent, const struct token *verb)
{
	char buf[64];

	for (unsigned int i = 0; i < NR_OPS; i++) {
		const struct op_desc *d = op_desc((enum op_id)i);

		if (token_is(verb, d->word))
			return fail(ps, verb->at, "'%s' is not a %s operation, but a %s one",
				    d->word, op_agent_word(agent), op_agent_word(d->agent));
	}
	return fail(ps, verb->at, "'%s' is not a %s operation", quoted(verb->at, verb->len, buf),
		    op_agent_word(agent));
}

static int find_op(struct parser *ps, enum op_id *id)
{
	struct line *l = &ps->line;
	enum op_agent agent = AGENT_USER;
	struct token *verb;
	unsigned int k = 0;

	for (unsigned int i = 0; i < NR_AGENTS; i++) {
		if (token_is(&l->token[0], op_agent_word((enum op_agent)i))) {
			agent = (enum op_agent)i;
			l->token[0].used = true;
			k = 1;
		}
	}
	while (k < l->nr_tokens && l->token[k].name_len)
		k++;
	if (k == l->nr_tokens)
		return fail(ps, l->token[0].at, "an operation is missing");
	verb = &l->token[k];
	verb->used = true;
	for (unsigned int i = 0; i < NR_OPS; i++) {
		const struct op_desc *d = op_desc((enum op_id)i);

		if (d->agent != agent || !token_is(verb, d->word))
			continue;
		if (d->gic && d->gic != (int)ps->prog->gic)
			return fail(ps, verb->at, "'%s' is not an operation of a gicv%d VM",
				    d->word, (int)ps->prog->gic);
		if (ps->par_line && !op_can_par((enum op_id)i))
			return fail(ps, verb->at, "'%s' cannot stand in a par block", d->word);
		*id = (enum op_id)i;
		return 0;
	}
	return fail_verb(ps, agent, verb);
}

static int parse_op(struct parser *ps)
{
	enum op_id id = (enum op_id)0;
	struct op *op;
	int ret;

	if (ps->prog->nr_ops == PROG_MAX_OPS)
		return fail(ps, ps->line.token[0].at, "more than %d operations", PROG_MAX_OPS);
	ret = find_op(ps, &id);
	if (ret)
		return ret;
	op = prog_add(ps->prog, id);
	op->par = ps->par_line && ps->prog->nr_ops - 1 > ps->par_first;
	for (unsigned int i = 0; i < op_nr_args(id); i++) {
		ret = parse_arg(ps, op, i);
		if (ret)
			return ret;
	}
	return check_all_used(ps);
}

static int begin_par(struct parser *ps)
{
	struct token *t = ps->line.token;

	if (ps->par_line)
		return fail(ps, t[0].at, "a par block within that of line %u", ps->par_line);
	if (ps->line.nr_tokens < 2 || !token_is(&t[1], "{"))
		return fail(ps, t[0].at, "'par' needs {");
	ps->par_line = ps->line.number;
	ps->par_column = (unsigned int)(t[0].at - ps->line.text) + 1;
	ps->par_first = ps->prog->nr_ops;
	t[0].used = t[1].used = true;
	return check_all_used(ps);
}

static int end_par(struct parser *ps)
{
	if (!ps->par_line)
		return fail(ps, ps->line.token[0].at, "'}' without a par block");
	if (ps->prog->nr_ops == ps->par_first)
		return fail(ps, ps->line.token[0].at, "no operation in the par block of line %u",
			    ps->par_line);
	ps->par_line = 0;
	ps->line.token[0].used = true;
	return check_all_used(ps);
}

/* Is the line one of the two that enclose a block? */
static bool is_brace(const struct line *l)
{
	return token_is(&l->token[0], "par") || token_is(&l->token[0], "}");
}

static int parse_brace(struct parser *ps)
{
	return token_is(&ps->line.token[0], "}") ? end_par(ps) : begin_par(ps);
}

static void keep_above(struct parser *ps, const char *text, size_t len)
{
	ps->above = xrealloc(ps->above, ps->above_len + len + 2);
	memcpy(ps->above + ps->above_len, text, len);
	ps->above_len += len;
	ps->above[ps->above_len++] = '\n';
	ps->above[ps->above_len] = '\0';
}

static char *take_above(struct parser *ps)
{
	char *text = ps->above;

	ps->above = NULL;
	ps->above_len = 0;
	return text;
}

static int parse_line(struct parser *ps, size_t len)
{
	const char *text = ps->line.text;
	const char *hash = memchr(text, '#', len);
	const char *end = hash ? hash : text + len;
	const char *nul = memchr(text, '\0', len);
	char **above, **beside;
	int ret;

	if (nul)
		return fail(ps, nul, "a NUL byte: this is not a program");
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	ret = split_tokens(ps, end < text + len ? end : text + len);
	if (ret)
		return ret;
	if (!ps->line.nr_tokens) {
		keep_above(ps, text, len);
		return 0;
	}
	if (ps->have_vm && is_brace(&ps->line)) {
		/* No operation is on this line: a comment becomes one above the next. */
		if (hash)
			keep_above(ps, hash, (size_t)(text + len - hash));
		return parse_brace(ps);
	}
	ret = ps->have_vm ? parse_op(ps) : parse_vm(ps);
	if (ret)
		return ret;
	if (ps->prog->nr_ops) {
		above = &ps->prog->op[ps->prog->nr_ops - 1].above;
		beside = &ps->prog->op[ps->prog->nr_ops - 1].beside;
	} else {
		above = &ps->prog->above;
		beside = &ps->prog->beside;
	}
	*above = take_above(ps);
	if (hash)
		*beside = xstrndup(hash, (size_t)(text + len - hash));
	return 0;
}

/**
 * prog_parse() - a program from its text form
 * @p:     filled in; to be released by prog_free() after success
 * @text:  anything; need not be terminated
 * @bytes: of @text
 * @err:   says what is wrong and where, after a failure
 *
 * Return: 0, or -EINVAL.
 */
int prog_parse(struct prog *p, const char *text, size_t bytes, struct prog_error *err)
{
	struct parser ps = { .prog = p, .err = err };
	const char *end = text + bytes;
	int ret = 0;

	prog_init(p, GIC_V3, PROG_DEFAULT_IPA_BITS);
	*err = (struct prog_error){ 0 };
	if (bytes > PROG_MAX_BYTES)
		ret = fail(&ps, NULL, "larger than %u bytes: this is not a program",
			   PROG_MAX_BYTES);
	while (!ret && text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((eol ? eol : end) - text);

		ps.line.text = text;
		ps.line.number++;
		ret = parse_line(&ps, len);
		text += len + 1;
	}
	if (!ret && !ps.have_vm) {
		ps.line.number = 0;
		ret = fail(&ps, NULL, "there is no 'vm' line: this is not a program");
	}
	if (!ret && ps.par_line) {
		ret = fail(&ps, NULL, "a par block without its '}'");
		err->line = ps.par_line;
		err->column = ps.par_column;
	}
	p->below = take_above(&ps);
	if (ret)
		prog_free(p);
	return ret;
}

/**
 * prog_load() - a program from a file
 * @p:    filled in and named after the file; to be released by prog_free()
 * @path: to read
 * @err:  says what is wrong, after a failure
 *
 * Return: 0, -EINVAL for a text that is no program, or another negative errno
 * if the file cannot be read.
 */
int prog_load(struct prog *p, const char *path, struct prog_error *err)
{
	const char *base = strrchr(path, '/');
	size_t room = 0, len = 0, n;
	char *text = NULL;
	FILE *f = fopen(path, "re");
	int ret = 0, e = errno;

	*err = (struct prog_error){ 0 };
	if (!f) {
		snprintf(err->text, sizeof(err->text), "cannot open it: %s", strerror(e));
		return -e;
	}
	do {
		room += 65536;
		text = xrealloc(text, room);
		n = fread(text + len, 1, room - len, f);
		len += n;
	} while (n && len <= PROG_MAX_BYTES);
	e = errno;
	if (ferror(f)) {
		snprintf(err->text, sizeof(err->text), "cannot read it: %s", strerror(e));
		ret = -e;
	} else {
		ret = prog_parse(p, text, len, err);
	}
	fclose(f);
	free(text);
	if (!ret) {
		snprintf(p->name, sizeof(p->name), "%s", base ? base + 1 : path);
		if (strlen(p->name) > 5 && !strcmp(p->name + strlen(p->name) - 5, ".vgic"))
			p->name[strlen(p->name) - 5] = '\0';
	}
	return ret;
}
