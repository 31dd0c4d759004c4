// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of lib/regs are sound, each row is found, and what is derived from
 * them agrees with the documents.
 *
 * Places, layouts and encodings are written out once more below, from IHI 0069,
 * IHI 0048B, the kernel's headers and the documents of the KVM devices, so that
 * a slip of the pen in a .def file shows. regs_check_test.c checks their checker.
 */
#include "lib/regs/regs.h"

#include <stdlib.h>
#include <string.h>

#include "lib/prog/alloc.h"
#include "lib/prog/rng.h"
#include "tests/unit.h"

static void tables_have_no_fault(struct unit *t)
{
	EXPECT_EQ(t, regs_check(stdout), 0);
}

static void frames_are_those_of_the_documents(struct unit *t)
{
	static const struct {
		enum frame_id id;
		const char *prefix;
		enum gic_version gic;
		enum frame_kind kind;
		u32 bytes, align;
	} rows[] = {
		{ FRAME_GICD2, "GICD", GIC_V2, FRAME_KIND_MMIO, 0x1000, 0x1000 },
		{ FRAME_GICC, "GICC", GIC_V2, FRAME_KIND_MMIO, 0x2000, 0x1000 },
		{ FRAME_GICH, "GICH", GIC_V2, FRAME_KIND_MMIO, 0x2000, 0x1000 },
		{ FRAME_GICV, "GICV", GIC_V2, FRAME_KIND_MMIO, 0x2000, 0x1000 },
		{ FRAME_GICD, "GICD", GIC_V3, FRAME_KIND_MMIO, 0x10000, 0x10000 },
		{ FRAME_GICR, "GICR", GIC_V3, FRAME_KIND_MMIO, 0x20000, 0x10000 },
		{ FRAME_GITS, "GITS", GIC_V3, FRAME_KIND_MMIO, 0x20000, 0x10000 },
		{ FRAME_ICC, "ICC", GIC_V3, FRAME_KIND_SYSREG, 0x10000, 0x10000 },
		{ FRAME_ICH, "ICH", GIC_V3, FRAME_KIND_SYSREG, 0x10000, 0x10000 },
		{ FRAME_CNTP, "CNTP", GIC_ANY, FRAME_KIND_SYSREG, 0x10000, 0x10000 },
		{ FRAME_CNTV, "CNTV", GIC_ANY, FRAME_KIND_SYSREG, 0x10000, 0x10000 },
	};

	EXPECT_EQ(t, ARRAY_SIZE(rows), NR_FRAMES);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct frame_desc *f = frame_desc(rows[i].id);

		EXPECT_STR(t, f->prefix, rows[i].prefix);
		EXPECT_EQ(t, f->gic, rows[i].gic);
		EXPECT_EQ(t, f->kind, rows[i].kind);
		EXPECT_EQ(t, f->bytes, rows[i].bytes);
		EXPECT_EQ(t, f->align, rows[i].align);
	}
	EXPECT_EQ(t, GICR_BYTES, 0x20000);
	EXPECT_EQ(t, GICR_ALIGN, 0x10000);
}

