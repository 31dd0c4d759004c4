// SPDX-License-Identifier: GPL-2.0-only
/*
 * What several tests need of judges.
 */
#include "tests/judges.h"

/* One that knows no divergence; its model, NULL without memory, is the caller's. */
struct judge judge_of_kvm(unsigned int version)
{
	static const struct known_list nothing_known;

	return (struct judge){
		.model = model_create(),
		.config = { .max_vcpus = 512, .profile = profile_for_kernel(version) },
		.known = &nothing_known,
		.of = { IMPL_KVM, version },
	};
}
