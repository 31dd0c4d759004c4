// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model as a whole: asking it changes nothing, a copy is as good as the
 * original, what succeeds changes the state and what fails does not, and a
 * profile chooses only where there is a choice.
 *
 * Its rules, one by one, are in model_claims.def.
 */
#include "lib/model/model.h"

#include <stdlib.h>
#include <string.h>

#include "lib/judge/answer.h"
#include "lib/prog/suite.h"
#include "tests/programs.h"
#include "tests/unit.h"

#define NR_RANDOM 400
#define KVM_6_12 6012

/* What a test does with a model that has come to operation @i of @p. */
typedef void step_fn(struct unit *t, struct model *m, const struct prog *p, size_t i);

static struct model_config config_of(const struct prog *p, const struct profile *profile)
{
	return (struct model_config){
		.gic = p->gic,
		.ipa_bits = p->ipa_bits,
		.max_vcpus = 512,
		.profile = profile,
	};
}

/* Takes @m through @p, where any allowed answer may come, @step before each operation. */
static void walk_prog(struct unit *t, struct model *m, const struct prog *p,
		      const struct profile *profile, u64 seed, step_fn *step)
{
	const struct model_config config = config_of(p, profile);
	struct rng rng = { .state = seed };

	model_reset(m, &config);
	for (size_t i = 0; i < p->nr_ops; i++) {
		struct op_result seen;
		struct expect want;

		step(t, m, p, i);
		model_expect(m, &p->op[i], &want);
		expect_follow(&want, (unsigned int)rng_below(&rng, want.nr_alts), &rng, m,
			      &p->op[i], &seen);
	}
}

/* The same for the scenarios and for programs of all suites, for every profile. */
static void walk_all(struct unit *t, step_fn *step)
{
	const struct profile *const profiles[] = {
		profile_architecture(),
		profile_for_kernel(5010),
		profile_for_kernel(5015),
		profile_for_kernel(KVM_6_12),
	};
	struct model *m = model_create();
	const struct suite *s;
	struct corpus c;

	if (!EXPECT_TRUE(t, m) || !corpus_load(t, "scenarios", &c))
		return;
	for (size_t i = 0; i < c.nr * ARRAY_SIZE(profiles); i++)
		walk_prog(t, m, &c.prog[i / ARRAY_SIZE(profiles)],
			  profiles[i % ARRAY_SIZE(profiles)], i, step);
	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		for (u64 i = 0; i < NR_RANDOM; i++) {
			struct prog p;

			suite_make(s, suite_sample(s, 4, i), 4, &p);
			walk_prog(t, m, &p, profiles[i % ARRAY_SIZE(profiles)], i, step);
			prog_free(&p);
		}
	}
	corpus_free(&c);
	model_destroy(m);
}

#define NR_PLACES 16 /* of a program where a test asks about the whole of it */

static bool is_place(const struct prog *p, size_t i)
{
	return !(i % (p->nr_ops / NR_PLACES + 1));
}

static void step_ask_about_all(struct unit *t, struct model *m, const struct prog *p, size_t i)
{
	u64 before = model_hash(m);
	struct expect want;

	if (!is_place(p, i))
		return;
	for (size_t k = 0; k < p->nr_ops; k++) {
		model_expect(m, &p->op[k], &want);
		EXPECT_TRUE(t, want.nr_alts > 0);
	}
	EXPECT_EQ(t, model_hash(m), before);
}

static void asking_changes_nothing(struct unit *t)
{
	walk_all(t, step_ask_about_all);
}

static bool same_expectation(const struct expect *a, const struct expect *b)
{
	bool same = a->nr_alts == b->nr_alts && a->nr_vals == b->nr_vals &&
		    a->vals_rule == b->vals_rule && a->unpredicted == b->unpredicted;

	for (unsigned int i = 0; same && i < a->nr_alts; i++)
		same = a->alt[i].status == b->alt[i].status && a->alt[i].err == b->alt[i].err &&
		       a->alt[i].rule == b->alt[i].rule;
	for (unsigned int i = 0; same && i < a->nr_vals; i++)
		same = a->val[i].value == b->val[i].value && a->val[i].known == b->val[i].known &&
		       a->val[i].rule == b->val[i].rule && a->val[i].nr_parts == b->val[i].nr_parts;
	return same;
}

