// SPDX-License-Identifier: GPL-2.0-only
/*
 * Matrices: which combinations there are, and which of them has which number.
 */
#include "lib/prog/gen_matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"

/* The combinations that there are, each as a number of the whole product. */
struct matrix_index {
	u64 nr, max;
	u32 *product;
};

/* The first axis changes slowest. */
static void values_of(const struct matrix *m, u64 product, u8 *at)
{
	for (unsigned int i = m->nr_axes; i--;) {
		at[i] = (u8)(product % m->axis[i].nr);
		product /= m->axis[i].nr;
	}
}

static bool is_in_hole(const struct matrix *m, const struct matrix_hole *hole, const u8 *at)
{
	for (unsigned int i = 0; i < m->nr_axes; i++) {
		if (hole->in[i] && !(hole->in[i] & IS(at[i])))
			return false;
	}
	return true;
}

/**
 * matrix_hole_at() - what leaves a combination out
 * @m:  the matrix
 * @at: a value of each axis
 *
 * Return: the first row that does, or NULL if there is such a combination.
 */
const struct matrix_hole *matrix_hole_at(const struct matrix *m, const u8 *at)
{
	for (unsigned int i = 0; i < m->nr_holes; i++) {
		if (is_in_hole(m, &m->hole[i], at))
			return &m->hole[i];
	}
	return NULL;
}

static void free_index(struct matrix_index *index)
{
	if (index)
		free(index->product);
	free(index);
}

/* Is @axis the last one that the row says something about? */
static bool hole_ends_at(const struct matrix *m, const struct matrix_hole *hole, unsigned int axis)
{
	for (unsigned int i = axis + 1; i < m->nr_axes; i++) {
		if (hole->in[i])
			return false;
	}
	return hole->in[axis];
}

static bool is_left_out(const struct matrix *m, const u8 *at, unsigned int axis)
{
	for (unsigned int i = 0; i < m->nr_holes; i++) {
		if (hole_ends_at(m, &m->hole[i], axis) && is_in_hole(m, &m->hole[i], at))
			return true;
	}
	return false;
}

static bool varies_too_much(const struct matrix *m, const u8 *at, unsigned int axis)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i <= axis; i++)
		nr += m->varied >> i & 1 && at[i];
	return m->most_varied && nr > m->most_varied;
}

/* Goes on with each value of @axis; what a row leaves out is not looked into. */
static void fill_index(const struct matrix *m, struct matrix_index *index, unsigned int axis,
		       u64 product, u8 *at)
{
	for (unsigned int i = 0; i < m->axis[axis].nr; i++) {
		u64 number = product * m->axis[axis].nr + i;

		at[axis] = (u8)i;
		if (is_left_out(m, at, axis) || varies_too_much(m, at, axis))
			continue;
		if (axis + 1 < m->nr_axes) {
			fill_index(m, index, axis + 1, number, at);
			continue;
		}
		if (index->nr == index->max) {
			index->max = index->max ? 2 * index->max : 1024;
			index->product =
				xrealloc(index->product, index->max * sizeof(*index->product));
		}
		index->product[index->nr++] = (u32)number;
	}
}

static struct matrix_index *make_index(const struct matrix *m)
{
	struct matrix_index *index = xcalloc(1, sizeof(*index));
	u8 at[MATRIX_MAX_AXES] = { 0 };

	fill_index(m, index, 0, 0, at);
	return index;
}

/* Several threads may be the first. */
static const struct matrix_index *index_of(struct matrix *m)
{
	struct matrix_index *index = __atomic_load_n(&m->index, __ATOMIC_ACQUIRE), *made;

	if (index)
		return index;
	made = make_index(m);
	if (__atomic_compare_exchange_n(&m->index, &index, made, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return made;
	free_index(made);
	return index;
}

/**
 * matrix_forget() - release what a matrix keeps of its combinations
 * @m: the matrix, that nobody else uses
 */
void matrix_forget(struct matrix *m)
{
	free_index(m->index);
	m->index = NULL;
}

/**
 * matrix_count() - the size of a matrix
 * @m: the matrix
 *
 * Return: combinations.
 */
u64 matrix_count(struct matrix *m)
{
	return index_of(m)->nr;
}

/**
 * matrix_at() - a combination by its number
 * @m:      the matrix
 * @number: below matrix_count()
 * @at:     receives a value of each axis
 */
void matrix_at(struct matrix *m, u64 number, u8 *at)
{
	values_of(m, index_of(m)->product[number], at);
}

/**
 * matrix_describe() - a combination in words
 * @m:     the matrix
 * @at:    a value of each axis
 * @buf:   receives the words of the values, terminated
 * @bytes: of @buf
 */
void matrix_describe(const struct matrix *m, const u8 *at, char *buf, size_t bytes)
{
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < m->nr_axes && len < bytes; i++) {
		const char *word = m->axis[i].word[at[i]];

		if (word[0])
			len += (size_t)snprintf(buf + len, bytes - len, "%s%s", len ? ", " : "",
						word);
	}
}

/**
 * matrix_comment() - have the words of a combination above a program
 * @m:  the matrix
 * @at: a value of each axis
 * @p:  a program without operations
 */
void matrix_comment(const struct matrix *m, const u8 *at, struct prog *p)
{
	char words[256], comment[264];

	matrix_describe(m, at, words, sizeof(words));
	snprintf(comment, sizeof(comment), "# %s\n", words);
	p->above = xstrndup(comment, strlen(comment));
}