/* Of an array the first and the last register. */
static const struct {
	enum frame_id frame;
	const char *name;
	u32 offset;
	unsigned int width;
} places[] = {
	{ FRAME_GICD2, "GICD_CTLR", 0x0, 32 },
	{ FRAME_GICD2, "GICD_TYPER", 0x4, 32 },
	{ FRAME_GICD2, "GICD_IIDR", 0x8, 32 },
	{ FRAME_GICD2, "GICD_IGROUPR0", 0x80, 32 },
	{ FRAME_GICD2, "GICD_IGROUPR31", 0xfc, 32 },
	{ FRAME_GICD2, "GICD_ISENABLER0", 0x100, 32 },
	{ FRAME_GICD2, "GICD_ISENABLER31", 0x17c, 32 },
	{ FRAME_GICD2, "GICD_ICENABLER0", 0x180, 32 },
	{ FRAME_GICD2, "GICD_ICENABLER31", 0x1fc, 32 },
	{ FRAME_GICD2, "GICD_ISPENDR0", 0x200, 32 },
	{ FRAME_GICD2, "GICD_ISPENDR31", 0x27c, 32 },
	{ FRAME_GICD2, "GICD_ICPENDR0", 0x280, 32 },
	{ FRAME_GICD2, "GICD_ICPENDR31", 0x2fc, 32 },
	{ FRAME_GICD2, "GICD_ISACTIVER0", 0x300, 32 },
	{ FRAME_GICD2, "GICD_ISACTIVER31", 0x37c, 32 },
	{ FRAME_GICD2, "GICD_ICACTIVER0", 0x380, 32 },
	{ FRAME_GICD2, "GICD_ICACTIVER31", 0x3fc, 32 },
	{ FRAME_GICD2, "GICD_IPRIORITYR0", 0x400, 32 },
	{ FRAME_GICD2, "GICD_IPRIORITYR254", 0x7f8, 32 },
	{ FRAME_GICD2, "GICD_ITARGETSR0", 0x800, 32 },
	{ FRAME_GICD2, "GICD_ITARGETSR254", 0xbf8, 32 },
	{ FRAME_GICD2, "GICD_ICFGR0", 0xc00, 32 },
	{ FRAME_GICD2, "GICD_ICFGR63", 0xcfc, 32 },
	{ FRAME_GICD2, "GICD_NSACR0", 0xe00, 32 },
	{ FRAME_GICD2, "GICD_NSACR63", 0xefc, 32 },
	{ FRAME_GICD2, "GICD_SGIR", 0xf00, 32 },
	{ FRAME_GICD2, "GICD_CPENDSGIR0", 0xf10, 32 },
	{ FRAME_GICD2, "GICD_CPENDSGIR3", 0xf1c, 32 },
	{ FRAME_GICD2, "GICD_SPENDSGIR0", 0xf20, 32 },
	{ FRAME_GICD2, "GICD_SPENDSGIR3", 0xf2c, 32 },
	{ FRAME_GICD2, "GICD_PIDR4", 0xfd0, 32 },
	{ FRAME_GICD2, "GICD_PIDR2", 0xfe8, 32 },
	{ FRAME_GICD2, "GICD_CIDR3", 0xffc, 32 },
	{ FRAME_GICC, "GICC_CTLR", 0x0, 32 },
	{ FRAME_GICC, "GICC_PMR", 0x4, 32 },
	{ FRAME_GICC, "GICC_BPR", 0x8, 32 },
	{ FRAME_GICC, "GICC_IAR", 0xc, 32 },
	{ FRAME_GICC, "GICC_EOIR", 0x10, 32 },
	{ FRAME_GICC, "GICC_RPR", 0x14, 32 },
	{ FRAME_GICC, "GICC_HPPIR", 0x18, 32 },
	{ FRAME_GICC, "GICC_ABPR", 0x1c, 32 },
	{ FRAME_GICC, "GICC_AIAR", 0x20, 32 },
	{ FRAME_GICC, "GICC_AEOIR", 0x24, 32 },
	{ FRAME_GICC, "GICC_AHPPIR", 0x28, 32 },
	{ FRAME_GICC, "GICC_APR0", 0xd0, 32 },
	{ FRAME_GICC, "GICC_APR3", 0xdc, 32 },
	{ FRAME_GICC, "GICC_NSAPR0", 0xe0, 32 },
	{ FRAME_GICC, "GICC_NSAPR3", 0xec, 32 },
	{ FRAME_GICC, "GICC_IIDR", 0xfc, 32 },
	{ FRAME_GICC, "GICC_DIR", 0x1000, 32 },
	{ FRAME_GICH, "GICH_HCR", 0x0, 32 },
	{ FRAME_GICH, "GICH_VTR", 0x4, 32 },
	{ FRAME_GICH, "GICH_VMCR", 0x8, 32 },
	{ FRAME_GICH, "GICH_MISR", 0x10, 32 },
	{ FRAME_GICH, "GICH_EISR0", 0x20, 32 },
	{ FRAME_GICH, "GICH_EISR1", 0x24, 32 },
	{ FRAME_GICH, "GICH_ELRSR0", 0x30, 32 },
	{ FRAME_GICH, "GICH_ELRSR1", 0x34, 32 },
	{ FRAME_GICH, "GICH_APR", 0xf0, 32 },
	{ FRAME_GICH, "GICH_LR0", 0x100, 32 },
	{ FRAME_GICH, "GICH_LR63", 0x1fc, 32 },
	{ FRAME_GICV, "GICV_CTLR", 0x0, 32 },
	{ FRAME_GICV, "GICV_AHPPIR", 0x28, 32 },
	{ FRAME_GICV, "GICV_APR0", 0xd0, 32 },
	{ FRAME_GICV, "GICV_IIDR", 0xfc, 32 },
	{ FRAME_GICV, "GICV_DIR", 0x1000, 32 },
	{ FRAME_GICD, "GICD_CTLR", 0x0, 32 },
	{ FRAME_GICD, "GICD_TYPER", 0x4, 32 },
	{ FRAME_GICD, "GICD_IIDR", 0x8, 32 },
	{ FRAME_GICD, "GICD_TYPER2", 0xc, 32 },
	{ FRAME_GICD, "GICD_STATUSR", 0x10, 32 },
	{ FRAME_GICD, "GICD_SETSPI_NSR", 0x40, 32 },
	{ FRAME_GICD, "GICD_CLRSPI_NSR", 0x48, 32 },
	{ FRAME_GICD, "GICD_SETSPI_SR", 0x50, 32 },
	{ FRAME_GICD, "GICD_CLRSPI_SR", 0x58, 32 },
	{ FRAME_GICD, "GICD_IGROUPR0", 0x80, 32 },
	{ FRAME_GICD, "GICD_IGROUPR31", 0xfc, 32 },
	{ FRAME_GICD, "GICD_ISENABLER0", 0x100, 32 },
	{ FRAME_GICD, "GICD_ICENABLER0", 0x180, 32 },
	{ FRAME_GICD, "GICD_ISPENDR0", 0x200, 32 },
	{ FRAME_GICD, "GICD_ICPENDR0", 0x280, 32 },
	{ FRAME_GICD, "GICD_ISACTIVER0", 0x300, 32 },
	{ FRAME_GICD, "GICD_ICACTIVER0", 0x380, 32 },
	{ FRAME_GICD, "GICD_ICACTIVER31", 0x3fc, 32 },
	{ FRAME_GICD, "GICD_IPRIORITYR0", 0x400, 32 },
	{ FRAME_GICD, "GICD_IPRIORITYR254", 0x7f8, 32 },
	{ FRAME_GICD, "GICD_ITARGETSR0", 0x800, 32 },
	{ FRAME_GICD, "GICD_ITARGETSR254", 0xbf8, 32 },
	{ FRAME_GICD, "GICD_ICFGR0", 0xc00, 32 },
	{ FRAME_GICD, "GICD_ICFGR63", 0xcfc, 32 },
	{ FRAME_GICD, "GICD_IGRPMODR0", 0xd00, 32 },
	{ FRAME_GICD, "GICD_IGRPMODR31", 0xd7c, 32 },
	{ FRAME_GICD, "GICD_NSACR0", 0xe00, 32 },
	{ FRAME_GICD, "GICD_NSACR63", 0xefc, 32 },
	{ FRAME_GICD, "GICD_SGIR", 0xf00, 32 },
	{ FRAME_GICD, "GICD_CPENDSGIR0", 0xf10, 32 },
	{ FRAME_GICD, "GICD_SPENDSGIR3", 0xf2c, 32 },
	{ FRAME_GICD, "GICD_INMIR0", 0xf80, 32 },
	{ FRAME_GICD, "GICD_INMIR31", 0xffc, 32 },
	{ FRAME_GICD, "GICD_IGROUPR0E", 0x1000, 32 },
	{ FRAME_GICD, "GICD_IGROUPR31E", 0x107c, 32 },
	{ FRAME_GICD, "GICD_ISENABLER0E", 0x1200, 32 },
	{ FRAME_GICD, "GICD_ICENABLER0E", 0x1400, 32 },
	{ FRAME_GICD, "GICD_ISPENDR0E", 0x1600, 32 },
	{ FRAME_GICD, "GICD_ICPENDR0E", 0x1800, 32 },
	{ FRAME_GICD, "GICD_ISACTIVER0E", 0x1a00, 32 },
	{ FRAME_GICD, "GICD_ICACTIVER0E", 0x1c00, 32 },
	{ FRAME_GICD, "GICD_ICACTIVER31E", 0x1c7c, 32 },
	{ FRAME_GICD, "GICD_IPRIORITYR0E", 0x2000, 32 },
	{ FRAME_GICD, "GICD_IPRIORITYR255E", 0x23fc, 32 },
	{ FRAME_GICD, "GICD_ICFGR0E", 0x3000, 32 },
	{ FRAME_GICD, "GICD_ICFGR63E", 0x30fc, 32 },
	{ FRAME_GICD, "GICD_IGRPMODR0E", 0x3400, 32 },
	{ FRAME_GICD, "GICD_NSACR63E", 0x36fc, 32 },
	{ FRAME_GICD, "GICD_INMIR31E", 0x3b7c, 32 },
	{ FRAME_GICD, "GICD_IROUTER32", 0x6100, 64 },
	{ FRAME_GICD, "GICD_IROUTER1019", 0x7fd8, 64 },
	{ FRAME_GICD, "GICD_IROUTER0E", 0x8000, 64 },
	{ FRAME_GICD, "GICD_IROUTER1023E", 0x9ff8, 64 },
	{ FRAME_GICD, "GICD_PIDR4", 0xffd0, 32 },
	{ FRAME_GICD, "GICD_PIDR7", 0xffdc, 32 },
	{ FRAME_GICD, "GICD_PIDR0", 0xffe0, 32 },
	{ FRAME_GICD, "GICD_PIDR1", 0xffe4, 32 },
	{ FRAME_GICD, "GICD_PIDR2", 0xffe8, 32 },
	{ FRAME_GICD, "GICD_PIDR3", 0xffec, 32 },
	{ FRAME_GICD, "GICD_CIDR0", 0xfff0, 32 },
	{ FRAME_GICD, "GICD_CIDR3", 0xfffc, 32 },
	{ FRAME_GICR, "GICR_CTLR", 0x0, 32 },
	{ FRAME_GICR, "GICR_IIDR", 0x4, 32 },
	{ FRAME_GICR, "GICR_TYPER", 0x8, 64 },
	{ FRAME_GICR, "GICR_STATUSR", 0x10, 32 },
	{ FRAME_GICR, "GICR_WAKER", 0x14, 32 },
	{ FRAME_GICR, "GICR_MPAMIDR", 0x18, 32 },
	{ FRAME_GICR, "GICR_PARTIDR", 0x1c, 32 },
	{ FRAME_GICR, "GICR_SETLPIR", 0x40, 64 },
	{ FRAME_GICR, "GICR_CLRLPIR", 0x48, 64 },
	{ FRAME_GICR, "GICR_PROPBASER", 0x70, 64 },
	{ FRAME_GICR, "GICR_PENDBASER", 0x78, 64 },
	{ FRAME_GICR, "GICR_INVLPIR", 0xa0, 64 },
	{ FRAME_GICR, "GICR_INVALLR", 0xb0, 64 },
	{ FRAME_GICR, "GICR_SYNCR", 0xc0, 32 },
	{ FRAME_GICR, "GICR_PIDR2", 0xffe8, 32 },
	{ FRAME_GICR, "GICR_IGROUPR0", 0x10080, 32 },
	{ FRAME_GICR, "GICR_IGROUPR1E", 0x10084, 32 },
	{ FRAME_GICR, "GICR_IGROUPR2E", 0x10088, 32 },
	{ FRAME_GICR, "GICR_ISENABLER0", 0x10100, 32 },
	{ FRAME_GICR, "GICR_ICENABLER0", 0x10180, 32 },
	{ FRAME_GICR, "GICR_ISPENDR0", 0x10200, 32 },
	{ FRAME_GICR, "GICR_ICPENDR0", 0x10280, 32 },
	{ FRAME_GICR, "GICR_ISACTIVER0", 0x10300, 32 },
	{ FRAME_GICR, "GICR_ICACTIVER0", 0x10380, 32 },
	{ FRAME_GICR, "GICR_ICACTIVER2E", 0x10388, 32 },
	{ FRAME_GICR, "GICR_IPRIORITYR0", 0x10400, 32 },
	{ FRAME_GICR, "GICR_IPRIORITYR7", 0x1041c, 32 },
	{ FRAME_GICR, "GICR_IPRIORITYR8E", 0x10420, 32 },
	{ FRAME_GICR, "GICR_IPRIORITYR23E", 0x1045c, 32 },
	{ FRAME_GICR, "GICR_ICFGR0", 0x10c00, 32 },
	{ FRAME_GICR, "GICR_ICFGR1", 0x10c04, 32 },
	{ FRAME_GICR, "GICR_ICFGR2E", 0x10c08, 32 },
	{ FRAME_GICR, "GICR_ICFGR5E", 0x10c14, 32 },
	{ FRAME_GICR, "GICR_IGRPMODR0", 0x10d00, 32 },
	{ FRAME_GICR, "GICR_IGRPMODR1E", 0x10d04, 32 },
	{ FRAME_GICR, "GICR_NSACR", 0x10e00, 32 },
	{ FRAME_GICR, "GICR_INMIR0", 0x10f80, 32 },
	{ FRAME_GICR, "GICR_INMIR2E", 0x10f88, 32 },
	{ FRAME_GITS, "GITS_CTLR", 0x0, 32 },
	{ FRAME_GITS, "GITS_IIDR", 0x4, 32 },
	{ FRAME_GITS, "GITS_TYPER", 0x8, 64 },
	{ FRAME_GITS, "GITS_MPAMIDR", 0x10, 32 },
	{ FRAME_GITS, "GITS_PARTIDR", 0x14, 32 },
	{ FRAME_GITS, "GITS_MPIDR", 0x18, 32 },
	{ FRAME_GITS, "GITS_STATUSR", 0x40, 32 },
	{ FRAME_GITS, "GITS_UMSIR", 0x48, 64 },
	{ FRAME_GITS, "GITS_CBASER", 0x80, 64 },
	{ FRAME_GITS, "GITS_CWRITER", 0x88, 64 },
	{ FRAME_GITS, "GITS_CREADR", 0x90, 64 },
	{ FRAME_GITS, "GITS_BASER0", 0x100, 64 },
	{ FRAME_GITS, "GITS_BASER7", 0x138, 64 },
	{ FRAME_GITS, "GITS_PIDR4", 0xffd0, 32 },
	{ FRAME_GITS, "GITS_PIDR2", 0xffe8, 32 },
	{ FRAME_GITS, "GITS_CIDR3", 0xfffc, 32 },
	{ FRAME_GITS, "GITS_TRANSLATER", 0x10040, 32 },
};

