// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's interpreter at EL1: performs what is posted in the
 * lane of its vCPU (guest_code/abi.h).  It judges nothing.
 *
 * All of it is in section "guest", which the host copies into the VM: there is
 * no data, no constant pool and no call out of the section.
 */
#include "guest_code/abi.h"
#include "lib/regs/regs.h"

#define GUEST_FN __attribute__((__section__("guest"), __noinline__))

void guest_main(struct guest_lane *lane);
void guest_stray(struct guest_lane *lane);
u64 guest_interrupt(struct guest_lane *lane, u64 fiq);
void guest_hold(u64 addr) __attribute__((__noreturn__));
void guest_idle(void);
void guest_leave_start(u64 addr);

/*
 * Calls the slot that the host has filled, perhaps since this vCPU last fetched
 * from it.  The barriers put the effects of all instructions under test in
 * program order, for system registers too.
 */
GUEST_FN static u64 call_slot(u64 slot, u64 value, u64 addr)
{
	register u64 x0 __asm__("x0") = value;
	register u64 x1 __asm__("x1") = addr;

	__asm__ volatile("dc cvau, %2\n\t"
			 "dsb ish\n\t"
			 "ic ivau, %2\n\t"
			 "dsb sy\n\t"
			 "isb\n\t"
			 "blr %2\n\t"
			 "dsb sy\n\t"
			 "isb"
			 : "+r"(x0)
			 : "r"(x1), "r"(slot)
			 : "x30", "memory");
	return x0;
}

/* What became of an access, from what the host and the vectors noted. */
GUEST_FN static enum guest_status status_of(volatile struct guest_lane *lane)
{
	if (lane->esr)
		return GUEST_ABORT;
	return lane->no_device ? GUEST_NO_DEVICE : GUEST_DONE;
}

GUEST_FN static void begin(volatile struct guest_lane *lane)
{
	lane->no_device = 0;
	lane->esr = 0;
	lane->guarded = 1;
}

/* An exception that its operation took. */
GUEST_FN static void set_abort(const volatile struct guest_lane *lane,
			       volatile struct guest_res *res)
{
	res->val[0] = lane->esr;
	res->val[1] = lane->elr;
	res->val[2] = lane->far;
	res->nr_vals = 3;
	res->status = GUEST_ABORT;
}

/* Return: whether the access was performed. */
GUEST_FN static bool finish(volatile struct guest_lane *lane, volatile struct guest_res *res,
			    u64 val, bool has_val)
{
	enum guest_status status = status_of(lane);

	lane->guarded = 0;
	if (status == GUEST_ABORT) {
		set_abort(lane, res);
		return false;
	}
	res->val[0] = val;
	res->nr_vals = status == GUEST_DONE && has_val;
	res->status = status;
	return status == GUEST_DONE;
}

GUEST_FN static void access(volatile struct guest_lane *lane, const volatile struct guest_op *op,
			    volatile struct guest_res *res)
{
	u64 slots = lane->ram + GUEST_SLOT_OFFSET;
	u64 val;

	begin(lane);
	val = call_slot(slots + op->slot * sizeof(struct guest_slot), op->value, op->addr);
	finish(lane, res, val, op->code == GUEST_READ);
}

/* Plain LDR: KVM can emulate it from the syndrome alone. */
GUEST_FN static bool load(volatile struct guest_lane *lane, u64 addr, u32 bytes, u64 *val)
{
	begin(lane);
	if (bytes == 4)
		__asm__ volatile("ldr %w0, [%1]" : "=r"(*val) : "r"(addr) : "memory");
	else
		__asm__ volatile("ldr %0, [%1]" : "=r"(*val) : "r"(addr) : "memory");
	/* The syndrome and the host's mark are in memory before they are looked at. */
	__asm__ volatile("dsb sy" : : : "memory");
	lane->guarded = 0;
	return status_of(lane) == GUEST_DONE;
}

