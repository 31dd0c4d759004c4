// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of hosts, and whether a machine is the one that was asked for: an
 * emulator or a kernel that does not know an option leaves it out, and the results
 * would be those of another host.
 */
#include "ci/vm/host.h"

#include <regex.h>
#include <string.h>

#include "ci/vm/util.h"

/* Emulating pointer authentication doubles the time to boot. */
#define CPU "max,pauth=off"
#define MAX_GICV2_SMP 8
#define MAX_GICV3_SMP 64
/* Sources of directly injected interrupts: several vCPUs have one each. */
#define NR_EDU 4

/* Lines that more than one row is known by. */
#define SAYS_VHE                                                    \
	{                                                           \
		.pattern = "kvm \\[[0-9]+\\]: VHE mode initialized" \
	}
#define SAYS_ITS                         \
	{                                \
		.pattern = "ITS \\[mem " \
	}
#define SAYS_NO_ITS                                      \
	{                                                \
		.pattern = "ITS \\[mem ", .absent = true \
	}
#define SAYS_GICV3                                                                       \
	{                                                                                \
		.pattern = "kvm \\[[0-9]+\\]: GIC system register CPU interface enabled" \
	}
#define SAYS_NO_GICV3                                                                  \
	{                                                                              \
		.pattern = "GIC system register CPU interface enabled", .absent = true \
	}
#define SAYS_V4_ON                                                   \
	{                                                            \
		.pattern = "kvm \\[[0-9]+\\]: GICv4 support enabled" \
	}
#define SAYS_V4_OFF                                                   \
	{                                                             \
		.pattern = "kvm \\[[0-9]+\\]: GICv4 support disabled" \
	}
#define SAYS_NO_V4                                                    \
	{                                                             \
		.pattern = "GICv4 (features|support)", .absent = true \
	}
#define SAYS_SMMU                               \
	{                                       \
		.pattern = "arm-smmu-v3 .*oas " \
	}

static const struct vm_host hosts[] = {
	{
		.name = "gicv3",
		.doc = "GICv3 with an ITS, hypervisor in VHE mode",
		.machine = "gic-version=3",
		.cpu = CPU,
		.append = "",
		.max_smp = MAX_GICV3_SMP,
		.proofs = { SAYS_GICV3, SAYS_ITS, SAYS_VHE },
	},
	{
		.name = "gicv3-no-its",
		.doc = "the same without an ITS",
		.machine = "gic-version=3,its=off",
		.cpu = CPU,
		.append = "",
		.max_smp = MAX_GICV3_SMP,
		.proofs = { SAYS_GICV3, SAYS_NO_ITS, SAYS_VHE },
	},
	{
		.name = "nvhe",
		.doc = "GICv3 with an ITS, hypervisor in nVHE mode",
		.machine = "gic-version=3",
		.cpu = CPU,
		.append = "kvm-arm.mode=nvhe",
		.max_smp = MAX_GICV3_SMP,
		.proofs = { SAYS_GICV3,
			    SAYS_ITS,
			    { .pattern = "kvm \\[[0-9]+\\]: Hyp (nVHE )?mode initialized" } },
	},
	{
		.name = "protected",
		.doc = "GICv3 with an ITS, hypervisor in protected mode",
		.machine = "gic-version=3",
		.cpu = CPU,
		.append = "kvm-arm.mode=protected",
		.max_smp = MAX_GICV3_SMP,
		.proofs = { SAYS_GICV3,
			    SAYS_ITS,
			    { .pattern = "kvm \\[[0-9]+\\]: Protected [nh]VHE mode initialized" } },
	},
	{
		.name = "trap",
		.doc = "GICv3 with an ITS, each access to the CPU interface traps",
		.machine = "gic-version=3",
		.cpu = CPU,
		.append = "kvm-arm.vgic_v3_group0_trap=1 kvm-arm.vgic_v3_group1_trap=1 "
			  "kvm-arm.vgic_v3_common_trap=1",
		.max_smp = MAX_GICV3_SMP,
		.proofs = { SAYS_GICV3,
			    SAYS_VHE,
			    { .pattern = "GICv3 sysreg trapping enabled \\(\\[G0G1C" } },
	},
	{
		.name = "gicv2",
		.doc = "GICv2, hypervisor in VHE mode",
		.machine = "gic-version=2",
		.cpu = CPU,
		.append = "",
		.max_smp = MAX_GICV2_SMP,
		.proofs = { SAYS_NO_GICV3,
			    SAYS_VHE,
			    { .pattern = "kvm \\[[0-9]+\\]: vgic interrupt" } },
	},
	{
		.name = "gicv4",
		.doc = "GICv4, devices behind an IOMMU, direct injection switched on",
		.machine = "gic-version=4,iommu=smmuv3",
		.cpu = CPU,
		.append = "kvm-arm.vgic_v4_enable=1",
		.nr_edu = NR_EDU,
		.max_smp = MAX_GICV3_SMP,
		.proofs = { SAYS_GICV3, SAYS_SMMU, SAYS_VHE, SAYS_V4_ON },
	},
	{
		.name = "gicv4-off",
		.doc = "the same, direct injection not switched on",
		.machine = "gic-version=4,iommu=smmuv3",
		.cpu = CPU,
		.append = "",
		.nr_edu = NR_EDU,
		.max_smp = MAX_GICV3_SMP,
		.proofs = { SAYS_GICV3, SAYS_SMMU, SAYS_VHE, SAYS_V4_OFF },
	},
	{
		.name = "gicv3-devices",
		.doc = "the same devices on a GICv3, which cannot inject directly",
		.machine = "gic-version=3,iommu=smmuv3",
		.cpu = CPU,
		.append = "kvm-arm.vgic_v4_enable=1",
		.nr_edu = NR_EDU,
		.max_smp = MAX_GICV3_SMP,
		.proofs = { SAYS_GICV3, SAYS_SMMU, SAYS_VHE, SAYS_NO_V4 },
	},
};

/**
 * vm_host_by_number() - the hosts, one by one
 * @i: from 0
 *
 * Return: a row, or NULL after the last one.
 */
const struct vm_host *vm_host_by_number(unsigned int i)
{
	return i < ARRAY_SIZE(hosts) ? &hosts[i] : NULL;
}

/**
 * vm_host_find() - a host by its name
 * @name: any string
 *
 * Return: its row, or NULL if there is none.
 */
const struct vm_host *vm_host_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		if (!strcmp(hosts[i].name, name))
			return &hosts[i];
	}
	return NULL;
}

static bool has_line(const char *log, const char *pattern)
{
	regex_t re;
	bool found;

	/* Ours: they compile, or the host is never proven. */
	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE))
		return false;
	found = !regexec(&re, log, 0, NULL, 0);
	regfree(&re);
	return found;
}

/**
 * vm_host_denied() - what shows that a machine is not a host
 * @host: the row
 * @log:  the messages of its kernel, up to its init
 *
 * Return: words to free(), or NULL if all that proves it is there.
 */
char *vm_host_denied(const struct vm_host *host, const char *log)
{
	for (size_t i = 0; i < VM_HOST_MAX_PROOFS && host->proofs[i].pattern; i++) {
		const struct vm_host_proof *p = &host->proofs[i];

		if (has_line(log, p->pattern) == p->absent)
			return vm_asprintf("%s of the kernel's messages fits '%s'",
					   p->absent ? "a line" : "no line", p->pattern);
	}
	return NULL;
}