static void places_are_those_of_the_documents(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		enum gic_version gic = frame_desc(places[i].frame)->gic;
		struct reg_at at;
		u64 found = 0;

		EXPECT_TRUE(t, place_parse(places[i].name, gic, &found));
		if (!EXPECT_EQ(t, found, place(places[i].frame, places[i].offset)))
			printf("#   %s\n", places[i].name);
		reg_find_at(found, &at);
		if (EXPECT_TRUE(t, at.reg >= 0 && !at.byte))
			EXPECT_EQ(t, reg_desc((enum reg_id)at.reg)->width, places[i].width);
	}
	EXPECT_EQ(t, GICR_TYPER_OFFSET, 0x8);
	EXPECT_EQ(t, GICD_IROUTER_OFFSET, 0x6100);
	EXPECT_EQ(t, GITS_TRANSLATER_OFFSET, 0x10040);
}

static void encodings_are_those_of_the_documents(struct unit *t)
{
	static const struct {
		const char *name;
		u32 op1, crn, crm, op2; /* op0 is 3 */
	} rows[] = {
		{ "ICC_PMR_EL1", 0, 4, 6, 0 },	     { "ICC_IAR0_EL1", 0, 12, 8, 0 },
		{ "ICC_EOIR0_EL1", 0, 12, 8, 1 },    { "ICC_HPPIR0_EL1", 0, 12, 8, 2 },
		{ "ICC_BPR0_EL1", 0, 12, 8, 3 },     { "ICC_AP0R0_EL1", 0, 12, 8, 4 },
		{ "ICC_AP0R3_EL1", 0, 12, 8, 7 },    { "ICC_AP1R0_EL1", 0, 12, 9, 0 },
		{ "ICC_AP1R3_EL1", 0, 12, 9, 3 },    { "ICC_NMIAR1_EL1", 0, 12, 9, 5 },
		{ "ICC_DIR_EL1", 0, 12, 11, 1 },     { "ICC_RPR_EL1", 0, 12, 11, 3 },
		{ "ICC_SGI1R_EL1", 0, 12, 11, 5 },   { "ICC_ASGI1R_EL1", 0, 12, 11, 6 },
		{ "ICC_SGI0R_EL1", 0, 12, 11, 7 },   { "ICC_IAR1_EL1", 0, 12, 12, 0 },
		{ "ICC_EOIR1_EL1", 0, 12, 12, 1 },   { "ICC_HPPIR1_EL1", 0, 12, 12, 2 },
		{ "ICC_BPR1_EL1", 0, 12, 12, 3 },    { "ICC_CTLR_EL1", 0, 12, 12, 4 },
		{ "ICC_SRE_EL1", 0, 12, 12, 5 },     { "ICC_IGRPEN0_EL1", 0, 12, 12, 6 },
		{ "ICC_IGRPEN1_EL1", 0, 12, 12, 7 }, { "ICC_SRE_EL2", 4, 12, 9, 5 },
		{ "ICC_CTLR_EL3", 6, 12, 12, 4 },    { "ICC_SRE_EL3", 6, 12, 12, 5 },
		{ "ICC_IGRPEN1_EL3", 6, 12, 12, 7 }, { "ICH_AP0R0_EL2", 4, 12, 8, 0 },
		{ "ICH_AP0R3_EL2", 4, 12, 8, 3 },    { "ICH_AP1R0_EL2", 4, 12, 9, 0 },
		{ "ICH_AP1R3_EL2", 4, 12, 9, 3 },    { "ICH_HCR_EL2", 4, 12, 11, 0 },
		{ "ICH_VTR_EL2", 4, 12, 11, 1 },     { "ICH_MISR_EL2", 4, 12, 11, 2 },
		{ "ICH_EISR_EL2", 4, 12, 11, 3 },    { "ICH_ELRSR_EL2", 4, 12, 11, 5 },
		{ "ICH_VMCR_EL2", 4, 12, 11, 7 },    { "ICH_LR0_EL2", 4, 12, 12, 0 },
		{ "ICH_LR7_EL2", 4, 12, 12, 7 },     { "ICH_LR8_EL2", 4, 12, 13, 0 },
		{ "ICH_LR15_EL2", 4, 12, 13, 7 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		u64 found = 0;

		EXPECT_TRUE(t, place_parse(rows[i].name, GIC_V3, &found));
		if (!EXPECT_EQ(t, place_offset(found),
			       3 * 0x4000 + rows[i].op1 * 0x800 + rows[i].crn * 0x80 +
				       rows[i].crm * 8 + rows[i].op2))
			printf("#   %s\n", rows[i].name);
	}
}

/* Fields as widths from the top bit down, reserved ones too. */
static const struct {
	enum reg_id reg;
	const char *widths;
} layouts[] = {
	{ REG_GICD2_CTLR, "30 1 1" },
	{ REG_GICD2_TYPER, "16 5 1 2 3 5" },
	{ REG_GICD2_IIDR, "8 4 4 4 12" },
	{ REG_GICD2_SGIR, "6 2 8 1 11 4" },
	{ REG_GICD2_IPRIORITYR, "8 8 8 8" },
	{ REG_GICD2_CPENDSGIR, "8 8 8 8" },
	{ REG_GICC_CTLR, "22 1 1 1 1 1 1 1 1 1 1" },
	{ REG_GICC_IAR, "19 3 10" },
	{ REG_GICC_DIR, "19 3 10" },
	{ REG_GICC_PMR, "24 8" },
	{ REG_GICC_BPR, "29 3" },
	{ REG_GICC_IIDR, "12 4 4 12" },
	{ REG_GICH_HCR, "5 19 1 1 1 1 1 1 1 1" },
	{ REG_GICH_VTR, "3 3 20 6" },
	{ REG_GICH_VMCR, "5 3 3 3 8 1 4 1 1 1 1 1" },
	{ REG_GICH_LR, "1 1 2 5 3 10 10" },
	{ REG_GICV_CTLR, "22 1 4 1 1 1 1 1" },
	{ REG_GICV_PMR, "24 5 3" },
	{ REG_GICD_CTLR, "1 22 1 1 1 1 1 2 1 1" },
	{ REG_GICD_TYPER, "5 1 1 1 5 1 1 1 5 1 1 1 3 5" },
	{ REG_GICD_TYPER2, "23 1 1 2 5" },
	{ REG_GICD_STATUSR, "28 1 1 1 1" },
	{ REG_GICD_SETSPI_NSR, "19 13" },
	{ REG_GICD_ISENABLER, "32" },
	{ REG_GICD_IROUTER, "24 8 1 7 8 8 8" },
	{ REG_GICD_IROUTERE, "24 8 1 7 8 8 8" },
	{ REG_GICR_CTLR, "1 4 1 1 1 20 1 1 1 1" },
	{ REG_GICR_TYPER, "32 5 1 2 16 1 1 1 1 1 1 1 1" },
	{ REG_GICR_WAKER, "1 28 1 1 1" },
	{ REG_GICR_PARTIDR, "8 8 16" },
	{ REG_GICR_PROPBASER, "5 3 4 40 2 3 2 5" },
	{ REG_GICR_PENDBASER, "1 1 3 3 4 36 4 2 3 7" },
	{ REG_GICR_INVLPIR, "1 15 16 32" },
	{ REG_GICR_SYNCR, "31 1" },
	{ REG_GICR_PIDR2, "24 4 4" },
	{ REG_GITS_CTLR, "1 22 1 4 2 1 1" },
	{ REG_GITS_TYPER, "17 1 1 1 1 2 1 1 1 1 1 4 8 4 1 1 5 5 4 1 1 1 1" },
	{ REG_GITS_MPIDR, "8 8 8 8" },
	{ REG_GITS_STATUSR, "22 4 1 1 1 1 1 1" },
	{ REG_GITS_UMSIR, "32 32" },
	{ REG_GITS_CBASER, "1 1 3 3 3 1 40 2 2 8" },
	{ REG_GITS_CWRITER, "44 15 4 1" },
	{ REG_GITS_CREADR, "44 15 4 1" },
	{ REG_GITS_BASER, "1 1 3 3 3 5 36 2 2 8" },
	{ REG_ICC_IAR1, "40 24" },
	{ REG_ICC_RPR, "1 1 54 8" },
	{ REG_ICC_SGI1R, "8 8 4 3 1 8 4 4 8 16" },
	{ REG_ICC_CTLR, "44 1 1 2 1 1 3 3 1 1 4 1 1" },
	{ REG_ICC_SRE, "61 1 1 1" },
	{ REG_ICC_SRE_EL2, "60 1 1 1 1" },
	{ REG_ICC_IGRPEN1, "63 1" },
	{ REG_ICC_CTLR_EL3, "44 1 1 1 1 1 1 3 3 1 1 1 1 1 1 1 1" },
	{ REG_ICH_HCR, "32 5 11 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1" },
	{ REG_ICH_VTR, "32 3 3 3 1 1 1 1 1 13 5" },
	{ REG_ICH_VMCR, "32 8 3 3 8 1 4 1 1 1 1 1" },
	{ REG_ICH_LR, "2 1 1 1 3 8 3 13 32" },
};

static void layouts_are_those_of_the_documents(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		const struct field_desc *f = reg_first_field(layouts[i].reg);
		char text[100] = "";
		size_t n = 0;

		for (; f; f = reg_next_field(f))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%u", n ? " " : "",
					      f->msb - f->lsb + 1);
		EXPECT_STR(t, text, layouts[i].widths);
	}
}

