/* SPDX-License-Identifier: Apache-2.0
 * Versions only increase, so an older snapshot is never shown. */
#include "watch.h"

#include "longshore/holds.h"
#include "longshore/states.h"

#include <stdlib.h>

enum { KEPT_MAX = 5000, SNAPSHOT_BYTES = 32 * 1024 * 1024 };

static void copy(struct watched *w, const struct snapshot *s)
{
	arena_reset(&w->mem);
	w->s = *s;
	struct str *const texts[] = {&w->s.kind, &w->s.delivery_id, &w->s.tenant, &w->s.route,
	        &w->s.audience, &w->s.destination, &w->s.mode, &w->s.state, &w->s.reason,
	        &w->s.detail, &w->s.requested_by, &w->s.approved_by, &w->s.bridge_version,
	        &w->s.content_hash, &w->s.books};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = arena_str(&w->mem, *texts[i]);
}

static void drop(struct watched *w)
{
	arena_release(&w->mem);
	free(w);
}

void watch_list_release(struct watch_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		drop(l->items[i]);
	free((void *)l->items);
	l->items = NULL;
	l->count = l->room = 0;
}

static bool fits(const struct watch_filter *f, const struct snapshot *s)
{
	return (!f->delivery_id.p || str_eq(f->delivery_id, s->delivery_id)) &&
	       (!f->route.p || str_eq(f->route, s->route)) &&
	       (!f->tenant.p || str_eq(f->tenant, s->tenant));
}

/* The oldest finished delivery makes room. */
static void forget_one(struct watch_list *l)
{
	size_t i = l->count;
	while (i > 0 && !cli_is_final(l->items[i - 1]->s.state))
		i--;
	if (i == 0)
		return;
	drop(l->items[i - 1]);
	memmove((void *)(l->items + i - 1), (const void *)(l->items + i),
	        (l->count - i) * sizeof(struct watched *));
	l->count--;
}

static void make_room(struct watch_list *l)
{
	if (l->count >= KEPT_MAX)
		forget_one(l);
	if (l->count < l->room)
		return;
	size_t room = l->room ? 2 * l->room : 64;
	struct watched **wider = realloc((void *)l->items, room * sizeof(struct watched *));
	if (!wider)
		abort();
	l->items = wider;
	l->room = room;
}

static struct watched *add(struct watch_list *l, const struct snapshot *s)
{
	make_room(l);
	struct watched *w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	arena_init(&w->mem, SNAPSHOT_BYTES);
	size_t at = 0;
	while (at < l->count && l->items[at]->s.created_ms > s->created_ms)
		at++;
	memmove((void *)(l->items + at + 1), (const void *)(l->items + at),
	        (l->count - at) * sizeof(struct watched *));
	l->items[at] = w;
	l->count++;
	return w;
}

static struct watched *find(const struct watch_list *l, struct str delivery_id)
{
	for (size_t i = 0; i < l->count; i++) {
		if (str_eq(l->items[i]->s.delivery_id, delivery_id))
			return l->items[i];
	}
	return NULL;
}

const struct watched *watch_list_take(struct watch_list *l, const struct snapshot *s)
{
	if (!fits(&l->filter, s))
		return NULL;
	struct watched *w = find(l, s->delivery_id);
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
	bool is_held = delivery_state_is(s->state, STATE_HELD) &&
	               !str_eq(s->reason, str_c(holds[HOLD_OVERLAP].word));
	return cli_is_final(s->state) || (l->until == UNTIL_HELD && is_held);
}

bool watch_list_is_over(const struct watch_list *l, int *out_code)
{
	int code = EXIT_DONE;
	size_t counted = 0;
	if (l->until == UNTIL_NEVER)
		return false;
	for (size_t i = 0; i < l->count; i++) {
		const struct watched *w = l->items[i];
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
