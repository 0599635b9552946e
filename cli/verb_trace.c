/* SPDX-License-Identifier: Apache-2.0
 * trace: what happened to a delivery, by whom, when and why. */
#include "verbs.h"

#include "sql/cli.h"

enum { COLUMNS = 5 };

static void print_json(const struct str *cells, size_t n)
{
	static const char *const names[COLUMNS] = {"at", "source", "what", "by", "detail"};
	struct buf out;
	buf_init(&out, (size_t)64 << 20);
	for (size_t i = 0; i < n * COLUMNS; i++) {
		struct err e;
		if (buf_printf(&out, &e, "%s\"%s\":",
		            i == 0        ? "[{"
		            : i % COLUMNS ? ","
		                          : "},{",
		            names[i % COLUMNS]) == 0)
			cli_json_string(&out, cells[i]);
	}
	cli_print(STR_FMT "%s\n", STR_ARG(buf_str(&out)), n ? "}]" : "[]");
	buf_release(&out);
}

static int trace(struct cli *cli, struct err *e)
{
	static const char *const head[COLUMNS] = {"at (UTC)", "source", "what", "by", "detail"};
	struct delivery_row row;
	bool found = false;
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_add(&p, str_c(cli->args.positions[0]));
	int act = cli_delivery(cli, str_c(cli->args.positions[0]), &row, &found, e);
	if (act == 0 && !found)
		return err_set(e, ERR_REJECT, "not_found",
		        "there is no delivery %s; longshore status lists them",
		        cli->args.positions[0]);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_trace, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	size_t n = pg_rows_count(rows);
	struct str *cells = arena_alloc(&cli->mem, (n + 1) * COLUMNS * sizeof(*cells));
	for (size_t i = 0; i < n * COLUMNS; i++)
		cells[i] = pg_text(rows, i / COLUMNS, (int)(i % COLUMNS), &cli->mem);
	if (cli->json)
		print_json(cells, n);
	else
		cli_table(head, COLUMNS, cells, n);
	return EXIT_DONE;
}

const struct cli_verb verb_trace = {.name = "trace",
        .usage = "DELIVERY",
        .help = "who did what with it, when and why",
        .positions_min = 1,
        .positions_max = 1,
        .run = trace};
