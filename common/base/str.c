/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/str.h"

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

bool str_has_prefix(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_has_suffix(struct str s, struct str suffix)
{
	if (suffix.n == 0)
		return true;
	return s.n >= suffix.n && memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0;
}

ptrdiff_t str_find(struct str s, char c, size_t from)
{
	if (from >= s.n)
		return -1;
	const char *at = memchr(s.p + from, c, s.n - from);
	return at ? at - s.p : -1;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}

bool str_to_i64(struct str s, int64_t *out)
{
	bool is_negative = s.n > 0 && s.p[0] == '-';
	size_t i = is_negative ? 1 : 0;
	if (i == s.n)
		return false;
	/* Counts downwards, because the magnitude of INT64_MIN does not fit into an int64_t. */
	int64_t value = 0;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		int digit = s.p[i] - '0';
		if (__builtin_mul_overflow(value, 10, &value) ||
		        __builtin_sub_overflow(value, digit, &value))
			return false;
	}
	if (!is_negative && value == INT64_MIN)
		return false;
	*out = is_negative ? value : -value;
	return true;
}

size_t str_utf8_length(struct str s)
{
	unsigned char c[4] = {0};
	if (s.n == 0)
		return 0;
	memcpy(c, s.p, s.n < sizeof c ? s.n : sizeof c);
	if (c[0] < 0x80)
		return 1;
	size_t n = 0;
	if (c[0] >= 0xc2 && c[0] <= 0xdf)
		n = 2;
	else if ((c[0] & 0xf0) == 0xe0)
		n = 3;
	else if (c[0] >= 0xf0 && c[0] <= 0xf4)
		n = 4;
	/* Bytes past the end are zero here, and zero is not a continuation byte. */
	for (size_t i = 1; i < n; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	bool is_overlong = (c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xf0 && c[1] < 0x90);
	bool is_no_character = (c[0] == 0xed && c[1] > 0x9f) || (c[0] == 0xf4 && c[1] > 0x8f);
	return is_overlong || is_no_character ? 0 : n;
}

size_t str_plain_length(struct str s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	size_t at = 0;
	for (uint64_t w; s.n - at >= sizeof w; at += sizeof w) {
		memcpy(&w, s.p + at, sizeof w);
		/* A high bit here means a byte above 0x7f, a byte below 0x20 (the subtraction
		 * borrowed) or a byte equal to 0x7f (the xor made it zero). */
		if (((w | (w - ones * 0x20) | ((w ^ ones * 0x7f) - ones)) & high) != 0)
			break;
	}
	return at;
}

bool str_is_utf8(struct str s)
{
	size_t plain = str_plain_length(s);
	s = plain > 0 ? (struct str){s.p + plain, s.n - plain} : s;
	while (s.n > 0) {
		size_t n = str_utf8_length(s);
		if (n == 0)
			return false;
		s.p += n;
		s.n -= n;
	}
	return true;
}
