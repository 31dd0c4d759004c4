// SPDX-License-Identifier: GPL-2.0-only
/*
 * The enumerations "delivery" and "delivery-all": an interrupt of each kind, sent by
 * each path, in each situation.  Tables say what the situations are and which combinations there are
 * not.  A program ends when both vCPUs have taken all that is signalled to them, so
 * that what was sent and is not seen is missed.
 */
#include "lib/prog/gen_delivery.h"

#include <stdio.h>
#include <string.h>

#include "lib/prog/alloc.h"

static const char *const gics[] = {
	[IN_GICV3] = "GICv3",
	[IN_GICV2] = "GICv2",
};

static const char *const kinds[] = {
	[KIND_SGI] = "SGI",
	[KIND_PPI] = "PPI",
	[KIND_SPI] = "SPI",
	[KIND_LPI] = "LPI",
	[KIND_VIRTUAL_TIMER] = "virtual timer",
	[KIND_PHYSICAL_TIMER] = "physical timer",
};

static const char *const paths[] = {
	[BY_LINE] = "by KVM_IRQ_LINE",
	[BY_LEVEL_INFO] = "by LEVEL_INFO",
	[BY_IRQFD] = "by an irqfd",
	[BY_RESAMPLED] = "by an irqfd with a resamplefd",
	[BY_USER_ISPENDR] = "by userspace's ISPENDR",
	[BY_GUEST_ISPENDR] = "by the guest's ISPENDR",
	[BY_OTHERS_ISPENDR] = "by another vCPU's ISPENDR",
	[BY_OWN_SGI] = "by its own SGI register",
	[BY_OTHERS_SGI] = "by another vCPU's SGI register",
	[BY_MSI] = "by KVM_SIGNAL_MSI",
	[BY_IRQFD_MSI] = "by an irqfd's MSI",
	[BY_GUEST_INT] = "by the guest's INT",
	[BY_USER_INT] = "by INT, GITS_CWRITER by userspace",
	[BY_TRANSLATER] = "by the guest's GITS_TRANSLATER",
	[BY_TIMER] = "by its registers",
};

static const char *const triggers[] = {
	[EDGE] = "edge",
	[LEVEL] = "level",
};

static const char *const groups[] = {
	[GROUP_1] = "",
	[GROUP_0] = "group 0",
};

static const char *const vcpus[] = {
	[ONE_VCPU] = "one vCPU",
	[SECOND_OF_TWO] = "second vCPU",
	[CREATED_FIRST] = "vCPU 1, created before vCPU 0",
};

static const char *const endings[] = {
	[ENDED_AT_ONCE] = "EOImode 0",
	[DEACTIVATED_LATER] = "EOImode 1",
	[DEACTIVATED_BY_ANOTHER] = "EOImode 1, deactivated by another vCPU",
	[DEACTIVATED_BY_ICACTIVER] = "EOImode 1, deactivated by ICACTIVER",
	[DEACTIVATED_MIGRATED] = "EOImode 1, migrated before it is deactivated",
};

static const char *const handlings[] = {
	[STAYS_IN] = "",
	[EXITS_BETWEEN] = "exits in the handler",
	[SERVED] = "interrupts unmasked",
};

static const char *const migrations[] = {
	[NOT_MIGRATED] = "",
	[MIGRATED_PENDING] = "migrated when sent",
	[MIGRATED_ACTIVE] = "migrated when taken",
};

/* What programs are made of.  Those of the other vCPU, and of other SPIs, say so. */
enum step {
	STEP_NONE,
	SEND,
	LOWER,
	TAKE,
	DROP, /* its priority */
	DEACTIVATE,
	UNPEND,
	DISABLE,
	ENABLE,
	MASK,
	UNMASK,
	GROUP_OFF,
	GROUP_ON,
	DIST_OFF,
	DIST_ON,
	MOVE,
	TAKE_BY_OTHER,
	END_BY_OTHER,
	HOLD,
	RELEASE,
	RACE,
	PEND_MANY,
	CHAIN_UP, /* takes a filler after the other, each more urgent */
	CHAIN_DOWN, /* ends them */
	PEND_URGENT,
	PEND_EQUAL,
	TAKE_FILLER, /* or whatever else is signalled, without the handling of the axis */
	END_FILLER,
	NR_STEPS
};

#define MAX_STEPS 14

/* The other SPIs that a situation needs. */
enum fillers { ALONE, WITH_FILLERS };

