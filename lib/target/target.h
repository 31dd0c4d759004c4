/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Targets: what performs programs.  A target performs and reports; it does not
 * know what is right.
 */
#ifndef LIB_TARGET_TARGET_H
#define LIB_TARGET_TARGET_H

#include "lib/vmstate/vmstate.h"

#define TARGET_TEXT_BYTES 160

/* Whose vGIC it is: this chooses the profile. */
enum target_gic { TARGET_GIC_KVM, TARGET_GIC_QEMU };

/* What a probe found out. */
struct target_info {
	enum target_gic gic;
	char kernel[TARGET_TEXT_BYTES]; /* release, as uname -r prints it, or what stands in */
	unsigned int version; /* major * 1000 + minor, of the implementation */
	char host_gic[TARGET_TEXT_BYTES]; /* kinds of vGIC the host can give */
	bool has_gicv2, has_gicv3;
	bool is_qemu_virt; /* the host is QEMU's machine virt, and so is its GIC */
	bool is_protected; /* KVM is in protected mode */
	bool is_trapped; /* each access of a guest to the CPU interface is emulated by KVM */
	u64 icc_ctlr; /* ICC_CTLR_EL1 of a new vCPU, 0 if that is not known */
	unsigned int list_regs; /* of the host's CPU interface, 0 if that is not known */
	bool sgis_without_active; /* GICD_TYPER2.nASSGIcap of a new vGICv3 */
	bool has_wfxt; /* WFIT, for guests: ID_AA64ISAR2_EL1.WFxT */
	bool has_suspended; /* KVM_MP_STATE_SUSPENDED and its wake-up event */
	unsigned int max_ipa_bits;
	unsigned int max_vcpus; /* and vcpu_ids are below it */
	char reason[TARGET_TEXT_BYTES]; /* why it cannot be used, after a failure */
};

/* What a bare call of the target costs. */
struct target_cost {
	const char *what;
	unsigned int times; /* measured */
	u64 ns; /* each; 0 if it cannot be done */
};

struct events_setup; /* lib/target/events.h */
struct events_result;
struct storm_setup; /* lib/target/storm.h */
struct storm_result;

/* Some operations of a program, and what its VM is before and after them. */
struct target_part {
	size_t first, end; /* numbers of them, from 0; the other results are left alone */
	struct vmstate *from; /* restored before them, or NULL for a new VM */
	struct vmstate *again; /* receives what the VM is after that, or NULL */
	struct vmstate *to; /* receives what it is after them, or NULL */
	const char *failed; /* what of that could not be done, after a failure */
	struct vmstate_failure failure;
};

struct target {
	const char *name;
	const char *doc;
	/* Takes what follows "NAME:".  0 or -EINVAL with a @reason.  NULL if nothing may follow. */
	int (*configure)(const char *text, char *reason, size_t bytes);
	/* 0 or a negative errno, with the reason in @info. */
	int (*probe)(struct target_info *info);
	/* It performs OP_FAIL. */
	bool makes_fail;
	/* It performs OP_SET_MP_STATE and what belongs to it, and PSCI. */
	bool has_mp_state;
	/* Can all of @prog be performed?  If not, @reason.  NULL if anything can. */
	bool (*can_run)(const struct prog *prog, char *reason, size_t bytes);
	/*
	 * Performs @prog and fills @results, one for each operation.  The
	 * process may end in it, so callers run it in a child.
	 */
	void (*run)(const struct prog *prog, struct op_result *results);
	/*
	 * The same of some operations; states are released by vmstate_free().  0 or a
	 * negative errno.  NULL if a VM cannot be saved.
	 */
	int (*run_part)(const struct prog *prog, struct target_part *part,
			struct op_result *results);
	/*
	 * What went wrong in a process beside its results: how many times since the
	 * last call, with the first one as text.  NULL if that is in the kernel log.
	 */
	unsigned int (*trouble)(long pid, char *text, size_t bytes);
	/*
	 * Performs a run of events: 0, or a negative errno with the reason in @result.
	 * NULL if it has no guests that run by themselves.
	 */
	int (*events)(const struct events_setup *setup, struct events_result *result);
	/*
	 * Performs a storm of LPIs: 0, or a negative errno with the reason in @result.
	 * NULL if it has no guests that run by themselves.
	 */
	int (*storm)(const struct storm_setup *setup, struct storm_result *result);
	/* Return: rows filled in, @max at most. */
	unsigned int (*costs)(struct target_cost *costs, unsigned int max);
};

extern const struct target target_kvm;
extern const struct target target_hosted;
extern const struct target target_qtest;

__must_check const struct target *target_choose(const char *text, char *reason, size_t bytes);
const struct target *target_by_number(unsigned int i);
bool target_can_run(const struct target *target, const struct target_info *info,
		    const struct prog *prog, char *reason, size_t bytes);
void target_name_gics(struct target_info *info);
void target_probe_gicv3(const struct target *target, struct target_info *info);

#endif /* LIB_TARGET_TARGET_H */
