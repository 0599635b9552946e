/* SPDX-License-Identifier: Apache-2.0 */
#include "route_db.h"

#include "db_lists.h"

#include "sql/scheduler.h"

static struct ev_staged_ref *read_baseline(const struct pg_rows *rows, size_t i, struct arena *mem)
{
	if (pg_is_null(rows, i, COL_LOAD_HEADS_BASELINE_NAME))
		return NULL;
	struct ev_staged_ref *ref = ARENA_NEW(mem, struct ev_staged_ref);
	*ref = (struct ev_staged_ref){
	        .kind = STR("baseline"),
	        .name = pg_text(rows, i, COL_LOAD_HEADS_BASELINE_NAME, mem),
	        .sha256 = pg_text(rows, i, COL_LOAD_HEADS_BASELINE_SHA256, mem),
	        .bytes = pg_num(rows, i, COL_LOAD_HEADS_BASELINE_BYTES),
	        .rows = pg_num(rows, i, COL_LOAD_HEADS_MEMBERS),
	};
	return ref;
}

static struct str text_or_empty(const struct pg_rows *rows, size_t i, int name, struct arena *mem)
{
	return pg_is_null(rows, i, name) ? STR("") : pg_text(rows, i, name, mem);
}

int route_db_load_heads(struct pg *pg, const struct route_key *keys, size_t count,
        struct arena *mem, struct loaded_head **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_LOAD_HEADS_TENANT, keys, count, tenant);
	SET_TEXTS(&p, PARAM_LOAD_HEADS_ROUTE, keys, count, route);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_heads, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct loaded_head *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++) {
		list[i].key = (struct route_key){pg_text(rows, i, COL_LOAD_HEADS_TENANT, mem),
		        pg_text(rows, i, COL_LOAD_HEADS_ROUTE, mem)};
		list[i].head = (struct route_head){
		        .exists = true,
		        .holder = text_or_empty(rows, i, COL_LOAD_HEADS_HOLDER, mem),
		        .delivery_id = text_or_empty(rows, i, COL_LOAD_HEADS_DELIVERY_ID, mem),
		        .bridge_version =
		                text_or_empty(rows, i, COL_LOAD_HEADS_BRIDGE_VERSION, mem),
		        .content_hash = text_or_empty(rows, i, COL_LOAD_HEADS_CONTENT_HASH, mem),
		        .members = pg_num(rows, i, COL_LOAD_HEADS_MEMBERS),
		        .baseline = read_baseline(rows, i, mem),
		        .force_full = pg_bool(rows, i, COL_LOAD_HEADS_FORCE_FULL),
		        .lists = pg_text(rows, i, COL_LOAD_HEADS_LISTS, mem),
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
	SET_TEXTS_OF(&p, PARAM_FIND_NEWER_WAITING_ID, deliveries, count, id);
	SET_TEXTS_OF(&p, PARAM_FIND_NEWER_WAITING_TENANT, deliveries, count, tenant);
	SET_TEXTS_OF(&p, PARAM_FIND_NEWER_WAITING_ROUTE, deliveries, count, route);
	SET_NUMS_OF(&p, PARAM_FIND_NEWER_WAITING_PLANNED, deliveries, count, planned_ms);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_find_newer_waiting, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	*out = arena_alloc(mem, (n + 1) * sizeof **out);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = pg_text(rows, i, COL_FIND_NEWER_WAITING_ID, mem);
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
	SET_TEXTS_OF(&p, PARAM_TAKE_HEADS_TENANT, deliveries, count, tenant);
	SET_TEXTS_OF(&p, PARAM_TAKE_HEADS_ROUTE, deliveries, count, route);
	SET_TEXTS_OF(&p, PARAM_TAKE_HEADS_HOLDER, deliveries, count, id);
	SET_TEXTS_OF(&p, PARAM_TAKE_HEADS_BASE, deliveries, count, memory.base_delivery);
	int64_t changed = 0;
	int act = pg_run(pg, &sql_take_heads, &p, NULL, &changed, e);
	return act == 0 && changed != (int64_t)count ? moved(e) : act;
}

int route_db_advance(struct pg *pg, const struct delivery *x, struct arena *mem, struct err *e)
{
	const struct ev_delivery_memory *m = &x->memory;
	const struct ev_staged_ref *base = m->baseline;
	struct str absent = {NULL, 0};
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_ADVANCE_HEAD_TENANT, x->tenant);
	pg_set(&p, PARAM_ADVANCE_HEAD_ROUTE, x->route);
	pg_set(&p, PARAM_ADVANCE_HEAD_HOLDER, x->id);
	pg_set(&p, PARAM_ADVANCE_HEAD_BRIDGE_VERSION, m->bridge_version);
	pg_set(&p, PARAM_ADVANCE_HEAD_CONTENT_HASH, m->content_hash);
	pg_set_num(&p, PARAM_ADVANCE_HEAD_MEMBERS, m->members ? m->members->rows : 0);
	pg_set(&p, PARAM_ADVANCE_HEAD_BASELINE_NAME, base ? base->name : absent);
	pg_set(&p, PARAM_ADVANCE_HEAD_BASELINE_SHA256, base ? base->sha256 : absent);
	pg_set_num(&p, PARAM_ADVANCE_HEAD_BASELINE_BYTES, base ? base->bytes : 0);
	pg_set(&p, PARAM_ADVANCE_HEAD_LISTS, delivery_lists_text(m, mem));
	int64_t changed = 0;
	int act = pg_run(pg, &sql_advance_head, &p, NULL, &changed, e);
	return act == 0 && changed != 1 ? moved(e) : act;
}

