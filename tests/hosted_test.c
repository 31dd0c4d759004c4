// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hosted target on a library that is none: what calls it makes, and what
 * results they become.
 */
#include "lib/target/hosted/hosted.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/programs.h"
#include "tests/unit.h"

#define FRAME_BASE 0x8000000ULL /* where the library has a device */
#define MAX_OPS 32
#define INTID 40

/* A library whose devices take anything, and what it was called for. */
static struct fake {
	char log[2048];
	int nr_vcpus;
	unsigned int nr_pending; /* interrupts that a vCPU can acknowledge */
	unsigned int signalled; /* how, while there is one */
	bool wakes;
	unsigned int nr_timers; /* that time passes to; the last one wakes */
	int enter_fails; /* this many times */
	u64 ctlr; /* ICC_CTLR_EL1 and GICC_CTLR */
	u8 mem[64]; /* from PROG_MEM_BASE on */
	struct kvm_device_attr attr; /* of the last call */
	struct kvm_irq_level line;
	u64 value; /* that it had in it */
	unsigned long nth[NR_HOSTED_FAILS]; /* that fails */
} fake;

static __printf(1, 2) void note(const char *fmt, ...)
{
	size_t len = strlen(fake.log);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fake.log + len, sizeof(fake.log) - len, fmt, ap);
	va_end(ap);
}

static struct hosted_vm *create_vm(unsigned int ipa_bits)
{
	(void)ipa_bits;
	return (struct hosted_vm *)&fake;
}

static void destroy_vm(struct hosted_vm *vm)
{
	(void)vm;
	note("destroy");
}

static long vm_ioctl(struct hosted_vm *vm, unsigned long cmd, void *arg)
{
	(void)vm;
	if (cmd == KVM_CREATE_VCPU)
		return (uintptr_t)arg < 512 ? fake.nr_vcpus++ : -EINVAL;
	if (cmd == KVM_CREATE_DEVICE)
		((struct kvm_create_device *)arg)->fd = 7;
	if (cmd == KVM_IRQ_LINE)
		fake.line = *(const struct kvm_irq_level *)arg;
	return cmd == KVM_SIGNAL_MSI;
}

/* What an address in a struct of the kernel's interface points to. */
static void *pointer(u64 addr)
{
	return (void *)(uintptr_t)addr; /* NOLINT(performance-no-int-to-ptr): it is one */
}

static long device_ioctl(struct hosted_vm *vm, int fd, unsigned long cmd, void *arg)
{
	const struct kvm_device_attr *a = arg;

	(void)vm;
	fake.attr = *a;
	if (fd != 7 || (a->group == VGIC_GRP_CTRL && cmd != KVM_SET_DEVICE_ATTR))
		return -ENXIO;
	if (cmd == KVM_GET_DEVICE_ATTR)
		*(u32 *)pointer(a->addr) = 0x12;
	if (cmd == KVM_SET_DEVICE_ATTR && a->addr)
		fake.value = *(const u32 *)pointer(a->addr);
	return 0;
}

static unsigned long long mpidr(struct hosted_vm *vm, int vcpu)
{
	(void)vm;
	return 0x8000010000ULL + (unsigned int)vcpu; /* Aff3 is 0x80 */
}

static long one_reg(struct hosted_vm *vm, int vcpu, unsigned long long id, int is_write,
		    unsigned long long *val)
{
	(void)vm;
	note("%s%d:%llx=%llx ", is_write ? "set" : "get", vcpu, id, is_write ? *val : 0);
	if (!is_write)
		*val = 0x1234;
	return 0;
}

static int enter(struct hosted_vm *vm, int vcpu)
{
	(void)vm;
	if (fake.enter_fails) {
		fake.enter_fails--;
		return -ENODEV;
	}
	note("enter%d ", vcpu);
	return 0;
}

static void leave(struct hosted_vm *vm, int vcpu)
{
	(void)vm;
	note("leave%d ", vcpu);
}

/* What an acknowledge returns. */
static u64 acknowledge(void)
{
	if (!fake.nr_pending)
		return GUEST_INTID_NONE;
	fake.nr_pending--;
	return INTID;
}

