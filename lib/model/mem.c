// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's memory at PROG_MEM_BASE, which programs read and write and in which
 * an ITS and redistributors have their tables.  Only what was written is kept.
 */
#include <endian.h>
#include <string.h>

#include "lib/model/state.h"
#include "lib/prog/mem.h"

/**
 * mem_is_program() - is a range within the memory that programs write?
 * @gpa:   first address
 * @bytes: its size
 *
 * Return: whether.
 */
bool mem_is_program(u64 gpa, u64 bytes)
{
	return gpa >= PROG_MEM_BASE && bytes <= PROG_MEM_BYTES &&
	       gpa - PROG_MEM_BASE <= PROG_MEM_BYTES - bytes;
}

/**
 * mem_u64() - eight bytes of the memory
 * @m:     the model
 * @gpa:   within the memory, a multiple of 8
 * @known: receives the bits of it that are known
 *
 * Return: the value, with zeros for what is not known.
 */
u64 mem_u64(const struct model *m, u64 gpa, u64 *known)
{
	u64 at = gpa - PROG_MEM_BASE;
	unsigned int page = m->mem_used ? m->mem_page_of[at / MEM_PAGE_BYTES] : MEM_ZERO;

	*known = page == MEM_UNKNOWN ? 0 : ~0ULL;
	if (page < MEM_FIRST)
		return 0;
	*known = m->mem_page[page - MEM_FIRST].known[at / 8 % MEM_PAGE_WORDS];
	return m->mem_page[page - MEM_FIRST].word[at / 8 % MEM_PAGE_WORDS] & *known;
}

/**
 * mem_byte() - a byte of the memory
 * @m:     the model
 * @gpa:   within the memory
 * @known: receives the bits of it that are known
 *
 * Return: the value, with zeros for what is not known.
 */
u8 mem_byte(const struct model *m, u64 gpa, u8 *known)
{
	u64 word_known, word = mem_u64(m, gpa & ~7ULL, &word_known);

	*known = (u8)(word_known >> 8 * (gpa % 8));
	return (u8)(word >> 8 * (gpa % 8));
}

static void use_mem(struct model *m)
{
	if (m->mem_used)
		return;
	m->mem_used = true;
	memset(m->mem_page_of, MEM_ZERO, sizeof(m->mem_page_of));
}

/* The page that is at an offset, a new one if it was not written to yet. */
static struct model_mem_page *page_to_write(struct model *m, u64 at)
{
	u8 *of = &m->mem_page_of[at / MEM_PAGE_BYTES];
	struct model_mem_page *page;

	use_mem(m);
	if (*of >= MEM_FIRST)
		return &m->mem_page[*of - MEM_FIRST];
	if (m->nr_mem_pages == MAX_MEM_PAGES) {
		m->lost = true;
		return NULL;
	}
	page = &m->mem_page[m->nr_mem_pages];
	memset(page->word, 0, sizeof(page->word));
	memset(page->known, *of == MEM_UNKNOWN ? 0 : 0xff, sizeof(page->known));
	*of = (u8)(MEM_FIRST + m->nr_mem_pages++);
	return page;
}

/**
 * mem_put() - a byte of the memory changes
 * @m:     the model
 * @gpa:   within the memory
 * @value: that it gets
 * @known: the bits that are known of it
 */
void mem_put(struct model *m, u64 gpa, u8 value, u8 known)
{
	u64 at = gpa - PROG_MEM_BASE;
	struct model_mem_page *page = page_to_write(m, at);
	unsigned int shift = 8 * (at % 8), word = at / 8 % MEM_PAGE_WORDS;

	if (!page)
		return;
	page->word[word] &= ~(0xffULL << shift);
	page->word[word] |= (u64)(value & known) << shift;
	page->known[word] &= ~(0xffULL << shift);
	page->known[word] |= (u64)known << shift;
}

/**
 * mem_put_u64() - eight bytes of the memory change
 * @m:     the model
 * @gpa:   within the memory, a multiple of 8
 * @value: that they get
 * @known: the bits that are known of it
 */
void mem_put_u64(struct model *m, u64 gpa, u64 value, u64 known)
{
	u64 at = gpa - PROG_MEM_BASE;
	struct model_mem_page *page = page_to_write(m, at);

	if (!page)
		return;
	page->word[at / 8 % MEM_PAGE_WORDS] = value & known;
	page->known[at / 8 % MEM_PAGE_WORDS] = known;
}

/**
 * mem_forget() - the memory is an implementation's own: what it holds is not known
 * @m:     the model
 * @gpa:   within the memory
 * @bytes: that are within the memory
 */
void mem_forget(struct model *m, u64 gpa, u64 bytes)
{
	u64 at = gpa - PROG_MEM_BASE;
	u64 end = at + bytes;

	use_mem(m);
	for (at &= ~(MEM_PAGE_BYTES - 1ULL); at < end; at += MEM_PAGE_BYTES) {
		u8 page = m->mem_page_of[at / MEM_PAGE_BYTES];

		if (page >= MEM_FIRST)
			memset(m->mem_page[page - MEM_FIRST].known, 0, MEM_PAGE_BYTES);
		else
			m->mem_page_of[at / MEM_PAGE_BYTES] = MEM_UNKNOWN;
	}
}

