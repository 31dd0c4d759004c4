// SPDX-License-Identifier: GPL-2.0-only
/*
 * docs/registers.md: the tables of lib/regs in words.
 */
#include "lib/regs/regs.h"

#include <inttypes.h>

#include "lib/regs/its_cmd.h"

static const char *const access_words[] = {
	[ACCESS_RO] = "read-only",	    [ACCESS_WO] = "write-only",
	[ACCESS_RW] = "read and write",	    [ACCESS_W1S] = "writes of 1 set",
	[ACCESS_W1C] = "writes of 1 clear", [ACCESS_RES0] = "reserved, zero",
	[ACCESS_RES1] = "reserved, one",    [ACCESS_IMPDEF] = "implementation defined",
};

static const struct {
	const char *word, *meaning;
} user_words[] = {
	[USER_NONE] = { "none", "there is no attribute for it: ENXIO" },
	[USER_SAME] = { "as guest", "does what the guest's access does" },
	[USER_STATE] = { "state", "reads and sets the bits themselves" },
	[USER_LATCH] = { "latch", "reads and sets the pending latches, whatever the lines are" },
	[USER_RAZ_WI] = { "nothing", "reads as zero, writes are ignored" },
	[USER_MATCH] = { "must match",
			 "a write must agree with fields that cannot change, or fails" },
	[USER_SHIFTED] = { "shifted", "as guest, with the value shifted right by 3" },
};

static const char *const since_words[] = {
	[SINCE_V2] = "GICv2",	  [SINCE_V3] = "GICv3",	  [SINCE_V3_1] = "GICv3.1",
	[SINCE_V3_3] = "GICv3.3", [SINCE_V4] = "GICv4.0", [SINCE_V4_1] = "GICv4.1",
};

static void print_encoding(FILE *out, u32 enc)
{
	fprintf(out, "S%u_%u_C%u_C%u_%u", enc >> 14, enc >> 11 & 7, enc >> 7 & 15, enc >> 3 & 15,
		enc & 7);
}

static void print_where(FILE *out, const struct reg_desc *r)
{
	bool sysreg = frame_desc(r->frame)->kind == FRAME_KIND_SYSREG;

	if (sysreg) {
		print_encoding(out, r->offset);
	} else {
		fprintf(out, "0x%04x", r->offset - r->first * r->stride);
		if (r->count > 1)
			fprintf(out, " + %un", r->stride);
	}
	if (sysreg && r->count > 1) {
		fputs(" to ", out);
		print_encoding(out, r->offset + (r->count - 1) * r->stride);
	}
	if (r->count > 1)
		fprintf(out, " | %u (n = %u to %u)", r->count, r->first, r->first + r->count - 1);
	else
		fputs(" | 1", out);
}

static void print_reset(FILE *out, const struct reg_desc *r)
{
	if (!r->reset_known)
		fputs("not fixed", out);
	else if (r->reset_known == bits_mask(r->width - 1, 0))
		fprintf(out, "0x%" PRIx64, r->reset);
	else
		fprintf(out, "0x%" PRIx64 " in 0x%" PRIx64, r->reset, r->reset_known);
}

static void print_reg_row(FILE *out, const struct reg_desc *r)
{
	const char *comma = "";

	/* Without quotes <n> would be a tag. */
	fprintf(out, "| `%s_%s` | ", frame_desc(r->frame)->prefix, r->name);
	print_where(out, r);
	fprintf(out, " | %u | ", r->width);
	for (unsigned int size = 1; size <= 8; size *= 2) {
		if (r->sizes & size) {
			fprintf(out, "%s%u", comma, size);
			comma = ", ";
		}
	}
	fprintf(out, " | %s | %s | ", access_words[r->access], user_words[r->user].word);
	print_reset(out, r);
	fprintf(out, " | %s | `%s` |\n", since_words[r->since], r->source);
}

static void print_bits(FILE *out, unsigned int msb, unsigned int lsb)
{
	if (msb == lsb)
		fprintf(out, "%u", msb);
	else
		fprintf(out, "%u:%u", msb, lsb);
}

/* The register is named in the first row of its fields only. */
static void print_field_rows(FILE *out, enum reg_id reg)
{
	const struct reg_desc *r = reg_desc(reg);

	for (const struct field_desc *f = reg_first_field(reg); f; f = reg_next_field(f)) {
		char name[64] = "";

		if (f->msb + 1 == r->width)
			snprintf(name, sizeof(name), "`%s_%s`", frame_desc(r->frame)->prefix,
				 r->name);
		fprintf(out, "| %s | ", name);
		print_bits(out, f->msb, f->lsb);
		fprintf(out, " | %s | %s |\n", f->access == ACCESS_RES0 ? "" : f->name,
			access_words[f->access]);
	}
}

