// SPDX-License-Identifier: GPL-2.0-only
/*
 * What userspace does in a test: a small emitter for each operation.
 */
#include "lib/export/emit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "lib/prog/mem.h"

#define CALL_BYTES 512
#define NAME_BYTES 96

/* "errno == EINVAL || errno == ENXIO", or "true" if any will do. */
static void print_errnos(const struct export_step *s, const char *fmt, const char *between,
			 char *buf, size_t bytes)
{
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < s->nr_errs && at < bytes; i++) {
		const char *name = s->err[i] ? strerrorname_np(s->err[i]) : NULL;
		int n;

		if (!name) {
			buf[0] = '\0';
			return;
		}
		n = snprintf(buf + at, bytes - at, "%s%s%s", i ? between : "", fmt, name);
		at += n < 0 ? 0 : (size_t)n;
	}
}

static void put_failure(struct export *x, size_t i, const char *raw)
{
	const struct export_step *s = &x->steps.step[i];
	char op[CALL_BYTES], cond[CALL_BYTES], names[CALL_BYTES];

	if (!export_asserts(x, i)) {
		put_code(x->host, 1, "%s;", raw);
		return;
	}
	x->var[VAR_RET] = true;
	op_print(&x->prog->op[i], op, sizeof(op));
	print_errnos(s, "errno == ", " || ", cond, sizeof(cond));
	print_errnos(s, "", " or ", names, sizeof(names));
	export_tell_rule(x, x->host, s->rule);
	put_code(x->host, 1, "ret = %s;", raw);
	put_code(x->host, 1,
		 "TEST_ASSERT(ret < 0%s%s%s%s, \"op %zu, %s: must fail with %s (%s); got %%d, "
		 "errno %%d\", ret, errno);",
		 cond[0] ? " && " : "", s->nr_errs > 1 && cond[0] ? "(" : "", cond,
		 s->nr_errs > 1 && cond[0] ? ")" : "", i + 1, op, names[0] ? names : "any errno",
		 rule_desc(s->rule)->name);
	x->nr_asserts++;
}

/* Does its outcome itself matter, beyond being a step on the way? */
static bool is_judged(const struct export *x, size_t i)
{
	const struct export_step *s = &x->steps.step[i];

	return s->status == OP_FAILED || !s->sure || x->o->only_op == i + 1 ||
	       x->o->last_op == i + 1;
}

/*
 * A call that returns a negative number and errno: @insist is what asserts by
 * itself that it succeeds, @raw what does not.
 */
static void put_call(struct export *x, size_t i, const char *insist, const char *raw)
{
	const struct export_step *s = &x->steps.step[i];
	char op[CALL_BYTES];

	op_print(&x->prog->op[i], op, sizeof(op));
	if (s->status == OP_FAILED) {
		put_failure(x, i, raw);
	} else if (!s->sure) {
		x->var[VAR_RET] = true;
		put_code(x->host, 1, "ret = %s;", raw);
		put_code(x->host, 1,
			 "__TEST_REQUIRE(ret >= 0, \"op %zu, %s: this kernel refuses it, as it "
			 "may\");",
			 i + 1, op);
	} else if (!is_judged(x, i)) {
		put_code(x->host, 1, "%s;", insist);
	} else {
		x->var[VAR_RET] = true;
		export_tell_rule(x, x->host, s->rule);
		put_code(x->host, 1, "ret = %s;", raw);
		put_code(x->host, 1,
			 "TEST_ASSERT(ret >= 0, \"op %zu, %s: must succeed (%s); got errno %%d\", "
			 "errno);",
			 i + 1, op, rule_desc(s->rule)->name);
		x->nr_asserts++;
	}
}

