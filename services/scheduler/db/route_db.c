/* SPDX-License-Identifier: Apache-2.0 */
#include "route_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

static struct ev_staged_ref *read_baseline(const struct pg_rows *rows, size_t i, struct arena *mem)
{
	if (pg_is_null(rows, i, 7))
		return NULL;
	struct ev_staged_ref *ref = ARENA_NEW(mem, struct ev_staged_ref);
	*ref = (struct ev_staged_ref){
	        .kind = STR("baseline"),
	        .name = pg_text(rows, i, 7, mem),
	        .sha256 = pg_text(rows, i, 8, mem),
	        .bytes = pg_num(rows, i, 9),
	        .rows = pg_num(rows, i, 6),
	};
	return ref;
}

static struct str text_or_empty(const struct pg_rows *rows, size_t i, int column, struct arena *mem)
{
	return pg_is_null(rows, i, column) ? STR("") : pg_text(rows, i, column, mem);
}

int route_db_load_heads(struct pg *pg, const struct route_key *keys, size_t count,
        struct arena *mem, struct loaded_head **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	ADD_TEXTS(&p, keys, count, tenant);
	ADD_TEXTS(&p, keys, count, route);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_load_heads, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct loaded_head *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++) {
		list[i].key =
		        (struct route_key){pg_text(rows, i, 0, mem), pg_text(rows, i, 1, mem)};
		list[i].head = (struct route_head){
		        .exists = true,
		        .holder = text_or_empty(rows, i, 2, mem),
		        .delivery_id = text_or_empty(rows, i, 3, mem),
		        .bridge_version = text_or_empty(rows, i, 4, mem),
		        .content_hash = text_or_empty(rows, i, 5, mem),
		        .members = pg_num(rows, i, 6),
		        .baseline = read_baseline(rows, i, mem),
		        .force_full = pg_bool(rows, i, 10),
		        .lists = pg_text(rows, i, 11, mem),
		};
	}
	*out = list;
	*out_count = n;
	return 0;
}

int route_db_newer_waiting(struct pg *pg, const struct delivery *const *deliveries, size_t count,
        struct arena *mem, struct str **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	ADD_TEXTS_OF(&p, deliveries, count, id);
	ADD_TEXTS_OF(&p, deliveries, count, tenant);
	ADD_TEXTS_OF(&p, deliveries, count, route);
	ADD_NUMS_OF(&p, deliveries, count, planned_ms);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_find_newer_waiting, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	*out = arena_alloc(mem, (n + 1) * sizeof **out);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = pg_text(rows, i, 0, mem);
	*out_count = n;
	return 0;
}

static int moved(struct err *e)
{
	return err_set(
	        e, ERR_FENCED, "route_head", "the head of a route was moved in the meantime");
}

int route_db_take(struct pg *pg, const struct delivery *const *deliveries, size_t count,
        struct arena *mem, struct err *e)
{
	if (count == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	ADD_TEXTS_OF(&p, deliveries, count, tenant);
	ADD_TEXTS_OF(&p, deliveries, count, route);
	ADD_TEXTS_OF(&p, deliveries, count, id);
	ADD_TEXTS_OF(&p, deliveries, count, memory.base_delivery);
	int64_t changed = 0;
	int bad = pg_run(pg, &sql_take_heads, &p, NULL, &changed, e);
	return bad == 0 && changed != (int64_t)count ? moved(e) : bad;
}

int route_db_advance(struct pg *pg, const struct delivery *x, struct arena *mem, struct err *e)
{
	const struct ev_delivery_memory *m = &x->memory;
	const struct ev_staged_ref *base = m->baseline;
	struct str absent = {NULL, 0};
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add(&p, x->tenant);
	pg_add(&p, x->route);
	pg_add(&p, x->id);
	pg_add(&p, m->bridge_version);
	pg_add(&p, m->content_hash);
	pg_add_num(&p, m->members ? m->members->rows : 0);
	pg_add(&p, base ? base->name : absent);
	pg_add(&p, base ? base->sha256 : absent);
	pg_add_num(&p, base ? base->bytes : 0);
	pg_add(&p, delivery_lists_text(m, mem));
	int64_t changed = 0;
	int bad = pg_run(pg, &sql_advance_head, &p, NULL, &changed, e);
	return bad == 0 && changed != 1 ? moved(e) : bad;
}

int route_db_release(
        struct pg *pg, const struct delivery *x, bool forces_full, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add(&p, x->tenant);
	pg_add(&p, x->route);
	pg_add(&p, x->id);
	pg_add_bool(&p, forces_full);
	int64_t changed = 0;
	int bad = pg_run(pg, &sql_release_head, &p, NULL, &changed, e);
	return bad == 0 && changed != 1 ? moved(e) : bad;
}

static void add_set(struct pg_params *p, const struct claim_set *set)
{
	pg_add(p, set->location);
	ADD_TEXTS(p, set->claims, set->count, path);
	pg_add(p, set->delivery_id);
}

enum { CLAIMS_AT_ONCE = 5000 }; /* of a delivery with very many files */

/* The claims from `from` on, as many as one statement takes. */
static struct claim_set page_of(const struct claim_set *set, size_t from)
{
	struct claim_set page = *set;
	size_t left = set->count - from;
	page.claims = set->claims + from;
	page.count = left < CLAIMS_AT_ONCE ? left : CLAIMS_AT_ONCE;
	return page;
}

static int find_page(struct pg *pg, const struct claim_set *page, struct arena *mem,
        struct str *out_path, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	add_set(&p, page);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_find_claims, &p, &rows, NULL, e);
	if (bad == 0)
		*out_path =
		        pg_rows_count(rows) > 0 ? pg_text(rows, 0, 0, mem) : (struct str){NULL, 0};
	return bad;
}

