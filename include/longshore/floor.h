/* SPDX-License-Identifier: Apache-2.0
 *
 * The installation's floor: no delivery receives a selection of fewer people, whatever documents
 * and people say. The scheduler's gate and the bridge-worker's combine each follow their own
 * setting. */
#ifndef LONGSHORE_FLOOR_H
#define LONGSHORE_FLOOR_H

#include <stdbool.h>
#include <stdint.h>

/* An entry of a settings table (longshore/conf.h); `at` is the offset of an int64_t. */
#define FLOOR_SETTING(at) \
	{ \
		"LONGSHORE_MIN_AUDIENCE", CONF_INT, at, "25", 0, INT64_C(1000000000), "people", \
		        false, \
		        "no delivery has fewer people, whatever documents and approvals say; " \
		        "documents only raise it. The same for scheduler and bridge-worker" \
	}

/* The size of a selection in people: its persons or its primary ids, whichever are fewer. */
static inline int64_t floor_size(int64_t persons, int64_t primary_ids)
{
	return persons < primary_ids ? persons : primary_ids;
}

/* An empty selection reveals nobody. The gate's other guards handle it. */
static inline bool floor_forbids(int64_t floor, int64_t size)
{
	return size > 0 && size < floor;
}

#endif
