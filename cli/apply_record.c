/* SPDX-License-Identifier: Apache-2.0
 *
 * Records in the trail who applied or deleted what. A record's id is computed from the document
 * and the time of the change, so repeating the command publishes a record that was missed.
 */
#include "apply_record.h"

#include "longshore/topics.h"
#include "sql/cli.h"

struct application { /* a document's current version */
	const struct spec_document *document;
	struct str hash, by;
	int64_t at_ms, version;
	struct id id;
	bool is_recorded;
};

static struct str *texts(struct cli *cli, size_t count)
{
	return arena_alloc(&cli->mem, (count + 1) * sizeof(struct str));
}

static struct id id_of_application(struct cli *cli, const struct application *a)
{
	const struct str cause[] = {a->document->kind, a->document->tenant, a->document->name,
	        a->hash, arena_printf(&cli->mem, "%lld", (long long)a->at_ms)};
	return id_of("applied/1", cause, 5);
}

static int load(struct cli *cli, const struct read_documents *read, struct application **out,
        size_t *out_count, struct err *e)
{
	struct str *kinds = texts(cli, read->count), *tenants = texts(cli, read->count),
	           *names = texts(cli, read->count);
	for (size_t i = 0; i < read->count; i++) {
		kinds[i] = read->items[i].document.kind;
		tenants[i] = read->items[i].document.tenant;
		names[i] = read->items[i].document.name;
	}
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_set_texts(&p, PARAM_SELECT_APPLIED_KIND, kinds, read->count);
	pg_set_texts(&p, PARAM_SELECT_APPLIED_TENANT, tenants, read->count);
	pg_set_texts(&p, PARAM_SELECT_APPLIED_NAME, names, read->count);
	int act = pg_run(cli->pg, &sql_select_applied, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	*out_count = pg_rows_count(rows);
	*out = arena_alloc(&cli->mem, (*out_count + 1) * sizeof(**out));
	for (size_t i = 0; i < *out_count; i++) {
		struct application *a = &(*out)[i];
		a->document = &read->items[pg_num(rows, i, COL_SELECT_APPLIED_PLACE) - 1].document;
		a->hash = pg_text(rows, i, COL_SELECT_APPLIED_HASH, &cli->mem);
		a->by = pg_text(rows, i, COL_SELECT_APPLIED_APPLIED_BY, &cli->mem);
		a->at_ms = pg_num(rows, i, COL_SELECT_APPLIED_AT_MS);
		a->version = pg_num(rows, i, COL_SELECT_APPLIED_VERSION);
		a->id = id_of_application(cli, a);
	}
	return 0;
}

static int mark_recorded(struct cli *cli, struct application *all, size_t count, struct err *e)
{
	struct str *ids = texts(cli, count);
	for (size_t i = 0; i < count; i++)
		ids[i] = id_str(&all[i].id);
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_set_texts(&p, PARAM_SELECT_RECORDED_IDS, ids, count);
	int act = pg_run(cli->pg, &sql_select_recorded, &p, &rows, NULL, e);
	for (size_t k = 0; act == 0 && k < pg_rows_count(rows); k++)
		for (size_t i = 0; i < count; i++)
			if (str_eq(ids[i],
			            pg_text(rows, k, COL_SELECT_RECORDED_RECORD_ID, &cli->mem)))
				all[i].is_recorded = true;
	return act;
}

static int publish(struct cli *cli, struct ev_audit_record *r, struct str tenant, struct err *e)
{
	r->tenant = tenant.n ? tenant : STR("-");
	r->delivery_id = r->route = r->reason = r->detail = STR("");
	return cli_publish(cli, TOPIC_AUDIT, r->tenant, r->tenant, &ev_audit_record_type, r, e);
}

static int record(struct cli *cli, const struct application *a, struct err *e)
{
	struct ev_fact facts[] = {{.name = STR("hash"), .value = a->hash},
	        {.name = STR("kind"), .value = a->document->kind},
	        {.name = STR("name"), .value = a->document->name},
	        {.name = STR("version"),
	                .value = arena_printf(&cli->mem, "%lld", (long long)a->version)}};
	struct ev_audit_record r = {.record_id = id_str(&a->id),
	        .at_ms = a->at_ms,
	        .actor = a->by,
	        .action = STR("configuration.applied"),
	        .facts = facts,
	        .facts_count = sizeof(facts) / sizeof(facts[0])};
	return publish(cli, &r, a->document->tenant, e);
}

static int is_on_record(struct cli *cli, struct id id, bool *out, struct err *e)
{
	struct application one = {.id = id};
	int act = mark_recorded(cli, &one, 1, e);
	*out = one.is_recorded;
	return act;
}

int deletion_record(struct cli *cli, const struct deletion *d, struct err *e)
{
	struct str version = arena_printf(&cli->mem, "%lld", (long long)d->version);
	const struct str cause[] = {d->kind, d->tenant, d->name, version,
	        arena_printf(&cli->mem, "%lld", (long long)d->at_ms)};
	struct id id = id_of("deleted/1", cause, 5);
	bool is_there = false;
	struct ev_fact facts[] = {{.name = STR("kind"), .value = d->kind},
	        {.name = STR("name"), .value = d->name},
	        {.name = STR("version"), .value = version}};
	struct ev_audit_record r = {.record_id = id_str(&id),
	        .at_ms = d->at_ms,
	        .actor = d->by,
	        .action = STR("configuration.deleted"),
	        .facts = facts,
	        .facts_count = sizeof(facts) / sizeof(facts[0])};
	int act = is_on_record(cli, id, &is_there, e);
	return act != 0 || is_there ? act : publish(cli, &r, d->tenant, e);
}

int apply_record(struct cli *cli, const struct read_documents *read, struct err *e)
{
	struct application *all = NULL;
	size_t count = 0;
	int act = load(cli, read, &all, &count, e);
	if (act == 0)
		act = mark_recorded(cli, all, count, e);
	for (size_t i = 0; i < count && act == 0; i++)
		if (!all[i].is_recorded)
			act = record(cli, &all[i], e);
	return act == 0 ? 0
	                : err_note(e, "everything is applied, but not everything is recorded in "
	                              "the audit trail: apply the same again");
}
