/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "json.h"
#include "sql/cli.h"

#include <inttypes.h>

static bool runs(const struct progress *p)
{
	return p->done > 0 && p->done < p->total && p->elapsed_ms > 0;
}

int64_t progress_rate(const struct progress *p)
{
	const int64_t most = INT64_MAX / 1000;
	if (!runs(p) || p->rows <= 0 || p->rows > most)
		return -1;
	return p->rows * 1000 / p->elapsed_ms;
}

int64_t progress_left_ms(const struct progress *p)
{
	if (!runs(p) || p->elapsed_ms > INT64_MAX / (p->total - p->done))
		return -1;
	return p->elapsed_ms * (p->total - p->done) / p->done;
}

static struct str span(int64_t ms, struct arena *mem)
{
	enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
	if (ms < 2 * MINUTE)
		return arena_printf(mem, "%" PRId64 " s", (ms + SECOND - 1) / SECOND);
	if (ms < 2 * HOUR)
		return arena_printf(mem, "%" PRId64 " min", (ms + MINUTE - 1) / MINUTE);
	return arena_printf(mem, "%" PRId64 " h", (ms + HOUR - 1) / HOUR);
}

struct str progress_text(const struct progress *p, struct arena *mem)
{
	const char *what = str_eq(p->stage, STR("select"))  ? "slices"
	                   : str_eq(p->stage, STR("build")) ? "builds"
	                                                    : "files";
	int64_t rate = progress_rate(p), left = progress_left_ms(p);
	struct str text = arena_printf(mem, STR_FMT " %" PRId64 " of %" PRId64 " %s",
	        STR_ARG(p->stage), p->done, p->total, what);
	if (p->rows > 0)
		text = arena_printf(mem, STR_FMT ", %" PRId64 " rows", STR_ARG(text), p->rows);
	if (rate >= 0)
		text = arena_printf(mem, STR_FMT ", %" PRId64 " rows/s", STR_ARG(text), rate);
	if (left >= 0)
		text = arena_printf(mem, STR_FMT ", about " STR_FMT " left", STR_ARG(text),
		        STR_ARG(span(left, mem)));
	return text;
}

struct str progress_json(
        const struct progress *list, size_t count, struct str delivery_id, struct arena *mem)
{
	struct buf out;
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '[');
	for (size_t i = 0; i < count; i++) {
		const struct progress *p = &list[i];
		if (!str_eq(p->delivery_id, delivery_id))
			continue;
		json_open(&out, NULL, '{');
		json_text(&out, "stage", p->stage);
		json_num(&out, "done", p->done);
		json_num(&out, "total", p->total);
		json_num(&out, "rows", p->rows);
		if (progress_rate(p) >= 0)
			json_num(&out, "rows_per_second", progress_rate(p));
		if (progress_left_ms(p) >= 0)
			json_num(&out, "left_ms", progress_left_ms(p));
		json_close(&out, '}');
	}
	json_close(&out, ']');
	struct str text = arena_str(mem, buf_str(&out));
	buf_release(&out);
	return text;
}

int cli_progress(struct cli *cli, const struct str *ids, size_t count, struct progress **out,
        size_t *out_count, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_set_texts(&p, PARAM_SELECT_PROGRESS_IDS, ids, count);
	int act = pg_run(cli->pg, &sql_select_progress, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	size_t n = pg_rows_count(rows);
	struct progress *list = arena_alloc(&cli->mem, (n + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++)
		list[i] = (struct progress){
		        .delivery_id = pg_text(rows, i, COL_SELECT_PROGRESS_DELIVERY_ID, &cli->mem),
		        .stage = pg_text(rows, i, COL_SELECT_PROGRESS_STAGE, &cli->mem),
		        .done = pg_num(rows, i, COL_SELECT_PROGRESS_DONE),
		        .total = pg_num(rows, i, COL_SELECT_PROGRESS_TASKS),
		        .rows = pg_num(rows, i, COL_SELECT_PROGRESS_ROWS),
		        .elapsed_ms = pg_num(rows, i, COL_SELECT_PROGRESS_ELAPSED)};
	*out = list;
	*out_count = n;
	return 0;
}