/* An attribute's call with these arguments; @verb is "set" or "get". */
static __printf(4, 5) void put_attr(struct export *x, size_t i, const char *verb, const char *fmt,
				    ...)
{
	char args[CALL_BYTES], insist[2 * CALL_BYTES], raw[2 * CALL_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(args, sizeof(args), fmt, ap);
	va_end(ap);
	snprintf(insist, sizeof(insist), "kvm_device_attr_%s(%s)", verb, args);
	snprintf(raw, sizeof(raw), "__kvm_device_attr_%s(%s)", verb, args);
	put_call(x, i, insist, raw);
}

/* Asserts what a variable holds, if the operation was to succeed. */
static void put_value(struct export *x, size_t i, const char *var)
{
	const struct export_step *s = &x->steps.step[i];

	if (s->status == OP_DONE && s->nr_vals && export_asserts(x, i))
		put_check(x, i, 0, x->host, var);
}

static void create_vgic(struct export *x, size_t i)
{
	const char *type =
		x->prog->gic == GIC_V2 ? "KVM_DEV_TYPE_ARM_VGIC_V2" : "KVM_DEV_TYPE_ARM_VGIC_V3";
	const struct export_step *s = &x->steps.step[i];
	char insist[CALL_BYTES], raw[CALL_BYTES];
	bool first = s->status == OP_DONE && !x->var[VAR_GIC_FD];

	x->var[VAR_GIC_FD] |= first;
	snprintf(insist, sizeof(insist), "%skvm_create_device(vm, %s)", first ? "gic_fd = " : "",
		 type);
	snprintf(raw, sizeof(raw), "%s__kvm_create_device(vm, %s)", first ? "gic_fd = " : "", type);
	put_call(x, i, insist, raw);
}

static void create_its(struct export *x, size_t i)
{
	bool first = x->steps.step[i].status == OP_DONE && !x->var[VAR_ITS_FD];
	char insist[CALL_BYTES], raw[CALL_BYTES];

	x->var[VAR_ITS_FD] |= first;
	snprintf(insist, sizeof(insist), "%skvm_create_device(vm, KVM_DEV_TYPE_ARM_VGIC_ITS)",
		 first ? "its_fd = " : "");
	snprintf(raw, sizeof(raw), "%s__kvm_create_device(vm, KVM_DEV_TYPE_ARM_VGIC_ITS)",
		 first ? "its_fd = " : "");
	put_call(x, i, insist, raw);
}

/* kvm_util keeps a vCPU that exists; one that is refused is an ioctl. */
static void create_vcpu(struct export *x, size_t i)
{
	unsigned int id = (unsigned int)op_arg(&x->prog->op[i], ARG_CREATE_VCPU_id);
	const struct export_vcpu *v = export_vcpu(x, id);
	char raw[CALL_BYTES];

	if (op_arg(&x->prog->op[i], ARG_CREATE_VCPU_off))
		export_refuse(x, "op %zu: a vCPU that begins off is not exported", i + 1);
	snprintf(raw, sizeof(raw), "__vm_ioctl(vm, KVM_CREATE_VCPU, (void *)%uUL)", id);
	if (x->steps.step[i].status == OP_FAILED) {
		put_failure(x, i, raw);
	} else if (v && v->enters) {
		export_use(x, HELPER_ADD_GUEST);
		put_code(x->host, 1, "vcpu%u = add_guest(vm, %u, guest_vcpu%u);", id, id, id);
	} else {
		export_use(x, HELPER_ADD_VCPU);
		if (v && v->named)
			put_code(x->host, 1, "vcpu%u = add_vcpu(vm, %u);", id, id);
		else
			put_code(x->host, 1, "add_vcpu(vm, %u);", id);
	}
}

static const char *addr_type_name(u64 type)
{
	static const char *const names[NR_ADDR_TYPES] = {
		[ADDR_V2_DIST] = "KVM_VGIC_V2_ADDR_TYPE_DIST",
		[ADDR_V2_CPUIF] = "KVM_VGIC_V2_ADDR_TYPE_CPU",
		[ADDR_V3_DIST] = "KVM_VGIC_V3_ADDR_TYPE_DIST",
		[ADDR_V3_REDIST] = "KVM_VGIC_V3_ADDR_TYPE_REDIST",
	};

	return names[type];
}

static void set_addr(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];

	put_attr(x, i, "set", "gic_fd, KVM_DEV_ARM_VGIC_GRP_ADDR, %s, &(u64){ 0x%" PRIx64 " }",
		 addr_type_name(op_arg(op, ARG_SET_ADDR_type)), op_arg(op, ARG_SET_ADDR_base));
}

static void get_addr(struct export *x, size_t i)
{
	x->var[VAR_VAL] = true;
	put_attr(x, i, "get", "gic_fd, KVM_DEV_ARM_VGIC_GRP_ADDR, %s, &val",
		 addr_type_name(op_arg(&x->prog->op[i], ARG_GET_ADDR_type)));
	put_value(x, i, "val");
}

