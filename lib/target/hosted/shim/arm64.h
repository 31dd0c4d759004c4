/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What depends on the processor: system registers, which are the real
 * definitions with other accessors, and the host's features.
 */
#ifndef SHIM_ARM64_H
#define SHIM_ARM64_H

#include <asm/sysreg.h>

/* They are those of the host's CPU interface, by their encodings (host.c). */
u64 shim_read_sysreg(u32 encoding);
void shim_write_sysreg(u64 val, u32 encoding);

#undef read_sysreg_s
#undef write_sysreg_s
#undef read_sysreg
#undef write_sysreg
#undef sysreg_clear_set_s
#undef write_sysreg_hcr
#define read_sysreg_s(r) shim_read_sysreg(r)
#define write_sysreg_s(v, r) shim_write_sysreg(v, r)
#define read_sysreg(r) read_sysreg_##r()
#define write_sysreg(v, r) write_sysreg_##r(v)
#define read_sysreg_el1(r) read_sysreg_s(r)
#define read_sysreg_el2(r) read_sysreg_s(r)
#define write_sysreg_el1(v, r) write_sysreg_s(v, r)
#define write_sysreg_el2(v, r) write_sysreg_s(v, r)
#define read_gicreg(r) read_sysreg_s(SYS_##r)
#define write_gicreg(v, r) write_sysreg_s(v, SYS_##r)
#define sysreg_clear_set_s(r, clear, set) \
	write_sysreg_s((read_sysreg_s(r) & ~(u64)(clear)) | (set), r)
#define gic_read_sre() ((u32)read_sysreg_s(SYS_ICC_SRE_EL1))
#define gic_write_sre(v) write_sysreg_s(v, SYS_ICC_SRE_EL1)
#define gic_write_dir(intid) ((void)(intid))
#define read_sanitised_ftr_reg(r) shim_read_sysreg(r)

/* Mode and flags of the processor, which the vGIC looks at only to save them. */
#define read_sysreg_daif() 0
#define write_sysreg_daif(v) ((void)(v))
#define read_sysreg_hcr_el2() 0
#define write_sysreg_hcr_el2(v) ((void)(v))
#define write_sysreg_hcr(v) ((void)(v))
#define local_daif_save() 0ul
#define local_daif_restore(flags) ((void)(flags))

/* All of the host runs at EL2, and no erratum needs a workaround. */
#define has_vhe() true
#define is_kernel_in_hyp_mode() true
#define is_protected_kvm_enabled() false
#define cpus_have_final_cap(cap) shim_has_cap(#cap)
#define cpus_have_const_cap(cap) shim_has_cap(#cap)
#define cpus_have_cap(cap) shim_has_cap(#cap)
#define alternative_has_cap_unlikely(cap) shim_has_cap(#cap)
#define kvm_nvhe_sym(x) x
bool shim_has_cap(const char *name);
#define system_supports_pmuv3() false
#define is_hyp_mode_available() true

struct arm_smccc_res {
	unsigned long a0, a1, a2, a3;
};
#define HVC_GET_ICH_VTR_EL2 0
#define HVC_STUB_ERR 0xbadca11UL
#define arm_smccc_1_1_hvc(function, res) ((void)(res))

/*
 * A constant that a callback would patch into the code is loaded from a variable
 * named after the callback.
 */
#if defined(__x86_64__)
#define ALTERNATIVE_CB(insn, cap, callback) "movl shim_patched_" #callback "(%%rip), %k0"
#else
#define ALTERNATIVE_CB(insn, cap, callback)       \
	"adrp %0, shim_patched_" #callback "\n\t" \
	"ldr %w0, [%0, :lo12:shim_patched_" #callback "]"
#endif
/* The callback makes instructions that load the constant; here they are its parts. */
struct alt_instr;
#define aarch64_insn_decode_register(type, insn) ((void)(insn), 0)
#define aarch64_insn_gen_movewide(rd, imm, shift, variant, type) ((void)(rd), (u32)(imm) << (shift))
extern u32 shim_patched_kvm_compute_ich_hcr_trap_bits, shim_patched_kvm_patch_ich_vtr_el2;

#endif /* SHIM_ARM64_H */
