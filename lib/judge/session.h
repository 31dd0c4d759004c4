/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs are run on and judged by: a target, what its probe found, the
 * profile that fits, and the known divergences.
 */
#ifndef LIB_JUDGE_SESSION_H
#define LIB_JUDGE_SESSION_H

#include "lib/judge/judge.h"
#include "lib/target/target.h"

struct options; /* of whoever opened the session */

struct session {
	const struct options *options; /* NULL if there are none */
	const struct target *target;
	struct target_info info;
	struct release of; /* what is under test */
	struct known_list known;
	struct model_config config;
};

__must_check int session_open(struct session *s, const char *target, const char *corpora,
			      char *error, size_t bytes);
__must_check int session_open_for(struct session *s, const char *corpora,
				  const struct target_info *info, char *error, size_t bytes);
void session_close(struct session *s);
const struct profile *session_profile(const struct target_info *info);
struct judge session_judge(const struct session *s, struct model *model);
bool session_is_hazard(const struct session *s, struct model *model, const struct prog *p,
		       char *reason, size_t bytes);

#endif /* LIB_JUDGE_SESSION_H */