static void redist_region(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];

	put_attr(x, i, "set",
		 "gic_fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, "
		 "&(u64){ REDIST_REGION_ATTR_ADDR(%" PRIu64 ", 0x%" PRIx64 "UL, %" PRIu64
		 ", %" PRIu64 ") }",
		 op_arg(op, ARG_REDIST_REGION_count), op_arg(op, ARG_REDIST_REGION_base),
		 op_arg(op, ARG_REDIST_REGION_flags), op_arg(op, ARG_REDIST_REGION_index));
}

static void get_redist_region(struct export *x, size_t i)
{
	x->var[VAR_VAL] = true;
	put_code(x->host, 1, "val = %" PRIu64 ";",
		 op_arg(&x->prog->op[i], ARG_GET_REDIST_REGION_index));
	put_attr(x, i, "get",
		 "gic_fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, &val");
	put_value(x, i, "val");
}

static void init_vgic(struct export *x, size_t i)
{
	put_attr(x, i, "set",
		 "gic_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL");
}

static void save_pending_tables(struct export *x, size_t i)
{
	put_attr(x, i, "set",
		 "gic_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, NULL");
}

static void set_its_addr(struct export *x, size_t i)
{
	put_attr(x, i, "set",
		 "its_fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, &(u64){ 0x%" PRIx64
		 " }",
		 op_arg(&x->prog->op[i], ARG_SET_ITS_ADDR_base));
}

static void init_its(struct export *x, size_t i)
{
	put_attr(x, i, "set",
		 "its_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL");
}

static void set_nr_irqs(struct export *x, size_t i)
{
	put_attr(x, i, "set", "gic_fd, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &(u32){ %" PRIu64 " }",
		 op_arg(&x->prog->op[i], ARG_SET_NR_IRQS_count));
}

static void get_nr_irqs(struct export *x, size_t i)
{
	x->var[VAR_VAL32] = true;
	put_attr(x, i, "get", "gic_fd, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &val32");
	put_value(x, i, "val32");
}

static void has_attr(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];
	char insist[CALL_BYTES], raw[CALL_BYTES + 2];

	snprintf(insist, sizeof(insist), "kvm_has_device_attr(gic_fd, %" PRIu64 ", 0x%" PRIx64 ")",
		 op_arg(op, ARG_HAS_ATTR_group), op_arg(op, ARG_HAS_ATTR_attr));
	snprintf(raw, sizeof(raw), "__%s", insist);
	put_call(x, i, insist, raw);
}

/* A register's attribute in C, and what the call needs to know of it. */
struct reg_attr {
	const char *fd, *group;
	bool pair; /* two accesses of 32 bits */
	bool wide; /* one of 64 bits */
	char attr[NAME_BYTES * 2];
};

static const char *attr_group(enum frame_id frame)
{
	static const char *const groups[NR_FRAMES] = {
		[FRAME_GICD2] = "KVM_DEV_ARM_VGIC_GRP_DIST_REGS",
		[FRAME_GICC] = "KVM_DEV_ARM_VGIC_GRP_CPU_REGS",
		[FRAME_GICD] = "KVM_DEV_ARM_VGIC_GRP_DIST_REGS",
		[FRAME_GICR] = "KVM_DEV_ARM_VGIC_GRP_REDIST_REGS",
		[FRAME_GITS] = "KVM_DEV_ARM_VGIC_GRP_ITS_REGS",
		[FRAME_ICC] = "KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS",
	};

	return groups[frame];
}

