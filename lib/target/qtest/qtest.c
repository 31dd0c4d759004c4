// SPDX-License-Identifier: GPL-2.0-only
/*
 * The qtest target: performs programs on the GIC that QEMU emulates, by its qtest
 * protocol.  That GIC shares nothing with KVM, and no processor runs: only what an
 * access from outside reaches can be tested.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "lib/target/qtest/qtest.h"

#define NS_PER_S 1000000000ULL

/*
 * The machines of this process by kind of GIC and number of vCPUs.  A reset takes
 * a fortieth of a start, so that they are kept.
 */
static struct qtest_machine machines[GIC_V3 + 1][QTEST_MAX_VCPUS + 1];

static int machine_get(enum gic_version gic, unsigned int nr_vcpus, struct qtest_machine **found)
{
	struct qtest_machine *m = &machines[gic][nr_vcpus];
	int err = m->pid ? 0 : qtest_machine_start(m, gic, nr_vcpus);

	*found = m;
	return err ? err : qtest_machine_reset(m);
}

/* A program on its way through a machine. */
struct run {
	struct qtest_machine *m;
	struct qtest_layout l;
	struct qtest_lists lists;
};

/* Does one of the operations so far return what the next one needs? */
static bool batch_ends(const struct op *op, size_t nr)
{
	if (op[nr].id != OP_GUEST_EOI && op[nr].id != OP_GUEST_DEACTIVATE)
		return false;
	for (size_t i = 0; i < nr; i++) {
		if (qtest_op_waits(&op[nr], &op[i]))
			return true;
	}
	return false;
}

/* Performs as many operations as one batch holds.  Return: how many, or an error. */
static ssize_t run_batch(struct run *r, const struct op *op, size_t nr_ops,
			 struct op_result *results)
{
	struct qtest_cmd cmd[QTEST_MAX_BATCH];
	size_t first[QTEST_MAX_BATCH + 1] = { 0 };
	size_t nr = 0;
	int err;

	while (nr < nr_ops && nr < QTEST_MAX_BATCH &&
	       first[nr] + QTEST_MAX_CMDS_OF_OP <= QTEST_MAX_BATCH && !batch_ends(op, nr)) {
		first[nr + 1] =
			first[nr] + qtest_op_cmds(&r->l, &r->lists, &op[nr], &cmd[first[nr]]);
		nr++;
	}
	err = qtest_machine_do(r->m, cmd, first[nr]);
	if (err)
		return err;
	for (size_t i = 0; i < nr; i++)
		qtest_op_result(&r->lists, &op[i], &cmd[first[i]], first[i + 1] - first[i],
				&results[i]);
	return (ssize_t)nr;
}

static bool qtest_can_run(const struct prog *prog, char *reason, size_t bytes)
{
	struct qtest_layout l;

	return qtest_layout_make(&l, prog, reason, bytes);
}

/* A machine that ends is a difference that no result can hold: the process tells. */
static void give_up(const char *what)
{
	fprintf(stderr, "qtest: %s\n", what);
	exit(EXIT_FAILURE);
}

static void qtest_run(const struct prog *prog, struct op_result *results)
{
	struct run r = { 0 };
	char reason[TARGET_TEXT_BYTES];

	for (size_t i = 0; i < prog->nr_ops; i++)
		results[i].status = OP_NOT_RUN;
	if (!qtest_layout_make(&r.l, prog, reason, sizeof(reason)))
		give_up(reason);
	if (machine_get(prog->gic, r.l.nr_vcpus, &r.m))
		give_up(r.m->error);
	for (size_t i = 0; i < prog->nr_ops;) {
		ssize_t nr = run_batch(&r, &prog->op[i], prog->nr_ops - i, &results[i]);

		if (nr < 0)
			give_up(r.m->error);
		i += (size_t)nr;
	}
}

static bool can_start(enum gic_version gic, struct qtest_machine *m)
{
	bool works = !qtest_machine_start(m, gic, 1);

	qtest_machine_stop(m);
	return works;
}

