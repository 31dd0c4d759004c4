// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_seeds FOLDER FILE...: writes into the folder an input of model_fuzz()
 * for each program file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/model_fuzz.h"
#include "lib/prog/prog.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool write_seed(const char *folder, const char *from)
{
	static u8 buf[1 << 16];
	char to[4096];
	struct prog_error err;
	struct prog p;
	size_t bytes;
	FILE *f;
	bool ok;

	if (prog_load(&p, from, &err)) {
		fprintf(stderr, "model_seeds: %s:%u: %s\n", from, err.line, err.text);
		return false;
	}
	bytes = prog_encode(&p, buf + MODEL_FUZZ_HEAD, sizeof(buf) - MODEL_FUZZ_HEAD);
	bytes += MODEL_FUZZ_HEAD;
	prog_free(&p);
	snprintf(to, sizeof(to), "%s/%s", folder, base_name(from));
	f = fopen(to, "w");
	ok = f && bytes <= sizeof(buf) && fwrite(buf, 1, bytes, f) == bytes;
	if (f)
		ok &= !fclose(f);
	if (!ok)
		fprintf(stderr, "model_seeds: cannot write %s\n", to);
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = argc > 2;

	for (int i = 2; i < argc && ok; i++)
		ok = write_seed(argv[1], argv[i]);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
