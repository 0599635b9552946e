/* SPDX-License-Identifier: Apache-2.0
 * Rows that contradict a bridge's cardinality: how many, and the first of them. */
#ifndef LONGSHORE_DATA_BRIDGE_CONFLICTS_H
#define LONGSHORE_DATA_BRIDGE_CONFLICTS_H

#include "longshore/err.h"

#include <stdbool.h>

enum { CONFLICT_ROWS = 5 };

struct conflicts {
	uint64_t count;
	int64_t rows[CONFLICT_ROWS]; /* the lowest, in order */
};

void conflicts_note(struct conflicts *c, int64_t row);
/* 0 if there are none, else ERR_REJECT ("bad_bridge"). */
int conflicts_check(const struct conflicts *c, bool one_to_one, struct err *e) ERR_MUST_USE;

#endif
