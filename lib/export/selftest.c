// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program as a KVM selftest: its operations in order, and the file around them.
 */
#include "lib/export/emit.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/mem.h"

#define PAGE ((u64)0x1000)
#define WALK_FRAME GICR_BYTES
/* The library has the guest's code, stacks and tables below. */
#define LIBRARY_END ((u64)0x4000000)
#define NAME_BYTES PROG_NAME_BYTES

struct range {
	u64 first, end; /* pages */
};

struct ranges {
	struct range *range;
	size_t nr;
};

static const char *const helper_text[NR_HELPERS] = {
#define HELPER(id, needs, text) [HELPER_##id] = text,
#include "lib/export/helper.def"
#undef HELPER
};

static void add_range(struct ranges *r, u64 base, u64 bytes)
{
	struct range new = { base / PAGE, (base + bytes + PAGE - 1) / PAGE };
	size_t kept = 0;

	for (size_t i = 0; i < r->nr; i++) {
		const struct range *old = &r->range[i];

		if (old->end < new.first || new.end < old->first) {
			r->range[kept++] = *old;
			continue;
		}
		new.first = old->first < new.first ? old->first : new.first;
		new.end = old->end > new.end ? old->end : new.end;
	}
	r->range = xrealloc(r->range, (kept + 1) * sizeof(new));
	r->range[kept] = new;
	r->nr = kept + 1;
}

/* What a guest accesses, for its translation tables. */
static void add_accesses(const struct export *x, size_t i, struct ranges *r)
{
	const struct op *op = &x->prog->op[i];
	bool write = op->id == OP_GUEST_WRITE;

	if (op->id == OP_GUEST_WALK) {
		add_range(r, op_arg(op, ARG_GUEST_WALK_at),
			  (x->steps.step[i].nr_vals + 1) * (u64)WALK_FRAME);
	} else if (op_cpuif_at(op) != OP_NO_CPUIF && x->prog->gic == GIC_V2) {
		add_range(r, op_cpuif_at(op), GICC_BYTES);
	} else if ((op->id == OP_GUEST_READ || write) && op_is_in_memory(op)) {
		u64 reg = op_arg(op, write ? ARG_GUEST_WRITE_reg : ARG_GUEST_READ_reg);
		u64 at = op_arg(op, write ? ARG_GUEST_WRITE_at : ARG_GUEST_READ_at);

		add_range(r, at + place_offset(reg), 8);
	}
}

/* Where the program puts a frame, if it does. */
static u64 frame_base(const struct op *op)
{
	switch (op->id) {
	case OP_SET_ADDR:
		return op_arg(op, ARG_SET_ADDR_base);
	case OP_REDIST_REGION:
		return op_arg(op, ARG_REDIST_REGION_base);
	case OP_SET_ITS_ADDR:
		return op_arg(op, ARG_SET_ITS_ADDR_base);
	default:
		return LIBRARY_END;
	}
}

static void check_addresses(struct export *x, const struct ranges *r)
{
	u64 end = (1ULL << x->prog->ipa_bits) / PAGE;

	if (!x->has_guest)
		return;
	for (size_t i = 0; i < x->nr; i++) {
		if (frame_base(&x->prog->op[i]) < LIBRARY_END &&
		    x->steps.step[i].status != OP_FAILED)
			export_refuse(x, "op %zu: a frame would cover the memory of kvm_util",
				      i + 1);
	}
	for (size_t i = 0; i < r->nr; i++) {
		if (r->range[i].first < LIBRARY_END / PAGE)
			export_refuse(
				x, "a guest accesses 0x%" PRIx64 ", where kvm_util has its memory",
				r->range[i].first * PAGE);
		if (r->range[i].end > end)
			export_refuse(
				x, "a guest accesses 0x%" PRIx64 ", beyond what kvm_util can map",
				r->range[i].first * PAGE);
	}
}

static void add_vcpu(struct export *x, unsigned int id)
{
	struct export_vcpu *v;

	if (export_vcpu(x, id))
		return;
	x->vcpu = xrealloc(x->vcpu, (x->nr_vcpus + 1) * sizeof(x->vcpu[0]));
	v = &x->vcpu[x->nr_vcpus++];
	memset(v, 0, sizeof(*v));
	v->id = id;
}

