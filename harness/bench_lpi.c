// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck bench lpi`: LPIs a second that devices inject while each is accounted
 * for, and beside it those of the kernel's selftest vgic_lpi_stress, as one kernel or
 * several have it, by turns on the same machine.  The selftest counts nothing, and
 * 6.12's guest takes none (docs/storm.md).  It passes no verdict on the kernel.
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

/* Return: false, after a message, if a storm without commands cannot be had. */
static bool run_storm(const struct session *s, const struct shape *shape, double *sent,
		      double *taken)
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
	bool ran = !s->target->storm(&setup, r);

	if (!ran) {
		fprintf(stderr, "vgicheck: bench lpi: %s\n", r->error);
	} else {
		storm_judge(&setup, r, &v, NULL, NULL);
		/* Until the last one has been sent, as the selftest has it. */
		*sent = (double)NR_SENDS * NS_PER_S / (double)r->ns_sending;
		*taken = (double)v.all.delivered * NS_PER_S / (double)r->ns_all;
		for (unsigned int i = 0; i < NR_STORM_DIFFS; i++) {
			if (v.nr[i] && !storm_is_allowed(i))
				printf("LPIs were %s: %llu\n", storm_difference_text(i),
				       (unsigned long long)v.nr[i]);
		}
	}
	free(r);
	return ran;
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

/* What one shape's turns gave. */
struct turns {
	double sent[NR_TURNS], taken[NR_TURNS];
	double stress[MAX_LPI_STRESS][NR_TURNS], ratio[MAX_LPI_STRESS][NR_TURNS];
};

static bool run_turn(const struct session *s, const struct shape *shape, unsigned int turn,
		     struct turns *t)
{
	unsigned int nr = s->options->nr_lpi_stress;

	/* Who comes first changes: the machine may be in another state for the second. */
	for (unsigned int i = 0; i <= nr; i++) {
		unsigned int who = (i + turn) % (nr + 1);

		if (who == nr) {
			if (!run_storm(s, shape, &t->sent[turn], &t->taken[turn]))
				return false;
			continue;
		}
		t->stress[who][turn] = run_stress(s->options->lpi_stress[who], shape);
		if (!t->stress[who][turn]) {
			fprintf(stderr, "vgicheck: bench lpi: '%s' gives no rate\n",
				s->options->lpi_stress[who]);
			return false;
		}
	}
	for (unsigned int i = 0; i < nr; i++)
		t->ratio[i][turn] = t->sent[turn] / t->stress[i][turn];
	return true;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int bench_shape(const struct session *s, const struct shape *shape)
{
	const struct options *o = s->options;
	double sent, taken;
	struct turns t = { 0 };

	for (unsigned int i = 0; i < NR_TURNS; i++) {
		if (!run_turn(s, shape, i, &t))
			return -EIO;
	}
	sent = median(t.sent);
	taken = median(t.taken);
	for (unsigned int i = 0; i < o->nr_lpi_stress || !i; i++) {
		printf("%5u %7u %6u %11.0f %11.0f", shape->vcpus, shape->devices, NR_EVENTS, sent,
		       taken);
		if (o->nr_lpi_stress)
			printf(" %11.0f %7.3f %s\n", median(t.stress[i]), median(t.ratio[i]),
			       base_name(o->lpi_stress[i]));
		else
			printf(" %11s %7s\n", "-", "-");
	}
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
	printf("\n%5s %7s %6s %11s %11s %11s %7s\n", "vCPUs", "devices", "events", "sent a sec",
	       "taken a sec", "selftest", "ratio");
	for (size_t i = 0; i < ARRAY_SIZE(shapes) && !ret; i++)
		ret = bench_shape(s, &shapes[i]);
	return ret;
}
