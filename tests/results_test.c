// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of raw results: what is written is read again, and nothing else is.
 */
#include "harness/results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "tests/programs.h"

#define NR_OPS_OF_TEXT 8

static const char text[] = "vm gicv3\n"
			   "create_vgic\n"
			   "create_vcpu id=0\n"
			   "create_vcpu id=0\n"
			   "guest vcpu=0 walk at=0x20000000\n"
			   "guest vcpu=0 walk at=0x20000000\n"
			   "user read GICR_TYPER vcpu=7\n"
			   "guest vcpu=0 read GICR_TYPER at=0x20001000\n"
			   "guest vcpu=0 walk at=0x1000000\n";

/* One of each. */
static const struct op_result results[NR_OPS_OF_TEXT] = {
	{ .status = OP_DONE },
	{ .status = OP_FAILED, .err = EBUSY },
	{ .status = OP_FAILED, .err = 4000 },
	{ .status = OP_DONE, .nr_vals = 2, .val = { 0, UINT64_MAX } },
	{ .status = OP_NO_LAST, .nr_vals = 1, .val = { 0x10 } },
	{ .status = OP_NO_OBJECT },
	{ .status = OP_ABORT },
	{ .status = OP_NO_DEVICE },
};

static const struct target_info info = {
	.gic = TARGET_GIC_KVM,
	.kernel = "6.12.1 of somebody",
	.version = 6012,
	.is_qemu_virt = true,
	.icc_ctlr = 0x8c00,
	.max_vcpus = 512,
};

/* A file of a program named "a", one named "b" that died, and @tail.  Return: for free(). */
static char *make_file(const struct prog *p, const char *log, const char *tail)
{
	static const struct target target = { .name = "kvm" };
	struct session s = { .target = &target, .info = info };
	struct prog named = *p;
	char *file = NULL, *record;
	size_t bytes;
	FILE *f = open_memstream(&file, &bytes);

	results_begin(f, &s);
	record = results_print_death("of signal 11\nand more");
	snprintf(named.name, sizeof(named.name), "b");
	results_put(f, &named, record);
	free(record);
	record = results_print(p, results, log);
	snprintf(named.name, sizeof(named.name), "a");
	results_put(f, &named, record);
	free(record);
	fputs(tail, f);
	fclose(f);
	return file;
}

static void expect_results(struct unit *t, const struct record *rec)
{
	if (!EXPECT_EQ(t, rec->nr, NR_OPS_OF_TEXT))
		return;
	for (size_t i = 0; i < rec->nr; i++) {
		EXPECT_EQ(t, rec->result[i].status, results[i].status);
		EXPECT_EQ(t, rec->result[i].err, results[i].err);
		EXPECT_EQ(t, rec->result[i].nr_vals, results[i].nr_vals);
		for (unsigned int v = 0; v < results[i].nr_vals; v++)
			EXPECT_EQ(t, rec->result[i].val[v], results[i].val[v]);
	}
}

static void what_is_written_is_read(struct unit *t)
{
	const struct results_index *a, *b;
	struct results_file r;
	struct record rec;
	char error[256];
	struct prog p;

	if (!program_parse(t, text, &p))
		return;
	if (!EXPECT_EQ(t, results_scan(&r, make_file(&p, "WARNING: x", ""), error, sizeof(error)),
		       0))
		return;
	EXPECT_STR(t, r.target, "kvm");
	EXPECT_STR(t, r.info.kernel, info.kernel);
	EXPECT_EQ(t, r.info.version, info.version);
	EXPECT_TRUE(t, r.info.is_qemu_virt && !r.info.sgis_without_active && !r.cut);
	EXPECT_EQ(t, r.info.icc_ctlr, info.icc_ctlr);
	EXPECT_EQ(t, r.info.max_vcpus, info.max_vcpus);
	a = results_find(&r, "a");
	b = results_find(&r, "b");
	EXPECT_TRUE(t, !results_find(&r, "c"));
	if (EXPECT_TRUE(t, a && b) && EXPECT_EQ(t, results_read(&r, a, &rec), 0)) {
		EXPECT_EQ(t, a->hash, results_hash(&p));
		expect_results(t, &rec);
		EXPECT_STR(t, rec.log, "WARNING: x");
		record_free(&rec);
		EXPECT_EQ(t, results_read(&r, b, &rec), 0);
		EXPECT_STR(t, rec.died, "of signal 11");
		EXPECT_EQ(t, rec.nr, 0);
		record_free(&rec);
	}
	results_close(&r);
	prog_free(&p);
}

