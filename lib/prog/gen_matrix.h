/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Matrices: every combination of a value of each of some axes, but for those that
 * a table leaves out.  What the values mean is for the generator that has them.
 */
#ifndef LIB_PROG_GEN_MATRIX_H
#define LIB_PROG_GEN_MATRIX_H

#include "lib/prog/prog.h"

#define MATRIX_MAX_AXES 12
#define MATRIX_MAX_VALUES 32

/* A bit for each value of an axis that is meant, and for each that is not. */
#define IS(value) (1u << (value))
#define IS_NOT(value) (~IS(value))

struct matrix_axis {
	const char *name;
	unsigned int nr; /* values */
	const char *const *word; /* of each; "" for what need not be said */
};

/*
 * Combinations that there are not: those whose value of each axis is in the mask
 * of that axis.  A mask of 0 is of all values.
 */
struct matrix_hole {
	const char *why;
	u32 in[MATRIX_MAX_AXES];
};

struct matrix {
	const struct matrix_axis *axis;
	unsigned int nr_axes;
	const struct matrix_hole *hole;
	unsigned int nr_holes;
	/*
	 * Of the axes in @varied, a bit each, at most so many have another value than
	 * their first; 0 if all may.
	 */
	u32 varied;
	unsigned int most_varied;
	/* Made when it is first needed; atomic. */
	struct matrix_index *index;
};

const struct matrix_hole *matrix_hole_at(const struct matrix *m, const u8 *at);
u64 matrix_count(struct matrix *m);
void matrix_at(struct matrix *m, u64 number, u8 *at);
void matrix_forget(struct matrix *m);
void matrix_comment(const struct matrix *m, const u8 *at, struct prog *p);
void matrix_describe(const struct matrix *m, const u8 *at, char *buf, size_t bytes);

#endif /* LIB_PROG_GEN_MATRIX_H */
