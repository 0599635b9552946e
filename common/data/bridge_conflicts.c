/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_conflicts.h"

#include <inttypes.h>
#include <stdio.h>

static size_t kept(const struct conflicts *c)
{
	return c->count < CONFLICT_ROWS ? (size_t)c->count : CONFLICT_ROWS;
}

void conflicts_note(struct conflicts *c, int64_t row)
{
	size_t n = kept(c), at = n;
	c->count++;
	if (n == CONFLICT_ROWS && row > c->rows[--at])
		return;
	for (; at > 0 && c->rows[at - 1] > row; at--)
		c->rows[at] = c->rows[at - 1];
	c->rows[at] = row;
}

int conflicts_check(const struct conflicts *c, bool one_to_one, struct err *e)
{
	char rows[CONFLICT_ROWS * 24] = "";
	size_t n = 0;
	if (c->count == 0)
		return 0;
	for (size_t i = 0; i < kept(c); i++)
		n += (size_t)snprintf(
		        rows + n, sizeof(rows) - n, "%s%" PRId64, i > 0 ? ", " : "", c->rows[i]);
	return err_set(e, ERR_REJECT, "bad_bridge",
	        "%" PRIu64 " rows contradict the cardinality %s, the first: rows %s "
	        "(counted through all objects). Correct the partner's file, or the cardinality of "
	        "the bridge",
	        c->count, one_to_one ? "1:1" : "n:1", rows);
}
