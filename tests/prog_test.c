// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text form and the binary form of a program are the same program.
 *
 * Checked on the corpora, on programs of every suite, on each operation at the
 * limits of its arguments, and on random bytes, which all decode to something.
 * What is no program is in prog_text_test.c.
 */
#include "lib/prog/prog.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/suite.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define MAX_TEXT (1u << 20)

static const char *const folders[] = { "scenarios", "regress" };

/* Text and binary form of @p both give @p back. */
static bool round_trips(struct unit *t, const struct prog *p, bool comments)
{
	char *text = prog_print(p), *again = NULL;
	static u8 buf[1 << 16], buf2[sizeof(buf)];
	size_t bytes = prog_encode(p, buf, sizeof(buf));
	struct prog parsed, decoded;
	bool ok = EXPECT_TRUE(t, bytes <= sizeof(buf)) && program_parse(t, text, &parsed);

	if (ok) {
		ok = EXPECT_TRUE(t, programs_are_equal(p, &parsed));
		again = prog_print(&parsed);
		ok &= EXPECT_STR(t, again, text);
		prog_decode(&decoded, buf, bytes);
		if (!comments)
			ok &= EXPECT_TRUE(t, programs_are_equal(p, &decoded));
		ok &= EXPECT_EQ(t, prog_encode(&decoded, buf2, sizeof(buf2)), bytes);
		ok &= EXPECT_TRUE(t, !memcmp(buf, buf2, bytes));
		prog_free(&parsed);
		prog_free(&decoded);
	}
	if (!ok)
		printf("#   program %s\n", p->name);
	free(text);
	free(again);
	return ok;
}

static char *slurp(const char *path)
{
	char *text = xcalloc(1, MAX_TEXT);
	FILE *f = fopen(path, "re");

	if (f) {
		(void)!fread(text, 1, MAX_TEXT - 1, f);
		(void)fclose(f);
	}
	return text;
}

static void corpora_are_in_canonical_form(struct unit *t)
{
	for (size_t d = 0; d < ARRAY_SIZE(folders); d++) {
		struct corpus c;

		if (!corpus_load(t, folders[d], &c))
			return;
		for (size_t i = 0; i < c.nr; i++) {
			char path[4096], *text, *printed = prog_print(&c.prog[i]);

			snprintf(path, sizeof(path), "%s/corpora/%s/%s.vgic", VGICHECK_SRCDIR,
				 folders[d], c.prog[i].name);
			text = slurp(path);
			EXPECT_STR(t, printed, text);
			free(text);
			free(printed);
		}
		corpus_free(&c);
	}
}

static void corpora_round_trip(struct unit *t)
{
	for (size_t d = 0; d < ARRAY_SIZE(folders); d++) {
		struct corpus c;

		if (!corpus_load(t, folders[d], &c))
			return;
		for (size_t i = 0; i < c.nr; i++)
			round_trips(t, &c.prog[i], true);
		corpus_free(&c);
	}
}

static void programs_of_all_suites_round_trip(struct unit *t)
{
	static const u64 seeds[] = { 0, 1, 0x1f2e, ~0ULL };
	const struct suite *s;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		for (unsigned int i = 0; i < 2000; i++) {
			u64 seed = seeds[i % ARRAY_SIZE(seeds)];
			struct prog p;
			bool ok;

			suite_make(s, suite_sample(s, seed, i / ARRAY_SIZE(seeds)), seed, &p);
			ok = round_trips(t, &p, p.above);
			prog_free(&p);
			if (!ok)
				return;
		}
	}
}

/* Bytes that look like operations more often than random ones do. */
static size_t random_bytes(struct rng *r, u8 *buf, size_t max)
{
	size_t bytes = rng_below(r, max + 1);
	unsigned int mask = rng_below(r, 2) ? 0xff : 0x0f;

	for (size_t i = 0; i < bytes; i++)
		buf[i] = (u8)(rng_next(r) & mask);
	return bytes;
}

