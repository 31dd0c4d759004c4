// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of tests of direct injection made from direct_tests.def.
 */
#include "harness/direct.h"

/* A guest brings that about: it maps an event anew after its interrupt was tied. */
#define WARNS_WHEN_UNTIED                                                               \
	{                                                                               \
		.from = 5010, .to = 6012, .log = "kvm_vgic_v4_unset_forwarding",        \
		.what = "an irqfd whose LPI was not forwarded warns when it is untied", \
	}

/* KVM unmaps the LPI, which is a DISCARD to the hardware, and asks nothing before. */
#define LOST_WHEN_UNTIED                                                                       \
	{                                                                                      \
		.to = ~0u,                                                                     \
		.what = "what is pending of a forwarded LPI is lost when its irqfd is untied", \
	}

/* Of two interrupts, or two routes, the wrong one is taken back from the hardware. */
#define LEAVES_IT_MAPPED                                                                                              \
	{                                                                                                             \
		.from = 5010, .to = 6015, .hazard = true, .log = "kvm_vgic_v4_unset_forwarding",                      \
		.what = "an interrupt stays forwarded to a VM that is gone, and the host uses memory that was freed", \
	}

/* arm64 leaves irqfd->producer NULL, so that kvm_irq_routing_update() updates nothing. */
#define KEEPS_THE_ROUTE "a device stays forwarded to the LPI of its former route"
#define KEEPS_THE_ROUTE_AND_MAPPING                                 \
	{                                                           \
		.to = 6015, .hazard = true, .what = KEEPS_THE_ROUTE \
	}
#define KEEPS_THE_ROUTE_ALONE                                    \
	{                                                        \
		.from = 6016, .to = ~0u, .what = KEEPS_THE_ROUTE \
	}

/* A doorbell rings for what becomes pending, and KVM kicks nobody after an INV. */
#define SLEEPS_ON                                                                        \
	{                                                                                \
		.to = ~0u, .what = "an LPI that is enabled while it pends wakes no vCPU" \
	}

static const struct direct_test tests[] = {
#include "harness/direct_tests.def"
};

/**
 * direct_test_by_number() - the tests, one by one
 * @i: from 0
 *
 * Return: a row, or NULL after the last one.
 */
const struct direct_test *direct_test_by_number(unsigned int i)
{
	return i < ARRAY_SIZE(tests) ? &tests[i] : NULL;
}
