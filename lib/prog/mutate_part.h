/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the mutator share.
 */
#ifndef LIB_PROG_MUTATE_PART_H
#define LIB_PROG_MUTATE_PART_H

#include "lib/prog/gen.h"
#include "lib/prog/mutate.h"

#define MUTATE_ITS_BASE 0x8080000ULL /* where the generators have it */

enum vm_frame { VM_DIST, VM_CPUIF, VM_REDIST, VM_ITS, NR_VM_FRAMES };

/* What programs call their vCPUs, and where their frames are. */
struct vm_map {
	unsigned int nr_vcpus; /* at least 1 */
	u64 vcpu[GEN_MAX_VCPUS];
	u64 base[NR_VM_FRAMES];
};

/* What an argument means, whatever its operation calls it. */
enum arg_class {
	CLASS_NUMBER, /* of nothing in particular */
	CLASS_VCPU,
	CLASS_INTID,
	CLASS_DEVICE,
	CLASS_EVENT,
	CLASS_COLLECTION,
	CLASS_FRAME, /* gpa of a frame */
	CLASS_MEMORY, /* gpa of the program's memory */
	CLASS_VALUE, /* bits */
	NR_ARG_CLASSES
};

struct mutator {
	struct gen g; /* first, for acts, which append to @fresh */
	struct prog fresh; /* operations that are to be inserted */
	const struct prog *of; /* the program that is mutated */
	struct vm_map vm; /* of that one */
	size_t max_ops;
	u8 class[NR_OP_ARGS]; /* enum arg_class */
};

/* Acts know the generator alone, which the mutator begins with. */
static inline struct mutator *mutator_of(struct gen *g)
{
	return (struct mutator *)g;
}

/* lib/prog/mutate_vm.c: what a program's operations have in common. */
void mutate_survey(struct mutator *m, const struct prog *p);
void vm_map_of(const struct prog *p, struct vm_map *vm);
void vm_map_usual(const struct vm_map *like, struct vm_map *vm);
void mutate_adapt(const struct mutator *m, const struct vm_map *from, struct op *op);
bool mutate_to_gic(struct op *op, enum gic_version gic);
bool op_is_setup(const struct op *op);
size_t prog_setup_end(const struct prog *p);
bool mutate_queue(struct prog *p);

/* lib/prog/mutate_value.c: arguments. */
void mutate_classify(struct mutator *m);
void mutate_fit(const struct prog *p, struct op *op);
u64 mutate_frame_base(const struct mutator *m, enum frame_id frame, unsigned int n);
u64 mutate_pick(struct mutator *m, const struct op *op, unsigned int arg);
bool mutate_value(struct mutator *m, struct prog *p);
bool mutate_vcpu(struct mutator *m, struct prog *p);
bool mutate_retarget(struct mutator *m, struct prog *p);

/* lib/prog/mutate_group.c: what is inserted, appended to @fresh. */
void mutate_make_op(struct mutator *m);
void mutate_make_group(struct mutator *m);
void mutate_make_slice(struct mutator *m);

/* lib/prog/mutate.c: lists of operations. */
void mutate_begin_fresh(struct mutator *m);
void mutate_insert(struct mutator *m, struct prog *p, size_t at);
void mutate_remove(struct prog *p, size_t first, size_t nr);

#endif /* LIB_PROG_MUTATE_PART_H */
