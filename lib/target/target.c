// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of targets, and what a probe says about a program before it is run.
 */
#include "lib/target/target.h"

#include <errno.h>
#include <string.h>

#include "lib/prog/mem.h"

#ifndef VGICHECK_HAVE_KVM
static int no_kvm_probe(struct target_info *info)
{
	snprintf(info->reason, sizeof(info->reason),
		 "this build has no kvm target: /dev/kvm of arm64 is needed");
	return -ENODEV;
}

static void no_kvm_run(const struct prog *prog, struct op_result *results)
{
	for (size_t i = 0; i < prog->nr_ops; i++)
		results[i] = (struct op_result){ .status = OP_NOT_RUN };
}

static unsigned int no_kvm_costs(struct target_cost *costs, unsigned int max)
{
	(void)costs;
	(void)max;
	return 0;
}

const struct target target_kvm = {
	.name = "kvm",
	.doc = "the in-kernel vGIC of /dev/kvm",
	.probe = no_kvm_probe,
	.run = no_kvm_run,
	.costs = no_kvm_costs,
};
#endif

static const struct target *const targets[] = { &target_kvm, &target_hosted, &target_qtest };

/**
 * target_by_number() - the targets, one by one
 * @i: from 0
 *
 * Return: a target, or NULL after the last one.
 */
const struct target *target_by_number(unsigned int i)
{
	return i < ARRAY_SIZE(targets) ? targets[i] : NULL;
}

static const struct target *find(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		if (strlen(targets[i]->name) == len && !strncmp(targets[i]->name, name, len))
			return targets[i];
	}
	return NULL;
}

/**
 * target_choose() - a target as a user names it
 * @text:   such as "kvm", or "hosted:6.12,lr=4" for one that takes options
 * @reason: receives what is wrong with it
 * @bytes:  of @reason
 *
 * Return: the target, which has its options; NULL with a @reason.
 */
const struct target *target_choose(const char *text, char *reason, size_t bytes)
{
	size_t len = strcspn(text, ":");
	const struct target *t = find(text, len);

	if (!t) {
		snprintf(reason, bytes, "there is no target '%.*s'; see `vgicheck probe`", (int)len,
			 text);
		return NULL;
	}
	if (t->configure)
		return t->configure(text + len + !!text[len], reason, bytes) ? NULL : t;
	if (text[len]) {
		snprintf(reason, bytes, "target %s has no options such as '%s'", t->name,
			 text + len + 1);
		return NULL;
	}
	return t;
}

/**
 * target_name_gics() - fill in the names of the vGICs that a host can give
 * @info: its has_gicv2 and has_gicv3 are set
 */
void target_name_gics(struct target_info *info)
{
	snprintf(info->host_gic, sizeof(info->host_gic), "%s%s%s", info->has_gicv2 ? "gicv2" : "",
		 info->has_gicv2 && info->has_gicv3 ? " " : "", info->has_gicv3 ? "gicv3" : "");
}

/**
 * target_probe_gicv3() - what a host gives to a guest, as a new vGICv3 shows it
 * @target: has a vGICv3
 * @info:   icc_ctlr and sgis_without_active are filled in
 */
void target_probe_gicv3(const struct target *target, struct target_info *info)
{
	static const char text[] = "vm gicv3\n"
				   "create_vgic\n"
				   "create_vcpu id=0\n"
				   "init_vgic\n"
				   "user read ICC_CTLR_EL1 vcpu=0\n"
				   "user read GICD_TYPER2 vcpu=0\n";
	struct op_result results[5] = { 0 };
	struct prog_error err;
	struct prog p;
	int ret = prog_parse(&p, text, strlen(text), &err);

	assert(!ret);
	(void)ret;
	target->run(&p, results);
	prog_free(&p);
	if (results[3].status == OP_DONE)
		info->icc_ctlr = results[3].val[0];
	info->sgis_without_active = results[4].status == OP_DONE &&
				    reg_field_get(FIELD_GICD_TYPER2_nASSGIcap, results[4].val[0]);
}

static bool overlaps(u64 base, u64 bytes, u64 mem, u64 mem_bytes)
{
	return base < mem + mem_bytes && base + bytes > mem;
}

static bool overlaps_mem(const struct prog *prog, u64 base, u64 bytes)
{
	return overlaps(base, bytes, PROG_MEM_BASE, PROG_MEM_BYTES) && prog_uses_mem(prog);
}

/* Is there memory of a VM of @prog? */
static bool overlaps_ram(const struct prog *prog, u64 base, u64 bytes)
{
	return overlaps(base, bytes, PROG_RAM_BASE, PROG_RAM_BYTES) ||
	       overlaps_mem(prog, base, bytes);
}

/* Would the program put a frame over memory, where what a guest accesses is open? */
static bool covers_ram(const struct prog *prog)
{
	u64 nr_vcpus = 0;

	for (size_t i = 0; i < prog->nr_ops; i++)
		nr_vcpus += prog->op[i].id == OP_CREATE_VCPU;
	for (size_t i = 0; i < prog->nr_ops; i++) {
		const struct op *op = &prog->op[i];

		if (op->id == OP_SET_ADDR &&
		    overlaps_ram(prog, op_arg(op, ARG_SET_ADDR_base), (nr_vcpus + 1) * GICR_BYTES))
			return true;
		if (op->id == OP_REDIST_REGION &&
		    overlaps_ram(prog, op_arg(op, ARG_REDIST_REGION_base),
				 op_arg(op, ARG_REDIST_REGION_count) * GICR_BYTES))
			return true;
		if (op->id == OP_SET_ITS_ADDR &&
		    overlaps_ram(prog, op_arg(op, ARG_SET_ITS_ADDR_base), GITS_BYTES))
			return true;
	}
	return false;
}