#define END DROP, DEACTIVATE

struct situation {
	enum fillers fillers;
	u8 step[MAX_STEPS];
};

static const struct situation situations[NR_DELIVERY_SITUATIONS] = {
#define SITUATION(id, words, fillers, ...) [id] = { fillers, { __VA_ARGS__ } },
#include "lib/prog/delivery_situation.def"
#undef SITUATION
};

static const char *const situation_words[] = {
#define SITUATION(id, words, ...) [id] = words,
#include "lib/prog/delivery_situation.def"
#undef SITUATION
};

#define WORDS(table) ARRAY_SIZE(table), table

static const struct matrix_axis axes[NR_DELIVERY_AXES] = {
	[AXIS_GIC] = { "gic", WORDS(gics) },
	[AXIS_KIND] = { "kind", WORDS(kinds) },
	[AXIS_PATH] = { "path", WORDS(paths) },
	[AXIS_TRIGGER] = { "trigger", WORDS(triggers) },
	[AXIS_GROUP] = { "group", WORDS(groups) },
	[AXIS_VCPUS] = { "vcpus", WORDS(vcpus) },
	[AXIS_ENDING] = { "ending", WORDS(endings) },
	[AXIS_HANDLING] = { "handling", WORDS(handlings) },
	[AXIS_SITUATION] = { "situation", WORDS(situation_words) },
	[AXIS_MIGRATED] = { "migrated", WORDS(migrations) },
};

/* Paths that have a line, those by the vCPU that is to take it, and those by attributes. */
#define LINES (IS(BY_LINE) | IS(BY_LEVEL_INFO) | IS(BY_IRQFD) | IS(BY_TIMER))
#define BY_ITSELF                                                                       \
	(IS(BY_GUEST_ISPENDR) | IS(BY_OWN_SGI) | IS(BY_GUEST_INT) | IS(BY_TRANSLATER) | \
	 IS(BY_TIMER))
#define BY_OTHERS (IS(BY_OTHERS_ISPENDR) | IS(BY_OTHERS_SGI))
#define ATTRIBUTES (IS(BY_LEVEL_INFO) | IS(BY_USER_ISPENDR) | IS(BY_USER_INT))
#define OF_SGIS (IS(BY_OWN_SGI) | IS(BY_OTHERS_SGI))
#define ISPENDRS (IS(BY_USER_ISPENDR) | IS(BY_GUEST_ISPENDR) | IS(BY_OTHERS_ISPENDR))

#define TIMERS (IS(KIND_VIRTUAL_TIMER) | IS(KIND_PHYSICAL_TIMER))
#define ABOUT_LINES (IS(LINE_KEPT_HIGH) | IS(LINE_LOWERED_EARLY) | IS(LINE_RAISED_IN_HANDLER))
#define ABOUT_MOVING (IS(MOVED_PENDING) | IS(MOVED_ACTIVE))
#define ABOUT_INSIDE (IS(WHILE_INSIDE) | IS(WHILE_INSIDE_ACTIVE))
#define ABOUT_PENDING                                                                             \
	(IS(PLAIN) | IS(LINE_LOWERED_EARLY) | IS(SENT_TWICE) | IS(BEFORE_MANY) | IS(AFTER_MANY) | \
	 IS(ABOVE_A_CHAIN) | IS(MASKED_BY_PMR) | IS(GROUP_OFF_PENDING) | IS(DIST_OFF_PENDING) |   \
	 IS(DISABLED_PENDING) | IS(CLEARED) | IS(MOVED_PENDING) | IS(WHILE_INSIDE))

#define GIC(mask) [AXIS_GIC] = (mask)
#define KIND(mask) [AXIS_KIND] = (mask)
#define PATH(mask) [AXIS_PATH] = (mask)
#define TRIGGER(mask) [AXIS_TRIGGER] = (mask)
#define GROUP(mask) [AXIS_GROUP] = (mask)
#define VCPUS(mask) [AXIS_VCPUS] = (mask)
#define ENDING(mask) [AXIS_ENDING] = (mask)
#define HANDLING(mask) [AXIS_HANDLING] = (mask)
#define SITUATIONS(mask) [AXIS_SITUATION] = (mask)
#define MIGRATED(mask) [AXIS_MIGRATED] = (mask)

