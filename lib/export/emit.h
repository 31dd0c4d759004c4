/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing the C code of a test, private to lib/export.
 */
#ifndef LIB_EXPORT_EMIT_H
#define LIB_EXPORT_EMIT_H

#include "lib/export/steps.h"

/* Pieces of code that a test has if it uses them, in the order they stand in. */
enum helper_id {
#define HELPER(id, needs, text) HELPER_##id,
#include "lib/export/helper.def"
#undef HELPER
	NR_HELPERS
};

/* Variables of the test's function that not every test has. */
enum var_id { VAR_RET, VAR_VAL, VAR_VAL32, VAR_ITS_FD, VAR_GIC_FD, VAR_MEM, NR_VARS };

#define EXPORT_MAX_STACK 64

/* An interrupt that a vCPU acknowledged and has not ended. */
struct acked {
	size_t op; /* number of the acknowledge */
	bool group1;
	bool maybe; /* it may have found none */
};

struct export_vcpu {
	unsigned int id; /* vcpu_id */
	bool enters; /* it runs code of its own */
	bool named; /* the test's function has a variable for it */
	char *text; /* of its guest's function */
	size_t bytes;
	FILE *guest; /* that writes it */
	struct acked acked[EXPORT_MAX_STACK];
	unsigned int nr_acked;
	size_t *iar; /* acknowledges whose values are kept, from 1 */
	unsigned int nr_iars;
	bool has_val; /* its function has a variable "val" */
	bool held;
	unsigned int held_stage; /* that it ends when it is released */
};

struct export
{
	const struct prog *prog;
	const struct export_options *o;
	struct export_steps steps;
	size_t nr; /* operations that the test performs */
	bool has_guest; /* some vCPU runs code */
	bool maps_mem; /* a guest accesses the program's memory */
	bool may_kill_vm; /* a first run that fails may leave a VM dead */
	bool used[NR_HELPERS];
	bool var[NR_VARS];
	bool told[NR_RULES]; /* the rule's sentence stands in the file */
	u64 *reg; /* places that have a name */
	size_t nr_regs;
	struct export_vcpu *vcpu;
	size_t nr_vcpus;
	unsigned int stage; /* last one that a guest ends */
	unsigned int nr_asserts;
	FILE *host;
	char *error; /* set when something cannot be exported */
};

/* emit.c */
__printf(3, 4) void put_code(FILE *f, unsigned int tabs, const char *fmt, ...);
__printf(3, 4) void put_comment(FILE *f, unsigned int tabs, const char *fmt, ...);
void put_words(FILE *f, unsigned int tabs, const char *s);
__printf(2, 3) void export_refuse(struct export *x, const char *fmt, ...);
void export_refuse_op(struct export *x, size_t i);
void export_use(struct export *x, enum helper_id id);
const char *export_sysreg_name(u64 place, char *buf, size_t bytes);
const char *export_reg_name(struct export *x, u64 place, char *buf, size_t bytes);
bool export_asserts(const struct export *x, size_t i);
void export_tell_rule(struct export *x, FILE *f, enum rule_id rule);
bool export_has_check(const struct export *x, size_t i, unsigned int val);
void put_check(struct export *x, size_t i, unsigned int val, FILE *f, const char *expr);
struct export_vcpu *export_vcpu(const struct export *x, u64 id);

/* host.c */
void export_host_op(struct export *x, size_t i);

/* guest.c */
bool export_enters_guest(const struct export *x, size_t i);
void export_guest_op(struct export *x, size_t i, struct export_vcpu *v);

#endif /* LIB_EXPORT_EMIT_H */
