// SPDX-License-Identifier: GPL-2.0-only
/*
 * A number for a state, member by member, so that neither padding nor what lies
 * beyond the end of a list counts.
 */
#include "lib/model/state.h"

/* FNV-1a by words. */
static u64 hash_u64(u64 hash, u64 value)
{
	return (hash ^ value) * 0x100000001b3ULL;
}

static u64 hash_bank(u64 h, const struct model_bank *b)
{
	h = hash_u64(h, b->group | (u64)b->enable << 32);
	h = hash_u64(h, b->latch | (u64)b->line << 32);
	h = hash_u64(h, b->active | (u64)b->edge << 32);
	h = hash_u64(h, b->routed | (u64)b->unseen << 32);
	h = hash_u64(h, b->moved | (u64)b->stuck << 32);
	h = hash_u64(h, b->soft | (u64)b->loose << 32);
	h = hash_u64(h, b->slipped | (u64)b->raised << 32);
	h = hash_u64(h, b->open | (u64)b->forced << 32);
	h = hash_u64(h, b->uncounted | (u64)b->vague << 32);
	h = hash_u64(h, b->fresh | (u64)b->late << 32);
	h = hash_u64(h, b->back);
	for (unsigned int i = 0; i < ARRAY_SIZE(b->prio); i += 4)
		h = hash_u64(h, b->prio[i] | (u64)b->prio[i + 1] << 8 | (u64)b->prio[i + 2] << 16 |
					(u64)b->prio[i + 3] << 24);
	for (u32 bits = b->stuck; bits; bits &= bits - 1)
		h = hash_u64(h, b->stuck_by[__builtin_ctz(bits)]);
	return h;
}

static u64 hash_cpuif(u64 h, const struct model_cpuif *c)
{
	h = hash_u64(h, c->pmr | (u64)c->pmr_has_more << 8 | (u64)c->bpr[0] << 16 |
				(u64)c->bpr[1] << 24 | (u64)c->user_pri_bits << 32 |
				(u64)c->user_id_bits << 40 | (u64)c->abpr_below << 48 |
				(u64)c->pmr_low << 56);
	h = hash_u64(h, c->enable[0] | (u64)c->enable[1] << 1 | (u64)c->cbpr << 2 |
				(u64)c->eoimode << 3 | (u64)c->ackctl << 4 | (u64)c->fiqen << 5 |
				(u64)c->misdropped << 6 | (u64)c->special_dropped << 7 |
				(u64)c->written << 8 | (u64)c->unloaded << 16 |
				(u64)c->bpr1_right << 24);
	h = hash_u64(h, c->nr_acks);
	for (unsigned int i = 0; i < c->nr_acks; i++)
		h = hash_u64(h, c->ack[i].intid | (u64)c->ack[i].source << 16 |
					(u64)c->ack[i].group << 24 | (u64)c->ack[i].level << 32);
	for (unsigned int group = 0; group < 2; group++) {
		h = hash_u64(h, c->ap[group][0]);
		h = hash_u64(h, c->ap[group][1]);
	}
	return h;
}

static u64 hash_remembered(u64 h, const struct model_remembered *list, unsigned int nr)
{
	h = hash_u64(h, nr);
	for (unsigned int i = 0; i < nr; i++)
		h = hash_u64(h, list[i].value | (u64)list[i].group << 32);
	return h;
}