static void step_copy(struct unit *t, struct model *m, const struct prog *p, size_t i)
{
	struct rng rng = { .state = i };
	u64 before = model_hash(m);
	static struct model *copy; /* one for all: to create a model takes longer than to copy */

	if (!is_place(p, i))
		return;
	if (!copy)
		copy = model_create();
	if (!EXPECT_TRUE(t, copy))
		return;
	model_copy(copy, m);
	EXPECT_EQ(t, model_hash(copy), before);
	/* The copy goes on to the end as a second copy does, and the original stays. */
	for (size_t k = i; k < p->nr_ops; k++) {
		struct op_result seen;
		struct expect want;

		model_expect(copy, &p->op[k], &want);
		expect_follow(&want, 0, &rng, copy, &p->op[k], &seen);
	}
	EXPECT_EQ(t, model_hash(m), before);
}

static void a_copy_leaves_the_original_alone(struct unit *t)
{
	walk_all(t, step_copy);
}

/* Copied onto a model that has seen another program, at every place of one. */
static void a_copy_goes_on_as_the_original(struct unit *t)
{
	struct model *m = model_create(), *copy = model_create();
	const struct suite *s = suite_by_number(2);

	for (u64 n = 0; EXPECT_TRUE(t, m && copy) && n < NR_RANDOM; n++) {
		struct rng rng = { .state = n };
		struct model_config config;
		struct prog p;

		suite_make(s, n, 5, &p);
		config = config_of(&p, profile_for_kernel(KVM_6_12));
		model_reset(m, &config);
		for (size_t i = 0; i < p.nr_ops; i++) {
			struct expect want, of_copy;
			struct op_result seen;

			if (i == n % p.nr_ops)
				model_copy(copy, m);
			model_expect(m, &p.op[i], &want);
			expect_answer(&want, 0, &rng, &seen);
			if (i >= n % p.nr_ops) {
				model_expect(copy, &p.op[i], &of_copy);
				EXPECT_TRUE(t, same_expectation(&want, &of_copy));
				model_commit(copy, &p.op[i], &seen);
			}
			model_commit(m, &p.op[i], &seen);
		}
		EXPECT_EQ(t, model_hash(copy), model_hash(m));
		prog_free(&p);
	}
	model_destroy(m);
	model_destroy(copy);
}

/* Each of these changes the state when it succeeds; none does when it fails. */
static void state_follows_success_only(struct unit *t)
{
	static const char text[] = "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\n"
				   "redist_region index=0 base=0x20000000 count=1\n"
				   "create_vcpu id=1\nset_addr v3_dist base=0x8000000\n"
				   "redist_region index=1 base=0x20040000 count=1\n"
				   "init_vgic\nrun vcpu=1\n";
	struct model *m = model_create(), *failed = model_create();
	struct op_result seen = { .status = OP_DONE };
	struct op_result failure = { .status = OP_FAILED, .err = 22 };
	struct model_config config;
	struct prog p;

	if (!EXPECT_TRUE(t, m && failed) || !program_parse(t, text, &p))
		return;
	config = config_of(&p, profile_for_kernel(KVM_6_12));
	model_reset(m, &config);
	for (size_t i = 0; i < p.nr_ops; i++) {
		u64 before = model_hash(m);

		model_copy(failed, m);
		model_commit(failed, &p.op[i], &failure);
		/* But for a first run, whose failure may leave the VM dead. */
		EXPECT_EQ(t, model_hash(failed) == before, p.op[i].id != OP_RUN);
		model_commit(m, &p.op[i], &seen);
		if (!EXPECT_TRUE(t, model_hash(m) != before))
			printf("#   operation %zu\n", i + 1);
	}
	prog_free(&p);
	model_destroy(m);
	model_destroy(failed);
}

static void a_new_vm_is_like_the_first_one(struct unit *t)
{
	struct model *m = model_create();
	struct model_config config;
	struct prog p;
	u64 first;

	suite_make(suite_by_number(0), 100000, 0, &p);
	config = config_of(&p, profile_for_kernel(KVM_6_12));
	if (!EXPECT_TRUE(t, m))
		return;
	model_reset(m, &config);
	first = model_hash(m);
	walk_prog(t, m, &p, config.profile, 0, step_ask_about_all);
	EXPECT_TRUE(t, model_hash(m) != first);
	model_reset(m, &config);
	EXPECT_EQ(t, model_hash(m), first);
	prog_free(&p);
	model_destroy(m);
}

static bool allows(const struct expect *want, const struct expect_alt *alt)
{
	for (unsigned int i = 0; i < want->nr_alts; i++) {
		if (want->alt[i].status == alt->status &&
		    (want->alt[i].err == alt->err || want->alt[i].err == EXPECT_ANY_ERRNO))
			return true;
	}
	return false;
}

