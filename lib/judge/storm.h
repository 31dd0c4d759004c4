/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the accounts of a storm of LPIs add up.
 */
#ifndef LIB_JUDGE_STORM_H
#define LIB_JUDGE_STORM_H

#include "lib/target/storm.h"

/* Where every send of an LPI, or of all, has gone. */
struct storm_balance {
	u64 sent;
	u64 delivered;
	u64 merged; /* into another one's delivery */
	u64 dropped; /* by DISCARD or CLEAR */
	u64 blocked; /* by the ITS, while there was no translation */
	u64 pending;
};

/* What is wrong with one LPI, or one event. */
enum storm_difference {
	STORM_DIFF_AGAIN,
	STORM_DIFF_ECHO,
	STORM_DIFF_AFTER_DISCARD,
	STORM_DIFF_AFTER_CLEAR,
	STORM_DIFF_AFTER_OWN_CLEAR,
	STORM_DIFF_INTID,
	STORM_DIFF_REFUSED,
	STORM_DIFF_TRANSLATED,
	STORM_DIFF_FAILED,
	STORM_DIFF_ASLEEP,
	STORM_DIFF_LOST,
	STORM_DIFF_STUCK,
	STORM_DIFF_PENDS_UNSENT,
	STORM_DIFF_NOT_HELD,
	STORM_DIFF_EXCESS,
	NR_STORM_DIFFS,
};

#define STORM_LINE_BYTES 320

/* Receives each difference that is told in full, and what it is as one line. */
typedef void storm_report_fn(void *arg, enum storm_difference diff, const char *line);

struct storm_verdict {
	struct storm_balance all;
	u64 nr[NR_STORM_DIFFS];
};

void storm_judge(const struct storm_setup *setup, const struct storm_result *result,
		 struct storm_verdict *verdict, storm_report_fn *fn, void *arg);
struct storm_balance storm_balance(const struct storm_lpi *lpi);
bool storm_is_allowed(enum storm_difference diff);
const char *storm_difference_text(enum storm_difference diff);
const char *storm_command_name(enum storm_command command);

#endif /* LIB_JUDGE_STORM_H */