static const struct matrix_hole holes[] = {
	{ "a GICv2 has no LPIs", { GIC(IS(IN_GICV2)), KIND(IS(KIND_LPI)) } },
	{ "LEVEL_INFO is of a GICv3", { GIC(IS(IN_GICV2)), PATH(IS(BY_LEVEL_INFO)) } },
	{ "private interrupts of a GICv2 are banked",
	  { GIC(IS(IN_GICV2)), KIND(IS_NOT(KIND_SPI)), PATH(IS(BY_OTHERS_ISPENDR)) } },
	{ "SGIs have no line", { KIND(IS(KIND_SGI)), PATH(~(OF_SGIS | ISPENDRS)) } },
	{ "PPIs have no GSI, and are no SGIs",
	  { KIND(IS(KIND_PPI)), PATH(~(IS(BY_LINE) | IS(BY_LEVEL_INFO) | ISPENDRS)) } },
	{ "SPIs are no SGIs and no LPIs",
	  { KIND(IS(KIND_SPI)), PATH(~(LINES | IS(BY_RESAMPLED) | ISPENDRS)) } },
	{ "LPIs are of an ITS",
	  { KIND(IS(KIND_LPI)), PATH(LINES | IS(BY_RESAMPLED) | OF_SGIS | ISPENDRS) } },
	{ "timers have lines of their own", { KIND(TIMERS), PATH(IS_NOT(BY_TIMER)) } },
	{ "timers have lines of their own", { KIND(~TIMERS), PATH(IS(BY_TIMER)) } },
	{ "SGIs and LPIs are edge-triggered",
	  { KIND(IS(KIND_SGI) | IS(KIND_LPI)), TRIGGER(IS(LEVEL)) } },
	{ "PPIs are level-sensitive", { KIND(IS(KIND_PPI) | TIMERS), TRIGGER(IS(EDGE)) } },
	{ "the level of a line that is edge-triggered does nothing",
	  { PATH(IS(BY_LEVEL_INFO)), TRIGGER(IS(EDGE)) } },
	{ "what is resampled is level-sensitive", { PATH(IS(BY_RESAMPLED)), TRIGGER(IS(EDGE)) } },
	{ "ICACTIVER is no reason to resample",
	  { PATH(IS(BY_RESAMPLED)), ENDING(IS(DEACTIVATED_BY_ICACTIVER)) } },
	{ "a resamplefd is asked after each end",
	  { PATH(IS(BY_RESAMPLED)), HANDLING(IS(SERVED)) } },
	{ "nor after what a race leaves to serve",
	  { PATH(IS(BY_RESAMPLED)), SITUATIONS(IS(RACED)) } },
	{ "eventfds are not migrated", { PATH(IS(BY_RESAMPLED)), MIGRATED(IS_NOT(NOT_MIGRATED)) } },
	{ "eventfds are not migrated",
	  { PATH(IS(BY_RESAMPLED)), ENDING(IS(DEACTIVATED_MIGRATED)) } },
	{ "a GICv2 VM has one group here", { GIC(IS(IN_GICV2)), GROUP(IS(GROUP_0)) } },
	{ "LPIs are of group 1", { KIND(IS(KIND_LPI)), GROUP(IS(GROUP_0)) } },
	{ "group 0 on the second vCPU", { GROUP(IS(GROUP_0)), VCPUS(IS_NOT(SECOND_OF_TWO)) } },
	{ "group 0 is not migrated", { GROUP(IS(GROUP_0)), MIGRATED(IS_NOT(NOT_MIGRATED)) } },
	{ "there is no other vCPU", { PATH(BY_OTHERS), VCPUS(IS(ONE_VCPU)) } },
	{ "there is no vCPU to move to", { VCPUS(IS(ONE_VCPU)), SITUATIONS(ABOUT_MOVING) } },
	{ "private interrupts do not move",
	  { KIND(IS(KIND_SGI) | IS(KIND_PPI) | TIMERS), SITUATIONS(ABOUT_MOVING) } },
	{ "there is no vCPU to deactivate it",
	  { VCPUS(IS(ONE_VCPU)), ENDING(IS(DEACTIVATED_BY_ANOTHER)) } },
	{ "only SPIs are another vCPU's to deactivate",
	  { KIND(IS_NOT(KIND_SPI)), ENDING(IS(DEACTIVATED_BY_ANOTHER)) } },
	{ "LPIs are not active",
	  { KIND(IS(KIND_LPI)), ENDING(IS(DEACTIVATED_BY_ICACTIVER) | IS(DEACTIVATED_MIGRATED)) } },
	{ "there is no line", { PATH(~LINES), SITUATIONS(ABOUT_LINES) } },
	{ "the guest cannot write while it is held",
	  { PATH(BY_ITSELF), SITUATIONS(ABOUT_INSIDE) } },
	{ "attributes are refused while a vCPU is in its guest",
	  { PATH(ATTRIBUTES), SITUATIONS(ABOUT_INSIDE) } },
	{ "a vCPU does not race itself", { PATH(BY_ITSELF), SITUATIONS(IS(RACED)) } },
	{ "what does nothing does so in any situation",
	  { PATH(IS(BY_TRANSLATER)), SITUATIONS(IS_NOT(PLAIN)) } },
	{ "priority drop and deactivation are one",
	  { ENDING(IS(ENDED_AT_ONCE)), SITUATIONS(IS(AGAIN_AFTER_DROP)) } },
	{ "serve ends as the CPU interface does",
	  { ENDING(~(IS(ENDED_AT_ONCE) | IS(DEACTIVATED_LATER))), HANDLING(IS(SERVED)) } },
	{ "nothing comes between in serve", { HANDLING(IS(SERVED)), SITUATIONS(~ABOUT_PENDING) } },
	{ "a line that stays high is served for ever",
	  { PATH(LINES), TRIGGER(IS(LEVEL)), HANDLING(IS(SERVED)),
	    SITUATIONS(IS_NOT(LINE_LOWERED_EARLY)) } },
	{ "migrating is an exit", { HANDLING(IS(EXITS_BETWEEN)), MIGRATED(IS_NOT(NOT_MIGRATED)) } },
	{ "what is served is not migrated in between",
	  { HANDLING(IS(SERVED)), MIGRATED(IS(MIGRATED_ACTIVE)) } },
	{ "one migration is enough",
	  { ENDING(IS(DEACTIVATED_MIGRATED)), MIGRATED(IS_NOT(NOT_MIGRATED)) } },
	{ "the vCPU that it moved to drops the priority",
	  { ENDING(IS(DEACTIVATED_MIGRATED)), SITUATIONS(IS(MOVED_PENDING)) } },
	{ "GICC_DIR names the sender, which is not saved of an SGI that is active",
	  { GIC(IS(IN_GICV2)), KIND(IS(KIND_SGI)), ENDING(IS(DEACTIVATED_MIGRATED)) } },
	{ "GICC_DIR names the sender, which is not saved of an SGI that is active",
	  { GIC(IS(IN_GICV2)), KIND(IS(KIND_SGI)), ENDING(IS(DEACTIVATED_LATER)),
	    MIGRATED(IS(MIGRATED_ACTIVE)) } },
	{ "nobody migrates a race", { SITUATIONS(IS(RACED)), MIGRATED(IS_NOT(NOT_MIGRATED)) } },
	{ "nobody migrates while a vCPU is held",
	  { SITUATIONS(IS(WHILE_INSIDE)), MIGRATED(IS(MIGRATED_PENDING)) } },
};

