/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Suites: programs made by number.  The same suite, number and seed give the
 * same program everywhere.
 */
#ifndef LIB_PROG_SUITE_H
#define LIB_PROG_SUITE_H

#include "lib/prog/prog.h"
#include "lib/prog/rng.h"

/* What programs are made by, beside their numbers. */
struct recipe {
	u64 seed;
	/*
	 * How often each operation comes, compared with 1 for the usual; NULL if
	 * all do.  What makes the VM comes in any case.
	 */
	const u8 *op_weight;
};

struct matrix;

struct suite {
	const char *name;
	const char *doc;
	u64 (*count)(void); /* programs in the whole; NULL if there is no end */
	bool seeded; /* do its programs depend on the seed? */
	bool on_request; /* only run if a filter asks for it */
	unsigned int heavy; /* if not 0: without a filter the sample is that many times smaller */
	void (*make)(u64 index, const struct recipe *recipe, struct prog *p);
};

const struct suite *suite_by_number(unsigned int i);
u64 suite_count(const struct suite *s);
void suite_make(const struct suite *s, u64 index, u64 seed, struct prog *p);
void suite_make_by(const struct suite *s, u64 index, const struct recipe *recipe, struct prog *p);
void suite_name(const struct suite *s, u64 index, u64 seed, char *buf, size_t bytes);
u64 suite_sample(const struct suite *s, u64 seed, u64 i);

/* lib/prog/gen_orders.c */
u64 gen_orders_count(void);
void gen_orders(u64 index, const struct recipe *recipe, struct prog *p);

/* lib/prog/gen_refused.c */
u64 gen_refused_count(void);
void gen_refused(u64 index, const struct recipe *recipe, struct prog *p);

/* lib/prog/gen_random.c */
void gen_random(u64 index, const struct recipe *recipe, struct prog *p);

/* lib/prog/gen_irqs.c */
void gen_gicv3(u64 index, const struct recipe *recipe, struct prog *p);
void gen_gicv2(u64 index, const struct recipe *recipe, struct prog *p);
void gen_mmio3(u64 index, const struct recipe *recipe, struct prog *p);
void gen_mmio2(u64 index, const struct recipe *recipe, struct prog *p);

/* lib/prog/gen_device.c */
void gen_device(u64 index, const struct recipe *recipe, struct prog *p);

/* lib/prog/gen_wake.c */
void gen_wake3(u64 index, const struct recipe *recipe, struct prog *p);
void gen_wake2(u64 index, const struct recipe *recipe, struct prog *p);

/* lib/prog/gen_wfi.c */
struct matrix *gen_wfi_matrix(void);
u64 gen_wfi_count(void);
void gen_wfi(u64 index, const struct recipe *recipe, struct prog *p);
struct matrix *gen_wfi_all_matrix(void);
u64 gen_wfi_all_count(void);
void gen_wfi_all(u64 index, const struct recipe *recipe, struct prog *p);

/* lib/prog/gen_lpi.c */
void gen_lpi(u64 index, const struct recipe *recipe, struct prog *p);

/* lib/prog/gen_its.c */
void gen_its(u64 index, const struct recipe *recipe, struct prog *p);
void gen_its_tables(u64 index, const struct recipe *recipe, struct prog *p);

/* lib/prog/gen_delivery.c */
struct matrix *gen_delivery_matrix(void);
struct matrix *gen_delivery_all_matrix(void);
u64 gen_delivery_count(void);
u64 gen_delivery_all_count(void);
void gen_delivery(u64 index, const struct recipe *recipe, struct prog *p);
void gen_delivery_all(u64 index, const struct recipe *recipe, struct prog *p);

/* Short forms for generators. */
#define PICK(rng, table) ((table)[rng_below((rng), ARRAY_SIZE(table))])

void add_create_vcpu(struct prog *p, u64 id);
void add_set_addr(struct prog *p, enum addr_type type, u64 base);
void add_region(struct prog *p, u64 index, u64 base, u64 count);
void add_user_read(struct prog *p, enum reg_id reg, u64 vcpu);
void add_guest_read(struct prog *p, u64 vcpu, enum reg_id reg, u64 at);
struct op *add_guest_write(struct prog *p, u64 vcpu, u64 place, u64 at, u64 value);
void add_guest_walk(struct prog *p, u64 vcpu, u64 at);
void add_run(struct prog *p, u64 vcpu);

#endif /* LIB_PROG_SUITE_H */
