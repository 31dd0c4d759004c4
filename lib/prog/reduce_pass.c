// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways to make a program smaller or plainer.  Each is a function that makes
 * the next candidate and moves a cursor to the one after it.  The cursor means
 * something in the candidate, too, which the passes go on with if that fails.
 */
#include "lib/prog/reduce_pass.h"

#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/mem.h"
#include "lib/prog/rng.h"

#define DIST_BASE 0x8000000ULL
#define CPUIF_BASE 0x8010000ULL
#define ITS_BASE 0x8080000ULL
#define REDIST_BASE 0x80a0000ULL
#define MAX_PAIRED_OPS 32 /* of longer programs there are too many pairs */

/* Return: whether it made a candidate; if not, the pass has come to its end. */
typedef bool pass_fn(const struct prog *p, struct cursor *c, struct prog *to);

static void add_op(struct prog *to, const struct op *op)
{
	*prog_add(to, op->id) = *op;
}

static void copy(const struct prog *p, struct prog *to)
{
	for (size_t i = 0; i < p->nr_ops; i++)
		add_op(to, &p->op[i]);
}

/* What of a par block is left keeps to itself. */
static void add_kept(const struct prog *p, size_t i, bool kept_before, struct prog *to)
{
	add_op(to, &p->op[i]);
	if (!kept_before)
		to->op[to->nr_ops - 1].par = false;
}

static bool op_is_command(const struct op *op)
{
	u64 cmd[ITS_CMD_WORDS];

	return op_its_command(op, cmd);
}

/* Copies all operations but those that are gone, as @gone says for each. */
static void copy_rest(const struct prog *p, const bool *gone, struct prog *to)
{
	bool in_block = false;

	for (size_t i = 0; i < p->nr_ops; i++) {
		/* Has anything of its block been kept? */
		in_block &= p->op[i].par;
		if (!gone[i]) {
			add_kept(p, i, in_block, to);
			in_block = true;
		}
	}
	prog_mend_par(to);
}

/* Which operations are gone: none yet; for free(). */
static bool *none_gone(const struct prog *p)
{
	return xcalloc(p->nr_ops + 1, sizeof(bool));
}

static void remove_ops(const struct prog *p, size_t first, size_t end, struct prog *to)
{
	bool *gone = none_gone(p);

	for (size_t i = first; i < end; i++)
		gone[i] = true;
	copy_rest(p, gone, to);
	free(gone);
}

/* Does it name the vCPU, so that it says nothing without it? */
static bool names_vcpu(const struct op *op, u64 id)
{
	if (op->id == OP_CREATE_VCPU)
		return op_arg(op, ARG_CREATE_VCPU_id) == id;
	/* The line of an SPI is no vCPU's. */
	if (op->id == OP_IRQ_LINE && op_arg(op, ARG_IRQ_LINE_type) == LINE_SPI)
		return false;
	if (op->id == OP_GUEST_DEACTIVATE && op_arg(op, ARG_GUEST_DEACTIVATE_of) == id)
		return true;
	return op_vcpu(op) >= 0 && (u64)op_vcpu(op) == id;
}

/* Each vCPU with all that names it, the last one first. */
static bool pass_vcpus(const struct prog *p, struct cursor *c, struct prog *to)
{
	bool *gone;
	u64 id;

	if (!c->begun || c->a > p->nr_ops)
		c->a = p->nr_ops;
	c->begun = true;
	while (c->a && p->op[c->a - 1].id != OP_CREATE_VCPU)
		c->a--;
	if (!c->a)
		return false;
	gone = none_gone(p);
	id = op_arg(&p->op[--c->a], ARG_CREATE_VCPU_id);
	for (size_t i = 0; i < p->nr_ops; i++)
		gone[i] = names_vcpu(&p->op[i], id);
	copy_rest(p, gone, to);
	free(gone);
	return true;
}

/* Chunks of half the program, of a quarter, and so on; each time from the end. */
static bool pass_chunks(const struct prog *p, struct cursor *c, struct prog *to)
{
	size_t first;

	if (!c->begun) {
		c->a = (p->nr_ops + 1) / 2;
		c->b = p->nr_ops;
	}
	c->begun = true;
	while (c->a && !c->b) {
		c->a /= 2;
		c->b = p->nr_ops;
	}
	if (c->b > p->nr_ops)
		c->b = p->nr_ops;
	if (!c->a || !c->b)
		return false;
	first = c->b > c->a ? c->b - c->a : 0;
	remove_ops(p, first, c->b, to);
	c->b = first;
	return true;
}

/* Each par block: without it, then one after another. */
static bool pass_blocks(const struct prog *p, struct cursor *c, struct prog *to)
{
	for (; c->a < p->nr_ops; c->a++, c->b = 0) {
		size_t end = prog_par_end(p, c->a);

		if (p->op[c->a].par || end == c->a + 1 || c->b > 1)
			continue;
		if (c->b++ == 0) {
			remove_ops(p, c->a, end, to);
			return true;
		}
		copy(p, to);
		for (size_t i = c->a; i < end; i++)
			to->op[i].par = false;
		return true;
	}
	return false;
}

