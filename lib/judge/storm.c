// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the accounts of a storm of LPIs add up: for each LPI
 *
 *   sent = delivered + merged + dropped + blocked + pending
 *
 * once nothing is in flight.  A send that is pending already merges with what pends,
 * so that the equation alone says little: what is judged is which sends a delivery
 * can stand for.  The last send that was accepted must be covered by an acknowledge
 * that came after it began, unless it pends, or may have been dropped by a command;
 * those before it have merged with it at the latest.  The other way round, a delivery
 * needs a send that had not ended before the acknowledge or the removal before it;
 * that is found out by the guest at once (guest_code/storm.c).
 */
#include "lib/judge/storm.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *text;
	bool allowed;
} diffs[NR_STORM_DIFFS] = {
	[STORM_DIFF_AGAIN] = { "delivered more often than it was sent" },
	/* Two sends, and two deliveries: when a write to GITS_TRANSLATER takes effect is open. */
	[STORM_DIFF_ECHO] = { "delivered once more, for what was sent before the last acknowledge",
			      true },
	[STORM_DIFF_AFTER_DISCARD] = { "delivered after DISCARD, for what was sent before it" },
	[STORM_DIFF_AFTER_CLEAR] = { "delivered after CLEAR, for what was sent before it" },
	[STORM_DIFF_AFTER_OWN_CLEAR] = { "delivered after CLEAR to the vCPU that gave it, for what "
					 "was sent before it" },
	[STORM_DIFF_INTID] = { "an INTID that nobody sent" },
	[STORM_DIFF_REFUSED] = { "blocked though it was mapped" },
	[STORM_DIFF_TRANSLATED] = { "accepted though it was discarded" },
	[STORM_DIFF_FAILED] = { "sending failed" },
	[STORM_DIFF_ASLEEP] = { "not taken though the vCPU slept in WFI" },
	[STORM_DIFF_LOST] = { "lost" },
	[STORM_DIFF_STUCK] = { "pending at the end, and not signalled" },
	[STORM_DIFF_PENDS_UNSENT] = { "pending without a send" },
	[STORM_DIFF_NOT_HELD] = { "sent while disabled, and not pending" },
	[STORM_DIFF_EXCESS] = { "delivered and pending more often than accepted" },
};

static const char *const commands[NR_STORM_COMMANDS] = {
	[STORM_MOVI] = "movi", [STORM_MOVALL] = "movall", [STORM_DISCARD] = "discard",
	[STORM_INV] = "inv",   [STORM_INVALL] = "invall", [STORM_CLEAR] = "clear",
};

/**
 * storm_difference_text() - what a difference is
 * @diff: of a storm
 *
 * Return: words, for people.
 */
const char *storm_difference_text(enum storm_difference diff)
{
	return diffs[diff].text;
}

/**
 * storm_is_allowed() - is a difference only told?
 * @diff: of a storm
 *
 * Return: whether it is within what the architecture leaves open.
 */
bool storm_is_allowed(enum storm_difference diff)
{
	return diffs[diff].allowed;
}

/**
 * storm_command_name() - a command of a storm, as users name it
 * @command: the command
 *
 * Return: its name.
 */
const char *storm_command_name(enum storm_command command)
{
	return commands[command];
}

/* May a command have dropped the last send?  One of them began since, or was going on. */
static bool may_be_dropped(const struct storm_lpi *lpi)
{
	return lpi->phase_end != lpi->phase_last || lpi->phase_last & STORM_PHASE_MASK;
}

static bool is_covered(const struct storm_lpi *lpi)
{
	return lpi->seen >= lpi->last;
}

/**
 * storm_balance() - where the sends of an LPI have gone
 * @lpi: its account, nothing being in flight
 *
 * What a command has dropped is known up to one burst: a delivery that came all the
 * same is taken off it.
 *
 * Return: the balance, which adds up unless it was delivered too often or lost.
 */
struct storm_balance storm_balance(const struct storm_lpi *lpi)
{
	struct storm_balance b = {
		.sent = lpi->sent,
		.delivered = lpi->delivered,
		.blocked = lpi->blocked,
		.pending = lpi->is_pending,
	};
	u64 rest = lpi->accepted - b.delivered - b.pending;

	if (b.delivered + b.pending > lpi->accepted)
		return b;
	b.dropped = lpi->dropped;
	if (!is_covered(lpi) && !lpi->is_pending && may_be_dropped(lpi))
		b.dropped++;
	if (b.dropped > rest)
		b.dropped = rest;
	b.merged = rest - b.dropped;
	return b;
}

/* The one whom differences are told. */
struct report {
	const struct storm_setup *setup;
	struct storm_verdict *verdict;
	storm_report_fn *fn;
	void *arg;
};

static void name_lpi(const struct report *r, u32 lpi, char *buf, size_t bytes)
{
	snprintf(buf, bytes, "LPI %u (device %u event %u)", lpi + STORM_FIRST_LPI,
		 lpi / r->setup->nr_events, lpi % r->setup->nr_events);
}

static void tell(const struct report *r, enum storm_difference diff, const char *line)
{
	if (r->fn)
		r->fn(r->arg, diff, line);
}

