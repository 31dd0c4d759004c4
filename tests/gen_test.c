// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs: between them they hold every operation and reach every
 * register, and each keeps to what its suite is for.
 */
#include "lib/prog/suite.h"

#include <stdlib.h>
#include <string.h>

#include "tests/programs.h"
#include "tests/unit.h"

/* What the programs of suites hold. */
struct held {
	unsigned int op[NR_OPS];
	unsigned int read[NR_REGS], written[NR_REGS];
};

static void count_access(struct held *h, const struct op *op)
{
	bool read = op->id == OP_GUEST_READ || op->id == OP_USER_READ;
	bool write = op->id == OP_GUEST_WRITE || op->id == OP_USER_WRITE;
	struct reg_at at;

	if (!read && !write)
		return;
	/* The place of a guest is after its vCPU. */
	reg_find_at(op->arg[op_desc(op->id)->agent == AGENT_GUEST], &at);
	if (at.reg >= 0)
		(read ? h->read : h->written)[at.reg]++;
}

static void count_programs(struct held *h, const struct suite *s, u64 programs)
{
	for (u64 i = 0; i < programs; i++) {
		struct prog p;

		suite_make(s, i, 1, &p);
		for (size_t k = 0; k < p.nr_ops; k++) {
			h->op[p.op[k].id]++;
			count_access(h, &p.op[k]);
		}
		prog_free(&p);
	}
}

/* Programs that are made at random can be performed in this process as well. */
static bool needs_a_kernel(unsigned int op)
{
	return op == OP_SET_MP_STATE || op == OP_GET_MP_STATE || op == OP_AWAIT ||
	       op == OP_GUEST_SUSPEND || op == OP_HALT_POLL || op == OP_GUEST_CPU_OFF ||
	       op == OP_GUEST_WFIT || op == OP_GUEST_CPU_ON;
}

/* Each operation comes up at random, and those of regions in the suite about them. */
static void random_programs_hold_every_operation(struct unit *t)
{
	static const enum op_id of_regions[] = {
		OP_CREATE_VGIC,	  OP_CREATE_VCPU,	OP_SET_ADDR,   OP_GET_ADDR,
		OP_REDIST_REGION, OP_GET_REDIST_REGION, OP_INIT_VGIC,  OP_RUN,
		OP_USER_READ,	  OP_GUEST_READ,	OP_GUEST_WALK,
	};
	struct held regions = { 0 }, all = { 0 };
	const struct suite *s;

	count_programs(&regions, suite_find("region-random"), 1000);
	for (size_t i = 0; i < ARRAY_SIZE(of_regions); i++)
		EXPECT_TRUE(t, regions.op[of_regions[i]] >= 100);
	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		if (s->seeded)
			count_programs(&all, s, 500);
	}
	for (unsigned int i = 0; i < NR_OPS; i++) {
		/*
		 * run --fail and run --migrate put the first two wherever they do something;
		 * the next two are of the matrix of deliveries.
		 */
		if (i == OP_FAIL || i == OP_MIGRATE || i == OP_RESAMPLE || i == OP_RESAMPLED ||
		    needs_a_kernel(i))
			EXPECT_EQ(t, all.op[i], 0);
		else if (!EXPECT_TRUE(t, all.op[i] >= 100))
			printf("#   %s: %u times\n", op_desc((enum op_id)i)->word, all.op[i]);
	}
}

static void expect_all_registers(struct unit *t, const struct held *h, enum frame_id frame)
{
	for (unsigned int i = frame_desc(frame)->first;
	     i < NR_REGS && reg_desc((enum reg_id)i)->frame == frame; i++) {
		const struct reg_desc *r = reg_desc((enum reg_id)i);

		if (!EXPECT_TRUE(t, h->read[i] > 0))
			printf("#   %s_%s is not read\n", frame_desc(frame)->prefix, r->name);
		if (!EXPECT_TRUE(t, h->written[i] > 0 || r->access == ACCESS_RO))
			printf("#   %s_%s is not written\n", frame_desc(frame)->prefix, r->name);
	}
}