/* Names at their bits, from the kernel's arm-gic.h, arm-gic-v3.h and sysreg. */
static const struct {
	enum field_id id;
	u64 mask;
} masks[] = {
	{ FIELD_GICD2_TYPER_LSPI, 0xf800 },
	{ FIELD_GICD2_TYPER_SecurityExtn, 0x400 },
	{ FIELD_GICD2_TYPER_CPUNumber, 0xe0 },
	{ FIELD_GICD2_TYPER_ITLinesNumber, 0x1f },
	{ FIELD_GICC_CTLR_EOImode, 1 << 9 },
	{ FIELD_GICC_CTLR_CBPR, 1 << 4 },
	{ FIELD_GICC_CTLR_FIQEn, 1 << 3 },
	{ FIELD_GICC_CTLR_AckCtl, 1 << 2 },
	{ FIELD_GICC_CTLR_EnableGrp1, 1 << 1 },
	{ FIELD_GICC_CTLR_EnableGrp0, 1 << 0 },
	{ FIELD_GICC_IAR_Interrupt_ID, 0x3ff },
	{ FIELD_GICH_HCR_EOICount, 0xf8000000 },
	{ FIELD_GICH_HCR_VGrp1DIE, 1 << 7 },
	{ FIELD_GICH_HCR_NPIE, 1 << 3 },
	{ FIELD_GICH_HCR_UIE, 1 << 1 },
	{ FIELD_GICH_VMCR_VMPriMask, 0x1fULL << 27 },
	{ FIELD_GICH_VMCR_VMBP, 7 << 21 },
	{ FIELD_GICH_VMCR_VMABP, 7 << 18 },
	{ FIELD_GICH_VMCR_VEM, 1 << 9 },
	{ FIELD_GICH_LR_HW, 1ULL << 31 },
	{ FIELD_GICH_LR_Grp1, 1 << 30 },
	{ FIELD_GICH_LR_State, 3 << 28 },
	{ FIELD_GICH_LR_Priority, 0x1f << 23 },
	{ FIELD_GICH_LR_PhysicalID, 0x3ff << 10 },
	{ FIELD_GICH_LR_VirtualID, 0x3ff },
	{ FIELD_GICD_CTLR_RWP, 1ULL << 31 },
	{ FIELD_GICD_CTLR_nASSGIreq, 1 << 8 },
	{ FIELD_GICD_CTLR_DS, 1 << 6 },
	{ FIELD_GICD_CTLR_ARE, 1 << 4 },
	{ FIELD_GICD_CTLR_EnableGrp1, 1 << 1 },
	{ FIELD_GICD_CTLR_EnableGrp0, 1 << 0 },
	{ FIELD_GICD_TYPER_ESPI_range, 0x1fULL << 27 },
	{ FIELD_GICD_TYPER_RSS, 1 << 26 },
	{ FIELD_GICD_TYPER_IDbits, 0x1f << 19 },
	{ FIELD_GICD_TYPER_LPIS, 1 << 17 },
	{ FIELD_GICD_TYPER_MBIS, 1 << 16 },
	{ FIELD_GICD_TYPER_num_LPIs, 0x1f << 11 },
	{ FIELD_GICD_TYPER_ESPI, 1 << 8 },
	{ FIELD_GICD_TYPER2_nASSGIcap, 1 << 8 },
	{ FIELD_GICD_TYPER2_VIL, 1 << 7 },
	{ FIELD_GICD_IROUTER_Interrupt_Routing_Mode, 1ULL << 31 },
	{ FIELD_GICR_CTLR_EnableLPIs, 1 << 0 },
	{ FIELD_GICR_CTLR_CES, 1 << 1 },
	{ FIELD_GICR_CTLR_IR, 1 << 2 },
	{ FIELD_GICR_CTLR_RWP, 1 << 3 },
	{ FIELD_GICR_TYPER_Affinity_Value, 0xffffffff00000000 },
	{ FIELD_GICR_TYPER_PPInum, 0xf8000000 },
	{ FIELD_GICR_TYPER_CommonLPIAff, 0x3000000 },
	{ FIELD_GICR_TYPER_Processor_Number, 0xffff00 },
	{ FIELD_GICR_TYPER_RVPEID, 0x80 },
	{ FIELD_GICR_TYPER_Last, 0x10 },
	{ FIELD_GICR_TYPER_DirectLPI, 0x8 },
	{ FIELD_GICR_TYPER_Dirty, 0x4 },
	{ FIELD_GICR_TYPER_VLPIS, 0x2 },
	{ FIELD_GICR_TYPER_PLPIS, 0x1 },
	{ FIELD_GICR_WAKER_ProcessorSleep, 1 << 1 },
	{ FIELD_GICR_WAKER_ChildrenAsleep, 1 << 2 },
	{ FIELD_GICR_PROPBASER_OuterCache, 7ULL << 56 },
	{ FIELD_GICR_PROPBASER_InnerCache, 7 << 7 },
	{ FIELD_GICR_PROPBASER_Shareability, 3 << 10 },
	{ FIELD_GICR_PENDBASER_PTZ, 1ULL << 62 },
	{ FIELD_GICR_INVLPIR_vPEID, 0xffffULL << 32 },
	{ FIELD_GICR_PIDR2_ArchRev, 0xf0 },
	{ FIELD_GITS_CTLR_Quiescent, 1ULL << 31 },
	{ FIELD_GITS_CTLR_ITS_Number, 0xf0 },
	{ FIELD_GITS_CTLR_ImDe, 1 << 1 },
	{ FIELD_GITS_CTLR_Enabled, 1 << 0 },
	{ FIELD_GITS_TYPER_PTA, 1 << 19 },
	{ FIELD_GITS_TYPER_Devbits, 0x1f << 13 },
	{ FIELD_GITS_TYPER_ID_bits, 0x1f << 8 },
	{ FIELD_GITS_TYPER_ITT_entry_size, 0xf0 },
	{ FIELD_GITS_TYPER_HCC, 0xffULL << 24 },
	{ FIELD_GITS_TYPER_VMOVP, 1ULL << 37 },
	{ FIELD_GITS_TYPER_VMAPP, 1ULL << 40 },
	{ FIELD_GITS_TYPER_SVPET, 3ULL << 41 },
	{ FIELD_GITS_CBASER_InnerCache, 7ULL << 59 },
	{ FIELD_GITS_CBASER_OuterCache, 7ULL << 53 },
	{ FIELD_GITS_BASER_Indirect, 1ULL << 62 },
	{ FIELD_GITS_BASER_Type, 7ULL << 56 },
	{ FIELD_GITS_BASER_Entry_Size, 0x1fULL << 48 },
	{ FIELD_GITS_BASER_Page_Size, 3 << 8 },
	{ FIELD_ICC_CTLR_EOImode, 1 << 1 },
	{ FIELD_ICC_CTLR_CBPR, 1 << 0 },
	{ FIELD_ICC_CTLR_PMHE, 1 << 6 },
	{ FIELD_ICC_CTLR_PRIbits, 7 << 8 },
	{ FIELD_ICC_CTLR_IDbits, 7 << 11 },
	{ FIELD_ICC_CTLR_SEIS, 1 << 14 },
	{ FIELD_ICC_CTLR_A3V, 1 << 15 },
	{ FIELD_ICC_CTLR_RSS, 1 << 18 },
	{ FIELD_ICC_CTLR_ExtRange, 1 << 19 },
	{ FIELD_ICC_SGI1R_IRM, 1ULL << 40 },
	{ FIELD_ICC_SGI1R_INTID, 0xf << 24 },
	{ FIELD_ICC_SRE_EL2_Enable, 1 << 3 },
	{ FIELD_ICH_HCR_TDIR, 1 << 14 },
	{ FIELD_ICH_HCR_TC, 1 << 10 },
	{ FIELD_ICH_VTR_nV4, 1 << 20 },
	{ FIELD_ICH_VTR_TDS, 1 << 19 },
	{ FIELD_ICH_VMCR_VPMR, 0xffULL << 24 },
	{ FIELD_ICH_VMCR_VEOIM, 1 << 9 },
	{ FIELD_ICH_LR_Group, 1ULL << 60 },
	{ FIELD_ICH_LR_Priority, 0xffULL << 48 },
};

