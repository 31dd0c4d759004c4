// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model's life, its dispatch, and what an operation that succeeded changes.
 * What is allowed is in uapi.c and redist.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/model/state.h"
#include "lib/prog/mem.h"

typedef void expect_fn(const struct model *m, const struct op *op, struct expect *want);
typedef void commit_fn(struct model *m, const struct op *op, const struct op_result *seen);

static expect_fn *const expect_fns[NR_OPS] = {
	[OP_CREATE_VGIC] = expect_create_vgic,
	[OP_CREATE_VCPU] = expect_create_vcpu,
	[OP_SET_ADDR] = expect_set_addr,
	[OP_GET_ADDR] = expect_get_addr,
	[OP_REDIST_REGION] = expect_redist_region,
	[OP_GET_REDIST_REGION] = expect_get_redist_region,
	[OP_INIT_VGIC] = expect_init_vgic,
	[OP_RUN] = expect_run,
	[OP_USER_READ] = expect_user_read,
	[OP_USER_WRITE] = expect_user_write,
	[OP_READ_LEVEL] = expect_level,
	[OP_WRITE_LEVEL] = expect_level,
	[OP_SET_NR_IRQS] = expect_set_nr_irqs,
	[OP_GET_NR_IRQS] = expect_get_nr_irqs,
	[OP_SAVE_PENDING_TABLES] = expect_save_pending_tables,
	[OP_HAS_ATTR] = expect_has_attr,
	[OP_HOLD] = expect_hold,
	[OP_RELEASE] = expect_release,
	[OP_IRQ_LINE] = expect_irq_line,
	[OP_SIGNAL_MSI] = expect_signal_msi,
	[OP_FAIL] = expect_fail,
	[OP_MIGRATE] = expect_migrate,
	[OP_CREATE_ITS] = expect_create_its,
	[OP_SET_ITS_ADDR] = expect_set_its_addr,
	[OP_INIT_ITS] = expect_init_its,
	[OP_MEM_READ] = expect_mem_read,
	[OP_MEM_WRITE] = expect_mem_store,
	[OP_MAPD] = expect_mem_store,
	[OP_MAPC] = expect_mem_store,
	[OP_RESET_ITS] = expect_reset_its,
	[OP_SAVE_TABLES] = expect_save_tables,
	[OP_RESTORE_TABLES] = expect_restore_tables,
	[OP_ROUTE_MSI] = expect_route_msi,
	[OP_IRQFD] = expect_irqfd,
	[OP_RESAMPLE] = expect_irqfd,
	[OP_RESAMPLED] = expect_resampled,
	[OP_MAPTI] = expect_mem_store,
	[OP_MAPI] = expect_mem_store,
	[OP_MOVI] = expect_mem_store,
	[OP_MOVALL] = expect_mem_store,
	[OP_COMMAND] = expect_mem_store,
	[OP_INV] = expect_mem_store,
	[OP_INVALL] = expect_mem_store,
	[OP_INT] = expect_mem_store,
	[OP_CLEAR] = expect_mem_store,
	[OP_DISCARD] = expect_mem_store,
	[OP_SYNC] = expect_mem_store,
	[OP_GUEST_READ] = expect_guest_read,
	[OP_GUEST_WRITE] = expect_guest_write,
	[OP_GUEST_ACK] = expect_guest_ack,
	[OP_GUEST_EOI] = expect_guest_eoi,
	[OP_GUEST_DEACTIVATE] = expect_guest_deactivate,
	[OP_GUEST_WALK] = expect_guest_walk,
	[OP_GUEST_LOAD] = expect_guest_load,
	[OP_GUEST_STORE] = expect_guest_store,
	[OP_GUEST_CLEAN] = expect_guest_barrier,
	[OP_GUEST_DSB] = expect_guest_barrier,
	[OP_GUEST_ISB] = expect_guest_barrier,
	[OP_GUEST_TAKE] = expect_guest_take,
	[OP_GUEST_WFI] = expect_guest_wfi,
	[OP_GUEST_IDLE] = expect_guest_idle,
	[OP_GUEST_WFIT] = expect_guest_wfit,
	[OP_GUEST_SUSPEND] = expect_guest_wfi,
	[OP_GUEST_CPU_OFF] = expect_guest_cpu_off,
	[OP_GUEST_CPU_ON] = expect_guest_cpu_on,
	[OP_GUEST_WFE] = expect_guest_barrier,
	[OP_HALT_POLL] = expect_halt_poll,
	[OP_SET_MP_STATE] = expect_set_mp_state,
	[OP_GET_MP_STATE] = expect_get_mp_state,
	[OP_AWAIT] = expect_await,
	[OP_GUEST_SERVE] = expect_guest_serve,
};

