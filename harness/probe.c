// SPDX-License-Identifier: GPL-2.0-only
/*
 * `vgicheck probe`: what can be tested here.
 */
#include "harness/harness.h"

#include <string.h>

static const char usage[] = "usage: vgicheck probe\n"
			    "\n"
			    "Says which targets can be used here, and what they offer.\n"
			    "Exit status: 0 if one can be used, 4 if none.\n";

static void print_info(const struct target_info *info)
{
	const struct profile *profile = session_profile(info);

	printf("  kernel      %s\n", info->kernel);
	printf("  vGICs       %s\n", info->host_gic[0] ? info->host_gic : "none");
	printf("  address     up to %u bits\n", info->max_ipa_bits);
	printf("  vcpu_ids    below %u\n", info->max_vcpus);
	printf("  profile     %s\n", profile->name);
	for (unsigned int i = 0; i < NR_CHOICES; i++) {
		if (profile_has(profile, (enum profile_choice)i))
			printf("    %s\n", choice_desc((enum profile_choice)i)->name);
	}
}

/**
 * probe_main() - the subcommand `probe`
 * @argc: of main, from the subcommand's name on
 * @argv: of main, from the subcommand's name on
 *
 * Return: the exit status.
 */
int probe_main(int argc, char **argv)
{
	const struct target *t;
	bool usable = false;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return TAP_EXIT_OK;
	}
	if (argc > 1) {
		fprintf(stderr,
			"vgicheck: '%s' means nothing to probe; see `vgicheck probe --help`\n",
			argv[1]);
		return TAP_EXIT_USAGE;
	}
	for (unsigned int i = 0; (t = target_by_number(i)); i++) {
		struct target_info info = { 0 };

		printf("target %s: %s\n", t->name, t->doc);
		if (t->probe(&info)) {
			printf("  not usable  %s\n", info.reason);
			continue;
		}
		usable = true;
		print_info(&info);
	}
	return usable ? TAP_EXIT_OK : TAP_EXIT_SKIPPED;
}