static bool is_one_of(const struct expect *want, u64 value)
{
	for (unsigned int i = 0; i < want->nr_one_of; i++) {
		if (want->one_of[i] == value)
			return true;
	}
	return false;
}

/* The same of a first value that is one of several. */
static bool is_narrower_set(const struct expect *chosen, const struct expect *open)
{
	bool ok = true;

	if (!chosen->nr_one_of)
		return is_one_of(open, chosen->val[0].value);
	for (unsigned int i = 0; i < chosen->nr_one_of; i++)
		ok &= is_one_of(open, chosen->one_of[i]);
	return ok;
}

/* Whatever @chosen allows, @open allows as well. */
static bool is_narrower(const struct expect *chosen, const struct expect *open)
{
	bool ok = chosen->nr_vals == open->nr_vals || !chosen->nr_vals;
	bool sets = chosen->nr_vals && open->nr_one_of;

	for (unsigned int i = 0; i < chosen->nr_alts; i++)
		ok &= allows(open, &chosen->alt[i]);
	if (sets)
		ok &= is_narrower_set(chosen, open);
	for (unsigned int i = sets; i < chosen->nr_vals && i < open->nr_vals; i++) {
		u64 known = open->val[i].known;

		ok &= !(known & ~chosen->val[i].known);
		ok &= !((open->val[i].value ^ chosen->val[i].value) & known);
	}
	return ok;
}

/*
 * Choices that shape the state.  The model keeps one state and not all that an
 * implementation may be in: without these its profile of the architecture is a
 * plain implementation (reset values of 0, each interrupt offered to all of its
 * targets), which another one need not agree with.
 */
static const enum profile_choice choices_of_state[] = {
	CHOICE_SGI_ENABLE_AT_RESET,
	CHOICE_GROUP1_AT_RESET,
	CHOICE_SPI_EDGE_AT_RESET,
	CHOICE_EACH_RAISE_IS_AN_EDGE,
	CHOICE_EDGE_LINE_NOT_KEPT,
	CHOICE_PPI_CONFIG_FIXED,
	CHOICE_NO_AFF3,
	CHOICE_NO_1_OF_N,
	CHOICE_LOWEST_TARGET,
};

/* The architecture, but for the numbers and the state that @profile chose. */
static struct profile opened(const struct profile *profile)
{
	struct profile open = *profile;

	memset(open.chosen, 0, sizeof(open.chosen));
	for (size_t i = 0; i < ARRAY_SIZE(choices_of_state); i++)
		open.chosen[choices_of_state[i]] = profile->chosen[choices_of_state[i]];
	return open;
}

/* Two models, of @profile and of the architecture, that see the same answers. */
static void compare_profile(struct unit *t, const struct prog *p, const struct profile *profile,
			    u64 seed)
{
	const struct model_config config = config_of(p, profile);
	const struct profile architecture = opened(profile);
	const struct model_config free_config = config_of(p, &architecture);
	struct model *m = model_create(), *open_model = model_create();
	struct rng rng = { .state = seed };

	if (!EXPECT_TRUE(t, m && open_model))
		return;
	model_reset(m, &config);
	model_reset(open_model, &free_config);
	for (size_t i = 0; i < p->nr_ops; i++) {
		struct expect chosen, open;
		struct op_result seen;

		model_expect(m, &p->op[i], &chosen);
		model_expect(open_model, &p->op[i], &open);
		/* Either allows anything at all from here on. */
		if (chosen.unpredicted || open.unpredicted)
			break;
		if (!EXPECT_TRUE(t, is_narrower(&chosen, &open)))
			printf("#   %s %s, operation %zu\n", profile->name, p->name, i + 1);
		expect_answer(&chosen, (unsigned int)rng_below(&rng, chosen.nr_alts), &rng, &seen);
		model_commit(m, &p->op[i], &seen);
		model_commit(open_model, &p->op[i], &seen);
	}
	model_destroy(m);
	model_destroy(open_model);
}

static void choices_only_narrow_the_architecture(struct unit *t)
{
	static const unsigned int kernels[] = { 5010, 5015, 6001, 7003 };
	const struct suite *s;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		for (u64 i = 0; i < NR_RANDOM; i++) {
			unsigned int kernel = kernels[i % ARRAY_SIZE(kernels)];
			struct prog p;

			suite_make(s, suite_sample(s, 6, i), 6, &p);
			compare_profile(t, &p, profile_for_kernel(kernel), i);
			prog_free(&p);
		}
	}
}

