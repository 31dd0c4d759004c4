// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guests of a test do: a small emitter for each operation.
 */
#include "lib/export/emit.h"

#include <inttypes.h>
#include <string.h>

#include "lib/prog/alloc.h"

#define NAME_BYTES 96
#define CALL_BYTES 256

static char size_letter(unsigned int size)
{
	static const char letters[] = { [1] = 'b', [2] = 'w', [4] = 'l', [8] = 'q' };

	return letters[size];
}

static void use_access(struct export *x, bool write, unsigned int size)
{
	static const enum helper_id loads[] = {
		[1] = HELPER_READB,
		[2] = HELPER_READW,
		[4] = HELPER_READL,
		[8] = HELPER_READQ,
	};
	static const enum helper_id stores[] = {
		[1] = HELPER_WRITEB,
		[2] = HELPER_WRITEW,
		[4] = HELPER_WRITEL,
		[8] = HELPER_WRITEQ,
	};

	export_use(x, write ? stores[size] : loads[size]);
}

/* The access that an operation performs, as a call that gives its value. */
static void print_access(struct export *x, const struct op *op, char *buf, size_t bytes)
{
	bool write = op->id == OP_GUEST_WRITE;
	u64 reg = op_arg(op, write ? ARG_GUEST_WRITE_reg : ARG_GUEST_READ_reg);
	u64 at = op_arg(op, write ? ARG_GUEST_WRITE_at : ARG_GUEST_READ_at);
	u64 value = write ? op_arg(op, ARG_GUEST_WRITE_value) : 0;
	unsigned int size =
		op_access_size(reg, op_arg(op, write ? ARG_GUEST_WRITE_size : ARG_GUEST_READ_size));
	char name[NAME_BYTES], val[NAME_BYTES] = "";

	if (write)
		snprintf(val, sizeof(val), "0x%" PRIx64,
			 op_is_in_memory(op) ? value & bits_mask(8 * size - 1, 0) : value);
	if (!op_is_in_memory(op)) {
		export_use(x, write ? HELPER_MSR : HELPER_MRS);
		snprintf(buf, bytes, "guest_%s(%s%s%s)", write ? "msr" : "mrs", val,
			 write ? ", " : "", export_sysreg_name(reg, name, sizeof(name)));
		return;
	}
	use_access(x, write, size);
	snprintf(buf, bytes, "guest_%s%c(0x%" PRIx64 " + %s%s%s)", write ? "write" : "read",
		 size_letter(size), at, export_reg_name(x, reg, name, sizeof(name)),
		 write ? ", " : "", val);
}

static u64 access_addr(const struct op *op)
{
	bool write = op->id == OP_GUEST_WRITE;

	return op_arg(op, write ? ARG_GUEST_WRITE_at : ARG_GUEST_READ_at) +
	       place_offset(op_arg(op, write ? ARG_GUEST_WRITE_reg : ARG_GUEST_READ_reg));
}

static bool has_alt(const struct export_step *s, enum op_status status)
{
	return s->status == status || (status == OP_ABORT && s->may_abort);
}

/* An access that takes an exception, or may. */
static void put_exception(struct export *x, size_t i, struct export_vcpu *v, const char *call)
{
	const struct export_step *s = &x->steps.step[i];
	const struct op *op = &x->prog->op[i];
	bool unaligned = op->id == OP_GUEST_LOAD || op->id == OP_GUEST_STORE ||
			 (op_is_in_memory(op) && access_addr(op) & 7);
	char text[CALL_BYTES];

	export_use(x, HELPER_EXCEPTION);
	op_print(op, text, sizeof(text));
	if (s->status == OP_ABORT && export_asserts(x, i))
		export_tell_rule(x, v->guest, s->rule);
	if (unaligned) {
		export_use(x, HELPER_ALIGNMENT);
		put_code(v->guest, 1, "check_alignment(true);");
	}
	put_code(v->guest, 1, "expect_exception = true;");
	put_code(v->guest, 1, "%s;", call);
	if (unaligned)
		put_code(v->guest, 1, "check_alignment(false);");
	if (s->sure && export_asserts(x, i)) {
		put_code(v->guest, 1,
			 "__GUEST_ASSERT(!expect_exception, \"op %zu, %s: must take an exception "
			 "(%s)\");",
			 i + 1, text, rule_desc(s->rule)->name);
		x->nr_asserts++;
	}
	put_code(v->guest, 1, "expect_exception = false;");
}

