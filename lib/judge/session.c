// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run's surroundings: its target, what the probe found, its profile and the
 * known divergences.
 */
#include "lib/judge/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/judge/answer.h"

#define SESSION_PATH_BYTES 4096

static u32 hosts_of(const struct target_info *info)
{
	const struct {
		bool is;
		enum host host;
	} rows[] = {
		{ info->is_qemu_virt, HOST_QEMU_VIRT },
		{ info->has_gicv2 && info->has_gicv3, HOST_GICV2_ON_GICV3 },
		{ info->is_protected, HOST_PROTECTED },
		{ info->is_trapped, HOST_TRAPPED },
	};
	u32 hosts = HOST_ANY;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		hosts |= rows[i].is ? (u32)rows[i].host : 0;
	return hosts;
}

static struct release release_of(const struct target_info *info)
{
	static const enum implementation implementations[] = {
		[TARGET_GIC_KVM] = IMPL_KVM,
		[TARGET_GIC_QEMU] = IMPL_QEMU,
	};

	return (struct release){
		.implementation = implementations[info->gic],
		.version = info->version,
		.hosts = hosts_of(info),
	};
}

/**
 * session_profile() - the profile of what a probe found
 * @info: from a successful probe
 *
 * Return: the profile; never NULL.
 */
const struct profile *session_profile(const struct target_info *info)
{
	return profile_for(release_of(info));
}

static int load_known(struct session *s, const char *corpora, char *error, size_t bytes)
{
	char dir[SESSION_PATH_BYTES];

	snprintf(dir, sizeof(dir), "%s/known", corpora);
	return known_load_dir(&s->known, dir, error, bytes);
}

/* What is judged by, from what the probe found. */
static void choose_config(struct session *s)
{
	s->config = (struct model_config){
		.max_vcpus = s->info.max_vcpus,
		.icc_ctlr = s->info.icc_ctlr,
		.list_regs = s->info.list_regs,
		.sgis_without_active = s->info.sgis_without_active,
		.profile = session_profile(&s->info),
	};
	s->of = release_of(&s->info);
	s->config.deviations = known_deviations(&s->known, s->of);
}

/**
 * session_open() - probe a target and choose the profile
 * @s:       filled in, to be released by session_close()
 * @target:  as a user names it (target_choose())
 * @corpora: folder with known/, the divergences that are known
 * @error:   receives what is wrong
 * @bytes:   of @error
 *
 * Errors:
 *   -EINVAL  the name, or an entry, is wrong
 *   others   the target cannot be used here
 * Return: 0 or a negative error.
 */
int session_open(struct session *s, const char *target, const char *corpora, char *error,
		 size_t bytes)
{
	*s = (struct session){ 0 };
	s->target = target_choose(target, error, bytes);
	if (!s->target || load_known(s, corpora, error, bytes))
		return -EINVAL;
	if (s->target->probe(&s->info)) {
		snprintf(error, bytes, "target %s: %s", s->target->name, s->info.reason);
		known_list_free(&s->known);
		return -ENODEV;
	}
	choose_config(s);
	return 0;
}

/**
 * session_open_for() - choose the profile of what a probe found elsewhere
 * @s:       filled in, without a target; to be released by session_close()
 * @corpora: folder with known/, the divergences that are known
 * @info:    of that probe
 * @error:   receives what is wrong
 * @bytes:   of @error
 *
 * Return: 0, or -EINVAL if an entry is wrong.
 */
int session_open_for(struct session *s, const char *corpora, const struct target_info *info,
		     char *error, size_t bytes)
{
	*s = (struct session){ .info = *info };
	if (load_known(s, corpora, error, bytes))
		return -EINVAL;
	choose_config(s);
	return 0;
}

/**
 * session_close() - release a session
 * @s: from session_open()
 */
void session_close(struct session *s)
{
	known_list_free(&s->known);
}

/**
 * session_judge() - the judge of a session
 * @s:     the session, which must outlive the judge
 * @model: for its use, or NULL if only the kernel log is judged
 *
 * Return: the judge.
 */
struct judge session_judge(const struct session *s, struct model *model)
{
	return (struct judge){
		.model = model,
		.config = s->config,
		.known = &s->known,
		.of = s->of,
	};
}

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
 * Return: whether.
 */
bool session_is_hazard(const struct session *s, struct model *model, const struct prog *p,
		       char *reason, size_t bytes)
{
	struct op_result res;
	struct expect want;

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
			/* There is no target yet: the answer that gets furthest has to do. */
			if (want.unpredicted || !expect_follow(&want, expect_usual_alt(&want), NULL,
							       model, &p->op[n], &res))
				break;
		}
	}
	return false;
}
