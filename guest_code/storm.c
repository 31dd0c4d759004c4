// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest of a storm of LPIs: a driver of a GICv3 with an ITS, which sets both up
 * and takes LPIs by exception, while vCPU 0 gives commands to the ITS
 * (guest_code/storm.h).
 *
 * All of it is in section "guest", which the host copies into the VM: there is
 * no data, no constant pool and no call out of the section.
 */
#include "guest_code/storm_guest.h"
#include "lib/regs/regs.h"

#define CACHEABLE (7ULL << 7 | 1ULL << 10) /* RaWaWb, inner shareable, of both GICR tables */
#define ITS_CACHEABLE (7ULL << 59 | 1ULL << 10)
#define ITS_VALID BIT_ULL(63)
#define LPI_ID_BITS 16
#define LPI_PRIORITY 0xa0
#define LPI_GROUP1 2
#define LPI_ENABLED 1
#define QUEUE_PAGES 16
#define BASER_64K (2ULL << 8)
#define BASER_DEVICES 1
#define BASER_COLLECTIONS 4
#define AFFINITIES 0xff00ffffffULL /* of MPIDR_EL1 and GICD_IROUTER<n> */

/* Numbers of commands: IHI 0069H 5.3. */
#define CMD_MOVI 0x01
#define CMD_CLEAR 0x04
#define CMD_SYNC 0x05
#define CMD_MAPD 0x08
#define CMD_MAPC 0x09
#define CMD_MAPTI 0x0a
#define CMD_INV 0x0c
#define CMD_INVALL 0x0d
#define CMD_MOVALL 0x0e
#define CMD_DISCARD 0x0f

/* Plain accesses: KVM can emulate them from the syndrome alone. */
GUEST_FN static u64 read64(u64 gva)
{
	u64 val;

	__asm__ volatile("ldr %0, [%1]" : "=r"(val) : "r"(gva) : "memory");
	return val;
}

GUEST_FN static u32 read32(u64 gva)
{
	u32 val;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(val) : "r"(gva) : "memory");
	return val;
}

GUEST_FN static void write64(u64 gva, u64 val)
{
	__asm__ volatile("dsb sy\n\tstr %0, [%1]" : : "r"(val), "r"(gva) : "memory");
}

GUEST_FN static void write32(u64 gva, u32 val)
{
	__asm__ volatile("dsb sy\n\tstr %w0, [%1]" : : "r"(val), "r"(gva) : "memory");
}

GUEST_FN static u64 affinity(void)
{
	u64 mpidr;

	MRS("mpidr_el1", mpidr);
	return bits_get(mpidr, 39, 32) << 24 | bits_get(mpidr, 23, 0);
}

/* As an operating system looks for its redistributor.  Return: 0 if there is none. */
GUEST_FN static u64 find_redist(struct storm_vcpu *v)
{
	u64 frame = STORM_REDIST_BASE, typer;

	for (;; frame += GICR_BYTES) {
		typer = read64(frame + GICR_TYPER_OFFSET);
		if (typer >> 32 == affinity())
			break;
		if (bits_get(typer, 4, 4))
			return 0;
	}
	v->number = (u32)bits_get(typer, 23, 8);
	return frame;
}

/* The interrupt that ends a WFI of this vCPU: an edge, which stays until it is taken. */
GUEST_FN static void set_up_wake(const struct storm_vcpu *v)
{
	u64 mpidr;

	if (!v->index) {
		write32(STORM_DIST_BASE + GICD_IGROUPR_OFFSET + 4, ~0u);
		write32(STORM_DIST_BASE + GICD_ICFGR_OFFSET + 8, ~0u / 3 * 2);
	}
	MRS("mpidr_el1", mpidr);
	/* GICD_IROUTER<n> has no register for the first 32. */
	write64(STORM_DIST_BASE + GICD_IROUTER_OFFSET + 8 * (u64)v->index, mpidr & AFFINITIES);
	write32(STORM_DIST_BASE + GICD_ISENABLER_OFFSET + 4, 1u << v->index);
}

