// SPDX-License-Identifier: GPL-2.0-only
/*
 * A known divergence names one symptom on a range of kernels, and nothing else.
 *
 * The entry of the tests below has every condition that there is. Each test
 * moves one thing out of it, upon which the entry must not be found. The entries
 * of corpora/known are held against the programs that they name.
 */
#include "lib/judge/known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/judge.h"
#include "tests/judges.h"
#include "tests/programs.h"
#include "tests/unit.h"

static const char entry_text[] = "# Why it happens.\n"
				 "rule: redist.last.top-of-run\n"
				 "rule: uapi.region.index-order\n"
				 "\n"
				 "kernels: 5.10..6.1\n"
				 "op: user redist_region\n"
				 "op: user read\n"
				 "got: Last=*\n"
				 "got: success\n"
				 "program: regress/0004-region-index-truncated\n"
				 "upstream: a title\n";

static bool parse_entry(struct unit *t, const char *text, struct known *k)
{
	struct prog_error err;

	if (EXPECT_EQ(t, known_parse(k, text, &err), 0))
		return true;
	printf("#   line %u: %s\n", err.line, err.text);
	return false;
}

static void entry_is_read(struct unit *t)
{
	struct known k;

	if (!parse_entry(t, entry_text, &k))
		return;
	EXPECT_EQ(t, k.nr_rules, 2);
	EXPECT_EQ(t, k.rule[0], RULE_LAST_TOP_FULL);
	EXPECT_EQ(t, k.rule[1], RULE_REGION_ORDER);
	EXPECT_EQ(t, k.from, 5010);
	EXPECT_EQ(t, k.to, 6001);
	EXPECT_EQ(t, k.nr_ops, 2);
	EXPECT_TRUE(t, k.shown_by[OP_REDIST_REGION] && k.shown_by[OP_USER_READ]);
	EXPECT_EQ(t, k.nr_got, 2);
	EXPECT_STR(t, k.got[0], "Last=*");
	EXPECT_STR(t, k.program, "regress/0004-region-index-truncated");
	EXPECT_STR(t, k.upstream, "a title");
	EXPECT_EQ(t, k.after_op, NR_OPS);
	EXPECT_TRUE(t, !k.hazard && !k.chance && !k.when[0]);
}

static void chance_has_a_reason(struct unit *t)
{
	static const char text[] = "deviation: cpuif.ack.slips-through\nkernels: 5.10..\n"
				   "program: scenarios/a\nupstream: b\nchance: why\n";
	struct known k;

	EXPECT_TRUE(t, parse_entry(t, text, &k) && k.chance);
}

#define NEEDED "rule: uapi.init\nop: user init_vgic\ngot: x\nprogram: regress/a\nupstream: b\n"

static void kernel_ranges_are_read(struct unit *t)
{
	static const struct {
		const char *text;
		unsigned int from, to;
	} rows[] = {
		{ NEEDED "kernels: 5.10..6.1", 5010, 6001 },
		{ NEEDED "kernels: 6.1..", 6001, ~0u },
		{ NEEDED "kernels: 7.2", 7002, 7002 },
		{ NEEDED "kernels: 6.12..6.12", 6012, 6012 },
	};
	struct known k;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!parse_entry(t, rows[i].text, &k))
			continue;
		EXPECT_EQ(t, k.from, rows[i].from);
		EXPECT_EQ(t, k.to, rows[i].to);
	}
}

#define R "rule: uapi.init\n"
#define LONG_40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_10 "aaaaaaaaaa"
#define LONG_95 LONG_40 LONG_40 LONG_10 "aaaaa"
#define LONG_160 LONG_40 LONG_40 LONG_40 LONG_40
#define RULES_16 R R R R R R R R R R R R R R R R
#define INCOMPLETE "kernels, program, upstream, and either deviation or rule, op, got are needed"

