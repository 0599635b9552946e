/* SPDX-License-Identifier: Apache-2.0
 * Deliveries that may go on because of what was decided: the route is free, a bridge was built, a
 * place is free under a cap or a quota. They would be looked at in time anyway; this only makes it soon. */
#include "cycle.h"

enum { CAP_WAKES = 64 };

static void add_all(struct cycle *c, const struct str *ids, size_t count, enum decide_kind kind)
{
	struct decide_event event = {.kind = kind};
	for (size_t i = 0; i < count; i++)
		cycle_add(c, ids[i], &event);
}

int wake_collect(
        struct cycle *c, const struct wakes *w, struct cycle *after, struct err *e)
{
	struct pg *pg = c->s->pg;
	struct str *ids = NULL;
	size_t count = 0;
	int bad = 0;
	if (w->routes_count > 0) {
		struct str *tenants = arena_alloc(c->mem, w->routes_count * sizeof *tenants);
		struct str *routes = arena_alloc(c->mem, w->routes_count * sizeof *routes);
		for (size_t i = 0; i < w->routes_count; i++) {
			tenants[i] = w->routes[i].tenant;
			routes[i] = w->routes[i].route;
		}
		bad = state_db_route_waiting(
		        pg, tenants, routes, w->routes_count, c->mem, &ids, &count, e);
		if (bad == 0)
			add_all(after, ids, count, DECIDE_WAKE);
	}
	if (bad == 0 && w->bridge_tenants_count > 0) {
		bad = state_db_bridge_waiting(
		        pg, w->bridge_tenants, w->bridge_tenants_count, c->mem, &ids, &count, e);
		if (bad == 0)
			add_all(after, ids, count, DECIDE_WAKE);
	}
	if (bad == 0 && w->caps.tenants_count + w->caps.destinations_count > 0) {
		bad = task_db_cap_waiting(pg, &w->caps, CAP_WAKES, c->mem, &ids, &count, e);
		if (bad == 0)
			add_all(after, ids, count, DECIDE_DUE);
	}
	if (bad == 0 && w->quota_tenants.count > 0) {
		struct quota_texts waiting;
		bad = quota_db_waiting(pg, w->quota_tenants, CAP_WAKES, c->mem, &waiting, e);
		if (bad == 0)
			add_all(after, waiting.items, waiting.count, DECIDE_WAKE);
	}
	return bad;
}
