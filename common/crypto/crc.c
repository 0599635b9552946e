/* SPDX-License-Identifier: Apache-2.0
 *
 * Uses the processor's CRC-32C instruction if it has one. Otherwise slicing by 8: eight tables, eight bytes per
 * step.
 */
#include "longshore/crc.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

enum { SLICES = 8, VALUES = 256 };
#define CASTAGNOLI 0x82f63b78U /* bit-reflected polynomial */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint32_t table[SLICES][VALUES];

static void make_table(void)
{
	for (uint32_t v = 0; v < VALUES; v++) {
		uint32_t crc = v;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? CASTAGNOLI : 0);
		table[0][v] = crc;
	}
	for (uint32_t v = 0; v < VALUES; v++)
		for (int s = 1; s < SLICES; s++)
			table[s][v] = table[s - 1][v] >> 8 ^ table[0][table[s - 1][v] & 0xff];
}

static uint32_t little_endian(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t by_tables(uint32_t crc, const unsigned char *b, size_t n)
{
	(void)pthread_once(&once, make_table); /* cannot fail with a valid pthread_once_t */
	for (; n >= SLICES; n -= SLICES, b += SLICES) {
		uint32_t lo = little_endian(b) ^ crc;
		uint32_t hi = little_endian(b + 4);
		crc = table[7][lo & 0xff] ^ table[6][lo >> 8 & 0xff] ^ table[5][lo >> 16 & 0xff] ^
		      table[4][lo >> 24] ^ table[3][hi & 0xff] ^ table[2][hi >> 8 & 0xff] ^
		      table[1][hi >> 16 & 0xff] ^ table[0][hi >> 24];
	}
	for (; n > 0; n--, b++)
		crc = crc >> 8 ^ table[0][(crc ^ *b) & 0xff];
	return crc;
}

#if defined(__x86_64__)
static bool has_instruction(void)
{
	return __builtin_cpu_supports("sse4.2") != 0;
}

__attribute__((target("sse4.2"))) static uint32_t by_instruction(
        uint32_t crc, const unsigned char *b, size_t n)
{
	uint64_t wide = crc;
	for (; n >= sizeof wide; n -= sizeof wide, b += sizeof wide) {
		uint64_t word;
		memcpy(&word, b, sizeof word);
		wide = __builtin_ia32_crc32di(wide, word);
	}
	crc = (uint32_t)wide;
	for (; n > 0; n--, b++)
		crc = __builtin_ia32_crc32qi(crc, *b);
	return crc;
}
#else
static bool has_instruction(void)
{
	return false;
}

static uint32_t by_instruction(uint32_t crc, const unsigned char *b, size_t n)
{
	return by_tables(crc, b, n);
}
#endif

uint32_t crc32c_by_tables(uint32_t crc, const void *p, size_t n)
{
	return ~by_tables(~crc, p, n);
}

uint32_t crc32c(uint32_t crc, const void *p, size_t n)
{
	return has_instruction() ? ~by_instruction(~crc, p, n) : crc32c_by_tables(crc, p, n);
}