/* Does it call KVM_RUN? */
static bool op_runs(const struct op *op)
{
	return op->id == OP_RUN || op->id == OP_HOLD || op_desc(op->id)->agent == AGENT_GUEST;
}

/* Does a guest access the program's memory? */
static bool op_loads_mem(const struct op *op)
{
	return op->id == OP_GUEST_LOAD || op->id == OP_GUEST_STORE || op->id == OP_GUEST_CLEAN;
}

static bool is_held(const struct export *x, size_t i)
{
	return x->prog->op[i].id == OP_HOLD && x->steps.step[i].status == OP_DONE;
}

/* What the whole file depends on, before any of it is written. */
static void look_ahead(struct export *x)
{
	for (size_t i = 0; i < x->nr; i++) {
		const struct op *op = &x->prog->op[i];
		enum op_status status = x->steps.step[i].status;

		if (op->par)
			export_refuse(x, "op %zu: operations side by side are not exported", i + 1);
		if (op->id == OP_CREATE_VCPU && status == OP_DONE)
			add_vcpu(x, (unsigned int)op_arg(op, ARG_CREATE_VCPU_id));
		x->may_kill_vm |= op_runs(op) && status == OP_FAILED;
		x->var[VAR_MEM] |= op_is_on_mem(op) || op_loads_mem(op);
		x->maps_mem |= op_loads_mem(op);
	}
	for (size_t i = 0; i < x->nr; i++) {
		struct export_vcpu *v = export_vcpu(x, (u64)op_vcpu(&x->prog->op[i]));

		if (v && op_runs(&x->prog->op[i]))
			v->named |= x->steps.step[i].status == OP_FAILED;
		if (!v || (!export_enters_guest(x, i) && !is_held(x, i)))
			continue;
		v->enters = true;
		x->has_guest = true;
	}
	for (size_t i = 0; i < x->nr_vcpus; i++)
		x->vcpu[i].guest = open_memstream(&x->vcpu[i].text, &x->vcpu[i].bytes);
	x->stage = 0;
}

/* The program's own comment, without its marks. */
static char *plain_comment(const char *above)
{
	char *text = xcalloc(1, strlen(above) + 1), *to = text;

	for (const char *p = above; *p; p++) {
		if (*p == '#' && (p == above || p[-1] == '\n')) {
			p += p[1] == ' ';
			continue;
		}
		*to++ = (char)(*p == '\n' ? ' ' : *p);
	}
	while (to > text && to[-1] == ' ')
		*--to = '\0';
	/* What would end the comment in C cannot stand in it. */
	for (to = strstr(text, "*/"); to; to = strstr(to, "*/"))
		to[1] = ' ';
	return text;
}

static void put_above(const char *above, FILE *f)
{
	char *text;

	if (!above)
		return;
	text = plain_comment(above);
	putc('\n', f);
	if (text[0])
		put_comment(f, 1, "%s", text);
	free(text);
}

/* Does the guest go on with the next operation in the same entry? */
static bool goes_on(const struct export *x, size_t i)
{
	return i + 1 < x->nr && export_enters_guest(x, i + 1) &&
	       op_vcpu(&x->prog->op[i + 1]) == op_vcpu(&x->prog->op[i]) &&
	       !x->steps.step[i + 1].may_fail;
}

static void put_run(struct export *x, const struct export_vcpu *v, size_t i, bool may_fail)
{
	char op[NAME_BYTES * 2];

	x->stage++;
	put_code(v->guest, 1, "GUEST_SYNC(%u);", x->stage);
	if (!may_fail) {
		export_use(x, HELPER_RUN_STAGE);
		put_code(x->host, 1, "run_stage(vcpu%u, %u);", v->id, x->stage);
		return;
	}
	op_print(&x->prog->op[i], op, sizeof(op));
	export_use(x, HELPER_CHECK_STAGE);
	put_code(x->host, 1,
		 "__TEST_REQUIRE(!_vcpu_run(vcpu%u), \"op %zu, %s: this kernel refuses it, as it "
		 "may\");",
		 v->id, i + 1, op);
	put_code(x->host, 1, "check_stage(vcpu%u, %u);", v->id, x->stage);
}

