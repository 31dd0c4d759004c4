// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inputs of fuzzers, mutated as the programs that they hold; what comes before a
 * program stays, or a byte of it changes.
 */
#include "fuzz/input.h"

#include <string.h>

#define HEAD_CHANGES 8 /* once in so many times */

/**
 * input_is_program() - does an input hold a program in its binary form?
 * @form: of the fuzzer's inputs
 * @in:   the input
 *
 * Return: whether; what is too short for anything does not.
 */
bool input_is_program(const struct fuzz_form *form, const struct input *in)
{
	return in->bytes >= form->head && (!form->is_program || form->is_program(in->data));
}

/**
 * input_decode() - the program that an input holds
 * @form: of the fuzzer's inputs
 * @in:   one that holds a program
 * @p:    filled in, to be released by prog_free()
 */
void input_decode(const struct fuzz_form *form, const struct input *in, struct prog *p)
{
	prog_decode(p, in->data + form->head, in->bytes - form->head);
}

/* Operations at the end are left out until the others fit. */
static size_t encode(struct prog *p, u8 *to, size_t max_bytes)
{
	size_t bytes;

	while ((bytes = prog_encode(p, to, max_bytes)) > max_bytes && p->nr_ops)
		p->nr_ops--;
	return bytes <= max_bytes ? bytes : 0;
}

static void change_head(struct mutator *m, const struct fuzz_form *form, u8 *head)
{
	u8 *byte, old;

	if (!form->head || mutator_below(m, HEAD_CHANGES))
		return;
	byte = &head[mutator_below(m, form->head)];
	old = *byte;
	if (mutator_below(m, 2))
		*byte ^= (u8)(1u << mutator_below(m, 8));
	else
		*byte = (u8)mutator_below(m, 256);
	/* It says what the rest is, which does not change. */
	if (form->is_program && !form->is_program(head))
		*byte = old;
}

static size_t put(struct mutator *m, const struct fuzz_form *form, const u8 *head, struct prog *p,
		  u8 *to, size_t max_bytes)
{
	size_t bytes;

	if (max_bytes <= form->head)
		return 0;
	memmove(to, head, form->head);
	change_head(m, form, to);
	bytes = encode(p, to + form->head, max_bytes - form->head);
	return bytes ? form->head + bytes : 0;
}

/**
 * input_mutate() - mutate an input
 * @m:         the mutator
 * @form:      of the fuzzer's inputs
 * @in:        the input
 * @other:     another one to take operations of, or NULL
 * @to:        receives the mutated one; it may be where @in is
 * @max_bytes: of @to
 *
 * Return: bytes of the mutated one; 0 if @in holds no program, or there is no room
 * for one.
 */
size_t input_mutate(struct mutator *m, const struct fuzz_form *form, const struct input *in,
		    const struct input *other, u8 *to, size_t max_bytes)
{
	struct prog p, q = { 0 };
	size_t bytes;

	if (!input_is_program(form, in))
		return 0;
	input_decode(form, in, &p);
	if (other && input_is_program(form, other))
		input_decode(form, other, &q);
	mutate(m, &p, q.nr_ops ? &q : NULL);
	bytes = put(m, form, in->data, &p, to, max_bytes);
	prog_free(&p);
	prog_free(&q);
	return bytes;
}

/**
 * input_cross() - an input of two
 * @m:         the mutator
 * @form:      of the fuzzer's inputs
 * @a:         the first one
 * @b:         the other one
 * @to:        receives the new one; it must not be where the others are
 * @max_bytes: of @to
 *
 * Return: bytes of the new one; 0 if not both hold programs, or there is no room.
 */
size_t input_cross(struct mutator *m, const struct fuzz_form *form, const struct input *a,
		   const struct input *b, u8 *to, size_t max_bytes)
{
	struct prog p, q, child;
	size_t bytes;

	if (!input_is_program(form, a) || !input_is_program(form, b))
		return 0;
	input_decode(form, a, &p);
	input_decode(form, b, &q);
	mutate_cross(m, &p, &q, &child);
	bytes = put(m, form, a->data, &child, to, max_bytes);
	prog_free(&p);
	prog_free(&q);
	prog_free(&child);
	return bytes;
}
