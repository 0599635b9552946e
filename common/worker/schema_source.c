/* SPDX-License-Identifier: Apache-2.0 */
#include "schema_source.h"

#include "longshore/clock.h"
#include "longshore/pg.h"
#include "sql/worker.h"

enum { REST_MS = 1000 };

void schema_table_init(struct schema_table *t, const char *conninfo, const char *application)
{
	*t = (struct schema_table){.conninfo = conninfo, .application = application};
}

void schema_table_release(struct schema_table *t)
{
	pg_close(t->pg);
	t->pg = NULL;
}

static int ask(struct schema_table *t, struct str fingerprint, struct arena *mem,
        struct pg_rows **rows, struct err *e)
{
	if (!t->pg && pg_open(t->conninfo, t->application, &t->pg, e))
		return e->act;
	struct pg_params params;
	pg_params_init(&params, mem);
	pg_set_bytes(&params, PARAM_FIND_SCHEMA_FINGERPRINT, fingerprint);
	return pg_run(t->pg, &sql_find_schema, &params, rows, NULL, e);
}

static int find(
        void *arg, struct str fingerprint, struct arena *mem, struct str *out_json, struct err *e)
{
	AUTO_PG_ROWS rows = NULL;
	struct schema_table *t = arg;
	if (clock_mono_ms() < t->not_before_ms)
		return err_set(e, ERR_RETRY, "pg_unavailable",
		        "look up an event's writer schema: the database did not answer");
	if (ask(t, fingerprint, mem, &rows, e)) {
		/* Whatever the table's failure, the message is not at fault. */
		e->act = ERR_RETRY;
		t->not_before_ms = clock_mono_ms() + REST_MS;
		return err_note(e, "look for an event's writer schema");
	}
	if (pg_rows_count(rows) == 0)
		return err_set(e, ERR_REJECT, "unknown_schema",
		        "the writer's schema is not in event.schema; run `longshore migrate` of "
		        "the newest release");
	*out_json = pg_text(rows, 0, COL_FIND_SCHEMA_SCHEMA, mem);
	return 0;
}

struct schema_source schema_table_source(struct schema_table *t)
{
	bool has_table = t->conninfo && t->conninfo[0];
	return (struct schema_source){.find = has_table ? find : NULL, .arg = t};
}
