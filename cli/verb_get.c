/* SPDX-License-Identifier: Apache-2.0
 * get: shows applied configuration. */
#include "find.h"
#include "options.h"
#include "verbs.h"

#include "json.h"
#include "longshore/documents.h"
#include "sql/cli.h"

enum { COLUMNS = 6, HASH_SHOWN = 12 };

static void print_bodies(struct cli *cli, const struct pg_rows *rows)
{
	size_t n = pg_rows_count(rows);
	struct buf out;
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '[');
	for (size_t i = 0; i < n; i++) {
		struct str body = pg_text(rows, i, COL_SELECT_DOCUMENTS_BODY, &cli->mem);
		if (cli->json)
			json_raw(&out, NULL, body);
		else
			cli_print(STR_FMT "\n", STR_ARG(body));
	}
	json_close(&out, ']');
	if (cli->json)
		json_print(&out);
	buf_release(&out);
}

/* --- history --- */

enum { HISTORY_HASH = 3, HISTORY_COLUMNS = 6 };
static const int history_columns[HISTORY_COLUMNS] = {COL_SELECT_HISTORY_TENANT,
        COL_SELECT_HISTORY_VERSION,
        COL_SELECT_HISTORY_CHANGE, [HISTORY_HASH] = COL_SELECT_HISTORY_HASH,
        COL_SELECT_HISTORY_CHANGED_BY, COL_SELECT_HISTORY_AT};

static void print_history(struct cli *cli, const struct pg_rows *rows)
{
	static const char *const head[] = {"tenant", "version", "change", "hash", "by", "at (UTC)"};
	size_t n = pg_rows_count(rows);
	struct str *cells = cli_cells(rows, history_columns, HISTORY_COLUMNS, &cli->mem);
	for (size_t i = 0; i < n; i++) {
		struct str *hash = &cells[i * HISTORY_COLUMNS + HISTORY_HASH];
		hash->n = hash->n > HASH_SHOWN ? HASH_SHOWN : hash->n;
	}
	cli_table(head, HISTORY_COLUMNS, cells, n);
}

static void json_history(const struct cli *cli, const struct pg_rows *rows, struct arena *mem)
{
	struct buf out;
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '[');
	for (size_t i = 0; i < pg_rows_count(rows); i++) {
		json_open(&out, NULL, '{');
		json_text(&out, "kind", str_c(cli->args.positions[0]));
		json_text(&out, "tenant", pg_text(rows, i, COL_SELECT_HISTORY_TENANT, mem));
		json_text(&out, "name", str_c(cli->args.positions[1]));
		json_num(&out, "version", pg_num(rows, i, COL_SELECT_HISTORY_VERSION));
		json_text(&out, "change", pg_text(rows, i, COL_SELECT_HISTORY_CHANGE, mem));
		json_text(&out, "hash", pg_text(rows, i, COL_SELECT_HISTORY_HASH, mem));
		json_text(&out, "by", pg_text(rows, i, COL_SELECT_HISTORY_CHANGED_BY, mem));
		json_text(&out, "at", pg_text(rows, i, COL_SELECT_HISTORY_AT, mem));
		json_close(&out, '}');
	}
	json_close(&out, ']');
	json_print(&out);
	buf_release(&out);
}

static void add_document(struct cli *cli, const char *kind, const char *name, struct pg_params *p)
{
	pg_params_init(p, &cli->mem);
	pg_set(p, PARAM_SELECT_DOCUMENTS_KIND, str_c(kind));
	pg_set(p, PARAM_SELECT_DOCUMENTS_NAME, str_c(name));
	pg_set(p, PARAM_SELECT_DOCUMENTS_TENANT, str_c(cli_option(cli, "--tenant")));
}