/*
 * As an operating system looks for its redistributor: the architecture version
 * first, then GICR_TYPER, until Last.
 */
GUEST_FN static void walk(volatile struct guest_lane *lane, u64 frame,
			  volatile struct guest_res *res)
{
	u64 val;

	for (res->nr_vals = 0; res->nr_vals < GUEST_MAX_VALS; frame += GICR_BYTES) {
		res->status = GUEST_NO_LAST;
		if (!load(lane, frame + GICR_PIDR2_OFFSET, 4, &val))
			return;
		val = bits_get(val, 7, 4);
		if (val != 3 && val != 4)
			return;
		if (!load(lane, frame + GICR_TYPER_OFFSET, 8, &val))
			return;
		lane->vals[res->nr_vals] = val;
		res->nr_vals = res->nr_vals + 1;
		if (bits_get(val, 4, 4)) {
			res->status = GUEST_DONE;
			return;
		}
	}
}

/* System registers by their encodings, for assemblers that know no GIC. */
#define ICC_IAR0 "S3_0_C12_C8_0"
#define ICC_EOIR0 "S3_0_C12_C8_1"
#define ICC_DIR "S3_0_C12_C11_1"
#define ICC_IAR1 "S3_0_C12_C12_0"
#define ICC_EOIR1 "S3_0_C12_C12_1"
#define ICC_CTLR "S3_0_C12_C12_4"

#define WFIT_X0 "0xd5031020" /* DDI 0487 C6.2 WFIT, which assemblers may not know */

/* ARM DEN 0022, 5.1. */
#define PSCI_CPU_SUSPEND 0x84000001
#define PSCI_CPU_OFF 0x84000002
#define PSCI_CPU_ON_64 0xc4000003

/* Between barriers, as the slots are. */
#define ACCESS(insn) "dsb sy\n\tisb\n\t" insn "\n\tdsb sy\n\tisb"
#define MRS(name, val) __asm__ volatile(ACCESS("mrs %0, " name) : "+r"(val) : : "memory")
#define MSR(name, val) __asm__ volatile(ACCESS("msr " name ", %0") : : "r"(val) : "memory")

GUEST_FN static u64 load_word(u64 addr)
{
	u64 val = 0;

	__asm__ volatile(ACCESS("ldr %w0, [%1]") : "+r"(val) : "r"(addr) : "memory");
	return val;
}

GUEST_FN static void store_word(u64 addr, u64 val)
{
	__asm__ volatile(ACCESS("str %w0, [%1]") : : "r"(val), "r"(addr) : "memory");
}

GUEST_FN static u64 read_iar(const volatile struct guest_op *op, bool group1)
{
	u64 val = 0;

	if (op->value & GUEST_GICV2)
		val = load_word(op->addr + (group1 ? GICC_AIAR_OFFSET : GICC_IAR_OFFSET));
	else if (group1)
		MRS(ICC_IAR1, val);
	else
		MRS(ICC_IAR0, val);
	return val;
}

/* To the register that belongs to the one it was acknowledged by. */
GUEST_FN static void write_eoir(const volatile struct guest_op *op, u64 val, bool group1)
{
	if (op->value & GUEST_GICV2)
		store_word(op->addr + (group1 ? GICC_AEOIR_OFFSET : GICC_EOIR_OFFSET), val);
	else if (group1)
		MSR(ICC_EOIR1, val);
	else
		MSR(ICC_EOIR0, val);
}

GUEST_FN static void write_dir(const volatile struct guest_op *op, u64 val)
{
	if (op->value & GUEST_GICV2)
		store_word(op->addr + GICC_DIR_OFFSET, val);
	else
		MSR(ICC_DIR, val);
}

GUEST_FN static bool reads_eoimode(const volatile struct guest_op *op)
{
	u64 val = 0;

	if (op->value & GUEST_GICV2)
		return bits_get(load_word(op->addr + GICC_CTLR_OFFSET), 9, 9);
	MRS(ICC_CTLR, val);
	return bits_get(val, 1, 1);
}