static enum hosted_outcome mmio(struct hosted_vm *vm, int vcpu, unsigned long long gpa,
				unsigned int bytes, int is_write, unsigned long long *val)
{
	(void)vm;
	if (gpa == PROG_RAM_BASE + GUEST_DOORBELL_OFFSET) {
		note("bell%d ", vcpu);
		return HOSTED_NO_DEVICE;
	}
	note("%s%u@%llx", is_write ? "st" : "ld", 8 * bytes, gpa);
	if (is_write)
		note("=%llx", *val);
	note("/%d ", vcpu);
	if (gpa < FRAME_BASE || gpa >= FRAME_BASE + GICD_BYTES)
		return HOSTED_NO_DEVICE;
	if (!is_write)
		*val = 0x1122334455667788;
	if (gpa == FRAME_BASE + GICC_IAR_OFFSET)
		*val = acknowledge();
	if (gpa == FRAME_BASE + GICC_CTLR_OFFSET)
		*val = fake.ctlr;
	return HOSTED_DONE;
}

static enum hosted_outcome sysreg(struct hosted_vm *vm, int vcpu, unsigned int encoding,
				  int is_write, unsigned long long *val)
{
	(void)vm;
	note("%s%x", is_write ? "msr" : "mrs", encoding);
	if (is_write)
		note("=%llx", *val);
	note("/%d ", vcpu);
	if (encoding == ICC_IAR0_OFFSET || encoding == ICC_IAR1_OFFSET)
		*val = acknowledge();
	if (encoding == ICC_CTLR_OFFSET && !is_write)
		*val = fake.ctlr;
	return encoding == ICC_RPR_OFFSET && is_write ? HOSTED_UNDEF : HOSTED_DONE;
}

static unsigned int signalled(struct hosted_vm *vm, int vcpu)
{
	(void)vm;
	(void)vcpu;
	return fake.nr_pending ? fake.signalled : 0;
}

static int wakes(struct hosted_vm *vm, int vcpu)
{
	(void)vm;
	(void)vcpu;
	return fake.wakes;
}

static int pass_time(struct hosted_vm *vm, unsigned long long ticks)
{
	(void)vm;
	if (!fake.nr_timers || ticks != PROG_TIMER_SOON)
		return 0;
	note("time ");
	fake.wakes = !--fake.nr_timers;
	return 1;
}

/* cppcheck-suppress constParameter ; the type of the function is given */
static int add_memory(struct hosted_vm *vm, unsigned long long gpa, unsigned long bytes)
{
	return vm && gpa && bytes ? 0 : -EINVAL;
}

static int mem_read(struct hosted_vm *vm, unsigned long long gpa, void *to, unsigned long bytes)
{
	(void)vm;
	memcpy(to, fake.mem + (gpa - PROG_MEM_BASE), bytes);
	return 0;
}

static int mem_write(struct hosted_vm *vm, unsigned long long gpa, const void *from,
		     unsigned long bytes)
{
	(void)vm;
	memcpy(fake.mem + (gpa - PROG_MEM_BASE), from, bytes);
	return 0;
}

static void quiesce(struct hosted_vm *vm)
{
	(void)vm;
}

static void fail(enum hosted_fail what, unsigned long nth)
{
	if (fake.nth[what] != nth)
		note("fail%d=%lu ", (int)what, nth);
	fake.nth[what] = nth;
}

static unsigned long counted(enum hosted_fail what)
{
	return 10 + (unsigned long)what;
}

static const struct hosted_kernel kernel = {
	.abi = HOSTED_ABI,
	.create_vm = create_vm,
	.destroy_vm = destroy_vm,
	.vm_ioctl = vm_ioctl,
	.device_ioctl = device_ioctl,
	.mpidr = mpidr,
	.one_reg = one_reg,
	.enter = enter,
	.leave = leave,
	.mmio = mmio,
	.sysreg = sysreg,
	.signalled = signalled,
	.wakes = wakes,
	.pass_time = pass_time,
	.add_memory = add_memory,
	.mem_read = mem_read,
	.mem_write = mem_write,
	.quiesce = quiesce,
	.fail = fail,
	.counted = counted,
};