/* Operations of one entry of a guest, from @i on.  Return: the one after them. */
static size_t put_entry(struct export *x, size_t i)
{
	struct export_vcpu *v = export_vcpu(x, (u64)op_vcpu(&x->prog->op[i]));
	bool may_fail = x->steps.step[i].may_fail;
	size_t first = i;

	for (;; i++) {
		if (x->steps.step[i].may_leave && !x->steps.step[i].sure)
			export_refuse(x, "op %zu: whether a device claims it is open", i + 1);
		put_above(x->prog->op[i].above, v->guest);
		if (x->prog->op[i].id == OP_RUN && export_asserts(x, i)) {
			export_tell_rule(x, x->host, x->steps.step[i].rule);
			x->nr_asserts++;
		}
		export_guest_op(x, i, v);
		if (!goes_on(x, i))
			break;
	}
	put_run(x, v, first, may_fail);
	return i + 1;
}

static void put_ops(struct export *x)
{
	for (size_t i = 0; i < x->nr && !x->error[0];) {
		if (export_enters_guest(x, i)) {
			i = put_entry(x, i);
			continue;
		}
		put_above(x->prog->op[i].above, x->host);
		export_host_op(x, i++);
	}
	for (size_t i = 0; i < x->nr_vcpus; i++) {
		if (x->vcpu[i].held)
			put_code(x->host, 1, "release_vcpu(vcpu%u, %u);", x->vcpu[i].id,
				 x->vcpu[i].held_stage);
		fclose(x->vcpu[i].guest);
	}
}

/**
 * export_test_name() - the name of a program's selftest
 * @prog:  the program's name: "regress/0009-last" gives "vgic_last"
 * @buf:   receives the name, terminated
 * @bytes: of @buf
 */
void export_test_name(const char *prog, char *buf, size_t bytes)
{
	const char *base = strrchr(prog, '/');

	base = base ? base + 1 : prog;
	base += strspn(base, "0123456789-");
	snprintf(buf, bytes, "vgic_%s", base);
	for (; *buf; buf++) {
		if (!isalnum((unsigned char)*buf))
			*buf = '_';
	}
}

static void put_header(const struct export *x, FILE *out)
{
	char name[NAME_BYTES + 8], *about = plain_comment(x->prog->above ? x->prog->above : "");

	export_test_name(x->prog->name, name, sizeof(name));
	fputs("// SPDX-License-Identifier: GPL-2.0-only\n", out);
	fprintf(out, "/*\n * %s\n", name);
	if (about[0]) {
		fputs(" *\n", out);
		put_words(out, 0, about);
	}
	free(about);
	fputs(" *\n * What is asserted, and where it is written:\n", out);
	for (unsigned int i = 0; i < NR_RULES; i++) {
		const struct rule_desc *r = rule_desc((enum rule_id)i);

		if (x->told[i])
			fprintf(out, " *  - %s [%s]\n", r->name, r->source);
	}
	fputs(" */\n", out);
}

static void put_includes(const struct export *x, FILE *out)
{
	fputs("#include <errno.h>\n", out);
	if (x->used[HELPER_HOLD])
		fputs("#include <pthread.h>\n#include <sched.h>\n", out);
	if (x->used[HELPER_OLD_KERNELS])
		fputs("#include <stdarg.h>\n", out);
	fputs("#include <string.h>\n", out);
	if (x->used[HELPER_OLD_KERNELS])
		fputs("#include <sys/ioctl.h>\n", out);
	if (x->used[HELPER_MEM])
		fputs("#include <sys/mman.h>\n", out);
	if (x->used[HELPER_OLD_KERNELS])
		fputs("#include <sys/syscall.h>\n", out);
	if (x->used[HELPER_OLD_KERNELS] || x->var[VAR_GIC_FD])
		fputs("#include <unistd.h>\n", out);
	fputs("\n#include \"kvm_util.h\"\n#include \"processor.h\"\n#include \"test_util.h\"\n",
	      out);
	if (x->has_guest)
		fputs("#include \"ucall_common.h\"\n", out);
	fputs("#include \"vgic.h\"\n\n", out);
}

static void put_regs(struct export *x, FILE *out)
{
	size_t nr = x->nr_regs;

	for (size_t i = 0; i < nr; i++) {
		char name[NAME_BYTES];

		export_reg_name(x, x->reg[i], name, sizeof(name));
		fprintf(out, "#define %s\t0x%04x\n", name, place_offset(x->reg[i]));
	}
	if (nr)
		putc('\n', out);
}

