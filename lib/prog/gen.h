/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the generators of random programs share: a program that is being made,
 * and what they must know of it to make operations that meet each other.
 */
#ifndef LIB_PROG_GEN_H
#define LIB_PROG_GEN_H

#include "lib/prog/suite.h"

#define GEN_DIST_BASE 0x8000000ULL
#define GEN_CPUIF_BASE 0x8010000ULL
#define GEN_REDIST_BASE 0x80a0000ULL

/* Where the frames of the @vcpu-th redistributor are, gpa. */
static inline u64 gen_redist_at(unsigned int vcpu)
{
	return GEN_REDIST_BASE + vcpu * (u64)GICR_BYTES;
}

#define GEN_MAX_VCPUS 8
#define GEN_MAX_HOT 12
#define GEN_MAX_BYTES 1024 /* of what a struct gen begins */

struct gen {
	struct rng r;
	struct prog *p;
	const u8 *op_weight; /* of the recipe */
	size_t bytes; /* of what this is the beginning of; 0 if it is all there is */
	bool mmio; /* for a target that only has memory and interrupt lines */
	bool rough; /* may do what the architecture calls UNPREDICTABLE */
	bool group0; /* group 0 of a GICv3 is enabled in the CPU interfaces, else disabled */
	bool aliases; /* uses the registers for group 1 of a GICv2, which QEMU lacks */
	u64 gicc_modes; /* EOImode and AckCtl, of all CPU interfaces of a GICv2 */
	unsigned int nr_vcpus;
	u64 vcpu[GEN_MAX_VCPUS]; /* vcpu_ids in creation order */
	unsigned int nr_irqs; /* of the vGIC */
	unsigned int nr_hot;
	unsigned int hot[GEN_MAX_HOT]; /* INTIDs that most operations are about */
};

/* One thing that a generator may do, and how often compared with the others. */
struct act {
	unsigned int weight;
	void (*make)(struct gen *g);
};

/* lib/prog/gen_act.c: choices. */
void gen_act(struct gen *g, const struct act *acts, size_t nr);
bool gen_once_in(struct gen *g, u64 times);

/* lib/prog/gen_irqs.c: programs about interrupts. */
void gen_pend(struct gen *g, unsigned int n, unsigned int intid);
void gen_usual_act(struct gen *g);
void gen_irqs(enum gic_version gic, const struct act *acts, size_t nr_acts, u64 index,
	      const struct recipe *recipe, struct prog *p);

/* What an access is for. */
struct aim {
	bool user, write;
	unsigned int vcpu; /* number of the one that accesses, or that userspace names */
	unsigned int intid; /* of an interrupt that the register may hold */
};

/* A register and what is written to it. */
struct reg_weight {
	enum reg_id reg;
	unsigned int weight;
	unsigned int bits; /* for each interrupt; 0 if it holds none */
	u64 (*value)(struct gen *g, const struct aim *a);
};

/* lib/prog/gen_regs.c: what to do with registers. */
u64 gen_affinity(u64 vcpu_id);
u64 gen_hot_bits(const struct gen *g, unsigned int bank);
unsigned int gen_hot_between(struct gen *g, unsigned int lo, unsigned int hi);
u64 gen_any_value(struct gen *g, const struct aim *a);
const struct reg_weight *gen_pick_reg(struct gen *g, enum frame_id frame);
struct reg_weight gen_reg(enum reg_id reg);

/* lib/prog/gen_access.c: accesses to registers. */
void gen_write(struct gen *g, unsigned int vcpu, enum reg_id reg, unsigned int intid, u64 value);
void gen_guest_access(struct gen *g, enum frame_id frame);
void gen_user_access(struct gen *g, enum frame_id frame);
void gen_rough_access(struct gen *g);

/* lib/prog/gen_device.c: the rest of the device API. */
void gen_has_attr(struct gen *g);
void gen_level(struct gen *g);

/* lib/prog/gen_timer.c: timers of vCPUs. */
void gen_raise_timer(struct prog *p, u64 vcpu, bool virtual);
void gen_arm_timer(struct prog *p, u64 vcpu, bool virtual);
void gen_lower_timer(struct prog *p, u64 vcpu, bool virtual);

#endif /* LIB_PROG_GEN_H */
