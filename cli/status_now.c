/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include "counts.h"
#include "delivery.h"
#include "sql/cli.h"

#include "longshore/states.h"

/* Lists and programs that poll need not see short waits. */
enum { MOMENT_MS = 1000 };

int status_look(struct cli *cli, struct str delivery_id, struct status_now *out, struct err *e)
{
	struct status_now now = {.is_known = true, .why = {NULL, 0}};
	struct err unknown;
	bool is_one = delivery_id.p;
	int act = cli_services_needed(cli, is_one ? &delivery_id : NULL, is_one,
	        is_one && !cli->json ? 0 : MOMENT_MS, &now.needed, &now.needed_count, e);
	if (act == 0 && is_one)
		act = cli_progress(cli, &delivery_id, 1, &now.progress, &now.progress_count, e);
	if (act != 0)
		return act;
	if (now.needed_count > 0 && cli_services_running(cli, now.running, &unknown) != 0) {
		now.is_known = false;
		now.why = arena_str(&cli->mem, str_c(unknown.text));
	}
	*out = now;
	return 0;
}

struct str status_waiting(struct cli *cli, const struct status_now *now, struct str delivery_id)
{
	return cli_waiting_text(now->needed, now->needed_count, delivery_id,
	        now->is_known ? now->running : NULL,
	        now->why.p ? arena_cstr(&cli->mem, now->why) : "", &cli->mem);
}

void status_add(struct cli *cli, const struct status_now *now, struct pg_params *p)
{
	size_t room = now->needed_count + now->progress_count + 1, n = 0;
	struct str *ids = arena_alloc(&cli->mem, room * sizeof(*ids));
	struct str *waiting = arena_alloc(&cli->mem, room * sizeof(*waiting));
	struct str *progress = arena_alloc(&cli->mem, room * sizeof(*progress));
	for (size_t i = 0; i < now->needed_count + now->progress_count; i++) {
		struct str id = i < now->needed_count
		                        ? now->needed[i].delivery_id
		                        : now->progress[i - now->needed_count].delivery_id;
		if (n > 0 && str_eq(ids[n - 1], id))
			continue;
		struct str text = status_waiting(cli, now, id);
		ids[n] = id;
		waiting[n] = text.p ? text : STR("");
		progress[n++] = progress_json(now->progress, now->progress_count, id, &cli->mem);
	}
	pg_set_texts(p, PARAM_SELECT_STATUS_ID, ids, n);
	pg_set_texts(p, PARAM_SELECT_STATUS_WAITING, waiting, n);
	pg_set_texts(p, PARAM_SELECT_STATUS_PROGRESS, progress, n);
}

static void print_release(struct cli *cli, const struct str *row, bool is_one)
{
	if (!delivery_state_is(row[STATUS_STATE], STATE_HELD))
		return;
	struct str release =
	        cli_release(&cli->mem, row[STATUS_ID], row[STATUS_REASON], row[STATUS_CONTENT]);
	if (release.n > 0 || is_one)
		cli_print_release(release, row[STATUS_REASON], "");
}

int status_print_waiting(struct cli *cli, const struct str *cells, size_t rows, struct err *e)
{
	struct status_now now;
	for (size_t i = 0; i < rows; i++)
		print_release(cli, cells + i * STATUS_CELLS, false);
	int act = status_look(cli, (struct str){NULL, 0}, &now, e);
	if (act != 0)
		return act;
	struct str text = status_waiting(cli, &now, (struct str){NULL, 0});
	if (text.n > 0)
		cli_print("waiting: " STR_FMT "\n", STR_ARG(cli_plain(text, &cli->mem)));
	return 0;
}

static int print_files(struct cli *cli, const struct str *row, struct err *e)
{
	static const char *const head[] = {
	        "file", "role", "rows", "bytes", "SHA-256", "committed (UTC)"};
	static const int columns[] = {COL_SELECT_FILES_NAME, COL_SELECT_FILES_ROLE,
	        COL_SELECT_FILES_ROWS, COL_SELECT_FILES_BYTES, COL_SELECT_FILES_SHA256,
	        COL_SELECT_FILES_COMMITTED};
	struct pg_params p;
	AUTO_PG_ROWS files = NULL;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_FILES_DELIVERY, row[STATUS_ID]);
	int act = pg_run(cli->pg, &sql_select_files, &p, &files, NULL, e);
	if (act == 0 && pg_rows_count(files) > 0) {
		cli_print("\n");
		cli_table(head, 6, cli_cells(files, columns, 6, &cli->mem), pg_rows_count(files));
	}
	return act;
}

static void print_books(struct cli *cli, const struct pg_rows *books)
{
	cli_print("books:\n");
	for (size_t i = 0; i < pg_rows_count(books); i++) {
		struct str name = pg_text(books, i, COL_SELECT_BOOKS_KEY, &cli->mem);
		const char *meaning = count_meaning(name);
		cli_print("  " STR_FMT " " STR_FMT "%s%s\n", STR_ARG(cli_plain(name, &cli->mem)),
		        STR_ARG(pg_text(books, i, COL_SELECT_BOOKS_VALUE, &cli->mem)),
		        meaning ? ": " : "", meaning ? meaning : "");
	}
}

static int print_now(struct cli *cli, const struct str *row, struct err *e)
{
	struct status_now now;
	int act = status_look(cli, row[STATUS_ID], &now, e);
	if (act != 0)
		return act;
	struct str waiting = status_waiting(cli, &now, row[STATUS_ID]);
	if (waiting.n > 0)
		cli_print("waiting: " STR_FMT "\n", STR_ARG(cli_plain(waiting, &cli->mem)));
	for (size_t i = 0; i < now.progress_count; i++)
		cli_print("progress: " STR_FMT "\n",
		        STR_ARG(progress_text(&now.progress[i], &cli->mem)));
	return 0;
}

int status_print_one(struct cli *cli, const struct str *row, size_t rows, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS books = NULL;
	if (rows == 0)
		return err_set(
		        e, ERR_RETRY, CODE_NOT_FOUND, "the delivery was removed in the meantime");
	print_release(cli, row, true);
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_BOOKS_DELIVERY, row[STATUS_ID]);
	int act = print_now(cli, row, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_books, &p, &books, NULL, e);
	if (act != 0)
		return act;
	if (row[STATUS_DETAIL].n)
		cli_print(
		        "detail: " STR_FMT "\n", STR_ARG(cli_plain(row[STATUS_DETAIL], &cli->mem)));
	if (pg_rows_count(books) == 0)
		return err_set(
		        e, ERR_RETRY, CODE_NOT_FOUND, "the delivery was removed in the meantime");
	struct str selection = pg_text(books, 0, COL_SELECT_BOOKS_CONTENT_HASH, &cli->mem);
	if (selection.n > 0)
		cli_print("selection: " STR_FMT "\n", STR_ARG(cli_plain(selection, &cli->mem)));
	if (!pg_is_null(books, 0, COL_SELECT_BOOKS_KEY))
		print_books(cli, books);
	return print_files(cli, row, e);
}
