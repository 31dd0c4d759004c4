/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model's state, private to lib/model: what the documents name, in one
 * block.
 */
#ifndef LIB_MODEL_STATE_H
#define LIB_MODEL_STATE_H

#include "lib/model/model.h"

#define MODEL_MAX_VCPUS 1024 /* vcpu_ids of the language */
#define MODEL_MAX_REGIONS 4096 /* 12 bits of region index */
#define ADDR_UNSET (~0ULL)

struct model_vcpu {
	u16 id;
	bool has_run;
	bool has_frame; /* of a redistributor */
	u16 region, slot; /* if so */
};

struct model_region {
	u64 base; /* gpa, bytes */
	u16 count; /* redistributors; 0 for the single region, which has room for all */
	u16 used;
};

struct model {
	struct model_config config;
	bool has_vgic;
	bool initialised;
	bool mapped; /* the first run placed the frames */
	bool map_failed; /* a first run could not place them */
	u64 addr[NR_ADDR_TYPES]; /* gpa, bytes, or ADDR_UNSET */
	unsigned int nr_vcpus;
	unsigned int nr_regions;
	struct model_vcpu vcpu[MODEL_MAX_VCPUS]; /* in creation order */
	struct model_region region[MODEL_MAX_REGIONS]; /* by index; last, for model_copy() */
};

/* expect.c */
void allow(struct expect *want, enum op_status status, int err, enum rule_id rule);
void allow_done(struct expect *want, enum rule_id rule);
void allow_error(struct expect *want, int err, enum rule_id rule);
void allow_usual_error(const struct model *m, struct expect *want, int usual, enum rule_id rule);
struct expect_val *expect_value(struct expect *want, u64 value, u64 known, enum rule_id rule);
void expect_part(struct expect_val *val, u64 mask, enum rule_id rule);
bool chosen(const struct model *m, enum profile_choice choice);

/* redist.c */
bool ranges_overlap(u64 base, u64 bytes, u64 other_base, u64 other_bytes);
const struct model_vcpu *model_vcpu(const struct model *m, u64 vcpu_id);
u64 region_bytes(const struct model *m, const struct model_region *r, unsigned int more_vcpus);
void redist_place_all(struct model *m);
void expect_user_read(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_read(const struct model *m, const struct op *op, struct expect *want);
void expect_guest_walk(const struct model *m, const struct op *op, struct expect *want);

/* uapi.c */
void expect_create_vgic(const struct model *m, const struct op *op, struct expect *want);
void expect_create_vcpu(const struct model *m, const struct op *op, struct expect *want);
void expect_set_addr(const struct model *m, const struct op *op, struct expect *want);
void expect_get_addr(const struct model *m, const struct op *op, struct expect *want);
void expect_redist_region(const struct model *m, const struct op *op, struct expect *want);
void expect_get_redist_region(const struct model *m, const struct op *op, struct expect *want);
void expect_init_vgic(const struct model *m, const struct op *op, struct expect *want);
void expect_run(const struct model *m, const struct op *op, struct expect *want);
bool expect_entry(const struct model *m, u64 vcpu_id, struct expect *want);

#endif /* LIB_MODEL_STATE_H */
