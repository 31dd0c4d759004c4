// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mutator: whatever it does to programs, they stay valid; each of its kinds
 * does what it is called; the same seed gives the same; and trimming ends.
 */
#include "lib/prog/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/reduce_pass.h"
#include "lib/prog/rng.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define MAX_OPS 120
#define NR_STEPS 100000
#define TEXT_EVERY 50 /* printing and parsing is slow */
#define AGAIN_AFTER 40 /* steps from one program of the corpora */

/* An ITS with an event that is mapped, in places that are not the usual ones. */
static const char its[] = "vm gicv3\n"
			  "create_vgic\n"
			  "create_vcpu id=3\n"
			  "create_vcpu id=5\n"
			  "set_addr v3_dist base=0x10000000\n"
			  "set_addr v3_redist base=0x20000000\n"
			  "create_its\n"
			  "set_its_addr base=0x30000000\n"
			  "init_vgic\n"
			  "init_its\n"
			  "guest vcpu=3 write GITS_CBASER at=0x30000000 value=0x8000000050008000\n"
			  "mem mapd at=0x50008000 device=7 itt=0x50030000 size=4 valid=1\n"
			  "mem mapti at=0x50008020 device=7 event=1 intid=8192 icid=0\n"
			  "guest vcpu=3 write GITS_CWRITER at=0x30000000 value=0x40\n"
			  "dev signal_msi at=0x30010040 data=1 flags=1 devid=7\n"
			  "guest vcpu=5 ack group=1\n"
			  "guest vcpu=5 eoi\n";

static const char v2[] = "vm gicv2\n"
			 "create_vgic\n"
			 "create_vcpu id=0\n"
			 "set_addr v2_dist base=0x8000000\n"
			 "set_addr v2_cpuif base=0x8010000\n"
			 "guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x1\n"
			 "guest vcpu=0 write GICC_PMR at=0x8010000 value=0xf8\n"
			 "dev irq_line spi intid=40 level=1\n"
			 "guest vcpu=0 ack group=0 at=0x8010000\n"
			 "guest vcpu=0 eoi at=0x8010000\n";

static struct prog copy_of(const struct prog *p)
{
	struct prog q;

	prog_init(&q, p->gic, p->ipa_bits);
	for (size_t i = 0; i < p->nr_ops; i++) {
		struct op *op = prog_add(&q, p->op[i].id);

		*op = p->op[i];
		op->above = NULL;
		op->beside = NULL;
	}
	return q;
}

/* The bytes of a program stand for it and no other, so it is valid. */
static bool binary_is_exact(const struct prog *p)
{
	size_t bytes = prog_encode(p, NULL, 0);
	u8 *buf = xcalloc(1, bytes);
	struct prog q;
	bool same;

	same = prog_encode(p, buf, bytes) == bytes;
	prog_decode(&q, buf, bytes);
	same = same && programs_are_equal(p, &q);
	prog_free(&q);
	free(buf);
	return same;
}

static bool text_is_exact(const struct prog *p)
{
	char *text = prog_print(p);
	struct prog_error err;
	struct prog q;
	bool same = !prog_parse(&q, text, strlen(text), &err);

	if (!same) {
		printf("# line %u: %s\n%s", err.line, err.text, text);
	} else {
		same = programs_are_equal(p, &q);
		prog_free(&q);
	}
	free(text);
	return same;
}

static bool is_valid(struct unit *t, const struct prog *p, bool with_text)
{
	return EXPECT_TRUE(t, p->nr_ops <= MAX_OPS) && EXPECT_TRUE(t, binary_is_exact(p)) &&
	       (!with_text || EXPECT_TRUE(t, text_is_exact(p)));
}

static bool load_corpora(struct unit *t, struct corpus *c)
{
	return corpus_load(t, "scenarios", c) && EXPECT_TRUE(t, c->nr > 1);
}

static const struct prog *any_of(const struct corpus *c, struct rng *r)
{
	return &c->prog[rng_below(r, c->nr)];
}

static void programs_stay_valid(struct unit *t)
{
	struct mutator *m = mutator_create(1, MAX_OPS);
	struct rng r = { .state = 1 };
	struct prog p = { 0 };
	struct corpus c;

	if (!load_corpora(t, &c))
		return;
	for (unsigned int i = 0; i < NR_STEPS; i++) {
		if (i % AGAIN_AFTER == 0) {
			prog_free(&p);
			p = copy_of(any_of(&c, &r));
		}
		mutate(m, &p, i % 3 ? any_of(&c, &r) : NULL);
		if (!is_valid(t, &p, i % TEXT_EVERY == 0))
			break;
	}
	prog_free(&p);
	corpus_free(&c);
	mutator_destroy(m);
}

