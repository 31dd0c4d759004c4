/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the tables of a state are in its memory.  Private to lib/vmstate.
 */
#ifndef LIB_VMSTATE_TABLES_H
#define LIB_VMSTATE_TABLES_H

#include "lib/vmstate/vmstate.h"

/* GITS_BASER<n>.Type (IHI 0069H GITS_BASER<n>). */
enum { VMSTATE_ITS_DEVICES = 1, VMSTATE_ITS_COLLECTIONS = 4 };

enum vmstate_table {
	TABLE_DEVICES,
	TABLE_EVENTS,
	TABLE_COLLECTIONS,
	TABLE_LEVEL1, /* of devices */
	TABLE_PENDING,
};

struct vmstate_area {
	enum vmstate_table kind;
	u64 base, bytes;
	u64 owner; /* number of the ITS, or vcpu_id */
	u64 first; /* DeviceID: of the first entry, or whose events these are */
	u64 page; /* of a first level: bytes of a page of the second */
};

struct vmstate_tables {
	struct vmstate_area *area;
	size_t nr;
};

void vmstate_tables_find(struct vmstate_tables *t, const struct prog *p);
void vmstate_tables_free(struct vmstate_tables *t);
const struct vmstate_area *vmstate_area_at(const struct vmstate_tables *t, u64 at);
void vmstate_print_entry(const struct vmstate_area *a, u64 at, u64 was, u64 is, char *buf,
			 size_t bytes);

#endif /* LIB_VMSTATE_TABLES_H */
