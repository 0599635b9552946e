/* SPDX-License-Identifier: Apache-2.0 */
#include "plain.h"

#include "longshore/chars.h"

#include <stdio.h>
#include <string.h>

static bool is_hidden(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {{0x00, 0x1f}, {0x7f, 0x9f}, /* C0, DEL, C1 */
	        {0xad, 0xad}, {0x34f, 0x34f},     /* soft hyphen, grapheme joiner */
	        {0x61c, 0x61c},
	        {0x180b, 0x180f}, /* Arabic mark; Mongolian selectors and vowel separator */
	        {0x200b, 0x200f}, /* zero width, and direction marks */
	        {0x2028, 0x202e}, /* line and paragraph, embeddings and overrides */
	        {0x2060, 0x206f}, /* joiner, invisible operators, isolates */
	        {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}};
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	}
	return c >= 0xe0000 && c <= 0xe0fff; /* tags, and more selectors */
}

/* Escapes as JSON does, so an escaped document is still the same document. Characters above U+FFFF
 * become two escapes. */
static size_t put_escape(char *out, uint32_t c)
{
	char text[2 * PLAIN_GROWS + 1];
	int n = c < 0x10000 ? snprintf(text, sizeof(text), "\\u%04x", (unsigned)c)
	                    : snprintf(text, sizeof(text), "\\u%04x\\u%04x",
	                              (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
	                              (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
	memcpy(out, text, (size_t)n);
	return (size_t)n;
}

size_t plain_escape(struct str text, bool keeps_lines, char *out)
{
	size_t n = 0;
	for (size_t at = 0; at < text.n;) {
		uint32_t c = 0;
		size_t bytes = char_first(str_bytes(text.p + at, text.n - at), &c);
		if (bytes == 0) {
			char escaped[8];
			(void)snprintf(
			        escaped, sizeof(escaped), "\\x%02x", (unsigned char)text.p[at]);
			memcpy(out + n, escaped, 4);
			n += 4;
			at++;
			continue;
		}
		if (c == '\n' || c == '\t') {
			out[n++] = keeps_lines ? (char)c : ' ';
		} else if (is_hidden(c)) {
			n += put_escape(out + n, c);
		} else {
			memcpy(out + n, text.p + at, bytes);
			n += bytes;
		}
		at += bytes;
	}
	return n;
}
