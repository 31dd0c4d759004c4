/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs: a VM's configuration and a list of operations, and what each
 * operation returned.  It neither performs nor judges them.
 */
#ifndef LIB_PROG_PROG_H
#define LIB_PROG_PROG_H

#include <assert.h>
#include <stdbool.h>

#include "lib/regs/regs.h"

/*
 * Memory that every VM of the language has, for the guest's own use.  What a
 * frame placed over it does is outside the language.
 */
#define PROG_RAM_BASE 0x40000000ULL
#define PROG_RAM_BYTES 0x200000ULL

/* Memory of the guest that programs read and write: tables and command queues. */
#define PROG_MEM_BASE 0x50000000ULL
#define PROG_MEM_BYTES 0x100000ULL
#define PROG_MEM_LAST (PROG_MEM_BASE + PROG_MEM_BYTES - 32) /* where the last access may begin */

#define PROG_MAX_OPS 65536
#define PROG_MAX_BYTES (8u << 20) /* of the text form */
#define PROG_NAME_BYTES 128
#define PROG_DEFAULT_IPA_BITS 40
#define PROG_LAST_ITS 3 /* of those that operations name */
#define PROG_LAST_GSI 63

enum addr_type {
#define ADDR_TYPE(id, ...) ADDR_##id,
#include "lib/prog/addr_type.def"
#undef ADDR_TYPE
	NR_ADDR_TYPES
};

struct addr_type_desc {
	const char *word;
	enum gic_version gic;
	enum frame_id frame;
	unsigned int number; /* of the attribute in the KVM API */
	const char *source;
};

enum line_type {
#define LINE_TYPE(id, ...) LINE_##id,
#include "lib/prog/line_type.def"
#undef LINE_TYPE
	NR_LINE_TYPES
};

struct line_type_desc {
	const char *word;
	unsigned int number; /* of the type in the KVM API */
	const char *source;
};

enum migrate_order {
#define MIGRATE_ORDER(id, ...) MIGRATE_##id,
#include "lib/prog/migrate_order.def"
#undef MIGRATE_ORDER
	NR_MIGRATE_ORDERS
};

struct migrate_order_desc {
	const char *doc;
	const char *source; /* of the rule that it breaks, if it does */
};

enum op_id {
#define OP(id, ...) OP_##id,
#define ARG(...)
#include "lib/prog/ops.def"
#undef OP
#undef ARG
	NR_OPS
};

enum op_arg_id {
#define OP(...)
#define ARG(op, name, ...) ARG_##op##_##name,
#include "lib/prog/ops.def"
#undef OP
#undef ARG
	NR_OP_ARGS
};

/* Each OP takes a number and gives it back, so the next ARG has the same one. */
enum {
#define OP(id, ...) FIRST_ARG_##id, BEFORE_ARG_##id = FIRST_ARG_##id - 1,
#define ARG(op, name, ...) SEEN_ARG_##op##_##name,
#include "lib/prog/ops.def"
#undef OP
#undef ARG
};

enum op_agent { AGENT_USER, AGENT_GUEST, AGENT_DEV, AGENT_MEM, NR_AGENTS };

enum op_arg_kind {
	ARG_KIND_DEC,
	ARG_KIND_HEX,
	ARG_KIND_OPT,
	ARG_KIND_OPTHEX,
	ARG_KIND_AT,
	ARG_KIND_SIZE,
	ARG_KIND_PLACE,
	ARG_KIND_ADDR_TYPE,
	ARG_KIND_LINE_TYPE,
};

struct op_desc {
	enum op_agent agent;
	int gic; /* an enum gic_version, or 0 for any */
	const char *word;
	const char *doc;
	unsigned int first_arg; /* an enum op_arg_id, if it has arguments */
};

struct op_arg_desc {
	enum op_id op;
	const char *name;
	enum op_arg_kind kind;
	u64 lo, hi, unit;
	const char *doc;
};

/* Who performs the operations of a par block: below LANE_DEV a vCPU, by its id. */
enum { LANE_DEV = 1024, LANE_USER, NR_LANES };

#define OP_MAX_ARGS 5

struct op {
	enum op_id id;
	bool par; /* performed beside the operation before it */
	u64 arg[OP_MAX_ARGS];
	char *above; /* comment and blank lines before it, or NULL */
	char *beside; /* comment on its line, or NULL */
};

struct prog {
	char name[PROG_NAME_BYTES];
	enum gic_version gic;
	unsigned int ipa_bits;
	struct op *op;
	size_t nr_ops, max_ops;
	char *above, *beside; /* comments of the vm line */
	char *below; /* comments after the last operation */
};

/* Values of KVM_SET_MP_STATE, api.rst. */
#define PROG_MP_RUNNABLE 0
#define PROG_MP_STOPPED 5
#define PROG_MP_SUSPENDED 10

/*
 * A TVAL up to this is reached within the program: counted at up to 1 GHz in some
 * milliseconds, at 62.5 MHz in 67 of them.  Who ends a WFI from outside has seen the
 * counter go on so far (docs/wfi.md).
 */
#define PROG_TIMER_SOON (1u << 22)

/* Values of CPU_ON, 32 bits of two's complement: ARM DEN 0022, 5.2.2. */
#define PROG_PSCI_SUCCESS 0u
#define PROG_PSCI_INVALID_PARAMETERS 0xfffffffeu
#define PROG_PSCI_ALREADY_ON 0xfffffffcu
#define PROG_PSCI_ON_PENDING 0xfffffffbu

