/* SPDX-License-Identifier: Apache-2.0
 * status: what is recorded of deliveries and builds. */
#include "delivery.h"
#include "options.h"
#include "verbs.h"

#include "sql/cli.h"

#include <stdio.h>

enum { COLUMNS = 8, DETAIL = 8, CONTENT = 9, CELLS = 10, LIMIT = 200, LIMIT_MOST = 100000 };

#define STATES \
	"requested held selecting formatting uploading cancelling completed failed rejected " \
	"cancelled superseded"

/* A list with commas between; each must be a state. */
static int check_states(const char *given, struct err *e)
{
	struct str all = STR(" " STATES " "), rest = str_c(given);
	while (rest.p) {
		ptrdiff_t comma = str_find(rest, ',', 0);
		struct str word = str_bytes(rest.p, comma < 0 ? rest.n : (size_t)comma);
		char wanted[32];
		int n = snprintf(wanted, sizeof(wanted), " " STR_FMT " ", STR_ARG(word));
		if (n < 0 || (size_t)n >= sizeof(wanted) ||
		        !memmem(all.p, all.n, wanted, (size_t)n))
			return cli_usage(e, "status: " STR_FMT " is no state; there are " STATES,
			        STR_ARG(word));
		rest = comma < 0 ? (struct str){NULL, 0}
		                 : str_bytes(word.p + word.n + 1, rest.n - word.n - 1);
	}
	return 0;
}

static int read_options(const struct cli *cli, int64_t *limit, struct err *e)
{
	const char *states = cli_option(cli, "--state");
	*limit = LIMIT;
	int act = cli_option_number(cli, "--limit", LIMIT_MOST, limit, e);
	return act == 0 && states ? check_states(states, e) : act;
}

static void add_filters(const struct cli *cli, int64_t limit, struct pg_params *p)
{
	pg_add(p, str_c(cli->args.positions_count ? cli->args.positions[0] : NULL));
	pg_add(p, str_c(cli_option(cli, "--route")));
	pg_add(p, str_c(cli_option(cli, "--tenant")));
	pg_add(p, str_c(cli_option(cli, "--state")));
	pg_add_num(p, limit);
}

/* One delivery in full: the reason in words, books and files. */
static int print_one(struct cli *cli, const struct str *cells, struct err *e)
{
	static const char *const head[] = {
	        "file", "role", "rows", "bytes", "SHA-256", "committed (UTC)"};
	struct pg_params p;
	AUTO_PG_ROWS books = NULL;
	AUTO_PG_ROWS files = NULL;
	pg_params_init(&p, &cli->mem);
	pg_add(&p, cells[0]);
	int act = pg_run(cli->pg, &sql_select_books, &p, &books, NULL, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_files, &p, &files, NULL, e);
	if (act != 0)
		return act;
	if (cells[DETAIL].n)
		cli_print("detail: " STR_FMT "\n", STR_ARG(cli_plain(cells[DETAIL], &cli->mem)));
	if (pg_rows_count(books) == 0)
		return err_set(e, ERR_RETRY, "not_found", "the delivery was removed meanwhile");
	struct str selection = pg_text(books, 0, 1, &cli->mem);
	if (selection.n > 0)
		cli_print("selection: " STR_FMT "\n", STR_ARG(selection));
	if (!pg_is_null(books, 0, 0))
		cli_print("books: " STR_FMT "\n", STR_ARG(pg_text(books, 0, 0, &cli->mem)));
	if (pg_rows_count(files) > 0) {
		cli_print("\n");
		cli_table(head, 6, cli_cells(files, 6, &cli->mem), pg_rows_count(files));
	}
	return 0;
}

static int print_table(struct cli *cli, const struct pg_rows *rows, struct err *e)
{
	static const char *const head[] = {"delivery", "tenant", "route", "state", "reason",
	        "members", "files", "created (UTC)"};
	size_t n = pg_rows_count(rows);
	struct str *all = cli_cells(rows, CELLS, &cli->mem);
	struct str *cells = arena_alloc(&cli->mem, (n + 1) * COLUMNS * sizeof(*cells));
	for (size_t i = 0; i < n; i++)
		memcpy(cells + i * COLUMNS, all + i * CELLS, COLUMNS * sizeof(*cells));
	cli_table(head, COLUMNS, cells, n);
	for (size_t i = 0; i < n; i++) {
		const struct str *row = cells + i * COLUMNS;
		struct str release =
		        cli_release(&cli->mem, row[0], row[4], all[i * CELLS + CONTENT]);
		if (str_eq(row[3], STR("held")) && (release.n > 0 || cli->args.positions_count))
			cli_print("released by: " STR_FMT "\n",
			        STR_ARG(release.n > 0 ? release : STR("itself")));
	}
	return cli->args.positions_count ? print_one(cli, all, e) : 0;
}

static int status_json(struct cli *cli, int64_t limit, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	add_filters(cli, limit, &p);
	cli_add_releases(&p);
	int act = pg_run(cli->pg, &sql_select_status, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	cli_print(STR_FMT "\n", STR_ARG(pg_text(rows, 0, 0, &cli->mem)));
	return EXIT_DONE;
}

static int status(struct cli *cli, struct err *e)
{
	int64_t limit = 0;
	struct delivery_row row;
	int act = read_options(cli, &limit, e);
	if (act == 0)
		act = cli_pg(cli, e);
	if (act == 0 && cli->args.positions_count)
		act = cli_delivery(cli, str_c(cli->args.positions[0]), &row, e);
	if (act != 0)
		return act;
	if (cli->json)
		return status_json(cli, limit, e);
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	add_filters(cli, limit, &p);
	act = pg_run(cli->pg, &sql_select_status_rows, &p, &rows, NULL, e);
	if (act == 0)
		act = print_table(cli, rows, e);
	return act == 0 ? EXIT_DONE : act;
}

static const struct cli_option options[] = {
        {"--route", "NAME", false, "only of this route or bridge"},
        {"--tenant", "NAME", false, "only of this tenant"},
        {"--state", "STATE[,STATE]", false, "only in these: " STATES},
        {"--limit", "COUNT", false, "so many at most; 200 if left out"}, OPTION_END};

const struct cli_verb verb_status = {.name = "status",
        .usage = "[DELIVERY]",
        .help = "deliveries and builds, newest first",
        .more = "Of one delivery also its books and files. A held delivery shows the command that "
                "releases\nit, or that it ends by itself",
        .positions_max = 1,
        .options = options,
        .run = status};
