/* SPDX-License-Identifier: Apache-2.0
 * Within the transaction: remembers the places behind buckets' URLs, and passes them to deliveries
 * that issue uploads. A place seen in this transaction is used at once for the next issue of the
 * upload that saw it. If another scheduler was faster, its place counts. */
#include "cycle.h"

#include "db/drop_place_db.h"

static struct str url_of(const struct item *item)
{
	return item_spec(item)->bucket.url;
}

static int remember(struct cycle *c, struct err *e)
{
	struct drop_place_row *rows = arena_alloc(c->mem, (c->count + 1) * sizeof *rows);
	size_t count = 0;
	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = c->items[i];
		struct str seen = item->decision.place.seen;
		if (seen.n > 0 && item_spec(item))
			rows[count++] = (struct drop_place_row){url_of(item), seen, item->id};
	}
	return drop_place_db_remember(c->g->pg, rows, count, c->mem, e);
}

static int accept(struct cycle *c, struct err *e)
{
	int act = 0;
	for (size_t i = 0; i < c->count && act == 0; i++) {
		const struct item *item = c->items[i];
		const struct place_news *news = &item->decision.place;
		if (!news->accepted.p || !item_spec(item))
			continue;
		const struct drop_place_row row = {url_of(item), news->accepted, item->id};
		act = drop_place_db_accept(
		        c->g->pg, &row, news->replaced, news->accepted_by, c->mem, e);
	}
	return act;
}

static bool issues_at_bucket(const struct item *item)
{
	const struct decision *n = &item->decision;
	for (size_t i = 0; i < n->rows_count && item_spec(item); i++)
		if (n->rows[i].is_issued_now &&
		        (n->rows[i].stage == STAGE_UPLOAD || n->rows[i].stage == STAGE_SETTLE))
			return true;
	return false;
}

static void tell(struct item *item, const struct drop_place_row *rows, size_t count)
{
	item->bucket_place = STR("");
	for (size_t i = 0; i < count; i++)
		if (str_eq(rows[i].url, url_of(item)))
			item->bucket_place = rows[i].identity;
}

int cycle_places(struct cycle *c, struct err *e)
{
	struct str *urls = arena_alloc(c->mem, (c->count + 1) * sizeof *urls);
	size_t count = 0, found_count = 0;
	struct drop_place_row *found = NULL;
	int act = remember(c, e);
	act = act ? act : accept(c, e);
	for (size_t i = 0; i < c->count; i++)
		if (issues_at_bucket(c->items[i]))
			urls[count++] = url_of(c->items[i]);
	if (act || count == 0)
		return act;
	act = drop_place_db_load(c->g->pg, urls, count, c->mem, &found, &found_count, e);
	for (size_t i = 0; i < c->count && act == 0; i++)
		if (issues_at_bucket(c->items[i]))
			tell(c->items[i], found, found_count);
	return act;
}
