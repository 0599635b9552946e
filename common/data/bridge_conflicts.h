/* SPDX-License-Identifier: Apache-2.0
 *
 * Pairs of rows that contradict a bridge's cardinality: how many, and the first of them.
 */
#ifndef LONGSHORE_DATA_BRIDGE_CONFLICTS_H
#define LONGSHORE_DATA_BRIDGE_CONFLICTS_H

#include "longshore/err.h"

#include <stdbool.h>

enum { CONFLICTS_SHOWN = 5 };

struct conflict {
	int64_t row, other; /* row < other */
};

struct conflicts {
	uint64_t count;
	struct conflict shown[CONFLICTS_SHOWN]; /* those with the lowest row numbers, in order */
};

/* Records both rows, because we cannot know which of them is wrong. */
void conflicts_note(struct conflicts *c, int64_t row, int64_t other);
/* Returns 0 if there are none, otherwise ERR_REJECT ("bad_bridge"). */
int conflicts_check(const struct conflicts *c, bool one_to_one, struct err *e) ERR_MUST_USE;

#endif
