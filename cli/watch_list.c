/* SPDX-License-Identifier: Apache-2.0
 * Versions only grow: an older snapshot is never shown. */
#include "watch.h"

#include <stdlib.h>

enum { KEPT_MOST = 5000, SNAPSHOT_BYTES = 32 * 1024 * 1024 };

static void copy(struct watched *w, const struct snapshot *s)
{
	arena_reset(&w->mem);
	w->s = *s;
	struct str *const texts[] = {&w->s.kind, &w->s.delivery_id, &w->s.tenant, &w->s.route,
	        &w->s.audience, &w->s.destination, &w->s.mode, &w->s.state, &w->s.reason,
	        &w->s.detail, &w->s.requested_by, &w->s.approved_by, &w->s.bridge_version,
	        &w->s.books};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = arena_str(&w->mem, *texts[i]);
}

static void unlink_entry(struct watch_list *l, struct watched *w)
{
	*(w->newer ? &w->newer->older : &l->newest) = w->older;
	*(w->older ? &w->older->newer : &l->oldest) = w->newer;
	l->count--;
	arena_release(&w->mem);
	free(w);
}

void watch_list_release(struct watch_list *l)
{
	while (l->newest)
		unlink_entry(l, l->newest);
}

static bool fits(const struct watch_filter *f, const struct snapshot *s)
{
	return (!f->delivery_id.p || str_eq(f->delivery_id, s->delivery_id)) &&
	       (!f->route.p || str_eq(f->route, s->route)) &&
	       (!f->tenant.p || str_eq(f->tenant, s->tenant));
}

/* The oldest that is over makes room. */
static void make_room(struct watch_list *l)
{
	struct watched *w = l->oldest;
	while (l->count >= KEPT_MOST && w) {
		struct watched *newer = w->newer;
		if (cli_is_final(w->s.state))
			unlink_entry(l, w);
		w = newer;
	}
}

static struct watched *add(struct watch_list *l, const struct snapshot *s)
{
	make_room(l);
	struct watched *w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	arena_init(&w->mem, SNAPSHOT_BYTES);
	struct watched *older = l->newest;
	while (older && older->s.created_ms > s->created_ms)
		older = older->older;
	w->older = older;
	w->newer = older ? older->newer : l->oldest;
	*(w->newer ? &w->newer->older : &l->newest) = w;
	*(older ? &older->newer : &l->oldest) = w;
	l->count++;
	return w;
}

const struct watched *watch_list_take(struct watch_list *l, const struct snapshot *s)
{
	if (!fits(&l->filter, s))
		return NULL;
	struct watched *w = l->newest;
	while (w && !str_eq(w->s.delivery_id, s->delivery_id))
		w = w->older;
	if (w && (s->version <= w->s.version || cli_is_final(w->s.state)))
		return NULL;
	bool is_old_news = cli_is_final(s->state) && s->changed_ms < l->filter.since_ms &&
	                   !l->filter.delivery_id.p;
	if (!w && is_old_news && l->is_live)
		return NULL;
	if (!w) {
		w = add(l, s);
		w->counts = !is_old_news;
	}
	copy(w, s);
	return w;
}

static bool is_over(const struct watch_list *l, const struct snapshot *s)
{
	bool is_held = str_eq(s->state, STR("held")) && !str_eq(s->reason, STR("overlap"));
	return cli_is_final(s->state) || (l->until == UNTIL_HELD && is_held);
}

bool watch_list_is_over(const struct watch_list *l, int *out_code)
{
	int code = EXIT_DONE;
	size_t counted = 0;
	if (l->until == UNTIL_NEVER)
		return false;
	for (const struct watched *w = l->newest; w; w = w->older) {
		if (!w->counts)
			continue;
		if (!is_over(l, &w->s))
			return false;
		int one = cli_code_of(w->s.state);
		if (one == EXIT_FAILED || code == EXIT_DONE)
			code = one;
		counted++;
	}
	if (counted > 0)
		*out_code = code;
	return counted > 0;
}
