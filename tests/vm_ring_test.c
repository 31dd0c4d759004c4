// SPDX-License-Identifier: GPL-2.0-only
/*
 * ci/vm/ring.c carries records from the QEMU machine to its host, and takes
 * nothing for a record that is none. Both ends are in this process.
 */
#include "ci/vm/ring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit.h"

#define RING_BYTES (SHM_BYTES - SHM_RING_OFFSET)

static struct ring new_ring(void)
{
	struct ring r;

	ring_attach(&r, calloc(1, SHM_BYTES), SHM_BYTES, false);
	return r;
}

static void ring_keeps_order_and_content(struct unit *t)
{
	struct ring r = new_ring();
	struct ring_record rec;

	EXPECT_EQ(t, ring_read(&r, &rec), 0);
	EXPECT_TRUE(t, ring_try_write(&r, SHM_REC_STDOUT, "hello", 5));
	EXPECT_TRUE(t, ring_try_write(&r, SHM_REC_START, "", 0));
	EXPECT_EQ(t, ring_read(&r, &rec), 1);
	EXPECT_EQ(t, rec.type, SHM_REC_STDOUT);
	EXPECT_TRUE(t, rec.bytes == 5 && !memcmp(rec.data, "hello", 5));
	EXPECT_EQ(t, ring_read(&r, &rec), 1);
	EXPECT_TRUE(t, rec.type == SHM_REC_START && rec.bytes == 0);
	EXPECT_EQ(t, ring_read(&r, &rec), 0);
	free(r.hdr);
}

/* Every record crosses the end of the ring at another of its bytes. */
static void ring_wraps_anywhere(struct unit *t)
{
	struct ring_record rec;
	u8 data[100];

	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i + 1);
	for (u64 before = 0; before <= 128; before += 8) {
		struct ring r = new_ring();

		r.hdr->head = r.hdr->tail = r.taken = 3ULL * RING_BYTES - before;
		EXPECT_TRUE(t, ring_try_write(&r, SHM_REC_FILE_DATA, data, sizeof(data)));
		EXPECT_EQ(t, ring_read(&r, &rec), 1);
		EXPECT_TRUE(t, rec.bytes == sizeof(data) && !memcmp(rec.data, data, sizeof(data)));
		EXPECT_EQ(t, r.hdr->head, r.hdr->tail);
		free(r.hdr);
	}
}

static void ring_refuses_what_does_not_fit(struct unit *t)
{
	static u8 data[SHM_RECORD_MAX];
	struct ring r = new_ring();
	struct ring_record rec;
	u32 nr = 0;

	while (ring_try_write(&r, SHM_REC_STDOUT, data, sizeof(data)))
		nr++;
	EXPECT_EQ(t, nr, RING_BYTES / (SHM_RECORD_MAX + 8));
	EXPECT_EQ(t, ring_read(&r, &rec), 1);
	EXPECT_TRUE(t, ring_try_write(&r, SHM_REC_STDOUT, data, sizeof(data)));
	free(r.hdr);
}

/* What is recorded must not depend on when the host reads. */
static void ring_of_one_way_is_only_read(struct unit *t)
{
	static u8 data[SHM_RECORD_MAX];
	struct ring_record rec;
	struct ring r;

	ring_attach(&r, calloc(1, SHM_BYTES), SHM_BYTES, true);
	ring_write(&r, SHM_REC_START, "", 0);
	EXPECT_EQ(t, ring_read(&r, &rec), 1);
	EXPECT_EQ(t, ring_read(&r, &rec), 0);
	EXPECT_EQ(t, r.hdr->tail, 0);
	while (!r.lost)
		ring_write(&r, SHM_REC_STDOUT, data, sizeof(data));
	/* Nothing after a record that did not fit. */
	ring_write(&r, SHM_REC_EXIT, "", 0);
	while (ring_read(&r, &rec) > 0)
		EXPECT_EQ(t, rec.type, SHM_REC_STDOUT);
	free(r.hdr);
}

/* A kernel gone wrong may write anything anywhere. */
static void ring_rejects_what_is_no_record(struct unit *t)
{
	static const struct {
		u64 head, tail;
		u32 bytes;
	} rows[] = {
		{ RING_BYTES + 8ULL, 0, 0 }, /* more than there is room for */
		{ 8, 16, 0 }, /* read beyond what was written */
		{ 4, 0, 0 }, /* shorter than its header */
		{ 16, 0, 9 }, /* longer than what was written */
		{ RING_BYTES, 0, SHM_RECORD_MAX + 1 },
		{ RING_BYTES, 0, UINT32_MAX },
	};
	struct ring_record rec;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ring r = new_ring();

		r.hdr->head = rows[i].head;
		r.hdr->tail = r.taken = rows[i].tail;
		memcpy(r.data + rows[i].tail + 4, &rows[i].bytes, sizeof(u32));
		if (!EXPECT_EQ(t, ring_read(&r, &rec), -EBADMSG))
			printf("#   row %zu\n", i);
		EXPECT_EQ(t, r.hdr->tail, rows[i].tail);
		free(r.hdr);
	}
}

static const struct unit_test tests[] = {
	{ "ring.keeps_order_and_content", ring_keeps_order_and_content },
	{ "ring.wraps_anywhere", ring_wraps_anywhere },
	{ "ring.refuses_what_does_not_fit", ring_refuses_what_does_not_fit },
	{ "ring.of_one_way_is_only_read", ring_of_one_way_is_only_read },
	{ "ring.rejects_what_is_no_record", ring_rejects_what_is_no_record },
};

UNIT_MAIN(tests)
