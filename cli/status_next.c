/* SPDX-License-Identifier: Apache-2.0
 * status --next: the coming runs of cadences, as the scheduler computes them. */
#include "apply.h"
#include "json.h"
#include "status.h"

#include "longshore/clock.h"
#include "sql/cli.h"

#include <stdlib.h>

enum { COLUMNS = 5 };

struct coming {
	struct str tenant, route, zone, paused;
	struct cadence_run run;
};

static int by_time(const void *a, const void *b)
{
	const struct coming *x = a, *y = b;
	return (x->run.due_s > y->run.due_s) - (x->run.due_s < y->run.due_s);
}

static size_t collect(struct cli *cli, const struct pg_rows *rows, struct coming *out)
{
	struct apply_calendar calendar;
	size_t count = 0;
	apply_calendar_init(&calendar, cli->conf.zoneinfo, clock_unix_ms());
	for (size_t i = 0; i < pg_rows_count(rows); i++) {
		struct cadence_run runs[APPLY_RUNS];
		struct read_document d = {
		        .document = {.kind = STR("Route"),
		                .body = pg_text(rows, i, COL_SELECT_CADENCES_BODY, &cli->mem)}};
		size_t n = apply_next_runs(&calendar, &d, &cli->mem, runs);
		for (size_t k = 0; k < n; k++)
			out[count++] = (struct coming){
			        pg_text(rows, i, COL_SELECT_CADENCES_TENANT, &cli->mem),
			        pg_text(rows, i, COL_SELECT_CADENCES_NAME, &cli->mem),
			        pg_text(rows, i, COL_SELECT_CADENCES_ZONE, &cli->mem),
			        pg_text(rows, i, COL_SELECT_CADENCES_PAUSED, &cli->mem), runs[k]};
	}
	apply_calendar_release(&calendar);
	qsort(out, count, sizeof(*out), by_time);
	return count;
}

static void print_json(const struct coming *list, size_t count)
{
	struct buf out;
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '[');
	for (size_t i = 0; i < count; i++) {
		char at[CLOCK_TEXT_BYTES];
		clock_text(list[i].run.due_s * 1000, at);
		json_open(&out, NULL, '{');
		json_text(&out, "at", str_c(at));
		json_text(&out, "tenant", list[i].tenant);
		json_text(&out, "route", list[i].route);
		json_text(&out, "label", str_c(list[i].run.label));
		json_text(&out, "zone", list[i].zone);
		json_bool(&out, "paused", list[i].paused.n > 0);
		json_close(&out, '}');
	}
	json_close(&out, ']');
	json_print(&out);
	buf_release(&out);
}

static void print_table(struct cli *cli, const struct coming *list, size_t count)
{
	static const char *const head[COLUMNS] = {"at (UTC)", "tenant", "route", "planned", ""};
	struct str *cells = arena_alloc(&cli->mem, (count + 1) * COLUMNS * sizeof(*cells));
	for (size_t i = 0; i < count; i++) {
		struct str *row = cells + i * COLUMNS;
		char at[CLOCK_TEXT_BYTES];
		clock_text(list[i].run.due_s * 1000, at);
		row[0] = arena_str(&cli->mem, str_c(at));
		row[1] = list[i].tenant;
		row[2] = list[i].route;
		row[3] = arena_printf(
		        &cli->mem, "%s " STR_FMT, list[i].run.label, STR_ARG(list[i].zone));
		row[4] = list[i].paused;
	}
	cli_table(head, COLUMNS, cells, count);
}

int status_next(struct cli *cli, const struct found_name *of, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	if (cli->args.positions_count)
		return cli_usage(e, "status: --next shows routes; it takes no delivery");
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_CADENCES_TENANT, of->tenant);
	pg_set(&p, PARAM_SELECT_CADENCES_ROUTE, of->name);
	int act = pg_run(cli->pg, &sql_select_cadences, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	struct coming *list =
	        arena_alloc(&cli->mem, (pg_rows_count(rows) * APPLY_RUNS + 1) * sizeof(*list));
	size_t count = collect(cli, rows, list);
	if (cli->json)
		print_json(list, count);
	else
		print_table(cli, list, count);
	return EXIT_DONE;
}
