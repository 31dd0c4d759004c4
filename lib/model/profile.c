// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of profiles made from profile.def.
 */
#include "lib/model/profile.h"

#include <stddef.h>

static const struct choice_desc choices[] = {
#define CHOICE(name, what, freedom) [CHOICE_##name] = { #name, what, freedom },
#define PARAM(...)
#define PROFILE(...)
#include "lib/model/profile.def"
#undef CHOICE
#undef PARAM
#undef PROFILE
};

static const struct param_desc params[] = {
#define CHOICE(...)
#define PARAM(name, what, freedom) [PARAM_##name] = { #name, what, freedom },
#define PROFILE(...)
#include "lib/model/profile.def"
#undef CHOICE
#undef PARAM
#undef PROFILE
};

#define CHOSEN(choice) [CHOICE_##choice] = true,
#define SETS(param, value) [PARAM_##param] = (value),

static const struct profile profiles[] = {
#define CHOICE(...)
#define PARAM(...)
#define PROFILE(name, implementation, from, to, chosen, ...) \
	{ name, IMPL_##implementation, from, to, { chosen }, { __VA_ARGS__ } },
#include "lib/model/profile.def"
#undef CHOICE
#undef PARAM
#undef PROFILE
};

/* Numbers that no document fixes are those of a plain implementation. */
static const struct profile architecture = {
	.name = "architecture",
	.param = { DEFAULT_PARAMS },
};

/**
 * choice_desc() - the row of a choice
 * @choice: below NR_CHOICES
 *
 * Return: the row; never NULL.
 */
const struct choice_desc *choice_desc(enum profile_choice choice)
{
	return &choices[choice];
}

/**
 * profile_by_number() - the profiles, one by one
 * @i: from 0
 *
 * Return: a profile; that of the architecture is the last one; then NULL.
 */
const struct profile *profile_by_number(unsigned int i)
{
	if (i < ARRAY_SIZE(profiles))
		return &profiles[i];
	return i == ARRAY_SIZE(profiles) ? &architecture : NULL;
}

/**
 * profile_architecture() - the profile that chooses nothing
 *
 * Return: the profile; never NULL.
 */
const struct profile *profile_architecture(void)
{
	return &architecture;
}

/**
 * param_desc() - the row of a number
 * @param: below NR_PARAMS
 *
 * Return: the row; never NULL.
 */
const struct param_desc *param_desc(enum profile_param param)
{
	return &params[param];
}

/**
 * profile_for() - the profile of an implementation
 * @of: what is under test
 *
 * Return: the profile; that of the architecture for a version before the first.
 */
const struct profile *profile_for(struct release of)
{
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		if (profiles[i].implementation == of.implementation &&
		    of.version >= profiles[i].from && of.version <= profiles[i].to)
			return &profiles[i];
	}
	return &architecture;
}

/**
 * profile_for_kernel() - the profile of a KVM
 * @version: major * 1000 + minor
 *
 * Return: the profile; that of the architecture for a kernel before 5.10.
 */
const struct profile *profile_for_kernel(unsigned int version)
{
	return profile_for((struct release){ .implementation = IMPL_KVM, .version = version });
}
