// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck export --report`: runs a program and writes what differs as a mail to
 * the kernel's developers.
 */
#include "harness/export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/trial.h"
#include "lib/export/export.h"
#include "lib/prog/alloc.h"

#define LINE_BYTES 1024
#define OLD_KERNEL 6008u /* from here on kernels have KVM_SET_USER_MEMORY_REGION2 */
#define MAIL_COLUMNS 72
#define TITLE_WORDS 90 /* bytes of the rule's sentence in the title, at most */

/* What a report is about. */
struct report {
	const struct session *session;
	const struct prog *prog;
	const struct op_result *results; /* NULL if the run did not end */
	const struct verdict *verdict;
	const struct judge_diff *diff; /* that it tells of */
	const struct expect *want; /* of its operation; NULL if it has none */
	FILE *out;
};

/* The first that no entry knows, or else the first. */
static const struct judge_diff *main_diff(const struct verdict *v)
{
	for (size_t i = 0; i < v->nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
		if (!v->diff[i].known)
			return &v->diff[i];
	}
	return v->nr_diffs ? &v->diff[0] : NULL;
}

static void put_title(const struct report *r)
{
	const char *s = rule_desc(r->diff->rule)->sentence;
	size_t len = strcspn(s, ",;:");

	while (len > TITLE_WORDS) {
		len--;
		while (len && s[len] != ' ')
			len--;
	}
	fprintf(r->out, "Subject: [BUG] KVM: arm64: vgic: got %s: %.*s\n\n", r->diff->got, (int)len,
		s);
}

/* The processor, as the kernel names it: MIDR_EL1 of the first one. */
static void print_cpu(char *buf, size_t bytes)
{
	static const char path[] = "/sys/devices/system/cpu/cpu0/regs/identification/midr_el1";
	FILE *f = fopen(path, "re");

	snprintf(buf, bytes, "unknown");
	if (!f)
		return;
	if (fgets(buf, (int)bytes, f))
		buf[strcspn(buf, "\n")] = '\0';
	fclose(f);
}

static void put_surroundings(const struct report *r)
{
	const struct target_info *info = &r->session->info;
	char cpu[64];
	size_t nr = 0;

	for (size_t i = 0; i < r->prog->nr_ops; i++)
		nr += r->prog->op[i].id == OP_CREATE_VCPU && r->results &&
		      r->results[i].status == OP_DONE;
	print_cpu(cpu, sizeof(cpu));
	fprintf(r->out, "Kernel:    %s\n", info->kernel);
	fprintf(r->out, "Host:      can give %s; CPU 0 has MIDR_EL1 %s%s%s%s\n", info->host_gic,
		cpu, info->is_qemu_virt ? "; QEMU's machine virt" : "",
		info->is_protected ? "; KVM in protected mode" : "",
		info->is_trapped ? "; the CPU interface traps" : "");
	fprintf(r->out, "VM:        vGICv%d, %u-bit guest physical addresses, %zu vCPUs\n",
		(int)r->prog->gic, r->prog->ipa_bits, nr);
}

static void put_difference(const struct report *r)
{
	const struct rule_desc *rule = rule_desc(r->diff->rule);
	char op[LINE_BYTES];

	if (r->diff->op < r->prog->nr_ops) {
		op_print(&r->prog->op[r->diff->op], op, sizeof(op));
		fprintf(r->out, "Operation: %s (number %zu below)\n", op, r->diff->op + 1);
	}
	fprintf(r->out, "Expected:  %s, by %s\n", r->diff->allowed, rule->source);
	fprintf(r->out, "Observed:  %s\n", r->diff->got);
	if (r->diff->known)
		fprintf(r->out, "Upstream:  %s\n", r->diff->known->upstream);
	putc('\n', r->out);
}

static void put_row(FILE *out, const char *name, u64 want, u64 got)
{
	fprintf(out, "    %-24s %-18" PRIx64 " %-18" PRIx64 " %" PRIx64 "\n", name, want, got,
		want ^ got);
}

/* Each field that differs, and the whole, for a value of a register. */
static void put_register(const struct report *r, const struct expect_val *want, u64 got)
{
	u64 differ = (got ^ want->value) & want->known;
	char name[64];

	if (!differ)
		return;
	fprintf(r->out, "    %-24s %-18s %-18s %s\n", "hexadecimal", "expected", "observed", "xor");
	for (const struct field_desc *f = want->reg >= 0 ? reg_first_field((enum reg_id)want->reg) :
							   NULL;
	     f; f = reg_next_field(f)) {
		if (!(differ & bits_mask(f->msb, f->lsb)))
			continue;
		snprintf(name, sizeof(name), "%s [%u:%u]", f->name, f->msb, f->lsb);
		put_row(r->out, name, bits_get(want->value & want->known, f->msb, f->lsb),
			bits_get(got & want->known, f->msb, f->lsb));
	}
	put_row(r->out, want->known == ~0ULL ? "the whole value" : "all bits that are fixed",
		want->value & want->known, got & want->known);
	putc('\n', r->out);
}

static void put_registers(const struct report *r)
{
	const struct op_result *res;

	if (!r->want || !r->results || r->want->nr_one_of)
		return;
	res = &r->results[r->diff->op];
	for (unsigned int i = 0; i < r->want->nr_vals && i < res->nr_vals; i++)
		put_register(r, &r->want->val[i], res->val[i]);
}

