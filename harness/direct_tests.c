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