static void masks_are_those_of_the_kernel(struct unit *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		if (!EXPECT_EQ(t, reg_field_mask(masks[i].id), masks[i].mask))
			printf("#   field %s\n", reg_field_desc(masks[i].id)->name);
	}
}

static void attributes_do_what_the_documents_say(struct unit *t)
{
	static const struct {
		enum reg_id reg;
		enum reg_user user;
	} rows[] = {
		{ REG_GICD2_CTLR, USER_SAME },	    { REG_GICD2_IIDR, USER_MATCH },
		{ REG_GICD2_ISPENDR, USER_SAME },   { REG_GICC_PMR, USER_SHIFTED },
		{ REG_GICC_APR, USER_STATE },	    { REG_GICC_IAR, USER_NONE },
		{ REG_GICH_LR, USER_NONE },	    { REG_GICD_CTLR, USER_SAME },
		{ REG_GICD_IIDR, USER_MATCH },	    { REG_GICD_TYPER2, USER_MATCH },
		{ REG_GICD_STATUSR, USER_STATE },   { REG_GICD_ISPENDR, USER_LATCH },
		{ REG_GICD_ICPENDR, USER_RAZ_WI },  { REG_GICD_ISENABLER, USER_SAME },
		{ REG_GICD_ISPENDRE, USER_NONE },   { REG_GICR_STATUSR, USER_STATE },
		{ REG_GICR_TYPER, USER_SAME },	    { REG_GICR_ISPENDR0, USER_LATCH },
		{ REG_GICR_ICPENDR0, USER_RAZ_WI }, { REG_GITS_IIDR, USER_MATCH },
		{ REG_GITS_CREADR, USER_STATE },    { REG_GITS_CWRITER, USER_SAME },
		{ REG_GITS_TRANSLATER, USER_NONE }, { REG_ICC_PMR, USER_SAME },
		{ REG_ICC_IAR1, USER_NONE },	    { REG_ICC_SGI1R, USER_NONE },
		{ REG_ICC_AP1R, USER_SAME },	    { REG_ICC_CTLR, USER_MATCH },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!EXPECT_EQ(t, reg_desc(rows[i].reg)->user, rows[i].user))
			printf("#   %s\n", reg_desc(rows[i].reg)->name);
	}
}