static u64 hash_vcpu(u64 h, const struct model_vcpu *v)
{
	h = hash_u64(h, v->id | (u64)v->has_run << 16 | (u64)v->sleeps << 17 | (u64)v->held << 18 |
				(u64)v->has_frame << 19 | (u64)v->lpis_enabled << 20 |
				(u64)v->mp_state << 21 | (u64)v->inside << 29 |
				(u64)v->starts << 30 | (u64)v->affinity << 32);
	for (unsigned int i = 0; i < ARRAY_SIZE(v->lpi_table); i++)
		h = hash_u64(hash_u64(h, v->lpi_table[i]), v->lpi_table_known[i]);
	h = hash_u64(h, v->has_frame ? v->region | (u64)v->slot << 16 : 0);
	for (unsigned int i = 0; i < NR_SGIS; i++)
		h = hash_u64(h, v->sgi_source[i] | (u64)v->sgi_active[i] << 8);
	h = hash_u64(h, v->sgi_resent);
	h = hash_bank(h, &v->irqs);
	for (unsigned int i = 0; i < NR_TIMERS; i++) {
		h = hash_u64(h, v->timer[i].ctl);
		h = hash_u64(h, v->timer[i].ctl_known);
		h = hash_u64(hash_u64(h, v->timer[i].cval),
			     v->timer[i].cval_known | (u64)v->timer[i].tval << 1);
	}
	h = hash_cpuif(h, &v->cpuif);
	h = hash_remembered(h, v->remembered, v->nr_remembered);
	return hash_remembered(h, v->ended, v->nr_ended);
}

static u64 hash_dist(u64 h, const struct model *m)
{
	h = hash_u64(h, m->nr_irqs | (u64)m->nr_irqs_set << 32 | (u64)m->groups_writable << 34 |
				(u64)m->dist_enable[0] << 35 | (u64)m->dist_enable[1] << 36 |
				(u64)m->nassgicap << 37 | (u64)m->nassgireq << 38 |
				(u64)m->iidr_rev << 40 | (u64)m->nr_its << 48);
	for (unsigned int n = NR_PRIVATE; n < m->nr_irqs && n < MODEL_MAX_IRQS; n += 32)
		h = hash_bank(h, &m->spi[n / 32 - 1]);
	for (unsigned int n = NR_PRIVATE; n < m->nr_irqs && n < MODEL_MAX_IRQS; n++)
		h = hash_u64(h, m->route[n] | (u64)m->active_on[n] << 32 |
					(u64)m->moved_from[n] << 40);
	return h;
}

static u64 hash_its(u64 h, const struct model_its *its)
{
	h = hash_u64(h, its->base);
	h = hash_u64(h, its->initialised | (u64)its->enabled << 1 | (u64)its->cwriter_known << 2 |
				(u64)its->saved << 3 | (u64)its->cbaser_written << 4 |
				(u64)its->last_rule << 32);
	h = hash_u64(h, its->creadr | (u64)its->cwriter << 32);
	h = hash_u64(hash_u64(hash_u64(h, its->cbaser), its->baser[0]), its->baser[1]);
	h = hash_u64(hash_u64(h, its->baser_known[0]), its->baser_known[1]);
	h = hash_u64(h,
		     its->nr_devices | (u64)its->nr_collections << 16 | (u64)its->nr_listed << 32);
	for (unsigned int i = 0; i < its->nr_devices; i++) {
		h = hash_u64(h, its->device[i].id | (u64)its->device[i].event_bits << 32 |
					(u64)its->device[i].kept << 40);
		h = hash_u64(h, its->device[i].itt);
	}
	for (unsigned int i = 0; i < its->nr_collections; i++)
		h = hash_u64(h, its->collection[i].icid | (u64)its->collection[i].vcpu << 32 |
					(u64)its->collection[i].doubtful << 48 |
					(u64)its->collection[i].kept << 49);
	for (unsigned int i = 0; i < its->nr_listed; i++)
		h = hash_u64(h, its->listed[i]);
	return h;
}

static u64 hash_event(u64 h, const struct model_event *e)
{
	h = hash_u64(h, e->its | (u64)e->arrived << 8 | (u64)e->orphan << 9 | (u64)e->icid << 16 |
				(u64)e->intid << 32);
	return hash_u64(h, e->device | (u64)e->event << 32);
}