/* The host names places by their gva, which is a number to it. */
GUEST_FN static volatile void *at_gva(u64 gva)
{
	return (volatile void *)gva; /* NOLINT(performance-no-int-to-ptr) */
}

GUEST_FN static volatile struct guest_lists *lists_of(volatile struct guest_lane *lane, u32 number)
{
	return (volatile struct guest_lists *)at_gva(lane->ram + GUEST_LISTS_OFFSET) + number;
}

GUEST_FN static void lock_ended(volatile struct guest_lists *lists)
{
	while (__atomic_exchange_n(&lists->ended_lock, 1, __ATOMIC_ACQUIRE))
		__asm__ volatile("yield");
}

GUEST_FN static void unlock_ended(volatile struct guest_lists *lists)
{
	__atomic_store_n(&lists->ended_lock, 0, __ATOMIC_RELEASE);
}

/* There is nothing to end or to deactivate. */
GUEST_FN static void nothing_done(volatile struct guest_res *res)
{
	res->val[0] = GUEST_INTID_NONE;
	res->nr_vals = 1;
	res->status = GUEST_DONE;
}

GUEST_FN static bool is_interrupt(u64 intid)
{
	return intid < GUEST_INTID_SPECIAL || intid > GUEST_INTID_NONE;
}

GUEST_FN static u64 intid_of(const volatile struct guest_op *op, u64 val)
{
	return op->value & GUEST_GICV2 ? bits_get(val, 9, 0) : bits_get(val, 23, 0);
}

/* Puts what was acknowledged onto the vCPU's list. */
GUEST_FN static void remember(volatile struct guest_lane *lane, const volatile struct guest_op *op,
			      u64 val, bool group1)
{
	volatile struct guest_lists *lists = lists_of(lane, op->slot);

	if (!is_interrupt(intid_of(op, val)) || lists->nr_acked == GUEST_MAX_ACKED)
		return;
	lists->acked[lists->nr_acked] =
		(u32)bits_get(val, 23, 0) | (group1 ? GUEST_ACKED_GROUP1 : 0);
	lists->nr_acked = lists->nr_acked + 1;
}

GUEST_FN static void ack(volatile struct guest_lane *lane, const volatile struct guest_op *op,
			 volatile struct guest_res *res)
{
	bool group1 = op->value & GUEST_GROUP1;
	u64 val;

	begin(lane);
	val = read_iar(op, group1);
	if (finish(lane, res, val, true))
		remember(lane, op, val, group1);
}

/* An interrupt of GUEST_SERVE is logged and ended.  Return: what is to be masked. */
GUEST_FN static u64 log_and_end(volatile struct guest_lane *lane,
				const volatile struct guest_op *op, u64 val, bool group1,
				u64 exception)
{
	u32 nr = lane->logged;

	lane->vals[nr] = bits_get(val, 23, 0) | exception;
	lane->logged = nr + 1;
	if (is_interrupt(intid_of(op, val))) {
		lane->spurious = 0;
		write_eoir(op, val, group1);
		if (reads_eoimode(op))
			write_dir(op, val);
	} else {
		lane->spurious = lane->spurious + 1;
	}
	/* Neither a line that stays high nor a wrong signal may go on for ever. */
	return nr + 1 == GUEST_MAX_VALS || lane->spurious == 2 ? GUEST_PSTATE_IF : 0;
}

/**
 * guest_interrupt() - handle an interrupt, which is of the operation that lets it through
 * @lane: the guest's view of the vCPU's lane
 * @fiq:  GUEST_IRQ or GUEST_FIQ
 *
 * Return: the bits of PSTATE to be set after it.
 */
