// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long something takes.
 */
#include "harness/harness.h"

#include <time.h>

/**
 * clock_ns() - CLOCK_MONOTONIC
 *
 * Return: the time since some moment, ns.
 */
u64 clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NS_PER_S + (u64)ts.tv_nsec;
}
