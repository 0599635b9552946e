/* SPDX-License-Identifier: Apache-2.0
 * trace: what happened to a delivery, by whom, when and why. */
#include "delivery.h"
#include "json.h"
#include "verbs.h"

#include "sql/cli.h"

enum { COLUMNS = 5 };

static void print_json(const struct str *cells, size_t n)
{
	static const char *const names[COLUMNS] = {"at", "source", "what", "by", "detail"};
	struct buf out;
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&out, NULL, '{');
		for (size_t k = 0; k < COLUMNS; k++)
			json_text(&out, names[k], cells[i * COLUMNS + k]);
		json_close(&out, '}');
	}
	json_close(&out, ']');
	json_print(&out);
	buf_release(&out);
}

static int trace(struct cli *cli, struct err *e)
{
	static const char *const head[COLUMNS] = {"at (UTC)", "source", "what", "by", "detail"};
	struct delivery_row row;
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_add(&p, str_c(cli->args.positions[0]));
	int act = cli_delivery(cli, str_c(cli->args.positions[0]), &row, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_trace, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	struct str *cells = cli_cells(rows, COLUMNS, &cli->mem);
	if (cli->json)
		print_json(cells, pg_rows_count(rows));
	else
		cli_table(head, COLUMNS, cells, pg_rows_count(rows));
	return EXIT_DONE;
}

const struct cli_verb verb_trace = {.name = "trace",
        .usage = "DELIVERY",
        .help = "who did what with it, when and why",
        .positions_min = 1,
        .positions_max = 1,
        .run = trace};