static const struct {
	const char *text;
	unsigned int line;
	const char *message;
} malformed[] = {
	{ "", 0, INCOMPLETE },
	{ "# nothing\n", 0, INCOMPLETE },
	{ NEEDED, 0, INCOMPLETE },
	{ "kernels: 6.1..\nop: user run\ngot: x\nprogram: a\nupstream: b\n", 0, INCOMPLETE },
	{ R "kernels: 6.1..\ngot: x\nprogram: a\nupstream: b\n", 0, INCOMPLETE },
	{ R "kernels: 6.1..\nop: user run\nprogram: a\nupstream: b\n", 0, INCOMPLETE },
	{ R "kernels: 6.1..\nop: user run\ngot: x\nupstream: b\n", 0, INCOMPLETE },
	{ R "kernels: 6.1..\nop: user run\ngot: x\nprogram: a\n", 0, INCOMPLETE },
	{ "rule: uapi.unit\n", 1, "'rule: uapi.unit' is not understood" },
	{ R "\n# c\nfoo: bar\n", 4, "'foo: bar' is not understood" },
	{ R "no colon\n", 2, "'no colon' is not understood" },
	{ R "got:\n", 2, "'got:' is not understood" },
	{ "kernels: 6\n", 1, "'kernels: 6' is not understood" },
	{ "kernels: 6.1..5.10\n", 1, "'kernels: 6.1..5.10' is not understood" },
	{ "kernels: 6.1...7.2\n", 1, "'kernels: 6.1...7.2' is not understood" },
	{ "kernels: 6.1.4\n", 1, "'kernels: 6.1.4' is not understood" },
	{ "kernels: 6.1.. x\n", 1, "'kernels: 6.1.. x' is not understood" },
	{ "kernels: all\n", 1, "'kernels: all' is not understood" },
	{ "op: run\n", 1, "'op: run' is not understood" },
	{ "op: guest run\n", 1, "'op: guest run' is not understood" },
	{ "op: user\n", 1, "'op: user' is not understood" },
	{ "op: *\n", 1, "'op: *' is not understood" },
	{ "after: user run\n", 1, "'after: user run' is not understood" },
	{ "after: user create_vcpu got EWRONG\n", 1,
	  "'after: user create_vcpu got EWRONG' is not understood" },
	{ "after: user jump got EINVAL\n", 1, "'after: user jump got EINVAL' is not understood" },
	{ "when: nonsense\n", 1, "'when: nonsense' is not understood" },
	{ "when: index>1\n", 1, "'when: index>1' is not understood" },
	{ "when: index<>1\n", 1, "'when: index<>1' is not understood" },
	{ "when: index==1\n", 1, "'when: index==1' is not understood" },
	{ "when: index>=\n", 1, "'when: index>=' is not understood" },
	{ "when: index>=-1\n", 1, "'when: index>=-1' is not understood" },
	{ "when: index>=1x\n", 1, "'when: index>=1x' is not understood" },
	{ "when: index>=0x10000000000000000\n", 1,
	  "'when: index>=0x10000000000000000' is not understood" },
	{ "when: idx>=1\n", 1, "'when: idx>=1' is not understood" },
	{ "when: >=1\n", 1, "'when: >=1' is not understood" },
	{ "got: " LONG_160 "\n", 1, "'got: " LONG_95 "' is not understood" },
	{ "got: " LONG_160 LONG_160 LONG_160 LONG_160 "\n", 1,
	  "'got: " LONG_95 "' is not understood" },
	{ "upstream: " LONG_160 "\n", 1,
	  "'upstream: " LONG_10 LONG_40 LONG_40 "' is not understood" },
	{ RULES_16 R, 17, "'rule: uapi.init' is not understood" },
	{ "got: 1\ngot: 2\ngot: 3\ngot: 4\ngot: 5\ngot: 6\ngot: 7\ngot: 8\ngot: 9\n", 9,
	  "'got: 9' is not understood" },
};

static void malformed_entries_are_refused(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++) {
		struct prog_error err;
		struct known k;
		bool ok;

		ok = EXPECT_EQ(t, known_parse(&k, malformed[i].text, &err), -EINVAL);
		ok &= EXPECT_EQ(t, err.line, malformed[i].line);
		ok &= EXPECT_STR(t, err.text, malformed[i].message);
		if (!ok)
			printf("#   entry: %s\n", malformed[i].text);
	}
}

/* The difference that the entry of the tests names, if nothing is changed. */
struct shown {
	struct known k;
	struct prog p;
	struct op_result results[16];
	unsigned int kernel;
	enum rule_id rule;
	const char *got;
	size_t op;
};

