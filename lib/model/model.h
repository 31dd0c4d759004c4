/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference model: what a vGIC and its device API may answer to an
 * operation.  It does no I/O, allocates nothing after creation and includes
 * nothing of KVM.
 *
 * Freedom is resolved by what was seen: model_expect() says what is allowed and
 * leaves the state alone; model_commit() is the only function that changes it,
 * to follow the allowed answer that came.
 */
#ifndef LIB_MODEL_MODEL_H
#define LIB_MODEL_MODEL_H

#include "lib/model/deviation.h"
#include "lib/model/profile.h"
#include "lib/model/rules.h"
#include "lib/prog/prog.h"

struct model;

struct model_config {
	enum gic_version gic;
	unsigned int ipa_bits; /* width of guest physical addresses */
	unsigned int max_vcpus; /* of a VM before it has a vGIC: KVM_CAP_MAX_VCPU_ID */
	const struct profile *profile;
	u64 icc_ctlr; /* ICC_CTLR_EL1 of the host's CPU interface, 0 if it is not known */
	unsigned int list_regs; /* of the host's CPU interface, 0 for the profile's */
	bool sgis_without_active; /* the host gives SGIs that have no active state (GICv4.1) */
	struct deviation_set deviations; /* of the implementation under test */
};

#define EXPECT_MAX_ALTS 12
#define EXPECT_MAX_PARTS 4
#define EXPECT_MAX_ONE_OF 1200
#define EXPECT_MAX_DEVIANTS 2400

/* Any errno at all: the document says that it fails, and no more. */
#define EXPECT_ANY_ERRNO 0

/* One answer that is allowed. */
struct expect_alt {
	enum op_status status;
	int err; /* if OP_FAILED */
	enum rule_id rule; /* why */
};

/* Some bits of a value and the rule that fixes them. */
struct expect_part {
	u64 mask;
	enum rule_id rule;
};

struct expect_val {
	u64 value; /* of the known bits; if none is, what may be taken for an answer */
	u64 known; /* bits that are fixed; the others may be anything */
	int reg; /* an enum reg_id for messages, or -1 */
	enum rule_id rule; /* of known bits that are in no part */
	u64 doubtful; /* bits that a deviation may have changed */
	enum deviation_id doubt; /* that deviation */
	struct expect_part part[EXPECT_MAX_PARTS];
	unsigned int nr_parts;
};

struct expect {
	struct expect_alt alt[EXPECT_MAX_ALTS];
	unsigned int nr_alts;
	/* Values of an OP_DONE answer, and of an OP_NO_LAST one. */
	struct expect_val val[OP_MAX_VALS];
	unsigned int nr_vals;
	enum rule_id vals_rule; /* that fixes how many there are */
	/*
	 * If nr_one_of is not 0, val[0] is one of these; its known bits are those
	 * that matter.
	 */
	u32 one_of[EXPECT_MAX_ONE_OF];
	unsigned int nr_one_of;
	/*
	 * What these values are of: an enum deviation_id, or NR_DEVIATIONS if they
	 * are what the rules say.
	 */
	enum deviation_id deviation;
	/* Instead of what is allowed, the implementation's deviations may give these. */
	struct expect_deviant {
		u32 value; /* of val[0] */
		enum deviation_id deviation;
	} deviant[EXPECT_MAX_DEVIANTS];
	unsigned int nr_deviants;
	/* The state that follows depends on val[0]: an acknowledge, or a call of PSCI. */
	bool decides;
	/* The state is lost: any answer is allowed, and to all that follows. */
	bool unpredicted;
};

__must_check struct model *model_create(void);
void model_destroy(struct model *m);
void model_reset(struct model *m, const struct model_config *config);
void model_reset_for(struct model *m, const struct model_config *config, const struct prog *p);
void model_move(struct model *m, const struct model_config *config);
void model_copy(struct model *to, const struct model *from);
__must_check struct model *model_clone(const struct model *from);
u64 model_hash(const struct model *m);

void model_expect(const struct model *m, const struct op *op, struct expect *want);
void model_side_by_side(struct model *m, bool begins);
void model_commit(struct model *m, const struct op *op, const struct op_result *seen);

u32 model_affinity(u64 vcpu_id);

#endif /* LIB_MODEL_MODEL_H */