/* What matters less, and is tried against all else by itself. */
#define VARIED \
	(IS(AXIS_GROUP) | IS(AXIS_VCPUS) | IS(AXIS_ENDING) | IS(AXIS_HANDLING) | IS(AXIS_MIGRATED))

#define MATRIX \
	.axis = axes, .nr_axes = NR_DELIVERY_AXES, .hole = holes, .nr_holes = ARRAY_SIZE(holes)

static struct matrix all_deliveries = { MATRIX };
static struct matrix deliveries = { MATRIX, .varied = VARIED, .most_varied = 1 };

/* Operations of the CPU interface; their vCPU comes first, and its base last. */
static struct op *add_cpuif_op(struct delivery *d, enum op_id id, unsigned int vcpu)
{
	struct op *op = prog_add(d->p, id);

	op->arg[0] = d->vcpu[vcpu];
	op->arg[op_nr_args(id) - 1] = d->at[AXIS_GIC] == IN_GICV2 ? GEN_CPUIF_BASE : 0;
	return op;
}

static void deactivate(struct delivery *d, unsigned int by, unsigned int of)
{
	if (d->at[AXIS_ENDING] != ENDED_AT_ONCE)
		op_set_arg(add_cpuif_op(d, OP_GUEST_DEACTIVATE, by), ARG_GUEST_DEACTIVATE_of,
			   d->vcpu[of]);
}

