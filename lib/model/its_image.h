/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tables of an ITS in the guest's memory say, and how they are written, private
 * to lib/model.
 */
#ifndef LIB_MODEL_ITS_IMAGE_H
#define LIB_MODEL_ITS_IMAGE_H

#include "lib/model/state.h"
#include "lib/regs/its_table.h"

/* Why tables are inconsistent, in the order in which they are reported. */
enum its_defect {
	ITS_DEFECT_ICID_TWICE,
	ITS_DEFECT_RANGE,
	ITS_DEFECT_PE,
	ITS_DEFECT_NEXT_DEVICE,
	ITS_DEFECT_ICID,
	ITS_DEFECT_DEVICE,
	ITS_DEFECT_SIZE,
	ITS_DEFECT_NEXT_EVENT,
	ITS_DEFECT_NO_LPI,
	ITS_DEFECT_COLLECTION,
	ITS_DEFECT_MEMORY,
	NR_ITS_DEFECTS
};

#define ITS_NO_PE 0xffffffff /* RDBase of a collection that is not mapped, if there may be any */

/* Where the entry of a device is, in a table of one level or two. */
enum its_place {
	ITS_PLACE_KNOWN,
	ITS_PLACE_OPEN, /* the model does not know it */
	ITS_PLACE_NO_ENTRY, /* the table ends before it, or the first level has no page for it */
	ITS_PLACE_NO_MEMORY, /* the first level is not in memory */
};

struct its_image {
	u32 defects; /* a bit for each */
	bool no_collections; /* what is wrong, or not known, is in the collection table already */
	bool again; /* a collection is mapped already */
	bool open; /* what is there is not known */
	bool doubtful; /* no document says whether it is inconsistent */
	bool deviates; /* a deviation finds other PEs, or none: the defects are those of it */
	bool wide; /* RDbase has more bits than a number of a PE, which kernels overlook */
	bool may_fault; /* the tables of a redistributor are not in memory */
	bool shared; /* two events are the same LPI */
	bool beyond_model; /* it is consistent, and the model has no room for it */
	unsigned int nr_listed, nr_collections, nr_devices, nr_events;
	struct model_collection collection[MAX_ITS_COLLECTIONS];
	u16 listed
		[MAX_ITS_COLLECTIONS]; /* ICIDs of these, and of collections that are not mapped */
	struct model_its_device device[MAX_ITS_DEVICES];
	struct model_event event[MAX_ITS_EVENTS]; /* in order of device and event */
};

/* What a save writes, into the model or nowhere. */
struct its_saving {
	const struct model *m;
	struct model *to; /* the same, or NULL */
	const struct model_its *its;
	bool no_memory; /* some of it is to be written where there is none */
	bool no_entry; /* the table has none for a device any more */
	bool orphan; /* an event has no collection that its entry could name */
	bool open; /* where it is written is not known */
	bool doubtful; /* a deviation may have written other collections */
	bool forget; /* it may have been written or not */
	u8 written[PROG_MEM_BYTES / ITS_ENTRY_BYTES / 8]; /* a bit for each entry of the memory */
};

enum its_place its_find_entry(const struct model *m, const struct model_its *its, u64 id, u64 *at);
void its_save(struct its_saving *s);
void its_read_image(const struct model *m, const struct model_its *its, struct its_image *img);
int its_defect_errno(enum its_defect defect);
enum rule_id its_defect_rule(enum its_defect defect);

#endif /* LIB_MODEL_ITS_IMAGE_H */