/*
 * System registers that a write cannot damage the interpreter by: those of the
 * GIC, whose encodings are S3_0_C4_C6_0 (ICC_PMR_EL1) and S3_<op1>_C12_C8..C15_*,
 * wherever the latter are undefined too.  And those of timers, S3_3_C14_C2..C3_0..2,
 * whose interrupts wait like others.
 */
static bool sysreg_is_harmless(u32 encoding)
{
	return encoding == 0xc230 ||
	       (encoding >= CNTP_TVAL_OFFSET && encoding <= CNTP_CVAL_OFFSET) ||
	       (encoding >= CNTV_TVAL_OFFSET && encoding <= CNTV_CVAL_OFFSET) ||
	       (bits_get(encoding, 15, 14) == 3 && bits_get(encoding, 10, 7) == 12 &&
		bits_get(encoding, 6, 3) >= 8);
}

/* A walk visits this many frames at most; what it would find in memory is open. */
static bool walks_into_mem(const struct prog *prog, const struct op *op)
{
	return op->id == OP_GUEST_WALK &&
	       overlaps_mem(prog, op_arg(op, ARG_GUEST_WALK_at), OP_MAX_VALS * (u64)GICR_BYTES);
}

/* Would an access of the guest reach what its interpreter lives on, or tables? */
static bool damages_guest(const struct prog *prog)
{
	for (size_t i = 0; i < prog->nr_ops; i++) {
		const struct op *op = &prog->op[i];
		bool write = op->id == OP_GUEST_WRITE;
		u64 reg, at;

		if (prog->gic == GIC_V2 && op_cpuif_at(op) != OP_NO_CPUIF &&
		    overlaps_ram(prog, op_cpuif_at(op), GICC_BYTES))
			return true;
		if (walks_into_mem(prog, op))
			return true;
		if (!write && op->id != OP_GUEST_READ)
			continue;
		reg = op_arg(op, write ? ARG_GUEST_WRITE_reg : ARG_GUEST_READ_reg);
		at = op_arg(op, write ? ARG_GUEST_WRITE_at : ARG_GUEST_READ_at);
		if (op_is_in_memory(op) ? overlaps_ram(prog, at + place_offset(reg), 8) :
					  write && !sysreg_is_harmless(place_offset(reg)))
			return true;
	}
	return false;
}

static bool begins_off(const struct prog *prog)
{
	for (size_t i = 0; i < prog->nr_ops; i++) {
		if (prog->op[i].id == OP_CREATE_VCPU && op_arg(&prog->op[i], ARG_CREATE_VCPU_off))
			return true;
	}
	return false;
}

static bool has_mp_state(const struct prog *prog)
{
	return prog_has_op(prog, OP_SET_MP_STATE) || prog_has_op(prog, OP_GET_MP_STATE) ||
	       prog_has_op(prog, OP_AWAIT) || prog_has_op(prog, OP_GUEST_SUSPEND) ||
	       prog_has_op(prog, OP_HALT_POLL) || prog_has_op(prog, OP_GUEST_CPU_OFF) ||
	       prog_has_op(prog, OP_GUEST_CPU_ON) || begins_off(prog);
}

/* Does it use the state that only newer kernels have? */
static bool suspends(const struct prog *prog)
{
	for (size_t i = 0; i < prog->nr_ops; i++) {
		if (prog->op[i].id == OP_SET_MP_STATE &&
		    op_arg(&prog->op[i], ARG_SET_MP_STATE_state) == PROG_MP_SUSPENDED)
			return true;
	}
	return false;
}

/**
 * target_can_run() - can this program be performed there?
 * @target: the target
 * @info:   from its probe, which succeeded
 * @prog:   the program
 * @reason: receives why not
 * @bytes:  of @reason
 *
 * Return: whether.
 */
bool target_can_run(const struct target *target, const struct target_info *info,
		    const struct prog *prog, char *reason, size_t bytes)
{
	if (prog->gic == GIC_V3 && !info->has_gicv3)
		snprintf(reason, bytes, "the host gives no vGICv3");
	else if (prog->gic == GIC_V2 && !info->has_gicv2)
		snprintf(reason, bytes, "the host gives no vGICv2");
	else if (prog->ipa_bits > info->max_ipa_bits)
		snprintf(reason, bytes, "the host's address size is %u bits, below %u",
			 info->max_ipa_bits, prog->ipa_bits);
	else if (!target->makes_fail && prog_has_op(prog, OP_FAIL))
		snprintf(reason, bytes, "only target hosted can make memory or accesses fail");
	else if (!target->has_mp_state && has_mp_state(prog))
		snprintf(reason, bytes, "target %s has no states of vCPUs, no PSCI and no polling",
			 target->name);
	else if (!info->has_suspended && suspends(prog))
		snprintf(reason, bytes, "the kernel has no KVM_CAP_ARM_SYSTEM_SUSPEND");
	else if (!info->has_wfxt && prog_has_op(prog, OP_GUEST_WFIT))
		snprintf(reason, bytes, "guests have no WFIT (FEAT_WFxT)");
	else if (covers_ram(prog))
		snprintf(reason, bytes, "a frame would cover the guest's memory");
	else if (damages_guest(prog))
		snprintf(reason, bytes, "a guest access would reach what the guest runs on");
	else
		return !target->can_run || target->can_run(prog, reason, bytes);
	return false;
}
