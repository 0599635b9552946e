/* SPDX-License-Identifier: Apache-2.0
 * Writes staged lists and large specs before the transaction. Each write waits for the disk, so a
 * few threads write those of a cycle in parallel. Names are derived from the content, so
 * concurrent writers of a name write the same bytes. */
#include "cycle.h"

#include "longshore/sealed.h"

#include <pthread.h>

enum { WRITERS_MAX = 8 };

struct writing {
	struct str delivery_id, name, bytes;
	int act;
	struct err e;
};

struct writings {
	struct engine *g;
	struct writing *items;
	size_t count;
};

struct writer { /* one thread: takes every `step`th item, starting at `first` */
	const struct writings *all;
	size_t first, step;
};

static int put(struct engine *g, const struct writing *w, struct err *e)
{
	struct secret key;
	int act = keyring_staging(g->keys, STR("specs"), w->delivery_id, &key, e);
	if (act)
		return act;
	struct sealed_facts facts;
	act = sealed_put_once(g->store, w->name, &key, w->bytes, &facts, e);
	secret_wipe(&key);
	return act ? err_note(e, "staged list of delivery " STR_FMT, STR_ARG(w->delivery_id)) : 0;
}

static void *work(void *arg)
{
	const struct writer *w = arg;
	for (size_t i = w->first; i < w->all->count; i += w->step)
		w->all->items[i].act = put(w->all->g, &w->all->items[i], &w->all->items[i].e);
	return NULL;
}

static void collect(struct cycle *c, struct writings *all)
{
	size_t most = 0;
	for (size_t i = 0; i < c->count; i++)
		most += c->items[i]->decision.lists_count + 1;
	all->items = arena_alloc(c->mem, (most + 1) * sizeof *all->items);
	for (size_t i = 0; i < c->count; i++) {
		const struct decision *n = &c->items[i]->decision;
		struct str id = c->items[i]->id;
		for (size_t k = 0; k < n->lists_count; k++)
			all->items[all->count++] = (struct writing){.delivery_id = id,
			        .name = n->lists[k].name,
			        .bytes = n->lists[k].bytes};
		if (n->new_spec.json.n > SPEC_BY_VALUE_MAX)
			all->items[all->count++] = (struct writing){.delivery_id = id,
			        .name = arena_printf(c->mem, "specs/" STR_FMT "/" STR_FMT ".json",
			                STR_ARG(id), STR_ARG(n->new_spec.hash)),
			        .bytes = n->new_spec.json};
	}
}

int cycle_write_lists(struct cycle *c, struct err *e)
{
	struct writings all = {.g = c->g};
	struct writer writers[WRITERS_MAX];
	pthread_t threads[WRITERS_MAX];
	bool is_started[WRITERS_MAX] = {false};
	collect(c, &all);
	size_t count = all.count < WRITERS_MAX ? all.count : WRITERS_MAX;
	/* This thread is the first writer. If another thread cannot be created, this one does its
	 * share, too. */
	for (size_t i = 0; i < count; i++) {
		writers[i] = (struct writer){&all, i, count};
		is_started[i] = i > 0 && pthread_create(&threads[i], NULL, work, &writers[i]) == 0;
	}
	for (size_t i = 0; i < count; i++)
		if (!is_started[i])
			(void)work(&writers[i]);
	for (size_t i = 0; i < count; i++)
		if (is_started[i])
			(void)pthread_join(threads[i], NULL);
	for (size_t i = 0; i < all.count; i++) {
		if (all.items[i].act) {
			*e = all.items[i].e;
			return all.items[i].act;
		}
	}
	return 0;
}