/* A command leaves the ITS's queue: those after it move up, and so do its ends. */
static void close_gap(struct op *op, u64 base, u64 gap)
{
	bool guest = op->id == OP_GUEST_WRITE;
	struct reg_at at;
	u64 *end;

	if (op_is_command(op) && op->arg[0] > gap)
		op->arg[0] -= ITS_CMD_BYTES;
	if (!guest && op->id != OP_USER_WRITE)
		return;
	reg_find_at(op_arg(op, guest ? ARG_GUEST_WRITE_reg : ARG_USER_WRITE_reg), &at);
	end = &op->arg[op_nr_args(op->id) - 1];
	if (at.reg == REG_GITS_CWRITER && *end > gap - base)
		*end -= ITS_CMD_BYTES;
}

/* Each command of the ITS with its place in the queue, the last one first. */
static bool pass_commands(const struct prog *p, struct cursor *c, struct prog *to)
{
	u64 base = UINT64_MAX, gap;

	if (!c->begun || c->a > p->nr_ops)
		c->a = p->nr_ops;
	c->begun = true;
	while (c->a && !op_is_command(&p->op[c->a - 1]))
		c->a--;
	if (!c->a)
		return false;
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (op_is_command(&p->op[i]) && p->op[i].arg[0] < base)
			base = p->op[i].arg[0];
	}
	gap = p->op[--c->a].arg[0];
	remove_ops(p, c->a, c->a + 1, to);
	for (size_t i = 0; i < to->nr_ops; i++)
		close_gap(&to->op[i], base, gap);
	return true;
}

/* Two operations of which neither can be left out alone. */
static bool pass_pairs(const struct prog *p, struct cursor *c, struct prog *to)
{
	bool *gone;

	if (p->nr_ops > MAX_PAIRED_OPS)
		return false;
	if (!c->begun || c->a > p->nr_ops) {
		c->a = p->nr_ops;
		c->b = c->a ? c->a - 1 : 0;
	}
	c->begun = true;
	while (c->a && !c->b) {
		c->a--;
		c->b = c->a ? c->a - 1 : 0;
	}
	if (!c->a)
		return false;
	gone = none_gone(p);
	gone[c->a - 1] = true;
	gone[--c->b] = true;
	copy_rest(p, gone, to);
	free(gone);
	return true;
}

static bool is_vcpu_id(const struct op *op, unsigned int arg)
{
	const char *name = op_arg_desc(op_desc(op->id)->first_arg + arg)->name;

	if (op->id == OP_CREATE_VCPU)
		return true;
	return !strcmp(name, "vcpu") || !strcmp(name, "of");
}

static void rename_vcpu(struct op *op, u64 from, u64 id)
{
	if (!names_vcpu(op, from))
		return;
	for (unsigned int i = 0; i < op_nr_args(op->id); i++) {
		if (is_vcpu_id(op, i) && op->arg[i] == from)
			op->arg[i] = id;
	}
}

static bool has_vcpu(const struct prog *p, u64 id)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (p->op[i].id == OP_CREATE_VCPU && op_arg(&p->op[i], ARG_CREATE_VCPU_id) == id)
			return true;
	}
	return false;
}

/* Each vCPU by the lowest number that is free. */
static bool pass_numbers(const struct prog *p, struct cursor *c, struct prog *to)
{
	for (; c->a < p->nr_ops; c->a++) {
		u64 id, low = 0;

		if (p->op[c->a].id != OP_CREATE_VCPU)
			continue;
		id = op_arg(&p->op[c->a], ARG_CREATE_VCPU_id);
		while (low < id && has_vcpu(p, low))
			low++;
		if (low == id)
			continue;
		copy(p, to);
		for (size_t i = 0; i < to->nr_ops; i++)
			rename_vcpu(&to->op[i], id, low);
		c->a++;
		return true;
	}
	return false;
}

/* Guest physical addresses that move together. */
struct range {
	u64 base, bytes, usual;
};

static struct range regions_range(const struct prog *p)
{
	struct range r = { .base = UINT64_MAX, .usual = REDIST_BASE };
	u64 end = 0;

	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];
		u64 base;

		if (op->id != OP_REDIST_REGION)
			continue;
		base = op_arg(op, ARG_REDIST_REGION_base);
		r.base = base < r.base ? base : r.base;
		base += op_arg(op, ARG_REDIST_REGION_count) * GICR_BYTES;
		end = base > end ? base : end;
	}
	r.bytes = end > r.base ? end - r.base : 1;
	return r;
}

static u64 count_vcpus(const struct prog *p)
{
	u64 nr = 0;

	for (size_t i = 0; i < p->nr_ops; i++)
		nr += p->op[i].id == OP_CREATE_VCPU;
	return nr;
}