/* Every other difference of the run. */
static void put_others(const struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->verdict->nr_diffs && i < JUDGE_MAX_DIFFS; i++) {
		const struct judge_diff *d = &r->verdict->diff[i];

		if (d == r->diff)
			continue;
		if (!any)
			fputs("It differs elsewhere, too:\n\n", r->out);
		any = true;
		fprintf(r->out, "    operation %zu: got %s, expected %s [%s]\n", d->op + 1, d->got,
			d->allowed, rule_desc(d->rule)->source);
	}
	if (any)
		putc('\n', r->out);
}

static void put_indented(FILE *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		fprintf(out, "%s%.*s\n", len ? "    " : "", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static void put_program(const struct report *r)
{
	char *text = prog_print(r->prog);

	fputs("The program, an operation a line:\n\n", r->out);
	put_indented(r->out, text);
	putc('\n', r->out);
	free(text);
}

static void put_selftest(const struct report *r)
{
	struct export_options e = {
		.profile = r->session->config.profile,
		.max_vcpus = r->session->config.max_vcpus,
		.last_op = r->diff->op + 1,
		.results = r->results,
		.old_kernels = r->session->info.version < OLD_KERNEL,
	};
	char error[EXPORT_ERROR_BYTES], name[PROG_NAME_BYTES + 8], *text = NULL;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	if (export_selftest(r->prog, &e, f, error)) {
		fclose(f);
		fprintf(stderr, "vgicheck: the report has no selftest: %s\n", error);
	} else {
		fclose(f);
		export_test_name(r->prog->name, name, sizeof(name));
		fprintf(r->out,
			"As a KVM selftest, tools/testing/selftests/kvm/arm64/%s.c:\n\n"
			"---8<---\n%s--->8---\n\n",
			name, text);
	}
	free(text);
}

/* A line that a command prints, without its end. */
static bool line_of(const char *command, char *buf, size_t bytes)
{
	FILE *f = popen(command, "r");
	bool got = f && fgets(buf, (int)bytes, f);

	if (f)
		pclose(f);
	if (got)
		buf[strcspn(buf, "\n")] = '\0';
	return got && buf[0];
}

static void put_reporter(const struct report *r)
{
	char name[128], address[128];

	if (r->session->options->reported_by)
		fprintf(r->out, "Reported-by: %s\n", r->session->options->reported_by);
	else if (line_of("git config --get user.name 2>/dev/null", name, sizeof(name)) &&
		 line_of("git config --get user.email 2>/dev/null", address, sizeof(address)))
		fprintf(r->out, "Reported-by: %s <%s>\n", name, address);
	else
		fputs("vgicheck: no name for Reported-by: give --reported-by 'NAME <ADDRESS>'\n",
		      stderr);
}

/* A sentence as mails have it: indented, in lines that fit when they are quoted. */
static void put_sentence(FILE *f, const char *text)
{
	size_t column = MAIL_COLUMNS;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column + 1 + len > MAIL_COLUMNS) {
			fputs("\n   ", f);
			column = 3;
		}
		column += len + 1;
		fprintf(f, " %.*s", (int)len, text);
		text += len + (text[len] == ' ');
	}
	fputs(".\n\n", f);
}

static void put_report(const struct report *r)
{
	const struct rule_desc *rule = rule_desc(r->diff->rule);

	put_title(r);
	fprintf(r->out, "Hello,\n\nKVM's vGIC breaks a rule of %s:\n", rule->source);
	put_sentence(r->out, rule->sentence);
	put_surroundings(r);
	put_difference(r);
	put_registers(r);
	put_others(r);
	put_program(r);
	if (r->results)
		put_selftest(r);
	put_reporter(r);
}

/* What was expected of the operation, with the answers that came before it. */
static void expect_at(const struct session *s, struct model *m, const struct prog *p,
		      const struct op_result *results, size_t op, struct expect *want)
{
	model_reset_for(m, &s->config, p);
	for (size_t i = 0; i <= op; i++) {
		model_expect(m, &p->op[i], want);
		if (i < op)
			model_commit(m, &p->op[i], &results[i]);
	}
}

static int report_trial(const struct session *s, const struct prog *p, const struct trial *t,
			FILE *out)
{
	struct report r = {
		.session = s,
		.prog = p,
		.results = t->end == TRIAL_JUDGED ? t->results : NULL,
		.verdict = &t->verdict,
		.diff = main_diff(&t->verdict),
		.out = out,
	};
	struct model *m = model_create();
	struct expect *want = xcalloc(1, sizeof(*want));

	if (!m || !r.diff) {
		if (m)
			fprintf(stderr, "vgicheck: %s: %s\n", p->name,
				t->reason[0] ? t->reason :
					       "nothing differs, so there is no report");
		model_destroy(m);
		free(want);
		return m ? TAP_EXIT_SKIPPED : TAP_EXIT_HARNESS;
	}
	/* Side by side there is no state before the operation. */
	if (r.results && r.diff->op < p->nr_ops && !prog_has_par(p)) {
		expect_at(s, m, p, r.results, r.diff->op, want);
		r.want = want;
	}
	put_report(&r);
	model_destroy(m);
	free(want);
	return TAP_EXIT_OK;
}

/**
 * export_report() - run a program and write the report
 * @o:   the options
 * @p:   the program
 * @out: receives the report
 *
 * Return: the exit status.
 */
int export_report(const struct options *o, const struct prog *p, FILE *out)
{
	struct session s;
	struct trials *trials;
	struct trial t;
	int status = session_begin(&s, o);

	if (status)
		return status;
	status = TAP_EXIT_HARNESS;
	trials = trials_open(&s, 1);
	if (trials) {
		trials_submit(trials, p, 0);
		if (trials_next(trials, &t))
			status = report_trial(&s, p, &t, out);
		trials_close(trials);
	}
	session_close(&s);
	return status;
}
