// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck explain`: what the model allows to each operation of a program, and
 * why.  It needs no target: where several answers are allowed, it says with
 * which one it goes on.
 */
#include "harness/harness.h"

#include <inttypes.h>
#include <string.h>

#include "lib/judge/answer.h"

static const char usage[] =
	"usage: vgicheck explain [--profile NAME] FILE...\n"
	"\n"
	"Prints for each operation of a program what the model allows, with the rules and\n"
	"their sources. Nothing is performed. --profile names the implementation whose\n"
	"choices are known (`vgicheck rules` prints them); the newest KVM is the default.\n";

#define LINE_BYTES 512
#define MAX_ONE_OF 16 /* that are printed */

/* A rule and what it says here; its sentence once for each operation. */
static void print_rule(enum rule_id rule, const char *verb, const char *what,
		       bool printed[NR_RULES])
{
	const struct rule_desc *r = rule_desc(rule);

	printf("    rule     %s %s %s", r->name, verb, what);
	if (!printed[rule])
		printf(": %s [%s]", r->sentence, r->source);
	putchar('\n');
	printed[rule] = true;
}

/* A field as far as @mask reaches into it: "NAME", "NAME=value", "NAME&3=value". */
static void print_field(const struct field_desc *f, u64 value, u64 mask, bool values, char *buf,
			size_t bytes)
{
	u64 part = bits_get(value & mask, f->msb, f->lsb);
	u64 reach = bits_get(mask, f->msb, f->lsb);
	char partly[24] = "", is[24] = "";

	if (reach != bits_mask(f->msb - f->lsb, 0))
		snprintf(partly, sizeof(partly), "&0x%" PRIx64, reach);
	if (values)
		snprintf(is, sizeof(is), "=%s%" PRIx64, part > 9 ? "0x" : "", part);
	snprintf(buf, bytes, "%s%s%s", f->name, partly, is);
}

static void print_fields(const struct expect_val *val, u64 mask, bool values, char *buf,
			 size_t bytes)
{
	const struct field_desc *f = reg_first_field((enum reg_id)val->reg);
	size_t at = 0;

	buf[0] = '\0';
	for (; f && at < bytes; f = reg_next_field(f)) {
		char one[128];
		int n;

		if (!(mask & bits_mask(f->msb, f->lsb)))
			continue;
		print_field(f, val->value, mask, values, one, sizeof(one));
		n = snprintf(buf + at, bytes - at, "%s%s", at ? " " : "", one);
		at += n < 0 ? 0 : (size_t)n;
	}
}

/* Some bits of a value, by field names if its register has them. */
static void print_bits(const struct expect_val *val, u64 mask, bool values, char *buf, size_t bytes)
{
	if (val->reg >= 0 && reg_first_field((enum reg_id)val->reg))
		print_fields(val, mask, values, buf, bytes);
	else if (mask == ~0ULL)
		snprintf(buf, bytes, "all bits");
	else
		snprintf(buf, bytes, "bits 0x%" PRIx64, mask);
}

static void print_part(const struct expect_val *val, u64 mask, enum rule_id rule, bool assumed,
		       bool printed[NR_RULES])
{
	char text[LINE_BYTES];

	if (!mask)
		return;
	print_bits(val, mask, !assumed, text, sizeof(text));
	print_rule(rule, "fixes", text, printed);
}

/* Bits that the register has: the upper half of a 32-bit one is none of them. */
static u64 all_bits(const struct expect_val *val)
{
	if (val->reg < 0)
		return ~0ULL;
	return bits_mask(reg_desc((enum reg_id)val->reg)->width - 1, 0);
}

/* One of several values that are allowed is only assumed. */
static void print_val(const struct expect_val *val, bool assumed, bool printed[NR_RULES])
{
	u64 open = all_bits(val) & ~val->known;
	char text[LINE_BYTES];

	judge_print_val(val, text, sizeof(text));
	printf("    %-8s %s\n", assumed ? "assumed" : "value", text);
	if (open && val->known) {
		print_bits(val, open, false, text, sizeof(text));
		printf("    open     %s\n", text);
	}
	for (unsigned int i = 0; i < val->nr_parts; i++)
		print_part(val, val->part[i].mask & val->known, val->part[i].rule, assumed,
			   printed);
	print_part(val, expect_own_bits(val), val->rule, assumed, printed);
}