GUEST_FN u64 guest_interrupt(struct guest_lane *lane, u64 fiq)
{
	volatile struct guest_lane *l = lane;
	const volatile struct guest_op *op = &l->op[l->done % GUEST_RING_OPS];
	u64 exception = fiq == GUEST_FIQ ? GUEST_TOOK_FIQ : GUEST_TOOK_IRQ;
	bool v2 = op->value & GUEST_GICV2, group1 = !v2 && fiq == GUEST_IRQ;
	u64 val = read_iar(op, group1);

	/* Group 1 of a GICv2 without AckCtl is acknowledged by the alias. */
	if (v2 && intid_of(op, val) == GUEST_INTID_GROUP1) {
		group1 = true;
		val = read_iar(op, true);
	}
	if (op->code == GUEST_SERVE)
		return log_and_end(l, op, val, group1, exception);
	remember(l, op, val, group1);
	l->taken = (u32)(bits_get(val, 23, 0) | exception);
	return GUEST_PSTATE_IF;
}

/*
 * What is pending and unmasked is taken at the second ISB at the latest (DDI 0487,
 * context synchronization events).  The handler leaves interrupts masked.
 */
GUEST_FN static void take(volatile struct guest_lane *lane, volatile struct guest_res *res)
{
	lane->taken = GUEST_INTID_NONE;
	begin(lane);
	__asm__ volatile(ACCESS("msr daifclr, #3\n\tisb\n\tmsr daifset, #3") : : : "memory");
	finish(lane, res, lane->taken, true);
}

/*
 * Open until one ISB has passed at which nothing was taken.  The handler ends each
 * interrupt, and the next one comes as soon as it has returned.
 */
GUEST_FN static void serve(volatile struct guest_lane *lane, volatile struct guest_res *res)
{
	u32 before;

	lane->logged = 0;
	lane->spurious = 0;
	begin(lane);
	__asm__ volatile(ACCESS("msr daifclr, #3") : : : "memory");
	do {
		before = lane->logged;
		__asm__ volatile("isb" : : : "memory");
	} while (before != lane->logged);
	__asm__ volatile(ACCESS("msr daifset, #3") : : : "memory");
	if (!finish(lane, res, 0, false))
		return;
	if (lane->logged < GUEST_MAX_VALS) {
		lane->vals[lane->logged] = GUEST_INTID_NONE;
		lane->logged = lane->logged + 1;
	}
	res->nr_vals = lane->logged;
}

GUEST_FN static void wfit(u64 until)
{
	register u64 x0 __asm__("x0") = until;

	__asm__ volatile(ACCESS(".inst " WFIT_X0) : : "r"(x0) : "memory");
}

/* The host looks at waits to tell this sleep from others. */
GUEST_FN static void wait_for_interrupt(volatile struct guest_lane *lane,
					const volatile struct guest_op *op,
					volatile struct guest_res *res)
{
	begin(lane);
	lane->woken = 0;
	__atomic_store_n(&lane->waits, GUEST_WAITS, __ATOMIC_RELEASE);
	if (op->code == GUEST_WFIT)
		wfit(op->value);
	else
		__asm__ volatile(ACCESS("wfi") : : : "memory");
	__atomic_store_n(&lane->waits, 0, __ATOMIC_RELEASE);
	finish(lane, res, lane->woken, true);
}

