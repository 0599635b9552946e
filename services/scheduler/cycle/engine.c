/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

void engine_init(struct engine *g, const char *zoneinfo)
{
	*g = (struct engine){0};
	zones_init(&g->zones, zoneinfo);
	specs_init(&g->specs, &g->zones);
	arena_init(&g->attempt, ENGINE_ARENA_BYTES);
	arena_init(&g->rounds[0], ENGINE_ARENA_BYTES);
	arena_init(&g->rounds[1], ENGINE_ARENA_BYTES);
}

void engine_release(struct engine *g)
{
	arena_release(&g->attempt);
	arena_release(&g->rounds[0]);
	arena_release(&g->rounds[1]);
	specs_release(&g->specs);
	zones_release(&g->zones);
}

int engine_breathe(struct engine *g, struct err *e)
{
	if (!g->outlet.breathe || g->outlet.breathe(g->outlet.arg))
		return 0;
	return err_set(e, ERR_DEFER, "stopped", "not finished: another process continues");
}