/**
 * mem_untouched() - how much is known to be zero since nothing has been written there?
 * @m:   the model
 * @gpa: within the memory
 *
 * Return: bytes from there on, in one piece of it.
 */
u64 mem_untouched(const struct model *m, u64 gpa)
{
	u64 at = gpa - PROG_MEM_BASE;

	if (m->mem_used && m->mem_page_of[at / MEM_PAGE_BYTES] != MEM_ZERO)
		return 0;
	return MEM_PAGE_BYTES - at % MEM_PAGE_BYTES;
}

/**
 * mem_is_zero_from() - is a range known to be zero?
 * @m:     the model
 * @gpa:   within the memory, a multiple of 8
 * @bytes: that are within the memory, a multiple of 8
 *
 * Return: whether.
 */
bool mem_is_zero_from(const struct model *m, u64 gpa, u64 bytes)
{
	u64 known;

	for (u64 i = 0; i < bytes; i += 8) {
		if (mem_u64(m, gpa + i, &known) || ~known)
			return false;
	}
	return true;
}

/* What any reader of the memory sees. */
static void expect_bytes(const struct model *m, u64 at, u64 size, struct expect *want)
{
	u64 value = 0, known = size < 8 ? ~0ULL << 8 * size : 0;

	for (u64 i = 0; i < size; i++) {
		u8 byte_known;

		value |= (u64)mem_byte(m, at + i, &byte_known) << 8 * i;
		known |= (u64)byte_known << 8 * i;
	}
	allow_done(want, RULE_MEM);
	expect_value(want, value, known, its_table_rule(m, at));
}

/**
 * expect_mem_read() - userspace reads the guest's memory
 * @m:    the model
 * @op:   OP_MEM_READ
 * @want: filled in
 */
void expect_mem_read(const struct model *m, const struct op *op, struct expect *want)
{
	expect_bytes(m, op_arg(op, ARG_MEM_READ_at), op_arg(op, ARG_MEM_READ_size), want);
}

/* The guest's accesses are all checked for alignment, as SCTLR_EL1.A says. */
static bool expect_aligned(u64 at, u64 size, struct expect *want)
{
	if (at % size)
		allow(want, OP_ABORT, 0, RULE_GUEST_ALIGNMENT);
	return !(at % size);
}

/**
 * expect_guest_load() - a guest reads its memory
 * @m:    the model
 * @op:   OP_GUEST_LOAD
 * @want: filled in
 */
void expect_guest_load(const struct model *m, const struct op *op, struct expect *want)
{
	u64 at = op_arg(op, ARG_GUEST_LOAD_at);
	u64 size = op_mem_size(op_arg(op, ARG_GUEST_LOAD_size));

	if (expect_entry(m, op_arg(op, ARG_GUEST_LOAD_vcpu), want) &&
	    expect_aligned(at, size, want))
		expect_bytes(m, at, size, want);
}

/**
 * expect_guest_store() - a guest writes its memory
 * @m:    the model
 * @op:   OP_GUEST_STORE
 * @want: filled in
 */
void expect_guest_store(const struct model *m, const struct op *op, struct expect *want)
{
	u64 size = op_mem_size(op_arg(op, ARG_GUEST_STORE_size));

	if (expect_entry(m, op_arg(op, ARG_GUEST_STORE_vcpu), want) &&
	    expect_aligned(op_arg(op, ARG_GUEST_STORE_at), size, want))
		allow_done(want, RULE_MEM);
}

/**
 * expect_guest_barrier() - a guest orders its accesses, or cleans a line of its cache
 * @m:    the model
 * @op:   OP_GUEST_DSB, OP_GUEST_ISB or OP_GUEST_CLEAN
 * @want: filled in
 *
 * Memory is the same for all observers here, so that there is nothing to see.
 */
void expect_guest_barrier(const struct model *m, const struct op *op, struct expect *want)
{
	if (expect_entry(m, (u64)op_vcpu(op), want))
		allow_done(want, RULE_GUEST_BARRIER);
}

/**
 * expect_mem_store() - userspace writes the guest's memory
 * @m:    the model
 * @op:   one for which op_mem_store()
 * @want: filled in
 */
void expect_mem_store(const struct model *m, const struct op *op, struct expect *want)
{
	(void)m;
	(void)op;
	allow_done(want, RULE_MEM);
}

/* Eight bytes of the guest's, which is little-endian. */
static u64 word_at(const u8 *byte)
{
	u64 word;

	memcpy(&word, byte, sizeof(word));
	return le64toh(word);
}

/**
 * commit_mem_store() - the guest's memory was written
 * @m:    the model
 * @op:   one for which op_mem_store()
 * @seen: what came
 */
void commit_mem_store(struct model *m, const struct op *op, const struct op_result *seen)
{
	struct mem_store store;

	(void)seen;
	if (!op_mem_store(op, &store))
		return;
	for (size_t i = 0; i < store.nr;) {
		if ((store.at + i) % 8 == 0 && store.nr - i >= 8) {
			mem_put_u64(m, store.at + i, word_at(store.byte + i), ~0ULL);
			i += 8;
		} else {
			mem_put(m, store.at + i, store.byte[i], 0xff);
			i++;
		}
	}
	if (m->nr_its)
		lpi_memory_written(m, store.at, store.nr);
}