/**
 * model_create() - memory for a model
 *
 * Return: a model that model_reset() must see first, or NULL.
 */
struct model *model_create(void)
{
	return calloc(1, sizeof(struct model));
}

/**
 * model_destroy() - release a model
 * @m: from model_create(), or NULL
 */
void model_destroy(struct model *m)
{
	free(m);
}

/**
 * model_reset() - a new VM
 * @m:      from model_create()
 * @config: copied, but its profile must outlive @m
 */
void model_reset(struct model *m, const struct model_config *config)
{
	memset(m, 0, offsetof(struct model, vcpu));
	m->config = *config;
	m->loosened_by = NR_DEVIATIONS;
	for (unsigned int i = 0; i < NR_ADDR_TYPES; i++)
		m->addr[i] = ADDR_UNSET;
}

/**
 * model_reset_for() - the new VM that a program begins with
 * @m:      from model_create()
 * @config: copied, but for its gic and ipa_bits
 * @p:      the program, whose vm line says these
 */
void model_reset_for(struct model *m, const struct model_config *config, const struct prog *p)
{
	struct model_config own = *config;

	own.gic = p->gic;
	own.ipa_bits = p->ipa_bits;
	model_reset(m, &own);
}

/**
 * model_move() - the VM is another implementation's from now on
 * @m:      the model
 * @config: copied, but for its gic and ipa_bits
 */
void model_move(struct model *m, const struct model_config *config)
{
	struct model_config own = *config;

	own.gic = m->config.gic;
	own.ipa_bits = m->config.ipa_bits;
	m->config = own;
}

/**
 * model_copy() - make one model equal to another
 * @to:   from model_create()
 * @from: a model
 *
 * Copies the vCPUs, regions and memory that are used, not the room for others.
 */
void model_copy(struct model *to, const struct model *from)
{
	memcpy(to, from, offsetof(struct model, vcpu));
	memcpy(to->vcpu, from->vcpu, from->nr_vcpus * sizeof(from->vcpu[0]));
	memcpy(to->region, from->region, from->nr_regions * sizeof(from->region[0]));
	if (from->nr_its) {
		memcpy(to->its, from->its, from->nr_its * sizeof(from->its[0]));
		memcpy(to->event, from->event, from->nr_events * sizeof(from->event[0]));
		to->lpi = from->lpi;
		memcpy(to->lpis, from->lpis, from->nr_vcpus * sizeof(from->lpis[0]));
	}
	if (from->routes)
		memcpy(to->msi_route, from->msi_route, sizeof(from->msi_route));
	if (!from->mem_used)
		return;
	memcpy(to->mem_page_of, from->mem_page_of, sizeof(from->mem_page_of));
	memcpy(to->mem_page, from->mem_page, from->nr_mem_pages * sizeof(from->mem_page[0]));
}

/**
 * model_clone() - another model that is equal
 * @from: a model
 *
 * Return: a model that model_copy() or model_reset() may change, or NULL.
 */
struct model *model_clone(const struct model *from)
{
	struct model *m = malloc(sizeof(*m));

	if (m)
		model_copy(m, from);
	return m;
}

