/* SPDX-License-Identifier: Apache-2.0
 *
 * The blanks are the characters with the property White_Space of the Unicode Character Database, and
 * the invisible ones that exports leave beside a value: joiners, direction marks, soft hyphens and
 * byte order marks.
 */
#include "longshore/bridge.h"

/* Control characters: C0, DEL and C1. U+0085 is both a control character and a blank. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

static bool is_invisible(uint32_t c)
{
	return c == 0xad || c == 0x34f || c == 0x61c || c == 0x180e ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static bool is_white_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

static bool is_blank(uint32_t c)
{
	return is_white_space(c) || is_invisible(c);
}

/* The character that s begins with, and its bytes; 0 bytes where that is not UTF-8. */
static size_t first_character(struct str s, uint32_t *out)
{
	static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	size_t n = str_utf8_length(s);
	if (n == 0)
		return 0;
	uint32_t c = (unsigned char)s.p[0] & masks[n];
	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s.p[i] & 0x3f);
	*out = c;
	return n;
}

static size_t last_character(struct str s, uint32_t *out)
{
	for (size_t n = 1; n <= 4 && n <= s.n; n++) {
		struct str end = str_bytes(s.p + (s.n - n), n);
		if (((unsigned char)end.p[0] & 0xc0) != 0x80)
			return first_character(end, out) == n ? n : 0;
	}
	return 0;
}

struct str bridge_id_canonical(struct str text)
{
	uint32_t c = 0;
	size_t n;
	while ((n = last_character(text, &c)) > 0 && is_blank(c))
		text.n -= n;
	while ((n = first_character(text, &c)) > 0 && is_blank(c))
		text = str_bytes(text.p + n, text.n - n);
	return text;
}

/* Between its first and last character an id may hold plain spaces, and no other blank: two ids that
 * look the same must be the same. */
bool bridge_id_is_valid(struct str id)
{
	id = bridge_id_canonical(id);
	if (id.n == 0 || id.n > BRIDGE_ID_MAX)
		return false;
	for (size_t i = str_plain_length(id), n; i < id.n; i += n) {
		uint32_t c = 0;
		n = first_character(str_bytes(id.p + i, id.n - i), &c);
		if (n == 0 || is_control(c) || (is_blank(c) && c != ' '))
			return false;
	}
	return true;
}
