// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results of a run as one JSON document (--json).
 *
 *     {
 *     "run": {"seed": "0x1f2e", "kernel": "6.12.9"},
 *     "results": [
 *     {"n": 1, "name": "a/b", "status": "fail", "reason": "", "diag": "", "ns": 5}
 *     ],
 *     "totals": {"pass": 0, "fail": 1, ...}
 *     }
 *
 * One result a line. The file is a complete document after every result, but
 * "totals" is there only if the run came to its end. Values of "run" are text.
 */
#include "lib/tap/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "lib/tap/stream.h"

#define JSON_FOOTER "\n]\n}\n"

struct json {
	struct stream s;
	unsigned int nr;
	unsigned int counts[TAP_NR_STATUS];
};

/* Prints one character that may be stored in a JSON string as it is or escaped. */
static void json_put_char(FILE *f, char c)
{
	switch (c) {
	case '"':
	case '\\':
		(void)fprintf(f, "\\%c", c);
		break;
	case '\n':
		(void)fputs("\\n", f);
		break;
	case '\t':
		(void)fputs("\\t", f);
		break;
	default: /* any other byte */
		if ((u8)c < 0x20)
			(void)fprintf(f, "\\u%04x", (u8)c);
		else
			(void)fputc(c, f);
		break;
	}
}

/* Prints @text as a JSON string; each byte that is not UTF-8 becomes U+FFFD. */
static void json_put_string(FILE *f, const char *text)
{
	unsigned int bytes;

	(void)fputc('"', f);
	while (*text) {
		bytes = utf8_bytes(text);
		if (!bytes) {
			(void)fputs("\\ufffd", f);
			text++;
		}
		while (bytes--)
			json_put_char(f, *text++);
	}
	(void)fputc('"', f);
}

static void json_put_member(FILE *f, const char *key, const char *text)
{
	json_put_string(f, key);
	(void)fputs(": ", f);
	json_put_string(f, text ? text : "");
}

/**
 * json_open() - create a JSON file
 * @out:     set to the writer, to be released by json_close()
 * @path:    file name; an existing file is replaced
 * @meta:    facts about the run; keys are distinct
 * @nr_meta: number of rows of @meta
 *
 * Return: 0 or a negative errno.
 */
int json_open(struct json **out, const char *path, const struct tap_meta *meta,
	      unsigned int nr_meta)
{
	struct json *j = calloc(1, sizeof(*j));
	unsigned int i;
	int err;

	if (!j)
		return -ENOMEM;
	err = stream_open(&j->s, path);
	if (err) {
		free(j);
		return err;
	}
	(void)fputs("{\n\"run\": {", j->s.f);
	for (i = 0; i < nr_meta; i++) {
		(void)fputs(i ? ", " : "", j->s.f);
		json_put_member(j->s.f, meta[i].key, meta[i].value);
	}
	(void)fputs("},\n\"results\": [", j->s.f);
	stream_commit(&j->s, JSON_FOOTER);
	*out = j;
	return 0;
}

/**
 * json_report() - append one result
 * @j: writer, or NULL to do nothing
 * @r: the result
 *
 * A write error is returned by json_close().
 */
void json_report(struct json *j, const struct tap_result *r)
{
	FILE *f;

	if (!j)
		return;
	f = j->s.f;
	(void)fprintf(f, "%s\n{\"n\": %u, ", j->nr ? "," : "", j->nr + 1);
	json_put_member(f, "name", r->name);
	(void)fputs(", ", f);
	json_put_member(f, "status", tap_status_name(r->status));
	(void)fputs(", ", f);
	json_put_member(f, "reason", r->reason);
	(void)fputs(", ", f);
	json_put_member(f, "diag", r->diag);
	(void)fprintf(f, ", \"ns\": %" PRIu64 "}", r->ns);
	j->nr++;
	j->counts[r->status]++;
	stream_commit(&j->s, JSON_FOOTER);
}

/**
 * json_close() - write the totals and close the file
 * @j: writer, or NULL to do nothing
 *
 * Return: 0, or the negative errno of the first write that failed.
 */
int json_close(struct json *j)
{
	unsigned int i;
	int err;

	if (!j)
		return 0;
	(void)fputs("\n],\n\"totals\": {", j->s.f);
	for (i = 0; i < TAP_NR_STATUS; i++)
		(void)fprintf(j->s.f, "%s\"%s\": %u", i ? ", " : "",
			      tap_status_name((enum tap_status)i), j->counts[i]);
	err = stream_close(&j->s, "}\n}\n");
	free(j);
	return err;
}
