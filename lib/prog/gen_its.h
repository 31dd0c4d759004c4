/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the generators of programs about ITSes share: where everything is, and what
 * they know of what they have mapped.
 */
#ifndef LIB_PROG_GEN_ITS_H
#define LIB_PROG_GEN_ITS_H

#include "lib/prog/gen.h"

#define ITS_MAX (PROG_LAST_ITS + 1)
#define ITS_DEVICES 3 /* of each ITS */
#define ITS_EVENTS 4 /* of each device */
#define ITS_COLLECTIONS 4 /* of each ITS */
#define ITS_LPIS 40 /* of the VM: more than there are events, so that most are new */
#define ITS_ROUTES 4
#define ITS_FIRST_INTID 8192
#define ITS_COMMAND_BYTES 32

#define ITS_VALID (1ULL << 63)
#define ITS_INDIRECT (1ULL << 62)
#define ITS_PAGES_64K 0x200

/* The program's memory in 64 KiB, which queues and tables are aligned to. */
#define ITS_BLOCK(n) (PROG_MEM_BASE + 0x10000ULL * (n))
#define ITS_CONFIG_AT ITS_BLOCK(4)
#define ITS_PENDING_AT(vcpu) ITS_BLOCK(5 + (vcpu))
#define ITS_NO_MEMORY_AT 0x60000000ULL
#define ITS_SPARE_AT ITS_BLOCK(14) /* two blocks, unless there are four ITSes */
#define ITS_FIRST_PENDING_BYTE (ITS_FIRST_INTID / 8)

enum { ITS_QUEUE, ITS_DEVICE_TABLE, ITS_COLLECTION_TABLE };

/* A device of an ITS. */
struct its_device {
	u32 id;
	u8 bits; /* of its EventIDs */
	bool mapped;
	u8 lpi[ITS_EVENTS]; /* that an event is, plus one; 0 if it is none */
	u8 coll[ITS_EVENTS]; /* of those: number of the collection */
};

/* An ITS as its commands will have left it. */
struct its_unit {
	u32 queue, queue_bytes; /* offset of the next command, and where it wraps */
	u16 waiting; /* commands that GITS_CWRITER has not passed */
	bool enabled;
	bool moved[2]; /* its device table, its collection table: is in the spare blocks */
	struct its_device device[ITS_DEVICES];
	u16 icid[ITS_COLLECTIONS];
	u8 vcpu[ITS_COLLECTIONS]; /* that it is mapped to, plus one; 0 if it is not mapped */
};

/* An event, as the generator names it. */
struct its_event {
	u8 its, device, event;
};

struct its_gen {
	struct gen g; /* first, for acts */
	unsigned int nr_its;
	struct its_unit unit[ITS_MAX];
	bool lpi_used[ITS_LPIS];
	u8 home[ITS_LPIS]; /* the PE that it was of last, plus one */
	struct its_event route[ITS_ROUTES];
	bool routed[ITS_ROUTES];
	bool big; /* the last device of ITS 0 has EventIDs that are INTIDs of LPIs */
	bool calm; /* no LPI is disabled, so that none stays pending when all are taken */
	bool indirect; /* ITS 0 has a device table of two levels */
	bool spare_used; /* something is in the spare blocks */
};

_Static_assert(sizeof(struct its_gen) <= GEN_MAX_BYTES, "what gen_act() saves");

static inline struct its_gen *its_gen(struct gen *g)
{
	return (struct its_gen *)g;
}

/* lib/prog/gen_its.c: the VM and its parts. */
u64 gen_its_at(unsigned int its);
u64 gen_its_block(unsigned int its, unsigned int what);
u64 gen_its_itt(const struct its_gen *i, unsigned int its, unsigned int device);
u64 gen_its_intid(unsigned int lpi);
u64 gen_its_event_id(const struct its_gen *i, const struct its_event *e);
unsigned int gen_its_any_vcpu(struct gen *g);
u64 gen_its_any_id(struct gen *g);
unsigned int gen_its_any(struct gen *g);
void gen_its_store(struct gen *g, unsigned int vcpu, enum reg_id reg, u64 at, u64 value);
void gen_its_store_baser(struct gen *g, unsigned int its, unsigned int table, u64 value);
void gen_its_user_write(struct gen *g, unsigned int its, u64 where, u64 value);
void gen_its_mem_write(struct gen *g, u64 at, u64 size, u64 value);
void gen_its_mem_read(struct gen *g, u64 at, u64 size);
u64 gen_its_baser(const struct its_gen *i, unsigned int its, unsigned int table);
void gen_its_set_up(struct gen *g, unsigned int its);
void gen_its_configure(struct gen *g, unsigned int lpi);
void gen_its_add_vm(struct gen *g);
void gen_its_forget(struct gen *g, unsigned int its);

/* lib/prog/gen_its_cmd.c: commands. */
void gen_its_event_of(struct gen *g, unsigned int its, struct its_event *e);
void gen_its_map_outside(struct gen *g, unsigned int its);
bool gen_its_find_event(struct gen *g, struct its_event *e);
void gen_its_map_all(struct gen *g, unsigned int its);
void gen_its_perform(struct gen *g, unsigned int its);
void gen_its_act_mapd(struct gen *g);
void gen_its_act_mapc(struct gen *g);
void gen_its_act_map(struct gen *g);
void gen_its_act_move(struct gen *g);
void gen_its_act_move_all(struct gen *g);
void gen_its_act_event(struct gen *g);
void gen_its_act_discard(struct gen *g);
void gen_its_act_invall(struct gen *g);
void gen_its_act_sync(struct gen *g);
void gen_its_act_raw(struct gen *g);
void gen_its_invalidate(struct gen *g, const struct its_event *e);

/* lib/prog/gen_its_irq.c: what comes of LPIs. */
void gen_its_act_msi(struct gen *g);
void gen_its_act_route(struct gen *g);
void gen_its_act_irqfd(struct gen *g);
void gen_its_act_translater(struct gen *g);
void gen_its_act_ack(struct gen *g);
void gen_its_act_eoi(struct gen *g);
void gen_its_act_serve(struct gen *g);
void gen_its_take_all(struct gen *g);
void gen_its_act_configure(struct gen *g);
void gen_its_act_enable_lpis(struct gen *g);
void gen_its_act_masks(struct gen *g);
void gen_its_act_save_pending(struct gen *g);
void gen_its_act_edit_pending(struct gen *g);

/* lib/prog/gen_its_regs.c: registers. */
void gen_its_act_look(struct gen *g);
void gen_its_act_ctlr(struct gen *g);
void gen_its_act_basers(struct gen *g);
void gen_its_act_cbaser(struct gen *g);
void gen_its_act_cwriter(struct gen *g);
void gen_its_act_creadr(struct gen *g);
void gen_its_act_read_only(struct gen *g);
void gen_its_act_held(struct gen *g);

/* lib/prog/gen_its_tables.c: tables in memory. */
void gen_its_act_save(struct gen *g);
void gen_its_act_save_and_restore(struct gen *g);
void gen_its_act_edit_and_restore(struct gen *g);
void gen_its_act_restore_in_disorder(struct gen *g);
void gen_its_act_reset(struct gen *g);
void gen_its_act_no_memory(struct gen *g);

#endif /* LIB_PROG_GEN_ITS_H */