/* Each register of each frame that a suite is about is read, and written if it can be. */
static void random_programs_reach_every_register(struct unit *t)
{
	static const struct {
		const char *suite;
		enum frame_id frame[3];
		unsigned int nr_frames;
	} rows[] = {
		{ "gicv3-random", { FRAME_GICD, FRAME_GICR, FRAME_ICC }, 3 },
		{ "gicv2-random", { FRAME_GICD2, FRAME_GICC }, 2 },
		{ "its-random", { FRAME_GITS }, 1 },
		{ "mmio3-random", { FRAME_GICD, FRAME_GICR }, 2 },
		{ "mmio2-random", { FRAME_GICD2 }, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct held h = { 0 };

		count_programs(&h, suite_find(rows[i].suite), 1000);
		for (unsigned int k = 0; k < rows[i].nr_frames; k++)
			expect_all_registers(t, &h, rows[i].frame[k]);
	}
}

/* Bits of interrupts that KVM's own devices drive. */
static void expect_own_ppis_are_left_alone(struct unit *t, const struct op *op)
{
	static const enum reg_id regs[] = {
		REG_GICR_ISENABLER0, REG_GICR_ISPENDR0, REG_GICR_ISACTIVER0,
		REG_GICD2_ISENABLER, REG_GICD2_ISPENDR, REG_GICD2_ISACTIVER,
	};
	bool guest = op->id == OP_GUEST_WRITE;
	struct reg_at at;
	u64 value;

	if (!guest && op->id != OP_USER_WRITE)
		return;
	reg_find_at(op->arg[guest ? 1 : 0], &at);
	value = op_arg(op, guest ? ARG_GUEST_WRITE_value : ARG_USER_WRITE_value);
	for (size_t i = 0; i < ARRAY_SIZE(regs); i++) {
		if (at.reg == (int)regs[i] && !at.index)
			EXPECT_EQ(t, value << 8 * at.byte & 0xfe000000, 0);
	}
}

static bool is_for_memory_and_lines(const struct op *op)
{
	switch (op->id) {
	case OP_GUEST_READ:
	case OP_GUEST_WRITE:
		return op_is_in_memory(op);
	case OP_CREATE_VGIC:
	case OP_CREATE_VCPU:
	case OP_SET_ADDR:
	case OP_REDIST_REGION:
	case OP_INIT_VGIC:
	case OP_IRQ_LINE:
	case OP_GUEST_ACK:
	case OP_GUEST_EOI:
	case OP_GUEST_DEACTIVATE:
		return true;
	default:
		return false;
	}
}

/* Programs for a target without a device API hold nothing else, and one CPU of a GICv2. */
static void memory_suites_need_memory_and_lines_only(struct unit *t)
{
	static const char *const names[] = { "mmio3-random", "mmio2-random" };

	for (size_t n = 0; n < ARRAY_SIZE(names); n++) {
		for (u64 i = 0; i < 200; i++) {
			struct prog p;

			suite_make(suite_find(names[n]), i, 1, &p);
			for (size_t k = 0; k < p.nr_ops; k++) {
				const struct op *op = &p.op[k];

				EXPECT_TRUE(t, is_for_memory_and_lines(op));
				if (op_desc(op->id)->agent == AGENT_GUEST && p.gic == GIC_V2)
					EXPECT_EQ(t, op_vcpu(op), 0);
			}
			prog_free(&p);
		}
	}
}

static void random_programs_leave_other_devices_alone(struct unit *t)
{
	const struct suite *s;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		for (u64 i = 0; i < 300 && s->seeded; i++) {
			struct prog p;

			suite_make(s, i, 2, &p);
			for (size_t k = 0; k < p.nr_ops; k++)
				expect_own_ppis_are_left_alone(t, &p.op[k]);
			prog_free(&p);
		}
	}
}

static void expect_survives_text(struct unit *t, const struct prog *p)
{
	char *text = prog_print(p), *again;
	struct prog_error err;
	struct prog q;

	if (EXPECT_EQ(t, prog_parse(&q, text, strlen(text), &err), 0)) {
		again = prog_print(&q);
		EXPECT_STR(t, again, text);
		free(again);
		prog_free(&q);
	} else {
		printf("#   %s:%u: %s\n", p->name, err.line, err.text);
	}
	free(text);
}

/* A generated program is one that the language has: it can be printed and read again. */
static void random_programs_can_be_written_down(struct unit *t)
{
	const struct suite *s;

	for (unsigned int n = 0; (s = suite_by_number(n)); n++) {
		for (u64 i = 0; i < 100 && s->seeded; i++) {
			struct prog p;

			suite_make(s, i, 3, &p);
			expect_survives_text(t, &p);
			prog_free(&p);
		}
	}
}

static const struct unit_test tests[] = {
	{ "gen_random.programs_hold_every_operation", random_programs_hold_every_operation },
	{ "gen_random.programs_reach_every_register", random_programs_reach_every_register },
	{ "gen_random.programs_leave_other_devices_alone",
	  random_programs_leave_other_devices_alone },
	{ "gen_random.programs_can_be_written_down", random_programs_can_be_written_down },
	{ "gen_mmio.programs_need_memory_and_lines_only",
	  memory_suites_need_memory_and_lines_only },
};

UNIT_MAIN(tests)