/* A VM that lost its vGIC at the first run may be unusable from then on. */
static void expect_dead(const struct model *m, struct expect *want)
{
	if (want->alt[0].status == OP_NO_OBJECT)
		return;
	want->unpredicted = chosen(m, CHOICE_LOST_AFTER_FAILED_MAP);
	if (chosen(m, CHOICE_DEAD_AFTER_FAILED_MAP)) {
		want->nr_alts = 0;
		want->nr_vals = 0;
	}
	allow_error(want, EIO, RULE_VM_DEAD);
}

/* No document says what an ITS is to a guest without a vGIC; one may be created first. */
static bool lacks_vgic(const struct model *m, const struct op *op)
{
	enum op_agent agent = op_desc(op->id)->agent;

	return m->nr_its && !m->has_vgic &&
	       (agent == AGENT_GUEST || agent == AGENT_DEV || op->id == OP_RUN ||
		op->id == OP_HOLD);
}

/**
 * model_expect() - what may an operation answer?
 * @m:    a model
 * @op:   the operation; any
 * @want: filled in: at least one alternative
 *
 * Changes nothing, so it may be asked about operations that will not be done.
 */
void model_expect(const struct model *m, const struct op *op, struct expect *want)
{
	want->nr_alts = 0;
	expect_no_values(want);
	want->unpredicted = m->lost || lacks_vgic(m, op);
	want->vals_rule = RULE_NO_OBJECT;
	expect_fns[op->id](m, op, want);
	if (m->map_failed && !op_is_on_mem(op) && op->id != OP_FAIL && op->id != OP_MIGRATE)
		expect_dead(m, want);
	if (m->failing)
		expect_failing(m, op, want);
}

static void commit_region(struct model *m, u64 base, u64 count)
{
	m->region[m->nr_regions++] = (struct model_region){ .base = base, .count = (u16)count };
	redist_place_all(m);
}

static void commit_set_addr(struct model *m, const struct op *op, const struct op_result *seen)
{
	u64 type = op_arg(op, ARG_SET_ADDR_type);
	u64 base = op_arg(op, ARG_SET_ADDR_base);

	(void)seen;
	if (type == ADDR_V3_REDIST)
		commit_region(m, base, 0);
	else
		m->addr[type] = base;
}

static void commit_create_vgic(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)op;
	(void)seen;
	m->has_vgic = true;
	m->nr_irqs = param(m, PARAM_NR_IRQS);
	m->iidr_rev = (u8)param(m, PARAM_IIDR_REV);
	m->nassgicap = m->config.gic == GIC_V3 && m->config.sgis_without_active;
	dist_reset(m);
}

static void commit_create_vcpu(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct model_vcpu *v = &m->vcpu[m->nr_vcpus++];

	(void)seen;
	memset(v, 0, sizeof(*v));
	v->id = (u16)op_arg(op, ARG_CREATE_VCPU_id);
	v->affinity = model_affinity(v->id);
	v->mp_state = op_arg(op, ARG_CREATE_VCPU_off) ? PROG_MP_STOPPED : PROG_MP_RUNNABLE;
	memset(&m->lpis[v - m->vcpu], 0, sizeof(m->lpis[0]));
	dist_reset_vcpu(m, v);
	cpuif_reset(m, &v->cpuif);
	timer_reset(v);
	redist_place_all(m);
}

/**
 * model_initialise() - the vGIC was initialised
 * @m: the model
 *
 * Its registers are as after reset since it was created: nothing changes them
 * before this.
 */
void model_initialise(struct model *m)
{
	/* It sets routes of its own (CHOICE_IRQFD_RAISES_LINE). */
	if (!m->initialised)
		m->routes_are_set = false;
	m->initialised = true;
	m->nr_irqs_set = true;
}

/* A vCPU entered the guest, or failed to. */
static void commit_entry(struct model *m, unsigned int vcpu, const struct op_result *seen)
{
	if (seen->status == OP_NO_OBJECT)
		return;
	if (seen->status == OP_FAILED) {
		m->map_failed |= m->has_vgic && !m->mapped;
		return;
	}
	m->mapped = m->has_vgic;
	/* Only a GICv2 can be initialised by the run itself. */
	if (m->has_vgic)
		model_initialise(m);
	cpuif_enter(m, &m->vcpu[vcpu]);
	m->vcpu[vcpu].has_run = true;
	m->vcpu[vcpu].starts = false;
}