int route_db_find_claims(struct pg *pg, const struct claim_set *set, struct arena *mem,
        struct str *out_path, struct err *e)
{
	struct arena piece;
	struct str taken = {NULL, 0};
	int bad = 0;
	arena_init(&piece, mem->limit_bytes);
	for (size_t i = 0; i < set->count && bad == 0 && !taken.p; i += CLAIMS_AT_ONCE) {
		struct claim_set page = page_of(set, i);
		arena_reset(&piece);
		bad = find_page(pg, &page, &piece, &taken, e);
	}
	if (bad == 0)
		*out_path = arena_str(mem, taken);
	arena_release(&piece);
	return bad;
}

static int claim_page(struct pg *pg, const struct claim_set *page, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	add_set(&p, page);
	ADD_TEXTS(&p, page->claims, page->count, file_id);
	struct str taken = {NULL, 0};
	int bad = pg_run(pg, &sql_insert_claims, &p, NULL, NULL, e);
	if (bad == 0)
		bad = find_page(pg, page, mem, &taken, e);
	if (bad == 0 && taken.p)
		return err_set(
		        e, ERR_FENCED, "name_claim", "a file name was taken in the meantime");
	return bad;
}

int route_db_claim(struct pg *pg, const struct claim_set *set, size_t limit_bytes, struct err *e)
{
	struct arena piece;
	int bad = 0;
	arena_init(&piece, limit_bytes);
	for (size_t i = 0; i < set->count && bad == 0; i += CLAIMS_AT_ONCE) {
		struct claim_set page = page_of(set, i);
		arena_reset(&piece);
		bad = claim_page(pg, &page, &piece, e);
	}
	arena_release(&piece);
	return bad;
}

int route_db_load_bridges(struct pg *pg, const struct route_key *keys, size_t count,
        struct arena *mem, struct loaded_bridge **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	ADD_TEXTS(&p, keys, count, tenant);
	ADD_TEXTS(&p, keys, count, route);
	AUTO_PG_ROWS rows = NULL;
	int bad = pg_run(pg, &sql_load_bridges, &p, &rows, NULL, e);
	if (bad)
		return bad;
	size_t n = pg_rows_count(rows);
	struct loaded_bridge *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct loaded_bridge){
		        .key = {pg_text(rows, i, 0, mem), pg_text(rows, i, 1, mem)},
		        .version = pg_text(rows, i, 2, mem),
		        .built_ms = pg_num(rows, i, 3),
		        .persons = pg_num(rows, i, 4),
		};
	*out = list;
	*out_count = n;
	return 0;
}

int route_db_add_bridge(struct pg *pg, const struct delivery *build, const struct bridge_row *row,
        struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add(&p, build->tenant);
	pg_add(&p, build->route);
	pg_add(&p, row->version);
	pg_add(&p, build->id);
	pg_add_num(&p, row->key_epoch);
	pg_add_num(&p, row->records);
	pg_add_num(&p, row->persons);
	pg_add_num(&p, row->built_ms);
	return pg_run(pg, &sql_insert_bridge, &p, NULL, NULL, e);
}
