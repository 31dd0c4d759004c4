/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `vgicheck fuzz` knows of a campaign, and keeps in a file so that it can go
 * on after the machine died.
 */
#ifndef HARNESS_FUZZ_H
#define HARNESS_FUZZ_H

#include "harness/reduction.h"

#define FUZZ_MAX_FINDINGS 256 /* of more only the number is known */
#define FUZZ_MAX_KEPT 3 /* programs of each finding */
#define FUZZ_MAX_KNOWN 256
#define FUZZ_MAX_SUSPECTS 256
#define FUZZ_WEIGHTS_BYTES 512
#define FUZZ_FILE_BYTES 64

enum finding_state {
	FINDING_NEW,
	FINDING_REDUCING, /* if that is what a campaign goes on from, the machine died of it */
	FINDING_DONE,
};

/* Something that no entry knows; one for each signature. */
struct finding {
	char name[SIGNATURE_NAME_BYTES]; /* of the signature */
	enum finding_state state;
	u64 index; /* of the first program that showed it */
	u64 count; /* programs that showed it */
	unsigned int kept;
	struct hits hits; /* of the first program */
	u64 nr_ops; /* that are left of it */
};

struct known_count {
	char id[KNOWN_TEXT_BYTES];
	u64 count; /* programs that showed it */
};

enum suspect_state { SUSPECT_NEW, SUSPECT_TRYING, SUSPECT_CLEARED, SUSPECT_GUILTY };

/* A program that was in flight when the machine died. */
struct suspect {
	char file[FUZZ_FILE_BYTES]; /* below the output folder */
	enum suspect_state state;
};

struct fuzz_state {
	u64 seed;
	char weights[FUZZ_WEIGHTS_BYTES];
	u64 next; /* all programs below were run */
	u64 seconds; /* used so far */
	u64 programs, operations, skipped;
	u64 restarts;
	u64 more; /* findings beyond FUZZ_MAX_FINDINGS */
	struct finding finding[FUZZ_MAX_FINDINGS];
	unsigned int nr_findings;
	struct known_count known[FUZZ_MAX_KNOWN];
	unsigned int nr_known;
	struct suspect suspect[FUZZ_MAX_SUSPECTS];
	unsigned int nr_suspects;
};

/* harness/fuzz_state.c */
__must_check int fuzz_state_save(const struct fuzz_state *st, const char *out);
__must_check int fuzz_state_load(struct fuzz_state *st, const char *out);
struct finding *fuzz_state_find(struct fuzz_state *st, const char *name);
void fuzz_state_count_known(struct fuzz_state *st, const char *id);
void fuzz_state_add_suspects(struct fuzz_state *st, const char *out);

/* One suite of a campaign, and how often compared with the others. */
struct fuzz_suite {
	const struct suite *suite;
	u64 weight;
};

struct fuzz_mix {
	struct fuzz_suite *suite;
	unsigned int nr;
	u64 seed;
	bool chosen; /* the weights were given */
	const char *op_weights; /* as they were given, or NULL */
	u8 op_weight[NR_OPS]; /* what they say */
};

/* harness/fuzz_mix.c */
__must_check int fuzz_mix_make(struct fuzz_mix *mix, const char *weights, const char *op_weights,
			       u64 seed);
void fuzz_mix_fit(struct fuzz_mix *mix, const struct session *s);
void fuzz_mix_print(const struct fuzz_mix *mix, char *buf, size_t bytes);
bool fuzz_mix_is_empty(const struct fuzz_mix *mix);
void fuzz_mix_program(const struct fuzz_mix *mix, u64 index, struct prog *p);
void fuzz_mix_free(struct fuzz_mix *mix);

/* A campaign. */
struct fuzz {
	const struct session *session;
	const struct fuzz_mix *mix;
	struct fuzz_state *st;
	struct trials *pool;
};

/* harness/fuzz_finding.c */
void fuzz_take(struct fuzz *f, const struct prog *p, const struct trial *t);
void fuzz_reduce(struct fuzz *f, struct finding *finding);

#endif /* HARNESS_FUZZ_H */
