// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statements, comments and assertions of the C code of a test.
 */
#include "lib/export/emit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"

#define CODE_COLUMNS 100
#define COMMENT_COLUMNS 80
#define TAB 8
#define MAX_DEPTH 16
#define TEXT_BYTES 2048

/* Where a line of code may be broken, and where the next one then begins. */
struct wrap {
	size_t at; /* the blank, or 0 if there is none */
	unsigned int depth;
	unsigned int open[MAX_DEPTH]; /* columns after open brackets */
};

static void put_indent(FILE *f, unsigned int columns)
{
	for (unsigned int i = 0; i < columns / TAB; i++)
		putc('\t', f);
	for (unsigned int i = 0; i < columns % TAB; i++)
		putc(' ', f);
}

static bool may_break(const char *s, size_t i)
{
	if (s[i] != ' ' || !i)
		return false;
	return s[i - 1] == ',' ||
	       (i > 1 && (!strncmp(s + i - 2, "&&", 2) || !strncmp(s + i - 2, "||", 2)));
}

/* Finds where the line of @s that begins in column @col has to end. */
static size_t line_end(const char *s, unsigned int col, struct wrap *w)
{
	struct wrap now = *w;
	bool string = false;
	size_t i;

	w->at = 0;
	for (i = 0; s[i]; i++, col++) {
		if (s[i] == '"' && (!i || s[i - 1] != '\\'))
			string = !string;
		if (!string && s[i] == '(' && now.depth < MAX_DEPTH)
			now.open[now.depth++] = col + 1;
		if (!string && s[i] == ')' && now.depth)
			now.depth--;
		if (col >= CODE_COLUMNS && w->at)
			return w->at;
		if (!string && may_break(s, i)) {
			*w = now;
			w->at = i;
		}
	}
	return i;
}

/**
 * put_code() - a statement, broken into lines as needed
 * @f:    receives it
 * @tabs: its indentation
 * @fmt:  the statement on one line
 */
void put_code(FILE *f, unsigned int tabs, const char *fmt, ...)
{
	unsigned int col = tabs * TAB;
	struct wrap w = { 0 };
	char text[TEXT_BYTES];
	const char *s = text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (;;) {
		size_t end = line_end(s, col, &w);

		put_indent(f, col);
		fprintf(f, "%.*s\n", (int)end, s);
		if (!s[end])
			return;
		col = w.depth ? w.open[w.depth - 1] : tabs * TAB + TAB;
		s += end + 1;
	}
}

/**
 * put_words() - a paragraph of a comment
 * @f:    receives its lines, each begun by " * "
 * @tabs: their indentation
 * @s:    the words
 */
void put_words(FILE *f, unsigned int tabs, const char *s)
{
	unsigned int col = 0;

	while (*s) {
		size_t len = strcspn(s, " ");

		if (col && col + 1 + len > COMMENT_COLUMNS) {
			putc('\n', f);
			col = 0;
		}
		if (!col) {
			put_indent(f, tabs * TAB);
			fputs(" *", f);
			col = tabs * TAB + 2;
		}
		fprintf(f, " %.*s", (int)len, s);
		col += 1 + (unsigned int)len;
		s += len;
		s += strspn(s, " ");
	}
	putc('\n', f);
}

/**
 * put_comment() - a comment, on one line if it fits
 * @f:    receives it
 * @tabs: its indentation
 * @fmt:  its text
 */
