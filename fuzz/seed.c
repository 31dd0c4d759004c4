// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the programs NAME_seeds FOLDER FILE... share: they write into the folder
 * the inputs of a fuzzer that program files stand for.
 */
#include "fuzz/seed.h"

#include <stdlib.h>

/**
 * seed_write() - write one input
 * @folder: where to
 * @name:   of the file there
 * @buf:    its content
 * @bytes:  of @buf
 *
 * Return: whether it was written; if not, a message was printed.
 */
bool seed_write(const char *folder, const char *name, const u8 *buf, size_t bytes)
{
	char path[4096];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "we");
	ok = f && fwrite(buf, 1, bytes, f) == bytes;
	if (f)
		ok &= !fclose(f);
	if (!ok)
		fprintf(stderr, "cannot write %s\n", path);
	return ok;
}

/**
 * seed_main() - the main function of such a program
 * @argc:  of main
 * @argv:  of main
 * @write: writes the inputs that a program gives
 *
 * Return: the exit status.
 */
int seed_main(int argc, char **argv, seed_fn *write)
{
	bool ok = argc > 2;

	for (int i = 2; i < argc && ok; i++) {
		struct prog_error err;
		struct prog p;

		if (prog_load(&p, argv[i], &err)) {
			fprintf(stderr, "%s:%u: %s\n", argv[i], err.line, err.text);
			return EXIT_FAILURE;
		}
		ok = write(argv[1], &p);
		prog_free(&p);
	}
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
