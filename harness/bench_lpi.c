// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck bench lpi`: LPIs a second that devices inject while each is accounted
 * for, and beside it those of the kernel's selftest vgic_lpi_stress, which counts
 * nothing, by turns on the same machine.  It passes no verdict on the kernel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/child.h"
#include "harness/harness.h"
#include "lib/judge/storm.h"
#include "lib/prog/alloc.h"

#define NR_EVENTS 16u /* of a device, as the selftest has it */
#define NR_SENDS 64000
#define NR_TURNS 5
#define BURST 16
#define OUTPUT_BYTES 4096

static const struct shape {
	unsigned int vcpus, devices;
} shapes[] = { { 1, 1 }, { 2, 2 }, { 4, 4 } };

/* In a child: the selftest, its standard output to @out. */
static void exec_stress(const char *path, const struct shape *shape, int out)
{
	char vcpus[16], devices[16], events[16], iterations[16];

	snprintf(vcpus, sizeof(vcpus), "%u", shape->vcpus);
	snprintf(devices, sizeof(devices), "%u", shape->devices);
	snprintf(events, sizeof(events), "%u", NR_EVENTS);
	snprintf(iterations, sizeof(iterations), "%u", NR_SENDS / NR_EVENTS / shape->devices);
	dup2(out, STDOUT_FILENO);
	execl(path, path, "-v", vcpus, "-d", devices, "-e", events, "-i", iterations, NULL);
	fprintf(stderr, "vgicheck: cannot run '%s': %s\n", path, strerror(errno));
	_exit(TAP_EXIT_HARNESS);
}

/* Return: LPIs a second of the selftest, or 0 after it failed. */
static double run_stress(const char *path, const struct shape *shape)
{
	char text[OUTPUT_BYTES] = "";
	size_t len = 0;
	const char *rate;
	int fds[2];
	pid_t pid;
	ssize_t n;

	if (pipe(fds))
		return 0;
	fflush(NULL);
	pid = fork();
	if (!pid)
		exec_stress(path, shape, fds[1]);
	close(fds[1]);
	while (len < sizeof(text) - 1 && (n = read(fds[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(fds[0]);
	if (pid < 0 || child_wait(pid))
		return 0;
	rate = strstr(text, "Rate: ");
	return rate ? strtod(rate + strlen("Rate: "), NULL) : 0;
}

/* Return: the same of a storm without commands, or 0 after a message. */
static double run_storm(const struct session *s, const struct shape *shape)
{
	const struct storm_setup setup = {
		.nr_vcpus = shape->vcpus,
		.nr_devices = shape->devices,
		.nr_events = NR_EVENTS,
		.sends = NR_SENDS / shape->devices,
		.burst = BURST,
		.eager = true,
		.seed = s->options->seed,
	};
	struct storm_result *r = xcalloc(1, sizeof(*r));
	struct storm_verdict v;
	double rate = 0;

	if (s->target->storm(&setup, r)) {
		fprintf(stderr, "vgicheck: bench lpi: %s\n", r->error);
	} else {
		storm_judge(&setup, r, &v, NULL, NULL);
		/* Until the last one has been sent, as the selftest has it. */
		rate = (double)NR_SENDS * NS_PER_S / (double)r->ns_sending;
		for (unsigned int i = 0; i < NR_STORM_DIFFS; i++) {
			if (v.nr[i])
				printf("LPIs were %s: %llu\n", storm_difference_text(i),
				       (unsigned long long)v.nr[i]);
		}
	}
	free(r);
	return rate;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *values)
{
	qsort(values, NR_TURNS, sizeof(*values), by_value);
	return values[NR_TURNS / 2];
}

static int bench_shape(const struct session *s, const char *stress, const struct shape *shape)
{
	double ours[NR_TURNS], theirs[NR_TURNS], ratio[NR_TURNS];

	for (unsigned int i = 0; i < NR_TURNS; i++) {
		/* Whoever comes second may find the machine in another state. */
		theirs[i] = stress && i % 2 ? run_stress(stress, shape) : 0;
		ours[i] = run_storm(s, shape);
		if (stress && !(i % 2))
			theirs[i] = run_stress(stress, shape);
		if (!ours[i])
			return -EIO;
		if (stress && !theirs[i]) {
			fprintf(stderr, "vgicheck: bench lpi: '%s' gives no rate\n", stress);
			stress = NULL;
		}
		ratio[i] = theirs[i] ? ours[i] / theirs[i] : 0;
	}
	printf("%5u %7u %6u %11.0f", shape->vcpus, shape->devices, NR_EVENTS, median(ours));
	if (stress)
		printf(" %15.0f %7.3f\n", median(theirs), median(ratio));
	else
		printf(" %15s %7s\n", "-", "-");
	return 0;
}

/**
 * bench_lpi() - time LPIs that are injected and accounted for
 * @s: the session, whose options may name the selftest
 *
 * Return: 0, or a negative errno after a message.
 */
int bench_lpi(const struct session *s)
{
	int ret = 0;

	if (!s->target->storm || !s->info.has_gicv3) {
		printf("\nLPIs: not here, they need target kvm and a vGICv3\n");
		return 0;
	}
	printf("\n%5s %7s %6s %11s %15s %7s\n", "vCPUs", "devices", "events", "LPIs a sec",
	       "vgic_lpi_stress", "ratio");
	for (size_t i = 0; i < ARRAY_SIZE(shapes) && !ret; i++)
		ret = bench_shape(s, s->options->lpi_stress, &shapes[i]);
	return ret;
}
