/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices of a VM's vGIC, and its interrupt ioctls: which calls an operation
 * makes, and what its result is.  How a call reaches a kernel is the port's, so
 * that targets with the same API have the same calls.
 */
#ifndef LIB_TARGET_VGIC_DEVICE_H
#define LIB_TARGET_VGIC_DEVICE_H

#include <linux/kvm.h>

#include "lib/prog/prog.h"

enum vgic_uapi {
#define UAPI(id, name, value, source) VGIC_##id = (value),
#include "lib/target/vgic_uapi.def"
#undef UAPI
};

/* Calls return 0 or more, or a negative errno. */
struct vgic_port {
	long (*vm_ioctl)(void *vm, unsigned long cmd, void *arg);
	long (*device_ioctl)(void *vm, int device, unsigned long cmd, void *arg);
	/* Signals an eventfd that is tied to a route, and waits until that is done. */
	long (*irqfd)(void *vm, unsigned int gsi);
	/* Signals an eventfd that is tied to a route with a resamplefd, and stays so. */
	long (*resample)(void *vm, unsigned int gsi);
	/* How often that resamplefd was signalled since it was asked. */
	long (*resampled)(void *vm, unsigned int gsi);
	/* NULL if devices live as long as their VM. */
	void (*close_device)(void *vm, int device);
	/*
	 * KVM_GET_ONE_REG or KVM_SET_ONE_REG of a vCPU; 1 if there is no such vcpu_id, or it
	 * is in KVM_RUN.
	 */
	long (*one_reg)(void *vm, u64 vcpu_id, u64 id, bool write, u64 *value);
	/* Aff3.Aff2.Aff1.Aff0 of a vCPU; false if there is no such vcpu_id. */
	bool (*affinity)(const void *vm, u64 vcpu_id, u64 *affinity);
};

struct vgic_devices {
	const struct vgic_port *port;
	void *vm; /* what the port takes */
	enum gic_version gic;
	int vgic; /* what the port has for it, or -1 */
	int its[PROG_LAST_ITS + 1]; /* the same, in order of creation */
	unsigned int nr_its, nr_routes;
	struct kvm_irq_routing_entry route[PROG_LAST_GSI + 1];
};

/*
 * The numbers of system registers in KVM_GET_ONE_REG, but for one: by an accident that
 * is API now, that of CNTVCT_EL0 is CNTV_CVAL_EL0's (api.rst KVM_SET_ONE_REG).
 */
#define VGIC_ONE_REG_SYSREG 0x6030000000130000ULL
#define VGIC_ONE_REG_CNTV_CVAL (VGIC_ONE_REG_SYSREG | SYSREG_ENC(3, 3, 14, 0, 2))

u64 vgic_timer_id(u64 place);
void vgic_result(struct op_result *res, long ret);
void vgic_perform(struct vgic_devices *d, const struct op *op, struct op_result *res);
void vgic_close(struct vgic_devices *d);

#endif /* LIB_TARGET_VGIC_DEVICE_H */
