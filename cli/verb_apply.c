/* SPDX-License-Identifier: Apache-2.0
 *
 * apply: stores configuration from YAML files in the database: all of it or, if there is a
 * mistake, nothing.
 */
#include "apply.h"
#include "apply_record.h"
#include "verbs.h"

#include "longshore/clock.h"
#include "longshore/documents.h"
#include "sql/cli.h"

#include <stdio.h>
#include <stdlib.h>

static int read_all(struct cli *cli, struct read_documents *read, struct err *e)
{
	int act = 0, files = 0;
	for (int i = 0; act == 0 && i < cli->args.options_count; i++) {
		if (strcmp(cli->args.options[i].name, "-f") != 0)
			continue;
		files++;
		act = apply_read_files(cli, cli->args.options[i].value, read, e);
	}
	return act == 0 && files == 0
	               ? cli_usage(e, "apply: give a file or a directory with -f PATH")
	               : act;
}

struct applying {
	struct read_documents *read;
	struct spec_document *applied; /* existing documents that stay */
	size_t applied_count;
	struct applied_document *documents; /* one for each document read */
	struct apply_calendar calendar;
	bool is_dry;
};

/* Index of the document that replaces it; -1: it stays. */
static ptrdiff_t replaced_by(const struct read_documents *read, const struct spec_document *d)
{
	for (size_t i = 0; i < read->count; i++) {
		const struct spec_document *r = &read->items[i].document;
		if (str_eq(r->kind, d->kind) && str_eq(r->tenant, d->tenant) &&
		        str_eq(r->name, d->name))
			return (ptrdiff_t)i;
	}
	return -1;
}

static int load_applied(struct cli *cli, struct applying *a, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	/* Every kind, name and tenant. */
	pg_set_null(&p, PARAM_SELECT_DOCUMENTS_KIND);
	pg_set_null(&p, PARAM_SELECT_DOCUMENTS_NAME);
	pg_set_null(&p, PARAM_SELECT_DOCUMENTS_TENANT);
	int act = pg_run(cli->pg, &sql_select_documents, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	a->applied = arena_alloc(&cli->mem, (pg_rows_count(rows) + 1) * sizeof(*a->applied));
	for (size_t i = 0; i < pg_rows_count(rows); i++) {
		struct spec_document d = {
		        .kind = pg_text(rows, i, COL_SELECT_DOCUMENTS_KIND, &cli->mem),
		        .tenant = pg_text(rows, i, COL_SELECT_DOCUMENTS_TENANT, &cli->mem),
		        .name = pg_text(rows, i, COL_SELECT_DOCUMENTS_NAME, &cli->mem),
		        .body = pg_text(rows, i, COL_SELECT_DOCUMENTS_BODY, &cli->mem)};
		ptrdiff_t place = replaced_by(a->read, &d);
		if (place < 0)
			a->applied[a->applied_count++] = d;
		else
			a->documents[place].before = d.body;
	}
	return 0;
}

static int look_ahead(struct cli *cli, struct applying *a, struct err *e)
{
	int act = 0;
	for (size_t i = 0; act == 0 && i < a->read->count; i++) {
		const struct read_document *d = &a->read->items[i];
		struct applied_document *to = &a->documents[i];
		act = documents_compare(to->before, d->document.body, &cli->mem, &to->changes, e);
		to->runs_count = apply_next_runs(&a->calendar, d, &cli->mem, to->runs);
		to->zone = documents_text(d, "cadence.zone", &cli->mem);
		if (to->zone.n == 0)
			to->zone = STR("UTC");
	}
	return act;
}

static int store(struct cli *cli, const struct read_documents *read, struct err *e)
{
	int act = 0;
	for (size_t i = 0; act == 0 && i < read->count; i++) {
		const struct spec_document *d = &read->items[i].document;
		struct pg_params p;
		pg_params_init(&p, &cli->mem);
		pg_set(&p, PARAM_UPSERT_DOCUMENT_KIND, d->kind);
		pg_set(&p, PARAM_UPSERT_DOCUMENT_TENANT, d->tenant);
		pg_set(&p, PARAM_UPSERT_DOCUMENT_NAME, d->name);
		pg_set(&p, PARAM_UPSERT_DOCUMENT_BODY, d->body);
		pg_set(&p, PARAM_UPSERT_DOCUMENT_HASH, str_c(read->items[i].hash));
		pg_set(&p, PARAM_UPSERT_DOCUMENT_BY, cli_actor(cli));
		act = pg_run(cli->pg, &sql_upsert_document, &p, NULL, NULL, e);
	}
	return act;
}

static int lock(struct cli *cli, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, &cli->mem);
	return pg_run(cli->pg, &sql_lock_documents, &p, NULL, NULL, e);
}

