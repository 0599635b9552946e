/* SPDX-License-Identifier: Apache-2.0
 * get: what is applied. */
#include "options.h"
#include "verbs.h"

#include "json.h"
#include "longshore/documents.h"
#include "sql/cli.h"

enum { COLUMNS = 6 };

static void print_bodies(struct cli *cli, const struct pg_rows *rows)
{
	size_t n = pg_rows_count(rows);
	struct buf out;
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '[');
	for (size_t i = 0; i < n; i++) {
		struct str body = pg_text(rows, i, COLUMNS, &cli->mem);
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

static int get(struct cli *cli, struct err *e)
{
	static const char *const head[] = {"kind", "tenant", "name", "hash", "by", "at (UTC)"};
	const char *kind = cli->args.positions_count > 0 ? cli->args.positions[0] : NULL;
	const char *name = cli->args.positions_count > 1 ? cli->args.positions[1] : NULL;
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	if (kind && !documents_has_kind(str_c(kind)))
		return cli_usage(e, "get: there is no kind %s; kinds are " DOCUMENT_KINDS, kind);
	pg_params_init(&p, &cli->mem);
	pg_add(&p, str_c(kind));
	pg_add(&p, str_c(name));
	pg_add(&p, str_c(cli_option(cli, "--tenant")));
	int act = cli_pg(cli, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_documents, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	if (pg_rows_count(rows) == 0 && name)
		return err_set(e, ERR_REJECT, "not_found",
		        "there is no %s %s; longshore get %s lists them", kind, name, kind);
	if (cli->json || name) {
		print_bodies(cli, rows);
		return EXIT_DONE;
	}
	size_t n = pg_rows_count(rows);
	struct str *all = cli_cells(rows, COLUMNS + 1, &cli->mem);
	struct str *cells = arena_alloc(&cli->mem, (n + 1) * COLUMNS * sizeof(*cells));
	for (size_t i = 0; i < n; i++)
		memcpy(cells + i * COLUMNS, all + i * (COLUMNS + 1), COLUMNS * sizeof(*cells));
	cli_table(head, COLUMNS, cells, n);
	return EXIT_DONE;
}

static const struct cli_option options[] = {
        {"--tenant", "NAME", false, "only of this tenant"}, OPTION_END};

const struct cli_verb verb_get = {.name = "get",
        .usage = "[KIND [NAME]]",
        .help = "applied configuration",
        .more = "A list, or the document of that name. With --json the documents themselves; kinds "
                "are\n" DOCUMENT_KINDS,
        .positions_max = 2,
        .options = options,
        .run = get};
