// SPDX-License-Identifier: GPL-2.0-only
/*
 * The printer of the text form of programs, driven by ops.def.  There is one
 * canonical form; the parser in text.c takes others, too.
 */
#include "lib/prog/prog.h"

#include <string.h>

#include "lib/prog/alloc.h"

struct out {
	char *buf;
	size_t bytes;
	size_t len; /* as if @bytes were endless */
	bool grows; /* @buf is of the heap */
};

/*
 * By hand, because every program is printed before it runs: printf() would take a
 * third of the time that its operations take.
 */
static void put_chars(struct out *o, const char *text, size_t len)
{
	if (o->grows && o->len + len > o->bytes) {
		o->bytes = 2 * (o->len + len);
		o->buf = xrealloc(o->buf, o->bytes);
	}
	if (o->len < o->bytes)
		memcpy(o->buf + o->len, text, len < o->bytes - o->len ? len : o->bytes - o->len);
	o->len += len;
}

static void put(struct out *o, const char *text)
{
	put_chars(o, text, strlen(text));
}

static void put_number(struct out *o, u64 value, unsigned int base)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put_chars(o, digits + at, sizeof(digits) - at);
}

static void put_named(struct out *o, const char *name, u64 value, unsigned int base)
{
	put(o, " ");
	put(o, name);
	put(o, base == 16 ? "=0x" : "=");
	put_number(o, value, base);
}

static void put_word(struct out *o, const char *word)
{
	put(o, " ");
	put(o, word);
}

static void put_arg(struct out *o, const struct op *op, const struct op_arg_desc *d, u64 value)
{
	char name[64];

	switch (d->kind) {
	case ARG_KIND_AT:
		if (op_is_in_memory(op))
			put_named(o, d->name, value, 16);
		break;
	case ARG_KIND_OPTHEX:
		if (value != d->lo)
			put_named(o, d->name, value, 16);
		break;
	case ARG_KIND_SIZE:
	case ARG_KIND_OPT:
		if (value == d->lo)
			break;
		put_named(o, d->name, value, 10);
		break;
	case ARG_KIND_DEC:
		put_named(o, d->name, value, 10);
		break;
	case ARG_KIND_HEX:
		put_named(o, d->name, value, 16);
		break;
	case ARG_KIND_PLACE:
		place_print(value, name, sizeof(name));
		put_word(o, name);
		break;
	case ARG_KIND_ADDR_TYPE:
		put_word(o, addr_type_desc((enum addr_type)value)->word);
		break;
	case ARG_KIND_LINE_TYPE:
		put_word(o, line_type_desc((enum line_type)value)->word);
		break;
	}
}

/* A verb that several agents have is never printed without its agent. */
static bool word_is_shared(const struct op_desc *d)
{
	for (unsigned int i = 0; i < NR_OPS; i++) {
		const struct op_desc *other = op_desc((enum op_id)i);

		if (other != d && !strcmp(other->word, d->word))
			return true;
	}
	return false;
}

static void put_op(struct out *o, const struct op *op)
{
	const struct op_desc *d = op_desc(op->id);
	unsigned int i = 0;

	if (d->agent == AGENT_GUEST) {
		put(o, "guest");
		put_arg(o, op, op_arg_desc(d->first_arg), op->arg[0]);
		put(o, " ");
		i = 1;
	} else if (d->agent != AGENT_USER || word_is_shared(d)) {
		put(o, op_agent_word(d->agent));
		put(o, " ");
	}
	put(o, d->word);
	for (; i < op_nr_args(op->id); i++)
		put_arg(o, op, op_arg_desc(d->first_arg + i), op->arg[i]);
}

/**
 * op_print() - an operation in the canonical text form, without comments
 * @op:    the operation
 * @buf:   receives the text, terminated, unless @bytes is 0
 * @bytes: of @buf; a text that does not fit is cut
 *
 * Return: the length of the whole text, without the terminator.
 */
size_t op_print(const struct op *op, char *buf, size_t bytes)
{
	struct out o = { .buf = buf, .bytes = bytes };

	put_op(&o, op);
	if (bytes)
		buf[o.len < bytes ? o.len : bytes - 1] = '\0';
	return o.len;
}

static void put_beside(struct out *o, const char *beside)
{
	if (beside) {
		put(o, "  ");
		put(o, beside);
	}
	put(o, "\n");
}

/* What is performed side by side, or the one operation that is not. */
static void put_block(struct out *o, const struct prog *p, size_t first, size_t end)
{
	bool par = end > first + 1;

	for (size_t i = first; i < end; i++) {
		put(o, p->op[i].above ? p->op[i].above : "");
		if (par && i == first)
			put(o, "par {\n");
		put(o, par ? "\t" : "");
		put_op(o, &p->op[i]);
		put_beside(o, p->op[i].beside);
	}
	if (par)
		put(o, "}\n");
}

static void put_prog(struct out *o, const struct prog *p)
{
	size_t end;

	put(o, p->above ? p->above : "");
	put(o, "vm gicv");
	put_number(o, p->gic, 10);
	if (p->ipa_bits != PROG_DEFAULT_IPA_BITS)
		put_named(o, "ipa", p->ipa_bits, 10);
	put_beside(o, p->beside);
	for (size_t i = 0; i < p->nr_ops; i = end) {
		end = prog_par_end(p, i);
		put_block(o, p, i, end);
	}
	put(o, p->below ? p->below : "");
}

/**
 * prog_print() - the canonical text form of a program, comments kept
 * @p: the program
 *
 * Return: the text, terminated, for free().
 */
char *prog_print(const struct prog *p)
{
	struct out o = { .grows = true };

	put_prog(&o, p);
	put_chars(&o, "", 1);
	return o.buf;
}