/* The values that the first one may have. */
static void print_one_of(const struct expect *want)
{
	printf("    one of  ");
	for (unsigned int i = 0; i < want->nr_one_of && i < MAX_ONE_OF; i++)
		printf(" 0x%x", want->one_of[i]);
	if (want->nr_one_of > MAX_ONE_OF)
		printf(" and %u more", want->nr_one_of - MAX_ONE_OF);
	putchar('\n');
}

static void print_alt(const struct expect_alt *alt, char *buf, size_t bytes)
{
	struct expect one = { .nr_alts = 1, .alt = { *alt } };

	judge_print_alts(&one, buf, bytes);
}

/* Is there more than one outcome? Several rules may allow the same. */
static bool leaves_a_choice(const struct expect *want)
{
	for (unsigned int i = 1; i < want->nr_alts; i++) {
		if (want->alt[i].status != want->alt[0].status ||
		    want->alt[i].err != want->alt[0].err)
			return true;
	}
	return false;
}

static void print_expect(const struct expect *want)
{
	bool printed[NR_RULES] = { false };
	char text[LINE_BYTES];

	judge_print_alts(want, text, sizeof(text));
	printf("    allowed  %s\n", text);
	if (leaves_a_choice(want)) {
		print_alt(&want->alt[expect_usual_alt(want)], text, sizeof(text));
		printf("    assumed  %s\n", text);
	}
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		print_alt(&want->alt[i], text, sizeof(text));
		print_rule(want->alt[i].rule, "allows", text, printed);
	}
	if (!expect_returns_values(want))
		return;
	if (want->nr_one_of)
		print_one_of(want);
	for (unsigned int i = 0; i < want->nr_vals; i++)
		print_val(&want->val[i], !i && want->nr_one_of, printed);
}

/* What a handler goes on with depends on what came first. */
static void print_log(const struct op_result *seen)
{
	printf("    assumed ");
	for (unsigned int i = 0; i < seen->nr_vals; i++)
		printf(" 0x%llx", (unsigned long long)seen->val[i]);
	putchar('\n');
}

/* Of operations side by side only one order is shown. */
static void print_where(const struct prog *p, size_t i)
{
	char text[LINE_BYTES];

	if (!p->op[i].par && prog_par_end(p, i) > i + 1)
		printf("\npar: operations %zu to %zu in any order, here in that of the program\n",
		       i + 1, prog_par_end(p, i));
	op_print(&p->op[i], text, sizeof(text));
	printf("\nop %zu: %s\n", i + 1, text);
}

static void explain_prog(struct model *m, const struct model_config *config, const struct prog *p)
{
	bool lost = false;

	printf("%s: vm gicv%d ipa=%u, profile %s\n", p->name, (int)p->gic, p->ipa_bits,
	       config->profile->name);
	model_reset_for(m, config, p);
	for (size_t i = 0; i < p->nr_ops; i++) {
		struct op_result seen;
		struct expect want;

		print_where(p, i);
		if (!lost) {
			model_expect(m, &p->op[i], &want);
			lost = want.unpredicted;
		}
		if (lost) {
			puts("    allowed  anything: it is not predicted");
			continue;
		}
		print_expect(&want);
		lost = !expect_follow(&want, expect_usual_alt(&want), NULL, m, &p->op[i], &seen);
		if (seen.nr_vals > want.nr_vals)
			print_log(&seen);
	}
}

static int explain_file(struct model *m, const struct options *o, const char *path)
{
	struct model_config config = {
		.max_vcpus = HARNESS_USUAL_MAX_VCPUS,
		.profile = o->profile,
	};
	struct prog p;

	if (program_load(&p, path))
		return TAP_EXIT_USAGE;
	explain_prog(m, &config, &p);
	prog_free(&p);
	return TAP_EXIT_OK;
}

/**
 * explain_main() - the subcommand `explain`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int explain_main(int argc, char **argv)
{
	struct model *model;
	struct options o;
	int ret = options_parse(&o, "explain", usage, argc, argv);
	int status = TAP_EXIT_OK;

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (!o.args[0]) {
		fputs("vgicheck: explain needs a program file\n", stderr);
		return TAP_EXIT_USAGE;
	}
	if (programs_check(o.args))
		return TAP_EXIT_USAGE;
	model = model_create();
	if (!model) {
		fputs("vgicheck: out of memory\n", stderr);
		return TAP_EXIT_HARNESS;
	}
	for (char **path = o.args; *path && !status; path++) {
		if (path != o.args)
			putchar('\n');
		status = explain_file(model, &o, *path);
	}
	model_destroy(model);
	return status;
}