/* All but accesses to the CPU interface, which may be done without an exit. */
static bool fills_list_registers(const struct model *m, const struct op *op)
{
	switch (op->id) {
	case OP_GUEST_READ:
	case OP_GUEST_WRITE:
		return guest_access_exits(m, op);
	case OP_GUEST_ACK:
	case OP_GUEST_EOI:
	case OP_GUEST_DEACTIVATE:
	case OP_GUEST_TAKE:
	case OP_GUEST_SERVE:
	/* These exit or not: what is in flight counts before and after. */
	case OP_GUEST_LOAD:
	case OP_GUEST_STORE:
	case OP_GUEST_CLEAN:
	case OP_GUEST_DSB:
	case OP_GUEST_ISB:
	case OP_GUEST_WFI:
	case OP_GUEST_IDLE:
	case OP_GUEST_WFIT:
	case OP_GUEST_SUSPEND:
	case OP_GUEST_CPU_OFF:
	case OP_GUEST_CPU_ON:
	case OP_GUEST_WFE:
		return false;
	default:
		return true;
	}
}

static void commit_redist_region(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)seen;
	commit_region(m, op_arg(op, ARG_REDIST_REGION_base), op_arg(op, ARG_REDIST_REGION_count));
}

static void commit_init_vgic(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)op;
	(void)seen;
	model_initialise(m);
}

static void commit_set_nr_irqs(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)seen;
	m->nr_irqs = (unsigned int)op_arg(op, ARG_SET_NR_IRQS_count);
	m->nr_irqs_set = true;
}

static void commit_release(struct model *m, const struct op *op, const struct op_result *seen)
{
	(void)seen;
	m->vcpu[vcpu_number(m, op_arg(op, ARG_RELEASE_vcpu))].held = false;
}

/* Operations after which frames are in other places. */
static const bool places_frames[NR_OPS] = {
	[OP_SET_ADDR] = true,	[OP_REDIST_REGION] = true, [OP_CREATE_VCPU] = true,
	[OP_CREATE_ITS] = true, [OP_SET_ITS_ADDR] = true,
};

/* What an operation that succeeded changes; those that are not here change nothing. */
static commit_fn *const commit_fns[NR_OPS] = {
	[OP_CREATE_VGIC] = commit_create_vgic,
	[OP_CREATE_VCPU] = commit_create_vcpu,
	[OP_SET_ADDR] = commit_set_addr,
	[OP_REDIST_REGION] = commit_redist_region,
	[OP_INIT_VGIC] = commit_init_vgic,
	[OP_USER_READ] = commit_user_read,
	[OP_USER_WRITE] = commit_user_write,
	[OP_WRITE_LEVEL] = commit_write_level,
	[OP_SET_NR_IRQS] = commit_set_nr_irqs,
	[OP_HOLD] = commit_hold,
	[OP_RELEASE] = commit_release,
	[OP_GUEST_READ] = commit_guest_access,
	[OP_GUEST_WRITE] = commit_guest_access,
	[OP_GUEST_ACK] = commit_guest_ack,
	[OP_GUEST_EOI] = commit_guest_eoi,
	[OP_GUEST_DEACTIVATE] = commit_guest_deactivate,
	[OP_GUEST_STORE] = commit_mem_store,
	[OP_GUEST_TAKE] = commit_guest_take,
	[OP_GUEST_IDLE] = commit_guest_take,
	[OP_GUEST_CPU_OFF] = commit_guest_cpu_off,
	[OP_GUEST_CPU_ON] = commit_guest_cpu_on,
	[OP_SET_MP_STATE] = commit_set_mp_state,
	[OP_GUEST_SERVE] = commit_guest_serve,
	[OP_IRQ_LINE] = commit_irq_line,
	[OP_SIGNAL_MSI] = commit_signal_msi,
	[OP_SAVE_PENDING_TABLES] = commit_save_pending_tables,
	[OP_FAIL] = commit_fail,
	[OP_MIGRATE] = commit_migrate,
	[OP_CREATE_ITS] = commit_create_its,
	[OP_SET_ITS_ADDR] = commit_set_its_addr,
	[OP_INIT_ITS] = commit_init_its,
	[OP_MEM_WRITE] = commit_mem_store,
	[OP_MAPD] = commit_mem_store,
	[OP_MAPC] = commit_mem_store,
	[OP_RESET_ITS] = commit_reset_its,
	[OP_SAVE_TABLES] = commit_save_tables,
	[OP_RESTORE_TABLES] = commit_restore_tables,
	[OP_ROUTE_MSI] = commit_route_msi,
	[OP_IRQFD] = commit_irqfd,
	[OP_RESAMPLE] = commit_resample,
	[OP_RESAMPLED] = commit_resampled,
	[OP_MAPTI] = commit_mem_store,
	[OP_MAPI] = commit_mem_store,
	[OP_MOVI] = commit_mem_store,
	[OP_MOVALL] = commit_mem_store,
	[OP_COMMAND] = commit_mem_store,
	[OP_INV] = commit_mem_store,
	[OP_INVALL] = commit_mem_store,
	[OP_INT] = commit_mem_store,
	[OP_CLEAR] = commit_mem_store,
	[OP_DISCARD] = commit_mem_store,
	[OP_SYNC] = commit_mem_store,
};

