// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_seeds FOLDER FILE...: inputs of model_fuzz(), one for each program.
 */
#include "fuzz/model_fuzz.h"
#include "fuzz/seed.h"

static bool write_seed(const char *folder, const struct prog *p)
{
	static u8 buf[1 << 16];
	size_t bytes = prog_encode(p, buf + MODEL_FUZZ_HEAD, sizeof(buf) - MODEL_FUZZ_HEAD);

	bytes += MODEL_FUZZ_HEAD;
	return bytes <= sizeof(buf) && seed_write(folder, p->name, buf, bytes);
}

int main(int argc, char **argv)
{
	return seed_main(argc, argv, write_seed);
}