static bool show(struct unit *t, struct shown *s, const char *more)
{
	char text[1000];

	*s = (struct shown){
		.kernel = 6001,
		.rule = RULE_REGION_ORDER,
		.got = "success",
		.op = 2,
	};
	snprintf(text, sizeof(text), "%s%s", entry_text, more);
	return parse_entry(t, text, &s->k) &&
	       program_parse(t,
			     "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\n"
			     "redist_region index=256 base=0xff0000 count=1\n"
			     "read GICR_TYPER vcpu=0\nget_redist_region index=256\n",
			     &s->p);
}

static struct release kvm_release(unsigned int version)
{
	return (struct release){ .implementation = IMPL_KVM, .version = version };
}

static bool is_found(const struct shown *s)
{
	const struct known_list list = { .known = (struct known *)&s->k, .nr = 1 };

	return known_find(&list, kvm_release(s->kernel), s->rule, s->got, &s->p, s->results,
			  s->op) == &s->k;
}

static void kernel_is_within_the_range(struct unit *t)
{
	static const struct {
		unsigned int kernel;
		bool found;
	} rows[] = {
		{ 0, false },	{ 5009, false }, { 5010, true }, { 5999, true },
		{ 6001, true }, { 6002, false }, { ~0u, false },
	};
	struct shown s;

	if (!show(t, &s, ""))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		s.kernel = rows[i].kernel;
		EXPECT_EQ(t, is_found(&s), rows[i].found);
	}
	prog_free(&s.p);
}

static void host_is_that_of_the_entry(struct unit *t)
{
	static const struct {
		const char *line;
		u32 concerns; /* bits of enum host */
		bool any;
	} rows[] = {
		{ "", ~0u, true },
		{ "host: qemu-virt\n", HOST_QEMU_VIRT, false },
		{ "host: gicv2-on-gicv3\n", HOST_GICV2_ON_GICV3, false },
		{ "host: protected\n", HOST_PROTECTED, false },
		{ "host: trapped\n", HOST_TRAPPED, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct release of = kvm_release(6001);
		struct shown s;

		if (!show(t, &s, rows[i].line))
			return;
		EXPECT_EQ(t, known_concerns(&s.k, of), rows[i].any);
		for (of.hosts = 1; of.hosts < HOST_TRAPPED << 1; of.hosts++)
			EXPECT_EQ(t, known_concerns(&s.k, of), !!(of.hosts & rows[i].concerns));
		prog_free(&s.p);
	}
}

static void rule_is_one_of_the_entry(struct unit *t)
{
	struct shown s;

	if (!show(t, &s, ""))
		return;
	for (unsigned int i = 0; i < NR_RULES; i++) {
		s.rule = (enum rule_id)i;
		EXPECT_EQ(t, is_found(&s), i == RULE_REGION_ORDER || i == RULE_LAST_TOP_FULL);
	}
	prog_free(&s.p);
}

static void operation_is_one_of_the_entry(struct unit *t)
{
	struct shown s;

	if (!show(t, &s, ""))
		return;
	/* One past the last is the kernel log. */
	for (s.op = 0; s.op <= s.p.nr_ops; s.op++)
		EXPECT_EQ(t, is_found(&s), s.op == 2 || s.op == 3);
	prog_free(&s.p);
}

static void kernel_log_is_named_as_an_operation(struct unit *t)
{
	struct shown s;

	if (!show(t, &s, "op: kernel log\n"))
		return;
	for (s.op = 0; s.op <= s.p.nr_ops; s.op++)
		EXPECT_EQ(t, is_found(&s), s.op == 2 || s.op == 3 || s.op == s.p.nr_ops);
	prog_free(&s.p);
}

static void got_matches_a_pattern_as_a_whole(struct unit *t)
{
	static const struct {
		const char *got;
		bool found;
	} rows[] = {
		{ "success", true },  { "success ", false },	  { "succ", false },
		{ "", false },	      { "no success", false },	  { "Last=1", true },
		{ "Last=0", true },   { "Last", false },	  { "EINVAL", false },
		{ "SUCCESS", false }, { "MPAM=1 Last=1", false }, { "*", false },
	};
	struct shown s;

	if (!show(t, &s, ""))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		s.got = rows[i].got;
		if (!EXPECT_EQ(t, is_found(&s), rows[i].found))
			printf("#   %s\n", s.got);
	}
	prog_free(&s.p);
}

