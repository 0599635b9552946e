/* SPDX-License-Identifier: Apache-2.0
 *
 * MurmurHash2, 32 bits, with the seed and the sign handling of Kafka's Java client.
 */
#include "longshore/bus.h"

static uint32_t murmur2(const unsigned char *p, size_t n)
{
	const uint32_t m = 0x5bd1e995;
	uint32_t h = 0x9747b28cU ^ (uint32_t)n;
	for (; n >= 4; p += 4, n -= 4) {
		uint32_t k = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
		             (uint32_t)p[3] << 24;
		k *= m;
		k ^= k >> 24;
		k *= m;
		h *= m;
		h ^= k;
	}
	if (n >= 3)
		h ^= (uint32_t)p[2] << 16;
	if (n >= 2)
		h ^= (uint32_t)p[1] << 8;
	if (n >= 1) {
		h ^= p[0];
		h *= m;
	}
	h ^= h >> 13;
	h *= m;
	return h ^ h >> 15;
}

int32_t bus_partition_of(struct str key, int32_t partitions)
{
	uint32_t h = murmur2((const unsigned char *)key.p, key.n);
	return (int32_t)((h & 0x7fffffffU) % (uint32_t)partitions);
}