void put_comment(FILE *f, unsigned int tabs, const char *fmt, ...)
{
	char text[TEXT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_indent(f, tabs * TAB);
	if ((size_t)tabs * TAB + strlen(text) + 6 <= COMMENT_COLUMNS) {
		fprintf(f, "/* %s */\n", text);
		return;
	}
	fputs("/*\n", f);
	put_words(f, tabs, text);
	put_indent(f, tabs * TAB);
	fputs(" */\n", f);
}

/**
 * export_refuse() - say why a program cannot be exported
 * @x:   the export; the first reason stays
 * @fmt: the reason
 */
void export_refuse(struct export *x, const char *fmt, ...)
{
	va_list ap;

	if (x->error[0])
		return;
	va_start(ap, fmt);
	vsnprintf(x->error, EXPORT_ERROR_BYTES, fmt, ap);
	va_end(ap);
}

/**
 * export_refuse_op() - say that no test can have an operation
 * @x: the export; the first reason stays
 * @i: its number, from 0
 */
void export_refuse_op(struct export *x, size_t i)
{
	export_refuse(x, "op %zu: '%s' is not exported", i + 1, op_desc(x->prog->op[i].id)->word);
}

static const u64 helper_needs[NR_HELPERS] = {
#define HELPER(id, needs, text) [HELPER_##id] = (needs),
#define NEED(id) (1ULL << HELPER_##id)
#include "lib/export/helper.def"
#undef NEED
#undef HELPER
};

/**
 * export_use() - the test uses a helper
 * @x:  the export
 * @id: the helper; those that it uses itself come with it
 */
void export_use(struct export *x, enum helper_id id)
{
	if (x->used[id])
		return;
	x->used[id] = true;
	for (unsigned int i = 0; i < NR_HELPERS; i++) {
		if (helper_needs[id] >> i & 1)
			export_use(x, (enum helper_id)i);
	}
}

/* Only letters, digits and underscores: "GICR_TYPER+4" becomes GICR_TYPER_4. */
static void make_identifier(char *name)
{
	for (; *name; name++) {
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
			    *name))
			*name = '_';
	}
}

/**
 * export_reg_name() - the name of a place in C
 * @x:     the export, which then defines it
 * @place: the place
 * @buf:   receives the name, terminated
 * @bytes: of @buf
 *
 * Return: @buf.
 */
const char *export_reg_name(struct export *x, u64 place, char *buf, size_t bytes)
{
	place_print(place, buf, bytes);
	make_identifier(buf);
	for (size_t i = 0; i < x->nr_regs; i++) {
		if (x->reg[i] == place)
			return buf;
	}
	x->reg = xrealloc(x->reg, (x->nr_regs + 1) * sizeof(x->reg[0]));
	x->reg[x->nr_regs++] = place;
	return buf;
}

/**
 * export_sysreg_name() - the encoding of a system register in C
 * @place: the register
 * @buf:   receives the name that every tree has for it, or the encoding
 * @bytes: of @buf
 *
 * Return: @buf.
 */
const char *export_sysreg_name(u64 place, char *buf, size_t bytes)
{
	u32 enc = place_offset(place);
	struct reg_at at;
	size_t len;

	snprintf(buf, bytes, "SYS_");
	place_print(place, buf + 4, bytes - 4);
	len = strlen(buf);
	reg_find_at(place, &at);
	if (at.reg < 0 || !strcmp(buf + len - 4, "_EL3"))
		snprintf(buf, bytes, "sys_reg(%u, %u, %u, %u, %u)", enc >> 14 & 3, enc >> 11 & 7,
			 enc >> 7 & 15, enc >> 3 & 15, enc & 7);
	return buf;
}

/**
 * export_asserts() - is the outcome of an operation asserted?
 * @x: the export
 * @i: number of the operation, from 0
 *
 * Return: whether.
 */
bool export_asserts(const struct export *x, size_t i)
{
	return !x->o->only_op || x->o->only_op == i + 1;
}

/**
 * export_vcpu() - a vCPU of the test
 * @x:  the export
 * @id: vcpu_id
 *
 * Return: the vCPU, or NULL if the program never creates it.
 */
struct export_vcpu *export_vcpu(const struct export *x, u64 id)
{
	for (size_t i = 0; i < x->nr_vcpus; i++) {
		if (x->vcpu[i].id == id)
			return &x->vcpu[i];
	}
	return NULL;
}

/* "Last=0", or the bits if they are of no field or of too many. */
static void print_fields(int reg, u64 value, u64 mask, char *buf, size_t bytes)
{
	const struct field_desc *f = reg >= 0 ? reg_first_field((enum reg_id)reg) : NULL;
	size_t at = 0;

	buf[0] = '\0';
	for (; f; f = reg_next_field(f)) {
		u64 part;
		int n;

		if (!(mask & bits_mask(f->msb, f->lsb)) || at >= bytes)
			continue;
		part = bits_get(value & mask, f->msb, f->lsb);
		n = snprintf(buf + at, bytes - at, part > 9 ? "%s%s=0x%" PRIx64 : "%s%s=%" PRIu64,
			     at ? " " : "", f->name, part);
		at += n < 0 ? 0 : (size_t)n;
	}
	if (!at || at > 64)
		snprintf(buf, bytes, "0x%" PRIx64 " in 0x%" PRIx64, value & mask, mask);
}

