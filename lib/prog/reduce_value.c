// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plainer values of one argument.  Each has some values that are plainest, the
 * first the most; any other value is plainer the smaller it is.
 */
#include "lib/prog/reduce_pass.h"

#include <string.h>

#define MAX_PLAIN 4
#define FIRST_SPI 32

struct plain {
	u64 value[MAX_PLAIN];
	size_t nr;
};

static bool is_address(unsigned int id)
{
	static const char *const names[] = { "at", "base", "itt" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(op_arg_desc(id)->name, names[i]))
			return true;
	}
	return false;
}

static void add_plain(struct plain *plain, const struct op_arg_desc *d, u64 value)
{
	if (value < d->lo || value > d->hi || value % d->unit)
		return;
	for (size_t i = 0; i < plain->nr; i++) {
		if (plain->value[i] == value)
			return;
	}
	plain->value[plain->nr++] = value;
}

static struct plain plain_values(unsigned int id)
{
	const struct op_arg_desc *d = op_arg_desc(id);
	struct plain plain = { { 0 }, 0 };

	add_plain(&plain, d, d->lo);
	add_plain(&plain, d, 0);
	add_plain(&plain, d, 1);
	if (id == ARG_IRQ_LINE_intid)
		add_plain(&plain, d, FIRST_SPI);
	return plain;
}

/* Where a value stands: its rank among the plain ones, or none and itself. */
static bool is_plainer(const struct plain *plain, u64 a, u64 b)
{
	for (size_t i = 0; i < plain->nr; i++) {
		if (plain->value[i] == b)
			return false;
		if (plain->value[i] == a)
			return true;
	}
	return a < b;
}

/* A number that counts or names something: less by a half, a quarter, and so on. */
static bool less_number(u64 value, const struct op_arg_desc *d, size_t n, u64 *less)
{
	u64 units = value / d->unit;

	if (n > 62 || !(units >> (n + 1)))
		return false;
	*less = (units - (units >> (n + 1))) * d->unit;
	return true;
}

/* The same to bits: halves of them, then one by one from the top. */
static bool less_bits(u64 value, size_t n, u64 *less)
{
	static const u64 keep[] = {
		0x00000000ffffffff, 0xffffffff00000000, 0x0000ffff0000ffff,
		0xffff0000ffff0000, 0x00ff00ff00ff00ff, 0xff00ff00ff00ff00,
	};

	if (n >= ARRAY_SIZE(keep) + 64)
		return false;
	*less = value & (n < ARRAY_SIZE(keep) ? keep[n] : ~BIT_ULL(63 - (n - ARRAY_SIZE(keep))));
	return true;
}

/* An earlier register of an array, at the same byte. */
static bool less_index(u64 where, size_t n, u64 *less)
{
	struct reg_at at;

	reg_find_at(where, &at);
	if (at.reg < 0 || !at.index || n > 2)
		return false;
	at.index = n == 0 ? 0 : n == 1 ? at.index / 2 : at.index - 1;
	*less = reg_place((enum reg_id)at.reg, at.index) + at.byte;
	return true;
}

static bool is_bits(unsigned int id)
{
	return id == ARG_HAS_ATTR_attr || !strcmp(op_arg_desc(id)->name, "value");
}

static bool number_value(unsigned int id, u64 old, size_t n, u64 *value, bool *more)
{
	const struct op_arg_desc *d = op_arg_desc(id);
	struct plain plain = plain_values(id);

	if (is_bits(id))
		plain.nr = 1;
	if (n < plain.nr)
		*value = plain.value[n];
	else if (is_bits(id))
		*more = less_bits(old, n - plain.nr, value);
	else
		*more = less_number(old, d, n - plain.nr, value);
	return *more && *value >= d->lo && *value <= d->hi && is_plainer(&plain, *value, old);
}

/**
 * reduce_value() - plainer values of an argument, one by one
 * @op:    the operation
 * @arg:   number of the argument, from 0
 * @n:     number of the value, from 0
 * @value: receives it
 * @more:  receives whether there may be one of a higher number
 *
 * Addresses are none: they mean something only together.
 *
 * Return: whether there is one of this number.
 */
bool reduce_value(const struct op *op, unsigned int arg, size_t n, u64 *value, bool *more)
{
	unsigned int id = op_desc(op->id)->first_arg + arg;

	*more = !is_address(id);
	if (!*more)
		return false;
	switch (op_arg_desc(id)->kind) {
	case ARG_KIND_PLACE:
		*more = less_index(op->arg[arg], n, value);
		return *more;
	case ARG_KIND_SIZE:
		*value = 0;
		*more = !n;
		return *more && op->arg[arg];
	case ARG_KIND_ADDR_TYPE:
	case ARG_KIND_LINE_TYPE:
	case ARG_KIND_AT:
		*more = false;
		return false;
	case ARG_KIND_DEC:
	case ARG_KIND_HEX:
	case ARG_KIND_OPT:
	case ARG_KIND_OPTHEX:
		break;
	}
	return number_value(id, op->arg[arg], n, value, more);
}