static void maybe_exit(struct delivery *d)
{
	if (d->at[AXIS_HANDLING] == EXITS_BETWEEN)
		add_run(d->p, d->vcpu[d->target]);
}

static void maybe_migrate(struct delivery *d, enum step step)
{
	static const u8 after[] = {
		[MIGRATED_PENDING] = SEND,
		[MIGRATED_ACTIVE] = TAKE,
	};
	u8 last = after[d->at[AXIS_MIGRATED]];

	if (d->at[AXIS_ENDING] == DEACTIVATED_MIGRATED)
		last = DROP;
	if (last == step && !(d->steps_done & 1u << step))
		prog_add(d->p, OP_MIGRATE);
	d->steps_done |= 1u << step;
}

static void step_take(struct delivery *d)
{
	add_cpuif_op(d, d->at[AXIS_HANDLING] == SERVED ? OP_GUEST_SERVE : OP_GUEST_TAKE, d->target);
	maybe_exit(d);
}

static void step_drop(struct delivery *d)
{
	if (d->at[AXIS_HANDLING] == SERVED)
		return;
	add_cpuif_op(d, OP_GUEST_EOI, d->target);
	maybe_exit(d);
}

/* As the axis says: the vCPU that took it, the one that did not, or anyone by a bit. */
static void deactivate_as_ending(struct delivery *d, unsigned int of, unsigned int not_of)
{
	if (d->at[AXIS_ENDING] == DEACTIVATED_BY_ICACTIVER)
		delivery_deactivate_by_bit(d);
	else
		deactivate(d, d->at[AXIS_ENDING] == DEACTIVATED_BY_ANOTHER ? not_of : of, of);
	delivery_ended(d);
}

static void step_deactivate(struct delivery *d)
{
	if (d->at[AXIS_HANDLING] != SERVED)
		deactivate_as_ending(d, d->target, d->other);
}

static void step_disable(struct delivery *d)
{
	delivery_enable(d, false);
}

static void step_enable(struct delivery *d)
{
	delivery_enable(d, true);
}

static void step_mask(struct delivery *d)
{
	delivery_mask(d, DELIVERY_PRIORITY);
}

static void step_unmask(struct delivery *d)
{
	delivery_mask(d, DELIVERY_MASK_NOTHING);
}

static void step_group_off(struct delivery *d)
{
	delivery_group(d, false);
}

static void step_group_on(struct delivery *d)
{
	delivery_group(d, true);
}

static void step_dist_off(struct delivery *d)
{
	delivery_dist(d, false);
}

static void step_dist_on(struct delivery *d)
{
	delivery_dist(d, true);
}

static void step_take_by_other(struct delivery *d)
{
	add_cpuif_op(d, OP_GUEST_TAKE, d->other);
}

static void step_end_by_other(struct delivery *d)
{
	add_cpuif_op(d, OP_GUEST_EOI, d->other);
	deactivate_as_ending(d, d->other, d->target);
}

static void step_hold(struct delivery *d)
{
	op_set_arg(prog_add(d->p, OP_HOLD), ARG_HOLD_vcpu, d->vcpu[d->target]);
}

static void step_release(struct delivery *d)
{
	op_set_arg(prog_add(d->p, OP_RELEASE), ARG_RELEASE_vcpu, d->vcpu[d->target]);
}

static void step_race(struct delivery *d)
{
	size_t first = d->p->nr_ops;

	delivery_send(d);
	add_cpuif_op(d, OP_GUEST_TAKE, d->target);
	for (size_t i = first + 1; i < d->p->nr_ops; i++)
		d->p->op[i].par = true;
}

static void step_pend_many(struct delivery *d)
{
	delivery_pend_spis(d, (1u << DELIVERY_NR_FILLERS) - 1);
}

static void step_take_filler(struct delivery *d)
{
	add_cpuif_op(d, OP_GUEST_TAKE, d->target);
}

static void step_end_filler(struct delivery *d)
{
	add_cpuif_op(d, OP_GUEST_EOI, d->target);
	deactivate(d, d->target, d->target);
}

static void step_chain_up(struct delivery *d)
{
	for (unsigned int i = 0; i < DELIVERY_NR_FILLERS; i++) {
		delivery_pend_spis(d, 1u << i);
		step_take_filler(d);
	}
}