/* Each kind finds something to do in a program that has everything. */
static void each_kind_is_reached(struct unit *t)
{
	struct mutator *m = mutator_create(2, MAX_OPS);
	struct prog p;

	if (!program_parse(t, its, &p))
		return;
	for (unsigned int kind = 0; kind < NR_MUTATIONS; kind++) {
		unsigned int changed = 0;

		for (unsigned int i = 0; i < 200; i++) {
			struct prog q = copy_of(&p);

			/* Commands that are lined up already stay where they are. */
			q.op[10].arg[0] += kind == MUTATE_QUEUE ? 32 : 0;
			if (mutate_by(m, (enum mutation)kind, &q, &p))
				changed += reduce_hash(&q) != reduce_hash(&p);
			is_valid(t, &q, true);
			prog_free(&q);
		}
		if (kind == MUTATE_QUEUE)
			continue;
		if (!EXPECT_TRUE(t, changed >= 20))
			printf("# %s: %u\n", mutation_name((enum mutation)kind), changed);
	}
	prog_free(&p);
	mutator_destroy(m);
}

/* What each kind leaves alone. */
static void kinds_keep_to_their_names(struct unit *t)
{
	static const struct {
		enum mutation kind;
		int less, more; /* operations, at most */
	} rows[] = {
		{ MUTATE_INSERT_OP, 0, 1 },	{ MUTATE_DELETE, 1, 0 },
		{ MUTATE_DELETE_RANGE, 8, 0 },	{ MUTATE_DUPLICATE, 0, 8 },
		{ MUTATE_INSERT_SLICE, 0, 12 }, { MUTATE_SWAP, 0, 0 },
		{ MUTATE_MOVE, 0, 0 },		{ MUTATE_RETARGET, 0, 0 },
		{ MUTATE_VALUE, 0, 0 },		{ MUTATE_VCPU, 0, 0 },
		{ MUTATE_PAR, 0, 0 },		{ MUTATE_QUEUE, 0, 0 },
	};
	struct mutator *m = mutator_create(3, MAX_OPS);
	struct prog p;

	if (!program_parse(t, its, &p))
		return;
	for (size_t i = 0; i < 100 * ARRAY_SIZE(rows); i++) {
		struct prog q = copy_of(&p);
		int grown;

		mutate_by(m, rows[i % ARRAY_SIZE(rows)].kind, &q, NULL);
		grown = (int)q.nr_ops - (int)p.nr_ops;
		EXPECT_TRUE(t, grown >= -rows[i % ARRAY_SIZE(rows)].less);
		EXPECT_TRUE(t, grown <= rows[i % ARRAY_SIZE(rows)].more);
		prog_free(&q);
	}
	prog_free(&p);
	mutator_destroy(m);
}

static u64 hash_of_run(const struct corpus *c, struct mutator *m, unsigned int steps)
{
	struct rng r = { .state = 4 };
	u64 hash = 0;

	for (unsigned int i = 0; i < steps; i++) {
		struct prog p = copy_of(any_of(c, &r));

		mutate(m, &p, any_of(c, &r));
		hash = rng_mix(hash, reduce_hash(&p));
		prog_free(&p);
	}
	return hash;
}

static void the_seed_decides(struct unit *t)
{
	struct mutator *m = mutator_create(5, MAX_OPS), *n = mutator_create(5, MAX_OPS);
	struct corpus c;
	u64 hash;

	if (!load_corpora(t, &c))
		return;
	hash = hash_of_run(&c, m, 300);
	EXPECT_EQ(t, hash_of_run(&c, n, 300), hash);
	/* What went before does not matter. */
	mutator_seed(m, 5);
	EXPECT_EQ(t, hash_of_run(&c, m, 300), hash);
	EXPECT_TRUE(t, hash_of_run(&c, m, 300) != hash);
	corpus_free(&c);
	mutator_destroy(m);
	mutator_destroy(n);
}

static void most_mutants_are_new(struct unit *t)
{
	struct mutator *m = mutator_create(6, MAX_OPS);
	struct rng r = { .state = 6 };
	unsigned int same = 0;
	struct corpus c;

	if (!load_corpora(t, &c))
		return;
	for (unsigned int i = 0; i < 2000; i++) {
		const struct prog *from = any_of(&c, &r);
		struct prog p = copy_of(from);

		mutate(m, &p, NULL);
		same += reduce_hash(&p) == reduce_hash(from);
		prog_free(&p);
	}
	EXPECT_TRUE(t, same < 20);
	corpus_free(&c);
	mutator_destroy(m);
}

