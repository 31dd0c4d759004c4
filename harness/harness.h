/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the subcommands of vgicheck share: which programs to run, on what, and
 * running them in worker processes.
 */
#ifndef HARNESS_HARNESS_H
#define HARNESS_HARNESS_H

#include "harness/kmsg.h"
#include "lib/judge/session.h"
#include "lib/prog/suite.h"
#include "lib/tap/tap.h"
#include "lib/target/target.h"

#define HARNESS_PATH_BYTES 4096
#define HARNESS_DEFAULT_SEED 1
#define HARNESS_EXIT_INTERRUPTED 130

/* KVM_CAP_MAX_VCPU_ID of arm64, for the model where no kernel was asked. */
#define HARNESS_USUAL_MAX_VCPUS 512
/* ICC_CTLR_EL1 of a host with 5 bits of priority and Aff3, for the same. */
#define HARNESS_USUAL_ICC_CTLR 0x8400

/* Versions from here on are none: they end ranges without end. */
#define VERSION_NO_END 999999u

#define MAX_LPI_STRESS 2u

/* Command line of the subcommands. */
struct options {
	const char *filter; /* pattern for names, or NULL */
	const char *target;
	const char *json, *junit, *results; /* files to write, or NULL */
	const char *out; /* folder for programs that failed */
	const char *corpora;
	const struct profile *profile; /* for what is not run on a kernel */
	u64 seed;
	u64 count; /* programs to sample of each suite, or to make in all */
	bool counted; /* the count was given */
	unsigned int time_s; /* to go on for; 0 if it was not given */
	const char *weights; /* of suites, or NULL for the usual */
	const char *op_weights; /* of operations, the same */
	bool resume; /* go on where the last one stopped */
	unsigned int jobs; /* worker processes; 0 picks */
	unsigned int timeout_s; /* until a program counts as hanging */
	unsigned int repeat; /* runs that say how often a failure shows; 0 picks */
	const char *rule, *known; /* the failure to reduce, or NULL */
	bool all; /* whole enumerations instead of samples */
	bool strict; /* known divergences are failures */
	bool choices, chance, host, unpredicted, common; /* what two targets may differ in */
	bool coverage; /* which rules are reached? */
	bool hazards; /* run what is known to crash the kernel */
	bool selftest, report; /* what to export */
	bool old_kernels; /* a selftest is to run on kernels before 6.8, too */
	u64 op; /* the one operation that a selftest asserts, from 1; 0 for all */
	const char *output; /* file to export to, or NULL for standard output */
	const char *reported_by; /* name and address, or NULL */
	unsigned int fail; /* what is made to fail: a bit for each kind */
	unsigned int vms; /* of a run of events; 0 picks */
	const char *engine; /* that injects them, or NULL for the ring */
	unsigned int vcpus, devices, events, burst; /* of a storm of LPIs */
	const char *commands; /* of it, or NULL for all */
	const char *lpi_stress[MAX_LPI_STRESS]; /* selftests of kernels to bench beside */
	unsigned int nr_lpi_stress;
	const char *plant; /* what a test makes go wrong, or NULL */
	bool irqfd, eager, wfi;
	const char *from, *to; /* kernels of a migration, or NULL */
	const char *save, *restore; /* files with states of VMs, or NULL */
	const char *first; /* file with the results of the other half, or NULL */
	bool migrate; /* programs are migrated before each of their operations */
	char **args; /* what follows the options, NULL-terminated */
};

__must_check int options_parse(struct options *o, const char *command, const char *usage, int argc,
			       char **argv);
__must_check int options_parse_alone(struct options *o, const char *command, const char *usage,
				     int argc, char **argv);

const char *options_out_name(const struct options *o);

/* One program to run: of a suite, or a file. */
struct item {
	const struct suite *suite; /* NULL for a file */
	u64 index;
	char *path;
	char *group; /* folder that names a file: "scenarios" */
};

struct plan {
	struct item *item;
	size_t nr, max;
	u64 seed;
	u64 until_ns; /* CLOCK_MONOTONIC: no program is begun later; 0: all are */
};

__must_check int program_load(struct prog *p, const char *path);
__must_check int programs_check(char *const *paths);

__must_check int plan_make(struct plan *plan, const struct options *o);
__must_check int plan_add_file(struct plan *plan, const char *group, const char *path);
__must_check int plan_add_path(struct plan *plan, const char *path);
__must_check int plan_add_matching(struct plan *plan, const struct options *o);
void plan_add_suite(struct plan *plan, const struct options *o, const struct suite *s);
void plan_name(const struct plan *plan, size_t i, char *buf, size_t bytes);
__must_check int plan_load(const struct plan *plan, size_t i, struct prog *p,
			   struct prog_error *err);
void plan_free(struct plan *plan);
__must_check int program_by_name(const struct options *o, const char *name, struct prog *p);

__must_check int session_begin(struct session *s, const struct options *o);
__must_check int session_begin_for(struct session *s, const struct options *o,
				   const struct target_info *info);

