/* SPDX-License-Identifier: Apache-2.0
 * apply: configuration from YAML files into the database, all of it or, with any mistake, nothing.
 */
#include "apply.h"
#include "apply_record.h"
#include "json.h"
#include "verbs.h"

#include "longshore/clock.h"
#include "longshore/documents.h"
#include "sql/cli.h"

#include <stdio.h>
#include <stdlib.h>

enum { REPORT_MAX = 16 * 1024 * 1024 };

static int read_all(struct cli *cli, struct read_documents *read, struct err *e)
{
	int act = 0, files = 0;
	for (int i = 0; act == 0 && i < cli->args.options_count; i++) {
		if (strcmp(cli->args.options[i].name, "-f") != 0)
			continue;
		files++;
		act = apply_read_files(cli, cli->args.options[i].value, read, e);
	}
	return act == 0 && files == 0 ? cli_usage(e, "apply: name a file or a directory by -f PATH")
	                              : act;
}

static bool is_replaced(const struct read_documents *read, const struct spec_document *d)
{
	for (size_t i = 0; i < read->count; i++) {
		const struct spec_document *r = &read->items[i].document;
		if (str_eq(r->kind, d->kind) && str_eq(r->tenant, d->tenant) &&
		        str_eq(r->name, d->name))
			return true;
	}
	return false;
}

/* What is applied already and stays. */
static int load_applied(struct cli *cli, const struct read_documents *read,
        struct spec_document **out, size_t *count, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	for (int i = 0; i < 3; i++)
		pg_add(&p, str_c(NULL)); /* every kind, name and tenant */
	int act = pg_run(cli->pg, &sql_select_documents, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	*out = arena_alloc(&cli->mem, (pg_rows_count(rows) + 1) * sizeof(**out));
	*count = 0;
	for (size_t i = 0; i < pg_rows_count(rows); i++) {
		struct spec_document d = {.kind = pg_text(rows, i, 0, &cli->mem),
		        .tenant = pg_text(rows, i, 1, &cli->mem),
		        .name = pg_text(rows, i, 2, &cli->mem),
		        .body = pg_text(rows, i, 6, &cli->mem)};
		if (!is_replaced(read, &d))
			(*out)[(*count)++] = d;
	}
	return 0;
}

static int store(struct cli *cli, const struct read_documents *read, bool *changed, struct err *e)
{
	int act = 0;
	for (size_t i = 0; act == 0 && i < read->count; i++) {
		const struct spec_document *d = &read->items[i].document;
		struct pg_params p;
		int64_t rows = 0;
		pg_params_init(&p, &cli->mem);
		pg_add(&p, d->kind);
		pg_add(&p, d->tenant);
		pg_add(&p, d->name);
		pg_add(&p, d->body);
		pg_add(&p, str_c(read->items[i].hash));
		pg_add(&p, cli_actor(cli));
		act = pg_run(cli->pg, &sql_upsert_document, &p, NULL, &rows, e);
		changed[i] = rows > 0;
	}
	return act;
}

/* "2026-12-01T06:30 America/Chicago", as the scheduler labels it. */
static struct str run_text(const struct cadence_run *run, struct str zone, struct arena *mem)
{
	return arena_printf(mem, "%s " STR_FMT "%s", run->label, STR_ARG(zone),
	        run->fold ? " (the second of that hour)" : "");
}

static void report_one(struct cli *cli, struct apply_calendar *calendar,
        const struct read_document *d, const char *word, struct buf *json)
{
	struct cadence_run runs[APPLY_RUNS];
	size_t count = apply_next_runs(calendar, d, &cli->mem, runs);
	struct str zone = documents_text(d, "cadence.zone", &cli->mem);
	zone = zone.n > 0 ? zone : STR("UTC");
	json_open(json, NULL, '{');
	json_text(json, "kind", d->document.kind);
	json_text(json, "tenant", d->document.tenant);
	json_text(json, "name", d->document.name);
	json_text(json, "result", str_c(word));
	json_open(json, "next_runs", '[');
	for (size_t i = 0; i < count; i++)
		json_text(json, NULL, run_text(&runs[i], zone, &cli->mem));
	json_close(json, ']');
	json_close(json, '}');
	if (cli->json)
		return;
	cli_print(STR_FMT " " STR_FMT ": %s\n", STR_ARG(d->document.kind),
	        STR_ARG(d->document.name), word);
	for (size_t i = 0; i < count; i++)
		cli_print("%s" STR_FMT "%s", i == 0 ? "  next runs: " : ", ",
		        STR_ARG(run_text(&runs[i], zone, &cli->mem)), i + 1 == count ? "\n" : "");
}

static void report_changes(struct cli *cli, struct apply_calendar *calendar,
        const struct read_documents *read, const bool *changed)
{
	struct buf json;
	buf_init(&json, REPORT_MAX);
	json_open(&json, NULL, '[');
	for (size_t i = 0; i < read->count; i++)
		report_one(cli, calendar, &read->items[i], changed[i] ? "applied" : "unchanged",
		        &json);
	json_close(&json, ']');
	if (cli->json)
		json_print(&json);
	buf_release(&json);
}

/* All mistakes, on standard error; ERR_REJECT if there is one. */
static int refuse(struct read_documents *read, struct err *e)
{
	struct buf report;
	buf_init(&report, REPORT_MAX);
	int act = documents_report(read, &report, e);
	if (act == 0 && report.n > 0) {
		(void)fprintf(stderr, STR_FMT, STR_ARG(buf_str(&report)));
		act = err_set(e, ERR_REJECT, "bad_configuration",
		        "nothing was applied: correct what is named above");
	}
	buf_release(&report);
	return act;
}

static int lock(struct cli *cli, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, &cli->mem);
	return pg_run(cli->pg, &sql_lock_documents, &p, NULL, NULL, e);
}