/* Programs longer than the limit are cut; those at the limit still change. */
static void length_is_bounded(struct unit *t)
{
	struct mutator *m = mutator_create(7, 4);
	struct prog p, q;

	if (!program_parse(t, its, &p) || !program_parse(t, v2, &q))
		return;
	for (unsigned int i = 0; i < 2000; i++) {
		mutate(m, &p, &q);
		if (!EXPECT_TRUE(t, p.nr_ops <= 4))
			break;
	}
	prog_free(&p);
	prog_free(&q);
	mutator_destroy(m);
}

static void nothing_is_enough_to_begin_with(struct unit *t)
{
	struct mutator *m = mutator_create(8, MAX_OPS);
	struct prog p, none;

	prog_init(&none, GIC_V3, PROG_DEFAULT_IPA_BITS);
	for (unsigned int i = 0; i < 500; i++) {
		prog_init(&p, i & 1 ? GIC_V2 : GIC_V3, PROG_DEFAULT_IPA_BITS);
		mutate(m, &p, &none);
		is_valid(t, &p, true);
		prog_free(&p);
	}
	mutator_destroy(m);
}

static void commands_line_up(struct unit *t)
{
	struct mutator *m = mutator_create(9, MAX_OPS);
	struct prog p;

	if (!program_parse(t, its, &p))
		return;
	op_set_arg(&p.op[10], ARG_MAPD_at, 0x50000000);
	op_set_arg(&p.op[11], ARG_MAPTI_at, 0x50000400);
	op_set_arg(&p.op[12], ARG_GUEST_WRITE_value, 0x1000);
	EXPECT_TRUE(t, mutate_by(m, MUTATE_QUEUE, &p, NULL));
	EXPECT_EQ(t, op_arg(&p.op[10], ARG_MAPD_at), 0x50008000);
	EXPECT_EQ(t, op_arg(&p.op[11], ARG_MAPTI_at), 0x50008020);
	EXPECT_EQ(t, op_arg(&p.op[12], ARG_GUEST_WRITE_value), 0x40);
	EXPECT_TRUE(t, !mutate_by(m, MUTATE_QUEUE, &p, NULL));
	prog_free(&p);
	mutator_destroy(m);
}

static bool same_op(const struct op *a, const struct op *b)
{
	return a->id == b->id && !memcmp(a->arg, b->arg, sizeof(a->arg));
}

static unsigned int count_ops(const struct prog *p, enum op_id id)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < p->nr_ops; i++)
		nr += p->op[i].id == id;
	return nr;
}

/* One reads registers only and the other attributes only, after the same set-up. */
static void a_child_has_operations_of_both(struct unit *t)
{
	struct mutator *m = mutator_create(10, MAX_OPS);
	unsigned int both = 0;
	struct prog a, b, child;

	if (!program_parse(t, its, &a))
		return;
	b = copy_of(&a);
	for (size_t i = 9; i < b.nr_ops; i++) {
		a.op[i] = (struct op){ .id = OP_GUEST_DSB, .arg = { 3 } };
		b.op[i] = (struct op){ .id = OP_HAS_ATTR, .arg = { 0, i } };
	}
	for (unsigned int i = 0; i < 500; i++) {
		mutate_cross(m, &a, &b, &child);
		EXPECT_TRUE(t, same_op(&child.op[0], &a.op[0]));
		EXPECT_TRUE(t, count_ops(&child, OP_HAS_ATTR) + count_ops(&child, OP_CREATE_VGIC) >=
				       2);
		both += count_ops(&child, OP_HAS_ATTR) && count_ops(&child, OP_GUEST_DSB);
		is_valid(t, &child, false);
		prog_free(&child);
	}
	EXPECT_TRUE(t, both > 400);
	prog_free(&a);
	prog_free(&b);
	mutator_destroy(m);
}

