/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tables of an ITS in the guest's memory say, private to lib/model.
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

struct its_image {
	u32 defects; /* a bit for each */
	bool open; /* what is there is not known */
	bool doubtful; /* no document says whether it is inconsistent */
	bool may_fault; /* the tables of a redistributor are not in memory */
	bool shared; /* two events are the same LPI */
	bool beyond_model; /* it is consistent, and the model has no room for it */
	unsigned int nr_collections, nr_unmapped, nr_devices, nr_events;
	struct model_collection collection[MAX_ITS_COLLECTIONS];
	u16 unmapped[MAX_ITS_COLLECTIONS]; /* ICIDs of collections that are listed so */
	struct model_its_device device[MAX_ITS_DEVICES];
	struct model_event event[MAX_ITS_EVENTS]; /* in order of device and event */
};

void its_read_image(const struct model *m, const struct model_its *its, struct its_image *img);
int its_defect_errno(enum its_defect defect);
enum rule_id its_defect_rule(enum its_defect defect);

#endif /* LIB_MODEL_ITS_IMAGE_H */
