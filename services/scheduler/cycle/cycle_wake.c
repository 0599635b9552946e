/* SPDX-License-Identifier: Apache-2.0
 * Finds deliveries that can continue because of a decision: the route is free, a bridge was built,
 * a place is back, or a place is free under a cap or a quota. Each would look by itself in time.
 * This only makes it sooner, so a crash before it loses nothing. */
#include "cycle.h"

enum {
	PLACE_WAKES = 1024, /* the rest wake with the next upload that arrives */
	QUOTA_WAKES = 16
};

static void add_all(struct cycle *c, const struct str *ids, size_t count, enum decide_kind kind)
{
	struct decide_event event = {.kind = kind};
	for (size_t i = 0; i < count; i++)
		cycle_add(c, ids[i], &event);
}

static int wake_routes(struct cycle *c, const struct wakes *w, struct cycle *after, struct err *e)
{
	struct str *tenants = arena_alloc(c->mem, (w->routes_count + 1) * sizeof *tenants);
	struct str *routes = arena_alloc(c->mem, (w->routes_count + 1) * sizeof *routes);
	struct str *ids = NULL;
	size_t count = 0;
	for (size_t i = 0; i < w->routes_count; i++) {
		tenants[i] = w->routes[i].tenant;
		routes[i] = w->routes[i].route;
	}
	int act = state_db_route_waiting(
	        c->g->pg, tenants, routes, w->routes_count, c->mem, &ids, &count, e);
	if (act == 0)
		add_all(after, ids, count, DECIDE_WAKE);
	return act;
}

static int wake_bridges(struct cycle *c, const struct wakes *w, struct cycle *after, struct err *e)
{
	struct str *ids = NULL;
	size_t count = 0;
	int act = state_db_bridge_waiting(
	        c->g->pg, w->bridge_tenants, w->bridge_tenants_count, c->mem, &ids, &count, e);
	if (act == 0)
		add_all(after, ids, count, DECIDE_WAKE);
	return act;
}

static int wake_quotas(struct cycle *c, const struct wakes *w, struct cycle *after, struct err *e)
{
	struct quota_texts waiting;
	int act = quota_db_waiting(c->g->pg, w->quota_tenants, QUOTA_WAKES, c->mem, &waiting, e);
	if (act == 0)
		add_all(after, waiting.items, waiting.count, DECIDE_WAKE);
	return act;
}

/* Wakes all of them: the caps bound how many run at once. */
static int wake_places(struct cycle *c, const struct wakes *w, struct cycle *after, struct err *e)
{
	struct str *what = arena_alloc(c->mem, (w->places_count + 1) * sizeof *what);
	struct waiter *found = NULL;
	size_t count = 0;
	for (size_t i = 0; i < w->places_count; i++)
		what[i] = arena_printf(c->mem, "place:" STR_FMT, STR_ARG(w->places[i]));
	int act = place_db_load_waiting(
	        c->g->pg, what, w->places_count, PLACE_WAKES, c->mem, &found, &count, e);
	for (size_t i = 0; i < count && act == 0; i++)
		add_all(after, &found[i].delivery_id, 1, DECIDE_DUE);
	return act;
}

int cycle_wake(struct cycle *c, const struct wakes *w, struct cycle *after, struct err *e)
{
	int act = 0;
	if (w->routes_count > 0)
		act = wake_routes(c, w, after, e);
	if (act == 0 && w->bridge_tenants_count > 0)
		act = wake_bridges(c, w, after, e);
	if (act == 0 && w->quota_tenants.count > 0)
		act = wake_quotas(c, w, after, e);
	if (act == 0 && w->places_count > 0)
		act = wake_places(c, w, after, e);
	if (act == 0)
		add_all(after, w->deliveries, w->deliveries_count, DECIDE_DUE);
	return act;
}
