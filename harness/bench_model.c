// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck bench model`: how many operations the model applies in a second, and
 * what copying a state costs.  The answers are made before the clock runs, so
 * that nothing but the model is timed.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/harness.h"
#include "lib/judge/answer.h"
#include "lib/prog/alloc.h"

/* Few enough that programs and answers stay in the processor's cache. */
#define MAX_PROGRAMS 32
#define NS_OF_A_ROW 500000000ULL
#define NR_COPIES 100000

/*
 * Four vCPUs that take and end interrupts: what the suites are made of once the
 * VM stands, without the calls that it needs before.
 */
#define VCPU_READY(n, redist)                                                     \
	"guest vcpu=" n " write GICR_WAKER at=" redist " value=0\n"               \
	"guest vcpu=" n " write GICR_IGROUPR0 at=" redist " value=0xffffffff\n"   \
	"guest vcpu=" n " write GICR_ISENABLER0 at=" redist " value=0xffffffff\n" \
	"guest vcpu=" n " write ICC_PMR_EL1 value=0xf0\n"                         \
	"guest vcpu=" n " write ICC_IGRPEN1_EL1 value=1\n"
#define MIX_ROUND                                                              \
	"dev irq_line spi intid=40 level=1\n"                                  \
	"guest vcpu=1 read GICD_ISPENDR1 at=0x8000000\n"                       \
	"guest vcpu=1 ack group=1\n"                                           \
	"guest vcpu=1 read ICC_RPR_EL1\n"                                      \
	"guest vcpu=1 read ICC_HPPIR1_EL1\n"                                   \
	"dev irq_line spi intid=40 level=0\n"                                  \
	"guest vcpu=1 eoi\n"                                                   \
	"guest vcpu=2 write GICR_ISPENDR0 at=0x80e0000 value=0x10\n"           \
	"guest vcpu=2 ack group=1\n"                                           \
	"guest vcpu=2 ack group=1\n"                                           \
	"user read GICD_ISACTIVER1 vcpu=0\n"                                   \
	"guest vcpu=2 eoi\n"                                                   \
	"guest vcpu=0 write ICC_SGI1R_EL1 value=0x5000008\n"                   \
	"guest vcpu=3 ack group=1\n"                                           \
	"guest vcpu=3 eoi\n"                                                   \
	"guest vcpu=3 read GICR_ISENABLER0 at=0x8100000\n"                     \
	"guest vcpu=0 write GICD_IPRIORITYR10 at=0x8000000 value=0xa0a0a0a0\n" \
	"guest vcpu=0 read GICD_IPRIORITYR10 at=0x8000000\n"                   \
	"guest vcpu=0 write GICD_ICENABLER2 at=0x8000000 value=0xff\n"         \
	"guest vcpu=0 read GICR_TYPER at=0x80a0000\n"

static const char mix[] =
	"vm gicv3\ncreate_vgic\n"
	"create_vcpu id=0\ncreate_vcpu id=1\ncreate_vcpu id=2\ncreate_vcpu id=3\n"
	"set_addr v3_dist base=0x8000000\n"
	"redist_region index=0 base=0x80a0000 count=4\ninit_vgic\n"
	"guest vcpu=0 write GICD_CTLR at=0x8000000 value=2\n"
	"guest vcpu=0 write GICD_IGROUPR1 at=0x8000000 value=0xffffffff\n"
	"guest vcpu=0 write GICD_ISENABLER1 at=0x8000000 value=0xffffffff\n"
	"guest vcpu=0 write GICD_IROUTER40 at=0x8000000 value=1\n" VCPU_READY(
		"1", "0x80c0000") VCPU_READY("2", "0x80e0000") VCPU_READY("3", "0x8100000")
		MIX_ROUND MIX_ROUND MIX_ROUND MIX_ROUND MIX_ROUND MIX_ROUND MIX_ROUND MIX_ROUND;

/* A program, and what a target that keeps all rules answers to it. */
struct answered {
	struct prog prog;
	struct op_result *answer;
	size_t nr; /* of operations that are predicted */
};

struct bench {
	struct model_config config;
	struct model *model, *copy;
	struct answered prog[MAX_PROGRAMS];
	size_t nr_progs;
};

/* Of this process, so that others on the machine do not count. */
static u64 cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (u64)ts.tv_sec * 1000000000ULL + (u64)ts.tv_nsec;
}