static void lpi_differs(const struct report *r, enum storm_difference diff, u32 i,
			const struct storm_lpi *lpi)
{
	char line[STORM_LINE_BYTES], name[64], removal[80] = "it was never removed";

	r->verdict->nr[diff]++;
	name_lpi(r, i, name, sizeof(name));
	if (lpi->phase_end)
		snprintf(removal, sizeof(removal), "last removed by %s, command %u",
			 commands[lpi->command], lpi->op);
	snprintf(line, sizeof(line),
		 "%s: %s: send %u of %u was the last accepted one, acknowledges cover up to %u; %u "
		 "accepted, %u delivered, %s; %s",
		 name, diffs[diff].text, lpi->last, lpi->sent, lpi->seen, lpi->accepted,
		 lpi->delivered, lpi->is_pending ? "pending" : "not pending", removal);
	tell(r, diff, line);
}

static void judge_lpi(const struct report *r, u32 i, const struct storm_lpi *lpi)
{
	bool covered = is_covered(lpi);

	if (lpi->delivered + lpi->is_pending > lpi->accepted)
		lpi_differs(r, STORM_DIFF_EXCESS, i, lpi);
	if (lpi->was_pending && !lpi->parked)
		lpi_differs(r, covered ? STORM_DIFF_PENDS_UNSENT : STORM_DIFF_STUCK, i, lpi);
	if (lpi->parked && !lpi->was_pending)
		lpi_differs(r, STORM_DIFF_NOT_HELD, i, lpi);
	if (lpi->is_pending)
		lpi_differs(r, covered ? STORM_DIFF_PENDS_UNSENT : STORM_DIFF_STUCK, i, lpi);
	else if (!covered && !may_be_dropped(lpi))
		lpi_differs(r, STORM_DIFF_LOST, i, lpi);
}

static const enum storm_difference kinds[NR_STORM_EVENTS] = {
	[STORM_EVENT_AGAIN] = STORM_DIFF_AGAIN,
	[STORM_EVENT_ECHO] = STORM_DIFF_ECHO,
	[STORM_EVENT_DISCARDED] = STORM_DIFF_AFTER_DISCARD,
	[STORM_EVENT_CLEARED] = STORM_DIFF_AFTER_CLEAR,
	[STORM_EVENT_CLEARED_OWN] = STORM_DIFF_AFTER_OWN_CLEAR,
	[STORM_EVENT_INTID] = STORM_DIFF_INTID,
	[STORM_EVENT_REFUSED] = STORM_DIFF_REFUSED,
	[STORM_EVENT_TRANSLATED] = STORM_DIFF_TRANSLATED,
	[STORM_EVENT_FAILED] = STORM_DIFF_FAILED,
	[STORM_EVENT_ASLEEP] = STORM_DIFF_ASLEEP,
};

/* What a handler saw when it acknowledged an LPI, or a device when it sent one. */
static void tell_event(const struct report *r, const struct storm_event *e)
{
	enum storm_difference diff = kinds[e->kind];
	char line[STORM_LINE_BYTES], name[64];

	name_lpi(r, e->lpi, name, sizeof(name));
	switch (e->kind) {
	case STORM_EVENT_INTID:
		snprintf(line, sizeof(line),
			 "INTID %u: %s: acknowledged by vCPU %u after command %u", e->lpi,
			 diffs[diff].text, e->vcpu, e->op);
		break;
	case STORM_EVENT_FAILED:
		snprintf(line, sizeof(line), "%s: %s: send %u, after command %u: %s", name,
			 diffs[diff].text, e->send, e->op, strerror(e->err));
		break;
	case STORM_EVENT_REFUSED:
	case STORM_EVENT_TRANSLATED:
	case STORM_EVENT_ASLEEP:
		snprintf(line, sizeof(line), "%s: %s: send %u, after command %u", name,
			 diffs[diff].text, e->send, e->op);
		break;
	default:
		snprintf(line, sizeof(line),
			 "%s: %s: acknowledged by vCPU %u after command %u, when send %u was the "
			 "last to have begun; up to %u no delivery was due any more",
			 name, diffs[diff].text, e->vcpu, e->op, e->send, e->limit);
		break;
	}
	tell(r, diff, line);
}

/**
 * storm_judge() - find what does not add up
 * @setup:   of the storm
 * @result:  of a storm that came to its end
 * @verdict: filled in
 * @fn:      called for each difference that is known in full, or NULL
 * @arg:     for @fn
 */
void storm_judge(const struct storm_setup *setup, const struct storm_result *result,
		 struct storm_verdict *verdict, storm_report_fn *fn, void *arg)
{
	const struct report r = { setup, verdict, fn, arg };

	*verdict = (struct storm_verdict){ 0 };
	for (u32 i = 0; i < setup->nr_devices * setup->nr_events; i++) {
		struct storm_balance b = storm_balance(&result->lpi[i]);

		verdict->all.sent += b.sent;
		verdict->all.delivered += b.delivered;
		verdict->all.merged += b.merged;
		verdict->all.dropped += b.dropped;
		verdict->all.blocked += b.blocked;
		verdict->all.pending += b.pending;
		judge_lpi(&r, i, &result->lpi[i]);
	}
	for (unsigned int i = 0; i < NR_STORM_EVENTS; i++)
		verdict->nr[kinds[i]] += result->nr_event[i];
	for (unsigned int i = 0; i < result->nr_events; i++)
		tell_event(&r, &result->event[i]);
}