/* What OP_FAIL can make fail, in the order of its arguments; or a migration instead. */
enum { FAIL_ALLOC, FAIL_COPY, FAIL_GUEST, NR_FAILS, FAIL_BY_MIGRATING = NR_FAILS };

/* A failure within one operation of a program, or a migration before it. */
struct failure {
	size_t op; /* before which it is put, from 0; one past the last is the end of the VM */
	unsigned int kind;
	u64 nth; /* from 1; 0 for no failure */
};

/* How one program ended. */
struct outcome {
	enum tap_status status;
	u64 ns;
	char *reason; /* or NULL */
	char *diag; /* or NULL */
	char *record; /* what it gave, for a file of results, or NULL */
	u64 nr_ops, nr_judged; /* operations performed, and of those judged */
	u64 nr_failures; /* that were made, or migrations */
	struct judge_waits waits;
	struct failure failure; /* the one that it is about */
};

#define NS_PER_S 1000000000ULL

u64 clock_ns(void);

typedef void work_report_fn(void *arg, size_t i, const struct outcome *outcome);

__must_check int work_run(const struct session *s, const struct plan *plan, work_report_fn *report,
			  void *arg);
unsigned int work_default_jobs(void);
void work_interrupt_on_signals(void);
bool work_is_interrupted(void);

/* What one worker judges programs with; its members are of the caller. */
struct judging_context {
	struct model *model;
	struct kmsg *kmsg; /* or NULL */
	struct op_result *results; /* grown as needed, for free() */
	char log[KMSG_TEXT_BYTES]; /* what the kernel told while the last program ran */
	struct failure *failure; /* receives the one that is made, where others see it */
	u64 *since_ns; /* receives when the program began, CLOCK_MONOTONIC */
	void (*started)(void *arg, const char *text); /* before a program runs */
	void *arg;
};

/* How far one program came. */
enum judged { JUDGED, JUDGED_SKIPPED, JUDGED_GAVE_UP };

enum judged judge_run(const struct session *s, const struct prog *p, struct judging_context *c,
		      struct op_result *results, struct verdict *v, char *reason, size_t bytes);
void judge_died(const struct session *s, const struct prog *p, const char *text, struct verdict *v);
void judge_one(const struct session *s, const struct plan *plan, size_t i,
	       struct judging_context *c, struct outcome *outcome);
void judge_verdict(const struct session *s, const struct prog *p, const struct verdict *v,
		   struct outcome *outcome);
void judge_oops(const struct session *s, const struct plan *plan, size_t i, const char *text,
		const struct failure *f, struct outcome *outcome);

/* Programs made to fail: failures.c. */
int failures_parse(unsigned int *to, const char *text);
void failure_add(struct prog *p, const struct failure *f);
void failure_explain(const struct failure *f, char **reason);
void failures_judge(const struct session *s, const struct prog *p, struct judging_context *c,
		    struct outcome *outcome);

/* Programs in flight, for whoever finds the machine dead: inflight.c. */
struct inflight;

/* A worker's place among them. */
struct inflight_slot {
	struct inflight *inflight;
	unsigned int number;
};

__must_check struct inflight *inflight_open(const char *out, const struct target *target);
void inflight_put(struct inflight *f, unsigned int slot, const char *text);
void inflight_started(void *slot, const char *text);
void inflight_recover(const char *out);
void inflight_close(struct inflight *f);

/* Subcommands. */
int run_main(int argc, char **argv);
int list_main(int argc, char **argv);
int compare_main(int argc, char **argv);
int direct_main(int argc, char **argv);
int diff_kernels_main(int argc, char **argv);
int replay_main(int argc, char **argv);
int reduce_main(int argc, char **argv);
int fuzz_main(int argc, char **argv);
int probe_main(int argc, char **argv);
int bench_main(int argc, char **argv);
int rules_main(int argc, char **argv);
int explain_main(int argc, char **argv);
int export_main(int argc, char **argv);
int bisect_main(int argc, char **argv);
int events_main(int argc, char **argv);
int storm_main(int argc, char **argv);
int migrate_main(int argc, char **argv);

/* The half of bench that needs no target: bench_model.c. */
__must_check int bench_model(const struct options *o);
/* Programs on fresh VMs: bench_fresh.c. */
__must_check int bench_fresh(const struct session *s);
/* LPIs that are accounted for: bench_lpi.c. */
__must_check int bench_lpi(const struct session *s);
/* What judging costs: bench_guest.c. */
__must_check int bench_guest(const struct session *s);

/* Injections by one thread, and by many: bench_events.c. */
__must_check int bench_events(const struct session *s);

/* Runs of events: events.c. */
struct events_setup;
__must_check int events_setup_of(struct events_setup *setup, const struct options *o);
__must_check bool events_can_run(const struct session *s, char *reason, size_t bytes);

/* Tables that more than one of them prints. */
int list_rules(const struct options *o);
int list_choices(const struct options *o);
int list_numbers(const struct options *o);
int list_deviations(const struct options *o);
int list_profiles(const struct options *o);
void print_versions(unsigned int from, unsigned int to);

#endif /* HARNESS_HARNESS_H */
