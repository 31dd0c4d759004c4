// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accounts of LPIs, as a storm brings them back, are judged right: those that add
 * up, and one for each way in which they do not.
 */
#include <stdio.h>

#include "lib/judge/storm.h"
#include "tests/unit.h"

#define NR_LPIS 4

/* What was reported: the last line, and how many. */
struct reported {
	char line[STORM_LINE_BYTES];
	enum storm_difference diff;
	unsigned int nr;
};

static void keep(void *arg, enum storm_difference diff, const char *line)
{
	struct reported *r = arg;

	snprintf(r->line, sizeof(r->line), "%s", line);
	r->diff = diff;
	r->nr++;
}

static const struct storm_setup setup = { .nr_vcpus = 2, .nr_devices = 2, .nr_events = 2 };

/* 10 sends, all accepted, in 6 deliveries of which the last one covers the last. */
static const struct storm_lpi sound = {
	.sent = 10,
	.accepted = 10,
	.delivered = 6,
	.last = 10,
	.seen = 10,
};

static struct storm_result result;

static struct reported judge(struct storm_verdict *v)
{
	struct reported r = { .nr = 0 };

	storm_judge(&setup, &result, v, keep, &r);
	return r;
}

/* Sound accounts, but for LPI 3. */
static struct reported judge_lpi(const struct storm_lpi *lpi, struct storm_verdict *v)
{
	result = (struct storm_result){ 0 };
	for (unsigned int i = 0; i < NR_LPIS; i++)
		result.lpi[i] = sound;
	result.lpi[3] = *lpi;
	return judge(v);
}

static void only(struct unit *t, const struct storm_lpi *lpi, enum storm_difference diff)
{
	struct storm_verdict v;
	struct reported r = judge_lpi(lpi, &v);

	EXPECT_EQ(t, r.nr, 1);
	EXPECT_EQ(t, r.diff, diff);
	EXPECT_EQ(t, v.nr[diff], 1);
	EXPECT_CONTAINS(t, r.line, "LPI 8195 (device 1 event 1): ");
	EXPECT_CONTAINS(t, r.line, storm_difference_text(diff));
}

static void sound_accounts_add_up(struct unit *t)
{
	struct storm_verdict v;
	struct reported r = judge_lpi(&sound, &v);

	EXPECT_EQ(t, r.nr, 0);
	EXPECT_EQ(t, v.all.sent, 40);
	EXPECT_EQ(t, v.all.delivered, 24);
	EXPECT_EQ(t, v.all.merged, 16);
	EXPECT_EQ(t, v.all.dropped + v.all.blocked + v.all.pending, 0);
}

/* Sends of each kind: 2 blocked, 1 of the accepted ones given up, 1 pending. */
static void balance_knows_all_ways(struct unit *t)
{
	const struct storm_lpi lpi = {
		.sent = 12,
		.accepted = 10,
		.blocked = 2,
		.dropped = 1,
		.delivered = 5,
		.last = 12,
		.seen = 11,
		.is_pending = true,
	};
	struct storm_balance b = storm_balance(&lpi);

	EXPECT_EQ(t, b.delivered, 5);
	EXPECT_EQ(t, b.merged, 3);
	EXPECT_EQ(t, b.dropped, 1);
	EXPECT_EQ(t, b.blocked, 2);
	EXPECT_EQ(t, b.pending, 1);
	EXPECT_EQ(t, b.delivered + b.merged + b.dropped + b.blocked + b.pending, b.sent);
}

/* What was given up and came all the same was not dropped. */
static void dropped_is_what_did_not_come(struct unit *t)
{
	struct storm_lpi lpi = sound;
	struct storm_balance b;

	lpi.delivered = 10;
	lpi.dropped = 3;
	b = storm_balance(&lpi);
	EXPECT_EQ(t, b.dropped, 0);
	EXPECT_EQ(t, b.merged, 0);
}

static void last_send_must_be_covered(struct unit *t)
{
	struct storm_lpi lpi = sound;

	lpi.seen = 9;
	only(t, &lpi, STORM_DIFF_LOST);
}

static void removal_before_it_is_no_excuse(struct unit *t)
{
	struct storm_lpi lpi = sound;
	struct storm_verdict v;

	lpi.seen = 9;
	lpi.phase_last = STORM_PHASE_NEXT;
	lpi.phase_end = STORM_PHASE_NEXT;
	lpi.command = STORM_DISCARD;
	lpi.op = 77;
	only(t, &lpi, STORM_DIFF_LOST);
	EXPECT_CONTAINS(t, judge_lpi(&lpi, &v).line, "last removed by discard, command 77");
}

static void removal_after_it_may_drop_it(struct unit *t)
{
	struct storm_lpi lpi = sound;
	struct storm_verdict v;

	lpi.seen = 9;
	lpi.phase_end = STORM_PHASE_NEXT;
	EXPECT_EQ(t, judge_lpi(&lpi, &v).nr, 0);
	EXPECT_EQ(t, v.all.dropped, 1);
	EXPECT_EQ(t, v.all.merged, 15);
}

