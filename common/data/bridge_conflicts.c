/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_conflicts.h"

#include <inttypes.h>
#include <stdio.h>

static size_t shown(const struct conflicts *c)
{
	return c->count < CONFLICTS_SHOWN ? (size_t)c->count : CONFLICTS_SHOWN;
}

static bool is_before(const struct conflict *a, const struct conflict *b)
{
	return a->row != b->row ? a->row < b->row : a->other < b->other;
}

void conflicts_note(struct conflicts *c, int64_t row, int64_t other)
{
	struct conflict found = {row < other ? row : other, row < other ? other : row};
	size_t n = shown(c), at = n;
	c->count++;
	if (n == CONFLICTS_SHOWN && !is_before(&found, &c->shown[--at]))
		return;
	for (; at > 0 && is_before(&found, &c->shown[at - 1]); at--)
		c->shown[at] = c->shown[at - 1];
	c->shown[at] = found;
}

int conflicts_check(const struct conflicts *c, bool one_to_one, struct err *e)
{
	char rows[CONFLICTS_SHOWN * 48] = "";
	size_t n = 0;
	if (c->count == 0)
		return 0;
	for (size_t i = 0; i < shown(c); i++)
		n += (size_t)snprintf(rows + n, sizeof(rows) - n, "%s%" PRId64 " and %" PRId64,
		        i > 0 ? ", " : "", c->shown[i].row, c->shown[i].other);
	return err_set(e, ERR_REJECT, CODE_BAD_BRIDGE,
	        "%" PRIu64 " rows contradict the cardinality %s, the first: rows %s "
	        "(counted through all objects). Correct the partner's file, or the cardinality of "
	        "the bridge",
	        c->count, one_to_one ? "1:1" : "n:1", rows);
}