/* Cut anywhere, what is left is read, or refused, but never half a program. */
static void cut_file_has_whole_programs_only(struct unit *t)
{
	struct results_file r;
	struct record rec;
	char error[256];
	struct prog p;
	char *whole;

	if (!program_parse(t, text, &p))
		return;
	whole = make_file(&p, "", "");
	for (size_t len = 0; len < strlen(whole); len++) {
		if (results_scan(&r, xstrndup(whole, len), error, sizeof(error))) {
			results_close(&r);
			continue;
		}
		EXPECT_TRUE(t, !results_find(&r, "a"));
		for (size_t i = 0; i < r.nr; i++) {
			EXPECT_EQ(t, results_read(&r, &r.program[i], &rec), 0);
			record_free(&rec);
		}
		results_close(&r);
	}
	free(whole);
	prog_free(&p);
}

static void wrong_lines_are_refused(struct unit *t)
{
	static const struct {
		const char *file, *error;
	} rows[] = {
		{ "", "is no file of results" },
		{ "vgicheck results 2\n", "is no file of results" },
		{ "vgicheck results 1\nversion x\n", "line 2 is not understood: 'version'" },
		{ "vgicheck results 1\nis_qemu_virt 2\n", "line 2" },
		{ "vgicheck results 1\nfrob 1\n", "line 2" },
		{ "vgicheck results 1\ntarget kvm\n\nprogram a\n", "line 4" },
		{ "vgicheck results 1\ntarget kvm\n\nprogram a 12x\n", "line 4" },
		{ "vgicheck results 1\ntarget kvm\n\nfrob a 12\n", "line 4" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct results_file r;
		char error[256] = "";

		EXPECT_EQ(t,
			  results_scan(&r, xstrndup(rows[i].file, strlen(rows[i].file)), error,
				       sizeof(error)),
			  -EINVAL);
		EXPECT_CONTAINS(t, error, rows[i].error);
		results_close(&r);
	}
}

static void wrong_results_are_refused(struct unit *t)
{
	static const char *const lines[] = { "", "frob", "EFROB", "done 1 x", "done 0x1g", "e1" };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct results_file r;
		struct record rec;
		char error[256], file[256];

		snprintf(file, sizeof(file),
			 "vgicheck results 1\ntarget kvm\n\nprogram a 12\n%s\nend\n", lines[i]);
		EXPECT_EQ(t, results_scan(&r, xstrndup(file, strlen(file)), error, sizeof(error)),
			  0);
		EXPECT_EQ(t, results_read(&r, results_find(&r, "a"), &rec), -EINVAL);
		results_close(&r);
	}
}

static void programs_are_found_by_name(struct unit *t)
{
	static const char *const names[] = { "gicv3-random/0x7-12", "region-orders/000012",
					     "scenarios/wfi-priority-dropped" };
	static const char *const wrong[] = { "gicv3-random/0x7-",
					     "gicv3-random/7",
					     "frob/1",
					     "region-orders/99999999999",
					     "region-orders",
					     "scenarios/frob",
					     "known/level-latch",
					     "scenarios/../scenarios/wfi-priority-dropped" };
	const struct options o = { .corpora = VGICHECK_SRCDIR "/corpora" };
	struct prog p;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!EXPECT_EQ(t, program_by_name(&o, names[i], &p), 0))
			continue;
		EXPECT_STR(t, p.name, names[i]);
		prog_free(&p);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_EQ(t, program_by_name(&o, wrong[i], &p), -ENOENT);
}

static const struct unit_test tests[] = {
	{ "results.what_is_written_is_read", what_is_written_is_read },
	{ "results.cut_file_has_whole_programs_only", cut_file_has_whole_programs_only },
	{ "results.wrong_lines_are_refused", wrong_lines_are_refused },
	{ "results.wrong_results_are_refused", wrong_results_are_refused },
	{ "results.programs_are_found_by_name", programs_are_found_by_name },
};

UNIT_MAIN(tests)