static void condition_on_an_argument_holds(struct unit *t)
{
	static const struct {
		const char *when;
		bool found;
	} rows[] = {
		{ "when: index>=256\n", true },
		{ "when: index>=257\n", false },
		{ "when: index<=256\n", true },
		{ "when: index<=255\n", false },
		{ "when: index=256\n", true },
		{ "when: index=255\n", false },
		{ "when: index=0x100\n", true },
		{ "when: base=0xff0000\n", true },
		{ "when: base>=0xff0001\n", false },
		{ "when: base<=0xfeffff\n", false },
		{ "when: vcpu=0\n", false }, /* it has no such argument */
		{ "when: base<=0xffffffffffffffff\n", true },
		{ "when: base>=0xffffffffffffffff\n", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct shown s;

		if (!show(t, &s, rows[i].when))
			return;
		if (!EXPECT_EQ(t, is_found(&s), rows[i].found))
			printf("#   %s\n", rows[i].when);
		prog_free(&s.p);
	}
}

static void bound_is_a_whole_64_bit_number(struct unit *t)
{
	static const u64 bases[] = { 0x8000000000000000, 0xffffffffffefffff, 0xfffffffffff00000 };
	struct shown s;

	if (!show(t, &s, "op: user set_addr\nwhen: base>=0xfffffffffff00000\n"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		s.p.op[2] = (struct op){ .id = OP_SET_ADDR, .arg = { ADDR_V3_DIST, bases[i] } };
		EXPECT_EQ(t, is_found(&s), i == 2);
	}
	prog_free(&s.p);
}

static void condition_on_an_earlier_answer_holds(struct unit *t)
{
	struct shown s;

	if (!show(t, &s, "after: user create_vcpu got EEXIST\n"))
		return;
	EXPECT_TRUE(t, !is_found(&s));
	s.results[1] = (struct op_result){ .status = OP_FAILED, .err = EINVAL };
	EXPECT_TRUE(t, !is_found(&s));
	s.results[1].err = EEXIST;
	EXPECT_TRUE(t, is_found(&s));
	s.results[1].status = OP_DONE;
	EXPECT_TRUE(t, !is_found(&s));
	/* Another operation got it, or the same one later. */
	s.results[0] = (struct op_result){ .status = OP_FAILED, .err = EEXIST };
	s.results[2] = s.results[0];
	s.results[4] = s.results[0];
	s.p.op[4].id = OP_CREATE_VCPU;
	EXPECT_TRUE(t, !is_found(&s));
	prog_free(&s.p);
}

static void first_entry_that_names_it_is_found(struct unit *t)
{
	struct known known[3];
	struct known_list list = { .known = known, .nr = 3 };
	struct shown s;

	if (!show(t, &s, ""))
		return;
	known[0] = known[1] = known[2] = s.k;
	known[0].rule[1] = RULE_INIT;
	EXPECT_TRUE(t, known_find(&list, kvm_release(s.kernel), s.rule, s.got, &s.p, s.results,
				  s.op) == &known[1]);
	list.nr = 1;
	EXPECT_TRUE(
		t, !known_find(&list, kvm_release(s.kernel), s.rule, s.got, &s.p, s.results, s.op));
	list.nr = 0;
	EXPECT_TRUE(
		t, !known_find(&list, kvm_release(s.kernel), s.rule, s.got, &s.p, s.results, s.op));
	prog_free(&s.p);
}

/* Only what an entry names is known: of three differences, how many are unknown? */
static void other_differences_stay_unknown(struct unit *t)
{
	struct op_result results[3] = { { .status = OP_DONE }, { .status = OP_DONE } };
	struct known k;
	struct known_list list = { .known = &k, .nr = 1 };
	struct judge j = judge_of_kvm(6012);
	struct verdict v;
	struct prog p;

	if (!EXPECT_TRUE(t, j.model) || !parse_entry(t, NEEDED "kernels: 6.1..\n", &k) ||
	    !program_parse(t, "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\ninit_vgic\n", &p))
		return;
	j.known = &list;
	snprintf(k.got[0], sizeof(k.got[0]), "EBUSY");
	results[2] = (struct op_result){ .status = OP_FAILED, .err = EBUSY };
	judge_prog(&j, &p, results, &v);
	EXPECT_EQ(t, v.nr_diffs, 1);
	EXPECT_EQ(t, v.nr_unknown, 0);
	EXPECT_TRUE(t, v.diff[0].known == &k);
	results[2].err = EINVAL;
	judge_prog(&j, &p, results, &v);
	EXPECT_EQ(t, v.nr_unknown, 1);
	results[2].err = EBUSY;
	judge_kernel_log(&j, &p, results, "BUG", &v);
	EXPECT_EQ(t, v.nr_diffs, 2);
	EXPECT_EQ(t, v.nr_unknown, 2);
	j.of = kvm_release(5019);
	judge_prog(&j, &p, results, &v);
	EXPECT_EQ(t, v.nr_unknown, 1);
	prog_free(&p);
	model_destroy(j.model);
}

/* Of more differences than a verdict keeps, the unknown one is among those kept. */
static void known_differences_do_not_crowd_out_others(struct unit *t)
{
	struct op_result results[JUDGE_MAX_DIFFS + 8];
	struct known k;
	struct known_list list = { .known = &k, .nr = 1 };
	struct judge j = judge_of_kvm(6012);
	struct verdict v;
	struct prog p;

	if (!EXPECT_TRUE(t, j.model) ||
	    !parse_entry(t, NEEDED "kernels: 6.1..\nrule: uapi.init.no-vcpu\n", &k))
		return;
	j.known = &list;
	snprintf(k.got[0], sizeof(k.got[0]), "EBUSY");
	prog_init(&p, GIC_V3, PROG_DEFAULT_IPA_BITS);
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		prog_add(&p, i ? OP_INIT_VGIC : OP_CREATE_VGIC);
		results[i] = (struct op_result){ .status = OP_FAILED, .err = EBUSY };
	}
	results[0].status = OP_DONE;
	results[ARRAY_SIZE(results) - 2].err = EPERM;
	judge_prog(&j, &p, results, &v);
	EXPECT_EQ(t, v.nr_diffs, ARRAY_SIZE(results) - 1);
	EXPECT_EQ(t, v.nr_unknown, 1);
	EXPECT_EQ(t, v.diff[JUDGE_MAX_DIFFS - 1].op, ARRAY_SIZE(results) - 2);
	EXPECT_TRUE(t, !v.diff[JUDGE_MAX_DIFFS - 1].known);
	prog_free(&p);
	model_destroy(j.model);
}

/* A text that a pattern of the corpora matches: its stars stand for "1". */
static void instance_of(const char *pattern, char *buf, size_t bytes)
{
	size_t n = 0;

	for (; *pattern && n + 1 < bytes; pattern++) {
		if (*pattern == '[' && strchr(pattern, ']'))
			pattern = strchr(pattern, ']');
		buf[n] = '1';
		if (*pattern != '*' && *pattern != ']')
			buf[n] = *pattern;
		n++;
	}
	buf[n] = '\0';
}

static int errno_of(const char *name)
{
	for (int e = 1; e < 200; e++) {
		if (strerrorname_np(e) && !strcmp(strerrorname_np(e), name))
			return e;
	}
	return 0;
}

/* At how many places of its program would this entry name a difference? */
static unsigned int nr_places(const struct known *k, const struct prog *p, unsigned int version,
			      enum rule_id rule, const char *got)
{
	const struct release of = {
		.implementation = k->implementation,
		.version = version,
		.hosts = k->host,
	};
	const struct known_list list = { .known = (struct known *)k, .nr = 1 };
	struct op_result results[64] = { 0 };
	unsigned int nr = 0;

	for (size_t i = 0; i < p->nr_ops && i < ARRAY_SIZE(results); i++) {
		if (p->op[i].id == k->after_op)
			results[i] =
				(struct op_result){ OP_FAILED, errno_of(k->after_got), 0, { 0 } };
	}
	for (size_t i = 0; i <= p->nr_ops && i < ARRAY_SIZE(results); i++)
		nr += !!known_find(&list, of, rule, got, p, results, i);
	return nr;
}

static bool expect_entry_of_program(struct unit *t, const struct known *k, const struct prog *p)
{
	char got[KNOWN_TEXT_BYTES];
	bool ok = true;

	for (unsigned int i = 0; i < k->nr_got; i++) {
		instance_of(k->got[i], got, sizeof(got));
		ok &= EXPECT_TRUE(t, nr_places(k, p, k->from, k->rule[0], got) > 0);
		ok &= EXPECT_EQ(t, nr_places(k, p, k->from - 1, k->rule[0], got), 0);
		if (k->to != ~0u)
			ok &= EXPECT_EQ(t, nr_places(k, p, k->to + 1, k->rule[0], got), 0);
	}
	for (unsigned int i = 0; i < NR_RULES; i++) {
		bool has = false;

		for (unsigned int r = 0; r < k->nr_rules; r++)
			has |= k->rule[r] == i;
		ok &= EXPECT_EQ(t, nr_places(k, p, k->from, (enum rule_id)i, got) > 0, has);
	}
	return ok;
}

static void corpora_entries_fit_their_programs(struct unit *t)
{
	struct known_list list;
	char error[300];

	if (!EXPECT_EQ(
		    t,
		    known_load_dir(&list, VGICHECK_SRCDIR "/corpora/known", error, sizeof(error)),
		    0)) {
		printf("#   %s\n", error);
		return;
	}
	EXPECT_TRUE(t, list.nr > 5);
	for (size_t i = 0; i < list.nr; i++) {
		const struct known *k = &list.known[i];
		struct prog_error err;
		char path[4096];
		struct prog p;

		snprintf(path, sizeof(path), "%s/corpora/%s.vgic", VGICHECK_SRCDIR, k->program);
		if (k->after_op != NR_OPS)
			EXPECT_TRUE(t, errno_of(k->after_got) > 0);
		if (EXPECT_EQ(t, prog_load(&p, path, &err), 0)) {
			if (!expect_entry_of_program(t, k, &p))
				printf("#   entry %s\n", k->id);
			prog_free(&p);
		}
	}
	known_list_free(&list);
}

static void absent_folder_has_no_entries(struct unit *t)
{
	struct known_list list;
	char error[300];

	EXPECT_EQ(t, known_load_dir(&list, "/nonexistent", error, sizeof(error)), 0);
	EXPECT_EQ(t, list.nr, 0);
	known_list_free(&list);
}

static const struct unit_test tests[] = {
	{ "known_parse.entry_is_read", entry_is_read },
	{ "known_parse.chance_has_a_reason", chance_has_a_reason },
	{ "known_parse.kernel_ranges_are_read", kernel_ranges_are_read },
	{ "known_parse.malformed_entries_are_refused", malformed_entries_are_refused },
	{ "known_find.kernel_is_within_the_range", kernel_is_within_the_range },
	{ "known_find.host_is_that_of_the_entry", host_is_that_of_the_entry },
	{ "known_find.rule_is_one_of_the_entry", rule_is_one_of_the_entry },
	{ "known_find.operation_is_one_of_the_entry", operation_is_one_of_the_entry },
	{ "known_find.kernel_log_is_named_as_an_operation", kernel_log_is_named_as_an_operation },
	{ "known_find.got_matches_a_pattern_as_a_whole", got_matches_a_pattern_as_a_whole },
	{ "known_find.condition_on_an_argument_holds", condition_on_an_argument_holds },
	{ "known_find.bound_is_a_whole_64_bit_number", bound_is_a_whole_64_bit_number },
	{ "known_find.condition_on_an_earlier_answer_holds", condition_on_an_earlier_answer_holds },
	{ "known_find.first_entry_that_names_it_is_found", first_entry_that_names_it_is_found },
	{ "known.other_differences_stay_unknown", other_differences_stay_unknown },
	{ "known.differences_do_not_crowd_out_others", known_differences_do_not_crowd_out_others },
	{ "known_load.corpora_entries_fit_their_programs", corpora_entries_fit_their_programs },
	{ "known_load.absent_folder_has_no_entries", absent_folder_has_no_entries },
};

UNIT_MAIN(tests)
