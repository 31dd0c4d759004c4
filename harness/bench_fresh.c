// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck bench fresh`: how many programs a second, each on a VM of its own
 * with 4 vCPUs and an ITS, performed alone and judged too, by turns, a second of
 * one processor's time.  It passes
 * no verdict.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/child.h"
#include "lib/prog/alloc.h"

#define NR_PROGS 64
#define NR_OPS 32 /* of each program, after its VM is there */
#define NS_OF_ALL (4 * NS_PER_S)

/* The VM, and what makes LPIs work in it; the rest is random. */
static const char vm_text[] =
	"vm gicv3\ncreate_vgic\n"
	"create_vcpu id=0\ncreate_vcpu id=1\ncreate_vcpu id=2\ncreate_vcpu id=3\n"
	"set_addr v3_dist base=0x8000000\n"
	"redist_region index=0 base=0x80a0000 count=4\n"
	"create_its\nset_its_addr base=0x8080000\ninit_vgic\ninit_its\n";
static const char lpi_text[] =
	"guest vcpu=0 write GICD_CTLR at=0x8000000 value=0x12\n"
	"guest vcpu=0 write GITS_BASER0 at=0x8080000 value=0x8000000050010200\n"
	"guest vcpu=0 write GITS_BASER1 at=0x8080000 value=0x8000000050020200\n"
	"guest vcpu=0 write GITS_CBASER at=0x8080000 value=0x8000000050000000\n"
	"guest vcpu=0 write GITS_CTLR at=0x8080000 value=0x1\n"
	"mem write at=0x50040000 size=8 value=0xa3a3a3a3a3a3a3a3\n"
	"guest vcpu=0 write ICC_PMR_EL1 value=0xf8\n"
	"guest vcpu=0 write ICC_IGRPEN1_EL1 value=0x1\n"
	"guest vcpu=0 write GICR_PROPBASER at=0x80a0000 value=0x5004000d\n"
	"guest vcpu=0 write GICR_PENDBASER at=0x80a0000 value=0x4000000050050000\n"
	"guest vcpu=0 write GICR_CTLR at=0x80a0000 value=0x1\n"
	"mem mapd at=0x50000000 device=0 itt=0x50030000 size=4 valid=1\n"
	"mem mapc at=0x50000020 icid=0 rdbase=0x0 valid=1\n"
	"mem mapti at=0x50000040 device=0 event=2 intid=8194 icid=0\n"
	"guest vcpu=0 write GITS_CWRITER at=0x8080000 value=0x60\n"
	"dev signal_msi at=0x8090040 data=2 flags=1\n";

struct fresh {
	struct prog prog[NR_PROGS];
	size_t max_ops;
	u64 bare_ns, judged_ns, programs, nr_diffs, unjudged;
};

static const struct suite *lpi_suite(void)
{
	const struct suite *suite = NULL;

	for (unsigned int i = 0; !suite || strcmp(suite->name, "lpi-random") != 0; i++)
		suite = suite_by_number(i);
	return suite;
}

/* Where the random part begins: after the first commands of the ITS are performed. */
static size_t random_part(const struct prog *p)
{
	size_t i = 0;

	while (i < p->nr_ops &&
	       (p->op[i].id != OP_GUEST_WRITE ||
		op_arg(&p->op[i], ARG_GUEST_WRITE_reg) != reg_place(REG_GITS_CWRITER, 0)))
		i++;
	return i + 1;
}

/* Return: false if the program is too short. */
static bool make_prog(struct prog *p, u64 index, u64 seed)
{
	char text[sizeof(vm_text) + sizeof(lpi_text)];
	struct prog_error err;
	struct prog from;
	size_t nr;

	snprintf(text, sizeof(text), "%s%s", vm_text, lpi_text);
	if (prog_parse(p, vm_text, strlen(vm_text), &err))
		return false;
	nr = p->nr_ops + NR_OPS;
	prog_free(p);
	if (prog_parse(p, text, strlen(text), &err))
		return false;
	suite_make(lpi_suite(), index, seed, &from);
	for (size_t i = random_part(&from); i < from.nr_ops && p->nr_ops < nr; i++) {
		struct op *op = prog_add(p, from.op[i].id);

		*op = from.op[i];
	}
	prog_free(&from);
	return p->nr_ops == nr;
}

static bool make_progs(struct fresh *f, u64 seed)
{
	for (size_t i = 0; i < NR_PROGS; i++) {
		if (!make_prog(&f->prog[i], i, seed))
			return false;
		f->max_ops = f->prog[i].nr_ops > f->max_ops ? f->prog[i].nr_ops : f->max_ops;
	}
	return true;
}

/* Of this process, so that what else the machine does costs nothing. */
static u64 cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (u64)ts.tv_sec * NS_PER_S + (u64)ts.tv_nsec;
}

static void run_all(struct fresh *f, const struct session *s, struct judge *j,
		    struct op_result *results)
{
	u64 start = cpu_ns();
	struct verdict v;

	for (size_t i = 0; i < NR_PROGS; i++) {
		s->target->run(&f->prog[i], results);
		if (!j)
			continue;
		judge_prog(j, &f->prog[i], results, &v);
		f->nr_diffs += v.nr_unknown;
		f->unjudged += v.unjudged < f->prog[i].nr_ops;
	}
	*(j ? &f->judged_ns : &f->bare_ns) += cpu_ns() - start;
}

static void print_fresh(const struct fresh *f)
{
	double programs = (double)f->programs;

	printf("\n%-34s %12s %12s %9s\n", "fresh VMs: 4 vCPUs, an ITS, 32 operations",
	       "performed/s", "judged/s", "ratio");
	printf("%-42s %12.0f %12.0f %9.2f\n", "a second of one processor",
	       programs * NS_PER_S / (double)f->bare_ns, programs * NS_PER_S / (double)f->judged_ns,
	       (double)f->judged_ns / (double)f->bare_ns);
	if (f->nr_diffs || f->unjudged)
		printf("# %llu differences, %llu programs were not judged to their end\n",
		       (unsigned long long)f->nr_diffs, (unsigned long long)f->unjudged);
}

static void measure(const struct session *s)
{
	struct fresh *f = xcalloc(1, sizeof(*f));
	struct model *model = model_create();
	struct judge j = session_judge(s, model);
	struct op_result *results;

	if (!model || !make_progs(f, s->options->seed)) {
		fputs("vgicheck: bench fresh: no programs\n", stderr);
		_exit(TAP_EXIT_HARNESS);
	}
	results = xcalloc(f->max_ops, sizeof(*results));
	while (f->bare_ns + f->judged_ns < NS_OF_ALL) {
		run_all(f, s, NULL, results);
		run_all(f, s, &j, results);
		f->programs += NR_PROGS;
	}
	print_fresh(f);
	fflush(stdout);
	_exit(0);
}

/**
 * bench_fresh() - print how many programs on fresh VMs a second can do
 * @s: the session
 *
 * In a process of its own, which a failing target ends.
 *
 * Return: 0, or -1 after a message.
 */
int bench_fresh(const struct session *s)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		measure(s);
	if (pid > 0)
		status = child_wait(pid);
	if (pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	fputs("vgicheck: bench fresh: the measuring process failed\n", stderr);
	return -1;
}
