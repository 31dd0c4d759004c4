// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that are known to crash the kernel under test.
 */
#include "harness/harness.h"

#include <string.h>

#include "lib/judge/answer.h"

static bool hazard_shows(const struct known *k, const struct op *op, const struct expect *want)
{
	if (k->after_op != op->id)
		return false;
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		const char *name = strerrorname_np(want->alt[i].err);

		if (want->alt[i].status == OP_FAILED && name && !strcmp(name, k->after_got))
			return true;
	}
	return false;
}

/**
 * session_is_hazard() - is a program one that is known to crash this kernel?
 * @s:      the session
 * @model:  for its use
 * @p:      the program
 * @reason: receives which entry knows it
 * @bytes:  of @reason
 *
 * The model says, before anything runs, whether the call may come that does it.
 *
 * Return: whether, and never if hazards are asked for.
 */
bool session_is_hazard(const struct session *s, struct model *model, const struct prog *p,
		       char *reason, size_t bytes)
{
	struct op_result res;
	struct expect want;

	if (s->options->hazards)
		return false;
	for (size_t i = 0; i < s->known.nr; i++) {
		const struct known *k = &s->known.known[i];

		if (!k->hazard || !known_concerns(k, s->of))
			continue;
		model_reset_for(model, &s->config, p);
		for (size_t n = 0; n < p->nr_ops; n++) {
			model_expect(model, &p->op[n], &want);
			if (hazard_shows(k, &p->op[n], &want)) {
				snprintf(reason, bytes,
					 "known to crash this kernel: %s (--hazards)", k->id);
				return true;
			}
			/* There is no target yet: the first answer has to do. */
			if (want.unpredicted ||
			    !expect_follow(&want, 0, NULL, model, &p->op[n], &res))
				break;
		}
	}
	return false;
}