/* What is at each offset, laid out from the rows one by one. */
static void every_offset_holds_its_register(struct unit *t)
{
	struct reg_at *want = xcalloc(0x20000, sizeof(*want));

	for (unsigned int f = 0; f < NR_FRAMES; f++) {
		bool sysreg = frame_desc((enum frame_id)f)->kind == FRAME_KIND_SYSREG;
		u32 bytes = frame_desc((enum frame_id)f)->bytes, wrong = 0;

		for (u32 i = 0; i < bytes; i++)
			want[i] = (struct reg_at){ .reg = -1 };
		for (unsigned int i = 0; i < NR_REGS; i++) {
			const struct reg_desc *r = reg_desc((enum reg_id)i);

			for (u32 n = 0; r->frame == f && n < r->count; n++) {
				for (u32 b = 0; b < (sysreg ? 1 : r->width / 8); b++)
					want[r->offset + n * r->stride + b] =
						(struct reg_at){ (int)i, n, b };
			}
		}
		for (u32 i = 0; i < bytes; i++) {
			struct reg_at at;

			reg_find_at(place((enum frame_id)f, i), &at);
			wrong += at.reg != want[i].reg || at.index != want[i].index ||
				 at.byte != want[i].byte;
		}
		EXPECT_EQ(t, wrong, 0);
	}
	free(want);
}

