// SPDX-License-Identifier: GPL-2.0-only
/*
 * hosted_seeds FOLDER FILE...: inputs of hosted_fuzz(), one for each program.
 */
#include "fuzz/seed.h"

static bool write_seed(const char *folder, const struct prog *p)
{
	static u8 buf[1 << 16];
	size_t bytes = prog_encode(p, buf, sizeof(buf));

	return bytes <= sizeof(buf) && seed_write(folder, p->name, buf, bytes);
}

int main(int argc, char **argv)
{
	return seed_main(argc, argv, write_seed);
}