static void step_no_errno_is_guessed(struct unit *t, struct model *m, const struct prog *p,
				     size_t i)
{
	/* Those that arm-vgic-v3.rst, arm-vgic.rst and api.rst name. */
	static const enum rule_id named[] = {
		RULE_VGIC_EXISTS,  RULE_VCPU_ID_RANGE, RULE_ADDR_UNSUPPORTED, RULE_ADDR_EXISTS,
		RULE_ADDR_ALIGN,   RULE_ADDR_IPA,      RULE_REGION_COUNT,     RULE_REGION_FLAGS,
		RULE_REGION_ORDER, RULE_REGION_MIXED,  RULE_REGION_MISSING,   RULE_INIT_NO_VCPU,
		RULE_VM_DEAD,
	};
	struct expect want;

	model_expect(m, &p->op[i], &want);
	for (unsigned int k = 0; k < want.nr_alts; k++) {
		bool documented = false;

		for (size_t n = 0; n < ARRAY_SIZE(named); n++)
			documented |= want.alt[k].rule == named[n];
		if (want.alt[k].status == OP_FAILED)
			EXPECT_EQ(t, want.alt[k].err != EXPECT_ANY_ERRNO, documented);
	}
}

static void architecture_names_documented_errnos_only(struct unit *t)
{
	struct model *m = model_create();

	if (!EXPECT_TRUE(t, m))
		return;
	for (u64 i = 0; i < 2000; i++) {
		const struct suite *s = suite_by_number(1 + i % 2);
		struct prog p;

		suite_make(s, suite_sample(s, 7, i), 7, &p);
		walk_prog(t, m, &p, profile_architecture(), i, step_no_errno_is_guessed);
		prog_free(&p);
	}
	model_destroy(m);
}

