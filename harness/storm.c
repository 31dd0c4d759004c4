// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck storm`: a guest takes LPIs by exception and keeps an account of each,
 * while devices send them and a vCPU gives commands to the ITS.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/harness.h"
#include "lib/judge/storm.h"
#include "lib/prog/alloc.h"

#define DEFAULT_VCPUS 4
#define DEFAULT_DEVICES 4
#define DEFAULT_LPI_EVENTS 16
#define DEFAULT_BURST 4
#define DEFAULT_SENDS 100000
#define MAX_LINES 8 /* of each kind of difference */
#define ALL_COMMANDS ((1u << NR_STORM_COMMANDS) - 1)

static const char usage[] =
	"usage: vgicheck storm [--count N] [--vcpus N] [--devices N] [--events N] [--burst N]\n"
	"                      [--commands LIST] [--irqfd] [--eager] [--wfi] [--seed N]\n"
	"                      [--repeat N] [--strict]\n"
	"\n"
	"A guest sets up a GICv3 with an ITS by itself and takes LPIs by exception. A thread of\n"
	"this process for each device sends them, while vCPU 0 gives commands to the ITS. In the\n"
	"end each send must be accounted for: delivered, merged with one that pended already,\n"
	"dropped by a command, blocked while there was no translation, or pending.\n"
	"\n"
	"  --count N        sends in all (100000)\n"
	"  --vcpus N        (4)\n"
	"  --devices N      (4)\n"
	"  --events N       of each device (16)\n"
	"  --burst N        sends of an LPI, at most, before one must have been taken (4)\n"
	"  --commands LIST  movi, movall, discard, inv, invall, clear, or none (all of them)\n"
	"  --eager          half of a device's LPIs do not wait for that: more are sent, and more\n"
	"                   merge\n"
	"  --irqfd          every second device sends by irqfd\n"
	"  --wfi            vCPUs wait for LPIs in WFI, not in a loop; one that sleeps though an\n"
	"                   LPI has been sent to it is a difference\n"
	"  --repeat N       storms, each with the next seed (1)\n"
	"  --strict         known divergences are differences, too\n"
	"  --plant WHAT=N   for tests: every N-th send of a device is not made and not told\n"
	"                   (drop), made once more later (twice), refused (refuse), or made\n"
	"                   only when all vCPUs have been found asleep (late, with --wfi)\n"
	"\n"
	"Exit status: 0 all is accounted for; 1 something is not; 2 wrong usage; 4 it cannot be\n"
	"done here.\n";

