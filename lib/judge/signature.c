// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signatures: the rule that is broken, the register or the operation that shows
 * it, and what was got as far as it does not change from program to program.
 */
#include "lib/judge/signature.h"

#include <ctype.h>
#include <string.h>

static int reg_of(const struct op *op)
{
	for (unsigned int i = 0; i < op_nr_args(op->id); i++) {
		struct reg_at at;

		if (op_arg_desc(op_desc(op->id)->first_arg + i)->kind != ARG_KIND_PLACE)
			continue;
		reg_find_at(op->arg[i], &at);
		return at.reg;
	}
	return -1;
}

/* Copies a text without its numbers: "Last=1 Aff3=0x2" gives "Last Aff3". */
static void without_numbers(const char *text, char *buf, size_t bytes)
{
	size_t n = 0;

	while (*text && n + 1 < bytes) {
		size_t word = strcspn(text, " =");

		if (word && !isdigit((unsigned char)text[0])) {
			if (n)
				buf[n++] = ' ';
			for (size_t i = 0; i < word && n + 1 < bytes; i++)
				buf[n++] = text[i];
		}
		text += word;
		text += strspn(text, " =");
	}
	buf[n] = '\0';
}

/**
 * signature_of_diff() - what a difference is about
 * @p:   the program
 * @d:   the difference
 * @sig: filled in
 */
void signature_of_diff(const struct prog *p, const struct judge_diff *d, struct signature *sig)
{
	*sig = (struct signature){ .rule = d->rule, .known = d->known, .reg = -1, .op = NR_OPS };
	if (d->op >= p->nr_ops) {
		/* The kernel log is already without what changes. */
		snprintf(sig->kind, sizeof(sig->kind), "%.*s", (int)sizeof(sig->kind) - 1, d->got);
		return;
	}
	sig->op = p->op[d->op].id;
	sig->reg = reg_of(&p->op[d->op]);
	without_numbers(d->got, sig->kind, sizeof(sig->kind));
}

/**
 * signature_is_same() - are two failures about the same?
 * @a: a signature
 * @b: another one
 *
 * What a known divergence names is the same wherever it shows.
 *
 * Return: whether.
 */
bool signature_is_same(const struct signature *a, const struct signature *b)
{
	if (a->known || b->known)
		return a->known == b->known;
	if (a->rule != b->rule || a->reg != b->reg || strcmp(a->kind, b->kind) != 0)
		return false;
	return a->reg >= 0 || a->op == b->op;
}

/**
 * signature_name() - a signature in words, fit for a file name
 * @sig:   the signature
 * @buf:   receives the name, terminated
 * @bytes: of @buf
 */
void signature_name(const struct signature *sig, char *buf, size_t bytes)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-,";
	const char *rule = sig->rule < NR_RULES ? rule_desc(sig->rule)->name : "process";
	const char *comma = sig->kind[0] ? "," : "";
	const char *where = "kernel";

	if (sig->known) {
		snprintf(buf, bytes, "known,%s", sig->known->id);
		return;
	}
	if (sig->op < NR_OPS)
		where = op_desc(sig->op)->word;
	if (sig->reg >= 0)
		snprintf(buf, bytes, "%s,%s_%s%s%s", rule,
			 frame_desc(reg_desc((enum reg_id)sig->reg)->frame)->prefix,
			 reg_desc((enum reg_id)sig->reg)->name, comma, sig->kind);
	else
		snprintf(buf, bytes, "%s,%s%s%s", rule, where, comma, sig->kind);
	for (size_t at = strspn(buf, allowed); buf[at]; at += strspn(buf + at, allowed))
		buf[at] = '_';
}

/**
 * signature_find() - the difference that a signature is about
 * @sig: the signature
 * @p:   a program
 * @v:   its verdict
 *
 * Return: the first one, or NULL.
 */
const struct judge_diff *signature_find(const struct signature *sig, const struct prog *p,
					const struct verdict *v)
{
	for (size_t i = 0; i < v->nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
		struct signature other;

		signature_of_diff(p, &v->diff[i], &other);
		if (signature_is_same(sig, &other))
			return &v->diff[i];
	}
	return NULL;
}
