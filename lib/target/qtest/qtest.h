/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the qtest target: QEMU's protocols as text, how a program maps to
 * the machine that QEMU has, and the process.  Private to lib/target/qtest and its
 * tests.
 */
#ifndef LIB_TARGET_QTEST_QTEST_H
#define LIB_TARGET_QTEST_QTEST_H

#include <sys/types.h>

#include "guest_code/abi.h"
#include "lib/target/target.h"

#define QTEST_MAX_VCPUS 8
#define QTEST_NR_SPIS 256 /* of QEMU's machine "virt" */
#define QTEST_MAX_CMDS_OF_OP (2UL * QTEST_MAX_VCPUS) /* a walk: two reads a frame */
#define QTEST_DIST_BASE 0x8000000ULL /* QEMU hw/arm/virt.c: VIRT_GIC_DIST */
#define QTEST_CPUIF_BASE 0x8010000ULL /* VIRT_GIC_CPU */
#define QTEST_REDIST_BASE 0x80a0000ULL /* VIRT_GIC_REDIST */

enum qtest_verb { QTEST_READ, QTEST_WRITE, QTEST_LINE };

/* One thing that QEMU does for us. */
struct qtest_cmd {
	enum qtest_verb verb;
	unsigned int bytes; /* of an access: 1, 2, 4 or 8 */
	u64 at; /* address in QEMU's machine, or number of an input of its GIC */
	u64 value; /* to write; of the line; or, once performed, what was read */
};

/* What a QMP greeting tells. */
struct qtest_version {
	unsigned int major, minor, micro;
	char package[64]; /* of the distribution, or empty */
};

/* Text that arrives in pieces and is taken out by lines. */
struct qtest_lines {
	char buf[16384];
	size_t from, to;
};

/* protocol.c */
size_t qtest_cmd_print(const struct qtest_cmd *cmd, const char *gic, char *buf, size_t bytes);
__must_check int qtest_reply_parse(const char *line, struct qtest_cmd *cmd);
char *qtest_lines_next(struct qtest_lines *l);
size_t qtest_lines_room(struct qtest_lines *l, char **at);
__must_check bool qtest_greeting_parse(const char *line, struct qtest_version *v);
__must_check bool qtest_find_gic(const char *reply, enum gic_version gic, char *path, size_t bytes);

/* What a program asks for, next to what QEMU's machine has. */
struct qtest_layout {
	unsigned int nr_vcpus;
	bool placed[NR_ADDR_TYPES];
	u64 base[NR_ADDR_TYPES]; /* in the program */
};

struct qtest_acked {
	u32 value; /* of GICC_IAR or GICC_AIAR */
	bool group1; /* it was GICC_AIAR */
};

/* What the guest of a program remembers, of which this target plays the part. */
struct qtest_lists {
	unsigned int nr_acked, nr_ended;
	struct qtest_acked acked[GUEST_MAX_ACKED]; /* to be ended, the latest last */
	u32 ended[GUEST_MAX_ENDED]; /* to be deactivated */
};

/* layout.c */
__must_check bool qtest_layout_make(struct qtest_layout *l, const struct prog *prog, char *reason,
				    size_t bytes);
__must_check bool qtest_translate(const struct qtest_layout *l, u64 addr, u64 bytes, u64 *at);
__must_check bool qtest_op_waits(const struct op *op, const struct op *prev);
size_t qtest_op_cmds(const struct qtest_layout *l, const struct qtest_lists *lists,
		     const struct op *op, struct qtest_cmd *cmd);
void qtest_op_result(struct qtest_lists *lists, const struct op *op, const struct qtest_cmd *cmd,
		     size_t nr, struct op_result *res);

/* A QEMU that stands still, and our ends of its channels. */
struct qtest_machine {
	pid_t pid; /* 0 if there is none */
	enum gic_version gic_version;
	int commands, replies, qmp, messages; /* descriptors, -1 if closed */
	struct qtest_lines from_qtest, from_qmp;
	struct qtest_version version;
	char gic[64]; /* its path in the object tree */
	char error[TARGET_TEXT_BYTES]; /* after a failure */
};

/* Commands that QEMU is given before it is asked for answers. */
#define QTEST_MAX_BATCH 1024

/* machine.c */
__must_check int qtest_machine_start(struct qtest_machine *m, enum gic_version gic,
				     unsigned int nr_vcpus);
__must_check int qtest_machine_reset(struct qtest_machine *m);
__must_check int qtest_machine_do(struct qtest_machine *m, struct qtest_cmd *cmd, size_t nr);
void qtest_machine_stop(struct qtest_machine *m);

#endif /* LIB_TARGET_QTEST_QTEST_H */
