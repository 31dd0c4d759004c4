// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run's surroundings: its target, what the probe found, its profile and the
 * known divergences.
 */
#include "harness/harness.h"

static struct release release_of(const struct target_info *info)
{
	static const enum implementation implementations[] = {
		[TARGET_GIC_KVM] = IMPL_KVM,
		[TARGET_GIC_QEMU] = IMPL_QEMU,
	};

	return (struct release){
		.implementation = implementations[info->gic],
		.version = info->version,
		.host = info->is_qemu_virt ? HOST_QEMU_VIRT : HOST_ANY,
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

/**
 * session_open() - probe the target and choose the profile
 * @s: filled in, to be released by session_close()
 * @o: the options, which must outlive @s
 *
 * Return: 0, or an exit status after a message: TAP_EXIT_SKIPPED if the target
 * cannot be used here, TAP_EXIT_USAGE for options or entries that are wrong.
 */
int session_open(struct session *s, const struct options *o)
{
	char error[HARNESS_PATH_BYTES], dir[HARNESS_PATH_BYTES];

	*s = (struct session){ .options = o };
	s->target = target_choose(o->target, error, sizeof(error));
	if (!s->target) {
		fprintf(stderr, "vgicheck: %s\n", error);
		return TAP_EXIT_USAGE;
	}
	snprintf(dir, sizeof(dir), "%s/known", o->corpora);
	if (known_load_dir(&s->known, dir, error, sizeof(error))) {
		fprintf(stderr, "vgicheck: %s\n", error);
		return TAP_EXIT_USAGE;
	}
	if (s->target->probe(&s->info)) {
		fprintf(stderr, "vgicheck: target %s: %s\n", s->target->name, s->info.reason);
		known_list_free(&s->known);
		return TAP_EXIT_SKIPPED;
	}
	s->config = (struct model_config){
		.max_vcpus = s->info.max_vcpus,
		.icc_ctlr = s->info.icc_ctlr,
		.list_regs = s->info.list_regs,
		.sgis_without_active = s->info.sgis_without_active,
		.profile = session_profile(&s->info),
	};
	s->of = release_of(&s->info);
	s->config.deviations = known_deviations(&s->known, s->of);
	return TAP_EXIT_OK;
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