int route_db_release(
        struct pg *pg, const struct delivery *x, bool forces_full, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_RELEASE_HEAD_TENANT, x->tenant);
	pg_set(&p, PARAM_RELEASE_HEAD_ROUTE, x->route);
	pg_set(&p, PARAM_RELEASE_HEAD_HOLDER, x->id);
	pg_set_bool(&p, PARAM_RELEASE_HEAD_FORCE_FULL, forces_full);
	int64_t changed = 0;
	int act = pg_run(pg, &sql_release_head, &p, NULL, &changed, e);
	return act == 0 && changed != 1 ? moved(e) : act;
}

/* insert_claims has the same parameters. */
static void add_set(struct pg_params *p, const struct claim_set *set)
{
	pg_set(p, PARAM_FIND_CLAIMS_LOCATION, set->location);
	SET_TEXTS(p, PARAM_FIND_CLAIMS_PATH, set->claims, set->count, path);
	pg_set(p, PARAM_FIND_CLAIMS_DELIVERY_ID, set->delivery_id);
}

enum { CLAIMS_AT_ONCE = 5000 }; /* a delivery can have very many files */

/* The claims from index `from` on, as many as one statement takes. */
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
	int act = pg_run(pg, &sql_find_claims, &p, &rows, NULL, e);
	if (act == 0)
		*out_path = pg_rows_count(rows) > 0 ? pg_text(rows, 0, COL_FIND_CLAIMS_PATH, mem)
		                                    : (struct str){NULL, 0};
	return act;
}

int route_db_find_claims(struct pg *pg, const struct claim_set *set, struct arena *mem,
        struct str *out_path, struct err *e)
{
	struct arena piece;
	struct str taken = {NULL, 0};
	int act = 0;
	arena_init(&piece, mem->limit_bytes);
	for (size_t i = 0; i < set->count && act == 0 && !taken.p; i += CLAIMS_AT_ONCE) {
		struct claim_set page = page_of(set, i);
		arena_reset(&piece);
		act = find_page(pg, &page, &piece, &taken, e);
	}
	if (act == 0)
		*out_path = arena_str(mem, taken);
	arena_release(&piece);
	return act;
}

static int claim_page(struct pg *pg, const struct claim_set *page, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	add_set(&p, page);
	SET_TEXTS(&p, PARAM_INSERT_CLAIMS_FILE_ID, page->claims, page->count, file_id);
	struct str taken = {NULL, 0};
	int act = pg_run(pg, &sql_insert_claims, &p, NULL, NULL, e);
	if (act == 0)
		act = find_page(pg, page, mem, &taken, e);
	if (act == 0 && taken.p)
		return err_set(
		        e, ERR_FENCED, "name_claim", "a file name was taken in the meantime");
	return act;
}

int route_db_claim(struct pg *pg, const struct claim_set *set, size_t limit_bytes, struct err *e)
{
	struct arena piece;
	int act = 0;
	arena_init(&piece, limit_bytes);
	for (size_t i = 0; i < set->count && act == 0; i += CLAIMS_AT_ONCE) {
		struct claim_set page = page_of(set, i);
		arena_reset(&piece);
		act = claim_page(pg, &page, &piece, e);
	}
	arena_release(&piece);
	return act;
}

int route_db_load_bridges(struct pg *pg, const struct route_key *keys, size_t count,
        struct arena *mem, struct loaded_bridge **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	SET_TEXTS(&p, PARAM_LOAD_BRIDGES_TENANT, keys, count, tenant);
	SET_TEXTS(&p, PARAM_LOAD_BRIDGES_BRIDGE, keys, count, route);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_load_bridges, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t n = pg_rows_count(rows);
	struct loaded_bridge *list = arena_alloc(mem, (n + 1) * sizeof *list);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct loaded_bridge){
		        .key = {pg_text(rows, i, COL_LOAD_BRIDGES_TENANT, mem),
		                pg_text(rows, i, COL_LOAD_BRIDGES_BRIDGE, mem)},
		        .version = pg_text(rows, i, COL_LOAD_BRIDGES_VERSION, mem),
		        .built_ms = pg_num(rows, i, COL_LOAD_BRIDGES_BUILT_MS),
		        .persons = pg_num(rows, i, COL_LOAD_BRIDGES_PERSONS),
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
	pg_set(&p, PARAM_INSERT_BRIDGE_TENANT, build->tenant);
	pg_set(&p, PARAM_INSERT_BRIDGE_BRIDGE, build->route);
	pg_set(&p, PARAM_INSERT_BRIDGE_VERSION, row->version);
	pg_set(&p, PARAM_INSERT_BRIDGE_BUILD_ID, build->id);
	pg_set_num(&p, PARAM_INSERT_BRIDGE_KEY_EPOCH, row->key_epoch);
	pg_set_num(&p, PARAM_INSERT_BRIDGE_RECORDS, row->records);
	pg_set_num(&p, PARAM_INSERT_BRIDGE_PERSONS, row->persons);
	pg_set_num(&p, PARAM_INSERT_BRIDGE_BUILT_MS, row->built_ms);
	return pg_run(pg, &sql_insert_bridge, &p, NULL, NULL, e);
}