static int qtest_probe(struct target_info *info)
{
	struct qtest_machine v2, v3;
	const struct qtest_version *v = &v3.version;

	*info = (struct target_info){ .gic = TARGET_GIC_QEMU };
	info->has_gicv3 = can_start(GIC_V3, &v3);
	if (!info->has_gicv3) {
		snprintf(info->reason, sizeof(info->reason), "%s", v3.error);
		return -ENODEV;
	}
	info->has_gicv2 = can_start(GIC_V2, &v2);
	snprintf(info->kernel, sizeof(info->kernel), "QEMU %u.%u.%u%s%s%s", v->major, v->minor,
		 v->micro, v->package[0] ? " (" : "", v->package, v->package[0] ? ")" : "");
	info->version = v->major * 1000 + v->minor;
	snprintf(info->host_gic, sizeof(info->host_gic), "%sgicv3",
		 info->has_gicv2 ? "gicv2 " : "");
	/* Addresses of programs are translated, so that any width will do. */
	info->max_ipa_bits = 48;
	info->max_vcpus = QTEST_MAX_VCPUS;
	return 0;
}

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NS_PER_S + (u64)ts.tv_nsec;
}

static u64 cost_of_start(enum gic_version gic, unsigned int nr_vcpus, unsigned int times)
{
	u64 start = now_ns();

	for (unsigned int i = 0; i < times; i++) {
		struct qtest_machine m;
		int err = qtest_machine_start(&m, gic, nr_vcpus);

		qtest_machine_stop(&m);
		if (err)
			return 0;
	}
	return (now_ns() - start) / times;
}

static u64 cost_of_resets(struct qtest_machine *m, unsigned int times)
{
	u64 start = now_ns();

	for (unsigned int i = 0; i < times; i++) {
		if (qtest_machine_reset(m))
			return 0;
	}
	return (now_ns() - start) / times;
}

static u64 cost_of_reads(struct qtest_machine *m, unsigned int times, unsigned int batch)
{
	struct qtest_cmd cmd[QTEST_MAX_BATCH];
	u64 start;

	for (unsigned int i = 0; i < batch; i++)
		cmd[i] = (struct qtest_cmd){
			.verb = QTEST_READ,
			.bytes = 4,
			.at = QTEST_DIST_BASE + GICD2_TYPER_OFFSET,
		};
	start = now_ns();
	for (unsigned int i = 0; i < times; i += batch) {
		if (qtest_machine_do(m, cmd, batch))
			return 0;
	}
	return (now_ns() - start) / times;
}

static unsigned int qtest_costs(struct target_cost *costs, unsigned int max)
{
	struct qtest_machine m;
	bool works = !qtest_machine_start(&m, GIC_V3, 4);
	const struct target_cost rows[] = {
		{ "QEMU started and ended, GICv2, 1 vCPU", 20, cost_of_start(GIC_V2, 1, 20) },
		{ "the same, GICv3, 4 vCPUs", 20, cost_of_start(GIC_V3, 4, 20) },
		{ "reset, GICv3, 4 vCPUs", 500, works ? cost_of_resets(&m, 500) : 0 },
		{ "GICD_TYPER read", 5000, works ? cost_of_reads(&m, 5000, 1) : 0 },
		{ "GICD_TYPER read, 1000 at a time", 50000,
		  works ? cost_of_reads(&m, 50000, 1000) : 0 },
	};
	unsigned int nr = ARRAY_SIZE(rows) < max ? ARRAY_SIZE(rows) : max;

	for (unsigned int i = 0; i < nr; i++)
		costs[i] = rows[i];
	qtest_machine_stop(&m);
	return nr;
}

const struct target target_qtest = {
	.name = "qtest",
	.doc = "the GIC that QEMU emulates, by its qtest protocol",
	.probe = qtest_probe,
	.can_run = qtest_can_run,
	.run = qtest_run,
	.costs = qtest_costs,
};