struct applying {
	struct read_documents *read;
	struct spec_document *applied; /* what is there already and stays */
	size_t applied_count;
	bool *changed;
	struct apply_calendar calendar;
};

/* In one transaction, and one after the other: two that fit alone need not fit together. */
static int check_and_store(struct cli *cli, struct applying *a, struct err *e)
{
	const struct document_world world = apply_world(&a->calendar);
	int act = lock(cli, e);
	if (act == 0)
		act = load_applied(cli, a->read, &a->applied, &a->applied_count, e);
	if (act != 0)
		return act;
	documents_check(a->read, a->applied, a->applied_count, &world);
	act = refuse(a->read, e);
	return act == 0 ? store(cli, a->read, a->changed, e) : act;
}

static int apply_all(struct cli *cli, struct applying *a, struct err *e)
{
	struct read_documents *read = a->read;
	int act = cli_need(cli->conf.kafka, "LONGSHORE_KAFKA", e);
	if (act == 0)
		act = cli_pg(cli, e);
	if (act != 0)
		return act;
	if (!cli_option(cli, "--no-probe"))
		apply_probe_drops(read);
	act = pg_tx_begin(cli->pg, e);
	if (act != 0)
		return act;
	act = check_and_store(cli, a, e);
	if (act != 0) {
		pg_tx_rollback(cli->pg);
		return act;
	}
	act = pg_tx_commit(cli->pg, e);
	if (act != 0)
		return act;
	apply_warn(read, a->applied, a->applied_count);
	report_changes(cli, &a->calendar, read, a->changed);
	act = apply_record(cli, read, e);
	return act == 0 ? EXIT_DONE : act;
}

static int apply_read(struct cli *cli, struct read_documents *read, struct err *e)
{
	struct applying a = {.read = read,
	        .changed = arena_alloc(&cli->mem, (read->count + 1) * sizeof(*a.changed))};
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
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to read configuration");
	int act = read_all(cli, &read, e);
	if (act == 0)
		act = apply_read(cli, &read, e);
	free(read.items);
	return act;
}

static const struct cli_option options[] = {
        {"-f", "PATH", false,
                "a YAML file of one or more documents, or a directory of *.yaml; may be given "
                "often"},
        {"--no-probe", NULL, false,
                "do not try the drops: this machine cannot see them as the uploader does"},
        {"--actor", "NAME", false, "who applies; the system user if left out"},
        {NULL, NULL, false, NULL}};

const struct cli_verb verb_apply = {.name = "apply",
        .usage = "-f PATH ...",
        .help = "apply configuration",
        .options = options,
        .run = apply};
