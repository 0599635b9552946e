/* SPDX-License-Identifier: Apache-2.0
 * trace: shows what happened to a delivery, by whom, when and why. */
#include "delivery.h"
#include "json.h"
#include "services.h"
#include "verbs.h"

#include "sql/cli.h"

enum { AT, SOURCE, WHAT, BY, DETAIL, SHOWN, READY = SHOWN, ISSUED, STARTED, DONE, CELLS };

static const int columns[CELLS] = {[AT] = COL_SELECT_TRACE_TIME,
        [SOURCE] = COL_SELECT_TRACE_SOURCE,
        [WHAT] = COL_SELECT_TRACE_WHAT,
        [BY] = COL_SELECT_TRACE_BY,
        [DETAIL] = COL_SELECT_TRACE_DETAIL,
        [READY] = COL_SELECT_TRACE_READY,
        [ISSUED] = COL_SELECT_TRACE_ISSUED,
        [STARTED] = COL_SELECT_TRACE_STARTED,
        [DONE] = COL_SELECT_TRACE_DONE};

static const char *const names[CELLS] = {
        "at", "source", "what", "by", "detail", "ready_at", "issued_at", "started_at", "done_at"};

static void print_json(const struct str *cells, size_t n)
{
	struct buf out;
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '[');
	for (size_t i = 0; i < n; i++, cells += CELLS) {
		json_open(&out, NULL, '{');
		for (size_t k = 0; k < CELLS; k++) {
			if (k < SHOWN || cells[k].n > 0)
				json_text(&out, names[k], cells[k]);
		}
		json_close(&out, '}');
	}
	json_close(&out, ']');
	json_print(&out);
	buf_release(&out);
}

/* Only the time of day, if the day is that of the line. */
static struct str short_time(struct str time, struct str at)
{
	enum { DAY = 11, MARK = 1 };
	bool is_same_day = time.n > DAY && str_has_prefix(at, str_bytes(time.p, DAY));
	return is_same_day ? str_bytes(time.p + DAY, time.n - DAY - MARK) : time;
}

static struct str detail_of(const struct str *row, struct arena *mem)
{
	static const char *const words[CELLS] = {
	        [READY] = "ready", [ISSUED] = "issued", [STARTED] = "started", [DONE] = "done"};
	struct str text = row[DETAIL];
	for (int k = READY; k < CELLS; k++) {
		if (row[k].n > 0)
			text = arena_printf(mem, STR_FMT "; %s " STR_FMT, STR_ARG(text), words[k],
			        STR_ARG(short_time(row[k], row[AT])));
	}
	return text;
}

static void print_table(const struct str *all, size_t n, struct arena *mem)
{
	static const char *const head[SHOWN] = {"at (UTC)", "source", "what", "by", "detail"};
	struct str *cells = arena_alloc(mem, (n + 1) * SHOWN * sizeof(*cells));
	for (size_t i = 0; i < n; i++) {
		memcpy(cells + i * SHOWN, all + i * CELLS, SHOWN * sizeof(*cells));
		cells[i * SHOWN + DETAIL] = detail_of(all + i * CELLS, mem);
	}
	cli_table(head, SHOWN, cells, n);
}

static int trace(struct cli *cli, struct err *e)
{
	struct delivery_row row;
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	int act = cli_delivery(cli, str_c(cli->args.positions[0]), &row, e);
	if (act != 0)
		return act;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_TRACE_DELIVERY, row.delivery_id);
	cli_set_stages(&p, PARAM_SELECT_TRACE_STAGES, PARAM_SELECT_TRACE_SERVICES);
	act = pg_run(cli->pg, &sql_select_trace, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	struct str *cells = cli_cells(rows, columns, CELLS, &cli->mem);
	if (cli->json)
		print_json(cells, pg_rows_count(rows));
	else
		print_table(cells, pg_rows_count(rows), &cli->mem);
	return EXIT_DONE;
}

const struct cli_verb verb_trace = {.name = "trace",
        .usage = "DELIVERY",
        .help = "show who did what to a delivery, when and why",
        .more = "A finished task is listed at the time it was done, with when it was ready, "
                "issued, started and done, and by\nwhich process. An unfinished task is listed at "
                "the time it was issued or became ready",
        .positions_min = 1,
        .positions_max = 1,
        .run = trace};