static void every_place_round_trips_by_name(struct unit *t)
{
	for (unsigned int f = 0; f < NR_FRAMES; f++) {
		const struct frame_desc *fr = frame_desc((enum frame_id)f);

		for (u32 offset = 0; offset < fr->bytes; offset++) {
			u64 want = place((enum frame_id)f, offset), found = ~want;
			char name[64];

			place_print(want, name, sizeof(name));
			if (!place_parse(name, fr->gic, &found) || found != want) {
				EXPECT_STR(t, name, "a name of its place");
				break;
			}
		}
	}
	for (unsigned int i = 0; i < NR_REGS; i++) {
		struct reg_at at;

		for (unsigned int n = 0; n < reg_desc((enum reg_id)i)->count; n++) {
			reg_find_at(reg_place((enum reg_id)i, n), &at);
			EXPECT_EQ(t, at.reg, (int)i);
			EXPECT_EQ(t, at.index, n);
			EXPECT_EQ(t, at.byte, 0);
		}
	}
}

static void names_are_of_one_version(struct unit *t)
{
	for (unsigned int i = 0; i < NR_REGS; i++) {
		enum reg_id reg = (enum reg_id)i;
		enum gic_version gic = frame_desc(reg_desc(reg)->frame)->gic;
		char name[64];
		u64 found;

		place_print(reg_place(reg, 0), name, sizeof(name));
		/* The same name may be one of the other version's: of another place. */
		if (place_parse(name, gic == GIC_V2 ? GIC_V3 : GIC_V2, &found))
			EXPECT_EQ(t, frame_desc(place_frame(found))->gic != gic, gic != GIC_ANY);
		name[strlen(name) - 1] = '\0';
		if (place_parse(name, gic, &found))
			EXPECT_TRUE(t, found != reg_place(reg, 0));
	}
}

static const char *const no_names[] = {
	"",
	"_",
	"+",
	"+4",
	"GICR",
	"GICR_",
	"TYPER",
	"gicr_typer",
	"GICR_TYPER ",
	" GICR_TYPER",
	"GICRTYPER",
	"GICRX_TYPER",
	"GICR_TYPER3",
	"GICD2_TYPER",
	"GICD_ISENABLER",
	"GICD_ISENABLER<n>",
	"GICD_ISENABLER32",
	"GICD_ISENABLER00",
	"GICD_ISENABLER01",
	"GICD_ISENABLER-1",
	"GICD_ISENABLER+1",
	"GICD_ISENABLER0x1",
	"GICD_ISENABLER1 ",
	"GICD_ISENABLER4294967296",
	"GICD_ISENABLER18446744073709551616",
	"GICD_ISENABLERE",
	"GICD_ISENABLER32E",
	"GICD_IPRIORITYR255",
	"GICD_IROUTER0",
	"GICD_IROUTER31",
	"GICD_IROUTER1020",
	"GICD_IROUTER1024E",
	"GICR_IGROUPR1",
	"GICR_IGROUPR0E",
	"GICR_IGROUPR3E",
	"GICR_ICFGR2",
	"GICD_PIDR8",
	"GICD_CIDR4",
	"GICR_TYPER+",
	"GICR_TYPER+8",
	"GICR_TYPER+0x8",
	"GICR_TYPER+-1",
	"GICR_TYPER+ 1",
	"GICR_TYPER+1x",
	"GICR_TYPER+1+1",
	"GICR_PIDR2+4",
	"GICR+0x20000",
	"GICR+0x100000000",
	"GICH+0x2000",
	"ICC_PMR",
	"ICC_PMR_EL2",
	"ICC_PMR_EL1+1",
	"ICC+0x10000",
	"ICH_LR16_EL2",
};

static void other_names_are_no_places(struct unit *t)
{
	u64 found;

	for (size_t i = 0; i < ARRAY_SIZE(no_names); i++) {
		if (!EXPECT_TRUE(t, !place_parse(no_names[i], GIC_V3, &found) &&
					    !place_parse(no_names[i], GIC_V2, &found)))
			printf("#   %s\n", no_names[i]);
	}
	EXPECT_TRUE(t, !place_parse("GICR_TYPER", GIC_V2, &found));
	EXPECT_TRUE(t, !place_parse("GICC_IAR", GIC_V3, &found));
	EXPECT_TRUE(t, !place_parse("GICR+0x8", GIC_V2, &found));
	EXPECT_TRUE(t, !place_parse("GICD+0x1000", GIC_V2, &found));
	EXPECT_TRUE(t, place_parse("GICD+0x1000", GIC_V3, &found));
}

static void place_name_is_cut_to_its_buffer(struct unit *t)
{
	static const u64 of[] = { (u64)FRAME_GICD << 32 | 0x6101, (u64)FRAME_GICR << 32 | 0x1fffe };
	char whole[64];

	for (size_t i = 0; i < ARRAY_SIZE(of); i++) {
		place_print(of[i], whole, sizeof(whole));
		EXPECT_STR(t, whole, i ? "GICR+0x1fffe" : "GICD_IROUTER32+1");
		for (size_t bytes = 1; bytes <= strlen(whole) + 2; bytes++) {
			char *text = xcalloc(1, bytes);

			place_print(of[i], text, bytes);
			EXPECT_TRUE(t, !strncmp(text, whole, bytes - 1));
			EXPECT_TRUE(t, strlen(text) < bytes);
			free(text);
		}
	}
}

static void access_has_the_size_of_its_place(struct unit *t)
{
	EXPECT_EQ(t, place_size(reg_place(REG_GICR_TYPER, 0)), 8);
	EXPECT_EQ(t, place_size(reg_place(REG_GICR_TYPER, 0) + 4), 4);
	EXPECT_EQ(t, place_size(reg_place(REG_GICR_PIDR2, 0)), 4);
	EXPECT_EQ(t, place_size(reg_place(REG_GICD_IROUTER, 987)), 8);
	EXPECT_EQ(t, place_size(reg_place(REG_ICC_PMR, 0)), 8);
	EXPECT_EQ(t, place_size(place(FRAME_GICD, 0x20)), 4);
}

static void every_field_round_trips(struct unit *t)
{
	struct rng rng = { .state = 1 };

	for (unsigned int i = 0; i < NR_FIELDS; i++) {
		enum field_id id = (enum field_id)i;
		u64 top = reg_field_get(id, ~0ULL);

		EXPECT_EQ(t, reg_field_put(id, ~0ULL), reg_field_mask(id));
		EXPECT_EQ(t, reg_field_put(id, top), reg_field_mask(id));
		EXPECT_EQ(t, reg_field_put(id, 0), 0);
		EXPECT_EQ(t, reg_field_get(id, ~reg_field_mask(id)), 0);
		EXPECT_EQ(t, top, reg_field_mask(id) / (reg_field_mask(id) & -reg_field_mask(id)));
		for (int n = 0; n < 100; n++) {
			u64 word = rng_next(&rng);
			u64 value = reg_field_get(id, word);

			EXPECT_TRUE(t, value <= top);
			EXPECT_EQ(t, reg_field_put(id, value), word & reg_field_mask(id));
			EXPECT_EQ(t, reg_field_get(id, reg_field_put(id, word)), word & top);
		}
	}
}