/* Return: false if the frame has no attributes. */
static bool reg_attr(struct export *x, u64 reg, u64 vcpu, struct reg_attr *a)
{
	enum frame_id frame = place_frame(reg);
	char name[NAME_BYTES];

	a->fd = frame == FRAME_GITS ? "its_fd" : "gic_fd";
	a->group = attr_group(frame);
	if (!a->group)
		return false;
	a->wide = frame == FRAME_GITS || frame == FRAME_ICC;
	a->pair = !a->wide && place_size(reg) == 8;
	if (frame == FRAME_GITS) {
		export_reg_name(x, reg, a->attr, NAME_BYTES);
	} else if (frame == FRAME_ICC) {
		export_use(x, HELPER_SYSREG_ATTR);
		snprintf(a->attr, sizeof(a->attr), "VCPU_SYSREG(0x%x, %s)", model_affinity(vcpu),
			 export_sysreg_name(reg, name, sizeof(name)));
	} else if (frame_desc(frame)->gic == GIC_V2) {
		export_use(x, HELPER_V2_REG);
		snprintf(a->attr, sizeof(a->attr), "V2_REG(%" PRIu64 ", %s)", vcpu,
			 export_reg_name(x, reg, name, sizeof(name)));
	} else {
		export_use(x, HELPER_VCPU_REG);
		snprintf(a->attr, sizeof(a->attr), "VCPU_REG(0x%x, %s)", model_affinity(vcpu),
			 export_reg_name(x, reg, name, sizeof(name)));
	}
	return true;
}

static void user_read(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];
	const struct export_step *s = &x->steps.step[i];
	struct reg_attr a;

	if (!reg_attr(x, op_arg(op, ARG_USER_READ_reg), op_arg(op, ARG_USER_READ_vcpu), &a))
		return;
	if (a.pair && s->status == OP_DONE && s->sure) {
		export_use(x, HELPER_READ_PAIR);
		x->var[VAR_VAL] = true;
		put_code(x->host, 1, "val = read_pair(%s, %s, %s);", a.fd, a.group, a.attr);
		put_value(x, i, "val");
		return;
	}
	x->var[a.wide ? VAR_VAL : VAR_VAL32] = true;
	put_attr(x, i, "get", "%s, %s, %s, &%s", a.fd, a.group, a.attr, a.wide ? "val" : "val32");
	put_value(x, i, a.wide ? "val" : "val32");
}

static void user_write(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];
	u64 value = op_arg(op, ARG_USER_WRITE_value), reg = op_arg(op, ARG_USER_WRITE_reg);
	struct reg_attr a;

	if (!reg_attr(x, reg, op_arg(op, ARG_USER_WRITE_vcpu), &a))
		return;
	if (place_frame(reg) == FRAME_GITS)
		value &= bits_mask(8 * place_size(reg) - 1, 0);
	put_attr(x, i, "set", "%s, %s, %s, &(%s){ 0x%" PRIx64 " }", a.fd, a.group, a.attr,
		 a.wide ? "u64" : "u32", a.wide ? value : value & UINT32_MAX);
	if (a.pair && x->steps.step[i].status == OP_DONE)
		put_attr(x, i, "set", "%s, %s, %s + 4, &(u32){ 0x%" PRIx64 " }", a.fd, a.group,
			 a.attr, value >> 32);
}

static void print_level_attr(struct export *x, u64 vcpu, u64 intid, u64 info, char *buf,
			     size_t bytes)
{
	export_use(x, HELPER_VCPU_REG);
	snprintf(buf, bytes,
		 "gic_fd, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, VCPU_REG(0x%x, %" PRIu64
		 " << KVM_DEV_ARM_VGIC_LINE_LEVEL_INFO_SHIFT | %" PRIu64 ")",
		 model_affinity(vcpu), info, intid);
}

static void read_level(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];
	char attr[CALL_BYTES];

	print_level_attr(x, op_arg(op, ARG_READ_LEVEL_vcpu), op_arg(op, ARG_READ_LEVEL_intid),
			 op_arg(op, ARG_READ_LEVEL_info), attr, sizeof(attr));
	x->var[VAR_VAL32] = true;
	put_attr(x, i, "get", "%s, &val32", attr);
	put_value(x, i, "val32");
}

static void write_level(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];
	char attr[CALL_BYTES];

	print_level_attr(x, op_arg(op, ARG_WRITE_LEVEL_vcpu), op_arg(op, ARG_WRITE_LEVEL_intid),
			 op_arg(op, ARG_WRITE_LEVEL_info), attr, sizeof(attr));
	put_attr(x, i, "set", "%s, &(u32){ 0x%" PRIx64 " }", attr,
		 op_arg(op, ARG_WRITE_LEVEL_value));
}