GUEST_FN static u32 set_up_cpu(struct storm_vcpu *v)
{
	u64 pending = STORM_PENDING_OFFSET + v->index * (u64)STORM_TABLE_BYTES;

	v->redist = find_redist(v);
	if (!v->redist)
		return STORM_RING_NO_FRAME;
	if (!v->index)
		write32(STORM_DIST_BASE + GICD_CTLR_OFFSET, 1u << 4 | 1u << 1);
	write32(v->redist + GICR_WAKER_OFFSET, 0);
	while (read32(v->redist + GICR_WAKER_OFFSET) & 4)
		;
	write64(v->redist + GICR_PROPBASER_OFFSET,
		(u64)at(STORM_PROP_OFFSET) | CACHEABLE | (LPI_ID_BITS - 1));
	write64(v->redist + GICR_PENDBASER_OFFSET, (u64)at(pending) | CACHEABLE | BIT_ULL(62));
	write32(v->redist + GICR_CTLR_OFFSET, 1);
	if (control()->wfi)
		set_up_wake(v);
	MSR(ICC_SRE, 7);
	ISB();
	MSR(ICC_PMR, 0xf8);
	MSR(ICC_IGRPEN1, 1);
	ISB();
	return STORM_RING_DONE;
}

/* Puts a command into the queue; the ITS does not know of it yet. */
GUEST_FN static void put(struct storm_vcpu *v, u64 dw0, u64 dw1, u64 dw2, u64 dw3)
{
	volatile u64 *cmd = at(STORM_QUEUE_OFFSET + v->queue);

	cmd[0] = dw0;
	cmd[1] = dw1;
	cmd[2] = dw2;
	cmd[3] = dw3;
	v->queue = (v->queue + 32) % STORM_TABLE_BYTES;
}

/* Return: false if the ITS has stalled; else what was put is performed. */
GUEST_FN static bool perform(struct storm_vcpu *v)
{
	u64 read;

	write64(STORM_ITS_BASE + GITS_CWRITER_OFFSET, v->queue);
	do {
		read = read64(STORM_ITS_BASE + GITS_CREADR_OFFSET);
		if (read & 1)
			return false;
	} while (read != v->queue);
	return true;
}

/* RDbase of a vCPU, as it is in doubleword 2. */
GUEST_FN static u64 rdbase(u32 index)
{
	return vcpu(index)->rdbase;
}

/* What all commands about one event begin with. */
GUEST_FN static u64 device_dw(u32 lpi, u64 cmd)
{
	return (u64)(lpi / control()->nr_events) << 32 | cmd;
}

GUEST_FN static u32 event_of(u32 lpi)
{
	return lpi % control()->nr_events;
}

GUEST_FN static void put_sync(struct storm_vcpu *v)
{
	for (u32 i = 0; i < control()->nr_vcpus; i++)
		put(v, CMD_SYNC, 0, rdbase(i), 0);
}

GUEST_FN static void put_mapti(struct storm_vcpu *v, u32 lpi, u32 collection)
{
	put(v, device_dw(lpi, CMD_MAPTI), (u64)(lpi + STORM_FIRST_LPI) << 32 | event_of(lpi),
	    collection, 0);
}

GUEST_FN static void put_inv(struct storm_vcpu *v, u32 lpi)
{
	put(v, device_dw(lpi, CMD_INV), event_of(lpi), 0, 0);
}

/* Flat tables of one page.  Return: false if the ITS lacks one. */
GUEST_FN static bool set_up_tables(void)
{
	u32 found = 0;

	for (u32 i = 0; i < 8; i++) {
		u64 reg = STORM_ITS_BASE + GITS_BASER_OFFSET + i * 8;
		u64 type = bits_get(read64(reg), 58, 56);
		u64 table = 0;

		if (type == BASER_DEVICES)
			table = (u64)at(STORM_DEVICES_OFFSET);
		else if (type == BASER_COLLECTIONS)
			table = (u64)at(STORM_COLLECTIONS_OFFSET);
		else
			continue;
		write64(reg, ITS_VALID | ITS_CACHEABLE | BASER_64K | table);
		found |= 1u << type;
	}
	return found == (1u << BASER_DEVICES | 1u << BASER_COLLECTIONS);
}

/* How commands name redistributors: by address or by number, as the ITS has it. */
GUEST_FN static void name_redists(void)
{
	bool by_address = bits_get(read64(STORM_ITS_BASE + GITS_TYPER_OFFSET), 19, 19);

	for (u32 i = 0; i < control()->nr_vcpus; i++)
		vcpu(i)->rdbase = by_address ? vcpu(i)->redist : (u64)vcpu(i)->number << 16;
}

GUEST_FN static u32 map_device(struct storm_vcpu *v, u32 device)
{
	const struct storm_control *c = control();
	u64 itt = (u64)at(STORM_ITTS_OFFSET + device * (u64)STORM_ITT_BYTES);
	u32 bits = 1;

	while (1u << bits < c->nr_events)
		bits++;
	put(v, (u64)device << 32 | CMD_MAPD, bits - 1, ITS_VALID | itt, 0);
	for (u32 i = 0; i < c->nr_events; i++) {
		u32 lpi = device * c->nr_events + i;

		put_mapti(v, lpi, lpi % c->nr_vcpus);
	}
	return perform(v) ? STORM_RING_DONE : STORM_RING_STALLED;
}