/* Return: what PSCI did. */
GUEST_FN static u32 psci_call(u64 function, u64 arg1, u64 arg2, u64 arg3)
{
	register u64 x0 __asm__("x0") = function;
	register u64 x1 __asm__("x1") = arg1;
	register u64 x2 __asm__("x2") = arg2;
	register u64 x3 __asm__("x3") = arg3;

	__asm__ volatile(ACCESS("hvc #0") : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
	return (u32)x0;
}

/* CPU_SUSPEND with a standby state, which KVM performs as a WFI. */
GUEST_FN static void suspend(volatile struct guest_lane *lane, volatile struct guest_res *res)
{
	u32 ret;

	begin(lane);
	lane->woken = 0;
	__atomic_store_n(&lane->waits, GUEST_WAITS, __ATOMIC_RELEASE);
	ret = psci_call(PSCI_CPU_SUSPEND, 0, 0, 0);
	__atomic_store_n(&lane->waits, 0, __ATOMIC_RELEASE);
	finish(lane, res, ret ? ret : lane->woken, true);
}

/* The result is there before, for who finds that it does not return. */
GUEST_FN static void cpu_off(volatile struct guest_lane *lane, volatile struct guest_res *res)
{
	u32 ret;

	begin(lane);
	finish(lane, res, 1, true);
	lane->woken = 0;
	__atomic_store_n(&lane->waits, GUEST_WAITS, __ATOMIC_RELEASE);
	ret = psci_call(PSCI_CPU_OFF, 0, 0, 0);
	__atomic_store_n(&lane->waits, 0, __ATOMIC_RELEASE);
	res->val[0] = ret;
}

GUEST_FN static void cpu_on(volatile struct guest_lane *lane, const volatile struct guest_op *op,
			    volatile struct guest_res *res)
{
	u64 mpidr = (op->slot & 0xffffff) | (u64)(op->slot >> 24) << 32;

	guest_leave_start(lane->ram + GUEST_START_OFFSET);
	begin(lane);
	finish(lane, res, psci_call(PSCI_CPU_ON_64, mpidr, op->addr, op->value), true);
}

GUEST_FN static void idle(volatile struct guest_lane *lane, volatile struct guest_res *res)
{
	lane->taken = GUEST_INTID_NONE;
	lane->woken = 0;
	begin(lane);
	__atomic_store_n(&lane->waits, GUEST_WAITS, __ATOMIC_RELEASE);
	guest_idle();
	__atomic_store_n(&lane->waits, 0, __ATOMIC_RELEASE);
	if (lane->taken == GUEST_INTID_NONE && lane->woken)
		lane->taken = GUEST_IDLE_ENDED;
	finish(lane, res, lane->taken, true);
}

/* What an interrupt does to a vCPU that KVM forgets to wake: it goes on pending. */
GUEST_FN static void oversleep(volatile struct guest_lane *lane, const volatile struct guest_op *op,
			       volatile struct guest_res *res)
{
	lane->woken = 0;
	__atomic_store_n(&lane->waits, GUEST_WAITS_FOR_HOST, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&lane->woken, __ATOMIC_ACQUIRE))
		__asm__ volatile("yield");
	__atomic_store_n(&lane->waits, 0, __ATOMIC_RELEASE);
	res->val[0] = op->value;
	res->nr_vals = 1;
	res->status = GUEST_DONE;
}

GUEST_FN static void eoi(volatile struct guest_lane *lane, const volatile struct guest_op *op,
			 volatile struct guest_res *res)
{
	volatile struct guest_lists *lists = lists_of(lane, op->slot);
	u32 last, val;

	if (!lists->nr_acked) {
		nothing_done(res);
		return;
	}
	last = lists->acked[lists->nr_acked - 1];
	val = last & ~GUEST_ACKED_GROUP1;
	begin(lane);
	write_eoir(op, val, last & GUEST_ACKED_GROUP1);
	if (!finish(lane, res, val, true))
		return;
	lists->nr_acked = lists->nr_acked - 1;
	if (!reads_eoimode(op))
		return;
	lock_ended(lists);
	if (lists->nr_ended < GUEST_MAX_ENDED) {
		lists->ended[lists->nr_ended] = val;
		lists->nr_ended = lists->nr_ended + 1;
	}
	unlock_ended(lists);
}

