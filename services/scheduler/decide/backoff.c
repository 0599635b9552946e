/* SPDX-License-Identifier: Apache-2.0 */
#include "backoff.h"

/* splitmix64's finaliser over the id's bytes and the number: spreads well, and gives the same
 * result every time. */
static uint64_t spread(struct str id, int32_t number)
{
	uint64_t x = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(uint32_t)number;
	for (size_t i = 0; i < id.n; i++) {
		x ^= (unsigned char)id.p[i];
		x ^= x >> 30;
		x *= UINT64_C(0xbf58476d1ce4e5b9);
		x ^= x >> 27;
		x *= UINT64_C(0x94d049bb133111eb);
		x ^= x >> 31;
	}
	return x;
}

int64_t backoff_ms(struct str id, int32_t spent, int64_t first_ms, int64_t most_ms)
{
	int64_t pause = first_ms < most_ms ? first_ms : most_ms;
	for (int32_t i = 1; i < spent && pause < most_ms; i++)
		pause = pause > most_ms / 2 ? most_ms : pause * 2;
	int64_t half = pause / 2;
	return half + (int64_t)(spread(id, spent) % (uint64_t)(pause - half + 1));
}