/* Prints its content; with --json, a list with one item, like every output of get. */
static int get_version(struct cli *cli, int64_t version, struct err *e)
{
	const char *kind = cli->args.positions[0], *name = cli->args.positions[1];
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	add_document(cli, kind, name, &p);
	pg_set_num(&p, PARAM_SELECT_VERSION_VERSION, version);
	int act = pg_run(cli->pg, &sql_select_version, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	if (pg_rows_count(rows) > 1)
		return cli_usage(e, "get: several tenants have a %s %s: choose one with --tenant",
		        kind, name);
	if (pg_rows_count(rows) == 0)
		return err_set(e, ERR_REJECT, CODE_NOT_FOUND,
		        "%s %s has no version %lld; longshore get %s %s --history lists them", kind,
		        name, (long long)version, kind, name);
	if (pg_is_null(rows, 0, COL_SELECT_VERSION_BODY))
		return err_set(e, ERR_REJECT, "deleted",
		        "version %lld of %s %s is its deletion, which has no content",
		        (long long)version, kind, name);
	struct str body = pg_text(rows, 0, COL_SELECT_VERSION_BODY, &cli->mem);
	cli_print("%s" STR_FMT "%s\n", cli->json ? "[" : "", STR_ARG(body), cli->json ? "]" : "");
	return EXIT_DONE;
}

static int load_history(
        struct cli *cli, const char *kind, const char *name, struct pg_rows **rows, struct err *e)
{
	struct pg_params p;
	add_document(cli, kind, name, &p);
	return pg_run(cli->pg, &sql_select_history, &p, rows, NULL, e);
}

static int get_history(struct cli *cli, struct err *e)
{
	const char *kind = cli->args.positions[0], *name = cli->args.positions[1];
	AUTO_PG_ROWS rows = NULL;
	int act = load_history(cli, kind, name, &rows, e);
	if (act != 0)
		return act;
	if (pg_rows_count(rows) == 0)
		return err_set(e, ERR_REJECT, CODE_NOT_FOUND,
		        "there has never been a %s %s; longshore get %s lists them", kind, name,
		        kind);
	if (cli->json)
		json_history(cli, rows, &cli->mem);
	else
		print_history(cli, rows);
	return EXIT_DONE;
}

static int no_document(struct cli *cli, const char *kind, const char *name, struct err *e)
{
	AUTO_PG_ROWS rows = NULL;
	int act = load_history(cli, kind, name, &rows, e);
	if (act != 0)
		return act;
	if (pg_rows_count(rows) > 0)
		return err_set(e, ERR_REJECT, CODE_NOT_FOUND,
		        "there is no %s %s: it was deleted; see longshore get %s %s --history",
		        kind, name, kind, name);
	return err_set(e, ERR_REJECT, CODE_NOT_FOUND,
	        "there is no %s %s; longshore get %s lists them", kind, name, kind);
}

/* --- what is applied --- */

static int get_applied(struct cli *cli, const char *kind, const char *name, struct err *e)
{
	static const char *const head[COLUMNS] = {
	        "kind", "tenant", "name", "hash", "by", "at (UTC)"};
	static const int columns[COLUMNS] = {COL_SELECT_DOCUMENTS_KIND, COL_SELECT_DOCUMENTS_TENANT,
	        COL_SELECT_DOCUMENTS_NAME, COL_SELECT_DOCUMENTS_HASH,
	        COL_SELECT_DOCUMENTS_APPLIED_BY, COL_SELECT_DOCUMENTS_APPLIED};
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	add_document(cli, kind, name, &p);
	int act = pg_run(cli->pg, &sql_select_documents, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	if (pg_rows_count(rows) == 0 && name)
		return no_document(cli, kind, name, e);
	if (cli->json || name) {
		print_bodies(cli, rows);
		return EXIT_DONE;
	}
	cli_table(head, COLUMNS, cli_cells(rows, columns, COLUMNS, &cli->mem), pg_rows_count(rows));
	return EXIT_DONE;
}

static int get(struct cli *cli, struct err *e)
{
	if (cli->args.positions_count > 0 && cli_find_kind(cli, 0, "get", e) != 0)
		return e->act;
	const char *kind = cli->args.positions_count > 0 ? cli->args.positions[0] : NULL;
	const char *name = cli->args.positions_count > 1 ? cli->args.positions[1] : NULL;
	bool of_past = cli_option(cli, "--history") || cli_option(cli, "--version");
	int64_t version = 0;
	if (of_past && !name)
		return cli_usage(e, "get: --history and --version need KIND and NAME");
	if (cli_option(cli, "--history") && cli_option(cli, "--version"))
		return cli_usage(e, "get: --history and --version exclude each other");
	int act = cli_option_number(cli, "--version", INT64_MAX, &version, e);
	if (act == 0)
		act = cli_pg(cli, e);
	if (act != 0)
		return act;
	if (version > 0)
		return get_version(cli, version, e);
	return of_past ? get_history(cli, e) : get_applied(cli, kind, name, e);
}

static const struct cli_option options[] = {{"--tenant", "NAME", false, "only this tenant"},
        {"--history", NULL, false, "list all versions and who applied them, newest first"},
        {"--version", "N", false, "print the document as of this version"}, OPTION_END};

const struct cli_verb verb_get = {.name = "get",
        .usage = "[KIND [NAME]]",
        .help = "show applied configuration",
        .more = "Prints a list, or one document. With --json prints the documents themselves. "
                "Kinds are\n" DOCUMENT_KINDS,
        .positions_max = 2,
        .options = options,
        .run = get};
