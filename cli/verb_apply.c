/* SPDX-License-Identifier: Apache-2.0
 * apply: configuration from YAML files into the database, all of it or, with any mistake, nothing.
 */
#include "apply.h"
#include "apply_record.h"
#include "verbs.h"

#include "longshore/documents.h"
#include "sql/cli.h"

#include <stdio.h>
#include <stdlib.h>

enum { REPORT_MAX = 1024 * 1024 };

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

static void report_changes(struct cli *cli, const struct read_documents *read, const bool *changed)
{
	for (size_t i = 0; i < read->count; i++) {
		const struct spec_document *d = &read->items[i].document;
		const char *word = changed[i] ? "applied" : "unchanged";
		if (cli->json)
			cli_print("%s{\"kind\":\"" STR_FMT "\",\"tenant\":\"" STR_FMT
			          "\",\"name\":\"" STR_FMT "\",\"result\":\"%s\"}",
			        i ? "," : "[", STR_ARG(d->kind), STR_ARG(d->tenant),
			        STR_ARG(d->name), word);
		else
			cli_print(STR_FMT " " STR_FMT ": %s\n", STR_ARG(d->kind), STR_ARG(d->name),
			        word);
	}
	if (cli->json)
		cli_print("%s]\n", read->count ? "" : "[");
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
};

/* In one transaction, and one after the other: two that fit alone need not fit together. */
static int check_and_store(struct cli *cli, struct applying *a, struct err *e)
{
	const struct document_world world = apply_world(cli->conf.zoneinfo);
	int act = lock(cli, e);
	if (act == 0)
		act = load_applied(cli, a->read, &a->applied, &a->applied_count, e);
	if (act != 0)
		return act;
	documents_check(a->read, a->applied, a->applied_count, &world);
	act = refuse(a->read, e);
	return act == 0 ? store(cli, a->read, a->changed, e) : act;
}

static int apply_read(struct cli *cli, struct read_documents *read, struct err *e)
{
	struct applying a = {.read = read,
	        .changed = arena_alloc(&cli->mem, (read->count + 1) * sizeof(*a.changed))};
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
	act = check_and_store(cli, &a, e);
	if (act != 0) {
		pg_tx_rollback(cli->pg);
		return act;
	}
	act = pg_tx_commit(cli->pg, e);
	if (act != 0)
		return act;
	apply_warn(read, a.applied, a.applied_count);
	report_changes(cli, read, a.changed);
	act = apply_record(cli, read, e);
	return act == 0 ? EXIT_DONE : act;
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
