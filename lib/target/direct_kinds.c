// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI devices that send an MSI when software asks them to, and the registers of
 * BAR 0 that do it.
 */
#include "lib/target/direct.h"

#include <string.h>

static const struct direct_kind kinds[] = {
	{
		.name = "edu",
		.id = "1234:11e8",
		.what = "QEMU's device for teaching (docs/specs/edu)",
		.how = {
			[DIRECT_RAISE] = { 0x60, 1, true },
			[DIRECT_ACK] = { 0x64, 1, true },
		},
	},
	{
		.name = "82574l",
		.id = "8086:10d3",
		.what = "Intel's 82574L, Ethernet (its datasheet: ICR, ICS, IMS), and QEMU's e1000e",
		.how = {
			[DIRECT_ENABLE] = { 0xd0, 1, true },
			[DIRECT_RAISE] = { 0xc8, 1, true },
			[DIRECT_ACK] = { 0xc0, 1, true },
		},
	},
};

/**
 * direct_kind_by_number() - the kinds of devices, one by one
 * @i: from 0
 *
 * Return: a row, or NULL after the last one.
 */
const struct direct_kind *direct_kind_by_number(unsigned int i)
{
	return i < ARRAY_SIZE(kinds) ? &kinds[i] : NULL;
}

/**
 * direct_kind_find() - the kind of a device
 * @id: VENDOR:DEVICE, in hexadecimal as lspci prints it
 *
 * Return: a row, or NULL if it is not known.
 */
const struct direct_kind *direct_kind_find(const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i].id, id))
			return &kinds[i];
	}
	return NULL;
}
