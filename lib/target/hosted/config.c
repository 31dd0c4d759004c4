// SPDX-License-Identifier: GPL-2.0-only
/*
 * What follows the colon of --target hosted:KERNEL,OPTION=NUMBER,...
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/target/hosted/hosted.h"

/* A number of the host that the kernel finds. */
struct host_option {
	const char *name;
	size_t member; /* an unsigned int of struct hosted_host */
	unsigned int lo, hi;
};

static const struct host_option options[] = {
	{ "ipa", offsetof(struct hosted_host, max_ipa_bits), 32, 48 },
	{ "lr", offsetof(struct hosted_host, nr_lr), 1, 16 },
	{ "pri", offsetof(struct hosted_host, pri_bits), 5, 7 },
	{ "qemu", offsetof(struct hosted_host, like_qemu), 0, 1 },
	{ "trap", offsetof(struct hosted_host, traps_cpuif), 0, 1 },
};

static const struct host_option *find_option(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (strlen(options[i].name) == len && !strncmp(options[i].name, text, len))
			return &options[i];
	}
	return NULL;
}

/* One word of @len characters. */
static int parse_option(struct hosted_host *host, const char *word, size_t len, char *reason,
			size_t bytes)
{
	size_t name_len = strcspn(word, "=,");
	const struct host_option *o = find_option(word, name_len);
	const char *number = word + name_len + 1;
	unsigned long value;
	char *end;

	if (!o || word[name_len] != '=') {
		snprintf(
			reason, bytes,
			"'%.*s' is no option of target hosted: ipa=, lr=, pri=, qemu= and trap= are",
			(int)len, word);
		return -EINVAL;
	}
	value = strtoul(number, &end, 10);
	if (*number < '0' || *number > '9' || end != word + len || value < o->lo || value > o->hi) {
		snprintf(reason, bytes, "%s= takes a number from %u to %u, not '%.*s'", o->name,
			 o->lo, o->hi, (int)(word + len - number), number);
		return -EINVAL;
	}
	*(unsigned int *)(void *)((char *)host + o->member) = (unsigned int)value;
	return 0;
}

/* The name of the kernel, which comes first and may have commas.  Return: its length. */
static size_t name_length(const char *text)
{
	size_t len = 0;

	while (text[len]) {
		size_t word = strcspn(text + len + (len > 0), ",") + (len > 0);

		if (memchr(text + len, '=', word))
			break;
		len += word;
	}
	return len;
}

/**
 * hosted_config_parse() - which kernel, on what host
 * @c:      filled in
 * @text:   such as "6.12,lr=4"; empty for the defaults
 * @reason: receives what is wrong
 * @bytes:  of @reason
 *
 * Return: 0 or -EINVAL.
 */
int hosted_config_parse(struct hosted_config *c, const char *text, char *reason, size_t bytes)
{
	size_t len = name_length(text);
	int ret = 0;

	/* Like the machine that `vgicheck vm` starts. */
	*c = (struct hosted_config){
		.kernel = HOSTED_DEFAULT_KERNEL,
		.host = { .gic = 3, .nr_lr = 4, .pri_bits = 5, .max_ipa_bits = 40 },
	};
	if (len >= sizeof(c->kernel)) {
		snprintf(reason, bytes, "'%s' is too long for the name of a kernel", text);
		return -EINVAL;
	}
	if (len)
		snprintf(c->kernel, sizeof(c->kernel), "%.*s", (int)len, text);
	for (text += len + (len && text[len]); !ret && *text; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		ret = parse_option(&c->host, text, len, reason, bytes);
	}
	return ret;
}