static const struct fake fresh = { .signalled = HOSTED_IRQ };

/* Performs a program on a library in the state @fake.  Return: its number of operations. */
static size_t perform(struct unit *t, const char *text, struct op_result results[MAX_OPS])
{
	struct prog p;
	size_t nr;

	if (!program_parse(t, text, &p))
		return 0;
	nr = p.nr_ops;
	if (EXPECT_TRUE(t, nr <= MAX_OPS))
		hosted_run(&kernel, &p, results);
	prog_free(&p);
	return nr;
}

/* Performs operations after two vCPUs exist.  Return: the results of these operations. */
static const struct op_result *perform_on_two(struct unit *t, const char *ops)
{
	static struct op_result results[MAX_OPS];
	char text[1024];

	snprintf(text, sizeof(text),
		 "vm gicv3\ncreate_vgic\ncreate_vcpu id=0\ncreate_vcpu id=9\n%s", ops);
	perform(t, text, results);
	return results + 3;
}

static void attributes_name_registers(struct unit *t)
{
	static const struct {
		const char *op;
		u64 group, attr;
	} rows[] = {
		{ "user read GICD_CTLR vcpu=9", VGIC_GRP_DIST_REGS, 0x8001000100000000 },
		{ "user read GICR_WAKER vcpu=0", VGIC_GRP_REDIST_REGS, 0x8001000000000014 },
		/* The high word comes last. */
		{ "user read GICD_IROUTER32 vcpu=0", VGIC_GRP_DIST_REGS, 0x8001000000006104 },
		/* A vCPU that there is not. */
		{ "user read GICD_CTLR vcpu=18", VGIC_GRP_DIST_REGS, 0x0000010200000000 },
		{ "user read_level vcpu=0 intid=32 info=1", VGIC_GRP_LEVEL_INFO,
		  0x8001000000000420 },
		{ "set_addr v3_dist base=0x8000000", VGIC_GRP_ADDR, 2 },
		{ "get_redist_region index=3", VGIC_GRP_ADDR, 5 },
		{ "save_pending_tables", VGIC_GRP_CTRL, 3 },
		{ "get_nr_irqs", VGIC_GRP_NR_IRQS, 0 },
		{ "has_attr group=9 attr=0x77", 9, 0x77 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fake = fresh;
		EXPECT_EQ(t, perform_on_two(t, rows[i].op)->status, OP_DONE);
		EXPECT_EQ(t, fake.attr.group, rows[i].group);
		if (!EXPECT_EQ(t, fake.attr.attr, rows[i].attr))
			printf("#   %s\n", rows[i].op);
	}
}

static void timers_have_the_numbers_of_the_api(struct unit *t)
{
	static const struct {
		const char *op, *log;
	} rows[] = {
		{ "user read CNTV_CTL_EL0 vcpu=0\n", "get0:603000000013df19=0 destroy" },
		{ "user write CNTV_CVAL_EL0 vcpu=0 value=0x7\n",
		  "set0:603000000013df02=7 destroy" },
		{ "user write CNTP_CTL_EL0 vcpu=9 value=0x1\n", "set1:603000000013df11=1 destroy" },
		{ "user write CNTP_CVAL_EL0 vcpu=0 value=0x9\n",
		  "set0:603000000013df12=9 destroy" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fake = fresh;
		perform_on_two(t, rows[i].op);
		EXPECT_STR(t, fake.log, rows[i].log);
	}
	fake = fresh;
	EXPECT_EQ(t, perform_on_two(t, rows[0].op)->val[0], 0x1234);
	EXPECT_EQ(t, perform_on_two(t, "user read CNTV_CTL_EL0 vcpu=1\n")->status, OP_NO_OBJECT);
}

static void errors_become_results(struct unit *t)
{
	struct op_result results[MAX_OPS] = { 0 };

	fake = fresh;
	perform(t,
		"vm gicv3\nget_nr_irqs\ncreate_vcpu id=600\ncreate_vgic\ninit_vgic\n"
		"user read GICD_CTLR vcpu=0\ndev signal_msi at=0x8090040 data=1\n"
		"create_its\ninit_its\n",
		results);
	EXPECT_EQ(t, results[0].status, OP_NO_OBJECT);
	EXPECT_EQ(t, results[1].status, OP_FAILED);
	EXPECT_EQ(t, results[1].err, EINVAL);
	EXPECT_EQ(t, results[3].status, OP_DONE);
	EXPECT_EQ(t, results[4].val[0], 0x12);
	EXPECT_EQ(t, results[5].nr_vals, 1);
	EXPECT_EQ(t, results[5].val[0], 1);
	EXPECT_EQ(t, results[7].status, OP_DONE);
	EXPECT_EQ(t, fake.attr.group, VGIC_GRP_CTRL);
}

static void lines_are_encoded(struct unit *t)
{
	fake = fresh;
	EXPECT_EQ(t, perform_on_two(t, "dev irq_line ppi vcpu=261 intid=27 level=1")->status,
		  OP_DONE);
	EXPECT_EQ(t, fake.line.irq, 0x1205001b);
	EXPECT_EQ(t, fake.line.level, 1);
}

static void accesses_reach_devices_or_not(struct unit *t)
{
	static const struct {
		const char *op, *log;
		enum op_status status;
		unsigned int nr_vals;
		u64 val;
	} rows[] = {
		{ "guest vcpu=9 read GICD_TYPER at=0x8000000", "ld32@8000004/1 ", OP_DONE, 1,
		  0x55667788 },
		{ "guest vcpu=9 read GICD_TYPER at=0x8000000 size=1", "ld8@8000004/1 ", OP_DONE, 1,
		  0x88 },
		{ "guest vcpu=9 write GICD_CTLR at=0x8000000 size=2 value=0x12345",
		  "st16@8000000=2345/1 ", OP_DONE, 0, 0 },
		{ "guest vcpu=9 read GICD_CTLR at=0x9000000", "ld32@9000000/1 ", OP_NO_DEVICE, 0,
		  0 },
		{ "guest vcpu=9 read GICD_TYPER at=0x8000000 size=8", "", OP_ABORT, 3, 0x96000021 },
		{ "guest vcpu=9 write GICD_TYPER at=0x8000000 size=8 value=0x0", "", OP_ABORT, 3,
		  0x96000061 },
		{ "guest vcpu=9 read GICD_CTLR at=0x10000000000", "", OP_ABORT, 3, 0x96000000 },
		{ "guest vcpu=9 write ICC_PMR_EL1 value=0xf0", "msrc230=f0/1 ", OP_DONE, 0, 0 },
		{ "guest vcpu=9 write ICC_RPR_EL1 value=0x0", "msrc65b=0/1 ", OP_ABORT, 3,
		  0x02000000 },
		{ "guest vcpu=9 load at=0x50000001 size=4", "", OP_ABORT, 3, 0x96000021 },
		{ "guest vcpu=9 walk at=0x9000000", "ld32@900ffe8/1 ", OP_NO_LAST, 0, 0 },
		{ "guest vcpu=9 dsb", "", OP_DONE, 0, 0 },
		{ "run vcpu=9", "", OP_DONE, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct op_result *res;
		char log[256];

		fake = fresh;
		res = perform_on_two(t, rows[i].op);
		snprintf(log, sizeof(log), "enter1 %sbell1 leave1 destroy", rows[i].log);
		EXPECT_STR(t, fake.log, log);
		EXPECT_EQ(t, res->nr_vals, rows[i].nr_vals);
		if (!EXPECT_EQ(t, res->status, rows[i].status) ||
		    (res->nr_vals && !EXPECT_EQ(t, res->val[0], rows[i].val)))
			printf("#   %s\n", rows[i].op);
	}
}

static void one_entry_performs_what_follows(struct unit *t)
{
	fake = fresh;
	perform_on_two(t, "guest vcpu=0 read ICC_PMR_EL1\nguest vcpu=0 dsb\nguest vcpu=9 isb\n"
			  "run vcpu=9\nget_nr_irqs\nguest vcpu=9 isb\n");
	EXPECT_STR(
		t, fake.log,
		"enter0 mrsc230/0 bell0 leave0 enter1 bell1 leave1 enter1 bell1 leave1 enter1 bell1 leave1 destroy");
}

static void failed_entry_ends_with_its_operation(struct unit *t)
{
	const struct op_result *res;

	fake = fresh;
	fake.enter_fails = 1;
	res = perform_on_two(t, "guest vcpu=0 dsb\nguest vcpu=0 isb\nguest vcpu=5 isb\n");
	EXPECT_EQ(t, res[0].status, OP_FAILED);
	EXPECT_EQ(t, res[0].err, ENODEV);
	EXPECT_EQ(t, res[1].status, OP_DONE);
	EXPECT_EQ(t, res[2].status, OP_NO_OBJECT);
	EXPECT_STR(t, fake.log, "enter0 bell0 leave0 destroy");
}

static void held_vcpu_stays_inside(struct unit *t)
{
	const struct op_result *res;

	fake = fresh;
	res = perform_on_two(t, "user hold vcpu=0\nuser hold vcpu=0\nguest vcpu=0 isb\n"
				"user release vcpu=0\nuser release vcpu=0\nuser hold vcpu=9\n");
	EXPECT_EQ(t, res[0].status, OP_DONE);
	EXPECT_EQ(t, res[1].status, OP_NO_OBJECT);
	EXPECT_EQ(t, res[2].status, OP_NO_OBJECT);
	EXPECT_EQ(t, res[3].status, OP_DONE);
	EXPECT_EQ(t, res[4].status, OP_NO_OBJECT);
	EXPECT_EQ(t, res[5].status, OP_DONE);
	EXPECT_STR(t, fake.log, "enter0 bell0 leave0 enter1 bell1 leave1 destroy");
}

static void acknowledges_are_remembered(struct unit *t)
{
	const struct op_result *res;

	fake = fresh;
	fake.nr_pending = 1;
	fake.ctlr = 2; /* EOImode */
	res = perform_on_two(t, "guest vcpu=0 ack group=1\nguest vcpu=0 ack group=0\n"
				"guest vcpu=0 eoi\nguest vcpu=0 eoi\n"
				"guest vcpu=9 deactivate of=0\nguest vcpu=9 deactivate of=0\n");
	EXPECT_EQ(t, res[0].val[0], INTID);
	EXPECT_EQ(t, res[1].val[0], GUEST_INTID_NONE);
	EXPECT_EQ(t, res[2].val[0], INTID);
	EXPECT_EQ(t, res[3].val[0], GUEST_INTID_NONE);
	EXPECT_EQ(t, res[4].val[0], INTID);
	EXPECT_EQ(t, res[5].val[0], GUEST_INTID_NONE);
	EXPECT_STR(t, fake.log,
		   "enter0 mrsc660/0 mrsc640/0 msrc661=28/0 mrsc664/0 bell0 leave0 "
		   "enter1 msrc659=28/1 bell1 leave1 destroy");
}

static void gicv2_is_acknowledged_in_memory(struct unit *t)
{
	struct op_result res[MAX_OPS] = { 0 };

	fake = fresh;
	fake.nr_pending = 1;
	perform(t,
		"vm gicv2\ncreate_vcpu id=0\nguest vcpu=0 ack group=0 at=0x8000000\n"
		"guest vcpu=0 eoi at=0x8000000\nguest vcpu=0 ack group=0 at=0x9000000\n",
		res);
	EXPECT_EQ(t, res[1].val[0], INTID);
	EXPECT_EQ(t, res[2].val[0], INTID);
	EXPECT_EQ(t, res[3].status, OP_NO_DEVICE);
	EXPECT_STR(
		t, fake.log,
		"enter0 ld32@800000c/0 st32@8000010=28/0 ld32@8000000/0 ld32@900000c/0 bell0 leave0 "
		"destroy");
}

static void exceptions_acknowledge(struct unit *t)
{
	const struct op_result *res;

	fake = fresh;
	fake.nr_pending = 3;
	res = perform_on_two(t, "guest vcpu=0 take\nguest vcpu=0 eoi\nguest vcpu=0 serve\n"
				"guest vcpu=0 take\n");
	EXPECT_EQ(t, res[0].val[0], INTID | PROG_TOOK_IRQ);
	EXPECT_EQ(t, res[1].val[0], INTID);
	EXPECT_EQ(t, res[2].nr_vals, 3);
	EXPECT_EQ(t, res[2].val[0], INTID | PROG_TOOK_IRQ);
	EXPECT_EQ(t, res[2].val[1], INTID | PROG_TOOK_IRQ);
	EXPECT_EQ(t, res[2].val[2], PROG_TOOK_NONE);
	EXPECT_EQ(t, res[3].val[0], PROG_TOOK_NONE);
	fake = fresh;
	fake.signalled = HOSTED_FIQ;
	fake.nr_pending = 1000;
	res = perform_on_two(t, "guest vcpu=0 serve\n");
	EXPECT_EQ(t, res[0].nr_vals, GUEST_MAX_VALS);
	EXPECT_EQ(t, res[0].val[GUEST_MAX_VALS - 1], INTID | PROG_TOOK_FIQ);
}

static void wfi_tells_whether_it_was_ended(struct unit *t)
{
	static const struct {
		bool wakes;
		unsigned int nr_pending, nr_timers, ended;
	} rows[] = {
		{ false, 0, 0, 1 }, { true, 0, 0, 0 }, { false, 1, 0, 0 }, { false, 0, 2, 0 }
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fake = fresh;
		fake.wakes = rows[i].wakes;
		fake.nr_pending = rows[i].nr_pending;
		fake.nr_timers = rows[i].nr_timers;
		EXPECT_EQ(t, perform_on_two(t, "guest vcpu=0 wfi")->val[0], rows[i].ended);
		EXPECT_EQ(t, fake.nr_timers, 0);
	}
}

static void memory_is_little_endian(struct unit *t)
{
	const struct op_result *res;

	fake = fresh;
	res = perform_on_two(t, "mem write at=0x50000000 size=3 value=0x11223344\n"
				"guest vcpu=0 load at=0x50000000 size=2\n"
				"guest vcpu=0 store at=0x50000004 size=4 value=0xaabbccdd\n"
				"mem read at=0x50000002 size=4\n");
	EXPECT_EQ(t, res[1].val[0], 0x3344);
	EXPECT_EQ(t, res[3].val[0], 0xccdd0022);
	EXPECT_STR(t, fake.log, "enter0 bell0 leave0 destroy");
}

static void side_by_side_has_one_order(struct unit *t)
{
	static const char text[] = "par {\nguest vcpu=0 wfi\nguest vcpu=9 read ICC_PMR_EL1\n"
				   "user read GICD_CTLR vcpu=0\nguest vcpu=9 read ICC_RPR_EL1\n"
				   "guest vcpu=5 isb\n}\n";
	const struct op_result *res;
	char log[sizeof(fake.log)];

	fake = fresh;
	res = perform_on_two(t, text);
	EXPECT_EQ(t, res[0].status, OP_DONE);
	/* Nothing else was left that could have ended it. */
	EXPECT_EQ(t, res[0].val[0], 1);
	EXPECT_EQ(t, res[1].status, OP_DONE);
	EXPECT_EQ(t, res[2].status, OP_DONE);
	EXPECT_EQ(t, res[3].status, OP_DONE);
	EXPECT_EQ(t, res[4].status, OP_NO_OBJECT);
	EXPECT_CONTAINS(t, fake.log, "mrsc230/1 ");
	EXPECT_CONTAINS(t, fake.log, "bell0 leave0 destroy");
	snprintf(log, sizeof(log), "%s", fake.log);
	fake = fresh;
	perform_on_two(t, text);
	EXPECT_STR(t, fake.log, log);
}

static void time_passes_once_all_sleep(struct unit *t)
{
	static const char text[] = "par {\nguest vcpu=0 wfi\nguest vcpu=9 read ICC_PMR_EL1\n"
				   "guest vcpu=9 read ICC_RPR_EL1\nguest vcpu=9 wfi\n}\n";
	const struct op_result *res;
	const char *time;

	fake = fresh;
	fake.nr_timers = 2;
	res = perform_on_two(t, text);
	EXPECT_EQ(t, res[0].val[0], 0);
	EXPECT_EQ(t, res[3].val[0], 0);
	EXPECT_EQ(t, fake.nr_timers, 0);
	time = strstr(fake.log, "time time ");
	if (EXPECT_TRUE(t, time))
		EXPECT_TRUE(t, !strstr(time, "mrs"));
}

static void reports_outlive_their_process(struct unit *t)
{
	char text[64] = "";
	int wstatus;
	pid_t pid;

	EXPECT_EQ(t, hosted_trouble(getpid(), text, sizeof(text)), 0);
	EXPECT_EQ(t, hosted_reports_open(), 0);
	EXPECT_EQ(t, hosted_trouble(getpid(), text, sizeof(text)), 0);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		hosted_report("WARNING at one\n");
		hosted_report("BUG at two");
		_exit(0);
	}
	EXPECT_EQ(t, waitpid(pid, &wstatus, 0), pid);
	EXPECT_EQ(t, hosted_trouble(getpid(), text, sizeof(text)), 0);
	EXPECT_EQ(t, hosted_trouble(pid, text, sizeof(text)), 2);
	EXPECT_STR(t, text, "WARNING at one");
	EXPECT_EQ(t, hosted_trouble(pid, text, sizeof(text)), 0);
	hosted_report("leak");
	EXPECT_EQ(t, hosted_trouble(getpid(), text, sizeof(text)), 1);
	EXPECT_STR(t, text, "leak");
}

static void options_describe_the_host(struct unit *t)
{
	static const struct {
		const char *text, *kernel, *reason;
		unsigned int nr_lr, pri_bits, ipa, trap;
	} rows[] = {
		{ "", "6.12", "", 4, 5, 40, 0 },
		{ "7.2", "7.2", "", 4, 5, 40, 0 },
		{ "lr=16,pri=7", "6.12", "", 16, 7, 40, 0 },
		{ "./x.so,trap=1,ipa=48", "./x.so", "", 4, 5, 48, 1 },
		{ "6.1-address,undefined,lr=2", "6.1-address,undefined", "", 2, 5, 40, 0 },
		{ "6.1,trap=4", NULL, "trap= takes a number from 0 to 1, not '4'", 0, 0, 0, 0 },
		{ "lr=", NULL, "lr= takes a number from 1 to 16, not ''", 0, 0, 0, 0 },
		{ "lr=4x", NULL, "not '4x'", 0, 0, 0, 0 },
		{ "lr=99999999999999999999", NULL, "from 1 to 16", 0, 0, 0, 0 },
		{ "lrs=4", NULL, "'lrs=4' is no option", 0, 0, 0, 0 },
		{ "lr=4,7.2", NULL, "'7.2' is no option", 0, 0, 0, 0 },
		{ "lr=4,,", NULL, "'' is no option", 0, 0, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char reason[TARGET_TEXT_BYTES] = "";
		struct hosted_config c;

		EXPECT_EQ(t, hosted_config_parse(&c, rows[i].text, reason, sizeof(reason)),
			  rows[i].kernel ? 0 : -EINVAL);
		EXPECT_CONTAINS(t, reason, rows[i].reason);
		if (!rows[i].kernel)
			continue;
		EXPECT_STR(t, c.kernel, rows[i].kernel);
		EXPECT_EQ(t, c.host.traps_cpuif, rows[i].trap);
		EXPECT_EQ(t, c.host.nr_lr, rows[i].nr_lr);
		EXPECT_EQ(t, c.host.pri_bits, rows[i].pri_bits);
		EXPECT_EQ(t, c.host.max_ipa_bits, rows[i].ipa);
	}
}

static void missing_library_says_how_to_build_it(struct unit *t)
{
	const struct target *target;
	char reason[TARGET_TEXT_BYTES];
	struct target_info info;

	target = target_choose("hosted:0.99,lr=1", reason, sizeof(reason));
	if (!EXPECT_TRUE(t, target == &target_hosted))
		return;
	EXPECT_EQ(t, target->probe(&info), -ENOENT);
	EXPECT_STR(t, info.reason,
		   "there is no library of kernel 0.99: `make hosted KERNEL=0.99` builds it");
	EXPECT_TRUE(t, target_choose("hosted:./nowhere.so", reason, sizeof(reason)));
	EXPECT_EQ(t, target->probe(&info), -ENOENT);
	EXPECT_CONTAINS(t, info.reason, "cannot load './nowhere.so': No such file");
}

/* One operation, even if the guest goes on; and as the last one, the end of the VM. */
static void failures_are_of_the_next_operation(struct unit *t)
{
	const struct op_result *results;

	fake = fresh;
	results = perform_on_two(t, "fail alloc=2 guest=3\nguest vcpu=9 dsb\nguest vcpu=9 isb\n"
				    "fail copy=1\nfail\nfail alloc=1\n");
	EXPECT_STR(t, fake.log,
		   "fail0=2 fail2=3 enter1 bell1 leave1 fail0=0 fail2=0 enter1 bell1 leave1 "
		   "fail1=1 fail1=0 fail0=1 destroyfail0=0 ");
	EXPECT_EQ(t, results[0].status, OP_DONE);
	EXPECT_EQ(t, results[0].nr_vals, NR_HOSTED_FAILS);
	EXPECT_EQ(t, results[0].val[2], 12);
	EXPECT_EQ(t, results[5].nr_vals, NR_HOSTED_FAILS);
}

/* No operation of a block is the next one. */
static void blocks_do_not_fail(struct unit *t)
{
	fake = fresh;
	perform_on_two(t, "fail alloc=1\npar {\nguest vcpu=0 dsb\nguest vcpu=9 dsb\n}\n");
	EXPECT_CONTAINS(t, fake.log, "fail0=1 fail0=0 enter");
}

static const struct unit_test tests[] = {
	{ "hosted.attributes_name_registers", attributes_name_registers },
	{ "hosted.timers_have_the_numbers_of_the_api", timers_have_the_numbers_of_the_api },
	{ "hosted.errors_become_results", errors_become_results },
	{ "hosted.lines_are_encoded", lines_are_encoded },
	{ "hosted.accesses_reach_devices_or_not", accesses_reach_devices_or_not },
	{ "hosted.one_entry_performs_what_follows", one_entry_performs_what_follows },
	{ "hosted.failed_entry_ends_with_its_operation", failed_entry_ends_with_its_operation },
	{ "hosted.held_vcpu_stays_inside", held_vcpu_stays_inside },
	{ "hosted.acknowledges_are_remembered", acknowledges_are_remembered },
	{ "hosted.gicv2_is_acknowledged_in_memory", gicv2_is_acknowledged_in_memory },
	{ "hosted.exceptions_acknowledge", exceptions_acknowledge },
	{ "hosted.wfi_tells_whether_it_was_ended", wfi_tells_whether_it_was_ended },
	{ "hosted.memory_is_little_endian", memory_is_little_endian },
	{ "hosted.side_by_side_has_one_order", side_by_side_has_one_order },
	{ "hosted.time_passes_once_all_sleep", time_passes_once_all_sleep },
	{ "hosted.failures_are_of_the_next_operation", failures_are_of_the_next_operation },
	{ "hosted.blocks_do_not_fail", blocks_do_not_fail },
	{ "hosted.reports_outlive_their_process", reports_outlive_their_process },
	{ "hosted.options_describe_the_host", options_describe_the_host },
	{ "hosted.missing_library_says_how_to_build_it", missing_library_says_how_to_build_it },
};

UNIT_MAIN(tests)