static void commit(struct model *m, const struct op *op, const struct op_result *seen)
{
	bool enters = op_desc(op->id)->agent == AGENT_GUEST || op->id == OP_RUN;
	bool runs = enters && seen->status != OP_FAILED && seen->status != OP_NO_OBJECT;
	unsigned int vcpu = vcpu_number(m, (u64)op_vcpu(op));

	m->lost |= lacks_vgic(m, op);
	timer_before(m, runs ? vcpu : m->nr_vcpus);
	if (m->failing)
		end_failing(m, op, seen);
	if (fills_list_registers(m, op))
		irq_lrs_filled(m);
	else
		irq_lrs_kept(m, vcpu);
	if (enters || op->id == OP_HOLD)
		commit_entry(m, vcpu, seen);
	/*
	 * An access is performed after the exit that it causes, and another exit follows.
	 * One that takes an exception has run the vCPU, too.
	 */
	if (runs)
		irq_moved(m, vcpu);
	if (seen->status == OP_FAILED && (op->id == OP_SAVE_TABLES || op->id == OP_RESTORE_TABLES))
		its_tables_failed(m, op);
	/* What was saved, or restored, is not known. */
	m->lost |= seen->status == OP_FAILED && op->id == OP_MIGRATE;
	if (seen->status != OP_DONE)
		return;
	if (commit_fns[op->id])
		commit_fns[op->id](m, op, seen);
	timer_after(m, op, seen);
	if (m->nr_its && places_frames[op->id])
		m->lost |= its_overlaps(m);
	if (runs)
		irq_moved(m, vcpu);
}

/* A guest that serves performs its operation once for each interrupt that it takes. */
static void commit_each(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct op_result one = { .status = OP_DONE, .nr_vals = 1 };

	for (unsigned int i = 0; i < seen->nr_vals; i++) {
		one.val[0] = seen->val[i];
		commit(m, op, &one);
	}
}

/**
 * model_commit() - follow an answer
 * @m:    the model that model_expect() was asked of
 * @op:   the operation
 * @seen: an answer that is allowed
 *
 * The only function that changes the state of a VM.  A call that failed changes
 * nothing, but for a first run that could not map the frames, and for an ITS whose
 * tables could not be saved or restored.  A log of several
 * values is followed value by value, whether in one call or in several.
 */
void model_commit(struct model *m, const struct op *op, const struct op_result *seen)
{
	if (op->id == OP_GUEST_SERVE && seen->status == OP_DONE)
		commit_each(m, op, seen);
	else
		commit(m, op, seen);
}