static void print_frame(FILE *out, enum frame_id frame)
{
	const struct frame_desc *fr = frame_desc(frame);
	bool sysreg = fr->kind == FRAME_KIND_SYSREG;

	char of[16] = "";

	if (fr->gic != GIC_ANY)
		snprintf(of, sizeof(of), " of GICv%d", (int)fr->gic);
	fprintf(out, "\n## %s%s\n\n", fr->prefix, of);
	if (sysreg)
		fprintf(out, "System registers. Source: %s.\n\n", fr->source);
	else
		fprintf(out, "0x%x bytes, aligned to 0x%x. Source: %s.\n\n", fr->bytes, fr->align,
			fr->source);
	fprintf(out,
		"| register | %s | registers | bits | access sizes | guest | attribute | reset | "
		"since | source |\n"
		"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
		sysreg ? "encoding" : "offset");
	for (int i = 0; i < NR_REGS; i++) {
		if (reg_desc((enum reg_id)i)->frame == frame)
			print_reg_row(out, reg_desc((enum reg_id)i));
	}
	fprintf(out, "\n### Fields of %s%s\n\n", fr->prefix, of);
	fputs("| register | bits | field | guest |\n| --- | --- | --- | --- |\n", out);
	for (int i = 0; i < NR_REGS; i++) {
		if (reg_desc((enum reg_id)i)->frame == frame)
			print_field_rows(out, (enum reg_id)i);
	}
}

/* The command is named in the first row of its fields only. */
static void print_cmd_rows(FILE *out, enum its_cmd_id cmd)
{
	const struct its_cmd_desc *d = its_cmd_desc(cmd);
	bool first = true;

	for (int i = 0; i < NR_ITS_FIELDS; i++) {
		const struct its_field_desc *f = its_field_desc((enum its_field_id)i);

		if (f->cmd != cmd)
			continue;
		if (first)
			fprintf(out, "| %s | 0x%02x", d->name, d->number);
		else
			fputs("|  | ", out);
		fprintf(out, " | %u | ", f->dw);
		print_bits(out, f->msb, f->lsb);
		fprintf(out, " | %s | `%s` |\n", f->name, f->source);
		first = false;
	}
}

static void print_cmds(FILE *out)
{
	fputs("\n## Commands of an ITS\n\n"
	      "32 bytes in memory, little-endian; the number is in bits 7:0 of doubleword 0.\n\n"
	      "| command | number | doubleword | bits | field | source |\n"
	      "| --- | --- | --- | --- | --- | --- |\n",
	      out);
	for (int i = 0; i < NR_ITS_CMDS; i++)
		print_cmd_rows(out, (enum its_cmd_id)i);
}

/**
 * regs_print_markdown() - docs/registers.md
 * @out: receives the text
 */
void regs_print_markdown(FILE *out)
{
	fputs("# Registers\n\n"
	      "Generated by `make docs` from lib/regs/*.def: do not edit.\n\n"
	      "The columns of a frame's first table:\n\n"
	      "- offset: bytes from the start of the frame; encoding: `Sop0_op1_Cn_Cm_op2`, as\n"
	      "  assemblers take it. An array's offset is a sum with n, the number in the name.\n"
	      "- registers: how many there are, and for which n.\n"
	      "- access sizes: in bytes, those that the architecture lets reach the register.\n"
	      "- guest: what a guest may do to the register, or to the field.\n"
	      "- attribute: what the KVM device attribute for the register does:\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(user_words); i++)
		fprintf(out, "  - %s: %s.\n", user_words[i].word, user_words[i].meaning);
	fputs("- reset: the value after reset, where the architecture fixes it for every\n"
	      "  implementation; \"0x1 in 0x3\" fixes bits 1 and 0 only.\n"
	      "- since: the first version of the architecture that has the register.\n"
	      "- source: the document, at issue B (GICv2) or H (GICv3 and GICv4), and its\n"
	      "  description of the register. Fields come from there too.\n",
	      out);
	for (int i = 0; i < NR_FRAMES; i++)
		print_frame(out, (enum frame_id)i);
	print_cmds(out);
}
