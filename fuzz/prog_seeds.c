// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog_seeds FOLDER FILE...: inputs of prog_fuzz(), for each program its text
 * form and its binary form.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/prog_fuzz.h"
#include "fuzz/seed.h"
#include "lib/prog/alloc.h"

/* The form that @kind says; @suffix tells it from the other in the folder. */
static bool write_form(const char *folder, const struct prog *p, u8 kind, const char *suffix,
		       const void *form, size_t bytes)
{
	u8 *buf = xcalloc(1, PROG_FUZZ_HEAD + bytes);
	char name[PROG_NAME_BYTES + 8];
	bool ok;

	buf[0] = kind;
	memcpy(buf + PROG_FUZZ_HEAD, form, bytes);
	snprintf(name, sizeof(name), "%s.%s", p->name, suffix);
	ok = seed_write(folder, name, buf, PROG_FUZZ_HEAD + bytes);
	free(buf);
	return ok;
}

static bool write_seeds(const char *folder, const struct prog *p)
{
	size_t bytes = prog_encode(p, NULL, 0);
	u8 *binary = xcalloc(1, bytes);
	char *text = prog_print(p);
	bool ok = prog_encode(p, binary, bytes) == bytes;

	ok = ok && write_form(folder, p, PROG_FUZZ_BINARY, "bin", binary, bytes);
	ok = ok && write_form(folder, p, PROG_FUZZ_TEXT, "txt", text, strlen(text));
	free(binary);
	free(text);
	return ok;
}

int main(int argc, char **argv)
{
	return seed_main(argc, argv, write_seeds);
}