static void any_bytes_are_a_program(struct unit *t)
{
	struct rng rng = { .state = 3 };
	bool ok = true;

	for (int i = 0; ok && i < 4000; i++) {
		u8 max[300], *buf;
		size_t bytes = random_bytes(&rng, max, sizeof(max));
		struct prog p;

		/* Of exactly this size, so that a sanitizer sees a byte too many. */
		buf = xcalloc(1, bytes + !bytes);
		memcpy(buf, max, bytes);
		prog_decode(&p, buf, bytes);
		free(buf);
		EXPECT_TRUE(t, bytes > 1 || !p.nr_ops);
		ok = round_trips(t, &p, false);
		prog_free(&p);
	}
}

static void every_pair_of_bytes_is_a_program(struct unit *t)
{
	bool ok = true;

	for (unsigned int i = 0; ok && i < 65536; i++) {
		const u8 buf[] = { (u8)i, (u8)(i >> 8) };
		struct prog p;

		prog_decode(&p, buf, sizeof(buf));
		ok = EXPECT_EQ(t, p.nr_ops, 1) &&
		     EXPECT_TRUE(t, !op_desc(p.op[0].id)->gic ||
					    op_desc(p.op[0].id)->gic == (int)p.gic);
		if (ok && !(i & 0xf))
			ok = round_trips(t, &p, false);
		prog_free(&p);
	}
}

static void a_long_input_ends_at_the_most_operations(struct unit *t)
{
	size_t bytes = 2 * (size_t)PROG_MAX_OPS;
	u8 *buf = xcalloc(1, bytes);
	struct prog p;

	prog_decode(&p, buf, bytes);
	EXPECT_EQ(t, p.nr_ops, PROG_MAX_OPS);
	prog_free(&p);
	free(buf);
}

static void encoding_is_cut_to_its_buffer(struct unit *t)
{
	u8 whole[256];
	struct prog p;
	size_t bytes;

	suite_make(suite_by_number(0), 1000, 0, &p);
	bytes = prog_encode(&p, whole, sizeof(whole));
	for (size_t room = 0; room < bytes; room++) {
		u8 *buf = xcalloc(1, room + !room);

		EXPECT_EQ(t, prog_encode(&p, buf, room), bytes);
		EXPECT_TRUE(t, !memcmp(buf, whole, room));
		free(buf);
	}
	prog_free(&p);
}

#define MAX_LIMITS (3 * NR_FRAMES + 6 * NR_REGS + 8)

/* The ends of every frame and register of the VM, and what is next to them. */
static unsigned int limits_of_place(const struct prog *p, u64 *value)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < NR_FRAMES; i++) {
		const struct frame_desc *fr = frame_desc((enum frame_id)i);

		if (fr->gic != p->gic)
			continue;
		value[nr++] = place((enum frame_id)i, 0);
		value[nr++] = place((enum frame_id)i, 0x34);
		value[nr++] = place((enum frame_id)i, fr->bytes - 1);
	}
	for (unsigned int i = 0; i < NR_REGS; i++) {
		const struct reg_desc *r = reg_desc((enum reg_id)i);
		const struct frame_desc *fr = frame_desc(r->frame);
		u32 bytes = r->width / 8;
		u64 last = reg_place((enum reg_id)i, r->count - 1);

		if (fr->gic != p->gic)
			continue;
		value[nr++] = reg_place((enum reg_id)i, 0);
		value[nr++] = last;
		if (fr->kind == FRAME_KIND_SYSREG)
			continue;
		value[nr++] = last + 1;
		value[nr++] = last + bytes / 2;
		value[nr++] = last + bytes - 1;
		if (place_offset(last) + bytes < fr->bytes)
			value[nr++] = last + bytes;
	}
	return nr;
}

