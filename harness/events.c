// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck events`: interrupts injected by irqfds of many VMs at chosen moments of
 * their guests, each of them accounted for.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/harness.h"
#include "lib/prog/alloc.h"
#include "lib/target/events.h"

#define DEFAULT_VMS 16
#define DEFAULT_INJECTIONS 10000

static const char usage[] =
	"usage: vgicheck events [--count N] [--vms N] [--engine ring|poll|threads] [--seed N]\n"
	"                       [--target NAME] [--timeout S] [--strict] [--plant drop=N]\n"
	"\n"
	"Guests of one vCPU each come to a moment, which they tell by an ioeventfd: about to\n"
	"execute WFI, running, running with interrupts masked, or in a handler. Then SPIs are\n"
	"injected by irqfds, edges and resampled levels, and a sentinel that is taken last.\n"
	"Each injection must have been taken, or have merged with one that pended already.\n"
	"\n"
	"  --count N        injections in all (10000)\n"
	"  --vms N          (16)\n"
	"  --engine NAME    who injects: one thread for all VMs by io_uring (ring), or without\n"
	"                   it (poll), or a thread for each VM (threads); ring falls back to\n"
	"                   poll where io_uring cannot be used, and says so\n"
	"  --seed N         of moments, interrupts and pauses before them\n"
	"  --timeout S      seconds until a guest that does not go on counts as hanging\n"
	"  --strict         known divergences are differences, too\n"
	"  --plant drop=N   for tests: one injection in N is left out and counts as made\n"
	"\n"
	"Exit status: 0 all is accounted for; 1 something is not; 2 wrong usage; 4 it cannot be\n"
	"done here; 99 the harness itself failed.\n";

static const char *const way_names[EVENTS_NR_WAYS] = {
	[EVENTS_BY_RING] = "ring",
	[EVENTS_BY_POLL] = "poll",
	[EVENTS_BY_THREADS] = "threads",
};

static const char *const moment_names[EVENTS_NR_MOMENTS] = {
	[EVENTS_BLOCKED] = "waiting",
	[EVENTS_RUNNING] = "running",
	[EVENTS_MASKED] = "masked",
	[EVENTS_HANDLER] = "in a handler",
};

static int set_way(struct events_setup *setup, const char *name)
{
	for (unsigned int i = 0; i < EVENTS_NR_WAYS; i++) {
		if (strcmp(way_names[i], name) != 0)
			continue;
		setup->way = (enum events_way)i;
		return 0;
	}
	fprintf(stderr, "vgicheck: --engine takes ring, poll or threads, not '%s'\n", name);
	return -EINVAL;
}

static int set_plant(struct events_setup *setup, const char *text)
{
	static const char drop[] = "drop=";
	char *end = NULL;

	if (!strncmp(text, drop, sizeof(drop) - 1) && text[sizeof(drop) - 1] != '-')
		setup->drop = strtoull(text + sizeof(drop) - 1, &end, 10);
	if (setup->drop && !*end)
		return 0;
	fprintf(stderr, "vgicheck: --plant takes drop=N, not '%s'\n", text);
	return -EINVAL;
}

/**
 * events_setup_of() - a run of events as options ask for it
 * @setup: filled in
 * @o:     the options
 *
 * Return: 0, or -EINVAL after a message.
 */
int events_setup_of(struct events_setup *setup, const struct options *o)
{
	*setup = (struct events_setup){
		.nr_vms = o->vms ? o->vms : DEFAULT_VMS,
		.injections = o->counted ? o->count : DEFAULT_INJECTIONS,
		.seed = o->seed,
		.deadline_ns = o->timeout_s * NS_PER_S,
	};
	if (o->engine && set_way(setup, o->engine))
		return -EINVAL;
	return o->plant ? set_plant(setup, o->plant) : 0;
}

/* What INTID an interrupt has, and which kind of it it is. */
static void print_note(unsigned int vm, const struct events_note *n)
{
	const char *kind = n->irq < EVENTS_NR_EDGES ? "an edge" : "a level";

	if (n->irq == EVENTS_TRIGGER)
		kind = "the trigger";
	if (n->irq == EVENTS_SENTINEL)
		kind = "the sentinel";
	printf("# VM %u, step %" PRIu64 ", %s: INTID %u, %s, was taken %" PRIu64
	       " times in all, not %" PRIu64 "\n",
	       vm, n->step, moment_names[n->moment], EVENTS_FIRST_INTID + n->irq, kind, n->taken,
	       n->wanted);
}

