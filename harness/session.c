// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run's surroundings, as its options name them.
 */
#include "harness/harness.h"

#include <errno.h>

/**
 * session_begin() - probe the target and choose the profile
 * @s: filled in, to be released by session_close()
 * @o: the options, which must outlive @s
 *
 * Return: 0, or an exit status after a message: TAP_EXIT_SKIPPED if the target
 * cannot be used here, TAP_EXIT_USAGE for options or entries that are wrong.
 */
int session_begin(struct session *s, const struct options *o)
{
	char error[HARNESS_PATH_BYTES];
	int ret = session_open(s, o->target, o->corpora, error, sizeof(error));

	s->options = o;
	if (!ret)
		return TAP_EXIT_OK;
	fprintf(stderr, "vgicheck: %s\n", error);
	return ret == -EINVAL ? TAP_EXIT_USAGE : TAP_EXIT_SKIPPED;
}

/**
 * session_begin_for() - choose the profile of what a probe found elsewhere
 * @s:    filled in, without a target; to be released by session_close()
 * @o:    the options, which must outlive @s
 * @info: of that probe
 *
 * Return: 0, or TAP_EXIT_USAGE after a message for entries that are wrong.
 */
int session_begin_for(struct session *s, const struct options *o, const struct target_info *info)
{
	char error[HARNESS_PATH_BYTES];

	if (!session_open_for(s, o->corpora, info, error, sizeof(error))) {
		s->options = o;
		return TAP_EXIT_OK;
	}
	fprintf(stderr, "vgicheck: %s\n", error);
	return TAP_EXIT_USAGE;
}