/* The lowest and highest values of an argument; every one of those named by words. */
static unsigned int limits(const struct prog *p, const struct op_arg_desc *d, u64 *value)
{
	unsigned int nr = 0;

	switch (d->kind) {
	case ARG_KIND_PLACE:
		nr = limits_of_place(p, value);
		break;
	case ARG_KIND_ADDR_TYPE:
	case ARG_KIND_LINE_TYPE:
		for (; nr <= d->hi; nr++)
			value[nr] = nr;
		break;
	case ARG_KIND_SIZE:
		value[nr++] = 0;
		for (u64 size = 1; size <= d->hi; size *= 2)
			value[nr++] = size;
		break;
	case ARG_KIND_DEC:
	case ARG_KIND_HEX:
	case ARG_KIND_OPT:
	case ARG_KIND_OPTHEX:
	case ARG_KIND_AT:
		value[nr++] = d->lo;
		value[nr++] = d->lo + d->unit;
		value[nr++] = d->hi - d->hi % d->unit;
		break;
	}
	return nr;
}

static void every_argument_round_trips_at_its_limits(struct unit *t)
{
	for (unsigned int n = 0; n < 2 * NR_OPS; n++) {
		enum op_id id = (enum op_id)(n / 2);
		u64 value[MAX_LIMITS];
		struct prog p;

		prog_init(&p, n % 2 ? GIC_V2 : GIC_V3, 48);
		if (op_desc(id)->gic && op_desc(id)->gic != (int)p.gic)
			continue;
		prog_add(&p, id);
		for (unsigned int k = 0; k < op_nr_args(id); k++) {
			const struct op_arg_desc *d = op_arg_desc(op_desc(id)->first_arg + k);
			unsigned int nr = limits(&p, d, value);

			for (unsigned int i = 0; i < nr; i++)
				prog_add(&p, id)->arg[k] = value[i];
		}
		round_trips(t, &p, false);
		prog_free(&p);
	}
}

static void highest_values_are_multiples_of_their_unit(struct unit *t)
{
	for (unsigned int i = 0; i < NR_OP_ARGS; i++) {
		const struct op_arg_desc *d = op_arg_desc(i);

		EXPECT_TRUE(t, d->lo <= d->hi);
		EXPECT_EQ(t, d->lo % d->unit, 0);
		EXPECT_TRUE(t, d->unit == 1 || d->hi % d->unit == 0);
	}
}

/* The rows of an operation's arguments, as each of the look-ups has them. */
static void argument_tables_agree(struct unit *t)
{
	unsigned int next = 0;

	for (unsigned int i = 0; i < NR_OPS; i++) {
		const struct op_desc *d = op_desc((enum op_id)i);
		struct op op = { .id = (enum op_id)i };

		EXPECT_EQ(t, d->first_arg, next);
		EXPECT_TRUE(t, op_nr_args(op.id) <= OP_MAX_ARGS);
		for (unsigned int k = 0; k < op_nr_args(op.id); k++, next++) {
			EXPECT_EQ(t, op_arg_desc(next)->op, i);
			op_set_arg(&op, (enum op_arg_id)next, k + 1);
			EXPECT_EQ(t, op.arg[k], k + 1);
			EXPECT_EQ(t, op_arg(&op, (enum op_arg_id)next), k + 1);
		}
	}
	EXPECT_EQ(t, next, NR_OP_ARGS);
}

static bool has_place(enum op_id id)
{
	for (unsigned int i = 0; i < op_nr_args(id); i++) {
		if (op_arg_desc(op_desc(id)->first_arg + i)->kind == ARG_KIND_PLACE)
			return true;
	}
	return false;
}

/* Whether an access to a register has an address and a size depends on its place. */
static void places_come_before_what_depends_on_them(struct unit *t)
{
	enum op_id last = NR_OPS;

	for (unsigned int i = 0; i < NR_OP_ARGS; i++) {
		const struct op_arg_desc *d = op_arg_desc(i);

		if (d->kind == ARG_KIND_PLACE)
			last = d->op;
		if (d->kind == ARG_KIND_AT || (d->kind == ARG_KIND_SIZE && has_place(d->op)))
			EXPECT_EQ(t, d->op, last);
	}
}