static int parse_commands(u32 *commands, const char *text)
{
	*commands = 0;
	if (!strcmp(text, "none"))
		return 0;
	for (;;) {
		size_t len = strcspn(text, ",");
		unsigned int i = 0;

		while (i < NR_STORM_COMMANDS && (strlen(storm_command_name(i)) != len ||
						 strncmp(storm_command_name(i), text, len) != 0))
			i++;
		if (i == NR_STORM_COMMANDS) {
			fprintf(stderr, "vgicheck: --commands: there is no command '%.*s'\n",
				(int)len, text);
			return -EINVAL;
		}
		*commands |= 1u << i;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}

static int parse_plant(struct storm_setup *setup, const char *text)
{
	static const struct {
		const char *name;
		enum storm_plant plant;
	} plants[] = {
		{ "drop=", STORM_PLANT_DROP },
		{ "twice=", STORM_PLANT_TWICE },
		{ "refuse=", STORM_PLANT_REFUSE },
		{ "late=", STORM_PLANT_LATE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(plants); i++) {
		size_t len = strlen(plants[i].name);
		char *end;

		if (strncmp(text, plants[i].name, len) != 0)
			continue;
		setup->plant = plants[i].plant;
		setup->plant_every = strtoull(text + len, &end, 10);
		if (setup->plant == STORM_PLANT_LATE && !setup->wfi) {
			fprintf(stderr, "vgicheck: --plant late goes with --wfi\n");
			return -EINVAL;
		}
		if (text[len] && !*end && setup->plant_every)
			return 0;
	}
	fprintf(stderr, "vgicheck: --plant takes drop=N, twice=N, refuse=N or late=N, not '%s'\n",
		text);
	return -EINVAL;
}

static int make_setup(struct storm_setup *setup, const struct options *o)
{
	*setup = (struct storm_setup){
		.nr_vcpus = o->vcpus ? o->vcpus : DEFAULT_VCPUS,
		.nr_devices = o->devices ? o->devices : DEFAULT_DEVICES,
		.nr_events = o->events ? o->events : DEFAULT_LPI_EVENTS,
		.burst = o->burst ? o->burst : DEFAULT_BURST,
		.seed = o->seed,
		.commands = ALL_COMMANDS,
		.irqfd = o->irqfd,
		.eager = o->eager,
		.wfi = o->wfi,
	};
	setup->sends = ((o->counted ? o->count : DEFAULT_SENDS) + setup->nr_devices - 1) /
		       setup->nr_devices;
	if (o->commands && parse_commands(&setup->commands, o->commands))
		return -EINVAL;
	return o->plant ? parse_plant(setup, o->plant) : 0;
}

/* What is printed of one storm. */
struct report {
	const struct session *session;
	unsigned int told[NR_STORM_DIFFS];
};

/* The entry that knows a difference on this kernel, or NULL. */
static const struct known *known_entry(const struct session *s, enum storm_difference diff)
{
	static const struct {
		enum storm_difference diff;
		enum deviation_id deviation;
	} rows[] = {
		{ STORM_DIFF_AFTER_DISCARD, DEVIATION_DISCARD_KEEPS_PENDING },
		{ STORM_DIFF_AFTER_CLEAR, DEVIATION_CLEAR_UNDONE },
	};

	for (size_t i = 0; !s->options->strict && i < ARRAY_SIZE(rows); i++) {
		if (rows[i].diff == diff)
			return known_find_deviation(&s->known, s->of, rows[i].deviation);
	}
	return NULL;
}

static void print_difference(void *arg, enum storm_difference diff, const char *line)
{
	struct report *r = arg;

	if (storm_is_allowed(diff) || known_entry(r->session, diff))
		return;
	if (r->told[diff]++ < MAX_LINES)
		printf("%s\n", line);
}

static void print_result(const struct storm_setup *setup, const struct storm_result *r,
			 const struct storm_verdict *v)
{
	const struct storm_balance *b = &v->all;

	printf("storm %" PRIu64 ": %" PRIu64 " sent = %" PRIu64 " delivered + %" PRIu64
	       " merged + %" PRIu64 " dropped + %" PRIu64 " blocked + %" PRIu64 " pending\n",
	       setup->seed, b->sent, b->delivered, b->merged, b->dropped, b->blocked, b->pending);
	printf("  %.0f sends a second, %" PRIu64 " exceptions",
	       (double)b->sent * NS_PER_S / (double)r->ns_all, r->exceptions);
	if (setup->wfi)
		printf(", %" PRIu64 " WFIs", r->waits);
	printf(";");
	for (unsigned int i = 0; i < NR_STORM_COMMANDS; i++)
		printf(" %s %" PRIu64, storm_command_name((enum storm_command)i),
		       r->nr_commands[i]);
	printf("\n");
}

/* Return: how many differences there are that nothing explains. */
static u64 print_counts(const struct session *s, const struct storm_verdict *v)
{
	u64 unknown = 0;

	for (unsigned int i = 0; i < NR_STORM_DIFFS; i++) {
		enum storm_difference diff = (enum storm_difference)i;
		const struct known *known = known_entry(s, diff);

		if (!v->nr[i])
			continue;
		printf("  %" PRIu64 " times %s", v->nr[i], storm_difference_text(diff));
		if (storm_is_allowed(diff))
			printf(": allowed\n");
		else if (known)
			printf(": known as %s\n", known->id);
		else
			printf("\n");
		unknown += storm_is_allowed(diff) || known ? 0 : v->nr[i];
	}
	return unknown;
}

/* Return: the exit status. */
static int perform(const struct session *s, const struct storm_setup *setup)
{
	struct storm_result *r = xcalloc(1, sizeof(*r));
	struct report report = { .session = s };
	struct storm_verdict v;
	int ret = s->target->storm(setup, r), status = TAP_EXIT_OK;

	if (ret) {
		fprintf(stderr, "vgicheck: storm %" PRIu64 ": %s\n", setup->seed, r->error);
		status = ret == -EIO ? TAP_EXIT_DIFFERENT : TAP_EXIT_SKIPPED;
	} else {
		storm_judge(setup, r, &v, print_difference, &report);
		print_result(setup, r, &v);
		if (print_counts(s, &v))
			status = TAP_EXIT_DIFFERENT;
	}
	free(r);
	return status;
}

static int perform_all(const struct session *s, struct storm_setup *setup)
{
	unsigned int nr = s->options->repeat ? s->options->repeat : 1;
	int status = TAP_EXIT_OK;

	if (!s->target->storm || !s->info.has_gicv3) {
		fprintf(stderr, "vgicheck: no storm here: target %s has no guest with a GICv3\n",
			s->target->name);
		return TAP_EXIT_SKIPPED;
	}
	printf("kernel %s, %u vCPUs, %u devices of %u events\n", s->info.kernel, setup->nr_vcpus,
	       setup->nr_devices, setup->nr_events);
	for (unsigned int i = 0; i < nr && status != TAP_EXIT_SKIPPED; i++, setup->seed++) {
		int one = perform(s, setup);

		status = one ? one : status;
		fflush(stdout);
	}
	return status;
}

/**
 * storm_main() - the subcommand `storm`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int storm_main(int argc, char **argv)
{
	struct storm_setup setup;
	struct session s;
	struct options o;
	int ret = options_parse_alone(&o, "storm", usage, argc, argv);

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (make_setup(&setup, &o))
		return TAP_EXIT_USAGE;
	ret = session_begin(&s, &o);
	if (ret)
		return ret;
	ret = perform_all(&s, &setup);
	session_close(&s);
	return ret;
}
