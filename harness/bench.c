// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck bench`: programs a second on a target, accesses of guests a minute,
 * and the cost of the bare calls beside them, measured in one run.  It passes no
 * verdict.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/harness.h"

static const char usage[] =
	"usage: vgicheck bench [--count N] [--seed N] [--target NAME] [--corpora DIR]\n"
	"                      [--lpi-stress FILE]\n"
	"       vgicheck bench events [--count N] [--vms N] [--seed N] [--target NAME]\n"
	"       vgicheck bench fresh [--seed N] [--target NAME] [--corpora DIR]\n"
	"       vgicheck bench guest [--seed N] [--target NAME] [--corpora DIR]\n"
	"       vgicheck bench lpi [--lpi-stress FILE] [--seed N] [--target NAME]\n"
	"       vgicheck bench model [--seed N] [--profile NAME] [--corpora DIR]\n"
	"\n"
	"Prints how many programs of each suite are run and judged in a second, by one\n"
	"worker and by several, over --count of them or as many as begin in 5 seconds; how\n"
	"many accesses of guests in a minute, performed alone and judged too; and what the\n"
	"bare calls cost.  In the QEMU machine use `vgicheck vm --parallel`: with virtual\n"
	"time these are no seconds.\n"
	"`bench events` prints how long it takes to inject 10000 interrupts into 16 VMs by one\n"
	"thread with io_uring, and without it, and by a thread for each VM.\n"
	"`bench fresh` prints how many programs a second one process performs and judges,\n"
	"each on a VM of its own with 4 vCPUs and an ITS.\n"
	"`bench guest` prints the table of accesses only.\n"
	"`bench lpi` prints LPIs a second that are injected and accounted for, as `vgicheck\n"
	"storm` does it without commands, and beside it those of vgic_lpi_stress, which is a\n"
	"selftest of the kernel: `make bench` builds those of two kernels and names each by\n"
	"an option --lpi-stress.\n"
	"`bench model` times the model alone, on any machine: operations of a few programs\n"
	"of each suite, with answers made before, and copying a state.\n";

#define MAX_COSTS 16
#define NS_OF_A_ROW (5 * NS_PER_S) /* whatever is running then is waited for */

/* Only the time matters here; `vgicheck run` tells of outcomes. */
static void count_program(void *arg, size_t i, const struct outcome *outcome)
{
	size_t *nr = arg;

	(void)i;
	(void)outcome;
	++*nr;
}

static int bench_suite(const struct session *session, const struct suite *suite, unsigned int jobs)
{
	struct options o = *session->options;
	struct session s = *session;
	struct plan plan = { .seed = o.seed };
	size_t nr = 0;
	u64 start, ns;
	int ret;

	o.jobs = jobs;
	s.options = &o;
	plan_add_suite(&plan, &o, suite);
	start = clock_ns();
	plan.until_ns = start + NS_OF_A_ROW;
	ret = work_run(&s, &plan, count_program, &nr);
	ns = clock_ns() - start;
	printf("%-16s %5u %9zu %9.2f %10.0f\n", suite->name, jobs, nr, (double)ns / NS_PER_S,
	       (double)nr * NS_PER_S / (double)ns);
	/* What watches a machine takes long silence for a hang. */
	fflush(stdout);
	plan_free(&plan);
	return ret;
}

static void print_costs(const struct session *s)
{
	struct target_cost costs[MAX_COSTS];
	unsigned int nr = s->target->costs(costs, MAX_COSTS);

	printf("\n%-40s %7s %10s\n", "bare calls", "times", "us each");
	for (unsigned int i = 0; i < nr; i++) {
		if (costs[i].ns)
			printf("%-40s %7u %10.1f\n", costs[i].what, costs[i].times,
			       (double)costs[i].ns / 1000);
		else
			printf("%-40s %7s %10s\n", costs[i].what, "-", "not here");
	}
}

static int bench_suites(const struct session *s)
{
	const struct suite *suite;
	int ret = 0;

	printf("\n%-16s %5s %9s %9s %10s\n", "suite", "jobs", "programs", "seconds", "a second");
	for (unsigned int i = 0; !ret && (suite = suite_by_number(i)); i++) {
		ret = bench_suite(s, suite, 1);
		ret = ret ? ret : bench_suite(s, suite, work_default_jobs());
	}
	return ret;
}

/* Everything, in the order in which it is printed. */
static int bench_all(const struct session *s)
{
	int ret = bench_suites(s);

	ret = ret ? ret : bench_fresh(s);
	ret = ret ? ret : bench_guest(s);
	ret = ret ? ret : bench_lpi(s);
	ret = ret ? ret : bench_events(s);
	if (!ret)
		print_costs(s);
	return ret;
}

static int bench_target(const struct options *o, int (*bench)(const struct session *s))
{
	struct session s;
	int status = session_begin(&s, o), ret;

	if (status)
		return status;
	printf("kernel %s, target %s, %ld processors, seed 0x%" PRIx64 "\n", s.info.kernel,
	       s.target->name, sysconf(_SC_NPROCESSORS_ONLN), o->seed);
	ret = bench(&s);
	session_close(&s);
	return ret ? TAP_EXIT_HARNESS : TAP_EXIT_OK;
}

/**
 * bench_main() - the subcommand `bench`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int bench_main(int argc, char **argv)
{
	struct options o;
	int ret = options_parse(&o, "bench", usage, argc, argv);
	const char *what;

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	what = o.args[0];
	if (!what)
		return bench_target(&o, bench_all);
	if (!strcmp(what, "model") && !o.args[1])
		return bench_model(&o) ? TAP_EXIT_HARNESS : TAP_EXIT_OK;
	if (!strcmp(what, "guest") && !o.args[1])
		return bench_target(&o, bench_guest);
	if (!strcmp(what, "lpi") && !o.args[1])
		return bench_target(&o, bench_lpi);
	if (!strcmp(what, "events") && !o.args[1])
		return bench_target(&o, bench_events);
	if (!strcmp(what, "fresh") && !o.args[1])
		return bench_target(&o, bench_fresh);
	fprintf(stderr, "vgicheck: '%s' means nothing to bench; see `vgicheck bench --help`\n",
		what);
	return TAP_EXIT_USAGE;
}