GUEST_FN static u32 set_up_its(struct storm_vcpu *v)
{
	const struct storm_control *c = control();
	u8 *prop = at(STORM_PROP_OFFSET);
	u32 ret = STORM_RING_DONE;

	for (u32 i = 0; i < nr_lpis(); i++)
		prop[i] = LPI_PRIORITY | LPI_GROUP1 | LPI_ENABLED;
	if (!set_up_tables())
		return STORM_RING_NO_FRAME;
	write64(STORM_ITS_BASE + GITS_CBASER_OFFSET,
		ITS_VALID | ITS_CACHEABLE | (u64)at(STORM_QUEUE_OFFSET) | (QUEUE_PAGES - 1));
	write64(STORM_ITS_BASE + GITS_CWRITER_OFFSET, 0);
	write32(STORM_ITS_BASE + GITS_CTLR_OFFSET, 1);
	name_redists();
	for (u32 i = 0; i < c->nr_vcpus; i++)
		put(v, CMD_MAPC, 0, ITS_VALID | rdbase(i) | i, 0);
	for (u32 i = 0; i < c->nr_devices && ret == STORM_RING_DONE; i++)
		ret = map_device(v, i);
	for (u32 i = 0; i < c->nr_vcpus; i++)
		put(v, CMD_INVALL, 0, i, 0);
	put_sync(v);
	if (ret == STORM_RING_DONE && !perform(v))
		ret = STORM_RING_STALLED;
	return ret;
}

GUEST_FN static u32 random_below(struct storm_vcpu *v, u32 n)
{
	v->random ^= v->random << 13;
	v->random ^= v->random >> 7;
	v->random ^= v->random << 17;
	return (u32)((v->random >> 32) * n >> 32);
}

GUEST_FN static void set_enabled(u32 lpi, bool enabled)
{
	volatile u8 *prop = at(STORM_PROP_OFFSET + lpi);

	*prop = (u8)(LPI_PRIORITY | LPI_GROUP1 | (enabled ? LPI_ENABLED : 0));
}

/* Disabled and enabled again, each time made known by INV or by INVALL. */
GUEST_FN static bool toggle(struct storm_vcpu *v, u32 lpi, bool all)
{
	for (u32 i = 0; i < 2; i++) {
		set_enabled(lpi, i);
		if (all) {
			for (u32 k = 0; k < control()->nr_vcpus; k++)
				put(v, CMD_INVALL, 0, k, 0);
		} else {
			put_inv(v, lpi);
		}
		put_sync(v);
		if (!perform(v))
			return false;
	}
	return true;
}

/* Which part of a removal comes now: before all of it, and after all that was before. */
GUEST_FN static void set_phase(struct storm_commanded *c, u32 phase)
{
	DSB();
	STORE(&c->phase, (c->phase & ~STORM_PHASE_MASK) + phase);
	DSB();
}

/* What had been sent before it is gone after it. */
GUEST_FN static bool remove_sent(struct storm_vcpu *v, u32 lpi, enum storm_command command)
{
	struct storm_commanded *c = (struct storm_commanded *)at(STORM_COMMAND_OFFSET) + lpi;
	struct storm_sent *sent = at(STORM_SENT_OFFSET);
	bool discards = command == STORM_DISCARD;
	u32 ended;

	c->last = command;
	c->op = control()->ops;
	set_phase(c, discards ? STORM_PHASE_DISCARDING : STORM_PHASE_CLEARING);
	ended = LOAD(&sent[lpi].ended);
	put(v, device_dw(lpi, discards ? CMD_DISCARD : CMD_CLEAR), event_of(lpi), 0, 0);
	put_sync(v);
	if (!perform(v))
		return false;
	STORE(&c->removed, ended);
	if (discards) {
		set_phase(c, STORM_PHASE_DISCARDED);
		set_phase(c, STORM_PHASE_MAPPING);
		put_mapti(v, lpi, random_below(v, control()->nr_vcpus));
		put_sync(v);
		if (!perform(v))
			return false;
	}
	c->begun = LOAD(&sent[lpi].begun);
	set_phase(c, STORM_PHASE_NEXT);
	return true;
}

GUEST_FN static bool may_remove(u32 lpi)
{
	const struct storm_commanded *c = at(STORM_COMMAND_OFFSET);
	struct storm_taken *taken = at(STORM_TAKEN_OFFSET);

	return STORM_IS_REMOVABLE(lpi) && LOAD(&taken[lpi].seen) > c[lpi].begun;
}