static void put_helpers(const struct export *x, FILE *out)
{
	for (unsigned int i = 0; i < NR_HELPERS; i++) {
		if (x->used[i])
			fprintf(out, "%s\n", helper_text[i]);
	}
}

static void put_guests(const struct export *x, FILE *out)
{
	for (size_t i = 0; i < x->nr_vcpus; i++) {
		const struct export_vcpu *v = &x->vcpu[i];

		for (unsigned int k = 0; k < v->nr_iars; k++)
			fprintf(out, "static u64 iar_%zu;\n", v->iar[k]);
	}
	for (size_t i = 0; i < x->nr_vcpus; i++) {
		const struct export_vcpu *v = &x->vcpu[i];

		if (!v->enters)
			continue;
		fprintf(out, "static void guest_vcpu%u(void)\n{\n", v->id);
		if (v->has_val)
			fputs("\tu64 val;\n\n", out);
		/* The first comment has a blank line before it already. */
		fputs(v->text + (v->text[0] == '\n'), out);
		fputs("\tGUEST_DONE();\n}\n\n", out);
	}
}

static void put_vars(const struct export *x, FILE *out)
{
	static const char *const vars[NR_VARS] = {
		[VAR_RET] = "int ret",	     [VAR_VAL] = "u64 val",	  [VAR_VAL32] = "u32 val32",
		[VAR_ITS_FD] = "int its_fd", [VAR_GIC_FD] = "int gic_fd", [VAR_MEM] = "u8 *mem",
	};

	for (size_t i = 0; i < x->nr_vcpus; i++) {
		if (x->vcpu[i].enters || x->vcpu[i].named)
			fprintf(out, "\tstruct kvm_vcpu *vcpu%u;\n", x->vcpu[i].id);
	}
	fputs("\tstruct kvm_vm *vm;\n", out);
	for (unsigned int i = 0; i < NR_VARS; i++) {
		if (x->var[i])
			fprintf(out, "\t%s;\n", vars[i]);
	}
	putc('\n', out);
}

static void put_set_up(const struct export *x, const struct ranges *r, FILE *out)
{
	const char *type = x->prog->gic == GIC_V2 ? "V2" : "V3";

	put_code(out, 1, "TEST_REQUIRE(kvm_check_cap(KVM_CAP_ARM_VM_IPA_SIZE) >= %u);",
		 x->prog->ipa_bits);
	if (x->has_guest) {
		fputs("\tif (test_disable_default_vgic)\n\t\ttest_disable_default_vgic();\n", out);
		put_code(out, 1, "vm = __vm_create(VM_SHAPE(VM_MODE_P%uV48_4K), %zu, 64);",
			 x->prog->ipa_bits, x->nr_vcpus);
	} else {
		put_code(out, 1, "vm = ____vm_create(VM_SHAPE(VM_MODE_P%uV48_4K));",
			 x->prog->ipa_bits);
	}
	put_code(out, 1, "TEST_REQUIRE(!__kvm_test_create_device(vm, KVM_DEV_TYPE_ARM_VGIC_%s));",
		 type);
	if (x->has_guest)
		put_code(out, 1, "vm_init_descriptor_tables(vm);");
	if (x->used[HELPER_EXCEPTION]) {
		put_code(out, 1,
			 "vm_install_sync_handler(vm, VECTOR_SYNC_CURRENT, EC_UNKNOWN, "
			 "guest_exception);");
		put_code(out, 1,
			 "vm_install_sync_handler(vm, VECTOR_SYNC_CURRENT, EC_DABT_CUR, "
			 "guest_exception);");
	}
	if (x->used[HELPER_TAKE]) {
		put_code(out, 1,
			 "vm_install_exception_handler(vm, VECTOR_IRQ_CURRENT, guest_irq);");
		put_code(out, 1,
			 "vm_install_exception_handler(vm, VECTOR_FIQ_CURRENT, guest_fiq);");
	}
	for (size_t i = 0; i < r->nr; i++)
		put_code(out, 1, "map_device(vm, 0x%" PRIx64 ", %" PRIu64 ");",
			 r->range[i].first * PAGE, r->range[i].end - r->range[i].first);
	if (x->var[VAR_MEM])
		put_code(out, 1, "mem = add_memory(vm, 0x%llx, 0x%llx);", PROG_MEM_BASE,
			 PROG_MEM_BYTES);
	if (x->maps_mem)
		put_code(out, 1, "virt_map(vm, 0x%llx, 0x%llx, %llu);", PROG_MEM_BASE,
			 PROG_MEM_BASE, PROG_MEM_BYTES / PAGE);
	putc('\n', out);
}