static void removal_around_it_may_drop_it(struct unit *t)
{
	struct storm_lpi lpi = sound;
	struct storm_verdict v;

	lpi.seen = 9;
	lpi.phase_last = STORM_PHASE_CLEARING;
	lpi.phase_end = STORM_PHASE_CLEARING;
	EXPECT_EQ(t, judge_lpi(&lpi, &v).nr, 0);
}

static void nothing_may_pend_in_the_end(struct unit *t)
{
	struct storm_lpi lpi = sound;

	lpi.seen = 9;
	lpi.is_pending = true;
	only(t, &lpi, STORM_DIFF_STUCK);
	lpi.seen = 10;
	only(t, &lpi, STORM_DIFF_PENDS_UNSENT);
}

static void only_what_is_disabled_is_held(struct unit *t)
{
	struct storm_lpi lpi = sound;
	struct storm_verdict v;

	lpi.was_pending = true;
	only(t, &lpi, STORM_DIFF_PENDS_UNSENT);
	lpi.parked = true;
	EXPECT_EQ(t, judge_lpi(&lpi, &v).nr, 0);
	lpi.was_pending = false;
	only(t, &lpi, STORM_DIFF_NOT_HELD);
}

static void deliveries_need_sends(struct unit *t)
{
	struct storm_lpi lpi = sound;
	struct storm_verdict v;

	lpi.delivered = 11;
	only(t, &lpi, STORM_DIFF_EXCESS);
	lpi.delivered = 10;
	lpi.seen = 9;
	lpi.is_pending = true;
	EXPECT_EQ(t, judge_lpi(&lpi, &v).nr, 2);
}

/* What is kept of an event of each kind, and what its line must say. */
static void events_are_told(struct unit *t)
{
	static const struct {
		enum storm_event_kind kind;
		enum storm_difference diff;
		const char *text;
	} rows[] = {
		{ STORM_EVENT_AGAIN, STORM_DIFF_AGAIN, "vCPU 1 after command 9, when send 5" },
		{ STORM_EVENT_ECHO, STORM_DIFF_ECHO, "up to 4 no delivery was due" },
		{ STORM_EVENT_DISCARDED, STORM_DIFF_AFTER_DISCARD, "after DISCARD" },
		{ STORM_EVENT_CLEARED, STORM_DIFF_AFTER_CLEAR, "after CLEAR, for" },
		{ STORM_EVENT_CLEARED_OWN, STORM_DIFF_AFTER_OWN_CLEAR, "to the vCPU that gave it" },
		{ STORM_EVENT_INTID, STORM_DIFF_INTID, "INTID 2: " },
		{ STORM_EVENT_REFUSED, STORM_DIFF_REFUSED, "(device 1 event 0): blocked" },
		{ STORM_EVENT_TRANSLATED, STORM_DIFF_TRANSLATED, "send 5, after command 9" },
		{ STORM_EVENT_FAILED, STORM_DIFF_FAILED, "No such device" },
		{ STORM_EVENT_ASLEEP, STORM_DIFF_ASLEEP, "though the vCPU slept in WFI: send 5" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct storm_verdict v;
		struct reported r;

		judge_lpi(&sound, &v);
		result.nr_event[rows[i].kind] = 300; /* of which one is kept */
		result.nr_events = 1;
		result.event[0] = (struct storm_event){ rows[i].kind, 2, 5, 4, 1, 9, 19 };
		r = judge(&v);
		EXPECT_EQ(t, r.nr, 1);
		EXPECT_EQ(t, v.nr[rows[i].diff], 300);
		EXPECT_CONTAINS(t, r.line, rows[i].text);
		EXPECT_EQ(t, storm_is_allowed(r.diff), rows[i].diff == STORM_DIFF_ECHO);
	}
}

static const struct unit_test tests[] = {
	{ "storm.sound_accounts_add_up", sound_accounts_add_up },
	{ "storm.balance_knows_all_ways", balance_knows_all_ways },
	{ "storm.dropped_is_what_did_not_come", dropped_is_what_did_not_come },
	{ "storm.last_send_must_be_covered", last_send_must_be_covered },
	{ "storm.removal_before_it_is_no_excuse", removal_before_it_is_no_excuse },
	{ "storm.removal_after_it_may_drop_it", removal_after_it_may_drop_it },
	{ "storm.removal_around_it_may_drop_it", removal_around_it_may_drop_it },
	{ "storm.nothing_may_pend_in_the_end", nothing_may_pend_in_the_end },
	{ "storm.only_what_is_disabled_is_held", only_what_is_disabled_is_held },
	{ "storm.deliveries_need_sends", deliveries_need_sends },
	{ "storm.events_are_told", events_are_told },
};
UNIT_MAIN(tests)
