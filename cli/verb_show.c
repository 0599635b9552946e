/* SPDX-License-Identifier: Apache-2.0
 * status, get: what is recorded. */
#include "verbs.h"

#include "sql/cli.h"

static int status(struct cli *cli, struct err *e)
{
	static const char *const head[] = {"delivery", "tenant", "route", "state", "reason",
	        "members", "files", "created (UTC)"};
	enum { COLUMNS = 8 };
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_add(&p, str_c(cli->args.positions_count ? cli->args.positions[0] : NULL));
	pg_add(&p, str_c(cli_option(cli, "--route")));
	int act = cli_pg(cli, e);
	if (act == 0)
		act = pg_run(cli->pg, cli->json ? &sql_select_status : &sql_select_status_rows, &p,
		        &rows, NULL, e);
	if (act != 0)
		return act;
	size_t n = pg_rows_count(rows);
	if (cli->json) {
		cli_print(STR_FMT "\n", STR_ARG(pg_text(rows, 0, 0, &cli->mem)));
		return EXIT_DONE;
	}
	if (n == 0 && cli->args.positions_count)
		return err_set(e, ERR_REJECT, "not_found", "there is no delivery %s",
		        cli->args.positions[0]);
	struct str *cells = arena_alloc(&cli->mem, (n + 1) * COLUMNS * sizeof(*cells));
	for (size_t i = 0; i < n * COLUMNS; i++)
		cells[i] = pg_text(rows, i / COLUMNS, (int)(i % COLUMNS), &cli->mem);
	cli_table(head, COLUMNS, cells, n);
	for (size_t i = 0; i < n; i++) {
		struct str release = cli_release(cli, cells[i * COLUMNS], cells[i * COLUMNS + 4]);
		if (str_eq(cells[i * COLUMNS + 3], STR("held")) && release.n)
			cli_print("released by: " STR_FMT "\n", STR_ARG(release));
	}
	return EXIT_DONE;
}

static int get(struct cli *cli, struct err *e)
{
	static const char *const head[] = {"kind", "tenant", "name", "hash", "by", "at (UTC)"};
	enum { COLUMNS = 6 };
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	for (int i = 0; i < 2; i++)
		pg_add(&p, str_c(i < cli->args.positions_count ? cli->args.positions[i] : NULL));
	int act = cli_pg(cli, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_documents, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	size_t n = pg_rows_count(rows);
	if (n == 0 && cli->args.positions_count == 2)
		return err_set(e, ERR_REJECT, "not_found", "there is no %s %s",
		        cli->args.positions[0], cli->args.positions[1]);
	if (cli->json || cli->args.positions_count == 2) {
		for (size_t i = 0; i < n; i++)
			cli_print("%s" STR_FMT,
			        i           ? ","
			        : cli->json ? "["
			                    : "",
			        STR_ARG(pg_text(rows, i, COLUMNS, &cli->mem)));
		cli_print(cli->json ? (n ? "]\n" : "[]\n") : "\n");
		return EXIT_DONE;
	}
	struct str *cells = arena_alloc(&cli->mem, (n + 1) * COLUMNS * sizeof(*cells));
	for (size_t i = 0; i < n * COLUMNS; i++)
		cells[i] = pg_text(rows, i / COLUMNS, (int)(i % COLUMNS), &cli->mem);
	cli_table(head, COLUMNS, cells, n);
	return EXIT_DONE;
}

static const struct cli_option status_options[] = {
        {"--route", "NAME", false, "only of this route or bridge"}, {NULL, NULL, false, NULL}};

const struct cli_verb verb_status = {.name = "status",
        .usage = "[DELIVERY | --route ROUTE]",
        .help = "deliveries and builds, newest first",
        .positions_max = 1,
        .options = status_options,
        .run = status};
const struct cli_verb verb_get = {.name = "get",
        .usage = "[KIND [NAME]]",
        .help = "applied configuration",
        .positions_max = 2,
        .run = get};