/* A number below 2 * NR_REGS, which two bytes hold, names each register. */
static void registers_have_short_numbers(struct unit *t)
{
	static const enum gic_version gics[] = { GIC_V3, GIC_V2 };
	bool found[NR_REGS] = { false };

	for (unsigned int n = 0; n < 2 * NR_REGS; n++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(gics); i++) {
			u8 bytes[] = { (u8)i, OP_USER_READ, (u8)(n | 0x80), (u8)(n >> 7) };
			struct reg_at at;
			struct prog p;

			prog_decode(&p, bytes, sizeof(bytes));
			reg_find_at(op_arg(&p.op[0], ARG_USER_READ_reg), &at);
			if (at.reg >= 0 && !at.byte && EXPECT_EQ(t, p.gic, gics[i]))
				found[at.reg] = true;
			prog_free(&p);
		}
	}
	for (unsigned int i = 0; i < NR_REGS; i++) {
		if (!EXPECT_TRUE(t, found[i]))
			printf("#   %s\n", reg_desc((enum reg_id)i)->name);
	}
}

/* Printed with one argument put out of its range, the text is refused. */
static void values_next_to_the_limits_are_refused(struct unit *t)
{
	for (unsigned int i = 0; i < NR_OP_ARGS; i++) {
		const struct op_arg_desc *d = op_arg_desc(i);
		struct prog_error err;
		struct prog p, q;
		char *text, want[64];

		if (d->kind == ARG_KIND_PLACE || d->kind == ARG_KIND_ADDR_TYPE ||
		    d->kind == ARG_KIND_LINE_TYPE || d->hi == ~0ULL)
			continue;
		snprintf(want, sizeof(want), "is outside 0x%" PRIx64 "..0x%" PRIx64, d->lo, d->hi);
		prog_init(&p, GIC_V3, 40);
		op_set_arg(prog_add(&p, d->op), (enum op_arg_id)i, d->hi + d->unit);
		text = prog_print(&p);
		EXPECT_TRUE(t, prog_parse(&q, text, strlen(text), &err) != 0);
		EXPECT_CONTAINS(t, err.text,
				d->kind == ARG_KIND_SIZE ? "is not 1, 2, 4 or 8" : want);
		EXPECT_EQ(t, err.line, 2);
		free(text);
		prog_free(&p);
	}
}

static void comments_are_kept(struct unit *t)
{
	static const char text[] = "# top\n"
				   "\n"
				   "   # indented\n"
				   "vm gicv3 ipa=48  # vm\n"
				   "\n"
				   "# above\n"
				   "create_vgic  # beside = 1 # twice\n"
				   "create_vcpu id=0  #\n"
				   "# below\n"
				   "\n"
				   "# end\n";
	struct prog p;
	char *printed;

	if (!program_parse(t, text, &p))
		return;
	printed = prog_print(&p);
	EXPECT_STR(t, printed, text);
	EXPECT_STR(t, p.above, "# top\n\n   # indented\n");
	EXPECT_STR(t, p.beside, "# vm");
	EXPECT_STR(t, p.op[0].above, "\n# above\n");
	EXPECT_STR(t, p.op[0].beside, "# beside = 1 # twice");
	EXPECT_STR(t, p.op[1].above, NULL);
	EXPECT_STR(t, p.below, "# below\n\n# end\n");
	free(printed);
	prog_free(&p);
}

static void printed_operation_is_cut_to_its_buffer(struct unit *t)
{
	struct op op = { .id = OP_REDIST_REGION, .arg = { 1, 0x20000000, 2, 3 } };
	static const char whole[] = "redist_region index=1 base=0x20000000 count=2 flags=3";

	EXPECT_EQ(t, op_print(&op, NULL, 0), strlen(whole));
	for (size_t bytes = 1; bytes < sizeof(whole) + 2; bytes++) {
		char *buf = xcalloc(1, bytes);

		EXPECT_EQ(t, op_print(&op, buf, bytes), strlen(whole));
		EXPECT_TRUE(t, !strncmp(buf, whole, bytes - 1) && strlen(buf) < bytes);
		free(buf);
	}
}