/*
 * Since 6.19 KVM sees that a guest has ended an SPI only if it saw it active before,
 * in an exit from the guest's handler (docs/findings.md).
 */
#define REPEATS_SINCE 6019

static bool repeats_are_known(const struct session *s)
{
	return !s->options->strict && s->info.version >= REPEATS_SINCE;
}

static u64 levels_taken(const struct events_account *a)
{
	u64 nr = 0;

	for (u32 i = EVENTS_NR_EDGES; i < EVENTS_NR_EDGES + EVENTS_NR_LEVELS; i++)
		nr += (u64)((s64)a->wanted[i] - a->behind[i]);
	return nr;
}

/* Return: whether all is well in this VM. */
static bool print_vm(unsigned int number, const struct events_vm *vm, bool may_repeat)
{
	const struct events_account *a = &vm->account;
	u64 levels = levels_taken(a);
	bool good = !a->lost && !a->extra && !vm->stray && !vm->failure[0] &&
		    (may_repeat || !a->repeated);

	if (vm->failure[0])
		printf("# VM %u: %s\n", number, vm->failure);
	if (vm->stray)
		printf("# VM %u: %u interrupts that nobody sent, the last one with INTID %u\n",
		       number, vm->stray, vm->stray_intid);
	for (u64 i = 0; !good && i < a->nr_notes && i < EVENTS_MAX_NOTES; i++)
		print_note(number, &a->note[i]);
	if (!good && a->nr_notes > EVENTS_MAX_NOTES)
		printf("# VM %u: and %" PRIu64 " more\n", number, a->nr_notes - EVENTS_MAX_NOTES);
	if (vm->failure[0] || levels == vm->nr_resampled)
		return good;
	printf("# VM %u: %" PRIu64 " levels were taken, %" PRIu64 " resampled\n", number, levels,
	       vm->nr_resampled);
	return false;
}

static void add(struct events_account *sum, const struct events_account *a)
{
	for (unsigned int i = 0; i < EVENTS_NR_MOMENTS; i++) {
		sum->moment[i].steps += a->moment[i].steps;
		sum->moment[i].sent += a->moment[i].sent;
		sum->moment[i].merged += a->moment[i].merged;
		sum->moment[i].taken += a->moment[i].taken;
	}
	sum->dropped += a->dropped;
	sum->planted += a->planted;
	sum->late += a->late;
	sum->lost += a->lost;
	sum->extra += a->extra;
	sum->repeated += a->repeated;
}

static void print_moments(const struct events_account *a)
{
	struct events_count all = { 0 };

	printf("%-14s %7s %8s %8s %8s\n", "moment", "steps", "sent", "taken", "merged");
	for (unsigned int i = 0; i < EVENTS_NR_MOMENTS; i++) {
		const struct events_count *c = &a->moment[i];

		printf("%-14s %7" PRIu64 " %8" PRIu64 " %8" PRIu64 " %8" PRIu64 "\n",
		       moment_names[i], c->steps, c->sent, c->taken, c->merged);
		all.steps += c->steps;
		all.sent += c->sent;
		all.taken += c->taken;
		all.merged += c->merged;
	}
	printf("%-14s %7" PRIu64 " %8" PRIu64 " %8" PRIu64 " %8" PRIu64 "\n", "all", all.steps,
	       all.sent, all.taken, all.merged);
}