GUEST_FN static bool move(struct storm_vcpu *v, u32 lpi)
{
	put(v, device_dw(lpi, CMD_MOVI), event_of(lpi), random_below(v, control()->nr_vcpus), 0);
	put_sync(v);
	return perform(v);
}

GUEST_FN static bool move_all(struct storm_vcpu *v)
{
	u32 nr = control()->nr_vcpus;

	put(v, CMD_MOVALL, 0, rdbase(random_below(v, nr)), rdbase(random_below(v, nr)));
	put_sync(v);
	return perform(v);
}

GUEST_FN static bool command(struct storm_vcpu *v)
{
	struct storm_control *c = control();
	u32 lpi = random_below(v, nr_lpis());
	enum storm_command what;
	bool done = false;

	do {
		what = (enum storm_command)random_below(v, NR_STORM_COMMANDS);
	} while (!(c->commands & 1u << what));
	if ((what == STORM_DISCARD || what == STORM_CLEAR) && !may_remove(lpi))
		return true;
	if (what == STORM_MOVI)
		done = move(v, lpi);
	else if (what == STORM_MOVALL)
		done = move_all(v);
	else if (what == STORM_DISCARD || what == STORM_CLEAR)
		done = remove_sent(v, lpi, what);
	else
		done = toggle(v, lpi, what == STORM_INVALL);
	STORE(&c->nr_commands[what], c->nr_commands[what] + 1);
	STORE(&c->ops, c->ops + 1);
	return done;
}

/* Leaves the guest and enters it again if the host asks for that. */
GUEST_INLINE static void heed_nudge(struct storm_vcpu *v)
{
	u32 nudge = LOAD(&control()->nudge);

	if (nudge == v->nudged)
		return;
	storm_ring(0, STORM_RING_NUDGED);
	__atomic_store_n(&v->nudged, nudge, __ATOMIC_RELEASE);
}

/*
 * Masked, so that what ends the WFI is not taken between the look and the WFI: what
 * is wanted is published before the interrupt comes, which pends from then on.
 */
GUEST_FN static void wait(struct storm_vcpu *v)
{
	const struct storm_control *c = control();

	MASK_IRQ();
	DSB();
	if (!LOAD(&c->stop) && LOAD(&c->nudge) == v->nudged) {
		STORE(&v->waits, v->waits + 1);
		DSB();
		__asm__ volatile("wfi" : : : "memory");
		STORE(&v->waits, v->waits + 1);
	}
	UNMASK_IRQ();
}

GUEST_FN static u32 run(struct storm_vcpu *v)
{
	const struct storm_control *c = control();
	bool commands = !v->index && c->commands, performed = true;

	v->random = c->seed;
	UNMASK_IRQ();
	while (!LOAD(&c->stop) && performed) {
		heed_nudge(v);
		if (commands && !LOAD(&c->stop_commands))
			performed = command(v);
		else if (c->wfi)
			wait(v);
		else
			__asm__ volatile("yield" : : : "memory");
	}
	MASK_IRQ();
	return performed ? STORM_RING_DONE : STORM_RING_STALLED;
}

/*
 * KVM has been entered, which puts what is signalled into list registers: that is
 * taken, first as exceptions and then, whatever the vCPU made of it, by hand.
 */
GUEST_FN static u32 drain(struct storm_vcpu *v)
{
	UNMASK_IRQ();
	ISB();
	MASK_IRQ();
	storm_take_all(v);
	return STORM_RING_DONE;
}

GUEST_FN static u32 park(struct storm_vcpu *v, bool enabled)
{
	for (u32 i = 0; i < nr_lpis(); i++) {
		if (!STORM_IS_PARKED(i))
			continue;
		set_enabled(i, enabled);
		put_inv(v, i);
		put_sync(v);
		if (!perform(v))
			return STORM_RING_STALLED;
	}
	return STORM_RING_DONE;
}

/**
 * storm_step() - perform the step that the host asks for
 * @v: this vCPU
 *
 * Return: what to store to the doorbell.
 */
GUEST_FN u32 storm_step(struct storm_vcpu *v)
{
	switch ((enum storm_step)LOAD(&control()->step)) {
	case STORM_SET_UP_CPU:
		return set_up_cpu(v);
	case STORM_SET_UP_ITS:
		return v->index ? STORM_RING_DONE : set_up_its(v);
	case STORM_RUN:
		return run(v);
	case STORM_DRAIN:
		return drain(v);
	case STORM_PARK:
	case STORM_UNPARK:
		break;
	}
	return v->index ? STORM_RING_DONE : park(v, control()->step == STORM_UNPARK);
}