static const char two_blocks[] = "vm gicv3\n"
				 "create_vcpu id=0\n"
				 "par {\n"
				 "\tguest vcpu=0 eoi\n"
				 "\tdev irq_line spi intid=40 level=1\n"
				 "}\n"
				 "par {\n"
				 "\tuser read GICD_TYPER vcpu=0\n"
				 "\tmem read at=0x50000000 size=8\n"
				 "\tguest vcpu=0 ack group=1\n"
				 "}\n"
				 "guest vcpu=0 eoi\n";

static void adjacent_blocks_stay_apart(struct unit *t)
{
	static const size_t end[] = { 1, 3, 3, 6, 6, 6, 7 };
	struct prog p;
	char *text;

	if (!program_parse(t, two_blocks, &p))
		return;
	EXPECT_EQ(t, p.nr_ops, ARRAY_SIZE(end));
	for (size_t i = 0; i < p.nr_ops; i++)
		EXPECT_EQ(t, prog_par_end(&p, i), end[i]);
	EXPECT_TRUE(t, prog_has_par(&p));
	text = prog_print(&p);
	EXPECT_STR(t, text, two_blocks);
	round_trips(t, &p, false);
	free(text);
	prog_free(&p);
}

/* Each operation with the bit set, behind one that can and one that cannot. */
static void a_bit_means_par_only_where_it_may(struct unit *t)
{
	for (unsigned int i = 0; i < NR_OPS; i++) {
		struct prog p, q;
		u8 buf[256];
		size_t bytes;

		prog_init(&p, GIC_V3, PROG_DEFAULT_IPA_BITS);
		prog_add(&p, (enum op_id)i)->par = true;
		prog_add(&p, (enum op_id)i)->par = true;
		prog_add(&p, OP_INIT_VGIC)->par = true;
		prog_add(&p, (enum op_id)i)->par = true;
		bytes = prog_encode(&p, buf, sizeof(buf));
		prog_decode(&q, buf, bytes);
		EXPECT_EQ(t, q.nr_ops, 4);
		EXPECT_TRUE(t, !q.op[0].par && !q.op[2].par && !q.op[3].par);
		EXPECT_EQ(t, q.op[1].par, op_can_par((enum op_id)i));
		prog_mend_par(&p);
		EXPECT_TRUE(t, programs_are_equal(&p, &q));
		prog_free(&p);
		prog_free(&q);
	}
}

static const struct unit_test tests[] = {
	{ "prog_text.corpora_are_in_canonical_form", corpora_are_in_canonical_form },
	{ "prog_text.comments_are_kept", comments_are_kept },
	{ "prog_text.printed_operation_is_cut_to_its_buffer",
	  printed_operation_is_cut_to_its_buffer },
	{ "prog_text.values_next_to_the_limits_are_refused",
	  values_next_to_the_limits_are_refused },
	{ "prog.corpora_round_trip", corpora_round_trip },
	{ "prog.programs_of_all_suites_round_trip", programs_of_all_suites_round_trip },
	{ "prog.every_argument_round_trips_at_its_limits",
	  every_argument_round_trips_at_its_limits },
	{ "prog.highest_values_are_multiples_of_their_unit",
	  highest_values_are_multiples_of_their_unit },
	{ "prog.argument_tables_agree", argument_tables_agree },
	{ "prog.places_come_before_what_depends_on_them", places_come_before_what_depends_on_them },
	{ "prog_codec.registers_have_short_numbers", registers_have_short_numbers },
	{ "prog_codec.any_bytes_are_a_program", any_bytes_are_a_program },
	{ "prog_codec.every_pair_of_bytes_is_a_program", every_pair_of_bytes_is_a_program },
	{ "prog_codec.a_long_input_ends_at_the_most_operations",
	  a_long_input_ends_at_the_most_operations },
	{ "prog.adjacent_blocks_stay_apart", adjacent_blocks_stay_apart },
	{ "prog_codec.a_bit_means_par_only_where_it_may", a_bit_means_par_only_where_it_may },
	{ "prog_codec.encoding_is_cut_to_its_buffer", encoding_is_cut_to_its_buffer },
};

UNIT_MAIN(tests)
