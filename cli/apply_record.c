/* SPDX-License-Identifier: Apache-2.0
 *
 * Who applied which content, into the trail. A record's id is made of the document and the time at
 * which it was applied, so what could not be published is made up for by applying the same again.
 */
#include "apply_record.h"

#include "longshore/id.h"
#include "longshore/topics.h"
#include "sql/cli.h"

struct application { /* a document as it is applied now */
	const struct spec_document *document;
	struct str hash, by;
	int64_t at_ms;
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
	pg_add_texts(&p, kinds, read->count);
	pg_add_texts(&p, tenants, read->count);
	pg_add_texts(&p, names, read->count);
	int act = pg_run(cli->pg, &sql_select_applied, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	*out_count = pg_rows_count(rows);
	*out = arena_alloc(&cli->mem, (*out_count + 1) * sizeof(**out));
	for (size_t i = 0; i < *out_count; i++) {
		struct application *a = &(*out)[i];
		a->document = &read->items[pg_num(rows, i, 0) - 1].document;
		a->hash = pg_text(rows, i, 1, &cli->mem);
		a->by = pg_text(rows, i, 2, &cli->mem);
		a->at_ms = pg_num(rows, i, 3);
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
	pg_add_texts(&p, ids, count);
	int act = pg_run(cli->pg, &sql_select_recorded, &p, &rows, NULL, e);
	for (size_t k = 0; act == 0 && k < pg_rows_count(rows); k++)
		for (size_t i = 0; i < count; i++)
			if (str_eq(ids[i], pg_text(rows, k, 0, &cli->mem)))
				all[i].is_recorded = true;
	return act;
}

static int record(struct cli *cli, const struct application *a, struct err *e)
{
	struct ev_fact facts[] = {{.name = STR("hash"), .value = a->hash},
	        {.name = STR("kind"), .value = a->document->kind},
	        {.name = STR("name"), .value = a->document->name}};
	struct str tenant = a->document->tenant.n ? a->document->tenant : STR("-");
	const struct ev_audit_record r = {.record_id = id_str(&a->id),
	        .tenant = tenant,
	        .at_ms = a->at_ms,
	        .actor = a->by,
	        .action = STR("configuration.applied"),
	        .delivery_id = STR(""),
	        .route = STR(""),
	        .reason = STR(""),
	        .detail = STR(""),
	        .facts = facts,
	        .facts_count = 3};
	return cli_publish(cli, TOPIC_AUDIT, tenant, tenant, &ev_audit_record_type, &r, e);
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
	                : err_note(e, "all is applied, but not all of it is on record: apply the "
	                              "same again");
}