static void access(struct export *x, size_t i, struct export_vcpu *v)
{
	const struct export_step *s = &x->steps.step[i];
	const struct op *op = &x->prog->op[i];
	char call[CALL_BYTES];

	print_access(x, op, call, sizeof(call));
	if (has_alt(s, OP_ABORT)) {
		put_exception(x, i, v, call);
		return;
	}
	if (s->status == OP_NO_DEVICE) {
		export_use(x, HELPER_RUN_TO_MMIO);
		export_tell_rule(x, x->host, s->rule);
		put_code(x->host, 1, "run_to_mmio(vcpu%u, 0x%" PRIx64 ");", v->id, access_addr(op));
		x->nr_asserts++;
	}
	if (s->status != OP_DONE || !export_has_check(x, i, 0)) {
		put_code(v->guest, 1, "%s;", call);
		return;
	}
	v->has_val = true;
	put_code(v->guest, 1, "val = %s;", call);
	put_check(x, i, 0, v->guest, "val");
}

/* The registers by which interrupts are acknowledged and ended, of a group. */
static void print_iar(struct export *x, const struct op *op, bool group1, char *buf, size_t bytes)
{
	char name[NAME_BYTES];

	if (x->prog->gic == GIC_V2) {
		export_use(x, HELPER_READL);
		snprintf(buf, bytes, "guest_readl(0x%" PRIx64 " + %s)", op_cpuif_at(op),
			 export_reg_name(x, reg_place(group1 ? REG_GICC_AIAR : REG_GICC_IAR, 0),
					 name, sizeof(name)));
		return;
	}
	export_use(x, HELPER_MRS);
	snprintf(buf, bytes, "guest_mrs(SYS_ICC_IAR%d_EL1)", group1);
}

static void put_end(struct export *x, struct export_vcpu *v, unsigned int tabs, const struct op *op,
		    const char *val, enum reg_id v2, const char *v3)
{
	char name[NAME_BYTES];

	if (x->prog->gic == GIC_V2) {
		export_use(x, HELPER_WRITEL);
		put_code(v->guest, tabs, "guest_writel(0x%" PRIx64 " + %s, %s);", op_cpuif_at(op),
			 export_reg_name(x, reg_place(v2, 0), name, sizeof(name)), val);
		return;
	}
	export_use(x, HELPER_MSR);
	put_code(v->guest, tabs, "guest_msr(%s, %s);", val, v3);
}

static bool is_special(const struct export *x, u64 iar)
{
	u64 intid = bits_get(iar, x->prog->gic == GIC_V2 ? 9 : 23, 0);

	return intid >= 1020 && intid <= 1023;
}

enum found { FOUND_NONE, FOUND_MAYBE, FOUND_ONE };

/* Does an acknowledge find an interrupt? */
static enum found found(const struct export *x, const struct export_step *s)
{
	unsigned int special = 0;

	for (unsigned int k = 0; k < s->nr_one_of; k++)
		special += is_special(x, s->one_of[k]);
	if (s->nr_one_of && special && special < s->nr_one_of)
		return FOUND_MAYBE;
	if (!s->nr_one_of)
		special = is_special(x, s->val[0].value);
	return special ? FOUND_NONE : FOUND_ONE;
}

static void push(struct export *x, size_t i, struct export_vcpu *v, bool group1, bool maybe)
{
	/* What is below one that may not be there cannot be told apart from it. */
	if (v->nr_acked && (maybe || v->acked[v->nr_acked - 1].maybe))
		export_refuse(x, "op %zu: which interrupt is ended after it is open", i + 1);
	else if (v->nr_acked < EXPORT_MAX_STACK)
		v->acked[v->nr_acked++] = (struct acked){ i, group1, maybe };
	else
		export_refuse(x, "op %zu: too many interrupts are active", i + 1);
}

/* What acknowledges or takes an interrupt, as a call that gives its value. */
static void put_found(struct export *x, size_t i, struct export_vcpu *v, const char *call,
		      bool group1)
{
	const struct export_step *s = &x->steps.step[i];
	char var[NAME_BYTES] = "val";
	enum found f = found(x, s);

	if (s->status != OP_DONE || (!s->nr_one_of && ~s->val[0].known & 0x3ff)) {
		export_refuse(x, "op %zu: what it acknowledges is open", i + 1);
		return;
	}
	if (s->nr_one_of) {
		snprintf(var, sizeof(var), "iar_%zu", i + 1);
		put_code(v->guest, 1, "%s = %s;", var, call);
		v->iar = xrealloc(v->iar, (v->nr_iars + 1) * sizeof(v->iar[0]));
		v->iar[v->nr_iars++] = i + 1;
	} else if (export_has_check(x, i, 0)) {
		v->has_val = true;
		put_code(v->guest, 1, "val = %s;", call);
	} else {
		put_code(v->guest, 1, "%s;", call);
	}
	if (export_has_check(x, i, 0))
		put_check(x, i, 0, v->guest, var);
	if (f != FOUND_NONE)
		push(x, i, v, group1, f == FOUND_MAYBE);
}

