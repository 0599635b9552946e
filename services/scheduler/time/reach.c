/* SPDX-License-Identifier: Apache-2.0 */
#include "reach.h"

int64_t reach_back_ms(const struct reach *reach, int64_t mono_ms, int64_t late_ms)
{
	if (!reach->has_seen_all || mono_ms - reach->whole_ms >= REACH_ALL_EVERY_MS)
		return REACH_ALL_MS;
	return mono_ms - reach->all_ms + late_ms;
}

void reach_saw_all(struct reach *reach, int64_t mono_ms, int64_t back_ms)
{
	if (back_ms == REACH_ALL_MS)
		reach->whole_ms = mono_ms;
	reach->has_seen_all = true;
	reach->all_ms = mono_ms;
}