GUEST_FN static void deactivate(volatile struct guest_lane *lane,
				const volatile struct guest_op *op, volatile struct guest_res *res)
{
	volatile struct guest_lists *lists = lists_of(lane, op->slot);
	u32 val;

	if (op->slot == GUEST_NO_LISTS) {
		nothing_done(res);
		return;
	}
	lock_ended(lists);
	if (!lists->nr_ended) {
		nothing_done(res);
	} else {
		val = lists->ended[lists->nr_ended - 1];
		begin(lane);
		write_dir(op, val);
		if (finish(lane, res, val, true))
			lists->nr_ended = lists->nr_ended - 1;
	}
	unlock_ended(lists);
}

GUEST_FN static void set_done(volatile struct guest_res *res)
{
	res->nr_vals = 0;
	res->status = GUEST_DONE;
}

/* All of a result is there before it counts. */
GUEST_FN static void count_done(volatile struct guest_lane *lane)
{
	__atomic_store_n(&lane->done, lane->done + 1, __ATOMIC_RELEASE);
}

/* Others use the lane in the meantime, so that this operation has ended before. */
GUEST_FN static void hold(volatile struct guest_lane *lane, const volatile struct guest_op *op,
			  volatile struct guest_res *res)
{
	u64 addr = op->addr;

	set_done(res);
	count_done(lane);
	guest_hold(addr);
}

GUEST_FN static void meet(const volatile struct guest_op *op, volatile struct guest_res *res)
{
	volatile struct guest_meeting *m = at_gva(op->addr);

	__atomic_add_fetch(&m->arrived, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&m->arrived, __ATOMIC_ACQUIRE) < m->expected)
		__asm__ volatile("yield");
	set_done(res);
}

GUEST_FN static void perform(volatile struct guest_lane *lane, u32 i)
{
	const volatile struct guest_op *op = &lane->op[i];
	volatile struct guest_res *res = &lane->res[i];

	switch (op->code) {
	case GUEST_READ:
	case GUEST_WRITE:
		access(lane, op, res);
		break;
	case GUEST_WALK:
		walk(lane, op->addr, res);
		break;
	case GUEST_ACK:
		ack(lane, op, res);
		break;
	case GUEST_EOI:
		eoi(lane, op, res);
		break;
	case GUEST_DEACTIVATE:
		deactivate(lane, op, res);
		break;
	case GUEST_TAKE:
		take(lane, res);
		break;
	case GUEST_SERVE:
		serve(lane, res);
		break;
	case GUEST_WFI:
	case GUEST_WFIT:
		wait_for_interrupt(lane, op, res);
		break;
	case GUEST_SUSPEND:
		suspend(lane, res);
		break;
	case GUEST_CPU_OFF:
		cpu_off(lane, res);
		break;
	case GUEST_CPU_ON:
		cpu_on(lane, op, res);
		break;
	case GUEST_IDLE:
		idle(lane, res);
		break;
	case GUEST_OVERSLEEP:
		oversleep(lane, op, res);
		break;
	case GUEST_HOLD:
		hold(lane, op, res);
		break;
	case GUEST_MEET:
		meet(op, res);
		break;
	default:
		set_done(res);
		break;
	}
}

/**
 * guest_main() - perform what is posted, until nothing is left
 * @lane: the guest's view of the vCPU's lane
 */
GUEST_FN void guest_main(struct guest_lane *lane)
{
	volatile struct guest_lane *l = lane;

	while (l->done != __atomic_load_n(&l->posted, __ATOMIC_ACQUIRE)) {
		perform(l, l->done % GUEST_RING_OPS);
		count_done(l);
	}
}

/**
 * guest_stray() - end the operation that an exception came in the middle of
 * @lane: the guest's view of the vCPU's lane
 */
GUEST_FN void guest_stray(struct guest_lane *lane)
{
	volatile struct guest_lane *l = lane;

	l->guarded = 0;
	if (l->done == __atomic_load_n(&l->posted, __ATOMIC_ACQUIRE))
		return;
	set_abort(l, &l->res[l->done % GUEST_RING_OPS]);
	count_done(l);
}