static void ack(struct export *x, size_t i, struct export_vcpu *v)
{
	bool group1 = op_arg(&x->prog->op[i], ARG_GUEST_ACK_group);
	char call[CALL_BYTES];

	print_iar(x, &x->prog->op[i], group1, call, sizeof(call));
	put_found(x, i, v, call, group1);
}

/* Group 1 comes as an IRQ, group 0 as an FIQ. */
static void take(struct export *x, size_t i, struct export_vcpu *v)
{
	const struct export_step *s = &x->steps.step[i];
	unsigned int fiqs = 0;

	if (x->prog->gic == GIC_V2) {
		export_refuse(x, "op %zu: 'take' is not exported for a GICv2", i + 1);
		return;
	}
	for (unsigned int k = 0; k < s->nr_one_of; k++)
		fiqs += (s->one_of[k] & PROG_TOOK_FIQ) != 0;
	if (fiqs && fiqs < s->nr_one_of) {
		export_refuse(x, "op %zu: the group of what it takes is open", i + 1);
		return;
	}
	if (!s->nr_one_of && s->nr_vals)
		fiqs = (s->val[0].value & PROG_TOOK_FIQ) != 0;
	export_use(x, HELPER_TAKE);
	put_found(x, i, v, "guest_take()", !fiqs);
}

/* Only one that must wake ends for sure; the others are no test of anything. */
static void wfi(struct export *x, size_t i, struct export_vcpu *v)
{
	const struct export_step *s = &x->steps.step[i];

	if (!s->nr_vals || ~s->val[0].known) {
		put_comment(v->guest, 1, "A WFI may sleep for good here, so there is none.");
		return;
	}
	export_tell_rule(x, v->guest, s->rule);
	put_comment(v->guest, 1, "Sleeps for good if that is not so.");
	put_code(v->guest, 1, "asm volatile(\"dsb sy\\n\\twfi\" : : : \"memory\");");
	x->nr_asserts++;
}

/* What is written to end an interrupt: a number, or what the acknowledge returned. */
static bool print_ended(const struct export *x, size_t i, const struct acked *a, char *buf,
			size_t bytes)
{
	const struct export_step *s = &x->steps.step[i];

	if (s->status == OP_DONE && s->nr_vals && !s->nr_one_of && !(~s->val[0].known & 0xffffff))
		snprintf(buf, bytes, "0x%" PRIx64, s->val[0].value & 0xffffff);
	else if (a && x->steps.step[a->op].nr_one_of)
		snprintf(buf, bytes, "iar_%zu & 0xffffff", a->op + 1);
	else
		return false;
	return true;
}

static void eoi(struct export *x, size_t i, struct export_vcpu *v)
{
	const struct op *op = &x->prog->op[i];
	const struct acked *a;
	char val[NAME_BYTES];

	/* Without one the guest does nothing. */
	if (!v->nr_acked)
		return;
	a = &v->acked[--v->nr_acked];
	if (!print_ended(x, i, a, val, sizeof(val))) {
		export_refuse(x, "op %zu: which interrupt it ends is open", i + 1);
		return;
	}
	if (a->maybe)
		put_code(v->guest, 1, "if (((%s) & 0x3ff) < 1020 || (%s) >= 8192)", val, val);
	put_end(x, v, a->maybe ? 2 : 1, op, val, a->group1 ? REG_GICC_AEOIR : REG_GICC_EOIR,
		a->group1 ? "SYS_ICC_EOIR1_EL1" : "SYS_ICC_EOIR0_EL1");
}

static void deactivate(struct export *x, size_t i, struct export_vcpu *v)
{
	const struct export_step *s = &x->steps.step[i];
	char val[NAME_BYTES];

	if (!print_ended(x, i, NULL, val, sizeof(val))) {
		export_refuse(x, "op %zu: which interrupt it deactivates is open", i + 1);
		return;
	}
	if (s->val[0].value != 1023)
		put_end(x, v, 1, &x->prog->op[i], val, REG_GICC_DIR, "SYS_ICC_DIR_EL1");
}

/* As an operating system looks for its redistributor, frame by frame. */
static void walk(struct export *x, size_t i, struct export_vcpu *v)
{
	const struct export_step *s = &x->steps.step[i];
	u64 at = op_arg(&x->prog->op[i], ARG_GUEST_WALK_at);
	char name[NAME_BYTES];

	export_use(x, HELPER_READQ);
	export_reg_name(x, reg_place(REG_GICR_TYPER, 0), name, sizeof(name));
	for (unsigned int k = 0; k < s->nr_vals; k++) {
		if (!export_has_check(x, i, k))
			continue;
		v->has_val = true;
		put_code(v->guest, 1, "val = guest_readq(0x%" PRIx64 " + %s);",
			 at + k * (u64)GICR_BYTES, name);
		put_check(x, i, k, v->guest, "val");
	}
}

