// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hosted target: performs programs on the vGIC of a kernel that is not running,
 * but was built as a library and is loaded into this process.
 */
#include "lib/target/hosted/hosted.h"

#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000ULL

/* What was asked for, and the library from the probe on. */
static struct hosted_config config;
static const struct hosted_kernel *kernel;

static int configure(const char *text, char *reason, size_t bytes)
{
	kernel = NULL;
	return hosted_config_parse(&config, text, reason, bytes);
}

static int open_kernel(struct target_info *info)
{
	int ret = hosted_load(&kernel, config.kernel, info->reason, sizeof(info->reason));

	if (ret)
		return ret;
	ret = hosted_reports_open();
	if (!ret) {
		config.host.report = hosted_report;
		ret = kernel->boot(&config.host);
	}
	if (ret)
		snprintf(info->reason, sizeof(info->reason), "kernel %s does not start: %s",
			 kernel->release, strerror(-ret));
	return ret;
}

static int hosted_probe(struct target_info *info)
{
	int ret;

	*info = (struct target_info){ .gic = TARGET_GIC_KVM };
	if (!config.kernel[0] && configure("", info->reason, sizeof(info->reason)))
		return -1;
	ret = open_kernel(info);
	if (ret)
		return ret;
	snprintf(info->kernel, sizeof(info->kernel), "%s", kernel->release);
	info->version = kernel->version;
	/* A GICv3 host gives both. */
	info->has_gicv2 = true;
	info->has_gicv3 = true;
	target_name_gics(info);
	info->is_trapped = config.host.traps_cpuif;
	info->list_regs = config.host.nr_lr;
	info->max_ipa_bits = config.host.max_ipa_bits;
	info->max_vcpus = GUEST_MAX_VCPUS;
	target_probe_gicv3(&target_hosted, info);
	return 0;
}

static void run(const struct prog *prog, struct op_result *results)
{
	hosted_run(kernel, prog, results);
}

static int run_part(const struct prog *prog, struct target_part *part, struct op_result *results)
{
	return hosted_run_part(kernel, prog, part, results);
}

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NS_PER_S + (u64)ts.tv_nsec;
}

/* Of a program of up to 8 operations, each. */
static u64 cost_of(const char *text, unsigned int times)
{
	struct op_result results[8];
	struct prog_error err;
	struct prog p;
	u64 start;

	if (prog_parse(&p, text, strlen(text), &err))
		return 0;
	start = now_ns();
	for (unsigned int i = 0; i < times; i++)
		hosted_run(kernel, &p, results);
	start = now_ns() - start;
	prog_free(&p);
	return start / times;
}

static unsigned int costs(struct target_cost *costs, unsigned int max)
{
	static const struct {
		const char *what, *text;
	} rows[] = {
		{ "VM created and destroyed", "vm gicv3\n" },
		{ "the same, with a vGICv3 and 1 vCPU",
		  "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\ninit_vgic\n" },
		{ "the same, and 4 vCPUs",
		  "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\ncreate_vcpu id=1\n"
		  "create_vcpu id=2\ncreate_vcpu id=3\ninit_vgic\n" },
	};
	unsigned int nr = ARRAY_SIZE(rows) < max ? ARRAY_SIZE(rows) : max;

	for (unsigned int i = 0; i < nr; i++)
		costs[i] =
			(struct target_cost){ rows[i].what, 10000, cost_of(rows[i].text, 10000) };
	return nr;
}

const struct target target_hosted = {
	.name = "hosted",
	.doc = "the vGIC of a kernel that was built as a library, in this process",
	.configure = configure,
	.probe = hosted_probe,
	.makes_fail = true,
	.run = run,
	.run_part = run_part,
	.trouble = hosted_trouble,
	.costs = costs,
};