/* What depends on time, and so differs from run to run. */
static void print_evidence(const struct events_result *r)
{
	u64 waits = 0, spurious = 0;

	for (unsigned int i = 0; i < r->nr_vms; i++) {
		waits += r->vm[i].waits;
		spurious += r->vm[i].spurious;
	}
	printf("# %" PRIu64 " times WFI, %" PRIu64 " acknowledges that gave nothing\n", waits,
	       spurious);
	if (r->has_stats)
		printf("# of KVM: %" PRIu64 " exits by WFI, %" PRIu64
		       " ended while it polled, %" PRIu64 " after the vCPU had slept\n",
		       r->wfi_exits, r->polled, r->slept);
	printf("# %.3f s, %u thread%s injected in %.3f s of processors by %" PRIu64 " calls\n",
	       (double)r->ns / (double)NS_PER_S, r->nr_threads, r->nr_threads == 1 ? "" : "s",
	       (double)r->cpu_ns / (double)NS_PER_S, r->nr_calls);
}

/* What is left to say of the account, and whether it is good. */
static void print_end(const struct events_account *sum, bool good, bool may_repeat)
{
	if (sum->dropped)
		printf("# %" PRIu64 " were left out, which took away %" PRIu64 " deliveries\n",
		       sum->dropped, sum->planted);
	if (sum->late)
		printf("# %" PRIu64 " came later than the sentinel behind them\n", sum->late);
	if (sum->repeated)
		printf("# %s%" PRIu64 " times a level was taken again, which was not lowered when "
		       "its handler ended\n",
		       may_repeat ? "known since 6.19: " : "", sum->repeated);
	printf("%s: %" PRIu64 " lost, %" PRIu64 " taken without being sent\n",
	       good ? "every interrupt is accounted for" : "not accounted for", sum->lost,
	       sum->extra);
}

static int print_result(const struct session *s, const struct events_setup *setup,
			const struct events_result *r)
{
	bool good = true, may_repeat = repeats_are_known(s);
	struct events_account sum = { 0 };

	if (r->instead[0])
		printf("# engine %s instead of %s: %s\n", r->engine, way_names[setup->way],
		       r->instead);
	else
		printf("# engine %s\n", r->engine);
	for (unsigned int i = 0; i < r->nr_vms; i++) {
		good &= print_vm(i, &r->vm[i], may_repeat);
		add(&sum, &r->vm[i].account);
	}
	print_moments(&sum);
	print_evidence(r);
	print_end(&sum, good, may_repeat);
	return good ? TAP_EXIT_OK : TAP_EXIT_DIFFERENT;
}

/**
 * events_can_run() - is this a target for runs of events?
 * @s:      the session
 * @reason: receives why not
 * @bytes:  of @reason
 *
 * Return: whether.
 */
bool events_can_run(const struct session *s, char *reason, size_t bytes)
{
	if (!s->target->events)
		snprintf(reason, bytes, "target %s has no guests that run by themselves",
			 s->target->name);
	else if (!s->info.has_gicv3)
		snprintf(reason, bytes, "the host gives no vGICv3");
	else
		return true;
	return false;
}

static int perform(const struct session *s, const struct events_setup *setup)
{
	struct events_result *r;
	char reason[EVENTS_TEXT_BYTES];
	int ret;

	if (!events_can_run(s, reason, sizeof(reason))) {
		fprintf(stderr, "vgicheck: %s\n", reason);
		return TAP_EXIT_SKIPPED;
	}
	printf("# kernel %s, host %s, seed 0x%" PRIx64 "\n", s->info.kernel, s->info.host_gic,
	       setup->seed);
	printf("# %u VMs, %" PRIu64 " injections\n", setup->nr_vms, setup->injections);
	/* For whoever finds that the kernel hangs. */
	fflush(stdout);
	r = xcalloc(1, sizeof(*r));
	ret = s->target->events(setup, r);
	if (ret)
		fprintf(stderr, "vgicheck: %s\n", r->error);
	ret = ret ? TAP_EXIT_HARNESS : print_result(s, setup, r);
	free(r);
	return ret;
}

/**
 * events_main() - the subcommand `events`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int events_main(int argc, char **argv)
{
	struct events_setup setup;
	struct session s;
	struct options o;
	int ret = options_parse_alone(&o, "events", usage, argc, argv);

	if (ret)
		return ret > 0 ? TAP_EXIT_OK : TAP_EXIT_USAGE;
	if (events_setup_of(&setup, &o))
		return TAP_EXIT_USAGE;
	ret = session_begin(&s, &o);
	if (ret)
		return ret;
	ret = perform(&s, &setup);
	session_close(&s);
	return ret;
}