/**
 * export_tell_rule() - a rule's sentence and source, where a test first asserts it
 * @x:    the export
 * @f:    receives the comment
 * @rule: the rule
 */
void export_tell_rule(struct export *x, FILE *f, enum rule_id rule)
{
	const struct rule_desc *r = rule_desc(rule);

	if (!x->told[rule])
		put_comment(f, 1, "%s: %s [%s]", r->name, r->sentence, r->source);
	x->told[rule] = true;
}

/*
 * The parts of a value that are asserted.  What is known only because all the
 * rest of the register is, comes last, and only if there is nothing else.
 */
static unsigned int nr_parts_of(const struct export *x, size_t i, const struct export_val *v)
{
	return v->nr_parts > 1 && x->o->only_op != i + 1 ? v->nr_parts - 1 : v->nr_parts;
}

/**
 * export_has_check() - would put_check() assert anything?
 * @x:   the export
 * @i:   number of the operation, from 0
 * @val: number of the value
 *
 * Return: whether.
 */
bool export_has_check(const struct export *x, size_t i, unsigned int val)
{
	const struct export_step *s = &x->steps.step[i];

	if (!export_asserts(x, i) || val >= s->nr_vals)
		return false;
	if (!val && s->nr_one_of)
		return !s->loose;
	for (unsigned int k = 0; k < nr_parts_of(x, i, &s->val[val]); k++) {
		if (s->val[val].part[k].mask & s->val[val].known)
			return true;
	}
	return false;
}

static void put_one_of(struct export *x, size_t i, FILE *f, const char *expr)
{
	const struct export_step *s = &x->steps.step[i];
	enum rule_id rule = s->val[0].nr_parts ? s->val[0].part[0].rule : s->rule;
	char op[TEXT_BYTES / 4], cond[TEXT_BYTES / 2] = "";
	size_t at = 0;

	op_print(&x->prog->op[i], op, sizeof(op));
	for (unsigned int k = 0; k < s->nr_one_of && at < sizeof(cond); k++)
		at += (size_t)snprintf(cond + at, sizeof(cond) - at, "%s%s == %u", k ? " || " : "",
				       expr, s->one_of[k]);
	if (at >= sizeof(cond)) {
		export_refuse(x, "op %zu: too many values are allowed", i + 1);
		return;
	}
	export_tell_rule(x, f, rule);
	put_code(f, 1, "%s(%s, \"op %zu, %s: %s; got %%lu\", (unsigned long)%s);",
		 f == x->host ? "TEST_ASSERT" : "__GUEST_ASSERT", cond, i + 1, op,
		 rule_desc(rule)->name, expr);
	x->nr_asserts++;
}

/**
 * put_check() - assert a value
 * @x:    the export
 * @i:    number of the operation, from 0
 * @val:  number of the value
 * @f:    receives the code: of the host, or of a guest
 * @expr: the variable that holds it
 *
 * Each rule has an assertion of its own, so that a failure names it.
 */
void put_check(struct export *x, size_t i, unsigned int val, FILE *f, const char *expr)
{
	const struct export_val *v = &x->steps.step[i].val[val];
	bool guest = f != x->host;
	char op[TEXT_BYTES / 4], fields[128];

	if (!val && x->steps.step[i].nr_one_of) {
		put_one_of(x, i, f, expr);
		return;
	}
	op_print(&x->prog->op[i], op, sizeof(op));
	for (unsigned int k = 0; k < nr_parts_of(x, i, v); k++) {
		u64 mask = v->part[k].mask & v->known;

		if (!mask)
			continue;
		export_use(x, guest ? HELPER_GUEST_CHECK : HELPER_CHECK);
		print_fields(v->reg, v->value, mask, fields, sizeof(fields));
		export_tell_rule(x, f, v->part[k].rule);
		put_code(f, 1,
			 "%s(%s, 0x%" PRIx64 ", 0x%" PRIx64 ", \"op %zu, %s: want %s (%s)\");",
			 guest ? "GUEST_CHECK" : "CHECK", expr, mask, v->value & mask, i + 1, op,
			 fields, rule_desc(v->part[k].rule)->name);
		x->nr_asserts++;
	}
}
