/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Known divergences: the entries of corpora/known, each of which names one
 * symptom on a range of kernels.
 */
#ifndef LIB_JUDGE_KNOWN_H
#define LIB_JUDGE_KNOWN_H

#include "lib/model/deviation.h"
#include "lib/model/profile.h"
#include "lib/prog/prog.h"

#define KNOWN_TEXT_BYTES 160
#define KNOWN_MAX_RULES 16
#define KNOWN_MAX_GOT 8

struct known {
	char id[KNOWN_TEXT_BYTES]; /* the file's name without .known */
	enum implementation implementation;
	unsigned int from, to; /* versions, major * 1000 + minor, both included */
	enum host host; /* that it is about, HOST_ANY for all */
	enum rule_id rule[KNOWN_MAX_RULES]; /* that are broken */
	unsigned int nr_rules;
	bool shown_by[NR_OPS + 1]; /* by enum op_id; NR_OPS is the kernel log */
	unsigned int nr_ops; /* of these */
	char got[KNOWN_MAX_GOT][KNOWN_TEXT_BYTES]; /* patterns for what the judge prints */
	unsigned int nr_got;
	char when[KNOWN_TEXT_BYTES]; /* ARG>=N, ARG<=N or ARG=N, or empty */
	enum op_id after_op; /* only after this one got that, or NR_OPS */
	char after_got[KNOWN_TEXT_BYTES]; /* name of an errno */
	bool hazard; /* after_op getting after_got crashes the kernel */
	bool chance; /* whether its program shows it depends on what else happens meanwhile */
	char program[KNOWN_TEXT_BYTES]; /* that shows it, below corpora */
	char upstream[KNOWN_TEXT_BYTES]; /* where it is fixed or reported */
	int deviation; /* that the model follows, an enum deviation_id, or -1 */
};

struct known_list {
	struct known *known;
	size_t nr;
};

__must_check int known_parse(struct known *k, const char *text, struct prog_error *err);
__must_check int known_load_dir(struct known_list *list, const char *dir, char *error,
				size_t bytes);
void known_list_free(struct known_list *list);
bool known_concerns(const struct known *k, struct release of);
struct deviation_set known_deviations(const struct known_list *list, struct release of);
const struct known *known_find_deviation(const struct known_list *list, struct release of,
					 enum deviation_id deviation);
const struct known *known_find(const struct known_list *list, struct release of, enum rule_id rule,
			       const char *got, const struct prog *p,
			       const struct op_result *results, size_t op);

#endif /* LIB_JUDGE_KNOWN_H */
