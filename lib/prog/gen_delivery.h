/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The axes of the matrix of deliveries, and what the parts of its generator share.
 */
#ifndef LIB_PROG_GEN_DELIVERY_H
#define LIB_PROG_GEN_DELIVERY_H

#include "lib/prog/gen.h"
#include "lib/prog/gen_matrix.h"

enum delivery_axis {
	AXIS_GIC,
	AXIS_KIND,
	AXIS_PATH,
	AXIS_TRIGGER,
	AXIS_GROUP,
	AXIS_VCPUS,
	AXIS_ENDING,
	AXIS_HANDLING,
	AXIS_SITUATION,
	AXIS_MIGRATED,
	NR_DELIVERY_AXES
};

enum delivery_gic { IN_GICV3, IN_GICV2 };

enum delivery_kind {
	KIND_SGI,
	KIND_PPI,
	KIND_SPI,
	KIND_LPI,
	KIND_VIRTUAL_TIMER,
	KIND_PHYSICAL_TIMER,
	NR_DELIVERY_KINDS
};

enum delivery_path {
	BY_LINE,
	BY_LEVEL_INFO,
	BY_IRQFD,
	BY_RESAMPLED,
	BY_USER_ISPENDR,
	BY_GUEST_ISPENDR,
	BY_OTHERS_ISPENDR,
	BY_OWN_SGI,
	BY_OTHERS_SGI,
	BY_MSI,
	BY_IRQFD_MSI,
	BY_GUEST_INT,
	BY_USER_INT,
	BY_TRANSLATER,
	BY_TIMER,
	NR_DELIVERY_PATHS
};

enum delivery_trigger { EDGE, LEVEL };

enum delivery_group { GROUP_1, GROUP_0 };

enum delivery_vcpus { SECOND_OF_TWO, ONE_VCPU, CREATED_FIRST };

enum delivery_ending {
	ENDED_AT_ONCE,
	DEACTIVATED_LATER,
	DEACTIVATED_BY_ANOTHER,
	DEACTIVATED_BY_ICACTIVER,
	DEACTIVATED_MIGRATED,
};

enum delivery_handling { STAYS_IN, EXITS_BETWEEN, SERVED };

enum delivery_situation {
#define SITUATION(id, ...) id,
#include "lib/prog/delivery_situation.def"
#undef SITUATION
	NR_DELIVERY_SITUATIONS
};

enum delivery_migrated { NOT_MIGRATED, MIGRATED_PENDING, MIGRATED_ACTIVE };

/* A program that is being made. */
struct delivery {
	struct prog *p;
	u8 at[MATRIX_MAX_AXES]; /* a value of each axis */
	unsigned int intid;
	unsigned int nr_vcpus;
	u64 vcpu[2]; /* vcpu_ids in creation order */
	unsigned int target, other; /* of these; other is target if there is one only */
	u64 queue; /* offset of the next command of the ITS */
	unsigned int steps_done; /* a bit for each kind of step */
};

/* What is to be done to an interrupt by the registers that have a bit for each. */
enum delivery_bits { SET_PENDING, CLEAR_PENDING, SET_ENABLE, CLEAR_ENABLE, CLEAR_ACTIVE };

#define DELIVERY_PRIORITY 0x80u
#define DELIVERY_MASK_NOTHING 0xf8u

/* SPIs beside the one that is delivered: some of falling, one of higher, one of equal urgency. */
#define DELIVERY_FIRST_FILLER 64
#define DELIVERY_NR_FILLERS 6
#define DELIVERY_URGENT (DELIVERY_FIRST_FILLER + DELIVERY_NR_FILLERS)
#define DELIVERY_EQUAL (DELIVERY_URGENT + 1)

/* lib/prog/gen_timer.c */
void delivery_raise_timer(struct delivery *d);
void delivery_lower_timer(struct delivery *d);

/* lib/prog/gen_delivery_vm.c */
void delivery_vm(struct delivery *d, bool fillers);
void delivery_send(struct delivery *d);
void delivery_lower(struct delivery *d);
void delivery_ended(struct delivery *d);
void delivery_unpend(struct delivery *d);
void delivery_enable(struct delivery *d, bool on);
void delivery_deactivate_by_bit(struct delivery *d);
void delivery_move(struct delivery *d);
void delivery_pend_spis(struct delivery *d, u64 bits);
void delivery_group(struct delivery *d, bool on);
void delivery_dist(struct delivery *d, bool on);
void delivery_mask(struct delivery *d, u64 priority);
void delivery_look(struct delivery *d);

#endif /* LIB_PROG_GEN_DELIVERY_H */
