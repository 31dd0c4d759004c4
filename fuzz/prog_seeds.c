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

static bool write_seeds(const char *folder, const struct prog *p)
{
	char name[PROG_NAME_BYTES + 8], *text = prog_print(p);
	size_t len = strlen(text), bytes = prog_encode(p, NULL, 0);
	u8 *buf = xcalloc(1, PROG_FUZZ_HEAD + (bytes > len ? bytes : len));
	bool ok;

	buf[0] = PROG_FUZZ_BINARY;
	ok = prog_encode(p, buf + PROG_FUZZ_HEAD, bytes) == bytes;
	snprintf(name, sizeof(name), "%s.bin", p->name);
	ok = ok && seed_write(folder, name, buf, PROG_FUZZ_HEAD + bytes);
	buf[0] = PROG_FUZZ_TEXT;
	memcpy(buf + PROG_FUZZ_HEAD, text, len);
	snprintf(name, sizeof(name), "%s.txt", p->name);
	ok = ok && seed_write(folder, name, buf, PROG_FUZZ_HEAD + len);
	free(buf);
	free(text);
	return ok;
}

int main(int argc, char **argv)
{
	return seed_main(argc, argv, write_seeds);
}
