// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text is refused with a message and a place, or is a program that prints
 * and parses to itself; any bytes are a program that encodes and decodes to
 * itself.  What does not hold aborts.
 */
#include "fuzz/prog_fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/prog.h"

/* Stops where a debugger and a fuzzer see it, with the program. */
#define MUST(p, cond)                        \
	do {                                 \
		if (!(cond))                 \
			give_up((p), #cond); \
	} while (0)

static void __attribute__((noreturn)) give_up(const struct prog *p, const char *what)
{
	char *text = p ? prog_print(p) : NULL;

	fprintf(stderr, "%s\nthis does not hold: %s\n", text ? text : "", what);
	abort();
}

static bool value_is_valid(const struct prog *p, const struct op *op, const struct op_arg_desc *d,
			   u64 value)
{
	const struct frame_desc *fr;

	if (d->kind == ARG_KIND_PLACE) {
		fr = frame_desc(place_frame(value));
		return frame_is_of(place_frame(value), p->gic) && place_offset(value) < fr->bytes;
	}
	if (!op_is_in_memory(op) && (d->kind == ARG_KIND_AT || d->kind == ARG_KIND_SIZE))
		return !value;
	if (d->kind == ARG_KIND_SIZE && value & (value - 1))
		return false;
	return value >= d->lo && value <= d->hi && value % d->unit == 0;
}

static void check_op(const struct prog *p, size_t i)
{
	const struct op *op = &p->op[i];

	MUST(p, op->id < NR_OPS);
	MUST(p, !op_desc(op->id)->gic || op_desc(op->id)->gic == (int)p->gic);
	for (unsigned int k = 0; k < op_nr_args(op->id); k++)
		MUST(p, value_is_valid(p, op, op_arg_desc(op_desc(op->id)->first_arg + k),
				       op->arg[k]));
	for (unsigned int k = op_nr_args(op->id); k < OP_MAX_ARGS; k++)
		MUST(p, !op->arg[k]);
	MUST(p, !op->par || (i && op_can_par(op->id) && op_can_par(p->op[i - 1].id)));
	MUST(p, !op_can_par(op->id) || op_lane(op) < NR_LANES);
}

static void check_valid(const struct prog *p)
{
	MUST(p, p->gic == GIC_V2 || p->gic == GIC_V3);
	MUST(p, prog_ipa_bits_are_supported(p->ipa_bits));
	MUST(p, p->nr_ops <= PROG_MAX_OPS);
	for (size_t i = 0; i < p->nr_ops; i++)
		check_op(p, i);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool ops_are_equal(const struct op *a, const struct op *b)
{
	return a->id == b->id && a->par == b->par && !memcmp(a->arg, b->arg, sizeof(a->arg));
}

static void check_equal(const struct prog *p, const struct prog *q, bool comments)
{
	MUST(p, p->gic == q->gic && p->ipa_bits == q->ipa_bits && p->nr_ops == q->nr_ops);
	for (size_t i = 0; i < p->nr_ops; i++)
		MUST(p, ops_are_equal(&p->op[i], &q->op[i]));
	if (!comments)
		return;
	MUST(p, same_text(p->above, q->above) && same_text(p->beside, q->beside));
	MUST(p, same_text(p->below, q->below));
	for (size_t i = 0; i < p->nr_ops; i++)
		MUST(p, same_text(p->op[i].above, q->op[i].above) &&
				same_text(p->op[i].beside, q->op[i].beside));
}

static void check_text(const struct prog *p)
{
	char *text = prog_print(p), *again;
	struct prog_error err;
	struct prog q;

	MUST(p, !prog_parse(&q, text, strlen(text), &err));
	check_equal(p, &q, true);
	again = prog_print(&q);
	MUST(p, !strcmp(text, again));
	prog_free(&q);
	free(again);
	free(text);
}

static void check_binary(const struct prog *p)
{
	size_t bytes = prog_encode(p, NULL, 0);
	u8 *buf = xcalloc(1, bytes), *again = xcalloc(1, bytes);
	struct prog q;

	MUST(p, prog_encode(p, buf, bytes) == bytes);
	prog_decode(&q, buf, bytes);
	check_equal(p, &q, false);
	MUST(p, prog_encode(&q, again, bytes) == bytes);
	MUST(p, !memcmp(buf, again, bytes));
	prog_free(&q);
	free(again);
	free(buf);
}

static void check_error(const struct prog_error *err, size_t bytes)
{
	MUST(NULL, err->text[0] && strlen(err->text) < sizeof(err->text));
	MUST(NULL, !strchr(err->text, '\n'));
	MUST(NULL, !err->line == !err->column);
	MUST(NULL, err->line <= bytes + 1 && err->column <= bytes + 1);
}

/**
 * prog_fuzz() - one input
 * @data:  a byte that says what the others are: PROG_FUZZ_TEXT, PROG_FUZZ_BINARY
 * @bytes: of @data
 */
void prog_fuzz(const u8 *data, size_t bytes)
{
	struct prog_error err;
	struct prog p;

	if (bytes < PROG_FUZZ_HEAD)
		return;
	bytes -= PROG_FUZZ_HEAD;
	if ((data[0] & 1) == PROG_FUZZ_BINARY) {
		prog_decode(&p, data + PROG_FUZZ_HEAD, bytes);
	} else if (prog_parse(&p, (const char *)data + PROG_FUZZ_HEAD, bytes, &err)) {
		check_error(&err, bytes);
		return;
	}
	check_valid(&p);
	check_text(&p);
	check_binary(&p);
	prog_free(&p);
}