static void step_chain_down(struct delivery *d)
{
	for (unsigned int i = 0; i < DELIVERY_NR_FILLERS; i++)
		step_end_filler(d);
}

static void step_pend_urgent(struct delivery *d)
{
	delivery_pend_spis(d, 1u << (DELIVERY_URGENT - DELIVERY_FIRST_FILLER));
}

static void step_pend_equal(struct delivery *d)
{
	delivery_pend_spis(d, 1u << (DELIVERY_EQUAL - DELIVERY_FIRST_FILLER));
}

static void (*const steps[NR_STEPS])(struct delivery *d) = {
	[SEND] = delivery_send,
	[LOWER] = delivery_lower,
	[TAKE] = step_take,
	[DROP] = step_drop,
	[DEACTIVATE] = step_deactivate,
	[UNPEND] = delivery_unpend,
	[DISABLE] = step_disable,
	[ENABLE] = step_enable,
	[MASK] = step_mask,
	[UNMASK] = step_unmask,
	[GROUP_OFF] = step_group_off,
	[GROUP_ON] = step_group_on,
	[DIST_OFF] = step_dist_off,
	[DIST_ON] = step_dist_on,
	[MOVE] = delivery_move,
	[TAKE_BY_OTHER] = step_take_by_other,
	[END_BY_OTHER] = step_end_by_other,
	[HOLD] = step_hold,
	[RELEASE] = step_release,
	[RACE] = step_race,
	[PEND_MANY] = step_pend_many,
	[CHAIN_UP] = step_chain_up,
	[CHAIN_DOWN] = step_chain_down,
	[PEND_URGENT] = step_pend_urgent,
	[PEND_EQUAL] = step_pend_equal,
	[TAKE_FILLER] = step_take_filler,
	[END_FILLER] = step_end_filler,
};

/* Nothing that was sent is left: each vCPU takes all that is signalled to it. */
static void take_all(struct delivery *d)
{
	/* What it did to its timer is seen. */
	if (d->at[AXIS_PATH] == BY_TIMER)
		add_run(d->p, d->vcpu[d->target]);
	add_cpuif_op(d, OP_GUEST_SERVE, d->target);
	if (d->other != d->target)
		add_cpuif_op(d, OP_GUEST_SERVE, d->other);
	delivery_look(d);
}

static void make(struct delivery *d)
{
	const struct situation *s = &situations[d->at[AXIS_SITUATION]];

	if (d->at[AXIS_GIC] == IN_GICV2)
		d->p->gic = GIC_V2;
	matrix_comment(&deliveries, d->at, d->p);
	delivery_vm(d, s->fillers == WITH_FILLERS);
	for (const u8 *step = s->step; *step; step++) {
		steps[*step](d);
		maybe_migrate(d, *step);
	}
	take_all(d);
}

/**
 * gen_delivery_matrix() - the axes of "delivery", and what it leaves out
 *
 * Return: the matrix.
 */
struct matrix *gen_delivery_matrix(void)
{
	return &deliveries;
}

/**
 * gen_delivery_all_matrix() - the same of "delivery-all"
 *
 * Return: the matrix.
 */
struct matrix *gen_delivery_all_matrix(void)
{
	return &all_deliveries;
}

/**
 * gen_delivery_count() - the size of "delivery"
 *
 * Return: programs.
 */
u64 gen_delivery_count(void)
{
	return matrix_count(&deliveries);
}

/**
 * gen_delivery_all_count() - the size of "delivery-all"
 *
 * Return: programs.
 */
u64 gen_delivery_all_count(void)
{
	return matrix_count(&all_deliveries);
}

/**
 * gen_delivery() - a program of "delivery"
 * @index:  below gen_delivery_count()
 * @recipe: not used
 * @p:      initialised; operations are appended
 */
void gen_delivery(u64 index, const struct recipe *recipe, struct prog *p)
{
	struct delivery d = { .p = p };

	(void)recipe;
	matrix_at(&deliveries, index, d.at);
	make(&d);
}

/**
 * gen_delivery_all() - a program of "delivery-all"
 * @index:  below gen_delivery_all_count()
 * @recipe: not used
 * @p:      initialised; operations are appended
 */
void gen_delivery_all(u64 index, const struct recipe *recipe, struct prog *p)
{
	struct delivery d = { .p = p };

	(void)recipe;
	matrix_at(&all_deliveries, index, d.at);
	make(&d);
}