/* How an operation ended. */
enum op_status {
	OP_DONE, /* it succeeded; values are valid */
	OP_FAILED, /* err says how */
	OP_NO_DEVICE, /* a guest access that no in-kernel device claimed */
	OP_ABORT, /* the guest took an exception: ESR_EL1, ELR_EL1, FAR_EL1 as far as known */
	OP_NO_LAST, /* a walk met a frame that is no redistributor; values hold those before */
	OP_NO_OBJECT, /* the vCPU or device it names does not exist, so nothing was done */
	OP_NOT_RUN, /* the target gave up before it; never an outcome to compare */
};

#define OP_MAX_VALS 64

/* The value of take: what the acknowledge returned, and the exception, if one came. */
#define PROG_TOOK_NONE 0x3ffu
#define PROG_TOOK_VALUE 0xffffffu
#define PROG_TOOK_IRQ (1u << 24)
#define PROG_TOOK_FIQ (2u << 24)
/* The value of idle is one of these, or that none came until it was ended from outside. */
#define PROG_IDLE_ENDED_BIT (4u << 24)
#define PROG_IDLE_ENDED (PROG_IDLE_ENDED_BIT | PROG_TOOK_NONE)

#define OP_NO_CPUIF (~0ULL) /* not a gpa */

struct op_result {
	enum op_status status;
	int err; /* errno, positive, if OP_FAILED */
	unsigned int nr_vals;
	u64 val[OP_MAX_VALS];
};

/*
 * Where each argument is.  The tables stand here so that a look-up by a constant
 * is one: the model asks for several million arguments a second.
 */
struct op_arg_slot {
	u8 op; /* an enum op_id */
	u8 index; /* in op.arg */
};

static const struct op_arg_slot op_arg_slots[NR_OP_ARGS] = {
#define OP(...)
#define ARG(op, name, ...) \
	[ARG_##op##_##name] = { OP_##op, SEEN_ARG_##op##_##name - FIRST_ARG_##op },
#include "lib/prog/ops.def"
#undef OP
#undef ARG
};

static const u8 op_first_args[NR_OPS + 1] = {
#define OP(id, ...) [OP_##id] = FIRST_ARG_##id,
#define ARG(...)
#include "lib/prog/ops.def"
#undef OP
#undef ARG
	[NR_OPS] = NR_OP_ARGS,
};

extern const struct op_desc op_descs[NR_OPS];
extern const struct op_arg_desc op_arg_descs[NR_OP_ARGS];
extern const struct addr_type_desc addr_type_descs[NR_ADDR_TYPES];

/* The row of operation @id. */
static inline const struct op_desc *op_desc(enum op_id id)
{
	return &op_descs[id];
}

/* The row of argument @id, an enum op_arg_id. */
static inline const struct op_arg_desc *op_arg_desc(unsigned int id)
{
	assert(id < NR_OP_ARGS);
	return &op_arg_descs[id];
}

/* The row of an address attribute. */
static inline const struct addr_type_desc *addr_type_desc(enum addr_type type)
{
	return &addr_type_descs[type];
}

/* The number of arguments of operation @id, 0 to OP_MAX_ARGS. */
static inline unsigned int op_nr_args(enum op_id id)
{
	return op_first_args[id + 1] - op_first_args[id];
}

/* The value of argument @id of @op, which must have it. */
static inline u64 op_arg(const struct op *op, enum op_arg_id id)
{
	assert(op_arg_slots[id].op == op->id);
	return op->arg[op_arg_slots[id].index];
}

/* Changes argument @id of @op, which must have it, to a value within its range. */
static inline void op_set_arg(struct op *op, enum op_arg_id id, u64 value)
{
	assert(op_arg_slots[id].op == op->id);
	op->arg[op_arg_slots[id].index] = value;
}

_Static_assert(NR_OPS <= 256 && NR_OP_ARGS <= 256, "bytes of the tables");

const char *op_agent_word(enum op_agent agent);
const struct line_type_desc *line_type_desc(enum line_type type);
const struct migrate_order_desc *migrate_order_desc(enum migrate_order order);
int op_vcpu(const struct op *op);
unsigned int op_its(const struct op *op);
bool op_user_place(const struct op *op, u64 *place);
u64 op_cpuif_at(const struct op *op);
bool op_can_par(enum op_id id);
bool op_waits(enum op_id id);
bool op_was_ended(const struct op *op, const struct op_result *res);
bool op_returns_values(enum op_status status);
bool op_log_goes_on(u64 value, unsigned int nr);
unsigned int op_lane(const struct op *op);
bool op_is_in_memory(const struct op *op);
unsigned int op_access_size(u64 place, u64 size);
const char *op_status_name(enum op_status status);

void prog_init(struct prog *p, enum gic_version gic, unsigned int ipa_bits);
void prog_free(struct prog *p);
struct op *prog_add(struct prog *p, enum op_id id);
size_t prog_par_end(const struct prog *p, size_t first);
bool prog_has_par(const struct prog *p);
bool prog_has_op(const struct prog *p, enum op_id id);
u64 prog_timer_ticks(const struct prog *p);
void prog_mend_par(struct prog *p);
bool prog_ipa_bits_are_supported(unsigned int ipa_bits);
enum frame_id prog_frame(enum gic_version gic, unsigned int number);

/* Text form: lib/prog/text.c parses it, lib/prog/print.c prints it. */
struct prog_error {
	unsigned int line, column; /* from 1; both 0 if it concerns the whole text */
	char text[192];
};

__must_check int prog_parse(struct prog *p, const char *text, size_t bytes, struct prog_error *err);
__must_check int prog_load(struct prog *p, const char *path, struct prog_error *err);
size_t op_print(const struct op *op, char *buf, size_t bytes);
__must_check char *prog_print(const struct prog *p);

/* Binary form: lib/prog/codec.c. */
__must_check size_t prog_encode(const struct prog *p, u8 *buf, size_t bytes);
void prog_decode(struct prog *p, const u8 *buf, size_t bytes);

#endif /* LIB_PROG_PROG_H */