static void every_kernel_from_5_10_has_one_profile(struct unit *t)
{
	static const struct {
		unsigned int kernel;
		const char *name;
	} rows[] = {
		{ 5009, "architecture" }, { 5010, "kvm-5.10" }, { 5011, "kvm-5.11" },
		{ 5019, "kvm-5.11" },	  { 6000, "kvm-5.11" }, { 6001, "kvm-6.1" },
		{ 6003, "kvm-6.1" },	  { 6004, "kvm-6.4" },	{ 6006, "kvm-6.4" },
		{ 6007, "kvm-6.7" },	  { 6011, "kvm-6.7" },	{ 6012, "kvm-6.12" },
		{ 7003, "kvm-6.12" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT_STR(t, profile_for_kernel(rows[i].kernel)->name, rows[i].name);
	for (unsigned int i = 0; i < NR_CHOICES; i++) {
		const struct choice_desc *d = choice_desc((enum profile_choice)i);

		EXPECT_TRUE(t, d->name[0] && d->what[0] && d->freedom[0]);
		EXPECT_TRUE(t, !profile_has(profile_architecture(), (enum profile_choice)i));
	}
}

static void affinity_has_sixteen_vcpus_a_cluster(struct unit *t)
{
	EXPECT_EQ(t, model_affinity(0), 0x0);
	EXPECT_EQ(t, model_affinity(15), 0xf);
	EXPECT_EQ(t, model_affinity(16), 0x100);
	EXPECT_EQ(t, model_affinity(511), 0x1f0f);
	EXPECT_EQ(t, model_affinity(4095), 0xff0f);
	EXPECT_EQ(t, model_affinity(4096), 0x10000);
}

/* What a walk from the lowest of @nr_vcpus frames of one region is expected to give. */
static void expect_walk(struct unit *t, unsigned int nr_vcpus, enum op_status status,
			unsigned int nr_vals)
{
	struct model *m = model_create();
	struct model_config config;
	struct rng rng = { .state = 0 };
	struct op_result seen;
	struct expect want = { 0 };
	struct prog p;

	prog_init(&p, GIC_V3, PROG_DEFAULT_IPA_BITS);
	prog_add(&p, OP_CREATE_VGIC);
	for (unsigned int i = 0; i < nr_vcpus; i++)
		add_create_vcpu(&p, i);
	add_region(&p, 0, 0x20000000, nr_vcpus);
	add_set_addr(&p, ADDR_V3_DIST, 0x8000000);
	prog_add(&p, OP_INIT_VGIC);
	add_guest_walk(&p, 0, 0x20000000);
	config = config_of(&p, profile_for_kernel(KVM_6_12));
	if (!EXPECT_TRUE(t, m))
		return;
	model_reset(m, &config);
	for (size_t i = 0; i < p.nr_ops; i++) {
		model_expect(m, &p.op[i], &want);
		expect_follow(&want, 0, &rng, m, &p.op[i], &seen);
	}
	EXPECT_EQ(t, want.nr_alts, 1);
	EXPECT_EQ(t, want.alt[0].status, status);
	EXPECT_EQ(t, want.alt[0].rule, RULE_WALK);
	EXPECT_EQ(t, want.nr_vals, nr_vals);
	for (unsigned int i = 0; i < want.nr_vals; i++)
		EXPECT_EQ(t, want.val[i].value >> 4 & 1, i + 1 == nr_vcpus);
	prog_free(&p);
	model_destroy(m);
}

static void a_walk_stops_at_the_most_values(struct unit *t)
{
	expect_walk(t, 1, OP_DONE, 1);
	expect_walk(t, OP_MAX_VALS - 1, OP_DONE, OP_MAX_VALS - 1);
	expect_walk(t, OP_MAX_VALS, OP_DONE, OP_MAX_VALS);
	expect_walk(t, OP_MAX_VALS + 1, OP_NO_LAST, OP_MAX_VALS);
	expect_walk(t, 512, OP_NO_LAST, OP_MAX_VALS);
}

/*
 * A WFI that slept until the end did so until what comes had come; one that ended by
 * itself says nothing of it.
 */
static void what_comes_has_come_after_a_wfi_that_slept(struct unit *t)
{
	static const char text[] = "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\n"
				   "redist_region index=0 base=0x20000000 count=1\n"
				   "set_addr v3_dist base=0x8000000\ninit_vgic\n"
				   "guest vcpu=0 write CNTV_TVAL_EL0 value=0x4000\n"
				   "guest vcpu=0 write CNTV_CTL_EL0 value=0x1\n"
				   "guest vcpu=0 read CNTV_CTL_EL0\n";
	static const struct {
		enum op_id id;
		u64 ended, slept;
	} waits[] = {
		{ OP_GUEST_WFI, 0, 1 },
		{ OP_GUEST_SUSPEND, 0, 1 },
		{ OP_GUEST_IDLE, PROG_TOOK_NONE, PROG_IDLE_ENDED },
	};
	struct model *m = model_create(), *ended = model_create();
	struct op_result seen = { .status = OP_DONE, .nr_vals = 1 };
	struct model_config config;
	struct expect want;
	struct prog p;

	if (!EXPECT_TRUE(t, m && ended) || !program_parse(t, text, &p))
		return;
	config = config_of(&p, profile_for_kernel(KVM_6_12));
	for (size_t i = 0; i < ARRAY_SIZE(waits); i++) {
		const struct op op = { .id = waits[i].id };

		model_reset(m, &config);
		for (size_t k = 0; k + 1 < p.nr_ops; k++)
			model_commit(m, &p.op[k], &(struct op_result){ .status = OP_DONE });
		model_copy(ended, m);
		seen.val[0] = waits[i].slept;
		model_commit(m, &op, &seen);
		model_expect(m, &p.op[p.nr_ops - 1], &want);
		EXPECT_EQ(t, want.val[0].value & want.val[0].known, 5);
		seen.val[0] = waits[i].ended;
		model_commit(ended, &op, &seen);
		model_expect(ended, &p.op[p.nr_ops - 1], &want);
		EXPECT_EQ(t, want.val[0].known & 7, 3);
	}
	prog_free(&p);
	model_destroy(m);
	model_destroy(ended);
}

static const struct unit_test tests[] = {
	{ "model.asking_changes_nothing", asking_changes_nothing },
	{ "model.state_follows_success_only", state_follows_success_only },
	{ "model.a_new_vm_is_like_the_first_one", a_new_vm_is_like_the_first_one },
	{ "model.a_walk_stops_at_the_most_values", a_walk_stops_at_the_most_values },
	{ "model.affinity_has_sixteen_vcpus_a_cluster", affinity_has_sixteen_vcpus_a_cluster },
	{ "model.what_comes_has_come_after_a_wfi_that_slept",
	  what_comes_has_come_after_a_wfi_that_slept },
	{ "model_copy.leaves_the_original_alone", a_copy_leaves_the_original_alone },
	{ "model_copy.goes_on_as_the_original", a_copy_goes_on_as_the_original },
	{ "profile.every_kernel_from_5_10_has_one", every_kernel_from_5_10_has_one_profile },
	{ "profile.choices_only_narrow_the_architecture", choices_only_narrow_the_architecture },
	{ "profile.architecture_names_documented_errnos_only",
	  architecture_names_documented_errnos_only },
};

UNIT_MAIN(tests)
