// SPDX-License-Identifier: GPL-2.0-only
/*
 * A result file that is complete after every record, and UTF-8 validation.
 *
 * After each record the footer that closes the document is written and the
 * position moves back in front of it, so the next record overwrites it. A
 * harness that is killed leaves a document which parses. A pipe cannot move
 * back: there the footer is written only by stream_close().
 */
#include "lib/tap/stream.h"

#include <errno.h>

static void stream_fail(struct stream *s, int error)
{
	if (!s->error)
		s->error = error;
}

/**
 * stream_open() - create or truncate a result file
 * @s:    filled in
 * @path: file name
 *
 * Return: 0 or a negative errno; on error there is nothing to close.
 */
int stream_open(struct stream *s, const char *path)
{
	*s = (struct stream){ 0 };
	s->f = fopen(path, "we");
	if (!s->f)
		return -errno;
	s->seekable = ftello(s->f) >= 0;
	return 0;
}

static void stream_flush(struct stream *s)
{
	if (fflush(s->f))
		stream_fail(s, -errno);
	if (ferror(s->f))
		stream_fail(s, -EIO);
}

/**
 * stream_commit() - make the records so far a complete document on disk
 * @s:      an open stream
 * @footer: text that closes the document; the next record overwrites it
 *
 * A failure is remembered and returned by stream_close().
 */
void stream_commit(struct stream *s, const char *footer)
{
	off_t record_end = 0;

	if (s->seekable) {
		record_end = ftello(s->f);
		(void)fputs(footer, s->f);
	}
	stream_flush(s);
	if (s->seekable && fseeko(s->f, record_end, SEEK_SET))
		stream_fail(s, -errno);
}

/**
 * stream_close() - write the last text of the document and close the file
 * @s:      an open stream
 * @footer: text that closes the document, at least as long as the footer of
 *          the last stream_commit()
 *
 * Return: 0, or the negative errno of the first write that failed.
 */
int stream_close(struct stream *s, const char *footer)
{
	(void)fputs(footer, s->f);
	stream_flush(s);
	if (fclose(s->f))
		stream_fail(s, -errno);
	s->f = NULL;
	return s->error;
}

/**
 * utf8_bytes() - length of the UTF-8 sequence at the start of a string
 * @text: NUL-terminated bytes
 *
 * Overlong forms, surrogates and code points above U+10FFFF are invalid.
 *
 * Return: 1 to 4, or 0 if @text is empty or does not begin with valid UTF-8.
 */
unsigned int utf8_bytes(const char *text)
{
	const u8 *s = (const u8 *)text;
	u8 low = 0x80; /* the second byte's range */
	u8 high = 0xbf;
	unsigned int bytes;
	unsigned int i;

	if (s[0] < 0x80)
		return s[0] ? 1 : 0;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	bytes = 2U + (s[0] >= 0xe0) + (s[0] >= 0xf0);
	switch (s[0]) {
	case 0xe0: /* below U+0800: overlong */
		low = 0xa0;
		break;
	case 0xed: /* U+D800 and above: surrogates */
		high = 0x9f;
		break;
	case 0xf0: /* below U+10000: overlong */
		low = 0x90;
		break;
	case 0xf4: /* above U+10FFFF */
		high = 0x8f;
		break;
	default: /* any continuation byte */
		break;
	}
	if (s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < bytes; i++) {
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	}
	return bytes;
}
