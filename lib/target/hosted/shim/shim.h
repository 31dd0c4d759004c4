/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel around the vGIC's files.  The compiler includes it before each of
 * them, and what they include themselves leads back here (forward.sh), so that
 * nothing else of the kernel takes part but the headers included below.
 *
 * The order matters: real headers follow what they need.
 */
#ifndef SHIM_H
#define SHIM_H

/* clang-format off */
#include "basic.h"

#include <vdso/bits.h>
#include <linux/bits.h>
#include <linux/bitfield.h>

#include "lock.h"
#include "mem.h"

#include <linux/err.h>
#include <linux/list.h>
#include <linux/cleanup.h>
#include "guard.h"
#include <linux/xarray.h>
#include <linux/list_sort.h>
#include <linux/bsearch.h>

#include "arm64.h"
#include <asm/cputype.h>
#include <asm/brk-imm.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>

#define KVM_STATS_NAME_SIZE 48
#include <uapi/linux/kvm.h>

#include "irq.h"

struct kvm;
struct kvm_vcpu;
struct kvm_device;

typedef u64 gpa_t, gfn_t, hpa_t;
typedef unsigned long gva_t;

#include <linux/irqchip/arm-gic.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/irqchip/arm-gic-common.h>
#include <kvm/arm_vgic.h>

#include "kvm.h"

#endif /* SHIM_H */