/* Its vCPUs, its frames, and only registers that it has. */
static void a_child_keeps_to_the_first_vm(struct unit *t)
{
	struct mutator *m = mutator_create(11, MAX_OPS);
	unsigned int adapted = 0, translated = 0;
	struct prog a, b, c, child;

	if (!program_parse(t, its, &a) || !program_parse(t, v2, &c))
		return;
	b = copy_of(&a);
	b.op[1].arg[0] = 9; /* create_vcpu id=9 instead of 3 */
	for (size_t i = 9; i < b.nr_ops; i++)
		b.op[i] = (struct op){ .id = OP_GUEST_DSB, .arg = { 9 } };
	for (unsigned int i = 0; i < 500; i++) {
		const struct op dsb = { .id = OP_GUEST_DSB, .arg = { 3 } };

		mutate_cross(m, &a, &b, &child);
		for (size_t k = 0; k < child.nr_ops; k++)
			adapted += same_op(&child.op[k], &dsb);
		prog_free(&child);
		mutate_cross(m, &c, &a, &child);
		translated += child.nr_ops > 1;
		EXPECT_EQ(t, child.gic, GIC_V2);
		is_valid(t, &child, true);
		prog_free(&child);
	}
	EXPECT_TRUE(t, adapted > 400);
	EXPECT_TRUE(t, translated > 100);
	prog_free(&a);
	prog_free(&b);
	prog_free(&c);
	mutator_destroy(m);
}

/* Trims by a question; returns how often it was asked. */
static size_t trim(struct unit *t, struct trimmer *tr, bool (*does)(const struct prog *))
{
	const struct prog *p;
	size_t asked = 0;

	while ((p = trimmer_propose(tr))) {
		EXPECT_TRUE(t, p->nr_ops < trimmer_best(tr)->nr_ops);
		trimmer_answer(tr, does(p));
		asked++;
	}
	return asked;
}

static bool always(const struct prog *p)
{
	(void)p;
	return true;
}

static bool never(const struct prog *p)
{
	(void)p;
	return false;
}

static bool has_ack(const struct prog *p)
{
	for (size_t i = 0; i < p->nr_ops; i++) {
		if (p->op[i].id == OP_GUEST_ACK)
			return true;
	}
	return false;
}

static bool by_chance(const struct prog *p)
{
	return reduce_hash(p) & 1;
}

static void trimming_ends(struct unit *t)
{
	static bool (*const questions[])(const struct prog *) = { always, never, has_ack,
								  by_chance };
	struct mutator *m = mutator_create(12, MAX_OPS);
	struct rng r = { .state = 12 };
	struct corpus c;

	if (!load_corpora(t, &c))
		return;
	for (unsigned int i = 0; i < 200; i++) {
		struct prog p = copy_of(any_of(&c, &r));
		struct trimmer *tr;
		size_t asked;

		mutate(m, &p, any_of(&c, &r));
		tr = trimmer_create(&p);
		asked = trim(t, tr, questions[i % ARRAY_SIZE(questions)]);
		EXPECT_TRUE(t, asked <= 5 * p.nr_ops + 64);
		is_valid(t, trimmer_best(tr), true);
		trimmer_destroy(tr);
		prog_free(&p);
	}
	corpus_free(&c);
	mutator_destroy(m);
}

static void trimming_leaves_what_is_needed(struct unit *t)
{
	struct trimmer *tr;
	struct prog p;

	if (!program_parse(t, its, &p))
		return;
	tr = trimmer_create(&p);
	trim(t, tr, always);
	EXPECT_EQ(t, trimmer_best(tr)->nr_ops, 0);
	trimmer_destroy(tr);
	tr = trimmer_create(&p);
	trim(t, tr, never);
	EXPECT_EQ(t, trimmer_best(tr)->nr_ops, p.nr_ops);
	trimmer_destroy(tr);
	tr = trimmer_create(&p);
	trim(t, tr, has_ack);
	EXPECT_EQ(t, trimmer_best(tr)->nr_ops, 1);
	trimmer_destroy(tr);
	prog_free(&p);
}

static const struct unit_test tests[] = {
	{ "mutate.programs_stay_valid", programs_stay_valid },
	{ "mutate.each_kind_is_reached", each_kind_is_reached },
	{ "mutate.kinds_keep_to_their_names", kinds_keep_to_their_names },
	{ "mutate.the_seed_decides", the_seed_decides },
	{ "mutate.most_mutants_are_new", most_mutants_are_new },
	{ "mutate.length_is_bounded", length_is_bounded },
	{ "mutate.nothing_is_enough_to_begin_with", nothing_is_enough_to_begin_with },
	{ "mutate.commands_line_up", commands_line_up },
	{ "mutate_cross.a_child_has_operations_of_both", a_child_has_operations_of_both },
	{ "mutate_cross.a_child_keeps_to_the_first_vm", a_child_keeps_to_the_first_vm },
	{ "mutate_trim.trimming_ends", trimming_ends },
	{ "mutate_trim.trimming_leaves_what_is_needed", trimming_leaves_what_is_needed },
};

UNIT_MAIN(tests)
