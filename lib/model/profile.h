/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Profiles: the choices of an implementation where the architecture and the API
 * leave freedom.
 */
#ifndef LIB_MODEL_PROFILE_H
#define LIB_MODEL_PROFILE_H

#include <stdbool.h>

#include "lib/regs/bits.h"

enum profile_choice {
#define CHOICE(name, ...) CHOICE_##name,
#define PARAM(...)
#define PROFILE(...)
#include "lib/model/profile.def"
#undef CHOICE
#undef PARAM
#undef PROFILE
	NR_CHOICES
};

enum profile_param {
#define CHOICE(...)
#define PARAM(name, ...) PARAM_##name,
#define PROFILE(...)
#include "lib/model/profile.def"
#undef CHOICE
#undef PARAM
#undef PROFILE
	NR_PARAMS
};

enum implementation { IMPL_KVM, IMPL_QEMU };

/* What hosts with divergences of their own are, a bit each. */
enum host {
	HOST_ANY, /* no bit */
	HOST_QEMU_VIRT = 1, /* QEMU stands in for hardware */
	HOST_GICV2_ON_GICV3 = 2, /* a GICv3 that has the GICv2 interface for guests, too */
	HOST_PROTECTED = 4, /* KVM in protected mode */
	HOST_TRAPPED = 8, /* the CPU interface is KVM's emulation */
};

/* Those whose divergences are not KVM's but of what is below it. */
#define HOST_HARDWARE (HOST_QEMU_VIRT | HOST_GICV2_ON_GICV3)

/* What is under test. */
struct release {
	enum implementation implementation;
	unsigned int version; /* major * 1000 + minor */
	u32 hosts; /* bits of enum host */
};

struct choice_desc {
	const char *name;
	const char *what;
	const char *freedom; /* the document that leaves the choice */
};

struct param_desc {
	const char *name;
	const char *what;
	const char *freedom; /* the document that leaves the choice */
};

struct profile {
	const char *name;
	enum implementation implementation;
	unsigned int from, to; /* versions, major * 1000 + minor */
	bool chosen[NR_CHOICES];
	u32 param[NR_PARAMS];
};

/* Did an implementation choose this?  If not, every choice that the freedom leaves is allowed. */
static inline bool profile_has(const struct profile *profile, enum profile_choice choice)
{
	return profile->chosen[choice];
}

const struct choice_desc *choice_desc(enum profile_choice choice);
const struct profile *profile_by_number(unsigned int i);
const struct profile *profile_architecture(void);
const struct param_desc *param_desc(enum profile_param param);
const struct profile *profile_for(struct release of);
const struct profile *profile_for_kernel(unsigned int version);

#endif /* LIB_MODEL_PROFILE_H */