/* Of the program's memory, which is mapped as memory. */
static void load(struct export *x, size_t i, struct export_vcpu *v)
{
	const struct op *op = &x->prog->op[i];
	u64 size = op_arg(op, ARG_GUEST_LOAD_size);
	char call[CALL_BYTES];

	size = size ? size : 8;
	use_access(x, false, (unsigned int)size);
	snprintf(call, sizeof(call), "guest_read%c(0x%" PRIx64 ")", size_letter((unsigned int)size),
		 op_arg(op, ARG_GUEST_LOAD_at));
	if (has_alt(&x->steps.step[i], OP_ABORT)) {
		put_exception(x, i, v, call);
		return;
	}
	if (!export_has_check(x, i, 0)) {
		put_code(v->guest, 1, "%s;", call);
		return;
	}
	v->has_val = true;
	put_code(v->guest, 1, "val = %s;", call);
	put_check(x, i, 0, v->guest, "val");
}

static void store(struct export *x, size_t i, struct export_vcpu *v)
{
	const struct op *op = &x->prog->op[i];
	u64 size = op_arg(op, ARG_GUEST_STORE_size);
	u64 value = op_arg(op, ARG_GUEST_STORE_value);
	char call[CALL_BYTES];

	size = size ? size : 8;
	use_access(x, true, (unsigned int)size);
	snprintf(call, sizeof(call), "guest_write%c(0x%" PRIx64 ", 0x%" PRIx64 ")",
		 size_letter((unsigned int)size), op_arg(op, ARG_GUEST_STORE_at),
		 value & bits_mask((unsigned int)(8 * size - 1), 0));
	if (has_alt(&x->steps.step[i], OP_ABORT))
		put_exception(x, i, v, call);
	else
		put_code(v->guest, 1, "%s;", call);
}

static void clean(struct export *x, size_t i, struct export_vcpu *v)
{
	put_code(v->guest, 1,
		 "asm volatile(\"dc civac, %%0\" : : \"r\" (0x%" PRIx64 "UL) : \"memory\");",
		 op_arg(&x->prog->op[i], ARG_GUEST_CLEAN_at));
}

static void barrier(struct export *x, size_t i, struct export_vcpu *v)
{
	put_code(v->guest, 1, "%s;", x->prog->op[i].id == OP_GUEST_DSB ? "dsb(sy)" : "isb()");
}

typedef void emit_fn(struct export *x, size_t i, struct export_vcpu *v);

static void nothing(struct export *x, size_t i, struct export_vcpu *v)
{
	(void)x;
	(void)i;
	(void)v;
}

/*
 * Those that are not here are not exported: selftests have no place for another
 * handler, nor for a wait that may have to be ended.
 */
/* clang-format off */
static emit_fn *const emitters[NR_OPS] = {
	[OP_RUN] = nothing,
	[OP_GUEST_READ] = access,
	[OP_GUEST_WRITE] = access,
	[OP_GUEST_ACK] = ack,
	[OP_GUEST_EOI] = eoi,
	[OP_GUEST_DEACTIVATE] = deactivate,
	[OP_GUEST_WALK] = walk,
	[OP_GUEST_LOAD] = load,
	[OP_GUEST_STORE] = store,
	[OP_GUEST_CLEAN] = clean,
	[OP_GUEST_DSB] = barrier,
	[OP_GUEST_ISB] = barrier,
	[OP_GUEST_TAKE] = take,
	[OP_GUEST_WFI] = wfi,
};
/* clang-format on */

/**
 * export_enters_guest() - does an operation run code of a guest?
 * @x: the export
 * @i: number of the operation, from 0
 *
 * Return: whether; not if KVM_RUN fails, or the vCPU stays in its guest.
 */
bool export_enters_guest(const struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];
	enum op_status status = x->steps.step[i].status;

	return (op->id == OP_RUN || op_desc(op->id)->agent == AGENT_GUEST) && status != OP_FAILED &&
	       status != OP_NO_OBJECT;
}

/**
 * export_guest_op() - emit what a guest does
 * @x: the export
 * @i: number of an operation that enters one, from 0
 * @v: its vCPU
 */
void export_guest_op(struct export *x, size_t i, struct export_vcpu *v)
{
	emit_fn *emit = emitters[x->prog->op[i].id];

	if (emit)
		emit(x, i, v);
	else
		export_refuse_op(x, i);
}
