// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration of LPIs, in memory and in what may be cached of it (IHI 0069H
 * 5.1.1 LPI Configuration tables).
 */
#include <string.h>

#include "lib/model/state.h"

/* Those that share a configuration table must agree, so that any will do; 0 without a PE. */
static u64 config_table(const struct model *m)
{
	unsigned int i = 0;

	while (i < m->nr_vcpus && !m->vcpu[i].lpis_enabled)
		i++;
	if (!m->nr_vcpus)
		return 0;
	if (i == m->nr_vcpus)
		i = 0;
	return m->vcpu[i].lpi_table[PROPBASER] &
	       reg_field_mask(FIELD_GICR_PROPBASER_Physical_Address);
}

/*
 * The configuration of an LPI in memory.  The priority has as many bits as all
 * others (IHI 0069H 4.8), six at most.
 */
static u8 config_bits(const struct model *m)
{
	return ((u8)bits_mask(7, 8 - param(m, PARAM_DIST_PRI_BITS)) & 0xfc) | 1;
}

/* It may be cached, beside what may be so already. */
static void cache_config(struct model *m, unsigned int lpi, u8 config)
{
	struct model_lpi_config *c = &m->lpi.config[lpi];

	for (unsigned int i = 0; i < c->nr; i++) {
		if (c->byte[i] == config)
			return;
	}
	if (c->nr == MAX_LPI_CONFIGS)
		m->lost = true;
	else
		c->byte[c->nr++] = config;
}

/**
 * lpi_has_config() - has the configuration table an entry of an LPI?
 * @m:   of a VM with an ITS
 * @lpi: number from FIRST_LPI
 *
 * Return: whether it is in the program's memory.
 */
bool lpi_has_config(const struct model *m, unsigned int lpi)
{
	return mem_is_program(config_table(m) + lpi, 1);
}

/**
 * lpi_add_config() - an LPI's configuration may be cached as it is in memory now
 * @m:   of a VM with an ITS
 * @lpi: number from FIRST_LPI
 */
void lpi_add_config(struct model *m, unsigned int lpi)
{
	u8 bits = config_bits(m), known = 0, byte = 0;
	u64 at = config_table(m) + lpi;

	if (mem_is_program(at, 1))
		byte = mem_byte(m, at, &known);
	if (bits & ~known)
		m->lost = true;
	else
		cache_config(m, lpi, byte & bits);
}

/**
 * lpi_renew_config() - an LPI's configuration is read again
 * @m:   of a VM with an ITS
 * @lpi: number from FIRST_LPI
 */
void lpi_renew_config(struct model *m, unsigned int lpi)
{
	m->lpi.config[lpi].nr = 0;
	lpi_add_config(m, lpi);
}

/**
 * lpi_memory_written() - entries of the configuration table may have changed
 * @m:     of a VM with an ITS
 * @at:    gpa that was written
 * @bytes: how many
 *
 * Until it is invalidated, the old configuration may be in force or the new one
 * (IHI 0069H 5.1.1 LPI Configuration tables).
 */
void lpi_memory_written(struct model *m, u64 at, u64 bytes)
{
	u64 table = config_table(m);

	if (!ranges_overlap(at, bytes, table, MODEL_MAX_LPIS))
		return;
	for (u64 i = 0; i < bytes; i++) {
		u64 lpi = at + i - table;

		if (lpi < MODEL_MAX_LPIS && m->lpi.config[lpi].nr)
			lpi_add_config(m, (unsigned int)lpi);
	}
}

/**
 * lpi_may_be_enabled() - may a PE have an LPI enabled?
 * @m:   of a VM with an ITS
 * @lpi: number from FIRST_LPI
 *
 * Return: whether a configuration that may be cached says so.
 */
bool lpi_may_be_enabled(const struct model *m, unsigned int lpi)
{
	const struct model_lpi_config *config = &m->lpi.config[lpi];

	for (unsigned int i = 0; i < config->nr; i++) {
		if (config->byte[i] & 1)
			return true;
	}
	return false;
}

/* Are eight LPIs of no PE, which is usual? */
static bool are_of_none(const struct model *m, unsigned int lpi)
{
	u64 of[2];

	_Static_assert(sizeof(of) == 8 * sizeof(m->lpi.vcpu_of[0]), "-1 is all ones");
	memcpy(of, &m->lpi.vcpu_of[lpi], sizeof(of));
	return !~(of[0] & of[1]);
}

/* Of no PE, they have this configuration and no other. */
static void load_eight(struct model_lpi_config *c, u64 word)
{
	for (unsigned int i = 0; i < 8; i++) {
		c[i].nr = 1;
		c[i].byte[0] = (u8)(word >> 8 * i);
	}
}

static void load_config(struct model *m, unsigned int lpi, u8 config, bool are_there)
{
	struct model_lpi_config *c = &m->lpi.config[lpi];

	/* What was written since is cached already: lpi_memory_written(). */
	if (are_there && c->nr)
		return;
	if (its_vcpu_of(m, lpi) >= 0) {
		cache_config(m, lpi, config);
		return;
	}
	c->nr = 1;
	c->byte[0] = config;
}

/**
 * lpi_load_configs() - a PE's LPIs are enabled
 * @m:         of a VM with an ITS
 * @are_there: those of another PE were enabled before
 *
 * Configurations are cached from now on at the latest.
 */
void lpi_load_configs(struct model *m, bool are_there)
{
	u64 bits = config_bits(m) * (~0ULL / 0xff); /* of eight entries */
	u64 table = config_table(m), known;

	for (unsigned int lpi = 0; lpi < MODEL_MAX_LPIS; lpi += 8) {
		u64 word = mem_u64(m, table + lpi, &known) & bits;

		m->lost |= (bits & ~known) != 0;
		if (!are_there && are_of_none(m, lpi)) {
			load_eight(&m->lpi.config[lpi], word);
			continue;
		}
		for (unsigned int i = lpi; i < lpi + 8; i++, word >>= 8)
			load_config(m, i, (u8)word, are_there);
	}
}

/**
 * lpi_ack_priority() - the priority of an LPI that was acknowledged
 * @m:     the model
 * @intid: of an LPI
 * @prio:  receives it
 *
 * Return: whether it is known.
 */
bool lpi_ack_priority(const struct model *m, unsigned int intid, u8 *prio)
{
	const struct model_lpi_config *c;
	bool found = false;

	if (!m->nr_its || intid - FIRST_LPI >= MODEL_MAX_LPIS)
		return false;
	c = &m->lpi.config[intid - FIRST_LPI];
	for (unsigned int i = 0; i < c->nr; i++) {
		if (!(c->byte[i] & 1))
			continue;
		if (found && (c->byte[i] & 0xfe) != *prio)
			return false;
		found = true;
		*prio = c->byte[i] & 0xfe;
	}
	return found;
}