/* Where an operation places something.  Return: false if it does not. */
static bool placed_range(const struct prog *p, const struct op *op, struct range *r)
{
	if (op->id == OP_REDIST_REGION) {
		*r = regions_range(p);
		return true;
	}
	if (op->id == OP_SET_ITS_ADDR) {
		*r = (struct range){ op_arg(op, ARG_SET_ITS_ADDR_base), GITS_BYTES, ITS_BASE };
		return true;
	}
	if (op->id != OP_SET_ADDR)
		return false;
	r->base = op_arg(op, ARG_SET_ADDR_base);
	switch ((enum addr_type)op_arg(op, ARG_SET_ADDR_type)) {
	case ADDR_V2_DIST:
	case ADDR_V3_DIST:
		r->bytes = GICD_BYTES;
		r->usual = DIST_BASE;
		return true;
	case ADDR_V2_CPUIF:
		r->bytes = GICC_BYTES;
		r->usual = CPUIF_BASE;
		return true;
	case ADDR_V3_REDIST:
		r->bytes = (count_vcpus(p) + 1) * GICR_BYTES;
		r->usual = REDIST_BASE;
		return true;
	case NR_ADDR_TYPES:
		break;
	}
	return false;
}

/* Is it a guest physical address of a frame? */
static bool is_frame_address(const struct op *op, unsigned int arg)
{
	const struct op_arg_desc *d = op_arg_desc(op_desc(op->id)->first_arg + arg);

	if (d->kind == ARG_KIND_AT)
		return op_is_in_memory(op);
	/* The other addresses are of the program's memory. */
	return (!strcmp(d->name, "at") || !strcmp(d->name, "base")) && d->lo != PROG_MEM_BASE;
}

static void move_addresses(struct op *op, const struct range *r)
{
	for (unsigned int i = 0; i < op_nr_args(op->id); i++) {
		u64 at = op->arg[i];

		if (is_frame_address(op, i) && at >= r->base && at - r->base < r->bytes)
			op->arg[i] = r->usual + (at - r->base);
	}
}

/* Each frame where it usually is, with all that accesses it. */
static bool pass_bases(const struct prog *p, struct cursor *c, struct prog *to)
{
	for (; c->a < p->nr_ops; c->a++) {
		struct range r = { 0 };

		if (!placed_range(p, &p->op[c->a], &r) || r.base == r.usual)
			continue;
		copy(p, to);
		for (size_t i = 0; i < to->nr_ops; i++)
			move_addresses(&to->op[i], &r);
		c->a++;
		return true;
	}
	return false;
}

static bool pass_config(const struct prog *p, struct cursor *c, struct prog *to)
{
	if (c->begun || p->ipa_bits == PROG_DEFAULT_IPA_BITS)
		return false;
	c->begun = true;
	copy(p, to);
	to->ipa_bits = PROG_DEFAULT_IPA_BITS;
	return true;
}

/* Each argument of each operation. */
static bool pass_args(const struct prog *p, struct cursor *c, struct prog *to)
{
	for (; c->a < p->nr_ops; c->a++, c->b = 0, c->c = 0) {
		const struct op *op = &p->op[c->a];

		while (c->b < op_nr_args(op->id)) {
			unsigned int arg = (unsigned int)c->b;
			u64 value = 0;
			bool more;

			if (reduce_value(op, arg, c->c++, &value, &more)) {
				copy(p, to);
				to->op[c->a].arg[arg] = value;
				return true;
			}
			if (!more) {
				c->b++;
				c->c = 0;
			}
		}
	}
	return false;
}

/* Those that leave out operations, once in each place, come first. */
static pass_fn *const passes[] = {
	pass_vcpus,   pass_chunks, pass_commands, pass_blocks, pass_pairs,
	pass_numbers, pass_bases,  pass_config,	  pass_args,
};

#define NR_SHORTENING 3

static bool next_of(size_t nr, const struct prog *p, struct cursor *c, struct prog *to)
{
	for (; c->pass < nr; *c = (struct cursor){ .pass = c->pass + 1 }) {
		if (passes[c->pass](p, c, to))
			return true;
	}
	return false;
}

/**
 * reduce_next() - the next candidate
 * @p:  the program that fails
 * @c:  where to go on; moved
 * @to: empty; receives the operations, with the comments of @p
 *
 * Return: whether there is one; false after the last pass.
 */
bool reduce_next(const struct prog *p, struct cursor *c, struct prog *to)
{
	return next_of(ARRAY_SIZE(passes), p, c, to);
}

/**
 * reduce_shorten() - the next candidate of fewer operations
 * @p:  the program
 * @c:  where to go on; moved
 * @to: empty; receives the operations, with the comments of @p
 *
 * Return: whether there is one; false after the last such pass.
 */
bool reduce_shorten(const struct prog *p, struct cursor *c, struct prog *to)
{
	return next_of(NR_SHORTENING, p, c, to);
}

/**
 * reduce_hash() - what tells programs from each other
 * @p: the program
 *
 * Return: a hash of all but comments and name, never 0.
 */
u64 reduce_hash(const struct prog *p)
{
	u64 hash = rng_mix((u64)p->gic, p->ipa_bits);

	for (size_t i = 0; i < p->nr_ops; i++) {
		const struct op *op = &p->op[i];

		hash = rng_mix(hash, (u64)op->id << 1 | op->par);
		for (unsigned int k = 0; k < op_nr_args(op->id); k++)
			hash = rng_mix(hash, op->arg[k]);
	}
	return hash ? hash : 1;
}