static void irq_line(struct export *x, size_t i)
{
	static const char *const types[NR_LINE_TYPES] = {
		[LINE_CPU] = "KVM_ARM_IRQ_TYPE_CPU",
		[LINE_SPI] = "KVM_ARM_IRQ_TYPE_SPI",
		[LINE_PPI] = "KVM_ARM_IRQ_TYPE_PPI",
		[LINE_RESERVED] = "3",
	};
	const struct op *op = &x->prog->op[i];
	u64 vcpu = op_arg(op, ARG_IRQ_LINE_vcpu);
	char on[CALL_BYTES] = "", insist[2 * CALL_BYTES], raw[CALL_BYTES * 2 + 2];

	if (vcpu)
		snprintf(on, sizeof(on),
			 "%" PRIu64 " << KVM_ARM_IRQ_VCPU2_SHIFT | %" PRIu64
			 " << KVM_ARM_IRQ_VCPU_SHIFT | ",
			 vcpu >> 8, vcpu & 0xff);
	export_use(x, is_judged(x, i) ? HELPER_RAW_IRQ_LINE : HELPER_IRQ_LINE);
	snprintf(insist, sizeof(insist),
		 "irq_line(vm, %s%s << KVM_ARM_IRQ_TYPE_SHIFT | %" PRIu64 ", %" PRIu64 ")", on,
		 types[op_arg(op, ARG_IRQ_LINE_type)], op_arg(op, ARG_IRQ_LINE_intid),
		 op_arg(op, ARG_IRQ_LINE_level));
	snprintf(raw, sizeof(raw), "__%s", insist);
	put_call(x, i, insist, raw);
}

static void signal_msi(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];
	char insist[CALL_BYTES + 6], raw[CALL_BYTES];

	export_use(x, HELPER_SIGNAL_MSI);
	x->var[VAR_RET] = true;
	snprintf(raw, sizeof(raw),
		 "signal_msi(vm, 0x%" PRIx64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64 ")",
		 op_arg(op, ARG_SIGNAL_MSI_at), op_arg(op, ARG_SIGNAL_MSI_data),
		 op_arg(op, ARG_SIGNAL_MSI_flags), op_arg(op, ARG_SIGNAL_MSI_devid));
	snprintf(insist, sizeof(insist), "ret = %s", raw);
	put_call(x, i, insist, raw);
	if (!is_judged(x, i))
		put_code(x->host, 1,
			 "TEST_ASSERT(ret >= 0, \"KVM_SIGNAL_MSI failed, errno %%d\", errno);");
	put_value(x, i, "ret");
}

static void mem_read(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];

	x->var[VAR_VAL] = true;
	put_code(x->host, 1, "val = 0;");
	put_code(x->host, 1, "memcpy(&val, mem + 0x%llx, %" PRIu64 ");",
		 op_arg(op, ARG_MEM_READ_at) - PROG_MEM_BASE, op_arg(op, ARG_MEM_READ_size));
	put_value(x, i, "val");
}

static void mem_write(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];

	put_code(x->host, 1, "memcpy(mem + 0x%llx, &(u64){ 0x%" PRIx64 " }, %" PRIu64 ");",
		 op_arg(op, ARG_MEM_WRITE_at) - PROG_MEM_BASE, op_arg(op, ARG_MEM_WRITE_value),
		 op_arg(op, ARG_MEM_WRITE_size));
}

static void its_command(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];
	char text[CALL_BYTES];
	u64 cmd[ITS_CMD_WORDS];

	if (!op_its_command(op, cmd))
		return;
	op_print(op, text, sizeof(text));
	export_use(x, HELPER_ITS_COMMAND);
	put_comment(x->host, 1, "%s", text);
	put_code(x->host, 1,
		 "its_command(mem + 0x%llx, 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
		 ");",
		 op->arg[0] - PROG_MEM_BASE, cmd[0], cmd[1], cmd[2], cmd[3]);
}

/* KVM_RUN that does not get into the guest. */
static void refused_run(struct export *x, size_t i)
{
	char raw[NAME_BYTES];

	snprintf(raw, sizeof(raw), "__vcpu_run(vcpu%d)", op_vcpu(&x->prog->op[i]));
	put_failure(x, i, raw);
}