/* In one transaction, one command at a time, because two changes that are valid alone may
 * conflict. */
static int check_and_store(struct cli *cli, struct applying *a, struct err *e)
{
	const struct document_world world = apply_world(&a->calendar);
	int act = a->is_dry ? 0 : lock(cli, e);
	if (act == 0)
		act = load_applied(cli, a, e);
	if (act != 0)
		return act;
	documents_check(a->read, a->applied, a->applied_count, &world);
	act = apply_refuse(cli, a->read, e);
	if (act == 0)
		act = look_ahead(cli, a, e);
	return act == 0 && !a->is_dry ? store(cli, a->read, e) : act;
}

static int apply_all(struct cli *cli, struct applying *a, struct err *e)
{
	struct read_documents *read = a->read;
	int act = a->is_dry ? 0 : cli_need_kafka(cli, e);
	if (act == 0)
		act = cli_pg(cli, e);
	if (act != 0)
		return act;
	if (!a->is_dry && !cli_option(cli, "--no-probe"))
		act = apply_probe_places(cli, read, e);
	if (act != 0)
		return act;
	act = pg_tx_begin(cli->pg, e);
	if (act != 0)
		return act;
	act = check_and_store(cli, a, e);
	if (act != 0 || a->is_dry)
		pg_tx_rollback(cli->pg);
	else
		act = pg_tx_commit(cli->pg, e);
	if (act == 0)
		act = apply_report(cli, read, a->documents, e);
	if (act == 0 && !a->is_dry)
		act = apply_record(cli, read, e);
	return act == 0 ? EXIT_DONE : act;
}

static int apply_read(struct cli *cli, struct read_documents *read, struct err *e)
{
	size_t bytes = (read->count + 1) * sizeof(struct applied_document);
	struct applying a = {.read = read,
	        .documents = arena_alloc(&cli->mem, bytes),
	        .is_dry = cli_option(cli, "--dry-run")};
	memset(a.documents, 0, bytes);
	apply_calendar_init(&a.calendar, cli->conf.zoneinfo, clock_unix_ms());
	int act = apply_all(cli, &a, e);
	apply_calendar_release(&a.calendar);
	return act;
}

static int apply(struct cli *cli, struct err *e)
{
	struct read_documents read = {
	        .items = calloc(DOCUMENTS_MAX, sizeof(*read.items)), .mem = &cli->mem};
	if (!read.items)
		return err_set(e, ERR_FATAL, "out_of_memory",
		        "out of memory while reading the configuration");
	int act = read_all(cli, &read, e);
	if (act == 0)
		act = apply_read(cli, &read, e);
	free(read.items);
	return act;
}

static const struct cli_option options[] = {{"-f", "PATH", false,
                                                    "a YAML file with one or more documents, or a "
                                                    "directory of *.yaml; may be repeated"},
        {"--no-probe", NULL, false,
                "do not test the drops: for a machine that does not see them as the uploader does"},
        {"--dry-run", NULL, false,
                "show what would change; write nothing and do not test the drops"},
        {"--diff", NULL, false, "show the old and new value of each changed field"},
        {"--actor", "NAME", false, "who applies; default: the system user"},
        {NULL, NULL, false, NULL}};

const struct cli_verb verb_apply = {.name = "apply",
        .usage = "-f PATH ...",
        .help = "apply configuration",
        .options = options,
        .run = apply};
