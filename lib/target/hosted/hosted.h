/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the hosted target: a library with a kernel's vGIC, the host that it
 * finds, and a VM that performs a program.  Private to lib/target/hosted and its
 * tests.
 */
#ifndef LIB_TARGET_HOSTED_HOSTED_H
#define LIB_TARGET_HOSTED_HOSTED_H

#include "guest_code/abi.h"
#include "lib/target/hosted/abi.h"
#include "lib/target/migrate.h"
#include "lib/target/target.h"
#include "lib/target/vgic_device.h"

#define HOSTED_DEFAULT_KERNEL "6.12"
#define HOSTED_PATH_BYTES 4096

/* What --target hosted:TEXT asks for. */
struct hosted_config {
	char kernel[TARGET_TEXT_BYTES]; /* the name of a folder of build/hosted, or a path */
	struct hosted_host host;
};

/* config.c */
__must_check int hosted_config_parse(struct hosted_config *c, const char *text, char *reason,
				     size_t bytes);

/* load.c */
__must_check int hosted_load(const struct hosted_kernel **kernel, const char *name, char *reason,
			     size_t bytes);

/* report.c */
__must_check int hosted_reports_open(void);
void hosted_report_from(size_t op);
void hosted_report(const char *text);
unsigned int hosted_trouble(long pid, char *text, size_t bytes);

/* A vCPU, and what the guest of a program remembers, of which this target plays the part. */
struct hosted_vcpu {
	u64 id; /* vcpu_id */
	int number; /* the library's */
	u64 affinity; /* Aff3.Aff2.Aff1.Aff0 */
	bool runnable; /* it has entered its guest, or tried to */
	bool inside; /* it has entered, and not left */
	bool held;
	struct guest_lists lists;
};

/* A VM that performs a program. */
struct hosted_machine {
	const struct hosted_kernel *kernel;
	const struct prog *prog;
	struct hosted_vm *vm;
	struct vgic_devices devices;
	struct hosted_vcpu **vcpu;
	size_t nr_vcpus;
	struct op_result *failing; /* of the OP_FAIL before the operation now performed, or NULL */
	struct vmstate_history *history; /* NULL if nobody asks */
	bool side_by_side; /* performing a block */
	bool has_mem; /* there is memory at PROG_MEM_BASE */
	bool has_ram; /* at PROG_RAM_BASE, since a vCPU was to enter its guest */
};

/* machine.c */
void hosted_run(const struct hosted_kernel *kernel, const struct prog *prog,
		struct op_result *results);
__must_check int hosted_run_part(const struct hosted_kernel *kernel, const struct prog *prog,
				 struct target_part *part, struct op_result *results);
void hosted_open(struct hosted_machine *m);
void hosted_close(struct hosted_machine *m);
struct hosted_vcpu *hosted_find_vcpu(const struct hosted_machine *m, u64 vcpu_id);
void hosted_perform_op(struct hosted_machine *m, const struct op *op, struct op_result *res);
__must_check int hosted_enter(struct hosted_machine *m, struct hosted_vcpu *v);
void hosted_leave(struct hosted_machine *m, struct hosted_vcpu *v);

/* migrate.c */
struct migrate_port hosted_migrate_port(struct hosted_machine *m);

/* guest.c */
void hosted_guest_perform(struct hosted_machine *m, struct hosted_vcpu *v, const struct op *op,
			  struct op_result *res);
bool hosted_guest_sleeps(const struct hosted_machine *m, const struct hosted_vcpu *v,
			 const struct op *op);
bool hosted_guest_rests(const struct hosted_machine *m, const struct hosted_vcpu *v,
			const struct op *op);

/* par.c */
void hosted_par_perform(struct hosted_machine *m, size_t first, size_t end,
			struct op_result *results);

#endif /* LIB_TARGET_HOSTED_HOSTED_H */