static u64 hash_configs(u64 h, const struct model_lpis *l)
{
	h = hash_u64(h, l->propbaser_reset);
	for (unsigned int n = 0; n < ARRAY_SIZE(l->stray); n++)
		h = hash_u64(h, l->stray[n]);
	for (unsigned int i = 0; i < MODEL_MAX_LPIS; i++) {
		const struct model_lpi_config *c = &l->config[i];

		h = hash_u64(h, c->nr | (u64)(u16)l->vcpu_of[i] << 48);
		h = hash_u64(h, (u64)(u16)l->stray_to[i] << 16 | (u64)l->moved_by[i] << 32 |
					(u64)l->moved_from[i] << 48);
		for (unsigned int n = 0; n < c->nr; n++)
			h = hash_u64(h, c->byte[n]);
	}
	return h;
}

static u64 hash_lpis(u64 h, const struct model_lpi_bits *b)
{
	for (const u64 *word = b->pending; word < (const u64 *)(b + 1); word++)
		h = hash_u64(h, *word);
	return h;
}

static u64 hash_routes(u64 h, const struct model *m)
{
	h = hash_u64(hash_u64(h, m->routes), m->routes_are_set);
	h = hash_u64(h, m->resampling);
	for (u64 bits = m->resampling; bits; bits &= bits - 1)
		h = hash_u64(h, m->resampled[__builtin_ctzll(bits)]);
	for (u64 bits = m->routes; bits; bits &= bits - 1) {
		const struct model_msi *msi = &m->msi_route[__builtin_ctzll(bits)];

		h = hash_u64(hash_u64(h, msi->at), msi->data | (u64)msi->devid << 32);
		h = hash_u64(h, msi->flags);
	}
	return h;
}

static u64 hash_mem(u64 h, const struct model *m)
{
	for (unsigned int i = 0; i < NR_MEM_PAGES; i++)
		h = hash_u64(h, m->mem_page_of[i]);
	for (unsigned int i = 0; i < m->nr_mem_pages; i++) {
		for (unsigned int n = 0; n < MEM_PAGE_WORDS; n++) {
			h = hash_u64(h, m->mem_page[i].word[n] & m->mem_page[i].known[n]);
			h = hash_u64(h, m->mem_page[i].known[n]);
		}
	}
	return h;
}

/**
 * model_hash() - a number that equal states share
 * @m: a model
 *
 * Return: 64 bits; of all that was configured and of all interrupts.
 */
u64 model_hash(const struct model *m)
{
	u64 h = 0xcbf29ce484222325ULL;

	h = hash_u64(h, m->has_vgic | (u64)m->initialised << 1 | (u64)m->mapped << 2 |
				(u64)m->map_failed << 3 | (u64)m->any_slipped << 4 |
				(u64)m->lost << 5 | (u64)m->crowded << 6 | (u64)m->failing << 24 |
				(u64)m->crowded_on << 8 | (u64)m->loosened_by << 32);
	for (unsigned int i = 0; i < NR_ADDR_TYPES; i++)
		h = hash_u64(h, m->addr[i]);
	h = hash_dist(h, m);
	for (unsigned int i = 0; i < m->nr_vcpus; i++)
		h = hash_vcpu(h, &m->vcpu[i]);
	for (unsigned int i = 0; i < m->nr_regions; i++) {
		h = hash_u64(h, m->region[i].base);
		h = hash_u64(h, m->region[i].count | (u64)m->region[i].used << 16);
	}
	for (unsigned int i = 0; m->nr_its && i < m->nr_vcpus; i++)
		h = hash_lpis(h, &m->lpis[i]);
	for (unsigned int i = 0; i < m->nr_its; i++)
		h = hash_its(h, &m->its[i]);
	h = hash_u64(h, m->nr_events);
	for (unsigned int i = 0; i < m->nr_events; i++)
		h = hash_event(h, &m->event[i]);
	h = m->nr_its ? hash_configs(h, &m->lpi) : h;
	h = hash_routes(h, m);
	h = m->mem_used ? hash_mem(h, m) : h;
	return h;
}