static void put_main(const struct export *x, const struct ranges *r, const char *body, FILE *out)
{
	fputs("int main(int argc, char *argv[])\n{\n", out);
	put_vars(x, out);
	put_set_up(x, r, out);
	fputs(body + (body[0] == '\n'), out);
	putc('\n', out);
	if (x->nr < x->prog->nr_ops && x->nr == x->steps.nr)
		put_comment(out, 1, "What comes next in the program is not predictable.");
	if (x->var[VAR_ITS_FD])
		fputs("\tclose(its_fd);\n", out);
	if (x->var[VAR_GIC_FD])
		fputs("\tclose(gic_fd);\n", out);
	if (x->may_kill_vm)
		put_comment(out, 1,
			    "A first run that fails may leave the VM dead, so that it cannot be "
			    "taken apart.");
	else
		fputs("\tkvm_vm_free(vm);\n", out);
	fputs("\treturn 0;\n}\n", out);
}

static void use_surroundings(struct export *x, const struct ranges *r)
{
	if (x->has_guest)
		export_use(x, HELPER_NO_DEFAULT_VGIC);
	if (x->has_guest && x->o->old_kernels)
		export_use(x, HELPER_OLD_KERNELS);
	if (r->nr)
		export_use(x, HELPER_MAP_DEVICE);
	if (x->var[VAR_MEM])
		export_use(x, HELPER_MEM);
}

static void put_file(struct export *x, const struct ranges *r, const char *body, FILE *out)
{
	use_surroundings(x, r);
	put_header(x, out);
	put_includes(x, out);
	put_regs(x, out);
	put_helpers(x, out);
	put_guests(x, out);
	put_main(x, r, body, out);
}

static void check_ops(struct export *x)
{
	size_t nr =
		x->o->last_op && x->o->last_op < x->prog->nr_ops ? x->o->last_op : x->prog->nr_ops;
	size_t only = x->o->only_op;

	if (only > x->prog->nr_ops)
		export_refuse(x, "there is no op %zu, only %zu", only, x->prog->nr_ops);
	else if (only > x->steps.nr || !x->steps.nr)
		export_refuse(x, "op %zu: the model does not predict it", x->steps.nr + 1);
	x->nr = x->steps.nr < nr ? x->steps.nr : nr;
	if (only && only < x->nr)
		x->nr = only;
}

static void export_free(struct export *x)
{
	for (size_t i = 0; i < x->nr_vcpus; i++) {
		free(x->vcpu[i].text);
		free(x->vcpu[i].iar);
	}
	free(x->vcpu);
	free(x->reg);
	export_steps_free(&x->steps);
}

/**
 * export_selftest() - write a program as a KVM selftest
 * @p:     the program
 * @o:     what to assert
 * @out:   receives the C file, nothing of it on failure
 * @error: receives the reason if it cannot be exported
 *
 * Return: 0, or -1.
 */
int export_selftest(const struct prog *p, const struct export_options *o, FILE *out,
		    char error[EXPORT_ERROR_BYTES])
{
	struct export x = { .prog = p, .o = o, .error = error };
	struct ranges ranges = { 0 };
	char *body = NULL;
	size_t bytes;

	error[0] = '\0';
	if (!export_follow(p, o, &x.steps))
		export_refuse(&x, "out of memory");
	check_ops(&x);
	if (!error[0]) {
		look_ahead(&x);
		for (size_t i = 0; i < x.nr; i++) {
			if (export_enters_guest(&x, i))
				add_accesses(&x, i, &ranges);
		}
		check_addresses(&x, &ranges);
		x.host = open_memstream(&body, &bytes);
		put_ops(&x);
		fclose(x.host);
	}
	if (!error[0] && !x.nr_asserts && x.steps.nr < p->nr_ops)
		export_refuse(&x, "the model does not predict op %zu, nor fix any value before it",
			      x.steps.nr + 1);
	else if (!error[0] && !x.nr_asserts)
		export_refuse(&x, "the model fixes nothing that could be asserted");
	if (!error[0])
		put_file(&x, &ranges, body, out);
	free(body);
	free(ranges.range);
	export_free(&x);
	return error[0] ? -1 : 0;
}
