/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/hex.h"

static const char digits[] = "0123456789abcdef";

void hex_encode(const void *bytes, size_t n, char *out)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

/* Returns -1 if c is not a hex digit. */
static int value_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(struct str hex, void *out, size_t out_bytes)
{
	if (hex.n % 2 != 0 || hex.n / 2 != out_bytes)
		return false;
	/* Checks every digit before it writes the first byte: the output is untouched on
	 * failure. */
	for (size_t i = 0; i < hex.n; i++)
		if (value_of(hex.p[i]) < 0)
			return false;
	unsigned char *p = out;
	for (size_t i = 0; i < out_bytes; i++)
		p[i] = (unsigned char)(value_of(hex.p[2 * i]) * 16 + value_of(hex.p[2 * i + 1]));
	return true;
}
