/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/chars.h"

size_t char_first(struct str s, uint32_t *out)
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

bool char_is_blank(uint32_t c)
{
	return is_white_space(c) || is_invisible(c);
}

struct fold {
	uint32_t first, last;
	int32_t add;
	bool is_every_other; /* capitals alternate with their small letters */
};

static const struct fold folds[] = {
        {'A', 'Z', 32, false},
        {0xc0, 0xd6, 32, false},
        {0xd8, 0xde, 32, false},
        {0x100, 0x12e, 1, true},
        {0x130, 0x130, 'i' - 0x130, false},
        {0x132, 0x136, 1, true},
        {0x139, 0x147, 1, true},
        {0x14a, 0x176, 1, true},
        {0x178, 0x178, 0xff - 0x178, false},
        {0x179, 0x17d, 1, true},
        {0x17f, 0x17f, 's' - 0x17f, false},
        {0x1cd, 0x1db, 1, true},
        {0x1de, 0x1ee, 1, true},
        {0x1f8, 0x21e, 1, true},
        {0x222, 0x232, 1, true},
        {0x386, 0x386, 38, false},
        {0x388, 0x38a, 37, false},
        {0x38c, 0x38c, 64, false},
        {0x38e, 0x38f, 63, false},
        {0x391, 0x3a1, 32, false},
        {0x3a3, 0x3ab, 32, false},
        {0x3c2, 0x3c2, 1, false}, /* final sigma */
        {0x400, 0x40f, 80, false},
        {0x410, 0x42f, 32, false},
        {0x460, 0x480, 1, true},
        {0x48a, 0x4be, 1, true},
        {0x4c1, 0x4cd, 1, true},
        {0x4d0, 0x52e, 1, true},
        {0x531, 0x556, 48, false},
        {0x1e00, 0x1e94, 1, true},
        {0x1e9e, 0x1e9e, 0xdf - 0x1e9e, false},
        {0x1ea0, 0x1efe, 1, true},
};

uint32_t char_fold(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e) /* fullwidth forms */
		c -= 0xff01 - 0x21;
	for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
		const struct fold *f = &folds[i];
		if (c < f->first || c > f->last)
			continue;
		return f->is_every_other && (c - f->first) % 2 ? c
		                                               : (uint32_t)((int32_t)c + f->add);
	}
	return c;
}

/* Returns the next non-blank character, folded, or 0 at the end. Each byte of invalid UTF-8 counts
 * as one character. */
static uint32_t next(struct str *s)
{
	while (s->n > 0) {
		uint32_t c = 0;
		size_t n = char_first(*s, &c);
		bool is_text = n > 0;
		if (!is_text) {
			n = 1;
			c = 0x110000 + (unsigned char)s->p[0]; /* outside Unicode */
		}
		*s = str_bytes(s->p + n, s->n - n);
		if (!is_text || !char_is_blank(c))
			return is_text ? char_fold(c) : c;
	}
	return 0;
}

bool person_is_same(struct str a, struct str b)
{
	for (;;) {
		uint32_t of_a = next(&a), of_b = next(&b);
		if (of_a != of_b)
			return false;
		if (of_a == 0)
			return true;
	}
}

bool person_is_nobody(struct str name)
{
	return next(&name) == 0;
}
