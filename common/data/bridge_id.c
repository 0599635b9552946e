/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/bridge.h"

#include "longshore/chars.h"

/* Control characters: C0, DEL and C1. U+0085 is both a control character and a blank. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

static bool is_blank(uint32_t c)
{
	return char_is_blank(c);
}

static size_t last_character(struct str s, uint32_t *out)
{
	for (size_t n = 1; n <= 4 && n <= s.n; n++) {
		struct str end = str_bytes(s.p + (s.n - n), n);
		if (((unsigned char)end.p[0] & 0xc0) != 0x80)
			return char_first(end, out) == n ? n : 0;
	}
	return 0;
}

struct str bridge_id_canonical(struct str text)
{
	uint32_t c = 0;
	size_t n;
	while ((n = last_character(text, &c)) > 0 && is_blank(c))
		text.n -= n;
	while ((n = char_first(text, &c)) > 0 && is_blank(c))
		text = str_bytes(text.p + n, text.n - n);
	return text;
}

/* Inside an id, plain spaces are allowed and other blanks are not, because two ids that look the
 * same must be the same. */
bool bridge_id_is_valid(struct str id)
{
	id = bridge_id_canonical(id);
	if (id.n == 0 || id.n > BRIDGE_ID_MAX)
		return false;
	for (size_t i = str_plain_length(id), n; i < id.n; i += n) {
		uint32_t c = 0;
		n = char_first(str_bytes(id.p + i, id.n - i), &c);
		if (n == 0 || is_control(c) || (is_blank(c) && c != ' '))
			return false;
	}
	return true;
}