static void answer_prog(struct bench *b, struct answered *a)
{
	struct expect want;

	a->answer = xcalloc(a->prog.nr_ops + 1, sizeof(*a->answer));
	model_reset_for(b->model, &b->config, &a->prog);
	for (a->nr = 0; a->nr < a->prog.nr_ops; a->nr++) {
		model_expect(b->model, &a->prog.op[a->nr], &want);
		if (want.unpredicted ||
		    !expect_follow(&want, expect_usual_alt(&want), NULL, b->model,
				   &a->prog.op[a->nr], &a->answer[a->nr]))
			break;
	}
}

static void apply_prog(struct bench *b, const struct answered *a)
{
	struct expect want;

	model_reset_for(b->model, &b->config, &a->prog);
	for (size_t i = 0; i < a->nr; i++) {
		model_expect(b->model, &a->prog.op[i], &want);
		model_commit(b->model, &a->prog.op[i], &a->answer[i]);
	}
}

/* Applies the programs again and again for a while, and prints how fast. */
static void time_progs(struct bench *b, const char *name)
{
	u64 start = cpu_ns(), ns, ops = 0;

	do {
		for (size_t i = 0; i < b->nr_progs; i++) {
			apply_prog(b, &b->prog[i]);
			ops += b->prog[i].nr;
		}
		ns = cpu_ns() - start;
	} while (ns < NS_OF_A_ROW);
	printf("%-16s %9zu %11.0f %9.1f\n", name, b->nr_progs, (double)ops * 1e9 / (double)ns,
	       (double)ns / (double)ops);
}

static void free_progs(struct bench *b)
{
	for (size_t i = 0; i < b->nr_progs; i++) {
		prog_free(&b->prog[i].prog);
		free(b->prog[i].answer);
	}
	b->nr_progs = 0;
}

static int bench_plan(struct bench *b, struct plan *plan, const char *name)
{
	struct prog_error err;
	int ret = 0;

	for (size_t i = 0; !ret && i < plan->nr && i < MAX_PROGRAMS; i++) {
		struct answered *a = &b->prog[b->nr_progs];

		ret = plan_load(plan, i, &a->prog, &err);
		if (ret) {
			fprintf(stderr, "vgicheck: %s: %s\n", plan->item[i].path, err.text);
			break;
		}
		b->nr_progs++;
		answer_prog(b, a);
	}
	if (!ret)
		time_progs(b, name);
	free_progs(b);
	plan_free(plan);
	return ret;
}

static int bench_scenarios(struct bench *b, const struct options *o)
{
	char dir[HARNESS_PATH_BYTES];
	struct plan plan = { .seed = o->seed };
	int ret;

	snprintf(dir, sizeof(dir), "%s/scenarios", o->corpora);
	ret = plan_add_path(&plan, dir);
	if (!ret)
		return bench_plan(b, &plan, "scenarios");
	plan_free(&plan);
	return ret;
}

static int bench_suites(struct bench *b, const struct options *o)
{
	const struct suite *s;
	int ret = 0;

	for (unsigned int i = 0; !ret && (s = suite_by_number(i)); i++) {
		struct options few = *o;
		struct plan plan = { .seed = o->seed };

		few.count = MAX_PROGRAMS;
		plan_add_suite(&plan, &few, s);
		ret = bench_plan(b, &plan, s->name);
	}
	return ret;
}

/* Leaves in b->model the state that is to be copied. */
static void bench_mix(struct bench *b)
{
	struct prog_error err;
	int ret = prog_parse(&b->prog[0].prog, mix, strlen(mix), &err);

	assert(!ret);
	(void)ret;
	b->nr_progs = 1;
	answer_prog(b, &b->prog[0]);
	time_progs(b, "interrupts");
	free_progs(b);
}

static void bench_copy(struct bench *b)
{
	u64 start = cpu_ns(), ns;

	for (unsigned int i = 0; i < NR_COPIES; i++)
		model_copy(b->copy, b->model);
	ns = cpu_ns() - start;
	printf("\ncopying the state of 4 vCPUs takes %.0f ns\n", (double)ns / NR_COPIES);
}

/**
 * bench_model() - time the model alone, on one processor
 * @o: seed, profile and corpora count
 *
 * Return: 0, or a negative errno after a message.
 */
int bench_model(const struct options *o)
{
	struct bench b = {
		.config = { .max_vcpus = HARNESS_USUAL_MAX_VCPUS, .profile = o->profile },
		.model = model_create(),
		.copy = model_create(),
	};
	int ret = -ENOMEM;

	if (b.model && b.copy) {
		printf("%-16s %9s %11s %9s\n", "model", "programs", "ops a second", "ns each");
		ret = bench_scenarios(&b, o);
		ret = ret ? ret : bench_suites(&b, o);
	}
	if (!ret) {
		bench_mix(&b);
		bench_copy(&b);
	}
	model_destroy(b.model);
	model_destroy(b.copy);
	return ret;
}