static void hold(struct export *x, size_t i)
{
	struct export_vcpu *v = export_vcpu(x, op_arg(&x->prog->op[i], ARG_HOLD_vcpu));

	if (x->steps.step[i].status == OP_FAILED) {
		refused_run(x, i);
		return;
	}
	export_use(x, HELPER_HOLD);
	v->held = true;
	v->held_stage = ++x->stage;
	put_code(v->guest, 1, "guest_hold(%u);", v->id);
	put_code(v->guest, 1, "GUEST_SYNC(%u);", v->held_stage);
	put_code(x->host, 1, "hold_vcpu(vcpu%u);", v->id);
}

static void release(struct export *x, size_t i)
{
	struct export_vcpu *v = export_vcpu(x, op_arg(&x->prog->op[i], ARG_RELEASE_vcpu));

	v->held = false;
	put_code(x->host, 1, "release_vcpu(vcpu%u, %u);", v->id, v->held_stage);
}

typedef void emit_fn(struct export *x, size_t i);

static emit_fn *const emitters[NR_OPS] = {
	[OP_CREATE_VGIC] = create_vgic,
	[OP_CREATE_VCPU] = create_vcpu,
	[OP_SET_ADDR] = set_addr,
	[OP_GET_ADDR] = get_addr,
	[OP_REDIST_REGION] = redist_region,
	[OP_GET_REDIST_REGION] = get_redist_region,
	[OP_INIT_VGIC] = init_vgic,
	[OP_RUN] = refused_run,
	[OP_USER_READ] = user_read,
	[OP_USER_WRITE] = user_write,
	[OP_READ_LEVEL] = read_level,
	[OP_WRITE_LEVEL] = write_level,
	[OP_SET_NR_IRQS] = set_nr_irqs,
	[OP_GET_NR_IRQS] = get_nr_irqs,
	[OP_SAVE_PENDING_TABLES] = save_pending_tables,
	[OP_HAS_ATTR] = has_attr,
	[OP_HOLD] = hold,
	[OP_RELEASE] = release,
	[OP_CREATE_ITS] = create_its,
	[OP_SET_ITS_ADDR] = set_its_addr,
	[OP_INIT_ITS] = init_its,
	[OP_MEM_READ] = mem_read,
	[OP_MEM_WRITE] = mem_write,
	[OP_MAPD] = its_command,
	[OP_MAPC] = its_command,
	[OP_MAPTI] = its_command,
	[OP_MAPI] = its_command,
	[OP_MOVI] = its_command,
	[OP_MOVALL] = its_command,
	[OP_COMMAND] = its_command,
	[OP_INV] = its_command,
	[OP_INVALL] = its_command,
	[OP_INT] = its_command,
	[OP_CLEAR] = its_command,
	[OP_DISCARD] = its_command,
	[OP_SYNC] = its_command,
	[OP_IRQ_LINE] = irq_line,
	[OP_SIGNAL_MSI] = signal_msi,
	[OP_GUEST_READ] = refused_run,
	[OP_GUEST_WRITE] = refused_run,
	[OP_GUEST_ACK] = refused_run,
	[OP_GUEST_EOI] = refused_run,
	[OP_GUEST_DEACTIVATE] = refused_run,
	[OP_GUEST_WALK] = refused_run,
	[OP_GUEST_LOAD] = refused_run,
	[OP_GUEST_STORE] = refused_run,
	[OP_GUEST_CLEAN] = refused_run,
	[OP_GUEST_DSB] = refused_run,
	[OP_GUEST_ISB] = refused_run,
	[OP_GUEST_TAKE] = refused_run,
	[OP_GUEST_WFI] = refused_run,
	[OP_GUEST_IDLE] = refused_run,
	[OP_GUEST_WFIT] = refused_run,
	[OP_GUEST_SUSPEND] = refused_run,
	[OP_GUEST_CPU_OFF] = refused_run,
	[OP_GUEST_CPU_ON] = refused_run,
	[OP_GUEST_WFE] = refused_run,
	[OP_GUEST_SERVE] = refused_run,
};

/**
 * export_host_op() - emit what userspace does
 * @x: the export
 * @i: number of an operation that does not enter a guest, from 0
 */
void export_host_op(struct export *x, size_t i)
{
	const struct op *op = &x->prog->op[i];

	/* It names what does not exist: there is nothing to call. */
	if (x->steps.step[i].status == OP_NO_OBJECT)
		return;
	if (emitters[op->id])
		emitters[op->id](x, i);
	else
		export_refuse_op(x, i);
}
