// SPDX-License-Identifier: GPL-2.0-only
/*
 * In which mode the host's KVM runs, as far as it was asked for on the kernel's
 * command line, which any user may read; the kernel's log is not for all.
 */
#include "lib/target/kvm/mode.h"

#include <stdio.h>
#include <string.h>

#include "lib/regs/bits.h"

#define CMDLINE_BYTES 4096 /* more than arm64 has */

/* A parameter is written with dashes or underscores, its value as this. */
static bool is_word(const char *word, const char *name, const char *const *values)
{
	for (; *name; name++, word++) {
		if (*word != *name && !(*name == '_' && *word == '-'))
			return false;
	}
	for (; *values; values++) {
		if (!strcmp(word, *values))
			return true;
	}
	return false;
}

static void take_word(const char *word, struct kvm_mode *mode)
{
	static const char *const protected[] = { "protected", NULL };
	static const char *const others[] = { "vhe", "nvhe", "nested", "none", NULL };
	static const char *const yes[] = { "1", "y", "Y", "on", NULL };
	static const char *const traps[] = { "kvm_arm.vgic_v3_group0_trap=",
					     "kvm_arm.vgic_v3_group1_trap=",
					     "kvm_arm.vgic_v3_common_trap=" };

	if (is_word(word, "kvm_arm.mode=", protected))
		mode->is_protected = true;
	if (is_word(word, "kvm_arm.mode=", others))
		mode->is_protected = false;
	for (unsigned int i = 0; i < ARRAY_SIZE(traps); i++) {
		if (is_word(word, traps[i], yes))
			mode->traps |= BIT_ULL(i);
	}
}

/**
 * kvm_mode_parse() - the mode that a command line asks for
 * @cmdline: of the kernel; changed
 *
 * Return: the mode.
 */
struct kvm_mode kvm_mode_parse(char *cmdline)
{
	struct kvm_mode mode = { 0 };
	char *rest;

	for (char *word = strtok_r(cmdline, " \n", &rest); word;
	     word = strtok_r(NULL, " \n", &rest))
		take_word(word, &mode);
	mode.is_trapped = mode.traps == 7;
	return mode;
}

/**
 * kvm_mode_probe() - the mode of this host
 *
 * Return: the mode; that of no words if the command line cannot be read.
 */
struct kvm_mode kvm_mode_probe(void)
{
	char cmdline[CMDLINE_BYTES] = "";
	FILE *f = fopen("/proc/cmdline", "re");
	size_t n;

	if (f) {
		n = fread(cmdline, 1, sizeof(cmdline) - 1, f);
		cmdline[n] = '\0';
		fclose(f);
	}
	return kvm_mode_parse(cmdline);
}