static void fields_cover_each_register_once(struct unit *t)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < NR_REGS; i++) {
		enum reg_id reg = (enum reg_id)i;
		const struct field_desc *f = reg_first_field(reg);
		u64 covered = 0;

		for (; f; f = reg_next_field(f), nr++) {
			u64 mask = bits_mask(f->msb, f->lsb);

			EXPECT_EQ(t, f->reg, reg);
			EXPECT_EQ(t, covered & mask, 0);
			covered |= mask;
		}
		EXPECT_EQ(t, covered, reg_desc(reg)->width == 64 ? ~0ULL : 0xffffffffULL);
	}
	EXPECT_EQ(t, nr, NR_FIELDS);
}

static void value_is_printed_with_its_fields(struct unit *t)
{
	static const struct {
		enum reg_id reg;
		u64 value, shown;
		const char *want;
	} rows[] = {
		{ REG_GICR_TYPER, 0x10, 0x10, "0x10 Last=1" },
		{ REG_GICR_TYPER, 0x0, 0x10, "0x0 Last=0" },
		{ REG_GICR_TYPER, 0x10, 0x0, "0x10 Last=1" },
		{ REG_GICR_TYPER, 0x0000010200001210, 0xffffffff00ffff10,
		  "0x10200001210 Affinity_Value=0x102 Processor_Number=0x12 Last=1" },
		{ REG_GICR_TYPER, 0x900, 0xffff00, "0x900 Processor_Number=9" },
		{ REG_GICR_TYPER, 0xa00, 0xffff00, "0xa00 Processor_Number=0xa" },
		{ REG_GICR_TYPER, 0, 0, "0x0" },
		{ REG_GICR_TYPER, 0, 0xffff00, "0x0 Processor_Number=0" },
		{ REG_GICR_PIDR2, 0x3b, 0xffffffff, "0x3b ArchRev=3 IMPDEF=0xb" },
		{ REG_GICR_PIDR2, 0x30, 0xffffffff, "0x30 ArchRev=3 IMPDEF=0" },
		{ REG_GICR_PIDR2, 0x130, 0xf0, "0x130 RES0_31_8=1 ArchRev=3" },
		{ REG_GICD2_TYPER, 0xe0, 0xe0, "0xe0 CPUNumber=7" },
	};
	char text[200];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		reg_print(rows[i].reg, rows[i].value, rows[i].shown, text, sizeof(text));
		EXPECT_STR(t, text, rows[i].want);
	}
}

static void printed_value_is_cut_to_its_buffer(struct unit *t)
{
	char whole[400];

	reg_print(REG_GICR_TYPER, ~0ULL, ~0ULL, whole, sizeof(whole));
	for (size_t bytes = 1; bytes <= strlen(whole) + 2; bytes++) {
		/* Of exactly this size, so that a sanitizer sees a byte too many. */
		char *text = xcalloc(1, bytes);

		reg_print(REG_GICR_TYPER, ~0ULL, ~0ULL, text, bytes);
		EXPECT_TRUE(t, !strncmp(text, whole, bytes - 1));
		EXPECT_TRUE(t, strlen(text) < bytes);
		free(text);
	}
}

/* arm-vgic-v3.rst: count 63:52, base 51:16 as address bits, flags 15:12, index 11:0. */
static u64 region_word(u64 count, u64 base, u64 flags, u64 index)
{
	return count << 52 | (base & 0x000fffffffff0000ULL) | flags << 12 | index;
}

static void expect_region(struct unit *t, const struct redist_region_attr *a)
{
	u64 word = region_word(a->count, a->base, a->flags, a->index);
	struct redist_region_attr back = { 0 };

	EXPECT_EQ(t, redist_region_attr_pack(a), word);
	redist_region_attr_unpack(word, &back);
	EXPECT_EQ(t, back.count, a->count);
	EXPECT_EQ(t, back.base, a->base);
	EXPECT_EQ(t, back.flags, a->flags);
	EXPECT_EQ(t, back.index, a->index);
}

static void region_packs_at_the_field_limits(struct unit *t)
{
	static const u32 counts[] = { 0, 1, 4095 }, flags[] = { 0, 1, 15 };
	static const u64 bases[] = { 0, 0x10000, 0x8000000000000, 0xfffffffff0000 };

	for (size_t i = 0; i < 108; i++) {
		const struct redist_region_attr a = {
			.count = counts[i % 3],
			.flags = flags[i / 3 % 3],
			.index = counts[i / 9 % 3],
			.base = bases[i / 27],
		};

		expect_region(t, &a);
	}
}

static void region_packs_random_values(struct unit *t)
{
	struct rng rng = { .state = 2 };

	for (int i = 0; i < 10000; i++) {
		u64 word = rng_next(&rng);
		struct redist_region_attr a;

		redist_region_attr_unpack(word, &a);
		EXPECT_EQ(t, redist_region_attr_pack(&a), word);
		expect_region(t, &a);
	}
}

static const struct unit_test tests[] = {
	{ "regs.tables_have_no_fault", tables_have_no_fault },
	{ "regs.frames_are_those_of_the_documents", frames_are_those_of_the_documents },
	{ "regs.places_are_those_of_the_documents", places_are_those_of_the_documents },
	{ "regs.encodings_are_those_of_the_documents", encodings_are_those_of_the_documents },
	{ "regs.layouts_are_those_of_the_documents", layouts_are_those_of_the_documents },
	{ "regs.masks_are_those_of_the_kernel", masks_are_those_of_the_kernel },
	{ "regs.attributes_do_what_the_documents_say", attributes_do_what_the_documents_say },
	{ "regs.every_offset_holds_its_register", every_offset_holds_its_register },
	{ "regs.every_place_round_trips_by_name", every_place_round_trips_by_name },
	{ "regs.names_are_of_one_version", names_are_of_one_version },
	{ "regs.other_names_are_no_places", other_names_are_no_places },
	{ "regs.place_name_is_cut_to_its_buffer", place_name_is_cut_to_its_buffer },
	{ "regs.access_has_the_size_of_its_place", access_has_the_size_of_its_place },
	{ "regs.every_field_round_trips", every_field_round_trips },
	{ "regs.fields_cover_each_register_once", fields_cover_each_register_once },
	{ "regs.value_is_printed_with_its_fields", value_is_printed_with_its_fields },
	{ "regs.printed_value_is_cut_to_its_buffer", printed_value_is_cut_to_its_buffer },
	{ "regs_attr.region_packs_at_the_field_limits", region_packs_at_the_field_limits },
	{ "regs_attr.region_packs_random_values", region_packs_random_values },
};

UNIT_MAIN(tests)
